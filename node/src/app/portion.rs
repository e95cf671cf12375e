//! How much of the pool a block of this node holds.
//!
//! Every validator executes a block before it votes, within the propose timeout; a block that takes longer
//! costs a round. So a builder offers what itself executes in a fraction of that time.

use std::time::Duration;

use tamga_replica::limits::BLOCK_COST_MAX;

/// Time in which this node executes the blocks it builds: small beside the propose timeout, since peers may be
/// slower or share a machine, and large beside the fixed cost of a block.
const BLOCK_TIME: Duration = Duration::from_millis(150);
/// Cost units of a block however slow the machine is.
const COST_MIN: u64 = 1_000;

/// The cost units that fit into [`BLOCK_TIME`], learned from the blocks built so far.
#[derive(Debug)]
pub(super) struct Portion(u64);

impl Default for Portion {
    fn default() -> Self {
        // A guess on the low side: it doubles with every full block that took less than half the time.
        Self(BLOCK_COST_MAX / 4)
    }
}

impl Portion {
    /// The most cost units of the next block.
    pub(super) const fn cost_max(&self) -> u64 {
        self.0
    }

    /// Learns from a block that took this long to build. Only one that `left` records in the pool says how much
    /// fits.
    pub(super) fn observe(&mut self, left: bool, took: Duration) {
        if !left {
            return;
        }
        let took_us = took.as_micros().max(1);
        let fits = u128::from(self.0) * BLOCK_TIME.as_micros() / took_us;
        let fits = u64::try_from(fits).unwrap_or(BLOCK_COST_MAX);
        // One block may be slow or fast by accident, such as a busy disk: never below the half at once, and up by
        // half the way only.
        let next = fits.clamp(self.0 / 2, self.0.saturating_mul(2));
        self.0 = next.midpoint(self.0.min(next)).clamp(COST_MIN, BLOCK_COST_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portion_settles_on_what_fits_into_the_time() {
        for us_per_unit in [3, 10, 40, 1_000] {
            let mut portion = Portion::default();
            for _ in 0..40 {
                portion.observe(true, Duration::from_micros(portion.cost_max() * us_per_unit));
            }
            let fits = (150_000 / us_per_unit).clamp(COST_MIN, BLOCK_COST_MAX);
            assert!(portion.cost_max().abs_diff(fits) <= fits / 20, "{us_per_unit}: {portion:?}");
        }
    }

    #[test]
    fn blocks_that_emptied_the_pool_teach_nothing() {
        let mut portion = Portion::default();
        portion.observe(false, Duration::from_secs(5));
        assert_eq!(portion.cost_max(), Portion::default().cost_max());
    }
}
