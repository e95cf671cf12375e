//! What was due, recovered and given out after each event of a case.
//!
//! Money moves by the amounts in the bodies of all records, annulled ones too: a correction carries contrary amounts
//! (spec §16.7). Once a body is not held, nothing is known any more.

use std::collections::BTreeMap;

use tamga_format::id::RecordId;

use crate::dossier::{Event, What};

/// The money of a case after an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Balance {
    /// To be recovered.
    pub(super) due: i64,
    /// Recovered in this case.
    pub(super) recovered: i64,
    /// Given out to anybody, or retained.
    pub(super) given_out: i64,
    /// Given out to others than the claimants of this case.
    to_others: i64,
    /// Paid to the claimants of this case out of other cases.
    received: i64,
}

impl Balance {
    /// Whether what was recovered covers what is due and all that went to others.
    pub(super) fn is_paid(&self) -> bool {
        let covers = self.recovered.saturating_add(self.received).saturating_sub(self.to_others);
        self.due > 0 && covers >= self.due
    }

    /// Whether nothing of the first `recovered` tiyn is left.
    pub(super) fn gave_out(&self, recovered: i64) -> bool {
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
pub(super) fn balances(events: &[Event]) -> BTreeMap<RecordId, Balance> {
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
