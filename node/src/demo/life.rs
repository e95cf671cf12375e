//! Lawful lives of enforcement proceedings: what happens in each, and when, as a function of a seed and a number alone.

use tamga_format::id::RecordId;

use super::rng::Rng;
use crate::devnet::casework::{Case, Claim, Further, Lot, Step};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Almaty is so far ahead of UTC.
const ZONE_MS: i64 = 5 * HOUR_MS;
/// A debt from which a travel ban is lawful: well above 40 МРП of any year known, in tiyn.
const BAN_FROM: i64 = 30_000_000;
/// Records of a life on average, or a little fewer.
pub const RECORDS_MEAN: u64 = 9;

/// Regions by the first digits of their КАТО codes, with their share of the cases in a thousand.
pub const REGIONS: [(&str, u64); 20] = [
    ("75", 170),
    ("71", 110),
    ("79", 90),
    ("19", 70),
    ("61", 70),
    ("35", 60),
    ("63", 55),
    ("55", 50),
    ("15", 45),
    ("27", 40),
    ("31", 40),
    ("39", 35),
    ("43", 30),
    ("47", 30),
    ("59", 25),
    ("11", 20),
    ("23", 20),
    ("33", 15),
    ("62", 15),
    ("10", 10),
];

/// One record of a life.
#[derive(Clone, Debug)]
pub struct Event {
    /// Milliseconds since 1970.
    pub time: i64,
    /// What happens.
    pub step: Step,
    /// The earlier record that it refers to, by its place in the life.
    pub refers: Option<usize>,
}

/// A life.
#[derive(Clone, Debug)]
pub struct Life {
    /// Its case.
    pub case: Case,
    /// Place of its region among [`REGIONS`].
    pub region: usize,
    /// What chooses the bailiffs of the region.
    pub people: u64,
    /// What happens, in order.
    pub events: Vec<Event>,
}

/// A step that still has no record to refer to.
const NOBODY: RecordId = RecordId([0; 32]);

impl Life {
    /// The life of a number, presented at a time.
    #[must_use]
    pub fn of(seed: u64, number: u64, presented: i64) -> Self {
        let mut rng = Rng::of(seed, number);
        let region = region(&mut rng);
        let mut case = Case::named(&format!("demo/{seed}/{number}"));
        case.claim = claim(&mut rng, region);
        let amount = amount(&mut rng);
        let people = rng.bits();
        let natural = case.claim.debtor != "ORGANISATION";
        let mut telling = Telling { rng, natural, time: presented, events: Vec::new() };
        telling.tell(amount);
        Self { case, region, people, events: telling.events }
    }
}

fn region(rng: &mut Rng) -> usize {
    let mut left = rng.within(0..1_000);
    let found = REGIONS.iter().position(|(_, share)| match left.checked_sub(*share) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    found.unwrap_or_default()
}

fn claim(rng: &mut Rng, region: usize) -> Claim {
    let region = REGIONS.get(region).map_or("75", |(code, _)| *code);
    let claim = Claim { region, ..Claim::DEBT };
    match rng.index(100) {
        0..35 => Claim { document: "NOTARIAL_INSCRIPTION", claimant: "ORGANISATION", ..claim },
        35..60 => Claim { document: "COURT_ORDER", ..claim },
        60..75 => Claim {
            document: "ADMIN_BODY_RULING",
            category: "FINE",
            order: 4,
            claimant: "STATE",
            ..claim
        },
        75..85 => Claim { category: "WAGES", order: 1, debtor: "ORGANISATION", ..claim },
        85..90 => {
            Claim { category: "AUTHOR_REMUNERATION", order: 2, debtor: "ENTREPRENEUR", ..claim }
        }
        90..95 => Claim { category: "TAX", order: 4, claimant: "STATE", ..claim },
        _ => claim,
    }
}

/// From 20,000 to some 20 million tenge, small sums more often; in tiyn.
fn amount(rng: &mut Rng) -> i64 {
    (2_000_000 << rng.index(10)) + between(rng, 0, 1_999_999)
}

/// A number from `first` to `last`.
fn between(rng: &mut Rng, first: i64, last: i64) -> i64 {
    let count = last.abs_diff(first).saturating_add(1);
    first.saturating_add_unsigned(rng.within(0..count))
}

/// A life being told.
struct Telling {
    rng: Rng,
    /// Whether the debtor is a natural person.
    natural: bool,
    time: i64,
    events: Vec<Event>,
}

impl Telling {
    fn now(&mut self, step: impl Into<Step>) {
        self.events.push(Event { time: self.time, step: step.into(), refers: None });
    }

    /// After some days, on a working day in working hours, and some minutes after the step before at least.
    fn after(&mut self, first: i64, last: i64, step: impl Into<Step>) {
        let days = between(&mut self.rng, first, last);
        let earliest = self.time + between(&mut self.rng, 7, 50) * MINUTE_MS;
        let day = (self.time + ZONE_MS).div_euclid(DAY_MS) + days;
        let hour = 9 * HOUR_MS + between(&mut self.rng, 0, 8 * 60) * MINUTE_MS;
        let mut time = (day * DAY_MS - ZONE_MS + hour).max(earliest);
        // 1 January 1970 was a Thursday.
        while matches!((time + ZONE_MS).div_euclid(DAY_MS).rem_euclid(7), 2 | 3) {
            time += DAY_MS;
        }
        self.time = time;
        self.now(step);
    }

    /// The same, and the step refers to an earlier one.
    fn referring(&mut self, refers: usize, first: i64, last: i64, step: impl Into<Step>) {
        self.after(first, last, step);
        if let Some(event) = self.events.last_mut() {
            event.refers = Some(refers);
        }
    }

    fn last(&self) -> usize {
        self.events.len().saturating_sub(1)
    }

    fn tell(&mut self, mut amount: i64) {
        self.now(Step::Presented(amount));
        if self.rng.chance(700) {
            self.after(0, 1, Step::Committed(Vec::new()));
            self.after(1, 1, Step::Drawn(Default::default()));
        } else {
            self.after(0, 2, Step::Distributed);
        }
        if self.rng.chance(40) {
            return self.after(1, 3, Further::Refused);
        }
        // One in twenty begins late, one notice in ten is late.
        let late = if self.rng.chance(50) { 8 } else { 0 };
        self.after(1 + late, 3 + late, Step::Initiated);
        let late = if self.rng.chance(100) { 9 } else { 0 };
        self.after(late, 2 + late, Step::Notified);
        if self.rng.chance(30) {
            let more = amount / 10;
            self.referring(0, 0, 4, Further::Amended(NOBODY, more));
            amount += more;
        }
        if self.rng.chance(30) {
            self.complain();
        }
        match self.rng.index(100) {
            0..22 => self.paid(amount),
            22..58 => self.by_accounts(amount),
            58..66 => self.by_wages(amount),
            66..71 => self.by_a_sale(amount),
            71..76 => self.under_a_ban(amount),
            76..80 => self.suspended(amount),
            80..84 => self.postponed(amount),
            84..90 => self.returned(amount),
            90..93 => self.after(6, 30, Further::Terminated),
            93..96 => self.transferred(amount),
            // The others stay open.
            _ => self.after(6, 9, Step::Started),
        }
    }

    fn complain(&mut self) {
        self.after(1, 9, Further::Complained("FILED"));
        self.after(2, 5, Further::Complained("ACCEPTED"));
        let answer = if self.rng.chance(200) { "PARTIALLY" } else { "DISMISSED" };
        self.after(5, 15, Further::Complained(answer));
    }

    /// Paid at once and closed.
    fn paid(&mut self, amount: i64) {
        self.after(1, 6, Step::Recovered(amount));
        self.settle(amount);
    }

    fn settle(&mut self, amount: i64) {
        let late = if self.rng.chance(80) { 9 } else { 0 };
        self.after(1 + late, 3 + late, Step::PaidOut(amount));
        self.after(1, 3, Step::Closed(amount));
    }

    fn by_accounts(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        let listed = self.rng.chance(300);
        if listed {
            self.after(0, 5, Step::Listed);
        }
        self.after(0, 2, Further::Imposed("ACCOUNT_ARREST", Some(amount)));
        let imposed = self.last();
        self.after(1, 3, Further::Levied(amount));
        let parts = between(&mut self.rng, 1, 4);
        for part in 0..parts {
            let paid =
                if part + 1 == parts { amount - amount / parts * part } else { amount / parts };
            self.after(2, 25, Further::Collected(paid));
            if self.rng.chance(300) && part + 1 < parts {
                // This much was not paid out yet.
                let open = self.undistributed();
                self.after(1, 3, Step::PaidOut(open));
            }
        }
        let open = self.undistributed();
        self.after(1, 3, Step::PaidOut(open));
        self.referring(imposed, 0, 2, Further::Lifted(NOBODY));
        if listed {
            self.after(0, 4, Step::Delisted);
        }
        self.after(1, 3, Step::Closed(amount));
    }

    /// What was recovered and not paid out.
    fn undistributed(&self) -> i64 {
        let flows = self.events.iter().map(|event| {
            if let Step::Recovered(amount) | Step::Further(Further::Collected(amount)) = event.step
            {
                return amount;
            }
            if let Step::PaidOut(amount) = event.step { -amount } else { 0 }
        });
        flows.sum()
    }

    fn by_wages(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 5, Further::WagesLevied);
        for part in 1..=4 {
            let paid = if part == 4 { amount - amount / 4 * 3 } else { amount / 4 };
            self.after(28, 33, Step::Recovered(paid));
            self.after(1, 3, Step::PaidOut(paid));
        }
        self.after(1, 3, Step::Closed(amount));
    }

    fn by_a_sale(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 5, Further::Imposed("PROPERTY_ARREST", None));
        let imposed = self.last();
        self.after(1, 5, Further::Lot(Lot::Identified));
        self.after(1, 3, Further::Lot(Lot::Arrested));
        self.after(3, 9, Further::Lot(Lot::Appraised));
        self.after(5, 20, Further::Lot(Lot::Valued(amount)));
        self.after(3, 10, Further::Lot(Lot::Listed(amount)));
        self.after(10, 20, Further::Lot(Lot::Held));
        self.after(0, 1, Further::Lot(Lot::Sold(amount)));
        self.after(3, 10, Step::Recovered(amount));
        self.referring(imposed, 0, 2, Further::Lifted(NOBODY));
        self.settle(amount);
    }

    /// A travel ban, where so much is owed that the law allows one.
    fn under_a_ban(&mut self, amount: i64) {
        if !self.natural || amount <= BAN_FROM {
            return self.paid(amount);
        }
        self.after(1, 3, Further::Warned);
        self.after(6, 9, Step::Started);
        self.after(1, 5, Further::Requested("TRAVEL_BAN"));
        self.after(1, 4, Further::Sanctioned);
        let sanction = self.last();
        self.referring(sanction, 0, 2, Further::ImposedOn("TRAVEL_BAN", NOBODY));
        let imposed = self.last();
        self.after(3, 40, Step::Recovered(amount));
        self.referring(imposed, 0, 1, Further::Lifted(NOBODY));
        self.settle(amount);
    }

    fn suspended(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 9, Step::Suspended);
        self.after(10, 40, Step::Resumed);
        self.paid(amount);
    }

    fn postponed(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 4, Further::Postponed(10));
        self.after(11, 13, Further::Continued);
        self.paid(amount);
    }

    fn returned(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 3, Further::Imposed("ACCOUNT_ARREST", Some(amount)));
        let imposed = self.last();
        self.referring(imposed, 30, 50, Further::Lifted(NOBODY));
        self.after(0, 2, Further::Returned);
    }

    fn transferred(&mut self, amount: i64) {
        self.after(6, 9, Step::Started);
        self.after(1, 20, Further::Transferred);
        self.paid(amount);
    }
}
