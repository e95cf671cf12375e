//! The log of several nodes, followed by calls that know each other only through the kept file.

use serde_json::Value;
use tamga_format::body::Submission;
use tamga_format::id::UnixMillis;
use tamga_format::record::Record;
use tamga_format::signature::SigningKey;

use super::*;
use crate::testing::{FakeLedger, ORIGIN, ServedLog, genesis, seed};

const ALL: [&str; 4] = ["v0", "v1", "v2", "v3"];
const NOW_S: u64 = NOW.0.unsigned_abs() / 1_000;

/// Two nodes, and a folder for what this user sees.
pub(super) struct Desk {
    pub(super) dir: tempfile::TempDir,
    pub(super) nodes: [FakeLedger; 2],
}

impl Desk {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("policy.txt"), genesis().0.policy.encode()).unwrap();
        Self { dir, nodes: [FakeLedger::start(), FakeLedger::start()] }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    pub(super) fn call(&self, args: &[&str]) -> Call {
        let (policy, state) = (self.path("policy.txt"), self.path("state"));
        let nodes = format!("{} {}/", self.nodes[0].url(), self.nodes[1].url());
        let env = [
            ("TAMGA_URL", self.nodes[0].url()),
            ("TAMGA_NODES", &nodes),
            ("TAMGA_POLICY", &policy),
            ("XDG_STATE_HOME", &state),
        ];
        call_with(args, &env)
    }

    fn compare(&self, options: &[&str]) -> Call {
        self.call(&[&["checkpoint", "compare"], options].concat())
    }

    /// The kept file.
    fn kept(&self) -> PathBuf {
        let policy = genesis().0.policy;
        crate::light::Store::path(&self.dir.path().join("state/tamga"), policy.origin())
    }
}

fn log(blocks: i64, seed: i64) -> ServedLog {
    let mut log = ServedLog::new();
    grow(&mut log, blocks, seed);
    log
}

fn grow(log: &mut ServedLog, blocks: i64, seed: i64) {
    for number in 0..blocks {
        log.commit(&[], UnixMillis(NOW.0 + 1_000 * number + seed));
    }
}

fn serve(log: &ServedLog, node: &FakeLedger, by: &[&str], age_s: u64) {
    let signers: Vec<(&str, u64)> = by.iter().map(|name| (*name, NOW_S - age_s)).collect();
    log.serve_as(node, &log.note_by(&signers));
}

fn json(call: &Call) -> Value {
    serde_json::from_str(&call.stdout).unwrap_or_else(|_| panic!("{}{}", call.stdout, call.stderr))
}

#[test]
fn two_nodes_are_followed_with_a_line_each_and_what_it_means() {
    let desk = Desk::new();
    let (old, new) = (log(5, 0), log(9, 0));
    for node in &desk.nodes {
        serve(&old, node, &ALL, 12);
    }
    let first = desk.compare(&[]);
    assert_eq!(first.exit, 0, "{}{}", first.stdout, first.stderr);
    assert!(first.stdout.contains("sees this log for the first time"), "{}", first.stdout);
    serve(&new, &desk.nodes[0], &["v0", "v2", "v3"], 4);
    let told = desk.compare(&[]);
    let lines: Vec<&str> = told.stdout.lines().collect();
    let host = |at: usize| desk.nodes[at].url().trim_start_matches("http://").to_owned();
    assert!(lines[0].starts_with(&format!("✔ {}", host(0))) && lines[0].ends_with("4 s old"));
    assert!(lines[1].starts_with(&format!("! {}", host(1))), "{}", told.stdout);
    assert!(lines[1].contains("behind by 4 entries since"), "{}", told.stdout);
    assert_eq!(lines[2], "✔ 10 entries, 4 s old, signed by v0, v2, v3");
    assert!(lines[3].contains("goes on from the 6 entries"), "{}", told.stdout);
    for (language, word) in [("ru", "ничего не переписано"), ("kk", "ештеңе қайта жазылмаған")]
    {
        let told = desk.compare(&["--lang", language]);
        assert!(told.stdout.contains(word), "{}", told.stdout);
    }
    let value = json(&desk.compare(&["--json"]));
    assert_eq!(value["schema"], "tamga.cli.checkpoint.compare/1");
    assert_eq!((&value["size"], &value["age_s"]), (&Value::from(10), &Value::from(4)));
    assert_eq!(value["nodes"][1]["standing"], "behind");
    let quiet = desk.compare(&["-q"]);
    assert_eq!((quiet.stdout.lines().count(), quiet.stderr.as_str()), (2, ""));
    let shown = desk.call(&["checkpoint", "show"]);
    assert_eq!(shown.exit, 0);
    assert!(shown.stdout.contains("saw 10 entries"), "{}", shown.stdout);
}

#[test]
fn a_fork_stops_everything_leaves_evidence_and_a_person_can_read_why() {
    let desk = Desk::new();
    let (mut ours, mut theirs) = (log(5, 0), log(5, 0));
    grow(&mut ours, 3, 1);
    grow(&mut theirs, 6, 2);
    serve(&ours, &desk.nodes[0], &["v0", "v1", "v2"], 5);
    serve(&theirs, &desk.nodes[1], &["v1", "v2", "v3"], 5);
    let found = desk.compare(&["--follow", "--count", "9"]);
    assert_eq!(found.exit, 12, "{}{}", found.stdout, found.stderr);
    assert!(found.stdout.contains("TWO LOGS: MORE KEYS FAILED"), "{}", found.stdout);
    assert!(found.stdout.contains("Cosigners that signed both: 2; the policy withstands 1."));
    assert!(found.stdout.contains("v1 (http://v1.example/) signed the one on"));
    let folder = desk.dir.path().join("state/tamga");
    let evidence: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "tamga-evidence"))
        .collect();
    assert_eq!(evidence.len(), 1);
    let file = evidence[0].to_str().unwrap();
    assert!(found.stdout.contains(file));
    // From now on nothing of this log is believed, whatever the nodes show.
    serve(&ours, &desk.nodes[1], &ALL, 1);
    for args in [&["checkpoint", "compare"][..], &["verify", "--online", &desk.path("policy.txt")]]
    {
        let again = desk.call(args);
        assert_eq!(again.exit, 12, "{}{}", again.stdout, again.stderr);
        assert!(again.stderr.contains(file) && again.stderr.contains("TMG-6012"));
    }
    assert_eq!(desk.call(&["checkpoint", "show"]).exit, 12);
    // Anybody checks it, without a node and in three languages.
    let words = [("en", "TWO LOGS"), ("ru", "ДВА ЖУРНАЛА"), ("kk", "ЕКІ ЖУРНАЛ")];
    for (language, word) in words {
        let read =
            call(&["evidence", "verify", file, "-p", &desk.path("policy.txt"), "--lang", language]);
        assert_eq!(read.exit, 0, "{}", read.stderr);
        assert!(read.stdout.contains(word), "{}", read.stdout);
    }
    let value = json(&desk.call(&["evidence", "verify", file, "--json"]));
    assert_eq!((&value["verdict"], &value["exceeds"]), (&"authentic".into(), &true.into()));
    assert_eq!(value["sizes"], serde_json::json!([9, 12]));
    assert_eq!(value["cosigners"][0]["name"], "v1");
    let shown = call(&["evidence", "show", file]);
    assert_eq!(shown.exit, 0);
    assert_eq!(shown.stdout.matches("signed both: ").count(), 3, "{}", shown.stdout);
    // Only a person begins anew.
    assert_eq!(desk.call(&["checkpoint", "forget"]).exit, 2);
    assert_eq!(desk.call(&["checkpoint", "forget", "--yes"]).exit, 0);
    assert_eq!(desk.compare(&[]).exit, 0);
}

#[test]
fn evidence_that_is_changed_or_of_strangers_accuses_nobody() {
    let desk = Desk::new();
    let policy = vectors("evidence/policy.txt").display().to_string();
    let lines = std::fs::read_to_string(vectors("evidence/evidence.jsonl")).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let text = first["evidence"].as_str().unwrap();
    let file = desk.path("fork.tamga-evidence");
    let verify = |text: &str, policy: &str| {
        std::fs::write(&file, text).unwrap();
        call(&["evidence", "verify", &file, "-p", policy])
    };
    assert_eq!(verify(text, &policy).exit, 0);
    let (head, notes) = text.split_once("\n\n").unwrap();
    let end = notes.match_indices("\n\n").nth(1).unwrap().0 + 1;
    let twice = format!("{head}\n\n{}\n{}", &notes[..end], &notes[..end]);
    assert_eq!(verify(&twice, &policy).exit, 3);
    let other = verify(text, &desk.path("policy.txt"));
    assert_eq!(other.exit, 4, "{}", other.stdout);
    assert!(other.stdout.contains("neither that it is true nor that it is false"));
    assert_eq!(verify("tamga-evidence/v2\n", &policy).exit, 4);
    assert_eq!(call(&["evidence", "verify", "absent", "-p", &policy]).exit, 5);
}

#[test]
fn a_contradiction_is_evidence_of_one_key() {
    let desk = Desk::new();
    let lines = std::fs::read_to_string(vectors("contradiction/contradiction.jsonl")).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let file = desk.path("key.tamga-contradiction");
    std::fs::write(&file, first["contradiction"].as_str().unwrap()).unwrap();
    let policy = vectors("evidence/policy.txt").display().to_string();
    let read = call(&["evidence", "verify", &file, "-p", &policy]);
    assert_eq!(read.exit, 0, "{}", read.stdout);
    assert!(read.stdout.contains("THE LEDGER STANDS"), "{}", read.stdout);
}

#[test]
fn what_goes_wrong_ends_as_the_contract_says() {
    let desk = Desk::new();
    let (old, new) = (log(5, 0), log(9, 0));
    let both = |log: &ServedLog, by: &[&str], age_s| {
        desk.nodes.iter().for_each(|node| serve(log, node, by, age_s));
    };
    both(&new, &ALL, 5);
    assert_eq!(desk.compare(&[]).exit, 0);
    let node = |at: usize| ["--node", desk.nodes[at].url()];
    // One node that is not there is a warning, none is the end.
    let absent = ["--node", "http://127.0.0.1:9"];
    let some = desk.compare(&[node(0), absent].concat());
    assert_eq!(some.exit, 0, "{}", some.stderr);
    assert!(some.stdout.contains("! 127.0.0.1:9"), "{}", some.stdout);
    assert_eq!(desk.compare(&absent).exit, 6);
    both(&new, &ALL, 301);
    let stale = desk.compare(&[]);
    assert_eq!(stale.exit, 4);
    assert!(stale.stdout.contains("5 min old: what happened since"), "{}", stale.stdout);
    assert_eq!(desk.compare(&["--max-age", "400"]).exit, 0);
    both(&new, &["v0", "v1"], 5);
    assert_eq!(desk.compare(&[]).exit, 3, "two of four are no quorum");
    both(&new, &ALL, 5);
    serve(&old, &desk.nodes[1], &ALL, 5);
    let back = desk.compare(&[]);
    assert_eq!(back.exit, 3);
    assert!(back.stdout.contains("went back: it showed 10 entries"), "{}", back.stdout);
    assert_eq!(desk.compare(&["--follow", "--json"]).exit, 2);
    assert_eq!(desk.compare(&["--interval", "5"]).exit, 2);
    assert_eq!(desk.compare(&["--url", "http://a", "--node", "http://b"]).exit, 2);
    assert_eq!(desk.compare(&["--url", desk.nodes[0].url()]).stdout.lines().count(), 3);
}

#[test]
fn what_was_kept_is_never_begun_anew_silently() {
    let desk = Desk::new();
    desk.nodes.iter().for_each(|node| serve(&log(5, 0), node, &ALL, 5));
    assert_eq!(desk.compare(&[]).exit, 0);
    let whole = std::fs::read(desk.kept()).unwrap();
    std::fs::write(desk.kept(), &whole[..whole.len() / 2]).unwrap();
    let torn = desk.compare(&[]);
    assert_eq!(torn.exit, 4);
    assert!(torn.stderr.contains("tamga checkpoint forget --yes"), "{}", torn.stderr);
    std::fs::write(desk.kept(), &whole).unwrap();
    assert_eq!(desk.compare(&[]).exit, 0);
    // Without a place to keep anything nothing can be noticed, and that is told.
    let policy = desk.path("policy.txt");
    let homeless = call(&["checkpoint", "compare", "--node", desk.nodes[0].url(), "-p", &policy]);
    assert_eq!(homeless.exit, 2);
    assert!(homeless.stderr.contains("XDG_STATE_HOME"), "{}", homeless.stderr);
}

#[test]
fn following_goes_on_until_it_is_interrupted() {
    let desk = Desk::new();
    desk.nodes.iter().for_each(|node| serve(&log(5, 0), node, &ALL, 5));
    let rounds = desk.compare(&["--follow", "--count", "3", "--interval", "1"]);
    assert_eq!(rounds.exit, 0, "{}", rounds.stderr);
    // Two nodes at first, then the log alone while all is well.
    assert_eq!(rounds.stdout.matches("up to date").count(), 2, "{}", rounds.stdout);
    assert_eq!(rounds.stdout.matches("signed by").count(), 3, "{}", rounds.stdout);
    let (policy, state) = (desk.path("policy.txt"), desk.path("state"));
    let world = World::with(&[
        ("TAMGA_URL", desk.nodes[0].url()),
        ("TAMGA_POLICY", &policy),
        ("XDG_STATE_HOME", &state),
    ]);
    world.interrupted.store(true, Ordering::Relaxed);
    assert_eq!(world.call(&["checkpoint", "compare", "--follow"]).exit, 130);
}

/// A record of a demo key.
pub(super) fn submission(nonce: u8) -> Submission {
    let key = SigningKey::from_seed(seed("authority"));
    let record = Record {
        key_id: key.public().key_id(),
        issuer: Subject::registered(Role::Organisation, "x"),
        subject: Subject::registered(Role::Case, "x"),
        audience: ORIGIN.to_owned(),
        kind: 201,
        version: 1,
        nonce: [nonce; 16],
        event_time: NOW,
        valid_until: NOW,
        subjects: Vec::new(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields: Vec::new(),
        body: None,
    };
    Submission::new(record.sign(&key).unwrap(), None).unwrap()
}

#[test]
fn a_proof_of_another_log_than_the_one_seen_is_refused() {
    let desk = Desk::new();
    let (mut ours, mut theirs) = (log(3, 0), log(3, 0));
    ours.commit(&[submission(3)], NOW);
    theirs.commit(&[submission(3)], UnixMillis(NOW.0 + 1));
    let receipt = desk.path("a.tamga-receipt");
    let subject = Subject::registered(Role::Case, "x");
    let path = format!("/v1/subjects/{subject}/proof");
    let show = |log: &ServedLog| {
        serve(log, &desk.nodes[0], &ALL, 5);
        desk.nodes[0].answer(&path, 200, log.absence(subject).encode());
        std::fs::write(&receipt, log.receipt_of(0).encode()).unwrap();
    };
    let commands = [vec!["verify", &receipt, "--online"], vec!["status", "case#x"]];
    for command in &commands {
        show(&ours);
        assert_eq!(desk.call(command).exit, 0, "{}", desk.call(command).stderr);
        // The log grows, and the old proof still holds.
        let mut grown = ours.clone();
        grow(&mut grown, 4, 0);
        serve(&grown, &desk.nodes[0], &ALL, 5);
        let online = desk.call(command);
        assert_eq!(online.exit, 0, "{}", online.stderr);
        show(&theirs);
        let refused = desk.call(command);
        assert_eq!(refused.exit, 12, "{}{}", refused.stdout, refused.stderr);
        assert!(refused.stderr.contains("two logs of one name"), "{}", refused.stderr);
        assert_eq!(desk.call(&["checkpoint", "forget", "--yes"]).exit, 0);
    }
    // Who keeps nothing is told what the proof alone says.
    let (policy, url) = (desk.path("policy.txt"), desk.nodes[0].url());
    let env = [("TAMGA_URL", url), ("TAMGA_POLICY", policy.as_str())];
    assert_eq!(call_with(&["status", "case#x"], &env).exit, 0);
    assert_eq!(call_with(&["verify", &receipt, "--online"], &env).exit, 2);
}
