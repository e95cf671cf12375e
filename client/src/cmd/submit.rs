//! `tamga submit`: one record from a draft or from ready bytes, with the lines that it brings.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tamga_api::draft::Draft;
use tamga_format::body::Submission;
use tamga_format::id::UnixMillis;
use tamga_format::signature::SigningKey;

use super::progress::Progress;
use super::{Session, signing};
use crate::client::{Submitted, Wait};
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::Shown;
use crate::text;
use crate::verify::fault;

mod attached;

/// Seconds to wait for finality when none are named.
pub(super) const TIMEOUT_S: u64 = 30;
/// Seconds for which a record may enter the log when none are named: a day.
pub(super) const VALID_FOR_S: i64 = 86_400;

/// A record to submit.
#[derive(Args)]
pub(super) struct Submit {
    /// JSON draft or CBOR submission; `-` reads stdin.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Key file, or the name of a devnet's demo key [env: TAMGA_KEY].
    #[arg(short, long)]
    key: Option<String>,
    /// File whose first line is the passphrase [env: TAMGA_PASSPHRASE].
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
    /// File of the lines that the record brings, a CBOR sequence; the draft's fields that follow from it are filled.
    #[arg(long, conflicts_with_all = ["wait", "timeout"])]
    attachment: Option<PathBuf>,
    /// Progress of an upload on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto, requires = "attachment")]
    progress: Progress,
    /// What to wait for.
    #[arg(long, value_enum, default_value_t = WaitFor::Final, conflicts_with = "dry_run")]
    wait: WaitFor,
    /// Seconds to wait for finality, at most 60; 30 by default.
    #[arg(long, conflicts_with = "dry_run", value_parser = clap::value_parser!(u64).range(0..=60))]
    timeout: Option<u64>,
    /// Seconds for which the record may enter the log, 60 to 2505600; a day by default.
    #[arg(long, value_parser = clap::value_parser!(i64).range(60..=2_505_600))]
    valid_for: Option<i64>,
    /// File to write the receipt to.
    #[arg(long, conflicts_with = "dry_run")]
    receipt_out: Option<PathBuf>,
    /// File to keep the signed bytes in, so that a lost answer can be asked for with the same bytes.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Sign and ask whether the record would be taken; nothing is recorded.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WaitFor {
    Accepted,
    Final,
}

pub(super) fn run(command: &Submit, session: &mut Session<'_>) -> Result<Exit, CliError> {
    if command.wait == WaitFor::Accepted {
        let ignored = [
            ("--receipt-out", command.receipt_out.is_some()),
            ("--timeout", command.timeout.is_some()),
        ];
        if let Some((flag, _)) = ignored.into_iter().find(|(_, given)| *given) {
            return Err(CliError::pointless(flag, "--wait accepted"));
        }
    }
    let bytes = read(command)?;
    if let Some(lines) = &command.attachment {
        return attached::run(command, lines, &bytes, session);
    }
    let submission =
        if is_json(&bytes) { sign(command, &bytes, session)? } else { ready(command, &bytes)? };
    let id = submission.record().id().to_string();
    if let Some(path) = &command.keep {
        file::replace(path, &submission.encode())?;
    }
    if command.dry_run {
        return dry_run(&submission, &id, session);
    }
    let wait = match command.wait {
        WaitFor::Accepted => Wait::Accepted,
        WaitFor::Final => Wait::Final(Duration::from_secs(command.timeout.unwrap_or(TIMEOUT_S))),
    };
    deliver(&submission, wait, command.receipt_out.as_deref(), session)
}

/// Submits a signed record, waits, and tells how it went.
pub(super) fn deliver(
    submission: &Submission,
    wait: Wait,
    receipt_out: Option<&Path>,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let id = submission.record().id().to_string();
    match session.client()?.submit(submission, wait)? {
        Submitted::Final { receipt, replayed } => {
            tell_final(receipt_out, &id, &receipt, replayed, session)?;
            Ok(Exit::Success)
        }
        Submitted::Accepted(accepted) => {
            let data = json!({
                "record_id": id,
                "status": accepted.status,
                "valid_until": accepted.valid_until,
            });
            let human = session.out.messages.text("submit-accepted", &[("id", id.clone())]);
            let plain = vec![id.clone(), "accepted".to_owned(), String::new()];
            session.out.result("submit", &Shown { data, human, plain, id: id.clone() });
            let exit = match wait {
                Wait::Accepted => Exit::Success,
                Wait::Final(_) => Exit::NotFinal,
            };
            if exit == Exit::NotFinal {
                session.out.tell_message("submit-later", &[("id", id)]);
            }
            Ok(exit)
        }
    }
}

fn is_json(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// A submission in ready bytes.
fn ready(command: &Submit, bytes: &[u8]) -> Result<Submission, CliError> {
    let ignored = [
        ("--key", command.key.is_some()),
        ("--passphrase-file", command.passphrase_file.is_some()),
        ("--valid-for", command.valid_for.is_some()),
    ];
    if let Some((flag, _)) = ignored.into_iter().find(|(_, given)| *given) {
        return Err(CliError::pointless(flag, &command.file.display().to_string()));
    }
    Submission::decode(bytes)
        .map_err(|error| CliError::unreadable(command.file.display().to_string(), fault(&error)))
}

/// Tells that a record is final, and keeps its receipt where asked.
fn tell_final(
    receipt_out: Option<&Path>,
    id: &str,
    receipt: &str,
    replayed: bool,
    session: &mut Session<'_>,
) -> Result<(), CliError> {
    if let Some(path) = receipt_out {
        file::replace(path, receipt.as_bytes())?;
    }
    let data = json!({
        "record_id": id,
        "status": "final",
        "replayed": replayed,
        "receipt": receipt,
        "receipt_file": receipt_out,
    });
    let message = if replayed { "submit-again" } else { "submit-final" };
    let mut human = session.out.messages.text(message, &[("id", id.to_owned())]);
    if let Some(path) = receipt_out {
        human.push_str(&format!("\n{}", path.display()));
    }
    let file = receipt_out.map(|path| path.display().to_string());
    let plain = vec![id.to_owned(), "final".to_owned(), file.unwrap_or_default()];
    session.out.result("submit", &Shown { data, human, plain, id: id.to_owned() });
    Ok(())
}

pub(super) fn dry_run(
    submission: &Submission,
    id: &str,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    // Without a node the form is checked and the rules are not; the answer says which.
    let checked = session.config.url.is_some();
    let known = if checked {
        let client = session.client()?;
        let known = client.validate(submission)?.known;
        known.then(|| client.operation(id)).transpose()?
    } else {
        None
    };
    let index = known.as_ref().and_then(|operation| operation.index);
    let mut data = json!({ "record_id": id, "dry_run": true, "rules_checked": checked });
    if let (true, Some(object)) = (checked, data.as_object_mut()) {
        object.insert("known".to_owned(), json!(known.is_some()));
        object.extend(known.as_ref().map(|known| ("status".to_owned(), json!(known.status))));
        object.extend(index.map(|index| ("index".to_owned(), json!(index))));
    }
    let message = match (checked, &known, index) {
        (false, ..) => "submit-dry-form",
        (true, None, _) => "submit-dry",
        (true, Some(_), None) => "submit-dry-waits",
        (true, Some(_), Some(_)) => "submit-dry-known",
    };
    let index = index.map(|index| index.to_string()).unwrap_or_default();
    let args = [("id", id.to_owned()), ("index", index)];
    let human = session.out.messages.text(message, &args);
    let state = if known.is_some() { "known" } else { "dry-run" };
    let plain = vec![id.to_owned(), state.to_owned(), String::new()];
    session.out.result("submit", &Shown { data, human, plain, id: id.to_owned() });
    Ok(Exit::Success)
}

fn read(command: &Submit) -> Result<Vec<u8>, CliError> {
    if command.file.as_os_str() != "-" {
        return std::fs::read(&command.file).map_err(|error| CliError::file(&command.file, &error));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| CliError::file(&command.file, &error))?;
    Ok(bytes)
}

fn sign(command: &Submit, bytes: &[u8], session: &Session<'_>) -> Result<Submission, CliError> {
    let name = signing::name(command.key.as_deref(), session)?;
    let draft = parsed(draft(bytes, &name, session.now)?)?;
    let client = session.client().ok();
    let origin = session.origin(client.as_ref())?;
    seal(command, &draft, (&name, &origin), session)
}

fn parsed(draft: Map<String, Value>) -> Result<Draft, CliError> {
    serde_json::from_value(Value::Object(draft))
        .map_err(|error| CliError::unreadable(Said::plain("what-draft"), error.to_string()))
}

/// The signed record of a draft.
fn seal(
    command: &Submit,
    draft: &Draft,
    (name, origin): (&str, &str),
    session: &Session<'_>,
) -> Result<Submission, CliError> {
    let seed = signing::seed(name, command.passphrase_file.as_deref(), session, origin)?;
    let key = SigningKey::from_seed(*seed);
    signing::seal(draft, &key, origin, command.valid_for.unwrap_or(VALID_FOR_S), session)
}

/// The draft, with what the command line may fill in: `case` for the subject, the writer of a demo key, the time.
fn draft(bytes: &[u8], key: &str, now: UnixMillis) -> Result<Map<String, Value>, CliError> {
    let what = || Said::plain("what-draft");
    let bad = |error: serde_json::Error| CliError::unreadable(what(), error.to_string());
    let mut object: Map<String, Value> = serde_json::from_slice(bytes).map_err(bad)?;
    if let Some(case) = object.remove("case") {
        let case = case
            .as_str()
            .ok_or_else(|| CliError::unreadable(what(), Said::plain("detail-case")))?;
        object.entry("subject").or_insert(json!(super::case::subject(case)?));
    }
    if let Some(number) = key.strip_prefix("officer:") {
        object.entry("issuer").or_insert(json!(format!("officer#{number}")));
    }
    object
        .entry("event_time")
        .or_insert(json!(text::rfc3339(UnixMillis(now.0 - now.0.rem_euclid(1000)))));
    Ok(object)
}
