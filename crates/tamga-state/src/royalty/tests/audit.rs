//! Warnings, signals and audits.

use super::super::audit::{
    Check, Transparency, WorkFacts, counts_differ, missing_reserve, of_pool, possible_pools,
    registered_twice, threshold_bp,
};
use super::super::period::Period;
use super::desk::{Desk, batch, fixed, used};
use super::*;
use crate::status::{Batch, CmoStatus, Pool, UsageBatch, UsageSource};

#[test]
fn c03_a_deduction_of_another_kind_without_a_document_is_a_warning() {
    let with = |kind: &str, document: bool| {
        let mut desk = Desk::new();
        desk.collect("2026-Q1", 1_000);
        let row = Value::Array(vec![Value::text(kind), Value::int(1)]);
        let draft = fixed("2026-Q1", 1_000, 1).field("deductions", Value::Array(vec![row]));
        desk.record(&if document { draft.field("document_hash", [1; 32]) } else { draft });
        of_pool(&desk.pool("2026-Q1"))
    };
    assert_eq!(with("OTHER", false), [Check::C03]);
    assert_eq!(with("OTHER", true), []);
    assert_eq!(with("SPECIAL_FUND", false), []);
    // A kind that is not named, or twice, is no deduction at all.
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000);
    let row = |kind: &str| Value::Array(vec![Value::text(kind), Value::int(1)]);
    let draft = fixed("2026-Q1", 1_000, 2);
    let twice = Value::Array(vec![row("OTHER"), row("OTHER")]);
    desk.refused(&draft.clone().field("deductions", twice), Code::Validation, "/fields/deductions");
    let unnamed = Value::Array(vec![row("FEES")]);
    desk.refused(&draft.field("deductions", unnamed), Code::Validation, "/fields/deductions");
}

#[test]
fn c10_money_for_use_without_a_licence_is_a_warning_of_the_pool() {
    let mut world = world();
    world.record(&collected("UNLICENSED_USE_SETTLEMENT", 700).naming(&[licensee()]));
    let pool: Pool = world.status(pool(Sphere::Copyright, "2026-Q1"));
    assert_eq!(of_pool(&pool), [Check::C10]);
    assert_eq!(of_pool(&Pool { unlicensed: 0, ..pool }), []);
}

#[test]
fn c19_counts_that_differ_by_more_than_the_tolerance_are_a_signal() {
    let mut desk = Desk::new();
    let draft = desk.usage("usage", &[used("song", 950)]);
    desk.record(&draft);
    let known: Batch = desk.world.status(batch("usage"));
    let report = known.usage().unwrap().clone();
    let counter = UsageBatch { source: UsageSource::Counter, uses: 1_000, ..report.clone() };
    assert!(!counts_differ(&counter, &report, 500), "950 of 1,000 are within 5 %");
    let fewer = UsageBatch { uses: 949, ..report.clone() };
    assert!(counts_differ(&counter, &fewer, 500) && counts_differ(&fewer, &counter, 500));
    let again = UsageBatch { uses: 1, ..report.clone() };
    assert!(!counts_differ(&report, &again, 500), "two reports are not a count and a report");
    let other_days = UsageBatch { days: (0, 1), ..fewer };
    assert!(!counts_differ(&counter, &other_days, 500));
}

#[test]
fn c20_a_work_under_two_ids_is_a_signal() {
    let creators = vec![author().id];
    let facts = |iswc: Option<&str>, title: u8, isrc: &[&str]| WorkFacts {
        iswc: iswc.map(str::to_owned),
        title: [title; 32],
        creators: creators.clone(),
        recordings: isrc.iter().map(|isrc| (*isrc).to_owned()).collect(),
    };
    let works = |all: &[(&str, WorkFacts)]| {
        all.iter().map(|(id, facts)| ((*id).to_owned(), facts.clone())).collect()
    };
    let same = works(&[
        ("a", facts(Some("T0345246801"), 1, &[])),
        ("b", facts(Some("T0345246801"), 2, &["KZAAA2600001"])),
        ("c", facts(None, 2, &[])),
        ("d", facts(None, 3, &["KZAAA2600001"])),
    ]);
    assert_eq!(registered_twice(&same), [("a", "b"), ("b", "c"), ("b", "d")]);
    let apart = works(&[
        ("a", facts(Some("T0345246801"), 1, &["KZAAA2600001"])),
        ("b", facts(Some("T1234567894"), 2, &["KZAAA2600002"])),
    ]);
    assert!(registered_twice(&apart).is_empty());
}

#[test]
fn c21_the_money_held_covers_what_is_owed() {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000);
    desk.record(&fixed("2026-Q1", 1_000, 300));
    desk.collect("2026-Q2", 50);
    let pools = [desk.pool("2026-Q1"), desk.pool("2026-Q2")];
    assert_eq!(missing_reserve(&pools, 750), 0);
    assert_eq!(missing_reserve(&pools, 749), 1);
}

#[test]
fn what_became_of_a_pools_money_is_for_everybody_to_see() {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000);
    desk.record(&fixed("2026-Q1", 1_000, 300));
    let seen = Transparency::of(&[Pool { paid: [390, 0, 0], ..desk.pool("2026-Q1") }]);
    assert_eq!((seen.collected, seen.allocated, seen.paid), (1_000, 700, 390));
    assert_eq!((seen.paid_bp, seen.deducted_bp), (Some(3_900), Some(3_000)));
    assert_eq!(seen.deducted[0], ("COLLECTION_COST", 300));
    assert_eq!(Transparency::of(&[]).paid_bp, None);
}

#[test]
fn every_pool_of_an_organisation_is_found_from_its_accounts() {
    let mut desk = Desk::new();
    for period in ["2026-Q1", "2026-03", "2026"] {
        desk.collect(period, 1_000);
    }
    let known = desk.pool("2026-Q1");
    let cmo: CmoStatus = desk.world.status(Subject::new(Role::Cmo, known.cmo));
    let found = |period: &str| {
        let period = Period::parse(period).unwrap();
        let all = possible_pools(bin("cmo"), &cmo, &period);
        let known = all.iter().filter(|it| desk.world.view.statuses.contains_key(&it.subject));
        known.map(|it| it.period.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(found("2026"), "2026-Q1 2026 2026-03");
    assert_eq!(found("2026-Q1"), "2026-Q1 2026-03");
    assert_eq!(found("2026-Q2"), "");
    assert_eq!(possible_pools(bin("cmo"), &cmo, &Period::parse("2026").unwrap()).len(), 17);
}

#[test]
fn what_reached_rightsholders_is_compared_with_what_deductions_may_leave() {
    let mut desk = Desk::new();
    desk.collect("2026-Q1", 1_000);
    let pool = Pool { paid: [600, 90, 9], ..desk.pool("2026-Q1") };
    let seen = Transparency::of(std::slice::from_ref(&pool));
    assert_eq!((seen.paid, seen.paid_parts, seen.paid_bp), (699, [600, 90, 9], Some(6_990)));
    assert_eq!(threshold_bp(3_000), 7_000);
    assert_eq!(seen.reaches(7_000), Some(false));
    assert_eq!(seen.reaches(6_990), Some(true));
    assert_eq!(Transparency::of(&[]).reaches(7_000), None);
}
