//! Policies that follow each other: shown, verified, updated, and old receipts judged by them.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tamga_format::policy_chain::{Policies, PolicyChain};
use tamga_format::receipt::Receipt;
use tamga_state::registry::genesis_policy_fields;

use super::*;
use crate::export::Exported;
use crate::testing::{FakeLedger, genesis};
use crate::trust::{self, Trust, beside};

fn published(name: &str) -> PathBuf {
    vectors(&format!("policy-chain/{name}"))
}

fn chain(name: &str) -> String {
    std::fs::read_to_string(published(&format!("{name}.tamga-policies"))).unwrap()
}

/// A folder with a chain that somebody holds.
fn holding(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("held.tamga-policies");
    std::fs::write(&path, chain(name)).unwrap();
    (folder, path)
}

#[test]
fn a_chain_from_elsewhere_adds_to_what_is_trusted_and_never_replaces_it() {
    let policies = |name: &str| trust::alone(&chain(name)).unwrap();
    let [first, whole, two] = ["genesis-only", "whole", "two"].map(policies);
    let fields = genesis_policy_fields(&genesis().0);
    let other = trust::alone(&PolicyChain { first: fields, steps: Vec::new() }.encode()).unwrap();
    let held = |policies: &Policies| Trust::Chain(policies.clone());
    let longest = |trust: Option<Trust>| trust.map(|it| it.newest().clone());
    let newest = Some(whole.newest().policy().clone());
    for trusted in [&first, &two, &whole] {
        assert_eq!(longest(held(trusted).with(&whole)), newest);
    }
    assert_eq!(longest(held(&whole).with(&first)), newest, "a shorter one takes nothing away");
    for trusted in [&first, &whole] {
        assert_eq!(longest(held(trusted).with(&other)), None, "another beginning");
    }
    // A text goes back to what led to it, and on to nothing: it does not say who may change it.
    let text = |policies: &Policies| Trust::Policy(policies.newest().policy().clone());
    assert_eq!(longest(text(&whole).with(&whole)), newest);
    assert_eq!(longest(text(&first).with(&whole)), None);
    assert_eq!(longest(text(&first).with(&first)), Some(first.newest().policy().clone()));
}

fn update(path: &Path, served: &str) -> Call {
    let ledger = FakeLedger::start();
    ledger.answer("/.well-known/tamga/policies", 200, served);
    let args = ["policy", "update", "-p", path.to_str().unwrap(), "--url", ledger.url()];
    call(&args)
}

#[test]
fn receipts_of_every_policy_verify_offline_with_the_chain() {
    let whole = published("whole.tamga-policies");
    let old = published("genesis-only.tamga-policies");
    for number in 0..3 {
        let receipt = published(&format!("under-{number}.tamga-receipt"));
        let args = ["verify", receipt.to_str().unwrap(), "-p"];
        let judged = call(&[&args[..], &[whole.to_str().unwrap()]].concat());
        assert_eq!(judged.exit, 0, "under-{number}: {}", judged.stdout);
        let judged = call(&[&args[..], &[old.to_str().unwrap()]].concat());
        assert_eq!(judged.exit == 0, number == 0, "under-{number}: {}", judged.stdout);
    }
    // The text of the newest policy alone judges no receipt of an older one; with the chain beside it, it does.
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("policy.txt");
    let newest = Trust::load(&whole).unwrap().newest().encode();
    std::fs::write(&text, newest).unwrap();
    let first = published("under-0.tamga-receipt");
    let args = ["verify", first.to_str().unwrap(), "-p", text.to_str().unwrap()];
    assert_eq!(call(&args).exit, 3);
    std::fs::write(beside(&text), chain("whole")).unwrap();
    assert_eq!(call(&args).exit, 0);
    // A chain that does not lead to the text is no help.
    std::fs::write(beside(&text), chain("two")).unwrap();
    assert_eq!(call(&args).exit, 4);
}

#[test]
fn each_line_of_an_export_is_judged_by_the_policy_of_its_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("records.ndjson");
    let mut lines = Vec::new();
    for number in 0..3 {
        let text = std::fs::read_to_string(published(&format!("under-{number}.tamga-receipt")));
        let receipt = Receipt::parse(&text.unwrap()).unwrap();
        let block = (receipt.block.height, receipt.block.time);
        let exported = Exported::new(&receipt.record, receipt.proof.index, block, None);
        Exported { receipt: Some(receipt.encode()), ..exported }.write(&mut lines).unwrap();
    }
    std::fs::write(&export, lines).unwrap();
    let judged = |chain: &str| {
        let chain = published(&format!("{chain}.tamga-policies"));
        call(&["verify", export.to_str().unwrap(), "-p", chain.to_str().unwrap(), "--json"])
    };
    let whole = judged("whole");
    assert_eq!(whole.exit, 0, "{}", whole.stdout);
    let first = judged("genesis-only");
    assert_ne!(first.exit, 0);
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    let last = first["files"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["records"], &last["wrong"]), (&3.into(), &2.into()), "{first}");
}

#[test]
fn the_policies_of_a_chain_are_shown_in_order() {
    let path = published("whole.tamga-policies");
    let json = call(&["policy", "show", "-p", path.to_str().unwrap(), "--json"]);
    assert_eq!(json.exit, 0, "{}", json.stderr);
    let whole: Value = serde_json::from_str(&json.stdout).unwrap();
    let rows: Vec<(u64, u64, usize)> = whole["policies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let validators = it["validators"].as_array().unwrap().len();
            (it["number"].as_u64().unwrap(), it["from_height"].as_u64().unwrap(), validators)
        })
        .collect();
    assert_eq!(rows, [(0, 0, 4), (1, 3, 6), (2, 5, 5), (3, 7, 5)]);
    for language in ["en", "ru", "kk"] {
        let shown = call(&["policy", "show", "-p", path.to_str().unwrap(), "--lang", language]);
        assert_eq!((shown.exit, shown.stdout.matches("v5").count()), (0, 3), "{}", shown.stdout);
    }
}

#[test]
fn an_update_goes_on_from_what_is_held_and_keeps_it_otherwise() {
    let (_folder, path) = holding("genesis-only");
    let updated = update(&path, &chain("two"));
    assert_eq!(updated.exit, 0, "{}", updated.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), chain("two"));
    let updated = update(&path, &chain("whole"));
    assert_eq!(updated.exit, 0, "{}", updated.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), chain("whole"));
    let behind = update(&path, &chain("two"));
    assert_eq!(behind.exit, 10, "{}", behind.stderr);
    for forged in ["left-out", "swapped", "other-log", "old-checkpoint", "other-first"] {
        let refused = update(&path, &chain(forged));
        assert_eq!(refused.exit, 3, "{forged}: {}", refused.stderr);
    }
    assert_eq!(update(&path, "no chain").exit, 4);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), chain("whole"));
}

#[test]
fn an_update_writes_the_newest_text_with_the_chain_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("policy.txt");
    let first = Trust::load(&published("genesis-only.tamga-policies")).unwrap();
    std::fs::write(&text, first.newest().encode()).unwrap();
    // A text alone does not say who may replace it.
    let alone = update(&text, &chain("whole"));
    assert_eq!(alone.exit, 2, "{}", alone.stderr);
    assert!(alone.stderr.contains("--genesis"), "{}", alone.stderr);
    std::fs::write(beside(&text), chain("genesis-only")).unwrap();
    let updated = update(&text, &chain("whole"));
    assert_eq!(updated.exit, 0, "{}", updated.stderr);
    assert_eq!(std::fs::read_to_string(beside(&text)).unwrap(), chain("whole"));
    let newest = Trust::load(&published("whole.tamga-policies")).unwrap();
    assert_eq!(std::fs::read_to_string(&text).unwrap(), newest.newest().encode());
}

#[test]
fn a_chain_of_another_genesis_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = folder.path().join("genesis.toml");
    std::fs::write(&genesis, crate::testing::genesis_file().0.to_toml()).unwrap();
    let path = published("whole.tamga-policies");
    let args = ["policy", "verify", path.to_str().unwrap(), "--genesis", genesis.to_str().unwrap()];
    let refused = call(&args);
    assert_eq!(refused.exit, 3, "{}", refused.stderr);
}
