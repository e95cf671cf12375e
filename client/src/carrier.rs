//! Receipts in other forms: a PDF that carries one (spec §13.12), the text of a large code (spec §13.11), a picture of
//! the code.

use tamga_format::policy::Policy;

use crate::code::{self, WHOLE_PREFIX, picture};
use crate::lang::Said;
use crate::pdf;
use crate::verify::{self, Report};

/// Bytes of a file that is read whole.
pub const FILE_BYTES_MAX: usize = 256 << 20;

/// The receipt that a file carries; `None` if it is no such file.
///
/// # Errors
///
/// Why there is no receipt in it that could be read.
#[must_use]
pub fn receipt(file: &[u8]) -> Option<Result<String, Said>> {
    if pdf::embedded::is_pdf(file) {
        return Some(pdf::embedded::receipt(file).map_err(pdf::receipt::said));
    }
    if picture::is_picture(file) {
        return Some(pictured(file));
    }
    file.starts_with(WHOLE_PREFIX.as_bytes()).then(|| {
        let text = core::str::from_utf8(file).ok();
        text.and_then(code::unpack).ok_or(Said::plain("fault-code"))
    })
}

/// Judges a file that carries a receipt; `None` if it is no such file.
#[must_use]
pub fn judge(file: &[u8], policy: &Policy) -> Option<Report> {
    if pdf::embedded::is_pdf(file) {
        return Some(pdf::receipt::judge(file, policy));
    }
    Some(match receipt(file)? {
        Ok(receipt) => verify::receipt(&receipt, policy),
        Err(said) => verify::cannot_check(said),
    })
}

/// The receipt in the large code of a picture, which may show the small one beside it.
fn pictured(file: &[u8]) -> Result<String, Said> {
    let codes = picture::codes(file).ok_or(Said::plain("fault-picture"))?;
    let mut receipts: Vec<String> = codes.iter().filter_map(|text| code::unpack(text)).collect();
    receipts.dedup();
    match receipts.pop() {
        Some(receipt) if receipts.is_empty() => Ok(receipt),
        Some(_) => Err(Said::plain("fault-several-codes")),
        None if codes.iter().any(|text| text.starts_with(WHOLE_PREFIX)) => {
            Err(Said::plain("fault-code"))
        }
        None if codes.iter().any(|text| text.contains("#r.")) => {
            Err(Said::plain("fault-code-link"))
        }
        None => Err(Said::plain("fault-no-code")),
    }
}
