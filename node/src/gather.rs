//! Signatures on checkpoints, gathered until they make a final note (spec §11.6).
//!
//! Only signatures of keys that the policy names are kept, each verified first, and each key has a
//! window of its own: a peer that sends junk in another's name achieves nothing, and a key that
//! misbehaves pushes out its own signatures only.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature;
use tamga_format::error::FormatError;
use tamga_format::id::{Height, TreeRoot, TreeSize};
use tamga_format::note::{Note, NoteSignature, VKey, VKeyKind};
use tamga_format::policy::Policy;

use crate::swarm::wire::{SignatureLine, SignedCheckpoint};

/// Checkpoints kept per key; older ones give way.
pub const WINDOW: usize = 4_096;

/// A checkpoint that the policy accepts, as text to hand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalNote {
    /// Height of the block that the checkpoint closes.
    pub height: Height,
    /// Size of the tree.
    pub size: TreeSize,
    /// The log's line and exactly the cosignatures that the quorum needs, in policy order.
    pub note: String,
}

/// One key signed two roots of one size: evidence that it is used by a liar, or by two processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Name of the key.
    pub name: String,
    /// The two notes, each with that key's signature.
    pub notes: [String; 2],
}

/// What became of the signatures on a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Signatures that were new.
    pub fresh: usize,
    /// Signatures of unknown keys, or that do not hold.
    pub refused: usize,
    /// Keys that contradict themselves.
    pub conflicts: Vec<Conflict>,
}

struct Key {
    vkey: VKey,
    held: BTreeMap<TreeSize, Held>,
}

struct Held {
    root: TreeRoot,
    /// As its sender says ([`height_hint`]).
    height: Height,
    blob: Vec<u8>,
}

/// The signatures at hand, by key and tree size.
pub struct Gatherer {
    /// Each policy and the size above which it rules, ascending; never empty.
    policies: Vec<(TreeSize, Policy)>,
    keys: BTreeMap<[u8; 4], Key>,
}

impl std::fmt::Debug for Gatherer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gatherer").field("origin", &self.policy().origin()).finish_non_exhaustive()
    }
}

impl Gatherer {
    /// An empty gatherer for the keys of a policy, by which every checkpoint is judged.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let mut gatherer = Self { policies: Vec::new(), keys: BTreeMap::new() };
        gatherer.follow(TreeSize(0), policy);
        gatherer
    }

    /// Judges checkpoints of more leaves than `after` by this policy, up to those that another one rules.
    pub fn follow(&mut self, after: TreeSize, policy: Policy) {
        let witnesses = policy.witnesses().map(|witness| &witness.key);
        for vkey in [policy.log()].into_iter().chain(witnesses) {
            let new = || Key { vkey: vkey.clone(), held: BTreeMap::new() };
            self.keys.entry(vkey.key_id()).or_insert_with(new);
        }
        let at = self.policies.partition_point(|(from, _)| *from < after);
        if self.policies.get(at).is_some_and(|(from, _)| *from == after) {
            self.policies.remove(at);
        }
        self.policies.insert(at, (after, policy));
    }

    /// The newest policy.
    ///
    /// # Panics
    /// Never: a gatherer begins with one.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        let (_, newest) = self.policies.last().expect("a gatherer begins with a policy");
        newest
    }

    /// The policy that rules a checkpoint of so many leaves.
    #[must_use]
    pub fn ruling(&self, size: TreeSize) -> &Policy {
        let rules = self.policies.iter().rev().find(|(after, _)| *after < size);
        rules.map_or(self.policy(), |(_, policy)| policy)
    }

    /// The checkpoint of this ledger with this size and root.
    #[must_use]
    pub fn checkpoint(&self, size: TreeSize, root: TreeRoot) -> Checkpoint {
        checkpoint(self.policy().origin(), size, root)
    }

    /// Verifies and keeps the signatures on a checkpoint.
    pub fn add(&mut self, signed: &SignedCheckpoint) -> Added {
        let (size, root) = (TreeSize(signed.size), TreeRoot(signed.root));
        let origin = self.policy().origin().to_owned();
        let body = self.checkpoint(size, root).body();
        let mut added = Added::default();
        for line in &signed.signatures {
            let Some(key) = self.keys.get_mut(&line.key_id) else {
                added.refused += 1;
                continue;
            };
            let known = key.held.get(&size);
            if known.is_some_and(|held| held.root == root) {
                continue;
            }
            let full = key.held.len() >= WINDOW;
            if full && key.held.first_key_value().is_some_and(|(lowest, _)| size < *lowest) {
                continue;
            }
            if key.verify(&body, line).is_err() {
                added.refused += 1;
                continue;
            }
            if let Some(held) = known {
                let earlier = checkpoint(&origin, size, held.root);
                added.conflicts.push(key.conflict(&earlier.body(), &held.blob, &body, &line.blob));
                continue;
            }
            if full {
                key.held.pop_first();
            }
            let (height, blob) = (height_hint(signed), line.blob.clone());
            key.held.insert(size, Held { root, height, blob });
            added.fresh += 1;
        }
        added
    }

    /// All signatures at hand on one checkpoint, under its height; `None` when there are none.
    #[must_use]
    pub fn signed(
        &self,
        height: Height,
        size: TreeSize,
        root: TreeRoot,
    ) -> Option<SignedCheckpoint> {
        let lines = self
            .holders(size, root)
            .map(|(id, _, held)| SignatureLine { key_id: *id, blob: held.blob.clone() });
        // The log's line first: when a policy has more witnesses than fit, it must not be cut off.
        let mut signatures: Vec<SignatureLine> = lines.collect();
        let log = self.ruling(size).log().key_id();
        signatures.sort_by_key(|line| line.key_id != log);
        signatures.truncate(crate::swarm::limits::SIGNATURES_MAX);
        let (height, size, root) = (height.get(), size.get(), root.0);
        (!signatures.is_empty()).then_some(SignedCheckpoint { height, size, root, signatures })
    }

    /// Whether the quorum of the policy has cosigned this checkpoint.
    #[must_use]
    pub fn has_quorum(&self, size: TreeSize, root: TreeRoot) -> bool {
        let policy = self.ruling(size);
        let holders: BTreeSet<&[u8; 4]> = self.holders(size, root).map(|(id, ..)| id).collect();
        let cosigned = policy.witnesses().filter(|it| holders.contains(&it.key.key_id()));
        policy.is_satisfied_by(&cosigned.map(|witness| witness.name.as_str()).collect())
    }

    /// The height of a checkpoint, by the median of what came with its signatures: a hint, for who
    /// hands a signature on may give another height than its signer.
    #[must_use]
    pub fn height(&self, size: TreeSize, root: TreeRoot) -> Option<Height> {
        let holders =
            self.holders(size, root).filter(|(_, key, _)| key.vkey.kind() == VKeyKind::Cosigner);
        let mut heights: Vec<Height> = holders.map(|(_, _, held)| held.height).collect();
        heights.sort_unstable();
        heights.get(heights.len() / 2).copied()
    }

    /// The final note of a block, once the log and a quorum have signed its checkpoint.
    #[must_use]
    pub fn final_note(&self, height: Height, size: TreeSize, root: TreeRoot) -> Option<FinalNote> {
        if !self.has_quorum(size, root) {
            return None;
        }
        let lines = self.holders(size, root).map(|(id, key, held)| NoteSignature {
            name: key.vkey.name().to_owned(),
            key_id: *id,
            blob: held.blob.clone(),
        });
        let text = self.checkpoint(size, root).body();
        let note = Note { text, signatures: lines.collect() };
        // Lines of keys that this policy does not name are left out.
        let note = self.ruling(size).minimal(&note).ok()?;
        Some(FinalNote { height, size, note: note.encode() })
    }

    /// The largest checkpoint signed by a key.
    #[must_use]
    pub fn newest(&self, key_id: [u8; 4]) -> Option<SignedCheckpoint> {
        let (size, held) = self.keys.get(&key_id)?.held.last_key_value()?;
        let line = SignatureLine { key_id, blob: held.blob.clone() };
        let (height, size, root) = (held.height.get(), size.get(), held.root.0);
        Some(SignedCheckpoint { height, size, root, signatures: vec![line] })
    }

    fn holders(
        &self,
        size: TreeSize,
        root: TreeRoot,
    ) -> impl Iterator<Item = (&[u8; 4], &Key, &Held)> {
        self.keys.iter().filter_map(move |(id, key)| {
            let held = key.held.get(&size)?;
            (held.root == root).then_some((id, key, held))
        })
    }
}

impl Key {
    fn line(&self, blob: &[u8]) -> NoteSignature {
        let (name, key_id) = (self.vkey.name().to_owned(), self.vkey.key_id());
        NoteSignature { name, key_id, blob: blob.to_vec() }
    }

    fn verify(&self, body: &str, line: &SignatureLine) -> Result<(), FormatError> {
        verify_line(&self.vkey, body, line).map(drop)
    }

    fn conflict(&self, body: &str, blob: &[u8], other_body: &str, other_blob: &[u8]) -> Conflict {
        let note = |text: &str, blob| {
            Note { text: text.to_owned(), signatures: vec![self.line(blob)] }.encode()
        };
        let notes = [note(body, blob), note(other_body, other_blob)];
        Conflict { name: self.vkey.name().to_owned(), notes }
    }
}

fn checkpoint(origin: &str, size: TreeSize, root: TreeRoot) -> Checkpoint {
    Checkpoint { origin: origin.to_owned(), size, root }
}

/// The height that the sender of a checkpoint gives, which no signature covers. Every block adds at
/// least its own leaf to that of the genesis, so that it lies below the size.
#[must_use]
pub fn height_hint(signed: &SignedCheckpoint) -> Height {
    Height(signed.height.min(signed.size.saturating_sub(1)))
}

/// Checks one signature on a checkpoint body; returns its time in UTC seconds, for a log's 0.
///
/// # Errors
/// When the signature is not this key's, or does not hold.
pub fn verify_line(vkey: &VKey, body: &str, line: &SignatureLine) -> Result<u64, FormatError> {
    let (name, key_id) = (vkey.name().to_owned(), line.key_id);
    let line = NoteSignature { name, key_id, blob: line.blob.clone() };
    match vkey.kind() {
        VKeyKind::Log => vkey.verify_text(body, &line).map(|()| 0),
        VKeyKind::Cosigner => cosignature::verify(vkey, body, &line),
    }
}

/// A final note as it travels among peers; `None` when the text is no note of a checkpoint.
#[must_use]
pub fn note_to_signed(height: Height, note: &str) -> Option<SignedCheckpoint> {
    let note = Note::parse(note).ok()?;
    let checkpoint = Checkpoint::parse(&note.text).ok()?;
    let line = |line: NoteSignature| SignatureLine { key_id: line.key_id, blob: line.blob };
    let signatures = note.signatures.into_iter().map(line).collect();
    let (height, size, root) = (height.get(), checkpoint.size.get(), checkpoint.root.0);
    Some(SignedCheckpoint { height, size, root, signatures })
}
