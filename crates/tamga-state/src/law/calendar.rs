//! Working days, one registry item per calendar year (spec §16.9).
//!
//! A year is a list of numbers `kind · 10000 + month · 100 + day`: 1 a holiday that moves to the next working day
//! when it falls on a weekend, 2 a holiday that does not move, 3 a further day off by act of the Government, 4 a day
//! on which work was moved. Weekends are free. An empty list is a year of which only the weekends are known.

use core::fmt;
use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use tamga_format::cbor::Value;

use crate::civil::{date, days, weekday, year_of};
use crate::law::parameters::item;
use crate::status::{Mark, Parameter};
use crate::view::{View, ViewError};

mod initial;
pub use initial::{INITIAL, InitialYear};

/// Years that a calendar may be entered for.
pub const YEARS: RangeInclusive<i64> = 2000..=2100;

/// Entries of one year.
pub const ENTRIES_MAX: usize = 64;

const NAME_PREFIX: &str = "calendar.";

/// The name of the registry item of a year: `calendar.2026`.
#[must_use]
pub fn name(year: i64) -> String {
    format!("{NAME_PREFIX}{year}")
}

/// The year of a registry item's name, if it is that of a calendar.
#[must_use]
pub fn year_of_name(name: &str) -> Option<i64> {
    let digits = name.strip_prefix(NAME_PREFIX)?;
    let year = digits.parse().ok().filter(|year| YEARS.contains(year))?;
    (digits.len() == 4).then_some(year)
}

/// Why an entry of a year differs from its weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A holiday that moves to the next working day when it falls on a weekend.
    Moving,
    /// A holiday that does not move.
    Fixed,
    /// A further day off by act of the Government.
    DayOff,
    /// A weekend or holiday on which work was moved by act of the Government.
    WorkingDay,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Moving, Self::Fixed, Self::DayOff, Self::WorkingDay];

    const fn code(self) -> i64 {
        match self {
            Self::Moving => 1,
            Self::Fixed => 2,
            Self::DayOff => 3,
            Self::WorkingDay => 4,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The number that stands for a date of this kind.
    #[must_use]
    pub const fn entry(self, month: i64, day: i64) -> i64 {
        self.code()
            .saturating_mul(10_000)
            .saturating_add(month.saturating_mul(100).saturating_add(day))
    }
}

/// Why a list of entries is no year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarError {
    /// The year lies outside [`YEARS`].
    Year(i64),
    /// More than [`ENTRIES_MAX`] entries.
    Length(usize),
    /// The number stands for no kind or no date of the year.
    Entry(i64),
    /// The date is given twice.
    Twice(i64),
    /// The holiday would move out of the year.
    MovesOut(i64),
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => {
                write!(f, "{year} is not a year from {} to {}", YEARS.start(), YEARS.end())
            }
            Self::Length(entries) => {
                write!(f, "a year has at most {ENTRIES_MAX} entries, not {entries}")
            }
            Self::Entry(entry) => write!(
                f,
                "{entry} is not kind (1 to 4) · 10000 + month · 100 + day of a date of the year"
            ),
            Self::Twice(entry) => write!(f, "the date of {entry} is given twice"),
            Self::MovesOut(entry) => write!(f, "the holiday {entry} would move out of the year"),
        }
    }
}

impl core::error::Error for CalendarError {}

/// The working days of one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    first: i64,
    // A bit for each day of the year that is free.
    free: [u64; 6],
    weekends_only: bool,
    mark: Mark,
}

impl Year {
    /// The year that a list of entries describes.
    ///
    /// # Errors
    ///
    /// [`CalendarError`] names the entry; correct the list.
    pub fn new(year: i64, entries: &[i64], mark: Mark) -> Result<Self, CalendarError> {
        if !YEARS.contains(&year) {
            return Err(CalendarError::Year(year));
        }
        if entries.len() > ENTRIES_MAX {
            return Err(CalendarError::Length(entries.len()));
        }
        let mut dated = BTreeMap::new();
        for entry in entries {
            let (kind, day) = read_entry(year, *entry).ok_or(CalendarError::Entry(*entry))?;
            if dated.insert(day, (kind, *entry)).is_some() {
                return Err(CalendarError::Twice(*entry));
            }
        }
        let mut this = Self::weekends(year, mark);
        this.weekends_only = entries.is_empty();
        for (day, _) in dated.iter().filter(|(_, (kind, _))| *kind != Kind::WorkingDay) {
            this.set(*day, true);
        }
        // Holidays queue up: each takes the next day that nothing else has made free.
        for (day, (kind, entry)) in &dated {
            if *kind == Kind::Moving && weekday(*day) >= 5 {
                let to =
                    (1..=31).map(|step| day.saturating_add(step)).find(|day| !this.is_free(*day));
                match to.filter(|to| this.holds(*to)) {
                    Some(to) => this.set(to, true),
                    None => return Err(CalendarError::MovesOut(*entry)),
                }
            }
        }
        for (day, _) in dated.iter().filter(|(_, (kind, _))| *kind == Kind::WorkingDay) {
            this.set(*day, false);
        }
        Ok(this)
    }

    fn weekends(year: i64, mark: Mark) -> Self {
        let first = days(year, 1);
        let mut this = Self { first, free: [0; 6], weekends_only: true, mark };
        for day in first..days(year.saturating_add(1), 1) {
            this.set(day, weekday(day) >= 5);
        }
        this
    }

    fn holds(&self, day: i64) -> bool {
        year_of(day) == year_of(self.first)
    }

    fn bit(&self, day: i64) -> Option<(usize, u64)> {
        let at = usize::try_from(day.checked_sub(self.first)?).ok()?;
        let bit = u32::try_from(at.checked_rem(64)?).ok()?;
        Some((at.checked_div(64)?, 1_u64.checked_shl(bit)?))
    }

    fn set(&mut self, day: i64, free: bool) {
        let Some((word, bit)) = self.bit(day) else { return };
        if let Some(word) = self.free.get_mut(word) {
            *word = if free { *word | bit } else { *word & !bit };
        }
    }

    fn is_free(&self, day: i64) -> bool {
        self.bit(day)
            .is_some_and(|(word, bit)| self.free.get(word).is_some_and(|word| word & bit != 0))
    }
}

fn read_entry(year: i64, entry: i64) -> Option<(Kind, i64)> {
    let kind = Kind::from_code(entry.div_euclid(10_000))?;
    let of_year = entry.rem_euclid(10_000);
    Some((kind, date(year, of_year.div_euclid(100), of_year.rem_euclid(100))?))
}

/// What is known of a year's working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Holidays and transfers are entered.
    Holidays(Mark),
    /// The year is entered, with weekends only.
    Weekends(Mark),
    /// The year is not entered; its weekends are taken to be free and nothing else.
    Nothing,
}

/// The working days of all years that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i64, Year>,
}

impl Calendar {
    /// A calendar of these years; a year given twice counts as given last.
    #[must_use]
    pub fn new(years: impl IntoIterator<Item = Year>) -> Self {
        Self { years: years.into_iter().map(|year| (year_of(year.first), year)).collect() }
    }

    /// The years that a view knows.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if the view fails.
    pub fn read<V: View + ?Sized>(view: &V, years: RangeInclusive<i64>) -> Result<Self, ViewError> {
        let mut calendar = Self::default();
        for year in years {
            let subject = Parameter::subject(&name(year));
            if let Some(item) = item(view, &subject)? {
                let known = calendar_of(&item, year).ok_or(ViewError::Corrupt(subject))?;
                calendar.years.insert(year, known);
            }
        }
        Ok(calendar)
    }

    /// What is known of a year.
    #[must_use]
    pub fn known(&self, year: i64) -> Known {
        match self.years.get(&year) {
            Some(year) if year.weekends_only => Known::Weekends(year.mark),
            Some(year) => Known::Holidays(year.mark),
            None => Known::Nothing,
        }
    }

    /// Whether people work on a day; in years that are not known, from Monday to Friday.
    #[must_use]
    pub fn is_working(&self, day: i64) -> bool {
        match self.years.get(&year_of(day)) {
            Some(year) => !year.is_free(day),
            None => weekday(day) < 5,
        }
    }

    /// The day, or the next working day if it is none.
    #[must_use]
    pub fn roll(&self, day: i64) -> i64 {
        let mut day = day;
        // A year with entries has at most 64 of them beside its weekends, so the loop is short.
        while !self.is_working(day) {
            day = day.saturating_add(1);
        }
        day
    }

    /// The working days from a day to another, both included.
    #[must_use]
    pub fn working_days(&self, days: RangeInclusive<i64>) -> usize {
        days.filter(|day| self.is_working(*day)).count()
    }
}

/// The calendar in a registry item, as it is known now: later entries replace earlier ones.
fn calendar_of(item: &Parameter, year: i64) -> Option<Year> {
    let version = item.versions.last()?;
    let entries: Option<Vec<i64>> = version.value.as_list()?.iter().map(Value::as_i64).collect();
    Year::new(year, &entries?, version.mark).ok()
}

#[cfg(test)]
mod tests;
