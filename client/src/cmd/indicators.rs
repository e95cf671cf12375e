//! `tamga indicators`: figures of an area and a period, and the records behind each.

use std::ops::ControlFlow;

use clap::{Args, ValueEnum};
use serde_json::json;
use tamga_api::queries::{CountedRecord, FigureView, IndicatorView, Kpi, Part};
use tamga_format::subject::Role;

use super::Session;
use super::listing::{self, Limit, Listing, PAGE_MAX, column, time};
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::output::{Form, Output, Shown};
use crate::text;

/// Which figure.
#[derive(Args)]
pub(super) struct Indicators {
    /// Name of the indicator; without it all are listed.
    #[arg(required = false)]
    indicator: Option<String>,
    /// A region; the whole country by default.
    #[arg(long, requires = "indicator", conflicts_with = "office")]
    region: Option<String>,
    /// An officer: `officer:…` or `officer#number`.
    #[arg(long, requires = "indicator")]
    office: Option<String>,
    /// `2026`, `2026-Q3`, `2026-03` or `2026-01..2026-03`; the last month that is over by default.
    #[arg(long, requires = "indicator")]
    period: Option<String>,
    /// What the figure is divided by.
    #[arg(long, value_enum, requires = "indicator", conflicts_with = "records")]
    by: Option<By>,
    /// List the records behind the figure.
    #[arg(long, requires = "indicator")]
    records: bool,
    /// Only the records of this tally of the indicator.
    #[arg(long, requires = "records")]
    tally: Option<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
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

pub(super) fn run(command: &Indicators, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let office = command.office.as_ref().map(|text| listing::subject(text, Role::Officer));
    let office = office.transpose()?;
    if command.limit.limit.is_some() && !command.records && command.by.is_none() {
        return Err(CliError::pointless("--limit", "tamga indicators"));
    }
    match &command.indicator {
        None => catalogue(session),
        Some(name) if command.records => records(name, office, command, session),
        Some(name) => figure(name, office, command, session),
    }
}

fn catalogue(session: &mut Session<'_>) -> Result<Exit, CliError> {
    let catalogue = session.client()?.catalogue()?;
    for indicator in &catalogue.data {
        let plain = vec![
            indicator.indicator.clone(),
            indicator.unit.clone(),
            indicator.public.to_string(),
            indicator.tallies.join(","),
            indicator.formula.clone(),
            indicator.title.clone(),
        ];
        let human = format!("{:<24} {}", indicator.indicator, indicator.title);
        let id = indicator.indicator.clone();
        let shown = Shown { data: listing::data(indicator), human, plain, id };
        session.out.item("indicators.indicator", shown);
    }
    let data = json!({ "k_min": catalogue.k_min });
    session.out.end_list("indicators", "data", Shown { data, ..Shown::default() });
    if session.out.form() == Form::Human {
        session.out.tell_message("indicators-hint", &[]);
    }
    Ok(Exit::Success)
}

fn figure(
    name: &str,
    office: Option<String>,
    command: &Indicators,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let query = Query::new("/v1/metrics/kpi")
        .with("indicator", Some(name))
        .with("region", command.region.as_deref())
        .with("office", office)
        .with("period", command.period.as_deref())
        .with("by", command.by.map(By::name));
    let client = session.client()?;
    let out = &mut session.out;
    let divided = command.by.is_some();
    let mut first: Option<Kpi> = None;
    let more = client.pages(&query, command.limit.items(), PAGE_MAX, |mut page: Kpi| {
        let parts = std::mem::take(&mut page.data);
        if divided && first.is_none() && out.form() == Form::Human {
            let whole = whole(&page, out);
            out.print(&whole);
        }
        let kpi = first.get_or_insert(page);
        for part in &parts {
            let shown = part_shown(part, kpi, out);
            out.item("indicators.part", shown);
        }
        ControlFlow::Continue(())
    })?;
    let kpi = first.ok_or_else(|| CliError::bug("a list has a first page"))?;
    let mut data = listing::data(&kpi);
    if let Some(object) = data.as_object_mut() {
        object.insert("page".to_owned(), json!({ "has_more": more }));
    }
    if divided {
        out.end_list("indicators.figure", "data", Shown { data, ..Shown::default() });
    } else {
        let plain = columns(&kpi, "", &kpi.figure);
        let id = kpi.indicator.indicator.clone();
        let human = whole(&kpi, out);
        out.result("indicators.figure", &Shown { data, human, plain, id });
    }
    if out.form() == Form::Human {
        if more {
            out.tell_message("list-more", &[]);
        }
        let hint = if kpi.records.is_some() { "indicators-records" } else { "indicators-public" };
        out.tell_message(hint, &[("indicator", kpi.indicator.indicator)]);
    }
    Ok(Exit::Success)
}

fn columns(kpi: &Kpi, of: &str, figure: &FigureView) -> Vec<String> {
    vec![
        kpi.indicator.indicator.clone(),
        kpi.period.clone(),
        of.to_owned(),
        column(figure.value),
        column(figure.part),
        column(figure.whole),
        column(figure.p90),
        figure.records.to_string(),
        figure.withheld.to_string(),
    ]
}

fn part_shown(part: &Part, kpi: &Kpi, out: &Output<'_>) -> Shown {
    let name = if part.of.is_empty() {
        out.messages.text("indicators-no-region", &[])
    } else {
        part.of.clone()
    };
    let human = format!("  {name:<12} {}", figure_text(&part.figure, &kpi.indicator, out));
    let plain = columns(kpi, &part.of, &part.figure);
    Shown { data: listing::data(part), human, plain, id: part.of.clone() }
}

/// The figure of the whole area and period.
fn whole(kpi: &Kpi, out: &Output<'_>) -> String {
    let area = kpi.region.as_ref().or(kpi.office.as_ref());
    let area = area.cloned().unwrap_or_else(|| out.messages.text("indicators-country", &[]));
    let mut lines = vec![
        format!("{}: {}", kpi.indicator.indicator, kpi.indicator.title),
        format!("  {}  {area}  {}", kpi.period, figure_text(&kpi.figure, &kpi.indicator, out)),
    ];
    let targets = kpi.indicator.targets.iter().map(|target| {
        let value = amount(target.value, &kpi.indicator.unit, out);
        format!("{} — {value}", target.year)
    });
    let targets = targets.collect::<Vec<_>>().join("; ");
    if !targets.is_empty() {
        lines.push(format!("  {}", out.messages.text("indicators-targets", &[("list", targets)])));
    }
    let args =
        [("as_of", listing::as_of(&kpi.as_of, out)), ("formula", kpi.indicator.formula.clone())];
    lines.push(format!("  {}", out.messages.text("indicators-as-of", &args)));
    lines.join("\n")
}

fn figure_text(figure: &FigureView, indicator: &IndicatorView, out: &Output<'_>) -> String {
    let unit = &indicator.unit;
    let mut parts = vec![match figure.value {
        Some(value) => amount(value, unit, out),
        None => out.messages.text("indicators-nothing", &[]),
    }];
    if let (Some(part), Some(whole)) = (figure.part, figure.whole) {
        let args = [("part", part.to_string()), ("whole", whole.to_string())];
        parts.push(out.messages.text("indicators-of", &args));
    }
    if let Some(p90) = figure.p90 {
        let args = [("value", amount(p90, unit, out))];
        parts.push(out.messages.text("indicators-p90", &args));
    }
    parts.push(out.messages.text("indicators-count", &[("count", figure.records.to_string())]));
    if figure.withheld > 0 {
        let args = [("count", figure.withheld.to_string())];
        parts.push(out.messages.text("indicators-withheld", &args));
    }
    parts.join(", ")
}

/// A figure in its unit.
fn amount(value: i64, unit: &str, out: &Output<'_>) -> String {
    match unit {
        "basis-points" => format!("{} %", text::hundredths(value)),
        "days" => out.messages.text("indicators-days", &[("value", value.to_string())]),
        _ => value.to_string(),
    }
}

fn records(
    name: &str,
    office: Option<String>,
    command: &Indicators,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let tallies = match &command.tally {
        Some(tally) => vec![Some(tally.clone())],
        None => {
            let all = session.client()?.catalogue()?.data;
            let found = all.into_iter().find(|known| known.indicator == name);
            // An unknown name is the node's to refuse.
            found.map_or_else(|| vec![None], |it| it.tallies.into_iter().map(Some).collect())
        }
    };
    let mut list = Listing::new();
    for tally in tallies {
        let query = Query::new(format!("/v1/metrics/kpi/{name}/records"))
            .with("tally", tally)
            .with("region", command.region.as_deref())
            .with("office", office.as_deref())
            .with("period", command.period.as_deref());
        let limit = (&command.limit, PAGE_MAX);
        list.add(&query, limit, session, "indicators.record", record_shown)?;
    }
    Ok(list.end("indicators.records", session))
}

fn record_shown(record: &CountedRecord, _: &Output<'_>) -> Shown {
    let plain = vec![
        record.tally.clone(),
        record.month.clone(),
        record.region.clone(),
        record.record_id.clone(),
        record.kind.clone(),
        record.case.clone(),
        record.index.to_string(),
        record.event_time.clone(),
        column(record.value.as_ref()),
    ];
    let human = format!(
        "{:<14} {}  {:<4} {}  {}  {}  {}",
        record.tally,
        record.month,
        record.kind,
        time(&record.event_time),
        record.record_id,
        record.case,
        record.value.as_deref().map(listing::day).unwrap_or_default(),
    );
    let id = record.record_id.clone();
    Shown { data: listing::data(record), human: human.trim_end().to_owned(), plain, id }
}
