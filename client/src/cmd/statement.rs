//! `tamga statement`: what an organisation owes and paid an author, fetched, checked offline, and shown.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::period::Period;

use super::Session;
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::{Colour, Shown};
use crate::statement::{Also, FILE_BYTES_MAX, StatementError, StatementFile, fetch};
use crate::verify::Verdict;

mod show;

use show::View;

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
    /// Fetch the reports of use too, with all uses of the author's works in them.
    #[arg(long)]
    uses: bool,
    /// Leave out the author's status and the statements of other organisations that open its balances.
    #[arg(long)]
    no_balance: bool,
    /// Prove as of one block that these are all batches of the organisation and that this is the author's status.
    #[arg(long, conflicts_with = "no_balance")]
    prove: bool,
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
    /// Only the statements of this period: `2026`, `2026-Q3` or `2026-07`.
    #[arg(long)]
    period: Option<String>,
    /// Compare with another period.
    #[arg(long, requires = "period")]
    compare: Option<String>,
    /// Write the lines, with what became of the money of each, to a CSV file.
    #[arg(long)]
    csv: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The month of use.
    Month,
    /// The work.
    Work,
    /// The rule by which a sum falls to a line.
    Source,
    /// Who used the work; the file needs its uses.
    User,
}

pub(super) fn run(command: &Statement, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Statement::Export(command) => export(command, session),
        Statement::Verify(file) => judge(file, None, session),
        Statement::Show(show) => {
            let view = View {
                by: show.by,
                period: period("--period", show.period.as_ref())?,
                compare: period("--compare", show.compare.as_ref())?,
                csv: show.csv.as_deref(),
            };
            judge(&show.file, Some(&view), session)
        }
    }
}

fn period(option: &'static str, written: Option<&String>) -> Result<Option<Period>, CliError> {
    let parse =
        |text: &String| Period::parse(text).ok_or_else(|| CliError::bad_value(option, text));
    written.map(parse).transpose()
}

fn export(command: &Export, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let author = command.author.parse::<Subject>().ok();
    let Some(author) = author.filter(|author| author.role == Role::Rightsholder) else {
        return Err(CliError::bad_value("AUTHOR", &command.author));
    };
    let client = session.client()?;
    let also = Also { uses: command.uses, balance: !command.no_balance, proof: command.prove };
    let file = fetch(&client, &author, &Subject::registered(Role::Cmo, &command.okup), also)?;
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

fn judge(
    file: &File,
    view: Option<&View<'_>>,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let trust = session.trust(file.policy.as_ref())?;
    let name = file.file.display().to_string();
    let content = read(&file.file)?;
    let judged = StatementFile::parse(&content).and_then(|parsed| parsed.verify(&trust));
    let (verdict, human, data) = match &judged {
        Ok(shown) => {
            if let Some(path) = view.and_then(|view| view.csv) {
                show::write_csv(path, shown, view.and_then(|view| view.period.as_ref()))?;
            }
            let human = show::human(shown, view, &name, session);
            (Verdict::Authentic, human, show::to_json(shown, view))
        }
        Err(error) => {
            let verdict = match error {
                StatementError::Receipt(_, _, ReceiptError::CannotCheck(_))
                | StatementError::Proof(_, ReceiptError::CannotCheck(_))
                | StatementError::Unreadable(_) => Verdict::CannotCheck,
                StatementError::Receipt(_, _, ReceiptError::Mismatch(_))
                | StatementError::Proof(_, ReceiptError::Mismatch(_))
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
