//! Records: signed public statements, the entries of the log (spec §5).
//!
//! A [`Record`] is what somebody wants to say, a [`SignedRecord`] is the bytes that say it, a
//! [`VerifiedRecord`] is one whose signature holds. Bytes are hashed and signed exactly as
//! received; what has another encoding than the one of spec §5.1 is refused by
//! [`SignedRecord::decode`]. Whether a record is *allowed* is decided elsewhere.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Deref;

use crate::cbor::Value;
use crate::error::{FormatCode, FormatError};
use crate::id::{BodyCommitment, KeyId, LeafHash, RecordId, SubjectId, UnixMillis, sha256};
pub use crate::limits::ENTRY_BYTES_MAX;
use crate::merkle;
use crate::signature::{PublicKey, Signature, SigningKey, verify_batch};
use crate::subject::Subject;

mod codec;

/// A public statement of one writer about its subjects (spec §5.3, §5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose key signs.
    pub key_id: KeyId,
    /// Who writes.
    pub issuer: Subject,
    /// The primary subject.
    pub subject: Subject,
    /// Origin of the ledger it is meant for.
    pub audience: String,
    /// Number of the record kind in the catalogue.
    pub kind: u16,
    /// Version of the kind's schema.
    pub version: u16,
    /// 16 bytes that make the record unlike any other; random, or derived from a secret.
    pub nonce: [u8; 16],
    /// When it happened.
    pub event_time: UnixMillis,
    /// The last block time at which it may enter the log.
    pub valid_until: UnixMillis,
    /// The other subjects: distinct, without the primary one, at most 127; written in order.
    pub subjects: Vec<Subject>,
    /// The primary subject's previous record, if the writer makes that a condition.
    pub after: Option<RecordId>,
    /// The organisation for which a robot or a gateway writes.
    pub on_behalf_of: Option<SubjectId>,
    /// Earlier records it speaks of: distinct, at most 16.
    pub references: Vec<Reference>,
    /// Public fields by number: distinct, at most 64; written in order.
    pub fields: Vec<(u16, Value)>,
    /// Commitment to the body that travels beside the record.
    pub body: Option<BodyCommitment>,
}

/// An earlier record, and the subject in whose status it is looked up (spec §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What the earlier record is to this one, by number in the catalogue.
    pub relation: u8,
    /// The earlier record.
    pub record: RecordId,
    /// A subject of the earlier record.
    pub subject: Subject,
}

impl Record {
    /// All subjects: the primary one, then the others.
    pub fn all_subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        core::iter::once(self.subject).chain(self.subjects.iter().copied())
    }

    /// The public field of a number.
    pub fn field(&self, number: u16) -> Option<&Value> {
        self.fields.iter().find(|(n, _)| *n == number).map(|(_, value)| value)
    }

    /// The bytes to be signed: the COSE Sig_structure (spec §5.5).
    pub fn signature_input(&self) -> Vec<u8> {
        codec::signature_input(&codec::protected(self), &codec::payload(self))
    }

    /// Signs the record.
    ///
    /// # Errors
    ///
    /// [`FormatCode::SignatureKey`] if `key` isn't the one named by `key_id`, and those of
    /// [`SignedRecord::decode`] for a record that has no valid encoding.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedRecord, FormatError> {
        if key.public().key_id() != self.key_id {
            return Err(FormatError::new(FormatCode::SignatureKey, 0).of("kid"));
        }
        self.with_signature(&key.sign(&self.signature_input()))
    }

    /// Joins the record with a signature over [`Record::signature_input`] made elsewhere, such as
    /// in a hardware module. The signature itself isn't checked.
    ///
    /// # Errors
    ///
    /// Those of [`SignedRecord::decode`].
    pub fn with_signature(&self, signature: &Signature) -> Result<SignedRecord, FormatError> {
        let entry = codec::entry(&codec::protected(self), &codec::payload(self), signature);
        SignedRecord::decode(&entry)
    }
}

/// The exact bytes of a record, well-formed; whether its signature holds is unknown.
///
/// Invariant: `entry` is the only encoding of `record` and `signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRecord {
    entry: Vec<u8>,
    /// Where the payload's byte string begins in `entry`.
    payload_at: usize,
    record: Record,
    id: RecordId,
    leaf: LeafHash,
    signature: Signature,
}

impl SignedRecord {
    /// Reads an entry (spec §5.1).
    ///
    /// # Errors
    ///
    /// A code of spec §2.1, §5 or §7 and the byte where the fault is; the sender must correct it.
    pub fn decode(entry: &[u8]) -> Result<Self, FormatError> {
        let codec::Decoded { record, signature, payload_at } = codec::decode(entry)?;
        let id = RecordId(sha256(&codec::signed_parts(entry, payload_at)));
        let leaf = LeafHash(merkle::leaf_hash(entry));
        Ok(Self { entry: entry.to_vec(), payload_at, record, id, leaf, signature })
    }

    /// The entry, as received.
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// What it says.
    pub const fn record(&self) -> &Record {
        &self.record
    }

    /// The id of the statement: SHA-256 of [`SignedRecord::signed_bytes`].
    pub const fn id(&self) -> RecordId {
        self.id
    }

    /// The hash of the entry as a leaf of the log.
    pub const fn leaf_hash(&self) -> LeafHash {
        self.leaf
    }

    /// The signature in the entry.
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The bytes the signature is over: the COSE Sig_structure (spec §5.5).
    pub fn signed_bytes(&self) -> Vec<u8> {
        codec::signed_parts(&self.entry, self.payload_at).concat()
    }

    /// Checks that `key` is the one the record names and that its signature holds (spec §4.1).
    ///
    /// # Errors
    ///
    /// [`FormatCode::SignatureKey`], [`FormatCode::SignatureInvalid`].
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedRecord, FormatError> {
        self.check_key(key)?;
        key.verify(&self.signed_bytes(), &self.signature)?;
        Ok(VerifiedRecord(self))
    }

    fn check_key(&self, key: &PublicKey) -> Result<(), FormatError> {
        if key.key_id() == self.record.key_id {
            Ok(())
        } else {
            Err(FormatError::new(FormatCode::SignatureKey, 0).of("kid"))
        }
    }
}

/// A record whose signature holds under the key it names.
///
/// There is no public constructor: holding one is the proof that [`SignedRecord::verify`] or
/// [`VerifiedRecord::from_batch`] ran. That the key is registered and in force is another matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRecord(SignedRecord);

impl VerifiedRecord {
    /// The record as signed.
    pub const fn as_signed(&self) -> &SignedRecord {
        &self.0
    }

    /// The record as signed, without the evidence that it was checked.
    pub fn into_signed(self) -> SignedRecord {
        self.0
    }

    /// Checks many records at once; answers in order, each as [`SignedRecord::verify`] would.
    ///
    /// `random` must be fresh and unknown to the signers ([`verify_batch`]).
    pub fn from_batch(
        records: Vec<(SignedRecord, PublicKey)>,
        random: [u8; 32],
    ) -> Vec<Result<Self, FormatError>> {
        let messages: Vec<Vec<u8>> = records.iter().map(|(r, _)| r.signed_bytes()).collect();
        let items: Vec<(PublicKey, &[u8], Signature)> = records
            .iter()
            .zip(&messages)
            .map(|((record, key), message)| (*key, message.as_slice(), record.signature))
            .collect();
        let holds = verify_batch(&items, random);
        drop(items);
        let judge = |((record, key), holds): ((SignedRecord, PublicKey), bool)| {
            record.check_key(&key)?;
            if holds {
                Ok(Self(record))
            } else {
                Err(FormatError::new(FormatCode::SignatureInvalid, 0))
            }
        };
        records.into_iter().zip(holds).map(judge).collect()
    }
}

impl Deref for VerifiedRecord {
    type Target = SignedRecord;

    fn deref(&self) -> &SignedRecord {
        &self.0
    }
}

#[cfg(test)]
mod tests;
