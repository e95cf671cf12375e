//! Indicators: their catalogue, their figures, and the records behind each.
//!
//! The public sees months that are over, of the country and of regions, without sums, and no cell below `k_min`; a
//! holder of a token sees everything as of the newest block of the index.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde::Deserialize;
use tamga_api::queries::{
    Catalogue, CountedRecord, FigureView, Indexed, IndicatorView, Kpi, Part, Target,
};
use tamga_api::shapes::AsOf;
use tamga_api::time;
use tamga_format::id::SubjectId;
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_replica::StoreError;
use tamga_replica::index::{Level, Listed, Scope};
use tamga_state::codes::Code;
use tamga_state::delay::Rule;
use tamga_state::indicators::figure::counted_rules;
use tamga_state::indicators::{
    Cells, Figure, Formula, INDICATORS, Indicator, Month, Period, Published, Tally,
};
use tamga_state::law::Law;
use tamga_state::law::parameters::Name;

use super::super::fault::Fault;
use super::super::reads::{kind_code, require_token};
use super::super::request::{self, NoQuery};
use super::super::state::HttpState;
use super::lists::limit;
use super::{answer, as_of, cursor, escaped, language, page, subject, text_of, with_link};
use crate::index::Lookup;

/// Records of a cell that the public sees, where no parameter says so.
const K_MIN: i64 = 10;
/// Months of one answer.
const MONTHS_MAX: usize = 120;
/// Bytes of a region.
const REGION_BYTES_MAX: usize = 8;

/// The indicators: titles, units, formulas, tallies and targets.
#[utoipa::path(
    get, path = "/v1/metrics/catalogue", tag = "metrics",
    responses((status = 200, description = "Every indicator", body = Catalogue)),
)]
pub(in crate::http) async fn catalogue(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    request::query::<NoQuery>(&uri)?;
    let head = state.ledger.head();
    let law = state.read(|ledger| ledger.law()).await?;
    let language = language(&headers);
    let k_min = k_min(&law, tamga_state::civil::day_of(head.time));
    let data = INDICATORS.iter().map(|it| indicator_view(it, language)).collect();
    Ok(answer(Json(Catalogue { data, k_min }), false))
}

fn k_min(law: &Law, today: i64) -> u64 {
    let least = law.number(Name::KMin, today).unwrap_or(K_MIN);
    u64::try_from(least).unwrap_or(u64::MAX)
}

fn indicator_view(indicator: &Indicator, language: &str) -> IndicatorView {
    IndicatorView {
        indicator: indicator.code.to_owned(),
        title: indicator.title.in_language(language).to_owned(),
        unit: indicator.unit().name().to_owned(),
        formula: indicator.formula_text(),
        tallies: indicator.tallies().into_iter().map(Tally::name).collect(),
        public: indicator.may_be_public(),
        targets: indicator
            .targets
            .iter()
            .map(|(year, value)| Target { year: *year, value: *value })
            .collect(),
    }
}

/// Which figure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct KpiQuery {
    indicator: String,
    region: Option<String>,
    office: Option<String>,
    period: Option<String>,
    by: Option<By>,
    after: Option<String>,
    limit: Option<usize>,
}

/// What a figure is divided by.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::http) enum By {
    Month,
    Region,
    Office,
    Rule,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Region => "region",
            Self::Office => "office",
            Self::Rule => "rule",
        }
    }
}

/// An indicator of an area and a period, whole or by month, region, office or rule.
#[utoipa::path(
    get, path = "/v1/metrics/kpi", tag = "metrics",
    params(
        ("indicator" = String, Query, description = "Its name in the catalogue"),
        ("region" = Option<String>, Query, description = "A region; the whole country when absent"),
        ("office" = Option<String>, Query, description = "An officer, `officer:base64url` or `officer#number`; needs a token"),
        ("period" = Option<String>, Query, description = "`2026`, `2026-Q3`, `2026-03` or `2026-01..2026-03`; the last month that is over when absent"),
        ("by" = Option<String>, Query, description = "`month`, `region`, `office` (needs a token) or `rule`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Parts, 1 to 200; 50 by default"),
    ),
    security((), ("token" = [])),
    responses(
        (status = 200, description = "The figure, its parts, and where the records behind it are", body = Kpi),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 404, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn kpi(
    State(state): State<HttpState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: KpiQuery = request::query(&uri)?;
    let whole = state.tokens.admit(&headers);
    let indicator = indicator(&query.indicator)?;
    let scope = scope(query.region.as_deref(), query.office.as_deref())?;
    let office = matches!(scope, Scope::Office(_)) || query.by == Some(By::Office);
    if office || !indicator.may_be_public() {
        require_token(&state, &headers)?;
    }
    if scope != Scope::Country && matches!(query.by, Some(By::Region | By::Office)) {
        let detail = "a region or an office is not divided by regions or offices";
        return Err(Fault::at(Code::BadParameter, "/by", detail));
    }
    let period = query.period.as_deref().map(period).transpose()?;
    let limit = limit(&state, query.limit)?;
    let after = after(query.by, query.after.as_deref())?;
    let language = language(&headers);
    let by = query.by;
    let asked = Asked { indicator, scope, by, whole, language };
    let (found, ended) = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let ended = Month::of(today).previous().unwrap_or(Month::of(0));
            let period = match period.or_else(|| Period::new(ended, ended)) {
                Some(period) if whole || period.last() <= ended => period,
                _ => return Ok((None, ended)),
            };
            asked.answer(lookup, period, (as_of, today), after, limit).map(|kpi| (Some(kpi), ended))
        })
        .await?;
    let Some(kpi) = found else {
        let detail = format!(
            "the public sees months that are over, up to {ended}; others need a bearer token"
        );
        return Err(Fault::at(Code::Unauthenticated, "/period", detail));
    };
    let next = kpi.page.next.as_ref().map(|next| {
        let mut address =
            format!("/v1/metrics/kpi?indicator={}&period={}", indicator.code, kpi.period);
        let parameters =
            [("region", &query.region), ("office", &kpi.office), ("after", &Some(next.clone()))];
        for (name, value) in parameters {
            address.extend(value.iter().map(|value| format!("&{name}={}", escaped(value))));
        }
        address.extend(by.map(|by| format!("&by={}", by.name())));
        format!("{address}&limit={limit}")
    });
    Ok(with_link(answer(Json(kpi), whole), next))
}

fn indicator(code: &str) -> Result<&'static Indicator, Fault> {
    Indicator::from_code(code).ok_or_else(|| {
        let detail = "no such indicator; /v1/metrics/catalogue lists them";
        Fault::at(Code::BadParameter, "/indicator", detail)
    })
}

fn period(text: &str) -> Result<Period, Fault> {
    let found = Period::parse(text).filter(|period| period.months().count() <= MONTHS_MAX);
    found.ok_or_else(|| {
        let detail = format!(
            "a period is 2026, 2026-Q3, 2026-03 or 2026-01..2026-03, at most {MONTHS_MAX} months"
        );
        Fault::at(Code::BadParameter, "/period", detail)
    })
}

fn scope(region: Option<&str>, office: Option<&str>) -> Result<Scope, Fault> {
    match (region, office) {
        (None, None) => Ok(Scope::Country),
        (Some(region), None) if region.len() <= REGION_BYTES_MAX => {
            Ok(Scope::Region(region.to_owned()))
        }
        (None, Some(office)) => Ok(Scope::Office(subject(office, Role::Officer, "/office")?)),
        (Some(_), None) => Err(Fault::at(Code::BadParameter, "/region", "no such region")),
        (Some(_), Some(_)) => {
            let detail = "an office counts as a whole; ask for a region or for an office";
            Err(Fault::at(Code::BadParameter, "/office", detail))
        }
    }
}

/// The part after which a figure's parts go on: as the part is written, in hex.
fn after(by: Option<By>, text: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(key) = cursor(text)? else { return Ok(None) };
    let wrong =
        || Fault::at(Code::BadParameter, "/after", "after is a cursor of an earlier answer");
    match (by, String::from_utf8(key)) {
        (Some(_), Ok(part)) => Ok(Some(part)),
        _ => Err(wrong()),
    }
}

/// What is asked for, checked.
struct Asked {
    indicator: &'static Indicator,
    scope: Scope,
    by: Option<By>,
    whole: bool,
    language: &'static str,
}

impl Asked {
    fn answer(
        &self,
        lookup: &Lookup,
        period: Period,
        (as_of, today): (AsOf, i64),
        after: Option<String>,
        limit: usize,
    ) -> Result<Kpi, StoreError> {
        let least = if self.whole { 0 } else { k_min(&lookup.law()?, today) };
        let judged = Judged { lookup, least, today };
        let figure = judged.figure(self.indicator, &self.scope, period)?;
        let mut parts = self.parts(lookup, period, after, limit.saturating_add(1))?;
        let more = parts.len() > limit;
        parts.truncate(limit);
        let next = parts.last().filter(|_| more).map(|part| part.name.clone().into_bytes());
        let mut data = Vec::with_capacity(parts.len());
        for part in parts {
            let figure = judged.figure(&part.indicator, &part.scope, part.period)?;
            let records = self.records(&part.scope, part.period);
            data.push(Part { of: part.name, figure: figure_view(figure), records });
        }
        let (region, office) = match &self.scope {
            Scope::Country => (None, None),
            Scope::Region(region) => (Some(region.clone()), None),
            Scope::Office(officer) => (None, Some(text_of(Role::Officer, officer.0))),
        };
        Ok(Kpi {
            indicator: indicator_view(self.indicator, self.language),
            as_of,
            day: time::day(today),
            period: period.to_string(),
            region,
            office,
            figure: figure_view(figure),
            records: self.records(&self.scope, period),
            data,
            page: page(next),
        })
    }

    /// The address of the records behind a figure, for those who may see them.
    fn records(&self, scope: &Scope, period: Period) -> Option<String> {
        let area = match scope {
            Scope::Country => String::new(),
            Scope::Region(region) => format!("&region={}", escaped(region)),
            Scope::Office(officer) => format!("&office={}", text_of(Role::Officer, officer.0)),
        };
        let code = self.indicator.code;
        self.whole.then(|| format!("/v1/metrics/kpi/{code}/records?period={period}{area}"))
    }

    fn parts(
        &self,
        lookup: &Lookup,
        period: Period,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<OnePart>, StoreError> {
        let whole = |name: String| OnePart {
            name,
            indicator: *self.indicator,
            scope: self.scope.clone(),
            period,
        };
        let later = |name: &String| after.as_ref().is_none_or(|after| name > after);
        Ok(match self.by {
            None => Vec::new(),
            Some(By::Month) => {
                let months = period.months().filter(|month| later(&month.to_string()));
                let part = |month: Month| {
                    let period = Period::new(month, month).unwrap_or(period);
                    OnePart { period, ..whole(month.to_string()) }
                };
                months.take(limit).map(part).collect()
            }
            Some(By::Rule) => {
                let rules = self.rules();
                let part = |(rule, formula): (Rule, Formula)| OnePart {
                    indicator: Indicator { formula, ..*self.indicator },
                    ..whole(rule.code().to_owned())
                };
                rules.into_iter().map(part).filter(|part| later(&part.name)).take(limit).collect()
            }
            Some(By::Region) => {
                let after = after.map(Scope::Region);
                scopes(lookup, Level::Regions, after.as_ref(), limit)?
                    .into_iter()
                    .map(|(name, scope)| OnePart { scope, ..whole(name) })
                    .collect()
            }
            Some(By::Office) => {
                let officer = after.and_then(|text| text.parse::<Subject>().ok());
                let after = officer.map(|officer| Scope::Office(officer.id));
                scopes(lookup, Level::Offices, after.as_ref(), limit)?
                    .into_iter()
                    .map(|(name, scope)| OnePart { scope, ..whole(name) })
                    .collect()
            }
        })
    }

    /// The rules of a figure about terms, each with its own formula, by their codes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only two formulas are sums over rules")]
    fn rules(&self) -> Vec<(Rule, Formula)> {
        let mut rules: Vec<(Rule, Formula)> = match self.indicator.formula {
            Formula::Missed(nature) => {
                counted_rules(nature).into_iter().map(|it| (it, Formula::MissedOf(it))).collect()
            }
            Formula::Overdue(nature) => Rule::of_cases()
                .filter(|rule| rule.info().nature == nature)
                .map(|rule| (rule, Formula::OverdueOf(rule)))
                .collect(),
            _ => Vec::new(),
        };
        rules.sort_by_key(|(rule, _)| rule.code());
        rules
    }
}

/// One part of a figure.
struct OnePart {
    name: String,
    indicator: Indicator,
    scope: Scope,
    period: Period,
}

/// Regions or offices in which anything was ever recorded.
fn scopes(
    lookup: &Lookup,
    level: Level,
    after: Option<&Scope>,
    limit: usize,
) -> Result<Vec<(String, Scope)>, StoreError> {
    let scopes = lookup.rows.scopes(Tally::Recorded, level, after, limit)?;
    let named = |scope: Scope| {
        let name = match &scope {
            Scope::Country => String::new(),
            Scope::Region(region) => region.clone(),
            Scope::Office(officer) => text_of(Role::Officer, officer.0),
        };
        (name, scope)
    };
    Ok(scopes.into_iter().map(named).collect())
}

/// How figures are read: for whom, and on which day.
struct Judged<'l> {
    lookup: &'l Lookup,
    least: u64,
    today: i64,
}

impl Judged<'_> {
    fn figure(
        &self,
        indicator: &Indicator,
        scope: &Scope,
        period: Period,
    ) -> Result<Figure, StoreError> {
        let cells = self.lookup.rows.cells(scope.clone());
        match self.least {
            0 => figure(indicator, &cells, period, self.today),
            least => figure(indicator, &Published::new(cells, least), period, self.today),
        }
    }
}

fn figure<C: Cells<Error = StoreError>>(
    indicator: &Indicator,
    cells: &C,
    period: Period,
    today: i64,
) -> Result<Figure, StoreError> {
    indicator.figure(cells, period, today)
}

const fn figure_view(figure: Figure) -> FigureView {
    let Figure { value, part, whole, p90, records, withheld } = figure;
    FigureView { value, part, whole, p90, records, withheld }
}

/// Which records.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct RecordsQuery {
    tally: Option<String>,
    region: Option<String>,
    office: Option<String>,
    period: Option<String>,
    after: Option<String>,
    limit: Option<usize>,
}

/// The records behind a figure.
#[utoipa::path(
    get, path = "/v1/metrics/kpi/{indicator}/records", tag = "metrics",
    params(
        ("indicator" = String, Path, description = "The indicator's name"),
        ("tally" = Option<String>, Query, description = "One of the indicator's tallies; its first when absent"),
        ("region" = Option<String>, Query, description = "A region; the whole country when absent"),
        ("office" = Option<String>, Query, description = "An officer, `officer:base64url` or `officer#number`"),
        ("period" = Option<String>, Query, description = "As for the figure"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<usize>, Query, description = "Items, 1 to 200; 50 by default"),
    ),
    security(("token" = [])),
    responses(
        (status = 200, description = "A page of records, by region, month and position in the log", body = Indexed<CountedRecord>),
        (status = 400, response = super::super::openapi::ProblemResponse),
        (status = 401, response = super::super::openapi::ProblemResponse),
        (status = 503, response = super::super::openapi::ProblemResponse),
    )
)]
pub(in crate::http) async fn records(
    State(state): State<HttpState>,
    Path(code): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: RecordsQuery = request::query(&uri)?;
    require_token(&state, &headers)?;
    let indicator = indicator(&code)?;
    let scope = scope(query.region.as_deref(), query.office.as_deref())?;
    let tallies: BTreeSet<Tally> = indicator.tallies();
    let tally = match query.tally.as_deref() {
        None => tallies.first().copied(),
        Some(name) => Tally::from_name(name).filter(|tally| tallies.contains(tally)),
    };
    let tally = tally.ok_or_else(|| {
        let names: Vec<String> = tallies.iter().map(|tally| tally.name()).collect();
        Fault::at(Code::BadParameter, "/tally", format!("a tally is one of {}", names.join(", ")))
    })?;
    let period = query.period.as_deref().map(period).transpose()?;
    let limit = limit(&state, query.limit)?;
    let after = cursor(query.after.as_deref())?;
    let (found, period) = state
        .look(move |lookup| {
            let (as_of, today) = as_of(lookup)?;
            let ended = Month::of(today).previous().unwrap_or(Month::of(0));
            let Some(period) = period.or_else(|| Period::new(ended, ended)) else {
                return Err(StoreError::Corrupted("a month is no period".to_owned()));
            };
            let Listed { items, next } =
                lookup.rows.records(tally, &scope, period, after, limit)?;
            let mut data = Vec::with_capacity(items.len());
            for line in items {
                let entry = lookup.log.leaf(line.record)?;
                let record = entry.as_deref().map(SignedRecord::decode).transpose();
                let Ok(Some(signed)) = record else {
                    return Err(StoreError::Corrupted(format!("entry {} is damaged", line.record)));
                };
                data.push(counted(tally, &line, &signed));
            }
            Ok((Indexed { as_of, data, page: page(next) }, period))
        })
        .await?;
    let next = found.page.next.as_ref().map(|next| {
        let mut address = format!(
            "/v1/metrics/kpi/{code}/records?tally={}&period={period}&after={next}&limit={limit}",
            tally.name()
        );
        for (name, value) in [("region", &query.region), ("office", &query.office)] {
            address.extend(value.iter().map(|value| format!("&{name}={}", escaped(value))));
        }
        address
    });
    Ok(with_link(answer(Json(found), true), next))
}

fn counted(
    tally: Tally,
    line: &tamga_replica::index::read::CountedLine,
    signed: &SignedRecord,
) -> CountedRecord {
    let record = signed.record();
    let value = if matches!(tally, Tally::Term(..)) {
        Some(time::day(line.value))
    } else {
        (tally.is_money() || tally.is_spread()).then(|| line.value.to_string())
    };
    CountedRecord {
        tally: tally.name(),
        month: line.month.to_string(),
        region: match &line.scope {
            Scope::Region(region) => region.clone(),
            Scope::Country | Scope::Office(_) => String::new(),
        },
        record_id: signed.id().to_string(),
        kind: kind_code(record.kind),
        case: Subject::new(Role::Case, SubjectId(record.subject.id.0)).to_text(),
        index: line.record.get(),
        event_time: time::instant(record.event_time),
        value,
    }
}
