//! A case with its measures, lots and complaints: what steps change (spec §16.4).
//!
//! Live execution loads the ones that a record names; the replay of a correction builds all of
//! them anew from the records in effect.

use std::collections::BTreeMap;

use tamga_format::id::{RecordId, SubjectId};
use tamga_format::record::Record;
use tamga_format::subject::Role;

use crate::codes::Rejection;
use crate::machine::Judgement;
use crate::status::{Case, Complaint, Lot, LotStage, Measure, MeasureState};
use crate::view::View;

/// A case and the regions of its state that have subjects of their own.
#[derive(Clone, Debug)]
pub(super) struct Proceeding {
    pub(super) case: Case,
    pub(super) measures: BTreeMap<SubjectId, Measure>,
    pub(super) lots: BTreeMap<SubjectId, Lot>,
    pub(super) complaints: BTreeMap<SubjectId, Complaint>,
}

impl Proceeding {
    /// A case of which nothing but its own status is known.
    pub(super) const fn new(case: Case) -> Self {
        Self { case, measures: BTreeMap::new(), lots: BTreeMap::new(), complaints: BTreeMap::new() }
    }

    /// The case with the measures, lots and complaints that the judged record names.
    pub(super) fn load<V: View>(judged: &Judgement<'_, V>, case: Case) -> Result<Self, Rejection> {
        let mut loaded = Self::new(case);
        for subject in &judged.record.subjects {
            let id = subject.id;
            match subject.role {
                Role::Measure => {
                    loaded.measures.extend(judged.status(id)?.map(|status| (id, status)));
                }
                Role::Lot => loaded.lots.extend(judged.status(id)?.map(|status| (id, status))),
                Role::Complaint => {
                    loaded.complaints.extend(judged.status(id)?.map(|status| (id, status)));
                }
                _ => {}
            }
        }
        Ok(loaded)
    }

    /// Puts a measure, and counts it in the case.
    pub(super) fn put_measure(&mut self, id: SubjectId, measure: Measure) {
        let before = self.measures.get(&id).map(|known| known.state);
        let open = |state: Option<MeasureState>| state.is_some_and(MeasureState::is_open);
        let pending = |state: Option<MeasureState>| state == Some(MeasureState::SanctionRequested);
        let after = Some(measure.state);
        count(&mut self.case.open_measures, open(before), open(after));
        count(&mut self.case.pending_sanctions, pending(before), pending(after));
        self.measures.insert(id, measure);
    }

    /// Puts a lot, and counts it in the case.
    pub(super) fn put_lot(&mut self, id: SubjectId, lot: Lot) {
        let open = |stage: LotStage| !stage.is_final();
        let before = self.lots.get(&id).is_some_and(|known| open(known.stage));
        count(&mut self.case.open_lots, before, open(lot.stage));
        self.lots.insert(id, lot);
    }

    /// Puts a complaint, and counts it in the case.
    pub(super) fn put_complaint(&mut self, id: SubjectId, complaint: Complaint) {
        let before = self.complaints.get(&id).is_some_and(|known| !known.stage.is_final());
        count(&mut self.case.open_complaints, before, !complaint.stage.is_final());
        self.complaints.insert(id, complaint);
    }
}

/// Lets a count follow whether something counts.
fn count(count: &mut u64, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *count = count.saturating_add(1),
        (true, false) => *count = count.saturating_sub(1),
        (true, true) | (false, false) => {}
    }
}

/// The first subject of a role that a record names beside its primary one.
pub(super) fn named(record: &Record, role: Role) -> Option<SubjectId> {
    record.subjects.iter().find(|subject| subject.role == role).map(|subject| subject.id)
}

/// A record as a step sees it: what it says, and its id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'a> {
    pub(super) record: &'a Record,
    pub(super) id: RecordId,
}
