use tamga_format::id::{AttachmentId, TreeRoot};
use tamga_format::lines::LinesRoot;

use super::*;
use crate::status::{Batch, BatchContent, PayoutBatch, RightsholderStatus, encode};
use crate::view::StatusRow;

fn levy(world: &World, kind: &str, payer: &str) -> Draft {
    world
        .about(Kind::E09, "bailiff", case())
        .field("levy_kind", kind)
        .field("payer_kind", payer)
        .field("act_date", TODAY)
}

#[test]
fn a_levy_goes_through_a_payer_of_its_kind_within_what_is_due() {
    let mut world = in_stage(Stage::Enforcing);
    world.set("wage_withholding_max_bp", 5_000);
    let wages = levy(&world, "WAGES", "EMPLOYER");
    let funds = levy(&world, "FUNDS", "BANK");
    let cases = [
        (levy(&world, "WAGES", "BANK"), Code::Validation, "/fields/payer_kind"),
        (wages.clone(), Code::Validation, "/fields/rate_bp"),
        (wages.clone().field("rate_bp", 5_001), Code::LimitExceeded, "/fields/rate_bp"),
        (funds.clone().field("rate_bp", 1), Code::Validation, "/fields/rate_bp"),
        (funds.clone(), Code::Validation, "/body/limit_amount"),
        (funds.clone().body("limit_amount", 100_001), Code::LimitExceeded, "/body/limit_amount"),
        (funds.clone().field("act_date", TODAY + 2), Code::DateOrder, "/fields/act_date"),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    world.record(&wages.field("rate_bp", 5_000));
    world.record(&funds.body("limit_amount", 100_000));
    assert_eq!(world.case(case()).levies, 2);
}

/// A levy on the royalties of an author of this name.
pub(super) fn on_royalties(world: &World, case: Subject, author: &str) -> Draft {
    world
        .about(Kind::E09, "bailiff", case)
        .naming(&[tag(Role::Rightsholder, author)])
        .field("levy_kind", "ROYALTIES")
        .field("payer_kind", "CMO")
        .field("payer_id", [1; 32])
        .field("act_date", TODAY)
        .body("limit_amount", 5)
}

/// The end of a levy on the royalties on which the case levies.
pub(super) fn lifting(world: &World, case: Subject) -> Draft {
    let levied = world.case(case).royalties.map(|it| it.rightsholder);
    let levied: Vec<Subject> =
        levied.map(|id| Subject::new(Role::Rightsholder, id)).into_iter().collect();
    world
        .about(Kind::E09, "bailiff", case)
        .naming(&levied)
        .field("levy_kind", "ROYALTIES")
        .field("payer_kind", "CMO")
        .field("act_date", TODAY)
        .field("step", "LIFTED")
}

fn author() -> Subject {
    tag(Role::Rightsholder, "author")
}

/// Levies in force on the author's royalties.
fn in_force(world: &World) -> u64 {
    world.status::<RightsholderStatus>(author()).levies
}

/// A case under enforcement that levies on the author's royalties so many times.
fn levying(times: usize) -> (World, Vec<RecordId>) {
    let mut world = in_stage(Stage::Enforcing);
    let levied = (0..times)
        .map(|_| {
            let draft = on_royalties(&world, case(), "author");
            world.record(&draft)
        })
        .collect();
    assert_eq!(in_force(&world), times as u64);
    (world, levied)
}

#[test]
fn a_levy_on_royalties_names_the_debtor_as_a_rightsholder() {
    let mut world = in_stage(Stage::Enforcing);
    let royalties = on_royalties(&world, case(), "author");
    let payer = royalties.clone().without("payer_id");
    refused(&mut world, &payer, Code::Validation, "/fields/payer_id");
    let nobody = royalties.clone().not_naming(author());
    refused(&mut world, &nobody, Code::SubjectMissing, "/subjects");
    let two = royalties.clone().naming(&[tag(Role::Rightsholder, "another")]);
    let rejection = world.submit(&two).expect_err("a debtor is one rightsholder");
    assert_eq!(rejection.code, Code::SubjectUnexpected);
    let wrong = levy(&world, "PROPERTY", "BUYER").naming(&[author()]);
    let rejection = world.submit(&wrong).expect_err("nobody's royalties are levied");
    assert_eq!(rejection.code, Code::SubjectUnexpected);
    let levied = world.record(&royalties);
    let another = on_royalties(&world, case(), "another");
    refused(&mut world, &another, Code::SubjectUnexpected, "/subjects");
    world.record(&world.correct(case(), "bailiff", "ANNUL", levied));
    assert_eq!((in_force(&world), world.case(case()).royalties), (0, None));
    // Whoever was named by mistake is not named for ever.
    world.record(&on_royalties(&world, case(), "another"));
    let both = world.correct(case(), "bailiff", "REINSTATE", levied).naming(&[author()]);
    refused(&mut world, &both, Code::ReplayImpossible, "/references");
}

#[test]
fn whatever_ends_a_case_releases_its_levies_on_royalties() {
    let outcomes = [
        ("EXECUTED", None),
        ("TERMINATED", Some("LIQUIDATION")),
        ("RETURNED_CLAIMANT", Some("NO_PROPERTY")),
        ("RETURNED_ISSUER", None),
    ];
    for (outcome, ground) in outcomes {
        let (mut world, _) = levying(2);
        let close = match outcome {
            "EXECUTED" => world.close(case(), "bailiff"),
            _ => closing(&world, outcome, ground),
        };
        let silent = close.clone().not_naming(author());
        refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
        world.record(&close);
        assert_eq!(in_force(&world), 0, "{outcome}");
        let silent = reopening(&world).not_naming(author());
        refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
        world.record(&reopening(&world));
        assert_eq!(in_force(&world), 2, "{outcome}");
    }
}

#[test]
fn a_case_releases_its_own_levies_and_no_others() {
    let (mut world, _) = levying(1);
    let other = tag(Role::Case, "other");
    world.enforcing(other, 1_000);
    for _ in 0..2 {
        world.record(&on_royalties(&world, other, "author"));
    }
    assert_eq!(in_force(&world), 3);
    world.record(&world.close(case(), "bailiff"));
    assert_eq!(in_force(&world), 2);
    world.record(&world.close(other, "bailiff"));
    assert_eq!(in_force(&world), 0);
}

#[test]
fn a_correction_of_a_closing_moves_the_levies_with_the_case() {
    let (mut world, levied) = levying(1);
    let closed = world.record(&world.close(case(), "bailiff"));
    let annul = world.correct(case(), "bailiff", "ANNUL", closed);
    let silent = annul.clone().not_naming(author());
    refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
    let annulled = world.record(&annul);
    assert_eq!(in_force(&world), 1);
    world.record(&world.correct(case(), "bailiff", "ANNUL", annulled));
    assert_eq!(in_force(&world), 0);
    let reopened = world.record(&reopening(&world));
    assert_eq!(in_force(&world), 1);
    world.record(&world.correct(case(), "court", "ANNUL", reopened));
    assert_eq!(in_force(&world), 0);
    // A levy that falls away while the case is closed is not there when it is reopened.
    world.record(&world.correct(case(), "bailiff", "ANNUL", levied[0]));
    world.record(&reopening(&world));
    assert_eq!((in_force(&world), world.case(case()).royalties), (0, None));
    world.record(&world.correct(case(), "bailiff", "REINSTATE", levied[0]).naming(&[author()]));
    assert_eq!(in_force(&world), 1);
}

#[test]
fn a_correction_of_anything_else_leaves_the_levies() {
    let (mut world, _) = levying(2);
    let first = world.first_record(case());
    let amend = world.correct(case(), "operator", "AMEND", first).body("amount_delta", 1);
    refused(&mut world, &amend.clone().not_naming(author()), Code::SubjectMissing, "/subjects");
    world.record(&amend);
    assert_eq!(in_force(&world), 2);
}

#[test]
fn a_levy_on_royalties_is_lifted_while_the_case_goes_on() {
    let (mut world, levied) = levying(2);
    let lift = lifting(&world, case());
    let cases = [
        (lift.clone().field("levy_kind", "FUNDS"), Code::Validation, "/fields/levy_kind"),
        (lift.clone().field("payer_kind", "BANK"), Code::Validation, "/fields/payer_kind"),
        (lift.clone().field("rate_bp", 1), Code::Validation, "/fields/rate_bp"),
        (lift.clone().body("limit_amount", 1), Code::Validation, "/body/limit_amount"),
        (lift.clone().field("act_date", TODAY + 2), Code::DateOrder, "/fields/act_date"),
        (lift.clone().not_naming(author()), Code::SubjectMissing, "/subjects"),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    // The colleague who has the case now ends what a predecessor began.
    world.record(&world.transfer(case(), "chamber", "colleague"));
    refused(&mut world, &lift, Code::NotAssignee, "/issuer");
    let by_colleague = |world: &World| {
        let draft = lifting(world, case()).with(|record| {
            record.issuer = writer("colleague");
            record.key_id = crate::testing::key("colleague").public().key_id();
        });
        Draft { signer: "colleague".to_owned(), ..draft }
    };
    world.record(&by_colleague(&world));
    assert_eq!(in_force(&world), 1);
    world.record(&suspension(&world, "colleague", "DEBTOR_HOSPITAL"));
    let last = world.record(&by_colleague(&world));
    assert_eq!((in_force(&world), world.case(case()).royalties), (0, None));
    let third = by_colleague(&world);
    refused(&mut world, &third, Code::LevyNotInForce, "/fields/step");
    // What was lifted was applied before: neither stands without the other.
    let unmade = world.correct(case(), "court", "ANNUL", levied[0]).naming(&[author()]);
    refused(&mut world, &unmade, Code::ReplayImpossible, "/references");
    world.record(&world.correct(case(), "colleague", "ANNUL", last).naming(&[author()]));
    assert_eq!(in_force(&world), 1);
}

/// A batch in the state whose payouts levied so much.
fn paid_batch(world: &mut World, levied: i64) -> Subject {
    let lines = LinesRoot { root: TreeRoot([1; 32]), count: 1 };
    let batch = Batch {
        record: RecordId([1; 32]),
        at: NOW,
        attachment: AttachmentId([1; 32]),
        lines,
        content: BatchContent::Payout(PayoutBatch {
            cmo: tag(Role::Cmo, "cmo").id,
            number: 2,
            allocation: tag(Role::Batch, "allocation").id,
            previous: None,
            paid: [500, 0, levied],
        }),
    };
    let subject = tag(Role::Batch, &format!("levied {levied}"));
    let row = StatusRow { nonce: [0; 16], bytes: encode(&batch, None).into() };
    world.view.statuses.insert(subject, row);
    subject
}

#[test]
fn money_from_royalties_was_levied_in_the_batch_it_names() {
    let (mut world, _) = levying(1);
    let (levied, unlevied) = (paid_batch(&mut world, 40), paid_batch(&mut world, 0));
    let recover = |world: &World, batch: Subject, amount: i64| {
        let draft = world.recover(case(), "bailiff", amount).field("source_kind", "ROYALTIES");
        draft.field("payout_batch", batch.id.0)
    };
    let cases = [
        (recover(&world, case(), 1), Code::TargetUnknown, "/fields/payout_batch"),
        (recover(&world, unlevied, 1), Code::TargetUnknown, "/fields/payout_batch"),
        (recover(&world, levied, 41), Code::LimitExceeded, "/body/amount"),
        (
            recover(&world, levied, 40).field("source_kind", "ACCOUNT"),
            Code::Validation,
            "/fields/payout_batch",
        ),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    world.record(&recover(&world, levied, 40));
    // A source that does not know the batch names none.
    world.record(&world.recover(case(), "bailiff", 100).field("source_kind", "ROYALTIES"));
    assert_eq!(world.money(case()).recovered, 140);
}
