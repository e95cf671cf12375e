//! Periods of royalties: `2026`, `2026-Q3` or `2026-07` (spec §23.6), and those that the law counts in.

use crate::civil::{civil, days};

/// Whether a text is a period.
pub(super) fn is_period(text: &str) -> bool {
    last_day(text).is_some()
}

/// The last day of a period; `None` if the text is none.
pub(super) fn last_day(text: &str) -> Option<i64> {
    let number = |part: &str, length: usize| {
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<i64>().ok()).flatten()
    };
    let (year, rest) = text.split_once('-').map_or((text, None), |(it, rest)| (it, Some(rest)));
    let year = number(year, 4).filter(|year| (1_970..=2_999).contains(year))?;
    let month = match rest {
        None => 12,
        Some(rest) => match rest.strip_prefix('Q') {
            Some(quarter) => {
                number(quarter, 1).filter(|it| (1..=4).contains(it))?.saturating_mul(3)
            }
            None => number(rest, 2).filter(|it| (1..=12).contains(it))?,
        },
    };
    Some(last_of_month(year, month))
}

/// The last day of the period of a length, as parameters name it, in which a day lies.
pub(super) fn last_day_around(length: &str, day: i64) -> i64 {
    let (year, month, _) = civil(day);
    let ends: &[i64] = match length {
        "month" => return last_of_month(year, month),
        "quarter" => &[3, 6, 9],
        "half_year" => &[6],
        _ => &[],
    };
    let end = ends.iter().copied().find(|end| month <= *end);
    last_of_month(year, end.unwrap_or(12))
}

fn last_of_month(year: i64, month: i64) -> i64 {
    let first_after = match month {
        12 => days(year.saturating_add(1), 1),
        _ => days(year, month.saturating_add(1)),
    };
    first_after.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_with_its_last_month() {
        let day = |year, month, dom| days(year, month) + dom - 1;
        let cases = [
            ("2026", Some(day(2026, 12, 31))),
            ("2026-Q1", Some(day(2026, 3, 31))),
            ("2026-Q4", Some(day(2026, 12, 31))),
            ("2028-02", Some(day(2028, 2, 29))),
            ("2026-12", Some(day(2026, 12, 31))),
            ("2026-Q5", None),
            ("2026-Q", None),
            ("2026-13", None),
            ("2026-7", None),
            ("26", None),
            ("1969", None),
            ("2026-07-01", None),
        ];
        for (text, last) in cases {
            assert_eq!((last_day(text), is_period(text)), (last, last.is_some()), "{text}");
        }
        let around = [
            ("month", day(2026, 2, 28)),
            ("quarter", day(2026, 3, 31)),
            ("half_year", day(2026, 6, 30)),
            ("year", day(2026, 12, 31)),
        ];
        for (length, last) in around {
            assert_eq!(last_day_around(length, day(2026, 2, 1)), last, "{length}");
            assert_eq!(last_day_around(length, last), last, "{length}");
        }
    }
}
