use alloc::format;
use alloc::vec;

use super::*;
use crate::beacon::VrfSecret;
use crate::signature::SigningKey;

fn member(number: u8) -> Validator {
    let key = |use_: u8| SigningKey::from_seed([number * 4 + use_; 32]).public();
    Validator {
        id: validator_id(&key(0)),
        organisation: "org".into(),
        name: format!("v{number}"),
        consensus: key(0),
        cosigner: VKey::new(&format!("v{number}"), VKeyKind::Cosigner, key(1)).unwrap(),
        beacon: VrfSecret::from_seed(&[number * 4 + 2; 32]).public(),
        peer_id: format!("p{number}"),
    }
}

fn refused(change: impl Fn(&mut Vec<Validator>)) -> &'static str {
    let mut members: Vec<_> = (0..4).map(member).collect();
    change(&mut members);
    let error = ValidatorSet::new(members).unwrap_err();
    assert_eq!(error.code, FormatCode::ValidatorSet);
    error.what
}

#[test]
fn members_are_sorted_and_found() {
    let set = ValidatorSet::new((0..6).map(member).collect()).unwrap();
    assert!(set.members().is_sorted_by_key(|member| member.id));
    for number in 0..6 {
        assert_eq!(set.get(&member(number).id), Some(&member(number)));
    }
    assert_eq!(set.get(&member(6).id), None);
}

#[test]
fn quorum_is_more_than_two_thirds() {
    let quorum = |count| ValidatorSet::new((0..count).map(member).collect()).unwrap().quorum();
    let quorums: Vec<_> = (1..=10).map(quorum).collect();
    assert_eq!(quorums, vec![1, 2, 3, 3, 4, 5, 5, 6, 7, 7]);
}

#[test]
fn shared_or_false_parts_are_refused() {
    assert_eq!(refused(Vec::clear), "members");
    assert_eq!(refused(|all| all[0].id.0[0] ^= 1), "id");
    assert_eq!(refused(|all| all[1] = all[0].clone()), "key");
    assert_eq!(refused(|all| all[1].beacon = all[0].beacon), "key");
    assert_eq!(refused(|all| all[1].cosigner = all[0].cosigner.clone()), "key");
    assert_eq!(refused(|all| all[1].name = all[0].name.clone()), "name");
    assert_eq!(refused(|all| all[1].peer_id = all[0].peer_id.clone()), "peer_id");
    let log_key = |all: &mut Vec<Validator>| {
        let key = *all[0].cosigner.key();
        all[0].cosigner = VKey::new("v0", VKeyKind::Log, key).unwrap();
    };
    assert_eq!(refused(log_key), "cosigner");
    let own_key = |all: &mut Vec<Validator>| {
        all[0].cosigner = VKey::new("v0", VKeyKind::Cosigner, all[0].consensus).unwrap();
    };
    assert_eq!(refused(own_key), "key");
}
