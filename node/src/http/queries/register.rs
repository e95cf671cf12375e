//! The register of debtors as the records say it, with entries that are stale or about expired documents.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use tamga_api::queries::{Indexed, RegisterItem};
use tamga_api::time;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_replica::StoreError;
use tamga_replica::index::{Link, Listed, Outline};
use tamga_state::dossier::Summary;
use tamga_state::expiry::Expiry;
use tamga_state::law::Law;

use super::super::fault::Fault;
use super::super::reads::require_token;
use super::super::request;
use super::super::state::HttpState;
use super::lists::limit;
use super::{LOOKS_MAX, answer, as_of, cursor, escaped, page, stage_name, text_of, with_link};
use crate::index::Lookup;

/// Cases about one document that are read to find the end of its presentation period.
const CASES_OF_DOCUMENT_MAX: usize = 64;

/// Which entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RegisterQuery {
    state: Option<EntryState>,
    region: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum EntryState {
    /// Every entry.
    Listed,
    /// No case of the debtor goes on.
    Stale,
    /// The document can't be presented any more.
    Expired,
}

/// Entries in the register of debtors.
#[utoipa::path(
    get, path = "/v1/register", tag = "register",
    params(
        ("state" = Option<String>, Query, description = "`listed` (default), `stale` or `expired`"),
        ("region" = Option<String>, Query, description = "Region of the case"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "A page of entries, those of open cases first; with a state it may be short and still go on", body = Indexed<RegisterItem>),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn entries(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: RegisterQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let limit = limit(&state, query.limit)?;
    let wanted = query.state.unwrap_or(EntryState::Listed);
    let mut after = cursor(query.after.as_deref())?;
    let region = query.region.clone();
    let found = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let law = lookup.law()?;
            // Entries of open cases are neither stale nor expired.
            let mut open = wanted == EntryState::Listed
                && after.as_ref().is_none_or(|key| key.first() == Some(&0));
            let mut data = Vec::new();
            for _ in 0..LOOKS_MAX {
                let Listed { items, next } =
                    lookup.rows.register(open, region.as_deref(), after, limit)?;
                for line in &items {
                    let item = item(lookup, &law, line.case, &line.outline, today)?;
                    data.extend(item.filter(|item| match wanted {
                        EntryState::Listed => true,
                        EntryState::Stale => item.stale,
                        EntryState::Expired => item.expired,
                    }));
                }
                after = match next {
                    None if open => Some(vec![1]),
                    next => next,
                };
                open = open && after.as_ref().is_some_and(|key| key.first() == Some(&0));
                if after.is_none() || !data.is_empty() {
                    break;
                }
            }
            Ok(Indexed { as_of, data, page: page(after) })
        })
        .await?;
    let next = found.page.next.as_ref().map(|next| {
        let state = match wanted {
            EntryState::Listed => "listed",
            EntryState::Stale => "stale",
            EntryState::Expired => "expired",
        };
        let region = query.region.as_ref().map(|it| format!("&region={}", escaped(it)));
        format!(
            "/v1/register?state={state}{}&after={next}&limit={limit}",
            region.unwrap_or_default()
        )
    });
    Ok(with_link(answer(Json(found), true), next))
}

/// A page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PageQuery {
    after: Option<String>,
    limit: Option<usize>,
}

/// The entries of a debtor.
#[utoipa::path(
    get, path = "/v1/register/{debtor}", tag = "register",
    params(
        ("debtor" = String, Path, description = "The debtor, `debtor:base64url`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "The entries of the debtor's cases; a page may be short and still go on", body = Indexed<RegisterItem>),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 404, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn of_debtor(
    State(state): State<HttpState>,
    Path(debtor): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: PageQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let debtor = request::subject(&debtor)?;
    if debtor.role != Role::Debtor {
        return Err(Fault::not_found("debtor"));
    }
    let limit = limit(&state, query.limit)?;
    let after = cursor(query.after.as_deref())?;
    let mut after = after.and_then(|key| key.as_slice().try_into().ok().map(SubjectId));
    let found = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let law = lookup.law()?;
            let mut data = Vec::new();
            for _ in 0..LOOKS_MAX {
                let Listed { items, next } =
                    lookup.rows.cases_of(Link::Debtor, &debtor.id, after, limit)?;
                after = items.last().copied().filter(|_| next.is_some());
                for case in items {
                    let Some(outline) = lookup.rows.case(&case)? else { continue };
                    data.extend(item(lookup, &law, case, &outline, today)?);
                }
                if after.is_none() || !data.is_empty() {
                    break;
                }
            }
            Ok(Indexed { as_of, data, page: page(after.map(|case| case.0.to_vec())) })
        })
        .await?;
    let next = found
        .page
        .next
        .as_ref()
        .map(|next| format!("/v1/register/{}?after={next}&limit={limit}", debtor.to_text()));
    Ok(with_link(answer(Json(found), true), next))
}

/// The entry of a case; `None` if it has none.
fn item(
    lookup: &Lookup,
    law: &Law,
    case: SubjectId,
    outline: &Outline,
    today: i64,
) -> Result<Option<RegisterItem>, StoreError> {
    let Some(since) = outline.registered else { return Ok(None) };
    let debtor = SubjectId(outline.debtor);
    let open = outline.is_open();
    let stale = !open && !lookup.rows.has_open_case(Link::Debtor, &debtor, None)?;
    let expiry = if open { None } else { expiry(lookup, law, &SubjectId(outline.document))? };
    Ok(Some(RegisterItem {
        debtor: text_of(Role::Debtor, outline.debtor),
        case: Subject::new(Role::Case, case).to_text(),
        since: time::day(since),
        stage: stage_name(outline.stage),
        region: outline.region.clone(),
        ended: outline.ended.map(time::day),
        stale,
        expired: expiry.as_ref().is_some_and(|expiry| expiry.is_expired(today)),
        presentable_until: expiry.and_then(|expiry| expiry.last_day).map(time::day),
    }))
}

/// The presentation period of a document, from the records of all cases about it; `None` if a parameter is missing or there are too
/// many cases to read.
fn expiry(lookup: &Lookup, law: &Law, document: &SubjectId) -> Result<Option<Expiry>, StoreError> {
    let Listed { items, next } =
        lookup.rows.cases_of(Link::Document, document, None, CASES_OF_DOCUMENT_MAX)?;
    if next.is_some() {
        return Ok(None);
    }
    let mut cases = Vec::with_capacity(items.len());
    for case in items {
        cases.extend(lookup.summary(&case)?);
    }
    let cases: Vec<&Summary> = cases.iter().collect();
    Ok(Expiry::of(&cases, law).and_then(Result::ok))
}
