//! The log's right edge and its tiles (spec §8.4, §19.3).
//!
//! Tiles are rows: a full one is written once, the rightmost of each level again with every block,
//! in the block's own batch (`proofs.md` R4 is why partial tiles are no files).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{self, Frontier, NodeSource};
use tamga_format::tile::{TILE_HEIGHT, node_in_tile, tile_width};

use crate::layout::{Table, tile_key};
use crate::limits::TILE_CACHE_MAX;
use crate::store::{CommitBatch, Store, StoreError};

type Hash = [u8; 32];

const HASH_BYTES: usize = 32;
const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// Where the log grows: its frontier and the partial tile of every level.
#[derive(Clone, Debug, Default)]
pub struct Log {
    frontier: Frontier,
    edge: Vec<Tile>,
    full: Vec<(u8, u64, Vec<u8>)>,
}

/// The rightmost tile of a level.
#[derive(Clone, Debug, Default)]
struct Tile {
    index: u64,
    hashes: Vec<u8>,
    dirty: bool,
}

impl Log {
    /// The empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up a stored log, after checking that frontier and tiles lead to the same root.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupted`] if they don't, or if a tile is absent.
    pub fn recover<S: Store>(
        store: &S,
        size: TreeSize,
        frontier: Vec<Hash>,
        root: &TreeRoot,
    ) -> Result<Self, StoreError> {
        let corrupted = |what: &str| StoreError::Corrupted(what.to_owned());
        let frontier = Frontier::from_parts(size.get(), frontier)
            .ok_or_else(|| corrupted("the log's frontier does not fit its size"))?;
        if frontier.root() != *root {
            return Err(corrupted("the log's frontier does not lead to its root"));
        }
        let mut edge = Vec::new();
        for level in 0.. {
            let hashes = size.get().checked_shr(u32::from(level * TILE_HEIGHT)).unwrap_or(0);
            if hashes == 0 {
                break;
            }
            let index = hashes / u64::from(TILE_WIDTH);
            let bytes = match tile_width(level, index, size.get()) {
                Some(width) => {
                    let row = store.get(Table::Tiles, &tile_key(level, index))?;
                    row.filter(|row| row.len() == usize::from(width) * HASH_BYTES)
                        .ok_or_else(|| corrupted("a tile at the log's edge is absent or cut"))?
                }
                None => Vec::new(),
            };
            edge.push(Tile { index, hashes: bytes, dirty: false });
        }
        let source = TileSource::new(store);
        let found = merkle::root_at(&source, size.get());
        source.fault()?;
        if found != Some(*root) {
            return Err(corrupted("the log's tiles do not lead to its root"));
        }
        Ok(Self { frontier, edge, full: Vec::new() })
    }

    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.frontier.size())
    }

    /// The root.
    pub fn root(&self) -> TreeRoot {
        self.frontier.root()
    }

    /// The perfect subtrees from left to right.
    pub fn frontier(&self) -> &[Hash] {
        self.frontier.hashes()
    }

    /// Appends one leaf hash.
    pub fn push(&mut self, leaf: &Hash) {
        let Self { frontier, edge, full } = self;
        frontier.push_nodes(leaf, |level, _, hash| {
            if level % TILE_HEIGHT != 0 {
                return;
            }
            let level = level / TILE_HEIGHT;
            if edge.len() == usize::from(level) {
                edge.push(Tile::default());
            }
            let tile = &mut edge[usize::from(level)];
            tile.hashes.extend_from_slice(hash);
            tile.dirty = true;
            if tile.hashes.len() == TILE_BYTES {
                full.push((level, tile.index, std::mem::take(&mut tile.hashes)));
                *tile = Tile { index: tile.index + 1, ..Tile::default() };
            }
        });
    }

    /// Writes every tile that changed since the last call.
    pub fn write(&mut self, batch: &mut CommitBatch) {
        for (level, index, hashes) in self.full.drain(..) {
            batch.put(Table::Tiles, &tile_key(level, index), &hashes);
        }
        for (level, tile) in (0_u8..).zip(&mut self.edge) {
            if std::mem::take(&mut tile.dirty) {
                batch.put(Table::Tiles, &tile_key(level, tile.index), &tile.hashes);
            }
        }
    }
}

/// Nodes of the log from a store's tiles. Tiles come from the cache, if there is one, and are kept
/// for the source's life.
pub struct TileSource<'s, S: Store> {
    store: &'s S,
    cache: Option<&'s TileCache>,
    tiles: RefCell<BTreeMap<TileKey, Arc<TileTree>>>,
    fault: RefCell<Option<StoreError>>,
}

impl<'s, S: Store> TileSource<'s, S> {
    /// A source that has read nothing yet.
    pub fn new(store: &'s S) -> Self {
        Self { store, cache: None, tiles: RefCell::default(), fault: RefCell::default() }
    }

    /// A source that shares the tiles it reads with others.
    pub fn cached(store: &'s S, cache: &'s TileCache) -> Self {
        Self { cache: Some(cache), ..Self::new(store) }
    }

    /// The store's error, if a read failed; a [`NodeSource`] can only say that it has no node.
    ///
    /// # Errors
    ///
    /// That error.
    pub fn fault(&self) -> Result<(), StoreError> {
        self.fault.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// A tile that holds at least the first `width` hashes.
    fn tile(&self, at: TileKey, width: usize) -> Option<Arc<TileTree>> {
        if let Some(tile) = self.tiles.borrow().get(&at).filter(|tile| tile.width() >= width) {
            return Some(Arc::clone(tile));
        }
        let tile = match self.cache.and_then(|cache| cache.get(at, width)) {
            Some(tile) => tile,
            None => {
                let row = self.store.get(Table::Tiles, &tile_key(at.0, at.1));
                let row = row.unwrap_or_else(|error| {
                    *self.fault.borrow_mut() = Some(error);
                    None
                })?;
                let tile = Arc::new(TileTree::new(&row));
                if let Some(cache) = self.cache {
                    cache.insert(at, Arc::clone(&tile));
                }
                tile
            }
        };
        self.tiles.borrow_mut().insert(at, Arc::clone(&tile));
        Some(tile)
    }
}

impl<S: Store> NodeSource for TileSource<'_, S> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let (tile, slots) = node_in_tile(level, index)?;
        let tile = self.tile((tile.level(), tile.index()), slots.end)?;
        tile.node(level % TILE_HEIGHT, slots.start)
    }
}

/// Level and index of a tile.
type TileKey = (u8, u64);

/// A tile with every perfect subtree inside it, so that a path through it costs no hashing.
#[derive(Debug)]
struct TileTree {
    /// Hashes by height inside the tile, the tile's own first.
    levels: Vec<Vec<Hash>>,
}

impl TileTree {
    /// The tree over the hashes of a row, which may be partial.
    fn new(row: &[u8]) -> Self {
        let mut levels = vec![row.as_chunks::<HASH_BYTES>().0.to_vec()];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let pairs = below.as_chunks::<2>().0.iter();
            let above = pairs.map(|[left, right]| merkle::node_hash(left, right)).collect();
            levels.push(above);
        }
        Self { levels }
    }

    fn width(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// The perfect subtree of height `height` whose first hash is in slot `first`.
    fn node(&self, height: u8, first: usize) -> Option<Hash> {
        self.levels.get(usize::from(height))?.get(first >> height).copied()
    }
}

/// Tiles read lately, for many readers. A hash in a tile never changes, so a tile is out of date
/// only in being too narrow.
#[derive(Debug, Default)]
pub struct TileCache(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    /// Tiles with the turn of their last use.
    tiles: BTreeMap<TileKey, (u64, Arc<TileTree>)>,
    turn: u64,
}

impl TileCache {
    fn recent(&self) -> MutexGuard<'_, Recent> {
        // Every change below leaves the map whole, so a panic elsewhere spoils nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, at: TileKey, width: usize) -> Option<Arc<TileTree>> {
        let mut recent = self.recent();
        recent.turn += 1;
        let turn = recent.turn;
        let (used, tile) = recent.tiles.get_mut(&at)?;
        *used = turn;
        (tile.width() >= width).then(|| Arc::clone(tile))
    }

    fn insert(&self, at: TileKey, tile: Arc<TileTree>) {
        let mut recent = self.recent();
        let turn = recent.turn;
        recent.tiles.insert(at, (turn, tile));
        if recent.tiles.len() > TILE_CACHE_MAX {
            let oldest = recent.tiles.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(at, _)| *at) {
                recent.tiles.remove(&oldest);
            }
        }
    }
}

impl<S: Store> std::fmt::Debug for TileSource<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TileSource").field("tiles", &self.tiles.borrow().len()).finish()
    }
}

#[cfg(test)]
mod tests;
