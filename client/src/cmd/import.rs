//! `tamga import`: the rows of a file, recorded once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum as _};
use serde_json::json;
use tamga_state::genesis::Genesis;

use super::Session;
use super::progress::{Meter, Progress};
use super::table::TableArgs;
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::import::manifest::{Beside, Journal, Lines, Manifest};
use crate::import::mapping::Mapping;
use crate::import::plan::{Planner, Recipe};
use crate::import::run::Import as Run;
use crate::import::sink::{LedgerSink, RulesSink, Sink};
use crate::import::source::{self, Format, ReadAs};
use crate::import::summary::{Ended, RowEnd, Summary};
use crate::import::table::Table;
use crate::import::trial::TrialSink;
use crate::import::{drafts, errors, genesis};
use crate::lang::{Messages, Said};
use crate::output::{Form, Shown};
use crate::text;

const BATCH: u16 = 200;
const TIMEOUT: u64 = 30;
/// Refused rows that a dry run lists for people.
const LISTED_MAX: usize = 20;

/// A file to import.
#[derive(Args)]
pub(super) struct Import {
    /// Table: CSV, an Excel workbook, or NDJSON.
    file: PathBuf,
    /// Mapping file.
    #[arg(short, long, required_unless_present = "drafts")]
    map: Option<PathBuf>,
    /// The rows are ready drafts, a JSON object per line, or the errors file of such an import.
    #[arg(long, conflicts_with_all = ["map", "format", "sheet"], requires = "sign")]
    drafts: bool,
    /// Name of the key that signs ready drafts.
    #[arg(long, requires = "drafts")]
    sign: Option<String>,
    /// Say what would become of every row; nothing is recorded and no file is written but the one of --errors.
    /// A ledger is asked when there is one, and sees what it holds; otherwise the rules begin from the genesis.
    #[arg(long)]
    dry_run: bool,
    /// Record nothing unless every row is fit; a dry run that asks the ledger goes before.
    #[arg(long, conflicts_with_all = ["dry_run", "resume"])]
    atomic: bool,
    /// Go on past rows that are refused, which is the default.
    #[arg(long = "continue", conflicts_with = "atomic")]
    go_on: bool,
    #[command(flatten)]
    form: TableArgs,
    /// Refuse a table with another number of rows.
    #[arg(long)]
    expect_rows: Option<usize>,
    /// Go on with an earlier import: its manifest must be there.
    #[arg(long)]
    resume: bool,
    /// Manifest file; beside the table by default.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Journal of records; beside the table by default.
    #[arg(long)]
    results: Option<PathBuf>,
    /// File of rows that were not recorded; beside the table by default.
    #[arg(long)]
    errors: Option<PathBuf>,
    /// Key of an author that the mapping names, `NAME=FILE`; demo keys need none.
    #[arg(short, long)]
    key: Vec<String>,
    /// File whose first line is the passphrase of the key files [env: TAMGA_PASSPHRASE].
    #[arg(long, requires = "key")]
    passphrase_file: Option<PathBuf>,
    /// Genesis file that a dry run begins from, instead of asking a ledger; the devnet's by default.
    #[arg(long, requires = "dry_run")]
    genesis: Option<PathBuf>,
    /// Records per request.
    #[arg(long, default_value_t = BATCH, value_parser = clap::value_parser!(u16).range(1..=1000))]
    batch: u16,
    /// Seconds to wait for the finality of a batch, at most 60.
    #[arg(long, conflicts_with = "dry_run", default_value_t = TIMEOUT, value_parser = clap::value_parser!(u64).range(1..=60))]
    timeout: u64,
    /// Progress on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
}

pub(super) fn run(command: &Import, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let mapping = match &command.map {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
            Some(Mapping::parse(&text)?)
        }
        None => None,
    };
    let source = mapping.as_ref().map_or(drafts::SOURCE, |mapping| &mapping.source);
    let table = table(command, mapping.as_ref())?;
    let place = place(command, session)?;
    let origin = match &place {
        Place::Genesis(_, genesis) => genesis.origin.clone(),
        Place::Ledger(client) => session.origin(Some(client))?,
    };
    let keys = session.keys(&command.key, command.passphrase_file.as_deref(), &origin)?;
    let beside = beside(command);
    if command.dry_run && same_file(&beside.errors, &command.file) && command.errors.is_some() {
        return Err(CliError::usage(Said::plain("usage-dry-errors")));
    }
    let (manifest, is_new) = match Manifest::load(&beside.manifest, source, &origin)? {
        Some(manifest) => (manifest, false),
        None if command.resume => return Err(CliError::no_manifest(&beside.manifest)),
        None => (Manifest::new(source, &origin, session.now), true),
    };
    let language = session.out.messages.language();
    let messages = Messages::new(language);
    let recipe: Box<dyn Recipe> = match (&mapping, &command.sign) {
        (Some(mapping), _) => {
            Box::new(Planner::new(&messages, mapping, &keys, &origin, &manifest)?)
        }
        (None, Some(name)) => {
            Box::new(drafts::Signing::new(&messages, &keys, name, &origin, &manifest)?)
        }
        (None, None) => return Err(CliError::bug("drafts are signed by a key")),
    };
    let recipe = recipe.as_ref();
    let job = Job { command, place: &place, beside: &beside, table: &table, recipe };
    if let (Place::Ledger(client), true) = (&place, command.atomic) {
        let ended = job.pass(&mut TrialSink::new(client), Lines::No, session)?;
        if ended.stopped.is_some() || exit(&ended.summary) != Exit::Success {
            return job.end(Dry::Atomic, ended, session);
        }
    }
    let (lines, mut sink): (Lines, Box<dyn Sink>) = match &place {
        Place::Genesis(path, genesis) => {
            let statuses = genesis.initial_statuses().map_err(|error| {
                CliError::unreadable(path.display().to_string(), error.to_string())
            })?;
            (Lines::No, Box::new(RulesSink::new(statuses, &origin, session.now, language)))
        }
        Place::Ledger(client) if command.dry_run => (Lines::No, Box::new(TrialSink::new(client))),
        Place::Ledger(client) => {
            // Durable before the first record is sent: a crash must not change the dates of the next run.
            if is_new {
                manifest.save(&beside.manifest)?;
            }
            (Lines::Append, Box::new(LedgerSink::new(client, Duration::from_secs(command.timeout))))
        }
    };
    let ended = job.pass(sink.as_mut(), lines, session)?;
    let dry = if command.dry_run { Dry::Asked } else { Dry::No };
    job.end(dry, ended, session)
}

/// What is imported, from where, and who judges it.
struct Job<'a> {
    command: &'a Import,
    place: &'a Place,
    beside: &'a Beside,
    table: &'a Table,
    recipe: &'a dyn Recipe,
}

/// Whether anything was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dry {
    /// It was.
    No,
    /// Nothing, as was asked for.
    Asked,
    /// Nothing, since a row is not fit.
    Atomic,
}

fn table(command: &Import, mapping: Option<&Mapping>) -> Result<Table, CliError> {
    let table = match mapping {
        Some(mapping) => command.form.read(&command.file, mapping)?.1,
        None => drafts::table(&source::read(&command.file)?)?,
    };
    match command.expect_rows {
        Some(expected) if expected != table.rows.len() => {
            let rows = table.rows.len().to_string();
            let args = vec![("rows", rows.into()), ("expected", expected.to_string().into())];
            let detail = Said::message("detail-expected-rows", args);
            Err(CliError::unreadable(Said::plain("what-table"), detail))
        }
        Some(_) | None => Ok(table),
    }
}

impl Job<'_> {
    /// All rows through one sink.
    fn pass(
        &self,
        sink: &mut dyn Sink,
        lines: Lines,
        session: &mut Session<'_>,
    ) -> Result<Ended, CliError> {
        let mut journal = Journal::open(&self.beside.results, lines)?;
        let interrupted = (session.interrupt)();
        let meter = Meter::new(self.command.progress, self.table.rows.len(), session);
        let batch = usize::from(self.command.batch);
        let import = Run::new(self.recipe, sink, &mut journal, batch, &interrupted);
        let ended = import.run(self.table, &mut |row| meter.done(row, &mut session.out));
        meter.end();
        Ok(ended)
    }

    /// Writes the errors file, and tells what became of the rows.
    fn end(&self, dry: Dry, ended: Ended, session: &mut Session<'_>) -> Result<Exit, CliError> {
        // The file may be the errors file of an earlier run: only a run that decided every row may replace it.
        let written = match dry {
            Dry::No => true,
            Dry::Asked => self.command.errors.is_some(),
            Dry::Atomic => !same_file(&self.beside.errors, &self.command.file),
        };
        let replaces = written && ended.summary.left == 0;
        if replaces {
            errors::write(&self.beside.errors, self.table, &ended.failures)?;
        }
        let errors = replaces && !ended.failures.is_empty();
        self.report(dry, &ended, errors.then_some(self.beside.errors.as_path()), session);
        ended.stopped.map_or_else(|| Ok(exit(&ended.summary)), Err)
    }

    fn report(&self, dry: Dry, ended: &Ended, errors: Option<&Path>, session: &mut Session<'_>) {
        let Self { command, place, beside, table, recipe } = self;
        let example = table.rows.first().and_then(|row| recipe.case_of(row));
        let summary = &ended.summary;
        let goes_on = summary.left > 0 || summary.not_final > 0;
        let again = (goes_on && dry == Dry::No).then(|| resume(command, session));
        let (judge, at) = place.named();
        let mut data = json!(summary);
        if let Some(object) = data.as_object_mut() {
            object.insert("dry_run".to_owned(), json!(dry != Dry::No));
            object.insert("atomic".to_owned(), json!(command.atomic));
            object.insert("read_as".to_owned(), json!(table.read_as));
            object.insert("judged_by".to_owned(), json!(judge));
            object.insert("judged_at".to_owned(), json!(at));
            object.insert("refusals".to_owned(), json!(ended.refusals().collect::<Vec<_>>()));
            object.insert("manifest".to_owned(), json!(beside.manifest));
            object.insert("results".to_owned(), json!(beside.results));
            object.insert("errors".to_owned(), json!(errors));
            object.insert("first_case".to_owned(), json!(example));
            object.insert("resume".to_owned(), json!(again));
        }
        let messages = &session.out.messages;
        let count = |number: u64| number.to_string();
        let args = [
            ("rows", count(summary.rows)),
            ("recorded", count(summary.recorded)),
            ("already", count(summary.already_recorded)),
            ("skipped", count(summary.skipped)),
            ("refused", count(summary.refused)),
            ("left", count(summary.left)),
            ("open", count(summary.not_final)),
            ("derived", count(summary.derived.recorded)),
            ("derived_already", count(summary.derived.already_recorded)),
            ("derived_refused", count(summary.derived.refused)),
        ];
        let suffix = if dry == Dry::No { "" } else { "-dry" };
        let mut lines = vec![
            read_as(&table.read_as, messages),
            messages.text(&format!("import-rows{suffix}"), &args),
            messages.text(&format!("import-derived{suffix}"), &args),
        ];
        let kinds: Vec<String> =
            summary.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        lines.push(format!("  {}", kinds.join("  ")));
        for reason in &summary.reasons {
            lines.push(format!("  {:>6}  {} {}", reason.rows, reason.code, reason.reason));
        }
        if dry != Dry::No {
            lines.extend(listed(ended, messages));
            lines.push(messages.text(&format!("import-dry-{judge}"), &[("at", at)]));
        }
        if dry == Dry::Atomic {
            lines.push(messages.text("import-atomic", &[]));
        }
        if let Some(errors) = errors {
            lines.push(messages.text("import-errors", &[("path", errors.display().to_string())]));
        }
        if summary.left > 0 {
            lines.push(messages.text("import-left", &args));
        }
        if summary.not_final > 0 {
            lines.push(messages.text("import-not-final", &args));
        }
        if let Some(again) = again {
            lines.push(messages.text("import-resume", &[("command", again)]));
        } else if let (Dry::No, Some(case)) = (dry, &example) {
            lines.push(messages.text("import-case", &[("case", case.clone())]));
        }
        let shown = Shown { data, human: lines.join("\n"), ..Shown::default() };
        let form = session.out.form();
        if matches!(form, Form::Ndjson | Form::Plain | Form::Quiet) {
            for end in &ended.rows {
                session.out.item("import.row", shown_row(end));
            }
        }
        if matches!(form, Form::Human | Form::Json | Form::Ndjson) {
            session.out.result("import", &shown);
        }
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn exit(summary: &Summary) -> Exit {
    if summary.interrupted {
        Exit::Interrupted
    } else if summary.refused > 0 || summary.derived.refused > 0 {
        Exit::Partial
    } else if summary.not_final > 0 {
        Exit::NotFinal
    } else {
        Exit::Success
    }
}

/// The command that goes on with this import: every option that says what is sent and where things are kept.
fn resume(command: &Import, session: &Session<'_>) -> String {
    let path = |path: &PathBuf| path.display().to_string();
    let mut words = vec!["tamga".to_owned(), "import".to_owned(), path(&command.file)];
    let mut option = |name: &str, value: Option<String>| {
        words.extend(value.map(|value| [format!("--{name}"), value]).into_iter().flatten());
    };
    option("map", command.map.as_ref().map(path));
    option("sign", command.sign.clone());
    let named = command.form.format.and_then(|format| format.to_possible_value());
    option("format", named.map(|named| named.get_name().to_owned()));
    option("sheet", command.form.sheet.clone());
    option("manifest", command.manifest.as_ref().map(path));
    option("results", command.results.as_ref().map(path));
    option("errors", command.errors.as_ref().map(path));
    for key in &command.key {
        option("key", Some(key.clone()));
    }
    option("passphrase-file", command.passphrase_file.as_ref().map(path));
    option("batch", (command.batch != BATCH).then(|| command.batch.to_string()));
    option("timeout", (command.timeout != TIMEOUT).then(|| command.timeout.to_string()));
    option("url", session.flags.url.clone());
    option("devnet", session.flags.devnet.as_ref().map(path));
    words.extend(command.drafts.then(|| "--drafts".to_owned()));
    words.push("--resume".to_owned());
    words.iter().map(|word| text::shell_word(word)).collect::<Vec<_>>().join(" ")
}

/// Who judges the records.
enum Place {
    /// A ledger.
    Ledger(Client),
    /// The rules, from this genesis file.
    Genesis(PathBuf, Box<Genesis>),
}

impl Place {
    /// The word in JSON, and where it is.
    fn named(&self) -> (&'static str, String) {
        match self {
            Self::Ledger(client) => ("ledger", client.url().to_owned()),
            Self::Genesis(path, _) => ("genesis", path.display().to_string()),
        }
    }
}

fn place(command: &Import, session: &Session<'_>) -> Result<Place, CliError> {
    let asks_ledger =
        !command.dry_run || (command.genesis.is_none() && session.config.url.is_some());
    if asks_ledger {
        return Ok(Place::Ledger(session.client()?));
    }
    let path = session.config.genesis_path(command.genesis.as_deref())?;
    let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let (genesis, _) = genesis(&path, &text)?;
    Ok(Place::Genesis(path, Box::new(genesis)))
}

fn beside(command: &Import) -> Beside {
    let default = Beside::of(&command.file);
    Beside {
        manifest: command.manifest.clone().unwrap_or(default.manifest),
        results: command.results.clone().unwrap_or(default.results),
        errors: command.errors.clone().unwrap_or(default.errors),
    }
}

/// How the table was read, for people.
fn read_as(read: &ReadAs, messages: &Messages) -> String {
    let format = match read.format {
        Format::Csv => "CSV",
        Format::Xlsx => "XLSX",
        Format::Ndjson => "NDJSON",
    };
    let named = |id: &str, value: &str| format!("{} {value}", messages.text(id, &[]));
    let mut parts: Vec<String> = read.encoding.map(str::to_owned).into_iter().collect();
    parts.extend(read.delimiter.map(|delimiter| {
        let shown = if delimiter == '\t' { "\\t".to_owned() } else { delimiter.to_string() };
        named("import-read-delimiter", &shown)
    }));
    parts.extend(read.sheet.as_ref().map(|sheet| named("import-read-sheet", sheet)));
    let seen =
        [(read.decimal_comma, "import-read-comma"), (read.day_first, "import-read-day-first")];
    parts.extend(seen.iter().filter(|(seen, _)| *seen).map(|(_, id)| messages.text(id, &[])));
    let args = [("format", format.to_owned()), ("parts", parts.join(", "))];
    messages.text("import-read", &args)
}

fn shown_row(end: &RowEnd) -> Shown {
    let data = json!(end);
    let status = data.get("status").and_then(|status| status.as_str()).unwrap_or_default();
    let id = end.record_id.clone().unwrap_or_default();
    let plain = vec![
        end.row.to_string(),
        end.key.clone(),
        status.to_owned(),
        id.clone(),
        end.code.clone().unwrap_or_default(),
        end.reason.clone().unwrap_or_default(),
    ];
    Shown { data, human: String::new(), plain, id }
}

/// The rows that would be refused, one line each.
fn listed(ended: &Ended, messages: &Messages) -> Vec<String> {
    let mut refusals = ended.refusals();
    let mut lines: Vec<String> = refusals
        .by_ref()
        .take(LISTED_MAX)
        .map(|end| {
            let args = [
                ("row", end.row.to_string()),
                ("key", end.key.clone()),
                ("code", end.code.clone().unwrap_or_default()),
                ("reason", end.reason.clone().unwrap_or_default()),
            ];
            format!("  {}", messages.text("import-refusal", &args))
        })
        .collect();
    let more = refusals.count();
    if more > 0 {
        let more = messages.text("import-more-refusals", &[("count", more.to_string())]);
        lines.push(format!("  {more}"));
    }
    lines
}
