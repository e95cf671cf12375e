//! Receipts and proof files as a whole: nothing about them can change unseen.

use crate::ledger::{self, Ledger, policy, sample_body, sample_record};
use crate::{no_byte_can_be_added_or_dropped, no_byte_can_change};
use proptest::prelude::*;
use tamga_format::error::FormatCode;
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_format::record::SignedRecord;
use tamga_format::tlog_proof::TlogProof;

fn sample() -> Receipt {
    let body = sample_body();
    let mut ledger = Ledger::with_blocks(&[3]);
    ledger.commit(vec![sample_record(51, Some(&body))]);
    ledger.commit(vec![sample_record(52, None)]);
    ledger.receipt_at(2, 1, 5, Some((&body, &["amount", "sequence"])))
}

fn accepted(text: &str, policy: &Policy) -> bool {
    Receipt::parse(text).is_ok_and(|receipt| receipt.verify(policy).is_ok())
}

#[test]
fn no_byte_of_a_receipt_can_change() {
    let policy = policy();
    no_byte_can_change(&sample().encode(), &|text| accepted(text, &policy));
}

#[test]
fn no_byte_of_a_receipt_can_be_added_or_dropped() {
    let policy = policy();
    no_byte_can_be_added_or_dropped(&sample().encode(), &|text| accepted(text, &policy));
}

#[test]
fn a_verified_receipt_tells_what_it_proves() {
    let receipt = sample();
    let proven = receipt.verify(&policy()).unwrap();
    assert_eq!(proven.id, receipt.record.id());
    assert_eq!((proven.index.get(), proven.height.get(), proven.size.get()), (5, 2, 9));
    assert_eq!(proven.recorded_at, receipt.block.time);
    assert_eq!(proven.policy, policy().hash());
    let names: Vec<_> = proven.opened.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["amount", "sequence"]);
    let cosigners: Vec<_> = proven.cosigners.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(cosigners, ["v0", "v1", "v2"]);
}

#[test]
fn false_receipts_and_unreadable_ones_are_told_apart() {
    let receipt = sample();
    let other_log = policy().encode().replace("quorum validators", "quorum none");
    let other_log = Policy::parse(&other_log).unwrap();
    // Three cosignatures are more than a policy without a quorum needs.
    let error = receipt.verify(&other_log).unwrap_err();
    assert!(matches!(error, ReceiptError::Mismatch(f) if f.code == FormatCode::NoteNotMinimal));

    let mut unknown_log = receipt.clone();
    let text = &mut unknown_log.proof.checkpoint.text;
    *text = text.replace("tamga.example/vectors", "tamga.example/another");
    let error = unknown_log.verify(&policy()).unwrap_err();
    assert!(matches!(error, ReceiptError::CannotCheck(f) if f.code == FormatCode::NoteOrigin));

    let next_version = receipt.encode().replacen("/v1", "/v2", 1);
    let error = Receipt::parse(&next_version).map_err(ReceiptError::from).unwrap_err();
    assert!(
        matches!(error, ReceiptError::CannotCheck(f) if f.code == FormatCode::ProofFileVersion)
    );
}

#[test]
fn only_the_block_that_recorded_a_record_can_be_named() {
    let ledger = Ledger::with_blocks(&[1, 1, 1]);
    let code = |receipt: &Receipt| receipt.verify(&policy()).unwrap_err().fault().code;
    for (block, own, before) in [(0, 1, 1), (1, 3, 3), (2, 5, 5)] {
        assert!(ledger.receipt_at(2, block, own, None).verify(&policy()).is_ok());
        for (index, leaf) in (0_u64..).zip(&ledger.leaves) {
            if index == own || SignedRecord::decode(leaf).is_err() {
                continue;
            }
            let mut receipt = ledger.receipt_at(2, block, index, None);
            assert_eq!(code(&receipt), FormatCode::ReceiptIndex);
            // Nor does the block become wider by saying that it begins elsewhere.
            receipt.previous.size.0 = index.min(before - 1);
            let begun = index < own;
            let expected =
                if begun { FormatCode::ReceiptPrevious } else { FormatCode::ReceiptIndex };
            assert_eq!(code(&receipt), expected);
        }
    }
    // A leaf of the size that the checkpoint has stands nowhere but at its end.
    let mut receipt = ledger.receipt_at(2, 1, 3, None);
    for (size, expected) in [
        (0, FormatCode::ReceiptSize),
        (4, FormatCode::ReceiptIndex),
        (7, FormatCode::ProofShape),
        (8, FormatCode::ReceiptSize),
    ] {
        receipt.block.size.0 = size;
        assert_eq!(code(&receipt), expected, "size {size}");
    }
}

#[test]
fn proof_files_take_no_extra_line_and_any_cosigners() {
    let ledger = Ledger::with_blocks(&[3, 1]);
    let receipt = ledger.receipt(1, 5, None);
    let mut proof = receipt.proof.clone();
    proof.checkpoint = ledger::note(&ledger.blocks[1].1);
    let text = proof.encode();
    assert_eq!(TlogProof::parse(&text).as_ref(), Ok(&proof));
    let entry = receipt.record.entry();
    assert_eq!(proof.verify(entry, &policy()).unwrap().cosigners().len(), 4);
    assert!(proof.verify(&entry[1..], &policy()).is_err());
    for (old, new) in [
        ("\nindex", "\nextra AAAA\nindex"),
        ("index 5", "index 05"),
        ("index 5", "index +5"),
        ("index 5", "Index 5"),
        ("@v1", "@v2"),
        ("\n\ntamga", "\ntamga"),
        ("\nindex 5", ""),
    ] {
        let changed = text.replacen(old, new, 1);
        assert!(TlogProof::parse(&changed).is_err(), "{new:?}");
    }
    let path = vec![[0; 32]; 64];
    assert!(TlogProof::parse(&TlogProof { path, ..proof }.encode()).is_err());
}

proptest! {
    #[test]
    fn every_record_of_every_block_gets_a_receipt(
        records in proptest::collection::vec(0_u8..9, 1..6),
        block in any::<proptest::sample::Index>(),
        record in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
    ) {
        let ledger = Ledger::with_blocks(&records);
        let block = block.index(records.len());
        prop_assume!(records[block] > 0);
        let first: u64 = 1 + records[..block].iter().map(|&count| u64::from(count) + 1).sum::<u64>();
        let index = first + record.index(usize::from(records[block])) as u64;
        let at = block + at.index(records.len() - block);
        let receipt = ledger.receipt_at(at, block, index, None);
        let proven = receipt.verify(&policy()).unwrap();
        prop_assert_eq!((proven.index.get(), proven.height.get()), (index, block as u64 + 1));
        prop_assert_eq!(Receipt::parse(&receipt.encode()), Ok(receipt));
    }

    #[test]
    fn no_text_panics_the_parsers(text in "[a-z/@ \n—=+A-Z0-9.-]{0,200}") {
        drop(Receipt::parse(&text));
        drop(TlogProof::parse(&text));
        drop(Note::parse(&text));
        drop(Policy::parse(&text));
    }
}
