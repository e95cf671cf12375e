//! Signatures, before the replica's thread sees a record.
//!
//! Whatever waits is verified as one batch: under load batches grow by themselves, and an idle node verifies a
//! single record at once.

use std::collections::HashMap;

use tamga_format::body::{Body, Submission};
use tamga_format::id::KeyId;
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_replica::{Admitted, Source};
use tokio::sync::{mpsc, oneshot};

use super::AdmitFault;
use super::actor::Command;

/// Records verified in one batch, unless one request alone holds more.
const BATCH_RECORDS_MAX: usize = 1_024;
/// Public keys remembered by their ids; a key id is a hash of its key, so an entry never goes stale.
const KEYS_MAX: usize = 65_536;

/// Submissions that want a verdict, in order.
pub(super) struct Request {
    pub(super) submissions: Vec<Submission>,
    pub(super) source: Source,
    /// Only say what would happen.
    pub(super) check: bool,
    pub(super) reply: oneshot::Sender<Vec<Result<Admitted, AdmitFault>>>,
}

type Verdicts = Vec<Result<Admitted, AdmitFault>>;

/// Serves requests until every handle is gone.
pub(super) async fn run(
    commands: mpsc::Sender<Command>,
    mut requests: mpsc::Receiver<Request>,
    accepted: mpsc::UnboundedSender<Vec<u8>>,
) {
    let mut keys = HashMap::new();
    let mut waiting = Vec::new();
    while requests.recv_many(&mut waiting, BATCH_RECORDS_MAX).await > 0 {
        let batch: Vec<Request> = std::mem::take(&mut waiting);
        if serve(&commands, &mut keys, batch, &accepted).await.is_none() {
            return;
        }
    }
}

/// One batch; `None` when the replica has stopped.
async fn serve(
    commands: &mpsc::Sender<Command>,
    keys: &mut HashMap<KeyId, PublicKey>,
    batch: Vec<Request>,
    accepted: &mpsc::UnboundedSender<Vec<u8>>,
) -> Option<()> {
    learn(commands, keys, &batch).await?;
    let mut jobs = Vec::with_capacity(batch.len());
    let mut signed = Vec::new();
    for request in batch {
        let mut job = Job {
            source: request.source,
            check: request.check,
            reply: request.reply,
            encoded: Vec::new(),
            slots: Vec::with_capacity(request.submissions.len()),
        };
        for submission in request.submissions {
            if job.source == Source::Local && !job.check {
                job.encoded.push(submission.encode());
            }
            let (record, body) = submission.into_parts();
            match keys.get(&record.record().key_id) {
                Some(key) => {
                    signed.push((record, *key));
                    job.slots.push(Ok(body));
                }
                None => job.slots.push(Err(AdmitFault::UnknownKey)),
            }
        }
        jobs.push(job);
    }
    let mut verified = verify(signed).await.into_iter();
    for job in jobs {
        job.finish(&mut verified, commands, accepted).await?;
    }
    Some(())
}

/// Looks up the keys of a batch that are not remembered yet.
async fn learn(
    commands: &mpsc::Sender<Command>,
    keys: &mut HashMap<KeyId, PublicKey>,
    batch: &[Request],
) -> Option<()> {
    let mut unknown: Vec<KeyId> = batch
        .iter()
        .flat_map(|request| &request.submissions)
        .map(|submission| submission.record().record().key_id)
        .filter(|id| !keys.contains_key(id))
        .collect();
    if unknown.is_empty() {
        return Some(());
    }
    unknown.sort_unstable();
    unknown.dedup();
    if keys.len() + unknown.len() > KEYS_MAX {
        keys.clear();
    }
    let (reply, answer) = oneshot::channel();
    commands.send(Command::PublicKeys { ids: unknown, reply }).await.ok()?;
    keys.extend(answer.await.ok()?);
    Some(())
}

/// Verifies a batch of signatures on a thread for such work.
async fn verify(signed: Vec<(SignedRecord, PublicKey)>) -> Vec<Option<VerifiedRecord>> {
    let count = signed.len();
    if count == 1 {
        // A lone record is not worth a change of threads: tens of microseconds.
        return signed.into_iter().map(|(record, key)| record.verify(&key).ok()).collect();
    }
    let batch = tokio::task::spawn_blocking(move || {
        let mut random = [0; 32];
        if getrandom::fill(&mut random).is_err() {
            // Without randomness a batch proves nothing: verify one by one.
            return signed.into_iter().map(|(record, key)| record.verify(&key).ok()).collect();
        }
        VerifiedRecord::from_batch(signed, random).into_iter().map(Result::ok).collect()
    });
    batch.await.unwrap_or_else(|_| vec![None; count])
}

struct Job {
    source: Source,
    check: bool,
    reply: oneshot::Sender<Verdicts>,
    /// The submissions' bytes, for the other validators.
    encoded: Vec<Vec<u8>>,
    slots: Vec<Result<Option<Body>, AdmitFault>>,
}

impl Job {
    async fn finish(
        self,
        verified: &mut impl Iterator<Item = Option<VerifiedRecord>>,
        commands: &mpsc::Sender<Command>,
        accepted: &mpsc::UnboundedSender<Vec<u8>>,
    ) -> Option<()> {
        let mut records = Vec::with_capacity(self.slots.len());
        let mut verdicts: Vec<Option<AdmitFault>> = Vec::with_capacity(self.slots.len());
        for slot in self.slots {
            match slot {
                Err(fault) => verdicts.push(Some(fault)),
                Ok(body) => match verified.next().flatten() {
                    Some(record) => {
                        records.push((record, body));
                        verdicts.push(None);
                    }
                    None => verdicts.push(Some(AdmitFault::BadSignature)),
                },
            }
        }
        let answers = ask(commands, records, self.source, self.check).await?;
        let mut answers = answers.into_iter();
        let verdicts: Verdicts = verdicts
            .into_iter()
            .map(|fault| match fault {
                Some(fault) => Err(fault),
                None => answers.next().unwrap_or(Err(AdmitFault::Stopped)),
            })
            .collect();
        for (bytes, verdict) in self.encoded.into_iter().zip(&verdicts) {
            if matches!(verdict, Ok(Admitted::New | Admitted::Parked)) {
                accepted.send(bytes).ok();
            }
        }
        self.reply.send(verdicts).ok();
        Some(())
    }
}

async fn ask(
    commands: &mpsc::Sender<Command>,
    records: Vec<(VerifiedRecord, Option<Body>)>,
    source: Source,
    check: bool,
) -> Option<Verdicts> {
    if records.is_empty() {
        return Some(Vec::new());
    }
    let (reply, answer) = oneshot::channel();
    let command = if check {
        Command::Check { records, reply }
    } else {
        Command::Admit { records, source, reply }
    };
    commands.send(command).await.ok()?;
    let verdicts = answer.await.ok()?;
    Some(verdicts.into_iter().map(|verdict| verdict.map_err(AdmitFault::Refused)).collect())
}
