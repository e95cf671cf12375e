//! The protocol over HTTP: C2SP tlog-witness, `add-checkpoint` and what monitors read.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tamga_format::limits::WITNESS_REQUEST_BYTES_MAX;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::book::{Book, Refusal};
use crate::clock::Clock;
use crate::http::{ClientLimits, HttpLimits, Service};
use crate::metrics::Metrics;

/// Time for a request's body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections of all clients at a time.
const CONNECTIONS_MAX: usize = 256;

#[derive(Clone)]
struct Desk {
    book: Arc<Book>,
    clock: Clock,
    metrics: Arc<Metrics>,
}

/// Serves a witness until `stop` turns true.
pub(super) async fn serve(
    listener: TcpListener,
    book: Arc<Book>,
    clock: Clock,
    stop: watch::Receiver<bool>,
) {
    let metrics = Arc::new(Metrics::default());
    let router = router(Desk { book, clock, metrics: Arc::clone(&metrics) });
    let limits = HttpLimits { connections_max: CONNECTIONS_MAX, ..HttpLimits::default() };
    Service::new(router, limits, &ClientLimits::default(), metrics, stop).serve(listener).await;
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .route("/livez", get(async || "live\n"))
        .route("/metrics", get(metrics))
        .with_state(desk)
}

async fn add_checkpoint(State(desk): State<Desk>, body: Body) -> Response {
    let arrived = tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, WITNESS_REQUEST_BYTES_MAX));
    let Ok(Ok(body)) = arrived.await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "a request is shorter and arrives within 10 s\n")
            .into_response();
    };
    let Ok(text) = String::from_utf8(body.into()) else {
        return (StatusCode::BAD_REQUEST, "a request is UTF-8\n").into_response();
    };
    let book = Arc::clone(&desk.book);
    // Syncing a file takes milliseconds, too long for a task among others.
    let added = tokio::task::spawn_blocking(move || book.add(&text, desk.clock.now())).await;
    let (outcome, response) = match added {
        Ok(Ok(line)) => ("cosigned", format!("{line}\n").into_response()),
        Ok(Err(refusal)) => refused(&refusal),
        Err(_) => ("broken", StatusCode::INTERNAL_SERVER_ERROR.into_response()),
    };
    desk.metrics.witness_answered(outcome);
    response
}

fn refused(refusal: &Refusal) -> (&'static str, Response) {
    let (outcome, status) = match refusal {
        Refusal::Malformed(_) => ("malformed", StatusCode::BAD_REQUEST),
        Refusal::OldAbove => ("old-above-size", StatusCode::BAD_REQUEST),
        Refusal::Unknown => ("unknown-log", StatusCode::NOT_FOUND),
        Refusal::Untrusted => ("untrusted", StatusCode::FORBIDDEN),
        Refusal::Inconsistent { .. } => ("inconsistent", StatusCode::UNPROCESSABLE_ENTITY),
        Refusal::TooOften { .. } => ("too-often", StatusCode::TOO_MANY_REQUESTS),
        Refusal::Broken => ("broken", StatusCode::INTERNAL_SERVER_ERROR),
        Refusal::Conflict { at } => {
            let size = [(header::CONTENT_TYPE, HeaderValue::from_static("text/x.tlog.size"))];
            return ("conflict", (StatusCode::CONFLICT, size, format!("{at}\n")).into_response());
        }
    };
    let mut response = (status, format!("{refusal}\n")).into_response();
    if let Refusal::TooOften { after_s } = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*after_s));
    }
    (outcome, response)
}

async fn checkpoint(State(desk): State<Desk>, Path(origin): Path<String>) -> Response {
    match desk.book.shown(&origin) {
        Some(note) => {
            ([(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=2"))], note)
                .into_response()
        }
        None => (StatusCode::NOT_FOUND, "nothing was cosigned of such a log\n").into_response(),
    }
}

async fn metrics(State(desk): State<Desk>) -> String {
    desk.metrics.render()
}
