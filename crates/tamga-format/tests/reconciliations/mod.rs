//! Reports of reconciliations as a whole: nothing about them can change unseen.

use crate::ledger::{self, key, policy, reconciliation, writer};
use crate::{no_byte_can_be_added_or_dropped, no_byte_can_change};
use tamga_format::error::FormatCode;
use tamga_format::id::LeafIndex;
use tamga_format::policy::Policy;
use tamga_format::receipt::ReceiptError;
use tamga_format::reconciliation::{Class, Item, Reconciliation};

fn accepted(text: &str, policy: &Policy) -> bool {
    Reconciliation::parse(text).is_ok_and(|report| report.verify(policy).is_ok())
}

#[test]
fn no_byte_of_a_report_can_change() {
    let policy = policy();
    no_byte_can_change(&reconciliation().encode(), &|text| accepted(text, &policy));
}

#[test]
fn no_byte_of_a_report_can_be_added_or_dropped() {
    let policy = policy();
    no_byte_can_be_added_or_dropped(&reconciliation().encode(), &|text| accepted(text, &policy));
}

#[test]
fn a_report_without_items_is_clean_and_has_its_one_form_too() {
    let report = reconciliation();
    let mut statement = report.statement().clone();
    statement.records = statement.matched;
    let checkpoint = ledger::Ledger::with_blocks(&[3]).checkpoint();
    (statement.size, statement.root) = (checkpoint.size, checkpoint.root);
    let note = policy().minimal(&ledger::note(&checkpoint)).unwrap();
    let clean = Reconciliation::sign(statement, Vec::new(), note, &writer()).unwrap();
    assert!(clean.is_clean() && !report.is_clean());
    assert_eq!(Reconciliation::parse(&clean.encode()).unwrap(), clean);
    assert!(clean.verify(&policy()).is_ok());
}

#[test]
fn parts_that_do_not_agree_are_signed_by_nobody() {
    let report = reconciliation();
    let sign = |change: &dyn Fn(&mut tamga_format::reconciliation::Statement, &mut Vec<Item>)| {
        let (mut statement, mut items) = (report.statement().clone(), report.items().to_vec());
        change(&mut statement, &mut items);
        let note = ledger::note(&tamga_format::checkpoint::Checkpoint {
            origin: statement.origin.clone(),
            size: statement.size,
            root: statement.root,
        });
        let error = Reconciliation::sign(statement, items, note, &writer()).unwrap_err();
        (error.code, error.what)
    };
    let parts = FormatCode::ReconciliationParts;
    assert_eq!(sign(&|statement, _| statement.records += 1), (parts, "records"));
    assert_eq!(sign(&|_, items| drop(items.remove(1))), (parts, "records"));
    assert_eq!(sign(&|statement, _| statement.rows = 5), (parts, "rows"));
    assert_eq!(sign(&|statement, _| statement.left_out = 9), (parts, "rows"));
    assert_eq!(sign(&|statement, _| statement.first = LeafIndex(2)), (parts, "first"));
    assert_eq!(
        sign(&|statement, _| statement.period = (statement.period.1, statement.period.0)),
        (parts, "period")
    );
    let twice = |items: &mut Vec<Item>| items.push(items[5].clone());
    assert_eq!(sign(&|_, items| twice(items)).0, FormatCode::ProofFileSyntax);
    let other = sign(&|statement, _| statement.key = key(9).public());
    assert_eq!(other.0, FormatCode::SignatureKey);
}

#[test]
fn a_report_tells_who_signed_and_needs_a_final_checkpoint() {
    let report = reconciliation();
    assert_eq!(report.key_id(), writer().public().key_id());
    assert_eq!(report.count(Class::Differing), 2);
    let other = policy().encode().replace("vectors", "another");
    assert!(
        Policy::parse(&other).is_err() || {
            let judged = report.verify(&Policy::parse(&other).unwrap());
            matches!(judged, Err(ReceiptError::CannotCheck(_)))
        }
    );
    let text = report.encode();
    let (head, cosignature) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(cosignature.starts_with('\u{2014}'));
    let fewer = Reconciliation::parse(&format!("{head}\n")).unwrap();
    assert!(matches!(fewer.verify(&policy()), Err(ReceiptError::Mismatch(_))));
}
