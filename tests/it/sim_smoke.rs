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
fn a_draw_ends_in_an_idle_cluster_without_waiting_for_heartbeats() {
    for seed in 1..=6 {
        let (done_ms, report) = sim::one_draw(seed);
        assert_eq!(report.failure, None, "{}\n{}", report.summary, report.tail.join("\n"));
        // Three records, one after the other final, and at least two blocks between the last two;
        // a heartbeat takes five seconds.
        assert!(done_ms.is_some_and(|ms| ms < 4_000), "{done_ms:?} ms: {}", report.summary);
    }
}

#[test]
fn a_ledger_outlives_the_keys_it_was_founded_with() {
    for seed in 1..=4 {
        let report = sim::succession(seed);
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
