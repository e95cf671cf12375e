//! Buffered writes over a view: what a block, or a pool of records, would change (spec §14.1).

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::{Height, LeafHash, RecordId};
use tamga_format::record::SignedRecord;
use tamga_format::subject::Subject;

use crate::told::{Told, Trace};
use crate::view::{Built, Private, StatusRow, View, ViewError};

/// Everything a run of records changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// New status of every subject named.
    pub statuses: BTreeMap<Subject, StatusRow>,
    /// New private state; `None` where it is erased.
    pub privates: BTreeMap<Subject, Option<Private>>,
    /// Records whose bodies are to be erased.
    pub erased: Vec<RecordId>,
    /// Per record, in order: its id, its leaf hash, and its subjects with the primary one first.
    pub touched: Vec<(RecordId, LeafHash, Vec<Subject>)>,
    ids: BTreeSet<RecordId>,
    // Entry bytes per record, parallel to `touched`; empty for records that name no case.
    entries: Vec<Vec<u8>>,
}

/// What one lawful record writes; applied as a whole or not at all.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) statuses: Vec<(Subject, StatusRow)>,
    pub(crate) privates: Vec<(Subject, Option<Private>)>,
    pub(crate) erased: Option<RecordId>,
    /// What was decided in private.
    pub(crate) told: Vec<(Subject, Told)>,
}

/// A view with buffered writes on top.
///
/// An overlay is itself a [`View`], so overlays nest: the pool's over the head, a block's over
/// its parent.
#[derive(Debug)]
pub struct Overlay<'v, V: View> {
    base: &'v V,
    changes: Changes,
}

impl<'v, V: View> Overlay<'v, V> {
    /// An overlay without writes.
    pub fn new(base: &'v V) -> Self {
        Self::resume(base, Changes::default())
    }

    /// An overlay that continues from changes made earlier over the same base.
    pub fn resume(base: &'v V, changes: Changes) -> Self {
        Self { base, changes }
    }

    /// What was written so far.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Gives up the overlay for its changes.
    pub fn into_changes(self) -> Changes {
        self.changes
    }

    /// Writes what a record changes; gives what it decided in private.
    pub(crate) fn apply(&mut self, record: &SignedRecord, effects: Effects) -> Trace {
        self.changes.statuses.extend(effects.statuses);
        self.changes.privates.extend(effects.privates);
        self.changes.erased.extend(effects.erased);
        let subjects: Vec<Subject> = record.record().all_subjects().collect();
        let in_case = subjects.iter().any(|s| s.role == tamga_format::subject::Role::Case);
        self.changes.entries.push(if in_case { record.entry().to_vec() } else { Vec::new() });
        self.changes.ids.insert(record.id());
        self.changes.touched.push((record.id(), record.leaf_hash(), subjects));
        effects.told.into_iter().collect()
    }
}

impl<V: View> View for Overlay<'_, V> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        match self.changes.statuses.get(subject) {
            Some(row) => Ok(Some(row.clone())),
            None => self.base.status(subject),
        }
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        match self.changes.privates.get(subject) {
            Some(private) => Ok(private.clone()),
            None => self.base.private(subject),
        }
    }

    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        let mut entries = self.base.entries(subject, max)?;
        let pairs = self.changes.touched.iter().zip(&self.changes.entries);
        entries.extend(
            pairs
                .filter(|((_, _, subjects), entry)| !entry.is_empty() && subjects.contains(subject))
                .map(|(_, entry)| entry.clone())
                .take(max.saturating_sub(entries.len())),
        );
        Ok(entries)
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.changes.ids.contains(id) || self.base.seen(id)?)
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.base.entry(id)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        self.base.block(height)
    }
}
