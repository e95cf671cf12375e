//! That the lines of a batch are paid at one rate.

use tamga_format::lines::{AllocationLine, Basis};

/// The rate at which the lines of one batch are paid: amount by weight (C04, C14).
///
/// A part of a division is the exact quotient rounded down, or one tiyn more; so every line leaves an open interval for
/// the one rate of the batch, (amount − 1, amount + 1) by weight, and all have a number in common.
#[derive(Default)]
pub(super) struct Rate {
    /// The largest lower end, as amount and weight.
    above: Option<(i128, i128)>,
    /// The smallest upper end.
    below: Option<(i128, i128)>,
}

impl Rate {
    /// Whether a further line can be paid at the rate of those before it. Lines that mend others have none.
    pub(super) fn fits(&mut self, line: &AllocationLine) -> bool {
        let mends = match line.basis {
            Basis::Adjustment => true,
            Basis::UnclaimedRedistribution => line.source.is_some(),
            Basis::Usage | Basis::Analogy | Basis::Sample | Basis::PrivateCopy => false,
        };
        if mends {
            return true;
        }
        let (amount, weight) = (i128::from(line.amount), i128::from(line.weight));
        if weight == 0 {
            return amount == 0;
        }
        // Amounts have 64 bits and weights too, so that the products stay within 128.
        let less = |a: (i128, i128), b: (i128, i128)| a.0 * b.1 < b.0 * a.1;
        let (lower, upper) = ((amount - 1, weight), (amount + 1, weight));
        if self.above.is_none_or(|known| less(known, lower)) {
            self.above = Some(lower);
        }
        if self.below.is_none_or(|known| less(upper, known)) {
            self.below = Some(upper);
        }
        self.above.zip(self.below).is_none_or(|(above, below)| less(above, below))
    }
}

#[cfg(test)]
mod tests {
    use tamga_format::id::SubjectId;

    use super::*;

    fn fit(lines: &[(u64, i64)]) -> bool {
        let mut rate = Rate::default();
        lines.iter().all(|(weight, amount)| {
            rate.fits(&AllocationLine {
                rightsholder: [1; 32],
                salt: [2; 32],
                work: SubjectId([3; 32]),
                used_on: 0,
                basis: Basis::Analogy,
                source: None,
                share_bp: 10_000,
                weight: *weight,
                amount: *amount,
                hold: None,
            })
        })
    }

    #[test]
    fn amounts_follow_weights_within_a_tiyn() {
        // 100 over 1 : 1 : 1, and 7 over 3333 : 3333 : 3334.
        assert!(fit(&[(1, 34), (1, 33), (1, 33)]));
        assert!(fit(&[(3_333, 2), (3_333, 2), (3_334, 3)]));
        assert!(fit(&[(0, 0), (7, 100), (0, 0)]));
        assert!(!fit(&[(0, 1)]), "nothing falls to no weight");
        assert!(!fit(&[(1, 34), (1, 32)]));
        assert!(!fit(&[(1_000, 1_000), (1_000, 1_002)]));
        assert!(!fit(&[(1_000_000, 500_000), (1, 2)]));
        assert!(fit(&[
            (u64::MAX >> 1, 100_000_000_000_000_000),
            (u64::MAX >> 2, 50_000_000_000_000_000)
        ]));
    }

    #[test]
    fn every_division_is_at_one_rate() {
        for total in [0, 1, 999, 1_000_001, 77_777_777] {
            let weights = [0, 1, 2, 3, 500, 3_333, 3_334, 1_000_000];
            let parts = tamga_state::law::split::parts(total, &weights).unwrap();
            let lines: Vec<(u64, i64)> =
                weights.iter().map(|weight| weight.unsigned_abs()).zip(parts).collect();
            assert!(fit(&lines), "{total}");
        }
    }
}
