//! What peers send: consensus messages and those of the swarm.

use arc_malachitebft_core_consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_types::{
    Context as _, NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate,
    RoundCertificateType, RoundSignature, ValidatorProof, Validity, VoteType,
};
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::Signature;
use tamga_node::swarm::wire::{Request, Response, SignatureLine, SignedCheckpoint};
use tamga_replica::engine::parts::{Init, ProposalPart};
use tamga_replica::engine::wire::{self, Wire};
use tamga_replica::engine::{Address, BlockHeight, Candidate, Ledger, Signer};

use super::{Target, same};
use crate::ledger::{consensus_key, genesis, sample_record};
use crate::seeds;

const HEIGHT: BlockHeight = BlockHeight(3);
const VALUE: ValueId = ValueId([9; 32]);
const SIGNATURE: Signature = Signature([4; 64]);

pub(super) fn targets() -> Vec<Target> {
    let mut targets = consensus();
    targets.extend([request(), response()]);
    targets
}

/// A kind of consensus message in its one form.
fn one_form<T: Wire + 'static>(name: &'static str, messages: &[T]) -> Target {
    Target::new(name, messages.iter().map(wire::encode).collect(), |input| {
        wire::decode::<T>(input).is_ok_and(|message| same(input, wire::encode(&message)))
    })
}

fn address(number: u8) -> Address {
    Address(ValidatorId([number; 32]))
}

fn consensus() -> Vec<Target> {
    let (signer, round) = (Signer::new(genesis(), consensus_key(0)), Round::new(1));
    let vote = |value| signer.vote(Ledger.new_precommit(HEIGHT, round, value, address(1))).unwrap();
    let propose = |earlier| {
        let proposal = Ledger.new_proposal(HEIGHT, round, Candidate(VALUE), earlier, address(2));
        signer.proposal(proposal).unwrap()
    };
    let polka = PolkaCertificate::<Ledger> {
        height: HEIGHT,
        round,
        value_id: VALUE,
        polka_signatures: (1..4).map(|n| PolkaSignature::new(address(n), SIGNATURE)).collect(),
    };
    let signature =
        |n| RoundSignature::new(VoteType::Precommit, NilOrVal::Val(VALUE), address(n), SIGNATURE);
    let skip = RoundCertificate::<Ledger> {
        height: HEIGHT,
        round,
        cert_type: RoundCertificateType::Skip,
        round_signatures: (1..4).map(signature).collect(),
    };
    let init = Init {
        height: Height(3),
        round: 1,
        valid_round: Some(0),
        sender: ValidatorId([1; 32]),
        polka: vec![(ValidatorId([2; 32]), SIGNATURE)],
    };
    let proposed = |validity| ProposedValue::<Ledger> {
        height: HEIGHT,
        round,
        valid_round: Round::Nil,
        proposer: address(1),
        value: Candidate(VALUE),
        validity,
    };
    let certificates = seeds::bytes("certificate/certificate.jsonl", "certificate");
    let certificates: Vec<Certificate> =
        certificates.iter().filter_map(|bytes| Certificate::decode(bytes).ok()).collect();
    vec![
        one_form(
            "consensus",
            &[
                SignedConsensusMsg::Vote(vote(NilOrVal::Nil)),
                SignedConsensusMsg::Vote(vote(NilOrVal::Val(VALUE))),
                SignedConsensusMsg::Proposal(propose(Round::Nil)),
                SignedConsensusMsg::Proposal(propose(Round::new(0))),
            ],
        ),
        one_form(
            "liveness",
            &[
                LivenessMsg::Vote(vote(NilOrVal::Nil)),
                LivenessMsg::PolkaCertificate(polka.clone()),
                LivenessMsg::SkipRoundCertificate(skip),
            ],
        ),
        one_form("polka", &[polka]),
        one_form("proposed", &[proposed(Validity::Valid), proposed(Validity::Invalid)]),
        one_form(
            "peer-proof",
            &[ValidatorProof::<Ledger>::new(vec![1; 32], vec![2; 38], SIGNATURE)],
        ),
        one_form("decision", &certificates),
        one_form(
            "part",
            &[
                ProposalPart::Init(init.clone()),
                ProposalPart::Data(b"a piece of a block".to_vec().into()),
                ProposalPart::Fin(signer.fin(&init, VALUE, [5; 32])),
            ],
        ),
    ]
}

fn signed() -> SignedCheckpoint {
    let line = |bytes| SignatureLine { key_id: [1, 2, 3, 4], blob: vec![7; bytes] };
    SignedCheckpoint { height: 5, size: 9, root: [8; 32], signatures: vec![line(64), line(72)] }
}

fn request() -> Target {
    let record = sample_record(1, None).entry().to_vec();
    let requests = [
        Request::Records(vec![record, vec![4]]),
        Request::Signed(vec![signed(), signed()]),
        Request::Pull { have: vec![[9; 32], [10; 32]] },
        Request::Consistency { from: 3, to: 8 },
        Request::Notes { from: 1, count: 256 },
        Request::Newest { key_id: [0; 4] },
        Request::Held(vec![vec![1; 128], vec![2; 128]]),
        Request::Manifest { id: [3; 32] },
        Request::Chunk { id: [4; 32], number: 5 },
    ];
    Target::new("swarm-request", requests.iter().map(Request::encode).collect(), |input| {
        Request::decode(input).is_ok_and(|request| same(input, request.encode()))
    })
}

fn response() -> Target {
    let responses = [
        Response::Done,
        Response::Pool { records: vec![vec![1], vec![2, 3]], more: true },
        Response::Path(vec![[1; 32]; 3]),
        Response::Signed(vec![signed()]),
        Response::Bytes(vec![5; 300]),
        Response::Absent,
    ];
    Target::new("swarm-response", responses.iter().map(Response::encode).collect(), |input| {
        Response::decode(input).is_ok_and(|response| same(input, response.encode()))
    })
}
