//! Files that prove something offline: nothing about them can change unseen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

mod ledger;
mod receipts;
mod reconciliations;
