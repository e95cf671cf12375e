//! E18: corrections replay, never delete (spec §16.7).
//!
//! The lifecycle is recomputed from the case's entries that are in effect, without their bodies.
//! Money is not: it moves by contrary amounts in the correction's own body.

use tamga_format::record::{Record, SignedRecord};

use crate::catalogue::{AMOUNT_MAX, Kind, WriterRole, relation};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body};
use crate::status::{Case, Draw, Money};
use crate::view::{View, ViewError};

use super::step::{Correct, Step, permitted, present};

/// Entries of a case that may still be corrected; it bounds the cost of one correction.
pub const HISTORY_MAX: usize = 4_096;

/// The fields of a correction's body that move what E12 gave out.
const PAYOUT_DELTAS: [&str; 6] = [
    "distributed_delta",
    "expenses_delta",
    "fee_delta",
    "retained_delta",
    "returned_delta",
    "sanction_delta",
];

/// The case's records before this one, and which of them is to be corrected.
#[derive(Debug)]
pub(super) struct History {
    records: Vec<SignedRecord>,
    target: usize,
}

impl History {
    /// Reads the case's entries and finds the target.
    pub(super) fn of<V: View>(judged: &Judgement<'_, V>) -> Result<Self, Rejection> {
        let case = judged.record.subject;
        let Some(at) = judged.record.references.iter().position(|r| r.relation == relation::TARGET)
        else {
            let detail = "a correction refers to its target (relation 1)";
            return Err(Rejection::new(Code::ReferenceNotAllowed, "/references", detail));
        };
        let Some(reference) = judged.record.references.get(at).filter(|r| r.subject == case) else {
            let detail = "the target is a record of the same case";
            return Err(Rejection::new(
                Code::TargetUnknown,
                format!("/references/{at}/subject"),
                detail,
            ));
        };
        let entries = judged.view.entries(&case)?;
        if entries.len() > HISTORY_MAX {
            let detail =
                format!("the case has {} records, the limit is {HISTORY_MAX}", entries.len());
            return Err(Rejection::new(Code::HistoryTooLong, "/subject", detail));
        }
        let decode =
            |entry: &Vec<u8>| SignedRecord::decode(entry).map_err(|_| ViewError::Corrupt(case));
        let records = entries.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
        match records.iter().position(|record| record.id() == reference.record) {
            Some(target) => Ok(Self { records, target }),
            None => {
                let detail = format!("{} is not a record of this case", reference.record);
                Err(Rejection::new(Code::TargetUnknown, format!("/references/{at}/record"), detail))
            }
        }
    }

    /// The record to be corrected.
    pub(super) fn target(&self) -> &Record {
        // `target` is a position found in `records`, which never change.
        self.records.get(self.target).map(SignedRecord::record).expect("the target was found here")
    }

    /// The case's status after the correction.
    pub(super) fn correct<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        before: &Case,
        how: Correct,
    ) -> Result<Case, Rejection> {
        let in_effect = self.in_effect(None);
        let is = in_effect.get(self.target).copied().unwrap_or_default();
        let pointer = "/references";
        let mut after = match (how, is) {
            (Correct::Amend | Correct::Annul, false) => {
                return Err(Rejection::new(
                    Code::AlreadyAnnulled,
                    pointer,
                    "the target is annulled",
                ));
            }
            (Correct::Reinstate, true) => {
                return Err(Rejection::new(Code::NotAnnulled, pointer, "the target is in effect"));
            }
            (Correct::Amend, true) => before.clone(),
            (Correct::Annul, true) | (Correct::Reinstate, false) => {
                if matches!(kind_of(self.target()), Some(Kind::E01 | Kind::E17) | None) {
                    let detail = "the presentation and complaints can be amended, not annulled";
                    return Err(Rejection::new(Code::TargetNotCorrectable, pointer, detail));
                }
                self.expects_no_second_draw(judged, how)?;
                let after = self.replay(&self.in_effect(Some(how)), judged, before)?;
                Case { money: before.money, ..after }
            }
        };
        after.correction = Some(judged.id);
        Ok(after)
    }

    /// Who could annul a draw could draw again until it pleases; so courts alone do, and what they
    /// annulled stays annulled.
    fn expects_no_second_draw<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        how: Correct,
    ) -> Result<(), Rejection> {
        let target = self.target();
        let step = kind_of(target).filter(|kind| *kind == Kind::E02);
        let step = step.and_then(|kind| Step::read(kind, target).ok());
        let allowed = match (step, how) {
            (Some(Step::Commit), Correct::Reinstate) => false,
            (Some(Step::Commit | Step::Draw(_)), Correct::Annul) => {
                judged.writer.role == WriterRole::Court
            }
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let detail = "a draw is annulled by a court only, and a commitment is not reinstated";
        Err(Rejection::new(Code::TargetNotCorrectable, "/references", detail))
    }

    /// Which records are in effect, by position; `new` is what the judged record adds.
    ///
    /// A correction is always later than its target, so one pass from the end decides: the last
    /// correction in effect prevails.
    fn in_effect(&self, new: Option<Correct>) -> Vec<bool> {
        let mut decided: Vec<Option<bool>> = vec![None; self.records.len()];
        let decide = |decided: &mut Vec<Option<bool>>, target: usize, how: Correct| {
            if let Some(slot @ None) = decided.get_mut(target) {
                match how {
                    Correct::Amend => {}
                    Correct::Annul => *slot = Some(false),
                    Correct::Reinstate => *slot = Some(true),
                }
            }
        };
        if let Some(how) = new {
            decide(&mut decided, self.target, how);
        }
        for (at, record) in self.records.iter().enumerate().rev() {
            let annulled = decided.get(at).copied().flatten() == Some(false);
            if let (false, Some((how, target))) = (annulled, self.correction(record.record())) {
                decide(&mut decided, target, how);
            }
        }
        decided.into_iter().map(|slot| slot.unwrap_or(true)).collect()
    }

    /// How a record corrects, and the position of its target; nothing if it is no correction.
    fn correction(&self, record: &Record) -> Option<(Correct, usize)> {
        if kind_of(record) != Some(Kind::E18) {
            return None;
        }
        let Ok(Step::Correct(how)) = Step::read(Kind::E18, record) else { return None };
        let target = record.references.iter().find(|r| r.relation == relation::TARGET)?.record;
        Some((how, self.records.iter().position(|known| known.id() == target)?))
    }

    /// The status of the case that the records in effect lead to.
    fn replay<V: View>(
        &self,
        in_effect: &[bool],
        judged: &Judgement<'_, V>,
        before: &Case,
    ) -> Result<Case, Rejection> {
        let corrupt = || ViewError::Corrupt(judged.record.subject);
        let mut records = self.records.iter().zip(in_effect);
        let (first, _) = records.next().ok_or_else(corrupt)?;
        let mut case = present(first.record())?;
        let (mut committed, mut drawn) = (None, None);
        for (signed, _) in records.filter(|(_, in_effect)| **in_effect) {
            let record = signed.record();
            let kind = kind_of(record).ok_or_else(corrupt)?;
            if kind == Kind::E18 {
                continue;
            }
            let mut advance = || {
                let step = Step::read(kind, record)?;
                let row = step.row(Some(case.stage));
                permitted(row, kind, Some(case.stage))?;
                match step {
                    Step::Commit => committed = Some(signed.id()),
                    Step::Draw(_) => drawn = Some(signed.id()),
                    _ => {}
                }
                step.apply(row, &mut case, record)
            };
            advance().map_err(|refusal| {
                let detail =
                    format!("record {} would become unlawful: {}", signed.id(), refusal.detail);
                Rejection::new(Code::ReplayImpossible, "/references", detail)
            })?;
        }
        // What a commitment fixed is not in its entry; the status keeps it while it is in effect.
        let fixed = before.draw.as_ref().filter(|draw| Some(draw.commitment) == committed);
        case.draw = fixed.map(|draw| Draw { drawn, ..draw.clone() });
        Ok(case)
    }

    /// Which kind of record the correction's amounts are about: the end of a chain of corrections.
    fn money_kind(&self) -> Option<Kind> {
        let mut at = self.target;
        // Each step goes to an earlier record, so the chain ends.
        loop {
            let record = self.records.get(at)?.record();
            match self.correction(record) {
                Some((_, target)) if target < at => at = target,
                Some(_) => return None,
                None => {
                    return kind_of(record)
                        .filter(|k| matches!(k, Kind::E01 | Kind::E11 | Kind::E12));
                }
            }
        }
    }

    /// Whether the target moved money, so that its annulment must move it back.
    fn target_moved_money(&self) -> bool {
        self.money_kind().is_some()
            && (kind_of(self.target()) != Some(Kind::E18) || self.target().body.is_some())
    }

    /// A correction without a body is lawful only if the target moved no money, or stays.
    pub(super) fn expects_no_money(&self, how: Correct) -> Result<(), Rejection> {
        if how != Correct::Amend && self.target_moved_money() {
            let detail = "the target moved money; state the contrary amounts";
            return Err(at_body(Code::Validation, "amount_delta", detail));
        }
        Ok(())
    }

    /// Adds the body's contrary amounts.
    pub(super) fn move_money<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        how: Correct,
        money: &mut Money,
    ) -> Result<(), Rejection> {
        let kind = self.money_kind();
        let allowed: &[&str] = match kind {
            Some(Kind::E01 | Kind::E11) => &["amount_delta"],
            Some(_) => &PAYOUT_DELTAS,
            None => &[],
        };
        let fields = judged.body.map(tamga_format::body::Body::fields).unwrap_or_default();
        if let Some(field) = fields.iter().find(|field| !allowed.contains(&field.name.as_str())) {
            let detail = "the target holds no such amount";
            return Err(at_body(Code::TargetNotCorrectable, &field.name, detail));
        }
        if how != Correct::Amend && self.target_moved_money() {
            self.expect_direction(judged, how, allowed)?;
        }
        for name in allowed {
            let slot = match (*name, kind) {
                ("amount_delta", Some(Kind::E01)) => &mut money.due,
                ("amount_delta", _) => &mut money.recovered,
                ("distributed_delta", _) => &mut money.distributed,
                ("expenses_delta", _) => &mut money.expenses,
                ("fee_delta", _) => &mut money.fee,
                ("retained_delta", _) => &mut money.retained,
                ("returned_delta", _) => &mut money.returned,
                (_, _) => &mut money.sanction,
            };
            *slot = slot.saturating_add(judged.amount(name));
            if *slot > AMOUNT_MAX {
                return Err(at_body(
                    Code::AmountOutOfRange,
                    name,
                    "the corrected amount is out of range",
                ));
            }
        }
        if money.is_sound() {
            Ok(())
        } else {
            let name = allowed.first().copied().unwrap_or("amount_delta");
            let detail =
                "the corrected amounts fall below 0, or less is recovered than was given out";
            Err(at_body(Code::TotalsMismatch, name, detail))
        }
    }

    /// An annulment takes back, a reinstatement gives again; something must move.
    fn expect_direction<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        how: Correct,
        allowed: &[&str],
    ) -> Result<(), Rejection> {
        let first = allowed.first().copied().unwrap_or("amount_delta");
        if allowed.iter().all(|name| judged.amount(name) == 0) {
            let detail = "the target moved money; state the contrary amounts";
            return Err(at_body(Code::Validation, first, detail));
        }
        // What a correction moved may have gone either way.
        if kind_of(self.target()) == Some(Kind::E18) {
            return Ok(());
        }
        let wrong = |name: &&&str| match how {
            Correct::Annul => judged.amount(name) > 0,
            Correct::Amend | Correct::Reinstate => judged.amount(name) < 0,
        };
        match allowed.iter().find(wrong) {
            Some(name) => Err(at_body(Code::TotalsMismatch, name, "the amount has the wrong sign")),
            None => Ok(()),
        }
    }
}

fn kind_of(record: &Record) -> Option<Kind> {
    Kind::from_number(record.kind)
}
