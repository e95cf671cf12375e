//! The periods of royalties: a year, a quarter or a month (spec §23.6).

use core::fmt;

use crate::civil::{civil, days};

/// A year, a quarter or a month, as `2026`, `2026-Q3` or `2026-07`.
///
/// Ordered by its first month, of equal ones the shorter first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// Months since the year 0.
    first: u16,
    months: u16,
}

impl Period {
    /// The period that a text writes; `None` for anything else, and outside the years 1970 to 2999.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str, length: usize| {
            let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<u16>().ok()).flatten()
        };
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, it)| (year, Some(it)));
        let year = number(year, 4)?;
        match rest {
            None => Self::year(year),
            Some(rest) => match rest.strip_prefix('Q') {
                Some(quarter) => {
                    let quarter = number(quarter, 1).filter(|it| (1..=4).contains(it))?;
                    Self::of(year, quarter.checked_sub(1)?.checked_mul(3)?, 3)
                }
                None => {
                    let month = number(rest, 2).filter(|it| (1..=12).contains(it))?;
                    Self::of(year, month.checked_sub(1)?, 1)
                }
            },
        }
    }

    /// A whole year.
    #[must_use]
    pub fn year(year: u16) -> Option<Self> {
        Self::of(year, 0, 12)
    }

    fn of(year: u16, month: u16, months: u16) -> Option<Self> {
        let year = Some(year).filter(|year| (1_970..=2_999).contains(year))?;
        Some(Self { first: year.checked_mul(12)?.checked_add(month)?, months })
    }

    /// Whether every month of another period is one of this.
    #[must_use]
    pub const fn contains(&self, other: &Self) -> bool {
        self.first <= other.first
            && other.first.saturating_add(other.months) <= self.first.saturating_add(self.months)
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(&self) -> i64 {
        let last = self.first.saturating_add(self.months).saturating_sub(1);
        last_of_month(last.div_euclid(12).into(), last.rem_euclid(12).saturating_add(1).into())
    }

    /// The periods within it, itself included, in their order: at most 17.
    #[must_use]
    pub fn within(&self) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for months in [1_u16, 3, 12] {
            let mut first = self.first.saturating_sub(self.first.checked_rem(months).unwrap_or(0));
            while first < self.first.saturating_add(self.months) {
                all.push(Self { first, months });
                first = first.saturating_add(months);
            }
        }
        all.retain(|period| self.contains(period));
        all.sort_unstable();
        all
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.div_euclid(12), self.first.rem_euclid(12));
        match self.months {
            12 => write!(f, "{year:04}"),
            3 => write!(f, "{year:04}-Q{}", month.div_euclid(3).saturating_add(1)),
            _ => write!(f, "{year:04}-{:02}", month.saturating_add(1)),
        }
    }
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
    fn a_period_is_written_in_one_way() {
        for text in ["2026", "2026-Q1", "2026-Q4", "2026-01", "2026-12", "1970", "2999-12"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "", "26", "02026", "1969", "3000", "2026-", "2026-Q0", "2026-Q5", "2026-q1", "2026-1",
            "2026-13", "2026-00", "2026-Q12", "+026", "2026-Q1-", "2026-+1",
        ] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_period_contains_what_lies_in_it() {
        let within = |text: &str| {
            let all = Period::parse(text).unwrap().within();
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(within("2026-07"), "2026-07");
        assert_eq!(within("2026-Q3"), "2026-07 2026-Q3 2026-08 2026-09");
        assert_eq!(within("2026").split(' ').count(), 17);
        let contains =
            |a: &str, b: &str| Period::parse(a).unwrap().contains(&Period::parse(b).unwrap());
        assert!(contains("2026", "2026-Q4") && contains("2026-Q4", "2026-12"));
        assert!(!contains("2026-Q4", "2026") && !contains("2026-Q3", "2026-10"));
        assert!(!contains("2026", "2025-12") && !contains("2026", "2027-01"));
    }

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
            assert_eq!(Period::parse(text).map(|period| period.last_day()), last, "{text}");
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
