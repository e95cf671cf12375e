//! A record that a dishonest quorum leaves out of a subject's tree: whoever holds its receipt proves it.

use tamga_format::id::{LeafIndex, MapKey, MapValue};
use tamga_format::merkle::{consistency_path, inclusion_path};
use tamga_format::mpt::root_of;
use tamga_format::omission::{Mention, mention};
use tamga_format::receipt::{Proven, Receipt};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, STATUS_NONE, Subject, map_value};
use tamga_format::subject_proof::{Known, Place, Present, Standing, StatusPart, SubjectProof};

use crate::ledger::{Ledger, note, policy, sample_record, writer};
use crate::subjects::{Tree, frozen, path};

/// The record that is left out, and the others of the subject, by their places in the log.
const LEFT_OUT: u64 = 8;
const OTHERS: [u64; 4] = [1, 3, 6, 9];

fn subject() -> Subject {
    Subject::registered(Role::Case, "left out")
}

fn nobody() -> Subject {
    Subject::registered(Role::Case, "nobody")
}

/// A record that names the subject, or one of some other case.
fn record(index: u64) -> SignedRecord {
    let other = sample_record(u8::try_from(index).unwrap(), None);
    if index != LEFT_OUT && !OTHERS.contains(&index) {
        return other;
    }
    Record { subjects: vec![subject()], ..other.record().clone() }.sign(&writer()).unwrap()
}

/// A ledger of two blocks of four records, whose signers say of the subject what they like.
struct World {
    ledger: Ledger,
    /// What they say, block by block.
    said: Vec<Vec<Place>>,
}

impl World {
    /// The second block's map holds these records of the subject.
    fn saying(indexes: &[u64]) -> Self {
        let mut world = Self { ledger: Ledger::new(), said: Vec::new() };
        world.commit(1..5, &[1, 3]);
        world.commit(6..10, indexes);
        world
    }

    fn honest() -> Self {
        Self::saying(&[1, 3, 6, 8, 9])
    }

    /// All keys have signed it, and record 8 is missing.
    fn dishonest() -> Self {
        Self::saying(&OTHERS)
    }

    fn commit(&mut self, records: std::ops::Range<u64>, indexes: &[u64]) {
        let place = |index: &u64| (LeafIndex(*index), record(*index).leaf_hash());
        self.said.push(indexes.iter().map(place).collect());
        let root = root_of(&self.pairs(self.said.len() - 1)).unwrap();
        self.ledger.commit_under(records.map(record).collect(), root);
    }

    /// The map of a block, which a subject without records is not in.
    fn pairs(&self, block: usize) -> Vec<(MapKey, MapValue)> {
        let said = &self.said[block];
        let count = u64::try_from(said.len()).unwrap();
        let mut pairs = vec![
            (Subject::registered(Role::Case, "other").map_key(), MapValue([5; 32])),
            (Subject::registered(Role::Case, "third").map_key(), MapValue([6; 32])),
        ];
        if count > 0 {
            let value = map_value(count, &Tree::of(said).root(), &STATUS_NONE);
            pairs.push((subject().map_key(), value));
        }
        pairs.sort_by_key(|(key, _)| *key);
        pairs
    }

    fn proof(&self, block: usize, of: Subject, standing: Standing) -> SubjectProof {
        let (leaf, checkpoint) = self.ledger.blocks[block].clone();
        let last = leaf.size.get() - 1;
        SubjectProof {
            subject: of,
            standing,
            map_path: path(&self.pairs(block), &of.map_key()),
            block_path: inclusion_path(&self.ledger, last, checkpoint.size.get()).unwrap(),
            block: leaf,
            checkpoint: policy().minimal(&note(&checkpoint)).unwrap(),
        }
    }

    /// What a block's signers say of the subject, from one of its records to another.
    fn shows(&self, block: usize, from: usize, to: usize) -> SubjectProof {
        let said = &self.said[block];
        let (tree, count) = (Tree::of(said), u64::try_from(said.len()).unwrap());
        let rest = || match u64::try_from(to).unwrap() {
            0 => Vec::new(),
            to => consistency_path(&tree, to, count).unwrap(),
        };
        let present = Present {
            count,
            status: StatusPart::Hash(STATUS_NONE),
            held: Tree::of(&said[..from]).frontier,
            records: said[from..to].to_vec(),
            rest: (to < said.len()).then(|| (tree.root(), rest())),
        };
        self.proof(block, subject(), Standing::Present(present))
    }

    fn whole(&self, block: usize) -> SubjectProof {
        self.shows(block, 0, self.said[block].len())
    }

    /// The receipt of a record of the second block.
    fn receipt(&self, index: u64) -> Receipt {
        self.ledger.receipt(1, index, None)
    }
}

fn proven(receipt: &Receipt) -> Proven {
    receipt.verify(&policy()).unwrap()
}

fn says(proof: &SubjectProof, known: &Known, receipt: &Receipt) -> Mention {
    mention(&proof.verify(&policy(), known).unwrap(), &proven(receipt))
}

#[test]
fn a_dishonest_quorum_is_convicted_by_the_receipt_of_what_it_left_out() {
    let none = Known::default();
    let honest = World::honest();
    assert_eq!(says(&honest.whole(1), &none, &honest.receipt(LEFT_OUT)), Mention::Listed(3));

    let dishonest = World::dishonest();
    // By itself the list is complete and final: only who knows of the record can tell.
    let list = dishonest.whole(1).verify(&policy(), &none).unwrap();
    assert!(list.is_complete());
    assert_eq!(list.count, 4);
    assert_eq!(says(&dishonest.whole(1), &none, &dishonest.receipt(LEFT_OUT)), Mention::LeftOut);
    for (number, index) in [(2, 6), (3, 9)] {
        let receipt = dishonest.receipt(index);
        assert_eq!(says(&dishonest.whole(1), &none, &receipt), Mention::Listed(number));
    }

    // Nor does it help to say that there is nothing, or another record in its place.
    let silent = World::saying(&[]);
    let nothing = silent.proof(1, subject(), Standing::Absent);
    assert_eq!(says(&nothing, &none, &silent.receipt(LEFT_OUT)), Mention::LeftOut);
    let mut replaced = World::honest();
    replaced.said[1][3].1 = record(2).leaf_hash();
    let root = root_of(&replaced.pairs(1)).unwrap();
    let mut ledger = Ledger::new();
    let first = replaced.ledger.blocks[0].0.map_root;
    ledger.commit_under((1..5).map(record).collect(), first);
    ledger.commit_under((6..10).map(record).collect(), root);
    replaced.ledger = ledger;
    assert_eq!(says(&replaced.whole(1), &none, &replaced.receipt(LEFT_OUT)), Mention::LeftOut);
}

#[test]
fn what_says_nothing_of_a_record_accuses_nobody() {
    let none = Known::default();
    let world = World::dishonest();
    let receipt = world.receipt(LEFT_OUT);
    // As of a block before the record, and of a subject that it does not name.
    assert_eq!(says(&world.whole(0), &none, &receipt), Mention::Later);
    let other = world.proof(1, nobody(), Standing::Absent);
    assert_eq!(says(&other, &none, &receipt), Mention::OtherSubject);
    assert_eq!(says(&world.whole(1), &none, &world.receipt(7)), Mention::OtherSubject);
    // Pages that end before its place or begin behind it; one that goes past it is enough.
    for (to, said) in [(0, Mention::NotShown), (3, Mention::NotShown), (4, Mention::LeftOut)] {
        assert_eq!(says(&world.shows(1, 0, to), &none, &receipt), said, "to {to}");
    }
    let known = |to| world.shows(1, 0, to).verify(&policy(), &none).unwrap().known;
    for (from, said) in [(2, Mention::LeftOut), (3, Mention::NotShown), (4, Mention::NotShown)] {
        assert_eq!(says(&world.shows(1, from, 4), &known(from), &receipt), said, "from {from}");
    }
}

/// The files that anybody may test a verifier with: what each proof says of the record of the receipt beside it.
#[test]
fn omissions_are_frozen() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/omission");
    let (honest, dishonest, silent) = (World::honest(), World::dishonest(), World::saying(&[]));
    let proofs = [
        ("listed", &honest, honest.whole(1)),
        ("left-out", &dishonest, dishonest.whole(1)),
        ("first-page", &dishonest, dishonest.shows(1, 0, 3)),
        ("earlier-block", &dishonest, dishonest.whole(0)),
        ("other-subject", &dishonest, dishonest.proof(1, nobody(), Standing::Absent)),
        ("absent", &silent, silent.proof(1, subject(), Standing::Absent)),
    ];
    let mut expected = String::new();
    for (name, world, proof) in proofs {
        let receipt = world.receipt(LEFT_OUT);
        let said = match says(&proof, &Known::default(), &receipt) {
            Mention::Listed(number) => format!("listed {number}"),
            Mention::OtherSubject => "other subject".to_owned(),
            Mention::Later => "later".to_owned(),
            Mention::NotShown => "not shown".to_owned(),
            Mention::LeftOut => "left out".to_owned(),
        };
        expected.push_str(&format!("{name}: {said}\n"));
        frozen(&folder.join(format!("{name}.tamga-subject")), &proof.encode());
        frozen(&folder.join(format!("{name}.tamga-receipt")), &receipt.encode());
    }
    frozen(&folder.join("expected.txt"), &expected);
    frozen(&folder.join("policy.txt"), &policy().encode());
}
