//! Each kind of proof, made from the store and checked with the policy alone.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tamga_format::id::{LeafIndex, RecordId, TreeSize};
use tamga_format::limits::SUBJECT_PROOF_RECORDS_MAX;
use tamga_format::receipt::Receipt;
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::{Known, ProvenSubject, SubjectProof};
use tamga_node::demo::rng::Rng;
use tamga_replica::Reader;
use tamga_replica::reader::{Asked, Mapped};
use tamga_rocks::RocksStore;

use super::growth::{Column, Limit};
use super::ledger::{Generated, RECORDS, claimant};
use crate::procs;

/// Microseconds in which a receipt is to be made, and checked.
const RECEIPT_US: f64 = 1_000.0;
/// Bytes of a receipt at 10^8 records.
const RECEIPT_BYTES: f64 = 3_072.0;
/// Microseconds in which all of 200 records are to be proven, and bytes of that, at 10^7 subjects.
const LIST_US: f64 = 5_000.0;
const LIST_BYTES: f64 = 20.0 * 1_024.0;
/// Seconds from the start of a node of 10^7 records until it votes: most of it is reading the map.
const OPEN_S: f64 = 20.0;
/// Bytes of disk for a record of 300 bytes, everything included.
const DISK_BYTES: f64 = 1_200.0;

/// What a node is asked for afterwards.
pub(super) struct Asking {
    pub(super) records: Vec<RecordId>,
    pub(super) subjects: Vec<Subject>,
}

/// Measures a ledger in this process.
pub(super) fn run(
    column: &mut Column<'_>,
    generated: &Generated,
    samples: usize,
) -> Result<Asking> {
    let started = Instant::now();
    let app = generated.open()?;
    column.add("open_seconds", started.elapsed().as_secs_f64(), "s", Limit::AtMost(OPEN_S));
    let (reader, mapped) = (app.reader(), app.mapped());
    let disk = procs::disk_bytes(&generated.dir.join(generated.first()?).join("data"));
    let per_record = disk as f64 / generated.records.max(1) as f64;
    column.add("disk_bytes_per_record", per_record, "bytes", Limit::AtMost(DISK_BYTES));

    let (_, size) = reader.tip()?;
    let mut rng = Rng::new(generated.records);
    let (mut records, mut subjects) = (Vec::new(), BTreeSet::new());
    while records.len() < samples {
        let index = LeafIndex(rng.within(1..size.get()));
        let leaf = reader.leaf(index)?.context("the log has the leaf")?;
        // Some leaves close blocks.
        let Ok(record) = SignedRecord::decode(&leaf) else { continue };
        subjects.extend(record.record().all_subjects());
        records.push(record.id());
    }
    let subjects: Vec<Subject> = subjects.into_iter().collect();
    let bench = Bench { reader, mapped };

    bench.receipts(column, &records)?;
    let all = Asked { from: 0, limit: SUBJECT_PROOF_RECORDS_MAX, status: true };
    let list =
        bench.whole(column, "list_of_200", samples, |_| claimant(), all, &Known::default())?;
    ensure!(list.is_complete() && list.records.len() == RECORDS, "the claimant has its records");
    let standing = Asked { limit: 0, ..all };
    let of = |number: usize| subjects[number % subjects.len()];
    bench.whole(column, "status", samples, of, standing, &Known::default())?;
    let nobody = |number: usize| Subject::registered(Role::Debtor, &format!("nobody {number}"));
    let none = bench.whole(column, "absence", samples, nobody, all, &Known::default())?;
    ensure!(none.count == 0 && none.is_complete(), "nobody has no records");
    bench.since(column, samples)?;
    bench.paths(column, &subjects)?;
    bench.log(column, size, samples)?;
    Ok(Asking { records, subjects })
}

struct Bench {
    reader: Reader<RocksStore>,
    mapped: Mapped,
}

/// What making or checking took, one by one.
#[derive(Default)]
struct Times(Vec<Duration>);

impl Times {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = black_box(work());
        self.0.push(started.elapsed());
        result
    }

    /// Adds the first, which nothing was read for before, the median, and the slowest of all but one in a hundred.
    fn add(mut self, column: &mut Column<'_>, name: &str, limit: Limit) {
        let first = self.0.first().map_or(0.0, |time| time.as_secs_f64() * 1e6);
        self.0.sort_unstable();
        let at = |part: usize| {
            let place = self.0.len().saturating_sub(1) * part / 100;
            self.0.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        column.add(format!("{name}_first_us"), first, "us", Limit::None);
        column.add(format!("{name}_us"), at(50), "us", limit);
        column.add(format!("{name}_p99_us"), at(99), "us", Limit::None);
    }
}

impl Bench {
    fn receipts(&self, column: &mut Column<'_>, records: &[RecordId]) -> Result<()> {
        let reign = self.reader.reigns().newest();
        let policy = &reign.policy;
        let (mut make, mut check, mut bytes, mut most) = (Times::default(), Times::default(), 0, 0);
        for id in records {
            let text = make.time(|| self.reader.receipt(id).map(|it| it.map(|it| it.encode())))?;
            let text = text.context("a final record has a receipt")?;
            let proven = check.time(|| Receipt::parse(&text).map(|it| it.verify(policy)));
            ensure!(proven??.id == *id, "a receipt proves its record");
            bytes += text.len();
            most = most.max(text.len());
        }
        make.add(column, "receipt_make", Limit::AtMost(RECEIPT_US));
        check.add(column, "receipt_check", Limit::AtMost(RECEIPT_US));
        let mean = bytes as f64 / records.len().max(1) as f64;
        column.add("receipt_bytes", mean, "bytes", Limit::AtMost(RECEIPT_BYTES));
        column.add("receipt_bytes_most", most as f64, "bytes", Limit::AtMost(RECEIPT_BYTES));
        Ok(())
    }

    fn proof(&self, subject: &Subject, asked: Asked) -> Result<String> {
        let placed = self.reader.placed(&self.mapped, subject, asked);
        let placed = placed.map_err(|why| anyhow!("{subject}: {why:?}"))?;
        Ok(self.reader.subject_proof(&placed)?.context("the head is final")?.encode())
    }

    /// Proofs about subjects, made and checked; the last one.
    fn whole(
        &self,
        column: &mut Column<'_>,
        name: &str,
        samples: usize,
        subject: impl Fn(usize) -> Subject,
        asked: Asked,
        known: &Known,
    ) -> Result<ProvenSubject> {
        let reign = self.reader.reigns().newest();
        let policy = &reign.policy;
        let (mut make, mut check, mut bytes, mut last) =
            (Times::default(), Times::default(), 0, None);
        for number in 0..samples {
            let subject = subject(number);
            let text = make.time(|| self.proof(&subject, asked))?;
            let proven =
                check.time(|| SubjectProof::parse(&text).map(|it| it.verify(policy, known)));
            last = Some(proven??);
            bytes += text.len();
        }
        let list = name.starts_with("list");
        let limit = |most: f64| if list { Limit::AtMost(most) } else { Limit::None };
        make.add(column, &format!("{name}_make"), limit(LIST_US));
        check.add(column, &format!("{name}_check"), limit(LIST_US));
        let mean = bytes as f64 / samples.max(1) as f64;
        column.add(format!("{name}_bytes"), mean, "bytes", limit(LIST_BYTES));
        last.context("a sample")
    }

    /// What is new of the claimant since somebody held half of its records: the tree's consistency, then the rest.
    fn since(&self, column: &mut Column<'_>, samples: usize) -> Result<()> {
        let half = RECORDS / 2;
        let asked = Asked { from: 0, limit: half, status: true };
        let text = self.proof(&claimant(), asked)?;
        let reign = self.reader.reigns().newest();
        let policy = &reign.policy;
        let known = SubjectProof::parse(&text)?.verify(policy, &Known::default())?.known;
        let asked = Asked { from: known.count(), limit: 0, status: true };
        self.whole(column, "consistency_of_200", samples, |_| claimant(), asked, &known)?;
        let asked = Asked { from: known.count(), limit: SUBJECT_PROOF_RECORDS_MAX, status: true };
        let rest = self.whole(column, "new_of_200", samples, |_| claimant(), asked, &known)?;
        ensure!(rest.is_complete() && rest.records.len() == RECORDS - half, "the rest is shown");
        Ok(())
    }

    /// How deep the map is.
    fn paths(&self, column: &mut Column<'_>, subjects: &[Subject]) -> Result<()> {
        // A step is a bit position, in one byte as high up as these are, and a hash.
        const STEP: usize = 33;
        let mut steps = Vec::with_capacity(subjects.len());
        let standing = Asked { from: 0, limit: 0, status: false };
        for subject in subjects {
            let proof = SubjectProof::parse(&self.proof(subject, standing)?)?;
            steps.push(proof.map_path.len() / STEP);
        }
        let sum: usize = steps.iter().sum();
        let mean = sum as f64 / steps.len().max(1) as f64;
        column.add("map_steps_mean", mean, "steps", Limit::None);
        let most = steps.into_iter().max().unwrap_or_default();
        column.add("map_steps_most", most as f64, "steps", Limit::None);
        Ok(())
    }

    /// That the whole log goes on from any earlier one.
    fn log(&self, column: &mut Column<'_>, size: TreeSize, samples: usize) -> Result<()> {
        let mut rng = Rng::new(size.get());
        let (mut make, mut hashes) = (Times::default(), 0);
        for _ in 0..samples {
            let from = TreeSize(rng.within(1..size.get()));
            match make.time(|| self.reader.consistency(from, size))? {
                Some(path) => hashes += path.len(),
                None => bail!("the log has {from} leaves"),
            }
        }
        make.add(column, "log_consistency_make", Limit::None);
        let mean = hashes as f64 / samples.max(1) as f64;
        column.add("log_consistency_hashes", mean, "hashes", Limit::None);
        Ok(())
    }
}
