//! The desk of an organisation: lines from uses and shares, and from lines what their record says (spec §23.10, §23.11).
//!
//! Validators compute all of it again ([`lines`](super::lines)); whoever composes with this module composes what they
//! will find.

use tamga_format::id::SubjectId;
use tamga_format::lines::{
    AllocationLine, Basis, Hold, Line, LinesRoot, PackedBatch, PayoutLine, UsageLine, line_hash,
    lines_of_chunk,
};

use super::lines::Remainders;
use crate::codes::{Code, Rejection};
use crate::law::split;
use crate::status::{Weighting, Work};

/// What a use counts under a weighting.
#[must_use]
pub const fn measure(weighting: Weighting, line: &UsageLine) -> u64 {
    match weighting {
        Weighting::Uses => line.uses,
        Weighting::Seconds => line.seconds,
        Weighting::Revenue => line.revenue,
    }
}

/// The lines that fall to the holders of the works used, in the order of the uses.
///
/// `holders` gives who holds which share of a work on its day of use, in basis points; what nobody is known to hold is
/// held, as is a use whose work is not identified. `salt` gives 32 random bytes for each line.
///
/// # Errors
///
/// [`Code::SharesNotWhole`] if the holders of a work have more than all of it; [`Code::LimitExceeded`] for weights beyond
/// 63 bits, or if none is above 0.
pub fn allocate(
    total: i64,
    weighting: Weighting,
    uses: &[UsageLine],
    mut holders: impl FnMut(&SubjectId, i64) -> Vec<(SubjectId, u16)>,
    mut salt: impl FnMut() -> [u8; 32],
) -> Result<Vec<AllocationLine>, Rejection> {
    let mut lines = Vec::new();
    for usage in uses {
        let work = SubjectId(usage.work);
        let unknown = usage.work == [0; 32];
        let shares = if unknown { Vec::new() } else { holders(&work, usage.last_day) };
        let given = shares.iter().fold(0_u64, |sum, (_, bp)| sum.saturating_add((*bp).into()));
        let rest = Work::WHOLE_BP.checked_sub(given).and_then(|rest| u16::try_from(rest).ok());
        let rest = rest.ok_or_else(|| {
            Rejection::new(Code::SharesNotWhole, "", format!("{work} has {given} bp of holders"))
        })?;
        let hold = if unknown { Hold::UnidentifiedWork } else { Hold::UnidentifiedRightsholder };
        let known = shares.into_iter().map(|(holder, bp)| (holder, bp, None));
        let nobody = (rest > 0).then_some((SubjectId([0; 32]), rest, Some(hold)));
        let source = line_hash(&usage.encode());
        for (holder, share_bp, hold) in known.chain(nobody) {
            let weight = measure(weighting, usage).checked_mul(share_bp.into());
            let weight = weight.filter(|weight| i64::try_from(*weight).is_ok());
            let beyond = || Rejection::new(Code::LimitExceeded, "", "a weight beyond 63 bits");
            lines.push(AllocationLine {
                rightsholder: holder.0,
                salt: salt(),
                work,
                used_on: usage.last_day,
                basis: Basis::Usage,
                source: Some(source),
                share_bp,
                weight: weight.ok_or_else(beyond)?,
                amount: 0,
                hold,
            });
        }
    }
    divide(total, &mut lines)?;
    Ok(lines)
}

/// Divides a sum among lines by their weights, with the largest remainder, ties to the smaller salt.
///
/// # Errors
///
/// [`Code::LimitExceeded`] if no weight is above 0, but the sum is.
pub fn divide(total: i64, lines: &mut [AllocationLine]) -> Result<(), Rejection> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_unstable_by_key(|at| lines.get(*at).map(|line| line.salt));
    let weight = |at: &usize| lines.get(*at).and_then(|line| i64::try_from(line.weight).ok());
    let weights: Vec<i64> = order.iter().map(|at| weight(at).unwrap_or(i64::MAX)).collect();
    let none = || Rejection::new(Code::LimitExceeded, "", "no line has a weight above 0");
    let parts = split::parts(total, &weights).ok_or_else(none)?;
    for (at, part) in order.into_iter().zip(parts) {
        if let Some(line) = lines.get_mut(at) {
            line.amount = part;
        }
    }
    Ok(())
}

/// A batch of allocations, with what its record says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The lines, packed.
    pub packed: PackedBatch,
    /// Their sum, in tiyn.
    pub total: i64,
    /// What of it is held.
    pub held: i64,
    /// What was overpaid earlier.
    pub recoverable: i64,
    /// What each rightsholder is owed.
    pub remainders: Remainders,
    /// Root and count of these remainders.
    pub first: LinesRoot,
}

impl Allocation {
    /// The batch of these lines.
    ///
    /// # Errors
    ///
    /// The format's bounds, or [`Code::AmountOutOfRange`].
    pub fn new(batch: &SubjectId, lines: &[AllocationLine]) -> Result<Self, Rejection> {
        let packed = PackedBatch::new(batch, lines.iter().map(Line::encode).collect())?;
        let mut remainders = Remainders::default();
        each(&packed, |line| remainders.allocate(&AllocationLine::decode(line)?))?;
        let total = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount));
        let beyond = || Rejection::new(Code::AmountOutOfRange, "", "beyond 64 bits");
        let (held, recoverable) = remainders.held_and_recoverable()?;
        let first = remainders.packed(batch)?.lines;
        let total = total.ok_or_else(beyond)?;
        Ok(Self { packed, total, held, recoverable, remainders, first })
    }
}

/// A batch of payouts, with what its record says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The lines, packed.
    pub packed: PackedBatch,
    /// Paid, withheld as tax, levied.
    pub paid: [i64; 3],
    /// Root and count of the remainders before.
    pub before: LinesRoot,
    /// Root and count of those after.
    pub after: LinesRoot,
}

impl Payout {
    /// The batch that pays these lines of an allocation; the remainders become those after it.
    ///
    /// # Errors
    ///
    /// [`Code::RemainderExceeded`] if a line can't be paid; the remainders are no use then.
    pub fn new(
        batch: &SubjectId,
        allocation: &SubjectId,
        remainders: &mut Remainders,
        lines: &[PayoutLine],
    ) -> Result<Self, Rejection> {
        let before = remainders.packed(allocation)?.lines;
        let packed = PackedBatch::new(batch, lines.iter().map(Line::encode).collect())?;
        each(&packed, |line| remainders.pay(&PayoutLine::decode(line)?))?;
        let after = remainders.packed(allocation)?.lines;
        let sum = |of: fn(&PayoutLine) -> i64| {
            lines.iter().fold(0_i64, |sum, line| sum.saturating_add(of(line)))
        };
        let paid = [sum(|line| line.net), sum(|line| line.tax), sum(|line| line.levied)];
        Ok(Self { packed, paid, before, after })
    }
}

/// Each line, in the order of the batch.
fn each(
    packed: &PackedBatch,
    mut each: impl FnMut(&[u8]) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    for chunk in &packed.chunks {
        lines_of_chunk(chunk)?.into_iter().try_for_each(&mut each)?;
    }
    Ok(())
}
