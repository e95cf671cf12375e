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
use super::mapping::{
    Delta, Expression, List, Mapping, Moment, SubjectIdRule, SubjectRule, TimeColumn, Words,
};
use super::source::is_day_first;
use super::table::{Row, fill, names};
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
            SubjectIdRule::Tag(template) => tagged(role, &self.text(template)?, template),
            SubjectIdRule::Named(templates) => {
                let filled =
                    |template: &&String| names(template).all(|name| !self.row.get(name).is_empty());
                let template = templates.iter().find(filled).or(templates.first());
                let template = template.ok_or_else(|| wrong(name, "detail-no-subject"))?;
                let text = self.text(template)?;
                if text.contains(':') {
                    return tagged(role, &text, template);
                }
                Ok(Subject::registered(role, &text))
            }
        }
    }

    /// Whether all cells are empty that a value comes from.
    pub fn is_empty(&self, expression: &Expression) -> bool {
        let columns = if let Expression::Subject(name) = expression {
            self.mapping.subjects.get(name).map(SubjectRule::columns)
        } else {
            expression.columns()
        };
        columns.is_some_and(|columns| self.are_empty(&columns))
    }

    /// Whether all cells are empty that the id of a subject comes from.
    pub fn is_nobody(&self, subject: &str) -> bool {
        let rule = self.mapping.subjects.get(subject);
        rule.is_some_and(|rule| self.are_empty(&rule.columns()))
    }

    fn are_empty(&self, columns: &[&str]) -> bool {
        !columns.is_empty() && columns.iter().all(|name| self.row.get(name).trim().is_empty())
    }

    /// The value of an expression, as a draft holds it.
    pub fn value(&self, expression: &Expression) -> Result<Value, ValueError> {
        Ok(match expression {
            Expression::Text(_)
            | Expression::Words(_)
            | Expression::Integer(_)
            | Expression::Boolean(_)
            | Expression::Money(_)
            | Expression::Millionths(_)
            | Expression::Date(_)
            | Expression::List(_)
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
            Expression::Millionths(column) => json!(self.millionths(column)?),
            Expression::Date(column) => json!(self.date(column)?),
            Expression::List(list) => self.list(list)?,
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
        no_word(words, self.row.get(&words.column))
    }

    fn list(&self, list: &List) -> Result<Value, ValueError> {
        let cell = self.row.get(&list.words.column);
        let parts = cell.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let row = |part| Ok(json!({ list.name.as_str(): no_word(&list.words, part)? }));
        let rows: Vec<Value> = parts.map(row).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(wrong(&list.words.column, "detail-empty"));
        }
        Ok(Value::Array(rows))
    }

    fn date(&self, column: &str) -> Result<String, ValueError> {
        let cell = self.row.get(column).trim();
        civil_day(cell).map(|day| day.to_string()).ok_or_else(|| {
            error(column, Said::message("detail-not-day", vec![("value", cell.into())]))
        })
    }

    fn millionths(&self, column: &str) -> Result<i64, ValueError> {
        millionths(self.row.get(column)).map_err(|detail| error(column, detail))
    }

    fn money(&self, column: &str) -> Result<i64, ValueError> {
        hundredths(self.row.get(column)).map_err(|detail| error(column, detail))
    }

    fn number(&self, column: &str) -> Result<i64, ValueError> {
        let number = self.money(column)?;
        if number % 100 == 0 { Ok(number / 100) } else { Err(wrong(column, "detail-not-whole")) }
    }
}

fn no_word<'w>(words: &'w Words, value: &str) -> Result<&'w str, ValueError> {
    words.word(value).ok_or_else(|| {
        let args = vec![("value", value.into())];
        error(&words.column, Said::message("detail-no-word", args))
    })
}

/// A subject of a role as drafts write it.
fn tagged(role: Role, text: &str, template: &str) -> Result<Subject, ValueError> {
    let at = names(template).collect::<Vec<_>>().join(", ");
    let args = vec![("value", text.into()), ("role", role.name().into())];
    let bad = || error(&at, Said::message("detail-not-tag", args));
    text.trim().parse().ok().filter(|subject: &Subject| subject.role == role).ok_or_else(bad)
}

/// The day of `YYYY-MM-DD` or dd.mm.yyyy.
#[must_use]
pub fn civil_day(text: &str) -> Option<Date> {
    if text.len() != 10 {
        return None;
    }
    if is_day_first(text) {
        return Date::strptime("%d.%m.%Y", text).ok();
    }
    text.parse().ok()
}

/// Integer millionths of a decimal number from 0 on, such as `505.25`; never through a float.
pub fn millionths(text: &str) -> Result<i64, Said> {
    let clean: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let bad = || Said::message("detail-not-rate", vec![("value", text.into())]);
    let (whole, fraction) = clean.split_once(['.', ',']).unwrap_or((&clean, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 6 || !numeric(whole) || !numeric(fraction) {
        return Err(bad());
    }
    let part: i64 = format!("{fraction:0<6}").parse().map_err(|_| bad())?;
    let whole: i64 = whole.parse().map_err(|_| bad())?;
    whole.checked_mul(1_000_000).and_then(|sum| sum.checked_add(part)).ok_or_else(bad)
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
