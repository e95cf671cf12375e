//! What this node sees through the engine's events: that peers work on a higher height, which
//! blocks a quorum prevoted, and that the engine halted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_malachitebft_app_channel::app::engine::util::events::{Event, RxEvent};
use arc_malachitebft_core_types::PolkaCertificate;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::Signature;
use tamga_replica::engine::Ledger;
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;

/// Higher heights that are remembered; the lowest stay.
const HEIGHTS_MAX: usize = 64;
/// Quorums of prevotes of one height that are remembered; the latest rounds stay.
const POLKAS_MAX: usize = 64;

/// What was seen; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Sight {
    seen: Arc<Mutex<Seen>>,
    changed: Arc<Notify>,
}

#[derive(Default)]
struct Seen {
    /// The height this node works on.
    current: Height,
    /// Higher heights that peers sent something for. Not verified: each wakes this node once.
    higher: BTreeSet<Height>,
    /// Quorums of prevotes of the current height, by round and value, as the engine found them.
    polkas: BTreeMap<(u32, ValueId), Vec<(ValidatorId, Signature)>>,
}

impl Sight {
    /// Starts a height: what belongs to lower ones is forgotten.
    pub(super) fn start(&self, height: Height) {
        let mut seen = self.lock();
        if seen.current != height {
            seen.current = height;
            seen.polkas.clear();
            seen.higher.retain(|higher| *higher >= height);
        }
    }

    /// A peer sent something for this height.
    pub(super) fn notice(&self, height: Height) {
        let mut seen = self.lock();
        if height <= seen.current {
            return;
        }
        seen.higher.insert(height);
        if seen.higher.len() > HEIGHTS_MAX {
            seen.higher.pop_last();
        }
        drop(seen);
        self.changed.notify_one();
    }

    /// Whether a peer is known to work above `decided`. A height further away counts once only, or
    /// one absurd message would keep this node awake for ever.
    pub(super) fn above(&self, decided: Height) -> bool {
        let mut seen = self.lock();
        let far = seen.higher.split_off(&decided.next().next());
        let next = seen.higher.remove(&decided.next());
        next || !far.is_empty()
    }

    /// Resolves when something new was noticed since the last call.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The prevotes by which a quorum accepted `value` in `round`, in the order of ids; empty
    /// when none is known.
    pub(super) fn polka(&self, round: u32, value: ValueId) -> Vec<(ValidatorId, Signature)> {
        self.lock().polkas.get(&(round, value)).cloned().unwrap_or_default()
    }

    fn keep(&self, polka: &PolkaCertificate<Ledger>) {
        let Some(round) = polka.round.as_u32() else { return };
        let mut seen = self.lock();
        if seen.current != polka.height.into() {
            return;
        }
        let by_id: BTreeMap<_, _> =
            polka.polka_signatures.iter().map(|by| (by.address.0, by.signature)).collect();
        seen.polkas.insert((round, polka.value_id), by_id.into_iter().collect());
        if seen.polkas.len() > POLKAS_MAX {
            seen.polkas.pop_first();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // Every change above is complete in itself, so a poisoned lock guards sound data.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the engine's events until it stops; returns why it halted, if it says so.
pub(super) async fn watch(sight: Sight, mut events: RxEvent<Ledger>) -> Option<String> {
    loop {
        match events.recv().await {
            Ok(Event::Received(message)) => sight.notice(message.height().into()),
            Ok(Event::PolkaCertificate(polka)) => sight.keep(&polka),
            Ok(Event::WalReplayError(error)) => {
                return Some(format!("the write-ahead log cannot be replayed: {error}"));
            }
            Ok(Event::WalResetError(error)) => {
                return Some(format!("the write-ahead log cannot be opened: {error}"));
            }
            Ok(Event::WalCorrupted(error)) => {
                return Some(format!("the write-ahead log is corrupted: {error}"));
            }
            Ok(_) => {}
            // Some events were lost; whatever they said, a needless wake-up is harmless.
            Err(RecvError::Lagged(_)) => {
                let next = sight.lock().current.next();
                sight.notice(next);
            }
            Err(RecvError::Closed) => return None,
        }
    }
}

#[cfg(test)]
mod tests;
