//! The records of all proceedings in the order of their time: a function of the plan alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::life::{Life, RECORDS_MEAN};
use crate::config::read_toml;

/// File of a generated ledger that holds its plan.
const FILE: &str = "plan.toml";

/// What is generated; it is kept beside the ledger, and another plan is not mixed with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// Records, beside those of faults.
    pub records: u64,
    /// Before so many records of a thousand comes one that must be refused.
    pub faults: u16,
    /// The first case is presented at this time, in milliseconds since 1970.
    pub from: i64,
    /// No record is later.
    pub until: i64,
}

/// The next record of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Next {
    /// When it happens, in milliseconds since 1970.
    pub time: i64,
    /// The number of its life.
    pub life: u64,
    /// Its place in the life.
    pub place: usize,
}

/// The order of a plan's records.
#[derive(Debug)]
pub struct Order {
    plan: Plan,
    begun: u64,
    open: BinaryHeap<Reverse<Next>>,
}

impl Plan {
    /// The plan of a folder, if its ledger is a generated one.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub fn of(dir: &Path) -> Result<Option<Self>> {
        let file = dir.join(FILE);
        if file.exists() { read_toml(&file).map(Some) } else { Ok(None) }
    }

    /// Keeps the plan in a folder.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn keep(&self, dir: &Path) -> Result<()> {
        let file = dir.join(FILE);
        std::fs::write(&file, toml::to_string(self)?).with_context(|| format!("{}", file.display()))
    }

    /// Proceedings that are begun while the plan lasts, or a few more.
    fn lives(&self) -> u64 {
        (self.records / RECORDS_MEAN).max(1)
    }

    /// When a life begins.
    fn begins(&self, life: u64) -> i64 {
        let span = i128::from(self.until.saturating_sub(self.from));
        let offset = span * i128::from(life) / i128::from(self.lives());
        self.from.saturating_add(i64::try_from(offset).unwrap_or(i64::MAX))
    }

    /// A life.
    #[must_use]
    pub fn life(&self, number: u64) -> Life {
        Life::of(self.seed, number, self.begins(number))
    }
}

impl Order {
    /// From the beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, begun: 0, open: BinaryHeap::new() }
    }

    fn begin(&mut self) {
        let next = Next { time: self.plan.begins(self.begun), life: self.begun, place: 0 };
        self.open.push(Reverse(next));
        self.begun += 1;
    }

    /// The next record without taking it.
    pub fn peek(&mut self) -> Next {
        loop {
            let begins = self.plan.begins(self.begun);
            match self.open.peek() {
                Some(Reverse(next)) if next.time < begins => return *next,
                _ => self.begin(),
            }
        }
    }

    /// Takes the next record, with the life it belongs to.
    pub fn take(&mut self) -> (Next, Life) {
        let next = self.peek();
        self.open.pop();
        let life = self.plan.life(next.life);
        let place = next.place + 1;
        if let Some(event) = life.events.get(place) {
            self.open.push(Reverse(Next { time: event.time, place, ..next }));
        }
        (next, life)
    }
}
