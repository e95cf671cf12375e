//! What makes a block, and every way in which one is refused.

use std::sync::Arc;

use tamga_format::beacon::{Ext, VrfProof, VrfSecret, alpha};
use tamga_format::error::FormatCode;
use tamga_format::id::{
    Height, MapRoot, PolicyHash, RulesHash, TreeSize, UnixMillis, ValidatorId, ValueId,
};
use tamga_state::Code;

use super::*;
use crate::app::{BlockError, CommitError};
use crate::block::{Item, cost_units};
use crate::limits::{BLOCK_RECORDS_MAX, TIME_AHEAD_MAX_MS, TIME_BEHIND_MAX_MS};

/// A block with case 1's first three records, proposed by another validator's pool, and an app
/// that has never seen them.
fn proposed() -> (App<MemStore>, Block) {
    let mut proposer = open(MemStore::new());
    for draft in &lifecycle(1)[..3] {
        assert_eq!(admit(&mut proposer, draft), Ok(Admitted::New));
    }
    let block = propose(&mut proposer, NOW);
    (open(MemStore::new()), block)
}

#[test]
fn others_execute_a_block_to_the_same_value_and_state() {
    let (mut app, block) = proposed();
    let sent = Block::decode(&block.encode()).unwrap();
    assert_eq!(app.validate(sent, fresh(NOW)), Ok(block.value));
    assert_eq!(app.block(&block.value), Some(block.clone()));
    let committed = commit(&mut app, &block);
    assert_eq!(committed.records.len(), 3);
    assert_eq!(app.head(), committed.head);
    assert_eq!((committed.head.value, value_of(&app)), (block.value, block.value));
    assert_eq!(committed.head.size, TreeSize(1 + 3 + 1));
    assert_eq!(committed.head.map_root, block.leaf.map_root);
}

#[test]
fn a_proposal_is_the_same_when_asked_again_and_after_new_records() {
    let mut app = open(MemStore::new());
    admit(&mut app, &lifecycle(1)[0]).unwrap();
    let block = propose(&mut app, NOW);
    admit(&mut app, &lifecycle(2)[0]).unwrap();
    assert_eq!(propose(&mut app, at(5)), block);
    let other = app.propose(Height(1), 1, &builder(), at(5), BLOCK_COST_MAX).unwrap();
    assert_ne!(other.value, block.value);
    assert_eq!(app.validate(block.clone(), fresh(NOW)), Ok(block.value));
}

#[test]
fn a_known_value_is_believed_of_its_own_content_only() {
    let (mut app, block) = proposed();
    assert_eq!(app.validate(block.clone(), fresh(NOW)), Ok(block.value));
    let mut leaf = block.leaf.clone();
    leaf.ext.as_mut().unwrap().round = 1;
    let next_round = Some(Fresh { round: 1, ..fresh(NOW).unwrap() });
    for (forged, fresh) in [
        (Block { items: Arc::new([]), ..block.clone() }, fresh(NOW)),
        (Block { leaf, items: Arc::new([]), ..block.clone() }, next_round),
    ] {
        assert_eq!(app.validate(forged, fresh), Err(BlockError::Mismatch("value")));
    }
    assert_eq!(app.validate(block.clone(), None), Ok(block.value));
}

#[test]
fn a_builder_offers_no_more_than_it_wants_to_but_at_least_one_record() {
    let mut app = open(MemStore::new());
    for n in 1..=4 {
        admit(&mut app, &lifecycle(n)[0]).unwrap();
    }
    let (record, body) = lifecycle(1)[0].sign();
    let one = cost_units(&record, body.map_or(0, |body| body.encode().len()));
    for (cost_max, records) in [(0, 1), (one, 1), (2 * one, 2), (BLOCK_COST_MAX, 4)] {
        let round = u32::try_from(cost_max % 1_000_003).unwrap();
        let block = app.propose(Height(1), round, &builder(), NOW, cost_max).unwrap();
        assert_eq!(block.items.len(), records, "{cost_max}");
    }
}

#[test]
fn a_correction_costs_what_the_longest_replay_may_take() {
    let mut world = World::new();
    for draft in lifecycle(1) {
        world.record(&draft);
    }
    let (recovery, _) = lifecycle(1)[4].sign();
    let (correction, _) = world.correct(case(1), "bailiff", "AMEND", recovery.id()).sign();
    assert!(cost_units(&recovery, 0) < 16);
    assert!((2_000..2_016).contains(&cost_units(&correction, 0)));
}

#[test]
fn an_empty_block_is_a_heartbeat() {
    let mut app = open(MemStore::new());
    let (block, committed) = step(&mut app, NOW);
    assert!(block.items.is_empty() && committed.records.is_empty());
    assert_eq!(committed.head.size, TreeSize(2));
    assert_eq!(block.time(), NOW);
    // A clock that stands still or goes back doesn't stop the ledger.
    let (block, _) = step(&mut app, at(-100));
    assert_eq!(block.time(), UnixMillis(NOW.get() + 1));
}

#[test]
fn the_beacon_changes_with_every_block_and_follows_from_the_leaves() {
    let mut app = open(MemStore::new());
    let mut beacon = app.head().beacon;
    assert_eq!(beacon, GENESIS.0);
    for height in 1..4 {
        let (block, committed) = step(&mut app, at(height));
        let ext = block.leaf.ext.unwrap();
        let key = genesis().validators.get(&ext.builder).unwrap().beacon;
        let output = key.verify(&alpha(ORIGIN, block.leaf.height), &ext.proof).unwrap();
        beacon = tamga_format::beacon::next_beacon(&beacon, &output);
        assert_eq!(committed.head.beacon, beacon);
    }
}

#[test]
fn a_block_whose_leaf_or_value_differs_is_refused() {
    let (mut app, block) = proposed();
    type Change = fn(&mut Block);
    let cases: [(Change, BlockError); 9] = [
        (|b| b.value = ValueId([1; 32]), BlockError::Mismatch("value")),
        (|b| b.leaf.size = TreeSize(6), BlockError::Mismatch("block leaf")),
        (|b| b.leaf.map_root = MapRoot([1; 32]), BlockError::Mismatch("block leaf")),
        (|b| b.leaf.policy = PolicyHash([1; 32]), BlockError::Mismatch("block leaf")),
        (|b| b.leaf.rules = RulesHash([1; 32]), BlockError::Mismatch("block leaf")),
        (|b| b.leaf.prev = ValueId([1; 32]), BlockError::Mismatch("previous value")),
        (
            |b| b.leaf.height = Height(2),
            BlockError::Height { expected: Height(1), found: Height(2) },
        ),
        (|b| b.leaf.time = UnixMillis(0), BlockError::Time(UnixMillis(0))),
        (|b| b.items = b.items[..2].into(), BlockError::Mismatch("block leaf")),
    ];
    for (change, expected) in cases {
        let mut changed = block.clone();
        change(&mut changed);
        assert_eq!(app.validate(changed, None), Err(expected));
    }
    assert_eq!(app.validate(block.clone(), None), Ok(block.value), "the block itself is valid");
}

#[test]
fn a_block_by_the_wrong_builder_is_refused() {
    let (mut app, block) = proposed();
    let good = block.leaf.ext.clone().unwrap();
    let with = |ext: Option<Ext>| {
        let mut changed = block.clone();
        changed.leaf.ext = ext;
        changed
    };
    let other = VrfSecret::from_seed(&[8; 32]).prove(&alpha(ORIGIN, Height(1)));
    let stale = builder().beacon.prove(&alpha(ORIGIN, Height(2)));
    let cases = [
        None,
        Some(Ext { builder: ValidatorId([1; 32]), ..good.clone() }),
        Some(Ext { proof: other, ..good.clone() }),
        Some(Ext { proof: stale, ..good.clone() }),
        Some(Ext { proof: VrfProof([0; 80]), ..good.clone() }),
    ];
    for ext in cases {
        let refused = app.validate(with(ext), None);
        assert!(matches!(refused, Err(BlockError::Builder(_))), "{refused:?}");
    }
    // Round and proposer matter while the proposal is fresh, and never again.
    for wrong in [
        Fresh { round: 1, ..fresh(NOW).unwrap() },
        Fresh { proposer: ValidatorId([1; 32]), ..fresh(NOW).unwrap() },
    ] {
        let refused = app.validate(block.clone(), Some(wrong));
        assert!(matches!(refused, Err(BlockError::Builder(_))), "{refused:?}");
    }
    assert_eq!(app.validate(block.clone(), None), Ok(block.value));
}

#[test]
fn a_fresh_block_is_near_the_clock_and_a_repeated_one_need_not_be() {
    let (mut app, block) = proposed();
    let behind = UnixMillis(NOW.get() - TIME_AHEAD_MAX_MS - 1);
    let ahead = UnixMillis(NOW.get() + TIME_BEHIND_MAX_MS + 1);
    for now in [behind, ahead] {
        assert_eq!(app.validate(block.clone(), fresh(now)), Err(BlockError::Time(NOW)));
    }
    assert_eq!(app.validate(block.clone(), None), Ok(block.value));
    for now in [UnixMillis(behind.get() + 1), UnixMillis(ahead.get() - 1)] {
        assert_eq!(app.validate(block.clone(), fresh(now)), Ok(block.value));
    }
}

#[test]
fn one_bad_record_makes_the_whole_block_invalid() {
    let (mut app, block) = proposed();
    let items = |change: &dyn Fn(&mut Vec<Item>)| {
        let mut items = block.items.to_vec();
        change(&mut items);
        Block { items: items.into(), ..block.clone() }
    };
    let refused = |app: &mut App<MemStore>, block| app.validate(block, None).unwrap_err();

    let malformed = refused(&mut app, items(&|items| items[1].entry.push(0)));
    assert!(matches!(malformed, BlockError::Record { position: 1, .. }), "{malformed:?}");

    let last = block.items[2].entry.len() - 1;
    let forged = refused(&mut app, items(&|items| items[2].entry[last] ^= 1));
    let BlockError::Record { position: 2, error } = forged else { panic!("{forged:?}") };
    assert_eq!(error.code, FormatCode::SignatureInvalid);

    for (change, code) in [
        (
            &(|items: &mut Vec<Item>| items[0].body = None) as &dyn Fn(&mut Vec<Item>),
            FormatCode::BodyMissing,
        ),
        (&|items| items[1].body = items[0].body.clone(), FormatCode::BodyUnexpected),
        (
            &|items| {
                items[0].body = signed(&World::present(case(1), 7)).1.map(|body| body.encode())
            },
            FormatCode::BodyCommitment,
        ),
    ] {
        let error = refused(&mut app, items(change));
        let BlockError::Record { error, .. } = error else { panic!("{error:?}") };
        assert_eq!(error.code, code);
    }

    for (change, position, code) in [
        (
            &(|items: &mut Vec<Item>| items.swap(0, 2)) as &dyn Fn(&mut Vec<Item>),
            0,
            Code::SubjectUnknown,
        ),
        (&|items| items.push(items[0].clone()), 3, Code::AlreadyRecorded),
    ] {
        let error = refused(&mut app, items(change));
        let BlockError::Rejected { position: found, rejection, .. } = error else {
            panic!("{error:?}")
        };
        assert_eq!((found, rejection.code), (position, code), "{rejection}");
    }
    assert_eq!(app.validate(block.clone(), None), Ok(block.value));
}

#[test]
fn a_signature_by_an_unregistered_key_is_refused() {
    let (mut app, block) = proposed();
    let stranger = key("stranger");
    let mut record = World::present(case(9), 1).sign().0.record().clone();
    record.key_id = stranger.public().key_id();
    record.body = None;
    let entry = record.sign(&stranger).unwrap().entry().to_vec();
    let items = Arc::new([Item { entry, body: None }]);
    let error = app.validate(Block { items, ..block }, None).unwrap_err();
    let BlockError::Rejected { rejection, .. } = error else { panic!("{error:?}") };
    assert_eq!(rejection.code, Code::UnknownKey);
}

#[test]
fn a_block_beyond_the_limits_is_refused() {
    let (mut app, block) = proposed();
    let many: Vec<Item> = vec![block.items[0].clone(); BLOCK_RECORDS_MAX + 1];
    let error = app.validate(Block { items: many.into(), ..block }, None).unwrap_err();
    assert!(matches!(error, BlockError::Limit { .. }), "{error:?}");
}

#[test]
fn a_validated_block_may_lose_and_another_be_committed() {
    let (mut app, block) = proposed();
    admit(&mut app, &lifecycle(2)[0]).unwrap();
    let own = propose(&mut app, at(1));
    assert_eq!(app.validate(block.clone(), None), Ok(block.value));
    commit(&mut app, &block);
    assert_eq!(app.block(&own.value), None);
    let refused = app.commit(own.value, certificate(&genesis(), &own, 0), Vec::new());
    assert_eq!(refused.unwrap_err(), CommitError::Certificate);
    let (next, _) = step(&mut app, at(2));
    assert_eq!(next.items.len(), 1, "the record of the lost block is still in the pool");
}

#[test]
fn a_value_that_was_never_validated_is_not_committed() {
    let (mut app, block) = proposed();
    let refused = app.commit(block.value, certificate(&genesis(), &block, 0), Vec::new());
    assert_eq!(refused.unwrap_err(), CommitError::Unknown(block.value));
    assert_eq!(app.head().height, Height(0));
}
