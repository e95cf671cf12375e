//! Statements of authors, and what organisations do with the money.

use serde_json::{Value, json};

use super::desk::Desk;
use super::*;
use crate::statement::StatementFile;
use crate::testing::{Quarters, named, song};
use tamga_format::subject::Role;

/// A folder with a statement file and a policy.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(change: impl FnOnce(&mut StatementFile)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (mut file, policy) = Quarters::new().file();
        change(&mut file);
        Self::of(&file, &policy, dir)
    }

    /// The file with proofs, and batches that no statement covers yet.
    fn proven(change: impl FnOnce(&mut StatementFile)) -> Self {
        let (mut file, policy) = Quarters::going_on().0.proven();
        change(&mut file);
        Self::of(&file, &policy, tempfile::tempdir().unwrap())
    }

    fn of(file: &StatementFile, policy: &Policy, dir: tempfile::TempDir) -> Self {
        std::fs::write(dir.path().join("a.statement"), serde_json::to_string(file).unwrap())
            .unwrap();
        std::fs::write(dir.path().join("policy.txt"), policy.encode()).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn show(&self, options: &[&str]) -> Call {
        let (file, policy) = (self.path("a.statement"), self.path("policy.txt"));
        call(&[&["statement", "show", &file, "-p", &policy], options].concat())
    }

    fn json(&self, options: &[&str]) -> Value {
        let call = self.show(&[options, &["--json"]].concat());
        assert_eq!(call.exit, 0, "{}", call.stderr);
        serde_json::from_str(&call.stdout).unwrap()
    }
}

#[test]
fn an_author_sees_who_used_the_works_and_what_became_of_the_money() {
    let folder = Folder::new(|_| ());
    let (radio, tv) =
        (named(Role::Licensee, "radio").to_text(), named(Role::Licensee, "tv").to_text());
    let shown = folder.json(&["--by", "user"]);
    assert_eq!((&shown["verdict"], &shown["batches"]), (&json!("authentic"), &json!(4)));
    let keys: Vec<&str> =
        shown["groups"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap()).collect();
    let mut users = vec![radio.as_str(), tv.as_str()];
    users.sort_unstable();
    assert_eq!(keys, users);
    let number = |value: &Value| value.as_i64().unwrap();
    for line in shown["lines"].as_array().unwrap() {
        let uses = number(&line["use"]["uses"]);
        assert_eq!(number(&line["weight"]), uses * number(&line["share_bp"]));
        let steps = ["held", "tax", "levied", "paid", "open"].map(|name| number(&line[name]));
        assert_eq!(number(&line["amount"]), steps.iter().sum::<i64>());
    }
    assert_eq!(shown["balance"]["as_of"]["proven"], json!(false));
    let checks = json!({ "declared": "SENT", "bank": null, "author": null });
    assert_eq!(shown["payouts"][0]["checks"], checks);

    for (language, words) in [
        ("en", ["Collected for these lines", "the node says", "declared by the organisation"]),
        ("ru", ["Собрано по этим строкам", "утверждает узел", "заявлено организацией"]),
        ("kk", ["Осы жолдар бойынша жиналды", "түйін айтады", "ұйым мәлімдеді"]),
    ] {
        let call = folder.show(&["--by", "user", "--lang", language]);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        for word in [&words[..], &[radio.as_str(), tv.as_str()]].concat() {
            assert!(call.stdout.contains(word), "{word}: {}", call.stdout);
        }
    }
}

#[test]
fn what_is_proven_as_of_a_block_is_told_apart_from_what_a_node_says() {
    let folder = Folder::proven(|_| ());
    let shown = folder.json(&[]);
    assert_eq!(shown["balance"]["as_of"]["proven"], json!(true));
    let whole = &shown["whole"];
    assert_eq!((&whole["batches"], &whole["later"]["batches"]), (&json!(6), &json!(2)));
    assert_eq!(whole["as_of"]["height"], shown["balance"]["as_of"]["height"]);
    let number = |value: &Value| value.as_i64().unwrap();
    let later = |name: &str| number(&whole["later"][name]);
    let owed = number(&shown["balance"]["owed"]) + later("allocated")
        - later("net")
        - later("tax")
        - later("levied");
    assert_eq!(number(&whole["owed"]), owed);
    for (language, words) in [
        ("en", ["Proven as of block", "No statement covers 2 of them yet"]),
        ("ru", ["Доказано на блок", "Ещё не вошли в отчёты пакетов: 2"]),
        ("kk", ["дәлелденді", "Есептерге әлі енбеген топтамалар: 2"]),
    ] {
        let call = folder.show(&["--lang", language]);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        for word in words {
            assert!(call.stdout.contains(word), "{word}: {}", call.stdout);
        }
    }
    let cut = Folder::proven(|file| drop(file.batches.pop())).show(&[]);
    assert_eq!(cut.exit, 3, "{}", cut.stdout);
    assert!(cut.stdout.contains("batch 5 of the book is left out"), "{}", cut.stdout);
    let torn = Folder::proven(|file| file.proof.as_mut().unwrap().book[0].truncate(40)).show(&[]);
    assert_eq!(torn.exit, 4, "{}", torn.stdout);
    let both = call(&[
        "statement",
        "export",
        "rightsholder:x",
        "--okup",
        "1",
        "--out",
        "x",
        "--prove",
        "--no-balance",
    ]);
    assert_eq!(both.exit, 2, "{}", both.stderr);
}

#[test]
fn periods_are_selected_and_compared() {
    let folder = Folder::new(|_| ());
    let shown = folder.json(&["--period", "2026-Q3", "--compare", "2026-Q2", "--by", "work"]);
    assert_eq!(shown["statements"].as_array().unwrap().len(), 1);
    let row = &shown["comparison"][0];
    assert_eq!(row["key"], json!(song("song").to_text()));
    let number = |name: &str| row[name].as_i64().unwrap();
    assert_eq!(number("amount"), shown["money"]["allocated"].as_i64().unwrap());
    assert_eq!(number("difference"), number("amount") - number("before"));
    assert_eq!(number("change_bp"), number("difference") * 10_000 / number("before"));
    let human = folder.show(&["--period", "2026-Q3", "--compare", "2026-Q2"]);
    assert!(human.stdout.contains("2026-Q2") && human.stdout.contains(" %"), "{}", human.stdout);
    for wrong in [&["--period", "2026-Q7"][..], &["--compare", "2026"], &["--by", "luck"]] {
        assert_eq!(folder.show(wrong).exit, 2, "{wrong:?}");
    }
}

#[test]
fn lines_are_written_as_csv() {
    let folder = Folder::new(|_| ());
    let path = folder.path("lines.csv");
    assert_eq!(folder.show(&["--csv", &path, "--period", "2026-Q3"]).exit, 0);
    let mut rows = csv::Reader::from_path(&path).unwrap();
    let header = rows.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), header.len()), (4, 24));
    let at = |name: &str| header.iter().position(|it| it == name).unwrap();
    let sum =
        |name: &str| -> i64 { rows.iter().map(|row| row[at(name)].parse::<i64>().unwrap()).sum() };
    let money = &folder.json(&["--period", "2026-Q3"])["money"];
    for name in ["collected", "deducted", "allocated", "held", "tax", "levied", "paid", "open"] {
        assert_eq!(sum(name), money[name].as_i64().unwrap(), "{name}");
    }
    assert!(rows.iter().all(|row| &row[at("period")] == "2026-Q3" && !row[at("user")].is_empty()));
}

#[test]
fn a_file_without_uses_says_what_is_missing() {
    let folder = Folder::new(|file| file.uses = None);
    let call = folder.show(&["--by", "user"]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    assert!(call.stdout.contains("export it with --uses"), "{}", call.stdout);
    let shown = folder.json(&["--by", "user"]);
    assert_eq!((&shown["groups"], &shown["reports"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_changed_file_is_no_source_of_figures() {
    let folder = Folder::new(|file| drop(file.uses.as_mut().unwrap().pop()));
    let path = folder.path("lines.csv");
    let call = folder.show(&["--by", "user", "--csv", &path]);
    assert_eq!(call.exit, 3, "{}", call.stdout);
    assert!(call.stdout.contains("is left out"), "{}", call.stdout);
    assert!(!Path::new(&path).exists());
}

#[test]
fn everybody_sees_what_an_organisation_does_with_the_money() {
    let desk = Desk::imported();
    let money = json!({
        "collected": 100_000, "deducted": [{ "kind": "COLLECTION_COST", "amount": 35_000 }],
        "allocated": 65_000, "paid": 60_000, "tax": 5_000, "levied": 0, "undistributed": 0,
        "redistributed": 0, "paid_bp": 6_500, "deducted_bp": 3_500,
    });
    let pool = |period: &str| {
        json!({
            "pool": "pool:x", "sphere": "COPYRIGHT", "currency": "KZT", "period": period,
            "state": "PUBLISHED", "money": money, "warnings": ["C10 unlicensed"],
        })
    };
    let page = |period: &str, page: Value| {
        json!({
            "okup": "591240000248", "period": "2026", "pools": 2, "threshold_bp": 7_000,
            "sums": [{
                "sphere": "COPYRIGHT", "currency": "KZT", "pools": 2, "warned": 2, "money": money,
                "reaches_threshold": false,
            }],
            "data": [pool(period)], "page": page,
            "as_of": { "height": 7, "size": 40, "time": "2026-11-01T00:00:00Z" },
        })
        .to_string()
    };
    let at = "/v1/okups/591240000248/transparency?limit=200";
    let more = json!({ "next": "1", "has_more": true });
    desk.ledger.answer(at, 200, page("2026-Q1", more));
    let last = json!({ "has_more": false });
    desk.ledger.answer(&format!("{at}&period=2026&after=1"), 200, page("2026-Q2", last));
    let shown = desk.call(&["okup", "show", "--okup", "591240000248"]);
    assert_eq!(shown.exit, 0, "{}", shown.stderr);
    for word in ["2026-Q1", "2026-Q2", "65.00 %", "70.00 %", "not reached", "! C10"] {
        assert!(shown.stdout.contains(word), "{word}: {}", shown.stdout);
    }
    let all = desk.call(&["okup", "show", "--okup", "591240000248", "--json"]);
    let all: Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!(all["okup"]["data"].as_array().unwrap().len(), 2);
    let wrong = desk.call(&["okup", "show", "--okup", "591240000248", "--period", "summer"]);
    assert_eq!(wrong.exit, 2);
}
