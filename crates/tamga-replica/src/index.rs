//! What is looked up by something else than a subject: an index computed from the log (spec §22.4).
//!
//! | Module | Holds |
//! |---|---|
//! | [`layout`] | tables, keys and rows |
//! | [`outline`] | one case in short, and the rows that follow from it |
//! | [`law`] | the terms of cases under the law of the ledger |
//! | [`follow`] | bringing the index to the log's head: each block once, each step atomic |
//! | [`read`] | lists and counts, page by page |
//!
//! Every row is a function of the records of one case and of the law as it is known at the head; counts are sums of such rows.
//! So an index that was brought along block by block is the one that is made from scratch, and whoever deletes it loses
//! nothing. No proof reads it, no vote waits for it, and what it answers is checked with subject trees and receipts.

use tamga_state::dossier::Event;
use tamga_state::indicators::Due;

pub mod follow;
pub mod law;
pub mod layout;
pub mod outline;
pub mod read;

pub use follow::{Index, Step};
pub use law::LawTerms;
pub use layout::{DeskKey, IndexTable, Level, Link, Position, Scope};
pub use outline::Outline;
pub use read::{IndexReader, Listed};

/// Terms of cases under the law as it is known at the head.
pub trait Terms {
    /// What tells this law from any other: the index computes every case anew when it changes.
    fn version(&self) -> [u8; 32];

    /// The terms of a case, given its events in log order.
    fn of(&self, events: &[Event]) -> Vec<Due>;
}

#[cfg(test)]
mod tests;
