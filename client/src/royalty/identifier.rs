//! Identifiers, dates and decimals as these files write them, in the form in which records hold them.

use jiff::civil::Date;
use tamga_state::catalogue::Identifier;

use crate::lang::Said;

/// Most digits on either side of a decimal point.
const DIGITS_MAX: usize = 18;

/// What an identifier is called.
#[must_use]
pub fn named(kind: Identifier) -> Said {
    match kind {
        Identifier::IpiName => Said::plain("royalty-ipi-name"),
        Identifier::IpiBase => Said::plain("royalty-ipi-base"),
        Identifier::Iswc
        | Identifier::Isrc
        | Identifier::Isni
        | Identifier::Territory
        | Identifier::Society => kind.name().into(),
    }
}

/// The bare form of an identifier, if it is one: print puts hyphens, points and spaces into it.
#[must_use]
pub fn bare(kind: Identifier, text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    kind.holds(&bare).then_some(bare)
}

/// A number padded with zeros, such as a society's or a territory's, without them; `None` when it is none.
#[must_use]
pub fn unpadded(kind: Identifier, text: &str) -> Option<String> {
    let short = text.trim_start_matches('0');
    kind.holds(short).then(|| short.to_owned())
}

/// Whether a text is blank or zeros, with which fixed columns say that there is no value.
#[must_use]
pub fn is_nothing(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '0' | ' '))
}

/// The day of `YYYYMMDD`.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = text.get(..4)?.parse().ok()?;
    Date::new(year, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?).ok()
}

/// The seconds of `HHMMSS`.
#[must_use]
pub fn seconds(text: &str) -> Option<u32> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| text.get(at..at.saturating_add(2))?.parse::<u32>().ok();
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (minutes < 60 && seconds < 60)
        .then(|| hours.saturating_mul(3_600).saturating_add(minutes * 60).saturating_add(seconds))
}

/// A decimal number in its one form: no zeros before the whole or after the fraction, a point, no sign but `-`.
/// It stays text, so that no digit is lost.
#[must_use]
pub fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let short = |part: &str| part.len() <= DIGITS_MAX;
    if whole.is_empty() || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if !short(whole) || !short(fraction) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && fraction.is_empty() { "" } else { sign };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

/// Whether a text is the code of a currency (ISO 4217) in its form: three capital letters.
#[must_use]
pub fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
