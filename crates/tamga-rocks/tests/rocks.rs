//! The store on RocksDB: conformance, locking, versions, damage.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::err_expect,
    unreachable_pub,
    reason = "helpers of tests fail like tests"
)]

use std::fs;
use std::path::{Path, PathBuf};

use tamga_replica::{CommitBatch, IndexTable, Store, StoreError, Table, conformance};
use tamga_rocks::{RocksIndex, RocksStore, RocksTables};

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.to_string_lossy().ends_with(ending)).collect();
    paths.sort();
    paths
}

/// A closed database with flushed and unflushed rows.
fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut store = RocksStore::open(folder.path()).unwrap();
    for round in 0..20_u8 {
        let mut batch = CommitBatch::new();
        for index in 0..100_u8 {
            batch.put(Table::Entries, &[round, index], &[round ^ index; 400]);
        }
        store.commit(batch).unwrap();
    }
    folder
}

#[test]
fn rocks_store_conforms_and_keeps_everything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made").join("on demand");
    conformance::check(RocksStore::open(&path).unwrap());
    for _ in 0..2 {
        conformance::check_reopened(&RocksStore::open(&path).unwrap());
    }
}

#[test]
fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let first = RocksStore::open(folder.path()).unwrap();
    let error = RocksStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    drop(first);
    RocksStore::open(folder.path()).unwrap();
}

#[test]
fn other_versions_are_refused_with_both_numbers() {
    let folder = tempfile::tempdir().unwrap();
    drop(RocksStore::open(folder.path()).unwrap());
    let set = |version: Option<u32>| {
        let names = rocksdb::DB::list_cf(&rocksdb::Options::default(), folder.path()).unwrap();
        let db = rocksdb::DB::open_cf(&rocksdb::Options::default(), folder.path(), names).unwrap();
        match version {
            Some(version) => db.put("version", version.to_be_bytes()).unwrap(),
            None => db.delete("version").unwrap(),
        }
    };
    set(Some(<Table as RocksTables>::VERSION + 1));
    assert_eq!(
        RocksStore::open(folder.path()).unwrap_err(),
        StoreError::Version {
            found: <Table as RocksTables>::VERSION + 1,
            supported: <Table as RocksTables>::VERSION
        }
    );
    set(Some(0));
    assert!(matches!(RocksStore::open(folder.path()), Err(StoreError::Version { .. })));
    set(None);
    assert!(matches!(RocksStore::open(folder.path()), Err(StoreError::Corrupted(_))));
}

#[test]
fn a_folder_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("photo.jpg"), b"dear").unwrap();
    let error = RocksStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Corrupted(_)), "{error}");
    assert_eq!(fs::read(folder.path().join("photo.jpg")).unwrap(), b"dear");
}

/// Opens a damaged database and reads all of it.
fn read_all(folder: &Path) -> Result<usize, StoreError> {
    let store = RocksStore::open(folder)?;
    Ok(store.scan(Table::Entries, &[], &[], usize::MAX)?.len())
}

#[test]
fn damage_is_refused_with_a_remedy() {
    type Damage = fn(&Path);
    let cases: [(&str, Damage); 5] = [
        ("a flipped bit in the write log", |folder| {
            let path = files(folder, ".log").pop().unwrap();
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("flipped bits in a table file", |folder| {
            // Opening and closing once moves the rows from the log into table files.
            drop(RocksStore::open(folder).unwrap());
            for path in files(folder, ".sst") {
                let mut bytes = fs::read(&path).unwrap();
                for byte in bytes.iter_mut().take(64) {
                    *byte ^= 0x55;
                }
                fs::write(path, bytes).unwrap();
            }
        }),
        ("a missing table file", |folder| {
            drop(RocksStore::open(folder).unwrap());
            for path in files(folder, ".sst") {
                fs::remove_file(path).unwrap();
            }
        }),
        ("a missing CURRENT", |folder| fs::remove_file(folder.join("CURRENT")).unwrap()),
        ("a cut manifest", |folder| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let path =
                names.filter(|path| path.to_string_lossy().contains("MANIFEST")).max().unwrap();
            let bytes = fs::read(&path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
    ];
    assert_eq!(read_all(filled().path()), Ok(2_000));
    for (what, damage) in cases {
        let folder = filled();
        damage(folder.path());
        match read_all(folder.path()) {
            Err(StoreError::Corrupted(text)) => {
                let message = StoreError::Corrupted(text).to_string();
                assert!(message.contains("filled again from the other validators"), "{message}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_torn_last_write_is_dropped() {
    let folder = filled();
    let path = files(folder.path(), ".log").pop().unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1_000]).unwrap();
    assert_eq!(read_all(folder.path()), Ok(1_900));
}

#[test]
fn an_index_is_a_store_of_its_own_tables() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = RocksIndex::open(folder.path()).unwrap();
    let mut batch = CommitBatch::buffered();
    batch.put(IndexTable::Cells, b"cell", b"1");
    batch.put(IndexTable::Cases, b"case", b"2");
    index.commit(batch).unwrap();
    drop(index);
    let index = RocksIndex::open(folder.path()).unwrap();
    assert_eq!(index.get(IndexTable::Cells, b"cell").unwrap(), Some(b"1".to_vec()));
    assert_eq!(index.get(IndexTable::Cells, b"case").unwrap(), None);
    drop(index);
    // The ledger's tables are others: neither opens as the other.
    assert!(matches!(RocksStore::open(folder.path()), Err(StoreError::Corrupted(_))));
}
