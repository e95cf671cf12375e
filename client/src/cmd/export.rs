//! `tamga export`: what the log holds, for other programs.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use tamga_api::draft::parse_subject;
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::Body;
use tamga_format::id::{Height, LeafIndex, SubjectId, UnixMillis};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;

use super::Session;
use super::progress::{Progress, read_log};
use crate::error::{CliError, Exit};
use crate::export::{Exported, Table};
use crate::file::Part;
use crate::log::{self, Log, Show};
use crate::output::Shown;
use crate::text;

mod evidence;

/// What to export.
#[derive(Subcommand)]
pub(super) enum Export {
    /// Export records of the log, all of it read and checked.
    Records(Records),
    /// Make an evidence pack: all records of a case or another subject with their proofs, for people, in one file.
    Evidence(evidence::Evidence),
}

/// Which records, and how.
#[derive(Args)]
pub(super) struct Records {
    /// File to write.
    #[arg(short, long)]
    out: PathBuf,
    /// Form of the file; by the ending of its name when absent, NDJSON unless that is `.csv`.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Only records of this kind, by code or name; may be repeated.
    #[arg(long)]
    kind: Vec<String>,
    /// Only records that name this subject: `role:id`, `role#number`, or a case's id in hex; may be repeated.
    #[arg(long)]
    subject: Vec<String>,
    /// Only records of blocks from this time on: RFC 3339, or a day in UTC+5.
    #[arg(long)]
    from: Option<String>,
    /// Only records of blocks before this time.
    #[arg(long)]
    to: Option<String>,
    /// Open the records' bodies, as far as this token may.
    #[arg(long)]
    bodies: bool,
    /// Put each record's receipt into its line, for `tamga verify`.
    #[arg(long)]
    proofs: bool,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Progress on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
}

/// The form of an export.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Ndjson,
    Csv,
}

pub(super) fn run(command: &Export, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Export::Records(command) => records(command, session),
        Export::Evidence(command) => evidence::run(command, session),
    }
}

/// Which records are wanted.
struct Choice {
    /// All if there are none.
    kinds: Vec<Kind>,
    /// All if there are none.
    subjects: Vec<Subject>,
    from: UnixMillis,
    to: UnixMillis,
}

impl Choice {
    fn of(command: &Records) -> Result<Self, CliError> {
        let kind = |name: &String| {
            let known = Kind::from_name(name).or_else(|| Kind::from_name(&name.to_uppercase()));
            known.ok_or_else(|| CliError::bad_value("--kind", name))
        };
        let time = |flag, written: &Option<String>, otherwise| match written {
            Some(written) => {
                text::parse_moment(written).ok_or_else(|| CliError::bad_value(flag, written))
            }
            None => Ok(UnixMillis(otherwise)),
        };
        Ok(Self {
            kinds: command.kind.iter().map(kind).collect::<Result<_, _>>()?,
            subjects: command.subject.iter().map(|it| subject(it)).collect::<Result<_, _>>()?,
            from: time("--from", &command.from, 0)?,
            to: time("--to", &command.to, i64::MAX)?,
        })
    }

    fn takes(&self, record: &Record) -> bool {
        let kind =
            self.kinds.is_empty() || self.kinds.iter().any(|kind| kind.number() == record.kind);
        let named = || record.all_subjects().any(|subject| self.subjects.contains(&subject));
        kind && (self.subjects.is_empty() || named())
    }

    /// The kinds whose fields a table has.
    fn columns(&self) -> &[Kind] {
        if self.kinds.is_empty() { Kind::ALL } else { &self.kinds }
    }
}

fn subject(written: &str) -> Result<Subject, CliError> {
    if let Some(id) = text::parse_hex32(written) {
        return Ok(Subject::new(Role::Case, SubjectId(id)));
    }
    parse_subject(written).map_err(|_| CliError::bad_value("--subject", written))
}

/// Where the records go.
enum Sink {
    Lines(Part),
    Table(Box<Table<Part>>),
}

impl Sink {
    fn create(command: &Records, choice: &Choice) -> Result<Self, CliError> {
        let named = command.out.extension().is_some_and(|it| it.eq_ignore_ascii_case("csv"));
        let usual = if named { Format::Csv } else { Format::Ndjson };
        match command.format.unwrap_or(usual) {
            Format::Csv if command.proofs => Err(CliError::pointless("--proofs", "CSV")),
            Format::Csv => {
                let part = Part::create(&command.out)?;
                let table = Table::new(part, choice.columns(), command.bodies);
                table.map(Box::new).map(Self::Table).map_err(|it| failed(&command.out, it.into()))
            }
            Format::Ndjson => Part::create(&command.out).map(Self::Lines),
        }
    }

    fn write(&mut self, exported: &Exported) -> std::io::Result<()> {
        match self {
            Self::Lines(part) => exported.write(part),
            Self::Table(table) => table.write(exported).map_err(Into::into),
        }
    }

    /// Puts the file in its place.
    fn keep(self, path: &Path) -> Result<(), CliError> {
        match self {
            Self::Lines(part) => part.keep(),
            Self::Table(table) => table.end().map_err(|error| failed(path, error))?.keep(),
        }
    }
}

fn failed(path: &Path, error: std::io::Error) -> CliError {
    CliError::file(path, &error)
}

fn records(command: &Records, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let choice = Choice::of(command)?;
    let policy = session.policy(command.policy.as_ref())?;
    let client = session.client()?;
    let interrupted = (session.interrupt)();
    let log = Log::new(&client, &policy, &interrupted);
    let head = log.head()?;
    let first = log.start(&head, choice.from)?;
    let mut sink = Sink::create(command, &choice)?;
    let (mut count, mut closed) = (0_u64, 0_u64);
    let mut export = |signed: &SignedRecord, index: LeafIndex, block: (Height, UnixMillis)| {
        let receipt = |open| log::receipt(&client, &policy, &signed.id(), open);
        let open = signed.record().body.is_some() && command.bodies;
        let mut found = if open { receipt(true)? } else { None };
        closed = closed.saturating_add(u64::from(open && found.is_none()));
        if found.is_none() && command.proofs {
            found = receipt(false)?;
        }
        let (text, proven) = found.unzip();
        let body = proven.and_then(|proven| Body::new(proven.opened).ok());
        let receipt = text.filter(|_| command.proofs);
        count = count.saturating_add(1);
        let exported = Exported { receipt, ..Exported::new(signed, index, block, body.as_ref()) };
        sink.write(&exported).map_err(|error| failed(&command.out, error))
    };
    // The leaf of a block follows its records and says when they were recorded.
    let mut block: Vec<(LeafIndex, SignedRecord)> = Vec::new();
    let show: &mut Show<'_> = &mut |index, entry| {
        if let Some(signed) = log::record(index, entry)? {
            block.extend(choice.takes(signed.record()).then_some((index, signed)));
        } else if let Ok(leaf) = BlockLeaf::decode(entry) {
            for (index, signed) in block.drain(..) {
                if (choice.from..choice.to).contains(&leaf.time) {
                    export(&signed, index, (leaf.height, leaf.time))?;
                }
            }
        }
        Ok(())
    };
    if !read_log(&log, &head, (first, choice.from), command.progress, session, show)? {
        return Ok(Exit::Interrupted);
    }
    sink.keep(&command.out)?;
    let path = command.out.display().to_string();
    let args = [
        ("count", count.to_string()),
        ("closed", closed.to_string()),
        ("path", path.clone()),
        ("first", first.to_string()),
        ("size", head.size.to_string()),
        ("word", text::shell_word(&path)),
    ];
    let told = [
        ("export-done", true),
        ("log-read", true),
        ("export-closed", closed > 0),
        ("export-verify", command.proofs),
    ];
    let lines = told.into_iter().filter(|(_, told)| *told);
    let human = lines.map(|(id, _)| session.out.messages.text(id, &args)).collect::<Vec<_>>();
    let data = json!({
        "file": path, "records": count, "closed_bodies": closed, "first": first.get(),
        "size": head.size.get(), "root": head.root.to_string(), "origin": policy.origin(),
    });
    let plain = vec![path.clone(), count.to_string(), closed.to_string()];
    let shown = Shown { data, human: human.join("\n"), plain, id: path };
    session.out.result("export.records", &shown);
    Ok(Exit::Success)
}
