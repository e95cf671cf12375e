//! The trace of a run: a hash over everything that happened, and the last lines for people.

use std::collections::VecDeque;
use std::fmt::Arguments;

use tamga_format::id::sha256;

/// Lines kept for the report of a failure.
const TAIL_LINES: usize = 120;

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    hash: [u8; 32],
    tail: VecDeque<String>,
}

impl Trace {
    /// Adds an event: when, where, what, and the bytes that it was about.
    pub fn add(&mut self, time_ms: u64, place: usize, what: Arguments<'_>, bytes: &[u8]) {
        let line = format!("{time_ms:>8} ms  node {place}  {what}");
        self.hash = sha256(&[&self.hash, line.as_bytes(), b"\0", bytes]);
        if self.tail.len() == TAIL_LINES {
            self.tail.pop_front();
        }
        self.tail.push_back(line);
    }

    /// Hash over all events.
    #[must_use]
    pub const fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The last events, oldest first.
    pub fn tail(&self) -> impl Iterator<Item = &str> {
        self.tail.iter().map(String::as_str)
    }
}
