//! Reading one record: what is public of it, receipt, proof, body, and how a submission goes on (spec §20.5).
//!
//! A record id is 32 unguessable bytes that only the record's holders know, so whoever names it may have its receipt,
//! which shows the entry. Named fields and bodies need a token; without one, nothing of a body is ever opened.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tamga_api::draft::Draft;
use tamga_api::shapes::{Links, Operation, ReceiptView, RecordView, Stage};
use tamga_api::time;
use tamga_format::body::Body;
use tamga_format::id::{LeafIndex, RecordId};
use tamga_format::record::SignedRecord;
use tamga_state::catalogue::Kind;
use tamga_state::codes::Code;

use super::fault::Fault;
use super::language;
use super::ledger::{LoggedRecord, Standing};
use super::request::{self, NoQuery};
use super::state::HttpState;

/// A thing that never changes.
pub(super) const IMMUTABLE: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
/// A thing for one reader.
pub(super) const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");
/// A thing that changes with every block.
pub(super) const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Which body fields a receipt opens.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiptQuery {
    open: Option<String>,
}

/// The code of a kind, `E03`; its number when this program doesn't know it.
pub(super) fn kind_code(kind: u16) -> String {
    Kind::from_number(kind).map_or_else(|| kind.to_string(), |kind| kind.info().code.to_owned())
}

/// Ordered or final.
pub(super) fn stage_of(state: &HttpState, index: LeafIndex) -> Stage {
    match state.ledger.final_head() {
        Some(head) if index.get() < head.size.get() => Stage::Final,
        _ => Stage::Ordered,
    }
}

/// The record in a stored entry.
pub(super) fn decode(logged: &LoggedRecord) -> Result<SignedRecord, Fault> {
    SignedRecord::decode(&logged.entry).map_err(|error| {
        tracing::error!(index = logged.index.get(), %error, "a stored record can't be decoded");
        Fault::internal()
    })
}

/// What is public of a record; all of it when `body` says that the reader may see it.
fn view(
    state: &HttpState,
    logged: &LoggedRecord,
    body: Option<Option<Body>>,
) -> Result<RecordView, Fault> {
    let signed = decode(logged)?;
    let record = signed.record();
    let id = signed.id();
    Ok(RecordView {
        record_id: id.to_string(),
        status: stage_of(state, logged.index),
        kind: kind_code(record.kind),
        index: logged.index.get(),
        height: logged.height.get(),
        event_time: time::instant(record.event_time),
        recorded_at: time::instant(logged.recorded_at),
        record: body.map(|body| Draft::read(record, body.as_ref())),
        links: Links {
            self_link: Some(format!("/v1/records/{id}")),
            receipt: Some(format!("/v1/records/{id}/receipt")),
            proof: Some(format!("/v1/records/{id}/proof")),
            operation: None,
        },
    })
}

/// What is public of a record; all of it for holders of a token.
#[utoipa::path(
    get, path = "/v1/records/{id}", tag = "records",
    params(("id" = String, Path, description = "Record id, 64 hex digits")),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The record", body = RecordView),
    )
)]
pub(super) async fn record(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = request::record_id(&id)?;
    let whole = state.tokens.admit(&headers);
    let found = state
        .read(move |ledger| {
            let Some(logged) = ledger.record(&id)? else { return Ok(None) };
            let body = if whole { Some(ledger.body(&id)?) } else { None };
            Ok(Some((logged, body)))
        })
        .await?;
    let (logged, body) = found.ok_or_else(|| Fault::not_found("record"))?;
    let view = view(&state, &logged, body)?;
    let is_final = view.status == Stage::Final;
    let mut response = Json(view).into_response();
    let caching = match (whole, is_final) {
        (true, _) => PRIVATE,
        (false, true) => IMMUTABLE,
        (false, false) => NO_STORE,
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, caching);
    answer.insert(header::VARY, HeaderValue::from_static("authorization"));
    Ok(response)
}

/// The receipt of a final record.
#[utoipa::path(
    get, path = "/v1/records/{id}/receipt", tag = "records",
    params(
        ("id" = String, Path, description = "Record id, 64 hex digits"),
        ("open" = Option<String>, Query, description = "Body fields to open, comma-separated, or `*`; needs a token"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The receipt", content((String = "text/plain"), (ReceiptView = "application/json"))),
        (status = 202, description = "In the log, not final yet", body = Operation),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn receipt(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let ReceiptQuery { open } = request::query(&uri)?;
    let json = request::prefers_json(&headers);
    let id = request::record_id(&id)?;
    if let Some(open) = open {
        require_token(&state, &headers)?;
        return opened_receipt(&state, id, &open).await;
    }
    if not_modified(&headers, &etag(&id.to_string())) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    match receipt_response(&state, id, json).await? {
        Some(mut response) => {
            let answer = response.headers_mut();
            answer.insert(header::CACHE_CONTROL, IMMUTABLE);
            answer.insert(header::VARY, HeaderValue::from_static("accept"));
            answer.extend(
                HeaderValue::try_from(etag(&id.to_string())).map(|tag| (header::ETAG, tag)),
            );
            Ok(response)
        }
        None => not_final_yet(&state, id, &headers).await,
    }
}

/// The receipt as text or in its envelope; `None` while the record is not final.
pub(super) async fn receipt_response(
    state: &HttpState,
    id: RecordId,
    json: bool,
) -> Result<Option<Response>, Fault> {
    let Some(receipt) = state.receipt(id).await? else { return Ok(None) };
    if !json {
        return Ok(Some(plain(receipt)));
    }
    let Some(logged) = state.read(move |ledger| ledger.record(&id)).await? else {
        return Ok(None);
    };
    let data = RecordView { status: Stage::Final, ..view(state, &logged, None)? };
    Ok(Some(Json(ReceiptView { data, status: Stage::Final, receipt }).into_response()))
}

async fn opened_receipt(state: &HttpState, id: RecordId, open: &str) -> Result<Response, Fault> {
    let found = state.read(move |ledger| Ok((ledger.body(&id)?, ledger.receipt(&id)?))).await?;
    let (body, Some(mut receipt)) = found else { return Err(Fault::not_found("final record")) };
    let Some(body) = body else { return Err(Fault::not_found("body")) };
    let all: Vec<&str> = body.fields().iter().map(|field| field.name.as_str()).collect();
    let names: Vec<&str> = if open == "*" { all } else { open.split(',').collect() };
    if let Some(unknown) = names.iter().find(|name| body.field(name).is_none()) {
        let detail = format!("the body has no field {unknown}");
        return Err(Fault::at(Code::UnknownField, "/open", detail));
    }
    receipt.body = body.open(&names);
    let mut response = plain(receipt.encode());
    response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
    Ok(response)
}

/// The inclusion proof of a final record, as a C2SP tlog-proof.
#[utoipa::path(
    get, path = "/v1/records/{id}/proof", tag = "records",
    params(("id" = String, Path, description = "Record id, 64 hex digits")),
    responses(
        (status = 200, description = "The proof", body = String, content_type = "text/plain"),
        (status = 202, description = "In the log, not final yet", body = Operation),
    )
)]
pub(super) async fn proof(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = request::record_id(&id)?;
    match state.read(move |ledger| ledger.proof(&id)).await? {
        Some(text) => {
            let mut response = plain(text);
            response.headers_mut().insert(header::CACHE_CONTROL, IMMUTABLE);
            Ok(response)
        }
        None => not_final_yet(&state, id, &headers).await,
    }
}

/// The body of a record, as its bytes.
#[utoipa::path(
    get, path = "/v1/records/{id}/body", tag = "records",
    params(("id" = String, Path, description = "Record id, 64 hex digits")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The body, deterministic CBOR", body = Vec<u8>, content_type = "application/cbor"),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn body(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    require_token(&state, &headers)?;
    let id = request::record_id(&id)?;
    let body = state.read(move |ledger| ledger.body(&id)).await?;
    let body = body.ok_or_else(|| Fault::not_found("body"))?;
    let cbor = HeaderValue::from_static("application/cbor");
    let headers = [(header::CONTENT_TYPE, cbor), (header::CACHE_CONTROL, PRIVATE)];
    Ok((headers, body.encode()).into_response())
}

/// How a submission goes on.
#[utoipa::path(
    get, path = "/v1/operations/{id}", tag = "records",
    params(("id" = String, Path, description = "Record id, 64 hex digits")),
    responses(
        (status = 200, description = "Where the record is", body = Operation),
    )
)]
pub(super) async fn operation(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = request::record_id(&id)?;
    let operation = find_operation(&state, id, &headers).await?;
    let stage = operation.status;
    let mut response = Json(operation).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, NO_STORE);
    if matches!(stage, Stage::Accepted | Stage::Ordered) {
        answer.insert(header::RETRY_AFTER, HeaderValue::from(state.ask_again_s(stage)));
    }
    Ok(response)
}

async fn find_operation(
    state: &HttpState,
    id: RecordId,
    headers: &HeaderMap,
) -> Result<Operation, Fault> {
    let mut operation = Operation {
        record_id: id.to_string(),
        status: Stage::Accepted,
        index: None,
        height: None,
        problem: None,
        links: Links { operation: Some(format!("/v1/operations/{id}")), ..Links::default() },
    };
    match state.read(move |ledger| ledger.standing(&id)).await? {
        Standing::Logged(index, height) => {
            operation.status = stage_of(state, index);
            operation.index = Some(index.get());
            operation.height = Some(height.get());
            operation.links.self_link = Some(format!("/v1/records/{id}"));
            operation.links.receipt = Some(format!("/v1/records/{id}/receipt"));
            Ok(operation)
        }
        Standing::Pooled(_) => Ok(operation),
        Standing::Refused(refusal) => {
            operation.status = Stage::Rejected;
            operation.problem = Some(state.refused(refusal).problem(language(headers)));
            Ok(operation)
        }
        Standing::Unknown => Err(Fault::not_found("record")),
    }
}

/// `202` for a record that has no receipt yet, `404` for one that is unknown or was left out.
async fn not_final_yet(
    state: &HttpState,
    id: RecordId,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let operation = find_operation(state, id, headers).await?;
    if operation.status == Stage::Rejected {
        return Err(Fault::not_found("record"));
    }
    let seconds = state.ask_again_s(operation.status);
    let mut response = (StatusCode::ACCEPTED, Json(operation)).into_response();
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, NO_STORE);
    answer.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

/// Refuses readers without a configured token.
pub(super) fn require_token(state: &HttpState, headers: &HeaderMap) -> Result<(), Fault> {
    if state.tokens.admit(headers) {
        return Ok(());
    }
    Err(Fault::new(Code::Unauthenticated, "this needs a bearer token of the node's configuration"))
}

/// A text answer.
pub(super) fn plain(text: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(text.into());
    let utf8 = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, utf8);
    response
}

/// A strong entity tag of a thing that its name determines.
pub(super) fn etag(name: &str) -> String {
    format!("\"{name}\"")
}

/// Whether the reader has this very version.
pub(super) fn not_modified(headers: &HeaderMap, etag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag))
}
