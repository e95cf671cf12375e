use super::*;
use crate::civil::date;

fn scale(mode: FeeMode) -> FeeScale {
    FeeScale::new(
        &[60, 300, 1_000, 5_000, 10_000, 20_000],
        &[2_500, 2_000, 1_500, 1_000, 800, 500, 300],
        4_325,
        mode,
        true,
    )
    .expect("a scale")
}

fn on(year: i64, month: i64, dom: i64) -> i64 {
    date(year, month, dom).expect("a date")
}

#[test]
fn fee_follows_the_vectors() {
    // Sum, flat, marginal.
    let cases = [
        (0, 0, 0),
        (10_000_000, 2_500_000, 2_500_000),
        (25_950_000, 6_487_500, 6_487_500),
        (25_950_100, 5_190_020, 6_487_520),
        (100_000_000, 20_000_000, 21_297_500),
        (432_500_000, 64_875_000, 72_660_000),
        (10_000_000_000, 300_000_000, 675_410_000),
        (3, 0, 0),
    ];
    for (sum, flat, marginal) in cases {
        assert_eq!(scale(FeeMode::Flat).fee(sum), Some(flat), "flat, {sum}");
        assert_eq!(scale(FeeMode::Marginal).fee(sum), Some(marginal), "marginal, {sum}");
    }
    assert_eq!(scale(FeeMode::Flat).fee(-1), None);
    assert!(scale(FeeMode::Marginal).fee(i64::MAX).is_some());
}

#[test]
fn fee_of_a_sum_on_the_bound_depends_on_a_parameter() {
    let of = |inclusive| {
        FeeScale::new(&[60], &[2_500, 2_000], 4_325, FeeMode::Flat, inclusive).expect("a scale")
    };
    assert_eq!(of(true).fee(25_950_000), Some(6_487_500));
    assert_eq!(of(false).fee(25_950_000), Some(5_190_000));
    assert_eq!(of(false).fee(25_949_999), Some(6_487_499));
}

#[test]
fn fee_scales_that_contradict_themselves_are_none() {
    let cases: [(&[i64], &[i64], i64); 6] = [
        (&[60], &[2_500], 4_325),
        (&[60, 60], &[1, 2, 3], 4_325),
        (&[0], &[1, 2], 4_325),
        (&[60], &[1, 10_001], 4_325),
        (&[60], &[1, 2], 0),
        (&[i64::MAX], &[1, 2], 4_325),
    ];
    for (bounds, rates, mrp) in cases {
        assert_eq!(FeeScale::new(bounds, rates, mrp, FeeMode::Flat, true), None, "{bounds:?}");
    }
}

#[test]
fn fee_in_mrp_depends_on_the_date() {
    let law = Law::initial();
    let fee = |day| FeeScale::on(&law, day).expect("a scale").fee(25_950_000);
    // 60 МРП were 235,920 tenge in 2025 and are 259,500 in 2026.
    assert_eq!(fee(on(2025, 12, 31)), Some(5_190_000));
    assert_eq!(fee(on(2026, 1, 1)), Some(6_487_500));
    // The value of 2024 is not entered.
    assert_eq!(FeeScale::on(&law, on(2024, 12, 31)), None);
    assert_eq!(mrp_to_tiyn(&law, on(2025, 6, 1), 40), Some(15_728_000));
    assert_eq!(mrp_to_tiyn(&law, on(2026, 6, 1), 40), Some(17_300_000));
}

#[test]
fn fee_for_what_is_not_money_is_counted_in_mrp() {
    let law = Law::initial();
    let day = on(2026, 5, 1);
    let cases = [
        (NonMonetary::Act, Payer::Person, 50),
        (NonMonetary::Act, Payer::Organisation, 100),
        (NonMonetary::Securing, Payer::Person, 10),
        (NonMonetary::Securing, Payer::Organisation, 20),
        (NonMonetary::ChildContact, Payer::Person, 20),
        (NonMonetary::ChildContact, Payer::Organisation, 20),
    ];
    for (claim, payer, mrp) in cases {
        assert_eq!(non_monetary(&law, day, claim, payer), Some(mrp * 432_500), "{claim:?}");
    }
    assert_eq!(non_monetary(&law, on(2023, 1, 1), NonMonetary::Act, Payer::Person), None);
}

#[test]
fn fee_and_enforcement_sanction_are_rounded_down() {
    let law = Law::initial();
    assert_eq!(sanction(&law, on(2026, 1, 1), 1_009), Some(100));
    assert_eq!(share(-1, 5), None);
    assert_eq!(share(5, -1), None);
    assert_eq!(share(i64::MAX, 10_000), Some(i64::MAX));
    for name in FeeMode::NAMES {
        assert!(FeeMode::from_name(name).is_some());
    }
}
