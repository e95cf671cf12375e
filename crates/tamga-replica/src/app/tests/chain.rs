//! The chain of policies of such a ledger: what it proves, and what thieves of keys can't.

use std::fs;
use std::path::PathBuf;

use tamga_format::cbor::Value;
use tamga_format::error::FormatCode;
use tamga_format::id::{Height, LeafIndex, TreeSize};
use tamga_format::policy_chain::{Policies, PolicyChain};
use tamga_format::policy_record::policy_digest;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::record::SignedRecord;

use super::reigns::{Office, build, decide, grown, offices, policy_status};
use super::*;

fn chain() -> PolicyChain {
    grown(MemStore::new()).reader().policy_chain().unwrap()
}

/// What is trusted: the policy of the genesis, with who may replace it.
fn root() -> [u8; 32] {
    policy_digest(&chain().first)
}

fn policies() -> Policies {
    chain().verify(&root()).unwrap()
}

#[track_caller]
fn refused(chain: &PolicyChain, code: FormatCode) {
    let refusal = chain.verify(&root()).unwrap_err();
    assert_eq!(refusal.fault().code, code, "{refusal}");
    assert!(matches!(refusal, ReceiptError::Mismatch(_)), "{refusal}");
}

fn first_receipt(app: &App<MemStore>) -> Receipt {
    app.reader().receipt(&id(&World::present(case(1), 100_000))).unwrap().unwrap()
}

#[test]
fn the_first_receipt_verifies_several_policies_later() {
    let app = grown(MemStore::new());
    let text = app.reader().policy_chain().unwrap().encode();
    let receipt = first_receipt(&app).encode();
    drop(app);
    // From here on there are two texts and one digest.
    let policies = PolicyChain::parse(&text).unwrap().verify(&root()).unwrap();
    let receipt = Receipt::parse(&receipt).unwrap();
    let (proven, ruling) = policies.verify_receipt(&receipt).unwrap();
    assert_eq!((proven.id, ruling.number), (id(&World::present(case(1), 100_000)), 0));
    let newest = policies.newest();
    assert_eq!((newest.number, newest.first.get()), (3, 7));
    assert_eq!(newest.policy(), &offices()[3].policy());
    assert!(receipt.verify(newest.policy()).is_err(), "its keys are retired");
    assert_eq!(policies.by_hash(offices()[1].policy().hash()).map(|it| it.number), Some(1));
}

#[test]
fn every_record_of_a_policy_is_proven_by_its_successors() {
    let (chain, policies) = (chain(), policies());
    for (step, ruling) in chain.steps.iter().zip(&policies.rulings()[1..]) {
        step.receipt.verify(ruling.policy()).unwrap();
        let old = &policies.rulings()[usize::try_from(ruling.number).unwrap() - 1];
        assert!(step.receipt.verify(old.policy()).is_err(), "policy {}", ruling.number);
        assert_eq!(policies.ruling(ruling.after).number, old.number);
        assert_eq!(policies.ruling(ruling.after.next()).number, ruling.number);
    }
    assert_eq!(policies.ruling(TreeSize(u64::MAX)).number, 3);
}

#[test]
fn a_chain_that_is_cut_mixed_or_of_another_genesis_is_refused() {
    assert_eq!(chain().verify(&[1; 32]).unwrap_err().fault().code, FormatCode::PolicyChainRoot);
    let changed = |change: &dyn Fn(&mut PolicyChain)| {
        let mut chain = chain();
        change(&mut chain);
        chain
    };
    refused(&changed(&|it| it.first[0].1 = Value::Uint(1)), FormatCode::PolicyChainRoot);
    refused(&changed(&|it| drop(it.steps.remove(0))), FormatCode::PolicyChainRecord);
    refused(&changed(&|it| drop(it.steps.remove(1))), FormatCode::PolicyChainRecord);
    refused(&changed(&|it| it.steps.swap(0, 1)), FormatCode::PolicyChainRecord);
    refused(&changed(&|it| it.steps[1].consistency.clear()), FormatCode::ProofShape);
    refused(&changed(&|it| it.steps[0].consistency.push([0; 32])), FormatCode::PolicyChainOrder);
    refused(&changed(&|it| it.steps[1].consistency[0] = [0; 32]), FormatCode::ProofRoot);
    let app = grown(MemStore::new());
    refused(
        &changed(&|it| it.steps[0].receipt = first_receipt(&app)),
        FormatCode::PolicyChainRecord,
    );
    let shorter = changed(&|it| it.steps.truncate(2)).verify(&root()).unwrap();
    assert_eq!(shorter.newest().number, 2, "a chain may end anywhere");
}

#[test]
fn a_record_that_only_the_old_policy_made_final_says_nothing_about_the_new_keys() {
    let app = grown(MemStore::new());
    let mut chain = app.reader().policy_chain().unwrap();
    let record = chain.steps[0].receipt.record.id();
    chain.steps[0].receipt = app.reader().receipt(&record).unwrap().unwrap();
    chain.steps[0].receipt.verify(&offices()[0].policy()).unwrap();
    refused(&chain, FormatCode::PolicyChainOrder);
}

/// Whoever has stolen all keys of the first validators and the log's runs a ledger of their own with them, from
/// block 2 on, in which their own policy follows.
#[test]
fn stolen_keys_of_retired_validators_prove_nothing() {
    let offices = offices();
    let thieves = Office::new("governance of thieves", 2, &[0, 1, 2, 3]);
    let mut app = App::open(MemStore::new(), &offices[0].genesis(), GENESIS).unwrap();
    admit(&mut app, &World::present(case(1), 100_000)).unwrap();
    build(&mut app, &offices[0]);
    admit(&mut app, &World::present(case(2), 100_000)).unwrap();
    build(&mut app, &offices[0]);
    admit(&mut app, &World::present(case(3), 100_000)).unwrap();
    for _ in 0..8 {
        build(&mut app, &offices[0]);
    }
    // Without the governance keys, their policy does not follow the first.
    let mut forged = thieves.follows(&thieves, &policy_status(&app));
    let refusal = admit(&mut app, &forged).unwrap_err();
    assert!(matches!(refusal, AdmitError::Rejected(_)), "{refusal:?}");
    forged.record.fields.pop();
    assert!(admit(&mut app, &forged).is_err());
    // And what they sign with the old keys is judged by those who have followed since.
    let late = id(&World::present(case(3), 100_000));
    let receipt = app.reader().receipt(&late).unwrap().unwrap();
    let size = policies().newest().after;
    let (height, note) = (1..=app.head().height.get())
        .map(Height)
        .filter_map(|height| Some((height, app.reader().note(height).unwrap()?)))
        .find(|(height, _)| app.reader().block(*height).unwrap().unwrap().size > size)
        .unwrap();
    let larger = app.reader().block(height).unwrap().unwrap().size;
    let path = app.reader().inclusion(receipt.proof.index, larger).unwrap().unwrap();
    let block_path = app.reader().inclusion(LeafIndex(receipt.block.size.get() - 1), larger);
    let mut forged = receipt;
    forged.proof.path = path;
    forged.proof.checkpoint = note;
    let whole = block_path.unwrap().unwrap();
    forged.block_path = Receipt::block_path(forged.proof.index, &forged.block, larger, whole);
    forged.verify(&offices[0].policy()).unwrap();
    let refusal = policies().verify_receipt(&forged).unwrap_err();
    assert_eq!(refusal.fault().code, FormatCode::CosignatureQuorum);
}

#[test]
fn policies_that_follow_each_other_in_one_block_are_one_step_each() {
    let offices = offices();
    let mut app = App::open(MemStore::new(), &offices[0].genesis(), GENESIS).unwrap();
    let first = offices[1].follows(&offices[0], &policy_status(&app));
    admit(&mut app, &first).unwrap();
    // The second names the digest of the first, which no block holds yet.
    let status = tamga_state::status::PolicyStatus {
        number: 1,
        digest: policy_digest(&first.record.fields),
        ..policy_status(&app)
    };
    admit(&mut app, &offices[2].follows(&offices[1], &status)).unwrap();
    build(&mut app, &offices[0]);
    assert_eq!(app.reigns().newest().number, 2);
    build(&mut app, &offices[2]);
    let chain = app.reader().policy_chain().unwrap();
    let policies = chain.verify(&root()).unwrap();
    let after: Vec<_> = policies.rulings().iter().map(|it| it.after).collect();
    assert_eq!(after[1], after[2]);
    assert_eq!(policies.ruling(app.head().size).number, 2);
}

#[test]
fn a_policy_under_which_nothing_became_final_is_proven_by_the_next() {
    let offices = offices();
    let mut app = App::open(MemStore::new(), &offices[0].genesis(), GENESIS).unwrap();
    let first = offices[1].follows(&offices[0], &policy_status(&app));
    admit(&mut app, &first).unwrap();
    build(&mut app, &offices[0]);
    assert!(app.reader().policy_chain().unwrap().steps.is_empty(), "nothing is final after it yet");
    let second = offices[2].follows(&offices[1], &policy_status(&app));
    admit(&mut app, &second).unwrap();
    decide(&mut app, &offices[1]);
    build(&mut app, &offices[2]);
    let chain = app.reader().policy_chain().unwrap();
    let policies = chain.verify(&root()).unwrap();
    assert_eq!((chain.steps.len(), policies.newest().number), (2, 2));
    for step in &chain.steps {
        step.receipt.verify(policies.newest().policy()).unwrap();
    }
}

/// Compares with the file, or writes it if there is none.
fn frozen(name: &str, bytes: &[u8]) {
    let vectors =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/policy-chain");
    let file = vectors.join(name);
    if let Ok(old) = fs::read(&file) {
        assert!(old == bytes, "{name} is frozen and these bytes differ from it");
        return;
    }
    fs::create_dir_all(&vectors).unwrap();
    fs::write(&file, bytes).unwrap();
    panic!("{name} was missing and has been written; review it, then run again");
}

/// The files that anybody may test a verifier with: those that hold, and what is wrong with the others.
#[test]
fn chains_are_frozen() {
    let app = grown(MemStore::new());
    let whole = app.reader().policy_chain().unwrap();
    let own = app.reader().receipt(&whole.steps[0].receipt.record.id()).unwrap().unwrap();
    let changed = |change: &dyn Fn(&mut PolicyChain)| {
        let mut chain = whole.clone();
        change(&mut chain);
        chain
    };
    let files = [
        ("whole", whole.clone()),
        ("genesis-only", changed(&|it| it.steps.clear())),
        ("two", changed(&|it| it.steps.truncate(2))),
        ("left-out", changed(&|it| drop(it.steps.remove(0)))),
        ("swapped", changed(&|it| it.steps.swap(1, 2))),
        ("no-consistency", changed(&|it| it.steps[1].consistency.clear())),
        ("other-log", changed(&|it| it.steps[2].consistency[0] = [7; 32])),
        ("old-checkpoint", changed(&|it| it.steps[0].receipt = own.clone())),
        ("other-first", changed(&|it| it.first[0].1 = Value::Uint(1))),
    ];
    let mut expected = String::new();
    for (name, chain) in files {
        let text = chain.encode();
        frozen(&format!("{name}.tamga-policies"), text.as_bytes());
        let verdict = PolicyChain::parse(&text).unwrap().verify(&root());
        let verdict = match verdict {
            Ok(policies) => format!("proven {}", policies.newest().number),
            Err(refusal) => {
                let fault = refusal.fault();
                format!("mismatch {} {}", fault.code.as_str(), fault.at)
            }
        };
        expected.push_str(&format!("{name} {verdict}\n"));
    }
    frozen("expected.txt", expected.as_bytes());
    let hex: String = root().iter().map(|byte| format!("{byte:02x}")).collect();
    frozen("root.txt", format!("{hex}\n").as_bytes());
    // A case under the first policy, and the records by which the second and third policy came.
    for (height, number) in [(1, 0), (4, 1), (6, 2)] {
        let block = app.reader().block(Height(height)).unwrap().unwrap();
        let entry = app.reader().leaf(LeafIndex(block.first.get())).unwrap().unwrap();
        let receipt = app.reader().receipt(&SignedRecord::decode(&entry).unwrap().id());
        let text = receipt.unwrap().unwrap().encode();
        frozen(&format!("under-{number}.tamga-receipt"), text.as_bytes());
    }
}
