//! The works that an organisation registered, and which of them a report means.
//!
//! They come from the list that drafting writes, or from an export of the ledger's R01; the ledger knows titles by hash and
//! creators by tag, so a title alone never identifies a work there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tamga_state::catalogue::Kind;

use super::name;
use super::usage::Usage;
use crate::error::CliError;
use crate::export::Exported;
use crate::import::source::{ROWS_MAX, Reading};
use crate::import::table::{Aliases, Needs, Row, Table};
use crate::lang::Said;
use crate::text;

/// Most candidates that are named for a use.
const CANDIDATES_MAX: usize = 10;
/// Between several values of one cell.
const BETWEEN: &str = "; ";

/// Columns of the list of works, one row for each title.
pub const COLUMNS: [&str; 7] =
    ["work_id", "numbers", "iswc", "isrcs", "title", "creators", "categories"];

/// A work as usage is matched with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownWork {
    /// Its id in R01.
    pub work_id: String,
    /// Numbers that others have for it.
    pub numbers: Vec<String>,
    /// Its ISWC.
    pub iswc: Option<String>,
    /// ISRCs of its recordings.
    pub isrcs: Vec<String>,
    /// Its titles.
    pub titles: Vec<String>,
    /// Names of its creators.
    pub creators: Vec<String>,
    /// Categories in which it is registered.
    pub categories: Vec<String>,
}

/// The bytes of a list of works: CSV in UTF-8.
///
/// # Errors
/// Never for works.
pub fn render(works: &[KnownWork]) -> Result<Vec<u8>, CliError> {
    let bug = |error: ::csv::Error| CliError::bug(&error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(bug)?;
    for work in works {
        for title in &work.titles {
            let row = [
                work.work_id.clone(),
                work.numbers.join(BETWEEN),
                work.iswc.clone().unwrap_or_default(),
                work.isrcs.join(BETWEEN),
                title.clone(),
                work.creators.join(BETWEEN),
                work.categories.join(BETWEEN),
            ];
            writer.write_record(row).map_err(bug)?;
        }
    }
    writer.into_inner().map_err(|error| CliError::bug(&error.to_string()))
}

/// What is known of one work.
#[derive(Debug, Default)]
struct Facts {
    iswc: Option<String>,
    creators: BTreeSet<String>,
    categories: BTreeSet<String>,
}

/// Works by everything that may name them.
#[derive(Debug, Default)]
pub struct Works {
    works: BTreeMap<String, Facts>,
    numbers: BTreeMap<String, BTreeSet<String>>,
    iswcs: BTreeMap<String, BTreeSet<String>>,
    isrcs: BTreeMap<String, BTreeSet<String>>,
    titles: BTreeMap<[u8; 32], BTreeSet<String>>,
}

/// Which work a report means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// This one.
    Work(String),
    /// None for sure.
    None {
        /// Why.
        reason: Said,
        /// Works that it may be.
        candidates: Vec<String>,
    },
}

impl Works {
    /// Reads works from a list, or from an export of records.
    ///
    /// # Errors
    /// When the file is neither, a record of an export does not read, or nothing in it is a work.
    pub fn read(bytes: &[u8]) -> Result<Self, CliError> {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let works = if Exported::parse(first).is_some() {
            Self::exported(bytes)?
        } else {
            Self::listed(bytes)?
        };
        if works.works.is_empty() {
            return Err(bad(Said::plain("detail-no-works")));
        }
        Ok(works)
    }

    fn listed(bytes: &[u8]) -> Result<Self, CliError> {
        let columns = [COLUMNS[0].to_owned(), COLUMNS[6].to_owned()];
        let needs = Needs {
            columns: &columns,
            row_key: "{#}",
            delimiter: None,
            aliases: &Aliases::new(),
            comment: None,
        };
        let table = Table::with(bytes, needs, Reading::default())?;
        let mut works = Self::default();
        let cells = |row: &Row, name: &str| -> Vec<String> {
            let cells = row.get(name).split(';').map(str::trim).filter(|cell| !cell.is_empty());
            cells.map(str::to_owned).collect()
        };
        for row in &table.rows {
            let text =
                |name: &str| Some(row.get(name).trim().to_owned()).filter(|it| !it.is_empty());
            let Some(work_id) = text("work_id") else {
                let args = vec![
                    ("row", row.number.to_string().into()),
                    ("detail", Said::plain("detail-empty")),
                ];
                return Err(bad(Said::message("detail-table-row", args)));
            };
            works.add(KnownWork {
                work_id,
                numbers: cells(row, "numbers"),
                iswc: text("iswc"),
                isrcs: cells(row, "isrcs"),
                titles: text("title").into_iter().collect(),
                creators: cells(row, "creators"),
                categories: cells(row, "categories"),
            });
        }
        Ok(works)
    }

    /// The works of exported records: those of R01, as the last one of each work says.
    fn exported(bytes: &[u8]) -> Result<Self, CliError> {
        let mut last: BTreeMap<String, (KnownWork, [u8; 32])> = BTreeMap::new();
        for (number, line) in (1_usize..).zip(bytes.split(|byte| *byte == b'\n')) {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let at = || {
                let args = vec![
                    ("row", number.to_string().into()),
                    ("detail", Said::plain("detail-no-record-line")),
                ];
                bad(Said::message("detail-table-row", args))
            };
            let record =
                Exported::parse(line).filter(|_| number <= ROWS_MAX).ok_or_else(at)?.record;
            if Kind::from_name(&record.kind) != Some(Kind::R01) {
                continue;
            }
            let text = |name: &str| record.fields.get(name).and_then(Value::as_str);
            let rows = |name: &str, column: &str| -> Vec<String> {
                let rows = record.fields.get(name).and_then(Value::as_array);
                let cells = rows.into_iter().flatten().filter_map(|row| row.get(column)?.as_str());
                cells.map(str::to_owned).collect()
            };
            let title = text("title_hash").and_then(text::parse_hex32).ok_or_else(at)?;
            let work = KnownWork {
                work_id: text("work_id").ok_or_else(at)?.to_owned(),
                iswc: text("iswc").map(str::to_owned),
                isrcs: rows("recordings", "isrc"),
                categories: rows("right_categories", "category"),
                ..KnownWork::default()
            };
            last.insert(work.work_id.clone(), (work, title));
        }
        let mut works = Self::default();
        for (id, (work, title)) in last {
            works.add(work);
            works.titles.entry(title).or_default().insert(id);
        }
        Ok(works)
    }

    /// Adds a work, or what a further row says of one.
    pub fn add(&mut self, work: KnownWork) {
        let id = work.work_id;
        let put = |map: &mut BTreeMap<String, BTreeSet<String>>, key: String| {
            map.entry(key).or_default().insert(id.clone());
        };
        put(&mut self.numbers, id.clone());
        work.numbers.into_iter().for_each(|number| put(&mut self.numbers, number));
        work.iswc.iter().for_each(|iswc| put(&mut self.iswcs, iswc.clone()));
        work.isrcs.into_iter().for_each(|isrc| put(&mut self.isrcs, isrc));
        for title in work.titles.iter().filter(|title| !name::normalised(title).is_empty()) {
            self.titles.entry(name::title_hash(title)).or_default().insert(id.clone());
        }
        let facts = self.works.entry(id).or_default();
        facts.iswc = work.iswc.or(facts.iswc.take());
        facts.creators.extend(name::creators(work.creators.iter().map(String::as_str)));
        facts.categories.extend(work.categories);
    }

    /// Which work a use means: what its numbers name, all of them together; otherwise the one with its title and exactly
    /// its creators, unless their ISWCs differ.
    #[must_use]
    pub fn find(&self, usage: &Usage, category: &str) -> Match {
        let found = match self.by_numbers(usage) {
            Some(found) => found,
            None => self.by_title(usage),
        };
        if let Match::Work(id) = &found
            && !self.has(id, category)
        {
            return none("royalty-unmatched-category", BTreeSet::from([id.clone()]));
        }
        found
    }

    fn has(&self, id: &str, category: &str) -> bool {
        self.works.get(id).is_some_and(|work| work.categories.contains(category))
    }

    /// What the numbers name; `None` when no work has any of them.
    fn by_numbers(&self, usage: &Usage) -> Option<Match> {
        let iswcs = usage.iswcs.iter().filter_map(|iswc| self.iswcs.get(iswc));
        let isrcs = usage.isrcs.iter().filter_map(|isrc| self.isrcs.get(isrc));
        let number = usage.work_id.iter().filter_map(|number| self.numbers.get(number));
        let sets: Vec<&BTreeSet<String>> = number.chain(iswcs).chain(isrcs).collect();
        let (first, others) = sets.split_first()?;
        let mut common: BTreeSet<String> = (*first).clone();
        let mut all = common.clone();
        for set in others {
            common.retain(|id| set.contains(id));
            all.extend(set.iter().cloned());
        }
        let mut ids = common.into_iter();
        Some(match (ids.next(), ids.next()) {
            (Some(id), None) => Match::Work(id),
            (Some(_), Some(_)) => none("royalty-unmatched-several", all),
            (None, _) => none("royalty-unmatched-conflict", all),
        })
    }

    fn by_title(&self, usage: &Usage) -> Match {
        let title = usage.title.as_ref().filter(|title| !name::normalised(title).is_empty());
        let titled = title.and_then(|title| self.titles.get(&name::title_hash(title)));
        let Some(titled) = titled else {
            return none("royalty-unmatched-unknown", BTreeSet::new());
        };
        let creators = name::creators(usage.creators.iter().map(String::as_str));
        let same = |id: &&String| {
            self.works.get(*id).is_some_and(|work| {
                let other = work
                    .iswc
                    .as_ref()
                    .is_some_and(|iswc| !usage.iswcs.is_empty() && !usage.iswcs.contains(iswc));
                !creators.is_empty() && work.creators == creators && !other
            })
        };
        let mut alike = titled.iter().filter(same);
        match (alike.next(), alike.next()) {
            (Some(id), None) => Match::Work(id.clone()),
            (Some(_), Some(_)) => none("royalty-unmatched-several", titled.clone()),
            (None, _) => none("royalty-unmatched-title", titled.clone()),
        }
    }
}

fn none(reason: &'static str, candidates: BTreeSet<String>) -> Match {
    let candidates = candidates.into_iter().take(CANDIDATES_MAX).collect();
    Match::None { reason: Said::plain(reason), candidates }
}

fn bad(detail: Said) -> CliError {
    CliError::unreadable(Said::plain("what-works"), detail)
}
