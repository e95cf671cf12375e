//! `tamga audit`: the whole ledger executed again and compared; and the offline check of a report.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use tamga_format::id::{GenesisHash, TreeRoot, TreeSize, UnixMillis};
use tamga_state::Genesis;

mod sources;

use super::Session;
use super::progress::{Meter, Progress};
use crate::audit::metrics::Metrics;
use crate::audit::{
    Audit as Auditor, Checks, Class, Ended, Finding, Outcome, Report, Seen, Standing, Watch, report,
};
use crate::error::{CliError, Exit};
use crate::file;
use crate::lang::Said;
use crate::output::{Colour, Form, Shown};
use crate::text;
use sources::Sources;

/// Findings that are listed for people.
const LISTED_MAX: usize = 20;
/// Version of the state file.
const SEEN_VERSION: u32 = 1;
/// After so long it is kept how far an audit is.
const KEPT_EVERY: Duration = Duration::from_secs(5 * 60);
/// Of so many parts of its time an audit spends one with keeping.
const KEPT_PARTS: u32 = 20;

/// What to audit, and how.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Option<Command>,
    /// Genesis file; the node's own when absent, which the log then has to bear out.
    #[arg(long)]
    genesis: Option<PathBuf>,
    /// File that keeps the audited checkpoint, and beside it how far the audit is: the next one notices a rewritten log
    /// and goes on from there.
    #[arg(long)]
    state: Option<PathBuf>,
    /// Begin at the genesis, whatever was audited before, and check its signatures again.
    #[arg(long, requires = "state")]
    anew: bool,
    /// File for the report, JSON.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Name of the key that signs the report.
    #[arg(long, requires = "report")]
    sign: Option<String>,
    /// Key to sign with, `NAME=FILE`; demo keys need none.
    #[arg(short, long, requires = "sign")]
    key: Vec<String>,
    /// File whose first line is the passphrase of the key files [env: TAMGA_PASSPHRASE].
    #[arg(long, requires = "key")]
    passphrase_file: Option<PathBuf>,
    /// Another node that has to show the same log, once for each; those of the settings by default [env: TAMGA_NODES].
    #[arg(long = "source", value_name = "URL")]
    sources: Vec<String>,
    /// What to check beside the log itself; everything when absent.
    #[arg(long, value_enum, value_delimiter = ',')]
    checks: Vec<Check>,
    /// Subjects whose stored status and records are compared, chosen at random if there are more.
    #[arg(long, default_value_t = 1_000)]
    subjects: u64,
    /// Hours after its event from which a record is late.
    #[arg(long, default_value_t = 24)]
    late: u32,
    /// Fail if more is found than this, such as `late>1%,closed>0`: per cent are of the records.
    #[arg(long, value_delimiter = ',')]
    fail_on: Vec<String>,
    /// Requests, and checks of signatures, at once.
    #[arg(short, long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Go on auditing what comes.
    #[arg(long)]
    follow: bool,
    /// Seconds between two audits of what came.
    #[arg(long, default_value_t = 60, requires = "follow")]
    interval: u64,
    /// Address at which figures are served for Prometheus, such as 127.0.0.1:9477.
    #[arg(long, requires = "follow")]
    metrics: Option<String>,
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
    Verify {
        /// The report.
        report: PathBuf,
        /// Id of the key that should have signed it, in hex.
        #[arg(long)]
        by: Option<String>,
    },
}

/// What is checked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// Bodies, rules, maps and blocks.
    Rules,
    /// Signatures of records and certificates of blocks; they need the rules.
    Signatures,
    /// Attachments, and with the rules the lines in them.
    Attachments,
    /// Delays, and cases that look alike; they need the rules.
    Observations,
}

/// More of a class than this fails.
struct Threshold {
    class: Class,
    most: u64,
    percent: bool,
}

impl Threshold {
    fn parse(written: &str) -> Result<Self, CliError> {
        let bad = || CliError::bad_value("--fail-on", written);
        let (class, most) = written.split_once('>').ok_or_else(bad)?;
        let class = Class::from_name(class.trim()).ok_or_else(bad)?;
        let (most, percent) = match most.trim().strip_suffix('%') {
            Some(most) => (most, true),
            None => (most.trim(), false),
        };
        Ok(Self { class, most: most.parse().map_err(|_| bad())?, percent })
    }

    fn is_passed(&self, outcome: &Outcome) -> bool {
        let count = outcome.found.count(self.class);
        if self.percent {
            count.saturating_mul(100) > self.most.saturating_mul(outcome.standing.counts().records)
        } else {
            count > self.most
        }
    }
}

pub(super) fn run(command: &Audit, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match &command.command {
        Some(Command::Verify { report, by }) => verify(report, by.as_ref(), session),
        None => audit(command, session),
    }
}

fn audit(command: &Audit, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let thresholds: Vec<Threshold> =
        command.fail_on.iter().map(|it| Threshold::parse(it)).collect::<Result<_, _>>()?;
    if command.follow && session.out.form() == Form::Json {
        return Err(CliError::pointless("--json", "--follow"));
    }
    let trust = session.trust(command.policy.as_ref())?;
    let policy = trust.newest().clone();
    let client = session.client()?;
    let mut sources = Sources::new(&command.sources, &client, session)?;
    let signer = match &command.sign {
        Some(name) => {
            let passphrase = command.passphrase_file.as_deref();
            Some(session.keys(&command.key, passphrase, policy.origin())?.key(name)?)
        }
        None => None,
    };
    let (path, text) = match &command.genesis {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|it| CliError::file(path, &it))?;
            (path.clone(), text)
        }
        None => (PathBuf::from(client.url()), client.genesis()?),
    };
    let (genesis, hash) = crate::import::genesis(&path, &text)?;
    if genesis.origin != policy.origin() {
        return Err(CliError::false_log(client.url(), Said::plain("detail-other-genesis")));
    }
    let seen = command.state.as_deref().map(Seen::load).transpose()?.flatten();
    let mut known = match seen.as_ref().and_then(Seen::log) {
        Some((origin, ..)) if origin != policy.origin() => {
            return Err(CliError::unreadable("--state", Said::plain("detail-other-genesis")));
        }
        Some((_, size, root)) => Some((size, root)),
        None => None,
    };
    let metrics = command.metrics.as_deref().map(Metrics::serve).transpose()?;
    if let Some(metrics) = &metrics {
        let args = [("address", metrics.address().to_string())];
        session.out.tell_message("audit-metrics", &args);
    }
    let interrupted = (session.interrupt)();
    let wants = |check| command.checks.is_empty() || command.checks.contains(&check);
    let checks = Checks {
        signatures: wants(Check::Signatures),
        rules: [Check::Rules, Check::Signatures, Check::Observations].into_iter().any(wants),
        attachments: wants(Check::Attachments),
        observations: wants(Check::Observations),
        subjects: usize::try_from(command.subjects).unwrap_or(usize::MAX),
        late_ms: i64::from(command.late).saturating_mul(3_600_000),
    };
    let (jobs, anew) = (usize::from(command.jobs), command.anew);
    let auditor =
        Auditor { client: &client, policy: &policy, interrupted: &interrupted, jobs, checks, anew };
    let mut keeping = Keeping {
        path: command.state.as_deref().map(beside),
        checks,
        kept: Instant::now(),
        pause: KEPT_EVERY,
        is_behind: false,
    };
    let earlier = match keeping.path.as_deref().filter(|_| !command.anew) {
        Some(path) => taken_up(path, (&genesis, &hash), known, &checks)?,
        None => None,
    };
    let mut standing = match earlier {
        Some(earlier) => earlier,
        None => Standing::new(&genesis, &hash)?,
    };
    let mut rounds = 0_u64;
    let (began, started) = (session.now, Instant::now());
    loop {
        if let Some(evidence) = sources.compare(&client, None, &trust, session)? {
            return Err(CliError::fork(&evidence));
        }
        let progress = command.progress;
        let mut keeper = Keeper { keeping: &mut keeping, progress, session, meter: None };
        let ended = auditor.run(&genesis, standing, known, &mut keeper);
        keeper.meter.iter().for_each(Meter::end);
        let mut outcome = match ended? {
            Ended::Done(outcome) => *outcome,
            Ended::Interrupted(standing) => {
                keeper.interrupted(standing.as_deref())?;
                return Ok(Exit::Interrupted);
            }
        };
        rounds = rounds.saturating_add(1);
        let passed = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        session.now = UnixMillis(began.get().saturating_add(passed));
        // What the others show goes on while one is audited.
        let note = outcome.head.note.clone();
        let evidence = sources.compare(&client, Some(&note), &trust, session)?;
        if let Some(path) = evidence.filter(|_| outcome.found.count(Class::Rewritten) == 0) {
            outcome.found.push(Finding::new(Class::Rewritten, path.display().to_string()));
        }
        let own = judge(&outcome, &thresholds);
        let sound = matches!(own, Exit::Success | Exit::Partial);
        let exit = Some(sources.exit()).filter(|it| sound && *it != Exit::Success).unwrap_or(own);
        let told =
            rounds == 1 || exit != Exit::Success || Some(outcome.head.size) != known.map(|it| it.0);
        let data = data(&outcome, &sources, &hash.to_string(), session);
        if let Some(path) = &command.report {
            file::replace(path, report::file(&data, signer.as_ref()).as_bytes())?;
        }
        if let Some(metrics) = &metrics {
            metrics.show(&outcome, rounds, session.now.get() / 1_000);
        }
        if told {
            show(&outcome, &sources, known, command.report.as_deref(), data, session);
        }
        let is_last = !command.follow || exit != Exit::Success;
        if let Some(path) = command.state.as_deref() {
            keeping.conclude(&outcome, path, session.now, is_last)?;
        }
        if is_last {
            return Ok(exit);
        }
        known = Some((outcome.head.size, outcome.head.root));
        standing = outcome.standing;
        for _ in 0..command.interval.max(1) {
            if interrupted.load(Ordering::Relaxed) {
                if keeping.is_behind {
                    keeping.keep(&standing)?;
                }
                return Ok(Exit::Interrupted);
            }
            (session.sleep)(Duration::from_secs(1));
        }
    }
}

/// Where it is kept how far an audit is, beside its state file.
fn beside(state: &Path) -> PathBuf {
    let mut name = state.as_os_str().to_owned();
    name.push(".standing");
    PathBuf::from(name)
}

/// How far an earlier run came, if that is kept.
fn taken_up(
    path: &Path,
    (genesis, hash): (&Genesis, &GenesisHash),
    seen: Option<(TreeSize, TreeRoot)>,
    checks: &Checks,
) -> Result<Option<Standing>, CliError> {
    let standing = Standing::load(path, genesis, hash, checks)?;
    match (&standing, seen) {
        (Some(standing), Some(seen)) if !standing.belongs_to(seen) => {
            Err(CliError::standing(path, Said::plain("detail-standing-state")))
        }
        _ => Ok(standing),
    }
}

/// Where it is kept how far an audit is, and when.
struct Keeping {
    /// None if it is not kept.
    path: Option<PathBuf>,
    checks: Checks,
    /// When it was kept last, and after how long that is due again.
    kept: Instant,
    pause: Duration,
    /// Whether the last audit came further than is kept.
    is_behind: bool,
}

impl Keeping {
    fn is_due(&self) -> bool {
        self.path.is_some() && self.kept.elapsed() >= self.pause
    }

    fn keep(&mut self, standing: &Standing) -> Result<(), CliError> {
        let Some(path) = &self.path else { return Ok(()) };
        let began = Instant::now();
        standing.keep(path, &self.checks)?;
        // Of a large ledger this takes its time: it is done the more rarely.
        self.pause = KEPT_EVERY.max(began.elapsed().saturating_mul(KEPT_PARTS));
        (self.kept, self.is_behind) = (Instant::now(), false);
        Ok(())
    }

    /// Keeps what the next audit needs of one that came to its end.
    fn conclude(
        &mut self,
        outcome: &Outcome,
        state: &Path,
        now: UnixMillis,
        is_last: bool,
    ) -> Result<(), CliError> {
        if outcome.found.count(Class::Rewritten) > 0 {
            // What was seen before is the evidence. The next audit, too, is held against it.
            return Ok(());
        }
        if !outcome.found.is_clean() {
            // Nothing is built on a false ledger: the next audit reads all of it again.
            return match self.path.as_deref().map(std::fs::remove_file) {
                Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(CliError::file(state, &error))
                }
                _ => Ok(()),
            };
        }
        self.is_behind = true;
        if is_last || self.is_due() {
            self.keep(&outcome.standing)?;
        }
        // What is kept beside is durable before, or of an earlier block, from which the next audit gets here.
        let checkpoint = outcome.head.note.encode();
        let audited_at = text::rfc3339(now);
        Seen { version: SEEN_VERSION, checkpoint, audited_at }.keep(state)
    }
}

/// Shows how far an audit is, and keeps it every few minutes.
struct Keeper<'k, 's> {
    keeping: &'k mut Keeping,
    progress: Progress,
    session: &'k mut Session<'s>,
    meter: Option<Meter>,
}

impl Watch for Keeper<'_, '_> {
    fn tell(&mut self, done: u64, total: u64) {
        let total = usize::try_from(total).unwrap_or(usize::MAX);
        let meter =
            self.meter.get_or_insert_with(|| Meter::new(self.progress, total, self.session));
        meter.done(done, &mut self.session.out);
    }

    fn is_due(&self) -> bool {
        self.keeping.is_due()
    }

    fn keep(&mut self, standing: &Standing) -> Result<(), CliError> {
        self.keeping.keep(standing)
    }
}

impl Keeper<'_, '_> {
    /// Keeps what an interrupted audit did, and says how to go on.
    fn interrupted(&mut self, standing: Option<&Standing>) -> Result<(), CliError> {
        let standing = standing.filter(|it| it.log().is_some());
        let done = standing.and_then(Standing::log);
        if let Some(standing) = standing {
            self.keeping.keep(standing)?;
        }
        let path = self.keeping.path.as_deref().filter(|path| path.exists());
        let id = match (path, done) {
            (Some(_), Some(_)) => "audit-interrupted",
            (Some(_), None) => "audit-interrupted-before",
            (None, _) => "audit-interrupted-lost",
        };
        let args = [
            ("size", done.map(|(size, _)| size.to_string()).unwrap_or_default()),
            ("path", path.map(|it| it.display().to_string()).unwrap_or_default()),
        ];
        self.session.out.tell_message(id, &args);
        Ok(())
    }
}

fn judge(outcome: &Outcome, thresholds: &[Threshold]) -> Exit {
    if outcome.found.count(Class::Rewritten) > 0 {
        Exit::SplitView
    } else if !outcome.found.is_clean() {
        Exit::Mismatch
    } else if thresholds.iter().any(|threshold| threshold.is_passed(outcome)) {
        Exit::Partial
    } else {
        Exit::Success
    }
}

/// What the report says.
fn data(outcome: &Outcome, sources: &Sources, genesis: &str, session: &Session<'_>) -> Value {
    let counts: serde_json::Map<String, Value> = Class::ALL
        .iter()
        .map(|it| (it.name().to_owned(), json!(outcome.found.count(*it))))
        .collect();
    let done = outcome.standing.counts();
    json!({
        "clean": outcome.found.is_clean(),
        "made_at": text::rfc3339(session.now),
        "genesis": genesis,
        "checkpoint": outcome.head.note.encode(),
        "resumed_from": outcome.resumed.map(|size| size.get()),
        "size": outcome.head.size.get(),
        "root": outcome.head.root.to_string(),
        "sources": sources.data(),
        "records": done.records,
        "replayed_height": done.replayed.get(),
        "maps_compared_before": done.astray.map(|height| height.get()),
        "public_rules_only": done.partly,
        "signatures": done.signatures,
        "certificates": done.certificates,
        "subjects": outcome.subjects,
        "subjects_of": outcome.subjects_of,
        "bodies": done.bodies,
        "attachments": done.attachments,
        "counts": counts,
        "findings": outcome.found.listed().iter().map(Finding::data).collect::<Vec<_>>(),
    })
}

fn show(
    outcome: &Outcome,
    sources: &Sources,
    known: Option<(TreeSize, TreeRoot)>,
    report: Option<&Path>,
    data: Value,
    session: &mut Session<'_>,
) {
    let form = session.out.form();
    if matches!(form, Form::Ndjson | Form::Plain | Form::Quiet) {
        for finding in outcome.found.listed() {
            let plain: Vec<String> =
                [finding.class.name().to_owned()].into_iter().chain(finding.columns()).collect();
            let id = plain.join(" ");
            let shown = Shown { data: finding.data(), human: String::new(), plain, id };
            session.out.item("audit.finding", shown);
        }
    }
    if !matches!(form, Form::Human | Form::Json | Form::Ndjson) {
        return;
    }
    let done = outcome.standing.counts();
    let args = [
        ("size", outcome.head.size.to_string()),
        ("records", done.records.to_string()),
        ("height", done.replayed.to_string()),
        ("astray", done.astray.map(|it| it.to_string()).unwrap_or_default()),
        ("partly", done.partly.to_string()),
        ("signatures", done.signatures.to_string()),
        ("certificates", done.certificates.to_string()),
        ("subjects", outcome.subjects.to_string()),
        ("of", outcome.subjects_of.to_string()),
        ("bodies", done.bodies.to_string()),
        ("attachments", done.attachments.to_string()),
        ("from", outcome.resumed.map(|size| size.to_string()).unwrap_or_default()),
        ("known", known.map(|(size, _)| size.to_string()).unwrap_or_default()),
        ("path", report.map(|it| it.display().to_string()).unwrap_or_default()),
    ];
    let messages = &session.out.messages;
    let (sign, colour) =
        if outcome.found.is_clean() { ("✔", Colour::Green) } else { ("✖", Colour::Red) };
    let title = if outcome.found.is_clean() { "audit-clean" } else { "audit-false" };
    let mut lines =
        vec![format!("{} {}", session.out.paint(colour, sign), messages.text(title, &args))];
    let same = known.is_some() && outcome.found.count(Class::Rewritten) == 0;
    let said = [
        ("audit-extends", same),
        ("audit-resumed", outcome.resumed.is_some()),
        ("audit-replayed", true),
        ("audit-partly", done.partly > 0),
        ("audit-checked", true),
        ("audit-subjects", outcome.subjects > 0),
        ("audit-astray", done.astray.is_some()),
    ];
    lines.extend(
        said.iter()
            .filter(|(_, told)| *told)
            .map(|(id, _)| format!("  {}", messages.text(id, &args))),
    );
    lines.extend(sources.lines(session));
    for class in Class::ALL {
        let count = outcome.found.count(*class);
        if count > 0 {
            let id = format!("audit-class-{}", class.name());
            lines.push(format!("{count:>8}  {}", messages.text(&id, &[])));
        }
    }
    for finding in outcome.found.listed().iter().filter(|it| it.class.proves()).take(LISTED_MAX) {
        lines.push(format!("  {}: {}", finding.class.name(), said_finding(finding, session)));
    }
    if report.is_some() {
        lines.push(messages.text("audit-report", &args));
    }
    let shown = Shown { data, human: lines.join("\n"), ..Shown::default() };
    session.out.result("audit", &shown);
}

/// Where a finding is, in words.
fn said_finding(finding: &Finding, session: &Session<'_>) -> String {
    let words = ["audit-at-entry", "audit-at-record", "audit-at-block", "audit-at-subject"];
    let [parts @ .., detail] = finding.columns();
    let mut said: Vec<String> = words
        .iter()
        .zip(parts)
        .filter(|(_, part)| part != "-")
        .map(|(id, part)| session.out.messages.text(id, &[("value", part)]))
        .collect();
    said.extend((detail != "-").then_some(detail));
    said.join(", ")
}

fn verify(path: &Path, by: Option<&String>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    let name = path.display().to_string();
    let read = Report::read(&text);
    let signer = read.as_ref().map(|report| report.key.key_id().to_string());
    let holds = signer.as_ref().is_some_and(|signer| by.is_none_or(|by| by == signer));
    let args = [("path", name.clone()), ("key", signer.clone().unwrap_or_default())];
    let id = if holds { "audit-report-holds" } else { "audit-report-false" };
    let (sign, colour) = if holds { ("✔", Colour::Green) } else { ("✖", Colour::Red) };
    let said = session.out.messages.text(id, &args);
    let human = format!("{} {said}", session.out.paint(colour, sign));
    let report = read.filter(|_| holds).map(|report| report.report);
    let data = json!({ "file": name, "holds": holds, "signer": signer, "report": report });
    let plain = vec![name.clone(), holds.to_string()];
    session.out.result("audit.verify", &Shown { data, human, plain, id: name });
    Ok(if holds { Exit::Success } else { Exit::Mismatch })
}
