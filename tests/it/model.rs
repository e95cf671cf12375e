//! The machine against the naive model of the rules (tests/src/model).

use tamga_tests::model::compare::{Both, Judged};
use tamga_tests::model::royalty::walk::{self as seasons, Scale};
use tamga_tests::model::walk;

#[test]
fn machine_and_model_agree_on_every_verdict_and_nothing_is_lost() {
    for seed in 1..=4 {
        let both = walk::judged(seed, 150, 30);
        assert!(both.report.disagreements.is_empty(), "{:?}", both.report.disagreements);
        assert!(both.report.reasons.is_empty(), "{:?}", both.report.reasons);
        assert!(both.report.accepted() > 1_000, "a walk mostly goes on");
        let checked = both.check().unwrap();
        assert!(checked.cases >= 140 && checked.recovered > 0);
        both.replay().unwrap();
    }
}

/// Replays with every body, with none, with those of one half, and with two choices at random; how records were judged
/// without all of them.
fn judged_in_part(both: &Both) -> [Judged; 4] {
    let half = usize::try_from(both.report.accepted()).unwrap() / 2;
    let random = |bit: u32| move |at: usize| ((at * 0x9E37_79B9) >> (7 + bit)) & 1 == 0;
    let all = both.replay_partly(|_| true).unwrap();
    assert_eq!((all.unseen, all.unopened), (0, 0));
    let partly = [
        both.replay_partly(|_| false),
        both.replay_partly(|at| at > half),
        both.replay_partly(random(0)),
        both.replay_partly(random(1)),
    ]
    .map(Result::unwrap);
    assert!(partly.iter().all(|it| it.unseen > 0 && it.whole > 0), "{partly:?}");
    partly
}

#[test]
fn whoever_lacks_bodies_comes_to_the_same_statuses_by_what_validators_keep() {
    let partly = judged_in_part(&walk::judged(7, 120, 10));
    assert!(partly.iter().all(|it| it.unopened > 0), "{partly:?}");
    let scale = Scale { holders: 6, works: 6, uses: 12 };
    judged_in_part(&seasons::judged(7, scale, 0).0);
}
