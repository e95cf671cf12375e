//! What each royalty record must be (spec §23), judged by all records before it.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::lines::{Line as _, LineRange, PackedBatch, PayoutLine, RangeOf, Remainder};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use super::super::law::{Day, Law, add_months, civil};
use super::super::says::Says;
use super::super::{Answer, unless};
use super::books::{Books, Entry, Pool, Term, amount, cells, ids, owed_first, words};
use super::lines;

const AMOUNT_MOST: i128 = 100_000_000_000_000_000;
const HOUR_MS: i64 = 3_600_000;
/// A civil day may be off by one against the day of an event.
const DOUBT: Day = 1;

/// A record before it is in the log.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub(super) books: &'a Books,
    pub(super) law: &'a Law,
    pub(super) says: Says<'a>,
    /// When its block is built, and its height.
    pub(super) now: (i64, u64),
    pub(super) okup: SubjectId,
    bin: &'a str,
}

impl<'a> Judged<'a> {
    pub(super) fn new(
        books: &'a Books,
        law: &'a Law,
        (record, body): (&'a Record, Option<&'a Body>),
        now: (i64, u64),
    ) -> Answer<Self> {
        let says = Says::new(record, body).ok_or("unknown-kind")?;
        super::super::fields::check(says.info, record, body)?;
        let okup = says.id("okup_id").ok_or("validation")?;
        // Every writer of these ledgers is an organisation that writes of itself.
        unless(record.issuer.id == okup, "role-forbidden")?;
        let (bin, kind) = books.organisations.get(&okup).ok_or("subject-unknown")?;
        unless(*kind == "CMO", "subject-unexpected")?;
        Ok(Self { books, law, says, now, okup, bin })
    }

    /// Judges the lines that it brings, then the record; gives the lines.
    pub(super) fn judge(&self, chunks: Option<&[Vec<u8>]>) -> Answer<Vec<Vec<u8>>> {
        let brings = matches!(self.says.kind(), "R05" | "R08" | "R09");
        let lines = match chunks {
            Some(chunks) if brings => lines::check(self, chunks)?,
            None if brings => return Err("attachment-missing"),
            _ => Vec::new(),
        };
        match self.says.kind() {
            "R01" => self.work(),
            "R02" => self.shares(),
            "R03" => self.mandate(),
            "R04" => self.licence(),
            "R05" => self.usage(),
            "R06" => self.collection(),
            "R07" => self.run(),
            "R08" => self.allocation(),
            "R09" => self.payout(),
            "R10" => self.statement(),
            _ => self.report(),
        }?;
        Ok(lines)
    }

    /// It names these subjects and the organisation, no others.
    fn names(&self, others: impl IntoIterator<Item = Subject>) -> Answer {
        let mut expected: BTreeSet<Subject> = others.into_iter().collect();
        expected.insert(Subject::registered(Role::Cmo, self.bin));
        expected.remove(&self.says.record.subject);
        let named: BTreeSet<Subject> = self.says.record.subjects.iter().copied().collect();
        unless(expected.is_subset(&named), "subject-missing")?;
        unless(named.is_subset(&expected), "subject-unexpected")
    }

    fn one(&self, role: Role) -> Answer<SubjectId> {
        match self.says.named(role)[..] {
            [id] => Ok(id),
            _ => Err("subject-missing"),
        }
    }

    fn accredited(&self, sphere: &str, day: Day) -> Answer {
        unless(self.books.accredited(self.okup, sphere, day), "accreditation-not-in-force")
    }

    fn only(&self, all: &[&str], these: &[&str]) -> Answer {
        let odd = all.iter().any(|name| !these.contains(name) && self.says.has(name));
        unless(!odd, "validation")
    }

    fn demands(&self, names: &[&str]) -> Answer {
        unless(names.iter().all(|name| self.says.has(name)), "validation")
    }

    /// A day that is not after the event.
    fn past(&self, name: &str) -> Answer<Day> {
        let day = self.says.number(name).ok_or("validation")?;
        unless(day <= self.says.day() + DOUBT, "date-order")?;
        Ok(day)
    }

    fn registered_by(&self, work: SubjectId) -> Option<SubjectId> {
        let about = |it: &&Entry| it.record.all_subjects().any(|it| it.id == work);
        self.books.of_kind("R01").find(about).map(|it| it.record.issuer.id)
    }

    fn work(&self) -> Answer {
        let says = &self.says;
        let name = says.word("work_id");
        let plain = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        unless(plain, "identifier-invalid")?;
        let categories = words(says, "right_categories");
        let distinct: BTreeSet<&String> = categories.iter().collect();
        unless(distinct.len() == categories.len(), "validation")?;
        let subject = |it: &&str| Subject::registered(Role::Work, &format!("{name}.{it}"));
        // Categories stand in the order of the law, whatever their order in the record.
        let order = ["PR", "MR", "SR", "PC", "RR"];
        let in_order = order.iter().filter(|it| categories.iter().any(|known| known == **it));
        let subjects: Vec<Subject> = in_order.map(subject).collect();
        unless(subjects.first() == Some(&says.record.subject), "primary-subject")?;
        let creators = says.named(Role::Rightsholder);
        let creators = creators.into_iter().map(|id| Subject::new(Role::Rightsholder, id));
        self.names(subjects.iter().copied().chain(creators))?;
        let foreign =
            |it: &Subject| self.registered_by(it.id).is_some_and(|by| by != says.record.issuer.id);
        unless(!subjects.iter().any(foreign), "duplicate")
    }

    fn shares(&self) -> Answer {
        let says = &self.says;
        let by = self.registered_by(says.record.subject.id).ok_or("subject-unknown")?;
        unless(by == says.record.issuer.id, "duplicate")?;
        self.demands(&["document_hash"])?;
        let rows = says.rows("shares");
        let holder = |row: &[Value]| row.first().map(super::super::says::id_of);
        let holders = rows.iter().filter_map(|row| holder(row));
        self.names(holders.map(|id| Subject::new(Role::Rightsholder, id)))?;
        let sum: u64 = rows.iter().filter_map(|row| row.get(2)?.as_u64()).sum();
        let complete = says.word("completeness") == "COMPLETE";
        unless(if complete { sum == 10_000 } else { sum < 10_000 }, "shares-not-whole")?;
        let from = says.number("valid_from").ok_or("validation")?;
        unless(says.number("valid_to").is_none_or(|to| from < to), "date-order")?;
        let later = |it: &Entry| {
            it.record.subject == says.record.subject
                && it.says().word("territory") == says.word("territory")
                && it.says().number("valid_from") > Some(from)
        };
        unless(!self.books.of_kind("R02").any(later), "date-order")
    }

    fn mandate(&self) -> Answer {
        let says = &self.says;
        let id = says.record.subject.id;
        let holder = self.one(Role::Rightsholder)?;
        self.names([Subject::new(Role::Rightsholder, holder)])?;
        let all = self.books.mandates();
        let known = all.get(&id);
        let own = known.is_none_or(|it| (it.holder, it.okup) == (Some(holder), Some(self.okup)));
        unless(own, "subject-unexpected")?;
        let action = says.word("action");
        let Some(known) = known else {
            unless(action == "SIGNED", "stage-not-allowed")?;
            self.only(&["end_date"], &[])?;
            self.demands(&[
                "document_hash",
                "sphere",
                "right_categories",
                "territory",
                "valid_from",
            ])?;
            self.accredited(says.word("sphere"), says.day())?;
            return self.exclusive(holder, None);
        };
        let last = known.terms.last().ok_or("stage-not-allowed")?;
        let end = says.number("end_date");
        let in_term = |day: Day| last.from <= day && last.to.is_none_or(|to| day <= to);
        match action {
            "SIGNED" => Err("duplicate"),
            "AMENDED" => {
                self.only(&["end_date", "sphere"], &[])?;
                self.demands(&["document_hash"])?;
                unless(known.state == "IN_FORCE", "stage-not-allowed")?;
                let from = says.number("valid_from").ok_or("validation")?;
                unless(last.has(from), "date-order")?;
                self.exclusive(holder, Some(last))
            }
            "TERMINATION_NOTICED" => {
                unless(known.state == "IN_FORCE", "stage-not-allowed")?;
                unless(
                    end.is_some_and(|end| end >= says.day() - DOUBT && in_term(end)),
                    "date-order",
                )
            }
            _ => {
                unless(known.state != "ENDED", "stage-not-allowed")?;
                unless(in_term(self.past("end_date")?), "date-order")
            }
        }
    }

    /// No other mandate of the rightsholder shares a day with the new term.
    fn exclusive(&self, holder: SubjectId, last: Option<&Term>) -> Answer {
        let says = &self.says;
        let from = says.number("valid_from").ok_or("validation")?;
        let to = says.number("valid_to").or(last.and_then(|last| last.to));
        unless(to.is_none_or(|to| from < to), "date-order")?;
        let categories: BTreeSet<String> = words(says, "right_categories").into_iter().collect();
        let apart = self.law.word("mandate_scope_exclusive", says.day()) == Some("per_category");
        let others = self.books.mandates();
        let others = others
            .iter()
            .filter(|(id, it)| **id != says.record.subject.id && it.holder == Some(holder));
        let meets = |term: &Term| {
            let days = to.is_none_or(|to| term.from < to) && term.to.is_none_or(|end| from < end);
            let empty = term.to.is_some_and(|end| end <= term.from);
            let same = term.categories.intersection(&categories).next().is_some();
            days && !empty && (!apart || same)
        };
        unless(!others.flat_map(|(_, it)| &it.terms).any(meets), "mandate-not-exclusive")
    }

    fn licence(&self) -> Answer {
        let says = &self.says;
        self.names([])?;
        if says.word("action") == "ENDED" {
            let end = self.past("end_date")?;
            let record = says.bytes("licence").map(RecordId);
            let known = record.and_then(|record| self.books.licence(record));
            let (granted, from, to) = known.ok_or("target-unknown")?;
            unless(granted.record.subject == says.record.subject, "target-unknown")?;
            unless(granted.says().id("okup_id") == Some(self.okup), "target-unknown")?;
            return unless(from <= end && end <= to, "date-order");
        }
        self.demands(&["document_hash", "use_types", "tariff_rule_id", "territory", "sphere"])?;
        if let Some(user) = says.id("user_id") {
            let known = self.books.organisations.get(&user).filter(|(_, kind)| *kind == "USER");
            let (bin, _) = known.ok_or("subject-unknown")?;
            let own = says.record.subject == Subject::registered(Role::Licensee, bin);
            unless(own, "primary-subject")?;
        }
        unless(says.number("valid_from") < says.number("valid_to"), "date-order")?;
        self.accredited(says.word("sphere"), says.day())
    }

    /// A licence of this organisation and user covers every day of use.
    fn licensed(&self, days: (Day, Day), user: SubjectId, sphere: Option<&str>) -> Answer {
        let record = self.says.bytes("licence").map(RecordId);
        let known = record.and_then(|record| self.books.licence(record));
        let (granted, from, to) = known.ok_or("target-unknown")?;
        let same = granted.record.subject.id == user
            && granted.says().id("okup_id") == Some(self.okup)
            && sphere.is_none_or(|sphere| granted.says().word("sphere") == sphere);
        unless(same, "target-unknown")?;
        unless(from <= days.0 && days.1 < to, "licence-not-in-force")
    }

    /// A new batch, as of a block of the last hour.
    fn new_batch(&self) -> Answer {
        unless(self.books.batch(self.says.record.subject.id).is_none(), "duplicate")?;
        let base = self.says.number("base").and_then(|base| u64::try_from(base).ok());
        let built = base.filter(|it| *it < self.now.1).and_then(|it| self.books.blocks.get(&it));
        unless(built.is_some_and(|built| built + HOUR_MS >= self.now.0), "base-outdated")
    }

    fn usage(&self) -> Answer {
        let user = self.one(Role::Licensee)?;
        self.names([Subject::new(Role::Licensee, user)])?;
        self.new_batch()?;
        let days = (self.says.number("first_day").ok_or("validation")?, self.past("last_day")?);
        unless(days.0 <= days.1, "date-order")?;
        if self.says.has("licence") { self.licensed(days, user, None) } else { Ok(()) }
    }

    fn collection(&self) -> Answer {
        let says = &self.says;
        let (sphere, source) = (says.word("sphere"), says.word("source"));
        let name = format!(
            "{}.{}.{}.{}",
            self.bin,
            sphere.to_lowercase(),
            says.word("period"),
            says.word("currency")
        );
        unless(says.record.subject == Subject::registered(Role::Pool, &name), "primary-subject")?;
        let pays = matches!(source, "LICENCE" | "UNLICENSED_USE_SETTLEMENT");
        let user = if pays { Some(self.one(Role::Licensee)?) } else { None };
        self.names(user.map(|id| Subject::new(Role::Licensee, id)))?;
        self.accredited(sphere, self.past("collected_on")?)?;
        match (source, user) {
            ("LICENCE", Some(user)) => {
                let day = |name| says.number(name).ok_or("validation");
                let days = (day("usage_from")?, day("usage_to")?);
                unless(days.0 <= days.1, "date-order")?;
                self.licensed(days, user, Some(sphere))?;
            }
            ("PRIVATE_COPY", _) => unless(sphere == "PRIVATE_COPYING", "validation")?,
            _ => self.only(&["licence"], &[])?,
        }
        unless(source != "FOREIGN_SOCIETY" || says.has("society"), "validation")?;
        let foreign =
            ["foreign_currency", "foreign_amount", "rate_millionths", "rate_date", "rate_source"];
        if foreign.iter().any(|name| says.has(name)) {
            self.demands(&foreign)?;
            self.past("rate_date")?;
            let exact = amount(says, "foreign_amount") * amount(says, "rate_millionths");
            let off = (exact - amount(says, "amount") * 1_000_000).abs();
            unless(off <= 1_000_000, "conversion-mismatch")?;
        }
        let pool = self.books.pool(says.record.subject.id);
        unless(pool.as_ref().is_none_or(|it| it.state == "OPEN"), "pool-state")?;
        let before = pool.map_or(0, |it| it.collected);
        unless(before + amount(says, "amount") <= AMOUNT_MOST, "amount-out-of-range")
    }

    fn own_pool(&self, id: SubjectId) -> Answer<Pool> {
        let pool = self.books.pool(id).filter(|it| it.okup == Some(self.okup));
        pool.ok_or("subject-unknown")
    }

    fn run(&self) -> Answer {
        const ALL: [&str; 7] = [
            "deductions",
            "collected",
            "allocated",
            "undistributed",
            "weighting",
            "right_categories",
            "amount",
        ];
        let says = &self.says;
        let pool = self.own_pool(says.record.subject.id)?;
        let action = says.word("action");
        let (these, states): (&[&str], &[&str]) = match action {
            "POOL_FIXED" => (&ALL[..6], &["OPEN"]),
            "USAGE_ADDED" => (&["right_categories"], &["POOL_FIXED"]),
            "UNDISTRIBUTED_RELEASED" => (&["amount"], &["POOL_FIXED", "APPROVED", "PUBLISHED"]),
            "REDISTRIBUTED" => (&["amount"], &["PUBLISHED"]),
            "APPROVED" => (&[], &["POOL_FIXED"]),
            "PUBLISHED" => (&[], &["APPROVED"]),
            _ => (&[], &["PUBLISHED"]),
        };
        self.only(&ALL, these)?;
        unless(states.contains(&pool.state), "pool-state")?;
        let sum = amount(says, "amount");
        match action {
            "POOL_FIXED" => {
                self.accredited(&pool.sphere, says.day())?;
                self.demands(&["collected", "allocated", "undistributed"])?;
                self.fixed(&pool)?;
                self.consumes()
            }
            "USAGE_ADDED" => {
                unless(!says.named(Role::Batch).is_empty(), "subject-missing")?;
                unless(!pool.weighting.is_empty(), "validation")?;
                self.consumes()
            }
            "UNDISTRIBUTED_RELEASED" => {
                self.names([])?;
                unless(0 < sum && sum <= pool.undistributed, "pool-not-conserved")
            }
            "REDISTRIBUTED" => {
                let other = self.one(Role::Pool)?;
                self.names([Subject::new(Role::Pool, other)])?;
                let fits = self.books.pool(other).is_some_and(|it| {
                    it.state == "OPEN"
                        && (it.okup, &it.sphere, &it.currency)
                            == (pool.okup, &pool.sphere, &pool.currency)
                });
                unless(fits, "subject-unexpected")?;
                self.unclaimed(&pool)?;
                unless(0 < sum && sum <= pool.allocated - pool.in_lines, "pool-not-conserved")
            }
            "APPROVED" => {
                self.names([])?;
                unless(pool.in_lines == pool.allocated, "lines-mismatch")
            }
            "PUBLISHED" => self.names([]),
            _ => {
                self.names([])?;
                unless(pool.in_lines == pool.allocated, "lines-mismatch")?;
                let paid: i128 = pool.paid.iter().sum();
                unless(paid == pool.allocated && pool.undistributed == 0, "pool-not-conserved")
            }
        }
    }

    /// C01, C02.
    fn fixed(&self, pool: &Pool) -> Answer {
        let says = &self.says;
        let rows = cells(says, "deductions");
        let kinds: BTreeSet<&str> = rows.iter().filter_map(|row| row.first()?.as_text()).collect();
        unless(amount(says, "collected") == pool.collected, "totals-mismatch")?;
        unless(kinds.len() == rows.len(), "validation")?;
        let deducted: i128 =
            rows.iter().filter_map(|row| row.get(1)?.as_i64()).map(i128::from).sum();
        let given = deducted + amount(says, "allocated") + amount(says, "undistributed");
        unless(given == pool.collected, "pool-not-conserved")?;
        let Some(most) = self.law.number("deduction_max_bp", says.day()) else { return Ok(()) };
        let above =
            |collected: i128, deducted: i128| deducted * 10_000 > collected * i128::from(most);
        unless(!above(pool.collected, deducted), "deduction-above-limit")?;
        let month = |day: Day| civil(day).0 * 12 + civil(day).1;
        let year = month(says.day()) - 11..=month(says.day());
        let (mut all, mut kept) = (pool.collected, deducted);
        for id in self.books.pools() {
            let it = self.books.pool(id).expect("it is among them");
            let recent = it.fixed_on.is_some_and(|day| year.contains(&month(day)));
            if recent && it.okup == Some(self.okup) {
                all += it.collected;
                kept += it.deducted;
            }
        }
        unless(!above(all, kept), "deduction-above-limit")
    }

    /// C13.
    fn consumes(&self) -> Answer {
        let says = &self.says;
        let batches = says.named(Role::Batch);
        self.names(batches.iter().map(|id| Subject::new(Role::Batch, *id)))?;
        if batches.is_empty() {
            return self.only(&["right_categories"], &[]);
        }
        self.demands(&["right_categories"])?;
        if says.word("action") == "POOL_FIXED" {
            self.demands(&["weighting"])?;
        }
        let categories: BTreeSet<String> = words(says, "right_categories").into_iter().collect();
        for id in batches {
            let own = self.books.batch(id).is_some_and(|it| {
                it.says().kind() == "R05" && it.says().id("okup_id") == Some(self.okup)
            });
            unless(own, "subject-unknown")?;
            let before = self.books.consumed(id, None);
            unless(before.is_disjoint(&categories), "usage-consumed")?;
        }
        Ok(())
    }

    /// C15.
    pub(super) fn unclaimed(&self, pool: &Pool) -> Answer {
        let years = self.law.number("unclaimed_years", self.says.day());
        let over = years
            .zip(pool.fixed_on)
            .is_some_and(|(years, fixed)| add_months(fixed, years * 12) <= self.says.day());
        unless(over, "unclaimed-too-early")
    }

    pub(super) fn named_pool(&self) -> Answer<(SubjectId, Pool)> {
        let id = self.one(Role::Pool)?;
        Ok((id, self.own_pool(id)?))
    }

    fn allocation(&self) -> Answer {
        let says = &self.says;
        let (id, pool) = self.named_pool()?;
        self.names([Subject::new(Role::Pool, id), self.book()])?;
        self.new_batch()?;
        unless(matches!(pool.state, "POOL_FIXED" | "APPROVED" | "PUBLISHED"), "pool-state")?;
        self.accredited(&pool.sphere, says.day())?;
        let in_lines = pool.in_lines + amount(says, "total");
        unless((0..=pool.allocated).contains(&in_lines), "lines-mismatch")?;
        let usage = ids(says, "usage");
        let distinct: BTreeSet<&SubjectId> = usage.iter().collect();
        let all = usage.iter().all(|it| !self.books.consumed(*it, Some(id)).is_empty());
        unless(all && distinct.len() == usage.len(), "basis-missing")?;
        let corrects = says.id("corrects");
        let of_pool = |it: SubjectId| {
            let batch = self.books.batch(it).map(Entry::says);
            batch.is_some_and(|it| it.kind() == "R08" && it.first(Role::Pool) == Some(id))
        };
        unless(corrects.is_none_or(of_pool), "target-unknown")
    }

    fn book(&self) -> Subject {
        tamga_state::status::Book::subject(self.bin)
    }

    fn payout(&self) -> Answer {
        let says = &self.says;
        let (id, pool) = self.named_pool()?;
        let of = self.one(Role::Batch)?;
        self.names([Subject::new(Role::Pool, id), Subject::new(Role::Batch, of), self.book()])?;
        self.new_batch()?;
        unless(pool.state == "PUBLISHED", "pool-state")?;
        let paid = self
            .books
            .batch(of)
            .filter(|it| it.says().kind() == "R08" && it.says().first(Role::Pool) == Some(id));
        let paid = paid.ok_or("subject-unexpected")?;
        let sums = ["net", "tax", "levied"].map(|name| amount(says, name));
        unless(sums[1] == 0 || says.has("tax_rule_id"), "validation")?;
        let mut of_batch = [0; 3];
        for other in self.books.of_kind("R09").filter(|it| it.says().first(Role::Batch) == Some(of))
        {
            for (sum, name) in of_batch.iter_mut().zip(["net", "tax", "levied"]) {
                *sum += amount(&other.says(), name);
            }
        }
        let until = self.books.entries.len();
        let account = self.books.flows(self.okup, &pool.sphere, &pool.currency, until);
        let bounds = [
            (of_batch, amount(&paid.says(), "total")),
            (pool.paid, pool.allocated),
            (account.paid, account.allocated),
        ];
        for (before, most) in bounds {
            let after: Vec<i128> =
                before.iter().zip(sums).map(|(before, sum)| before + sum).collect();
            let fits = after.iter().all(|it| *it >= 0) && after.iter().sum::<i128>() <= most;
            unless(fits, "remainder-exceeded")?;
        }
        Ok(())
    }

    fn statement(&self) -> Answer {
        let says = &self.says;
        self.names([])?;
        let wrong = "statement-mismatch";
        let own = |it: &&Entry| {
            it.record.subject == says.record.subject && it.says().id("okup_id") == Some(self.okup)
        };
        let earlier: Vec<&Entry> = self.books.of_kind("R10").filter(own).collect();
        let covered: usize = earlier.iter().map(|it| ids(&it.says(), "batches").len()).sum();
        let after = says.number("after_batch").and_then(|it| usize::try_from(it).ok());
        unless(after == Some(covered), wrong)?;
        let ranges = says.rows("ranges");
        let batches = ids(says, "batches");
        unless(ranges.len() == batches.len(), wrong)?;
        let book = self.books.book(self.okup);
        let tag = says.record.subject.id.0;
        let mut sums = BTreeMap::from([("allocated", 0), ("net", 0), ("tax", 0), ("levied", 0)]);
        for (at, (id, range)) in batches.iter().zip(ranges).enumerate() {
            let entry = book.get(covered + at).filter(|it| it.record.subject.id == *id);
            let entry = entry.ok_or(wrong)?;
            let is_allocation = entry.says().kind() == "R08";
            let first: Vec<Vec<u8>> = if is_allocation {
                let owed = owed_first(&entry.lines);
                owed.iter().map(|(tag, it)| lines::remainder(tag, it)).collect()
            } else {
                entry.lines.clone()
            };
            let lines = PackedBatch::new(id, first).map_err(|_| wrong)?.lines;
            let bytes = range.first().and_then(Value::as_bytes).unwrap_or_default();
            let shown = LineRange::decode(bytes).map_err(|_| wrong)?;
            let shown =
                shown.verify(&RangeOf { batch: id, tag: &tag, lines }).map_err(|_| wrong)?;
            let mut add = |name, sum: i64| *sums.entry(name).or_default() += i128::from(sum);
            for line in shown {
                if let Ok(it) = Remainder::decode(&line) {
                    add("allocated", it.open);
                    add("allocated", it.held);
                } else if let Ok(it) = PayoutLine::decode(&line) {
                    add("net", it.net);
                    add("tax", it.tax);
                    add("levied", it.levied);
                }
            }
        }
        let opening = earlier.last().map_or(0, |it| it.says().amount("closing"));
        let closing = opening + sums["allocated"] - sums["net"] - sums["tax"] - sums["levied"];
        sums.extend([("opening", opening), ("closing", closing)]);
        unless(sums.iter().all(|(name, is)| says.amount(name) == *is), wrong)
    }

    fn report(&self) -> Answer {
        let says = &self.says;
        let own = says.record.subject == Subject::registered(Role::Cmo, self.bin);
        unless(own, "primary-subject")?;
        self.names([])?;
        self.demands(&["document_hash"])?;
        let (sphere, currency) = (says.word("sphere"), says.word("currency"));
        let is = self.books.since_report(self.bin, sphere, currency);
        let names = [
            "opening",
            "collected",
            "deducted",
            "allocated",
            "paid",
            "tax",
            "levied",
            "redistributed_out",
            "redistributed_in",
            "closing",
        ];
        let same = names.iter().zip(is).all(|(name, is)| amount(says, name) == is);
        unless(same, "report-mismatch")
    }
}
