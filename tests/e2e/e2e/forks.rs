//! Two networks of the same keys with different records: who saw one stops at the other, and can show why to anybody.

use std::path::PathBuf;

use serde_json::Value;
use tamga_format::note::Note;
use tamga_node::clock::Clock;
use tamga_node::devnet::casework::life;
use tamga_tests::processes::{Cluster, submit, until};

use super::royalty::{FOUR, READY};
use super::shell::{Called, Said, call, of_devnet, say};

/// A person with a policy and a folder for what they see.
struct Reader(tempfile::TempDir);

impl Reader {
    fn of(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("policy.txt"), cluster.policy().encode()).unwrap();
        std::fs::copy(cluster.dir().join("genesis.toml"), at("genesis.toml")).unwrap();
        Self(folder)
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        let state = self.0.path().join("state").display().to_string();
        // Every call names its node.
        let env = of_devnet("http://127.0.0.1:9".to_owned(), self.0.path());
        [&env[..], &[("XDG_STATE_HOME", state)]].concat()
    }

    fn call(&self, args: &[&str]) -> Called {
        call(self.0.path(), &self.env(), args)
    }

    fn say(&self, args: &[&str]) -> Said {
        say(self.0.path(), &self.env(), args)
    }
}

/// Makes the first records of a case final.
fn record(cluster: &Cluster, case: &str, count: usize) {
    let now = Clock.now();
    for (number, step) in (0..).zip(life(1_000_000)).take(count) {
        let submission = Cluster::write(case, number, &step, now).unwrap();
        let (status, text) = submit(&cluster.url(0), &submission, "final").unwrap();
        assert!(matches!(status, 200 | 201), "{case} {step:?}: {status} {text}");
    }
}

/// Entries that the second validator shows.
fn size(cluster: &Cluster) -> u64 {
    let (_, text) = cluster.get(1, "/log/checkpoint").unwrap();
    let note = Note::parse(&text).unwrap();
    cluster.policy().verify(&note).unwrap().checkpoint().size.get()
}

#[test]
fn whoever_saw_one_of_two_logs_stops_at_the_other_and_has_evidence_against_every_key() {
    // The second is longer, so that its own tiles show that it does not begin with the first.
    let clusters = [("one", 1), ("other", 6)].map(|(case, count)| {
        let cluster = Cluster::start(FOUR).unwrap();
        cluster.ready(READY).unwrap();
        record(&cluster, case, count);
        // A checkpoint is shown some time after it is final.
        let least = u64::try_from(count).unwrap() + 2;
        until(READY, "the records are shown", || size(&cluster) >= least).unwrap();
        cluster
    });
    let [one, other] = &clusters;
    assert_eq!(one.policy(), other.policy(), "the keys are the same");
    let reader = Reader::of(one);
    let compare = |cluster: &Cluster| {
        let url = cluster.url(1);
        reader.call(&["checkpoint", "compare", "--node", &url])
    };
    let seen = compare(one);
    assert_eq!(seen.exit, 0, "{}{}", seen.shown, seen.told);
    // Of each log alone all is well; only who remembers another one knows.
    let stranger = Reader::of(other);
    let alone = stranger.call(&["checkpoint", "compare", "--node", &other.url(1)]);
    assert_eq!(alone.exit, 0, "{}{}", alone.shown, alone.told);

    let stopped = reader.say(&["checkpoint", "compare", "--node", &other.url(1)]);
    assert_eq!(stopped.exit, 12, "{}{}", stopped.text, stopped.told);
    for words in [
        "TWO LOGS: MORE KEYS FAILED THAN THE POLICY WITHSTANDS",
        "does not begin with the",
        "rely on nothing that was recorded after the two part",
        "tamga evidence verify",
    ] {
        assert!(stopped.text.contains(words), "{words}: {}", stopped.text);
    }
    // From now on nothing of this log is believed, whoever is asked.
    let again = compare(one);
    assert_eq!(again.exit, 12, "{}{}", again.shown, again.told);
    drop(clusters);

    // Offline, and by anybody who has the policy.
    let kept = reader.call(&["checkpoint", "show"]);
    assert_eq!(kept.exit, 12, "{}", kept.told);
    let evidence = kept.shown["evidence"].as_str().map(PathBuf::from).unwrap();
    let handed = stranger.0.path().join("handed.tamga-evidence");
    std::fs::copy(&evidence, &handed).unwrap();
    let handed = handed.display().to_string();
    let judged = stranger.call(&["evidence", "verify", &handed]);
    assert_eq!(judged.exit, 0, "{}{}", judged.shown, judged.told);
    let names: Vec<&Value> = judged.shown["cosigners"].as_array().unwrap().iter().collect();
    // Two quorums of three of four share two, whichever sign: one more than the policy withstands.
    let withstands = judged.shown["withstands"].as_u64().unwrap();
    assert!(u64::try_from(names.len()).unwrap() > withstands, "{}", judged.shown);
    assert!(names.iter().all(|it| it["organisation"].is_string()), "{}", judged.shown);
    let facts = ["exceeds", "log"].map(|name| judged.shown[name].as_bool());
    assert_eq!(facts, [Some(true), Some(true)], "{}", judged.shown);
    for language in ["kk", "ru", "en"] {
        let told = stranger.say(&["evidence", "verify", &handed, "--lang", language]);
        assert_eq!(told.exit, 0, "{}", told.text);
        assert!(told.text.contains(other_root(&judged.shown)), "{}", told.text);
    }
    // A changed byte is no evidence.
    let text = std::fs::read_to_string(&handed).unwrap();
    let changed = text.replacen("— ", "— x", 1);
    std::fs::write(&handed, changed).unwrap();
    assert!(matches!(stranger.call(&["evidence", "verify", &handed]).exit, 3 | 4));
}

fn other_root(shown: &Value) -> &str {
    shown["other_root"].as_str().unwrap()
}
