//! The JSON form of a field's value, by its type in the catalogue (spec §20.6).
//!
//! | Type | JSON |
//! |---|---|
//! | numbers, money | an integer; money in tiyn |
//! | texts, words, identifiers such as БИН and ISWC | a string |
//! | dates, times | `2026-03-12`, `2026-03-12T08:58:00Z` |
//! | ids, keys, hashes, signatures | lower-case hex; ids also as a subject, `officer:…` or `officer#number` |
//! | rows, such as payout lines | objects: `{"order": 1, "claimant": "claimant:…", "amount": 100}` |
//! | candidates, in any order | `"officer#number"`, `{"officer": "officer:…", "reason": "OWN_TAG"}` |
//! | loads | a list of integers |

use serde_json::{Map, Value as Json, json};
use tamga_format::cbor::Value;
use tamga_format::id::{SubjectId, UnixMillis, parse_hex};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{Column, FieldType, Rows};
use tamga_state::enforcement::assignment::{Candidate, Candidates, Exclusion};

use super::{NOT_A_TIME, parse_subject};
use crate::time::{day, instant, parse_day, parse_instant};

/// The value of a field from JSON.
///
/// # Errors
///
/// What the type demands.
pub fn write(ty: FieldType, json: &Json) -> Result<Value, String> {
    let text = || json.as_str().ok_or("a string is expected here");
    let integer = || json.as_i64().ok_or("an integer is expected here");
    Ok(match ty {
        FieldType::Uint(_) => {
            Value::Uint(json.as_u64().ok_or("an integer from 0 is expected here")?)
        }
        FieldType::Bool => Value::Bool(json.as_bool().ok_or("true or false is expected here")?),
        FieldType::Amount | FieldType::Difference => Value::int(integer()?),
        FieldType::Text(_) | FieldType::Code(_) | FieldType::Bin | FieldType::Identifier(_) => {
            Value::text(text()?)
        }
        FieldType::Bytes32 => Value::bytes(&bytes32(text()?)?),
        FieldType::Bytes64 => {
            let bytes: [u8; 64] =
                parse_hex(text()?).map_err(|_| "128 lower-case hex digits are expected here")?;
            Value::bytes(&bytes)
        }
        FieldType::Date => Value::int(parse_day(text()?).ok_or("a date is written 2026-03-12")?),
        FieldType::Time => Value::int(parse_instant(text()?).ok_or(NOT_A_TIME)?.get()),
        FieldType::Scalar => scalar(json)?,
        FieldType::Id(role) => Value::bytes(&id(role, text()?)?),
        FieldType::Bytes(_) => Value::bytes(&hex_bytes(text()?)?),
        FieldType::Multiline(_) => Value::text(text()?),
        FieldType::Rows(form) => {
            let rows = json.as_array().ok_or("a list of rows is expected here")?;
            Value::Array(rows.iter().map(|json| row(form, json)).collect::<Result<_, _>>()?)
        }
        FieldType::Candidates => {
            let list = json.as_array().ok_or("a list of officers is expected here")?;
            let list = list.iter().map(candidate).collect::<Result<_, _>>()?;
            let list = Candidates::new(list)
                .ok_or("a list names at least one officer, each once, and at most 500")?;
            list.value()
        }
        FieldType::Loads => {
            let list = json.as_array().ok_or("a list of loads is expected here")?;
            let load = |json: &Json| json.as_u64().map(Value::Uint);
            let loads: Option<Vec<Value>> = list.iter().map(load).collect();
            Value::Array(loads.ok_or("a load is an integer from 0")?)
        }
    })
}

/// Hex, or the id of a subject.
fn bytes32(text: &str) -> Result<[u8; 32], String> {
    if text.contains([':', '#']) {
        return parse_subject(text).map(|subject| subject.id.0);
    }
    parse_hex(text)
        .map_err(|_| "64 lower-case hex digits or a subject are expected here".to_owned())
}

fn scalar(json: &Json) -> Result<Value, String> {
    let number = |json: &Json| json.as_i64().map(Value::int);
    match json {
        Json::Bool(value) => Ok(Value::Bool(*value)),
        Json::String(text) => Ok(Value::text(text)),
        Json::Number(_) => {
            number(json).ok_or("a whole number of 64 bits is expected here".to_owned())
        }
        Json::Array(items) => {
            let text = |json: &Json| json.as_str().map(Value::text);
            let numbers: Option<Vec<Value>> = items.iter().map(number).collect();
            let list = numbers.or_else(|| items.iter().map(text).collect());
            list.map(Value::Array)
                .ok_or("a list holds whole numbers only, or texts only".to_owned())
        }
        Json::Null | Json::Object(_) => {
            Err("a number, true or false, a text or a list of either is expected here".to_owned())
        }
    }
}

/// Hex, or a subject of this role.
fn id(role: Role, text: &str) -> Result<[u8; 32], String> {
    match parse_subject(text) {
        Ok(subject) if subject.role != role => {
            Err(format!("a {} is expected here, not a {}", role.name(), subject.role.name()))
        }
        _ => bytes32(text),
    }
}

fn hex_bytes(text: &str) -> Result<Vec<u8>, String> {
    let pair = |pair: &[u8]| match pair {
        [high, low] => parse_hex::<1>(str::from_utf8(&[*high, *low]).ok()?).ok(),
        _ => None,
    };
    let bytes: Option<Vec<[u8; 1]>> = text.as_bytes().chunks(2).map(pair).collect();
    let bytes = bytes.ok_or("lower-case hex digits in pairs are expected here")?;
    Ok(bytes.concat())
}

/// One row: an object with exactly the columns of the form.
fn row(form: &Rows, json: &Json) -> Result<Value, String> {
    let names = || form.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let object = json.as_object().ok_or_else(|| format!("a row is an object with {}", names()))?;
    let known = |key: &&String| form.columns.iter().any(|column| column.name == key.as_str());
    if let Some(other) = object.keys().find(|key| !known(key)) {
        return Err(format!("{other} is no field of a row, which has {}", names()));
    }
    let values = form.columns.iter().map(|column| {
        let json = object.get(column.name).ok_or_else(|| format!("{} is missing", column.name))?;
        write(column.ty, json).map_err(|what| format!("{}: {what}", column.name))
    });
    Ok(Value::Array(values.collect::<Result<_, _>>()?))
}

fn candidate(json: &Json) -> Result<Candidate, String> {
    let officer = |text: &str| id(Role::Officer, text).map(SubjectId);
    if let Some(text) = json.as_str() {
        return Ok(Candidate { officer: officer(text)?, exclusion: None });
    }
    let object = json.as_object().ok_or("an officer, or an object, is expected here")?;
    if let Some(other) = object.keys().find(|key| !["officer", "reason"].contains(&key.as_str())) {
        return Err(format!("{other} is no field of a candidate, who has officer and reason"));
    }
    let text = object.get("officer").and_then(Json::as_str).ok_or("officer is a subject")?;
    let reason = object.get("reason").and_then(Json::as_str).and_then(Exclusion::from_name);
    let reason =
        reason.ok_or_else(|| format!("reason is one of {}", Exclusion::NAMES.join(", ")))?;
    Ok(Candidate { officer: officer(text)?, exclusion: Some(reason) })
}

/// The JSON of a value; one that doesn't have its type, or has none, is shown as it is.
#[must_use]
pub fn read(ty: Option<FieldType>, value: &Value) -> Json {
    let typed = match ty {
        Some(FieldType::Date) => value.as_i64().map(|days| json!(day(days))),
        Some(FieldType::Time) => value.as_i64().map(|ms| json!(instant(UnixMillis(ms)))),
        Some(FieldType::Id(role)) => {
            value.as_array_of().map(|id| json!(Subject::new(role, SubjectId(id)).to_text()))
        }
        Some(FieldType::Rows(form)) => {
            value.as_list().and_then(|rows| rows.iter().map(|row| read_row(form, row)).collect())
        }
        Some(FieldType::Candidates) => Candidates::read(value).map(|list| {
            let list = list.as_slice().iter();
            Json::Array(list.map(|it| read_candidate(*it)).collect())
        }),
        _ => None,
    };
    typed.unwrap_or_else(|| plain(value))
}

fn read_row(form: &Rows, value: &Value) -> Option<Json> {
    let values = value.as_list().filter(|values| values.len() == form.columns.len())?;
    let cell =
        |(column, value): (&Column, &Value)| (column.name.to_owned(), read(Some(column.ty), value));
    Some(Json::Object(form.columns.iter().zip(values).map(cell).collect()))
}

fn read_candidate(candidate: Candidate) -> Json {
    let officer = Subject::new(Role::Officer, candidate.officer).to_text();
    match candidate.exclusion {
        None => json!(officer),
        Some(reason) => json!({ "officer": officer, "reason": reason.name() }),
    }
}

/// Any value as JSON: bytes as hex, map keys as texts.
fn plain(value: &Value) -> Json {
    match value {
        Value::Uint(number) => json!(number),
        Value::Nint(_) => value.as_i64().map_or(Json::Null, |number| json!(number)),
        Value::Bytes(bytes) => Json::String(hex(bytes)),
        Value::Text(text) => json!(text),
        Value::Array(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Map(pairs) => Json::Object(pairs.iter().map(pair).collect::<Map<_, _>>()),
        Value::Bool(value) => json!(value),
        Value::Null => Json::Null,
    }
}

fn pair((key, value): &(Value, Value)) -> (String, Json) {
    let key = key.as_text().map_or_else(|| plain(key).to_string(), str::to_owned);
    (key, plain(value))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
