//! The table: its header, its rows, and the key of each row.

use std::collections::BTreeMap;
use std::sync::Arc;

use tamga_format::id::sha256;

use super::mapping::Mapping;
use super::source::{ReadAs, Reading, Source};
use crate::error::CliError;
use crate::lang::Said;
use crate::royalty::name::normalised;

/// Column of a re-fed errors file that holds the row's key.
pub const KEY_COLUMN: &str = "row_key";

/// Columns this program adds to an errors file; they carry no content.
pub const OWN_COLUMNS: [&str; 4] = [KEY_COLUMN, "error_code", "error", "hint"];

/// What else headers call a column, by its name.
pub type Aliases = BTreeMap<String, Vec<String>>;

/// A table whose header fits the mapping.
#[derive(Debug)]
pub struct Table {
    /// Names of the source's own columns, in their order.
    pub header: Vec<String>,
    /// The same as the source's header has them.
    pub shown: Vec<String>,
    /// Rows in file order.
    pub rows: Vec<Row>,
    /// How the file was read.
    pub read_as: ReadAs,
}

/// What a table must have.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Columns that must be there.
    pub columns: &'a [String],
    /// Template of the key of a row; `{#}` counts rows whose key is otherwise equal.
    pub row_key: &'a str,
    /// Separator of columns; recognised when absent.
    pub delimiter: Option<char>,
    /// What else the header may call the columns; upper and lower case are then alike.
    pub aliases: &'a Aliases,
    /// What a line begins with that is a note and no row.
    pub comment: Option<u8>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Number of the row: 1 for the first after the header.
    pub number: u64,
    /// The row's key, the same in every run.
    pub key: String,
    /// Values by column.
    pub values: BTreeMap<String, String>,
    /// SHA-256 over names and values of the source's own columns.
    pub content: [u8; 32],
    /// What the source's header calls the columns.
    pub shown: Arc<BTreeMap<String, String>>,
}

impl Row {
    /// The value of a column, empty when there is none.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }

    /// What the source's header calls a column.
    #[must_use]
    pub fn shown<'a>(&'a self, column: &'a str) -> &'a str {
        self.shown.get(column).map_or(column, String::as_str)
    }
}

impl Table {
    /// Reads a table from its bytes, all of whose form is recognised.
    ///
    /// # Errors
    /// As [`Table::read_as`].
    pub fn parse(bytes: &[u8], mapping: &Mapping) -> Result<Self, CliError> {
        Self::read_as(bytes, mapping, Reading::default())
    }

    /// Reads a table from its bytes.
    ///
    /// # Errors
    /// Those of [`Source::parse`]; when a column the mapping needs is missing, or two rows have one key.
    pub fn read_as(bytes: &[u8], mapping: &Mapping, said: Reading) -> Result<Self, CliError> {
        let Mapping { columns, row_key, delimiter, aliases, .. } = mapping;
        let (delimiter, comment) = (*delimiter, mapping.comment());
        Self::with(bytes, Needs { columns, row_key, delimiter, aliases, comment }, said)
    }

    /// Reads a table that has what is needed from its bytes.
    ///
    /// # Errors
    /// As [`Table::read_as`].
    pub fn with(bytes: &[u8], needs: Needs<'_>, said: Reading) -> Result<Self, CliError> {
        let bad = |detail: Said| CliError::unreadable(Said::plain("what-table"), detail);
        let delimiter = said.delimiter.or(needs.delimiter);
        let reading = Reading { delimiter, comment: needs.comment, ..said };
        let names: Vec<String> =
            needs.columns.iter().chain(needs.aliases.values().flatten()).cloned().collect();
        let Source { header: named, rows: lines, read_as } =
            Source::parse(bytes, &reading, &names)?;
        let columns = canonical(&named, needs.aliases).map_err(|column| {
            bad(Said::message("detail-column-twice", vec![("column", column)]))
        })?;
        for needed in needs.columns {
            if !columns.contains(needed) {
                let args =
                    vec![("column", needed.as_str().into()), ("header", named.join(", ").into())];
                return Err(bad(Said::message("detail-column", args)));
            }
        }
        let names: BTreeMap<String, String> =
            columns.iter().cloned().zip(named.iter().cloned()).collect();
        let names = Arc::new(names);
        let header: Vec<String> =
            columns.iter().filter(|name| !OWN_COLUMNS.contains(&name.as_str())).cloned().collect();
        let mut rows = Vec::new();
        let mut repeats: BTreeMap<String, u64> = BTreeMap::new();
        let mut keys = BTreeMap::new();
        for (number, line) in (1_u64..).zip(lines) {
            let values: BTreeMap<String, String> = columns.iter().cloned().zip(line).collect();
            let key = match values.get(KEY_COLUMN) {
                Some(key) if !key.is_empty() => key.clone(),
                _ => row_key(needs.row_key, &values, &mut repeats),
            };
            if let Some(first) = keys.insert(key.clone(), number) {
                let args = vec![
                    ("first", first.to_string().into()),
                    ("second", number.to_string().into()),
                    ("key", key.into()),
                    ("count", "{#}".into()),
                ];
                return Err(bad(Said::message("detail-row-key", args)));
            }
            let content = content(&header, &values);
            rows.push(Row { number, key, values, content, shown: Arc::clone(&names) });
        }
        let shown = header.iter().map(|name| names.get(name).unwrap_or(name).clone()).collect();
        Ok(Self { header, shown, rows, read_as })
    }
}

/// The columns of a header by their own names; `Err` names one that stands there twice.
fn canonical(header: &[String], aliases: &Aliases) -> Result<Vec<String>, Said> {
    if aliases.is_empty() {
        return Ok(header.to_vec());
    }
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for (name, others) in aliases {
        known.extend(others.iter().chain([name]).map(|other| (normalised(other), name.as_str())));
    }
    let mut columns: Vec<String> = Vec::with_capacity(header.len());
    for shown in header {
        let name = known.get(&normalised(shown)).map_or(shown.as_str(), |name| *name);
        if !name.is_empty() && columns.iter().any(|column| column == name) {
            return Err(shown.as_str().into());
        }
        columns.push(name.to_owned());
    }
    Ok(columns)
}

/// The names that a template of [`fill`] has in braces.
pub(crate) fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

/// Fills `{column}` and `{$remembered}` in a template; `Err` names what is missing or empty.
pub(super) fn fill(
    template: &str,
    column: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) =
            after.split_once('}').ok_or_else(|| format!("{template}: no closing brace"))?;
        text.push_str(before);
        let value = column(name).filter(|value| !value.is_empty());
        text.push_str(&value.ok_or_else(|| name.to_owned())?);
        rest = tail;
    }
    text.push_str(rest);
    Ok(text)
}

fn row_key(
    template: &str,
    values: &BTreeMap<String, String>,
    repeats: &mut BTreeMap<String, u64>,
) -> String {
    let with_count = |count: &str| {
        fill(template, &|name| match name {
            "#" => Some(count.to_owned()),
            // An empty column is part of the key as a dash.
            _ => Some(
                values
                    .get(name)
                    .filter(|value| !value.is_empty())
                    .map_or("-", |value| value)
                    .to_owned(),
            ),
        })
        .unwrap_or_else(|_| template.to_owned())
    };
    let count = repeats.entry(with_count("#")).or_insert(0);
    *count = count.saturating_add(1);
    with_count(&count.to_string())
}

fn content(header: &[String], values: &BTreeMap<String, String>) -> [u8; 32] {
    let mut text = Vec::new();
    for name in header {
        for part in [name.as_str(), values.get(name).map_or("", String::as_str)] {
            let length = u64::try_from(part.len()).expect("a length fits 64 bits");
            text.extend_from_slice(&length.to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
    }
    sha256(&[&text])
}
