//! Lines of batches: attachments are fetched, checked, and stated to be held (spec §24.6).
//!
//! A record that brings lines waits in the pool until a quorum states that it holds them and that they are right. For
//! each such record a job here gets the attachment, from the client or from peers, judges the lines as of the record's
//! base, and signs; what is wrong leaves the pool with its reason.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tamga_format::attachment::Manifest;
use tamga_format::body::Body;
use tamga_format::held::HeldStatement;
use tamga_format::id::{AttachmentId, GenesisHash, Height, RecordId, ValidatorId};
use tamga_format::record::SignedRecord;
use tamga_format::signature::SigningKey;
use tamga_replica::Reader;
use tamga_replica::reader::AsOf;
use tamga_rocks::RocksStore;
use tamga_state::royalty::lines::{Holder, attachment_of, base_of, check};
use tamga_state::{Code, Rejection, ViewError};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::app::AppHandle;
use crate::attachments::Attachments;
use crate::swarm::SwarmHandle;

mod ranges;

pub use ranges::{Asked, Batches, Ranges};

/// Batches checked at once: each may need some 100 MiB.
const CHECKS_MAX: usize = 1;
/// Chunks asked for at once.
const FETCHES_MAX: usize = 8;
/// Pause before peers are asked again for what none of them has yet.
const ASK_AGAIN: Duration = Duration::from_millis(300);
/// How often statements are sent again while their record waits, and the record with them: a peer that was away needs
/// them too, and one that had another record in its way takes it now.
const SAY_AGAIN: Duration = Duration::from_secs(2);
/// How long others may still come to a quorum on a record whose base is outdated here.
const OUTDATED_WAIT: Duration = Duration::from_secs(10);
/// How long a refused attachment stays, so that peers that have the record waiting can get it and refuse it too: without
/// it, the record would hold up what follows it there until it expires.
const REFUSED_KEPT: Duration = Duration::from_secs(60);

/// What a validator needs to hold and check lines.
#[derive(Clone)]
pub struct Lines(Arc<Parts>);

struct Parts {
    app: AppHandle,
    attachments: Attachments,
    swarm: SwarmHandle,
    genesis: GenesisHash,
    me: ValidatorId,
    key: SigningKey,
    checks: Semaphore,
    /// Own statements on records that wait.
    stated: Mutex<BTreeMap<RecordId, HeldStatement>>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("me", &self.0.me).finish_non_exhaustive()
    }
}

/// An attachment, and the record of the log that brought it.
pub type Brought = (AttachmentId, RecordId);

/// Why lines can't be stated to be held.
struct Unheld {
    rejection: Rejection,
    /// The attachment of an earlier batch that is not here, if that is why.
    missing: Option<Brought>,
}

impl Unheld {
    fn new(code: Code, detail: &str) -> Box<Self> {
        Box::new(Self { rejection: Rejection::new(code, "", detail), missing: None })
    }
}

/// Why a job ended without a statement.
enum Ended {
    /// The record waits no more: it is in a block, or has left the pool.
    Gone,
    /// The lines are not what the record says.
    Refused(Rejection),
}

impl Lines {
    /// The lines of a validator, which states with its consensus key what it holds.
    #[must_use]
    pub fn new(
        app: AppHandle,
        attachments: Attachments,
        swarm: SwarmHandle,
        genesis: GenesisHash,
        (me, key): (ValidatorId, SigningKey),
    ) -> Self {
        let checks = Semaphore::new(CHECKS_MAX);
        let stated = Mutex::default();
        Self(Arc::new(Parts { app, attachments, swarm, genesis, me, key, checks, stated }))
    }

    /// Starts a job for every record that comes into the pool and brings lines, and for every attachment whose record was
    /// committed, until the replica ends. Jobs end with it.
    pub async fn run(
        self,
        mut bringing: mpsc::UnboundedReceiver<SignedRecord>,
        mut brought: mpsc::UnboundedReceiver<Brought>,
    ) {
        let mut again = tokio::time::interval(SAY_AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut jobs = JoinSet::new();
        loop {
            tokio::select! {
                record = bringing.recv() => match record {
                    Some(record) => drop(jobs.spawn(self.clone().job(record))),
                    None => return,
                },
                Some((attachment, record)) = brought.recv() => {
                    let lines = self.clone();
                    jobs.spawn(async move { lines.complete(record, attachment).await });
                }
                Some(_) = jobs.join_next() => {}
                _ = again.tick() => self.say_again().await,
            }
        }
    }

    /// Takes statements of peers.
    pub async fn hear(&self, statements: Vec<HeldStatement>) {
        for statement in statements {
            // A replica that has stopped takes no statements, and the process ends.
            self.0.app.hold(statement).await.ok();
        }
    }

    /// The manifest of an attachment, for a peer.
    #[must_use]
    pub fn manifest(&self, id: &AttachmentId) -> Option<Vec<u8>> {
        self.0.attachments.manifest(id).ok()?.map(|manifest| manifest.encode())
    }

    /// A chunk, for a peer.
    #[must_use]
    pub fn chunk(&self, id: &AttachmentId, number: usize) -> Option<Vec<u8>> {
        self.0.attachments.chunk(id, number).ok()?
    }

    async fn say_again(&self) {
        let known: Vec<HeldStatement> = {
            let stated = self.0.stated.lock().unwrap_or_else(PoisonError::into_inner);
            stated.values().copied().collect()
        };
        let (mut waiting, mut records) = (Vec::new(), Vec::new());
        for statement in known {
            if let Ok(Some(record)) = self.0.app.waiting(statement.record).await {
                waiting.push(statement);
                records.push(record);
            } else {
                let mut stated = self.0.stated.lock().unwrap_or_else(PoisonError::into_inner);
                stated.remove(&statement.record);
            }
        }
        if !waiting.is_empty() {
            self.0.swarm.broadcast_records(records);
            self.0.swarm.broadcast_held(waiting).await;
        }
    }

    async fn job(self, record: SignedRecord) {
        let Some(attachment) = attachment_of(record.record()) else { return };
        let id = record.id();
        match self.hold(&record, attachment).await {
            Ok(statement) => {
                {
                    let mut stated = self.0.stated.lock().unwrap_or_else(PoisonError::into_inner);
                    stated.insert(id, statement);
                }
                self.0.app.hold(statement).await.ok();
                self.0.swarm.broadcast_held(vec![statement]).await;
                while self.waits(&id).await {
                    sleep(ASK_AGAIN).await;
                }
            }
            Err(Ended::Gone) => {}
            Err(Ended::Refused(rejection)) => {
                tracing::info!(record = %id, %rejection, "lines refused");
                self.0.app.refuse(id, rejection).await.ok();
                self.0.attachments.close(&attachment, &id);
                sleep(REFUSED_KEPT).await;
                // A peer that had not refused it yet may have brought it back, for another job.
                if self.waits(&id).await {
                    return;
                }
            }
        }
        if self.is_recorded(&id) {
            self.complete(id, attachment).await;
        } else if let Err(error) = self.0.attachments.abandon(&attachment, &id) {
            tracing::warn!(%attachment, %error, "attachment not deleted");
        }
    }

    /// Gets all of an attachment whose record is in the log, if it is not here already.
    async fn complete(&self, record: RecordId, attachment: AttachmentId) {
        if let Err(error) = self.0.attachments.expect(attachment, record) {
            tracing::error!(%attachment, %error, "attachment not awaited");
        } else if self.fetch(&record, attachment).await.is_ok() {
            self.0.attachments.close(&attachment, &record);
        }
    }

    fn is_recorded(&self, id: &RecordId) -> bool {
        matches!(self.0.app.reader().place(id), Ok(Some(_)))
    }

    async fn waits(&self, id: &RecordId) -> bool {
        self.0.app.waits(*id).await.unwrap_or(false)
    }

    /// Gets the attachment, checks the lines, and states it.
    async fn hold(
        &self,
        record: &SignedRecord,
        attachment: AttachmentId,
    ) -> Result<HeldStatement, Ended> {
        let id = record.id();
        let mut outdated: Option<Instant> = None;
        loop {
            self.fetch(&id, attachment).await?;
            if self.is_recorded(&id) {
                return Err(Ended::Gone);
            }
            let turn = self.0.checks.acquire().await.map_err(|_| Ended::Gone)?;
            let started = Instant::now();
            let verdict = self.judge(record).await;
            drop(turn);
            let Err(unheld) = verdict else {
                tracing::info!(record = %id, took = ?started.elapsed(), "lines checked");
                let Parts { genesis, me, key, .. } = &*self.0;
                return Ok(HeldStatement::sign(genesis, id, *me, key));
            };
            let Unheld { rejection, missing } = *unheld;
            match (rejection.code, missing) {
                // Lines rest on those of earlier batches, which a validator that was away may lack.
                (Code::AttachmentMissing, Some((attachment, by))) => {
                    self.complete(by, attachment).await;
                }
                // Others may have judged before what changed here, and come to a quorum.
                (Code::BaseOutdated, _)
                    if outdated.get_or_insert_with(Instant::now).elapsed() <= OUTDATED_WAIT =>
                {
                    sleep(ASK_AGAIN).await;
                }
                (_, _) if rejection.is_fault() => {
                    tracing::error!(record = %id, %rejection, "lines not judged");
                    return Err(Ended::Gone);
                }
                (_, _) => return Err(Ended::Refused(rejection)),
            }
        }
    }

    /// Waits until all of an attachment is here, asking peers for what is missing.
    async fn fetch(&self, record: &RecordId, wanted: AttachmentId) -> Result<(), Ended> {
        while !self.0.attachments.is_whole(&wanted) {
            if !self.waits(record).await && !self.is_recorded(record) {
                return Err(Ended::Gone);
            }
            if !self.ask_peers(&wanted).await {
                sleep(ASK_AGAIN).await;
            }
        }
        Ok(())
    }

    /// Asks peers for what is missing of an attachment; whether anything came.
    async fn ask_peers(&self, id: &AttachmentId) -> bool {
        let Parts { attachments, swarm, .. } = &*self.0;
        let mut came = false;
        for peer in swarm.validators() {
            if matches!(attachments.progress(id), Ok(None)) {
                let Ok(bytes) = swarm.manifest(peer, *id).await else { continue };
                if Manifest::decode(&bytes).is_err() || attachments.begin(id, &bytes).is_err() {
                    continue;
                }
            }
            let Ok(Some(progress)) = attachments.progress(id) else { continue };
            let numbers = progress.missing;
            for some in numbers.chunks(FETCHES_MAX) {
                let asked = some
                    .iter()
                    .map(|number| async move { (*number, swarm.chunk(peer, *id, *number).await) });
                let answers = futures::future::join_all(asked).await;
                let mut refused = false;
                for (number, answer) in answers {
                    let Ok(bytes) = answer else {
                        refused = true;
                        continue;
                    };
                    match attachments.put(id, number, &bytes) {
                        Ok(()) => came = true,
                        Err(error) => tracing::warn!(%peer, %error, "chunk of a peer refused"),
                    }
                }
                if refused {
                    break;
                }
            }
            if attachments.is_whole(id) {
                return true;
            }
        }
        came
    }

    /// Judges the lines on a thread for such work; with a rejection for want of an attachment comes which.
    async fn judge(&self, record: &SignedRecord) -> Result<(), Box<Unheld>> {
        let base = base_of(record.record());
        let mut head = self.0.app.head();
        let reached = head.wait_for(|head| head.height >= base).await.is_ok();
        if !reached {
            return Err(Unheld::new(Code::StateUnreadable, "the replica has stopped"));
        }
        let (reader, attachments) = (self.0.app.reader().clone(), self.0.attachments.clone());
        let record = record.clone();
        let judged = tokio::task::spawn_blocking(move || {
            let held = HeldHere::new(&reader, &attachments, base);
            check(&held, record.record())
                .map_err(|rejection| Box::new(Unheld { rejection, missing: held.missing() }))
        });
        judged.await.unwrap_or_else(|_| {
            Err(Unheld::new(Code::StateUnreadable, "the check of lines failed"))
        })
    }
}

/// What this validator holds, as the rules ask for it.
#[derive(Debug)]
pub struct HeldHere<'r> {
    view: AsOf<'r, RocksStore>,
    reader: &'r Reader<RocksStore>,
    attachments: &'r Attachments,
    missing: Cell<Option<Brought>>,
}

impl<'r> HeldHere<'r> {
    /// What is held as of a block.
    #[must_use]
    pub fn new(reader: &'r Reader<RocksStore>, attachments: &'r Attachments, base: Height) -> Self {
        Self { view: reader.as_of(base), reader, attachments, missing: Cell::default() }
    }

    /// The attachment of an earlier batch that was asked for and is not here.
    fn missing(&self) -> Option<Brought> {
        self.missing.get()
    }
}

impl<'r> Holder for HeldHere<'r> {
    type View = AsOf<'r, RocksStore>;

    fn view(&self) -> &Self::View {
        &self.view
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        self.reader.body(record)
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        by: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let absent = || {
            self.missing.set(by.map(|record| (*attachment, *record)));
            let detail = format!("attachment {attachment} is not here yet");
            Rejection::new(Code::AttachmentMissing, "/fields/attachment", detail)
        };
        let failed = |error: std::io::Error| {
            Rejection::new(Code::StateUnreadable, "/fields/attachment", error.to_string())
        };
        let manifest = self.attachments.manifest(attachment).map_err(failed)?;
        let manifest = manifest.ok_or_else(absent)?;
        for number in 0..manifest.chunks().len() {
            let chunk = self.attachments.chunk(attachment, number).map_err(failed)?;
            let chunk = chunk.ok_or_else(absent)?;
            manifest.check(number, &chunk).map_err(|_| absent())?;
            each(&chunk)?;
        }
        Ok(())
    }
}
