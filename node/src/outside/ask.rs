//! Asking: one checkpoint at a time, shown to every witness at once.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use tamga_format::cosignature;
use tamga_format::id::TreeSize;
use tamga_format::merkle::Hash;
use tamga_format::note::{Note, NoteSignature};
use tamga_format::policy::Witness;
use tamga_format::witness::{AddCheckpoint, cosignature_lines};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Cosigned, Doors, Outside, PathOf, Seen};
use crate::http::ledger::FinalNote;

/// Time a witness has for its answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read: the lines of a note.
const ANSWER_BYTES_MAX: u64 = 64 << 10;
/// Pause between two looks at the public checkpoint.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Doublings of the pace for a witness that keeps failing.
const DOUBLINGS_MAX: u32 = 4;

pub(super) struct Asker {
    outside: Outside,
    doors: Doors,
    seen: watch::Sender<Seen>,
    agent: ureq::Agent,
    /// The checkpoint asked for last.
    asked: Option<FinalNote>,
    askings: Vec<Asking>,
}

/// How it stands with one witness.
#[derive(Clone, Default)]
struct Asking {
    /// The size that it cosigned last, as far as is known.
    old: TreeSize,
    /// Its line under the checkpoint asked for last.
    line: Option<NoteSignature>,
    failures: u32,
    not_before: Option<Instant>,
}

/// What became of one request.
enum Outcome {
    Cosigned(NoteSignature),
    /// It has cosigned more than the checkpoint holds: another node asked it.
    Ahead(TreeSize),
    Failed(&'static str, String),
}

impl Asker {
    pub(super) fn new(outside: Outside, doors: Doors, seen: watch::Sender<Seen>) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER_TIME))
            .user_agent(concat!("tamga-node/", env!("CARGO_PKG_VERSION")))
            .build();
        let askings = vec![Asking::default(); outside.witnesses.len()];
        Self { outside, doors, seen, agent: config.into(), asked: None, askings }
    }

    pub(super) async fn run(mut self) {
        let mut pace = interval(self.outside.every);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            self.ask_once().await;
        }
    }

    /// Shows the public checkpoint, and once more a later one if a witness is ahead of it: several nodes ask, each at
    /// its own moment.
    pub(super) async fn ask_once(&mut self) {
        let newest = loop {
            match (self.doors.newest)() {
                Some(newest) => break newest,
                // A node that has just started waits for its first checkpoint.
                None => tokio::time::sleep(LOOK_AGAIN).await,
            }
        };
        let size = newest.size;
        self.ask_all(newest).await;
        let ahead = self.askings.iter().map(|asking| asking.old).max();
        if let Some(later) = self.reaching(ahead.filter(|ahead| *ahead > size)).await {
            self.ask_all(later).await;
        }
    }

    /// The public checkpoint once it has this size, unless that takes too long.
    async fn reaching(&self, size: Option<TreeSize>) -> Option<FinalNote> {
        let (size, until) = (size?, Instant::now() + self.outside.every / 2);
        while Instant::now() < until {
            tokio::time::sleep(LOOK_AGAIN).await;
            if let Some(note) = (self.doors.newest)().filter(|note| note.size >= size) {
                return Some(note);
            }
        }
        None
    }

    async fn ask_all(&mut self, of: FinalNote) {
        if self.asked.as_ref().is_none_or(|asked| asked.size != of.size) {
            self.askings.iter_mut().for_each(|asking| asking.line = None);
        }
        let now = Instant::now();
        let requests = self.outside.witnesses.iter().zip(&self.askings).map(|(witness, asking)| {
            let due = asking.line.is_none() && asking.not_before.is_none_or(|at| at <= now);
            let (agent, path) = (self.agent.clone(), PathOf::clone(&self.doors.path));
            let request = Request { agent, witness: witness.clone(), path, of: of.clone() };
            let old = asking.old;
            async move { if due { Some(request.ask(old).await) } else { None } }
        });
        let outcomes = futures::future::join_all(requests).await;
        for (number, outcome) in outcomes.into_iter().enumerate() {
            if let Some(outcome) = outcome {
                self.note_outcome(number, of.size, outcome);
            }
        }
        self.asked = Some(of);
        self.publish();
    }

    fn note_outcome(&mut self, number: usize, size: TreeSize, outcome: Outcome) {
        let (witness, asking) = (&self.outside.witnesses[number], &mut self.askings[number]);
        let told = match outcome {
            Outcome::Cosigned(line) => {
                *asking = Asking { old: size, line: Some(line), ..Asking::default() };
                "cosigned"
            }
            Outcome::Ahead(old) => {
                *asking = Asking { old, ..Asking::default() };
                "ahead"
            }
            Outcome::Failed(told, why) => {
                // The declared pace is never exceeded: what fails is tried again more slowly.
                let every = self.outside.every;
                let pause = every * (1 << asking.failures.min(DOUBLINGS_MAX));
                // Half a beat less: ticks are not exact.
                asking.not_before = Some(Instant::now() + pause - every / 2);
                asking.failures = asking.failures.saturating_add(1);
                tracing::warn!(
                    witness = witness.name,
                    size = size.get(),
                    told,
                    why,
                    "not witnessed"
                );
                told
            }
        };
        self.doors.metrics.witness_asked(&witness.name, told);
    }

    /// Shows what there is now; a witnessed checkpoint is kept before it is shown.
    fn publish(&self) {
        let Some(of) = &self.asked else { return };
        let lines: Vec<_> = self.askings.iter().map(|asking| asking.line.clone()).collect();
        let Some(cosigned) = self.outside.cosigned(of, &lines) else { return };
        let before = self.seen.borrow().clone();
        let newest = newer(&before.newest, &cosigned);
        let witnessed = newer(&before.witnessed, &cosigned)
            .filter(|cosigned| self.outside.judge(&cosigned.note).is_some());
        if let Some(witnessed) = &witnessed {
            if let Err(error) = keep(&self.outside.file, &witnessed.note) {
                tracing::error!(%error, "a witnessed checkpoint can't be kept");
            }
            let size = i64::try_from(witnessed.size.get()).unwrap_or(i64::MAX);
            self.doors.metrics.witnessed_size.set(size);
        }
        self.seen.send_replace(Seen {
            newest: newest.or(before.newest),
            witnessed: witnessed.or(before.witnessed),
        });
    }
}

/// What was cosigned, unless something newer is known.
fn newer(known: &Option<Cosigned>, cosigned: &Cosigned) -> Option<Cosigned> {
    let newer = known.as_ref().is_none_or(|known| known.size <= cosigned.size);
    newer.then(|| cosigned.clone())
}

/// The file is there whole or not at all.
fn keep(file: &Path, note: &str) -> std::io::Result<()> {
    let fresh = file.with_extension("new");
    let mut out = std::fs::File::create(&fresh)?;
    out.write_all(note.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(fresh, file)
}

/// One checkpoint for one witness.
struct Request {
    agent: ureq::Agent,
    witness: Witness,
    path: PathOf,
    of: FinalNote,
}

/// An answer of a witness.
enum Answer {
    Lines(String),
    /// It has cosigned another size last.
    Size(TreeSize),
    Refused(&'static str, String),
}

impl Request {
    /// Asks, and once more if the witness says that it has cosigned another size last.
    async fn ask(&self, old: TreeSize) -> Outcome {
        let old = if old > self.of.size { TreeSize(0) } else { old };
        let mut answer = self.post(old).await;
        if let Answer::Size(last) = answer
            && last <= self.of.size
        {
            answer = self.post(last).await;
        }
        match answer {
            Answer::Lines(text) => self.accept(&text),
            Answer::Size(last) if last > self.of.size => Outcome::Ahead(last),
            Answer::Size(last) => Outcome::Failed("conflict", format!("it says size {last} again")),
            Answer::Refused(told, why) => Outcome::Failed(told, why),
        }
    }

    /// The line of the configured key; nothing else of an answer is kept (R9).
    fn accept(&self, text: &str) -> Outcome {
        let body = self.of.note.split_inclusive('\n').take(3).collect::<String>();
        let lines = cosignature_lines(text);
        let holds =
            |line: &NoteSignature| cosignature::verify(&self.witness.key, &body, line).is_ok();
        match lines.into_iter().find(holds) {
            Some(line) => Outcome::Cosigned(line),
            None => Outcome::Failed("invalid", "no cosignature by its key".to_owned()),
        }
    }

    async fn post(&self, old: TreeSize) -> Answer {
        let Ok(note) = Note::parse(&self.of.note) else {
            return Answer::Refused("broken", "our own note does not parse".to_owned());
        };
        let Some(path) = self.path(old).await else {
            return Answer::Refused("no-path", format!("no consistency path from size {old}"));
        };
        let body = AddCheckpoint { old, path, note }.encode();
        let url = format!("{}/add-checkpoint", self.witness.url);
        let agent = self.agent.clone();
        // Holds nothing of the node: a witness that does not answer must not keep a store open.
        tokio::task::spawn_blocking(move || send(&agent, &url, &body))
            .await
            .unwrap_or_else(|_| Answer::Refused("broken", "asking panicked".to_owned()))
    }

    async fn path(&self, old: TreeSize) -> Option<Vec<Hash>> {
        if old == TreeSize(0) || old == self.of.size {
            return Some(Vec::new());
        }
        let (path, size) = (PathOf::clone(&self.path), self.of.size);
        tokio::task::spawn_blocking(move || path(old, size)).await.ok().flatten()
    }
}

fn send(agent: &ureq::Agent, url: &str, body: &str) -> Answer {
    let unreachable = |error: ureq::Error| Answer::Refused("unreachable", error.to_string());
    let sent = agent.post(url).content_type("text/plain; charset=utf-8").send(body);
    let mut answer = match sent {
        Ok(answer) => answer,
        Err(error) => return unreachable(error),
    };
    let status = answer.status().as_u16();
    let read = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
    let text = match read {
        Ok(text) => text,
        Err(error) => return unreachable(error),
    };
    match status {
        200 => Answer::Lines(text),
        409 => match text.strip_suffix('\n').unwrap_or(&text).parse() {
            Ok(size) => Answer::Size(TreeSize(size)),
            Err(_) => Answer::Refused("refused", "409 without a size".to_owned()),
        },
        // It holds another history of this log than we do, or says so.
        422 => Answer::Refused("inconsistent", told(&text)),
        other => Answer::Refused("refused", format!("{other}: {}", told(&text))),
    }
}

/// The first line of an answer, as far as it is fit for a log.
fn told(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}
