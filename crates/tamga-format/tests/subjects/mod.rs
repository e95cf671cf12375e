//! All records of a subject, or none; its status; in pages; and what a dishonest server would show instead.

use tamga_format::error::FormatCode;
use tamga_format::id::{LeafHash, LeafIndex, MapKey, MapValue, StatusHash, TreeRoot};
use tamga_format::merkle::{
    Frontier, Hash, NodeSource, consistency_path, inclusion_path, leaf_hash,
};
use tamga_format::mpt::{ProofWriter, first_difference, key_bit, root_of};
use tamga_format::receipt::ReceiptError;
use tamga_format::subject::{Role, Subject, map_value, status_hash, subject_leaf};
use tamga_format::subject_proof::{
    Known, Place, Present, ProvenSubject, Standing, StatusPart, SubjectProof,
};

use crate::ledger::{Ledger, note, policy, sample_record};

const NONCE: [u8; 16] = [7; 16];
const STATUS: &[u8] = &[0x83, 1, 2, 3];

fn subject(name: &str) -> Subject {
    Subject::registered(Role::Case, name)
}

/// The tree of a subject's records.
pub(crate) struct Tree {
    pub(crate) frontier: Frontier,
    nodes: std::collections::BTreeMap<(u8, u64), Hash>,
}

impl NodeSource for Tree {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}

impl Tree {
    pub(crate) fn of(places: &[Place]) -> Self {
        let mut tree = Self { frontier: Frontier::new(), nodes: std::collections::BTreeMap::new() };
        for (index, leaf) in places {
            let nodes = &mut tree.nodes;
            let hash = leaf_hash(&subject_leaf(*index, *leaf));
            tree.frontier.push_nodes(&hash, |level, index, hash| {
                nodes.insert((level, index), *hash);
            });
        }
        tree
    }

    pub(crate) fn root(&self) -> TreeRoot {
        self.frontier.root()
    }
}

/// The path of a key, or of the leaf at which the search for it ends.
pub(crate) fn path(pairs: &[(MapKey, MapValue)], key: &MapKey) -> Vec<u8> {
    fn down(pairs: &[(MapKey, MapValue)], key: &MapKey, steps: &mut Vec<(u8, Hash)>) -> usize {
        let (first, last) = (&pairs[0].0, &pairs[pairs.len() - 1].0);
        let Some(bit) = first_difference(first, last) else { return 0 };
        let split = pairs.partition_point(|(key, _)| !key_bit(key, bit));
        let (left, right) = pairs.split_at(split);
        let (own, other, before) =
            if key_bit(key, bit) { (right, left, split) } else { (left, right, 0) };
        steps.push((bit, root_of(other).unwrap().0));
        before + down(own, key, steps)
    }
    let mut steps = Vec::new();
    let at = down(pairs, key, &mut steps);
    let (found, value) = &pairs[at];
    let mut writer =
        if found == key { ProofWriter::presence() } else { ProofWriter::absence(found, value) };
    for (bit, sibling) in steps.into_iter().rev() {
        writer.step(bit, &sibling);
    }
    writer.finish()
}

/// A ledger whose last block has a map of three subjects; one of them has records 1, 3, 4, 6, 7 of the log.
struct World {
    ledger: Ledger,
    places: Vec<Place>,
    pairs: Vec<(MapKey, MapValue)>,
}

impl World {
    fn new() -> Self {
        Self::with(&[1, 3, 4, 6, 7])
    }

    fn with(indexes: &[u64]) -> Self {
        let mut ledger = Ledger::new();
        let records: Vec<_> = (0..8).map(|number| sample_record(number, None)).collect();
        let places: Vec<Place> = indexes
            .iter()
            .map(|index| {
                let record = &records[usize::try_from(*index).unwrap() - 1];
                (LeafIndex(*index), LeafHash(leaf_hash(record.entry())))
            })
            .collect();
        let count = u64::try_from(places.len()).unwrap();
        let value = map_value(count, &Tree::of(&places).root(), &status_hash(&NONCE, STATUS));
        let mut pairs = vec![
            (subject("known").map_key(), value),
            (subject("other").map_key(), MapValue([5; 32])),
            (subject("third").map_key(), MapValue([6; 32])),
        ];
        pairs.sort_by_key(|(key, _)| *key);
        ledger.commit_under(records, root_of(&pairs).unwrap());
        Self { ledger, places, pairs }
    }

    fn proof(&self, of: Subject, standing: Standing) -> SubjectProof {
        let (block, checkpoint) = self.ledger.blocks[0].clone();
        let last = block.size.get() - 1;
        SubjectProof {
            subject: of,
            standing,
            map_path: path(&self.pairs, &of.map_key()),
            block_path: inclusion_path(&self.ledger, last, checkpoint.size.get()).unwrap(),
            block,
            checkpoint: policy().minimal(&note(&checkpoint)).unwrap(),
        }
    }

    /// The records from one number to another.
    fn shows(&self, from: usize, to: usize, status: StatusPart) -> SubjectProof {
        let tree = Tree::of(&self.places);
        let count = u64::try_from(self.places.len()).unwrap();
        let to_count = u64::try_from(to).unwrap();
        let path = || match to {
            0 => Vec::new(),
            _ => consistency_path(&tree, to_count, count).unwrap(),
        };
        let present = Present {
            count,
            status,
            held: Tree::of(&self.places[..from]).frontier,
            records: self.places[from..to].to_vec(),
            rest: (to < self.places.len()).then(|| (tree.root(), path())),
        };
        self.proof(subject("known"), Standing::Present(present))
    }

    fn whole(&self) -> SubjectProof {
        self.shows(0, self.places.len(), shown())
    }
}

fn shown() -> StatusPart {
    StatusPart::Shown { nonce: NONCE, status: STATUS.to_vec() }
}

fn hash_only() -> StatusPart {
    StatusPart::Hash(status_hash(&NONCE, STATUS))
}

fn verified(proof: &SubjectProof, known: &Known) -> ProvenSubject {
    let read = SubjectProof::parse(&proof.encode()).unwrap();
    assert_eq!(read, *proof);
    read.verify(&policy(), known).unwrap()
}

#[track_caller]
fn mismatch(proof: &SubjectProof, known: &Known, code: FormatCode) {
    match proof.verify(&policy(), known) {
        Err(ReceiptError::Mismatch(fault)) => assert_eq!(fault.code, code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn all_records_of_a_subject_and_its_status_are_proven_or_that_there_are_none() {
    let world = World::new();
    let proven = verified(&world.whole(), &Known::default());
    assert!(proven.is_complete());
    assert_eq!((proven.count, proven.first, proven.records.len()), (5, 0, 5));
    assert_eq!(proven.status, Some(Some(STATUS.to_vec())));
    assert_eq!((proven.height.get(), proven.size.get()), (1, 10));

    let status = verified(&world.shows(0, 0, shown()), &Known::default());
    assert!(!status.is_complete());
    assert_eq!((status.count, status.status), (5, Some(Some(STATUS.to_vec()))));
    let list = verified(&world.shows(0, 5, hash_only()), &Known::default());
    assert_eq!(list.status, None, "it is not shown");

    let nobody = world.proof(subject("nobody"), Standing::Absent);
    let none = verified(&nobody, &Known::default());
    assert!(none.is_complete());
    assert_eq!((none.count, none.status), (0, Some(None)));
    let hidden = world.proof(subject("known"), Standing::Absent);
    assert!(matches!(
        hidden.verify(&policy(), &Known::default()),
        Err(ReceiptError::CannotCheck(_))
    ));
    let mut moved = nobody;
    moved.subject = subject("known");
    assert!(moved.verify(&policy(), &Known::default()).is_err());
}

#[test]
fn long_lists_come_in_pages_and_old_readers_go_on_where_they_stand() {
    let world = World::new();
    let sizes = [(0, 2), (2, 3), (3, 5)];
    let mut known = Known::default();
    for (from, to) in sizes {
        let page = verified(&world.shows(from, to, hash_only()), &known);
        assert_eq!(page.records, world.places[from..to]);
        assert_eq!(page.first, u64::try_from(from).unwrap());
        assert_eq!(page.is_complete(), to == 5);
        known = page.known;
    }
    // Nothing new since: the same count, and nothing is shown.
    let idle = verified(&world.shows(5, 5, hash_only()), &known);
    assert!(idle.is_complete() && idle.records.is_empty());
    // A page is of use only to who has seen what comes before it.
    mismatch(&world.shows(2, 5, hash_only()), &Known::default(), FormatCode::SubjectKnown);
    mismatch(&world.shows(0, 5, hash_only()), &known, FormatCode::SubjectKnown);
}

#[test]
fn a_record_left_out_moved_or_invented_is_found() {
    let world = World::new();
    let changed = |change: &dyn Fn(&mut Present)| {
        let mut proof = world.whole();
        let Standing::Present(present) = &mut proof.standing else { panic!("present") };
        change(present);
        proof
    };
    let none = Known::default();
    let left_out = changed(&|it| {
        it.records.remove(2);
    });
    mismatch(&left_out, &none, FormatCode::SubjectRecords);
    let fewer = changed(&|it| {
        it.records.remove(2);
        it.count = 4;
    });
    mismatch(&fewer, &none, FormatCode::MapProofRoot);
    mismatch(&changed(&|it| it.records.swap(1, 2)), &none, FormatCode::SubjectRecords);
    mismatch(&changed(&|it| it.records[4].0 = LeafIndex(8)), &none, FormatCode::MapProofRoot);
    mismatch(&changed(&|it| it.records[4].0 = LeafIndex(9)), &none, FormatCode::SubjectRecords);
    mismatch(&changed(&|it| it.records[0].1 = LeafHash([1; 32])), &none, FormatCode::MapProofRoot);
    let other = changed(&|it| it.status = StatusPart::Hash(StatusHash([1; 32])));
    mismatch(&other, &none, FormatCode::MapProofRoot);
    let stale = changed(&|it| it.status = StatusPart::Shown { nonce: NONCE, status: vec![0x80] });
    mismatch(&stale, &none, FormatCode::MapProofRoot);
    let root = Tree::of(&world.places).root();
    mismatch(&changed(&|it| it.rest = Some((root, vec![]))), &none, FormatCode::SubjectRecords);
    let mut beyond = world.shows(0, 2, hash_only());
    if let Standing::Present(present) = &mut beyond.standing
        && let Some((_, path)) = &mut present.rest
    {
        path.push([0; 32]);
    }
    mismatch(&beyond, &none, FormatCode::ProofShape);
    let mut extra = world.shows(0, 0, hash_only());
    if let Standing::Present(present) = &mut extra.standing
        && let Some((_, path)) = &mut present.rest
    {
        path.push([0; 32]);
    }
    mismatch(&extra, &none, FormatCode::ProofShape);
}

#[test]
fn a_history_that_was_written_anew_is_found_by_who_has_seen_the_old_one() {
    let old = World::new();
    let known = verified(&old.shows(0, 3, hash_only()), &Known::default()).known;
    // Everybody who may sign has signed it, and a record is missing.
    let new = World::with(&[1, 4, 6, 7, 8]);
    let page = new.shows(3, 5, hash_only());
    mismatch(&page, &known, FormatCode::SubjectKnown);
    assert!(verified(&new.shows(0, 5, hash_only()), &Known::default()).is_complete());
    let mut forged = page;
    if let Standing::Present(present) = &mut forged.standing {
        present.held = Tree::of(&old.places[..3]).frontier;
    }
    mismatch(&forged, &known, FormatCode::MapProofRoot);
    let shorter = World::with(&[1, 3]);
    let page = shorter.shows(2, 2, hash_only());
    mismatch(&page, &known, FormatCode::SubjectKnown);
    let gone = new.proof(subject("nobody"), Standing::Absent);
    mismatch(&gone, &known, FormatCode::SubjectKnown);
}

#[test]
fn a_proof_has_one_form() {
    let world = World::new();
    let texts = [
        world.whole().encode(),
        world.shows(0, 2, hash_only()).encode(),
        world.proof(subject("nobody"), Standing::Absent).encode(),
    ];
    for text in texts {
        let of = SubjectProof::parse(&text).unwrap().subject;
        // What is absent is so for many subjects: whoever asks compares the one that is named.
        let accepted = |text: &str| {
            SubjectProof::parse(text).is_ok_and(|proof| {
                proof.subject == of && proof.verify(&policy(), &Known::default()).is_ok()
            })
        };
        crate::no_byte_can_change(&text, &accepted);
        crate::no_byte_can_be_added_or_dropped(&text, &accepted);
    }
}

/// The proofs that anybody may test a verifier with: those that hold, and what is wrong with the others.
#[test]
fn proofs_about_subjects_are_frozen() {
    let world = World::new();
    let mut files = vec![
        ("whole", world.whole()),
        ("list", world.shows(0, 5, hash_only())),
        ("status", world.shows(0, 0, shown())),
        ("first-page", world.shows(0, 2, hash_only())),
        ("absent", world.proof(subject("nobody"), Standing::Absent)),
    ];
    let changed = |change: &dyn Fn(&mut Present)| {
        let mut proof = world.whole();
        let Standing::Present(present) = &mut proof.standing else { panic!("present") };
        change(present);
        proof
    };
    files.push((
        "record-left-out",
        changed(&|it| {
            it.records.remove(2);
            it.count = 4;
        }),
    ));
    files.push(("records-swapped", changed(&|it| it.records.swap(1, 2))));
    files.push(("another-leaf", changed(&|it| it.records[0].1 = LeafHash([1; 32]))));
    files
        .push(("another-status", changed(&|it| it.status = StatusPart::Hash(StatusHash([1; 32])))));
    files.push(("second-page", world.shows(2, 5, hash_only())));
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/subject");
    let mut expected = String::new();
    for (name, proof) in &files {
        let verdict = match proof.verify(&policy(), &Known::default()) {
            Ok(proven) => format!("{} records, complete {}", proven.count, proven.is_complete()),
            Err(error) => error.fault().code.as_str().to_owned(),
        };
        expected.push_str(&format!("{name}: {verdict}\n"));
        frozen(&folder.join(format!("{name}.tamga-subject")), &proof.encode());
    }
    frozen(&folder.join("expected.txt"), &expected);
    frozen(&folder.join("policy.txt"), &policy().encode());
}

/// Compares with the file, or writes it if there is none.
pub(crate) fn frozen(file: &std::path::Path, text: &str) {
    let Ok(old) = std::fs::read_to_string(file) else {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        panic!("{} was missing and has been written; review it, then run again", file.display());
    };
    assert_eq!(old, text, "{} is frozen", file.display());
}
