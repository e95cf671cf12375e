//! `tamga case`: the records of a case, checked when asked; how it stands, what comes next; whose cases there are.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tamga_api::shapes::{CaseEvent, Stage};
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;

use super::{Session, listing};
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::{Form, Shown};
use crate::text;
use crate::verify::{self, Verdict};

mod complete;
pub(super) mod deadlines;
pub(super) mod list;
mod status;

/// A case.
#[derive(Subcommand)]
pub(super) enum Case {
    /// Print its records, oldest first.
    History(History),
    /// Show how it stands.
    Status(OfCase),
    /// Show what comes next and by when: terms of the law, and signals apart from them.
    Deadlines(OfCase),
    /// List the cases of an officer, a party or a document.
    List(list::List),
}

/// One case.
#[derive(Args)]
pub(super) struct OfCase {
    /// The case: `case:…`, or its id in hex.
    case: String,
}

/// The history of a case.
#[derive(Args)]
pub(super) struct History {
    /// The case: `case:…`, or its id in hex.
    case: String,
    /// Fetch each record's receipt and verify it.
    #[arg(long)]
    verify: bool,
    /// Directory to keep the receipts in, and with --prove the proof, for verification later.
    #[arg(long)]
    receipts: Option<PathBuf>,
    /// Prove that these are all records of the case and that none is left out.
    #[arg(long)]
    prove: bool,
    /// Only the records up to this block, and prove that.
    #[arg(long, value_name = "HEIGHT", requires = "prove")]
    at: Option<u64>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

/// The subject of a case written in either form.
pub(super) fn subject(text: &str) -> Result<String, CliError> {
    if let Some(id) = text::parse_hex32(text) {
        return Ok(Subject::new(Role::Case, SubjectId(id)).to_string());
    }
    let written = if text.contains(':') { text.to_owned() } else { format!("case:{text}") };
    match written.parse::<Subject>() {
        Ok(subject) if subject.role == Role::Case => Ok(written),
        _ => Err(CliError::usage(Said::message("usage-case", vec![("text", text.into())]))),
    }
}

pub(super) fn run(command: &Case, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Case::History(command) => of_case(command, session),
        Case::Status(command) => status::run(&subject(&command.case)?, session),
        Case::Deadlines(command) => deadlines::run(&subject(&command.case)?, session),
        Case::List(command) => list::run(command, session),
    }
}

fn of_case(command: &History, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let case = subject(&command.case)?;
    if command.policy.is_some() && !command.verify && !command.prove {
        return Err(CliError::pointless("--policy", "case history"));
    }
    let client = session.client()?;
    let mut events = client.case_events(&case)?;
    let policy = if command.verify { Some(session.trust(command.policy.as_ref())?) } else { None };
    let proven = if command.prove {
        let trust = session.trust(command.policy.as_ref())?;
        Some(complete::prove(&case, command.at, &mut events, &trust, session)?)
    } else {
        None
    };
    let mut worst = Verdict::Authentic;
    let count = events.len().to_string();
    let args = [("case", case.clone()), ("count", count)];
    if session.out.form() == Form::Human {
        let title = session.out.messages.text("case-title", &args);
        session.out.print(&title);
    }
    if let Some(dir) = &command.receipts {
        std::fs::create_dir_all(dir).map_err(|error| CliError::file(dir, &error))?;
    }
    if let (Some(dir), Some(proven)) = (&command.receipts, &proven) {
        for (number, page) in (1..).zip(&proven.pages) {
            let path = dir.join(format!("history-{number:04}.tamga-subject"));
            file::replace(&path, page.as_bytes())?;
        }
    }
    for event in &events {
        let receipt = if policy.is_some() || command.receipts.is_some() {
            fetch(&client, event)?
        } else {
            None
        };
        if let (Some(dir), Some(receipt)) = (&command.receipts, &receipt) {
            let path = dir.join(format!("{:04}-{}.receipt", event.number, event.kind));
            file::replace(&path, receipt.as_bytes())?;
        }
        let verdict = policy.as_ref().map(|policy| match &receipt {
            None => Verdict::Pending,
            Some(receipt) => check(receipt, event, &case, policy.judging(receipt)),
        });
        worst = worst.max(verdict.unwrap_or(Verdict::Authentic));
        let shown = shown(event, verdict, session);
        session.out.item("case.event", shown);
    }
    let stage = events.iter().rev().find_map(|event| event.stage.clone());
    let data = json!({
        "case": case,
        "stage": stage,
        "verdict": policy.as_ref().map(|_| worst.name()),
    });
    let mut human = if policy.is_some() {
        session.out.messages.text(&format!("case-verified-{}", worst.name()), &args)
    } else {
        String::new()
    };
    let mut data = data;
    if let Some(proven) = &proven {
        worst = worst.max(proven.verdict);
        human = [human, proven.human.clone()].join("\n").trim_start().to_owned();
        if let Some(object) = data.as_object_mut() {
            object.insert("complete".to_owned(), proven.data.clone());
        }
    }
    session.out.end_list("case.history", "events", Shown { data, human, ..Shown::default() });
    if session.out.form() == Form::Human && policy.is_none() && proven.is_none() {
        session.out.tell_message("case-hint", &args);
    }
    Ok(if policy.is_some() || proven.is_some() { worst.exit() } else { Exit::Success })
}

fn shown(event: &CaseEvent, verdict: Option<Verdict>, session: &Session<'_>) -> Shown {
    let mut data = json!(event);
    if let (Some(object), Some(verdict)) = (data.as_object_mut(), verdict) {
        object.insert("verdict".to_owned(), json!(verdict.name()));
    }
    let status = json!(event.status);
    let plain = vec![
        event.number.to_string(),
        event.kind.clone(),
        event.event_time.clone(),
        event.recorded_at.clone(),
        event.record_id.clone(),
        status.as_str().unwrap_or_default().to_owned(),
        event.stage.clone().unwrap_or_default(),
        verdict.map(Verdict::name).unwrap_or_default().to_owned(),
    ];
    Shown { data, human: line(event, verdict, session), plain, id: event.record_id.clone() }
}

/// The receipt of an event; `None` while it is not final.
fn fetch(client: &Client, event: &CaseEvent) -> Result<Option<String>, CliError> {
    if event.status != Stage::Final {
        return Ok(None);
    }
    match client.receipt(&event.record_id, None) {
        Ok(receipt) => Ok(Some(receipt)),
        Err(error) if error.exit == Exit::NotFinal => Ok(None),
        Err(error) => Err(error),
    }
}

/// The verdict on an event: its receipt is genuine and is about this record of this case.
fn check(
    receipt: &str,
    event: &CaseEvent,
    case: &str,
    policy: &tamga_format::policy::Policy,
) -> Verdict {
    let report = verify::receipt(receipt, policy);
    match &report.facts {
        Some(facts) => {
            let kind = Kind::from_number(facts.record.kind).map(|kind| kind.info().code);
            let names_case = facts.record.all_subjects().any(|subject| subject.to_string() == case);
            let same = facts.record_id == event.record_id
                && facts.index == event.index
                && kind.is_none_or(|kind| kind == event.kind);
            if same && names_case { Verdict::Authentic } else { Verdict::Mismatch }
        }
        None => report.verdict,
    }
}

fn line(event: &CaseEvent, verdict: Option<Verdict>, session: &Session<'_>) -> String {
    let language = session.out.messages.language().tag();
    let title = Kind::from_name(&event.kind).map_or_else(
        || event.name.clone(),
        |kind| kind.info().title.in_language(language).to_owned(),
    );
    let sign = match (verdict, event.annulled_by.is_some()) {
        (_, true) => "⌫",
        (None, _) => "·",
        (Some(Verdict::Authentic), _) => "✔",
        (Some(Verdict::Mismatch), _) => "✖",
        (Some(_), _) => "?",
    };
    let stage = event.stage.as_ref();
    let stage = stage.map(|stage| format!("  [{}]", listing::stage(stage, &session.out)));
    format!(
        "{:>4} {sign} {:<4} {}  {}  {title}{}",
        event.number,
        event.kind,
        listing::time(&event.event_time),
        session.out.messages.text("case-recorded", &[("time", listing::time(&event.recorded_at))]),
        stage.unwrap_or_default(),
    )
}
