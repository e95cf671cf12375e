//! The machine against the naive model of the rules (tests/src/model).

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
