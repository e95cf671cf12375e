//! Parameters and calendars as TOML: parts of a genesis file, and a file of their own (spec §21).

use serde::{Deserialize, Serialize};
use tamga_format::cbor::Value;
use tamga_state::codes::Rejection;
use tamga_state::genesis::GenesisParameter;
use tamga_state::law::calendar::{self, Kind};
use tamga_state::law::parameters::{Form, Mark, Name};

use super::{day_at, each, from_toml, invalid};
use crate::time::parse_day;

/// `[[parameter]]`: one value in force from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterPart {
    /// Name in the table of parameters.
    pub name: String,
    /// The value; a day is written `2025-12-25`.
    pub value: ParameterValue,
    /// First day in force.
    pub from: String,
    /// Act and article the value follows.
    pub basis: String,
    /// `UNVERIFIED` or `DESIGN`; absent for a value its basis confirms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A word, or a day.
    Text(String),
    /// Whole numbers.
    List(Vec<i64>),
    /// Words.
    Words(Vec<String>),
}

/// `[[calendar]]`: the days off of one year, written `05-27`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarPart {
    /// The year.
    pub year: i64,
    /// Holidays that move to the next working day when they fall on a weekend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moving: Vec<String>,
    /// Holidays that do not move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
    /// Further days off by act of the Government.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<String>,
    /// Weekends and holidays on which work was moved by act of the Government.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub working_days: Vec<String>,
    /// Act the calendar follows.
    pub basis: String,
    /// `UNVERIFIED` or `DESIGN`; absent for an official table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// Parameters and calendars with nothing else, such as `genesis/parameters.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawFile {
    /// Parameters.
    #[serde(rename = "parameter", default)]
    pub parameters: Vec<ParameterPart>,
    /// Calendar years.
    #[serde(rename = "calendar", default)]
    pub calendars: Vec<CalendarPart>,
}

impl LawFile {
    /// Reads a file strictly.
    ///
    /// # Errors
    ///
    /// `genesis-invalid` if it isn't TOML, lacks a field or has an unknown one.
    pub fn read(text: &str) -> Result<Self, Rejection> {
        from_toml(text)
    }

    /// The lines the file enters into a genesis.
    ///
    /// # Errors
    ///
    /// `genesis-invalid` with a pointer to the line, such as `/parameter/2/from`.
    pub fn lines(&self) -> Result<Vec<GenesisParameter>, Rejection> {
        let mut lines = each("parameter", &self.parameters, ParameterPart::read)?;
        lines.extend(each("calendar", &self.calendars, CalendarPart::read)?);
        Ok(lines)
    }
}

impl ParameterPart {
    pub(super) fn read(&self, at: &str) -> Result<GenesisParameter, Rejection> {
        let is_day = Name::from_name(&self.name).is_some_and(|name| name.info().form == Form::Day);
        let value = match &self.value {
            ParameterValue::Flag(value) => Value::Bool(*value),
            ParameterValue::Number(value) => Value::int(*value),
            ParameterValue::Text(day) if is_day => Value::int(day_at(&format!("{at}/value"), day)?),
            ParameterValue::Text(value) => Value::text(value),
            ParameterValue::List(values) => {
                Value::Array(values.iter().copied().map(Value::int).collect())
            }
            ParameterValue::Words(values) => {
                Value::Array(values.iter().map(|word| Value::text(word)).collect())
            }
        };
        Ok(GenesisParameter {
            name: self.name.clone(),
            value,
            from: day_at(&format!("{at}/from"), &self.from)?,
            basis: self.basis.clone(),
            mark: mark(at, self.mark.as_deref())?,
        })
    }
}

impl CalendarPart {
    pub(super) fn read(&self, at: &str) -> Result<GenesisParameter, Rejection> {
        let lists = [
            ("moving", &self.moving, Kind::Moving),
            ("fixed", &self.fixed, Kind::Fixed),
            ("days_off", &self.days_off, Kind::DayOff),
            ("working_days", &self.working_days, Kind::WorkingDay),
        ];
        let mut entries = Vec::new();
        for (name, dates, kind) in lists {
            for (number, text) in dates.iter().enumerate() {
                let entry = date_entry(self.year, text, kind).ok_or_else(|| {
                    let detail = format!("a date of {} is written 05-27", self.year);
                    invalid(&format!("{at}/{name}/{number}"), detail)
                })?;
                entries.push(Value::int(entry));
            }
        }
        let from = format!("{:04}-01-01", self.year);
        Ok(GenesisParameter {
            name: calendar::name(self.year),
            value: Value::Array(entries),
            from: day_at(&format!("{at}/year"), &from)?,
            basis: self.basis.clone(),
            mark: mark(at, self.mark.as_deref())?,
        })
    }
}

fn date_entry(year: i64, text: &str, kind: Kind) -> Option<i64> {
    parse_day(&format!("{year:04}-{text}"))?;
    let (month, day) = text.split_once('-')?;
    Some(kind.entry(month.parse().ok()?, day.parse().ok()?))
}

fn mark(at: &str, name: Option<&str>) -> Result<Mark, Rejection> {
    let Some(name) = name else { return Ok(Mark::Confirmed) };
    Mark::from_name(name).ok_or_else(|| {
        let known = Mark::NAMES.join(", ");
        invalid(&format!("{at}/mark"), format!("{name} is no mark: {known}"))
    })
}

#[cfg(test)]
mod tests;
