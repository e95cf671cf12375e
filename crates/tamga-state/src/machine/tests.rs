use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use super::*;
use crate::matrix::Stage;
use crate::overlay::Overlay;
use crate::status::{KeyStatus, Officer, Standing};
use crate::testing::{NOW, SINCE, World, key, organisation, tag, writer};

fn case() -> Subject {
    tag(Role::Case, "case")
}

/// One change to a lawful record, and the answer to it.
type Refusal = (fn(&mut Record), Code, &'static str);

#[test]
fn a_record_that_is_not_for_this_ledger_or_time_is_refused() {
    const DAY_MS: i64 = 86_400_000;
    let cases: &[Refusal] = &[
        (|r| r.audience = "other.example/log".to_owned(), Code::ForeignLedger, "/audience"),
        (|r| r.kind = 999, Code::UnknownKind, "/kind"),
        (|r| r.kind = Kind::G10.number(), Code::KindNotInForce, "/kind"),
        (|r| r.version = 2, Code::UnknownVersion, "/version"),
        (|r| r.subject = organisation(), Code::PrimarySubject, "/subject"),
        (|r| r.valid_until = UnixMillis(NOW.get() - 1), Code::RecordExpired, "/valid_until"),
        (
            |r| r.valid_until = UnixMillis(NOW.get() + 30 * DAY_MS + 1),
            Code::ValidUntilTooFar,
            "/valid_until",
        ),
        (|r| r.event_time = UnixMillis(NOW.get() + 300_001), Code::EventInFuture, "/event_time"),
        (|r| r.event_time = UnixMillis(SINCE.get() - 1), Code::KeyNotYetValid, "/event_time"),
        (|r| r.issuer = writer("court"), Code::IssuerMismatch, "/issuer"),
        (|r| r.on_behalf_of = Some(SubjectId([1; 32])), Code::OnBehalfOf, "/on_behalf_of"),
        (|r| r.fields.retain(|(n, _)| *n != 1), Code::Validation, "/fields/exec_doc_type"),
        (|r| r.fields.push((59, Value::Null)), Code::UnknownField, "/fields/59"),
        (|r| r.after = Some(RecordId([3; 32])), Code::AfterUnknown, "/after"),
    ];
    for (change, code, pointer) in cases {
        let mut world = World::new();
        let draft = World::present(case(), 100).with(*change);
        let rejection = world.submit(&draft).expect_err("it must be refused");
        assert_eq!((rejection.code, rejection.pointer.as_str()), (*code, *pointer), "{rejection}");
        assert!(world.view.seen.is_empty());
    }
}

#[test]
fn the_last_moment_of_every_window_is_inside() {
    let cases: &[fn(&mut Record)] = &[
        |r| r.valid_until = NOW,
        |r| r.valid_until = UnixMillis(NOW.get() + VALID_UNTIL_WINDOW_MS),
        |r| r.event_time = UnixMillis(NOW.get() + EVENT_AHEAD_MS),
    ];
    for change in cases {
        World::new().record(&World::present(case(), 100).with(*change));
    }
}

#[test]
fn a_record_enters_the_log_once() {
    let mut world = World::new();
    let (record, body) = World::present(case(), 100).sign();
    world.submit_signed(&record, body.as_ref()).expect("it is lawful");
    let again = world.submit_signed(&record, body.as_ref()).expect_err("it is there");
    assert_eq!(again.code, Code::AlreadyRecorded);
}

#[test]
fn a_body_must_be_the_one_committed_to() {
    let mut world = World::new();
    let (record, body) = World::present(case(), 100).sign();
    let (_, other) = World::present(case(), 101).sign();
    let missing = world.submit_signed(&record, None).expect_err("the body is missing");
    assert_eq!(missing.code, Code::BodyPresence);
    let wrong = world.submit_signed(&record, other.as_ref()).expect_err("another body");
    assert_eq!(wrong.code, Code::BodyMismatch);
    world.submit_signed(&record, body.as_ref()).expect("it is lawful");
}

#[test]
fn after_names_the_last_record_of_the_primary_subject() {
    let mut world = World::new();
    let first = world.record(&World::present(case(), 100));
    let second = world
        .record(&World::distribute(case(), "bailiff").with(|record| record.after = Some(first)));
    let initiate = world.initiate(case(), "bailiff");
    let stale = initiate.clone().with(|record| record.after = Some(first));
    let rejection = world.submit(&stale).expect_err("it is stale");
    assert_eq!(rejection.code, Code::SequenceConflict);
    assert!(rejection.detail.contains(&second.to_string()));
    world.record(&initiate.with(|record| record.after = Some(second)));
}

/// A change of the registry, and the answer to records after it.
type Lapse = (fn(&mut World), Code);

#[test]
fn key_and_office_must_be_in_force() {
    fn revoked(world: &mut World) {
        edit_key(world, |key| key.revoked_at = Some(NOW));
    }
    fn edit_key(world: &mut World, change: fn(&mut KeyStatus)) {
        let subject = registry::key_subject(&key("operator").public().key_id());
        let mut status: KeyStatus = world.status(subject);
        change(&mut status);
        put(world, subject, &status);
    }
    fn edit_officer(world: &mut World, change: fn(&mut Officer)) {
        let mut status: Officer = world.status(writer("operator"));
        change(&mut status);
        put(world, writer("operator"), &status);
    }
    fn put<T: Typed>(world: &mut World, subject: Subject, status: &T) {
        let row = StatusRow { nonce: [0; 16], bytes: encode(status, None).into() };
        world.view.statuses.insert(subject, row);
    }
    let cases: &[Lapse] = &[
        (revoked, Code::KeyRevoked),
        (|w| edit_key(w, |k| k.valid_to = Some(NOW)), Code::KeyExpired),
        (|w| edit_key(w, |k| k.valid_from = UnixMillis(NOW.get() + 1)), Code::KeyNotYetValid),
        (|w| edit_officer(w, |o| o.standing = Standing::Suspended), Code::OfficerSuspended),
        (|w| edit_officer(w, |o| o.standing = Standing::Terminated), Code::OfficerNotInForce),
        (|w| edit_officer(w, |o| o.valid_to = Some(NOW)), Code::OfficerNotInForce),
    ];
    for (change, code) in cases {
        let mut world = World::new();
        change(&mut world);
        let rejection = world.submit(&World::present(case(), 5)).expect_err("not in force");
        assert_eq!(rejection.code, *code, "{rejection}");
    }
    let mut stranger = World::present(case(), 5);
    stranger.signer = "stranger".to_owned();
    let stranger = stranger.with(|r| r.key_id = key("stranger").public().key_id());
    let rejection = World::new().submit(&stranger).expect_err("unknown");
    assert_eq!(rejection.code, Code::UnknownKey);
}

#[test]
fn an_overlay_is_a_view_of_its_own_writes() {
    let world = World::new();
    let mut below = Overlay::new(&world.view);
    let steps = [World::present(case(), 5), World::distribute(case(), "bailiff")];
    for draft in &steps {
        let (record, body) = draft.sign();
        execute_record(&mut below, &world.block, &record, body.as_ref()).expect("lawful");
    }
    let mut above = Overlay::new(&below);
    let initiate = {
        let mut twin = world.clone();
        steps.iter().for_each(|draft| {
            twin.record(draft);
        });
        twin.initiate(case(), "bailiff")
    };
    let (record, body) = initiate.sign();
    execute_record(&mut above, &world.block, &record, body.as_ref()).expect("lawful");
    assert_eq!(below.changes().touched.len(), 2);
    assert_eq!(above.changes().touched.len(), 1);
    for (max, entries) in [(1, 1), (2, 2), (3, 3), (100, 3)] {
        assert_eq!(above.entries(&case(), max).expect("in memory").len(), entries);
    }
    let row = above.status(&case()).expect("in memory").expect("a case");
    let (last, status) = decode::<crate::status::Case>(&row.bytes).expect("a status");
    assert_eq!((last, status.stage), (Some(record.id()), Stage::Initiated));
    assert_eq!(row.nonce, record.record().nonce);
}

#[test]
fn a_refused_record_leaves_the_overlay_as_it_was() {
    let world = World::new();
    let mut overlay = Overlay::new(&world.view);
    let (record, body) = World::present(case(), 5).naming(&[writer("bailiff")]).sign();
    execute_record(&mut overlay, &world.block, &record, body.as_ref())
        .expect_err("unexpected subject");
    assert!(overlay.changes().statuses.is_empty() && overlay.changes().touched.is_empty());
}

#[test]
fn a_failing_view_is_a_fault_and_no_verdict() {
    let mut world = World::new();
    world.record(&World::present(case(), 5));
    let mut draft = World::distribute(case(), "bailiff");
    if let Some(row) = world.view.statuses.get_mut(&case()) {
        row.bytes = row.bytes[..9].into();
    }
    draft.salt = 1;
    let rejection: Rejection = world.submit(&draft).expect_err("damaged");
    assert!(rejection.is_fault());
}
