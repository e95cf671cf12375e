//! One validator without its engine, its sockets and its clock (spec §18).
//!
//! The verbs, in the order of a record's life: [`App::admit`] takes it into the pool,
//! [`App::propose`] builds a block, [`App::validate`] executes a block before the vote and keeps
//! the result under its value, [`App::commit`] makes a decided value durable in one write, and
//! [`App::decided`] hands it to a peer that is catching up. [`App::open`] is both creation and
//! recovery.
//!
//! Everything is synchronous and single-threaded; signatures of admitted records are checked by
//! the caller, who holds a [`VerifiedRecord`] as evidence.

use std::fmt;

use tamga_format::beacon::VrfSecret;
use tamga_format::body::Body;
use tamga_format::certificate::{Certificate, VerifiedCertificate};
use tamga_format::error::FormatError;
use tamga_format::id::{
    GenesisHash, Height, KeyId, LeafIndex, MapRoot, RecordId, TreeRoot, TreeSize, UnixMillis,
    ValidatorId, ValueId,
};
use tamga_format::note::Note;
use tamga_format::record::VerifiedRecord;
use tamga_format::signature::PublicKey;
use tamga_format::validators::ValidatorSet;
use tamga_state::{Genesis, Rejection};

use crate::block::Block;
use crate::reader::Reader;
use crate::store::{Store, StoreError};

/// One validator minus the world.
pub struct App<S: Store> {
    store: S,
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

/// Who builds blocks here: the validator and the key of its beacon proofs.
pub struct Builder {
    /// The validator's id.
    pub validator: ValidatorId,
    /// Its beacon key.
    pub beacon: VrfSecret,
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

/// Why a record was not admitted.
#[derive(Clone, Debug, PartialEq)]
pub enum AdmitError {
    /// The rules refuse it.
    Rejected(Rejection),
    /// The pool is full.
    PoolFull {
        /// Milliseconds after which to try again.
        retry_after_ms: u32,
    },
    /// The body is absent, superfluous or another than the entry commits to.
    Body(FormatError),
    /// The store failed; the process stops.
    Store(StoreError),
}

/// Why a block is not voted for.
#[derive(Clone, Debug, PartialEq)]
pub enum BlockError {
    /// Not the height after the head.
    Height {
        /// The height that would follow.
        expected: Height,
        /// The block's.
        found: Height,
    },
    /// Its time does not exceed the previous block's, or a fresh one is too far from the clock.
    Time(UnixMillis),
    /// Its builder, round or beacon proof is wrong.
    Builder(&'static str),
    /// It exceeds a limit of blocks.
    Limit {
        /// Which limit.
        what: &'static str,
        /// What the block has.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// An entry or body is malformed, or a signature does not hold.
    Record {
        /// Position in the block.
        position: usize,
        /// Why.
        error: FormatError,
    },
    /// A record breaks a rule.
    Rejected {
        /// Position in the block.
        position: usize,
        /// The record.
        id: RecordId,
        /// The rule.
        rejection: Rejection,
    },
    /// A field of the block leaf, or the value, differs from recomputation.
    Mismatch(&'static str),
    /// The store failed; the process stops.
    Store(StoreError),
}

/// Why a decided value was not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// No validated block is known under the value; validate the block first.
    Unknown(ValueId),
    /// The certificate is for another height or value.
    Certificate,
    /// The store failed; the process stops.
    Store(StoreError),
}

/// What a commit did.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The new head.
    pub head: Head,
    /// The block's records with their places in the log.
    pub records: Vec<(RecordId, LeafIndex)>,
    /// Records that left the pool because they fail on the new head, with the verdict.
    pub dropped: Vec<(RecordId, Rejection)>,
}

/// Why a validator can't start on a store.
#[derive(Clone, Debug, PartialEq)]
pub enum OpenError {
    /// The store belongs to another ledger.
    Foreign {
        /// The genesis it was created with.
        found: GenesisHash,
    },
    /// The genesis is inconsistent.
    Genesis(String),
    /// The store contradicts itself.
    Corrupted(String),
    /// The store can't be read or written.
    Store(StoreError),
}

#[expect(unused_variables, reason = "the bodies follow")]
impl<S: Store> App<S> {
    /// Opens the ledger in `store`: creates height 0 in an empty one, recovers any other.
    pub fn open(store: S, genesis: Genesis, hash: GenesisHash) -> Result<Self, OpenError> {
        todo!()
    }

    /// The last committed block.
    pub fn head(&self) -> Head {
        todo!()
    }

    /// Which ledger this is.
    pub fn genesis_hash(&self) -> GenesisHash {
        todo!()
    }

    /// Name of the ledger.
    pub fn origin(&self) -> &str {
        todo!()
    }

    /// The validators that decide the next block.
    pub fn validators(&self) -> &ValidatorSet {
        todo!()
    }

    /// The public key behind a key id, as of the head and the pool; for checking signatures
    /// before [`admit`](Self::admit). A key id is a hash of its key, so the answer never changes.
    pub fn public_key(&self, key: &KeyId) -> Result<Option<PublicKey>, StoreError> {
        todo!()
    }

    /// Takes records into the pool, each with an immediate verdict on head and pool.
    pub fn admit(
        &mut self,
        records: Vec<(VerifiedRecord, Option<Body>)>,
        source: Source,
        now: UnixMillis,
    ) -> Vec<Result<Admitted, AdmitError>> {
        todo!()
    }

    /// The verdict on a record on head and pool, without any effect.
    pub fn check(
        &mut self,
        record: &VerifiedRecord,
        body: Option<&Body>,
        now: UnixMillis,
    ) -> Result<(), AdmitError> {
        todo!()
    }

    /// Builds the next block from the pool and keeps its execution; asked again for the same
    /// height and round, returns the same block.
    pub fn propose(
        &mut self,
        height: Height,
        round: u32,
        builder: &Builder,
        now: UnixMillis,
    ) -> Result<Block, BlockError> {
        todo!()
    }

    /// Executes a block on the head without any durable effect and keeps the result under its
    /// value: what every validator does before it votes.
    pub fn validate(&mut self, block: Block, fresh: Option<Fresh>) -> Result<ValueId, BlockError> {
        todo!()
    }

    /// A validated, undecided block.
    pub fn block(&self, value: &ValueId) -> Option<Block> {
        todo!()
    }

    /// Makes a decided value durable, in one write, without executing anything again.
    pub fn commit(
        &mut self,
        value: ValueId,
        certificate: VerifiedCertificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<Committed, CommitError> {
        todo!()
    }

    /// A decided block and its certificate, for a peer that is catching up.
    pub fn decided(&self, height: Height) -> Result<Option<(Block, Certificate)>, StoreError> {
        todo!()
    }

    /// Verdicts on records dropped since the last commit, such as at a proposal.
    pub fn take_dropped(&mut self) -> Vec<(RecordId, Rejection)> {
        todo!()
    }

    /// Records waiting for a block, without the parked ones.
    pub fn pending(&self) -> u64 {
        todo!()
    }

    /// Keeps an undecided block on disk until its height is decided (`synced` by the next commit).
    pub fn keep_undecided(&mut self, round: u32, block: &Block) -> Result<(), StoreError> {
        todo!()
    }

    /// The undecided blocks kept for a height, with their rounds.
    pub fn undecided(&self, height: Height) -> Result<Vec<(u32, Block)>, StoreError> {
        todo!()
    }

    /// Verifies a note of a committed height with the policy, cuts it down to exactly the
    /// signatures the policy needs and stores it; from then on receipts of that block exist.
    pub fn attach_note(&mut self, height: Height, note: &Note) -> Result<(), NoteError> {
        todo!()
    }

    /// The read side, on its own handle of the store.
    pub fn reader(&self) -> Reader<S> {
        todo!()
    }
}

/// Why a note was not stored.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteError {
    /// The height isn't committed here.
    Unknown(Height),
    /// The note is not what the policy demands of this height's checkpoint.
    Refused(String),
    /// The store failed; the process stops.
    Store(StoreError),
}

impl<S: Store> fmt::Debug for App<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("head", &self.head()).finish_non_exhaustive()
    }
}
