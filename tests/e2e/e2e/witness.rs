//! A witness that somebody else runs: made and started by the programs, asked by every validator of a network.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::Step;
use tamga_node::outside::OutsideConfig;
use tamga_tests::processes::{Cluster, Setup, free_ports, log_vkey, programs, submit, until};

use super::royalty::{FOUR, READY};

const NAME: &str = "witness.example/w1";
const SOON: Duration = Duration::from_secs(20);

fn tamga(args: &[&str]) -> Command {
    let mut command = Command::new(programs().join("tamga"));
    command.arg("witness").args(args).stdin(Stdio::null());
    command
}

/// A witness that runs; it and the program that it starts end when this is dropped.
struct Running(Child);

impl Running {
    fn start(config: &Path) -> Self {
        let mut command = tamga(&["start", "--config", config.to_str().unwrap()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        Self(command.spawn().expect("run: cargo build --release --bins"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        Command::new("kill").args(["-KILL", "--", &group]).status().ok();
        self.0.wait().ok();
    }
}

/// The witnessed checkpoint that a validator serves, and its number of leaves.
fn witnessed(cluster: &Cluster, policy: &Policy) -> Option<u64> {
    let (status, text) = cluster.get(1, "/log/checkpoint/witnessed").unwrap();
    if status != 200 {
        return None;
    }
    let checkpoint = policy.verify(&Note::parse(&text).unwrap()).unwrap();
    let names: Vec<&str> = checkpoint.cosigners().iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"w1"), "{names:?}");
    Some(checkpoint.checkpoint().size.get())
}

#[test]
fn a_witness_elsewhere_cosigns_what_is_final_and_the_policy_witnessed_accepts_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("w1");
    let config = dir.join("config.toml");
    let listen = format!("127.0.0.1:{}", free_ports(1).unwrap()[0].http);
    let log = log_vkey().unwrap().to_string();
    let (place, words) = (dir.to_str().unwrap(), ["--listen", &listen, "--log", &log]);
    let made = tamga(&[&["init", "--dir", place, "--name", NAME][..], &words].concat()).output();
    let made = made.expect("run: cargo build --release --bins");
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success(), "{said}{}", String::from_utf8_lossy(&made.stderr));
    let vkey = said.lines().find_map(|line| line.strip_prefix("✔ witness ")).unwrap().to_owned();
    // As many as four validators ask that show a checkpoint every second.
    let text = std::fs::read_to_string(&config).unwrap();
    let often = text.replace("requests_per_minute = 12", "requests_per_minute = 720");
    assert_ne!(text, often);
    std::fs::write(&config, often).unwrap();
    let running = Running::start(&config);

    let witness = OutsideConfig { name: "w1".into(), vkey, url: format!("http://{listen}") };
    let setup = Setup::of(FOUR).unwrap();
    let cluster =
        Cluster::found(Setup { witnesses: vec![witness], witness_every_s: 1, ..setup }).unwrap();
    cluster.ready(READY).unwrap();
    let (status, text) = cluster.get(1, "/.well-known/tamga/trust-policy/witnessed").unwrap();
    assert_eq!(status, 200, "{text}");
    let policy = Policy::parse(&text).unwrap();
    assert_ne!(&policy, cluster.policy());
    until(SOON, "a checkpoint is witnessed", || witnessed(&cluster, &policy).is_some()).unwrap();

    // What follows is witnessed too, and what is final alone is not.
    let before = witnessed(&cluster, &policy).unwrap();
    let record = |case: &str| {
        let first = Cluster::write(case, 0, &Step::Presented(1_000), Clock.now()).unwrap();
        let (status, text) = submit(&cluster.url(1), &first, "final").unwrap();
        assert_eq!(status, 201, "{text}");
    };
    record("seen");
    until(SOON, "the next one is", || witnessed(&cluster, &policy) > Some(before)).unwrap();
    let state = tamga(&["status", "--config", config.to_str().unwrap()]).output().unwrap();
    let state = String::from_utf8(state.stdout).unwrap();
    assert!(state.contains(&format!("listens on {listen}")) && state.contains("size"), "{state}");
    drop(running);
    record("unseen");
    let final_note = || Note::parse(&cluster.get(1, "/log/checkpoint").unwrap().1).unwrap();
    let size = || {
        let checkpoint = cluster.policy().verify(&final_note()).unwrap();
        Some(checkpoint.checkpoint().size.get())
    };
    let waits = "nothing waits for a witness";
    until(SOON, waits, || size() > witnessed(&cluster, &policy)).unwrap();
    assert!(policy.verify(&final_note()).is_err());
}
