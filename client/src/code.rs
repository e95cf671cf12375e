//! QR codes of receipts (spec §13.10, §13.11): a small one with a link, a large one that carries the whole proof.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use qrcode::{Color, EcLevel, QrCode, Version};
use tamga_format::limits::PROOF_FILE_BYTES_MAX;

mod base45;
pub mod picture;

/// What a code that carries a receipt begins with (spec §13.11).
pub const WHOLE_PREFIX: &str = "TAMGA1:";
/// The largest code that is printed: more modules are too fine for paper and cameras.
const VERSION_MAX: i16 = 32;
/// What the compressor tries hardest.
const LEVEL: u8 = 10;

/// The squares of a code, without the quiet zone around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    width: i32,
    dark: Vec<bool>,
}

impl Modules {
    /// Squares in a row, and rows.
    #[must_use]
    pub const fn width(&self) -> i32 {
        self.width
    }

    /// Whether each square is dark, row by row from the top.
    #[must_use]
    pub fn dark(&self) -> &[bool] {
        &self.dark
    }

    /// The rows as a stencil: a bit for each square, 0 where it is dark, padded to whole bytes.
    #[must_use]
    pub fn rows(&self) -> Vec<u8> {
        let width = usize::try_from(self.width).unwrap_or(1).max(1);
        let byte = |squares: &[bool]| {
            let bit = |(at, dark): (usize, &bool)| if *dark { 0 } else { 0x80_u8 >> at };
            squares.iter().enumerate().map(bit).fold(0, |byte, bit| byte | bit)
        };
        self.dark.chunks(width).flat_map(|row| row.chunks(8).map(byte)).collect()
    }
}

/// The text of the small code: where a portal shows the record (spec §13.10).
#[must_use]
pub fn link(portal: &str, record_id: &str) -> String {
    format!("{}/#r.{record_id}", portal.trim_end_matches('/'))
}

/// The text of the large code: the receipt itself (spec §13.11).
#[must_use]
pub fn whole(receipt: &str) -> String {
    let packed = compress_to_vec_zlib(receipt.as_bytes(), LEVEL);
    format!("{WHOLE_PREFIX}{}", base45::encode(&packed))
}

/// The receipt that the text of a large code carries; `None` if it is no such text.
#[must_use]
pub fn unpack(text: &str) -> Option<String> {
    // A space at the end may belong to the text; the end of a line does not.
    let packed = text.trim_end_matches(['\r', '\n']).strip_prefix(WHOLE_PREFIX)?;
    // What unpacks to no more than a receipt is not packed into much more.
    if packed.len() > PROOF_FILE_BYTES_MAX.saturating_mul(2) {
        return None;
    }
    let packed = base45::decode(packed)?;
    let receipt = decompress_to_vec_zlib_with_limit(&packed, PROOF_FILE_BYTES_MAX).ok()?;
    String::from_utf8(receipt).ok()
}

/// The small code of a text: it survives the loss of a seventh.
#[must_use]
pub fn small(text: &str) -> Option<Modules> {
    draw(text, EcLevel::M)
}

/// The large code of a text, if it is not too large for paper.
#[must_use]
pub fn large(text: &str) -> Option<Modules> {
    draw(text, EcLevel::L)
}

fn draw(text: &str, level: EcLevel) -> Option<Modules> {
    let code = QrCode::with_error_correction_level(text, level).ok()?;
    if !matches!(code.version(), Version::Normal(version) if version <= VERSION_MAX) {
        return None;
    }
    let width = i32::try_from(code.width()).ok()?;
    let dark = code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect();
    Some(Modules { width, dark })
}

#[cfg(test)]
mod tests;
