//! `tamga pool`: what became of the money of a distribution, and the desk that distributes it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;
use tamga_api::shapes::PoolView;
use tamga_state::status::Sphere;

use super::Session;
use crate::desk::PoolName;
use crate::error::{CliError, Exit};
use crate::output::Shown;
use crate::text;

mod check;
mod payout;
mod publish;
mod report;
mod statements;

/// A pool of collected money.
#[derive(Subcommand)]
pub(super) enum Pool {
    /// Show what was collected, deducted, allocated and paid.
    Show(Which),
    /// Try a whole distribution by a plan; nothing is recorded.
    Check(check::Check),
    /// Fix, allocate, approve and publish a pool by a plan; a run that broke off goes on.
    Publish(publish::Publish),
    /// Pay what a published pool owes and does not hold.
    Payout(payout::PayoutCommand),
    /// Give every rightsholder the statements that are due.
    Statements(statements::StatementsCommand),
    /// Report what moved in an account since the last report.
    Report(report::ReportCommand),
}

/// Which pool.
#[derive(Args)]
pub(super) struct Which {
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// The sphere.
    #[arg(long, default_value = "COPYRIGHT")]
    sphere: String,
    /// The period: `2026`, `2026-Q3` or `2026-07`.
    #[arg(long)]
    period: String,
    /// The currency.
    #[arg(long, default_value = "KZT")]
    currency: String,
}

impl Which {
    fn name(&self) -> Result<PoolName, CliError> {
        let sphere = Sphere::from_name(&self.sphere);
        Ok(PoolName {
            okup: self.okup.clone(),
            sphere: sphere.ok_or_else(|| CliError::bad_value("--sphere", &self.sphere))?,
            period: self.period.clone(),
            currency: self.currency.clone(),
        })
    }
}

/// A file beside another: its name and an ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    path.with_file_name(format!("{}.{ending}", name.unwrap_or_default()))
}

pub(super) fn run(command: &Pool, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Pool::Show(which) => show(which, session),
        Pool::Check(command) => check::run(command, session),
        Pool::Publish(command) => publish::run(command, session),
        Pool::Payout(command) => payout::run(command, session),
        Pool::Statements(command) => statements::run(command, session),
        Pool::Report(command) => report::run(command, session),
    }
}

fn show(show: &Which, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let view = session.client()?.pool(&show.okup, &show.sphere, &show.period, &show.currency)?;
    let human = human(&view, session);
    let plain = vec![view.pool.clone(), view.state.clone(), view.collected.to_string()];
    let id = view.pool.clone();
    session.out.result("pool.show", &Shown { data: json!({ "pool": view }), human, plain, id });
    Ok(Exit::Success)
}

fn human(view: &PoolView, session: &Session<'_>) -> String {
    let share = |bp: Option<i64>| {
        bp.map_or_else(String::new, |bp| format!("{}.{:02} %", bp / 100, bp % 100))
    };
    let row = |id: &str, amount: i64, note: String| {
        format!("  {:<28} {:>20}  {note}", session.text(id), text::hundredths(amount))
    };
    let none = String::new;
    let mut lines = vec![format!("{}  {}", view.pool, view.state)];
    lines.push(row("pool-collected", view.collected, none()));
    lines.extend(
        view.deducted
            .iter()
            .filter(|it| it.amount != 0)
            .map(|it| row("pool-deducted", it.amount, it.kind.clone())),
    );
    lines.push(row("pool-allocated", view.allocated, none()));
    lines.push(row("pool-paid", view.paid, share(view.paid_bp)));
    lines.push(row("pool-tax", view.tax, none()));
    lines.push(row("pool-levied", view.levied, none()));
    lines.push(row("pool-undistributed", view.undistributed, none()));
    lines.push(row("pool-redistributed", view.redistributed, none()));
    lines.extend(view.warnings.iter().map(|warning| format!("  ! {warning}")));
    lines.join("\n")
}
