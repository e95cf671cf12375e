//! Faults: one thing about a record that is otherwise lawful is changed.

use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_node::demo::rng::Rng;
use tamga_state::catalogue::{FieldType, Kind};

use super::compare::Written;
use super::walk::unsigned;

const DAY_MS: i64 = 24 * 3_600_000;

/// A changed copy, in one of many ways; its signature is not one. Nothing if the record can't be changed so.
pub fn mutate(written: &Written, rng: &mut Rng) -> Option<Written> {
    let mut record = written.signed.record().clone();
    let mut fields = written.body.as_ref().map(Body::fields).unwrap_or_default().to_vec();
    record.nonce = core::array::from_fn(|_| rng.bits().to_be_bytes()[0]);
    match rng.index(20) {
        0 => drop_one(&mut record.subjects, rng)?,
        1 => {
            let roles = [Role::Debtor, Role::Claimant, Role::Document, Role::Measure, Role::Case];
            let id = SubjectId([u8::try_from(rng.index(5)).ok()?; 32]);
            record.subjects.push(Subject::new(*rng.pick(&roles), id));
        }
        2 => {
            let at = rng.index(record.subjects.len().max(1));
            record.subjects.get_mut(at)?.id.0[0] ^= 1;
        }
        3 => drop_one(&mut record.fields, rng)?,
        4..=6 => another_value(&mut record, rng)?,
        7..=9 => another_amount(&mut fields, rng)?,
        10 => drop_one(&mut fields, rng)?,
        11 => drop_one(&mut record.references, rng)?,
        12 => record.references.first_mut()?.record.0[0] ^= 1,
        13 => {
            let days = *rng.pick(&[-400, -30, -2, 1, 30]);
            let moved = record.event_time.get() + days * DAY_MS;
            record.event_time = UnixMillis(moved.max(0));
        }
        14 => {
            let days = *rng.pick(&[-2, 31, 40]);
            record.valid_until = UnixMillis(record.valid_until.get() + days * DAY_MS);
        }
        15 => record.after = Some(RecordId([5; 32])),
        16 => record.on_behalf_of = Some(SubjectId([6; 32])),
        17 => {
            record.issuer =
                Subject::registered(Role::Officer, rng.pick::<&str>(&["court", "robot", "nobody"]))
        }
        18 => record.key_id.0[0] ^= 1,
        _ => match rng.index(5) {
            0 => record.audience.push('x'),
            1 => record.version = 2,
            2 => record.kind += 1,
            3 => record.subject.id.0[0] ^= 1,
            _ => record.fields.push((59, Value::Uint(1))),
        },
    }
    record.fields.sort_by_key(|(number, _)| *number);
    record.subjects.sort_unstable();
    record.subjects.dedup();
    let primary = record.subject;
    record.subjects.retain(|subject| *subject != primary);
    let body = if fields.is_empty() { None } else { Some(Body::new(fields).ok()?) };
    record.body = body.as_ref().map(Body::commitment);
    Some(unsigned(&record, body))
}

fn drop_one<T>(list: &mut Vec<T>, rng: &mut Rng) -> Option<()> {
    if list.is_empty() {
        return None;
    }
    list.remove(rng.index(list.len()));
    Some(())
}

/// Another word of the list, another number, another id.
fn another_value(record: &mut Record, rng: &mut Rng) -> Option<()> {
    let info = Kind::from_number(record.kind)?.info();
    let count = record.fields.len().max(1);
    let (number, value) = record.fields.get_mut(rng.index(count))?;
    let field = info.field(*number)?;
    *value = match (field.ty, &*value) {
        (FieldType::Code(words), _) => Value::text(rng.pick::<&str>(words)),
        (FieldType::Bool, _) => Value::Bool(rng.chance(500)),
        (_, Value::Uint(_) | Value::Nint(_)) => {
            let by = *rng.pick(&[-400, -3, -2, -1, 1, 2, 3, 30, 400]);
            Value::int(value.as_i64()?.saturating_add(by))
        }
        (_, Value::Bytes(bytes)) => {
            let mut bytes = bytes.clone();
            *bytes.first_mut()? ^= 1;
            Value::Bytes(bytes)
        }
        (_, Value::Text(_)) => {
            Value::text(rng.pick::<&str>(&["LIQUIDATION", "INCAPACITY", "77011234567", ""]))
        }
        (_, Value::Array(items)) => Value::Array(items.iter().skip(1).cloned().collect()),
        (_, Value::Bool(_) | Value::Map(_) | Value::Null) => Value::Uint(0),
    };
    Some(())
}

/// Another amount, also within rows.
fn another_amount(fields: &mut [BodyField], rng: &mut Rng) -> Option<()> {
    let count = fields.len().max(1);
    let field = fields.get_mut(rng.index(count))?;
    change(&mut field.value, rng)
}

fn change(value: &mut Value, rng: &mut Rng) -> Option<()> {
    match value {
        Value::Array(items) => {
            let count = items.len().max(1);
            change(items.get_mut(rng.index(count))?, rng)
        }
        Value::Uint(_) | Value::Nint(_) => {
            let amount = value.as_i64()?;
            let others = [amount - 1, amount + 1, amount * 2, amount / 2, -amount, 0];
            *value = Value::int(*rng.pick(&others));
            Some(())
        }
        Value::Bytes(bytes) => {
            *bytes.first_mut()? ^= 1;
            Some(())
        }
        Value::Text(text) => {
            text.push('x');
            Some(())
        }
        Value::Bool(_) | Value::Map(_) | Value::Null => None,
    }
}
