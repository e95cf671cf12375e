//! Indicators: figures about proceedings by region, office and month (spec §22.3).
//!
//! | Module | Holds |
//! |---|---|
//! | [`tally`] | what is counted |
//! | [`contribute`] | what one case contributes to the tallies |
//! | [`catalogue`] | every indicator: its code, title, formula and unit, as data |
//! | [`figure`] | a formula over counts: the figure, with its parts |
//! | [`month`] | calendar months and periods of them |
//!
//! A tally is a set of records; an indicator is a formula over the sizes of tallies. So every figure leads to the records
//! behind it, and whoever holds the entries computes the same. A breach of a statutory term and a heuristic signal are
//! different tallies and never meet in one formula. Shares are whole basis points, sums whole tiyn.

pub mod catalogue;
pub mod contribute;
pub mod figure;
pub mod month;
pub mod tally;

pub use catalogue::{Formula, INDICATORS, Indicator, Unit};
pub use contribute::{Due, contributions};
pub use figure::{Cells, Figure, Published, Spread};
pub use month::{Month, Period};
pub use tally::{Area, Contribution, Outcome, Tally};

#[cfg(test)]
mod tests;
