//! Following the log without trusting anybody who serves it (spec §13.15).
//!
//! A pure core: answers of nodes, tiles, the policy and the time are handed in. [`View`] is a checkpoint that the policy
//! accepts, [`relate`] tells how two of them stand to each other, [`round`] judges the answers of several nodes against
//! what was seen before, [`Memory`] is what is kept of it, and [`Store`] keeps it in a file.

use tamga_format::checkpoint::Checkpoint;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::TreeSize;
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, Receipt, ReceiptError};

mod memory;
mod relate;
mod round;
mod sealed;
mod store;
mod subject;
mod view;

pub use memory::{Fork, Head, Memory, NODES_MAX, Seen};
pub use relate::{Fetch, Relation, Tree, Unproven, relate};
pub use round::{Answer, FetchOf, Limits, NodeReport, Notice, Round, Standing, round};
pub use store::{Store, set_aside};
pub use subject::SubjectSeen;
pub use view::View;

/// Which policy judges a checkpoint: one for all sizes, or a chain of them, each of which ruled for a time.
pub trait Policies {
    /// Name of the ledger.
    fn origin(&self) -> &str;

    /// The policy that judges checkpoints of this size; `None` if that is not known.
    fn at(&self, size: TreeSize) -> Option<&Policy>;
}

impl Policies for Policy {
    fn origin(&self) -> &str {
        self.origin()
    }

    fn at(&self, _: TreeSize) -> Option<&Policy> {
        Some(self)
    }
}

/// The policy that judges the checkpoint of a note.
///
/// # Errors
/// When the note is no checkpoint; [`FormatCode::NoteOrigin`] if no policy is known for its size.
pub fn ruling<'p>(policies: &'p dyn Policies, note: &Note) -> Result<&'p Policy, ReceiptError> {
    let size = Checkpoint::parse(&note.text)?.size;
    Ok(policies.at(size).ok_or(FormatError::new(FormatCode::NoteOrigin, 0))?)
}

/// Checks a receipt by the policy that judges its checkpoint.
///
/// # Errors
/// As `Receipt::verify`, and those of [`ruling`].
pub fn verify_receipt(receipt: &Receipt, policies: &dyn Policies) -> Result<Proven, ReceiptError> {
    receipt.verify(ruling(policies, &receipt.proof.checkpoint)?)
}

#[cfg(test)]
mod tests;
