//! Cases by whom they concern, and an officer's desk.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use tamga_api::queries::{CaseItem, Desk, DeskCounts, DeskItem, Indexed};
use tamga_api::time;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_replica::StoreError;
use tamga_replica::index::{DeskKey, Link, Listed};
use tamga_state::codes::Code;
use tamga_state::delay::{Nature, Rule};

use super::super::fault::Fault;
use super::super::reads::require_token;
use super::super::request;
use super::super::state::HttpState;
use super::{
    LOOKS_MAX, answer, as_of, case_item, cursor, deadlines, language, page, stage_name, subject,
    with_link,
};
use crate::index::Lookup;

/// Whose cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct CasesQuery {
    officer: Option<String>,
    debtor: Option<String>,
    claimant: Option<String>,
    document: Option<String>,
    open: Option<bool>,
    attention: Option<bool>,
    after: Option<String>,
    limit: Option<usize>,
}

impl CasesQuery {
    /// The one subject whose cases are asked for, and the parameter that names it.
    fn whose(&self) -> Result<(Link, SubjectId, String), Fault> {
        let asked = [
            (Link::Officer, Role::Officer, "officer", &self.officer),
            (Link::Debtor, Role::Debtor, "debtor", &self.debtor),
            (Link::Claimant, Role::Claimant, "claimant", &self.claimant),
            (Link::Document, Role::Document, "document", &self.document),
        ];
        let mut asked = asked
            .iter()
            .filter_map(|(link, role, name, text)| Some((*link, *role, *name, text.as_deref()?)));
        match (asked.next(), asked.next()) {
            (Some((link, role, name, text)), None) => {
                let id = subject(text, role, &format!("/{name}"))?;
                Ok((link, id, format!("{name}={}", Subject::new(role, id).to_text())))
            }
            _ => {
                let detail = "name one of officer, debtor, claimant and document";
                Err(Fault::new(Code::BadParameter, detail))
            }
        }
    }
}

/// The cases of an officer, a party or a document.
#[utoipa::path(
    get, path = "/v1/cases", tag = "cases",
    params(
        ("officer" = Option<String>, Query, description = "`officer:base64url` or `officer#number`"),
        ("debtor" = Option<String>, Query, description = "`debtor:base64url`"),
        ("claimant" = Option<String>, Query, description = "`claimant:base64url`"),
        ("document" = Option<String>, Query, description = "`document:base64url`"),
        ("open" = Option<bool>, Query, description = "Only cases that go on, or only ended ones"),
        ("attention" = Option<bool>, Query, description = "Only cases with a statutory term that is missed and not met"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "A page of cases, by their ids; with a filter it may be short and still go on", body = Indexed<CaseItem>),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn cases(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: CasesQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let (link, id, whose) = query.whose()?;
    let limit = limit(&state, query.limit)?;
    let after = cursor(query.after.as_deref())?;
    let after = after.map(|key| key.as_slice().try_into().map(SubjectId)).transpose();
    let after =
        after.map_err(|_| Fault::at(Code::BadParameter, "/after", "another list's cursor"))?;
    let (open, attention) = (query.open, query.attention == Some(true));
    let found = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let mut data = Vec::new();
            let mut after = after;
            for _ in 0..LOOKS_MAX {
                let Listed { items, next } = lookup.rows.cases_of(link, &id, after, limit)?;
                after = items.last().copied().filter(|_| next.is_some());
                for case in items {
                    let Some(outline) = lookup.rows.case(&case)? else { continue };
                    let item = case_item(case, &outline, today);
                    let wanted = open.is_none_or(|open| item.open == open);
                    if wanted && (!attention || item.overdue > 0) {
                        data.push(item);
                    }
                }
                if after.is_none() || !data.is_empty() {
                    break;
                }
            }
            Ok(Indexed { as_of, data, page: page(after.map(|case| case.0.to_vec())) })
        })
        .await?;
    let flags = [("open", open), ("attention", query.attention)];
    let flags: String =
        flags.iter().filter_map(|(name, flag)| Some(format!("&{name}={}", (*flag)?))).collect();
    let next = found.page.next.as_ref();
    let next = next.map(|next| format!("/v1/cases?{whose}{flags}&after={next}&limit={limit}"));
    Ok(with_link(answer(Json(found), true), next))
}

/// The number of items of a page.
pub(super) fn limit(state: &HttpState, asked: Option<usize>) -> Result<usize, Fault> {
    request::page_limit(asked, state.limits.page_default, state.limits.page_max)
}

/// Which terms of a desk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct DeskQuery {
    due: Option<Due>,
    nature: Option<Kind>,
    after: Option<String>,
    limit: Option<usize>,
}

/// By their last day.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum Due {
    Overdue,
    Today,
    Tomorrow,
    All,
}

/// By what missing them means.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum Kind {
    Statutory,
    Signal,
}

/// An officer's open terms: overdue, of today, of tomorrow, and later.
#[utoipa::path(
    get, path = "/v1/officers/{officer}/desk", tag = "cases",
    params(
        ("officer" = String, Path, description = "The officer, `officer:base64url`"),
        ("due" = Option<String>, Query, description = "`overdue`, `today`, `tomorrow` or `all` (default)"),
        ("nature" = Option<String>, Query, description = "`statutory` or `signal`; both by default"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "A page of terms by their last day, and how many there are", body = Desk),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 404, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn desk(
    State(state): State<HttpState>,
    Path(officer): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: DeskQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let officer = request::subject(&officer)?;
    if officer.role != Role::Officer {
        return Err(Fault::not_found("officer"));
    }
    let limit = limit(&state, query.limit)?;
    let foreign = || Fault::at(Code::BadParameter, "/after", "another list's cursor");
    let after = cursor(query.after.as_deref())?;
    let after = after.map(|key| DeskKey::decode(&key)).transpose().map_err(|_| foreign())?;
    if after.is_some_and(|key| key.officer != officer.id) {
        return Err(foreign());
    }
    let (due, nature) = (query.due.unwrap_or(Due::All), query.nature);
    let language = language(&headers);
    let found = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let days = match due {
                Due::Overdue => i64::MIN..=today - 1,
                Due::Today => today..=today,
                Due::Tomorrow => today + 1..=today + 1,
                Due::All => i64::MIN..=i64::MAX,
            };
            let (statutory, signals) = counts(lookup, &officer.id, today)?;
            let (mut data, mut after) = (Vec::new(), after);
            for _ in 0..LOOKS_MAX {
                let list = lookup.rows.desk(&officer.id, days.clone(), after.as_ref(), limit)?;
                after = list.items.last().map(|line| line.key).filter(|_| list.next.is_some());
                for line in list.items {
                    let wanted = nature
                        .is_none_or(|nature| line.statutory == matches!(nature, Kind::Statutory));
                    if wanted {
                        data.push(desk_item(lookup, &line.key, today, language)?);
                    }
                }
                if after.is_none() || !data.is_empty() {
                    break;
                }
            }
            let page = page(after.map(|key| key.encode()));
            let (officer, day) = (officer.to_text(), time::day(today));
            Ok(Desk { officer, as_of, day, statutory, signals, data, page })
        })
        .await?;
    let next = found.page.next.as_ref().map(|next| {
        let due = match due {
            Due::Overdue => "overdue",
            Due::Today => "today",
            Due::Tomorrow => "tomorrow",
            Due::All => "all",
        };
        let nature = match nature {
            None => "",
            Some(Kind::Statutory) => "&nature=statutory",
            Some(Kind::Signal) => "&nature=signal",
        };
        let path = format!("/v1/officers/{}/desk", found.officer);
        format!("{path}?due={due}{nature}&after={next}&limit={limit}")
    });
    Ok(with_link(answer(Json(found), true), next))
}

/// Statutory terms and signals up to tomorrow, counted apart.
fn counts(
    lookup: &Lookup,
    officer: &SubjectId,
    today: i64,
) -> Result<(DeskCounts, DeskCounts), StoreError> {
    let (mut statutory, mut signals) = (DeskCounts::default(), DeskCounts::default());
    let mut after = None;
    for _ in 0..LOOKS_MAX {
        let days = i64::MIN..=today + 1;
        let list = lookup.rows.desk(officer, days, after.as_ref(), usize::MAX)?;
        for line in &list.items {
            let counts = if line.statutory { &mut statutory } else { &mut signals };
            let count = match line.key.on - today {
                0 => &mut counts.today,
                1 => &mut counts.tomorrow,
                _ => &mut counts.overdue,
            };
            *count += 1;
        }
        after = list.items.last().map(|line| line.key).filter(|_| list.next.is_some());
        if after.is_none() {
            return Ok((statutory, signals));
        }
    }
    (statutory.capped, signals.capped) = (true, true);
    Ok((statutory, signals))
}

fn desk_item(
    lookup: &Lookup,
    key: &DeskKey,
    today: i64,
    language: &str,
) -> Result<DeskItem, StoreError> {
    let stage = lookup.rows.case(&key.case)?.map_or(0, |outline| outline.stage);
    let rule = Rule::from_number(key.rule);
    let info = rule.map(Rule::info);
    Ok(DeskItem {
        case: Subject::new(Role::Case, key.case).to_text(),
        stage: stage_name(stage),
        rule: info.map_or_else(String::new, |info| info.code.to_owned()),
        nature: deadlines::nature(info.map_or(Nature::Signal, |info| info.nature)),
        title: info.map_or_else(String::new, |info| info.title.in_language(language).to_owned()),
        due: time::day(key.on),
        days_left: key.on - today,
        cause_index: key.from.get(),
    })
}
