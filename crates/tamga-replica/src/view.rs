//! What the rules read, answered from the store (spec §14.1).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use tamga_format::id::{LeafIndex, MapKey, RecordId};
use tamga_format::subject::Subject;
use tamga_state::{Private, StatusRow, View, ViewError};

use crate::layout::{self, HistoryRow, IdRow, PrivateRow, Table};
use crate::limits::CASE_ENTRIES_MAX;
use crate::map::Map;
use crate::store::{Store, StoreError};
use crate::subjects::SubjectState;

/// The state as of the last committed block.
///
/// The rules learn of a failed read by a [`ViewError`] without detail; [`fault_or_corrupted`](Self::fault_or_corrupted) has
/// the store's own error.
pub(crate) struct StoreView<'a, S: Store> {
    store: &'a S,
    cache: Option<(&'a Map, &'a RefCell<SubjectCache>)>,
    fault: RefCell<Option<StoreError>>,
}

impl<'a, S: Store> StoreView<'a, S> {
    /// A view that reads every row from the store.
    pub(crate) fn plain(store: &'a S) -> Self {
        Self { store, cache: None, fault: RefCell::default() }
    }

    /// A view that keeps decoded subjects in `cache` and asks the map before it looks for a row.
    pub(crate) fn cached(store: &'a S, map: &'a Map, cache: &'a RefCell<SubjectCache>) -> Self {
        Self { store, cache: Some((map, cache)), fault: RefCell::default() }
    }

    /// The subject under a key of the map.
    pub(crate) fn subject(&self, key: &MapKey) -> Result<Option<Arc<SubjectState>>, StoreError> {
        if let Some((map, cache)) = self.cache {
            if let Some(state) = cache.borrow_mut().get(key) {
                return Ok(Some(state));
            }
            if map.get(key).is_none() {
                return Ok(None);
            }
        }
        let Some(row) = self.store.get(Table::Subjects, key.as_bytes())? else { return Ok(None) };
        let state = Arc::new(SubjectState::decode(&row)?);
        if let Some((_, cache)) = self.cache {
            cache.borrow_mut().insert(*key, Arc::clone(&state));
        }
        Ok(Some(state))
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

    fn stored_private(&self, key: &MapKey) -> Result<Option<Private>, StoreError> {
        let row = self.store.get(Table::Private, key.as_bytes())?;
        row.map(|row| {
            let PrivateRow::V1 { salt, bytes } = layout::decode(Table::Private, &row)?;
            Ok(Private { salt, bytes })
        })
        .transpose()
    }

    fn stored_entries(&self, key: &MapKey) -> Result<Vec<Vec<u8>>, StoreError> {
        let lines = self.store.scan(Table::History, &[], key.as_bytes(), CASE_ENTRIES_MAX)?;
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

impl<S: Store> View for StoreView<'_, S> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        let state = self.read(self.subject(&subject.map_key()))?;
        Ok(state.and_then(|state| state.status.clone()))
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        self.read(self.stored_private(&subject.map_key()))
    }

    fn entries(&self, subject: &Subject) -> Result<Vec<Vec<u8>>, ViewError> {
        self.read(self.stored_entries(&subject.map_key()))
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(self.read(self.place(id))?.is_some())
    }
}

/// Decoded subjects, as of the head: at most twice `limit`, the least recently used leave first.
///
/// Two generations stand in for an exact order of use: when the young one is full it becomes the
/// old one, and what is asked for again moves back.
#[derive(Debug)]
pub(crate) struct SubjectCache {
    young: BTreeMap<MapKey, Arc<SubjectState>>,
    old: BTreeMap<MapKey, Arc<SubjectState>>,
    limit: usize,
}

impl SubjectCache {
    pub(crate) fn new(limit: usize) -> Self {
        Self { young: BTreeMap::new(), old: BTreeMap::new(), limit }
    }

    fn get(&mut self, key: &MapKey) -> Option<Arc<SubjectState>> {
        if let Some(state) = self.young.get(key) {
            return Some(Arc::clone(state));
        }
        let state = self.old.remove(key)?;
        self.insert(*key, Arc::clone(&state));
        Some(state)
    }

    pub(crate) fn insert(&mut self, key: MapKey, state: Arc<SubjectState>) {
        if self.young.len() >= self.limit {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, state);
    }
}
