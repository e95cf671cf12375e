//! Whether a record has the fields its kind demands (spec §16.2): the catalogue is data, its reading is the model's.

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::record::Record;
use tamga_state::catalogue::{Class, Field, FieldType, KindInfo};

use super::{Answer, unless};

const AMOUNT_MAX: i64 = 100_000_000_000_000_000;

/// All fields and the body are those of the kind.
pub(super) fn check(info: &KindInfo, record: &Record, body: Option<&Body>) -> Answer {
    for (number, value) in &record.fields {
        let field = info.field(*number).ok_or("unknown-field")?;
        value_fits(field, value)?;
    }
    for field in info.fields.iter().filter(|field| field.required) {
        unless(record.field(field.number).is_some(), "validation")?;
    }
    let Some(body) = body else {
        unless(record.body.is_none(), "body-presence")?;
        return unless(info.body.iter().all(|field| !field.required), "validation");
    };
    unless(record.body == Some(body.commitment()), "body-mismatch")?;
    for field in body.fields() {
        let known = info.body_named(&field.name).ok_or("unknown-field")?;
        value_fits(known, &field.value)?;
    }
    let has = |field: &Field| body.get(field.name).is_some();
    unless(info.body.iter().all(|field| !field.required || has(field)), "validation")
}

fn value_fits(field: &Field, value: &Value) -> Answer {
    fits(field.ty, field.class, value)
}

fn fits(ty: FieldType, class: Class, value: &Value) -> Answer {
    let number = value.as_i64();
    let bytes = value.as_bytes();
    let text = value.as_text();
    let list = value.as_list();
    match ty {
        FieldType::Uint(max) => unless(value.as_u64().is_some_and(|it| it <= max), "validation"),
        FieldType::Bool => unless(value.as_bool().is_some(), "validation"),
        FieldType::Amount => {
            unless(number.is_some_and(|it| (0..=AMOUNT_MAX).contains(&it)), "amount-out-of-range")
        }
        FieldType::Difference => {
            unless(number.is_some_and(|it| it.abs() <= AMOUNT_MAX), "amount-out-of-range")
        }
        FieldType::Text(max) => {
            let text = text.ok_or("validation")?;
            let odd = text.is_empty() || text.len() > max || text.chars().any(char::is_control);
            unless(!odd, "validation")?;
            unless(class == Class::P2 || !looks_personal(text), "personal-data-suspected")
        }
        FieldType::Multiline(max) => {
            let text = text.ok_or("validation")?;
            let odd = |c: char| c.is_control() && c != '\n';
            unless(!text.is_empty() && text.len() <= max && !text.chars().any(odd), "validation")
        }
        FieldType::Code(words) => unless(text.is_some_and(|it| words.contains(&it)), "validation"),
        FieldType::Bytes32 | FieldType::Id(_) => {
            unless(bytes.is_some_and(|it| it.len() == 32), "validation")
        }
        FieldType::Bytes64 => unless(bytes.is_some_and(|it| it.len() == 64), "validation"),
        FieldType::Bytes(max) => {
            unless(bytes.is_some_and(|it| !it.is_empty() && it.len() <= max), "validation")
        }
        // 9999-12-31, as a day and as an instant.
        FieldType::Date => {
            unless(number.is_some_and(|it| (0..=2_932_896).contains(&it)), "validation")
        }
        FieldType::Time => {
            unless(number.is_some_and(|it| (0..=253_402_300_799_999).contains(&it)), "validation")
        }
        FieldType::Rows(form) => {
            let rows = list.ok_or("validation")?;
            unless(!rows.is_empty() && rows.len() <= form.most, "validation")?;
            for row in rows {
                let cells = row.as_list().ok_or("validation")?;
                unless(cells.len() == form.columns.len(), "validation")?;
                for (column, cell) in form.columns.iter().zip(cells) {
                    fits(column.ty, class, cell)?;
                }
            }
            Ok(())
        }
        FieldType::Candidates => unless(super::draw::candidates(value).is_some(), "validation"),
        FieldType::Loads => unless(super::draw::loads(value).is_some(), "validation"),
        // Of registry and royalty records, which the model doesn't judge.
        FieldType::Bin | FieldType::Identifier(_) | FieldType::Scalar => Ok(()),
    }
}

/// Spec §16.2: an at sign, or so many digits in a row.
fn looks_personal(text: &str) -> bool {
    if text.contains('@') {
        return true;
    }
    let chars: Vec<char> = text.chars().collect();
    for start in 0..chars.len() {
        if !chars[start].is_numeric() || start > 0 && chars[start - 1].is_numeric() {
            continue;
        }
        let between =
            |c: char| matches!(c, ' ' | '\u{a0}' | '-' | '(' | ')' | '\u{2011}' | '\u{2013}');
        let run: Vec<char> =
            chars[start..].iter().copied().take_while(|c| c.is_numeric() || between(*c)).collect();
        let digits = run.iter().filter(|c| c.is_numeric()).count();
        let before: String = chars[..start].iter().collect();
        let plus = before.trim_end_matches([' ', '(']).ends_with('+');
        let first = chars[start];
        let suspect = digits >= 12
            || digits == 11 && (plus || matches!(first, '7' | '8'))
            || digits == 10 && (plus || first == '7');
        if suspect {
            return true;
        }
    }
    false
}
