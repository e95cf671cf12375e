//! A ledger filled through admission, execution and commit, block by block, without a network.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tamga_api::genesis_file;
use tamga_api::time::instant;
use tamga_format::id::{RecordId, UnixMillis, sha256};
use tamga_format::record::VerifiedRecord;
use tamga_replica::limits::BLOCK_COST_MAX;
use tamga_replica::{AdmitError, App, Source};
use tamga_rocks::RocksStore;

use super::fault::Fault;
use super::life::{Event, Life};
use super::people::People;
use super::plan::{Next, Order, Plan};
use super::quorum::Quorum;
use super::scribe::{Scribe, Written};
use crate::clock::Clock;
use crate::devnet;
use crate::devnet::casework::{Case, Stamp, Step};

/// Most records of one block.
const BLOCK: usize = 500;
/// Most milliseconds between the first record of a block and its last: half a day.
const SPAN_MS: i64 = 12 * 3_600 * 1_000;
/// Milliseconds from the last record of a block to its time.
const SEAL_MS: i64 = 60_000;
/// Milliseconds from the founding to the first record.
const FOUNDED_MS: i64 = 24 * 3_600 * 1_000;
/// What a case that is presented beside the plan is about, in tiyn.
const PRESENTED: i64 = 1_000_000;
/// Blocks after a commitment within which its draw is due: two organisations have built by then.
const DRAW_BLOCKS: usize = 8;

/// What was done so far.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Records in the log.
    pub records: u64,
    /// Those that were there at the beginning.
    pub before: u64,
    /// Blocks.
    pub blocks: u64,
    /// Records that were refused as they had to be, by what was wrong.
    pub refused: BTreeMap<Fault, u64>,
    took: Duration,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, before, blocks, refused, took } = self;
        let rate = u128::from(records - before) * 1_000 / took.as_millis().max(1);
        let seconds = took.as_secs_f32();
        write!(f, "{records} records in {blocks} blocks; {seconds:.1} s, {rate} records/s")?;
        if !refused.is_empty() {
            let all: u64 = refused.values().sum();
            write!(f, "; {all} refused as they had to be")?;
        }
        Ok(())
    }
}

/// A ledger being filled.
pub struct Filler {
    dir: PathBuf,
    plan: Plan,
    names: Vec<String>,
    app: App<RocksStore>,
    quorum: Quorum,
    people: People,
    order: Order,
    done: Done,
}

impl fmt::Debug for Filler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filler")
            .field("dir", &self.dir)
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

impl Filler {
    /// Founds a ledger in a folder, or opens the one that the same plan has begun there.
    ///
    /// # Errors
    ///
    /// When the folder holds another plan or ledger, or a file fails.
    pub fn open(dir: &Path, plan: Plan) -> Result<Self> {
        ensure!(plan.until <= Clock.now().get(), "a ledger has no records of the future");
        std::fs::create_dir_all(dir).with_context(|| format!("{}", dir.display()))?;
        match Plan::of(dir)? {
            Some(known) if known == plan => {}
            Some(known) => bail!(
                "{} holds another plan ({known:?}); give the same values, or another --dir",
                dir.display()
            ),
            None if dir.join("genesis.toml").exists() => {
                bail!("{} holds a ledger that was not generated; use another --dir", dir.display())
            }
            None => plan.keep(dir)?,
        }
        let time = instant(UnixMillis(plan.from.saturating_sub(FOUNDED_MS)));
        let founding = devnet::establish(dir, 4, &time)?;
        let genesis_path = dir.join("genesis.toml");
        if !genesis_path.exists() {
            std::fs::write(&genesis_path, &founding.genesis)?;
        }
        let (genesis, hash) = genesis_file::parse(founding.genesis.as_bytes())?;
        let log = founding.publishers.first().map(|(_, keys)| keys.log).context("a publisher")?;
        let names: Vec<String> = founding.validators.iter().map(|(name, _)| name.clone()).collect();
        let keys: Vec<_> = founding.validators.into_iter().map(|(_, keys)| keys).collect();
        let quorum = Quorum::new((&genesis.origin, hash), &genesis.validators, &log, &keys);
        let path = database(dir, names.first().context("a validator")?);
        std::fs::create_dir_all(&path)?;
        let app = App::open(RocksStore::open(&path)?, &genesis, hash)?;
        let head = app.head();
        // Beside the records stand the genesis leaf and one leaf for each block.
        let records = head.size.get() - 1 - head.height.get();
        let mut order = Order::new(plan);
        for _ in 0..records {
            order.take();
        }
        let done = Done { records, before: records, blocks: head.height.get(), ..Done::default() };
        let (dir, people) = (dir.to_path_buf(), People::new());
        Ok(Self { dir, plan, names, app, quorum, people, order, done })
    }

    /// Writes the records that are not there yet, until `progress` breaks off; it is called after each block.
    ///
    /// # Errors
    ///
    /// When the store fails, a verdict is not the expected one, or the plan's time is over before its records are.
    pub fn fill(&mut self, progress: &mut dyn FnMut(&Done) -> ControlFlow<()>) -> Result<()> {
        let started = Instant::now();
        while self.done.records < self.plan.records {
            let batch = self.batch();
            let Some((Next { time: last, .. }, _)) = batch.last().cloned() else {
                bail!(
                    "the plan's time is over after {} of {} records; name fewer, or an earlier --from",
                    self.done.records,
                    self.plan.records
                );
            };
            let written = self.write(&batch)?;
            let time = UnixMillis(last.saturating_add(SEAL_MS).max(self.app.head().time.get() + 1));
            self.admit(written, time)?;
            self.block(time)?;
            self.done.records += u64::try_from(batch.len())?;
            self.done.took = started.elapsed();
            if progress(&self.done).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Presents further cases in a block of their own, for whoever needs a subject of so many records.
    ///
    /// # Errors
    ///
    /// When the store fails, or a case is refused.
    pub fn present(&mut self, cases: &[Case]) -> Result<()> {
        let event = self.app.head().time;
        let time = UnixMillis(event.get().saturating_add(SEAL_MS));
        let office = self.people.office(&self.plan.life(0), None);
        let reader = self.app.reader();
        let step = Step::Presented(PRESENTED);
        let write = |case: &Case| {
            let seed = sha256(&[b"tamga/demo-case/v1\0", case.case.id.as_bytes()]);
            let stamp = Stamp { origin: reader.origin(), seed, event, now: time };
            let refused = |error| anyhow!("{}: {error}", case.case);
            let submission = office.write(case, &step, &stamp).map_err(refused)?;
            let key = office.writer(&step).context("an office has every writer")?.key.public();
            let (record, body) = submission.into_parts();
            Ok(Written { record, body, key, fault: None })
        };
        let written = cases.iter().map(write).collect::<Result<Vec<_>>>()?;
        self.admit(written, time)?;
        self.block(time)
    }

    /// Closes the ledger and gives a copy to every other validator that holds nothing yet.
    ///
    /// # Errors
    ///
    /// When a file fails.
    pub fn finish(self) -> Result<Done> {
        let Self { dir, names, app, done, .. } = self;
        drop(app);
        let Some((first, others)) = names.split_first() else { return Ok(done) };
        for other in others {
            copy(&database(&dir, first), &database(&dir, other))?;
        }
        Ok(done)
    }

    /// What the validator holds.
    #[must_use]
    pub const fn app(&self) -> &App<RocksStore> {
        &self.app
    }

    /// The records of the next block: each of another case, all within half a day.
    fn batch(&mut self) -> Vec<(Next, Life)> {
        let left = usize::try_from(self.plan.records - self.done.records).unwrap_or(BLOCK);
        let latest = self.order.peek().time.saturating_add(SPAN_MS).min(self.plan.until);
        let mut lives = BTreeSet::new();
        let mut batch = Vec::new();
        while batch.len() < BLOCK.min(left) {
            let next = self.order.peek();
            if next.time > latest || !lives.insert(next.life) {
                break;
            }
            batch.push(self.order.take());
        }
        batch
    }

    /// Signs the records, on two cores, each after the faulty one that comes before it.
    fn write(&mut self, batch: &[(Next, Life)]) -> Result<Vec<Written>> {
        for (next, life) in batch {
            self.until_drawn(next, life)?;
        }
        let scribe = &Scribe { plan: self.plan, people: &self.people, reader: self.app.reader() };
        let half = batch.len().div_ceil(2).max(1);
        std::thread::scope(|scope| {
            let parts: Vec<_> = batch
                .chunks(half)
                .map(|part| {
                    scope.spawn(move || {
                        let written = part.iter().map(|(next, life)| scribe.written(next, life));
                        written.collect::<Result<Vec<_>>>()
                    })
                })
                .collect();
            let mut all = Vec::with_capacity(batch.len());
            for part in parts {
                let written = part.join().map_err(|_| anyhow!("a signing thread failed"))??;
                all.extend(written.into_iter().flatten());
            }
            Ok(all)
        })
    }

    /// Builds blocks until the draw that a record depends on is due.
    fn until_drawn(&mut self, next: &Next, life: &Life) -> Result<()> {
        let drawn = |event: &Event| matches!(event.step, Step::Drawn(_));
        if !life.events.get(next.place).is_some_and(drawn) {
            return Ok(());
        }
        for _ in 0..DRAW_BLOCKS {
            let pending = self.app.reader().pending_draw(&life.case.case)?;
            if pending.is_some_and(|pending| pending.winner.is_some()) {
                return Ok(());
            }
            self.block(UnixMillis(self.app.head().time.get() + 1))?;
        }
        bail!("the draw of {} is not due after {DRAW_BLOCKS} blocks", life.case.case)
    }

    fn admit(&mut self, written: Vec<Written>, now: UnixMillis) -> Result<()> {
        let faults: Vec<Option<Fault>> = written.iter().map(|it| it.fault).collect();
        let (records, bodies): (Vec<_>, Vec<_>) =
            written.into_iter().map(|it| ((it.record, it.key), it.body)).unzip();
        let random = sha256(&[b"tamga/demo-batch/v1\0", &now.get().to_be_bytes()]);
        let verified = VerifiedRecord::from_batch(records, random).into_iter().zip(bodies);
        let verified = verified.map(|(record, body)| Ok((record?, body)));
        let verified = verified.collect::<Result<Vec<_>>>()?;
        let ids: Vec<RecordId> = verified.iter().map(|(record, _)| record.id()).collect();
        let verdicts = self.app.admit(verified, Source::Local, now);
        for ((id, fault), verdict) in ids.iter().zip(faults).zip(verdicts) {
            match (fault, verdict) {
                (None, Ok(_)) => {}
                (Some(fault), Err(AdmitError::Rejected(refused)))
                    if refused.code == fault.code() =>
                {
                    *self.done.refused.entry(fault).or_default() += 1;
                }
                (fault, verdict) => bail!("{id} ({fault:?}): {verdict:?}"),
            }
        }
        Ok(())
    }

    /// Makes a block of what the pool holds, with the checkpoint that all cosign.
    fn block(&mut self, time: UnixMillis) -> Result<()> {
        let height = self.app.head().height.next();
        let builder = self.quorum.builder(height.get());
        let block = self.app.propose(height, 0, &builder, time, BLOCK_COST_MAX)?;
        let certificate = self.quorum.certificate(&block)?;
        self.app.commit(block.value, certificate, Vec::new())?;
        ensure!(self.app.pending() == 0, "the block of height {height} left records in the pool");
        let note = self.quorum.note(&self.app.head(), time)?;
        self.app.attach_note(height, &note).map_err(|error| anyhow!("{error}"))?;
        self.done.blocks += 1;
        Ok(())
    }
}

/// Where a validator of a ledger in `dir` keeps its database.
#[must_use]
pub fn database(dir: &Path, validator: &str) -> PathBuf {
    dir.join(validator).join("data").join("db")
}

/// Gives a closed database a second place, all of it or nothing; its tables never change, so they are shared. What a
/// validator already holds may be more than this, and stays.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Ok(());
    }
    let part = to.with_extension("part");
    if part.exists() {
        std::fs::remove_dir_all(&part)?;
    }
    std::fs::create_dir_all(&part)?;
    for file in std::fs::read_dir(from)? {
        let path = file?.path();
        let name = path.file_name().context("a file has a name")?;
        if path.extension().is_some_and(|it| it == "sst") {
            std::fs::hard_link(&path, part.join(name))?;
        } else if path.is_file() {
            std::fs::copy(&path, part.join(name))?;
        }
    }
    Ok(std::fs::rename(&part, to)?)
}
