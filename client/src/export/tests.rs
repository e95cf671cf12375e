use tamga_api::draft::Draft;

use super::*;

fn vector(name: &str) -> String {
    let path = format!("{}/../tests/vectors/receipt/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The line of a published receipt with an opened body.
fn line() -> (Vec<u8>, Policy) {
    let policy = Policy::parse(&vector("policy.txt")).unwrap();
    let receipt = vector("opened.tamga-receipt");
    let facts = verify::receipt(&receipt, &policy).facts.unwrap();
    let exported = Exported { receipt: Some(receipt), ..Exported::proven(&facts).unwrap() };
    let mut line = Vec::new();
    exported.write(&mut line).unwrap();
    (line, policy)
}

fn verdict(line: &[u8], policy: &Policy) -> Option<Verdict> {
    Exported::parse(line).map(|exported| exported.verify(policy).verdict)
}

#[test]
fn no_byte_of_a_line_can_change() {
    let (line, policy) = line();
    assert_eq!(verdict(&line, &policy), Some(Verdict::Authentic));
    for at in 0..line.len() - 1 {
        for other in [b' ', line[at] ^ 1] {
            let mut changed = line.clone();
            changed[at] = other;
            let genuine = verdict(&changed, &policy) == Some(Verdict::Authentic);
            assert!(!genuine || other == line[at], "{other} at {at}");
        }
    }
}

#[test]
fn the_longest_record_and_receipt_fit_into_a_line() {
    let (text, _) = line();
    assert!(text.len() < LINE_BYTES_MAX);
    // In JSON a byte takes six at most, and a receipt's line ends two.
    let record = "\u{1}".repeat(SUBMISSION_BYTES_MAX);
    let receipt = "\n".repeat(PROOF_FILE_BYTES_MAX);
    let written = serde_json::to_string(&(record, receipt)).unwrap();
    assert!(written.len() < LINE_BYTES_MAX + 8);
}

#[test]
fn cells_hold_every_value_and_no_formula() {
    let text = |text: &str| cell(&Value::from(text));
    for formula in ["=1+1", "+7", "-1", "@SUM(A1)", "\tx", "\rx"] {
        assert_eq!(text(formula), format!("'{formula}"));
    }
    assert_eq!([text("a=b"), text(""), cell(&Value::from(-5))], ["a=b", "", "-5"]);
    assert_eq!(cell(&serde_json::json!([["x", 1]])), r#"[["x",1]]"#);
}

#[test]
fn what_the_columns_do_not_hold_is_kept_in_the_last_one() {
    let record = serde_json::json!({
        "kind": "E11", "issuer": "i", "subject": "s", "event_time": "t",
        "fields": { "#77": "new" }, "body": { "amount": 5 },
    });
    let record: Draft = serde_json::from_value(record).unwrap();
    let exported = Exported {
        record_id: String::new(),
        index: 1,
        height: 1,
        recorded_at: String::new(),
        key_id: String::new(),
        record,
        receipt: None,
    };
    let row = |bodies| {
        let mut table = Table::new(Vec::new(), &[Kind::E11], bodies).unwrap();
        table.write(&exported).unwrap();
        let text = table.end().unwrap();
        let mut rows = csv::Reader::from_reader(&text[..]);
        rows.records().next().unwrap().unwrap().iter().next_back().unwrap().to_owned()
    };
    assert_eq!(row(true), r##"{"fields.#77":"new"}"##);
    assert_eq!(row(false), r##"{"body.amount":5,"fields.#77":"new"}"##);
}
