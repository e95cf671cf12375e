//! Calendar months, and periods of whole months.

use core::fmt;

use crate::civil::{civil, days};

/// A calendar month: months since January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u32);

impl Month {
    /// Later months can't be written.
    pub const LAST: Self = Self((9999 - 1970) * 12 + 11);

    /// The month of a civil day; days before 1970 count as its first month.
    #[must_use]
    pub fn of(day: i64) -> Self {
        let (year, month, _) = civil(day);
        let number = year
            .saturating_sub(1970)
            .saturating_mul(12)
            .saturating_add(month.saturating_sub(1))
            .clamp(0, Self::LAST.0.into());
        Self(u32::try_from(number).unwrap_or(Self::LAST.0))
    }

    /// The month with a number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        (number <= Self::LAST.0).then_some(Self(number))
    }

    /// Months since January 1970.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The month after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The month before this one; January 1970 has none.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// Its first day, in days since 1970-01-01.
    #[must_use]
    pub fn first_day(self) -> i64 {
        days(self.year(), i64::from(self.0 % 12).saturating_add(1))
    }

    /// Its last day.
    #[must_use]
    pub fn last_day(self) -> i64 {
        self.next().first_day().saturating_sub(1)
    }

    fn year(self) -> i64 {
        i64::from(self.0 / 12).saturating_add(1970)
    }
}

/// `2026-03`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), (self.0 % 12).saturating_add(1))
    }
}

/// Whole months, first and last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    first: Month,
    last: Month,
}

impl Period {
    /// The months from one to another.
    #[must_use]
    pub fn new(first: Month, last: Month) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// Reads `2026`, `2026-Q3`, `2026-03` or `2026-01..2026-03`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once("..") {
            Some((first, last)) => Self::new(Self::parse(first)?.first, Self::parse(last)?.last),
            None => Self::one(text),
        }
    }

    fn one(text: &str) -> Option<Self> {
        let (year, part) = match text.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (text, None),
        };
        let digits = |text: &str, many: usize| {
            let whole = text.len() == many && text.bytes().all(|byte| byte.is_ascii_digit());
            whole.then(|| text.parse::<u32>().ok()).flatten()
        };
        let year = digits(year, 4)?.checked_sub(1970)?.checked_mul(12)?;
        let (first, months) = match part {
            None => (0, 12),
            Some(part) => match part.strip_prefix('Q') {
                Some(quarter) => {
                    let quarter = digits(quarter, 1).filter(|it| (1..=4).contains(it))?;
                    (quarter.checked_sub(1)?.checked_mul(3)?, 3)
                }
                None => (digits(part, 2).filter(|it| (1..=12).contains(it))?.checked_sub(1)?, 1),
            },
        };
        let first = year.checked_add(first)?;
        Self::new(
            Month::from_number(first)?,
            Month::from_number(first.checked_add(months)?.checked_sub(1)?)?,
        )
    }

    /// Its first month.
    #[must_use]
    pub const fn first(self) -> Month {
        self.first
    }

    /// Its last month.
    #[must_use]
    pub const fn last(self) -> Month {
        self.last
    }

    /// Its months, in order.
    pub fn months(self) -> impl Iterator<Item = Month> {
        (self.first.0..=self.last.0).map(Month)
    }
}

/// `2026-03`, or `2026-01..2026-03`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => self.first.fmt(f),
            false => write!(f, "{}..{}", self.first, self.last),
        }
    }
}
