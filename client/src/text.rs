//! Small text forms: hex, base64, times and sums, as the command line reads and prints them.

use base64ct::{Base64, Encoding};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tamga_format::id::UnixMillis;

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 0x0f] {
            text.push(char::from_digit(u32::from(nibble), 16).expect("a nibble is a hex digit"));
        }
    }
    text
}

/// The 32 bytes of 64 hex digits; `None` for anything else.
#[must_use]
pub fn parse_hex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Standard base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// The bytes of standard base64 with padding.
#[must_use]
pub fn parse_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// RFC 3339 in UTC, to the millisecond when there is a fraction.
#[must_use]
pub fn rfc3339(time: UnixMillis) -> String {
    Timestamp::from_millisecond(time.0).map_or_else(|_| time.0.to_string(), |time| time.to_string())
}

/// Milliseconds since 1970 of an RFC 3339 time.
#[must_use]
pub fn parse_rfc3339(text: &str) -> Option<UnixMillis> {
    text.parse::<Timestamp>().ok().map(|time| UnixMillis(time.as_millisecond()))
}

/// Milliseconds since 1970 of an RFC 3339 time, or of the beginning of a day (`2026-03-12`) in the country's zone.
#[must_use]
pub fn parse_moment(text: &str) -> Option<UnixMillis> {
    parse_rfc3339(text).or_else(|| {
        let day: Date = text.parse().ok()?;
        let start = day.to_zoned(country()).ok()?;
        Some(UnixMillis(start.timestamp().as_millisecond()))
    })
}

/// The country's zone, UTC+5.
fn country() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(5))
}

/// `dd.mm.yyyy hh:mm` in the country's zone, UTC+5, as people read it.
#[must_use]
pub fn local_time(time: UnixMillis) -> String {
    let Ok(stamp) = Timestamp::from_millisecond(time.0) else {
        return time.0.to_string();
    };
    stamp.to_zoned(country()).strftime("%d.%m.%Y %H:%M").to_string()
}

/// A number of hundredths, such as basis points or tiyn, with two decimals and thousands apart: `412 000.00`.
#[must_use]
pub fn hundredths(number: i64) -> String {
    let (whole, rest) = (number.unsigned_abs() / 100, number.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    format!("{text}.{rest:02}")
}

/// A word as a POSIX shell takes it.
#[must_use]
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
