use proptest::prelude::*;
use serde_json::json;

use super::super::statement::{Mapping, Statement, read};
use super::*;
use crate::error::CliError;
use crate::import::errors;
use crate::import::source::Reading;

const COLUMNS: [&str; 6] = [
    "title=Work Title",
    "work=Work ID",
    "right_category=Right Type",
    "source=Source",
    "amount=Amount",
    "currency=Currency",
];

const MAPPING: &str = r#"
version = 1
[fields]
work = { text = "{Work ID}" }
right_category = { words = { column = "Right Type", words = { PR = "PR", Mech = "MR" } } }
amount = { money = "Amount" }
currency = { text = "EUR" }
"#;

fn mapping(pairs: &[&str]) -> Result<Mapping, CliError> {
    Mapping::of_columns(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>())
}

fn statement(bytes: &[u8], mapping: &Mapping) -> Statement {
    read(bytes, mapping, Reading::default(), &Messages::new(Language::En)).unwrap()
}

fn reasons(statement: &Statement) -> Vec<String> {
    let line = |failure: &crate::import::summary::Failure| {
        format!("{} {}", failure.row.number, failure.error.detail)
    };
    statement.failures.iter().map(line).collect()
}

/// Worked out by hand: no row has a currency.
#[test]
fn the_sample_has_no_row_with_a_currency() {
    let columns = mapping(&COLUMNS).unwrap();
    let first = statement(&sample("royaltystatement.csv"), &columns);
    assert_eq!(first.usage, []);
    let wrong = "Currency: Really: it is no code of a currency: three capital letters, such as KZT";
    let expected: Vec<String> = (1..=6).map(|row| format!("{row} {wrong}")).collect();
    assert_eq!(reasons(&first), expected);

    // Corrected in the errors file, all six are read from it.
    let file = errors::render(&first.table, &first.failures).unwrap();
    let file = String::from_utf8(file).unwrap().replace(",Really,", ",EUR,");
    let second = statement(file.as_bytes(), &columns);
    assert_eq!(reasons(&second), [""; 0]);
    let keys: Vec<&str> = second.table.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["1", "2", "3", "4", "5", "6"]);
}

/// The same rows under a mapping that gives the currency of the whole file.
#[test]
fn the_sample_has_six_rows_when_the_mapping_gives_the_currency() {
    let read = statement(&sample("royaltystatement.csv"), &Mapping::parse(MAPPING).unwrap());
    assert_eq!(reasons(&read), [""; 0]);
    let line = |line: u64, amount: i64, rest: serde_json::Value| {
        let mut all =
            json!({ "line": line, "right_category": "PR", "amount": amount, "currency": "EUR" });
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        all
    };
    assert_eq!(
        json!(read.usage),
        json!([
            line(1, 10_051, json!({ "work_id": "X123" })),
            line(2, 9_949, json!({ "work_id": "X125" })),
            line(3, 10_051, json!({ "work_id": "X125" })),
            line(4, 10_000, json!({ "work_id": "337739ES" })),
            line(5, 10_000, json!({ "isrcs": ["JMK401400001"] })),
            line(6, 10_000, json!({ "iswcs": ["T1234567894"] })),
        ])
    );
    assert_eq!(read.usage.iter().filter_map(|usage| usage.amount).sum::<i64>(), 60_051);
}

#[test]
fn a_row_that_does_not_read_says_which_column_and_why() {
    let fields = [
        "title=t",
        "work=w",
        "isrc=i",
        "right_category=r",
        "amount=a",
        "currency=c",
        "uses=u",
        "territory=y",
        "period_from=f",
        "period_to=l",
    ];
    let mapping = mapping(&fields).unwrap();
    let cases = [
        ("x,,,PR,1,KZT,,,,", ""),
        (",W1,KZ-A12-24-00001,SR,\"-1 234,5\",USD,7,0398,2026-01-01,2026-03-31", ""),
        ("x,,,PR,,KZT,,,,", "a: is empty"),
        ("x,,,,1,KZT,,,,", "r: is empty"),
        ("x,,,PR,1,,,,,", "c: is empty"),
        (",,,PR,1,KZT,,,,", "w: is empty"),
        ("x,,,XX,1,KZT,,,,", "r: XX: it is no category of rights: PR, MR, SR, PC or RR"),
        (
            "x,,,PR,1.005,KZT,,,,",
            "a: 1.005 may be thousands or thousandths; write at most two decimals and no mark between thousands",
        ),
        ("x,,,PR,1.0001,KZT,,,,", "a: 1.0001 is not a sum with at most two decimals"),
        (
            "x,,,PR,99999999999999999999,KZT,,,,",
            "a: 99999999999999999999 is not a sum with at most two decimals",
        ),
        (
            "x,,,PR,1,kzt,,,,",
            "c: kzt: it is no code of a currency: three capital letters, such as KZT",
        ),
        (
            "x,T-123.456.789-5,,PR,1,KZT,,,,",
            "w: T-123.456.789-5: it is no ISWC: its form or check digit is wrong",
        ),
        (
            "x,KZ-A12-24-0000X,,PR,1,KZT,,,,",
            "w: KZ-A12-24-0000X: it is no ISRC, such as KZ-A12-24-00001",
        ),
        ("x,,KZ,PR,1,KZT,,,,", "i: KZ: it is no ISRC, such as KZ-A12-24-00001"),
        (
            "x,12345678901234567890123456789012345678901,,PR,1,KZT,,,,",
            "w: 12345678901234567890123456789012345678901: it is longer than 40 bytes",
        ),
        ("x,,,PR,1,KZT,1.5,,,", "u: is not a whole number"),
        ("x,,,PR,1,KZT,,Kazakhstan,,", "y: Kazakhstan: it is no territory"),
        ("x,,,PR,1,KZT,,,2026-02-30,", "f: 2026-02-30: it is no date"),
        ("x,,,PR,1,KZT,,,2026-02-01,2026-01-31", "l: 2026-01-31: the period ends before it begins"),
    ];
    for (row, expected) in cases {
        let read = statement(format!("t,w,i,r,a,c,u,y,f,l\n{row}\n").as_bytes(), &mapping);
        let found = read.failures.first().map_or("", |failure| &failure.error.detail);
        assert_eq!(
            (found, read.usage.len()),
            (expected, usize::from(expected.is_empty())),
            "{row}"
        );
    }
}

#[test]
fn a_mapping_that_can_not_be_used_is_refused() {
    let told = |error: CliError| Messages::new(Language::En).error(&error);
    for (pairs, expected) in [
        (&["title"][..], "title is not FIELD=COLUMN"),
        (&["tittle=x"], "tittle=x is not FIELD=COLUMN"),
        (&["title="], "title= is not FIELD=COLUMN"),
        (&["title=x", "title=y"], "the field has a column already"),
        (&["title=x", "amount=a", "currency=c"], "no column for right_category"),
        (&["right_category=r", "amount=a", "currency=c"], "no column for work, work_id"),
    ] {
        let text = told(mapping(pairs).unwrap_err());
        assert!(text.contains(expected), "{text}");
    }
    for (from, to, expected) in [
        ("version = 1", "version = 2", "version is 2"),
        ("money = \"Amount\"", "text = \"{Amount}\"", "amount is written with money"),
        ("text = \"EUR\"", "day = \"event\"", "every other field"),
        ("work =", "wrok =", "unknown variant"),
    ] {
        let text = told(Mapping::parse(&MAPPING.replace(from, to)).unwrap_err());
        assert!(text.contains(expected), "{text}");
    }
    let missing = read(
        b"a,b\n1,2\n",
        &Mapping::parse(MAPPING).unwrap(),
        Reading::default(),
        &Messages::new(Language::En),
    );
    assert!(told(missing.unwrap_err()).contains("the column Work ID is missing"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mapping = mapping(&["work=w", "right_category=r", "amount=a", "currency=c"]).unwrap();
        let bytes = [b"w,r,a,c\n", &bytes[..]].concat();
        drop(read(&bytes, &mapping, Reading::default(), &Messages::new(Language::En)));
    }

    /// Whatever is written with two decimals comes out to the tiyn.
    #[test]
    fn amounts_are_exact(amount in -9_000_000_000_000_000_i64..9_000_000_000_000_000) {
        let mapping = mapping(&["work=w", "right_category=r", "amount=a", "currency=c"]).unwrap();
        let sign = if amount < 0 { "-" } else { "" };
        let text = format!("w,r,a,c\nW1,PR,{sign}{}.{:02},KZT\n", amount.abs() / 100, amount.abs() % 100);
        prop_assert_eq!(statement(text.as_bytes(), &mapping).usage[0].amount, Some(amount));
    }
}
