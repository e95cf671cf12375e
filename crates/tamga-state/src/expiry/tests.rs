use super::*;
use crate::dossier::story::*;
use crate::dossier::{Presentation, What};
use crate::law::parameters::Mark;
use crate::matrix::Stage;

/// A case of a court order in force on 2024-02-12: presented on one day, ended on another.
fn case(presented: &str, ended: Option<(&str, Stage)>) -> Summary {
    changed(presented, ended, |_| {})
}

fn changed(
    presented: &str,
    ended: Option<(&str, Stage)>,
    change: impl FnOnce(&mut Presentation),
) -> Summary {
    let mut story = Story::enforcing();
    for event in &mut story.events {
        event.happened = noon(day(presented));
        event.index.0 += u64::try_from(day(presented)).expect("after 1970") * 10;
    }
    if let What::Presented(presentation) = &mut story.events[0].what {
        presentation.in_force_on = day("2024-02-12");
        change(presentation);
    }
    if let Some((on, outcome)) = ended {
        story.add(day(on), What::Closed { outcome });
    }
    Summary::of(id(presented), &story.events).expect("a case")
}

fn expiry(cases: &[&Summary]) -> Expiry {
    Expiry::of(cases, &Law::initial()).expect("a case").expect("every parameter has a value")
}

#[test]
fn a_returned_document_expires_when_its_period_is_over() {
    let returned = Stage::ClosedReturnedClaimant;
    // 366 days had passed; the case took 100 days. 2027-05-23 is a Sunday.
    let first = case("2025-02-12", Some(("2025-05-23", returned)));
    let period = expiry(&[&first]);
    let last = day("2027-05-24");
    assert_eq!(period.last_day.map(text).as_deref(), Some("2027-05-24"));
    assert!(!period.is_expired(last) && period.is_expired(last + 1));
    assert_eq!(period.years, [(2027, Known::Holidays(Mark::Unverified))]);
    // Presented again, the period is interrupted once more, and goes on when that case ends.
    let again = case("2026-03-02", None);
    assert_eq!(expiry(&[&first, &again]).last_day, None);
    let again = case("2026-03-02", Some(("2026-03-12", returned)));
    assert_eq!(expiry(&[&again, &first]).last_day.map(text).as_deref(), Some("2027-06-02"));
    assert_eq!(expiry(&[&again, &first]), expiry(&[&first, &again]));
}

#[test]
fn what_is_executed_or_restored_does_not_expire() {
    let far = day("2040-01-01");
    for ending in [Stage::ClosedExecuted, Stage::ClosedTerminated] {
        let done = expiry(&[&case("2025-02-12", Some(("2025-05-23", ending)))]);
        assert!(done.last_day.is_some() && !done.is_expired(far));
    }
    let ended = Some(("2025-05-23", Stage::ClosedReturnedIssuer));
    let restored = expiry(&[&changed("2025-02-12", ended, |it| it.restored = true)]);
    assert!(restored.restored && restored.last_day.is_none() && !restored.is_expired(far));
    assert!(!expiry(&[&case("2025-02-12", None)]).is_expired(far), "an open case");
}

#[test]
fn an_interruption_that_a_presentation_names_counts() {
    let law = Law::initial();
    let ended = Some(("2025-05-23", Stage::ClosedReturnedClaimant));
    let named = changed("2025-02-12", ended, |it| it.interrupted_on = Some(day("2024-12-02")));
    let period = expiry(&[&named]);
    let paid = Interval { after: day("2024-12-02"), through: Some(day("2024-12-02")) };
    assert!(period.interruptions.contains(&paid));
    // It matters only where the period runs anew.
    assert_eq!(period.last_day.map(text).as_deref(), Some("2027-05-24"));
    assert_eq!(law.flag(Name::ElapsedBeforeInterruptionCounts, day("2025-02-12")), Some(true));
    // A type of document without a period says so.
    let other = changed("2025-02-12", None, |it| it.document_type = "OTHER".to_owned());
    assert_eq!(Expiry::of(&[&other], &law), Some(Err(Name::PresentationOther)));
    assert_eq!(Expiry::of(&[], &law), None);
}

#[test]
fn the_hash_commits_to_every_input() {
    let period =
        expiry(&[&case("2025-02-12", Some(("2025-05-23", Stage::ClosedReturnedClaimant)))]);
    let mut hashes = vec![period.inputs_hash()];
    let changes: [fn(&mut Expiry); 8] = [
        |it| it.document.0[0] ^= 1,
        |it| it.document_type.push('X'),
        |it| it.begins += 1,
        |it| it.months.from += 1,
        |it| it.elapsed_counts.value = tamga_format::cbor::Value::Bool(false),
        |it| it.interruptions[0].through = None,
        |it| it.restored = true,
        |it| it.last_day = None,
    ];
    for change in changes {
        let mut other = period.clone();
        change(&mut other);
        hashes.push(other.inputs_hash());
    }
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 9);
}

#[test]
fn register_entries_are_stale_once_no_case_of_the_debtor_is_open() {
    let entered = |presented: &str, ended: Option<(&str, Stage)>| {
        let mut summary = case(presented, ended);
        summary.registered = true;
        summary
    };
    let closed = Some(("2025-05-23", Stage::ClosedExecuted));
    let (old, open) = (entered("2025-02-12", closed), entered("2026-02-12", None));
    let unregistered = case("2025-03-12", closed);
    assert_eq!(stale_entries(&[&old, &open]), Vec::<&Summary>::new());
    assert_eq!(stale_entries(&[&unregistered, &old]), [&old]);
}
