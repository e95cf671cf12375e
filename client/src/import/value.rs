//! What an expression of the mapping gives for a row.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tamga_format::id::{SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject, person_tag};

use super::derive;
use super::mapping::{Delta, Expression, Mapping, Moment, SubjectIdRule, TimeColumn, Words};
use super::source::is_day_first;
use super::table::{Row, fill};
use crate::lang::Said;
use crate::text;

/// What a case remembers from row to row; records by kind stand under `record.<kind>`.
pub type Memory = BTreeMap<String, String>;

/// A value that cannot be read: where, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// Column or remembered name.
    pub at: String,
    /// What is wrong.
    pub detail: Said,
}

/// The time of an event and its local day.
#[derive(Clone, Copy, Debug)]
pub struct EventTime {
    /// Milliseconds since 1970.
    pub time: UnixMillis,
    /// The day where it happened.
    pub day: Date,
}

/// Everything an expression may look at.
pub struct Context<'a> {
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The row.
    pub row: &'a Row,
    /// What the case remembers before the row.
    pub memory: &'a Memory,
    /// The import's secret.
    pub secret: &'a [u8; 32],
    /// The row's time.
    pub event: EventTime,
}

impl Context<'_> {
    /// Text of a template over columns and remembered values.
    pub fn text(&self, template: &str) -> Result<String, ValueError> {
        self.cells().text(template)
    }

    /// The subject that the mapping calls `name`.
    pub fn subject(&self, name: &str) -> Result<Subject, ValueError> {
        let rule =
            self.mapping.subjects.get(name).ok_or_else(|| wrong(name, "detail-no-subject"))?;
        let role =
            Role::from_name(&rule.role).ok_or_else(|| wrong(&rule.role, "detail-no-role"))?;
        let derived = |template: &str, purpose: &str| {
            let key = self.text(template)?;
            Ok(derive::value(self.secret, &self.mapping.source, &key, purpose))
        };
        match &rule.id {
            SubjectIdRule::Derived(template) => {
                derived(template, name).map(|id| Subject { role, id: SubjectId(id) })
            }
            SubjectIdRule::Person(template) => {
                let person = derived(template, "person")?;
                Ok(Subject { role, id: person_tag(&person, role) })
            }
            SubjectIdRule::Registered(template) => {
                Ok(Subject::registered(role, &self.text(template)?))
            }
        }
    }

    /// The value of an expression, as a draft holds it.
    pub fn value(&self, expression: &Expression) -> Result<Value, ValueError> {
        Ok(match expression {
            Expression::Text(_)
            | Expression::Words(_)
            | Expression::Integer(_)
            | Expression::Boolean(_)
            | Expression::Money(_)
            | Expression::Number(_) => return self.cells().value(expression),
            Expression::Day(Moment::Event) => json!(self.event.day.to_string()),
            Expression::Time(Moment::Event) => json!(text::rfc3339(self.event.time)),
            Expression::Delta(delta) => json!(self.delta(delta)?),
            Expression::Remembered(name) => json!(self.remembered(name)?),
            Expression::Digest(purpose) => {
                json!(text::hex(&derive::value(
                    self.secret,
                    &self.mapping.source,
                    &self.row.key,
                    purpose
                )))
            }
            Expression::Subject(name) => json!(self.subject(name)?.to_string()),
            Expression::Record(kind) => json!(self.record(kind)?),
        })
    }

    fn cells(&self) -> Cells<'_> {
        Cells { row: self.row, memory: self.memory }
    }

    /// The id of the case's last record of a kind, in hex.
    pub fn record(&self, kind: &str) -> Result<String, ValueError> {
        let missing = || wrong(kind, "detail-no-record");
        self.memory.get(&format!("record.{kind}")).cloned().ok_or_else(missing)
    }

    /// Whether a column of decimal units holds zero.
    pub fn is_zero(&self, column: &str) -> Result<bool, ValueError> {
        self.cells().money(column).map(|sum| sum == 0)
    }

    fn remembered(&self, name: &str) -> Result<i64, ValueError> {
        let value = self.memory.get(name).ok_or_else(|| wrong(name, "detail-not-given"))?;
        value.parse().map_err(|_| wrong(name, "detail-not-number"))
    }

    fn delta(&self, delta: &Delta) -> Result<i64, ValueError> {
        let now = self.cells().money(&delta.column)?;
        let before = self.remembered(&delta.remembered)?;
        now.checked_sub(before).ok_or_else(|| wrong(&delta.column, "detail-range"))
    }
}

/// What can be said of a row without knowing its case's subjects, secret or time.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// The row.
    pub row: &'a Row,
    /// What the case remembers before the row.
    pub memory: &'a Memory,
}

impl Cells<'_> {
    /// The value of an expression over cells.
    ///
    /// # Errors
    /// When a cell can't be read so, or the expression needs more than cells.
    pub fn value(&self, expression: &Expression) -> Result<Value, ValueError> {
        Ok(match expression {
            Expression::Text(template) => json!(self.text(template)?),
            Expression::Words(words) => json!(self.word(words)?),
            Expression::Integer(number) => json!(number),
            Expression::Boolean(truth) => json!(truth),
            Expression::Money(column) => json!(self.money(column)?),
            Expression::Number(column) => json!(self.number(column)?),
            Expression::Day(_)
            | Expression::Time(_)
            | Expression::Delta(_)
            | Expression::Remembered(_)
            | Expression::Digest(_)
            | Expression::Subject(_)
            | Expression::Record(_) => return Err(wrong("", "detail-not-of-cells")),
        })
    }

    fn text(&self, template: &str) -> Result<String, ValueError> {
        fill(template, &|name| match name.strip_prefix('$') {
            Some(name) => self.memory.get(name).cloned(),
            None => self.row.values.get(name).cloned(),
        })
        .map_err(|name| wrong(&name, "detail-empty"))
    }

    fn word<'w>(&self, words: &'w Words) -> Result<&'w str, ValueError> {
        let value = self.row.get(&words.column);
        let word = words.words.get(value).or(words.otherwise.as_ref());
        word.map(String::as_str).ok_or_else(|| {
            let args = vec![("value", value.into())];
            error(&words.column, Said::message("detail-no-word", args))
        })
    }

    fn money(&self, column: &str) -> Result<i64, ValueError> {
        hundredths(self.row.get(column)).map_err(|detail| error(column, detail))
    }

    fn number(&self, column: &str) -> Result<i64, ValueError> {
        let number = self.money(column)?;
        if number % 100 == 0 { Ok(number / 100) } else { Err(wrong(column, "detail-not-whole")) }
    }
}

/// Integer hundredths of a decimal number such as `35.0`, `49,25` or `-3`; never through a float.
pub fn hundredths(text: &str) -> Result<i64, Said> {
    let clean: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let bad = || Said::message("detail-not-sum", vec![("value", text.into())]);
    let (negative, digits) = match clean.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, clean.as_str()),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    // 12,000 is twelve to some and twelve thousand to others.
    if fraction.len() == 3 {
        return Err(Said::message("detail-ambiguous", vec![("value", text.into())]));
    }
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() || fraction.len() > 2 || !numeric(whole) || !numeric(fraction) {
        return Err(bad());
    }
    let cents: i64 = format!("{fraction:0<2}").parse().map_err(|_| bad())?;
    let whole: i64 = whole.parse().map_err(|_| bad())?;
    let sum = whole.checked_mul(100).and_then(|sum| sum.checked_add(cents)).ok_or_else(bad)?;
    Ok(if negative { -sum } else { sum })
}

/// The time in a row's time column.
pub fn event_time(column: &TimeColumn, row: &Row) -> Result<EventTime, ValueError> {
    let value = row.get(&column.column);
    let bad = |detail: String| {
        let args = vec![("value", value.into()), ("detail", detail.into())];
        error(&column.column, Said::message("detail-not-time", args))
    };
    let parsed = parsed(column, value).map_err(|error| bad(error.to_string()))?;
    let day = parsed.to_date().map_err(|error| bad(error.to_string()))?;
    let stamp: Timestamp = match &column.zone {
        None => parsed.to_timestamp().map_err(|error| bad(error.to_string()))?,
        Some(name) => {
            let zone = TimeZone::get(name).map_err(|error| bad(error.to_string()))?;
            // A day alone begins at midnight.
            let time = parsed.to_datetime().unwrap_or_else(|_| day.to_datetime(Time::midnight()));
            time.to_zoned(zone).map_err(|error| bad(error.to_string()))?.timestamp()
        }
    };
    Ok(EventTime { time: UnixMillis(stamp.as_millisecond()), day })
}

/// A moment in the mapping's form; where it gives a zone, days first and ISO dates are read too.
fn parsed(column: &TimeColumn, value: &str) -> Result<BrokenDownTime, jiff::Error> {
    let own = strtime::parse(&column.format, value);
    if own.is_ok() || column.zone.is_none() {
        return own;
    }
    let date = if is_day_first(value) { "%d.%m.%Y" } else { "%Y-%m-%d" };
    let others = [" %H:%M:%S", " %H:%M", ""];
    let other = others.iter().find_map(|time| strtime::parse(format!("{date}{time}"), value).ok());
    other.map_or(own, Ok)
}

fn error(at: &str, detail: Said) -> ValueError {
    ValueError { at: at.to_owned(), detail }
}

fn wrong(at: &str, id: &'static str) -> ValueError {
    error(at, Said::plain(id))
}
