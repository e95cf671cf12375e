//! Seasons of royalties from a seed, with faults by name: each faulty record stands before the lawful one that it spoils.

use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::error::FormatError;
use tamga_format::id::{AttachmentId, KeyId, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::lines::{
    AllocationLine, Basis, BatchIndex, Hold, Line as _, PackedBatch, PayoutLine, PayoutState,
    UsageLine, line_hash, lines_of_chunk,
};
use tamga_format::subject::{Role, Subject};
use tamga_node::demo::rng::Rng;
use tamga_state::Genesis;
use tamga_state::View as _;
use tamga_state::catalogue::OrganisationKind;
use tamga_state::genesis::{GenesisKey, GenesisOrganisation};
use tamga_state::royalty::desk::{self, Allocation, Payout};
use tamga_state::royalty::lines::Remainders;
use tamga_state::royalty::statement::StatementSums;
use tamga_state::status::{Batch, Book, Weighting, decode};

use super::super::compare::Both;
use super::super::law::{Day, day_of};
use super::sheet::Sheet;
use crate::sim::ledger::START;

mod chapters;
mod distribution;
mod setting;

use setting::{OKUP, RIVAL, USER};

const MINUTE_MS: i64 = 60_000;
/// A little more than three years.
const YEARS_MS: i64 = 1_100 * 24 * 3_600_000;

/// How large a season is.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Rightsholders.
    pub holders: usize,
    /// Works.
    pub works: usize,
    /// Lines of a batch of uses.
    pub uses: usize,
}

/// A record that breaks one rule: what the fault is called, and the code it must be refused with; where it depends on
/// chance which of two rules it breaks, both with a bar between.
type Fault = (&'static str, &'static str, Sheet);

/// What became of faults, by name.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Injected, and refused with the right code.
    pub by_name: BTreeMap<&'static str, (u64, u64)>,
    /// What went otherwise than it must.
    pub wrong: Vec<String>,
}

impl Faults {
    /// Takes in another season's.
    pub fn add(&mut self, other: Self) {
        for (name, (injected, caught)) in other.by_name {
            let known = self.by_name.entry(name).or_default();
            known.0 += injected;
            known.1 += caught;
        }
        self.wrong.extend(other.wrong);
    }
}

/// A season, judged twice; of each hundred faults that could be injected, so many are.
#[must_use]
pub fn judged(seed: u64, scale: Scale, percent: u64) -> (Both, Faults) {
    let mut both = Both::new(&setting::genesis(), START);
    both.build(MINUTE_MS);
    let rng = Rng::new(seed);
    let (name, faults) = (format!("season {seed}"), Faults::default());
    let mut season = Season { both, rng, name, scale, percent, serial: 0, faults, used: 0 };
    season.used = season.today() - 20;
    season.tell();
    (season.both, season.faults)
}

struct Season {
    both: Both,
    rng: Rng,
    name: String,
    scale: Scale,
    percent: u64,
    serial: u64,
    faults: Faults,
    /// Last day of use.
    used: Day,
}

impl Season {
    fn today(&self) -> Day {
        day_of(self.both.block.time.get())
    }

    fn derive(&self, what: &str, number: usize) -> [u8; 32] {
        let number = u64::try_from(number).expect("few").to_be_bytes();
        sha256(&[self.name.as_bytes(), what.as_bytes(), &number])
    }

    fn salt(&mut self) -> [u8; 32] {
        self.serial += 1;
        sha256(&[self.name.as_bytes(), b"salt", &self.serial.to_be_bytes()])
    }

    fn subject(&self, role: Role, what: &str, number: usize) -> Subject {
        Subject::new(role, SubjectId(self.derive(what, number)))
    }

    fn amount(&mut self, from: u64, to: u64) -> i64 {
        i64::try_from(self.rng.within(from..to)).expect("small")
    }

    /// One tiyn, or a few.
    fn tiyn(&mut self) -> i64 {
        self.amount(1, 4)
    }

    fn judge(&mut self, sheet: &Sheet) -> Result<RecordId, &'static str> {
        self.serial += 1;
        let public = setting::key(&sheet.issuer).public();
        let key: KeyId = public.key_id();
        let written = sheet.seal(&self.both.block, self.serial, key);
        if let Some(chunks) = &sheet.chunks {
            let id = sheet.fields["attachment"].as_array_of().map(AttachmentId);
            self.both.hold(id.expect("an id"), chunks.clone());
        }
        let verdict = self.both.submit_for_code(&written);
        verdict.map(|()| written.signed.id())
    }

    /// Tries the faults, or some of them, then the lawful record, which ends its block.
    fn offer(&mut self, sheet: &Sheet, faults: Vec<Fault>) -> RecordId {
        for (name, code, faulty) in faults {
            if !self.rng.chance(self.percent * 10) {
                continue;
            }
            let verdict = self.judge(&faulty);
            let count = self.faults.by_name.entry(name).or_default();
            count.0 += 1;
            if verdict.is_err_and(|found| code.split('|').any(|code| code == found)) {
                count.1 += 1;
            } else {
                self.faults.wrong.push(format!("{name}: {verdict:?}, not {code}"));
            }
        }
        let verdict = self.judge(sheet);
        self.both.build(MINUTE_MS);
        verdict.unwrap_or_else(|code| {
            let subject = sheet.subject;
            let what = format!("lawful {} about {subject} in {}: {code}", sheet.kind, self.name);
            self.faults.wrong.push(what);
            RecordId([0; 32])
        })
    }

    fn base(&self, sheet: Sheet) -> Sheet {
        let base = self.both.block.height.get() - 1;
        sheet.value("base", Value::Uint(base))
    }

    fn batch(&self, what: &str) -> Subject {
        self.subject(Role::Batch, what, 0)
    }

    fn status(&self, batch: Subject) -> Option<Batch> {
        let row = self.both.view().status(&batch).ok()??;
        decode::<Batch>(&row.bytes).ok().map(|(_, status)| status)
    }

    /// A batch of allocations with what follows from its lines.
    fn allocation(
        &self,
        what: &str,
        pool: Subject,
        lines: &[AllocationLine],
    ) -> (Sheet, Remainders) {
        let batch = self.batch(what);
        let made = Allocation::new(&batch.id, lines).expect("lines of a batch");
        let count = i64::try_from(made.first.count).expect("few");
        let sheet = self
            .base(Sheet::of("R08", OKUP, batch))
            .naming(&[pool, Book::subject(OKUP)])
            .lines(("allocation_root", "line_count"), lines)
            .number("total", made.total)
            .number("held", made.held)
            .number("recoverable", made.recoverable)
            .bytes("remainders_root", made.first.root.0)
            .number("remainders_count", count);
        (sheet, made.remainders)
    }

    /// A batch that pays lines; what can't be paid leaves the remainders as they are.
    fn payout(
        &self,
        (what, of): (&str, &str),
        pool: Subject,
        rest: &Remainders,
        lines: &[PayoutLine],
    ) -> (Sheet, Remainders) {
        let (batch, of) = (self.batch(what), self.batch(of));
        let before = rest.packed(&of.id).expect("remainders").lines.root;
        let mut after = rest.clone();
        let made = Payout::new(&batch.id, &of.id, &mut after, lines);
        let root = made.map_or(before, |made| made.after.root);
        let sum = |of: fn(&PayoutLine) -> i64| lines.iter().map(of).sum::<i64>();
        let sheet = self
            .base(Sheet::of("R09", OKUP, batch))
            .naming(&[pool, Book::subject(OKUP), of])
            .lines(("payout_root", "line_count"), lines)
            .number("net", sum(|line| line.net))
            .number("tax", sum(|line| line.tax))
            .number("levied", sum(|line| line.levied))
            .bytes("remainders_before", before.0)
            .bytes("remainders_root", root.0)
            .text("tax_rule_id", "demo-10");
        (sheet, after)
    }

    /// A statement of batches: what is shown of each is the lines that its range is of.
    fn statement(
        &self,
        holder: Subject,
        (after, opening): (i64, i64),
        batches: &[(Subject, Vec<Vec<u8>>)],
    ) -> (Sheet, i64) {
        let mut sums = StatementSums::default();
        let mut ranges = Vec::new();
        for (subject, lines) in batches {
            let packed = PackedBatch::new(&subject.id, lines.clone()).expect("lines");
            let index = BatchIndex::of(subject.id, &packed.chunks).expect("an index");
            let chunk = |number: usize| Ok::<_, FormatError>(packed.chunks[number].clone());
            let range = index.range(&holder.id.0, chunk).expect("a range");
            let known = self.status(*subject).expect("it is recorded");
            sums.add(&known, &subject.id, &holder.id.0, &range).expect("it is proven");
            ranges.push(Value::Array(vec![Value::bytes(&range.encode())]));
        }
        let closing = sums.closing(opening).expect("small");
        let ids: Vec<SubjectId> = batches.iter().map(|(subject, _)| subject.id).collect();
        let sheet = Sheet::of("R10", OKUP, holder)
            .text("period", "2026-Q1")
            .number("after_batch", after)
            .ids("batches", &ids)
            .bytes("statement_root", self.derive("statement", 0))
            .private("opening", Value::int(opening))
            .private("allocated", Value::int(sums.allocated))
            .private("net", Value::int(sums.net))
            .private("tax", Value::int(sums.tax))
            .private("levied", Value::int(sums.levied))
            .private("closing", Value::int(closing))
            .private("ranges", Value::Array(ranges));
        (sheet, closing)
    }
}

/// Chunks with the first line gone, twice, or behind the second.
fn spoilt(sheet: &Sheet, how: &str) -> Sheet {
    let chunks = sheet.chunks.clone().expect("a sheet with lines");
    let of = |chunk: &Vec<u8>| {
        let lines = lines_of_chunk(chunk).expect("lines").into_iter();
        lines.map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let mut lines: Vec<Vec<u8>> = chunks.iter().flat_map(of).collect();
    match how {
        "removed" => drop(lines.remove(0)),
        "twice" => lines.insert(0, lines[0].clone()),
        _ => lines.swap(0, 1),
    }
    let mut chunk = Vec::new();
    for line in lines {
        chunk.extend(u16::try_from(line.len()).expect("short").to_be_bytes());
        chunk.extend(line);
    }
    sheet.clone().chunks(vec![chunk])
}
