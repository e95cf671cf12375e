//! Terms, and the clocks that run them (spec §16.10).
//!
//! The day of the event is not counted. A term in months ends on the same day of the month, or on the last day of a
//! shorter month. A term whose last day is not a working day ends on the next one. A clock may stand for a while: while
//! a case is suspended, for instance.

use core::fmt;

use crate::civil::add_months;
use crate::law::calendar::Calendar;

/// The length of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// So many working days.
    WorkingDays(u32),
    /// So many days.
    CalendarDays(u32),
    /// So many months.
    Months(u32),
}

/// `3 working days`.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(n) => write!(f, "{n} working days"),
            Self::CalendarDays(n) => write!(f, "{n} days"),
            Self::Months(n) => write!(f, "{n} months"),
        }
    }
}

impl Term {
    /// The last day of the term that an event on `start` begins.
    #[must_use]
    pub fn end(self, calendar: &Calendar, start: i64) -> i64 {
        match self {
            Self::WorkingDays(n) => {
                let mut days = (start.saturating_add(1)..).filter(|day| calendar.is_working(*day));
                (0..n).fold(start, |last, _| days.next().unwrap_or(last))
            }
            Self::CalendarDays(_) | Self::Months(_) => {
                calendar.roll(start.saturating_add(self.days_from(start)))
            }
        }
    }

    /// The last day of the term if its clock stands in `stopped`; `None` if it stands without an end.
    #[must_use]
    pub fn end_without(self, calendar: &Calendar, start: i64, stopped: &Intervals) -> Option<i64> {
        match self {
            Self::WorkingDays(n) => {
                let last = stopped.open_since().unwrap_or(i64::MAX);
                let mut days = (start.saturating_add(1)..=last)
                    .filter(|day| calendar.is_working(*day) && !stopped.hold(*day));
                (0..n).try_fold(start, |_, _| days.next())
            }
            Self::CalendarDays(_) | Self::Months(_) => {
                let mut end = start.saturating_add(self.days_from(start));
                for Interval { after, through } in stopped.iter() {
                    // A clock that has run out does not stop any more.
                    if after >= end {
                        break;
                    }
                    end = end.saturating_add(through?.saturating_sub(after.max(start)).max(0));
                }
                Some(calendar.roll(end))
            }
        }
    }

    /// The length in days of a term that begins on `start` and is not counted in working days.
    fn days_from(self, start: i64) -> i64 {
        match self {
            Self::WorkingDays(n) | Self::CalendarDays(n) => i64::from(n),
            Self::Months(n) => add_months(start, i64::from(n)).saturating_sub(start),
        }
    }
}

/// How many days passed from an event on `start` to a later day, those when the clock stood not counted.
#[must_use]
pub fn elapsed(start: i64, to: i64, stopped: &Intervals) -> i64 {
    let stood = stopped.iter().fold(0_i64, |days, Interval { after, through }| {
        let through = through.unwrap_or(to).min(to);
        days.saturating_add(through.saturating_sub(after.max(start)).max(0))
    });
    to.saturating_sub(start).saturating_sub(stood).max(0)
}

/// Days on which a clock stands: those after `after`, through the last one.
///
/// A clock stopped by an event on one day and set going by an event on another stands on the days between and on the
/// latter, for the day of an event is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval {
    /// The day of the event that stops the clock.
    pub after: i64,
    /// The day of the event that sets it going; `None` if it stands still.
    pub through: Option<i64>,
}

/// A set of days on which a clock stands: disjoint intervals, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intervals(Vec<Interval>);

impl Intervals {
    /// The union of intervals, given in any order.
    #[must_use]
    pub fn union(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let mut sorted: Vec<Interval> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut union: Vec<Interval> = Vec::with_capacity(sorted.len());
        for interval in sorted {
            match union.last_mut() {
                Some(last) if last.through.is_none_or(|through| interval.after <= through) => {
                    last.through = match (last.through, interval.through) {
                        (Some(one), Some(other)) => Some(one.max(other)),
                        (None, _) | (_, None) => None,
                    };
                }
                Some(_) | None => union.push(interval),
            }
        }
        Self(union)
    }

    /// The intervals, in order.
    pub fn iter(&self) -> impl Iterator<Item = Interval> + '_ {
        self.0.iter().copied()
    }

    /// Whether the clock stands on a day.
    #[must_use]
    pub fn hold(&self, day: i64) -> bool {
        self.iter().any(|Interval { after, through }| {
            after < day && through.is_none_or(|through| day <= through)
        })
    }

    /// The day since which the clock stands without an end in sight.
    #[must_use]
    pub fn open_since(&self) -> Option<i64> {
        self.0.last().filter(|last| last.through.is_none()).map(|last| last.after)
    }
}

#[cfg(test)]
mod tests;
