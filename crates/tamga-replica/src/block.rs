//! The block as it travels between validators (spec §18.1).
//!
//! borsh of a versioned enum, decoded strictly: whole input, known version, every bound of
//! [`limits`](crate::limits) kept before anything is allocated for it.

use std::fmt;
use std::sync::Arc;

use borsh::BorshSerialize;
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::error::FormatError;
use tamga_format::held::HeldStatement;
use tamga_format::id::{Height, UnixMillis, ValueId};
use tamga_format::record::SignedRecord;
use tamga_state::catalogue::Kind;

use crate::limits::{
    BLOCK_BYTES_MAX, BLOCK_HELD_MAX, BLOCK_LEAF_BYTES_MAX, BLOCK_OVERHEAD_BYTES, BLOCK_RECORDS_MAX,
    BODY_BYTES_MAX, ENTRY_BYTES_MAX, ITEM_OVERHEAD_BYTES,
};

/// One record of a block: the entry's exact bytes and, where it commits to one, the body's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The entry.
    pub entry: Vec<u8>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

impl Item {
    /// Bytes that the item takes in an encoded block.
    pub fn encoded_bytes(&self) -> usize {
        ITEM_OVERHEAD_BYTES + self.entry.len() + self.body.as_ref().map_or(0, Vec::len)
    }
}

/// A block: what was proposed, with the value it claims to be. Clones are cheap.
///
/// Decoding checks its form only; [`App::validate`](crate::App::validate) checks its content.
#[derive(Clone, PartialEq, Eq)]
pub struct Block {
    /// The value consensus votes on: SHA-256 of the checkpoint body after this block.
    pub value: ValueId,
    /// The leaf that closes the block.
    pub leaf: BlockLeaf,
    /// The records in order.
    pub items: Arc<[Item]>,
    /// Statements of a quorum on every record that brings an attachment. They are asked for before a vote; a
    /// decided block has none, its certificate says more.
    pub held: Arc<[HeldStatement]>,
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({} {}, {} records)", self.height(), self.value, self.items.len())
    }
}

const VERSION: u8 = 2;

impl Block {
    /// The block's height.
    pub fn height(&self) -> Height {
        self.leaf.height
    }

    /// The block's time.
    pub fn time(&self) -> UnixMillis {
        self.leaf.time
    }

    /// The one encoding of the block.
    pub fn encode(&self) -> Vec<u8> {
        let items: usize = self.items.iter().map(Item::encoded_bytes).sum();
        let mut out = Vec::with_capacity(BLOCK_OVERHEAD_BYTES + items);
        out.push(VERSION);
        out.extend_from_slice(self.value.as_bytes());
        write(&mut out, &self.leaf.encode());
        write(&mut out, &count(self.items.len()));
        for item in self.items.iter() {
            write(&mut out, &item.entry);
            write(&mut out, &item.body);
        }
        write(&mut out, &count(self.held.len()));
        for held in self.held.iter() {
            out.extend_from_slice(&held.encode());
        }
        out
    }

    /// Reads a block.
    ///
    /// # Errors
    ///
    /// [`BlockDecodeError`] for anything that [`encode`](Self::encode) does not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlockDecodeError> {
        if bytes.len() > BLOCK_BYTES_MAX {
            return Err(BlockDecodeError::TooLong(bytes.len()));
        }
        let mut input = Input { bytes, at: 0 };
        let version = input.array::<1>()?[0];
        if version != VERSION {
            return Err(BlockDecodeError::Version(version));
        }
        let value = ValueId(input.array()?);
        let leaf = input.vec("block leaf", BLOCK_LEAF_BYTES_MAX)?;
        let leaf = BlockLeaf::decode(leaf).map_err(BlockDecodeError::Leaf)?;
        let records = u32::from_le_bytes(input.array()?) as usize;
        if records > BLOCK_RECORDS_MAX {
            return Err(BlockDecodeError::TooMany(records));
        }
        let mut items = Vec::with_capacity(records);
        for _ in 0..records {
            let entry = input.vec("entry", ENTRY_BYTES_MAX)?.to_vec();
            let body = match input.array::<1>()? {
                [0] => None,
                [1] => Some(input.vec("body", BODY_BYTES_MAX)?.to_vec()),
                _ => return Err(BlockDecodeError::Form { what: "body", at: input.at }),
            };
            items.push(Item { entry, body });
        }
        let statements = u32::from_le_bytes(input.array()?) as usize;
        if statements > BLOCK_HELD_MAX {
            return Err(BlockDecodeError::Form { what: "statements", at: input.at });
        }
        let mut held = Vec::with_capacity(statements);
        for _ in 0..statements {
            held.push(HeldStatement::decode(&input.array()?));
        }
        if input.at != bytes.len() {
            return Err(BlockDecodeError::Form { what: "trailing bytes", at: input.at });
        }
        Ok(Self { value, leaf, items: items.into(), held: held.into() })
    }
}

/// Units of a correction beside those of any record: the longest history that may be replayed takes
/// as long. How long the one at hand is, only the state knows, and a cost is known without it.
const CORRECTION_UNITS: u64 = 2_000;

/// Deterministic cost of a record in a block (spec §18.3): a base for its signature and form, one
/// unit per subject and one per started 256 bytes, and for a correction what a replay may take.
pub fn cost_units(record: &SignedRecord, body_bytes: usize) -> u64 {
    let subjects = record.record().all_subjects().count() as u64;
    let bytes = (record.entry().len() + body_bytes) as u64;
    let replay = if record.record().kind == Kind::E18.number() { CORRECTION_UNITS } else { 0 };
    4 + subjects + bytes.div_ceil(256) + replay
}

/// Why bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockDecodeError {
    /// More bytes than a block may have.
    TooLong(usize),
    /// More records than a block may have.
    TooMany(usize),
    /// A version this program doesn't know.
    Version(u8),
    /// The block leaf is malformed.
    Leaf(FormatError),
    /// Something is cut short, over-long or left over.
    Form {
        /// The thing.
        what: &'static str,
        /// Byte position.
        at: usize,
    },
}

impl fmt::Display for BlockDecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(bytes) => {
                write!(f, "block is {bytes} bytes, limit is {BLOCK_BYTES_MAX}")
            }
            Self::TooMany(records) => {
                write!(f, "block has {records} records, limit is {BLOCK_RECORDS_MAX}")
            }
            Self::Version(version) => {
                write!(f, "block has version {version}, this program knows {VERSION}")
            }
            Self::Leaf(error) => write!(f, "block leaf: {error}"),
            Self::Form { what, at } => write!(f, "block is malformed at byte {at}: {what}"),
        }
    }
}

impl std::error::Error for BlockDecodeError {}

fn write<T: BorshSerialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    value.serialize(out).expect("writing to memory does not fail");
}

fn count(len: usize) -> u32 {
    u32::try_from(len).expect("a block's counts are bounded by its limits")
}

/// Bytes being read; borsh's own reader would allocate before a bound could be checked.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], BlockDecodeError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(part) = rest.get(..n) else {
            return Err(BlockDecodeError::Form { what, at: self.at });
        };
        self.at += n;
        Ok(part)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BlockDecodeError> {
        let part = self.take(N, "truncated")?;
        Ok(part.try_into().expect("take returns as many bytes as asked for"))
    }

    fn vec(&mut self, what: &'static str, max: usize) -> Result<&'a [u8], BlockDecodeError> {
        let len = u32::from_le_bytes(self.array()?) as usize;
        if len > max {
            return Err(BlockDecodeError::Form { what, at: self.at });
        }
        self.take(len, what)
    }
}

#[cfg(test)]
mod tests;
