use std::sync::atomic::AtomicBool;

use tamga_format::body::Submission;
use tamga_state::codes::Code;

use super::manifest::{Beside, Journal, Lines, Manifest};
use super::mapping::Mapping;
use super::plan::{Plan, Planner};
use super::run::Import;
use super::sink::{Patience, RulesSink, Sink};
use super::summary::{Ended, Summary};
use super::table::Table;
use super::value::{Memory, hundredths};
use super::*;
use crate::lang::{Language, Messages};
use crate::testing::{MAPPING, NOW, ORIGIN, TABLE, genesis, rules};

mod real;

const REAL_MAPPING: &str = include_str!("../../../genesis/import/roadtraffic.toml");

pub(super) fn import(
    mapping: &str,
    bytes: &[u8],
    sink: &mut dyn Sink,
    journal: &mut Journal,
) -> Ended {
    let mapping = Mapping::parse(mapping).unwrap();
    let table = Table::parse(bytes, &mapping).unwrap();
    let (_, keys) = genesis();
    let manifest = Manifest::new(&mapping.source, ORIGIN, NOW);
    let messages = Messages::new(Language::En);
    let planner = Planner {
        messages: &messages,
        mapping: &mapping,
        keys: &keys,
        secret: derive::hmac(&keys.seed(&mapping.secret).unwrap(), &[b"secret"]),
        origin: ORIGIN,
        valid_until: manifest.valid_until().unwrap(),
    };
    let interrupted = AtomicBool::new(false);
    let import = Import::new(&planner, sink, journal, 3, &interrupted);
    let ended = import.run(&table, &mut |_| ());
    assert_eq!(ended.stopped, None);
    ended
}

fn balance(summary: &Summary) -> [u64; 5] {
    let Summary { rows, recorded, already_recorded, skipped, refused, .. } = summary;
    [*rows, *recorded, *already_recorded, *skipped, *refused]
}

#[test]
fn every_row_is_recorded_or_has_a_reason() {
    let run = import(MAPPING, TABLE, &mut rules(), &mut Journal::in_memory());
    assert_eq!(balance(&run.summary), [11, 8, 0, 1, 2], "{:#?}", run.summary.reasons);
    assert_eq!(run.summary.derived.recorded, 4);
    let kinds: Vec<String> =
        run.summary.kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    assert_eq!(kinds.join(", "), "E01 2, E02 2, E03 2, E04 3, E11 2, E18 1");
    let failed: Vec<(&str, &str)> = run
        .failures
        .iter()
        .map(|failure| (failure.row.key.as_str(), failure.error.code.as_str()))
        .collect();
    assert_eq!(failed, [("F3/Create Fine/1", "TMG-6020"), ("F3/Send Fine/1", "TMG-6020")]);
}

#[test]
fn a_second_run_makes_the_same_bytes_and_changes_nothing() {
    let (mut sink, mut journal) = (rules(), Journal::in_memory());
    let first = import(MAPPING, TABLE, &mut sink, &mut journal);
    let second = import(MAPPING, TABLE, &mut sink, &mut journal);
    assert_eq!(balance(&second.summary), [11, 0, 8, 1, 2]);
    assert_eq!(second.summary.kinds, first.summary.kinds);
    assert_eq!(second.summary.derived.already_recorded, 4);
}

#[test]
fn the_errors_file_can_be_corrected_and_fed_in_again() {
    let (mut sink, mut journal) = (rules(), Journal::in_memory());
    let first = import(MAPPING, TABLE, &mut sink, &mut journal);
    let mapping = Mapping::parse(MAPPING).unwrap();
    let table = Table::parse(TABLE, &mapping).unwrap();
    let file = String::from_utf8(errors::render(&table, &first.failures).unwrap()).unwrap();
    assert!(
        file.starts_with("case,activity,time,officer,amount,paid,row_key,error_code,error,hint\n"),
        "{file}"
    );
    let corrected = import(MAPPING, file.replace("3x5", "35").as_bytes(), &mut sink, &mut journal);
    assert_eq!(balance(&corrected.summary), [2, 2, 0, 0, 0], "{:#?}", corrected.summary.reasons);
}

#[test]
fn a_recorded_row_with_other_content_is_a_conflict_and_is_not_sent() {
    let (mut sink, mut journal) = (rules(), Journal::in_memory());
    import(MAPPING, TABLE, &mut sink, &mut journal);
    let text = String::from_utf8(TABLE.to_vec()).unwrap().replace("49.25", "49.26");
    let run = import(MAPPING, text.as_bytes(), &mut sink, &mut journal);
    assert_eq!(balance(&run.summary), [11, 0, 7, 1, 3]);
    let conflict = run.failures.iter().find(|failure| failure.row.key == "F2/Payment/1").unwrap();
    assert_eq!(conflict.error.code, Code::ImportChanged.to_string());
}

#[test]
fn a_full_pool_is_tried_again_from_the_first_record_it_did_not_take() {
    /// Takes one more record with every call.
    struct Slow(RulesSink, usize);
    impl Sink for Slow {
        fn submit(&mut self, batch: &[&Submission]) -> Result<Vec<sink::Verdict>, CliError> {
            let taken = batch.len().min(2);
            let mut verdicts = self.0.submit(&batch[..taken])?;
            self.1 += 1;
            verdicts.extend(batch[taken..].iter().map(|_| sink::Verdict::Refused {
                code: Code::PoolFull.to_string(),
                detail: String::new(),
                hint: String::new(),
                retryable: true,
            }));
            Ok(verdicts)
        }
        fn settle(
            &mut self,
            batch: &[&Submission],
            patience: Patience,
        ) -> Result<Vec<sink::Verdict>, CliError> {
            self.0.settle(batch, patience)
        }
        fn pause(&mut self) {}
        fn has_places(&self) -> bool {
            false
        }
    }
    let first_case = TABLE.split(|byte| *byte == b'\n').take(3).collect::<Vec<_>>().join(&b'\n');
    let mut slow = Slow(rules(), 0);
    let run = import(MAPPING, &first_case, &mut slow, &mut Journal::in_memory());
    assert_eq!(balance(&run.summary), [2, 2, 0, 0, 0]);
    assert!(slow.1 > 1);
}

#[test]
fn derived_values_depend_on_secret_source_row_and_purpose() {
    let base = derive::value(&[1; 32], "s", "k", "p");
    let others = [
        derive::value(&[2; 32], "s", "k", "p"),
        derive::value(&[1; 32], "t", "k", "p"),
        derive::value(&[1; 32], "s", "l", "p"),
        derive::value(&[1; 32], "s", "k", "q"),
        derive::value(&[1; 32], "sk", "", "p"),
    ];
    assert!(others.iter().all(|other| *other != base));
    // RFC 4231, test case 2 has a short key; padded with zeros to 32 bytes it is the same HMAC.
    let mut key = [0; 32];
    key[..4].copy_from_slice(b"Jefe");
    assert_eq!(
        crate::text::hex(&derive::hmac(&key, &[b"what do ya want ", b"for nothing?"])),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn sums_are_read_as_hundredths_and_never_rounded() {
    let cases = [
        ("35.0", Some(3500)),
        ("35", Some(3500)),
        ("49,25", Some(4925)),
        ("1 234,5", Some(123_450)),
        ("-3.00", Some(-300)),
        ("0.1000", Some(10)),
        ("0.001", None),
        // Thousands to some, thousandths to others.
        ("12,000", None),
        ("12.000", None),
        ("3x5", None),
        ("", None),
        (".5", None),
        ("1.2.3", None),
        ("99999999999999999999", None),
    ];
    for (text, expected) in cases {
        assert_eq!(hundredths(text).ok(), expected, "{text}");
    }
}

#[test]
fn a_mapping_that_does_not_fit_together_is_refused() {
    let cases = [
        ("author = \"operator\"", "author = \"nobody\""),
        ("subjects = [\"officer\"]", "subjects = [\"stranger\"]"),
        ("version = 1", "version = 2"),
        ("select = \"activity\"", "select = \"other\""),
        ("derived = true", "derivde = true"),
        ("kind = \"E01\"", "kind = \"E01\"\nunless_zero = \"amount\""),
        ("source = \"invented-fines\"", "source = 1"),
    ];
    for (from, to) in cases {
        assert!(MAPPING.contains(from), "{from}");
        assert!(Mapping::parse(&MAPPING.replace(from, to)).is_err(), "{to}");
    }
}

#[test]
fn a_table_without_a_needed_column_or_with_a_torn_row_is_refused() {
    let mapping = Mapping::parse(MAPPING).unwrap();
    for text in ["case,activity\n", "case,activity,time,officer,amount,paid\nF1,Send Fine\n"] {
        assert!(Table::parse(text.as_bytes(), &mapping).is_err(), "{text}");
    }
}

#[test]
fn a_journal_survives_a_torn_last_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fines.results.ndjson");
    let mut journal = Journal::open(&path, Lines::Append).unwrap();
    import(MAPPING, TABLE, &mut rules(), &mut journal);
    drop(journal);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{whole}{{\"row\":")).unwrap();
    let mut journal = Journal::open(&path, Lines::Append).unwrap();
    let again = import(MAPPING, TABLE, &mut rules(), &mut journal);
    assert_eq!(again.summary.refused, 2);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole, "nothing new to say");
}

#[test]
fn a_manifest_keeps_its_dates_and_belongs_to_one_source_and_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let path = Beside::of(&dir.path().join("fines.csv.errors.csv")).manifest;
    assert!(path.ends_with("fines.csv.manifest.json"));
    let manifest = Manifest::new("fines", ORIGIN, NOW);
    manifest.save(&path).unwrap();
    assert_eq!(Manifest::load(&path, "fines", ORIGIN).unwrap(), Some(manifest));
    assert!(Manifest::load(&path, "other", ORIGIN).is_err());
    assert!(Manifest::load(&path, "fines", "another ledger").is_err());
    assert_eq!(Manifest::load(&dir.path().join("none"), "fines", ORIGIN).unwrap(), None);
}

/// What the real mapping makes of one row of a case that officer 16 has: the kinds of its records, or why it is refused.
fn planned(row: &str) -> Result<Vec<String>, String> {
    let mapping = Mapping::parse(REAL_MAPPING).unwrap();
    let text = format!("{}\n{row}\n", mapping.columns.join(","));
    let table = Table::parse(text.as_bytes(), &mapping).unwrap();
    let (_, keys) = genesis();
    let messages = Messages::new(Language::En);
    let planner = Planner {
        messages: &messages,
        mapping: &mapping,
        keys: &keys,
        secret: [1; 32],
        origin: ORIGIN,
        valid_until: NOW,
    };
    let known = [("officer", "16".to_owned()), ("record.E01", "00".repeat(32))];
    let memory = Memory::from(known.map(|(name, value)| (name.to_owned(), value)));
    match planner.plan(&table.rows[0], &memory).unwrap() {
        Plan::Records(records, _) => Ok(records.into_iter().map(|record| record.kind).collect()),
        Plan::Error(error) => Err(error.detail),
        Plan::Skip(reason) => Err(reason),
    }
}

#[test]
fn rows_are_planned_by_the_real_mapping() {
    let cases = [
        ("N1,Insert Date Appeal to Prefecture,2009-06-22 00:00:00+02:00,,,,,", Ok("E17")),
        ("N1,Send Appeal to Prefecture,2009-08-10 00:00:00+02:00,,,,,NIL", Ok("E17")),
        (
            "N1,Send Appeal to Prefecture,2009-08-10 00:00:00+02:00,,,,,G",
            Err("dismissal: the mapping has no word for G"),
        ),
        ("N1,Send Fine,2009-05-12 00:00:00+02:00,,,,26.0,", Ok("E04 E18")),
        ("N1,Send Fine,2009-05-12 00:00:00+02:00,,,,0.0,", Ok("E04")),
        (
            "N1,Send Fine,2009-05-12 00:00:00+02:00,,,,,",
            Err("expense:  is not a sum with at most two decimals"),
        ),
    ];
    for (row, expected) in cases {
        let found = planned(row).map(|kinds| kinds.join(" "));
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{row}");
    }
}
