//! Opening: creation, restart, writes that fail, stores that were tampered with.

use tamga_format::id::{Height, MapKey, MapValue, TreeSize};
use tamga_format::mpt;

use super::*;
use crate::app::{CommitError, OpenError};
use crate::layout::{Table, height_key, meta, tile_key};
use crate::store::{CommitBatch, Durability, Rows, StoreError};
use crate::subjects::SubjectState;
use crate::testing::{FailingStore, Failure};

/// The map root computed from all subject rows without the tree.
fn naive_map_root<S: Store>(store: &S) -> tamga_format::id::MapRoot {
    let rows = store.scan(Table::Subjects, &[], &[], usize::MAX).unwrap();
    let pairs: Vec<(MapKey, MapValue)> = rows
        .into_iter()
        .map(|(key, row)| {
            let state = SubjectState::decode(&row).unwrap();
            (MapKey(key.try_into().unwrap()), state.map_value())
        })
        .collect();
    mpt::root_of(&pairs).unwrap()
}

#[test]
fn a_new_store_begins_with_the_genesis() {
    let store = MemStore::new();
    let head = open(store.clone()).head();
    assert_eq!((head.height, head.size), (Height(0), TreeSize(1)));
    assert_eq!(head.time, genesis().time);
    assert_eq!(head.beacon, GENESIS.0);
    assert_eq!(head.map_root, naive_map_root(&store));
    let leaf = tamga_format::block_leaf::genesis_leaf(&GENESIS);
    let root = tamga_format::merkle::root_of(&[tamga_format::merkle::leaf_hash(&leaf)]);
    assert_eq!(head.root, root);
    assert_eq!(open(store).head(), head);
}

#[test]
fn the_first_block_follows_the_genesis_checkpoint() {
    let mut app = open(MemStore::new());
    let value = app.head().value;
    assert_eq!(value, value_of(&app));
    let (block, _) = step(&mut app, NOW);
    assert_eq!(block.leaf.prev, value);
    let (next, _) = step(&mut app, at(1));
    assert_eq!(next.leaf.prev, block.value);
}

#[test]
fn a_restarted_validator_stands_where_it_stood_and_goes_on() {
    let mut app = filled();
    let mut again = open(app.store.fork());
    assert_eq!(again.head(), app.head());
    assert_eq!(app.head().map_root, naive_map_root(&app.store));
    for app in [&mut app, &mut again] {
        // Not the payout: it would have to name the other case of the debtor.
        for draft in &lifecycle(2)[2..5] {
            assert_eq!(admit(app, draft), Ok(Admitted::New));
        }
    }
    let (one, two) = (step(&mut app, at(2)).0, step(&mut again, at(2)).0);
    assert_eq!(one, two);
    assert_eq!(app.head(), again.head());
    assert_eq!(app.head().map_root, naive_map_root(&app.store));
}

#[test]
fn a_write_that_fails_stops_the_validator_and_loses_nothing_acknowledged() {
    for failure in [Failure::Before, Failure::After] {
        for failing_height in 1..4 {
            let disk = MemStore::new();
            let store = FailingStore::new(disk.clone());
            let mut app = open(store.clone());
            let mut durable = app.head();
            for (height, draft) in (1..).zip(&lifecycle(1)[..3]) {
                admit(&mut app, draft).unwrap();
                let block = propose(&mut app, at(height));
                if height == failing_height {
                    store.fail_next(failure);
                    let certificate = certificate(&genesis(), &block, 0);
                    let failed = app.commit(block.value, certificate.clone(), Vec::new());
                    assert!(matches!(failed, Err(CommitError::Store(_))), "{failed:?}");
                    let broken = Err(AdmitError::Store(StoreError::Broken));
                    assert_eq!(admit(&mut app, draft), broken, "nothing goes on after it");
                    let height = app.head().height.next();
                    assert!(app.propose(height, 0, &builder(), NOW, BLOCK_COST_MAX).is_err());

                    app = open(store.clone());
                    let reopened = app.head();
                    match failure {
                        Failure::Before => {
                            assert_eq!(reopened, durable);
                            // The block comes back from consensus, by replay or from a peer.
                            app.validate(block.clone(), None).unwrap();
                            app.commit(block.value, certificate, Vec::new()).unwrap();
                        }
                        Failure::After => assert_eq!(reopened.value, block.value),
                    }
                } else {
                    commit(&mut app, &block);
                }
                durable = app.head();
                assert_eq!(durable.map_root, naive_map_root(&disk));
            }
            assert_eq!(durable.height, Height(3));
            assert_eq!(open(disk).head(), durable);
        }
    }
}

#[test]
fn a_failed_creation_is_repeated() {
    for failure in [Failure::Before, Failure::After] {
        let store = FailingStore::new(MemStore::new());
        store.fail_next(failure);
        let failed = App::open(store.clone(), &genesis(), GENESIS);
        assert!(matches!(failed, Err(OpenError::Store(_))), "{failed:?}");
        assert_eq!(open(store).head(), open(MemStore::new()).head());
    }
}

#[test]
fn a_store_of_another_ledger_is_refused() {
    let store = filled().store;
    let refused = App::open(store, &genesis(), GenesisHash([1; 32]));
    assert_eq!(refused.unwrap_err(), OpenError::Foreign { found: GENESIS });
}

#[test]
fn a_store_that_contradicts_itself_is_refused_with_a_remedy() {
    let good = filled().store;
    let rows = good.scan(Table::Subjects, &[], &[], 3).unwrap();
    let (key, row) = &rows[1];
    let mut changed = row.clone();
    let end = changed.len() - 1;
    changed[end] ^= 1;
    let tile = good.get(Table::Tiles, &tile_key(0, 0)).unwrap().unwrap();
    let mut flipped = tile.clone();
    flipped[33] ^= 1;
    let early = good.get(Table::Blocks, &height_key(Height(1))).unwrap().unwrap();
    let cases: [(&str, Table, &[u8], Option<&[u8]>); 9] = [
        ("a subject row that changed", Table::Subjects, key, Some(&changed)),
        ("a subject row that is gone", Table::Subjects, key, None),
        ("a subject row too many", Table::Subjects, &[7; 32], Some(row)),
        ("a subject row cut short", Table::Subjects, key, Some(&row[..5])),
        ("a tile that changed", Table::Tiles, &tile_key(0, 0), Some(&flipped)),
        ("a tile that is gone", Table::Tiles, &tile_key(0, 0), None),
        ("a head that is gone", Table::Meta, meta::HEAD, None),
        ("a last block that is gone", Table::Blocks, &height_key(Height(2)), None),
        ("a last block that is another", Table::Blocks, &height_key(Height(2)), Some(&early)),
    ];
    for (what, table, key, value) in cases {
        let mut store = good.fork();
        let mut batch = CommitBatch::new();
        match value {
            Some(value) => batch.put(table, key, value),
            None => batch.delete(table, key),
        }
        store.commit(batch).unwrap();
        match App::open(store, &genesis(), GENESIS) {
            Err(OpenError::Store(error @ StoreError::Corrupted(_))) => {
                let text = error.to_string();
                assert!(text.contains("filled again from the other validators"), "{text}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
    open(good);
}

#[test]
fn an_empty_validator_catches_up_from_decided_blocks() {
    let source = filled();
    let mut app = open(MemStore::new());
    let mut height = Height(1);
    while let Some((block, certificate)) = source.decided(height).unwrap() {
        let sent = Block::decode(&block.encode()).unwrap();
        let certificate = certificate.verify(&GENESIS, app.validators()).unwrap();
        let value = app.validate(sent, None).unwrap();
        app.commit(value, certificate, Vec::new()).unwrap();
        height = height.next();
    }
    assert_eq!(app.head(), source.head());
    assert_eq!(open(app.store.fork()).head(), source.head());
    for table in Table::ALL {
        let all = |app: &App<MemStore>| app.store.scan(table, &[], &[], usize::MAX).unwrap();
        assert_eq!(all(&app), all(&source), "table {}", table.name());
    }
    assert_eq!(source.decided(Height(0)), Ok(None));
}

#[test]
fn undecided_blocks_are_kept_until_their_height_is_decided() {
    let mut app = filled();
    let block = propose(&mut app, at(3));
    app.keep_undecided(2, &block).unwrap();
    app.keep_undecided(2, &block).unwrap();
    let mut again = open(app.store.fork());
    assert_eq!(again.undecided(Height(3)), Ok(vec![(2, block.clone())]));
    assert_eq!(again.undecided(Height(4)), Ok(Vec::new()));
    again.validate(block.clone(), None).unwrap();
    commit(&mut again, &block);
    assert_eq!(again.undecided(Height(3)), Ok(Vec::new()));
}

/// A store as the next loss of power leaves it: what is not synced is not there.
#[derive(Clone, Debug)]
struct SyncedOnly(MemStore);

impl Store for SyncedOnly {
    fn commit(&mut self, batch: CommitBatch) -> Result<(), StoreError> {
        match batch.durability() {
            Durability::Synced => self.0.commit(batch),
            Durability::Buffered => Ok(()),
        }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        from: &[u8],
        prefix: &[u8],
        limit: usize,
    ) -> Result<Rows, StoreError> {
        self.0.scan(table, from, prefix, limit)
    }
}

#[test]
fn a_block_voted_for_survives_the_loss_of_power() {
    let mut app = open(SyncedOnly(filled().store.fork()));
    let block = propose(&mut app, at(3));
    app.keep_undecided(0, &block).unwrap();
    assert_eq!(open(app.store.clone()).undecided(Height(3)), Ok(vec![(0, block)]));
}
