use super::{CommitBatch, Durability, MemStore};
use crate::conformance;
use crate::layout::Table;

#[test]
fn memory_store_conforms() {
    let store = MemStore::new();
    conformance::check(store.clone());
    conformance::check_reopened(&store.fork());
}

#[test]
fn batch_remembers_changes_in_order() {
    let mut batch = CommitBatch::new();
    batch.put(Table::Meta, b"k", b"v");
    batch.delete(Table::Ids, b"gone");
    let mut other = CommitBatch::buffered();
    other.append(&batch);
    let changes: Vec<_> = other.iter().collect();
    assert_eq!(
        changes,
        [(Table::Meta, &b"k"[..], Some(&b"v"[..])), (Table::Ids, &b"gone"[..], None),]
    );
    assert_eq!(
        (batch.durability(), other.durability()),
        (Durability::Synced, Durability::Buffered)
    );
    assert_eq!((other.len(), other.bytes()), (2, 6));
}
