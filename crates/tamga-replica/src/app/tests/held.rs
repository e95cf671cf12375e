//! Records that bring lines: proposed with a quorum's statements only, and not by the statements of one validator twice.

use std::sync::Arc;

use tamga_format::body::Submission;
use tamga_format::held::HeldStatement;
use tamga_format::id::ValidatorId;
use tamga_format::signature::SigningKey;
use tamga_state::catalogue::Kind;
use tamga_state::registry::{key_subject, possession_message};

use super::*;
use crate::app::BlockError;

/// An organisation and a user that can't exist.
const OKUP: &str = "591240000021";

fn okup() -> Subject {
    Subject::registered(Role::Organisation, OKUP)
}

/// The organisation and its key.
fn registered() -> Vec<Draft> {
    let public = key("okup").public();
    let proof = key("okup").sign(&possession_message(ORIGIN, &okup(), &public));
    vec![
        Draft::new(Kind::G01, "operator", okup())
            .field("bin", OKUP)
            .field("organisation_kind", "CMO"),
        Draft::new(Kind::G03, "operator", key_subject(&public.key_id()))
            .naming(&[okup()])
            .field("key", *public.as_bytes())
            .field("possession", *proof.as_bytes())
            .field("purpose", "RECORDS")
            .field("valid_from", tamga_state::testing::SINCE.get()),
    ]
}

/// A usage report; whether its lines are right is for who holds them.
fn report(name: &str) -> Draft {
    Draft::new(Kind::R05, "okup", tag(Role::Batch, name))
        .with(|record| record.issuer = okup())
        .naming(&[Subject::registered(Role::Cmo, OKUP), tag(Role::Licensee, "a user")])
        .field("okup_id", okup().id.0)
        .field("attachment", [1; 32])
        .field("base", 1_i64)
        .field("usage_root", [2; 32])
        .field("usage_count", 1_i64)
        .field("uses", 1_i64)
        .field("first_day", tamga_state::testing::TODAY - 9)
        .field("last_day", tamga_state::testing::TODAY - 1)
        .field("source", "REPORT")
}

fn stated(draft: &Draft, by: ValidatorId, key: &SigningKey) -> HeldStatement {
    HeldStatement::sign(&GENESIS, id(draft), by, key)
}

/// A validator that knows the organisation; the block is the base of what comes.
fn begun() -> App<MemStore> {
    let mut app = open(MemStore::new());
    for draft in registered() {
        admit(&mut app, &draft).unwrap();
    }
    step(&mut app, NOW);
    app
}

#[test]
fn a_record_with_lines_waits_for_a_quorum_and_what_follows_it_waits_too() {
    let mut app = begun();
    let (first, next) = (report("first"), report("second"));
    admit(&mut app, &first).unwrap();
    assert_eq!(app.take_bringing().len(), 1);
    assert!(app.take_bringing().is_empty(), "told once");
    // The case is another matter; the second report names the same organisation and comes after the first.
    admit(&mut app, &lifecycle(1)[0]).unwrap();
    assert_eq!(app.reasons(), 1, "a record that can't be proposed is no reason for a block");
    let (block, committed) = step(&mut app, at(1));
    assert_eq!((block.items.len(), block.held.len()), (1, 0));
    assert!(committed.brought.is_empty());
    admit(&mut app, &next).unwrap();
    let validator = builder().validator;
    assert!(app.hold(stated(&next, validator, &key("consensus"))));
    let (block, _) = step(&mut app, at(2));
    assert!(block.items.is_empty(), "it comes after the one that waits");

    // Forged and foreign statements count for nothing.
    assert!(!app.hold(stated(&first, validator, &key("bailiff"))));
    assert!(!app.hold(stated(&first, ValidatorId([1; 32]), &key("consensus"))));
    assert!(app.hold(stated(&first, validator, &key("consensus"))));
    assert!(!app.hold(stated(&first, validator, &key("consensus"))), "known");
    let (block, committed) = step(&mut app, at(3));
    assert_eq!((block.items.len(), block.held.len()), (2, 2));
    let brought: Vec<RecordId> = committed.brought.iter().map(|(id, _)| *id).collect();
    assert_eq!(brought, [id(&first), id(&next)]);
    assert!(!app.waits(&id(&first)));
}

#[test]
fn a_fresh_block_without_statements_is_refused_and_a_decided_one_needs_none() {
    let mut app = begun();
    let draft = report("first");
    admit(&mut app, &draft).unwrap();
    let statement = stated(&draft, builder().validator, &key("consensus"));
    app.hold(statement);
    let block = propose(&mut app, at(1));
    let block = Block::decode(&block.encode()).unwrap();
    assert_eq!(block.held[..], [statement]);

    let other = || {
        let mut other = begun();
        admit(&mut other, &draft).unwrap();
        other
    };
    let forged = HeldStatement { signature: key("bailiff").sign(b"held"), ..statement };
    let of_other = stated(&report("other"), builder().validator, &key("consensus"));
    for held in [vec![], vec![forged], vec![of_other]] {
        let bare = Block { held: held.into(), ..block.clone() };
        let mut app = other();
        assert_eq!(app.validate(bare.clone(), fresh(at(1))), Err(BlockError::NotHeld(id(&draft))));
        // Known from elsewhere as valid, it is refused as fresh all the same.
        assert_eq!(app.validate(bare.clone(), None), Ok(bare.value));
        assert_eq!(app.validate(bare, fresh(at(1))), Err(BlockError::NotHeld(id(&draft))));
    }
    let mut app = other();
    assert_eq!(app.validate(block.clone(), fresh(at(1))), Ok(block.value));
    commit(&mut app, &block);
    let (decided, _) = app.decided(block.height()).unwrap().unwrap();
    assert_eq!(decided, Block { held: Arc::new([]), ..block }, "the certificate says more");
}

#[test]
fn a_record_whose_lines_are_wrong_leaves_the_pool_with_its_reason() {
    let mut app = begun();
    let draft = report("first");
    admit(&mut app, &draft).unwrap();
    let rejection =
        tamga_state::Rejection::new(tamga_state::Code::LinesMismatch, "/lines/3", "off");
    let submission = app.waiting(&id(&draft)).unwrap();
    assert_eq!(Submission::decode(&submission).unwrap().record().id(), id(&draft));
    app.refuse(id(&draft), rejection.clone()).unwrap();
    assert_eq!(app.take_dropped(), [(id(&draft), rejection)]);
    assert!(!app.waits(&id(&draft)));
    assert_eq!(app.waiting(&id(&draft)), None);
    assert_eq!(app.reasons(), 0);
}
