//! Signatures, before the replica's thread sees a record.
//!
//! Whatever waits is verified as one batch and handed to the replica's thread in one command. Batches begin a
//! few milliseconds apart: an idle node takes a single record at once, a busy one pays half per signature.

use std::collections::HashMap;
use std::time::Duration;

use tamga_format::body::{Body, Submission};
use tamga_format::id::KeyId;
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_replica::{AdmitError, Admitted, Source};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::AdmitFault;
use super::actor::{Command, Records};

/// Requests served in one batch.
const BATCH_REQUESTS_MAX: usize = 1_024;
/// Least time between the beginnings of two batches that are not full.
const BATCH_EVERY: Duration = Duration::from_millis(10);
/// Records after which a batch waits for no more: a signature gets hardly cheaper in a larger one.
const BATCH_RECORDS_FULL: usize = 256;
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
    let mut due = Instant::now();
    while let Some(batch) = gather(&mut requests, due).await {
        due = Instant::now() + BATCH_EVERY;
        if serve(&commands, &mut keys, batch, &accepted).await.is_none() {
            return;
        }
    }
}

/// The requests that wait when the next batch is due or full; `None` when no more will come.
async fn gather(requests: &mut mpsc::Receiver<Request>, due: Instant) -> Option<Vec<Request>> {
    let mut batch = Vec::new();
    if requests.recv_many(&mut batch, BATCH_REQUESTS_MAX).await == 0 {
        return None;
    }
    while batch.len() < BATCH_REQUESTS_MAX && records(&batch) < BATCH_RECORDS_FULL {
        let room = BATCH_REQUESTS_MAX - batch.len();
        tokio::select! {
            biased;
            () = sleep_until(due) => break,
            more = requests.recv_many(&mut batch, room) => if more == 0 { break },
        }
    }
    Some(batch)
}

fn records(batch: &[Request]) -> usize {
    batch.iter().map(|request| request.submissions.len()).sum()
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
    let mut groups = Vec::with_capacity(jobs.len());
    let mut judged = Vec::with_capacity(jobs.len());
    for mut job in jobs {
        let (records, faults) = job.judge(&mut verified);
        let checked = if job.check {
            Some(check(commands, records).await?)
        } else {
            groups.push((job.source, records));
            None
        };
        judged.push((job, faults, checked));
    }
    let mut admitted = admit(commands, groups).await?.into_iter();
    for (job, faults, checked) in judged {
        let answers = match checked {
            Some(answers) => answers,
            None => admitted.next()?,
        };
        job.finish(faults, answers, accepted);
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
    /// The records whose signature holds, and for each submission why it is none of them.
    fn judge(
        &mut self,
        verified: &mut impl Iterator<Item = Option<VerifiedRecord>>,
    ) -> (Records, Vec<Option<AdmitFault>>) {
        let mut records = Vec::with_capacity(self.slots.len());
        let mut faults = Vec::with_capacity(self.slots.len());
        for slot in self.slots.drain(..) {
            match slot {
                Err(fault) => faults.push(Some(fault)),
                Ok(body) => match verified.next().flatten() {
                    Some(record) => {
                        records.push((record, body));
                        faults.push(None);
                    }
                    None => faults.push(Some(AdmitFault::BadSignature)),
                },
            }
        }
        (records, faults)
    }

    /// Answers the request and passes on what the pool took.
    fn finish(
        self,
        faults: Vec<Option<AdmitFault>>,
        answers: Verdicts,
        accepted: &mpsc::UnboundedSender<Vec<u8>>,
    ) {
        let mut answers = answers.into_iter();
        let verdicts: Verdicts = faults
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
    }
}

/// The replica's verdicts on groups of records that enter the pool, group by group.
async fn admit(
    commands: &mpsc::Sender<Command>,
    groups: Vec<(Source, Records)>,
) -> Option<Vec<Verdicts>> {
    if groups.iter().all(|(_, records)| records.is_empty()) {
        return Some(groups.into_iter().map(|_| Vec::new()).collect());
    }
    let (reply, answer) = oneshot::channel();
    commands.send(Command::Admit { groups, reply }).await.ok()?;
    let verdicts = answer.await.ok()?;
    let refused = |verdicts: Vec<Result<Admitted, AdmitError>>| {
        verdicts.into_iter().map(|verdict| verdict.map_err(AdmitFault::Refused)).collect()
    };
    Some(verdicts.into_iter().map(refused).collect())
}

/// The verdicts that records would get.
async fn check(commands: &mpsc::Sender<Command>, records: Records) -> Option<Verdicts> {
    if records.is_empty() {
        return Some(Vec::new());
    }
    let (reply, answer) = oneshot::channel();
    commands.send(Command::Check { records, reply }).await.ok()?;
    let verdicts = answer.await.ok()?;
    Some(verdicts.into_iter().map(|verdict| verdict.map_err(AdmitFault::Refused)).collect())
}

#[cfg(test)]
mod tests;
