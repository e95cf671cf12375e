//! [`Store`](tamga_replica::Store) on RocksDB: one column family per table, one synced write per
//! block (spec §19).
//!
//! - [`Rocks`]: open, commit, read; [`RocksStore`] holds a ledger, [`RocksIndex`] its index
//! - `options`: every option that differs from RocksDB's defaults, and why
//! - [`RocksTables`]: what RocksDB has to know of a set of tables
//! - `upgrade`: the version on disk and the steps between versions
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod options;
mod store;
mod tables;
mod upgrade;

pub use options::Memory;
pub use store::{Rocks, RocksIndex, RocksStore};
pub use tables::{RocksTables, Step};
