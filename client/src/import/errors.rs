//! The file of rows that were not recorded: the source's columns, and why; it can be fed in again. It is CSV in UTF-8, whatever
//! the source was.

use std::path::Path;

use super::summary::Failure;
use super::table::{OWN_COLUMNS, Table};
use crate::error::CliError;
use crate::file;

/// Writes the errors file; without failures, a file that an earlier run left is removed.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, table: &Table, failures: &[Failure]) -> Result<(), CliError> {
    if failures.is_empty() {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CliError::file(path, &error))
            }
            _ => Ok(()),
        };
    }
    file::replace(path, &render(table, failures)?)
}

/// The bytes of an errors file.
///
/// # Errors
/// Never for rows of `table`.
pub fn render(table: &Table, failures: &[Failure]) -> Result<Vec<u8>, CliError> {
    let bug = |error: ::csv::Error| CliError::bug(&error.to_string());
    let delimiter = table.read_as.delimiter.and_then(|it| u8::try_from(it).ok()).unwrap_or(b',');
    let mut writer = ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let own = OWN_COLUMNS.iter().map(|name| (*name).to_owned());
    writer.write_record(table.shown.iter().cloned().chain(own)).map_err(bug)?;
    for failure in failures {
        let values = table.header.iter().map(|column| failure.row.get(column));
        let why =
            [&failure.row.key, &failure.error.code, &failure.error.detail, &failure.error.hint];
        writer.write_record(values.chain(why.into_iter().map(String::as_str))).map_err(bug)?;
    }
    writer.into_inner().map_err(|error| CliError::bug(&error.to_string()))
}
