//! Whether a record has the fields its kind demands, and no personal data (spec §16.2).

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::record::Record;

use super::{AMOUNT_MAX, CANDIDATES_MAX, Class, DATE_MAX, Field, FieldType, KindInfo, Rows};
use crate::codes::{Code, Rejection};
use crate::enforcement::assignment::{Candidates, read_loads};
use crate::private::AtHand;

/// Numbers or texts in a parameter's list.
const SCALAR_ITEMS_MAX: usize = 64;
/// Bytes of a parameter's text.
const SCALAR_TEXT_MAX: usize = 64;

/// Checks the public fields and the body of a record against its kind.
pub(crate) fn check_record(
    info: &'static KindInfo,
    record: &Record,
    at_hand: AtHand<'_>,
) -> Result<(), Rejection> {
    for (number, value) in &record.fields {
        let Some(field) = info.field(*number) else {
            return Err(Rejection::new(
                Code::UnknownField,
                format!("/fields/{number}"),
                format!("{} has no field {number}", info.code),
            ));
        };
        check_value(field, value, "fields")?;
    }
    for field in info.fields.iter().filter(|field| field.required) {
        if record.field(field.number).is_none() {
            return Err(missing("fields", field.name, info.code));
        }
    }
    match at_hand {
        AtHand::All(body) | AtHand::Body(body, _) => check_body(info, record, body),
        // A body has a field at least, and none is known to this kind.
        AtHand::Unseen(_) if info.body.is_empty() => {
            let detail = format!("{} has no body", info.code);
            Err(Rejection::new(Code::BodyPresence, "/body", detail))
        }
        AtHand::Unseen(_) => Ok(()),
    }
}

fn check_body(
    info: &'static KindInfo,
    record: &Record,
    body: Option<&Body>,
) -> Result<(), Rejection> {
    let Some(body) = body else {
        return match info.body.iter().find(|field| field.required) {
            _ if record.body.is_some() => Err(Rejection::new(
                Code::BodyPresence,
                "/body",
                "the body committed to is not here",
            )),
            Some(field) => Err(missing("body", field.name, info.code)),
            None => Ok(()),
        };
    };
    if record.body.as_ref() != Some(&body.commitment()) {
        return Err(Rejection::new(Code::BodyMismatch, "/body", "the commitment differs"));
    }
    for field in body.fields() {
        let Some(known) = info.body_named(&field.name) else {
            return Err(Rejection::new(
                Code::UnknownField,
                format!("/body/{}", field.name),
                format!("the body of {} has no field {}", info.code, field.name),
            ));
        };
        check_value(known, &field.value, "body")?;
    }
    match info.body.iter().find(|field| field.required && body.get(field.name).is_none()) {
        Some(field) => Err(missing("body", field.name, info.code)),
        None => Ok(()),
    }
}

fn missing(place: &str, name: &str, code: &str) -> Rejection {
    Rejection::new(Code::Validation, format!("/{place}/{name}"), format!("{code} needs {name}"))
}

fn check_value(field: &Field, value: &Value, place: &str) -> Result<(), Rejection> {
    check_type(field.ty, field.class, value).map_err(|wrong| {
        let detail = format!("{} {}", field.name, wrong.detail);
        Rejection::new(wrong.code, format!("/{place}/{}", field.name), detail)
    })
}

/// What is wrong with a value; the detail follows the field's name.
struct Wrong {
    code: Code,
    detail: String,
}

impl Wrong {
    fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }

    fn must_be(expected: impl core::fmt::Display) -> Self {
        Self::new(Code::Validation, format!("must be {expected}"))
    }
}

fn check_type(ty: FieldType, class: Class, value: &Value) -> Result<(), Wrong> {
    let holds = |holds: bool, expected: &str| {
        if holds { Ok(()) } else { Err(Wrong::must_be(expected)) }
    };
    match ty {
        FieldType::Uint(max) => match value.as_u64() {
            Some(number) if number <= max => Ok(()),
            _ => Err(Wrong::must_be(format_args!("a number from 0 to {max}"))),
        },
        FieldType::Bool => holds(value.as_bool().is_some(), "true or false"),
        FieldType::Amount => match value.as_i64() {
            Some(amount) if (0..=AMOUNT_MAX).contains(&amount) => Ok(()),
            _ => Err(Wrong::new(Code::AmountOutOfRange, "must be tiyn from 0")),
        },
        FieldType::Difference => match value.as_i64() {
            Some(amount) if (-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount) => Ok(()),
            _ => Err(Wrong::new(Code::AmountOutOfRange, "must be tiyn")),
        },
        FieldType::Text(max) => check_text(value, max, class, char::is_control),
        // What such a text says is read by the rules of its kind, which know its grammar.
        FieldType::Multiline(max) => {
            check_text(value, max, Class::P2, |c| c.is_control() && c != '\n')
        }
        FieldType::Code(words) => match value.as_text() {
            Some(text) if words.contains(&text) => Ok(()),
            _ => Err(Wrong::must_be(format_args!("one of {}", words.join(", ")))),
        },
        FieldType::Identifier(identifier) => match value.as_text() {
            Some(text) if identifier.holds(text) => Ok(()),
            _ => {
                let detail = format!("must be a valid {}", identifier.name());
                Err(Wrong::new(Code::IdentifierInvalid, detail))
            }
        },
        FieldType::Bytes32 | FieldType::Id(_) => {
            holds(value.as_array_of::<32>().is_some(), "32 bytes")
        }
        FieldType::Bytes64 => holds(value.as_array_of::<64>().is_some(), "64 bytes"),
        FieldType::Bytes(max) => match value.as_bytes() {
            Some(bytes) if (1..=max).contains(&bytes.len()) => Ok(()),
            _ => Err(Wrong::must_be(format_args!("1 to {max} bytes"))),
        },
        FieldType::Date => match value.as_i64() {
            Some(days) if (0..=DATE_MAX).contains(&days) => Ok(()),
            _ => Err(Wrong::must_be("a date, in days since 1970-01-01")),
        },
        FieldType::Time => match value.as_i64() {
            Some(ms) if (0..=UnixMillis::MAX.get()).contains(&ms) => Ok(()),
            _ => Err(Wrong::must_be("a time, in milliseconds since 1970-01-01 UTC")),
        },
        FieldType::Bin => match value.as_text() {
            Some(text) if valid_bin(text) => Ok(()),
            Some(text) if valid_iin(text) => {
                Err(Wrong::new(Code::PersonalDataSuspected, "is an ИИН, not a БИН"))
            }
            _ => Err(Wrong::new(Code::IdentifierInvalid, "is not a valid БИН")),
        },
        FieldType::Scalar => check_scalar(value),
        FieldType::Rows(form) => check_rows(form, class, value),
        FieldType::Candidates if Candidates::read(value).is_some() => Ok(()),
        FieldType::Candidates => Err(Wrong::must_be(format_args!(
            "1 to {CANDIDATES_MAX} officers by ascending id, each an id or [id, reason]"
        ))),
        FieldType::Loads if read_loads(value).is_some() => Ok(()),
        FieldType::Loads => {
            Err(Wrong::must_be(format_args!("a list of 1 to {CANDIDATES_MAX} numbers below 2^32")))
        }
    }
}

fn check_text(
    value: &Value,
    max: usize,
    class: Class,
    refused: impl Fn(char) -> bool,
) -> Result<(), Wrong> {
    match value.as_text() {
        Some(text) if text.is_empty() || text.len() > max || text.chars().any(refused) => {
            let expected = format_args!("a text of 1 to {max} bytes without control characters");
            Err(Wrong::must_be(expected))
        }
        Some(text) if class < Class::P2 && looks_personal(text) => {
            let detail = "looks like an ИИН, a phone number or an e-mail address";
            Err(Wrong::new(Code::PersonalDataSuspected, detail))
        }
        Some(_) => Ok(()),
        None => Err(Wrong::must_be("a text")),
    }
}

fn check_rows(form: &Rows, class: Class, value: &Value) -> Result<(), Wrong> {
    let rows = value.as_list().filter(|rows| (1..=form.most).contains(&rows.len()));
    let names = || form.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ");
    let Some(rows) = rows else {
        return Err(Wrong::must_be(format_args!("1 to {} rows [{}]", form.most, names())));
    };
    for (at, row) in rows.iter().enumerate() {
        let Some(values) = row.as_list().filter(|values| values.len() == form.columns.len()) else {
            return Err(Wrong::new(Code::Validation, format!("row {at} must be [{}]", names())));
        };
        for (column, value) in form.columns.iter().zip(values) {
            check_type(column.ty, class, value).map_err(|wrong| {
                Wrong::new(wrong.code, format!("row {at}: {} {}", column.name, wrong.detail))
            })?;
        }
    }
    Ok(())
}

fn check_scalar(value: &Value) -> Result<(), Wrong> {
    let short = |item: &Value| item.as_text().is_some_and(|text| text.len() <= SCALAR_TEXT_MAX);
    let personal = || Wrong::new(Code::PersonalDataSuspected, "looks like personal data");
    match value {
        Value::Uint(_) | Value::Nint(_) | Value::Bool(_) => Ok(()),
        Value::Text(text) if short(value) && looks_personal(text) => Err(personal()),
        Value::Text(_) if short(value) => Ok(()),
        Value::Array(items)
            if items.len() <= SCALAR_ITEMS_MAX
                && (items.iter().all(|item| item.as_i64().is_some())
                    || items.iter().all(short)) =>
        {
            if items.iter().filter_map(Value::as_text).any(looks_personal) {
                return Err(personal());
            }
            Ok(())
        }
        Value::Text(_) | Value::Array(_) | Value::Bytes(_) | Value::Map(_) | Value::Null => {
            Err(Wrong::must_be(
                "a number, a truth value, a text of 64 bytes, or a list of 64 of either",
            ))
        }
    }
}

/// The digits of a twelve-digit number whose check digit holds.
fn checked_digits(number: &str) -> Option<[u32; 12]> {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let mut digits = [0; 12];
    if number.len() != digits.len() {
        return None;
    }
    for (digit, c) in digits.iter_mut().zip(number.chars()) {
        *digit = c.to_digit(10)?;
    }
    let sum = |weights: &[u32; 11]| {
        // Eleven products of a digit and a weight up to 11 stay far below 2^32.
        digits
            .iter()
            .zip(weights)
            .fold(0_u32, |sum, (d, w)| sum.saturating_add(d.saturating_mul(*w)))
    };
    let check = match sum(&FIRST).checked_rem(11)? {
        10 => sum(&SECOND).checked_rem(11)?,
        check => check,
    };
    let last = digits.last().copied()?;
    // A number whose second remainder is 10 too is never issued.
    (check < 10 && check == last).then_some(digits)
}

/// Whether a text is a БИН: a valid check digit, and the type of an organisation in place five.
#[must_use]
pub fn valid_bin(number: &str) -> bool {
    matches!(checked_digits(number), Some([_, _, _, _, 4..=6, ..]))
}

/// Whether a text is an ИИН: a valid check digit, and a day of birth in places five and six.
#[must_use]
pub fn valid_iin(number: &str) -> bool {
    matches!(checked_digits(number), Some([_, _, _, _, 0..=3, ..]))
}

/// Whether a text may hold an ИИН, a phone number or an e-mail address.
///
/// Digits in a row, with blanks, hyphens and brackets between them not counted, are suspect if they
/// are twelve or more (an ИИН), eleven from 7 or 8 (a phone number with the country's code), ten
/// after a plus sign, or ten from 7 (a mobile number without the code).
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    let mut run = Run::default();
    for c in text.chars() {
        if c == '@' {
            return true;
        }
        // Digits of every script count: an ИИН in full-width digits is still one.
        if c.is_numeric() {
            run.first = run.first.or(Some(c));
            run.length = run.length.saturating_add(1);
        } else if run.length == 0
            || !matches!(c, ' ' | '\u{a0}' | '-' | '(' | ')' | '\u{2011}' | '\u{2013}')
        {
            if run.is_suspect() {
                return true;
            }
            run = Run { plus: c == '+' || run.plus && matches!(c, ' ' | '('), ..Run::default() };
        }
    }
    run.is_suspect()
}

#[derive(Default)]
struct Run {
    plus: bool,
    first: Option<char>,
    length: u32,
}

impl Run {
    fn is_suspect(&self) -> bool {
        match self.length {
            12.. => true,
            11 => self.plus || matches!(self.first, Some('7' | '8')),
            10 => self.plus || self.first == Some('7'),
            _ => false,
        }
    }
}
