//! What an allocation still owes each rightsholder (spec §24.5).

use std::collections::BTreeMap;

use tamga_format::id::{SubjectId, sha256, tag};
use tamga_format::lines::{AllocationLine, Line, PackedBatch, PayoutLine, PayoutState, Remainder};

use super::{Holder, packed, read_known};
use crate::catalogue::AMOUNT_MAX;
use crate::codes::{Code, Rejection};
use crate::machine::status_of;
use crate::status::Batch;
use tamga_format::subject::{Role, Subject};

/// What is left of an allocation, by rightsholder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remainders(BTreeMap<[u8; 32], Rest>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rest {
    salt: [u8; 32],
    open: i64,
    held: i64,
    paid: i64,
}

impl Remainders {
    /// What an allocation owes after its payouts up to one; up to the last if none is given.
    ///
    /// # Errors
    ///
    /// [`Code::AttachmentMissing`] if lines are not held here; faults of the state.
    pub fn of<H: Holder>(
        holder: &H,
        allocation: &SubjectId,
        known: &Batch,
        until: Option<SubjectId>,
    ) -> Result<Self, Rejection> {
        let mut payouts = Vec::new();
        let mut at = until.or_else(|| known.allocation().and_then(|it| it.last_payout));
        while let Some(id) = at {
            let batch: Option<Batch> = status_of(holder.view(), &Subject::new(Role::Batch, id))?;
            let Some(batch) = batch else { break };
            at = batch.payout().and_then(|it| it.previous);
            payouts.push((id, batch));
        }
        let mut remainders = Self::default();
        read_known(holder, allocation, known, |_, line| {
            remainders.allocate(&AllocationLine::decode(line)?)
        })?;
        for (id, batch) in payouts.into_iter().rev() {
            read_known(holder, &id, &batch, |_, line| remainders.pay(&PayoutLine::decode(line)?))?;
        }
        Ok(remainders)
    }

    /// Adds what a line allocates.
    ///
    /// # Errors
    ///
    /// [`Code::AmountOutOfRange`].
    pub fn allocate(&mut self, line: &AllocationLine) -> Result<(), Rejection> {
        let rest = self.0.entry(line.rightsholder).or_default();
        let slot = if line.hold.is_some() { &mut rest.held } else { &mut rest.open };
        *slot = add(*slot, line.amount)?;
        rest.salt = sha256(&[tag::REMAINDER_SALT, &rest.salt, &line.salt]);
        Ok(())
    }

    /// Takes off what a line pays.
    ///
    /// # Errors
    ///
    /// [`Code::RemainderExceeded`] if it pays more than is owed and not held, or brings back more than was paid.
    pub fn pay(&mut self, line: &PayoutLine) -> Result<(), Rejection> {
        let refuse = |detail: &str| Err(Rejection::new(Code::RemainderExceeded, "/lines", detail));
        let amounts = [line.net, line.tax, line.levied];
        let returned = line.state == PayoutState::Returned;
        if amounts.iter().any(|amount| if returned { *amount > 0 } else { *amount < 0 }) {
            return refuse("amounts are below 0 if they came back, and only then");
        }
        let Some(rest) = self.0.get_mut(&line.rightsholder) else {
            return refuse("nothing is allocated to the rightsholder");
        };
        let gross = amounts.into_iter().try_fold(0, add)?;
        rest.open = add(rest.open, gross.saturating_neg())?;
        rest.paid = add(rest.paid, gross)?;
        if gross > 0 && rest.open < 0 {
            return refuse("it pays more than is owed and not held");
        }
        if rest.paid < 0 {
            return refuse("more comes back than was paid");
        }
        rest.salt = sha256(&[tag::REMAINDER_SALT, &rest.salt, &line.salt]);
        Ok(())
    }

    /// What is owed to one rightsholder, and what is held.
    #[must_use]
    pub fn owed(&self, rightsholder: &[u8; 32]) -> Option<Remainder> {
        self.0.get(rightsholder).map(|rest| line(rightsholder, rest))
    }

    /// All of them, by tag.
    pub fn iter(&self) -> impl Iterator<Item = Remainder> + '_ {
        self.0.iter().map(|(tag, rest)| line(tag, rest))
    }

    /// What is held in all, and what is to be recovered.
    ///
    /// # Errors
    ///
    /// [`Code::AmountOutOfRange`].
    pub fn held_and_recoverable(&self) -> Result<(i64, i64), Rejection> {
        let held = self.0.values().try_fold(0, |sum, rest| add(sum, rest.held))?;
        let below = self.0.values().map(|rest| rest.open.saturating_add(rest.held).min(0));
        let below = below.into_iter().try_fold(0, add)?;
        Ok((held, below.saturating_neg()))
    }

    /// The lines of these remainders, in the order of the allocation's batch.
    ///
    /// # Errors
    ///
    /// Never for a batch that was accepted.
    pub fn packed(&self, allocation: &SubjectId) -> Result<PackedBatch, Rejection> {
        packed(allocation, self.iter().map(|line| line.encode()).collect())
    }
}

fn line(tag: &[u8; 32], rest: &Rest) -> Remainder {
    Remainder { rightsholder: *tag, salt: rest.salt, open: rest.open, held: rest.held }
}

pub(super) fn add(sum: i64, amount: i64) -> Result<i64, Rejection> {
    let total = sum.checked_add(amount);
    total
        .filter(|total| total.checked_abs().is_some_and(|total| total <= AMOUNT_MAX))
        .ok_or_else(|| Rejection::new(Code::AmountOutOfRange, "/lines", "beyond 10^17 tiyn"))
}
