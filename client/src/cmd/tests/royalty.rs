//! Works and usage read from files of the royalty trade.

use serde_json::Value;

use super::*;

const CWR: &str = "CW220001000_DMP.V21";
const STATEMENT: &str = "royaltystatement.csv";
const COLUMNS: [&str; 8] = [
    "-c",
    "work=Work ID",
    "-c",
    "right_category=Right Type",
    "-c",
    "amount=Amount",
    "-c",
    "currency=Currency",
];

/// A folder with the samples.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
        for name in [CWR, STATEMENT] {
            std::fs::copy(data.join(name), dir.path().join(name)).unwrap();
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    fn works(&self, file: &str, options: &[&str]) -> Call {
        let (file, out) = (self.path(file), self.path("works.ndjson"));
        call(&[&["works", "read", &file, "--out", &out], options].concat())
    }

    fn usage(&self, file: &str, options: &[&str]) -> Call {
        let (file, out) = (self.path(file), self.path("usage.ndjson"));
        call(&[&["usage", "read", &file, "--out", &out], options].concat())
    }
}

#[test]
fn works_are_written_and_what_did_not_fit_is_told_in_every_form() {
    let desk = Desk::new();
    let call = desk.works(CWR, &["--json"]);
    assert_eq!(call.exit, 11, "{}", call.stderr);
    let told: Value = serde_json::from_str(&call.stdout).unwrap();
    assert_eq!(
        (&told["items"], &told["left_out"], &told["findings"]),
        (&2.into(), &0.into(), &5.into())
    );
    let works: Vec<Value> =
        desk.text("works.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<&str> =
        works.iter().map(|work| work["submitter_work"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["MK000003", "MK000004"]);
    let errors = desk.text("works.ndjson.errors.csv");
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 6, "{errors}");
    assert_eq!(
        lines[1],
        "5,SPU,ipi_name,00000000004,field,TMG-6020,it is no IPI name number: its form or check digit is wrong,\
         Look the number up and correct it; without it the rest is read."
    );
    for (form, lines) in [("--plain", 1), ("-q", 1), ("--ndjson", 1), ("--color=never", 8)] {
        let call = desk.works(CWR, &[form]);
        assert_eq!(
            (call.exit, call.stdout.lines().count()),
            (11, lines),
            "{form}: {}",
            call.stdout
        );
    }
    let human = desk.works(CWR, &[]).stdout;
    assert!(
        human.contains(
            "line 27 TRL transaction_count: the count is another than in the file, which has 2"
        ),
        "{human}"
    );
}

#[test]
fn a_file_that_fits_leaves_no_errors_file() {
    let desk = Desk::new();
    assert_eq!(desk.works(CWR, &[]).exit, 11);
    assert!(desk.has("works.ndjson.errors.csv"));
    let fits = desk
        .text(CWR)
        .replace("0000002000000025", "0000000200000025")
        .replace("0000002000000027", "0000000200000027")
        .replace("E 00000000000000000004", "E 00000000000000000199");
    let second = fits.find("ACK00000001").unwrap();
    let (first, rest) = fits.split_at(second);
    let fits = format!("{first}{}", rest.replace("T3005600277", "T0345246801"));
    std::fs::write(desk.path("good.V21"), fits).unwrap();
    let call = desk.works("good.V21", &[]);
    assert_eq!(call.exit, 0, "{}", call.stdout);
    assert!(!desk.has("works.ndjson.errors.csv"));
}

#[test]
fn rows_of_a_statement_are_corrected_in_the_errors_file_and_read_again() {
    let desk = Desk::new();
    let call = desk.usage(STATEMENT, &COLUMNS);
    assert_eq!(call.exit, 11, "{}", call.stderr);
    assert!(call.stdout.contains("row 6: Currency: Really: it is no code"), "{}", call.stdout);
    assert_eq!(desk.text("usage.ndjson"), "");
    let errors = desk.text("usage.ndjson.errors.csv");
    assert_eq!(errors.lines().count(), 7);
    assert!(errors.contains("correct Currency here and read this file again"), "{errors}");
    std::fs::write(desk.path("corrected.csv"), errors.replace(",Really,", ",EUR,")).unwrap();
    let call = desk.usage("corrected.csv", &COLUMNS);
    assert_eq!(call.exit, 0, "{}", call.stdout);
    assert!(!desk.has("usage.ndjson.errors.csv"));
    let first: Value =
        serde_json::from_str(desk.text("usage.ndjson").lines().next().unwrap()).unwrap();
    assert_eq!((&first["work_id"], &first["amount"]), (&"X123".into(), &10_051.into()));
}

#[test]
fn a_mapping_file_does_what_columns_do() {
    let desk = Desk::new();
    let mapping = "version = 1\n[fields]\nwork = { text = \"{Work ID}\" }\nright_category = { text = \"{Right Type}\" }\n\
                   amount = { money = \"Amount\" }\ncurrency = { text = \"EUR\" }\n";
    std::fs::write(desk.path("map.toml"), mapping).unwrap();
    let call = desk.usage(STATEMENT, &["--mapping", &desk.path("map.toml"), "--json"]);
    let told: Value = serde_json::from_str(&call.stdout).unwrap();
    assert_eq!((call.exit, &told["items"], &told["errors"]), (0, &6.into(), &Value::Null));
}

#[test]
fn a_sales_report_is_known_by_itself_and_needs_no_mapping() {
    let desk = Desk::new();
    let report = "HEAD\tdsrf/1.1.2/1.6/1.0\tp\t1.0\tM1\t2026-04-10T10:05:00Z\t1\t1\t2026-01-01\t2026-03-31\n\
                  SY02\tS1\tMyCo\t\tModel\tStream\tKZ\tPremium\n\
                  #SU02\tBlockId\tSummaryRecordId\tUsages\n\
                  AS01\t1\tr1\tD1\tKZA122400001\tSong\nSU02\t1\tS1\t10\nFOOT\t6\t6\t1\t1\t1\n";
    std::fs::write(desk.path("report.tsv"), report).unwrap();
    let call = desk.usage("report.tsv", &[]);
    assert_eq!(call.exit, 0, "{}{}", call.stdout, call.stderr);
    let line: Value = serde_json::from_str(desk.text("usage.ndjson").trim()).unwrap();
    assert_eq!((&line["uses"], &line["isrcs"][0]), (&"10".into(), &"KZA122400001".into()));
    let call = desk.usage("report.tsv", &COLUMNS);
    assert_eq!(call.exit, 2);
    assert!(call.stderr.contains("--columns has no meaning with DSR"), "{}", call.stderr);
}

#[test]
fn no_file_of_a_call_is_written_over_another() {
    let desk = Desk::new();
    let before = desk.text(CWR);
    let (file, other) = (desk.path(CWR), desk.path("other"));
    for args in [
        &["--out", &file][..],
        &["--out", &other, "--errors", &file],
        &["--out", &other, "--errors", &other],
    ] {
        let call = call(&[&["works", "read", &file], args].concat());
        assert_eq!(call.exit, 2, "{args:?}: {}", call.stderr);
    }
    assert_eq!(desk.text(CWR), before);
    assert!(!desk.has("other"));
    assert_eq!(call(&["works", "read", &desk.path("absent"), "--out", &other]).exit, 5);
}

#[test]
fn what_is_wrong_is_told_in_the_language_of_the_call() {
    let desk = Desk::new();
    for language in ["kk", "ru"] {
        let calls = [
            desk.works(STATEMENT, &["--lang", language]),
            desk.usage(STATEMENT, &["--lang", language]),
            desk.usage(STATEMENT, &["-c", "title", "--lang", language]),
            desk.usage(STATEMENT, &["-c", "title=Work Title", "--lang", language]),
        ];
        for call in calls {
            assert_eq!(call.exit, 2);
            for line in call.stderr.lines().filter(|line| !line.contains("(tamga explain")) {
                let cyrillic = line.chars().any(|c| ('\u{400}'..'\u{500}').contains(&c));
                assert!(cyrillic, "{language}: {line}");
            }
        }
        desk.works(CWR, &["--lang", language]);
        for line in desk.text("works.ndjson.errors.csv").lines().skip(1) {
            let words = line.split(',').skip(6).collect::<String>();
            assert!(words.chars().any(|c| ('\u{400}'..'\u{500}').contains(&c)), "{line}");
        }
    }
}
