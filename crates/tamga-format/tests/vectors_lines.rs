//! The vectors of attachments, lines, batches and range proofs; made here from fixed seeds, frozen in files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tamga_format::attachment::Manifest;
use tamga_format::error::FormatError;
use tamga_format::held::HeldStatement;
use tamga_format::id::{GenesisHash, LineHash, RecordId, SubjectId, TreeRoot, ValidatorId, sha256};
use tamga_format::lines::{
    AllocationLine, Basis, BatchIndex, BatchReader, Hold, Line as _, LineRange, LinesRoot,
    PackedBatch, PayoutLine, PayoutState, RangeOf, Remainder, UsageLine, line_hash, line_key,
};
use tamga_format::signature::SigningKey;

const BATCH: SubjectId = SubjectId([0xb7; 32]);

/// Compares with the file, or writes it if there is none.
fn frozen(name: &str, lines: &[Value]) {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/lines").join(name);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    if let Ok(old) = fs::read_to_string(&file) {
        assert!(old == text, "{name} is frozen and this text differs from it");
        return;
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    panic!("{name} was missing and has been written; review it, then run again");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn derived(purpose: &str, number: usize) -> [u8; 32] {
    sha256(&[b"vector ", purpose.as_bytes(), &(number as u64).to_be_bytes()])
}

fn remainder(tag: u8, number: usize) -> Vec<u8> {
    Remainder {
        rightsholder: [tag; 32],
        salt: derived("salt", number),
        open: i64::try_from(number).unwrap(),
        held: 0,
    }
    .encode()
}

#[test]
fn lines_of_every_kind_are_frozen() {
    let usage = UsageLine {
        work: [1; 32],
        salt: derived("salt", 0),
        first_day: 20_454,
        last_day: 20_484,
        uses: 3,
        seconds: 540,
        revenue: 0,
        reported_as: derived("title", 0),
    };
    let allocation = AllocationLine {
        rightsholder: [2; 32],
        salt: derived("salt", 1),
        work: SubjectId([1; 32]),
        used_on: 20_484,
        basis: Basis::Usage,
        source: Some(line_hash(&usage.encode())),
        share_bp: 6_000,
        weight: 18_000,
        amount: 180_001,
        hold: None,
    };
    let allocated = allocation.encode();
    let mended = AllocationLine {
        basis: Basis::Adjustment,
        source: Some(LineHash([9; 32])),
        weight: 0,
        amount: -180_001,
        hold: Some(Hold::HeirPending),
        ..allocation
    };
    let payout = PayoutLine {
        rightsholder: [2; 32],
        salt: derived("salt", 2),
        state: PayoutState::Returned,
        net: -162_001,
        tax: -18_000,
        levied: 0,
        payment: derived("payment", 0),
    };
    let all = [
        ("usage", usage.encode()),
        ("allocation", allocated),
        ("allocation, mended and held", mended.encode()),
        ("payout, returned", payout.encode()),
        ("remainder", remainder(2, 3)),
    ];
    let lines: Vec<Value> = all
        .iter()
        .map(|(name, line)| {
            json!({
                "name": name, "line": hex(line), "hash": hex(line_hash(line).as_bytes()),
                "batch": hex(BATCH.as_bytes()),
                "key": hex(line_key(&BATCH, &line[3..35].try_into().unwrap()).as_bytes()),
            })
        })
        .collect();
    frozen("lines.jsonl", &lines);
}

#[test]
fn batches_and_their_ranges_are_frozen() {
    let tags: [u8; 9] = [5, 1, 3, 3, 3, 1, 8, 5, 2];
    let lines: Vec<Vec<u8>> = tags.iter().zip(0..).map(|(tag, at)| remainder(*tag, at)).collect();
    let packed = PackedBatch::new(&BATCH, lines).unwrap();
    let manifest = Manifest::of(packed.chunks.iter().map(Vec::as_slice)).unwrap();
    let index = BatchIndex::of(BATCH, &packed.chunks).unwrap();
    let batch = json!({
        "name": "nine lines of five tags", "batch": hex(BATCH.as_bytes()),
        "chunks": packed.chunks.iter().map(|chunk| hex(chunk)).collect::<Vec<_>>(),
        "root": hex(packed.lines.root.as_bytes()), "count": packed.lines.count,
        "manifest": hex(&manifest.encode()), "attachment": hex(manifest.id().as_bytes()),
    });
    frozen("batches.jsonl", &[batch]);
    let chunk = |number: usize| Ok::<_, FormatError>(packed.chunks[number].clone());
    let mut cases = Vec::new();
    let mut judged = |name: &str, tag: u8, range: &[u8]| {
        let of = RangeOf { batch: &BATCH, tag: &[tag; 32], lines: packed.lines };
        let verdict = LineRange::decode(range).and_then(|range| range.verify(&of));
        let answer = match verdict {
            Ok(lines) => json!({ "lines": lines.iter().map(|line| hex(line)).collect::<Vec<_>>() }),
            Err(fault) => json!({ "code": fault.code.as_str() }),
        };
        cases.push(json!({
            "name": name, "batch": hex(BATCH.as_bytes()), "tag": hex(&[tag; 32]),
            "root": hex(packed.lines.root.as_bytes()), "count": packed.lines.count,
            "range": hex(range), "answer": answer,
        }));
    };
    for (tag, name) in
        [(3, "three lines"), (1, "two lines"), (8, "one line"), (4, "none"), (7, "none")]
    {
        let range = index.range(&[tag; 32], chunk).unwrap().encode();
        judged(name, tag, &range);
        judged(&format!("{name}, as if they were another tag's"), tag + 100, &range);
        let mut flipped = range.clone();
        *flipped.last_mut().unwrap() ^= 1;
        judged(&format!("{name}, the last hash changed"), tag, &flipped);
        judged(&format!("{name}, cut off"), tag, &range[..range.len() - 1]);
    }
    frozen("ranges.jsonl", &cases);
}

#[test]
fn faulty_batches_are_frozen() {
    let framed: Vec<Vec<u8>> = [(1, 0), (2, 1)]
        .into_iter()
        .map(|(tag, number)| {
            let line = remainder(tag, number);
            [&u16::try_from(line.len()).unwrap().to_be_bytes()[..], &line].concat()
        })
        .collect();
    let mut ordered = framed;
    ordered.sort_by_key(|line| line_key(&BATCH, &line[5..37].try_into().unwrap()));
    let faults: [(&str, Vec<Vec<u8>>); 7] = [
        ("in order", vec![ordered.concat()]),
        ("turned", vec![[ordered[1].clone(), ordered[0].clone()].concat()]),
        ("a line twice", vec![[ordered[0].clone(), ordered[0].clone()].concat()]),
        ("chunks not filled", ordered.clone()),
        ("an empty chunk", vec![Vec::new()]),
        ("a line cut off", vec![ordered[0][..40].to_vec()]),
        ("no chunk", Vec::new()),
    ];
    let cases: Vec<Value> = faults
        .iter()
        .map(|(name, chunks)| {
            let mut reader = BatchReader::new(BATCH);
            let read = chunks.iter().try_for_each(|chunk| reader.chunk(chunk).map(drop));
            let answer = match read.and_then(|()| reader.finish()) {
                Ok(LinesRoot { root: TreeRoot(root), count }) => {
                    json!({ "root": hex(&root), "count": count })
                }
                Err(fault) => json!({ "code": fault.code.as_str(), "at": fault.at }),
            };
            let chunks: Vec<String> = chunks.iter().map(|chunk| hex(chunk)).collect();
            json!({ "name": name, "batch": hex(BATCH.as_bytes()), "chunks": chunks, "answer": answer })
        })
        .collect();
    frozen("faults.jsonl", &cases);
}

#[test]
fn statements_that_an_attachment_is_held_are_frozen() {
    let key = SigningKey::from_seed([4; 32]);
    let (genesis, record) = (GenesisHash([5; 32]), RecordId([6; 32]));
    let held = HeldStatement::sign(&genesis, record, ValidatorId([7; 32]), &key);
    let case = json!({
        "name": "held and checked", "genesis": hex(genesis.as_bytes()),
        "record": hex(record.as_bytes()), "key": hex(key.public().as_bytes()),
        "statement": hex(&held.encode()),
    });
    frozen("held.jsonl", &[case]);
}
