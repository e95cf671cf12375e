use super::*;
use crate::status::Money;
use tamga_format::cbor::Value;

fn erase(world: &World, target: RecordId) -> Draft {
    world.correct(case(), "court", "REDACT_BODY", target).field("reason", "ERASURE_REQUEST")
}

fn restated(money: &Money) -> Value {
    let rows = Money::PARTS.iter().zip(money.parts());
    Value::Array(
        rows.map(|(name, amount)| Value::Array(vec![Value::text(name), Value::int(amount)]))
            .collect(),
    )
}

#[test]
fn a_body_is_erased_once_its_case_has_ended() {
    let mut world = World::new();
    let ids = world.enforcing(case(), 3_500);
    let early = erase(&world, ids[0]);
    refused(&mut world, &early, Code::StageNotAllowed, "/references");
    world.record(&world.close(case(), "bailiff"));
    let bare = erase(&world, ids[2]);
    refused(&mut world, &bare, Code::TargetNotCorrectable, "/references");
    let full = erase(&world, ids[0]).body("amount_delta", 1);
    refused(&mut world, &full, Code::BodyPresence, "/body");
    let stranger = world.correct(case(), "colleague", "REDACT_BODY", ids[0]);
    refused(&mut world, &stranger, Code::RoleForbidden, "/issuer");

    let (record, body) = erase(&world, ids[0]).sign();
    let mut overlay = crate::Overlay::new(&world.view);
    crate::execute_record(&mut overlay, &world.block, &record, body.as_ref()).expect("lawful");
    assert_eq!(overlay.changes().erased, [ids[0]]);
    assert_eq!(overlay.changes().privates[&case()], None);
    let erased = world.record(&erase(&world, ids[0]));
    assert!(world.case(case()).erased && !world.view.privates.contains_key(&case()));
    let twice = erase(&world, ids[0]);
    refused(&mut world, &twice, Code::BodyErased, "/references");
    let back = world.correct(case(), "court", "ANNUL", erased);
    refused(&mut world, &back, Code::TargetNotCorrectable, "/references");
    let amend = world.correct(case(), "operator", "AMEND", ids[0]).body("amount_delta", 1);
    refused(&mut world, &amend, Code::BodyErased, "/subject");
}

#[test]
fn a_case_reopens_with_its_amounts_stated_anew() {
    let mut world = World::new();
    world.enforcing(case(), 3_500);
    world.record(&world.recover(case(), "bailiff", 500));
    world.record(&world.pay_out(case(), "bailiff", 500));
    let closed = world.record(&closing(&world, "RETURNED_CLAIMANT", Some("NO_PROPERTY")));
    let money = world.money(case());
    let first = world.first_record(case());
    world.record(&erase(&world, first));
    let annul = world.correct(case(), "court", "ANNUL", closed);
    refused(&mut world, &annul, Code::BodyErased, "/subject");
    let reopen = reopening(&world);
    refused(&mut world, &reopen, Code::BodyErased, "/body/restated");
    let part = Value::Array(vec![Value::Array(vec![Value::text("due"), Value::int(3_500)])]);
    let some = reopen.clone().body("restated", part);
    refused(&mut world, &some, Code::BodyErased, "/body/restated");
    let unsound = Money { fee: 1, ..money };
    let unsound = reopen.clone().body("restated", restated(&unsound));
    refused(&mut world, &unsound, Code::TotalsMismatch, "/body/restated");
    world.record(&reopen.body("restated", restated(&money)));
    assert_eq!((world.money(case()), world.case(case()).erased), (money, false));
    world.record(&world.recover(case(), "bailiff", 5));
}
