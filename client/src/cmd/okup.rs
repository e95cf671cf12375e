//! `tamga okup`: what a collective management organisation does with the money, and how it keeps its terms, for everybody.

use clap::{Args, Subcommand};
use serde_json::json;
use tamga_api::queries::{OkupDeadline, OkupDeadlines};
use tamga_api::shapes::{OkupView, PoolMoney};
use tamga_state::royalty::period::Period;

use super::Session;
use super::case::deadlines::{Row, print, silent_text};
use super::listing::{data, day};
use crate::error::{CliError, Exit};
use crate::output::{Output, Shown};
use crate::text;

/// A collective management organisation.
#[derive(Subcommand)]
pub(super) enum Okup {
    /// Show by sphere and period what was collected, deducted and paid, and how much reached rightsholders.
    Show(Show),
    /// Show what is to follow and by when: terms of the law and, apart from them, signals.
    Deadlines(Deadlines),
}

/// Which organisation, and when.
#[derive(Args)]
pub(super) struct Show {
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// The period: `2026`, `2026-Q3` or `2026-07`; by default the year of the newest block.
    #[arg(long)]
    period: Option<String>,
}

/// Whose terms.
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
    match command {
        Okup::Show(command) => show(command, session),
        Okup::Deadlines(command) => deadlines(command, session),
    }
}

fn show(command: &Show, session: &mut Session<'_>) -> Result<Exit, CliError> {
    if let Some(text) = command.period.as_ref().filter(|text| Period::parse(text).is_none()) {
        return Err(CliError::bad_value("--period", text));
    }
    let view = session.client()?.okup(&command.okup, command.period.as_deref())?;
    let human = human(&view, session);
    let plain = vec![view.okup.clone(), view.period.clone(), view.pools.to_string()];
    let id = view.okup.clone();
    session.out.result("okup.show", &Shown { data: json!({ "okup": view }), human, plain, id });
    Ok(Exit::Success)
}

fn share(bp: i64) -> String {
    format!("{} %", text::hundredths(bp))
}

fn human(view: &OkupView, session: &Session<'_>) -> String {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let head = [
        ("okup", view.okup.clone()),
        ("period", view.period.clone()),
        ("pools", view.pools.to_string()),
        ("threshold", share(view.threshold_bp)),
    ];
    let mut lines = vec![say("okup-head", &head)];
    if view.data.is_empty() {
        lines.push(format!("  {}", session.text("okup-none")));
    }
    for sum in &view.sums {
        let args = [
            ("sphere", sum.sphere.clone()),
            ("currency", sum.currency.clone()),
            ("pools", sum.pools.to_string()),
        ];
        lines.push(format!("  {}", say("okup-sum", &args)));
        money(&sum.money, session, &mut lines);
        lines.extend(sum.reaches_threshold.map(|reached| {
            let text = if reached { "okup-reached" } else { "okup-not-reached" };
            format!("      {}", session.text(text))
        }));
    }
    for pool in &view.data {
        lines
            .push(format!("  {}  {}  {}  {}", pool.period, pool.sphere, pool.currency, pool.state));
        money(&pool.money, session, &mut lines);
        lines.extend(pool.warnings.iter().map(|warning| format!("    ! {warning}")));
    }
    lines.join("\n")
}

fn money(money: &PoolMoney, session: &Session<'_>, lines: &mut Vec<String>) {
    let mut row = |id: &str, amount: i64, note: &str| {
        let name = session.text(id);
        lines.push(format!("    {name:<28} {:>20}  {note}", text::hundredths(amount)));
    };
    row("pool-collected", money.collected, "");
    for deducted in money.deducted.iter().filter(|it| it.amount != 0) {
        row("pool-deducted", deducted.amount, &deducted.kind);
    }
    row("pool-allocated", money.allocated, "");
    row("pool-paid", money.paid, &money.paid_bp.map_or_else(String::new, share));
    row("pool-tax", money.tax, "");
    row("pool-levied", money.levied, "");
    row("pool-undistributed", money.undistributed, "");
    row("pool-redistributed", money.redistributed, "");
}

fn deadlines(command: &Deadlines, session: &mut Session<'_>) -> Result<Exit, CliError> {
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
