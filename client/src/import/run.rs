//! The import itself: rows to plans, plans to batches, verdicts to a journal and a summary.
//!
//! A record is journaled as sent before it is sent, as taken once its batch is final. Whatever ends a run
//! between the two, the next run makes the same bytes, and a row that has changed meanwhile is held back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};

use tamga_format::body::Submission;
use tamga_state::codes::Code;

use super::manifest::{Journal, Line, Status};
use super::plan::{Plan, Prepared, Recipe, RowError};
use super::sink::{Known, Patience, Sink, Verdict};
use super::summary::{Ended, Outcome, add_up};
use super::table::{Row, Table};
use super::value::Memory;
use crate::error::CliError;
use crate::text;

/// Batches that may be taken and not final at a time.
const OUTSTANDING_MAX: usize = 4;
/// Times a full pool, or a wait for finality, is tried again.
const ATTEMPTS: u32 = 60;

/// An import under way.
pub struct Import<'a> {
    recipe: &'a dyn Recipe,
    sink: &'a mut dyn Sink,
    journal: &'a mut Journal,
    batch_records: usize,
    interrupted: &'a AtomicBool,
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
    /// An earlier run sent it.
    journaled: bool,
    /// Whether it was there before this run, from the first answer that took it.
    known: Option<bool>,
}

impl Sent {
    /// Notes that it was taken. Later answers know it because of this run, so the first one counts.
    fn take(&mut self, known: Known) {
        self.known.get_or_insert(match known {
            Known::Yes => true,
            Known::No => false,
            Known::Unclear => self.journaled,
        });
    }

    fn line(&self, status: Status, index: Option<u64>) -> Line {
        Line {
            row: self.prepared.row,
            key: self.key.clone(),
            record: self.prepared.label.clone(),
            derived: self.prepared.derived,
            status,
            id: Some(self.prepared.id.to_string()),
            index,
            code: None,
            reason: None,
            content: self.content.clone(),
            context: self.context.clone(),
        }
    }
}

impl<'a> Import<'a> {
    /// An import into `sink`, in batches of so many records, until `interrupted` is set.
    pub fn new(
        recipe: &'a dyn Recipe,
        sink: &'a mut dyn Sink,
        journal: &'a mut Journal,
        batch_records: usize,
        interrupted: &'a AtomicBool,
    ) -> Self {
        Self {
            recipe,
            sink,
            journal,
            batch_records: batch_records.max(1),
            interrupted,
            cases: BTreeMap::new(),
            outcomes: Vec::new(),
            outstanding: VecDeque::new(),
            not_final: 0,
        }
    }

    /// Runs over all rows; `progress` is told how many it has looked at. Once interrupted it finishes the
    /// batch under way and waits for nothing. An error ends it too; either way the summary tells what is
    /// decided, and the next run finds that recorded.
    pub fn run(mut self, table: &Table, progress: &mut dyn FnMut(u64)) -> Ended {
        let done = self.rows(table, progress).and_then(|()| self.settle_all());
        let left = self.leave();
        let mut ended = add_up(self.outcomes, table);
        ended.summary.kinds = self.journal.kinds();
        ended.summary.not_final = self.not_final;
        ended.stopped = done.and(left).err();
        ended.summary.interrupted = ended.stopped.is_none() && ended.summary.left > 0;
        ended
    }

    fn rows(&mut self, table: &Table, progress: &mut dyn FnMut(u64)) -> Result<(), CliError> {
        let mut batch = Vec::new();
        for ((index, row), looked_at) in table.rows.iter().enumerate().zip(1..) {
            if self.is_interrupted() {
                break;
            }
            self.take(index, row, &mut batch)?;
            if batch.len() >= self.batch_records {
                self.send(std::mem::take(&mut batch))?;
            }
            progress(looked_at);
        }
        self.send(batch)
    }

    fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Plans one row and queues its records.
    fn take(&mut self, index: usize, row: &Row, batch: &mut Vec<Sent>) -> Result<(), CliError> {
        let case = self.recipe.case(row).to_owned();
        // What an earlier run knew stands behind what this run has seen: a corrected row is often fed in alone.
        let mut context =
            self.journal.row(&row.key).map(|line| line.context.clone()).unwrap_or_default();
        context.extend(self.cases.get(&case).cloned().unwrap_or_default());
        let content = text::hex(&row.content);
        let plan = self.recipe.plan(row, &context)?;
        let outcome = self.outcomes.len();
        let mut result = Outcome::open(index);
        match plan {
            Plan::Skip(reason) => {
                let line = row_line(row, Status::Skipped, &content, None, &reason, context);
                self.journal.add(&[line])?;
                result.skipped = Some(reason);
            }
            Plan::Error(error) => {
                let detail = format!("{}: {}", error.code, error.detail);
                let code = Some(error.code.as_str());
                let line = row_line(row, Status::Refused, &content, code, &detail, context);
                self.journal.add(&[line])?;
                result.error = Some(error);
            }
            Plan::Records(records, _) if self.changed(row, &content, &records) => {
                let messages = self.recipe.messages();
                let remedy = &Code::ImportChanged.info().remedy;
                result.error = Some(RowError {
                    code: Code::ImportChanged.to_string(),
                    detail: messages.text("import-changed", &[("key", row.key.clone())]),
                    hint: remedy.in_language(messages.language().tag()).to_owned(),
                });
            }
            Plan::Records(records, memory) => {
                self.cases.insert(case, memory);
                for prepared in records {
                    let line = self.journal.line(&row.key, &prepared.label);
                    let journaled = line.is_some_and(|line| line.status.may_be_recorded());
                    batch.push(Sent {
                        prepared,
                        outcome,
                        content: content.clone(),
                        key: row.key.clone(),
                        context: context.clone(),
                        journaled,
                        known: None,
                    });
                }
            }
        }
        self.outcomes.push(result);
        Ok(())
    }

    /// Whether the row was sent before with other content or other bytes, and may be recorded so.
    fn changed(&self, row: &Row, content: &str, records: &[Prepared]) -> bool {
        records.iter().any(|record| {
            self.journal.line(&row.key, &record.label).is_some_and(|line| {
                let same = line.content == content && line.id == Some(record.id.to_string());
                line.status.may_be_recorded() && !same
            })
        })
    }

    /// Sends a batch; what is refused is journaled, what is taken waits for finality.
    fn send(&mut self, mut batch: Vec<Sent>) -> Result<(), CliError> {
        let fresh = batch.iter().filter(|sent| !sent.journaled);
        let announced: Vec<Line> = fresh.map(|sent| sent.line(Status::Sent, None)).collect();
        self.journal.add(&announced)?;
        let (verdicts, judged) = self.judge(&mut batch);
        let mut taken = Vec::new();
        let mut lines = Vec::new();
        // Records without a verdict stay open: their rows are not counted, the next run sends them again.
        for (sent, verdict) in batch.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Taken { .. } => taken.push(sent),
                refused @ Verdict::Refused { .. } => lines.push(self.refuse(&sent, refused)),
            }
        }
        if !taken.is_empty() {
            self.outstanding.push_back(taken);
        }
        self.journal.add(&lines)?;
        judged?;
        while self.outstanding.len() > OUTSTANDING_MAX {
            self.settle()?;
        }
        Ok(())
    }

    /// Verdicts on the first records of a batch, and what kept it from the others.
    ///
    /// A refusal counts when everything before the record is final: a pool may have been full, or lost
    /// records that it had taken. Until then the record and all after it are sent again, because what came
    /// after it was judged without it.
    fn judge(&mut self, batch: &mut [Sent]) -> (Vec<Verdict>, Result<(), CliError>) {
        let mut verdicts: Vec<Verdict> = Vec::with_capacity(batch.len());
        let mut attempt = 1;
        while verdicts.len() < batch.len() {
            let rest: Vec<&Submission> =
                batch.iter().skip(verdicts.len()).map(|sent| &sent.prepared.submission).collect();
            let judged = match self.sink.submit(&rest) {
                Ok(judged) => judged,
                Err(error) => return (verdicts, Err(error)),
            };
            for (sent, verdict) in batch.iter_mut().skip(verdicts.len()).zip(&judged) {
                if let Verdict::Taken { known, .. } = verdict {
                    sent.take(*known);
                }
            }
            let waiting = self.sink.has_places() && !self.outstanding.is_empty();
            let open = judged.iter().position(|verdict| match verdict {
                Verdict::Taken { .. } => false,
                Verdict::Refused { retryable, .. } => *retryable || waiting,
            });
            let Some(open) = open else {
                verdicts.extend(judged);
                break;
            };
            let refusal = judged.get(open).and_then(Verdict::as_error);
            verdicts.extend(judged.into_iter().take(open));
            if waiting {
                if let Err(error) = self.settle_all() {
                    return (verdicts, Err(error));
                }
            } else if self.is_interrupted() {
                break;
            } else if attempt == ATTEMPTS {
                return (verdicts, refusal.map_or(Ok(()), Err));
            } else {
                attempt = attempt.saturating_add(1);
                self.sink.pause();
            }
        }
        (verdicts, Ok(()))
    }

    fn settle_all(&mut self) -> Result<(), CliError> {
        while !self.outstanding.is_empty() {
            self.settle()?;
        }
        Ok(())
    }

    /// Waits for the oldest batch and journals its places.
    fn settle(&mut self) -> Result<(), CliError> {
        let Some(batch) = self.outstanding.front() else { return Ok(()) };
        let submissions: Vec<&Submission> =
            batch.iter().map(|sent| &sent.prepared.submission).collect();
        let open = |verdict: &Verdict| {
            matches!(
                verdict,
                Verdict::Taken { index: None, .. } | Verdict::Refused { retryable: true, .. }
            )
        };
        let mut verdicts = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let interrupted = self.interrupted.load(Ordering::Relaxed);
            let patience = if interrupted { Patience::Look } else { Patience::Wait };
            verdicts = self.sink.settle(&submissions, patience)?;
            let settled = !self.sink.has_places() || !verdicts.iter().any(open);
            if settled || interrupted || attempt == ATTEMPTS {
                break;
            }
            self.sink.pause();
        }
        let batch = self.outstanding.pop_front().unwrap_or_default();
        let mut lines = Vec::new();
        for (sent, verdict) in batch.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Taken { index: Some(index), .. } => {
                    self.note(&sent);
                    lines.push(sent.line(Status::Final, Some(index)));
                }
                Verdict::Taken { index: None, .. } | Verdict::Refused { retryable: true, .. } => {
                    lines.push(self.open(&sent));
                }
                refused @ Verdict::Refused { .. } => lines.push(self.refuse(&sent, refused)),
            }
        }
        self.journal.add(&lines)
    }

    /// Batches that are taken when the run ends early: their finality was not seen.
    fn leave(&mut self) -> Result<(), CliError> {
        let batches = std::mem::take(&mut self.outstanding);
        let lines: Vec<Line> = batches.into_iter().flatten().map(|sent| self.open(&sent)).collect();
        self.journal.add(&lines)
    }

    /// Counts a record that is taken and has no place yet.
    fn open(&mut self, sent: &Sent) -> Line {
        if self.sink.has_places() {
            self.not_final = self.not_final.saturating_add(1);
        }
        self.note(sent);
        sent.line(Status::Accepted, None)
    }

    /// Counts a record that is taken.
    fn note(&mut self, sent: &Sent) {
        let Some(outcome) = self.outcomes.get_mut(sent.outcome) else { return };
        let known = sent.known.unwrap_or(sent.journaled);
        let slot = match (sent.prepared.derived, known) {
            (false, known) => {
                outcome.taken = Some((sent.prepared.id, known));
                return;
            }
            (true, false) => &mut outcome.derived.recorded,
            (true, true) => &mut outcome.derived.already_recorded,
        };
        *slot = slot.saturating_add(1);
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
        Line { code: Some(code), reason: Some(reason), ..sent.line(Status::Refused, None) }
    }
}

/// The journal's line for a row without records.
fn row_line(
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
