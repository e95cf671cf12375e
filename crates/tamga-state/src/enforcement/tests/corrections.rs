use super::*;

#[test]
fn an_amendment_moves_the_sum_due() {
    let mut world = World::new();
    let ids = world.enforcing(case(), 3_500);
    let amend = world.correct(case(), "operator", "AMEND", ids[0]).body("amount_delta", 3_650);
    world.record(&amend);
    assert_eq!(world.money(case()).due, 7_150);
    assert_eq!(world.case(case()).stage, Stage::Enforcing);
    let less = world.correct(case(), "operator", "AMEND", ids[0]).body("amount_delta", -7_151);
    refused(&mut world, &less, Code::TotalsMismatch, "/body/amount_delta");
    let fee = world.correct(case(), "operator", "AMEND", ids[0]).body("fee_delta", 1);
    refused(&mut world, &fee, Code::TargetNotCorrectable, "/body/fee_delta");
    let other = world.correct(case(), "bailiff", "AMEND", ids[0]).body("amount_delta", 1);
    refused(&mut world, &other, Code::RoleForbidden, "/issuer");
}

#[test]
fn an_annulment_replays_what_remains() {
    let mut world = World::new();
    let ids = world.enforcing(case(), 3_500);
    let annul_initiation = world.correct(case(), "bailiff", "ANNUL", ids[2]);
    refused(&mut world, &annul_initiation, Code::ReplayImpossible, "/references");
    let annulled = world.record(&world.correct(case(), "bailiff", "ANNUL", ids[3]));
    assert_eq!(world.case(case()).stage, Stage::Initiated);
    let again = world.correct(case(), "bailiff", "ANNUL", ids[3]);
    refused(&mut world, &again, Code::AlreadyAnnulled, "/references");
    world.record(&world.correct(case(), "court", "ANNUL", annulled));
    assert_eq!(world.case(case()).stage, Stage::Enforcing);
    let reinstate = world.correct(case(), "court", "REINSTATE", ids[3]);
    refused(&mut world, &reinstate, Code::NotAnnulled, "/references");
}

#[test]
fn an_annulled_closing_opens_the_case_for_everybody_named() {
    let mut world = World::new();
    world.enforcing(case(), 3_500);
    let closed = world.record(&world.close(case(), "bailiff"));
    world.record(&world.correct(case(), "court", "ANNUL", closed));
    let officer: Officer = world.status(writer("bailiff"));
    let document: Document = world.status(Subject::new(Role::Document, case().id));
    assert_eq!((world.case(case()).stage, officer.load), (Stage::Enforcing, 1));
    assert_eq!(document.open_case, Some(case().id));
    world.record(&world.correct(case(), "court", "REINSTATE", closed));
    let officer: Officer = world.status(writer("bailiff"));
    assert_eq!((world.case(case()).stage, officer.load), (Stage::ClosedExecuted, 0));
}

#[test]
fn an_annulled_distribution_frees_the_officer() {
    let mut world = in_stage(Stage::Received);
    let given = world.record(&World::distribute(case(), "bailiff"));
    world.record(&world.correct(case(), "chamber", "ANNUL", given));
    let status = world.case(case());
    let officer: Officer = world.status(writer("bailiff"));
    assert_eq!((status.stage, status.assignee, officer.load), (Stage::Received, None, 0));
    let back = world.correct(case(), "chamber", "REINSTATE", given);
    refused(&mut world, &back, Code::SubjectMissing, "/subjects");
    world.record(&back.naming(&[writer("bailiff")]));
    assert_eq!(world.case(case()).stage, Stage::Assigned);
}

#[test]
fn an_annulled_payment_is_taken_back_by_contrary_amounts() {
    let mut world = World::new();
    world.enforcing(case(), 3_500);
    let paid = world.record(&world.recover(case(), "bailiff", 1_000));
    let annul = world.correct(case(), "bailiff", "ANNUL", paid);
    refused(&mut world, &annul, Code::Validation, "/body/amount_delta");
    refused(
        &mut world,
        &annul.clone().body("amount_delta", 1),
        Code::TotalsMismatch,
        "/body/amount_delta",
    );
    let too_much = annul.clone().body("amount_delta", -1_001);
    refused(&mut world, &too_much, Code::TotalsMismatch, "/body/amount_delta");
    world.record(&annul.body("amount_delta", -1_000));
    assert_eq!(world.money(case()).recovered, 0);
}

#[test]
fn an_annulled_payout_gives_its_parts_back() {
    let mut world = World::new();
    world.enforcing(case(), 3_500);
    world.record(&world.recover(case(), "bailiff", 1_000));
    let out =
        world.record(&world.pay_out(case(), "bailiff", 900).body("fee", 100).body("total", 1_000));
    let annul = world.correct(case(), "bailiff", "ANNUL", out);
    world.record(&annul.body("distributed_delta", -900).body("fee_delta", -100));
    assert_eq!(world.money(case()).undistributed(), Some(1_000));
}

#[test]
fn corrections_are_refused_for_targets_and_writers_that_do_not_fit() {
    let mut world = World::new();
    let ids = world.enforcing(case(), 3_500);
    let filed = world.record(&complaint(&world, "debtor", "FILED"));
    let elsewhere = tag(Role::Case, "elsewhere");
    let unknown = world.correct(case(), "court", "ANNUL", RecordId([7; 32]));
    let foreign = world.correct(case(), "court", "ANNUL", ids[3]).with(|record| {
        record.references[0].subject = elsewhere;
    });
    let cases = [
        (unknown, Code::TargetUnknown, "/references/0/record"),
        (foreign, Code::TargetUnknown, "/references/0/subject"),
        (
            world.correct(case(), "court", "ANNUL", ids[0]),
            Code::TargetNotCorrectable,
            "/references",
        ),
        (world.correct(case(), "court", "ANNUL", filed), Code::SubjectMissing, "/subjects"),
        // The authorised body is superior to state bailiffs, not to private ones.
        (world.correct(case(), "authority", "ANNUL", ids[3]), Code::RoleForbidden, "/issuer"),
        (world.correct(case(), "colleague", "ANNUL", ids[3]), Code::RoleForbidden, "/issuer"),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
}

#[test]
fn the_authorised_body_annuls_acts_of_state_bailiffs() {
    let mut world = World::new();
    world.record(&World::present(case(), 10));
    world.record(&World::distribute(case(), "state-bailiff"));
    let initiated = world.record(&world.initiate(case(), "state-bailiff"));
    world.record(&world.correct(case(), "authority", "ANNUL", initiated));
    assert_eq!(world.case(case()).stage, Stage::Assigned);
}
