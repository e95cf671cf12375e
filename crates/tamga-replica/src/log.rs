//! The log's right edge and its tiles (spec §8.4, §19.3).
//!
//! Tiles are rows: a full one is written once, the rightmost of each level again with every block,
//! in the block's own batch (`proofs.md` R4 is why partial tiles are no files).

use std::cell::RefCell;
use std::collections::BTreeMap;

use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{self, Frontier, NodeSource};
use tamga_format::tile::{TILE_HEIGHT, node_in_tile, tile_width};

use crate::layout::{Table, tile_key};
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

/// Nodes of the log from a store's tiles. Tiles read once are kept for the source's life.
pub struct TileSource<'s, S: Store> {
    store: &'s S,
    tiles: RefCell<BTreeMap<(u8, u64), Vec<u8>>>,
    fault: RefCell<Option<StoreError>>,
}

impl<'s, S: Store> TileSource<'s, S> {
    /// A source that has read nothing yet.
    pub fn new(store: &'s S) -> Self {
        Self { store, tiles: RefCell::default(), fault: RefCell::default() }
    }

    /// The store's error, if a read failed; a [`NodeSource`] can only say that it has no node.
    ///
    /// # Errors
    ///
    /// That error.
    pub fn fault(&self) -> Result<(), StoreError> {
        self.fault.borrow_mut().take().map_or(Ok(()), Err)
    }
}

impl<S: Store> NodeSource for TileSource<'_, S> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let (tile, slots) = node_in_tile(level, index)?;
        let at = (tile.level(), tile.index());
        let mut tiles = self.tiles.borrow_mut();
        #[expect(clippy::map_entry, reason = "an absent row ends the search without an entry")]
        if !tiles.contains_key(&at) {
            match self.store.get(Table::Tiles, &tile_key(at.0, at.1)) {
                Ok(row) => drop(tiles.insert(at, row?)),
                Err(error) => {
                    *self.fault.borrow_mut() = Some(error);
                    return None;
                }
            }
        }
        let bytes = tiles.get(&at)?.get(slots.start * HASH_BYTES..slots.end * HASH_BYTES)?;
        let hashes: Vec<Hash> = bytes.as_chunks::<HASH_BYTES>().0.to_vec();
        match hashes.as_slice() {
            [hash] => Some(*hash),
            hashes => Some(merkle::root_of(hashes).0),
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
