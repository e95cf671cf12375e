//! The ledger's own network over loopback: records, signatures, final notes, and who is let in.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::err_expect,
    unreachable_pub,
    reason = "helpers of tests fail like tests"
)]

mod cosigner;
mod gather;
mod ledger;
mod network;
mod records;
