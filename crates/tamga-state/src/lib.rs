//! The rules of Tamga: a function of the state and a record, and nothing else (spec §14–§17).
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | [`execute_record`]: the order in which a record is judged |
//! | [`view`], [`overlay`] | what the rules may read, and what they write |
//! | [`catalogue`] | every kind of record: fields, authors, subjects, as data |
//! | [`matrix`] | which stage permits which step, as data |
//! | [`status`] | typed statuses of subjects and their bytes |
//! | [`registry`] | organisations, officers, keys, parameters (G01–G06) |
//! | [`enforcement`] | the life of a case (E01–E18), its money and its corrections |
//! | [`codes`] | every stable code of the system, with texts |
//! | [`genesis`] | the statuses a ledger begins with |
//!
//! No clock, I/O, randomness, floats or unordered maps.
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "tests may overflow loudly"))]

pub mod codes;
pub mod machine;
pub mod overlay;
pub mod view;

pub use codes::{Code, Rejection};
pub use machine::{BlockContext, execute_record};
pub use overlay::{Changes, Overlay};
pub use view::{Private, StatusRow, View, ViewError};
