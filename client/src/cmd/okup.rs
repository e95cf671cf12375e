//! `tamga okup`: how a collective management organisation keeps its terms.

use clap::{Args, Subcommand};
use serde_json::json;
use tamga_api::queries::{OkupDeadline, OkupDeadlines};

use super::Session;
use super::case::deadlines::{Row, print, silent_text};
use super::listing::{data, day};
use crate::error::{CliError, Exit};
use crate::output::{Output, Shown};

/// A collective management organisation.
#[derive(Subcommand)]
pub(super) enum Okup {
    /// Show what is to follow and by when: terms of the law and, apart from them, signals.
    Deadlines(Deadlines),
}

/// Which organisation.
#[derive(Args)]
pub(super) struct Deadlines {
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// Show those that were met as well.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(command: &Okup, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Okup::Deadlines(command) = command;
    let OkupDeadlines { okup, as_of, day: today, complete, data: list, silent } =
        session.client()?.okup_deadlines(&command.okup, !command.all)?;
    let out = &mut session.out;
    let args = [("okup", okup.clone()), ("day", day(&today))];
    let title = out.messages.text("okup-deadlines-title", &args);
    let rows = list.into_iter().map(|it| Row {
        data: data(&it),
        further: further(&it, out),
        deadline: it.deadline,
    });
    let rows: Vec<Row> = rows.collect();
    print(&title, "okup.deadline", rows, out);
    if !complete {
        out.tell_message("okup-deadlines-incomplete", &[]);
    }
    let human = silent_text(&silent, out);
    let data = json!({
        "okup": okup, "as_of": as_of, "day": today, "complete": complete, "silent": silent,
    });
    out.end_list("okup.deadlines", "data", Shown { data, human, ..Shown::default() });
    Ok(Exit::Success)
}

/// How many users a deadline is about, and how statements followed a payout.
fn further(deadline: &OkupDeadline, out: &Output<'_>) -> Vec<String> {
    let users = deadline.users.map(|users| {
        let args = [("users", users.to_string())];
        out.messages.text("okup-deadline-users", &args)
    });
    let statements = deadline.statements.map(|counts| {
        let args = [
            ("lines", counts.lines.to_string()),
            ("in_time", counts.in_time.to_string()),
            ("late", counts.late.to_string()),
        ];
        out.messages.text("okup-deadline-statements", &args)
    });
    users.into_iter().chain(statements).collect()
}
