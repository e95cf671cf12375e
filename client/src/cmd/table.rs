//! How a table is to be read, as commands that read one are told.

use std::path::Path;

use clap::Args;

use crate::error::CliError;
use crate::import::mapping::Mapping;
use crate::import::source::{self, Format, Reading};
use crate::import::table::Table;

/// What is said of a table; the rest is recognised.
#[derive(Args)]
pub(super) struct TableArgs {
    /// Form of the table; recognised by its first bytes when absent.
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
    /// Sheet of a workbook; the first one by default.
    #[arg(long)]
    pub(super) sheet: Option<String>,
}

impl TableArgs {
    /// Reads a table, and gives the bytes of its file too.
    pub(super) fn read(
        &self,
        path: &Path,
        mapping: &Mapping,
    ) -> Result<(Vec<u8>, Table), CliError> {
        let bytes = source::read(path)?;
        let table = Table::read_as(&bytes, mapping, self.reading())?;
        Ok((bytes, table))
    }

    /// Refuses what is said of a table where there is none.
    pub(super) fn refuse(&self, beside: &str) -> Result<(), CliError> {
        let given = [("--format", self.format.is_some()), ("--sheet", self.sheet.is_some())];
        match given.into_iter().find(|(_, given)| *given) {
            Some((flag, _)) => Err(CliError::pointless(flag, beside)),
            None => Ok(()),
        }
    }

    /// What is said.
    pub(super) fn reading(&self) -> Reading {
        Reading { format: self.format, sheet: self.sheet.clone(), delimiter: None, comment: None }
    }
}
