//! The log's hash tiles: all levels against each other, the checkpoint, and an earlier checkpoint.
//!
//! Tiles are read one after another and forgotten; what stays is one hash per bundle. An audit that goes on begins with
//! the tile of the first entry that it has not read: what comes before is in the frontier of its log.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{Frontier, Hash, root_of};
use tamga_format::tile::{TileCoord, tile_width};

use super::run::parallel;
use super::{Class, Finding};
use crate::client::Client;
use crate::error::CliError;
use crate::log::Head;

/// Levels of nodes that a level of tiles stands above the one below.
const TILE_HEIGHT: u8 = 8;
/// Tiles that one job fetches before they are judged: 2 MiB of them.
const TILES_PER_JOB: usize = 256;

/// What the tiles come to.
#[derive(Debug, Default)]
pub struct Hashes {
    /// The first bundle that was not read whole before.
    first: u64,
    /// Root of the leaves of each bundle from there on, as the log commits them; empty if that can't be told.
    bundles: Vec<Hash>,
    /// Whether the tiles of leaves lead to the head.
    pub whole: bool,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Hashes {
    /// What the log commits of the leaves of a bundle; `None` if that can't be told.
    #[must_use]
    pub fn of(&self, bundle: u64) -> Option<&Hash> {
        self.bundles.get(usize::try_from(bundle.checked_sub(self.first)?).ok()?)
    }

    /// Whether another log was seen before.
    #[must_use]
    pub fn is_rewritten(&self) -> bool {
        self.findings.iter().any(|it| it.class == Class::Rewritten)
    }

    fn wrong(&mut self, level: u8, number: u64, width: u16) {
        let path = TileCoord::new(level, number, width).map(|it| it.path());
        self.findings.push(Finding::new(Class::Tile, path.unwrap_or_default()));
    }
}

/// Where tiles come from.
type Tiles<'s> = dyn Fn(&TileCoord) -> Result<Vec<Hash>, CliError> + Sync + 's;

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
    tile(client, &coordinates(0, number, size.get())?)
}

fn coordinates(level: u8, number: u64, size: u64) -> Result<TileCoord, CliError> {
    let width = tile_width(level, number, size).unwrap_or(TILE_WIDTH);
    TileCoord::new(level, number, width).map_err(|error| CliError::bug(&error.to_string()))
}

/// Reads the tiles of all levels, as far as they are not within the log that was read before (an empty one: nothing
/// was), and holds them against the head, and against a log that was seen before. `None` when interrupted.
///
/// Where tiles are wrong, those are named if nothing was read before; otherwise it is only said that they are not whole.
///
/// # Errors
/// When the node is not reachable.
pub fn read(
    client: &Client,
    head: &Head,
    before: &Frontier,
    seen: Option<(TreeSize, TreeRoot)>,
    jobs: usize,
    interrupted: &AtomicBool,
) -> Result<Option<Hashes>, CliError> {
    let reading = Reading {
        tiles: &|coordinates| tile(client, coordinates),
        size: head.size.get(),
        root: head.root,
        jobs,
        interrupted,
    };
    reading.read(before, seen)
}

struct Reading<'a> {
    tiles: &'a Tiles<'a>,
    size: u64,
    root: TreeRoot,
    jobs: usize,
    interrupted: &'a AtomicBool,
}

/// What the tiles of leaves come to.
struct Leaves {
    /// The log before the first of them, which ends where a bundle does.
    base: Frontier,
    /// All of it.
    log: Frontier,
    /// The nodes that tiles above the first level hold, from those over `base` on.
    nodes: BTreeMap<u8, Vec<Hash>>,
    /// Root of each bundle, and whether its tile has as many hashes as it should.
    bundles: Vec<(Hash, bool)>,
    /// The last tile.
    last: Vec<Hash>,
    /// Logs that were seen before and are none of the beginnings of this one.
    others: Vec<(TreeSize, TreeRoot)>,
}

/// The beginning of a log that ends where a bundle does.
fn bundles_of(log: &Frontier) -> Frontier {
    let size = log.size() - log.size() % u64::from(TILE_WIDTH);
    let count = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
    let hashes = log.hashes().iter().take(count).copied().collect();
    Frontier::from_parts(size, hashes).unwrap_or_default()
}

impl Reading<'_> {
    fn read(
        &self,
        before: &Frontier,
        seen: Option<(TreeSize, TreeRoot)>,
    ) -> Result<Option<Hashes>, CliError> {
        let Some(leaves) = self.leaves(before, seen)? else { return Ok(None) };
        let mut hashes = Hashes {
            first: leaves.base.size() / u64::from(TILE_WIDTH),
            whole: (leaves.log.root(), leaves.log.size()) == (self.root, self.size),
            ..Hashes::default()
        };
        if hashes.whole {
            if self.above(&leaves, &mut hashes)?.is_none() {
                return Ok(None);
            }
            // With wrong tiles of leaves nothing can be said of an earlier log.
            let others = leaves.others.iter().map(|(size, root)| format!("{size} {root}"));
            hashes.findings.extend(others.map(|it| Finding::new(Class::Rewritten, it)));
            hashes.bundles = leaves.bundles.into_iter().map(|(root, _)| root).collect();
        } else if before.size() == 0 {
            let mut above = Vec::new();
            let read = self.each(1, 0, &mut |_, tile| above.extend(tile))?;
            if read.is_none() {
                return Ok(None);
            }
            self.repair(&leaves, &above, &mut hashes);
        }
        Ok(Some(hashes))
    }

    /// Shows the tiles of a level from one on, in order; `None` when interrupted.
    fn each(
        &self,
        level: u8,
        first: u64,
        show: &mut dyn FnMut(u64, Vec<Hash>),
    ) -> Result<Option<()>, CliError> {
        let window = self.jobs.max(1).saturating_mul(TILES_PER_JOB);
        let mut numbers =
            (first..).take_while(|number| tile_width(level, *number, self.size).is_some());
        loop {
            let part: Vec<u64> = numbers.by_ref().take(window).collect();
            if part.is_empty() {
                return Ok(Some(()));
            }
            let read = parallel(&part, self.jobs, |number| {
                if self.interrupted.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                (self.tiles)(&coordinates(level, *number, self.size)?).map(Some)
            })?;
            for (number, tile) in part.into_iter().zip(read) {
                let Some(tile) = tile else { return Ok(None) };
                show(number, tile);
            }
        }
    }

    fn leaves(
        &self,
        before: &Frontier,
        seen: Option<(TreeSize, TreeRoot)>,
    ) -> Result<Option<Leaves>, CliError> {
        let base = bundles_of(before);
        let own = (before.size() > 0).then(|| (TreeSize(before.size()), before.root()));
        let mut leaves = Leaves {
            log: base.clone(),
            nodes: BTreeMap::new(),
            bundles: Vec::new(),
            last: Vec::new(),
            others: Vec::new(),
            base,
        };
        // What ends before the first tile was compared when that was read.
        let mut awaited: Vec<(TreeSize, TreeRoot)> = own
            .into_iter()
            .chain(seen.filter(|seen| Some(*seen) != own))
            .filter(|(size, _)| size.get() >= leaves.base.size())
            .collect();
        let first = leaves.base.size() / u64::from(TILE_WIDTH);
        let mut compare = |log: &Frontier, others: &mut Vec<_>| {
            awaited.retain(|(size, root)| {
                let reached = size.get() == log.size();
                if reached && *root != log.root() {
                    others.push((*size, *root));
                }
                !reached
            });
        };
        compare(&leaves.log, &mut leaves.others);
        let read = self.each(0, first, &mut |number, tile| {
            let width = usize::from(tile_width(0, number, self.size).unwrap_or(TILE_WIDTH));
            for hash in &tile {
                let nodes = &mut leaves.nodes;
                leaves.log.push_nodes(hash, |level, _, hash| {
                    if level > 0 && level.is_multiple_of(TILE_HEIGHT) {
                        nodes.entry(level / TILE_HEIGHT).or_default().push(*hash);
                    }
                });
                compare(&leaves.log, &mut leaves.others);
            }
            leaves.bundles.push((root_of(&tile).0, tile.len() == width));
            leaves.last = tile;
        })?;
        leaves.others.extend(awaited);
        Ok(read.map(|()| leaves))
    }

    /// Compares the tiles above the leaves with what those lead to; `None` when interrupted.
    fn above(&self, leaves: &Leaves, hashes: &mut Hashes) -> Result<Option<()>, CliError> {
        for level in 1..TILE_HEIGHT {
            let begun = leaves.base.size() >> (level * TILE_HEIGHT);
            let nodes = leaves.nodes.get(&level).map(Vec::as_slice).unwrap_or_default();
            let mut nodes = nodes.iter();
            let first = begun / u64::from(TILE_WIDTH);
            let old = usize::try_from(begun % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
            let read = self.each(level, first, &mut |number, tile| {
                let width = tile_width(level, number, self.size).unwrap_or(TILE_WIDTH);
                let is_first = number == first;
                let old = if is_first { old } else { 0 };
                let (before, new) = tile.split_at(old.min(tile.len()));
                let expected = nodes.by_ref().take(usize::from(width).saturating_sub(old));
                // All that are expected are taken, so that the next tile begins with its own.
                let expected: Vec<Hash> = expected.copied().collect();
                if expected != new || (is_first && !is_edge(&leaves.base, level, before)) {
                    hashes.wrong(level, number, width);
                }
            })?;
            if read.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// The tiles of leaves don't lead to the head: those that differ from the tiles above are named, if that explains it.
    fn repair(&self, leaves: &Leaves, above: &[Hash], hashes: &mut Hashes) {
        let mut bundles = Vec::new();
        let mut named = Hashes::default();
        for (number, (root, has_width)) in (0_u64..).zip(&leaves.bundles) {
            let width = tile_width(0, number, self.size).unwrap_or(TILE_WIDTH);
            let committed = usize::try_from(number).ok().and_then(|at| above.get(at));
            match committed {
                Some(committed) if committed != root || !has_width => {
                    named.wrong(0, number, width);
                    bundles.push(*committed);
                }
                _ => bundles.push(*root),
            }
        }
        hashes.findings.append(&mut named.findings);
        // Full bundles are nodes of one level; the last, if it is not full, is a tree of its own on their right.
        let is_partial =
            leaves.last.len() != usize::from(TILE_WIDTH) && above.len() < leaves.bundles.len();
        let last = if is_partial { leaves.last.as_slice() } else { &[] };
        let full = bundles.len().saturating_sub(usize::from(is_partial));
        let mut frontier = Frontier::new();
        for bundle in bundles.iter().take(full) {
            frontier.push(bundle);
        }
        let mut parts: Vec<Hash> = frontier.hashes().to_vec();
        let mut tail = Frontier::new();
        for hash in last {
            tail.push(hash);
        }
        parts.extend(tail.hashes());
        let leaves_of = frontier.size().saturating_mul(u64::from(TILE_WIDTH));
        let whole = Frontier::from_parts(leaves_of.saturating_add(tail.size()), parts);
        if whole.is_some_and(|it| it.root() == self.root) && !hashes.findings.is_empty() {
            hashes.bundles = bundles;
            return;
        }
        // The last, partial tile has none above: only the entries can tell whether it is the one.
        let detail = format!("{} {}", self.size, self.root);
        hashes.findings.push(Finding::new(Class::Log, detail));
    }
}

/// Whether these are the nodes of a level that stand at the right edge of a log, below those of the level above.
fn is_edge(log: &Frontier, level: u8, nodes: &[Hash]) -> bool {
    let mut left = nodes;
    for bit in (0..TILE_HEIGHT).rev() {
        let at = u32::from(level * TILE_HEIGHT + bit);
        if log.size() >> at & 1 == 0 {
            continue;
        }
        // One hash for each larger perfect subtree stands before it.
        let larger = log.size().checked_shr(at + 1).unwrap_or(0).count_ones();
        let edge = usize::try_from(larger).ok().and_then(|larger| log.hashes().get(larger));
        let Some((run, rest)) = left.split_at_checked(1 << bit) else { return false };
        if edge != Some(&root_of(run).0) {
            return false;
        }
        left = rest;
    }
    left.is_empty()
}

#[cfg(test)]
mod tests;
