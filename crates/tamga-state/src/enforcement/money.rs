//! Money: recovered sums are neither lost nor invented (spec §16.6).
//!
//! Amounts are confidential, so a refusal names the fields that disagree, never the difference.

use std::collections::BTreeMap;

use tamga_format::id::{SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::AMOUNT_MAX;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body};
use crate::matrix::Stage;
use crate::overlay::Effects;
use crate::status::{Case, Claim, ClaimMoney, DebtorStatus, LotStage, Money, Prices, Unpaid};
use crate::view::View;

use super::Change;
use super::parties::Others;
use super::payout::{self, ClaimShare, Payout};
use super::proceeding::{Proceeding, named};
use super::step::{Correct, Step};
use super::{fees, lots};
use crate::private::Opened;
use crate::told::Marks;

/// New commitments of private states that stand in statuses of others than the case.
#[derive(Default)]
pub(super) struct Sealed {
    /// The debtor's, to what is unpaid.
    pub(super) unpaid: Option<[u8; 32]>,
    /// Of solidary claims.
    pub(super) claims: Vec<(SubjectId, [u8; 32])>,
}

/// The money of the judged record's case.
pub(super) fn of_case<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
) -> Result<Opened<Money>, Rejection> {
    open(judged, judged.record.subject, case)
}

fn open<V: View>(
    judged: &Judgement<'_, V>,
    subject: Subject,
    case: &Case,
) -> Result<Opened<Money>, Rejection> {
    if case.erased {
        let detail = format!("the amounts of {subject} were erased with a body");
        return Err(Rejection::new(Code::BodyErased, "/subject", detail));
    }
    Ok(Opened::open(judged, subject, case.money)?)
}

/// Moves money as the step says, and commits to it in the statuses.
pub(super) fn apply<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &mut Proceeding,
    others: &mut Others,
    effects: &mut Effects,
) -> Result<Sealed, Rejection> {
    if let Step::Lot(stage) = change.step {
        lot_prices(judged, stage, after, effects)?;
    }
    if change.step == Step::Correct(Correct::Erase) {
        erase(judged, change, after, effects);
        return Ok(Sealed::default());
    }
    let before = change.before.map(|known| &known.case);
    let turns = before.is_some_and(Case::is_enforced) != after.case.is_enforced();
    let moves = match change.step {
        Step::Present | Step::Recover | Step::PayOut | Step::Close(_) | Step::Reopen => true,
        Step::Correct(_) => judged.record.body.is_some(),
        _ => false,
    };
    if let (Step::Correct(how), Some(history), false) = (change.step, change.history, moves) {
        history.expects_no_money(how)?;
    }
    if !moves && !turns {
        return Ok(Sealed::default());
    }
    let mut money = match before {
        None => Opened::first(judged.record.subject, Money::default()),
        Some(case) if case.erased && change.step == Step::Reopen => restated(judged)?,
        Some(case) => of_case(judged, case)?,
    };
    let old = money.amounts;
    if moves && judged.is_unseen() {
        money.move_unseen(judged);
    } else {
        move_seen(judged, change, after, others, &mut money.amounts)?;
    }
    if let (Step::Close(stage), Some(case)) = (change.step, before) {
        close(judged, case, stage, old.as_ref())?;
    }
    after.case.erased = false;
    let (new, marks) = (money.amounts, money.marks(judged));
    if let Some(commitment) = money.seal_moved(judged, effects) {
        after.case.money = commitment;
    }
    follow(&mut after.case, marks, judged.record.event_time);
    let mut touched = Touched::default();
    touched.add(judged.record.subject.id, before, &after.case, old.as_ref().zip(new.as_ref()));
    pay_others(judged, change, others, &mut touched, effects)?;
    let mut sealed = Sealed::default();
    if change.step == Step::PayOut || change.step == Step::Present || touched.owed_moves() {
        let id = after.case.debtor;
        let status: DebtorStatus = judged.status(id)?.unwrap_or_default();
        let unpaid = debtor(judged, id, &status, &touched, effects, &mut sealed)?;
        if let (Step::PayOut, Some(shares), Some(unpaid)) = (change.step, touched.shares(), unpaid)
        {
            let own = judged.record.subject.id;
            payout::check_priority(&status, &unpaid, own, shares)?;
        }
    }
    for (id, moved) in &touched.claims {
        solidary(judged, change, *id, *moved, effects, &mut sealed)?;
    }
    Ok(sealed)
}

/// Moves the money of the case as the body says, and judges what the body says by itself also where the money before it
/// is not known.
fn move_seen<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &Proceeding,
    others: &mut Others,
    money: &mut Option<Money>,
) -> Result<(), Rejection> {
    match (change.step, change.history) {
        (Step::Present, _) => {
            if let Some(money) = money {
                money.due = judged.amount("amount_due");
            }
        }
        (Step::Recover, _) => recover(judged, money.as_mut())?,
        (Step::PayOut, _) => {
            let payout = Payout::read(judged, &after.case, others)?;
            if let Some(money) = money {
                payout.pay(judged, money)?;
                fees::check(judged, &after.case, money)?;
            }
        }
        (Step::Correct(how), Some(history)) if judged.record.body.is_some() => {
            history.move_money(judged, how, money.as_mut(), others)?;
        }
        (_, _) => {}
    }
    Ok(())
}

/// The cases whose money a record touches, and what it moves in solidary claims, as far as that is known.
#[derive(Default)]
struct Touched {
    shares: BTreeMap<SubjectId, ClaimShare>,
    claims: BTreeMap<SubjectId, Option<ClaimMoney>>,
    /// Whether the amounts of a case are not known.
    unknown: bool,
}

impl Touched {
    /// Whether what the debtor owes under enforcement changes, or may.
    fn owed_moves(&self) -> bool {
        self.unknown || self.shares.values().any(|share| share.owed_before != share.owed_after)
    }

    /// The share of each case, if all are known.
    fn shares(&self) -> Option<&BTreeMap<SubjectId, ClaimShare>> {
        (!self.unknown).then_some(&self.shares)
    }

    fn add(
        &mut self,
        id: SubjectId,
        before: Option<&Case>,
        case: &Case,
        money: Option<(&Money, &Money)>,
    ) {
        let Some((old, new)) = money else {
            self.unknown = true;
            self.claims.extend(case.claim.map(|claim| (claim, None)));
            return;
        };
        let owed = |enforced: bool, money: &Money| if enforced { money.unpaid() } else { 0 };
        let share = ClaimShare {
            order: case.claim_order,
            unpaid: old.unpaid(),
            paid: new.distributed.saturating_sub(old.distributed),
            periodic: case.periodic,
            owed_before: owed(before.is_some_and(Case::is_enforced), old),
            owed_after: owed(case.is_enforced(), new),
        };
        self.shares.insert(id, share);
        let Some(claim) = case.claim else { return };
        let moved = self.claims.entry(claim).or_insert_with(|| Some(ClaimMoney::default()));
        let Some(moved) = moved else { return };
        moved.due = moved.due.saturating_add(new.due.saturating_sub(old.due));
        moved.recovered =
            moved.recovered.saturating_add(new.recovered.saturating_sub(old.recovered));
        moved.distributed = moved.distributed.saturating_add(share.paid);
    }
}

/// Money that passes to another case is recovered there and paid out at once.
fn pay_others<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    others: &mut Others,
    touched: &mut Touched,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    for other in &mut others.0 {
        let subject = Subject::new(Role::Case, other.id);
        let is_paid =
            other.amount != 0 || judged.is_unseen() && judged.at_hand.told(&subject).is_some();
        // A payout weighs every case that is named, also one whose share is nothing.
        if !is_paid && change.step != Step::PayOut {
            continue;
        }
        let mut money = open(judged, subject, &other.case)?;
        let old = money.amounts;
        if judged.is_unseen() {
            money.move_unseen(judged);
        } else if let Some(new) = &mut money.amounts {
            new.recovered = new.recovered.saturating_add(other.amount);
            new.distributed = new.distributed.saturating_add(other.amount);
            if !new.is_sound() || new.recovered > AMOUNT_MAX {
                let detail = "another case would have given out more than it recovered";
                return Err(at_body(Code::TotalsMismatch, "other_lines", detail));
            }
        }
        let known = old.as_ref().zip(money.amounts.as_ref());
        touched.add(other.id, Some(&other.case), &other.case, known);
        let marks = money.marks(judged);
        if let Some(commitment) = money.seal_moved(judged, effects) {
            follow(&mut other.case, marks, judged.record.event_time);
            other.case.money = commitment;
        }
    }
    Ok(())
}

/// What the debtor owes under enforcement, by order, follows the cases touched; gives it as it is
/// after the record, if it is known.
fn debtor<V: View>(
    judged: &Judgement<'_, V>,
    id: SubjectId,
    before: &DebtorStatus,
    touched: &Touched,
    effects: &mut Effects,
    sealed: &mut Sealed,
) -> Result<Option<Unpaid>, Rejection> {
    let subject = Subject::new(Role::Debtor, id);
    let mut owed = match before.unpaid {
        Some(commitment) => Opened::open(judged, subject, commitment)?,
        None => Opened::first(subject, Unpaid::default()),
    };
    match (touched.shares(), &mut owed.amounts) {
        (Some(shares), Some(unpaid)) => {
            for share in shares.values() {
                let order = usize::try_from(share.order).ok();
                if let Some(slot) = order.and_then(|order| unpaid.0.get_mut(order)) {
                    let moved = share.owed_after.saturating_sub(share.owed_before);
                    *slot = slot.saturating_add(moved);
                }
            }
        }
        (Some(_), None) => {}
        (None, _) => owed.move_unseen(judged),
    }
    sealed.unpaid = owed.seal_moved(judged, effects);
    Ok(owed.amounts)
}

/// A claim that several debtors owe together is paid once.
fn solidary<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    id: SubjectId,
    moved: Option<ClaimMoney>,
    effects: &mut Effects,
    sealed: &mut Sealed,
) -> Result<(), Rejection> {
    let subject = Subject::new(Role::Claim, id);
    let status: Option<Claim> = judged.status(id)?;
    let Some(status) = status else {
        let mut first = Opened::first(subject, moved.unwrap_or_default());
        if moved.is_none() {
            first.move_unseen(judged);
        }
        sealed.claims.push((id, first.seal(judged, effects)));
        return Ok(());
    };
    let mut claim: Opened<ClaimMoney> = Opened::open(judged, subject, status.money)?;
    match (moved, &mut claim.amounts) {
        (Some(moved), Some(known)) => {
            if change.step == Step::Present {
                if moved.due != known.due {
                    let detail = "it is not the sum that the debtors owe together";
                    return Err(at_body(Code::TotalsMismatch, "amount_due", detail));
                }
            } else {
                known.due = known.due.saturating_add(moved.due);
            }
            known.recovered = known.recovered.saturating_add(moved.recovered);
            known.distributed = known.distributed.saturating_add(moved.distributed);
            if moved.distributed > 0 && known.distributed > known.due {
                let detail = "the debtors would together pay more than they owe together";
                return Err(at_body(Code::DoubleRecovery, "total", detail));
            }
        }
        (Some(_), None) => {}
        (None, _) => claim.move_unseen(judged),
    }
    sealed.claims.extend(claim.seal_moved(judged, effects).map(|commitment| (id, commitment)));
    Ok(())
}

/// Since when money lies undistributed, and all that is due is recovered.
fn follow(case: &mut Case, marks: Option<Marks>, now: UnixMillis) {
    let Some(Marks { undistributed, recovered }) = marks else { return };
    let since = |holds: bool, known: Option<UnixMillis>| holds.then(|| known.unwrap_or(now));
    case.undistributed_since = since(undistributed, case.undistributed_since);
    case.recovered_since = since(recovered, case.recovered_since);
}

/// E11: more was recovered, perhaps more than is due; the surplus is returned later.
fn recover<V: View>(judged: &Judgement<'_, V>, money: Option<&mut Money>) -> Result<(), Rejection> {
    let amount = judged.amount("amount");
    let recovered = money.map_or(amount, |money| {
        money.recovered = money.recovered.saturating_add(amount);
        money.recovered
    });
    if amount == 0 || recovered > AMOUNT_MAX {
        let detail = "it must be above 0, and the sum of all recoveries below 10^17 tiyn";
        return Err(at_body(Code::AmountOutOfRange, "amount", detail));
    }
    Ok(())
}

/// E15: nothing is left undistributed, which the status says too, and the totals stated are those of the case.
fn close<V: View>(
    judged: &Judgement<'_, V>,
    before: &Case,
    stage: Stage,
    money: Option<&Money>,
) -> Result<(), Rejection> {
    let distributed = match money {
        Some(money) => money.undistributed() == Some(0),
        None => before.undistributed_since.is_none(),
    };
    if !distributed {
        let detail = "recovered funds are not distributed yet";
        return Err(Rejection::new(Code::FundsUndistributed, "/fields/outcome", detail));
    }
    let totals = [
        ("recovered", money.map(|money| money.recovered)),
        ("distributed", money.map(|money| money.distributed)),
    ];
    for (name, is) in totals {
        if stage == Stage::ClosedExecuted && judged.lacks(name) {
            let detail = "an executed case states what was recovered and distributed";
            return Err(at_body(Code::Validation, name, detail));
        }
        if judged.has(name) && is.is_some_and(|is| judged.amount(name) != is) {
            let detail = format!("{name} differs from the sum of the case's records");
            return Err(at_body(Code::TotalsMismatch, name, detail));
        }
    }
    Ok(())
}

/// The money of a case that reopens after its amounts were erased, stated anew.
fn restated<V: View>(judged: &Judgement<'_, V>) -> Result<Opened<Money>, Rejection> {
    let mut money = Money::default();
    if judged.is_unseen() {
        return Ok(Opened::first(judged.record.subject, money));
    }
    let refuse = |detail: &str| at_body(Code::BodyErased, "restated", detail);
    let rows = judged.list("restated");
    let rows = rows.ok_or_else(|| refuse("the case's amounts were erased; state them again"))?;
    let mut stated = std::collections::BTreeSet::new();
    for row in rows {
        let Some([part, amount]) = row.as_list() else {
            return Err(refuse("a row is [part, amount]"));
        };
        let name = part.as_text().unwrap_or_default();
        match (money.part_mut(name), amount.as_i64()) {
            (Some(slot), Some(amount)) if stated.insert(name) => *slot = amount,
            _ => return Err(refuse("every part is stated once")),
        }
    }
    if stated.len() != Money::PARTS.len() {
        return Err(refuse("every part is stated"));
    }
    if !money.is_sound() {
        return Err(at_body(Code::TotalsMismatch, "restated", "more was given out than recovered"));
    }
    Ok(Opened::first(judged.record.subject, money))
}

/// The opening of the case's money goes with the body, and with a lot's record that of its prices.
fn erase<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    after: &mut Proceeding,
    effects: &mut Effects,
) {
    if !after.case.erased {
        effects.privates.push((judged.record.subject, None));
    }
    after.case.erased = true;
    for (id, lot) in &mut after.lots {
        if lot.prices.take().is_some() {
            effects.privates.push((Subject::new(Role::Lot, *id), None));
        }
    }
    effects.erased = change.history.map(super::correction::History::target_id);
}

/// The prices of the lot that the record names.
fn lot_prices<V: View>(
    judged: &Judgement<'_, V>,
    stage: LotStage,
    after: &mut Proceeding,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let Some(id) = named(judged.record, Role::Lot) else { return Ok(()) };
    let Some(lot) = after.lots.get_mut(&id) else { return Ok(()) };
    let subject = Subject::new(Role::Lot, id);
    let mut prices: Opened<Prices> = match lot.prices {
        Some(commitment) => Opened::open(judged, subject, commitment)?,
        None => Opened::first(subject, Prices::default()),
    };
    if lots::price(judged, stage, prices.amounts.as_mut())? {
        if judged.is_unseen() {
            prices.move_unseen(judged);
        }
        lot.prices = Some(prices.seal(judged, effects));
    }
    Ok(())
}
