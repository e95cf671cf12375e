//! Blocks, validators, trust policy and genesis (spec §20.9).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use serde::Deserialize;
use tamga_api::shapes::{BlockView, Page, PageInfo, Stage, ValidatorView, ValidatorsView};
use tamga_api::time;
use tamga_format::id::Height;
use tamga_format::validators::{Validator, ValidatorSet};

use super::fault::Fault;
use super::ledger::{BlockSummary, ReadError};
use super::reads::{IMMUTABLE, NO_STORE, PRIVATE, plain, require_token};
use super::request::{self, NoQuery};
use super::state::HttpState;

/// How long answers may be kept that change with the policy.
const CHANGING: &str = "public, max-age=60";

/// Certificates of one answer, which is then at most 6 MiB.
const CERTIFICATES_MAX: usize = 1_000;

/// Blocks of one answer about what their records decided in private.
const TOLD_BLOCKS_MAX: usize = 200;
/// Such an answer ends with the block by which it has so many bytes, a block's being at most a few MiB.
const TOLD_BYTES: usize = 1024 * 1024;
/// It ends with the block by which so many records were read, too.
const TOLD_RECORDS: u64 = 8_000;

/// The page of the list of blocks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlocksQuery {
    after: Option<String>,
    limit: Option<usize>,
}

fn view(state: &HttpState, block: BlockSummary) -> BlockView {
    let BlockSummary { leaf, root, value, size_before } = block;
    let is_final = state.ledger.final_head().is_some_and(|head| head.height >= leaf.height);
    let leaves = leaf.size.get().saturating_sub(size_before.get());
    BlockView {
        height: leaf.height.get(),
        size: leaf.size.get(),
        // One leaf of each block is its own.
        records: leaves.saturating_sub(1),
        time: time::instant(leaf.time),
        value: value.to_string(),
        previous: leaf.prev.to_string(),
        root: root.to_string(),
        map_root: leaf.map_root.to_string(),
        status: if is_final { Stage::Final } else { Stage::Ordered },
    }
}

/// Blocks, newest first.
#[utoipa::path(
    get, path = "/v1/blocks", tag = "network",
    params(
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    responses(
        (status = 200, description = "A page of blocks", body = Page<BlockView>),
    )
)]
pub(super) async fn list(State(state): State<HttpState>, uri: Uri) -> Result<Response, Fault> {
    let query: BlocksQuery = request::query(&uri)?;
    let limit = request::page_limit(query.limit, state.limits.page_default, state.limits.page_max)?;
    let head = state.ledger.head().height.get();
    // The cursor is the height of the last block shown.
    let top = match query.after.as_deref() {
        None => head,
        Some(after) => request::cursor(after)?.saturating_sub(1).min(head),
    };
    let bottom = top.saturating_sub(u64::try_from(limit - 1).unwrap_or(u64::MAX)).max(1);
    let blocks = state
        .read(move |ledger| {
            let heights = (bottom..=top).rev().map(Height);
            heights.map(|height| ledger.block(height)).collect::<Result<Vec<_>, ReadError>>()
        })
        .await?;
    let data: Vec<_> = blocks.into_iter().flatten().map(|block| view(&state, block)).collect();
    let next = data.last().map(|block| block.height).filter(|height| *height > 1);
    let page = PageInfo { has_more: next.is_some(), next: next.map(|height| height.to_string()) };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(Page { data, page })).into_response())
}

/// One block.
#[utoipa::path(
    get, path = "/v1/blocks/{height}", tag = "network",
    params(("height" = u64, Path, description = "Its number, from 1")),
    responses(
        (status = 200, description = "The block", body = BlockView),
    )
)]
pub(super) async fn block(
    State(state): State<HttpState>,
    Path(height): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let missing = || Fault::not_found("block");
    let height = request::cursor(&height).map_err(|_| missing())?;
    let block =
        state.read(move |ledger| ledger.block(Height(height))).await?.ok_or_else(missing)?;
    let view = view(&state, block);
    let caching = if view.status == Stage::Final { IMMUTABLE } else { NO_STORE };
    Ok(([(header::CACHE_CONTROL, caching)], Json(view)).into_response())
}

/// The run of blocks that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunQuery {
    from: Option<u64>,
    limit: Option<usize>,
}

impl RunQuery {
    /// The first and the last height, of at most so many.
    fn heights(&self, state: &HttpState, most: usize) -> Result<(u64, u64), Fault> {
        let limit = request::page_limit(self.limit, most, most)?;
        let from = self.from.unwrap_or_default().max(1);
        let more = u64::try_from(limit - 1).unwrap_or(u64::MAX);
        Ok((from, from.saturating_add(more).min(state.ledger.head().height.get())))
    }
}

/// The certificates of blocks in a row.
#[utoipa::path(
    get, path = "/v1/blocks/certificates", tag = "network",
    params(
        ("from" = Option<u64>, Query, description = "Height of the first, 1 by default"),
        ("limit" = Option<usize>, Query, description = "Certificates, 1 to 1,000; 1,000 by default"),
    ),
    responses(
        (status = 200, description = "For each height, its certificate (spec §12.4) after its length in two bytes, 0 if there is none; fewer than asked for at the newest block", body = Vec<u8>, content_type = "application/octet-stream"),
    )
)]
pub(super) async fn certificates(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Fault> {
    let query: RunQuery = request::query(&uri)?;
    let (from, last) = query.heights(&state, CERTIFICATES_MAX)?;
    let bytes = state
        .read(move |ledger| {
            let mut bytes = Vec::new();
            for height in (from..=last).map(Height) {
                // A row longer than any certificate is cut: it is none either way.
                let row = ledger.certificate(height)?.unwrap_or_default();
                let length = u16::try_from(row.len()).unwrap_or(u16::MAX);
                bytes.extend(length.to_be_bytes());
                bytes.extend(row.into_iter().take(usize::from(length)));
            }
            Ok(bytes)
        })
        .await?;
    Ok(binary(bytes, NO_STORE))
}

/// What the records of blocks in a row decided in private: commitments, which open no amount.
#[utoipa::path(
    get, path = "/v1/blocks/commitments", tag = "network",
    params(
        ("from" = Option<u64>, Query, description = "Height of the first, 1 by default"),
        ("limit" = Option<usize>, Query, description = "Blocks, 1 to 200; 200 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "For each height, its rows (spec §20.9) after their length in four bytes; fewer heights than asked for at the newest block, or once the answer is long", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn commitments(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: RunQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let (from, last) = query.heights(&state, TOLD_BLOCKS_MAX)?;
    let bytes = state
        .read(move |ledger| {
            let (mut bytes, mut records) = (Vec::new(), 0_u64);
            for height in (from..=last).map(Height) {
                let rows = ledger.told(height)?;
                let length = u32::try_from(rows.len()).unwrap_or(u32::MAX);
                bytes.extend(length.to_be_bytes());
                bytes.extend(rows);
                let block = ledger.block(height)?;
                records = records.saturating_add(block.map_or(0, |block| {
                    block.leaf.size.get().saturating_sub(block.size_before.get())
                }));
                if bytes.len() >= TOLD_BYTES || records >= TOLD_RECORDS {
                    break;
                }
            }
            Ok(bytes)
        })
        .await?;
    Ok(binary(bytes, PRIVATE))
}

fn binary(bytes: Vec<u8>, caching: HeaderValue) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, caching);
    response
}

/// The validators and their quorum.
#[utoipa::path(
    get, path = "/v1/validators", tag = "network",
    responses((status = 200, description = "The validators", body = ValidatorsView))
)]
pub(super) async fn validators(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let founded = &state.info.validators;
    let view = match state.ledger.in_force() {
        Some(reign) => validators_view(&founded.origin, founded.genesis.clone(), &reign.validators),
        None => founded.clone(),
    };
    let minute = HeaderValue::from_static(CHANGING);
    Ok(([(header::CACHE_CONTROL, minute)], Json(view)).into_response())
}

/// The trust policy, as tlog-policy text. A copy from a source you trust is worth more than this one.
#[utoipa::path(
    get, path = "/.well-known/tamga/trust-policy", tag = "network",
    responses((status = 200, description = "The policy", body = String, content_type = "text/plain"))
)]
pub(super) async fn trust_policy(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let policy = match state.ledger.in_force() {
        Some(reign) => reign.policy.encode(),
        None => state.info.policy.clone(),
    };
    Ok(well_known(plain(policy), CHANGING))
}

/// The policies since the genesis, each proven to follow the one before: a `.tamga-policies` file.
#[utoipa::path(
    get, path = "/.well-known/tamga/policies", tag = "network",
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"))
)]
pub(super) async fn policies(State(state): State<HttpState>, uri: Uri) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let chain = state.read(|ledger| ledger.policy_chain()).await?;
    Ok(well_known(plain(chain), CHANGING))
}

/// The policy that asks for outside witnesses as well, as tlog-policy text; there is none where none is configured.
#[utoipa::path(
    get, path = "/.well-known/tamga/trust-policy/witnessed", tag = "network",
    responses(
        (status = 200, description = "The policy", body = String, content_type = "text/plain"),
        (status = 404, response = super::openapi::ProblemResponse),
    )
)]
pub(super) async fn witnessed_policy(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let witnessed = state.witnessed.as_ref();
    let policy = witnessed.ok_or_else(|| Fault::not_found("policy with outside witnesses"))?;
    Ok(well_known(plain(policy.policy.clone()), CHANGING))
}

/// The genesis file, verbatim: its SHA-256 is in leaf 0 of the log.
#[utoipa::path(
    get, path = "/.well-known/tamga/genesis", tag = "network",
    responses((status = 200, description = "The file", body = String, content_type = "text/plain"))
)]
pub(super) async fn genesis(State(state): State<HttpState>, uri: Uri) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    Ok(well_known(plain(state.info.genesis.clone()), "public, max-age=3600"))
}

fn well_known(mut response: Response, caching: &'static str) -> Response {
    let caching = HeaderValue::from_static(caching);
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}

/// The validators of a policy, as they are shown.
#[must_use]
pub fn validators_view(origin: &str, genesis: String, set: &ValidatorSet) -> ValidatorsView {
    let view = |member: &Validator| ValidatorView {
        validator_id: member.id.to_string(),
        name: member.name.clone(),
        organisation: member.organisation.clone(),
        consensus: Base64::encode_string(member.consensus.as_bytes()),
        cosigner: member.cosigner.to_string(),
        beacon: Base64::encode_string(member.beacon.as_bytes()),
        peer: member.peer_id.clone(),
    };
    ValidatorsView {
        origin: origin.to_owned(),
        genesis,
        quorum: set.quorum() as u64,
        data: set.members().iter().map(view).collect(),
    }
}
