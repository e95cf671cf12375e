//! HTTP: the router, what happens around every request, and one file per resource (spec §20).
//!
//! Handlers parse, call and shape; they hold no rules. Errors are [`fault::Fault`]s, written as problem documents here,
//! on the way out, in the language of the request.

use std::future::Future;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::serve::ListenerExt as _;
use futures::FutureExt as _;
use tamga_api::problem::Language;
use tamga_state::codes::Code;
use tokio::net::TcpListener;

mod assignment;
mod blocks;
mod cases;
pub mod fault;
mod feed;
pub mod ledger;
mod log;
pub mod openapi;
mod probes;
mod reads;
mod receipts;
pub mod records;
mod request;
pub mod state;
mod status;

pub use state::{HttpLimits, HttpState, LedgerInfo, Tokens};

use fault::Fault;

/// Every resource: its method, its path in the router's form, its handler.
fn table() -> Vec<(&'static str, &'static str, MethodRouter<HttpState>)> {
    vec![
        ("post", "/v1/records", post(records::submit)),
        ("post", "/v1/records/batch", post(records::batch)),
        ("post", "/v1/records:validate", post(records::validate)),
        ("post", "/v1/records:draft", post(records::draft)),
        ("get", "/v1/records/{id}", get(reads::record)),
        ("get", "/v1/records/{id}/receipt", get(reads::receipt)),
        ("get", "/v1/records/{id}/proof", get(reads::proof)),
        ("get", "/v1/records/{id}/body", get(reads::body)),
        ("get", "/v1/operations/{id}", get(reads::operation)),
        ("get", "/v1/cases/{case}", get(cases::case)),
        ("get", "/v1/cases/{case}/events", get(cases::events)),
        ("get", "/v1/cases/{case}/draw", get(assignment::draw)),
        ("get", "/v1/cases/{case}/assignment", get(assignment::assignment)),
        ("get", "/v1/stream", get(feed::stream)),
        ("get", "/v1/events", get(feed::poll)),
        ("get", "/v1/blocks", get(blocks::list)),
        ("get", "/v1/blocks/{height}", get(blocks::block)),
        ("get", "/v1/validators", get(blocks::validators)),
        ("get", "/.well-known/tamga/trust-policy", get(blocks::trust_policy)),
        ("get", "/.well-known/tamga/genesis", get(blocks::genesis)),
        ("get", "/log/checkpoint", get(log::checkpoint)),
        ("get", "/log/tile/{*path}", get(log::tile)),
        ("get", "/livez", get(probes::live)),
        ("get", "/readyz", get(probes::ready)),
        ("get", "/metrics", get(probes::metrics)),
        ("get", "/v1/openapi.json", get(probes::description)),
    ]
}

/// Every resource: its method and its path as the description writes it.
#[must_use]
pub fn routes() -> Vec<(&'static str, String)> {
    table().into_iter().map(|(method, path, _)| (method, path.replace("{*", "{"))).collect()
}

/// The whole interface.
pub fn router(state: HttpState) -> Router {
    let routes = table().into_iter();
    let router =
        routes.fold(Router::new(), |router, (_, path, handler)| router.route(path, handler));
    router
        .fallback(async || Fault::not_found("resource"))
        .method_not_allowed_fallback(async || {
            Fault::new(
                Code::MethodNotAllowed,
                "the Allow header names the methods of this resource",
            )
        })
        .layer(from_fn_with_state(state.clone(), outside))
        // Bodies are read by `request::body` under limits of their own.
        .layer(DefaultBodyLimit::disable())
        .with_state(state)
}

/// Serves the interface on a listener until `stop` ends; then lets running requests finish.
///
/// # Errors
///
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    state: HttpState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Answers are small and waited for: without this, Nagle's algorithm may hold them back.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

/// What happens around every request: its id, its language, its checkpoint, its metrics, and the writing of problems.
async fn outside(State(state): State<HttpState>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = state.next_request_id();
    let language = language(request.headers());
    let path = request.uri().path().to_owned();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();

    // A panic is a bug of ours; it costs one request, not the process.
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!(request = id, path, "a handler panicked");
            Fault::internal().render(language, &path, &id)
        }
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = fault.render(language, &path, &id);
        response.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
    }
    let headers = response.headers_mut();
    headers.extend(HeaderValue::try_from(id).map(|id| (REQUEST_ID, id)));
    headers.extend(state.banner().map(|banner| (CHECKPOINT, banner)));
    let route = route.as_ref().map_or("unknown", MatchedPath::as_str);
    state.metrics.answered(&method, route, response.status(), started.elapsed());
    response
}

const REQUEST_ID: header::HeaderName = header::HeaderName::from_static("request-id");
const CHECKPOINT: header::HeaderName = header::HeaderName::from_static("tamga-checkpoint");

/// The language of human texts in the answer.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked.map(Language::accept).unwrap_or_default()
}

#[cfg(test)]
mod tests;
