use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn what_waits_is_decided_at_the_rate_measured() {
    for (waiting, decided, within, busy, seconds) in [
        (0, 0, 0, 0, 1),
        (20_000, 100_000, 10_000, 90_000, 2),
        (20_000, 100_001, 10_000, 90_000, 2),
        (19_999, 100_000, 10_000, 90_000, 2),
        (1, 100_000, 10_000, 90_000, 1),
        (20_000, 1_000, 10_000, 10_000, 60),
        (5_000, 1_000, 2_000, 2_000, 10),
        (u64::MAX, 1, 10_000, 10_000, 60),
        (1, u64::MAX, 10_000, 10_000, 1),
        // Too short to tell: a block that came at once says nothing of the next.
        (20_000, 1, 50, 50, 1),
        (20_000, 1, 999, 999, 1),
        // Nothing decided: as long again as it has been waiting.
        (1, 0, 900, 900, 1),
        (20_000, 0, 3_100, 3_100, 4),
        (1, 0, 10_000, 45_000, 45),
        (1, 0, 10_000, 900_000, 60),
    ] {
        let found = retry_after_s(waiting, decided, ms(within), ms(busy));
        assert_eq!(found, seconds, "{waiting} wait, {decided} decided within {within} ms");
    }
}

#[test]
fn only_time_in_which_records_wait_is_measured() {
    let (pool, waiting) = watch::channel(0);
    let drain = DrainRate::new(waiting);
    let start = Instant::now();
    let at = |milliseconds| start + ms(milliseconds);
    assert_eq!(drain.retry_after_s(at(0)), 1, "nothing is known yet");
    // Blocks that empty the pool, and an hour without any.
    drain.decided(1, at(100));
    pool.send_replace(1);
    assert_eq!(drain.retry_after_s(at(3_600_000)), 1);
    // From here on the pool fills faster than it is drained: 1,000 a second.
    let from = 3_600_000;
    for second in 1..=10 {
        pool.send_replace(second * 2_000);
        drain.decided(1_000, at(from + second * 1_000));
    }
    assert_eq!(drain.retry_after_s(at(from + 10_000)), 20);
    // Then nothing is decided any more.
    assert_eq!(drain.retry_after_s(at(from + 15_000)), 34, "6,000 within the last ten seconds");
    assert_eq!(drain.retry_after_s(at(from + 30_000)), 30);
    assert_eq!(drain.retry_after_s(at(from + 300_000)), 60);
    // The quorum is back, and the pool is drained.
    pool.send_replace(0);
    drain.decided(20_000, at(from + 301_000));
    assert_eq!(drain.retry_after_s(at(from + 301_000)), 1);
}

#[test]
fn the_past_that_is_remembered_is_bounded() {
    let (_pool, waiting) = watch::channel(1);
    let drain = DrainRate::new(waiting);
    let start = Instant::now();
    for number in 0..5_000 {
        drain.decided(1, start + ms(number));
    }
    assert_eq!(drain.measured().blocks.len(), BLOCKS_MAX);
    drain.decided(1, start + ms(100_000));
    assert_eq!(drain.measured().blocks.len(), 1);
}
