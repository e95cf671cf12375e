//! The fee of private bailiffs and the sanction of state bailiffs: no more than the parameters of
//! the day allow (spec §16.6).

use tamga_format::cbor::Value;

use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::law::fee::{FeeMode, FeeScale, share};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_body};
use crate::status::{Case, Money};
use crate::view::View;

/// Refuses a payout that takes more fee or sanction than the whole recovered and due so far allow;
/// `money` is as the payout leaves it.
pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    money: &Money,
) -> Result<(), Rejection> {
    // Periodic payments and claims not for money have scales of their own, not all confirmed.
    if case.periodic || money.due == 0 {
        return Ok(());
    }
    let day = day_of(judged.record.event_time);
    if judged.amount("fee") > 0 {
        let most = scale(judged, case, day)?.and_then(|scale| scale.fee(money.recovered));
        if most.is_some_and(|most| money.fee > most) {
            let detail = "all fees taken exceed the fee for what was recovered";
            return Err(at_body(Code::LimitExceeded, "fee", detail));
        }
    }
    if judged.amount("sanction") > 0 {
        let rate = parameters::number(judged.view, Name::SanctionBp, day)?;
        let most = rate.and_then(|rate| share(money.due, rate));
        if most.is_some_and(|most| money.sanction > most) {
            let detail = "it exceeds sanction_bp of what is due";
            return Err(at_body(Code::LimitExceeded, "sanction", detail));
        }
    }
    Ok(())
}

/// The scale of fees on a day; nothing unless all of its parameters are known.
fn scale<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    day: i64,
) -> Result<Option<FeeScale>, Rejection> {
    let read = |name, day| -> Result<Option<Value>, Rejection> {
        Ok(parameters::on(judged.view, name, day)?.map(|reading| reading.value))
    };
    let numbers = |name| -> Result<Option<Vec<i64>>, Rejection> {
        let list = read(name, day)?;
        Ok(list
            .as_ref()
            .and_then(Value::as_list)
            .and_then(|list| list.iter().map(Value::as_i64).collect()))
    };
    // Which day's МРП counts is a parameter too; of recovery and payout the event is the nearest.
    let by_initiation =
        read(Name::FeeMrpDate, day)?.as_ref().and_then(Value::as_text) == Some("initiation");
    let mrp_day = match case.initiated_at {
        Some(initiated) if by_initiation => day_of(initiated),
        Some(_) | None => day,
    };
    let mode = read(Name::FeeMode, day)?;
    let mode = mode.as_ref().and_then(Value::as_text).and_then(FeeMode::from_name);
    let (bounds, rates) = (numbers(Name::FeeBracketsMrp)?, numbers(Name::FeeRatesBp)?);
    let mrp = parameters::number(judged.view, Name::Mrp, mrp_day)?;
    let inclusive = parameters::flag(judged.view, Name::FeeBoundaryInclusive, day)?;
    let known = bounds.zip(rates).zip(mrp).zip(mode).zip(inclusive);
    Ok(known.and_then(|((((bounds, rates), mrp), mode), inclusive)| {
        FeeScale::new(&bounds, &rates, mrp, mode, inclusive)
    }))
}
