//! `tamga pool statements`: everybody with lines gets the statements that are due.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::json;
use tamga_api::shapes::Stage;
use tamga_format::body::Submission;
use tamga_format::id::UnixMillis;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::Book;

use super::super::Session;
use super::super::progress::{Meter, Progress};
use super::super::signing::Signing;
use crate::client::{BATCH_BYTES_MAX, Client, Wait};
use crate::desk::ledger::LedgerView;
use crate::desk::run::{Run, Scribe};
use crate::desk::settle::{PATIENCE, settle};
use crate::desk::statements::{Standing, Statements};
use crate::error::{CliError, Exit};
use crate::output::Shown;

/// Statements under way at once.
const TOGETHER_MAX: usize = 100;
/// How long a request waits until its statements are final.
const WAIT: Duration = Duration::from_secs(30);
/// A run older than this is another one: its records would soon be too old to enter the log.
const RUN_MAX_MS: i64 = 20 * 3_600_000;

/// Statements to give.
#[derive(Args)]
pub(in crate::cmd) struct StatementsCommand {
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// The period that the statements are named by: `2026`, `2026-Q3` or `2026-07`.
    #[arg(long)]
    period: String,
    #[command(flatten)]
    signing: Signing,
    /// File in which the run is kept; statements-OKUP-PERIOD.run.json by default.
    #[arg(long)]
    run: Option<PathBuf>,
    /// Progress on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
    /// Only count; nothing is recorded.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(
    command: &StatementsCommand,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let client = session.client()?;
    let origin = session.origin(Some(&client))?;
    let seed = command.signing.seed(session, &origin)?;
    let cmo = Subject::registered(Role::Cmo, &command.okup);
    let ledger = LedgerView::new(&client)?;
    let book = Book::subject(&command.okup);
    let (statements, due) = Statements::open(&ledger, (cmo, &book), &command.period)?;
    let asked = due.len();
    let (mut recorded, mut failed) = (0_u64, 0_u64);
    if !command.dry_run && !due.is_empty() {
        let path = command.run.clone().unwrap_or_else(|| {
            PathBuf::from(format!("statements-{}-{}.run.json", command.okup, command.period))
        });
        let kept = kept(&path, &origin, &cmo, session.now)?;
        // Of one run the same statement has the same bytes, so that sending it again is harmless.
        let scribe = Scribe::new(&origin, &command.okup, &seed, &kept.id()?, kept.created()?);
        let meter = Meter::new(command.progress, due.len(), session);
        let mut waiting = due;
        let mut whole = 0_u64;
        while !waiting.is_empty() {
            let mut next = Vec::new();
            for group in waiting.chunks(TOGETHER_MAX) {
                let given = give(&client, &statements, &scribe, group)?;
                for outcome in given {
                    match outcome {
                        Ok(standing) => {
                            recorded += 1;
                            if statements.is_whole(&standing) {
                                whole += 1;
                                meter.done(whole, &mut session.out);
                            } else {
                                next.push(standing);
                            }
                        }
                        Err((standing, error)) => {
                            failed += 1;
                            let tag = Subject::new(Role::Rightsholder, standing.rightsholder);
                            let said = session.out.messages.error(&error);
                            session.out.tell(&format!("{}: {said}", tag.to_text()));
                        }
                    }
                }
            }
            waiting = next;
        }
        meter.end();
    }
    let args = [
        ("due", asked.to_string()),
        ("recorded", recorded.to_string()),
        ("failed", failed.to_string()),
    ];
    let message = if command.dry_run { "desk-statements-due" } else { "desk-statements" };
    let human = session.out.messages.text(message, &args);
    let data = json!({
        "okup": command.okup, "period": command.period, "rightsholders": asked,
        "recorded": recorded, "failed": failed, "dry_run": command.dry_run,
    });
    let plain = vec![asked.to_string(), recorded.to_string(), failed.to_string()];
    let id = recorded.to_string();
    session.out.result("pool.statements", &Shown { data, human, plain, id });
    Ok(if failed > 0 { Exit::Partial } else { Exit::Success })
}

/// The run that goes on, or a new one in the place of an old.
fn kept(path: &Path, origin: &str, cmo: &Subject, now: UnixMillis) -> Result<Run, CliError> {
    let known = Run::open(path, origin, &cmo.to_text(), now)?;
    let fresh = now.0.saturating_sub(known.created()?.0) <= RUN_MAX_MS;
    let run = if fresh {
        known
    } else {
        std::fs::remove_file(path).map_err(|error| CliError::file(path, &error))?;
        Run::open(path, origin, &cmo.to_text(), now)?
    };
    run.keep()?;
    Ok(run)
}

type Outcome = Result<Standing, (Standing, CliError)>;

/// Gives some rightsholders their next statement each.
fn give(
    client: &Client,
    statements: &Statements,
    scribe: &Scribe,
    group: &[Standing],
) -> Result<Vec<Outcome>, CliError> {
    let mut outcomes = Vec::new();
    let mut batch: Vec<(Submission, Standing, &Standing)> = Vec::new();
    let mut bytes = 0;
    for standing in group {
        let (submission, after) = statements.next(scribe, standing)?;
        let length = submission.encode().len();
        if bytes + length > BATCH_BYTES_MAX {
            outcomes.extend(send(client, &std::mem::take(&mut batch))?);
            bytes = 0;
        }
        bytes += length;
        batch.push((submission, after, standing));
    }
    outcomes.extend(send(client, &batch)?);
    Ok(outcomes)
}

fn send(
    client: &Client,
    batch: &[(Submission, Standing, &Standing)],
) -> Result<Vec<Outcome>, CliError> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let submissions: Vec<&Submission> = batch.iter().map(|(submission, ..)| submission).collect();
    let lines = client.submit_batch(&submissions, Wait::Final(WAIT))?.lines;
    let mut outcomes = Vec::new();
    for (line, (submission, after, before)) in lines.into_iter().zip(batch) {
        // What is refused for want of room, or is slow, is sent again alone; a refusal stays one.
        let outcome = match line.status {
            Stage::Final => Ok(after.clone()),
            Stage::Accepted | Stage::Ordered | Stage::Rejected => {
                let settled = settle(client, submission, None, PATIENCE, &mut |_| ());
                settled.map(|()| after.clone()).map_err(|error| ((*before).clone(), error))
            }
        };
        outcomes.push(outcome);
    }
    Ok(outcomes)
}
