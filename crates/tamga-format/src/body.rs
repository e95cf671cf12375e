//! Bodies: the restricted fields beside a record, and the commitment to them (spec §6).
//!
//! A body can be erased without touching the log, and one field can be shown without the others:
//! the record holds only a hash over salted leaves.

use alloc::string::String;
use alloc::vec::Vec;

use crate::cbor::{Reader, Value, Writer};
use crate::error::{FormatCode, FormatError};
use crate::id::{BodyCommitment, sha256, tag};
use crate::limits::{BODY_BYTES_MAX, BODY_FIELDS_MAX, BODY_NAME_BYTES_MAX, SUBMISSION_BYTES_MAX};
use crate::merkle;
use crate::record::SignedRecord;

/// One restricted field and the salt that hides it (spec §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyField {
    /// 32 bytes nobody can guess, fresh for every field of every record.
    pub salt: [u8; 32],
    /// The name: 1 to 64 of `a-z 0-9 _ . -`.
    pub name: String,
    /// The value.
    pub value: Value,
}

impl BodyField {
    /// The leaf of this field: CBOR [salt, name, value].
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.finish()
    }

    /// Reads a leaf.
    ///
    /// # Errors
    ///
    /// A `cbor-…` code, [`FormatCode::BodyName`], [`FormatCode::BodyTooLong`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > BODY_BYTES_MAX {
            return Err(FormatError::new(FormatCode::BodyTooLong, BODY_BYTES_MAX));
        }
        let mut reader = Reader::new(bytes);
        let field = Self::read(&mut reader)?;
        reader.end()?;
        Ok(field)
    }

    fn write(&self, out: &mut Writer) {
        out.array(3).bytes(&self.salt).text(&self.name).value(&self.value);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, FormatError> {
        let at = r.position();
        if r.array()? != 3 {
            return Err(FormatError::new(FormatCode::CborRange, at).of("field"));
        }
        let salt = r.fixed().map_err(|e| e.of("salt"))?;
        let at = r.position();
        let name = r.text().map_err(|e| e.of("name"))?;
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
        if !(1..=BODY_NAME_BYTES_MAX).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(FormatError::new(FormatCode::BodyName, at));
        }
        Ok(Self { salt, name: name.into(), value: r.value().map_err(|e| e.of("value"))? })
    }
}

/// All restricted fields of a record: 1 to 64, sorted by name, at most 64 KiB (spec §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    fields: Vec<BodyField>,
    commitment: BodyCommitment,
}

impl Body {
    /// The body of these fields, sorted by name first.
    ///
    /// # Errors
    ///
    /// Those of [`Body::decode`], with positions in the encoding the body would have.
    pub fn new(mut fields: Vec<BodyField>) -> Result<Self, FormatError> {
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        Self::decode(&encode(&fields))
    }

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A `cbor-…` or `body-…` code and its position.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        Self::read(Reader::new(bytes))
    }

    fn read(mut r: Reader<'_>) -> Result<Self, FormatError> {
        let start = r.position();
        if r.rest().len() > BODY_BYTES_MAX {
            return Err(FormatError::new(FormatCode::BodyTooLong, start + BODY_BYTES_MAX));
        }
        let count = r.array()?;
        check_count(count, start)?;
        let mut fields: Vec<BodyField> = Vec::with_capacity(count);
        let mut leaves = Vec::with_capacity(count);
        for _ in 0..count {
            let (at, rest) = (r.position(), r.rest());
            let field = BodyField::read(&mut r)?;
            if fields.last().is_some_and(|last| last.name >= field.name) {
                return Err(FormatError::new(FormatCode::BodyOrder, at));
            }
            // The leaf is the field's own bytes: their encoding is the only one.
            leaves.push(merkle::leaf_hash(rest.get(..r.position() - at).unwrap_or_default()));
            fields.push(field);
        }
        r.end()?;
        Ok(Self { fields, commitment: commit(&leaves) })
    }

    /// The bytes of the body: a CBOR array of its leaves.
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.fields)
    }

    /// The fields, sorted by name.
    pub fn fields(&self) -> &[BodyField] {
        &self.fields
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.field(name).map(|field| &field.value)
    }

    /// A field with its salt.
    pub fn field(&self, name: &str) -> Option<&BodyField> {
        let at = self.fields.binary_search_by(|field| field.name.as_str().cmp(name)).ok()?;
        self.fields.get(at)
    }

    /// The commitment a record holds (spec §6.2).
    pub const fn commitment(&self) -> BodyCommitment {
        self.commitment
    }

    /// Shows the named fields and hides the others (spec §6.3); unknown names show nothing.
    pub fn open(&self, names: &[&str]) -> Vec<BodyLeaf> {
        let leaf = |field: &BodyField| {
            if names.contains(&field.name.as_str()) {
                BodyLeaf::Opened(field.clone())
            } else {
                BodyLeaf::Hidden(merkle::leaf_hash(&field.encode()))
            }
        };
        self.fields.iter().map(leaf).collect()
    }
}

/// A field of a partly opened body (spec §6.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyLeaf {
    /// A field that is shown.
    Opened(BodyField),
    /// The leaf hash of a field that isn't.
    Hidden([u8; 32]),
}

/// The commitment of a partly opened body, whose leaves are all present in order (spec §6.3).
///
/// # Errors
///
/// [`FormatCode::BodyCount`]; [`FormatCode::BodyOrder`] at the position of a leaf whose name isn't
/// greater than those of all opened leaves before; those of [`BodyField::decode`].
pub fn commitment_of(leaves: &[BodyLeaf]) -> Result<BodyCommitment, FormatError> {
    check_count(leaves.len(), 0)?;
    let mut last = None;
    let mut hashes = Vec::with_capacity(leaves.len());
    for (at, leaf) in leaves.iter().enumerate() {
        hashes.push(match leaf {
            BodyLeaf::Hidden(hash) => *hash,
            BodyLeaf::Opened(field) => {
                let encoded = field.encode();
                BodyField::decode(&encoded)?;
                if last.is_some_and(|last| last >= &field.name) {
                    return Err(FormatError::new(FormatCode::BodyOrder, at));
                }
                last = Some(&field.name);
                merkle::leaf_hash(&encoded)
            }
        });
    }
    Ok(commit(&hashes))
}

fn encode(fields: &[BodyField]) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(fields.len());
    for field in fields {
        field.write(&mut out);
    }
    out.finish()
}

const fn check_count(count: usize, at: usize) -> Result<(), FormatError> {
    if count == 0 || count > BODY_FIELDS_MAX {
        return Err(FormatError::new(FormatCode::BodyCount, at));
    }
    Ok(())
}

fn commit(leaves: &[[u8; 32]]) -> BodyCommitment {
    let count = u16::try_from(leaves.len()).expect("a body has at most 64 fields");
    let root = merkle::root_of(leaves);
    BodyCommitment(sha256(&[tag::BODY, &count.to_be_bytes(), root.as_bytes()]))
}

/// What is sent to a node: a record, and its body if it commits to one (spec §6.4).
///
/// Invariant: the body is the one the record commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    record: SignedRecord,
    body: Option<Body>,
}

impl Submission {
    /// Joins a record and its body.
    ///
    /// # Errors
    ///
    /// [`FormatCode::BodyMissing`], [`FormatCode::BodyUnexpected`],
    /// [`FormatCode::BodyCommitment`].
    pub fn new(record: SignedRecord, body: Option<Body>) -> Result<Self, FormatError> {
        let code = match (&record.record().body, &body) {
            (None, None) => return Ok(Self { record, body }),
            (Some(wanted), Some(given)) if given.commitment() == *wanted => {
                return Ok(Self { record, body });
            }
            (Some(_), Some(_)) => FormatCode::BodyCommitment,
            (Some(_), None) => FormatCode::BodyMissing,
            (None, Some(_)) => FormatCode::BodyUnexpected,
        };
        Err(FormatError::new(code, 0).of("body"))
    }

    /// Reads a submission.
    ///
    /// # Errors
    ///
    /// Those of [`SignedRecord::decode`], [`Body::decode`] and [`Submission::new`]; positions
    /// within the entry count from the entry's own first byte.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > SUBMISSION_BYTES_MAX {
            return Err(FormatError::new(FormatCode::CborLength, SUBMISSION_BYTES_MAX));
        }
        let mut r = Reader::new(bytes);
        if r.array()? != 2 {
            return Err(FormatError::new(FormatCode::CborRange, 0).of("submission"));
        }
        let entry = r.bytes().map_err(|e| e.of("record"))?;
        let body = r.null_or(Reader::nested).map_err(|e| e.of("body"))?;
        r.end()?;
        Self::new(SignedRecord::decode(entry)?, body.map(Body::read).transpose()?)
    }

    /// The bytes of the submission: CBOR [entry, body or null].
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(2).bytes(self.record.entry());
        match &self.body {
            Some(body) => out.bytes(&body.encode()),
            None => out.null(),
        };
        out.finish()
    }

    /// The record.
    pub const fn record(&self) -> &SignedRecord {
        &self.record
    }

    /// The body.
    pub const fn body(&self) -> Option<&Body> {
        self.body.as_ref()
    }

    /// Both.
    pub fn into_parts(self) -> (SignedRecord, Option<Body>) {
        (self.record, self.body)
    }
}

#[cfg(test)]
mod tests;
