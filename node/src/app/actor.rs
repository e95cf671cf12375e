//! The thread that owns the replica, and its commands.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tamga_format::body::Body;
use tamga_format::certificate::Certificate;
use tamga_format::held::HeldStatement;
use tamga_format::id::{Height, KeyId, LeafHash, RecordId, ValidatorId, ValueId};
use tamga_format::note::Note;
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_replica::app::NoteError;
use tamga_replica::reader::Mapped;
use tamga_replica::{
    AdmitError, Admitted, App, Block, BlockError, Builder, CommitError, Committed, Fresh, Head,
    Reader, Source, StoreError,
};
use tamga_rocks::RocksStore;
use tamga_state::Rejection;
use tokio::sync::{mpsc, oneshot, watch};

use super::portion::Portion;
use super::tracker::Tracker;
use super::{FinalHead, fatal};
use crate::attachments::Attachments;
use crate::clock::Clock;

/// A ledger opened on its store, not yet running.
pub struct Opened(App<RocksStore>);

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").field(&self.0.head()).finish()
    }
}

impl Opened {
    /// Takes an opened replica.
    #[must_use]
    pub const fn new(app: App<RocksStore>) -> Self {
        Self(app)
    }

    /// The last committed block.
    #[must_use]
    pub fn head(&self) -> Head {
        self.0.head()
    }

    /// The map of subjects after it.
    #[must_use]
    pub fn mapped(&self) -> Mapped {
        self.0.mapped()
    }

    /// Reasons for the next block.
    #[must_use]
    pub fn reasons(&self) -> u64 {
        self.0.reasons()
    }

    /// The read side.
    #[must_use]
    pub fn reader(&self) -> Reader<RocksStore> {
        self.0.reader()
    }

    /// The newest final checkpoint on disk.
    #[must_use]
    pub fn newest_final(&self) -> Option<FinalHead> {
        let reader = self.0.reader();
        let (height, note) = reader.newest_note().ok()??;
        let size = reader.block(height).ok()??.size;
        Some(FinalHead { height, size, note: Arc::new(note) })
    }
}

/// Records with their bodies, in order.
pub(super) type Records = Vec<(VerifiedRecord, Option<Body>)>;

/// What the thread is asked; every command has a reply.
pub(super) enum Command {
    /// Takes groups of records into the pool, in order; the verdicts come group by group.
    Admit {
        groups: Vec<(Source, Records)>,
        reply: oneshot::Sender<Vec<Vec<Result<Admitted, AdmitError>>>>,
    },
    Check {
        records: Records,
        reply: oneshot::Sender<Vec<Result<Admitted, AdmitError>>>,
    },
    /// The keys known under these ids; unknown ids are left out.
    PublicKeys {
        ids: Vec<KeyId>,
        reply: oneshot::Sender<Vec<(KeyId, PublicKey)>>,
    },
    PoolLeaves {
        limit: usize,
        reply: oneshot::Sender<Vec<LeafHash>>,
    },
    PoolMissing {
        have: BTreeSet<LeafHash>,
        bytes: usize,
        reply: oneshot::Sender<(Vec<Vec<u8>>, bool)>,
    },
    Propose {
        height: Height,
        round: u32,
        reply: oneshot::Sender<Result<Block, BlockError>>,
    },
    Validate {
        block: Block,
        fresh: Option<(u32, ValidatorId)>,
        reply: oneshot::Sender<Result<ValueId, BlockError>>,
    },
    Commit {
        value: ValueId,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
        reply: oneshot::Sender<Result<Head, CommitError>>,
    },
    Block {
        value: ValueId,
        reply: oneshot::Sender<Option<Block>>,
    },
    Decided {
        height: Height,
        reply: oneshot::Sender<Option<(Block, Certificate)>>,
    },
    KeepUndecided {
        round: u32,
        block: Block,
        reply: oneshot::Sender<()>,
    },
    Undecided {
        height: Height,
        reply: oneshot::Sender<Vec<(u32, Block)>>,
    },
    /// Keeps a statement on an attachment; whether it is new.
    Hold {
        statement: HeldStatement,
        reply: oneshot::Sender<bool>,
    },
    /// Whether a record waits in the pool.
    Waits {
        id: RecordId,
        reply: oneshot::Sender<bool>,
    },
    /// The submission of a record that waits in the pool.
    Waiting {
        id: RecordId,
        reply: oneshot::Sender<Option<Vec<u8>>>,
    },
    /// Drops a waiting record whose lines are not what it says.
    Refuse {
        id: RecordId,
        rejection: Rejection,
        reply: oneshot::Sender<()>,
    },
    AttachNote {
        height: Height,
        note: Note,
        reply: oneshot::Sender<Result<(), NoteError>>,
    },
}

/// Where the thread tells what happened.
pub(super) struct Outputs {
    pub(super) head: watch::Sender<Head>,
    pub(super) mapped: watch::Sender<Mapped>,
    pub(super) pending: watch::Sender<u64>,
    pub(super) reasons: watch::Sender<u64>,
    pub(super) commits: mpsc::UnboundedSender<Committed>,
    /// Records that came into the pool and bring lines.
    pub(super) bringing: mpsc::UnboundedSender<SignedRecord>,
    pub(super) attachments: Attachments,
    pub(super) tracker: Arc<Tracker>,
}

/// Serves commands until every handle is gone or the store fails.
///
/// # Errors
///
/// The text of a store failure: the outcome of the last write is unknown, so the process stops and reopens.
pub(super) fn serve(
    opened: Opened,
    builder: &Builder,
    clock: Clock,
    mut commands: mpsc::Receiver<Command>,
    outputs: &Outputs,
) -> Result<(), String> {
    let mut replica =
        Replica { app: opened.0, builder, clock, outputs, portion: Portion::default() };
    while let Some(command) = commands.blocking_recv() {
        replica.handle(command).map_err(|error| fatal(&error))?;
        for (id, rejection) in replica.app.take_dropped() {
            outputs.tracker.rejected(id, rejection);
        }
        replica.bring();
        let pending = replica.app.pending();
        outputs.pending.send_if_modified(|known| std::mem::replace(known, pending) != pending);
        let reasons = replica.app.reasons();
        outputs.reasons.send_if_modified(|known| std::mem::replace(known, reasons) != reasons);
    }
    Ok(())
}

struct Replica<'a> {
    app: App<RocksStore>,
    builder: &'a Builder,
    clock: Clock,
    outputs: &'a Outputs,
    portion: Portion,
}

impl Replica<'_> {
    /// Awaits the attachments of records that came into the pool, and hands the records to those who check lines. Before
    /// the submitter has its answer: it may upload at once.
    fn bring(&mut self) {
        for record in self.app.take_bringing() {
            self.outputs.attachments.expect_of(&record);
            self.outputs.bringing.send(record).ok();
        }
    }

    /// One command; a reply nobody waits for any more is dropped.
    fn handle(&mut self, command: Command) -> Result<(), StoreError> {
        match command {
            Command::Admit { groups, reply } => {
                let mut verdicts = Vec::with_capacity(groups.len());
                for (source, records) in groups {
                    verdicts.push(self.admit(source, records)?);
                }
                self.bring();
                reply.send(verdicts).ok();
            }
            Command::Check { records, reply } => {
                let verdicts = self.app.check(records, self.clock.now());
                if let Some(Err(AdmitError::Store(error))) = verdicts.first() {
                    return Err(error.clone());
                }
                reply.send(verdicts).ok();
            }
            Command::PublicKeys { ids, reply } => {
                let mut keys = Vec::with_capacity(ids.len());
                for id in ids {
                    keys.extend(self.app.public_key(&id)?.map(|key| (id, key)));
                }
                reply.send(keys).ok();
            }
            Command::PoolLeaves { limit, reply } => {
                reply.send(self.app.pool_leaves(limit)).ok();
            }
            Command::PoolMissing { have, bytes, reply } => {
                reply.send(self.app.pool_missing(&have, bytes)).ok();
            }
            Command::Propose { height, round, reply } => {
                let block = self.propose(height, round)?;
                reply.send(block).ok();
            }
            Command::Validate { block, fresh, reply } => {
                let now = self.clock.now();
                let fresh = fresh.map(|(round, proposer)| Fresh { now, round, proposer });
                let value = self.app.validate(block, fresh);
                if let Err(BlockError::Store(error)) = &value {
                    return Err(error.clone());
                }
                reply.send(value).ok();
            }
            Command::Commit { value, certificate, evidence, reply } => {
                let result = self.commit(value, certificate, evidence)?;
                reply.send(result).ok();
            }
            Command::Block { value, reply } => {
                reply.send(self.app.block(&value)).ok();
            }
            Command::Decided { height, reply } => {
                reply.send(self.app.decided(height)?).ok();
            }
            Command::KeepUndecided { round, block, reply } => {
                self.app.keep_undecided(round, &block)?;
                reply.send(()).ok();
            }
            Command::Undecided { height, reply } => {
                reply.send(self.app.undecided(height)?).ok();
            }
            Command::Hold { statement, reply } => {
                reply.send(self.app.hold(statement)).ok();
            }
            Command::Waits { id, reply } => {
                reply.send(self.app.waits(&id)).ok();
            }
            Command::Waiting { id, reply } => {
                reply.send(self.app.waiting(&id)).ok();
            }
            Command::Refuse { id, rejection, reply } => {
                self.app.refuse(id, rejection)?;
                reply.send(()).ok();
            }
            Command::AttachNote { height, note, reply } => {
                let stored = self.app.attach_note(height, &note);
                if let Err(NoteError::Store(error)) = &stored {
                    return Err(error.clone());
                }
                reply.send(stored).ok();
            }
        }
        Ok(())
    }

    fn admit(
        &mut self,
        source: Source,
        records: Records,
    ) -> Result<Vec<Result<Admitted, AdmitError>>, StoreError> {
        let ids: Vec<_> = records.iter().map(|(record, _)| record.as_signed().id()).collect();
        let now = self.clock.now();
        let verdicts = self.app.admit(records, source, now);
        for (id, verdict) in ids.iter().zip(&verdicts) {
            match verdict {
                Ok(Admitted::Final(_)) => {}
                Ok(_) => self.outputs.tracker.taken(id, now),
                Err(AdmitError::Store(error)) => return Err(error.clone()),
                Err(_) => {}
            }
        }
        Ok(verdicts)
    }

    fn propose(
        &mut self,
        height: Height,
        round: u32,
    ) -> Result<Result<Block, BlockError>, StoreError> {
        let (now, started) = (self.clock.now(), Instant::now());
        let block = self.app.propose(height, round, self.builder, now, self.portion.cost_max());
        match &block {
            Ok(block) => {
                let left = self.app.pending() > block.items.len() as u64;
                self.portion.observe(left, started.elapsed());
            }
            Err(BlockError::Store(error)) => return Err(error.clone()),
            Err(_) => {}
        }
        Ok(block)
    }

    fn commit(
        &mut self,
        value: ValueId,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<Result<Head, CommitError>, StoreError> {
        let verified = certificate.verify(&self.app.genesis_hash(), self.app.validators());
        let Ok(verified) = verified else { return Ok(Err(CommitError::Certificate)) };
        let committed = match self.app.commit(value, verified, evidence) {
            Ok(committed) => committed,
            Err(CommitError::Store(error)) => return Err(error),
            Err(other) => return Ok(Err(other)),
        };
        // The block is durable now: waiters may be told, and the cosigner may sign.
        for (id, rejection) in &committed.dropped {
            self.outputs.tracker.rejected(*id, rejection.clone());
        }
        for (id, index) in &committed.records {
            self.outputs.tracker.ordered(*id, *index);
        }
        let head = committed.head;
        self.outputs.mapped.send_replace(self.app.mapped());
        self.outputs.head.send_replace(head);
        self.outputs.commits.send(committed).ok();
        Ok(Ok(head))
    }
}
