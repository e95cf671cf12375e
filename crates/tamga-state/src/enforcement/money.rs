//! Money: recovered sums are neither lost nor invented (spec §16.6).
//!
//! Amounts are confidential, so a refusal names the fields that disagree, never the difference.

use std::collections::BTreeMap;

use tamga_format::cbor::Value;
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
    Ok(Opened::open(judged.view, subject, case.money)?)
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
        Step::Correct(_) => judged.body.is_some(),
        _ => false,
    };
    if let (Step::Correct(how), Some(history), false) = (change.step, change.history, moves) {
        history.expects_no_money(how)?;
    }
    if !moves && !turns {
        return Ok(Sealed::default());
    }
    let money = match before {
        None => Opened::first(judged.record.subject, Money::default()),
        Some(case) if case.erased && change.step == Step::Reopen => restated(judged)?,
        Some(case) => of_case(judged, case)?,
    };
    let old = money.amounts;
    let mut new = money;
    match change.step {
        Step::Present => new.amounts.due = judged.amount("amount_due"),
        Step::Recover => recover(judged, &mut new.amounts)?,
        Step::PayOut => {
            let payout = Payout::read(judged, &after.case, others)?;
            payout.pay(judged, &mut new.amounts)?;
            fees::check(judged, &after.case, &new.amounts)?;
        }
        Step::Close(stage) => close(judged, stage, &new.amounts)?,
        Step::Correct(how) if moves => {
            if let Some(history) = change.history {
                history.move_money(judged, how, &mut new.amounts, others)?;
            }
        }
        _ => {}
    }
    let was_erased = before.is_some_and(|case| case.erased);
    after.case.erased = false;
    if new.amounts != old || was_erased || before.is_none() {
        after.case.money = new.seal(judged, effects);
    }
    follow(&mut after.case, &new.amounts, judged.record.event_time);
    let mut touched = Touched::default();
    touched.add(judged.record.subject.id, before, &after.case, &old, &new.amounts);
    pay_others(judged, change, others, &mut touched, effects)?;
    let mut sealed = Sealed::default();
    if change.step == Step::PayOut || change.step == Step::Present || touched.owed_moves() {
        let id = after.case.debtor;
        let status: DebtorStatus = judged.status(id)?.unwrap_or_default();
        let unpaid = debtor(judged, id, &status, &touched, effects, &mut sealed)?;
        if change.step == Step::PayOut {
            let own = judged.record.subject.id;
            payout::check_priority(&status, &unpaid, own, &touched.shares)?;
        }
    }
    for (id, moved) in &touched.claims {
        solidary(judged, change, *id, *moved, effects, &mut sealed)?;
    }
    Ok(sealed)
}

/// The cases whose money a record touches, and what it moves in solidary claims.
#[derive(Default)]
struct Touched {
    shares: BTreeMap<SubjectId, ClaimShare>,
    claims: BTreeMap<SubjectId, ClaimMoney>,
}

impl Touched {
    /// Whether what the debtor owes under enforcement changes.
    fn owed_moves(&self) -> bool {
        self.shares.values().any(|share| share.owed_before != share.owed_after)
    }

    fn add(&mut self, id: SubjectId, before: Option<&Case>, case: &Case, old: &Money, new: &Money) {
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
        let moved = self.claims.entry(claim).or_default();
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
        // A payout weighs every case that is named, also one whose share is nothing.
        if other.amount == 0 && change.step != Step::PayOut {
            continue;
        }
        let mut money = open(judged, Subject::new(Role::Case, other.id), &other.case)?;
        let old = money.amounts;
        money.amounts.recovered = old.recovered.saturating_add(other.amount);
        money.amounts.distributed = old.distributed.saturating_add(other.amount);
        let new = money.amounts;
        if !new.is_sound() || new.recovered > AMOUNT_MAX {
            let detail = "another case would have given out more than it recovered";
            return Err(at_body(Code::TotalsMismatch, "other_lines", detail));
        }
        touched.add(other.id, Some(&other.case), &other.case, &old, &new);
        if new != old {
            follow(&mut other.case, &new, judged.record.event_time);
            other.case.money = money.seal(judged, effects);
        }
    }
    Ok(())
}

/// What the debtor owes under enforcement, by order, follows the cases touched; gives it as it is
/// after the record.
fn debtor<V: View>(
    judged: &Judgement<'_, V>,
    id: SubjectId,
    before: &DebtorStatus,
    touched: &Touched,
    effects: &mut Effects,
    sealed: &mut Sealed,
) -> Result<Unpaid, Rejection> {
    let subject = Subject::new(Role::Debtor, id);
    let known = match before.unpaid {
        Some(commitment) => Opened::open(judged.view, subject, commitment)?,
        None => Opened::first(subject, Unpaid::default()),
    };
    let mut new = known;
    for share in touched.shares.values() {
        let order = usize::try_from(share.order).ok();
        if let Some(slot) = order.and_then(|order| new.amounts.0.get_mut(order)) {
            let moved = share.owed_after.saturating_sub(share.owed_before);
            *slot = slot.saturating_add(moved);
        }
    }
    if new.amounts != known.amounts || before.unpaid.is_none() {
        sealed.unpaid = Some(new.seal(judged, effects));
    }
    Ok(new.amounts)
}

/// A claim that several debtors owe together is paid once.
fn solidary<V: View>(
    judged: &Judgement<'_, V>,
    change: &Change<'_>,
    id: SubjectId,
    moved: ClaimMoney,
    effects: &mut Effects,
    sealed: &mut Sealed,
) -> Result<(), Rejection> {
    let subject = Subject::new(Role::Claim, id);
    let status: Option<Claim> = judged.status(id)?;
    let Some(status) = status else {
        let first = Opened::first(subject, moved);
        sealed.claims.push((id, first.seal(judged, effects)));
        return Ok(());
    };
    let known: Opened<ClaimMoney> = Opened::open(judged.view, subject, status.money)?;
    let mut new = known;
    if change.step == Step::Present {
        if moved.due != known.amounts.due {
            let detail = "it is not the sum that the debtors owe together";
            return Err(at_body(Code::TotalsMismatch, "amount_due", detail));
        }
    } else {
        new.amounts.due = new.amounts.due.saturating_add(moved.due);
    }
    new.amounts.recovered = new.amounts.recovered.saturating_add(moved.recovered);
    new.amounts.distributed = new.amounts.distributed.saturating_add(moved.distributed);
    if moved.distributed > 0 && new.amounts.distributed > new.amounts.due {
        let detail = "the debtors would together pay more than they owe together";
        return Err(at_body(Code::DoubleRecovery, "total", detail));
    }
    if new.amounts != known.amounts {
        sealed.claims.push((id, new.seal(judged, effects)));
    }
    Ok(())
}

/// Since when money lies undistributed, and all that is due is recovered.
fn follow(case: &mut Case, money: &Money, now: UnixMillis) {
    let since = |holds: bool, known: Option<UnixMillis>| holds.then(|| known.unwrap_or(now));
    let lies = money.undistributed().is_some_and(|rest| rest > 0);
    case.undistributed_since = since(lies, case.undistributed_since);
    let costs = [money.fee, money.expenses, money.sanction].into_iter();
    let owed = costs.fold(money.due, i64::saturating_add);
    let whole = money.due > 0 && money.recovered >= owed;
    case.recovered_since = since(whole, case.recovered_since);
}

/// E11: more was recovered, perhaps more than is due; the surplus is returned later.
fn recover<V: View>(judged: &Judgement<'_, V>, money: &mut Money) -> Result<(), Rejection> {
    let amount = judged.amount("amount");
    money.recovered = money.recovered.saturating_add(amount);
    if amount == 0 || money.recovered > AMOUNT_MAX {
        let detail = "it must be above 0, and the sum of all recoveries below 10^17 tiyn";
        return Err(at_body(Code::AmountOutOfRange, "amount", detail));
    }
    Ok(())
}

/// E15: nothing is left undistributed, and the totals stated are those of the case.
fn close<V: View>(judged: &Judgement<'_, V>, stage: Stage, money: &Money) -> Result<(), Rejection> {
    if money.undistributed() != Some(0) {
        let detail = "recovered funds are not distributed yet";
        return Err(Rejection::new(Code::FundsUndistributed, "/fields/outcome", detail));
    }
    for (name, is) in [("recovered", money.recovered), ("distributed", money.distributed)] {
        let stated = judged.has(name);
        if stage == Stage::ClosedExecuted && !stated {
            let detail = "an executed case states what was recovered and distributed";
            return Err(at_body(Code::Validation, name, detail));
        }
        if stated && judged.amount(name) != is {
            let detail = format!("{name} differs from the sum of the case's records");
            return Err(at_body(Code::TotalsMismatch, name, detail));
        }
    }
    Ok(())
}

/// The money of a case that reopens after its amounts were erased, stated anew.
fn restated<V: View>(judged: &Judgement<'_, V>) -> Result<Opened<Money>, Rejection> {
    let rows = judged.body.and_then(|body| body.get("restated")).and_then(Value::as_list);
    let refuse = |detail: &str| at_body(Code::BodyErased, "restated", detail);
    let rows = rows.ok_or_else(|| refuse("the case's amounts were erased; state them again"))?;
    let mut money = Money::default();
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
    let known: Option<Opened<Prices>> = match lot.prices {
        Some(commitment) => Some(Opened::open(judged.view, subject, commitment)?),
        None => None,
    };
    let before = known.as_ref().map(|known| known.amounts);
    if let Some(prices) = lots::prices(judged, stage, before)? {
        let mut new = known.unwrap_or(Opened::first(subject, Prices::default()));
        new.amounts = prices;
        lot.prices = Some(new.seal(judged, effects));
    }
    Ok(())
}
