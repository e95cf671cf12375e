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
use axum::routing::{MethodRouter, get, post, put};
use futures::FutureExt as _;
use tamga_api::problem::Language;
use tamga_state::codes::Code;

mod allowance;
mod assignment;
mod batches;
mod blocks;
mod cases;
mod clients;
mod drain;
pub mod fault;
mod feed;
pub mod ledger;
mod log;
mod okups;
pub mod openapi;
mod portal;
mod probes;
mod progress;
mod queries;
mod reads;
mod receipts;
pub mod records;
mod request;
mod server;
pub mod state;
mod status;
mod subjects;

pub use blocks::validators_view;
pub use clients::{ClientLimits, Network};
pub use drain::DrainRate;
pub use server::{Service, serve};
pub use state::{HttpLimits, HttpParts, HttpState, LedgerInfo, Tokens, Witnessed};

use clients::{Allowance, RATE_LIMIT, RATE_LIMIT_POLICY};
use fault::Fault;

/// A resource: what it answers to, what it takes of its client, and who serves it.
struct Resource {
    method: &'static str,
    /// Its path in the router's form.
    path: &'static str,
    /// Probes, and what any cache may hold, take from none.
    allowance: Option<Allowance>,
    handler: MethodRouter<HttpState>,
}

impl Resource {
    /// Its path as the description writes it.
    fn described(&self) -> String {
        self.path.replace("{*", "{")
    }
}

/// Every resource.
fn table() -> Vec<Resource> {
    let of = |method, path, allowance, handler| Resource { method, path, allowance, handler };
    let submit = |path, handler| of("post", path, Some(Allowance::Records), handler);
    let upload = |path, handler| of("put", path, Some(Allowance::Records), handler);
    let ask = |path, handler| of("post", path, Some(Allowance::Reads), handler);
    let read = |path, handler| of("get", path, Some(Allowance::Reads), handler);
    let free = |path, handler| of("get", path, None, handler);
    vec![
        submit("/v1/records", post(records::submit)),
        submit("/v1/records/batch", post(records::batch)),
        submit("/v1/records:validate", post(records::validate)),
        ask("/v1/records:draft", post(records::draft)),
        read("/v1/records/{id}", get(reads::record)),
        read("/v1/records/{id}/receipt", get(reads::receipt)),
        read("/v1/records/{id}/proof", get(reads::proof)),
        read("/v1/records/{id}/body", get(reads::body)),
        read("/v1/operations/{id}", get(reads::operation)),
        read("/v1/cases/{case}", get(cases::case)),
        read("/v1/cases/{case}/events", get(cases::events)),
        read("/v1/cases/{case}/draw", get(assignment::draw)),
        read("/v1/cases/{case}/assignment", get(assignment::assignment)),
        read("/v1/cases/{case}/deadlines", get(queries::deadlines::of_case)),
        read("/v1/calendars/{year}", get(queries::deadlines::calendar)),
        read("/v1/cases", get(queries::lists::cases)),
        read("/v1/officers/{officer}/desk", get(queries::lists::desk)),
        read("/v1/register", get(queries::register::entries)),
        read("/v1/register/{debtor}", get(queries::register::of_debtor)),
        read("/v1/duplicates", get(queries::duplicates::groups)),
        read("/v1/metrics/catalogue", get(queries::metrics::catalogue)),
        read("/v1/metrics/kpi", get(queries::metrics::kpi)),
        read("/v1/metrics/kpi/{indicator}/records", get(queries::metrics::records)),
        read("/v1/stream", get(feed::stream)),
        read("/v1/events", get(feed::poll)),
        upload("/v1/attachments/{id}/chunks/{number}", put(batches::chunk)),
        upload("/v1/attachments/{id}", put(batches::begin)),
        read("/v1/attachments/{id}", get(batches::attachment)),
        read("/v1/batches/{batch}/range", get(batches::range)),
        read("/v1/batches/{batch}/chunks/{number}", get(batches::lines)),
        read("/v1/pools", get(batches::pool)),
        read("/v1/okups/{bin}/transparency", get(okups::transparency)),
        read("/v1/okups/{bin}/deadlines", get(queries::okups::deadlines)),
        read("/v1/subjects/{subject}", get(batches::subject)),
        read("/v1/subjects/{subject}/records", get(batches::records)),
        read("/v1/subjects/{subject}/proof", get(subjects::proof)),
        read("/v1/blocks", get(blocks::list)),
        read("/v1/blocks/certificates", get(blocks::certificates)),
        read("/v1/blocks/commitments", get(blocks::commitments)),
        read("/v1/blocks/{height}", get(blocks::block)),
        read("/v1/validators", get(blocks::validators)),
        free("/.well-known/tamga/trust-policy", get(blocks::trust_policy)),
        free("/.well-known/tamga/trust-policy/witnessed", get(blocks::witnessed_policy)),
        free("/.well-known/tamga/policies", get(blocks::policies)),
        free("/.well-known/tamga/genesis", get(blocks::genesis)),
        free("/log/checkpoint", get(log::checkpoint)),
        free("/log/checkpoint/witnessed", get(log::witnessed)),
        free("/log/tile/{*path}", get(log::tile)),
        free("/livez", get(probes::live)),
        free("/readyz", get(probes::ready)),
        free("/metrics", get(probes::metrics)),
        free("/v1/openapi.json", get(probes::description)),
        free("/", get(portal::home)),
        free("/{page}", get(portal::page)),
        free("/assets/{name}", get(portal::asset)),
    ]
}

/// Every resource: its method and its path as the description writes it.
#[must_use]
pub fn routes() -> Vec<(&'static str, String)> {
    table().iter().map(|resource| (resource.method, resource.described())).collect()
}

/// The whole interface.
pub fn router(state: HttpState) -> Router {
    let router = table().into_iter().fold(Router::new(), |router, resource| {
        let Resource { path, allowance, handler, .. } = resource;
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
