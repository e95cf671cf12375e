//! The authenticated map of subjects in memory: a persistent Merkle Patricia tree (spec §9).
//!
//! A version is a root pointer. An update copies the paths to the changed leaves and shares all
//! the rest, so several undecided blocks can each have a map of their own. Hashing and proof bytes
//! are those of [`tamga_format::mpt`]; only subject rows are durable, and the tree is built again
//! from them when a store is opened.

use std::fmt;
use std::sync::Arc;

use tamga_format::id::{MapKey, MapRoot, MapValue};
use tamga_format::mpt::{self, ProofWriter, first_difference, key_bit};

type Hash = [u8; 32];

/// One version of the map; clones share everything.
#[derive(Clone, Default)]
pub struct Map {
    root: Option<Node>,
    len: usize,
}

/// What the map says of a key, with the bytes that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapProof {
    /// The key has this value.
    Present(MapValue, Vec<u8>),
    /// The key is absent.
    Absent(Vec<u8>),
}

#[derive(Clone)]
enum Node {
    Leaf(Arc<Leaf>),
    Inner(Arc<Inner>),
}

struct Leaf {
    key: MapKey,
    value: MapValue,
    hash: Hash,
}

struct Inner {
    hash: Hash,
    left: Node,
    right: Node,
    /// The first bit in which the keys below differ.
    bit: u8,
}

/// Updates on their way down, sorted by key.
#[derive(Clone, Copy)]
struct Changes<'a> {
    pairs: &'a [(MapKey, MapValue)],
    /// For each, the first bit in which its key differs from every key of the old tree, or
    /// [`KNOWN`]. Apart from the pairs, so that the smallest is found fast.
    splits: &'a [u16],
}

/// The split of a key that is in the tree: beyond every bit position.
const KNOWN: u16 = 256;

impl Map {
    /// The empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The root hash.
    pub fn root(&self) -> MapRoot {
        self.root.as_ref().map_or_else(mpt::empty_root, |root| MapRoot(*root.hash()))
    }

    /// The value under a key.
    pub fn get(&self, key: &MapKey) -> Option<MapValue> {
        let leaf = self.root.as_ref()?.nearest(key);
        (leaf.key == *key).then_some(leaf.value)
    }

    /// The version after these updates, which are sorted by key, each key once. Every inner node
    /// on a changed path is hashed once, whatever the number of updates below it.
    #[must_use]
    pub fn updated(&self, updates: &[(MapKey, MapValue)]) -> Self {
        debug_assert!(updates.is_sorted_by(|a, b| a.0 < b.0), "updates are sorted, keys unique");
        let Some(root) = &self.root else {
            return Self { root: build(updates), len: updates.len() };
        };
        let splits: Vec<u16> = updates
            .iter()
            .map(|(key, _)| first_difference(&root.nearest(key).key, key).map_or(KNOWN, u16::from))
            .collect();
        let new = splits.iter().filter(|split| **split != KNOWN).count();
        let root = root.merge(Changes { pairs: updates, splits: &splits });
        Self { root: Some(root), len: self.len.saturating_add(new) }
    }

    /// Presence or absence of a key, with proof bytes for [`mpt::verify_presence`] or
    /// [`mpt::verify_absence`].
    pub fn prove(&self, key: &MapKey) -> MapProof {
        let Some(root) = &self.root else { return MapProof::Absent(Vec::new()) };
        let mut steps = Vec::new();
        let mut node = root;
        let leaf = loop {
            match node {
                Node::Leaf(leaf) => break leaf,
                Node::Inner(inner) => {
                    let (next, sibling) = if key_bit(key, inner.bit) {
                        (&inner.right, &inner.left)
                    } else {
                        (&inner.left, &inner.right)
                    };
                    steps.push((inner.bit, sibling.hash()));
                    node = next;
                }
            }
        };
        let mut proof = if leaf.key == *key {
            ProofWriter::presence()
        } else {
            ProofWriter::absence(&leaf.key, &leaf.value)
        };
        for (bit, sibling) in steps.into_iter().rev() {
            proof.step(bit, sibling);
        }
        if leaf.key == *key {
            MapProof::Present(leaf.value, proof.finish())
        } else {
            MapProof::Absent(proof.finish())
        }
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Map({} keys, root {})", self.len, self.root())
    }
}

impl Node {
    fn leaf(key: MapKey, value: MapValue) -> Self {
        Self::Leaf(Arc::new(Leaf { key, value, hash: mpt::leaf_hash(&key, &value) }))
    }

    fn inner(bit: u8, left: Self, right: Self) -> Self {
        let hash = mpt::inner_hash(bit, left.hash(), right.hash());
        Self::Inner(Arc::new(Inner { hash, left, right, bit }))
    }

    fn hash(&self) -> &Hash {
        match self {
            Self::Leaf(leaf) => &leaf.hash,
            Self::Inner(inner) => &inner.hash,
        }
    }

    /// The leaf at the end of the key's path: its own if it is in, else one that shares with it
    /// the longest prefix any key does.
    fn nearest(&self, key: &MapKey) -> &Leaf {
        let mut node = self;
        loop {
            match node {
                Self::Leaf(leaf) => return leaf,
                Self::Inner(inner) => {
                    node = if key_bit(key, inner.bit) { &inner.right } else { &inner.left };
                }
            }
        }
    }

    fn merge(&self, changes: Changes<'_>) -> Self {
        let Some(&split) = changes.splits.iter().min() else { return self.clone() };
        match self {
            // Some keys leave the path above this node, so a new inner node goes there; the old
            // keys are all on the side that those don't take.
            Self::Leaf(_) if split < KNOWN => self.part(split, changes),
            Self::Inner(inner) if split < u16::from(inner.bit) => self.part(split, changes),
            Self::Leaf(_) => {
                let (key, value) = changes.pairs[0];
                Self::leaf(key, value)
            }
            Self::Inner(inner) => {
                let (left, right) = changes.side(inner.bit);
                Self::inner(inner.bit, inner.left.merge(left), inner.right.merge(right))
            }
        }
    }

    fn part(&self, split: u16, changes: Changes<'_>) -> Self {
        let bit = u8::try_from(split).expect("a key that leaves does so at one of its bits");
        let leaving = changes.splits.iter().position(|at| *at == split);
        let (leaving, _) = &changes.pairs[leaving.expect("the split is one of the changes'")];
        let (left, right) = changes.side(bit);
        let built = |side: Changes<'_>| build(side.pairs).expect("the leaving key is on this side");
        if key_bit(leaving, bit) {
            Self::inner(bit, self.merge(left), built(right))
        } else {
            Self::inner(bit, built(left), self.merge(right))
        }
    }
}

impl Changes<'_> {
    /// The changes with a zero and with a one at a bit in whose prefix they all agree.
    fn side(&self, bit: u8) -> (Self, Self) {
        let at = zeros(self.pairs, bit);
        let ((left, right), (left_splits, right_splits)) =
            (self.pairs.split_at(at), self.splits.split_at(at));
        (Self { pairs: left, splits: left_splits }, Self { pairs: right, splits: right_splits })
    }
}

/// How many of the sorted pairs, which agree in the prefix of a bit, have a zero there.
fn zeros(pairs: &[(MapKey, MapValue)], bit: u8) -> usize {
    pairs.partition_point(|(key, _)| !key_bit(key, bit))
}

/// The tree of these pairs alone.
fn build(pairs: &[(MapKey, MapValue)]) -> Option<Node> {
    let ((first, value), (last, _)) = (pairs.first()?, pairs.last()?);
    let Some(bit) = first_difference(first, last) else {
        return Some(Node::leaf(*first, *value));
    };
    let (left, right) = pairs.split_at(zeros(pairs, bit));
    Some(Node::inner(bit, build(left)?, build(right)?))
}

#[cfg(test)]
mod tests;
