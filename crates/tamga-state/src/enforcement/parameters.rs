//! The parameters that the enforcement rules read, by the day of the event (spec §15.4).
//!
//! Without a value, the rule that asks refuses nothing, or has a default that it names.

use tamga_format::cbor::Value;

use crate::codes::Rejection;
use crate::machine::{Judgement, status_of};
use crate::status::Parameter;
use crate::view::View;

/// Tiyn of a tenge.
const TIYN: i64 = 100;

fn value<V: View>(
    judged: &Judgement<'_, V>,
    name: &str,
    day: i64,
) -> Result<Option<Value>, Rejection> {
    let parameter: Option<Parameter> = status_of(judged.view, &Parameter::subject(name))?;
    Ok(parameter.and_then(|known| known.on(day).cloned()))
}

/// A number in force on a day.
pub(super) fn number<V: View>(
    judged: &Judgement<'_, V>,
    name: &str,
    day: i64,
) -> Result<Option<i64>, Rejection> {
    Ok(value(judged, name, day)?.as_ref().and_then(Value::as_i64))
}

/// A truth value in force on a day.
pub(super) fn flag<V: View>(
    judged: &Judgement<'_, V>,
    name: &str,
    day: i64,
) -> Result<Option<bool>, Rejection> {
    Ok(value(judged, name, day)?.as_ref().and_then(Value::as_bool))
}

/// So many monthly calculation indexes (МРП) of a day, in tiyn; nothing unless both are known.
pub(super) fn mrp_tiyn<V: View>(
    judged: &Judgement<'_, V>,
    count: Option<i64>,
    day: i64,
) -> Result<Option<i64>, Rejection> {
    let Some(count) = count else { return Ok(None) };
    let mrp = number(judged, "mrp", day)?;
    Ok(mrp.map(|mrp| count.saturating_mul(mrp).saturating_mul(TIYN)))
}
