//! Opening, writing and reading a database.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

use rocksdb::{ColumnFamily, ColumnFamilyDescriptor, DB, ErrorKind, WriteBatch};
use tamga_replica::store::Rows;
use tamga_replica::{CommitBatch, IndexTable, Store, StoreError, Table};

use crate::tables::RocksTables;
use crate::{options, upgrade};

/// A store in a folder of its own; clones share one open database.
pub struct Rocks<T>(Arc<DB>, PhantomData<T>);

/// The store of a ledger.
pub type RocksStore = Rocks<Table>;

/// The store of a ledger's index.
pub type RocksIndex = Rocks<IndexTable>;

impl<T> Clone for Rocks<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0), PhantomData)
    }
}

impl<T: RocksTables> Rocks<T> {
    /// Opens the database in `folder`, and creates one if the folder is absent or empty. A folder
    /// that holds anything else than a whole database is refused, never overwritten.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process doesn't start; the message says what to do.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let fresh = is_empty(folder)?;
        let mut database = options::database(&T::MEMORY);
        database.create_if_missing(fresh);
        database.create_missing_column_families(fresh);
        let cache = options::cache(&T::MEMORY);
        let tables = T::ALL
            .iter()
            .map(|table| ColumnFamilyDescriptor::new(table.name(), options::table(*table, &cache)));
        let db = DB::open_cf_descriptors(&database, folder, tables).map_err(|error| {
            // RocksDB names the lock file in the message of an ordinary I/O error.
            if error.kind() == ErrorKind::IOError && error.as_ref().contains("/LOCK") {
                StoreError::Locked(folder.display().to_string())
            } else {
                open_error(folder, error)
            }
        })?;
        if fresh {
            upgrade::stamp::<T>(&db)?;
        }
        upgrade::upgrade::<T>(&db)?;
        Ok(Self(Arc::new(db), PhantomData))
    }

    fn table(&self, table: T) -> Result<&ColumnFamily, StoreError> {
        self.0.cf_handle(table.name()).ok_or_else(|| absent(table))
    }
}

impl<T: RocksTables> Store<T> for Rocks<T> {
    fn commit(&mut self, batch: CommitBatch<T>) -> Result<(), StoreError> {
        let mut handles = BTreeMap::new();
        for table in T::ALL {
            handles.insert(*table, self.table(*table)?);
        }
        let mut rows = WriteBatch::with_capacity_bytes(batch.bytes() + 16 * batch.len());
        for (table, key, value) in batch.iter() {
            let handle = *handles.get(&table).ok_or_else(|| absent(table))?;
            match value {
                Some(value) => rows.put_cf(handle, key, value),
                None => rows.delete_cf(handle, key),
            }
        }
        self.0.write_opt(rows, &options::write(batch.durability())).map_err(error)
    }

    fn get(&self, table: T, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get_cf_opt(self.table(table)?, key, &options::read()).map_err(error)
    }

    fn scan(&self, table: T, from: &[u8], prefix: &[u8], limit: usize) -> Result<Rows, StoreError> {
        let mut rows = Rows::new();
        let mut at = self.0.raw_iterator_cf_opt(self.table(table)?, options::read());
        at.seek(from.max(prefix));
        while rows.len() < limit {
            let Some((key, value)) = at.item() else { break };
            if !key.starts_with(prefix) {
                break;
            }
            rows.push((key.to_vec(), value.to_vec()));
            at.next();
        }
        at.status().map_err(error)?;
        Ok(rows)
    }
}

impl<T> fmt::Debug for Rocks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rocks({})", self.0.path().display())
    }
}

fn absent<T: RocksTables>(table: T) -> StoreError {
    StoreError::Corrupted(format!("the column family {} is absent", table.name()))
}

pub(crate) fn error(error: rocksdb::Error) -> StoreError {
    let text = error.as_ref().to_owned();
    if error.kind() == ErrorKind::Corruption {
        StoreError::Corrupted(text)
    } else {
        StoreError::Io(text)
    }
}

/// A database whose files can't be read as one is damaged, whatever RocksDB calls it: a missing
/// file is an I/O error to it, a missing column family an invalid argument.
fn open_error(folder: &Path, error: rocksdb::Error) -> StoreError {
    let text = format!("{}: {}", folder.display(), error.as_ref());
    let missing = error.as_ref().contains("No such file")
        || error.as_ref().contains("does not exist")
        || error.as_ref().contains("not found");
    let damaged = matches!(error.kind(), ErrorKind::Corruption | ErrorKind::InvalidArgument);
    if damaged || missing { StoreError::Corrupted(text) } else { StoreError::Io(text) }
}

fn is_empty(folder: &Path) -> Result<bool, StoreError> {
    let io = |error: std::io::Error| StoreError::Io(format!("{}: {error}", folder.display()));
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().transpose().map_err(io)?.is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(folder).map_err(io)?;
            Ok(true)
        }
        Err(error) => Err(io(error)),
    }
}
