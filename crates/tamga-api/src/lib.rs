//! The text forms of Tamga: what crosses HTTP as JSON, and the genesis file.
//!
//! Holds shapes and their conversion to and from the types of `tamga-format` and `tamga-state`.
//! Holds no rules, no I/O, no clock and no randomness: times, nonces and salts are handed in.
//! Implements spec §20 (HTTP) and §21 (genesis file).
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod draft;
