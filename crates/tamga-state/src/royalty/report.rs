//! R11: what moved in an account in a period (spec §23.13; C07).

use super::period::is_period;
use super::{Cmo, day, document, sphere, text};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::CmoStatus;
use crate::view::View;

/// R11: a report of an organisation to the authorised body.
pub(crate) fn report<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let mut cmo = Cmo::required(case)?;
    if case.record.subject != cmo.subject {
        let detail = "it is not the organisation that reports";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    case.expect_subjects(Vec::new())?;
    document(case)?;
    let sphere = sphere(case, (2, "sphere"))?;
    let currency = text(case, 3).unwrap_or_default();
    if !is_period(text(case, 4).unwrap_or_default()) {
        let detail = "a period is written 2026, 2026-Q3 or 2026-07";
        return Err(at_field(Code::Validation, "report_period", detail));
    }
    let account = cmo.account(sphere, currency)?;
    let moved = account.flows.since(&account.reported);
    let overflow = || at_field(Code::AmountOutOfRange, "closing", "it is beyond 64 bits");
    let closing = moved.closing(account.closing).ok_or_else(overflow)?;
    let stated = [
        (5, "opening", account.closing),
        (6, "collected", moved.collected),
        (7, "deducted", moved.deducted),
        (8, "allocated", moved.allocated),
        (9, "paid", moved.paid),
        (10, "tax", moved.tax),
        (11, "levied", moved.levied),
        (12, "redistributed_out", moved.redistributed_out),
        (13, "redistributed_in", moved.redistributed_in),
        (15, "closing", closing),
    ];
    for (number, name, is) in stated {
        if day(case, number) != Some(is) {
            let detail = format!("the records since the last report come to {is} tiyn");
            return Err(at_field(Code::ReportMismatch, name, detail));
        }
    }
    account.reported = account.flows;
    account.closing = closing;
    let mut effects = Effects::default();
    case.write::<CmoStatus>(&mut effects, cmo.subject.id, &cmo.status)?;
    Ok(effects)
}
