//! Reading the one encoding, and refusing every other.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Limits, Value, error, key_length_holds};
use crate::error::{FormatCode, FormatError};

/// The type of the next item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number from 0.
    Uint,
    /// A negative number.
    Nint,
    /// A byte string.
    Bytes,
    /// A text.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// False or true.
    Bool,
    /// Null.
    Null,
}

/// Reads items one after the other; every method refuses what is not the shortest form.
///
/// Positions count from the start of the outermost input, also within [`Reader::nested`].
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    depth: usize,
    items: usize,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes` under the standard limits, its length unchecked.
    pub const fn new(bytes: &'a [u8]) -> Self {
        let Limits { depth, items, .. } = Limits::STANDARD;
        Self { rest: bytes, at: 0, depth, items }
    }

    /// A reader of `bytes` under `limits`.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborLength`] if `bytes` is too long.
    pub const fn with_limits(bytes: &'a [u8], limits: Limits) -> Result<Self, FormatError> {
        if bytes.len() > limits.bytes {
            return Err(error(FormatCode::CborLength, limits.bytes));
        }
        Ok(Self { rest: bytes, at: 0, depth: limits.depth, items: limits.items })
    }

    /// Where the next item begins.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// What is left to read.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborTrailingBytes`] if anything is left.
    pub const fn end(&self) -> Result<(), FormatError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(error(FormatCode::CborTrailingBytes, self.at))
        }
    }

    /// The type of the next item, without reading it.
    ///
    /// # Errors
    ///
    /// As for reading the head of that item.
    pub fn peek(&self) -> Result<Kind, FormatError> {
        let (major, argument) = self.clone().head()?;
        Ok(match (major, argument) {
            (0, _) => Kind::Uint,
            (1, _) => Kind::Nint,
            (2, _) => Kind::Bytes,
            (3, _) => Kind::Text,
            (4, _) => Kind::Array,
            (5, _) => Kind::Map,
            (_, 22) => Kind::Null,
            _ => Kind::Bool,
        })
    }

    /// A number from 0.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`] for anything else.
    pub fn uint(&mut self) -> Result<u64, FormatError> {
        self.typed(0)
    }

    /// A number from 0 that fits into `T`, such as `u8` or `u16`.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`], [`FormatCode::CborRange`].
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, FormatError> {
        let at = self.at;
        T::try_from(self.uint()?).map_err(|_| error(FormatCode::CborRange, at))
    }

    /// A signed number of 64 bits.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`], [`FormatCode::CborRange`].
    pub fn int(&mut self) -> Result<i64, FormatError> {
        let at = self.at;
        let (major, argument) = self.head()?;
        let value = i64::try_from(argument).map_err(|_| error(FormatCode::CborRange, at));
        match major {
            0 => value,
            1 => value.map(|n| !n),
            _ => Err(error(FormatCode::CborType, at)),
        }
    }

    /// A byte string.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`] for anything else.
    pub fn bytes(&mut self) -> Result<&'a [u8], FormatError> {
        let length = self.typed(2)?;
        self.take(length)
    }

    /// A byte string of exactly `N` bytes.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`], [`FormatCode::CborRange`] for another length.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let at = self.at;
        self.bytes()?.try_into().map_err(|_| error(FormatCode::CborRange, at))
    }

    /// A byte string that holds CBOR itself: a reader of its content, with positions of the outer
    /// input and limits of its own, so that content is judged alike wherever it stands.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`] for anything but a byte string.
    pub fn nested(&mut self) -> Result<Self, FormatError> {
        let content = self.bytes()?;
        Ok(Self { at: self.at - content.len(), ..Self::new(content) })
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`] for anything else, [`FormatCode::CborUtf8`].
    pub fn text(&mut self) -> Result<&'a str, FormatError> {
        let length = self.typed(3)?;
        let at = self.at;
        core::str::from_utf8(self.take(length)?)
            .map_err(|fault| error(FormatCode::CborUtf8, at + fault.valid_up_to()))
    }

    /// The head of an array: how many items follow.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`]; [`FormatCode::CborTruncated`] if they can't fit into the input.
    pub fn array(&mut self) -> Result<usize, FormatError> {
        let count = self.typed(4)?;
        self.count(count, 1)
    }

    /// The head of a map: how many pairs follow.
    ///
    /// The caller checks the order of keys; [`Reader::keys`] does it for numbers.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`]; [`FormatCode::CborTruncated`] if they can't fit into the input.
    pub fn map(&mut self) -> Result<usize, FormatError> {
        let count = self.typed(5)?;
        self.count(count, 2)
    }

    /// The head of a map whose keys are numbers from 0, and its keys in turn.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::map`].
    pub fn keys(&mut self) -> Result<Keys, FormatError> {
        Ok(Keys { left: self.map()?, last: None })
    }

    /// False or true.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborType`] for anything else.
    pub fn bool(&mut self) -> Result<bool, FormatError> {
        let at = self.at;
        match self.head()? {
            (7, 20) => Ok(false),
            (7, 21) => Ok(true),
            _ => Err(error(FormatCode::CborType, at)),
        }
    }

    /// Null as `None`, or else what `read` makes of the next item.
    ///
    /// # Errors
    ///
    /// Those of `read`.
    pub fn null_or<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, FormatError>,
    ) -> Result<Option<T>, FormatError> {
        if self.rest.first() == Some(&0xf6) {
            self.head()?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// Exactly these bytes.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborTruncated`] if the input is a beginning of them, else `code`.
    pub fn literal(&mut self, expected: &[u8], code: FormatCode) -> Result<(), FormatError> {
        if let Some(rest) = self.rest.strip_prefix(expected) {
            self.rest = rest;
            self.at += expected.len();
            return Ok(());
        }
        let same = self.rest.iter().zip(expected).take_while(|(a, b)| a == b).count();
        let code = if same == self.rest.len() { FormatCode::CborTruncated } else { code };
        Err(error(code, self.at + same))
    }

    /// The next item, whatever it is.
    ///
    /// # Errors
    ///
    /// Any `cbor-…` code.
    pub fn value(&mut self) -> Result<Value, FormatError> {
        let at = self.at;
        let (major, argument) = self.head()?;
        Ok(match major {
            0 => Value::Uint(argument),
            1 => Value::Nint(argument),
            2 => Value::Bytes(self.take(argument)?.to_vec()),
            3 => {
                let at = self.at;
                let text = core::str::from_utf8(self.take(argument)?)
                    .map_err(|fault| error(FormatCode::CborUtf8, at + fault.valid_up_to()))?;
                Value::Text(text.to_owned())
            }
            4 => {
                let count = self.count(argument, 1)?;
                self.descend(at)?;
                let mut items = Vec::with_capacity(count.min(self.items));
                for _ in 0..count {
                    items.push(self.value()?);
                }
                self.depth += 1;
                Value::Array(items)
            }
            5 => {
                let count = self.count(argument, 2)?;
                self.descend(at)?;
                let mut pairs = Vec::with_capacity(count.min(self.items));
                let mut last: Option<&[u8]> = None;
                for _ in 0..count {
                    let (key, encoded) = self.key(last)?;
                    last = Some(encoded);
                    pairs.push((key, self.value()?));
                }
                self.depth += 1;
                Value::Map(pairs)
            }
            _ => match argument {
                20 => Value::Bool(false),
                21 => Value::Bool(true),
                _ => Value::Null,
            },
        })
    }

    /// A map key and its encoding, which must be greater than `last`.
    fn key(&mut self, last: Option<&[u8]>) -> Result<(Value, &'a [u8]), FormatError> {
        let (before, at) = (self.rest, self.at);
        match self.peek()? {
            Kind::Uint | Kind::Nint | Kind::Text => {}
            Kind::Bytes | Kind::Array | Kind::Map | Kind::Bool | Kind::Null => {
                return Err(error(FormatCode::CborKeyType, at));
            }
        }
        let key = self.value()?;
        if matches!(&key, Value::Text(text) if !key_length_holds(text.len())) {
            return Err(error(FormatCode::CborKeyType, at));
        }
        let encoded = before.get(..self.at - at).unwrap_or_default();
        match last.map_or(Ordering::Less, |last| last.cmp(encoded)) {
            Ordering::Less => Ok((key, encoded)),
            Ordering::Equal => Err(error(FormatCode::CborDuplicateKey, at)),
            Ordering::Greater => Err(error(FormatCode::CborKeyOrder, at)),
        }
    }

    fn descend(&mut self, at: usize) -> Result<(), FormatError> {
        self.depth = self.depth.checked_sub(1).ok_or(error(FormatCode::CborDepth, at))?;
        Ok(())
    }

    fn typed(&mut self, expected: u8) -> Result<u64, FormatError> {
        let at = self.at;
        match self.head()? {
            (major, argument) if major == expected => Ok(argument),
            _ => Err(error(FormatCode::CborType, at)),
        }
    }

    /// A count of items, each of at least `bytes` bytes: a lie about it is found before anything
    /// is allocated.
    fn count(&self, count: u64, bytes: usize) -> Result<usize, FormatError> {
        match usize::try_from(count) {
            Ok(count) if count <= self.rest.len() / bytes => Ok(count),
            _ => Err(self.truncated()),
        }
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], FormatError> {
        let split =
            usize::try_from(length).ok().and_then(|length| self.rest.split_at_checked(length));
        let (taken, rest) = split.ok_or(self.truncated())?;
        self.rest = rest;
        self.at += taken.len();
        Ok(taken)
    }

    const fn truncated(&self) -> FormatError {
        error(FormatCode::CborTruncated, self.at + self.rest.len())
    }

    /// Major type and argument of the next item; for major type 7, 20 to 22 only.
    fn head(&mut self) -> Result<(u8, u64), FormatError> {
        let at = self.at;
        let (&first, rest) = self.rest.split_first().ok_or(self.truncated())?;
        let (major, info) = (first >> 5, first & 31);
        match (major, info) {
            (_, 28..=30) => return Err(error(FormatCode::CborReserved, at)),
            (2..=5 | 7, 31) => return Err(error(FormatCode::CborIndefinite, at)),
            (_, 31) => return Err(error(FormatCode::CborReserved, at)),
            (6, _) => return Err(error(FormatCode::CborTag, at)),
            (7, 25..=27) => return Err(error(FormatCode::CborFloat, at)),
            (7, 0..=19 | 23..) => return Err(error(FormatCode::CborSimple, at)),
            _ => {}
        }
        self.items = self.items.checked_sub(1).ok_or(error(FormatCode::CborItems, at))?;
        let (argument, rest, least) = match info {
            0..=23 => (u64::from(info), rest, 0),
            24 => self.argument::<1>(rest, 24)?,
            25 => self.argument::<2>(rest, 0x100)?,
            26 => self.argument::<4>(rest, 0x1_0000)?,
            _ => self.argument::<8>(rest, 0x1_0000_0000)?,
        };
        if argument < least {
            return Err(error(FormatCode::CborNotShortest, at));
        }
        self.at = at + (self.rest.len() - rest.len());
        self.rest = rest;
        Ok((major, argument))
    }

    /// An argument of `N` bytes, and the least number that needs as many.
    fn argument<const N: usize>(
        &self,
        rest: &'a [u8],
        least: u64,
    ) -> Result<(u64, &'a [u8], u64), FormatError> {
        let (bytes, rest) = rest.split_first_chunk::<N>().ok_or(self.truncated())?;
        let argument = bytes.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        Ok((argument, rest, least))
    }
}

/// The keys of a map of numbers, in strictly ascending order.
#[derive(Clone, Debug)]
pub struct Keys {
    left: usize,
    last: Option<u64>,
}

impl Keys {
    /// How many pairs are still to come.
    pub const fn left(&self) -> usize {
        self.left
    }

    /// The next key, or `None` after the last pair. The caller reads the value in between.
    ///
    /// # Errors
    ///
    /// [`FormatCode::CborKeyType`], [`FormatCode::CborKeyOrder`], [`FormatCode::CborDuplicateKey`].
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u64>, FormatError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let at = reader.position();
        if reader.peek()? != Kind::Uint {
            return Err(error(FormatCode::CborKeyType, at));
        }
        let key = reader.uint()?;
        // Encodings of numbers from 0 are in the order of the numbers.
        match self.last.map_or(Ordering::Less, |last| last.cmp(&key)) {
            Ordering::Less => {}
            Ordering::Equal => return Err(error(FormatCode::CborDuplicateKey, at)),
            Ordering::Greater => return Err(error(FormatCode::CborKeyOrder, at)),
        }
        (self.left, self.last) = (left, Some(key));
        Ok(Some(key))
    }
}
