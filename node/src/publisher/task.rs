//! The publisher's task: which checkpoint to sign next, and what to ask the validators for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use libp2p::PeerId;
use tamga_format::id::{Height, TreeRoot, TreeSize};
use tamga_format::merkle::{Hash, verify_consistency};
use tamga_format::policy_chain::Policies;
use tamga_format::receipt::Receipt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::{debug, error, info, warn};

use super::LogSigner;
use crate::clock::Clock;
use crate::gather::Gatherer;
use crate::swarm::limits::CHECKPOINTS_MAX;
use crate::swarm::wire::SignedCheckpoint;
use crate::swarm::{Addresses, NoteInbound, PeerRole, SwarmHandle, SwarmPeer};
use crate::watermark::{Mark, WatermarkError};

/// Checkpoints with a quorum waiting for the log's signature beyond which only the newest gets it.
const BEHIND_MAX: usize = 1_024;
/// How long the block after the last signed one may lack its quorum before it is passed over.
const GAP_WAIT: Duration = Duration::from_secs(2);
/// How often validators are asked for what is missing.
const HEAL_TICK: Duration = Duration::from_millis(500);
/// Consistency paths fetched ahead.
const PATHS_MAX: usize = 64;
/// Log signatures sent again to a validator that connects.
const RECENT: usize = 64;

/// A checkpoint with its quorum.
struct Ready {
    height: Height,
    root: TreeRoot,
    since: Instant,
}

enum Answer {
    /// What a validator holds of the log key.
    Newest(PeerId, Option<Vec<SignedCheckpoint>>),
    Notes(Vec<SignedCheckpoint>),
    Path(TreeSize, TreeSize, Vec<Hash>),
    /// The receipt of the record that entered the next policy, as a validator gave it.
    Policy(PeerId, u64, Vec<u8>),
}

/// What a signing under way needs and brings back.
type Signing = JoinHandle<(Box<LogSigner>, Result<SignedCheckpoint, Failure>)>;

/// Why a checkpoint is not signed.
enum Failure {
    /// No validator has the consistency path yet.
    NoPath,
    Watermark(WatermarkError),
}

enum Pen {
    Idle(Box<LogSigner>),
    Signing(Signing),
    Down,
}

/// Which policy rules, and who may connect by it.
pub(super) struct Follower {
    pub(super) policies: Policies,
    pub(super) publishers: Vec<SwarmPeer>,
    pub(super) addresses: Addresses,
}

impl Follower {
    /// Everybody who may connect.
    fn peers(&self) -> Vec<SwarmPeer> {
        let validators = &self.policies.newest().payload.validators;
        let validators = self.addresses.validators(validators);
        validators.into_iter().chain(self.publishers.iter().cloned()).collect()
    }

    /// A quorum of validators says what it holds of the log key before anything is signed with it.
    fn confirmations(&self) -> usize {
        self.policies.newest().payload.validators.quorum()
    }
}

pub(super) struct Task {
    pen: Pen,
    follower: Follower,
    log_key: [u8; 4],
    /// The newest mark; the signer itself may be away signing.
    last: Option<Mark>,
    /// The mark found at the start is signed again: a crash may have swallowed its signature.
    again: bool,
    confirmed_by: BTreeSet<PeerId>,
    confirmations: usize,
    to_learn: Vec<SignedCheckpoint>,
    gatherer: Gatherer,
    ready: BTreeMap<TreeSize, Ready>,
    /// The newest checkpoint that any validator cosigned, from which the next path is fetched.
    seen: Option<(Height, TreeSize)>,
    paths: BTreeMap<(TreeSize, TreeSize), Vec<Hash>>,
    recent: BTreeMap<TreeSize, SignedCheckpoint>,
    retry_at: Instant,
    heal_turn: usize,
    answers_in: mpsc::Sender<Answer>,
    answers: mpsc::Receiver<Answer>,
    swarm: SwarmHandle,
    inbox: mpsc::Receiver<NoteInbound>,
    clock: Clock,
}

impl Task {
    pub(super) fn new(
        signer: LogSigner,
        follower: Follower,
        swarm: SwarmHandle,
        inbox: mpsc::Receiver<NoteInbound>,
        clock: Clock,
    ) -> Self {
        let (answers_in, answers) = mpsc::channel(64);
        let policy = follower.policies.newest().policy().clone();
        Self {
            log_key: policy.log().key_id(),
            last: signer.last().copied(),
            again: signer.last().is_some(),
            pen: Pen::Idle(Box::new(signer)),
            confirmed_by: BTreeSet::new(),
            confirmations: follower.confirmations(),
            follower,
            to_learn: Vec::new(),
            gatherer: Gatherer::new(policy),
            ready: BTreeMap::new(),
            seen: None,
            paths: BTreeMap::new(),
            recent: BTreeMap::new(),
            retry_at: Instant::now(),
            heal_turn: 0,
            answers_in,
            answers,
            swarm,
            inbox,
            clock,
        }
    }

    pub(super) async fn run(mut self) -> Result<()> {
        let mut heal = tokio::time::interval(HEAL_TICK);
        heal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.sign_next()?;
            let signed = async {
                match &mut self.pen {
                    Pen::Signing(signing) => signing.await,
                    Pen::Idle(_) | Pen::Down => std::future::pending().await,
                }
            };
            tokio::select! {
                signed = signed => {
                    let (signer, outcome) = signed.context("the publisher's signing died")?;
                    self.last = signer.last().copied();
                    self.pen = Pen::Idle(signer);
                    self.on_signed(outcome)?;
                }
                inbound = self.inbox.recv() => match inbound {
                    Some(inbound) => self.on_inbound(inbound),
                    None => return Ok(()),
                },
                Some(answer) = self.answers.recv() => self.on_answer(answer),
                _ = heal.tick() => self.heal(),
            }
        }
    }

    fn sign_next(&mut self) -> Result<()> {
        let waiting = self.confirmed_by.len() < self.confirmations;
        if waiting || Instant::now() < self.retry_at {
            return Ok(());
        }
        let Pen::Idle(signer) = &mut self.pen else { return Ok(()) };
        let now_s = u64::try_from(self.clock.now().get() / 1_000).unwrap_or(0);
        for seen in std::mem::take(&mut self.to_learn) {
            if let Err(failure) = signer.learn(&seen, now_s) {
                return self.on_signed(Err(Failure::Watermark(failure)));
            }
        }
        self.last = signer.last().copied();
        let Some((mark, path)) = self.choose(now_s) else { return Ok(()) };
        let Pen::Idle(mut signer) = std::mem::replace(&mut self.pen, Pen::Down) else {
            return Ok(());
        };
        let (swarm, last) = (self.swarm.clone(), self.last);
        self.pen = Pen::Signing(tokio::spawn(async move {
            let Some(path) = find_path(&swarm, last, mark, path).await else {
                return (signer, Err(Failure::NoPath));
            };
            // Syncing a file takes milliseconds, too long for a task among others.
            let sign = move || {
                let signed = signer.sign(mark, &path).map_err(Failure::Watermark);
                (signer, signed)
            };
            tokio::task::spawn_blocking(sign).await.expect("signing does not panic")
        }));
        Ok(())
    }

    /// The next checkpoint to sign: in order while that is possible, the newest when far behind.
    fn choose(&mut self, now_s: u64) -> Option<(Mark, Option<Vec<Hash>>)> {
        if std::mem::take(&mut self.again) {
            return self.last.map(|last| (last, None));
        }
        if let Some(last) = &self.last {
            self.ready = self.ready.split_off(&last.size.next());
        }
        if self.ready.len() > BEHIND_MAX {
            warn!(waiting = self.ready.len(), "publisher is far behind: only the newest is signed");
            let newest = self.ready.pop_last();
            self.ready = newest.into_iter().collect();
        }
        let (size, next) = self.ready.first_key_value()?;
        let in_order = match &self.last {
            Some(last) => next.height == last.height.next(),
            None => next.height == Height(1),
        };
        if !in_order && next.since.elapsed() < GAP_WAIT {
            return None;
        }
        let mark = Mark { height: next.height, size: *size, root: next.root, time_s: now_s };
        let path = self.last.and_then(|last| self.paths.remove(&(last.size, *size)));
        Some((mark, path))
    }

    fn on_signed(&mut self, outcome: Result<SignedCheckpoint, Failure>) -> Result<()> {
        match outcome {
            Ok(signed) => {
                self.recent.insert(TreeSize(signed.size), signed.clone());
                while self.recent.len() > RECENT {
                    self.recent.pop_first();
                }
                self.gatherer.add(&signed);
                self.swarm.broadcast_signed(signed);
            }
            Err(Failure::NoPath) => self.retry_at = Instant::now() + HEAL_TICK / 5,
            Err(Failure::Watermark(failure @ WatermarkError::Behind { .. })) => {
                debug!(%failure, "checkpoint not signed");
            }
            Err(Failure::Watermark(failure @ WatermarkError::Fork { .. })) => {
                error!(%failure, "the log key does not sign this checkpoint");
            }
            Err(Failure::Watermark(failure)) => bail!(failure),
        }
        Ok(())
    }

    fn on_inbound(&mut self, inbound: NoteInbound) {
        match inbound {
            NoteInbound::Connected { peer, role: PeerRole::Validator } => {
                self.ask_newest(peer);
                let recent: Vec<_> = self.recent.values().cloned().collect();
                let swarm = self.swarm.clone();
                tokio::spawn(async move { swarm.push_signed(peer, recent).await });
            }
            NoteInbound::Signed { from, checkpoints } => {
                for signed in &checkpoints {
                    self.add(Some(from), signed);
                }
            }
            // A publisher answers no questions: it has no store.
            NoteInbound::Connected { .. }
            | NoteInbound::Consistency { .. }
            | NoteInbound::Notes { .. }
            | NoteInbound::Policy { .. }
            | NoteInbound::Newest { .. } => {}
        }
    }

    fn on_answer(&mut self, answer: Answer) {
        match answer {
            Answer::Newest(peer, None) => debug!(%peer, "no word about the log key yet"),
            Answer::Newest(peer, Some(newest)) => {
                for signed in &newest {
                    self.add(Some(peer), signed);
                }
                self.to_learn.extend(newest);
                self.confirmed_by.insert(peer);
                if self.confirmed_by.len() == self.confirmations {
                    info!(
                        peers = self.confirmations,
                        "validators confirmed what the log key signed"
                    );
                    self.heal();
                }
            }
            Answer::Notes(notes) => {
                for signed in &notes {
                    self.add(None, signed);
                }
            }
            Answer::Policy(peer, number, receipt) => self.follow(peer, number, &receipt),
            Answer::Path(from, to, path) => {
                self.paths.insert((from, to), path);
                while self.paths.len() > PATHS_MAX {
                    self.paths.pop_first();
                }
            }
        }
    }

    fn add(&mut self, from: Option<PeerId>, signed: &SignedCheckpoint) {
        let added = self.gatherer.add(signed);
        if added.refused > 0 {
            warn!(peer = ?from, size = signed.size, refused = added.refused, "signatures refused");
        }
        for conflict in &added.conflicts {
            let [first, second] = &conflict.notes;
            error!(key = conflict.name, first, second, "a key has signed two roots of one size");
        }
        let (size, root) = (TreeSize(signed.size), TreeRoot(signed.root));
        let signed_before = self.last.is_some_and(|last| size <= last.size);
        if added.fresh == 0 || signed_before {
            return;
        }
        self.fetch_path_ahead(from, Height(signed.height), size);
        if !self.ready.contains_key(&size) && self.gatherer.has_quorum(size, root) {
            let height = self.gatherer.height(size, root).unwrap_or(Height(signed.height));
            self.ready.insert(size, Ready { height, root, since: Instant::now() });
        }
    }

    /// Asks for the path to a new checkpoint while its quorum is still gathering.
    fn fetch_path_ahead(&mut self, from: Option<PeerId>, height: Height, size: TreeSize) {
        let before = self.seen.or(self.last.map(|last| (last.height, last.size)));
        let (Some(peer), Some((last_height, last_size))) = (from, before) else {
            self.seen = self.seen.or(Some((height, size)));
            return;
        };
        if height != last_height.next() || size <= last_size {
            if height > last_height && size > last_size {
                self.seen = Some((height, size));
            }
            return;
        }
        self.seen = Some((height, size));
        let (swarm, answers) = (self.swarm.clone(), self.answers_in.clone());
        tokio::spawn(async move {
            if let Ok(path) = swarm.consistency(peer, last_size, size).await {
                answers.send(Answer::Path(last_size, size, path)).await.ok();
            }
        });
    }

    /// Follows the next policy if its record is proven by those that ruled before.
    fn follow(&mut self, peer: PeerId, number: u64, receipt: &[u8]) {
        if number <= self.follower.policies.newest().number {
            return;
        }
        let receipt = std::str::from_utf8(receipt).ok().and_then(|it| Receipt::parse(it).ok());
        let followed = receipt.map(|receipt| self.follower.policies.followed_by(&receipt));
        let policies = match followed {
            Some(Ok(policies)) => policies,
            Some(Err(failure)) => return warn!(%peer, %failure, "a policy is not followed"),
            None => return warn!(%peer, "what should prove a policy is no receipt"),
        };
        let newest = policies.newest();
        info!(number = newest.number, after = newest.after.get(), "a policy begins to rule");
        self.gatherer.follow(newest.after, newest.policy().clone());
        self.follower.policies = policies;
        self.confirmations = self.follower.confirmations();
        let (swarm, peers) = (self.swarm.clone(), self.follower.peers());
        tokio::spawn(async move {
            if let Err(failure) = swarm.allow(&peers).await {
                error!(%failure, "the validators of a policy can't be connected to");
            }
        });
    }

    fn ask_policy(&self, peer: PeerId) {
        let next = self.follower.policies.newest().number.saturating_add(1);
        let (swarm, answers) = (self.swarm.clone(), self.answers_in.clone());
        tokio::spawn(async move {
            if let Ok(receipt) = swarm.policy(peer, next).await {
                answers.send(Answer::Policy(peer, next, receipt)).await.ok();
            }
        });
    }

    fn ask_newest(&self, peer: PeerId) {
        let (swarm, log_key, answers) = (self.swarm.clone(), self.log_key, self.answers_in.clone());
        tokio::spawn(async move {
            let newest = swarm.newest(peer, log_key).await.ok();
            answers.send(Answer::Newest(peer, newest)).await.ok();
        });
    }

    /// Asks one validator, in turn, for signatures after the last signed checkpoint.
    fn heal(&mut self) {
        let peers = self.swarm.validators();
        let Some(peer) = peers.get(self.heal_turn % peers.len().max(1)).copied() else { return };
        self.heal_turn = self.heal_turn.wrapping_add(1);
        if self.confirmed_by.len() < self.confirmations {
            for peer in peers.iter().filter(|peer| !self.confirmed_by.contains(peer)) {
                self.ask_newest(*peer);
            }
        }
        self.ask_policy(peer);
        let from = self.last.map_or(Height(1), |last| last.height.next());
        let (swarm, answers) = (self.swarm.clone(), self.answers_in.clone());
        tokio::spawn(async move {
            if let Ok(notes) = swarm.notes(peer, from, CHECKPOINTS_MAX).await {
                answers.send(Answer::Notes(notes)).await.ok();
            }
        });
    }
}

/// The consistency path from the last mark to a new one: the one fetched ahead if it holds, else
/// that of the first validator whose path does.
async fn find_path(
    swarm: &SwarmHandle,
    last: Option<Mark>,
    mark: Mark,
    ahead: Option<Vec<Hash>>,
) -> Option<Vec<Hash>> {
    let Some(last) = last.filter(|last| last.size < mark.size) else { return Some(Vec::new()) };
    let (from, to) = (last.size, mark.size);
    let holds = |path: &Vec<Hash>| {
        verify_consistency(from.get(), to.get(), path, &last.root, &mark.root).is_ok()
    };
    if let Some(path) = ahead.filter(holds) {
        return Some(path);
    }
    for peer in swarm.validators() {
        if let Some(path) = swarm.consistency(peer, from, to).await.ok().filter(holds) {
            return Some(path);
        }
    }
    None
}
