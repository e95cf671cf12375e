//! Reading requests strictly: bodies, queries, ids, preferences (spec §20.2).

use std::ops::Deref;

use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, Uri, header};
use futures::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tamga_format::id::RecordId;
use tamga_format::subject::Subject;
use tamga_state::codes::Code;
use tokio::sync::SemaphorePermit;

use super::fault::Fault;
use super::state::HttpState;

/// The query of a resource that takes no parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoQuery {}

/// The query string as `T`, which refuses unknown parameters.
pub(super) fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Fault> {
    Query::<T>::try_from_uri(uri)
        .map(|Query(query)| query)
        .map_err(|error| Fault::new(Code::BadParameter, error.body_text()))
}

/// Refuses any query string: paths of the log and the portal are cached by their path alone.
pub(super) fn no_query_string(uri: &Uri) -> Result<(), Fault> {
    match uri.query() {
        None => Ok(()),
        Some(_) => Err(Fault::new(Code::BadParameter, "this path takes no query string")),
    }
}

/// The body of a request, in room that it has until it is dropped.
pub(super) struct Received<'a> {
    bytes: Vec<u8>,
    _room: Option<SemaphorePermit<'a>>,
}

impl Deref for Received<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The whole body, at most `limit` bytes, of exactly this media type.
pub(super) async fn body<'a>(
    state: &'a HttpState,
    headers: &HeaderMap,
    content: Body,
    media_type: &str,
    limit: usize,
) -> Result<Received<'a>, Fault> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = found.and_then(|found| found.split(';').next()).unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(media_type) {
        return Err(Fault::new(Code::MediaType, format!("the content type is {media_type}")));
    }
    let too_large = || {
        Fault::new(Code::PayloadTooLarge, format!("the body exceeds the limit of {limit} bytes"))
    };
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced = declared.and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > limit) {
        return Err(too_large());
    }
    let read = async {
        let room = state.room(announced.unwrap_or(limit)).await;
        let mut bytes = Vec::with_capacity(announced.unwrap_or(1024));
        let mut chunks = content.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| {
                Fault::new(Code::Malformed, "the body ended before its announced length")
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Received { bytes, _room: room })
    };
    let within = state.limits.body_timeout;
    let late = || {
        let detail = format!("the body did not arrive within {} s", within.as_secs());
        Fault::new(Code::RequestTimeout, detail)
    };
    tokio::time::timeout(within, read).await.map_err(|_| late())?
}

/// A JSON body as `T`, which refuses unknown fields.
pub(super) async fn json<T: DeserializeOwned>(
    state: &HttpState,
    headers: &HeaderMap,
    content: Body,
    limit: usize,
) -> Result<T, Fault> {
    let bytes = body(state, headers, content, "application/json", limit).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let detail = error.to_string();
        let code = match error.is_data() {
            true if detail.starts_with("unknown field") => Code::UnknownField,
            true => Code::Validation,
            false => Code::Malformed,
        };
        Fault::new(code, detail)
    })
}

/// A record id of a path: 64 lower-case hex digits. Anything else names nothing.
pub(super) fn record_id(text: &str) -> Result<RecordId, Fault> {
    RecordId::from_hex(text).map_err(|_| Fault::not_found("record"))
}

/// A subject of a path, `role:base64url`.
pub(super) fn subject(text: &str) -> Result<Subject, Fault> {
    text.parse().map_err(|_| Fault::not_found("subject"))
}

/// A position that a cursor or `Last-Event-ID` names: the number after the last item seen.
pub(super) fn cursor(text: &str) -> Result<u64, Fault> {
    let number = text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    number.ok_or_else(|| {
        Fault::at(Code::BadParameter, "/after", "after is a cursor of an earlier answer")
    })
}

/// The number of items of a page.
pub(super) fn page_limit(asked: Option<usize>, default: usize, max: usize) -> Result<usize, Fault> {
    match asked {
        None => Ok(default),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(_) => Err(Fault::at(Code::BadParameter, "/limit", format!("limit is 1 to {max}"))),
    }
}

/// Whether the request prefers JSON to text: it names JSON before any text.
pub(super) fn prefers_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    match (accept.find("application/json"), accept.find("text/")) {
        (Some(json), Some(text)) => json < text,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
