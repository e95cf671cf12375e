//! A file of two quarters, what it shows, and every change that is found.

use base64ct::{Base64, Encoding as _};
use tamga_format::cbor::Value;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature::cosign;
use tamga_format::id::TreeSize;
use tamga_format::lines::{AllocationLine, Hold};
use tamga_format::note::{Note, VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::SubjectProof;
use tamga_state::royalty::period::Period;

use super::rows::{Compared, Money, by, held, total};
use super::*;
use crate::testing::{Quarters, author, edit_range, named, seed, song};

fn shown(file: &StatementFile, policy: &Policy) -> Shown {
    file.verify(policy).unwrap_or_else(|error| panic!("{error}"))
}

/// What is said of a file after a change.
#[track_caller]
fn refused(change: impl Fn(&mut StatementFile), word: &str) {
    let (mut file, policy) = Quarters::new().file();
    change(&mut file);
    let error = file.verify(&policy).unwrap_err();
    assert!(error.to_string().contains(word), "{word}: {error}");
}

fn parts(file: &mut StatementFile) -> &mut Vec<UsePart> {
    file.uses.as_mut().unwrap()
}

/// Two policies, the first for checkpoints of up to so many leaves.
struct Two(Policy, Policy, TreeSize);

impl Policies for Two {
    fn origin(&self) -> &str {
        self.0.origin()
    }

    fn at(&self, size: TreeSize) -> Option<&Policy> {
        Some(if size <= self.2 { &self.0 } else { &self.1 })
    }
}

const SUCCESSORS: [&str; 4] = ["w0", "w1", "w2", "w3"];

/// A checkpoint as other validators made it final.
fn by_successors(note: &Note) -> Note {
    let log = note.signatures[0].clone();
    let cosign = |name: &&str| {
        cosign(&SigningKey::from_seed(seed(name)), name, &note.text, 1_800_000_001).unwrap()
    };
    let signatures = std::iter::once(log).chain(SUCCESSORS[..3].iter().map(cosign)).collect();
    Note { text: note.text.clone(), signatures }
}

fn succeeded(first: &Policy) -> Policy {
    let witness = |name: &&str| {
        let key = SigningKey::from_seed(seed(name)).public();
        let key = VKey::new(name, VKeyKind::Cosigner, key).unwrap();
        Witness { name: (*name).to_owned(), key, url: "http://w.example/".to_owned() }
    };
    let witnesses = SUCCESSORS.iter().map(witness).collect();
    Policy::for_validators(first.log().clone(), first.url().to_owned(), witnesses, 3).unwrap()
}

#[test]
fn each_receipt_and_proof_is_judged_by_the_policy_that_ruled_its_checkpoint() {
    let (older, policy) = Quarters::new().file();
    let (mut file, _) = Quarters::new().proven();
    let whole = shown(&file, &policy);
    let receipt = |text: &mut String| {
        let mut receipt = Receipt::parse(text).unwrap();
        receipt.proof.checkpoint = by_successors(&receipt.proof.checkpoint);
        *text = receipt.encode();
    };
    let about = |text: &mut String| {
        let mut proof = SubjectProof::parse(text).unwrap();
        proof.checkpoint = by_successors(&proof.checkpoint);
        *text = proof.encode();
    };
    // Statements and distributions were proven before, all else after.
    (file.statements, file.pools) = (older.statements.clone(), older.pools);
    file.batches.iter_mut().for_each(|it| receipt(&mut it.receipt));
    parts(&mut file).iter_mut().for_each(|it| receipt(&mut it.receipt));
    let proof = file.proof.as_mut().unwrap();
    proof.others.iter_mut().for_each(receipt);
    about(&mut proof.rightsholder);
    proof.book.iter_mut().for_each(about);

    let border = Receipt::parse(&older.statements[0]).unwrap().proof.checkpoint;
    let border = Checkpoint::parse(&border.text).unwrap().size;
    let second = succeeded(&policy);
    let chain = Two(policy.clone(), second.clone(), border);
    assert_eq!(file.verify(&chain), Ok(whole));
    assert!(file.verify(&policy).is_err() && file.verify(&second).is_err());
    let later = Two(policy, second, TreeSize(border.get() - 1));
    let error = file.verify(&later).unwrap_err();
    assert!(error.to_string().starts_with("statement 0"), "{error}");
}

#[test]
fn a_line_shows_who_used_the_work_when_and_how_often() {
    let (file, policy) = Quarters::new().file();
    let again = StatementFile::parse(&serde_json::to_string(&file).unwrap()).unwrap();
    let shown = shown(&again, &policy);
    assert_eq!((shown.rightsholder, shown.lines.len(), shown.batches), (author().id, 7, 4));
    let mut seen: Vec<(SubjectId, u64, u16)> = shown
        .lines
        .iter()
        .map(|it| (it.usage.as_ref().unwrap(), it.line.share_bp))
        .map(|(usage, share)| (usage.user, usage.line.uses, share))
        .collect();
    seen.sort_unstable();
    let user = |name| named(Role::Licensee, name).id;
    let mut wanted: Vec<(SubjectId, u64, u16)> = [
        ("radio", 10),
        ("radio", 7),
        ("radio", 3),
        ("radio", 10),
        ("radio", 7),
        ("radio", 3),
        ("tv", 5),
    ]
    .map(|(name, uses)| (user(name), uses, 6_000))
    .to_vec();
    wanted.sort_unstable();
    assert_eq!(seen, wanted);
    assert!(shown.lines.iter().all(|it| it.line.work == song("song").id));
    assert_eq!(shown.reports, Some(uses::Reports { count: 3, unpaid: 0 }));
}

#[test]
fn money_adds_up_from_what_was_collected_to_what_is_open() {
    let (file, policy) = Quarters::new().file();
    let shown = shown(&file, &policy);
    let rows = shown.rows(None);
    let all = total(&rows);
    assert_eq!(all.collected, all.deducted + all.allocated);
    assert_eq!(all.allocated, all.held + all.tax + all.levied + all.paid + all.open);
    let stated = |of: fn(&Stated) -> i64| shown.statements.iter().map(of).sum::<i64>();
    assert_eq!(all.allocated, stated(|it| it.allocated));
    assert_eq!((all.paid, all.tax), (stated(|it| it.net), stated(|it| it.tax)));
    assert_eq!(all.held + all.open, shown.statements.last().unwrap().closing);
    assert_eq!(held(&rows), [(Hold::NoBankDetails, all.held)].into());
    // A fifth of what is collected is deducted: a quarter of what is left.
    for row in &rows {
        assert!((row.money.deducted * 4 - row.money.allocated).abs() <= 8, "{row:?}");
        assert_eq!(row.money.collected, row.money.deducted + row.money.allocated);
    }
    let users = by(&rows, |row| row.allotted.usage.as_ref().unwrap().user);
    let sum = users.values().fold(Money::default(), |sum, it| sum.plus(it));
    assert_eq!((sum, users.len(), sum.uses), (all, 2, 45));
}

#[test]
fn periods_are_told_apart_and_compared() {
    let (file, policy) = Quarters::new().file();
    let shown = shown(&file, &policy);
    let of = |text: &str| shown.rows(Some(&Period::parse(text).unwrap()));
    assert_eq!((of("2026-Q2").len(), of("2026-Q3").len()), (3, 4));
    assert_eq!((of("2026").len(), of("2026-Q4").len(), of("2026-07").len()), (7, 0, 0));
    let users = |text: &str| by(&of(text), |row| row.allotted.usage.as_ref().unwrap().user);
    let compared = Compared::of(users("2026-Q3"), users("2026-Q2"));
    let tv = compared[&named(Role::Licensee, "tv").id];
    let radio = compared[&named(Role::Licensee, "radio").id];
    assert_eq!((tv.before, tv.change_bp()), (0, None));
    assert_eq!(tv.now + radio.now, shown.statements[1].allocated);
    assert_eq!(radio.before, shown.statements[0].allocated);
    assert_eq!(radio.difference(), radio.now - radio.before);
    let before = total(&of("2026-Q2"));
    assert_eq!(total(&of("2026")), before.plus(&total(&of("2026-Q3"))));
}

#[test]
fn what_is_changed_or_left_out_of_the_uses_is_found() {
    let line = |change: fn(&mut Vec<Value>)| {
        move |file: &mut StatementFile| edit_range(&mut parts(file)[1].works[0].lines, change)
    };
    refused(line(|lines| drop(lines.pop())), "in report 1");
    refused(line(|lines| lines.clear()), "in report 1");
    refused(line(|lines| lines.swap(0, 1)), "in report 1");
    let edited = |lines: &mut Vec<Value>| {
        let Some(Value::Bytes(bytes)) = lines.first_mut() else { panic!("a line") };
        let at = bytes.len() - 40;
        bytes[at] ^= 1;
    };
    refused(line(edited), "in report 1");
    // The uses that another user reported.
    refused(
        |file| {
            let tv = parts(file)[2].works.clone();
            parts(file)[1].works = tv;
        },
        "in report 1",
    );
    refused(
        |file| {
            let tv = parts(file)[2].receipt.clone();
            parts(file)[1].receipt = tv;
        },
        "in report 1",
    );
    refused(
        |file| {
            parts(file).remove(2);
        },
        "is left out",
    );
    refused(|file| parts(file)[2].works.clear(), "are left out");
    refused(|file| parts(file)[2].works[0].work = song("other song").to_text(), "in report 2");
    refused(|file| parts(file)[2].works[0].work = "a song".to_owned(), "a song in report 2");
    refused(
        |file| {
            let twice = parts(file)[2].works[0].clone();
            parts(file)[2].works.push(twice);
        },
        "twice",
    );
    refused(
        |file| {
            let twice = parts(file)[0].clone();
            parts(file).push(twice);
        },
        "twice",
    );
    refused(
        |file| {
            let allocation = file.batches[0].receipt.clone();
            parts(file)[0].receipt = allocation;
        },
        "where R05 is",
    );
}

/// What is said of a quarter whose lines validators would not have taken.
#[track_caller]
fn unlawful(change: &dyn Fn(&mut AllocationLine), word: &str) {
    let (file, policy) = Quarters::changed(&|lines: &mut Vec<AllocationLine>| {
        let own = lines.iter_mut().find(|line| line.rightsholder == author().id.0);
        change(own.unwrap());
    })
    .file();
    let error = file.verify(&policy).unwrap_err();
    assert!(error.to_string().contains(word), "{word}: {error}");
}

#[test]
fn a_line_that_does_not_follow_from_its_use_is_found() {
    unlawful(&|line| line.weight += 1, "one rate");
    unlawful(&|line| line.share_bp -= 1, "the weight of line");
    unlawful(&|line| line.used_on -= 1, "another day");
    unlawful(&|line| line.source = Some(LineHash([7; 32])), "no report has");
    unlawful(&|line| line.work = song("other song").id, "are left out");
    unlawful(&|line| line.amount -= 5, "one rate");
    unlawful(&|line| line.amount += 5, "one rate");
}

#[test]
fn the_last_balance_is_the_one_that_the_status_commits_to() {
    let quarters = Quarters::new();
    let (file, policy) = quarters.file();
    let balance = shown(&file, &policy).balance.unwrap();
    let closing = shown(&file, &policy).statements[1].closing;
    assert_eq!((balance.owed, balance.height), (closing, 9));
    let part = |file: &mut StatementFile| file.balance.clone().unwrap();
    // The other organisation's statement is left out, or replaced by one of this organisation.
    refused(|file| file.balance.as_mut().unwrap().others.clear(), "other last statements");
    refused(
        |file| {
            let own = file.statements[0].clone();
            file.balance.as_mut().unwrap().others = vec![own];
        },
        "among the others",
    );
    refused(
        |file| {
            let twice = part(file).others[0].clone();
            file.balance.as_mut().unwrap().others.push(twice);
        },
        "does not commit",
    );
    // Any byte of the commitment, which the status ends with, and of the last statement's id.
    for (from_end, word) in [(1, "does not commit"), (32, "does not commit"), (40, "other last")] {
        refused(
            |file| {
                let mut bytes = Base64::decode_vec(&part(file).status).unwrap();
                let at = bytes.len() - from_end;
                bytes[at] ^= 1;
                file.balance.as_mut().unwrap().status = Base64::encode_string(&bytes);
            },
            word,
        );
    }
    refused(|file| file.balance.as_mut().unwrap().status.clear(), "status");
    // The newest statement is left out of the file, but not of the status.
    refused(
        |file| {
            file.statements.pop();
            file.batches.truncate(2);
            parts(file).truncate(1);
        },
        "other last statements",
    );
}

#[test]
fn a_file_of_the_first_version_has_neither_uses_nor_balance() {
    let (mut file, policy) = Quarters::new().file();
    let read = |file: &StatementFile| {
        StatementFile::parse(&serde_json::to_string(file).unwrap()).map(|_| ())
    };
    file.version = 1;
    assert!(read(&file).is_err());
    file.uses = None;
    assert!(read(&file).is_err());
    file.balance = None;
    let text = serde_json::to_string(&file).unwrap();
    assert!(!text.contains("\"uses\"") && !text.contains("\"balance\""));
    let shown = shown(&StatementFile::parse(&text).unwrap(), &policy);
    assert!(shown.lines.iter().all(|it| it.usage.is_none()));
    assert_eq!((shown.reports, shown.balance), (None, None));
    file.version = 3;
    assert!(matches!(read(&file), Err(StatementError::Unreadable(_))));
}

#[test]
fn a_payment_is_told_by_who_declared_it() {
    let (file, policy) = Quarters::new().file();
    let shown = shown(&file, &policy);
    assert_eq!(shown.payouts.len(), 2);
    assert!(shown.payouts.iter().all(|it| it.checks.declared == PayoutState::Sent));
    assert!(shown.payouts.iter().all(|it| it.checks.bank.is_none() && it.checks.author.is_none()));
    let holder = Subject::new(Role::Rightsholder, shown.rightsholder);
    assert_eq!(holder, author());
}

#[test]
fn a_confirmation_is_of_a_payout_in_the_file_and_nothing_else() {
    let (file, policy) = Quarters::new().file();
    for (wrong, word) in [(&file.statements[0], "R13"), (&file.pools[0], "R13")] {
        let mut file = file.clone();
        file.confirmations.push(wrong.clone());
        let refused = file.verify(&policy).unwrap_err().to_string();
        assert!(refused.contains(word), "{refused}");
    }
}
