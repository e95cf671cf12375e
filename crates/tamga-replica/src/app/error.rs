//! Why a verb of the validator failed, sorted by who is to blame.

use std::fmt;

use tamga_format::error::FormatError;
use tamga_format::id::{GenesisHash, Height, RecordId, UnixMillis, ValueId};
use tamga_state::Rejection;

use crate::store::StoreError;

/// Why a record was not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdmitError {
    /// The rules refuse it.
    Rejected(Rejection),
    /// The pool, or the key's part of it, is full.
    PoolFull {
        /// Milliseconds after which to try again.
        retry_after_ms: u32,
    },
    /// The body is absent, superfluous or another than the entry commits to.
    Body(FormatError),
    /// The store failed; the process stops.
    Store(StoreError),
}

/// Why a block is not voted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockError {
    /// Not the height after the head.
    Height {
        /// The height that would follow.
        expected: Height,
        /// The block's.
        found: Height,
    },
    /// Its time does not exceed the previous block's, or a fresh one is too far from the clock.
    Time(UnixMillis),
    /// Its builder, round or beacon proof is wrong.
    Builder(&'static str),
    /// It exceeds a limit of blocks.
    Limit {
        /// Which limit.
        what: &'static str,
        /// What the block has.
        found: u64,
        /// The limit.
        limit: u64,
    },
    /// An entry or body is malformed, or a signature does not hold.
    Record {
        /// Position in the block.
        position: usize,
        /// Why.
        error: FormatError,
    },
    /// A record breaks a rule.
    Rejected {
        /// Position in the block.
        position: usize,
        /// The record.
        id: RecordId,
        /// The rule.
        rejection: Rejection,
    },
    /// A record brings an attachment that no quorum holds and checked; a fresh block only.
    NotHeld(RecordId),
    /// A field of the block leaf, or the value, differs from recomputation.
    Mismatch(&'static str),
    /// The store failed; the process stops.
    Store(StoreError),
}

/// Why a decided value was not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// No validated block is known under the value; validate the block first.
    Unknown(ValueId),
    /// The certificate is for another height or value.
    Certificate,
    /// The store failed; the process stops.
    Store(StoreError),
}

/// Why a validator can't start on a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// The store belongs to another ledger.
    Foreign {
        /// The genesis it was created with.
        found: GenesisHash,
    },
    /// The genesis is inconsistent.
    Genesis(String),
    /// The store can't be read or written, or contradicts itself.
    Store(StoreError),
}

/// Why a note was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// The height isn't committed here.
    Unknown(Height),
    /// The note is of another checkpoint than this height's.
    Checkpoint,
    /// The policy isn't satisfied.
    Policy(FormatError),
    /// The store failed; the process stops.
    Store(StoreError),
}

macro_rules! from_store_error {
    ($($name:ident),*) => {$(
        impl From<StoreError> for $name {
            fn from(error: StoreError) -> Self {
                Self::Store(error)
            }
        }

        impl std::error::Error for $name {}
    )*};
}
from_store_error!(AdmitError, BlockError, CommitError, OpenError, NoteError);

impl fmt::Display for AdmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(rejection) => rejection.fmt(f),
            Self::PoolFull { retry_after_ms } => {
                write!(f, "too many records are waiting; try again in {retry_after_ms} ms")
            }
            Self::Body(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height { expected, found } => {
                write!(f, "block has height {found}, the next is {expected}")
            }
            Self::Time(time) => {
                write!(
                    f,
                    "block time {time} is not after the last block's or too far from the clock"
                )
            }
            Self::Builder(what) => write!(f, "block builder: {what}"),
            Self::Limit { what, found, limit } => {
                write!(f, "block has {found} {what}, limit is {limit}")
            }
            Self::Record { position, error } => {
                write!(f, "record {position} of the block: {error}")
            }
            Self::Rejected { position, id, rejection } => {
                write!(f, "record {position} of the block ({id}): {rejection}")
            }
            Self::NotHeld(id) => {
                write!(f, "no quorum states that it holds and checked the attachment of {id}")
            }
            Self::Mismatch(what) => write!(f, "block's {what} differs from recomputation"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(value) => {
                write!(f, "no validated block has the decided value {value}; validate it first")
            }
            Self::Certificate => f.write_str("the certificate is of another height or value"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign { found } => write!(
                f,
                "the data folder belongs to the ledger with genesis {found}; choose another folder \
                 or that ledger's genesis file"
            ),
            Self::Genesis(what) => write!(f, "the genesis is inconsistent: {what}"),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(height) => write!(f, "block {height} is not committed here"),
            Self::Checkpoint => f.write_str("the note is of another checkpoint than the block's"),
            Self::Policy(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}
