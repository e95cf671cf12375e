//! Sums of pools, accounts and rightsholders, each time counted from all records.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::lines::{AllocationLine, Line as _, PayoutLine};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use super::super::law::Day;
use super::super::says::{Says, id_of};

/// A record of the log with its lines in order.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: RecordId,
    pub(super) record: Record,
    pub(super) body: Option<Body>,
    pub(super) lines: Vec<Vec<u8>>,
}

impl Entry {
    pub(super) fn says(&self) -> Says<'_> {
        Says::new(&self.record, self.body.as_ref()).expect("it was accepted")
    }

    fn is(&self, kind: &str) -> bool {
        self.says().kind() == kind
    }
}

/// A pool, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) okup: Option<SubjectId>,
    pub(super) sphere: String,
    pub(super) currency: String,
    pub(super) state: &'static str,
    pub(super) collected: i128,
    pub(super) unlicensed: i128,
    pub(super) deducted: i128,
    pub(super) undocumented: bool,
    pub(super) allocated: i128,
    pub(super) undistributed: i128,
    pub(super) in_lines: i128,
    pub(super) paid: [i128; 3],
    pub(super) out: i128,
    pub(super) fixed_on: Option<Day>,
    pub(super) weighting: String,
}

/// What moved in an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flows {
    pub(super) collected: i128,
    pub(super) deducted: i128,
    pub(super) allocated: i128,
    pub(super) paid: [i128; 3],
    pub(super) moved: i128,
}

/// A term of a mandate.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) categories: BTreeSet<String>,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
}

impl Term {
    pub(super) fn has(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// A mandate, as its records left it.
#[derive(Clone, Debug)]
pub(super) struct Mandate {
    pub(super) holder: Option<SubjectId>,
    pub(super) okup: Option<SubjectId>,
    pub(super) state: &'static str,
    pub(super) terms: Vec<Term>,
    pub(super) excluded: Vec<SubjectId>,
}

/// What a rightsholder is owed by an allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) open: i128,
    pub(super) held: i128,
    pub(super) paid: i128,
    pub(super) salt: [u8; 32],
}

/// All records, in the order of the log.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub(super) entries: Vec<Entry>,
    /// When each block was built, by height.
    pub(super) blocks: BTreeMap<u64, i64>,
    /// Registered organisations: БИН and kind.
    pub(super) organisations: BTreeMap<SubjectId, (String, &'static str)>,
}

pub(super) fn amount(says: &Says<'_>, name: &str) -> i128 {
    says.number(name).unwrap_or_default().into()
}

pub(super) fn cells<'a>(says: &Says<'a>, name: &str) -> Vec<&'a [Value]> {
    let rows = says.value(name).and_then(Value::as_list).unwrap_or_default();
    rows.iter().map(|row| row.as_list().unwrap_or_default()).collect()
}

pub(super) fn words(says: &Says<'_>, name: &str) -> Vec<String> {
    let word = |row: &[Value]| row.first().and_then(Value::as_text).unwrap_or_default().to_owned();
    cells(says, name).into_iter().map(word).collect()
}

pub(super) fn ids(says: &Says<'_>, name: &str) -> Vec<SubjectId> {
    cells(says, name).into_iter().filter_map(|row| row.first().map(id_of)).collect()
}

impl Books {
    pub(super) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |it| it.is(kind))
    }

    /// The record that began a batch.
    pub(super) fn batch(&self, id: SubjectId) -> Option<&Entry> {
        self.entries.iter().find(|it| it.record.subject == Subject::new(Role::Batch, id))
    }

    pub(super) fn pool(&self, id: SubjectId) -> Option<Pool> {
        self.pool_until(id, self.entries.len())
    }

    /// A pool as the first records left it.
    fn pool_until(&self, id: SubjectId, until: usize) -> Option<Pool> {
        let mut pool: Option<Pool> = None;
        for entry in &self.entries[..until] {
            let says = entry.says();
            let own = entry.record.subject == Subject::new(Role::Pool, id);
            let named = says.named(Role::Pool).contains(&id);
            match says.kind() {
                "R06" if own => {
                    let it = pool.get_or_insert_default();
                    it.okup = says.id("okup_id");
                    it.sphere = says.word("sphere").to_owned();
                    it.currency = says.word("currency").to_owned();
                    it.state = "OPEN";
                    it.collected += amount(&says, "amount");
                    if says.word("source") == "UNLICENSED_USE_SETTLEMENT" {
                        it.unlicensed += amount(&says, "amount");
                    }
                }
                "R07" if own => stepped(pool.as_mut()?, &says),
                "R07" if named => pool.as_mut()?.collected += amount(&says, "amount"),
                "R08" if named => pool.as_mut()?.in_lines += amount(&says, "total"),
                "R09" if named => {
                    for (sum, name) in pool.as_mut()?.paid.iter_mut().zip(["net", "tax", "levied"])
                    {
                        *sum += amount(&says, name);
                    }
                }
                _ => {}
            }
        }
        pool
    }

    /// Every pool there is.
    pub(super) fn pools(&self) -> BTreeSet<SubjectId> {
        self.of_kind("R06").map(|it| it.record.subject.id).collect()
    }

    /// What moved in an account, in the first records.
    pub(super) fn flows(
        &self,
        okup: SubjectId,
        sphere: &str,
        currency: &str,
        until: usize,
    ) -> Flows {
        let mut flows = Flows::default();
        for pool in self.pools().into_iter().filter_map(|id| self.pool_until(id, until)) {
            if (pool.okup, &*pool.sphere, &*pool.currency) == (Some(okup), sphere, currency) {
                flows.collected += pool.collected;
                flows.deducted += pool.deducted;
                flows.allocated += pool.allocated;
                flows.moved += pool.out;
                flows.paid.iter_mut().zip(pool.paid).for_each(|(sum, it)| *sum += it);
            }
        }
        // What came from another pool was collected once.
        flows.collected -= flows.moved;
        flows
    }

    /// What a period report of an account says now: opening, collected, deducted, allocated, paid, tax, levied,
    /// redistributed out and in, closing.
    pub(super) fn since_report(&self, bin: &str, sphere: &str, currency: &str) -> [i128; 10] {
        let subject = Subject::registered(Role::Cmo, bin);
        let okup = Subject::registered(Role::Organisation, bin).id;
        let of_account = |it: &Entry| {
            it.is("R11")
                && it.record.subject == subject
                && (it.says().word("sphere"), it.says().word("currency")) == (sphere, currency)
        };
        let last = self.entries.iter().rposition(of_account);
        let opening = last.map_or(0, |at| amount(&self.entries[at].says(), "closing"));
        let now = self.flows(okup, sphere, currency, self.entries.len());
        let then = self.flows(okup, sphere, currency, last.unwrap_or(0));
        let [paid, tax, levied] = [0, 1, 2].map(|at| now.paid[at] - then.paid[at]);
        let (collected, deducted) = (now.collected - then.collected, now.deducted - then.deducted);
        let moved = now.moved - then.moved;
        let closing = opening + collected - deducted - paid - tax - levied;
        let allocated = now.allocated - then.allocated;
        [opening, collected, deducted, allocated, paid, tax, levied, moved, moved, closing]
    }

    /// Whether an organisation is accredited in a sphere, or in all together.
    pub(super) fn accredited(&self, okup: SubjectId, sphere: &str, day: Day) -> bool {
        [sphere, "COMBINED"].into_iter().any(|sphere| {
            let of = |it: &&Entry| {
                it.says().word("sphere") == sphere
                    && it.says().named(Role::Organisation).contains(&okup)
            };
            let steps: Vec<Says<'_>> = self.of_kind("G05").filter(of).map(Entry::says).collect();
            let dated = |says: &Says<'_>| says.number("state_date").unwrap_or_default();
            let paused = steps.iter().enumerate().any(|(at, step)| {
                let next = steps.get(at + 1).map_or(Day::MAX, dated);
                step.word("state") == "SUSPENDED" && (dated(step)..next).contains(&day)
            });
            let granted = steps.iter().enumerate().any(|(at, step)| {
                let (Some(from), Some(to)) = (step.number("valid_from"), step.number("valid_to"))
                else {
                    return false;
                };
                let revoked = steps[at..].iter().find(|it| it.word("state") == "REVOKED");
                (from..to.min(revoked.map_or(to, dated))).contains(&day)
            });
            granted && !paused
        })
    }

    /// All mandates, by id.
    pub(super) fn mandates(&self) -> BTreeMap<SubjectId, Mandate> {
        let mut all: BTreeMap<SubjectId, Mandate> = BTreeMap::new();
        for entry in self.of_kind("R03") {
            let says = entry.says();
            let it = all.entry(entry.record.subject.id).or_insert_with(|| Mandate {
                holder: says.first(Role::Rightsholder),
                okup: says.id("okup_id"),
                state: "IN_FORCE",
                terms: Vec::new(),
                excluded: Vec::new(),
            });
            if says.has("excluded_works") {
                it.excluded = ids(&says, "excluded_works");
            }
            let last = it.terms.last().cloned();
            match says.word("action") {
                "SIGNED" | "AMENDED" => {
                    let from = says.number("valid_from").expect("it has it");
                    if last.as_ref().is_some_and(|last| last.from == from) {
                        it.terms.pop();
                    }
                    if let Some(last) = it.terms.last_mut() {
                        last.to = Some(last.to.map_or(from, |to| to.min(from)));
                    }
                    let categories = match (says.has("right_categories"), &last) {
                        (false, Some(last)) => last.categories.clone(),
                        _ => words(&says, "right_categories").into_iter().collect(),
                    };
                    let to = says.number("valid_to").or(last.and_then(|last| last.to));
                    it.terms.push(Term { categories, from, to });
                }
                action => {
                    let last = it.terms.last_mut().expect("a term");
                    last.to = says.number("end_date");
                    it.state = if action == "ENDED" { "ENDED" } else { "NOTICED" };
                }
            }
        }
        all
    }

    /// Whether a mandate of a rightsholder covers a category and a work on a day.
    pub(super) fn covered(
        &self,
        (holder, okup): (SubjectId, SubjectId),
        category: &str,
        work: SubjectId,
        day: Day,
    ) -> bool {
        self.mandates().values().any(|it| {
            (it.holder, it.okup) == (Some(holder), Some(okup))
                && !it.excluded.contains(&work)
                && it.terms.iter().any(|term| term.has(day) && term.categories.contains(category))
        })
    }

    /// The shares of a work on a day, in one territory.
    pub(super) fn shares(&self, work: SubjectId, day: Day) -> Option<BTreeMap<SubjectId, u64>> {
        ["KZ", "398", "2136"].into_iter().find_map(|territory| {
            let of = |it: &&Entry| {
                it.record.subject.id == work && it.says().word("territory") == territory
            };
            // The last that has begun replaces those before, even where it is over.
            let begun = |it: &&Entry| it.says().number("valid_from").is_some_and(|it| it <= day);
            let last = self.of_kind("R02").filter(of).filter(begun).last()?;
            if last.says().number("valid_to").is_some_and(|to| to <= day) {
                return None;
            }
            let mut holders = BTreeMap::new();
            for row in last.says().rows("shares") {
                let bp = row.get(2).and_then(Value::as_u64).unwrap_or_default();
                *holders.entry(row.first().map(id_of)?).or_default() += bp;
            }
            Some(holders)
        })
    }

    /// The categories in which a pool consumes a batch of uses.
    pub(super) fn consumed(&self, batch: SubjectId, by: Option<SubjectId>) -> BTreeSet<String> {
        let runs = self.of_kind("R07").filter(|it| by.is_none_or(|by| it.record.subject.id == by));
        let named = runs.filter(|it| it.says().named(Role::Batch).contains(&batch));
        named.flat_map(|it| words(&it.says(), "right_categories")).collect()
    }

    /// First and last day of a licence, the last one not included.
    pub(super) fn licence(&self, record: RecordId) -> Option<(&Entry, Day, Day)> {
        let granted = self.of_kind("R04").find(|it| it.id == record)?;
        let says = granted.says();
        let of = |it: &&Entry| it.says().bytes("licence") == Some(record.0);
        let ended = self.of_kind("R04").filter(of).last();
        let to = ended.and_then(|it| it.says().number("end_date")).or(says.number("valid_to"))?;
        Some((granted, says.number("valid_from")?, to))
    }

    /// What an allocation owes each rightsholder after its payouts.
    pub(super) fn owed(&self, allocation: &Entry) -> BTreeMap<[u8; 32], Owed> {
        let mut owed = owed_first(&allocation.lines);
        for entry in self.of_kind("R09") {
            if entry.says().first(Role::Batch) == Some(allocation.record.subject.id) {
                for line in &entry.lines {
                    let line = PayoutLine::decode(line).expect("it was accepted");
                    pay(owed.entry(line.rightsholder).or_default(), &line);
                }
            }
        }
        owed
    }

    /// Allocations and payouts of an organisation, in the order of its book.
    pub(super) fn book(&self, okup: SubjectId) -> Vec<&Entry> {
        let of = |it: &&Entry| {
            matches!(it.says().kind(), "R08" | "R09") && it.says().id("okup_id") == Some(okup)
        };
        self.entries.iter().filter(of).collect()
    }
}

/// What lines of an allocation come to.
pub(super) fn owed_first(lines: &[Vec<u8>]) -> BTreeMap<[u8; 32], Owed> {
    let mut owed: BTreeMap<[u8; 32], Owed> = BTreeMap::new();
    for line in lines {
        let Ok(line) = AllocationLine::decode(line) else { continue };
        let it = owed.entry(line.rightsholder).or_default();
        *(if line.hold.is_some() { &mut it.held } else { &mut it.open }) += i128::from(line.amount);
        it.salt = next_salt(&it.salt, &line.salt);
    }
    owed
}

/// A line of a payout takes off what is owed.
pub(super) fn pay(owed: &mut Owed, line: &PayoutLine) {
    let sum = i128::from(line.net) + i128::from(line.tax) + i128::from(line.levied);
    owed.open -= sum;
    owed.paid += sum;
    owed.salt = next_salt(&owed.salt, &line.salt);
}

fn next_salt(salt: &[u8; 32], line: &[u8; 32]) -> [u8; 32] {
    tamga_format::id::sha256(&[b"tamga/remainder-salt/v1\0", salt, line])
}

/// A step of a distribution.
fn stepped(pool: &mut Pool, says: &Says<'_>) {
    let sum = amount(says, "amount");
    match says.word("action") {
        "POOL_FIXED" => {
            let part = |row: &[Value]| row.get(1).and_then(Value::as_i64).unwrap_or_default();
            let rows = cells(says, "deductions");
            pool.deducted = rows.iter().map(|row| i128::from(part(row))).sum();
            let other = |row: &&[Value]| {
                row.first().and_then(Value::as_text) == Some("OTHER") && part(row) > 0
            };
            pool.undocumented = rows.iter().any(other) && !says.has("document_hash");
            pool.allocated = amount(says, "allocated");
            pool.undistributed = amount(says, "undistributed");
            pool.fixed_on = Some(says.day());
            pool.weighting = says.word("weighting").to_owned();
            pool.state = "POOL_FIXED";
        }
        "UNDISTRIBUTED_RELEASED" => {
            pool.undistributed -= sum;
            pool.allocated += sum;
        }
        "REDISTRIBUTED" => {
            pool.allocated -= sum;
            pool.out += sum;
        }
        "APPROVED" => pool.state = "APPROVED",
        "PUBLISHED" => pool.state = "PUBLISHED",
        "CLOSED" => pool.state = "CLOSED",
        _ => {}
    }
}
