//! How the events of a case become deadlines: one function for each scheme of the table.

use std::collections::BTreeMap;

use tamga_format::id::RecordId;
use tamga_format::subject::{Role, Subject};

use super::clock::{Stop, stops};
use super::rule::{Clock, Rule, RuleInfo, Scheme};
use super::sign::{Sign, thing};
use super::{Deadline, How, Met, Missing, Report, Silent, due, readings, years};
use crate::dossier::{Balance, Course, Event, LotEvent, What, balances, course};
use crate::law::parameters::{Law, Name, Reading};

/// All deadlines of a case, rule by rule.
pub(super) fn apply(events: &[Event], law: &Law) -> Report {
    let in_effect = course(events);
    let stops = stops(&in_effect, law);
    let balances = balances(events);
    let mut case =
        Case { all: events, events: in_effect, law, stops, balances, report: Report::default() };
    for rule in Rule::of_cases() {
        case.apply(rule.info());
    }
    case.report
}

/// A case, and the report about it as far as it goes.
struct Case<'e> {
    all: &'e [Event],
    events: Vec<(&'e Event, Course)>,
    law: &'e Law,
    stops: Vec<Stop>,
    balances: BTreeMap<RecordId, Balance>,
    report: Report,
}

/// A deadline that has begun.
struct Begun<'e> {
    cause: &'e Event,
    about: Option<Subject>,
    start: i64,
    met: Option<Met>,
}

impl<'e> Case<'e> {
    fn apply(&mut self, info: &'static RuleInfo) {
        match info.scheme {
            Scheme::First => self.each(info, true),
            Scheme::Each => self.each(info, false),
            Scheme::Payout => self.payouts(info),
            Scheme::PaidMeasures => self.paid(info, Self::measures_lifted),
            Scheme::PaidClosing => self.paid(info, |case, at| Some(case.answer(info, at, None))),
            Scheme::Execution => self.execution(info),
            Scheme::Register => self.register(info),
            Scheme::Warning => self.warnings(info),
            Scheme::Ground => self.grounds(info),
            Scheme::Until => self.last_days(info),
            Scheme::Silence => self.silence(info),
            Scheme::Transfer => self.transfers(info),
            Scheme::Anchoring => self.anchoring(info),
            Scheme::Organisation => {}
        }
    }

    /// The event at a position.
    fn at(&self, at: usize) -> Option<&'e Event> {
        self.events.get(at).map(|(event, _)| *event)
    }

    /// The events after a position.
    fn after(&self, at: usize) -> impl Iterator<Item = &'e Event> + '_ {
        self.events.iter().skip(at.saturating_add(1)).map(|(event, _)| *event)
    }

    /// Positions of the events with one of the signs, and the day that counts.
    fn with(&self, signs: &'static [Sign]) -> Vec<(usize, Sign, i64)> {
        let shown = |(at, (event, _)): (usize, &(&Event, Course))| {
            signs.iter().find_map(|sign| sign.day(event).map(|day| (at, *sign, day)))
        };
        self.events.iter().enumerate().filter_map(shown).collect()
    }

    /// The first later event that meets or ends a deadline.
    fn answer(&self, info: &RuleInfo, at: usize, about: Option<Subject>) -> Option<Met> {
        self.after(at).find_map(|event| {
            shown(info.until, event, about)
                .map(|day| met(event, day, How::Done))
                .or_else(|| shown(info.ends, event, about).map(|day| met(event, day, How::Ended)))
        })
    }

    fn each(&mut self, info: &'static RuleInfo, first: bool) {
        let beginnings = self.with(info.after);
        let many = if first { 1 } else { beginnings.len() };
        for (at, sign, day) in beginnings.into_iter().take(many) {
            let Some(cause) = self.at(at) else { continue };
            let about = thing(cause).filter(|_| sign.is_about_a_thing());
            let start = self.lot_day(info.rule, cause).unwrap_or(day);
            let met = self.answer(info, at, about);
            self.begin(info, Begun { cause, about, start, met });
        }
    }

    /// The day from which two terms of lots run: the later of arrest and identified ownership, and the valuation.
    fn lot_day(&self, rule: Rule, cause: &Event) -> Option<i64> {
        let What::Lot(LotEvent { lot, on, valued_on, .. }) = cause.what else { return None };
        match rule {
            Rule::D08 => {
                let identified = self.events.iter().filter_map(|(event, _)| match event.what {
                    What::Lot(other) if other.lot == lot => other.identified_on,
                    _ => None,
                });
                identified.chain([on]).max()
            }
            Rule::D09V => valued_on,
            _ => None,
        }
    }

    /// Money goes out in the order in which it came in.
    fn payouts(&mut self, info: &'static RuleInfo) {
        for (at, _, start) in self.with(info.after) {
            let Some(cause) = self.at(at) else { continue };
            let met = match self.balances.get(&cause.record) {
                Some(balance) => self.given_out(cause, balance.recovered),
                // Without amounts, the next payout is taken to be this one's.
                None => self.answer(info, at, None),
            };
            self.begin(info, Begun { cause, about: None, start, met });
        }
    }

    fn given_out(&self, cause: &Event, recovered: i64) -> Option<Met> {
        let later = self.all.iter().skip_while(|event| event.record != cause.record);
        let gave = |event: &&Event| {
            self.balances.get(&event.record).is_some_and(|balance| balance.gave_out(recovered))
        };
        later.into_iter().find(gave).map(|event| met(event, event.day(), How::Done))
    }

    /// Deadlines that the payment in full begins; `until` gives nothing if there is none to begin.
    fn paid(
        &mut self,
        info: &'static RuleInfo,
        until: impl Fn(&Self, usize) -> Option<Option<Met>>,
    ) {
        if self.is_periodic() {
            return;
        }
        let held = |event: &Event| self.balances.get(&event.record);
        if let Some(unknown) = self.all.iter().find(|event| held(event).is_none()) {
            if self.all.iter().any(|event| matches!(event.what, What::Recovered { .. })) {
                let (rule, cause) = (info.rule, unknown.record);
                Silent { rule, cause, missing: Missing::Amounts }.say(&mut self.report);
            }
            return;
        }
        // Since when the balance has been covering what is due without a break.
        let unpaid = |event: &Event| held(event).is_none_or(|balance| !balance.is_paid());
        let paid_since = self.all.iter().rev().take_while(|event| !unpaid(event)).last();
        let Some(since) = paid_since.map(|event| event.index) else { return };
        let Some(at) = self.events.iter().position(|(event, _)| event.index >= since) else {
            return;
        };
        let Some(cause) = self.at(at) else { return };
        let start = Sign::Recovered.day(cause).unwrap_or_else(|| cause.day());
        if let Some(met) = until(self, at) {
            self.begin(info, Begun { cause, about: None, start, met });
        }
    }

    /// When the last open measure was lifted; nothing if none was open.
    fn measures_lifted(&self, paid_at: usize) -> Option<Option<Met>> {
        let mut open = BTreeMap::new();
        for (at, (event, _)) in self.events.iter().enumerate() {
            match event.what {
                What::Imposed { measure, state, .. } | What::MeasureChanged { measure, state } => {
                    open.insert(measure, state.is_open());
                }
                _ => {}
            }
            let none = open.values().all(|open| !open);
            if at == paid_at && none {
                return None;
            }
            if at > paid_at && none {
                return Some(Some(met(event, event.day(), How::Done)));
            }
        }
        Some(None)
    }

    fn is_periodic(&self) -> bool {
        let presented = self.events.first().map(|(event, _)| &event.what);
        matches!(presented, Some(What::Presented(presentation)) if presentation.periodic)
    }

    /// The execution term, which periodic recoveries don't have; a closing that was undone does not meet it.
    fn execution(&mut self, info: &'static RuleInfo) {
        if self.is_periodic() {
            return;
        }
        let Some((at, _, start)) = self.with(info.after).into_iter().next() else { return };
        let Some(cause) = self.at(at) else { return };
        let is_closed = self.events.last().is_some_and(|(_, now)| !now.is_open());
        let closing =
            self.events.iter().rev().find(|(event, _)| shown(info.until, event, None).is_some());
        let met =
            closing.filter(|_| is_closed).map(|(event, _)| met(event, event.day(), How::Done));
        self.begin(info, Begun { cause, about: None, start, met });
    }

    fn register(&mut self, info: &'static RuleInfo) {
        for (at, _, start) in self.with(info.after) {
            let registered = self.events.get(at).is_some_and(|(_, now)| now.registered);
            if let Some(cause) = self.at(at).filter(|_| registered) {
                let met = self.answer(info, at, None);
                self.begin(info, Begun { cause, about: None, start, met });
            }
        }
    }

    /// A travel ban comes after a warning that was delivered; one that comes later does not mend it.
    fn warnings(&mut self, info: &'static RuleInfo) {
        let mut seen = Vec::new();
        for (at, _, start) in self.with(info.after) {
            let Some(cause) = self.at(at) else { continue };
            let about = thing(cause);
            // A ban asked for and then imposed is one ban.
            if seen.contains(&about) {
                continue;
            }
            seen.push(about);
            let name = Name::TravelBanNoticeRequiredFrom;
            let Some(required) = self.law.reading(name, start) else { continue };
            if required.value.as_i64().is_none_or(|from| start < from) {
                continue;
            }
            let delivered = |event: &Event| match &event.what {
                What::Notified(notice) => notice.delivered,
                _ => None,
            };
            let warnings = self.with(info.until);
            let mut warnings =
                warnings.into_iter().filter_map(|(at, _, day)| Some((self.at(at)?, day)));
            let before = |(event, _): &(&Event, i64)| delivered(event) < Some(cause.happened);
            let met = warnings
                .clone()
                .find(before)
                .map(|(event, day)| met(event, day, How::Done))
                .or_else(|| {
                    let late = start.saturating_add(1);
                    warnings.next().map(|(event, day)| met(event, day.max(late), How::Done))
                });
            let deadline = self.deadline(info, Begun { cause, about, start, met }, vec![required]);
            self.report.deadlines.push(deadline);
        }
    }

    /// A ground ceases on its last day, or with the last complaint about the actions challenged.
    fn grounds(&mut self, info: &'static RuleInfo) {
        for (at, _, _) in self.with(info.after) {
            let Some(suspension) = self.at(at) else { continue };
            let What::Suspended { ground, until } = &suspension.what else { continue };
            let ceased = match until {
                Some(day) => Some((suspension, *day)),
                None if ground == "CHALLENGED_ACTIONS" => self.complaints_decided(at),
                None => None,
            };
            let Some((cause, start)) = ceased else { continue };
            let met = self.after(at).find_map(|event| match &event.what {
                What::Resumed { ground: ceased } if ceased == ground => {
                    Some(met(event, event.day(), How::Done))
                }
                _ => shown(info.ends, event, None).map(|day| met(event, day, How::Ended)),
            });
            self.begin(info, Begun { cause, about: None, start, met });
        }
    }

    /// The first event after a position with which no complaint is open any more.
    fn complaints_decided(&self, after: usize) -> Option<(&'e Event, i64)> {
        let mut open = BTreeMap::new();
        self.events.iter().enumerate().find_map(|(at, (event, _))| {
            let What::Complained { complaint, stage, .. } = event.what else { return None };
            open.insert(complaint, !stage.is_final());
            let decided = at > after && open.values().all(|open| !open);
            decided.then(|| (*event, event.day()))
        })
    }

    fn last_days(&mut self, info: &'static RuleInfo) {
        for (at, _, _) in self.with(info.after) {
            let Some(cause) = self.at(at) else { continue };
            let (What::Suspended { until: Some(last), .. } | What::Deferred { until: Some(last) }) =
                cause.what
            else {
                continue;
            };
            let met = self.after(at).find_map(|event| {
                let ended = matches!(event.what, What::Resumed { .. } | What::DeferralEnded);
                let after = |day: &i64| ended || *day >= last;
                let done = shown(info.until, event, None).filter(after);
                done.map(|day| met(event, day, How::Done)).or_else(|| {
                    shown(info.ends, event, None).map(|day| met(event, day, How::Ended))
                })
            });
            self.begin(info, Begun { cause, about: None, start: last, met });
        }
    }

    fn silence(&mut self, info: &'static RuleInfo) {
        let mut latest = i64::MIN;
        for (at, _, day) in self.with(info.after) {
            latest = latest.max(day);
            let open = self.events.get(at).is_some_and(|(_, now)| now.is_open());
            if let Some(cause) = self.at(at).filter(|_| open) {
                let met = self.answer(info, at, None);
                let begun = Begun { cause, about: None, start: latest, met };
                self.begin_if(info, begun, |deadline| deadline.met.is_none() || is_late(deadline));
            }
        }
    }

    fn transfers(&mut self, info: &'static RuleInfo) {
        for (at, _, start) in self.with(info.after) {
            let Some(cause) = self.at(at) else { continue };
            let What::Transferred { to, .. } = cause.what else { continue };
            let new = Subject::new(Role::Officer, to);
            let met = self.after(at).find_map(|event| {
                let acts = shown(info.until, event, None).filter(|_| event.writer == new);
                acts.map(|day| met(event, day, How::Done)).or_else(|| {
                    shown(info.ends, event, None).map(|day| met(event, day, How::Ended))
                })
            });
            self.begin(info, Begun { cause, about: None, start, met });
        }
    }

    /// Records that are annulled later were recorded late all the same.
    fn anchoring(&mut self, info: &'static RuleInfo) {
        for cause in self.all {
            if let Some(start) = shown(info.after, cause, None) {
                let met = Some(met(cause, cause.recorded_day(), How::Done));
                self.begin_if(info, Begun { cause, about: None, start, met }, is_late);
            }
        }
    }

    /// Enters a deadline with the term that was in force on its first day.
    fn begin(&mut self, info: &'static RuleInfo, begun: Begun<'_>) {
        self.begin_if(info, begun, |_| true);
    }

    /// The same for a deadline that is worth telling.
    fn begin_if(
        &mut self,
        info: &'static RuleInfo,
        begun: Begun<'_>,
        worth: impl Fn(&Deadline) -> bool,
    ) {
        let parameters = match readings(info, self.law, begun.start) {
            Ok(parameters) => parameters,
            Err(missing) => {
                let (rule, cause) = (info.rule, begun.cause.record);
                return Silent { rule, cause, missing }.say(&mut self.report);
            }
        };
        let deadline = self.deadline(info, begun, parameters);
        if worth(&deadline) {
            self.report.deadlines.push(deadline);
        }
    }

    fn deadline(
        &self,
        info: &'static RuleInfo,
        begun: Begun<'_>,
        mut parameters: Vec<Reading>,
    ) -> Deadline {
        let Begun { cause, about, start, met } = begun;
        let stands = info.clock == Clock::Stands;
        // Stops that ended before the term began don't matter.
        let touches = |stop: &&Stop| stop.interval.through.is_none_or(|through| through > start);
        let stops: Vec<&Stop> = self.stops.iter().filter(|_| stands).filter(touches).collect();
        let mut stopped = stops.iter().map(|stop| stop.interval).collect::<Vec<_>>();
        let calendar = self.law.calendar();
        let due = due(info.rule, &parameters, start, &stopped, calendar);
        // Nor do those that began after it was over.
        stopped.retain(|interval| due.is_none_or(|due| interval.after < due));
        for stop in stops.into_iter().filter(|stop| stopped.contains(&stop.interval)) {
            parameters.extend(stop.by.clone().filter(|by| !parameters.contains(by)));
        }
        let years = years(calendar, start, due);
        Deadline {
            rule: info.rule,
            about,
            cause: cause.record,
            cause_index: cause.index,
            start,
            parameters,
            stopped,
            years,
            due,
            met,
        }
    }
}

/// The day on which an event shows one of the signs, about the same thing if the sign is about one.
fn shown(signs: &[Sign], event: &Event, about: Option<Subject>) -> Option<i64> {
    let same = |sign: &&Sign| !sign.is_about_a_thing() || thing(event) == about;
    signs.iter().filter(same).find_map(|sign| sign.day(event))
}

const fn met(event: &Event, day: i64, how: How) -> Met {
    Met { record: event.record, index: event.index, day, how }
}

fn is_late(deadline: &Deadline) -> bool {
    matches!((deadline.met, deadline.due), (Some(met), Some(due)) if met.day > due)
}
