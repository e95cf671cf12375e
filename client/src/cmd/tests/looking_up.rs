//! Look-ups: cases, deadlines, desks, the register, duplicates, indicators, as a node answers them.

use serde_json::{Value, json};
use tamga_state::codes::Code;

use super::*;
use crate::testing::FakeLedger;

const OFFICER: &str = "officer:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const DEBTOR: &str = "debtor:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const CASE: &str = "case:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn as_of() -> Value {
    json!({ "height": 7, "size": 40, "time": "2026-03-12T09:00:00Z" })
}

fn look(ledger: &FakeLedger, args: &[&str]) -> Call {
    call_with(args, &[("TAMGA_URL", ledger.url())])
}

fn json_of(ledger: &FakeLedger, args: &[&str]) -> Value {
    let call = look(ledger, &[args, &["--json"]].concat());
    assert_eq!(call.exit, 0, "{args:?}: {}", call.stderr);
    serde_json::from_str(&call.stdout).unwrap()
}

fn page(data: &[Value], next: Option<&str>) -> String {
    let page = json!({ "next": next, "has_more": next.is_some() });
    json!({ "as_of": as_of(), "data": data, "page": page }).to_string()
}

fn case_item(number: u8) -> Value {
    json!({
        "case": format!("case:{number}"), "stage": "ENFORCING", "open": true, "debtor": DEBTOR,
        "records": 8, "presented": "2026-02-02", "last_event": "2026-03-10T09:00:00Z",
        "next_due": "2026-03-13", "overdue": 1, "signals": 2,
    })
}

fn deadline(rule: &str, nature: &str, state: &str, due: &str) -> Value {
    json!({
        "rule": rule, "nature": nature, "title": format!("title of {rule}"), "basis": "EL arts. 26-28",
        "state": state, "days": 3, "start": "2026-03-02", "due": due, "cause": "c".repeat(64),
        "inputs": [{
            "parameter": "notice-wd", "value": "3", "since": "2026-01-01", "mark": "UNVERIFIED",
        }],
        "stopped": [{ "after": "2026-03-03", "through": "2026-03-05" }],
        "years": [{ "year": 2026, "known": "holidays", "mark": "CONFIRMED" }],
    })
}

fn deadlines() -> String {
    let data = [
        deadline("D19", "signal", "overdue", "2026-03-01"),
        deadline("D01", "statutory", "in-time", "2026-02-04"),
        deadline("D06", "statutory", "running", "2026-05-04"),
        deadline("D03", "statutory", "overdue", "2026-03-09"),
    ];
    let silent = [json!({ "rule": "D11", "cause": "e".repeat(64), "missing": "amounts" })];
    json!({ "case": CASE, "as_of": as_of(), "day": "2026-03-12", "data": data, "silent": silent })
        .to_string()
}

#[test]
fn deadlines_show_what_is_due_first_and_never_mix_the_law_with_signals() {
    let ledger = FakeLedger::start();
    ledger.answer(&format!("/v1/cases/{CASE}/deadlines"), 200, deadlines());
    let call = look(&ledger, &["case", "deadlines", CASE]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let place =
        |text: &str| call.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", call.stdout));
    let order = ["Terms of the law", "✖ D03", "· D06", "✔ D01", "Signals", "! D19", "D11: amounts"];
    assert!(order.map(place).is_sorted(), "{}", call.stdout);
    for input in [
        "12.03.2026",
        "09.03.2026  OVERDUE, days: 3. Missed: title of D03",
        "04.05.2026  days left: 3. If missed: title of D06",
        "basis: EL arts. 26-28",
        "counted from 02.03.2026, record cccc",
        "notice-wd = 3, in force since 01.01.2026 (unverified)",
        "the clock stood after 03.03.2026 through 05.03.2026",
        "calendar of 2026: holidays and moved days (confirmed)",
    ] {
        place(input);
    }
    // JSON holds what the node said, item by item.
    let json = json_of(&ledger, &["case", "deadlines", CASE]);
    let told: Value = serde_json::from_str(&deadlines()).unwrap();
    assert_eq!((&json["as_of"], &json["silent"]), (&told["as_of"], &told["silent"]));
    let items = json["data"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    assert!(told["data"].as_array().unwrap().iter().all(|item| items.contains(item)));
    let lines = look(&ledger, &["case", "deadlines", CASE, "--plain"]).stdout;
    assert!(lines.starts_with("D03\tstatutory\toverdue\t3\t2026-03-09\t"), "{lines}");
}

/// The terms of an organisation: users' reports, statements after a payout, an annual report.
fn okup_deadlines() -> Value {
    let with = |mut deadline: Value, name: &str, value: Value| {
        deadline[name] = value;
        deadline
    };
    let data = [
        with(deadline("D34", "signal", "overdue", "2026-03-10"), "users", json!(2)),
        with(
            deadline("D32", "statutory", "late", "2026-03-02"),
            "statements",
            json!({ "lines": 480, "in_time": 300, "late": 20 }),
        ),
        deadline("D36", "statutory", "running", "2026-04-15"),
    ];
    json!({
        "okup": "591240000021", "as_of": as_of(), "day": "2026-03-12", "complete": false, "data": data,
    })
}

#[test]
fn an_organisations_deadlines_count_users_and_statements() {
    let ledger = FakeLedger::start();
    let path = "/v1/okups/591240000021/deadlines?open=";
    ledger.answer(&format!("{path}true"), 200, okup_deadlines().to_string());
    ledger.answer(&format!("{path}false"), 200, okup_deadlines().to_string());
    let args = ["okup", "deadlines", "--okup", "591240000021"];
    let call = look(&ledger, &args);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let place =
        |text: &str| call.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", call.stdout));
    let order = ["Terms of the law", "· D36", "✖ D32", "Signals", "! D34"];
    assert!(order.map(place).is_sorted(), "{}", call.stdout);
    for text in [
        "Organisation 591240000021 on 12.03.2026",
        "statements: 300 in time, 20 late; lines of the payout: 480",
        "users: 2",
        "notice-wd = 3, in force since 01.01.2026 (unverified)",
    ] {
        place(text);
    }
    assert!(call.stderr.contains("newest records"), "{}", call.stderr);
    let told = json_of(&ledger, &[&args[..], &["--all"]].concat());
    let items = okup_deadlines();
    assert_eq!((&told["complete"], &told["okup"]), (&items["complete"], &items["okup"]));
    assert!(
        items["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| { told["data"].as_array().unwrap().contains(item) })
    );
    for (language, users) in [("ru", "пользователей: 2"), ("kk", "пайдаланушылар: 2")]
    {
        let call = look(&ledger, &[&args[..], &["--lang", language]].concat());
        assert!(call.stdout.contains(users), "{}", call.stdout);
    }
}

#[test]
fn deadlines_are_told_in_every_language() {
    let ledger = FakeLedger::start();
    ledger.answer(&format!("/v1/cases/{CASE}/deadlines"), 200, deadlines());
    for (language, law, overdue) in
        [("ru", "Сроки по закону", "ПРОСРОЧЕНО"), ("kk", "Заңдағы мерзімдер", "МЕРЗІМІ ӨТТІ")]
    {
        let call = look(&ledger, &["case", "deadlines", CASE, "--lang", language]);
        assert!(call.stdout.contains(law) && call.stdout.contains(overdue), "{}", call.stdout);
    }
}

#[test]
fn a_status_shows_what_the_token_opens_and_says_what_is_left_out() {
    let ledger = FakeLedger::start();
    let mut view = json!({
        "case": CASE, "stage": "SUSPENDED", "records": 9, "last_record": "f".repeat(64), "as_of": as_of(),
    });
    ledger.answer(&format!("/v1/cases/{CASE}"), 200, view.to_string());
    let public = look(&ledger, &["case", "status", CASE]);
    assert!(public.stdout.contains("suspended") && !public.stdout.contains("officer"));
    assert!(public.stderr.contains("without a token"), "{}", public.stderr);
    assert!(public.stderr.contains("tamga case deadlines"), "{}", public.stderr);
    view["status"] = json!({
        "assignee": OFFICER, "debtor": DEBTOR, "claimants": ["claimant:x"], "until": "2026-04-01",
        "in_debtor_register": true, "region": null,
    });
    ledger.answer(&format!("/v1/cases/{CASE}"), 200, view.to_string());
    let whole = look(&ledger, &["case", "status", CASE]);
    for text in [OFFICER, DEBTOR, "claimant:x", "01.04.2026", "yes"] {
        assert!(whole.stdout.contains(text), "{text}: {}", whole.stdout);
    }
    assert!(!whole.stdout.contains("region") && !whole.stderr.contains("token"));
    let json = json_of(&ledger, &["case", "status", CASE]);
    assert_eq!((&json["status"], &json["records"]), (&view["status"], &json!(9)));
}

#[test]
fn a_list_goes_on_by_itself_and_stops_at_the_limit() {
    let ledger = FakeLedger::start();
    let cases = "/v1/cases?officer=officer:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    ledger.answer(
        &format!("{cases}&limit=200"),
        200,
        page(&[case_item(1), case_item(2)], Some("aa")),
    );
    // A page with a filter may be empty and still go on.
    ledger.answer(&format!("{cases}&limit=200&after=aa"), 200, page(&[], Some("bb")));
    ledger.answer(&format!("{cases}&limit=200&after=bb"), 200, page(&[case_item(3)], None));
    ledger.answer(&format!("{cases}&limit=2"), 200, page(&[case_item(1)], Some("cc")));
    ledger.answer(&format!("{cases}&limit=1&after=cc"), 200, page(&[case_item(2)], Some("dd")));
    let args = ["case", "list", "--officer", OFFICER];
    let all = json_of(&ledger, &args);
    assert_eq!(all["data"], json!([case_item(1), case_item(2), case_item(3)]));
    assert_eq!((&all["page"]["has_more"], &all["as_of"]), (&json!(false), &as_of()));
    let limited = [&args[..], &["--limit", "2"]].concat();
    let some = json_of(&ledger, &limited);
    assert_eq!(some["data"], json!([case_item(1), case_item(2)]));
    assert_eq!(some["page"]["has_more"], true);
    let human = look(&ledger, &limited);
    assert!(human.stdout.starts_with("✖ case:1  [compulsory enforcement]  overdue: 1  signals: 2"));
    assert!(
        human.stderr.contains("Shown: 2") && human.stderr.contains("--limit"),
        "{}",
        human.stderr
    );
    assert_eq!(look(&ledger, &[&args[..], &["-q"]].concat()).stdout, "case:1\ncase:2\ncase:3\n");
    // A node that goes round in circles is not followed for ever.
    ledger.answer(&format!("{cases}&limit=200&after=aa"), 200, page(&[], Some("aa")));
    assert_eq!(look(&ledger, &args).exit, 4);
}

#[test]
fn filters_reach_the_node_and_numbers_of_registries_become_subjects() {
    let ledger = FakeLedger::start();
    let officer = Subject::registered(Role::Officer, "1234").to_text();
    let path = format!("/v1/cases?officer={officer}&open=false&attention=true&limit=200");
    ledger.answer(&path, 200, page(&[case_item(1)], None));
    let args = ["case", "list", "--officer", "officer#1234", "--ended", "--attention", "-q"];
    assert_eq!(look(&ledger, &args).stdout, "case:1\n");
    ledger.answer("/v1/register?state=stale&region=%D0%90%20b&limit=200", 200, page(&[], None));
    let call = look(&ledger, &["register", "--state", "stale", "--region", "А b"]);
    assert_eq!((call.exit, call.stdout.as_str()), (0, ""));
    assert!(call.stderr.contains("Nothing found"), "{}", call.stderr);
}

fn desk(nature: &str, items: &[(i64, &str)]) -> String {
    let item = |(days, due): &(i64, &str)| {
        json!({
            "case": CASE, "stage": "INITIATED", "rule": "D03", "nature": nature, "title": "no notice",
            "due": due, "days_left": days, "cause_index": 5,
        })
    };
    let data: Vec<Value> = items.iter().map(item).collect();
    json!({
        "officer": OFFICER, "as_of": as_of(), "day": "2026-03-12",
        "statutory": { "overdue": 1, "today": 1, "tomorrow": 1, "capped": false },
        "signals": { "overdue": 1, "today": 0, "tomorrow": 0, "capped": true },
        "data": data, "page": { "has_more": false },
    })
    .to_string()
}

#[test]
fn a_desk_shows_what_is_overdue_and_due_by_tomorrow_signals_apart() {
    let ledger = FakeLedger::start();
    let at = |due: &str, nature: &str| {
        format!("/v1/officers/{OFFICER}/desk?due={due}&nature={nature}&limit=200")
    };
    let terms = [(-2, "2026-03-10"), (0, "2026-03-12"), (1, "2026-03-13"), (9, "2026-03-21")];
    ledger.answer(&at("all", "statutory"), 200, desk("statutory", &terms));
    ledger.answer(&at("all", "signal"), 200, desk("signal", &[(-1, "2026-03-11")]));
    let args = ["officer", "desk", OFFICER];
    let call = look(&ledger, &args);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let place =
        |text: &str| call.stdout.find(text).unwrap_or_else(|| panic!("{text}: {}", call.stdout));
    let order = [
        "Terms of the law",
        "overdue 1, today 1, tomorrow 1",
        "✖ 10.03.2026  OVERDUE, days: 2",
        "· 12.03.2026  today",
        "· 13.03.2026  tomorrow",
        "Signals",
        "at least: overdue 1",
        "! 11.03.2026  OVERDUE, days: 1",
    ];
    assert!(order.map(place).is_sorted(), "{}", call.stdout);
    assert!(!call.stdout.contains("21.03.2026"), "{}", call.stdout);
    let near = json_of(&ledger, &args);
    assert_eq!((near["data"].as_array().unwrap().len(), &near["day"]), (4, &json!("2026-03-12")));
    let all = json_of(&ledger, &[&args[..], &["--due", "all"]].concat());
    assert_eq!(all["data"].as_array().unwrap().len(), 5);
    ledger.answer(&at("overdue", "signal"), 200, desk("signal", &[(-1, "2026-03-11")]));
    let one = json_of(&ledger, &[&args[..], &["--due", "overdue", "--nature", "signal"]].concat());
    assert_eq!(one["data"][0]["nature"], "signal");
}

#[test]
fn the_register_tells_stale_and_expired_entries() {
    let ledger = FakeLedger::start();
    let entry = |ended: Option<&str>, stale: bool, expired: bool| {
        json!({
            "debtor": DEBTOR, "case": CASE, "since": "2026-01-09", "stage": "CLOSED_TERMINATED",
            "ended": ended, "stale": stale, "expired": expired, "presentable_until": "2026-02-01",
        })
    };
    let data = [entry(Some("2026-02-20"), true, true), entry(None, false, false)];
    ledger.answer(&format!("/v1/register/{DEBTOR}?limit=200"), 200, page(&data, None));
    let call = look(&ledger, &["register", DEBTOR]);
    for text in [
        "in the register since 09.01.2026; case ended on 20.02.2026; STALE",
        "EXPIRED: could be presented again until 01.02.2026",
        "may be presented again until 01.02.2026",
    ] {
        assert!(call.stdout.contains(text), "{text}: {}", call.stdout);
    }
    ledger.refuse("/v1/register?", Code::Unauthenticated);
    assert_eq!(look(&ledger, &["register"]).exit, 7);
}

#[test]
fn duplicates_of_every_link_are_listed_with_what_they_mean() {
    let ledger = FakeLedger::start();
    for link in ["document", "similar", "court-case"] {
        ledger.answer(&format!("/v1/duplicates?link={link}&"), 200, page(&[], None));
    }
    let group = json!({
        "link": "claim", "key": "a".repeat(64), "cases": [case_item(1), case_item(2), case_item(3)],
        "more": true,
        "findings": [
            { "finding": "SOLIDARY", "gravity": "lawful", "cases": ["case:1", "case:2"] },
            { "finding": "DOUBLE_RECOVERY", "gravity": "error", "amount": 41_200_050,
              "cases": ["case:1", "case:2", "case:3"] },
        ],
    });
    ledger.answer(
        "/v1/duplicates?link=claim&limit=50",
        200,
        page(std::slice::from_ref(&group), None),
    );
    let call = look(&ledger, &["duplicates"]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    for text in [
        "Same solidary claim",
        "and more cases",
        "✔ solidary debtors of one claim: lawful: case:1, case:2",
        "✖ recovered twice: 412 000.50 ₸ beyond what is due\n",
    ] {
        assert!(call.stdout.contains(text), "{text}: {}", call.stdout);
    }
    assert_eq!(json_of(&ledger, &["duplicates", "--link", "claim"])["data"], json!([group]));
}

fn indicator() -> Value {
    json!({
        "indicator": "executed", "title": "executed in time", "unit": "basis-points", "formula": "a / b",
        "tallies": ["a", "b"], "public": true, "targets": [{ "year": 2027, "value": 7000 }],
    })
}

fn kpi(data: &[Value]) -> String {
    let figure = json!({ "value": 3333, "part": 1, "whole": 3, "records": 3, "withheld": 1 });
    json!({
        "indicator": indicator(), "as_of": as_of(), "day": "2026-03-12", "period": "2026-02",
        "region": "75", "figure": figure, "records": "/v1/…", "data": data, "page": { "has_more": false },
    })
    .to_string()
}

#[test]
fn indicators_are_listed_computed_divided_and_opened_to_their_records() {
    let ledger = FakeLedger::start();
    let catalogue = json!({ "data": [indicator()], "k_min": 10 });
    ledger.answer("/v1/metrics/catalogue", 200, catalogue.to_string());
    assert_eq!(json_of(&ledger, &["indicators"])["data"], json!([indicator()]));
    let whole = "/v1/metrics/kpi?indicator=executed&region=75&period=2026-02&limit=200";
    ledger.answer(whole, 200, kpi(&[]));
    let args = ["indicators", "executed", "--region", "75", "--period", "2026-02"];
    let call = look(&ledger, &args);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    for text in [
        "executed in time",
        "2026-02  75  33.33 %, 1 of 3, records: 3, cells withheld: 1",
        "2027 — 70.00 %",
    ] {
        assert!(call.stdout.contains(text), "{text}: {}", call.stdout);
    }
    assert_eq!(json_of(&ledger, &args)["figure"]["value"], 3333);
    let part = json!({ "of": "D03", "figure": { "records": 2 } });
    let divided = "/v1/metrics/kpi?indicator=executed&by=rule&limit=200";
    ledger.answer(divided, 200, kpi(std::slice::from_ref(&part)));
    let by_rule = ["indicators", "executed", "--by", "rule"];
    assert_eq!(json_of(&ledger, &by_rule)["data"], json!([part]));
    assert!(look(&ledger, &by_rule).stdout.contains("D03          no figure, records: 2"));
    // Without a tally, the records of all of them follow one another.
    for tally in ["a", "b"] {
        let record = json!({
            "tally": tally, "month": "2026-02", "region": "75", "record_id": "1".repeat(64),
            "kind": "E15", "case": CASE, "index": 4, "event_time": "2026-02-10T09:00:00Z",
        });
        let path =
            format!("/v1/metrics/kpi/executed/records?tally={tally}&period=2026-02&limit=200");
        ledger.answer(&path, 200, page(&[record], None));
    }
    let records = ["indicators", "executed", "--records", "--period", "2026-02"];
    let found = json_of(&ledger, &records);
    let tallies: Vec<&Value> =
        found["data"].as_array().unwrap().iter().map(|record| &record["tally"]).collect();
    assert_eq!(tallies, ["a", "b"]);
}

#[test]
fn a_look_up_that_says_too_little_or_what_would_be_ignored_is_a_wrong_call() {
    for args in [
        &["case", "list"][..],
        &["case", "list", "--officer", "officer#1", "--debtor", DEBTOR],
        &["case", "list", "--officer", DEBTOR],
        &["case", "list", "--officer", "officer#1", "--open", "--ended"],
        &["case", "list", "--officer", "officer#1", "--limit", "0"],
        &["officer", "desk", "officer#"],
        &["register", DEBTOR, "--state", "stale"],
        &["register", OFFICER],
        &["duplicates", "--link", "name"],
        &["indicators", "--period", "2026"],
        &["indicators", "--limit", "3"],
        &["indicators", "executed", "--limit", "3"],
        &["indicators", "executed", "--tally", "a"],
        &["indicators", "executed", "--records", "--by", "rule"],
        &["indicators", "executed", "--region", "75", "--office", OFFICER],
    ] {
        let call = call_with(args, &[("TAMGA_URL", "http://127.0.0.1:9")]);
        assert_eq!((call.exit, call.stdout.as_str()), (2, ""), "{args:?}: {}", call.stderr);
    }
}
