//! The version on disk and the steps between versions (spec §19.6).

use rocksdb::DB;
use tamga_replica::StoreError;
use tamga_replica::store::Durability;

use crate::options;
use crate::store::error;
use crate::tables::RocksTables;

/// Key of the version, in the column family that no table uses.
const VERSION_KEY: &[u8] = b"version";

/// Marks a new database with the current version.
pub(crate) fn stamp<T: RocksTables>(db: &DB) -> Result<(), StoreError> {
    set_version(db, T::VERSION)
}

/// Brings a database to the current version.
///
/// # Errors
///
/// [`StoreError::Version`] if it was written by a later program or by one that is too old,
/// [`StoreError::Corrupted`] if it has no version.
pub(crate) fn upgrade<T: RocksTables>(db: &DB) -> Result<(), StoreError> {
    let found = db.get(VERSION_KEY).map_err(error)?;
    let found = found.and_then(|row| row.try_into().ok().map(u32::from_be_bytes));
    let found = found.ok_or_else(|| StoreError::Corrupted("it has no version".to_owned()))?;
    let refused = StoreError::Version { found, supported: T::VERSION };
    let missing = T::VERSION.checked_sub(found).and_then(|steps| usize::try_from(steps).ok());
    let first = missing.and_then(|missing| T::STEPS.len().checked_sub(missing));
    let steps = first.and_then(|first| T::STEPS.get(first..)).ok_or(refused)?;
    for (version, step) in (found + 1..).zip(steps) {
        step(db)?;
        set_version(db, version)?;
    }
    Ok(())
}

fn set_version(db: &DB, version: u32) -> Result<(), StoreError> {
    let options = options::write(Durability::Synced);
    db.put_opt(VERSION_KEY, version.to_be_bytes(), &options).map_err(error)
}
