//! `tamga works read` and `tamga usage read`: files of the royalty trade as lines of JSON, and what did not fit.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::table::TableArgs;
use super::{Session, draft};
use crate::error::{CliError, Exit};
use crate::file::Part;
use crate::import::summary::Failure;
use crate::import::{errors, source};
use crate::lang::{Messages, Said};
use crate::output::Shown;
use crate::royalty::statement::Mapping;
use crate::royalty::{Findings, Read, cwr, dsr, statement, table};

/// Findings that are told to people; the errors file has all.
const LISTED_MAX: usize = 20;

/// Works of a registration.
#[derive(Subcommand)]
pub(super) enum Works {
    /// Read works and shares from a CWR file (2.1, 2.2), or a table of the template `works`.
    Read(WorksRead),
    /// Draft registrations (R01) and shares (R02) of works that were read.
    Draft(draft::WorksDraft),
}

/// A file of works.
#[derive(Args)]
pub(super) struct WorksRead {
    /// CWR file, a registration or an acknowledgement; or a table (CSV, an Excel workbook, NDJSON).
    file: PathBuf,
    #[command(flatten)]
    form: TableArgs,
    /// File of works to write, one JSON object per line.
    #[arg(short, long)]
    out: PathBuf,
    /// File of what did not fit; beside --out by default.
    #[arg(long)]
    errors: Option<PathBuf>,
}

/// Usage of works.
#[derive(Subcommand)]
pub(super) enum UsageCommand {
    /// Read a royalty statement (a table) or a sales report (DDEX DSR).
    Read(UsageRead),
    /// Draft a usage report (R05) and its lines from usage that was read.
    Draft(draft::UsageDraft),
}

/// A file of usage.
#[derive(Args)]
pub(super) struct UsageRead {
    /// Statement (CSV, an Excel workbook, NDJSON), or DSR flat file.
    file: PathBuf,
    /// Mapping file of a statement.
    #[arg(short, long)]
    mapping: Option<PathBuf>,
    /// Field of a statement and its column, `FIELD=COLUMN`, instead of a mapping; may be repeated.
    #[arg(short, long, conflicts_with = "mapping")]
    columns: Vec<String>,
    #[command(flatten)]
    form: TableArgs,
    /// File of usage to write, one JSON object per line.
    #[arg(short, long)]
    out: PathBuf,
    /// File of what did not fit; beside --out by default. That of a statement can be corrected and read again.
    #[arg(long)]
    errors: Option<PathBuf>,
}

/// The files of one reading, all different.
pub(super) struct Files {
    pub(super) out: PathBuf,
    pub(super) errors: PathBuf,
}

impl Files {
    pub(super) fn of(file: &Path, out: &Path, errors: Option<&PathBuf>) -> Result<Self, CliError> {
        let beside = || {
            let name = out.file_name().map(|name| name.to_string_lossy().into_owned());
            out.with_file_name(format!("{}.errors.csv", name.unwrap_or_default()))
        };
        let files = Self { out: out.to_owned(), errors: errors.cloned().unwrap_or_else(beside) };
        for (flag, path, other) in [
            ("--out", &files.out, file),
            ("--errors", &files.errors, file),
            ("--errors", &files.errors, &files.out),
        ] {
            apart(flag, path, other)?;
        }
        Ok(files)
    }

    /// Checks that a further file to write is none of these, nor one that is read.
    pub(super) fn keep_apart(
        &self,
        flag: &'static str,
        path: &Path,
        read: &[&Path],
    ) -> Result<(), CliError> {
        let others = [self.out.as_path(), self.errors.as_path()];
        others.iter().chain(read).try_for_each(|other| apart(flag, path, other))
    }
}

/// Checks that two files of a call are two.
fn apart(flag: &'static str, path: &Path, other: &Path) -> Result<(), CliError> {
    let same = path == other
        || matches!((path.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other);
    if !same {
        return Ok(());
    }
    let args = vec![("flag", flag.into()), ("path", other.display().to_string().into())];
    Err(CliError::usage(Said::message("usage-same-file", args)))
}

/// What a reading came to.
struct Told {
    /// Its schema, such as `works.read`.
    schema: &'static str,
    items: u64,
    left_out: u64,
    findings: u64,
    /// The first findings, one line each.
    lines: Vec<String>,
    form: &'static str,
}

pub(super) fn works(command: &Works, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let command = match command {
        Works::Read(command) => command,
        Works::Draft(command) => return draft::works(command, session),
    };
    let files = Files::of(&command.file, &command.out, command.errors.as_ref())?;
    let bytes = source::read(&command.file)?;
    if cwr::is_one(&bytes) {
        command.form.refuse("CWR")?;
        return report("works.read", "CWR", &cwr::read(&bytes)?, &files, session);
    }
    let messages = Messages::new(session.out.messages.language());
    let read = table::read(&bytes, command.form.reading(), &messages)?;
    write_lines(&files.out, &read.works)?;
    errors::write(&files.errors, &read.table, &read.failures)?;
    let counts = (count(read.works.len()), read.left_out);
    let told = Told::of_rows("works.read", "table", counts, &read.failures, &messages);
    Ok(tell(&told, &files, session))
}

pub(super) fn usage(command: &UsageCommand, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let command = match command {
        UsageCommand::Read(command) => command,
        UsageCommand::Draft(command) => return draft::usage(command, session),
    };
    let files = Files::of(&command.file, &command.out, command.errors.as_ref())?;
    let bytes = source::read(&command.file)?;
    if dsr::is_one(&bytes) {
        command.form.refuse("DSR")?;
        let given =
            [("--mapping", command.mapping.is_some()), ("--columns", !command.columns.is_empty())];
        if let Some((flag, _)) = given.into_iter().find(|(_, given)| *given) {
            return Err(CliError::pointless(flag, "DSR"));
        }
        return report("usage.read", "DSR", &dsr::read(&bytes)?, &files, session);
    }
    let mapping = match &command.mapping {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
            Mapping::parse(&text)?
        }
        None if command.columns.is_empty() => {
            return Err(CliError::usage(Said::plain("usage-no-mapping")));
        }
        None => Mapping::of_columns(&command.columns)?,
    };
    let messages = Messages::new(session.out.messages.language());
    let read = statement::read(&bytes, &mapping, command.form.reading(), &messages)?;
    write_lines(&files.out, &read.usage)?;
    errors::write(&files.errors, &read.table, &read.failures)?;
    let counts = (count(read.usage.len()), count(read.failures.len()));
    let told = Told::of_rows("usage.read", "statement", counts, &read.failures, &messages);
    Ok(tell(&told, &files, session))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Told {
    /// What a table came to: items that read and that don't, and the rows that don't.
    fn of_rows(
        schema: &'static str,
        form: &'static str,
        (items, left_out): (u64, u64),
        failures: &[Failure],
        messages: &Messages,
    ) -> Self {
        let line = |failure: &Failure| {
            let args = [
                ("line", failure.row.number.to_string()),
                ("reason", failure.error.detail.clone()),
            ];
            tidy(&messages.text("royalty-listed-row", &args))
        };
        let lines = failures.iter().take(LISTED_MAX).map(line).collect();
        Self { schema, items, left_out, findings: count(failures.len()), lines, form }
    }
}

fn report<T: Serialize>(
    schema: &'static str,
    form: &'static str,
    read: &Read<T>,
    files: &Files,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    write_lines(&files.out, &read.items)?;
    read.findings.write(&files.errors, &session.out.messages)?;
    let told = Told {
        schema,
        items: u64::try_from(read.items.len()).unwrap_or(u64::MAX),
        left_out: read.left_out,
        findings: read.findings.count(),
        lines: listed(&read.findings, &session.out.messages),
        form,
    };
    Ok(tell(&told, files, session))
}

pub(super) fn write_lines<T: Serialize>(path: &Path, items: &[T]) -> Result<(), CliError> {
    let mut part = Part::create(path)?;
    let mut write = |item: &T| {
        serde_json::to_writer(&mut part, item)?;
        part.write_all(b"\n")
    };
    items.iter().try_for_each(&mut write).map_err(|error| CliError::file(path, &error))?;
    part.keep()
}

/// The first findings, one line each.
pub(super) fn listed(findings: &Findings, messages: &Messages) -> Vec<String> {
    let line = |finding: &crate::royalty::Finding| {
        let args = [
            ("line", finding.line.to_string()),
            ("record", finding.record.clone()),
            ("field", finding.field.to_owned()),
            ("reason", finding.reason(messages)),
        ];
        tidy(&messages.text("royalty-listed", &args))
    };
    findings.list().iter().take(LISTED_MAX).map(line).collect()
}

/// A line without the gaps that empty values leave.
fn tidy(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    format!("  {}", words.join(" "))
}

fn tell(told: &Told, files: &Files, session: &mut Session<'_>) -> Exit {
    let messages = &session.out.messages;
    let (out, errors) = (files.out.display().to_string(), files.errors.display().to_string());
    let listed = u64::try_from(told.lines.len()).unwrap_or(u64::MAX);
    let more = told.findings.saturating_sub(listed);
    let fits = told.findings == 0;
    let args = [
        ("items", told.items.to_string()),
        ("left", told.left_out.to_string()),
        ("findings", told.findings.to_string()),
        ("more", more.to_string()),
        ("out", out.clone()),
        ("errors", errors.clone()),
    ];
    let head = if told.schema == "works.read" { "royalty-works" } else { "royalty-usage" };
    let mut lines = vec![messages.text(head, &args)];
    if !fits {
        lines.push(messages.text("royalty-findings", &args));
        lines.extend(told.lines.iter().cloned());
        if more > 0 {
            lines.push(format!("  {}", messages.text("royalty-more", &args)));
        }
        lines.push(messages.text("royalty-errors", &args));
    }
    let data = json!({
        "form": told.form, "file": out, "items": told.items, "left_out": told.left_out,
        "findings": told.findings, "errors": (!fits).then_some(&errors),
    });
    let plain = vec![
        out.clone(),
        told.items.to_string(),
        told.left_out.to_string(),
        told.findings.to_string(),
        if fits { String::new() } else { errors },
    ];
    let shown = Shown { data, human: lines.join("\n"), plain, id: out };
    session.out.result(told.schema, &shown);
    if fits { Exit::Success } else { Exit::Partial }
}
