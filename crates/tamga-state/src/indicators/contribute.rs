//! What one case contributes to the tallies.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::{LeafIndex, RecordId};

use super::month::Month;
use super::tally::{Area, Contribution, Outcome, Tally};
use crate::catalogue::Kind;
use crate::delay::{Deadline, Rule};
use crate::dossier::{Correction, Course, Event, Presentation, What, course};
use crate::matrix::Stage;
use crate::status::ComplaintStage;

/// A term of a case, as indicators see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The rule.
    pub rule: Rule,
    /// The record from which it runs.
    pub from: LeafIndex,
    /// Its last day.
    pub on: i64,
    /// When it was met: the day, and the record.
    pub met: Option<(i64, LeafIndex)>,
}

impl Due {
    /// The term of a deadline; `None` while its clock stands without an end in sight.
    #[must_use]
    pub fn of(deadline: &Deadline) -> Option<Self> {
        Some(Self {
            rule: deadline.rule,
            from: deadline.cause_index,
            on: deadline.due?,
            met: deadline.met.map(|met| (met.day, met.index)),
        })
    }

    /// What became of it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.met {
            Some((day, _)) if day <= self.on => Outcome::Kept,
            Some(_) => Outcome::Late,
            None => Outcome::Open,
        }
    }
}

/// What a case contributes, given its events in log order and its terms; sorted.
///
/// A record counts in the month of its event, in the area in which it left the case. A term counts in the month in
/// which it fell due, in the area that had the case when the term was met, or has it while the term is open. Records of
/// other cases that name this one count for those.
#[must_use]
pub fn contributions(events: &[Event], terms: &[Due]) -> Vec<Contribution> {
    let mut made = Made::default();
    let mut before = Course::default();
    let mut found = BTreeMap::new();
    let mut own = BTreeSet::new();
    for (event, after) in course(events) {
        found.insert(event.index, area(&before));
        if !matches!(event.what, What::Received { .. } | What::Elsewhere) {
            own.insert(event.index);
            made.event(event, &before, &after);
        }
        before = after;
    }
    let now = area(&before);
    for term in terms {
        let area = term.met.and_then(|(_, record)| found.get(&record)).unwrap_or(&now);
        // A record counts for one case only: what a record of another case begins counts with the one before it.
        let from = own.range(..=term.from).next_back().copied().unwrap_or(term.from);
        made.add(Tally::Term(term.rule, term.outcome()), term.on, area, from, term.on);
    }
    made.sorted()
}

fn area(course: &Course) -> Area {
    Area { region: course.region.clone(), officer: course.officer }
}

/// Contributions so far, and what later ones are counted from.
#[derive(Default)]
struct Made {
    list: Vec<Contribution>,
    /// Day, position and sum of the presentation, corrections of the sum included.
    presented: Option<(i64, LeafIndex, Option<i64>)>,
    initiated: Option<i64>,
    debtor_noticed: bool,
    kinds: BTreeMap<RecordId, Kind>,
}

impl Made {
    fn add(&mut self, tally: Tally, day: i64, area: &Area, record: LeafIndex, value: i64) {
        let (month, area) = (Month::of(day), area.clone());
        self.list.push(Contribution { tally, month, area, record, ordinal: 0, value });
    }

    /// The list in order, with numbers that tell equal places apart.
    fn sorted(mut self) -> Vec<Contribution> {
        self.list.sort_unstable();
        let mut last: Option<Contribution> = None;
        for each in &mut self.list {
            if let Some(last) = last.filter(|last| {
                (last.tally, last.month, last.record) == (each.tally, each.month, each.record)
                    && last.area == each.area
            }) {
                each.ordinal = last.ordinal.saturating_add(1);
            }
            last = Some(each.clone());
        }
        self.list
    }

    fn event(&mut self, event: &Event, before: &Course, after: &Course) {
        self.kinds.insert(event.record, event.kind);
        let (day, record, now) = (event.day(), event.index, &area(after));
        self.add(Tally::Recorded, day, now, record, 0);
        match &event.what {
            What::Presented(presentation) => self.presented(event, presentation, now),
            What::Refused { .. } => self.add(Tally::Refused, day, now, record, 0),
            What::Initiated { .. } => self.initiated(event, now),
            What::Notified(notice) if notice.recipient == "DEBTOR" => {
                self.add(Tally::DebtorNoticed, day, now, record, 0);
                if notice.delivered.is_some() {
                    self.add(Tally::DebtorReached, day, now, record, 0);
                }
                if let (false, Some(initiated)) = (self.debtor_noticed, self.initiated) {
                    self.add(Tally::DaysToNotice, day, now, record, between(initiated, day));
                    self.debtor_noticed = true;
                }
            }
            What::Recovered { amount: Some(amount), .. } => {
                self.add(Tally::Recovered, day, now, record, *amount);
            }
            What::Distributed { paid: Some(paid), .. } => {
                self.add(Tally::PaidOut, day, now, record, *paid);
            }
            What::Closed { outcome } => {
                // A document that is returned before its proceedings began closes none.
                if let Some(initiated) = self.initiated {
                    self.add(closing(*outcome), day, now, record, 0);
                    self.add(Tally::DaysToClosing, day, now, record, between(initiated, day));
                }
            }
            What::Reopened if self.initiated.is_some() => {
                self.add(Tally::Reopened, day, now, record, 0);
            }
            What::Transferred { .. } if self.initiated.is_some() => {
                self.add(Tally::TransferredIn, day, now, record, 0);
                self.add(Tally::TransferredOut, day, &area(before), record, 0);
            }
            What::Complained { stage: ComplaintStage::Filed, .. } => {
                self.add(Tally::Complained, day, now, record, 0);
            }
            What::Corrected { how, target, amount_delta, payout_delta } => {
                self.add(Tally::Corrected, day, now, record, 0);
                if *how == Correction::Amended {
                    let payout = payout_delta.unwrap_or_default();
                    let paid = payout.total.saturating_sub(payout.to_others);
                    self.amended(event, *target, (*amount_delta, paid), now);
                }
            }
            _ => {}
        }
    }

    fn presented(&mut self, event: &Event, presentation: &Presentation, now: &Area) {
        self.add(Tally::Presented, event.day(), now, event.index, 0);
        self.presented = Some((event.day(), event.index, presentation.amount));
    }

    fn initiated(&mut self, event: &Event, now: &Area) {
        let day = event.day();
        self.add(Tally::Initiated, day, now, event.index, 0);
        if let Some((presented, record, amount)) = self.presented {
            self.add(Tally::DaysToInitiation, day, now, event.index, between(presented, day));
            if let Some(amount) = amount {
                self.add(Tally::Claimed, day, now, record, amount);
            }
        }
        self.initiated = Some(day);
    }

    /// A sum that is corrected moves with the correction; what is claimed counts from the initiation on.
    fn amended(&mut self, event: &Event, target: RecordId, (delta, paid): (i64, i64), now: &Area) {
        match (self.kinds.get(&target), &mut self.presented) {
            (Some(Kind::E01), Some((_, _, amount))) if self.initiated.is_none() => {
                *amount = amount.map(|amount| amount.saturating_add(delta));
            }
            (Some(Kind::E01), _) => {
                self.add(Tally::Claimed, event.day(), now, event.index, delta);
            }
            (Some(Kind::E11), _) => {
                self.add(Tally::Recovered, event.day(), now, event.index, delta);
            }
            (Some(Kind::E12), _) => {
                self.add(Tally::PaidOut, event.day(), now, event.index, paid);
            }
            _ => {}
        }
    }
}

const fn closing(outcome: Stage) -> Tally {
    match outcome {
        Stage::ClosedExecuted => Tally::Executed,
        Stage::ClosedReturnedClaimant => Tally::ReturnedToClaimant,
        Stage::ClosedReturnedIssuer => Tally::ReturnedToIssuer,
        _ => Tally::Terminated,
    }
}

/// Days from one day to a later one; 0 if the claimed times contradict the order of the records.
fn between(from: i64, to: i64) -> i64 {
    to.saturating_sub(from).max(0)
}
