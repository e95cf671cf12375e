//! How a case came to stand where it stands, for those who show it (spec §16.8).
//!
//! Nothing here judges: the records were accepted, so replaying them can't fail.

use std::collections::BTreeMap;

use tamga_format::id::RecordId;
use tamga_format::record::{Record, SignedRecord};

use crate::catalogue::{Kind, relation};
use crate::matrix::Stage;

use super::proceeding::{Act, Proceeding};
use super::step::{Correct, Step, present};

/// What became of a case with one of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The stage after the record; `None` if the records don't begin with the presentation.
    pub stage: Option<Stage>,
    /// The correction by which the record is not in effect today.
    pub annulled_by: Option<RecordId>,
}

/// The moments of a case, given all its records in log order.
#[must_use]
pub fn timeline(records: &[SignedRecord]) -> Vec<Moment> {
    let today = annulled(records);
    let mut state = None;
    let mut moments = Vec::with_capacity(records.len());
    for (at, signed) in records.iter().enumerate() {
        let known = records.get(..=at).unwrap_or(records);
        match correction(signed.record()) {
            Some((Correct::Amend | Correct::Erase, _)) => {}
            Some((Correct::Annul | Correct::Reinstate, _)) => state = replay(known),
            None => advance(&mut state, signed),
        }
        moments.push(Moment {
            stage: state.as_ref().map(|known: &Proceeding| known.case.stage),
            annulled_by: today.get(&signed.id()).copied(),
        });
    }
    moments
}

/// Which records are not in effect, and by which correction.
///
/// A correction is later than its target, so one pass from the end decides: the last correction in effect prevails.
fn annulled(records: &[SignedRecord]) -> BTreeMap<RecordId, RecordId> {
    let mut decided: BTreeMap<RecordId, Option<RecordId>> = BTreeMap::new();
    for signed in records.iter().rev() {
        let in_effect = decided.get(&signed.id()).copied().flatten().is_none();
        match correction(signed.record()) {
            Some((Correct::Annul, target)) if in_effect => {
                decided.entry(target).or_insert(Some(signed.id()));
            }
            Some((Correct::Reinstate, target)) if in_effect => {
                decided.entry(target).or_insert(None);
            }
            _ => {}
        }
    }
    decided.into_iter().filter_map(|(id, by)| Some((id, by?))).collect()
}

fn correction(record: &Record) -> Option<(Correct, RecordId)> {
    let kind = Kind::from_number(record.kind).filter(|kind| *kind == Kind::E18)?;
    let Ok(Step::Correct(how)) = Step::read(kind, record) else { return None };
    let target = record.references.iter().find(|it| it.relation == relation::TARGET)?;
    Some((how, target.record))
}

/// The proceeding that the records in effect lead to.
fn replay(records: &[SignedRecord]) -> Option<Proceeding> {
    let annulled = annulled(records);
    let mut state = None;
    for signed in records {
        if !annulled.contains_key(&signed.id()) && correction(signed.record()).is_none() {
            advance(&mut state, signed);
        }
    }
    state
}

fn advance(state: &mut Option<Proceeding>, signed: &SignedRecord) {
    let act = Act { record: signed.record(), id: signed.id() };
    let Some(kind) = Kind::from_number(act.record.kind) else { return };
    match (state.as_mut(), Step::read(kind, act.record)) {
        (None, Ok(Step::Present)) => *state = present(act).ok().map(Proceeding::new),
        (Some(before), Ok(step)) => {
            let mut after = before.clone();
            // An accepted record applies; should one not, the stage stays as it was.
            if step.apply(step.row(Some(before.case.stage)), &mut after, act).is_ok() {
                *before = after;
            }
        }
        (None, Ok(_)) | (_, Err(_)) => {}
    }
}
