//! The log's hash tiles: all levels against each other, the checkpoint, and an earlier checkpoint.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{Frontier, Hash, root_of};
use tamga_format::tile::{TileCoord, tile_width};

use super::{Class, Finding};
use crate::client::Client;
use crate::error::CliError;
use crate::log::Head;

/// Levels of nodes that a level of tiles stands above the one below.
const TILE_HEIGHT: u8 = 8;

/// What the tiles come to.
#[derive(Debug, Default)]
pub struct Hashes {
    /// Root of the leaves of each bundle, as the log commits them; empty if that can't be told.
    pub bundles: Vec<Hash>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// A tile's hashes; of a wrong length as many as there are.
fn tile(client: &Client, coordinates: &TileCoord) -> Result<Vec<Hash>, CliError> {
    let bytes = client.log_file(&coordinates.path())?;
    Ok(bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok()).collect())
}

/// The leaf hashes of a bundle from its tile.
///
/// # Errors
/// When the node is not reachable, or has no such tile.
pub fn leaves(client: &Client, number: u64, size: TreeSize) -> Result<Vec<Hash>, CliError> {
    let width = tile_width(0, number, size.get()).unwrap_or(TILE_WIDTH);
    tile(client, &coordinates(0, number, width)?)
}

fn coordinates(level: u8, number: u64, width: u16) -> Result<TileCoord, CliError> {
    TileCoord::new(level, number, width).map_err(|error| CliError::bug(&error.to_string()))
}

/// Reads the tiles of all levels and holds them against the head, and against a log that was seen before. `None` when
/// interrupted.
///
/// # Errors
/// When the node is not reachable.
pub fn read(
    client: &Client,
    head: &Head,
    seen: Option<(TreeSize, TreeRoot)>,
    jobs: usize,
    interrupted: &AtomicBool,
) -> Result<Option<Hashes>, CliError> {
    let size = head.size.get();
    let mut levels: Vec<Vec<Vec<Hash>>> = Vec::new();
    for level in 0..TILE_HEIGHT {
        let count = (0..).take_while(|number| tile_width(level, *number, size).is_some()).count();
        if count == 0 {
            break;
        }
        let numbers: Vec<u64> = (0..u64::try_from(count).unwrap_or(u64::MAX)).collect();
        let read = super::run::parallel(&numbers, jobs, |number| {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let width = tile_width(level, *number, size).unwrap_or(TILE_WIDTH);
            tile(client, &coordinates(level, *number, width)?).map(Some)
        })?;
        let Some(tiles) = read.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
        levels.push(tiles);
    }
    Ok(Some(judge(&levels, head, seen)))
}

/// The root of the log, and the nodes that tiles above the first level hold, from the roots of its bundles.
fn climb(leaves: &[Vec<Hash>]) -> (TreeRoot, u64, BTreeMap<(u8, u64), Hash>) {
    let (mut frontier, mut nodes) = (Frontier::new(), BTreeMap::new());
    for hash in leaves.iter().flatten() {
        frontier.push_nodes(hash, |level, index, hash| {
            if level > 0 && level.is_multiple_of(TILE_HEIGHT) {
                nodes.insert((level / TILE_HEIGHT, index), *hash);
            }
        });
    }
    (frontier.root(), frontier.size(), nodes)
}

fn judge(levels: &[Vec<Vec<Hash>>], head: &Head, seen: Option<(TreeSize, TreeRoot)>) -> Hashes {
    let mut hashes = Hashes::default();
    let leaves = levels.first().map(Vec::as_slice).unwrap_or_default();
    let (root, size, nodes) = climb(leaves);
    let width = usize::from(TILE_WIDTH);
    let whole = (root, size) == (head.root, head.size.get());
    if whole {
        hashes.bundles = leaves.iter().map(|tile| root_of(tile).0).collect();
        for (level, tiles) in (0_u8..).zip(levels).skip(1) {
            for (number, tile) in (0_u64..).zip(tiles) {
                let first = number.saturating_mul(u64::from(TILE_WIDTH));
                let expected = (first..).map_while(|index| nodes.get(&(level, index)));
                let wide = tile_width(level, number, size).unwrap_or(TILE_WIDTH);
                if !expected.take(width).eq(tile.iter()) {
                    let path = coordinates(level, number, wide).map(|it| it.path());
                    hashes.findings.push(Finding::new(Class::Tile, path.unwrap_or_default()));
                }
            }
        }
    } else {
        repair(levels, head, &mut hashes);
    }
    if let Some((seen_size, seen_root)) = seen {
        let mut before = Frontier::new();
        let count = usize::try_from(seen_size.get()).unwrap_or(usize::MAX);
        for hash in leaves.iter().flatten().take(count) {
            before.push(hash);
        }
        let same = before.size() == seen_size.get() && before.root() == seen_root;
        // With wrong tiles of leaves nothing can be said of an earlier log.
        if !same && whole {
            hashes
                .findings
                .push(Finding::new(Class::Rewritten, format!("{seen_size} {seen_root}")));
        }
    }
    hashes
}

/// The tiles of leaves don't lead to the head: those that differ from the tiles above are named, if that explains it.
fn repair(levels: &[Vec<Vec<Hash>>], head: &Head, hashes: &mut Hashes) {
    let leaves = levels.first().map(Vec::as_slice).unwrap_or_default();
    let above: Vec<Hash> = levels.get(1).into_iter().flatten().flatten().copied().collect();
    let size = head.size.get();
    let full = usize::from(TILE_WIDTH);
    let (mut bundles, mut findings) = (Vec::new(), Vec::new());
    for (number, tile) in leaves.iter().enumerate() {
        let root = root_of(tile).0;
        let number_of = u64::try_from(number).unwrap_or(u64::MAX);
        let width = tile_width(0, number_of, size).unwrap_or(TILE_WIDTH);
        match above.get(number) {
            Some(committed) if *committed != root || tile.len() != full => {
                let path = coordinates(0, number_of, width).map(|it| it.path());
                findings.push(Finding::new(Class::Tile, path.unwrap_or_default()));
                bundles.push(*committed);
            }
            _ => bundles.push(root),
        }
    }
    // Full bundles are nodes of one level; the last, if it is not full, is a tree of its own on their right.
    let (full_bundles, last) = match leaves.last() {
        Some(tile) if tile.len() != full && above.len() < leaves.len() => {
            (bundles.get(..bundles.len().saturating_sub(1)).unwrap_or_default(), Some(tile))
        }
        _ => (bundles.as_slice(), None),
    };
    let mut frontier = Frontier::new();
    for bundle in full_bundles {
        frontier.push(bundle);
    }
    let mut parts: Vec<Hash> = frontier.hashes().to_vec();
    let mut tail = Frontier::new();
    for hash in last.into_iter().flatten() {
        tail.push(hash);
    }
    parts.extend(tail.hashes());
    let leaves_of = frontier.size().saturating_mul(u64::from(TILE_WIDTH));
    let whole = Frontier::from_parts(leaves_of.saturating_add(tail.size()), parts);
    if whole.is_some_and(|it| it.root() == head.root) && !findings.is_empty() {
        hashes.bundles = bundles;
        hashes.findings.append(&mut findings);
        return;
    }
    // The last, partial tile has none above: only the entries can tell whether it is the one.
    hashes.findings.append(&mut findings);
    hashes.findings.push(Finding::new(Class::Log, format!("{} {}", head.size, head.root)));
}
