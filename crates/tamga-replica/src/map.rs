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

/// An update on its way down.
struct Change {
    key: MapKey,
    value: MapValue,
    /// The first bit in which the key differs from every key of the old tree; `None` if it is in.
    split: Option<u8>,
}

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
        let changes: Vec<Change> = updates
            .iter()
            .map(|&(key, value)| {
                let split = match &self.root {
                    Some(root) => first_difference(&root.nearest(&key).key, &key),
                    None => Some(0),
                };
                Change { key, value, split }
            })
            .collect();
        let new = changes.iter().filter(|change| change.split.is_some()).count();
        let root = match &self.root {
            Some(root) => Some(root.merge(&changes)),
            None => build(&changes),
        };
        Self { root, len: self.len + new }
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

    fn merge(&self, changes: &[Change]) -> Self {
        let Some(first) = changes.first() else { return self.clone() };
        let leaves_at = changes.iter().filter(|c| c.split.is_some()).min_by_key(|c| c.split);
        match (self, leaves_at.and_then(|c| c.split.map(|split| (split, &c.key)))) {
            // Some keys leave the path above this node, so a new inner node goes there; the old
            // keys are all on the side that those don't take.
            (Self::Leaf(_), Some((split, key))) => self.part(split, key, changes),
            (Self::Inner(inner), Some((split, key))) if split < inner.bit => {
                self.part(split, key, changes)
            }
            (Self::Leaf(_), None) => Self::leaf(first.key, first.value),
            (Self::Inner(inner), _) => {
                let (left, right) = side(changes, inner.bit);
                Self::inner(inner.bit, inner.left.merge(left), inner.right.merge(right))
            }
        }
    }

    fn part(&self, split: u8, leaving: &MapKey, changes: &[Change]) -> Self {
        let (left, right) = side(changes, split);
        let built = |changes| build(changes).expect("the leaving key is on this side");
        if key_bit(leaving, split) {
            Self::inner(split, self.merge(left), built(right))
        } else {
            Self::inner(split, built(left), self.merge(right))
        }
    }
}

/// Sorted changes, split by one bit in whose prefix they agree.
fn side(changes: &[Change], bit: u8) -> (&[Change], &[Change]) {
    changes.split_at(changes.partition_point(|change| !key_bit(&change.key, bit)))
}

/// The tree of these changes alone.
fn build(changes: &[Change]) -> Option<Node> {
    let (first, last) = (changes.first()?, changes.last()?);
    let Some(bit) = first_difference(&first.key, &last.key) else {
        return Some(Node::leaf(first.key, first.value));
    };
    let (left, right) = side(changes, bit);
    Some(Node::inner(bit, build(left)?, build(right)?))
}

#[cfg(test)]
mod tests;
