//! The simulated network: delay, reordering, loss, duplication, links cut in one direction or both.

use std::collections::BTreeSet;
use std::ops::Range;

use tamga_node::demo::rng::Rng;

/// How the links of a cluster behave now.
#[derive(Clone, Debug)]
pub struct Net {
    /// Milliseconds that a packet takes; packets overtake each other within this range.
    pub delay_ms: Range<u64>,
    /// Of a thousand packets, so many are lost.
    pub loss: u64,
    /// Of a thousand packets, so many arrive twice.
    pub duplicates: u64,
    /// Directed links that carry nothing.
    pub cut: BTreeSet<(usize, usize)>,
}

impl Net {
    /// A network without faults.
    #[must_use]
    pub const fn calm() -> Self {
        Self { delay_ms: 1..20, loss: 0, duplicates: 0, cut: BTreeSet::new() }
    }

    /// After how many milliseconds a packet arrives: never, once or twice.
    pub fn carry(&self, from: usize, to: usize, rng: &mut Rng) -> Vec<u64> {
        if self.cut.contains(&(from, to)) || rng.chance(self.loss) {
            return Vec::new();
        }
        let copies = if rng.chance(self.duplicates) { 2 } else { 1 };
        (0..copies).map(|_| rng.within(self.delay_ms.clone())).collect()
    }
}
