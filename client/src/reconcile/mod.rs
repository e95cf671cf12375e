//! A source's list against the ledger: what both hold, what one of them lacks, what differs (spec §13.8).
//!
//! - `list`: the records that the rows of a list stand for, made as an import makes them;
//! - `log`: the ledger's log, read entry by entry and checked against a final checkpoint;
//! - `compare`: one against the other.

pub mod compare;
pub mod list;
pub mod log;

pub use compare::{Compared, Comparison};
pub use list::List;
pub use log::Log;
