//! `tamga status`: where a subject stands, proven as of a block.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use tamga_api::draft::parse_subject;
use tamga_format::cbor::{self, Limits, Value};
use tamga_format::receipt::ReceiptError;
use tamga_format::subject_proof::ProvenSubject;

use super::Session;
use crate::error::{CliError, Exit};
use crate::file;
use crate::history::{self, HistoryError};
use crate::output::{Colour, Shown};
use crate::text;
use crate::verify::{Verdict, fault};

/// A subject whose status is asked for.
#[derive(Args)]
pub(super) struct Status {
    /// The subject: `case:…`, `pool:…`, `work#ID.PR` and so on.
    subject: String,
    /// File to keep the proof in.
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

pub(super) fn run(command: &Status, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let subject = parse_subject(&command.subject)
        .map_err(|_| CliError::bad_value("SUBJECT", &command.subject))?;
    let trust = session.trust(command.policy.as_ref())?;
    let policy = trust.newest();
    let client = session.client()?;
    let (verdict, human, data) = match history::standing(&client, policy, &subject) {
        Ok((proven, file)) => {
            if let Some(note) = history::checkpoint(&file) {
                session.take_note(&client, &trust, &note)?;
            }
            let before = session.subject_seen(&trust, &subject)?;
            if let Some(before) = &before
                && before.size <= proven.size
                && let Err(error) = history::goes_on(&client, policy, &subject, &before.known)
            {
                let (verdict, human) = refused(error, session)?;
                let data = json!({ "verdict": verdict.name() });
                let id = verdict.name().to_owned();
                let plain = vec![subject.to_text(), id.clone()];
                session.out.result("status", &Shown { data, human, plain, id });
                return Ok(verdict.exit());
            }
            if let Some(path) = &command.out {
                file::replace(path, file.as_bytes())?;
            }
            let mut lines = lines(&proven, session);
            if let Some(before) = before.filter(|before| before.size <= proven.size) {
                let new = proven.count.saturating_sub(before.known.count());
                let args = [
                    ("known", before.known.count().to_string()),
                    ("height", before.height.to_string()),
                    ("time", text::local_time(before.time)),
                    ("new", new.to_string()),
                ];
                lines.push(format!("  {}", session.out.messages.text("case-goes-on", &args)));
            }
            (Verdict::Authentic, lines.join("\n"), to_json(&proven))
        }
        Err(error) => {
            let (verdict, human) = refused(error, session)?;
            (verdict, human, json!({ "verdict": verdict.name() }))
        }
    };
    let id = verdict.name().to_owned();
    let plain = vec![subject.to_text(), id.clone()];
    session.out.result("status", &Shown { data, human, plain, id });
    Ok(verdict.exit())
}

/// What is proven, line by line.
pub(super) fn lines(proven: &ProvenSubject, session: &Session<'_>) -> Vec<String> {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let title = format!("✔ {}", session.text("verdict-authentic"));
    let title = session.out.paint(Colour::Green, &title);
    let names: Vec<&str> = proven.cosigners.iter().map(|(name, _)| name.as_str()).collect();
    let args = [
        ("count", proven.count.to_string()),
        ("height", proven.height.to_string()),
        ("time", text::local_time(proven.time)),
    ];
    let standing = match (proven.count, &proven.status) {
        (0, Some(None)) => "status-absent",
        _ => "status-present",
    };
    let mut lines = vec![
        format!("{title}  {}", proven.subject),
        format!("  {}", say(standing, &args)),
        format!("  {}", say("status-signed", &[("names", names.join(", "))])),
    ];
    if !proven.records.is_empty() {
        let all = if proven.is_complete() { "status-all" } else { "status-some" };
        let shown = [
            ("first", proven.first.to_string()),
            ("shown", proven.records.len().to_string()),
            ("count", proven.count.to_string()),
        ];
        lines.push(format!("  {}", say(all, &shown)));
    }
    if let Some(Some(status)) = &proven.status {
        lines.push(format!("  {}", items(status)));
    }
    lines
}

/// What is proven, as JSON.
pub(super) fn to_json(proven: &ProvenSubject) -> Json {
    let status = proven.status.as_ref().map(|status| status.as_ref().map(|it| items(it)));
    json!({
        "verdict": Verdict::Authentic.name(),
        "subject": proven.subject.to_text(),
        "records": proven.count,
        "complete": proven.is_complete(),
        "first": proven.first,
        "shown": proven.records.iter().map(|(index, leaf)| {
            json!({ "index": index.get(), "leaf": leaf.to_string() })
        }).collect::<Vec<_>>(),
        "status": status,
        "height": proven.height.get(),
        "time": text::rfc3339(proven.time),
        "size": proven.size.get(),
    })
}

/// The items of a status as JSON; their meaning is in spec §14.2.
fn items(status: &[u8]) -> Json {
    cbor::decode(status, Limits::STANDARD).as_ref().map_or(Json::Null, item)
}

fn item(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => json!(text::hex(bytes)),
        Value::Array(items) => items.iter().map(item).collect(),
        Value::Text(text) => json!(text),
        Value::Bool(flag) => json!(flag),
        Value::Null => Json::Null,
        Value::Uint(number) => json!(number),
        Value::Nint(_) => json!(value.as_i64()),
        Value::Map(_) => Json::Null,
    }
}

/// The verdict on a proof that can't be relied on, and what to tell; another error is passed on.
pub(super) fn refused(
    error: HistoryError,
    session: &Session<'_>,
) -> Result<(Verdict, String), CliError> {
    let (verdict, why) = match error {
        HistoryError::Client(error) => return Err(error),
        HistoryError::OtherSubject(subject) => (Verdict::Mismatch, subject.to_text()),
        HistoryError::Proof(error) => {
            let verdict = match error {
                ReceiptError::Mismatch(_) => Verdict::Mismatch,
                ReceiptError::CannotCheck(_) => Verdict::CannotCheck,
            };
            (verdict, session.out.messages.said(&fault(&error.fault())))
        }
    };
    let (sign, colour) = match verdict {
        Verdict::Mismatch => ("✖", Colour::Red),
        Verdict::Authentic | Verdict::CannotCheck | Verdict::Pending => ("?", Colour::Yellow),
    };
    let title = session.text(&format!("verdict-{}", verdict.name()));
    let human = [
        session.out.paint(colour, &format!("{sign} {title}")),
        format!("  {:<14} {why}", session.text("verify-why")),
        format!("  {}", session.text(&format!("verdict-{}.next", verdict.name()))),
    ];
    Ok((verdict, human.join("\n")))
}
