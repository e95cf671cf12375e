//! What an audit computes from the records of cases that proves no falsehood: delays, and cases that look alike.

use std::collections::{BTreeMap, BTreeSet};

use tamga_api::time::day;
use tamga_format::id::{LeafIndex, SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_state::civil::day_of;
use tamga_state::delay::deadlines;
use tamga_state::dossier::{Event, Summary};
use tamga_state::duplicate::{Gravity, likeness};
use tamga_state::law::calendar;
use tamga_state::law::parameters::Law;
use tamga_state::replay::Logged;
use tamga_state::{MemoryView, ViewError};

use super::{Class, Finding};

/// Cases of one document, or of one court case, that are compared.
const GROUP_MAX: usize = 16;

/// The cases of a ledger, as far as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Cases {
    events: BTreeMap<Subject, Vec<Event>>,
    /// Those with records that were not observed yet.
    touched: BTreeSet<Subject>,
}

impl Cases {
    /// Takes up what a record says of the cases that it names.
    pub(super) fn take(&mut self, index: LeafIndex, logged: &Logged, recorded: UnixMillis) {
        let Logged { record, body, .. } = logged;
        for case in record.record().all_subjects().filter(|subject| subject.role == Role::Case) {
            if let Some(event) = Event::read(case, record, body.as_ref(), index, recorded) {
                self.events.entry(case).or_default().push(event);
                self.touched.insert(case);
            }
        }
    }

    /// What there is to say of the cases that have new records, as of a day.
    ///
    /// # Errors
    /// [`ViewError`] if the law can't be read.
    pub(super) fn observe(
        &mut self,
        state: &MemoryView,
        now: UnixMillis,
    ) -> Result<Vec<Finding>, ViewError> {
        let law = Law::read(state, calendar::YEARS)?;
        let today = day_of(now);
        let touched = std::mem::take(&mut self.touched);
        let mut found = Vec::new();
        for (case, events) in touched.iter().filter_map(|case| Some((case, self.events.get(case)?)))
        {
            let missed = deadlines(events, &law).deadlines.into_iter();
            for deadline in missed.filter(|deadline| deadline.state(today).is_delay()) {
                let due = deadline.due.map(day).unwrap_or_default();
                let detail = format!("{} {due}", deadline.rule.info().code);
                let finding = Finding::new(Class::Delay, detail).at(deadline.cause_index);
                found.push(finding.of(deadline.cause).about(*case));
            }
        }
        found.extend(self.alike(&touched));
        Ok(found)
    }

    /// Pairs of cases that look alike, one of them with new records.
    fn alike(&self, touched: &BTreeSet<Subject>) -> Vec<Finding> {
        let summaries: Vec<Summary> =
            self.events.iter().filter_map(|(case, events)| Summary::of(case.id, events)).collect();
        let mut groups: BTreeMap<(Option<SubjectId>, &str), Vec<&Summary>> = BTreeMap::new();
        for summary in &summaries {
            let presentation = &summary.presentation;
            groups.entry((Some(presentation.document), "")).or_default().push(summary);
            if let (Some(issuer), Some(number)) = (presentation.issuer, &presentation.case_number) {
                groups.entry((Some(issuer), number)).or_default().push(summary);
            }
        }
        let mut found = Vec::new();
        for ((_, number), group) in groups {
            let group = group.get(..GROUP_MAX.min(group.len())).unwrap_or_default();
            for (at, one) in group.iter().enumerate() {
                for other in group.iter().skip(at.saturating_add(1)) {
                    let [first, second] = [one, other].map(|it| Subject::new(Role::Case, it.case));
                    let new = touched.contains(&first) || touched.contains(&second);
                    // Cases of one document stand in the group of that.
                    let own = number.is_empty()
                        || one.presentation.document != other.presentation.document;
                    let alike = likeness(one, other)
                        .filter(|it| new && own && it.gravity() != Gravity::Lawful);
                    found.extend(alike.map(|alike| {
                        let detail = format!("{} {}", alike.name(), second.to_text());
                        let finding = Finding::new(Class::Duplicate, detail).about(first);
                        finding.at(one.presented_at).of(one.presented_by)
                    }));
                }
            }
        }
        found
    }
}
