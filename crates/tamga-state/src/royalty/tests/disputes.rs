//! Disputes, and what banks and rightsholders say of payouts.

use tamga_format::lines::{AllocationLine, Basis, Hold, PayoutState};

use super::desk::{
    Desk, USED, author, batch, fixed, hash_of, paid, resting_on, salt, shares_of, step, used,
    with_usage, work,
};
use super::*;
use crate::status::{Confirmation, Decision, Dispute, DisputeState, Payment};

const TOTAL: i64 = 700_003;

fn dispute(which: &str) -> Subject {
    tag(Role::Dispute, which)
}

/// A desk whose authors have keys, and whose pool is fixed with its usage.
fn desk() -> Desk {
    let mut desk = Desk::new();
    for name in ["aigul", "berik", "stranger"] {
        let public = key(name).public();
        let proof = key(name).sign(&possession_message(ORIGIN, &author(name), &public));
        let registered = Draft::new(Kind::G03, "operator", key_subject(&public.key_id()))
            .naming(&[author(name)])
            .field("key", *public.as_bytes())
            .field("possession", *proof.as_bytes())
            .field("purpose", "RECORDS")
            .field("valid_from", SINCE.get());
        desk.record(&registered);
    }
    desk.collect("2026-Q1", 1_000_003);
    let draft = desk.usage("usage", &uses());
    desk.record(&draft);
    desk.record(&with_usage(fixed("2026-Q1", 1_000_003, 300_000), &["usage"]));
    desk
}

fn uses() -> [tamga_format::lines::UsageLine; 2] {
    [used("song", 3), used("hymn", 4)]
}

/// The same with a payout of all that is owed.
fn paid_out() -> Desk {
    let mut desk = desk();
    let lines = desk.allocated(TOTAL, &uses());
    let draft = resting_on(desk.allocation("allocation", "2026-Q1", &lines), &["usage"]);
    desk.record(&draft);
    desk.record(&step("2026-Q1", "APPROVED"));
    desk.record(&step("2026-Q1", "PUBLISHED"));
    let lines = ["aigul", "berik"].map(|name| paid(name, desk.owed("allocation", name), 0));
    let draft = desk.payout("payout", "allocation", "2026-Q1", &lines);
    desk.record(&draft);
    desk
}

/// A record that an author writes.
fn of_author(name: &str, kind: Kind, subject: Subject) -> Draft {
    Draft::new(kind, name, subject)
        .with(|record| record.issuer = author(name))
        .naming(&[cmo("cmo"), author(name)])
        .field("okup_id", organisation("cmo").id.0)
}

fn filed(name: &str, which: &str) -> Draft {
    of_author(name, Kind::R12, dispute(which))
        .naming(&[work("song")])
        .field("action", "FILED")
        .field("about", "SHARES")
        .field("reason", "WRONG_SHARE")
}

/// What follows on a filing by aigul.
fn then(signer: &str, which: &str, action: &str) -> Draft {
    let draft = Draft::new(Kind::R12, signer, dispute(which))
        .naming(&[cmo("cmo"), author("aigul"), work("song")])
        .field("okup_id", organisation("cmo").id.0)
        .field("action", action);
    match signer {
        "cmo" => draft.with(|record| record.issuer = organisation("cmo")),
        "aigul" | "berik" => draft.with(|record| record.issuer = author(signer)),
        _ => draft,
    }
}

fn decided(draft: Draft, decision: &str) -> Draft {
    draft.field("decision", decision).field("document_hash", [4; 32])
}

fn known(desk: &Desk, which: &str) -> Dispute {
    desk.world.status(dispute(which))
}

fn open_disputes(desk: &Desk) -> (u64, u64) {
    let (work, cmo): (Work, CmoStatus) =
        (desk.world.status(work("song")), desk.world.status(cmo("cmo")));
    (work.disputes, cmo.disputes)
}

#[test]
fn a_rightsholder_files_a_dispute_of_its_own_and_only_of_what_is_there() {
    let mut desk = desk();
    let draft = filed("aigul", "first");
    let of_others = draft.clone().not_naming(author("aigul")).naming(&[author("berik")]);
    desk.refused(&of_others, Code::NotParty, "/issuer");
    for field in ["about", "reason"] {
        let bare = draft.clone().without(field);
        desk.refused(&bare, Code::Validation, &format!("/fields/{field}"));
    }
    let workless = draft.clone().not_naming(work("song"));
    desk.refused(&workless, Code::SubjectMissing, "/subjects");
    let unknown = workless.naming(&[work("unheard")]);
    desk.refused(&unknown, Code::SubjectUnknown, "/subjects");
    let decided = draft.clone().field("decision", "GRANTED");
    desk.refused(&decided, Code::Validation, "/fields/decision");
    let line = draft.clone().field("line", [1; 32]);
    desk.refused(&line, Code::Validation, "/fields/line");
    let court = Draft { signer: "court".to_owned(), ..draft.clone() }.with(|record| {
        record.issuer = crate::testing::writer("court");
        record.key_id = key("court").public().key_id();
    });
    desk.refused(&court, Code::RoleForbidden, "/issuer");
    let needless = draft.clone().field("about", "USES");
    desk.refused(&needless, Code::SubjectUnexpected, "/subjects/1");
    desk.record(&draft);
    desk.refused(&draft, Code::Duplicate, "/subject");
    assert_eq!(known(&desk, "first").state, DisputeState::Filed);
    assert_eq!(known(&desk, "first").filed_on, TODAY);
    assert_eq!(open_disputes(&desk), (1, 1));
    desk.refused(&then("cmo", "second", "ANSWERED"), Code::StageNotAllowed, "/fields/action");
}

#[test]
fn a_dispute_about_an_allocation_or_a_payout_names_one_of_the_organisation() {
    let mut desk = paid_out();
    let draft = filed("aigul", "first").not_naming(work("song")).field("reason", "WRONG_AMOUNT");
    let about = |about: &str| draft.clone().field("about", about);
    let with = |draft: Draft, name: &str| draft.field("batch", batch(name).id.0);
    desk.refused(&about("ALLOCATION"), Code::Validation, "/fields/batch");
    let wrong = [("ALLOCATION", "payout"), ("ALLOCATION", "usage"), ("PAYOUT", "allocation")];
    for (of, name) in wrong {
        desk.refused(&with(about(of), name), Code::SubjectUnknown, "/fields/batch");
    }
    let period = about("STATEMENT").field("period", "2026-Q5");
    desk.refused(&period, Code::Validation, "/fields/period");
    desk.record(&with(about("ALLOCATION"), "allocation").field("line", [1; 32]));
    assert_eq!(known(&desk, "first").batch, Some(batch("allocation").id));
    let payout = with(about("PAYOUT"), "payout");
    desk.record(&payout.with(|record| record.subject = dispute("second")));
    assert_eq!(open_disputes(&desk), (0, 2), "no share is disputed");
}

#[test]
fn the_organisation_answers_once_and_a_court_or_the_authorised_body_decides() {
    let mut desk = desk();
    desk.record(&filed("aigul", "first"));
    let answer = then("cmo", "first", "ANSWERED");
    desk.refused(&answer, Code::Validation, "/fields/decision");
    let bare = answer.clone().field("decision", "REFUSED");
    desk.refused(&bare, Code::Validation, "/fields/document_hash");
    let renamed = decided(answer.clone(), "REFUSED").not_naming(work("song"));
    desk.refused(&renamed, Code::SubjectMissing, "/subjects");
    let by_author = decided(then("aigul", "first", "ANSWERED"), "GRANTED");
    desk.refused(&by_author, Code::RoleForbidden, "/issuer");
    let early = decided(then("cmo", "first", "RESOLVED"), "REFUSED");
    desk.refused(&early, Code::RoleForbidden, "/issuer");
    let refused = decided(answer, "REFUSED");
    desk.record(&refused);
    assert_eq!(known(&desk, "first").state, DisputeState::Answered);
    assert_eq!(known(&desk, "first").answered_on, Some(TODAY));
    assert_eq!(open_disputes(&desk), (1, 1), "a refusal ends nothing");
    desk.refused(&refused, Code::StageNotAllowed, "/fields/action");
    for signer in ["court", "authority"] {
        let mut desk = desk.clone();
        desk.record(&decided(then(signer, "first", "RESOLVED"), "GRANTED"));
        assert_eq!(known(&desk, "first").decision, Some(Decision::Granted));
        assert_eq!(open_disputes(&desk), (0, 0));
        let late = then("aigul", "first", "WITHDRAWN");
        desk.refused(&late, Code::StageNotAllowed, "/fields/action");
    }
    // What is granted is over at once.
    desk.record(&filed("aigul", "second"));
    desk.record(&decided(then("cmo", "second", "ANSWERED"), "GRANTED"));
    assert_eq!(known(&desk, "second").state, DisputeState::Resolved);
    // Only who filed it withdraws it.
    let withdrawn = then("aigul", "first", "WITHDRAWN");
    desk.refused(&then("cmo", "first", "WITHDRAWN"), Code::RoleForbidden, "/issuer");
    desk.refused(&decided(withdrawn.clone(), "REFUSED"), Code::Validation, "/fields/decision");
    desk.record(&withdrawn);
    assert_eq!(known(&desk, "first").ended_on, Some(TODAY));
    assert_eq!(open_disputes(&desk), (0, 0));
}

#[test]
fn an_organisation_writes_a_dispute_of_two_holders_down() {
    let mut desk = desk();
    let filed = by("cmo", Kind::R12, dispute("both"))
        .naming(&[author("aigul"), author("berik"), work("song")])
        .field("action", "FILED")
        .field("about", "SHARES")
        .field("reason", "NOT_THE_HOLDER");
    desk.record(&filed);
    assert_eq!(known(&desk, "both").parties.len(), 2);
    let by_party = then("berik", "both", "WITHDRAWN").naming(&[author("berik")]);
    desk.refused(&by_party, Code::RoleForbidden, "/issuer");
    let withdrawn = then("cmo", "both", "WITHDRAWN").naming(&[author("berik")]);
    desk.record(&withdrawn);
    assert_eq!(open_disputes(&desk), (0, 0));
}

#[test]
fn what_falls_to_a_disputed_work_is_held_until_the_dispute_is_over() {
    let mut desk = desk();
    desk.record(&filed("aigul", "first"));
    let lines = desk.allocated(TOTAL, &uses());
    let open = resting_on(desk.allocation("allocation", "2026-Q1", &lines), &["usage"]);
    let refused = desk.submit(&open).unwrap_err();
    assert_eq!(refused.code, Code::SharesDisputed, "{refused}");
    assert!(refused.pointer.starts_with("/lines/"), "{refused}");
    let mut held = lines;
    for line in held.iter_mut().filter(|line| line.work == work("song").id) {
        line.hold = Some(Hold::DisputedShare);
    }
    let draft = resting_on(desk.allocation("allocation", "2026-Q1", &held), &["usage"]);
    desk.record(&draft);
    assert_eq!(desk.owed("allocation", "berik"), 0, "all that berik has is of the song");

    // While it is open nothing is released; the day it is over, everything is.
    let released = |desk: &mut Desk| {
        let mended: Vec<AllocationLine> = held
            .iter()
            .filter(|line| line.hold.is_some())
            .flat_map(|line| {
                [(-line.amount, line.hold), (line.amount, None)].map(|(amount, hold)| {
                    AllocationLine {
                        salt: salt("released", usize::from(hold.is_none())),
                        basis: Basis::Adjustment,
                        source: Some(hash_of(line)),
                        weight: 0,
                        amount,
                        hold,
                        ..line.clone()
                    }
                })
            })
            .collect();
        let draft = desk.allocation("released", "2026-Q1", &mended);
        draft.field("corrects", batch("allocation").id.0)
    };
    let draft = released(&mut desk);
    let refused = desk.submit(&draft).unwrap_err();
    assert_eq!(refused.code, Code::SharesDisputed, "{refused}");
    desk.record(&then("aigul", "first", "WITHDRAWN"));
    desk.record(&draft);
    let berik: i64 =
        held.iter().filter(|it| it.rightsholder == author("berik").id.0).map(|it| it.amount).sum();
    assert_eq!(desk.owed("released", "berik"), berik);
}

#[test]
fn a_work_has_so_many_open_disputes_at_most() {
    let mut desk = desk();
    for number in 0..Dispute::OF_WORK_MAX {
        desk.record(&filed("aigul", &number.to_string()));
    }
    desk.refused(&filed("aigul", "more"), Code::StatusFull, "/subjects");
    desk.record(&then("aigul", "0", "WITHDRAWN"));
    desk.record(&filed("aigul", "more"));
    let revised = shares_of("song", &[("berik", "AUTHOR", 10_000)], "COMPLETE", USED);
    desk.record(&revised);
    assert_eq!(open_disputes(&desk).0, Dispute::OF_WORK_MAX, "new shares end no dispute");
}

fn by_bank(word: &str, executed: i64) -> Draft {
    let draft = Draft::new(Kind::R13, "bank", Payment::subject(&batch("payout").id, None))
        .naming(&[cmo("cmo")])
        .field("okup_id", organisation("cmo").id.0)
        .field("payout", batch("payout").id.0)
        .field("confirmation", word)
        .field("executed", executed);
    match word {
        "REJECTED" => draft,
        _ => draft.field("paid_on", TODAY),
    }
}

#[test]
fn a_bank_confirms_a_payout_to_the_tiyn() {
    let mut desk = paid_out();
    let said =
        |desk: &Desk| desk.world.status::<Payment>(Payment::subject(&batch("payout").id, None));
    for executed in [TOTAL - 1, TOTAL + 1] {
        let draft = by_bank("EXECUTED", executed);
        desk.refused(&draft, Code::TotalsMismatch, "/fields/executed");
    }
    for (word, executed) in [("PARTLY_EXECUTED", 0), ("PARTLY_EXECUTED", TOTAL), ("REJECTED", 1)] {
        let draft = by_bank(word, executed);
        desk.refused(&draft, Code::TotalsMismatch, "/fields/executed");
    }
    let word = by_bank("RECEIVED", TOTAL);
    desk.refused(&word, Code::RoleForbidden, "/fields/confirmation");
    let early = by_bank("EXECUTED", TOTAL).field("paid_on", TODAY - 2);
    desk.refused(&early, Code::DateOrder, "/fields/paid_on");
    let late = by_bank("EXECUTED", TOTAL).field("paid_on", TODAY + 2);
    desk.refused(&late, Code::DateOrder, "/fields/paid_on");
    let of_usage = by_bank("EXECUTED", TOTAL).field("payout", batch("usage").id.0);
    desk.refused(&of_usage, Code::SubjectUnknown, "/fields/payout");
    let elsewhere = by_bank("EXECUTED", TOTAL)
        .with(|record| record.subject = Payment::subject(&batch("usage").id, None));
    desk.refused(&elsewhere, Code::PrimarySubject, "/subject");

    let rejected = by_bank("REJECTED", 0);
    desk.record(&rejected);
    desk.refused(&rejected, Code::StageNotAllowed, "/fields/confirmation");
    for executed in [1, TOTAL - 1] {
        let draft = by_bank("PARTLY_EXECUTED", executed);
        desk.record(&draft);
        assert_eq!(said(&desk).executed, executed);
    }
    let whole = by_bank("EXECUTED", TOTAL);
    desk.record(&whole);
    assert_eq!(said(&desk).confirmation, Confirmation::Executed);
    desk.refused(&rejected, Code::StageNotAllowed, "/fields/confirmation");
}

#[test]
fn a_rightsholder_says_whether_the_money_arrived_and_proves_its_lines() {
    let mut desk = paid_out();
    let arrived = |desk: &Desk, name: &str, word: &str| {
        let subject = Payment::subject(&batch("payout").id, Some(&author(name).id));
        let draft = of_author(name, Kind::R13, subject)
            .field("payout", batch("payout").id.0)
            .field("confirmation", word)
            .body("range", Value::bytes(&desk.range(name, "payout").encode()));
        if word == "RECEIVED" { draft.field("paid_on", TODAY) } else { draft }
    };
    let counts = |desk: &Desk| desk.world.status::<CmoStatus>(cmo("cmo")).confirmed;
    let stranger = arrived(&desk, "stranger", "NOT_RECEIVED");
    desk.refused(&stranger, Code::StatementMismatch, "/body/range");
    let borrowed = arrived(&desk, "stranger", "NOT_RECEIVED")
        .body("range", Value::bytes(&desk.range("aigul", "payout").encode()));
    desk.refused(&borrowed, Code::StatementMismatch, "/body/range");
    let executed = arrived(&desk, "aigul", "RECEIVED").field("executed", 1_i64);
    desk.refused(&executed, Code::Validation, "/fields/executed");
    let of_berik = arrived(&desk, "aigul", "RECEIVED").with(|record| {
        record.subject = Payment::subject(&batch("payout").id, Some(&author("berik").id));
    });
    desk.refused(&of_berik, Code::PrimarySubject, "/subject");
    let word = arrived(&desk, "aigul", "NOT_RECEIVED").field("confirmation", "REJECTED");
    desk.refused(&word, Code::RoleForbidden, "/fields/confirmation");

    let missing = arrived(&desk, "aigul", "NOT_RECEIVED");
    desk.record(&missing);
    assert_eq!(counts(&desk), [0, 1]);
    desk.refused(&missing, Code::StageNotAllowed, "/fields/confirmation");
    let there = arrived(&desk, "aigul", "RECEIVED");
    desk.record(&there);
    assert_eq!(counts(&desk), [1, 0]);
    desk.refused(&missing, Code::StageNotAllowed, "/fields/confirmation");
    let draft = arrived(&desk, "berik", "RECEIVED");
    desk.record(&draft);
    assert_eq!(counts(&desk), [2, 0]);
}

#[test]
fn a_batch_of_payments_that_came_back_is_confirmed_by_nobody() {
    let mut desk = paid_out();
    let back =
        tamga_format::lines::PayoutLine { state: PayoutState::Returned, ..paid("berik", -10, 0) };
    let draft = desk.payout("back", "allocation", "2026-Q1", &[back]);
    desk.record(&draft);
    let confirmed = by_bank("EXECUTED", 10)
        .field("payout", batch("back").id.0)
        .with(|record| record.subject = Payment::subject(&batch("back").id, None));
    desk.refused(&confirmed, Code::StageNotAllowed, "/fields/payout");
}
