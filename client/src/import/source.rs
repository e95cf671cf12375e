//! A source file as a header and rows of text, whatever program wrote it.
//!
//! What is not said is recognised, and what was recognised is told. A cell has one text in every form, so that the rows
//! of one list have the same keys and make the same records.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use calamine::{DataRef, Reader as _, Xlsx};
use encoding_rs::WINDOWS_1251;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::CliError;
use crate::lang::Said;

/// Most bytes of a file.
pub const FILE_BYTES_MAX: usize = 256 << 20;
/// Most bytes that a workbook may unpack to.
pub const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Most rows: those of an Excel sheet.
pub const ROWS_MAX: usize = 1 << 20;
/// Most columns.
pub const COLUMNS_MAX: usize = 1_024;
/// Most bytes of a cell.
pub const CELL_BYTES_MAX: usize = 1 << 16;

/// Forms of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Columns separated by a character.
    #[default]
    Csv,
    /// An Excel workbook.
    Xlsx,
    /// A JSON object per line.
    Ndjson,
}

/// What is said of a source; the rest is recognised.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Its form.
    pub format: Option<Format>,
    /// The sheet of a workbook; the first one by default.
    pub sheet: Option<String>,
    /// The separator of columns.
    pub delimiter: Option<char>,
    /// What a line of a text begins with that is a note and no row.
    pub comment: Option<u8>,
}

/// How a source was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReadAs {
    /// Its form.
    pub format: Format,
    /// Its encoding, of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// The separator of columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Whether numbers are written with a decimal comma.
    pub decimal_comma: bool,
    /// Whether dates are written dd.mm.yyyy.
    pub day_first: bool,
}

/// The header and the rows of a source, all rows of the header's length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Cells by row.
    pub rows: Vec<Vec<String>>,
    /// How it was read.
    pub read_as: ReadAs,
}

/// The bytes of a file, which is no larger than [`FILE_BYTES_MAX`].
///
/// # Errors
/// When it can't be read, or is larger.
pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |error: std::io::Error| CliError::file(path, &error);
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(beyond("detail-file-size", FILE_BYTES_MAX));
    }
    Ok(bytes)
}

fn bad(detail: impl Into<Said>) -> CliError {
    CliError::unreadable(Said::plain("what-table"), detail.into())
}

fn beyond(what: &'static str, limit: impl ToString) -> CliError {
    bad(Said::message(what, vec![("limit", limit.to_string().into())]))
}

impl Source {
    /// Reads a source in which each of `columns` is found.
    ///
    /// # Errors
    /// When it has more than the limits allow, is of none of the forms, or damaged.
    pub fn parse(bytes: &[u8], reading: &Reading, columns: &[String]) -> Result<Self, CliError> {
        let mut source = match reading.format.unwrap_or_else(|| recognised(bytes)) {
            Format::Csv => csv(bytes, reading, columns)?,
            Format::Xlsx => xlsx(bytes, reading)?,
            Format::Ndjson => ndjson(bytes)?,
        };
        if source.header.len() > COLUMNS_MAX {
            return Err(beyond("detail-columns", COLUMNS_MAX));
        }
        let mut cells = source.rows.iter().flatten();
        if cells.any(|cell| cell.len() > CELL_BYTES_MAX) {
            return Err(beyond("detail-cell-size", CELL_BYTES_MAX));
        }
        let shown = |fits: fn(&str) -> bool| source.rows.iter().flatten().any(|cell| fits(cell));
        (source.read_as.decimal_comma, source.read_as.day_first) =
            (shown(is_decimal_comma), shown(is_day_first));
        Ok(source)
    }
}

fn recognised(bytes: &[u8]) -> Format {
    if bytes.starts_with(b"PK\x03\x04") {
        return Format::Xlsx;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Format::Ndjson,
        _ => Format::Csv,
    }
}

fn is_decimal_comma(cell: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = cell.trim_start_matches('-').split_once(',');
    parts.is_some_and(|(whole, part)| digits(whole) && part.len() <= 2 && digits(part))
}

/// Whether a cell begins like `16.07.2007`.
pub(super) fn is_day_first(cell: &str) -> bool {
    let form = b"00.00.0000";
    let fits =
        |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    cell.len() >= form.len() && cell.as_bytes().iter().zip(form).all(fits)
}

/// The text of bytes: UTF-8 if they are that, otherwise the Cyrillic code page of Windows.
fn text(bytes: &[u8]) -> (String, &'static str) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), "UTF-8"),
        Err(_) => (WINDOWS_1251.decode_without_bom_handling(bytes).0.into_owned(), "windows-1251"),
    }
}

fn csv(bytes: &[u8], reading: &Reading, columns: &[String]) -> Result<Source, CliError> {
    let (text, encoding) = text(bytes);
    let delimiter = match reading.delimiter {
        Some(delimiter) => delimiter,
        None => separator(&text, reading.comment, columns),
    };
    let ascii = u8::try_from(delimiter).map_err(|_| bad(Said::plain("detail-delimiter")))?;
    let mut builder = ::csv::ReaderBuilder::new();
    builder.delimiter(ascii).comment(reading.comment);
    let mut reader = builder.from_reader(text.as_bytes());
    let torn = |error: ::csv::Error| bad(error.to_string());
    let header = reader.headers().map_err(torn)?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() >= ROWS_MAX {
            return Err(beyond("detail-rows", ROWS_MAX));
        }
        rows.push(record.map_err(torn)?.iter().map(str::to_owned).collect());
    }
    let (encoding, delimiter) = (Some(encoding), Some(delimiter));
    Ok(Source { header, rows, read_as: ReadAs { encoding, delimiter, ..ReadAs::default() } })
}

/// The separator with which the header has every column that is needed; of several the one that is found most.
fn separator(text: &str, comment: Option<u8>, columns: &[String]) -> char {
    let found = |delimiter: char| {
        let ascii = u8::try_from(delimiter).unwrap_or(b',');
        let mut builder = ::csv::ReaderBuilder::new();
        let mut reader = builder.delimiter(ascii).comment(comment).from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let needed = columns.iter().filter(|name| header.iter().any(|it| it == name.as_str()));
        (needed.count(), header.len())
    };
    // Of equals the last one counts.
    ['\t', ';', ','].into_iter().max_by_key(|delimiter| found(*delimiter)).unwrap_or(',')
}

fn ndjson(bytes: &[u8]) -> Result<Source, CliError> {
    let (text, encoding) = text(bytes);
    let mut header: Vec<String> = Vec::new();
    let mut known = BTreeSet::new();
    let mut objects: Vec<Map<String, Value>> = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        if objects.len() >= ROWS_MAX {
            return Err(beyond("detail-rows", ROWS_MAX));
        }
        let at = |detail: String| {
            let args = vec![("row", number.to_string().into()), ("detail", detail.into())];
            bad(Said::message("detail-json-line", args))
        };
        let object: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| at(error.to_string()))?;
        for name in object.keys() {
            if known.insert(name.clone()) {
                header.push(name.clone());
            }
        }
        if let Some((name, _)) = object.iter().find(|(_, it)| it.is_object() || it.is_array()) {
            return Err(at(format!("{name}: {{…}}")));
        }
        objects.push(object);
    }
    let cell = |object: &Map<String, Value>, name: &String| match object.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows = objects
        .iter()
        .map(|object| header.iter().map(|name| cell(object, name)).collect())
        .collect();
    let read_as = ReadAs { format: Format::Ndjson, encoding: Some(encoding), ..ReadAs::default() };
    Ok(Source { header, rows, read_as })
}

fn xlsx(bytes: &[u8], reading: &Reading) -> Result<Source, CliError> {
    unpacks_within(bytes)?;
    let torn = |error: calamine::XlsxError| bad(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(torn)?;
    let names = book.sheet_names();
    let wanted = reading.sheet.as_ref().or(names.first()).cloned().unwrap_or_default();
    if !names.contains(&wanted) {
        let args = vec![("sheet", wanted.into()), ("sheets", names.join(", ").into())];
        return Err(bad(Said::message("detail-sheet", args)));
    }
    let mut table: Vec<Vec<String>> = Vec::new();
    let mut cells = book.worksheet_cells_reader(&wanted).map_err(torn)?;
    while let Some(found) = cells.next_cell().map_err(torn)? {
        let (row, column) = found.get_position();
        let at = usize::try_from(row).ok().zip(usize::try_from(column).ok());
        let Some((row, column)) = at.filter(|(row, _)| *row <= ROWS_MAX) else {
            return Err(beyond("detail-rows", ROWS_MAX));
        };
        if column >= COLUMNS_MAX {
            return Err(beyond("detail-columns", COLUMNS_MAX));
        }
        let text = cell(found.get_value()).map_err(|error| {
            let (row, column) = (row.saturating_add(1), column.saturating_add(1));
            let args = vec![
                ("row", row.to_string().into()),
                ("column", column.to_string().into()),
                ("value", error.into()),
            ];
            bad(Said::message("detail-cell", args))
        })?;
        if text.is_empty() {
            continue;
        }
        if table.len() <= row {
            table.resize(row.saturating_add(1), Vec::new());
        }
        if let Some(line) = table.get_mut(row) {
            if line.len() <= column {
                line.resize(column.saturating_add(1), String::new());
            }
            if let Some(place) = line.get_mut(column) {
                *place = text;
            }
        }
    }
    let mut lines = table.into_iter().skip_while(Vec::is_empty);
    let header: Vec<String> = lines.next().unwrap_or_default();
    let width = header.len();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for mut line in lines.filter(|line| !line.is_empty()) {
        if line.len() > width {
            return Err(bad(Said::plain("detail-beyond-header")));
        }
        line.resize(width, String::new());
        rows.push(line);
    }
    let read_as = ReadAs { format: Format::Xlsx, sheet: Some(wanted), ..ReadAs::default() };
    Ok(Source { header, rows, read_as })
}

/// Unpacks a workbook once without keeping it: what an archive says of its own size is not believed.
fn unpacks_within(bytes: &[u8]) -> Result<(), CliError> {
    let torn = |error: &dyn std::error::Error| bad(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| torn(&error))?;
    let mut left = UNPACKED_BYTES_MAX;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|error| torn(&error))?;
        let mut limited = file.take(left.saturating_add(1));
        let read =
            std::io::copy(&mut limited, &mut std::io::sink()).map_err(|error| torn(&error))?;
        left =
            left.checked_sub(read).ok_or_else(|| beyond("detail-unpacked", UNPACKED_BYTES_MAX))?;
    }
    Ok(())
}

/// The text of a cell; `Err` for one that holds an error of the workbook.
fn cell(data: &DataRef<'_>) -> Result<String, String> {
    Ok(match data {
        DataRef::Int(number) => number.to_string(),
        // The shortest text that gives the same number: 36.01 for what was typed as 36.01.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second) {
                (0, 0, 0) => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::Error(error) => return Err(error.to_string()),
        DataRef::Empty => String::new(),
    })
}

#[cfg(test)]
mod tests;
