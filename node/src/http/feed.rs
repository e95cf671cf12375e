//! The live feed of final records: kinds and places, never contents (spec §20.8).
//!
//! A record id opens the record's receipt, so only holders of a token see ids here.
//!
//! The cursor is a position in the log: the feed goes on with the first record at or after it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use serde::Deserialize;
use tamga_api::shapes::{FeedEvent, Page, PageInfo};
use tamga_format::id::{LeafIndex, TreeSize};
use tamga_state::codes::Code;
use tokio::sync::OwnedSemaphorePermit;

use super::fault::Fault;
use super::ledger::LoggedRecord;
use super::reads::{NO_STORE, decode, kind_code};
use super::request;
use super::state::HttpState;

/// Records that one step of the feed reads.
const STEP_RECORDS: usize = 256;

/// Where a stream begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StreamQuery {
    after: Option<String>,
}

/// The page of a long poll.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PollQuery {
    after: Option<String>,
    limit: Option<usize>,
    wait: Option<u64>,
}

/// Final records as server-sent events, from now on or after a cursor.
#[utoipa::path(
    get, path = "/v1/stream", tag = "feed",
    params(
        ("after" = Option<String>, Query, description = "Cursor; the newest final record when absent"),
        ("Last-Event-ID" = Option<String>, Header, description = "Cursor after a lost connection"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "One event per final record, `id` its cursor", body = FeedEvent, content_type = "text/event-stream"),
    )
)]
pub(super) async fn stream(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: StreamQuery = request::query(&uri)?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let from = match last.or(query.after.as_deref()) {
        Some(cursor) => request::cursor(cursor)?,
        None => final_size(&state),
    };
    let permit = state.streams.clone().try_acquire_owned().map_err(|_| {
        let detail = format!("this node serves at most {} streams", state.limits.streams_max);
        Fault::new(Code::RateLimited, detail).retry_after(10)
    })?;
    let keep_alive = KeepAlive::new().interval(state.limits.heartbeat);
    let whole = state.tokens.admit(&headers);
    let feed = Feed { state, whole, next: from, ready: VecDeque::new(), _permit: permit };
    let mut response = Sse::new(feed.events()).keep_alive(keep_alive).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    Ok(response)
}

/// One reader's place in the feed.
struct Feed {
    state: HttpState,
    whole: bool,
    next: u64,
    ready: VecDeque<FeedEvent>,
    _permit: OwnedSemaphorePermit,
}

impl Feed {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut feed| {
            let event = feed.step().await?;
            let data = serde_json::to_string(&event).unwrap_or_default();
            let cursor = event.index.saturating_add(1).to_string();
            Some((Ok(Event::default().id(cursor).event("record").data(data)), feed))
        })
    }

    /// The next event; `None` when the node stops or can't read.
    async fn step(&mut self) -> Option<FeedEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.state.stops() {
                return None;
            }
            if final_size(&self.state) <= self.next {
                tokio::select! {
                    _ = self.state.ledger.final_beyond(TreeSize(self.next)) => {}
                    () = self.state.stopped() => return None,
                }
            }
            let (events, next) = read_finals(&self.state, self.next, self.whole).await.ok()?;
            self.next = next;
            self.ready.extend(events);
        }
    }
}

/// Final records after a cursor; waits for the first one if asked to.
#[utoipa::path(
    get, path = "/v1/events", tag = "feed",
    params(
        ("after" = Option<String>, Query, description = "`next` of the answer before; the start of the log when absent"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
        ("wait" = Option<u64>, Query, description = "Seconds to wait for the first item, 0 to 60; 0 by default"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "Final records; `next` is always given", body = Page<FeedEvent>),
    )
)]
pub(super) async fn poll(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: PollQuery = request::query(&uri)?;
    let whole = state.tokens.admit(&headers);
    let limits = &state.limits;
    let limit = request::page_limit(query.limit, limits.page_default, limits.page_max)?;
    let mut next = query.after.as_deref().map_or(Ok(0), request::cursor)?;
    let wait = Duration::from_secs(query.wait.unwrap_or(0));
    if wait > limits.wait_max {
        let detail = format!("wait is at most {} seconds", limits.wait_max.as_secs());
        return Err(Fault::at(Code::BadParameter, "/wait", detail));
    }
    let deadline = tokio::time::Instant::now() + wait;
    let mut data = Vec::new();
    loop {
        while data.len() < limit && next < final_size(&state) {
            let (events, reached) = read_finals(&state, next, whole).await?;
            next = reached;
            data.extend(events);
        }
        if !data.is_empty() || wait.is_zero() {
            break;
        }
        let Ok(_permit) = state.waits.try_acquire() else { break };
        tokio::select! {
            _ = state.ledger.final_beyond(TreeSize(next)) => {}
            () = tokio::time::sleep_until(deadline) => break,
            () = state.stopped() => break,
        }
    }
    if data.len() > limit {
        next = data.get(limit).map_or(next, |event: &FeedEvent| event.index);
        data.truncate(limit);
    }
    let page = PageInfo { next: Some(next.to_string()), has_more: next < final_size(&state) };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(Page { data, page })).into_response())
}

fn final_size(state: &HttpState) -> u64 {
    state.ledger.final_head().map_or(0, |head| head.size.get())
}

/// Final records at or after `from`, at most a step's, and where to go on.
async fn read_finals(
    state: &HttpState,
    from: u64,
    whole: bool,
) -> Result<(Vec<FeedEvent>, u64), Fault> {
    let end = final_size(state);
    if end <= from {
        return Ok((Vec::new(), from));
    }
    let mut records =
        state.read(move |ledger| ledger.records_from(LeafIndex(from), STEP_RECORDS)).await?;
    let next = match records.last() {
        Some(last) if records.len() == STEP_RECORDS => last.index.get().saturating_add(1).min(end),
        _ => end,
    };
    records.retain(|record| record.index.get() < end);
    Ok((records.iter().filter_map(|logged| event(logged, whole)).collect(), next))
}

fn event(logged: &LoggedRecord, whole: bool) -> Option<FeedEvent> {
    let signed = decode(logged).ok()?;
    Some(FeedEvent {
        index: logged.index.get(),
        height: logged.height.get(),
        record_id: whole.then(|| signed.id().to_string()),
        kind: kind_code(signed.record().kind),
    })
}
