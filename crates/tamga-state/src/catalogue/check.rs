//! Whether a record has the fields its kind demands, and no personal data (spec §16.2).

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::record::Record;

use super::{AMOUNT_MAX, CANDIDATES_MAX, Class, DATE_MAX, Field, FieldType, KindInfo};
use crate::codes::{Code, Rejection};
use crate::enforcement::assignment::{Candidates, read_loads};

/// Lines of one payout.
const LINES_MAX: usize = 64;
/// Numbers in a parameter's list.
const SCALAR_ITEMS_MAX: usize = 64;
/// Bytes of a parameter's text.
const SCALAR_TEXT_MAX: usize = 64;

/// Checks the public fields and the body of a record against its kind.
pub(crate) fn check_record(
    info: &'static KindInfo,
    record: &Record,
    body: Option<&Body>,
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
    check_body(info, record, body)
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
    let refuse = |code, detail: String| {
        Err(Rejection::new(code, format!("/{place}/{}", field.name), detail))
    };
    let wrong =
        |expected: &str| refuse(Code::Validation, format!("{} must be {expected}", field.name));
    match field.ty {
        FieldType::Uint(max) => match value.as_u64() {
            Some(number) if number <= max => Ok(()),
            _ => wrong(&format!("a number from 0 to {max}")),
        },
        FieldType::Bool => value.as_bool().map_or_else(|| wrong("true or false"), |_| Ok(())),
        FieldType::Amount => match value.as_i64() {
            Some(amount) if (0..=AMOUNT_MAX).contains(&amount) => Ok(()),
            _ => refuse(Code::AmountOutOfRange, format!("{} must be tiyn from 0", field.name)),
        },
        FieldType::Difference => match value.as_i64() {
            Some(amount) if (-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount) => Ok(()),
            _ => refuse(Code::AmountOutOfRange, format!("{} must be tiyn", field.name)),
        },
        FieldType::Text(max) => match value.as_text() {
            Some(text)
                if text.is_empty() || text.len() > max || text.chars().any(char::is_control) =>
            {
                wrong(&format!("a text of 1 to {max} bytes without control characters"))
            }
            Some(text) if field.class < Class::P2 && looks_personal(text) => refuse(
                Code::PersonalDataSuspected,
                format!("{} looks like an ИИН, a phone number or an e-mail address", field.name),
            ),
            Some(_) => Ok(()),
            None => wrong("a text"),
        },
        FieldType::Code(words) => match value.as_text() {
            Some(text) if words.contains(&text) => Ok(()),
            _ => wrong(&format!("one of {}", words.join(", "))),
        },
        FieldType::Bytes32 => {
            value.as_array_of::<32>().map_or_else(|| wrong("32 bytes"), |_| Ok(()))
        }
        FieldType::Bytes64 => {
            value.as_array_of::<64>().map_or_else(|| wrong("64 bytes"), |_| Ok(()))
        }
        FieldType::Date => match value.as_i64() {
            Some(days) if (0..=DATE_MAX).contains(&days) => Ok(()),
            _ => wrong("a date, in days since 1970-01-01"),
        },
        FieldType::Time => match value.as_i64() {
            Some(ms) if (0..=UnixMillis::MAX.get()).contains(&ms) => Ok(()),
            _ => wrong("a time, in milliseconds since 1970-01-01 UTC"),
        },
        FieldType::Bin => match value.as_text() {
            Some(text) if valid_bin(text) => Ok(()),
            Some(text) if valid_iin(text) => {
                refuse(Code::PersonalDataSuspected, format!("{} is an ИИН, not a БИН", field.name))
            }
            _ => refuse(Code::IdentifierInvalid, format!("{} is not a valid БИН", field.name)),
        },
        FieldType::Scalar => check_scalar(field, value, place),
        FieldType::Lines => {
            if value.as_list().is_some_and(|lines| {
                (1..=LINES_MAX).contains(&lines.len())
                    && lines.iter().all(|line| payout_line(line).is_some())
            }) {
                Ok(())
            } else {
                wrong("1 to 64 lines [order, claimant, amount]")
            }
        }
        FieldType::Candidates => match Candidates::read(value) {
            Some(_) => Ok(()),
            None => wrong(&format!(
                "1 to {CANDIDATES_MAX} officers by ascending id, each an id or [id, reason]"
            )),
        },
        FieldType::Loads => match read_loads(value) {
            Some(_) => Ok(()),
            None => wrong(&format!("a list of 1 to {CANDIDATES_MAX} numbers below 2^32")),
        },
    }
}

fn check_scalar(field: &Field, value: &Value, place: &str) -> Result<(), Rejection> {
    let personal = match value {
        Value::Uint(_) | Value::Nint(_) | Value::Bool(_) => false,
        Value::Text(text) if text.len() <= SCALAR_TEXT_MAX => looks_personal(text),
        Value::Array(items)
            if items.len() <= SCALAR_ITEMS_MAX
                && items.iter().all(|item| item.as_i64().is_some()) =>
        {
            false
        }
        Value::Text(_) | Value::Array(_) | Value::Bytes(_) | Value::Map(_) | Value::Null => {
            return Err(Rejection::new(
                Code::Validation,
                format!("/{place}/{}", field.name),
                "a parameter is a number, a truth value, a text of 64 bytes or a list of 64 numbers",
            ));
        }
    };
    if personal {
        let pointer = format!("/{place}/{}", field.name);
        return Err(Rejection::new(
            Code::PersonalDataSuspected,
            pointer,
            "the value looks like personal data",
        ));
    }
    Ok(())
}

/// One payout line: order, claimant and amount.
pub(crate) fn payout_line(line: &Value) -> Option<(u64, [u8; 32], i64)> {
    let [order, claimant, amount] = line.as_list()? else { return None };
    let amount = amount.as_i64().filter(|amount| (0..=AMOUNT_MAX).contains(amount))?;
    Some((order.as_u64()?, claimant.as_array_of()?, amount))
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
