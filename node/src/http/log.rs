//! The log as C2SP serves it: checkpoint, tiles, entry bundles (spec §20.9, §8.4, §8.5).

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tamga_format::id::{TreeSize, sha256};
use tamga_format::tile::{BundleCoord, TileCoord};

use super::fault::Fault;
use super::reads::{IMMUTABLE, PRIVATE, etag, not_modified, plain, require_token};
use super::request;
use super::state::HttpState;

/// The public checkpoint: a signed note that never goes back.
#[utoipa::path(
    get, path = "/log/checkpoint", tag = "log",
    responses(
        (status = 200, description = "The note", body = String, content_type = "text/plain"),
        (status = 304, description = "It has not changed"),
        (status = 404, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn checkpoint(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    let note = state.shown_note().ok_or_else(|| Fault::not_found("checkpoint yet"))?;
    Ok(note_answer(&note.note, note.size, &headers))
}

/// The newest checkpoint that the policy `witnessed` accepts; it never goes back.
#[utoipa::path(
    get, path = "/log/checkpoint/witnessed", tag = "log",
    responses(
        (status = 200, description = "The note", body = String, content_type = "text/plain"),
        (status = 304, description = "It has not changed"),
        (status = 404, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn witnessed(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    let seen = state.witnessed.as_ref().map(|witnessed| witnessed.seen.borrow().clone());
    let note = seen.and_then(|seen| seen.witnessed);
    let note = note.ok_or_else(|| Fault::not_found("witnessed checkpoint yet"))?;
    Ok(note_answer(&note.note, note.size, &headers))
}

fn note_answer(note: &str, size: TreeSize, headers: &HeaderMap) -> Response {
    let hash = sha256(&[note.as_bytes()]);
    let tag = etag(&format!("{size}-{:x}", u64::from_be_bytes(first_eight(&hash))));
    let caching = HeaderValue::from_static("public, max-age=2");
    let mut response = if not_modified(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        plain(note.to_owned())
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, caching);
    answer.extend(HeaderValue::try_from(tag).map(|tag| (header::ETAG, tag)));
    response
}

fn first_eight(hash: &[u8; 32]) -> [u8; 8] {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    first
}

/// A hash tile, or an entry bundle for holders of a token.
#[utoipa::path(
    get, path = "/log/tile/{path}", tag = "log",
    params(("path" = String, Path,
        description = "`{L}/{N}[.p/{W}]` for hashes, `entries/{N}[.p/{W}]` for entries; the latter needs a token")),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The tile", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "It has not changed, it never does"),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn tile(
    State(state): State<HttpState>,
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::no_query_string(&uri)?;
    let path = format!("tile/{path}");
    let missing = || Fault::not_found("tile");
    let tag = etag(&path);
    let entries = path.starts_with("tile/entries/");
    // What is asked must be sound before anything is answered from the tag alone.
    let (hashes, bundle) = if entries {
        require_token(&state, &headers)?;
        (None, Some(BundleCoord::parse(&path).map_err(|_| missing())?))
    } else {
        (Some(TileCoord::parse(&path).map_err(|_| missing())?), None)
    };
    if not_modified(&headers, &tag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let bytes = state
        .read(move |ledger| match (hashes, bundle) {
            (Some(tile), _) => ledger.tile(tile),
            (None, Some(bundle)) => ledger.bundle(bundle),
            (None, None) => Ok(None),
        })
        .await?
        .ok_or_else(missing)?;
    let mut response = Response::new(bytes.into());
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    answer.insert(header::CACHE_CONTROL, if entries { PRIVATE } else { IMMUTABLE });
    answer.extend(HeaderValue::try_from(tag).map(|tag| (header::ETAG, tag)));
    Ok(response)
}
