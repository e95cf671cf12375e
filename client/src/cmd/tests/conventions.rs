//! What holds for every command: exit codes, forms of output, colours, flags, settings, manual pages.

use serde_json::{Value, json};
use tamga_state::codes::Code;

use super::*;
use crate::testing::{FakeLedger, ORIGIN, genesis, seed};

/// A ledger that answers as told, and what is needed to submit a record to it.
struct Desk {
    dir: tempfile::TempDir,
    ledger: FakeLedger,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        write("policy.txt", genesis().0.policy.encode());
        write("a.key", crate::keyfile::seal(&seed("a"), "horse", 2).unwrap());
        let case = format!("case:{}", "A".repeat(43));
        let draft = json!({
            "kind": "E05", "case": case, "issuer": "officer#16", "fields": { "reason": "URGENCY" },
        });
        write("draft.json", draft.to_string());
        Self { dir, ledger: FakeLedger::start() }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn call(&self, args: &[&str]) -> Call {
        let (policy, key) = (self.path("policy.txt"), self.path("a.key"));
        let env = [
            ("TAMGA_URL", self.ledger.url()),
            ("TAMGA_POLICY", &policy),
            ("TAMGA_KEY", &key),
            ("TAMGA_PASSPHRASE", "horse"),
        ];
        call_with(args, &env)
    }

    fn submit(&self, options: &[&str]) -> Call {
        self.call(&[&["submit", &self.path("draft.json")], options].concat())
    }
}

/// A history of two records, one of them not final.
fn history() -> String {
    let event = |number: u64, status: &str| {
        json!({
            "number": number, "record_id": format!("{number:064}"), "status": status, "kind": "E01",
            "name": "x", "event_time": "2026-03-12T08:58:00Z", "recorded_at": "2026-03-12T09:00:00Z",
            "index": number, "height": 1,
        })
    };
    let data = [event(0, "final"), event(1, "ordered")];
    json!({ "data": data, "page": { "has_more": false } }).to_string()
}

/// What a node says of a submission that it would take.
fn validated(known: bool) -> String {
    json!({ "record_id": "1".repeat(64), "known": known }).to_string()
}

fn feed() -> String {
    let event = |index: u64| json!({ "index": index, "height": 1, "kind": "E01" });
    json!({ "data": [event(1), event(2)], "page": { "next": "2", "has_more": true } }).to_string()
}

#[test]
fn the_exit_codes_are_those_of_the_contract() {
    let desk = Desk::new();
    let receipt = std::fs::read(vectors("receipt/plain.tamga-receipt")).unwrap();
    let accepted = json!({
        "record_id": "00", "status": "accepted", "valid_until": "2026-11-02T00:00:00Z", "links": {},
    });
    let at = "/v1/records";
    desk.ledger.answer(at, 201, receipt);
    assert_eq!(desk.submit(&[]).exit, 0);
    desk.ledger.answer(at, 202, accepted.to_string());
    assert_eq!(desk.submit(&[]).exit, 10);
    assert_eq!(desk.submit(&["--wait", "accepted"]).exit, 0);
    for (code, exit) in [
        (Code::Internal, 1),
        (Code::NotFound, 5),
        (Code::PoolFull, 6),
        (Code::RateLimited, 6),
        (Code::Unauthenticated, 7),
        (Code::RoleForbidden, 7),
        (Code::StageNotAllowed, 8),
        (Code::PersonalDataSuspected, 8),
        (Code::SequenceConflict, 9),
        (Code::Duplicate, 9),
    ] {
        desk.ledger.refuse(at, code);
        let call = desk.submit(&[]);
        assert_eq!(call.exit, exit, "{code}: {}", call.stderr);
        assert!(call.stderr.trim_end().ends_with(&format!("(tamga explain {code})")));
    }
    // No problem document: the answer is not understood, or a gateway speaks for a node that is not there.
    for (status, exit) in [(200, 4), (418, 4), (502, 6), (503, 6)] {
        desk.ledger.answer("/v1/cases", status, "<html>");
        let call = desk.call(&["case", "history", &"0".repeat(64)]);
        assert_eq!(call.exit, exit, "{status}: {}", call.stderr);
    }
    assert_eq!(desk.call(&["receipt", "show", &desk.path("absent")]).exit, 5);
    assert_eq!(desk.call(&["keygen", "--out", &desk.path("a.key")]).exit, 2);
    assert_eq!(desk.call(&["key", "show", &desk.path("policy.txt")]).exit, 2);
}

/// Calls of every kind of result, with the number of items that each has.
fn calls(desk: &Desk) -> Vec<(Vec<String>, usize)> {
    desk.ledger.answer("/v1/cases", 200, history());
    desk.ledger.answer("/v1/events", 200, feed());
    let receipt = vectors("receipt/plain.tamga-receipt");
    desk.ledger.answer("/v1/records", 201, std::fs::read(&receipt).unwrap());
    desk.ledger.answer("/v1/records:validate", 200, validated(false));
    let (receipt, vector_policy) =
        (receipt.display().to_string(), vectors("receipt/policy.txt").display().to_string());
    let (key, draft, case, id) =
        (desk.path("a.key"), desk.path("draft.json"), "0".repeat(64), "1".repeat(64));
    let folder = desk.path("");
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    vec![
        (words(&["version"]), 1),
        (words(&["explain", "4120"]), 1),
        (words(&["key", "show", &key]), 1),
        (words(&["key", "list", "--dir", &folder]), 1),
        (words(&["config", "show"]), 12),
        (words(&["config", "show", "--origin"]), 12),
        (words(&["receipt", "show", &receipt]), 1),
        (words(&["receipt", "get", &id]), 1),
        (words(&["submit", &draft]), 1),
        (words(&["submit", &draft, "--dry-run"]), 1),
        (words(&["verify", &receipt, &receipt, "-p", &vector_policy]), 2),
        (words(&["case", "history", &case]), 2),
    ]
}

#[test]
fn json_is_one_object_and_ndjson_one_per_line_each_with_its_schema() {
    let desk = Desk::new();
    for (args, items) in calls(&desk) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        for flag in ["--json", "--ndjson"] {
            let call = desk.call(&[&args[..], &[flag]].concat());
            assert_eq!(call.exit, 0, "{args:?}: {}", call.stderr);
            let objects: Vec<Value> =
                call.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let command = args.iter().take(2).copied().collect::<Vec<_>>().join(".");
            for object in &objects {
                let schema = object["schema"].as_str().unwrap();
                let name = schema.strip_prefix("tamga.cli.").unwrap().strip_suffix("/1").unwrap();
                let first = name.split('.').next().unwrap();
                assert!(command.starts_with(first), "{command}: {schema}");
            }
            if flag == "--json" {
                assert_eq!(objects.len(), 1, "{args:?}: {}", call.stdout);
            } else {
                assert!(objects.len() >= items, "{args:?}: {}", call.stdout);
            }
        }
    }
}

#[test]
fn plain_lines_have_the_same_columns_and_no_colours() {
    let desk = Desk::new();
    for (args, items) in calls(&desk) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let call = desk.call(&[&args[..], &["--plain", "--color", "always"]].concat());
        assert_eq!(call.exit, 0, "{args:?}: {}", call.stderr);
        let lines: Vec<&str> = call.stdout.lines().collect();
        assert_eq!(lines.len(), items, "{args:?}: {}", call.stdout);
        let columns = |line: &str| line.matches('\t').count();
        assert!(lines.iter().all(|line| columns(line) == columns(lines[0])), "{}", call.stdout);
        assert!(!call.stdout.contains('\u{1b}'), "{args:?}");
        let quiet = desk.call(&[&args[..], &["-q"]].concat());
        assert_eq!(quiet.stdout.lines().count(), items, "{args:?}: {}", quiet.stdout);
        assert_eq!(quiet.stderr, "", "{args:?}");
    }
}

#[test]
fn a_stream_has_one_line_per_item_in_every_form_but_one_object() {
    let desk = Desk::new();
    desk.ledger.answer("/v1/events", 200, feed());
    desk.ledger.answer("/v1/cases", 200, history());
    let case = "0".repeat(64);
    for args in [&["watch", "--count", "2"][..], &["watch", &case, "--count", "2"]] {
        for form in ["--ndjson", "--plain", "-q", "--color=never"] {
            let call = desk.call(&[args, &[form]].concat());
            assert_eq!((call.exit, call.stdout.lines().count()), (0, 2), "{form}: {}", call.stderr);
        }
        assert_eq!(desk.call(&[args, &["--json"]].concat()).exit, 2);
    }
    // A case is followed from the record after the one named.
    let call = desk.call(&["watch", &case, "--after", "0", "--count", "1", "--plain"]);
    assert!(call.stdout.starts_with("1\tE01\t"), "{}", call.stdout);
}

#[test]
fn a_stream_that_breaks_tells_how_to_go_on() {
    let desk = Desk::new();
    desk.ledger.answer("/v1/events?wait=30&after=2", 502, "");
    desk.ledger.answer("/v1/events?wait=30", 200, feed());
    let call = desk.call(&["watch"]);
    assert_eq!((call.exit, call.stdout.lines().count()), (6, 2), "{}", call.stdout);
    assert!(call.stderr.contains("tamga watch --after 2"), "{}", call.stderr);
}

#[test]
fn colours_are_for_terminals_and_can_be_switched() {
    let receipt = vectors("receipt/plain.tamga-receipt").display().to_string();
    let policy = vectors("receipt/policy.txt").display().to_string();
    for (terminal, env, flag, coloured) in [
        (true, "", "auto", true),
        (false, "", "auto", false),
        (true, "1", "auto", false),
        (true, "", "never", false),
        (false, "", "always", true),
        (true, "1", "always", true),
    ] {
        let world = World { terminal, ..World::with(&[("NO_COLOR", env)]) };
        let call = world.call(&["verify", &receipt, "-p", &policy, "--color", flag]);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        let found = call.stdout.contains('\u{1b}');
        assert_eq!(found, coloured, "terminal {terminal}, NO_COLOR {env:?}, --color {flag}");
    }
}

#[test]
fn a_flag_that_would_be_ignored_is_an_error() {
    let desk = Desk::new();
    let draft = desk.path("draft.json");
    let signed = desk.path("signed");
    desk.ledger.answer("/v1/records:validate", 200, validated(false));
    assert_eq!(desk.submit(&["--dry-run", "--keep", &signed]).exit, 0);
    let receipt = vectors("receipt/plain.tamga-receipt").display().to_string();
    let policy = vectors("receipt/policy.txt").display().to_string();
    let case = "0".repeat(64);
    for args in [
        &["submit", &draft, "--wait", "accepted", "--receipt-out", "x"][..],
        &["submit", &draft, "--wait", "accepted", "--timeout", "5"],
        &["submit", &draft, "--dry-run", "--receipt-out", "x"],
        &["submit", &draft, "--dry-run", "--wait", "final"],
        &["submit", &signed, "--key", "x"],
        &["submit", &signed, "--valid-for", "60"],
        &["import", "x", "--map", "y", "--genesis", "z"],
        &["import", "x", "--map", "y", "--dry-run", "--timeout", "5"],
        &["import", "x", "--map", "y", "--passphrase-file", "z"],
        &["verify", &receipt, "-p", &policy, "--record", &draft],
        &["case", "history", &case, "--policy", &policy],
        &["watch", &case, "--after", "first"],
        &["watch", "--json"],
        &["completions", "bash", "--json"],
        &["version", "--json", "--plain"],
        &["version", "-q", "--ndjson"],
    ] {
        let call = desk.call(args);
        assert_eq!(call.exit, 2, "{args:?}: {}", call.stderr);
        // With JSON the error is an object; nothing else is printed.
        assert!(call.stdout.lines().all(|line| line.contains("tamga.cli.error/1")), "{args:?}");
    }
}

#[test]
fn settings_are_shown_with_their_origins_and_secrets_are_not() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("tamga")).unwrap();
    let file = dir.path().join("tamga").join("config.toml");
    std::fs::write(&file, "key = \"k\"\n[profile.test]\nurl = \"http://test\"\n").unwrap();
    let env = [
        ("XDG_CONFIG_HOME", dir.path().to_str().unwrap()),
        ("TAMGA_TOKEN", "very secret"),
        ("TAMGA_LANG", "ru"),
    ];
    let args = ["config", "show", "--origin", "--profile", "test"];
    let call = call_with(&args, &env);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    for (setting, value, origin) in [
        ("url", "http://test", "профиль test"),
        ("key", "k", "файл"),
        ("token", "не показывается", "TAMGA_TOKEN"),
        ("lang", "ru", "TAMGA_LANG"),
        ("policy", "не задано", ""),
        ("profile", "test", "--profile"),
    ] {
        let line = call.stdout.lines().find(|line| line.starts_with(setting)).unwrap();
        assert!(line.contains(value) && line.contains(origin), "{line}");
    }
    let json = call_with(&[&args[..], &["--json"]].concat(), &env);
    assert!(!json.stdout.contains("very secret"));
    let whole: Value = serde_json::from_str(&json.stdout).unwrap();
    let url = whole["settings"].as_array().unwrap().iter().find(|line| line["setting"] == "url");
    assert_eq!(url.unwrap()["origin"], format!("{}#profile.test", file.display()));
}

#[test]
fn every_command_has_a_manual_page_and_completions() {
    let dir = tempfile::tempdir().unwrap();
    let call = call(&["man", "--out", dir.path().to_str().unwrap()]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    for name in ["tamga", "tamga-import", "tamga-verify", "tamga-case-history", "tamga-config-show"]
    {
        let page = std::fs::read_to_string(dir.path().join(format!("{name}.1"))).unwrap();
        assert!(page.contains(".TH"), "{name}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = super::call(&["completions", shell]).stdout;
        assert!(script.contains("receipt-out"), "{shell}");
    }
    let absent = dir.path().join("absent").display().to_string();
    assert_ne!(super::call(&["man", "--out", &absent]).exit, 0);
}

#[test]
fn a_dry_run_of_a_record_says_whether_the_rules_were_asked() {
    let desk = Desk::new();
    desk.ledger.answer("/v1/records:validate", 200, validated(false));
    let asked: Value = serde_json::from_str(&desk.submit(&["--dry-run", "--json"]).stdout).unwrap();
    assert_eq!(asked["rules_checked"], true);
    let (policy, key) = (desk.path("policy.txt"), desk.path("a.key"));
    let env =
        [("TAMGA_POLICY", policy.as_str()), ("TAMGA_KEY", &key), ("TAMGA_PASSPHRASE", "horse")];
    let call = call_with(&["submit", &desk.path("draft.json"), "--dry-run", "--json"], &env);
    let alone: Value = serde_json::from_str(&call.stdout).unwrap();
    assert_eq!(alone["rules_checked"], false);
    assert!(ORIGIN.ends_with("-devnet"));
}

#[test]
fn a_dry_run_of_a_record_that_is_recorded_or_waits_already_says_so() {
    let desk = Desk::new();
    desk.ledger.answer("/v1/records:validate", 200, validated(true));
    let operation = |status: &str, index: Option<u64>| {
        let id = "1".repeat(64);
        json!({ "record_id": id, "status": status, "index": index, "links": {} }).to_string()
    };
    for (status, index, said) in [
        ("final", Some(17), "already recorded at index 17: "),
        ("ordered", Some(17), "already recorded at index 17: "),
        ("accepted", None, "waits already: "),
    ] {
        desk.ledger.answer("/v1/operations", 200, operation(status, index));
        let call = desk.submit(&["--dry-run"]);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        assert!(call.stdout.starts_with(said), "{status}: {}", call.stdout);
        let json: Value =
            serde_json::from_str(&desk.submit(&["--dry-run", "--json"]).stdout).unwrap();
        assert_eq!((&json["known"], &json["status"]), (&json!(true), &json!(status)));
        assert_eq!(json["index"], json!(index));
    }
    desk.ledger.answer("/v1/records:validate", 200, validated(false));
    assert!(desk.submit(&["--dry-run"]).stdout.starts_with("would be accepted: "));
}

#[test]
fn what_goes_wrong_is_told_in_the_language_of_the_call() {
    let desk = Desk::new();
    let write = |name: &str, text: &str| {
        std::fs::write(desk.dir.path().join(name), text).unwrap();
        desk.path(name)
    };
    let table = write("table.csv", "case\n1\n");
    let mapping =
        write("mapping.toml", &crate::testing::MAPPING.replace("version = 1", "version = 2"));
    let good = write("good.toml", crate::testing::MAPPING);
    let broken = write("broken.json", "{\"case\": 5}");
    let torn = write("torn.key", "tamga-key/v2\n\n");
    let absent = desk.path("absent");
    let (receipt, policy) = (
        vectors("receipt/index-of-another-leaf.tamga-receipt").display().to_string(),
        vectors("receipt/policy.txt").display().to_string(),
    );
    let calls: &[&[&str]] = &[
        &["fly"],
        &["verify"],
        &["verify", "--nonsense"],
        &["import", "x"],
        &["import", "x", "--map", "y", "--batch", "0"],
        &["verify", "x", "--color", "pink"],
        &["verify", &absent],
        &["verify", &receipt, "-p", &policy],
        &["verify", &table, "-p", &policy],
        &["verify", &table, "-p", &absent],
        &["verify", &table, "-p", &table],
        &["key", "show", &absent],
        &["key", "show", &torn],
        &["submit", &broken],
        &["import", &table, "--map", &mapping],
        &["import", &table, "--map", &good],
        &["case", "history", "nonsense"],
        &["watch", "--json"],
        &["explain", "TMG-0000"],
        &["config", "show", "--profile", "none"],
        &["version", "--plain", "--json"],
    ];
    for language in ["kk", "ru"] {
        for args in calls {
            let call = desk.call(&[args, &["--lang", language][..]].concat());
            assert_ne!(call.exit, 0, "{args:?}");
            let lines = call.stdout.lines().chain(call.stderr.lines());
            for line in lines.filter(|line| !line.contains("(tamga explain")) {
                let cyrillic = line.chars().any(|c| ('\u{400}'..'\u{500}').contains(&c));
                assert!(cyrillic, "{language} {args:?}: {line}");
            }
        }
    }
}
