//! A ledger that changes its validators and their keys, and goes on.

use std::collections::BTreeMap;

use tamga_format::beacon::VrfSecret;
use tamga_format::cbor::Value;
use tamga_format::error::FormatCode;
use tamga_format::id::{Height, SubjectId};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::policy_record::{
    PolicyPayload, Purpose, policy_digest, policy_message, signature_row,
};
use tamga_format::signature::{PublicKey, SigningKey};
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_state::catalogue::Kind;
use tamga_state::replay::Rebuilding;
use tamga_state::status::PolicyStatus;
use tamga_state::testing::organisation;

use super::*;
use crate::app::{BlockError, CommitError, NoteError};

/// One validator in one of its generations of keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    number: u8,
    generation: u8,
}

impl Seat {
    fn name(self) -> String {
        format!("v{}", self.number)
    }

    fn key(self, purpose: &str) -> SigningKey {
        key(&format!("{purpose} {} of {}", self.generation, self.number))
    }

    fn beacon(self) -> VrfSecret {
        VrfSecret::from_seed(&[self.number + 16 * self.generation; 32])
    }

    fn validator(self) -> Validator {
        let (name, consensus) = (self.name(), self.key("consensus").public());
        let cosigner = self.key("cosigner").public();
        Validator {
            id: validator_id(&consensus),
            organisation: organisation().id.to_string(),
            cosigner: VKey::new(&name, VKeyKind::Cosigner, cosigner).unwrap(),
            beacon: self.beacon().public(),
            peer_id: format!("peer {} of {name}", self.generation),
            consensus,
            name,
        }
    }
}

/// Those who are in office under one policy.
#[derive(Clone)]
pub(super) struct Office {
    pub(super) governance: &'static str,
    pub(super) seats: Vec<Seat>,
}

impl Office {
    pub(super) fn new(governance: &'static str, generation: u8, numbers: &[u8]) -> Self {
        let seats = numbers.iter().map(|number| Seat { number: *number, generation });
        Self { governance, seats: seats.collect() }
    }

    fn validators(&self) -> ValidatorSet {
        ValidatorSet::new(self.seats.iter().map(|seat| seat.validator()).collect()).unwrap()
    }

    pub(super) fn policy(&self) -> Policy {
        let log = VKey::new(ORIGIN, VKeyKind::Log, key(ORIGIN).public()).unwrap();
        let witness = |seat: &Seat| Witness {
            name: seat.name(),
            key: seat.validator().cosigner,
            url: format!("https://{}.example/", seat.name()),
        };
        let witnesses = self.seats.iter().map(witness).collect();
        let url = "https://log.example/".to_owned();
        Policy::for_validators(log, url, witnesses, self.quorum()).unwrap()
    }

    pub(super) fn quorum(&self) -> usize {
        self.seats.len() * 2 / 3 + 1
    }

    fn governance(&self) -> BTreeMap<SubjectId, PublicKey> {
        BTreeMap::from([(organisation().id, key(self.governance).public())])
    }

    pub(super) fn genesis(&self) -> Genesis {
        let mut genesis =
            Genesis { policy: self.policy(), validators: self.validators(), ..genesis() };
        genesis.organisations[0].governance = Some(key(self.governance).public());
        genesis
    }

    /// The record by which these follow the others, signed by everybody who must.
    pub(super) fn follows(&self, old: &Self, status: &PolicyStatus) -> Draft {
        let number = status.number + 1;
        let (policy, validators) = (self.policy(), self.validators());
        let fields =
            PolicyPayload::fields(number, status.digest, &policy, &self.governance(), &validators);
        let message = policy_message(ORIGIN, &policy_digest(&fields));
        let sign = |purpose, key: SigningKey| {
            let signature = key.sign(&message);
            signature_row(purpose, key.public().as_bytes(), signature.as_bytes())
        };
        let mut rows: Vec<Value> = [old.governance, self.governance]
            .map(|name| sign(Purpose::Governance, key(name)))
            .to_vec();
        for seat in self.seats.iter().filter(|seat| !old.seats.contains(seat)) {
            rows.push(sign(Purpose::Consensus, seat.key("consensus")));
            rows.push(sign(Purpose::Cosigner, seat.key("cosigner")));
            let (public, proof) = (seat.beacon().public(), seat.beacon().prove(&message));
            rows.push(signature_row(Purpose::Beacon, public.as_bytes(), &proof.0));
        }
        let mut draft = Draft::new(Kind::G08, "operator", PolicyStatus::subject());
        draft.record.fields = fields;
        draft.record.fields.push((6, Value::Array(rows)));
        draft
    }
}

/// Four, then six, then five, then the same five with other keys for everything but the log.
pub(super) fn offices() -> [Office; 4] {
    [
        Office::new("governance", 0, &[0, 1, 2, 3]),
        Office::new("governance", 0, &[0, 1, 2, 3, 4, 5]),
        Office::new("governance", 0, &[0, 1, 2, 4, 5]),
        Office::new("governance of 2027", 1, &[0, 1, 2, 4, 5]),
    ]
}

fn seconds<S: Store>(app: &App<S>) -> UnixMillis {
    at(i64::try_from(app.head().height.get()).unwrap())
}

fn try_propose<S: Store>(app: &mut App<S>, seat: Seat) -> Result<Block, BlockError> {
    let (height, now) = (app.head().height.next(), seconds(app));
    let builder = Builder { validator: seat.validator().id, beacon: seat.beacon() };
    app.propose(height, 0, &builder, now, BLOCK_COST_MAX)
}

fn votes(office: &Office, block: &Block) -> Certificate {
    let (height, value) = (block.height(), block.value);
    let mut signatures: Vec<_> = office.seats[..office.quorum()]
        .iter()
        .map(|seat| {
            let id = seat.validator().id;
            let vote = vote_bytes(VoteKind::Precommit, &GENESIS, height, 0, Some(&value), &id);
            (id, seat.key("consensus").sign(&vote))
        })
        .collect();
    signatures.sort_by_key(|(id, _)| *id);
    Certificate { height, round: 0, value, signatures }
}

fn cosigned(office: &Office, text: &str) -> Note {
    let mut signatures = vec![sign_note(text, ORIGIN, &key(ORIGIN)).unwrap()];
    for seat in &office.seats[..office.quorum()] {
        signatures.push(cosign(&seat.key("cosigner"), &seat.name(), text, 1_772_424_000).unwrap());
    }
    Note { text: text.to_owned(), signatures }
}

/// Commits the next block, decided by these.
pub(super) fn decide<S: Store>(app: &mut App<S>, office: &Office) -> (Block, Committed) {
    let block = try_propose(app, office.seats[0]).unwrap();
    let certificate = votes(office, &block).verify(&GENESIS, app.validators()).unwrap();
    let committed = app.commit(block.value, certificate, Vec::new()).unwrap();
    (block, committed)
}

/// Commits the next block, decided and made final by these.
pub(super) fn build<S: Store>(app: &mut App<S>, office: &Office) -> (Block, Committed) {
    let (block, committed) = decide(app, office);
    let note = cosigned(office, &app.head().checkpoint(ORIGIN).body());
    app.attach_note(app.head().height, &note).unwrap();
    (block, committed)
}

pub(super) fn policy_status<S: Store>(app: &App<S>) -> PolicyStatus {
    let row = app.reader().subject(&PolicyStatus::subject()).unwrap().unwrap().status.unwrap();
    tamga_state::status::decode(&row.bytes).unwrap().1
}

/// Block 1 under the genesis holds a case; blocks 2, 4 and 6 enter the next policies.
pub(super) fn grown<S: Store>(store: S) -> App<S> {
    grown_before(store, &mut |_| ())
}

/// The same; each block is shown once it is committed.
fn grown_before<S: Store>(store: S, seen: &mut dyn FnMut(&Block)) -> App<S> {
    let offices = offices();
    let mut app = App::open(store, &offices[0].genesis(), GENESIS).unwrap();
    admit(&mut app, &World::present(case(1), 100_000)).unwrap();
    seen(&build(&mut app, &offices[0]).0);
    for pair in offices.windows(2) {
        let [old, new] = pair else { unreachable!() };
        let draft = new.follows(old, &policy_status(&app));
        admit(&mut app, &draft).unwrap();
        let (block, committed) = build(&mut app, old);
        assert_eq!(committed.reign.unwrap().first, app.head().height.next());
        seen(&block);
        seen(&build(&mut app, new).0);
    }
    app
}

#[test]
fn each_policy_rules_from_the_block_after_its_record() {
    let app = grown(MemStore::new());
    let reader = app.reader();
    let numbers: Vec<u64> = (0..=8).map(|height| app.reigns().at(Height(height)).number).collect();
    assert_eq!(numbers, [0, 0, 0, 1, 1, 2, 2, 3, 3]);
    let offices = offices();
    for height in (1..=7).map(Height) {
        let leaf = reader.block(height).unwrap().unwrap().leaf.unwrap();
        let number = usize::try_from(reader.reigns().at(height).number).unwrap();
        assert_eq!(leaf.policy, offices[number].policy().hash(), "block {height}");
        let note = reader.note(height).unwrap().unwrap();
        offices[number].policy().verify_canonical(&note).unwrap();
    }
    assert_eq!(app.validators().count(), 5);
    assert_eq!(policy_status(&app).policy, app.policy().hash());
}

#[test]
fn whoever_executes_the_log_again_follows_the_policies() {
    let mut replay = tamga_state::Replay::new(&offices()[0].genesis(), &GENESIS).unwrap();
    let mut faults = Vec::new();
    let app = grown_before(MemStore::new(), &mut |block| {
        // Whoever takes it up from its rows has the policy in force.
        let mut rebuilding = Rebuilding::new(&offices()[0].genesis(), &GENESIS).unwrap();
        replay.rows().try_for_each(|row| rebuilding.take(row)).unwrap();
        replay = rebuilding.finish().unwrap();
        let replayed = replay.block(&Vec::new(), &replaying::logged(block), &block.leaf).unwrap();
        faults.extend(replayed.faults.into_iter().map(|fault| (block.height(), fault)));
    });
    assert_eq!(faults, []);
    assert_eq!(replay.map().root(), app.head().map_root);
}

#[test]
fn who_left_decides_nothing_any_more_and_who_joined_does() {
    let offices = offices();
    let mut app = App::open(MemStore::new(), &offices[0].genesis(), GENESIS).unwrap();
    let draft = offices[1].follows(&offices[0], &policy_status(&app));
    admit(&mut app, &draft).unwrap();
    let newcomer = offices[1].seats[5];
    let early = try_propose(&mut app, newcomer);
    assert!(matches!(early, Err(BlockError::Builder(_))), "{early:?}");
    build(&mut app, &offices[0]);

    // Three of four were a quorum, of six they are none.
    let block = try_propose(&mut app, newcomer).unwrap();
    let few = votes(&offices[0], &block).verify(&GENESIS, app.validators());
    assert_eq!(few.unwrap_err().code, FormatCode::CertificateQuorum);
    let certificate = votes(&offices[1], &block).verify(&GENESIS, app.validators()).unwrap();
    app.commit(block.value, certificate, Vec::new()).unwrap();
    let head = app.head();
    let text = head.checkpoint(ORIGIN).body();
    let few = app.attach_note(head.height, &cosigned(&offices[0], &text));
    assert!(matches!(few, Err(NoteError::Policy(_))), "{few:?}");
    app.attach_note(head.height, &cosigned(&offices[1], &text)).unwrap();

    let draft = offices[2].follows(&offices[1], &policy_status(&app));
    admit(&mut app, &draft).unwrap();
    build(&mut app, &offices[1]);
    let removed = offices[1].seats[3];
    let late = try_propose(&mut app, removed);
    assert!(matches!(late, Err(BlockError::Builder(_))), "{late:?}");
    let block = try_propose(&mut app, offices[2].seats[4]).unwrap();
    let with_removed = votes(&offices[1], &block).verify(&GENESIS, app.validators());
    assert_eq!(with_removed.unwrap_err().code, FormatCode::CertificateSigner);
}

#[test]
fn a_node_that_is_behind_follows_old_blocks_with_old_validators() {
    let ahead = grown(MemStore::new());
    let mut behind = App::open(MemStore::new(), &offices()[0].genesis(), GENESIS).unwrap();
    for height in (1..=7).map(Height) {
        let (block, certificate) = ahead.decided(height).unwrap().unwrap();
        let value = behind.validate(block, None).unwrap();
        let certificate = certificate.verify(&GENESIS, behind.validators()).unwrap();
        behind.commit(value, certificate, Vec::new()).unwrap();
        let note = ahead.reader().note(height).unwrap().unwrap();
        behind.attach_note(height, &note).unwrap();
    }
    assert_eq!(behind.head(), ahead.head());
    assert_eq!(behind.policy(), ahead.policy());
}

#[test]
fn policies_are_recovered_from_the_log() {
    let offices = offices();
    let store = MemStore::new();
    let grown = grown(store.clone());
    let (head, reign) = (grown.head(), grown.reigns().newest());
    drop(grown);
    let mut app = App::open(store, &offices[0].genesis(), GENESIS).unwrap();
    assert_eq!((app.head(), app.reigns().newest()), (head, reign));
    for height in (1..=8).map(Height) {
        assert_eq!(app.reigns().at(height).number, (height.get() - 1) / 2, "{height}");
    }
    build(&mut app, &offices[3]);
}

#[test]
fn a_policy_is_followed_only_once_its_block_is_durable() {
    let offices = offices();
    for failure in [crate::testing::Failure::Before, crate::testing::Failure::After] {
        let store = crate::testing::FailingStore::new(MemStore::new());
        let mut app = App::open(store.clone(), &offices[0].genesis(), GENESIS).unwrap();
        let draft = offices[1].follows(&offices[0], &policy_status(&app));
        admit(&mut app, &draft).unwrap();
        let block = try_propose(&mut app, offices[0].seats[0]).unwrap();
        let certificate = votes(&offices[0], &block).verify(&GENESIS, app.validators()).unwrap();
        store.fail_next(failure);
        let failed = app.commit(block.value, certificate.clone(), Vec::new());
        assert!(matches!(failed, Err(CommitError::Store(_))), "{failed:?}");
        drop(app);
        let mut app = App::open(store, &offices[0].genesis(), GENESIS).unwrap();
        if failure == crate::testing::Failure::Before {
            assert_eq!(app.reigns().newest().number, 0);
            app.validate(block.clone(), None).unwrap();
            app.commit(block.value, certificate, Vec::new()).unwrap();
        }
        assert_eq!((app.head().height, app.reigns().newest().number), (Height(1), 1));
        build(&mut app, &offices[1]);
    }
}
