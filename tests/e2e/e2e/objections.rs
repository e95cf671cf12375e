//! An author objects and confirms, the bank and the organisation answer: all by the command line against real processes.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use tamga_client::keyring::Keyring;
use tamga_client::statement::{Also, fetch};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_node::clock::Clock;
use tamga_node::devnet::royalties::{OKUP, Season};
use tamga_node::keys::Seed;
use tamga_state::status::Confirmation;
use tamga_tests::processes::{Cluster, ORIGIN, TOKEN};

use super::royalty::{FOUR, READY, SCALE, base, bring, client, keys, record, status};
use super::shell::{Called, call, of_devnet};

const KEYS: [&str; 4] = ["author:demo", "okup:demo", "bank:demo", "court:demo"];
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

struct Shell<'a> {
    cluster: &'a Cluster,
    devnet: &'a Path,
}

impl Shell<'_> {
    fn call(&self, args: &[&str]) -> Called {
        call(self.devnet, &of_devnet(self.cluster.url(0), self.devnet), args)
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let done = self.call(args);
        assert_eq!(done.exit, 0, "{args:?}: {}", done.told);
        done.shown
    }

    /// The exit code and what it was told.
    fn refused(&self, args: &[&str]) -> (u8, String) {
        let done = self.call(args);
        (done.exit, done.told)
    }
}

/// A folder as a devnet leaves it for the command line.
fn devnet(cluster: &Cluster, folder: &Path) {
    let seeds: BTreeMap<String, [u8; 32]> =
        KEYS.iter().map(|name| ((*name).to_owned(), Seed::demo(name).0)).collect();
    std::fs::write(folder.join("keys.toml"), Keyring::render(ORIGIN, &seeds)).unwrap();
    std::fs::write(folder.join("policy.txt"), cluster.policy().encode()).unwrap();
    std::fs::write(folder.join("token.txt"), TOKEN).unwrap();
}

/// A quarter that is paid; what the payout pays in all, in tiyn.
fn paid(cluster: &Cluster, season: &mut Season) -> i64 {
    let client = client(cluster, 0);
    for submission in season.beginning().unwrap() {
        record(&client, &submission);
    }
    let author = SigningKey::from_seed(Seed::demo("author:demo").0);
    record(&client, &season.author_key(&author).unwrap());
    bring(&client, &season.usage(base(cluster)).unwrap());
    record(&client, &season.fixed().unwrap());
    bring(&client, &season.allocation(base(cluster)).unwrap());
    record(&client, &season.step("APPROVED").unwrap());
    record(&client, &season.step("PUBLISHED").unwrap());
    let payout = season.payout(base(cluster)).unwrap();
    bring(&client, &payout);
    let net = payout.submission.record().record().field(6).and_then(|net| net.as_i64());
    net.unwrap()
}

#[test]
fn an_author_objects_and_confirms_and_everybody_sees_who_said_what() {
    let cluster = Cluster::start(FOUR).unwrap();
    cluster.ready(READY).unwrap();
    let mut season = Season::new("objections", ORIGIN, SCALE, keys(), Clock.now());
    let net = paid(&cluster, &mut season);
    let folder = tempfile::tempdir().unwrap();
    devnet(&cluster, folder.path());
    let shell = Shell { cluster: &cluster, devnet: folder.path() };
    let today = tamga_api::time::day(tamga_state::civil::day_of(Clock.now()));

    let payout = season.batch("payout").to_text();
    let confirm = |key: &'static str, says: &'static str, more: &[&str]| {
        let known = ["payment", "confirm", &payout, "--okup", OKUP, "--key", key, "--says", says];
        [&known[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let run = |args: Vec<String>| shell.json(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let author = season.author().to_text();
    let show = ["payment", "show", &payout, "--rightsholder", &author];
    let said = shell.json(&show);
    assert_eq!(said["declared"]["net"], net);
    assert!(said["bank"].is_null() && said["rightsholder"].is_null(), "{said}");
    let (sum, less) = (net.to_string(), (net - 1).to_string());
    let off = confirm("bank:demo", "EXECUTED", &["--paid-on", &today, "--executed", &less]);
    let (exit, told) = shell.refused(&off.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(exit, 8, "{told}");
    run(confirm("bank:demo", "EXECUTED", &["--paid-on", &today, "--executed", &sum]));
    run(confirm("author:demo", "NOT_RECEIVED", &[]));
    run(confirm("author:demo", "RECEIVED", &["--paid-on", &today]));
    let said = shell.json(&show);
    assert_eq!(said["bank"]["confirmation"], "EXECUTED");
    assert_eq!(said["rightsholder"]["confirmation"], "RECEIVED");
    // The author's file carries what all three say.
    let client = client(&cluster, 0);
    let batches = ["allocation", "payout"].map(|what| status(&client, &season.batch(what)));
    record(&client, &season.statement([&batches[0], &batches[1]]).unwrap());
    let cmo = Subject::registered(Role::Cmo, OKUP);
    let file = fetch(&client, &season.author(), &cmo, Also::default()).unwrap();
    let shown = file.verify(cluster.policy()).unwrap();
    let checks: Vec<_> =
        shown.payouts.iter().map(|it| (it.checks.bank, it.checks.author)).collect();
    assert_eq!(checks, [(Some(Confirmation::Executed), Some(Confirmation::Received))]);
    let mut twice = file;
    twice.confirmations.push(twice.confirmations[0].clone());
    assert!(twice.verify(cluster.policy()).unwrap_err().to_string().contains("again"));

    // The author objects to shares; the organisation refuses, and a court decides.
    let dispute = Subject::registered(Role::Dispute, "of the author").to_text();
    let work = "work#objections-0.PR";
    let file = [
        "dispute",
        "file",
        "--okup",
        OKUP,
        "--about",
        "SHARES",
        "--reason",
        "WRONG_SHARE",
        "--work",
        work,
        "--claimed-bp",
        "7000",
        "--dispute",
        &dispute,
        "--key",
        "author:demo",
    ];
    let dry = shell.json(&[&file[..], &["--dry-run"]].concat());
    assert_eq!(dry["rules_checked"], true);
    assert_eq!(shell.json(&file)["status"], "final");
    let open = ["dispute", "list", "--okup", OKUP, "--open"];
    assert_eq!(shell.json(&open)["disputes"][0]["dispute"], dispute.as_str());
    let of_author = shell.json(&["dispute", "list", "--rightsholder", &author]);
    assert_eq!(of_author["disputes"].as_array().unwrap().len(), 1);
    let say = |word: &'static str, key: &'static str, decision: &'static str| {
        [
            "dispute",
            word,
            &dispute,
            "--okup",
            OKUP,
            "--decision",
            decision,
            "--document-hash",
            NOBODY,
            "--key",
            key,
        ]
        .map(str::to_owned)
    };
    run(say("answer", "okup:demo", "REFUSED").to_vec());
    assert_eq!(shell.json(&["dispute", "show", &dispute])["state"], "ANSWERED");
    let again = say("answer", "okup:demo", "GRANTED");
    let (exit, told) = shell.refused(&again.each_ref().map(String::as_str));
    assert!(exit == 8 && told.contains("TMG-4120"), "{exit} {told}");
    run(say("resolve", "court:demo", "PARTLY_GRANTED").to_vec());
    let ended = shell.json(&["dispute", "show", &dispute]);
    assert_eq!(
        (&ended["state"], &ended["decision"]),
        (&"RESOLVED".into(), &"PARTLY_GRANTED".into())
    );
    assert!(shell.json(&open)["disputes"].as_array().unwrap().is_empty());

    // A withdrawn one is over too, and only its filer withdraws it.
    let second = Subject::registered(Role::Dispute, "another").to_text();
    let batch = season.batch("allocation").to_text();
    shell.json(&[
        "dispute",
        "file",
        "--okup",
        OKUP,
        "--about",
        "ALLOCATION",
        "--reason",
        "WRONG_AMOUNT",
        "--batch",
        &batch,
        "--dispute",
        &second,
        "--key",
        "author:demo",
    ]);
    let withdraw = |key: &'static str| {
        ["dispute", "withdraw", &second, "--okup", OKUP, "--key", key].map(str::to_owned)
    };
    let (exit, told) = shell.refused(&withdraw("okup:demo").each_ref().map(String::as_str));
    assert!(exit != 0 && told.contains("TMG-4301"), "{exit} {told}");
    run(withdraw("author:demo").to_vec());
    assert_eq!(shell.json(&["dispute", "show", &second])["state"], "WITHDRAWN");
    let (exit, _) =
        shell.refused(&["dispute", "show", &Subject::registered(Role::Dispute, "none").to_text()]);
    assert_eq!(exit, 5);
}
