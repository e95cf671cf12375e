//! All lines of one tag in a batch, and that there are no others (spec §24.3).

use alloc::vec::Vec;

use super::line::{with_tag, without_tag};
use super::{LinePlace, LinesRoot, line_key};
use crate::cbor::{Limits, Reader, Writer};
use crate::error::{FormatCode, FormatError};
use crate::id::{LineHash, LineKey, SubjectId};
use crate::limits::{LINE_RANGE_BYTES_MAX, LINES_OF_TAG_MAX};
use crate::merkle::{self, Hash, NodeSource};

const VERSION: u64 = 1;

/// Whose lines a range is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeOf<'b> {
    /// The batch.
    pub batch: &'b SubjectId,
    /// The tag.
    pub tag: &'b [u8; 32],
    /// The batch's root and count, from its record.
    pub lines: LinesRoot,
}

/// Every line of one tag in a batch, or none; checked against the batch's root by [`LineRange::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRange {
    first: u64,
    left: Option<LinePlace>,
    right: Option<LinePlace>,
    // Without their tag.
    lines: Vec<Vec<u8>>,
    path: Vec<Hash>,
}

impl LineRange {
    /// The proof that the lines of a tag stand from `first` on, between these neighbours.
    ///
    /// `None` if a line has no tag, or the source lacks a node.
    pub fn new(
        source: &impl NodeSource,
        count: u64,
        first: u64,
        lines: &[&[u8]],
        (left, right): (Option<LinePlace>, Option<LinePlace>),
    ) -> Option<Self> {
        let own = u64::try_from(lines.len()).ok()?;
        let from = first.checked_sub(u64::from(left.is_some()))?;
        let to = first.checked_add(own)?.checked_add(u64::from(right.is_some()))?;
        let path = merkle::range_path(source, from, to, count)?;
        let lines = lines.iter().map(|line| without_tag(line)).collect::<Option<_>>()?;
        Some(Self { first, left, right, lines, path })
    }

    /// Checks the range, and gives the lines of the tag, whole.
    ///
    /// # Errors
    /// [`FormatCode::RangeGap`] if a neighbour is missing or does not stand beside the tag's key: lines may be hidden
    /// there; [`FormatCode::LineOrder`] if the lines are not in order; [`FormatCode::ProofShape`] or
    /// [`FormatCode::ProofRoot`] if they are not those of the batch.
    pub fn verify(&self, of: &RangeOf<'_>) -> Result<Vec<Vec<u8>>, FormatError> {
        let key = line_key(of.batch, of.tag);
        let own = u64::try_from(self.lines.len()).unwrap_or(u64::MAX);
        let end = self.first.checked_add(own).filter(|end| *end <= of.lines.count);
        let end = end.ok_or(FormatError::new(FormatCode::ProofShape, 0))?;
        let gap = |at| Err(FormatError::new(FormatCode::RangeGap, at));
        if self.left.is_some() != (self.first > 0) || self.left.is_some_and(|left| left.key >= key)
        {
            return gap(0);
        }
        if self.right.is_some() != (end < of.lines.count)
            || self.right.is_some_and(|right| right.key <= key)
        {
            return gap(self.lines.len());
        }
        let lines: Option<Vec<Vec<u8>>> =
            self.lines.iter().map(|line| with_tag(of.tag, line)).collect();
        let lines = lines.ok_or(FormatError::new(FormatCode::LineSyntax, 0))?;
        let mut last: Option<LinePlace> = None;
        let mut hashes: Vec<Hash> = self.left.iter().map(LinePlace::leaf_hash).collect();
        for (at, line) in lines.iter().enumerate() {
            let place = LinePlace::of(of.batch, line)?;
            if place.key != key || last.is_some_and(|last| last >= place) {
                return Err(FormatError::new(FormatCode::LineOrder, at));
            }
            hashes.push(place.leaf_hash());
            last = Some(place);
        }
        hashes.extend(self.right.iter().map(LinePlace::leaf_hash));
        let from = self.first - u64::from(self.left.is_some());
        merkle::verify_range(&hashes, from, of.lines.count, &self.path, &of.lines.root)?;
        Ok(lines)
    }

    /// The bytes: CBOR [1, first, left or null, right or null, [lines without tag], path].
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(6).uint(VERSION).uint(self.first);
        for place in [&self.left, &self.right] {
            match place {
                Some(place) => out.bytes(&[place.key.0, place.hash.0].concat()),
                None => out.null(),
            };
        }
        out.array(self.lines.len());
        for line in &self.lines {
            out.bytes(line);
        }
        out.bytes(&self.path.concat());
        out.finish()
    }

    /// Reads a range.
    ///
    /// # Errors
    /// A `cbor-…` code, or [`FormatCode::RangeSyntax`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let limits =
            Limits { bytes: LINE_RANGE_BYTES_MAX, items: LINES_OF_TAG_MAX + 8, ..Limits::STANDARD };
        let bad = |at| FormatError::new(FormatCode::RangeSyntax, at);
        let mut from = Reader::with_limits(bytes, limits)?;
        if from.array()? != 6 || from.uint()? != VERSION {
            return Err(bad(0));
        }
        let first = from.uint()?;
        let left = from.null_or(place)?;
        let right = from.null_or(place)?;
        let at = from.position();
        let count = from.array()?;
        if count > LINES_OF_TAG_MAX {
            return Err(bad(at));
        }
        let lines =
            (0..count).map(|_| from.bytes().map(<[u8]>::to_vec)).collect::<Result<_, _>>()?;
        let at = from.position();
        let (path, rest) = from.bytes()?.as_chunks::<32>();
        if !rest.is_empty() || path.len() > 2 * crate::limits::PATH_HASHES_MAX {
            return Err(bad(at));
        }
        from.end()?;
        Ok(Self { first, left, right, lines, path: path.to_vec() })
    }
}

fn place(from: &mut Reader<'_>) -> Result<LinePlace, FormatError> {
    let bytes: [u8; 64] = from.fixed()?;
    let (key, hash) = bytes.split_at(32);
    match (key.try_into(), hash.try_into()) {
        (Ok(key), Ok(hash)) => Ok(LinePlace { key: LineKey(key), hash: LineHash(hash) }),
        _ => Err(FormatError::new(FormatCode::RangeSyntax, 0)),
    }
}
