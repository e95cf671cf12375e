//! `tamga verify`: one verdict per file, offline.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;
use tamga_state::catalogue::Kind;

use super::{Session, status};
use crate::carrier::{self, FILE_BYTES_MAX};
use crate::error::{CliError, Exit};
use crate::export::{Exported, LINE_BYTES_MAX};
use crate::history::{self, Lists};
use crate::lang::Said;
use crate::light;
use crate::output::{Colour, Shown};
use crate::pack::{archive, judge};
use crate::text;
use crate::trust::Trust;
use crate::verify::{self, Facts, Report, Verdict, fault};

mod against;

use against::Compared;

mod pack;

/// Lines of an export that are shown because they are not authentic.
const WRONG_MAX: usize = 100;

/// The files to judge.
#[derive(Args)]
pub(super) struct Verify {
    /// Receipts and what carries them (PDF, text or picture of a code), an evidence pack or a folder, exports with proofs,
    /// proofs about subjects, or one `.tlog-proof` together with --record.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Trust policy file, or a chain of policies [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Entry bytes of the record that the one `.tlog-proof` is about.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Proof of all records of a subject that the receipts are compared with; long ones page by page.
    #[arg(long, conflicts_with = "record")]
    against: Vec<PathBuf>,
    /// Show each step of the check.
    #[arg(long)]
    explain: bool,
    /// Ask a node too: is the log that is shown now the one that the files rest on?
    #[arg(long)]
    online: bool,
}

pub(super) fn run(command: &Verify, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy_path = session.config.policy_path(command.policy.as_deref())?;
    let trust = Trust::load(&policy_path)?;
    let entry = match &command.record {
        Some(path) => Some(std::fs::read(path).map_err(|error| CliError::file(path, &error))?),
        None => None,
    };
    let view = View { policy: &policy_path, explain: command.explain };
    let (mut worst, mut lists) = (Verdict::Authentic, Lists::default());
    for path in &command.against {
        let bytes = std::fs::read(path).map_err(|error| CliError::file(path, &error))?;
        let name = path.display().to_string();
        worst = worst.max(subject(&bytes, &name, ruling(&trust, &bytes), &mut lists, session)?);
    }
    let against = (!command.against.is_empty()).then_some(&lists);
    let mut judging = Judging {
        trust: &trust,
        view,
        against,
        pages: Lists::default(),
        notes: Vec::new(),
        left_out: false,
    };
    for file in &command.files {
        let name = file.display().to_string();
        if entry.is_none() && file.is_dir() {
            worst = worst.max(judging.folder(file, &name, session)?);
            continue;
        }
        let verdict = match content(file) {
            Ok(Content::Lines(lines)) if entry.is_none() => {
                export(lines, &name, &trust, &judging.view, session)
            }
            Ok(Content::Whole(bytes)) if entry.is_none() => {
                judging.whole(&bytes, &name, session)?
            }
            Ok(Content::Whole(bytes)) if !verify::is_receipt(&bytes) => {
                let report = verify::file(&bytes, entry.as_deref(), ruling(&trust, &bytes));
                show(&report, &name, &judging.view, session)
            }
            Ok(_) => return Err(CliError::pointless("--record", &name)),
            Err(error) => {
                show(&verify::cannot_check(Said::io(&error)), &name, &judging.view, session)
            }
        };
        worst = worst.max(verdict);
    }
    let Judging { notes, left_out, .. } = judging;
    let now = if command.online { Some(online(notes, &trust, session)?) } else { None };
    let human = now
        .as_ref()
        .map(|size| session.out.messages.text("verify-online", &[("size", size.to_string())]));
    let verdict = if left_out { "left-out" } else { worst.name() };
    let data = json!({ "verdict": verdict, "online_size": now });
    let human = human.unwrap_or_default();
    session.out.end_list("verify", "files", Shown { data, human, ..Shown::default() });
    Ok(if left_out { Exit::SplitView } else { worst.exit() })
}

/// Files as they are judged one after the other.
struct Judging<'v> {
    trust: &'v Trust,
    view: View<'v>,
    /// Lists that records are compared with, if that is asked for.
    against: Option<&'v Lists>,
    /// What proofs among the files show so far: a page goes on where the one before ended.
    pages: Lists,
    /// The checkpoints that the files rest on.
    notes: Vec<Note>,
    /// Whether those who signed a list left out the record of a receipt.
    left_out: bool,
}

impl Judging<'_> {
    /// Judges a file of which all bytes are at hand.
    fn whole(
        &mut self,
        bytes: &[u8],
        name: &str,
        session: &mut Session<'_>,
    ) -> Result<Verdict, CliError> {
        self.notes.extend(verify::checkpoint(bytes));
        if history::is_proof(bytes) {
            return subject(bytes, name, ruling(self.trust, bytes), &mut self.pages, session);
        }
        if !archive::is_archive(bytes) {
            return Ok(self.receipt(bytes, name, session));
        }
        match archive::read(bytes).filter(|members| judge::is_pack(members)) {
            Some(members) => Ok(pack::run(&members, name, self.trust, session)),
            None => {
                let report = verify::cannot_check(Said::plain("fault-archive"));
                Ok(show(&report, name, &self.view, session))
            }
        }
    }

    /// Judges a receipt or what carries one, and compares it with the lists.
    fn receipt(&mut self, bytes: &[u8], name: &str, session: &mut Session<'_>) -> Verdict {
        let policy = ruling(self.trust, bytes);
        let report = verify::file(bytes, None, policy);
        let mut verdict = report.verdict;
        let mut shown = shown(&report, name, &self.view, session);
        if let Some(lists) = self.against {
            let compared = against::compared(bytes, lists, policy);
            self.left_out |= compared.iter().any(Compared::is_left_out);
            if !compared.iter().any(Compared::is_listed) {
                verdict = verdict.max(Verdict::CannotCheck);
            }
            add(&compared, &mut shown, session);
        }
        session.out.item("verify.file", shown);
        verdict
    }

    /// Judges a folder: a pack that was unpacked, or else every file in it.
    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        session: &mut Session<'_>,
    ) -> Result<Verdict, CliError> {
        let members = judge::folder(path)?;
        if judge::is_pack(&members) {
            return Ok(pack::run(&members, name, self.trust, session));
        }
        if members.is_empty() {
            let report = verify::cannot_check(Said::plain("fault-empty-folder"));
            return Ok(show(&report, name, &self.view, session));
        }
        let mut worst = Verdict::Authentic;
        for member in &members {
            let name = format!("{name}/{}", member.name);
            let lines = member.bytes.split_inclusive(|byte| *byte == b'\n').next();
            let verdict = if lines.and_then(Exported::parse).is_some() {
                let lines = Box::new(Cursor::new(member.bytes.clone()));
                export(lines, &name, self.trust, &self.view, session)
            } else {
                self.whole(&member.bytes, &name, session)?
            };
            worst = worst.max(verdict);
        }
        Ok(worst)
    }
}

/// Adds what lists say of a record to what is shown of its receipt.
fn add(compared: &[Compared<'_>], shown: &mut Shown, session: &Session<'_>) {
    let lines = compared.iter().flat_map(|it| it.lines(session));
    shown.human = std::iter::once(shown.human.clone()).chain(lines).collect::<Vec<_>>().join("\n");
    if let Some(object) = shown.data.as_object_mut().filter(|_| !compared.is_empty()) {
        let all = compared.iter().map(Compared::to_json).collect::<Vec<_>>();
        object.insert("against".to_owned(), json!(all));
    }
}

/// Asks a node for its newest checkpoint: it and those of the files are of the log that this computer saw. Gives its
/// size.
fn online(notes: Vec<Note>, trust: &Trust, session: &Session<'_>) -> Result<u64, CliError> {
    // Without a memory nothing could be compared.
    session.state_dir()?;
    let client = session.client()?;
    let text = client.log_checkpoint()?;
    let false_log = |error: ReceiptError| CliError::other_log(client.url(), fault(&error.fault()));
    let newest = light::View::judge(&text, trust).map_err(false_log)?;
    session.take_note(&client, trust, &newest.note)?;
    // What the policy does not accept has its verdict already.
    for note in notes.into_iter().filter(|note| light::View::of_note(note.clone(), trust).is_ok()) {
        session.take_note(&client, trust, &note)?;
    }
    Ok(newest.size.get())
}

/// Shows a report, and gives its verdict.
fn show(report: &Report, name: &str, view: &View<'_>, session: &mut Session<'_>) -> Verdict {
    let shown = shown(report, name, view, session);
    session.out.item("verify.file", shown);
    report.verdict
}

/// The policy that rules the checkpoint of a file, or of the receipt that it carries.
fn ruling<'t>(trust: &'t Trust, file: &[u8]) -> &'t Policy {
    match carrier::receipt(file) {
        Some(Ok(receipt)) => trust.judging(&receipt),
        Some(Err(_)) => trust.newest(),
        None => trust.judging(std::str::from_utf8(file).unwrap_or_default()),
    }
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
    let most = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    if file.take(most).read_to_end(&mut begin)? >= FILE_BYTES_MAX {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(Content::Whole(begin))
}

/// The next line, cut off where no record is so long; empty at the end.
fn line(file: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let (most, mut line) = (u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX), Vec::new());
    file.take(most).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Judges a proof about a subject, which may go on where one before it ended.
fn subject(
    bytes: &[u8],
    name: &str,
    policy: &Policy,
    lists: &mut Lists,
    session: &mut Session<'_>,
) -> Result<Verdict, CliError> {
    let (verdict, human, mut data) = match lists.add(bytes, policy) {
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
