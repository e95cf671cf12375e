//! `tamga pool report`: what moved in an account since the last report, shown and recorded.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value as Json, json};
use tamga_format::id::sha256;
use tamga_state::status::CmoStatus;

use super::super::Session;
use super::super::signing::Signing;
use super::{Which, beside};
use crate::desk::ledger::{LedgerView, Trial};
use crate::desk::report::Figures;
use crate::desk::run::{Run, Scribe};
use crate::error::{CliError, Exit};
use crate::output::Shown;
use crate::text;

/// A report to make.
#[derive(Args)]
pub(in crate::cmd) struct ReportCommand {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    signing: Signing,
    /// The document of the report, whose hash is recorded; what is sent is kept beside it in DOCUMENT.run.json.
    #[arg(long)]
    document: PathBuf,
    /// What nobody claimed, in tiyn.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..))]
    unclaimed: i64,
    /// Only show; nothing is recorded.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(command: &ReportCommand, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let name = command.which.name()?;
    let document = std::fs::read(&command.document)
        .map_err(|error| CliError::file(&command.document, &error))?;
    let client = session.client()?;
    let origin = session.origin(Some(&client))?;
    let seed = command.signing.seed(session, &origin)?;
    let about = name.cmo().to_text();
    let mut run = Run::open(&beside(&command.document, "run.json"), &origin, &about, session.now)?;
    let scribe = Scribe::new(&origin, &name.okup, &seed, &run.id()?, session.now);
    let ledger = LedgerView::new(&client)?;
    let cmo: CmoStatus = ledger.typed(&name.cmo())?.unwrap_or_default();
    let account = cmo.account(name.sphere, &name.currency);
    let account = account.ok_or_else(|| CliError::no_pool(&name.subject().to_text()))?;
    let figures = Figures::of(account, command.unclaimed)?;
    let hash = sha256(&[&document]);
    let step = format!("REPORT {} {} {}", name.sphere.name(), name.currency, name.period);
    let done = run.is_done(&client, &step)?;
    let mut id = None;
    if !command.dry_run {
        let mut make = |purpose: &str| {
            let record = figures.record(&scribe, purpose, &name, &hash)?;
            let mut trial = Trial::new(&ledger, scribe.origin(), scribe.time());
            trial.judge(&record, None).map_err(|rejection| ledger.refusal(&rejection))?;
            Ok(record)
        };
        let recorded = run.step(&client, &step, session.now, None, &mut make, &mut |_| ())?;
        id = Some(recorded.to_string());
    }
    let mut lines: Vec<String> = Vec::new();
    if !done {
        let row = |(field, amount): &(&'static str, i64)| {
            let label = session.text(&format!("desk-figure-{}", field.replace('_', "-")));
            format!("  {label:<32} {:>20}", text::hundredths(*amount))
        };
        lines.extend(figures.amounts.iter().map(row));
    }
    let message = match (&id, done) {
        (None, _) => "desk-report-dry",
        (Some(_), true) => "desk-report-again",
        (Some(_), false) => "desk-report",
    };
    let args = [("id", id.clone().unwrap_or_default())];
    lines.push(session.out.messages.text(message, &args));
    let amounts: Map<String, Json> = figures
        .amounts
        .iter()
        .filter(|_| !done)
        .map(|(field, amount)| ((*field).to_owned(), json!(amount)))
        .collect();
    let data = json!({
        "period": name.period, "figures": amounts, "record_id": id, "moved": figures.moved,
        "replayed": done, "dry_run": command.dry_run,
    });
    let plain = vec![id.clone().unwrap_or_default(), name.period.clone()];
    let shown = Shown { data, human: lines.join("\n"), plain, id: id.unwrap_or_default() };
    session.out.result("pool.report", &shown);
    Ok(Exit::Success)
}
