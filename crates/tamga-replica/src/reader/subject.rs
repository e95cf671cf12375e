//! Proofs about subjects: all of their records or none, and their statuses (spec §13.9).

use std::cell::RefCell;

use tamga_format::id::Height;
use tamga_format::limits::SUBJECT_PROOF_RECORDS_MAX;
use tamga_format::merkle::{self, Frontier, Hash, NodeSource};
use tamga_format::subject::{Subject, subject_leaf};
use tamga_format::subject_proof::{Place, Present, Standing, StatusPart, SubjectProof};

use super::Reader;
use crate::limits::{HISTORY_PAGE_MAX, SUBJECT_PARTS_MAX};
use crate::map::{Map, MapProof};
use crate::store::{Store, StoreError};
use crate::subjects::SubjectState;

/// The map of subjects after a block; versions share what did not change.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The block.
    pub height: Height,
    /// The map.
    pub map: Map,
}

/// Which records of a subject a proof shows, and whether it shows the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Records that whoever asks has seen.
    pub from: u64,
    /// Records to show at most.
    pub limit: usize,
    /// Whether the status is shown, and not its hash only.
    pub status: bool,
}

/// What the map of a block holds of a subject: a proof but for the checkpoint, which comes when the block is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    height: Height,
    subject: Subject,
    standing: Standing,
    map_path: Vec<u8>,
}

impl Placed {
    /// The block as of which it is.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.height
    }
}

/// Why there is no proof as asked for.
#[derive(Debug)]
pub enum Unplaced {
    /// A later block changed the subject: ask with the map of that block.
    Moved,
    /// The subject has fewer records than whoever asks has seen.
    Fewer(u64),
    /// The subject has so many records that none of them is shown.
    Many(u64),
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Unplaced {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl<S: Store> Reader<S> {
    /// What a map holds of a subject.
    ///
    /// # Errors
    ///
    /// [`Unplaced`].
    pub fn placed(
        &self,
        mapped: &Mapped,
        subject: &Subject,
        asked: Asked,
    ) -> Result<Placed, Unplaced> {
        let (height, subject) = (mapped.height, *subject);
        let (_, state) = self.view().subject(&subject)?;
        let (standing, map_path) = match (mapped.map.prove(&subject.map_key()), state) {
            (MapProof::Absent(path), None) if asked.from == 0 => (Standing::Absent, path),
            (MapProof::Absent(_), None) => return Err(Unplaced::Fewer(0)),
            (MapProof::Present(value, path), Some(state)) if state.map_value() == value => {
                (Standing::Present(self.present(&subject, &state, asked)?), path)
            }
            _ => return Err(Unplaced::Moved),
        };
        Ok(Placed { height, subject, standing, map_path })
    }

    /// The proof, with the checkpoint of its block or a later one; `None` while there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn subject_proof(&self, placed: &Placed) -> Result<Option<SubjectProof>, StoreError> {
        let Some(share) = self.share(placed.height)? else { return Ok(None) };
        Ok(Some(SubjectProof {
            subject: placed.subject,
            standing: placed.standing.clone(),
            map_path: placed.map_path.clone(),
            block: share.leaf.clone(),
            block_path: share.block_path.clone(),
            checkpoint: share.checkpoint.clone(),
        }))
    }

    fn present(
        &self,
        subject: &Subject,
        state: &SubjectState,
        asked: Asked,
    ) -> Result<Present, Unplaced> {
        let count = state.records();
        let left = count.checked_sub(asked.from).ok_or(Unplaced::Fewer(count))?;
        let limit = asked.limit.min(SUBJECT_PROOF_RECORDS_MAX);
        let show = usize::try_from(left).map_or(limit, |left| left.min(limit));
        let to = asked.from.saturating_add(u64::try_from(show).unwrap_or(u64::MAX));
        if count > SUBJECT_PARTS_MAX && (asked.from > 0 || to > 0) {
            return Err(Unplaced::Many(count));
        }
        let records = self.places(subject, asked.from, show)?;
        if records.len() != show {
            return Err(StoreError::Corrupted(format!("records of {subject} are absent")).into());
        }
        let tree = Tree { reader: self, subject, fault: RefCell::new(None) };
        let held = tree.frontier(asked.from);
        let rest = (to < count).then(|| match to {
            0 => Some((state.root(), Vec::new())),
            _ => Some((state.root(), merkle::consistency_path(&tree, to, count)?)),
        });
        if let Some(fault) = tree.fault.into_inner() {
            return Err(fault.into());
        }
        let absent = || StoreError::Corrupted(format!("the tree of {subject} is damaged"));
        let status = match &state.status {
            Some(row) if asked.status => {
                StatusPart::Shown { nonce: row.nonce, status: row.bytes.to_vec() }
            }
            _ => StatusPart::Hash(state.status_hash()),
        };
        Ok(Present {
            count,
            status,
            held: held.ok_or_else(absent)?,
            records,
            rest: rest.map(|rest| rest.ok_or_else(absent)).transpose()?,
        })
    }

    /// Records of a subject from one number on, as many as asked for or as there are.
    fn places(&self, subject: &Subject, from: u64, count: usize) -> Result<Vec<Place>, StoreError> {
        let mut places = Vec::with_capacity(count.min(HISTORY_PAGE_MAX));
        while places.len() < count {
            let at = from.saturating_add(u64::try_from(places.len()).unwrap_or(u64::MAX));
            let page = self.history(subject, at, count - places.len())?;
            if page.is_empty() {
                break;
            }
            places.extend(page.into_iter().map(|line| (line.index, line.leaf)));
        }
        Ok(places)
    }
}

/// The tree of a subject's records, computed from their rows when it is asked for.
struct Tree<'r, S: Store> {
    reader: &'r Reader<S>,
    subject: &'r Subject,
    fault: RefCell<Option<StoreError>>,
}

impl<S: Store> Tree<'_, S> {
    /// The frontier of the first so many records.
    fn frontier(&self, size: u64) -> Option<Frontier> {
        let mut hashes = Vec::new();
        let mut before = 0_u64;
        for level in (0..64_u8).rev().filter(|level| size >> level & 1 == 1) {
            hashes.push(self.node(level, before >> level)?);
            before = before.checked_add(1 << level)?;
        }
        Frontier::from_parts(size, hashes)
    }
}

impl<S: Store> NodeSource for Tree<'_, S> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let width = 1_u64.checked_shl(level.into())?;
        let count = usize::try_from(width).ok()?;
        match self.reader.places(self.subject, index.checked_mul(width)?, count) {
            Ok(places) if places.len() == count => {
                let leaf = |(index, leaf): &Place| merkle::leaf_hash(&subject_leaf(*index, *leaf));
                let leaves: Vec<Hash> = places.iter().map(leaf).collect();
                Some(merkle::root_of(&leaves).0)
            }
            Ok(_) => None,
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                None
            }
        }
    }
}
