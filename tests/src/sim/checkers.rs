//! What must hold in every run, checked from outside with the verifiers that clients use.

use std::collections::BTreeMap;
use std::rc::Rc;

use arc_malachitebft_core_consensus::SignedConsensusMsg;
use arc_malachitebft_core_types::{NilOrVal, VoteType};
use tamga_format::assignment::AssignmentFile;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{Height, LeafIndex, MapKey, MapValue, RecordId, TreeSize, ValueId};
use tamga_format::merkle::{leaf_hash, root_of, verify_consistency};
use tamga_format::mpt;
use tamga_format::receipt::Receipt;
use tamga_format::subject::{Subject, subject_leaf};
use tamga_replica::engine::{Ledger as Types, Proposal, Verifier, Vote, wire};
use tamga_replica::layout::{self, HistoryRow, PrivateRow};
use tamga_replica::limits::POOL_RECORDS_MAX;
use tamga_replica::subjects::SubjectState;
use tamga_replica::{App, Head, Store, StoreError, Table};
use tamga_state::Genesis;
use tamga_state::enforcement::assignment;
use tamga_state::matrix::Stage;
use tamga_state::status::{self, Amounts, Case, Money};

use super::Failure;
use super::blocks::BLOCKS_MAX;
use super::disk::SimDisk;
use super::ledger::{Ledger, ORIGIN};
use super::packet::Packet;
use super::royalties;
use super::second;
use super::workload::Workload;

/// Who signs what: validator, kind of message, height, round.
type Turn = (usize, u8, u64, i64);

/// Everything the checks remember.
#[derive(Debug)]
pub(super) struct Checks {
    ledger: Rc<Ledger>,
    decided: BTreeMap<Height, Head>,
    last: BTreeMap<usize, Head>,
    signed: BTreeMap<Turn, Option<ValueId>>,
    equivocations: u64,
    proven: usize,
}

fn fail<T>(check: &'static str, detail: String) -> Result<T, Failure> {
    Err(Failure { check, detail })
}

fn read(error: StoreError) -> Failure {
    Failure { check: "store", detail: error.to_string() }
}

impl Checks {
    pub(super) const fn new(ledger: Rc<Ledger>) -> Self {
        Self {
            ledger,
            decided: BTreeMap::new(),
            last: BTreeMap::new(),
            signed: BTreeMap::new(),
            equivocations: 0,
            proven: 0,
        }
    }

    /// The highest block that anybody has committed.
    pub(super) fn height(&self) -> Height {
        self.decided.keys().next_back().copied().unwrap_or_default()
    }

    /// Pairs of contradicting messages that left a validator which is not honest.
    pub(super) const fn equivocations(&self) -> u64 {
        self.equivocations
    }

    /// Pieces of evidence that the honest validators have stored.
    pub(super) const fn proven(&self) -> usize {
        self.proven
    }

    /// After each commit: agreement, append-only, conservation.
    pub(super) fn committed(
        &mut self,
        process: usize,
        app: &App<SimDisk>,
        head: Head,
        disk: &SimDisk,
        workload: &Workload,
    ) -> Result<(), Failure> {
        let first = !self.decided.contains_key(&head.height);
        let agreed = *self.decided.entry(head.height).or_insert(head);
        if agreed != head {
            return fail(
                "agreement",
                format!("{head:?} at process {process}, {agreed:?} elsewhere"),
            );
        }
        if let Some(last) = self.last.insert(process, head) {
            if last.height >= head.height {
                return fail("append-only", format!("{} follows {}", head.height, last.height));
            }
            extends(app, &last, &head)?;
        }
        if !first {
            return Ok(());
        }
        conserved(disk, workload)?;
        workload.quarter().map_or(Ok(()), |it| royalties::conserved(app, it.season()))
    }

    /// After each start: what was committed is there; the head stands where it stood or higher.
    pub(super) fn started(
        &mut self,
        process: usize,
        app: &App<SimDisk>,
        head: Head,
    ) -> Result<(), Failure> {
        if let Some(last) = self.last.get(&process) {
            if head.height < last.height {
                let last = last.height;
                return fail("durability", format!("{} after a crash, was {last}", head.height));
            }
            extends(app, last, &head)?;
        }
        // A write that was reported as failed may have taken effect.
        if head.height > Height(0) {
            self.last.insert(process, head);
            let agreed = *self.decided.entry(head.height).or_insert(head);
            if agreed != head {
                return fail("agreement", format!("{head:?} after a start, {agreed:?} elsewhere"));
            }
        }
        Ok(())
    }

    /// An operator emptied the store.
    pub(super) fn wiped(&mut self, process: usize) {
        self.last.remove(&process);
    }

    /// A packet leaves a validator: an honest one never contradicts itself.
    pub(super) fn sent(
        &mut self,
        validator: usize,
        honest: bool,
        packet: &Packet,
    ) -> Result<(), Failure> {
        let Packet::Consensus(bytes) = packet else { return Ok(()) };
        let message = wire::decode::<SignedConsensusMsg<Types>>(bytes);
        let message = message
            .map_err(|error| Failure { check: "wire", detail: format!("own message: {error}") })?;
        let (kind, value) = match &message {
            SignedConsensusMsg::Vote(vote) => {
                let kind = if vote.kind == VoteType::Prevote { 1 } else { 2 };
                let value = match vote.value {
                    NilOrVal::Nil => None,
                    NilOrVal::Val(value) => Some(value),
                };
                (kind, value)
            }
            SignedConsensusMsg::Proposal(proposal) => (3, Some(proposal.value.0)),
        };
        self.turn(validator, honest, (kind, &message), value)
    }

    fn turn(
        &mut self,
        validator: usize,
        honest: bool,
        (kind, message): (u8, &SignedConsensusMsg<Types>),
        value: Option<ValueId>,
    ) -> Result<(), Failure> {
        let turn = (validator, kind, message.height().0, message.round().as_i64());
        let before = *self.signed.entry(turn).or_insert(value);
        if before == value {
            return Ok(());
        }
        self.equivocations += 1;
        if !honest {
            return Ok(());
        }
        let kind = ["", "prevoted", "precommitted", "proposed"][usize::from(kind)];
        let (_, _, height, round) = turn;
        let what = format!("{kind} {before:?} and {value:?} at height {height}, round {round}");
        fail("double-sign", format!("validator {validator} {what}"))
    }

    /// The receipt of a record, verified as a client does; `None` while there is none.
    pub(super) fn receipt(
        &self,
        app: &App<SimDisk>,
        id: &RecordId,
    ) -> Result<Option<LeafIndex>, Failure> {
        let Some(receipt) = app.reader().receipt(id).map_err(read)? else { return Ok(None) };
        let text = receipt.encode();
        let wrong = |what: String| Failure { check: "inclusion", detail: format!("{id}: {what}") };
        let receipt = Receipt::parse(&text).map_err(|error| wrong(error.to_string()))?;
        if receipt.encode() != text {
            return Err(wrong("a receipt has two forms".to_owned()));
        }
        let at = receipt.proof.checkpoint.text.clone();
        let size = Checkpoint::parse(&at).map_err(|error| wrong(error.to_string()))?.size;
        let mut heads = self.decided.values();
        let height = heads.find(|head| head.size == size).map(|head| head.height);
        let height = height.ok_or_else(|| wrong("its checkpoint is no block's".to_owned()))?;
        let policy = &app.reigns().at(height).policy;
        let proven = receipt.verify(policy).map_err(|error| wrong(format!("{error:?}")))?;
        // The checkpoint is that of the record's own block or of a later one.
        let mut later = self.decided.range(proven.height..);
        if proven.id != *id || !later.any(|(_, head)| head.size == proven.size) {
            return Err(wrong("the receipt is of something else".to_owned()));
        }
        Ok(Some(proven.index))
    }

    /// Pools and queues stay within their limits.
    pub(super) fn bounded(&self, pending: u64, blocks: usize) -> Result<(), Failure> {
        let pool = u64::try_from(POOL_RECORDS_MAX).expect("a small limit");
        if pending > pool || blocks > BLOCKS_MAX {
            return fail("bounded", format!("{pending} records wait, {blocks} blocks are known"));
        }
        Ok(())
    }

    /// At the end, on one validator's disk: nothing final is lost, nothing hostile is in, and the
    /// log, the map and every subject's tree are what a naive computation makes of the rows.
    pub(super) fn finish(
        &mut self,
        app: &App<SimDisk>,
        disk: &SimDisk,
        workload: &Workload,
        dishonest: Option<usize>,
    ) -> Result<(), Failure> {
        let reader = app.reader();
        for height in (1..=app.head().height.get()).map(Height) {
            for piece in reader.evidence(height).map_err(read)? {
                self.evidence(&piece, dishonest)?;
            }
        }
        for (id, index) in workload.finals() {
            let place = reader.place(id).map_err(read)?.map(|(at, _)| at);
            if place != Some(index) {
                return fail("finality", format!("{id} was final at {index}, is at {place:?}"));
            }
        }
        for id in workload.hostile() {
            if reader.place(id).map_err(read)?.is_some() {
                return fail("admission", format!("the unlawful record {id} is in the log"));
            }
        }
        conserved(disk, workload)?;
        second::check(&self.ledger, disk, workload)?;
        for case in workload.drawn() {
            self.drawn(app, case)?;
        }
        for (case, closed) in workload.cases() {
            let row = reader.subject(case).map_err(read)?.and_then(|subject| subject.status);
            let stage = row.and_then(|row| status::decode::<Case>(&row.bytes).ok());
            let stage = stage.map(|(_, case)| case.stage);
            if closed && stage != Some(Stage::ClosedExecuted) {
                return fail(
                    "stages",
                    format!("{case} is closed by its last record, is {stage:?}"),
                );
            }
        }
        self.recomputed(app, disk)
    }

    /// A case was given away by a draw, which anybody recomputes from its proof file.
    fn drawn(&self, app: &App<SimDisk>, case: &Subject) -> Result<(), Failure> {
        let wrong = |what: String| Failure { check: "draw", detail: format!("{case}: {what}") };
        let file = app.reader().assignment(case).map_err(read)?;
        let Some(file) = file else {
            // A validator that lacks the last cosignatures yet has no receipt to put into it.
            let newest = app.reader().newest_note().map_err(read)?.map(|(height, _)| height);
            let lacks = newest.is_none_or(|height| height < app.head().height);
            return if lacks { Ok(()) } else { Err(wrong("there is no proof".to_owned())) };
        };
        let text = file.encode();
        let file = AssignmentFile::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let Genesis { policy, validators, .. } = &self.ledger.genesis;
        let proven = assignment::verify(&file, policy, &self.ledger.hash, validators);
        let proven = proven.map_err(|error| wrong(error.to_string()))?;
        let row = app.reader().subject(case).map_err(read)?.and_then(|subject| subject.status);
        let status = row.and_then(|row| status::decode::<Case>(&row.bytes).ok());
        let assignee = status.and_then(|(_, case)| case.assignee);
        if proven.case != *case || assignee != Some(proven.officer) {
            return Err(wrong(format!("drawn {}, assigned {assignee:?}", proven.officer)));
        }
        Ok(())
    }

    /// Evidence names the one validator that is dishonest, and proves it to anybody.
    fn evidence(&mut self, piece: &[u8], dishonest: Option<usize>) -> Result<(), Failure> {
        type Pair = (SignedConsensusMsg<Types>, SignedConsensusMsg<Types>);
        let wrong = |what: &str| Failure { check: "evidence", detail: what.to_owned() };
        let pair: Pair = wire::decode(piece).map_err(|_| wrong("a piece cannot be read"))?;
        let keys = dishonest.and_then(|it| self.ledger.validators.get(it));
        let keys = keys.ok_or_else(|| wrong("there is some though everybody is honest"))?;
        let (verifier, key) = (Verifier::new(self.ledger.hash), keys.consensus.public());
        let holds = match &pair {
            (SignedConsensusMsg::Vote(a), SignedConsensusMsg::Vote(b)) => {
                let turn = |vote: &Vote| (vote.kind, vote.height, vote.round, vote.validator.0);
                turn(a) == turn(b)
                    && a.message != b.message
                    && a.validator.0 == keys.id
                    && [a, b].iter().all(|it| verifier.vote_holds(it, &it.signature, &key))
            }
            (SignedConsensusMsg::Proposal(a), SignedConsensusMsg::Proposal(b)) => {
                let turn = |it: &Proposal| (it.height, it.round, it.proposer.0);
                turn(a) == turn(b)
                    && a.message != b.message
                    && a.proposer.0 == keys.id
                    && [a, b].iter().all(|it| verifier.proposal_holds(it, &it.signature, &key))
            }
            _ => false,
        };
        self.proven += usize::from(holds);
        if holds { Ok(()) } else { Err(wrong("a piece proves nothing")) }
    }

    fn recomputed(&self, app: &App<SimDisk>, disk: &SimDisk) -> Result<(), Failure> {
        let all = |table| disk.scan(table, &[], &[], usize::MAX).map_err(read);
        let head = app.head();
        let leaves: Vec<[u8; 32]> =
            all(Table::Entries)?.iter().map(|(_, entry)| leaf_hash(entry)).collect();
        if TreeSize(u64::try_from(leaves.len()).expect("a short log")) != head.size
            || root_of(&leaves) != head.root
        {
            return fail("append-only", "the entries do not make the log's root".to_owned());
        }
        let mut trees: BTreeMap<MapKey, Vec<[u8; 32]>> = BTreeMap::new();
        for (key, row) in all(Table::History)? {
            let HistoryRow::V1 { index, leaf } =
                layout::decode(Table::History, &row).map_err(read)?;
            let subject = MapKey(key[..32].try_into().expect("the key begins with the subject"));
            let line = subject_leaf(LeafIndex(index), tamga_format::id::LeafHash(leaf));
            trees.entry(subject).or_default().push(leaf_hash(&line));
        }
        let mut pairs: Vec<(MapKey, MapValue)> = Vec::new();
        for (key, row) in all(Table::Subjects)? {
            let key = MapKey(key.as_slice().try_into().expect("a subject's key is 32 bytes"));
            let state = SubjectState::decode(&row).map_err(read)?;
            let lines = trees.remove(&key).unwrap_or_default();
            if state.root() != root_of(&lines) {
                return fail("completeness", format!("the lines of {key} do not make its root"));
            }
            pairs.push((key, state.map_value()));
        }
        if !trees.is_empty() {
            return fail("completeness", "a subject has lines but no row".to_owned());
        }
        let root = mpt::root_of(&pairs)
            .map_err(|error| Failure { check: "map", detail: error.to_string() })?;
        if root == head.map_root {
            Ok(())
        } else {
            fail("map", format!("the rows make root {root}, the block says {}", head.map_root))
        }
    }
}

fn extends(app: &App<SimDisk>, last: &Head, head: &Head) -> Result<(), Failure> {
    let path = app.reader().consistency(last.size, head.size).map_err(read)?;
    let path = path.unwrap_or_default();
    let verified = if last.size == head.size {
        last.root == head.root
    } else {
        let (from, to) = (last.size.get(), head.size.get());
        verify_consistency(from, to, &path, &last.root, &head.root).is_ok()
    };
    if verified {
        return Ok(());
    }
    let (before, after) = (last.checkpoint(ORIGIN).body(), head.checkpoint(ORIGIN).body());
    fail("append-only", format!("{after:?} does not extend {before:?}"))
}

/// No case has given out more than it has recovered.
fn conserved(disk: &SimDisk, workload: &Workload) -> Result<(), Failure> {
    for (case, _) in workload.cases() {
        let Some(row) = disk.get(Table::Private, case.map_key().as_bytes()).map_err(read)? else {
            continue;
        };
        let PrivateRow::V1 { bytes, .. } = layout::decode(Table::Private, &row).map_err(read)?;
        let money = Money::decode(&bytes)
            .map_err(|error| Failure { check: "conservation", detail: error.to_string() })?;
        if money.undistributed().is_none_or(|left| left < 0) {
            return fail("conservation", format!("{case}: {money:?}"));
        }
    }
    Ok(())
}
