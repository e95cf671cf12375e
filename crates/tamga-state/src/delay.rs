//! Deadlines and delays (spec §22.2): what was to follow an event of a case, by when, and whether it did. Those of a collective
//! management organisation have the same form and stand in [`crate::royalty::delay`].
//!
//! | Module | Holds |
//! |---|---|
//! | [`rule`] | D01–D22 of cases and D30–D38 of organisations, a row each: nature, events, parameters, clock, basis, title |
//! | `sign` | what an event must say to begin, meet or end a deadline |
//! | `clock` | the days on which a case's clock stood |
//! | `scheme` | how the events of a case become deadlines |
//!
//! A delay is no finding of guilt. It is a function of the case's events and of the law's figures; each deadline names
//! the ones it rests on, so that anybody computes it again. The clock of whoever asks comes in last:
//! [`Deadline::state`].

use tamga_format::id::{LeafIndex, RecordId};
use tamga_format::subject::Subject;

use crate::civil::{date, year_of};
use crate::dossier::Event;
use crate::law::calendar::{Calendar, Known};
use crate::law::parameters::{Form, Law, Name, Reading, Unit};
use crate::law::terms::{Interval, Intervals, Term};

mod clock;
pub mod rule;
mod scheme;
mod sign;

pub use rule::{Nature, Rule, RuleInfo};
pub use sign::Sign;

/// Something that was to follow an event by a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The rule that asks for it.
    pub rule: Rule,
    /// The measure, lot or complaint it is about, of an organisation the pool, batch or user; `None` for the case or
    /// organisation as a whole.
    pub about: Option<Subject>,
    /// The record that begins it.
    pub cause: RecordId,
    /// That record's position in the log.
    pub cause_index: LeafIndex,
    /// The day from which the term is counted; that day is not counted.
    pub start: i64,
    /// The parameters it was computed from, each with the version read.
    pub parameters: Vec<Reading>,
    /// When the clock stood.
    pub stopped: Vec<Interval>,
    /// What was known of the calendar years it was computed from.
    pub years: Vec<(i64, Known)>,
    /// The last day in time; `None` while the clock stands.
    pub due: Option<i64>,
    /// The event that met it or after which it was not asked for any more.
    pub met: Option<Met>,
}

/// What became of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// The record.
    pub record: RecordId,
    /// Its position in the log.
    pub index: LeafIndex,
    /// The day that counts.
    pub day: i64,
    /// Whether what was asked for was done.
    pub how: How,
}

/// Whether a deadline was met, or ended otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// What was asked for was done.
    Done,
    /// It was not asked for any more.
    Ended,
}

/// How a deadline stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was met in time, or ended before its last day.
    InTime,
    /// It was met, or ended, so many days after its last day.
    Late {
        /// Days after the last day.
        days: i64,
    },
    /// It is not met, and so many days are left.
    Running {
        /// Days until the last day; 0 on it.
        days: i64,
    },
    /// It is not met, and its last day passed so many days ago.
    Overdue {
        /// Days after the last day.
        days: i64,
    },
    /// It is not met, and its clock stands.
    Standing,
}

impl State {
    /// Whether the deadline was missed.
    #[must_use]
    pub const fn is_delay(self) -> bool {
        matches!(self, Self::Late { .. } | Self::Overdue { .. })
    }

    /// Whether it is still asked for.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running { .. } | Self::Overdue { .. } | Self::Standing)
    }
}

impl Deadline {
    /// How the deadline stands on a day; what happened later is not known then.
    #[must_use]
    pub fn state(&self, today: i64) -> State {
        match (self.met.filter(|met| met.day <= today), self.due) {
            (Some(met), Some(due)) if met.day > due => {
                State::Late { days: met.day.saturating_sub(due) }
            }
            (Some(_), _) => State::InTime,
            (None, Some(due)) if today > due => State::Overdue { days: today.saturating_sub(due) },
            (None, Some(due)) => State::Running { days: due.saturating_sub(today) },
            (None, None) => State::Standing,
        }
    }

    /// What missing it means.
    #[must_use]
    pub const fn nature(&self) -> Nature {
        self.rule.info().nature
    }

    /// The last day in time, computed again from what the deadline names and the calendar of its years.
    #[must_use]
    pub fn recompute(&self, calendar: &Calendar) -> Option<i64> {
        due(self.rule, &self.parameters, self.start, &self.stopped, calendar)
    }
}

/// A rule that asked for something and could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The rule.
    pub rule: Rule,
    /// The record that begins the deadline.
    pub cause: RecordId,
    /// What is missing.
    pub missing: Missing,
}

/// What a rule needs and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A value of this parameter on the day of the event.
    Parameter(Name),
    /// Amounts that only bodies hold.
    Amounts,
}

/// The deadlines of a case or organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was or is to be done, by the day it is counted from.
    ///
    /// Of D19 and D22, which every event begins, only those that were missed and the last one of D19; of D34, which every
    /// month begins, only those that were missed or are not met.
    pub deadlines: Vec<Deadline>,
    /// What could not be computed.
    pub silent: Vec<Silent>,
}

impl Report {
    /// The deadlines that are missed on a day, of one nature.
    pub fn delays(&self, nature: Nature, today: i64) -> impl Iterator<Item = &Deadline> {
        let of = move |deadline: &&Deadline| deadline.nature() == nature;
        self.deadlines.iter().filter(of).filter(move |deadline| deadline.state(today).is_delay())
    }

    /// What is still asked for on a day, the most urgent first; what has no last day yet comes last.
    #[must_use]
    pub fn next(&self, today: i64) -> Vec<&Deadline> {
        let open = self.deadlines.iter().filter(|deadline| deadline.state(today).is_open());
        let mut next: Vec<&Deadline> = open.collect();
        next.sort_by_key(|deadline| (deadline.due.is_none(), deadline.due, deadline.rule));
        next
    }
}

/// The deadlines of a case, from all its events in log order.
#[must_use]
pub fn deadlines(events: &[Event], law: &Law) -> Report {
    let mut report = scheme::apply(events, law);
    report.deadlines.sort_by_key(|deadline| (deadline.start, deadline.rule));
    report
}

/// The values of a rule's terms on a day.
pub(crate) fn readings(info: &RuleInfo, law: &Law, day: i64) -> Result<Vec<Reading>, Missing> {
    let read = |name: &Name| law.reading(*name, day).ok_or(Missing::Parameter(*name));
    info.terms.iter().map(read).collect()
}

impl Silent {
    /// Says so, once for each rule and reason.
    pub(crate) fn say(self, report: &mut Report) {
        let same = |known: &Self| (known.rule, known.missing) == (self.rule, self.missing);
        if !report.silent.iter().any(same) {
            report.silent.push(self);
        }
    }
}

/// The last day of a rule's term; the day itself if the rule has none.
pub(crate) fn due(
    rule: Rule,
    parameters: &[Reading],
    start: i64,
    stopped: &[Interval],
    calendar: &Calendar,
) -> Option<i64> {
    let terms = rule.info().terms;
    if let Some(day) = parameters.iter().find(|it| it.name.info().form == Form::DayOfYear) {
        return Some(calendar.roll(next_day_of_year(start, day.value.as_text()?)?));
    }
    let readings = parameters.iter().filter(|reading| terms.contains(&reading.name));
    let length = readings
        .filter_map(|reading| reading.value.as_i64())
        .fold(0_i64, |sum, length| sum.saturating_add(length));
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let term = match terms.first().map(|name| name.info().unit) {
        Some(Unit::Months) => Term::Months(length),
        Some(Unit::Years) => Term::Months(length.saturating_mul(12)),
        Some(Unit::CalendarDays) => Term::CalendarDays(length),
        Some(_) => Term::WorkingDays(length),
        None => return Some(start),
    };
    term.end_without(calendar, start, &Intervals::union(stopped.iter().copied()))
}

/// The first day after another that is this day of its year, written `04-15`.
fn next_day_of_year(after: i64, text: &str) -> Option<i64> {
    let (month, dom) = text.split_once('-')?;
    let (month, dom) = (month.parse().ok()?, dom.parse().ok()?);
    let year = year_of(after);
    // 29 February is there within eight years.
    let years = year..=year.saturating_add(8);
    years.filter_map(|year| date(year, month, dom)).find(|day| *day > after)
}

/// What is known of the years in which a term ran.
pub(crate) fn years(calendar: &Calendar, start: i64, due: Option<i64>) -> Vec<(i64, Known)> {
    let (first, last) = (year_of(start), year_of(due.unwrap_or(start)));
    (first..=last.max(first)).map(|year| (year, calendar.known(year))).collect()
}

#[cfg(test)]
mod tests;
