use serde_json::{Value, json};
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::super::draft_works::{Drafted, Number, Terms, draft};
use super::super::name::{creators, normalised, title_hash};
use super::super::parties::Parties;
use super::super::work::{Party, PartyKind, Shares, Territory, Work};
use super::super::{cwr, known};
use super::*;
use crate::testing::OKUP;

pub(crate) fn holder(number: u8) -> String {
    Subject::new(Role::Rightsholder, SubjectId([number; 32])).to_text()
}

pub(crate) fn parties(rows: &[(&str, u8)]) -> Parties {
    let mut text = "number,rightsholder\n".to_owned();
    for (number, tag) in rows {
        text.push_str(&format!("{number},{}\n", holder(*tag)));
    }
    Parties::read(text.as_bytes()).unwrap()
}

pub(crate) fn terms() -> Terms {
    Terms {
        okup: OKUP.to_owned(),
        valid_from: "2026-01-01".to_owned(),
        event_time: "2026-10-30T09:00:00Z".to_owned(),
        document: [7; 32],
        work_kind: "MUSIC".to_owned(),
        number: Number::Submitter,
        prefix: String::new(),
    }
}

fn works() -> Vec<Work> {
    cwr::read(&sample("CW220001000_DMP.V21")).unwrap().items
}

/// The shares of each set: kind, subject, territory, completeness, and who has how much in which role.
fn sets(drafted: &Drafted) -> Vec<String> {
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        format!("{} {} {}", text("role"), &text("party")[13..17], row["share_bp"])
    };
    let sets = drafted.drafts.iter().filter(|draft| draft.kind == "R02");
    sets.map(|draft| {
        let rows: Vec<String> = draft.body["shares"].as_array().unwrap().iter().map(row).collect();
        let field = |name: &str| draft.fields[name].as_str().unwrap().to_owned();
        let (territory, completeness) = (field("territory"), field("completeness"));
        format!("{} {territory} {completeness}: {}", draft.subject, rows.join(", "))
    })
    .collect()
}

/// Worked out by hand from the lines SPT and SWT of the sample: 50 % each in PR, all of MR and SR with the publisher.
#[test]
fn the_sample_gives_whole_sets_of_shares_when_both_parties_are_known() {
    let drafted = draft(&works(), &parties(&[("P000001", 1), ("W000001", 2)]), &terms());
    assert_eq!(told(&drafted.findings), [""; 0]);
    let kinds: Vec<&str> = drafted.drafts.iter().map(|draft| draft.kind.as_str()).collect();
    assert_eq!(kinds, ["R01", "R02", "R02", "R02", "R01", "R02", "R02", "R02"]);
    let work = |id: &str| {
        [
            format!("work#{id}.PR 2136 COMPLETE: PUBLISHER AQEB 5000, COMPOSER AgIC 5000"),
            format!("work#{id}.MR 2136 COMPLETE: PUBLISHER AQEB 10000"),
            format!("work#{id}.SR 2136 COMPLETE: PUBLISHER AQEB 10000"),
        ]
    };
    assert_eq!(sets(&drafted), [work("MK000003"), work("MK000004")].concat());
    assert_eq!(
        json!(drafted.drafts[0]),
        json!({
            "kind": "R01",
            "issuer": "organisation#591240000248",
            "subject": "work#MK000003.PR",
            "subjects": ["work#MK000003.MR", "work#MK000003.SR", holder(2), "cmo#591240000248"],
            "event_time": "2026-10-30T09:00:00Z",
            "fields": {
                "okup_id": "organisation#591240000248",
                "work_id": "MK000003",
                "right_categories": [{ "category": "PR" }, { "category": "MR" }, { "category": "SR" }],
                "iswc": "T3005600277",
                "title_hash": "fedccece4eb2689427166b48096364c0b2c7e3b36f7510fe38100d296420cafb",
                "work_kind": "MUSIC",
            },
        })
    );
    assert_eq!(
        json!(drafted.drafts[1].fields),
        json!({
            "okup_id": "organisation#591240000248", "territory": "2136", "valid_from": "2026-01-01",
            "completeness": "COMPLETE", "document_hash": "07".repeat(32),
        })
    );
}

#[test]
fn who_has_no_tag_stays_out_with_the_share_and_is_told() {
    let drafted = draft(&works()[..1], &parties(&[("P000001", 1)]), &terms());
    assert_eq!(told(&drafted.findings), ["3 REV rightsholder W000001 field royalty-no-tag"]);
    assert_eq!(
        sets(&drafted),
        [
            "work#MK000003.PR 2136 INCOMPLETE: PUBLISHER AQEB 5000",
            "work#MK000003.MR 2136 COMPLETE: PUBLISHER AQEB 10000",
            "work#MK000003.SR 2136 COMPLETE: PUBLISHER AQEB 10000",
        ]
    );
    // Nobody made it as far as the ledger is told.
    let others = ["work#MK000003.MR", "work#MK000003.SR", "cmo#591240000248"];
    assert_eq!(drafted.drafts[0].subjects, others);

    let drafted = draft(&works()[..1], &parties(&[("W000001", 2)]), &terms());
    assert_eq!(
        told(&drafted.findings),
        [
            "3 REV rightsholder P000001 field royalty-no-tag",
            "3 REV shares MR 2136 record royalty-nobody-known",
            "3 REV shares SR 2136 record royalty-nobody-known",
        ]
    );
    assert_eq!(sets(&drafted), ["work#MK000003.PR 2136 INCOMPLETE: COMPOSER AgIC 5000"]);
    let messages = Messages::new(Language::En);
    assert_eq!(
        drafted.findings.list()[0].reason(&messages),
        "the list of parties has none of its numbers; its shares stay out: PR 5000, MR 10000, SR 10000"
    );
}

#[test]
fn a_work_whose_number_can_be_no_id_or_stands_twice_is_left_out() {
    let known = parties(&[("P000001", 1), ("W000001", 2)]);
    let mut works = works();
    works[1].submitter_work = "MK_4".to_owned();
    works.push(Work { line: 99, ..works[0].clone() });
    let drafted = draft(&works, &known, &terms());
    assert_eq!(
        told(&drafted.findings),
        [
            "19 REV work_id MK_4 item royalty-no-work-id",
            "99 REV work_id MK000003 item royalty-id-again"
        ]
    );
    assert_eq!((drafted.left_out, drafted.works.len()), (2, 1));
    let by_society = Terms { number: Number::Society, prefix: "PRS-".to_owned(), ..terms() };
    let ids: Vec<String> =
        draft(&works, &known, &by_society).works.into_iter().map(|work| work.work_id).collect();
    assert_eq!(ids, ["PRS-337739ES", "PRS-337739DU"]);
}

fn party(number: &str, kind: PartyKind, pr: u16, territories: &[(&str, bool, u16)]) -> Party {
    Party {
        number: number.to_owned(),
        kind,
        name: String::new(),
        role: "CA".to_owned(),
        ipi_name: None,
        ipi_base: None,
        controlled: true,
        shares: Shares::from([("PR", pr)]),
        societies: std::collections::BTreeMap::new(),
        territories: territories
            .iter()
            .map(|(tis, included, pr)| Territory {
                tis: (*tis).to_owned(),
                included: *included,
                shares: Shares::from([("PR", *pr)]),
            })
            .collect(),
        publishers: Vec::new(),
    }
}

#[test]
fn each_territory_has_the_set_of_those_who_collect_there() {
    let work = |interested_parties| Work {
        line: 5,
        transaction: "NWR".to_owned(),
        submitter_work: "W1".to_owned(),
        title: "Song".to_owned(),
        interested_parties,
        ..Work::default()
    };
    let writer = PartyKind::Writer;
    let known = parties(&[("A", 1), ("B", 2), ("C", 3)]);
    // A collects in the world but not in Kazakhstan, where B does in A's place; C is an owner of whom nothing is said.
    let a = party("A", writer, 6_000, &[("2136", true, 6_000), ("398", false, 0)]);
    let b = party("B", writer, 0, &[("398", true, 6_000)]);
    let c = party("C", writer, 4_000, &[]);
    let drafted = draft(&[work(vec![a.clone(), b, c])], &known, &terms());
    assert_eq!(told(&drafted.findings), [""; 0]);
    assert_eq!(
        sets(&drafted),
        [
            "work#W1.PR 2136 COMPLETE: AUTHOR AQEB 6000, AUTHOR AwMD 4000",
            "work#W1.PR 398 COMPLETE: AUTHOR AgIC 6000, AUTHOR AwMD 4000",
        ]
    );
    // More than the whole is nobody's set; less is told.
    let d = party("C", writer, 4_000, &[("2136", true, 5_000), ("643", true, 3_000)]);
    let drafted = draft(&[work(vec![a, d])], &known, &terms());
    assert_eq!(
        told(&drafted.findings),
        [
            "5 NWR shares PR 2136 record royalty-shares",
            "5 NWR shares PR 398 nothing royalty-shares-open",
            "5 NWR shares PR 643 nothing royalty-shares-open",
        ]
    );
    assert_eq!(
        sets(&drafted),
        [
            "work#W1.PR 398 INCOMPLETE: AUTHOR AwMD 5000",
            "work#W1.PR 643 INCOMPLETE: AUTHOR AQEB 6000, AUTHOR AwMD 3000",
        ]
    );
}

#[test]
fn a_list_of_parties_must_be_clear() {
    let read = |text: &str| Parties::read(text.as_bytes()).map(|_| ());
    let told = |text: &str| match read(text) {
        Ok(()) => String::new(),
        Err(error) => Messages::new(Language::En).error(&error),
    };
    let (one, two) = (holder(1), holder(2));
    let cases = [
        // Zeros before an IPI are often lost, and the list may say more.
        (format!("ipi_name,rightsholder,name\n199,{one},X\n"), ""),
        (format!("Номер имени IPI;Метка правообладателя\n00000000199;{one}\n"), ""),
        (format!("IPI атау нөмірі;Құқық иеленушінің белгісі\n199;{one}\n"), ""),
        (format!("ipi_name,rightsholder\n200,{one}\n"), "row 1: 200: it is no IPI name number"),
        ("number,rightsholder\nP1,591240000248\n".to_owned(), "row 1: 591240000248 is no tag"),
        (format!("number,rightsholder\nP1,{one}\nP1,{two}\n"), "row 2: P1 leads to two"),
        (format!("number,rightsholder\n,{one}\n"), "row 1: the row has none"),
        ("number\nP1\n".to_owned(), "the column rightsholder is missing"),
    ];
    for (text, expected) in cases {
        let found = told(&text);
        let fits = if expected.is_empty() { found.is_empty() } else { found.contains(expected) };
        assert!(fits, "{text}: {found}");
    }
    // One person under two tags is nobody's.
    let text = format!("ipi_name,number,rightsholder\n199,,{one}\n,W000001,{two}\n");
    let known = Parties::read(text.as_bytes()).unwrap();
    let mut works = works();
    works.truncate(1);
    works[0].interested_parties[1].ipi_name = Some("00000000199".to_owned());
    let drafted = draft(&works, &known, &terms());
    let expected = "3 REV rightsholder 00000000199 field royalty-two-tags";
    assert!(super::told(&drafted.findings).contains(&expected.to_owned()));
}

#[test]
fn titles_are_alike_whatever_their_case_marks_and_spaces() {
    let cases = [
        ("THE MODIFIED WORK", "the modified work"),
        ("  Ёлка… №2 — (Қыз)", "елка no2 қыз"),
        ("ﬁne ①", "fine 1"),
        // Composed or not, it is one letter.
        ("Й\u{438}\u{306}", "йй"),
        ("İstanbul", "istanbul"),
        ("?!", ""),
    ];
    for (title, expected) in cases {
        assert_eq!(normalised(title), expected, "{title}");
    }
    assert_eq!(
        crate::text::hex(&title_hash("The  Modified-Work!")),
        "fedccece4eb2689427166b48096364c0b2c7e3b36f7510fe38100d296420cafb"
    );
    let alike = creators(["TESTO TESTIC"]);
    assert_eq!(alike, creators(["Testic, Testo"]));
    assert_ne!(alike, creators(["Testo T."]));
}

#[test]
fn the_list_of_works_reads_what_it_wrote() {
    let drafted = draft(&works(), &parties(&[("P000001", 1), ("W000001", 2)]), &terms());
    let text = String::from_utf8(known::render(&drafted.works).unwrap()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 5 + 1, "{text}");
    assert_eq!(
        lines[1],
        "MK000003,MK000003; 337739ES,T3005600277,,THE MODIFIED WORK,TESTO TESTIC,PR; MR; SR"
    );
    known::Works::read(text.as_bytes()).unwrap();
    assert!(known::Works::read(b"work_id,categories\n").is_err());
}
