//! The private bailiff's fee and the enforcement sanction (EL art. 118, order 416; spec §16.12).
//!
//! Brackets are in МРП, the monthly calculation index, whose value depends on the date. Fees are rounded down to
//! a whole tiyn.

use crate::law::parameters::{Law, Name};

/// A rate of 100 %, in basis points.
const WHOLE_BP: i64 = 10_000;

/// Tiyn in a tenge.
pub const TIYN: i64 = 100;

/// How a scale of rates applies to a sum: the parameter `fee_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeMode {
    /// The rate of the bracket in which the sum lies, on the whole sum.
    Flat,
    /// Each bracket's rate on the part of the sum that lies in it.
    Marginal,
}

impl FeeMode {
    /// The words of the parameter.
    pub const NAMES: &'static [&'static str] = &["flat", "marginal"];

    /// The mode a word of the parameter means.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "flat" => Some(Self::Flat),
            "marginal" => Some(Self::Marginal),
            _ => None,
        }
    }
}

/// A scale of fees: upper bounds of brackets in tiyn, and one rate more in basis points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeScale {
    bounds: Vec<i64>,
    rates_bp: Vec<i64>,
    mode: FeeMode,
    inclusive: bool,
}

impl FeeScale {
    /// A scale with bounds in МРП and the value of a МРП in tenge; `inclusive` says whether a sum that equals a bound
    /// still lies below it.
    ///
    /// `None` if bounds don't ascend from above 0, a rate is not from 0 to 100 %, or there is not one rate more than
    /// bounds.
    #[must_use]
    pub fn new(
        bounds_mrp: &[i64],
        rates_bp: &[i64],
        mrp: i64,
        mode: FeeMode,
        inclusive: bool,
    ) -> Option<Self> {
        let unit = mrp.checked_mul(TIYN).filter(|unit| *unit > 0)?;
        let bounds: Vec<i64> =
            bounds_mrp.iter().map(|bound| bound.checked_mul(unit)).collect::<Option<_>>()?;
        let ascend =
            bounds.first().is_none_or(|first| *first > 0) && bounds.is_sorted_by(|a, b| a < b);
        let fits = rates_bp.len() == bounds.len().saturating_add(1)
            && rates_bp.iter().all(|rate| (0..=WHOLE_BP).contains(rate));
        (ascend && fits).then(|| Self { bounds, rates_bp: rates_bp.to_vec(), mode, inclusive })
    }

    /// The scale in force on a day; `None` if one of its parameters is not known or they don't fit each other.
    #[must_use]
    pub fn on(law: &Law, day: i64) -> Option<Self> {
        let mode = FeeMode::from_name(law.word(Name::FeeMode, day)?)?;
        Self::new(
            &law.numbers(Name::FeeBracketsMrp, day)?,
            &law.numbers(Name::FeeRatesBp, day)?,
            law.number(Name::Mrp, day)?,
            mode,
            law.flag(Name::FeeBoundaryInclusive, day)?,
        )
    }

    /// The fee for a recovered sum; `None` below 0.
    #[must_use]
    pub fn fee(&self, sum: i64) -> Option<i64> {
        if sum < 0 {
            return None;
        }
        match self.mode {
            FeeMode::Flat => {
                let below = |bound: &i64| if self.inclusive { sum <= *bound } else { sum < *bound };
                let at = self.bounds.iter().position(below).unwrap_or(self.bounds.len());
                share(sum, *self.rates_bp.get(at)?)
            }
            FeeMode::Marginal => {
                let mut weighted = 0_i128;
                let mut lower = 0_i64;
                for (rate, upper) in
                    self.rates_bp.iter().zip(self.bounds.iter().chain(core::iter::once(&i64::MAX)))
                {
                    let part = sum.min(*upper).saturating_sub(lower).max(0);
                    weighted =
                        weighted.checked_add(i128::from(part).checked_mul(i128::from(*rate))?)?;
                    lower = *upper;
                }
                i64::try_from(weighted.checked_div(i128::from(WHOLE_BP))?).ok()
            }
        }
    }
}

/// A share of a sum in basis points, rounded down; `None` below 0 or on overflow.
#[must_use]
pub fn share(sum: i64, rate_bp: i64) -> Option<i64> {
    if sum < 0 || rate_bp < 0 {
        return None;
    }
    let product = i128::from(sum).checked_mul(i128::from(rate_bp))?;
    i64::try_from(product.checked_div(i128::from(WHOLE_BP))?).ok()
}

/// The enforcement sanction for a sum, as of a day; `None` if its rate is not known.
#[must_use]
pub fn sanction(law: &Law, day: i64, sum: i64) -> Option<i64> {
    share(sum, law.number(Name::SanctionBp, day)?)
}

/// A claim that is not for money, by what is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonMonetary {
    /// Eviction, moving in, an obligation to act.
    Act,
    /// Securing a claim, release from arrest, and others.
    Securing,
    /// Contact with a child, for each month.
    ChildContact,
}

/// Who the debtor is, for fees that differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// A natural person.
    Person,
    /// A legal entity.
    Organisation,
}

/// The fee for a claim that is not for money, as of a day, in tiyn; `None` if it is not known.
#[must_use]
pub fn non_monetary(law: &Law, day: i64, claim: NonMonetary, payer: Payer) -> Option<i64> {
    let by_payer = |name| {
        let pair = law.numbers(name, day)?;
        let [person, organisation] = pair.as_slice() else { return None };
        Some(match payer {
            Payer::Person => *person,
            Payer::Organisation => *organisation,
        })
    };
    let mrp = match claim {
        NonMonetary::Act => by_payer(Name::FeeActMrp)?,
        NonMonetary::Securing => by_payer(Name::FeeSecuringMrp)?,
        NonMonetary::ChildContact => law.number(Name::FeeChildContactMrp, day)?,
    };
    mrp_to_tiyn(law, day, mrp)
}

/// So many МРП of a day, in tiyn; `None` if its value is not known.
#[must_use]
pub fn mrp_to_tiyn(law: &Law, day: i64, mrp: i64) -> Option<i64> {
    law.number(Name::Mrp, day)?.checked_mul(TIYN)?.checked_mul(mrp)
}

#[cfg(test)]
mod tests;
