//! What an audit computes from the records of cases that proves no falsehood: delays, and cases that look alike.
//!
//! Of each record of a case it keeps what that is computed from, as few bytes: about a hundred. An audit without
//! observations keeps none.

use std::collections::BTreeMap;

use tamga_api::time::day;
use tamga_format::id::{LeafIndex, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_state::civil::day_of;
use tamga_state::delay::deadlines;
use tamga_state::dossier::{Event, Summary};
use tamga_state::duplicate::{Gravity, likeness};
use tamga_state::law::calendar;
use tamga_state::law::parameters::Law;
use tamga_state::pack::Pack as _;
use tamga_state::replay::Logged;
use tamga_state::{View, ViewError};

use super::{Class, Finding, Found};

/// Cases of one document, or of one court case, that are compared.
const GROUP_MAX: usize = 16;

/// The cases of a ledger, as far as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Cases {
    /// The events of each, packed one after another.
    events: BTreeMap<Subject, Vec<u8>>,
    /// What was observed as of a time; nothing changes until there is a later block.
    observed: Option<(UnixMillis, Found)>,
}

/// The events that these bytes are.
fn unpacked(mut bytes: &[u8]) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    while !bytes.is_empty() {
        events.push(Event::unpack(&mut bytes)?);
    }
    Some(events)
}

impl Cases {
    /// Takes up what a record says of the cases that it names.
    pub(super) fn take(&mut self, index: LeafIndex, logged: &Logged, recorded: UnixMillis) {
        let Logged { record, body, .. } = logged;
        for case in record.record().all_subjects().filter(|subject| subject.role == Role::Case) {
            if let Some(event) = Event::read(case, record, body.as_ref(), index, recorded) {
                self.add(case, &event.packed());
            }
        }
    }

    /// Takes up packed events of a case, or a part of them whose rest follows.
    pub(super) fn add(&mut self, case: Subject, packed: &[u8]) {
        let events = self.events.entry(case).or_default();
        // A case has few events, and there are many cases: no room is left free in each.
        events.reserve_exact(packed.len());
        events.extend_from_slice(packed);
    }

    /// All that is kept.
    pub(super) fn packed(&self) -> impl Iterator<Item = (Subject, &[u8])> {
        self.events.iter().map(|(case, events)| (*case, events.as_slice()))
    }

    /// Whether all that was taken up is events.
    pub(super) fn is_whole(&self) -> bool {
        self.events.values().all(|events| unpacked(events).is_some())
    }

    /// What there is to say of all cases as of the last block.
    ///
    /// # Errors
    /// [`ViewError`] if the law can't be read.
    pub(super) fn observe<V: View>(
        &mut self,
        state: &V,
        now: UnixMillis,
    ) -> Result<&Found, ViewError> {
        let known = self.observed.take().filter(|(then, _)| *then == now);
        let found = match known {
            Some((_, found)) => found,
            None => {
                let law = Law::read(state, calendar::YEARS)?;
                let mut found = self.delays(&law, now);
                self.alike(&mut found);
                found
            }
        };
        let (_, found) = self.observed.insert((now, found));
        Ok(found)
    }

    /// Each case with its events, one after another.
    fn each(&self) -> impl Iterator<Item = (Subject, Vec<Event>)> {
        self.events.iter().filter_map(|(case, events)| Some((*case, unpacked(events)?)))
    }

    fn delays(&self, law: &Law, now: UnixMillis) -> Found {
        let today = day_of(now);
        let mut found = Found::default();
        for (case, events) in self.each() {
            let missed = deadlines(&events, law).deadlines.into_iter();
            for deadline in missed.filter(|deadline| deadline.state(today).is_delay()) {
                let due = deadline.due.map(day).unwrap_or_default();
                let detail = format!("{} {due}", deadline.rule.info().code);
                let finding = Finding::new(Class::Delay, detail).at(deadline.cause_index);
                found.push(finding.of(deadline.cause).about(case));
            }
        }
        found
    }

    /// Pairs of cases that look alike.
    fn alike(&self, found: &mut Found) {
        let mut groups: BTreeMap<_, Vec<Subject>> = BTreeMap::new();
        for (case, events) in self.each() {
            let Some(summary) = Summary::of(case.id, &events) else { continue };
            let presentation = summary.presentation;
            groups.entry((Some(presentation.document), String::new())).or_default().push(case);
            if let (Some(issuer), Some(number)) = (presentation.issuer, presentation.case_number) {
                groups.entry((Some(issuer), number)).or_default().push(case);
            }
        }
        let summary = |case: &Subject| Summary::of(case.id, &unpacked(self.events.get(case)?)?);
        for ((_, number), group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
            let group: Vec<Summary> = group.iter().take(GROUP_MAX).filter_map(summary).collect();
            for (at, one) in group.iter().enumerate() {
                for other in group.iter().skip(at.saturating_add(1)) {
                    let [first, second] = [one, other].map(|it| Subject::new(Role::Case, it.case));
                    // Cases of one document stand in the group of that.
                    let own = number.is_empty()
                        || one.presentation.document != other.presentation.document;
                    let alike =
                        likeness(one, other).filter(|it| own && it.gravity() != Gravity::Lawful);
                    found.extend(alike.map(|alike| {
                        let detail = format!("{} {}", alike.name(), second.to_text());
                        let finding = Finding::new(Class::Duplicate, detail).about(first);
                        finding.at(one.presented_at).of(one.presented_by)
                    }));
                }
            }
        }
    }
}
