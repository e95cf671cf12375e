//! One validator without its engine, its sockets and its clock (spec §18).
//!
//! The verbs, in the order of a record's life: [`App::admit`] takes it into the pool,
//! [`App::propose`] builds a block, [`App::validate`] executes a block before the vote and keeps
//! the result under its value, [`App::commit`] makes a decided value durable in one write, and
//! [`App::decided`] hands it to a peer that is catching up. [`App::open`] is both creation and
//! recovery.
//!
//! Everything is synchronous and single-threaded. Signatures of admitted records are checked by
//! the caller, who holds a [`VerifiedRecord`](tamga_format::record::VerifiedRecord) as evidence.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use tamga_format::beacon::VrfSecret;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::held::HeldStatement;
use tamga_format::id::{
    AttachmentId, GenesisHash, Height, LeafHash, LeafIndex, MapRoot, RecordId, RulesHash, TreeRoot,
    TreeSize, UnixMillis, ValidatorId, ValueId,
};
use tamga_format::policy::Policy;
use tamga_format::record::SignedRecord;
use tamga_format::validators::ValidatorSet;
use tamga_state::{BlockContext, Rejection};

use crate::block::Block;
use crate::draws::Draws;
use crate::held::Held;
use crate::limits::{UNDECIDED_BLOCKS_MAX, VERIFIED_CACHE_MAX};
use crate::log::Log;
use crate::map::Map;
use crate::mempool::Mempool;
use crate::reader::{Mapped, Reader};
use crate::reigns::{Reign, Reigns};
use crate::store::{Store, StoreError};
use crate::view::Cache;

mod admit;
mod commit;
mod error;
mod execute;
mod open;

pub use error::{AdmitError, BlockError, CommitError, NoteError, OpenError};
use execute::Executed;

/// One validator minus the world.
pub struct App<S: Store> {
    store: S,
    ledger: Ledger,
    reigns: Reigns,
    /// That of the next block.
    reign: Arc<Reign>,
    head: Head,
    log: Log,
    map: Map,
    cache: RefCell<Cache>,
    pool: Mempool,
    draws: Draws,
    held: Held,
    undecided: Undecided,
    /// Rows of undecided blocks on disk, to be deleted once their height is decided.
    kept: Vec<[u8; 44]>,
    verified: VerifiedCache,
    /// What the validator's clock said last; it may go back.
    clock: UnixMillis,
    /// Set when a write failed: its outcome is unknown until the store is opened again.
    broken: bool,
}

/// What the genesis fixes.
#[derive(Clone, Debug)]
struct Ledger {
    origin: String,
    genesis: GenesisHash,
    time: UnixMillis,
    rules: RulesHash,
}

/// Where the ledger stands after the last committed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Height of the last block; 0 is the genesis.
    pub height: Height,
    /// Leaves in the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
    /// The voted value: SHA-256 of the checkpoint body.
    pub value: ValueId,
    /// Time of the block.
    pub time: UnixMillis,
    /// Root of the map of subjects.
    pub map_root: MapRoot,
    /// Beacon after the block.
    pub beacon: [u8; 32],
}

impl Head {
    /// The checkpoint of this head.
    pub fn checkpoint(&self, origin: &str) -> Checkpoint {
        Checkpoint { origin: origin.to_owned(), size: self.size, root: self.root }
    }
}

/// Who builds blocks here: the validator and the key of its beacon proofs.
pub struct Builder {
    /// The validator's id.
    pub validator: ValidatorId,
    /// Its beacon key.
    pub beacon: VrfSecret,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({})", self.validator)
    }
}

/// What a fresh proposal is held against; absent for re-proposals, sync and replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// The local clock.
    pub now: UnixMillis,
    /// The round of the proposal.
    pub round: u32,
    /// Who may propose in that round.
    pub proposer: ValidatorId,
}

/// Where a record came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A client of this node: it wants an answer now.
    Local,
    /// Another validator: what fails for want of a predecessor is parked.
    Peer,
}

/// What became of an admitted record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It entered the pool now.
    New,
    /// It waits for a predecessor that is not known yet.
    Parked,
    /// It was in the pool already.
    Pending,
    /// It is in the log, at this index.
    Final(LeafIndex),
}

/// What a commit did.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The new head.
    pub head: Head,
    /// The block's records with their places in the log.
    pub records: Vec<(RecordId, LeafIndex)>,
    /// Records that left the pool because they fail now, with the verdict.
    pub dropped: Vec<(RecordId, Rejection)>,
    /// The records that brought an attachment, which every validator is to hold.
    pub brought: Vec<(RecordId, AttachmentId)>,
    /// The policy that the block entered, which rules from the next block on.
    pub reign: Option<Arc<Reign>>,
}

impl<S: Store> App<S> {
    /// The last committed block.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The map of subjects after the last committed block, to prove from.
    pub fn mapped(&self) -> Mapped {
        Mapped { height: self.head.height, map: self.map.clone() }
    }

    /// Which ledger this is.
    pub fn genesis_hash(&self) -> GenesisHash {
        self.ledger.genesis
    }

    /// Name of the ledger.
    pub fn origin(&self) -> &str {
        &self.ledger.origin
    }

    /// The validators that decide the next block.
    pub fn validators(&self) -> &ValidatorSet {
        &self.reign.validators
    }

    /// The policy that makes the next block's checkpoint final.
    pub fn policy(&self) -> &Policy {
        &self.reign.policy
    }

    /// Which policy rules which height.
    pub fn reigns(&self) -> &Reigns {
        &self.reigns
    }

    /// A validated, undecided block.
    pub fn block(&self, value: &ValueId) -> Option<Block> {
        self.undecided.get(value).map(|executed| executed.block.clone())
    }

    /// Records waiting for a block, without the parked ones.
    pub fn pending(&self) -> u64 {
        self.pool.len() as u64
    }

    /// Reasons for the next block: records that wait for one, and a draw that waits for the
    /// randomness of blocks. A record whose attachment no quorum holds waits for that instead.
    pub fn reasons(&self) -> u64 {
        let waiting = self.pool.bringing().filter(|id| self.quorum(id).is_none()).count();
        let ready = self.pending().saturating_sub(waiting as u64);
        ready.saturating_add(self.draws.wait().into())
    }

    /// Keeps a validator's statement that it holds and checked the attachment of a record; whether it is new and
    /// its signature holds.
    pub fn hold(&mut self, statement: HeldStatement) -> bool {
        self.held.add(&self.ledger.genesis, &self.reign.validators, statement)
    }

    /// Records that came into the pool since this was last asked, and bring an attachment to be checked.
    pub fn take_bringing(&mut self) -> Vec<SignedRecord> {
        self.pool.take_bringing()
    }

    /// Whether a record still waits for a block here.
    pub fn waits(&self, id: &RecordId) -> bool {
        self.pool.contains(id)
    }

    /// The submission of a record that waits for a block here.
    pub fn waiting(&self, id: &RecordId) -> Option<Vec<u8>> {
        self.pool.by_id(id)?.submission()
    }

    /// Drops a waiting record whose attachment is not what it says; what waited because of it is judged again.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn refuse(&mut self, id: RecordId, rejection: Rejection) -> Result<(), StoreError> {
        let Some(refused) = self.pool.by_id(&id).cloned() else { return Ok(()) };
        self.pool.drop_records(vec![(id, rejection)]);
        let context = self.next_context();
        self.wake(admit::tokens_of(refused.record()), &context)
    }

    fn quorum(&self, record: &RecordId) -> Option<Vec<HeldStatement>> {
        self.held.quorum(&self.reign.validators, record)
    }

    /// Leaf hashes of the records that wait for a block, oldest first, at most `limit`.
    pub fn pool_leaves(&self, limit: usize) -> Vec<LeafHash> {
        self.pool.iter().take(limit).map(|pending| pending.record().leaf_hash()).collect()
    }

    /// Submissions that wait for a block and are not among `have`, oldest first, until they have
    /// `bytes` bytes; whether more are waiting.
    pub fn pool_missing(&self, have: &BTreeSet<LeafHash>, bytes: usize) -> (Vec<Vec<u8>>, bool) {
        let mut found = Vec::new();
        let mut room = bytes;
        for pending in self.pool.iter() {
            if have.contains(&pending.record().leaf_hash()) {
                continue;
            }
            let Some(left) = room.checked_sub(pending.bytes()) else { return (found, true) };
            if let Some(submission) = pending.submission() {
                room = left;
                found.push(submission);
            }
        }
        (found, false)
    }

    /// Verdicts on records dropped since the last commit, such as at a proposal.
    pub fn take_dropped(&mut self) -> Vec<(RecordId, Rejection)> {
        self.pool.take_dropped()
    }

    /// The read side, on its own handle of the store.
    pub fn reader(&self) -> Reader<S> {
        Reader::new(self.store.clone(), &self.ledger.origin, self.ledger.time, self.reigns.clone())
    }

    /// The block in which waiting records are judged: the next one.
    fn next_context(&self) -> BlockContext {
        self.context(self.head.height.next(), self.clock.max(after(self.head.time)))
    }

    /// The block in which records are judged.
    fn context(&self, height: Height, time: UnixMillis) -> BlockContext {
        let organisations = Arc::clone(&self.reign.organisations);
        BlockContext { origin: self.ledger.origin.clone(), height, time, organisations }
    }

    fn intact(&self) -> Result<(), StoreError> {
        if self.broken { Err(StoreError::Broken) } else { Ok(()) }
    }
}

/// The first millisecond after a time.
fn after(time: UnixMillis) -> UnixMillis {
    UnixMillis(time.get().saturating_add(1))
}

/// Executed but undecided blocks; when there are too many, the oldest is forgotten and would be
/// executed again.
#[derive(Default)]
struct Undecided {
    blocks: BTreeMap<ValueId, Executed>,
    order: VecDeque<ValueId>,
    proposals: BTreeMap<(Height, u32), ValueId>,
}

impl Undecided {
    fn get(&self, value: &ValueId) -> Option<&Executed> {
        self.blocks.get(value)
    }

    fn keep(&mut self, executed: Executed) {
        let value = executed.block.value;
        if self.blocks.insert(value, executed).is_none() {
            self.order.push_back(value);
        }
        while self.order.len() > UNDECIDED_BLOCKS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.blocks.remove(&oldest);
            }
        }
    }

    /// Takes one block and forgets the others: they are of a height that is decided now.
    fn take(&mut self, value: &ValueId) -> Option<Executed> {
        let executed = self.blocks.remove(value)?;
        *self = Self::default();
        Some(executed)
    }
}

/// Leaf hashes of entries outside the pool whose signature is known to hold. That is a fact about
/// entry and key alone, so it is never forgotten for being stale, only for want of room.
#[derive(Default)]
struct VerifiedCache {
    young: BTreeSet<LeafHash>,
    old: BTreeSet<LeafHash>,
}

impl VerifiedCache {
    fn contains(&self, leaf: &LeafHash) -> bool {
        self.young.contains(leaf) || self.old.contains(leaf)
    }

    fn insert(&mut self, leaf: LeafHash) {
        if self.young.len() >= VERIFIED_CACHE_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(leaf);
    }
}

impl<S: Store> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("head", &self.head).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
