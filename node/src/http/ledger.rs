//! What HTTP needs of a ledger, and nothing more.
//!
//! The node's application handle implements it; tests use a fake. Methods without `async` that answer with a
//! [`ReadError`] read the store and block for a few disk reads: handlers call them through [`super::state::HttpState`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tamga_api::shapes::Check;
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::{Body, Submission};
use tamga_format::id::{Height, LeafIndex, RecordId, TreeRoot, TreeSize, UnixMillis, ValueId};
use tamga_format::receipt::Receipt;
use tamga_format::subject::Subject;
use tamga_format::tile::{BundleCoord, TileCoord};
use tamga_replica::Reign;
use tamga_replica::reader::{Asked, Placed};
use tamga_state::codes::Code;
use tamga_state::dossier::Event;
use tamga_state::enforcement::assignment::PendingDraw;
use tamga_state::law::Law;
use tamga_state::royalty::delay::RoyaltyEvent;

use crate::index::Lookup;
use crate::lines::Batches;

/// A door to one validator.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Takes submissions into the pool; one verdict each, in order.
    async fn admit(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>>;

    /// The verdicts that [`Self::admit`] would give, without any effect.
    async fn check(&self, submissions: Vec<Submission>) -> Vec<Result<Admission, Refusal>>;

    /// Waits until the record is final or left out for good, at most `within`.
    async fn settled(&self, id: RecordId, within: Duration) -> Settled;

    /// Waits for a final checkpoint of more than `size` leaves.
    async fn final_beyond(&self, size: TreeSize) -> FinalNote;

    /// The newest final checkpoint; `None` before the first. Asked for by every request, so it must be cheap.
    fn final_head(&self) -> Option<FinalNote>;

    /// The last committed block.
    fn head(&self) -> HeadView;

    /// Why this node is or isn't ready to serve and to take records.
    fn checks(&self) -> Vec<Check>;

    /// Where a record is: in the log, in the pool, left out, or unknown.
    fn standing(&self, id: &RecordId) -> Result<Standing, ReadError>;

    /// A record of the log.
    fn record(&self, id: &RecordId) -> Result<Option<LoggedRecord>, ReadError>;

    /// The body of a record of the log; `None` when it has none or it was erased.
    fn body(&self, id: &RecordId) -> Result<Option<Body>, ReadError>;

    /// The receipt of a final record, nothing opened.
    fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, ReadError>;

    /// The `.tlog-proof` text of a final record.
    fn proof(&self, id: &RecordId) -> Result<Option<String>, ReadError>;

    /// Records of the log from position `from` on, in order, at most `limit`.
    fn records_from(&self, from: LeafIndex, limit: usize) -> Result<Vec<LoggedRecord>, ReadError>;

    /// Records of a subject from its record number `from` on, in order, at most `limit`.
    fn history(
        &self,
        subject: &Subject,
        from: u64,
        limit: usize,
    ) -> Result<Vec<LoggedRecord>, ReadError>;

    /// A subject as of the last block; `None` if nothing names it.
    fn subject(&self, subject: &Subject) -> Result<Option<SubjectView>, ReadError>;

    /// What the map of the last block holds of a subject, as asked for.
    fn placed(
        &self,
        subject: &Subject,
        asked: Asked,
    ) -> Result<Result<Placed, NotPlaced>, ReadError>;

    /// The proof that this is so as text; `None` while the block is not final.
    fn subject_proof(&self, placed: &Placed) -> Result<Option<String>, ReadError>;

    /// What the records of a case say that stand before `size`, in order.
    fn events(&self, case: &Subject, size: TreeSize) -> Result<Vec<Event>, ReadError>;

    /// What the records of a collective management organisation say that stand before `size`, in order, and whether that
    /// is all of them.
    fn royalty_events(
        &self,
        bin: &str,
        size: TreeSize,
    ) -> Result<(Vec<RoyaltyEvent>, bool), ReadError>;

    /// The law as known at the last block.
    fn law(&self) -> Result<Law, ReadError>;

    /// The index of this ledger; `None` when there is none, or it has failed.
    fn lookup(&self) -> Option<Arc<Lookup>>;

    /// The batches that this node holds; `None` where there are none.
    fn batches(&self) -> Option<Arc<Batches>>;

    /// The draw that a case waits for; `None` if it waits for none.
    fn pending_draw(&self, case: &Subject) -> Result<Option<PendingDraw>, ReadError>;

    /// The proof file of a case's assignment; `None` unless it was drawn and that is final.
    fn assignment(&self, case: &Subject) -> Result<Option<String>, ReadError>;

    /// The bytes of a hash tile; `None` beyond the tree.
    fn tile(&self, tile: TileCoord) -> Result<Option<Vec<u8>>, ReadError>;

    /// The bytes of an entry bundle; `None` beyond the tree.
    fn bundle(&self, bundle: BundleCoord) -> Result<Option<Vec<u8>>, ReadError>;

    /// A block; `None` for the genesis, which is none, and beyond the head.
    fn block(&self, height: Height) -> Result<Option<BlockSummary>, ReadError>;

    /// The bytes stored as the certificate of a block, whatever they are; `None` if there are none.
    fn certificate(&self, height: Height) -> Result<Option<Vec<u8>>, ReadError>;

    /// What the records of a block decided in private, as rows (spec §20.9); none beyond the head.
    fn told(&self, height: Height) -> Result<Vec<u8>, ReadError>;

    /// The policy that rules the next block; `None` while it is that of the genesis.
    fn in_force(&self) -> Option<Arc<Reign>>;

    /// The chain of policies.
    fn policy_chain(&self) -> Result<String, ReadError>;
}

/// What admission found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// New, now in the pool.
    New,
    /// The same bytes are in the pool already.
    Pending,
    /// The same bytes are in the log already.
    Logged(LeafIndex),
}

/// Why a submission was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code.
    pub code: Code,
    /// JSON pointer to the field, empty for the whole.
    pub pointer: String,
    /// What is wrong, with the limit.
    pub detail: String,
}

/// The end of a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// A quorum cosigned a checkpoint that holds it.
    Final,
    /// Left out for good.
    Refused(Refusal),
    /// Neither yet.
    Pending,
}

/// Where a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In the log.
    Logged(LeafIndex, Height),
    /// In this node's pool since then.
    Pooled(UnixMillis),
    /// Left out for good.
    Refused(Refusal),
    /// This node knows nothing of it.
    Unknown,
}

/// A record of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRecord {
    /// The verbatim entry.
    pub entry: Vec<u8>,
    /// Position in the log.
    pub index: LeafIndex,
    /// Block.
    pub height: Height,
    /// Block time.
    pub recorded_at: UnixMillis,
}

/// Why there is no proof about a subject as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// The subject has so many records, fewer than whoever asks has seen.
    Fewer(u64),
    /// The subject has so many records that none of them is shown.
    Many(u64),
    /// The subject changes with every block; it may be asked for again.
    Busy,
}

/// A subject as of the last block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectView {
    /// Its records.
    pub records: u64,
    /// Its status, deterministic CBOR; `None` for roles without one.
    pub status: Option<Vec<u8>>,
}

/// The last committed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadView {
    /// Its number.
    pub height: Height,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Its time.
    pub time: UnixMillis,
}

/// A checkpoint that a quorum cosigned and the log key signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalNote {
    /// Block.
    pub height: Height,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
    /// Block time.
    pub time: UnixMillis,
    /// The signed note.
    pub note: Arc<str>,
}

/// A block in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSummary {
    /// Its leaf.
    pub leaf: BlockLeaf,
    /// Root of the log with it.
    pub root: TreeRoot,
    /// What was voted on.
    pub value: ValueId,
    /// Leaves before it.
    pub size_before: TreeSize,
}

/// The store can't answer; the node is about to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);
