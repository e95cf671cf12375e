//! A log of somebody, for tests.

use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::merkle::{Hash, NodeSource, consistency_path, leaf_hash, node_hash, root_of};
use tamga_format::note::{Note, VKey, VKeyKind, sign_note};
use tamga_format::signature::SigningKey;
use tamga_format::witness::AddCheckpoint;

/// A signed log of some leaves, whose contents depend on `branch` from leaf 5 on.
pub(crate) struct Log {
    origin: &'static str,
    key: SigningKey,
    leaves: Vec<Hash>,
}

impl Log {
    pub(crate) fn new(origin: &'static str, branch: u8) -> Self {
        let leaf = |i| leaf_hash(&[i, if i < 5 { 0 } else { branch }]);
        Self { origin, key: SigningKey::from_seed([7; 32]), leaves: (0..40).map(leaf).collect() }
    }

    pub(crate) fn vkey(&self) -> VKey {
        VKey::new(self.origin, VKeyKind::Log, self.key.public()).unwrap()
    }

    pub(crate) fn root(&self, size: u64) -> TreeRoot {
        root_of(&self.leaves[..usize::try_from(size).unwrap()])
    }

    pub(crate) fn path(&self, from: u64, to: u64) -> Vec<Hash> {
        if from == 0 || from >= to { Vec::new() } else { consistency_path(self, from, to).unwrap() }
    }

    pub(crate) fn body(&self, size: u64) -> String {
        let (origin, root) = (self.origin.to_owned(), self.root(size));
        Checkpoint { origin, size: TreeSize(size), root }.body()
    }

    /// Any text, signed by the log.
    pub(crate) fn sign(&self, text: String) -> Note {
        let line = sign_note(&text, self.origin, &self.key).unwrap();
        Note { text, signatures: vec![line] }
    }

    pub(crate) fn note(&self, size: u64) -> Note {
        self.sign(self.body(size))
    }

    /// A request with the right path.
    pub(crate) fn request(&self, old: u64, size: u64) -> AddCheckpoint {
        AddCheckpoint { old: TreeSize(old), path: self.path(old, size), note: self.note(size) }
    }
}

impl NodeSource for Log {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        if level == 0 {
            return self.leaves.get(usize::try_from(index).unwrap()).copied();
        }
        Some(node_hash(&self.node(level - 1, 2 * index)?, &self.node(level - 1, 2 * index + 1)?))
    }
}
