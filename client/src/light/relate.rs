//! How two checkpoints of one log stand to each other, proved from tiles that nobody is trusted for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tamga_format::error::{FormatCode, FormatError};
use tamga_format::evidence::Evidence;
use tamga_format::id::TreeRoot;
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{
    Hash, NodeSource, consistency_path, root_at, root_of, verify_consistency,
};
use tamga_format::tile::{TileCoord, node_in_tile, tile_width};

use super::{Policies, View};
use crate::error::{CliError, Exit};
use crate::lang::Said;

/// How a checkpoint stands to one that is not smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The larger log begins with the smaller one, or they are the same.
    Extends,
    /// They are two logs.
    Fork(Box<Evidence>),
}

/// Why nothing is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// The tiles are not to be had.
    Missing(CliError),
    /// The tiles are not those of the larger checkpoint.
    False(FormatError),
}

/// Where a tile's bytes come from.
pub type Fetch<'f> = dyn Fn(&TileCoord) -> Result<Vec<u8>, CliError> + 'f;

/// The hashes of a log of some size as a node serves them; nothing is checked.
pub struct Tree<'f> {
    size: u64,
    fetch: &'f Fetch<'f>,
    tiles: RefCell<BTreeMap<(u8, u64), Vec<Hash>>>,
    missing: RefCell<Option<CliError>>,
}

impl<'f> Tree<'f> {
    /// The log of `size` leaves whose tiles `fetch` gets.
    #[must_use]
    pub fn new(size: u64, fetch: &'f Fetch<'f>) -> Self {
        Self { size, fetch, tiles: RefCell::default(), missing: RefCell::default() }
    }

    /// Why a node was not to be had, after one was not.
    #[must_use]
    pub fn reason(&self) -> CliError {
        self.missing.take().unwrap_or_else(|| CliError::bug("the log has such a node"))
    }

    /// The hashes of a tile, as many as the log of this size has.
    fn tile(&self, level: u8, index: u64) -> Result<Vec<Hash>, CliError> {
        let no_tile = || CliError::bug("the log has such a tile");
        let width = tile_width(level, index, self.size).ok_or_else(no_tile)?;
        let of = |width| TileCoord::new(level, index, width).map_err(|_| no_tile());
        let partial = of(width)?;
        let bytes = match (self.fetch)(&partial) {
            // A partial tile may go once there is the full one (spec §8.4).
            Err(error) if error.exit == Exit::NotFound && width < TILE_WIDTH => {
                (self.fetch)(&of(TILE_WIDTH)?).map_err(|_| error)?
            }
            answer => answer?,
        };
        let hashes = bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok());
        let hashes: Vec<Hash> = hashes.take(usize::from(width)).collect();
        if hashes.len() < usize::from(width) {
            let detail = Said::plain("detail-short-tile");
            return Err(CliError::answer(&partial.path(), detail));
        }
        Ok(hashes)
    }
}

impl NodeSource for Tree<'_> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let (tile, slots) = node_in_tile(level, index)?;
        let mut tiles = self.tiles.borrow_mut();
        let hashes = match tiles.entry((tile.level(), tile.index())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => match self.tile(tile.level(), tile.index()) {
                Ok(hashes) => place.insert(hashes),
                Err(error) => {
                    self.missing.replace(Some(error));
                    return None;
                }
            },
        };
        hashes.get(slots).map(|hashes| root_of(hashes).0)
    }
}

/// How `smaller` stands to `larger`, whose tiles `fetch` gets; nothing is fetched for two of one size.
///
/// # Errors
/// [`Unproven`]: then neither is shown to be false.
pub fn relate(
    smaller: &View,
    larger: &View,
    policies: &dyn Policies,
    fetch: &Fetch<'_>,
) -> Result<Relation, Unproven> {
    let (from, to) = (smaller.size.get(), larger.size.get());
    let prefix = if from == to {
        if smaller.root == larger.root {
            return Ok(Relation::Extends);
        }
        None
    } else {
        let tree = Tree::new(to, fetch);
        let proof = consistency(&tree, from, to, &larger.root)?;
        if proof.0 == smaller.root {
            return Ok(Relation::Extends);
        }
        Some(proof)
    };
    let of = |view: &View| policies.at(view.size).ok_or(unknown());
    let (one, other) = (of(smaller)?, of(larger)?);
    let evidence = Evidence::between([(&smaller.note, one), (&larger.note, other)], prefix);
    evidence.map(|evidence| Relation::Fork(Box::new(evidence))).map_err(Unproven::False)
}

/// The root that a log has at an earlier size, and the proof of it.
fn consistency(
    tree: &Tree<'_>,
    from: u64,
    to: u64,
    root: &TreeRoot,
) -> Result<(TreeRoot, Vec<Hash>), Unproven> {
    if from == 0 {
        return Err(Unproven::False(FormatError::new(FormatCode::ProofShape, 0)));
    }
    let path = consistency_path(tree, from, to).ok_or_else(|| Unproven::Missing(tree.reason()))?;
    let old = root_at(tree, from).ok_or_else(|| Unproven::Missing(tree.reason()))?;
    verify_consistency(from, to, &path, &old, root).map_err(Unproven::False)?;
    Ok((old, path))
}

const fn unknown() -> Unproven {
    Unproven::False(FormatError::new(FormatCode::NoteOrigin, 0))
}
