//! Validators that are killed, restarted and catch up.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::RecordId;
use tamga_format::note::Note;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::{Step, life};
use tamga_tests::processes::{Cluster, TOKEN, submit, until};

const FOUR: &str = include_str!("../../../genesis/four-organisations.toml");
const THREE: &str = include_str!("../../../genesis/three-organisations.toml");
const READY: Duration = Duration::from_secs(60);
/// A restarted validator has caught up and votes within this time.
const CAUGHT_UP: Duration = Duration::from_secs(20);

/// Submits the whole life of a case to one validator after another; every record ends with a receipt.
fn live(cluster: &Cluster, case: &str, validators: &[usize]) -> Vec<RecordId> {
    let urls: Vec<String> = validators.iter().map(|number| cluster.url(*number)).collect();
    live_at(&urls, case)
}

fn live_at(urls: &[String], case: &str) -> Vec<RecordId> {
    let now = Clock.now();
    let mut ids = Vec::new();
    for (number, step) in (0..).zip(life(1_000_000)) {
        let submission = Cluster::write(case, number, &step, now).unwrap();
        let url = &urls[number as usize % urls.len()];
        let (status, text) = submit(url, &submission, "final").unwrap();
        // 200: another node had told this one already.
        assert!(matches!(status, 200 | 201), "{case} {step:?}: {status} {text}");
        ids.push(submission.record().id());
    }
    ids
}

fn served_size(cluster: &Cluster, validator: usize) -> u64 {
    let (status, text) = cluster.get(validator, "/log/checkpoint").unwrap();
    assert_eq!(status, 200, "{text}");
    Checkpoint::parse(&Note::parse(&text).unwrap().text).unwrap().size.get()
}

#[test]
fn a_validator_killed_under_load_is_not_missed_and_catches_up() {
    let mut cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let before = live(&cluster, "before", &[0, 1, 2, 3]);

    // Load goes on from a thread of its own, through the three that stay.
    let stop = Arc::new(AtomicBool::new(false));
    let cases = Arc::new(AtomicU32::new(0));
    let urls: Vec<String> = (0..3).map(|number| cluster.url(number)).collect();
    let load = std::thread::spawn({
        let (stop, cases) = (Arc::clone(&stop), Arc::clone(&cases));
        move || {
            let mut ids = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let number = cases.fetch_add(1, Ordering::Relaxed);
                ids.extend(live_at(&urls, &format!("load-{number}")));
            }
            ids
        }
    });
    cluster.kill(3).unwrap();
    let killed_at = cases.load(Ordering::Relaxed);
    until(Duration::from_secs(60), "three cases became final without it", || {
        cases.load(Ordering::Relaxed) >= killed_at + 4
    })
    .unwrap();

    cluster.start_validator(3).unwrap();
    let restarted = Instant::now();
    let height = cluster.height(0).unwrap();
    until(CAUGHT_UP, "the restarted validator has caught up", || {
        cluster.height(3).is_some_and(|caught_up| caught_up >= height)
    })
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    let during = load.join().unwrap();
    // It votes: with another one gone, a quorum needs it.
    cluster.kill(2).unwrap();
    let after = live(&cluster, "after", &[3, 0]);
    let voted_after = restarted.elapsed();
    assert!(voted_after < CAUGHT_UP, "{voted_after:?}");
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
    let first = Cluster::write("bad", 0, &Step::Presented(5_000), now).unwrap();
    // A step that the stage does not permit: there is no case yet.
    let early = Cluster::write("bad", 1, &Step::Started, now).unwrap();
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

#[test]
fn an_independent_checker_accepts_what_is_served() {
    let cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let (_, old) = cluster.get(0, "/log/checkpoint").unwrap();
    let size = served_size(&cluster, 0);
    for number in 0..3 {
        live(&cluster, &format!("checked-{number}"), &[0, 1]);
    }
    until(Duration::from_secs(20), "a larger checkpoint is served", || {
        served_size(&cluster, 0) > size
    })
    .unwrap();
    let keys = std::iter::once(cluster.policy().log().to_string())
        .chain(cluster.policy().witnesses().map(|witness| witness.key.to_string()));
    std::fs::write(cluster.dir().join("vkeys"), keys.collect::<Vec<_>>().join("\n")).unwrap();
    std::fs::write(cluster.dir().join("old"), old).unwrap();
    let checker = Command::new("go")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/interop/sumdb"))
        .args(["run", ".", "-url", &format!("{}/log", cluster.url(0)), "-vkeys"])
        .arg(cluster.dir().join("vkeys"))
        .arg("-old")
        .arg(cluster.dir().join("old"))
        .env("TAMGA_TOKEN", TOKEN)
        .output()
        .expect("Go is installed by make setup-interop");
    assert!(
        checker.status.success(),
        "{}{}",
        String::from_utf8_lossy(&checker.stdout),
        String::from_utf8_lossy(&checker.stderr)
    );
}
