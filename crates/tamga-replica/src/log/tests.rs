use tamga_format::id::sha256;
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{self, NodeSource, root_of};
use tamga_format::tile::tile_width;

use super::{Log, TileCache, TileSource};
use crate::layout::{Table, tile_key};
use crate::limits::TILE_CACHE_MAX;
use crate::store::{CommitBatch, MemStore, Store, StoreError};

fn leaf(n: u64) -> [u8; 32] {
    sha256(&[&n.to_be_bytes()])
}

/// A log of `size` leaves written in blocks of the given sizes, over and over.
fn grown(size: u64, blocks: &[u64]) -> (MemStore, Log) {
    let (mut store, mut log) = (MemStore::new(), Log::new());
    for &block in blocks.iter().cycle() {
        let from = log.size().get();
        for n in from..size.min(from + block) {
            log.push(&leaf(n));
        }
        let mut batch = CommitBatch::new();
        log.write(&mut batch);
        store.commit(batch).unwrap();
        if log.size().get() == size {
            break;
        }
    }
    (store, log)
}

#[test]
fn tiles_hold_every_hash_at_any_rhythm_of_blocks() {
    for (size, blocks) in
        [(1, &[1][..]), (255, &[7]), (256, &[256]), (257, &[3, 600]), (70_000, &[999, 1])]
    {
        let (store, log) = grown(size, blocks);
        let hashes: Vec<_> = (0..size).map(leaf).collect();
        assert_eq!(log.root(), root_of(&hashes));
        let mut level_hashes = hashes;
        for level in 0..3 {
            for (index, tile) in (0..).zip(level_hashes.chunks(TILE_WIDTH.into())) {
                let row = store.get(Table::Tiles, &tile_key(level, index)).unwrap().unwrap();
                assert_eq!(row, tile.concat());
                assert_eq!(tile_width(level, index, size), Some(tile.len() as u16));
            }
            level_hashes =
                level_hashes.chunks_exact(TILE_WIDTH.into()).map(|tile| root_of(tile).0).collect();
        }
    }
}

#[test]
fn proofs_from_tiles_verify() {
    let (store, log) = grown(70_000, &[1_000]);
    let source = TileSource::new(&store);
    for (index, size) in [(0, 1), (0, 70_000), (69_999, 70_000), (300, 777), (65_535, 65_536)] {
        let root = merkle::root_at(&source, size).unwrap();
        let path = merkle::inclusion_path(&source, index, size).unwrap();
        merkle::verify_inclusion(&leaf(index), index, size, &path, &root).unwrap();
    }
    let path = merkle::consistency_path(&source, 777, 70_000).unwrap();
    let old = merkle::root_at(&source, 777).unwrap();
    merkle::verify_consistency(777, 70_000, &path, &old, &log.root()).unwrap();
    assert_eq!(source.node(0, 70_000), None);
    source.fault().unwrap();
}

#[test]
fn cached_tiles_follow_the_growing_log_and_give_way() {
    let cache = TileCache::default();
    let (mut store, mut log) = (MemStore::new(), Log::new());
    for n in 0..70_000_u64 {
        log.push(&leaf(n));
        if n % 777 != 0 {
            continue;
        }
        let mut batch = CommitBatch::new();
        log.write(&mut batch);
        store.commit(batch).unwrap();
        let (root, size) = (log.root(), log.size().get());
        for index in [n, n / 2, n / 3] {
            let source = TileSource::cached(&store, &cache);
            let path = merkle::inclusion_path(&source, index, size).unwrap();
            assert_eq!(
                Some(path.clone()),
                merkle::inclusion_path(&TileSource::new(&store), index, size)
            );
            merkle::verify_inclusion(&leaf(index), index, size, &path, &root).unwrap();
        }
        assert!(cache.recent().tiles.len() <= TILE_CACHE_MAX);
    }
    let source = TileSource::cached(&store, &cache);
    for index in (0..69_000).step_by(TILE_WIDTH.into()) {
        source.node(0, index).unwrap();
    }
    assert_eq!(cache.recent().tiles.len(), TILE_CACHE_MAX);
}

#[test]
fn recovered_log_grows_like_the_one_that_never_stopped() {
    for size in [1, 255, 256, 257, 65_536, 66_000] {
        let (mut store, mut log) = grown(size, &[500]);
        let frontier = log.frontier().to_vec();
        let mut again = Log::recover(&store, log.size(), frontier, &log.root()).unwrap();
        for n in size..size + 300 {
            log.push(&leaf(n));
            again.push(&leaf(n));
        }
        let (mut one, mut two) = (CommitBatch::new(), CommitBatch::new());
        log.write(&mut one);
        again.write(&mut two);
        assert!(one.iter().eq(two.iter()), "from {size}");
        assert_eq!(log.root(), again.root());
        store.commit(one).unwrap();
    }
}

#[test]
fn damaged_edge_is_noticed() {
    let (store, log) = grown(1_000, &[100]);
    let recover = |store: &MemStore, frontier: Vec<[u8; 32]>| {
        Log::recover(store, log.size(), frontier, &log.root()).unwrap_err()
    };
    let frontier = log.frontier().to_vec();
    let mut row = store.get(Table::Tiles, &tile_key(0, 3)).unwrap().unwrap();

    let mut flipped = store.fork();
    row[40] ^= 1;
    let mut batch = CommitBatch::new();
    batch.put(Table::Tiles, &tile_key(0, 3), &row);
    flipped.commit(batch).unwrap();

    let mut cut = store.fork();
    let mut batch = CommitBatch::new();
    batch.put(Table::Tiles, &tile_key(0, 3), &row[..64]);
    cut.commit(batch).unwrap();

    let mut absent = store.fork();
    let mut batch = CommitBatch::new();
    batch.delete(Table::Tiles, &tile_key(1, 0));
    absent.commit(batch).unwrap();

    for error in [
        recover(&flipped, frontier.clone()),
        recover(&cut, frontier.clone()),
        recover(&absent, frontier.clone()),
        recover(&store, frontier[1..].to_vec()),
        recover(&store, frontier.iter().rev().copied().collect()),
    ] {
        assert!(matches!(error, StoreError::Corrupted(_)), "{error}");
    }
}
