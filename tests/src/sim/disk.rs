//! A disk that loses what was not synced and fails on purpose.
//!
//! It holds what a validator keeps: the store, the engine's write-ahead log, attachments, and small
//! files such as watermarks. A crash of the process loses nothing that was written; a loss of power takes a suffix
//! of the unsynced writes of each. After a failed write the outcome is unknown to the writer, who
//! must open the disk again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tamga_format::id::AttachmentId;
use tamga_node::demo::rng::Rng;
use tamga_replica::store::Rows;
use tamga_replica::{CommitBatch, Durability, Store, StoreError, Table};

/// What happens to the write that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// It is lost.
    Before,
    /// It is durable, but the writer is told that it failed.
    After,
}

type Tables = BTreeMap<Table, BTreeMap<Vec<u8>, Vec<u8>>>;
/// A row as it was before a write.
type Undo = (Table, Vec<u8>, Option<Vec<u8>>);

#[derive(Default)]
struct Inner {
    tables: Tables,
    /// For each unsynced batch, oldest first, the rows as they were before it.
    unsynced: Vec<Vec<Undo>>,
    wal: Wal,
    files: BTreeMap<&'static str, Vec<u8>>,
    attachments: BTreeMap<AttachmentId, Vec<Vec<u8>>>,
    fault: Option<WriteFault>,
    /// Counts openings: a handle of before a crash is dead.
    boot: u64,
}

/// The write-ahead log of one height.
#[derive(Default)]
struct Wal {
    height: u64,
    entries: Vec<Vec<u8>>,
    synced: usize,
}

/// A handle on a disk, good until the next crash.
#[derive(Clone, Default)]
pub struct SimDisk {
    inner: Arc<Mutex<Inner>>,
    boot: u64,
}

impl fmt::Debug for SimDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SimDisk(boot {})", self.boot)
    }
}

impl SimDisk {
    /// A handle for a process that starts.
    #[must_use]
    pub fn reopen(&self) -> Self {
        let boot = self.lock().boot;
        Self { inner: Arc::clone(&self.inner), boot }
    }

    /// Ends every process on this disk. A loss of power takes unsynced writes as well.
    pub fn crash(&self, power: bool, rng: &mut Rng) {
        let mut inner = self.lock();
        inner.boot += 1;
        inner.fault = None;
        if power {
            let kept = rng.index(inner.unsynced.len() + 1);
            for batch in inner.unsynced.split_off(kept).into_iter().rev() {
                for (table, key, before) in batch.into_iter().rev() {
                    let rows = inner.tables.entry(table).or_default();
                    match before {
                        Some(value) => drop(rows.insert(key, value)),
                        None => drop(rows.remove(&key)),
                    }
                }
            }
            let loose = inner.wal.entries.len() - inner.wal.synced;
            let kept = inner.wal.synced + rng.index(loose + 1);
            inner.wal.entries.truncate(kept);
        }
        inner.unsynced.clear();
        inner.wal.synced = inner.wal.entries.len();
    }

    /// Empties the store, as an operator does before a node fills it again from its peers.
    pub fn wipe_store(&self) {
        let mut inner = self.lock();
        inner.tables.clear();
        inner.unsynced.clear();
    }

    /// Makes the next write fail.
    pub fn fail_next_write(&self, fault: WriteFault) {
        self.lock().fault = Some(fault);
    }

    /// Ends injected failures.
    pub fn heal(&self) {
        self.lock().fault = None;
    }

    /// The log of a height, emptied if it was of another one.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn wal_start(&self, height: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.write(|inner| {
            if inner.wal.height != height {
                inner.wal = Wal { height, ..Wal::default() };
            }
            inner.wal.entries.clone()
        })
    }

    /// Appends to the log, unsynced.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn wal_append(&self, height: u64, entry: Vec<u8>) -> Result<(), StoreError> {
        self.write(|inner| {
            if inner.wal.height == height {
                inner.wal.entries.push(entry);
            }
        })
    }

    /// Makes the log durable.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn wal_sync(&self) -> Result<(), StoreError> {
        self.write(|inner| inner.wal.synced = inner.wal.entries.len())
    }

    /// Replaces a small file, durably and whole.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn write_file(&self, name: &'static str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.write(|inner| drop(inner.files.insert(name, bytes)))
    }

    /// A small file.
    #[must_use]
    pub fn read_file(&self, name: &'static str) -> Option<Vec<u8>> {
        self.lock().files.get(name).cloned()
    }

    /// Keeps an attachment, durably and whole.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn write_attachment(
        &self,
        id: AttachmentId,
        chunks: Vec<Vec<u8>>,
    ) -> Result<(), StoreError> {
        self.write(|inner| drop(inner.attachments.insert(id, chunks)))
    }

    /// The chunks of an attachment.
    #[must_use]
    pub fn read_attachment(&self, id: &AttachmentId) -> Option<Vec<Vec<u8>>> {
        self.lock().attachments.get(id).cloned()
    }

    fn write<T>(&self, apply: impl FnOnce(&mut Inner) -> T) -> Result<T, StoreError> {
        let mut inner = self.lock();
        if inner.boot != self.boot {
            return Err(StoreError::Broken);
        }
        let fault = inner.fault.take();
        if fault == Some(WriteFault::Before) {
            return Err(StoreError::Io("write failed on purpose".to_owned()));
        }
        let done = apply(&mut inner);
        if fault == Some(WriteFault::After) {
            return Err(StoreError::Io("write reported as failed on purpose".to_owned()));
        }
        Ok(done)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for SimDisk {
    fn commit(&mut self, batch: CommitBatch) -> Result<(), StoreError> {
        self.write(|inner| {
            let mut undo = Vec::new();
            for (table, key, value) in batch.iter() {
                let rows = inner.tables.entry(table).or_default();
                let before = match value {
                    Some(value) => rows.insert(key.to_vec(), value.to_vec()),
                    None => rows.remove(key),
                };
                undo.push((table, key.to_vec(), before));
            }
            match batch.durability() {
                Durability::Synced => inner.unsynced.clear(),
                Durability::Buffered => inner.unsynced.push(undo),
            }
        })
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().tables.get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        prefix: &[u8],
        limit: usize,
    ) -> Result<Rows, StoreError> {
        let inner = self.lock();
        let Some(rows) = inner.tables.get(&table) else { return Ok(Vec::new()) };
        Ok(rows
            .range(from.max(prefix).to_vec()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}
