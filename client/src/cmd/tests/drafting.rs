//! From files of the royalty trade to records: works and usage drafted, ready drafts imported.

use serde_json::{Value, json};
use tamga_state::catalogue::Kind;

use super::*;
use crate::testing::{FakeLedger, OKUP, RADIO, devnet};

const CWR: &str = "CW220001000_DMP.V21";
const STATEMENT: &str = "royaltystatement.csv";
const ONE: &str = "rightsholder:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const TWO: &str = "rightsholder:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

/// A folder with the samples and a devnet's keys, and a ledger to record in.
struct Desk {
    dir: tempfile::TempDir,
    ledger: FakeLedger,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        devnet(dir.path());
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for name in [CWR, STATEMENT] {
            std::fs::copy(data.join(name), dir.path().join(name)).unwrap();
        }
        let desk = Self { dir, ledger: FakeLedger::start() };
        desk.write("parties.csv", &format!("number,rightsholder\nP000001,{ONE}\nW000001,{TWO}\n"));
        desk
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn call(&self, args: &[&str]) -> Call {
        let devnet = self.path("devnet");
        call_with(args, &[("TAMGA_URL", self.ledger.url()), ("TAMGA_DEVNET", &devnet)])
    }

    /// Reads the sample's works and drafts them.
    fn drafted(&self, options: &[&str]) -> Call {
        let (file, works) = (self.path(CWR), self.path("works.ndjson"));
        assert_eq!(self.call(&["works", "read", &file, "--out", &works]).exit, 11);
        let (parties, out) = (self.path("parties.csv"), self.path("drafts.ndjson"));
        let args = [
            "works",
            "draft",
            &works,
            "--okup",
            OKUP,
            "--parties",
            &parties,
            "--valid-from",
            "2026-01-01",
            "--event-time",
            "2026-10-30T09:00:00Z",
            "--document",
            &file,
            "--out",
            &out,
        ];
        self.call(&[&args[..], options].concat())
    }

    fn import(&self, file: &str, options: &[&str]) -> (u8, Value) {
        let file = self.path(file);
        let args = ["import", &file, "--drafts", "--sign", "okup", "--json", "--progress", "none"];
        let call = self.call(&[&args[..], options].concat());
        let line = call.stdout.lines().next().unwrap_or_else(|| panic!("{}", call.stderr));
        (call.exit, serde_json::from_str(line).unwrap())
    }

    fn used(&self, folder: &str, options: &[&str]) -> Call {
        let (file, uses) = (self.path(STATEMENT), self.path("uses.ndjson"));
        self.write(
            "map.toml",
            "version = 1\n[fields]\ntitle = { text = \"{Work Title}\" }\nwork = { text = \"{Work ID}\" }\n\
             right_category = { text = \"{Right Type}\" }\namount = { money = \"Amount\" }\ncurrency = { text = \"KZT\" }\n",
        );
        let map = self.path("map.toml");
        let read = self.call(&["usage", "read", &file, "--mapping", &map, "--out", &uses]);
        assert_eq!(read.exit, 0, "{}", read.stdout);
        let (works, out) = (self.path("drafts.ndjson.works.csv"), self.path(folder));
        let args = [
            "usage",
            "draft",
            &uses,
            "--okup",
            OKUP,
            "--user",
            RADIO,
            "--works",
            &works,
            "--source",
            "REPORT",
            "--first-day",
            "2026-01-01",
            "--last-day",
            "2026-01-31",
            "--out",
            &out,
        ];
        self.call(&[&args[..], options].concat())
    }
}

fn counts(summary: &Value) -> [u64; 4] {
    ["rows", "recorded", "already_recorded", "refused"].map(|name| summary[name].as_u64().unwrap())
}

#[test]
fn the_sample_of_works_is_recorded_as_drafted_and_a_second_run_finds_it_recorded() {
    let desk = Desk::new();
    let call = desk.drafted(&["--json"]);
    assert_eq!(call.exit, 0, "{}{}", call.stdout, call.stderr);
    let told: Value = serde_json::from_str(&call.stdout).unwrap();
    assert_eq!(
        (&told["drafts"], &told["works"], &told["incomplete"], &told["errors"]),
        (&8.into(), &2.into(), &0.into(), &Value::Null)
    );
    // A dry run sees the works that the run itself would register, however small its batches.
    for batch in ["1", "3", "200"] {
        let (exit, dry) = desk.import("drafts.ndjson", &["--dry-run", "--batch", batch]);
        assert_eq!((exit, counts(&dry)), (0, [8, 8, 0, 0]), "{dry}");
    }
    assert_eq!(desk.ledger.recorded(), 0);
    let (exit, first) = desk.import("drafts.ndjson", &["--batch", "3"]);
    assert_eq!((exit, counts(&first)), (0, [8, 8, 0, 0]), "{first}");
    assert_eq!((&first["kinds"]["R01"], &first["kinds"]["R02"]), (&2.into(), &6.into()));
    let (exit, second) = desk.import("drafts.ndjson", &["--resume"]);
    assert_eq!((exit, counts(&second)), (0, [8, 0, 8, 0]), "{second}");
    assert_eq!(desk.ledger.recorded(), 8);
    desk.ledger.saw_one_form_of_each_record();
    // What is recorded is what was drafted.
    for (line, taken) in desk.text("drafts.ndjson").lines().zip(desk.ledger.taken()) {
        let draft: Value = serde_json::from_str(line).unwrap();
        let record = taken.record().record();
        assert_eq!(Kind::from_number(record.kind).unwrap().info().code, draft["kind"]);
        let subject = parse_subject(draft["subject"].as_str().unwrap()).unwrap();
        assert_eq!(record.subject, subject);
    }
}

#[test]
fn a_refused_draft_is_corrected_in_the_errors_file_and_recorded() {
    let desk = Desk::new();
    desk.drafted(&[]);
    let whole = desk.text("drafts.ndjson");
    let broken = whole.replacen("\"COMPLETE\"", "\"INCOMPLETE\"", 1);
    desk.write("drafts.ndjson", &format!("{broken}{{\"kind\":\"R01\"}}\n"));
    let (exit, summary) = desk.import("drafts.ndjson", &[]);
    assert_eq!((exit, counts(&summary)), (11, [9, 7, 0, 2]), "{summary}");
    let errors = desk.text("drafts.ndjson.errors.csv");
    assert!(errors.starts_with("draft,row_key,error_code,error,hint\n"), "{errors}");
    assert!(errors.contains("R02/work#MK000003.PR/1"), "{errors}");
    assert!(errors.contains("missing field"), "{errors}");
    // The second row is given up, the first corrected.
    let rows: Vec<&str> = errors.lines().take(2).collect();
    desk.write("drafts.ndjson.errors.csv", &rows.join("\n").replace("INCOMPLETE", "COMPLETE"));
    let (exit, summary) = desk.import("drafts.ndjson.errors.csv", &[]);
    assert_eq!((exit, counts(&summary)), (0, [1, 1, 0, 0]), "{summary}");
    assert_eq!(desk.ledger.recorded(), 8);
    desk.ledger.saw_one_form_of_each_record();
}

#[test]
fn a_draft_that_was_recorded_and_then_changed_is_held_back() {
    let desk = Desk::new();
    desk.drafted(&[]);
    desk.import("drafts.ndjson", &[]);
    let changed = desk.text("drafts.ndjson").replacen("2026-10-30", "2026-10-31", 1);
    desk.write("drafts.ndjson", &changed);
    let (exit, summary) = desk.import("drafts.ndjson", &[]);
    assert_eq!((exit, counts(&summary)), (11, [8, 0, 7, 1]), "{summary}");
    assert!(desk.text("drafts.ndjson.errors.csv").contains("TMG-6021"));
    // Spaces and the order of fields are no change.
    let spaced: String = desk
        .text("drafts.ndjson")
        .lines()
        .map(|line| {
            let draft: Value = serde_json::from_str(line).unwrap();
            format!(
                "{}\n",
                draft.to_string().replace("\":", "\" : ").replace("2026-10-31", "2026-10-30")
            )
        })
        .collect();
    desk.write("drafts.ndjson", &spaced);
    assert_eq!(counts(&desk.import("drafts.ndjson", &[]).1), [8, 0, 8, 0]);
}

#[test]
fn what_stays_out_of_the_drafts_is_told_in_every_language() {
    let desk = Desk::new();
    desk.write("parties.csv", &format!("number,rightsholder\nP000001,{ONE}\n"));
    for (language, words) in
        [("en", "stay out: PR 5000"), ("ru", "не вошли: PR 5000"), ("kk", "кірмеді: PR 5000")]
    {
        let call = desk.drafted(&["--lang", language]);
        assert_eq!(call.exit, 11, "{}", call.stderr);
        assert!(call.stdout.contains(words), "{}", call.stdout);
        assert!(desk.text("drafts.ndjson.errors.csv").contains(words));
    }
    let (exit, summary) = desk.import("drafts.ndjson", &[]);
    assert_eq!((exit, counts(&summary)), (0, [8, 8, 0, 0]), "{summary}");
}

#[test]
fn wrong_calls_of_drafting_are_refused() {
    let desk = Desk::new();
    assert_eq!(desk.drafted(&[]).exit, 0);
    let cases = [
        (&["--okup", "591240000249"][..], 2),
        (&["--valid-from", "01.01.2026"], 2),
        (&["--event-time", "yesterday"], 2),
        (&["--work-kind", "SONG"], 2),
        (&["--number", "mine"], 2),
    ];
    for (options, exit) in cases {
        let works = desk.path("works.ndjson");
        let (parties, out) = (desk.path("parties.csv"), desk.path("other.ndjson"));
        let mut args = vec!["works", "draft", &works, "--parties", &parties, "--out", &out];
        for (flag, value) in [("--okup", OKUP), ("--valid-from", "2026-01-01")] {
            if !options.contains(&flag) {
                args.extend([flag, value]);
            }
        }
        let call = desk.call(&[&args, options].concat());
        assert_eq!((call.exit, call.stdout.as_str()), (exit, ""), "{options:?}: {}", call.stderr);
        assert!(!desk.dir.path().join("other.ndjson").exists());
    }
    // No file that is read is written over.
    let before = desk.text("parties.csv");
    let parties = desk.path("parties.csv");
    let works = desk.path("works.ndjson");
    let out = ["works", "draft", &works, "--okup", OKUP, "--parties", &parties, "--out", &parties];
    let calls = [
        desk.drafted(&["--errors", &parties]),
        desk.drafted(&["--list", &parties]),
        desk.call(&[&out[..], &["--valid-from", "2026-01-01"]].concat()),
    ];
    for call in calls {
        assert_eq!(call.exit, 2);
        assert!(call.stderr.contains("another file of this call"), "{}", call.stderr);
        assert_eq!(desk.text("parties.csv"), before);
    }
    let drafts = desk.path("drafts.ndjson");
    for args in [
        &["import", &drafts, "--drafts"][..],
        &["import", &drafts, "--sign", "okup"],
        &["import", &drafts, "--drafts", "--sign", "okup", "--map", "x"],
        &["import", &drafts, "--drafts", "--sign", "okup", "--sheet", "x"],
        &["import", &drafts],
    ] {
        assert_eq!(desk.call(args).exit, 2, "{args:?}");
    }
}

#[test]
fn usage_is_drafted_with_its_lines_and_again_with_the_same_bytes() {
    let desk = Desk::new();
    desk.drafted(&[]);
    let call = desk.used("batch", &["--json"]);
    assert_eq!(call.exit, 11, "{}{}", call.stdout, call.stderr);
    let told: Value = serde_json::from_str(&call.stdout).unwrap();
    // The number of the fourth row is that which a society gave one of the works.
    assert_eq!(
        (&told["lines"], &told["unmatched"], &told["findings"]),
        (&6.into(), &5.into(), &0.into())
    );
    let names = ["draft.json", "lines.cbor", "openings.ndjson", "unmatched.csv", "seed.json"];
    let read = |folder: &str| {
        names.map(|name| std::fs::read(Path::new(&desk.path(folder)).join(name)).unwrap())
    };
    let first = read("batch");
    assert_eq!(desk.used("batch", &[]).exit, 11);
    assert_eq!(read("batch"), first);
    assert_eq!(desk.used("other", &[]).exit, 11);
    let other = read("other");
    assert_ne!(other[1], first[1], "another folder has another seed");
    assert_eq!(other[3], first[3]);
    let draft: Value = serde_json::from_slice(&first[0]).unwrap();
    assert_eq!((&draft["kind"], &draft["subject"]), (&json!("R05"), &told["batch"]));
    assert!(!desk.dir.path().join("batch/left-out.csv").exists());
    let human = desk.used("batch", &["--lang", "ru"]).stdout;
    assert!(human.contains("Произведение не опознано: 5"), "{human}");
}

#[test]
fn works_are_known_from_an_export_of_the_ledger_too() {
    let desk = Desk::new();
    desk.drafted(&[]);
    let exported = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        let exported = json!({
            "record_id": "00".repeat(32), "index": 0, "height": 1, "recorded_at": "2026-10-31T00:00:00Z",
            "key_id": "00".repeat(32), "record": record,
        });
        format!("{exported}\n")
    };
    let export: String = desk.text("drafts.ndjson").lines().map(exported).collect();
    desk.write("export.ndjson", &export);
    desk.write(
        "uses.ndjson",
        concat!(
            "{\"line\":1,\"work_id\":\"MK000003\",\"uses\":\"2\",\"right_category\":\"MR\"}\n",
            "{\"line\":2,\"title\":\"the work\",\"creators\":[\"Testo Testic\"],\"uses\":\"3\"}\n",
        ),
    );
    let (uses, works, out) =
        (desk.path("uses.ndjson"), desk.path("export.ndjson"), desk.path("batch"));
    let call = desk.call(&[
        "usage",
        "draft",
        &uses,
        "--okup",
        OKUP,
        "--user",
        RADIO,
        "--works",
        &works,
        "--source",
        "COUNTER",
        "--category",
        "PR",
        "--first-day",
        "2026-01-01",
        "--last-day",
        "2026-01-31",
        "--out",
        &out,
    ]);
    assert_eq!(call.exit, 11, "{}{}", call.stdout, call.stderr);
    // The ledger has creators as tags alone: the title leads to a candidate and no further.
    let unmatched = desk.text("batch/unmatched.csv");
    let rows: Vec<&str> = unmatched.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "{unmatched}");
    assert!(rows[0].starts_with("2,the work,") && rows[0].ends_with(",MK000004"), "{unmatched}");
}
