//! The bytes of every consensus message: one strict form (spec §18.6).
//!
//! Integers are big-endian, choices are one tag byte, lists carry a bounded count. A decoder takes
//! the whole input or refuses it, so every message has exactly one encoding.

use arc_malachitebft_core_consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_types::{
    NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate, RoundCertificateType,
    RoundSignature, SignedMessage, ValidatorProof, Validity, VoteType,
};
use bytes::Bytes;
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::limits::VALIDATORS_MAX;
use tamga_format::signature::Signature;

use super::parts::{Fin, Init, PART_BYTES, ProposalPart};
use super::{Address, BlockHeight, Candidate, Ledger, Proposal, Vote};

/// Signatures in one certificate: a member signs at most once for each kind of vote.
const SIGNATURES_MAX: usize = 2 * VALIDATORS_MAX;
/// Bytes of a libp2p peer id or of a public key in a validator's proof.
const PROOF_FIELD_BYTES_MAX: usize = 128;

/// Why a message was refused: what was being read and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What was being read.
    pub what: &'static str,
    /// Bytes left unread at that point.
    pub left: usize,
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "malformed {} with {} bytes left", self.what, self.left)
    }
}

impl std::error::Error for WireError {}

/// A type with one binary form.
pub trait Wire: Sized {
    /// Appends the bytes of `self`.
    fn put(&self, out: &mut Vec<u8>);

    /// Reads one value from the front of the input.
    ///
    /// # Errors
    ///
    /// When the input is not in the one form.
    fn take(input: &mut &[u8]) -> Result<Self, WireError>;
}

/// The bytes of `message`.
pub fn encode<T: Wire>(message: &T) -> Vec<u8> {
    let mut out = Vec::new();
    message.put(&mut out);
    out
}

/// Reads a message that fills the whole input.
///
/// # Errors
///
/// When the input is not in the one form, or goes on after it.
pub fn decode<T: Wire>(mut input: &[u8]) -> Result<T, WireError> {
    let message = T::take(&mut input)?;
    end(input)?;
    Ok(message)
}

/// Refuses bytes after the end of a message.
///
/// # Errors
///
/// When there are any.
pub const fn end(input: &[u8]) -> Result<(), WireError> {
    if input.is_empty() { Ok(()) } else { Err(refuse("end of message", input)) }
}

/// The refusal of `what` at this point of the input.
pub const fn refuse(what: &'static str, input: &[u8]) -> WireError {
    WireError { what, left: input.len() }
}

/// Appends a counted byte string.
pub fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    let count = u32::try_from(bytes.len()).expect("messages stay far below 4 GiB");
    count.put(out);
    out.extend_from_slice(bytes);
}

/// Reads a counted byte string of at most `bytes_max` bytes.
///
/// # Errors
///
/// When it is longer, or the input ends before it.
pub fn take_bytes<'a>(
    input: &mut &'a [u8],
    bytes_max: usize,
    what: &'static str,
) -> Result<&'a [u8], WireError> {
    let count = u32::take(input)? as usize;
    let (head, rest) = (count <= bytes_max)
        .then(|| input.split_at_checked(count))
        .flatten()
        .ok_or(refuse(what, input))?;
    *input = rest;
    Ok(head)
}

fn put_list<T: Wire>(items: &[T], out: &mut Vec<u8>) {
    let count = u16::try_from(items.len()).expect("lists are bounded by the number of validators");
    out.extend_from_slice(&count.to_be_bytes());
    for item in items {
        item.put(out);
    }
}

fn take_list<T: Wire>(input: &mut &[u8], what: &'static str) -> Result<Vec<T>, WireError> {
    let count = usize::from(u16::from_be_bytes(array(input, what)?));
    if count > SIGNATURES_MAX {
        return Err(refuse(what, input));
    }
    (0..count).map(|_| T::take(input)).collect()
}

fn array<const N: usize>(input: &mut &[u8], what: &'static str) -> Result<[u8; N], WireError> {
    let (head, rest) = input.split_first_chunk::<N>().ok_or(refuse(what, input))?;
    *input = rest;
    Ok(*head)
}

fn byte(input: &mut &[u8], what: &'static str) -> Result<u8, WireError> {
    array::<1>(input, what).map(|[byte]| byte)
}

macro_rules! fixed {
    ($($type:ty, $size:literal, $name:literal, $put:expr, $take:expr;)*) => {$(
        impl Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let put: fn(&Self) -> [u8; $size] = $put;
                out.extend_from_slice(&put(self));
            }

            fn take(input: &mut &[u8]) -> Result<Self, WireError> {
                let take: fn([u8; $size]) -> Self = $take;
                array(input, $name).map(take)
            }
        }
    )*};
}

fixed! {
    u32, 4, "u32", |n| n.to_be_bytes(), u32::from_be_bytes;
    u64, 8, "u64", |n| n.to_be_bytes(), u64::from_be_bytes;
    Height, 8, "height", |h| h.get().to_be_bytes(), |b| Height(u64::from_be_bytes(b));
    BlockHeight, 8, "height", |h| h.0.to_be_bytes(), |b| BlockHeight(u64::from_be_bytes(b));
    ValueId, 32, "value id", |id| id.0, ValueId;
    ValidatorId, 32, "validator id", |id| id.0, ValidatorId;
    Address, 32, "validator id", |id| id.0.0, |b| Address(ValidatorId(b));
    Candidate, 32, "value id", |value| value.0.0, |b| Candidate(ValueId(b));
    Signature, 64, "signature", |signature| signature.0, Signature;
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(1);
                value.put(out);
            }
        }
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        match byte(input, "option")? {
            0 => Ok(None),
            1 => T::take(input).map(Some),
            _ => Err(refuse("option", input)),
        }
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok((A::take(input)?, B::take(input)?))
    }
}

impl Wire for Round {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_u32().put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        <Option<u32> as Wire>::take(input).map(Self::from)
    }
}

impl Wire for NilOrVal<ValueId> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Nil => None,
            Self::Val(value) => Some(*value),
        }
        .put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(<Option<ValueId> as Wire>::take(input)?.map_or(Self::Nil, Self::Val))
    }
}

impl Wire for VoteType {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::Prevote => 1,
            Self::Precommit => 2,
        });
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        match byte(input, "kind of vote")? {
            1 => Ok(Self::Prevote),
            2 => Ok(Self::Precommit),
            _ => Err(refuse("kind of vote", input)),
        }
    }
}

impl Wire for Vote {
    fn put(&self, out: &mut Vec<u8>) {
        self.kind.put(out);
        self.height.put(out);
        self.round.put(out);
        self.value.put(out);
        self.validator.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            kind: Wire::take(input)?,
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            value: Wire::take(input)?,
            validator: Wire::take(input)?,
        })
    }
}

impl Wire for Proposal {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.value.put(out);
        self.pol_round.put(out);
        self.proposer.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            value: Wire::take(input)?,
            pol_round: Wire::take(input)?,
            proposer: Wire::take(input)?,
        })
    }
}

impl<T: Wire> Wire for SignedMessage<Ledger, T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.message.put(out);
        self.signature.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self::new(T::take(input)?, Wire::take(input)?))
    }
}

impl Wire for SignedConsensusMsg<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Vote(vote) => {
                out.push(1);
                vote.put(out);
            }
            Self::Proposal(proposal) => {
                out.push(2);
                proposal.put(out);
            }
        }
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        match byte(input, "consensus message")? {
            1 => Wire::take(input).map(Self::Vote),
            2 => Wire::take(input).map(Self::Proposal),
            _ => Err(refuse("consensus message", input)),
        }
    }
}

impl Wire for LivenessMsg<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Vote(vote) => {
                out.push(1);
                vote.put(out);
            }
            Self::PolkaCertificate(certificate) => {
                out.push(2);
                certificate.put(out);
            }
            Self::SkipRoundCertificate(certificate) => {
                out.push(3);
                certificate.put(out);
            }
        }
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        match byte(input, "liveness message")? {
            1 => Wire::take(input).map(Self::Vote),
            2 => Wire::take(input).map(Self::PolkaCertificate),
            3 => Wire::take(input).map(Self::SkipRoundCertificate),
            _ => Err(refuse("liveness message", input)),
        }
    }
}

impl Wire for PolkaSignature<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.address.put(out);
        self.signature.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self::new(Wire::take(input)?, Wire::take(input)?))
    }
}

impl Wire for PolkaCertificate<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.value_id.put(out);
        put_list(&self.polka_signatures, out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            value_id: Wire::take(input)?,
            polka_signatures: take_list(input, "polka signatures")?,
        })
    }
}

impl Wire for RoundSignature<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.vote_type.put(out);
        self.value_id.put(out);
        self.address.put(out);
        self.signature.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            vote_type: Wire::take(input)?,
            value_id: Wire::take(input)?,
            address: Wire::take(input)?,
            signature: Wire::take(input)?,
        })
    }
}

impl Wire for RoundCertificate<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        out.push(match self.cert_type {
            RoundCertificateType::Skip => 1,
            RoundCertificateType::Precommit => 2,
        });
        put_list(&self.round_signatures, out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            cert_type: match byte(input, "kind of round certificate")? {
                1 => RoundCertificateType::Skip,
                2 => RoundCertificateType::Precommit,
                _ => return Err(refuse("kind of round certificate", input)),
            },
            round_signatures: take_list(input, "round signatures")?,
        })
    }
}

impl Wire for ProposedValue<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.valid_round.put(out);
        self.proposer.put(out);
        self.value.put(out);
        out.push(u8::from(self.validity.is_valid()));
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            valid_round: Wire::take(input)?,
            proposer: Wire::take(input)?,
            value: Wire::take(input)?,
            validity: match byte(input, "validity")? {
                0 => Validity::Invalid,
                1 => Validity::Valid,
                _ => return Err(refuse("validity", input)),
            },
        })
    }
}

impl Wire for ValidatorProof<Ledger> {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(&self.public_key, out);
        put_bytes(&self.peer_id, out);
        self.signature.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            public_key: take_bytes(input, PROOF_FIELD_BYTES_MAX, "public key")?.to_vec(),
            peer_id: take_bytes(input, PROOF_FIELD_BYTES_MAX, "peer id")?.to_vec(),
            signature: Wire::take(input)?,
        })
    }
}

impl Wire for Certificate {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(&self.encode(), out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        let bytes = take_bytes(input, 64 + 96 * VALIDATORS_MAX, "certificate")?;
        Self::decode(bytes).map_err(|_| refuse("certificate", input))
    }
}

impl Wire for Init {
    fn put(&self, out: &mut Vec<u8>) {
        self.height.put(out);
        self.round.put(out);
        self.valid_round.put(out);
        self.sender.put(out);
        put_list(&self.polka, out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            height: Wire::take(input)?,
            round: Wire::take(input)?,
            valid_round: Wire::take(input)?,
            sender: Wire::take(input)?,
            polka: take_list(input, "prevotes")?,
        })
    }
}

impl Wire for Fin {
    fn put(&self, out: &mut Vec<u8>) {
        self.value.put(out);
        out.extend_from_slice(&self.digest);
        self.signature.put(out);
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        Ok(Self {
            value: Wire::take(input)?,
            digest: array(input, "digest")?,
            signature: Wire::take(input)?,
        })
    }
}

impl Wire for ProposalPart {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Init(init) => {
                out.push(1);
                init.put(out);
            }
            Self::Data(bytes) => {
                out.push(2);
                put_bytes(bytes, out);
            }
            Self::Fin(fin) => {
                out.push(3);
                fin.put(out);
            }
        }
    }

    fn take(input: &mut &[u8]) -> Result<Self, WireError> {
        match byte(input, "part")? {
            1 => Wire::take(input).map(Self::Init),
            2 => take_bytes(input, *PART_BYTES.end(), "piece of a block")
                .map(|bytes| Self::Data(Bytes::copy_from_slice(bytes))),
            3 => Wire::take(input).map(Self::Fin),
            _ => Err(refuse("part", input)),
        }
    }
}

#[cfg(test)]
mod tests;
