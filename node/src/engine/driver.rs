//! The loop between the engine and the application: every question of the engine, answered.
//!
//! The engine waits for most answers before it asks again, so one task serves all. The one answer
//! that may take long is the last of a height, "go on": holding it back keeps an idle ledger quiet
//! and lets blocks fill under load.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use arc_malachitebft_app_channel::app::engine::host::{HeightParams, Next, SyncedValueOutcome};
use arc_malachitebft_app_channel::app::types::sync::RawDecidedValue;
use arc_malachitebft_app_channel::app::types::{
    LocallyProposedValue, MisbehaviorEvidence, ProposedValue, SignedConsensusMsg,
};
use arc_malachitebft_app_channel::{AppMsg, NetworkMsg, Reply};
use arc_malachitebft_core_types::{CommitCertificate, Context as _, Round, Validity};
use bytes::Bytes;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::Signature;
use tamga_replica::engine::parts::Init;
use tamga_replica::engine::{
    BlockHeight, Candidate, Ledger, Signer, Verifier, certificate, extended_certificate, wire,
};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tracing::{debug, error, info, warn};

use super::allowed::Allowed;
use super::blocks::{Blocks, Known};
use super::config::EngineConfig;
use super::host::{Host, HostError, Proposed, Refusal, Turn, Validators};
use super::parts::{Assembled, Assembler, Position, stream};
use super::sight::Sight;

/// The first height that has a block.
const FIRST: Height = Height(1);
/// How often, and how long apart, the quorum behind a re-proposal is looked for.
const POLKA_TRIES: u32 = 10;
const POLKA_PAUSE: Duration = Duration::from_millis(5);

/// One node's side of the engine.
pub(super) struct Driver {
    host: Arc<dyn Host>,
    config: EngineConfig,
    signer: Signer,
    sight: Sight,
    network: mpsc::Sender<NetworkMsg<Ledger>>,
    allowed: Allowed,
    reasons: watch::Receiver<u64>,
    validators: Arc<Validators>,
    /// The last committed height.
    head: Height,
    /// The height and round the engine works on.
    current: (Height, u32),
    blocks: Blocks,
    /// Whether the blocks kept on disk were read since the start.
    recovered: bool,
    assembler: Assembler,
    /// The last height that was decided by catching up.
    synced: Option<Height>,
    /// A decision that waits for the evidence of its height, which follows at once.
    decided: Option<Reply<()>>,
    held: Option<Held>,
}

/// The engine waits at a decided height.
struct Held {
    height: Height,
    since: Instant,
    reply: Reply<Next<Ledger>>,
}

impl Driver {
    pub(super) fn new(
        host: Arc<dyn Host>,
        config: EngineConfig,
        sight: Sight,
        network: mpsc::Sender<NetworkMsg<Ledger>>,
        allowed: Allowed,
    ) -> Self {
        let head = host.head();
        Self {
            signer: Signer::new(config.genesis, config.consensus_key.clone()),
            assembler: Assembler::new(Verifier::new(config.genesis), config.block_bytes_max),
            reasons: host.reasons(),
            validators: host.validators(),
            blocks: Blocks::default(),
            current: (head, 0),
            recovered: false,
            synced: None,
            decided: None,
            held: None,
            host,
            config,
            sight,
            network,
            allowed,
            head,
        }
    }

    /// Serves the engine until it stops.
    ///
    /// # Errors
    /// When the application fails; the engine must stop then.
    pub(super) async fn run(mut self, mut engine: mpsc::Receiver<AppMsg<Ledger>>) -> Result<()> {
        loop {
            let wake = self.wake_at();
            tokio::select! {
                message = engine.recv() => match message {
                    Some(message) => self.answer(message).await?,
                    None => return Ok(()),
                },
                () = self.sight.changed(), if wake.is_some() => {}
                changed = self.reasons.changed(), if wake.is_some() => {
                    changed.map_err(|_| anyhow!("the application stopped"))?;
                }
                () = async {
                    match wake {
                        Some(at) => sleep_until(at).await,
                        None => pending().await,
                    }
                } => {}
            }
            self.go_on_if_due();
        }
    }

    async fn answer(&mut self, message: AppMsg<Ledger>) -> Result<()> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                send(reply, (self.head.next().into(), self.height_params()));
            }
            AppMsg::StartedRound { height, round, proposer, reply_value, .. } => {
                debug!(%height, %round, %proposer, "round started");
                let values = self.started_round(height.into(), round_number(round)?).await?;
                send(reply_value, values);
            }
            AppMsg::GetValue { height, round, reply, .. } => {
                self.propose(height, round, reply).await?;
            }
            AppMsg::ReceivedProposalPart { from, part, reply, .. } => {
                let at = Position { head: self.head, current: self.current };
                let assembled = self.assembler.accept(from, part, at, &self.validators);
                let value = match assembled {
                    Some(assembled) => self.received(assembled).await?,
                    None => None,
                };
                send(reply, value);
            }
            AppMsg::RestreamProposal { height, round, valid_round, value_id, .. } => {
                self.propose_again(height.into(), round, valid_round, value_id).await?;
            }
            AppMsg::Decided { reply, .. } => self.decided = Some(reply),
            AppMsg::Finalized { certificate, evidence, reply, .. } => {
                self.commit(&certificate, &evidence).await?;
                if let Some(decided) = self.decided.take() {
                    send(decided, ());
                }
                self.held = Some(Held { height: self.head, since: Instant::now(), reply });
            }
            AppMsg::ProcessSyncedValue { height, round, proposer, value_bytes, reply } => {
                let round = round_number(round)?;
                let outcome =
                    self.synced_value(height.into(), round, proposer.0, value_bytes).await?;
                send(reply, outcome);
            }
            AppMsg::GetDecidedValues { range, reply } => {
                let values = self.decided_values((*range.start()).into(), (*range.end()).into());
                let values = values.await?;
                send(reply, values);
            }
            AppMsg::GetHistoryMinHeight { reply } => send(reply, FIRST.into()),
            AppMsg::ExtendVote { reply, .. } => send(reply, None),
            AppMsg::VerifyVoteExtensions { extensions, reply, .. } => {
                send(
                    reply,
                    extensions.into_iter().map(|(address, ())| (address, Ok(()))).collect(),
                );
            }
        }
        Ok(())
    }

    /// Judges what came early and hands the engine every block it does not know yet.
    async fn started_round(
        &mut self,
        height: Height,
        round: u32,
    ) -> Result<Vec<ProposedValue<Ledger>>> {
        self.current = (height, round);
        self.sight.start(height);
        if !self.recovered {
            self.recovered = true;
            self.recover(height).await?;
        }
        let mut values = Vec::new();
        for value in self.blocks.values(height) {
            if self.blocks.get(height, &value).is_some_and(|known| !known.delivered) {
                self.judge(height, value).await?;
                values.extend(self.blocks.deliver(height, value));
            }
        }
        Ok(values)
    }

    /// Reads the blocks kept for a height before a restart. They were valid when they were kept.
    ///
    /// The engine has those it was told of in its log, each in its place among votes and timeouts. Told
    /// of one earlier than before, it would derive another vote than the one it has sent, and stop.
    async fn recover(&mut self, height: Height) -> Result<()> {
        for (round, block) in self.host.undecided(height).await? {
            match self.host.validate(block.clone(), None).await {
                Ok(value) => {
                    let turn = self.turn(height, round);
                    let known = Known { delivered: true, ..Known::valid(turn, block) };
                    self.blocks.insert(height, value, known);
                    info!(%height, round, %value, "block of before the restart");
                }
                Err(refusal) => warn!(%height, round, %refusal, "kept block set aside"),
            }
        }
        Ok(())
    }

    /// Builds this node's block for a round, or finds the one it built before, and sends it out.
    async fn propose(
        &mut self,
        height: BlockHeight,
        round: Round,
        reply: Reply<LocallyProposedValue<Ledger>>,
    ) -> Result<()> {
        let at = Height::from(height);
        let turn = Turn { round: round_number(round)?, proposer: self.config.validator };
        let (value, block) = if let Some(made) = self.blocks.proposed(at, turn) {
            made
        } else {
            let Proposed { value, block } = self.host.propose(at, turn.round).await?;
            self.host.keep_undecided(turn.round, block.clone()).await?;
            let known = Known { delivered: true, ..Known::valid(turn, block.clone()) };
            self.blocks.insert(at, value, known);
            (value, block)
        };
        send(reply, LocallyProposedValue::new(height, round, Candidate(value)));
        self.publish(self.init(at, turn.round), value, &block).await
    }

    /// Sends out a block that a quorum prevoted in an earlier round, with those prevotes.
    async fn propose_again(
        &mut self,
        height: Height,
        round: Round,
        valid_round: Round,
        value: ValueId,
    ) -> Result<()> {
        let Some(block) = self.find(height, value).await? else {
            warn!(%height, %round, %value, "block to propose again is not here");
            return Ok(());
        };
        let round = round_number(round)?;
        let (earlier, polka) = self.polka(valid_round.as_u32().unwrap_or(round), value).await;
        info!(%height, round, %value, prevotes = polka.len(), "block proposed again");
        let init = Init { valid_round: Some(earlier), polka, ..self.init(height, round) };
        self.publish(init, value, &block).await
    }

    /// The quorum of prevotes for a block. The engine announces it just before it asks for the
    /// block to be proposed again, but on another channel.
    async fn polka(&self, round: u32, value: ValueId) -> (u32, Vec<(ValidatorId, Signature)>) {
        for _ in 0..POLKA_TRIES {
            let polka = self.sight.polka(round, value);
            if !polka.is_empty() {
                return (round, polka);
            }
            sleep(POLKA_PAUSE).await;
        }
        (round, Vec::new())
    }

    fn init(&self, height: Height, round: u32) -> Init {
        let sender = self.config.validator;
        Init { height, round, valid_round: None, sender, polka: Vec::new() }
    }

    async fn publish(&self, init: Init, value: ValueId, block: &Bytes) -> Result<()> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).context("the operating system gives no randomness")?;
        for part in stream(&self.signer, init, value, block, self.config.part_bytes, random) {
            // A closed channel means that the engine is stopping; the loop sees it next.
            if self.network.send(NetworkMsg::PublishProposalPart(part)).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    /// A peer's block, complete and signed by the proposer of its round.
    async fn received(&mut self, it: Assembled) -> Result<Option<ProposedValue<Ledger>>> {
        let Assembled { height, turn, prevoted, valid_round, value, block } = it;
        self.sight.notice(height);
        let before = self.blocks.get(height, &value);
        let verdict = before.and_then(|known| known.verdict).filter(|verdict| verdict.is_valid());
        if verdict.is_some() && before.is_some_and(|known| known.block != block) {
            // A value commits to all of its block, so that these bytes are not of it.
            warn!(%height, %value, proposer = %turn.proposer, "other bytes sent as a known block");
            return Ok(None);
        }
        if !prevoted && self.blocks.is_crowded(height, turn.round, value) {
            warn!(%height, %value, proposer = %turn.proposer, "one block too many of a round");
            return Ok(None);
        }
        let known = Known { turn, valid_round, prevoted, block, verdict, delivered: false };
        self.blocks.insert(height, value, known);
        if height != self.current.0 {
            return Ok(None);
        }
        self.judge(height, value).await?;
        Ok(self.blocks.deliver(height, value))
    }

    /// Executes a block that was not executed yet; keeps it on disk if it is valid, since the
    /// engine votes for it next.
    async fn judge(&mut self, height: Height, value: ValueId) -> Result<()> {
        let known = self.blocks.get(height, &value).filter(|known| known.verdict.is_none());
        let Some(mut known) = known.cloned().filter(|_| height == self.head.next()) else {
            return Ok(());
        };
        let fresh = self.fresh(height, &known);
        let verdict = match self.host.validate(known.block.clone(), fresh).await {
            Ok(found) if found == value => Validity::Valid,
            Ok(found) => {
                warn!(%height, %value, %found, "block is not the one its proposer signed");
                Validity::Invalid
            }
            Err(Refusal::Unavailable(reason)) => {
                warn!(%height, %value, reason, "block not judged");
                return Ok(());
            }
            Err(refusal) => {
                warn!(%height, %value, proposer = %known.turn.proposer, %refusal, "block refused");
                Validity::Invalid
            }
        };
        if verdict.is_valid() {
            self.host.keep_undecided(known.turn.round, known.block.clone()).await?;
        }
        known.verdict = Some(verdict);
        self.blocks.insert(height, value, known);
        Ok(())
    }

    /// Against whose turn and clock a block is held: nobody's once a quorum has prevoted it.
    fn fresh(&self, height: Height, known: &Known) -> Option<Turn> {
        match known.valid_round {
            None => Some(known.turn),
            Some(_) if known.prevoted => None,
            Some(earlier) => Some(self.turn(height, earlier)),
        }
    }

    /// Commits a decided block with the evidence of its height.
    async fn commit(
        &mut self,
        decided: &CommitCertificate<Ledger>,
        evidence: &MisbehaviorEvidence<Ledger>,
    ) -> Result<()> {
        let kept = certificate(decided).context("a decision has a round")?;
        let (height, value) = (kept.height, kept.value);
        let evidence = pieces(evidence);
        if !evidence.is_empty() {
            warn!(%height, pieces = evidence.len(), "a validator signed contradicting messages");
        }
        let done = match self.host.commit(kept.clone(), evidence.clone()).await {
            Err(HostError::Unknown(_)) => {
                let Some(block) = self.find(height, value).await? else {
                    bail!(
                        "block {value} of height {height} is decided but not on this disk; keep \
                         the engine's log and restore the node from its own backup or from empty"
                    );
                };
                self.host.validate(block, None).await.context("decided block refused")?;
                self.host.commit(kept, evidence).await
            }
            done => done,
        };
        done?;
        self.head = height;
        self.validators = self.host.validators();
        self.allowed.follow(&self.validators);
        self.blocks.forget_until(height);
        self.assembler.forget_until(height);
        Ok(())
    }

    /// The bytes of an undecided block, from memory or disk.
    async fn find(&self, height: Height, value: ValueId) -> Result<Option<Bytes>> {
        let known = self.blocks.get(height, &value);
        if let Some(known) = known.filter(|known| known.verdict != Some(Validity::Invalid)) {
            return Ok(Some(known.block.clone()));
        }
        for (_, block) in self.host.undecided(height).await? {
            if self.host.validate(block.clone(), None).await.is_ok_and(|found| found == value) {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// A decided block from a peer; the engine has checked its certificate and compares values.
    async fn synced_value(
        &mut self,
        height: Height,
        round: u32,
        proposer: ValidatorId,
        block: Bytes,
    ) -> Result<SyncedValueOutcome<Ledger>> {
        if height != self.head.next() {
            return Ok(SyncedValueOutcome::LocalTransientError);
        }
        let value = match self.host.validate(block.clone(), None).await {
            Ok(value) => value,
            Err(Refusal::Invalid(reason)) => {
                error!(%height, reason, "a peer sent a decided block that is invalid here");
                return Ok(SyncedValueOutcome::PeerFault);
            }
            Err(Refusal::Unavailable(reason)) => {
                warn!(%height, reason, "block not judged");
                return Ok(SyncedValueOutcome::LocalTransientError);
            }
        };
        self.host.keep_undecided(round, block.clone()).await?;
        self.blocks.insert(height, value, Known::valid(Turn { round, proposer }, block));
        self.synced = Some(height);
        let told = self.blocks.deliver(height, value);
        Ok(told.map_or(SyncedValueOutcome::LocalTransientError, SyncedValueOutcome::Verdict))
    }

    /// Decided blocks in order, without gaps; the engine cuts the answer to its size limit.
    async fn decided_values(
        &self,
        first: Height,
        last: Height,
    ) -> Result<Vec<RawDecidedValue<Ledger>>> {
        let mut values = Vec::new();
        let mut height = first.max(FIRST);
        while height <= last.min(self.head) {
            let Some((block, kept)) = self.host.decided(height).await? else { break };
            values.push(RawDecidedValue::new(block, extended_certificate(&kept)));
            height = height.next();
        }
        Ok(values)
    }

    /// Lets the engine start the next height when there is a reason for it.
    fn go_on_if_due(&mut self) {
        let Some(held) = self.held.take() else { return };
        let waited = held.since.elapsed();
        let behind = self.synced == Some(held.height) || self.sight.above(held.height);
        let work =
            *self.reasons.borrow_and_update() > 0 && waited >= self.config.pace.block_interval;
        if behind || work || waited >= self.config.pace.heartbeat {
            send(held.reply, Next::Start(held.height.next().into(), self.height_params()));
        } else {
            self.held = Some(held);
        }
    }

    /// When the held height goes on without any news.
    fn wake_at(&self) -> Option<Instant> {
        let since = self.held.as_ref()?.since;
        let pace = &self.config.pace;
        let wait = if *self.reasons.borrow() > 0 { pace.block_interval } else { pace.heartbeat };
        Some(since + wait.max(Duration::from_millis(1)))
    }

    fn height_params(&self) -> HeightParams<Ledger> {
        let members = self.validators.members().clone();
        HeightParams::new(members, self.config.pace.timeouts(), None)
    }

    fn turn(&self, height: Height, round: u32) -> Turn {
        let members = self.validators.members();
        let next = Ledger.select_proposer(members, height.into(), Round::new(round));
        Turn { round, proposer: next.address.0 }
    }
}

/// Answers the engine. A closed reply means that it is stopping; the loop sees it next.
fn send<T>(reply: Reply<T>, answer: T) {
    if reply.send(answer).is_err() {
        debug!("the engine no longer waits for this answer");
    }
}

fn round_number(round: Round) -> Result<u32> {
    round.as_u32().context("the engine asks about rounds from 0 on")
}

/// Each pair of contradicting signed messages as one piece of evidence: both, in wire form.
fn pieces(evidence: &MisbehaviorEvidence<Ledger>) -> Vec<Vec<u8>> {
    let votes = evidence.votes.iter().flat_map(|(_, pairs)| pairs).map(|(a, b)| {
        let message = |vote: &_| SignedConsensusMsg::Vote(Clone::clone(vote));
        wire::encode(&(message(a), message(b)))
    });
    let proposals = evidence.proposals.iter().flat_map(|(_, pairs)| pairs).map(|(a, b)| {
        let message = |proposal: &_| SignedConsensusMsg::Proposal(Clone::clone(proposal));
        wire::encode(&(message(a), message(b)))
    });
    votes.chain(proposals).collect()
}

#[cfg(test)]
mod tests;
