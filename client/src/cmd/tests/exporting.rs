//! Records taken out of a ledger: which, in which form, and what their proofs are worth.

use serde_json::{Value, json};
use tamga_format::tile::{BundleCoord, decode_bundle, encode_bundle};
use tamga_state::codes::Code;

use super::desk::Desk;
use super::*;
use crate::testing::ServedLog;

/// Records of the list, and those of them that open a body.
const RECORDS: usize = 12;

impl Desk {
    fn export(&self, name: &str, options: &[&str]) -> Call {
        let out = self.path(name);
        self.call(&[&["export", "records", "--out", &out], options].concat())
    }

    /// The lines of an export that succeeds.
    #[track_caller]
    fn exported(&self, options: &[&str]) -> Vec<Value> {
        let call = self.export("records.ndjson", options);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        let text = self.text("records.ndjson");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn verified(&self, name: &str) -> (u8, Vec<Value>) {
        let call = self.call(&["verify", &self.path(name), "--json"]);
        let found: Value = serde_json::from_str(&call.stdout).unwrap();
        (call.exit, found["files"].as_array().unwrap().clone())
    }
}

#[test]
fn records_come_with_bodies_and_proofs_that_are_verified_offline() {
    let desk = Desk::imported();
    let lines = desk.exported(&["--bodies", "--proofs"]);
    assert_eq!(lines.len(), RECORDS);
    let taken = desk.ledger.taken();
    let ids: Vec<String> = taken.iter().map(|it| it.record().id().to_string()).collect();
    let found: Vec<&str> = lines.iter().map(|line| line["record_id"].as_str().unwrap()).collect();
    assert_eq!(found, ids, "all of them, in the order of the log");
    let payment = lines.iter().find(|line| line["record"]["kind"] == "E11").unwrap();
    assert_eq!(payment["record"]["body"]["amount"], 4_925);
    assert!(payment["recorded_at"] == "2026-11-01T00:00:00Z" && payment["height"].is_u64());
    let (exit, files) = desk.verified("records.ndjson");
    assert_eq!((exit, files.len()), (0, 1));
    assert_eq!((&files[0]["records"], &files[0]["wrong"]), (&json!(RECORDS), &json!(0)));
    for (language, said) in [("en", "12 records"), ("ru", "записей: 12"), ("kk", "жазба саны: 12")]
    {
        let call = desk.export("said.ndjson", &["--proofs", "--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains(said), "{}", call.stdout);
        let call = desk.call(&["verify", &desk.path("said.ndjson"), "--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains(said), "{}", call.stdout);
    }
}

#[test]
fn a_line_that_says_something_else_than_its_receipt_is_found_and_named() {
    let desk = Desk::imported();
    let lines = desk.exported(&["--bodies", "--proofs"]);
    let text = |lines: &[Value]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let payment = lines.iter().position(|line| line["record"]["kind"] == "E11").unwrap();
    let changes: [(&str, Value); 7] = [
        ("/record/body/amount", json!(4_926)),
        ("/record/event_time", json!("2026-01-01T00:00:00Z")),
        ("/record/subject", lines[0]["record"]["issuer"].clone()),
        ("/recorded_at", json!("2026-10-31T00:00:00Z")),
        ("/height", json!(1)),
        ("/index", json!(9_999)),
        ("/receipt", lines[0]["receipt"].clone()),
    ];
    for (pointer, value) in changes {
        let mut lines = lines.clone();
        *lines[payment].pointer_mut(pointer).unwrap() = value;
        desk.write("changed.ndjson", &text(&lines));
        let (exit, files) = desk.verified("changed.ndjson");
        let name = format!("{}:{}", desk.path("changed.ndjson"), payment + 1);
        assert_eq!((exit, &files[0]["file"]), (3, &json!(name)), "{pointer}");
        assert_eq!(files[1]["wrong"], 1, "{pointer}");
    }
    let mut more = lines;
    more[0].as_object_mut().unwrap().insert("remark".to_owned(), json!("paid"));
    more.swap(0, 1);
    desk.write("more.ndjson", &text(&more));
    assert_eq!(desk.verified("more.ndjson").0, 4, "a line with more in it is no exported record");
    desk.exported(&[]);
    let (exit, files) = desk.verified("records.ndjson");
    assert_eq!((exit, &files.last().unwrap()["wrong"]), (4, &json!(RECORDS)), "without proofs");
}

#[test]
fn only_the_records_that_were_asked_for_are_exported() {
    let desk = Desk::imported();
    let all = desk.exported(&[]);
    let of = |kind: &str| all.iter().filter(|line| line["record"]["kind"] == kind).count();
    let case = all[0]["record"]["subject"].as_str().unwrap();
    let about = all.iter().filter(|line| line.to_string().contains(case)).count();
    assert_eq!(desk.exported(&["--kind", "e11"]).len(), of("E11"));
    assert_eq!(desk.exported(&["--kind", "E11", "--kind", "E01"]).len(), of("E11") + of("E01"));
    assert_eq!(desk.exported(&["--subject", case]).len(), about);
    assert!(about > 0 && about < RECORDS && of("E11") > 0);
    assert!(all.iter().all(|line| line["record"].get("body").is_none()), "bodies stay closed");

    // Two blocks, a day apart, about midnight in the country.
    let taken = desk.ledger.taken();
    let mut log = ServedLog::new();
    let midnight = UnixMillis(NOW.get() - 5 * 3_600_000);
    log.commit(&taken[..5], UnixMillis(midnight.get() - 1));
    log.commit(&taken[5..], midnight);
    log.serve(&desk.ledger);
    let later = RECORDS - 5;
    assert_eq!(desk.exported(&["--from", "2026-11-01"]).len(), later);
    assert_eq!(desk.exported(&["--to", "2026-11-01"]).len(), 5);
    assert_eq!(desk.exported(&["--from", "2026-10-31T19:00:00Z"]).len(), later);
    assert_eq!(desk.exported(&["--from", "2026-11-02"]).len(), 0);
    for wrong in [["--from", "1.11.2026"], ["--kind", "E99"], ["--subject", "nobody"]] {
        let call = desk.export("wrong.ndjson", &wrong);
        assert_eq!(call.exit, 2, "{wrong:?}");
        assert!(
            call.stderr.contains(wrong[0]) && call.stderr.contains(wrong[1]),
            "{}",
            call.stderr
        );
    }
}

#[test]
fn a_table_has_a_column_for_each_field_of_its_kinds() {
    let desk = Desk::imported();
    let call = desk.export("payments.csv", &["--kind", "E11", "--bodies"]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let text = desk.text("payments.csv");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), desk.exported(&["--kind", "E11"]).len());
    assert_eq!((&rows[0][at("kind")], &rows[0][at("body.amount")]), ("E11", "4925"));
    assert_eq!((&rows[0][at("recorded_at")], &rows[0][at("other")]), ("2026-11-01T00:00:00Z", ""));
    let closed = desk.export("closed.csv", &["--kind", "E11"]);
    assert_eq!(closed.exit, 0);
    assert!(!desk.text("closed.csv").contains("body.amount"));
    let proofs = desk.export("proofs.csv", &["--proofs"]);
    assert!(proofs.exit == 2 && proofs.stderr.contains("--proofs"), "{}", proofs.stderr);
    assert_eq!(desk.export("table", &["--format", "csv"]).exit, 0);
    assert!(desk.text("table").starts_with("index,record_id,"));
}

#[test]
fn a_body_that_is_not_to_be_had_stays_closed_and_is_counted() {
    let desk = Desk::imported();
    let payment = desk.exported(&["--kind", "E11"])[0]["record_id"].as_str().unwrap().to_owned();
    desk.ledger.refuse(&format!("/v1/records/{payment}/receipt"), Code::NotFound);
    let call = desk.export("records.ndjson", &["--bodies", "--json"]);
    let said: Value = serde_json::from_str(&call.stdout).unwrap();
    assert_eq!((&said["records"], &said["closed_bodies"]), (&json!(RECORDS), &json!(1)));
    assert_eq!(desk.export("proofs.ndjson", &["--proofs"]).exit, 5, "a proof is not to be had");
    assert!(!Path::new(&desk.path("proofs.ndjson")).exists());
}

#[test]
fn a_ledger_that_lies_and_an_interruption_leave_the_file_as_it_was() {
    let desk = Desk::imported();
    let log = desk.log(&[]);
    let width = u16::try_from(log.size()).unwrap();
    let path = format!("/log/{}", BundleCoord::new(0, width).unwrap().path());
    let bytes = log.bundle(0);
    let mut entries = decode_bundle(&bytes, width).unwrap();
    entries[7] = entries[8];
    desk.ledger.answer(&path, 200, encode_bundle(&entries).unwrap());
    desk.write("records.ndjson", "as it was");
    let call = desk.export("records.ndjson", &[]);
    assert_eq!(call.exit, 3, "{}", call.stderr);
    assert_eq!(desk.text("records.ndjson"), "as it was");
    assert!(!Path::new(&desk.path("records.ndjson.part")).exists());

    desk.ledger.answer(&path, 200, bytes);
    let (url, devnet) = (desk.ledger.url(), desk.path("devnet"));
    let world = World::with(&[("TAMGA_URL", url), ("TAMGA_DEVNET", &devnet)]);
    world.interrupted.store(true, Ordering::Relaxed);
    let out = desk.path("records.ndjson");
    assert_eq!(world.call(&["export", "records", "--out", &out]).exit, 130);
    assert_eq!(desk.text("records.ndjson"), "as it was");
}
