//! The receipt in a PDF file, found without reading the file's structure (spec §13.12): hostile files have only the
//! bytes of their streams to offer, and few of these are unpacked.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use tamga_format::limits::PROOF_FILE_BYTES_MAX;
use tamga_format::receipt::RECEIPT_HEADER;

/// What a PDF file begins with.
const HEADER: &[u8] = b"%PDF-";
/// Streams that are looked into.
const STREAMS_MAX: usize = 4_096;
/// Bytes of all streams that are unpacked, together.
const UNPACKED_MAX: usize = 64 << 20;
/// Where the document says what its page is made again from.
const KEYWORDS: (&[u8], &[u8]) = (b"<pdf:Keywords>", b"</pdf:Keywords>");
/// Bytes of that.
const KEYWORDS_MAX: usize = 512;

/// What can be wrong with a PDF file as the carrier of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbeddedFault {
    /// No stream of it is a receipt.
    None,
    /// It carries different receipts.
    Several,
    /// It has more streams than are looked into.
    TooMany,
}

/// Whether a file begins as PDF does.
#[must_use]
pub fn is_pdf(file: &[u8]) -> bool {
    file.starts_with(HEADER)
}

/// The one receipt that a PDF file carries, plain or deflated.
///
/// # Errors
///
/// [`EmbeddedFault`].
pub fn receipt(pdf: &[u8]) -> Result<String, EmbeddedFault> {
    let mut found: Option<String> = None;
    let (mut looked, mut unpacked) = (0_usize, 0_usize);
    let mut rest = pdf;
    while let Some(at) = find(rest, b"stream") {
        let ends = rest.get(..at).is_some_and(|before| before.ends_with(b"end"));
        rest = rest.get(at + b"stream".len()..).unwrap_or_default();
        let data = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"));
        let Some(data) = data.filter(|_| !ends) else { continue };
        looked += 1;
        if looked > STREAMS_MAX || unpacked > UNPACKED_MAX {
            return Err(EmbeddedFault::TooMany);
        }
        let text = if data.starts_with(RECEIPT_HEADER.as_bytes()) {
            plain(data)
        } else {
            let inflated = inflated(data);
            unpacked += inflated.as_ref().map_or(RECEIPT_HEADER.len(), Vec::len);
            inflated
        };
        let Some(text) = text.and_then(|text| String::from_utf8(text).ok()) else { continue };
        match &found {
            Some(other) if *other != text => return Err(EmbeddedFault::Several),
            _ => found = Some(text),
        }
    }
    found.ok_or(EmbeddedFault::None)
}

/// What the document says its page is made again from.
#[must_use]
pub fn keywords(pdf: &[u8]) -> Option<&str> {
    let (open, close) = KEYWORDS;
    let at = find(pdf, open)?;
    let rest = pdf.get(at + open.len()..)?;
    let rest = rest.get(..rest.len().min(KEYWORDS_MAX))?;
    core::str::from_utf8(rest.get(..find(rest, close)?)?).ok()
}

/// A stream that is not packed, to its end; the end of line before that is not its own.
fn plain(data: &[u8]) -> Option<Vec<u8>> {
    let most = PROOF_FILE_BYTES_MAX + b"\r\nendstream".len();
    let data = data.get(..data.len().min(most))?;
    let data = data.get(..find(data, b"endstream")?)?;
    let data = data.strip_suffix(b"\n").unwrap_or(data);
    Some(data.strip_suffix(b"\r").unwrap_or(data).to_vec())
}

/// A packed stream, if it is a receipt.
fn inflated(data: &[u8]) -> Option<Vec<u8>> {
    let header = RECEIPT_HEADER.as_bytes();
    let begin = match decompress_to_vec_zlib_with_limit(data, header.len()) {
        Ok(begin) => begin,
        Err(error) => error.output,
    };
    if begin != header {
        return None;
    }
    decompress_to_vec_zlib_with_limit(data, PROOF_FILE_BYTES_MAX).ok()
}

/// Where bytes stand in others.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = 0;
    while let Some(next) = bytes.get(at..)?.iter().position(|byte| *byte == first) {
        at += next;
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}
