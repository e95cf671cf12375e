//! The rules of Tamga: a function of the state and a record, and nothing else (spec §14–§17).
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | [`execute_record`]: the order in which a record is judged |
//! | [`view`], [`overlay`], [`memory`] | what the rules may read, what they write, a state in memory |
//! | [`catalogue`] | every kind of record: fields, authors, subjects, as data |
//! | [`matrix`] | which stage permits which step, as data |
//! | [`status`] | typed statuses of subjects and their bytes |
//! | [`registry`] | organisations, officers, keys, parameters (G01–G04, G06) |
//! | [`law`] | parameters, calendars, terms, fees: the law's figures as data, and its arithmetic |
//! | [`enforcement`] | the life of a case (E01–E18), its money and its corrections |
//! | [`dossier`] | what the records of a case say, for deadlines, duplicates and indicators |
//! | [`indicators`] | figures about proceedings, with the records behind them |
//! | [`delay`] | deadlines and delays of a case, computed from its events |
//! | [`duplicate`], [`expiry`] | cases that look like each other; presentation periods and register entries that ran out |
//! | [`codes`] | every stable code of the system, with texts |
//! | [`told`] | what a record decided in private, for whoever has not its body |
//! | [`genesis`] | the statuses a ledger begins with |
//! | [`pack`] | values as few bytes, for programs that keep what they computed |
//! | [`map`], [`replay`] | the authenticated map in memory; the whole ledger executed again from its log |
//!
//! No clock, I/O, randomness, floats or unordered maps.
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::arithmetic_side_effects)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "kinds, roles and codes are long lists, and whatever a rule does not list it refuses"
)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, reason = "tests may overflow loudly"))]

pub mod catalogue;
pub mod civil;
pub mod codes;
pub mod delay;
pub mod dossier;
pub mod duplicate;
pub mod enforcement;
pub mod expiry;
pub mod genesis;
pub mod indicators;
pub mod law;
pub mod machine;
pub mod map;
pub mod matrix;
pub mod memory;
pub mod overlay;
pub mod pack;
mod private;
pub mod registry;
pub mod replay;
pub mod royalty;
mod rules;
pub mod status;
#[cfg(any(test, feature = "testing"))]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "only tests use it, and they fail loudly"
)]
pub mod testing;
pub mod told;
pub mod view;
mod writer;

pub use codes::{Code, Rejection};
pub use genesis::Genesis;
pub use machine::{BlockContext, Partly, execute_record, execute_told};
pub use memory::MemoryView;
pub use overlay::{Changes, Overlay};
pub use registry::key_of;
pub use replay::Replay;
pub use rules::{RULES_VERSION, description as rules_description, rules_hash};
pub use told::{Told, Trace};
pub use view::{Built, Private, StatusRow, View, ViewError};
