//! `tamga pool check`: every check of a distribution, with what was compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};
use tamga_api::time;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::super::Session;
use super::super::signing::Signing;
use super::Which;
use crate::desk::check::{Outcome, Report, Row, check};
use crate::desk::compose::Cause;
use crate::desk::ledger::LedgerView;
use crate::desk::payout::table;
use crate::desk::plan::Plan;
use crate::desk::run::Scribe;
use crate::error::{CliError, Exit};
use crate::file;
use crate::output::{Colour, Shown};
use crate::text;

/// A distribution to try.
#[derive(Args)]
pub(in crate::cmd) struct Check {
    /// The plan, TOML or JSON.
    plan: PathBuf,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: Signing,
    /// Table of what goes to bailiffs, `rightsholder,levied` in tiyn.
    #[arg(long)]
    levies: Option<PathBuf>,
    /// File of what is held and has to be mended, CSV.
    #[arg(long)]
    errors: Option<PathBuf>,
}

pub(super) fn run(command: &Check, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let plan = Plan::read(&command.plan)?;
    let name = command.which.name()?;
    let levied = levies(command.levies.as_deref())?;
    let client = session.client()?;
    let origin = session.origin(Some(&client))?;
    let seed = command.signing.seed(session, &origin)?;
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| CliError::bug(&error.to_string()))?;
    let scribe = Scribe::new(&origin, &name.okup, &seed, &random, session.now);
    let ledger = LedgerView::new(&client)?;
    let report = check(&ledger, &scribe, &name, &plan, &levied)?;
    if let Some(path) = &command.errors {
        file::replace(path, &findings(&report, session)?)?;
    }
    Ok(tell(&report, &name.subject(), session))
}

/// What goes to bailiffs, by rightsholder.
pub(super) fn levies(path: Option<&Path>) -> Result<BTreeMap<SubjectId, i64>, CliError> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let rows = table(path, ["levied"])?;
    Ok(rows.into_iter().map(|(tag, [levied])| (tag, levied)).collect())
}

/// Prints the checks, then what is held.
pub(super) fn tell(report: &Report, pool: &Subject, session: &mut Session<'_>) -> Exit {
    for row in &report.rows {
        let shown = shown(row, session);
        session.out.item("pool.check.row", shown);
    }
    let held: Vec<Json> = report
        .held
        .iter()
        .map(|(cause, sum)| json!({ "cause": cause.name(), "lines": sum.lines, "amount": sum.amount }))
        .collect();
    let tag = |id: &SubjectId| Subject::new(Role::Rightsholder, *id).to_text();
    let unlevied: Vec<Json> = report
        .unlevied
        .iter()
        .map(|(id, owed)| json!({ "rightsholder": tag(id), "owed": owed }))
        .collect();
    let outcome = report.outcome();
    let data = json!({
        "pool": pool.to_text(), "state": report.state.name(), "outcome": outcome.name(),
        "lines": report.lines.lines, "amount": report.lines.amount,
        "rightsholders": report.rightsholders, "held": held, "unlevied": unlevied,
    });
    let human = summary(report, session);
    let shown = Shown { data, human, plain: Vec::new(), id: outcome.name().to_owned() };
    session.out.end_list("pool.check", "checks", shown);
    if outcome == Outcome::Fails { Exit::Rejected } else { Exit::Success }
}

/// What a check compared, in words.
fn compared(row: &Row, session: &Session<'_>) -> String {
    let id = format!("desk-{}", row.check.to_lowercase());
    let counted = ["lines", "uses", "works", "batches", "consumed", "records", "pairs", "weight"];
    let counts_here = !matches!(row.check, "C04" | "C14" | "C18");
    let plain = ["collections", "foreign", "unidentified"];
    let said: Vec<(&'static str, String)> = row
        .compared
        .iter()
        .map(|(name, value)| {
            let text = match *name {
                "day" => time::day(*value),
                "weight" => value.to_string(),
                name if plain.contains(&name) => value.to_string(),
                name if counted.contains(&name) && counts_here => value.to_string(),
                _ => text::hundredths(*value),
            };
            (*name, text)
        })
        .collect();
    session.out.messages.text(&id, &said)
}

fn shown(row: &Row, session: &Session<'_>) -> Shown {
    let colour = match row.outcome {
        Outcome::Holds => Colour::Green,
        Outcome::Look => Colour::Yellow,
        Outcome::Fails => Colour::Red,
    };
    let sign = session.out.paint(colour, row.outcome.sign());
    let words = compared(row, session);
    let difference = match row.difference {
        0 => String::new(),
        other => text::hundredths(other),
    };
    let mut human = format!("{sign} {:<5} {words}", row.check);
    if !difference.is_empty() {
        let args = [("amount", difference)];
        human.push_str(&format!("  [{}]", session.out.messages.text("desk-difference", &args)));
    }
    let refused = row.refused.as_ref();
    if let Some(refused) = refused {
        let code = refused.code;
        human.push_str(&format!("\n        {code} {} {}", refused.pointer, refused.detail));
    }
    let facts: serde_json::Map<String, Json> =
        row.compared.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let data = json!({
        "check": row.check, "outcome": row.outcome.name(), "compared": facts,
        "difference": row.difference, "text": words,
        "refused": refused.map(|it| json!({
            "code": it.code.to_string(), "pointer": it.pointer, "detail": it.detail,
        })),
    });
    let plain = vec![
        row.check.to_owned(),
        row.outcome.name().to_owned(),
        row.difference.to_string(),
        words,
    ];
    Shown { data, human, plain, id: row.check.to_owned() }
}

fn summary(report: &Report, session: &Session<'_>) -> String {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let args = [
        ("lines", report.lines.lines.to_string()),
        ("amount", text::hundredths(report.lines.amount)),
        ("rightsholders", report.rightsholders.to_string()),
    ];
    let mut lines = vec![say("desk-lines", &args)];
    for (cause, sum) in &report.held {
        let args = [
            ("cause", session.text(cause.message())),
            ("lines", sum.lines.to_string()),
            ("amount", text::hundredths(sum.amount)),
        ];
        lines.push(format!("  {}", say("desk-held", &args)));
    }
    for (tag, owed) in &report.unlevied {
        let rightsholder = Subject::new(Role::Rightsholder, *tag).to_text();
        let args = [("rightsholder", rightsholder), ("amount", text::hundredths(*owed))];
        lines.push(format!("  ! {}", say("desk-unlevied", &args)));
    }
    let end = match report.outcome() {
        Outcome::Fails => "desk-fails",
        Outcome::Holds | Outcome::Look => "desk-passes",
    };
    lines.push(session.text(end));
    lines.join("\n")
}

/// What is held, by what has to be mended.
pub(super) fn findings(report: &Report, session: &Session<'_>) -> Result<Vec<u8>, CliError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| CliError::bug(&error.to_string());
    table.write_record(["cause", "subject", "lines", "amount", "text"]).map_err(failed)?;
    let mut write = |cause: &str, subject: &Subject, lines: u64, amount: i64, said: &str| {
        table
            .write_record([
                cause,
                &subject.to_text(),
                &lines.to_string(),
                &amount.to_string(),
                said,
            ])
            .map_err(failed)
    };
    for ((cause, subject), sum) in &report.findings {
        let said = session.text(cause.message());
        write(cause.name(), subject, sum.lines, sum.amount, &said)?;
    }
    for (tag, owed) in &report.unlevied {
        let subject = Subject::new(Role::Rightsholder, *tag);
        write(Cause::Levy.name(), &subject, 0, *owed, &session.text(Cause::Levy.message()))?;
    }
    table.into_inner().map_err(|error| CliError::bug(&error.to_string()))
}
