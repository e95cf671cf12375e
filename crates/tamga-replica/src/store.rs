//! Durable storage as one validator needs it, and the reference in memory (spec §19).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::layout::Table;

/// Rows in key order: key and value.
pub type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// A set of tables: those of the ledger ([`Table`]), or those of something computed from it.
pub trait Tables: Copy + Ord + fmt::Debug + Send + Sync + 'static {
    /// Every table, in the order of their numbers.
    const ALL: &'static [Self];

    /// The stable name of the table on disk.
    fn name(self) -> &'static str;
}

impl Tables for Table {
    const ALL: &'static [Self] = &Self::ALL;

    fn name(self) -> &'static str {
        Self::name(self)
    }
}

/// Durable storage: tables of rows, changed by atomic batches only (spec §19).
///
/// A clone is another handle on the same store; clones may read while one of them commits and see
/// each batch whole or not at all.
pub trait Store<T: Tables = Table>: Clone + Send + Sync + 'static {
    /// Makes every change in `batch` durable, or none of them.
    ///
    /// # Errors
    ///
    /// [`StoreError`] leaves the outcome unknown: the caller stops and reopens the store.
    fn commit(&mut self, batch: CommitBatch<T>) -> Result<(), StoreError>;

    /// The value under `key` as of the last commit.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store can't be read: the caller stops.
    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` rows whose key starts with `prefix` and is at least `from`, in key order.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store can't be read: the caller stops.
    fn scan(&self, table: T, from: &[u8], prefix: &[u8], limit: usize) -> Result<Rows, StoreError>;
}

/// What a batch survives once [`Store::commit`] has returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power: the batch is on the disk.
    #[default]
    Synced,
    /// The death of the process. For rows that can be made again, such as notes.
    Buffered,
}

/// The changes of one atomic write, in order; the only way to change a store (spec §19).
#[derive(Clone, Debug)]
pub struct CommitBatch<T = Table> {
    ops: Vec<Op<T>>,
    bytes: Vec<u8>,
    durability: Durability,
}

/// One change: where its key and value lie in the bytes of the batch.
#[derive(Clone, Copy, Debug)]
struct Op<T> {
    table: T,
    key: usize,
    value: usize,
    end: usize,
    delete: bool,
}

/// One change of a batch as a store sees it; no value means that the row goes.
pub type Change<'a, T = Table> = (T, &'a [u8], Option<&'a [u8]>);

impl<T> Default for CommitBatch<T> {
    fn default() -> Self {
        Self { ops: Vec::new(), bytes: Vec::new(), durability: Durability::default() }
    }
}

impl<T: Copy> CommitBatch<T> {
    /// An empty batch that is to be synced.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty batch that is to be synced, with room for so many rows and bytes.
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        let (ops, bytes) = (Vec::with_capacity(rows), Vec::with_capacity(bytes));
        Self { ops, bytes, ..Self::default() }
    }

    /// An empty batch of rows that may be lost with the machine's power.
    pub fn buffered() -> Self {
        Self { durability: Durability::Buffered, ..Self::default() }
    }

    /// Sets the row under `key`.
    pub fn put(&mut self, table: T, key: &[u8], value: &[u8]) {
        self.push(table, key, Some(value));
    }

    /// Removes the row under `key`, if there is one.
    pub fn delete(&mut self, table: T, key: &[u8]) {
        self.push(table, key, None);
    }

    /// Takes over all changes of another batch, after those already here.
    pub fn append(&mut self, other: &Self) {
        for (table, key, value) in other.iter() {
            self.push(table, key, value);
        }
    }

    /// The changes in order.
    pub fn iter(&self) -> impl Iterator<Item = Change<'_, T>> {
        self.ops.iter().map(|op| {
            let key = &self.bytes[op.key..op.value];
            let value = (!op.delete).then(|| &self.bytes[op.value..op.end]);
            (op.table, key, value)
        })
    }

    /// Number of changes.
    pub fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Bytes of all keys and values.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// What the batch is to survive.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    fn push(&mut self, table: T, key: &[u8], value: Option<&[u8]>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let middle = self.bytes.len();
        self.bytes.extend_from_slice(value.unwrap_or_default());
        let end = self.bytes.len();
        self.ops.push(Op { table, key: start, value: middle, end, delete: value.is_none() });
    }
}

/// Why a store could not be opened, read or written. The process stops on any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk or the operating system refused.
    Io(String),
    /// Rows are missing or damaged.
    Corrupted(String),
    /// Another process holds the store.
    Locked(String),
    /// The store was written by another version of the program.
    Version {
        /// The version found on disk.
        found: u32,
        /// The version this program writes.
        supported: u32,
    },
    /// An earlier write failed and its outcome is unknown.
    Broken,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(what) => write!(
                f,
                "store i/o failed: {what}; check disk space and health, then start the node again"
            ),
            Self::Corrupted(what) => write!(
                f,
                "store is corrupted: {what}; move the data folder away and start the node with an \
                 empty one: it is filled again from the other validators"
            ),
            Self::Locked(what) => {
                write!(
                    f,
                    "store is in use: {what}; stop the other process or choose another folder"
                )
            }
            Self::Version { found, supported } => write!(
                f,
                "store has version {found}, this program supports {supported}; run the release \
                 that wrote it, or one that upgrades it"
            ),
            Self::Broken => f.write_str(
                "an earlier write failed and its outcome is unknown; start the node again",
            ),
        }
    }
}

impl std::error::Error for StoreError {}

/// The rows of one table.
type Sorted = BTreeMap<Vec<u8>, Vec<u8>>;

/// The reference store: ordered maps in memory. What any other store must agree with.
#[derive(Clone, Debug)]
pub struct MemStore<T = Table>(Arc<RwLock<BTreeMap<T, Sorted>>>);

impl<T> Default for MemStore<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Tables> MemStore<T> {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// A store of its own with the same rows: what a copy of the disk would hold.
    #[must_use]
    pub fn fork(&self) -> Self {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        Self(Arc::new(RwLock::new(tables)))
    }
}

impl<T: Tables> Store<T> for MemStore<T> {
    fn commit(&mut self, batch: CommitBatch<T>) -> Result<(), StoreError> {
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (table, key, value) in batch.iter() {
            let rows = tables.entry(table).or_default();
            match value {
                Some(value) => drop(rows.insert(key.to_vec(), value.to_vec())),
                None => drop(rows.remove(key)),
            }
        }
        Ok(())
    }

    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(tables.get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(&self, table: T, from: &[u8], prefix: &[u8], limit: usize) -> Result<Rows, StoreError> {
        let tables = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(rows) = tables.get(&table) else { return Ok(Vec::new()) };
        let start = from.max(prefix).to_vec();
        Ok(rows
            .range(start..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}

#[cfg(test)]
mod tests;
