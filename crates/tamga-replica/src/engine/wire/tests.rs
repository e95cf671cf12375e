use arc_malachitebft_core_types::Context as _;

use super::*;

const VALUE: ValueId = ValueId([9; 32]);
const SIGNATURE: Signature = Signature([4; 64]);

fn address(n: u8) -> Address {
    Address(ValidatorId([n; 32]))
}

fn vote(value: NilOrVal<ValueId>) -> Vote {
    Ledger.new_prevote(BlockHeight(3), Round::new(1), value, address(1))
}

fn proposal(pol_round: Round) -> Proposal {
    Ledger.new_proposal(BlockHeight(3), Round::new(1), Candidate(VALUE), pol_round, address(2))
}

/// A message survives the round trip; every shorter and longer input is refused, and so is every
/// input whose first byte is another.
fn one_form<T: Wire + PartialEq + std::fmt::Debug>(message: &T) {
    let bytes = encode(message);
    assert_eq!(decode::<T>(&bytes).as_ref(), Ok(message));
    for short in 0..bytes.len() {
        assert!(decode::<T>(&bytes[..short]).is_err(), "{message:?} cut to {short}");
    }
    let mut long = bytes;
    long.push(0);
    assert!(decode::<T>(&long).is_err(), "{message:?} with a byte more");
}

#[test]
fn every_message_has_one_form() {
    let signed = |vote| SignedMessage::<Ledger, _>::new(vote, SIGNATURE);
    one_form(&SignedConsensusMsg::<Ledger>::Vote(signed(vote(NilOrVal::Nil))));
    one_form(&SignedConsensusMsg::<Ledger>::Vote(signed(vote(NilOrVal::Val(VALUE)))));
    for round in [Round::Nil, Round::new(0)] {
        let proposal = SignedMessage::new(proposal(round), SIGNATURE);
        one_form(&SignedConsensusMsg::<Ledger>::Proposal(proposal));
    }
    one_form(&LivenessMsg::<Ledger>::Vote(signed(vote(NilOrVal::Nil))));
    let polka = PolkaCertificate::<Ledger> {
        height: BlockHeight(3),
        round: Round::new(1),
        value_id: VALUE,
        polka_signatures: vec![
            PolkaSignature::new(address(1), SIGNATURE),
            PolkaSignature::new(address(2), SIGNATURE),
        ],
    };
    one_form(&polka);
    one_form(&LivenessMsg::PolkaCertificate(polka));
    for cert_type in [RoundCertificateType::Skip, RoundCertificateType::Precommit] {
        one_form(&LivenessMsg::SkipRoundCertificate(RoundCertificate::<Ledger> {
            height: BlockHeight(3),
            round: Round::new(1),
            cert_type,
            round_signatures: vec![RoundSignature::new(
                VoteType::Precommit,
                NilOrVal::Nil,
                address(1),
                SIGNATURE,
            )],
        }));
    }
    for validity in [Validity::Valid, Validity::Invalid] {
        one_form(&ProposedValue::<Ledger> {
            height: BlockHeight(3),
            round: Round::new(1),
            valid_round: Round::Nil,
            proposer: address(1),
            value: Candidate(VALUE),
            validity,
        });
    }
    one_form(&ValidatorProof::<Ledger>::new(vec![1; 32], vec![2; 38], SIGNATURE));
    one_form(&Certificate {
        height: Height(3),
        round: 0,
        value: VALUE,
        signatures: vec![(ValidatorId([1; 32]), SIGNATURE)],
    });
    one_form(&ProposalPart::Init(Init {
        height: Height(3),
        round: 1,
        valid_round: Some(0),
        sender: ValidatorId([1; 32]),
        polka: vec![(ValidatorId([2; 32]), SIGNATURE)],
    }));
    one_form(&ProposalPart::Data(Bytes::from_static(b"piece")));
    one_form(&ProposalPart::Fin(Fin { value: VALUE, digest: [3; 32], signature: SIGNATURE }));
}

#[test]
fn unknown_tags_are_refused() {
    let vote = SignedMessage::<Ledger, _>::new(vote(NilOrVal::Nil), SIGNATURE);
    let mut bytes = encode(&SignedConsensusMsg::<Ledger>::Vote(vote));
    for (at, tag) in [(0, 3), (1, 3), (10, 2), (15, 2)] {
        let kept = std::mem::replace(&mut bytes[at], tag);
        assert!(decode::<SignedConsensusMsg<Ledger>>(&bytes).is_err(), "tag {tag} at byte {at}");
        bytes[at] = kept;
    }
    assert!(decode::<SignedConsensusMsg<Ledger>>(&bytes).is_ok());
}

#[test]
fn counts_beyond_their_limit_are_refused_before_memory_is_taken() {
    let mut piece = vec![2];
    put_bytes(&[], &mut piece);
    piece[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(decode::<ProposalPart>(&piece).is_err());
    let mut polka = encode(&PolkaCertificate::<Ledger> {
        height: BlockHeight(3),
        round: Round::new(1),
        value_id: VALUE,
        polka_signatures: Vec::new(),
    });
    let at = polka.len() - 2;
    polka[at..].copy_from_slice(&u16::MAX.to_be_bytes());
    assert_eq!(
        decode::<PolkaCertificate<Ledger>>(&polka),
        Err(WireError { what: "polka signatures", left: 0 })
    );
}
