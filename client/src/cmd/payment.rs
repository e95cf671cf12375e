//! `tamga payment`: what a bank, and a rightsholder, say of a payout.

use clap::{Args, Subcommand};
use serde_json::{Map, Value as Json, json};
use tamga_api::draft::Draft;
use tamga_api::time;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{Batch, Confirmation, Payment as Status};

use super::signing::{Recording, known, status};
use super::{Session, of_role};
use crate::client::RangeOf;
use crate::error::{CliError, Exit};
use crate::output::Shown;
use crate::text;

/// What became of a payout.
#[derive(Subcommand)]
pub(super) enum Payment {
    /// Say what became of a payout, as the bank or as a rightsholder.
    Confirm(Confirm),
    /// Show what the three sides say of a payout.
    Show(Showing),
}

/// What is confirmed.
#[derive(Args)]
pub(super) struct Confirm {
    /// The payout: `batch:…`.
    payout: String,
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// EXECUTED, PARTLY_EXECUTED or REJECTED by a bank; RECEIVED or NOT_RECEIVED by a rightsholder.
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Confirmation::NAMES))]
    says: String,
    /// Day on which the money moved, `2026-10-14`.
    #[arg(long)]
    paid_on: Option<String>,
    /// What the bank carried out, in tiyn.
    #[arg(long)]
    executed: Option<i64>,
    #[command(flatten)]
    recording: Recording,
}

/// Which payout.
#[derive(Args)]
pub(super) struct Showing {
    /// The payout: `batch:…`.
    payout: String,
    /// The rightsholder whose word is asked for: `rightsholder:…`.
    #[arg(long)]
    rightsholder: Option<String>,
}

pub(super) fn run(command: &Payment, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Payment::Confirm(command) => confirm(command, session),
        Payment::Show(command) => show(command, session),
    }
}

fn confirm(command: &Confirm, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let payout = of_role("PAYOUT", &command.payout, Role::Batch)?;
    let client = session.client()?;
    let writer = command.recording.writer(&client, session)?;
    let mut subjects = vec![Subject::registered(Role::Cmo, &command.okup)];
    let mut body = Map::new();
    let holder = Some(writer.holder).filter(|holder| holder.role == Role::Rightsholder);
    if let Some(holder) = holder {
        subjects.push(holder);
        let tag = text::hex(holder.id.as_bytes());
        let range = client.range(&payout.to_text(), &tag, RangeOf::Lines)?;
        body.insert("range".to_owned(), json!(text::hex(&range)));
    }
    let organisation = Subject::registered(Role::Organisation, &command.okup).to_text();
    let mut fields = Map::new();
    fields.insert("okup_id".to_owned(), json!(organisation));
    fields.insert("payout".to_owned(), json!(payout.to_text()));
    fields.insert("confirmation".to_owned(), json!(command.says));
    fields.extend(command.paid_on.iter().map(|day| ("paid_on".to_owned(), json!(day))));
    fields.extend(command.executed.map(|sum| ("executed".to_owned(), json!(sum))));
    let draft = Draft {
        kind: "R13".to_owned(),
        version: None,
        issuer: String::new(),
        subject: Status::subject(&payout.id, holder.as_ref().map(|it| &it.id)).to_text(),
        subjects: subjects.iter().map(Subject::to_text).collect(),
        event_time: String::new(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields: fields.into_iter().collect(),
        body: body.into_iter().collect(),
    };
    command.recording.record(draft, &writer, session)
}

fn show(command: &Showing, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let payout = of_role("PAYOUT", &command.payout, Role::Batch)?;
    let holder = command.rightsholder.as_ref();
    let holder =
        holder.map(|text| of_role("--rightsholder", text, Role::Rightsholder)).transpose()?;
    let client = session.client()?;
    let batch: Batch = status(&client, &payout)?;
    let Some(declared) = batch.payout() else {
        return Err(CliError::bad_value("PAYOUT", &command.payout));
    };
    let bank: Option<Status> = known(&client, &Status::subject(&payout.id, None))?;
    let of_holder: Option<Status> = match &holder {
        Some(holder) => known(&client, &Status::subject(&payout.id, Some(&holder.id)))?,
        None => None,
    };
    let [net, tax, levied] = declared.paid;
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let sums = [
        ("net", text::hundredths(net)),
        ("tax", text::hundredths(tax)),
        ("levied", text::hundredths(levied)),
    ];
    let word = |said: &Option<Status>| match said {
        Some(said) => {
            let day = said.paid_on.map(time::day).unwrap_or_default();
            format!("{} {day}", say(text_of(said.confirmation), &[])).trim_end().to_owned()
        }
        None => say("payment-nothing", &[]),
    };
    let mut human = vec![payout.to_text(), format!("  {}", say("payment-declared", &sums))];
    human.push(format!("  {}", say("payment-bank", &[("word", word(&bank))])));
    if holder.is_some() {
        human.push(format!("  {}", say("payment-holder", &[("word", word(&of_holder))])));
    }
    let data = json!({
        "payout": payout.to_text(),
        "declared": { "net": net, "tax": tax, "levied": levied },
        "bank": bank.as_ref().map(to_json),
        "rightsholder": of_holder.as_ref().map(to_json),
    });
    let name = |said: &Option<Status>| {
        said.as_ref().map_or(String::new(), |said| said.confirmation.name().to_owned())
    };
    let plain = vec![payout.to_text(), net.to_string(), name(&bank), name(&of_holder)];
    let human = human.join("\n");
    session.out.result("payment.show", &Shown { data, human, plain, id: payout.to_text() });
    Ok(Exit::Success)
}

pub(super) const fn text_of(said: Confirmation) -> &'static str {
    match said {
        Confirmation::Executed => "payment-executed",
        Confirmation::PartlyExecuted => "payment-partly",
        Confirmation::Rejected => "payment-rejected",
        Confirmation::Received => "payment-received",
        Confirmation::NotReceived => "payment-not-received",
    }
}

fn to_json(said: &Status) -> Json {
    json!({
        "confirmation": said.confirmation.name(),
        "paid_on": said.paid_on.map(time::day),
        "executed": said.executed,
    })
}
