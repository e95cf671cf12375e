//! Two quarters of royalties of one author, from reports of use to statements, as a statement file.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value as Json, json};
use tamga_api::draft::{Draft, Seal};
use tamga_api::time::{day, instant};
use tamga_format::body::Submission;
use tamga_format::cbor::{self, Limits, Value};
use tamga_format::error::FormatError;
use tamga_format::id::{RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::limits::LINE_RANGE_BYTES_MAX;
use tamga_format::lines::{
    AllocationLine, BatchIndex, Hold, Line as _, PackedBatch, PayoutLine, PayoutState, UsageLine,
};
use tamga_format::policy::Policy;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::Place;
use tamga_state::Private;
use tamga_state::civil::day_of;
use tamga_state::royalty::desk::{Allocation, Payout, allocate};
use tamga_state::status::{
    Amounts as _, Balances, Book, Pool, RightCategory, RightsholderStatus, Sphere, StatementState,
    Weighting, Work, encode,
};

use super::{NOW, ORIGIN, ServedLog, SubjectMap, genesis, genesis_file};
use crate::statement::balance::BalancePart;
use crate::statement::uses::{UsePart, WorkPart};
use crate::statement::whole::ProofPart;
use crate::statement::{BatchPart, PROVEN_VERSION, StatementFile, VERSION};

const CMO: &str = "591240000248";
const RIVAL: &str = "591240000258";

/// What is wrong with a quarter that validators would refuse.
pub(crate) type Change<'c> = &'c dyn Fn(&mut Vec<AllocationLine>);

/// What a statement says of an allocation and its payout.
struct Batches {
    ids: [Subject; 2],
    ranges: [Vec<u8>; 2],
    allocated: i64,
    paid: PayoutLine,
}

/// A ledger under way, and the file of what stands in it; until it is taken, numbers of records stand for receipts.
pub(crate) struct Quarters {
    log: ServedLog,
    records: usize,
    file: StatementFile,
    uses: Vec<UsePart>,
    rival: String,
    /// Batches of the book, and the balance after them.
    covered: u64,
    balance: i64,
    salt: [u8; 32],
    amounts: Balances,
    states: Vec<StatementState>,
}

pub(crate) fn named(role: Role, name: &str) -> Subject {
    Subject::new(role, SubjectId(sha256(&[b"quarters ", name.as_bytes()])))
}

pub(crate) fn author() -> Subject {
    named(Role::Rightsholder, "author")
}

pub(crate) fn song(name: &str) -> Subject {
    Work::subject(name, RightCategory::Performing)
}

fn salt(name: &str) -> [u8; 32] {
    sha256(&[b"salt ", name.as_bytes()])
}

/// The day so many days before the quarters are recorded.
fn ago(days: i64) -> i64 {
    day_of(NOW) - days
}

/// The range of a tag in packed lines.
fn range(batch: &Subject, packed: &PackedBatch, tag: &SubjectId) -> Vec<u8> {
    let chunk =
        |number: usize| -> Result<Vec<u8>, FormatError> { Ok(packed.chunks[number].clone()) };
    let index = BatchIndex::of(batch.id, &packed.chunks).unwrap();
    index.range(&tag.0, chunk).unwrap().encode()
}

fn hex(bytes: &[u8]) -> String {
    crate::text::hex(bytes)
}

/// Changes the lines of a range, which are byte strings of lines without their tag.
pub(crate) fn edit_range(range: &mut String, change: impl Fn(&mut Vec<Value>)) {
    let bytes = Base64::decode_vec(range).unwrap();
    let limits = Limits { bytes: LINE_RANGE_BYTES_MAX, ..Limits::STANDARD };
    let mut value = cbor::decode(&bytes, limits).unwrap();
    let Value::Array(parts) = &mut value else { panic!("a range") };
    let Some(Value::Array(lines)) = parts.get_mut(4) else { panic!("lines") };
    change(lines);
    *range = Base64::encode_string(&cbor::encode(&value));
}

impl Quarters {
    /// Two quarters: in the first a radio plays the song, in the second a radio and a television do; before the last
    /// statement another organisation gives one.
    pub(crate) fn new() -> Self {
        Self::changed(&|_| ())
    }

    /// The same with other lines in the second quarter.
    pub(crate) fn changed(change: Change<'_>) -> Self {
        let mut quarters = Self {
            log: ServedLog::new(),
            records: 0,
            file: StatementFile {
                version: VERSION,
                statements: Vec::new(),
                batches: Vec::new(),
                pools: Vec::new(),
                uses: None,
                balance: None,
                proof: None,
                confirmations: Vec::new(),
            },
            uses: Vec::new(),
            rival: String::new(),
            covered: 0,
            balance: 0,
            salt: [0; 32],
            amounts: Balances::default(),
            states: Vec::new(),
        };
        let radio = |name: &'static str, from: i64| (name, "radio", uses(name, from, &[10, 7, 3]));
        let tv = |name: &'static str, from: i64| (name, "tv", uses(name, from, &[5]));
        let first = quarters.batches("2026-Q2", 1_000_001, &[radio("r1", 150)], &|_| ());
        quarters.statement("2026-Q2", first);
        quarters.rival();
        let reports = [radio("r2", 100), tv("t2", 50)];
        let second = quarters.batches("2026-Q3", 2_000_003, &reports, change);
        quarters.statement("2026-Q3", second);
        quarters.file.uses = Some(quarters.uses.clone());
        quarters
    }

    /// The same, and then the batches of a third quarter that no statement covers yet; what they come to.
    pub(crate) fn going_on() -> (Self, [i64; 3]) {
        let mut quarters = Self::new();
        let reports = [("r3", "radio", uses("r3", 40, &[4]))];
        let Batches { allocated, paid, .. } =
            quarters.batches("2026-Q4", 500_000, &reports, &|_| ());
        quarters.file.uses = Some(quarters.uses.clone());
        (quarters, [allocated, paid.net, paid.tax])
    }

    /// The file with everything, and the policy to check it with.
    pub(crate) fn file(&self) -> (StatementFile, Policy) {
        let (mut file, others) = self.with_receipts(&self.log);
        file.balance = Some(BalancePart {
            status: Base64::encode_string(&self.status()),
            height: 9,
            size: self.log.size(),
            time: instant(NOW),
            others,
        });
        (file, genesis().0.policy)
    }

    /// The file with proofs as of a last block, whose map says what happened.
    pub(crate) fn proven(&self) -> (StatementFile, Policy) {
        let map = SubjectMap::default()
            .with(author(), Vec::new(), &self.status())
            .with(Book::subject(CMO), self.book(), &[0x80])
            .with(Book::subject(RIVAL), Vec::new(), &[0x80])
            .with(named(Role::Rightsholder, "other"), Vec::new(), &[0x80]);
        let mut log = self.log.clone();
        log.commit_under(&[], UnixMillis(NOW.0 + 1_000), map.root());
        let (mut file, others) = self.with_receipts(&log);
        let proof = |subject: &Subject| log.subject_proof(&map, subject).encode();
        let (rightsholder, book) = (proof(&author()), vec![proof(&Book::subject(CMO))]);
        file.version = PROVEN_VERSION;
        file.proof = Some(ProofPart { rightsholder, book, others });
        (file, genesis().0.policy)
    }

    /// Where the batches stand in the log.
    fn book(&self) -> Vec<Place> {
        let place = |part: &BatchPart| {
            let receipt = self.log.receipt_of(part.receipt.parse().unwrap());
            (receipt.proof.index, receipt.record.leaf_hash())
        };
        self.file.batches.iter().map(place).collect()
    }

    /// The file with its receipts, and those of the other organisation's statements.
    fn with_receipts(&self, log: &ServedLog) -> (StatementFile, Vec<String>) {
        let mut file = self.file.clone();
        let receipt = |place: &mut String| {
            *place = log.receipt_of(place.parse().unwrap()).encode();
        };
        file.statements.iter_mut().for_each(receipt);
        file.pools.iter_mut().for_each(receipt);
        file.batches.iter_mut().for_each(|it| receipt(&mut it.receipt));
        file.uses.iter_mut().flatten().for_each(|it| receipt(&mut it.receipt));
        let mut others = vec![self.rival.clone()];
        others.iter_mut().for_each(receipt);
        (file, others)
    }

    /// The author's status as the rules would leave it.
    pub(crate) fn status(&self) -> Vec<u8> {
        let opening = Private { salt: self.salt, bytes: self.amounts.encode() };
        let status = RightsholderStatus {
            statements: self.states.clone(),
            balances: Some(opening.commitment()),
            ..RightsholderStatus::default()
        };
        encode(&status, Some(RecordId([1; 32])))
    }

    /// Reports, a distribution, its lines, and a payout of two thirds of what is owed.
    fn batches(
        &mut self,
        period: &str,
        total: i64,
        reports: &[(&str, &str, Vec<UsageLine>)],
        change: Change<'_>,
    ) -> Batches {
        let mut all = Vec::new();
        for (name, user, uses) in reports {
            self.report(name, user, uses);
            all.extend(uses.iter().cloned());
        }
        let pool = Pool::subject(CMO, Sphere::Copyright, period, "KZT");
        let deducted = total / 4;
        let fixed = json!({
            "action": "POOL_FIXED", "collected": total + deducted, "undistributed": 0,
            "deductions": [{ "kind": "COLLECTION_COST", "amount": deducted }],
            "allocated": total, "weighting": "USES", "right_categories": [{ "category": "PR" }],
        });
        let reported: Vec<Subject> =
            reports.iter().map(|(name, ..)| named(Role::Batch, name)).collect();
        let place = self.okup("R07", pool, &reported, fixed, json!({}));
        self.file.pools.push(place);

        let batch = named(Role::Batch, &format!("allocation {period}"));
        let holders = |work: &SubjectId, _: i64| match *work == song("song").id {
            true => vec![(author().id, 6_000), (named(Role::Rightsholder, "other").id, 4_000)],
            false => vec![(named(Role::Rightsholder, "other").id, 10_000)],
        };
        let mut number = 0;
        let salts = || {
            number += 1;
            salt(&format!("{period} {number}"))
        };
        let mut lines = allocate(total, Weighting::Uses, &all, holders, salts).unwrap();
        let own = |line: &&mut AllocationLine| line.rightsholder == author().id.0;
        // Of the author's lines one is held.
        lines.iter_mut().rfind(own).unwrap().hold = Some(Hold::NoBankDetails);
        change(&mut lines);
        let mut made = Allocation::new(&batch.id, &lines).unwrap();
        let usage: Vec<Json> =
            reported.iter().map(|batch| json!({ "batch": batch.to_text() })).collect();
        let fields = json!({
            "attachment": "00".repeat(32), "base": 1,
            "allocation_root": made.packed.lines.root.to_string(),
            "line_count": made.packed.lines.count,
            "total": made.total, "held": made.held, "recoverable": made.recoverable,
            "remainders_root": made.first.root.to_string(), "remainders_count": made.first.count,
            "usage": usage,
        });
        let receipt = self.okup("R08", batch, &[pool, Book::subject(CMO)], fields, json!({}));
        let shown = range(&batch, &made.packed, &author().id);
        self.file.batches.push(BatchPart { receipt, lines: Base64::encode_string(&shown) });
        let first = made.remainders.packed(&batch.id).unwrap();
        let remainders = range(&batch, &first, &author().id);

        let owed = made.remainders.owed(&author().id.0).unwrap();
        let (allocated, net) = (owed.open + owed.held, owed.open / 3 * 2);
        let line = PayoutLine {
            rightsholder: author().id.0,
            salt: salt(&format!("payout {period}")),
            state: PayoutState::Sent,
            net: net - net / 10,
            tax: net / 10,
            levied: 0,
            payment: [9; 32],
        };
        let payout = named(Role::Batch, &format!("payout {period}"));
        let lines = [line.clone()];
        let paid = Payout::new(&payout.id, &batch.id, &mut made.remainders, &lines).unwrap();
        let fields = json!({
            "attachment": "00".repeat(32), "base": 1,
            "payout_root": paid.packed.lines.root.to_string(),
            "line_count": paid.packed.lines.count,
            "net": line.net, "tax": line.tax, "levied": 0, "tax_rule_id": "rule",
            "remainders_before": paid.before.root.to_string(),
            "remainders_root": paid.after.root.to_string(),
        });
        let named = [pool, Book::subject(CMO), batch];
        let receipt = self.okup("R09", payout, &named, fields, json!({}));
        let payouts = range(&payout, &paid.packed, &author().id);
        self.file.batches.push(BatchPart { receipt, lines: Base64::encode_string(&payouts) });
        Batches { ids: [batch, payout], ranges: [remainders, payouts], allocated, paid: line }
    }

    /// The statement of two batches.
    fn statement(&mut self, period: &str, batches: Batches) {
        let Batches { ids: [batch, payout], ranges: [remainders, payouts], allocated, paid: line } =
            batches;
        let closing = self.balance + allocated - line.net - line.tax;
        let fields = json!({
            "period": period, "after_batch": self.covered, "statement_root": "00".repeat(32),
            "batches": [{ "batch": batch.to_text() }, { "batch": payout.to_text() }],
        });
        let body = json!({
            "opening": self.balance, "allocated": allocated, "net": line.net, "tax": line.tax,
            "levied": 0, "closing": closing,
            "ranges": [{ "range": hex(&remainders) }, { "range": hex(&payouts) }],
        });
        self.covered += 2;
        self.balance = closing;
        let place = self.okup("R10", author(), &[], fields, body);
        self.stated(&place, CMO, self.covered, closing);
        self.file.statements.push(place);
    }

    /// A report of one user.
    fn report(&mut self, name: &str, user: &str, uses: &[UsageLine]) {
        let batch = named(Role::Batch, name);
        let packed =
            PackedBatch::new(&batch.id, uses.iter().map(UsageLine::encode).collect()).unwrap();
        let fields = json!({
            "attachment": "00".repeat(32), "base": 1,
            "usage_root": packed.lines.root.to_string(), "usage_count": packed.lines.count,
            "uses": uses.iter().map(|line| line.uses).sum::<u64>(), "source": "REPORT",
            "first_day": day(uses.iter().map(|line| line.first_day).min().unwrap()),
            "last_day": day(uses.iter().map(|line| line.last_day).max().unwrap()),
        });
        let receipt = self.okup("R05", batch, &[named(Role::Licensee, user)], fields, json!({}));
        let work = song("song");
        let lines = Base64::encode_string(&range(&batch, &packed, &work.id));
        self.uses.push(UsePart { receipt, works: vec![WorkPart { work: work.to_text(), lines }] });
    }

    /// A statement of another organisation.
    fn rival(&mut self) {
        let batch = named(Role::Batch, "of the rival");
        let fields = json!({
            "period": "2026-Q2", "after_batch": 0, "statement_root": "00".repeat(32),
            "batches": [{ "batch": batch.to_text() }],
        });
        let body = json!({
            "opening": 0, "allocated": 77, "net": 0, "tax": 0, "levied": 0, "closing": 77,
            "ranges": [{ "range": "00" }],
        });
        let place = self.write(RIVAL, "R10", author(), &[], fields, body);
        self.stated(&place, RIVAL, 1, 77);
        self.rival = place;
    }

    /// What a statement leaves in the author's status.
    fn stated(&mut self, place: &str, okup: &str, covered: u64, closing: i64) {
        let receipt = self.log.receipt_of(place.parse().unwrap());
        let cmo = Subject::registered(Role::Cmo, okup).id;
        let state = StatementState { cmo, covered, record: receipt.record.id() };
        let slot = self.states.iter().position(|it| it.cmo == cmo).unwrap_or(self.states.len());
        match self.states.get_mut(slot) {
            Some(known) => *known = state,
            None => self.states.push(state),
        }
        self.amounts.0[slot] = closing;
        let proven = receipt.verify(&genesis().0.policy).unwrap();
        let salts = proven.opened.iter().map(|field| &field.salt);
        self.salt = Private::next_salt(&author(), &self.salt, salts);
    }

    fn okup(
        &mut self,
        kind: &str,
        subject: Subject,
        subjects: &[Subject],
        fields: Json,
        body: Json,
    ) -> String {
        self.write(CMO, kind, subject, subjects, fields, body)
    }

    /// Records something in a block of its own; its number.
    fn write(
        &mut self,
        okup: &str,
        kind: &str,
        subject: Subject,
        subjects: &[Subject],
        mut fields: Json,
        body: Json,
    ) -> String {
        let organisation = Subject::registered(Role::Organisation, okup);
        fields["okup_id"] = json!(organisation.id.to_string());
        let named = subjects.iter().copied().chain([Subject::registered(Role::Cmo, okup)]);
        let object = |value: Json| serde_json::from_value(value).unwrap();
        let draft = Draft {
            kind: kind.to_owned(),
            version: None,
            issuer: format!("organisation#{okup}"),
            subject: subject.to_text(),
            subjects: named.map(|it| it.to_text()).collect(),
            event_time: instant(NOW),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields: object(fields),
            body: object(body),
        };
        let number = self.records;
        let (_, seeds) = genesis_file();
        let key = SigningKey::from_seed(*seeds.values().next().unwrap());
        let seal = Seal {
            origin: ORIGIN,
            key_id: key.public().key_id(),
            nonce: [u8::try_from(number).unwrap(); 16],
            valid_until: UnixMillis(NOW.0 + 1_000),
            salt: &|name: &str| salt(&format!("{number} {name}")),
        };
        let (record, body) = draft.write(&seal).unwrap();
        let submission = Submission::new(record.sign(&key).unwrap(), body).unwrap();
        self.log.commit(&[submission], UnixMillis(NOW.0 + i64::try_from(number).unwrap()));
        self.records += 1;
        number.to_string()
    }
}

/// A user's uses of the song on days from `from` days ago, and as many of another work.
fn uses(name: &str, from: i64, counts: &[u64]) -> Vec<UsageLine> {
    let of = |work: &str, number: usize, uses: u64| {
        let day = ago(from - 31 * i64::try_from(number).unwrap());
        UsageLine {
            work: song(work).id.0,
            salt: salt(&format!("{name} {work} {number}")),
            first_day: day,
            last_day: day,
            uses,
            seconds: 0,
            revenue: 0,
            reported_as: [0; 32],
        }
    };
    let numbered = counts.iter().enumerate();
    numbered.flat_map(|(at, uses)| [of("song", at, *uses), of("other song", at, *uses)]).collect()
}
