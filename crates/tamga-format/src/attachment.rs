//! Attachments: what is too large for a record, by chunks and content (spec §24.1).

use alloc::vec::Vec;

use crate::cbor::{Limits, Reader, Writer};
use crate::error::{FormatCode, FormatError};
use crate::id::{AttachmentId, ChunkHash, sha256, tag};
use crate::limits::{CHUNK_BYTES_MAX, CHUNKS_MAX};
use crate::merkle;

const VERSION: u64 = 1;

/// A manifest in bytes.
pub const MANIFEST_BYTES_MAX: usize = 32 * CHUNKS_MAX + 32;

/// The chunks of an attachment: 1 to 4,096, each of 1 to 262,144 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    bytes: u64,
    chunks: Vec<ChunkHash>,
}

impl Manifest {
    /// The manifest of so many bytes in these chunks.
    ///
    /// # Errors
    /// [`FormatCode::AttachmentSyntax`] if there are too few or too many of either.
    pub fn new(bytes: u64, chunks: Vec<ChunkHash>) -> Result<Self, FormatError> {
        let count = u64::try_from(chunks.len()).unwrap_or(u64::MAX);
        let most = count.saturating_mul(CHUNK_BYTES_MAX as u64);
        if count == 0 || chunks.len() > CHUNKS_MAX || bytes < count || bytes > most {
            return Err(FormatError::new(FormatCode::AttachmentSyntax, 0));
        }
        Ok(Self { bytes, chunks })
    }

    /// The manifest of an attachment that is at hand.
    ///
    /// # Errors
    /// As [`Manifest::new`]; a chunk that is empty or too long is refused alike.
    pub fn of<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> Result<Self, FormatError> {
        let mut bytes = 0_u64;
        let mut hashes = Vec::new();
        for chunk in chunks {
            if chunk.is_empty() || chunk.len() > CHUNK_BYTES_MAX || hashes.len() == CHUNKS_MAX {
                return Err(FormatError::new(FormatCode::AttachmentSyntax, hashes.len()));
            }
            bytes = bytes.saturating_add(chunk.len() as u64);
            hashes.push(chunk_hash(chunk));
        }
        Self::new(bytes, hashes)
    }

    /// Bytes of all chunks together.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Hashes of the chunks, in order.
    pub fn chunks(&self) -> &[ChunkHash] {
        &self.chunks
    }

    /// The attachment's id: SHA-256(tag ‖ u64 bytes ‖ u32 chunks ‖ RFC 9162 root over the chunks).
    pub fn id(&self) -> AttachmentId {
        let hashes: Vec<merkle::Hash> = self.chunks.iter().map(|chunk| chunk.0).collect();
        let count = u32::try_from(self.chunks.len()).expect("there are at most 4096 chunks");
        AttachmentId(sha256(&[
            tag::ATTACHMENT,
            &self.bytes.to_be_bytes(),
            &count.to_be_bytes(),
            merkle::root_of(&hashes).as_bytes(),
        ]))
    }

    /// Checks that a chunk is the one at its place.
    ///
    /// # Errors
    /// [`FormatCode::ChunkHash`] at the chunk's number.
    pub fn check(&self, number: usize, chunk: &[u8]) -> Result<(), FormatError> {
        if self.chunks.get(number) == Some(&chunk_hash(chunk)) {
            return Ok(());
        }
        Err(FormatError::new(FormatCode::ChunkHash, number))
    }

    /// The bytes of the manifest: CBOR [1, bytes, hashes one after the other].
    pub fn encode(&self) -> Vec<u8> {
        let mut hashes = Vec::with_capacity(32 * self.chunks.len());
        for chunk in &self.chunks {
            hashes.extend_from_slice(chunk.as_bytes());
        }
        let mut out = Writer::new();
        out.array(3).uint(VERSION).uint(self.bytes).bytes(&hashes);
        out.finish()
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// A `cbor-…` code, or [`FormatCode::AttachmentSyntax`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::with_limits(bytes, Limits::with_bytes(MANIFEST_BYTES_MAX))?;
        if reader.array()? != 3 || reader.uint()? != VERSION {
            return Err(FormatError::new(FormatCode::AttachmentSyntax, 0));
        }
        let length = reader.uint()?;
        let (hashes, rest) = reader.bytes()?.as_chunks::<32>();
        reader.end()?;
        if !rest.is_empty() {
            return Err(FormatError::new(FormatCode::AttachmentSyntax, 0));
        }
        Self::new(length, hashes.iter().copied().map(ChunkHash).collect())
    }
}

/// The hash that names a chunk.
pub fn chunk_hash(chunk: &[u8]) -> ChunkHash {
    ChunkHash(merkle::leaf_hash(chunk))
}

#[cfg(test)]
mod tests;
