//! The ledger's own network over loopback: records, signatures, final notes, and who is let in.

mod cosigner;
mod gather;
mod ledger;
mod network;
mod records;
