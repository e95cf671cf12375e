use super::*;
use crate::civil::civil;
use crate::law::parameters::initial_calendar;

/// Weekdays off, as `month-day` in order.
fn weekdays_off(calendar: &Calendar, year: i64) -> String {
    let days = days(year, 1)..days(year + 1, 1);
    let off = days.filter(|day| weekday(*day) < 5 && !calendar.is_working(*day));
    let texts: Vec<String> = off
        .map(|day| {
            let (_, month, dom) = civil(day);
            format!("{month:02}-{dom:02}")
        })
        .collect();
    texts.join(" ")
}

#[test]
fn working_day_calendars_have_the_days_off_of_the_law() {
    let calendar = initial_calendar();
    let cases = [
        (
            2025,
            "01-01 01-02 01-07 03-10 03-21 03-24 03-25 05-01 05-07 05-09 06-06 07-07 09-01 10-27 12-16",
        ),
        (
            2026,
            "01-01 01-02 01-07 03-09 03-23 03-24 03-25 05-01 05-07 05-11 05-27 07-06 10-26 12-16",
        ),
        (
            2027,
            "01-01 01-04 01-07 03-08 03-15 03-22 03-23 03-24 05-03 05-07 05-10 07-06 10-25 12-16",
        ),
    ];
    for (year, off) in cases {
        assert_eq!(weekdays_off(&calendar, year), off, "{year}");
    }
}

#[test]
fn working_day_counts_are_those_of_the_law() {
    let calendar = initial_calendar();
    let of_year = |year| calendar.working_days(days(year, 1)..=days(year + 1, 1) - 1);
    assert_eq!([2025, 2026, 2027].map(of_year), [246, 247, 247]);
    let by_month = (1..=12).map(|month| {
        let last = if month == 12 { days(2027, 1) } else { days(2026, month + 1) } - 1;
        calendar.working_days(days(2026, month)..=last)
    });
    assert_eq!(by_month.collect::<Vec<_>>(), [19, 20, 18, 22, 17, 22, 22, 21, 22, 21, 21, 22]);
}

#[test]
fn working_day_swaps_of_the_government_are_entries_of_the_year() {
    // 2026-05-08 is a Friday, 2026-05-16 a Saturday.
    let entries = [Kind::DayOff.entry(5, 8), Kind::WorkingDay.entry(5, 16)];
    let year = Year::new(2026, &entries, Mark::Confirmed).expect("a year");
    let calendar = Calendar::new([year]);
    let day = |month, dom| date(2026, month, dom).expect("a date");
    assert!(!calendar.is_working(day(5, 8)) && calendar.is_working(day(5, 16)));
    assert_eq!(weekdays_off(&calendar, 2026), "05-08");
    assert_eq!(calendar.roll(day(5, 8)), day(5, 11));
    assert_eq!(calendar.known(2026), Known::Holidays(Mark::Confirmed));
}

#[test]
fn working_day_years_may_know_weekends_only() {
    let year = Year::new(2005, &[], Mark::Unverified).expect("a year");
    let calendar = Calendar::new([year]);
    assert_eq!(calendar.known(2005), Known::Weekends(Mark::Unverified));
    assert_eq!(calendar.known(2006), Known::Nothing);
    assert_eq!(weekdays_off(&calendar, 2005), "");
    // A year that is not known has the same days.
    for year in [2005, 2006] {
        assert_eq!(calendar.working_days(days(year, 1)..=days(year + 1, 1) - 1), 260);
    }
}

#[test]
fn what_is_no_year_is_refused() {
    let new = |entries: &[i64]| Year::new(2026, entries, Mark::Confirmed).expect_err("no year");
    let moving = |month, day| Kind::Moving.entry(month, day);
    for entry in [0, 101, 1, -10_101, 50_101, 10_230, 11_301, i64::MAX, i64::MIN] {
        assert_eq!(new(&[entry]), CalendarError::Entry(entry));
    }
    let fixed = Kind::Fixed.entry(5, 1);
    assert_eq!(new(&[moving(5, 1), fixed]), CalendarError::Twice(fixed));
    assert_eq!(new(&vec![moving(1, 1); 65]), CalendarError::Length(65));
    // 2022-12-31 was a Saturday: its day off would lie in the next year.
    let last = Year::new(2022, &[moving(12, 31)], Mark::Confirmed);
    assert_eq!(last, Err(CalendarError::MovesOut(moving(12, 31))));
    for year in [1999, 2101] {
        assert_eq!(Year::new(year, &[], Mark::Confirmed), Err(CalendarError::Year(year)));
    }
    for error in [CalendarError::Year(1), CalendarError::Twice(1), CalendarError::Length(65)] {
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn years_are_named_by_their_number() {
    assert_eq!(year_of_name(&name(2026)), Some(2026));
    for text in
        ["calendar.1999", "calendar.2101", "calendar.02026", "calendar.+202", "calendar.", "x"]
    {
        assert_eq!(year_of_name(text), None, "{text}");
    }
}
