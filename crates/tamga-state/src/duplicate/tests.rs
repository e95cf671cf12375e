use tamga_format::id::{RecordId, SubjectId};

use super::*;
use crate::dossier::story::*;
use crate::dossier::{Event, Presentation, What};
use crate::matrix::Stage;

/// A case with a presentation changed at will, at its own place in the log.
fn case(
    name: &str,
    at: u64,
    change: impl FnOnce(&mut Presentation),
    ending: Option<Stage>,
) -> Summary {
    let mut story = Story::enforcing();
    if let What::Presented(presentation) = &mut story.events[0].what {
        presentation.issuer = Some(id("court"));
        presentation.case_number = Some("7527-26-00-2/1".to_owned());
        change(presentation);
    }
    if let Some(outcome) = ending {
        story.add(start(), What::Closed { outcome });
    }
    summary(name, at, &mut story.events)
}

fn summary(name: &str, at: u64, events: &mut [Event]) -> Summary {
    for event in events.iter_mut() {
        event.index.0 += at;
    }
    Summary::of(id(name), events).expect("it begins with the presentation")
}

fn other_document(presentation: &mut Presentation) {
    presentation.document = id("another document");
}

#[track_caller]
fn alike(one: &Summary, other: &Summary, expected: Option<(Likeness, Gravity)>) {
    for found in [likeness(one, other), likeness(other, one)] {
        assert_eq!(found.map(|likeness| (likeness, likeness.gravity())), expected);
    }
}

#[test]
fn two_open_cases_about_one_document_are_exact_duplicates() {
    let one = case("one", 0, |_| {}, None);
    let two = case("two", 10, |presentation| presentation.debtor = id("somebody"), None);
    alike(&one, &two, Some((Likeness::Exact, Gravity::Error)));
    assert_eq!(likeness(&one, &one), None);
}

/// How the earlier case ended, what the later one says, and whether that is lawful.
type Again = (Stage, fn(&mut Presentation), bool);

#[test]
fn a_returned_document_is_presented_again_with_a_reference() {
    let refers = |presentation: &mut Presentation| presentation.previous = Some(RecordId([1; 32]));
    let cases: [Again; 4] = [
        (Stage::ClosedReturnedClaimant, refers, true),
        (Stage::ClosedReturnedIssuer, refers, true),
        (Stage::ClosedReturnedClaimant, |_| {}, false),
        (Stage::ClosedExecuted, refers, false),
    ];
    for (ending, change, again) in cases {
        let earlier = case("one", 0, |_| {}, Some(ending));
        let later = case("two", 10, change, None);
        let gravity = if again { Gravity::Lawful } else { Gravity::Signal };
        alike(&earlier, &later, Some((Likeness::Presented { again }, gravity)));
    }
}

#[test]
fn cases_that_differ_in_nothing_but_the_document_are_near_duplicates() {
    let one = case("one", 0, |_| {}, None);
    alike(&one, &case("two", 10, other_document, None), Some((Likeness::Near, Gravity::Signal)));
    let different: [fn(&mut Presentation); 6] = [
        |presentation| presentation.issuer = Some(id("another court")),
        |presentation| presentation.issuer = None,
        |presentation| presentation.case_number = None,
        |presentation| presentation.amount = Some(999),
        |presentation| presentation.amount = None,
        |presentation| presentation.claimants = vec![id("another claimant")],
    ];
    for change in different {
        let two = case(
            "two",
            10,
            |presentation| {
                other_document(presentation);
                change(presentation);
            },
            None,
        );
        alike(&one, &two, None);
    }
}

#[test]
fn solidary_debtors_are_lawful_if_one_claim_links_them() {
    let solidary = |name: &str, at, debtor: &str, claim: Option<SubjectId>| {
        let change = |presentation: &mut Presentation| {
            presentation.document = id(name);
            presentation.debtor = id(debtor);
            presentation.claim = claim;
        };
        case(name, at, change, None)
    };
    let claim = Some(id("claim"));
    let one = solidary("one", 0, "debtor", claim);
    let linked = Some((Likeness::Solidary { linked: true }, Gravity::Lawful));
    alike(&one, &solidary("two", 10, "another debtor", claim), linked);
    let loose = Some((Likeness::Solidary { linked: false }, Gravity::Signal));
    alike(&one, &solidary("two", 10, "another debtor", None), loose);
    alike(&one, &solidary("two", 10, "another debtor", Some(id("other"))), loose);
}

#[test]
fn linked_cases_recover_what_is_due_once_and_no_tiyn_more() {
    let paid = |name: &str, recovery: i64, fee: i64| {
        let mut story = Story::enforcing();
        story.add(start(), recovered(recovery));
        story.add(start(), distributed(recovery, fee));
        summary(name, 0, &mut story.events)
    };
    // 1,000 are due; fees are on top.
    let (one, two) = (paid("one", 660, 60), paid("two", 440, 40));
    assert_eq!(recovery([&one, &two]), Recovery::Within);
    assert_eq!(recovery([&one, &paid("two", 441, 40)]), Recovery::Exceeds { by: 1 });
    assert_eq!(recovery([]), Recovery::Within);
    let unknown = case("three", 0, |presentation| presentation.amount = None, None);
    assert_eq!(recovery([&one, &unknown]), Recovery::Unknown);
}

#[test]
fn a_debtor_is_entered_once_for_a_case() {
    let mut story = Story::enforcing();
    story.add(start(), registered(true));
    story.add(start() + 1, registered(false));
    story.add(start() + 2, registered(true));
    let once = summary("one", 0, &mut story.events.clone());
    assert_eq!((once.registered, once.registered_twice), (true, None));
    let twice = story.add(start() + 3, registered(true));
    assert_eq!(summary("one", 0, &mut story.events).registered_twice, Some(twice));
    for name in
        [Likeness::Exact.name(), Likeness::Near.name(), Likeness::Solidary { linked: true }.name()]
    {
        assert!(!name.is_empty());
    }
}
