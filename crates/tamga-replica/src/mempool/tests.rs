//! The pool's picture of the state after its records, and how it stays true to the head.

use tamga_format::id::{Height, RecordId};
use tamga_format::subject::{Role, Subject};
use tamga_state::BlockContext;
use tamga_state::testing::{Draft, NOW, ORIGIN, World, key, tag};

use super::*;
use crate::limits::PARKED_BYTES_PER_KEY_MAX;

fn context() -> BlockContext {
    BlockContext {
        origin: ORIGIN.to_owned(),
        height: Height(1),
        time: NOW,
        organisations: [].into(),
    }
}

fn pending(draft: &Draft) -> Arc<Pending> {
    let (record, body) = draft.sign();
    let record = record.verify(&key(&draft.signer).public()).unwrap();
    Arc::new(Pending::new(record, body))
}

fn case(n: usize) -> Subject {
    tag(Role::Case, &format!("case {n}"))
}

/// Records a draft in the head without the pool's knowledge, as a block of others does.
fn decided_elsewhere(world: &mut World, pool: &mut Mempool, draft: &Draft) {
    let id: RecordId = world.record(draft);
    let subjects: Vec<Subject> = draft.record.all_subjects().collect();
    pool.decided([(id, &subjects[..])].into_iter());
}

#[test]
fn a_stale_picture_is_made_anew_before_it_is_taken_for_a_fault() {
    let mut world = World::new();
    let case = case(1);
    world.record(&World::present(case, 100_000));
    world.record(&World::distribute(case, "bailiff"));
    world.record(&world.initiate(case, "bailiff"));
    let mut pool = Mempool::default();
    // The pool changes the case's stage, others move its money: stage and money of the picture
    // are then of different blocks, and the commitment to the money does not hold.
    let start = pending(&world.start(case, "bailiff"));
    assert_eq!(pool.push(&world.view, &context(), &start), Ok(()));
    let recovered = world.recover(case, "bailiff", 40_000);
    decided_elsewhere(&mut world, &mut pool, &recovered);

    let next = pending(&world.recover(case, "bailiff", 1_000));
    assert!(pool.check(&world.view, &context(), &next).is_ok());
    assert_eq!(pool.push(&world.view, &context(), &next), Ok(()));
    assert_eq!(pool.len(), 2);
}

#[test]
fn the_longest_records_of_one_key_leave_room_for_the_parked_records_of_others() {
    let body = |draft: Draft| (0..60).fold(draft, |d, n| d.body(&format!("f{n}"), [7_u8; 64]));
    let awaited = |n: usize, signer: &str| {
        let draft = Draft::new(tamga_state::catalogue::Kind::E01, signer, case(n));
        pending(&body(draft).with(|record| record.after = Some(RecordId([9; 32]))))
    };
    let mut parking = Parking::default();
    let bytes = awaited(0, "operator").bytes();
    let fit = PARKED_BYTES_PER_KEY_MAX / bytes;
    for n in 0..fit {
        assert!(parking.park(awaited(n, "operator")));
    }
    assert!(!parking.park(awaited(fit, "operator")), "{fit} records of {bytes} bytes");
    assert!(parking.park(awaited(fit, "police")));
    let first = awaited(0, "operator").record().id();
    assert!(parking.remove(&first).is_some());
    assert!(parking.park(awaited(fit, "operator")));
}

#[test]
fn no_key_takes_more_than_half_of_the_pool() {
    let world = World::new();
    let mut pool = Mempool::new(8);
    for n in 0..4 {
        let next = pending(&World::present(case(n), 1));
        assert!(pool.has_room(&next));
        assert_eq!(pool.push(&world.view, &context(), &next), Ok(()));
    }
    assert!(!pool.has_room(&pending(&World::present(case(4), 1))));
    let other = pending(&World::distribute(case(0), "bailiff"));
    assert!(pool.has_room(&other), "another key has its own half");
    let decided = pending(&World::present(case(0), 1)).record().id();
    pool.decided([(decided, &[][..])].into_iter());
    assert!(pool.has_room(&pending(&World::present(case(4), 1))));
}
