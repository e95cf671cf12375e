//! Votes and the certificate that a block was decided (spec §12.3, §12.4).

use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::id::{GenesisHash, Height, ValidatorId, ValueId, tag};
use crate::limits::VALIDATORS_MAX;
use crate::signature::Signature;
use crate::validators::ValidatorSet;

const VERSION: u8 = 0x01;
const HEAD_BYTES: usize = 1 + 8 + 4 + 32 + 2;

/// The step of consensus that a vote belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VoteKind {
    /// The value is valid.
    Prevote = 1,
    /// A quorum found the value valid.
    Precommit = 2,
}

/// The bytes a validator signs to vote for a value, or for none (spec §12.3).
pub fn vote_bytes(
    kind: VoteKind,
    genesis: &GenesisHash,
    height: Height,
    round: u32,
    value: Option<&ValueId>,
    validator: &ValidatorId,
) -> Vec<u8> {
    let kind = match kind {
        VoteKind::Prevote => 1,
        VoteKind::Precommit => 2,
    };
    let mut bytes = Vec::new();
    bytes.extend_from_slice(tag::VOTE);
    bytes.push(kind);
    bytes.extend_from_slice(&genesis.0);
    bytes.extend_from_slice(&height.get().to_be_bytes());
    bytes.extend_from_slice(&round.to_be_bytes());
    bytes.extend_from_slice(&validator.0);
    match value {
        None => bytes.push(0),
        Some(value) => {
            bytes.push(1);
            bytes.extend_from_slice(&value.0);
        }
    }
    bytes
}

/// Precommits of one round for one value, not yet checked (spec §12.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The height decided.
    pub height: Height,
    /// The round that decided it.
    pub round: u32,
    /// The value decided.
    pub value: ValueId,
    /// Who precommitted, strictly increasing by id.
    pub signatures: Vec<(ValidatorId, Signature)>,
}

impl Certificate {
    /// The binary form.
    ///
    /// # Panics
    /// If there are more signatures than a set has members.
    pub fn encode(&self) -> Vec<u8> {
        let count = u16::try_from(self.signatures.len()).expect("at most 64 signers");
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.signatures.len() * 96);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.height.get().to_be_bytes());
        bytes.extend_from_slice(&self.round.to_be_bytes());
        bytes.extend_from_slice(&self.value.0);
        bytes.extend_from_slice(&count.to_be_bytes());
        for (validator, signature) in &self.signatures {
            bytes.extend_from_slice(&validator.0);
            bytes.extend_from_slice(&signature.0);
        }
        bytes
    }

    /// Reads the binary form; signatures are not checked.
    ///
    /// # Errors
    /// [`FormatCode::CertificateVersion`], [`FormatCode::CertificateSyntax`] for a wrong length or
    /// more than 64 signers, [`FormatCode::CertificateOrder`] for signers out of order.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut rest = bytes;
        let [version] = take(bytes, &mut rest)?;
        if version != VERSION {
            return Err(FormatError::new(FormatCode::CertificateVersion, 0));
        }
        let height = Height(u64::from_be_bytes(take(bytes, &mut rest)?));
        let round = u32::from_be_bytes(take(bytes, &mut rest)?);
        let value = ValueId(take(bytes, &mut rest)?);
        let count = usize::from(u16::from_be_bytes(take(bytes, &mut rest)?));
        if count > VALIDATORS_MAX || rest.len() != count * 96 {
            return Err(FormatError::new(FormatCode::CertificateSyntax, HEAD_BYTES));
        }
        let mut signatures = Vec::with_capacity(count);
        for _ in 0..count {
            let validator = ValidatorId(take(bytes, &mut rest)?);
            signatures.push((validator, Signature(take(bytes, &mut rest)?)));
        }
        let certificate = Self { height, round, value, signatures };
        certificate.check_order()?;
        Ok(certificate)
    }

    /// Checks that a quorum of the set precommitted this value.
    ///
    /// # Errors
    /// [`FormatCode::CertificateOrder`], [`FormatCode::CertificateSigner`],
    /// [`FormatCode::CertificateQuorum`], or [`FormatCode::SignatureInvalid`] with the position of
    /// the signature; every signature must hold, not just a quorum of them.
    pub fn verify(
        self,
        genesis: &GenesisHash,
        validators: &ValidatorSet,
    ) -> Result<VerifiedCertificate, FormatError> {
        self.check_order()?;
        if self.signatures.len() < validators.quorum() {
            return Err(FormatError::new(FormatCode::CertificateQuorum, self.signatures.len()));
        }
        for (at, (id, signature)) in self.signatures.iter().enumerate() {
            let member =
                validators.get(id).ok_or(FormatError::new(FormatCode::CertificateSigner, at))?;
            let vote = vote_bytes(
                VoteKind::Precommit,
                genesis,
                self.height,
                self.round,
                Some(&self.value),
                id,
            );
            member
                .consensus
                .verify(&vote, signature)
                .map_err(|error| FormatError { at, ..error })?;
        }
        Ok(VerifiedCertificate(self))
    }

    fn check_order(&self) -> Result<(), FormatError> {
        let unsorted =
            self.signatures.windows(2).position(|pair| matches!(pair, [a, b] if a.0 >= b.0));
        match unsorted {
            Some(at) => Err(FormatError::new(FormatCode::CertificateOrder, at + 1)),
            None => Ok(()),
        }
    }
}

/// A certificate that [`Certificate::verify`] has checked; it has no other constructor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCertificate(Certificate);

impl VerifiedCertificate {
    /// The certificate.
    pub const fn as_certificate(&self) -> &Certificate {
        &self.0
    }

    /// The height decided.
    pub const fn height(&self) -> Height {
        self.0.height
    }

    /// The value decided.
    pub const fn value(&self) -> ValueId {
        self.0.value
    }
}

fn take<const N: usize>(whole: &[u8], rest: &mut &[u8]) -> Result<[u8; N], FormatError> {
    let at = whole.len() - rest.len();
    let (head, tail) =
        rest.split_first_chunk().ok_or(FormatError::new(FormatCode::CertificateSyntax, at))?;
    *rest = tail;
    Ok(*head)
}

#[cfg(test)]
mod tests;
