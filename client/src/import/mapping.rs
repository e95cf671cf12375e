//! A mapping file: which rows of a table become which records, with which authors and subjects.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::table::{Aliases, names};
use crate::error::CliError;
use crate::lang::Said;
use crate::royalty::name::normalised;

/// The whole mapping, as written in TOML.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Version of this form: 1.
    pub version: u32,
    /// Name of the source; it enters every derived value, so it never changes.
    pub source: String,
    /// Separator of columns: one ASCII character; recognised when absent.
    #[serde(default)]
    pub delimiter: Option<char>,
    /// Columns that must be there.
    pub columns: Vec<String>,
    /// Column that names the case.
    pub case: String,
    /// Template of the key of a row; `{#}` counts rows whose key is otherwise equal.
    pub row_key: String,
    /// Column whose value selects the rule.
    pub select: String,
    /// Name of the key whose secret gives case ids and person tags.
    pub secret: String,
    /// Column and form of the time of an event.
    pub time: TimeColumn,
    /// Subjects by the names used below.
    pub subjects: BTreeMap<String, SubjectRule>,
    /// Authors by the names used below.
    pub authors: BTreeMap<String, Author>,
    /// Rows that are left out, with the reason.
    #[serde(default)]
    pub skip: Vec<Skip>,
    /// What becomes of the other rows.
    pub rule: Vec<Rule>,
    /// What else headers call the columns; upper and lower case are then alike.
    #[serde(default)]
    pub aliases: Aliases,
    /// What a line of a text begins with that is a note and no row: one ASCII character.
    #[serde(default)]
    comment: Option<char>,
}

/// How the time of an event is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// Its column.
    pub column: String,
    /// strftime form, such as `%Y-%m-%d %H:%M:%S%:z`.
    pub format: String,
    /// IANA zone for forms without an offset.
    #[serde(default)]
    pub zone: Option<String>,
}

/// Where the id of a subject comes from.
#[derive(Debug, Deserialize)]
pub struct SubjectRule {
    /// Its role, such as `debtor`.
    pub role: String,
    /// The id.
    #[serde(flatten)]
    pub id: SubjectIdRule,
}

/// The id of a subject.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectIdRule {
    /// 32 bytes derived from the import's secret and this key (a template).
    Derived(String),
    /// The tag of a person whose secret is derived from the import's secret and this key (a template).
    Person(String),
    /// The id of a registry number (a template).
    Registered(String),
    /// The first of these templates whose cells are filled: a subject as drafts write it, `role:…`, of the rule's role;
    /// what has no colon is a registry number. A person's number is never one: it could be guessed.
    Named(Vec<String>),
    /// A subject as drafts write it, `role:…`, of the rule's role (a template).
    Tag(String),
}

impl SubjectRule {
    /// The columns that its id comes from.
    pub(super) fn columns(&self) -> Vec<&str> {
        match &self.id {
            SubjectIdRule::Derived(template)
            | SubjectIdRule::Person(template)
            | SubjectIdRule::Registered(template)
            | SubjectIdRule::Tag(template) => names(template).collect(),
            SubjectIdRule::Named(templates) => templates.iter().flat_map(|it| names(it)).collect(),
        }
    }
}

/// Who signs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Author {
    /// Name of the key (a template).
    pub key: String,
    /// Writer as in a draft, `role#number` (a template).
    pub issuer: String,
}

/// Rows that are left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Column.
    pub column: String,
    /// Value of the column.
    pub equals: String,
    /// Why such a row is left out.
    pub reason: String,
}

/// What becomes of the rows with one value in the selecting column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The value.
    pub when: String,
    /// Other values, whatever their case.
    #[serde(default)]
    pub also: Vec<String>,
    /// What the case remembers after such a row.
    #[serde(default)]
    pub remember: BTreeMap<String, Expression>,
    /// Its records, in order; all but the first may be derived.
    pub record: Vec<RecordRule>,
}

/// One record of a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRule {
    /// Kind, such as `E04`.
    pub kind: String,
    /// Whether the record is not in the source but follows from it; counted apart.
    #[serde(default)]
    pub derived: bool,
    /// Column of decimal units: where it holds zero, the row has no such record.
    #[serde(default)]
    pub unless_zero: Option<String>,
    /// Name of the author.
    pub author: String,
    /// Name of the primary subject.
    #[serde(default = "case")]
    pub subject: String,
    /// Names of the other subjects.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// Whether the record names the case's previous record as its predecessor.
    #[serde(default)]
    pub after: bool,
    /// Other records it points to.
    #[serde(default)]
    pub references: Vec<ReferenceRule>,
    /// Public fields.
    #[serde(default)]
    pub fields: BTreeMap<String, Expression>,
    /// Restricted fields.
    #[serde(default)]
    pub body: BTreeMap<String, Expression>,
    /// Names of fields and other subjects that are left out where the cells they come from are empty.
    #[serde(default)]
    pub optional: Vec<String>,
}

/// A pointer to an earlier record of the same case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceRule {
    /// Number of the relation.
    pub relation: u8,
    /// Kind of the record: the case's last one of that kind.
    pub record: String,
    /// Name of the subject in which it is resolved.
    #[serde(default = "case")]
    pub subject: String,
}

/// How a value comes out of a row.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expression {
    /// Text: a template of columns `{name}` and remembered values `{$name}`.
    Text(String),
    /// A word for each value of a column.
    Words(Words),
    /// The same integer in every row.
    Integer(i64),
    /// The same truth value in every row.
    Boolean(bool),
    /// A column of decimal units, as integer hundredths.
    Money(String),
    /// A column of whole numbers (a fraction of zeros is allowed).
    Number(String),
    /// A column of whole units with at most six decimals, as integer millionths.
    Millionths(String),
    /// A column of days, `YYYY-MM-DD` or dd.mm.yyyy.
    Date(String),
    /// A column of several words with `,` or `;` between them, as rows of one column.
    List(List),
    /// The local day of the event.
    Day(Moment),
    /// The time of the event.
    Time(Moment),
    /// Hundredths of a column less the remembered value of that name.
    Delta(Delta),
    /// A remembered value, as an integer.
    Remembered(String),
    /// 32 derived bytes in hex, one value per row and purpose.
    Digest(String),
    /// The id of a subject of the mapping, `role:id`.
    Subject(String),
    /// The id of the case's last record of that kind, in hex.
    Record(String),
}

/// Which moment.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// That of the event.
    Event,
}

/// A difference to a remembered value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delta {
    /// Column of decimal units.
    pub column: String,
    /// Name of the remembered value.
    pub remembered: String,
}

/// The words that stand for the values of a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The column.
    pub column: String,
    /// Words by value.
    pub words: BTreeMap<String, String>,
    /// The word for every other value; without one, a row with another value cannot be read.
    #[serde(default)]
    pub otherwise: Option<String>,
    /// Values are found whatever their case.
    #[serde(default)]
    pub any_case: bool,
}

/// Rows of one column out of one cell.
#[derive(Debug, Deserialize)]
pub struct List {
    /// The name of the rows' column.
    pub name: String,
    /// The words.
    #[serde(flatten)]
    pub words: Words,
}

impl Words {
    /// The word for a value.
    #[must_use]
    pub fn word(&self, value: &str) -> Option<&str> {
        let alike = || {
            let value = normalised(value);
            self.words.iter().find(|(known, _)| normalised(known) == value)
        };
        let found = self.words.get(value);
        let found = found.or_else(|| alike().filter(|_| self.any_case).map(|(_, word)| word));
        found.or(self.otherwise.as_ref()).map(String::as_str)
    }
}

impl Expression {
    /// The columns whose cells it reads; `None` when it needs more of a row than cells.
    #[must_use]
    pub fn columns(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text(template) => Some(names(template).collect()),
            Self::Words(words) => Some(vec![&words.column]),
            Self::List(list) => Some(vec![&list.words.column]),
            Self::Money(column)
            | Self::Number(column)
            | Self::Millionths(column)
            | Self::Date(column) => Some(vec![column]),
            Self::Integer(_) | Self::Boolean(_) => Some(Vec::new()),
            Self::Day(_)
            | Self::Time(_)
            | Self::Delta(_)
            | Self::Remembered(_)
            | Self::Digest(_)
            | Self::Subject(_)
            | Self::Record(_) => None,
        }
    }
}

impl Mapping {
    /// Reads a mapping file and checks that its names fit together.
    ///
    /// # Errors
    /// When the text is malformed, or a rule uses a subject, author or column that the mapping does not declare.
    pub fn parse(text: &str) -> Result<Self, CliError> {
        let mapping: Self = toml::from_str(text).map_err(|error| bad(error.to_string().into()))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// The rule for a value of the selecting column.
    #[must_use]
    pub fn rule(&self, value: &str) -> Option<&Rule> {
        let alike = |rule: &&Rule| {
            let value = normalised(value);
            rule.also.iter().any(|other| normalised(other) == value)
        };
        self.rule.iter().find(|rule| rule.when == value).or_else(|| self.rule.iter().find(alike))
    }

    /// What a line of a text begins with that is a note and no row.
    pub(super) fn comment(&self) -> Option<u8> {
        self.comment.and_then(|comment| u8::try_from(comment).ok())
    }

    fn check(&self) -> Result<(), CliError> {
        let refused = |id, args: &[(&'static str, &str)]| {
            let args = args.iter().map(|(name, value)| (*name, (*value).into())).collect();
            Err(bad(Said::message(id, args)))
        };
        if self.version != 1 {
            let found = self.version.to_string();
            return refused("detail-version", &[("found", &found), ("known", "1")]);
        }
        if [self.delimiter, self.comment].into_iter().flatten().any(|it| !it.is_ascii()) {
            return refused("detail-delimiter", &[]);
        }
        for column in [&self.case, &self.select, &self.time.column] {
            if !self.columns.contains(column) {
                return refused("detail-column-unlisted", &[("column", column)]);
            }
        }
        for rule in &self.rule {
            let own = |record: &RecordRule| !record.derived && record.unless_zero.is_none();
            if !rule.record.first().is_some_and(own) {
                return refused("detail-rule-first", &[("rule", &rule.when)]);
            }
            for record in &rule.record {
                let names = record.subjects.iter().chain([&record.subject]);
                let names =
                    names.chain(record.references.iter().map(|reference| &reference.subject));
                if let Some(name) =
                    names.into_iter().find(|name| !self.subjects.contains_key(*name))
                {
                    let args = [("rule", rule.when.as_str()), ("name", name)];
                    return refused("detail-rule-subject", &args);
                }
                if !self.authors.contains_key(&record.author) {
                    let args = [("rule", rule.when.as_str()), ("name", &record.author)];
                    return refused("detail-rule-author", &args);
                }
            }
        }
        Ok(())
    }
}

fn bad(detail: Said) -> CliError {
    CliError::unreadable(Said::plain("what-mapping"), detail)
}

fn case() -> String {
    "case".to_owned()
}
