//! `tamga duplicates`: cases that have something in common that one debt has once.

use clap::{Args, ValueEnum};
use tamga_api::queries::{DuplicateGroup, Finding, Gravity};

use super::Session;
use super::case::list;
use super::listing::{self, Limit, Listing};
use crate::client::Query;
use crate::error::{CliError, Exit};
use crate::output::{Colour, Output, Shown};
use crate::text;

/// Groups of a page: each is computed from the records of its cases (spec §20.13).
const GROUPS_MAX: usize = 50;

/// Which groups.
#[derive(Args)]
pub(super) struct Duplicates {
    /// What the cases have in common; one after another by default.
    #[arg(long, value_enum)]
    link: Option<Link>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Link {
    Document,
    Claim,
    Similar,
    CourtCase,
}

impl Link {
    const ALL: [Self; 4] = [Self::Document, Self::Claim, Self::Similar, Self::CourtCase];

    const fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Claim => "claim",
            Self::Similar => "similar",
            Self::CourtCase => "court-case",
        }
    }
}

pub(super) fn run(command: &Duplicates, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let links = command.link.map_or_else(|| Link::ALL.to_vec(), |link| vec![link]);
    let mut list = Listing::new();
    for link in links {
        let query = Query::new("/v1/duplicates").with("link", Some(link.name()));
        list.add(&query, (&command.limit, GROUPS_MAX), session, "duplicates.group", shown)?;
    }
    Ok(list.end("duplicates", session))
}

fn shown(group: &DuplicateGroup, out: &Output<'_>) -> Shown {
    let findings = group.findings.iter().map(|it| it.finding.clone()).collect::<Vec<_>>();
    let cases = group.cases.iter().map(|it| it.case.clone()).collect::<Vec<_>>();
    let plain = vec![
        group.link.clone(),
        group.key.clone(),
        findings.join(","),
        cases.join(","),
        group.more.to_string(),
    ];
    let id = group.key.clone();
    Shown { data: listing::data(group), human: human(group, out), plain, id }
}

fn human(group: &DuplicateGroup, out: &Output<'_>) -> String {
    let link = out.messages.text(&format!("duplicate-link-{}", group.link), &[]);
    let mut lines = vec![format!("{link}  {}", group.key)];
    lines.extend(group.cases.iter().map(|case| format!("  {}", list::line(case, out))));
    if group.more {
        lines.push(format!("  {}", out.messages.text("duplicate-more", &[])));
    }
    lines.extend(group.findings.iter().map(|it| finding(it, group.cases.len(), out)));
    lines.join("\n")
}

fn finding(finding: &Finding, of: usize, out: &Output<'_>) -> String {
    let sign = match finding.gravity {
        Gravity::Lawful => out.paint(Colour::Green, "✔"),
        Gravity::Signal => out.paint(Colour::Yellow, "!"),
        Gravity::Error => out.paint(Colour::Red, "✖"),
    };
    let amount = finding.amount.map(text::hundredths).unwrap_or_default();
    let id = format!("duplicate-{}", finding.finding);
    let said = out.messages.find(&id, &[("amount", amount)]);
    let said = said.unwrap_or_else(|| finding.finding.clone());
    // Which cases of a larger group are meant.
    let cases = if finding.cases.len() == of {
        String::new()
    } else {
        format!(": {}", finding.cases.join(", "))
    };
    format!("  {sign} {said}{cases}")
}
