//! A record on its way, with the lines that it brings, until it is final (spec §24.7).

use std::time::Duration;

use tamga_api::shapes::{Operation, Stage};
use tamga_format::body::Submission;
use tamga_state::Code;

use super::complete::Brought;
use crate::client::{Client, Submitted, Wait};
use crate::error::CliError;

/// Time within which a record without lines is usually final.
const FIRST_WAIT: Duration = Duration::from_secs(20);
/// Pause between two questions how a record goes on.
const PAUSE: Duration = Duration::from_millis(300);
/// How often an upload is tried while the node does not wait for it yet.
const UPLOADS: u32 = 50;
/// How long a record may take until it is final: validators check six million lines in minutes.
pub const PATIENCE: Duration = Duration::from_secs(1_800);

/// Submits a record, uploads what is missing of its lines, and waits until it is final; `told` hears how many chunks are
/// there. All of it may be repeated.
///
/// # Errors
/// When the node is not reachable, the record is refused, or it is not final within `patience`.
pub fn settle(
    client: &Client,
    submission: &Submission,
    brought: Option<&Brought>,
    patience: Duration,
    told: &mut dyn FnMut(usize),
) -> Result<(), CliError> {
    let id = submission.record().id().to_string();
    let wait = if brought.is_some() { Wait::Accepted } else { Wait::Final(FIRST_WAIT) };
    if let Submitted::Final { .. } = client.submit(submission, wait)? {
        return Ok(());
    }
    if let Some(brought) = brought {
        upload(client, &id, brought, told)?;
    }
    let mut waited = Duration::ZERO;
    loop {
        let operation = client.operation(&id)?;
        match operation.status {
            Stage::Final => return Ok(()),
            Stage::Rejected => return Err(refusal(&operation)),
            Stage::Accepted | Stage::Ordered if waited >= patience => {
                return Err(CliError::not_final(&id));
            }
            Stage::Accepted | Stage::Ordered => {
                client.pause(PAUSE);
                waited = waited.saturating_add(PAUSE);
            }
        }
    }
}

fn upload(
    client: &Client,
    id: &str,
    brought: &Brought,
    told: &mut dyn FnMut(usize),
) -> Result<(), CliError> {
    let missing = Code::AttachmentMissing.to_string();
    let mut tries = 0;
    loop {
        let chunk = |number: usize| {
            let chunk = brought.chunks.get(number).map(Vec::as_slice);
            chunk.ok_or_else(|| CliError::bug("the manifest has the chunks of the batch"))
        };
        match client.upload(&brought.id, &brought.manifest, chunk, &mut *told) {
            Ok(()) => return Ok(()),
            // The node waits for the lines a moment after the record came in, and no more once it is decided.
            Err(error) if error.code == missing && tries < UPLOADS => {
                let stage = client.operation(id)?.status;
                if matches!(stage, Stage::Ordered | Stage::Final | Stage::Rejected) {
                    return Ok(());
                }
                tries += 1;
                client.pause(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Why a record was left out.
#[must_use]
pub fn refusal(operation: &Operation) -> CliError {
    let Some(problem) = &operation.problem else {
        return CliError::rejected(&Code::AnswerUnknown.to_string(), "", &operation.record_id);
    };
    let status = Code::from_number(&problem.code).map_or(422, |code| code.info().http);
    let field = problem.errors.first();
    let pointer = field.map(|field| format!("{} ", field.pointer)).unwrap_or_default();
    let detail = format!("{}: {pointer}{}", problem.title, problem.detail);
    CliError::problem(status, &problem.code, &detail, &problem.remedy)
}
