use proptest::prelude::*;

use super::*;

#[test]
fn priority_splits_follow_the_vectors() {
    let cases: [(i64, &[i64], &[i64]); 8] = [
        (1_000_000, &[400_000, 800_000], &[333_333, 666_667]),
        (100, &[1, 1, 1], &[34, 33, 33]),
        (1_000_001, &[5_000, 2_500, 2_500], &[500_001, 250_000, 250_000]),
        (7, &[3_333, 3_333, 3_334], &[2, 2, 3]),
        (0, &[0, 0], &[0, 0]),
        (5, &[0, 1, 0], &[0, 5, 0]),
        (0, &[], &[]),
        (i64::MAX, &[i64::MAX, i64::MAX], &[i64::MAX / 2 + 1, i64::MAX / 2]),
    ];
    for (total, weights, expected) in cases {
        assert_eq!(parts(total, weights).as_deref(), Some(expected), "{total} over {weights:?}");
    }
}

#[test]
fn what_cannot_be_divided_is_not() {
    let cases: [(i64, &[i64]); 4] = [(1, &[]), (1, &[0, 0]), (-1, &[1]), (1, &[2, -1])];
    for (total, weights) in cases {
        assert_eq!(parts(total, weights), None, "{total} over {weights:?}");
    }
}

proptest! {
    #[test]
    fn priority_parts_add_up_and_are_fair(
        total in 0..=i64::MAX,
        weights in proptest::collection::vec(0..=i64::MAX, 1..40),
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let parts = parts(total, &weights).expect("it can be divided");
        prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), i128::from(total));
        let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (part, weight) in parts.iter().zip(&weights) {
            let exact = i128::from(total) * i128::from(*weight);
            let above = i128::from(*part) * sum - exact;
            prop_assert!(above.abs() < sum, "a part is less than one tiyn off");
            prop_assert!(*weight > 0 || *part == 0);
        }
    }

    #[test]
    fn priority_parts_do_not_depend_on_the_order_of_claims(
        total in 0..1_000_000_i64,
        claims in proptest::collection::btree_map(any::<u16>(), 0..1_000_i64, 1..20),
        seed in any::<u64>(),
    ) {
        prop_assume!(claims.values().any(|weight| *weight > 0));
        let mut shuffled: Vec<(u16, i64)> = claims.clone().into_iter().collect();
        shuffled.sort_by_key(|(id, _)| u64::from(*id).wrapping_mul(seed | 1));
        let again: BTreeMap<u16, i64> = shuffled.into_iter().collect();
        prop_assert_eq!(parts_by_id(total, &claims), parts_by_id(total, &again));
    }
}
