//! The desk of an organisation, over a ledger with a quarter of royalties and a network that breaks.

use std::collections::BTreeMap;

use serde_json::Value;
use tamga_state::status::PoolState;

use super::*;
use crate::testing::Quarter;
use crate::testing::quarter::{OKUP, author, batch, usage_draft, usage_lines};

/// An organisation with its plan, and usage reported.
struct Desk {
    dir: tempfile::TempDir,
    ledger: Quarter,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { dir: tempfile::tempdir().unwrap(), ledger: Quarter::start() };
        desk.write("policy.txt", Quarter::policy());
        desk.write(
            "cmo.key",
            crate::keyfile::seal(&crate::testing::seed("cmo"), "horse", 2).unwrap(),
        );
        desk.write("usage.json", usage_draft("usage").to_string());
        desk.write("usage.lines", usage_lines());
        desk.write("plan.toml", plan(&[]));
        desk
    }

    fn reported() -> Self {
        let desk = Self::new();
        let call = desk.submit(&[]);
        assert_eq!(call.exit, 0, "{}", call.stderr);
        desk
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.dir.path().join(name), content).unwrap();
    }

    fn call(&self, args: &[&str]) -> Call {
        let (policy, key) = (self.path("policy.txt"), self.path("cmo.key"));
        let env = [
            ("TAMGA_URL", self.ledger.url()),
            ("TAMGA_POLICY", &policy),
            ("TAMGA_KEY", &key),
            ("TAMGA_PASSPHRASE", "horse"),
        ];
        call_with(&[args, &["--json"]].concat(), &env)
    }

    fn submit(&self, more: &[&str]) -> Call {
        let (draft, lines) = (self.path("usage.json"), self.path("usage.lines"));
        self.call(&[&["submit", &draft, "--attachment", &lines][..], more].concat())
    }

    fn pool(&self, command: &str, more: &[&str]) -> Call {
        let plan = self.path("plan.toml");
        let which = ["--okup", OKUP, "--period", "2026-Q1"];
        self.call(&[&["pool", command, &plan][..], &which, more].concat())
    }
}

/// A plan, with words changed.
fn plan(changes: &[(&str, &str)]) -> String {
    let plan = format!(
        "weighting = \"USES\"\nright_categories = [\"PR\"]\nusage = [\"{}\"]\nundistributed = 3\n\
         [deductions]\nCOLLECTION_COST = 200000\n[tax]\nrule = \"test\"\nrate_bp = 1000\n",
        batch("usage").to_text()
    );
    changes.iter().fold(plan, |plan, (old, new)| plan.replace(old, new))
}

#[track_caller]
fn object(call: &Call) -> Value {
    serde_json::from_str(&call.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}\n{}", call.stdout, call.stderr))
}

/// The outcomes of all checks that don't simply hold.
fn outcomes(shown: &Value) -> BTreeMap<String, String> {
    let rows = shown["checks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.map(|row| (text(&row["check"]), text(&row["outcome"])))
        .filter(|(_, outcome)| outcome != "holds")
        .collect()
}

#[test]
fn a_draft_with_lines_is_completed_judged_uploaded_and_taken_up_again() {
    let desk = Desk::new();
    let tried = desk.submit(&["--dry-run"]);
    assert_eq!(tried.exit, 0, "{}", tried.stderr);
    assert!(desk.ledger.recorded().is_empty());
    // The network breaks ever later, until nothing is left to do.
    let mut broken = 0;
    let done = loop {
        desk.ledger.break_after(broken);
        let call = desk.submit(&[]);
        if call.exit == 0 {
            break call;
        }
        assert_eq!(call.exit, 6, "{}", call.stderr);
        broken += 1;
    };
    assert!(broken > 5, "{broken}");
    desk.ledger.mend();
    assert_eq!(desk.ledger.recorded(), ["R05"]);
    let again = desk.submit(&[]);
    assert_eq!(object(&again)["record_id"], object(&done)["record_id"]);
    assert_eq!(desk.ledger.recorded(), ["R05"]);
    // The signed bytes with their lines are a submission, too; other lines are none of it.
    let (signed, lines) = (desk.path("usage.lines.signed"), desk.path("usage.lines"));
    assert_eq!(desk.call(&["submit", &signed, "--attachment", &lines]).exit, 0);
    desk.write("usage.lines", &usage_lines()[..usage_lines().len() / 6]);
    let other = desk.call(&["submit", &signed, "--attachment", &lines]);
    assert_eq!(other.exit, 2, "{}", other.stderr);
}

#[test]
fn what_validators_would_refuse_is_refused_before_anything_is_sent() {
    let desk = Desk::new();
    let mut draft = usage_draft("usage");
    draft["fields"]["uses"] = 7.into();
    desk.write("usage.json", draft.to_string());
    let call = desk.submit(&[]);
    assert_eq!(call.exit, 8, "{}", call.stderr);
    assert!(call.stderr.contains("/fields/uses"), "{}", call.stderr);
    assert!(!desk.dir.path().join("usage.lines.signed").exists());
    desk.write("usage.lines", [&usage_lines()[..], b"\x00"].concat());
    assert_eq!(desk.submit(&[]).exit, 8);
    desk.write("usage.lines", [&usage_lines()[..], b"\xff"].concat());
    assert_eq!(desk.submit(&[]).exit, 2);
    assert!(desk.ledger.recorded().is_empty());
}

#[test]
fn a_check_shows_what_is_held_and_every_tiyn_is_somewhere() {
    let desk = Desk::reported();
    let errors = desk.path("errors.csv");
    let call = desk.pool("check", &["--errors", &errors]);
    assert_eq!(call.exit, 0, "{}", call.stderr);
    let shown = object(&call);
    let looked: Vec<String> = outcomes(&shown).into_keys().collect();
    assert_eq!(looked, ["C08", "C09", "C12"]);
    // Six uses of one weight: two of the song, one each of the others.
    assert_eq!((&shown["amount"], &shown["lines"]), (&800_000.into(), &8.into()));
    let causes: Vec<&str> =
        shown["held"].as_array().unwrap().iter().map(|it| it["cause"].as_str().unwrap()).collect();
    assert_eq!(causes, ["UNIDENTIFIED_WORK", "NO_SHARES", "NO_MANDATE"]);
    for held in shown["held"].as_array().unwrap() {
        assert!((133_333..=133_334).contains(&held["amount"].as_i64().unwrap()), "{held}");
    }
    let errors = std::fs::read_to_string(errors).unwrap();
    assert!(
        errors.contains(&format!("NO_MANDATE,{},1,13333", author("dina").to_text())),
        "{errors}"
    );
    assert_eq!(desk.ledger.recorded(), ["R05"], "nothing is recorded");
}

#[test]
fn each_fault_of_a_plan_fails_at_its_check_and_nothing_is_recorded() {
    let desk = Desk::reported();
    let cases: [(&[(&str, &str)], &[&str]); 4] = [
        (&[("200000", "300001")], &["C02", "RULES"]),
        (&[("undistributed = 3", "undistributed = 800004")], &["C01", "C04", "RULES"]),
        (&[("\"PR\"", "\"MR\"")], &["C12"]),
        (&[("COLLECTION_COST", "OTHER")], &["C03"]),
    ];
    for (changes, failed) in cases {
        desk.write("plan.toml", plan(changes));
        let call = desk.pool("check", &[]);
        let found = outcomes(&object(&call));
        for check in failed {
            assert!(found.contains_key(*check), "{changes:?}: {found:?}");
        }
        let fails = found.values().any(|outcome| outcome == "fails");
        assert_eq!(call.exit, if fails { 8 } else { 0 }, "{changes:?}: {found:?}");
        assert_eq!(desk.pool("publish", &["--dry-run"]).exit, call.exit);
    }
    assert_eq!(desk.ledger.recorded(), ["R05"]);
}

#[test]
fn holds_of_a_plan_and_a_minimum_are_kept_to() {
    let desk = Desk::reported();
    let hold = format!(
        "\n[[hold]]\nrightsholder = \"{}\"\nreason = \"NO_BANK_DETAILS\"\n",
        author("berik").to_text()
    );
    desk.write("plan.toml", plan(&[("undistributed", "minimum = 300000\nundistributed")]) + &hold);
    let shown = object(&desk.pool("check", &[]));
    let held: BTreeMap<&str, i64> = shown["held"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["cause"].as_str().unwrap(), it["lines"].as_i64().unwrap()))
        .collect();
    assert_eq!(held["PLAN"], 2, "berik's lines of the song");
    assert_eq!(held["BELOW_MINIMUM"], 3, "aigul's come to less than the minimum");
}

#[test]
fn a_publication_that_breaks_off_anywhere_goes_on_and_repeats_nothing() {
    let desk = Desk::reported();
    let mut broken = 0;
    loop {
        desk.ledger.break_after(broken);
        let call = desk.pool("publish", &[]);
        if call.exit == 0 {
            break;
        }
        assert_eq!(call.exit, 6, "{}", call.stderr);
        broken += 1;
    }
    desk.ledger.mend();
    assert!(broken > 10, "{broken}");
    let steps = ["R05", "POOL_FIXED", "R08", "APPROVED", "PUBLISHED"];
    assert_eq!(desk.ledger.recorded(), steps);
    let again = desk.pool("publish", &[]);
    assert_eq!(object(&again)["records"].as_array().unwrap().len(), 0, "{}", again.stdout);
    assert_eq!(desk.ledger.recorded(), steps);
    let pool = desk.ledger.pool();
    assert_eq!((pool.state, pool.in_lines), (PoolState::Published, 800_000));
}

#[test]
fn payouts_leave_out_who_is_levied_on_until_the_bailiff_has_an_amount() {
    let desk = Desk::reported();
    assert_eq!(desk.pool("publish", &[]).exit, 0);
    desk.ledger.levy("berik");
    let tried = desk.pool("payout", &["--dry-run"]);
    assert_eq!(tried.exit, 11, "{}", tried.stderr);
    assert!(!desk.ledger.recorded().contains(&"R09".to_owned()));
    let first = desk.pool("payout", &[]);
    assert_eq!(first.exit, 11, "{}", first.stderr);
    let shown = object(&first);
    assert_eq!((&shown["payments"], &shown["skipped"]), (&1.into(), &1.into()));
    let list = std::fs::read_to_string(shown["payouts"][0]["list"].as_str().unwrap()).unwrap();
    let cells: Vec<&str> = list.lines().nth(1).unwrap().split(',').collect();
    let amount = |at: usize| cells[at].parse::<i64>().unwrap();
    assert_eq!(cells[0], author("aigul").to_text());
    assert_eq!(amount(2), (amount(1) + amount(2)) / 10, "a tenth is tax, to the whole tiyn");

    let levies = desk.path("levies.csv");
    let write = |levied: i64| {
        let row = format!("rightsholder,levied\n{},{levied}\n", author("berik").to_text());
        desk.write("levies.csv", row);
    };
    write(1_000_000);
    assert_eq!(desk.pool("payout", &["--levies", &levies]).exit, 2, "more than is owed");
    write(50_000);
    let second = desk.pool("payout", &["--levies", &levies]);
    assert_eq!(second.exit, 0, "{}", second.stderr);
    assert_eq!(object(&second)["levied"], 50_000);
    let nothing = desk.pool("payout", &["--levies", &levies]);
    assert_eq!((nothing.exit, &object(&nothing)["payments"]), (0, &0.into()));
    let pool = desk.ledger.pool();
    let open: i64 = 800_000 - pool.paid.iter().sum::<i64>();
    // Six lines, each rounded up or down.
    assert!((399_994..=400_006).contains(&open), "three of six uses are held: {open}");
}

#[test]
fn statements_reach_everybody_with_lines_and_a_report_closes_the_period() {
    let desk = Desk::reported();
    assert_eq!(desk.pool("publish", &[]).exit, 0);
    assert_eq!(desk.pool("payout", &[]).exit, 0);
    let run = desk.path("statements.json");
    let give = || {
        let args = ["pool", "statements", "--okup", OKUP, "--period", "2026-Q1", "--run", &run];
        desk.call(&args)
    };
    // Aigul and berik are paid, dina's are held; nobody else has a name.
    let given = give();
    assert_eq!((given.exit, &object(&given)["recorded"]), (0, &3.into()), "{}", given.stderr);
    let again = give();
    assert_eq!(object(&again)["rightsholders"], 0);
    desk.write("report.pdf", "a report");
    let document = desk.path("report.pdf");
    let report = ["pool", "report", "--okup", OKUP, "--period", "2026-Q1", "--document", &document];
    let dry = desk.call(&[&report[..], &["--dry-run"]].concat());
    assert_eq!(object(&dry)["record_id"], Value::Null);
    let reported = desk.call(&report);
    assert_eq!(reported.exit, 0, "{}", reported.stderr);
    let figures = &object(&reported)["figures"];
    assert_eq!((&figures["collected"], &figures["deducted"]), (&1_000_003.into(), &200_000.into()));
    assert_eq!(object(&desk.call(&report))["record_id"], object(&reported)["record_id"]);
    assert_eq!(desk.ledger.recorded().iter().filter(|it| *it == "R11").count(), 1);
}
