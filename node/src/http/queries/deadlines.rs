//! The deadlines of a case, computed from its records, and the calendar they rest on.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tamga_api::queries::{
    CalendarYear, CaseDeadlines, DeadlineState, DeadlineView, Input, Nature, SilentRule, Stop,
    YearView,
};
use tamga_api::shapes::AsOf;
use tamga_api::time;
use tamga_format::cbor::Value;
use tamga_state::civil::day_of;
use tamga_state::codes::Code;
use tamga_state::delay::{self, Deadline, Missing, Silent, State as Standing};
use tamga_state::indicators::Month;
use tamga_state::law::calendar::{Known, YEARS};
use tamga_state::law::parameters::Reading;
use tamga_state::law::terms::Interval;

use super::super::cases::case_of;
use super::super::fault::Fault;
use super::super::reads::NO_STORE;
use super::super::request::{self, NoQuery};
use super::super::state::HttpState;
use super::language;

/// What was to follow each record of a case, by when, and whether it did.
#[utoipa::path(
    get, path = "/v1/cases/{case}/deadlines", tag = "cases",
    params(("case" = String, Path, description = "The case, `case:base64url`")),
    responses(
        (status = 200, description = "The deadlines as of the newest block", body = CaseDeadlines),
        (status = 404, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn of_case(
    State(state): State<HttpState>,
    Path(case): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let case = case_of(&case)?;
    let head = state.ledger.head();
    let (events, law) =
        state.read(move |ledger| Ok((ledger.events(&case, head.size)?, ledger.law()?))).await?;
    if events.is_empty() {
        return Err(Fault::not_found("case"));
    }
    let today = day_of(head.time);
    let report = delay::deadlines(&events, &law);
    let language = language(&headers);
    let view = CaseDeadlines {
        case: case.to_text(),
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
        day: time::day(today),
        data: report.deadlines.iter().map(|it| deadline(it, today, language)).collect(),
        silent: report.silent.iter().map(silent).collect(),
    };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(view)).into_response())
}

pub(super) fn deadline(deadline: &Deadline, today: i64, language: &str) -> DeadlineView {
    let info = deadline.rule.info();
    let (state, days) = match deadline.state(today) {
        Standing::InTime => (DeadlineState::InTime, None),
        Standing::Late { days } => (DeadlineState::Late, Some(days)),
        Standing::Running { days } => (DeadlineState::Running, Some(days)),
        Standing::Overdue { days } => (DeadlineState::Overdue, Some(days)),
        Standing::Standing => (DeadlineState::Standing, None),
    };
    DeadlineView {
        rule: info.code.to_owned(),
        nature: nature(info.nature),
        title: info.title.in_language(language).to_owned(),
        basis: info.basis.to_owned(),
        state,
        days,
        start: time::day(deadline.start),
        due: deadline.due.map(time::day),
        cause: deadline.cause.to_string(),
        about: deadline.about.map(|subject| subject.to_text()),
        met_by: deadline.met.map(|met| met.record.to_string()),
        met_on: deadline.met.map(|met| time::day(met.day)),
        inputs: deadline.parameters.iter().map(input).collect(),
        stopped: deadline.stopped.iter().map(stop).collect(),
        years: deadline.years.iter().map(|(year, known)| calendar_year(*year, *known)).collect(),
    }
}

pub(super) const fn nature(nature: delay::Nature) -> Nature {
    match nature {
        delay::Nature::Statutory => Nature::Statutory,
        delay::Nature::Signal => Nature::Signal,
    }
}

fn input(reading: &Reading) -> Input {
    Input {
        parameter: reading.name.name().to_owned(),
        value: text(&reading.value),
        since: time::day(reading.from),
        mark: reading.mark.name().to_owned(),
    }
}

/// A parameter's value as people write it.
fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Uint(_) | Value::Nint(_) | Value::Bytes(_) | Value::Map(_) | Value::Null => {
            value.as_i64().map_or_else(String::new, |number| number.to_string())
        }
    }
}

fn stop(interval: &Interval) -> Stop {
    Stop { after: time::day(interval.after), through: interval.through.map(time::day) }
}

fn calendar_year(year: i64, known: Known) -> CalendarYear {
    let (known, mark) = match known {
        Known::Holidays(mark) => ("holidays", Some(mark)),
        Known::Weekends(mark) => ("weekends", Some(mark)),
        Known::Nothing => ("nothing", None),
    };
    CalendarYear { year, known: known.to_owned(), mark: mark.map(|mark| mark.name().to_owned()) }
}

pub(super) fn silent(silent: &Silent) -> SilentRule {
    SilentRule {
        rule: silent.rule.code().to_owned(),
        cause: silent.cause.to_string(),
        missing: match silent.missing {
            Missing::Parameter(name) => name.name().to_owned(),
            Missing::Amounts => "amounts".to_owned(),
        },
    }
}

/// The working days of a year.
#[utoipa::path(
    get, path = "/v1/calendars/{year}", tag = "metrics",
    params(("year" = i64, Path, description = "The year, 2000 to 2100")),
    responses(
        (status = 200, description = "The days off, as known at the newest block", body = YearView),
        (status = 404, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn calendar(
    State(state): State<HttpState>,
    Path(year): Path<String>,
    uri: Uri,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let year: i64 = year
        .parse()
        .ok()
        .filter(|year| YEARS.contains(year))
        .ok_or_else(|| Fault::new(Code::NotFound, "calendars are those of 2000 to 2100"))?;
    let law = state.read(|ledger| ledger.law()).await?;
    let calendar = law.calendar();
    let months = |month: u32| Month::from_number(u32::try_from(year - 1970).ok()? * 12 + month);
    let (Some(first), Some(last)) = (months(0), months(11)) else { return Err(Fault::internal()) };
    let days = first.first_day()..=last.last_day();
    // 1970-01-01 was a Thursday.
    let weekend = |day: &i64| (day + 3).rem_euclid(7) >= 5;
    let holidays = days.clone().filter(|day| !weekend(day) && !calendar.is_working(*day));
    let worked = days.clone().filter(|day| weekend(day) && calendar.is_working(*day));
    let weekdays_off = holidays.map(time::day).collect();
    let weekends_worked = worked.map(time::day).collect();
    let view = YearView {
        year: calendar_year(year, calendar.known(year)),
        working_days: calendar.working_days(days) as u64,
        weekdays_off,
        weekends_worked,
    };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(view)).into_response())
}
