//! What goes wrong in a run, drawn from its seed.

use std::ops::Range;

use tamga_node::demo::rng::Rng;

use super::disk::WriteFault;

/// Milliseconds of faults per wanted height; a cluster that is slower gets its quiet phase anyway.
const CHAOS_MS_PER_HEIGHT: u64 = 1_500;

/// The plan of one run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Number of validators.
    pub validators: usize,
    /// The faults end when this height is reached, or after [`chaos_ms`](Self::chaos_ms).
    pub heights: u64,
    /// How long faults last at most.
    pub chaos_ms: u64,
    /// The one validator that is not honest; at most f = 1 of 4 to 6.
    pub byzantine: Byzantine,
    /// A validator that starts late, with an empty disk.
    pub late: Option<(usize, u64)>,
    /// How far each validator's clock is off, in milliseconds.
    pub skew_ms: Vec<i64>,
    /// Milliseconds that packets take.
    pub delay_ms: Range<u64>,
    /// Packets lost of a thousand.
    pub loss: u64,
    /// Packets doubled of a thousand.
    pub duplicates: u64,
    /// Faults with their times, in order.
    pub faults: Vec<(u64, Fault)>,
}

/// What one validator does against the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Byzantine {
    /// Nobody does anything.
    Nobody,
    /// It neither votes nor proposes nor cosigns.
    Silent(usize),
    /// It runs twice with one key, each copy with a disk of its own, so that it equivocates.
    Twins(usize),
    /// Its store, but nothing else, is emptied at this time: it may vote again where it has voted.
    Wiped(usize, u64),
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A process dies and starts again after so many milliseconds; with `power`, its disk loses
    /// unsynced writes.
    Crash {
        /// Which.
        process: usize,
        /// Whether the power goes too.
        power: bool,
        /// Milliseconds until it starts again.
        down_ms: u64,
    },
    /// Every validator dies at once.
    CrashAll {
        /// Whether the power goes too.
        power: bool,
        /// Milliseconds until they start again.
        down_ms: u64,
    },
    /// The next write of a process fails.
    Write(usize, WriteFault),
    /// Some processes hear nothing of the others; unless `one_way`, they aren't heard either.
    Partition {
        /// Those.
        inside: Vec<usize>,
        /// In one direction only.
        one_way: bool,
        /// Milliseconds until it heals.
        for_ms: u64,
    },
    /// Many packets are lost for a while.
    Storm {
        /// Milliseconds.
        for_ms: u64,
    },
}

impl Plan {
    /// A plan in which nothing goes wrong and the quiet begins at once.
    #[must_use]
    pub fn calm(validators: usize) -> Self {
        Self {
            validators,
            heights: 0,
            chaos_ms: 0,
            byzantine: Byzantine::Nobody,
            late: None,
            skew_ms: vec![0; validators],
            delay_ms: 1..10,
            loss: 0,
            duplicates: 0,
            faults: Vec::new(),
        }
    }

    /// The plan of a seed. `publishers` processes follow the validators.
    #[must_use]
    pub fn draw(rng: &mut Rng, heights: u64, publishers: usize) -> Self {
        let validators = if rng.chance(150) { 6 } else { 4 };
        let chaos_ms = heights * CHAOS_MS_PER_HEIGHT;
        let somebody = rng.index(validators);
        let byzantine = match rng.within(0..10) {
            0 | 1 => Byzantine::Silent(somebody),
            2 | 3 => Byzantine::Twins(somebody),
            4 => Byzantine::Wiped(somebody, rng.within(chaos_ms / 8..chaos_ms / 2)),
            _ => Byzantine::Nobody,
        };
        let calm = rng.chance(250);
        let slow = rng.chance(200);
        let mut faults = Vec::new();
        let mut at = 0;
        loop {
            at += rng.within(if calm { 4_000..12_000 } else { 300..4_000 });
            if at >= chaos_ms {
                break;
            }
            faults.push((at, Fault::draw(rng, validators, publishers)));
        }
        Self {
            validators,
            heights,
            chaos_ms,
            byzantine,
            late: rng.chance(150).then(|| (rng.index(validators), rng.within(1..chaos_ms / 2))),
            skew_ms: (0..validators)
                .map(|_| i64::try_from(rng.within(0..1_001)).expect("small") - 500)
                .collect(),
            delay_ms: if slow { 20..250 } else { 1..rng.within(10..80) },
            loss: if calm { 0 } else { rng.within(0..80) },
            duplicates: rng.within(0..50),
            faults,
        }
    }
}

impl Fault {
    fn draw(rng: &mut Rng, validators: usize, publishers: usize) -> Self {
        let write = if rng.chance(500) { WriteFault::Before } else { WriteFault::After };
        match rng.within(0..100) {
            0..30 => Self::Crash {
                process: rng.index(validators),
                power: rng.chance(500),
                down_ms: rng.within(50..6_000),
            },
            30..36 => Self::Crash {
                process: validators + rng.index(publishers),
                power: rng.chance(500),
                down_ms: rng.within(50..3_000),
            },
            36..40 => Self::CrashAll { power: rng.chance(500), down_ms: rng.within(50..2_000) },
            40..60 => Self::Write(rng.index(validators + publishers), write),
            60..90 => {
                let most = rng.index(validators) + 1;
                let inside = (0..most).map(|_| rng.index(validators + publishers)).collect();
                let one_way = rng.chance(400);
                Self::Partition { inside, one_way, for_ms: rng.within(100..5_000) }
            }
            _ => Self::Storm { for_ms: rng.within(100..2_000) },
        }
    }
}
