//! Writing the one encoding.

use alloc::vec::Vec;

use super::Value;

/// Writes items in their shortest form, one after the other.
///
/// The caller keeps counts and the order of map keys right; [`Writer::value`] orders by itself.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty output.
    pub const fn new() -> Self {
        Self { out: Vec::new() }
    }

    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// A number from 0.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    /// A signed number.
    pub fn int(&mut self, value: i64) -> &mut Self {
        if value < 0 {
            self.head(1, !value.cast_unsigned())
        } else {
            self.head(0, value.cast_unsigned())
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(2, value.len() as u64).raw(value)
    }

    /// A text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.head(3, value.len() as u64).raw(value.as_bytes())
    }

    /// The head of an array; its `count` items follow.
    pub fn array(&mut self, count: usize) -> &mut Self {
        self.head(4, count as u64)
    }

    /// The head of a map; its `count` pairs follow, sorted by the encoding of the key.
    pub fn map(&mut self, count: usize) -> &mut Self {
        self.head(5, count as u64)
    }

    /// False or true.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(&[if value { 0xf5 } else { 0xf4 }])
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.raw(&[0xf6])
    }

    /// Bytes that are already an encoding.
    pub fn raw(&mut self, encoded: &[u8]) -> &mut Self {
        self.out.extend_from_slice(encoded);
        self
    }

    /// A whole value, the pairs of its maps in order.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::Uint(n) => self.head(0, *n),
            Value::Nint(n) => self.head(1, *n),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Text(text) => self.text(text),
            Value::Array(items) => {
                self.array(items.len());
                items.iter().fold(self, Self::value)
            }
            Value::Map(pairs) => {
                let mut encoded: Vec<_> =
                    pairs.iter().map(|(key, value)| (super::encode(key), value)).collect();
                encoded.sort_by(|a, b| a.0.cmp(&b.0));
                self.map(pairs.len());
                encoded.iter().fold(self, |out, (key, value)| out.raw(key).value(value))
            }
            Value::Bool(value) => self.bool(*value),
            Value::Null => self.null(),
        }
    }

    /// Major type and argument, in the shortest form (RFC 8949 §3).
    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        let [.., b4, b5, b6, b7] = argument.to_be_bytes();
        match argument {
            0..=23 => self.raw(&[major | b7]),
            24..=0xff => self.raw(&[major | 24, b7]),
            0x100..=0xffff => self.raw(&[major | 25, b6, b7]),
            0x1_0000..=0xffff_ffff => self.raw(&[major | 26, b4, b5, b6, b7]),
            _ => self.raw(&[major | 27]).raw(&argument.to_be_bytes()),
        }
    }
}
