//! `tamga works read` and `tamga usage read`: files of the royalty trade as lines of JSON, and what did not fit.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

use super::Session;
use super::table::TableArgs;
use crate::error::{CliError, Exit};
use crate::file::Part;
use crate::import::{errors, source};
use crate::lang::{Messages, Said};
use crate::output::Shown;
use crate::royalty::statement::Mapping;
use crate::royalty::{Findings, Read, cwr, dsr, statement};

/// Findings that are told to people; the errors file has all.
const LISTED_MAX: usize = 20;

/// Works of a registration.
#[derive(Subcommand)]
pub(super) enum Works {
    /// Read works and shares from a CWR file (2.1, 2.2).
    Read(WorksRead),
}

/// A file of works.
#[derive(Args)]
pub(super) struct WorksRead {
    /// CWR file, a registration or an acknowledgement.
    file: PathBuf,
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
struct Files {
    out: PathBuf,
    errors: PathBuf,
}

impl Files {
    fn of(file: &Path, out: &Path, errors: Option<&PathBuf>) -> Result<Self, CliError> {
        let beside = || {
            let name = out.file_name().map(|name| name.to_string_lossy().into_owned());
            out.with_file_name(format!("{}.errors.csv", name.unwrap_or_default()))
        };
        let files = Self { out: out.to_owned(), errors: errors.cloned().unwrap_or_else(beside) };
        let same = |one: &Path, other: &Path| {
            one == other
                || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
        };
        for (flag, path, other) in [
            ("--out", &files.out, file),
            ("--errors", &files.errors, file),
            ("--errors", &files.errors, &files.out),
        ] {
            if same(path, other) {
                let args =
                    vec![("flag", flag.into()), ("path", other.display().to_string().into())];
                return Err(CliError::usage(Said::message("usage-same-file", args)));
            }
        }
        Ok(files)
    }
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
    let Works::Read(command) = command;
    let files = Files::of(&command.file, &command.out, command.errors.as_ref())?;
    let read = cwr::read(&source::read(&command.file)?)?;
    report("works.read", "CWR", &read, &files, session)
}

pub(super) fn usage(command: &UsageCommand, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let UsageCommand::Read(command) = command;
    let files = Files::of(&command.file, &command.out, command.errors.as_ref())?;
    let bytes = source::read(&command.file)?;
    if dsr::is_one(&bytes) {
        let given = [
            ("--mapping", command.mapping.is_some()),
            ("--columns", !command.columns.is_empty()),
            ("--format", command.form.format.is_some()),
            ("--sheet", command.form.sheet.is_some()),
        ];
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
    let listed = read.failures.iter().take(LISTED_MAX).map(|failure| {
        let args = [
            ("line", failure.row.number.to_string()),
            ("record", String::new()),
            ("field", String::new()),
            ("reason", failure.error.detail.clone()),
        ];
        tidy(&messages.text("royalty-listed-row", &args))
    });
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let told = Told {
        schema: "usage.read",
        items: count(read.usage.len()),
        left_out: count(read.failures.len()),
        findings: count(read.failures.len()),
        lines: listed.collect(),
        form: "statement",
    };
    Ok(tell(&told, &files, session))
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

fn write_lines<T: Serialize>(path: &Path, items: &[T]) -> Result<(), CliError> {
    let mut part = Part::create(path)?;
    let mut write = |item: &T| {
        serde_json::to_writer(&mut part, item)?;
        part.write_all(b"\n")
    };
    items.iter().try_for_each(&mut write).map_err(|error| CliError::file(path, &error))?;
    part.keep()
}

/// The first findings, one line each.
fn listed(findings: &Findings, messages: &Messages) -> Vec<String> {
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
