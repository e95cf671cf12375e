//! Deadlines of a collective management organisation (D30–D38; spec §23.18): what was to follow a record or a day, by when,
//! and whether it did.
//!
//! They have the form of those of cases ([`crate::delay`]) and are computed from public fields alone: the events of the
//! organisation, the law, and the day on which somebody asks, since years and months end without a record.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use crate::civil::{days, year_of};
use crate::delay::{Deadline, How, Met, Report, Rule, Silent, due, readings, years};
use crate::law::parameters::{Law, Name, Reading};
use crate::royalty::period::last_day_around;
use crate::status::Sphere;

mod event;

pub use event::{AccountName, RoyaltyEvent, RoyaltyWhat};

/// Periods of use that are looked back upon: a hundred years of months.
const PERIODS_MAX: usize = 1_200;

/// The deadlines of an organisation, and how statements followed its payouts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationReport {
    /// Deadlines, and what could not be computed.
    pub report: Report,
    /// By payout batch, how many statements answered it.
    pub statements: BTreeMap<SubjectId, Statements>,
}

/// How many statements answered a payout: the last one that they cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// Lines of the payout; a rightsholder has one or a few.
    pub lines: u64,
    /// Statements that came in time.
    pub in_time: u64,
    /// Statements that came later.
    pub late: u64,
}

/// The deadlines of an organisation, from its events in log order, as of a day.
#[must_use]
pub fn deadlines(events: &[RoyaltyEvent], law: &Law, today: i64) -> OrganisationReport {
    let mut organisation =
        Organisation { events, law, today, found: OrganisationReport::default() };
    organisation.distributions();
    organisation.payouts();
    organisation.statements();
    organisation.usage_reports();
    organisation.annual_reports();
    organisation.accreditations();
    organisation.disputes();
    let mut found = organisation.found;
    found.report.deadlines.sort_by_key(|it| (it.start, it.rule, it.cause_index, it.about));
    found
}

struct Organisation<'e> {
    events: &'e [RoyaltyEvent],
    law: &'e Law,
    today: i64,
    found: OrganisationReport,
}

/// A deadline that has begun.
struct Begun<'e> {
    cause: &'e RoyaltyEvent,
    about: Option<Subject>,
    start: i64,
    met: Option<Met>,
}

/// A pool as its records tell it.
#[derive(Default)]
struct Course<'e> {
    /// The collection of the earliest day.
    earliest: Option<(i64, &'e RoyaltyEvent)>,
    ends: i64,
    fixed: Option<&'e RoyaltyEvent>,
    published: Option<&'e RoyaltyEvent>,
    /// What stands in lines and is not paid, and since which event that is nothing.
    owed: i64,
    allocated: bool,
    settled: Option<&'e RoyaltyEvent>,
}

impl<'e> Organisation<'e> {
    fn pools(&self) -> BTreeMap<SubjectId, Course<'e>> {
        let mut pools: BTreeMap<SubjectId, Course<'e>> = BTreeMap::new();
        for event in self.events {
            match &event.what {
                RoyaltyWhat::Collected { pool, on, ends, .. } => {
                    let known = pools.entry(*pool).or_default();
                    known.ends = *ends;
                    if known.earliest.is_none_or(|(earliest, _)| *on < earliest) {
                        known.earliest = Some((*on, event));
                    }
                }
                RoyaltyWhat::Fixed { pool } => {
                    pools.entry(*pool).or_default().fixed.get_or_insert(event);
                }
                RoyaltyWhat::Published { pool } => {
                    pools.entry(*pool).or_default().published.get_or_insert(event);
                }
                RoyaltyWhat::Allocated { pool, total, .. } => {
                    let known = pools.entry(*pool).or_default();
                    known.allocated = true;
                    known.owe(event, *total);
                }
                RoyaltyWhat::Paid { pool, amount, .. } => {
                    pools.entry(*pool).or_default().owe(event, amount.saturating_neg());
                }
                _ => {}
            }
        }
        pools
    }

    /// D30, D33 and D35: pools are distributed in time, and what nobody claimed does not stay for ever.
    fn distributions(&mut self) {
        for (id, pool) in self.pools() {
            let about = Some(Subject::new(Role::Pool, id));
            if let Some((on, cause)) = pool.earliest {
                let met = pool.fixed.map(|fixed| done(fixed, fixed.day()));
                self.begin(Rule::D33, Begun { cause, about, start: on, met }, Vec::new());
                self.published(about, &pool, on, cause);
            }
            if let Some(cause) = pool.fixed.filter(|_| pool.allocated) {
                let met = pool.settled.map(|event| done(event, event.day()));
                let start = cause.day();
                self.begin(Rule::D35, Begun { cause, about, start, met }, Vec::new());
            }
        }
    }

    /// D30 runs from the end of the pool's period, or of the distribution period in which it began to collect if that is
    /// later: nothing is distributed before its use is over, nor before it was paid.
    fn published(
        &mut self,
        about: Option<Subject>,
        pool: &Course<'_>,
        on: i64,
        cause: &RoyaltyEvent,
    ) {
        let Some(period) = self.law.reading(Name::DistributionPeriod, on) else {
            return self.silent(Rule::D30, cause, Name::DistributionPeriod);
        };
        let around = last_day_around(period.value.as_text().unwrap_or_default(), on);
        let start = pool.ends.max(around);
        let met = pool.published.map(|published| done(published, published.day()));
        if start <= self.today {
            self.begin(Rule::D30, Begun { cause, about, start, met }, vec![period]);
        }
    }

    /// D31: each allocation of a published pool that owes something is paid.
    fn payouts(&mut self) {
        let published: BTreeMap<SubjectId, &RoyaltyEvent> = self
            .pools()
            .into_iter()
            .filter_map(|(id, pool)| pool.published.map(|event| (id, event)))
            .collect();
        let mut paid: BTreeMap<SubjectId, &RoyaltyEvent> = BTreeMap::new();
        for event in self.events {
            if let RoyaltyWhat::Paid { allocation, .. } = &event.what {
                paid.entry(*allocation).or_insert(event);
            }
        }
        for event in self.events {
            let RoyaltyWhat::Allocated { batch, pool, total, held } = &event.what else { continue };
            let Some(published) = published.get(pool) else { continue };
            if total.saturating_sub(*held) <= 0 {
                continue;
            }
            let cause = if published.index > event.index { published } else { event };
            let met = paid.get(batch).map(|payout| done(payout, payout.day()));
            let about = Some(Subject::new(Role::Batch, *batch));
            self.begin(Rule::D31, Begun { cause, about, start: cause.day(), met }, Vec::new());
        }
    }

    /// D32: statements follow each payout. Who was paid is not public, so the first statement that covers the payout meets
    /// the deadline, and the statements that answer it are counted.
    fn statements(&mut self) {
        let mut payouts: BTreeMap<SubjectId, (&RoyaltyEvent, Option<&RoyaltyEvent>)> =
            BTreeMap::new();
        let mut answers: Vec<(SubjectId, i64)> = Vec::new();
        for event in self.events {
            match &event.what {
                RoyaltyWhat::Paid { batch, lines, .. } => {
                    payouts.insert(*batch, (event, None));
                    self.found.statements.entry(*batch).or_default().lines = *lines;
                }
                RoyaltyWhat::Stated { batches } => {
                    let covered: Vec<SubjectId> =
                        batches.iter().copied().filter(|id| payouts.contains_key(id)).collect();
                    answers.extend(covered.last().map(|last| (*last, event.day())));
                    for batch in covered {
                        if let Some((_, first)) = payouts.get_mut(&batch) {
                            first.get_or_insert(event);
                        }
                    }
                }
                _ => {}
            }
        }
        for (batch, (cause, first)) in payouts {
            let about = Some(Subject::new(Role::Batch, batch));
            let met = first.map(|event| done(event, event.day()));
            self.begin(Rule::D32, Begun { cause, about, start: cause.day(), met }, Vec::new());
        }
        let due: BTreeMap<Option<Subject>, Option<i64>> = self
            .found
            .report
            .deadlines
            .iter()
            .filter(|it| it.rule == Rule::D32)
            .map(|it| (it.about, it.due))
            .collect();
        for (batch, day) in answers {
            let last = due.get(&Some(Subject::new(Role::Batch, batch))).copied().flatten();
            let Some(counts) = self.found.statements.get_mut(&batch) else { continue };
            let slot = match last {
                Some(last) if day <= last => &mut counts.in_time,
                _ => &mut counts.late,
            };
            *slot = slot.saturating_add(1);
        }
    }

    /// D34: after each period of use, every user who was licensed in it reports the last day of it on which they were.
    fn usage_reports(&mut self) {
        let reports = self.reports();
        for (licensee, licences) in self.licences() {
            let Some(first) = licences.iter().map(|(_, from, _)| *from).min() else { continue };
            let about = Some(Subject::new(Role::Licensee, licensee));
            let mut day = first;
            for _ in 0..PERIODS_MAX {
                let Some(length) = self.law.reading(Name::UsageReportPeriod, day) else {
                    let missing = licences.first().map(|(cause, ..)| *cause);
                    if let Some(cause) = missing {
                        self.silent(Rule::D34, cause, Name::UsageReportPeriod);
                    }
                    break;
                };
                let end = last_day_around(length.value.as_text().unwrap_or_default(), day);
                if end > self.today {
                    break;
                }
                // The licence that goes furthest in the period.
                let in_period = licences.iter().filter(|(_, from, to)| *from <= end && *to > day);
                let furthest = in_period
                    .map(|(cause, _, to)| (to.saturating_sub(1).min(end), *cause))
                    .max_by_key(|(last, cause)| (*last, core::cmp::Reverse(cause.index)));
                if let Some((last, cause)) = furthest {
                    let of_user = reports.get(&licensee).into_iter().flatten();
                    let met = of_user
                        .filter(|(_, first, until)| (*first..=*until).contains(&last))
                        .map(|(event, ..)| done(event, event.day()))
                        .next();
                    let begun = Begun { cause, about, start: end, met };
                    self.begin_if(Rule::D34, begun, vec![length], |it| {
                        it.met.is_none_or(|met| it.due.is_none_or(|due| met.day > due))
                    });
                }
                day = end.saturating_add(1);
            }
        }
    }

    /// The licences of each user: the record, the first day, the first day no longer.
    fn licences(&self) -> BTreeMap<SubjectId, Vec<(&'e RoyaltyEvent, i64, i64)>> {
        let ended: BTreeMap<_, i64> = self
            .events
            .iter()
            .filter_map(|event| match &event.what {
                RoyaltyWhat::Unlicensed { licence, on } => Some((*licence, *on)),
                _ => None,
            })
            .collect();
        let mut licences: BTreeMap<SubjectId, Vec<_>> = BTreeMap::new();
        for event in self.events {
            if let RoyaltyWhat::Licensed { licensee, from, to } = &event.what {
                let to = ended.get(&event.record).map_or(*to, |end| *end.min(to));
                licences.entry(*licensee).or_default().push((event, *from, to));
            }
        }
        licences
    }

    /// What each user reported, with the first and the last day of it.
    fn reports(&self) -> BTreeMap<SubjectId, Vec<(&'e RoyaltyEvent, i64, i64)>> {
        let mut reports: BTreeMap<SubjectId, Vec<_>> = BTreeMap::new();
        for event in self.events {
            if let RoyaltyWhat::Used { licensee, first, last, counted: false } = &event.what {
                reports.entry(*licensee).or_default().push((event, *first, *last));
            }
        }
        reports
    }

    /// D36: for every year in which the organisation was accredited or collected, each of its accounts is reported to the
    /// year's last day, or any one if it has none.
    fn annual_reports(&mut self) {
        let mut years: BTreeMap<i64, &RoyaltyEvent> = BTreeMap::new();
        for (event, from, to) in self.terms().into_iter().map(|it| (it.event, it.from, it.to)) {
            let last = to.saturating_sub(1).min(self.today);
            for year in year_of(from)..=year_of(last) {
                years.entry(year).or_insert(event);
            }
        }
        for event in self.events {
            if let RoyaltyWhat::Collected { on, .. } = &event.what {
                years.entry(year_of(*on)).or_insert(event);
            }
        }
        for (year, cause) in years {
            let end = days(year.saturating_add(1), 1).saturating_sub(1);
            if end < self.today {
                let met = self.year_reported(end);
                self.begin(Rule::D36, Begun { cause, about: None, start: end, met }, Vec::new());
            }
        }
    }

    /// The event with which every account that moved until a year's end was reported to it.
    fn year_reported(&self, end: i64) -> Option<Met> {
        let mut missing: BTreeSet<&AccountName> = self
            .events
            .iter()
            .filter_map(|event| match &event.what {
                RoyaltyWhat::Collected { on, account, .. } if *on <= end => Some(account),
                _ => None,
            })
            .collect();
        self.events.iter().find_map(|event| match &event.what {
            RoyaltyWhat::Reported { account, ends } if *ends == end => {
                missing.remove(account);
                missing.is_empty().then(|| done(event, event.day()))
            }
            _ => None,
        })
    }

    /// D37: a term of an accreditation is followed by another in the sphere, or in all of them together, without a gap.
    fn accreditations(&mut self) {
        let terms = self.terms();
        for term in terms.iter().filter(|term| !term.revoked) {
            let last = term.to.saturating_sub(1);
            let covers = |next: &&Term<'_>| {
                let sphere = next.sphere == term.sphere || next.sphere == Sphere::Combined;
                sphere && next.event.record != term.event.record && next.to > term.to
            };
            // A grant counts from the day on which it is given, and from the day before its first.
            let day = |next: &Term<'_>| next.event.day().max(next.from.saturating_sub(1));
            let next = terms.iter().filter(covers).min_by_key(|next| (day(next), next.event.index));
            let met = next.map(|next| done(next.event, day(next)));
            let begun = Begun { cause: term.event, about: None, start: last, met };
            self.begin(Rule::D37, begun, Vec::new());
        }
    }

    /// D38: an objection is answered; one that is withdrawn needs no answer.
    fn disputes(&mut self) {
        for (at, cause) in self.events.iter().enumerate() {
            let RoyaltyWhat::Objected { dispute } = cause.what else { continue };
            let met = self.events.iter().skip(at).find_map(|event| match event.what {
                RoyaltyWhat::Answered { dispute: of } if of == dispute => {
                    Some(done(event, event.day()))
                }
                RoyaltyWhat::Withdrawn { dispute: of } if of == dispute => {
                    Some(Met { how: How::Ended, ..done(event, event.day()) })
                }
                _ => None,
            });
            let about = Some(Subject::new(Role::Dispute, dispute));
            self.begin(Rule::D38, Begun { cause, about, start: cause.day(), met }, Vec::new());
        }
    }

    /// The terms for which the organisation was accredited, as revocations left them.
    fn terms(&self) -> Vec<Term<'e>> {
        let mut terms: Vec<Term<'e>> = Vec::new();
        for event in self.events {
            match &event.what {
                RoyaltyWhat::Accredited { sphere, from, to } => {
                    let (sphere, from, to) = (*sphere, *from, *to);
                    terms.push(Term { event, sphere, from, to, revoked: false });
                }
                RoyaltyWhat::Revoked { sphere, on } => {
                    let of = |term: &Term<'_>| term.sphere == *sphere && term.to > *on;
                    terms.retain(|term| !(of(term) && term.from >= *on));
                    for term in terms.iter_mut().filter(|term| of(term)) {
                        (term.to, term.revoked) = (*on, true);
                    }
                }
                _ => {}
            }
        }
        terms
    }

    fn begin(&mut self, rule: Rule, begun: Begun<'_>, further: Vec<Reading>) {
        self.begin_if(rule, begun, further, |_| true);
    }

    /// Enters a deadline that is worth telling, with the term that was in force on its first day.
    fn begin_if(
        &mut self,
        rule: Rule,
        begun: Begun<'_>,
        further: Vec<Reading>,
        worth: impl Fn(&Deadline) -> bool,
    ) {
        let Begun { cause, about, start, met } = begun;
        let mut parameters = match readings(rule.info(), self.law, start) {
            Ok(parameters) => parameters,
            Err(missing) => {
                let silent = Silent { rule, cause: cause.record, missing };
                return silent.say(&mut self.found.report);
            }
        };
        parameters.extend(further);
        let calendar = self.law.calendar();
        let due = due(rule, &parameters, start, &[], calendar);
        let deadline = Deadline {
            rule,
            about,
            cause: cause.record,
            cause_index: cause.index,
            start,
            parameters,
            stopped: Vec::new(),
            years: years(calendar, start, due),
            due,
            met,
        };
        if worth(&deadline) {
            self.found.report.deadlines.push(deadline);
        }
    }

    fn silent(&mut self, rule: Rule, cause: &RoyaltyEvent, name: Name) {
        let missing = crate::delay::Missing::Parameter(name);
        Silent { rule, cause: cause.record, missing }.say(&mut self.found.report);
    }
}

impl<'e> Course<'e> {
    fn owe(&mut self, event: &'e RoyaltyEvent, amount: i64) {
        self.owed = self.owed.saturating_add(amount);
        self.settled = if self.owed > 0 { None } else { self.settled.or(Some(event)) };
    }
}

/// A term of an accreditation.
struct Term<'e> {
    event: &'e RoyaltyEvent,
    sphere: Sphere,
    from: i64,
    /// First day no longer.
    to: i64,
    /// Whether it ended early; then nothing is to follow.
    revoked: bool,
}

const fn done(event: &RoyaltyEvent, day: i64) -> Met {
    Met { record: event.record, index: event.index, day, how: How::Done }
}

#[cfg(test)]
mod tests;
