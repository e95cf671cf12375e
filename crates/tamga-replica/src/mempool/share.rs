//! What each key holds of a bounded place, so that no writer takes all of it (spec §18.4).

use std::collections::BTreeMap;

use tamga_format::id::KeyId;

/// Records and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) records: usize,
    pub(super) bytes: usize,
}

/// The shares of all keys that hold something.
#[derive(Debug, Default)]
pub(super) struct Shares(BTreeMap<KeyId, Share>);

impl Shares {
    /// What a key would hold with one more record of this size.
    pub(super) fn with(&self, key: &KeyId, bytes: usize) -> Share {
        let held = self.0.get(key).copied().unwrap_or_default();
        Share { records: held.records + 1, bytes: held.bytes + bytes }
    }

    pub(super) fn add(&mut self, key: &KeyId, bytes: usize) {
        self.0.insert(*key, self.with(key, bytes));
    }

    pub(super) fn remove(&mut self, key: &KeyId, bytes: usize) {
        if let Some(share) = self.0.get_mut(key) {
            share.records -= 1;
            share.bytes -= bytes;
            if share.records == 0 {
                self.0.remove(key);
            }
        }
    }
}
