use arc_malachitebft_core_types::{PolkaSignature, Round};
use tamga_replica::engine::{Address, BlockHeight};

use super::*;

#[test]
fn the_next_height_wakes_and_is_remembered_from_before() {
    let sight = Sight::default();
    sight.start(Height(5));
    sight.notice(Height(5));
    assert!(!sight.above(Height(5)), "the height itself is no news");
    sight.notice(Height(6));
    assert!(sight.above(Height(5)));
    assert!(!sight.above(Height(5)), "once only");
}

#[test]
fn an_absurd_height_wakes_once() {
    let sight = Sight::default();
    sight.start(Height(5));
    sight.notice(Height(u64::MAX - 1));
    assert!(sight.above(Height(5)));
    sight.start(Height(6));
    assert!(!sight.above(Height(6)));
}

#[test]
fn many_heights_stay_bounded_and_the_lowest_stay() {
    let sight = Sight::default();
    sight.start(Height(5));
    for height in (6..1_000).rev() {
        sight.notice(Height(height));
    }
    assert_eq!(sight.lock().higher.len(), HEIGHTS_MAX);
    assert!(sight.above(Height(5)));
}

#[test]
fn a_quorum_of_prevotes_is_known_until_the_next_height() {
    let sight = Sight::default();
    sight.start(Height(5));
    let value = ValueId([1; 32]);
    let signature = Signature([2; 64]);
    let by = |n| PolkaSignature::new(Address(ValidatorId([n; 32])), signature);
    let polka = |height| PolkaCertificate::<Ledger> {
        height: BlockHeight(height),
        round: Round::new(1),
        value_id: value,
        polka_signatures: vec![by(3), by(1), by(2), by(1)],
    };
    sight.keep(&polka(4));
    assert!(sight.polka(1, value).is_empty(), "of another height");
    sight.keep(&polka(5));
    let ids: Vec<u8> = sight.polka(1, value).iter().map(|(id, _)| id.0[0]).collect();
    assert_eq!(ids, [1, 2, 3], "in order, each once");
    assert!(sight.polka(0, value).is_empty());
    sight.start(Height(6));
    assert!(sight.polka(1, value).is_empty());
}
