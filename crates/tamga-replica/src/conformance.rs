//! What every [`Store`] must do; run against the reference and against RocksDB.

use crate::layout::Table;
use crate::store::{CommitBatch, Store};

fn row(key: &[u8], value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (key.to_vec(), value.to_vec())
}

/// Runs the suite on an empty store and leaves it filled.
///
/// # Panics
///
/// Where the store does not do what [`Store`] says.
pub fn check<S: Store>(mut store: S) {
    empty_store_has_nothing(&store);
    batch_applies_in_order(&mut store);
    tables_are_apart(&mut store);
    scan_keeps_prefix_start_and_limit(&mut store);
    clones_read_what_others_commit(&mut store);
    large_batches_are_whole(&mut store);
}

/// What [`check`] left must be there after the store was closed and opened again.
///
/// # Panics
///
/// Where it is not.
pub fn check_reopened<S: Store>(store: &S) {
    assert_eq!(get(store, Table::Meta, b"order"), Some(b"last".to_vec()));
    assert_eq!(get(store, Table::Notes, b"buffered"), Some(b"kept".to_vec()));
    assert_eq!(scan(store, Table::Entries, &[], &[], usize::MAX).len(), 10_000);
}

fn get<S: Store>(store: &S, table: Table, key: &[u8]) -> Option<Vec<u8>> {
    store.get(table, key).expect("the store can be read")
}

fn scan<S: Store>(
    store: &S,
    table: Table,
    from: &[u8],
    prefix: &[u8],
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    store.scan(table, from, prefix, limit).expect("the store can be read")
}

fn commit<S: Store>(store: &mut S, batch: CommitBatch) {
    store.commit(batch).expect("the store can be written");
}

fn empty_store_has_nothing<S: Store>(store: &S) {
    for table in Table::ALL {
        assert_eq!(get(store, table, b""), None);
        assert_eq!(scan(store, table, &[], &[], 1), []);
    }
}

fn batch_applies_in_order<S: Store>(store: &mut S) {
    let mut batch = CommitBatch::new();
    batch.put(Table::Meta, b"order", b"first");
    batch.put(Table::Meta, b"gone", b"soon");
    batch.delete(Table::Meta, b"gone");
    batch.delete(Table::Meta, b"never there");
    batch.put(Table::Meta, b"order", b"last");
    batch.put(Table::Meta, b"empty", b"");
    commit(store, batch);
    assert_eq!(get(store, Table::Meta, b"order"), Some(b"last".to_vec()));
    assert_eq!(get(store, Table::Meta, b"gone"), None);
    assert_eq!(get(store, Table::Meta, b"empty"), Some(Vec::new()));
    commit(store, CommitBatch::new());
}

fn tables_are_apart<S: Store>(store: &mut S) {
    let mut batch = CommitBatch::buffered();
    batch.put(Table::Notes, b"buffered", b"kept");
    commit(store, batch);
    assert_eq!(get(store, Table::Notes, b"buffered"), Some(b"kept".to_vec()));
    assert_eq!(get(store, Table::Blocks, b"buffered"), None);
}

fn scan_keeps_prefix_start_and_limit<S: Store>(store: &mut S) {
    let mut batch = CommitBatch::new();
    for key in [&b"a"[..], b"b", b"ba", b"bb", b"bb\xff", b"bb\xff\xff", b"bc", b"c"] {
        batch.put(Table::History, key, key);
    }
    batch.delete(Table::History, b"bc");
    commit(store, batch);
    let all = |from: &[u8], prefix: &[u8], limit| scan(store, Table::History, from, prefix, limit);
    assert_eq!(
        all(b"", b"bb", 9),
        [row(b"bb", b"bb"), row(b"bb\xff", b"bb\xff"), row(b"bb\xff\xff", b"bb\xff\xff"),]
    );
    assert_eq!(all(b"bb\xff", b"bb", 1), [row(b"bb\xff", b"bb\xff")]);
    assert_eq!(all(b"", b"b", 2), [row(b"b", b"b"), row(b"ba", b"ba")]);
    assert_eq!(all(b"a\x00", b"", 1), [row(b"b", b"b")]);
    assert_eq!(all(b"bb\xff\xff\x00", b"", 9), [row(b"c", b"c")]);
    assert_eq!(all(b"", b"d", 9), []);
    assert_eq!(all(b"", b"", 0), []);
    assert_eq!(all(b"c", b"b", 9), []);
}

fn clones_read_what_others_commit<S: Store>(store: &mut S) {
    let reader = store.clone();
    let mut batch = CommitBatch::new();
    batch.put(Table::Blocks, b"height", b"row");
    commit(store, batch);
    assert_eq!(get(&reader, Table::Blocks, b"height"), Some(b"row".to_vec()));
}

fn large_batches_are_whole<S: Store>(store: &mut S) {
    let mut batch = CommitBatch::new();
    for index in 0..10_000_u64 {
        batch.put(Table::Entries, &index.to_be_bytes(), &[7; 300]);
    }
    commit(store, batch);
    let rows = scan(store, Table::Entries, &9_000_u64.to_be_bytes(), &[], usize::MAX);
    assert_eq!(rows.len(), 1_000);
    assert!(rows.is_sorted());
}
