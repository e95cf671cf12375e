//! Who waits for which record, and why records were left out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tamga_format::id::{LeafIndex, RecordId, TreeSize, UnixMillis};
use tamga_state::Rejection;
use tokio::sync::oneshot;

/// Verdicts on left-out records that are remembered.
const REJECTIONS_MAX: usize = 20_000;

/// The end of a wait.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// In a checkpoint that is final.
    Final(LeafIndex),
    /// Left out for good.
    Rejected(Rejection),
    /// Neither yet.
    Pending,
}

type Waiters = Vec<(u64, oneshot::Sender<Verdict>)>;

/// Who waits for which record; shared by the replica's thread and every waiter.
#[derive(Debug, Default)]
pub(super) struct Tracker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tickets: u64,
    /// Waiters for a record that is in no block yet.
    unordered: HashMap<RecordId, Waiters>,
    /// Waiters for a record whose checkpoint is not final yet, by its place.
    ordered: BTreeMap<LeafIndex, Waiters>,
    /// Where in `ordered` a ticket waits.
    places: HashMap<u64, LeafIndex>,
    final_size: u64,
    /// When the records that wait for a block came in.
    pooled: HashMap<RecordId, UnixMillis>,
    rejections: HashMap<RecordId, Rejection>,
    oldest: VecDeque<RecordId>,
}

impl Tracker {
    fn state(&self) -> MutexGuard<'_, State> {
        // A waiter that panicked left no half-made change behind: every change below is one statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a waiter; resolved at most once.
    pub(super) fn wait(&self, id: RecordId) -> (u64, oneshot::Receiver<Verdict>) {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        state.tickets += 1;
        let ticket = state.tickets;
        if let Some(rejection) = state.rejections.get(&id).cloned() {
            sender.send(Verdict::Rejected(rejection)).ok();
        } else {
            state.unordered.entry(id).or_default().push((ticket, sender));
        }
        (ticket, receiver)
    }

    /// Forgets a waiter that stopped waiting.
    pub(super) fn leave(&self, id: RecordId, ticket: u64) {
        let mut state = self.state();
        if let Some(waiters) = state.unordered.get_mut(&id) {
            waiters.retain(|(other, _)| *other != ticket);
            if waiters.is_empty() {
                state.unordered.remove(&id);
            }
        }
        let Some(index) = state.places.remove(&ticket) else { return };
        if let Some(waiters) = state.ordered.get_mut(&index) {
            waiters.retain(|(other, _)| *other != ticket);
            if waiters.is_empty() {
                state.ordered.remove(&index);
            }
        }
    }

    /// A record is in the log: its waiters now wait for its checkpoint. `Some` if that is final already.
    pub(super) fn ordered(&self, id: RecordId, index: LeafIndex) -> Option<Verdict> {
        let mut state = self.state();
        state.pooled.remove(&id);
        // Another node may have ordered what this one had left out.
        state.rejections.remove(&id);
        let waiters = state.unordered.remove(&id).unwrap_or_default();
        if index.get() < state.final_size {
            for (_, waiter) in waiters {
                waiter.send(Verdict::Final(index)).ok();
            }
            return Some(Verdict::Final(index));
        }
        if !waiters.is_empty() {
            state.places.extend(waiters.iter().map(|(ticket, _)| (*ticket, index)));
            state.ordered.entry(index).or_default().extend(waiters);
        }
        None
    }

    /// Checkpoints up to `size` leaves are final.
    pub(super) fn finalised(&self, size: TreeSize) {
        let mut state = self.state();
        state.final_size = state.final_size.max(size.get());
        let later = state.ordered.split_off(&LeafIndex(size.get()));
        for (index, waiters) in std::mem::replace(&mut state.ordered, later) {
            for (ticket, waiter) in waiters {
                state.places.remove(&ticket);
                waiter.send(Verdict::Final(index)).ok();
            }
        }
    }

    /// A record was left out for good.
    pub(super) fn rejected(&self, id: RecordId, rejection: Rejection) {
        let mut state = self.state();
        state.pooled.remove(&id);
        for (_, waiter) in state.unordered.remove(&id).unwrap_or_default() {
            waiter.send(Verdict::Rejected(rejection.clone())).ok();
        }
        if state.rejections.insert(id, rejection).is_none() {
            state.oldest.push_back(id);
        }
        if state.oldest.len() > REJECTIONS_MAX
            && let Some(oldest) = state.oldest.pop_front()
        {
            state.rejections.remove(&oldest);
        }
    }

    /// A record entered the pool, perhaps one that was left out before.
    pub(super) fn taken(&self, id: &RecordId, now: UnixMillis) {
        let mut state = self.state();
        state.rejections.remove(id);
        state.pooled.entry(*id).or_insert(now);
    }

    /// When a record that waits for a block came in.
    pub(super) fn pooled(&self, id: &RecordId) -> Option<UnixMillis> {
        self.state().pooled.get(id).copied()
    }

    /// Why a record was left out.
    pub(super) fn rejection(&self, id: &RecordId) -> Option<Rejection> {
        self.state().rejections.get(id).cloned()
    }
}

#[cfg(test)]
mod tests;
