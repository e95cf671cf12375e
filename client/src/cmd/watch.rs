//! `tamga watch`: final records as they come, one line each.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::Session;
use crate::error::{CliError, Exit};

/// What to follow.
#[derive(Args)]
pub(super) struct Watch {
    /// Only records of this case.
    case: Option<String>,
    /// Cursor to go on from; the beginning by default.
    #[arg(long)]
    after: Option<String>,
    /// Stop after so many records.
    #[arg(long)]
    count: Option<u64>,
}

/// Seconds a long poll waits.
const POLL: Duration = Duration::from_secs(30);
const CASE_POLL: Duration = Duration::from_secs(2);

pub(super) fn run(command: &Watch, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match &command.case {
        Some(case) => follow_case(command, case, session),
        None => follow_log(command, session),
    }
}

fn follow_log(command: &Watch, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let client = session.client()?;
    let mut cursor = command.after.clone();
    let mut seen: u64 = 0;
    loop {
        let page = client.events(cursor.as_deref(), POLL)?;
        for event in &page.data {
            let id = event.record_id.as_deref().unwrap_or_default();
            let human = format!("{:>10}  {:>8}  {:<4} {id}", event.index, event.height, event.kind);
            session.out.result("watch", json!(event), &human, id);
            seen = seen.saturating_add(1);
            if Some(seen) == command.count {
                return Ok(Exit::Success);
            }
        }
        cursor = page.page.next.or(cursor);
    }
}

fn follow_case(command: &Watch, case: &str, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let client = session.client()?;
    let case = super::case::subject(case)?;
    let after: Option<u64> = command.after.as_deref().and_then(|after| after.parse().ok());
    let mut next = after.map_or(0, |number| number.saturating_add(1));
    let mut seen: u64 = 0;
    loop {
        for event in client
            .case_events(&case)?
            .into_iter()
            .filter(|event| event.number >= next)
            .collect::<Vec<_>>()
        {
            let human = format!(
                "{:>4}  {:<4} {}  {}",
                event.number, event.kind, event.event_time, event.record_id
            );
            session.out.result("watch", json!(event), &human, &event.record_id);
            next = event.number.saturating_add(1);
            seen = seen.saturating_add(1);
            if Some(seen) == command.count {
                return Ok(Exit::Success);
            }
        }
        (session.sleep)(CASE_POLL);
    }
}
