use super::*;
use crate::status::{Accreditation, AccreditationState, CmoStatus, Sphere};

const CMO_BIN: &str = "591240000021";

fn cmo() -> Subject {
    Subject::registered(Role::Organisation, CMO_BIN)
}

/// A registry with a collective management organisation.
fn world() -> World {
    let mut world = World::new();
    world.record(&new_organisation("operator").field("organisation_kind", "CMO"));
    world
}

fn change(state: &str, day: i64) -> Draft {
    let item = Accreditation::subject(CMO_BIN, Sphere::Copyright);
    Draft::new(Kind::G05, "authority", item)
        .naming(&[cmo(), Subject::registered(Role::Cmo, CMO_BIN)])
        .field("sphere", "COPYRIGHT")
        .field("state", state)
        .field("state_date", day)
        .field("act_hash", [1; 32])
}

fn grant(day: i64, from: i64, to: i64) -> Draft {
    change("GRANTED", day).field("valid_from", from).field("valid_to", to)
}

#[test]
fn an_accreditation_goes_through_its_states_without_overlap() {
    let mut world = world();
    let early = change("SUSPENDED", TODAY);
    refused(&mut world, &early, Code::StageNotAllowed, "/fields/state");
    world.record(&change("APPLIED", TODAY - 90));
    let bare = change("GRANTED", TODAY - 80);
    refused(&mut world, &bare, Code::Validation, "/fields/valid_from");
    let backwards = grant(TODAY - 80, TODAY, TODAY);
    refused(&mut world, &backwards, Code::DateOrder, "/fields/valid_to");
    world.record(&grant(TODAY - 80, TODAY - 80, TODAY + 100));
    let granted = |world: &World| {
        world.status::<CmoStatus>(Subject::registered(Role::Cmo, CMO_BIN)).accreditations
    };
    assert_eq!(granted(&world), 1);
    let overlapping = grant(TODAY - 70, TODAY + 99, TODAY + 200);
    refused(&mut world, &overlapping, Code::Overlap, "/fields/valid_from");
    world.record(&grant(TODAY - 70, TODAY + 100, TODAY + 200));
    world.record(&change("SUSPENDED", TODAY - 60));
    assert_eq!(granted(&world), 0);
    let resumed = change("GRANTED", TODAY - 50);
    let backdated = change("GRANTED", TODAY - 61);
    refused(&mut world, &backdated, Code::DateOrder, "/fields/state_date");
    world.record(&resumed);
    let expired = change("EXPIRED", TODAY);
    refused(&mut world, &expired, Code::DateOrder, "/fields/state_date");
    world.record(&change("REVOKED", TODAY - 40));
    let status: Accreditation = world.status(Accreditation::subject(CMO_BIN, Sphere::Copyright));
    assert_eq!(status.state, AccreditationState::Revoked);
    assert_eq!(status.terms, [(TODAY - 80, TODAY - 40)], "what has not begun is gone");
    let days = [-81, -80, -61, -60, -51, -50, -41, -40].map(|day| status.holds_on(TODAY + day));
    assert_eq!(days, [false, true, true, false, false, true, true, false]);
    world.record(&grant(TODAY - 30, TODAY - 30, TODAY + 10));
    let status: Accreditation = world.status(Accreditation::subject(CMO_BIN, Sphere::Copyright));
    assert!(status.holds_on(TODAY - 30) && !status.holds_on(TODAY - 31));
}

#[test]
fn only_the_authorised_body_accredits_only_management_organisations() {
    let mut world = world();
    let item = change("APPLIED", TODAY);
    let other = item.clone().field("sphere", "COMBINED");
    refused(&mut world, &other, Code::PrimarySubject, "/subject");
    let nobody = item.clone().not_naming(cmo());
    refused(&mut world, &nobody, Code::SubjectMissing, "/subjects");
    let platform = item.clone().not_naming(cmo()).naming(&[test_organisation()]);
    refused(&mut world, &platform, Code::SubjectUnexpected, "/subjects");
    let silent = item.clone().not_naming(Subject::registered(Role::Cmo, CMO_BIN));
    refused(&mut world, &silent, Code::SubjectMissing, "/subjects");
    let future = change("APPLIED", TODAY + 2);
    refused(&mut world, &future, Code::DateOrder, "/fields/state_date");
    let chamber = Draft { signer: "chamber".to_owned(), ..item.clone() }.with(|record| {
        record.issuer = writer("chamber");
        record.key_id = key("chamber").public().key_id();
    });
    refused(&mut world, &chamber, Code::RoleForbidden, "/issuer");
    world.record(&item);
}
