use super::*;
use crate::status::Delegation;
use tamga_format::cbor::Value;

const CHAMBER_BIN: &str = "591240000021";
const DAY: i64 = 86_400_000;

fn chamber() -> Subject {
    Subject::registered(Role::Organisation, CHAMBER_BIN)
}

/// A registry with a chamber that holds a key of its own.
fn world() -> World {
    let mut world = World::new();
    let draft = new_organisation("operator").field("organisation_kind", "CHAMBER");
    world.record(&draft.field("region_code", "75"));
    world.record(&new_key(chamber(), "chamber itself"));
    world
}

/// The chamber lets the operator distribute cases.
fn grant(kinds: &[u64]) -> Draft {
    let scope = kinds.iter().map(|kind| Value::Array(vec![Value::Uint(*kind)])).collect();
    by_chamber(Draft::new(
        Kind::G07,
        "chamber itself",
        Delegation::subject(&chamber().id, &test_organisation()),
    ))
    .naming(&[chamber(), test_organisation()])
    .field("action", "GRANTED")
    .field("scope", Value::Array(scope))
    .field("valid_from", SINCE.get())
    .field("valid_to", NOW.get() + DAY)
}

fn by_chamber(draft: Draft) -> Draft {
    draft.with(|record| record.issuer = chamber())
}

fn distributed(world: &mut World) -> Draft {
    let case = crate::testing::tag(Role::Case, "case");
    if !world.view.statuses.contains_key(&case) {
        world.record(&World::present(case, 5));
    }
    let draft = Draft { signer: "operator".to_owned(), ..World::distribute(case, "bailiff") };
    draft.with(|record| {
        record.issuer = writer("operator");
        record.key_id = key("operator").public().key_id();
        record.on_behalf_of = Some(chamber().id);
    })
}

#[test]
fn an_operator_distributes_in_the_name_of_the_chamber_that_delegated_it() {
    let mut world = world();
    let draft = distributed(&mut world);
    refused(&mut world, &draft, Code::OnBehalfOf, "/on_behalf_of");
    world.record(&grant(&[202]));
    let alone = draft.clone().with(|record| record.on_behalf_of = None);
    refused(&mut world, &alone, Code::RoleForbidden, "/issuer");
    let mut late = world.clone();
    late.block.time = UnixMillis(NOW.get() + DAY);
    let stale = draft.clone().with(|record| record.valid_until = UnixMillis(NOW.get() + 2 * DAY));
    refused(&mut late, &stale, Code::DelegationScope, "/on_behalf_of");
    world.record(&draft);
}

#[test]
fn a_delegation_reaches_no_further_than_its_scope_and_its_organisation() {
    let mut world = world();
    for kind in [106, 107, 108, 203, 999] {
        refused(&mut world, &grant(&[202, kind]), Code::DelegationScope, "/fields/scope");
    }
    let empty = grant(&[202]).without("scope");
    refused(&mut world, &empty, Code::DelegationScope, "/fields/scope");
    let timeless = grant(&[202]).without("valid_to");
    refused(&mut world, &timeless, Code::Validation, "/fields/valid_to");
    let backwards = grant(&[202]).field("valid_to", SINCE.get());
    refused(&mut world, &backwards, Code::DateOrder, "/fields/valid_to");
    let alone = grant(&[202]).not_naming(test_organisation());
    refused(&mut world, &alone, Code::SubjectMissing, "/subjects");
    world.record(&grant(&[102]));
    let draft = distributed(&mut world);
    refused(&mut world, &draft, Code::DelegationScope, "/on_behalf_of");
    refused(&mut world, &grant(&[202]), Code::Overlap, "/fields/valid_from");
    let revoke = by_chamber(Draft::new(
        Kind::G07,
        "chamber itself",
        Delegation::subject(&chamber().id, &test_organisation()),
    ))
    .naming(&[chamber(), test_organisation()])
    .field("action", "REVOKED");
    world.record(&revoke);
    refused(&mut world, &revoke, Code::StageNotAllowed, "/fields/action");
    refused(&mut world, &draft, Code::DelegationScope, "/on_behalf_of");
    world.record(&grant(&[202]));
    world.record(&draft);
}

#[test]
fn officers_delegate_only_in_the_role_of_their_organisation() {
    let mut world = world();
    let bailiff = grant(&[202]).with(|record| {
        record.issuer = writer("bailiff");
        record.key_id = key("bailiff").public().key_id();
    });
    let bailiff = Draft { signer: "bailiff".to_owned(), ..bailiff };
    refused(&mut world, &bailiff, Code::RoleForbidden, "/issuer");
}
