//! The whole cluster in one thread: virtual time, one seed, faults from the first millisecond.
//!
//! Everything of ours runs as in production: replica, rules, formats, codecs, the engine's voting
//! logic. Simulated are the disk, the network, time, and the engine's shell. One seed is one run,
//! always the same; [`run`] reports the first check that fails.
//!
//! | Module | Holds |
//! |---|---|
//! | [`plan`] | what goes wrong, drawn from the seed |
//! | [`cluster`] | the event queue; crashes, restarts, partitions; policies that follow each other |
//! | [`node`], [`blocks`], [`engine`] | one validator around the replica and the engine's core |
//! | [`notes`] | cosigners and publishers |
//! | [`disk`], [`net`], [`packet`] | what fails: storage and network |
//! | [`workload`], [`quarter`] | lawful and hostile clients: cases, and a quarter of royalties |
//! | [`checkers`], [`second`] | what must hold; the log through the second implementation of the rules |
//! | [`royalties`] | what must hold of royalties, computed again from their lines |
//! | [`ledger`], [`trace`] | genesis and keys; the trace |

mod blocks;
mod checkers;
mod cluster;
pub mod disk;
mod engine;
pub mod ledger;
pub mod net;
mod node;
mod notes;
pub mod packet;
pub mod plan;
mod quarter;
mod royalties;
mod second;
pub mod trace;
mod workload;

use std::fmt;

use tamga_format::id::Height;
use tamga_replica::{Committed, StoreError};

use cluster::Cluster;
use engine::Timer;
use packet::Packet;

/// Heights after which the faults of a run end.
pub const HEIGHTS: u64 = 60;

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which, in a word.
    pub check: &'static str,
    /// What was found.
    pub detail: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.detail)
    }
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct Report {
    /// Hash over everything that happened.
    pub trace: [u8; 32],
    /// One line for people.
    pub summary: String,
    /// The last events, oldest first, when a check failed.
    pub tail: Vec<String>,
    /// The check that failed.
    pub failure: Option<Failure>,
}

/// Runs the cluster of a seed: faults until `heights` blocks are decided, then quiet until
/// everything lawful is final.
#[must_use]
pub fn run(seed: u64, heights: u64) -> Report {
    let mut cluster = Cluster::new(seed, heights);
    let failure = cluster.run().err();
    cluster.report(failure)
}

/// Runs a cluster of a seed without faults in which one case is presented and drawn and nothing
/// else happens; how many milliseconds that took until all of it was final.
#[must_use]
pub fn one_draw(seed: u64) -> (Option<u64>, Report) {
    let mut cluster = Cluster::of_one_draw(seed);
    let failure = cluster.run().err();
    let done_ms = cluster.done_ms();
    (done_ms, cluster.report(failure))
}

/// Runs a cluster of a seed in which four validators become six, then five, and then take other keys;
/// the first record's receipt must be proven by the chain of policies.
#[must_use]
pub fn succession(seed: u64) -> Report {
    let mut cluster = Cluster::of_succession(seed);
    let failure = cluster.succeed().err();
    cluster.report(failure)
}

/// A timer's purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Engine(Timer),
    Wake,
    Tick,
}

/// What a process wants done.
#[derive(Debug)]
enum Out {
    Send(usize, Packet),
    Broadcast(Packet),
    /// After so many milliseconds.
    Timer(u64, Token),
    Committed(Committed),
    /// The note of a height is stored: its records have receipts.
    Final(Height),
}

/// Why a process stops.
#[derive(Debug)]
enum Stop {
    /// Its disk failed: it starts again.
    Disk(StoreError),
    /// Something happened that must not: the run fails.
    Fault(&'static str, String),
}
