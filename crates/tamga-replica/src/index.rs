//! What is looked up by something else than a subject: an index computed from the log (spec §22.4).
//!
//! | Module | Holds |
//! |---|---|
//! | [`layout`] | tables, keys and rows |
//! | [`outline`] | one case in short, and the rows that follow from it |
//! | [`follow`] | bringing the index to the log's head: each block once, each step atomic |
//! | [`read`] | lists and counts, page by page |
//!
//! Every row is a function of the records of one case and of the law as it is known at the head; counts are sums of such rows.
//! So an index that was brought along block by block is the one that is made from scratch, and whoever deletes it loses
//! nothing. No proof reads it, no vote waits for it, and what it answers is checked with subject trees and receipts.

use tamga_state::dossier::Event;

pub mod follow;
pub mod layout;
pub mod read;
pub mod outline;

pub use follow::{Index, Step};
pub use layout::{DeskKey, IndexTable, Level, Link, Position, Scope};
pub use read::{IndexReader, Listed};
pub use outline::Outline;

/// Terms of cases under the law as it is known at the head.
pub trait Terms {
    /// What tells this law from any other: the index computes every case anew when it changes.
    fn version(&self) -> [u8; 32];

    /// The terms of a case, given its events in log order.
    fn of(&self, events: &[Event]) -> Vec<Term>;

    /// The last day on which the document of a case may be presented again; `None` while that doesn't run.
    fn presentable_until(&self, events: &[Event]) -> Option<i64>;
}

/// A term of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The rule, where it runs from, its last day, and when it was met.
    pub due: tamga_state::indicators::Due,
    /// Whether missing it breaches a statutory term; otherwise it is a heuristic signal.
    pub statutory: bool,
}

#[cfg(test)]
mod tests;
