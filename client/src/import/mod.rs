//! Many records from one file: rows of a table through a committed mapping, the same bytes on every run.
//!
//! - `mapping`: what a mapping file says;
//! - `source`: a file as rows of text, whether CSV, workbook or NDJSON;
//! - `table`: its rows with their keys, as the mapping needs them;
//! - `value`: what an expression gives for a row;
//! - `derive`: nonces, salts, ids and person tags from secrets, source and row key;
//! - `plan`: a row's records, signed;
//! - `manifest`: the dates of an import and the journal of its rows, kept beside the file;
//! - `sink`: where records go, a ledger or the same rules in memory;
//! - `trial`: a ledger that is only asked;
//! - `run`: the loop over rows and batches;
//! - `summary`: every row once, the counts, the reasons;
//! - `drafts`: ready drafts in the place of rows;
//! - `errors`: the file of rows that were not recorded, which can be fed in again.

pub mod derive;
pub mod drafts;
pub mod errors;
pub mod manifest;
pub mod mapping;
pub mod plan;
pub mod run;
pub mod sink;
pub mod source;
pub mod summary;
pub mod table;
pub mod trial;
pub mod value;

use std::path::Path;

use tamga_format::id::GenesisHash;
use tamga_state::genesis::Genesis;

use crate::error::CliError;

/// The genesis in a file's text, and the hash that names it.
///
/// # Errors
/// When the text is not a valid genesis file.
pub fn genesis(path: &Path, text: &str) -> Result<(Genesis, GenesisHash), CliError> {
    tamga_api::genesis_file::parse(text.as_bytes())
        .map_err(|error| CliError::unreadable(path.display().to_string(), error.detail))
}

#[cfg(test)]
mod tests;
