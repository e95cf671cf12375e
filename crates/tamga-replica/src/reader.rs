//! The read side of a store: records, receipts, proofs, tiles, histories (spec §19.4).
//!
//! A reader is cheap to clone, blocks while it reads, and never sees half of a block. What it
//! answers about the log is as of the head row it reads first.

use tamga_format::id::{Height, LeafHash, LeafIndex, RecordId, TreeSize, UnixMillis, ValueId};
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::Receipt;
use tamga_format::subject::Subject;
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_format::tlog_proof::TlogProof;
use tamga_state::StatusRow;

use crate::store::{Store, StoreError};

/// The read side of one store.
#[derive(Clone, Debug)]
pub struct Reader<S: Store> {
    store: S,
    origin: String,
    policy: Policy,
}

/// A record in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: RecordId,
    /// Its index in the log.
    pub index: LeafIndex,
    /// Height of its block.
    pub height: Height,
    /// Time of its block.
    pub time: UnixMillis,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// The body's bytes, where it has one and it is kept.
    pub body: Option<Vec<u8>>,
}

/// A committed block without its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Its height.
    pub height: Height,
    /// Its time; the genesis time at height 0.
    pub time: UnixMillis,
    /// Leaves in the log before it.
    pub first: TreeSize,
    /// Leaves in the log after it.
    pub size: TreeSize,
    /// SHA-256 of its checkpoint body.
    pub value: ValueId,
    /// The checkpoint body's text.
    pub checkpoint: String,
    /// Round in which consensus decided.
    pub round: u32,
}

/// One line of a subject's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// Position within the subject, from 0.
    pub position: u64,
    /// Index in the log.
    pub index: LeafIndex,
    /// Leaf hash of the entry.
    pub leaf: LeafHash,
}

/// A subject as of the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectState {
    /// Records about it.
    pub records: u64,
    /// Its status, where it has one.
    pub status: Option<StatusRow>,
}

#[expect(unused_variables, reason = "the bodies follow")]
impl<S: Store> Reader<S> {
    /// Height, size and root as of now, read in one row.
    pub fn tip(&self) -> Result<(Height, TreeSize), StoreError> {
        todo!()
    }

    /// A record of the log.
    pub fn record(&self, id: &RecordId) -> Result<Option<Recorded>, StoreError> {
        todo!()
    }

    /// Where a record stands in the log.
    pub fn index(&self, id: &RecordId) -> Result<Option<LeafIndex>, StoreError> {
        todo!()
    }

    /// The receipt of a record: inclusion in the checkpoint of its own block; `None` until that
    /// checkpoint's note is attached.
    pub fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, StoreError> {
        todo!()
    }

    /// The proof of a leaf in the checkpoint of its own block; `None` until that is final.
    pub fn tlog_proof(&self, index: LeafIndex) -> Result<Option<TlogProof>, StoreError> {
        todo!()
    }

    /// The hashes of a tile, of any width up to the current; `None` beyond.
    pub fn tile(&self, at: TileCoord) -> Result<Option<Vec<u8>>, StoreError> {
        todo!()
    }

    /// The bytes of an entry bundle, of any width up to the current; `None` beyond.
    pub fn bundle(&self, at: BundleCoord) -> Result<Option<Vec<u8>>, StoreError> {
        todo!()
    }

    /// The proof that the tree of `to` leaves extends that of `from`; `None` beyond the current.
    pub fn consistency(
        &self,
        from: TreeSize,
        to: TreeSize,
    ) -> Result<Option<Vec<[u8; 32]>>, StoreError> {
        todo!()
    }

    /// At most `limit` lines of a subject's history from a position on, oldest first.
    pub fn history(
        &self,
        subject: &Subject,
        from: u64,
        limit: usize,
    ) -> Result<Vec<HistoryLine>, StoreError> {
        todo!()
    }

    /// A subject as of the head; `None` if nothing names it.
    pub fn subject(&self, subject: &Subject) -> Result<Option<SubjectState>, StoreError> {
        todo!()
    }

    /// A committed block without its records.
    pub fn block(&self, height: Height) -> Result<Option<BlockInfo>, StoreError> {
        todo!()
    }

    /// The block that holds a leaf.
    pub fn block_of(&self, index: LeafIndex) -> Result<Option<BlockInfo>, StoreError> {
        todo!()
    }

    /// The final note of a height.
    pub fn note(&self, height: Height) -> Result<Option<Note>, StoreError> {
        todo!()
    }

    /// The newest height whose note is attached, and the note.
    pub fn newest_note(&self) -> Result<Option<(Height, Note)>, StoreError> {
        todo!()
    }
}
