//! Values as few bytes, for programs that keep what they computed: rows of a replay, events of cases.
//!
//! Integers have as many bytes as they need, texts and lists their length before them, options and variants a number.
//! This is no format of the ledger: nothing is signed or hashed in this form for others, and only the program that
//! wrote it reads it. What is read is never larger than a fixed multiple of the bytes.

use std::sync::Arc;

use tamga_format::id::{AttachmentId, Height, LeafIndex, MapRoot, MapValue, RecordId, SubjectId};
use tamga_format::id::{GenesisHash, TreeRoot, TreeSize, UnixMillis};
use tamga_format::merkle::Frontier;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::Kind;
use crate::matrix::Stage;
use crate::status::{ComplaintKind, ComplaintStage, LotStage, MeasureCode, MeasureState};
use crate::view::{Built, Private, StatusRow};

/// A value that can be written and read back.
pub trait Pack: Sized {
    /// Appends its bytes, one at least.
    fn pack(&self, into: &mut Vec<u8>);

    /// Takes a value off the front; `None` if there is none of this form.
    fn unpack(from: &mut &[u8]) -> Option<Self>;

    /// All of its bytes.
    fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.pack(&mut bytes);
        bytes
    }

    /// The value that these bytes are, no more and no less.
    fn unpack_whole(mut bytes: &[u8]) -> Option<Self> {
        Self::unpack(&mut bytes).filter(|_| bytes.is_empty())
    }
}

/// [`Pack`] of a struct, field by field, or of an enum, by the number of its variant.
#[macro_export]
macro_rules! packed {
    (struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, into: &mut Vec<u8>) {
                $($crate::pack::Pack::pack(&self.$field, into);)*
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::pack::Pack::unpack(from)?),* })
            }
        }
    };
    (enum $name:ident {
        $($code:literal $variant:ident $(($one:ident))? $({ $($field:ident),* })?,)*
    }) => {
        impl $crate::pack::Pack for $name {
            fn pack(&self, into: &mut Vec<u8>) {
                match self {
                    $(Self::$variant $(($one))? $({ $($field),* })? => {
                        into.push($code);
                        $($crate::pack::Pack::pack($one, into);)?
                        $($($crate::pack::Pack::pack($field, into);)*)?
                    })*
                }
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                let (code, rest) = from.split_first()?;
                *from = rest;
                Some(match code {
                    $($code => {
                        $(let $one = $crate::pack::Pack::unpack(from)?;)?
                        $($(let $field = $crate::pack::Pack::unpack(from)?;)*)?
                        Self::$variant $(($one))? $({ $($field),* })?
                    })*
                    _ => return None,
                })
            }
        }
    };
}

impl Pack for u64 {
    fn pack(&self, into: &mut Vec<u8>) {
        let mut left = *self;
        while left > 0x7f {
            into.push(u8::try_from(left & 0x7f).unwrap_or(0) | 0x80);
            left >>= 7;
        }
        into.push(u8::try_from(left).unwrap_or(0));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let mut value = 0_u64;
        for shift in (0..64_u32).step_by(7) {
            let (byte, rest) = from.split_first()?;
            *from = rest;
            let bits = Self::from(byte & 0x7f);
            // The last of ten bytes has one bit of the number.
            if bits.checked_shl(shift)? >> shift != bits {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl Pack for i64 {
    fn pack(&self, into: &mut Vec<u8>) {
        // Small numbers of either sign take few bytes.
        ((self << 1) ^ (self >> 63)).cast_unsigned().pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let value = u64::unpack(from)?;
        Some((value >> 1).cast_signed() ^ if value & 1 == 1 { -1 } else { 0 })
    }
}

impl Pack for bool {
    fn pack(&self, into: &mut Vec<u8>) {
        into.push(u8::from(*self));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        match u64::unpack(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Pack for u8 {
    fn pack(&self, into: &mut Vec<u8>) {
        into.push(*self);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        Some(*byte)
    }
}

impl<const N: usize> Pack for [u8; N] {
    fn pack(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(self);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let (bytes, rest) = from.split_first_chunk()?;
        *from = rest;
        Some(*bytes)
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Byte strings, as they are kept in one piece.
impl Pack for Arc<[u8]> {
    fn pack(&self, into: &mut Vec<u8>) {
        length(self.len()).pack(into);
        into.extend_from_slice(self);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        bytes(from).map(Self::from)
    }
}

fn bytes<'b>(from: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(u64::unpack(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

impl Pack for String {
    fn pack(&self, into: &mut Vec<u8>) {
        length(self.len()).pack(into);
        into.extend_from_slice(self.as_bytes());
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(core::str::from_utf8(bytes(from)?).ok()?.to_owned())
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        self.is_some().pack(into);
        if let Some(value) = self {
            value.pack(into);
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(if bool::unpack(from)? { Some(T::unpack(from)?) } else { None })
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        length(self.len()).pack(into);
        for item in self {
            item.pack(into);
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        // Every item has a byte at least, so that a long list of nothing ends where the bytes do.
        (0..u64::unpack(from)?).map(|_| T::unpack(from)).collect()
    }
}

impl<T: Pack> Pack for Box<T> {
    fn pack(&self, into: &mut Vec<u8>) {
        (**self).pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        T::unpack(from).map(Self::new)
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, into: &mut Vec<u8>) {
        self.0.pack(into);
        self.1.pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}

/// Types that are another one by another name.
macro_rules! named {
    ($($name:ident)*) => {$(
        impl Pack for $name {
            fn pack(&self, into: &mut Vec<u8>) {
                self.0.pack(into);
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                Pack::unpack(from).map(Self)
            }
        }
    )*};
}

named! {
    AttachmentId GenesisHash Height LeafIndex MapRoot MapValue RecordId SubjectId TreeRoot TreeSize UnixMillis
}

/// Enums that have numbers in statuses.
macro_rules! coded {
    ($($name:ident)*) => {$(
        impl Pack for $name {
            fn pack(&self, into: &mut Vec<u8>) {
                u64::from(self.code()).pack(into);
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                Self::from_code(u64::unpack(from)?)
            }
        }
    )*};
}

coded! { Role Stage MeasureCode MeasureState LotStage ComplaintKind ComplaintStage }

impl Pack for Kind {
    fn pack(&self, into: &mut Vec<u8>) {
        u64::from(self.number()).pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Self::from_number(u16::try_from(u64::unpack(from)?).ok()?)
    }
}

impl Pack for Frontier {
    fn pack(&self, into: &mut Vec<u8>) {
        self.size().pack(into);
        self.hashes().to_vec().pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Self::from_parts(u64::unpack(from)?, Vec::unpack(from)?)
    }
}

packed!(struct Subject { role, id });
packed!(struct StatusRow { nonce, bytes });
packed!(struct Private { salt, bytes });
packed!(struct Built { organisation, output, time });

#[cfg(test)]
mod tests;
