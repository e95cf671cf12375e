//! Runs of neighbouring leaves, proved together (spec §24.3).

use alloc::vec::Vec;

use super::{Hash, NodeSource, node_hash, range_root, same_root, shape, split};
use crate::error::FormatError;
use crate::id::TreeRoot;

/// The proof that the leaves `from .. to` stand there in the tree of `size` leaves: the roots of the subtrees
/// beside them, from left to right; at most two for each level.
///
/// `None` unless `from` < `to` ≤ `size`, or if the source lacks a node.
pub fn range_path(source: &impl NodeSource, from: u64, to: u64, size: u64) -> Option<Vec<Hash>> {
    fn walk(
        source: &impl NodeSource,
        (start, end): (u64, u64),
        (from, to): (u64, u64),
        path: &mut Vec<Hash>,
    ) -> Option<()> {
        if end <= from || start >= to {
            path.push(range_root(source, start, end)?);
            return Some(());
        }
        if from <= start && end <= to {
            return Some(());
        }
        let middle = start + split(end - start);
        walk(source, (start, middle), (from, to), path)?;
        walk(source, (middle, end), (from, to), path)
    }
    if from >= to || to > size {
        return None;
    }
    let mut path = Vec::new();
    walk(source, (0, size), (from, to), &mut path)?;
    Some(path)
}

/// Checks that these leaf hashes stand from `first` on in the tree of `size` leaves.
///
/// # Errors
/// [`FormatCode::ProofShape`](crate::error::FormatCode::ProofShape) if there are none, if they do not all lie in the
/// tree, or if the path has the wrong length; [`FormatCode::ProofRoot`](crate::error::FormatCode::ProofRoot) if it
/// leads to another root.
pub fn verify_range(
    leaf_hashes: &[Hash],
    first: u64,
    size: u64,
    path: &[Hash],
    root: &TreeRoot,
) -> Result<(), FormatError> {
    let count = u64::try_from(leaf_hashes.len()).map_err(|_| shape(0))?;
    let to = first.checked_add(count).filter(|to| *to <= size).ok_or_else(|| shape(0))?;
    if count == 0 {
        return Err(shape(0));
    }
    let mut climb = Climb { leaf_hashes: leaf_hashes.iter(), path: path.iter(), from: first, to };
    let computed = climb.root(0, size)?;
    if climb.path.next().is_some() {
        return Err(shape(path.len()));
    }
    same_root(&computed, &root.0)
}

struct Climb<'p> {
    leaf_hashes: core::slice::Iter<'p, Hash>,
    path: core::slice::Iter<'p, Hash>,
    from: u64,
    to: u64,
}

impl Climb<'_> {
    /// The root over `start .. end`; each call consumes a hash or splits a subtree that meets the run, so there are
    /// at most two calls for each level and leaf.
    fn root(&mut self, start: u64, end: u64) -> Result<Hash, FormatError> {
        if end <= self.from || start >= self.to {
            return self.path.next().copied().ok_or_else(|| shape(0));
        }
        if end - start == 1 {
            return self.leaf_hashes.next().copied().ok_or_else(|| shape(0));
        }
        let middle = start + split(end - start);
        let left = self.root(start, middle)?;
        Ok(node_hash(&left, &self.root(middle, end)?))
    }
}
