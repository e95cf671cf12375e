//! Works and shares in a table of the template `works`: a row for each party of a work.
//!
//! What is said of the work stands in its first row; its other rows repeat it or leave it out. A work is read whole or not
//! at all: all its rows go into the errors file.

use std::collections::BTreeMap;

use tamga_state::catalogue::Identifier;

use super::identifier;
use super::statement::failure;
use super::work::{CATEGORIES, Party, PartyKind, Shares, Title, Work};
use crate::error::CliError;
use crate::import::source::Reading;
use crate::import::summary::Failure;
use crate::import::table::{Needs, Row, Table};
use crate::import::value::{ValueError, hundredths};
use crate::lang::{Messages, Said};
use crate::template::{self, ROLES};

/// All of a work, in basis points.
const WHOLE_BP: u16 = 10_000;
const NUMBER: &str = "work";
const TITLE: &str = "title";
const ROLE: &str = "role";
const SHARES: [&str; 3] = ["share_pr", "share_mr", "share_sr"];
/// Roles of those who made the work.
const CREATORS: [&str; 5] = ["AUTHOR", "COMPOSER", "LYRICIST", "ARRANGER", "TRANSLATOR"];

/// What a table gave.
#[derive(Debug)]
pub struct Works {
    /// The table.
    pub table: Table,
    /// Works that read, in their order.
    pub works: Vec<Work>,
    /// Rows of works that don't.
    pub failures: Vec<Failure>,
    /// Works that don't.
    pub left_out: u64,
}

/// Reads works from the bytes of a table.
///
/// # Errors
/// When the table can't be read, or lacks a column that is needed.
pub fn read(bytes: &[u8], said: Reading, messages: &Messages) -> Result<Works, CliError> {
    let columns = [NUMBER, TITLE, ROLE].map(str::to_owned);
    let aliases = template::WORKS.aliases();
    let needs = Needs {
        columns: &columns,
        row_key: "{#}",
        delimiter: None,
        aliases: &aliases,
        comment: Some(template::COMMENT),
    };
    let table = Table::with(bytes, needs, said)?;
    let mut order: Vec<&str> = Vec::new();
    let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &table.rows {
        let number = row.get(NUMBER).trim();
        if !rows.contains_key(number) {
            order.push(number);
        }
        rows.entry(number).or_default().push(row);
    }
    let (mut works, mut failures, mut left_out) = (Vec::new(), Vec::new(), 0_u64);
    for number in order {
        let rows = rows.remove(number).unwrap_or_default();
        match work(number, &rows) {
            Ok(work) => works.push(work),
            Err((at, error)) => {
                left_out = left_out.saturating_add(1);
                for row in &rows {
                    let error = if row.number == at {
                        error.clone()
                    } else {
                        let args = vec![("row", at.to_string().into())];
                        let detail = Said::message("detail-other-row", args);
                        ValueError { at: NUMBER.to_owned(), detail }
                    };
                    failures.push((row.number, failure(row, error, messages)));
                }
            }
        }
    }
    failures.sort_by_key(|(number, _)| *number);
    let failures = failures.into_iter().map(|(_, failure)| failure).collect();
    Ok(Works { table, works, failures, left_out })
}

/// One work of its rows; `Err` names the row that does not read.
fn work(number: &str, rows: &[&Row]) -> Result<Work, (u64, ValueError)> {
    let mut work = Work { submitter_work: number.to_owned(), ..Work::default() };
    let mut sums: BTreeMap<&str, u16> = BTreeMap::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for row in rows {
        let at = |error| (row.number, error);
        if number.is_empty() {
            return Err(at(wrong(NUMBER, Said::plain("detail-empty"))));
        }
        // What the work's rows say of the work is the same.
        for column in ["title", "iswc", "isrc", "duration_s", "other_titles"] {
            let cell = row.get(column).trim();
            if cell.is_empty() {
                continue;
            }
            let first = *seen.entry(column).or_insert(cell);
            if first != cell {
                let args = vec![("value", cell.into()), ("first", first.into())];
                return Err(at(wrong(column, Said::message("detail-rows-differ", args))));
            }
        }
        if work.line == 0 {
            work.line = row.number;
        }
        let party = party(row).map_err(at)?;
        for (category, share) in &party.shares {
            let sum = sums.entry(*category).or_insert(0);
            *sum = sum.saturating_add(*share);
            if *sum > WHOLE_BP {
                let column = CATEGORIES.iter().zip(SHARES).find(|(it, _)| *it == category);
                let args = vec![("category", (*category).into()), ("sum", sum.to_string().into())];
                let detail = Said::message("royalty-shares", args);
                return Err(at(wrong(column.map_or("", |(_, column)| column), detail)));
            }
        }
        work.interested_parties.push(party);
    }
    let first = rows.first().map_or(0, |row| row.number);
    let at = |error| (first, error);
    let cell = |column: &str| seen.get(column).copied().filter(|cell| !cell.is_empty());
    work.title =
        cell("title").ok_or_else(|| at(wrong(TITLE, Said::plain("detail-empty"))))?.to_owned();
    work.iswc =
        cell("iswc").map(|text| named(Identifier::Iswc, "iswc", text)).transpose().map_err(at)?;
    for isrc in cell("isrc").unwrap_or_default().split([';', ',', ' ']).filter(|it| !it.is_empty())
    {
        let isrc = named(Identifier::Isrc, "isrc", isrc).map_err(at)?;
        if !work.isrcs.contains(&isrc) {
            work.isrcs.push(isrc);
        }
    }
    let seconds = |text: &str| {
        let args = vec![("value", text.into()), ("reason", Said::plain("royalty-seconds"))];
        text.parse().map_err(|_| at(wrong("duration_s", Said::message("royalty-value", args))))
    };
    work.duration_s = cell("duration_s").map(seconds).transpose()?;
    let others = cell("other_titles").unwrap_or_default().split(';').map(str::trim);
    work.alternative_titles = others
        .filter(|title| !title.is_empty())
        .map(|title| Title { title: title.to_owned(), kind: String::new() })
        .collect();
    Ok(work)
}

fn party(row: &Row) -> Result<Party, ValueError> {
    let text = |column: &str| row.get(column).trim().to_owned();
    let given = text(ROLE);
    let role = ROLES.word(&given).ok_or_else(|| {
        let detail = match given.is_empty() {
            true => Said::plain("detail-empty"),
            false => Said::message("detail-no-word", vec![("value", given.as_str().into())]),
        };
        wrong(ROLE, detail)
    })?;
    let ipi = text("ipi_name");
    let ipi_name = (!ipi.is_empty())
        .then(|| named(Identifier::IpiName, "ipi_name", &format!("{ipi:0>11}")))
        .transpose()?;
    let number = text("number");
    if number.is_empty() && ipi_name.is_none() {
        return Err(wrong("number", Said::plain("detail-party-unnamed")));
    }
    let mut shares = Shares::new();
    for (category, column) in CATEGORIES.into_iter().zip(SHARES) {
        let cell = text(column);
        if cell.is_empty() {
            continue;
        }
        let share =
            hundredths(cell.trim_end_matches('%')).map_err(|detail| wrong(column, detail))?;
        let share = u16::try_from(share).ok().filter(|share| *share <= WHOLE_BP);
        let share = share.ok_or_else(|| {
            let args = vec![("value", cell.into()), ("reason", Said::plain("detail-percent"))];
            wrong(column, Said::message("royalty-value", args))
        })?;
        shares.insert(category, share);
    }
    let creates = CREATORS.contains(&role);
    Ok(Party {
        number,
        kind: if creates { PartyKind::Writer } else { PartyKind::Publisher },
        name: text("name"),
        role: role.to_owned(),
        ipi_name,
        ipi_base: None,
        controlled: true,
        shares,
        societies: BTreeMap::new(),
        territories: Vec::new(),
        publishers: Vec::new(),
    })
}

/// An identifier in its bare form.
fn named(kind: Identifier, column: &'static str, text: &str) -> Result<String, ValueError> {
    identifier::bare(kind, text).ok_or_else(|| {
        let reason = Said::message("royalty-identifier", vec![("kind", identifier::named(kind))]);
        let args = vec![("value", text.into()), ("reason", reason)];
        wrong(column, Said::message("royalty-value", args))
    })
}

fn wrong(column: &str, detail: Said) -> ValueError {
    ValueError { at: column.to_owned(), detail }
}
