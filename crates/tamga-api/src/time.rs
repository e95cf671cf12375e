//! Instants and days as text: RFC 3339 in UTC, on the proleptic Gregorian calendar (spec §20.2).
//!
//! Years 0001 to 9999, milliseconds at most, always `Z`: one instant has one text.

use tamga_format::id::UnixMillis;

const DAY_MS: i64 = 86_400_000;
/// First millisecond of year 1.
const FIRST_MS: i64 = -62_135_596_800_000;
/// Last millisecond of year 9999.
const LAST_MS: i64 = 253_402_300_799_999;

/// Writes an instant: `2026-03-12T08:58:00Z`, with `.123` before the `Z` when there are milliseconds.
///
/// An instant outside years 1 to 9999 is written as the nearest one inside.
#[must_use]
pub fn instant(at: UnixMillis) -> String {
    let ms = at.0.clamp(FIRST_MS, LAST_MS);
    let (days, rest) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{}T{hour:02}:{minute:02}:{second:02}{fraction}Z", day(days))
}

/// Reads what [`instant`] writes; `None` for anything else.
#[must_use]
pub fn parse_instant(text: &str) -> Option<UnixMillis> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, millis) = match time.split_once('.') {
        None => (time, 0),
        Some((time, fraction)) if fraction.len() == 3 && fraction != "000" => {
            (time, number(fraction)?)
        }
        Some(_) => return None,
    };
    let mut parts = time.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || [hour, minute, second].iter().any(|part| part.len() != 2) {
        return None;
    }
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = hour * 3600 + minute * 60 + second;
    Some(UnixMillis(parse_day(date)? * DAY_MS + seconds * 1000 + millis))
}

/// Writes a day, counted from 1970-01-01: `2026-03-12`.
#[must_use]
pub fn day(days: i64) -> String {
    let days = days.clamp(FIRST_MS / DAY_MS, LAST_MS / DAY_MS);
    // Years begin in March here, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads what [`day`] writes; `None` for anything else.
#[must_use]
pub fn parse_day(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, of_month) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 || month.len() != 2 || of_month.len() != 2 {
        return None;
    }
    let (year, month, of_month) = (number(year)?, number(month)?, number(of_month)?);
    if year < 1 || !(1..=12).contains(&month) || of_month < 1 {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let of_year = (153 * shifted_month + 2) / 5 + of_month - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = era * 146_097 + of_era - 719_468;
    // A day past the end of its month reads as one of the next: refuse it.
    (day(days) == text).then_some(days)
}

fn number(digits: &str) -> Option<i64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests;
