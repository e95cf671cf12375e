use alloc::vec;

use super::*;

fn certificate(count: u8) -> Certificate {
    Certificate {
        height: Height(7),
        round: 2,
        value: ValueId([5; 32]),
        signatures: (0..count).map(|n| (ValidatorId([n; 32]), Signature([n; 64]))).collect(),
    }
}

#[test]
fn certificates_round_trip_and_nothing_else_is_read() {
    for count in [0, 1, 3, 64] {
        let bytes = certificate(count).encode();
        assert_eq!(Certificate::decode(&bytes), Ok(certificate(count)));
        for length in 0..bytes.len() {
            assert!(Certificate::decode(&bytes[..length]).is_err());
        }
        assert!(Certificate::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
    let code = |bytes: &[u8]| Certificate::decode(bytes).unwrap_err().code;
    assert_eq!(code(&certificate(65).encode()), FormatCode::CertificateSyntax);
    let mut other = certificate(1).encode();
    other[0] = 2;
    assert_eq!(code(&other), FormatCode::CertificateVersion);
    let mut twice = certificate(2);
    twice.signatures[1].0 = twice.signatures[0].0;
    assert_eq!(code(&twice.encode()), FormatCode::CertificateOrder);
}

#[test]
fn votes_differ_in_every_part() {
    let (genesis, value, id) = (GenesisHash([1; 32]), ValueId([0; 32]), ValidatorId([3; 32]));
    let vote = |kind, genesis: &GenesisHash, height, round, value, id: &ValidatorId| {
        vote_bytes(kind, genesis, Height(height), round, value, id)
    };
    use VoteKind::{Precommit, Prevote};
    let mut votes = vec![
        vote(Prevote, &genesis, 1, 0, Some(&value), &id),
        vote(Precommit, &genesis, 1, 0, Some(&value), &id),
        vote(Prevote, &GenesisHash([2; 32]), 1, 0, Some(&value), &id),
        vote(Prevote, &genesis, 2, 0, Some(&value), &id),
        vote(Prevote, &genesis, 1, 1, Some(&value), &id),
        vote(Prevote, &genesis, 1, 0, None, &id),
        vote(Prevote, &genesis, 1, 0, Some(&ValueId([9; 32])), &id),
        vote(Prevote, &genesis, 1, 0, Some(&value), &ValidatorId([4; 32])),
    ];
    assert_eq!(votes[0].len(), 14 + 1 + 32 + 8 + 4 + 32 + 1 + 32);
    assert_eq!(votes[5].len(), 14 + 1 + 32 + 8 + 4 + 32 + 1);
    votes.sort();
    votes.dedup();
    assert_eq!(votes.len(), 8);
}
