//! Files of our own with a sum over all that stands before it: whole and untouched, or not read at all.

use tamga_format::id::sha256;

use crate::lang::Said;
use crate::text::{hex, parse_hex32};

/// A file of lines, each with its line feed, with their sum.
pub(super) fn seal(body: &str) -> String {
    format!("{body}sum {}\n", hex(&sha256(&[body.as_bytes()])))
}

/// The lines of a file of this first line.
pub(super) fn unseal(text: &str, header: &str) -> Result<String, Said> {
    let torn = || Said::plain("detail-memory-torn");
    if text.lines().next() != Some(header) {
        return Err(Said::plain("detail-memory-version"));
    }
    let parts = text.strip_suffix('\n').and_then(|text| text.rsplit_once("\nsum "));
    let (body, sum) = parts.ok_or_else(torn)?;
    let body = format!("{body}\n");
    if parse_hex32(sum) == Some(sha256(&[body.as_bytes()])) { Ok(body) } else { Err(torn()) }
}
