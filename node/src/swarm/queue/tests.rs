use super::*;

fn record(byte: u8, length: usize) -> Submission {
    Arc::new(vec![byte; length])
}

#[test]
fn a_lone_record_goes_at_once_and_those_after_it_together() {
    let (mut queue, now) = (RecordQueue::default(), Instant::now());
    assert_eq!(queue.due(), None);
    queue.push(record(1, 300), now);
    assert_eq!(queue.due(), Some(now));
    assert_eq!(queue.take(now), [vec![1; 300]]);
    assert_eq!(queue.due(), None);
    queue.push(record(2, 300), now + PUSH_EVERY / 4);
    queue.push(record(3, 300), now + PUSH_EVERY / 2);
    assert_eq!(queue.due(), Some(now + PUSH_EVERY));
    assert_eq!(queue.take(now + PUSH_EVERY), [vec![2; 300], vec![3; 300]]);
    queue.push(record(4, 300), now + PUSH_EVERY * 3);
    assert_eq!(queue.due(), Some(now + PUSH_EVERY * 3));
}

#[test]
fn a_full_batch_is_due_at_once_and_leaves_the_rest_in_order() {
    let (mut queue, now) = (RecordQueue::default(), Instant::now());
    for byte in 0..5 {
        assert_eq!(queue.push(record(byte, PUSH_BYTES / 2), now), 0);
    }
    assert_eq!(queue.due(), Some(now));
    let heads = |batch: Vec<Vec<u8>>| batch.iter().map(|r| r[0]).collect::<Vec<_>>();
    assert_eq!(heads(queue.take(now)), [0, 1]);
    assert_eq!(heads(queue.take(now)), [2, 3]);
    assert_eq!(heads(queue.take(now)), [4]);
}

#[test]
fn a_full_queue_drops_the_oldest_and_says_how_many() {
    let (mut queue, now) = (RecordQueue::default(), Instant::now());
    for byte in 0..4 {
        assert_eq!(queue.push(record(byte, QUEUE_BYTES_MAX / 4), now), 0);
    }
    assert_eq!(queue.push(record(4, QUEUE_BYTES_MAX / 4 + 1), now), 2);
    assert_eq!(queue.take(now)[0][0], 2);
    queue.clear();
    assert_eq!(queue.due(), None);
    assert!(queue.take(now).is_empty());
}
