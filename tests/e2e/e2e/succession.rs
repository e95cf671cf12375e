//! A policy that follows another while a network runs: drafted, signed offline by each organisation for itself, recorded.

use std::path::Path;
use std::time::Duration;

use tamga_client::keyfile;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::Step;
use tamga_node::keys::{Seed, ValidatorKeys, write_keys};
use tamga_tests::processes::{Cluster, Setup, TOKEN, governance, submit, until};

use super::royalty::{FOUR, READY};
use super::shell::{Called, call, of_devnet};

const PASSPHRASE: &str = "horse";
const DRAFT: &str = "next.tamga-policy-draft";
/// The validator whose key is replaced.
const SEAT: usize = 3;

/// A folder with what its owner trusts, and calls of the command line in it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn of(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("policy.txt"), cluster.policy().encode()).unwrap();
        let genesis = folder.path().join("genesis.toml");
        std::fs::copy(cluster.dir().join("genesis.toml"), genesis).unwrap();
        std::fs::write(folder.path().join("token.txt"), TOKEN).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn key(&self, name: &str, seed: Seed) -> String {
        let path = self.path(name);
        let file = keyfile::seal(&seed.0, PASSPHRASE, 2).unwrap();
        keyfile::create(Path::new(&path), &file).unwrap();
        path
    }

    /// A call at a node; at no node without one.
    fn at(&self, url: Option<String>, args: &[&str]) -> Called {
        let env = of_devnet(url.unwrap_or("http://127.0.0.1:9".to_owned()), self.0.path());
        let secret = ("TAMGA_PASSPHRASE", PASSPHRASE.to_owned());
        call(self.0.path(), &[&env[..], &[secret]].concat(), args)
    }

    #[track_caller]
    fn offline(&self, args: &[&str]) -> Called {
        let done = self.at(None, args);
        assert_eq!(done.exit, 0, "{args:?}: {}{}", done.shown, done.told);
        done
    }
}

/// Makes a record final at the first validator; its receipt.
#[track_caller]
fn receipt(cluster: &Cluster, case: &str) -> String {
    let first = Cluster::write(case, 0, &Step::Presented(1_000), Clock.now()).unwrap();
    let (status, text) = submit(&cluster.url(0), &first, "final").unwrap();
    assert_eq!(status, 201, "{case}: {text}");
    text
}

#[test]
fn organisations_replace_a_key_offline_while_the_network_runs_and_every_receipt_stays_proven() {
    let setup = Setup { governed: true, ..Setup::of(FOUR).unwrap() };
    let mut cluster = Cluster::found(setup).unwrap();
    cluster.ready(READY).unwrap();
    let reader = Desk::of(&cluster);
    std::fs::write(reader.path("old.tamga-receipt"), receipt(&cluster, "before")).unwrap();

    // The seat makes a key where it will live and says its public half; somebody drafts.
    let name = cluster.name(SEAT).to_owned();
    let keys = ValidatorKeys {
        cosigner: Seed::demo("another cosigner of the seat"),
        ..ValidatorKeys::demo(&name)
    };
    let public = SigningKey::from_seed(keys.cosigner.0).public();
    let vkey = VKey::new(&format!("tamga.example/{name}"), VKeyKind::Cosigner, public).unwrap();
    let drafter = Desk::of(&cluster);
    let changes = drafter.path("changes.toml");
    std::fs::write(&changes, format!("[validator.{name}]\ncosigner = \"{vkey}\"\n")).unwrap();
    let drafted = drafter.offline(&["policy", "draft", &changes, "--out", &drafter.path(DRAFT)]);
    assert_eq!(drafted.shown["changes"].as_array().unwrap().len(), 1, "{}", drafted.shown);
    assert_eq!(drafted.shown["added"].as_array().unwrap().len(), 1, "{}", drafted.shown);

    // Each organisation signs a copy of its own, and the seat with the new key as well.
    let sign = |founder: &str, key: &dyn Fn(&Desk) -> String| {
        let desk = Desk::of(&cluster);
        std::fs::copy(drafter.path(DRAFT), desk.path(DRAFT)).unwrap();
        let key = key(&desk);
        let signed = desk.offline(&["policy", "sign", &desk.path(DRAFT), "--key", &key, "--yes"]);
        assert_eq!(signed.shown["digest"], drafted.shown["digest"]);
        let name = format!("{founder}.tamga-policy-draft");
        std::fs::copy(desk.path(DRAFT), drafter.path(&name)).unwrap();
        drafter.path(&name)
    };
    let by_governor = |founder: &'static str| {
        sign(founder, &move |desk: &Desk| desk.key("governance.key", governance(founder)))
    };
    let mut signed: Vec<String> = ["ministry", "chamber"].map(by_governor).to_vec();
    signed.push(sign("seat", &|desk| {
        let path = desk.path("keys.toml.next");
        write_keys(Path::new(&path), &keys).unwrap();
        path
    }));
    let writer = drafter.key("operator.key", Seed::demo("operator:demo"));
    let record = |signed: &[String]| {
        let drafts: Vec<&str> = signed.iter().map(String::as_str).collect();
        let args = [&["policy", "submit"], &drafts[..], &["--key", &writer]].concat();
        drafter.at(Some(cluster.url(0)), &args)
    };
    let few = record(&signed);
    assert_eq!(few.exit, 8, "two of four are no quorum: {}{}", few.shown, few.told);
    signed.push(by_governor("institute"));
    let done = record(&signed);
    assert_eq!(done.exit, 0, "{}{}", done.shown, done.told);

    // The others go on while the seat takes its new key; then a quorum needs it.
    receipt(&cluster, "between");
    cluster.kill(SEAT).unwrap();
    let folder = cluster.dir().join(&name);
    std::fs::remove_file(folder.join("keys.toml")).unwrap();
    write_keys(&folder.join("keys.toml"), &keys).unwrap();
    std::fs::rename(folder.join("data/cosigner.watermark"), folder.join("old.watermark")).unwrap();
    receipt(&cluster, "without it");
    cluster.start_validator(SEAT).unwrap();
    let height = cluster.height(0).unwrap();
    until(Duration::from_secs(20), "the seat has caught up", || {
        cluster.height(SEAT).is_some_and(|caught_up| caught_up >= height)
    })
    .unwrap();
    cluster.kill(2).unwrap();
    std::fs::write(reader.path("new.tamga-receipt"), receipt(&cluster, "after")).unwrap();

    // A reader who held the first policy updates, and then needs nobody.
    let verify = |name: &str| reader.at(None, &["verify", &reader.path(name)]).exit;
    assert_ne!(verify("new.tamga-receipt"), 0, "the policy held knows no such key");
    let genesis = reader.path("genesis.toml");
    let update = ["policy", "update", "--genesis", &genesis];
    let updated = reader.at(Some(cluster.url(0)), &update);
    assert_eq!(updated.exit, 0, "{}{}", updated.shown, updated.told);
    assert_eq!(updated.shown["policies"].as_array().unwrap().len(), 2, "{}", updated.shown);
    drop(cluster);
    for name in ["old.tamga-receipt", "new.tamga-receipt"] {
        assert_eq!(verify(name), 0, "{name}");
    }
}
