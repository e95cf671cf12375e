use super::*;
use crate::civil::date;
use crate::law::parameters::initial_calendar;

fn day(year: i64, month: i64, dom: i64) -> i64 {
    date(year, month, dom).expect("a date")
}

fn interval(after: i64, through: Option<i64>) -> Interval {
    Interval { after, through }
}

fn period(months: u32, elapsed_counts: bool) -> Period {
    Period { begins: day(2024, 2, 12), months, elapsed_counts }
}

#[test]
fn a_period_ends_on_its_day_or_the_next_working_day() {
    let calendar = initial_calendar();
    for (months, end) in [(12, day(2025, 2, 12)), (24, day(2026, 2, 12)), (27, day(2026, 5, 12))] {
        assert_eq!(period(months, true).end(&calendar, []), Some(end));
    }
    let weekend = Period { begins: day(2023, 5, 9), months: 36, elapsed_counts: true };
    assert_eq!(weekend.end(&calendar, []), Some(day(2026, 5, 12)));
}

#[test]
fn after_an_interruption_a_period_runs_anew() {
    let calendar = initial_calendar();
    // Presented after 366 days, returned 100 days later.
    let presented = day(2025, 2, 12);
    let returned = day(2025, 5, 23);
    let case = interval(presented, Some(returned));
    assert_eq!(period(36, false).end(&calendar, [case]), Some(day(2028, 5, 23)));
    // The three years to 2027-02-12 and the 100 days of the case; 2027-05-23 is a Sunday.
    assert_eq!(period(36, true).end(&calendar, [case]), Some(day(2027, 5, 24)));
    assert_eq!(period(36, true).end(&calendar, [interval(presented, None)]), None);
    // A partial execution sets it anew from its own day.
    let paid = interval(day(2024, 12, 2), Some(day(2024, 12, 2)));
    assert_eq!(period(12, false).end(&calendar, [paid]), Some(day(2025, 12, 2)));
    assert_eq!(period(12, true).end(&calendar, [paid]), Some(day(2025, 2, 12)));
}

#[test]
fn what_comes_too_late_does_not_revive_a_period() {
    let calendar = initial_calendar();
    let last = day(2025, 2, 12);
    let in_time = interval(last, Some(last + 40));
    let late = interval(last + 1, Some(last + 40));
    assert_eq!(period(12, false).end(&calendar, [late]), Some(last));
    assert_eq!(period(12, false).end(&calendar, [in_time]), Some(day(2026, 3, 26)));
    // With the time before counted, nothing is left of a period used up.
    assert_eq!(period(12, true).end(&calendar, [in_time]), Some(last));
}

#[test]
fn an_order_of_the_aifc_court_runs_from_its_issue() {
    assert_eq!(begins("AIFC_SECURING_ORDER", Some(5), 9), 5);
    assert_eq!(begins("AIFC_SECURING_ORDER", None, 9), 9);
    assert_eq!(begins("COURT_ORDER", Some(5), 9), 9);
}

#[test]
fn every_document_type_has_a_parameter() {
    let field = crate::catalogue::Kind::E01.info().field_named("exec_doc_type").expect("a field");
    let crate::catalogue::FieldType::Code(types) = field.ty else { panic!("a word") };
    for document in types {
        assert!(Name::presentation(document).is_some(), "{document}");
    }
    assert_eq!(Name::presentation("DREAM"), None);
}
