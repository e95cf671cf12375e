//! Royalty statements: tables of any columns, read through a mapping of fields.
//!
//! The expressions are those of an import's mapping that need only cells: `text`, `words`, `money`, `number`, `integer`.
//! A row that does not read goes into the errors file as an import's does, to be corrected there and fed in again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tamga_state::catalogue::Identifier;
use tamga_state::status::RightCategory;

use super::identifier;
use super::name::split_names;
use super::usage::Usage;
use crate::error::CliError;
use crate::import::mapping::Expression;
use crate::import::plan::RowError;
use crate::import::source::Reading;
use crate::import::summary::Failure;
use crate::import::table::{Aliases, Needs, Row, Table};
use crate::import::value::{Cells, Memory, ValueError, civil_day};
use crate::lang::{Messages, Said};

/// Most bytes of a work's number: that of a registration (R01).
pub const WORK_ID_BYTES_MAX: usize = 40;
/// The key of a row is its number, which an errors file keeps.
const ROW_KEY: &str = "{#}";

/// Fields of a row of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Title of the work.
    Title,
    /// ISWC, ISRC in its printed form (`KZ-A12-24-00001`), or else a number of the work.
    Work,
    /// Number of the work.
    WorkId,
    /// ISWC.
    Iswc,
    /// ISRC.
    Isrc,
    /// PR, MR, SR, PC or RR.
    RightCategory,
    /// Where it was used.
    Source,
    /// Money, in units with at most two decimals.
    Amount,
    /// Its currency.
    Currency,
    /// Number of uses.
    Uses,
    /// Territory.
    Territory,
    /// Service.
    Service,
    /// First day of the period, `YYYY-MM-DD`.
    PeriodFrom,
    /// Last day of the period.
    PeriodTo,
    /// Names of the creators, with `;`, `/` or `|` between them.
    Creators,
    /// How long it was used in all, in seconds.
    Seconds,
}

/// How the values of a field are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// As text.
    Text,
    /// As units with at most two decimals.
    Sum,
    /// As a whole number.
    Count,
}

impl Field {
    /// Names as in a mapping file.
    pub const NAMES: [(&'static str, Self); 16] = [
        ("title", Self::Title),
        ("work", Self::Work),
        ("work_id", Self::WorkId),
        ("iswc", Self::Iswc),
        ("isrc", Self::Isrc),
        ("right_category", Self::RightCategory),
        ("source", Self::Source),
        ("amount", Self::Amount),
        ("currency", Self::Currency),
        ("uses", Self::Uses),
        ("territory", Self::Territory),
        ("service", Self::Service),
        ("period_from", Self::PeriodFrom),
        ("period_to", Self::PeriodTo),
        ("creators", Self::Creators),
        ("seconds", Self::Seconds),
    ];

    /// How its values are written.
    const fn holds(self) -> Holds {
        match self {
            Self::Amount => Holds::Sum,
            Self::Uses | Self::Seconds => Holds::Count,
            Self::Title
            | Self::Work
            | Self::WorkId
            | Self::Iswc
            | Self::Isrc
            | Self::RightCategory
            | Self::Source
            | Self::Currency
            | Self::Territory
            | Self::Service
            | Self::PeriodFrom
            | Self::PeriodTo
            | Self::Creators => Holds::Text,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }
}

/// How the rows of a statement are read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Version of this form: 1.
    version: u32,
    /// Separator of columns: one ASCII character; recognised when absent.
    #[serde(default)]
    delimiter: Option<char>,
    /// Where each field comes from.
    fields: BTreeMap<Field, Expression>,
    /// What else headers call the columns; upper and lower case are then alike.
    #[serde(default)]
    aliases: Aliases,
    /// What a line of a text begins with that is a note and no row: one ASCII character.
    #[serde(default)]
    comment: Option<char>,
    /// Columns that may be missing.
    #[serde(default)]
    optional: Vec<String>,
}

impl Mapping {
    /// Reads a mapping file and checks it.
    ///
    /// # Errors
    /// When the text is malformed, a field that is needed is missing, or one needs more than cells.
    pub fn parse(text: &str) -> Result<Self, CliError> {
        let mapping: Self = toml::from_str(text).map_err(|error| bad(error.to_string().into()))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The mapping of `FIELD=COLUMN` pairs.
    ///
    /// # Errors
    /// When a pair is none, names an unknown field or one twice, or a field that is needed is missing.
    pub fn of_columns(pairs: &[String]) -> Result<Self, CliError> {
        let known = || Field::NAMES.map(|(name, _)| name).join(", ");
        let mut fields = BTreeMap::new();
        for pair in pairs {
            let wrong = |id| {
                let args = vec![("pair", pair.as_str().into()), ("known", known().into())];
                CliError::usage(Said::message(id, args))
            };
            let parts = pair.split_once('=').filter(|(_, column)| !column.is_empty());
            let (name, column) = parts.ok_or_else(|| wrong("usage-columns"))?;
            let field = Field::from_name(name).ok_or_else(|| wrong("usage-columns"))?;
            let expression = match field.holds() {
                Holds::Sum => Expression::Money(column.to_owned()),
                Holds::Count => Expression::Number(column.to_owned()),
                Holds::Text => Expression::Text(format!("{{{column}}}")),
            };
            if fields.insert(field, expression).is_some() {
                return Err(wrong("usage-columns-twice"));
            }
        }
        let (aliases, optional) = (Aliases::new(), Vec::new());
        let mapping =
            Self { version: 1, delimiter: None, fields, aliases, comment: None, optional };
        mapping.check()?;
        Ok(mapping)
    }

    fn check(&self) -> Result<(), CliError> {
        let message = |id, args: Vec<(&'static str, Said)>| Err(bad(Said::message(id, args)));
        if self.version != 1 {
            let found = self.version.to_string();
            let args = vec![("found", found.into()), ("known", "1".into())];
            return message("detail-version", args);
        }
        if [self.delimiter, self.comment].into_iter().flatten().any(|it| !it.is_ascii()) {
            return message("detail-delimiter", Vec::new());
        }
        let has = |field| self.fields.contains_key(&field);
        let needed = [
            ("right_category", Field::RightCategory, true),
            ("amount", Field::Amount, !has(Field::Uses)),
            ("currency", Field::Currency, !has(Field::Uses) || has(Field::Amount)),
        ];
        for (name, field, needed) in needed {
            if needed && !has(field) {
                return message("detail-field-needed", vec![("field", name.into())]);
            }
        }
        let works = [Field::Title, Field::Work, Field::WorkId, Field::Iswc, Field::Isrc];
        if !works.iter().any(|field| self.fields.contains_key(field)) {
            let names = "work, work_id, iswc, isrc, title";
            return message("detail-field-needed", vec![("field", names.into())]);
        }
        for (name, field) in Field::NAMES {
            let fits = match self.fields.get(&field) {
                None => true,
                Some(expression) => match field.holds() {
                    Holds::Sum => matches!(expression, Expression::Money(_)),
                    Holds::Count => matches!(expression, Expression::Number(_)),
                    Holds::Text => matches!(expression, Expression::Text(_) | Expression::Words(_)),
                },
            };
            if !fits {
                return message("detail-field-expression", vec![("field", name.into())]);
            }
        }
        Ok(())
    }

    /// The columns that the table must have.
    fn columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for name in self.fields.values().filter_map(Expression::columns).flatten() {
            let optional = self.optional.iter().any(|column| column == name);
            if !optional && !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
        columns
    }
}

fn bad(detail: Said) -> CliError {
    CliError::unreadable(Said::plain("what-mapping"), detail)
}

/// What a statement gave.
#[derive(Debug)]
pub struct Statement {
    /// Its table.
    pub table: Table,
    /// Rows that read, in their order.
    pub usage: Vec<Usage>,
    /// Rows that don't.
    pub failures: Vec<Failure>,
}

/// Reads a statement from its bytes.
///
/// # Errors
/// When the table can't be read, or lacks a column of the mapping.
pub fn read(
    bytes: &[u8],
    mapping: &Mapping,
    said: Reading,
    messages: &Messages,
) -> Result<Statement, CliError> {
    let columns = mapping.columns();
    let needs = Needs {
        columns: &columns,
        row_key: ROW_KEY,
        delimiter: mapping.delimiter,
        aliases: &mapping.aliases,
        comment: mapping.comment.and_then(|comment| u8::try_from(comment).ok()),
    };
    let table = Table::with(bytes, needs, said)?;
    let (mut usage, mut failures) = (Vec::new(), Vec::new());
    for row in &table.rows {
        match (Reader { mapping, row }).usage() {
            Ok(line) => usage.push(line),
            Err(error) => {
                failures.push(failure(row, error, messages));
            }
        }
    }
    Ok(Statement { table, usage, failures })
}

/// A row that does not read, and what is wrong with it.
pub(super) fn failure(row: &Row, error: ValueError, messages: &Messages) -> Failure {
    let columns = error.at.split(", ").map(|column| row.shown(column));
    let at = columns.collect::<Vec<_>>().join(", ");
    let hint = messages.text("royalty-hint", &[("column", at.clone())]);
    let error = RowError { hint, ..RowError::of(&ValueError { at, ..error }, messages) };
    Failure { row: row.clone(), error }
}

struct Reader<'a> {
    mapping: &'a Mapping,
    row: &'a Row,
}

impl Reader<'_> {
    fn usage(&self) -> Result<Usage, ValueError> {
        let mut usage = Usage {
            line: self.row.number,
            title: self.text(Field::Title)?,
            right_category: Some(self.needed(
                Field::RightCategory,
                "royalty-category",
                |text| RightCategory::NAMES.contains(&text).then(|| text.to_owned()),
            )?),
            source: self.text(Field::Source)?,
            amount: self.whole(Field::Amount)?,
            currency: self.read(Field::Currency, "royalty-currency", |text| {
                identifier::is_currency(text).then(|| text.to_owned())
            })?,
            uses: self.whole(Field::Uses)?.map(|uses| uses.to_string()),
            seconds: self.seconds()?,
            creators: self.text(Field::Creators)?.map_or_else(Vec::new, |it| split_names(&it)),
            territory: self.read(Field::Territory, "royalty-territory", |text| {
                identifier::unpadded(Identifier::Territory, text)
            })?,
            service: self.text(Field::Service)?,
            period_from: self.read(Field::PeriodFrom, "royalty-date", day)?,
            period_to: self.read(Field::PeriodTo, "royalty-date", day)?,
            ..Usage::default()
        };
        if usage.amount.is_none() && usage.uses.is_none() {
            let amount = self.mapping.fields.contains_key(&Field::Amount);
            return Err(self.empty(if amount { Field::Amount } else { Field::Uses }));
        }
        if usage.amount.is_some() && usage.currency.is_none() {
            return Err(self.empty(Field::Currency));
        }
        let iswc = |text: &str| identifier::bare(Identifier::Iswc, text);
        let isrc = |text: &str| identifier::bare(Identifier::Isrc, text);
        usage.work_id = self.read(Field::WorkId, "royalty-work-id", work_id)?;
        usage.iswcs.extend(self.read(Field::Iswc, "royalty-iswc", iswc)?);
        usage.isrcs.extend(self.read(Field::Isrc, "royalty-isrc", isrc)?);
        if let Some(work) = self.text(Field::Work)? {
            match identifier_in(&work) {
                Some(Identifier::Iswc) => {
                    usage.iswcs.extend(self.read(Field::Work, "royalty-iswc", iswc)?);
                }
                Some(_) => usage.isrcs.extend(self.read(Field::Work, "royalty-isrc", isrc)?),
                None => usage.work_id = self.read(Field::Work, "royalty-work-id", work_id)?,
            }
        }
        let named = usage.title.is_some() || usage.work_id.is_some();
        if !named && usage.iswcs.is_empty() && usage.isrcs.is_empty() {
            let works = [Field::Work, Field::WorkId, Field::Iswc, Field::Isrc, Field::Title];
            let mapped = works.into_iter().find(|field| self.mapping.fields.contains_key(field));
            return Err(self.empty(mapped.unwrap_or(Field::Work)));
        }
        if let (Some(from), Some(to)) = (&usage.period_from, &usage.period_to)
            && from > to
        {
            return Err(self.wrong(Field::PeriodTo, "royalty-period", to));
        }
        Ok(usage)
    }

    /// The value of a field; `None` when it is not mapped, or all cells it comes from are empty.
    fn value(&self, field: Field) -> Result<Option<Value>, ValueError> {
        let Some(expression) = self.mapping.fields.get(&field) else { return Ok(None) };
        let columns = expression.columns().unwrap_or_default();
        if !columns.is_empty() && columns.iter().all(|name| self.row.get(name).trim().is_empty()) {
            return Ok(None);
        }
        let cells = Cells { row: self.row, memory: &Memory::new() };
        cells.value(expression).map(Some)
    }

    fn text(&self, field: Field) -> Result<Option<String>, ValueError> {
        let value = self.value(field)?;
        let text = value.as_ref().and_then(Value::as_str).map(|text| text.trim().to_owned());
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn whole(&self, field: Field) -> Result<Option<i64>, ValueError> {
        Ok(self.value(field)?.as_ref().and_then(Value::as_i64))
    }

    fn seconds(&self) -> Result<Option<u64>, ValueError> {
        let Some(seconds) = self.whole(Field::Seconds)? else { return Ok(None) };
        let wrong = |_| self.wrong(Field::Seconds, "royalty-seconds", &seconds.to_string());
        u64::try_from(seconds).map(Some).map_err(wrong)
    }

    /// A field that must read when it is there.
    fn read(
        &self,
        field: Field,
        wrong: &'static str,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, ValueError> {
        let Some(text) = self.text(field)? else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| self.wrong(field, wrong, &text))
    }

    /// A field that must be there and read.
    fn needed(
        &self,
        field: Field,
        wrong: &'static str,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<String, ValueError> {
        self.read(field, wrong, read)?.ok_or_else(|| self.empty(field))
    }

    fn empty(&self, field: Field) -> ValueError {
        ValueError { at: self.column(field), detail: Said::plain("detail-empty") }
    }

    fn wrong(&self, field: Field, id: &'static str, value: &str) -> ValueError {
        let detail = Said::message(
            "royalty-value",
            vec![("value", value.into()), ("reason", Said::plain(id))],
        );
        ValueError { at: self.column(field), detail }
    }

    /// Where a field stands in the table.
    fn column(&self, field: Field) -> String {
        let columns = self.mapping.fields.get(&field).and_then(Expression::columns);
        columns.unwrap_or_default().join(", ")
    }
}

fn day(text: &str) -> Option<String> {
    civil_day(text).map(|day| day.to_string())
}

fn work_id(text: &str) -> Option<String> {
    (text.len() <= WORK_ID_BYTES_MAX).then(|| text.to_owned())
}

/// What a text looks like, right or not: an ISWC, an ISRC as it is printed, or `None`, a number of someone's own.
fn identifier_in(text: &str) -> Option<Identifier> {
    let bare: String = text.chars().filter(|c| !matches!(c, '-' | '.' | ' ')).collect();
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if bare.len() == 11 && bare.strip_prefix('T').is_some_and(digits) {
        return Some(Identifier::Iswc);
    }
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    (lengths == [2, 3, 2, 5]).then_some(Identifier::Isrc)
}
