//! A handful of runs of the simulated cluster; `make sim` runs hundreds.

use tamga_tests::sim;

const HEIGHTS: u64 = 24;

#[test]
fn simulated_clusters_hold_every_check() {
    for seed in 1..=4 {
        let report = sim::run(seed, HEIGHTS);
        assert_eq!(report.failure, None, "{}\n{}", report.summary, report.tail.join("\n"));
    }
}

#[test]
fn one_seed_is_one_run() {
    for seed in [5, 6] {
        let (first, second) = (sim::run(seed, HEIGHTS), sim::run(seed, HEIGHTS));
        assert_eq!(first.trace, second.trace, "{} | {}", first.summary, second.summary);
        assert_eq!(first.summary, second.summary);
    }
    assert_ne!(sim::run(5, HEIGHTS).trace, sim::run(6, HEIGHTS).trace);
}
