use super::*;
use crate::status::{ItemVersion, Mark, Measure, MeasureState};
use tamga_format::cbor::Value;

const ARREST: &str = "PROPERTY_ARREST";

/// Day and moment before the warning of a travel ban became a duty: 2025-12-24.
const BEFORE_WARNINGS: (i64, UnixMillis) = (20_446, UnixMillis(1_766_548_800_000));

fn state(world: &World) -> MeasureState {
    world.status::<Measure>(measure()).state
}

/// A case whose debtor owes so much, with МРП and thresholds of 2026.
fn owing(amount: i64) -> World {
    let mut world = World::new();
    world.set("mrp", 4_325);
    world.set("travel_ban_mrp", 40);
    world.set("travel_ban_periodic_m", 3);
    world.enforcing(case(), amount);
    world
}

fn warning(world: &World) -> Draft {
    notice(world, "bailiff")
        .field("content", "TRAVEL_BAN_WARNING")
        .field("delivery_status", "DELIVERED")
        .field("delivered_at", NOW.get())
}

fn ban(world: &World, to: &str) -> Draft {
    world.impose(case(), "bailiff", measure(), "TRAVEL_BAN", to)
}

#[test]
fn a_measure_without_sanction_is_imposed_changed_and_lifted() {
    let mut world = in_stage(Stage::Enforcing);
    let proposed = world.impose(case(), "bailiff", measure(), ARREST, "PROPOSED");
    world.record(&proposed);
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Proposed, 0));
    let early = world.change_measure(case(), "bailiff", measure(), "LIFTED");
    refused(&mut world, &early, Code::MeasureState, "/fields/measure_state");
    let imposed = world.record(&world.impose(case(), "bailiff", measure(), ARREST, "ACTIVE"));
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Active, 1));
    assert_eq!(world.status::<Measure>(measure()).imposed_by, Some(imposed));
    let silent = world
        .change_measure(case(), "bailiff", measure(), "LIFTED")
        .with(|record| record.references.clear());
    refused(&mut world, &silent, Code::ReferenceNotAllowed, "/references");
    world.record(&world.change_measure(case(), "court", measure(), "SUSPENDED"));
    assert_eq!(world.case(case()).open_measures, 1);
    world.record(&world.change_measure(case(), "bailiff", measure(), "ACTIVE"));
    world.record(&world.change_measure(case(), "bailiff", measure(), "LIFTED"));
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Lifted, 0));
    let again = world.change_measure(case(), "bailiff", measure(), "LIFTED");
    refused(&mut world, &again, Code::MeasureState, "/fields/measure_state");
    let anew = world.impose(case(), "bailiff", measure(), ARREST, "ACTIVE");
    refused(&mut world, &anew, Code::MeasureState, "/fields/measure_state");
}

#[test]
fn a_court_answers_a_request_once_and_the_measure_refers_to_it() {
    let mut world = owing(17_300_001);
    world.record(&warning(&world));
    let early = world.answer(case(), "court", measure(), "SANCTIONED");
    refused(&mut world, &early, Code::SanctionNotAwaited, "/fields/decision");
    let direct = ban(&world, "ACTIVE");
    refused(&mut world, &direct, Code::SanctionMissing, "/fields/measure_state");
    world.record(&ban(&world, "SANCTION_REQUESTED"));
    assert_eq!(world.case(case()).pending_sanctions, 1);
    let unanswered = ban(&world, "ACTIVE");
    refused(&mut world, &unanswered, Code::SanctionMissing, "/fields/measure_state");
    let own = world.answer(case(), "bailiff", measure(), "SANCTIONED");
    refused(&mut world, &own, Code::RoleForbidden, "/issuer");
    let answer = world.answer(case(), "court", measure(), "SANCTIONED");
    let sanction = world.record(&answer);
    assert_eq!(world.case(case()).pending_sanctions, 0);
    let twice = world.answer(case(), "court", measure(), "SANCTION_DENIED");
    refused(&mut world, &twice, Code::SanctionNotAwaited, "/fields/decision");
    let silent = ban(&world, "ACTIVE");
    refused(&mut world, &silent, Code::SanctionMissing, "/references");
    let another = world.impose(case(), "bailiff", measure(), "SEARCH_DEBTOR", "ACTIVE");
    refused(&mut world, &another, Code::MeasureState, "/fields/measure_code");
    world.record(&silent.referring(relation::AUTHORITY, sanction, measure()));
    assert_eq!(state(&world), MeasureState::Active);
}

#[test]
fn a_denied_measure_stays_denied() {
    let mut world = in_stage(Stage::Initiated);
    let search =
        |world: &World, to: &str| world.impose(case(), "bailiff", measure(), "SEARCH_DEBTOR", to);
    world.record(&search(&world, "SANCTION_REQUESTED"));
    world.record(&world.answer(case(), "court", measure(), "SANCTION_DENIED"));
    let anyway = search(&world, "ACTIVE");
    refused(&mut world, &anyway, Code::SanctionMissing, "/fields/measure_state");
    let again = search(&world, "SANCTION_REQUESTED");
    refused(&mut world, &again, Code::MeasureState, "/fields/measure_state");
}

#[test]
fn a_travel_ban_needs_a_debt_above_forty_mrp() {
    let mut world = owing(17_300_000);
    world.record(&warning(&world));
    let request = ban(&world, "SANCTION_REQUESTED");
    refused(&mut world, &request, Code::MeasureNotAllowed, "/fields/measure_code");
    let mut world = owing(17_300_001);
    world.record(&warning(&world));
    world.record(&ban(&world, "SANCTION_REQUESTED"));
}

#[test]
fn a_travel_ban_needs_a_warning_delivered_from_25_december_2025_on() {
    let mut world = owing(17_300_001);
    let request = ban(&world, "SANCTION_REQUESTED");
    refused(&mut world, &request, Code::WarningMissing, "/fields/measure_code");
    world.record(&warning(&world).field("delivery_status", "SENT").without("delivered_at"));
    refused(&mut world, &request, Code::WarningMissing, "/fields/measure_code");
    world.record(&warning(&world).field("recipient", "CLAIMANT"));
    refused(&mut world, &request, Code::WarningMissing, "/fields/measure_code");
    world.record(&warning(&world));
    world.record(&request);

    // The rule of the day of the event decides, not that of the day it is recorded.
    let (day, time) = BEFORE_WARNINGS;
    let mut world = World::new();
    world.record(&World::present(case(), 5).at(time).field("in_force_date", day));
    world.record(&World::distribute(case(), "bailiff").at(time));
    world.record(&world.initiate(case(), "bailiff").at(time).field("act_date", day));
    world.record(&ban(&world, "SANCTION_REQUESTED").at(time).field("act_date", day));
}

#[test]
fn a_travel_ban_for_periodic_payments_needs_three_months_of_arrears() {
    let mut world = World::new();
    world.set("travel_ban_periodic_m", 3);
    world.record(&World::present(case(), 5).field("periodic", true));
    world.record(&World::distribute(case(), "bailiff"));
    world.record(&world.initiate(case(), "bailiff"));
    world.record(&warning(&world));
    // 2025-12-02, three months before the event.
    let request = ban(&world, "SANCTION_REQUESTED").field("arrears_since", TODAY - 90);
    refused(&mut world, &request, Code::MeasureNotAllowed, "/fields/arrears_since");
    world.record(&request.field("arrears_since", TODAY - 91));
}

#[test]
fn a_travel_ban_restricts_persons_and_heads_of_organisations() {
    let mut world = World::new();
    world.record(&World::present(case(), 5).field("debtor_kind", "ORGANISATION"));
    world.record(&World::distribute(case(), "bailiff"));
    world.record(&world.initiate(case(), "bailiff"));
    world.record(&warning(&world));
    let request = ban(&world, "SANCTION_REQUESTED");
    refused(&mut world, &request, Code::MeasureNotAllowed, "/fields/debtor_is_head");
    world.record(&request.field("debtor_is_head", true));
}

#[test]
fn whether_a_sanction_is_required_is_a_parameter_by_day() {
    let mut world = in_stage(Stage::Enforcing);
    let arrest = |world: &World| {
        world
            .impose(case(), "bailiff", measure(), "ACCOUNT_ARREST", "ACTIVE")
            .body("limit_amount", 100_000)
    };
    let versions = [(0, false), (TODAY, true)].map(|(from, required)| ItemVersion {
        from,
        value: Value::Bool(required),
        mark: Mark::Design,
    });
    world.set_versions("sanction_required.account_arrest", versions.to_vec());
    let today = arrest(&world);
    refused(&mut world, &today, Code::SanctionMissing, "/fields/measure_state");
    let yesterday = UnixMillis(NOW.get() - 86_400_000);
    world.record(&arrest(&world).at(yesterday));
}

#[test]
fn arrests_of_money_are_limited_to_what_is_due() {
    let mut world = in_stage(Stage::Enforcing);
    let impose = |world: &World, code: &str, limit: Option<i64>| {
        let draft = world.impose(case(), "bailiff", tag(Role::Measure, code), code, "ACTIVE");
        match limit {
            Some(limit) => draft.body("limit_amount", limit),
            None => draft,
        }
    };
    let cases = [
        ("FUNDS_COLLECTION", None, Code::Validation),
        ("FUNDS_COLLECTION", Some(100_001), Code::LimitExceeded),
        ("ACCOUNT_ARREST", Some(125_001), Code::LimitExceeded),
    ];
    for (code, limit, expected) in cases {
        let draft = impose(&world, code, limit);
        refused(&mut world, &draft, expected, "/body/limit_amount");
    }
    world.record(&impose(&world, "FUNDS_COLLECTION", Some(100_000)));
    world.record(&impose(&world, "ACCOUNT_ARREST", Some(125_000)));
}

#[test]
fn nothing_is_levied_in_a_suspended_case_but_property_is_preserved() {
    let mut world = in_stage(Stage::Suspended);
    let collection = world
        .impose(case(), "bailiff", measure(), "FUNDS_COLLECTION", "ACTIVE")
        .body("limit_amount", 5);
    refused(&mut world, &collection, Code::StageNotAllowed, "/fields/measure_code");
    world.record(&world.impose(case(), "bailiff", measure(), ARREST, "ACTIVE"));
}

#[test]
fn a_closing_names_every_open_measure_and_they_are_lifted_afterwards() {
    let mut world = in_stage(Stage::Enforcing);
    let second = tag(Role::Measure, "second");
    world.record(&world.impose(case(), "bailiff", measure(), ARREST, "ACTIVE"));
    world.record(&world.impose(case(), "bailiff", second, "VEHICLE_BAN", "ACTIVE"));
    let close = world.close(case(), "bailiff");
    refused(&mut world, &close, Code::MeasuresOpen, "/subjects");
    refused(&mut world, &close.clone().naming(&[second]), Code::MeasuresOpen, "/subjects");
    let stranger = tag(Role::Measure, "nobody's");
    let wrong = close.clone().naming(&[second, stranger]);
    refused(&mut world, &wrong, Code::SubjectUnexpected, "/subjects");
    world.record(&close.naming(&[measure(), second]));
    let suspend = world.change_measure(case(), "bailiff", second, "SUSPENDED");
    refused(&mut world, &suspend, Code::StageNotAllowed, "/kind");
    let new = world.impose(case(), "bailiff", stranger, ARREST, "ACTIVE");
    refused(&mut world, &new, Code::StageNotAllowed, "/kind");
    world.record(&world.change_measure(case(), "bailiff", second, "LIFTED"));
    assert_eq!(world.case(case()).open_measures, 1);
}

#[test]
fn a_travel_ban_is_suspended_by_a_court_or_on_its_sanction() {
    let mut world = owing(17_300_001);
    world.record(&warning(&world));
    let pause = tag(Role::Measure, "pause");
    let mut imposed = Vec::new();
    for (id, code) in [(measure(), "TRAVEL_BAN"), (pause, "TRAVEL_BAN_SUSPEND")] {
        world.record(&world.impose(case(), "bailiff", id, code, "SANCTION_REQUESTED"));
        let sanction = world.record(&world.answer(case(), "court", id, "SANCTIONED"));
        let active = world.impose(case(), "bailiff", id, code, "ACTIVE");
        imposed.push(world.record(&active.referring(relation::AUTHORITY, sanction, id)));
    }
    let suspend = world.change_measure(case(), "bailiff", measure(), "SUSPENDED");
    refused(&mut world, &suspend, Code::SanctionMissing, "/references");
    world.record(&suspend.referring(relation::AUTHORITY, imposed[1], pause));
    world.record(&world.change_measure(case(), "bailiff", measure(), "ACTIVE"));
    world.record(&world.change_measure(case(), "court", measure(), "SUSPENDED"));
}

#[test]
fn a_measure_belongs_to_its_case() {
    let mut world = in_stage(Stage::Enforcing);
    let other = tag(Role::Case, "other");
    world.enforcing(other, 5);
    world.record(&world.impose(other, "bailiff", measure(), ARREST, "ACTIVE"));
    let lifted = world.change_measure(case(), "bailiff", measure(), "LIFTED");
    refused(&mut world, &lifted, Code::SubjectUnexpected, "/subjects");
}

#[test]
fn an_annulled_measure_leaves_the_case_and_comes_back() {
    let mut world = in_stage(Stage::Enforcing);
    let imposed = world.record(&world.impose(case(), "bailiff", measure(), ARREST, "ACTIVE"));
    let annul = world.correct(case(), "bailiff", "ANNUL", imposed);
    refused(&mut world, &annul, Code::SubjectMissing, "/subjects");
    world.record(&annul.naming(&[measure()]));
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Annulled, 0));
    let back = world.correct(case(), "bailiff", "REINSTATE", imposed).naming(&[measure()]);
    world.record(&back);
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Active, 1));
    let lifted = world.record(&world.change_measure(case(), "bailiff", measure(), "LIFTED"));
    let both = world.correct(case(), "bailiff", "ANNUL", imposed).naming(&[measure()]);
    refused(&mut world, &both, Code::ReplayImpossible, "/references");
    world.record(&world.correct(case(), "bailiff", "ANNUL", lifted).naming(&[measure()]));
    assert_eq!((state(&world), world.case(case()).open_measures), (MeasureState::Active, 1));
}
