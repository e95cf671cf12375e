//! Each rule with what it accepts and what it refuses.

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{Kind, relation};
use crate::codes::Code;
use crate::matrix::Stage;
use crate::status::{Complaint, ComplaintStage, DebtorStatus, Document, Money, Officer};
use crate::testing::{Draft, NOW, TODAY, World, lines, tag, writer};

fn case() -> Subject {
    tag(Role::Case, "case")
}

#[track_caller]
fn refused(world: &mut World, draft: &Draft, code: Code, pointer: &str) {
    let before = world.view.statuses.clone();
    let rejection = world.submit(draft).expect_err("it must be refused");
    assert_eq!((rejection.code, rejection.pointer.as_str()), (code, pointer), "{rejection}");
    assert_eq!(world.view.statuses, before, "a refused record must change nothing");
}

/// A case in the wanted stage, with the test bailiff as assignee.
fn in_stage(stage: Stage) -> World {
    let mut world = World::new();
    let case = case();
    let bailiff = "bailiff";
    world.record(&World::present(case, 100_000));
    if stage == Stage::Received {
        return world;
    }
    world.record(&World::distribute(case, bailiff));
    if stage == Stage::Assigned {
        return world;
    }
    if stage == Stage::Refused {
        world.record(&refusal(&world));
        return world;
    }
    world.record(&world.initiate(case, bailiff));
    if stage == Stage::Initiated {
        return world;
    }
    world.record(&world.start(case, bailiff));
    match stage {
        Stage::Deferred => {
            world.record(&world.change(case, "court", "DEFER"));
        }
        Stage::Suspended => {
            world.record(&suspension(&world, bailiff, "DEBTOR_HOSPITAL"));
        }
        Stage::ClosedExecuted => {
            world.record(&world.close(case, bailiff));
        }
        Stage::ClosedTerminated => {
            world.record(&closing(&world, "TERMINATED", Some("LIQUIDATION")));
        }
        Stage::ClosedReturnedClaimant => {
            world.record(&closing(&world, "RETURNED_CLAIMANT", Some("NO_PROPERTY")));
        }
        Stage::ClosedReturnedIssuer => {
            world.record(&closing(&world, "RETURNED_ISSUER", None));
        }
        _ => {}
    }
    assert_eq!(world.case(case).stage, stage);
    world
}

fn refusal(world: &World) -> Draft {
    world
        .about(Kind::E03, "bailiff", case())
        .naming(&[Subject::new(Role::Document, case().id)])
        .field("decision", "REFUSED")
        .field("ground_code", "WRONG_TERRITORY")
        .field("act_date", TODAY)
}

fn suspension(world: &World, by: &str, ground: &str) -> Draft {
    world.change(case(), by, "SUSPEND").field("ground_code", ground)
}

fn resumption(world: &World, ground: &str) -> Draft {
    world.change(case(), "bailiff", "RESUME").field("ground_code", ground)
}

fn closing(world: &World, outcome: &str, ground: Option<&str>) -> Draft {
    let draft = world
        .about(Kind::E15, "bailiff", case())
        .field("outcome", outcome)
        .field("act_date", TODAY);
    match ground {
        Some(ground) => draft.field("ground_code", ground),
        None => draft,
    }
}

fn reopening(world: &World) -> Draft {
    let by_court = |record: &mut tamga_format::record::Record| {
        record.issuer = writer("court");
        record.key_id = crate::testing::key("court").public().key_id();
    };
    Draft { signer: "court".to_owned(), ..closing(world, "REOPENED", None) }.with(by_court)
}

fn measure() -> Subject {
    tag(Role::Measure, "measure")
}

fn lot() -> Subject {
    tag(Role::Lot, "lot")
}

fn notice(world: &World, by: &str) -> Draft {
    world
        .about(Kind::E04, by, case())
        .field("recipient", "DEBTOR")
        .field("channel", "POST")
        .field("content", "INITIATION")
        .field("sent_at", NOW.get())
        .field("delivery_status", "SENT")
}

fn complaint(world: &World, by: &str, stage: &str) -> Draft {
    world
        .about(Kind::E17, by, case())
        .naming(&[tag(Role::Complaint, "complaint")])
        .field("complaint_kind", "ACTIONS")
        .field("forum", "CIVIL")
        .field("stage", stage)
}

fn register(world: &World, reason: &str) -> Draft {
    world.about(Kind::E16, "bailiff", case()).field("reason", reason)
}

#[test]
fn a_case_runs_from_presentation_to_closing() {
    let mut world = World::new();
    world.enforcing(case(), 100_000);
    let officer: Officer = world.status(writer("bailiff"));
    let debtor: DebtorStatus = world.status(tag(Role::Debtor, "debtor"));
    assert_eq!((officer.load, debtor.open_cases), (1, 1));
    world.record(&notice(&world, "bailiff"));
    world.record(&world.recover(case(), "bank", 60_000));
    world.record(&world.recover(case(), "bailiff", 50_000));
    let pay = world
        .about(Kind::E12, "bailiff", case())
        .body("lines", lines(&[("claimant", 100_000)]))
        .body("fee", 7_000)
        .body("expenses", 500)
        .body("returned", 2_500)
        .body("total", 110_000);
    world.record(&pay);
    world.record(&world.close(case(), "bailiff"));
    let money = world.money(case());
    let expected = Money {
        due: 100_000,
        recovered: 110_000,
        distributed: 100_000,
        fee: 7_000,
        expenses: 500,
        returned: 2_500,
        ..Money::default()
    };
    assert_eq!(money, expected);
    let status = world.case(case());
    assert_eq!((status.stage, status.notices), (Stage::ClosedExecuted, 1));
    assert_eq!(status.money, world.view.privates[&case()].commitment());
    let officer: Officer = world.status(writer("bailiff"));
    let document: Document = world.status(Subject::new(Role::Document, case().id));
    assert_eq!((officer.load, document.open_case, document.cases), (0, None, 1));
}

#[test]
fn only_the_assignee_acts() {
    let mut world = in_stage(Stage::Initiated);
    let steps: [fn(&World, &str) -> Draft; 3] =
        [|world, by| world.start(case(), by), |world, by| world.recover(case(), by, 5), notice];
    for step in steps {
        for colleague in ["colleague", "state-bailiff", "robot"] {
            let draft = step(&world, colleague);
            refused(&mut world, &draft, Code::NotAssignee, "/issuer");
        }
    }
    let draft = world.start(case(), "operator");
    refused(&mut world, &draft, Code::RoleForbidden, "/issuer");
    let draft = world.change(case(), "bailiff", "DEFER");
    refused(&mut world, &draft, Code::RoleForbidden, "/issuer");
    world.record(&world.start(case(), "bailiff"));
}

#[test]
fn a_robot_acts_in_its_own_cases_for_its_organisation() {
    let mut world = World::new();
    world.record(&World::present(case(), 10).field("claimant_kind", "STATE"));
    world.record(&World::distribute(case(), "robot"));
    let silent = world.initiate(case(), "robot").with(|record| record.on_behalf_of = None);
    refused(&mut world, &silent, Code::OnBehalfOf, "/on_behalf_of");
    world.record(&world.initiate(case(), "robot"));
}

#[test]
fn distribution_goes_to_an_eligible_officer_of_the_region() {
    let mut world = in_stage(Stage::Received);
    let cases = [
        (World::distribute(case(), "court"), Code::RoleForbidden, "/fields/bailiff_id"),
        (World::distribute(case(), "nobody"), Code::SubjectUnknown, "/fields/bailiff_id"),
        (World::distribute(case(), "far-bailiff"), Code::WrongRegion, "/fields/bailiff_id"),
        (
            World::distribute(case(), "bailiff").field("algorithm_version", 1),
            Code::TransitionNotInForce,
            "/fields/algorithm_version",
        ),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    let far = Draft { signer: "far-chamber".to_owned(), ..World::distribute(case(), "bailiff") }
        .with(|r| {
            r.issuer = writer("far-chamber");
            r.key_id = crate::testing::key("far-chamber").public().key_id();
        });
    refused(&mut world, &far, Code::WrongRegion, "/issuer");
    world.record(&World::distribute(case(), "bailiff"));
}

#[test]
fn subjects_are_fixed_by_rule() {
    let mut world = in_stage(Stage::Initiated);
    let stranger = tag(Role::Debtor, "somebody else");
    let start = world.start(case(), "bailiff");
    for missing in start.record.subjects.clone() {
        let draft = start.clone().not_naming(missing);
        refused(&mut world, &draft, Code::SubjectMissing, "/subjects");
    }
    let at = start.clone().naming(&[stranger]).record.subjects.iter().position(|s| *s == stranger);
    let pointer = format!("/subjects/{}", at.expect("it is named"));
    refused(&mut world, &start.naming(&[stranger]), Code::SubjectUnexpected, &pointer);

    let other = tag(Role::Case, "other");
    let second = World::present(other, 5).naming(&[stranger]);
    refused(&mut world, &second, Code::SubjectMissing, "/subjects");
    let none = World::present(other, 5).not_naming(tag(Role::Claimant, "claimant"));
    refused(&mut world, &none, Code::SubjectMissing, "/subjects");
    let officer = World::present(other, 5).naming(&[writer("bailiff")]);
    refused(&mut world, &officer, Code::SubjectUnexpected, "/subjects/2");
}

#[test]
fn one_document_has_one_open_case() {
    let mut world = in_stage(Stage::Initiated);
    let document = Subject::new(Role::Document, case().id);
    let again = tag(Role::Case, "again");
    let own = Subject::new(Role::Document, again.id);
    let second = World::present(again, 5).not_naming(own).naming(&[document]);
    refused(&mut world, &second, Code::Duplicate, "/subjects");
    let last = world.record(&closing(&world, "RETURNED_CLAIMANT", Some("NO_PROPERTY")));
    let wrong = second.clone().referring(relation::PREVIOUS_CASE, RecordId([9; 32]), case());
    refused(&mut world, &wrong, Code::ReferenceNotAllowed, "/references");
    refused(&mut world, &second, Code::Duplicate, "/references");
    let mut executed = in_stage(Stage::Enforcing);
    let last_of_executed = executed.record(&executed.close(case(), "bailiff"));
    let anew = second.clone().referring(relation::PREVIOUS_CASE, last_of_executed, case());
    refused(&mut executed, &anew, Code::ReferenceNotAllowed, "/references");
    world.record(&second.referring(relation::PREVIOUS_CASE, last, case()));
    let reopened = reopening(&world);
    refused(&mut world, &reopened, Code::Duplicate, "/subjects");
}

#[test]
fn kinds_demand_what_the_law_demands() {
    let mut world = in_stage(Stage::Assigned);
    let initiate = world.initiate(case(), "bailiff");
    let field = |name: &str| format!("/fields/{name}");
    let cases = [
        (initiate.clone().field("act_date", TODAY + 2), Code::DateOrder, field("act_date")),
        (initiate.clone().field("act_date", TODAY - 2), Code::DateOrder, field("act_date")),
        (initiate.clone().without("execution_class"), Code::Validation, field("execution_class")),
        (
            initiate.clone().field("ground_code", "DUPLICATE"),
            Code::GroundUnknown,
            field("ground_code"),
        ),
        (refusal(&world).without("ground_code"), Code::GroundUnknown, field("ground_code")),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, &pointer);
    }
    world.record(&initiate);
    let late = notice(&world, "bailiff").field("delivery_status", "DELIVERED");
    let start = world.start(case(), "bailiff").field("reason", "VOLUNTARY_TERM_ELAPSED");
    let start = start.field("term_start", TODAY - 5);
    let cases = [
        (late.clone(), Code::Validation, field("delivered_at")),
        (
            notice(&world, "bailiff").field("recipient_tag", [1; 32]),
            Code::NotParty,
            field("recipient_tag"),
        ),
        (late.clone().field("delivered_at", NOW.get() - 1), Code::DateOrder, field("delivered_at")),
        (
            late.field("delivered_at", NOW.get() + 600_000),
            Code::EventInFuture,
            field("delivered_at"),
        ),
        (start.clone().field("term_end", TODAY - 6), Code::DateOrder, field("term_end")),
        (start.field("term_end", TODAY + 2), Code::TermNotOver, field("term_end")),
        (
            closing(&world, "TERMINATED", Some("NO_PROPERTY")),
            Code::GroundUnknown,
            field("ground_code"),
        ),
        (world.recover(case(), "bailiff", 0), Code::AmountOutOfRange, "/body/amount".to_owned()),
        (
            world.recover(case(), "bailiff", 1).field("value_date", TODAY + 2),
            Code::DateOrder,
            field("value_date"),
        ),
        (world.recover(case(), "bailiff", -1), Code::AmountOutOfRange, "/body/amount".to_owned()),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, &pointer);
    }
}

#[test]
fn a_document_is_presented_within_its_term() {
    let mut world = World::new();
    world.set("presentation_months.court_order", 36);
    // Three years after 2023-02-28 end on a Saturday, so the Monday after, the test day, is in time.
    let last = World::present(case(), 5).field("in_force_date", TODAY - 1_098);
    let late = World::present(case(), 5).field("in_force_date", TODAY - 1_099);
    refused(&mut world, &late, Code::PresentationExpired, "/fields/in_force_date");
    let mut other = world.clone();
    other.record(&last);
    world.record(&late.field("term_restored_by", [1; 32]));
    let future = World::present(tag(Role::Case, "b"), 5).field("in_force_date", TODAY + 2);
    refused(&mut world, &future, Code::DateOrder, "/fields/in_force_date");
}

/// Enters a value of a parameter from a day on.
fn enter(world: &mut World, name: &str, value: i64, from: i64) {
    world.record(
        &Draft::new(Kind::G06, "authority", crate::status::Parameter::subject(name))
            .field("name", name)
            .field("value", value)
            .field("valid_from", from)
            .field("legal_basis", "EL art. 41"),
    );
}

#[test]
fn two_versions_of_a_rule_are_chosen_by_the_date_of_the_event() {
    let mut world = in_stage(Stage::Enforcing);
    enter(&mut world, "postpone_max_cd", 10, TODAY - 100);
    enter(&mut world, "postpone_max_cd", 20, TODAY - 5);
    let day = 86_400_000;
    let postponed = |world: &World, days_ago: i64, days: i64| {
        world
            .change(case(), "bailiff", "POSTPONE")
            .field("until", TODAY - days_ago + days)
            .at(UnixMillis(NOW.get() - days_ago * day))
    };
    for (days_ago, limit) in [(6, 10), (5, 20), (0, 20)] {
        let late = postponed(&world, days_ago, limit + 1);
        refused(&mut world.clone(), &late, Code::DateOrder, "/fields/until");
        world.clone().record(&postponed(&world, days_ago, limit));
    }
}

#[test]
fn a_later_parameter_never_judges_an_accepted_record_again() {
    let mut world = in_stage(Stage::Enforcing);
    enter(&mut world, "postpone_max_cd", 10, TODAY - 100);
    let postponed = world.change(case(), "bailiff", "POSTPONE").field("until", TODAY + 10);
    world.record(&postponed);
    world.record(&world.change(case(), "court", "END_DEFERRAL"));
    let notified = world.record(&notice(&world, "bailiff"));
    // Now the limit was two days all along.
    enter(&mut world, "postpone_max_cd", 2, TODAY - 100);
    refused(&mut world, &postponed, Code::DateOrder, "/fields/until");
    // A correction replays the case, the postponement of ten days included.
    world.record(&world.correct(case(), "bailiff", "ANNUL", notified));
    assert_eq!(world.case(case()).stage, Stage::Enforcing);
}

#[test]
fn a_case_resumes_when_its_last_ground_ceases() {
    let mut world = in_stage(Stage::Deferred);
    world.record(&suspension(&world, "bailiff", "DEBTOR_HOSPITAL"));
    world.record(&suspension(&world, "court", "BANKRUPTCY_OR_REHABILITATION").at(NOW));
    let again = suspension(&world, "court", "DEBTOR_HOSPITAL");
    refused(&mut world, &again, Code::GroundUnknown, "/fields/ground_code");
    let other = resumption(&world, "INCAPACITY");
    refused(&mut world, &other, Code::GroundUnknown, "/fields/ground_code");
    world.record(&resumption(&world, "DEBTOR_HOSPITAL"));
    assert_eq!(world.case(case()).stage, Stage::Suspended);
    world.record(&resumption(&world, "BANKRUPTCY_OR_REHABILITATION"));
    assert_eq!(world.case(case()).stage, Stage::Deferred);
}

#[test]
fn a_deferral_whose_term_is_over_has_no_later_last_day() {
    let mut world = in_stage(Stage::Enforcing);
    world.record(&world.change(case(), "court", "DEFER").field("until", TODAY + 1));
    let end = world.change(case(), "operator", "END_DEFERRAL").field("reason", "TERM_OVER");
    refused(&mut world, &end, Code::TermNotOver, "/fields/reason");
    let day_after = UnixMillis(NOW.get() + 86_400_000);
    world.block.time = day_after;
    world.record(&end.at(day_after).with(|r| r.valid_until = UnixMillis(day_after.get() + 1)));
}

#[test]
fn fees_and_sanctions_stay_within_the_parameters_of_the_day() {
    let mut world = World::new();
    let numbers = |list: &[i64]| Value::Array(list.iter().copied().map(Value::int).collect());
    world.set("mrp", 4_325);
    world.set("fee_mode", "flat");
    world.set("fee_boundary_inclusive", true);
    world.set("fee_brackets_mrp", numbers(&[60, 300, 1_000, 5_000, 10_000, 20_000]));
    world.set("fee_rates_bp", numbers(&[2_500, 2_000, 1_500, 1_000, 800, 500, 300]));
    world.set("sanction_bp", 1_000);
    world.enforcing(case(), 100_000_000);
    // The vector of a sum of 25,950,100 tiyn: 5,190,020 by the flat scale.
    world.record(&world.recover(case(), "bailiff", 25_950_100));
    let pay = |world: &World, fee: i64| {
        world.pay_out(case(), "bailiff", 1).body("fee", fee).body("total", 1 + fee)
    };
    let much = pay(&world, 5_190_021);
    refused(&mut world, &much, Code::LimitExceeded, "/body/fee");
    world.record(&pay(&world, 5_190_020));
    let other = tag(Role::Case, "other");
    world.record(&World::present(other, 1_000).field("claim_order", 4));
    world.record(&World::distribute(other, "state-bailiff"));
    world.record(&world.initiate(other, "state-bailiff"));
    world.record(&world.recover(other, "state-bailiff", 500));
    let levy = |world: &World, sanction: i64| {
        world
            .about(Kind::E12, "state-bailiff", other)
            .body("sanction", sanction)
            .body("total", sanction)
    };
    let much = levy(&world, 101);
    refused(&mut world, &much, Code::LimitExceeded, "/body/sanction");
    world.record(&levy(&world, 100));
}

#[test]
fn sums_must_add_up() {
    let mut world = in_stage(Stage::Enforcing);
    world.record(&world.recover(case(), "bailiff", 1_000));
    let pay = world.pay_out(case(), "bailiff", 1_000);
    let stranger = lines(&[("somebody else", 1_000)]);
    let cases = [
        (pay.clone().body("total", 999), Code::TotalsMismatch, "/body/total"),
        (pay.clone().body("fee", 1), Code::TotalsMismatch, "/body/total"),
        (world.pay_out(case(), "bailiff", 1_001), Code::TotalsMismatch, "/body/total"),
        (pay.clone().body("lines", stranger), Code::PayeeNotParty, "/body/lines/0"),
        (
            pay.clone().body("sanction", 5).body("total", 1_005),
            Code::RoleForbidden,
            "/body/sanction",
        ),
        (world.close(case(), "bailiff"), Code::FundsUndistributed, "/fields/outcome"),
        (
            closing(&world, "TERMINATED", Some("LIQUIDATION")),
            Code::FundsUndistributed,
            "/fields/outcome",
        ),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    world.record(&pay);
    let close = world.close(case(), "bailiff");
    refused(
        &mut world,
        &close.clone().body("recovered", 999),
        Code::TotalsMismatch,
        "/body/recovered",
    );
    world.record(&close);
}

#[test]
fn state_bailiffs_levy_the_sanction_and_earn_no_fee() {
    let mut world = World::new();
    world.record(&World::present(case(), 1_000));
    world.record(&World::distribute(case(), "state-bailiff"));
    world.record(&world.initiate(case(), "state-bailiff"));
    world.record(&world.recover(case(), "state-bailiff", 1_100));
    let pay = world.pay_out(case(), "state-bailiff", 1_000).body("total", 1_100);
    refused(&mut world, &pay.clone().body("fee", 100), Code::RoleForbidden, "/body/fee");
    world.record(&pay.body("sanction", 100));
}

#[test]
fn complaints_follow_their_stages() {
    let mut world = in_stage(Stage::Initiated);
    let early = complaint(&world, "court", "ACCEPTED");
    refused(&mut world, &early, Code::StageNotAllowed, "/fields/stage");
    world.record(&complaint(&world, "claimant", "FILED"));
    world.record(&complaint(&world, "court", "ACCEPTED"));
    let own = complaint(&world, "claimant", "SATISFIED");
    refused(&mut world, &own, Code::RoleForbidden, "/fields/stage");
    let elsewhere = complaint(&world, "court", "DISMISSED").field("forum", "ADMIN");
    refused(&mut world, &elsewhere, Code::Validation, "/fields/forum");
    world.record(&complaint(&world, "court", "DISMISSED"));
    let another = complaint(&world, "debtor", "APPEALED").field("complaint_kind", "INACTION");
    refused(&mut world, &another, Code::Validation, "/fields/complaint_kind");
    world.record(&complaint(&world, "debtor", "APPEALED").field("forum", "ADMIN"));
    world.record(&complaint(&world, "court", "PARTIALLY").field("forum", "ADMIN"));
    assert_eq!(world.case(case()).open_complaints, 1);
    world.record(&complaint(&world, "court", "IN_FORCE").field("forum", "ADMIN"));
    assert_eq!(world.case(case()).open_complaints, 0);
    let status: Complaint = world.status(tag(Role::Complaint, "complaint"));
    assert_eq!(status.stage, ComplaintStage::InForce);
    let third =
        complaint(&world, "third-party", "FILED").not_naming(tag(Role::Complaint, "complaint"));
    refused(&mut world, &third, Code::SubjectMissing, "/subjects");
    world.record(&third.naming(&[tag(Role::Complaint, "another")]));
}

#[test]
fn a_bailiff_reopens_only_with_the_last_correction() {
    let mut world = in_stage(Stage::Enforcing);
    let notified = world.record(&notice(&world, "bailiff"));
    world.record(&world.close(case(), "bailiff"));
    let reopen = closing(&world, "REOPENED", None);
    refused(&mut world, &reopen, Code::AuthorityRequired, "/references");
    let correction = world.record(&world.correct(case(), "bailiff", "AMEND", notified));
    world.record(&reopen.referring(relation::AUTHORITY, correction, case()));
    assert_eq!(world.case(case()).stage, Stage::Enforcing);
}

#[test]
fn events_long_past_are_recorded_as_they_happened() {
    let mut world = World::new();
    let old = UnixMillis(1_026_000_000_000);
    let day = 11_875;
    world.record(&World::present(case(), 3_500).at(old).field("in_force_date", day));
    world.record(&World::distribute(case(), "state-bailiff").at(old));
    world.record(&world.initiate(case(), "state-bailiff").at(old).field("act_date", day));
    world.record(&world.recover(case(), "state-bailiff", 9_000).at(old).field("value_date", day));
    assert!(world.money(case()).recovered > world.money(case()).due);
}

mod corrections;
mod erasure;
mod levies;
mod lots;
mod matrix;
mod measures;
mod payouts;
mod presentation;
mod properties;
mod register;
mod transfers;
