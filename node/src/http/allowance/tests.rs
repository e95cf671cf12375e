use super::*;

const A: IpAddr = client(1);
const B: IpAddr = client(2);

const fn client(number: u32) -> IpAddr {
    IpAddr::V4(std::net::Ipv4Addr::from_bits(number))
}

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_bucket_gives_its_quota_at_once_and_then_one_unit_as_each_comes_back() {
    let mut sixty = Allowances::new(60, 10);
    for taken in 1..=60 {
        assert_eq!(sixty.take(A, s(5)), Ok(()), "{taken}");
    }
    assert_eq!(sixty.standing(A, s(5)), Standing { remaining: 0, full_in_s: 60 });
    assert_eq!(sixty.take(A, s(5)), Err(s(1)));
    assert_eq!(sixty.take(A, s(5)), Err(s(1)), "a refusal takes nothing");
    assert_eq!(sixty.take(A, s(6)), Ok(()));
    assert_eq!(sixty.standing(A, s(36)), Standing { remaining: 30, full_in_s: 30 });
    assert_eq!(sixty.standing(A, s(500)), Standing { remaining: 60, full_in_s: 0 });
    assert_eq!(sixty.take(B, s(5)), Ok(()), "another client's bucket is its own");
}

#[test]
fn a_bucket_is_overdrawn_once_and_paid_back() {
    let mut sixty = Allowances::new(60, 10);
    assert_eq!(sixty.take(A, s(0)), Ok(()));
    assert_eq!(sixty.take_more(A, 599, s(0)), Ok(()));
    assert_eq!(sixty.standing(A, s(0)), Standing { remaining: 0, full_in_s: 600 });
    assert_eq!(sixty.take_more(A, 1, s(0)), Err(s(541)));
    assert_eq!(sixty.take(A, s(540)), Err(s(1)));
    assert_eq!(sixty.take(A, s(541)), Ok(()));
    let mut one = Allowances::new(1, 10);
    assert_eq!(one.take(A, s(0)), Ok(()));
    assert_eq!(one.take_more(A, 9, s(0)), Ok(()), "the last unit carries a batch, too");
    assert_eq!(one.take(A, s(0)), Err(s(600)));
}

#[test]
fn whatever_addresses_come_the_table_stays_in_its_bounds() {
    let mut few = Allowances::new(60, 100);
    assert_eq!(few.take_more(A, 60, s(0)), Ok(()));
    for number in 100..10_000 {
        assert_eq!(few.take(client(number), s(0)), Ok(()));
        assert!(few.clients() <= 100);
        assert_eq!(few.full_at.len(), few.fullest_first.len());
    }
    assert_eq!(few.take(A, s(0)), Err(s(1)), "who has taken most is forgotten last");
}

#[test]
fn clients_whose_buckets_are_full_are_forgotten() {
    let mut many = Allowances::new(60, 100);
    for number in 0..50 {
        assert_eq!(many.take(client(number), s(0)), Ok(()));
    }
    for _ in 0..25 {
        assert_eq!(many.take(A, s(100)), Ok(()));
    }
    assert_eq!(many.clients(), 1);
}

#[test]
fn odd_quotas_and_times_do_no_harm() {
    let mut none = Allowances::new(0, 0);
    assert_eq!(none.quota(), 1);
    assert_eq!(none.take_more(A, u64::MAX, s(0)), Ok(()));
    assert!(none.take(A, s(1_000_000)).is_err());
    assert!(none.take(A, Duration::MAX).is_ok(), "at the end of time all is paid back");
    let mut most = Allowances::new(u32::MAX, 10);
    assert_eq!(most.take_more(A, u64::from(u32::MAX), s(0)), Ok(()));
    assert!(most.take(A, s(0)).is_err());
    assert_eq!(most.take(A, s(1)), Ok(()));
}
