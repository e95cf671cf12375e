//! E18: corrections replay, never delete; what is erased is a body, never its record (spec §16.7).
//!
//! The lifecycle is recomputed from the case's entries that are in effect, without their bodies.
//! Money is not: it moves by contrary amounts in the correction's own body.

use std::collections::BTreeMap;

use tamga_format::body::Body;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{AMOUNT_MAX, Kind, WriterRole, relation};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body};
use crate::status::{Case, Draw, Money};
use crate::view::{View, ViewError};

use super::parties::Others;
use super::proceeding::{Act, Proceeding};
use super::step::{Correct, Step, permitted, present};

/// Entries of a case that may still be corrected; with the cost units of a correction (spec §18.3)
/// it bounds what one block makes a validator read and replay. A month of maintenance is two records.
pub const HISTORY_MAX: usize = 2_048;

/// The fields of a correction's body that move what E12 gave out.
const PAYOUT_DELTAS: [&str; 7] = [
    "distributed_delta",
    "expenses_delta",
    "fee_delta",
    "passed_delta",
    "retained_delta",
    "returned_delta",
    "sanction_delta",
];

/// The case's records before this one, and which of them is to be corrected.
#[derive(Debug)]
pub(super) struct History {
    records: Vec<SignedRecord>,
    /// By position: how the record corrects, and the position of its target.
    corrections: Vec<Option<(Correct, usize)>>,
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
        let entries = judged.view.entries(&case, HISTORY_MAX + 1)?;
        if entries.len() > HISTORY_MAX {
            let detail = format!("the case has more than {HISTORY_MAX} records");
            return Err(Rejection::new(Code::HistoryTooLong, "/subject", detail));
        }
        let decode =
            |entry: &Vec<u8>| SignedRecord::decode(entry).map_err(|_| ViewError::Corrupt(case));
        let mut records = entries.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
        // A payout of another case that names this one is no record of this case.
        records.retain(|record| record.record().subject == case);
        let positions: BTreeMap<RecordId, usize> =
            records.iter().enumerate().map(|(at, record)| (record.id(), at)).collect();
        match positions.get(&reference.record) {
            Some(&target) => {
                let correction = |signed: &SignedRecord| correction(signed.record(), &positions);
                let corrections = records.iter().map(correction).collect();
                Ok(Self { records, corrections, target })
            }
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

    /// The id of the record to be corrected.
    pub(super) fn target_id(&self) -> RecordId {
        self.records.get(self.target).map(SignedRecord::id).expect("the target was found here")
    }

    /// The record at the end of a chain of corrections: the one whose effect changes.
    fn root(&self) -> &Record {
        let root = self.records.get(self.root_at());
        root.map_or_else(|| self.target(), SignedRecord::record)
    }

    fn root_at(&self) -> usize {
        let mut at = self.target;
        // Each step goes to an earlier record, so the chain ends.
        while let Some((_, target)) = self.correction(at)
            && target < at
        {
            at = target;
        }
        at
    }

    /// The subjects, beside the case's own, whose statuses the root's effect is on.
    pub(super) fn affected(&self) -> impl Iterator<Item = Subject> + '_ {
        let regions = [Role::Measure, Role::Lot, Role::Complaint, Role::Case];
        // A closing names measures without an effect on them.
        let closing = kind_of(self.root()) == Some(Kind::E15);
        self.root().subjects.iter().copied().filter(move |subject| {
            regions.contains(&subject.role) && !(closing && subject.role == Role::Measure)
        })
    }

    /// The proceeding after the correction.
    pub(super) fn correct<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        before: &Proceeding,
        how: Correct,
    ) -> Result<Proceeding, Rejection> {
        let in_effect = self.in_effect(None);
        let is = in_effect.get(self.target).copied().unwrap_or_default();
        let refuse = |code, detail: &str| Err(Rejection::new(code, "/references", detail));
        let mut after = match (how, is) {
            (Correct::Amend | Correct::Annul, false) => {
                return refuse(Code::AlreadyAnnulled, "the target is annulled");
            }
            (Correct::Reinstate, true) => {
                return refuse(Code::NotAnnulled, "the target is in effect");
            }
            (Correct::Erase, _) => {
                self.may_erase(judged, &before.case)?;
                before.clone()
            }
            (Correct::Amend, true) => before.clone(),
            (Correct::Annul, true) | (Correct::Reinstate, false) => {
                if matches!(kind_of(self.root()), Some(Kind::E01) | None) {
                    let detail = "the presentation can be amended, not annulled";
                    return refuse(Code::TargetNotCorrectable, detail);
                }
                if self.correction(self.target).is_some_and(|(how, _)| how == Correct::Erase) {
                    return refuse(Code::TargetNotCorrectable, "what is erased stays erased");
                }
                let in_effect = self.in_effect(Some(how));
                self.expects_no_second_draw(judged, &in_effect)?;
                self.replay(&in_effect, judged, before)?
            }
        };
        after.case.correction = Some(judged.id);
        after.case.last_event_at = judged.record.event_time;
        Ok(after)
    }

    /// Who could annul a draw could draw again until it pleases; so courts alone do, and a
    /// commitment that is not in effect never is again.
    fn expects_no_second_draw<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        in_effect: &[bool],
    ) -> Result<(), Rejection> {
        let root = self.root();
        let step = kind_of(root).filter(|kind| *kind == Kind::E02);
        let step = step.and_then(|kind| Step::read(kind, root).ok());
        let stands = in_effect.get(self.root_at()).copied().unwrap_or_default();
        let by_court = judged.writer.role == WriterRole::Court;
        let allowed = match step {
            Some(Step::Commit) => by_court && !stands,
            Some(Step::Draw(_)) => by_court,
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let detail = "a draw is annulled by a court only, and a commitment is not reinstated";
        Err(Rejection::new(Code::TargetNotCorrectable, "/references", detail))
    }

    /// A body is erased once its case has ended, and once.
    fn may_erase<V: View>(&self, judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
        let refuse = |code, detail: &str| Err(Rejection::new(code, "/references", detail));
        if case.stage.is_open() {
            let detail = "bodies are erased when the case has ended";
            return refuse(Code::StageNotAllowed, detail);
        }
        if self.target().body.is_none() {
            return refuse(Code::TargetNotCorrectable, "the target has no body");
        }
        if judged.record.body.is_some() {
            let detail = "what erases a body has none";
            return Err(Rejection::new(Code::BodyPresence, "/body", detail));
        }
        let erased = self.corrections.contains(&Some((Correct::Erase, self.target)));
        if erased { refuse(Code::BodyErased, "the body is erased already") } else { Ok(()) }
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
                    Correct::Amend | Correct::Erase => {}
                    Correct::Annul => *slot = Some(false),
                    Correct::Reinstate => *slot = Some(true),
                }
            }
        };
        if let Some(how) = new {
            decide(&mut decided, self.target, how);
        }
        for (at, correction) in self.corrections.iter().enumerate().rev() {
            let annulled = decided.get(at).copied().flatten() == Some(false);
            if let (false, Some((how, target))) = (annulled, *correction) {
                decide(&mut decided, target, how);
            }
        }
        decided.into_iter().map(|slot| slot.unwrap_or(true)).collect()
    }

    /// How the record at a position corrects, and its target's; nothing if it is no correction.
    fn correction(&self, at: usize) -> Option<(Correct, usize)> {
        self.corrections.get(at).copied().flatten()
    }

    /// The proceeding that the records in effect lead to; what bodies decided stays as it is.
    fn replay<V: View>(
        &self,
        in_effect: &[bool],
        judged: &Judgement<'_, V>,
        before: &Proceeding,
    ) -> Result<Proceeding, Rejection> {
        let corrupt = || ViewError::Corrupt(judged.record.subject);
        let mut records = self.records.iter().zip(in_effect);
        let (first, _) = records.next().ok_or_else(corrupt)?;
        let mut proceeding =
            Proceeding::new(present(Act { record: first.record(), id: first.id() })?);
        let (mut committed, mut drawn) = (None, None);
        for (signed, _) in records.filter(|(_, in_effect)| **in_effect) {
            let act = Act { record: signed.record(), id: signed.id() };
            let kind = kind_of(act.record).ok_or_else(corrupt)?;
            if kind == Kind::E18 {
                continue;
            }
            let mut advance = || {
                let step = Step::read(kind, act.record)?;
                let stage = Some(proceeding.case.stage);
                let row = step.row(stage);
                permitted(row, kind, stage)?;
                match step {
                    Step::Commit => committed = Some(act.id),
                    Step::Draw(_) => drawn = Some(act.id),
                    _ => {}
                }
                step.apply(row, &mut proceeding, act)
            };
            advance().map_err(|refusal| {
                let detail =
                    format!("record {} would become unlawful: {}", signed.id(), refusal.detail);
                Rejection::new(Code::ReplayImpossible, "/references", detail)
            })?;
        }
        for (id, lot) in &mut proceeding.lots {
            lot.prices = before.lots.get(id).and_then(|known| known.prices);
        }
        let case = &before.case;
        proceeding.case.money = case.money;
        proceeding.case.erased = case.erased;
        proceeding.case.undistributed_since = case.undistributed_since;
        proceeding.case.recovered_since = case.recovered_since;
        // What a commitment fixed is not in its entry; the status keeps it while it is in effect.
        let fixed = case.draw.as_ref().filter(|draw| Some(draw.commitment) == committed);
        proceeding.case.draw = fixed.map(|draw| Draw { drawn, ..draw.clone() });
        Ok(proceeding)
    }

    /// Which kind of record the correction's amounts are about: the end of a chain of corrections.
    fn money_kind(&self) -> Option<Kind> {
        kind_of(self.root()).filter(|kind| matches!(kind, Kind::E01 | Kind::E11 | Kind::E12))
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

    /// Adds the body's contrary amounts to the money, if it is known.
    pub(super) fn move_money<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        how: Correct,
        mut money: Option<&mut Money>,
        others: &mut Others,
    ) -> Result<(), Rejection> {
        let kind = self.money_kind();
        let allowed: &[&str] = match kind {
            Some(Kind::E01 | Kind::E11) => &["amount_delta"],
            Some(_) => &PAYOUT_DELTAS,
            None => &[],
        };
        let fields = judged.at_hand.body().map(Body::fields).unwrap_or_default();
        let others_too = |name: &str| name == "other_deltas" && kind == Some(Kind::E12);
        let odd = |name: &str| !allowed.contains(&name) && !others_too(name);
        if let Some(field) = fields.iter().find(|field| odd(&field.name)) {
            let detail = "the target holds no such amount";
            return Err(at_body(Code::TargetNotCorrectable, &field.name, detail));
        }
        if how != Correct::Amend && self.target_moved_money() {
            self.expect_direction(judged, how, allowed)?;
        }
        for name in allowed {
            let Some(money) = money.as_deref_mut() else { break };
            let slot = match (*name, kind) {
                ("amount_delta", Some(Kind::E01)) => &mut money.due,
                ("amount_delta", _) => &mut money.recovered,
                ("distributed_delta", _) => &mut money.distributed,
                ("expenses_delta", _) => &mut money.expenses,
                ("fee_delta", _) => &mut money.fee,
                ("passed_delta", _) => &mut money.passed,
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
        other_deltas(judged, others)?;
        if money.is_none_or(|money| money.is_sound()) {
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
            Correct::Amend | Correct::Reinstate | Correct::Erase => judged.amount(name) < 0,
        };
        if let Some(name) = allowed.iter().find(wrong) {
            return Err(at_body(Code::TotalsMismatch, name, "the amount has the wrong sign"));
        }
        let rows = judged.list("other_deltas");
        let amounts = rows.unwrap_or_default().iter().filter_map(|row| match row.as_list() {
            Some([_, amount]) => amount.as_i64(),
            Some(_) | None => None,
        });
        let (least, most) = amounts.fold((0, 0), |(least, most), it| (it.min(least), it.max(most)));
        if how == Correct::Annul && most > 0 || how == Correct::Reinstate && least < 0 {
            let detail = "an amount has the wrong sign";
            return Err(at_body(Code::TotalsMismatch, "other_deltas", detail));
        }
        Ok(())
    }
}

/// What the debtor's other cases get or give back; together it is what the case passed on.
fn other_deltas<V: View>(judged: &Judgement<'_, V>, others: &mut Others) -> Result<(), Rejection> {
    let rows = judged.list("other_deltas");
    let mut sum = 0_i64;
    for (at, row) in rows.unwrap_or_default().iter().enumerate() {
        let refuse =
            |code, detail: &str| Rejection::new(code, format!("/body/other_deltas/{at}"), detail);
        let Some([case, amount]) = row.as_list() else {
            return Err(refuse(Code::Validation, "a row is [case, amount]"));
        };
        let case = case.as_array_of().map(SubjectId);
        let Some(other) = case.and_then(|id| others.get_mut(id)) else {
            return Err(refuse(Code::SubjectMissing, "the target paid nothing to this case"));
        };
        let amount = amount.as_i64().unwrap_or_default();
        other.amount = other.amount.saturating_add(amount);
        sum = sum.saturating_add(amount);
    }
    if sum == judged.amount("passed_delta") {
        return Ok(());
    }
    let detail = "passed_delta differs from the sum of other_deltas";
    Err(at_body(Code::TotalsMismatch, "passed_delta", detail))
}

fn kind_of(record: &Record) -> Option<Kind> {
    Kind::from_number(record.kind)
}

/// How a record corrects, and where its target is; nothing if it is no correction.
fn correction(record: &Record, positions: &BTreeMap<RecordId, usize>) -> Option<(Correct, usize)> {
    if kind_of(record) != Some(Kind::E18) {
        return None;
    }
    let Ok(Step::Correct(how)) = Step::read(Kind::E18, record) else { return None };
    let target = record.references.iter().find(|r| r.relation == relation::TARGET)?.record;
    Some((how, *positions.get(&target)?))
}
