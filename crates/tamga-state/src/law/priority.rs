//! Recovered sums by order of claims (EL arts. 110–112; spec §16.11).
//!
//! Claims of one order are paid only after those of every earlier order are paid in full, and in proportion to what is
//! due if they can't all be. Where the bailiff's charges stand is a parameter.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::law::split::parts_by_id;

/// Where fee, expenses and sanction stand among the claims: the parameter `fee_position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargesPosition {
    /// They take what the claims leave.
    AfterClaims,
    /// They are taken first.
    BeforeClaims,
}

impl ChargesPosition {
    /// The words of the parameter.
    pub const NAMES: &'static [&'static str] = &["after_claims", "before_claims"];

    /// The position a word of the parameter means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "after_claims" => Some(Self::AfterClaims),
            "before_claims" => Some(Self::BeforeClaims),
            _ => None,
        }
    }
}

/// The editions of the orders of claims: the words of the parameter `claim_priorities`.
pub const EDITIONS: &[&str] = &["EL-110-112"];

/// The orders that claims of a category may have by arts. 111 and 112; which order the law gives the last rows is not
/// confirmed, but none of them comes before a claim for alimony, harm, wages or an author's remuneration.
pub const ORDERS: &[(&str, RangeInclusive<u64>)] = &[
    ("ALIMONY", 1..=1),
    ("HARM", 1..=1),
    ("WAGES", 1..=1),
    ("AUTHOR_REMUNERATION", 2..=2),
    ("TAX", 3..=9),
    ("FINE", 3..=9),
    ("DEBT", 3..=9),
    ("NON_MONETARY", 3..=9),
    ("OTHER", 3..=9),
];

/// The orders that claims of a category may have by an edition; `None` of an edition or category that is not known.
#[must_use]
pub fn orders(edition: &str, category: &str) -> Option<&'static RangeInclusive<u64>> {
    let known = EDITIONS.contains(&edition);
    let row = ORDERS.iter().find(|(name, _)| known && *name == category);
    row.map(|(_, orders)| orders)
}

/// An unpaid claim: its order, from 1, and what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The order, 1 to be paid first.
    pub order: u64,
    /// Unpaid, in tiyn.
    pub due: i64,
}

/// What the enforcement itself costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// Expenses of enforcement, paid before the others.
    pub expenses: i64,
    /// The private bailiff's fee.
    pub fee: i64,
    /// The enforcement sanction.
    pub sanction: i64,
}

/// Where a recovered sum goes; the parts add up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution<Id> {
    /// To each claim.
    pub paid: BTreeMap<Id, i64>,
    /// To the charges.
    pub charges: Charges,
    /// What no claim and no charge takes: it is retained on a lawful ground or returned to the debtor.
    pub rest: i64,
}

impl<Id> Distribution<Id> {
    /// All parts together; `None` on overflow.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        let charges = [self.charges.expenses, self.charges.fee, self.charges.sanction, self.rest];
        self.paid.values().copied().chain(charges).try_fold(0, i64::checked_add)
    }
}

/// Distributes a sum: what was recovered less what was returned to the debtor before.
///
/// `None` if a sum is below 0.
#[must_use]
pub fn distribute<Id: Ord + Clone>(
    sum: i64,
    claims: &BTreeMap<Id, Claim>,
    charges: Charges,
    position: ChargesPosition,
) -> Option<Distribution<Id>> {
    let amounts = [sum, charges.expenses, charges.fee, charges.sanction];
    if amounts.into_iter().chain(claims.values().map(|claim| claim.due)).any(|part| part < 0) {
        return None;
    }
    let mut left = sum;
    let mut taken = Charges::default();
    if position == ChargesPosition::BeforeClaims {
        taken = take_charges(&mut left, charges);
    }
    let paid = pay(&mut left, claims)?;
    if position == ChargesPosition::AfterClaims {
        taken = take_charges(&mut left, charges);
    }
    Some(Distribution { paid, charges: taken, rest: left })
}

fn take_charges(left: &mut i64, charges: Charges) -> Charges {
    let mut take = |asked: i64| {
        let part = asked.min(*left);
        *left = left.saturating_sub(part);
        part
    };
    Charges {
        expenses: take(charges.expenses),
        fee: take(charges.fee),
        sanction: take(charges.sanction),
    }
}

fn pay<Id: Ord + Clone>(left: &mut i64, claims: &BTreeMap<Id, Claim>) -> Option<BTreeMap<Id, i64>> {
    let mut orders: BTreeMap<u64, BTreeMap<Id, i64>> = BTreeMap::new();
    for (id, claim) in claims {
        orders.entry(claim.order).or_default().insert(id.clone(), claim.due);
    }
    let mut paid = BTreeMap::new();
    for dues in orders.values() {
        // More may be due than a sum can hold; no more is paid than is left.
        let due = dues.values().fold(0_i64, |sum, due| sum.saturating_add(*due));
        let share = due.min(*left);
        *left = left.saturating_sub(share);
        paid.extend(parts_by_id(share, dues)?);
    }
    Some(paid)
}

#[cfg(test)]
mod tests;
