//! `tamga verify`: one verdict per file, offline.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tamga_format::policy::Policy;
use tamga_state::catalogue::Kind;

use super::{Session, status};
use crate::error::{CliError, Exit};
use crate::export::{Exported, LINE_BYTES_MAX};
use crate::history;
use crate::lang::Said;
use crate::output::{Colour, Shown};
use crate::text;
use crate::trust::Trust;
use crate::verify::{self, Facts, Report, Verdict};

/// Lines of an export that are shown because they are not authentic.
const WRONG_MAX: usize = 100;

/// The files to judge.
#[derive(Args)]
pub(super) struct Verify {
    /// Receipts, exports with proofs, or one `.tlog-proof` together with --record.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Entry bytes of the record that the one `.tlog-proof` is about.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Show each step of the check.
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(command: &Verify, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy_path = session.config.policy_path(command.policy.as_deref())?;
    let trust = Trust::load(&policy_path)?;
    let entry = match &command.record {
        Some(path) => Some(std::fs::read(path).map_err(|error| CliError::file(path, &error))?),
        None => None,
    };
    let view = View { policy: &policy_path, explain: command.explain };
    let mut worst = Verdict::Authentic;
    for file in &command.files {
        let name = file.display().to_string();
        let report = match content(file) {
            Ok(Content::Lines(lines)) if entry.is_none() => {
                worst = worst.max(export(lines, &name, &trust, &view, session));
                continue;
            }
            Ok(Content::Whole(bytes)) if entry.is_none() && history::is_proof(&bytes) => {
                let policy = judging(&trust, &bytes);
                worst = worst.max(subject(&bytes, &name, policy, session)?);
                continue;
            }
            Ok(Content::Whole(bytes)) if entry.is_none() || !verify::is_receipt(&bytes) => {
                verify::file(&bytes, entry.as_deref(), judging(&trust, &bytes))
            }
            Ok(_) => return Err(CliError::pointless("--record", &name)),
            Err(error) => verify::cannot_check(Said::io(&error)),
        };
        worst = worst.max(report.verdict);
        let shown = shown(&report, &name, &view, session);
        session.out.item("verify.file", shown);
    }
    let data = json!({ "verdict": worst.name() });
    session.out.end_list("verify", "files", Shown { data, ..Shown::default() });
    Ok(worst.exit())
}

fn judging<'t>(trust: &'t Trust, bytes: &[u8]) -> &'t Policy {
    trust.judging(std::str::from_utf8(bytes).unwrap_or_default())
}

/// What is said beside the verdicts.
struct View<'v> {
    /// The policy by which was judged.
    policy: &'v Path,
    /// Whether each step of the check is shown.
    explain: bool,
}

/// A file to judge.
enum Content {
    /// A proof, or what is to be one.
    Whole(Vec<u8>),
    /// An export, line by line.
    Lines(Box<dyn BufRead>),
}

fn content(path: &Path) -> io::Result<Content> {
    let mut file = BufReader::new(File::open(path)?);
    let mut begin = line(&mut file)?;
    if Exported::parse(&begin).is_some() {
        return Ok(Content::Lines(Box::new(Cursor::new(begin).chain(file))));
    }
    file.read_to_end(&mut begin)?;
    Ok(Content::Whole(begin))
}

/// The next line, cut off where no record is so long; empty at the end.
fn line(file: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let (most, mut line) = (u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX), Vec::new());
    file.take(most).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Judges a proof about a subject.
fn subject(
    bytes: &[u8],
    name: &str,
    policy: &Policy,
    session: &mut Session<'_>,
) -> Result<Verdict, CliError> {
    let (verdict, human, mut data) = match history::judge_file(bytes, policy) {
        Ok(proven) => {
            let lines = status::lines(&proven, session).join("\n");
            (Verdict::Authentic, lines, status::to_json(&proven))
        }
        Err(error) => {
            let (verdict, human) = status::refused(error, session)?;
            (verdict, human, json!({ "verdict": verdict.name() }))
        }
    };
    if let Some(object) = data.as_object_mut() {
        object.insert("file".to_owned(), json!(name));
    }
    let blank = std::iter::repeat_n(String::new(), 4);
    let plain = [name.to_owned(), verdict.name().to_owned()].into_iter().chain(blank).collect();
    let human = format!("{name}\n{human}");
    session.out.item("verify.file", Shown { data, human, plain, id: verdict.name().to_owned() });
    Ok(verdict)
}

/// Judges the lines of an export; those that are not authentic are shown, then the file as a whole.
fn export(
    mut lines: Box<dyn BufRead>,
    name: &str,
    trust: &Trust,
    view: &View<'_>,
    session: &mut Session<'_>,
) -> Verdict {
    let (mut count, mut wrong, mut worst) = (0_usize, 0_usize, Verdict::Authentic);
    loop {
        let read = line(&mut lines);
        if read.as_ref().is_ok_and(Vec::is_empty) {
            break;
        }
        count += 1;
        let (report, last) = match read {
            Ok(line) => match Exported::parse(&line) {
                Some(exported) => {
                    let policy = trust.judging(exported.receipt_text().unwrap_or_default());
                    (exported.verify(policy), false)
                }
                None => (verify::cannot_check(Said::plain("fault-no-line")), false),
            },
            Err(error) => (verify::cannot_check(Said::io(&error)), true),
        };
        worst = worst.max(report.verdict);
        if report.verdict != Verdict::Authentic {
            wrong += 1;
            if wrong <= WRONG_MAX {
                let shown = shown(&report, &format!("{name}:{count}"), view, session);
                session.out.item("verify.file", shown);
            }
        }
        if last {
            break;
        }
    }
    let args = [("count", count.to_string()), ("wrong", wrong.to_string())];
    let lines = [
        title(worst, name, session),
        format!("  {}", session.out.messages.text("verify-lines", &args)),
        row(session, "verify-signed", &view.policy.display().to_string()),
        row(session, "verify-open-question", &session.text("verify-left-out")),
    ];
    let verdict = worst.name();
    let data = json!({ "file": name, "verdict": verdict, "records": count, "wrong": wrong });
    let blank = std::iter::repeat_n(String::new(), 4);
    let plain = [name.to_owned(), verdict.to_owned()].into_iter().chain(blank).collect();
    let shown = Shown { data, human: lines.join("\n"), plain, id: verdict.to_owned() };
    session.out.item("verify.file", shown);
    worst
}

fn shown(report: &Report, name: &str, view: &View<'_>, session: &Session<'_>) -> Shown {
    let facts = report.facts.as_ref();
    let id = facts.map(|facts| facts.record_id.clone()).or_else(|| report.pending.clone());
    let plain = vec![
        name.to_owned(),
        report.verdict.name().to_owned(),
        id.clone().unwrap_or_default(),
        facts.map(|facts| facts.index.to_string()).unwrap_or_default(),
        facts.and_then(|facts| facts.recorded_at).map(text::rfc3339).unwrap_or_default(),
        report.fault.as_ref().and_then(|fault| fault.code).unwrap_or_default().to_owned(),
    ];
    Shown {
        data: report.json(name, &session.out.messages),
        human: human(report, name, view, session),
        plain,
        id: id.unwrap_or_else(|| report.verdict.name().to_owned()),
    }
}

/// The verdict and what it is on.
fn title(verdict: Verdict, name: &str, session: &Session<'_>) -> String {
    let (sign, colour) = match verdict {
        Verdict::Authentic => ("✔", Colour::Green),
        Verdict::Mismatch => ("✖", Colour::Red),
        Verdict::CannotCheck | Verdict::Pending => ("?", Colour::Yellow),
    };
    let title = session.text(&format!("verdict-{}", verdict.name()));
    format!("{}  {name}", session.out.paint(colour, &format!("{sign} {title}")))
}

fn human(report: &Report, name: &str, view: &View<'_>, session: &Session<'_>) -> String {
    let mut lines = vec![title(report.verdict, name, session)];
    if let Some(facts) = &report.facts {
        lines.extend(summary(facts, view.policy, session));
    }
    if let Some(fault) = &report.fault {
        let fault = session.out.messages.said(&fault.said);
        lines.push(row(session, "verify-why", &fault));
        lines.push(format!(
            "  {}",
            session.text(&format!("verdict-{}.next", report.verdict.name()))
        ));
    }
    if let Some(id) = &report.pending {
        lines.push(row(session, "verify-what", id));
        lines.push(format!("  {}", session.text("verdict-pending.next")));
    }
    if view.explain {
        lines.extend(steps(report, session));
    }
    lines.join("\n")
}

/// What, who, when, who signed, and what no offline check can tell.
fn summary(facts: &Facts, policy: &Path, session: &Session<'_>) -> Vec<String> {
    let record = &facts.record;
    let language = session.out.messages.language().tag();
    let kind = Kind::from_number(record.kind).map(Kind::info);
    let what = kind.map_or_else(
        || record.kind.to_string(),
        |kind| format!("{} {}", kind.code, kind.title.in_language(language)),
    );
    let claimed = text::local_time(record.event_time);
    let when = facts.recorded_at.map_or_else(
        || session.text("verify-when-unknown"),
        |time| {
            session.out.messages.text(
                "verify-when-text",
                &[("recorded", text::local_time(time)), ("claimed", claimed.clone())],
            )
        },
    );
    let names: Vec<&str> = facts.cosigners.iter().map(|(name, _)| name.as_str()).collect();
    let mut lines = vec![
        row(session, "verify-what", &format!("{what}, {}", record.subject)),
        row(session, "verify-who", &format!("{} ({})", record.issuer, record.key_id)),
        row(session, "verify-when", &when),
        row(session, "verify-where", &format!("{} / {}", facts.index, facts.size)),
        row(session, "verify-signed", &format!("{} ({})", names.join(", "), policy.display())),
    ];
    for (name, value) in &facts.draft.body {
        lines.push(row(session, "verify-opened", &format!("{name} = {value}")));
    }
    lines.push(row(session, "verify-open-question", &session.text("verify-newer")));
    lines
}

fn row(session: &Session<'_>, id: &str, value: &str) -> String {
    format!("  {:<14} {value}", session.text(id))
}

/// The steps of the check; after a fault only that it was found is known.
fn steps(report: &Report, session: &Session<'_>) -> Vec<String> {
    let Some(facts) = &report.facts else {
        return Vec::new();
    };
    let mut ids = vec!["step-form", "step-quorum", "step-inclusion"];
    if facts.height.is_some() {
        ids.push("step-block");
    }
    if facts.signature_checked {
        ids.push("step-signature");
    }
    if !facts.draft.body.is_empty() {
        ids.push("step-opened");
    }
    let mut lines: Vec<String> = (1..)
        .zip(ids)
        .map(|(number, id): (u32, &str)| format!("  [{number}] ✔ {}", session.text(id)))
        .collect();
    if !facts.signature_checked {
        lines.push(format!("  [-] {}", session.text("step-signature-open")));
    }
    lines
}
