use arc_malachitebft_core_types::{
    CommitCertificate, Context as _, NilOrVal, Round, SigningScheme as _, ValidatorSet as _,
};
use bytes::Bytes;
use tamga_format::id::{GenesisHash, Height, ValidatorId, ValueId};
use tamga_format::signature::{PublicKey, Signature, SigningKey};

use super::parts::{Init, PART_BYTES, ProposalPart, split};
use super::*;

const GENESIS: GenesisHash = GenesisHash([7; 32]);
const OTHER: GenesisHash = GenesisHash([8; 32]);
const VALUE: ValueId = ValueId([9; 32]);

fn signers() -> Vec<(Address, Signer)> {
    (1..=4)
        .map(|n| {
            (Address(ValidatorId([n; 32])), Signer::new(GENESIS, SigningKey::from_seed([n; 32])))
        })
        .collect()
}

fn members() -> Members {
    Members::new(signers().into_iter().rev().map(|(address, signer)| (address.0, signer.public())))
}

fn key_of(address: Address) -> PublicKey {
    members().find(&address.0).expect("a member").key
}

#[test]
fn members_are_sorted_by_id_and_counted_once() {
    let twice = signers().into_iter().chain(signers());
    let set = Members::new(twice.map(|(address, signer)| (address.0, signer.public())));
    assert_eq!(set, members());
    assert_eq!(set.count(), 4);
    assert!(set.iter().is_sorted_by_key(|member| member.address));
}

#[test]
fn a_quorum_is_more_than_two_thirds() {
    for (count, quorum) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5), (9, 7)] {
        let key = SigningKey::from_seed([1; 32]).public();
        let set = Members::new((0..count).map(|n| (ValidatorId([n; 32]), key)));
        assert_eq!(set.quorum(), quorum, "{count} members");
    }
}

#[test]
fn proposers_take_turns_by_height_and_round() {
    let set = members();
    let turn = |height, round| {
        Ledger.select_proposer(&set, BlockHeight(height), Round::new(round)).address.0.0[0]
    };
    assert_eq!(
        [turn(4, 0), turn(4, 1), turn(5, 0), turn(5, 3), turn(u64::MAX, 1)],
        [1, 2, 2, 1, 1]
    );
}

#[test]
fn a_vote_counts_for_its_own_ledger_key_and_content_only() {
    let (address, signer) = signers().remove(0);
    let vote = Ledger.new_precommit(BlockHeight(3), Round::new(1), NilOrVal::Val(VALUE), address);
    let signed = signer.vote(vote.clone()).expect("a vote in a round");
    let holds = |verifier: Verifier, vote: &Vote, key: PublicKey| {
        verifier.vote_holds(vote, &signed.signature, &key)
    };
    let here = Verifier::new(GENESIS);
    assert!(holds(here, &vote, signer.public()));
    assert!(!holds(Verifier::new(OTHER), &vote, signer.public()));
    assert!(!holds(here, &vote, key_of(Address(ValidatorId([2; 32])))));
    for changed in [
        Vote { kind: VoteType::Prevote, ..vote.clone() },
        Vote { height: BlockHeight(4), ..vote.clone() },
        Vote { round: Round::new(2), ..vote.clone() },
        Vote { round: Round::Nil, ..vote.clone() },
        Vote { value: NilOrVal::Nil, ..vote.clone() },
    ] {
        assert!(!holds(here, &changed, signer.public()), "{changed:?}");
    }
}

#[test]
fn a_proposal_counts_for_its_own_ledger_and_content_only() {
    let (address, signer) = signers().remove(0);
    let proposal =
        Ledger.new_proposal(BlockHeight(3), Round::new(1), Candidate(VALUE), Round::Nil, address);
    let signature = signer.proposal(proposal.clone()).expect("in a round").signature;
    let here = Verifier::new(GENESIS);
    assert!(here.proposal_holds(&proposal, &signature, &signer.public()));
    assert!(!Verifier::new(OTHER).proposal_holds(&proposal, &signature, &signer.public()));
    for changed in [
        Proposal { pol_round: Round::new(0), ..proposal.clone() },
        Proposal { round: Round::new(2), ..proposal.clone() },
        Proposal { value: Candidate(ValueId([0; 32])), ..proposal.clone() },
    ] {
        assert!(!here.proposal_holds(&changed, &signature, &signer.public()), "{changed:?}");
    }
}

fn precommits() -> CommitCertificate<Ledger> {
    let votes = signers().into_iter().rev().take(3).map(|(address, signer)| {
        let value = NilOrVal::Val(VALUE);
        let vote = Ledger.new_precommit(BlockHeight(3), Round::new(1), value, address);
        signer.vote(vote).expect("in a round")
    });
    CommitCertificate::new(BlockHeight(3), Round::new(1), VALUE, votes.collect())
}

#[test]
fn a_decision_becomes_a_certificate_and_back() {
    let decided = precommits();
    let kept = certificate(&decided).expect("a decision has a round");
    assert!(kept.signatures.is_sorted_by_key(|(id, _)| *id));
    assert_eq!(certificate(&commit_certificate(&kept)).as_ref(), Some(&kept));
    assert_eq!(extended_certificate(&kept).trim_vote_extensions(), commit_certificate(&kept));
    for (id, signature) in &kept.signatures {
        let bytes = tamga_format::certificate::vote_bytes(
            tamga_format::certificate::VoteKind::Precommit,
            &GENESIS,
            Height(3),
            1,
            Some(&VALUE),
            id,
        );
        key_of(Address(*id)).verify(&bytes, signature).expect("what a light client rebuilds");
    }
}

#[test]
fn a_polka_needs_a_quorum_of_distinct_valid_prevotes_in_order() {
    let prevotes: Vec<(ValidatorId, Signature)> = signers()
        .into_iter()
        .map(|(address, signer)| {
            let value = NilOrVal::Val(VALUE);
            let vote = Ledger.new_prevote(BlockHeight(3), Round::new(1), value, address);
            (address.0, signer.vote(vote).expect("in a round").signature)
        })
        .collect();
    let verifier = Verifier::new(GENESIS);
    let holds = |round, value, prevotes: &[(ValidatorId, Signature)]| {
        verifier.polka_holds(&members(), Height(3), round, value, prevotes)
    };
    assert!(holds(1, VALUE, &prevotes));
    assert!(holds(1, VALUE, &prevotes[1..]));
    assert!(!holds(1, VALUE, &prevotes[..2]));
    assert!(!holds(0, VALUE, &prevotes));
    assert!(!holds(1, ValueId([0; 32]), &prevotes));
    let repeated = [prevotes[0], prevotes[0], prevotes[1]];
    assert!(!holds(1, VALUE, &repeated));
    let stranger = [prevotes[0], prevotes[1], (ValidatorId([99; 32]), prevotes[2].1)];
    assert!(!holds(1, VALUE, &stranger));
}

#[test]
fn a_block_is_cut_into_bounded_parts_and_its_end_is_signed() {
    let (address, signer) = signers().remove(0);
    let init = Init {
        height: Height(3),
        round: 1,
        valid_round: None,
        sender: address.0,
        polka: Vec::new(),
    };
    for (bytes, pieces) in [(0, 0), (1, 1), (*PART_BYTES.start(), 1), (*PART_BYTES.start() + 1, 2)]
    {
        let block = Bytes::from(vec![5; bytes]);
        let parts = split(&signer, init.clone(), VALUE, &block, 1);
        assert_eq!(parts.len(), pieces + 2);
        let joined: Vec<u8> = parts
            .iter()
            .filter_map(|part| match part {
                ProposalPart::Data(bytes) => Some(bytes.to_vec()),
                _ => None,
            })
            .flatten()
            .collect();
        assert_eq!(joined, block);
        let Some(ProposalPart::Fin(fin)) = parts.last() else { panic!("no end") };
        assert!(Verifier::new(GENESIS).fin_holds(&init, fin, &signer.public()));
        let later = Init { valid_round: Some(0), ..init.clone() };
        assert!(!Verifier::new(GENESIS).fin_holds(&later, fin, &signer.public()));
    }
}

#[test]
fn a_peer_proof_binds_one_key_to_one_peer() {
    let (_, signer) = signers().remove(0);
    let proof = signer.peer_proof(vec![1, 2, 3]);
    let verifier = Verifier::new(GENESIS);
    assert!(verifier.peer_proof_holds(&proof));
    let mut moved = proof.clone();
    moved.peer_id = vec![1, 2, 4];
    assert!(!verifier.peer_proof_holds(&moved));
}

#[test]
fn keys_and_signatures_of_a_wrong_length_are_refused() {
    assert!(Ed25519::decode_signature(&[0; 63]).is_err());
    assert!(Ed25519::decode_public_key(&[0; 33]).is_err());
    assert!(Ed25519::decode_public_key(&[0; 32]).is_err(), "a key of small order");
    let key = SigningKey::from_seed([1; 32]).public();
    assert_eq!(Ed25519::decode_public_key(&Ed25519::encode_public_key(&key)), Ok(key));
}
