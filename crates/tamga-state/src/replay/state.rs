//! What a replay holds of the ledger's state: statuses, private state, and where each record stands. It keeps no
//! entries: the few that a rule asks for are read back.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use tamga_format::id::{Height, LeafIndex, RecordId};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};

use super::blocks::Blocks;
use crate::enforcement::HISTORY_MAX;
use crate::overlay::Changes;
use crate::view::{Built, Private, StatusRow, View, ViewError};

/// Entries a case of which a rule may ask for: one more than may be corrected, so that it sees that there are more.
const CASE_ENTRIES_MAX: usize = HISTORY_MAX + 1;

/// Where a replay reads entries of earlier blocks again.
///
/// Nothing is believed: an entry is taken only if it is the record that stands at its place.
pub trait Entries {
    /// The entry at a place in the log.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if it is not to be had.
    fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, ViewError>;
}

/// All leaves of a log that fits into memory.
impl Entries for Vec<Vec<u8>> {
    fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, ViewError> {
        let at = usize::try_from(index.get()).ok();
        at.and_then(|at| self.get(at)).cloned().ok_or(ViewError::Store("the log ends before"))
    }
}

/// The state as of the last block.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(super) statuses: BTreeMap<Subject, StatusRow>,
    pub(super) privates: BTreeMap<Subject, Private>,
    /// Where each record stands.
    pub(super) records: BTreeMap<RecordId, LeafIndex>,
    /// Where the entries of each case stand, as many as rules may ask for.
    pub(super) cases: BTreeMap<Subject, Vec<LeafIndex>>,
    pub(super) blocks: Blocks,
}

impl State {
    /// The status of a subject.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Option<&StatusRow> {
        self.statuses.get(subject)
    }

    /// Takes over what one record changed.
    pub(super) fn commit(&mut self, record: &SignedRecord, index: LeafIndex, changes: Changes) {
        self.statuses.extend(changes.statuses);
        for (subject, private) in changes.privates {
            match private {
                Some(private) => self.privates.insert(subject, private),
                None => self.privates.remove(&subject),
            };
        }
        // A record that an unlawful block repeats stands where it stood first.
        if *self.records.entry(record.id()).or_insert(index) != index {
            return;
        }
        for case in record.record().all_subjects().filter(|it| it.role == Role::Case) {
            let entries = self.cases.entry(case).or_default();
            if entries.len() < CASE_ENTRIES_MAX {
                entries.push(index);
            }
        }
    }
}

/// The state, with a place to read entries from.
pub(super) struct Reading<'r> {
    state: &'r State,
    entries: &'r dyn Entries,
    /// The first entry that could not be read back: the rules take it for a rejection, and it is none.
    failed: RefCell<Option<ViewError>>,
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("state", self.state).finish_non_exhaustive()
    }
}

impl<'r> Reading<'r> {
    pub(super) fn new(state: &'r State, entries: &'r dyn Entries) -> Self {
        Self { state, entries, failed: RefCell::default() }
    }

    /// Why an entry could not be read back, if one could not.
    pub(super) fn failed(&self) -> Option<ViewError> {
        self.failed.borrow().clone()
    }

    /// The entry at a place, if it is the record that stands there.
    fn read(&self, index: LeafIndex) -> Result<Vec<u8>, ViewError> {
        let stands = |record: &SignedRecord| self.state.records.get(&record.id()) == Some(&index);
        let read = self.entries.entry(index).and_then(|entry| {
            let same = SignedRecord::decode(&entry).is_ok_and(|record| stands(&record));
            same.then_some(entry).ok_or(ViewError::Store("an entry that was read back is another"))
        });
        read.inspect_err(|error| {
            self.failed.borrow_mut().get_or_insert_with(|| error.clone());
        })
    }
}

impl View for Reading<'_> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        Ok(self.state.statuses.get(subject).cloned())
    }
    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        Ok(self.state.privates.get(subject).cloned())
    }
    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        let places = self.state.cases.get(subject).into_iter().flatten();
        places.take(max).map(|index| self.read(*index)).collect()
    }
    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.state.records.contains_key(id))
    }
    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.state.records.get(id).map(|index| self.read(*index)).transpose()
    }
    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        Ok(self.state.blocks.get(height))
    }
}
