//! R13: what a bank, or a rightsholder, says of a payout (spec §23.17).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::lines::LineRange;
use tamga_format::subject::Subject;

use super::statement::StatementSums;
use super::{Cmo, day, past_day, required_day};
use crate::catalogue::WriterRole;
use crate::civil::{DAY_DOUBT, day_of};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_body, at_field};
use crate::overlay::Effects;
use crate::status::{Batch, BatchContent, Confirmation, Payment, PayoutBatch, RightsholderStatus};
use crate::view::View;

const PAYOUT: (u16, &str) = (2, "payout");
const CONFIRMATION: &str = "confirmation";
const PAID_ON: (u16, &str) = (4, "paid_on");
const EXECUTED: (u16, &str) = (5, "executed");
const RANGE: &str = "range";

/// R13: a bank, or a rightsholder, says what became of a payout.
pub(crate) fn payment<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let mut cmo = Cmo::required(case)?;
    let id = SubjectId(super::hash(case, PAYOUT.0));
    let known: Option<Batch> = case.status(id)?;
    let payout = known.as_ref().and_then(|batch| match &batch.content {
        BatchContent::Payout(it) if it.cmo == cmo.subject.id => Some((batch, it)),
        _ => None,
    });
    let Some((batch, payout)) = payout else {
        let detail = "the organisation has no such payout";
        return Err(at_field(Code::SubjectUnknown, PAYOUT.1, detail));
    };
    if payout.paid[0] <= 0 {
        let detail = "nothing is sent by it that could arrive";
        return Err(at_field(Code::StageNotAllowed, PAYOUT.1, detail));
    }
    let word = super::text(case, 3).and_then(Confirmation::from_name);
    let confirmation =
        word.ok_or_else(|| at_field(Code::Validation, CONFIRMATION, "it is missing"))?;
    let bank = case.writer.role == WriterRole::BankGateway;
    if confirmation.is_of_bank() != bank {
        let detail = "a bank tells what it carried out, a rightsholder what arrived";
        return Err(at_field(Code::RoleForbidden, CONFIRMATION, detail));
    }
    let holder = (!bank).then_some(case.writer.subject);
    let mut named = vec![cmo.subject];
    named.extend(holder);
    case.expect_subjects(named)?;
    if case.record.subject != Payment::subject(&id, holder.as_ref().map(|it| &it.id)) {
        let detail = "it is not the id of what the writer says of this payout";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    let before: Option<Payment> = case.primary()?;
    follows(before.as_ref(), confirmation)?;
    let executed = if bank { carried_out(case, payout, confirmation)? } else { 0 };
    let paid_on = moved_on(case, batch, confirmation)?;

    let mut effects = Effects::default();
    if let Some(holder) = holder {
        paid(case, batch, &id, &holder)?;
        let status: RightsholderStatus = case.status(holder.id)?.unwrap_or_default();
        case.write(&mut effects, holder.id, &status)?;
        count(&mut cmo.status.confirmed, before.map(|it| it.confirmation), confirmation);
    }
    let status = Payment {
        cmo: cmo.subject.id,
        payout: id,
        rightsholder: holder.map(|it| it.id),
        confirmation,
        paid_on,
        executed,
    };
    case.write(&mut effects, case.record.subject.id, &status)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// What is good news is said last: nothing follows on it, and nothing is said twice.
fn follows(before: Option<&Payment>, now: Confirmation) -> Result<(), Rejection> {
    let Some(before) = before else { return Ok(()) };
    let settled = matches!(before.confirmation, Confirmation::Executed | Confirmation::Received);
    let again = before.confirmation == now && now != Confirmation::PartlyExecuted;
    if settled || again {
        let detail = format!("{} was said already", before.confirmation.name());
        return Err(at_field(Code::StageNotAllowed, CONFIRMATION, detail));
    }
    Ok(())
}

/// What the bank carried out: all that is paid, a part, or nothing, as it says.
fn carried_out<V: View>(
    case: &Judgement<'_, V>,
    payout: &PayoutBatch,
    confirmation: Confirmation,
) -> Result<i64, Rejection> {
    if case.has(RANGE) {
        return Err(at_body(Code::Validation, RANGE, "a bank proves no line"));
    }
    let [net, ..] = payout.paid;
    let executed = required_day(case, EXECUTED)?;
    let fits = match confirmation {
        Confirmation::Executed => executed == net,
        Confirmation::PartlyExecuted => 0 < executed && executed < net,
        _ => executed == 0,
    };
    if fits {
        return Ok(executed);
    }
    let detail = format!("{net} tiyn are paid, {executed} are said to be {}", confirmation.name());
    Err(at_field(Code::TotalsMismatch, EXECUTED.1, detail))
}

/// The day on which the money moved: between the payout and the event.
fn moved_on<V: View>(
    case: &Judgement<'_, V>,
    batch: &Batch,
    confirmation: Confirmation,
) -> Result<Option<i64>, Rejection> {
    let moved = !matches!(confirmation, Confirmation::Rejected | Confirmation::NotReceived);
    if !moved {
        super::without(case, &[PAID_ON])?;
        return Ok(day(case, PAID_ON.0));
    }
    let found = past_day(case, PAID_ON)?;
    if found < day_of(batch.at).saturating_sub(DAY_DOUBT) {
        return Err(at_field(Code::DateOrder, PAID_ON.1, "it lies before the payout"));
    }
    Ok(Some(found))
}

/// The rightsholder has lines in the payout that pay something, as the body proves if it is at hand.
fn paid<V: View>(
    case: &Judgement<'_, V>,
    batch: &Batch,
    id: &SubjectId,
    holder: &Subject,
) -> Result<(), Rejection> {
    super::without(case, &[EXECUTED])?;
    if case.is_unseen() {
        return Ok(());
    }
    let refuse = |detail: String| at_body(Code::StatementMismatch, RANGE, detail);
    let bytes = case.in_body(RANGE).and_then(Value::as_bytes);
    let bytes = bytes.ok_or_else(|| refuse("a rightsholder proves its lines".to_owned()))?;
    let range = LineRange::decode(bytes).map_err(Rejection::from);
    let mut sums = StatementSums::default();
    range
        .and_then(|range| sums.add(batch, id, holder.id.as_bytes(), &range))
        .map_err(|fault| refuse(fault.detail))?;
    if sums.net > 0 {
        return Ok(());
    }
    Err(refuse("the payout has no line that pays the rightsholder".to_owned()))
}

/// Counts payouts that arrived, and that did not.
const fn count(of: &mut [u64; 2], before: Option<Confirmation>, now: Confirmation) {
    let [received, not_received] = of;
    if let Some(Confirmation::NotReceived) = before {
        *not_received = not_received.saturating_sub(1);
    }
    match now {
        Confirmation::Received => *received = received.saturating_add(1),
        _ => *not_received = not_received.saturating_add(1),
    }
}
