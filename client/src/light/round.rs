//! One round: what several nodes answered, judged against the policy, against each other and against what was seen.

use tamga_format::error::FormatError;
use tamga_format::evidence::Evidence;
use tamga_format::id::{TreeSize, UnixMillis};
use tamga_format::receipt::ReceiptError;
use tamga_format::tile::TileCoord;

use super::{Head, Memory, Policies, Relation, Unproven, View, relate};
use crate::error::{CliError, Exit};

/// What a node answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its address.
    pub url: String,
    /// The text of its checkpoint.
    pub checkpoint: Result<String, CliError>,
}

/// The time, and when something is too old.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The own clock.
    pub now: UnixMillis,
    /// The age in seconds at which a view is stale.
    pub max_age_s: u64,
}

/// By how many seconds a cosigner's clock may be ahead of ours before ours is in doubt.
const CLOCK_SLACK_S: u64 = 120;

/// How a node stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It shows the largest checkpoint.
    Current,
    /// It shows an earlier one of the same log, by so many entries.
    Behind(u64),
    /// It shows less than it showed before.
    WentBack(TreeSize),
    /// It shows another log, and there is evidence of that.
    Forked,
    /// Whether its checkpoint is one of the same log can't be told: the tiles are missing.
    Unproven(CliError),
    /// What it shows is false.
    False(FormatError),
    /// What it shows can't be judged.
    Unknown(FormatError),
    /// It does not answer.
    Unreachable(CliError),
}

impl Standing {
    /// Its name in what programs read.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Behind(_) => "behind",
            Self::WentBack(_) => "went-back",
            Self::Forked => "forked",
            Self::Unproven(_) => "unproven",
            Self::False(_) => "false",
            Self::Unknown(_) => "unknown",
            Self::Unreachable(_) => "unreachable",
        }
    }
}

/// A node in a round.
#[derive(Clone, Debug)]
pub struct NodeReport {
    /// Its address.
    pub url: String,
    /// Its checkpoint, if the policy accepts it.
    pub view: Option<View>,
    /// How it stands.
    pub standing: Standing,
    /// Since when it shows no more than this, by the own clock; `None` if it shows nothing that is accepted.
    pub since: Option<UnixMillis>,
}

/// What is to be told of the log as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// There are two logs.
    Fork,
    /// No node shows as much as was seen since this time, for longer than a view may be old.
    Vanished(TreeSize, UnixMillis),
    /// No honest cosigner says that the newest checkpoint was the newest within these seconds.
    Stale(u64),
    /// The log has not grown since this time, though cosigners say that it is the newest.
    Frozen(UnixMillis),
    /// The cosigners' clocks are ahead of ours by so many seconds: a stale view would look fresh.
    ClockBehind(u64),
    /// The policy demands too few cosigners to tell how old a checkpoint is.
    Unattested,
}

/// What came of a round.
#[derive(Clone, Debug)]
pub struct Round {
    /// The nodes, as they were asked.
    pub nodes: Vec<NodeReport>,
    /// What is to be told.
    pub notices: Vec<Notice>,
    /// The first fork that was found.
    pub evidence: Option<Evidence>,
    /// The largest checkpoint that a node shows and that goes on from all that was seen.
    pub head: Option<View>,
}

impl Round {
    /// How a command that did this round ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        let any = |test: fn(&Standing) -> bool| self.nodes.iter().any(|node| test(&node.standing));
        let told = |test: fn(&Notice) -> bool| self.notices.iter().any(test);
        if self.evidence.is_some() {
            Exit::SplitView
        } else if any(|it| matches!(it, Standing::False(_) | Standing::WentBack(_)))
            || told(|it| matches!(it, Notice::Vanished(..)))
        {
            Exit::Mismatch
        } else if self.head.is_none() {
            let judged = |it: &Standing| match it {
                Standing::Unreachable(_) => false,
                Standing::Unproven(error) => error.exit != Exit::Network,
                Standing::Current
                | Standing::Behind(_)
                | Standing::WentBack(_)
                | Standing::Forked
                | Standing::False(_)
                | Standing::Unknown(_) => true,
            };
            if any(judged) { Exit::CannotCheck } else { Exit::Network }
        } else if told(|it| *it != Notice::Unattested) {
            Exit::CannotCheck
        } else {
            Exit::Success
        }
    }
}

/// The tiles of a node, by its place among the answers.
pub type FetchOf<'f> = dyn Fn(usize, &TileCoord) -> Result<Vec<u8>, CliError> + 'f;

/// Judges the answers of nodes. `kept` is the checkpoint of the memory's head, judged again.
///
/// The memory takes up what was accepted; of a fork it takes up nothing, that is for whoever keeps the evidence.
pub fn round(
    memory: &mut Memory,
    kept: Option<&View>,
    answers: Vec<Answer>,
    policies: &dyn Policies,
    fetch: &FetchOf<'_>,
    limits: Limits,
) -> Round {
    let mut nodes: Vec<NodeReport> =
        answers.into_iter().map(|answer| judge(answer, policies)).collect();
    let views: Vec<Option<View>> = nodes.iter().map(|node| node.view.clone()).collect();
    let mut order: Vec<(usize, &View)> =
        views.iter().enumerate().filter_map(|(at, view)| Some((at, view.as_ref()?))).collect();
    order.sort_by_key(|(at, view)| (view.size, *at));
    let (mut best, mut evidence, mut head) = (kept.cloned(), None, None::<View>);
    for &(at, view) in &order {
        let relation = match &best {
            None => Ok(Relation::Extends),
            Some(best) => {
                let (smaller, larger) =
                    if view.size < best.size { (view, best) } else { (best, view) };
                prove(smaller, larger, at, &order, policies, fetch)
            }
        };
        let standing = match relation {
            Ok(Relation::Extends) => {
                if best.as_ref().is_none_or(|best| best.size < view.size) {
                    best = Some(view.clone());
                }
                head = Some(view.clone());
                Standing::Current
            }
            Ok(Relation::Fork(found)) => {
                evidence.get_or_insert(*found);
                Standing::Forked
            }
            Err(Unproven::False(fault)) => Standing::False(fault),
            Err(Unproven::Missing(error)) => Standing::Unproven(error),
        };
        if let Some(node) = nodes.get_mut(at) {
            node.standing = standing;
        }
    }
    // A client that has seen two logs believes neither.
    if evidence.is_none() {
        settle(&mut nodes, memory, best.as_ref(), limits.now);
    }
    let notices = notices(memory, best.as_ref(), head.as_ref(), evidence.is_some(), limits);
    Round { nodes, notices, evidence, head }
}

/// A node's answer, judged by the policy alone.
fn judge(answer: Answer, policies: &dyn Policies) -> NodeReport {
    let (view, standing) = match answer.checkpoint {
        Err(error) => (None, Standing::Unreachable(error)),
        Ok(text) => match View::judge(&text, policies) {
            Ok(view) => (Some(view), Standing::Current),
            Err(ReceiptError::Mismatch(fault)) => (None, Standing::False(fault)),
            Err(ReceiptError::CannotCheck(fault)) => (None, Standing::Unknown(fault)),
        },
    };
    NodeReport { url: answer.url, view, standing, since: None }
}

/// Proves with the tiles of those who may have them: who shows as much, and the node itself. An honest one suffices.
fn prove(
    smaller: &View,
    larger: &View,
    at: usize,
    views: &[(usize, &View)],
    policies: &dyn Policies,
    fetch: &FetchOf<'_>,
) -> Result<Relation, Unproven> {
    let others = views.iter().filter(|(other, view)| *other != at && view.size >= larger.size);
    let mut failed = None;
    for source in [at].into_iter().chain(others.map(|(other, _)| *other)) {
        match relate(smaller, larger, policies, &|tile| fetch(source, tile)) {
            Err(error) => {
                failed.get_or_insert(error);
            }
            proven => return proven,
        }
    }
    Err(failed.unwrap_or_else(|| Unproven::Missing(CliError::bug("the node itself was asked"))))
}

/// Tells who is behind and who went back, and remembers what was accepted.
fn settle(nodes: &mut [NodeReport], memory: &mut Memory, best: Option<&View>, now: UnixMillis) {
    let Some(best) = best else { return };
    for node in nodes {
        let (Some(view), Standing::Current) = (&node.view, &node.standing) else { continue };
        let before = memory.nodes.get(&node.url).map(|seen| seen.size);
        if let Some(before) = before.filter(|before| view.size < *before) {
            node.standing = Standing::WentBack(before);
        } else if view.size < best.size {
            node.standing = Standing::Behind(best.size.get().saturating_sub(view.size.get()));
        }
        memory.see(&node.url, view.size, view.root, now);
        node.since = memory.nodes.get(&node.url).map(|seen| seen.since);
    }
    let grown = memory.head.as_ref().is_none_or(|head| head.note.text != best.note.text);
    if grown {
        memory.head = Some(Head { since: now, note: best.note.clone() });
    }
}

fn notices(
    memory: &Memory,
    best: Option<&View>,
    head: Option<&View>,
    forked: bool,
    limits: Limits,
) -> Vec<Notice> {
    if forked {
        return vec![Notice::Fork];
    }
    let (Some(best), Some(head)) = (best, head) else { return Vec::new() };
    let now = limits.now.0 / 1_000;
    let max = i64::try_from(limits.max_age_s).unwrap_or(i64::MAX);
    let since = memory.head.as_ref().map_or(limits.now, |head| head.since);
    let long = now.saturating_sub(since.0 / 1_000) > max;
    let mut notices = Vec::new();
    if head.size < best.size && long {
        notices.push(Notice::Vanished(best.size, since));
    }
    match head.attested.map(|time| i64::try_from(time).unwrap_or(i64::MAX)) {
        None => notices.push(Notice::Unattested),
        Some(time) if now.saturating_sub(time) > max => {
            notices.push(Notice::Stale(now.abs_diff(time)));
        }
        Some(time) if time.saturating_sub(now) > i64::try_from(CLOCK_SLACK_S).unwrap_or(0) => {
            notices.push(Notice::ClockBehind(now.abs_diff(time)));
        }
        Some(_) if long && head.size == best.size => notices.push(Notice::Frozen(since)),
        Some(_) => {}
    }
    notices
}
