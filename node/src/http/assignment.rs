//! How a case is given to an officer: the draw it waits for, and the proof of the one that is over (spec §20.7).
//!
//! Knowing the case id is the right to both; who may be drawn, and why somebody may not, is public of such a case.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use tamga_api::assignment::DrawView;

use super::cases::case_of;
use super::fault::Fault;
use super::reads::{NO_STORE, plain};
use super::request::{self, NoQuery};
use super::state::HttpState;

/// The draw that a case waits for.
#[utoipa::path(
    get, path = "/v1/cases/{case}/draw", tag = "cases",
    params(("case" = String, Path, description = "The case, `case:base64url`")),
    responses(
        (status = 200, description = "The draw, as of the newest block; with the officer once it is due", body = DrawView),
        (status = 404, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn draw(
    State(state): State<HttpState>,
    Path(case): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let case = case_of(&case)?;
    let pending = state.read(move |ledger| ledger.pending_draw(&case)).await?;
    let pending = pending.ok_or_else(|| Fault::not_found("pending draw"))?;
    Ok(uncached(Json(DrawView::of(&case, &pending)).into_response()))
}

/// The proof file of the draw by which a case was given away.
#[utoipa::path(
    get, path = "/v1/cases/{case}/assignment", tag = "cases",
    params(("case" = String, Path, description = "The case, `case:base64url`")),
    responses(
        (status = 200, description = "The proof file", content_type = "text/plain", body = String),
        (status = 404, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn assignment(
    State(state): State<HttpState>,
    Path(case): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let case = case_of(&case)?;
    let file = state.read(move |ledger| ledger.assignment(&case)).await?;
    Ok(uncached(plain(file.ok_or_else(|| Fault::not_found("final draw"))?)))
}

/// A draw may be annulled by a court, so that neither answer lasts.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    response
}
