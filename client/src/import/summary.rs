//! What an import came to: every row once, the counts, the reasons.

use std::collections::BTreeMap;

use serde::Serialize;
use tamga_format::id::RecordId;

use super::plan::RowError;
use super::table::{Row, Table};
use crate::error::CliError;

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows whose fate is known; the sum of the next four.
    pub rows: u64,
    /// Rows whose own record this run recorded.
    pub recorded: u64,
    /// Rows whose own record was there before.
    pub already_recorded: u64,
    /// Rows that the mapping leaves out.
    pub skipped: u64,
    /// Rows that were refused or cannot be read.
    pub refused: u64,
    /// Rows that a run which ended early did not decide; with `rows`, all rows of the file.
    pub left: u64,
    /// Records that follow from rows; not among the rows.
    pub derived: Derived,
    /// Records by kind, derived ones included.
    pub kinds: BTreeMap<String, u64>,
    /// Rows left out or refused, by code and reason.
    pub reasons: Vec<Reason>,
    /// Records taken whose finality was not seen.
    pub not_final: u64,
    /// The run was interrupted before it had decided every row.
    pub interrupted: bool,
}

/// Derived records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Derived {
    /// Recorded by this run.
    pub recorded: u64,
    /// There before.
    pub already_recorded: u64,
    /// Refused.
    pub refused: u64,
}

/// Why rows are missing from the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable code; empty for rows that the mapping leaves out.
    pub code: String,
    /// The reason.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// This run recorded it.
    Recorded,
    /// It was there before.
    AlreadyRecorded,
    /// The mapping leaves it out.
    Skipped,
    /// It was refused or cannot be read.
    Refused,
}

/// One row and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowEnd {
    /// Number of the row: 1 for the first after the header.
    pub row: u64,
    /// The row's key.
    pub key: String,
    /// How it ended.
    pub status: Fate,
    /// Id of the row's own record, if it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// Stable code of a refusal: of the row's own record, or of one derived from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it is left out, or not wholly recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A row that is not, or not wholly, recorded.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The row.
    pub row: Row,
    /// Why.
    pub error: RowError,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The counts.
    pub summary: Summary,
    /// Every row that was decided, in the order of the file.
    pub rows: Vec<RowEnd>,
    /// Rows that are not, or not wholly, recorded.
    pub failures: Vec<Failure>,
    /// What stopped the run; what is decided stays decided, and the next run goes on.
    pub stopped: Option<CliError>,
}

impl Ended {
    /// The rows that were not, or not wholly, recorded because something was refused.
    pub fn refusals(&self) -> impl Iterator<Item = &RowEnd> {
        self.rows.iter().filter(|end| end.code.is_some())
    }
}

/// What became of a row so far.
pub(super) struct Outcome {
    /// Position of the row in the table.
    pub(super) row: usize,
    /// The row's own record once it is taken: its id, and whether it was known before.
    pub(super) taken: Option<(RecordId, bool)>,
    /// Why the mapping leaves it out.
    pub(super) skipped: Option<String>,
    /// The first refusal of one of its records.
    pub(super) error: Option<RowError>,
    /// Its derived records.
    pub(super) derived: Derived,
}

impl Outcome {
    /// A row of which nothing is known yet.
    pub(super) fn open(row: usize) -> Self {
        Self { row, taken: None, skipped: None, error: None, derived: Derived::default() }
    }

    /// How the row ended; `None` while its own record is not decided.
    fn fate(&self) -> Option<Fate> {
        match (self.taken, &self.skipped, &self.error) {
            (Some((_, true)), _, _) => Some(Fate::AlreadyRecorded),
            (Some((_, false)), _, _) => Some(Fate::Recorded),
            (None, Some(_), _) => Some(Fate::Skipped),
            (None, None, Some(_)) => Some(Fate::Refused),
            (None, None, None) => None,
        }
    }
}

/// Adds the outcomes up.
pub(super) fn add_up(outcomes: Vec<Outcome>, table: &Table) -> Ended {
    let mut summary = Summary::default();
    let mut reasons: BTreeMap<(String, String), u64> = BTreeMap::new();
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        let (Some(fate), Some(row)) = (outcome.fate(), table.rows.get(outcome.row)) else {
            continue;
        };
        summary.count(fate, outcome.derived);
        let why = match (&outcome.error, outcome.skipped) {
            (Some(error), _) => Some((error.code.clone(), error.detail.clone())),
            (None, skipped) => skipped.map(|reason| (String::new(), reason)),
        };
        if let Some(why) = why.clone() {
            let count = reasons.entry(why).or_insert(0);
            *count = count.saturating_add(1);
        }
        let (code, reason) = why.unzip();
        rows.push(RowEnd {
            row: row.number,
            key: row.key.clone(),
            status: fate,
            record_id: outcome.taken.map(|(id, _)| id.to_string()),
            code: code.filter(|code| !code.is_empty()),
            reason,
            hint: outcome.error.as_ref().map(|error| error.hint.clone()),
        });
        failures.extend(outcome.error.map(|error| Failure { row: row.clone(), error }));
    }
    let all = u64::try_from(table.rows.len()).unwrap_or(u64::MAX);
    summary.left = all.saturating_sub(summary.rows);
    summary.reasons =
        reasons.into_iter().map(|((code, reason), rows)| Reason { code, reason, rows }).collect();
    Ended { summary, rows, failures, stopped: None }
}

impl Summary {
    fn count(&mut self, fate: Fate, derived: Derived) {
        let slot = match fate {
            Fate::Recorded => &mut self.recorded,
            Fate::AlreadyRecorded => &mut self.already_recorded,
            Fate::Skipped => &mut self.skipped,
            Fate::Refused => &mut self.refused,
        };
        *slot = slot.saturating_add(1);
        self.rows = self.rows.saturating_add(1);
        let sums = [
            (&mut self.derived.recorded, derived.recorded),
            (&mut self.derived.already_recorded, derived.already_recorded),
            (&mut self.derived.refused, derived.refused),
        ];
        for (sum, count) in sums {
            *sum = sum.saturating_add(count);
        }
    }
}
