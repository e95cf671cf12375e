//! G06: the value of a parameter, or the calendar of a year (spec §15.4).

use tamga_format::cbor::Value;
use tamga_format::subject::Role;

use crate::codes::Rejection;
use crate::law::parameters::{Entry, Mark};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::Parameter;
use crate::view::View;

use super::people::registered;

/// G06: enters a value from a day on.
pub(crate) fn parameter<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    case.expect_subjects(Vec::new())?;
    let text = |number| case.record.field(number).and_then(Value::as_text);
    let day = |number| case.record.field(number).and_then(Value::as_i64);
    let name = text(1).unwrap_or_default();
    registered(case, Role::Item, name, "name")?;
    let entry = Entry {
        name,
        value: case.record.field(2).unwrap_or(&Value::Null),
        from: day(3).unwrap_or_default(),
        to: day(6),
        // The authorised body answers for what it enters.
        mark: text(5).and_then(Mark::from_name).unwrap_or(Mark::Confirmed),
        basis: text(4).unwrap_or_default(),
    };
    let known: Option<Parameter> = case.primary()?;
    let status = entry.enter(known).map_err(|flaw| at_field(flaw.code, flaw.field, flaw.detail))?;
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    Ok(effects)
}
