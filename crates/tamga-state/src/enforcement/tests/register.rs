use super::*;

#[test]
fn an_entry_is_removed_for_a_reason_that_holds() {
    let mut world = in_stage(Stage::Enforcing);
    let early = register(&world, "REMOVED_ERROR");
    refused(&mut world, &early, Code::StageNotAllowed, "/fields/reason");
    world.record(&register(&world, "ENTERED"));
    let twice = register(&world, "ENTERED");
    refused(&mut world, &twice, Code::StageNotAllowed, "/fields/reason");
    let expired = register(&world, "REMOVED_EXPIRED").field("presentation_deadline", TODAY - 1);
    let cases = [
        register(&world, "REMOVED_EXECUTED"),
        register(&world, "REMOVED_TERMINATED"),
        expired.clone(),
    ];
    for draft in cases {
        refused(&mut world, &draft, Code::ReasonNotAllowed, "/fields/reason");
    }
    let mut paid = world.clone();
    paid.record(&paid.recover(case(), "bailiff", 100_000));
    paid.record(&register(&paid, "REMOVED_EXECUTED"));
    let mut ended = world.clone();
    ended.record(&closing(&ended, "TERMINATED", Some("LIQUIDATION")));
    ended.record(&register(&ended, "REMOVED_TERMINATED"));
    let late = register(&ended, "ENTERED");
    refused(&mut ended, &late, Code::ReasonNotAllowed, "/fields/reason");
    world.record(&closing(&world, "RETURNED_CLAIMANT", Some("NO_PROPERTY")));
    let still = expired.clone().field("presentation_deadline", TODAY);
    refused(&mut world, &still, Code::ReasonNotAllowed, "/fields/reason");
    world.record(&expired);
    let debtor: DebtorStatus = world.status(tag(Role::Debtor, "debtor"));
    assert_eq!(debtor.register_entries, 0);
}
