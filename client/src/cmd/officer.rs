//! `tamga officer desk`: an officer's open terms, those of the law and signals apart.

use std::ops::ControlFlow;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tamga_api::queries::{Desk, DeskCounts, DeskItem, Nature};
use tamga_format::subject::Role;

use super::Session;
use super::case::deadlines;
use super::listing::{self, Limit, PAGE_MAX, day};
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::output::{Colour, Form, Output, Shown};

/// An officer.
#[derive(Subcommand)]
pub(super) enum Officer {
    /// Show the open terms of an officer's cases by their last day.
    Desk(DeskCommand),
}

/// Which terms of which desk.
#[derive(Args)]
pub(super) struct DeskCommand {
    /// The officer: `officer:…` or `officer#number`.
    officer: String,
    /// Which terms: up to tomorrow, or by their last day.
    #[arg(long, value_enum, default_value_t = Due::Near)]
    due: Due,
    /// Only terms of the law, or only signals.
    #[arg(long, value_enum)]
    nature: Option<Kind>,
    #[command(flatten)]
    limit: Limit,
}

/// By their last day.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Due {
    Near,
    Overdue,
    Today,
    Tomorrow,
    All,
}

/// By what missing them means.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Statutory,
    Signal,
}

impl Due {
    const fn name(self) -> &'static str {
        match self {
            Self::Near | Self::All => "all",
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
        }
    }
}

pub(super) fn run(command: &Officer, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Officer::Desk(command) = command;
    let officer = listing::subject(&command.officer, Role::Officer)?;
    let client = session.client()?;
    let query =
        Query::new(format!("/v1/officers/{officer}/desk")).with("due", Some(command.due.name()));
    let natures = [(Kind::Statutory, Nature::Statutory), (Kind::Signal, Nature::Signal)];
    let natures =
        natures.into_iter().filter(|(kind, _)| command.nature.is_none_or(|it| it == *kind));
    let out = &mut session.out;
    let mut first: Option<Desk> = None;
    let (mut count, mut more) = (0, false);
    for (_, nature) in natures {
        let left = command.limit.items().map(|limit| limit.saturating_sub(count));
        if left == Some(0) {
            more = true;
            break;
        }
        let query = query.clone().with("nature", Some(deadlines::nature(nature)));
        let mut titled = false;
        let beyond = client.pages(&query, left, PAGE_MAX, |mut page: Desk| {
            let items = std::mem::take(&mut page.data);
            if first.is_none() && out.form() == Form::Human {
                let args = [("officer", page.officer.clone()), ("day", day(&page.day))];
                let title = out.messages.text("desk-title", &args);
                out.print(&title);
            }
            if !titled && out.form() == Form::Human {
                let counts = match nature {
                    Nature::Statutory => &page.statutory,
                    Nature::Signal => &page.signals,
                };
                let title = heading(nature, counts, out);
                out.print(&title);
            }
            titled = true;
            first.get_or_insert(page);
            for item in &items {
                if command.due == Due::Near && item.days_left > 1 {
                    return ControlFlow::Break(());
                }
                let shown = shown(item, out);
                out.item("officer.term", shown);
                count += 1;
            }
            ControlFlow::Continue(())
        })?;
        more |= beyond;
    }
    let desk = first.ok_or_else(|| CliError::bug("a list has a first page"))?;
    let people = out.form() == Form::Human;
    let data = json!({
        "officer": desk.officer, "as_of": desk.as_of, "day": desk.day,
        "statutory": desk.statutory, "signals": desk.signals, "page": { "has_more": more },
    });
    out.end_list("officer.desk", "data", Shown { data, ..Shown::default() });
    if people {
        listing::end(count, more, Some(&desk.as_of), out);
    }
    Ok(Exit::Success)
}

fn heading(nature: Nature, counts: &DeskCounts, out: &Output<'_>) -> String {
    let title = out.messages.text(deadlines::heading(nature), &[]);
    let args = [
        ("overdue", counts.overdue.to_string()),
        ("today", counts.today.to_string()),
        ("tomorrow", counts.tomorrow.to_string()),
    ];
    let id = if counts.capped { "desk-counts-capped" } else { "desk-counts" };
    format!("{title}\n  {}", out.messages.text(id, &args))
}

fn shown(item: &DeskItem, out: &Output<'_>) -> Shown {
    let plain = vec![
        item.case.clone(),
        item.rule.clone(),
        deadlines::nature(item.nature).to_owned(),
        item.due.clone(),
        item.days_left.to_string(),
        item.stage.clone(),
        item.cause_index.to_string(),
        item.title.clone(),
    ];
    Shown { data: listing::data(item), human: line(item, out), plain, id: item.case.clone() }
}

fn line(item: &DeskItem, out: &Output<'_>) -> String {
    let (id, days) = match item.days_left {
        0 => ("deadline-today", 0),
        1 => ("deadline-tomorrow", 1),
        days if days < 0 => ("deadline-overdue", days.saturating_neg()),
        days => ("deadline-running", days),
    };
    let standing = out.messages.text(id, &[("days", days.to_string())]);
    let missed = item.days_left < 0;
    let sign = match (missed, item.nature) {
        (true, Nature::Statutory) => out.paint(Colour::Red, "✖"),
        (true, Nature::Signal) => out.paint(Colour::Yellow, "!"),
        (false, _) => "·".to_owned(),
    };
    let matter = if missed { "deadline-missed" } else { "deadline-if-missed" };
    let matter = out.messages.text(matter, &[("title", item.title.clone())]);
    format!(
        "  {sign} {:<10}  {standing}  {}  [{}]\n         {:<4} {matter}",
        day(&item.due),
        item.case,
        listing::stage(&item.stage, out),
        item.rule,
    )
}
