//! Forks of a log: what proves them, to whom, and what is no proof.

use std::path::Path;

use serde_json::{Value, json};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::evidence::{Evidence, Judged, Prefix};
use tamga_format::id::TreeRoot;
use tamga_format::merkle::{consistency_path, root_at};
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;

use crate::ledger::{Ledger, cosigner_vkey, note, policy, sample_record};
use crate::{no_byte_can_be_added_or_dropped, no_byte_can_change};

/// A log whose first block is everybody's, and whose others hold these records, one list a block.
fn log(blocks: &[&[u8]]) -> Ledger {
    let mut ledger = Ledger::with_blocks(&[3]);
    for records in blocks {
        ledger.commit(records.iter().map(|number| sample_record(*number, None)).collect());
    }
    ledger
}

/// A checkpoint signed by the log and these validators.
fn signed(checkpoint: &Checkpoint, validators: &[usize]) -> Note {
    let mut note = note(checkpoint);
    let lines = std::mem::take(&mut note.signatures);
    let wanted = |at: usize| at == 0 || validators.contains(&(at - 1));
    note.signatures =
        lines.into_iter().enumerate().filter(|(at, _)| wanted(*at)).map(|(_, line)| line).collect();
    note
}

/// What `log` has where another of `size` leaves ends.
fn prefix(log: &Ledger, size: u64) -> Prefix {
    let whole = log.checkpoint().size.get();
    (root_at(log, size).unwrap(), consistency_path(log, size, whole).unwrap())
}

fn between(a: &Note, b: &Note, prefix: Option<Prefix>) -> Result<Evidence, FormatError> {
    Evidence::between([(a, &policy()), (b, &policy())], prefix)
}

fn judge(evidence: &Evidence) -> Result<Judged, ReceiptError> {
    evidence.judge([&policy(), &policy()])
}

/// Forks by three of four each, at one size, at sizes of which the smaller is no power of two, and is one.
fn forks() -> Vec<(&'static str, Evidence)> {
    let (ours, theirs) = (log(&[&[50]]), log(&[&[60]]));
    let (larger, eight) = (log(&[&[60], &[61]]), log(&[&[50, 51]]));
    assert_eq!(eight.checkpoint().size.get(), 8);
    let one = signed(&ours.checkpoint(), &[0, 1, 2]);
    let other = signed(&theirs.checkpoint(), &[1, 2, 3]);
    let late = signed(&larger.checkpoint(), &[0, 1, 3]);
    let power = signed(&eight.checkpoint(), &[0, 1, 2]);
    vec![
        ("one-size", between(&one, &other, None).unwrap()),
        ("two-sizes", between(&one, &late, Some(prefix(&larger, 7))).unwrap()),
        ("power-of-two", between(&late, &power, Some(prefix(&larger, 8))).unwrap()),
    ]
}

#[test]
fn a_fork_names_every_key_that_signed_both_sides() {
    let named = |evidence: &Evidence| judge(evidence).unwrap().cosigners;
    let forks = forks();
    assert_eq!(named(&forks[0].1), ["v1", "v2"]);
    assert_eq!(named(&forks[1].1), ["v0", "v1"]);
    for (name, evidence) in forks {
        let judged = judge(&evidence).unwrap();
        assert_eq!((judged.log, judged.withstands, judged.finals), (true, 1, [true; 2]), "{name}");
        assert!(judged.exceeds(), "{name}");
        assert_eq!(evidence.keys().len(), 3, "{name}");
        assert_ne!(evidence.checkpoints()[0].root, evidence.other_root(), "{name}");
        assert_eq!(Evidence::parse(&evidence.encode()).as_ref(), Ok(&evidence), "{name}");
    }
}

#[test]
fn a_few_dishonest_keys_are_named_and_finality_stands() {
    let (ours, theirs) = (log(&[&[50]]), log(&[&[60]]));
    let one = signed(&ours.checkpoint(), &[0, 1, 2]);
    let lonely = signed(&theirs.checkpoint(), &[2]);
    let judged = judge(&between(&one, &lonely, None).unwrap()).unwrap();
    assert_eq!((judged.cosigners.as_slice(), judged.finals), (&["v2".into()][..], [true, false]));
    assert!(!judged.exceeds());
    let mut without_log = lonely;
    without_log.signatures.remove(0);
    let judged = judge(&between(&one, &without_log, None).unwrap()).unwrap();
    assert_eq!((judged.cosigners.as_slice(), judged.log), (&["v2".into()][..], false));
}

#[test]
fn what_can_both_be_true_is_no_evidence() {
    let (ours, theirs) = (log(&[&[50]]), log(&[&[60], &[61]]));
    let grown = log(&[&[50], &[61]]);
    let old = signed(&ours.checkpoint(), &[0, 1, 2]);
    let new = signed(&grown.checkpoint(), &[0, 1, 2]);
    let fork = signed(&theirs.checkpoint(), &[0, 1, 2]);
    let refused = |a: &Note, b: &Note, prefix| between(a, b, prefix).unwrap_err().code;
    assert_eq!(refused(&old, &old, None), FormatCode::EvidenceNone);
    assert_eq!(refused(&old, &new, Some(prefix(&grown, 7))), FormatCode::EvidenceNone);
    assert_eq!(refused(&old, &fork, None), FormatCode::EvidenceNone, "the prefix is missing");
    // A prefix of another log, or a root that the path does not lead from.
    assert_eq!(refused(&old, &new, Some(prefix(&theirs, 7))), FormatCode::ProofRoot);
    let (root, path) = prefix(&grown, 7);
    let invented = TreeRoot(root.0.map(|byte| !byte));
    assert_eq!(refused(&old, &new, Some((invented, path))), FormatCode::ProofRoot);
    // A power of two is a subtree by itself: its root is in no path, and still can't be invented.
    let eight = signed(&log(&[&[50, 51]]).checkpoint(), &[0, 1, 2]);
    let (_, path) = prefix(&theirs, 8);
    assert_eq!(refused(&eight, &fork, Some((invented, path))), FormatCode::ProofRoot);
    let stranger = signed(&theirs.checkpoint(), &[3]);
    let mut without_log = stranger;
    without_log.signatures.remove(0);
    assert_eq!(
        refused(&old, &without_log, Some(prefix(&theirs, 7))),
        FormatCode::EvidenceNone,
        "no key signed both"
    );
}

#[test]
fn keys_are_neither_invented_nor_counted_twice() {
    let (_, evidence) = forks().remove(0);
    let with = |keys: Vec<_>| Evidence::new(keys, evidence.notes().clone(), None);
    let keys = || evidence.keys().to_vec();
    assert_eq!(with(keys()).as_ref(), Ok(&evidence));
    assert!(with(keys()[1..].to_vec()).is_ok(), "whoever leaves out a key accuses fewer");
    let mut turned = keys();
    turned.reverse();
    let twice = [keys(), vec![cosigner_vkey(2)]].concat();
    let of_one_side = [keys(), vec![cosigner_vkey(3)]].concat();
    for wrong in [turned, twice, of_one_side, Vec::new()] {
        assert_eq!(with(wrong).unwrap_err().code, FormatCode::EvidenceNone);
    }
    let mut forged = evidence.notes().clone();
    forged[1].signatures[1].blob[20] ^= 1;
    let error = Evidence::new(keys(), forged, None).unwrap_err();
    assert_eq!((error.code, error.at), (FormatCode::SignatureInvalid, 2));
}

#[test]
fn who_trusts_another_policy_can_not_judge() {
    let (_, evidence) = forks().remove(0);
    let text = policy().encode();
    let fewer: String = text
        .lines()
        .filter(|line| !line.contains(" v2 tamga"))
        .fold(String::new(), |text, line| {
            text + &line.replace(" 3 v0 v1 v2 v3", " 2 v0 v1 v3") + "\n"
        });
    let fewer = Policy::parse(&fewer).unwrap();
    let judged = evidence.judge([&fewer, &fewer]);
    let Err(ReceiptError::CannotCheck(fault)) = judged else { panic!("{judged:?}") };
    assert_eq!(fault.code, FormatCode::EvidenceKey);
}

#[test]
fn no_byte_of_the_evidence_can_change() {
    let (_, evidence) = forks().remove(1);
    let text = evidence.encode();
    let accepted = |text: &str| {
        Evidence::parse(text).is_ok_and(|evidence| {
            judge(&evidence).is_ok_and(|judged| judged.finals == [true, true])
        })
    };
    no_byte_can_change(&text, &accepted);
    no_byte_can_be_added_or_dropped(&text, &accepted);
}

/// The answer to a file.
fn answer(text: &str) -> Value {
    let refused = |fault: FormatError| json!({ "evidence": text, "code": fault.code.as_str(), "at": fault.at });
    let evidence = match Evidence::parse(text) {
        Ok(evidence) => evidence,
        Err(fault) => return refused(fault),
    };
    match judge(&evidence) {
        Ok(judged) => json!({
            "evidence": text,
            "sizes": evidence.checkpoints().each_ref().map(|checkpoint| checkpoint.size.get()),
            "root": evidence.checkpoints()[0].root.to_string(),
            "other_root": evidence.other_root().to_string(),
            "cosigners": judged.cosigners, "log": judged.log, "withstands": judged.withstands,
            "finals": judged.finals, "exceeds": judged.exceeds(),
        }),
        Err(error) => refused(error.fault()),
    }
}

#[test]
fn evidence_is_frozen() {
    let mut texts: Vec<String> = forks().iter().map(|(_, evidence)| evidence.encode()).collect();
    let (ours, theirs) = (log(&[&[50]]), log(&[&[60]]));
    let one = signed(&ours.checkpoint(), &[0, 1, 2]);
    let lonely = signed(&theirs.checkpoint(), &[2]);
    texts.push(between(&one, &lonely, None).unwrap().encode());
    let (same, sizes) = (texts[0].clone(), texts[1].clone());
    let key = same.lines().nth(1).unwrap();
    let hash = sizes.lines().find(|line| line.starts_with("prefix-hash ")).unwrap();
    let (head, notes) = same.split_once("\n\n").unwrap();
    let (first, second) = notes.split_at(one_note(notes));
    texts.extend([
        same.replacen("/v1", "/v2", 1),
        same.replacen(&format!("{key}\n"), "", 1).replacen("key ", "key  ", 1),
        same.replacen(key, &format!("{key}\n{key}"), 1),
        sizes.replacen(&format!("\n{hash}"), "", 1),
        sizes.replacen(&format!("\n{hash}"), &format!("\n{hash}\n{hash}"), 1),
        format!("{head}\n\n{}\n{first}", &second[1..]),
        format!("{head}\n\n{first}\n{first}"),
        format!("{same}\n"),
        format!("{head}\n\n{first}"),
        same.replace("\u{2014} tamga.example/v3", "\u{2014} tamga.example/v9"),
    ]);
    let lines: String = texts.iter().map(|text| format!("{}\n", answer(text))).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/evidence");
    frozen(&folder.join("policy.txt"), &policy().encode());
    frozen(&folder.join("evidence.jsonl"), &lines);
}

/// Where the first of two notes ends.
fn one_note(notes: &str) -> usize {
    let mut ends = notes.match_indices("\n\n");
    ends.next();
    ends.next().unwrap().0 + 1
}

fn frozen(file: &Path, text: &str) {
    let Ok(old) = std::fs::read_to_string(file) else {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        panic!("{} was missing and has been written; review it, then run again", file.display());
    };
    assert_eq!(old, text, "{} is frozen", file.display());
}
