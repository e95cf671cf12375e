//! A record with the lines that it brings: completed, judged as validators do, uploaded, waited for.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tamga_api::shapes::Stage;
use tamga_format::body::Submission;
use tamga_format::lines::PackedBatch;
use tamga_state::royalty::lines::attachment_of;

use super::super::progress::Meter;
use super::super::{Session, signing};
use super::{Submit, draft, is_json, parsed, ready, seal, tell_final};
use crate::client::Client;
use crate::desk::complete::{Brought, complete, refused};
use crate::desk::ledger::{LedgerView, Trial};
use crate::desk::lines;
use crate::desk::settle::{PATIENCE, settle};
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::Shown;

pub(super) fn run(
    command: &Submit,
    path: &Path,
    bytes: &[u8],
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let content = std::fs::read(path).map_err(|error| CliError::file(path, &error))?;
    let lines = lines::read(&content).map_err(|fault| {
        let args = vec![("at", fault.at.to_string().into()), ("detail", fault.to_string().into())];
        let detail = Said::message("detail-line-at", args);
        CliError::unreadable(path.display().to_string(), detail)
    })?;
    drop(content);
    let client = session.client()?;
    let kept = command.keep.clone().unwrap_or_else(|| beside(path));
    let (submission, brought) = if is_json(bytes) {
        let name = signing::name(command.key.as_deref(), session)?;
        let draft = draft(bytes, &name, session.now)?;
        match taken_up(&kept, &draft, &lines, &client)? {
            Some(known) if !command.dry_run => known,
            _ => {
                let origin = session.origin(Some(&client))?;
                let made = compose(command, draft, lines, (&name, &origin), &client, session)?;
                if command.dry_run {
                    return Ok(tell_dry(&made.0, session));
                }
                // Durable before it is sent: whoever repeats the call after this sends these very bytes.
                file::replace(&kept, &made.0.encode())?;
                made
            }
        }
    } else {
        let submission = ready(command, bytes)?;
        let brought = packed(&submission, lines)?;
        let named = attachment_of(submission.record().record());
        if named != Some(brought.id) {
            let detail = Said::plain("detail-other-lines");
            return Err(CliError::unreadable(path.display().to_string(), detail));
        }
        if command.dry_run {
            return super::dry_run(&submission, &submission.record().id().to_string(), session);
        }
        (submission, brought)
    };
    let id = submission.record().id().to_string();
    let meter = Meter::new(command.progress, brought.chunks.len(), session);
    let out = &mut session.out;
    let done = settle(&client, &submission, Some(&brought), PATIENCE, &mut |chunks| {
        meter.done(u64::try_from(chunks).unwrap_or(u64::MAX), out);
    });
    meter.end();
    done?;
    let receipt = client.receipt(&id, None)?;
    tell_final(command.receipt_out.as_deref(), &id, &receipt, false, session)?;
    Ok(Exit::Success)
}

/// Where the signed bytes are kept when no file is named.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    path.with_file_name(format!("{}.signed", name.unwrap_or_default()))
}

/// What an earlier call sent of the same lines for the same batch, if the node has it and did not refuse it.
fn taken_up(
    kept: &Path,
    draft: &Map<String, Value>,
    lines: &[Vec<u8>],
    client: &Client,
) -> Result<Option<(Submission, Brought)>, CliError> {
    let Ok(bytes) = std::fs::read(kept) else { return Ok(None) };
    let Ok(submission) = Submission::decode(&bytes) else { return Ok(None) };
    let record = submission.record().record();
    let subject = draft.get("subject").and_then(Value::as_str);
    if subject.is_some_and(|subject| subject != record.subject.to_text()) {
        return Ok(None);
    }
    let Ok(brought) = packed(&submission, lines.to_vec()) else { return Ok(None) };
    if attachment_of(record) != Some(brought.id) {
        return Ok(None);
    }
    match client.operation(&submission.record().id().to_string()) {
        Ok(operation) if operation.status != Stage::Rejected => Ok(Some((submission, brought))),
        Ok(_) => Ok(None),
        Err(error) if error.exit == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The lines of a record as an attachment.
fn packed(submission: &Submission, lines: Vec<Vec<u8>>) -> Result<Brought, CliError> {
    let batch = submission.record().record().subject.id;
    Brought::new(PackedBatch::new(&batch, lines).map_err(|fault| refused(&fault))?)
}

/// Completes and signs a draft; it is judged before anything is sent.
fn compose(
    command: &Submit,
    mut draft: Map<String, Value>,
    lines: Vec<Vec<u8>>,
    (name, origin): (&str, &str),
    client: &Client,
    session: &Session<'_>,
) -> Result<(Submission, Brought), CliError> {
    let ledger = LedgerView::new(client)?;
    let mut trial = Trial::new(&ledger, origin, session.now);
    let mut fresh = [0_u8; 32];
    getrandom::fill(&mut fresh).map_err(|error| CliError::bug(&error.to_string()))?;
    let brought = complete(&mut draft, lines, fresh, &trial, &ledger)?;
    let submission = seal(command, &parsed(draft)?, (name, origin), session)?;
    trial
        .judge(&submission, Some(brought.chunks.clone()))
        .map_err(|rejection| ledger.refusal(&rejection))?;
    Ok((submission, brought))
}

/// Tells that a record and its lines would be taken.
fn tell_dry(submission: &Submission, session: &mut Session<'_>) -> Exit {
    let id = submission.record().id().to_string();
    let data = json!({ "record_id": id, "dry_run": true, "rules_checked": true, "known": false });
    let human = session.out.messages.text("submit-dry", &[("id", id.clone())]);
    let plain = vec![id.clone(), "dry-run".to_owned(), String::new()];
    session.out.result("submit", &Shown { data, human, plain, id });
    Exit::Success
}
