//! The first calendars, made by the rule from the holidays of the law; official tables replace them.

use super::Kind;

/// A year to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitialYear {
    /// The year.
    pub year: i64,
    /// Its entries.
    pub entries: &'static [i64],
    /// Act.
    pub basis: &'static str,
}

const fn moving(month: i64, day: i64) -> i64 {
    Kind::Moving.entry(month, day)
}

const fn fixed(month: i64, day: i64) -> i64 {
    Kind::Fixed.entry(month, day)
}

/// The years to begin with.
#[rustfmt::skip]
pub const INITIAL: &[InitialYear] = &[
    InitialYear {
        year: 2025,
        // With Constitution Day on 30 August for the last time, and Kurban Ait on 6 June.
        entries: &[
            moving(1, 1), moving(1, 2), fixed(1, 7), moving(3, 8), moving(3, 21), moving(3, 22), moving(3, 23),
            moving(5, 1), moving(5, 7), moving(5, 9), fixed(6, 6), moving(7, 6), moving(8, 30), moving(10, 25),
            moving(12, 16),
        ],
        basis: "Law on holidays; made by rule, to be replaced by the official table of 2025",
    },
    InitialYear {
        year: 2026,
        // Kurban Ait on 27 May.
        entries: &[
            moving(1, 1), moving(1, 2), fixed(1, 7), moving(3, 8), moving(3, 21), moving(3, 22), moving(3, 23),
            moving(5, 1), moving(5, 7), moving(5, 9), fixed(5, 27), moving(7, 6), moving(10, 25), moving(12, 16),
        ],
        basis: "Law on holidays, referendum of 15.03.2026; made by rule, to be replaced by the official table of 2026",
    },
    InitialYear {
        year: 2027,
        // With Constitution Day on 15 March, and Kurban Ait expected on 16 May.
        entries: &[
            moving(1, 1), moving(1, 2), fixed(1, 7), moving(3, 8), moving(3, 15), moving(3, 21), moving(3, 22),
            moving(3, 23), moving(5, 1), moving(5, 7), moving(5, 9), fixed(5, 16), moving(7, 6), moving(10, 25),
            moving(12, 16),
        ],
        basis: "Law on holidays, referendum of 15.03.2026; made by rule, to be replaced by the official table of 2027",
    },
];
