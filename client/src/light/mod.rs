//! Following the log without trusting anybody who serves it (spec §13.15).
//!
//! A pure core: answers of nodes, tiles, the policy and the time are handed in. [`View`] is a checkpoint that the policy
//! accepts, [`relate`] tells how two of them stand to each other, [`round`] judges the answers of several nodes against
//! what was seen before, [`Memory`] is what is kept of it, and [`Store`] keeps it in a file.

use tamga_format::id::TreeSize;
use tamga_format::policy::Policy;

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

#[cfg(test)]
mod tests;
