use proptest::prelude::*;
use serde_json::json;

use super::super::cwr::read;
use super::super::work::Work;
use super::*;

const HDR: &str = "HDRPB000000199TEST PUBLISHER                               01.10202601051200002026010\
5               ";

/// Puts texts at places into a record of spaces.
fn record(kind: &str, transaction: u64, number: u64, fields: &[(usize, &str)]) -> String {
    let mut line: Vec<char> = format!("{kind}{transaction:08}{number:08}").chars().collect();
    for (at, text) in fields {
        let end = at + text.chars().count();
        line.resize(line.len().max(end), ' ');
        line.splice(*at..end, text.chars());
    }
    line.into_iter().collect()
}

/// A work by one writer and one publisher, half each of PR.
fn transaction(number: u64) -> Vec<String> {
    let work = format!("W{number}");
    vec![
        record("NWR", number, 0, &[(19, "TITLE"), (81, &work), (129, "000310")]),
        record(
            "SPU",
            number,
            1,
            &[
                (19, "01P1"),
                (30, "PUBLISHER"),
                (76, "E"),
                (87, "00000000199"),
                (112, "052"),
                (115, "05000"),
                (120, "044"),
                (123, "10000"),
                (131, "10000"),
            ],
        ),
        record("SPT", number, 2, &[(19, "P1"), (34, "050001000010000I2136")]),
        record(
            "SWR",
            number,
            3,
            &[(19, "A1"), (28, "LAST"), (73, "FIRST"), (104, "CA"), (126, "052"), (129, "05000")],
        ),
        record("SWT", number, 4, &[(19, "A1"), (28, "050000000000000E0398")]),
        record("PWR", number, 5, &[(19, "P1"), (101, "A1")]),
        record("REC", number, 6, &[(19, "20260101"), (249, "KZA122400001")]),
    ]
}

/// A file of one group with these records of transactions, and right counts.
fn file(transactions: &[Vec<String>]) -> Vec<u8> {
    let records: usize = transactions.iter().map(Vec::len).sum();
    let mut lines = vec![HDR.to_owned(), "GRHNWR0000102.10".to_owned()];
    lines.extend(transactions.iter().flatten().cloned());
    lines.push(format!("GRT00001{:08}{:08}", transactions.len(), records + 2));
    lines.push(format!("TRL00001{:08}{:08}", transactions.len(), records + 4));
    lines.join("\r\n").into_bytes()
}

fn works(bytes: &[u8]) -> Read<Work> {
    read(bytes).unwrap()
}

/// What a change of one record of the second of three works does: works that are left, and findings.
fn changed(at: usize, change: impl Fn(&str) -> Option<String>) -> (Vec<String>, Vec<String>) {
    let mut transactions: Vec<_> = (0..3).map(transaction).collect();
    match change(&transactions[1][at]) {
        Some(line) => transactions[1][at] = line,
        None => drop(transactions[1].remove(at)),
    }
    let read = works(&file(&transactions));
    let left = read.items.iter().map(|work| work.submitter_work.clone()).collect::<Vec<_>>();
    assert_eq!(read.left_out, u64::try_from(3 - left.len()).unwrap());
    (left, told(&read.findings))
}

fn put(at: usize, text: &'static str) -> impl Fn(&str) -> Option<String> {
    move |line| {
        let mut line: Vec<char> = line.chars().collect();
        line.resize(line.len().max(at + text.len()), ' ');
        line.splice(at..at + text.len(), text.chars());
        Some(line.into_iter().collect())
    }
}

/// Worked out by hand from the file and the columns of the standard.
#[test]
fn the_sample_has_two_works_and_five_findings() {
    let read = works(&sample("CW220001000_DMP.V21"));
    assert_eq!(
        told(&read.findings),
        [
            "5 SPU ipi_name 00000000004 field royalty-identifier",
            "21 SPU ipi_name 00000000004 field royalty-identifier",
            "19 ACK iswc T3005600277 nothing royalty-repeated",
            "26 GRT transaction_count 00000020 nothing royalty-count",
            "27 TRL transaction_count 00000020 nothing royalty-count",
        ]
    );
    assert_eq!((read.items.len(), read.left_out), (2, 0));
    let world = |pr: u16, mr: u16, sr: u16| json!([{ "tis": "2136", "included": true, "shares": { "PR": pr, "MR": mr, "SR": sr } }]);
    let alternative =
        |number: u64| json!({ "title": format!("THE MODIFIED WORK {number}"), "kind": "AT" });
    assert_eq!(
        json!(read.items[0]),
        json!({
            "line": 3,
            "transaction": "REV",
            "status": "AS",
            "submitter_work": "MK000003",
            "society_work": "337739ES",
            "iswc": "T3005600277",
            "title": "THE MODIFIED WORK",
            "alternative_titles": (1..=4).map(alternative).collect::<Vec<_>>(),
            "isrcs": [],
            "performers": [],
            "interested_parties": [
                {
                    "number": "P000001",
                    "kind": "publisher",
                    "name": "TEST PUBLISHER",
                    "role": "E",
                    "controlled": true,
                    "shares": { "PR": 5000, "MR": 10000, "SR": 10000 },
                    "societies": { "PR": "52", "MR": "44" },
                    "territories": world(5000, 10000, 10000),
                },
                {
                    "number": "W000001",
                    "kind": "writer",
                    "name": "TESTO TESTIC",
                    "role": "C",
                    "controlled": true,
                    "shares": { "PR": 5000, "MR": 0, "SR": 0 },
                    "societies": { "PR": "52" },
                    "territories": world(5000, 0, 0),
                    "publishers": ["P000001"],
                },
            ],
        })
    );
    let second = &read.items[1];
    assert_eq!((second.line, second.title.as_str()), (19, "THE WORK"));
    assert_eq!(second.society_work.as_deref(), Some("337739DU"));
    assert_eq!(second.interested_parties, read.items[0].interested_parties);
}

#[test]
fn a_registration_is_read_whole() {
    let read = works(&file(&[transaction(0), transaction(1)]));
    assert_eq!(told(&read.findings), [""; 0]);
    let work = &read.items[1];
    assert_eq!((work.line, work.transaction.as_str()), (10, "NWR"));
    assert_eq!(
        (work.duration_s, work.isrcs.as_slice()),
        (Some(190), &["KZA122400001".to_owned()][..])
    );
    let [publisher, writer] = work.interested_parties.as_slice() else { panic!("{work:?}") };
    assert_eq!(publisher.ipi_name.as_deref(), Some("00000000199"));
    assert_eq!((writer.name.as_str(), &writer.publishers), ("FIRST LAST", &vec!["P1".to_owned()]));
    assert_eq!(
        (writer.territories[0].tis.as_str(), writer.territories[0].included),
        ("398", false)
    );
}

/// Each change is of one record of the second work: 0 NWR, 1 SPU, 2 SPT, 3 SWR, 4 SWT, 5 PWR, 6 REC.
#[test]
fn what_does_not_fit_costs_a_field_a_record_or_its_work_and_never_another() {
    type Change = Box<dyn Fn(&str) -> Option<String>>;
    let change = |at, text| Box::new(put(at, text)) as Change;
    let gone = || Box::new(|_: &str| None) as Change;
    let cases: Vec<(usize, Change, &[&str])> = vec![
        (0, change(95, "T3005600278"), &["10 NWR iswc T3005600278 field royalty-identifier"]),
        (0, change(129, "009900"), &["10 NWR duration 009900 field royalty-duration"]),
        (0, change(106, "20261301"), &["10 NWR copyright_date 20261301 field royalty-date"]),
        (1, change(112, "A52"), &["11 SPU pr_society A52 field royalty-society"]),
        (6, change(249, "KZA12240000I"), &["16 REC isrc KZA12240000I field royalty-identifier"]),
        (2, change(49, "X"), &["12 SPT inclusion X record royalty-inclusion"]),
        (2, change(19, "P2"), &["12 SPT number P2 record royalty-no-party"]),
        (4, change(44, "KAZ "), &["14 SWT territory KAZ record royalty-territory"]),
        (4, change(28, "10001"), &["14 SWT pr_share 10001 record royalty-share"]),
        (5, change(101, "A2"), &["15 PWR writer A2 record royalty-no-party"]),
        (5, change(19, "P2"), &["15 PWR publisher P2 record royalty-no-party"]),
        (0, change(19, "     "), &["10 NWR title item royalty-empty"]),
        (0, change(81, "  "), &["10 NWR submitter_work item royalty-empty"]),
        (1, change(115, "5,000"), &["11 SPU pr_share 5,000 item royalty-share"]),
        (
            1,
            change(21, "  "),
            &[
                "11 SPU number item royalty-empty",
                "12 SPT number P1 record royalty-no-party",
                "15 PWR publisher P1 record royalty-no-party",
            ],
        ),
        (3, change(129, "05001"), &["10 NWR shares 10001 item royalty-shares"]),
        (
            3,
            change(11, "00000007"),
            &[
                "13 SWR record_number 00000007 item royalty-order",
                "14 SWT record_number 00000004 item royalty-order",
            ],
        ),
        (
            3,
            change(3, "00000002"),
            &["13 SWR transaction_number 00000002 item royalty-other-transaction"],
        ),
        (
            3,
            change(0, "XYZ"),
            &[
                "14 SWT number A1 record royalty-no-party",
                "15 PWR writer A1 record royalty-no-party",
                "10 NWR item royalty-no-writer",
                "13 XYZ record royalty-unread",
            ],
        ),
    ];
    for (at, change, expected) in cases {
        let (left, findings) = changed(at, change);
        assert_eq!(findings, expected);
        let lost = expected.iter().any(|line| line.contains(" item "));
        let all = ["W0", "W1", "W2"];
        let kept = all.into_iter().filter(|work| !lost || *work != "W1").collect::<Vec<_>>();
        assert_eq!(left, kept, "{expected:?}");
    }
    // A missing record may have held a share.
    let (left, findings) = changed(3, gone());
    assert_eq!(left, ["W0", "W2"]);
    assert_eq!(findings[0], "13 SWT record_number 00000004 item royalty-order");
}

#[test]
fn counts_and_numbers_that_do_not_agree_cost_nothing() {
    let text = String::from_utf8(file(&[transaction(0), transaction(2)])).unwrap();
    let text = text.replace("GRT0000100000002", "GRT0000200000003").replace("GRHNWR", "GRHREV");
    let read = works(text.as_bytes());
    assert_eq!(read.items.len(), 2);
    assert_eq!(
        told(&read.findings),
        [
            "3 NWR nothing royalty-group-kind",
            "10 NWR nothing royalty-group-kind",
            "10 NWR transaction_number 00000002 nothing royalty-transaction-order",
            "17 GRT group_id 00002 nothing royalty-group-id",
            "17 GRT transaction_count 00000003 nothing royalty-count",
        ]
    );
}

#[test]
fn a_file_that_breaks_off_loses_the_work_in_which_it_does() {
    let whole = file(&[transaction(0), transaction(1)]);
    let text = String::from_utf8(whole.clone()).unwrap();
    let end = text.find("GRT").unwrap();
    // Whatever is cut off before the group's end, no work is read that lacks a record.
    let complete = works(&whole).items;
    for cut in HDR.len()..text.len() {
        let read = works(&whole[..cut]);
        let most = if cut <= end { 1 } else { 2 };
        assert!(read.items.len() <= most, "{cut}");
        assert_eq!(read.items, complete[..read.items.len()], "{cut}");
        assert!(read.findings.count() > 0, "{cut}");
    }
}

#[test]
fn other_versions_agreements_and_strays_are_told() {
    let text = String::from_utf8(file(&[transaction(0)])).unwrap();
    let read = works(text.replace("02.10", "03.00").as_bytes());
    assert_eq!((read.items.len(), read.left_out), (0, 1));
    assert_eq!(told(&read.findings), ["2 GRH version 03.00 group royalty-version"]);
    let agreement = vec![record("AGR", 1, 0, &[]), record("TER", 1, 1, &[])];
    let read = works(&file(&[transaction(0), agreement]));
    assert_eq!(read.items.len(), 1);
    assert_eq!(
        told(&read.findings),
        ["10 AGR nothing royalty-group-kind", "10 AGR record royalty-unread"]
    );
    let read = works(format!("{text}\r\n{HDR}").as_bytes());
    assert_eq!(told(&read.findings), ["12 HDR record royalty-after-trl"]);
    let stray = text.replacen("GRH", &format!("{}\r\nGRH", transaction(0)[1]), 1);
    let read = works(stray.as_bytes());
    assert_eq!(told(&read.findings)[0], "2 SPU record royalty-no-grh");
    let mut latin = file(&[transaction(0)]);
    let at = text.find("TITLE").unwrap();
    latin[at] = 0xc9;
    let read = works(&latin);
    assert_eq!((read.items.len(), read.findings.list()[0].line), (0, 3));
    for other in [&b"what,ever\n1,2\n"[..], b""] {
        assert!(super::super::cwr::read(other).is_err());
    }
}

#[test]
fn parties_without_control_titles_and_performers_have_their_places() {
    let mut lines = transaction(0);
    let extra = [
        ("OPU", vec![(19, "02"), (30, "OTHER PUBLISHER"), (75, "Y"), (139, "I-000000229-7")]),
        ("OWR", vec![(19, "A2"), (28, "OTHER"), (104, "A"), (154, "I0000002297")]),
        ("ALT", vec![(19, "OTHER TITLE"), (79, "OT")]),
        ("PER", vec![(19, "LAST"), (64, "FIRST")]),
    ];
    for (number, (kind, fields)) in (7..).zip(extra) {
        lines.push(record(kind, 0, number, &fields));
    }
    let read = works(&file(&[lines]));
    assert_eq!(told(&read.findings), [""; 0]);
    let work = &read.items[0];
    let parties = work.interested_parties.iter();
    let parties: Vec<_> = parties
        .map(|it| {
            (
                it.number.as_str(),
                it.name.as_str(),
                it.role.as_str(),
                it.controlled,
                it.ipi_base.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        parties,
        [
            ("P1", "PUBLISHER", "E", true, None),
            ("A1", "FIRST LAST", "CA", true, None),
            ("", "OTHER PUBLISHER", "", false, Some("I0000002297")),
            ("A2", "OTHER", "A", false, Some("I0000002297")),
        ]
    );
    assert_eq!(work.performers, ["FIRST LAST"]);
    let title = &work.alternative_titles[0];
    assert_eq!((title.title.as_str(), title.kind.as_str()), ("OTHER TITLE", "OT"));
}

#[test]
fn a_transaction_is_bounded() {
    let with = |records: u64| {
        let mut lines = transaction(0);
        lines.extend((7..records).map(|number| record("ALT", 0, number, &[(19, "T")])));
        works(&file(&[lines, transaction(1)]))
    };
    let most = u64::try_from(TRANSACTION_RECORDS_MAX).unwrap();
    let fits = with(most);
    assert_eq!((fits.items.len(), fits.findings.count()), (2, 0));
    let read = with(most + 2);
    assert_eq!((read.items.len(), read.left_out), (1, 1));
    assert_eq!(told(&read.findings), [format!("{} ALT item royalty-too-many", most + 3)]);
}

#[test]
fn an_answer_without_the_work_is_told() {
    let text = format!(
        "{HDR}\nGRHACK0000102.20\n{}\nGRT000010000000100000003\nTRL000010000000100000005",
        record("ACK", 0, 0, &[(46, "NWR")])
    );
    let read = works(text.as_bytes());
    assert_eq!((read.items.len(), read.left_out), (0, 1));
    assert_eq!(told(&read.findings), ["3 ACK item royalty-no-work"]);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0_usize..2_500, kind in 0_usize..30) {
        drop(read(&[HDR.as_bytes(), b"\n", &bytes].concat()));
        let kinds = ["HDR", "GRH", "ACK", "NWR", "SPU", "SPT", "SWR", "SWT", "PWR", "ALT", "PER", "REC", "GRT", "TRL", "AGR"];
        let mut changed = file(&[transaction(0), transaction(1)]);
        for (place, byte) in changed.iter_mut().skip(at).zip(&bytes) {
            *place = *byte;
        }
        drop(read(&changed));
        let mut text = file(&[transaction(0)]);
        text.extend([b"\n", kinds[kind % kinds.len()].as_bytes(), &bytes].concat());
        drop(read(&text));
    }

    /// No sum of shares above the whole comes out, whatever shares go in.
    #[test]
    fn shares_of_a_work_never_exceed_the_whole(first in 0_u32..=12_000, second in 0_u32..=12_000) {
        let mut lines = transaction(0);
        let share = |line: &str, at: usize, share: u32| {
            let mut line: Vec<char> = line.chars().collect();
            line.splice(at..at + 5, format!("{share:05}").chars());
            line.into_iter().collect::<String>()
        };
        lines[1] = share(&lines[1], 115, first);
        lines[3] = share(&lines[3], 129, second);
        let read = works(&file(&[lines]));
        let fits = first <= 10_000 && second <= 10_000 && first + second <= 10_000;
        prop_assert_eq!(read.items.len(), usize::from(fits));
        prop_assert_eq!(read.findings.count() == 0, fits);
    }
}
