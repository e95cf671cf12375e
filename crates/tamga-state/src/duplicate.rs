//! Cases that look like each other (domain model §4.4; spec §22.2): pure functions of their summaries.
//!
//! Which cases to compare is the caller's business: those with one document, one court case, one claim.

use crate::dossier::Summary;

/// What it means that two cases look like each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// It is lawful.
    Lawful,
    /// Somebody should look.
    Signal,
    /// It must not be.
    Error,
}

/// How two cases look like each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Both are open about one document.
    Exact,
    /// One document was presented again.
    Presented {
        /// Whether it had been returned before, and the later case refers to the earlier.
        again: bool,
    },
    /// One issuer, court case, debtor, claimant and sum; different documents.
    Near,
    /// One court case, different debtors.
    Solidary {
        /// Whether both name one claim, which caps what is recovered in all.
        linked: bool,
    },
}

impl Likeness {
    /// What it means.
    #[must_use]
    pub const fn gravity(self) -> Gravity {
        match self {
            Self::Exact => Gravity::Error,
            Self::Presented { again: true } | Self::Solidary { linked: true } => Gravity::Lawful,
            Self::Presented { again: false } | Self::Solidary { linked: false } | Self::Near => {
                Gravity::Signal
            }
        }
    }

    /// The word in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "EXACT",
            Self::Presented { .. } => "RE_PRESENTATION",
            Self::Near => "NEAR",
            Self::Solidary { .. } => "SOLIDARY",
        }
    }
}

/// How two cases look like each other, given in any order; `None` if they don't, or too little is known.
#[must_use]
pub fn likeness(one: &Summary, other: &Summary) -> Option<Likeness> {
    if one.case == other.case {
        return None;
    }
    let (earlier, later) =
        if one.presented_at <= other.presented_at { (one, other) } else { (other, one) };
    let (first, second) = (&earlier.presentation, &later.presentation);
    if first.document == second.document {
        return Some(if earlier.is_open() && later.is_open() {
            Likeness::Exact
        } else {
            let again = earlier.is_returned() && second.previous.is_some();
            Likeness::Presented { again }
        });
    }
    let same_case = first.issuer.is_some()
        && first.issuer == second.issuer
        && first.case_number.is_some()
        && first.case_number == second.case_number;
    let same_claimant = first.claimants.iter().any(|id| second.claimants.contains(id));
    if !same_case || !same_claimant {
        return None;
    }
    if first.debtor != second.debtor {
        let linked = first.claim.is_some() && first.claim == second.claim;
        return Some(Likeness::Solidary { linked });
    }
    (first.amount.is_some() && first.amount == second.amount).then_some(Likeness::Near)
}

/// Whether linked cases recovered more than is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// They did not.
    Within,
    /// They did.
    Exceeds {
        /// By how much, in tiyn.
        by: i64,
    },
    /// The amounts of a case are not known.
    Unknown,
}

/// Whether the claimants of linked cases, about one claim or one document, got more than is due once.
///
/// Counted is what went to claimants or is left for them: fees are on top, and what is returned to a debtor is
/// no recovery. The sum due once is the largest that a case names.
#[must_use]
pub fn recovery<'s>(linked: impl IntoIterator<Item = &'s Summary>) -> Recovery {
    let mut recovered = 0_i64;
    let mut due = 0_i64;
    for summary in linked {
        let Some(balance) = summary.balance else { return Recovery::Unknown };
        recovered = recovered.saturating_add(balance.for_claimants());
        due = due.max(balance.due);
    }
    match recovered.saturating_sub(due) {
        by if by > 0 => Recovery::Exceeds { by },
        _ => Recovery::Within,
    }
}

#[cfg(test)]
mod tests;
