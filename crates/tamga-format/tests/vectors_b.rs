//! The vectors of the log, the map, the beacon, checkpoints, certificates and receipts.
//!
//! Others' vectors are read as published. Our own are made here from fixed seeds and compared with
//! the files; a file that is missing is written and the test fails once, a file that exists is
//! never changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may say so")]

mod ledger;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Encoding as _};
use ledger::{Ledger, genesis, log_vkey, policy, sample_body, sample_record, validators};
use serde_json::{Value, json};
use tamga_format::acceptance::Acceptance;
use tamga_format::beacon::{VrfProof, VrfPublic, VrfSecret, alpha, next_beacon};
use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::body::BodyLeaf;
use tamga_format::certificate::{Certificate, VoteKind, vote_bytes};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::contradiction::Contradiction;
use tamga_format::cosignature::cosign;
use tamga_format::error::FormatError;
use tamga_format::id::{
    Height, LeafIndex, MapKey, MapValue, TreeRoot, TreeSize, UnixMillis, sha256,
};
use tamga_format::merkle::{
    NodeSource, verify_consistency, verify_inclusion, verify_subtree_consistency,
    verify_subtree_inclusion,
};
use tamga_format::mpt;
use tamga_format::note::{Note, VKey, VKeyKind};
use tamga_format::peer::network_key;
use tamga_format::policy::Policy;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::reconciliation::{Class, Reconciliation};
use tamga_format::tile::{BundleCoord, TileCoord, encode_bundle, node_in_tile, tile_width};
use tamga_format::tlog_proof::TlogProof;
use tamga_format::validators::validator_id;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares with the file, or writes it if there is none.
fn frozen(name: &str, bytes: &[u8]) {
    let file = path(name);
    if let Ok(old) = fs::read(&file) {
        assert!(old == bytes, "{name} is frozen and these bytes differ from it");
        return;
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, bytes).unwrap();
    panic!("{name} was missing and has been written; review it, then run again");
}

fn frozen_lines(name: &str, lines: &[Value]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    frozen(name, text.as_bytes());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

fn number(case: &Value, name: &str) -> u64 {
    case[name].as_u64().unwrap()
}

/// A hash of a Merkle vector; `None` if it is empty, which no verifier here can be given.
///
/// Some cases have short texts instead of hashes, equal or different; 32 bytes stand for them.
fn hash(value: &Value) -> Option<[u8; 32]> {
    let bytes = Base64::decode_vec(value.as_str().unwrap_or_default()).ok()?;
    if bytes.is_empty() {
        return None;
    }
    Some(bytes.as_slice().try_into().unwrap_or_else(|_| sha256(&[&bytes])))
}

fn proof(case: &Value) -> Option<Vec<[u8; 32]>> {
    case["proof"].as_array().map_or(Some(Vec::new()), |hashes| hashes.iter().map(hash).collect())
}

fn check_merkle(name: &str, count: usize, verify: impl Fn(&Value) -> Option<bool>) {
    let text = read(name);
    assert_eq!(text.lines().count(), count);
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let accepted = verify(&case).unwrap_or(false);
        assert_eq!(accepted, !case["wantErr"].as_bool().unwrap(), "{}", case["file"]);
    }
}

#[test]
fn inclusion_proofs_match_the_published_vectors() {
    check_merkle("merkle/inclusion.jsonl", 98, |case| {
        let (leaf, root, path) = (hash(&case["leafHash"])?, hash(&case["root"])?, proof(case)?);
        let (index, size) = (number(case, "leafIdx"), number(case, "treeSize"));
        Some(verify_inclusion(&leaf, index, size, &path, &TreeRoot(root)).is_ok())
    });
}

#[test]
fn consistency_proofs_match_the_published_vectors() {
    check_merkle("merkle/consistency.jsonl", 98, |case| {
        let (root1, root2) = (TreeRoot(hash(&case["root1"])?), TreeRoot(hash(&case["root2"])?));
        let (size1, size2) = (number(case, "size1"), number(case, "size2"));
        Some(verify_consistency(size1, size2, &proof(case)?, &root1, &root2).is_ok())
    });
}

#[test]
fn subtree_inclusion_proofs_match_the_published_vectors() {
    check_merkle("merkle/subtreeinclusion.jsonl", 204, |case| {
        let (leaf, root, path) = (hash(&case["leafHash"])?, hash(&case["root"])?, proof(case)?);
        let (start, end) = (number(case, "start"), number(case, "end"));
        let index = number(case, "leafIdx");
        Some(verify_subtree_inclusion(&leaf, index, start, end, &path, &root).is_ok())
    });
}

#[test]
fn subtree_consistency_proofs_match_the_published_vectors() {
    check_merkle("merkle/subtreeconsistency.jsonl", 118, |case| {
        let (root1, root2, path) = (hash(&case["root1"])?, hash(&case["root2"])?, proof(case)?);
        let (start, end, size) = (number(case, "start"), number(case, "end"), number(case, "size"));
        Some(verify_subtree_consistency(start, end, size, &path, &root1, &root2).is_ok())
    });
}

/// The map's root by its definition alone, for keys of any length.
fn naive_map_root(pairs: &[(Vec<u8>, Vec<u8>)]) -> [u8; 32] {
    fn varint(mut value: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 127 {
            bytes.push(u8::try_from(value % 128).unwrap() + 128);
            value /= 128;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    }
    fn bit(key: &[u8], position: usize) -> bool {
        let byte = match position / 8 {
            index if index < key.len() => key[index],
            index if index == key.len() => 0,
            _ => 0xFF,
        };
        byte >> (7 - position % 8) & 1 == 1
    }
    match pairs {
        [] => sha256(&[]),
        [(key, value)] => sha256(&[&[0], &varint(key.len()), key, &varint(value.len()), value]),
        [(first, _), rest @ ..] => {
            let differs = |position: &usize| {
                rest.iter().any(|(key, _)| bit(key, *position) != bit(first, *position))
            };
            let position = (0..).find(differs).unwrap();
            let (right, left): (Vec<_>, Vec<_>) =
                pairs.iter().cloned().partition(|(key, _)| bit(key, position));
            let (left, right) = (naive_map_root(&left), naive_map_root(&right));
            sha256(&[&[1], &varint(position), &left, &right])
        }
    }
}

fn quoted_hex(text: &str) -> Vec<u8> {
    if text == "''" { Vec::new() } else { unhex(text) }
}

#[test]
fn map_roots_match_the_published_vectors() {
    let (mut pairs, mut checked, mut ours) = (Vec::new(), 0, 0);
    for line in read("mpt/treehash.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match *words.as_slice() {
            ["kv", key, value] => pairs.push((quoted_hex(key), quoted_hex(value))),
            ["hash", expected] => {
                assert_eq!(hex(&naive_map_root(&pairs)), expected);
                let fixed: Option<Vec<_>> = pairs
                    .iter()
                    .map(|(key, value)| {
                        Some((
                            MapKey(key.as_slice().try_into().ok()?),
                            MapValue(value.as_slice().try_into().ok()?),
                        ))
                    })
                    .collect();
                if let Some(mut fixed) = fixed {
                    fixed.sort();
                    assert_eq!(mpt::root_of(&fixed).unwrap().to_string(), expected);
                    ours += 1;
                }
                checked += 1;
                pairs.clear();
            }
            _ => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
        }
    }
    assert_eq!(checked, 32);
    assert!(ours >= 8, "only {ours} sets have 32-byte keys and values");
}

#[test]
fn map_proofs_match_the_published_vectors() {
    let (mut root, mut key, mut value, mut proof) = ([0; 32], vec![], None, vec![]);
    let (mut checked, mut ours) = (0, 0);
    for line in read("mpt/verify.txt").replace("\\\n", "").lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "snap" => root = unhex(rest).try_into().unwrap(),
            "key" => key = quoted_hex(rest),
            "val" => value = (rest != "-").then(|| quoted_hex(rest)),
            "proof" => proof = quoted_hex(rest),
            "verify" => {
                let expected = rest == "true";
                let accepted = mpt::verify(&root, &key, value.as_deref(), &proof).is_ok();
                assert_eq!(accepted, expected, "{}", hex(&proof));
                checked += 1;
                // Where key and value are of the map's own lengths, its own verifiers agree.
                let map_root = tamga_format::id::MapRoot(root);
                let Ok(key) = key.as_slice().try_into().map(MapKey) else { continue };
                let accepted = match value.as_deref().map(<[u8; 32]>::try_from) {
                    Some(Err(_)) => continue,
                    Some(Ok(value)) => {
                        mpt::verify_presence(&map_root, &key, &MapValue(value), &proof)
                    }
                    None if !proof.is_empty() && (proof[0] != 32 || proof.get(33) != Some(&32)) => {
                        continue;
                    }
                    None => mpt::verify_absence(&map_root, &key, &proof),
                };
                assert_eq!(accepted.is_ok(), expected, "{}", hex(&proof));
                ours += 1;
            }
            _ => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
        }
    }
    assert_eq!(checked, 103);
    assert!(ours >= 20, "only {ours} proofs have 32-byte keys and values");
}

#[test]
fn beacon_proofs_match_rfc_9381() {
    for line in read("beacon/rfc9381.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let bytes = |name: &str| unhex(case[name].as_str().unwrap());
        let secret = VrfSecret::from_seed(&bytes("sk").try_into().unwrap());
        let (alpha, expected) = (bytes("alpha"), bytes("pi"));
        assert_eq!(hex(secret.public().as_bytes()), case["pk"]);
        let proof = secret.prove(&alpha);
        assert_eq!(proof.0.as_slice(), expected);
        let public = VrfPublic::admit(secret.public().as_bytes()).unwrap();
        assert_eq!(public.verify(&alpha, &proof).unwrap().as_slice(), bytes("beta"));
    }
}

#[test]
fn beacon_chain_is_frozen() {
    let (mut beacon, mut lines) = (genesis().0, Vec::new());
    for height in 1..=4_u8 {
        let secret = ledger::beacon_key(height % 4);
        let alpha = alpha(ledger::ORIGIN, Height(u64::from(height)));
        let proof: VrfProof = secret.prove(&alpha);
        let output = secret.public().verify(&alpha, &proof).unwrap();
        beacon = next_beacon(&beacon, &output);
        lines.push(json!({
            "origin": ledger::ORIGIN, "height": height, "key": hex(secret.public().as_bytes()),
            "alpha": hex(&alpha), "proof": hex(&proof.0), "output": hex(&output),
            "beacon": hex(&beacon),
        }));
    }
    frozen_lines("beacon/chain.jsonl", &lines);
}

/// A case that is refused, with the answer.
fn refused<T>(name: &str, bytes: &[u8], result: Result<T, FormatError>) -> Value {
    let error = result.err().expect("the case is refused");
    json!({ name: hex(bytes), "code": error.code.as_str(), "at": error.at })
}

#[test]
fn block_leaves_are_frozen() {
    let mut ledger = Ledger::with_blocks(&[2, 0]);
    ledger.blocks[1].0.ext = None;
    let mut lines: Vec<Value> = ledger
        .blocks
        .iter()
        .map(|(leaf, _)| {
            let bytes = leaf.encode();
            assert_eq!(BlockLeaf::decode(&bytes).as_ref(), Ok(leaf));
            json!({
                "leaf": hex(&bytes), "height": leaf.height.get(),
                "size": leaf.size.get(), "time": leaf.time.get(), "prev": leaf.prev.to_string(),
                "map_root": leaf.map_root.to_string(), "policy": leaf.policy.to_string(),
                "rules": leaf.rules.to_string(),
                "round": leaf.ext.as_ref().map(|ext| ext.round),
                "builder": leaf.ext.as_ref().map(|ext| ext.builder.to_string()),
            })
        })
        .collect();
    let full = ledger.blocks[0].0.encode();
    let with = |at: usize, byte: u8| {
        let mut bytes = full.clone();
        bytes[at] = byte;
        bytes
    };
    let malformed = [
        vec![],
        genesis_leaf(&genesis()).to_vec(),
        full[..full.len() - 1].to_vec(),
        [&full[..], &[0]].concat(),
        with(0, 2),
        with(1, 2),
        with(18, 0xFF),
        with(155, 0),
        with(156, 2),
    ];
    for bytes in malformed {
        lines.push(refused("leaf", &bytes, BlockLeaf::decode(&bytes)));
    }
    lines.push(json!({ "genesis": genesis().to_string(), "leaf": hex(&genesis_leaf(&genesis())) }));
    frozen_lines("block-leaf/block-leaf.jsonl", &lines);
}

#[test]
fn checkpoints_and_policies_are_frozen() {
    let ledger = Ledger::with_blocks(&[3, 1]);
    let (_, checkpoint) = &ledger.blocks[1];
    let note = ledger::note(checkpoint);
    let encoded = note.encode();
    assert_eq!(Note::parse(&encoded), Ok(note.clone()));
    let verified = policy().verify(&note).unwrap();
    assert_eq!(verified.checkpoint(), checkpoint);
    assert_eq!(Policy::parse(&policy().encode()), Ok(policy()));
    frozen("checkpoint/all.note", encoded.as_bytes());
    frozen("checkpoint/minimal.note", policy().minimal(&note).unwrap().encode().as_bytes());
    frozen("checkpoint/policy.txt", policy().encode().as_bytes());
    frozen_lines(
        "checkpoint/expected.jsonl",
        &[json!({
            "origin": checkpoint.origin, "size": checkpoint.size.get(),
            "root": checkpoint.root.to_string(), "value_id": checkpoint.value_id().to_string(),
            "policy_hash": policy().hash().to_string(), "cosigners": verified.cosigners(),
        })],
    );
}

/// A text that is refused, with the answer.
fn refused_text<T>(name: &str, text: &str, result: Result<T, FormatError>) -> Value {
    let error = result.err().expect("the case is refused");
    json!({ name: text, "code": error.code.as_str(), "at": error.at })
}

#[test]
fn acceptances_are_frozen() {
    let held = Acceptance {
        genesis: genesis(),
        record: sample_record(1, None).id(),
        held_at: UnixMillis(1_800_000_000_123),
        verdict_by: UnixMillis(1_800_086_400_000),
    };
    let network = ledger::key(40);
    let peer_id = "12D3KooWRWcUSHYQhJjq4z1S8u5iEHoYwqHW6dFCzr1ww59zqu3x";
    assert_eq!(network_key(peer_id), Ok(network.public()));
    let vkey = VKey::new("v1", VKeyKind::Log, network_key(peer_id).unwrap()).unwrap();
    let note = held.sign("v1", &network).unwrap();
    assert_eq!(Acceptance::verify(&note, &vkey), Ok(held));
    let text = note.encode();
    let mut lines = vec![json!({
        "acceptance": text, "validator": "v1", "peer": peer_id, "key": vkey.to_string(),
        "genesis": held.genesis.to_string(), "record": held.record.to_string(),
        "held_at": held.held_at.get(), "verdict_by": held.verdict_by.get(),
    })];
    for (from, to) in [
        ("acceptance/v1", "acceptance/v2"),
        ("genesis ", "Genesis "),
        ("record ", "record 0"),
        ("held-at 1", "held-at 01"),
        ("held-at 1", "held-at 2"),
        ("verdict-by ", "verdict-by +"),
        ("000\n", "000\nmore\n"),
        ("v1 ", "v2 "),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from}");
        let found = Note::parse(&wrong).and_then(|note| Acceptance::verify(&note, &vkey));
        lines.push(refused_text("acceptance", &wrong, found));
    }
    frozen_lines("acceptance/acceptance.jsonl", &lines);
}

#[test]
fn reconciliations_are_frozen() {
    let report = ledger::reconciliation();
    let text = report.encode();
    let found = Reconciliation::parse(&text).unwrap();
    assert_eq!(found, report);
    assert!(found.verify(&policy()).is_ok());
    let counts: BTreeMap<&str, u64> =
        Class::ALL.iter().map(|class| (class.name(), report.count(*class))).collect();
    let mut lines = vec![json!({
        "reconciliation": text, "policy": policy().encode(), "signer": report.key_id().to_string(),
        "size": report.statement().size.get(), "counts": counts,
    })];
    for (from, to) in [
        ("reconciliation/v1", "reconciliation/v2"),
        ("rows 9 1", "rows 9 01"),
        ("rows 9 1", "rows 8 1"),
        ("rows 9 1", "rows 6 1"),
        ("period 1", "period 2"),
        ("key ", "key  "),
        ("records 7", "records 8"),
        ("matched 3 ", "matched 4 "),
        ("\ndiffering 2\n", "\ndiffering 3\n"),
        ("2 E01.0", "3 E01.0"),
        ("body.amount,event_time", "event_time,body.amount"),
        ("missing-in-list 5 ", "missing-in-list 9 "),
        ("unreadable 1 TMG-6020", "unreadable 1 TMG-6021"),
        ("vectors\n9\n", "vectors\n8\n"),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from}");
        let fault = match Reconciliation::parse(&wrong) {
            Err(fault) => fault,
            Ok(report) => report.verify(&policy()).unwrap_err().fault(),
        };
        lines.push(refused_text::<()>("reconciliation", &wrong, Err(fault)));
    }
    frozen_lines("reconciliation/reconciliation.jsonl", &lines);
}

#[test]
fn contradictions_are_frozen() {
    let witness = policy().witnesses().next().unwrap().key.clone();
    let key = ledger::cosigner_key(0);
    let cosigned = |size, root| {
        let (size, root) = (TreeSize(size), TreeRoot([root; 32]));
        let text = Checkpoint { origin: ledger::ORIGIN.into(), size, root }.body();
        let line = cosign(&key, witness.name(), &text, 1_800_000_000).unwrap();
        Note { text, signatures: vec![line] }
    };
    let found = Contradiction::new(witness.clone(), [cosigned(7, 2), cosigned(7, 1)]).unwrap();
    let file = found.encode();
    assert_eq!(Contradiction::parse(&file), Ok(found));
    let mut lines = vec![json!({
        "contradiction": file, "key": witness.to_string(), "size": 7,
        "roots": [TreeRoot([1; 32]).to_string(), TreeRoot([2; 32]).to_string()],
    })];
    let (head, notes) = file.split_once("\n\n").unwrap();
    let notes: Vec<&str> = notes.split_inclusive('\n').collect();
    let of = |first: &str, second: &str| format!("{head}\n\n{first}\n{second}");
    let (first, second) = (notes[..5].concat(), notes[6..].concat());
    let beyond = cosigned(8, 3).encode();
    for wrong in [
        file.replacen("/v1", "/v2", 1),
        file.replacen("key ", "key  ", 1),
        file.replacen("\n\n", "\n", 1),
        of(&first, &first),
        of(&first, &beyond),
        of(&second, &first),
        of(&first, &second.replacen("\n7\n", "\n07\n", 1)),
        format!("{file}\n"),
        format!("{head}\n\n{first}"),
    ] {
        lines.push(refused_text("contradiction", &wrong, Contradiction::parse(&wrong)));
    }
    frozen_lines("contradiction/contradiction.jsonl", &lines);
}

/// The certificate of the ledger's first block, signed by a bare quorum.
fn first_certificate(ledger: &Ledger) -> Certificate {
    let (leaf, checkpoint) = &ledger.blocks[0];
    let (height, round, value) = (leaf.height, 2, checkpoint.value_id());
    let sign = |number| {
        let key = ledger::consensus_key(number);
        let id = validator_id(&key.public());
        let vote = vote_bytes(VoteKind::Precommit, &genesis(), height, round, Some(&value), &id);
        (id, key.sign(&vote))
    };
    let mut signatures: Vec<_> = (0..4).map(sign).collect();
    signatures.sort();
    signatures.truncate(validators().quorum());
    Certificate { height, round, value, signatures }
}

#[test]
fn certificates_are_frozen() {
    let ledger = Ledger::with_blocks(&[1]);
    let members: Vec<Value> = validators()
        .members()
        .iter()
        .map(|member| json!({ "id": member.id.to_string(), "key": member.consensus.to_string() }))
        .collect();
    let good = first_certificate(&ledger);
    let mut short = good.clone();
    short.signatures.pop();
    let mut unsorted = good.clone();
    unsorted.signatures.swap(0, 1);
    let mut stranger = good.clone();
    stranger.signatures[0].0.0 = [0; 32];
    let mut other_round = good.clone();
    other_round.round += 1;
    let mut other_value = good.clone();
    other_value.value.0[0] ^= 1;
    let mut repeated = good.clone();
    repeated.signatures[1] = repeated.signatures[0];
    let cases = [good, short, unsorted, stranger, other_round, other_value, repeated];
    let mut lines = vec![json!({ "genesis": genesis().to_string(), "validators": members })];
    for (number, certificate) in cases.iter().enumerate() {
        let bytes = certificate.encode();
        let result =
            Certificate::decode(&bytes).and_then(|read| read.verify(&genesis(), &validators()));
        lines.push(match number {
            0 => {
                result.unwrap();
                json!({ "certificate": hex(&bytes) })
            }
            _ => refused("certificate", &bytes, result),
        });
    }
    frozen_lines("certificate/certificate.jsonl", &lines);
}

/// What a change to a receipt is called, and the change.
type Change = (&'static str, fn(&mut Receipt));

#[test]
fn receipts_are_frozen() {
    let body = sample_body();
    let mut ledger = Ledger::with_blocks(&[3]);
    ledger.commit(vec![sample_record(50, None), sample_record(51, Some(&body))]);
    ledger.commit(vec![sample_record(53, None)]);
    let plain = ledger.receipt(1, 5, None);
    let opened = ledger.receipt(1, 6, Some((&body, &["amount"])));
    // The checkpoint of the last block, with each block of the log as the one that recorded it.
    let at_last = [
        ("plain-at-a-later-checkpoint", ledger.receipt_at(2, 1, 5, None)),
        ("block-before-the-record-s", ledger.receipt_at(2, 0, 5, None)),
        ("block-after-the-record-s", ledger.receipt_at(2, 2, 5, None)),
    ];
    let changes: [Change; 20] = [
        ("plain", |_| ()),
        ("index-of-another-leaf", |r| r.proof.index = LeafIndex(6)),
        ("index-of-the-block-before", |r| r.proof.index = LeafIndex(4)),
        ("index-of-the-block-leaf", |r| r.proof.index = LeafIndex(7)),
        ("path-too-short", |r| r.proof.path.truncate(2)),
        ("path-too-long", |r| r.proof.path.push([0; 32])),
        ("block-path-too-short", |r| r.block_path.truncate(r.block_path.len() - 1)),
        ("block-path-too-long", |r| r.block_path.push([0; 32])),
        ("block-path-to-another-hash", |r| r.block_path[0][0] ^= 1),
        ("block-of-another-size", |r| r.block.size.0 -= 1),
        ("block-beyond-the-checkpoint", |r| r.block.size.0 += 1),
        ("previous-of-another-size", |r| r.previous.size.0 -= 1),
        ("previous-of-another-root", |r| r.previous.root.0[0] ^= 1),
        ("block-of-another-time", |r| r.block.time = UnixMillis(0)),
        ("another-record", |r| r.record = sample_record(52, None)),
        ("another-key", |r| r.key = ledger::key(3).public()),
        ("cosignature-missing", |r| drop(r.proof.checkpoint.signatures.pop())),
        ("cosignatures-swapped", |r| r.proof.checkpoint.signatures.swap(1, 2)),
        ("cosignature-twice", |r| {
            let line = r.proof.checkpoint.signatures[1].clone();
            r.proof.checkpoint.signatures.push(line);
        }),
        ("log-line-missing", |r| drop(r.proof.checkpoint.signatures.remove(0))),
    ];
    let body_changes: [Change; 4] = [
        ("opened", |_| ()),
        ("opened-value-changed", |r| {
            if let BodyLeaf::Opened(field) = &mut r.body[0] {
                field.value = tamga_format::cbor::Value::Uint(1);
            }
        }),
        ("hidden-leaf-missing", |r| drop(r.body.pop())),
        ("leaves-swapped", |r| r.body.swap(0, 1)),
    ];
    let changed = |from: &Receipt, (name, change): Change| {
        let mut receipt = from.clone();
        change(&mut receipt);
        (name, receipt)
    };
    let cases = (changes.map(|change| changed(&plain, change)).into_iter())
        .chain(body_changes.map(|change| changed(&opened, change)))
        .chain(at_last);
    let mut lines = Vec::new();
    for (name, receipt) in cases {
        let text = receipt.encode();
        assert_eq!(Receipt::parse(&text).as_ref(), Ok(&receipt), "{name}");
        let file = format!("receipt/{name}.tamga-receipt");
        lines.push(match receipt.verify(&policy()) {
            Ok(proven) => json!({
                "file": file, "verdict": "proven", "id": proven.id.to_string(),
                "index": proven.index.get(), "height": proven.height.get(),
                "recorded_at": proven.recorded_at.get(), "size": proven.size.get(),
                "cosigners": proven.cosigners, "opened": proven.opened.len(),
            }),
            Err(ReceiptError::Mismatch(fault)) => {
                json!({ "file": file, "verdict": "mismatch", "code": fault.code.as_str(), "at": fault.at })
            }
            Err(ReceiptError::CannotCheck(fault)) => {
                json!({ "file": file, "verdict": "cannot-check", "code": fault.code.as_str(), "at": fault.at })
            }
        });
        let proven = lines.last().unwrap()["verdict"] == "proven";
        let genuine = ["plain", "opened", "plain-at-a-later-checkpoint"];
        assert_eq!(proven, genuine.contains(&name), "{name}: {:?}", lines.last());
        frozen(&file, text.as_bytes());
    }
    frozen("receipt/policy.txt", policy().encode().as_bytes());
    frozen_lines("receipt/expected.jsonl", &lines);
    frozen("tlog-proof/plain.tlog-proof", plain.proof.encode().as_bytes());
    let proof = TlogProof::parse(&plain.proof.encode()).unwrap();
    proof.verify(plain.record.entry(), &policy()).unwrap();
}

/// A served log of 300 leaves with two checkpoints, as `tests/interop/sumdb` reads it.
#[test]
fn served_log_is_frozen() {
    let ledger = Ledger::with_blocks(&[3, 200, 93]);
    let size = ledger.frontier.size();
    assert_eq!(size, 300);
    for level in 0..2 {
        for index in 0..2 {
            let Some(width) = tile_width(level, index, size) else { continue };
            let mut bytes = Vec::new();
            for slot in 0..u64::from(width) {
                let (level, index) = (level * 8, index * 256 + slot);
                let (tile, slots) = node_in_tile(level, index).unwrap();
                assert_eq!(
                    (tile.level() * 8, slots),
                    (level, bytes.len() / 32..bytes.len() / 32 + 1)
                );
                bytes.extend_from_slice(&ledger.node(level, index).unwrap());
            }
            let tile = TileCoord::new(level, index, width).unwrap();
            frozen(&format!("log/{}", tile.path()), &bytes);
        }
    }
    for (index, entries) in (0..).zip(ledger.leaves.chunks(256)) {
        let width = u16::try_from(entries.len()).unwrap();
        let bundle = BundleCoord::new(index, width).unwrap();
        frozen(&format!("log/{}", bundle.path()), &encode_bundle(entries).unwrap());
    }
    frozen("log/checkpoint", ledger::note(&ledger.blocks[2].1).encode().as_bytes());
    frozen("log/checkpoint.old", ledger::note(&ledger.blocks[1].1).encode().as_bytes());
    let mut vkeys = vec![log_vkey()];
    vkeys.extend((0..4).map(ledger::cosigner_vkey));
    let vkeys: String = vkeys.iter().map(|vkey| format!("{vkey}\n")).collect();
    frozen("log/vkeys", vkeys.as_bytes());
}
