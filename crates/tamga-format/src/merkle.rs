//! The RFC 9162 SHA-256 tree: building it, proving with it, checking proofs (spec §8.1–§8.3, §24.3).
//!
//! Nothing here stores a tree. A writer keeps a [`Frontier`]; a prover hands in a [`NodeSource`];
//! a verifier needs neither.

use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{FormatCode, FormatError};
use crate::id::{TreeRoot, sha256};

mod range;

pub use range::{range_path, verify_range};

/// A SHA-256 hash inside a tree.
pub type Hash = [u8; 32];

/// The hash of a leaf's data: SHA-256(0x00 ‖ data) (spec §8.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256(&[&[0x00], data])
}

/// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (spec §8.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[0x01], left, right])
}

/// The root of the tree over these leaf hashes, in order (spec §8.1).
pub fn root_of(leaf_hashes: &[Hash]) -> TreeRoot {
    let mut frontier = Frontier::new();
    for leaf in leaf_hashes {
        frontier.push(leaf);
    }
    frontier.root()
}

/// The right edge of a growing tree: the roots of its perfect subtrees, largest first.
///
/// It is all a writer needs to append and to know the root: at most 64 hashes (spec §8.2).
/// Invariant: there is one hash per one-bit of `size`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// Takes up a stored frontier; `None` unless there is one hash per one-bit of `size`.
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Option<Self> {
        (u32::try_from(hashes.len()) == Ok(size.count_ones())).then_some(Self { size, hashes })
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first.
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends one leaf hash.
    ///
    /// # Panics
    /// If the tree already has 2^64−1 leaves.
    pub fn push(&mut self, leaf_hash: &Hash) {
        self.push_nodes(leaf_hash, |_, _, _| ());
    }

    /// Appends one leaf hash and reports every perfect subtree it completes as
    /// `(level, index, hash)`, the leaf itself at level 0 first: what a tile store keeps.
    ///
    /// # Panics
    /// If the tree already has 2^64−1 leaves.
    pub fn push_nodes(&mut self, leaf_hash: &Hash, mut completed: impl FnMut(u8, u64, &Hash)) {
        let (mut hash, mut level, mut index) = (*leaf_hash, 0, self.size);
        completed(level, index, &hash);
        while index & 1 == 1 {
            let left = self.hashes.pop().expect("a frontier has one hash per one-bit of its size");
            hash = node_hash(&left, &hash);
            level += 1;
            index >>= 1;
            completed(level, index, &hash);
        }
        self.hashes.push(hash);
        self.size = self.size.checked_add(1).expect("a log has fewer than 2^64 leaves");
    }

    /// The root of the tree; SHA-256 of nothing for the empty one.
    pub fn root(&self) -> TreeRoot {
        let folded =
            self.hashes.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
        TreeRoot(folded.unwrap_or_else(|| sha256(&[])))
    }
}

/// Where a prover finds the hashes of perfect subtrees.
pub trait NodeSource {
    /// The root of leaves `index·2^level .. (index+1)·2^level`; level 0 is the leaf hashes.
    ///
    /// `None` if the source does not hold it.
    fn node(&self, level: u8, index: u64) -> Option<Hash>;
}

/// The proof that leaf `index` is in the tree of `size` leaves, sibling of the leaf first.
///
/// `None` if `index` is not below `size` or the source lacks a node.
pub fn inclusion_path(source: &impl NodeSource, index: u64, size: u64) -> Option<Vec<Hash>> {
    if index >= size {
        return None;
    }
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range_root(source, middle, to)?);
            to = middle;
        } else {
            path.push(range_root(source, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Some(path)
}

/// The proof that the tree of `size2` leaves extends the one of `size1` leaves.
///
/// `None` if not 0 < `size1` ≤ `size2` or the source lacks a node.
pub fn consistency_path(source: &impl NodeSource, size1: u64, size2: u64) -> Option<Vec<Hash>> {
    if size1 == 0 || size1 > size2 {
        return None;
    }
    let (mut from, mut to) = (0, size2);
    let mut path = Vec::new();
    while to != size1 {
        let middle = from + split(to - from);
        if size1 <= middle {
            path.push(range_root(source, middle, to)?);
            to = middle;
        } else {
            path.push(range_root(source, from, middle)?);
            from = middle;
        }
    }
    // The verifier knows the old root, so it is left out where it is a subtree by itself.
    if from != 0 {
        path.push(range_root(source, from, to)?);
    }
    path.reverse();
    Some(path)
}

/// The root of the tree of `size` leaves; `None` if the source lacks a node.
pub fn root_at(source: &impl NodeSource, size: u64) -> Option<TreeRoot> {
    if size == 0 {
        return Some(Frontier::new().root());
    }
    range_root(source, 0, size).map(TreeRoot)
}

/// Where the inclusion paths of two leaves of a tree meet (spec §8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Place, in the path of the left leaf, of the hash that is the root of the subtree with the right one.
    pub place: usize,
    /// The leaves of that subtree.
    pub leaves: Range<u64>,
}

impl Meeting {
    /// Of the leaves `left` and `right` in the tree of `size` leaves; `None` unless `left` < `right` < `size`.
    #[must_use]
    pub fn of(left: u64, right: u64, size: u64) -> Option<Self> {
        if left >= right || right >= size {
            return None;
        }
        let (mut from, mut to) = (0, size);
        loop {
            let middle = from + split(to - from);
            if right < middle {
                to = middle;
            } else if left >= middle {
                from = middle;
            } else {
                // The left half is perfect, so that a path through it has as many hashes as it has levels.
                let place = (middle - from).trailing_zeros() as usize;
                return Some(Self { place, leaves: middle..to });
            }
        }
    }

    /// What the path of the right leaf, whole or not, has below the meeting.
    #[must_use]
    pub fn below(&self, right: u64, mut path: Vec<Hash>) -> Vec<Hash> {
        let (mut from, mut to) = (self.leaves.start, self.leaves.end);
        let mut hashes = 0;
        while to - from > 1 {
            let middle = from + split(to - from);
            if right < middle {
                to = middle
            } else {
                from = middle
            }
            hashes += 1;
        }
        path.truncate(hashes);
        path
    }
}

/// Checks that the leaf hash stands at `index` in the tree of `size` leaves (spec §8.3).
///
/// # Errors
/// [`FormatCode::ProofShape`] if the index is not in the tree or the path has the wrong length,
/// [`FormatCode::ProofRoot`] if the path leads to another root.
pub fn verify_inclusion(
    leaf_hash: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &TreeRoot,
) -> Result<(), FormatError> {
    verify_subtree_inclusion(leaf_hash, index, 0, size, path, &root.0)
}

/// Checks that the tree of `size2` leaves extends the one of `size1` leaves (spec §8.3).
///
/// A proof from the empty tree says nothing and is refused.
///
/// # Errors
/// [`FormatCode::ProofShape`] if not 0 < `size1` ≤ `size2` or the path has the wrong length,
/// [`FormatCode::ProofRoot`] if the path leads to another root.
pub fn verify_consistency(
    size1: u64,
    size2: u64,
    path: &[Hash],
    root1: &TreeRoot,
    root2: &TreeRoot,
) -> Result<(), FormatError> {
    if size1 == 0 {
        return Err(shape(0));
    }
    verify_subtree_consistency(0, size1, size2, path, &root1.0, &root2.0)
}

/// Checks that the leaf hash stands at `index` in the subtree of the leaves `start .. end`.
///
/// # Errors
/// As [`verify_inclusion`]; a range that is no subtree has the wrong shape.
pub fn verify_subtree_inclusion(
    leaf_hash: &Hash,
    index: u64,
    start: u64,
    end: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), FormatError> {
    if !is_subtree(start, end) || index < start || index >= end {
        return Err(shape(0));
    }
    let mut at = Position { node: index - start, last: end - start - 1 };
    let mut hash = *leaf_hash;
    for (position, sibling) in path.iter().enumerate() {
        if at.last == 0 {
            return Err(shape(position));
        }
        if at.sibling_is_left() {
            hash = node_hash(sibling, &hash);
            at.skip_missing();
        } else {
            hash = node_hash(&hash, sibling);
        }
        at.up();
    }
    if at.last != 0 {
        return Err(shape(path.len()));
    }
    same_root(&hash, root)
}

/// Checks that the subtree of the leaves `start .. end` belongs to the tree of `size` leaves.
///
/// An empty subtree belongs to every tree that reaches it; its proof is empty and says nothing
/// about the tree.
///
/// # Errors
/// As [`verify_consistency`]; a range that is no subtree has the wrong shape.
pub fn verify_subtree_consistency(
    start: u64,
    end: u64,
    size: u64,
    path: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), FormatError> {
    if start == end && end <= size && path.is_empty() {
        return same_root(&Frontier::new().root().0, subtree_root);
    }
    if !is_subtree(start, end) || end > size {
        return Err(shape(0));
    }
    // `first` walks with the subtree's first leaf, `at` with its last, both towards the root.
    let (mut first, mut at) = (start, Position { node: end - 1, last: size - 1 });
    let mut path = path.iter().enumerate();
    // Climb to the largest subtree that both trees have in common.
    if at.node == at.last {
        while first != at.node {
            first >>= 1;
            at.up();
        }
    } else {
        while first != at.node && at.node & 1 == 1 {
            first >>= 1;
            at.up();
        }
    }
    let start_hash =
        if first == at.node { *subtree_root } else { *path.next().ok_or_else(|| shape(0))?.1 };
    let (mut old, mut new) = (start_hash, start_hash);
    for (position, sibling) in path {
        if at.last == 0 {
            return Err(shape(position));
        }
        if at.sibling_is_left() {
            if first < at.node {
                old = node_hash(sibling, &old);
            }
            new = node_hash(sibling, &new);
            first >>= at.skip_missing();
        } else {
            new = node_hash(&new, sibling);
        }
        first >>= 1;
        at.up();
    }
    if at.last != 0 {
        return Err(shape(0));
    }
    same_root(&old, subtree_root)?;
    same_root(&new, root)
}

/// A node on the way to the root: its index in its level, and that of the level's last node.
struct Position {
    node: u64,
    last: u64,
}

impl Position {
    const fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    const fn sibling_is_left(&self) -> bool {
        self.node & 1 == 1 || self.node == self.last
    }

    /// Climbs past levels where the last node has no sibling; returns how many.
    const fn skip_missing(&mut self) -> u32 {
        let mut skipped = 0;
        while self.node & 1 == 0 && self.node != 0 {
            self.up();
            skipped += 1;
        }
        skipped
    }
}

/// The largest power of two below `count`, which must be above 1.
const fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// Whether `start .. end` is a subtree: not empty, and aligned to the next power of two.
fn is_subtree(start: u64, end: u64) -> bool {
    // A range too long for its power of two to fit is aligned at zero only.
    start < end
        && (end - start)
            .checked_next_power_of_two()
            .map_or(start == 0, |step| start.is_multiple_of(step))
}

fn range_root(source: &impl NodeSource, from: u64, to: u64) -> Option<Hash> {
    let count = to - from;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return source.node(u8::try_from(level).ok()?, from >> level);
    }
    let middle = from + split(count);
    Some(node_hash(&range_root(source, from, middle)?, &range_root(source, middle, to)?))
}

fn same_root(computed: &Hash, expected: &Hash) -> Result<(), FormatError> {
    if computed == expected { Ok(()) } else { Err(FormatError::new(FormatCode::ProofRoot, 0)) }
}

const fn shape(position: usize) -> FormatError {
    FormatError::new(FormatCode::ProofShape, position)
}

#[cfg(test)]
mod tests;
