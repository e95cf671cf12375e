//! The cosigner's task: when to sign, what to keep, whom to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use libp2p::PeerId;
use tamga_format::id::{Height, TreeRoot, TreeSize};
use tamga_format::policy::Policy;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tracing::{debug, error, info, warn};

use super::{CommittedBlock, CommittedLog, CosignError, Signer};
use crate::clock::Clock;
use crate::gather::{FinalNote, Gatherer, note_to_signed};
use crate::swarm::limits::CHECKPOINTS_MAX;
use crate::swarm::wire::SignedCheckpoint;
use crate::swarm::{NoteInbound, PeerRole, SwarmHandle};
use crate::watermark::WatermarkError;

/// Blocks waiting to be signed beyond which only the newest is: the node is catching up.
const BEHIND_MAX: u64 = 32;
/// Blocks without a final note that are watched at a time; older ones give way, since the note of a
/// later block covers theirs.
const MISSING_MAX: usize = 4_096;
/// Final notes in a row, going back from the head, after which older blocks are taken to have one.
const FINAL_RUN: u64 = 1_024;
/// How often peers are asked for what is missing.
const HEAL_TICK: Duration = Duration::from_millis(500);
/// How long a block may lack its final note before peers are asked.
const HEAL_AFTER: Duration = Duration::from_secs(1);

/// What the task is connected to.
pub(super) struct Doors {
    pub(super) tips: watch::Receiver<Height>,
    pub(super) log: Arc<dyn CommittedLog>,
    pub(super) swarm: SwarmHandle,
    pub(super) inbox: mpsc::Receiver<NoteInbound>,
    pub(super) finals: mpsc::Sender<FinalNote>,
    pub(super) clock: Clock,
}

/// A committed block without a final note.
struct Missing {
    height: Height,
    root: TreeRoot,
    since: Instant,
}

/// What a question to a peer brought.
enum Answer {
    /// What it holds of our own key, and its newest final note.
    Newest(PeerId, Option<Vec<SignedCheckpoint>>),
    Notes(Vec<SignedCheckpoint>),
}

/// A signing under way owns the signer and brings it back.
type Signing = JoinHandle<(Box<Signer>, Result<Option<SignedCheckpoint>, CosignError>)>;

enum Pen {
    Idle(Box<Signer>),
    Signing(Signing),
    /// The signer went down with a panic, or refused for good.
    Down,
}

pub(super) struct Task {
    pen: Pen,
    key_id: [u8; 4],
    /// The next block to sign.
    next: Height,
    /// Validators that have said what they hold of our key; enough of them let us sign.
    confirmed_by: BTreeSet<PeerId>,
    confirmations: usize,
    /// Our own signatures that peers showed us, to be learned before the next signing.
    to_learn: Vec<SignedCheckpoint>,
    gatherer: Gatherer,
    missing: BTreeMap<TreeSize, Missing>,
    /// Whether a final note found no room and is to be handed on again.
    unsent: bool,
    /// Blocks up to here are final, in `missing`, or given up.
    surveyed: Height,
    /// Leaves of the log at that height, once it is known.
    surveyed_size: Option<TreeSize>,
    newest_final: Option<SignedCheckpoint>,
    /// Where the next question about missing notes begins.
    heal_from: TreeSize,
    heal_turn: usize,
    answers_in: mpsc::Sender<Answer>,
    answers: mpsc::Receiver<Answer>,
    doors: Doors,
}

impl Task {
    pub(super) fn new(signer: Signer, policy: Policy, quorum: usize, doors: Doors) -> Self {
        let tip = *doors.tips.borrow();
        // With this many others a quorum has spoken, and without them nothing becomes final anyway.
        // A lone validator that lost its watermark but not its log has nobody to ask.
        let lost = signer.last().is_none() && tip > Height(0);
        let confirmations = (quorum - 1).max(usize::from(lost));
        // The last mark is signed again: a crash may have come between the mark and the signature.
        // A mark learned from a peer has a height that nobody vouches for.
        let next = signer.last().map_or(Height(1), |mark| mark.height.min(tip.next()));
        let (answers_in, answers) = mpsc::channel(64);
        Self {
            key_id: signer.key_id(),
            pen: Pen::Idle(Box::new(signer)),
            next,
            confirmed_by: BTreeSet::new(),
            confirmations,
            to_learn: Vec::new(),
            gatherer: Gatherer::new(policy),
            missing: BTreeMap::new(),
            unsent: false,
            surveyed: Height(0),
            surveyed_size: None,
            newest_final: None,
            heal_from: TreeSize(0),
            heal_turn: 0,
            answers_in,
            answers,
            doors,
        }
    }

    pub(super) async fn run(mut self) -> Result<()> {
        self.start_survey()?;
        let mut heal = tokio::time::interval(HEAL_TICK);
        heal.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.survey()?;
            self.sign_next();
            let signed = async {
                match &mut self.pen {
                    Pen::Signing(signing) => signing.await,
                    Pen::Idle(_) | Pen::Down => std::future::pending().await,
                }
            };
            tokio::select! {
                signed = signed => {
                    let (signer, outcome) = signed.context("the cosigner's signing died")?;
                    self.pen = Pen::Idle(signer);
                    self.on_signed(outcome)?;
                }
                inbound = self.doors.inbox.recv() => match inbound {
                    Some(inbound) => self.on_inbound(inbound)?,
                    None => return Err(anyhow!("the swarm has stopped")),
                },
                changed = self.doors.tips.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                }
                Some(answer) = self.answers.recv() => self.on_answer(answer)?,
                _ = heal.tick() => self.heal(),
            }
        }
    }

    /// Finds the lowest block that may lack its final note, going back from the head.
    fn start_survey(&mut self) -> Result<()> {
        let (mut height, mut run, mut missing) = (*self.doors.tips.borrow(), 0, 0);
        while height > Height(0) && run < FINAL_RUN && missing < MISSING_MAX {
            match self.doors.log.final_note(height)? {
                Some(note) => {
                    run += 1;
                    if self.newest_final.is_none() {
                        self.newest_final = note_to_signed(height, &note);
                    }
                }
                None => (run, missing) = (0, missing + 1),
            }
            height = Height(height.get() - 1);
        }
        self.surveyed = height;
        Ok(())
    }

    /// Takes up newly committed blocks.
    fn survey(&mut self) -> Result<()> {
        let tip = *self.doors.tips.borrow_and_update();
        while self.surveyed < tip {
            let height = self.surveyed.next();
            let block = self.doors.log.block(height)?;
            let block = block.with_context(|| format!("block {height} is committed but absent"))?;
            self.follow(&block)?;
            self.surveyed = height;
            self.surveyed_size = Some(block.checkpoint.size);
            if self.doors.log.final_note(height)?.is_none() {
                let (size, root) = (block.checkpoint.size, block.checkpoint.root);
                self.missing.insert(size, Missing { height, root, since: Instant::now() });
                if self.missing.len() > MISSING_MAX {
                    self.missing.pop_first();
                }
                self.try_final(size);
            }
        }
        Ok(())
    }

    /// From a block on that another policy rules, checkpoints are judged by that one.
    fn follow(&mut self, block: &CommittedBlock) -> Result<()> {
        let policy = &block.reign.policy;
        if self.gatherer.ruling(block.checkpoint.size) == policy {
            return Ok(());
        }
        let before = match self.surveyed_size {
            Some(size) => size,
            // Of the genesis there is one leaf and no block.
            None if self.surveyed == Height(0) => TreeSize(1),
            None => {
                let before = self.doors.log.block(self.surveyed)?;
                before.context("a block below the head is absent")?.checkpoint.size
            }
        };
        info!(height = %block.height, number = block.reign.number, "a policy begins to rule");
        self.gatherer.follow(before, policy.clone());
        Ok(())
    }

    fn sign_next(&mut self) {
        let tip = *self.doors.tips.borrow();
        let confirmed = self.confirmed_by.len() >= self.confirmations;
        let work = self.next <= tip || !self.to_learn.is_empty();
        if !confirmed || !work || !matches!(self.pen, Pen::Idle(_)) {
            return;
        }
        let Pen::Idle(mut signer) = std::mem::replace(&mut self.pen, Pen::Down) else { return };
        if tip.get() - self.next.get().min(tip.get()) > BEHIND_MAX {
            self.next = tip;
        }
        let height = (self.next <= tip).then_some(self.next);
        let to_learn = std::mem::take(&mut self.to_learn);
        let origin = self.gatherer.policy().origin().to_owned();
        let (log, clock) = (self.doors.log.clone(), self.doors.clock);
        let sign = move |signer: &mut Signer| {
            for seen in &to_learn {
                signer.learn(&origin, seen)?;
            }
            let Some(height) = height else { return Ok(None) };
            let Some(block) = log.block(height).map_err(CosignError::Log)? else { return Ok(None) };
            signer.sign(&block, &*log, clock.now()).map(Some)
        };
        // Syncing a file takes milliseconds, too long for a task among others.
        self.pen = Pen::Signing(tokio::task::spawn_blocking(move || {
            let outcome = sign(&mut signer);
            (signer, outcome)
        }));
    }

    fn on_signed(&mut self, outcome: Result<Option<SignedCheckpoint>, CosignError>) -> Result<()> {
        let tip = *self.doors.tips.borrow();
        match outcome {
            Ok(Some(signed)) => {
                self.next = Height(signed.height).next();
                self.doors.swarm.broadcast_signed(signed.clone());
                self.add(None, &signed);
            }
            Ok(None) => {}
            Err(failure) if failure.is_passing() => {
                debug!(%failure, "checkpoint not signed");
                self.next = self.next.next().min(tip.next());
            }
            Err(CosignError::Watermark(failure @ WatermarkError::Fork { .. })) => {
                error!(%failure, "this validator cosigns no more; keep its folder as evidence");
                self.pen = Pen::Down;
            }
            Err(failure) => bail!(failure),
        }
        Ok(())
    }

    fn on_inbound(&mut self, inbound: NoteInbound) -> Result<()> {
        match inbound {
            NoteInbound::Connected { peer, role } => {
                if role == PeerRole::Validator {
                    self.ask_newest(peer);
                }
            }
            NoteInbound::Signed { from, checkpoints } => {
                for signed in &checkpoints {
                    if self.add(Some(from), signed) > 0 {
                        // Honest peers hand on what they have checked: the rest is not worth it.
                        break;
                    }
                }
            }
            NoteInbound::Consistency { from, to, reply } => {
                drop(reply.send(self.doors.log.consistency(from, to)?));
            }
            NoteInbound::Policy { number, reply } => {
                drop(reply.send(self.doors.log.policy_receipt(number)?));
            }
            NoteInbound::Notes { from, count, reply } => drop(reply.send(self.notes(from, count)?)),
            NoteInbound::Newest { key_id, reply } => {
                let newest = self.gatherer.newest(key_id).into_iter();
                drop(reply.send(newest.chain(self.newest_final.clone()).collect()));
            }
        }
        Ok(())
    }

    fn ask_newest(&self, peer: PeerId) {
        let (swarm, key_id, answers) =
            (self.doors.swarm.clone(), self.key_id, self.answers_in.clone());
        tokio::spawn(async move {
            let newest = swarm.newest(peer, key_id).await.ok();
            answers.send(Answer::Newest(peer, newest)).await.ok();
        });
    }

    fn on_answer(&mut self, answer: Answer) -> Result<()> {
        match answer {
            Answer::Newest(peer, None) => debug!(%peer, "no word about our signatures yet"),
            Answer::Newest(peer, Some(newest)) => {
                for signed in &newest {
                    self.add(Some(peer), signed);
                }
                self.to_learn.extend(newest);
                self.confirmed_by.insert(peer);
                if self.confirmed_by.len() == self.confirmations {
                    info!(peers = self.confirmations, "peers confirmed what this validator signed");
                }
            }
            Answer::Notes(notes) => {
                for signed in &notes {
                    self.add(None, signed);
                }
                if notes.len() == CHECKPOINTS_MAX {
                    self.heal();
                }
            }
        }
        Ok(())
    }

    /// Keeps the signatures that hold and returns how many do not; `from` is the peer to blame.
    fn add(&mut self, from: Option<PeerId>, signed: &SignedCheckpoint) -> usize {
        let added = self.gatherer.add(signed);
        if added.refused > 0 {
            warn!(peer = ?from, size = signed.size, refused = added.refused, "signatures refused");
        }
        for conflict in &added.conflicts {
            let [first, second] = &conflict.notes;
            error!(key = conflict.name, first, second, "a key has signed two roots of one size");
        }
        let own = signed.signatures.iter().any(|line| line.key_id == self.key_id);
        if own && from.is_some() && added.fresh > 0 {
            // Another process signs with our key, or we have forgotten that we did.
            self.to_learn.push(signed.clone());
        }
        if added.fresh > 0 {
            self.try_final(TreeSize(signed.size));
        }
        added.refused
    }

    fn try_final(&mut self, size: TreeSize) {
        let Some(Missing { height, root, .. }) = self.missing.get(&size) else { return };
        let Some(note) = self.gatherer.final_note(*height, size, *root) else { return };
        let signed = note_to_signed(*height, &note.note);
        // Without room the block stays missing and is tried again.
        if self.doors.finals.try_send(note).is_err() {
            self.unsent = true;
        } else {
            self.missing.remove(&size);
            if signed.as_ref().map(|s| s.size) > self.newest_final.as_ref().map(|s| s.size) {
                self.newest_final = signed;
            }
        }
    }

    fn notes(&self, from: Height, count: usize) -> Result<Vec<SignedCheckpoint>> {
        let tip = *self.doors.tips.borrow();
        let mut notes = Vec::new();
        let mut height = from.max(Height(1));
        while height <= tip && notes.len() < count.min(CHECKPOINTS_MAX) {
            let signed = match self.doors.log.final_note(height)? {
                Some(note) => note_to_signed(height, &note),
                None => self.doors.log.block(height)?.and_then(|block| {
                    self.gatherer.signed(height, block.checkpoint.size, block.checkpoint.root)
                }),
            };
            notes.extend(signed);
            height = height.next();
            if height.get() - from.get() > count as u64 {
                break;
            }
        }
        Ok(notes)
    }

    /// Asks one peer, in turn, for what is missing; also for what it holds of our key.
    fn heal(&mut self) {
        if std::mem::take(&mut self.unsent) {
            let sizes: Vec<TreeSize> = self.missing.keys().copied().collect();
            sizes.into_iter().for_each(|size| self.try_final(size));
        }
        let peers = self.doors.swarm.validators();
        let Some(peer) = peers.get(self.heal_turn % peers.len().max(1)).copied() else { return };
        self.heal_turn = self.heal_turn.wrapping_add(1);
        if self.confirmed_by.len() < self.confirmations {
            for peer in peers.iter().filter(|peer| !self.confirmed_by.contains(peer)) {
                self.ask_newest(*peer);
            }
        }
        let overdue = |missing: &Missing| missing.since.elapsed() >= HEAL_AFTER;
        let mut waiting = self.missing.range(self.heal_from..).map(|(size, m)| (*size, m));
        let Some((_, first)) = waiting.find(|(_, missing)| overdue(missing)) else {
            self.heal_from = TreeSize(0);
            return;
        };
        let from = first.height;
        // One answer covers this many heights; the next question goes on from there.
        let beyond = Height(from.get() + CHECKPOINTS_MAX as u64);
        let next = waiting.find(|(_, missing)| missing.height >= beyond);
        self.heal_from = next.map_or(TreeSize(0), |(size, _)| size);
        let (swarm, answers) = (self.doors.swarm.clone(), self.answers_in.clone());
        tokio::spawn(async move {
            if let Ok(notes) = swarm.notes(peer, from, CHECKPOINTS_MAX).await {
                answers.send(Answer::Notes(notes)).await.ok();
            }
        });
    }
}

#[cfg(test)]
mod tests;
