//! What the rules may read: statuses, private state, entries, known records, blocks (spec §14.1).
//!
//! Everything a [`View`] answers is committed by the log or by the map root, so that two replicas
//! at one height always answer alike.

use core::fmt;
use std::sync::Arc;

use tamga_format::id::{Height, RecordId, SubjectId, UnixMillis, sha256, tag};
use tamga_format::subject::Subject;

/// The status of a subject as the map commits it (spec §14.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusRow {
    /// Nonce of the subject's last record, from which the status's salt is derived; zero for
    /// a status written by the genesis.
    pub nonce: [u8; 16],
    /// Deterministic CBOR of at most 4 KiB, shared by everyone who reads it.
    pub bytes: Arc<[u8]>,
}

/// The opening of a subject's private state (spec §14.4).
#[derive(Clone, PartialEq, Eq)]
pub struct Private {
    /// The salt, chained from the previous salt and the salts of the body that changed the state.
    pub salt: [u8; 32],
    /// Deterministic CBOR of the state.
    pub bytes: Vec<u8>,
}

impl Private {
    /// The commitment that stands in the subject's status.
    #[must_use]
    pub fn commitment(&self) -> [u8; 32] {
        sha256(&[tag::PRIVATE, &self.salt, &self.bytes])
    }

    /// The salt of a subject's next private state, from that of the last and those of the record's body in its order;
    /// the first is chained from zeros.
    ///
    /// The subject stands in the chain too, so that who may open one state can't open another of the same record.
    #[must_use]
    pub fn next_salt<'s>(
        subject: &Subject,
        last: &[u8; 32],
        body: impl IntoIterator<Item = &'s [u8; 32]>,
    ) -> [u8; 32] {
        let role = [subject.role.code()];
        let mut parts: Vec<&[u8]> = vec![tag::PRIVATE_SALT, &role, subject.id.as_bytes(), last];
        let body: Vec<[u8; 32]> = body.into_iter().copied().collect();
        parts.extend(body.iter().map(<[u8; 32]>::as_slice));
        sha256(&parts)
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private(..)")
    }
}

/// Who built a committed block, and the randomness of its builder (spec §10.3, §10.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The organisation that runs the builder.
    pub organisation: SubjectId,
    /// The output of the builder's beacon proof.
    pub output: [u8; 64],
    /// The block's time.
    pub time: UnixMillis,
}

/// A read that could not be answered: a fault of the replica, never of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewError {
    /// The store failed; the process must stop.
    Store(&'static str),
    /// A stored value does not have its form; restore the database from a peer.
    Corrupt(Subject),
    /// The opening of a subject's private state is absent; fetch the missing bodies first.
    PrivateMissing(Subject),
    /// The status changed after the block as of which it is asked for.
    ChangedSince(Subject),
}

impl fmt::Display for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(what) => write!(f, "the store failed: {what}"),
            Self::Corrupt(subject) => write!(f, "the stored state of {subject} is damaged"),
            Self::PrivateMissing(subject) => {
                write!(f, "the private state of {subject} is not held here")
            }
            Self::ChangedSince(subject) => write!(f, "{subject} changed after the base"),
        }
    }
}

impl core::error::Error for ViewError {}

/// The reads the rules need, as of one block.
pub trait View {
    /// The status of a subject; `None` if no record and no genesis line names it.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if the answer can't be read; the caller stops.
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError>;

    /// The opening of the commitment in the subject's status.
    ///
    /// # Errors
    ///
    /// As for [`View::status`].
    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError>;

    /// The first `max` of the subject's entries, in log order; asked for cases only, when one is
    /// corrected.
    ///
    /// # Errors
    ///
    /// As for [`View::status`].
    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError>;

    /// Whether the record is in the log.
    ///
    /// # Errors
    ///
    /// As for [`View::status`].
    fn seen(&self, id: &RecordId) -> Result<bool, ViewError>;

    /// The entry of a record of a committed block; `None` also for one that is still to be
    /// committed with others.
    ///
    /// # Errors
    ///
    /// As for [`View::status`].
    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError>;

    /// Who built the block of a height from 1 on; `None` beyond the last committed block.
    ///
    /// # Errors
    ///
    /// As for [`View::status`].
    fn block(&self, height: Height) -> Result<Option<Built>, ViewError>;
}

impl<V: View + ?Sized> View for &V {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        (**self).status(subject)
    }
    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        (**self).private(subject)
    }
    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        (**self).entries(subject, max)
    }
    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        (**self).seen(id)
    }
    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        (**self).entry(id)
    }
    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        (**self).block(height)
    }
}
