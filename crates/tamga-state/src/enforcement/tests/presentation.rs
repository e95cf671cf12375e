//! Documents presented again: what their earlier cases mean for the presentation period.

use super::*;

/// 51 days before the test day the first case began, 5 days before it ended.
const PRESENTED: i64 = TODAY - 56;
const REFUSED: i64 = TODAY - 5;

fn on(day: i64) -> UnixMillis {
    UnixMillis(NOW.get() - (TODAY - day) * 86_400_000)
}

fn document() -> Subject {
    Subject::new(Role::Document, case().id)
}

/// A case about a document in force on a day, with a period of one month, that was refused.
fn refused_case(in_force: i64) -> (World, RecordId) {
    let mut world = World::new();
    world.set("presentation_months.court_order", 1);
    let present = World::present(case(), 5).at(on(PRESENTED)).field("in_force_date", in_force);
    world.record(&present);
    world.record(&World::distribute(case(), "bailiff").at(on(PRESENTED)));
    let refusal = refusal(&world).at(on(REFUSED)).field("act_date", REFUSED);
    let last = world.record(&refusal);
    (world, last)
}

fn again(last: RecordId, in_force: i64) -> Draft {
    let second = tag(Role::Case, "again");
    World::present(second, 5)
        .not_naming(Subject::new(Role::Document, second.id))
        .naming(&[document()])
        .field("in_force_date", in_force)
        .referring(relation::PREVIOUS_CASE, last, case())
}

#[test]
fn the_time_with_an_earlier_case_does_not_count() {
    // The month from 2025-12-08 and 51 days end on a Saturday; the test day is the Monday after.
    let last_in_time = TODAY - 84;
    let (mut world, last) = refused_case(last_in_time);
    let status: Document = world.status(document());
    assert_eq!((status.stopped_days, status.ended_on), (51, Some(REFUSED)));
    world.record(&again(last, last_in_time));
    let status: Document = world.status(document());
    assert_eq!((status.stopped_days, status.ended_on), (51, None));

    let late = last_in_time - 1;
    let (mut world, last) = refused_case(late);
    let draft = again(last, late);
    refused(&mut world, &draft, Code::PresentationExpired, "/fields/in_force_date");
    // Where time before an interruption does not count, the period runs anew from the refusal.
    world.set("elapsed_before_interruption_counts", Value::Bool(false));
    world.record(&draft);
}

#[test]
fn a_reopened_case_stops_the_period_no_more_and_a_court_ends_the_count() {
    let (mut world, last) = refused_case(TODAY - 84);
    let reopened = reopening(&world);
    let mut other = world.clone();
    other.record(&reopened);
    let status: Document = other.status(document());
    assert_eq!((status.stopped_days, status.ended_on), (0, None));

    let late = again(last, TODAY - 400);
    refused(&mut world, &late, Code::PresentationExpired, "/fields/in_force_date");
    world.record(&late.field("term_restored_by", [1; 32]));
    let status: Document = world.status(document());
    assert!(status.restored);
}

#[test]
fn a_period_that_has_run_out_is_not_revived_by_an_interruption() {
    let mut world = World::new();
    world.set("presentation_months.court_order", 1);
    world.set("elapsed_before_interruption_counts", Value::Bool(false));
    let draft = World::present(case(), 5).field("in_force_date", TODAY - 80);
    let late = draft.clone().field("term_interrupted_on", TODAY - 1);
    refused(&mut world, &late, Code::PresentationExpired, "/fields/in_force_date");
    let long_ago = draft.field("term_interrupted_on", TODAY - 60);
    refused(&mut world, &long_ago, Code::PresentationExpired, "/fields/in_force_date");
    let fifty = World::present(case(), 5).field("in_force_date", TODAY - 50);
    world.record(&fifty.field("term_interrupted_on", TODAY - 25));
}

#[test]
fn a_correction_of_an_earlier_case_leaves_the_day_the_last_one_ended() {
    let (mut world, last) = refused_case(TODAY - 84);
    let first = world.first_record(case());
    let second = tag(Role::Case, "again");
    world.record(&again(last, TODAY - 84));
    world.record(&World::distribute(second, "bailiff"));
    let refuse = world
        .about(Kind::E03, "bailiff", second)
        .naming(&[document()])
        .field("decision", "REFUSED")
        .field("ground_code", "WRONG_TERRITORY")
        .field("act_date", TODAY);
    world.record(&refuse);
    world.record(&world.correct(case(), "operator", "AMEND", first));
    let status: Document = world.status(document());
    assert_eq!((status.stopped_days, status.ended_on), (51, Some(TODAY)));
}
