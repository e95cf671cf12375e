//! How fast waiting records are decided, and so when to ask again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// The past that says what is to come.
const WINDOW: Duration = Duration::from_secs(10);
/// A shorter past says nothing.
const MEASURED_MIN: Duration = Duration::from_secs(1);
/// Blocks remembered at most; more than are made in the window.
const BLOCKS_MAX: usize = 1_024;
/// Longest time, in seconds, after which somebody is asked to come again.
const RETRY_AFTER_MAX_S: u128 = 60;

/// The rate at which blocks drain the pool, measured while records wait.
#[derive(Debug)]
pub struct DrainRate {
    /// Records that wait for a block.
    waiting: watch::Receiver<u64>,
    measured: Mutex<Measured>,
}

#[derive(Debug, Default)]
struct Measured {
    /// Since when records have been waiting without a break, as far as anybody asked.
    busy_since: Option<Instant>,
    /// Blocks of the window: when, and how many records.
    blocks: VecDeque<(Instant, u64)>,
}

impl DrainRate {
    /// A rate of which nothing is known yet, of a pool that holds so many records.
    #[must_use]
    pub fn new(waiting: watch::Receiver<u64>) -> Self {
        Self { waiting, measured: Mutex::default() }
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a block of so many records.
    pub fn decided(&self, records: u64, now: Instant) {
        let waiting = *self.waiting.borrow();
        let mut measured = self.measured();
        measured.busy_since = match measured.busy_since {
            _ if waiting == 0 => None,
            None => Some(now),
            since => since,
        };
        measured.blocks.push_back((now, records));
        while measured.blocks.len() > BLOCKS_MAX
            || measured.blocks.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW)
        {
            measured.blocks.pop_front();
        }
    }

    /// Seconds after which what waits now is decided, 1 to 60.
    pub(super) fn retry_after_s(&self, now: Instant) -> u32 {
        let waiting = *self.waiting.borrow();
        let mut measured = self.measured();
        let since = *measured.busy_since.get_or_insert(now);
        let within = now.duration_since(since).min(WINDOW);
        let blocks = measured.blocks.iter().filter(|(at, _)| now.duration_since(*at) <= within);
        let decided = blocks.map(|(_, records)| records).sum();
        retry_after_s(waiting, decided, within, now.duration_since(since))
    }
}

/// Seconds, 1 to 60, in which what waits is decided: as fast as others were decided `within` the time measured, or, if
/// none were or that was too short to tell, after as long again as records have been waiting.
fn retry_after_s(waiting: u64, decided: u64, within: Duration, busy: Duration) -> u32 {
    let nanoseconds = match decided {
        1.. if within >= MEASURED_MIN => {
            u128::from(waiting) * within.as_nanos() / u128::from(decided)
        }
        _ => busy.as_nanos(),
    };
    let seconds = nanoseconds.div_ceil(1_000_000_000).clamp(1, RETRY_AFTER_MAX_S);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
