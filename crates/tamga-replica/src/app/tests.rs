//! The verbs on the reference store, with the rules' own test registry.

use tamga_format::beacon::VrfSecret;
use tamga_format::body::Body;
use tamga_format::certificate::{Certificate, VerifiedCertificate, VoteKind, vote_bytes};
use tamga_format::cosignature::cosign;
use tamga_format::id::{GenesisHash, RecordId, UnixMillis, ValueId};
use tamga_format::note::{Note, sign_note};
use tamga_format::record::VerifiedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_state::Genesis;
use tamga_state::testing::{Draft, NOW, ORIGIN, World, genesis, key, tag};

use super::{AdmitError, Admitted, App, Builder, Committed, Fresh, Source};
use crate::block::Block;
use crate::limits::BLOCK_COST_MAX;
use crate::store::{MemStore, Store};

mod blocks;
mod chain;
mod draws;
mod held;
mod pool;
mod reading;
mod recovery;
mod reigns;
mod replaying;

const GENESIS: GenesisHash = GenesisHash([0xAB; 32]);

fn builder() -> Builder {
    let validators = genesis().validators;
    Builder { validator: validators.members()[0].id, beacon: VrfSecret::from_seed(&[7; 32]) }
}

fn open<S: Store>(store: S) -> App<S> {
    App::open(store, &genesis(), GENESIS).unwrap()
}

/// `n` seconds after the test ledger's first block.
fn at(seconds: i64) -> UnixMillis {
    UnixMillis(NOW.get() + 1_000 * seconds)
}

fn case(n: u64) -> Subject {
    tag(Role::Case, &format!("case {n}"))
}

fn signed(draft: &Draft) -> (VerifiedRecord, Option<Body>) {
    let (record, body) = draft.sign();
    let key = key(&draft.signer).public();
    (record.verify(&key).unwrap(), body)
}

fn id(draft: &Draft) -> RecordId {
    draft.sign().0.id()
}

fn admit<S: Store>(app: &mut App<S>, draft: &Draft) -> Result<Admitted, AdmitError> {
    app.admit(vec![signed(draft)], Source::Local, NOW).pop().unwrap()
}

/// The drafts that lead a case to enforcement, each lawful after the one before.
fn lifecycle(n: u64) -> Vec<Draft> {
    let mut world = World::new();
    let case = case(n);
    let mut drafts = vec![World::present(case, 100_000)];
    world.record(&drafts[0]);
    drafts.push(World::distribute(case, "bailiff"));
    world.record(&drafts[1]);
    drafts.push(world.initiate(case, "bailiff"));
    world.record(&drafts[2]);
    drafts.push(world.start(case, "bailiff"));
    world.record(&drafts[3]);
    drafts.push(world.recover(case, "bailiff", 40_000));
    world.record(&drafts[4]);
    drafts.push(world.pay_out(case, "bailiff", 40_000));
    world.record(&drafts[5]);
    drafts
}

fn certificate(genesis: &Genesis, block: &Block, round: u32) -> VerifiedCertificate {
    let id = genesis.validators.members()[0].id;
    let (height, value) = (block.height(), block.value);
    let vote = vote_bytes(VoteKind::Precommit, &GENESIS, height, round, Some(&value), &id);
    let signatures = vec![(id, key("consensus").sign(&vote))];
    let certificate = Certificate { height, round, value, signatures };
    certificate.verify(&GENESIS, &genesis.validators).unwrap()
}

fn propose<S: Store>(app: &mut App<S>, now: UnixMillis) -> Block {
    let height = app.head().height.next();
    app.propose(height, 0, &builder(), now, BLOCK_COST_MAX).unwrap()
}

fn commit<S: Store>(app: &mut App<S>, block: &Block) -> Committed {
    app.commit(block.value, certificate(&genesis(), block, 0), Vec::new()).unwrap()
}

/// Proposes what the pool holds and commits it.
fn step<S: Store>(app: &mut App<S>, now: UnixMillis) -> (Block, Committed) {
    let block = propose(app, now);
    let committed = commit(app, &block);
    (block, committed)
}

/// The note of the head: signed by the log, cosigned by the one validator.
fn note<S: Store>(app: &App<S>) -> Note {
    let text = app.head().checkpoint(ORIGIN).body();
    let log = sign_note(&text, ORIGIN, &key(ORIGIN)).unwrap();
    let cosignature = cosign(&key("v0"), "v0", &text, 1_772_424_000).unwrap();
    Note { text, signatures: vec![log, cosignature] }
}

fn fresh(now: UnixMillis) -> Option<Fresh> {
    Some(Fresh { now, round: 0, proposer: builder().validator })
}

/// A validator with three cases: one of them complete, one begun, one only presented.
fn filled() -> App<MemStore> {
    let mut app = open(MemStore::new());
    for draft in &lifecycle(1)[..3] {
        admit(&mut app, draft).unwrap();
    }
    step(&mut app, NOW);
    for draft in lifecycle(1)[3..].iter().chain(&lifecycle(2)[..2]).chain(&lifecycle(3)[..1]) {
        admit(&mut app, draft).unwrap();
    }
    step(&mut app, at(1));
    app
}

fn value_of<S: Store>(app: &App<S>) -> ValueId {
    app.head().checkpoint(ORIGIN).value_id()
}
