//! Parameters: figures of the law that change by themselves, effective-dated, with a legal basis (spec §15.4).
//!
//! [`Name`] lists every parameter there is. Its values live in the status of its registry item, entered by the genesis
//! or by G06. A rule reads the value in force on the day of the event, as known in its record's block: a later entry
//! never judges an accepted record again.

use core::ops::RangeInclusive;
use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::subject::Subject;

use crate::catalogue::DATE_MAX;
use crate::civil::date;
use crate::codes::Code;
use crate::genesis::GenesisParameter;
use crate::law::calendar::{self, Calendar, Year};
use crate::status::{ItemVersion, Parameter, decode};
use crate::view::{View, ViewError};

pub use crate::status::Mark;

mod table;
pub use table::Name;

/// Numbers or words in a list.
pub const LIST_MAX: usize = 64;

/// Which part of the law a parameter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Enforcement proceedings.
    Enforcement,
    /// Royalties of collective management organisations.
    Royalty,
    /// Protection of personal data.
    Privacy,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Working days.
    WorkingDays,
    /// Days.
    CalendarDays,
    /// Months.
    Months,
    /// Years.
    Years,
    /// Hundredths of a per cent.
    BasisPoints,
    /// Monthly calculation indices.
    Mrp,
    /// Tenge.
    Tenge,
    /// Whatever the name says.
    Count,
    /// Not a number.
    None,
}

/// The values a parameter may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A number from 0 to the limit.
    Number(i64),
    /// True or false.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A day, in days since 1970-01-01.
    Day,
    /// A day of every year, written `04-15`.
    DayOfYear,
    /// A list of 1 to [`LIST_MAX`] numbers from 0 to the limit.
    Numbers(i64),
    /// A list of 1 to [`LIST_MAX`] of these words.
    Words(&'static [&'static str]),
}

impl Form {
    /// Whether a value has the form; otherwise what it must be.
    fn check(self, value: &Value) -> Result<(), String> {
        let within = |value: &Value, max| value.as_i64().is_some_and(|n| (0..=max).contains(&n));
        let among = |value: &Value, words: &[&str]| {
            value.as_text().is_some_and(|word| words.contains(&word))
        };
        let list = |each: &dyn Fn(&Value) -> bool| {
            value.as_list().is_some_and(|items| {
                (1..=LIST_MAX).contains(&items.len()) && items.iter().all(each)
            })
        };
        let (holds, wanted) = match self {
            Self::Number(max) => (within(value, max), format!("a number from 0 to {max}")),
            Self::Flag => (value.as_bool().is_some(), "true or false".to_owned()),
            Self::Word(words) => (among(value, words), format!("one of {}", words.join(", "))),
            Self::Day => (within(value, DATE_MAX), "a day, counted from 1970-01-01".to_owned()),
            Self::DayOfYear => (
                value.as_text().is_some_and(is_day_of_year),
                "a day of the year, written 04-15".to_owned(),
            ),
            Self::Numbers(max) => (
                list(&|item| within(item, max)),
                format!("a list of 1 to {LIST_MAX} numbers from 0 to {max}"),
            ),
            Self::Words(words) => {
                (list(&|item| among(item, words)), format!("a list of {}", words.join(", ")))
            }
        };
        if holds { Ok(()) } else { Err(wanted) }
    }
}

/// Whether a text is the `month-day` of a leap year.
fn is_day_of_year(text: &str) -> bool {
    let Some((month, day)) = text.split_once('-') else { return false };
    let number = |digits: &str| digits.parse::<i64>().ok().filter(|_| digits.len() == 2);
    match (number(month), number(day)) {
        (Some(month), Some(day)) => date(2000, month, day).is_some(),
        (_, _) => false,
    }
}

/// An initial value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initial {
    /// A number, or a day.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// A word.
    Word(&'static str),
    /// Numbers.
    Numbers(&'static [i64]),
    /// Words.
    Words(&'static [&'static str]),
}

impl Initial {
    /// The value as records hold it.
    #[must_use]
    pub fn value(self) -> Value {
        match self {
            Self::Number(number) => Value::int(number),
            Self::Flag(flag) => Value::Bool(flag),
            Self::Word(word) => Value::text(word),
            Self::Numbers(numbers) => {
                Value::Array(numbers.iter().copied().map(Value::int).collect())
            }
            Self::Words(words) => Value::Array(words.iter().copied().map(Value::text).collect()),
        }
    }
}

/// What is known of a parameter beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// The parameter.
    pub name: Name,
    /// Its part of the law.
    pub group: Group,
    /// The values it may have.
    pub form: Form,
    /// What they count.
    pub unit: Unit,
    /// Initial values with their first days; none if no source names one.
    pub initial: &'static [(i64, Initial)],
    /// How sure the initial values are.
    pub mark: Mark,
    /// Act and article of the initial values.
    pub basis: &'static str,
}

impl Info {
    /// Whether no day may be left without a value, once there is one: so it is for all that have an initial value.
    #[must_use]
    pub const fn is_mandatory(&self) -> bool {
        !self.initial.is_empty()
    }
}

/// Why an entry is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The code.
    pub code: Code,
    /// The field of G06 at fault.
    pub field: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl Flaw {
    fn new(code: Code, field: &'static str, detail: impl Into<String>) -> Self {
        Self { code, field, detail: detail.into() }
    }
}

/// A value to be entered into a registry item: a parameter's or a calendar year's.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Name of the item.
    pub name: &'a str,
    /// The value.
    pub value: &'a Value,
    /// First day in force.
    pub from: i64,
    /// Last day in force; `None` until the next value's first day.
    pub to: Option<i64>,
    /// How sure it is.
    pub mark: Mark,
    /// Act and article.
    pub basis: &'a str,
}

impl Entry<'_> {
    /// Enters the value into the item's known values.
    ///
    /// # Errors
    ///
    /// [`Flaw`] for a name that is not in the table, a value without the parameter's form, a basis that names no act,
    /// days out of order, a mandatory parameter left without a value, or an item that is full.
    pub fn enter(&self, known: Option<Parameter>) -> Result<Parameter, Flaw> {
        self.check()?;
        let mut item =
            known.unwrap_or_else(|| Parameter { name: self.name.to_owned(), versions: Vec::new() });
        if let Some(to) = self.to {
            self.end(&mut item, to)?;
        }
        item.put(ItemVersion { from: self.from, value: self.value.clone(), mark: self.mark });
        if item.versions.len() > Parameter::VERSIONS_MAX {
            let detail = format!("{} has {} values", self.name, Parameter::VERSIONS_MAX);
            return Err(Flaw::new(Code::StatusFull, "valid_from", detail));
        }
        Ok(item)
    }

    /// Checks what does not depend on earlier values.
    fn check(&self) -> Result<(), Flaw> {
        if !self.basis.chars().any(char::is_alphabetic) {
            let detail = "a legal basis names an act";
            return Err(Flaw::new(Code::Validation, "legal_basis", detail));
        }
        if let Some(year) = calendar::year_of_name(self.name) {
            return self.check_year(year);
        }
        let Some(name) = Name::from_name(self.name) else {
            let detail = format!("there is no parameter {}", self.name);
            return Err(Flaw::new(Code::ParameterUnknown, "name", detail));
        };
        name.info().form.check(self.value).map_err(|wanted| {
            Flaw::new(Code::Validation, "value", format!("{} is {wanted}", self.name))
        })
    }

    fn check_year(&self, year: i64) -> Result<(), Flaw> {
        let entries: Option<Vec<i64>> =
            self.value.as_list().and_then(|list| list.iter().map(Value::as_i64).collect());
        let Some(entries) = entries else {
            return Err(Flaw::new(Code::Validation, "value", "a year is a list of numbers"));
        };
        Year::new(year, &entries, self.mark)
            .map_err(|error| Flaw::new(Code::Validation, "value", error.to_string()))?;
        if Some(self.from) != date(year, 1, 1) || self.to.is_some() {
            let detail = format!("{} is in force from 1 January of its year", self.name);
            return Err(Flaw::new(Code::DateOrder, "valid_from", detail));
        }
        Ok(())
    }

    /// Ends the value after its last day, with nothing in force until the next value's first day.
    fn end(&self, item: &mut Parameter, to: i64) -> Result<(), Flaw> {
        if to < self.from {
            return Err(Flaw::new(Code::DateOrder, "valid_to", "it lies before valid_from"));
        }
        let next = to.saturating_add(1);
        if item.versions.iter().any(|known| known.from > self.from && known.from < next) {
            let detail = "another value begins earlier";
            return Err(Flaw::new(Code::DateOrder, "valid_to", detail));
        }
        if item.versions.iter().any(|known| known.from == next) {
            return Ok(());
        }
        if Name::from_name(self.name).is_some_and(|name| name.info().is_mandatory()) {
            let detail = format!("no value of {} begins on the day after", self.name);
            return Err(Flaw::new(Code::ParameterGap, "valid_to", detail));
        }
        item.put(ItemVersion { from: next, value: Value::Null, mark: self.mark });
        Ok(())
    }
}

/// A value as it was read: with what identifies it, for those who compute again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The parameter.
    pub name: Name,
    /// First day on which the value is in force.
    pub from: i64,
    /// The value.
    pub value: Value,
    /// How sure it is.
    pub mark: Mark,
}

/// The values of a registry item.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn item<V: View + ?Sized>(view: &V, subject: &Subject) -> Result<Option<Parameter>, ViewError> {
    let Some(row) = view.status(subject)? else { return Ok(None) };
    decode(&row.bytes).map(|(_, item)| Some(item)).map_err(|_| ViewError::Corrupt(*subject))
}

/// The value of a parameter in force on a day, if there is one.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn on<V: View + ?Sized>(view: &V, name: Name, day: i64) -> Result<Option<Reading>, ViewError> {
    Ok(item(view, &name.subject())?.and_then(|item| reading(name, &item, day)))
}

/// The number a parameter has on a day, if it is one.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn number<V: View + ?Sized>(view: &V, name: Name, day: i64) -> Result<Option<i64>, ViewError> {
    Ok(on(view, name, day)?.and_then(|reading| reading.value.as_i64()))
}

/// Whether a parameter is true on a day; `None` if it has no value.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn flag<V: View + ?Sized>(view: &V, name: Name, day: i64) -> Result<Option<bool>, ViewError> {
    Ok(on(view, name, day)?.and_then(|reading| reading.value.as_bool()))
}

/// The word a parameter has on a day, if it is one.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn word<V: View + ?Sized>(view: &V, name: Name, day: i64) -> Result<Option<String>, ViewError> {
    Ok(on(view, name, day)?.and_then(|reading| reading.value.as_text().map(str::to_owned)))
}

fn reading(name: Name, item: &Parameter, day: i64) -> Option<Reading> {
    let ItemVersion { from, value, mark } = item.version_on(day)?.clone();
    Some(Reading { name, from, value, mark })
}

/// All parameters and calendars as known at one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Law {
    parameters: BTreeMap<Name, Parameter>,
    calendar: Calendar,
}

impl Law {
    /// Reads every parameter, and the calendars of some years.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if the view fails.
    pub fn read<V: View + ?Sized>(view: &V, years: RangeInclusive<i64>) -> Result<Self, ViewError> {
        let mut parameters = BTreeMap::new();
        for name in Name::ALL {
            if let Some(item) = item(view, &name.subject())? {
                parameters.insert(*name, item);
            }
        }
        Ok(Self { parameters, calendar: Calendar::read(view, years)? })
    }

    /// The law with these parameters and calendars.
    #[must_use]
    pub fn new(parameters: BTreeMap<Name, Parameter>, calendar: Calendar) -> Self {
        Self { parameters, calendar }
    }

    /// The law with the initial values of the table and the initial calendars.
    #[must_use]
    pub fn initial() -> Self {
        let versions = |info: &Info| {
            let each = info.initial.iter().map(|(from, initial)| ItemVersion {
                from: *from,
                value: initial.value(),
                mark: info.mark,
            });
            each.collect::<Vec<_>>()
        };
        let with_value = Name::ALL.iter().filter(|name| name.info().is_mandatory());
        let parameters = with_value.map(|name| {
            let versions = versions(name.info());
            (*name, Parameter { name: name.name().to_owned(), versions })
        });
        Self { parameters: parameters.collect(), calendar: initial_calendar() }
    }

    /// The calendars.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The value in force on a day.
    #[must_use]
    pub fn reading(&self, name: Name, day: i64) -> Option<Reading> {
        reading(name, self.parameters.get(&name)?, day)
    }

    /// The number in force on a day.
    #[must_use]
    pub fn number(&self, name: Name, day: i64) -> Option<i64> {
        self.value(name, day)?.as_i64()
    }

    /// The truth value in force on a day.
    #[must_use]
    pub fn flag(&self, name: Name, day: i64) -> Option<bool> {
        self.value(name, day)?.as_bool()
    }

    /// The word in force on a day.
    #[must_use]
    pub fn word(&self, name: Name, day: i64) -> Option<&str> {
        self.value(name, day)?.as_text()
    }

    /// The numbers in force on a day.
    #[must_use]
    pub fn numbers(&self, name: Name, day: i64) -> Option<Vec<i64>> {
        self.value(name, day)?.as_list()?.iter().map(Value::as_i64).collect()
    }

    fn value(&self, name: Name, day: i64) -> Option<&Value> {
        self.parameters.get(&name)?.on(day)
    }
}

/// The lines of a genesis that enter the initial values and calendars.
#[must_use]
pub fn initial_lines() -> Vec<GenesisParameter> {
    let mut lines = Vec::new();
    for name in Name::ALL {
        let info = name.info();
        lines.extend(info.initial.iter().map(|(from, initial)| GenesisParameter {
            name: name.name().to_owned(),
            value: initial.value(),
            from: *from,
            basis: info.basis.to_owned(),
            mark: info.mark,
        }));
    }
    lines.extend(calendar::INITIAL.iter().map(|year| GenesisParameter {
        name: calendar::name(year.year),
        value: Value::Array(year.entries.iter().copied().map(Value::int).collect()),
        from: date(year.year, 1, 1).unwrap_or_default(),
        basis: year.basis.to_owned(),
        mark: Mark::Unverified,
    }));
    lines
}

/// The calendars of [`calendar::INITIAL`].
#[must_use]
pub fn initial_calendar() -> Calendar {
    let years = calendar::INITIAL
        .iter()
        .filter_map(|year| Year::new(year.year, year.entries, Mark::Unverified).ok());
    Calendar::new(years)
}

#[cfg(test)]
mod tests;
