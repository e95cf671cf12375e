//! The map of subjects: a Merkle Patricia tree's hashes and proofs (spec §9).
//!
//! Compatible with torchwood `mpt` as of its pull request 87. [`verify`] takes keys and values of
//! any length, as those vectors do; Tamga's maps use [`verify_presence`] and [`verify_absence`],
//! where both are 32 bytes.

use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::id::{MapKey, MapRoot, MapValue, sha256};
use crate::limits::MAP_PROOF_BYTES_MAX;
use crate::merkle::Hash;

/// Bit positions of a 32-byte key.
const KEY_BITS: u64 = 256;

/// The root of the empty map: SHA-256 of nothing (spec §9.2).
pub fn empty_root() -> MapRoot {
    MapRoot(sha256(&[]))
}

/// The hash of a leaf: SHA-256(0x00 ‖ 32 ‖ key ‖ 32 ‖ value) (spec §9.2).
pub fn leaf_hash(key: &MapKey, value: &MapValue) -> Hash {
    leaf_hash_of(&key.0, &value.0)
}

/// The hash of an inner node whose keys first differ at `bit` (spec §9.2).
pub fn inner_hash(bit: u8, left: &Hash, right: &Hash) -> Hash {
    // The varint of a byte, without the allocation that longer ones need.
    let position: &[u8] = if bit < 0x80 { &[bit] } else { &[bit, 1] };
    sha256(&[&[0x01], position, left, right])
}

/// The first bit position, from the most significant, where the keys differ; `None` if equal.
pub fn first_difference(a: &MapKey, b: &MapKey) -> Option<u8> {
    let (position, (x, y)) = a.0.iter().zip(&b.0).enumerate().find(|(_, (x, y))| x != y)?;
    let bit = position * 8 + (x ^ y).leading_zeros() as usize;
    u8::try_from(bit).ok()
}

/// The bit of the key at `position`, from the most significant; `true` goes right.
pub fn key_bit(key: &MapKey, position: u8) -> bool {
    bit_of(&key.0, u64::from(position))
}

/// The root of the map of these pairs (spec §9.2).
///
/// # Errors
/// [`FormatCode::MapOrder`] unless the keys strictly increase.
pub fn root_of(pairs: &[(MapKey, MapValue)]) -> Result<MapRoot, FormatError> {
    if let Some(at) = pairs.windows(2).position(|pair| matches!(pair, [a, b] if a.0 >= b.0)) {
        return Err(FormatError::new(FormatCode::MapOrder, at + 1));
    }
    Ok(subtree_root(pairs).map_or_else(empty_root, MapRoot))
}

/// Checks that the map has this value under this key (spec §9.3).
///
/// # Errors
/// [`FormatCode::MapProofSyntax`] if the bytes are no proof in the one form,
/// [`FormatCode::MapProofRoot`] if they prove something else.
pub fn verify_presence(
    root: &MapRoot,
    key: &MapKey,
    value: &MapValue,
    proof: &[u8],
) -> Result<(), FormatError> {
    check_length(proof)?;
    let mut steps = ProofReader::new(proof);
    let hash = climb(&mut steps, leaf_hash(key, value), &key.0, &key.0, KEY_BITS)?;
    same_root(&hash, &root.0)
}

/// Checks that the map has no value under this key (spec §9.3).
///
/// # Errors
/// [`FormatCode::MapProofSyntax`] if the bytes are no proof in the one form,
/// [`FormatCode::MapProofRoot`] if they prove something else.
pub fn verify_absence(root: &MapRoot, key: &MapKey, proof: &[u8]) -> Result<(), FormatError> {
    check_length(proof)?;
    if proof.is_empty() {
        return same_root(&empty_root().0, &root.0);
    }
    let mut steps = ProofReader::new(proof);
    let (other, value) = (steps.sized_bytes()?, steps.sized_bytes()?);
    if other.len() != 32 || value.len() != 32 || other == key.0 {
        return Err(FormatError::new(FormatCode::MapProofSyntax, 0));
    }
    let hash = climb(&mut steps, leaf_hash_of(other, value), &key.0, other, KEY_BITS)?;
    same_root(&hash, &root.0)
}

/// Checks presence of `value`, or absence if there is none, for keys and values of any length.
///
/// Short keys are continued with one zero byte and then 0xFF bytes without end, which keeps a key
/// and its extensions apart.
///
/// # Errors
/// As [`verify_presence`].
pub fn verify(
    root: &Hash,
    key: &[u8],
    value: Option<&[u8]>,
    proof: &[u8],
) -> Result<(), FormatError> {
    let mut steps = ProofReader::new(proof);
    let (leaf, other) = match value {
        Some(value) => (leaf_hash_of(key, value), key),
        None if proof.is_empty() => return same_root(&empty_root().0, root),
        None => {
            let (other, value) = (steps.sized_bytes()?, steps.sized_bytes()?);
            if other == key {
                return Err(FormatError::new(FormatCode::MapProofSyntax, 0));
            }
            (leaf_hash_of(other, value), other)
        }
    };
    let hash = climb(&mut steps, leaf, key, other, u64::MAX)?;
    same_root(&hash, root)
}

/// Writes map proofs: the leaf for an absence, then the steps from the leaf to the root.
#[derive(Clone, Debug, Default)]
pub struct ProofWriter(Vec<u8>);

impl ProofWriter {
    /// A proof of presence, so far of a map with one key.
    pub const fn presence() -> Self {
        Self(Vec::new())
    }

    /// A proof of absence that shows the neighbour whose place the key would share.
    pub fn absence(neighbour: &MapKey, value: &MapValue) -> Self {
        let mut bytes = Vec::new();
        for part in [&neighbour.0, &value.0] {
            bytes.push(32);
            bytes.extend_from_slice(part);
        }
        Self(bytes)
    }

    /// Adds the next inner node towards the root: its bit position and the other child.
    pub fn step(&mut self, bit: u8, sibling: &Hash) {
        push_varint(&mut self.0, u64::from(bit));
        self.0.extend_from_slice(sibling);
    }

    /// The bytes of the proof.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Hashes from a leaf to the root; `key` must share the path of `other`.
fn climb(
    steps: &mut ProofReader<'_>,
    leaf: Hash,
    key: &[u8],
    other: &[u8],
    bits_max: u64,
) -> Result<Hash, FormatError> {
    let (mut hash, mut below) = (leaf, bits_max);
    while !steps.rest.is_empty() {
        let at = steps.position();
        let bit = steps.varint()?;
        let sibling = steps.hash()?;
        let right = bit_of(other, bit);
        // Positions fall on the way up, and both keys lie on the same side of every node.
        if bit >= below || bit_of(key, bit) != right {
            return Err(FormatError::new(FormatCode::MapProofSyntax, at));
        }
        hash = if right {
            inner_hash_of(bit, sibling, &hash)
        } else {
            inner_hash_of(bit, &hash, sibling)
        };
        below = bit;
    }
    Ok(hash)
}

fn subtree_root(pairs: &[(MapKey, MapValue)]) -> Option<Hash> {
    let ((first, value), (last, _)) = (pairs.first()?, pairs.last()?);
    let Some(bit) = first_difference(first, last) else {
        return Some(leaf_hash(first, value));
    };
    let (left, right) = pairs.split_at(pairs.partition_point(|(key, _)| !key_bit(key, bit)));
    Some(inner_hash(bit, &subtree_root(left)?, &subtree_root(right)?))
}

fn leaf_hash_of(key: &[u8], value: &[u8]) -> Hash {
    let (mut key_length, mut value_length) = (Vec::new(), Vec::new());
    push_varint(&mut key_length, key.len() as u64);
    push_varint(&mut value_length, value.len() as u64);
    sha256(&[&[0x00], &key_length, key, &value_length, value])
}

fn inner_hash_of(bit: u64, left: &Hash, right: &Hash) -> Hash {
    let mut position = Vec::new();
    push_varint(&mut position, bit);
    sha256(&[&[0x01], &position, left, right])
}

/// The bit at `position` of a key, continued as [`verify`] says.
fn bit_of(key: &[u8], position: u64) -> bool {
    let byte = usize::try_from(position / 8).ok().map_or(0xFF, |index| match key.get(index) {
        Some(&byte) => byte,
        None if index == key.len() => 0x00,
        None => 0xFF,
    });
    byte & (0x80 >> (position % 8)) != 0
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        let [low, ..] = value.to_le_bytes();
        bytes.push(low | 0x80);
        value >>= 7;
    }
    let [low, ..] = value.to_le_bytes();
    bytes.push(low);
}

fn check_length(proof: &[u8]) -> Result<(), FormatError> {
    if proof.len() > MAP_PROOF_BYTES_MAX {
        return Err(FormatError::new(FormatCode::MapProofSyntax, MAP_PROOF_BYTES_MAX));
    }
    Ok(())
}

fn same_root(computed: &Hash, expected: &Hash) -> Result<(), FormatError> {
    if computed == expected { Ok(()) } else { Err(FormatError::new(FormatCode::MapProofRoot, 0)) }
}

struct ProofReader<'a> {
    whole: usize,
    rest: &'a [u8],
}

impl<'a> ProofReader<'a> {
    const fn new(proof: &'a [u8]) -> Self {
        Self { whole: proof.len(), rest: proof }
    }

    const fn position(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// An unsigned LEB128 number in its shortest form.
    fn varint(&mut self) -> Result<u64, FormatError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or_else(|| self.syntax())?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                return Err(self.syntax());
            }
            self.rest = rest;
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.syntax())
    }

    fn hash(&mut self) -> Result<&'a Hash, FormatError> {
        let (hash, rest) = self.rest.split_first_chunk().ok_or_else(|| self.syntax())?;
        self.rest = rest;
        Ok(hash)
    }

    fn sized_bytes(&mut self) -> Result<&'a [u8], FormatError> {
        let length = usize::try_from(self.varint()?).map_err(|_| self.syntax())?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.syntax())?;
        self.rest = rest;
        Ok(bytes)
    }

    const fn syntax(&self) -> FormatError {
        FormatError::new(FormatCode::MapProofSyntax, self.position())
    }
}

#[cfg(test)]
mod tests;
