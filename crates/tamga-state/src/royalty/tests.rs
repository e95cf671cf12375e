mod audit;
mod desk;
mod disputes;
mod distribution;
mod lines;
mod properties;

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::catalogue::Kind;
use crate::registry::{key_subject, possession_message};
use crate::status::{Licensee, Mandate, MandateState, Pool, RightsholderStatus, Work};
use crate::testing::{Draft, ORIGIN, SINCE, TODAY, World, key, tag};

/// Organisations that manage rights, and a user; no such organisations can exist.
const BINS: [(&str, &str, &str); 3] = [
    ("cmo", "591240000021", "CMO"),
    ("rival", "591241000025", "CMO"),
    ("radio", "591242000010", "USER"),
];
/// The accreditation of both in copyright: first day, and first day no longer.
const ACCREDITED: (i64, i64) = (TODAY - 400, TODAY + 400);

fn bin(name: &str) -> &'static str {
    BINS.iter().find(|(known, ..)| *known == name).unwrap().1
}

fn organisation(name: &str) -> Subject {
    Subject::registered(Role::Organisation, bin(name))
}

fn cmo(name: &str) -> Subject {
    Subject::registered(Role::Cmo, bin(name))
}

fn author() -> Subject {
    tag(Role::Rightsholder, "author")
}

fn licensee() -> Subject {
    Subject::registered(Role::Licensee, bin("radio"))
}

#[track_caller]
fn refused(world: &mut World, draft: &Draft, code: Code, pointer: &str) {
    let rejection = world.submit(draft).expect_err("it must be refused");
    assert_eq!((rejection.code, rejection.pointer.as_str()), (code, pointer), "{rejection}");
}

/// A registry with the organisations, their keys, and accreditations in copyright.
fn world() -> World {
    let mut world = World::new();
    for (name, bin, kind) in BINS {
        let registered = Draft::new(Kind::G01, "operator", organisation(name))
            .field("bin", bin)
            .field("organisation_kind", kind);
        world.record(&registered);
        let public = key(name).public();
        let proof = key(name).sign(&possession_message(ORIGIN, &organisation(name), &public));
        let registered = Draft::new(Kind::G03, "operator", key_subject(&public.key_id()))
            .naming(&[organisation(name)])
            .field("key", *public.as_bytes())
            .field("possession", *proof.as_bytes())
            .field("purpose", "RECORDS")
            .field("valid_from", SINCE.get());
        world.record(&registered);
    }
    for name in ["cmo", "rival"] {
        world.record(&accreditation(name, "COPYRIGHT", ACCREDITED));
    }
    world
}

fn accreditation(name: &str, sphere: &str, (from, to): (i64, i64)) -> Draft {
    accredit(name, sphere, "GRANTED", from).field("valid_from", from).field("valid_to", to)
}

fn accredit(name: &str, sphere: &str, state: &str, day: i64) -> Draft {
    let item = Accreditation::subject(bin(name), Sphere::from_name(sphere).unwrap());
    Draft::new(Kind::G05, "authority", item)
        .naming(&[organisation(name), cmo(name)])
        .field("sphere", sphere)
        .field("state", state)
        .field("state_date", day)
        .field("act_hash", [1; 32])
}

/// A record that an organisation writes of itself.
fn by(name: &str, kind: Kind, subject: Subject) -> Draft {
    Draft::new(kind, name, subject)
        .with(|record| record.issuer = organisation(name))
        .naming(&[cmo(name)])
        .field("okup_id", organisation(name).id.0)
}

fn words(words: &[&str]) -> Value {
    Value::Array(words.iter().map(|word| Value::Array(vec![Value::text(word)])).collect())
}

fn mandate(name: &str, which: &str) -> Subject {
    tag(Role::Mandate, &format!("{name} {which}"))
}

fn step(name: &str, which: &str, action: &str) -> Draft {
    by(name, Kind::R03, mandate(name, which)).naming(&[author()]).field("action", action)
}

fn signed(name: &str, which: &str, categories: &[&str], from: i64, to: Option<i64>) -> Draft {
    let draft = step(name, which, "SIGNED")
        .field("right_categories", words(categories))
        .field("territory", "KZ")
        .field("sphere", "COPYRIGHT")
        .field("valid_from", from)
        .field("document_hash", [2; 32]);
    match to {
        Some(to) => draft.field("valid_to", to),
        None => draft,
    }
}

fn in_force(world: &World, name: &str, category: RightCategory, day: i64) -> bool {
    let status: RightsholderStatus = world.status(author());
    status.mandate_on(&cmo(name).id, category, day).is_some()
}

#[test]
fn a_work_stands_in_each_of_its_categories_and_belongs_to_who_registered_it() {
    let mut world = world();
    let subjects =
        [RightCategory::Performing, RightCategory::Mechanical].map(|it| Work::subject("KZ-1", it));
    let registered = |name: &str| {
        by(name, Kind::R01, subjects[0])
            .naming(&[subjects[1], author()])
            .field("work_id", "KZ-1")
            .field("right_categories", words(&["PR", "MR"]))
            .field("iswc", "T0345246801")
            .field("title_hash", [7; 32])
            .field("work_kind", "MUSIC")
            .field("recordings", words(&["KZA122400001"]))
    };
    let draft = registered("cmo");
    let wrong = |name: &str, value: &str| draft.clone().field(name, value);
    refused(&mut world, &wrong("iswc", "T0345246802"), Code::IdentifierInvalid, "/fields/iswc");
    refused(&mut world, &wrong("work_id", "KZ 1"), Code::IdentifierInvalid, "/fields/work_id");
    refused(&mut world, &wrong("work_id", "KZ-2"), Code::PrimarySubject, "/subject");
    let twice = draft.clone().field("recordings", words(&["KZA122400001", "KZA122400001"]));
    refused(&mut world, &twice, Code::Validation, "/fields/recordings");
    let twice = draft.clone().field("right_categories", words(&["PR", "PR"]));
    refused(&mut world, &twice, Code::Validation, "/fields/right_categories");
    let silent = draft.clone().not_naming(subjects[1]);
    refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
    let nobody = draft.clone().without("okup_id").not_naming(cmo("cmo"));
    refused(&mut world, &nobody, Code::Validation, "/fields/okup_id");
    world.record(&draft);
    for subject in subjects {
        let work: Work = world.status(subject);
        assert_eq!(work.registrant, organisation("cmo").id);
        assert_eq!(work.iswc.as_deref(), Some("T0345246801"));
    }
    refused(&mut world, &registered("rival"), Code::Duplicate, "/subject");
    world.record(&draft.without("iswc"));
    assert_eq!(world.status::<Work>(subjects[0]).iswc, None, "it was revised");
}

#[test]
fn a_rightsholder_gives_the_same_rights_to_one_organisation_only() {
    let mut world = world();
    let first = signed("cmo", "first", &["PR"], TODAY - 10, Some(TODAY + 10));
    let outsider = first.clone().with(|record| {
        record.issuer = organisation("radio");
        record.key_id = key("radio").public().key_id();
    });
    let outsider = Draft { signer: "radio".to_owned(), ..outsider };
    refused(&mut world, &outsider, Code::RoleForbidden, "/issuer");
    let of_another = Draft { signer: "rival".to_owned(), ..first.clone() }.with(|record| {
        record.issuer = organisation("rival");
        record.key_id = key("rival").public().key_id();
    });
    refused(&mut world, &of_another, Code::RoleForbidden, "/fields/okup_id");
    let bare = first.clone().without("document_hash");
    refused(&mut world, &bare, Code::Validation, "/fields/document_hash");
    let nowhere = first.clone().without("territory");
    refused(&mut world, &nowhere, Code::Validation, "/fields/territory");
    let backwards = first.clone().field("valid_to", TODAY - 10);
    refused(&mut world, &backwards, Code::DateOrder, "/fields/valid_to");
    let early = step("cmo", "first", "ENDED").field("end_date", TODAY);
    refused(&mut world, &early, Code::StageNotAllowed, "/fields/action");
    world.record(&first);
    refused(&mut world, &first, Code::Duplicate, "/subject");

    // One day too early, whatever the category; the next day it may begin.
    let rival = |from| signed("rival", "second", &["MR"], from, None);
    let overlapping = rival(TODAY + 9);
    refused(&mut world, &overlapping, Code::MandateNotExclusive, "/fields/valid_from");
    let before = signed("rival", "second", &["MR"], TODAY - 20, Some(TODAY - 9));
    refused(&mut world, &before, Code::MandateNotExclusive, "/fields/valid_from");
    world.clone().record(&rival(TODAY + 10));
    world.clone().record(&signed("rival", "second", &["MR"], TODAY - 20, Some(TODAY - 10)));
    // The same organisation may not hold two either, unless categories are apart.
    let same = signed("cmo", "second", &["MR"], TODAY, None);
    refused(&mut world, &same, Code::MandateNotExclusive, "/fields/valid_from");
    world.set("mandate_scope_exclusive", "per_category");
    world.record(&rival(TODAY + 9));
    let meeting = signed("cmo", "third", &["PR", "MR"], TODAY + 20, None);
    refused(&mut world, &meeting, Code::MandateNotExclusive, "/fields/valid_from");
    assert!(in_force(&world, "cmo", RightCategory::Performing, TODAY + 9));
    assert!(!in_force(&world, "cmo", RightCategory::Performing, TODAY + 10));
    assert!(!in_force(&world, "cmo", RightCategory::Mechanical, TODAY + 9));
    assert!(in_force(&world, "rival", RightCategory::Mechanical, TODAY + 9));
    assert_eq!(world.status::<CmoStatus>(cmo("cmo")).mandates, 1);
}

#[test]
fn a_mandate_is_amended_noticed_and_ended_and_every_day_has_its_rights() {
    let mut world = world();
    world.record(&signed("cmo", "first", &["PR", "MR"], TODAY - 100, None));
    let amended = |from: i64| {
        step("cmo", "first", "AMENDED")
            .field("right_categories", words(&["PR"]))
            .field("valid_from", from)
            .field("document_hash", [3; 32])
    };
    refused(&mut world, &amended(TODAY - 101), Code::DateOrder, "/fields/valid_from");
    let works: Vec<Value> =
        [[9; 32], [8; 32]].map(|work| Value::Array(vec![Value::bytes(&work)])).to_vec();
    let unsorted = amended(TODAY - 50).field("excluded_works", Value::Array(works.clone()));
    refused(&mut world, &unsorted, Code::Validation, "/fields/excluded_works");
    let sorted = works.into_iter().rev().collect();
    world.record(&amended(TODAY - 50).field("excluded_works", Value::Array(sorted)));
    let days = [-101, -100, -51, -50, 500];
    let of =
        |world: &World, category| days.map(|day| in_force(world, "cmo", category, TODAY + day));
    assert_eq!(of(&world, RightCategory::Mechanical), [false, true, true, false, false]);
    assert_eq!(of(&world, RightCategory::Performing), [false, true, true, true, true]);

    let notice = |day: i64| step("cmo", "first", "TERMINATION_NOTICED").field("end_date", day);
    refused(&mut world, &notice(TODAY - 2), Code::DateOrder, "/fields/end_date");
    refused(
        &mut world,
        &notice(TODAY).field("territory", "KZ"),
        Code::Validation,
        "/fields/territory",
    );
    world.record(&notice(TODAY + 30));
    refused(&mut world, &amended(TODAY), Code::StageNotAllowed, "/fields/action");
    // Another organisation may take over on the very day.
    world.record(&signed("rival", "next", &["PR"], TODAY + 30, None));
    let ended = |day: i64| step("cmo", "first", "ENDED").field("end_date", day);
    refused(&mut world, &ended(TODAY + 2), Code::DateOrder, "/fields/end_date");
    world.record(&ended(TODAY));
    let status: Mandate = world.status(mandate("cmo", "first"));
    assert_eq!((status.state, status.excluded.len()), (MandateState::Ended, 2));
    assert!(in_force(&world, "cmo", RightCategory::Performing, TODAY - 1));
    assert!(!in_force(&world, "cmo", RightCategory::Performing, TODAY));
    assert_eq!(world.status::<CmoStatus>(cmo("cmo")).mandates, 0);
    refused(&mut world, &ended(TODAY), Code::StageNotAllowed, "/fields/action");
}

#[test]
fn contracts_need_an_accreditation_on_the_day_they_are_signed() {
    let mut world = world();
    let on = |draft: Draft, day: i64| {
        let noon = (day * 86_400 + 7 * 3_600) * 1_000;
        draft.at(UnixMillis(noon))
    };
    let draft = signed("cmo", "first", &["PR"], TODAY - 400, None);
    let day_before = on(draft.clone(), ACCREDITED.0 - 1);
    refused(&mut world, &day_before, Code::AccreditationNotInForce, "/fields/sphere");
    let elsewhere = draft.clone().field("sphere", "RELATED_RIGHTS");
    refused(&mut world, &elsewhere, Code::AccreditationNotInForce, "/fields/sphere");
    world.clone().record(&on(draft, ACCREDITED.0));
    // All spheres together cover each of them.
    world.record(&accreditation("cmo", "COMBINED", ACCREDITED));
    world.record(&elsewhere);
    // A suspension counts from its day on, and only until it is resumed.
    world.record(&accredit("rival", "COPYRIGHT", "SUSPENDED", TODAY - 20));
    world.record(&accredit("rival", "COPYRIGHT", "GRANTED", TODAY - 10));
    let licence = |day| on(licensed("rival", TODAY, TODAY + 5), day);
    refused(&mut world, &licence(TODAY - 11), Code::AccreditationNotInForce, "/fields/sphere");
    world.record(&licence(TODAY - 10));
    world.record(&licence(TODAY - 21));
}

fn licensed(name: &str, from: i64, to: i64) -> Draft {
    by(name, Kind::R04, licensee())
        .field("action", "SIGNED")
        .field("user_id", organisation("radio").id.0)
        .field("use_types", words(&["BROADCAST"]))
        .field("tariff_rule_id", "radio-2026")
        .field("territory", "KZ")
        .field("sphere", "COPYRIGHT")
        .field("valid_from", from)
        .field("valid_to", to)
        .field("document_hash", [4; 32])
}

#[test]
fn a_licence_is_granted_to_a_registered_user_and_ended_before_its_term() {
    let mut world = world();
    let draft = licensed("cmo", TODAY - 30, TODAY + 30);
    let stranger = draft.clone().field("user_id", organisation("cmo").id.0);
    refused(&mut world, &stranger, Code::SubjectUnknown, "/fields/user_id");
    let other = draft.clone().with(|record| record.subject = tag(Role::Licensee, "a trader"));
    refused(&mut world, &other, Code::PrimarySubject, "/subject");
    let endless = draft.clone().without("valid_to");
    refused(&mut world, &endless, Code::Validation, "/fields/valid_to");
    let free = draft.clone().without("tariff_rule_id");
    refused(&mut world, &free, Code::Validation, "/fields/tariff_rule_id");
    // A trader without a БИН is known by a tag.
    world.clone().record(&other.without("user_id"));
    let id = world.record(&draft);
    let ended = |name: &str, id: RecordId, day: i64| {
        by(name, Kind::R04, licensee())
            .field("action", "ENDED")
            .field("licence", id.0)
            .field("end_date", day)
    };
    refused(&mut world, &ended("rival", id, TODAY), Code::TargetUnknown, "/fields/licence");
    refused(
        &mut world,
        &ended("cmo", RecordId([1; 32]), TODAY),
        Code::TargetUnknown,
        "/fields/licence",
    );
    refused(&mut world, &ended("cmo", id, TODAY - 31), Code::DateOrder, "/fields/end_date");
    world.record(&ended("cmo", id, TODAY - 5));
    let status: Licensee = world.status(licensee());
    let licence = status.licence(&id).unwrap();
    assert!(licence.covers(TODAY - 30, TODAY - 6) && !licence.covers(TODAY - 30, TODAY - 5));
}

fn pool(sphere: Sphere, period: &str) -> Subject {
    Pool::subject(bin("cmo"), sphere, period, "KZT")
}

fn collected(source: &str, amount: i64) -> Draft {
    by("cmo", Kind::R06, pool(Sphere::Copyright, "2026-Q1"))
        .field("sphere", "COPYRIGHT")
        .field("period", "2026-Q1")
        .field("currency", "KZT")
        .field("amount", amount)
        .field("collected_on", TODAY)
        .field("source", source)
}

fn paid(licence: RecordId, first: i64, last: i64) -> Draft {
    collected("LICENCE", 1_000)
        .naming(&[licensee()])
        .field("licence", licence.0)
        .field("usage_from", first)
        .field("usage_to", last)
}

#[test]
fn c10_a_licence_covers_the_use_that_is_paid_for_or_the_payment_is_marked() {
    let mut world = world();
    let (from, to) = (TODAY - 30, TODAY - 10);
    let licence = world.record(&licensed("cmo", from, to));
    let foreign = world.record(&licensed("rival", from, to));
    let early = paid(licence, from - 1, to - 1);
    refused(&mut world, &early, Code::LicenceNotInForce, "/fields/usage_from");
    let late = paid(licence, from, to);
    refused(&mut world, &late, Code::LicenceNotInForce, "/fields/usage_to");
    refused(&mut world, &paid(foreign, from, from), Code::TargetUnknown, "/fields/licence");
    let backwards = paid(licence, from + 1, from);
    refused(&mut world, &backwards, Code::DateOrder, "/fields/usage_to");
    let nobody = paid(licence, from, from).not_naming(licensee());
    refused(&mut world, &nobody, Code::SubjectMissing, "/subjects");
    world.record(&paid(licence, from, to - 1));
    let marked = collected("UNLICENSED_USE_SETTLEMENT", 700).naming(&[licensee()]);
    refused(
        &mut world,
        &marked.clone().field("licence", licence.0),
        Code::Validation,
        "/fields/licence",
    );
    world.record(&marked);
    let status: Pool = world.status(pool(Sphere::Copyright, "2026-Q1"));
    assert_eq!((status.collected, status.unlicensed, status.collections), (1_700, 700, 2));
}

#[test]
fn c11_the_organisation_is_accredited_in_the_sphere_when_it_collects() {
    let mut world = world();
    let society = collected("FOREIGN_SOCIETY", 5).field("society", "35");
    let on = |day: i64| society.clone().field("collected_on", day);
    let before = on(ACCREDITED.0 - 1);
    refused(&mut world, &before, Code::AccreditationNotInForce, "/fields/collected_on");
    refused(&mut world, &on(TODAY + 2), Code::DateOrder, "/fields/collected_on");
    world.record(&on(ACCREDITED.0));
    world.record(&accredit("cmo", "COPYRIGHT", "REVOKED", TODAY - 3));
    refused(&mut world, &on(TODAY - 3), Code::AccreditationNotInForce, "/fields/collected_on");
    world.record(&on(TODAY - 4));
    assert_eq!(world.status::<Pool>(pool(Sphere::Copyright, "2026-Q1")).collected, 10);
}

#[test]
fn c17_a_foreign_sum_recomputes_within_one_tiyn() {
    let mut world = world();
    // 1,234.56 units at 523.4567 tenge: 64,623,870.3552 tiyn.
    let draft = |amount: i64| {
        collected("FOREIGN_SOCIETY", amount)
            .field("society", "35")
            .field("foreign_currency", "USD")
            .field("foreign_amount", 123_456_i64)
            .field("rate_millionths", 523_456_700_i64)
            .field("rate_date", TODAY - 1)
            .field("rate_source", "NATIONAL_BANK")
    };
    for amount in [64_623_869, 64_623_872] {
        refused(&mut world, &draft(amount), Code::ConversionMismatch, "/fields/amount");
    }
    for amount in [64_623_870, 64_623_871] {
        world.clone().record(&draft(amount));
    }
    for name in
        ["foreign_currency", "foreign_amount", "rate_millionths", "rate_date", "rate_source"]
    {
        let draft = draft(64_623_870).without(name);
        refused(&mut world, &draft, Code::Validation, &format!("/fields/{name}"));
    }
    let lower = draft(64_623_870).field("foreign_currency", "usd");
    refused(&mut world, &lower, Code::IdentifierInvalid, "/fields/foreign_currency");
    let tomorrow = draft(64_623_870).field("rate_date", TODAY + 2);
    refused(&mut world, &tomorrow, Code::DateOrder, "/fields/rate_date");
    let huge = collected("FOREIGN_SOCIETY", 1).field("society", "35");
    let huge = FOREIGN_MOST.into_iter().fold(huge, |draft, (name, most)| draft.field(name, most));
    let huge = huge
        .field("foreign_currency", "USD")
        .field("rate_date", TODAY)
        .field("rate_source", "BANK");
    refused(&mut world, &huge, Code::ConversionMismatch, "/fields/amount");
}

const FOREIGN_MOST: [(&str, i64); 2] =
    [("foreign_amount", AMOUNT_MAX), ("rate_millionths", 1_000_000_000_000)];

#[test]
fn a_pool_is_that_of_its_organisation_sphere_period_and_currency() {
    let mut world = world();
    let society = collected("FOREIGN_SOCIETY", 5).field("society", "35");
    for period in ["2026-Q5", "2026-13", "26-Q1", "2026-1", "2026-Q", "1969", "2026-"] {
        let draft = society.clone().field("period", period);
        refused(&mut world, &draft, Code::Validation, "/fields/period");
    }
    for period in ["2026", "2026-02", "2026-Q2"] {
        let draft = society.clone().field("period", period);
        refused(&mut world, &draft, Code::PrimarySubject, "/subject");
        let subject = pool(Sphere::Copyright, period);
        world.record(&draft.with(|record| record.subject = subject));
    }
    let silent = society.clone().without("society");
    refused(&mut world, &silent, Code::Validation, "/fields/society");
    let private = collected("PRIVATE_COPY", 5);
    refused(&mut world, &private, Code::Validation, "/fields/source");
    world.record(&accreditation("cmo", "PRIVATE_COPYING", ACCREDITED));
    let private = private
        .field("sphere", "PRIVATE_COPYING")
        .with(|record| record.subject = pool(Sphere::PrivateCopying, "2026-Q1"));
    world.record(&private);
    // With the 15 tiyn of the pools above it is as much as the organisation's account can hold.
    let most = collected("FOREIGN_SOCIETY", AMOUNT_MAX - 15).field("society", "35");
    world.record(&most);
    refused(&mut world, &society, Code::AmountOutOfRange, "/fields/amount");
}

#[test]
fn terms_of_mandates_overlap_when_they_share_a_day() {
    let categories = RightCategories::new(&[RightCategory::Performing]).unwrap();
    let term = |from, to| crate::status::MandateTerm {
        mandate: SubjectId([1; 32]),
        cmo: SubjectId([2; 32]),
        categories,
        from,
        to,
    };
    let spans = [
        (0, None),
        (0, Some(0)),
        (0, Some(1)),
        (0, Some(5)),
        (1, Some(3)),
        (3, None),
        (5, Some(6)),
    ];
    for a in spans.map(|(from, to)| term(from, to)) {
        for b in spans.map(|(from, to)| term(from, to)) {
            let share = (0..10).any(|day| a.covers(day) && b.covers(day));
            assert_eq!(a.overlaps(&b), share, "{a:?} and {b:?}");
        }
    }
}
