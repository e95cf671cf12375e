//! `tamga watch`: final records as they come, one line each.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::Session;
use crate::error::{CliError, Exit};
use crate::output::{Form, Shown};
use crate::text;

/// What to follow.
#[derive(Args)]
pub(super) struct Watch {
    /// Only records of this case.
    case: Option<String>,
    /// Cursor to go on from, or with a case the number of its last record seen; the beginning by default.
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
    if session.out.form() == Form::Json {
        return Err(CliError::pointless("--json", "watch"));
    }
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
        let page = client.events(cursor.as_deref(), POLL).inspect_err(|_| {
            let again = cursor.as_ref().map(|cursor| format!("tamga watch --after {cursor}"));
            tell_resume(again, session);
        })?;
        for event in &page.data {
            let id = event.record_id.as_deref().unwrap_or_default();
            let human = format!("{:>10}  {:>8}  {:<4} {id}", event.index, event.height, event.kind);
            let plain = vec![
                event.index.to_string(),
                event.height.to_string(),
                event.kind.clone(),
                id.to_owned(),
            ];
            // Without a token the place is all that names a record.
            let id = event.record_id.clone().unwrap_or_else(|| event.index.to_string());
            let shown = Shown { data: json!(event), human, plain, id };
            session.out.item("watch", shown);
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
    let number =
        |after: &str| after.parse::<u64>().map_err(|_| CliError::bad_value("--after", after));
    let after = command.after.as_deref().map(number).transpose()?;
    let mut next = after.map_or(0, |number| number.saturating_add(1));
    let mut seen: u64 = 0;
    loop {
        let events = client.case_events(&case).inspect_err(|_| {
            let last = next.checked_sub(1);
            tell_resume(last.map(|last| format!("tamga watch {case} --after {last}")), session);
        })?;
        let from = next;
        for event in events.into_iter().filter(|event| event.number >= from) {
            let time = text::parse_rfc3339(&event.event_time)
                .map_or_else(|| event.event_time.clone(), text::local_time);
            let human =
                format!("{:>4}  {:<4} {time}  {}", event.number, event.kind, event.record_id);
            let plain = vec![
                event.number.to_string(),
                event.kind.clone(),
                event.event_time.clone(),
                event.record_id.clone(),
            ];
            let id = event.record_id.clone();
            session.out.item("watch", Shown { data: json!(event), human, plain, id });
            next = event.number.saturating_add(1);
            seen = seen.saturating_add(1);
            if Some(seen) == command.count {
                return Ok(Exit::Success);
            }
        }
        (session.sleep)(CASE_POLL);
    }
}

/// Tells how to go on after the last record that was seen.
fn tell_resume(command: Option<String>, session: &mut Session<'_>) {
    if let Some(command) = command {
        session.out.tell_message("watch-resume", &[("command", command)]);
    }
}
