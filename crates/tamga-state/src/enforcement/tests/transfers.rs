use super::*;

/// The day before the Rules № 652 of 02.03.2026.
const OLD_RULES: UnixMillis = UnixMillis(NOW.get() - 86_400_000);

#[test]
fn a_transfer_moves_the_case_and_two_loads() {
    let mut world = in_stage(Stage::Enforcing);
    let transfer = world.transfer(case(), "chamber", "colleague");
    let silent = transfer.clone().not_naming(writer("colleague"));
    refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
    let done = world.record(&transfer);
    let load = |world: &World, name| world.status::<Officer>(writer(name)).load;
    assert_eq!((load(&world, "bailiff"), load(&world, "colleague")), (0, 1));
    let status = world.case(case());
    assert_eq!((status.stage, status.assigned_by), (Stage::Enforcing, Some(done)));
    let late = world.recover(case(), "bailiff", 5);
    refused(&mut world, &late, Code::NotAssignee, "/issuer");
    world.record(&world.recover(case(), "colleague", 5));
    // Whoever annuls it names both officers, for both loads change.
    let annul = world.correct(case(), "chamber", "ANNUL", done);
    refused(&mut world, &annul, Code::SubjectMissing, "/subjects");
    world.record(&annul.naming(&[writer("bailiff")]));
    assert_eq!((load(&world, "bailiff"), load(&world, "colleague")), (1, 0));
}

#[test]
fn a_transfer_has_an_eligible_officer_and_a_reason_of_the_day() {
    let mut world = in_stage(Stage::Initiated);
    let transfer = world.transfer(case(), "chamber", "colleague");
    let to = |name: &str| {
        transfer
            .clone()
            .not_naming(writer("colleague"))
            .naming(&[writer(name)])
            .field("to_bailiff", *writer(name).id.as_bytes())
    };
    let breach = transfer.clone().field("reason", "BREACH_CONFIRMED");
    let wish = transfer.clone().field("reason", "CLAIMANT_REQUEST");
    let moved = to("far-bailiff").field("reason", "REGION_CHANGED");
    let cases = [
        (to("court"), Code::RoleForbidden, "/fields/to_bailiff"),
        (to("far-bailiff"), Code::WrongRegion, "/fields/to_bailiff"),
        (to("bailiff"), Code::TransferNotAllowed, "/fields/to_bailiff"),
        (
            transfer.clone().field("from_bailiff", *writer("colleague").id.as_bytes()),
            Code::NotAssignee,
            "/fields/from_bailiff",
        ),
        (breach.clone(), Code::TransferNotAllowed, "/fields/decision_hash"),
        (wish.clone(), Code::TransferNotAllowed, "/fields/reason"),
        (moved.clone(), Code::Validation, "/fields/region_code"),
        (transfer.field("region_code", "10"), Code::Validation, "/fields/region_code"),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, pointer);
    }
    let mut other = world.clone();
    let decided = breach.field("decision_hash", [1; 32]);
    other.record(&decided.field("decision_date", TODAY - 1));
    // The same wish was a reason the day before the rules changed.
    let mut old = world.clone();
    old.record(&wish.at(OLD_RULES));
    world.record(&moved.field("region_code", "10"));
    assert_eq!(world.case(case()).region.as_deref(), Some("10"));
}

#[test]
fn an_officer_who_lost_the_case_does_not_correct_its_records() {
    let mut world = in_stage(Stage::Initiated);
    let notified = world.record(&notice(&world, "bailiff"));
    world.record(&world.transfer(case(), "authority", "state-bailiff"));
    let own = world.correct(case(), "bailiff", "ANNUL", notified);
    refused(&mut world, &own, Code::NotAssignee, "/issuer");
    world.record(&world.correct(case(), "court", "ANNUL", notified));
}

#[test]
fn the_robot_recovers_small_sums_for_the_state() {
    let mut world = World::new();
    world.set("mrp", 4_325);
    world.set("robot_threshold_mrp", 20);
    let open = |world: &mut World, name: &str, amount: i64, claimant: &str| {
        let case = tag(Role::Case, name);
        world.record(&World::present(case, amount).field("claimant_kind", claimant));
        world.record(&World::distribute(case, "robot"));
        case
    };
    let person = open(&mut world, "person", 100, "PERSON");
    let large = open(&mut world, "large", 8_650_000, "STATE");
    let small = open(&mut world, "small", 8_649_999, "STATE");
    for case in [person, large] {
        let draft = world.initiate(case, "robot");
        refused(&mut world, &draft, Code::RobotNotAllowed, "/issuer");
    }
    world.record(&world.initiate(small, "robot"));
}

#[test]
fn what_an_algorithm_decided_is_reviewed() {
    let mut world = in_stage(Stage::Received);
    let given = world.record(&World::distribute(case(), "bailiff"));
    let initiated = world.record(&world.initiate(case(), "bailiff"));
    let review = |world: &World| {
        complaint(world, "debtor", "FILED").field("complaint_kind", "ALGORITHMIC_REVIEW")
    };
    let silent = review(&world);
    refused(&mut world, &silent, Code::Validation, "/fields/act_record");
    let human = review(&world).field("act_record", *initiated.as_bytes());
    refused(&mut world, &human, Code::ReferenceNotAllowed, "/fields/act_record");
    world.record(&review(&world).field("act_record", *given.as_bytes()));
    let status: Complaint = world.status(tag(Role::Complaint, "complaint"));
    assert_eq!(status.act, Some(given));
}
