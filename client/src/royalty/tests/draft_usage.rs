use serde_json::json;
use tamga_api::draft::Seal;
use tamga_format::cbor::Reader;
use tamga_format::id::UnixMillis;
use tamga_format::lines::{Line as _, PackedBatch, UsageLine, line_hash};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::{RightCategory, UsageSource, Work as WorkStatus};

use super::super::cwr;
use super::super::draft_usage::{Drafted, Terms, draft, render, sequence};
use super::super::known::{KnownWork, Match, Works};
use super::super::name::{reported, reported_as};
use super::super::statement::{self, Mapping};
use super::super::usage::Usage;
use super::draft_works::{parties, terms as work_terms};
use super::*;
use crate::import::source::Reading;
use crate::testing::{OKUP, RADIO};
use crate::text;

const MAPPING: &str = r#"
version = 1
[fields]
title = { text = "{Work Title}" }
work = { text = "{Work ID}" }
creators = { text = "{Composers}" }
right_category = { text = "{Right Type}" }
amount = { money = "Amount" }
currency = { text = "KZT" }
"#;

fn terms() -> Terms {
    Terms {
        okup: OKUP.to_owned(),
        user: Subject::registered(Role::Licensee, RADIO),
        issuer: format!("organisation#{OKUP}"),
        source: UsageSource::Report,
        licence: None,
        category: None,
        days: (Some(20_454), Some(20_484)),
        event_time: "2026-10-30T09:00:00Z".to_owned(),
        seed: [9; 32],
    }
}

/// The works of the CWR sample, and one with the ISWC of the statement.
fn works() -> Works {
    let read = cwr::read(&sample("CW220001000_DMP.V21")).unwrap().items;
    let known = parties(&[("P000001", 1), ("W000001", 2)]);
    let mut works = Works::default();
    let drafted = super::super::draft_works::draft(&read, &known, &work_terms());
    drafted.works.into_iter().for_each(|work| works.add(work));
    works.add(KnownWork {
        work_id: "ZZ-1".to_owned(),
        iswc: Some("T1234567894".to_owned()),
        categories: vec!["PR".to_owned()],
        ..KnownWork::default()
    });
    works
}

fn sample_uses() -> Vec<Usage> {
    let mapping = Mapping::parse(MAPPING).unwrap();
    let messages = Messages::new(Language::En);
    let bytes = sample("royaltystatement.csv");
    statement::read(&bytes, &mapping, Reading::default(), &messages).unwrap().usage
}

/// The lines of a CBOR sequence.
pub(crate) fn decoded(bytes: &[u8]) -> Vec<UsageLine> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut reader = Reader::new(rest);
        assert_eq!(reader.array().unwrap(), 9);
        reader.fixed::<32>().unwrap();
        reader.fixed::<32>().unwrap();
        reader.uint().unwrap();
        reader.int().unwrap();
        reader.int().unwrap();
        (0..3).for_each(|_| assert!(reader.uint().is_ok()));
        reader.fixed::<32>().unwrap();
        let (line, others) = rest.split_at(reader.position());
        lines.push(UsageLine::decode(line).unwrap());
        rest = others;
    }
    lines
}

fn reasons(drafted: &Drafted) -> Vec<String> {
    let reason = |reason: &Said| match reason {
        Said::Message(id, _) => (*id).to_owned(),
        Said::Text(text) => text.clone(),
    };
    let line = |unmatched: &super::super::draft_usage::Unmatched| {
        let candidates = unmatched.candidates.join(" ");
        format!("{} {} {candidates}", unmatched.usage.line, reason(&unmatched.reason))
    };
    drafted.unmatched.iter().map(|it| line(it).trim().to_owned()).collect()
}

/// Six rows: two of them name works that are registered, by a society's number and by ISWC.
#[test]
fn the_sample_gives_a_line_for_each_row_and_guesses_no_work() {
    let drafted = draft(&sample_uses(), &works(), &terms()).unwrap();
    assert_eq!(told(&drafted.findings), [""; 0]);
    let unknown = "royalty-unmatched-unknown";
    assert_eq!(reasons(&drafted), ["1", "2", "3", "5"].map(|row| format!("{row} {unknown}")));
    let lines = decoded(&sequence(&drafted.lines));
    assert_eq!(lines, drafted.lines);
    let revenue: Vec<u64> = lines.iter().map(|line| line.revenue).collect();
    assert_eq!(revenue, [10_051, 9_949, 10_051, 10_000, 10_000, 10_000]);
    let identified = |id: &str| WorkStatus::subject(id, RightCategory::Performing).id.0;
    let tags: Vec<[u8; 32]> = lines.iter().map(|line| line.work).collect();
    let none = [0; 32];
    assert_eq!(tags, [none, none, none, identified("MK000003"), none, identified("ZZ-1")]);
    assert_eq!(
        json!(drafted.draft.fields),
        json!({
            "okup_id": "organisation#591240000248", "uses": 0, "source": "REPORT",
            "first_day": "2026-01-01", "last_day": "2026-01-31",
        })
    );
    let file = render(&drafted.unmatched, &Messages::new(Language::En)).unwrap();
    let file = String::from_utf8(file).unwrap();
    assert!(
        file.contains("1,Not in there,Who knows?,X123,,,PR,,,no work has its numbers or title,"),
        "{file}"
    );
}

#[test]
fn a_second_run_gives_the_same_bytes_and_another_seed_none_of_them() {
    let (uses, works) = (sample_uses(), works());
    let first = draft(&uses, &works, &terms()).unwrap();
    let second = draft(&uses, &works, &terms()).unwrap();
    assert_eq!(sequence(&first.lines), sequence(&second.lines));
    assert_eq!((&first.draft, &first.openings), (&second.draft, &second.openings));
    let other = draft(&uses, &works, &Terms { seed: [8; 32], ..terms() }).unwrap();
    assert_ne!(first.draft.subject, other.draft.subject);
    for (one, other) in first.lines.iter().zip(&other.lines) {
        assert!(one.salt != other.salt && one.reported_as != other.reported_as);
    }
    // Every salt is its own, that of the name too.
    let mut salts: Vec<String> = first.lines.iter().map(|line| text::hex(&line.salt)).collect();
    salts.extend(first.openings.iter().map(|opening| opening.salt.clone()));
    salts.sort();
    salts.dedup();
    assert_eq!(salts.len(), 12);
}

#[test]
fn an_opening_shows_what_the_report_calls_a_line() {
    let uses = sample_uses();
    let drafted = draft(&uses, &works(), &terms()).unwrap();
    for ((usage, line), opening) in uses.iter().zip(&drafted.lines).zip(&drafted.openings) {
        assert_eq!(opening.reported, reported(usage));
        let salt = text::parse_hex32(&opening.salt).unwrap();
        assert_eq!(reported_as(&salt, &opening.reported), line.reported_as);
        assert_eq!(opening.line_hash, line_hash(&line.encode()).to_string());
    }
    assert_eq!(
        drafted.openings[3].reported,
        "title Society Code, Tunecode\nwork_id 337739ES\ncreator Who knows?"
    );
    assert_eq!(drafted.openings[3].work.as_deref(), Some("work#MK000003.PR"));
    assert_eq!(
        text::hex(&reported_as(&[7; 32], "title A\ncreator B")),
        "f0bd531277220c07334be29e18c3c44715c76219ad4218401f9b6c0581d761cb"
    );
}

#[test]
fn the_draft_fits_the_catalogue_once_the_attachment_is_known() {
    let drafted = draft(&sample_uses(), &works(), &terms()).unwrap();
    let mut record = drafted.draft.clone();
    let batch: Subject = record.subject.parse().unwrap();
    let lines = drafted.lines.iter().map(UsageLine::encode).collect();
    let packed = PackedBatch::new(&batch.id, lines).unwrap();
    assert_eq!(packed.lines.count, 6);
    for (name, value) in [
        ("usage_root", json!(packed.lines.root.to_string())),
        ("usage_count", json!(packed.lines.count)),
        ("attachment", json!("00".repeat(32))),
        ("base", json!(1)),
    ] {
        assert_eq!(record.fields.insert(name.to_owned(), value), None, "{name} is left to others");
    }
    let seal = Seal {
        origin: "x",
        key_id: SigningKey::from_seed([1; 32]).public().key_id(),
        nonce: [0; 16],
        valid_until: UnixMillis(0),
        salt: &|_| [0; 32],
    };
    record.write(&seal).unwrap();
}

fn used(fields: serde_json::Value) -> Usage {
    let mut all = json!({ "line": 1, "uses": "1", "right_category": "PR" });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[test]
fn a_use_means_a_work_or_none() {
    let mut works = works();
    let titled = |id: &str, title: &str, creator: &str| KnownWork {
        work_id: id.to_owned(),
        isrcs: vec![format!("ZZZ99000000{}", id.len())],
        titles: vec![title.to_owned()],
        creators: vec![creator.to_owned()],
        categories: vec!["PR".to_owned(), "MR".to_owned()],
        ..KnownWork::default()
    };
    works.add(titled("S-1", "Song", "A B"));
    works.add(titled("S-22", "Song", "C D"));
    works.add(titled("S-333", "Twin", "E"));
    works.add(titled("S-4444", "Twin", "E"));
    let cases = [
        (json!({ "work_id": "S-1" }), "S-1"),
        (json!({ "work_id": "337739DU" }), "MK000004"),
        (json!({ "isrcs": ["ZZZ990000003"] }), "S-1"),
        (json!({ "title": "SONG!", "creators": ["b, a"] }), "S-1"),
        // Both works of the sample have one ISWC; a number tells which is meant.
        (json!({ "iswcs": ["T3005600277"] }), "royalty-unmatched-several MK000003 MK000004"),
        (json!({ "iswcs": ["T3005600277"], "work_id": "MK000004" }), "MK000004"),
        (
            json!({ "work_id": "S-1", "isrcs": ["ZZZ990000004"] }),
            "royalty-unmatched-conflict S-1 S-22",
        ),
        (json!({ "title": "Song" }), "royalty-unmatched-title S-1 S-22"),
        (json!({ "title": "Song", "creators": ["A B", "X"] }), "royalty-unmatched-title S-1 S-22"),
        (json!({ "title": "Twin", "creators": ["E"] }), "royalty-unmatched-several S-333 S-4444"),
        (json!({ "title": "Other" }), "royalty-unmatched-unknown"),
        (json!({ "title": "THE MODIFIED WORK 2", "creators": ["Testo Testic"] }), "MK000003"),
        (
            json!({ "title": "The work", "creators": ["Testo Testic"], "iswcs": ["T0345246801"] }),
            "royalty-unmatched-title MK000004",
        ),
        (json!({ "work_id": "S-1", "right_category": "SR" }), "royalty-unmatched-category S-1"),
    ];
    for (fields, expected) in cases {
        let usage = used(fields);
        let found = match works.find(&usage, usage.right_category.as_deref().unwrap()) {
            Match::Work(id) => id,
            Match::None { reason: Said::Message(id, _), candidates } => {
                [vec![id.to_owned()], candidates].concat().join(" ")
            }
            Match::None { reason, .. } => panic!("{reason:?}"),
        };
        assert_eq!(found, expected, "{usage:?}");
    }
}

#[test]
fn what_can_be_no_line_is_left_out_and_told() {
    let cases = [
        (json!({ "uses": "12" }), ""),
        (json!({ "uses": "0.5" }), "1 R05 uses 0.5 item royalty-use-whole"),
        (json!({ "uses": "-1" }), "1 R05 uses -1 item royalty-use-whole"),
        (json!({ "uses": "0" }), "1 R05 uses 0 item royalty-use-nothing"),
        (json!({ "uses": "0", "seconds": 5 }), ""),
        (json!({ "right_category": null }), "1 R05 right_category item royalty-use-category"),
        (json!({ "period_from": "2026-02-01" }), "1 R05 period_from item royalty-use-days"),
        (json!({ "amount": -1, "currency": "KZT" }), "1 R05 amount -0.01 item royalty-use-money"),
        (
            json!({ "revenue": "-0.1", "currency": "KZT" }),
            "1 R05 revenue -0.1 item royalty-use-money",
        ),
        (
            json!({ "amount": 1, "currency": "USD" }),
            "1 R05 currency USD field royalty-use-currency",
        ),
    ];
    for (fields, expected) in cases {
        // A second use keeps the batch from being empty.
        let drafted =
            draft(&[used(fields.clone()), used(json!({ "line": 2 }))], &works(), &terms()).unwrap();
        assert_eq!(told(&drafted.findings).join("\n"), expected, "{fields}");
        let lost = expected.contains(" item ");
        assert_eq!(
            (drafted.left_out, drafted.lines.len()),
            (u64::from(lost), 2 - usize::from(lost))
        );
    }
    let nothing = draft(&[used(json!({ "uses": "0" }))], &works(), &terms()).unwrap_err();
    assert!(Messages::new(Language::En).error(&nothing).contains("no use is left"));
    // Part of a tiyn is not counted; no digit of the rest is lost.
    for (revenue, tiyn) in [("0.00338284", 0), ("12.349", 1_234), ("7", 700), ("0.5", 50)] {
        let usage = used(json!({ "revenue": revenue, "currency": "KZT" }));
        assert_eq!(
            draft(&[usage], &works(), &terms()).unwrap().lines[0].revenue,
            tiyn,
            "{revenue}"
        );
    }
}

#[test]
fn uses_and_days_of_the_draft_are_those_of_its_lines() {
    let uses = [
        used(json!({ "uses": "3", "period_from": "2026-01-05", "period_to": "2026-01-06" })),
        used(json!({ "uses": "4", "period_from": "2025-12-30", "period_to": "2026-01-02" })),
        used(json!({ "uses": "5" })),
    ];
    let drafted = draft(&uses, &works(), &terms()).unwrap();
    let field = |name: &str| drafted.draft.fields[name].clone();
    assert_eq!(
        (field("uses"), field("first_day"), field("last_day")),
        (json!(12), json!("2025-12-30"), json!("2026-01-31"))
    );
    assert_eq!(drafted.lines.iter().map(|line| line.uses).sum::<u64>(), 12);
    assert_eq!(drafted.lines.iter().map(|line| line.first_day).min(), Some(20_452));
}
