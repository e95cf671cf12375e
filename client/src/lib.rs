//! The command line `tamga` and the library behind it: writing, importing, reading and verifying records.
//!
//! Uses the public HTTP interface and the formats, never a node's internals; what a proof means is
//! decided by `tamga_format::receipt` alone.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![expect(
    missing_debug_implementations,
    reason = "handles of streams, sockets and keys are never printed"
)]

pub mod audit;
pub mod carrier;
pub mod client;
pub mod cmd;
pub mod code;
pub mod config;
pub mod desk;
pub mod error;
pub mod export;
pub mod file;
pub mod history;
pub mod import;
pub mod keyfile;
pub mod keyring;
pub mod lang;
pub mod light;
pub mod log;
pub mod output;
pub mod pack;
pub mod pdf;
pub mod policy_draft;
pub mod reconcile;
pub mod royalty;
pub mod signer;
pub mod statement;
pub mod template;
pub mod text;
pub mod trust;
pub mod verify;

#[cfg(test)]
mod testing;
