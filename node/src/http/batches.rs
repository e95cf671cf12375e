//! Attachments, ranges of batches, pools, and subjects by their ids (spec §24.7, §23.15).

use std::sync::Arc;

use axum::Json;
use axum::body::Body as Content;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use base64ct::{Base64, Encoding as _};
use serde::Deserialize;
use tamga_api::shapes::{
    AsOf, AttachmentView, DeductionView, Page, PageInfo, PoolView, SubjectRecord, SubjectView,
};
use tamga_api::time;
use tamga_format::attachment::MANIFEST_BYTES_MAX;
use tamga_format::id::{AttachmentId, SubjectId};
use tamga_format::limits::CHUNK_BYTES_MAX;
use tamga_format::subject::{Role, Subject};
use tamga_state::codes::{Code, Rejection};
use tamga_state::royalty::audit::{Transparency, of_pool};
use tamga_state::status::{Pool, Sphere, decode};

use super::fault::Fault;
use super::language;
use super::reads::{NO_STORE, PRIVATE, decode as decode_record, kind_code, require_token};
use super::request::{self, NoQuery};
use super::state::HttpState;
use crate::attachments::{AttachmentError, Progress};
use crate::lines::{Asked, Batches};

const CBOR: &str = "application/cbor";
const OCTETS: &str = "application/octet-stream";

fn batches(state: &HttpState) -> Result<Arc<Batches>, Fault> {
    state.ledger.batches().ok_or_else(|| Fault::not_found("attachment"))
}

fn attachment_id(text: &str) -> Result<AttachmentId, Fault> {
    AttachmentId::from_hex(text).map_err(|_| Fault::not_found("attachment"))
}

fn view(id: AttachmentId, progress: &Progress) -> Response {
    let view = AttachmentView {
        attachment_id: id.to_string(),
        bytes: progress.manifest.bytes(),
        chunks: progress.manifest.chunks().len() as u64,
        missing: progress.missing.iter().map(|number| *number as u64).collect(),
    };
    let mut response = Json(view).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}

fn fault(error: AttachmentError) -> Fault {
    match error {
        AttachmentError::Unexpected | AttachmentError::NoManifest => {
            Fault::new(Code::AttachmentMissing, error.to_string())
        }
        AttachmentError::Format(error) => {
            Fault::new(Code::of_format(error.code), error.to_string())
        }
        AttachmentError::Io(error) => {
            tracing::error!(%error, "attachments");
            Fault::internal()
        }
    }
}

/// Work that reads or writes files, on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AttachmentError> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(fault),
        Err(_) => Err(Fault::internal()),
    }
}

/// Begins an upload, or tells how one stands: the manifest of an attachment that a waiting record names.
#[utoipa::path(
    put, path = "/v1/attachments/{id}", tag = "batches",
    params(("id" = String, Path, description = "Attachment id, 64 hex digits")),
    request_body(content = Vec<u8>, content_type = "application/cbor", description = "The manifest"),
    responses(
        (status = 200, description = "Which chunks are missing", body = AttachmentView),
        (status = 409, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn begin(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = attachment_id(&id)?;
    let batches = batches(&state)?;
    let bytes = request::body(&state, &headers, content, CBOR, MANIFEST_BYTES_MAX).await?.to_vec();
    let progress = blocking(move || batches.attachments.begin(&id, &bytes)).await?;
    Ok(view(id, &progress))
}

/// Uploads a chunk; sending it again changes nothing.
#[utoipa::path(
    put, path = "/v1/attachments/{id}/chunks/{number}", tag = "batches",
    params(
        ("id" = String, Path, description = "Attachment id, 64 hex digits"),
        ("number" = u64, Path, description = "Number of the chunk, from 0"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The chunk, at most 262,144 bytes"),
    responses(
        (status = 204, description = "The chunk is stored"),
        (status = 409, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn chunk(
    State(state): State<HttpState>,
    Path((id, number)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    content: Content,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = attachment_id(&id)?;
    let number = number.parse::<usize>().map_err(|_| Fault::not_found("chunk"))?;
    let batches = batches(&state)?;
    let bytes = request::body(&state, &headers, content, OCTETS, CHUNK_BYTES_MAX).await?.to_vec();
    blocking(move || batches.attachments.put(&id, number, &bytes)).await?;
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

/// How an upload stands.
#[utoipa::path(
    get, path = "/v1/attachments/{id}", tag = "batches",
    params(("id" = String, Path, description = "Attachment id, 64 hex digits")),
    responses(
        (status = 200, description = "Which chunks are missing", body = AttachmentView),
    )
)]
pub(super) async fn attachment(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let id = attachment_id(&id)?;
    let batches = batches(&state)?;
    let progress = blocking(move || Ok(batches.attachments.progress(&id)?)).await?;
    let progress = progress.ok_or_else(|| Fault::not_found("attachment"))?;
    Ok(view(id, &progress))
}

/// What is asked for of a batch.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RangeQuery {
    tag: String,
    of: Option<String>,
}

/// All lines of one tag in a batch, with the proof that there are no others.
#[utoipa::path(
    get, path = "/v1/batches/{batch}/range", tag = "batches",
    params(
        ("batch" = String, Path, description = "The batch, `batch:base64url`"),
        ("tag" = String, Query, description = "The tag, 64 hex digits"),
        ("of" = Option<String>, Query, description = "`lines` (default); of an allocation also `first` or `remainders`"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The range proof, deterministic CBOR", body = Vec<u8>, content_type = "application/cbor"),
        (status = 401, response = super::openapi::ProblemResponse),
        (status = 409, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn range(
    State(state): State<HttpState>,
    Path(batch): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let RangeQuery { tag, of } = request::query(&uri)?;
    require_token(&state, &headers)?;
    let subject = batch_subject(&batch)?;
    let tag = SubjectId::from_hex(&tag).map_err(|_| {
        Fault::at(Code::BadParameter, "/tag", "a tag is 64 lower-case hexadecimal digits")
    })?;
    let asked = match of.as_deref() {
        None | Some("lines") => Asked::Lines,
        Some("first") => Asked::First,
        Some("remainders") => Asked::Remainders,
        Some(_) => {
            let detail = "it is lines, first or remainders";
            return Err(Fault::at(Code::BadParameter, "/of", detail));
        }
    };
    let batches = batches(&state)?;
    let found =
        tokio::task::spawn_blocking(move || batches.ranges.range(subject.id, asked, &tag.0));
    let found = found.await.map_err(|_| Fault::internal())?;
    let found = found.map_err(refused)?;
    let bytes = found.ok_or_else(|| Fault::not_found("batch"))?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(CBOR)), (header::CACHE_CONTROL, PRIVATE)];
    Ok((headers, bytes).into_response())
}

/// The lines of a batch in the ledger, chunk by chunk, for whoever computes on all of them.
#[utoipa::path(
    get, path = "/v1/batches/{batch}/chunks/{number}", tag = "batches",
    params(
        ("batch" = String, Path, description = "The batch, `batch:base64url`"),
        ("number" = u64, Path, description = "Number of the chunk, from 0"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The chunk as it was uploaded", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, response = super::openapi::ProblemResponse),
        (status = 409, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn lines(
    State(state): State<HttpState>,
    Path((batch, number)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    require_token(&state, &headers)?;
    let subject = batch_subject(&batch)?;
    let number = number.parse::<usize>().map_err(|_| Fault::not_found("chunk"))?;
    let batches = batches(&state)?;
    let found = tokio::task::spawn_blocking(move || batches.ranges.lines(subject.id, number));
    let found = found.await.map_err(|_| Fault::internal())?.map_err(refused)?;
    let bytes = found.ok_or_else(|| Fault::not_found("chunk"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(OCTETS)),
        (header::CACHE_CONTROL, PRIVATE),
    ];
    Ok((headers, bytes).into_response())
}

fn batch_subject(text: &str) -> Result<Subject, Fault> {
    let subject = request::subject(text)?;
    if subject.role == Role::Batch { Ok(subject) } else { Err(Fault::not_found("batch")) }
}

/// Why a batch can't be read.
fn refused(rejection: Rejection) -> Fault {
    if rejection.is_fault() {
        tracing::error!(%rejection, "batch");
        return Fault::internal();
    }
    Fault::at(rejection.code, rejection.pointer, rejection.detail)
}

/// Which pool is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PoolQuery {
    okup: String,
    sphere: String,
    period: String,
    currency: Option<String>,
}

/// What became of the money of a pool, for everybody.
#[utoipa::path(
    get, path = "/v1/pools", tag = "batches",
    params(
        ("okup" = String, Query, description = "БИН of the organisation"),
        ("sphere" = String, Query, description = "COPYRIGHT, RELATED_RIGHTS, PRIVATE_COPYING or COMBINED"),
        ("period" = String, Query, description = "`2026`, `2026-Q3` or `2026-07`"),
        ("currency" = Option<String>, Query, description = "KZT by default"),
    ),
    responses(
        (status = 200, description = "The pool as of the newest block", body = PoolView),
    )
)]
pub(super) async fn pool(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: PoolQuery = request::query(&uri)?;
    let sphere = Sphere::from_name(&query.sphere)
        .ok_or_else(|| Fault::at(Code::BadParameter, "/sphere", "there is no such sphere"))?;
    let currency = query.currency.as_deref().unwrap_or("KZT");
    let subject = Pool::subject(&query.okup, sphere, &query.period, currency);
    let head = state.ledger.head();
    let found = state.read(move |ledger| ledger.subject(&subject)).await?;
    let status = found.and_then(|found| found.status).ok_or_else(|| Fault::not_found("pool"))?;
    let (_, pool) = decode::<Pool>(&status).map_err(|_| Fault::internal())?;
    let spoken = language(&headers);
    let seen = Transparency::of(std::slice::from_ref(&pool));
    let view = PoolView {
        pool: subject.to_string(),
        state: pool.state.name().to_owned(),
        collected: seen.collected,
        unlicensed: pool.unlicensed,
        deducted: seen
            .deducted
            .iter()
            .map(|(kind, amount)| DeductionView { kind: (*kind).to_owned(), amount: *amount })
            .collect(),
        allocated: seen.allocated,
        in_lines: pool.in_lines,
        paid: pool.paid[0],
        tax: pool.paid[1],
        levied: pool.paid[2],
        undistributed: seen.undistributed,
        redistributed: seen.unclaimed,
        paid_bp: seen.paid_bp,
        deducted_bp: seen.deducted_bp,
        warnings: of_pool(&pool)
            .into_iter()
            .map(|check| format!("{} {}", check.name(), check.text().in_language(spoken.code())))
            .collect(),
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
    };
    let mut response = Json(view).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    Ok(response)
}

/// Where a subject stands: how many records name it, and its status as the map commits it.
#[utoipa::path(
    get, path = "/v1/subjects/{subject}", tag = "batches",
    params(("subject" = String, Path, description = "The subject, `role:base64url`")),
    security(("token" = [])),
    responses(
        (status = 200, description = "The subject as of the newest block", body = SubjectView),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn subject(
    State(state): State<HttpState>,
    Path(subject): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    require_token(&state, &headers)?;
    let subject = request::subject(&subject)?;
    let head = state.ledger.head();
    let found = state.read(move |ledger| ledger.subject(&subject)).await?;
    let found = found.ok_or_else(|| Fault::not_found("subject"))?;
    let view = SubjectView {
        subject: subject.to_string(),
        records: found.records,
        status: found.status.map(|bytes| Base64::encode_string(&bytes)),
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
    };
    let mut response = Json(view).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
    Ok(response)
}

/// A page of a subject's records.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordsQuery {
    after: Option<u64>,
    limit: Option<usize>,
}

/// The records that name a subject, in order.
#[utoipa::path(
    get, path = "/v1/subjects/{subject}/records", tag = "batches",
    params(
        ("subject" = String, Path, description = "The subject, `role:base64url`"),
        ("after" = Option<u64>, Query, description = "Records that were read already"),
        ("limit" = Option<usize>, Query, description = "Records of the page, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The records", body = Page<SubjectRecord>),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn records(
    State(state): State<HttpState>,
    Path(subject): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let RecordsQuery { after, limit } = request::query(&uri)?;
    require_token(&state, &headers)?;
    let subject = request::subject(&subject)?;
    let limit = request::page_limit(limit, state.limits.page_default, state.limits.page_max)?;
    let after = after.unwrap_or_default();
    let found = state.read(move |ledger| ledger.history(&subject, after, limit + 1)).await?;
    let more = found.len() > limit;
    let mut data = Vec::with_capacity(found.len().min(limit));
    for logged in found.iter().take(limit) {
        let record = decode_record(logged)?;
        data.push(SubjectRecord {
            record_id: record.id().to_string(),
            kind: kind_code(record.record().kind),
            index: logged.index.get(),
            height: logged.height.get(),
        });
    }
    let next = more.then(|| (after + limit as u64).to_string());
    let mut response = Json(Page { data, page: PageInfo { next, has_more: more } }).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, PRIVATE);
    Ok(response)
}
