//! A source's list against the ledger: what both hold, what one of them lacks, what differs (spec §13.8).
//!
//! - `list`: the records that the rows of a list stand for, made as an import makes them;
//! - `compare`: them against the entries of the log.

pub mod compare;
pub mod list;

pub use compare::{Compared, Comparison};
pub use list::List;
