//! The HTTP interface from the other side: submit, ask, follow; with retries and one kind of error.

use std::time::Duration;

use serde::de::DeserializeOwned;
use tamga_api::problem::Problem;
use tamga_api::shapes::{Accepted, BatchLine, CaseEvent, FeedEvent, Operation, Page, Validated};
use tamga_format::body::Submission;
use tamga_format::cbor::Writer;

use crate::error::CliError;
use crate::lang::Said;

mod assignment;
mod batches;
mod log;
mod queries;

pub use batches::RangeOf;
pub use queries::{Paged, Query};

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;
/// Records of one batch, a limit of the interface (spec §20.2).
pub const BATCH_RECORDS_MAX: usize = 1_000;
/// Bytes of the records of one batch: the interface's limit of 8 MiB, less room for the head.
pub const BATCH_BYTES_MAX: usize = (8 << 20) - 16;
/// Attempts at a call that changes nothing when repeated.
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause a server may ask for.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// Time for an answer beyond the wait that was asked for.
const ANSWER_TIME: Duration = Duration::from_secs(30);

const SUBMISSION: &str = "application/tamga-submission+cbor";
const BATCH: &str = "application/tamga-batch+cbor";
const NDJSON: &str = "application/x-ndjson";
const TEXT: &str = "text/plain";

/// How long a submission waits for its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until a node has taken it.
    Accepted,
    /// Until a quorum has made it final, or the time is over.
    Final(Duration),
}

impl Wait {
    fn query(self) -> String {
        match self {
            Self::Accepted => "wait=accepted".to_owned(),
            Self::Final(time) => format!("wait=final&timeout={}", time.as_secs()),
        }
    }

    fn time(self) -> Duration {
        match self {
            Self::Accepted => Duration::ZERO,
            Self::Final(time) => time,
        }
    }
}

/// What became of one submission.
#[derive(Clone, Debug, PartialEq)]
pub enum Submitted {
    /// Final: the receipt file, and whether these bytes were known before.
    Final {
        /// The receipt file, verbatim.
        receipt: String,
        /// The same record was recorded before.
        replayed: bool,
    },
    /// Taken, not final yet.
    Accepted(Accepted),
}

/// A node's HTTP interface.
pub struct Client {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
    language: &'static str,
    sleep: fn(Duration),
    attempts: u32,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// One line per record, in the order of the batch.
    pub lines: Vec<BatchLine>,
    /// The batch was sent more than once, and an answer to it was lost: records that are told as known may
    /// have come with the lost call.
    pub resent: bool,
}

/// A body on its way.
#[derive(Clone, Copy)]
struct Upload<'b> {
    /// Put rather than posted.
    put: bool,
    kind: &'b str,
    body: &'b [u8],
}

/// An answer with its status.
struct Answer {
    status: u16,
    replayed: bool,
    /// An earlier attempt at the same call may have had its effect.
    resent: bool,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Client {
    /// A client for the node at `url`; problems are told in `language`, pauses are made with `sleep`.
    #[must_use]
    pub fn new(
        url: &str,
        token: Option<String>,
        language: &'static str,
        sleep: fn(Duration),
    ) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(5)))
            .user_agent(concat!("tamga/", env!("CARGO_PKG_VERSION")))
            .build();
        let url = url.trim_end_matches('/').to_owned();
        Self { agent: config.into(), url, token, language, sleep, attempts: ATTEMPTS }
    }

    /// The same for somebody who asks several nodes and takes no answer for an answer: each call is tried once.
    #[must_use]
    pub fn impatient(self) -> Self {
        Self { attempts: 1, ..self }
    }

    /// Waits before a call is tried again.
    pub fn pause(&self, time: Duration) {
        (self.sleep)(time);
    }

    /// The node's base address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Submits a record and waits as asked. Repeating it is harmless.
    ///
    /// # Errors
    /// When the node is not reachable, or refuses the record.
    pub fn submit(&self, submission: &Submission, wait: Wait) -> Result<Submitted, CliError> {
        let path = format!("/v1/records?{}", wait.query());
        let answer =
            self.call(&path, Some((SUBMISSION, &submission.encode())), TEXT, wait.time())?;
        match answer.status {
            202 => Ok(Submitted::Accepted(self.read(&path, &answer.body)?)),
            _ => Ok(Submitted::Final {
                receipt: self.utf8(&path, answer.body)?,
                replayed: answer.replayed,
            }),
        }
    }

    /// Asks whether a record would be taken, or was already; nothing is recorded.
    ///
    /// # Errors
    /// When the node is not reachable, or would refuse the record.
    pub fn validate(&self, submission: &Submission) -> Result<Validated, CliError> {
        let path = "/v1/records:validate";
        let body = submission.encode();
        let answer = self.call(path, Some((SUBMISSION, &body)), JSON, Duration::ZERO)?;
        self.read(path, &answer.body)
    }

    /// Submits many records in order; the answer has one line each, in the same order.
    ///
    /// # Errors
    /// When the node is not reachable or answers in another form; refusals stand in the lines.
    pub fn submit_batch(&self, batch: &[&Submission], wait: Wait) -> Result<Batch, CliError> {
        let encoded: Vec<Vec<u8>> = batch.iter().map(|submission| submission.encode()).collect();
        let encoded: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
        self.batch(&wait.query(), &encoded, wait.time())
    }

    /// Asks what would become of the records of a batch, given as encoded submissions; each is judged as if those
    /// before it that would be taken were. Nothing is recorded.
    ///
    /// # Errors
    /// As [`Client::submit_batch`].
    pub fn ask_batch(&self, batch: &[&[u8]]) -> Result<Vec<BatchLine>, CliError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        self.batch("dry_run=true", batch, Duration::ZERO).map(|answer| answer.lines)
    }

    fn batch(&self, query: &str, batch: &[&[u8]], wait: Duration) -> Result<Batch, CliError> {
        let path = format!("/v1/records/batch?{query}");
        let mut writer = Writer::new();
        writer.array(batch.len());
        let mut body = writer.finish();
        for submission in batch {
            body.extend_from_slice(submission);
        }
        let answer = self.call(&path, Some((BATCH, &body)), NDJSON, wait)?;
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<BatchLine> =
            lines.map(|line| self.read(&path, line)).collect::<Result<_, _>>()?;
        if lines.len() != batch.len() {
            let counts = [("lines", lines.len()), ("records", batch.len())];
            let counts = counts.map(|(name, count)| (name, count.to_string().into())).to_vec();
            let detail = Said::message("detail-lines", counts);
            return Err(CliError::answer(&self.address(&path), detail));
        }
        Ok(Batch { lines, resent: answer.resent })
    }

    /// The receipt of a final record, with body fields opened (comma-separated, or `*`).
    ///
    /// # Errors
    /// When there is no such record, or it is not final yet.
    pub fn receipt(&self, id: &str, open: Option<&str>) -> Result<String, CliError> {
        let open = open.map(|names| format!("?open={names}")).unwrap_or_default();
        let path = format!("/v1/records/{id}/receipt{open}");
        let answer = self.call(&path, None, TEXT, Duration::ZERO)?;
        if answer.status == 202 {
            return Err(CliError::not_final(id));
        }
        self.utf8(&path, answer.body)
    }

    /// How a submission goes on.
    ///
    /// # Errors
    /// When no such submission is known.
    pub fn operation(&self, id: &str) -> Result<Operation, CliError> {
        self.get(&format!("/v1/operations/{id}"))
    }

    /// All records of a case, oldest first.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn case_events(&self, case: &str) -> Result<Vec<CaseEvent>, CliError> {
        let mut events = Vec::new();
        let mut after = String::new();
        loop {
            let page: Page<CaseEvent> =
                self.get(&format!("/v1/cases/{case}/events?limit=200{after}"))?;
            events.extend(page.data);
            match page.page.next.filter(|_| page.page.has_more) {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(events),
            }
        }
    }

    /// Final records after a cursor; waits up to `wait` for the first.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn events(&self, after: Option<&str>, wait: Duration) -> Result<Page<FeedEvent>, CliError> {
        let after = after.map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let path = format!("/v1/events?wait={}{after}", wait.as_secs());
        let answer = self.call(&path, None, JSON, wait)?;
        self.read(&path, &answer.body)
    }

    /// The trust policy this node offers; for convenience, never for trust.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn policy(&self) -> Result<String, CliError> {
        let path = "/.well-known/tamga/trust-policy";
        let answer = self.call(path, None, TEXT, Duration::ZERO)?;
        self.utf8(path, answer.body)
    }

    /// The chain of policies, as the node has it.
    ///
    /// # Errors
    /// When the node is not reachable, or the chain is over its limit.
    pub fn policies(&self) -> Result<String, CliError> {
        let path = "/.well-known/tamga/policies";
        let answer = self.call(path, None, TEXT, Duration::ZERO)?;
        self.utf8(path, answer.body)
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CliError> {
        let answer = self.call(path, None, JSON, Duration::ZERO)?;
        self.read(path, &answer.body)
    }

    /// A read, or a body that is posted.
    fn call(
        &self,
        path: &str,
        body: Option<(&str, &[u8])>,
        accept: &str,
        wait: Duration,
    ) -> Result<Answer, CliError> {
        let posted = body.map(|(kind, body)| Upload { put: false, kind, body });
        self.repeat(path, posted, accept, wait)
    }

    /// One call, repeated while that may help; a problem is an error.
    fn repeat(
        &self,
        path: &str,
        body: Option<Upload<'_>>,
        accept: &str,
        wait: Duration,
    ) -> Result<Answer, CliError> {
        let mut pause = FIRST_PAUSE;
        let mut resent = false;
        for attempt in 1..=self.attempts {
            let last = attempt == self.attempts;
            match self.once(path, body, accept, wait) {
                Ok(answer) if answer.status < 300 => return Ok(Answer { resent, ..answer }),
                Ok(answer) => {
                    let error = self.problem(path, &answer);
                    if last || !error.is_retryable() {
                        return Err(error);
                    }
                    // A gateway that gave up says nothing of what the node behind it did.
                    resent |= matches!(answer.status, 502 | 504);
                    self.pause(answer.retry_after.unwrap_or(pause).min(PAUSE_MAX));
                }
                Err(error) if last => return Err(error),
                Err(_) => {
                    resent = true;
                    self.pause(pause);
                }
            }
            pause = pause.saturating_mul(2);
        }
        Err(CliError::bug("the last attempt returns"))
    }

    fn once(
        &self,
        path: &str,
        body: Option<Upload<'_>>,
        accept: &str,
        wait: Duration,
    ) -> Result<Answer, CliError> {
        let address = self.address(path);
        let failed = |error: ureq::Error| CliError::network(&address, &error.to_string());
        let limit = Some(wait.saturating_add(ANSWER_TIME));
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let response = match body {
            Some(Upload { put, kind, body }) => {
                let request = match put {
                    true => self.agent.put(&address),
                    false => self.agent.post(&address),
                };
                let mut request = request.config().timeout_global(limit).build();
                request = request.header("content-type", kind).header("accept", accept);
                request = request.header("accept-language", self.language);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.send(body)
            }
            None => {
                let mut request = self.agent.get(&address).config().timeout_global(limit).build();
                request = request.header("accept", accept).header("accept-language", self.language);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.call()
            }
        };
        let mut response = response.map_err(failed)?;
        let header =
            |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let replayed = header("idempotency-replayed") == Some("true") || response.status() == 200;
        let retry_after =
            header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs);
        let status = response.status().as_u16();
        let body = response
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .read_to_vec()
            .map_err(failed)?;
        Ok(Answer { status, replayed, resent: false, retry_after, body })
    }

    fn problem(&self, path: &str, answer: &Answer) -> CliError {
        match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => {
                let field = problem.errors.first();
                let pointer = field.map(|field| format!("{} ", field.pointer)).unwrap_or_default();
                let detail = format!("{}: {pointer}{}", problem.title, problem.detail);
                CliError::problem(answer.status, &problem.code, &detail, &problem.remedy)
            }
            Err(_) => CliError::status(answer.status, &self.address(path)),
        }
    }

    fn read<T: DeserializeOwned>(&self, path: &str, body: &[u8]) -> Result<T, CliError> {
        serde_json::from_slice(body)
            .map_err(|error| CliError::answer(&self.address(path), error.to_string()))
    }

    fn utf8(&self, path: &str, body: Vec<u8>) -> Result<String, CliError> {
        let not_text = || CliError::answer(&self.address(path), Said::plain("detail-not-text"));
        String::from_utf8(body).map_err(|_| not_text())
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

const JSON: &str = "application/json";
