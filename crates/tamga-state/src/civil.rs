//! Civil dates as days since 1970-01-01, and the day of an instant (spec §16.2).

use tamga_format::id::UnixMillis;

const DAY_MS: i64 = 86_400_000;
/// The country's time zone, UTC+5, in milliseconds.
const ZONE_MS: i64 = 18_000_000;

/// By how many days a written date may seem to contradict an instant: before March 2024 the
/// country had two time zones, and imported acts have others.
pub(crate) const DAY_DOUBT: i64 = 1;

/// The civil day of an instant in UTC+5.
#[must_use]
pub fn day_of(time: UnixMillis) -> i64 {
    time.get().saturating_add(ZONE_MS).div_euclid(DAY_MS)
}

/// The same day of the month `months` later, or the last day of that month.
pub(crate) fn add_months(day: i64, months: i64) -> i64 {
    let (year, month, dom) = civil(day);
    // Dates lie between 1970 and 9999 and terms below a few thousand months; nothing overflows.
    let index =
        year.saturating_mul(12).saturating_add(month.saturating_sub(1)).saturating_add(months);
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12).saturating_add(1));
    let next = index.saturating_add(1);
    let first = days(year, month);
    let after = days(next.div_euclid(12), next.rem_euclid(12).saturating_add(1));
    first.saturating_add(dom.saturating_sub(1)).min(after.saturating_sub(1))
}

/// The day of a date, if there is such a date.
pub(crate) fn date(year: i64, month: i64, dom: i64) -> Option<i64> {
    let day = days(year, month).saturating_add(dom.saturating_sub(1));
    (civil(day) == (year, month, dom)).then_some(day)
}

/// The year of a day.
pub(crate) const fn year_of(day: i64) -> i64 {
    civil(day).0
}

/// The day of the week, 0 for Monday to 6 for Sunday.
pub(crate) const fn weekday(day: i64) -> i64 {
    // 1970-01-01 was a Thursday.
    day.saturating_add(3).rem_euclid(7)
}

/// Days from 1970-01-01 to the first of a month (Hinnant's algorithm).
pub(crate) const fn days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let shifted = month.saturating_add(9).rem_euclid(12);
    let doy = shifted.saturating_mul(153).saturating_add(2).div_euclid(5);
    let doe = yoe
        .saturating_mul(365)
        .saturating_add(yoe.div_euclid(4))
        .saturating_sub(yoe.div_euclid(100))
        .saturating_add(doy);
    era.saturating_mul(146_097).saturating_add(doe).saturating_sub(719_468)
}

/// Year, month and day of the month.
#[must_use]
pub const fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let doe = shifted.rem_euclid(146_097);
    let yoe = doe
        .saturating_sub(doe.div_euclid(1_460))
        .saturating_add(doe.div_euclid(36_524))
        .saturating_sub(doe.div_euclid(146_096))
        .div_euclid(365);
    let before = yoe
        .saturating_mul(365)
        .saturating_add(yoe.div_euclid(4))
        .saturating_sub(yoe.div_euclid(100));
    let doy = doe.saturating_sub(before);
    let mp = doy.saturating_mul(5).saturating_add(2).div_euclid(153);
    let dom = doy
        .saturating_sub(mp.saturating_mul(153).saturating_add(2).div_euclid(5))
        .saturating_add(1);
    let month = if mp < 10 { mp.saturating_add(3) } else { mp.saturating_sub(9) };
    let year = era.saturating_mul(400).saturating_add(yoe);
    (if month <= 2 { year.saturating_add(1) } else { year }, month, dom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree() {
        let cases = [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (20_454, (2026, 1, 1)),
            (2_932_896, (9999, 12, 31)),
        ];
        for (day, date) in cases {
            assert_eq!(civil(day), date);
            assert_eq!(days(date.0, date.1) + date.2 - 1, day);
        }
    }

    #[test]
    fn dates_and_weekdays_are_those_of_the_calendar() {
        assert_eq!(date(2026, 3, 2), Some(20_514));
        assert_eq!(weekday(20_514), 0);
        assert_eq!(weekday(-4), 6);
        assert_eq!(date(2028, 2, 29).map(weekday), Some(1));
        for (year, month, day) in [(2026, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0)] {
            assert_eq!(date(year, month, day), None);
        }
    }

    #[test]
    fn months_end_on_their_last_day() {
        let leap = days(2024, 1) + 30;
        assert_eq!(civil(add_months(leap, 1)), (2024, 2, 29));
        assert_eq!(civil(add_months(leap, 13)), (2025, 2, 28));
        assert_eq!(civil(add_months(leap, 36)), (2027, 1, 31));
        assert_eq!(civil(add_months(leap, 11)), (2024, 12, 31));
    }

    #[test]
    fn the_day_turns_at_midnight_in_utc_plus_5() {
        assert_eq!(day_of(UnixMillis(19 * 3_600_000 - 1)), 0);
        assert_eq!(day_of(UnixMillis(19 * 3_600_000)), 1);
    }
}
