//! Proofs about subjects (spec §13.9, §20.14).

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tamga_format::limits::SUBJECT_PROOF_RECORDS_MAX;
use tamga_replica::reader::{Asked, Placed};
use tamga_state::codes::Code;

use super::fault::Fault;
use super::ledger::NotPlaced;
use super::reads::{PRIVATE, require_token};
use super::request;
use super::state::HttpState;

/// How often it is looked whether the block of a proof has become final, and for how long.
const LOOKS: (u32, Duration) = (250, Duration::from_millis(20));
/// Seconds after which to ask again.
const AGAIN_S: u32 = 1;

/// What is asked for of a subject.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofQuery {
    from: Option<u64>,
    limit: Option<usize>,
    status: Option<String>,
}

/// All records of a subject, or none, and its status, with the proof that it is so.
#[utoipa::path(
    get, path = "/v1/subjects/{subject}/proof", tag = "batches",
    params(
        ("subject" = String, Path, description = "The subject, `role:base64url`"),
        ("from" = Option<u64>, Query, description = "Records that were seen already; 0 by default"),
        ("limit" = Option<usize>, Query, description = "Records to show, 0 to 4,096; 4,096 by default"),
        ("status" = Option<String>, Query, description = "`shown` (default) or `hash`"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The proof (spec §13.9) as of the newest block, or one a moment older", body = String, content_type = "text/plain"),
        (status = 401, response = super::openapi::ProblemResponse),
        (status = 422, response = super::openapi::ProblemResponse),
        (status = 503, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn proof(
    State(state): State<HttpState>,
    Path(subject): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let ProofQuery { from, limit, status } = request::query(&uri)?;
    require_token(&state, &headers)?;
    let subject = request::subject(&subject)?;
    let limit = limit.unwrap_or(SUBJECT_PROOF_RECORDS_MAX);
    if limit > SUBJECT_PROOF_RECORDS_MAX {
        let detail = format!("a proof shows at most {SUBJECT_PROOF_RECORDS_MAX} records");
        return Err(Fault::at(Code::BadParameter, "/limit", detail));
    }
    let status = match status.as_deref() {
        None | Some("shown") => true,
        Some("hash") => false,
        Some(_) => return Err(Fault::at(Code::BadParameter, "/status", "it is shown or hash")),
    };
    let asked = Asked { from: from.unwrap_or_default(), limit, status };
    let placed = state.read(move |ledger| ledger.placed(&subject, asked)).await?;
    let placed = placed.map_err(|why| match why {
        NotPlaced::Fewer(records) => {
            let detail = format!("the subject has {records} records");
            Fault::at(Code::BadParameter, "/from", detail)
        }
        NotPlaced::Many(records) => {
            let detail = format!("the subject has {records} records: ask for 0 of them");
            Fault::at(Code::BadParameter, "/limit", detail)
        }
        NotPlaced::Busy => {
            let detail = "the subject changes with every block at the moment";
            Fault::new(Code::Busy, detail).retry_after(AGAIN_S)
        }
    })?;
    let text = covered(&state, placed).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, PRIVATE),
    ];
    Ok((headers, text).into_response())
}

/// The proof as soon as a final checkpoint covers its block.
async fn covered(state: &HttpState, placed: Placed) -> Result<String, Fault> {
    let placed = std::sync::Arc::new(placed);
    let (looks, pause) = LOOKS;
    for _ in 0..looks {
        let of = std::sync::Arc::clone(&placed);
        if let Some(text) = state.read(move |ledger| ledger.subject_proof(&of)).await? {
            return Ok(text);
        }
        tokio::time::sleep(pause).await;
    }
    let detail = format!("block {} is not final yet", placed.height());
    Err(Fault::new(Code::Busy, detail).retry_after(AGAIN_S))
}
