//! That a validator holds the attachment of a record and checked its lines (spec §24.6).

use alloc::vec::Vec;

use crate::error::FormatError;
use crate::id::{GenesisHash, RecordId, ValidatorId, tag};
use crate::signature::{PublicKey, Signature, SigningKey};

/// Bytes of a statement.
pub const HELD_BYTES: usize = 32 + 32 + 64;

/// A validator's statement about one record: its attachment is here, and its lines were checked as of its base.
///
/// The record names attachment and base, so that its id says all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldStatement {
    /// The record.
    pub record: RecordId,
    /// Who states it.
    pub validator: ValidatorId,
    /// By the validator's consensus key.
    pub signature: Signature,
}

impl HeldStatement {
    /// Signs a statement.
    pub fn sign(
        genesis: &GenesisHash,
        record: RecordId,
        validator: ValidatorId,
        key: &SigningKey,
    ) -> Self {
        Self { record, validator, signature: key.sign(&message(genesis, &record)) }
    }

    /// Checks the signature; that the key is the validator's, the caller knows.
    ///
    /// # Errors
    /// [`FormatCode::SignatureInvalid`](crate::error::FormatCode::SignatureInvalid).
    pub fn verify(&self, genesis: &GenesisHash, key: &PublicKey) -> Result<(), FormatError> {
        key.verify(&message(genesis, &self.record), &self.signature)
    }

    /// The bytes: record, validator, signature.
    pub fn encode(&self) -> [u8; HELD_BYTES] {
        let mut out = [0; HELD_BYTES];
        let parts = self.record.0.iter().chain(&self.validator.0).chain(self.signature.as_bytes());
        for (slot, byte) in out.iter_mut().zip(parts) {
            *slot = *byte;
        }
        out
    }

    /// Reads a statement.
    pub fn decode(bytes: &[u8; HELD_BYTES]) -> Self {
        let part = |from: usize| {
            let part = bytes.get(from..).and_then(<[u8]>::first_chunk::<32>);
            part.copied().unwrap_or_default()
        };
        let signature = bytes.last_chunk::<64>().copied().unwrap_or([0; 64]);
        Self {
            record: RecordId(part(0)),
            validator: ValidatorId(part(32)),
            signature: Signature(signature),
        }
    }
}

/// What is signed: the tag, the ledger, the record.
fn message(genesis: &GenesisHash, record: &RecordId) -> Vec<u8> {
    [tag::HELD, genesis.as_bytes(), record.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FormatCode;

    #[test]
    fn a_statement_is_of_one_ledger_record_and_key() {
        let key = SigningKey::from_seed([1; 32]);
        let genesis = GenesisHash([2; 32]);
        let held = HeldStatement::sign(&genesis, RecordId([3; 32]), ValidatorId([4; 32]), &key);
        assert_eq!(HeldStatement::decode(&held.encode()), held);
        assert_eq!(held.verify(&genesis, &key.public()), Ok(()));
        let code = |held: &HeldStatement, genesis: &GenesisHash, key: &SigningKey| {
            held.verify(genesis, &key.public()).unwrap_err().code
        };
        let other = HeldStatement { record: RecordId([5; 32]), ..held };
        assert_eq!(code(&other, &genesis, &key), FormatCode::SignatureInvalid);
        assert_eq!(code(&held, &GenesisHash([6; 32]), &key), FormatCode::SignatureInvalid);
        let stranger = SigningKey::from_seed([7; 32]);
        assert_eq!(code(&held, &genesis, &stranger), FormatCode::SignatureInvalid);
    }
}
