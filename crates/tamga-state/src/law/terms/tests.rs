use super::*;
use crate::civil::date;
use crate::law::parameters::initial_calendar;

fn day(text: &str) -> i64 {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().expect("a number"));
    let mut next = || parts.next().expect("three parts");
    date(next(), next(), next()).expect("a date")
}

fn between(after: &str, through: Option<&str>) -> Interval {
    Interval { after: day(after), through: through.map(day) }
}

#[test]
fn working_day_and_month_terms_follow_the_vectors() {
    let calendar = initial_calendar();
    let cases = [
        ("2026-03-19", Term::WorkingDays(3), "2026-03-27"),
        ("2026-04-30", Term::WorkingDays(3), "2026-05-06"),
        ("2026-05-06", Term::WorkingDays(10), "2026-05-22"),
        ("2026-08-28", Term::WorkingDays(3), "2026-09-02"),
        ("2026-12-31", Term::WorkingDays(3), "2027-01-08"),
        ("2026-12-31", Term::Months(2), "2027-03-01"),
        ("2026-06-30", Term::Months(2), "2026-08-31"),
        ("2026-11-06", Term::Months(4), "2027-03-09"),
        ("2026-03-19", Term::WorkingDays(0), "2026-03-19"),
        ("2026-03-10", Term::CalendarDays(10), "2026-03-20"),
        ("2026-03-10", Term::CalendarDays(11), "2026-03-26"),
    ];
    for (start, term, end) in cases {
        assert_eq!(term.end(&calendar, day(start)), day(end), "{start} + {term}");
        let never = Intervals::default();
        assert_eq!(term.end_without(&calendar, day(start), &never), Some(day(end)));
    }
}

#[test]
fn a_working_day_more_would_be_off_if_31_august_were() {
    let mut entries = vec![super::super::calendar::Kind::DayOff.entry(8, 31)];
    let year = |entries: &[i64]| {
        let year = super::super::calendar::Year::new(2026, entries, crate::status::Mark::Confirmed);
        Calendar::new(year)
    };
    let end = |calendar: &Calendar| Term::WorkingDays(3).end(calendar, day("2026-08-28"));
    assert_eq!(end(&year(&entries)), day("2026-09-03"));
    entries.clear();
    assert_eq!(end(&year(&entries)), day("2026-09-02"));
}

#[test]
fn a_standing_clock_moves_the_end_of_a_term() {
    let calendar = initial_calendar();
    // Proceedings of class A initiated on 2026-02-02 end on 2026-04-02.
    let start = day("2026-02-02");
    let cases: [(&[Interval], Option<&str>); 8] = [
        (&[], Some("2026-04-02")),
        (&[between("2026-02-10", Some("2026-02-20"))], Some("2026-04-13")),
        // The same days told twice, in parts and out of order.
        (
            &[
                between("2026-02-15", Some("2026-02-20")),
                between("2026-02-10", Some("2026-02-16")),
                between("2026-02-10", Some("2026-02-12")),
            ],
            Some("2026-04-13"),
        ),
        // A stop in the days by which an earlier one moved the end.
        (
            &[between("2026-02-10", Some("2026-02-20")), between("2026-04-05", Some("2026-04-08"))],
            Some("2026-04-15"),
        ),
        // Before the term began, and after it ran out.
        (&[between("2026-01-10", Some("2026-02-05"))], Some("2026-04-06")),
        (&[between("2026-04-02", Some("2026-05-20"))], Some("2026-04-02")),
        (&[between("2026-04-01", None)], None),
        (&[between("2026-04-02", None)], Some("2026-04-02")),
    ];
    for (stopped, end) in cases {
        let stopped = Intervals::union(stopped.iter().copied());
        let is = Term::Months(2).end_without(&calendar, start, &stopped);
        assert_eq!(is, end.map(day), "{stopped:?}");
    }
}

#[test]
fn a_standing_clock_counts_no_working_day() {
    let calendar = initial_calendar();
    let start = day("2026-06-01");
    let cases = [
        (between("2026-05-01", Some("2026-06-01")), Some("2026-06-04")),
        (between("2026-06-01", Some("2026-06-02")), Some("2026-06-05")),
        (between("2026-06-03", Some("2026-06-09")), Some("2026-06-10")),
        (between("2026-06-04", None), Some("2026-06-04")),
        (between("2026-06-03", None), None),
    ];
    for (stopped, end) in cases {
        let stopped = Intervals::union([stopped]);
        let is = Term::WorkingDays(3).end_without(&calendar, start, &stopped);
        assert_eq!(is, end.map(day), "{stopped:?}");
    }
}

#[test]
fn elapsed_days_are_those_when_the_clock_ran() {
    let stopped = Intervals::union([
        between("2026-02-10", Some("2026-02-20")),
        between("2026-02-15", Some("2026-02-25")),
        between("2026-03-10", None),
    ]);
    let start = day("2026-02-02");
    let cases = [
        ("2026-02-02", 0),
        ("2026-02-10", 8),
        ("2026-02-11", 8),
        ("2026-02-25", 8),
        ("2026-02-26", 9),
        ("2026-03-10", 21),
        ("2026-12-31", 21),
    ];
    for (to, days) in cases {
        assert_eq!(elapsed(start, day(to), &stopped), days, "{to}");
    }
    assert_eq!(elapsed(start, start - 5, &stopped), 0);
    assert_eq!(stopped.open_since(), Some(day("2026-03-10")));
    let held: Vec<bool> = ["2026-02-10", "2026-02-11", "2026-02-25", "2026-02-26", "2027-01-01"]
        .map(|text| stopped.hold(day(text)))
        .to_vec();
    assert_eq!(held, [false, true, true, false, true]);
}
