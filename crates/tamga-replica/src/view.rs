//! What the rules read, answered from the store (spec §14.1).

use std::cell::RefCell;
use std::sync::Arc;

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::id::{Height, LeafIndex, MapKey, RecordId};
use tamga_format::subject::Subject;
use tamga_state::{Built, Private, StatusRow, View, ViewError};

use crate::layout::{self, BlockRow, HistoryRow, IdRow, PrivateRow, Table};
use crate::limits::{PRIVATE_CACHE_MAX, SUBJECT_CACHE_MAX};
use crate::map::Map;
use crate::reigns::Reigns;
use crate::store::{Store, StoreError};
use crate::subjects::SubjectState;

/// The state as of the last committed block.
///
/// The rules learn of a failed read by a [`ViewError`] without detail; [`fault_or_corrupted`](Self::fault_or_corrupted) has
/// the store's own error.
pub(crate) struct StoreView<'a, S: Store> {
    store: &'a S,
    reigns: &'a Reigns,
    cache: Option<(&'a Map, &'a RefCell<Cache>)>,
    fault: RefCell<Option<StoreError>>,
}

impl<'a, S: Store> StoreView<'a, S> {
    /// A view that reads every row from the store.
    pub(crate) fn plain(store: &'a S, reigns: &'a Reigns) -> Self {
        Self { store, reigns, cache: None, fault: RefCell::default() }
    }

    /// A view that keeps decoded subjects in `cache` and asks the map before it looks for a row.
    pub(crate) fn cached(
        store: &'a S,
        reigns: &'a Reigns,
        map: &'a Map,
        cache: &'a RefCell<Cache>,
    ) -> Self {
        Self { store, reigns, cache: Some((map, cache)), fault: RefCell::default() }
    }

    /// A subject and its key in the map.
    pub(crate) fn subject(&self, subject: &Subject) -> Result<Known, StoreError> {
        let Some((map, cache)) = self.cache else {
            let key = subject.map_key();
            return Ok((key, self.stored_subject(&key)?));
        };
        if let Some(known) = cache.borrow().subjects.get(subject) {
            return Ok(known.clone());
        }
        let key = subject.map_key();
        let state = match map.get(&key) {
            Some(_) => self.stored_subject(&key)?,
            None => None,
        };
        cache.borrow_mut().subjects.insert(*subject, (key, state.clone()));
        Ok((key, state))
    }

    fn stored_subject(&self, key: &MapKey) -> Result<Option<Arc<SubjectState>>, StoreError> {
        let row = self.store.get(Table::Subjects, key.as_bytes())?;
        row.map(|row| SubjectState::decode(&row).map(Arc::new)).transpose()
    }

    /// Where a record stands in the log.
    pub(crate) fn place(&self, id: &RecordId) -> Result<Option<IdRow>, StoreError> {
        let row = self.store.get(Table::Ids, id.as_bytes())?;
        row.map(|row| layout::decode(Table::Ids, &row)).transpose()
    }

    /// The store's error behind a rejection that is a fault. Without one, a row was read that
    /// doesn't have its form.
    pub(crate) fn fault_or_corrupted(&self) -> StoreError {
        let found = self.fault.borrow_mut().take();
        found.unwrap_or_else(|| StoreError::Corrupted("the state of a subject".to_owned()))
    }

    fn read<T>(&self, result: Result<T, StoreError>) -> Result<T, ViewError> {
        result.map_err(|error| {
            *self.fault.borrow_mut() = Some(error);
            ViewError::Store("see the node's own message")
        })
    }

    fn known_private(&self, subject: &Subject) -> Result<Option<Private>, StoreError> {
        let stored = || self.stored_private(&subject.map_key());
        let Some((_, cache)) = self.cache else { return stored() };
        if let Some(known) = cache.borrow().privates.get(subject) {
            return Ok(known.clone());
        }
        let private = stored()?;
        cache.borrow_mut().privates.insert(*subject, private.clone());
        Ok(private)
    }

    fn stored_private(&self, key: &MapKey) -> Result<Option<Private>, StoreError> {
        let row = self.store.get(Table::Private, key.as_bytes())?;
        row.map(|row| {
            let PrivateRow::V1 { salt, bytes } = layout::decode(Table::Private, &row)?;
            Ok(Private { salt, bytes })
        })
        .transpose()
    }

    fn stored_entries(&self, key: &MapKey, max: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let lines = self.store.scan(Table::History, &[], key.as_bytes(), max)?;
        lines
            .iter()
            .map(|(_, line)| {
                let HistoryRow::V1 { index, .. } = layout::decode(Table::History, line)?;
                let row = self.store.get(Table::Entries, &layout::index_key(LeafIndex(index)))?;
                row.ok_or_else(|| StoreError::Corrupted(format!("entry {index} is absent")))
            })
            .collect()
    }
}

impl<S: Store> StoreView<'_, S> {
    fn stored_entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(IdRow::V1 { index, .. }) = self.place(id)? else { return Ok(None) };
        self.store.get(Table::Entries, &layout::index_key(LeafIndex(index)))
    }

    fn stored_block(&self, height: Height) -> Result<Option<Built>, StoreError> {
        let damaged = || StoreError::Corrupted(format!("the leaf of block {height} is damaged"));
        let Some(row) = self.store.get(Table::Blocks, &layout::height_key(height))? else {
            return Ok(None);
        };
        let BlockRow::V1 { leaf, .. } = layout::decode(Table::Blocks, &row)?;
        let leaf = BlockLeaf::decode(&leaf).map_err(|_| damaged())?;
        let time = leaf.time;
        let organisation = self.reigns.at(height).builders.of(&leaf).ok_or_else(damaged)?;
        let proof = leaf.ext.ok_or_else(damaged)?.proof;
        let output = proof.output().map_err(|_| damaged())?;
        Ok(Some(Built { organisation, output, time }))
    }
}

impl<S: Store> View for StoreView<'_, S> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        let (_, state) = self.read(self.subject(subject))?;
        Ok(state.and_then(|state| state.status.clone()))
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        self.read(self.known_private(subject))
    }

    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        self.read(self.stored_entries(&subject.map_key(), max))
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.read(self.place(id))?.is_some())
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.read(self.stored_entry(id))
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        self.read(self.stored_block(height))
    }
}

/// A subject's key and what it comes to; no state means that nothing names it.
pub(crate) type Known = (MapKey, Option<Arc<SubjectState>>);

/// What is known of subjects as of the head, decoded.
#[derive(Debug)]
pub(crate) struct Cache {
    /// Their trees and statuses.
    pub(crate) subjects: Slots<Known>,
    /// Their private state; none if they have none.
    pub(crate) privates: Slots<Option<Private>>,
}

impl Cache {
    pub(crate) fn new() -> Self {
        let (subjects, privates) = (SUBJECT_CACHE_MAX, PRIVATE_CACHE_MAX);
        Self { subjects: Slots::new(subjects), privates: Slots::new(privates) }
    }
}

/// Something of subjects, in one slot each, which is chosen by the subject's id and taken from whoever had it before.
/// Ids are hashes or random, so that slots fill evenly; a writer who picks ids to collide slows only those ids down.
#[derive(Debug)]
pub(crate) struct Slots<V> {
    slots: Vec<Option<(Subject, V)>>,
}

impl<V> Slots<V> {
    fn new(slots: usize) -> Self {
        Self { slots: std::iter::repeat_with(|| None).take(slots).collect() }
    }

    fn slot(&self, subject: &Subject) -> usize {
        let (bytes, _) = subject.id.as_bytes().split_first_chunk().unwrap_or((&[0; 8], &[]));
        let id = u64::from_le_bytes(*bytes) ^ u64::from(subject.role.code());
        usize::try_from(id % self.slots.len() as u64).unwrap_or_default()
    }

    fn get(&self, subject: &Subject) -> Option<&V> {
        let slot = self.slots.get(self.slot(subject))?;
        slot.as_ref().filter(|(held, _)| held == subject).map(|(_, value)| value)
    }

    pub(crate) fn insert(&mut self, subject: Subject, value: V) {
        let slot = self.slot(&subject);
        self.slots[slot] = Some((subject, value));
    }
}
