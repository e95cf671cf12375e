//! Where the records of an import go: a ledger, or the same rules in memory; `trial` is a ledger that is only asked.

use std::collections::BTreeMap;
use std::time::Duration;

use tamga_api::shapes::{BatchLine, Stage};
use tamga_format::body::Submission;
use tamga_format::id::{Height, UnixMillis};
use tamga_format::subject::Subject;
use tamga_state::codes::Code;
use tamga_state::{BlockContext, MemoryView, Overlay, StatusRow, execute_record, key_of};

use crate::client::{Batch, Client, Wait};
use crate::error::CliError;
use crate::lang::Language;

/// Time between two attempts at records that a ledger would take later.
const PAUSE: Duration = Duration::from_secs(1);

/// What was said about one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is or will be in the log.
    Taken {
        /// Whether it was there before.
        known: Known,
        /// Its place, once final.
        index: Option<u64>,
    },
    /// It is refused.
    Refused {
        /// Stable code.
        code: String,
        /// What is wrong.
        detail: String,
        /// What to do.
        hint: String,
        /// The same bytes may be taken later.
        retryable: bool,
    },
}

/// Whether a record was there before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is new.
    No,
    /// It was there.
    Yes,
    /// It is there, but it was sent more than once and an answer was lost.
    Unclear,
}

/// How long to wait for finality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// As long as the sink does.
    Wait,
    /// Not at all.
    Look,
}

impl Verdict {
    /// A refusal as an error that ends an import.
    #[must_use]
    pub fn as_error(&self) -> Option<CliError> {
        match self {
            Self::Taken { .. } => None,
            Self::Refused { code, detail, hint, .. } => {
                let status = Code::from_number(code).map_or(503, |code| code.info().http);
                Some(CliError::problem(status, code, detail, hint))
            }
        }
    }
}

/// A place that judges records in order.
pub trait Sink {
    /// Judges a batch; the records of a case come in their order, within and across batches.
    ///
    /// # Errors
    /// When the place cannot be reached; nothing is known about the batch then, and it may be sent again.
    fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<Verdict>, CliError>;

    /// Gives the places of the records of a batch that was taken, those that are final yet.
    ///
    /// # Errors
    /// When the place cannot be reached.
    fn settle(
        &mut self,
        batch: &[&Submission],
        patience: Patience,
    ) -> Result<Vec<Verdict>, CliError>;

    /// Waits a moment, before the same records are sent again.
    fn pause(&mut self);

    /// Whether records get places here that are worth waiting for.
    fn has_places(&self) -> bool;
}

/// A ledger behind its HTTP interface.
pub struct LedgerSink<'a> {
    client: &'a Client,
    timeout: Duration,
}

impl<'a> LedgerSink<'a> {
    /// The ledger of `client`; `timeout` bounds the wait for finality of a batch.
    #[must_use]
    pub fn new(client: &'a Client, timeout: Duration) -> Self {
        Self { client, timeout }
    }
}

impl LedgerSink<'_> {
    fn send(&self, batch: &[&Submission], wait: Wait) -> Result<Vec<Verdict>, CliError> {
        let Batch { lines, resent } = self.client.submit_batch(batch, wait)?;
        Ok(lines.into_iter().map(|line| verdict(line, resent)).collect())
    }
}

impl Sink for LedgerSink<'_> {
    fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<Verdict>, CliError> {
        self.send(batch, Wait::Accepted)
    }

    fn settle(
        &mut self,
        batch: &[&Submission],
        patience: Patience,
    ) -> Result<Vec<Verdict>, CliError> {
        // Sending the same bytes again only asks where they are.
        let wait = match patience {
            Patience::Wait => Wait::Final(self.timeout),
            Patience::Look => Wait::Accepted,
        };
        self.send(batch, wait)
    }

    fn pause(&mut self) {
        self.client.pause(PAUSE);
    }

    fn has_places(&self) -> bool {
        true
    }
}

/// What a line of an answer says.
pub(super) fn verdict(line: BatchLine, resent: bool) -> Verdict {
    match (line.status, line.problem) {
        (Stage::Rejected, Some(problem)) => Verdict::Refused {
            code: problem.code,
            detail: told(
                &problem.title,
                problem.errors.first().map_or("", |field| field.pointer.as_str()),
                &problem.detail,
            ),
            hint: problem.remedy,
            retryable: problem.retryable,
        },
        (Stage::Rejected, None) => Verdict::Refused {
            code: Code::AnswerUnknown.to_string(),
            detail: String::new(),
            hint: String::new(),
            retryable: false,
        },
        (_, _) => {
            let known = match (line.replayed, resent) {
                (false, _) => Known::No,
                (true, false) => Known::Yes,
                (true, true) => Known::Unclear,
            };
            Verdict::Taken { known, index: line.index }
        }
    }
}

/// The rules in memory, from a genesis: what a dry run uses when there is no ledger to ask.
///
/// It judges a file by itself. Records that a ledger already holds are not seen here, so a dry run of a
/// file that was imported before says what a fresh ledger would say.
#[derive(Clone)]
pub struct RulesSink {
    view: MemoryView,
    origin: String,
    time: UnixMillis,
    language: Language,
    height: u64,
}

impl RulesSink {
    fn refused(&self, code: Code, pointer: &str, detail: &str) -> Verdict {
        let (info, language) = (code.info(), self.language.tag());
        Verdict::Refused {
            code: code.to_string(),
            detail: told(info.title.in_language(language), pointer, detail),
            hint: info.remedy.in_language(language).to_owned(),
            retryable: info.retryable,
        }
    }

    /// The rules over the statuses of a genesis, at a block time; refusals are told in `language`.
    #[must_use]
    pub fn new(
        statuses: BTreeMap<Subject, StatusRow>,
        origin: &str,
        time: UnixMillis,
        language: Language,
    ) -> Self {
        let view = MemoryView { statuses, ..MemoryView::default() };
        Self { view, origin: origin.to_owned(), time, language, height: 0 }
    }

    fn judge(&mut self, submission: &Submission) -> Verdict {
        let id = submission.record().id();
        if self.view.seen.contains(&id) {
            return Verdict::Taken { known: Known::Yes, index: None };
        }
        self.height = self.height.saturating_add(1);
        let block = BlockContext {
            origin: self.origin.clone(),
            height: Height(self.height),
            time: self.time,
            organisations: [].into(),
        };
        let record = submission.record();
        match key_of(&self.view, &record.record().key_id) {
            Ok(Some(_)) => {}
            Ok(None) => {
                let key = record.record().key_id.to_string();
                return self.refused(Code::UnknownKey, "/protected/kid", &key);
            }
            Err(error) => return self.refused(Code::StateUnreadable, "", &error.to_string()),
        }
        let mut overlay = Overlay::new(&self.view);
        match execute_record(&mut overlay, &block, record, submission.body()) {
            Err(rejection) => self.refused(rejection.code, &rejection.pointer, &rejection.detail),
            Ok(_) => {
                let changes = overlay.into_changes();
                self.view.commit(record, changes);
                Verdict::Taken { known: Known::No, index: None }
            }
        }
    }
}

impl Sink for RulesSink {
    fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<Verdict>, CliError> {
        Ok(batch.iter().map(|submission| self.judge(submission)).collect())
    }

    fn settle(&mut self, batch: &[&Submission], _: Patience) -> Result<Vec<Verdict>, CliError> {
        Ok(batch.iter().map(|_| Verdict::Taken { known: Known::Yes, index: None }).collect())
    }

    fn pause(&mut self) {}

    fn has_places(&self) -> bool {
        false
    }
}

/// What is wrong in the user's language, then where and what exactly in the rules' own words.
fn told(title: &str, pointer: &str, detail: &str) -> String {
    let space = if pointer.is_empty() { "" } else { " " };
    format!("{title}: {pointer}{space}{detail}")
}
