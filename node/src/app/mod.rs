//! The replica behind a door: one operating-system thread owns the [`App`](tamga_replica::App), everything else
//! holds a cloneable [`AppHandle`].
//!
//! - [`actor`]: the thread and its commands
//! - [`admission`]: decodes and batch-verifies signatures before the thread sees a record
//! - [`portion`]: how much of the pool a block of this node holds
//! - [`tracker`]: who waits for which record
//! - [`ledger`]: what HTTP sees

mod actor;
mod admission;
mod committed;
mod host;
mod ledger;
mod portion;
mod tracker;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tamga_format::body::Submission;
use tamga_format::certificate::Certificate;
use tamga_format::held::HeldStatement;
use tamga_format::id::{Height, LeafHash, RecordId, TreeSize, UnixMillis, ValidatorId, ValueId};
use tamga_format::note::Note;
use tamga_format::record::SignedRecord;
use tamga_replica::app::NoteError;
use tamga_replica::reader::Mapped;
use tamga_replica::{
    AdmitError, Admitted, Block, BlockError, Builder, CommitError, Committed, Head, Reader, Source,
    StoreError,
};
use tamga_rocks::RocksStore;
use tamga_state::Rejection;
use tokio::sync::{mpsc, oneshot, watch};

use self::actor::Command;
use self::tracker::Tracker;
use crate::attachments::Attachments;
use crate::clock::Clock;

pub use self::actor::Opened;
pub use self::host::EngineHost;
pub use self::ledger::HttpLedger;
pub use self::tracker::Verdict;

/// Commands waiting for the replica's thread.
const COMMANDS_MAX: usize = 1_024;
/// Batches waiting for their signatures to be verified.
const ADMISSIONS_MAX: usize = 4_096;

/// Why the replica's thread gave no answer: it stopped, and the process is about to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the replica has stopped")]
pub struct Stopped;

/// A newest checkpoint that a quorum cosigned and the log key signed.
#[derive(Clone, Debug)]
pub struct FinalHead {
    /// Height of its block.
    pub height: Height,
    /// Leaves of the log.
    pub size: TreeSize,
    /// The signed note, exactly as receipts carry it.
    pub note: Arc<Note>,
}

/// The cloneable door to one validator's replica.
#[derive(Clone)]
pub struct AppHandle(Arc<Inner>);

struct Inner {
    commands: mpsc::Sender<Command>,
    admissions: mpsc::Sender<admission::Request>,
    head: watch::Receiver<Head>,
    mapped: watch::Receiver<Mapped>,
    pending: watch::Receiver<u64>,
    reasons: watch::Receiver<u64>,
    finals: watch::Sender<Option<FinalHead>>,
    tracker: Arc<Tracker>,
    reader: Reader<RocksStore>,
    clock: Clock,
}

impl std::fmt::Debug for AppHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppHandle").field("head", &*self.0.head.borrow()).finish_non_exhaustive()
    }
}

/// What runs beside the handle; the shell wires it to the rest.
#[derive(Debug)]
pub struct Doors {
    /// The handle.
    pub app: AppHandle,
    /// Every commit, in order.
    pub commits: mpsc::UnboundedReceiver<Committed>,
    /// Submissions that clients gave to this node and the pool took: for the other validators.
    pub accepted: mpsc::UnboundedReceiver<Vec<u8>>,
    /// Records that came into the pool and bring lines, which are to be held and checked.
    pub bringing: mpsc::UnboundedReceiver<SignedRecord>,
    /// Resolves when the replica's thread ends: an error is fatal to the process.
    pub ended: oneshot::Receiver<Result<(), String>>,
}

/// Starts the replica's thread and the admission stage on an opened ledger; what records of the pool bring is taken among
/// the attachments before their submitters are answered.
///
/// # Errors
///
/// When the operating system gives no thread.
pub fn start(
    opened: Opened,
    builder: Builder,
    attachments: Attachments,
    clock: Clock,
) -> std::io::Result<Doors> {
    let (commands, command_queue) = mpsc::channel(COMMANDS_MAX);
    let (admissions, admission_queue) = mpsc::channel(ADMISSIONS_MAX);
    let (head_sender, head) = watch::channel(opened.head());
    let (mapped_sender, mapped) = watch::channel(opened.mapped());
    let (pending_sender, pending) = watch::channel(0);
    let (reasons_sender, reasons) = watch::channel(opened.reasons());
    let (commit_sender, commits) = mpsc::unbounded_channel();
    let (accepted_sender, accepted) = mpsc::unbounded_channel();
    let (bringing_sender, bringing) = mpsc::unbounded_channel();
    let (ended_sender, ended) = oneshot::channel();
    let tracker = Arc::new(Tracker::default());
    let reader = opened.reader();
    let newest = opened.newest_final();
    if let Some(newest) = &newest {
        tracker.finalised(newest.size);
    }
    let (finals, _) = watch::channel(newest);
    let outputs = actor::Outputs {
        head: head_sender,
        mapped: mapped_sender,
        pending: pending_sender,
        reasons: reasons_sender,
        commits: commit_sender,
        bringing: bringing_sender,
        attachments,
        tracker: Arc::clone(&tracker),
    };
    std::thread::Builder::new().name("replica".into()).spawn(move || {
        let result = actor::serve(opened, &builder, clock, command_queue, &outputs);
        // Nobody waits when the whole process is going down already.
        ended_sender.send(result).ok();
    })?;
    tokio::spawn(admission::run(commands.clone(), admission_queue, accepted_sender));
    let app = AppHandle(Arc::new(Inner {
        commands,
        admissions,
        head,
        mapped,
        pending,
        reasons,
        finals,
        tracker,
        reader,
        clock,
    }));
    Ok(Doors { app, commits, accepted, bringing, ended })
}

impl AppHandle {
    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.0.commands.send(command(reply)).await.map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }

    /// Verifies signatures and takes records into the pool; one verdict each, in order.
    pub async fn admit(
        &self,
        submissions: Vec<Submission>,
        source: Source,
    ) -> Vec<Result<Admitted, AdmitFault>> {
        self.judge(submissions, source, false).await
    }

    /// The verdicts [`Self::admit`] would give, without any effect.
    pub async fn check(&self, submissions: Vec<Submission>) -> Vec<Result<Admitted, AdmitFault>> {
        self.judge(submissions, Source::Local, true).await
    }

    async fn judge(
        &self,
        submissions: Vec<Submission>,
        source: Source,
        check: bool,
    ) -> Vec<Result<Admitted, AdmitFault>> {
        let count = submissions.len();
        let (reply, answer) = oneshot::channel();
        let request = admission::Request { submissions, source, check, reply };
        match self.0.admissions.send(request).await {
            Ok(()) => answer.await.unwrap_or_else(|_| vec![Err(AdmitFault::Stopped); count]),
            Err(_) => vec![Err(AdmitFault::Stopped); count],
        }
    }

    /// Builds the block of a height and round from the pool.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn propose(
        &self,
        height: Height,
        round: u32,
    ) -> Result<Result<Block, BlockError>, Stopped> {
        self.ask(|reply| Command::Propose { height, round, reply }).await
    }

    /// Executes a block and keeps the result under its value; `fresh` names round and proposer of a first proposal.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn validate(
        &self,
        block: Block,
        fresh: Option<(u32, ValidatorId)>,
    ) -> Result<Result<ValueId, BlockError>, Stopped> {
        self.ask(|reply| Command::Validate { block, fresh, reply }).await
    }

    /// Makes a decided value durable.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn commit(
        &self,
        value: ValueId,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<Result<Head, CommitError>, Stopped> {
        self.ask(|reply| Command::Commit { value, certificate, evidence, reply }).await
    }

    /// Keeps a validator's statement that it holds and checked an attachment; whether it is new and holds.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn hold(&self, statement: HeldStatement) -> Result<bool, Stopped> {
        self.ask(|reply| Command::Hold { statement, reply }).await
    }

    /// Whether a record waits in the pool.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn waits(&self, id: RecordId) -> Result<bool, Stopped> {
        self.ask(|reply| Command::Waits { id, reply }).await
    }

    /// The submission of a record that waits in the pool.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn waiting(&self, id: RecordId) -> Result<Option<Vec<u8>>, Stopped> {
        self.ask(|reply| Command::Waiting { id, reply }).await
    }

    /// Drops a waiting record whose lines are not what it says.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn refuse(&self, id: RecordId, rejection: Rejection) -> Result<(), Stopped> {
        self.ask(|reply| Command::Refuse { id, rejection, reply }).await
    }

    /// An undecided block that was validated or proposed here.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn block(&self, value: ValueId) -> Result<Option<Block>, Stopped> {
        self.ask(|reply| Command::Block { value, reply }).await
    }

    /// A decided block with its certificate.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn decided(&self, height: Height) -> Result<Option<(Block, Certificate)>, Stopped> {
        self.ask(|reply| Command::Decided { height, reply }).await
    }

    /// Keeps an undecided block on disk until its height is decided.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn keep_undecided(&self, round: u32, block: Block) -> Result<(), Stopped> {
        self.ask(|reply| Command::KeepUndecided { round, block, reply }).await
    }

    /// The undecided blocks kept for a height.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn undecided(&self, height: Height) -> Result<Vec<(u32, Block)>, Stopped> {
        self.ask(|reply| Command::Undecided { height, reply }).await
    }

    /// Leaf hashes of the records that wait for a block, oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn pool_leaves(&self, limit: usize) -> Result<Vec<LeafHash>, Stopped> {
        self.ask(|reply| Command::PoolLeaves { limit, reply }).await
    }

    /// Submissions that wait for a block and are not among `have`, and whether more are waiting.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped.
    pub async fn pool_missing(
        &self,
        have: BTreeSet<LeafHash>,
        bytes: usize,
    ) -> Result<(Vec<Vec<u8>>, bool), Stopped> {
        self.ask(|reply| Command::PoolMissing { have, bytes, reply }).await
    }

    /// Stores the final note of a height and wakes everybody who waited for it.
    ///
    /// # Errors
    ///
    /// [`Stopped`] when the replica has stopped; the inner error when the note is not what the policy demands.
    pub async fn attach_note(
        &self,
        height: Height,
        size: TreeSize,
        note: Note,
    ) -> Result<Result<(), NoteError>, Stopped> {
        let stored =
            self.ask(|reply| Command::AttachNote { height, note: note.clone(), reply }).await?;
        if stored.is_ok() {
            self.0.finals.send_if_modified(|newest| {
                let newer = newest.as_ref().is_none_or(|newest| newest.size < size);
                if newer {
                    *newest = Some(FinalHead { height, size, note: Arc::new(note) });
                }
                newer
            });
            self.0.tracker.finalised(size);
        }
        Ok(stored)
    }

    /// The map of subjects after the last committed block.
    #[must_use]
    pub fn mapped(&self) -> Mapped {
        self.0.mapped.borrow().clone()
    }

    /// The last committed block.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<Head> {
        self.0.head.clone()
    }

    /// Records waiting for a block.
    #[must_use]
    pub fn pending(&self) -> watch::Receiver<u64> {
        self.0.pending.clone()
    }

    /// Reasons for the next block: the same records, and a draw that waits for blocks.
    #[must_use]
    pub fn reasons(&self) -> watch::Receiver<u64> {
        self.0.reasons.clone()
    }

    /// The newest final checkpoint.
    #[must_use]
    pub fn finals(&self) -> watch::Receiver<Option<FinalHead>> {
        self.0.finals.subscribe()
    }

    /// The read side; its calls block for a few disk reads.
    #[must_use]
    pub fn reader(&self) -> &Reader<RocksStore> {
        &self.0.reader
    }

    /// Waits until a record is final or left out for good, at most `within`.
    pub async fn settled(&self, id: RecordId, within: Duration) -> Verdict {
        let (ticket, waiting) = self.0.tracker.wait(id);
        // Registered first, read second: a commit between the two resolves the ticket.
        let known = match self.0.reader.place(&id) {
            Ok(Some((index, _))) => self.0.tracker.ordered(id, index),
            Ok(None) => None,
            Err(_) => Some(Verdict::Pending),
        };
        let verdict = match known {
            Some(verdict) => verdict,
            None => match tokio::time::timeout(within, waiting).await {
                Ok(Ok(verdict)) => verdict,
                Ok(Err(_)) | Err(_) => Verdict::Pending,
            },
        };
        self.0.tracker.leave(id, ticket);
        verdict
    }

    /// Why a record was left out, if this node remembers.
    #[must_use]
    pub fn rejection(&self, id: &RecordId) -> Option<Rejection> {
        self.0.tracker.rejection(id)
    }

    /// When a record that waits for a block came in.
    #[must_use]
    pub fn admitted_at(&self, id: &RecordId) -> Option<UnixMillis> {
        self.0.tracker.pooled(id)
    }

    /// The wall clock of this node.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.0.clock.now()
    }
}

/// Why a submission was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdmitFault {
    /// Its key is not registered.
    #[error("the key is not registered")]
    UnknownKey,
    /// Its signature does not hold.
    #[error("the signature does not hold")]
    BadSignature,
    /// The replica's answer.
    #[error("not admitted: {0:?}")]
    Refused(AdmitError),
    /// The replica has stopped.
    #[error("the replica has stopped")]
    Stopped,
}

/// Turns a store error into the text of a fatal end.
fn fatal(error: &StoreError) -> String {
    format!("the store failed: {error}; check the disk, then start again")
}
