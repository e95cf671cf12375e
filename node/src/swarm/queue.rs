//! Records that wait for one peer: bounded, in order, sent in batches.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use super::limits::{PUSH_BYTES, PUSH_EVERY, PUSH_RECORDS_MAX, QUEUE_BYTES_MAX};

/// One submission, shared by the queues of all peers.
pub(super) type Submission = Arc<Vec<u8>>;

/// The records that wait for one peer. When full, the oldest give way: the newest are the likeliest
/// not to be in a block yet, and a block carries its records anyway.
#[derive(Debug, Default)]
pub(super) struct RecordQueue {
    records: VecDeque<Submission>,
    bytes: usize,
    /// When the batch at the head began to wait.
    since: Option<Instant>,
    /// When the last batch was taken.
    taken: Option<Instant>,
}

impl RecordQueue {
    /// Adds a record and returns how many old ones were dropped for it.
    pub(super) fn push(&mut self, record: Submission, now: Instant) -> u64 {
        self.bytes += record.len();
        self.records.push_back(record);
        self.since.get_or_insert(now);
        let mut dropped = 0;
        while self.bytes > QUEUE_BYTES_MAX
            && let Some(oldest) = self.records.pop_front()
        {
            self.bytes -= oldest.len();
            dropped += 1;
        }
        dropped
    }

    /// When the next batch is due; `None` when nothing waits.
    pub(super) fn due(&self) -> Option<Instant> {
        let since = self.since?;
        let full = self.bytes >= PUSH_BYTES || self.records.len() >= PUSH_RECORDS_MAX;
        let next = self.taken.map(|taken| taken + PUSH_EVERY);
        Some(if full { since } else { since.max(next.unwrap_or(since)) })
    }

    /// Takes the next batch, in order of arrival.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < PUSH_BYTES
            && batch.len() < PUSH_RECORDS_MAX
            && let Some(record) = self.records.pop_front()
        {
            bytes += record.len();
            batch.push(Arc::unwrap_or_clone(record));
        }
        self.bytes -= bytes;
        self.since = (!self.records.is_empty()).then_some(now);
        self.taken = Some(now);
        batch
    }

    /// Forgets everything: the peer will pull the pool when it comes back.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests;
