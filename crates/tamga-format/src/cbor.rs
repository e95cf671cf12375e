//! The deterministic subset of CBOR: one value, one encoding (spec §2.1).
//!
//! [`Reader`] accepts a byte string only if it is the one encoding of its value, so nothing is
//! ever decoded and encoded again to find out. It knows no floats, tags or indefinite lengths.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::limits::{CBOR_DEPTH_MAX, CBOR_ITEMS_MAX, CBOR_KEY_BYTES_MAX, ENTRY_BYTES_MAX};

mod reader;
mod writer;

pub use reader::{Keys, Kind, Reader};
pub use writer::Writer;

/// A value of the subset.
///
/// Equality is that of encodings, provided maps are in order, as decoded ones always are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number from 0.
    Uint(u64),
    /// The negative number -1 - n.
    Nint(u64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
    /// A list.
    Array(Vec<Self>),
    /// Pairs, sorted by the encoding of the key; keys are integers or short texts.
    Map(Vec<(Self, Self)>),
    /// False or true.
    Bool(bool),
    /// Nothing.
    Null,
}

impl Value {
    /// The value of a signed number.
    pub const fn int(value: i64) -> Self {
        if value < 0 {
            Self::Nint(!value.cast_unsigned())
        } else {
            Self::Uint(value.cast_unsigned())
        }
    }

    /// The value of a text.
    pub fn text(value: &str) -> Self {
        Self::Text(value.to_owned())
    }

    /// The value of a byte string.
    pub fn bytes(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }

    /// The number, if it is one from 0.
    pub const fn as_u64(&self) -> Option<u64> {
        if let Self::Uint(n) = self { Some(*n) } else { None }
    }

    /// The number, if it is one and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Uint(n) => i64::try_from(*n).ok(),
            Self::Nint(n) => i64::try_from(*n).ok().map(|n| !n),
            Self::Bytes(_)
            | Self::Text(_)
            | Self::Array(_)
            | Self::Map(_)
            | Self::Bool(_)
            | Self::Null => None,
        }
    }

    /// The byte string, if it is one.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The byte string, if it is one of exactly `N` bytes.
    pub fn as_array_of<const N: usize>(&self) -> Option<[u8; N]> {
        self.as_bytes()?.try_into().ok()
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The pairs, if it is a map.
    pub fn as_map(&self) -> Option<&[(Self, Self)]> {
        if let Self::Map(pairs) = self { Some(pairs) } else { None }
    }

    /// The truth value, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// What a decoder accepts at most (spec §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the input in bytes.
    pub bytes: usize,
    /// Nesting of arrays and maps.
    pub depth: usize,
    /// Items in all, counting arrays, maps, keys and values.
    pub items: usize,
}

impl Limits {
    /// The limits of everything in the log.
    pub const STANDARD: Self =
        Self { bytes: ENTRY_BYTES_MAX, depth: CBOR_DEPTH_MAX, items: CBOR_ITEMS_MAX };

    /// The standard limits with another length.
    #[must_use]
    pub const fn with_bytes(bytes: usize) -> Self {
        Self { bytes, ..Self::STANDARD }
    }
}

/// Decodes the whole of `bytes`.
///
/// # Errors
///
/// A `cbor-…` code and its position; the sender must send the one encoding (spec §2.1).
pub fn decode(bytes: &[u8], limits: Limits) -> Result<Value, FormatError> {
    let mut reader = Reader::with_limits(bytes, limits)?;
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Encodes a value; pairs of maps are put in order first.
///
/// The result decodes again if map keys are distinct integers or short texts and the limits hold.
pub fn encode(value: &Value) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.value(value);
    writer.finish()
}

/// Whether a text may be a map key.
const fn key_length_holds(bytes: usize) -> bool {
    bytes <= CBOR_KEY_BYTES_MAX
}

const fn error(code: FormatCode, at: usize) -> FormatError {
    FormatError::new(code, at)
}

#[cfg(test)]
pub(crate) mod tests;
