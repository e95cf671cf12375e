//! R06: money comes into a pool (spec §23.5; C10, C11, C17).

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::{Role, Subject};

use super::period::is_period;
use super::{Cmo, day, past_day, required_day, sphere, text, without};
use crate::catalogue::AMOUNT_MAX;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Licensee, Pool, PoolState, Sphere};
use crate::view::View;

const AMOUNT: (u16, &str) = (5, "amount");
const COLLECTED_ON: (u16, &str) = (6, "collected_on");
const LICENCE: (u16, &str) = (8, "licence");
const USAGE_FROM: (u16, &str) = (9, "usage_from");
const USAGE_TO: (u16, &str) = (10, "usage_to");
const SOCIETY: (u16, &str) = (11, "society");
const FOREIGN: [(u16, &str); 5] = [
    (12, "foreign_currency"),
    (13, "foreign_amount"),
    (14, "rate_millionths"),
    (15, "rate_date"),
    (16, "rate_source"),
];

/// R06: a sum is collected.
pub(crate) fn collection<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let mut cmo = Cmo::required(case)?;
    let sphere = sphere(case, (2, "sphere"))?;
    let period = text(case, 3).unwrap_or_default();
    if !is_period(period) {
        let detail = "a period is written 2026, 2026-Q3 or 2026-07";
        return Err(at_field(Code::Validation, "period", detail));
    }
    let currency = text(case, 4).unwrap_or_default();
    if case.record.subject != Pool::subject(&cmo.bin, sphere, period, currency) {
        let detail = "it is not the pool of this organisation, sphere, period and currency";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    let source = text(case, 7).unwrap_or_default();
    let payer = payer(case, source)?;
    let named = payer.iter().map(|(subject, _)| *subject).chain([cmo.subject]);
    case.expect_subjects(named.collect())?;

    let collected_on = past_day(case, COLLECTED_ON)?;
    cmo.accredited(case, sphere, collected_on, COLLECTED_ON.1)?;
    match (source, &payer) {
        ("LICENCE", Some((_, licensee))) => licensed(case, &cmo, sphere, licensee)?,
        ("PRIVATE_COPY", _) if sphere != Sphere::PrivateCopying => {
            let detail = "it belongs to the sphere of private copying";
            return Err(at_field(Code::Validation, "source", detail));
        }
        (_, _) => without(case, &[LICENCE])?,
    }
    if source == "FOREIGN_SOCIETY" && case.record.field(SOCIETY.0).is_none() {
        return Err(at_field(Code::Validation, SOCIETY.1, "a society's payment names it"));
    }
    let amount = day(case, AMOUNT.0).unwrap_or_default();
    converted(case, amount)?;

    let known: Option<Pool> = case.primary()?;
    let mut pool = known.unwrap_or_else(|| opened(cmo.subject.id, sphere, period, currency));
    if pool.state != PoolState::Open {
        let detail = "the pool is fixed; what comes now belongs to a later period";
        return Err(at_field(Code::PoolState, "period", detail));
    }
    pool.collected = added(pool.collected, amount)?;
    if source == "UNLICENSED_USE_SETTLEMENT" {
        pool.unlicensed = added(pool.unlicensed, amount)?;
    }
    pool.collections = pool.collections.saturating_add(1);
    let flows = &mut cmo.account(sphere, currency)?.flows;
    flows.collected = added(flows.collected, amount)?;
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &pool)?;
    if let Some((payer, status)) = payer {
        case.write(&mut effects, payer.id, &status)?;
    }
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// A pool before its first collection.
fn opened(cmo: SubjectId, sphere: Sphere, period: &str, currency: &str) -> Pool {
    Pool {
        cmo,
        sphere,
        period: period.to_owned(),
        currency: currency.to_owned(),
        state: PoolState::Open,
        collections: 0,
        collected: 0,
        unlicensed: 0,
        deductions: [0; 4],
        undocumented: false,
        allocated: 0,
        undistributed: 0,
        in_lines: 0,
        paid: [0; 3],
        redistributed_out: 0,
        weighting: None,
        fixed_on: None,
        batches: 0,
    }
}

/// The user who pays, if it is a user's payment.
fn payer<V: View>(
    case: &Judgement<'_, V>,
    source: &str,
) -> Result<Option<(Subject, Licensee)>, Rejection> {
    if !matches!(source, "LICENCE" | "UNLICENSED_USE_SETTLEMENT") {
        return Ok(None);
    }
    let [payer] = case.named(Role::Licensee)[..] else {
        let detail = "a user's payment names exactly one licensee";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    let status = case.status(payer)?.unwrap_or_default();
    Ok(Some((Subject::new(Role::Licensee, payer), status)))
}

fn added(sum: i64, amount: i64) -> Result<i64, Rejection> {
    let total = sum.checked_add(amount).filter(|total| *total <= AMOUNT_MAX);
    let detail = "the pool would hold more than there can be";
    total.ok_or_else(|| at_field(Code::AmountOutOfRange, AMOUNT.1, detail))
}

/// C10: the licence covers the use that is paid for; use without one is marked as such.
fn licensed<V: View>(
    case: &Judgement<'_, V>,
    cmo: &Cmo,
    sphere: Sphere,
    licensee: &Licensee,
) -> Result<(), Rejection> {
    let (first, last) = (required_day(case, USAGE_FROM)?, required_day(case, USAGE_TO)?);
    if last < first {
        return Err(at_field(Code::DateOrder, USAGE_TO.1, "the use ends before it begins"));
    }
    let record = case.record.field(LICENCE.0).and_then(Value::as_array_of).map(RecordId);
    let licence = record.and_then(|record| licensee.licence(&record));
    let Some(licence) = licence.filter(|it| it.cmo == cmo.subject.id && it.sphere == sphere) else {
        let detail = "the organisation gave the user no such licence in the sphere";
        return Err(at_field(Code::TargetUnknown, LICENCE.1, detail));
    };
    if licence.covers(first, last) {
        return Ok(());
    }
    let field = if licence.covers(first, first) { USAGE_TO.1 } else { USAGE_FROM.1 };
    Err(at_field(Code::LicenceNotInForce, field, "the licence does not cover that day"))
}

/// C17: a foreign sum has its rate with source and day, and comes to the amount within one tiyn.
fn converted<V: View>(case: &Judgement<'_, V>, amount: i64) -> Result<(), Rejection> {
    let given = FOREIGN.iter().filter(|(number, _)| case.record.field(*number).is_some()).count();
    if given == 0 {
        return Ok(());
    }
    for (number, name) in FOREIGN {
        if case.record.field(number).is_none() {
            return Err(at_field(Code::Validation, name, "a foreign sum has it"));
        }
    }
    let code = text(case, 12).unwrap_or_default();
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let detail = "a currency has three letters of ISO 4217";
        return Err(at_field(Code::IdentifierInvalid, "foreign_currency", detail));
    }
    past_day(case, (15, "rate_date"))?;
    let number = |number| i128::from(day(case, number).unwrap_or_default());
    // At most 10^17 tiyn times 10^12 millionths, far below 2^127.
    let exact = number(13).saturating_mul(number(14));
    let found = i128::from(amount).saturating_mul(1_000_000);
    if exact.abs_diff(found) > 1_000_000 {
        let detail = "the foreign amount at this rate differs from it by more than one tiyn";
        return Err(at_field(Code::ConversionMismatch, AMOUNT.1, detail));
    }
    Ok(())
}
