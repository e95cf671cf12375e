use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::catalogue::Kind;
use crate::codes::Code;
use crate::law::calendar::{Calendar, Known};
use crate::status::{KeyStatus, Mark, Officer, Organisation, Parameter, Standing};
use crate::testing::{
    Draft, NOW, ORIGIN, SINCE, TODAY, World, key, organisation as test_organisation, writer,
};

#[track_caller]
fn refused(world: &mut World, draft: &Draft, code: Code, pointer: &str) {
    let rejection = world.submit(draft).expect_err("it must be refused");
    assert_eq!((rejection.code, rejection.pointer.as_str()), (code, pointer), "{rejection}");
}

const OTHER_BIN: &str = "591240000021";

fn new_organisation(signer: &str) -> Draft {
    Draft::new(Kind::G01, signer, Subject::registered(Role::Organisation, OTHER_BIN))
        .field("bin", OTHER_BIN)
        .field("organisation_kind", "COURT")
}

#[test]
fn organisations_are_unique_by_their_bin() {
    let mut world = World::new();
    let draft = new_organisation("operator");
    refused(&mut world, &new_organisation("chamber"), Code::RoleForbidden, "/issuer");
    refused(
        &mut world,
        &draft.clone().field("bin", "591240000110"),
        Code::IdentifierInvalid,
        "/fields/bin",
    );
    refused(
        &mut world,
        &draft.clone().field("bin", "991231500016"),
        Code::PersonalDataSuspected,
        "/fields/bin",
    );
    refused(
        &mut world,
        &draft.clone().field("bin", "591240000109"),
        Code::PrimarySubject,
        "/subject",
    );
    refused(
        &mut world,
        &draft.clone().field("state", "ACTIVE"),
        Code::SubjectUnknown,
        "/fields/state",
    );
    let phone = draft.clone().field("region_code", "+7701123");
    refused(
        &mut world,
        &phone.field("region_code", "870112345"),
        Code::Validation,
        "/fields/region_code",
    );
    world.record(&draft);
    refused(&mut world, &draft, Code::Duplicate, "/subject");
    world.record(&draft.field("state", "SUSPENDED"));
    let status: Organisation = world.status(Subject::registered(Role::Organisation, OTHER_BIN));
    assert_eq!(status.standing, Standing::Suspended);
}

#[test]
fn the_smallest_record_is_small() {
    let (record, body) = new_organisation("operator").sign();
    assert!(body.is_none());
    assert!(record.entry().len() < 420, "{} bytes", record.entry().len());
}

fn new_officer(signer: &str) -> Draft {
    Draft::new(Kind::G02, signer, writer("newcomer"))
        .naming(&[test_organisation()])
        .field("number", "newcomer")
        .field("officer_role", "PRIVATE_BAILIFF")
        .field("valid_from", SINCE.get())
}

#[test]
fn officers_are_registered_by_those_who_may() {
    let mut world = World::new();
    let draft = new_officer("chamber");
    let court = draft.clone().field("officer_role", "COURT");
    refused(&mut world, &court, Code::RoleForbidden, "/fields/officer_role");
    refused(&mut world, &new_officer("bailiff"), Code::RoleForbidden, "/issuer");
    refused(
        &mut world,
        &draft.clone().field("valid_to", SINCE.get()),
        Code::DateOrder,
        "/fields/valid_to",
    );
    let nowhere = draft.clone().not_naming(test_organisation());
    refused(&mut world, &nowhere, Code::SubjectMissing, "/subjects");
    world.record(&draft);
    refused(&mut world, &draft, Code::Duplicate, "/subject");
    world.record(&draft.field("state", "TERMINATED"));
    let status: Officer = world.status(writer("newcomer"));
    assert_eq!(status.standing, Standing::Terminated);
}

fn new_key(holder: Subject, name: &str) -> Draft {
    let public = key(name).public();
    let proof = key(name).sign(&possession_message(ORIGIN, &holder, &public));
    Draft::new(Kind::G03, "operator", key_subject(&public.key_id()))
        .naming(&[holder])
        .field("key", *public.as_bytes())
        .field("possession", *proof.as_bytes())
        .field("purpose", "RECORDS")
        .field("valid_from", SINCE.get())
}

#[test]
fn a_key_is_registered_with_proof_of_possession() {
    let mut world = World::new();
    let draft = new_key(writer("bailiff"), "second").naming(&[test_organisation()]);
    let stolen = new_key(writer("colleague"), "second").record.fields;
    let stolen = draft.clone().with(|record| record.fields = stolen);
    refused(&mut world, &stolen, Code::PossessionNotProven, "/fields/possession");
    refused(
        &mut world,
        &draft.clone().field("key", [1; 32]),
        Code::KeyNotAdmissible,
        "/fields/key",
    );
    refused(
        &mut world,
        &draft.clone().field("valid_from", SINCE.get() - 1),
        Code::DateOrder,
        "/fields/valid_to",
    );
    refused(
        &mut world,
        &draft.clone().not_naming(test_organisation()),
        Code::SubjectMissing,
        "/subjects",
    );
    world.record(&draft);
    refused(&mut world, &draft, Code::Duplicate, "/subject");
    world.record(&new_key(writer("debtor"), "third"));
    let known = key_of(&world.view, &key("second").public().key_id()).expect("in memory");
    assert_eq!(known.expect("registered").holder, writer("bailiff"));
}

#[test]
fn a_revoked_key_writes_nothing_more() {
    let mut world = World::new();
    let old = key_subject(&key("bailiff").public().key_id());
    let revoke = |signer: &str| {
        Draft::new(Kind::G04, signer, old)
            .naming(&[writer("bailiff"), test_organisation()])
            .field("action", "REVOKED")
            .field("reason", "LOST")
    };
    refused(&mut world, &revoke("colleague"), Code::RoleForbidden, "/issuer");
    let early = revoke("bailiff").field("compromise_since", SINCE.get() - 1);
    refused(&mut world, &early, Code::DateOrder, "/fields/compromise_since");
    world.record(&revoke("bailiff").field("compromise_since", NOW.get() - 5));
    let status: KeyStatus = world.status(old);
    assert_eq!(status.revoked_at, Some(NOW));
    assert_eq!(status.compromise_since, Some(UnixMillis(NOW.get() - 5)));
    refused(
        &mut world,
        &revoke("bailiff").with(|r| r.event_time = SINCE),
        Code::KeyRevoked,
        "/key_id",
    );
    refused(&mut world, &revoke("operator"), Code::KeyRevoked, "/subject");
}

#[test]
fn a_rotated_key_hands_over_to_its_successor() {
    let mut world = World::new();
    let old = key_subject(&key("bailiff").public().key_id());
    let public = key("next").public();
    let new = key_subject(&public.key_id());
    let proof = key("next").sign(&possession_message(ORIGIN, &writer("bailiff"), &public));
    let rotate = Draft::new(Kind::G04, "bailiff", old)
        .naming(&[writer("bailiff"), test_organisation(), new])
        .field("action", "ROTATED")
        .field("reason", "PLANNED");
    refused(&mut world, &rotate, Code::Validation, "/fields/new_key");
    let rotate = rotate.field("new_key", *public.as_bytes()).field("possession", *proof.as_bytes());
    refused(&mut world, &rotate.clone().not_naming(new), Code::SubjectMissing, "/subjects");
    world.record(&rotate);
    let status: KeyStatus = world.status(new);
    assert_eq!((status.holder, status.valid_from), (writer("bailiff"), NOW));
    assert_eq!(world.status::<KeyStatus>(old).replaced_by, Some(public.key_id()));
}

fn enter(name: &str, value: impl Into<crate::testing::FieldValue>, from: i64) -> Draft {
    Draft::new(Kind::G06, "authority", Parameter::subject(name))
        .field("name", name)
        .field("value", value)
        .field("valid_from", from)
        .field("legal_basis", "Order 652 of 29.10.2015")
}

#[test]
fn parameters_are_known_by_the_day_they_are_in_force() {
    let mut world = World::new();
    let notice = |value: i64, from| enter("notice_wd", value, from);
    world.record(&notice(3, TODAY));
    world.record(&notice(1, TODAY - 100));
    world.record(&notice(2, TODAY).field("mark", "UNVERIFIED"));
    let status: Parameter = world.status(Parameter::subject("notice_wd"));
    let on = |day| status.on(day).and_then(Value::as_i64);
    assert_eq!([on(TODAY - 101), on(TODAY - 1), on(TODAY)], [None, Some(1), Some(2)]);
    let marks: Vec<Mark> = status.versions.iter().map(|version| version.mark).collect();
    assert_eq!(marks, [Mark::Confirmed, Mark::Unverified]);
}

#[test]
fn a_parameter_is_entered_by_its_name_form_and_basis() {
    let mut world = World::new();
    let notice = enter("notice_wd", 5, 0);
    let field = |name: &str| format!("/fields/{name}");
    let cases = [
        (notice.clone().field("name", "other"), Code::PrimarySubject, "/subject".to_owned()),
        (enter("other", 5, 0), Code::ParameterUnknown, field("name")),
        (notice.clone().field("value", "five"), Code::Validation, field("value")),
        (notice.clone().field("legal_basis", "1"), Code::Validation, field("legal_basis")),
        (
            notice.clone().field("legal_basis", "debtor 9912 3150 0016"),
            Code::PersonalDataSuspected,
            field("legal_basis"),
        ),
        (notice.clone().field("valid_to", 7), Code::ParameterGap, field("valid_to")),
        (notice.clone().field("mark", "RUMOUR"), Code::Validation, field("mark")),
        (
            enter("calendar.2028", Value::Array(vec![Value::int(101)]), 21_184),
            Code::Validation,
            field("value"),
        ),
        (
            enter("calendar.2028", Value::Array(Vec::new()), TODAY),
            Code::DateOrder,
            field("valid_from"),
        ),
    ];
    for (draft, code, pointer) in cases {
        refused(&mut world, &draft, code, &pointer);
    }
    world.record(&notice);
    // A list of words, a list that mixes them with numbers, and one that hides a person.
    let words = |words: &[Value]| enter("spheres", Value::Array(words.to_vec()), 0);
    world.record(&words(&[Value::text("copyright"), Value::text("combined")]));
    let mixed = words(&[Value::text("copyright"), Value::int(1)]);
    refused(&mut world, &mixed, Code::Validation, "/fields/value");
    let person = words(&[Value::text("991231500016")]);
    refused(&mut world, &person, Code::PersonalDataSuspected, "/fields/value");
}

#[test]
fn the_calendar_of_a_year_is_a_registry_item() {
    let mut world = World::new();
    let entries = |list: &[i64]| Value::Array(list.iter().copied().map(Value::int).collect());
    let first = 21_184;
    world.record(&enter("calendar.2028", entries(&[]), first).field("mark", "UNVERIFIED"));
    let known = |world: &World| Calendar::read(&world.view, 2027..=2028).expect("in memory");
    assert_eq!(known(&world).known(2028), Known::Weekends(Mark::Unverified));
    assert_eq!(known(&world).known(2027), Known::Nothing);
    // The official table replaces it: 2028-01-07 is a Friday.
    world.record(&enter("calendar.2028", entries(&[20_107]), first));
    assert_eq!(known(&world).known(2028), Known::Holidays(Mark::Confirmed));
    assert!(!known(&world).is_working(first + 6));
}
