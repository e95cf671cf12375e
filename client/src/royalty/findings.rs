//! What did not fit: line, record, field, what it cost, reason and remedy.

use std::path::Path;

use serde::Serialize;
use tamga_state::codes::Code;

use super::{FINDINGS_MAX, VALUE_CHARS_MAX};
use crate::error::CliError;
use crate::file;
use crate::lang::{Messages, Said};

/// What is missing from the output because of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Nothing: it is only told.
    Nothing,
    /// The value; the rest stands as if it had not been given.
    Field,
    /// The record.
    Record,
    /// The work, or the line of usage, that the record belongs to.
    Item,
    /// All that the group or the block holds.
    Group,
}

impl LeftOut {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Field => "field",
            Self::Record => "record",
            Self::Item => "item",
            Self::Group => "group",
        }
    }
}

/// One thing that did not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the line in the file, from 1.
    pub line: u64,
    /// Type of the record, such as `SPU`, cut as the value is.
    pub record: String,
    /// Name of the field, empty when the record as a whole is meant.
    pub field: &'static str,
    /// The value, cut to [`VALUE_CHARS_MAX`] characters.
    pub value: String,
    /// What is missing because of it.
    pub left_out: LeftOut,
    /// The reason; the message has the remedy as its attribute `next`.
    pub reason: Said,
}

impl Finding {
    /// The reason in a language.
    #[must_use]
    pub fn reason(&self, messages: &Messages) -> String {
        messages.said(&self.reason)
    }

    /// What to do, in a language.
    #[must_use]
    pub fn remedy(&self, messages: &Messages) -> String {
        match &self.reason {
            Said::Text(_) => String::new(),
            Said::Message(id, args) => {
                messages.text(&format!("{id}.next"), &messages.all_said(args))
            }
        }
    }
}

/// The findings of a file, in its order.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Finding>,
    more: u64,
}

impl Findings {
    /// The findings that are listed.
    #[must_use]
    pub fn list(&self) -> &[Finding] {
        &self.list
    }

    /// How many there are, listed or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::try_from(self.list.len()).unwrap_or(u64::MAX).saturating_add(self.more)
    }

    /// How many are not listed.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Adds one, or only counts it when the list is full.
    pub fn add(&mut self, mut finding: Finding) {
        if self.list.len() >= FINDINGS_MAX {
            self.more = self.more.saturating_add(1);
            return;
        }
        for text in [&mut finding.value, &mut finding.record] {
            if let Some((at, _)) = text.char_indices().nth(VALUE_CHARS_MAX) {
                text.truncate(at);
            }
        }
        self.list.push(finding);
    }

    /// The bytes of their file: CSV in UTF-8.
    ///
    /// # Errors
    /// Never for findings of these readers.
    pub fn render(&self, messages: &Messages) -> Result<Vec<u8>, CliError> {
        let bug = |error: ::csv::Error| CliError::bug(&error.to_string());
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        let header =
            ["line", "record", "field", "value", "left_out", "error_code", "error", "hint"];
        writer.write_record(header).map_err(bug)?;
        for finding in &self.list {
            let row = [
                finding.line.to_string(),
                cell(&finding.record),
                finding.field.to_owned(),
                cell(&finding.value),
                finding.left_out.word().to_owned(),
                Code::ImportRow.to_string(),
                finding.reason(messages),
                finding.remedy(messages),
            ];
            writer.write_record(row).map_err(bug)?;
        }
        writer.into_inner().map_err(|error| CliError::bug(&error.to_string()))
    }

    /// Writes their file; without findings, one that an earlier run left is removed.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, path: &Path, messages: &Messages) -> Result<(), CliError> {
        if self.list.is_empty() {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(CliError::file(path, &error))
                }
                Ok(()) | Err(_) => Ok(()),
            };
        }
        file::replace(path, &self.render(messages)?)
    }
}

/// A text of the file as a spreadsheet may show it, which takes some texts for formulas.
pub(crate) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
