//! The text forms of Tamga: what crosses HTTP as JSON, and the genesis file.
//!
//! | Module | Holds | Spec |
//! |---|---|---|
//! | [`shapes`] | requests and responses | §20 |
//! | [`queries`] | what is looked up in the index, or computed from records | §20.13 |
//! | [`problem`] | error answers, built from the one registry of codes | §20.3 |
//! | [`assignment`] | the draw of an officer | §20.7 |
//! | [`draft`] | a record and its body with named fields, and the way to bytes and back | §20.6 |
//! | [`time`] | instants and days as text | §20.2 |
//! | [`genesis_file`] | the genesis file | §21 |
//!
//! Holds shapes and their conversion to and from the types of `tamga-format` and `tamga-state`.
//! Holds no rules, no I/O, no clock and no randomness: times, nonces and salts are handed in.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod assignment;
pub mod draft;
pub mod genesis_file;
pub mod problem;
pub mod queries;
pub mod shapes;
pub mod time;
