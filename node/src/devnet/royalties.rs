//! A season of royalties, from mandates to statements, at any scale: the demo story and benches write it.
//!
//! Everything follows from a name: two runs make the same works, lines and salts.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use tamga_api::draft::{Draft, Seal};
use tamga_api::time::{day as day_text, instant};
use tamga_format::attachment::Manifest;
use tamga_format::body::Submission;
use tamga_format::id::{AttachmentId, RecordId, SubjectId, UnixMillis, sha256};
use tamga_format::lines::{BatchIndex, Line as _, PackedBatch, PayoutLine, PayoutState, UsageLine};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::Rejection;
use tamga_state::civil::day_of;
use tamga_state::registry::{key_subject, possession_message};
use tamga_state::royalty::desk::{Allocation, Payout, allocate};
use tamga_state::royalty::lines::Remainders;
use tamga_state::royalty::statement::StatementSums;
use tamga_state::status::{
    Accreditation, Batch, Book, Pool, RightCategory, Sphere, Weighting, Work,
};

/// The organisation that collects, and the user who pays; no such organisations can exist.
pub const OKUP: &str = "591240000248";
/// The user of works.
pub const RADIO: &str = "591240000258";
/// The authorised body that accredits.
const AUTHORITY: &str = "591240000208";
/// Milliseconds a record may take to enter the log: a day.
const VALID_FOR_MS: i64 = 24 * 3_600 * 1_000;
/// The field of a record that names its attachment.
const ATTACHMENT: u16 = 2;
/// The author whom the story follows has the only share in the first work.
const AUTHOR: usize = 0;

/// How large a season is.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Authors beside the one whom the story follows.
    pub authors: usize,
    /// Works beside that one's; each has two of the authors.
    pub works: usize,
    /// Uses of these works; each gives two lines.
    pub uses: usize,
    /// Lines of the author whom the story follows.
    pub own: usize,
}

/// The keys of those who write.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Of the authorised body.
    pub authority: SigningKey,
    /// Of the organisation.
    pub okup: SigningKey,
}

/// A record, and the chunks of its attachment if it brings one.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The record.
    pub submission: Submission,
    /// The attachment, its manifest and its chunks.
    pub attachment: Option<(AttachmentId, Manifest, Vec<Vec<u8>>)>,
}

/// A season under way.
#[derive(Debug)]
pub struct Season {
    name: String,
    origin: String,
    scale: Scale,
    keys: Keys,
    now: UnixMillis,
    uses: Vec<UsageLine>,
    first: Remainders,
    remainders: Remainders,
    records: u64,
    /// The quarter of the year that its pool is called after.
    quarter: u8,
    /// What of the collections is paid, in basis points; everything that is owed if none.
    paid_bp: Option<i64>,
}

impl Season {
    /// A season called `name`; its uses lie a month before `now`.
    #[must_use]
    pub fn new(name: &str, origin: &str, scale: Scale, keys: Keys, now: UnixMillis) -> Self {
        let mut season = Self {
            name: name.to_owned(),
            origin: origin.to_owned(),
            scale,
            keys,
            now,
            uses: Vec::new(),
            first: Remainders::default(),
            remainders: Remainders::default(),
            records: 0,
            quarter: 1,
            paid_bp: None,
        };
        season.uses = season.make_uses();
        season
    }

    /// The season after another of the same organisation, which is accredited already: it pays only so much of what it
    /// collects, in basis points.
    #[must_use]
    pub const fn after_another(mut self, paid_bp: i64) -> Self {
        self.quarter = 2;
        self.paid_bp = Some(paid_bp);
        self
    }

    /// The author whom the story follows.
    #[must_use]
    pub fn author(&self) -> Subject {
        self.holder(AUTHOR)
    }

    /// What this season's pool is called.
    #[must_use]
    pub fn period(&self) -> String {
        let year = &day_text(self.day())[..4];
        format!("{year}-Q{}", self.quarter)
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> Subject {
        Pool::subject(OKUP, Sphere::Copyright, &self.period(), "KZT")
    }

    /// A batch of this season: `usage`, `allocation` or `payout`.
    #[must_use]
    pub fn batch(&self, what: &str) -> Subject {
        Subject::new(Role::Batch, SubjectId(self.derive(&["batch", what])))
    }

    /// Lines of the allocation.
    #[must_use]
    pub const fn lines(&self) -> usize {
        2 * self.scale.uses + self.scale.own
    }

    /// What is collected, in tiyn.
    #[must_use]
    pub fn collected(&self) -> i64 {
        1_000_003 + 1_000 * i64::try_from(self.lines()).unwrap_or(i64::MAX / 2_000)
    }

    fn allocated(&self) -> i64 {
        self.collected() - self.deducted()
    }

    fn deducted(&self) -> i64 {
        self.collected() / 4
    }

    /// Accreditation, mandates, works with their shares, and a collection, in the order in which they can be recorded.
    ///
    /// # Errors
    ///
    /// When a record does not fit the catalogue, which is a mistake in this module.
    pub fn beginning(&mut self) -> Result<Vec<Submission>> {
        let mut all = Vec::new();
        if self.quarter == 1 {
            all.push(self.accredited()?);
        }
        for author in 0..=self.scale.authors {
            all.push(self.mandate(author)?);
        }
        for work in 0..=self.scale.works {
            all.push(self.work(work)?);
            all.push(self.shares(work)?);
        }
        all.push(self.collection()?);
        Ok(all)
    }

    /// The key of the author whom the story follows, registered by the authorised body, so that the author can object
    /// and confirm.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn author_key(&mut self, key: &SigningKey) -> Result<Submission> {
        let (author, public) = (self.author(), key.public());
        let possession = key.sign(&possession_message(&self.origin, &author, &public));
        let fields = json!({
            "key": hex(public.as_bytes()), "possession": hex(possession.as_bytes()),
            "purpose": "RECORDS", "valid_from": instant(UnixMillis(self.now.get() - VALID_FOR_MS)),
        });
        let subject = key_subject(&public.key_id());
        let authority = self.keys.authority.clone();
        self.write(("G03", AUTHORITY, &authority), subject, &[author], fields, json!({}))
    }

    /// The usage report.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn usage(&mut self, base: u64) -> Result<Piece> {
        let batch = self.batch("usage");
        let lines = self.uses.iter().map(UsageLine::encode).collect();
        let packed = PackedBatch::new(&batch.id, lines)?;
        let uses: u64 = self.uses.iter().map(|line| line.uses).sum();
        let licensee = Subject::registered(Role::Licensee, RADIO);
        let fields = json!({
            "usage_root": packed.lines.root.to_string(), "usage_count": packed.lines.count,
            "uses": uses, "source": "REPORT",
            "first_day": day_text(self.used() - 20), "last_day": day_text(self.used()),
        });
        self.bring("R05", batch, &[licensee], base, (fields, json!({})), packed.chunks)
    }

    /// The pool is fixed and divides itself by the usage.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn fixed(&mut self) -> Result<Submission> {
        let usage = self.batch("usage");
        let fields = json!({
            "action": "POOL_FIXED", "collected": self.collected(), "undistributed": 0,
            "deductions": [{ "kind": "COLLECTION_COST", "amount": self.deducted() }],
            "allocated": self.allocated(), "weighting": "SECONDS",
            "right_categories": [{ "category": "PR" }],
        });
        self.okup("R07", self.pool(), &[usage], fields, json!({}))
    }

    /// The allocations.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn allocation(&mut self, base: u64) -> Result<Piece> {
        let batch = self.batch("allocation");
        let works: BTreeMap<SubjectId, Vec<(SubjectId, u16)>> = (0..=self.scale.works)
            .map(|work| (self.work_subject(work).id, self.holders(work)))
            .collect();
        let mut number = 0_u64;
        let seed = self.derive(&["allocation salts"]);
        let salt = || {
            number += 1;
            sha256(&[&seed, &number.to_be_bytes()])
        };
        let holders = |work: &SubjectId, _: i64| works.get(work).cloned().unwrap_or_default();
        let lines = allocate(self.allocated(), Weighting::Seconds, &self.uses, holders, salt)
            .map_err(said)?;
        let made = Allocation::new(&batch.id, &lines).map_err(said)?;
        drop(lines);
        let fields = json!({
            "allocation_root": made.packed.lines.root.to_string(),
            "line_count": made.packed.lines.count,
            "total": made.total, "held": made.held, "recoverable": made.recoverable,
            "remainders_root": made.first.root.to_string(), "remainders_count": made.first.count,
            "usage": [{ "batch": self.batch("usage").to_text() }],
        });
        self.first = made.remainders.clone();
        self.remainders = made.remainders;
        let subjects = [self.pool(), Book::subject(OKUP)];
        self.bring("R08", batch, &subjects, base, (fields, json!({})), made.packed.chunks)
    }

    /// A piece whose record says the same of another attachment: what a careless or dishonest organisation would send.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn with_attachment(
        &mut self,
        piece: &Piece,
        id: AttachmentId,
        chunks: Vec<Vec<u8>>,
    ) -> Result<Piece> {
        self.records += 1;
        let mut record = piece.submission.record().record().clone();
        record.nonce = self.derive(&["nonce", &self.records.to_string()])[..16].try_into()?;
        for (number, value) in &mut record.fields {
            if *number == ATTACHMENT {
                *value = tamga_format::cbor::Value::bytes(id.as_bytes());
            }
        }
        let manifest = Manifest::of(chunks.iter().map(Vec::as_slice))?;
        let body = piece.submission.body().cloned();
        let submission = Submission::new(record.sign(&self.keys.okup)?, body)?;
        Ok(Piece { submission, attachment: Some((id, manifest, chunks)) })
    }

    /// A further step of the pool: `APPROVED`, `PUBLISHED`.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn step(&mut self, action: &str) -> Result<Submission> {
        self.okup("R07", self.pool(), &[], json!({ "action": action }), json!({}))
    }

    /// Payouts of everything that is owed, or of as much as this season pays, with a tenth withheld as tax.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn payout(&mut self, base: u64) -> Result<Piece> {
        let (batch, allocation) = (self.batch("payout"), self.batch("allocation"));
        let lines = self.payout_lines();
        let made =
            Payout::new(&batch.id, &allocation.id, &mut self.remainders, &lines).map_err(said)?;
        let [net, tax, levied] = made.paid;
        let fields = json!({
            "payout_root": made.packed.lines.root.to_string(),
            "line_count": made.packed.lines.count,
            "net": net, "tax": tax, "levied": levied, "tax_rule_id": "demo-10",
            "remainders_before": made.before.root.to_string(),
            "remainders_root": made.after.root.to_string(),
        });
        let subjects = [self.pool(), Book::subject(OKUP), allocation];
        self.bring("R09", batch, &subjects, base, (fields, json!({})), made.packed.chunks)
    }

    fn payout_lines(&self) -> Vec<PayoutLine> {
        let mut left = self.paid_bp.map_or(i64::MAX, |bp| self.collected() * bp / 10_000 + 1);
        let paid = |(number, rest): (usize, tamga_format::lines::Remainder)| {
            let gross = rest.open.clamp(0, left);
            left -= gross;
            (gross > 0).then(|| PayoutLine {
                rightsholder: rest.rightsholder,
                salt: self.derive(&["payout salt", &number.to_string()]),
                state: PayoutState::Sent,
                net: gross - gross / 10,
                tax: gross / 10,
                levied: 0,
                payment: self.derive(&["payment", &number.to_string()]),
            })
        };
        self.first.iter().enumerate().filter_map(paid).collect()
    }

    /// The statement to the author whom the story follows; `batches` gives the statuses of allocation and payout.
    ///
    /// # Errors
    ///
    /// As [`Season::beginning`].
    pub fn statement(&mut self, batches: [&Batch; 2]) -> Result<Submission> {
        let author = self.author();
        let (allocation, payout) = (self.batch("allocation"), self.batch("payout"));
        let lines = self.payout_lines().iter().map(PayoutLine::encode).collect();
        let chunks = [
            self.first.packed(&allocation.id).map_err(said)?.chunks,
            PackedBatch::new(&payout.id, lines)?.chunks,
        ];
        let mut sums = StatementSums::default();
        let mut ranges = Vec::new();
        for ((id, batch), chunks) in [allocation.id, payout.id].into_iter().zip(batches).zip(chunks)
        {
            let chunk = |number: usize| -> Result<Vec<u8>> {
                Ok(chunks.get(number).context("a chunk of the batch")?.clone())
            };
            let range = BatchIndex::of(id, &chunks)?.range(&author.id.0, chunk)?;
            sums.add(batch, &id, &author.id.0, &range).map_err(said)?;
            ranges.push(json!({ "range": hex(&range.encode()) }));
        }
        let closing = sums.closing(0).map_err(said)?;
        let fields = json!({
            "period": self.period(), "after_batch": 0,
            "batches": [{ "batch": allocation.to_text() }, { "batch": payout.to_text() }],
            "statement_root": hex(&self.derive(&["statement"])), "delivery_status": "SENT",
        });
        let body = json!({
            "opening": 0, "allocated": sums.allocated, "net": sums.net, "tax": sums.tax,
            "levied": sums.levied, "closing": closing, "ranges": ranges,
        });
        self.okup("R10", author, &[], fields, body)
    }

    fn day(&self) -> i64 {
        day_of(self.now)
    }

    /// Last day of use.
    fn used(&self) -> i64 {
        self.day() - 30
    }

    fn derive(&self, purpose: &[&str]) -> [u8; 32] {
        let parts: Vec<&[u8]> = [&b"tamga/demo-royalties/v1"[..], self.name.as_bytes()]
            .into_iter()
            .chain(purpose.iter().map(|part| part.as_bytes()))
            .flat_map(|part| [&b"\0"[..], part])
            .collect();
        sha256(&parts)
    }

    fn holder(&self, author: usize) -> Subject {
        let id = self.derive(&["rightsholder", &author.to_string()]);
        Subject::new(Role::Rightsholder, SubjectId(id))
    }

    fn work_name(&self, work: usize) -> String {
        format!("{}-{work}", self.name)
    }

    fn work_subject(&self, work: usize) -> Subject {
        Work::subject(&self.work_name(work), RightCategory::Performing)
    }

    /// Who holds which share of a work.
    fn holders(&self, work: usize) -> Vec<(SubjectId, u16)> {
        if work == 0 {
            return vec![(self.author().id, 10_000)];
        }
        let of = |number: usize| self.holder(1 + number % self.scale.authors).id;
        vec![(of(work), 6_000), (of(work + 1), 4_000)]
    }

    fn make_uses(&self) -> Vec<UsageLine> {
        let of = |number: usize, work: usize| UsageLine {
            work: self.work_subject(work).id.0,
            salt: self.derive(&["usage salt", &number.to_string()]),
            first_day: self.used() - 20,
            last_day: self.used(),
            uses: 1 + number as u64 % 7,
            seconds: 180 + number as u64 % 97,
            revenue: 0,
            reported_as: self.derive(&["title", &work.to_string()]),
        };
        let own = (0..self.scale.own).map(|number| of(number, 0));
        let others = (0..self.scale.uses)
            .map(|number| of(self.scale.own + number, 1 + number % self.scale.works));
        own.chain(others).collect()
    }

    fn accredited(&mut self) -> Result<Submission> {
        let item = Accreditation::subject(OKUP, Sphere::Copyright);
        let (from, to) = (day_text(self.day() - 365), day_text(self.day() + 365));
        let fields = json!({
            "sphere": "COPYRIGHT", "state": "GRANTED", "state_date": from,
            "valid_from": from, "valid_to": to, "act_hash": hex(&self.derive(&["act"])),
        });
        let subjects =
            [Subject::registered(Role::Organisation, OKUP), Subject::registered(Role::Cmo, OKUP)];
        let key = self.keys.authority.clone();
        self.write(("G05", AUTHORITY, &key), item, &subjects, fields, json!({}))
    }

    fn mandate(&mut self, author: usize) -> Result<Submission> {
        let id = self.derive(&["mandate", &author.to_string()]);
        let fields = json!({
            "action": "SIGNED", "right_categories": [{ "category": "PR" }], "territory": "KZ",
            "sphere": "COPYRIGHT", "valid_from": day_text(self.used() - 100),
            "document_hash": hex(&self.derive(&["contract", &author.to_string()])),
        });
        let subject = Subject::new(Role::Mandate, SubjectId(id));
        let holder = self.holder(author);
        self.okup("R03", subject, &[holder], fields, json!({}))
    }

    fn work(&mut self, work: usize) -> Result<Submission> {
        let fields = json!({
            "work_id": self.work_name(work), "right_categories": [{ "category": "PR" }],
            "title_hash": hex(&self.derive(&["title", &work.to_string()])), "work_kind": "MUSIC",
        });
        self.okup("R01", self.work_subject(work), &[], fields, json!({}))
    }

    fn shares(&mut self, work: usize) -> Result<Submission> {
        let holders = self.holders(work);
        let row = |(holder, bp): &(SubjectId, u16)| json!({ "party": holder.to_string(), "role": "AUTHOR", "share_bp": bp });
        let body = json!({ "shares": holders.iter().map(row).collect::<Vec<_>>() });
        let fields = json!({
            "territory": "KZ", "valid_from": day_text(self.used() - 100),
            "completeness": "COMPLETE",
            "document_hash": hex(&self.derive(&["shares", &work.to_string()])),
        });
        let parties: Vec<Subject> =
            holders.iter().map(|(id, _)| Subject::new(Role::Rightsholder, *id)).collect();
        self.okup("R02", self.work_subject(work), &parties, fields, body)
    }

    fn collection(&mut self) -> Result<Submission> {
        let fields = json!({
            "sphere": "COPYRIGHT", "period": self.period(), "currency": "KZT",
            "amount": self.collected(), "collected_on": day_text(self.day() - 1),
            "source": "FOREIGN_SOCIETY", "society": "35",
        });
        self.okup("R06", self.pool(), &[], fields, json!({}))
    }

    fn bring(
        &mut self,
        kind: &str,
        batch: Subject,
        subjects: &[Subject],
        base: u64,
        (mut fields, body): (Value, Value),
        chunks: Vec<Vec<u8>>,
    ) -> Result<Piece> {
        let manifest = Manifest::of(chunks.iter().map(Vec::as_slice))?;
        let id = manifest.id();
        fields["attachment"] = json!(id.to_string());
        fields["base"] = json!(base);
        let submission = self.okup(kind, batch, subjects, fields, body)?;
        Ok(Piece { submission, attachment: Some((id, manifest, chunks)) })
    }

    /// A record that the organisation writes of itself.
    fn okup(
        &mut self,
        kind: &str,
        subject: Subject,
        subjects: &[Subject],
        mut fields: Value,
        body: Value,
    ) -> Result<Submission> {
        let organisation = Subject::registered(Role::Organisation, OKUP);
        fields["okup_id"] = json!(organisation.id.to_string());
        let mut named = subjects.to_vec();
        named.push(Subject::registered(Role::Cmo, OKUP));
        let key = self.keys.okup.clone();
        self.write((kind, OKUP, &key), subject, &named, fields, body)
    }

    fn write(
        &mut self,
        (kind, issuer, key): (&str, &str, &SigningKey),
        subject: Subject,
        subjects: &[Subject],
        fields: Value,
        body: Value,
    ) -> Result<Submission> {
        self.records += 1;
        let draft = Draft {
            kind: kind.to_owned(),
            version: None,
            issuer: format!("organisation#{issuer}"),
            subject: subject.to_text(),
            subjects: subjects.iter().map(Subject::to_text).collect(),
            event_time: instant(self.now),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields: object(fields),
            body: object(body),
        };
        let seed = self.derive(&["record", &self.records.to_string()]);
        let derive = |purpose: &[u8]| sha256(&[&seed, purpose]);
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&derive(b"nonce")[..16]);
        let (record, body) = draft
            .write(&Seal {
                origin: &self.origin,
                key_id: key.public().key_id(),
                nonce,
                valid_until: UnixMillis(self.now.get() + VALID_FOR_MS),
                salt: &|name: &str| derive(name.as_bytes()),
            })
            .map_err(said)?;
        Ok(Submission::new(record.sign(key)?, body)?)
    }
}

impl Piece {
    /// The id of the record.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.submission.record().id()
    }
}

fn object(value: Value) -> BTreeMap<String, Value> {
    if let Value::Object(map) = value { map.into_iter().collect() } else { BTreeMap::new() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn said(rejection: Rejection) -> anyhow::Error {
    anyhow!("{rejection}")
}
