//! `tamga reconcile`: a source's list against the ledger, as a signed report; and the offline check of one.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tamga_format::body::BodyField;
use tamga_format::id::{FileHash, RecordId, UnixMillis, sha256};
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;
use tamga_format::reconciliation::{Class, Item, Reconciliation, Statement};
use tamga_state::machine::EVENT_AHEAD_MS;

use super::Session;
use super::progress::{Progress, read_log};
use super::table::TableArgs;
use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::file;
use crate::import::manifest::{Beside, Journal, Lines, Manifest};
use crate::import::mapping::Mapping;
use crate::import::plan::Planner;
use crate::import::table::Table;
use crate::lang::{Messages, Said};
use crate::light;
use crate::log::{self, Log, Show};
use crate::output::{Colour, Form, Shown};
use crate::reconcile::{Comparison, List};
use crate::text;
use crate::trust::Trust;
use crate::verify::Verdict;

/// Items that are listed for people.
const LISTED_MAX: usize = 20;
/// Last part of a report's file name.
const SUFFIX: &str = "tamga-reconciliation";

/// A list to compare with the ledger.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Reconcile {
    #[command(subcommand)]
    command: Option<Command>,
    /// The list: a file as it is imported.
    #[arg(long, required = true)]
    from: Option<PathBuf>,
    /// Mapping file, as for the import.
    #[arg(short, long, required = true)]
    map: Option<PathBuf>,
    #[command(flatten)]
    form: TableArgs,
    /// Manifest of the list's import; beside the list by default, and not needed.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Journal of the list's import; beside the list by default, and not needed.
    #[arg(long)]
    results: Option<PathBuf>,
    /// Key of an author that the mapping names, `NAME=FILE`; demo keys need none.
    #[arg(short, long)]
    key: Vec<String>,
    /// File whose first line is the passphrase of the key files [env: TAMGA_PASSPHRASE].
    #[arg(long, requires = "key")]
    passphrase_file: Option<PathBuf>,
    /// Name of the key that signs the report; the one whose secret the mapping uses by default.
    #[arg(long)]
    sign: Option<String>,
    /// File for the report; beside the list by default.
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Progress on stderr: auto is a bar on a terminal and nothing elsewhere.
    #[arg(long, value_enum, default_value_t = Progress::Auto)]
    progress: Progress,
}

#[derive(Subcommand)]
enum Command {
    /// Check a report offline.
    Verify(Verify),
}

/// A report, and what it is held against.
#[derive(Args)]
struct Verify {
    /// The report.
    report: PathBuf,
    /// The list that it should be about.
    #[arg(long)]
    from: Option<PathBuf>,
    /// The mapping that it should have been made with.
    #[arg(short, long)]
    map: Option<PathBuf>,
    /// Id of the key that should have signed it, in hex.
    #[arg(long)]
    by: Option<String>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
}

pub(super) fn run(command: &Reconcile, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match (&command.command, &command.from, &command.map) {
        (Some(Command::Verify(verify)), ..) => check(verify, session),
        (None, Some(from), Some(map)) => make(command, from, map, session),
        (None, ..) => Err(CliError::bug("--from and --map are required")),
    }
}

fn make(
    command: &Reconcile,
    from: &Path,
    map: &Path,
    session: &mut Session<'_>,
) -> Result<Exit, CliError> {
    let mapping_bytes = read(map)?;
    let mapping = Mapping::parse(&utf8(map, mapping_bytes.clone())?)?;
    let (list_bytes, table) = command.form.read(from, &mapping)?;
    let policy = session.policy(command.policy.as_ref())?;
    let origin = policy.origin().to_owned();
    let client = session.client()?;
    let keys = session.keys(&command.key, command.passphrase_file.as_deref(), &origin)?;
    let signer = keys.key(command.sign.as_ref().unwrap_or(&mapping.secret))?;
    let beside = Beside::of(from);
    let manifest_path = command.manifest.as_ref().unwrap_or(&beside.manifest);
    let manifest = match Manifest::load(manifest_path, &mapping.source, &origin)? {
        Some(manifest) => manifest,
        None if command.manifest.is_some() => return Err(CliError::no_manifest(manifest_path)),
        // Its dates are no part of what is compared.
        None => Manifest::new(&mapping.source, &origin, session.now),
    };
    let results = command.results.as_ref().unwrap_or(&beside.results);
    let journal = Journal::open(results, Lines::No)?;
    let messages = Messages::new(session.out.messages.language());
    let planner = Planner::new(&messages, &mapping, &keys, &origin, &manifest)?;
    let list = List::read(&planner, &table, &journal)?;
    let interrupted = (session.interrupt)();
    let log = Log::new(&client, &policy, &interrupted);
    let head = log.head()?;
    let period = list.period(session.now);
    // No record is in a block that ended so long before its event.
    let earliest = UnixMillis(period.0.get().saturating_sub(EVENT_AHEAD_MS));
    let first = log.start(&head, earliest)?;
    let mut comparison = Comparison::new(&list, period);
    let show: &mut Show<'_> = &mut |index, entry| comparison.see(index, entry);
    if !read_log(&log, &head, (first, earliest), command.progress, session, show)? {
        return Ok(Exit::Interrupted);
    }
    let compared = comparison.end(&|id| bodies(&client, &policy, id))?;
    let statement = Statement {
        origin,
        file: hash(&list_bytes),
        rows: list.rows,
        left_out: list.left_out,
        mapping: hash(&mapping_bytes),
        period,
        made_at: session.now,
        key: signer.public(),
        first,
        size: head.size,
        root: head.root,
        records: u64::try_from(list.records.len()).unwrap_or(u64::MAX),
        matched: compared.matched,
        matched_root: compared.matched_root,
    };
    let report = Reconciliation::sign(statement, compared.items, head.note, &signer)
        .map_err(|error| CliError::bug(&error.to_string()))?;
    let path = command.out.clone().unwrap_or_else(|| named(from));
    file::replace(&path, report.encode().as_bytes())?;
    told(&report, &path, &table, session);
    Ok(if report.is_clean() { Exit::Success } else { Exit::Partial })
}

/// The body of a record from its receipt, checked against the entry's commitment; `None` if it is not to be had.
fn bodies(
    client: &Client,
    policy: &Policy,
    id: &RecordId,
) -> Result<Option<Vec<BodyField>>, CliError> {
    let opened = log::receipt(client, policy, id, true)?.map(|(_, proven)| proven.opened);
    Ok(opened.filter(|opened| !opened.is_empty()))
}

fn named(list: &Path) -> PathBuf {
    let name = list.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    list.with_file_name(format!("{name}.{SUFFIX}"))
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| CliError::file(path, &error))
}

fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String, CliError> {
    let bad = |_| CliError::unreadable(path.display().to_string(), Said::plain("detail-not-text"));
    String::from_utf8(bytes).map_err(bad)
}

fn hash(bytes: &[u8]) -> FileHash {
    FileHash(sha256(&[bytes]))
}

/// What was found, for people, programs and columns.
fn told(report: &Reconciliation, path: &Path, table: &Table, session: &mut Session<'_>) {
    let form = session.out.form();
    if matches!(form, Form::Ndjson | Form::Plain | Form::Quiet) {
        for item in report.items() {
            session.out.item("reconcile.item", shown_item(item));
        }
    }
    let mut data = data(report);
    if let Some(object) = data.as_object_mut() {
        object.insert("report".to_owned(), json!(path));
    }
    let mut lines = summary(report, session);
    for item in report.items().iter().take(LISTED_MAX) {
        let row = item.row().and_then(|row| usize::try_from(row).ok()?.checked_sub(1));
        let key = row.and_then(|at| table.rows.get(at)).map(|row| row.key.clone());
        lines.push(format!("  {}", said_item(item, key.as_deref(), session)));
    }
    let more = report.items().len().saturating_sub(LISTED_MAX);
    if more > 0 {
        let args = [("count", more.to_string())];
        lines.push(format!("  {}", session.out.messages.text("reconcile-more", &args)));
    }
    let args = [("path", path.display().to_string()), ("key", report.key_id().to_string())];
    lines.push(session.out.messages.text("reconcile-report", &args));
    if matches!(form, Form::Human | Form::Json | Form::Ndjson) {
        let shown = Shown { data, human: lines.join("\n"), ..Shown::default() };
        session.out.result("reconcile", &shown);
    }
}

/// The counts, what was read, and what differs by class.
fn summary(report: &Reconciliation, session: &Session<'_>) -> Vec<String> {
    let statement = report.statement();
    let missing = report.count(Class::MissingInLedger);
    let args = [
        ("rows", statement.rows.to_string()),
        ("left", statement.left_out.to_string()),
        ("records", statement.records.to_string()),
        ("matched", statement.matched.to_string()),
        ("missing", missing.to_string()),
        ("first", statement.first.to_string()),
        ("size", statement.size.to_string()),
        ("from", text::local_time(statement.period.0)),
        ("to", text::local_time(statement.period.1)),
    ];
    let messages = &session.out.messages;
    let (sign, colour) =
        if report.is_clean() { ("✔", Colour::Green) } else { ("✖", Colour::Red) };
    let mut lines = vec![
        format!("{} {}", session.out.paint(colour, sign), messages.text("reconcile-counts", &args)),
        format!("  {}", messages.text("reconcile-rows", &args)),
        format!("  {}", messages.text("log-read", &args)),
    ];
    for class in Class::ALL {
        let count = report.count(*class);
        if count > 0 {
            let id = format!("reconcile-{}", class.name());
            lines.push(format!("  {count:>6}  {}", messages.text(&id, &[])));
        }
    }
    lines
}

fn said_item(item: &Item, key: Option<&str>, session: &Session<'_>) -> String {
    let class = session.text(&format!("reconcile-{}", item.class().name()));
    let line = item.to_string();
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
    match key {
        Some(key) => format!("{class}: {rest} ({key})"),
        None => format!("{class}: {rest}"),
    }
}

fn shown_item(item: &Item) -> Shown {
    let plain: Vec<String> = item.to_string().split(' ').map(str::to_owned).collect();
    let id = plain.get(1..).unwrap_or_default().join(" ");
    Shown { data: item_data(item), human: String::new(), plain, id }
}

fn item_data(item: &Item) -> Value {
    let class = item.class().name();
    match item {
        Item::Unreadable { row, code } => json!({ "class": class, "row": row, "code": code }),
        Item::MissingInLedger { row, label } => {
            json!({ "class": class, "row": row, "record": label })
        }
        Item::Differing { row, label, index, id, fields } => json!({
            "class": class, "row": row, "record": label, "index": index.get(),
            "record_id": id.to_string(), "fields": fields,
        }),
        Item::RepeatedInList { row, label, first } => {
            json!({ "class": class, "row": row, "record": label, "first_row": first })
        }
        Item::MissingInList { index, id } => {
            json!({ "class": class, "index": index.get(), "record_id": id.to_string() })
        }
        Item::RepeatedInLedger { index, id, first } => json!({
            "class": class, "index": index.get(), "record_id": id.to_string(),
            "first_index": first.get(),
        }),
        Item::SameDocument { index, id, row } => json!({
            "class": class, "index": index.get(), "record_id": id.to_string(), "row": row,
        }),
    }
}

fn data(report: &Reconciliation) -> Value {
    let Statement { origin, file, rows, left_out, mapping, period, made_at, .. } =
        report.statement();
    let Statement { first, size, root, records, matched, matched_root, .. } = report.statement();
    let counts: serde_json::Map<String, Value> = Class::ALL
        .iter()
        .map(|class| (class.name().replace('-', "_"), json!(report.count(*class))))
        .collect();
    json!({
        "clean": report.is_clean(), "origin": origin, "file": file.to_string(),
        "mapping": mapping.to_string(), "rows": rows, "left_out": left_out,
        "period": [text::rfc3339(period.0), text::rfc3339(period.1)],
        "made_at": text::rfc3339(*made_at), "signer": report.key_id().to_string(),
        "first": first.get(), "size": size.get(), "root": root.to_string(), "records": records,
        "matched": matched, "matched_root": matched_root.to_string(), "counts": counts,
        "items": report.items().iter().map(item_data).collect::<Vec<_>>(),
    })
}

/// What is wrong with a report, and whether it is false or can't be judged.
struct Fault {
    verdict: Verdict,
    said: Said,
    code: &'static str,
}

fn check(command: &Verify, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let trust = session.trust(command.policy.as_ref())?;
    let bytes = read(&command.report)?;
    let judged = judge(command, &bytes, &trust)?;
    let name = command.report.display().to_string();
    let (verdict, human, mut data) = match judged {
        Ok((report, cosigners)) => {
            let verdict = Verdict::Authentic;
            let title = session.text(&format!("verdict-{}", verdict.name()));
            let title = session.out.paint(Colour::Green, &format!("✔ {title}"));
            let mut lines = vec![format!("{title}  {name}")];
            lines.extend(summary(&report, session).into_iter().map(|line| format!("  {line}")));
            let args = [
                ("key", report.key_id().to_string()),
                ("time", text::local_time(report.statement().made_at)),
                ("names", cosigners.join(", ")),
                ("file", report.statement().file.to_string()),
            ];
            for id in ["reconcile-signed", "reconcile-file", "reconcile-final", "reconcile-open"] {
                lines.push(format!("  {}", session.out.messages.text(id, &args)));
            }
            (verdict, lines.join("\n"), data(&report))
        }
        Err(Fault { verdict, said, code }) => {
            let (sign, colour) = match verdict {
                Verdict::Mismatch => ("✖", Colour::Red),
                Verdict::Authentic | Verdict::Pending | Verdict::CannotCheck => {
                    ("?", Colour::Yellow)
                }
            };
            let title = session.text(&format!("verdict-{}", verdict.name()));
            let said = session.out.messages.said(&said);
            let lines = [
                format!("{}  {name}", session.out.paint(colour, &format!("{sign} {title}"))),
                format!("  {:<14} {said}", session.text("verify-why")),
                format!("  {}", session.text(&format!("verdict-{}.next", verdict.name()))),
            ];
            (verdict, lines.join("\n"), json!({ "fault": said, "code": code }))
        }
    };
    if let Some(object) = data.as_object_mut() {
        object.insert("verdict".to_owned(), json!(verdict.name()));
        object.insert("report".to_owned(), json!(name));
    }
    let plain = vec![name, verdict.name().to_owned()];
    let shown = Shown { data, human, plain, id: verdict.name().to_owned() };
    session.out.result("reconcile.verify", &shown);
    Ok(verdict.exit())
}

/// A report that holds, with who cosigned its checkpoint.
type Held = (Reconciliation, Vec<String>);

fn judge(command: &Verify, bytes: &[u8], trust: &Trust) -> Result<Result<Held, Fault>, CliError> {
    let of = |error: ReceiptError| {
        let fault = error.fault();
        let verdict = match error {
            ReceiptError::Mismatch(_) => Verdict::Mismatch,
            ReceiptError::CannotCheck(_) => Verdict::CannotCheck,
        };
        Fault { verdict, said: crate::verify::fault(&fault), code: fault.code.as_str() }
    };
    let other = |id: &'static str| {
        Ok(Err(Fault { verdict: Verdict::Mismatch, said: Said::plain(id), code: id }))
    };
    let Ok(text) = str::from_utf8(bytes) else {
        let said = Said::plain("detail-not-text");
        return Ok(Err(Fault { verdict: Verdict::CannotCheck, said, code: "proof-file-syntax" }));
    };
    let judged = Reconciliation::parse(text).map_err(ReceiptError::from).and_then(|report| {
        let verified = report.verify(light::ruling(trust, report.checkpoint())?)?;
        let names = verified.cosigners().iter().map(|(name, _)| name.clone()).collect();
        Ok((report, names))
    });
    let (report, names) = match judged {
        Ok(held) => held,
        Err(error) => return Ok(Err(of(error))),
    };
    if command.by.as_ref().is_some_and(|by| *by != report.key_id().to_string()) {
        return other("fault-signer");
    }
    if let Some(path) = &command.from
        && hash(&read(path)?) != report.statement().file
    {
        return other("fault-list");
    }
    if let Some(path) = &command.map
        && hash(&read(path)?) != report.statement().mapping
    {
        return other("fault-mapping");
    }
    Ok(Ok((report, names)))
}
