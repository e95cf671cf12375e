use super::*;
use crate::status::RightsholderStatus;

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

#[test]
fn a_levy_on_royalties_names_the_debtor_as_a_rightsholder() {
    let mut world = in_stage(Stage::Enforcing);
    let author = tag(Role::Rightsholder, "author");
    let royalties = levy(&world, "ROYALTIES", "CMO").body("limit_amount", 5);
    refused(&mut world, &royalties, Code::Validation, "/fields/payer_id");
    let royalties = royalties.field("payer_id", [1; 32]);
    refused(&mut world, &royalties, Code::SubjectMissing, "/subjects");
    let wrong = levy(&world, "PROPERTY", "BUYER").naming(&[author]);
    let rejection = world.submit(&wrong).expect_err("nobody's royalties are levied");
    assert_eq!(rejection.code, Code::SubjectUnexpected);
    let levied = world.record(&royalties.naming(&[author]));
    assert_eq!(world.status::<RightsholderStatus>(author).levies, 1);
    world.record(&world.correct(case(), "bailiff", "ANNUL", levied).naming(&[author]));
    assert_eq!(world.status::<RightsholderStatus>(author).levies, 0);
}
