//! The organisation's list of parties: which rightsholder of the ledger stands for which number of a registration.
//!
//! Persons are on the ledger as tags alone; that a tag and an IPI are one person, only this list says. It stays with the
//! organisation.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Identifier;

use super::identifier;
use super::work::Party;
use crate::error::CliError;
use crate::import::source::Reading;
use crate::import::table::{Needs, Row, Table};
use crate::lang::Said;
use crate::template;

/// Digits of an IPI name number; lists often leave out the zeros before it.
const IPI_DIGITS: usize = 11;
const COLUMN: &str = "rightsholder";
const NUMBERS: [&str; 3] = ["ipi_name", "ipi_base", "number"];

/// Rightsholders by number.
#[derive(Debug, Default)]
pub struct Parties {
    known: BTreeMap<(&'static str, String), Subject>,
}

/// Who a party is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// This rightsholder.
    Known(Subject),
    /// The list has none of its numbers.
    Unknown,
    /// Its numbers lead to different rightsholders.
    Unclear,
}

impl Parties {
    /// Reads the list from its bytes: CSV, a workbook or NDJSON.
    ///
    /// # Errors
    /// When the table can't be read, a row names no party or no rightsholder, or a number leads to two of them.
    pub fn read(bytes: &[u8]) -> Result<Self, CliError> {
        let columns = [COLUMN.to_owned()];
        let aliases = template::PARTIES.aliases();
        let needs = Needs {
            columns: &columns,
            row_key: "{#}",
            delimiter: None,
            aliases: &aliases,
            comment: Some(template::COMMENT),
        };
        let table = Table::with(bytes, needs, Reading::default())?;
        let mut parties = Self::default();
        for row in &table.rows {
            parties.add(row).map_err(|detail| {
                let args = vec![("row", row.number.to_string().into()), ("detail", detail)];
                CliError::unreadable(
                    Said::plain("what-parties"),
                    Said::message("detail-table-row", args),
                )
            })?;
        }
        Ok(parties)
    }

    fn add(&mut self, row: &Row) -> Result<(), Said> {
        let tag = row.get(COLUMN).trim();
        let role = Role::Rightsholder;
        let subject: Option<Subject> = tag.parse().ok();
        let subject = subject.filter(|subject| subject.role == role).ok_or_else(|| {
            let args = vec![("value", tag.into()), ("role", role.name().into())];
            Said::message("detail-not-tag", args)
        })?;
        let mut named = false;
        for kind in NUMBERS {
            let cell = row.get(kind).trim();
            if cell.is_empty() {
                continue;
            }
            let number = number(kind, cell)?;
            named = true;
            let known = *self.known.entry((kind, number)).or_insert(subject);
            if known != subject {
                return Err(Said::message("detail-party-twice", vec![("value", cell.into())]));
            }
        }
        if named { Ok(()) } else { Err(Said::plain("detail-party-unnamed")) }
    }

    /// Who a party of a registration is.
    #[must_use]
    pub fn who(&self, party: &Party) -> Who {
        let numbers = [
            ("ipi_name", party.ipi_name.as_deref()),
            ("ipi_base", party.ipi_base.as_deref()),
            ("number", Some(party.number.as_str())),
        ];
        let found = numbers.into_iter().filter_map(|(kind, number)| {
            self.known.get(&(kind, number.filter(|number| !number.is_empty())?.to_owned()))
        });
        let found: BTreeSet<Subject> = found.copied().collect();
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(subject), None) => Who::Known(subject),
            (Some(_), Some(_)) => Who::Unclear,
            (None, _) => Who::Unknown,
        }
    }
}

/// A number of a kind in its bare form.
fn number(kind: &'static str, cell: &str) -> Result<String, Said> {
    let known = match kind {
        "ipi_name" => Identifier::IpiName,
        "ipi_base" => Identifier::IpiBase,
        _ => return Ok(cell.to_owned()),
    };
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    let padded = if digits && known == Identifier::IpiName {
        format!("{cell:0>IPI_DIGITS$}")
    } else {
        cell.to_owned()
    };
    identifier::bare(known, &padded).ok_or_else(|| {
        let reason = Said::message("royalty-identifier", vec![("kind", identifier::named(known))]);
        Said::message("royalty-value", vec![("value", cell.into()), ("reason", reason)])
    })
}
