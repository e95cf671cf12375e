//! `tamga works draft` and `tamga usage draft`: works and uses that were read, as drafts of records.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tamga_api::time::{parse_day, parse_instant};
use tamga_format::id::{RecordId, UnixMillis, sha256};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{FieldType, Kind, valid_bin};
use tamga_state::status::{RightCategory, UsageSource};

use super::Session;
use super::royalty::{Files, listed, write_lines};
use crate::error::{CliError, Exit};
use crate::file;
use crate::import::source;
use crate::lang::Said;
use crate::output::Shown;
use crate::royalty::draft_usage::{self, render, sequence};
use crate::royalty::draft_works::{self, Number};
use crate::royalty::known::{self, Works as KnownWorks};
use crate::royalty::parties::Parties;
use crate::royalty::usage::Usage;
use crate::royalty::work::Work;
use crate::text;

/// Works to draft.
#[derive(Args)]
pub(super) struct WorksDraft {
    /// File of works that `tamga works read` wrote.
    file: PathBuf,
    /// БИН of the organisation that registers them.
    #[arg(long)]
    okup: String,
    /// List of parties: which rightsholder each IPI or number is.
    #[arg(long)]
    parties: PathBuf,
    /// First day of the shares, YYYY-MM-DD.
    #[arg(long)]
    valid_from: String,
    /// Time of the registration, RFC 3339; now by default.
    #[arg(long)]
    event_time: Option<String>,
    /// File whose hash the shares name: the registration as it came. The file of works by default.
    #[arg(long)]
    document: Option<PathBuf>,
    /// Kind of the works.
    #[arg(long, default_value = "MUSIC")]
    work_kind: String,
    /// Which number of a work becomes its id.
    #[arg(long, value_enum, default_value_t = Number::Submitter)]
    number: Number,
    /// What stands before that number.
    #[arg(long, default_value = "")]
    prefix: String,
    /// File of drafts to write, one JSON object per line; or a folder for all files.
    #[arg(short, long)]
    out: PathBuf,
    /// File of what stayed out; beside --out by default.
    #[arg(long)]
    errors: Option<PathBuf>,
    /// List of the works to write, with which usage is matched; beside --out by default.
    #[arg(long)]
    list: Option<PathBuf>,
}

/// Uses to draft.
#[derive(Args)]
pub(super) struct UsageDraft {
    /// File of usage that `tamga usage read` wrote.
    file: PathBuf,
    /// БИН of the organisation.
    #[arg(long)]
    okup: String,
    /// Who used the works: БИН, or `licensee:…`.
    #[arg(long)]
    user: String,
    /// Who writes the record: БИН of an organisation; the one of --okup by default.
    #[arg(long)]
    writer: Option<String>,
    /// Works: the list that `tamga works draft` wrote, or an export of records.
    #[arg(long)]
    works: PathBuf,
    /// Who counted.
    #[arg(long, value_enum)]
    source: Source,
    /// Id of the record that granted the licence.
    #[arg(long)]
    licence: Option<String>,
    /// Category of uses for which the report gives none.
    #[arg(long, value_enum)]
    category: Option<Category>,
    /// First day of uses for which the report gives none, YYYY-MM-DD.
    #[arg(long)]
    first_day: Option<String>,
    /// Last day of uses for which the report gives none.
    #[arg(long)]
    last_day: Option<String>,
    /// Folder to write to; its seed makes the same files again.
    #[arg(short, long)]
    out: PathBuf,
}

/// Who counted.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Source {
    Report,
    Counter,
    Dsr,
}

/// A category of rights.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
enum Category {
    Pr,
    Mr,
    Sr,
    Pc,
    Rr,
}

impl Source {
    const fn counted(self) -> UsageSource {
        match self {
            Self::Report => UsageSource::Report,
            Self::Counter => UsageSource::Counter,
            Self::Dsr => UsageSource::Dsr,
        }
    }
}

impl Category {
    const fn right(self) -> RightCategory {
        match self {
            Self::Pr => RightCategory::Performing,
            Self::Mr => RightCategory::Mechanical,
            Self::Sr => RightCategory::Synchronisation,
            Self::Pc => RightCategory::PrivateCopying,
            Self::Rr => RightCategory::Resale,
        }
    }
}

pub(super) fn works(command: &WorksDraft, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let out =
        if command.out.is_dir() { command.out.join("drafts.ndjson") } else { command.out.clone() };
    let files = Files::of(&command.file, &out, command.errors.as_ref())?;
    let list = command.list.clone().unwrap_or_else(|| named(&out, "works.csv"));
    files.keep_apart("--parties", &command.parties, &[])?;
    files.keep_apart("--list", &list, &[&command.file, &command.parties])?;
    let bytes = source::read(&command.file)?;
    let document = match &command.document {
        Some(path) => sha256(&[&source::read(path)?]),
        None => sha256(&[&bytes]),
    };
    let terms = draft_works::Terms {
        okup: bin("--okup", &command.okup)?,
        valid_from: parse_day(&command.valid_from)
            .map(|_| command.valid_from.clone())
            .ok_or_else(|| CliError::bad_value("--valid-from", &command.valid_from))?,
        event_time: match &command.event_time {
            Some(time) => parse_instant(time)
                .map(|_| time.clone())
                .ok_or_else(|| CliError::bad_value("--event-time", time))?,
            None => seconds(session.now),
        },
        document,
        work_kind: work_kind(&command.work_kind)?,
        number: command.number,
        prefix: command.prefix.clone(),
    };
    let parties = Parties::read(&source::read(&command.parties)?)?;
    let works: Vec<Work> = objects(&bytes, "what-works")?;
    let drafted = draft_works::draft(&works, &parties, &terms);
    write_lines(&files.out, &drafted.drafts)?;
    file::replace(&list, &known::render(&drafted.works)?)?;
    drafted.findings.write(&files.errors, &session.out.messages)?;
    let incomplete = |draft: &&tamga_api::draft::Draft| {
        draft.fields.get("completeness") == Some(&json!("INCOMPLETE"))
    };
    let incomplete = drafted.drafts.iter().filter(incomplete).count();
    let fits = drafted.findings.count() == 0;
    let path = |path: &Path| path.display().to_string();
    let (count, errors) = (drafted.drafts.len(), path(&files.errors));
    let args = [
        ("drafts", count.to_string()),
        ("works", drafted.works.len().to_string()),
        ("incomplete", incomplete.to_string()),
        ("left", drafted.left_out.to_string()),
        ("out", path(&files.out)),
        ("list", path(&list)),
    ];
    let messages = &session.out.messages;
    let mut lines = vec![messages.text("draft-works", &args)];
    lines.extend(told(&drafted.findings, &errors, session));
    let data = json!({
        "file": files.out, "drafts": count, "works": drafted.works.len(),
        "incomplete": incomplete, "left_out": drafted.left_out,
        "findings": drafted.findings.count(), "list": list,
        "errors": (!fits).then_some(&errors),
    });
    let plain = vec![
        path(&files.out),
        count.to_string(),
        drafted.left_out.to_string(),
        drafted.findings.count().to_string(),
        if fits { String::new() } else { errors },
    ];
    let shown = Shown { data, human: lines.join("\n"), plain, id: path(&files.out) };
    session.out.result("works.draft", &shown);
    Ok(if fits { Exit::Success } else { Exit::Partial })
}

pub(super) fn usage(command: &UsageDraft, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let days = (
        day("--first-day", command.first_day.as_deref())?,
        day("--last-day", command.last_day.as_deref())?,
    );
    let okup = bin("--okup", &command.okup)?;
    let writer = command.writer.as_ref().map(|number| bin("--writer", number)).transpose()?;
    let licence = command.licence.as_ref().map(|id| {
        let fits = RecordId::from_hex(id).is_ok();
        fits.then(|| id.clone()).ok_or_else(|| CliError::bad_value("--licence", id))
    });
    let user = user(&command.user)?;
    let licence = licence.transpose()?;
    let uses: Vec<Usage> = objects(&source::read(&command.file)?, "what-usage")?;
    let works = KnownWorks::read(&source::read(&command.works)?)?;
    std::fs::create_dir_all(&command.out).map_err(|error| CliError::file(&command.out, &error))?;
    // Durable before anything follows from it.
    let seed = Seed::of(&command.out.join("seed.json"), session.now)?;
    let terms = draft_usage::Terms {
        issuer: format!("organisation#{}", writer.as_ref().unwrap_or(&okup)),
        okup,
        user,
        source: command.source.counted(),
        licence,
        category: command.category.map(Category::right),
        days,
        event_time: seed.created.clone(),
        seed: seed.bytes()?,
    };
    let drafted = draft_usage::draft(&uses, &works, &terms)?;
    let at = |name: &str| command.out.join(name);
    let (errors, unmatched) = (at("left-out.csv"), at("unmatched.csv"));
    let draft = serde_json::to_string_pretty(&drafted.draft)
        .map_err(|error| CliError::bug(&error.to_string()))?;
    write_lines(&at("openings.ndjson"), &drafted.openings)?;
    file::replace(&unmatched, &render(&drafted.unmatched, &session.out.messages)?)?;
    drafted.findings.write(&errors, &session.out.messages)?;
    file::replace(&at("lines.cbor"), &sequence(&drafted.lines))?;
    file::replace(&at("draft.json"), format!("{draft}\n").as_bytes())?;
    let path = |path: &Path| path.display().to_string();
    let (lines, open) = (drafted.lines.len(), drafted.unmatched.len());
    let field = |name: &str| drafted.draft.fields.get(name).map(ToString::to_string);
    let args = [
        ("lines", lines.to_string()),
        ("uses", field("uses").unwrap_or_default()),
        ("matched", lines.saturating_sub(open).to_string()),
        ("unmatched", open.to_string()),
        ("left", drafted.left_out.to_string()),
        ("folder", path(&command.out)),
        ("list", path(&unmatched)),
    ];
    let messages = &session.out.messages;
    let mut human = vec![messages.text("draft-usage", &args)];
    if open > 0 {
        human.push(messages.text("draft-unmatched", &args));
    }
    let errors = path(&errors);
    human.extend(told(&drafted.findings, &errors, session));
    let fits = drafted.findings.count() == 0;
    let data = json!({
        "folder": command.out, "draft": at("draft.json"), "lines_file": at("lines.cbor"),
        "lines": lines, "uses": drafted.draft.fields.get("uses"), "unmatched": open,
        "left_out": drafted.left_out, "findings": drafted.findings.count(),
        "batch": drafted.draft.subject, "errors": (!fits).then_some(&errors),
    });
    let plain = vec![
        path(&command.out),
        lines.to_string(),
        open.to_string(),
        drafted.left_out.to_string(),
        if fits { String::new() } else { errors },
    ];
    let shown = Shown { data, human: human.join("\n"), plain, id: drafted.draft.subject.clone() };
    session.out.result("usage.draft", &shown);
    Ok(if fits && open == 0 { Exit::Success } else { Exit::Partial })
}

/// What random values of a folder follow from, and when it was begun. Who has it can open the lines.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    schema: String,
    created: String,
    seed: String,
}

impl Seed {
    const SCHEMA: &str = "tamga.usage.seed/1";

    /// The seed at `path`, made when there is none.
    fn of(path: &Path, now: UnixMillis) -> Result<Self, CliError> {
        let bad = |detail: Said| CliError::unreadable(path.display().to_string(), detail);
        match std::fs::read(path) {
            Ok(bytes) => {
                let seed: Self = serde_json::from_slice(&bytes)
                    .map_err(|error| bad(error.to_string().into()))?;
                if seed.schema == Self::SCHEMA {
                    return Ok(seed);
                }
                let args = vec![("found", seed.schema.into()), ("known", Self::SCHEMA.into())];
                Err(bad(Said::message("detail-version", args)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut random = [0_u8; 32];
                getrandom::fill(&mut random).map_err(|error| CliError::bug(&error.to_string()))?;
                let seed = Self {
                    schema: Self::SCHEMA.to_owned(),
                    created: seconds(now),
                    seed: text::hex(&random),
                };
                let text = serde_json::to_string_pretty(&seed)
                    .map_err(|error| CliError::bug(&error.to_string()))?;
                file::replace(path, format!("{text}\n").as_bytes())?;
                Ok(seed)
            }
            Err(error) => Err(CliError::file(path, &error)),
        }
    }

    fn bytes(&self) -> Result<[u8; 32], CliError> {
        let bad = || CliError::unreadable("seed.json", Said::plain("detail-usage-seed"));
        text::parse_hex32(&self.seed).ok_or_else(bad)
    }
}

/// The objects of a file of them, one per line.
fn objects<T: DeserializeOwned>(bytes: &[u8], what: &'static str) -> Result<Vec<T>, CliError> {
    let mut objects = Vec::new();
    for (number, line) in (1_u64..).zip(bytes.split(|byte| *byte == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let object = serde_json::from_slice(line).map_err(|error| {
            let args =
                vec![("row", number.to_string().into()), ("detail", error.to_string().into())];
            CliError::unreadable(Said::plain(what), Said::message("detail-json-line", args))
        })?;
        objects.push(object);
    }
    Ok(objects)
}

/// What stayed out, for people.
fn told(findings: &crate::royalty::Findings, errors: &str, session: &Session<'_>) -> Vec<String> {
    let messages = &session.out.messages;
    if findings.count() == 0 {
        return Vec::new();
    }
    let shown = listed(findings, messages);
    let more = findings.count().saturating_sub(u64::try_from(shown.len()).unwrap_or(u64::MAX));
    let args = [
        ("findings", findings.count().to_string()),
        ("more", more.to_string()),
        ("errors", errors.to_owned()),
    ];
    let mut lines = vec![messages.text("royalty-findings", &args)];
    lines.extend(shown);
    if more > 0 {
        lines.push(format!("  {}", messages.text("royalty-more", &args)));
    }
    lines.push(messages.text("royalty-errors", &args));
    lines
}

/// A file beside another, named after it.
fn named(path: &Path, end: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    path.with_file_name(format!("{}.{end}", name.unwrap_or_default()))
}

fn bin(flag: &'static str, number: &str) -> Result<String, CliError> {
    let valid = valid_bin(number).then(|| number.to_owned());
    valid.ok_or_else(|| CliError::bad_value(flag, number))
}

fn user(text: &str) -> Result<Subject, CliError> {
    let bad = || CliError::bad_value("--user", text);
    if text.contains(':') {
        let subject: Option<Subject> = text.parse().ok();
        return subject.filter(|subject| subject.role == Role::Licensee).ok_or_else(bad);
    }
    valid_bin(text).then(|| Subject::registered(Role::Licensee, text)).ok_or_else(bad)
}

fn day(flag: &'static str, text: Option<&str>) -> Result<Option<i64>, CliError> {
    let read = |text: &str| parse_day(text).ok_or_else(|| CliError::bad_value(flag, text));
    text.map(read).transpose()
}

/// A kind of works that the catalogue has.
fn work_kind(word: &str) -> Result<String, CliError> {
    let field = Kind::R01.info().field_named("work_kind");
    let known = field
        .is_some_and(|field| matches!(field.ty, FieldType::Code(words) if words.contains(&word)));
    known.then(|| word.to_owned()).ok_or_else(|| CliError::bad_value("--work-kind", word))
}

/// A time in whole seconds.
fn seconds(now: UnixMillis) -> String {
    text::rfc3339(UnixMillis(now.0.saturating_sub(now.0.rem_euclid(1000))))
}
