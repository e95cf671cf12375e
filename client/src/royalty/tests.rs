use super::identifier::{date, decimal, seconds};
use super::*;
use crate::import::source::ROWS_MAX;
use crate::lang::tests::keys_of;
use crate::lang::{Language, Messages, Said};

mod cwr;
mod draft_usage;
mod draft_works;
mod dsr;
mod statement;

/// A file of the tests' data.
pub(super) fn sample(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

/// Findings as lines: place, cost, value and the message's name.
pub(super) fn told(findings: &Findings) -> Vec<String> {
    let line = |finding: &Finding| {
        let Said::Message(id, _) = &finding.reason else { panic!("{finding:?}") };
        let Finding { line, record, field, value, left_out, .. } = finding;
        let words =
            [&line.to_string(), record.as_str(), field, value.as_str(), left_out.word(), id]
                .map(|word: &str| word.to_owned());
        words.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    };
    findings.list().iter().map(line).collect()
}

#[test]
fn decimals_have_one_form_and_lose_no_digit() {
    let cases = [
        ("0.00338284", Some("0.00338284")),
        ("007.50", Some("7.5")),
        ("-0.0", Some("0")),
        ("-12", Some("-12")),
        ("1000.", Some("1000")),
        ("123456789012345678.123456789012345678", Some("123456789012345678.123456789012345678")),
        ("1234567890123456789", None),
        ("", None),
        ("-", None),
        (".5", None),
        ("1e3", None),
        ("1,5", None),
        ("1.2.3", None),
        ("+1", None),
        ("٣", None),
    ];
    for (text, expected) in cases {
        assert_eq!(decimal(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn dates_and_durations_of_fixed_columns_are_checked() {
    let day = |text| date(text).map(|day| day.to_string());
    assert_eq!(day("20240229").as_deref(), Some("2024-02-29"));
    assert_eq!(["20230229", "2023022", "2023-2-9", "+0230101"].map(day), [const { None }; 4]);
    assert_eq!(seconds("010203"), Some(3_723));
    assert_eq!(["006000", "000060", "1", "+10203"].map(seconds), [None; 4]);
}

#[test]
fn every_reason_of_a_finding_has_a_remedy_in_every_language() {
    // Words of other messages, and reasons of rows, whose remedy names the column.
    let others = [
        "royalty-category",
        "royalty-work-id",
        "royalty-iswc",
        "royalty-isrc",
        "royalty-period",
        "royalty-value",
        "royalty-ipi-name",
        "royalty-ipi-base",
        "royalty-listed",
        "royalty-listed-row",
        "royalty-works",
        "royalty-usage",
        "royalty-findings",
        "royalty-more",
        "royalty-errors",
        "royalty-hint",
    ];
    let english = keys_of(include_str!("../../locales/en.ftl"));
    let reasons = english.iter().filter(|key| key.starts_with("royalty-") && !key.contains('.'));
    let reasons: Vec<_> = reasons.filter(|key| !others.contains(&key.as_str())).collect();
    assert!(reasons.len() > 30, "{}", reasons.len());
    for language in Language::ALL {
        let messages = Messages::new(language);
        for id in &reasons {
            let remedy = messages.find(&format!("{id}.next"), &[]);
            assert!(remedy.is_some_and(|text| !text.is_empty()), "{id} in {}", language.tag());
        }
    }
}

#[test]
fn the_limits_are_those_that_the_messages_name() {
    let text = Messages::new(Language::En).text("royalty-not-text", &[]);
    assert!(text.contains(&LINE_BYTES_MAX.to_string()), "{text}");
    let text = Messages::new(Language::En).text("royalty-work-id", &[]);
    assert!(text.contains(&super::statement::WORK_ID_BYTES_MAX.to_string()), "{text}");
}

#[test]
fn lines_are_bounded_in_length_and_number() {
    let long = [b"HDR".to_vec(), vec![b'x'; LINE_BYTES_MAX - 3], b"\nHDRx".to_vec()].concat();
    let (lines, _) = lines::split(&long, "what-cwr").unwrap();
    assert!(lines.iter().all(|line| line.text.is_some()));
    let longer = [b"x", &long[..]].concat();
    let (lines, _) = lines::split(&longer, "what-cwr").unwrap();
    assert_eq!(lines.iter().map(|line| line.text.is_some()).collect::<Vec<_>>(), [false, true]);
    let many = vec![b'\n'; ROWS_MAX + 1];
    assert_eq!(lines::split(&many[1..], "what-cwr").unwrap().1, u64::try_from(ROWS_MAX).unwrap());
    assert!(lines::split(&many, "what-cwr").is_err());
}

#[test]
fn findings_beyond_the_limit_are_counted_and_values_cut() {
    let finding = Finding {
        line: 1,
        record: "=X".to_owned(),
        field: "title",
        value: "ұ".repeat(VALUE_CHARS_MAX + 1),
        left_out: LeftOut::Nothing,
        reason: Said::plain("royalty-empty"),
    };
    let mut findings = Findings::default();
    for _ in 0..FINDINGS_MAX + 2 {
        findings.add(finding.clone());
    }
    assert_eq!(findings.list().len(), FINDINGS_MAX);
    assert_eq!((findings.more(), findings.count()), (2, 100_002));
    let mut one = Findings::default();
    one.add(finding);
    let file = String::from_utf8(one.render(&Messages::new(Language::En)).unwrap()).unwrap();
    let expected = format!(
        "line,record,field,value,left_out,error_code,error,hint\n1,'=X,title,{},nothing,TMG-6020,\
         \"it is empty, and must be given\",Ask the sender to fill it in.\n",
        "ұ".repeat(VALUE_CHARS_MAX)
    );
    assert_eq!(file, expected);
}
