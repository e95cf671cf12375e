//! The version on disk and the steps between versions (spec §19.6).

use rocksdb::DB;
use tamga_replica::StoreError;
use tamga_replica::store::Durability;

use crate::options;
use crate::store::error;

/// The version this program writes.
pub const VERSION: u32 = 1;

/// Key of the version, in the column family that no table uses.
const VERSION_KEY: &[u8] = b"version";

/// A step from one version to the next. It may run again after a crash in its middle.
type Step = fn(&DB) -> Result<(), StoreError>;

/// `STEPS[i]` leads from version i + 1 to i + 2.
const STEPS: [Step; VERSION as usize - 1] = [];

/// Marks a new database with the current version.
pub(crate) fn stamp(db: &DB) -> Result<(), StoreError> {
    set_version(db, VERSION)
}

/// Brings a database to the current version.
///
/// # Errors
///
/// [`StoreError::Version`] if it was written by a later program, [`StoreError::Corrupted`] if it
/// has no version.
pub(crate) fn upgrade(db: &DB) -> Result<(), StoreError> {
    let found = db.get(VERSION_KEY).map_err(error)?;
    let found = found.and_then(|row| row.try_into().ok().map(u32::from_be_bytes));
    let found = found.ok_or_else(|| StoreError::Corrupted("it has no version".to_owned()))?;
    let newer = StoreError::Version { found, supported: VERSION };
    let done = usize::try_from(found).ok().and_then(|found| found.checked_sub(1));
    let steps = done.and_then(|done| STEPS.get(done..)).ok_or(newer)?;
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
