//! The pool's picture of the state after its records, and how it stays true to the head.

use tamga_format::id::{Height, RecordId};
use tamga_format::subject::{Role, Subject};
use tamga_state::BlockContext;
use tamga_state::testing::{Draft, NOW, ORIGIN, World, key, tag};

use super::*;

fn context() -> BlockContext {
    BlockContext { origin: ORIGIN.to_owned(), height: Height(1), time: NOW }
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
