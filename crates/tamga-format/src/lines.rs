//! Batches of lines: sorted by a blinded key, so that one tag's lines are a run that can be proved whole (spec §24).
//!
//! A batch is an [`attachment`](crate::attachment) whose chunks hold whole lines. The record that brings it commits to
//! the root and the count of the tree over (key, hash of the line). Who is given a [`LineRange`] sees every line of a
//! tag in the batch, and of other lines two keys and hashes at most.

use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::id::{LineHash, LineKey, SubjectId, TreeRoot, sha256, tag};
use crate::limits::{CHUNK_BYTES_MAX, LINE_BYTES_MAX, LINES_MAX, LINES_OF_TAG_MAX};
use crate::merkle::{Frontier, Hash};

mod index;
mod line;
mod range;

pub use index::BatchIndex;
pub use line::{AllocationLine, Basis, Hold, Line, PayoutLine, PayoutState, Remainder, UsageLine};
pub use range::{LineRange, RangeOf};

/// A batch's root and how many lines it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinesRoot {
    /// Root of the tree over the lines.
    pub root: TreeRoot,
    /// How many there are.
    pub count: u64,
}

/// A place in a batch: the lines are sorted by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinePlace {
    /// Of the line's tag.
    pub key: LineKey,
    /// Of the line itself.
    pub hash: LineHash,
}

impl LinePlace {
    /// The place of a line in a batch.
    ///
    /// # Errors
    /// [`FormatCode::LineSyntax`] if the line is too long or has no tag.
    pub fn of(batch: &SubjectId, line: &[u8]) -> Result<Self, FormatError> {
        let tag = line::tag_of(line)?;
        Ok(Self { key: line_key(batch, &tag), hash: line_hash(line) })
    }

    /// The leaf of the line: SHA-256(0x00 ‖ key ‖ hash).
    pub fn leaf_hash(&self) -> Hash {
        sha256(&[&[0], self.key.as_bytes(), self.hash.as_bytes()])
    }
}

/// The key of a tag in a batch; it tells nothing about the tag to whom does not know it.
pub fn line_key(batch: &SubjectId, tag: &[u8; 32]) -> LineKey {
    LineKey(sha256(&[tag::LINE_KEY, batch.as_bytes(), tag]))
}

/// The hash of a line, which its salt hides.
pub fn line_hash(line: &[u8]) -> LineHash {
    LineHash(sha256(&[tag::LINE, line]))
}

/// The lines of a chunk: each as u16 big-endian length and bytes.
///
/// # Errors
/// [`FormatCode::LineSyntax`] at the byte where a line is empty, too long or cut off.
pub fn lines_of_chunk(chunk: &[u8]) -> Result<Vec<&[u8]>, FormatError> {
    let mut lines = Vec::new();
    let mut rest = chunk;
    while !rest.is_empty() {
        let bad = || FormatError::new(FormatCode::LineSyntax, chunk.len() - rest.len());
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(bad)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > LINE_BYTES_MAX {
            return Err(bad());
        }
        let (line, after) = after.split_at_checked(length).ok_or_else(bad)?;
        lines.push(line);
        rest = after;
    }
    Ok(lines)
}

/// Reads a batch chunk by chunk, and comes to its root; everything that may be wrong with its form is refused.
#[derive(Clone, Debug)]
pub struct BatchReader {
    batch: SubjectId,
    tree: Frontier,
    last: Option<LinePlace>,
    of_tag: usize,
    chunk_bytes: Option<usize>,
}

impl BatchReader {
    /// The reader of a batch, before its first chunk.
    pub const fn new(batch: SubjectId) -> Self {
        Self { batch, tree: Frontier::new(), last: None, of_tag: 0, chunk_bytes: None }
    }

    /// The lines of the next chunk with their places.
    ///
    /// # Errors
    /// [`FormatCode::ChunkFilling`] if the chunk is empty or its first line had fitted into the chunk before;
    /// [`FormatCode::LineSyntax`], [`FormatCode::LineOrder`] or [`FormatCode::LineLimit`], at the byte of the chunk
    /// where the line begins.
    pub fn chunk<'c>(
        &mut self,
        chunk: &'c [u8],
    ) -> Result<Vec<(LinePlace, &'c [u8])>, FormatError> {
        let lines = lines_of_chunk(chunk)?;
        let filling =
            |bytes: usize, line: &[u8]| bytes.saturating_add(line.len()).saturating_add(2);
        let fits = |line: &[u8]| {
            self.chunk_bytes.is_some_and(|bytes| filling(bytes, line) <= CHUNK_BYTES_MAX)
        };
        if lines.first().is_none_or(|first| fits(first)) || chunk.len() > CHUNK_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ChunkFilling, 0));
        }
        self.chunk_bytes = Some(chunk.len());
        let mut at = 0;
        let mut placed = Vec::with_capacity(lines.len());
        for line in lines {
            let place = LinePlace::of(&self.batch, line)
                .map_err(|error| FormatError { at: error.at.saturating_add(at + 2), ..error })?;
            self.push(place).map_err(|code| FormatError::new(code, at))?;
            placed.push((place, line));
            at = filling(at, line);
        }
        Ok(placed)
    }

    fn push(&mut self, place: LinePlace) -> Result<(), FormatCode> {
        if self.last.is_some_and(|last| last >= place) {
            return Err(FormatCode::LineOrder);
        }
        let same = self.last.is_some_and(|last| last.key == place.key);
        self.of_tag = if same { self.of_tag.saturating_add(1) } else { 1 };
        if self.of_tag > LINES_OF_TAG_MAX || self.tree.size() >= LINES_MAX {
            return Err(FormatCode::LineLimit);
        }
        self.tree.push(&place.leaf_hash());
        self.last = Some(place);
        Ok(())
    }

    /// Lines read so far.
    pub const fn count(&self) -> u64 {
        self.tree.size()
    }

    /// Root and count of what was read.
    ///
    /// # Errors
    /// [`FormatCode::LineLimit`] if there was no line.
    pub fn finish(self) -> Result<LinesRoot, FormatError> {
        if self.tree.size() == 0 {
            return Err(FormatError::new(FormatCode::LineLimit, 0));
        }
        Ok(LinesRoot { root: self.tree.root(), count: self.tree.size() })
    }
}

/// Lines put in order and into chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedBatch {
    /// The chunks of the attachment.
    pub chunks: Vec<Vec<u8>>,
    /// Root and count of the lines.
    pub lines: LinesRoot,
}

impl PackedBatch {
    /// Packs the lines of a batch, which may come in any order.
    ///
    /// # Errors
    /// [`FormatCode::LineSyntax`] for a line without tag or of more than 512 bytes; [`FormatCode::LineOrder`] if one
    /// stands twice; [`FormatCode::LineLimit`] for none, too many, or too many of one tag.
    pub fn new(batch: &SubjectId, lines: Vec<Vec<u8>>) -> Result<Self, FormatError> {
        let mut placed = Vec::with_capacity(lines.len());
        for (at, line) in lines.into_iter().enumerate() {
            let place = LinePlace::of(batch, &line).map_err(|error| FormatError { at, ..error })?;
            placed.push((place, line));
        }
        placed.sort_unstable_by_key(|(place, _)| *place);
        let mut reader = BatchReader::new(*batch);
        let mut chunks: Vec<Vec<u8>> = Vec::new();
        for (at, (place, line)) in placed.into_iter().enumerate() {
            reader.push(place).map_err(|code| FormatError::new(code, at))?;
            let length = u16::try_from(line.len()).expect("a line has at most 512 bytes");
            let full = |chunk: &Vec<u8>| chunk.len() + line.len() + 2 > CHUNK_BYTES_MAX;
            if chunks.last().is_none_or(full) {
                chunks.push(Vec::new());
            }
            if let Some(chunk) = chunks.last_mut() {
                chunk.extend_from_slice(&length.to_be_bytes());
                chunk.extend_from_slice(&line);
            }
        }
        Ok(Self { chunks, lines: reader.finish()? })
    }
}

#[cfg(test)]
mod tests;
