//! The state as of the end of an earlier block, for as long as records may name it as their base (spec §24.6).

use std::collections::{BTreeMap, VecDeque};

use tamga_format::id::{Height, RecordId, UnixMillis};
use tamga_format::subject::Subject;

use super::state::{Reading, State};
use crate::overlay::Changes;
use crate::royalty::BASE_AGE_MS;
use crate::view::{Built, Private, StatusRow, View, ViewError};

/// What the statuses were before each of the last blocks, as far as the blocks changed them.
#[derive(Clone, Debug, Default)]
pub(super) struct Undo(pub(super) VecDeque<Block>);

#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) height: Height,
    pub(super) time: UnixMillis,
    pub(super) before: BTreeMap<Subject, Option<StatusRow>>,
}

impl Undo {
    /// Takes up what a block is about to change, and forgets what no later record can ask for: its base is at most an
    /// hour older than its block.
    pub(super) fn push(
        &mut self,
        (height, time): (Height, UnixMillis),
        state: &State,
        changes: &Changes,
    ) {
        let before = changes.statuses.keys().map(|it| (*it, state.statuses.get(it).cloned()));
        self.0.push_back(Block { height, time, before: before.collect() });
        let old = |block: &Block| block.time.get().saturating_add(BASE_AGE_MS) < time.get();
        while self.0.front().is_some_and(old) {
            self.0.pop_front();
        }
    }
}

/// The statuses as of the end of a block.
#[derive(Debug)]
pub struct Past<'r> {
    pub(super) now: Reading<'r>,
    pub(super) undo: &'r Undo,
    pub(super) base: Height,
}

impl Past<'_> {
    /// Why an entry could not be read back, if one could not: then whatever was judged says nothing.
    #[must_use]
    pub fn failed(&self) -> Option<ViewError> {
        self.now.failed()
    }
}

impl View for Past<'_> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        let later = self.undo.0.iter().filter(|block| block.height > self.base);
        match later.filter_map(|block| block.before.get(subject)).next() {
            Some(before) => Ok(before.clone()),
            None => self.now.status(subject),
        }
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        // Lines are judged by statuses alone.
        Err(ViewError::ChangedSince(*subject))
    }

    fn entries(&self, subject: &Subject, _: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        Err(ViewError::ChangedSince(*subject))
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        self.now.seen(id)
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.now.entry(id)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        if height > self.base { Ok(None) } else { self.now.block(height) }
    }
}
