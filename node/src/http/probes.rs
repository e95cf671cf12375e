//! Probes, metrics and the API's own description (spec §20.10).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tamga_api::shapes::Readiness;

use super::fault::Fault;
use super::openapi;
use super::reads::{NO_STORE, plain};
use super::request::{self, NoQuery};
use super::state::HttpState;

/// How much readiness tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadyQuery {
    /// Present, with any value or none, for one line per check.
    verbose: Option<String>,
}

/// The process runs.
#[utoipa::path(get, path = "/livez", tag = "operation",
    responses((status = 200, description = "It runs", body = String, content_type = "text/plain")))]
pub(super) async fn live(uri: Uri) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    Ok(([(header::CACHE_CONTROL, NO_STORE)], plain("ok\n")).into_response())
}

/// The node serves and takes records.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    params(("verbose" = Option<String>, Query, description = "One line per check", allow_reserved)),
    responses(
        (status = 200, description = "Ready", body = Readiness),
        (status = 503, description = "Not ready: the checks say why", body = Readiness),
    ))]
pub(super) async fn ready(State(state): State<HttpState>, uri: Uri) -> Result<Response, Fault> {
    let ReadyQuery { verbose } = request::query(&uri)?;
    let mut checks = state.ledger.checks();
    let ready = checks.iter().all(|check| check.ok);
    if verbose.is_none() {
        checks.retain(|check| !check.ok);
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = Readiness { ready, checks };
    Ok((status, [(header::CACHE_CONTROL, NO_STORE)], Json(answer)).into_response())
}

/// Counters for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text")))]
pub(super) async fn metrics(State(state): State<HttpState>, uri: Uri) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let text = state.metrics.render();
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)], text).into_response())
}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = String, content_type = "application/json")))]
pub(super) async fn description(uri: Uri) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let json = HeaderValue::from_static("application/json");
    let hour = HeaderValue::from_static("public, max-age=3600");
    let headers = [(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, hour)];
    Ok((headers, openapi::text()).into_response())
}
