//! A file that proves itself whole as of a block, and every way in which it would not be.

use base64ct::{Base64, Encoding as _};
use tamga_format::error::FormatCode;
use tamga_format::policy::Policy;
use tamga_format::subject::{Role, Subject};
use tamga_state::status::Book;

use super::*;
use crate::statement::{PROVEN_VERSION, StatementFile, VERSION};
use crate::testing::{Quarters, ServedLog, SubjectMap, author, named};

/// What is said of a file of two stated quarters and one that is not, after a change.
#[track_caller]
fn refused(change: impl FnOnce(&mut StatementFile), word: &str) -> StatementError {
    let (mut file, policy) = Quarters::going_on().0.proven();
    change(&mut file);
    let error = file.verify(&policy).unwrap_err();
    assert!(error.to_string().contains(word), "{word}: {error}");
    error
}

fn part(file: &mut StatementFile) -> &mut ProofPart {
    file.proof.as_mut().unwrap()
}

/// A proof of something else, as final as the right one: of another subject, or by another block.
fn other(subject: Subject) -> String {
    let map = SubjectMap::default().with(subject, Vec::new(), &[0x80]).with(
        named(Role::Rightsholder, "somebody"),
        Vec::new(),
        &[0x80],
    );
    let mut log = ServedLog::new();
    log.commit_under(&[], crate::testing::NOW, map.root());
    log.subject_proof(&map, &subject).encode()
}

#[test]
fn a_balance_and_all_batches_are_proven_as_of_a_block() {
    let (quarters, [allocated, net, tax]) = Quarters::going_on();
    let (file, policy) = quarters.proven();
    let again = StatementFile::parse(&serde_json::to_string(&file).unwrap()).unwrap();
    let shown = again.verify(&policy).unwrap();
    let whole = shown.whole.clone().unwrap();
    assert_eq!(whole.later, Later { batches: 2, allocated, net, tax, levied: 0 });
    let closing = shown.statements.last().unwrap().closing;
    assert_eq!(whole.owed, closing + allocated - net - tax);
    let balance = shown.balance.clone().unwrap();
    assert_eq!((balance.owed, balance.height), (closing, whole.height));
    // Lines that no statement covers yet are of no period, and add up with the others.
    assert_eq!(shown.batches, 6);
    let all = crate::statement::rows::total(&shown.rows(None));
    assert_eq!(all.held + all.open, whole.owed);

    let (stated, policy) = Quarters::new().proven();
    let shown = stated.verify(&policy).unwrap();
    let whole = shown.whole.unwrap();
    assert_eq!((whole.later, whole.owed), (Later::default(), shown.balance.unwrap().owed));
}

#[test]
fn a_batch_left_out_of_the_file_is_found() {
    refused(|file| drop(file.batches.pop()), "batch 5 of the book is left out");
    refused(
        |file| {
            file.batches.truncate(4);
            file.uses = None;
        },
        "batch 4 of the book is left out",
    );
    refused(
        |file| {
            let last = file.batches[3].clone();
            file.batches[5] = last;
        },
        "batch 5 of the book is another one",
    );
    // One that a statement names is found by it already.
    refused(|file| drop(file.batches.remove(1)), "another one");
    refused(|file| part(file).book.clear(), "does not show all of its batches");
    // A page that ends early is no proof of all.
    let cut = |file: &mut StatementFile| {
        let page = &mut part(file).book[0];
        let lines: Vec<&str> = page.lines().collect();
        let last = lines.iter().rposition(|line| line.starts_with("record ")).unwrap();
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != last);
        *page = kept.map(|(_, line)| format!("{line}\n")).collect();
    };
    let fault = refused(cut, "subject-records");
    assert!(matches!(fault, StatementError::Proof("book", ReceiptError::Mismatch(_))));
}

#[test]
fn a_proof_of_another_block_organisation_or_author_is_found() {
    let (newer, _) = Quarters::going_on().0.proven();
    let (older, policy) = Quarters::new().proven();
    // The book as it was before the third quarter, and the status as of then: each is older than something else.
    let [old_book, old_status] =
        older.proof.as_ref().map(|it| [it.book.clone(), vec![it.rightsholder.clone()]]).unwrap();
    let mut file = newer.clone();
    part(&mut file).book = old_book;
    let error = file.verify(&policy).unwrap_err().to_string();
    assert!(error.contains("older than that of the author's status"), "{error}");
    part(&mut file).rightsholder = old_status[0].clone();
    let error = file.verify(&policy).unwrap_err().to_string();
    assert!(error.contains("stands in the file and not in the book"), "{error}");
    // With the batches that there were then, that is a whole file as of then.
    file.batches.truncate(4);
    file.uses = older.uses.clone();
    assert_eq!(file.verify(&policy).unwrap().whole, older.verify(&policy).unwrap().whole);
    // A newer book answers for the earlier block too.
    part(&mut file).book = newer.proof.as_ref().unwrap().book.clone();
    assert_eq!(file.verify(&policy).unwrap().whole, older.verify(&policy).unwrap().whole);

    let rival = other(Book::subject("591240000258"));
    refused(|file| part(file).book = vec![rival], "the proof of the book is about book:");
    let somebody = other(named(Role::Rightsholder, "other"));
    refused(|file| part(file).rightsholder = somebody, "the proof of the status is about");
    // The right subject in a ledger where it has another status.
    let empty = other(author());
    refused(|file| part(file).rightsholder = empty, "status");
}

#[test]
fn a_status_that_is_not_the_ledgers_or_opens_otherwise_is_found() {
    let status = |change: fn(&mut Vec<u8>)| {
        move |file: &mut StatementFile| {
            let text = &mut part(file).rightsholder;
            let line = text.lines().find(|line| line.starts_with("status ")).unwrap().to_owned();
            let (nonce, bytes) = line["status ".len()..].split_once(' ').unwrap();
            let mut bytes = Base64::decode_vec(bytes).unwrap();
            change(&mut bytes);
            let changed = format!("status {nonce} {}", Base64::encode_string(&bytes));
            *text = text.replace(&line, &changed);
        }
    };
    let fault = refused(
        status(|bytes| {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }),
        "the proof of the status: map-proof-root",
    );
    assert!(matches!(&fault, StatementError::Proof("status", error)
            if error.fault().code == FormatCode::MapProofRoot));
    // The other organisation's statement is left out, or one of this organisation stands in its place.
    refused(|file| part(file).others.clear(), "other last statements");
    refused(
        |file| {
            let own = file.statements[0].clone();
            part(file).others = vec![own];
        },
        "among the others",
    );
    refused(
        |file| {
            let twice = part(file).others[0].clone();
            part(file).others.push(twice);
        },
        "does not commit",
    );
    // The newest statement is left out: its batches would be later ones, but the status names it.
    refused(|file| drop(file.statements.pop()), "other last statements");
}

#[test]
fn the_version_says_whether_a_file_has_proofs() {
    let (file, _) = Quarters::new().proven();
    let read = |change: &dyn Fn(&mut StatementFile)| {
        let mut file = file.clone();
        change(&mut file);
        StatementFile::parse(&serde_json::to_string(&file).unwrap()).map(|file| file.version)
    };
    assert_eq!(read(&|_| ()), Ok(PROVEN_VERSION));
    for wrong in [1, VERSION, 4] {
        assert!(read(&|file| file.version = wrong).is_err(), "{wrong}");
    }
    assert!(read(&|file| file.proof = None).is_err());
    let (said, _) = Quarters::new().file();
    assert!(read(&|file| file.balance = said.balance.clone()).is_err());
}

/// A file that this version wrote is read and holds for ever.
#[test]
fn a_file_that_was_written_once_still_holds() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors/statement");
    let (file, policy) = Quarters::going_on().0.proven();
    let text = serde_json::to_string_pretty(&file).unwrap();
    let frozen = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|_| {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
            panic!("{name} was missing and has been written; review it, then run again");
        })
    };
    let old = frozen("whole.json", &text);
    let trusted = Policy::parse(&frozen("policy.txt", &policy.encode())).unwrap();
    let shown = StatementFile::parse(&old).unwrap().verify(&trusted).unwrap();
    let figures = |shown: &Shown| (shown.whole.clone(), shown.statements.len(), shown.batches);
    assert_eq!(figures(&shown), figures(&file.verify(&policy).unwrap()));
    assert_eq!(shown.whole.unwrap().later.batches, 2);
}
