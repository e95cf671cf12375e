//! Records, bodies, leaves, certificates, blocks: the binary forms.

use std::collections::BTreeSet;

use tamga_format::attachment::Manifest;
use tamga_format::beacon::{Ext, alpha};
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::{Body, BodyField, Submission, commitment_of};
use tamga_format::cbor::{self, Limits};
use tamga_format::certificate::Certificate;
use tamga_format::id::{RecordId, SubjectId, TreeRoot, sha256};
use tamga_format::lines::{
    AllocationLine, BatchIndex, BatchReader, Line, LineRange, LinesRoot, PackedBatch, PayoutLine,
    RangeOf, Remainder, UsageLine,
};
use tamga_format::merkle::leaf_hash;
use tamga_format::record::SignedRecord;
use tamga_format::signature::{PublicKey, Signature, verify_raw, verify_raw_batch};
use tamga_format::tile::{decode_bundle, encode_bundle};
use tamga_replica::{Block, Item};

use super::{Target, same};
use crate::ledger::{ORIGIN, beacon_key, genesis, sample_body, sample_record, validators, writer};
use crate::seeds;

pub(super) fn targets() -> Vec<Target> {
    vec![
        cbor(),
        record(),
        body(),
        body_field(),
        submission(),
        block_leaf(),
        beacon(),
        certificate(),
        key(),
        signature(),
        bundle(),
        block(),
        manifest(),
        batch(),
        lines(),
        range(),
    ]
}

fn cbor() -> Target {
    let mut inputs = seeds::bytes("cbor/accepted.jsonl", "bytes");
    inputs.extend(seeds::bytes("cbor/refused.jsonl", "bytes"));
    Target::new("cbor", inputs, |input| {
        cbor::decode(input, Limits::with_bytes(1 << 16))
            .is_ok_and(|value| same(input, cbor::encode(&value)))
    })
}

fn record() -> Target {
    let mut inputs = seeds::small_ledger().leaves;
    inputs.extend(seeds::bytes("record/accepted.jsonl", "entry"));
    inputs.extend(seeds::bytes("record/refused.jsonl", "entry"));
    let signed: BTreeSet<Vec<u8>> = inputs
        .iter()
        .filter_map(|entry| SignedRecord::decode(entry).ok())
        .filter(|record| record.clone().verify(&writer().public()).is_ok())
        .map(|record| record.signed_bytes())
        .collect();
    assert!(!signed.is_empty());
    Target::new("record", inputs, move |input| {
        let Ok(record) = SignedRecord::decode(input) else { return false };
        let signed_bytes = record.signed_bytes();
        assert_eq!(record.id(), RecordId(sha256(&[&signed_bytes])));
        assert_eq!(record.leaf_hash().0, leaf_hash(input));
        let again = record.record().with_signature(record.signature()).unwrap();
        let holds = record.verify(&writer().public()).is_ok();
        assert!(!holds || signed.contains(&signed_bytes), "a signature holds for another record");
        same(input, again.entry())
    })
}

fn body() -> Target {
    let mut inputs = seeds::bytes("record/bodies.jsonl", "body");
    inputs.push(sample_body().encode());
    Target::new("body", inputs, |input| {
        let Ok(body) = Body::decode(input) else { return false };
        let names: Vec<&str> = body.fields().iter().map(|field| field.name.as_str()).collect();
        // However many fields are opened, the commitment is the same.
        for opened in [&names[..], &names[..names.len() / 2 + 1]] {
            assert_eq!(commitment_of(&body.open(opened)), Ok(body.commitment()));
        }
        same(input, Body::new(body.fields().to_vec()).unwrap().encode())
    })
}

fn body_field() -> Target {
    let inputs = sample_body().fields().iter().map(BodyField::encode).collect();
    Target::new("body-field", inputs, |input| {
        BodyField::decode(input).is_ok_and(|field| same(input, field.encode()))
    })
}

fn submission() -> Target {
    let mut inputs = seeds::bytes("record/bodies.jsonl", "submission");
    let body = sample_body();
    for (record, body) in
        [(sample_record(1, None), None), (sample_record(2, Some(&body)), Some(body))]
    {
        inputs.push(Submission::new(record, body).unwrap().encode());
    }
    Target::new("submission", inputs, |input| {
        let Ok(submission) = Submission::decode(input) else { return false };
        let (record, body) = submission.into_parts();
        assert_eq!(record.record().body, body.as_ref().map(Body::commitment));
        same(input, Submission::new(record, body).unwrap().encode())
    })
}

fn block_leaf() -> Target {
    let mut inputs = seeds::bytes("block-leaf/block-leaf.jsonl", "leaf");
    inputs.extend(seeds::small_ledger().blocks.iter().map(|(leaf, _)| leaf.encode()));
    Target::new("block-leaf", inputs, |input| {
        BlockLeaf::decode(input).is_ok_and(|leaf| same(input, leaf.encode()))
    })
}

/// A builder has one valid output for a height, whatever the proof.
fn beacon() -> Target {
    let blocks = seeds::small_ledger().blocks;
    let builder = |height: u64| beacon_key(u8::try_from(height % 4).unwrap()).public();
    let leaves: Vec<(BlockLeaf, Ext)> =
        blocks.into_iter().filter_map(|(leaf, _)| Some((leaf.clone(), leaf.ext?))).collect();
    let inputs = leaves.iter().map(|(_, ext)| ext.encode()).collect();
    Target::new("beacon", inputs, move |input| {
        let Ok(ext) = Ext::decode(input) else { return false };
        for (leaf, original) in &leaves {
            let alpha = alpha(ORIGIN, leaf.height);
            if let Ok(output) = builder(leaf.height.get()).verify(&alpha, &ext.proof) {
                assert_eq!(Ok(output), original.proof.output(), "a second output");
            }
        }
        same(input, ext.encode())
    })
}

fn certificate() -> Target {
    let inputs = seeds::bytes("certificate/certificate.jsonl", "certificate");
    let validators = validators();
    let good = Certificate::decode(&inputs[0]).unwrap();
    good.clone().verify(&genesis(), &validators).unwrap();
    Target::new("certificate", inputs, move |input| {
        let Ok(read) = Certificate::decode(input) else { return false };
        if read.clone().verify(&genesis(), &validators).is_ok() {
            let statement = |from: &Certificate| (from.height, from.round, from.value);
            assert_eq!(statement(&read), statement(&good), "a forged certificate");
            assert!(read.signatures.len() >= validators.quorum());
        }
        same(input, read.encode())
    })
}

fn key() -> Target {
    let inputs = seeds::bytes("signature/keys.jsonl", "key");
    Target::new("key", inputs, |input| {
        let Ok(bytes) = input.try_into() else { return false };
        PublicKey::admit(bytes).is_ok_and(|key| same(input, key.as_bytes()))
    })
}

/// One rule for signatures, alone and in a batch.
fn signature() -> Target {
    let input = |line: &serde_json::Value| {
        ["key", "signature", "message"]
            .map(|name| seeds::unhex(line[name].as_str().unwrap()))
            .concat()
    };
    let mut lines = seeds::lines("signature/verify.jsonl");
    lines.extend(seeds::lines("signature/small-order.jsonl"));
    let message = b"a signature that holds";
    let good = (*writer().public().as_bytes(), &message[..], writer().sign(message));
    Target::new("signature", lines.iter().map(input).collect(), move |input| {
        let Some((key, rest)) = input.split_first_chunk::<32>() else { return false };
        let Some((signature, message)) = rest.split_first_chunk::<64>() else { return false };
        let signature = Signature(*signature);
        let alone = verify_raw(key, message, &signature).is_ok();
        let batch = verify_raw_batch(&[good, (*key, message, signature), good], sha256(&[input]));
        assert_eq!(batch, [true, alone, true]);
        if let Ok(admitted) = PublicKey::admit(key) {
            assert_eq!(admitted.verify(message, &signature).is_ok(), alone);
        }
        alone
    })
}

fn bundle() -> Target {
    let framed = |width: u16, bytes: &[u8]| [&width.to_be_bytes(), bytes].concat();
    let leaves = seeds::small_ledger().leaves;
    let few = encode_bundle(&leaves).unwrap();
    let inputs = vec![
        framed(u16::try_from(leaves.len()).unwrap(), &few),
        framed(44, &seeds::file("log/tile/entries/001.p/44")),
        framed(256, &seeds::file("log/tile/entries/000")),
    ];
    Target::new("bundle", inputs, |input| {
        let Some((width, bytes)) = input.split_first_chunk() else { return false };
        let width = u16::from_be_bytes(*width);
        let Ok(entries) = decode_bundle(bytes, width) else { return false };
        assert_eq!(entries.len(), usize::from(width));
        (1..=256).contains(&width) && same(bytes, encode_bundle(&entries).unwrap())
    })
}

fn block() -> Target {
    let ledger = seeds::small_ledger();
    let body = sample_body().encode();
    let blocks = ledger.blocks.iter().enumerate().map(|(number, (leaf, checkpoint))| {
        let item = |entry: &Vec<u8>| {
            let record = SignedRecord::decode(entry).unwrap();
            Item { entry: entry.clone(), body: record.record().body.map(|_| body.clone()) }
        };
        let first = number.checked_sub(1).map_or(1, |before| ledger.blocks[before].0.size.get());
        let run = usize::try_from(first).unwrap()..usize::try_from(leaf.size.get() - 1).unwrap();
        let items: Vec<Item> = ledger.leaves[run].iter().map(item).collect();
        let held = std::sync::Arc::new([]);
        Block { value: checkpoint.value_id(), leaf: leaf.clone(), items: items.into(), held }
            .encode()
    });
    Target::new("block", blocks.collect(), |input| {
        Block::decode(input).is_ok_and(|block| same(input, block.encode()))
    })
}

fn manifest() -> Target {
    let inputs = seeds::bytes("lines/batches.jsonl", "manifest");
    Target::new("manifest", inputs, |input| {
        Manifest::decode(input).is_ok_and(|manifest| {
            assert!(manifest.bytes() >= manifest.chunks().len() as u64);
            same(input, manifest.encode())
        })
    })
}

/// A batch of one chunk: what is accepted is what packing its lines gives.
fn batch() -> Target {
    let chunks = |name: &str| {
        let lines = seeds::lines(name);
        let of = |line: &serde_json::Value| {
            line["chunks"]
                .as_array()
                .cloned()
                .unwrap_or_default()
                .first()
                .map(|chunk| seeds::unhex(chunk.as_str().unwrap()))
        };
        lines.iter().filter_map(of).collect::<Vec<_>>()
    };
    let inputs = [chunks("lines/batches.jsonl"), chunks("lines/faults.jsonl")].concat();
    let id = SubjectId([0xb7; 32]);
    Target::new("batch", inputs, move |input| {
        let mut reader = BatchReader::new(id);
        let Ok(lines) = reader.chunk(input) else { return false };
        let lines = lines.into_iter().map(|(_, line)| line.to_vec()).collect();
        let packed = PackedBatch::new(&id, lines).unwrap();
        assert_eq!(Ok(packed.lines), reader.finish());
        assert_eq!(packed.chunks, [input.to_vec()]);
        assert_eq!(BatchIndex::of(id, &packed.chunks).unwrap().count(), packed.lines.count);
        true
    })
}

fn lines() -> Target {
    fn of<L: Line>(input: &[u8]) -> bool {
        L::decode(input).is_ok_and(|line| same(input, line.encode()))
    }
    let inputs = seeds::bytes("lines/lines.jsonl", "line");
    Target::new("line", inputs, |input| {
        let kinds = [of::<UsageLine>, of::<AllocationLine>, of::<PayoutLine>, of::<Remainder>]
            .map(|of| of(input));
        kinds.contains(&true)
    })
}

/// A range that verifies shows lines of the batch and of the tag, all of them.
fn range() -> Target {
    let cases = seeds::lines("lines/ranges.jsonl");
    let known: BTreeSet<Vec<u8>> = cases
        .iter()
        .flat_map(|case| case["answer"]["lines"].as_array().cloned().unwrap_or_default())
        .map(|line| seeds::unhex(line.as_str().unwrap()))
        .collect();
    let first = cases.first().unwrap();
    let root: [u8; 32] = seeds::unhex(first["root"].as_str().unwrap()).try_into().unwrap();
    let lines = LinesRoot { root: TreeRoot(root), count: first["count"].as_u64().unwrap() };
    let id = SubjectId([0xb7; 32]);
    let inputs = seeds::bytes("lines/ranges.jsonl", "range");
    Target::new("range", inputs, move |input| {
        let Ok(range) = LineRange::decode(input) else { return false };
        same(input, range.encode());
        for tag in [1_u8, 3, 4, 7, 8] {
            let of = RangeOf { batch: &id, tag: &[tag; 32], lines };
            let Ok(shown) = range.verify(&of) else { continue };
            assert!(shown.iter().all(|line| known.contains(line)), "a forged line");
            let of_tag = known.iter().filter(|line| line[3] == tag).count();
            assert_eq!(shown.len(), of_tag, "hidden lines of tag {tag}");
        }
        true
    })
}
