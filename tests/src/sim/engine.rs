//! The engine's pure core, hosted: inputs in, effects out.
//!
//! This plays the part of the engine's networked shell: it signs and verifies, keeps timers, writes
//! the write-ahead log before anything leaves, and replays it at the start. What the core asks of
//! the application is put on a list, which [`node`](super::node) works off.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use arc_malachitebft_core_consensus::{
    ConsensusMsg, Effect, Error, Input, LivenessMsg, MisbehaviorEvidence, Params, ProposedValue,
    Resumable, Resume, SignedConsensusMsg, State, process,
};
use arc_malachitebft_core_types::{
    CommitCertificate, LinearTimeouts, PolkaCertificate, Round, Timeout, TimeoutKind, ValueOrigin,
    ValuePayload, ValueResponse, VoteExtensionPolicy,
};
use arc_malachitebft_metrics::Metrics;
use arc_malachitebft_signing::VerifierExt;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::Signature;
use tamga_replica::StoreError;
use tamga_replica::engine::wire::{self, Wire};
use tamga_replica::engine::{Address, BlockHeight, Ledger as Types, Members, Signer, Verifier};

use super::disk::SimDisk;
use super::packet::Packet;

/// Heights ahead for which the core keeps messages, and messages per height.
const QUEUE_HEIGHTS: usize = 10;
const QUEUE_PER_HEIGHT: usize = 500;
/// How long the others are waited for; real nodes take these by default.
const PROPOSE: Duration = Duration::from_millis(700);
const VOTE: Duration = Duration::from_millis(300);

/// What the core wants of the application.
#[derive(Debug)]
pub(super) enum Want {
    /// A round began.
    Round(BlockHeight, Round),
    /// A block to propose.
    Propose(BlockHeight, Round),
    /// A block to send out again, prevoted in the given earlier round.
    ProposeAgain(BlockHeight, Round, Round, ValueId),
    /// A decision to commit.
    Commit(CommitCertificate<Types>, MisbehaviorEvidence<Types>),
    /// A decided block of a peer to judge; its certificate holds.
    Judge(ValueResponse<Types>, Address),
}

/// A timer that is running: it is void once its number is not the newest of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timer {
    timeout: Timeout,
    number: u64,
}

/// One validator's engine.
pub(super) struct Engine {
    core: State<Types>,
    metrics: Metrics,
    shell: Shell,
}

/// What the core's effects act on.
struct Shell {
    signer: Signer,
    verifier: Verifier,
    disk: SimDisk,
    timeouts: LinearTimeouts,
    running: BTreeMap<(u8, i64), u64>,
    timers: u64,
    replaying: bool,
    polkas: BTreeMap<(u32, ValueId), Vec<(ValidatorId, Signature)>>,
    wants: VecDeque<Want>,
    packets: Vec<Packet>,
    started: Vec<(Duration, Timer)>,
    fault: Option<StoreError>,
}

/// Why an engine stops.
#[derive(Debug)]
pub(super) enum EngineFault {
    /// The disk failed: the process starts again.
    Disk(StoreError),
    /// The core refused its input, which no honest run may lead to.
    Core(String),
}

impl Engine {
    /// An engine that has not started a height.
    pub(super) fn new(
        height: Height,
        me: ValidatorId,
        members: Members,
        signer: Signer,
        verifier: Verifier,
        disk: SimDisk,
    ) -> Self {
        let params = Params {
            address: Address(me),
            threshold_params: Default::default(),
            value_payload: ValuePayload::ProposalAndParts,
            enabled: true,
        };
        let timeouts = LinearTimeouts {
            propose: PROPOSE,
            propose_delta: PROPOSE / 2,
            prevote: VOTE,
            prevote_delta: VOTE / 2,
            precommit: VOTE,
            precommit_delta: VOTE / 2,
            rebroadcast: PROPOSE + VOTE + VOTE,
            max_timeout: Duration::from_secs(20),
        };
        let core =
            State::new(Types, height.into(), members, params, QUEUE_HEIGHTS, QUEUE_PER_HEIGHT);
        let shell = Shell {
            signer,
            verifier,
            disk,
            timeouts,
            running: BTreeMap::new(),
            timers: 0,
            replaying: false,
            polkas: BTreeMap::new(),
            wants: VecDeque::new(),
            packets: Vec::new(),
            started: Vec::new(),
            fault: None,
        };
        Self { core, metrics: Metrics::default(), shell }
    }

    /// The height the core works on.
    pub(super) fn height(&self) -> Height {
        self.core.height().into()
    }

    /// Starts a height; if the log holds entries of it, this process died in it before, and the
    /// core is brought to where it was.
    pub(super) fn start(&mut self, height: Height, members: Members) -> Result<(), EngineFault> {
        let entries = self.shell.disk.wal_start(height.get()).map_err(EngineFault::Disk)?;
        let inputs: Result<Vec<_>, _> = entries.iter().map(|entry| read_entry(entry)).collect();
        let inputs = inputs.map_err(|error| EngineFault::Core(format!("log: {error}")))?;
        self.shell.polkas.clear();
        let policy = VoteExtensionPolicy::Disabled;
        self.input(Input::StartHeight(height.into(), members, false, None, policy))?;
        if inputs.is_empty() {
            return Ok(());
        }
        self.core.record_recovered_own_precommit_extensions(inputs.iter());
        self.core.index_wal_entries(inputs.iter());
        self.shell.replaying = true;
        for input in inputs {
            self.input(input)?;
        }
        self.shell.replaying = false;
        self.core.reset_entries_index();
        Ok(())
    }

    /// Gives the core an input.
    pub(super) fn input(&mut self, input: Input<Types>) -> Result<(), EngineFault> {
        let shell = &mut self.shell;
        let done: Result<(), Error<Types>> = process!(
            input: input,
            state: &mut self.core,
            metrics: &self.metrics,
            with: effect => Ok::<_, Infallible>(shell.perform(effect))
        );
        if let Some(fault) = self.shell.fault.take() {
            return Err(EngineFault::Disk(fault));
        }
        done.map_err(|error| EngineFault::Core(error.to_string()))
    }

    /// A timer fired; void ones do nothing.
    pub(super) fn fired(&mut self, timer: Timer) -> Result<(), EngineFault> {
        let key = timer_key(timer.timeout);
        if self.shell.running.get(&key) != Some(&timer.number) {
            return Ok(());
        }
        self.shell.running.remove(&key);
        self.input(Input::TimeoutElapsed(timer.timeout))
    }

    /// What the application is to do next.
    pub(super) fn next_want(&mut self) -> Option<Want> {
        self.shell.wants.pop_front()
    }

    /// What is to be sent to everybody.
    pub(super) fn take_packets(&mut self) -> Vec<Packet> {
        std::mem::take(&mut self.shell.packets)
    }

    /// Timers started since the last call, with their durations.
    pub(super) fn take_timers(&mut self) -> Vec<(Duration, Timer)> {
        std::mem::take(&mut self.shell.started)
    }

    /// The quorum of prevotes for a block in a round of this height, in the order of ids.
    pub(super) fn polka(&self, round: u32, value: ValueId) -> Vec<(ValidatorId, Signature)> {
        self.shell.polkas.get(&(round, value)).cloned().unwrap_or_default()
    }
}

impl Shell {
    fn perform(&mut self, effect: Effect<Types>) -> Resume<Types> {
        let verifier = self.verifier;
        match effect {
            Effect::CancelAllTimeouts(resume) => {
                self.running.clear();
                resume.resume_with(())
            }
            Effect::CancelTimeout(timeout, resume) => {
                self.running.remove(&timer_key(timeout));
                resume.resume_with(())
            }
            Effect::ScheduleTimeout(timeout, resume) => {
                self.timers += 1;
                self.running.insert(timer_key(timeout), self.timers);
                let timer = Timer { timeout, number: self.timers };
                self.started.push((self.timeouts.duration_for(timeout), timer));
                resume.resume_with(())
            }
            Effect::StartRound(height, round, _, _, resume) => {
                self.sync_log();
                self.wants.push_back(Want::Round(height, round));
                resume.resume_with(())
            }
            Effect::PublishConsensusMsg(message, resume) => {
                self.sync_log();
                self.send(Packet::Consensus(wire::encode(&message)));
                resume.resume_with(())
            }
            Effect::PublishLivenessMsg(message, resume) => {
                if let LivenessMsg::PolkaCertificate(polka) = &message {
                    self.remember(polka);
                }
                self.send(Packet::Liveness(wire::encode(&message)));
                resume.resume_with(())
            }
            Effect::RepublishVote(vote, resume) => {
                self.send(Packet::Liveness(wire::encode(&LivenessMsg::<Types>::Vote(vote))));
                resume.resume_with(())
            }
            Effect::RepublishRoundCertificate(certificate, resume) => {
                let message = LivenessMsg::<Types>::SkipRoundCertificate(certificate);
                self.send(Packet::Liveness(wire::encode(&message)));
                resume.resume_with(())
            }
            Effect::GetValue(height, round, _, resume) => {
                self.wants.push_back(Want::Propose(height, round));
                resume.resume_with(())
            }
            Effect::RestreamProposal(height, round, valid_round, _, value, resume) => {
                self.wants.push_back(Want::ProposeAgain(height, round, valid_round, value));
                resume.resume_with(())
            }
            Effect::CertVerifiedSyncValue(value, proposer, resume) => {
                self.wants.push_back(Want::Judge(value, proposer));
                resume.resume_with(())
            }
            Effect::CertRejectedSyncValue(_, _, _, resume) => resume.resume_with(()),
            Effect::Decide(_, _, resume) => {
                self.sync_log();
                resume.resume_with(())
            }
            Effect::Finalize(certificate, _, evidence, resume) => {
                self.wants.push_back(Want::Commit(certificate, evidence));
                resume.resume_with(())
            }
            Effect::WalAppend(height, input, resume) => {
                self.append(height, &input);
                resume.resume_with(())
            }
            Effect::ExtendVote(_, _, _, _, resume) => resume.resume_with(None),
            Effect::VerifyVoteExtension(_, _, _, _, _, _, resume) => resume.resume_with(Ok(())),
            Effect::SignVote(vote, resume) => {
                resume.resume_with(self.signer.vote(vote).expect("votes have rounds"))
            }
            Effect::SignProposal(proposal, resume) => {
                resume.resume_with(self.signer.proposal(proposal).expect("proposals have rounds"))
            }
            Effect::VerifySignature(signed, key, resume) => {
                let holds = match &signed.message {
                    ConsensusMsg::Vote(vote) => verifier.vote_holds(vote, &signed.signature, &key),
                    ConsensusMsg::Proposal(proposal) => {
                        verifier.proposal_holds(proposal, &signed.signature, &key)
                    }
                };
                resume.resume_with(holds)
            }
            Effect::VerifyCommitCertificate(it, members, thresholds, resume) => {
                let check = verifier.verify_commit_certificate(&Types, &it, &members, thresholds);
                resume.resume_with(ready(check))
            }
            Effect::VerifyExtendedCommitCertificate(it, members, thresholds, policy, resume) => {
                let check = verifier
                    .verify_extended_commit_certificate(&Types, &it, &members, thresholds, policy);
                resume.resume_with(ready(check))
            }
            Effect::VerifyPolkaCertificate(it, members, thresholds, resume) => {
                let check = verifier.verify_polka_certificate(&Types, &it, &members, thresholds);
                resume.resume_with(ready(check))
            }
            Effect::VerifyRoundCertificate(it, members, thresholds, resume) => {
                let check = verifier.verify_round_certificate(&Types, &it, &members, thresholds);
                resume.resume_with(ready(check))
            }
        }
    }

    /// Nothing leaves a process whose log could not be written.
    fn send(&mut self, packet: Packet) {
        if self.fault.is_none() {
            self.packets.push(packet);
        }
    }

    fn append(&mut self, height: BlockHeight, input: &Input<Types>) {
        if let Input::PolkaCertificate(polka) = input {
            self.remember(polka);
        }
        if !self.replaying && self.fault.is_none() {
            let entry = write_entry(input);
            self.fault = self.disk.wal_append(height.0, entry).err();
        }
    }

    fn sync_log(&mut self) {
        if !self.replaying && self.fault.is_none() {
            self.fault = self.disk.wal_sync().err();
        }
    }

    fn remember(&mut self, polka: &PolkaCertificate<Types>) {
        let Some(round) = polka.round.as_u32() else { return };
        let mut prevotes: Vec<_> =
            polka.polka_signatures.iter().map(|by| (by.address.0, by.signature)).collect();
        prevotes.sort_by_key(|(id, _)| *id);
        self.polkas.insert((round, polka.value_id), prevotes);
    }
}

fn timer_key(timeout: Timeout) -> (u8, i64) {
    (timer_kind(timeout.kind), timeout.round.as_i64())
}

const fn timer_kind(kind: TimeoutKind) -> u8 {
    match kind {
        TimeoutKind::Propose => 1,
        TimeoutKind::Prevote => 2,
        TimeoutKind::Precommit => 3,
        TimeoutKind::Rebroadcast => 7,
        TimeoutKind::FinalizeHeight(_) => 8,
    }
}

/// The log's form of an input: a tag and the message's own encoding.
fn write_entry(input: &Input<Types>) -> Vec<u8> {
    let mut out = Vec::new();
    match input {
        Input::Vote(vote) => {
            out.push(1);
            SignedConsensusMsg::Vote(vote.clone()).put(&mut out);
        }
        Input::Proposal(proposal) => {
            out.push(1);
            SignedConsensusMsg::Proposal(proposal.clone()).put(&mut out);
        }
        Input::TimeoutElapsed(timeout) => {
            out.extend([2, timer_kind(timeout.kind)]);
            timeout.round.put(&mut out);
        }
        Input::ProposedValue(value, _) => {
            out.push(4);
            value.put(&mut out);
        }
        Input::PolkaCertificate(polka) => {
            out.push(8);
            polka.put(&mut out);
        }
        Input::StartHeight(..)
        | Input::Propose(_)
        | Input::RoundCertificate(_)
        | Input::SyncValueResponse(_) => unreachable!("the core logs no such input"),
    }
    out
}

fn read_entry(entry: &[u8]) -> Result<Input<Types>, wire::WireError> {
    let wrong = wire::refuse("log entry", entry);
    let (tag, rest) = entry.split_first().ok_or(wrong)?;
    Ok(match tag {
        1 => match wire::decode::<SignedConsensusMsg<Types>>(rest)? {
            SignedConsensusMsg::Vote(vote) => Input::Vote(vote),
            SignedConsensusMsg::Proposal(proposal) => Input::Proposal(proposal),
        },
        2 => {
            let (kind, rest) = rest.split_first().ok_or(wrong)?;
            let kind = match kind {
                1 => TimeoutKind::Propose,
                2 => TimeoutKind::Prevote,
                3 => TimeoutKind::Precommit,
                _ => return Err(wrong),
            };
            Input::TimeoutElapsed(Timeout::new(wire::decode::<Round>(rest)?, kind))
        }
        4 => {
            let value = wire::decode::<ProposedValue<Types>>(rest)?;
            Input::ProposedValue(value, ValueOrigin::Consensus)
        }
        8 => Input::PolkaCertificate(wire::decode(rest)?),
        _ => return Err(wrong),
    })
}

/// The result of a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("our signatures are checked without waiting"),
    }
}
