//! Files of the royalty trade, read into lines that records are made of: works and usage.
//!
//! - `cwr`: works and shares in CISAC's CWR 2.1 and 2.2, registrations and acknowledgements;
//! - `statement`: royalty statements in tables, through a mapping of columns;
//! - `dsr`: flat files of DDEX's Digital Sales Reporting;
//! - `work`, `usage`: what comes out, one JSON object per line;
//! - `table`: works and shares in tables, a row for each party;
//! - `name`: titles and names made alike, and their hashes;
//! - `parties`: which rightsholder of the ledger a party is;
//! - `draft_works`: works as drafts of R01 and R02;
//! - `known`: which work a use means;
//! - `draft_usage`: uses as a draft of R05 and its lines;
//! - `findings`: what did not fit, where, why, and what to do.
//!
//! The readers are functions of bytes: no files, no ledger. Nothing is guessed: what can be read in two ways is not read.
//! A file has at most [`FILE_BYTES_MAX`] bytes, [`ROWS_MAX`] lines, and the lines that [`LINE_BYTES_MAX`] allows; a list
//! of findings has at most [`FINDINGS_MAX`] of them, and counts the others.
//!
//! [`FILE_BYTES_MAX`]: crate::import::source::FILE_BYTES_MAX
//! [`ROWS_MAX`]: crate::import::source::ROWS_MAX

pub mod cwr;
pub mod draft_usage;
pub mod draft_works;
pub mod dsr;
pub mod findings;
pub mod identifier;
pub mod known;
pub mod lines;
pub mod name;
pub mod parties;
pub mod statement;
pub mod table;
pub mod usage;
pub mod work;

pub use findings::{Finding, Findings, LeftOut};

/// Most bytes of a line of CWR or DSR; the longest record of CWR has 663.
pub const LINE_BYTES_MAX: usize = 1 << 16;
/// Most records of a transaction of CWR; a work with more is left out.
pub const TRANSACTION_RECORDS_MAX: usize = 4_096;
/// Most records of a block of DSR; one with more is left out.
pub const BLOCK_RECORDS_MAX: usize = 4_096;
/// Most ISRCs and ISWCs in the usage that one report gives; a release names all recordings of its block.
pub const IDENTIFIERS_MAX: usize = 1 << 22;
/// Most findings that are listed; more are counted.
pub const FINDINGS_MAX: usize = 100_000;
/// Most characters of a wrong value that a finding shows.
pub const VALUE_CHARS_MAX: usize = 100;

/// What a file gave.
#[derive(Debug)]
pub struct Read<T> {
    /// What fits, in the order of the file.
    pub items: Vec<T>,
    /// Items that the file holds and `items` does not.
    pub left_out: u64,
    /// What did not fit.
    pub findings: Findings,
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self { items: Vec::new(), left_out: 0, findings: Findings::default() }
    }
}

#[cfg(test)]
mod tests;
