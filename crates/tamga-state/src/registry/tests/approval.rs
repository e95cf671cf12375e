use super::*;
use crate::status::Approval;
use tamga_format::id::RecordId;

const TARGET: RecordId = RecordId([7; 32]);

fn decide(decision: &str) -> Draft {
    Draft::new(Kind::G09, "court", Approval::subject(&TARGET))
        .naming(&[test_organisation()])
        .field("target", TARGET.0)
        .field("decision", decision)
}

#[test]
fn an_organisation_approves_a_record_once_and_may_withdraw() {
    let mut world = World::new();
    let early = decide("WITHDRAWN");
    refused(&mut world, &early, Code::StageNotAllowed, "/fields/decision");
    let other = decide("APPROVED").field("target", [8; 32]);
    refused(&mut world, &other, Code::PrimarySubject, "/subject");
    world.record(&decide("APPROVED"));
    let twice = decide("APPROVED");
    refused(&mut world, &twice, Code::Duplicate, "/fields/decision");
    let status: Approval = world.status(Approval::subject(&TARGET));
    assert_eq!(status.organisations, [test_organisation().id]);
    world.record(&decide("WITHDRAWN"));
    let status: Approval = world.status(Approval::subject(&TARGET));
    assert!(status.organisations.is_empty());
}
