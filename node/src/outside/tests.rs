use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

use tamga_format::cosignature;
use tamga_format::id::{Height, UnixMillis};
use tamga_format::note::VKeyKind;
use tamga_format::signature::SigningKey;
use tempfile::TempDir;

use super::ask::Asker;
use super::*;
use crate::keys::{Seed, write_keys};
use crate::witness::testing::Log;
use crate::witness::{LogConfig, Running, WitnessConfig, WitnessKeys, start};

const ORIGIN: &str = "tamga.example/asked";

fn cosigner(seed: u8, name: &str) -> (SigningKey, VKey) {
    let key = SigningKey::from_seed([seed; 32]);
    let vkey = VKey::new(name, VKeyKind::Cosigner, key.public()).unwrap();
    (key, vkey)
}

/// The policy of a ledger of one validator.
fn own(log: &Log) -> Policy {
    let (_, key) = cosigner(1, "tamga.example/v0");
    let validator = Witness { name: "v0".into(), key, url: "https://v0.example/".into() };
    Policy::for_validators(log.vkey(), "https://log.example/".into(), vec![validator], 1).unwrap()
}

fn final_note(log: &Log, size: u64) -> FinalNote {
    let mut note = log.note(size);
    let (key, vkey) = cosigner(1, "tamga.example/v0");
    note.signatures.push(cosignature::cosign(&key, vkey.name(), &note.text, 100).unwrap());
    FinalNote {
        height: Height(size),
        size: TreeSize(size),
        root: log.root(size),
        time: UnixMillis(0),
        note: note.encode().into(),
    }
}

/// Witnesses over HTTP, and a node that asks them.
struct Scene {
    folder: TempDir,
    witnesses: Vec<Running>,
    configured: Vec<OutsideConfig>,
    log: Log,
    newest: Arc<Mutex<FinalNote>>,
}

impl Scene {
    async fn new(count: u8) -> Self {
        let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
        let (mut witnesses, mut configured) = (Vec::new(), Vec::new());
        for number in 1..=count {
            let name = format!("w{number}");
            let keys = folder.path().join(format!("{name}.toml"));
            write_keys(&keys, &WitnessKeys { witness: Seed([10 + number; 32]) }).unwrap();
            let config = WitnessConfig {
                name: format!("witness.example/{name}"),
                listen: (IpAddr::V4(Ipv4Addr::LOCALHOST), 0).into(),
                data: folder.path().join(&name),
                keys,
                logs: vec![LogConfig { vkey: log.vkey().to_string(), requests_per_minute: 60 }],
            };
            let running = start(&config).await.unwrap();
            let (vkey, url) = (running.vkey.to_string(), format!("http://{}/", running.http));
            configured.push(OutsideConfig { name, vkey, url });
            witnesses.push(running);
        }
        let newest = Arc::new(Mutex::new(final_note(&log, 3)));
        Self { folder, witnesses, configured, log, newest }
    }

    fn outside(&self, needed: usize) -> Outside {
        Outside::new(&self.configured, needed, 1, &own(&self.log), self.folder.path()).unwrap()
    }

    /// Shows checkpoints of these sizes, one after the other, to all witnesses.
    async fn show(&self, needed: usize, sizes: &[u64]) -> Seen {
        let (sender, seen) = self.outside(needed).begin();
        let newest = Arc::clone(&self.newest);
        let doors = Doors {
            newest: Box::new(move || Some(newest.lock().unwrap().clone())),
            path: Arc::new(|from, to| Some(Log::new(ORIGIN, 0).path(from.get(), to.get()))),
            metrics: Arc::new(Metrics::default()),
        };
        let mut asker = Asker::new(self.outside(needed), doors, sender);
        for size in sizes {
            *self.newest.lock().unwrap() = final_note(&self.log, *size);
            asker.ask_once().await;
        }
        seen.borrow().clone()
    }
}

fn cosigners(policy: &Policy, cosigned: &Cosigned) -> Vec<String> {
    let note = Note::parse(&cosigned.note).unwrap();
    let verified = policy.verify(&note).unwrap();
    verified.cosigners().iter().map(|(name, _)| name.clone()).collect()
}

#[test]
fn the_second_policy_asks_for_the_validators_and_for_outside_witnesses() {
    let log = Log::new(ORIGIN, 0);
    let (_, key) = cosigner(2, "witness.example/w1");
    let witness = Witness { name: "w1".into(), key, url: "https://w1.example".into() };
    let policy = witnessed(&own(&log), &[witness], 1).unwrap();
    let text = policy.encode();
    assert!(text.ends_with(
        "group outside 1 w1\ngroup witnessed all validators outside\nquorum witnessed\n"
    ));
    assert_eq!(Policy::parse(&text).unwrap(), policy);
    for (names, accepted) in [(vec!["v0"], false), (vec!["w1"], false), (vec!["v0", "w1"], true)] {
        assert_eq!(policy.is_satisfied_by(&BTreeSet::from_iter(names)), accepted);
    }
}

#[test]
fn a_key_of_another_type_or_of_a_validator_is_refused() {
    let (folder, log) = (tempfile::tempdir().unwrap(), Log::new(ORIGIN, 0));
    let (_, validator) = cosigner(1, "witness.example/w1");
    for vkey in [log.vkey().to_string(), validator.to_string(), "w1".to_owned()] {
        let config = OutsideConfig { name: "w1".into(), vkey, url: "http://w1.example".into() };
        assert!(Outside::new(&[config], 1, 60, &own(&log), folder.path()).is_err());
    }
}

#[tokio::test]
async fn checkpoints_are_witnessed_and_kept() {
    let scene = Scene::new(2).await;
    let seen = scene.show(2, &[3, 9, 21]).await;
    let policy = scene.outside(2).policy().clone();
    let witnessed = seen.witnessed.unwrap();
    assert_eq!(witnessed.size, TreeSize(21));
    assert_eq!(cosigners(&policy, &witnessed), ["v0", "w1", "w2"]);
    assert_eq!(seen.newest.as_ref(), Some(&witnessed));
    // A restart begins with it; and what a restarted node forgot, the witnesses tell it.
    let (_, kept) = scene.outside(2).begin();
    assert_eq!(kept.borrow().witnessed.as_ref(), Some(&witnessed));
    assert_eq!(scene.show(2, &[30]).await.witnessed.unwrap().size, TreeSize(30));
}

#[tokio::test]
async fn a_witness_that_is_away_keeps_nothing_back_but_the_second_policy() {
    let mut scene = Scene::new(2).await;
    scene.show(2, &[3]).await;
    scene.witnesses.remove(1).stop().await;
    let seen = scene.show(2, &[9]).await;
    assert_eq!(seen.witnessed.unwrap().size, TreeSize(3));
    let newest = seen.newest.unwrap();
    assert_eq!(newest.size, TreeSize(9));
    assert_eq!(cosigners(&own(&scene.log), &newest), ["v0"]);
    let one = scene.outside(1).policy().clone();
    assert_eq!(cosigners(&one, &newest), ["v0", "w1"]);
}

#[tokio::test]
async fn only_the_configured_key_s_cosignature_is_kept() {
    let mut scene = Scene::new(1).await;
    let (_, other) = cosigner(3, "witness.example/w1");
    scene.configured[0].vkey = other.to_string();
    let seen = scene.show(1, &[3]).await;
    assert!(seen.newest.is_none() && seen.witnessed.is_none());
}

#[tokio::test]
async fn a_witness_that_another_node_asked_already_is_asked_with_the_next_checkpoint() {
    let scene = Scene::new(1).await;
    scene.show(1, &[21]).await;
    let seen = scene.show(1, &[9]).await;
    assert_eq!(seen.witnessed.unwrap().size, TreeSize(21));
    // A later checkpoint that is there soon is shown at once.
    let newest = Arc::clone(&scene.newest);
    let later = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        *newest.lock().unwrap() = final_note(&scene.log, 25);
    };
    let (seen, ()) = tokio::join!(scene.show(1, &[9]), later);
    assert_eq!(seen.witnessed.unwrap().size, TreeSize(25));
    assert_eq!(scene.show(1, &[9, 30]).await.witnessed.unwrap().size, TreeSize(30));
}
