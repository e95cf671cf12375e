//! Real processes over loopback: submit, kill, restart, catch up.

use std::time::{Duration, Instant};

use tamga_format::id::RecordId;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::{Step, life};
use tamga_tests::processes::{Cluster, until};

const FOUR: &str = include_str!("../../genesis/four-organisations.toml");
const THREE: &str = include_str!("../../genesis/three-organisations.toml");
const READY: Duration = Duration::from_secs(60);

/// Submits the whole life of a case to one validator after another; every record ends with a receipt.
fn live(cluster: &Cluster, case: &str, validators: &[usize]) -> Vec<RecordId> {
    let now = Clock.now();
    let mut ids = Vec::new();
    for (number, step) in (0..).zip(life(1_000_000)) {
        let submission = cluster.write(case, number, &step, now).unwrap();
        let validator = validators[number as usize % validators.len()];
        let (status, text) = cluster.submit(validator, &submission, "final").unwrap();
        assert_eq!(status, 201, "{case} {step:?}: {text}");
        ids.push(submission.record().id());
    }
    ids
}

#[test]
fn a_killed_validator_is_not_missed_and_catches_up() {
    let mut cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let before = live(&cluster, "before", &[0, 1, 2, 3]);

    cluster.kill(3).unwrap();
    let during = live(&cluster, "during", &[0, 1, 2]);
    let height = cluster.height(0).unwrap();

    cluster.start_validator(3).unwrap();
    let restarted = Instant::now();
    until(Duration::from_secs(20), "the restarted validator has caught up", || {
        cluster.height(3).is_some_and(|caught_up| caught_up >= height)
    })
    .unwrap();
    // It votes: with another one gone, a quorum needs it.
    cluster.kill(2).unwrap();
    let after = live(&cluster, "after", &[3, 0]);
    assert!(restarted.elapsed() < Duration::from_secs(40), "{:?}", restarted.elapsed());
    for id in before.iter().chain(&during).chain(&after) {
        cluster.proven(3, id).unwrap();
    }
}

#[test]
fn nothing_final_is_lost_when_all_are_killed() {
    let mut cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let ids = live(&cluster, "kept", &[0, 1]);
    for number in 0..cluster.validators() {
        cluster.kill(number).unwrap();
    }
    for number in 0..cluster.validators() {
        cluster.start_validator(number).unwrap();
    }
    cluster.ready(READY).unwrap();
    for number in 0..cluster.validators() {
        for id in &ids {
            cluster.proven(number, id).unwrap();
        }
    }
    live(&cluster, "next", &[2, 3]);
}

#[test]
fn three_organisations_with_two_validators_each_agree() {
    let mut cluster = Cluster::start(THREE).unwrap();
    cluster.ready(READY).unwrap();
    live(&cluster, "six", &[0, 1, 2, 3, 4, 5]);
    // Any one node may be down.
    cluster.kill(5).unwrap();
    live(&cluster, "five", &[0, 1, 2, 3, 4]);
}

#[test]
fn bad_input_is_refused_with_a_code_and_nothing_is_recorded() {
    let cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let now = Clock.now();
    let first = cluster.write("bad", 0, &Step::Presented(5_000), now).unwrap();
    // A step that the stage does not permit: there is no case yet.
    let early = cluster.write("bad", 1, &Step::Started, now).unwrap();
    let (status, text) = cluster.submit(0, &early, "accepted").unwrap();
    assert_eq!(status, 422, "{text}");
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(problem["code"].as_str().unwrap().starts_with("TMG-"), "{text}");
    // A repeat of the same bytes gives the same receipt.
    let (status, receipt) = cluster.submit(0, &first, "final").unwrap();
    assert_eq!(status, 201, "{receipt}");
    let (status, again) = cluster.submit(1, &first, "final").unwrap();
    assert_eq!(status, 200, "{again}");
    // The refused record left no trace.
    let (status, _) = cluster.get(0, &format!("/v1/records/{}", early.record().id())).unwrap();
    assert_eq!(status, 404);
}
