//! The one owner of the on-disk layout: tables, key bytes and row types (spec §19.2).
//!
//! A row's value is raw bytes where its content is a format of its own (entries, bodies, tiles,
//! notes) and a versioned borsh enum otherwise.

use borsh::{BorshDeserialize, BorshSerialize};
use tamga_format::id::{Height, LeafIndex, MapKey, RecordId, ValueId};

use crate::store::StoreError;

/// A table of the store; on RocksDB, a column family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Single rows: head, genesis.
    Meta,
    /// Leaf index → the leaf's data: an entry, or a block leaf.
    Entries,
    /// Leaf index → body of the entry, where it has one.
    Bodies,
    /// RecordId → leaf index and height, for ever.
    Ids,
    /// Level ‖ tile index → the tile's hashes; the rightmost of a level may be partial.
    Tiles,
    /// MapKey → subject row: count, frontier, status.
    Subjects,
    /// MapKey ‖ position in the subject → leaf index, leaf hash.
    History,
    /// MapKey → opening of the subject's private state.
    Private,
    /// RecordId ‖ MapKey → what the record decided in private of the subject.
    PrivateTrace,
    /// Height → block row.
    Blocks,
    /// Height → commit certificate.
    Certificates,
    /// Height ‖ number → evidence of equivocation.
    Evidence,
    /// Height → checkpoint note with exactly the signatures its policy needs.
    Notes,
    /// Height ‖ round ‖ ValueId → an undecided block.
    Undecided,
}

impl Table {
    /// Every table, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::Meta,
        Self::Entries,
        Self::Bodies,
        Self::Ids,
        Self::Tiles,
        Self::Subjects,
        Self::History,
        Self::Private,
        Self::PrivateTrace,
        Self::Blocks,
        Self::Certificates,
        Self::Evidence,
        Self::Notes,
        Self::Undecided,
    ];

    /// The stable name of the table on disk.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Entries => "entries",
            Self::Bodies => "bodies",
            Self::Ids => "ids",
            Self::Tiles => "tiles",
            Self::Subjects => "subjects",
            Self::History => "history",
            Self::Private => "private",
            Self::PrivateTrace => "private-trace",
            Self::Blocks => "blocks",
            Self::Certificates => "certificates",
            Self::Evidence => "evidence",
            Self::Notes => "notes",
            Self::Undecided => "undecided",
        }
    }
}

/// Keys of [`Table::Meta`].
pub mod meta {
    /// The head row: last height and log size.
    pub const HEAD: &[u8] = b"head";
    /// The genesis hash this store belongs to.
    pub const GENESIS: &[u8] = b"genesis";
    /// The newest height with a note.
    pub const NOTED: &[u8] = b"noted";
}

/// Key of a row that belongs to a leaf.
pub fn index_key(index: LeafIndex) -> [u8; 8] {
    index.get().to_be_bytes()
}

/// Key of a row that belongs to a height.
pub fn height_key(height: Height) -> [u8; 8] {
    height.get().to_be_bytes()
}

/// Key of a tile.
pub fn tile_key(level: u8, index: u64) -> [u8; 9] {
    let mut key = [0; 9];
    key[0] = level;
    key[1..].copy_from_slice(&index.to_be_bytes());
    key
}

/// Key of one line of a subject's history.
pub fn history_key(subject: &MapKey, position: u64) -> [u8; 40] {
    let mut key = [0; 40];
    key[..32].copy_from_slice(subject.as_bytes());
    key[32..].copy_from_slice(&position.to_be_bytes());
    key
}

/// Key of what a record decided in private of a subject.
pub fn trace_key(record: &RecordId, subject: &MapKey) -> [u8; 64] {
    let mut key = [0; 64];
    key[..32].copy_from_slice(record.as_bytes());
    key[32..].copy_from_slice(subject.as_bytes());
    key
}

/// Key of the `number`-th piece of evidence committed with a height.
pub fn evidence_key(height: Height, number: u32) -> [u8; 12] {
    let mut key = [0; 12];
    key[..8].copy_from_slice(&height.get().to_be_bytes());
    key[8..].copy_from_slice(&number.to_be_bytes());
    key
}

/// Key of an undecided block.
pub fn undecided_key(height: Height, round: u32, value: &ValueId) -> [u8; 44] {
    let mut key = [0; 44];
    key[..8].copy_from_slice(&height.get().to_be_bytes());
    key[8..12].copy_from_slice(&round.to_be_bytes());
    key[12..].copy_from_slice(value.as_bytes());
    key
}

/// The one row that says where the ledger stands; written in every block's batch.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum HeadRow {
    /// First form.
    V1 {
        /// Height of the last block.
        height: u64,
        /// Leaves in the log.
        size: u64,
        /// Root of the log.
        root: [u8; 32],
        /// The perfect subtrees of the log, from left to right.
        frontier: Vec<[u8; 32]>,
    },
}

/// A block as remembered by height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum BlockRow {
    /// First form.
    V1 {
        /// The block leaf's bytes; empty at height 0, which has none.
        leaf: Vec<u8>,
        /// Leaves in the log before this block.
        first: u64,
        /// Leaves in the log after this block, its block leaf included.
        size: u64,
        /// Root of the log after this block.
        root: [u8; 32],
        /// SHA-256 of the checkpoint body.
        value: [u8; 32],
        /// Beacon after this block.
        beacon: [u8; 32],
        /// Round in which consensus decided.
        round: u32,
    },
}

/// A subject as of the head.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum SubjectRow {
    /// First form.
    V1 {
        /// Records of the subject.
        n: u64,
        /// The perfect subtrees of its tree, from left to right.
        frontier: Vec<[u8; 32]>,
        /// Nonce and bytes of its status, where it has one.
        status: Option<([u8; 16], Vec<u8>)>,
    },
}

/// A [`SubjectRow`] to be written, without owning its parts; the bytes are the same.
#[derive(Clone, Debug, BorshSerialize)]
pub(crate) enum SubjectRowRef<'a> {
    V1 { n: u64, frontier: &'a [[u8; 32]], status: Option<(&'a [u8; 16], &'a [u8])> },
}

/// One line of a subject's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum HistoryRow {
    /// First form.
    V1 {
        /// Index in the log.
        index: u64,
        /// Leaf hash of the entry.
        leaf: [u8; 32],
    },
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum IdRow {
    /// First form.
    V1 {
        /// Index in the log.
        index: u64,
        /// Height of its block.
        height: u64,
    },
}

/// The opening of a subject's private state.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum PrivateRow {
    /// First form.
    V1 {
        /// Salt of the commitment.
        salt: [u8; 32],
        /// What is committed.
        bytes: Vec<u8>,
    },
}

/// Encodes a row.
pub fn encode<T: BorshSerialize>(row: &T) -> Vec<u8> {
    borsh::to_vec(row).expect("writing to memory does not fail")
}

/// Decodes a row that this crate wrote.
///
/// # Errors
///
/// [`StoreError::Corrupted`] naming the table.
pub fn decode<T: BorshDeserialize>(table: Table, bytes: &[u8]) -> Result<T, StoreError> {
    borsh::from_slice(bytes)
        .map_err(|error| StoreError::Corrupted(format!("row of table {}: {error}", table.name())))
}

/// The leaf index that a key starts with.
///
/// # Errors
///
/// [`StoreError::Corrupted`] when the key is shorter than eight bytes.
pub fn index_of_key(table: Table, key: &[u8]) -> Result<LeafIndex, StoreError> {
    key.first_chunk().map(|bytes| LeafIndex(u64::from_be_bytes(*bytes))).ok_or_else(|| {
        StoreError::Corrupted(format!("a key of table {} is too short", table.name()))
    })
}
