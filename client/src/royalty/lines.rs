//! Bytes as numbered lines of text, each within [`LINE_BYTES_MAX`].

use super::LINE_BYTES_MAX;
use crate::error::CliError;
use crate::import::source::ROWS_MAX;
use crate::lang::Said;

/// A line of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1; empty lines count.
    pub number: u64,
    /// Its text; `None` when it is not UTF-8 or too long.
    pub text: Option<&'a str>,
}

/// The lines of a file that are not empty, and how many there are with the empty ones.
///
/// # Errors
/// When it has more than [`ROWS_MAX`] lines. `what` names the file's form.
pub fn split<'a>(bytes: &'a [u8], what: &'static str) -> Result<(Vec<Line<'a>>, u64), CliError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let mut lines = Vec::new();
    let mut count = 0_u64;
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        count = number;
        if usize::try_from(number).map_or(true, |number| number > ROWS_MAX) {
            let limit = vec![("limit", ROWS_MAX.to_string().into())];
            return Err(CliError::unreadable(
                Said::plain(what),
                Said::message("detail-rows", limit),
            ));
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1a) {
            continue;
        }
        let text = str::from_utf8(line).ok().filter(|line| line.len() <= LINE_BYTES_MAX);
        lines.push(Line { number, text });
    }
    Ok((lines, count))
}
