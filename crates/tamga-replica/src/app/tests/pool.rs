//! Admission: immediate verdicts, repeats, bounds, parking, and the pool after a block.

use tamga_format::error::FormatCode;
use tamga_format::id::LeafIndex;
use tamga_state::Code;

use super::*;
use crate::limits::{PARKED_PER_KEY_MAX, POOL_RETRY_AFTER_MS};
use crate::mempool::Mempool;

#[track_caller]
fn refused(result: Result<Admitted, AdmitError>) -> Code {
    match result {
        Err(AdmitError::Rejected(rejection)) => rejection.code,
        other => panic!("{other:?}"),
    }
}

fn from_peer(app: &mut App<MemStore>, draft: &Draft) -> Result<Admitted, AdmitError> {
    app.admit(vec![signed(draft)], Source::Peer, NOW).pop().unwrap()
}

#[test]
fn records_that_follow_each_other_get_verdicts_without_waiting() {
    let mut app = open(MemStore::new());
    for draft in lifecycle(1) {
        assert_eq!(admit(&mut app, &draft), Ok(Admitted::New));
    }
    assert_eq!(app.pending(), 6);
    let wrong = World::distribute(case(1), "bailiff").at(at(1));
    assert_eq!(refused(admit(&mut app, &wrong)), Code::StageNotAllowed);
    let (block, committed) = step(&mut app, NOW);
    assert_eq!((block.items.len(), committed.records.len(), app.pending()), (6, 6, 0));
    assert_eq!(refused(admit(&mut app, &wrong)), Code::StageNotAllowed);
}

#[test]
fn a_repeat_is_answered_from_pool_and_log() {
    let mut app = open(MemStore::new());
    let draft = World::present(case(1), 5);
    assert_eq!(admit(&mut app, &draft), Ok(Admitted::New));
    assert_eq!(admit(&mut app, &draft), Ok(Admitted::Pending));
    let (_, committed) = step(&mut app, NOW);
    assert_eq!(committed.records, [(id(&draft), LeafIndex(1))]);
    assert_eq!(admit(&mut app, &draft), Ok(Admitted::Final(LeafIndex(1))));
    assert_eq!(app.pending(), 0);
}

#[test]
fn a_check_has_no_effect() {
    let mut app = open(MemStore::new());
    let life = lifecycle(1);
    let one = |at: usize| vec![signed(&life[at])];
    assert_eq!(app.check(one(0), NOW), [Ok(Admitted::New)]);
    assert!(matches!(app.check(one(1), NOW)[..], [Err(AdmitError::Rejected(_))]));
    assert_eq!(app.pending(), 0);
}

#[test]
fn records_that_follow_each_other_are_checked_together() {
    let mut app = open(MemStore::new());
    let life: Vec<_> = lifecycle(1).iter().map(signed).collect();
    let all = life.len();
    assert_eq!(app.check(life.clone(), NOW), vec![Ok(Admitted::New); all]);
    // Without the first, nothing that follows is lawful; twice, it waits the second time.
    let refused = app.check(life[1..].to_vec(), NOW);
    assert!(refused.iter().all(|verdict| matches!(verdict, Err(AdmitError::Rejected(_)))));
    let twice = vec![life[0].clone(), life[0].clone()];
    assert_eq!(app.check(twice, NOW), [Ok(Admitted::New), Ok(Admitted::Pending)]);
    assert_eq!(app.pending(), 0);
}

#[test]
fn what_is_in_pool_and_log_is_checked_as_known() {
    let mut app = open(MemStore::new());
    let life = lifecycle(1);
    let all = || life.iter().map(signed).collect::<Vec<_>>();
    assert_eq!(admit(&mut app, &life[0]), Ok(Admitted::New));
    assert_eq!(app.check(all(), NOW)[..2], [Ok(Admitted::Pending), Ok(Admitted::New)]);
    step(&mut app, NOW);
    let known = Admitted::Final(LeafIndex(1));
    assert_eq!(app.check(all(), NOW)[..2], [Ok(known), Ok(Admitted::New)]);
}

#[test]
fn a_body_must_be_the_one_committed_to() {
    let mut app = open(MemStore::new());
    let (record, body) = signed(&World::present(case(1), 5));
    let (_, other) = signed(&World::present(case(1), 6));
    let (bare, _) = signed(&lifecycle(1)[1]);
    for (record, body, code) in [
        (record.clone(), None, FormatCode::BodyMissing),
        (record, other, FormatCode::BodyCommitment),
        (bare, body, FormatCode::BodyUnexpected),
    ] {
        match app.admit(vec![(record, body)], Source::Local, NOW).pop() {
            Some(Err(AdmitError::Body(error))) => assert_eq!(error.code, code),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_record_with_an_unknown_predecessor_waits_for_it() {
    let mut app = open(MemStore::new());
    let [first, second, third] = &lifecycle(1)[..3] else { panic!("three drafts") };
    let second = second.clone().with(|record| record.after = Some(id(first)));
    let third = third.clone().with(|record| record.after = Some(id(&second)));
    assert_eq!(admit(&mut app, &third), Ok(Admitted::Parked));
    assert_eq!(admit(&mut app, &third), Ok(Admitted::Parked));
    assert_eq!(admit(&mut app, &second), Ok(Admitted::Parked));
    assert_eq!(app.pending(), 0);
    assert_eq!(admit(&mut app, first), Ok(Admitted::New));
    assert_eq!(app.pending(), 3);
    let (_, committed) = step(&mut app, NOW);
    let order: Vec<RecordId> = committed.records.iter().map(|(id, _)| *id).collect();
    assert_eq!(order, [id(first), id(&second), id(&third)]);
}

#[test]
fn what_peers_send_out_of_order_waits_and_what_clients_send_is_answered() {
    let mut app = open(MemStore::new());
    let drafts = lifecycle(1);
    assert_eq!(refused(admit(&mut app, &drafts[1])), Code::SubjectUnknown);
    for draft in [&drafts[2], &drafts[1]] {
        assert_eq!(from_peer(&mut app, draft), Ok(Admitted::Parked));
    }
    assert_eq!(from_peer(&mut app, &drafts[0]), Ok(Admitted::New));
    assert_eq!(app.pending(), 3);
}

#[test]
fn a_parked_record_wakes_when_a_block_brings_its_predecessor() {
    let mut proposer = open(MemStore::new());
    admit(&mut proposer, &lifecycle(1)[0]).unwrap();
    let block = propose(&mut proposer, NOW);

    let mut app = open(MemStore::new());
    assert_eq!(from_peer(&mut app, &lifecycle(1)[1]), Ok(Admitted::Parked));
    app.validate(block.clone(), None).unwrap();
    commit(&mut app, &block);
    assert_eq!(app.pending(), 1);
}

#[test]
fn a_parked_record_wakes_when_the_one_in_its_way_is_refused() {
    let mut app = open(MemStore::new());
    let (first, lawful) = (&lifecycle(1)[0], &lifecycle(1)[1]);
    let rival = World::distribute(case(1), "colleague");
    for draft in [first, &rival] {
        assert_eq!(admit(&mut app, draft), Ok(Admitted::New));
    }
    assert_eq!(from_peer(&mut app, lawful), Ok(Admitted::Parked));
    let rejection = tamga_state::Rejection::new(Code::LinesMismatch, "", "off");
    app.refuse(id(&rival), rejection.clone()).unwrap();
    assert_eq!(app.take_dropped(), [(id(&rival), rejection)]);
    assert!(app.waits(&id(lawful)) && !app.waits(&id(&rival)));
}

#[test]
fn a_parked_record_wakes_when_the_one_in_its_way_expires() {
    let mut app = open(MemStore::new());
    admit(&mut app, &lifecycle(1)[0]).unwrap();
    let (first, _) = step(&mut app, NOW);
    let mut proposer = open(MemStore::new());
    proposer.validate(first.clone(), None).unwrap();
    commit(&mut proposer, &first);
    let block = propose(&mut proposer, at(11));

    let rival = World::distribute(case(1), "colleague");
    let rival = rival.with(|record| record.valid_until = at(10));
    assert_eq!(admit(&mut app, &rival), Ok(Admitted::New));
    let lawful = &lifecycle(1)[1];
    assert_eq!(from_peer(&mut app, lawful), Ok(Admitted::Parked));
    app.validate(block.clone(), None).unwrap();
    assert_eq!(commit(&mut app, &block).dropped.len(), 1);
    assert!(app.waits(&id(lawful)));
}

#[test]
fn parking_is_bounded_per_key() {
    let mut app = open(MemStore::new());
    let parked = |n: usize| {
        let unknown = RecordId([9; 32]);
        World::present(case(n as u64), 1).with(|record| record.after = Some(unknown))
    };
    for n in 0..PARKED_PER_KEY_MAX {
        assert_eq!(admit(&mut app, &parked(n)), Ok(Admitted::Parked));
    }
    let full = Err(AdmitError::PoolFull { retry_after_ms: POOL_RETRY_AFTER_MS });
    assert_eq!(admit(&mut app, &parked(PARKED_PER_KEY_MAX)), full);
    assert_eq!(admit(&mut app, &World::present(case(1), 1)), Ok(Admitted::New));
}

#[test]
fn parked_and_pending_records_leave_when_they_expire() {
    let mut app = open(MemStore::new());
    let soon = |draft: Draft| draft.with(|record| record.valid_until = at(10));
    let parked =
        soon(World::present(case(1), 1)).with(|record| record.after = Some(RecordId([9; 32])));
    assert_eq!(admit(&mut app, &parked), Ok(Admitted::Parked));
    let mut other = open(MemStore::new());
    let (block, _) = step(&mut other, at(11));
    let pending = soon(World::present(case(2), 1));
    assert_eq!(admit(&mut app, &pending), Ok(Admitted::New));
    app.validate(block.clone(), None).unwrap();
    let mut dropped = commit(&mut app, &block).dropped;
    dropped.sort_by_key(|(id, _)| *id);
    let mut expected = vec![id(&parked), id(&pending)];
    expected.sort();
    assert_eq!(dropped.iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected);
    assert!(dropped.iter().all(|(_, rejection)| rejection.code == Code::RecordExpired));
    assert_eq!(app.pending(), 0);
}

#[test]
fn records_that_a_block_made_unlawful_leave_with_their_verdict() {
    let mut proposer = open(MemStore::new());
    for draft in &lifecycle(1)[..2] {
        admit(&mut proposer, draft).unwrap();
    }
    let block = propose(&mut proposer, NOW);

    // This pool has the same case, given to another officer, and what that officer did.
    let mut app = open(MemStore::new());
    let rival = World::distribute(case(1), "colleague");
    let mut world = World::new();
    world.record(&World::present(case(1), 100_000));
    world.record(&rival);
    let follow = world.initiate(case(1), "colleague");
    for draft in [&lifecycle(1)[0], &rival, &follow, &World::present(case(2), 1)] {
        assert_eq!(admit(&mut app, draft), Ok(Admitted::New));
    }
    app.validate(block.clone(), None).unwrap();
    let dropped = commit(&mut app, &block).dropped;
    let codes: Vec<_> = dropped.iter().map(|(id, rejection)| (*id, rejection.code)).collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert_eq!((codes[0].0, codes[1].0), (id(&rival), id(&follow)));
    assert_eq!(codes[0].1, Code::StageNotAllowed);
    assert_eq!(app.pending(), 1);
    // The picture is the new head's: the lawful next step of the case is taken.
    assert_eq!(admit(&mut app, &lifecycle(1)[2]), Ok(Admitted::New));
}

#[test]
fn a_full_pool_says_when_to_come_back() {
    let mut app = open(MemStore::new());
    // One key has half of it.
    app.pool = Mempool::new(100);
    let full = AdmitError::PoolFull { retry_after_ms: POOL_RETRY_AFTER_MS };
    let mut admitted = 0;
    let last = loop {
        match admit(&mut app, &World::present(case(admitted), 1)) {
            Ok(Admitted::New) => admitted += 1,
            other => break other,
        }
    };
    assert_eq!((last, admitted), (Err(full), 50));
    assert_eq!(admit(&mut app, &World::present(case(0), 1)), Ok(Admitted::Pending));
    let (block, committed) = step(&mut app, NOW);
    assert_eq!((block.items.len(), committed.dropped.len()), (50, 0));
    assert_eq!(admit(&mut app, &World::present(case(admitted), 1)), Ok(Admitted::New));
}
