//! `tamga statement`: what an organisation owes and paid an author, fetched, checked offline, and shown.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value as Json, json};
use tamga_api::time;
use tamga_format::lines::AllocationLine;
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::{Role, Subject};

use super::Session;
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::{Colour, Shown};
use crate::statement::{FILE_BYTES_MAX, StatementError, StatementFile, fetch};
use crate::text;
use crate::verify::Verdict;

/// An author's statement.
#[derive(Subcommand)]
pub(super) enum Statement {
    /// Fetch all statements to an author with their proofs into one file.
    Export(Export),
    /// Check a statement file offline.
    Verify(File),
    /// Check a statement file offline and show what it says.
    Show(Show),
}

/// What to fetch.
#[derive(Args)]
pub(super) struct Export {
    /// The author: `rightsholder:…`.
    author: String,
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// File to write.
    #[arg(short, long)]
    out: PathBuf,
}

/// The file to check.
#[derive(Args)]
pub(super) struct File {
    /// Statement file.
    file: PathBuf,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

/// What to show.
#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    file: File,
    /// By what the lines are added up.
    #[arg(long, value_enum, default_value_t = By::Month)]
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The month of use.
    Month,
    /// The work.
    Work,
    /// The rule by which a sum falls to a line.
    Source,
}

pub(super) fn run(command: &Statement, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Statement::Export(command) => export(command, session),
        Statement::Verify(file) => judge(file, None, session),
        Statement::Show(show) => judge(&show.file, Some(show.by), session),
    }
}

fn export(command: &Export, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let author = command.author.parse::<Subject>().ok();
    let Some(author) = author.filter(|author| author.role == Role::Rightsholder) else {
        return Err(CliError::bad_value("AUTHOR", &command.author));
    };
    let client = session.client()?;
    let file = fetch(&client, &author, &Subject::registered(Role::Cmo, &command.okup))?;
    if file.statements.is_empty() {
        let args = [("author", command.author.clone()), ("okup", command.okup.clone())];
        return Err(CliError::no_statement(&args));
    }
    let text = serde_json::to_string_pretty(&file).unwrap_or_default();
    file::replace(&command.out, text.as_bytes())?;
    let out = command.out.display().to_string();
    let counts = [
        ("statements", file.statements.len().to_string()),
        ("batches", file.batches.len().to_string()),
        ("file", out.clone()),
    ];
    let human = session.out.messages.text("statement-exported", &counts);
    let data = json!({
        "statements": file.statements.len(), "batches": file.batches.len(), "file": out,
    });
    session
        .out
        .result("statement.export", &Shown { data, human, plain: vec![out.clone()], id: out });
    Ok(Exit::Success)
}

fn judge(file: &File, by: Option<By>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy = session.policy(file.policy.as_ref())?;
    let name = file.file.display().to_string();
    let content = read(&file.file)?;
    let judged = StatementFile::parse(&content).and_then(|parsed| parsed.verify(&policy));
    let (verdict, human, data) = match &judged {
        Ok(shown) => (Verdict::Authentic, human(shown, by, &name, session), to_json(shown, by)),
        Err(error) => {
            let verdict = match error {
                StatementError::Receipt(_, _, ReceiptError::CannotCheck(_))
                | StatementError::Unreadable(_) => Verdict::CannotCheck,
                StatementError::Receipt(_, _, ReceiptError::Mismatch(_))
                | StatementError::Mismatch(_) => Verdict::Mismatch,
            };
            let (sign, colour) = match verdict {
                Verdict::Mismatch => ("✖", Colour::Red),
                Verdict::Authentic | Verdict::CannotCheck | Verdict::Pending => {
                    ("?", Colour::Yellow)
                }
            };
            let title = session.text(&format!("verdict-{}", verdict.name()));
            let lines = [
                format!("{}  {name}", session.out.paint(colour, &format!("{sign} {title}"))),
                format!("  {:<14} {error}", session.text("verify-why")),
                format!("  {}", session.text(&format!("verdict-{}.next", verdict.name()))),
            ];
            (verdict, lines.join("\n"), json!({ "fault": error.to_string() }))
        }
    };
    let mut data = data;
    if let Some(object) = data.as_object_mut() {
        object.insert("file".to_owned(), json!(name));
        object.insert("verdict".to_owned(), json!(verdict.name()));
    }
    let plain = vec![verdict.name().to_owned(), name];
    let id = verdict.name().to_owned();
    session.out.result("statement", &Shown { data, human, plain, id });
    Ok(verdict.exit())
}

fn read(path: &Path) -> Result<String, CliError> {
    let length = std::fs::metadata(path).map_err(|error| CliError::file(path, &error))?.len();
    if length > FILE_BYTES_MAX {
        let detail = Said::plain("detail-file-too-long");
        return Err(CliError::unreadable(path.display().to_string(), detail));
    }
    std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))
}

/// What the lines of a group are called.
fn group(by: By, line: &AllocationLine) -> String {
    match by {
        By::Month => time::day(line.used_on).chars().take(7).collect(),
        By::Work => Subject::new(Role::Work, line.work).to_text(),
        By::Source => line.basis.name().to_owned(),
    }
}

fn human(
    shown: &crate::statement::Shown,
    by: Option<By>,
    name: &str,
    session: &Session<'_>,
) -> String {
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let money = |amount: i64| text::hundredths(amount);
    let verdict = format!("✔ {}", session.text("verdict-authentic"));
    let author = Subject::new(Role::Rightsholder, shown.rightsholder).to_text();
    let mut lines = vec![
        format!("{}  {name}", session.out.paint(Colour::Green, &verdict)),
        format!("  {}", say("statement-of", &[("author", author)])),
    ];
    for stated in &shown.statements {
        let args = [
            ("period", stated.period.clone()),
            ("opening", money(stated.opening)),
            ("allocated", money(stated.allocated)),
            ("net", money(stated.net)),
            ("tax", money(stated.tax)),
            ("levied", money(stated.levied)),
            ("closing", money(stated.closing)),
        ];
        lines.push(format!("  {}", say("statement-line", &args)));
    }
    let counts = [
        ("lines", shown.lines.len().to_string()),
        ("batches", shown.batches.to_string()),
        ("payouts", shown.payouts.len().to_string()),
    ];
    lines.push(format!("  {}", say("statement-whole", &counts)));
    for pool in &shown.pools {
        let args = [
            ("collected", money(pool.collected)),
            ("deducted", money(pool.deducted)),
            ("allocated", money(pool.allocated)),
            ("undistributed", money(pool.undistributed)),
        ];
        lines.push(format!("  {}", say("statement-pool", &args)));
    }
    if let Some(by) = by {
        for (key, (count, amount)) in shown.by(|line| group(by, line)) {
            lines.push(format!("    {key}  {count:>6}  {:>18}", money(amount)));
        }
        let held = shown.lines.iter().filter(|line| line.hold.is_some());
        for line in held {
            let reason = line.hold.map(|hold| hold.name()).unwrap_or_default();
            let args = [("reason", reason.to_owned()), ("amount", money(line.amount))];
            lines.push(format!("    {}", say("statement-held", &args)));
        }
    }
    lines.join("\n")
}

fn to_json(shown: &crate::statement::Shown, by: Option<By>) -> Json {
    let statements = shown.statements.iter().map(|it| {
        json!({
            "record": it.record, "period": it.period, "opening": it.opening,
            "allocated": it.allocated, "net": it.net, "tax": it.tax, "levied": it.levied,
            "closing": it.closing,
        })
    });
    let pools = shown.pools.iter().map(|it| {
        json!({
            "pool": Subject::new(Role::Pool, it.pool).to_text(), "collected": it.collected,
            "deducted": it.deducted, "allocated": it.allocated,
            "undistributed": it.undistributed,
        })
    });
    let lines = shown.lines.iter().map(|line| {
        json!({
            "work": Subject::new(Role::Work, line.work).to_text(),
            "used_on": time::day(line.used_on), "basis": line.basis.name(),
            "share_bp": line.share_bp, "amount": line.amount,
            "hold": line.hold.map(|hold| hold.name()),
        })
    });
    let groups = by.map(|by| {
        let groups = shown.by(|line| group(by, line)).into_iter();
        groups
            .map(|(key, (count, amount))| json!({ "key": key, "lines": count, "amount": amount }))
            .collect::<Vec<_>>()
    });
    json!({
        "rightsholder": Subject::new(Role::Rightsholder, shown.rightsholder).to_text(),
        "statements": statements.collect::<Vec<_>>(),
        "pools": pools.collect::<Vec<_>>(),
        "batches": shown.batches,
        "lines": lines.collect::<Vec<_>>(),
        "payouts": shown.payouts.iter().map(|line| json!({
            "state": line.state.name(), "net": line.net, "tax": line.tax, "levied": line.levied,
        })).collect::<Vec<_>>(),
        "groups": groups,
    })
}
