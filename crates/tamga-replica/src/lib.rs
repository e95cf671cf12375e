//! One validator minus the world: no sockets, no clock, no threads, no files (spec §18, §19).
//!
//! - [`app`]: the verbs of a validator: open, admit, propose, validate, commit, decided
//! - [`block`]: the block on the wire; [`limits`]: every bound of this crate
//! - [`mempool`]: records waiting for a block; [`map`]: the authenticated map in memory, of `tamga-state`
//! - [`store`] and [`layout`]: what is durable, and under which keys
//! - [`reigns`]: which policy rules which height; [`builders`]: who runs the validators that build blocks
//! - [`reader`]: receipts, proofs, tiles and histories from a store
//! - [`index`]: what is looked up by something else than a subject, computed from the log
//! - [`engine`]: our types in the engine's terms; the one place that names engine types
#![warn(missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::redundant_clone,
        clippy::type_complexity,
        clippy::wildcard_enum_match_arm,
        clippy::cloned_ref_to_slice_refs,
        reason = "tests use small numbers and show only what matters"
    )
)]

pub mod app;
pub mod block;
pub mod builders;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod draws;
pub mod engine;
mod held;
pub mod index;
pub mod layout;
pub mod limits;
pub mod log;
pub mod mempool;
pub mod reader;
pub mod reigns;
pub mod store;
pub mod subjects;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod view;

pub use app::{
    AdmitError, Admitted, App, BlockError, Builder, CommitError, Committed, Fresh, Head, OpenError,
    Source,
};
pub use block::{Block, Item};
pub use index::{Index, IndexReader, IndexTable};
pub use layout::Table;
pub use reader::Reader;
pub use reigns::{Reign, Reigns};
pub use store::{CommitBatch, Durability, MemStore, Store, StoreError};
pub use tamga_state::map;
