//! What a holder of a batch keeps in memory to prove ranges of it (spec §24.3).

use alloc::vec::Vec;

use super::{LinePlace, LineRange, line_key, lines_of_chunk};
use crate::error::{FormatCode, FormatError};
use crate::id::SubjectId;
use crate::merkle::{self, Frontier, Hash};

/// Lines under one kept hash.
const WIDTH: u64 = 256;
/// The level of the kept hashes in the tree.
const LEVEL: u8 = 8;

/// The tree of a batch and where its chunks begin, without the lines: enough to prove any range once the few chunks
/// around it are at hand.
///
/// It holds a hash for every 256 lines and a place for every chunk: some 40 KiB for 10^5 lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchIndex {
    batch: SubjectId,
    count: u64,
    subtrees: Vec<Hash>,
    last: Frontier,
    chunks: Vec<(u64, LinePlace)>,
}

impl BatchIndex {
    /// The index of a batch without chunks.
    pub const fn new(batch: SubjectId) -> Self {
        Self { batch, count: 0, subtrees: Vec::new(), last: Frontier::new(), chunks: Vec::new() }
    }

    /// The index of a batch whose chunks are all at hand.
    ///
    /// # Errors
    /// As [`BatchIndex::push`].
    pub fn of(batch: SubjectId, chunks: &[Vec<u8>]) -> Result<Self, FormatError> {
        let mut index = Self::new(batch);
        chunks.iter().try_for_each(|chunk| index.push(chunk))?;
        Ok(index)
    }

    /// Appends the next chunk of a batch that was checked before.
    ///
    /// # Errors
    /// [`FormatCode::LineSyntax`] if it holds something else than lines.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), FormatError> {
        for (at, line) in lines_of_chunk(chunk)?.into_iter().enumerate() {
            let place = LinePlace::of(&self.batch, line)?;
            if at == 0 {
                self.chunks.push((self.count, place));
            }
            self.last.push(&place.leaf_hash());
            self.count += 1;
            if self.last.size() == WIDTH {
                self.subtrees.push(self.last.root().0);
                self.last = Frontier::new();
            }
        }
        Ok(())
    }

    /// Lines in the batch.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The range of a tag; `chunk` gives a chunk by its number.
    ///
    /// # Errors
    /// Whatever `chunk` returns; [`FormatCode::LineSyntax`] if a chunk is not the one it was.
    pub fn range<E: From<FormatError>>(
        &self,
        tag: &[u8; 32],
        mut chunk: impl FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<LineRange, E> {
        let key = line_key(&self.batch, tag);
        let bad = || E::from(FormatError::new(FormatCode::LineSyntax, 0));
        // The lines of the key begin in the last chunk that begins before it, or in the first.
        let before = self.chunks.partition_point(|(_, place)| place.key < key);
        let mut number = before.saturating_sub(1);
        let mut first = self.chunks.get(number).map_or(0, |(first, _)| *first);
        let (mut left, mut right, mut own) = (None, None, Vec::new());
        while number < self.chunks.len() && right.is_none() {
            for line in lines_of_chunk(&chunk(number)?)? {
                let place = LinePlace::of(&self.batch, line)?;
                if place.key < key {
                    left = Some(place);
                    first += 1;
                } else if place.key == key {
                    own.push(line.to_vec());
                } else {
                    right = Some(place);
                    break;
                }
            }
            number += 1;
        }
        let end = first + own.len() as u64;
        let shown = (first - u64::from(left.is_some()), end + u64::from(right.is_some()));
        let tail = self.count - self.count % WIDTH;
        let (from, to) = (shown.0 - shown.0 % WIDTH, shown.1.next_multiple_of(WIDTH));
        let nodes = Nodes {
            subtrees: &self.subtrees,
            first: from,
            hashes: self.leaf_hashes(from, to.min(self.count), &mut chunk)?,
            tail,
            tail_hashes: self.leaf_hashes(tail, self.count, &mut chunk)?,
        };
        let lines: Vec<&[u8]> = own.iter().map(Vec::as_slice).collect();
        LineRange::new(&nodes, self.count, first, &lines, (left, right)).ok_or_else(bad)
    }

    /// The leaf hashes of the lines `from .. to`.
    fn leaf_hashes<E: From<FormatError>>(
        &self,
        from: u64,
        to: u64,
        chunk: &mut impl FnMut(usize) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<Hash>, E> {
        let mut hashes = Vec::new();
        let begins =
            |number: usize| self.chunks.get(number).map_or(self.count, |(first, _)| *first);
        let mut number = self.chunks.partition_point(|(first, _)| *first <= from).saturating_sub(1);
        while from < to && begins(number) < to && number < self.chunks.len() {
            for (at, line) in (begins(number)..).zip(lines_of_chunk(&chunk(number)?)?) {
                if (from..to).contains(&at) {
                    hashes.push(LinePlace::of(&self.batch, line)?.leaf_hash());
                }
            }
            number += 1;
        }
        Ok(hashes)
    }
}

/// The nodes that a proof needs: kept hashes, and leaves around the range and at the end.
struct Nodes<'i> {
    subtrees: &'i [Hash],
    first: u64,
    hashes: Vec<Hash>,
    tail: u64,
    tail_hashes: Vec<Hash>,
}

impl merkle::NodeSource for Nodes<'_> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let run = |hashes: &[Hash], level: u8, index: u64, first: u64| {
            let span = 1_u64.checked_shl(level.into())?;
            let from = usize::try_from(index.checked_mul(span)?.checked_sub(first)?).ok()?;
            let to = from.checked_add(usize::try_from(span).ok()?)?;
            hashes.get(from..to).map(|hashes| merkle::root_of(hashes).0)
        };
        if let Some(above) = level.checked_sub(LEVEL) {
            return run(self.subtrees, above, index, 0);
        }
        if index.checked_shl(level.into())? >= self.tail {
            return run(&self.tail_hashes, level, index, self.tail);
        }
        run(&self.hashes, level, index, self.first)
    }
}
