//! The beacon: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381 and its chaining (spec §10.3–§10.6).
//!
//! Each block's builder proves one output that it could not choose; the chain of outputs is the
//! ledger's public randomness.

use alloc::vec::Vec;
use core::fmt;

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use curve25519_dalek::traits::IsIdentity;
use sha2::{Digest, Sha512};
use zeroize::Zeroize;

use crate::error::{FormatCode, FormatError};
use crate::id::{Height, ValidatorId, sha256, tag};
use crate::signature::PublicKey;

/// Bytes of an encoded [`Ext`].
pub const EXT_BYTES: usize = 117;
const EXT_VERSION: u8 = 0x01;
const SUITE: u8 = 0x03;

/// What a block's builder proves its beacon output over (spec §10.4).
pub fn alpha(origin: &str, height: Height) -> Vec<u8> {
    [tag::BEACON_ALPHA, origin.as_bytes(), &[0], &height.get().to_be_bytes()].concat()
}

/// The beacon after a block, from the one before and the output of the block's proof (spec §10.5).
pub fn next_beacon(previous: &[u8; 32], output: &[u8; 64]) -> [u8; 32] {
    sha256(&[tag::BEACON_NEXT, previous, output])
}

/// The beacon of a run of blocks: the chain of [`next_beacon`] begun anew with 32 zero bytes, over
/// the outputs of the run in order (spec §10.6).
pub fn run_beacon<'a>(outputs: impl IntoIterator<Item = &'a [u8; 64]>) -> [u8; 32] {
    outputs.into_iter().fold([0; 32], |beacon, output| next_beacon(&beacon, output))
}

/// The extension of a block leaf: who built the block, in which round, and the proof (spec §10.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ext {
    /// The validator that built the block.
    pub builder: ValidatorId,
    /// The round in which the block was first proposed.
    pub round: u32,
    /// The builder's proof over [`alpha`] of the block.
    pub proof: VrfProof,
}

impl Ext {
    /// The 117 bytes.
    pub fn encode(&self) -> Vec<u8> {
        [&[EXT_VERSION][..], &self.builder.0, &self.round.to_be_bytes(), &self.proof.0].concat()
    }

    /// Reads an extension; the proof is not checked.
    ///
    /// # Errors
    /// [`FormatCode::BeaconVersion`] for another version, [`FormatCode::BeaconSyntax`] for another
    /// length.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let syntax = FormatError::new(FormatCode::BeaconSyntax, bytes.len());
        let (&version, rest) = bytes.split_first().ok_or(syntax)?;
        if version != EXT_VERSION {
            return Err(FormatError::new(FormatCode::BeaconVersion, 0));
        }
        let (builder, rest) = rest.split_first_chunk().ok_or(syntax)?;
        let (round, rest) = rest.split_first_chunk().ok_or(syntax)?;
        let proof = rest.try_into().map_err(|_| syntax)?;
        Ok(Self {
            builder: ValidatorId(*builder),
            round: u32::from_be_bytes(*round),
            proof: VrfProof(proof),
        })
    }
}

/// A proof: point Gamma, challenge (16 bytes) and response (32 bytes).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VrfProof(pub [u8; 80]);

impl VrfProof {
    /// The 64-byte output that this proof is for, without checking it.
    ///
    /// # Errors
    /// [`FormatCode::BeaconSyntax`] if the bytes are no proof.
    pub fn output(&self) -> Result<[u8; 64], FormatError> {
        Ok(self.parts()?.output())
    }

    fn parts(&self) -> Result<Parts, FormatError> {
        let syntax = |at| FormatError::new(FormatCode::BeaconSyntax, at);
        let (gamma, rest) = self.0.split_first_chunk::<32>().ok_or(syntax(0))?;
        let (challenge, response) = rest.split_first_chunk::<16>().ok_or(syntax(32))?;
        let response = response.try_into().map_err(|_| syntax(48))?;
        Ok(Parts {
            gamma: decode_point(gamma).ok_or(syntax(0))?,
            challenge: *challenge,
            response: Option::from(Scalar::from_canonical_bytes(response)).ok_or(syntax(48))?,
        })
    }
}

impl fmt::Debug for VrfProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::id::write_hex(f, &self.0)
    }
}

/// A validator's public beacon key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VrfPublic(PublicKey);

impl VrfPublic {
    /// Admits a key under the same rule as signing keys (spec §4.2).
    ///
    /// # Errors
    /// Those of [`PublicKey::admit`].
    pub fn admit(bytes: &[u8; 32]) -> Result<Self, FormatError> {
        PublicKey::admit(bytes).map(Self)
    }

    /// The 32 bytes of the key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a proof over `alpha` and returns its output.
    ///
    /// # Errors
    /// [`FormatCode::BeaconSyntax`] if the bytes are no proof, [`FormatCode::BeaconProof`] if the
    /// proof is not of this key over this input.
    pub fn verify(&self, alpha: &[u8], proof: &VrfProof) -> Result<[u8; 64], FormatError> {
        let wrong = FormatError::new(FormatCode::BeaconProof, 0);
        let parts = proof.parts()?;
        let key = decode_point(self.as_bytes()).ok_or(wrong)?;
        let base = encode_to_curve(self.as_bytes(), alpha).ok_or(wrong)?;
        let minus_c = -challenge_scalar(&parts.challenge);
        let u = EdwardsPoint::vartime_double_scalar_mul_basepoint(&minus_c, &key, &parts.response);
        let v = base * parts.response + parts.gamma * minus_c;
        if challenge(self.as_bytes(), &base, &parts.gamma, &u, &v) == parts.challenge {
            Ok(parts.output())
        } else {
            Err(wrong)
        }
    }
}

/// A validator's secret beacon key; wiped when dropped.
pub struct VrfSecret {
    scalar: Scalar,
    prefix: [u8; 32],
    public: VrfPublic,
}

impl VrfSecret {
    /// The key of a 32-byte seed, as for Ed25519.
    ///
    /// # Panics
    /// Never for a seed whose hash is not constructed: the public key of a clamped scalar is
    /// admitted.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut hash: [u8; 64] = Sha512::digest(seed).into();
        let (mut low, mut prefix) = ([0; 32], [0; 32]);
        low.copy_from_slice(&hash[..32]);
        prefix.copy_from_slice(&hash[32..]);
        let scalar = Scalar::from_bytes_mod_order(clamp_integer(low));
        let point = EdwardsPoint::mul_base(&scalar).compress();
        let public =
            VrfPublic::admit(point.as_bytes()).expect("a clamped multiple of the base is admitted");
        hash.zeroize();
        low.zeroize();
        Self { scalar, prefix, public }
    }

    /// The public half.
    pub const fn public(&self) -> VrfPublic {
        self.public
    }

    /// The one proof of this key over `alpha`.
    ///
    /// # Panics
    /// If 256 hashes in a row are no point, which no input reaches.
    pub fn prove(&self, alpha: &[u8]) -> VrfProof {
        let base = encode_to_curve(self.public.as_bytes(), alpha)
            .expect("one of 256 hashes is a point, but for a chance of 2^-256");
        let gamma = base * self.scalar;
        let nonce =
            Sha512::new().chain_update(self.prefix).chain_update(base.compress().as_bytes());
        let mut nonce = Scalar::from_bytes_mod_order_wide(&nonce.finalize().into());
        let (u, v) = (EdwardsPoint::mul_base(&nonce), base * nonce);
        let challenge = challenge(self.public.as_bytes(), &base, &gamma, &u, &v);
        let response = nonce + challenge_scalar(&challenge) * self.scalar;
        nonce.zeroize();
        let mut proof = [0; 80];
        proof[..32].copy_from_slice(gamma.compress().as_bytes());
        proof[32..48].copy_from_slice(&challenge);
        proof[48..].copy_from_slice(response.as_bytes());
        VrfProof(proof)
    }
}

impl Drop for VrfSecret {
    fn drop(&mut self) {
        self.scalar.zeroize();
        self.prefix.zeroize();
    }
}

impl fmt::Debug for VrfSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VrfSecret").field("public", &self.public).finish_non_exhaustive()
    }
}

struct Parts {
    gamma: EdwardsPoint,
    challenge: [u8; 16],
    response: Scalar,
}

impl Parts {
    fn output(&self) -> [u8; 64] {
        let point = self.gamma.mul_by_cofactor().compress();
        Sha512::new()
            .chain_update([SUITE, 0x03])
            .chain_update(point.as_bytes())
            .chain_update([0x00])
            .finalize()
            .into()
    }
}

/// RFC 9381 §5.4.1.1, try and increment, salted with the public key.
fn encode_to_curve(key: &[u8; 32], alpha: &[u8]) -> Option<EdwardsPoint> {
    (0..=u8::MAX).find_map(|counter| {
        let hash = Sha512::new()
            .chain_update([SUITE, 0x01])
            .chain_update(key)
            .chain_update(alpha)
            .chain_update([counter, 0x00])
            .finalize();
        let point = decode_point(hash.first_chunk()?)?.mul_by_cofactor();
        (!point.is_identity()).then_some(point)
    })
}

/// RFC 9381 §5.4.3.
fn challenge(
    key: &[u8; 32],
    base: &EdwardsPoint,
    gamma: &EdwardsPoint,
    u: &EdwardsPoint,
    v: &EdwardsPoint,
) -> [u8; 16] {
    let mut hash = Sha512::new().chain_update([SUITE, 0x02]).chain_update(key);
    for point in [base, gamma, u, v] {
        hash.update(point.compress().as_bytes());
    }
    let hash: [u8; 64] = hash.chain_update([0x00]).finalize().into();
    let mut challenge = [0; 16];
    challenge.copy_from_slice(&hash[..16]);
    challenge
}

fn challenge_scalar(challenge: &[u8; 16]) -> Scalar {
    Scalar::from(u128::from_le_bytes(*challenge))
}

/// RFC 8032 §5.1.3: unlike the curve library's own, refuses encodings that are not canonical.
fn decode_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (point.compress().as_bytes() == bytes).then_some(point)
}

#[cfg(test)]
mod tests;
