//! A store that fails on purpose, for tests of recovery here and in the simulator.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{CommitBatch, Rows, Store, StoreError, Tables};

/// What happens to the write that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It is lost.
    Before,
    /// It is durable, but the caller is told that it failed.
    After,
}

/// A store whose writes fail when told to.
#[derive(Clone, Debug)]
pub struct FailingStore<S> {
    inner: S,
    next: Arc<Mutex<Option<Failure>>>,
}

impl<S> FailingStore<S> {
    /// A store that works, for now.
    pub fn new(inner: S) -> Self {
        Self { inner, next: Arc::default() }
    }

    /// Makes the next write fail.
    pub fn fail_next(&self, failure: Failure) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }
}

impl<T: Tables, S: Store<T>> Store<T> for FailingStore<S> {
    fn commit(&mut self, batch: CommitBatch<T>) -> Result<(), StoreError> {
        let failure = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        if failure != Some(Failure::Before) {
            self.inner.commit(batch)?;
        }
        failure.map_or(Ok(()), |_| Err(StoreError::Io("told to fail".to_owned())))
    }

    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(table, key)
    }

    fn scan(
        &self,
        table: T,
        from: &[u8],
        prefix: &[u8],
        limit: usize,
    ) -> Result<Rows, StoreError> {
        self.inner.scan(table, from, prefix, limit)
    }
}
