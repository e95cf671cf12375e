//! A checkpoint that a policy accepts, and how old it is at most.

use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::note::Note;
use tamga_format::receipt::ReceiptError;

use super::{Policies, ruling};

/// A checkpoint that is final by the policy that judges its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The note, with every line that came with it.
    pub note: Note,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
    /// Who cosigned, by policy name, and when in UTC seconds.
    pub cosigners: Vec<(String, u64)>,
    /// When at least one honest cosigner says that this was the newest, in UTC seconds: of the times of the cosignatures
    /// the newest but as many as the policy withstands. `None` if there are no more than that.
    pub attested: Option<u64>,
}

impl View {
    /// Judges the text of a note.
    ///
    /// # Errors
    /// As `Policy::verify`; `note-origin` if no policy is known for its size.
    pub fn judge(text: &str, policies: &dyn Policies) -> Result<Self, ReceiptError> {
        Self::of_note(Note::parse(text)?, policies)
    }

    /// Judges a note.
    ///
    /// # Errors
    /// As [`Self::judge`].
    pub fn of_note(note: Note, policies: &dyn Policies) -> Result<Self, ReceiptError> {
        let policy = ruling(policies, &note)?;
        let verified = policy.verify(&note)?;
        let size = verified.checkpoint().size;
        let (root, cosigners) = (verified.checkpoint().root, verified.cosigners().to_vec());
        let mut times: Vec<u64> = cosigners.iter().map(|(_, time)| *time).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        let attested = times.get(policy.withstands()).copied();
        Ok(Self { note, size, root, cosigners, attested })
    }
}
