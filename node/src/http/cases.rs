//! Cases: where one stands, and its history (spec §20.7).
//!
//! A case id is 32 random bytes that its parties know; it opens the stage and the list of records. What the records
//! say needs a token.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tamga_api::draft::Draft;
use tamga_api::shapes::{AsOf, CaseEvent, CaseView, Page, PageInfo};
use tamga_api::time;
use tamga_format::body::Body;
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::enforcement::{Moment, timeline};

use super::fault::Fault;
use super::ledger::{LoggedRecord, ReadError};
use super::reads::{NO_STORE, PRIVATE, kind_code, stage_of};
use super::request::{self, NoQuery};
use super::state::HttpState;

/// The page of a history.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    after: Option<String>,
    limit: Option<usize>,
}

pub(super) fn case_of(text: &str) -> Result<Subject, Fault> {
    let subject = request::subject(text)?;
    if subject.role == Role::Case { Ok(subject) } else { Err(Fault::not_found("case")) }
}

/// Where a case stands.
#[utoipa::path(
    get, path = "/v1/cases/{case}", tag = "cases",
    params(("case" = String, Path, description = "The case, `case:base64url`")),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The case as of the newest block", body = CaseView),
    )
)]
pub(super) async fn case(
    State(state): State<HttpState>,
    Path(case): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let case = case_of(&case)?;
    let whole = state.tokens.admit(&headers);
    let head = state.ledger.head();
    let found = state.read(move |ledger| ledger.subject(&case)).await?;
    let found = found.ok_or_else(|| Fault::not_found("case"))?;
    let bytes = found.status.ok_or_else(|| Fault::not_found("case"))?;
    let status = super::status::case(&bytes).ok_or_else(Fault::internal)?;
    let view = CaseView {
        case: case.to_text(),
        stage: status.stage,
        records: found.records,
        last_record: status.last_record,
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
        status: whole.then_some(status.named),
    };
    Ok(answer(Json(view), whole))
}

/// The history of a case, oldest first.
#[utoipa::path(
    get, path = "/v1/cases/{case}/events", tag = "cases",
    params(
        ("case" = String, Path, description = "The case, `case:base64url`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "A page of the history", body = Page<CaseEvent>),
    )
)]
pub(super) async fn events(
    State(state): State<HttpState>,
    Path(case): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: EventsQuery = request::query(&uri)?;
    let case = case_of(&case)?;
    let limits = &state.limits;
    let limit = request::page_limit(query.limit, limits.page_default, limits.page_max)?;
    let from = query.after.as_deref().map_or(Ok(0), request::cursor)?;
    let whole = state.tokens.admit(&headers);

    // Stages come from the records before, marks from the corrections after: the whole history is read, and then cut.
    let most = limits.history_records_max;
    let found = state
        .read(move |ledger| {
            let whole_history = usize::try_from(from).is_ok_and(|from| from < most);
            let start = if whole_history { 0 } else { from };
            let rest =
                ledger.history(&case, start, if whole_history { most } else { limit + 1 })?;
            let mut records = Vec::with_capacity(rest.len());
            for logged in &rest {
                let record = SignedRecord::decode(&logged.entry)
                    .map_err(|error| ReadError(format!("entry {}: {error}", logged.index)))?;
                records.push(record);
            }
            let moments = if whole_history { timeline(&records) } else { Vec::new() };
            let moments = moments.into_iter().map(Some).chain(std::iter::repeat(None));
            let lines = (start..).zip(rest.into_iter().zip(records).zip(moments));
            let mut page = Vec::new();
            let mut has_more = false;
            for (number, ((logged, record), moment)) in
                lines.skip_while(|(number, _)| *number < from)
            {
                if page.len() == limit {
                    has_more = true;
                    break;
                }
                let body = if whole { Some(ledger.body(&record.id())?) } else { None };
                page.push(Line { number, logged, record, moment, body });
            }
            Ok((page, has_more))
        })
        .await?;
    let (page, has_more) = found;
    if page.is_empty() && from == 0 {
        return Err(Fault::not_found("case"));
    }
    let data: Vec<CaseEvent> = page.into_iter().map(|line| line.show(&state)).collect();
    let end = data.last().map(|event| event.number.saturating_add(1).to_string());
    let page = PageInfo { next: end.filter(|_| has_more), has_more };
    let link = page.next.as_ref().map(|next| {
        format!("</v1/cases/{}/events?after={next}&limit={limit}>; rel=\"next\"", case.to_text())
    });
    let mut response = answer(Json(Page { data, page }), whole);
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// One record of a history, with what was made of it.
struct Line {
    number: u64,
    logged: LoggedRecord,
    record: SignedRecord,
    /// Absent beyond the length of a history that is read whole.
    moment: Option<Moment>,
    /// The body, or that there is none, if the reader may see it.
    body: Option<Option<Body>>,
}

impl Line {
    fn show(self, state: &HttpState) -> CaseEvent {
        let Self { number, logged, record: signed, moment, body } = self;
        let record = signed.record();
        let name = Kind::from_number(record.kind).map_or("", |kind| kind.info().name);
        let stage = moment.and_then(|moment| moment.stage);
        CaseEvent {
            number,
            record_id: signed.id().to_string(),
            status: stage_of(state, logged.index),
            kind: kind_code(record.kind),
            name: name.to_owned(),
            stage: stage.map(|stage| stage.name().to_owned()),
            event_time: time::instant(record.event_time),
            recorded_at: time::instant(logged.recorded_at),
            index: logged.index.get(),
            height: logged.height.get(),
            annulled_by: moment.and_then(|moment| moment.annulled_by).map(|id| id.to_string()),
            record: body.map(|body| Draft::read(record, body.as_ref())),
        }
    }
}

fn answer(body: impl IntoResponse, whole: bool) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, if whole { PRIVATE } else { NO_STORE });
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    response
}
