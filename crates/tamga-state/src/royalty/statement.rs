//! R10: what one rightsholder's lines come to, batch by batch (spec §23.12; C18).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::lines::{Line, LineRange, LinesRoot, PayoutLine, RangeOf, Remainder};

use super::period::Period;
use super::{Cmo, count, ids, sum, text};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body, at_field};
use crate::overlay::Effects;
use crate::private::Opened;
use crate::status::{Balances, Batch, BatchContent, RightsholderStatus, StatementState};
use crate::view::View;

const AFTER: (u16, &str) = (3, "after_batch");
const BATCHES: (u16, &str) = (4, "batches");
const RANGES: &str = "ranges";

/// What a rightsholder's lines in some batches come to, in tiyn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatementSums {
    /// Fell to them.
    pub allocated: i64,
    /// Was paid to them.
    pub net: i64,
    /// Was withheld as tax.
    pub tax: i64,
    /// Was paid to a bailiff.
    pub levied: i64,
}

/// What the range of a batch shows: of an allocation the first remainder, of a payout its lines.
#[must_use]
pub fn stated_root(batch: &Batch) -> Option<LinesRoot> {
    match &batch.content {
        BatchContent::Usage(_) => None,
        BatchContent::Allocation(it) => Some(it.first),
        BatchContent::Payout(_) => Some(batch.lines),
    }
}

impl StatementSums {
    /// Adds what a proven range of a batch shows.
    ///
    /// # Errors
    ///
    /// The range's fault, or [`Code::AmountOutOfRange`].
    pub fn add(
        &mut self,
        batch: &Batch,
        id: &SubjectId,
        rightsholder: &[u8; 32],
        range: &LineRange,
    ) -> Result<(), Rejection> {
        let Some(lines) = stated_root(batch) else { return Ok(()) };
        let shown = range.verify(&RangeOf { batch: id, tag: rightsholder, lines })?;
        for line in shown {
            if batch.allocation().is_some() {
                let line = Remainder::decode(&line)?;
                self.allocated = sum(&[self.allocated, line.open, line.held], "allocated")?;
            } else {
                let line = PayoutLine::decode(&line)?;
                self.net = sum(&[self.net, line.net], "net")?;
                self.tax = sum(&[self.tax, line.tax], "tax")?;
                self.levied = sum(&[self.levied, line.levied], "levied")?;
            }
        }
        Ok(())
    }

    /// What an organisation owes after these, and before them an opening balance.
    ///
    /// # Errors
    ///
    /// [`Code::AmountOutOfRange`] beyond 10^17 tiyn.
    pub fn closing(&self, opening: i64) -> Result<i64, Rejection> {
        let out = [self.net, self.tax, self.levied].map(i64::saturating_neg);
        sum(&[opening, self.allocated, out[0], out[1], out[2]], "closing")
    }
}

/// R10: a statement of an organisation to a rightsholder.
pub(crate) fn statement<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    case.expect_subjects(vec![cmo.subject])?;
    if text(case, 2).and_then(Period::parse).is_none() {
        let detail = "a period is written 2026, 2026-Q3 or 2026-07";
        return Err(at_field(Code::Validation, "period", detail));
    }
    let holder = case.record.subject;
    let mut status: RightsholderStatus = case.primary()?.unwrap_or_default();
    let known = status.statements.iter().position(|it| it.cmo == cmo.subject.id);
    let at = known.unwrap_or(status.statements.len());
    if at >= RightsholderStatus::STATEMENTS_MAX {
        let detail = "the rightsholder has statements of as many organisations as there can be";
        return Err(Rejection::new(Code::StatusFull, "/subject", detail));
    }
    let covered = status.statements.get(at).map_or(0, |it| it.covered);
    if count(case, AFTER.0) != covered {
        let detail = format!("the last statement covers {covered} batches of the book");
        return Err(at_field(Code::StatementMismatch, AFTER.1, detail));
    }
    let (sums, covered) = sums(case, &cmo, covered)?;

    let mut money: Opened<Balances> = match status.balances {
        Some(commitment) => Opened::open(case, holder, commitment)?,
        None => Opened::first(holder, Balances::default()),
    };
    match sums {
        Some(sums) => state(case, &sums, money.amounts.as_mut().and_then(|it| it.0.get_mut(at)))?,
        None => money.move_unseen(case),
    }
    let mut effects = Effects::default();
    status.balances = Some(money.seal(case, &mut effects));
    let state = StatementState { cmo: cmo.subject.id, covered, record: case.id };
    match status.statements.get_mut(at) {
        Some(slot) => *slot = state,
        None => status.statements.push(state),
    }
    case.write(&mut effects, holder.id, &status)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// Moves a balance, if it is known, by what the lines come to, which the body states.
fn state<V: View>(
    case: &Judgement<'_, V>,
    sums: &StatementSums,
    balance: Option<&mut i64>,
) -> Result<(), Rejection> {
    let opening = balance.as_deref().copied();
    let closing = opening.map(|opening| sums.closing(opening)).transpose()?;
    let StatementSums { allocated, net, tax, levied } = *sums;
    let stated = [
        ("opening", opening),
        ("allocated", Some(allocated)),
        ("net", Some(net)),
        ("tax", Some(tax)),
        ("levied", Some(levied)),
        ("closing", closing),
    ];
    for (name, is) in stated {
        if is.is_some_and(|is| case.amount(name) != is) {
            let detail = format!("{name} is not what the lines come to");
            return Err(at_body(Code::StatementMismatch, name, detail));
        }
    }
    if let (Some(balance), Some(closing)) = (balance, closing) {
        *balance = closing;
    }
    Ok(())
}

/// The sums of the batches named, which follow in the organisation's book on those covered already; none if the body,
/// which has the ranges, is not at hand.
fn sums<V: View>(
    case: &Judgement<'_, V>,
    cmo: &Cmo,
    covered: u64,
) -> Result<(Option<StatementSums>, u64), Rejection> {
    let refuse = |detail: String| Err(at_field(Code::StatementMismatch, BATCHES.1, detail));
    let ranges = case.list(RANGES).unwrap_or_default();
    let batches = ids(case, BATCHES.0);
    if !case.is_unseen() && ranges.len() != batches.len() {
        return refuse("each batch has one range".to_owned());
    }
    let mut found = StatementSums::default();
    let mut covered = covered;
    for (at, id) in batches.iter().enumerate() {
        covered = covered.saturating_add(1);
        let known: Option<Batch> = case.status(*id)?;
        let Some(batch) = known.filter(|it| it.in_book() == Some((&cmo.subject.id, covered)))
        else {
            return refuse(format!("row {at} is not number {covered} of the organisation's book"));
        };
        if case.is_unseen() {
            continue;
        }
        let bytes = ranges
            .get(at)
            .and_then(Value::as_list)
            .and_then(|row| row.first())
            .and_then(Value::as_bytes);
        let range = LineRange::decode(bytes.unwrap_or_default());
        let add =
            |range: LineRange| found.add(&batch, id, case.record.subject.id.as_bytes(), &range);
        range.map_err(Rejection::from).and_then(add).map_err(|fault| {
            at_body(Code::StatementMismatch, RANGES, format!("row {at}: {}", fault.detail))
        })?;
    }
    Ok(((!case.is_unseen()).then_some(found), covered))
}
