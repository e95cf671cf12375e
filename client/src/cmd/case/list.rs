//! `tamga case list`: the cases of an officer, a party or a document.

use clap::Args;
use tamga_api::queries::CaseItem;
use tamga_format::subject::Role;

use super::super::Session;
use super::super::listing::{self, Limit, Listing, PAGE_MAX, column, day};
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::output::{Colour, Output, Shown};

/// Whose cases.
#[derive(Args)]
pub(in super::super) struct List {
    #[command(flatten)]
    whose: Whose,
    /// Only cases that go on.
    #[arg(long, conflicts_with = "ended")]
    open: bool,
    /// Only cases that have ended.
    #[arg(long)]
    ended: bool,
    /// Only cases with a term of the law that is missed and not met.
    #[arg(long)]
    attention: bool,
    #[command(flatten)]
    limit: Limit,
}

/// One of these.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// The officer who has them: `officer:…` or `officer#number`.
    #[arg(long)]
    officer: Option<String>,
    /// The debtor: `debtor:…`.
    #[arg(long)]
    debtor: Option<String>,
    /// The claimant: `claimant:…`.
    #[arg(long)]
    claimant: Option<String>,
    /// The executive document: `document:…`.
    #[arg(long)]
    document: Option<String>,
}

pub(super) fn run(command: &List, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let whose = &command.whose;
    let named = [
        ("officer", Role::Officer, &whose.officer),
        ("debtor", Role::Debtor, &whose.debtor),
        ("claimant", Role::Claimant, &whose.claimant),
        ("document", Role::Document, &whose.document),
    ];
    let mut query = Query::new("/v1/cases");
    for (name, role, written) in named {
        let subject = written.as_ref().map(|text| listing::subject(text, role)).transpose()?;
        query = query.with(name, subject);
    }
    let open = (command.open || command.ended).then_some(command.open);
    let query = query
        .with("open", open.map(|open| open.to_string()))
        .with("attention", command.attention.then_some("true"));
    let mut list = Listing::new();
    list.add(&query, (&command.limit, PAGE_MAX), session, "case.item", shown)?;
    Ok(list.end("case.list", session))
}

/// A case in short.
fn shown(item: &CaseItem, out: &Output<'_>) -> Shown {
    let plain = vec![
        item.case.clone(),
        item.stage.clone(),
        item.open.to_string(),
        column(item.region.as_ref()),
        column(item.officer.as_ref()),
        item.debtor.clone(),
        item.records.to_string(),
        item.presented.clone(),
        column(item.initiated.as_ref()),
        column(item.ended.as_ref()),
        item.last_event.clone(),
        column(item.next_due.as_ref()),
        item.overdue.to_string(),
        item.signals.to_string(),
        column(item.registered_since.as_ref()),
    ];
    Shown { data: listing::data(item), human: line(item, out), plain, id: item.case.clone() }
}

/// A case on one line.
pub(in super::super) fn line(item: &CaseItem, out: &Output<'_>) -> String {
    let sign = match (item.overdue, item.signals) {
        (0, 0) => "·".to_owned(),
        (0, _) => out.paint(Colour::Yellow, "!"),
        _ => out.paint(Colour::Red, "✖"),
    };
    let mut parts =
        vec![format!("{sign} {}", item.case), format!("[{}]", listing::stage(&item.stage, out))];
    if item.overdue > 0 {
        parts.push(out.messages.text("case-overdue", &[("count", item.overdue.to_string())]));
    }
    if item.signals > 0 {
        parts.push(out.messages.text("case-signals", &[("count", item.signals.to_string())]));
    }
    let next = item.next_due.iter();
    parts.extend(next.map(|due| out.messages.text("case-next", &[("day", day(due))])));
    parts.join("  ")
}
