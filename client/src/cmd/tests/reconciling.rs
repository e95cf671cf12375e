//! Lists against a ledger: what agrees, what does not, a ledger that lies, and reports that were touched.

use serde_json::{Value, json};
use tamga_format::body::{Body, Submission};
use tamga_format::id::UnixMillis;
use tamga_format::limits::TILE_WIDTH;
use tamga_format::record::Record;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::tile::{BundleCoord, decode_bundle, encode_bundle};
use tamga_state::catalogue::Kind;
use tamga_state::codes::Code;

use super::desk::{Desk, table};
use super::*;
use crate::testing::{MAPPING, ServedLog, TABLE, seed};

/// Records of the table's readable rows.
const RECORDS: u64 = 12;

impl Desk {
    fn reconcile(&self, list: &str, options: &[&str]) -> Call {
        let (list, map) = (self.path(list), self.path("fines.toml"));
        self.call(&[&["reconcile", "--from", &list, "--map", &map], options].concat())
    }

    /// What a list under another name comes to; its report holds.
    #[track_caller]
    fn compared(&self, table: &str) -> Value {
        self.write("today.csv", table);
        let call = self.reconcile("today.csv", &["--json"]);
        let found: Value = serde_json::from_str(call.stdout.lines().next().unwrap_or_default())
            .unwrap_or_else(|_| panic!("{}", call.stderr));
        assert_eq!(call.exit, if found["clean"] == true { 0 } else { 11 }, "{found}");
        assert_eq!(self.verify("today.csv", &[]).exit, 0);
        found
    }

    fn verify(&self, list: &str, options: &[&str]) -> Call {
        let report = self.path(&format!("{list}.tamga-reconciliation"));
        self.call(&[&["reconcile", "verify", &report], options].concat())
    }
}

/// The items of one class, without their class.
fn items(found: &Value, class: &str) -> Vec<Value> {
    let of = |item: &&Value| item["class"] == class;
    let mut items: Vec<Value> =
        found["items"].as_array().unwrap().iter().filter(of).cloned().collect();
    items.iter_mut().for_each(|item| drop(item.as_object_mut().unwrap().remove("class")));
    items
}

/// The first of the records that is of a kind.
fn first_of(taken: &[Submission], code: &str) -> Submission {
    let number = Kind::ALL.iter().find(|kind| kind.info().code == code).unwrap().number();
    taken.iter().find(|it| it.record().record().kind == number).unwrap().clone()
}

/// A record like another one under another nonce, with changes, signed by a demo key.
fn again(like: &Submission, key: &str, change: impl FnOnce(&mut Record)) -> Submission {
    let mut record = like.record().record().clone();
    record.nonce = [9; 16];
    change(&mut record);
    let signed = record.sign(&SigningKey::from_seed(seed(key))).unwrap();
    Submission::new(signed, like.body().cloned()).unwrap()
}

fn signer(name: &str) -> String {
    SigningKey::from_seed(seed(name)).public().key_id().to_string()
}

#[test]
fn a_list_that_was_imported_is_matched_and_the_report_says_so() {
    let desk = Desk::imported();
    let call = desk.reconcile("fines.csv", &[]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    assert!(call.stdout.contains("12 of 12 records matched, 0 missing"), "{}", call.stdout);
    let (list, map) = (desk.path("fines.csv"), desk.path("fines.toml"));
    let by = signer("operator:police");
    let held = desk.verify("fines.csv", &["--from", &list, "--map", &map, "--by", &by]);
    assert_eq!(held.exit, 0, "{}", held.stdout);
    assert!(held.stdout.contains("12 of 12 records matched"), "{}", held.stdout);
    for language in ["kk", "ru"] {
        let call = desk.reconcile("fines.csv", &["--lang", language]);
        assert!(call.exit == 0 && call.stdout.contains("12"), "{}", call.stdout);
    }
    assert!(!desk.text("fines.csv.tamga-reconciliation").contains("F2"), "row keys stay out");
}

#[test]
fn what_the_import_kept_beside_the_list_is_not_needed() {
    let desk = Desk::imported();
    let found = desk.compared(&table());
    assert_eq!((&found["matched"], &found["clean"]), (&json!(RECORDS), &json!(true)), "{found}");
}

#[test]
fn every_way_not_to_agree_is_told_apart() {
    let desk = Desk::imported();
    let payment = first_of(&desk.ledger.taken(), "E11").record().id().to_string();
    let last = "F2,Payment,2007-07-05 00:00:00+02:00,,,33.25\n";

    let changed = desk.compared(&table().replace("49.25", "49.26"));
    let [differing] = items(&changed, "differing").try_into().unwrap();
    assert_eq!(differing["record_id"], payment);
    assert_eq!((&differing["row"], &differing["record"]), (&json!(7), &json!("E11.0")));
    assert_eq!(differing["fields"], json!(["body.amount"]));

    let moved = desk.compared(&table().replace("2007-05-28", "2007-05-29"));
    assert_eq!(items(&moved, "differing")[0]["fields"], json!(["event_time", "value_date"]));

    let longer = desk.compared(&(table() + &last.replace("07-05", "07-06")));
    let missing = json!([{ "row": 9, "record": "E11.0" }]);
    assert_eq!(json!(items(&longer, "missing-in-ledger")), missing, "{longer}");
    assert_eq!(longer["matched"], RECORDS);

    // The penalty lies within the period.
    let penalty = "F2,Add penalty,2007-02-23 00:00:00+01:00,,71.5,\n";
    assert!(table().contains(penalty));
    let shorter = desk.compared(&table().replace(penalty, ""));
    assert_eq!(items(&shorter, "missing-in-list").len(), 1, "{shorter}");
    // The last payment does not, once the list ends before it.
    let earlier = desk.compared(&table().replace(last, ""));
    assert_eq!(earlier["clean"], true, "{earlier}");

    let twice = desk.compared(&(table() + last));
    let repeated = json!([{ "row": 9, "record": "E11.0", "first_row": 8 }]);
    assert_eq!(json!(items(&twice, "repeated-in-list")), repeated, "{twice}");

    let unread = desk.compared(str::from_utf8(TABLE).unwrap());
    let unreadable = json!([{ "row": 9, "code": "TMG-6020" }, { "row": 10, "code": "TMG-6020" }]);
    assert_eq!(json!(items(&unread, "unreadable")), unreadable);
    assert_eq!((&unread["rows"], &unread["left_out"]), (&json!(11), &json!(1)));
}

#[test]
fn a_ledger_that_says_something_again_is_told() {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    desk.log(&[again(&first_of(&taken, "E11"), "officer:24", |_| ())]).serve(&desk.ledger);
    let found = desk.compared(&table());
    assert_eq!(items(&found, "repeated-in-ledger").len(), 1, "{found}");
    assert_eq!(found["matched"], RECORDS);

    let other = Subject::registered(Role::Case, "another case");
    let presented = first_of(&taken, "E01");
    desk.log(&[again(&presented, "operator:police", |record| record.subject = other)])
        .serve(&desk.ledger);
    let found = desk.compared(&table());
    assert_eq!(items(&found, "same-document").len(), 1, "{found}");
    assert_eq!(items(&found, "missing-in-list").len(), 1, "by a writer of the list: {found}");
}

#[test]
fn what_was_recorded_by_other_means_is_compared_by_the_event_and_its_fields() {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    let payment = first_of(&taken, "E11");
    // Another nonce and other salts, the same fields.
    let mut fields = payment.body().unwrap().fields().to_vec();
    fields.iter_mut().for_each(|field| field.salt = [8; 32]);
    let body = Body::new(fields).unwrap();
    let mut record = payment.record().record().clone();
    (record.nonce, record.body) = ([9; 16], Some(body.commitment()));
    let signed = record.sign(&SigningKey::from_seed(seed("officer:24"))).unwrap();
    let other = Submission::new(signed, Some(body)).unwrap();
    let path = format!("/v1/records/{}/receipt", other.record().id());
    let exchanged = |submission: &Submission| {
        let same = submission.record().id() == payment.record().id();
        if same { other.clone() } else { submission.clone() }
    };
    let mut log = ServedLog::new();
    log.commit(&taken.iter().map(exchanged).collect::<Vec<_>>(), NOW);
    log.serve(&desk.ledger);
    let found = desk.compared(&table());
    assert_eq!((&found["matched"], &found["clean"]), (&json!(RECORDS), &json!(true)), "{found}");
    let changed = desk.compared(&table().replace("49.25", "49.26"));
    assert_eq!(items(&changed, "differing")[0]["fields"], json!(["body.amount"]), "{changed}");
    // A body that is not to be had: what differs in it is not known.
    desk.ledger.refuse(&path, Code::NotFound);
    let unseen = desk.compared(&table());
    assert_eq!(items(&unseen, "differing")[0]["fields"], json!(["body"]), "{unseen}");
    // A receipt that is false ends it.
    desk.ledger.answer(&path, 200, "tamga-receipt/v1\n\n");
    assert_ne!(desk.reconcile("today.csv", &[]).exit, 11);
}

#[test]
fn a_ledger_that_withholds_or_changes_something_is_caught_and_nothing_is_reported() {
    let desk = Desk::imported();
    let log = desk.log(&[]);
    let width = u16::try_from(log.size()).unwrap();
    let path = format!("/log/{}", BundleCoord::new(0, width).unwrap().path());
    let entries = || -> Vec<Vec<u8>> {
        let bytes = log.bundle(0);
        decode_bundle(&bytes, width).unwrap().into_iter().map(<[u8]>::to_vec).collect()
    };
    let refused = |what: &str, exit: u8| {
        let call = desk.reconcile("fines.csv", &[]);
        assert_eq!(call.exit, exit, "{what}: {}", call.stderr);
        assert!(!Path::new(&desk.path("fines.csv.tamga-reconciliation")).exists(), "{what}");
    };
    let serve = |entries: &[Vec<u8>]| {
        desk.ledger.answer(&path, 200, encode_bundle(entries).unwrap());
    };

    let mut withheld = entries();
    withheld[7] = withheld[8].clone();
    serve(&withheld);
    refused("a record is withheld", 3);

    let mut changed = entries();
    *changed[1].last_mut().unwrap() ^= 1;
    serve(&changed);
    refused("a signature is changed", 3);

    serve(&entries());
    let mut note = log.note();
    note.signatures.truncate(2);
    desk.ledger.answer("/log/checkpoint", 200, note.encode());
    refused("the checkpoint is not final", 3);

    desk.ledger.answer("/log/checkpoint", 200, log.note().encode());
    desk.ledger.answer(&path, 200, vec![0, 1, 2]);
    refused("there is no bundle of that length", 4);

    desk.ledger.refuse(&path, Code::Unauthenticated);
    refused("bundles are for holders of a token", 7);

    serve(&entries());
    assert_eq!(desk.reconcile("fines.csv", &[]).exit, 0);
}

#[test]
fn only_blocks_that_can_hold_the_list_are_read() {
    let desk = Desk::imported();
    let taken = desk.ledger.taken();
    let filler = |number: u16| {
        let mut record = taken[0].record().record().clone();
        record.nonce[..2].copy_from_slice(&number.to_be_bytes());
        record.subject = Subject::registered(Role::Case, "filler");
        (record.event_time, record.body) = (UnixMillis(0), None);
        record.subjects.clear();
        let signed = record.sign(&SigningKey::from_seed(seed("operator:police"))).unwrap();
        Submission::new(signed, None).unwrap()
    };
    let mut log = ServedLog::new();
    for number in 0..3 {
        let block: Vec<Submission> = (number * 250..(number + 1) * 250).map(filler).collect();
        log.commit(&block, UnixMillis(i64::from(number)));
    }
    log.commit(&taken, NOW);
    log.serve(&desk.ledger);
    let found = desk.compared(&table());
    assert_eq!((&found["matched"], &found["clean"]), (&json!(RECORDS), &json!(true)), "{found}");
    assert_eq!(found["first"], 2 * u64::from(TILE_WIDTH), "{found}");
    // A tile before it that lies gives another root.
    desk.ledger.answer("/log/tile/1/000.p/2", 200, vec![5; 32 * 2]);
    assert_eq!(desk.reconcile("fines.csv", &[]).exit, 3);
}

#[test]
fn a_report_that_was_touched_or_is_of_another_list_or_signer_is_refused() {
    let desk = Desk::imported();
    assert_eq!(desk.reconcile("fines.csv", &["--sign", "chamber:police"]).exit, 0);
    let (list, map) = (desk.path("fines.csv"), desk.path("fines.toml"));
    assert_eq!(desk.verify("fines.csv", &["--by", &signer("chamber:police")]).exit, 0);
    assert_eq!(desk.verify("fines.csv", &["--by", &signer("operator:police")]).exit, 3);
    let report = "fines.csv.tamga-reconciliation";
    let text = desk.text(report);
    let cases = [
        ("rows 8 0", "rows 9 0", 3),
        ("matched 12 ", "matched 11 ", 3),
        ("records 12", "records 13", 3),
        ("tamga-reconciliation/v1", "tamga-reconciliation/v2", 4),
        ("\nkey ", "\nkey  ", 4),
        ("made-at 1", "made-at 2", 3),
    ];
    for (from, to, exit) in cases {
        assert!(text.contains(from), "{from}: {text}");
        desk.write(report, &text.replacen(from, to, 1));
        assert_eq!(desk.verify("fines.csv", &[]).exit, exit, "{to}");
    }
    desk.write(report, &text);
    assert_eq!(desk.verify("fines.csv", &["--from", &list, "--map", &map]).exit, 0);
    desk.write("fines.csv", &table().replace("49.25", "49.26"));
    let other = desk.verify("fines.csv", &["--from", &list, "--json"]);
    assert_eq!(other.exit, 3, "{}", other.stdout);
    assert!(other.stdout.contains("fault-list"), "{}", other.stdout);
    desk.write("fines.toml", &format!("{MAPPING}\n"));
    assert_eq!(desk.verify("fines.csv", &["--map", &map]).exit, 3);
    for wrong in [&["reconcile"][..], &["reconcile", "--from", &list]] {
        assert_eq!(desk.call(wrong).exit, 2, "{wrong:?}");
    }
}
