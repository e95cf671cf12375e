//! E12: recovered sums go to claims by their order, and within an order pro rata (EL arts. 110–112;
//! spec §16.6).

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;

use crate::catalogue::WriterRole;
use crate::codes::{Code, Rejection};
use crate::law::split;
use crate::machine::{Judgement, at_body};
use crate::status::{Case, DebtorStatus, Money, Unpaid};
use crate::view::View;

use super::parties::Others;

/// The parts of a payout that its body states.
pub(super) struct Payout {
    /// Paid to claimants of the case.
    own: i64,
    /// Passed on to claimants of the debtor's other cases.
    passed: i64,
    total: i64,
}

impl Payout {
    /// Reads the body; what each other case gets is noted there.
    pub(super) fn read<V: View>(
        judged: &Judgement<'_, V>,
        case: &Case,
        others: &mut Others,
    ) -> Result<Self, Rejection> {
        let own = own_lines(judged, case)?;
        let passed = other_lines(judged, others)?;
        let part = |name| judged.amount(name);
        if part("fee") > 0 && judged.writer.role != WriterRole::PrivateBailiff {
            return Err(at_body(Code::RoleForbidden, "fee", "only private bailiffs earn a fee"));
        }
        if part("sanction") > 0 && judged.writer.role != WriterRole::StateBailiff {
            let detail = "only state bailiffs levy the sanction";
            return Err(at_body(Code::RoleForbidden, "sanction", detail));
        }
        let sum = ["fee", "expenses", "sanction", "retained", "returned"]
            .into_iter()
            .map(part)
            .try_fold(own, i64::checked_add)
            .and_then(|sum| sum.checked_add(passed));
        let total = part("total");
        if total == 0 || sum != Some(total) {
            let detail =
                "total differs from the lines, fee, expenses, sanction, retained and returned";
            return Err(at_body(Code::TotalsMismatch, "total", detail));
        }
        Ok(Self { own, passed, total })
    }

    /// Moves the case's money.
    pub(super) fn pay<V: View>(
        &self,
        judged: &Judgement<'_, V>,
        money: &mut Money,
    ) -> Result<(), Rejection> {
        if money.undistributed().is_none_or(|rest| self.total > rest) {
            let detail = "total exceeds what was recovered and not yet distributed";
            return Err(at_body(Code::TotalsMismatch, "total", detail));
        }
        // No sum below overflows: all of them together are at most what was recovered.
        money.distributed = money.distributed.saturating_add(self.own);
        money.passed = money.passed.saturating_add(self.passed);
        for name in ["fee", "expenses", "sanction", "retained", "returned"] {
            if let Some(part) = money.part_mut(name) {
                *part = part.saturating_add(judged.amount(name));
            }
        }
        Ok(())
    }
}

/// Checks the priority: every case of an order that is paid is named, orders before it are
/// satisfied, and within an order each claim gets its share of what is due.
pub(super) fn check_priority(
    debtor: &DebtorStatus,
    unpaid: &Unpaid,
    own: SubjectId,
    claims: &BTreeMap<SubjectId, ClaimShare>,
) -> Result<(), Rejection> {
    let mut orders: BTreeMap<u64, Vec<&ClaimShare>> = BTreeMap::new();
    for share in claims.values() {
        orders.entry(share.order).or_default().push(share);
    }
    orders.retain(|_, shares| shares.iter().any(|share| share.paid > 0));
    for (order, shares) in &orders {
        let count = usize::try_from(*order).ok().and_then(|at| debtor.claims.get(at)).copied();
        let named = u64::try_from(shares.len()).unwrap_or(u64::MAX);
        if count != Some(named) {
            let count = count.unwrap_or_default();
            let detail =
                format!("{count} cases of order {order} are under enforcement, {named} are named");
            return Err(Rejection::new(Code::ClaimsMissing, "/subjects", detail));
        }
        // What falls due periodically grows, so nothing says what is due of it today.
        if shares.iter().all(|share| !share.periodic) {
            pro_rata(*order, shares)?;
        }
    }
    let idle =
        |(id, share): &(&SubjectId, &ClaimShare)| **id != own && !orders.contains_key(&share.order);
    if let Some((_, share)) = claims.iter().find(idle) {
        let detail = format!("no claim of order {} is paid", share.order);
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    let last = orders.keys().next_back().copied().unwrap_or_default();
    match (0_u64..).zip(unpaid.0).find(|(order, unpaid)| *order < last && *unpaid > 0) {
        Some((order, _)) => {
            let detail = format!(
                "claims of order {order} are not satisfied, so none of order {last} is paid"
            );
            Err(Rejection::new(Code::ClaimOrder, "/body/lines", detail))
        }
        None => Ok(()),
    }
}

/// What one case's claim gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimShare {
    pub(super) order: u64,
    pub(super) unpaid: i64,
    pub(super) paid: i64,
    pub(super) periodic: bool,
    /// What it counts for in what the debtor owes under enforcement.
    pub(super) owed_before: i64,
    pub(super) owed_after: i64,
}

/// Within an order each claim gets its part of what is due, by the largest remainder; claims are in
/// ascending order of their cases' ids.
fn pro_rata(order: u64, shares: &[&ClaimShare]) -> Result<(), Rejection> {
    let refuse = |code, what: &str| {
        Err(Rejection::new(code, "/body/lines", format!("a claim of order {order} {what}")))
    };
    if shares.iter().any(|share| share.paid > share.unpaid) {
        return refuse(Code::LimitExceeded, "gets more than is due to it");
    }
    let paid: i128 = shares.iter().map(|share| i128::from(share.paid)).sum();
    let weights: Vec<i64> = shares.iter().map(|share| share.unpaid).collect();
    let parts = split::parts(i64::try_from(paid).unwrap_or(i64::MAX), &weights);
    let fits = |parts: Vec<i64>| shares.iter().zip(parts).all(|(share, part)| share.paid == part);
    // Without weights nothing is due, and above nothing was found to be paid.
    if parts.is_none_or(fits) {
        return Ok(());
    }
    refuse(Code::ClaimShare, "does not get its part in proportion to what is due")
}

fn refuse_line(name: &str, at: usize, code: Code, detail: &str) -> Rejection {
    Rejection::new(code, format!("/body/{name}/{at}"), detail)
}

/// What the lines pay; each goes to a claimant of this case, in the order of its claim.
fn own_lines<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<i64, Rejection> {
    let mut sum = 0_i64;
    for (at, line) in judged.list("lines").unwrap_or_default().iter().enumerate() {
        let refuse = |code, detail: &str| refuse_line("lines", at, code, detail);
        let Some([order, claimant, amount]) = line.as_list() else {
            return Err(refuse(Code::Validation, "a line is [order, claimant, amount]"));
        };
        let claimant = claimant.as_array_of().map(SubjectId);
        if !claimant.is_some_and(|id| case.claimants.contains(&id)) {
            return Err(refuse(Code::PayeeNotParty, "the payee is no claimant of this case"));
        }
        if order.as_u64() != Some(case.claim_order) {
            return Err(refuse(Code::ClaimOrder, "the order is not that of the case"));
        }
        let next = sum.checked_add(amount.as_i64().unwrap_or_default());
        sum =
            next.ok_or_else(|| refuse(Code::AmountOutOfRange, "the lines' sum is out of range"))?;
    }
    Ok(sum)
}

/// What the lines for other cases pay; each goes to a claimant of a case that is named.
fn other_lines<V: View>(judged: &Judgement<'_, V>, others: &mut Others) -> Result<i64, Rejection> {
    let mut sum = 0_i64;
    for (at, line) in judged.list("other_lines").unwrap_or_default().iter().enumerate() {
        let refuse = |code, detail: &str| refuse_line("other_lines", at, code, detail);
        let Some([case, claimant, amount]) = line.as_list() else {
            return Err(refuse(Code::Validation, "a line is [case, claimant, amount]"));
        };
        let case = case.as_array_of().map(SubjectId);
        let Some(other) = case.and_then(|id| others.get_mut(id)) else {
            return Err(refuse(Code::SubjectMissing, "the case that is paid must be named"));
        };
        let claimant = claimant.as_array_of().map(SubjectId);
        if !claimant.is_some_and(|id| other.case.claimants.contains(&id)) {
            return Err(refuse(Code::PayeeNotParty, "the payee is no claimant of that case"));
        }
        let amount = amount.as_i64().unwrap_or_default();
        let next = sum.checked_add(amount).zip(other.amount.checked_add(amount));
        let (total, paid) =
            next.ok_or_else(|| refuse(Code::AmountOutOfRange, "the lines' sum is out of range"))?;
        (sum, other.amount) = (total, paid);
    }
    Ok(sum)
}
