//! A subject as of the head: its tree, its status, and their row (spec §7, §19.2).

use tamga_format::id::{LeafHash, LeafIndex, MapValue, StatusHash, TreeRoot};
use tamga_format::merkle::{self, Frontier};
use tamga_format::subject::{STATUS_NONE, map_value, status_hash, subject_leaf};
use tamga_state::StatusRow;

use crate::layout::{self, SubjectRow, SubjectRowRef, Table};
use crate::store::StoreError;

/// A subject's tree of records and its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectState {
    tree: Frontier,
    /// Its status, where it has one.
    pub status: Option<StatusRow>,
}

impl SubjectState {
    /// A subject with a status and no records: how genesis writes one.
    pub fn of_genesis(status: StatusRow) -> Self {
        Self { tree: Frontier::new(), status: Some(status) }
    }

    /// The same records with another status.
    #[must_use]
    pub fn with_status(&self, status: Option<StatusRow>) -> Self {
        Self { tree: self.tree.clone(), status }
    }

    /// Number of records about it.
    pub fn records(&self) -> u64 {
        self.tree.size()
    }

    /// Root of the tree of its records.
    pub fn root(&self) -> TreeRoot {
        self.tree.root()
    }

    /// Salted hash of its status.
    pub fn status_hash(&self) -> StatusHash {
        self.status.as_ref().map_or(STATUS_NONE, |row| status_hash(&row.nonce, &row.bytes))
    }

    /// Appends a record.
    pub fn push(&mut self, index: LeafIndex, leaf: LeafHash) {
        self.tree.push(&merkle::leaf_hash(&subject_leaf(index, leaf)));
    }

    /// What the map commits of it.
    pub fn map_value(&self) -> MapValue {
        map_value(self.records(), &self.root(), &self.status_hash())
    }

    /// The row's bytes.
    pub fn encode(&self) -> Vec<u8> {
        layout::encode(&SubjectRowRef::V1 {
            n: self.tree.size(),
            frontier: self.tree.hashes(),
            status: self.status.as_ref().map(|row| (&row.nonce, &row.bytes[..])),
        })
    }

    /// Reads a row.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupted`].
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let SubjectRow::V1 { n, frontier, status } = layout::decode(Table::Subjects, bytes)?;
        let tree = Frontier::from_parts(n, frontier).ok_or_else(|| {
            StoreError::Corrupted("a subject's frontier does not fit its count".to_owned())
        })?;
        Ok(Self {
            tree,
            status: status.map(|(nonce, bytes)| StatusRow { nonce, bytes: bytes.into() }),
        })
    }
}
