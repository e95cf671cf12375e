//! A draw from the commitment to its proof file, on a ledger of four organisations.

use tamga_format::assignment::AssignmentFile;
use tamga_format::beacon::VrfSecret;
use tamga_format::error::FormatCode;
use tamga_format::id::Height;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::receipt::ReceiptError;
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_state::Code;
use tamga_state::enforcement::assignment::{AssignmentError, Exclusion, PendingDraw, verify};

use super::*;

const CANDIDATES: [(&str, Option<Exclusion>); 3] =
    [("bailiff", None), ("colleague", None), ("state-bailiff", None)];

fn name(number: u8) -> String {
    format!("v{number}")
}

fn consensus(number: u8) -> tamga_format::signature::SigningKey {
    key(&format!("consensus of {number}"))
}

/// The test genesis with four validators, each of another organisation.
fn four() -> Genesis {
    let member = |number: u8| {
        let consensus = consensus(number).public();
        let vkey = VKey::new(&name(number), VKeyKind::Cosigner, key(&name(number)).public());
        Validator {
            id: validator_id(&consensus),
            organisation: format!("organisation {number}"),
            name: name(number),
            consensus,
            cosigner: vkey.unwrap(),
            beacon: VrfSecret::from_seed(&[number; 32]).public(),
            peer_id: format!("peer {number}"),
        }
    };
    let members: Vec<Validator> = (0..4).map(member).collect();
    let witness = |it: &Validator| Witness {
        name: it.name.clone(),
        key: it.cosigner.clone(),
        url: format!("https://{}.example/", it.name),
    };
    let log = VKey::new(ORIGIN, VKeyKind::Log, key(ORIGIN).public()).unwrap();
    let witnesses = members.iter().map(witness).collect();
    let url = "https://log.example/".to_owned();
    Genesis {
        policy: Policy::for_validators(log, url, witnesses, 3).unwrap(),
        validators: ValidatorSet::new(members).unwrap(),
        ..genesis()
    }
}

struct Network {
    genesis: Genesis,
    app: App<MemStore>,
}

impl Network {
    fn new() -> Self {
        let genesis = four();
        let app = App::open(MemStore::new(), &genesis, GENESIS).unwrap();
        Self { genesis, app }
    }

    /// Commits the next block, built by this validator, and makes it final.
    fn build(&mut self, by: u8) -> Block {
        let height = self.app.head().height.next();
        let validator = validator_id(&consensus(by).public());
        let builder = Builder { validator, beacon: VrfSecret::from_seed(&[by; 32]) };
        let now = at(i64::try_from(height.get()).unwrap());
        let block = self.app.propose(height, 0, &builder, now, BLOCK_COST_MAX).unwrap();
        let certificate = self.certificate(&block);
        self.app.commit(block.value, certificate, Vec::new()).unwrap();
        let text = self.app.head().checkpoint(ORIGIN).body();
        let mut signatures = vec![sign_note(&text, ORIGIN, &key(ORIGIN)).unwrap()];
        for number in 0..3 {
            let name = name(number);
            signatures.push(cosign(&key(&name), &name, &text, 1_772_424_000).unwrap());
        }
        self.app.attach_note(height, &Note { text, signatures }).unwrap();
        block
    }

    fn certificate(&self, block: &Block) -> VerifiedCertificate {
        let (height, value) = (block.height(), block.value);
        let vote = |number: u8| {
            let id = validator_id(&consensus(number).public());
            let bytes = vote_bytes(VoteKind::Precommit, &GENESIS, height, 0, Some(&value), &id);
            (id, consensus(number).sign(&bytes))
        };
        let mut signatures: Vec<_> = (0..3).map(vote).collect();
        signatures.sort_by_key(|(id, _)| *id);
        let certificate = Certificate { height, round: 0, value, signatures };
        certificate.verify(&GENESIS, &self.genesis.validators).unwrap()
    }

    fn pending(&self) -> PendingDraw {
        self.app.reader().pending_draw(&case(1)).unwrap().unwrap()
    }

    /// The record that draws, as far as it is known.
    fn draw(&self) -> Draft {
        World::draw_of(case(1), &self.pending())
    }

    fn admit(&mut self, draft: &Draft) -> Result<Admitted, AdmitError> {
        admit(&mut self.app, draft)
    }

    fn assignment(&self) -> Option<AssignmentFile> {
        self.app.reader().assignment(&case(1)).unwrap()
    }
}

fn committed() -> Network {
    let mut network = Network::new();
    network.admit(&World::present(case(1), 100_000)).unwrap();
    network.admit(&World::commit(case(1), &CANDIDATES)).unwrap();
    network.build(0);
    network
}

fn drawn() -> Network {
    let mut network = committed();
    network.build(1);
    network.build(1);
    network.build(2);
    let draw = network.draw();
    network.admit(&draw).unwrap();
    network.build(3);
    network
}

#[test]
fn a_draw_waits_for_blocks_and_is_a_reason_for_them() {
    let mut network = committed();
    assert_eq!((network.app.pending(), network.app.reasons()), (0, 1));
    let mut reasons = Vec::new();
    for builder in [1, 1, 2, 3] {
        assert_eq!(network.pending().winner.is_some(), network.app.reasons() == 0);
        if network.app.reasons() > 0 {
            let early = network.draw();
            match network.admit(&early) {
                Err(AdmitError::Rejected(rejection)) => {
                    assert_eq!(rejection.code, Code::DrawNotDue);
                    assert!(rejection.code.info().retryable);
                }
                other => panic!("{other:?}"),
            }
        }
        network.build(builder);
        // Found again by whoever opens the store after this block.
        let reopened = App::open(network.app.store.fork(), &network.genesis, GENESIS).unwrap();
        assert_eq!(reopened.reasons(), network.app.reasons());
        reasons.push(network.app.reasons());
    }
    assert_eq!(reasons, [1, 1, 0, 0]);
    let draw = network.draw();
    assert_eq!(network.admit(&draw), Ok(Admitted::New));
    network.build(0);
    assert_eq!(network.app.pending(), 0);
    assert!(network.app.reader().pending_draw(&case(1)).unwrap().is_none());
}

#[test]
fn a_validator_that_catches_up_judges_the_draw_alike() {
    let network = drawn();
    let mut late = App::open(MemStore::new(), &network.genesis, GENESIS).unwrap();
    for height in 1..=network.app.head().height.get() {
        let (block, _) = network.app.decided(Height(height)).unwrap().unwrap();
        let value = late.validate(Block::decode(&block.encode()).unwrap(), None).unwrap();
        late.commit(value, network.certificate(&block), Vec::new()).unwrap();
    }
    assert_eq!(late.head(), network.app.head());
}

#[test]
fn an_assignment_is_proven_offline() {
    let mut network = committed();
    assert_eq!(network.assignment(), None);
    network.build(1);
    network.build(1);
    network.build(2);
    // Blocks after the draw's change nothing, and neither does the checkpoint used.
    network.build(3);
    let draw = network.draw();
    let winner = network.pending().winner.unwrap();
    network.admit(&draw).unwrap();
    network.build(0);
    network.build(1);
    let file = network.assignment().unwrap();
    assert_eq!(file.blocks.len(), 3);
    let text = file.encode();
    assert_eq!(AssignmentFile::parse(&text).as_ref(), Ok(&file));
    let Genesis { policy, validators, .. } = &network.genesis;
    let proven = verify(&file, policy, &GENESIS, validators).unwrap();
    assert_eq!((proven.case, proven.officer), (case(1), winner));
    assert_eq!(proven.ballot.lines().len(), 3);
    let builders: Vec<&str> =
        proven.run.blocks.iter().map(|block| block.organisation.as_str()).collect();
    assert_eq!(builders, ["organisation 0", "organisation 1", "organisation 1", "organisation 2"]);

    let mismatch =
        |file: &AssignmentFile, genesis: &GenesisHash, validators: &ValidatorSet| match verify(
            file, policy, genesis, validators,
        ) {
            Err(AssignmentError::Log(ReceiptError::Mismatch(fault))) => fault.code,
            other => panic!("{other:?}"),
        };
    let mut cut = file.clone();
    cut.blocks.pop();
    assert_eq!(mismatch(&cut, &GENESIS, validators), FormatCode::AssignmentBlocks);
    let mut shifted = file.clone();
    shifted.blocks.remove(0);
    assert_eq!(mismatch(&shifted, &GENESIS, validators), FormatCode::AssignmentBlocks);
    let mut other_builder = file.clone();
    let ext = other_builder.blocks[2].0.ext.as_mut().unwrap();
    ext.builder = validator_id(&consensus(3).public());
    assert_eq!(mismatch(&other_builder, &GENESIS, validators), FormatCode::ProofRoot);
    assert_eq!(mismatch(&file, &GenesisHash([1; 32]), validators), FormatCode::ProofRoot);
    assert_eq!(mismatch(&file, &GENESIS, &genesis().validators), FormatCode::AssignmentBuilder);
    let mut swapped = file.clone();
    std::mem::swap(&mut swapped.commitment, &mut swapped.draw);
    assert!(verify(&swapped, policy, &GENESIS, validators).is_err());
}
