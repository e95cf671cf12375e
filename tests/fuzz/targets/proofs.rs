//! Notes, receipts and proofs: what verifies must be true of the ledger it was made from.

use std::collections::BTreeSet;

use tamga_client::statement::StatementFile;
use tamga_format::assignment::AssignmentFile;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::evidence::Evidence;
use tamga_format::id::{MapKey, MapValue, TreeRoot, TreeSize, sha256};
use tamga_format::merkle::{
    Hash, consistency_path, inclusion_path, leaf_hash, root_of, verify_consistency,
    verify_inclusion,
};
use tamga_format::mpt;
use tamga_format::note::{Note, VKey};
use tamga_format::omission::{Mention, mention};
use tamga_format::policy::Policy;
use tamga_format::policy_chain::PolicyChain;
use tamga_format::policy_record::policy_digest;
use tamga_format::receipt::Receipt;
use tamga_format::reconciliation::Reconciliation;
use tamga_format::subject::Subject;
use tamga_format::subject_proof::{Known, SUBJECT_PROOF_HEADER, SubjectProof};
use tamga_format::tlog_proof::TlogProof;
use tamga_format::witness::{AddCheckpoint, AnyCheckpoint};
use tamga_replica::map::{Map, MapProof};
use tamga_state::enforcement::assignment;

use super::{Target, of_text, same, texts};
use crate::ledger;
use crate::seeds;

pub(super) fn targets() -> Vec<Target> {
    vec![
        note(),
        policy(),
        vkey(),
        checkpoint(),
        receipt(),
        about_subjects(),
        omission(),
        statement(),
        assignment(),
        policy_chain(),
        reconciliation(),
        evidence(),
        tlog_proof(),
        map_proof(),
        inclusion(),
        consistency(),
        asked_of_witnesses(),
    ]
}

/// What a witness is asked with, by logs it does not trust yet.
fn asked_of_witnesses() -> Target {
    let request = |(note, hashes): (Note, u8)| {
        let path = (0..hashes).map(|byte| [byte; 32]).collect();
        AddCheckpoint { old: TreeSize(u64::from(hashes)), path, note }.encode().into_bytes()
    };
    let notes = seeds::notes(&seeds::small_ledger()).into_iter();
    Target::new(
        "witness request",
        notes.zip([0, 1, 63].into_iter().cycle()).map(request).collect(),
        of_text(|text| {
            let Ok(request) = AddCheckpoint::parse(text) else { return false };
            if let Ok(checkpoint) = AnyCheckpoint::parse(&request.note.text) {
                assert!(request.note.text.starts_with(checkpoint.origin));
            }
            same(text.as_bytes(), request.encode())
        }),
    )
}

fn note() -> Target {
    let ledger = seeds::small_ledger();
    let mut inputs = seeds::files("checkpoint", ".note");
    inputs.extend(["log/checkpoint", "log/checkpoint.old"].map(seeds::file));
    inputs.extend(texts(seeds::notes(&ledger).iter().map(Note::encode)));
    let signed: BTreeSet<String> = inputs
        .iter()
        .map(|note| Note::parse(str::from_utf8(note).unwrap()).unwrap().text)
        .collect();
    let policy = ledger::policy();
    Target::new(
        "note",
        inputs,
        of_text(move |text| {
            let Ok(note) = Note::parse(text) else { return false };
            same(text.as_bytes(), note.encode());
            if let Ok(verified) = policy.verify(&note) {
                assert!(signed.contains(&note.text), "a forged checkpoint");
                assert_eq!(verified.checkpoint().body(), note.text);
                let minimal = policy.minimal(&note).unwrap();
                assert_eq!(policy.minimal(&minimal).as_ref(), Ok(&minimal));
                assert_eq!(policy.verify_canonical(&note).is_ok(), note == minimal);
            }
            true
        }),
    )
}

fn policy() -> Target {
    let ours = ledger::policy();
    let keys: Vec<&VKey> = ours.witnesses().map(|witness| &witness.key).collect();
    let nested = format!(
        "# two of three\nlog {} https://tamga.example/log/\n\nwitness a {} http://a.example\n\
         witness b\t{}  https://b.example/\nwitness c {} https://c.example/\n\
         group pair all a b\ngroup g any pair c\nquorum g\n",
        ours.log(),
        keys[0],
        keys[1],
        keys[2],
    );
    let mut inputs = vec![seeds::file("checkpoint/policy.txt"), seeds::file("receipt/policy.txt")];
    inputs.extend(texts([nested, ours.encode().replace("quorum validators", "quorum none")]));
    Target::new(
        "policy",
        inputs,
        of_text(|text| {
            let Ok(policy) = Policy::parse(text) else { return false };
            let canonical = policy.encode();
            let again = Policy::parse(&canonical).unwrap();
            assert_eq!(again, policy);
            assert_eq!(again.encode(), canonical);
            true
        }),
    )
}

fn vkey() -> Target {
    let mut inputs: Vec<Vec<u8>> =
        seeds::file("log/vkeys").split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    inputs.retain(|line| !line.is_empty());
    Target::new(
        "vkey",
        inputs,
        of_text(|text| VKey::parse(text).is_ok_and(|vkey| same(text.as_bytes(), vkey.to_string()))),
    )
}

fn checkpoint() -> Target {
    let ledger = seeds::small_ledger();
    let inputs = texts(ledger.blocks.iter().map(|(_, checkpoint)| checkpoint.body()));
    Target::new(
        "checkpoint",
        inputs,
        of_text(|text| {
            Checkpoint::parse(text).is_ok_and(|checkpoint| same(text.as_bytes(), checkpoint.body()))
        }),
    )
}

/// The ledger gives so many receipts and no more: any other text is refused.
fn receipt() -> Target {
    let ledger = seeds::small_ledger();
    let genuine: BTreeSet<String> = seeds::receipts(&ledger).iter().map(Receipt::encode).collect();
    let mut inputs = texts(&genuine);
    inputs.extend(seeds::files("receipt", ".tamga-receipt"));
    let policy = ledger::policy();
    Target::new(
        "receipt",
        inputs,
        of_text(move |text| {
            let Ok(receipt) = Receipt::parse(text) else { return false };
            same(text.as_bytes(), receipt.encode());
            let proven = receipt.verify(&policy).is_ok();
            assert_eq!(proven, genuine.contains(text), "a receipt that the ledger did not give");
            proven
        }),
    )
}

/// What is accepted about a subject of the vectors is one of their proofs; of others there is nothing.
fn about_subjects() -> Target {
    let names = ["whole", "list", "status", "first-page", "absent"];
    let read = |name: &str| seeds::file(&format!("subject/{name}.tamga-subject"));
    let genuine: BTreeSet<Vec<u8>> = names.into_iter().map(read).collect();
    let known: BTreeSet<Subject> = genuine
        .iter()
        .map(|text| SubjectProof::parse(str::from_utf8(text).unwrap()).unwrap().subject)
        .collect();
    let policy =
        Policy::parse(str::from_utf8(&seeds::file("subject/policy.txt")).unwrap()).unwrap();
    Target::new(
        "subject",
        seeds::files("subject", ".tamga-subject"),
        of_text(move |text| {
            let Ok(proof) = SubjectProof::parse(text) else { return false };
            same(text.as_bytes(), proof.encode());
            let Ok(proven) = proof.verify(&policy, &Known::default()) else { return false };
            let told = genuine.contains(text.as_bytes());
            let nothing = proven.count == 0 && !known.contains(&proven.subject);
            assert!(told || nothing, "a proof that the ledger did not give");
            true
        }),
    )
}

/// Whoever is accused signed both of two checkpoints that can't both be true.
fn evidence() -> Target {
    let lines = seeds::lines("evidence/evidence.jsonl");
    let inputs: Vec<&str> = lines.iter().filter_map(|line| line["evidence"].as_str()).collect();
    let accepted = lines.iter().filter(|line| line["exceeds"].is_boolean());
    let genuine: Vec<Evidence> =
        accepted.map(|line| Evidence::parse(line["evidence"].as_str().unwrap()).unwrap()).collect();
    let signed: BTreeSet<(String, String)> = genuine
        .iter()
        .flat_map(Evidence::notes)
        .flat_map(|note| note.signatures.iter().map(|line| (note.text.clone(), line.to_string())))
        .collect();
    let policy =
        Policy::parse(str::from_utf8(&seeds::file("evidence/policy.txt")).unwrap()).unwrap();
    Target::new(
        "evidence",
        texts(inputs),
        of_text(move |text| {
            let Ok(evidence) = Evidence::parse(text) else { return false };
            same(text.as_bytes(), evidence.encode());
            let [smaller, larger] = evidence.checkpoints();
            assert!(smaller.size <= larger.size && smaller.root != evidence.other_root());
            if let Ok(judged) = evidence.judge([&policy, &policy]) {
                for note in evidence.notes() {
                    for line in &note.signatures {
                        let known = signed.contains(&(note.text.clone(), line.to_string()));
                        assert!(known, "a forged signature");
                    }
                }
                assert_eq!(judged.cosigners.len() + usize::from(judged.log), evidence.keys().len());
            }
            true
        }),
    )
}

/// A receipt and a proof behind it: only the lists that lack the record convict who signed them.
fn omission() -> Target {
    let names = ["listed", "left-out", "first-page", "earlier-block", "other-subject", "absent"];
    let read = |name: &str, form: &str| seeds::file(&format!("omission/{name}.tamga-{form}"));
    let pair = |name| [read(name, "receipt"), read(name, "subject")].concat();
    let lacking = ["left-out", "absent"].map(|name| read(name, "subject"));
    let policy =
        Policy::parse(str::from_utf8(&seeds::file("omission/policy.txt")).unwrap()).unwrap();
    Target::new(
        "omission",
        names.map(pair).to_vec(),
        of_text(move |text| {
            let Some(at) = text.find(SUBJECT_PROOF_HEADER) else { return false };
            let (receipt, proof) = text.split_at(at);
            let Ok(Ok(record)) = Receipt::parse(receipt).map(|it| it.verify(&policy)) else {
                return false;
            };
            let Ok(Ok(list)) =
                SubjectProof::parse(proof).map(|it| it.verify(&policy, &Known::default()))
            else {
                return false;
            };
            let lacks = lacking.iter().any(|list| list == proof.as_bytes());
            let left_out = mention(&list, &record) == Mention::LeftOut;
            assert!(lacks || !left_out, "a quorum is accused by its own true word");
            left_out
        }),
    )
}

/// Whatever of a statement file is accepted as proven comes to what was proven.
fn statement() -> Target {
    let text = seeds::file("statement/whole.json");
    let policy =
        Policy::parse(str::from_utf8(&seeds::file("statement/policy.txt")).unwrap()).unwrap();
    let judge = move |text: &str| {
        let file = StatementFile::parse(text).ok()?;
        let again = serde_json::to_string(&file).unwrap();
        let again = serde_json::to_string(&StatementFile::parse(&again).unwrap()).unwrap();
        assert_eq!(again, serde_json::to_string(&file).unwrap());
        file.verify(&policy).ok()
    };
    let genuine = judge(str::from_utf8(&text).unwrap()).unwrap();
    Target::new(
        "statement",
        vec![text],
        of_text(move |text| {
            let Some(shown) = judge(text) else { return false };
            if shown.whole.is_some() {
                assert_eq!(shown.whole, genuine.whole);
                assert_eq!(shown.statements, genuine.statements);
            }
            true
        }),
    )
}

/// Whatever is accepted is the one draw that was recorded.
fn assignment() -> Target {
    let inputs = seeds::files("assignment", ".tamga-assignment");
    let (policy, genesis, validators) = (ledger::policy(), ledger::genesis(), ledger::validators());
    let drawn = seeds::file("assignment/drawn.tamga-assignment");
    let drawn = AssignmentFile::parse(str::from_utf8(&drawn).unwrap()).unwrap();
    let drawn = assignment::verify(&drawn, &policy, &genesis, &validators).unwrap();
    Target::new(
        "assignment",
        inputs,
        of_text(move |text| {
            let Ok(file) = AssignmentFile::parse(text) else { return false };
            same(text.as_bytes(), file.encode());
            let stated = assignment::stated(&file);
            if let Ok(proven) = assignment::verify(&file, &policy, &genesis, &validators) {
                assert_eq!(stated, Some((proven.ballot.clone(), proven.officer)));
                assert_eq!((proven.case, proven.officer), (drawn.case, drawn.officer));
                assert_eq!((proven.seed, proven.ballot), (drawn.seed, drawn.ballot.clone()));
            }
            true
        }),
    )
}

fn policy_chain() -> Target {
    let inputs = seeds::files("policy-chain", ".tamga-policies");
    let whole = seeds::file("policy-chain/whole.tamga-policies");
    let whole = PolicyChain::parse(str::from_utf8(&whole).unwrap()).unwrap();
    let root = policy_digest(&whole.first);
    let whole = whole.verify(&root).unwrap();
    Target::new(
        "policy-chain",
        inputs,
        of_text(move |text| {
            let Ok(chain) = PolicyChain::parse(text) else { return false };
            same(text.as_bytes(), chain.encode());
            if let Ok(policies) = chain.verify(&root) {
                // A chain may end anywhere; what it holds is what the governance keys have signed.
                let known = whole.rulings().iter().zip(policies.rulings());
                assert!(policies.rulings().len() <= whole.rulings().len(), "a policy was added");
                for (known, found) in known {
                    assert_eq!(known, found, "a forged policy, or another place of it");
                }
            }
            true
        }),
    )
}

fn tlog_proof() -> Target {
    let ledger = seeds::small_ledger();
    let mut inputs = vec![seeds::file("tlog-proof/plain.tlog-proof")];
    inputs.extend(texts(seeds::receipts(&ledger).iter().map(|receipt| receipt.proof.encode())));
    let policy = ledger::policy();
    let signed: BTreeSet<String> = ledger.blocks.iter().map(|(_, at)| at.body()).collect();
    Target::new(
        "tlog-proof",
        inputs,
        of_text(move |text| {
            let Ok(proof) = TlogProof::parse(text) else { return false };
            same(text.as_bytes(), proof.encode());
            for (index, leaf) in (0..).zip(&ledger.leaves) {
                if proof.verify(leaf, &policy).is_ok() {
                    assert_eq!(proof.index.get(), index, "a leaf is proven at another index");
                    assert!(signed.contains(&proof.checkpoint.text), "a forged checkpoint");
                }
            }
            true
        }),
    )
}

/// Key, value and proof; presence is tried with the value, absence without.
fn map_proof() -> Target {
    let hash = |name: &str, number: u8| sha256(&[name.as_bytes(), &[number]]);
    let mut pairs: Vec<(MapKey, MapValue)> = (0..64)
        .map(|number| (MapKey(hash("key", number)), MapValue(hash("value", number))))
        .collect();
    pairs.sort();
    let map = Map::new().updated(&pairs);
    assert_eq!(Ok(map.root()), mpt::root_of(&pairs));
    let absent = (0..16).map(|number| MapKey(hash("absent", number)));
    let inputs = pairs.iter().map(|(key, _)| *key).chain(absent).map(|key| match map.prove(&key) {
        MapProof::Present(value, proof) => [&key.0[..], &value.0, &proof].concat(),
        MapProof::Absent(proof) => [&key.0[..], &[0; 32], &proof].concat(),
    });
    let inputs = inputs.collect();
    Target::new("map-proof", inputs, move |input| {
        let Some((key, rest)) = input.split_first_chunk() else { return false };
        let Some((value, proof)) = rest.split_first_chunk() else { return false };
        let (key, value, root) = (MapKey(*key), MapValue(*value), map.root());
        let present = mpt::verify_presence(&root, &key, &value, proof).is_ok();
        let absent = mpt::verify_absence(&root, &key, proof).is_ok();
        assert!(!present || map.get(&key) == Some(value), "a pair that is not there");
        assert!(!absent || map.get(&key).is_none(), "an absence of what is there");
        // The verifier for keys of any length is not stricter.
        assert!(!present || mpt::verify(&root.0, &key.0, Some(&value.0), proof).is_ok());
        assert!(!absent || mpt::verify(&root.0, &key.0, None, proof).is_ok());
        present || absent
    })
}

/// The hashes of a path that are left after what stands before it.
fn path(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.to_vec())
}

/// Index, leaf hash and path.
fn inclusion() -> Target {
    let ledger = seeds::small_ledger();
    let (size, root) = (ledger.frontier.size(), ledger.frontier.root());
    let leaves: Vec<Hash> = ledger.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let inputs = (0..).zip(&leaves).map(|(index, leaf): (u64, &Hash)| {
        let path = inclusion_path(&ledger, index, size).unwrap();
        [&index.to_be_bytes()[..], leaf, &path.concat()].concat()
    });
    let inputs = inputs.collect();
    Target::new("inclusion", inputs, move |input| {
        let Some((index, rest)) = input.split_first_chunk() else { return false };
        let Some((leaf, rest)) = rest.split_first_chunk() else { return false };
        let (index, Some(path)) = (u64::from_be_bytes(*index), path(rest)) else { return false };
        if verify_inclusion(leaf, index, size, &path, &root).is_err() {
            return false;
        }
        let there = usize::try_from(index).ok().and_then(|index| leaves.get(index));
        assert_eq!(there, Some(leaf), "a leaf that is not there");
        true
    })
}

/// Smaller size, its root and path.
fn consistency() -> Target {
    let ledger = seeds::small_ledger();
    let (size, root) = (ledger.frontier.size(), ledger.frontier.root());
    let leaves: Vec<Hash> = ledger.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let roots: Vec<TreeRoot> = (0..=leaves.len()).map(|end| root_of(&leaves[..end])).collect();
    let inputs = (1..).zip(&roots[1..]).map(|(old, root): (u64, &TreeRoot)| {
        let path = consistency_path(&ledger, old, size).unwrap();
        [&old.to_be_bytes()[..], &root.0, &path.concat()].concat()
    });
    let inputs = inputs.collect();
    Target::new("consistency", inputs, move |input| {
        let Some((old, rest)) = input.split_first_chunk() else { return false };
        let Some((old_root, rest)) = rest.split_first_chunk() else { return false };
        let (old, Some(path)) = (u64::from_be_bytes(*old), path(rest)) else { return false };
        let old_root = TreeRoot(*old_root);
        if verify_consistency(old, size, &path, &old_root, &root).is_err() {
            return false;
        }
        let there = usize::try_from(old).ok().and_then(|old| roots.get(old));
        assert_eq!(there, Some(&old_root), "a root that never was");
        true
    })
}

/// One report was signed; any other text is refused, or is not its signer's.
fn reconciliation() -> Target {
    let genuine = ledger::reconciliation().encode();
    let policy = ledger::policy();
    Target::new(
        "reconciliation",
        vec![genuine.clone().into_bytes()],
        of_text(move |text| {
            let Ok(report) = Reconciliation::parse(text) else { return false };
            same(text.as_bytes(), report.encode());
            let proven = report.verify(&policy).is_ok();
            assert_eq!(proven, text == genuine, "a report that nobody signed");
            proven
        }),
    )
}
