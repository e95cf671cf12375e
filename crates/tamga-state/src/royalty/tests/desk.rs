//! A desk of an organisation: batches are composed, held, checked and recorded.

use std::collections::BTreeMap;

use tamga_format::attachment::Manifest;
use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::error::FormatError;
use tamga_format::id::{AttachmentId, LineHash, RecordId, SubjectId, sha256};
use tamga_format::lines::{
    AllocationLine, BatchIndex, Line, LineRange, PackedBatch, PayoutLine, PayoutState, UsageLine,
    line_hash,
};
use tamga_format::subject::{Role, Subject};

use super::super::desk;
use super::super::lines::{self, Holder, Remainders};
use super::super::statement::StatementSums;
use super::{by, licensee, organisation, pool, signed, words, world};
use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::memory::MemoryView;
use crate::status::{Batch, Book, Pool, RightCategory, Sphere, Weighting, Work};
use crate::testing::{Draft, TODAY, World, tag};
use crate::view::ViewError;

/// Last day of the uses.
pub(super) const USED: i64 = TODAY - 20;

pub(super) fn author(name: &str) -> Subject {
    tag(Role::Rightsholder, name)
}

pub(super) fn work(name: &str) -> Subject {
    Work::subject(name, RightCategory::Performing)
}

pub(super) fn batch(name: &str) -> Subject {
    tag(Role::Batch, name)
}

pub(super) fn book() -> Subject {
    Book::subject(super::bin("cmo"))
}

pub(super) fn copyright(period: &str) -> Subject {
    pool(Sphere::Copyright, period)
}

/// The ledger and what a validator holds beside it.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) world: World,
    chunks: BTreeMap<AttachmentId, Vec<Vec<u8>>>,
    bodies: BTreeMap<RecordId, Body>,
}

impl Holder for Desk {
    type View = MemoryView;

    fn view(&self) -> &MemoryView {
        &self.world.view
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        Ok(self.bodies.get(record).cloned())
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        _: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let missing = || Rejection::new(Code::AttachmentMissing, "/fields/attachment", "not held");
        let chunks = self.chunks.get(attachment).ok_or_else(missing)?;
        chunks.iter().try_for_each(|chunk| each(chunk))
    }
}

pub(super) fn salt(of: &str, number: usize) -> [u8; 32] {
    sha256(&[b"test salt ", of.as_bytes(), &(number as u64).to_be_bytes()])
}

impl Desk {
    /// Two works of two authors with their mandates and shares, and a user's licence.
    pub(super) fn new() -> Self {
        let mut world = world();
        world.build("first");
        world.set("deduction_max_bp", 3_000_i64);
        world.set("unclaimed_years", 3_i64);
        let mut desk = Self { world, chunks: BTreeMap::new(), bodies: BTreeMap::new() };
        for name in ["aigul", "berik"] {
            let given = signed("cmo", name, &["PR"], USED - 100, None)
                .not_naming(super::author())
                .naming(&[author(name)]);
            desk.record(&given);
        }
        for name in ["song", "hymn"] {
            desk.record(&registered(name, None));
            let shares = match name {
                "song" => vec![("aigul", "COMPOSER", 6_000), ("berik", "LYRICIST", 4_000)],
                _ => vec![("aigul", "AUTHOR", 10_000)],
            };
            desk.record(&shares_of(name, &shares, "COMPLETE", USED - 90));
        }
        desk
    }

    pub(super) fn record(&mut self, draft: &Draft) -> RecordId {
        self.submit(draft).unwrap_or_else(|rejection| panic!("refused: {rejection}"))
    }

    /// What a validator does: the lines are checked, then the record is judged.
    pub(super) fn submit(&mut self, draft: &Draft) -> Result<RecordId, Rejection> {
        let salt = self.world.view.seen.len() as u64;
        let (record, body) = Draft { salt, ..draft.clone() }.sign();
        lines::check(self, record.record())?;
        let id = self.world.submit_signed(&record, body.as_ref())?;
        if let Some(body) = body {
            self.bodies.insert(id, body);
        }
        Ok(id)
    }

    #[track_caller]
    pub(super) fn refused(&mut self, draft: &Draft, code: Code, pointer: &str) {
        let rejection = self.submit(draft).expect_err("it must be refused");
        assert_eq!((rejection.code, rejection.pointer.as_str()), (code, pointer), "{rejection}");
    }

    pub(super) fn pool(&self, period: &str) -> Pool {
        self.world.status(copyright(period))
    }

    /// Holds the lines of a batch.
    pub(super) fn upload(
        &mut self,
        batch: Subject,
        lines: Vec<Vec<u8>>,
    ) -> (AttachmentId, PackedBatch) {
        let packed = PackedBatch::new(&batch.id, lines).expect("lines of a batch");
        (self.hold(&packed), packed)
    }

    fn hold(&mut self, packed: &PackedBatch) -> AttachmentId {
        let manifest = Manifest::of(packed.chunks.iter().map(Vec::as_slice)).expect("a manifest");
        self.chunks.insert(manifest.id(), packed.chunks.clone());
        manifest.id()
    }

    fn bringing(&self, kind: Kind, batch: Subject, attachment: AttachmentId) -> Draft {
        by("cmo", kind, batch)
            .field("attachment", attachment.0)
            .field("base", Value::Uint(self.world.block.height.get() - 1))
    }

    /// A user's report.
    pub(super) fn usage(&mut self, name: &str, lines: &[UsageLine]) -> Draft {
        let (attachment, packed) =
            self.upload(batch(name), lines.iter().map(UsageLine::encode).collect());
        let uses: u64 = lines.iter().map(|line| line.uses).sum();
        self.bringing(Kind::R05, batch(name), attachment)
            .naming(&[licensee()])
            .field("usage_root", packed.lines.root.0)
            .field("usage_count", Value::Uint(packed.lines.count))
            .field("uses", Value::Uint(uses))
            .field("first_day", USED - 10)
            .field("last_day", USED)
            .field("source", "REPORT")
    }

    pub(super) fn collect(&mut self, period: &str, amount: i64) {
        let collected = by("cmo", Kind::R06, copyright(period))
            .field("sphere", "COPYRIGHT")
            .field("period", period)
            .field("currency", "KZT")
            .field("amount", amount)
            .field("collected_on", TODAY)
            .field("source", "FOREIGN_SOCIETY")
            .field("society", "35");
        self.record(&collected);
    }

    /// The lines that follow from uses and shares.
    pub(super) fn allocated(&self, total: i64, uses: &[UsageLine]) -> Vec<AllocationLine> {
        let holders = |work_id: &SubjectId, _: i64| {
            let shares: &[(&str, u16)] = match () {
                () if *work_id == work("song").id => &[("aigul", 6_000), ("berik", 4_000)],
                () => &[("aigul", 10_000)],
            };
            shares.iter().map(|(name, bp)| (author(name).id, *bp)).collect()
        };
        let mut number = 0;
        let salts = || {
            number += 1;
            salt("allocation", number)
        };
        desk::allocate(total, Weighting::Uses, uses, holders, salts).expect("lines")
    }

    /// The batch of these lines; its sums follow from them.
    pub(super) fn allocation(
        &mut self,
        name: &str,
        period: &str,
        lines: &[AllocationLine],
    ) -> Draft {
        let made = desk::Allocation::new(&batch(name).id, lines).expect("a batch");
        let attachment = self.hold(&made.packed);
        self.bringing(Kind::R08, batch(name), attachment)
            .naming(&[copyright(period), book()])
            .field("allocation_root", made.packed.lines.root.0)
            .field("line_count", Value::Uint(made.packed.lines.count))
            .field("total", made.total)
            .field("held", made.held)
            .field("recoverable", made.recoverable)
            .field("remainders_root", made.first.root.0)
            .field("remainders_count", Value::Uint(made.first.count))
    }

    /// A batch that pays these amounts of an allocation.
    pub(super) fn payout(
        &mut self,
        name: &str,
        of: &str,
        period: &str,
        lines: &[PayoutLine],
    ) -> Draft {
        let known: Batch = self.world.status(batch(of));
        let mut remainders = Remainders::of(self, &batch(of).id, &known, None).unwrap();
        let before = remainders.packed(&batch(of).id).unwrap().lines;
        let (attachment, packed) =
            self.upload(batch(name), lines.iter().map(PayoutLine::encode).collect());
        for line in in_order(&packed) {
            // A line that can't be paid is what a test is about; the check says so.
            drop(remainders.pay(&PayoutLine::decode(&line).unwrap()));
        }
        let after = remainders.packed(&batch(of).id).unwrap().lines;
        let sum = |of: fn(&PayoutLine) -> i64| lines.iter().map(of).sum::<i64>();
        self.bringing(Kind::R09, batch(name), attachment)
            .naming(&[copyright(period), book(), batch(of)])
            .field("payout_root", packed.lines.root.0)
            .field("line_count", Value::Uint(packed.lines.count))
            .field("net", sum(|line| line.net))
            .field("tax", sum(|line| line.tax))
            .field("levied", sum(|line| line.levied))
            .field("remainders_before", before.root.0)
            .field("remainders_root", after.root.0)
            .field("tax_rule_id", "KZ-2026")
    }

    /// What an author is owed by an allocation.
    pub(super) fn owed(&self, of: &str, name: &str) -> i64 {
        let known: Batch = self.world.status(batch(of));
        let remainders = Remainders::of(self, &batch(of).id, &known, None).unwrap();
        remainders.owed(&author(name).id.0).map_or(0, |rest| rest.open)
    }

    /// The lines of an allocation, in its order.
    pub(super) fn lines(&self, of: &str) -> Vec<AllocationLine> {
        let known: Batch = self.world.status(batch(of));
        let chunks = self.chunks[&known.attachment].clone();
        let lines = in_order(&PackedBatch { chunks, lines: known.lines });
        lines.iter().map(|line| AllocationLine::decode(line).unwrap()).collect()
    }

    /// The range of an author in a batch of the book.
    pub(super) fn range(&self, name: &str, of: &str) -> LineRange {
        let known: Batch = self.world.status(batch(of));
        let mut chunks = self.chunks[&known.attachment].clone();
        if known.allocation().is_some() {
            let mut first = Remainders::default();
            for line in in_order(&PackedBatch { chunks, lines: known.lines }) {
                first.allocate(&AllocationLine::decode(&line).unwrap()).unwrap();
            }
            chunks = first.packed(&batch(of).id).unwrap().chunks;
        }
        let index = BatchIndex::of(batch(of).id, &chunks).unwrap();
        let chunk = |number: usize| Ok::<_, FormatError>(chunks[number].clone());
        index.range(&author(name).id.0, chunk).unwrap()
    }

    /// A statement of the batches of a book that were not covered before.
    pub(super) fn statement(
        &self,
        name: &str,
        after: i64,
        opening: i64,
        batches: &[&str],
    ) -> Draft {
        let mut sums = StatementSums::default();
        let mut ranges = Vec::new();
        for of in batches {
            let known: Batch = self.world.status(batch(of));
            let range = self.range(name, of);
            sums.add(&known, &batch(of).id, &author(name).id.0, &range).unwrap();
            ranges.push(Value::Array(vec![Value::bytes(&range.encode())]));
        }
        let ids = batches.iter().map(|of| Value::Array(vec![Value::bytes(&batch(of).id.0)]));
        by("cmo", Kind::R10, author(name))
            .field("period", "2026-Q1")
            .field("after_batch", after)
            .field("batches", Value::Array(ids.collect()))
            .field("statement_root", [6; 32])
            .body("opening", opening)
            .body("allocated", sums.allocated)
            .body("net", sums.net)
            .body("tax", sums.tax)
            .body("levied", sums.levied)
            .body("closing", sums.closing(opening).unwrap())
            .body("ranges", Value::Array(ranges))
    }
}

/// The lines of a batch in its order.
pub(super) fn in_order(packed: &PackedBatch) -> Vec<Vec<u8>> {
    let of = |chunk: &Vec<u8>| {
        let lines = tamga_format::lines::lines_of_chunk(chunk).unwrap();
        lines.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    packed.chunks.iter().flat_map(of).collect()
}

/// Divides a total among lines by their weights.
pub(super) fn divide(total: i64, mut lines: Vec<AllocationLine>) -> Vec<AllocationLine> {
    desk::divide(total, &mut lines).expect("weights");
    lines
}

pub(super) fn used(name: &str, uses: u64) -> UsageLine {
    UsageLine {
        work: work(name).id.0,
        salt: salt(name, usize::try_from(uses).unwrap()),
        first_day: USED - 10,
        last_day: USED,
        uses,
        seconds: 180 * uses,
        revenue: 0,
        reported_as: [9; 32],
    }
}

pub(super) fn paid(name: &str, net: i64, tax: i64) -> PayoutLine {
    PayoutLine {
        rightsholder: author(name).id.0,
        salt: sha256(&[name.as_bytes(), &net.to_be_bytes()]),
        state: PayoutState::Sent,
        net,
        tax,
        levied: 0,
        payment: [8; 32],
    }
}

pub(super) fn registered(name: &str, iswc: Option<&str>) -> Draft {
    let draft = by("cmo", Kind::R01, work(name))
        .field("work_id", name)
        .field("right_categories", words(&["PR"]))
        .field("title_hash", [3; 32])
        .field("work_kind", "MUSIC");
    match iswc {
        Some(iswc) => draft.field("iswc", iswc),
        None => draft,
    }
}

pub(super) fn shares_of(name: &str, shares: &[(&str, &str, i64)], whole: &str, from: i64) -> Draft {
    let row = |(party, role, bp): &(&str, &str, i64)| {
        Value::Array(vec![Value::bytes(&author(party).id.0), Value::text(role), Value::int(*bp)])
    };
    let parties: Vec<Subject> = shares.iter().map(|(party, ..)| author(party)).collect();
    by("cmo", Kind::R02, work(name))
        .naming(&parties)
        .field("territory", "KZ")
        .field("valid_from", from)
        .field("completeness", whole)
        .field("document_hash", [5; 32])
        .body("shares", Value::Array(shares.iter().map(row).collect()))
}

pub(super) fn step(period: &str, action: &str) -> Draft {
    by("cmo", Kind::R07, copyright(period)).field("action", action)
}

/// The step that fixes a pool with one deduction and everything else allocated.
pub(super) fn fixed(period: &str, collected: i64, deducted: i64) -> Draft {
    let row = vec![Value::text("COLLECTION_COST"), Value::int(deducted)];
    step(period, "POOL_FIXED")
        .field("collected", collected)
        .field("deductions", Value::Array(vec![Value::Array(row)]))
        .field("allocated", collected - deducted)
        .field("undistributed", 0_i64)
}

pub(super) fn with_usage(draft: Draft, batches: &[&str]) -> Draft {
    let named: Vec<Subject> = batches.iter().map(|name| batch(name)).collect();
    draft.naming(&named).field("right_categories", words(&["PR"])).field("weighting", "USES")
}

pub(super) fn resting_on(draft: Draft, batches: &[&str]) -> Draft {
    let ids = batches.iter().map(|name| Value::Array(vec![Value::bytes(&batch(name).id.0)]));
    draft.field("usage", Value::Array(ids.collect()))
}

pub(super) fn hash_of(line: &AllocationLine) -> LineHash {
    line_hash(&line.encode())
}

pub(super) fn own() -> Subject {
    organisation("cmo")
}
