use tamga_state::codes::Code;

use super::*;

const ID: RecordId = RecordId([1; 32]);

fn refused() -> Rejection {
    Rejection::new(Code::RecordExpired, "/valid_until", "too late")
}

#[test]
fn a_waiter_learns_that_its_record_is_final_and_where() {
    let tracker = Tracker::default();
    let (_, mut early) = tracker.wait(ID);
    assert_eq!(tracker.ordered(ID, LeafIndex(7)), None);
    tracker.finalised(TreeSize(7));
    assert!(early.try_recv().is_err(), "a tree of 7 leaves ends before index 7");
    tracker.finalised(TreeSize(8));
    assert_eq!(early.try_recv(), Ok(Verdict::Final(LeafIndex(7))));
    assert_eq!(tracker.ordered(ID, LeafIndex(7)), Some(Verdict::Final(LeafIndex(7))));
}

#[test]
fn a_record_that_another_node_ordered_is_no_longer_refused() {
    let tracker = Tracker::default();
    tracker.rejected(ID, refused());
    let (_, mut waiting) = tracker.wait(ID);
    assert_eq!(waiting.try_recv(), Ok(Verdict::Rejected(refused())));
    tracker.ordered(ID, LeafIndex(7));
    assert_eq!(tracker.rejection(&ID), None);
    let (_, mut waiting) = tracker.wait(ID);
    assert!(waiting.try_recv().is_err());
}

#[test]
fn whoever_waits_no_longer_is_forgotten_at_every_stage() {
    let tracker = Tracker::default();
    let (unordered, _) = tracker.wait(ID);
    tracker.leave(ID, unordered);
    let (ordered, _) = tracker.wait(ID);
    let (other, mut stays) = tracker.wait(ID);
    tracker.ordered(ID, LeafIndex(7));
    tracker.leave(ID, ordered);
    tracker.finalised(TreeSize(8));
    assert_eq!(stays.try_recv(), Ok(Verdict::Final(LeafIndex(7))));
    tracker.leave(ID, other);
    let state = tracker.state();
    assert!(state.unordered.is_empty() && state.ordered.is_empty() && state.places.is_empty());
}
