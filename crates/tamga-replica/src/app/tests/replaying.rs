//! What a replay of the log finds, against what validators compute and against what they withhold (spec §18.8).

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{LeafIndex, MapKey, MapValue};
use tamga_format::merkle::leaf_hash;
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::Subject;
use tamga_state::catalogue::Kind;
use tamga_state::pack::Pack as _;
use tamga_state::replay::{
    Entries, Fault, Logged, Missing, Rebuilding, Replayed, Row, Torn, forged,
};
use tamga_state::status::Money;
use tamga_state::testing::TODAY;
use tamga_state::told::read_rows;
use tamga_state::{Replay, ViewError};

use super::*;
use crate::Reader;
use crate::subjects::SubjectState;

pub(super) fn logged(block: &Block) -> Vec<Logged> {
    let logged = |item: &crate::block::Item| {
        let body = item.body.as_ref().map(|body| Body::decode(body).unwrap());
        Logged::new(SignedRecord::decode(&item.entry).unwrap(), body)
    };
    block.items.iter().map(logged).collect()
}

/// A validator, and somebody who executes its blocks again.
struct Pair {
    app: App<MemStore>,
    replay: Replay,
    blocks: i64,
}

impl Pair {
    fn new() -> Self {
        let replay = Replay::new(&genesis(), &GENESIS).unwrap();
        Self { app: open(MemStore::new()), replay, blocks: 0 }
    }

    /// The next block of these drafts, not committed.
    fn build(&mut self, drafts: &[Draft]) -> Block {
        for draft in drafts {
            admit(&mut self.app, draft).unwrap();
        }
        self.blocks += 1;
        propose(&mut self.app, at(self.blocks))
    }

    /// Commits a block, and executes it again.
    fn step(&mut self, drafts: &[Draft]) -> Replayed {
        let block = self.build(drafts);
        commit(&mut self.app, &block);
        self.execute(&block, &block.leaf)
    }

    /// Executes a block again, with a leaf.
    fn execute(&mut self, block: &Block, leaf: &BlockLeaf) -> Replayed {
        self.replay.block(&self.app.reader(), &logged(block), leaf).unwrap()
    }

    /// The same as another program that took it up from its rows has it.
    fn taken_up(&self) -> Replay {
        rebuilt(self.replay.rows()).unwrap()
    }
}

/// A replay of rows that went through bytes.
fn rebuilt(rows: impl Iterator<Item = Row>) -> Result<Replay, Torn> {
    let mut rebuilding = Rebuilding::new(&genesis(), &GENESIS).unwrap();
    rows.map(|row| Row::unpack_whole(&row.packed()).unwrap())
        .try_for_each(|row| rebuilding.take(row))?;
    rebuilding.finish()
}

#[test]
fn a_replay_of_the_log_comes_to_the_state_of_the_validator() {
    let mut pair = Pair::new();
    assert_eq!(pair.replay.map().root(), pair.app.head().map_root, "of the genesis");
    let (first, second) = (lifecycle(1), lifecycle(2));
    for drafts in [&first[..3], &[], &first[3..], &second[..1], &second[1..3]] {
        // Whoever takes it up from its rows goes on in the same way.
        pair.replay = pair.taken_up();
        let replayed = pair.step(drafts);
        assert_eq!(replayed.faults, []);
        assert_eq!(replayed.signed.len(), drafts.len());
        assert!(forged(&replayed.signed).is_empty());
        let head = pair.app.head();
        assert_eq!(
            (pair.replay.map().root(), pair.replay.log()),
            (head.map_root, (head.size, head.root))
        );
    }
    assert_eq!(pair.replay.astray(), None);
}

/// A case that is closed, whose presentation's body is erased, and that reopens with its amounts stated anew.
fn erased(n: u64) -> Vec<Draft> {
    let mut drafts = lifecycle(n);
    let mut world = World::new();
    for draft in &drafts {
        world.record(draft);
    }
    let case = case(n);
    let closing = |signer: &str, outcome: &str| {
        let draft = world.about(Kind::E15, signer, case);
        draft.field("outcome", outcome).field("act_date", TODAY)
    };
    let rows = Money::PARTS.iter().zip(world.money(case).parts());
    let rows = rows.map(|(part, amount)| Value::Array(vec![Value::text(part), Value::int(amount)]));
    let reopen = closing("court", "REOPENED").body("restated", Value::Array(rows.collect()));
    let erase = world.correct(case, "court", "REDACT_BODY", drafts[0].sign().0.id());
    let close = closing("bailiff", "RETURNED_CLAIMANT").field("ground_code", "NO_PROPERTY");
    drafts.extend([close, erase.field("reason", "ERASURE_REQUEST"), reopen]);
    drafts.push(Draft { salt: 77, ..world.recover(case, "bailiff", 5) });
    drafts
}

#[test]
fn what_a_validator_keeps_of_records_leads_to_every_map_without_their_bodies() {
    let (mut pair, drafts) = (Pair::new(), erased(1));
    let mut blind = pair.replay.clone();
    let count = drafts.len();
    for drafts in
        [&drafts[..2], &drafts[2..5], &drafts[5..7], &drafts[7..count - 1], &drafts[count - 1..]]
    {
        let block = pair.build(drafts);
        commit(&mut pair.app, &block);
        let mut records = logged(&block);
        let reader = pair.app.reader();
        let replayed = pair.replay.block(&reader, &records, &block.leaf).unwrap();
        assert_eq!(replayed.faults, []);
        let rows = reader.told_rows(block.leaf.height).unwrap();
        let parsed: Vec<&Record> = records.iter().map(|it| it.record.record()).collect();
        let told = read_rows(&parsed, &rows).unwrap();
        assert_eq!(told, replayed.traces, "what is kept is what was decided");

        for (logged, told) in records.iter_mut().zip(told) {
            logged.told = told;
        }
        let bodies = records.iter_mut().filter_map(|it| it.body.take()).count();
        // Whoever takes it up from its rows knows which openings it lacks.
        blind = rebuilt(blind.rows()).unwrap();
        let unseen = blind.block(&reader, &records, &block.leaf).unwrap();
        assert!(bodies == 0 || !unseen.faults.is_empty());
        assert!(
            unseen.faults.iter().all(|it| matches!(it, Fault::Unjudged { .. })),
            "{:?}",
            unseen.faults
        );
        assert_eq!((blind.map().root(), blind.astray()), (pair.replay.map().root(), None));
        assert!(blind.subjects().eq(pair.replay.subjects()));
        for subject in blind.subjects() {
            assert_eq!(blind.state().of(&subject), pair.replay.state().of(&subject), "{subject}");
        }
    }
}

/// The block of a quorum that leaves one of its records out of one subject's tree, and lies about nothing else.
fn withholding(app: &App<MemStore>, block: &Block, number: usize, subject: Subject) -> Block {
    let executed = app.undecided.get(&block.value).unwrap();
    let key = subject.map_key();
    let (_, _, honest) = executed.subjects.iter().find(|(it, ..)| *it == subject).unwrap();
    let row = app.store.get(crate::Table::Subjects, key.as_bytes()).unwrap();
    let before = row.map_or_else(SubjectState::default, |row| SubjectState::decode(&row).unwrap());
    let mut state = before.with_status(honest.status.clone());
    let first = app.head().size.get();
    for (at, Logged { record, .. }) in logged(block).iter().enumerate() {
        if at != number && record.record().all_subjects().any(|it| it == subject) {
            state.push(LeafIndex(first + at as u64), record.leaf_hash());
        }
    }
    let values: Vec<(MapKey, MapValue)> = executed
        .subjects
        .iter()
        .map(|(_, of, honest)| {
            (*of, if *of == key { state.map_value() } else { honest.map_value() })
        })
        .collect();
    let leaf = BlockLeaf { map_root: app.map.updated(&values).root(), ..block.leaf.clone() };
    let mut log = app.log.clone();
    for item in block.items.iter() {
        log.push(&leaf_hash(&item.entry));
    }
    log.push(&leaf_hash(&leaf.encode()));
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: log.size(), root: log.root() };
    Block { value: checkpoint.value_id(), leaf, ..block.clone() }
}

#[test]
fn a_quorum_that_withholds_a_record_from_a_subject_is_named_with_block_subject_and_record() {
    let drafts = lifecycle(1);
    for (begun, number) in [(0, 0), (0, 2), (3, 1)] {
        let named = drafts[begun + number].sign().0;
        for subject in named.record().all_subjects() {
            let mut pair = Pair::new();
            if begun > 0 {
                assert_eq!(pair.step(&drafts[..begun]).faults, []);
            }
            let honest = pair.build(&drafts[begun..begun + 3]);
            let block = withholding(&pair.app, &honest, number, subject);
            assert_ne!(block.value, honest.value);
            // The quorum votes for it: nothing but the replay tells it from an honest block.
            assert_eq!(certificate(&genesis(), &block, 0).value(), block.value);

            let index = LeafIndex(pair.app.head().size.get() + number as u64);
            let replayed = pair.execute(&block, &block.leaf);
            let id = named.id();
            assert_eq!(replayed.faults, [Fault::Omitted { index, id, subject }], "{subject}");
            assert_eq!(pair.replay.height(), block.leaf.height);
            // It goes on from the map that the block has.
            assert_eq!(pair.replay.map().root(), block.leaf.map_root);
            assert_eq!(pair.replay.astray(), None);
            assert_eq!(pair.taken_up().map().root(), block.leaf.map_root);
        }
    }
}

#[test]
fn a_map_that_no_omission_explains_is_a_fault_of_its_block() {
    let mut pair = Pair::new();
    let block = pair.build(&lifecycle(1)[..2]);
    let other = tamga_format::id::MapRoot([9; 32]);
    let leaf = BlockLeaf { map_root: other, ..block.leaf.clone() };
    let computed = block.leaf.map_root;
    assert_eq!(pair.execute(&block, &leaf).faults, [Fault::MapRoot { computed }]);
    assert_eq!(pair.replay.astray(), Some(leaf.height));
}

#[test]
fn every_part_of_a_block_leaf_is_compared() {
    let faults = |edit: &dyn Fn(&mut BlockLeaf)| {
        let mut pair = Pair::new();
        let block = pair.build(&lifecycle(1)[..2]);
        let mut leaf = block.leaf.clone();
        edit(&mut leaf);
        pair.execute(&block, &leaf).faults
    };
    assert_eq!(faults(&|_| ()), []);
    // A beacon proof is about the height.
    let height = faults(&|leaf| leaf.height = leaf.height.next());
    assert_eq!(height, [Fault::Leaf("height"), Fault::Leaf("beacon")]);
    assert_eq!(faults(&|leaf| leaf.size = leaf.size.next()), [Fault::Leaf("size")]);
    assert_eq!(faults(&|leaf| leaf.prev.0[0] ^= 1), [Fault::Leaf("prev")]);
    assert_eq!(faults(&|leaf| leaf.policy.0[0] ^= 1), [Fault::Leaf("policy")]);
    assert_eq!(faults(&|leaf| leaf.rules.0[0] ^= 1), [Fault::Leaf("rules")]);
    assert_eq!(faults(&|leaf| leaf.ext = None), [Fault::Leaf("builder")]);
}

#[test]
fn bodies_signatures_and_order_are_judged_again() {
    let mut pair = Pair::new();
    let block = pair.build(&lifecycle(1));
    let honest = logged(&block);
    let run = |records: &[Logged]| {
        let mut replay = Replay::new(&genesis(), &GENESIS).unwrap();
        let replayed = replay.block(&pair.app.reader(), records, &block.leaf).unwrap();
        (replayed, replay.astray())
    };
    let bodied = honest.iter().position(|it| it.body.is_some()).unwrap();
    let (index, id) = (LeafIndex(1 + bodied as u64), honest[bodied].record.id());

    let mut records = honest.clone();
    records[bodied].body = None;
    let (replayed, astray) = run(&records);
    assert_eq!(replayed.faults[0], Fault::Unjudged { index, id, missing: Missing::Body });
    assert_eq!(astray, Some(block.leaf.height));

    let other = honest.iter().rposition(|it| it.body.is_some()).unwrap();
    assert_ne!(bodied, other);
    records[bodied].body.clone_from(&honest[other].body);
    assert_eq!(run(&records).0.faults[0], Fault::Body { index, id });

    let mut records = honest.clone();
    records.swap(0, 1);
    let (replayed, _) = run(&records);
    let id = records[0].record.id();
    assert!(
        matches!(&replayed.faults[0], Fault::Unlawful { index: LeafIndex(1), id: of, .. } if *of == id)
    );
}

#[test]
fn rows_that_are_not_those_of_one_replay_make_none() {
    let mut pair = Pair::new();
    assert_eq!(pair.step(&lifecycle(1)).faults, []);
    let rows: Vec<Row> = pair.replay.rows().collect();
    assert_eq!(rebuilt(rows.iter().cloned()).unwrap().map().root(), pair.replay.map().root());
    let mut torn = 0;
    for left_out in 0..rows.len() {
        let rows = rows.iter().enumerate().filter(|(at, _)| *at != left_out);
        let made = rebuilt(rows.map(|(_, row)| row.clone()));
        match &pair.replay.rows().nth(left_out).unwrap() {
            Row::Head { .. } => assert_eq!(made.unwrap_err(), Torn::Head),
            Row::Status { .. } | Row::Tree { .. } => assert_eq!(made.unwrap_err(), Torn::Map),
            Row::Undo { .. } => assert_eq!(made.unwrap_err(), Torn::Undo),
            // Whether these are whole is for those to know who keep them.
            _ => continue,
        }
        torn += 1;
    }
    assert!(torn > 10);
    let policy = Row::Policy { entry: vec![1, 2, 3] };
    assert_eq!(rebuilt([policy].into_iter()).unwrap_err(), Torn::Policy);
}

/// Entries as a node serves them that gives another one, or none, in the place of some.
struct Otherwise<'a>(&'a Reader<MemStore>, Option<LeafIndex>);

impl Entries for Otherwise<'_> {
    fn entry(&self, _: LeafIndex) -> Result<Vec<u8>, ViewError> {
        match self.1 {
            Some(other) => self.0.entry(other),
            None => Err(ViewError::Store("not now")),
        }
    }
}

#[test]
fn an_entry_that_a_rule_asks_for_is_read_back_and_no_other_is_taken_for_it() {
    let (mut world, mut pair, drafts) = (World::new(), Pair::new(), lifecycle(1));
    for draft in &drafts[..4] {
        world.record(draft);
    }
    assert_eq!(pair.step(&drafts[..4]).faults, []);
    let block = pair.build(&[world.correct(case(1), "bailiff", "AMEND", id(&drafts[3]))]);
    let (records, before) = (logged(&block), pair.replay.log());
    let reader = pair.app.reader();
    // The leaf of the block, a record of the same case, and nothing.
    for other in [Some(LeafIndex(5)), Some(LeafIndex(1)), Some(LeafIndex(2)), None] {
        let entries = Otherwise(&reader, other);
        let failed = pair.replay.block(&entries, &records, &block.leaf);
        assert!(matches!(failed, Err(ViewError::Store(_))), "{other:?}: {failed:?}");
        assert_eq!((pair.replay.log(), pair.replay.astray()), (before, None), "nothing is judged");
    }
    assert_eq!(pair.execute(&block, &block.leaf).faults, []);
}
