//! `tamga checkpoint`: follow the log of several nodes and notice when one is rolled back, forked, frozen or slow.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};
use tamga_format::id::UnixMillis;

use super::Session;
use super::evidence;
use crate::client::Client;
use crate::config::Origin;
use crate::error::{CliError, Exit};
use crate::light::{Answer, Limits, NodeReport, Notice, Round, Standing, Store, View};
use crate::output::{Colour, Form, Shown};
use crate::text;
use crate::trust::Trust;
use crate::verify::fault;

/// What the log looks like, and looked like before.
#[derive(Subcommand)]
pub(super) enum Checkpoint {
    /// Compare the newest checkpoints of nodes with each other and with what this computer saw.
    Compare(Compare),
    /// Show what this computer saw of the log, without asking anybody.
    Show {
        /// Trust policy file [env: TAMGA_POLICY].
        #[arg(short, long)]
        policy: Option<PathBuf>,
    },
    /// Set aside what this computer saw of the log, and begin anew.
    Forget {
        /// Do it.
        #[arg(long, required = true)]
        yes: bool,
        /// Trust policy file [env: TAMGA_POLICY].
        #[arg(short, long)]
        policy: Option<PathBuf>,
    },
}

/// Whom to ask, and how often.
#[derive(Args)]
pub(super) struct Compare {
    /// Base address of a node, once for each; those of the settings by default [env: TAMGA_NODES].
    #[arg(long = "node", value_name = "URL")]
    nodes: Vec<String>,
    /// Trust policy file [env: TAMGA_POLICY].
    #[arg(short, long)]
    policy: Option<PathBuf>,
    /// Age in seconds at which a view of the log is too old.
    #[arg(long, default_value_t = 300)]
    max_age: u64,
    /// Go on asking until interrupted, or until there is a fork.
    #[arg(long)]
    follow: bool,
    /// Seconds between two rounds.
    #[arg(long, default_value_t = 60, requires = "follow")]
    interval: u64,
    /// Stop after so many rounds.
    #[arg(long, requires = "follow")]
    count: Option<u64>,
}

pub(super) fn run(command: &Checkpoint, session: &mut Session<'_>) -> Result<Exit, CliError> {
    match command {
        Checkpoint::Compare(command) => compare(command, session),
        Checkpoint::Show { policy } => show(policy.as_ref(), session),
        Checkpoint::Forget { policy, .. } => forget(policy.as_ref(), session),
    }
}

fn compare(command: &Compare, session: &mut Session<'_>) -> Result<Exit, CliError> {
    if command.follow && session.out.form() == Form::Json {
        return Err(CliError::pointless("--json", "--follow"));
    }
    let trust = session.trust(command.policy.as_ref())?;
    let clients = clients(&command.nodes, session)?;
    let clients: Vec<&Client> = clients.iter().collect();
    let interrupted = (session.interrupt)();
    let (begun, start) = (SystemTime::now(), session.now);
    let mut rounds: u64 = 0;
    loop {
        // The wall clock, so that a computer that slept knows it.
        let passed = begun.elapsed().unwrap_or_default().as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let now = UnixMillis(start.0.saturating_add(passed));
        let limits = Limits { now, max_age_s: command.max_age };
        let answers = ask(&clients);
        let mut seen = session.seen(&trust)?;
        let before = seen.memory.head.clone();
        let kept = seen.kept.clone();
        let done = seen.round(&clients, answers, &trust, limits);
        let path = seen.keep(&done, now)?;
        drop(seen);
        let told = Told {
            round: &done,
            trust: &trust,
            now,
            before: kept.zip(before.map(|head| head.since)),
            evidence: path.as_ref().map(|path| path.display().to_string()),
        };
        told.tell(rounds > 0, session);
        rounds = rounds.saturating_add(1);
        let exit = done.exit();
        if exit == Exit::SplitView || !command.follow || command.count == Some(rounds) {
            return Ok(exit);
        }
        if !pause(command.interval, &interrupted, session) {
            return Ok(Exit::Interrupted);
        }
    }
}

/// Waits so many seconds; false when interrupted.
fn pause(seconds: u64, interrupted: &AtomicBool, session: &Session<'_>) -> bool {
    for _ in 0..seconds {
        if interrupted.load(Ordering::Relaxed) {
            return false;
        }
        (session.sleep)(Duration::from_secs(1));
    }
    !interrupted.load(Ordering::Relaxed)
}

/// The nodes to ask: those named, those of the settings, or the one that all commands ask.
fn clients(named: &[String], session: &Session<'_>) -> Result<Vec<Client>, CliError> {
    let config = &session.config;
    let flag = config.url.as_ref().filter(|url| matches!(url.origin, Origin::Flag(_)));
    let set = config.nodes.as_ref().map(|nodes| nodes.value.clone());
    let nodes = match (named, flag, set) {
        ([], None, Some(set)) if !set.is_empty() => set,
        ([], ..) => vec![config.url()?.to_owned()],
        (_, Some(_), _) => return Err(CliError::pointless("--url", "--node")),
        (named, None, _) => named.to_vec(),
    };
    Ok(clients_of(&nodes, session))
}

/// Clients of nodes that are compared: each once, since the same node twice would be compared with itself.
pub(super) fn clients_of(nodes: &[String], session: &Session<'_>) -> Vec<Client> {
    let mut once: Vec<&str> = Vec::new();
    for node in nodes.iter().map(|node| node.trim_end_matches('/')) {
        if !once.contains(&node) {
            once.push(node);
        }
    }
    let language = session.out.messages.language().tag();
    let token = session.config.token.as_ref().map(|token| token.value.clone());
    let client = |url: &str| Client::new(url, token.clone(), language, session.sleep);
    once.into_iter().map(|url| client(url).impatient()).collect()
}

/// Asks all nodes at the same time.
pub(super) fn ask(clients: &[&Client]) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            clients.iter().map(|client| scope.spawn(|| client.log_checkpoint())).collect();
        let answers = clients.iter().zip(threads).map(|(client, thread)| {
            let panicked = |_| Err(CliError::bug("asking a node does not panic"));
            let checkpoint = thread.join().unwrap_or_else(panicked);
            Answer { url: client.url().to_owned(), checkpoint }
        });
        answers.collect()
    })
}

/// A round, as it is told.
struct Told<'t> {
    round: &'t Round,
    trust: &'t Trust,
    now: UnixMillis,
    /// What was seen before, and when.
    before: Option<(View, UnixMillis)>,
    /// The file of evidence.
    evidence: Option<String>,
}

impl Told<'_> {
    /// Tells of each node and of the log; of later rounds only of nodes that are not as they should be.
    fn tell(&self, later: bool, session: &mut Session<'_>) {
        let width = self.round.nodes.iter().map(|node| host(&node.url).len()).max().unwrap_or(0);
        for node in &self.round.nodes {
            let shown = self.node(node, width, session);
            if !later || session.out.form() != Form::Human || node.standing != Standing::Current {
                session.out.item("checkpoint.node", shown);
            }
        }
        let human = self.lines(later, session).join("\n");
        let data = self.to_json();
        session.out.end_list(
            "checkpoint.compare",
            "nodes",
            Shown { data, human, ..Shown::default() },
        );
    }

    fn node(&self, node: &NodeReport, width: usize, session: &Session<'_>) -> Shown {
        let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
        let age = node.view.as_ref().and_then(|view| age_s(view, self.now));
        let size = node.view.as_ref().map(|view| view.size.get());
        let aged = age.map_or_else(|| session.text("checkpoint-no-age"), |age| span(age, session));
        let since = node.since.map(text::local_time).unwrap_or_default();
        let detail = match &node.standing {
            Standing::Unproven(error) | Standing::Unreachable(error) => {
                session.out.messages.said(&error.detail())
            }
            Standing::False(error) | Standing::Unknown(error) => {
                session.out.messages.said(&fault(error))
            }
            Standing::Current | Standing::Behind(_) | Standing::WentBack(_) | Standing::Forked => {
                String::new()
            }
        };
        let word = node.standing.name();
        let args = match &node.standing {
            Standing::Current => vec![("age", aged)],
            Standing::Behind(by) => vec![("by", by.to_string()), ("since", since), ("age", aged)],
            Standing::WentBack(before) => {
                vec![("before", before.get().to_string()), ("since", since)]
            }
            Standing::Forked => Vec::new(),
            Standing::Unproven(_)
            | Standing::False(_)
            | Standing::Unknown(_)
            | Standing::Unreachable(_) => vec![("detail", detail)],
        };
        let mark = match &node.standing {
            Standing::Current => Mark::Good,
            Standing::WentBack(_) | Standing::Forked | Standing::False(_) => Mark::Bad,
            Standing::Behind(_)
            | Standing::Unproven(_)
            | Standing::Unknown(_)
            | Standing::Unreachable(_) => Mark::Warning,
        };
        let told = say(&format!("checkpoint-{word}"), &args);
        let size_text = size.map(|size| size.to_string()).unwrap_or_default();
        let root = node.view.as_ref().map(|view| view.root.to_string());
        Shown {
            data: json!({
                "url": node.url, "standing": word, "size": size, "root": root, "age_s": age,
                "since": node.since.map(text::rfc3339),
            }),
            human: format!(
                "{} {:<width$}  {size_text:>10}  {told}",
                mark.sign(session),
                host(&node.url)
            ),
            plain: vec![
                node.url.clone(),
                word.to_owned(),
                size_text,
                age.map(|age| age.to_string()).unwrap_or_default(),
                root.unwrap_or_default(),
            ],
            id: node.url.clone(),
        }
    }

    /// What is told of the log as a whole.
    fn lines(&self, later: bool, session: &Session<'_>) -> Vec<String> {
        let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
        if let (Some(evidence), Some(path)) = (&self.round.evidence, &self.evidence) {
            let mut lines =
                evidence::lines(evidence, evidence::rulings(evidence, self.trust), None, session);
            let sides = self.round.nodes.iter().filter(|node| node.standing == Standing::Forked);
            let names: Vec<&str> = sides.map(|node| host(&node.url)).collect();
            lines.push(format!("  {}", say("checkpoint-sides", &[("names", names.join(", "))])));
            lines.push(format!("  {}", say("evidence-kept", &[("path", path.clone())])));
            lines.push(format!("  {}", say("evidence-next", &[("path", text::shell_word(path))])));
            return lines;
        }
        let mut lines = Vec::new();
        if let Some(head) = &self.round.head {
            let names: Vec<&str> = head.cosigners.iter().map(|(name, _)| name.as_str()).collect();
            let aged = age_s(head, self.now).map(|age| span(age, session));
            let args = [
                ("size", head.size.get().to_string()),
                ("age", aged.unwrap_or_else(|| session.text("checkpoint-no-age"))),
                ("names", names.join(", ")),
            ];
            let mark = if self.round.exit() == Exit::Success { Mark::Good } else { Mark::Warning };
            lines.push(format!("{} {}", mark.sign(session), say("checkpoint-head", &args)));
            let known = self.before.as_ref().map(|(view, since)| {
                [("size", view.size.get().to_string()), ("time", text::local_time(*since))]
            });
            match known {
                _ if later => {}
                None => lines.push(format!("  {}", session.text("checkpoint-first"))),
                Some(args) => lines.push(format!("  {}", say("checkpoint-extends", &args))),
            }
        }
        for notice in &self.round.notices {
            let (mark, id, args) = notice_text(notice, session);
            lines.push(format!("{} {}", mark.sign(session), say(id, &args)));
            lines.push(format!("  {}", say(&format!("{id}.next"), &args)));
        }
        lines
    }

    fn to_json(&self) -> Json {
        let head = self.round.head.as_ref();
        let notices: Vec<&str> = self.round.notices.iter().map(notice_name).collect();
        json!({
            "origin": self.trust.newest().origin(),
            "exit": self.round.exit().number(),
            "size": head.map(|head| head.size.get()),
            "root": head.map(|head| head.root.to_string()),
            "age_s": head.and_then(|head| age_s(head, self.now)),
            "cosigners": head.map(|head| &head.cosigners),
            "before": self.before.as_ref().map(|(view, since)| json!({
                "size": view.size.get(), "root": view.root.to_string(), "since": text::rfc3339(*since),
            })),
            "notices": notices,
            "evidence": self.evidence,
        })
    }
}

/// How good a line is.
#[derive(Clone, Copy)]
enum Mark {
    Good,
    Warning,
    Bad,
}

impl Mark {
    fn sign(self, session: &Session<'_>) -> String {
        let (sign, colour) = match self {
            Self::Good => ("✔", Colour::Green),
            Self::Warning => ("!", Colour::Yellow),
            Self::Bad => ("✖", Colour::Red),
        };
        session.out.paint(colour, sign)
    }
}

fn notice_name(notice: &Notice) -> &'static str {
    match notice {
        Notice::Fork => "fork",
        Notice::Vanished(..) => "vanished",
        Notice::Stale(_) => "stale",
        Notice::Frozen(_) => "frozen",
        Notice::ClockBehind(_) => "clock-behind",
        Notice::Unattested => "unattested",
    }
}

/// Values of a message.
type Values = Vec<(&'static str, String)>;

fn notice_text(notice: &Notice, session: &Session<'_>) -> (Mark, &'static str, Values) {
    let since = |time: &UnixMillis| ("since", text::local_time(*time));
    match notice {
        Notice::Fork => (Mark::Bad, "checkpoint-fork", Vec::new()),
        Notice::Vanished(size, time) => {
            (Mark::Bad, "checkpoint-vanished", vec![("size", size.get().to_string()), since(time)])
        }
        Notice::Stale(age) => {
            (Mark::Warning, "checkpoint-stale", vec![("age", span(*age, session))])
        }
        Notice::Frozen(time) => (Mark::Warning, "checkpoint-frozen", vec![since(time)]),
        Notice::ClockBehind(by) => {
            (Mark::Warning, "checkpoint-clock", vec![("by", span(*by, session))])
        }
        Notice::Unattested => (Mark::Warning, "checkpoint-unattested", Vec::new()),
    }
}

/// The age of a view in seconds; what is ahead of our clock is new.
fn age_s(view: &View, now: UnixMillis) -> Option<u64> {
    let now = u64::try_from(now.0 / 1_000).unwrap_or(0);
    view.attested.map(|time| now.saturating_sub(time))
}

/// A span of seconds as people say it.
fn span(seconds: u64, session: &Session<'_>) -> String {
    let (id, count) = match seconds {
        0..120 => ("span-seconds", seconds),
        120..7_200 => ("span-minutes", seconds / 60),
        7_200..172_800 => ("span-hours", seconds / 3_600),
        _ => ("span-days", seconds / 86_400),
    };
    session.out.messages.text(id, &[("count", count.to_string())])
}

/// An address without what all have in common.
fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

fn show(policy: Option<&PathBuf>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy = session.trust(policy)?;
    let seen = session.seen_before(&policy)?;
    let (evidence, memory) = (seen.evidence(), seen.memory.clone());
    drop(seen);
    for (url, node) in &memory.nodes {
        let args = [
            ("size", node.size.get().to_string()),
            ("since", text::local_time(node.since)),
            ("asked", text::local_time(node.asked)),
        ];
        let told = session.out.messages.text("checkpoint-node", &args);
        let shown = Shown {
            data: json!({
                "url": url, "size": node.size.get(), "root": node.root.to_string(),
                "since": text::rfc3339(node.since), "asked": text::rfc3339(node.asked),
            }),
            human: format!("{:<28}  {told}", host(url)),
            plain: vec![url.clone(), node.size.get().to_string(), node.root.to_string()],
            id: url.clone(),
        };
        session.out.item("checkpoint.node", shown);
    }
    let origin = policy.newest().origin().to_owned();
    let path = Store::path(session.state_dir()?, &origin);
    let head = memory.head.as_ref();
    let size = head.and_then(|head| View::of_note(head.note.clone(), &policy).ok());
    let say = |id: &str, args: &[(&'static str, String)]| session.out.messages.text(id, args);
    let mut lines = vec![match (&size, head) {
        (Some(view), Some(head)) => {
            let time = text::local_time(head.since);
            let args = [("size", view.size.get().to_string()), ("time", time)];
            say("checkpoint-seen", &args)
        }
        _ => say("checkpoint-nothing", &[]),
    }];
    if let Some(path) = &evidence {
        lines.push(say("evidence-kept", &[("path", path.display().to_string())]));
    }
    lines.push(say("checkpoint-file", &[("path", path.display().to_string())]));
    let data = json!({
        "origin": origin, "file": path.display().to_string(),
        "size": size.as_ref().map(|view| view.size.get()),
        "root": size.as_ref().map(|view| view.root.to_string()),
        "since": head.map(|head| text::rfc3339(head.since)),
        "evidence": evidence.as_ref().map(|path| path.display().to_string()),
    });
    let human = lines.join("\n");
    session.out.end_list("checkpoint.show", "nodes", Shown { data, human, ..Shown::default() });
    Ok(if evidence.is_some() { Exit::SplitView } else { Exit::Success })
}

fn forget(policy: Option<&PathBuf>, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let policy = session.trust(policy)?;
    let moved = session.forget(&policy)?.map(|path| path.display().to_string());
    let human = match &moved {
        Some(path) => session.out.messages.text("checkpoint-forgotten", &[("path", path.clone())]),
        None => session.text("checkpoint-nothing"),
    };
    let id = moved.clone().unwrap_or_default();
    let shown = Shown { data: json!({ "moved_to": moved }), human, plain: vec![id.clone()], id };
    session.out.result("checkpoint.forget", &shown);
    Ok(Exit::Success)
}
