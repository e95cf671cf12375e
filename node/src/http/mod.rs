//! HTTP: the router, what happens around every request, and one file per resource (spec §20).
//!
//! Handlers parse, call and shape; they hold no rules. Errors are [`fault::Fault`]s, written as problem documents here,
//! on the way out, in the language of the request.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use futures::FutureExt as _;
use tamga_api::problem::Language;
use tamga_state::codes::Code;

mod allowance;
mod assignment;
mod blocks;
mod cases;
mod clients;
mod drain;
pub mod fault;
mod feed;
pub mod ledger;
mod log;
pub mod openapi;
mod probes;
mod progress;
mod reads;
mod receipts;
pub mod records;
mod request;
mod server;
pub mod state;
mod status;

pub use clients::{ClientLimits, Network};
pub use drain::DrainRate;
pub use server::serve;
pub use state::{HttpLimits, HttpParts, HttpState, LedgerInfo, Tokens};

use clients::{Allowance, RATE_LIMIT, RATE_LIMIT_POLICY};
use fault::Fault;

/// Every resource: its method, its path in the router's form, the allowance it takes from, its handler.
fn table() -> Vec<(&'static str, &'static str, Option<Allowance>, MethodRouter<HttpState>)> {
    let (reads, records) = (Some(Allowance::Reads), Some(Allowance::Records));
    // Probes, and what any cache may hold.
    let free = None;
    vec![
        ("post", "/v1/records", records, post(records::submit)),
        ("post", "/v1/records/batch", records, post(records::batch)),
        ("post", "/v1/records:validate", records, post(records::validate)),
        ("post", "/v1/records:draft", reads, post(records::draft)),
        ("get", "/v1/records/{id}", reads, get(reads::record)),
        ("get", "/v1/records/{id}/receipt", reads, get(reads::receipt)),
        ("get", "/v1/records/{id}/proof", reads, get(reads::proof)),
        ("get", "/v1/records/{id}/body", reads, get(reads::body)),
        ("get", "/v1/operations/{id}", reads, get(reads::operation)),
        ("get", "/v1/cases/{case}", reads, get(cases::case)),
        ("get", "/v1/cases/{case}/events", reads, get(cases::events)),
        ("get", "/v1/cases/{case}/draw", reads, get(assignment::draw)),
        ("get", "/v1/cases/{case}/assignment", reads, get(assignment::assignment)),
        ("get", "/v1/stream", reads, get(feed::stream)),
        ("get", "/v1/events", reads, get(feed::poll)),
        ("get", "/v1/blocks", reads, get(blocks::list)),
        ("get", "/v1/blocks/{height}", reads, get(blocks::block)),
        ("get", "/v1/validators", reads, get(blocks::validators)),
        ("get", "/.well-known/tamga/trust-policy", free, get(blocks::trust_policy)),
        ("get", "/.well-known/tamga/genesis", free, get(blocks::genesis)),
        ("get", "/log/checkpoint", free, get(log::checkpoint)),
        ("get", "/log/tile/{*path}", free, get(log::tile)),
        ("get", "/livez", free, get(probes::live)),
        ("get", "/readyz", free, get(probes::ready)),
        ("get", "/metrics", free, get(probes::metrics)),
        ("get", "/v1/openapi.json", free, get(probes::description)),
    ]
}

/// Every resource: its method and its path as the description writes it.
#[must_use]
pub fn routes() -> Vec<(&'static str, String)> {
    let described = |path: &str| path.replace("{*", "{");
    table().into_iter().map(|(method, path, ..)| (method, described(path))).collect()
}

/// Those that take from an allowance of their client.
fn metered_routes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let allowed = table().into_iter().filter(|(_, _, allowance, _)| allowance.is_some());
    allowed.map(|(method, path, ..)| (method, path))
}

/// The whole interface.
pub fn router(state: HttpState) -> Router {
    let routes = table().into_iter();
    let router = routes.fold(Router::new(), |router, (_, path, allowance, handler)| {
        let meter = |allowance| from_fn_with_state((state.clone(), allowance), meter);
        match allowance {
            Some(allowance) => router.route(path, handler.route_layer(meter(allowance))),
            None => router.route(path, handler),
        }
    });
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

/// Takes a unit of the client's allowance before the request is looked at, and tells it what is left.
async fn meter(
    State((state, allowance)): State<(HttpState, Allowance)>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.ip());
    let client = state.clients.identify(peer, headers);
    let whole = allowance == Allowance::Reads && state.tokens.admit(headers);
    let allowance = if whole { Allowance::TokenReads } else { allowance };
    request.extensions_mut().insert(client);
    let mut response = match state.take(client, allowance) {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    };
    response.headers_mut().extend(state.clients.headers(client, allowance).into_iter().flatten());
    response
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
        let mut headers = std::mem::take(response.headers_mut());
        response = fault.render(language, &path, &id);
        for name in [header::ALLOW, RATE_LIMIT, RATE_LIMIT_POLICY] {
            let kept = headers.remove(&name);
            response.headers_mut().extend(kept.map(|value| (name, value)));
        }
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
