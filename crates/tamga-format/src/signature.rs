//! Ed25519 keys and signatures, one validity rule everywhere (spec §4).
//!
//! A signature is valid when ZIP-215 says so: only there do single, batch and other-language
//! verification agree. Keys are stricter than signatures: [`PublicKey::admit`] refuses every
//! encoding with which one signature could speak for several messages or keys.

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::Signer as _;
use ed25519_zebra::{VerificationKey, VerificationKeyBytes, batch};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::error::{FormatCode, FormatError};
use crate::id::{KeyId, parse_hex, sha256, write_hex};

/// The bytes before the key in the COSE_Key whose hash is the [`KeyId`]: {1: 1, -1: 6, -2: key}.
const THUMBPRINT_PREFIX: &[u8] = &[0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];

/// An Ed25519 signature: R ‖ s (spec §4.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The signature of these 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

/// An admitted Ed25519 public key: canonical, not of small order, torsion-free (spec §4.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Admits a key.
    ///
    /// Costs about as much as verifying a signature; do it once, when a key is registered.
    ///
    /// # Errors
    ///
    /// [`FormatCode::KeyNotPoint`], [`FormatCode::KeyNotCanonical`],
    /// [`FormatCode::KeySmallOrder`] or [`FormatCode::KeyTorsion`], checked in this order.
    pub fn admit(bytes: &[u8; 32]) -> Result<Self, FormatError> {
        let refuse = |code| Err(FormatError::new(code, 0));
        let Some(point) = CompressedEdwardsY(*bytes).decompress() else {
            return refuse(FormatCode::KeyNotPoint);
        };
        if point.compress().as_bytes() != bytes {
            return refuse(FormatCode::KeyNotCanonical);
        }
        if point.is_small_order() {
            return refuse(FormatCode::KeySmallOrder);
        }
        if !point.is_torsion_free() {
            return refuse(FormatCode::KeyTorsion);
        }
        Ok(Self(*bytes))
    }

    /// A key that was admitted before it was stored, such as one in a key's committed status.
    ///
    /// For bytes from anywhere else use [`PublicKey::admit`].
    pub const fn from_admitted(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads and admits 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    ///
    /// [`FormatCode::HexInvalid`], and those of [`PublicKey::admit`].
    pub fn from_hex(text: &str) -> Result<Self, FormatError> {
        Self::admit(&parse_hex(text)?)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The COSE key thumbprint of this key (spec §4.3).
    pub fn key_id(&self) -> KeyId {
        KeyId(sha256(&[THUMBPRINT_PREFIX, &self.0]))
    }

    /// Checks one signature (spec §4.1).
    ///
    /// # Errors
    ///
    /// [`FormatCode::SignatureInvalid`].
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), FormatError> {
        verify_raw(&self.0, message, signature)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

/// A secret key; erased from memory when dropped.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 §5.1.5). Erases the argument's copy.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = Self(ed25519_dalek::SigningKey::from_bytes(&seed));
        seed.zeroize();
        key
    }

    /// The public key. It is always admissible: a multiple of the base point by a scalar that is
    /// not zero modulo the group order.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`; the same message always gives the same signature.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public())
    }
}

/// Checks one signature against the raw bytes of a key (spec §4.1).
///
/// This is the bare rule ZIP-215, which accepts keys that [`PublicKey::admit`] refuses.
///
/// # Errors
///
/// [`FormatCode::SignatureInvalid`].
pub fn verify_raw(
    key: &[u8; 32],
    message: &[u8],
    signature: &Signature,
) -> Result<(), FormatError> {
    VerificationKey::try_from(*key)
        .and_then(|key| key.verify(&ed25519_zebra::Signature::from_bytes(&signature.0), message))
        .map_err(|_| FormatError::new(FormatCode::SignatureInvalid, 0))
}

/// Checks many signatures; answers in the order of `items`.
///
/// The answers are those of [`PublicKey::verify`], only faster when all are valid: one batch is
/// tried first, and if it fails every signature is checked alone. `random` must be fresh and
/// unknown to the signers, or a forger could make a failing batch pass.
pub fn verify_batch(items: &[(PublicKey, &[u8], Signature)], random: [u8; 32]) -> Vec<bool> {
    batch_then_single(items.iter().map(|(key, message, sig)| (&key.0, *message, sig)), random)
}

/// [`verify_batch`] over raw keys, under the bare rule of [`verify_raw`].
pub fn verify_raw_batch(items: &[([u8; 32], &[u8], Signature)], random: [u8; 32]) -> Vec<bool> {
    batch_then_single(items.iter().map(|(key, message, sig)| (key, *message, sig)), random)
}

fn batch_then_single<'a>(
    items: impl ExactSizeIterator<Item = (&'a [u8; 32], &'a [u8], &'a Signature)> + Clone,
    random: [u8; 32],
) -> Vec<bool> {
    if items.len() > 1 && batch_holds(items.clone(), random) {
        return alloc::vec![true; items.len()];
    }
    items.map(|(key, message, signature)| verify_raw(key, message, signature).is_ok()).collect()
}

/// Whether all signatures hold, with one multi-scalar multiplication and no fallback.
fn batch_holds<'a>(
    items: impl Iterator<Item = (&'a [u8; 32], &'a [u8], &'a Signature)>,
    random: [u8; 32],
) -> bool {
    let mut verifier = batch::Verifier::new();
    for (key, message, signature) in items {
        let signature = ed25519_zebra::Signature::from_bytes(&signature.0);
        verifier.queue((VerificationKeyBytes::from(*key), signature, message));
    }
    verifier.verify(Expanded { seed: random, block: [0; 32], used: 32, counter: 0 }).is_ok()
}

/// The handed-in randomness, expanded: block i is SHA-256(seed ‖ u64be i).
struct Expanded {
    seed: [u8; 32],
    block: [u8; 32],
    used: usize,
    counter: u64,
}

impl Expanded {
    fn byte(&mut self) -> u8 {
        if self.used >= self.block.len() {
            let hash =
                Sha256::new().chain_update(self.seed).chain_update(self.counter.to_be_bytes());
            self.block = hash.finalize().into();
            self.counter = self.counter.wrapping_add(1);
            self.used = 0;
        }
        let byte = self.block.get(self.used).copied().unwrap_or_default();
        self.used += 1;
        byte
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.byte())
    }
}

impl rand_core::TryRng for Expanded {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_le_bytes(self.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_le_bytes(self.bytes()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.fill_with(|| self.byte());
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Expanded {}

#[cfg(test)]
mod tests;
