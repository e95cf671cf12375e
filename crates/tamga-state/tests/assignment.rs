//! Whole proof files of assignments: what is true is accepted, every change is caught by its code.
//!
//! The ledger is made of fixed seeds; its files are frozen as vectors for other implementations.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

#[path = "../../tamga-format/tests/ledger/mod.rs"]
#[allow(dead_code, reason = "the tests of the formats use more of it")]
mod ledger;

use std::fs;
use std::path::PathBuf;

use ledger::{Ledger, ORIGIN, beacon_key, genesis, policy, sample_record, validators, writer};
use serde_json::{Value as Json, json};
use tamga_format::assignment::AssignmentFile;
use tamga_format::beacon::{VrfSecret, alpha, run_beacon};
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::cbor::Value;
use tamga_format::error::FormatCode;
use tamga_format::id::{GenesisHash, Height, RecordId, SubjectId, UnixMillis, ValidatorId};
use tamga_format::limits::ASSIGNMENT_FILE_BYTES_MAX;
use tamga_format::merkle::inclusion_path;
use tamga_format::policy::Policy;
use tamga_format::record::{Record, Reference, SignedRecord};
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::ValidatorSet;
use tamga_state::catalogue::relation;
use tamga_state::enforcement::assignment::{
    AssignmentError, Ballot, Candidate, Candidates, Exclusion, field, seed, verify, verify_by,
};

const LOADS: [u32; 4] = [12, 10, 11, 40];
const MAX_LOAD: u32 = 30;

fn officer(number: u8) -> SubjectId {
    SubjectId([number; 32])
}

fn case(number: u8) -> Subject {
    Subject::new(Role::Case, SubjectId([number; 32]))
}

fn candidates() -> Candidates {
    let candidate = |number: u8| Candidate {
        officer: officer(number),
        exclusion: (number == 3).then_some(Exclusion::DeclaredRelation),
    };
    Candidates::new((1..=5).map(candidate).collect()).unwrap()
}

fn ballot() -> Ballot {
    Ballot::new(&candidates(), &LOADS, MAX_LOAD).unwrap()
}

/// An E02 about a case.
fn record(case: Subject, nonce: u8, fields: Vec<(u16, Value)>) -> Record {
    let sample = sample_record(nonce, None).record().clone();
    Record { kind: 202, subject: case, nonce: [nonce; 16], fields, ..sample }
}

fn commitment(case: Subject, candidates: &Candidates) -> Record {
    record(
        case,
        60,
        vec![
            (field::ALGORITHM, Value::Uint(1)),
            (field::PHASE, Value::text("COMMIT")),
            (field::CANDIDATES, candidates.value()),
            (field::MAX_LOAD, Value::Uint(MAX_LOAD.into())),
        ],
    )
}

fn draw(case: Subject, of: RecordId, to: SubjectId, root: [u8; 32], loads: &[u32]) -> Record {
    let loads = loads.iter().map(|load| Value::Uint((*load).into())).collect();
    let fields = vec![
        (field::BAILIFF, Value::bytes(to.as_bytes())),
        (field::ALGORITHM, Value::Uint(1)),
        (field::PHASE, Value::text("DRAW")),
        (field::ROOT, Value::bytes(&root)),
        (field::LOADS, Value::Array(loads)),
    ];
    let reference = Reference { relation: relation::AUTHORITY, record: of, subject: case };
    let subjects = vec![Subject::new(Role::Officer, to)];
    Record { subjects, references: vec![reference], ..record(case, 61, fields) }
}

fn signed(record: &Record) -> SignedRecord {
    record.clone().sign(&writer()).unwrap()
}

/// The beacon of the commitment's block, number 2, and the two after it.
fn beacon() -> [u8; 32] {
    let output = |height: u64| {
        let key = beacon_key(u8::try_from(height % 4).unwrap());
        key.prove(&alpha(ORIGIN, Height(height))).output().unwrap()
    };
    run_beacon(&[2, 3, 4].map(output))
}

fn winner() -> SubjectId {
    let root = ballot().root();
    ballot().winner(&seed(&beacon(), &case(7).id, &root)).unwrap()
}

/// The file of a ledger with these two records.
fn file(commitment: &Record, draw: &Record) -> AssignmentFile {
    let mut ledger = Ledger::with_blocks(&[1]);
    ledger.commit(vec![sample_record(50, None), signed(commitment)]);
    ledger.commit(vec![sample_record(51, None)]);
    ledger.commit(Vec::new());
    ledger.commit(vec![signed(draw)]);
    ledger.commit(Vec::new());
    let at = 5;
    let size = ledger.blocks[at].1.size.get();
    let place = |block: usize| ledger.blocks[block].0.size.get() - 2;
    let leaf = |block: usize| {
        let leaf = ledger.blocks[block].0.clone();
        let path = inclusion_path(&ledger, leaf.size.get() - 1, size).unwrap();
        (leaf, path)
    };
    AssignmentFile {
        genesis_path: inclusion_path(&ledger, 0, size).unwrap(),
        blocks: vec![leaf(2), leaf(3)],
        commitment: ledger.receipt_at(2, 1, place(1), None),
        draw: ledger.receipt_at(at, 4, place(4), None),
    }
}

fn lawful() -> (Record, Record) {
    let commitment = commitment(case(7), &candidates());
    let of = signed(&commitment).id();
    let draw = draw(case(7), of, winner(), ballot().root(), &LOADS);
    (commitment, draw)
}

fn good() -> AssignmentFile {
    let (commitment, draw) = lawful();
    file(&commitment, &draw)
}

/// What is said of a file: the stable code of the first fault, or nothing.
fn code(file: &AssignmentFile, genesis: &GenesisHash, validators: &ValidatorSet) -> Option<String> {
    match verify(file, &policy(), genesis, validators) {
        Ok(_) => None,
        Err(AssignmentError::Draw(rejection)) => Some(rejection.code.info().slug.to_owned()),
        Err(AssignmentError::Log(error)) => Some(error.fault().code.as_str().to_owned()),
    }
}

#[test]
fn each_builder_and_each_checkpoint_is_judged_by_what_ruled_then() {
    let file = good();
    let border = file.commitment.block.size;
    let builder = |leaf: &BlockLeaf| leaf.ext.as_ref().unwrap().builder;
    let first = builder(&file.commitment.block);
    let later: Vec<_> = file.blocks.iter().map(|(leaf, _)| builder(leaf)).collect();
    assert!(!later.contains(&first));
    let of = |keep: &dyn Fn(&ValidatorId) -> bool| {
        let members = validators().members().iter().filter(|it| keep(&it.id)).cloned().collect();
        ValidatorSet::new(members).unwrap()
    };
    // Who built after the commitment joined, and who built its block left.
    let (before, after) = (of(&|id| !later.contains(id)), of(&|id| *id != first));
    let policy = policy();
    let witness = policy.witnesses().next().unwrap().clone();
    let (log, url) = (policy.log().clone(), policy.url().to_owned());
    let retired = Policy::for_validators(log, url, vec![witness], 1).unwrap();
    let judged = |[old, new]: [(&Policy, &ValidatorSet); 2]| {
        let proven = verify_by(&file, &genesis(), &|size| if size <= border { old } else { new });
        proven.map(|proven| proven.officer).map_err(|error| match error {
            AssignmentError::Log(error) => error.fault().code,
            AssignmentError::Draw(rejection) => panic!("{rejection:?}"),
        })
    };
    assert_eq!(judged([(&policy, &before), (&policy, &after)]), Ok(winner()));
    for [old, new] in [[&before, &before], [&after, &after], [&after, &before]] {
        let refused = judged([(&policy, old), (&policy, new)]);
        assert_eq!(refused, Err(FormatCode::AssignmentBuilder));
    }
    let refused = judged([(&policy, &before), (&retired, &after)]);
    assert!(refused.is_err(), "{refused:?}");
}

/// Files of ledgers in which something else than the lawful draw is recorded.
fn other_ledgers() -> Vec<(&'static str, AssignmentFile, &'static str)> {
    let (committed, _) = lawful();
    let (of, to, root) = (signed(&committed).id(), winner(), ballot().root());
    let loser = [1, 2, 4].map(officer).into_iter().find(|id| *id != to).unwrap();
    let with = |change: &dyn Fn(&mut Vec<Candidate>)| {
        let mut list = candidates().as_slice().to_vec();
        change(&mut list);
        commitment(case(7), &Candidates::new(list).unwrap())
    };
    let shorter = with(&|list| list.truncate(4));
    let excluded = with(&|list| list[2].exclusion = Some(Exclusion::OwnTag));
    let drawn_from = |of: &Record, loads: &[u32]| draw(case(7), signed(of).id(), to, root, loads);
    let plus_one = [12, 10, 11, 41];
    vec![
        ("winner", file(&committed, &draw(case(7), of, loser, root, &LOADS)), "draw-winner"),
        ("loads", file(&committed, &drawn_from(&committed, &plus_one)), "draw-candidates"),
        ("fewer-loads", file(&committed, &drawn_from(&committed, &LOADS[..3])), "draw-loads"),
        ("candidates", file(&shorter, &drawn_from(&shorter, &LOADS[..3])), "draw-candidates"),
        ("reason", file(&excluded, &drawn_from(&excluded, &LOADS)), "draw-candidates"),
        ("case", file(&committed, &draw(case(8), of, to, root, &LOADS)), "draw-not-committed"),
        (
            "commitment",
            file(&committed, &draw(case(7), RecordId([1; 32]), to, root, &LOADS)),
            "draw-not-committed",
        ),
        ("no-draw", file(&committed, &committed), "draw-not-committed"),
    ]
}

/// The lawful file with something changed in it.
fn changed() -> Vec<(&'static str, AssignmentFile, &'static str)> {
    let change = |change: &dyn Fn(&mut AssignmentFile)| {
        let mut file = good();
        change(&mut file);
        file
    };
    vec![
        ("one-block", change(&|file| drop(file.blocks.pop())), "assignment-blocks"),
        ("later-blocks", change(&|file| drop(file.blocks.remove(0))), "assignment-blocks"),
        (
            "more-blocks",
            change(&|file| file.blocks.push(file.blocks[1].clone())),
            "assignment-blocks",
        ),
        (
            "beacon",
            change(&|file| file.blocks[1].0.ext.as_mut().unwrap().proof.0[40] ^= 1),
            "proof-root",
        ),
        ("time", change(&|file| file.blocks[0].0.time = UnixMillis(5)), "proof-root"),
        ("genesis-path", change(&|file| file.genesis_path[0][0] ^= 1), "proof-root"),
        (
            "quorum",
            change(&|file| drop(file.draw.proof.checkpoint.signatures.pop())),
            "cosignature-quorum",
        ),
    ]
}

#[test]
fn a_draw_is_recomputed_from_its_file() {
    let proven = verify(&good(), &policy(), &genesis(), &validators()).unwrap();
    assert_eq!((proven.case, proven.officer), (case(7), winner()));
    assert_eq!((proven.beacon, proven.ballot), (beacon(), ballot()));
    let organisations: Vec<_> =
        proven.run.blocks.iter().map(|block| block.organisation.as_str()).collect();
    assert_eq!(organisations, ["org2", "org3", "org0"]);
    // Turns that were missed show in the rounds.
    let rounds: Vec<_> = proven.run.blocks.iter().map(|block| block.round).collect();
    assert_eq!(rounds, [2, 0, 1]);
}

#[test]
fn every_change_is_caught_by_its_code() {
    for (name, file, expected) in other_ledgers().into_iter().chain(changed()) {
        let found = code(&file, &genesis(), &validators());
        assert_eq!(found.as_deref(), Some(expected), "{name}");
    }
    let mut swapped = good();
    std::mem::swap(&mut swapped.commitment, &mut swapped.draw);
    assert!(verify(&swapped, &policy(), &genesis(), &validators()).is_err());
}

#[test]
fn another_genesis_is_that_of_another_ledger() {
    let found = |genesis: &GenesisHash, validators| code(&good(), genesis, &validators);
    let other = GenesisHash([1; 32]);
    assert_eq!(found(&other, validators()).as_deref(), Some("proof-root"));
    let with = |change: &dyn Fn(&mut Vec<tamga_format::validators::Validator>)| {
        let mut members = validators().members().to_vec();
        change(&mut members);
        ValidatorSet::new(members).unwrap()
    };
    let rekeyed = with(&|members| {
        let third = members.iter_mut().find(|member| member.organisation == "org3").unwrap();
        third.beacon = VrfSecret::from_seed(&[99; 32]).public();
    });
    assert_eq!(found(&genesis(), rekeyed).as_deref(), Some("beacon-proof"));
    let fewer = with(&|members| members.retain(|member| member.organisation != "org3"));
    assert_eq!(found(&genesis(), fewer).as_deref(), Some("assignment-builder"));
    // One organisation behind both blocks is not two.
    let merged = with(&|members| {
        let third = members.iter_mut().find(|member| member.organisation == "org3").unwrap();
        third.organisation = "org0".to_owned();
    });
    assert_eq!(found(&genesis(), merged).as_deref(), Some("assignment-blocks"));
}

#[test]
fn a_file_has_one_form() {
    let file = good();
    let text = file.encode();
    assert_eq!(AssignmentFile::parse(&text).as_ref(), Ok(&file));
    for added in ["\n", " ", "x", "\r"] {
        assert!(AssignmentFile::parse(&format!("{text}{added}")).is_err(), "{added:?} at the end");
        assert!(AssignmentFile::parse(&format!("{added}{text}")).is_err(), "{added:?} in front");
    }
    let accepted = |text: &str| {
        AssignmentFile::parse(text)
            .is_ok_and(|file| code(&file, &genesis(), &validators()).is_none())
    };
    assert!(accepted(&text));
    for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        assert!(!accepted(&text[..at]), "cut at {at}");
    }
    for at in (0..text.len()).step_by(7) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            assert!(!accepted(&changed), "byte {at}");
        }
    }
    let other = text.replacen("tamga-assignment/v1", "tamga-assignment/v2", 1);
    assert_eq!(AssignmentFile::parse(&other).unwrap_err().code, FormatCode::ProofFileVersion);
    let long = " ".repeat(ASSIGNMENT_FILE_BYTES_MAX + 1);
    assert_eq!(AssignmentFile::parse(&long).unwrap_err().code, FormatCode::ProofFileTooLong);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/assignment").join(name)
}

/// Compares with the file, or writes it if there is none.
fn frozen(name: &str, bytes: &[u8], missing: &mut Vec<String>) {
    let file = path(name);
    match fs::read(&file) {
        Ok(old) => assert!(old == bytes, "{name} is frozen and these bytes differ from it"),
        Err(_) => {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, bytes).unwrap();
            missing.push(name.to_owned());
        }
    }
}

fn lines(lines: &[Json]) -> Vec<u8> {
    lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

#[test]
fn files_are_frozen() {
    let mut missing = Vec::new();
    let mut freeze = |name: &str, bytes: &[u8]| frozen(name, bytes, &mut missing);
    freeze("drawn.tamga-assignment", good().encode().as_bytes());
    freeze("policy.txt", policy().encode().as_bytes());
    let members = validators();
    let members = members.members().iter().map(|it| {
        let beacon = hex(it.beacon.as_bytes());
        json!({ "id": it.id.to_string(), "organisation": it.organisation, "beacon": beacon })
    });
    let members: Vec<Json> = members.collect();
    let founding = json!({ "hash": genesis().to_string(), "validators": members });
    freeze("genesis.jsonl", &lines(&[founding]));
    let root = ballot().root();
    let mut expected = vec![json!({
        "file": "drawn.tamga-assignment", "case": hex(&case(7).id.0), "officer": hex(&winner().0),
        "root": hex(&root), "beacon": hex(&beacon()),
        "seed": hex(&seed(&beacon(), &case(7).id, &root)),
    })];
    for (name, file, code) in other_ledgers().into_iter().chain(changed()) {
        let name = format!("{name}.tamga-assignment");
        freeze(&name, file.encode().as_bytes());
        expected.push(json!({ "file": name, "code": code }));
    }
    freeze("expected.jsonl", &lines(&expected));
    assert!(missing.is_empty(), "missing and written, review them: {missing:?}");
}

#[test]
fn picks_are_frozen() {
    let pick = |loads: &[u32], max_load: u32, number: u8| {
        let count = u8::try_from(loads.len()).unwrap();
        let candidate = |number| Candidate { officer: officer(number), exclusion: None };
        let list = Candidates::new((1..=count).map(candidate).collect()).unwrap();
        let ballot = Ballot::new(&list, loads, max_load).unwrap();
        let (beacon, case) = ([number; 32], SubjectId([200 + number; 32]));
        let seed = seed(&beacon, &case, &ballot.root());
        json!({
            "officers": (1..=count).map(|n| hex(&officer(n).0)).collect::<Vec<_>>(),
            "loads": loads, "max_load": max_load, "root": hex(&ballot.root()),
            "beacon": hex(&beacon), "case": hex(&case.0), "seed": hex(&seed),
            "winner": ballot.winner(&seed).map(|id| hex(&id.0)),
        })
    };
    let mut picks = Vec::new();
    for number in 0..6 {
        picks.push(pick(&[0, 0, 0], 0, number));
        picks.push(pick(&[5, 100, 7, 6], 0, number));
        picks.push(pick(&[5, 100, 7, 6], 7, number));
        picks.push(pick(&[u32::MAX, 0], 0, number));
    }
    picks.push(pick(&[3, 4], 2, 0));
    let mut missing = Vec::new();
    frozen("picks.jsonl", &lines(&picks), &mut missing);
    assert!(missing.is_empty(), "missing and written, review them: {missing:?}");
}
