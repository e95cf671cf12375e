//! The shell of a validator: engine, networks, HTTP, clock and files around the replica.
//!
//! | Module | Holds |
//! |---|---|
//! | [`run`] | wiring: the only file that knows all parts |
//! | [`app`] | the replica's thread and its doors |
//! | [`engine`] | consensus over its own network |
//! | [`swarm`], [`pool`] | records and signatures among the ledger's processes |
//! | [`attachments`], [`lines`] | batches of lines: held on disk, checked, proved from |
//! | [`cosigner`], [`publisher`], [`gather`], [`watermark`] | who signs checkpoints, and when |
//! | [`outside`], [`witness`] | outside witnesses asked by this ledger; a witness of other ledgers |
//! | [`index`] | what is looked up by something else than a subject, following the log |
//! | [`http`], [`metrics`] | the interface to everybody else |
//! | [`config`], [`keys`], [`clock`] | files and time |
//! | [`founding`], [`genesis_tool`], [`devnet`] | new ledgers |

pub mod acceptor;
pub mod app;
pub mod attachments;
pub mod clock;
pub mod config;
pub mod cosigner;
pub mod demo;
pub mod devnet;
pub mod engine;
pub mod founding;
pub mod gather;
pub mod genesis_tool;
pub mod http;
pub mod index;
pub mod keys;
pub mod keys_tool;
pub mod lines;
pub mod metrics;
pub mod outside;
pub mod pool;
pub mod publisher;
pub mod run;
pub mod swarm;
pub mod watermark;
pub mod witness;
