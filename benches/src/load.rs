//! The load generator: a process of its own that sends presigned records to all validators.
//!
//! It reads one order per line from standard input and answers each with one line of JSON, so that
//! records sent under one order are never sent again under the next. Records of one case go to one
//! validator, in order.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use tamga_format::body::Submission;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::{Semaphore, oneshot};

use tamga_node::demo::rng::Rng;

use crate::http::{Answer, Connection};
use crate::work::{self, Item};

/// Connections to each validator under a closed loop.
const LANES_PER_VALIDATOR: usize = 4;
/// Connections to each validator in an open loop; below the usual limit of open files in all.
const CONNECTIONS_PER_VALIDATOR: usize = 230;
/// Pause before records that met a full pool are sent again.
const BACK_OFF: Duration = Duration::from_millis(100);
/// Times that a record is sent again.
const TRIES_MAX: u32 = 200;
/// How long the presentation of all cases may take.
const PRESENT_WITHIN: Duration = Duration::from_secs(300);
/// How long accepted records may take to enter the log when nothing more is sent.
const DRAIN_WITHIN: Duration = Duration::from_secs(20);
/// Pause between lone records.
const LONE_PAUSE: Duration = Duration::from_millis(150);

const BATCH: &str = "application/tamga-batch+cbor";
const SUBMISSION: &str = "application/tamga-submission+cbor";

/// Where the records are and where they go.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// The records' file.
    #[arg(long)]
    file: PathBuf,
    /// The validators, `host:port`.
    #[arg(long, value_delimiter = ',')]
    hosts: Vec<String>,
}

/// An order, as a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Batches one after the other on every connection, as fast as the validators take them, with at
    /// most `backlog` accepted records outside the log.
    Closed { seconds: u64, backlog: u64, batch: usize },
    /// The first record of each of so many cases, in batches, until the log has them all.
    Present { cases: u32, backlog: u64, batch: usize },
    /// Single records at a fixed rate, each waiting for its receipt.
    Open { per_second: f64, seconds: u64 },
    /// Single records one after the other.
    Lone { count: usize },
    /// Ids of records that were accepted.
    Sample { count: usize },
}

/// What came of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Records accepted.
    pub(crate) accepted: u64,
    /// Records refused for good.
    pub(crate) refused: u64,
    /// Answers that the pool is full.
    pub(crate) full: u64,
    /// A refusal, if there was one.
    pub(crate) refusal: Option<String>,
    /// Records that had no receipt in time.
    pub(crate) late: u64,
    /// All records of the file were sent.
    pub(crate) exhausted: bool,
    /// Milliseconds from the intended sending to the receipt, in order.
    pub(crate) latencies_ms: Vec<f64>,
    /// Record ids and validators they were sent to.
    pub(crate) sample: Vec<(String, usize)>,
}

impl Outcome {
    /// The latency that this share of the records did not exceed.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.latencies_ms.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let at = sorted.iter().enumerate().find(|(at, _)| *at as f64 >= share * last as f64);
        at.map_or(0.0, |(_, value)| *value)
    }
}

/// Serves orders until standard input ends.
pub(crate) async fn run(arguments: &LoadArguments) -> Result<()> {
    let mut generator = Generator::new(arguments)?;
    println!("ready");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let outcome = match serde_json::from_str(&line)? {
            Order::Closed { seconds, backlog, batch } => {
                let until = Instant::now() + Duration::from_secs(seconds);
                generator.closed(until, None, backlog, batch).await?
            }
            Order::Present { cases, backlog, batch } => {
                let until = Instant::now() + PRESENT_WITHIN;
                generator.closed(until, Some(cases), backlog, batch).await?
            }
            Order::Open { per_second, seconds } => generator.open(per_second, seconds).await?,
            Order::Lone { count } => generator.lone(count).await?,
            Order::Sample { count } => generator.sample(count)?,
        };
        println!("{}", serde_json::to_string(&outcome)?);
    }
    Ok(())
}

/// Records of one connection, in order, and how many of them were sent.
struct Lane {
    validator: usize,
    items: Vec<Item>,
    sent: usize,
}

struct Generator {
    hosts: Arc<Vec<String>>,
    lanes: Vec<Lane>,
    /// Connections of the open loop, by validator.
    pools: Arc<Vec<Pool>>,
}

/// Connections to one validator: those that nobody uses, and how many more there may be.
struct Pool {
    idle: Mutex<Vec<Connection>>,
    room: Semaphore,
}

/// What lanes share while they run.
#[derive(Default)]
struct Shared {
    accepted: AtomicU64,
    refused: AtomicU64,
    full: AtomicU64,
    refusal: Mutex<Option<String>>,
    /// Records that entered the log since the start.
    logged: AtomicU64,
}

impl Shared {
    fn refuse(&self, why: &str) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        self.refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| why.to_owned());
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            accepted: self.accepted.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
            full: self.full.load(Ordering::Relaxed),
            refusal: self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            ..Outcome::default()
        }
    }
}

impl Generator {
    fn new(arguments: &LoadArguments) -> Result<Self> {
        let validators = arguments.hosts.len();
        let mut lanes: Vec<Lane> = (0..validators * LANES_PER_VALIDATOR)
            .map(|lane| Lane { validator: lane % validators, items: Vec::new(), sent: 0 })
            .collect();
        let count = u32::try_from(lanes.len())?;
        for item in work::read(&arguments.file)? {
            let lane = usize::try_from(item.order % count)?;
            lanes[lane].items.push(item);
        }
        Ok(Self {
            hosts: Arc::new(arguments.hosts.clone()),
            pools: Arc::new(arguments.hosts.iter().map(|_| Pool::new()).collect()),
            lanes,
        })
    }

    /// Sends until an instant or, if a number of cases is given, each lane's share of the first so many records.
    async fn closed(
        &mut self,
        until: Instant,
        cases: Option<u32>,
        backlog: u64,
        batch: usize,
    ) -> Result<Outcome> {
        let shared = Arc::new(Shared::default());
        let lanes = u32::try_from(self.lanes.len())?;
        let watch = tokio::spawn(watch_log(self.hosts[0].clone(), Arc::clone(&shared)));
        let mut running = Vec::new();
        for (number, mut lane) in (0..).zip(std::mem::take(&mut self.lanes)) {
            let share = cases.map(|cases| (cases + lanes - 1 - number) / lanes);
            let last = share.map_or(Ok(usize::MAX), usize::try_from)?.min(lane.items.len());
            let host = self.hosts[lane.validator].clone();
            let shared = Arc::clone(&shared);
            running.push(tokio::spawn(async move {
                let result = lane.run(&host, &shared, until, last, backlog, batch).await;
                (lane, result)
            }));
        }
        for lane in running {
            let (lane, result) = lane.await?;
            self.lanes.push(lane);
            result?;
        }
        let drained = Instant::now() + DRAIN_WITHIN;
        while shared.logged.load(Ordering::Relaxed) < shared.accepted.load(Ordering::Relaxed) {
            if Instant::now() > drained {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        watch.abort();
        let exhausted = self.lanes.iter().any(|lane| lane.sent == lane.items.len());
        let (accepted, logged) =
            (shared.accepted.load(Ordering::Relaxed), shared.logged.load(Ordering::Relaxed));
        Ok(Outcome { exhausted, late: accepted.saturating_sub(logged), ..shared.outcome() })
    }

    /// The next record, taken from the lanes in turn.
    fn next(&mut self, turn: &mut usize) -> Option<(usize, Item)> {
        for _ in 0..self.lanes.len() {
            let lanes = self.lanes.len();
            let lane = &mut self.lanes[*turn % lanes];
            *turn += 1;
            if let Some(item) = lane.items.get(lane.sent) {
                lane.sent += 1;
                return Some((lane.validator, item.clone()));
            }
        }
        None
    }

    async fn open(&mut self, per_second: f64, seconds: u64) -> Result<Outcome> {
        let shared = Arc::new(Shared::default());
        let count = (per_second * seconds as f64).max(1.0);
        let started = Instant::now();
        let mut running = Vec::new();
        // Whether the previous record of a case has its answer.
        let mut before: HashMap<u32, oneshot::Receiver<()>> = HashMap::new();
        let (mut turn, mut number) = (0, 0.0);
        let mut exhausted = false;
        while number < count {
            let intended = started + Duration::from_secs_f64(number / per_second);
            number += 1.0;
            if let Some(early) = intended.checked_duration_since(Instant::now()) {
                tokio::time::sleep(early).await;
            }
            let Some((validator, item)) = self.next(&mut turn) else {
                exhausted = true;
                break;
            };
            let (answered, answer) = oneshot::channel();
            let previous = before.insert(item.order, answer);
            let single = Single {
                shared: Arc::clone(&shared),
                hosts: Arc::clone(&self.hosts),
                pools: Arc::clone(&self.pools),
                validator,
            };
            running.push(tokio::spawn(async move {
                if let Some(previous) = previous {
                    // An error says that it ended without an answer, which is an end as well.
                    previous.await.ok();
                }
                let settled = single.send(&item).await;
                drop(answered);
                settled.map(|is_final| is_final.then(|| intended.elapsed()))
            }));
        }
        let mut outcome = Outcome::default();
        let mut latencies = Vec::with_capacity(running.len());
        for single in running {
            match single.await? {
                Ok(Some(latency)) => latencies.push(latency.as_secs_f64() * 1_000.0),
                Ok(None) => outcome.late += 1,
                Err(error) => shared.refuse(&format!("{error:#}")),
            }
        }
        Ok(Outcome { late: outcome.late, latencies_ms: latencies, exhausted, ..shared.outcome() })
    }

    async fn lone(&mut self, count: usize) -> Result<Outcome> {
        let mut all = Outcome::default();
        for _ in 0..count {
            let one = self.open(1.0, 1).await?;
            all.latencies_ms.extend(one.latencies_ms);
            all.late += one.late;
            all.refused += one.refused;
            all.refusal = all.refusal.or(one.refusal);
            tokio::time::sleep(LONE_PAUSE).await;
        }
        Ok(all)
    }

    fn sample(&self, count: usize) -> Result<Outcome> {
        let mut random = Rng::new(2);
        let mut outcome = Outcome::default();
        for _ in 0..count {
            let lane = &self.lanes[random.index(self.lanes.len())];
            if lane.sent == 0 {
                continue;
            }
            let item = &lane.items[random.index(lane.sent)];
            let submission = Submission::decode(&item.submission)?;
            outcome.sample.push((submission.record().id().to_string(), lane.validator));
        }
        Ok(outcome)
    }
}

impl Lane {
    async fn run(
        &mut self,
        host: &str,
        shared: &Shared,
        until: Instant,
        last: usize,
        backlog: u64,
        batch: usize,
    ) -> Result<()> {
        let mut connection = Connection::open(host).await?;
        while Instant::now() < until && self.sent < last {
            let outside = shared
                .accepted
                .load(Ordering::Relaxed)
                .saturating_sub(shared.logged.load(Ordering::Relaxed));
            if outside >= backlog {
                tokio::time::sleep(Duration::from_millis(4)).await;
                continue;
            }
            let end = last.min(self.sent + batch);
            let mut waiting: Vec<&Item> = self.items[self.sent..end].iter().collect();
            self.sent = end;
            let mut tries = 0;
            while !waiting.is_empty() {
                let answer = connection.post("/v1/records/batch", BATCH, &encode(&waiting)).await?;
                waiting = judge(waiting, &answer, shared)?;
                if !waiting.is_empty() {
                    tries += 1;
                    if tries > TRIES_MAX {
                        bail!("the pool of {host} stays full");
                    }
                    shared.full.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(BACK_OFF).await;
                }
            }
        }
        Ok(())
    }
}

/// A CBOR array of submissions.
fn encode(items: &[&Item]) -> Vec<u8> {
    let mut bytes =
        Vec::with_capacity(items.iter().map(|item| item.submission.len()).sum::<usize>() + 3);
    match u16::try_from(items.len()).unwrap_or(u16::MAX) {
        count @ 0..=23 => bytes.push(0x80 | count.to_be_bytes()[1]),
        count @ 24..=255 => bytes.extend([0x98, count.to_be_bytes()[1]]),
        count => {
            bytes.push(0x99);
            bytes.extend(count.to_be_bytes());
        }
    }
    for item in items {
        bytes.extend_from_slice(&item.submission);
    }
    bytes
}

/// Counts what was accepted and returns what is to be sent again.
fn judge<'a>(items: Vec<&'a Item>, answer: &Answer, shared: &Shared) -> Result<Vec<&'a Item>> {
    match answer.status {
        200 | 202 => {
            shared.accepted.fetch_add(items.len() as u64, Ordering::Relaxed);
            return Ok(Vec::new());
        }
        207 => {}
        503 => return Ok(items),
        status => bail!("status {status}: {}", answer.text()),
    }
    let mut rejected = Vec::new();
    let text = answer.text();
    for (item, line) in items.iter().zip(text.lines()) {
        let line: tamga_api::shapes::BatchLine = serde_json::from_str(line)?;
        if let Some(problem) = line.problem {
            rejected.push((*item, problem));
        }
    }
    shared.accepted.fetch_add((items.len() - rejected.len()) as u64, Ordering::Relaxed);
    // What follows a record that met a full pool fails for want of it, and is sent again with it.
    if rejected.iter().any(|(_, problem)| problem.status == 503) {
        return Ok(rejected.into_iter().map(|(item, _)| item).collect());
    }
    for (_, problem) in &rejected {
        shared.refuse(&format!("{} {}: {}", problem.code, problem.title, problem.detail));
    }
    debug_assert_eq!(rejected.len(), answer.rejected);
    Ok(Vec::new())
}

/// Counts the records that entered the log, as the first validator tells.
async fn watch_log(host: String, shared: Arc<Shared>) -> Result<()> {
    let mut connection = Connection::open(&host).await?;
    let mut before = None;
    loop {
        let answer = connection.get("/v1/blocks?limit=1").await?;
        let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
        let newest = &page["data"][0];
        // One leaf of each block is its own, and one is the genesis.
        if let (Some(size), Some(height)) = (newest["size"].as_u64(), newest["height"].as_u64()) {
            let records = size.saturating_sub(height + 1);
            let before = *before.get_or_insert(records);
            shared.logged.store(records.saturating_sub(before), Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl Pool {
    fn new() -> Self {
        Self { idle: Mutex::default(), room: Semaphore::new(CONNECTIONS_PER_VALIDATOR) }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends one record and waits for its receipt.
struct Single {
    shared: Arc<Shared>,
    hosts: Arc<Vec<String>>,
    pools: Arc<Vec<Pool>>,
    validator: usize,
}

impl Single {
    /// Whether it became final within the wait.
    async fn send(&self, item: &Item) -> Result<bool> {
        let pool = &self.pools[self.validator];
        for _ in 0..TRIES_MAX {
            // Waiting for a connection is part of the latency.
            let permit = pool.room.acquire().await?;
            let kept = pool.idle().pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => Connection::open(&self.hosts[self.validator]).await?,
            };
            let answer = connection
                .post("/v1/records?wait=final&timeout=10", SUBMISSION, &item.submission)
                .await
                .context("a record")?;
            pool.idle().push(connection);
            drop(permit);
            match answer.status {
                200 | 201 => {
                    self.shared.accepted.fetch_add(1, Ordering::Relaxed);
                    return Ok(true);
                }
                202 => {
                    self.shared.accepted.fetch_add(1, Ordering::Relaxed);
                    return Ok(false);
                }
                503 => {
                    self.shared.full.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(BACK_OFF).await;
                }
                status => bail!("status {status}: {}", answer.text()),
            }
        }
        bail!("the pool stays full")
    }
}
