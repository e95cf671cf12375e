use super::*;
use crate::id::{TreeRoot, TreeSize};
use crate::note::{VKeyKind, sign_note};
use crate::signature::SigningKey;

const ORIGIN: &str = "tamga.example/log";

fn key() -> SigningKey {
    SigningKey::from_seed([9; 32])
}

fn cosigner() -> VKey {
    VKey::new("w", VKeyKind::Cosigner, key().public()).unwrap()
}

fn checkpoint(size: u64, root: u8) -> String {
    let (size, root) = (TreeSize(size), TreeRoot([root; 32]));
    Checkpoint { origin: ORIGIN.into(), size, root }.body()
}

fn cosigned(size: u64, root: u8, time_s: u64) -> Note {
    sign(checkpoint(size, root), time_s)
}

fn sign(text: String, time_s: u64) -> Note {
    let line = cosignature::cosign(&key(), "w", &text, time_s).unwrap();
    Note { text, signatures: [line].into() }
}

fn logged(size: u64, root: u8) -> Note {
    let text = checkpoint(size, root);
    let line = sign_note(&text, ORIGIN, &key()).unwrap();
    Note { text, signatures: [line].into() }
}

#[test]
fn two_roots_of_one_size_are_a_contradiction_in_any_order() {
    let (one, other) = (cosigned(7, 1, 100), cosigned(7, 2, 101));
    let contradiction = Contradiction::new(cosigner(), [one.clone(), other.clone()]).unwrap();
    assert_eq!(Contradiction::new(cosigner(), [other, one]).as_ref(), Ok(&contradiction));
    let file = contradiction.encode();
    assert_eq!(Contradiction::parse(&file), Ok(contradiction));
    assert_eq!(file.lines().count(), 14);
    let log = VKey::new(ORIGIN, VKeyKind::Log, key().public()).unwrap();
    let contradiction = Contradiction::new(log.clone(), [logged(7, 1), logged(7, 2)]).unwrap();
    assert_eq!(Contradiction::parse(&contradiction.encode()).unwrap().key(), &log);
}

#[test]
fn what_contradicts_nothing_is_none() {
    let foreign = sign(checkpoint(7, 2).replace("example", "exemple"), 100);
    let mut twice = cosigned(7, 2, 100);
    twice.signatures.push(twice.signatures[0].clone());
    for other in [cosigned(7, 1, 101), cosigned(8, 2, 100), foreign, twice] {
        let error = Contradiction::new(cosigner(), [cosigned(7, 1, 100), other]).unwrap_err();
        assert_eq!(error.code, FormatCode::ContradictionNone);
    }
    let mut forged = cosigned(7, 2, 100);
    forged.signatures[0].blob[20] ^= 1;
    let error = Contradiction::new(cosigner(), [cosigned(7, 1, 100), forged]).unwrap_err();
    assert_eq!((error.code, error.at), (FormatCode::SignatureInvalid, 13));
    let other_key = VKey::new("v", VKeyKind::Cosigner, key().public()).unwrap();
    let notes = [cosigned(7, 1, 100), cosigned(7, 2, 100)];
    let error = Contradiction::new(other_key, notes).unwrap_err();
    assert_eq!(error.code, FormatCode::SignatureInvalid);
}

#[test]
fn every_byte_of_a_file_counts() {
    let file = Contradiction::new(cosigner(), [cosigned(7, 1, 100), cosigned(7, 2, 101)])
        .unwrap()
        .encode();
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = core::str::from_utf8(&bytes) {
            assert!(Contradiction::parse(changed).is_err(), "byte {at}");
        }
        if let Some(short) = file.get(..at) {
            assert!(Contradiction::parse(short).is_err(), "cut at {at}");
        }
    }
    assert!(Contradiction::parse(&format!("{file}\n")).is_err());
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let swapped = [&lines[..3], &lines[9..], &["\n"], &lines[3..8]].concat().concat();
    let error = Contradiction::parse(&swapped).unwrap_err();
    assert_eq!((error.code, error.at), (FormatCode::ContradictionSyntax, 3), "one order only");
}
