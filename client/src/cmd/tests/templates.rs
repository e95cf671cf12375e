//! Templates, filled in and read in each language and form, and a row that is mended in the errors file.

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::*;
use crate::import::source::{Reading, Source};
use crate::template::{ALL, Template};
use crate::testing::{AUTHORITY, FakeLedger, OKUP, devnet};

/// A folder and a ledger on which the organisation is accredited.
struct Desk {
    dir: tempfile::TempDir,
    ledger: FakeLedger,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        devnet(dir.path());
        let desk = Self { dir, ledger: FakeLedger::start() };
        let granted = json!({
            "kind": "G05", "issuer": format!("organisation#{AUTHORITY}"),
            "subject": format!("accreditation#{OKUP}.COPYRIGHT"),
            "subjects": [format!("organisation#{OKUP}"), format!("cmo#{OKUP}")],
            "event_time": "2025-01-10T00:00:00Z",
            "fields": {
                "sphere": "COPYRIGHT", "state": "GRANTED", "state_date": "2025-01-01",
                "valid_from": "2025-01-01", "valid_to": "2028-01-01", "act_hash": "00".repeat(32),
            },
        });
        let mut granted = granted;
        let item = tamga_state::status::Accreditation::subject(
            OKUP,
            tamga_state::status::Sphere::Copyright,
        );
        granted["subject"] = json!(item.to_text());
        std::fs::write(desk.path("granted.ndjson"), format!("{granted}\n")).unwrap();
        let call =
            desk.call(&["import", &desk.path("granted.ndjson"), "--drafts", "--sign", "authority"]);
        assert_eq!(call.exit, 0, "{}{}", call.stdout, call.stderr);
        desk
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn call(&self, args: &[&str]) -> Call {
        let devnet = self.path("devnet");
        call_with(args, &[("TAMGA_URL", self.ledger.url()), ("TAMGA_DEVNET", &devnet)])
    }

    /// Reads a table with the command of its template.
    fn read(&self, template: &Template, file: &str) -> Call {
        let (file, map, out) = (self.path(file), self.path("map.toml"), self.path("out.ndjson"));
        match template.name {
            "works" => self.call(&["works", "read", &file, "--out", &out]),
            "usage" => self.call(&["usage", "read", &file, "--mapping", &map, "--out", &out]),
            "parties" => {
                std::fs::write(self.path("none.ndjson"), "").unwrap();
                let none = self.path("none.ndjson");
                self.call(&[
                    "works",
                    "draft",
                    &none,
                    "--okup",
                    OKUP,
                    "--parties",
                    &file,
                    "--valid-from",
                    "2026-01-01",
                    "--out",
                    &out,
                ])
            }
            _ => self.call(&["import", &file, "--map", &map, "--progress", "none"]),
        }
    }

    /// Where the rows that did not read are told of.
    fn errors(&self, template: &Template, file: &str) -> String {
        let imported = template.command.starts_with("tamga import");
        if imported { format!("{file}.errors.csv") } else { "out.ndjson.errors.csv".to_owned() }
    }
}

/// The template as a program writes it, filled with one row.
fn filled(empty: &[u8], form: &str, row: &[String]) -> Vec<u8> {
    if form == "csv" {
        let mut text = String::from_utf8(empty.to_vec()).unwrap();
        text.push_str(&row.join(";"));
        text.push_str("\r\n");
        return text.into_bytes();
    }
    let header = Source::parse(empty, &Reading::default(), &[]).unwrap().header;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, (name, cell)) in (0..).zip(header.iter().zip(row)) {
        sheet.write(0, at, name).unwrap();
        sheet.write(1, at, cell).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A column of each template, and what must not stand there.
const WRONG: [(&str, &str, &str); 6] = [
    ("works", "share_pr", "101"),
    ("parties", "rightsholder", "591240000248"),
    ("mandates", "valid_from", "01.13.2026"),
    ("licences", "sphere", "музыка"),
    ("collections", "amount", "1.005"),
    ("usage", "right_category", "XX"),
];

#[test]
fn every_template_is_read_in_each_language_and_form_and_a_wrong_row_is_mended() {
    for template in ALL {
        let (_, column, wrong) =
            WRONG.into_iter().find(|(name, ..)| *name == template.name).unwrap();
        for language in ["kk", "ru"] {
            for form in ["csv", "xlsx"] {
                let case = format!("{} {language} {form}", template.name);
                let desk = Desk::new();
                let (file, map) = (desk.path(&format!("table.{form}")), desk.path("map.toml"));
                let mut args =
                    vec!["template", "write", template.name, "--lang", language, "--out", &file];
                if template.mapping().is_some() {
                    args.extend(["--mapping", &map]);
                }
                let call = desk.call(&args);
                assert_eq!(call.exit, 0, "{case}: {}", call.stderr);
                let empty = std::fs::read(&file).unwrap();
                let cell = |name: &str, example: &str| {
                    if name == column { wrong.to_owned() } else { example.to_owned() }
                };
                let row: Vec<String> =
                    template.columns.iter().map(|it| cell(it.name, it.example)).collect();
                std::fs::write(&file, filled(&empty, form, &row)).unwrap();
                let name = format!("table.{form}");
                let before = desk.ledger.recorded();
                let call = desk.read(template, &name);
                let place = template.columns.iter().find(|it| it.name == column).unwrap();
                if template.name == "parties" {
                    // A list is taken whole or not at all.
                    assert_eq!(call.exit, 2, "{case}: {}{}", call.stdout, call.stderr);
                    assert!(call.stderr.contains(wrong), "{case}: {}", call.stderr);
                    let good: Vec<String> =
                        template.columns.iter().map(|it| it.example.to_owned()).collect();
                    std::fs::write(&file, filled(&empty, form, &good)).unwrap();
                    let call = desk.read(template, &name);
                    assert_eq!(call.exit, 0, "{case}: {}{}", call.stdout, call.stderr);
                    continue;
                }
                assert_eq!(call.exit, 11, "{case}: {}{}", call.stdout, call.stderr);
                let errors = desk.errors(template, &name);
                let text = desk.text(&errors);
                let heading = place.heading[usize::from(language == "ru")];
                // Headings stay those of the table, also where the reason names one.
                assert!(text.lines().next().unwrap().contains(heading), "{case}: {text}");
                assert!(
                    text.lines().nth(1).unwrap().contains(&format!("{heading}: ")),
                    "{case}: {text}"
                );
                assert_eq!(desk.ledger.recorded(), before, "{case}");
                let mended = text.replacen(wrong, place.example, 1);
                std::fs::write(desk.path("mended.csv"), &mended).unwrap();
                let call = desk.read(template, "mended.csv");
                assert_eq!(call.exit, 0, "{case}: {}{}", call.stdout, call.stderr);
                let imported = template.command.starts_with("tamga import");
                assert_eq!(desk.ledger.recorded(), before + usize::from(imported), "{case}");
            }
        }
    }
}

#[test]
fn the_example_of_a_template_is_read_as_it_is() {
    for template in ALL {
        for (language, form) in [("kk", "xlsx"), ("ru", "csv")] {
            let desk = Desk::new();
            let (file, map) = (desk.path(&format!("table.{form}")), desk.path("map.toml"));
            let mut args = vec![
                "template",
                "write",
                template.name,
                "--headings",
                language,
                "--example",
                "--out",
                &file,
            ];
            if template.mapping().is_some() {
                args.extend(["--mapping", &map]);
            }
            assert_eq!(desk.call(&args).exit, 0);
            let first = std::fs::read(&file).unwrap();
            assert_eq!(desk.call(&args).exit, 0);
            assert!(first == std::fs::read(&file).unwrap(), "the same call gives the same bytes");
            let call = desk.read(template, &format!("table.{form}"));
            assert_eq!(
                call.exit, 0,
                "{} {language} {form}: {}{}",
                template.name, call.stdout, call.stderr
            );
        }
    }
}

#[test]
fn words_of_both_languages_and_days_of_both_forms_are_read() {
    let desk = Desk::new();
    let (file, map) = (desk.path("table.csv"), desk.path("map.toml"));
    let write =
        ["template", "write", "mandates", "--lang", "ru", "--out", &file, "--mapping", &map];
    assert_eq!(desk.call(&write).exit, 0);
    let tag = "rightsholder:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    let hash = "00".repeat(32);
    let rows = [
        format!(
            "{OKUP};D-1;Заключен;15.01.2026;{tag};pr, Механическое воспроизведение;KZ;Авторлық құқық;01.02.2026;;;{hash}"
        ),
        format!("{OKUP};D-1;уведомлено о расторжении;2026-03-01;{tag};;;;;;2026-06-30;"),
        format!("{OKUP};D-1;ТОҚТАТЫЛДЫ;2026-07-01;{tag};;;;;;30.06.2026;"),
    ];
    let text = format!("{}{}\r\n", desk.text("table.csv"), rows.join("\r\n"));
    std::fs::write(&file, text).unwrap();
    let call = desk.call(&["import", &file, "--map", &map, "--json"]);
    assert_eq!(call.exit, 0, "{}{}", call.stdout, call.stderr);
    let summary: Value = serde_json::from_str(call.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&summary["recorded"], &summary["kinds"]["R03"]), (&3.into(), &3.into()));
    let taken = desk.ledger.taken();
    let mandates: std::collections::BTreeSet<_> =
        taken.iter().skip(1).map(|it| it.record().record().subject).collect();
    assert_eq!(mandates.len(), 1, "one contract is one mandate");
}

#[test]
fn a_rightsholder_is_a_tag_and_never_a_number() {
    let desk = Desk::new();
    let (file, map) = (desk.path("table.csv"), desk.path("map.toml"));
    let write =
        ["template", "write", "mandates", "--lang", "ru", "--out", &file, "--mapping", &map];
    assert_eq!(desk.call(&write).exit, 0);
    let row = format!(
        "{OKUP};D-1;заключён;2026-01-15;591240000248;PR;KZ;COPYRIGHT;2026-02-01;;;{}",
        "00".repeat(32)
    );
    std::fs::write(&file, format!("{}{row}\r\n", desk.text("table.csv"))).unwrap();
    let call = desk.call(&["import", &file, "--map", &map]);
    assert_eq!(call.exit, 11, "{}", call.stdout);
    assert!(desk.text("table.csv.errors.csv").contains("rightsholder:<43"));
}

#[test]
fn two_mandates_of_one_rightsholder_are_found_by_a_dry_run() {
    let desk = Desk::new();
    let (file, map) = (desk.path("table.csv"), desk.path("map.toml"));
    let write = ["template", "write", "mandates", "--out", &file, "--mapping", &map];
    assert_eq!(desk.call(&write).exit, 0);
    let tag = "rightsholder:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    let row = |number: u8| {
        format!(
            "{OKUP};D-{number};SIGNED;2026-01-15;{tag};PR;KZ;COPYRIGHT;2026-02-01;;;{}\r\n",
            "00".repeat(32)
        )
    };
    std::fs::write(&file, format!("{}{}{}", desk.text("table.csv"), row(1), row(2))).unwrap();
    let call = desk.call(&["import", &file, "--map", &map, "--dry-run", "--batch", "1", "--json"]);
    let summary: Value = serde_json::from_str(call.stdout.lines().next().unwrap()).unwrap();
    assert_eq!((&summary["recorded"], &summary["refused"]), (&1.into(), &1.into()), "{summary}");
}

#[test]
fn notes_of_a_table_hold_no_separator_and_examples_no_real_number() {
    for template in ALL {
        for column in template.columns {
            for text in column.heading.iter().chain(&column.note) {
                assert!(!text.contains([';', '"', '\t', '\n']), "{text}");
            }
            let digits: String = column.example.chars().filter(char::is_ascii_digit).collect();
            // Organisations of the examples were registered in December 1959.
            assert!(digits.len() != 12 || digits.starts_with("5912400"), "{}", column.example);
        }
    }
}

#[test]
fn templates_are_listed_and_wrong_names_refused() {
    let desk = Desk::new();
    let list = desk.call(&["template", "list", "-q"]);
    let names: Vec<&str> = ALL.iter().map(|template| template.name).collect();
    assert_eq!(list.stdout.lines().collect::<Vec<_>>(), names);
    let file = desk.path("x.csv");
    let unknown = desk.call(&["template", "write", "worsk", "--out", &file]);
    assert_eq!(unknown.exit, 2);
    assert!(unknown.stderr.contains("works, parties"), "{}", unknown.stderr);
    let pointless =
        desk.call(&["template", "write", "works", "--out", &file, "--mapping", "m.toml"]);
    assert_eq!(pointless.exit, 2);
    let same = desk.call(&["template", "write", "usage", "--out", &file, "--mapping", &file]);
    assert_eq!(same.exit, 2);
    assert!(!desk.dir.path().join("x.csv").exists());
}
