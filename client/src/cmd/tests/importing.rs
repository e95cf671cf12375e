//! Imports that are interrupted, cut off, refused for want of room, and gone on with.

use serde_json::Value;
use tamga_state::codes::Code;

use super::*;
use crate::testing::{FakeLedger, Fault, MAPPING, TABLE, devnet, genesis_file};

/// Rows of the table, those with records of their own, and records that follow from these.
const ROWS: u64 = 11;
const RECORDED: u64 = 8;
const DERIVED: u64 = 4;

/// A folder with a table, its mapping and a devnet's keys, and a ledger to import into.
struct Desk {
    dir: tempfile::TempDir,
    ledger: FakeLedger,
    interrupted: Arc<AtomicBool>,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        devnet(dir.path());
        let desk = Self { dir, ledger: FakeLedger::start(), interrupted: Arc::default() };
        std::fs::write(desk.path("fines.csv"), TABLE).unwrap();
        std::fs::write(desk.path("fines.toml"), MAPPING).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn url(&self) -> Value {
        self.ledger.url().into()
    }

    fn call(&self, args: &[&str]) -> Call {
        let devnet = self.path("devnet");
        let env = [("TAMGA_URL", self.ledger.url()), ("TAMGA_DEVNET", devnet.to_str().unwrap())];
        self.interrupted.store(false, Ordering::Relaxed);
        let interrupted = Arc::clone(&self.interrupted);
        World { interrupted, ..World::with(&env) }.call(args)
    }

    /// `tamga import` of a file in this folder, two records at a time.
    fn import(&self, file: &str, options: &[&str]) -> Call {
        let (file, map) = (self.path(file), self.path("fines.toml"));
        let mut args = vec!["import", file.to_str().unwrap(), "--map", map.to_str().unwrap()];
        if !options.contains(&"--batch") {
            args.extend_from_slice(&["--batch", "2"]);
        }
        args.extend_from_slice(options);
        self.call(&args)
    }

    /// The same with its summary; what a summary must always say is asserted.
    #[track_caller]
    fn summary(&self, options: &[&str]) -> (u8, Value) {
        let call = self.import("fines.csv", &[&["--json"], options].concat());
        let line = call.stdout.lines().next().unwrap_or_else(|| panic!("{}", call.stderr));
        let summary: Value = serde_json::from_str(line).unwrap();
        let [recorded, already, skipped, refused, left] =
            ["recorded", "already_recorded", "skipped", "refused", "left"]
                .map(|name| number(&summary[name]));
        assert_eq!(number(&summary["rows"]), recorded + already + skipped + refused, "{summary}");
        assert_eq!(number(&summary["rows"]) + left, ROWS, "{summary}");
        (call.exit, summary)
    }

    /// Interrupts every import from now on after so many batches.
    fn interrupt_after(&self, batches: usize) {
        let (seen, flag) = (self.ledger.batches(), Arc::clone(&self.interrupted));
        self.ledger.after_batch(move |now| {
            if now >= seen + batches {
                flag.store(true, Ordering::Relaxed);
            }
        });
    }

    /// Asserts that a resumed import ends as one that was never disturbed would have.
    #[track_caller]
    fn is_complete(&self, summary: &Value) {
        let sum = |part: &Value| number(&part["recorded"]) + number(&part["already_recorded"]);
        assert_eq!(number(&summary["rows"]), ROWS, "{summary}");
        assert_eq!((sum(summary), sum(&summary["derived"])), (RECORDED, DERIVED), "{summary}");
        assert_eq!((number(&summary["skipped"]), number(&summary["refused"])), (1, 2), "{summary}");
        assert_eq!(self.ledger.recorded(), 12);
        self.ledger.saw_one_form_of_each_record();
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn an_import_is_recorded_and_a_second_run_finds_it_recorded() {
    let desk = Desk::new();
    let (exit, first) = desk.summary(&[]);
    assert_eq!((exit, number(&first["recorded"])), (11, RECORDED));
    desk.is_complete(&first);
    let (exit, second) = desk.summary(&["--resume"]);
    assert_eq!((exit, number(&second["already_recorded"])), (11, RECORDED));
    desk.is_complete(&second);
}

#[test]
fn an_import_interrupted_after_any_batch_goes_on_where_it_stood() {
    for batches in 1..=4 {
        let desk = Desk::new();
        let (mut recorded, mut derived, mut runs) = (0, 0, 0);
        desk.interrupt_after(batches);
        let last = loop {
            runs += 1;
            let options: &[&str] = if runs == 1 { &[] } else { &["--resume"] };
            let (exit, summary) = desk.summary(options);
            recorded += number(&summary["recorded"]);
            derived += number(&summary["derived"]["recorded"]);
            assert!(desk.path("fines.csv.manifest.json").is_file());
            if exit != 130 {
                assert_eq!((exit, &summary["interrupted"]), (11, &Value::Bool(false)));
                break summary;
            }
            assert_eq!(summary["interrupted"], true, "{summary}");
            // Each run looks at what is recorded again, so it must get further to get anywhere.
            desk.interrupt_after(batches + 2 * runs);
        };
        assert!(runs > 1, "{batches}");
        assert_eq!((recorded, derived), (RECORDED, DERIVED), "each row was counted once");
        desk.is_complete(&last);
    }
}

#[test]
fn the_printed_command_resumes_with_the_same_files_and_keys() {
    let desk = Desk::new();
    let elsewhere = desk.path("else where.json");
    let places = ["--manifest", elsewhere.to_str().unwrap(), "--timeout", "20"];
    desk.interrupt_after(1);
    let call = desk.import("fines.csv", &places);
    assert_eq!(call.exit, 130, "{}", call.stdout);
    let line = call.stdout.lines().find(|line| line.contains("tamga import")).unwrap();
    let printed = line.split_once("tamga ").unwrap().1;
    let mut args: Vec<String> = Vec::new();
    for (quoted, part) in (0..).zip(printed.split('\'')).map(|(n, part)| (n % 2 == 1, part)) {
        if quoted {
            args.push(part.to_owned());
        } else {
            args.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    desk.ledger.after_batch(|_| ());
    let args: Vec<&str> = args.iter().map(String::as_str).chain(["--json"]).collect();
    let again = desk.call(&args);
    assert_eq!(again.exit, 11, "{args:?}: {}", again.stderr);
    desk.is_complete(&serde_json::from_str(&again.stdout).unwrap());
}

#[test]
fn a_connection_that_breaks_once_is_not_noticed_in_the_counts() {
    for fault in [Fault::BreaksBefore, Fault::BreaksAfter, Fault::NotReady] {
        for healthy in 0..8 {
            let desk = Desk::new();
            desk.ledger.faults([Fault::None].repeat(healthy).into_iter().chain([fault]));
            let (exit, summary) = desk.summary(&[]);
            assert_eq!((exit, number(&summary["recorded"])), (11, RECORDED), "{summary}");
            desk.is_complete(&summary);
        }
    }
}

#[test]
fn a_connection_that_stays_broken_ends_the_run_and_the_next_goes_on() {
    for (fault, code) in [
        (Fault::BreaksBefore, "TMG-6006"),
        (Fault::BreaksAfter, "TMG-6006"),
        (Fault::NotReady, "TMG-5034"),
    ] {
        for healthy in 0..8 {
            let desk = Desk::new();
            desk.ledger.faults([Fault::None].repeat(healthy).into_iter().chain([fault].repeat(5)));
            let call = desk.import("fines.csv", &[]);
            assert_eq!(call.exit, 6, "{fault:?} {healthy}: {}", call.stdout);
            assert!(call.stderr.contains(code), "{}", call.stderr);
            assert!(call.stdout.contains("--resume"), "{}", call.stdout);
            let blamed = std::fs::read_to_string(desk.path("fines.csv.errors.csv"));
            assert!(!blamed.unwrap_or_default().contains(code), "no row is at fault");
            let (exit, summary) = desk.summary(&["--resume"]);
            assert_eq!(exit, 11);
            desk.is_complete(&summary);
        }
    }
}

#[test]
fn a_pool_that_fills_up_is_waited_for() {
    for room in [0, 1] {
        for healthy in 0..6 {
            let desk = Desk::new();
            let full = [Fault::Room(room)].repeat(3);
            desk.ledger.faults([Fault::None].repeat(healthy).into_iter().chain(full));
            let (exit, summary) = desk.summary(&[]);
            assert_eq!((exit, number(&summary["recorded"])), (11, RECORDED), "{summary}");
            desk.is_complete(&summary);
        }
    }
}

#[test]
fn a_pool_that_stays_full_ends_the_run_without_blaming_a_row() {
    let desk = Desk::new();
    desk.ledger.faults([Fault::None].into_iter().chain([Fault::Room(0)].repeat(1000)));
    let call = desk.import("fines.csv", &[]);
    assert_eq!(call.exit, 6, "{}{}", call.stdout, call.stderr);
    assert!(call.stderr.contains("TMG-5032"), "{}", call.stderr);
    assert!(!desk.path("fines.csv.errors.csv").exists());
    desk.ledger.faults([]);
    let (exit, summary) = desk.summary(&["--resume"]);
    assert_eq!(exit, 11);
    desk.is_complete(&summary);
}

#[test]
fn a_refusal_by_a_node_that_lost_its_pool_is_asked_for_again() {
    for healthy in 1..4 {
        let desk = Desk::new();
        desk.ledger.faults([Fault::None].repeat(healthy).into_iter().chain([Fault::Forgets]));
        let (exit, summary) = desk.summary(&[]);
        assert_eq!((exit, number(&summary["recorded"])), (11, RECORDED), "{summary}");
        desk.is_complete(&summary);
    }
}

#[test]
fn a_row_that_was_on_its_way_can_not_be_sent_with_other_content() {
    let desk = Desk::new();
    // The last batch is taken, its answer never comes.
    let healthy = [Fault::None].repeat(5);
    desk.ledger.faults(healthy.into_iter().chain([Fault::BreaksAfter].repeat(5)));
    assert_eq!(desk.import("fines.csv", &[]).exit, 6);
    let changed = String::from_utf8(TABLE.to_vec()).unwrap().replace("33.25", "33.26");
    std::fs::write(desk.path("fines.csv"), changed).unwrap();
    let (exit, summary) = desk.summary(&["--resume"]);
    assert_eq!((exit, number(&summary["refused"])), (11, 3), "{summary}");
    assert!(desk.text("fines.csv.errors.csv").contains("TMG-6021"));
    desk.ledger.saw_one_form_of_each_record();
    std::fs::write(desk.path("fines.csv"), TABLE).unwrap();
    let (_, summary) = desk.summary(&["--resume"]);
    desk.is_complete(&summary);
}

#[test]
fn an_interrupted_run_over_an_errors_file_keeps_it() {
    let desk = Desk::new();
    desk.import("fines.csv", &[]);
    let corrected = desk.text("fines.csv.errors.csv").replace("3x5", "35");
    std::fs::write(desk.path("fines.csv.errors.csv"), &corrected).unwrap();
    desk.interrupt_after(1);
    let call = desk.import("fines.csv.errors.csv", &[]);
    assert_eq!(call.exit, 130, "{}", call.stdout);
    assert_eq!(desk.text("fines.csv.errors.csv"), corrected);
    desk.ledger.after_batch(|_| ());
    assert_eq!(desk.import("fines.csv.errors.csv", &["--resume"]).exit, 0);
    assert!(!desk.path("fines.csv.errors.csv").exists());
    assert_eq!(desk.ledger.recorded(), 16);
    desk.ledger.saw_one_form_of_each_record();
}

#[test]
fn a_resume_without_a_manifest_is_an_error_and_sends_nothing() {
    let desk = Desk::new();
    let call = desk.import("fines.csv", &["--resume"]);
    assert_eq!(call.exit, 5, "{}", call.stderr);
    assert!(call.stderr.contains("fines.csv.manifest.json"), "{}", call.stderr);
    assert_eq!(desk.ledger.batches(), 0);
}

/// Row, code and reason of every refusal of a summary.
fn refusals(summary: &Value) -> Vec<(u64, String)> {
    let ends = summary["refusals"].as_array().unwrap();
    ends.iter().map(|end| (number(&end["row"]), end["code"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn a_dry_run_over_a_ledger_says_what_the_run_then_does() {
    for batch in ["1", "2", "5", "200"] {
        let desk = Desk::new();
        let (exit, dry) = desk.summary(&["--dry-run", "--batch", batch]);
        assert_eq!((exit, number(&dry["recorded"])), (11, RECORDED), "{dry}");
        assert_eq!((&dry["judged_by"], &dry["judged_at"]), (&"ledger".into(), &desk.url()));
        assert_eq!((desk.ledger.recorded(), desk.ledger.batches()), (0, 0));
        assert!(desk.ledger.asked() > 0);
        let left: Vec<_> = std::fs::read_dir(desk.dir.path()).unwrap().collect();
        assert_eq!(left.len(), 3, "a dry run writes nothing: {left:?}");
        let (_, real) = desk.summary(&["--batch", batch]);
        for part in ["rows", "recorded", "skipped", "refused", "derived", "kinds", "reasons"] {
            assert_eq!(dry[part], real[part], "{part}");
        }
        assert_eq!(refusals(&dry), refusals(&real));
        desk.is_complete(&real);
        let (_, dry) = desk.summary(&["--dry-run", "--batch", batch]);
        assert_eq!((number(&dry["recorded"]), number(&dry["already_recorded"])), (0, RECORDED));
        assert_eq!(number(&dry["derived"]["already_recorded"]), DERIVED);
    }
}

#[test]
fn a_dry_run_of_a_file_that_is_half_imported_tells_the_halves_apart() {
    let desk = Desk::new();
    desk.interrupt_after(2);
    let (_, first) = desk.summary(&[]);
    let done = number(&first["recorded"]);
    assert!(done > 0 && done < RECORDED, "{first}");
    desk.ledger.after_batch(|_| ());
    let (_, dry) = desk.summary(&["--dry-run"]);
    let counts = [number(&dry["recorded"]), number(&dry["already_recorded"])];
    assert_eq!(counts, [RECORDED - done, done], "{dry}");
    desk.is_complete(&desk.summary(&["--resume"]).1);
}

#[test]
fn a_dry_run_finds_two_open_cases_about_one_document() {
    let desk = Desk::new();
    let own = "[subjects.document]\nrole = \"document\"\nderived = \"{case}\"";
    assert!(MAPPING.contains(own));
    let shared = MAPPING.replace(own, &own.replace("{case}", "the only one"));
    std::fs::write(desk.path("fines.toml"), shared).unwrap();
    let (_, dry) = desk.summary(&["--dry-run", "--batch", "1"]);
    let (_, real) = desk.summary(&["--batch", "1"]);
    assert!(refusals(&dry).contains(&(3, Code::Duplicate.to_string())), "{dry}");
    assert_eq!(refusals(&dry), refusals(&real));
}

#[test]
fn a_dry_run_sees_what_others_recorded_about_the_same_cases() {
    let desk = Desk::new();
    desk.summary(&[]);
    // Another desk, which knows nothing of the first, makes the same records with other dates.
    let manifest = desk.text("fines.csv.manifest.json").replace("2026-11-30", "2026-11-29");
    std::fs::write(desk.path("fines.csv.manifest.json"), manifest).unwrap();
    std::fs::remove_file(desk.path("fines.csv.results.ndjson")).unwrap();
    let (_, dry) = desk.summary(&["--dry-run"]);
    let (_, real) = desk.summary(&[]);
    assert!(number(&dry["refused"]) > 2, "{dry}");
    assert_eq!(refusals(&dry), refusals(&real));
    assert_eq!(dry["reasons"], real["reasons"]);
}

#[test]
fn a_dry_run_without_a_ledger_begins_from_the_genesis_and_says_so() {
    let desk = Desk::new();
    let (file, _) = genesis_file();
    let path = desk.path("devnet").join("genesis.toml");
    std::fs::write(&path, toml::to_string(&file).unwrap()).unwrap();
    desk.summary(&[]);
    let asked = desk.ledger.asked();
    // An address is set, and the genesis is named: the genesis it is.
    let (_, dry) = desk.summary(&["--dry-run", "--genesis", path.to_str().unwrap()]);
    assert_eq!((&dry["judged_by"], number(&dry["recorded"])), (&"genesis".into(), RECORDED));
    assert_eq!(desk.ledger.asked(), asked);
    let said = |call: Call, words: &str| assert!(call.stdout.contains(words), "{}", call.stdout);
    said(desk.import("fines.csv", &["--dry-run"]), "against the ledger");
    let devnet = desk.path("devnet");
    let (file, map) = (desk.path("fines.csv"), desk.path("fines.toml"));
    let args = ["import", file.to_str().unwrap(), "--map", map.to_str().unwrap(), "--dry-run"];
    said(call_with(&args, &[("TAMGA_DEVNET", devnet.to_str().unwrap())]), "from the genesis");
}

#[test]
fn a_dry_run_lists_the_rows_it_would_refuse_and_spares_the_file_it_reads() {
    let desk = Desk::new();
    let call = desk.import("fines.csv", &["--dry-run"]);
    assert!(call.stdout.contains("row 9  F3/Create Fine/1  TMG-6020"), "{}", call.stdout);
    let errors = desk.path("would-be.csv");
    desk.import("fines.csv", &["--dry-run", "--errors", errors.to_str().unwrap()]);
    assert!(desk.text("would-be.csv").contains("F3/Create Fine/1,TMG-6020"));
    let same = desk.path("fines.csv");
    let call = desk.import("fines.csv", &["--dry-run", "--errors", same.to_str().unwrap()]);
    assert_eq!(call.exit, 2, "{}", call.stderr);
    assert_eq!(desk.text("fines.csv").as_bytes(), TABLE);
}

#[test]
fn an_atomic_import_records_all_rows_or_none() {
    let desk = Desk::new();
    let (exit, summary) = desk.summary(&["--atomic"]);
    assert_eq!((exit, &summary["atomic"], &summary["dry_run"]), (11, &true.into(), &true.into()));
    assert_eq!((desk.ledger.batches(), desk.ledger.recorded()), (0, 0), "{summary}");
    let whole = desk
        .text("fines.csv")
        .lines()
        .filter(|row| !row.starts_with("F3"))
        .fold(String::new(), |text, row| text + row + "\n");
    std::fs::write(desk.path("fines.csv"), whole).unwrap();
    let refused = desk.import("fines.csv", &["--expect-rows", "11"]);
    assert_eq!((refused.exit, desk.ledger.recorded()), (2, 0), "{}", refused.stderr);
    let recorded = desk.import("fines.csv", &["--atomic", "--expect-rows", "9"]);
    assert_eq!((recorded.exit, desk.ledger.recorded()), (0, 12), "{}", recorded.stdout);
    assert!(recorded.stdout.starts_with("Read as CSV: UTF-8, separator ,"), "{}", recorded.stdout);
}
