use proptest::prelude::*;
use serde_json::json;

use super::super::dsr::{is_one, read};
use super::super::usage::Usage;
use super::*;

/// An invented report in the form of the standard's parts 1 and 8: two blocks, one recording each.
const REPORT: &str = "\
#HEAD|MessageVersion|Profile|ProfileVersion|MessageId|MessageCreatedDateTime|FileNumber|NumberOfFiles|UsageStartDate|UsageEndDate
HEAD|dsrf/1.1.2/1.6/1.0|BasicAudioProfile|1.0|M1|2026-04-10T10:05:00Z|1|1|2026-01-01|2026-03-31
#SY02.04|SummaryRecordId|DistributionChannel|DistributionChannelDPID|CommercialModel|UseType|Territory|ServiceDescription|Total Usages|CurrencyOfReporting
SY02.04|S1|MyCo||SubscriptionModel|Stream|KZ|Premium|1500|KZT
#AS02.04|BlockId|ResourceReference|DspResourceId|ResourceISRC|ResourceTitle|MusicalWorkISWC
#MW01.03|BlockId|DspMusicalWorkId|MusicalWorkISWC|MusicalWorkTitle
#SU02.03|BlockId|SummaryRecordId|SalesTransactionId|TransactedReleaseReference|Transacted ResourceReference|IsRoyaltyBearing|NumberOfStreams|NetRevenue
AS02.04|1|r1|D1|KZA122400001|Song one|T1234567894
SU02.03|1|S1|t1||r1|true|1000|0.00338284
AS02.04|2|r1|D2|KZA122400002|KZA122400003|Song two|
";

fn tabbed(text: &str) -> Vec<u8> {
    text.replace('|', "\t").into_bytes()
}

/// The report with another second block, and right counts.
fn report(block: &str, blocks: u64) -> Vec<u8> {
    let start = REPORT.split_inclusive('\n').take(9).collect::<String>();
    let lines = start.lines().count() + block.lines().count() + 1;
    tabbed(&format!("{start}{block}\nFOOT|{lines}|{lines}|1|{blocks}|{blocks}\n"))
}

fn usage(bytes: &[u8]) -> Read<Usage> {
    read(bytes).unwrap()
}

#[test]
fn sales_are_read_with_recording_works_service_and_period() {
    let block = "AS02.04|2|r1|D2|KZA122400002|Song two|\nMW01.03|2|W2|T0345246801|Work two\nSU02.03|2|S1|t2||r1|true|500.25|12.50";
    let read = usage(&report(block, 2));
    assert_eq!(told(&read.findings), [""; 0]);
    let common = |mut rest: serde_json::Value| {
        let common = json!({
            "source": "Stream", "currency": "KZT", "territory": "KZ", "service": "Premium",
            "period_from": "2026-01-01", "period_to": "2026-03-31",
        });
        rest.as_object_mut().unwrap().extend(common.as_object().unwrap().clone());
        rest
    };
    assert_eq!(
        json!(read.items),
        json!([
            common(json!({
                "line": 9, "title": "Song one", "work_id": "D1", "iswcs": ["T1234567894"],
                "isrcs": ["KZA122400001"], "uses": "1000", "revenue": "0.00338284",
            })),
            common(json!({
                "line": 12, "title": "Song two", "work_id": "D2", "iswcs": ["T0345246801"],
                "isrcs": ["KZA122400002"], "uses": "500.25", "revenue": "12.5",
            })),
        ])
    );
}

#[test]
fn a_release_counts_for_all_recordings_of_its_block() {
    let block = "RE01.03|2|x1|R2\nAS02.04|2|r1|D2|KZA122400002|One|\nAS02.04|2|r2|D3|KZA122400003|Two|\nSU02.03|2|S1|t2|x1||true|3|";
    let read = usage(&report(block, 2));
    assert_eq!(told(&read.findings), [""; 0]);
    let line = &read.items[1];
    assert_eq!((line.work_id.as_deref(), line.uses.as_deref()), (Some("R2"), Some("3")));
    assert_eq!((line.isrcs.len(), &line.revenue, &line.currency), (2, &None, &None));
}

#[test]
fn what_does_not_fit_costs_its_line_and_unknown_types_are_told_once() {
    let block = |resource: &str, sales: &str| {
        format!("AS02.04|2|r1|D2|{resource}|Song|\nSU02.03|2|{sales}")
    };
    let good = "S1|t2||r1|true|5|1.5";
    let isrc = "KZA122400002";
    for (block, left, expected) in [
        (block(isrc, good), 2, &[][..]),
        (block("KZ", good), 2, &["10 AS02.04 isrc KZ field royalty-identifier"]),
        (
            block(isrc, "S2|t2||r1|true|5|1.5"),
            1,
            &["11 SU02.03 summary S2 item royalty-no-summary"],
        ),
        (
            block(isrc, "S1|t2||r2|true|5|1.5"),
            1,
            &["11 SU02.03 resource r2 item royalty-no-reference"],
        ),
        (
            block(isrc, "S1|t2|x1||true|5|1.5"),
            1,
            &["11 SU02.03 release x1 item royalty-no-reference"],
        ),
        (block(isrc, "S1|t2||r1|true|5,0|1.5"), 1, &["11 SU02.03 uses 5,0 item royalty-decimal"]),
        (block(isrc, "S1|t2||r1|true|5|x"), 1, &["11 SU02.03 revenue x item royalty-decimal"]),
        (block(isrc, "S1|t2||r1|true||"), 1, &["11 SU02.03 uses item royalty-no-uses"]),
        (
            block(isrc, &format!("{good}\nCU02|2|a\nCU02|2|b")),
            2,
            &["12 CU02 record royalty-unread"],
        ),
        (
            block(isrc, &format!("{good}\nSU03.02|2|1|2")),
            2,
            &["12 SU03.02 summary item royalty-no-heading"],
        ),
    ] {
        let read = usage(&report(&block, 2));
        assert_eq!(told(&read.findings), expected);
        assert_eq!(read.items.len(), left, "{block}");
        let lost = expected.iter().filter(|line| line.contains(" item ")).count();
        assert_eq!(read.left_out, u64::try_from(lost).unwrap(), "{block}");
    }
}

#[test]
fn counts_period_territory_and_currency_are_checked() {
    let block = "AS02.04|2|r1|D2|KZA122400002|Song|\nSU02.03|2|S1|t2||r1|true|5|1.5";
    let text = String::from_utf8(report(block, 2)).unwrap();
    for (from, to, items, expected) in [
        (
            "FOOT\t12\t12\t1\t2\t2",
            "FOOT\t13\t12\t2\t1\t2",
            2,
            &[
                "12 FOOT number_of_lines 13 nothing royalty-count",
                "12 FOOT number_of_summaries 2 nothing royalty-count",
                "12 FOOT number_of_blocks 1 nothing royalty-count",
            ][..],
        ),
        ("2026-03-31", "2026-02-31", 2, &["2 HEAD period_to 2026-02-31 field royalty-date"]),
        (
            "\tKZ\t",
            "\tKazakhstan\t",
            2,
            &["4 SY02.04 territory Kazakhstan field royalty-territory"],
        ),
        (
            "\tKZT",
            "\ttenge",
            0,
            &[
                "9 SU02.03 currency item royalty-currency",
                "11 SU02.03 currency item royalty-currency",
            ],
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let read = usage(text.replace(from, to).as_bytes());
        assert_eq!(told(&read.findings), expected);
        assert_eq!(read.items.len(), items, "{to}");
    }
}

#[test]
fn a_block_is_bounded_and_a_reference_is_one_things() {
    let sales = "SU02.03|2|S1|t2||r1|true|5|1.5";
    let recording = |number: usize| format!("AS02.04|2|r{number}|D|KZA12240{number:04}|Song|");
    let block = |count: usize| {
        let recordings = (1..=count).map(recording).collect::<Vec<_>>().join("\n");
        report(&format!("{recordings}\n{sales}"), 2)
    };
    let fits = usage(&block(BLOCK_RECORDS_MAX - 1));
    assert_eq!((fits.items.len(), fits.left_out, fits.findings.count()), (2, 0, 0));
    let read = usage(&block(BLOCK_RECORDS_MAX));
    assert_eq!((read.items.len(), read.left_out), (1, 1));
    let line = 10 + BLOCK_RECORDS_MAX;
    assert_eq!(told(&read.findings), [format!("{line} SU02.03 group royalty-too-many")]);
    let twice = format!("{}\n{}\n{sales}", recording(1), recording(1).replace("0001", "0002"));
    let read = usage(&report(&twice, 2));
    assert_eq!(told(&read.findings), ["11 AS02.04 reference r1 record royalty-reference-again"]);
    assert_eq!(read.items[1].isrcs, ["KZA122400001"]);
}

#[test]
fn a_report_that_names_too_many_recordings_is_refused() {
    let recordings = (0..2_040).map(|n| format!("AS02.04|B|r{n}|D|KZA12240{n:04}|Song|\n"));
    let start: String = recordings.collect();
    let sales = "SU02.03|B|S1|t||x|true|5|1\n".replace("||x|", "|x||").repeat(2_040);
    let block = format!("RE01.03|B|x|R2\n{start}{sales}");
    let two = [block.replace("|B|", "|2|"), block.replace("|B|", "|3|")].concat();
    let error = read(&report(two.trim_end(), 3)).unwrap_err();
    assert!(format!("{error:?}").contains("detail-identifiers"), "{error:?}");
}

#[test]
fn a_report_that_breaks_off_loses_the_block_in_which_it_does() {
    let block = "AS02.04|2|r1|D2|KZA122400002|Song|\nSU02.03|2|S1|t2||r1|true|5|1.5";
    let whole = report(block, 2);
    let complete = usage(&whole).items;
    for cut in 0..whole.len() {
        let Ok(read) = read(&whole[..cut]) else { continue };
        assert_eq!(read.items, complete[..read.items.len()], "{cut}");
        let counts = read.findings.list().iter().any(|it| it.record == "FOOT");
        assert!(counts || cut + 1 == whole.len() || read.items.len() == 2, "{cut}");
    }
}

#[test]
fn a_report_is_known_by_its_first_record() {
    assert!(is_one(b"HEAD\tx") && is_one(b"#HEAD\tMessageVersion\n#remark\nHEAD\tx"));
    assert!(is_one(b"\xef\xbb\xbfHEAD\tx"));
    for other in [&b""[..], b"HEAD,x", b"#HEAD\tx", b"Title\tWork", b"SRHE\tx"] {
        assert!(!is_one(other));
        assert!(read(other).is_err());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), at in 0_usize..1_500) {
        drop(read(&[b"HEAD\tx\n", &bytes[..]].concat()));
        let mut changed = tabbed(REPORT);
        for (place, byte) in changed.iter_mut().skip(at).zip(&bytes) {
            *place = *byte;
        }
        drop(read(&changed));
    }
}
