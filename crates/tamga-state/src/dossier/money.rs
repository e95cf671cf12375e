//! What was due, recovered and given out after each event of a case.
//!
//! Money moves by the amounts in the bodies of all records, annulled ones too: a correction carries contrary amounts
//! (spec §16.7). Once a body is not held, nothing is known any more.

use std::collections::BTreeMap;

use tamga_format::id::RecordId;

use super::{Event, What};

/// The money of a case after an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// To be recovered.
    pub due: i64,
    /// Recovered in this case.
    pub recovered: i64,
    /// Given out to anybody, or retained.
    pub given_out: i64,
    /// Given out to others than the claimants of this case.
    pub to_others: i64,
    /// Paid to the claimants of this case out of other cases.
    pub received: i64,
}

impl Balance {
    /// What went to the claimants of this case, or is left for them.
    #[must_use]
    pub const fn for_claimants(&self) -> i64 {
        self.recovered.saturating_add(self.received).saturating_sub(self.to_others)
    }

    /// Whether what was recovered covers what is due and all that went to others.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        self.due > 0 && self.for_claimants() >= self.due
    }

    /// Whether nothing of the first `recovered` tiyn is left.
    #[must_use]
    pub fn gave_out(&self, recovered: i64) -> bool {
        self.given_out >= recovered.min(self.recovered)
    }
}

/// Which amount of a record a correction of it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Due,
    Recovered,
    GivenOut,
}

/// The balance after each event; nothing from the first event on whose amounts are not known.
#[must_use]
pub fn balances(events: &[Event]) -> BTreeMap<RecordId, Balance> {
    let mut parts: BTreeMap<RecordId, Part> = BTreeMap::new();
    let mut balance = Balance::default();
    let mut balances = BTreeMap::new();
    for event in events {
        let part = match &event.what {
            What::Presented(_) => Some(Part::Due),
            What::Recovered { .. } => Some(Part::Recovered),
            What::Distributed { .. } => Some(Part::GivenOut),
            What::Corrected { target, .. } => parts.get(target).copied(),
            _ => None,
        };
        parts.extend(part.map(|part| (event.record, part)));
        if balance.add(&event.what, part).is_none() {
            break;
        }
        balances.insert(event.record, balance);
    }
    balances
}

impl Balance {
    fn add(&mut self, what: &What, part: Option<Part>) -> Option<()> {
        match what {
            What::Presented(presentation) => self.due = presentation.amount?,
            What::Recovered { amount, .. } => {
                self.recovered = self.recovered.checked_add((*amount)?)?
            }
            What::Distributed { total, to_others, .. } => {
                self.given_out = self.given_out.checked_add((*total)?)?;
                self.to_others = self.to_others.checked_add((*to_others)?)?;
            }
            What::Received { amount } => self.received = self.received.checked_add((*amount)?)?,
            What::Corrected { amount_delta, payout_delta, .. } => {
                let payout = (*payout_delta)?;
                match part {
                    Some(Part::Due) => self.due = self.due.checked_add(*amount_delta)?,
                    Some(Part::Recovered) => {
                        self.recovered = self.recovered.checked_add(*amount_delta)?;
                    }
                    Some(Part::GivenOut) => {
                        self.given_out = self.given_out.checked_add(payout.total)?;
                        self.to_others = self.to_others.checked_add(payout.to_others)?;
                    }
                    None => {}
                }
            }
            _ => {}
        }
        Some(())
    }
}
