//! Records: submission, validation, drafting (spec §20.4 to §20.6).

use std::time::Duration;

use axum::body::Body as Content;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use tamga_api::draft::Seal;
use tamga_api::shapes::{
    Accepted, BatchLine, DraftRequest, DraftResponse, Links, Stage, Validated,
};
use tamga_api::time;
use tamga_format::body::Submission;
use tamga_format::cbor::Reader as CborReader;
use tamga_format::id::{KeyId, RecordId, UnixMillis, parse_hex};
use tamga_format::limits::SUBMISSION_BYTES_MAX;
use tamga_format::subject::Subject;
use tamga_state::codes::Code;

use super::clients::Client;
use super::fault::Fault;
use super::language;
use super::ledger::{Admission, ReadError, Settled, Standing};
use super::reads;
use super::request;
use super::state::HttpState;

/// Media type of one submission.
pub const SUBMISSION: &str = "application/tamga-submission+cbor";
/// Media type of a CBOR array of submissions.
pub const BATCH: &str = "application/tamga-batch+cbor";
/// Media type of one JSON value per line.
pub const NDJSON: &str = "application/x-ndjson";

const REPLAYED: &str = "idempotency-replayed";
const WAIT_DEFAULT_S: u64 = 10;
const VALID_FOR_MS: i64 = 24 * 60 * 60 * 1000;

/// How long a submission waits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitQuery {
    wait: Option<WaitFor>,
    timeout: Option<u64>,
}

/// What a submission waits for.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum WaitFor {
    /// The pool.
    Accepted,
    /// A receipt.
    Final,
}

/// How long a batch waits, or that nothing of it is to have an effect.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchQuery {
    wait: Option<WaitFor>,
    timeout: Option<u64>,
    #[serde(default)]
    dry_run: bool,
}

impl BatchQuery {
    fn wait(&self, state: &HttpState) -> Result<Option<Duration>, Fault> {
        if self.dry_run && (self.wait.is_some() || self.timeout.is_some()) {
            let detail = "a dry run waits for nothing: leave out wait and timeout";
            return Err(Fault::at(Code::BadParameter, "/dry_run", detail));
        }
        SubmitQuery { wait: self.wait, timeout: self.timeout }.wait(state)
    }
}

impl SubmitQuery {
    /// The wait, in the limits of the node; `None` for none.
    fn wait(&self, state: &HttpState) -> Result<Option<Duration>, Fault> {
        let max = state.limits.wait_max.as_secs();
        match (self.wait.unwrap_or(WaitFor::Accepted), self.timeout) {
            (_, Some(seconds)) if seconds > max => {
                let detail = format!("timeout is at most {max} seconds");
                Err(Fault::at(Code::BadParameter, "/timeout", detail))
            }
            (WaitFor::Accepted, _) => Ok(None),
            (WaitFor::Final, asked) => {
                Ok(Some(Duration::from_secs(asked.unwrap_or(WAIT_DEFAULT_S).min(max))))
            }
        }
    }
}

/// Submits one record.
#[utoipa::path(
    post, path = "/v1/records", tag = "records",
    params(
        ("wait" = Option<String>, Query, description = "`accepted` (default) or `final`"),
        ("timeout" = Option<u64>, Query, description = "Seconds to wait for a receipt, 0 to 60; 10 by default"),
    ),
    request_body(content = Vec<u8>, content_type = "application/tamga-submission+cbor",
        description = "CBOR array of the entry and its body, or null"),
    responses(
        (status = 200, description = "The same bytes are final already: their receipt, with `Idempotency-Replayed: true`",
            content((String = "text/plain"), (tamga_api::shapes::ReceiptView = "application/json"))),
        (status = 201, description = "Final within the wait: the receipt",
            content((String = "text/plain"), (tamga_api::shapes::ReceiptView = "application/json"))),
        (status = 202, description = "Taken, not final yet; `Location` names the operation, `Retry-After` when to ask", body = Accepted),
        (status = 403, response = super::openapi::ProblemResponse),
        (status = 409, response = super::openapi::ProblemResponse),
        (status = 503, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn submit(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Response, Fault> {
    let wait = request::query::<SubmitQuery>(&uri)?.wait(&state)?;
    let bytes = request::body(&state, &headers, content, SUBMISSION, SUBMISSION_BYTES_MAX).await?;
    let submission = Submission::decode(&bytes)?;
    let id = submission.record().id();
    let subject = submission.record().record().subject;
    let valid_until = submission.record().record().valid_until;

    let verdict = state.ledger.admit(vec![submission]).await.pop();
    let admission = match verdict {
        Some(Ok(admission)) => admission,
        Some(Err(refusal)) => {
            state.metrics.refused(refusal.code);
            return Err(with_last_record(&state, state.refused(refusal), subject).await);
        }
        None => return Err(Fault::internal()),
    };
    state.metrics.admitted(admission);
    let replayed = matches!(admission, Admission::Pending | Admission::Logged(_));
    let json = request::prefers_json(&headers);

    // What is in the log is final already or within moments: a repeat earns its receipt without `wait`.
    let wait = match admission {
        Admission::Logged(_) => wait.or(Some(Duration::ZERO)),
        Admission::New | Admission::Pending => wait,
    };
    let settled = match wait {
        Some(within) => settle(&state, id, within).await,
        None => Settled::Pending,
    };
    let mut response = match settled {
        Settled::Final => match reads::receipt_response(&state, id, json).await? {
            Some(mut response) => {
                if !matches!(admission, Admission::Logged(_)) {
                    *response.status_mut() = StatusCode::CREATED;
                    let location = HeaderValue::try_from(format!("/v1/records/{id}"));
                    response.headers_mut().extend(location.map(|at| (header::LOCATION, at)));
                }
                response
            }
            None => accepted(&state, id, Stage::Ordered, valid_until),
        },
        Settled::Refused(refusal) => {
            state.metrics.refused(refusal.code);
            return Err(with_last_record(&state, state.refused(refusal), subject).await);
        }
        Settled::Pending if matches!(admission, Admission::Logged(_)) => {
            accepted(&state, id, Stage::Ordered, valid_until)
        }
        Settled::Pending => accepted(&state, id, Stage::Accepted, valid_until),
    };
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Waits for a verdict, unless too many wait already or the node stops.
async fn settle(state: &HttpState, id: RecordId, within: Duration) -> Settled {
    let Ok(_permit) = state.waits.try_acquire() else { return Settled::Pending };
    tokio::select! {
        settled = state.ledger.settled(id, within) => settled,
        () = state.stopped() => Settled::Pending,
    }
}

/// Tells a writer who came second which record came first.
async fn with_last_record(state: &HttpState, mut fault: Fault, subject: Subject) -> Fault {
    if fault.rejection.code == Code::SequenceConflict {
        let last = state
            .read(move |ledger| match ledger.subject(&subject)? {
                Some(view) if view.records > 0 => ledger.history(&subject, view.records - 1, 1),
                _ => Ok(Vec::new()),
            })
            .await;
        fault.last_record =
            last.ok().and_then(|last| reads::decode(last.first()?).ok()).map(|signed| signed.id());
    }
    fault
}

/// `202`: taken, not final yet.
fn accepted(state: &HttpState, id: RecordId, status: Stage, valid_until: UnixMillis) -> Response {
    let operation = format!("/v1/operations/{id}");
    let body = Accepted {
        record_id: id.to_string(),
        status,
        valid_until: time::instant(valid_until),
        acceptance: match status {
            Stage::Accepted => state.acceptor.accept(id, valid_until),
            Stage::Ordered | Stage::Final | Stage::Rejected => None,
        },
        links: Links { operation: Some(operation.clone()), ..Links::default() },
    };
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::try_from(operation).map(|at| (header::LOCATION, at)));
    headers.insert(header::RETRY_AFTER, HeaderValue::from(state.ask_again_s(status)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Submits up to 1,000 records; one line of the answer tells of each, in order. With `dry_run` the lines tell what
/// would become of them: each is judged as if those before it that would be taken were.
#[utoipa::path(
    post, path = "/v1/records/batch", tag = "records",
    params(
        ("wait" = Option<String>, Query, description = "`accepted` (default) or `final`, for the whole batch"),
        ("timeout" = Option<u64>, Query, description = "Seconds to wait, 0 to 60; 10 by default"),
        ("dry_run" = Option<bool>, Query, description = "Only say what would become of each; nothing is recorded"),
    ),
    request_body(content = Vec<u8>, content_type = "application/tamga-batch+cbor",
        description = "CBOR array of at most 1,000 submissions, 8 MiB in all"),
    responses(
        (status = 200, description = "Every submission is final", body = BatchLine, content_type = "application/x-ndjson"),
        (status = 202, description = "Every submission is taken, some are not final yet", body = BatchLine, content_type = "application/x-ndjson"),
        (status = 207, description = "Some submissions are rejected: see the lines", body = BatchLine, content_type = "application/x-ndjson"),
    )
)]
pub(super) async fn batch(
    State(state): State<HttpState>,
    Extension(client): Extension<Client>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Response, Fault> {
    let query = request::query::<BatchQuery>(&uri)?;
    let wait = query.wait(&state)?;
    let bytes =
        request::body(&state, &headers, content, BATCH, state.limits.batch_bytes_max).await?;
    let parts = split_batch(&bytes, state.limits.batch_records_max)?;
    state.take_batch(client, parts.len())?;
    let language = language(&headers);
    let mut lines: Vec<BatchLine> = Vec::with_capacity(parts.len());
    let mut submissions = Vec::with_capacity(parts.len());
    // Where in `lines` the verdict on each decodable submission goes.
    let mut places = Vec::with_capacity(parts.len());
    for (part, line) in parts.into_iter().zip(0..) {
        let mut answer = BatchLine { line, ..blank_line() };
        match Submission::decode(part) {
            Ok(submission) => {
                answer.record_id = Some(submission.record().id().to_string());
                places.push((lines.len(), submission.record().id()));
                submissions.push(submission);
            }
            Err(error) => reject(&mut answer, &Fault::from(error), language),
        }
        lines.push(answer);
    }
    drop(bytes);

    let verdicts = if query.dry_run {
        state.ledger.check(submissions).await
    } else {
        state.ledger.admit(submissions).await
    };
    if verdicts.len() != places.len() {
        return Err(Fault::internal());
    }
    let mut waiting = Vec::with_capacity(places.len());
    for ((at, id), verdict) in places.into_iter().zip(verdicts) {
        let Some(line) = lines.get_mut(at) else { continue };
        match verdict {
            Ok(admission) => {
                if !query.dry_run {
                    state.metrics.admitted(admission);
                }
                line.replayed = matches!(admission, Admission::Pending | Admission::Logged(_));
                if matches!(admission, Admission::Logged(_)) {
                    line.status = Stage::Ordered;
                }
                if wait.is_some() || line.status == Stage::Ordered {
                    waiting.push((at, id));
                }
            }
            Err(refusal) => {
                if !query.dry_run {
                    state.metrics.refused(refusal.code);
                }
                reject(line, &state.refused(refusal), language);
            }
        }
    }
    let within = wait.unwrap_or(Duration::ZERO);
    let state_ref = &state;
    let settled =
        futures::future::join_all(waiting.iter().map(|&(_, id)| settle(state_ref, id, within)))
            .await;
    let mut finals = Vec::new();
    for ((at, id), settled) in waiting.into_iter().zip(settled) {
        let Some(line) = lines.get_mut(at) else { continue };
        match settled {
            Settled::Final => finals.push((at, id)),
            Settled::Refused(refusal) => {
                state.metrics.refused(refusal.code);
                reject(line, &state.refused(refusal), language);
            }
            Settled::Pending => {}
        }
    }
    if !finals.is_empty() {
        let places = state
            .read(move |ledger| {
                let place = |(at, id)| Ok((at, ledger.standing(&id)?));
                finals.into_iter().map(place).collect::<Result<Vec<_>, ReadError>>()
            })
            .await?;
        for (at, standing) in places {
            if let (Some(line), Standing::Logged(index, height)) = (lines.get_mut(at), standing) {
                line.status = Stage::Final;
                line.index = Some(index.get());
                line.height = Some(height.get());
            }
        }
    }
    batch_response(&lines)
}

fn blank_line() -> BatchLine {
    BatchLine {
        line: 0,
        status: Stage::Accepted,
        record_id: None,
        replayed: false,
        index: None,
        height: None,
        problem: None,
    }
}

fn reject(line: &mut BatchLine, fault: &Fault, language: tamga_api::problem::Language) {
    line.status = Stage::Rejected;
    line.problem = Some(fault.problem(language));
}

/// One line per submission; the status line already says whether to look for rejections.
fn batch_response(lines: &[BatchLine]) -> Result<Response, Fault> {
    let mut text = Vec::with_capacity(lines.len() * 128);
    for line in lines {
        serde_json::to_writer(&mut text, line).map_err(|_| Fault::internal())?;
        text.push(b'\n');
    }
    let rejected = lines.iter().filter(|line| line.status == Stage::Rejected).count();
    let unsettled = lines.iter().any(|line| line.status != Stage::Final);
    let status = match (rejected, unsettled) {
        (1.., _) => StatusCode::MULTI_STATUS,
        (0, true) => StatusCode::ACCEPTED,
        (0, false) => StatusCode::OK,
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(NDJSON));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("tamga-batch-rejected", HeaderValue::from(rejected));
    Ok(response)
}

/// The bytes of each submission of a batch. What is not an array of pairs fails as a whole; what a pair holds is
/// judged submission by submission.
fn split_batch(bytes: &[u8], max: usize) -> Result<Vec<&[u8]>, Fault> {
    let mut reader = CborReader::new(bytes);
    let count = reader.array()?;
    if count > max {
        let detail = format!("a batch holds at most {max} submissions, this one {count}");
        return Err(Fault::new(Code::PayloadTooLarge, detail));
    }
    let mut parts = Vec::with_capacity(count);
    for line in 0..count {
        let start = reader.position();
        if reader.array()? != 2 {
            let detail = "a submission is an array of an entry and a body or null";
            return Err(Fault::at(Code::Malformed, format!("/{line}"), detail));
        }
        reader.bytes()?;
        reader.null_or(|reader| reader.bytes())?;
        parts.extend(bytes.get(start..reader.position()));
    }
    reader.end()?;
    Ok(parts)
}

/// Says whether a submission would be taken, without any effect.
#[utoipa::path(
    post, path = "/v1/records:validate", tag = "records",
    request_body(content = Vec<u8>, content_type = "application/tamga-submission+cbor"),
    responses(
        (status = 200, description = "It would be taken", body = Validated),
        (status = 403, response = super::openapi::ProblemResponse),
        (status = 409, response = super::openapi::ProblemResponse),
        (status = 503, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn validate(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Json<Validated>, Fault> {
    request::query::<request::NoQuery>(&uri)?;
    let bytes = request::body(&state, &headers, content, SUBMISSION, SUBMISSION_BYTES_MAX).await?;
    let submission = Submission::decode(&bytes)?;
    let id = submission.record().id();
    let subject = submission.record().record().subject;
    let verdict = state.ledger.check(vec![submission]).await.pop().ok_or_else(Fault::internal)?;
    match verdict {
        Ok(admission) => {
            let known = matches!(admission, Admission::Pending | Admission::Logged(_));
            Ok(Json(Validated { record_id: id.to_string(), known }))
        }
        Err(refusal) => Err(with_last_record(&state, state.refused(refusal), subject).await),
    }
}

/// Turns a draft with named fields into the bytes to sign. Nothing is kept.
#[utoipa::path(
    post, path = "/v1/records:draft", tag = "records",
    request_body(content = DraftRequest),
    responses(
        (status = 200, description = "The bytes to sign", body = DraftResponse),
    )
)]
pub(super) async fn draft(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Response, Fault> {
    request::query::<request::NoQuery>(&uri)?;
    let asked: DraftRequest =
        request::json(&state, &headers, content, state.limits.json_bytes_max).await?;
    let invalid = |pointer: &str, detail: &str| Fault::at(Code::Validation, pointer, detail);
    let mut seed = [0; 48];
    getrandom::fill(&mut seed).map_err(|_| Fault::internal())?;
    let (drawn, salt_seed) = seed.split_at(16);
    let nonce = match &asked.nonce {
        Some(text) => {
            parse_hex(text).map_err(|_| invalid("/nonce", "a nonce is 32 lower-case hex digits"))?
        }
        None => drawn.try_into().map_err(|_| Fault::internal())?,
    };
    let valid_until = match &asked.valid_until {
        Some(text) => time::parse_instant(text).ok_or_else(|| {
            invalid("/valid_until", "a time is RFC 3339 in UTC: 2026-03-12T08:58:00Z")
        })?,
        None => UnixMillis(state.ledger.head().time.get().saturating_add(VALID_FOR_MS)),
    };
    let key_id = KeyId::from_hex(&asked.key_id)
        .map_err(|_| invalid("/key_id", "a key id is 64 lower-case hex digits"))?;
    let salt = |name: &str| tamga_format::id::sha256(&[salt_seed, name.as_bytes()]);
    let seal = Seal { origin: &state.info.origin, key_id, nonce, valid_until, salt: &salt };
    let (record, body) = asked.draft.write(&seal).map_err(|mut rejection| {
        rejection.pointer.insert_str(0, "/draft");
        rejection
    })?;
    let input = record.signature_input();
    let (protected, payload) = signed_parts(&input)?;
    let answer = DraftResponse {
        record_id: RecordId(tamga_format::id::sha256(&[&input])).to_string(),
        protected: Base64::encode_string(protected),
        payload: Base64::encode_string(payload),
        body: body.map(|body| Base64::encode_string(&body.encode())),
        to_sign: Base64::encode_string(&input),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Protected header and payload of a Sig_structure.
fn signed_parts(input: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    let mut reader = CborReader::new(input);
    reader.array()?;
    reader.text()?;
    let protected = reader.bytes()?;
    reader.bytes()?;
    Ok((protected, reader.bytes()?))
}
