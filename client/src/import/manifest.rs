//! What an import keeps beside its file: the manifest with its dates, and the journal of its rows.
//!
//! The manifest (`FILE.manifest.json`) fixes what no row says and no run may change, so that a second run
//! makes the same bytes. The journal (`FILE.results.ndjson`) tells of each record: that it is about to be
//! sent, then how it ended; a line for the same record replaces an earlier one.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tamga_format::id::UnixMillis;

use super::value::Memory;
use crate::error::CliError;
use crate::file;
use crate::lang::Said;
use crate::text;

/// Days for which the records of an import may enter the log, a day less than the ledger's window.
const VALID_DAYS: i64 = 29;
const DAY_MS: i64 = 86_400_000;

/// The dates and names of one import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Form of this file, `tamga.import.manifest/1`.
    pub schema: String,
    /// Name of the source, from the mapping.
    pub source: String,
    /// The ledger.
    pub origin: String,
    /// When the import began, RFC 3339.
    pub created: String,
    /// Last block time at which its records may enter the log, RFC 3339.
    pub valid_until: String,
}

const SCHEMA: &str = "tamga.import.manifest/1";

impl Manifest {
    /// A manifest for an import that begins now.
    #[must_use]
    pub fn new(source: &str, origin: &str, now: UnixMillis) -> Self {
        // Whole seconds read better and change nothing.
        let created = now.0 - now.0.rem_euclid(1000);
        Self {
            schema: SCHEMA.to_owned(),
            source: source.to_owned(),
            origin: origin.to_owned(),
            created: text::rfc3339(UnixMillis(created)),
            valid_until: text::rfc3339(UnixMillis(created.saturating_add(VALID_DAYS * DAY_MS))),
        }
    }

    /// The manifest at `path` when there is one for this source and ledger.
    ///
    /// # Errors
    /// When the file cannot be read, is malformed, or belongs to another source or ledger.
    pub fn load(path: &Path, source: &str, origin: &str) -> Result<Option<Self>, CliError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CliError::file(path, &error)),
        };
        let bad = |detail: Said| CliError::unreadable(path.display().to_string(), detail);
        let manifest: Self =
            serde_json::from_str(&text).map_err(|error| bad(error.to_string().into()))?;
        if manifest.schema != SCHEMA {
            let args = vec![("found", manifest.schema.into()), ("known", SCHEMA.into())];
            return Err(bad(Said::message("detail-version", args)));
        }
        if manifest.source != source || manifest.origin != origin {
            let args = vec![("source", manifest.source.into()), ("origin", manifest.origin.into())];
            return Err(bad(Said::message("detail-belongs", args)));
        }
        Ok(Some(manifest))
    }

    /// Writes the manifest; it is durable when this returns.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| CliError::bug(&error.to_string()))?;
        file::replace(path, format!("{text}\n").as_bytes())
    }

    /// Last block time at which its records may enter the log.
    ///
    /// # Errors
    /// When the manifest was edited and its time is none.
    pub fn valid_until(&self) -> Result<UnixMillis, CliError> {
        text::parse_rfc3339(&self.valid_until).ok_or_else(|| {
            let detail = Said::plain("detail-valid-until");
            CliError::unreadable(Said::plain("what-manifest"), detail)
        })
    }
}

/// The files that stand beside an imported file.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The manifest.
    pub manifest: PathBuf,
    /// The journal.
    pub results: PathBuf,
    /// Rows that were not recorded.
    pub errors: PathBuf,
}

impl Beside {
    /// The default names: an errors file that is fed in again shares the files of its original.
    #[must_use]
    pub fn of(file: &Path) -> Self {
        let name =
            file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let base = name.strip_suffix(".errors.csv").unwrap_or(&name).to_owned();
        let named = |end: &str| file.with_file_name(format!("{base}.{end}"));
        Self {
            manifest: named("manifest.json"),
            results: named("results.ndjson"),
            errors: named("errors.csv"),
        }
    }
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Number of the row.
    pub row: u64,
    /// Key of the row.
    pub key: String,
    /// Kind and place within the row, such as `E02.1`; empty for a row without records.
    pub record: String,
    /// Whether the record is derived.
    pub derived: bool,
    /// How it ended.
    pub status: Status,
    /// Id of the record, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its place in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Stable code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The reason of a refusal or omission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SHA-256 of the row's content, in hex.
    pub content: String,
    /// What the case remembered before the row.
    #[serde(default, skip_serializing_if = "Memory::is_empty")]
    pub context: Memory,
}

/// How a record or row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// About to be sent; its fate was not seen.
    Sent,
    /// Final in the log.
    Final,
    /// Accepted; its place in the log is not known yet.
    Accepted,
    /// Refused.
    Refused,
    /// Left out by the mapping.
    Skipped,
}

impl Status {
    /// Whether the record is or may be in the log, so that other bytes must not take its place.
    #[must_use]
    pub fn may_be_recorded(self) -> bool {
        matches!(self, Self::Sent | Self::Final | Self::Accepted)
    }
}

/// The journal of earlier runs, and the file new lines go to.
pub struct Journal {
    lines: BTreeMap<(String, String), Line>,
    file: Option<(std::fs::File, PathBuf)>,
}

impl Journal {
    /// A journal without a file, for dry runs and tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { lines: BTreeMap::new(), file: None }
    }

    /// Reads the journal at `path`; new lines are appended to it when `mode` says so.
    ///
    /// # Errors
    /// When the file cannot be read or opened, or a line in it is malformed. A torn last line, which a
    /// crash leaves, is dropped: its records are sent again and found recorded.
    pub fn open(path: &Path, mode: Lines) -> Result<Self, CliError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(CliError::file(path, &error)),
        };
        let whole = text.rfind('\n').map_or(0, |end| end.saturating_add(1));
        let mut lines = BTreeMap::new();
        for (number, line) in (1_u64..).zip(text[..whole].lines()) {
            let line: Line = serde_json::from_str(line).map_err(|error| {
                let args =
                    vec![("line", number.to_string().into()), ("detail", error.to_string().into())];
                let detail = Said::message("detail-line", args);
                CliError::unreadable(path.display().to_string(), detail)
            })?;
            lines.insert((line.key.clone(), line.record.clone()), line);
        }
        let file = match mode {
            Lines::No => None,
            Lines::Append => {
                let is_new = !path.exists();
                let file = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(path)
                    .map_err(|error| CliError::file(path, &error))?;
                if whole < text.len() {
                    let length =
                        u64::try_from(whole).map_err(|_| CliError::bug("journal length"))?;
                    file.set_len(length).map_err(|error| CliError::file(path, &error))?;
                }
                if is_new {
                    file::sync_folder(path)?;
                }
                Some((file, path.to_owned()))
            }
        };
        Ok(Self { lines, file })
    }

    /// The line of one record of a row.
    #[must_use]
    pub fn line(&self, key: &str, record: &str) -> Option<&Line> {
        self.lines.get(&(key.to_owned(), record.to_owned()))
    }

    /// Any line of a row.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<&Line> {
        let from = (key.to_owned(), String::new());
        self.lines.range(from..).next().filter(|((found, _), _)| found == key).map(|(_, line)| line)
    }

    /// How many records of each kind are taken, over all runs.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<String, u64> {
        let mut kinds = BTreeMap::new();
        let taken = |line: &&Line| matches!(line.status, Status::Final | Status::Accepted);
        for line in self.lines.values().filter(taken) {
            let kind = line.record.split('.').next().unwrap_or_default().to_owned();
            let count: &mut u64 = kinds.entry(kind).or_insert(0);
            *count = count.saturating_add(1);
        }
        kinds
    }

    /// Adds lines, leaving out those that say nothing new, and makes them durable.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, lines: &[Line]) -> Result<(), CliError> {
        let mut text = String::new();
        for line in lines {
            let place = (line.key.clone(), line.record.clone());
            if self.lines.get(&place) == Some(line) {
                continue;
            }
            text.push_str(
                &serde_json::to_string(line).map_err(|error| CliError::bug(&error.to_string()))?,
            );
            text.push('\n');
            self.lines.insert(place, line.clone());
        }
        match &mut self.file {
            Some((file, path)) if !text.is_empty() => file
                .write_all(text.as_bytes())
                .and_then(|()| file.sync_data())
                .map_err(|error| CliError::file(path, &error)),
            _ => Ok(()),
        }
    }
}

/// Whether a journal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Lines are kept in memory.
    No,
    /// Lines are appended to the file.
    Append,
}
