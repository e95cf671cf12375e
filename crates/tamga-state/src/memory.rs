//! A state in memory: what a dry run, a test or a benchmark executes over.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::{Height, RecordId};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};

use crate::overlay::Changes;
use crate::view::{Built, Private, StatusRow, View, ViewError};

/// A [`View`] whose reads never fail.
#[derive(Clone, Debug, Default)]
pub struct MemoryView {
    /// Statuses by subject.
    pub statuses: BTreeMap<Subject, StatusRow>,
    /// Private state by subject.
    pub privates: BTreeMap<Subject, Private>,
    /// Entries of each case.
    pub entries: BTreeMap<Subject, Vec<Vec<u8>>>,
    /// Ids of all records.
    pub seen: BTreeSet<RecordId>,
    /// Entries of all records.
    pub records: BTreeMap<RecordId, Vec<u8>>,
    /// Who built each block; without blocks nothing is drawn.
    pub blocks: BTreeMap<Height, Built>,
}

impl View for MemoryView {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        Ok(self.statuses.get(subject).cloned())
    }
    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        Ok(self.privates.get(subject).cloned())
    }
    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        Ok(self.entries.get(subject).into_iter().flatten().take(max).cloned().collect())
    }
    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.seen.contains(id))
    }
    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        Ok(self.records.get(id).cloned())
    }
    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        Ok(self.blocks.get(&height).cloned())
    }
}

impl MemoryView {
    /// Takes over what one record changed.
    pub fn commit(&mut self, record: &SignedRecord, changes: Changes) {
        self.statuses.extend(changes.statuses);
        for (subject, private) in changes.privates {
            match private {
                Some(private) => self.privates.insert(subject, private),
                None => self.privates.remove(&subject),
            };
        }
        for subject in record.record().all_subjects().filter(|subject| subject.role == Role::Case) {
            self.entries.entry(subject).or_default().push(record.entry().to_vec());
        }
        self.records.insert(record.id(), record.entry().to_vec());
        self.seen.insert(record.id());
    }
}
