//! The deadlines of a collective management organisation, computed from the public fields of its records.
//!
//! Whoever asks learns what the organisation did by when, and nothing of persons: users are counted, rightsholders too.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tamga_api::queries::{OkupDeadline, OkupDeadlines, StatementCounts};
use tamga_api::shapes::AsOf;
use tamga_api::time;
use tamga_format::subject::{Role, Subject};
use tamga_state::civil::day_of;
use tamga_state::delay::{Deadline, Rule, State as Standing};
use tamga_state::royalty::delay::{self, OrganisationReport};

use super::super::fault::Fault;
use super::super::reads::NO_STORE;
use super::super::request;
use super::super::state::HttpState;
use super::deadlines::{deadline, silent};
use super::language;

/// Which deadlines are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct OkupQuery {
    open: Option<bool>,
}

/// What was to follow in the work of an organisation, by when, and whether it did.
#[utoipa::path(
    get, path = "/v1/okups/{bin}/deadlines", tag = "batches",
    params(
        ("bin" = String, Path, description = "БИН of the organisation"),
        ("open" = Option<bool>, Query, description = "Only those that are not met; all by default"),
    ),
    responses(
        (status = 200, description = "The deadlines as of the newest block", body = OkupDeadlines),
        (status = 404, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn deadlines(
    State(state): State<HttpState>,
    Path(bin): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: OkupQuery = request::query(&uri)?;
    let cmo = Subject::registered(Role::Cmo, &bin);
    let head = state.ledger.head();
    let asked = bin.clone();
    let (known, events, law) = state
        .read(move |ledger| {
            let known = ledger.subject(&cmo)?.is_some();
            Ok((known, ledger.royalty_events(&asked, head.size)?, ledger.law()?))
        })
        .await?;
    if !known {
        return Err(Fault::not_found("organisation"));
    }
    let ((events, complete), today) = (events, day_of(head.time));
    let found = delay::deadlines(&events, &law, today);
    let open = query.open.unwrap_or_default();
    let view = OkupDeadlines {
        okup: bin,
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
        day: time::day(today),
        complete,
        data: shown(&found, today, open, language(&headers)),
        silent: found.report.silent.iter().map(silent).collect(),
    };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(view)).into_response())
}

/// The deadlines, those of users that stand the same way as one.
fn shown(found: &OrganisationReport, today: i64, open: bool, language: &str) -> Vec<OkupDeadline> {
    let asked = |it: &&Deadline| !open || it.state(today).is_open();
    let mut of_users: BTreeMap<(i64, Option<i64>, u8), OkupDeadline> = BTreeMap::new();
    let mut data = Vec::new();
    for it in found.report.deadlines.iter().filter(asked) {
        let view = deadline(it, today, language);
        if it.rule != Rule::D34 {
            let counts = it.about.filter(|_| it.rule == Rule::D32);
            let counts = counts.and_then(|about| found.statements.get(&about.id));
            let statements = counts.map(|counts| StatementCounts {
                lines: counts.lines,
                in_time: counts.in_time,
                late: counts.late,
            });
            data.push(OkupDeadline { deadline: view, users: None, statements });
            continue;
        }
        let row = of_users.entry((it.start, it.due, place(it.state(today)))).or_insert_with(|| {
            let mut deadline = view.clone();
            (deadline.about, deadline.met_by, deadline.met_on) = (None, None, None);
            OkupDeadline { deadline, users: Some(0), statements: None }
        });
        row.users = row.users.map(|users| users.saturating_add(1));
        // Of those that were late, the latest.
        row.deadline.days = row.deadline.days.max(view.days);
    }
    data.extend(of_users.into_values());
    data.sort_by(|a, b| {
        let key = |it: &OkupDeadline| (it.deadline.start.clone(), it.deadline.rule.clone());
        key(a).cmp(&key(b))
    });
    data
}

/// Deadlines of one place stand the same way.
const fn place(state: Standing) -> u8 {
    match state {
        Standing::InTime => 0,
        Standing::Late { .. } => 1,
        Standing::Running { .. } => 2,
        Standing::Overdue { .. } => 3,
        Standing::Standing => 4,
    }
}
