//! The import itself: rows to plans, plans to batches, verdicts to a journal and a summary.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::ProgressBar;
use serde::Serialize;
use tamga_format::body::Submission;
use tamga_state::codes::Code;

use super::csv::{Row, Table};
use super::manifest::{Journal, Line, Status};
use super::plan::{Plan, Planner, Prepared, RowError};
use super::sink::{Sink, Verdict};
use super::value::Memory;
use crate::error::CliError;
use crate::text;

/// Batches that may be taken and not final at a time.
const OUTSTANDING_MAX: usize = 4;
/// Times a full pool, or a wait for finality, is tried again.
const ATTEMPTS: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows read; the sum of the next four.
    pub rows: u64,
    /// Rows whose own record this run recorded.
    pub recorded: u64,
    /// Rows whose own record was there before.
    pub already_recorded: u64,
    /// Rows that the mapping leaves out.
    pub skipped: u64,
    /// Rows that were refused or cannot be read.
    pub refused: u64,
    /// Records that follow from rows; not among the rows.
    pub derived: Derived,
    /// Records by kind, derived ones included.
    pub kinds: BTreeMap<String, u64>,
    /// Rows left out or refused, by code and reason.
    pub reasons: Vec<Reason>,
    /// Records taken whose finality was not seen.
    pub not_final: u64,
    /// The run was interrupted: the rows after `rows` were not looked at.
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

/// A row that is not, or not wholly, recorded.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The row.
    pub row: Row,
    /// Why.
    pub error: RowError,
}

/// An import under way.
pub struct Import<'a> {
    planner: &'a Planner<'a>,
    sink: &'a mut dyn Sink,
    journal: &'a mut Journal,
    batch_records: usize,
    cases: BTreeMap<String, Memory>,
    outcomes: Vec<Outcome>,
    outstanding: VecDeque<Vec<Sent>>,
    not_final: u64,
}

/// A record on its way, with what the journal says of its row.
struct Sent {
    prepared: Prepared,
    outcome: usize,
    content: String,
    key: String,
    context: Memory,
    known: bool,
}

/// What became of a row so far.
struct Outcome {
    row: usize,
    /// Whether the row's own record is taken, and was known before.
    taken: Option<bool>,
    skipped: Option<String>,
    error: Option<RowError>,
    derived: Derived,
}

impl<'a> Import<'a> {
    /// An import into `sink`, in batches of so many records.
    pub fn new(
        planner: &'a Planner<'a>,
        sink: &'a mut dyn Sink,
        journal: &'a mut Journal,
        batch_records: usize,
    ) -> Self {
        Self {
            planner,
            sink,
            journal,
            batch_records: batch_records.max(1),
            cases: BTreeMap::new(),
            outcomes: Vec::new(),
            outstanding: VecDeque::new(),
            not_final: 0,
        }
    }

    /// Runs over all rows, or until `interrupted` is set; then the batch under way is finished.
    ///
    /// # Errors
    /// When the sink cannot be reached or a file cannot be written. Rows already taken are in the journal or
    /// are found recorded by the next run.
    pub fn run(
        mut self,
        table: &Table,
        interrupted: &AtomicBool,
        progress: &ProgressBar,
    ) -> Result<(Summary, Vec<Failure>), CliError> {
        let mut batch = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            if interrupted.load(Ordering::Relaxed) {
                break;
            }
            self.take(index, row, &mut batch)?;
            if batch.len() >= self.batch_records {
                self.send(std::mem::take(&mut batch))?;
            }
            progress.inc(1);
        }
        self.send(batch)?;
        while !self.outstanding.is_empty() {
            self.settle()?;
        }
        let stopped = interrupted.load(Ordering::Relaxed) && self.outcomes.len() < table.rows.len();
        Ok(self.finish(table, stopped))
    }

    /// Plans one row and queues its records.
    fn take(&mut self, index: usize, row: &Row, batch: &mut Vec<Sent>) -> Result<(), CliError> {
        let case = row.get(&self.planner.mapping.case).to_owned();
        // What an earlier run knew stands behind what this run has seen: a corrected row is often fed in alone.
        let mut context =
            self.journal.row(&row.key).map(|line| line.context.clone()).unwrap_or_default();
        context.extend(self.cases.get(&case).cloned().unwrap_or_default());
        let content = text::hex(&row.content);
        let plan = self.planner.plan(row, &context)?;
        let outcome = self.outcomes.len();
        let mut result = Outcome {
            row: index,
            taken: None,
            skipped: None,
            error: None,
            derived: Derived::default(),
        };
        match plan {
            Plan::Skip(reason) => {
                self.journal.add(&[line(
                    row,
                    Status::Skipped,
                    &content,
                    None,
                    &reason,
                    context,
                )])?;
                result.skipped = Some(reason);
            }
            Plan::Error(error) => {
                let detail = format!("{}: {}", error.code, error.detail);
                self.journal.add(&[line(
                    row,
                    Status::Refused,
                    &content,
                    Some(&error.code),
                    &detail,
                    context,
                )])?;
                result.error = Some(error);
            }
            Plan::Records(records, _) if self.changed(row, &content, &records) => {
                result.error = Some(RowError {
                    code: Code::ImportChanged.to_string(),
                    detail: format!("the row {} was recorded with other content", row.key),
                    hint: Code::ImportChanged.info().remedy.en.to_owned(),
                });
            }
            Plan::Records(records, memory) => {
                self.cases.insert(case, memory);
                batch.extend(records.into_iter().map(|prepared| Sent {
                    prepared,
                    outcome,
                    content: content.clone(),
                    key: row.key.clone(),
                    context: context.clone(),
                    known: false,
                }));
            }
        }
        self.outcomes.push(result);
        Ok(())
    }

    /// Whether the row was recorded before with other content or other bytes.
    fn changed(&self, row: &Row, content: &str, records: &[Prepared]) -> bool {
        records.iter().any(|record| {
            self.journal.line(&row.key, &record.label).is_some_and(|line| {
                let recorded = matches!(line.status, Status::Final | Status::Accepted);
                let same = line.content == content && line.id == Some(record.id.to_string());
                recorded && !same
            })
        })
    }

    /// Sends a batch; what is refused is journaled, what is taken waits for finality.
    fn send(&mut self, mut batch: Vec<Sent>) -> Result<(), CliError> {
        let verdicts = self.judge(&batch)?;
        let mut taken = Vec::new();
        let mut lines = Vec::new();
        for (mut sent, verdict) in batch.drain(..).zip(verdicts) {
            match verdict {
                Verdict::Taken { known, .. } => {
                    sent.known = known;
                    taken.push(sent);
                }
                refused @ Verdict::Refused { .. } => lines.push(self.refuse(&sent, refused)),
            }
        }
        self.journal.add(&lines)?;
        if !taken.is_empty() {
            self.outstanding.push_back(taken);
        }
        while self.outstanding.len() > OUTSTANDING_MAX {
            self.settle()?;
        }
        Ok(())
    }

    /// Verdicts on a batch. When a record may be taken later, it and all after it are sent again, because
    /// what came after it was judged without it.
    fn judge(&mut self, batch: &[Sent]) -> Result<Vec<Verdict>, CliError> {
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(batch.len());
        for attempt in 1..=ATTEMPTS {
            let rest: Vec<&Submission> =
                batch.iter().skip(verdicts.len()).map(|sent| &sent.prepared.submission).collect();
            if rest.is_empty() {
                break;
            }
            let judged = self.sink.submit(&rest)?;
            let later =
                |verdict: &Verdict| matches!(verdict, Verdict::Refused { retryable: true, .. });
            match judged.iter().position(later) {
                Some(first) if attempt < ATTEMPTS => {
                    verdicts.extend(judged.into_iter().take(first));
                    std::thread::sleep(PAUSE);
                }
                _ => {
                    verdicts.extend(judged);
                    break;
                }
            }
        }
        Ok(verdicts)
    }

    /// Waits for the oldest batch and journals its places.
    fn settle(&mut self) -> Result<(), CliError> {
        let Some(batch) = self.outstanding.pop_front() else { return Ok(()) };
        let submissions: Vec<&Submission> =
            batch.iter().map(|sent| &sent.prepared.submission).collect();
        let mut verdicts = self.sink.settle(&submissions)?;
        let open = |verdict: &Verdict| matches!(verdict, Verdict::Taken { index: None, .. });
        for _ in 1..ATTEMPTS {
            if !self.sink.has_places() || !verdicts.iter().any(open) {
                break;
            }
            verdicts = self.sink.settle(&submissions)?;
        }
        let mut lines = Vec::new();
        for (sent, verdict) in batch.iter().zip(verdicts) {
            match verdict {
                Verdict::Taken { index, .. } => {
                    if index.is_none() && self.sink.has_places() {
                        self.not_final = self.not_final.saturating_add(1);
                    }
                    self.note(sent);
                    lines.push(taken_line(sent, index));
                }
                refused @ Verdict::Refused { .. } => lines.push(self.refuse(sent, refused)),
            }
        }
        self.journal.add(&lines)
    }

    /// Counts a record that is taken.
    fn note(&mut self, sent: &Sent) {
        let Some(outcome) = self.outcomes.get_mut(sent.outcome) else { return };
        match (sent.prepared.derived, sent.known) {
            (false, known) => outcome.taken = Some(known),
            (true, false) => outcome.derived.recorded = outcome.derived.recorded.saturating_add(1),
            (true, true) => {
                outcome.derived.already_recorded =
                    outcome.derived.already_recorded.saturating_add(1);
            }
        }
    }

    /// Counts a record that is refused, and says so for the journal.
    fn refuse(&mut self, sent: &Sent, verdict: Verdict) -> Line {
        let (code, detail, hint) = match verdict {
            Verdict::Refused { code, detail, hint, .. } => (code, detail, hint),
            Verdict::Taken { .. } => (String::new(), String::new(), String::new()),
        };
        let reason = format!("{} {detail}", sent.prepared.kind);
        if let Some(outcome) = self.outcomes.get_mut(sent.outcome) {
            if sent.prepared.derived {
                outcome.derived.refused = outcome.derived.refused.saturating_add(1);
            }
            // The first refusal of a row explains the others.
            let error = RowError { code: code.clone(), detail: reason.clone(), hint };
            outcome.error.get_or_insert(error);
        }
        Line {
            status: Status::Refused,
            code: Some(code),
            reason: Some(reason),
            ..taken_line(sent, None)
        }
    }

    fn finish(self, table: &Table, interrupted: bool) -> (Summary, Vec<Failure>) {
        let mut summary = Summary { interrupted, not_final: self.not_final, ..Summary::default() };
        let mut reasons: BTreeMap<(String, String), u64> = BTreeMap::new();
        let mut failures = Vec::new();
        for outcome in self.outcomes {
            summary.rows = summary.rows.saturating_add(1);
            let slot = match (outcome.taken, &outcome.skipped) {
                (Some(true), _) => &mut summary.already_recorded,
                (Some(false), _) => &mut summary.recorded,
                (None, Some(_)) => &mut summary.skipped,
                (None, None) => &mut summary.refused,
            };
            *slot = slot.saturating_add(1);
            let derived = &mut summary.derived;
            derived.recorded = derived.recorded.saturating_add(outcome.derived.recorded);
            derived.already_recorded =
                derived.already_recorded.saturating_add(outcome.derived.already_recorded);
            derived.refused = derived.refused.saturating_add(outcome.derived.refused);
            let why = match (&outcome.error, outcome.skipped) {
                (Some(error), _) => Some((error.code.clone(), error.detail.clone())),
                (None, Some(reason)) => Some((String::new(), reason)),
                (None, None) => None,
            };
            if let Some(why) = why {
                let rows = reasons.entry(why).or_insert(0);
                *rows = rows.saturating_add(1);
            }
            if let (Some(error), Some(row)) = (outcome.error, table.rows.get(outcome.row)) {
                failures.push(Failure { row: row.clone(), error });
            }
        }
        summary.kinds = self.journal.kinds();
        summary.reasons = reasons
            .into_iter()
            .map(|((code, reason), rows)| Reason { code, reason, rows })
            .collect();
        (summary, failures)
    }
}

/// The journal's line for a row without records.
fn line(
    row: &Row,
    status: Status,
    content: &str,
    code: Option<&str>,
    reason: &str,
    context: Memory,
) -> Line {
    Line {
        row: row.number,
        key: row.key.clone(),
        record: String::new(),
        derived: false,
        status,
        id: None,
        index: None,
        code: code.map(str::to_owned),
        reason: Some(reason.to_owned()),
        content: content.to_owned(),
        context,
    }
}

fn taken_line(sent: &Sent, index: Option<u64>) -> Line {
    Line {
        row: sent.prepared.row,
        key: sent.key.clone(),
        record: sent.prepared.label.clone(),
        derived: sent.prepared.derived,
        status: if index.is_some() { Status::Final } else { Status::Accepted },
        id: Some(sent.prepared.id.to_string()),
        index,
        code: None,
        reason: None,
        content: sent.content.clone(),
        context: sent.context.clone(),
    }
}
