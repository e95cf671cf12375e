//! Records whose predecessor hasn't arrived: bounded per key and in total (spec §18.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::subject::Subject;

use super::Pending;
use super::share::Shares;
use crate::limits::{
    PARKED_BYTES_MAX, PARKED_BYTES_PER_KEY_MAX, PARKED_PER_KEY_MAX, PARKED_RECORDS_MAX,
};

/// What a parked record may be waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// The record that it names as its predecessor.
    Record(RecordId),
    /// Any record about its primary subject.
    Subject(Subject),
}

/// The parked records.
#[derive(Debug, Default)]
pub(crate) struct Parking {
    records: BTreeMap<RecordId, Arc<Pending>>,
    waiting: BTreeMap<Token, BTreeSet<RecordId>>,
    by_expiry: BTreeSet<(UnixMillis, RecordId)>,
    per_key: Shares,
    bytes: usize,
}

fn tokens(pending: &Pending) -> impl Iterator<Item = Token> {
    let record = pending.record().record();
    record.after.map(Token::Record).into_iter().chain([Token::Subject(record.subject)])
}

impl Parking {
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn contains(&self, id: &RecordId) -> bool {
        self.records.contains_key(id)
    }

    /// Parks a record; says whether there was room.
    pub(crate) fn park(&mut self, pending: Arc<Pending>) -> bool {
        let (id, record) = (pending.record().id(), pending.record().record());
        let share = self.per_key.with(&record.key_id, pending.bytes());
        if self.records.len() >= PARKED_RECORDS_MAX
            || self.bytes + pending.bytes() > PARKED_BYTES_MAX
            || share.records > PARKED_PER_KEY_MAX
            || share.bytes > PARKED_BYTES_PER_KEY_MAX
        {
            return false;
        }
        self.bytes += pending.bytes();
        self.per_key.add(&record.key_id, pending.bytes());
        self.by_expiry.insert((record.valid_until, id));
        for token in tokens(&pending) {
            self.waiting.entry(token).or_default().insert(id);
        }
        self.records.insert(id, pending);
        true
    }

    /// Takes out the records that wait for one of these things.
    pub(crate) fn woken(&mut self, tokens: impl Iterator<Item = Token>) -> Vec<Arc<Pending>> {
        let ids: BTreeSet<RecordId> =
            tokens.filter_map(|token| self.waiting.get(&token)).flatten().copied().collect();
        ids.iter().filter_map(|id| self.remove(id)).collect()
    }

    /// Takes out the records that can no longer enter a block of this time or later.
    pub(crate) fn expired(&mut self, time: UnixMillis) -> Vec<Arc<Pending>> {
        let mut gone = Vec::new();
        while let Some(&(until, id)) = self.by_expiry.first() {
            if until >= time {
                break;
            }
            gone.extend(self.remove(&id));
        }
        gone
    }

    /// Takes out a record, for instance because a block holds it.
    pub(crate) fn remove(&mut self, id: &RecordId) -> Option<Arc<Pending>> {
        let pending = self.records.remove(id)?;
        let record = pending.record().record();
        self.bytes -= pending.bytes();
        self.by_expiry.remove(&(record.valid_until, *id));
        for token in tokens(&pending) {
            if let Some(ids) = self.waiting.get_mut(&token) {
                ids.remove(id);
                if ids.is_empty() {
                    self.waiting.remove(&token);
                }
            }
        }
        self.per_key.remove(&record.key_id, pending.bytes());
        Some(pending)
    }
}
