//! `tamga submit`: one record from a draft or from ready bytes.

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tamga_api::draft::{Draft, Seal};
use tamga_format::body::Submission;
use tamga_format::id::UnixMillis;
use tamga_format::signature::SigningKey;

use super::Session;
use crate::client::{Submitted, Wait};
use crate::error::{CliError, Exit};
use crate::signer::{Keys, Passphrase};
use crate::text;

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
    /// What to wait for.
    #[arg(long, value_enum, default_value_t = WaitFor::Final)]
    wait: WaitFor,
    /// Seconds to wait for finality, at most 60.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=60))]
    timeout: u64,
    /// Seconds for which the record may enter the log.
    #[arg(long, default_value_t = 86_400, value_parser = clap::value_parser!(i64).range(60..=2_505_600))]
    valid_for: i64,
    /// File to write the receipt to.
    #[arg(long)]
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
    let bytes = read(command)?;
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let submission = if is_json {
        sign(command, &bytes, session)?
    } else {
        Submission::decode(&bytes)
            .map_err(|error| CliError::unreadable("submission", &error.to_string()))?
    };
    let id = submission.record().id().to_string();
    if let Some(path) = &command.keep {
        std::fs::write(path, submission.encode()).map_err(|error| CliError::file(path, &error))?;
    }
    if command.dry_run {
        return dry_run(&submission, &id, session);
    }
    let wait = match command.wait {
        WaitFor::Accepted => Wait::Accepted,
        WaitFor::Final => Wait::Final(Duration::from_secs(command.timeout)),
    };
    match session.client()?.submit(&submission, wait)? {
        Submitted::Final { receipt, replayed } => {
            if let Some(path) = &command.receipt_out {
                std::fs::write(path, &receipt).map_err(|error| CliError::file(path, &error))?;
            }
            let data = json!({
                "record_id": id,
                "status": "final",
                "replayed": replayed,
                "receipt": receipt,
                "receipt_file": command.receipt_out,
            });
            let message = if replayed { "submit-again" } else { "submit-final" };
            let mut human = session.out.messages.text(message, &[("id", id.clone())]);
            if let Some(path) = &command.receipt_out {
                human.push_str(&format!("\n{}", path.display()));
            }
            session.out.result("submit", data, &human, &id);
            Ok(Exit::Success)
        }
        Submitted::Accepted(accepted) => {
            let data = json!({
                "record_id": id,
                "status": accepted.status,
                "valid_until": accepted.valid_until,
            });
            let human = session.out.messages.text("submit-accepted", &[("id", id.clone())]);
            session.out.result("submit", data, &human, &id);
            let exit = match command.wait {
                WaitFor::Accepted => Exit::Success,
                WaitFor::Final => Exit::NotFinal,
            };
            if exit == Exit::NotFinal {
                session.out.tell_message("submit-later", &[("id", id)]);
            }
            Ok(exit)
        }
    }
}

fn dry_run(submission: &Submission, id: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    // Without a node the form is checked and the rules are not; the answer says which.
    let checked = session.config.url.is_some();
    if checked {
        session.client()?.validate(submission)?;
    }
    let data = json!({ "record_id": id, "dry_run": true, "rules_checked": checked });
    let message = if checked { "submit-dry" } else { "submit-dry-form" };
    let human = session.out.messages.text(message, &[("id", id.to_owned())]);
    session.out.result("submit", data, &human, id);
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
    let name = command
        .key
        .clone()
        .or_else(|| session.config.key.clone())
        .ok_or_else(|| CliError::missing("--key, TAMGA_KEY"))?;
    let draft = draft(bytes, &name, session.now)?;
    let client = session.client().ok();
    let origin = session.origin(client.as_ref())?;
    let passphrase = Passphrase {
        file: command.passphrase_file.as_deref(),
        given: session.config.passphrase.as_deref(),
        terminal: session.terminal,
        prompt: session.text("prompt-passphrase"),
    };
    let seed =
        Keys::load(&session.config, &origin)?.resolve(&name, &session.config, &passphrase)?;
    let key = SigningKey::from_seed(*seed);
    let mut random = [0_u8; 48];
    getrandom::fill(&mut random).map_err(|error| CliError::bug(&error.to_string()))?;
    let (nonce, salt_seed) = random.split_at(16);
    let salt_seed: [u8; 32] = salt_seed.try_into().map_err(|_| CliError::bug("32 bytes remain"))?;
    let seal = Seal {
        origin: &origin,
        key_id: key.public().key_id(),
        nonce: nonce.try_into().map_err(|_| CliError::bug("16 bytes come first"))?,
        valid_until: UnixMillis(
            session.now.0.saturating_add(command.valid_for.saturating_mul(1000)),
        ),
        salt: &|name| crate::import::derive::hmac(&salt_seed, &[name.as_bytes()]),
    };
    let (record, body) = draft.write(&seal).map_err(|rejection| {
        CliError::rejected(&rejection.code.to_string(), &rejection.pointer, &rejection.detail)
    })?;
    let record = record
        .sign(&key)
        .map_err(|error| CliError::rejected("TMG-4100", "", &error.to_string()))?;
    Submission::new(record, body).map_err(|error| CliError::bug(&error.to_string()))
}

/// The draft, with what the command line may fill in: `case` for the subject, the writer of a demo key, the time.
fn draft(bytes: &[u8], key: &str, now: UnixMillis) -> Result<Draft, CliError> {
    let bad = |error: serde_json::Error| CliError::unreadable("draft", &error.to_string());
    let mut object: Map<String, Value> = serde_json::from_slice(bytes).map_err(bad)?;
    if let Some(case) = object.remove("case") {
        let case =
            case.as_str().ok_or_else(|| CliError::unreadable("draft", "case is not a text"))?;
        object.entry("subject").or_insert(json!(super::case::subject(case)?));
    }
    if let Some(number) = key.strip_prefix("officer:") {
        object.entry("issuer").or_insert(json!(format!("officer#{number}")));
    }
    object
        .entry("event_time")
        .or_insert(json!(text::rfc3339(UnixMillis(now.0 - now.0.rem_euclid(1000)))));
    serde_json::from_value(Value::Object(object)).map_err(bad)
}
