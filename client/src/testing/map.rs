//! A map of subjects made of what a test says of them, and the proofs it gives.

use tamga_format::id::{MapKey, MapRoot, MapValue};
use tamga_format::merkle::{Frontier, Hash, leaf_hash};
use tamga_format::mpt::{ProofWriter, first_difference, key_bit, root_of};
use tamga_format::subject::{Subject, map_value, status_hash, subject_leaf};
use tamga_format::subject_proof::{Place, Present, Standing, StatusPart};

/// Nonce that salts every status.
const NONCE: [u8; 16] = [7; 16];

/// A subject's records and status.
struct Held {
    subject: Subject,
    records: Vec<Place>,
    status: Vec<u8>,
}

/// What the map holds.
#[derive(Default)]
pub(crate) struct SubjectMap(Vec<Held>);

impl SubjectMap {
    pub(crate) fn with(mut self, subject: Subject, records: Vec<Place>, status: &[u8]) -> Self {
        self.0.push(Held { subject, records, status: status.to_vec() });
        self
    }

    fn pairs(&self) -> Vec<(MapKey, MapValue)> {
        let pair = |held: &Held| {
            let count = u64::try_from(held.records.len()).unwrap();
            let status = status_hash(&NONCE, &held.status);
            let root = frontier(&held.records).root();
            (held.subject.map_key(), map_value(count, &root, &status))
        };
        let mut pairs: Vec<(MapKey, MapValue)> = self.0.iter().map(pair).collect();
        pairs.sort();
        pairs
    }

    pub(crate) fn root(&self) -> MapRoot {
        root_of(&self.pairs()).unwrap()
    }

    /// Everything of a subject, and its path.
    pub(super) fn standing(&self, subject: &Subject) -> (Standing, Vec<u8>) {
        let path = path(&self.pairs(), &subject.map_key());
        let Some(held) = self.0.iter().find(|held| held.subject == *subject) else {
            return (Standing::Absent, path);
        };
        let present = Present {
            count: u64::try_from(held.records.len()).unwrap(),
            status: StatusPart::Shown { nonce: NONCE, status: held.status.clone() },
            held: Frontier::new(),
            records: held.records.clone(),
            rest: None,
        };
        (Standing::Present(present), path)
    }
}

fn frontier(records: &[Place]) -> Frontier {
    let mut frontier = Frontier::new();
    for (index, leaf) in records {
        frontier.push(&leaf_hash(&subject_leaf(*index, *leaf)));
    }
    frontier
}

/// The path of a key, or of the leaf at which the search for it ends.
fn path(pairs: &[(MapKey, MapValue)], key: &MapKey) -> Vec<u8> {
    let (mut pairs, mut steps): (_, Vec<(u8, Hash)>) = (pairs, Vec::new());
    while let Some(bit) = first_difference(&pairs[0].0, &pairs[pairs.len() - 1].0) {
        let (left, right) = pairs.split_at(pairs.partition_point(|(key, _)| !key_bit(key, bit)));
        let (own, other) = if key_bit(key, bit) { (right, left) } else { (left, right) };
        steps.push((bit, root_of(other).unwrap().0));
        pairs = own;
    }
    let (found, value) = &pairs[0];
    let mut writer =
        if found == key { ProofWriter::presence() } else { ProofWriter::absence(found, value) };
    for (bit, sibling) in steps.into_iter().rev() {
        writer.step(bit, &sibling);
    }
    writer.finish()
}
