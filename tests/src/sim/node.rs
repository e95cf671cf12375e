//! One simulated validator: the replica, the hosted engine, and what stands between them.
//!
//! It follows the node's own driver (`node/src/engine/driver.rs`): what is judged when, what is
//! kept before a vote, when an idle ledger goes on.

use std::collections::BTreeMap;
use std::rc::Rc;

use arc_malachitebft_core_consensus::{
    Input, LivenessMsg, MisbehaviorEvidence, SignedConsensusMsg,
};
use arc_malachitebft_core_types::{CommitCertificate, Context as _, Round, Validity, ValueOrigin};
use bytes::Bytes;
use tamga_format::beacon::VrfSecret;
use tamga_format::body::Submission;
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, UnixMillis, ValidatorId, ValueId, sha256};
use tamga_replica::engine::parts::ProposalPart;
use tamga_replica::engine::{Ledger as Types, Members, Signer, Verifier, certificate, wire};
use tamga_replica::{
    AdmitError, Admitted, App, Block, BlockError, Builder, CommitError, Fresh, Head, Source,
};

use super::blocks::{Blocks, Known};
use super::disk::SimDisk;
use super::engine::{Engine, EngineFault, Want};
use super::ledger::{Ledger, START};
use super::notes::Cosigner;
use super::packet::Packet;
use super::{Out, Stop, Token};

mod catch_up;
mod lines;
mod propose;

use lines::Lines;

/// Least time between two blocks.
const INTERVAL_MS: u64 = 40;
/// Time without records after which an empty block follows.
const HEARTBEAT_MS: u64 = 5_000;
/// How often a node tells where it is and asks for what it lacks.
pub(super) const TICK_MS: u64 = 500;
/// Heights and rounds ahead for which blocks are kept.
const HEIGHTS_AHEAD: u64 = 2;
const ROUNDS_AHEAD: u32 = 10;
/// Bytes of records in one answer, and leaves in one question.
const POOL_ANSWER_BYTES: usize = 1 << 20;
const POOL_LEAVES: usize = 4_096;

/// What a validator says to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was taken, or is known.
    Admitted(Admitted),
    /// It was refused, for this reason.
    Refused(String),
}

/// One validator.
pub(super) struct Node {
    me: usize,
    processes: usize,
    ledger: Rc<Ledger>,
    skew_ms: i64,
    now_ms: u64,
    opened: Head,
    app: App<SimDisk>,
    builder: Builder,
    signer: Signer,
    verifier: Verifier,
    /// The validators of the height after the head.
    members: Members,
    engine: Engine,
    cosigner: Cosigner,
    current: (Height, u32),
    recovered: bool,
    blocks: Blocks,
    /// The height that is decided while the next has not begun, and since when.
    held: Option<(Height, u64)>,
    /// A peer was heard to work above the held height.
    above: Height,
    heights: BTreeMap<usize, Height>,
    asked_ms: Option<u64>,
    synced: BTreeMap<Height, (Vec<u8>, Certificate)>,
    turn: usize,
    disk: SimDisk,
    lines: Lines,
    out: Vec<Out>,
}

impl Node {
    /// Starts a validator on its disk. `processes` counts all that can be sent to.
    pub(super) fn start(
        ledger: &Rc<Ledger>,
        me: usize,
        processes: usize,
        disk: &SimDisk,
        skew_ms: i64,
        now_ms: u64,
    ) -> Result<Self, Stop> {
        let app =
            App::open(disk.clone(), &ledger.genesis, ledger.hash).map_err(|error| match error {
                tamga_replica::OpenError::Store(fault) => open_fault(fault),
                tamga_replica::OpenError::Foreign { .. } | tamga_replica::OpenError::Genesis(_) => {
                    Stop::Fault("recovery", error.to_string())
                }
            })?;
        let keys = ledger.keys_under(me, &app.reigns().newest());
        let signer = Signer::new(ledger.hash, keys.consensus.clone());
        let verifier = Verifier::new(ledger.hash);
        let next = app.head().height.next();
        let members = Members::from(app.validators());
        let engine =
            Engine::new(next, keys.id, members.clone(), signer.clone(), verifier, disk.clone());
        let cosigner = Cosigner::open(Rc::clone(ledger), me, disk.clone(), &app)?;
        let builder = Builder { validator: keys.id, beacon: VrfSecret::from_seed(&keys.beacon) };
        let mut node = Self {
            me,
            processes,
            ledger: Rc::clone(ledger),
            skew_ms,
            now_ms,
            current: (app.head().height, 0),
            opened: app.head(),
            app,
            builder,
            signer,
            verifier,
            members,
            engine,
            cosigner,
            recovered: false,
            blocks: Blocks::default(),
            held: None,
            above: Height(0),
            heights: BTreeMap::new(),
            asked_ms: None,
            synced: BTreeMap::new(),
            turn: me,
            disk: disk.clone(),
            lines: Lines::default(),
            out: Vec::new(),
        };
        node.cosign()?;
        node.start_height(next)?;
        node.drive()?;
        Ok(node)
    }

    /// The head that was found on the disk at the start.
    pub(super) const fn opened(&self) -> Head {
        self.opened
    }

    /// The replica.
    pub(super) const fn app(&self) -> &App<SimDisk> {
        &self.app
    }

    /// Where it stands, for the report of a failure.
    pub(super) fn state(&self) -> String {
        let head = self.app.head().height;
        let (height, round) = self.current;
        let held = if self.held.is_some() { ", held" } else { "" };
        let (waiting, unsigned) = (self.app.pending(), self.cosigner.missing());
        format!("head {head}, at {height}/{round}{held}, {waiting} records, {unsigned} not final")
    }

    /// Undecided blocks in memory.
    pub(super) fn blocks_known(&self) -> usize {
        self.blocks.len()
    }

    /// What is to be done for this node since the last call.
    pub(super) fn take_out(&mut self) -> Vec<Out> {
        std::mem::take(&mut self.out)
    }

    /// The local clock.
    fn clock(&self) -> UnixMillis {
        let now = i64::try_from(self.now_ms).expect("simulated time is short");
        UnixMillis(START.get() + now + self.skew_ms)
    }

    /// A client's submission.
    pub(super) fn submit(&mut self, now_ms: u64, bytes: &[u8]) -> Result<Answer, Stop> {
        self.now_ms = now_ms;
        let answer = self.admit(bytes, Source::Local)?;
        if matches!(answer, Answer::Admitted(Admitted::New | Admitted::Parked)) {
            self.out.push(Out::Broadcast(Packet::Record(bytes.to_vec())));
        }
        self.drive()?;
        Ok(answer)
    }

    /// A packet of another process; `from` is the validator that the channel belongs to.
    pub(super) fn packet(&mut self, now_ms: u64, from: usize, packet: Packet) -> Result<(), Stop> {
        self.now_ms = now_ms;
        match packet {
            Packet::Consensus(bytes) => self.consensus(&bytes)?,
            Packet::Liveness(bytes) => self.liveness(&bytes)?,
            Packet::Parts(parts) => self.parts(from, &parts)?,
            Packet::Record(bytes) => drop(self.admit(&bytes, Source::Peer)?),
            Packet::Pool(leaves) => {
                let have = leaves.into_iter().collect();
                let (missing, _) = self.app.pool_missing(&have, POOL_ANSWER_BYTES);
                let records = missing.into_iter().map(Packet::Record);
                self.out.extend(records.map(|record| Out::Send(from, record)));
            }
            Packet::Status(height) => {
                self.heights.insert(from, height);
                if height > self.app.head().height.next() {
                    self.ask_blocks(Some(from));
                }
            }
            Packet::Blocks(first) => self.answer_blocks(from, first)?,
            Packet::Block(block, certificate) => self.synced(block, &certificate)?,
            Packet::Note(height, note) => {
                self.cosigner.heard(&mut self.app, height, &note, &mut self.out)?;
            }
            Packet::Notes(height) => {
                let notes = self.cosigner.notes(&self.app, height)?;
                self.out.extend(notes.into_iter().map(|note| Out::Send(from, note)));
            }
            Packet::Path(first, last) => {
                let path = self.app.reader().consistency(first, last).map_err(Stop::Disk)?;
                let found = path.map(|path| Packet::PathFound(first, last, path));
                self.out.extend(found.map(|found| Out::Send(from, found)));
            }
            Packet::Policy(number) => {
                let receipt = self.app.reader().policy_receipt(number).map_err(Stop::Disk)?;
                let found = receipt.map(|receipt| Packet::PolicyFound(receipt.encode()));
                self.out.extend(found.map(|found| Out::Send(from, found)));
            }
            Packet::PathFound(..) | Packet::PolicyFound(_) => {}
            Packet::Held(statement) => drop(self.app.hold(statement)),
            Packet::Attachment(id) => self.answer_attachment(from, &id),
            Packet::Chunks(chunks) => self.take_chunks(chunks)?,
        }
        self.drive()
    }

    /// A timer.
    pub(super) fn timer(&mut self, now_ms: u64, token: Token) -> Result<(), Stop> {
        self.now_ms = now_ms;
        match token {
            Token::Engine(timer) => self.engine.fired(timer).map_err(stop)?,
            Token::Wake => {}
            Token::Tick => self.tick(),
        }
        self.drive()
    }

    fn tick(&mut self) {
        let head = self.app.head().height;
        self.out.push(Out::Broadcast(Packet::Status(head)));
        self.ask_blocks(None);
        self.turn = (self.turn + 1) % self.ledger.validators.len();
        if self.turn != self.me {
            let leaves = self.app.pool_leaves(POOL_LEAVES);
            self.out.push(Out::Send(self.turn, Packet::Pool(leaves)));
        }
        self.out.extend(self.cosigner.heal(self.processes));
        self.heal_lines();
        self.out.push(Out::Timer(TICK_MS, Token::Tick));
    }

    fn admit(&mut self, bytes: &[u8], source: Source) -> Result<Answer, Stop> {
        let refused = |reason: &dyn std::fmt::Display| Ok(Answer::Refused(reason.to_string()));
        let submission = match Submission::decode(bytes) {
            Ok(submission) => submission,
            Err(error) => return refused(&error),
        };
        let (record, body) = submission.into_parts();
        let Some(key) = self.app.public_key(&record.record().key_id).map_err(Stop::Disk)? else {
            return refused(&"unknown key");
        };
        let verified = match record.verify(&key) {
            Ok(verified) => verified,
            Err(error) => return refused(&error),
        };
        let now = self.clock();
        match self.app.admit(vec![(verified, body)], source, now).pop() {
            Some(Ok(admitted)) => Ok(Answer::Admitted(admitted)),
            Some(Err(AdmitError::Store(error))) => Err(Stop::Disk(error)),
            Some(Err(error)) => refused(&error),
            None => Err(Stop::Fault("admission", "a record got no verdict".to_owned())),
        }
    }

    fn consensus(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let Ok(message) = wire::decode::<SignedConsensusMsg<Types>>(bytes) else { return Ok(()) };
        self.above = self.above.max(message.height().into());
        let input = match message {
            SignedConsensusMsg::Vote(vote) => Input::Vote(vote),
            SignedConsensusMsg::Proposal(proposal) => Input::Proposal(proposal),
        };
        self.engine.input(input).map_err(stop)
    }

    fn liveness(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let Ok(message) = wire::decode::<LivenessMsg<Types>>(bytes) else { return Ok(()) };
        let input = match message {
            LivenessMsg::Vote(vote) => Input::Vote(vote),
            LivenessMsg::PolkaCertificate(it) => Input::PolkaCertificate(it),
            LivenessMsg::SkipRoundCertificate(it) => Input::RoundCertificate(it),
        };
        self.engine.input(input).map_err(stop)
    }

    /// A block of a peer: kept if it is complete and signed by the proposer of its round, or by a
    /// holder of a quorum's prevotes for it.
    fn parts(&mut self, from: usize, parts: &[Vec<u8>]) -> Result<(), Stop> {
        let parts: Result<Vec<ProposalPart>, _> =
            parts.iter().map(|part| wire::decode(part)).collect();
        let Ok(parts) = parts else { return Ok(()) };
        let [ProposalPart::Init(init), pieces @ .., ProposalPart::Fin(fin)] = parts.as_slice()
        else {
            return Ok(());
        };
        let mut block = Vec::new();
        for piece in pieces {
            let ProposalPart::Data(piece) = piece else { return Ok(()) };
            block.extend_from_slice(piece);
        }
        let Some(sender) = self.ledger.rings(from).find(|keys| keys.id == init.sender) else {
            return Ok(());
        };
        let key = sender.consensus.public();
        let head = self.app.head().height;
        let rounds = if init.height == self.current.0 { self.current.1 } else { 0 };
        let near = init.height > head
            && init.height.get() - head.get() <= HEIGHTS_AHEAD
            && init.round <= rounds.saturating_add(ROUNDS_AHEAD);
        let genuine = init.sender == sender.id
            && sha256(&[&block]) == fin.digest
            && self.verifier.fin_holds(init, fin, &key);
        if !near || !genuine {
            return Ok(());
        }
        let proposer = self.proposer(init.height, init.round);
        let prevoted = init.valid_round.is_some_and(|earlier| {
            let members = &self.members;
            self.verifier.polka_holds(members, init.height, earlier, fin.value, &init.polka)
        });
        if !prevoted && proposer != sender.id {
            return Ok(());
        }
        let (height, value) = (init.height, fin.value);
        self.above = self.above.max(height);
        let before = self.blocks.get(height, value);
        let verdict = before.and_then(|known| known.verdict).filter(|verdict| verdict.is_valid());
        let other_bytes = verdict.is_some() && before.is_some_and(|known| known.bytes != block);
        if other_bytes || (!prevoted && self.blocks.is_crowded(height, init.round, value)) {
            return Ok(());
        }
        let known = Known {
            round: init.round,
            proposer,
            valid_round: init.valid_round,
            prevoted,
            bytes: block.into(),
            verdict,
            delivered: false,
        };
        self.blocks.insert(height, value, known);
        if height != self.current.0 {
            return Ok(());
        }
        self.judge(height, value)?;
        self.deliver(height, value, ValueOrigin::Consensus)
    }

    fn deliver(&mut self, height: Height, value: ValueId, origin: ValueOrigin) -> Result<(), Stop> {
        match self.blocks.deliver(height, value) {
            Some(told) => self.engine.input(Input::ProposedValue(told, origin)).map_err(stop),
            None => Ok(()),
        }
    }

    /// Executes a block that was not executed yet, and keeps a valid one before it is voted for.
    fn judge(&mut self, height: Height, value: ValueId) -> Result<(), Stop> {
        let known = self.blocks.get(height, value).filter(|known| known.verdict.is_none());
        let Some(mut known) = known.cloned() else { return Ok(()) };
        if height != self.app.head().height.next() {
            return Ok(());
        }
        let now = self.clock();
        let fresh = match known.valid_round {
            Some(_) if known.prevoted => None,
            Some(earlier) => {
                Some(Fresh { now, round: earlier, proposer: self.proposer(height, earlier) })
            }
            None => Some(Fresh { now, round: known.round, proposer: known.proposer }),
        };
        let verdict = match self.validate(&known.bytes, fresh)? {
            Ok((found, block)) if found == value => {
                self.app.keep_undecided(known.round, &block).map_err(Stop::Disk)?;
                Validity::Valid
            }
            Ok(_) | Err(_) => Validity::Invalid,
        };
        known.verdict = Some(verdict);
        self.blocks.insert(height, value, known);
        Ok(())
    }

    /// Judges a block; the outer result stops the node.
    fn validate(
        &mut self,
        bytes: &[u8],
        fresh: Option<Fresh>,
    ) -> Result<Result<(ValueId, Block), String>, Stop> {
        let block = match Block::decode(bytes) {
            Ok(block) => block,
            Err(error) => return Ok(Err(error.to_string())),
        };
        match self.app.validate(block.clone(), fresh) {
            Ok(value) => Ok(Ok((value, block))),
            Err(BlockError::Store(error)) => Err(Stop::Disk(error)),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Does what the engine wants and goes on to the next height, until nothing is left to do.
    fn drive(&mut self) -> Result<(), Stop> {
        loop {
            self.collect();
            self.hold_lines()?;
            if let Some(want) = self.engine.next_want() {
                self.serve(want)?;
            } else if self.is_due() {
                self.held = None;
                self.start_height(self.app.head().height.next())?;
            } else {
                return Ok(());
            }
        }
    }

    /// Takes over what the engine sends and the timers it starts.
    fn collect(&mut self) {
        self.out.extend(self.engine.take_packets().into_iter().map(Out::Broadcast));
        for (after, timer) in self.engine.take_timers() {
            let after = u64::try_from(after.as_millis()).expect("timeouts are short");
            self.out.push(Out::Timer(after, Token::Engine(timer)));
        }
    }

    fn start_height(&mut self, height: Height) -> Result<(), Stop> {
        self.follow(height);
        let started = self.engine.start(height, self.members.clone());
        self.collect();
        started.map_err(stop)
    }

    /// Goes over to the validators of the height, and to the keys that their policy names: as if the
    /// process had been started with another key file.
    fn follow(&mut self, height: Height) {
        self.members = Members::from(self.app.validators());
        let keys = self.ledger.keys_under(self.me, &self.app.reigns().newest());
        if keys.id == self.builder.validator {
            return;
        }
        self.signer = Signer::new(self.ledger.hash, keys.consensus.clone());
        self.builder = Builder { validator: keys.id, beacon: VrfSecret::from_seed(&keys.beacon) };
        let (members, signer) = (self.members.clone(), self.signer.clone());
        self.engine =
            Engine::new(height, keys.id, members, signer, self.verifier, self.disk.clone());
    }

    fn is_due(&self) -> bool {
        let Some((height, since)) = self.held else { return false };
        let waited = self.now_ms - since;
        self.above > height
            || self.synced.contains_key(&height.next())
            || (self.app.reasons() > 0 && waited >= INTERVAL_MS)
            || waited >= HEARTBEAT_MS
    }

    fn serve(&mut self, want: Want) -> Result<(), Stop> {
        match want {
            Want::Round(height, round) => self.round(height.into(), number(round)),
            Want::Propose(height, round) => self.propose(height.into(), number(round)),
            Want::ProposeAgain(height, round, valid_round, value) => {
                let valid_round = valid_round.as_u32().unwrap_or(number(round));
                self.propose_again(height.into(), number(round), valid_round, value)
            }
            Want::Commit(decided, evidence) => self.commit(&decided, &evidence),
            Want::Judge(response, proposer) => self.judge_synced(&response, proposer.0),
        }
    }

    /// A round began: the engine is told of every block that it does not know yet.
    fn round(&mut self, height: Height, round: u32) -> Result<(), Stop> {
        self.current = (height, round);
        if !std::mem::replace(&mut self.recovered, true) {
            self.recover(height)?;
        }
        for value in self.blocks.values(height) {
            if self.blocks.get(height, value).is_some_and(|known| !known.delivered) {
                self.judge(height, value)?;
                self.deliver(height, value, ValueOrigin::Consensus)?;
            }
        }
        self.use_synced()
    }

    /// Reads the blocks that were kept before a restart. The engine has those it was told of in its
    /// log, each in its place among votes and timeouts, so it is not told again.
    fn recover(&mut self, height: Height) -> Result<(), Stop> {
        if height != self.app.head().height.next() {
            return Ok(());
        }
        for (round, block) in self.app.undecided(height).map_err(Stop::Disk)? {
            let bytes = Bytes::from(block.encode());
            if let Ok((value, _)) = self.validate(&bytes, None)? {
                let proposer = self.proposer(height, round);
                let known = Known { delivered: true, ..valid(round, proposer, bytes) };
                self.blocks.insert(height, value, known);
            }
        }
        Ok(())
    }

    fn commit(
        &mut self,
        decided: &CommitCertificate<Types>,
        evidence: &MisbehaviorEvidence<Types>,
    ) -> Result<(), Stop> {
        let fault = |what: String| Stop::Fault("decision", what);
        let kept = certificate(decided).ok_or_else(|| fault("it has no round".to_owned()))?;
        let (height, value) = (kept.height, kept.value);
        let verified = kept
            .verify(&self.ledger.hash, self.app.validators())
            .map_err(|error| fault(error.to_string()))?;
        let evidence = pieces(evidence);
        let done = match self.app.commit(value, verified.clone(), evidence.clone()) {
            Err(CommitError::Unknown(_)) => {
                let found = self.find(height, value)?;
                let bytes = found.ok_or_else(|| fault(format!("block {height} is not here")))?;
                self.validate(&bytes, None)?.map_err(fault)?;
                self.app.commit(value, verified, evidence)
            }
            done => done,
        };
        let committed = done.map_err(|error| match error {
            CommitError::Store(error) => Stop::Disk(error),
            CommitError::Unknown(_) | CommitError::Certificate => fault(error.to_string()),
        })?;
        self.want_brought(&committed.brought);
        self.out.push(Out::Committed(committed));
        self.out.push(Out::Broadcast(Packet::Status(height)));
        self.blocks.forget_until(height);
        self.synced.retain(|ahead, _| *ahead > height);
        self.asked_ms = None;
        self.held = Some((height, self.now_ms));
        self.out.push(Out::Timer(INTERVAL_MS, Token::Wake));
        self.out.push(Out::Timer(HEARTBEAT_MS, Token::Wake));
        self.cosign()?;
        if self.synced.is_empty() && self.heights.values().any(|it| *it > height.next()) {
            self.ask_blocks(None);
        }
        Ok(())
    }

    fn cosign(&mut self) -> Result<(), Stop> {
        let now_s = u64::try_from(self.clock().get() / 1_000).expect("after 1970");
        self.cosigner.committed(&mut self.app, now_s, &mut self.out)
    }

    fn proposer(&self, height: Height, round: u32) -> ValidatorId {
        Types.select_proposer(&self.members, height.into(), Round::new(round)).address.0
    }
}

/// A block first proposed in this round and found valid.
const fn valid(round: u32, proposer: ValidatorId, bytes: Bytes) -> Known {
    let verdict = Some(Validity::Valid);
    Known { round, proposer, valid_round: None, prevoted: false, bytes, verdict, delivered: false }
}

fn number(round: Round) -> u32 {
    round.as_u32().expect("the engine asks about rounds from 0 on")
}

fn stop(fault: EngineFault) -> Stop {
    match fault {
        EngineFault::Disk(error) => Stop::Disk(error),
        EngineFault::Core(error) => Stop::Fault("engine", error),
    }
}

/// A store that contradicts itself after a crash is a finding, one that fails on purpose is not.
fn open_fault(fault: tamga_replica::StoreError) -> Stop {
    let on_purpose =
        matches!(fault, tamga_replica::StoreError::Io(_) | tamga_replica::StoreError::Broken);
    if on_purpose { Stop::Disk(fault) } else { Stop::Fault("recovery", fault.to_string()) }
}

/// Each pair of contradicting signed messages as one piece of evidence.
fn pieces(evidence: &MisbehaviorEvidence<Types>) -> Vec<Vec<u8>> {
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
