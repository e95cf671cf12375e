//! Cases that have something in common that one debt has once.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use tamga_api::queries::{DuplicateGroup, Finding, Gravity, Indexed};
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_replica::StoreError;
use tamga_replica::index::{Link, Listed};
use tamga_state::dossier::Summary;
use tamga_state::duplicate::{self, Recovery, likeness, recovery};

use super::super::fault::Fault;
use super::super::reads::require_token;
use super::super::request;
use super::super::state::HttpState;
use super::{answer, as_of, case_item, cursor, page, with_link};
use crate::index::Lookup;

/// Cases of one group that are read and compared.
const GROUP_MAX: usize = 16;
/// Groups of one page: each is computed from the records of its cases.
const GROUPS_MAX: usize = 50;
/// Groups of a page when the request names no limit.
const GROUPS_DEFAULT: usize = 20;

/// Which groups.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DuplicatesQuery {
    link: Common,
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum Common {
    /// The executive document.
    Document,
    /// The solidary claim.
    Claim,
    /// Issuer, court case, parties and sum.
    Similar,
    /// Issuer and court case.
    CourtCase,
}

impl Common {
    const fn link(self) -> Link {
        match self {
            Self::Document => Link::Document,
            Self::Claim => Link::Claim,
            Self::Similar => Link::Similar,
            Self::CourtCase => Link::CourtCase,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Claim => "claim",
            Self::Similar => "similar",
            Self::CourtCase => "court-case",
        }
    }
}

/// Groups of cases that share a document, a claim, or what makes documents look alike.
#[utoipa::path(
    get, path = "/v1/duplicates", tag = "register",
    params(
        ("link" = String, Query, description = "What they have in common: `document`, `claim`, `similar`, `court-case`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Groups, 1 to 50; 20 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "A page of groups, with what follows from the records of their cases", body = Indexed<DuplicateGroup>),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn groups(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: DuplicatesQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let limit = request::page_limit(query.limit, GROUPS_DEFAULT, GROUPS_MAX)?;
    let after = cursor(query.after.as_deref())?;
    let common = query.link;
    let found = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let Listed { items, next } = lookup.rows.shared(common.link(), after, limit)?;
            let mut data = Vec::with_capacity(items.len());
            for key in items {
                data.push(group(lookup, common, key, today)?);
            }
            Ok(Indexed { as_of, data, page: page(next) })
        })
        .await?;
    let next =
        found.page.next.as_ref().map(|next| {
            format!("/v1/duplicates?link={}&after={next}&limit={limit}", common.name())
        });
    Ok(with_link(answer(Json(found), true), next))
}

fn group(
    lookup: &Lookup,
    common: Common,
    key: SubjectId,
    today: i64,
) -> Result<DuplicateGroup, StoreError> {
    let Listed { items, next } = lookup.rows.cases_of(common.link(), &key, None, GROUP_MAX)?;
    let mut cases = Vec::with_capacity(items.len());
    let mut summaries = Vec::with_capacity(items.len());
    for case in &items {
        let outline = lookup.rows.case(case)?;
        cases.extend(outline.map(|outline| case_item(*case, &outline, today)));
        summaries.extend(lookup.summary(case)?);
    }
    let mut findings = Vec::new();
    for (at, one) in summaries.iter().enumerate() {
        for other in summaries.iter().skip(at + 1) {
            findings.extend(alike(one, other));
        }
    }
    if matches!(common, Common::Document | Common::Claim) {
        findings.extend(recovered_twice(&summaries));
    }
    Ok(DuplicateGroup {
        link: common.name().to_owned(),
        key: key.to_string(),
        findings,
        cases,
        more: next.is_some(),
    })
}

fn alike(one: &Summary, other: &Summary) -> Option<Finding> {
    let likeness = likeness(one, other)?;
    Some(Finding {
        finding: likeness.name().to_owned(),
        gravity: gravity(likeness.gravity()),
        cases: [one, other].map(|summary| text_of(summary.case)).to_vec(),
        amount: None,
    })
}

/// What linked cases recovered beyond what is due once.
fn recovered_twice(summaries: &[Summary]) -> Option<Finding> {
    let Recovery::Exceeds { by } = recovery(summaries) else { return None };
    Some(Finding {
        finding: "DOUBLE_RECOVERY".to_owned(),
        gravity: Gravity::Error,
        cases: summaries.iter().map(|summary| text_of(summary.case)).collect(),
        amount: Some(by),
    })
}

fn text_of(case: SubjectId) -> String {
    Subject::new(Role::Case, case).to_text()
}

const fn gravity(gravity: duplicate::Gravity) -> Gravity {
    match gravity {
        duplicate::Gravity::Lawful => Gravity::Lawful,
        duplicate::Gravity::Signal => Gravity::Signal,
        duplicate::Gravity::Error => Gravity::Error,
    }
}
