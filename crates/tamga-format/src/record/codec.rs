//! The bytes of a record: COSE_Sign1 around a protected header and a payload (spec §5.1–§5.5).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Record, Reference};
use crate::cbor::{Reader, Value, Writer};
use crate::error::{FormatCode, FormatError};
use crate::id::{BodyCommitment, KeyId, RecordId, SubjectId, UnixMillis};
use crate::limits::{ENTRY_BYTES_MAX, FIELDS_MAX, ORIGIN_BYTES_MAX, REFERENCES_MAX, SUBJECTS_MAX};
use crate::signature::Signature;
use crate::subject::{Role, Subject};

/// The value of the content type header.
pub(super) const CONTENT_TYPE: &str = "application/vnd.tamga.record+cbor";

/// Tag 18 and the head of an array of four.
const ENVELOPE: &[u8] = &[0xd2, 0x84];
/// The empty map.
const UNPROTECTED: &[u8] = &[0xa0];
/// The signature's head and its 64 bytes.
const SIGNATURE_BYTES: usize = 66;
/// An array of four that begins with the text `Signature1`.
const SIGNATURE_CONTEXT: &[u8] = b"\x84\x6aSignature1";
/// The empty byte string: no external data.
const EXTERNAL_DATA: &[u8] = &[0x40];

/// Keys of the payload (spec §5.4).
mod key {
    pub(super) const KIND: u64 = 1;
    pub(super) const VERSION: u64 = 2;
    pub(super) const NONCE: u64 = 3;
    pub(super) const EVENT_TIME: u64 = 4;
    pub(super) const VALID_UNTIL: u64 = 5;
    pub(super) const SUBJECTS: u64 = 6;
    pub(super) const AFTER: u64 = 7;
    pub(super) const ON_BEHALF_OF: u64 = 8;
    pub(super) const REFERENCES: u64 = 9;
    pub(super) const FIELDS: u64 = 10;
    pub(super) const BODY: u64 = 11;
}

/// The encoded protected header, without the byte string around it.
pub(super) fn protected(record: &Record) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(4);
    out.uint(1).int(-8);
    out.uint(3).text(CONTENT_TYPE);
    out.uint(4).bytes(record.key_id.as_bytes());
    out.uint(15).map(3);
    out.uint(1).text(&record.issuer.to_text());
    out.uint(2).text(&record.subject.to_text());
    out.uint(3).text(&record.audience);
    out.finish()
}

/// The encoded payload, without the byte string around it.
pub(super) fn payload(record: &Record) -> Vec<u8> {
    let optional = [
        !record.subjects.is_empty(),
        record.after.is_some(),
        record.on_behalf_of.is_some(),
        !record.references.is_empty(),
        !record.fields.is_empty(),
        record.body.is_some(),
    ];
    let mut out = Writer::new();
    out.map(5 + optional.iter().filter(|present| **present).count());
    out.uint(key::KIND).uint(record.kind.into());
    out.uint(key::VERSION).uint(record.version.into());
    out.uint(key::NONCE).bytes(&record.nonce);
    out.uint(key::EVENT_TIME).int(record.event_time.get());
    out.uint(key::VALID_UNTIL).int(record.valid_until.get());
    if !record.subjects.is_empty() {
        let mut subjects = record.subjects.clone();
        subjects.sort_unstable();
        out.uint(key::SUBJECTS).array(subjects.len());
        for subject in &subjects {
            out.array(2).uint(subject.role.code().into()).bytes(subject.id.as_bytes());
        }
    }
    if let Some(after) = &record.after {
        out.uint(key::AFTER).bytes(after.as_bytes());
    }
    if let Some(organisation) = &record.on_behalf_of {
        out.uint(key::ON_BEHALF_OF).bytes(organisation.as_bytes());
    }
    if !record.references.is_empty() {
        out.uint(key::REFERENCES).array(record.references.len());
        for Reference { relation, record, subject } in &record.references {
            out.array(4).uint((*relation).into()).bytes(record.as_bytes());
            out.uint(subject.role.code().into()).bytes(subject.id.as_bytes());
        }
    }
    if !record.fields.is_empty() {
        let mut fields: Vec<_> = record.fields.iter().collect();
        fields.sort_by_key(|(number, _)| *number);
        out.uint(key::FIELDS).map(fields.len());
        for (number, value) in fields {
            out.uint((*number).into()).value(value);
        }
    }
    if let Some(body) = &record.body {
        out.uint(key::BODY).bytes(body.as_bytes());
    }
    out.finish()
}

/// The whole entry.
pub(super) fn entry(protected: &[u8], payload: &[u8], signature: &Signature) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(ENVELOPE).bytes(protected).raw(UNPROTECTED).bytes(payload).bytes(&signature.0);
    out.finish()
}

/// The COSE Sig_structure of a header and a payload.
pub(super) fn signature_input(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(SIGNATURE_CONTEXT).bytes(protected).raw(EXTERNAL_DATA).bytes(payload);
    out.finish()
}

/// The Sig_structure of a decoded entry, in pieces of its own bytes: the byte strings around
/// header and payload have the same heads in both.
pub(super) fn signed_parts(entry: &[u8], payload_at: usize) -> [&[u8]; 4] {
    let protected = entry
        .get(ENVELOPE.len()..payload_at - UNPROTECTED.len())
        .expect("a decoded entry has a header before its payload");
    let payload = entry
        .get(payload_at..entry.len() - SIGNATURE_BYTES)
        .expect("a decoded entry ends with its signature");
    [SIGNATURE_CONTEXT, protected, EXTERNAL_DATA, payload]
}

/// What [`decode`] finds.
pub(super) struct Decoded {
    pub(super) record: Record,
    pub(super) signature: Signature,
    pub(super) payload_at: usize,
}

/// Reads an entry, refusing every encoding but the one that [`entry`] writes.
pub(super) fn decode(entry: &[u8]) -> Result<Decoded, FormatError> {
    if entry.len() > ENTRY_BYTES_MAX {
        return Err(FormatError::new(FormatCode::RecordTooLong, ENTRY_BYTES_MAX));
    }
    let mut reader = Reader::new(entry);
    reader.literal(ENVELOPE, FormatCode::RecordEnvelope)?;
    let header = reader.nested().map_err(|e| e.of("protected"))?;
    reader.literal(UNPROTECTED, FormatCode::RecordUnprotected)?;
    let payload_at = reader.position();
    let payload = reader.nested().map_err(|e| e.of("payload"))?;
    let signature = Signature(reader.fixed().map_err(|e| e.of("signature"))?);
    reader.end()?;
    let header = Header::read(header)?;
    let record = read_payload(payload, header)?;
    Ok(Decoded { record, signature, payload_at })
}

struct Header {
    key_id: KeyId,
    issuer: Subject,
    subject: Subject,
    audience: String,
}

impl Header {
    fn read(mut r: Reader<'_>) -> Result<Self, FormatError> {
        r.literal(&[0xa4, 0x01], FormatCode::RecordHeader)?;
        r.literal(&[0x27], FormatCode::RecordAlgorithm)?;
        r.literal(&[0x03], FormatCode::RecordHeader)?;
        let at = r.position();
        if r.text().map_err(|e| e.of("content type"))? != CONTENT_TYPE {
            return Err(FormatError::new(FormatCode::RecordContentType, at));
        }
        r.literal(&[0x04], FormatCode::RecordHeader)?;
        let key_id = KeyId(r.fixed().map_err(|e| e.of("kid"))?);
        r.literal(&[0x0f, 0xa3, 0x01], FormatCode::RecordHeader)?;
        let issuer = read_claim(&mut r).map_err(|e| e.of("iss"))?;
        r.literal(&[0x02], FormatCode::RecordHeader)?;
        let subject = read_claim(&mut r).map_err(|e| e.of("sub"))?;
        r.literal(&[0x03], FormatCode::RecordHeader)?;
        let audience = read_audience(&mut r).map_err(|e| e.of("aud"))?;
        r.end()?;
        Ok(Self { key_id, issuer, subject, audience: audience.to_owned() })
    }
}

/// A subject in its text form.
fn read_claim(r: &mut Reader<'_>) -> Result<Subject, FormatError> {
    let head = r.position();
    let text = r.text()?;
    let start = r.position() - text.len();
    text.parse().map_err(|e: FormatError| {
        // A fault at the text's beginning is reported where the item begins.
        FormatError::new(e.code, if e.at == 0 { head } else { start + e.at })
    })
}

fn read_audience<'a>(r: &mut Reader<'a>) -> Result<&'a str, FormatError> {
    let at = r.position();
    let text = r.text()?;
    let allowed = text.bytes().all(|b| b.is_ascii_graphic() && b != b'+');
    if allowed && (1..=ORIGIN_BYTES_MAX).contains(&text.len()) {
        Ok(text)
    } else {
        Err(FormatError::new(FormatCode::RecordAudience, at))
    }
}

fn read_payload(mut r: Reader<'_>, header: Header) -> Result<Record, FormatError> {
    let start = r.position();
    let (mut kind, mut version, mut nonce, mut event_time, mut valid_until) =
        (None, None, None, None, None);
    let Header { key_id, issuer, subject, audience } = header;
    let (mut subjects, mut references, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    let (mut after, mut on_behalf_of, mut body) = (None, None, None);
    let mut keys = r.keys().map_err(|e| e.of("payload"))?;
    loop {
        let at = r.position();
        let Some(number) = keys.next(&mut r)? else { break };
        match number {
            key::KIND => kind = Some(r.small().map_err(|e| e.of("kind"))?),
            key::VERSION => version = Some(r.small().map_err(|e| e.of("version"))?),
            key::NONCE => nonce = Some(r.fixed().map_err(|e| e.of("nonce"))?),
            key::EVENT_TIME => {
                event_time = Some(read_time(&mut r).map_err(|e| e.of("event_time"))?)
            }
            key::VALID_UNTIL => {
                valid_until = Some(read_time(&mut r).map_err(|e| e.of("valid_until"))?);
            }
            key::SUBJECTS => {
                subjects = read_subjects(&mut r, subject).map_err(|e| e.of("subjects"))?;
            }
            key::AFTER => after = Some(RecordId(r.fixed().map_err(|e| e.of("after"))?)),
            key::ON_BEHALF_OF => {
                on_behalf_of = Some(SubjectId(r.fixed().map_err(|e| e.of("on_behalf_of"))?));
            }
            key::REFERENCES => {
                references = read_references(&mut r).map_err(|e| e.of("references"))?;
            }
            key::FIELDS => fields = read_fields(&mut r).map_err(|e| e.of("fields"))?,
            key::BODY => body = Some(BodyCommitment(r.fixed().map_err(|e| e.of("body"))?)),
            _ => return Err(FormatError::new(FormatCode::RecordKey, at)),
        }
    }
    r.end()?;
    let missing = |what| FormatError::new(FormatCode::RecordMissing, start).of(what);
    Ok(Record {
        key_id,
        issuer,
        subject,
        audience,
        kind: kind.ok_or(missing("kind"))?,
        version: version.ok_or(missing("version"))?,
        nonce: nonce.ok_or(missing("nonce"))?,
        event_time: event_time.ok_or(missing("event_time"))?,
        valid_until: valid_until.ok_or(missing("valid_until"))?,
        subjects,
        after,
        on_behalf_of,
        references,
        fields,
        body,
    })
}

fn read_time(r: &mut Reader<'_>) -> Result<UnixMillis, FormatError> {
    let at = r.position();
    let time = UnixMillis(r.int()?);
    if (UnixMillis(0)..=UnixMillis::MAX).contains(&time) {
        Ok(time)
    } else {
        Err(FormatError::new(FormatCode::RecordTime, at))
    }
}

/// A count of list items that must be from 1 to `max`.
fn check_count(at: usize, count: usize, max: usize, code: FormatCode) -> Result<(), FormatError> {
    match count {
        0 => Err(FormatError::new(FormatCode::RecordEmpty, at)),
        n if n > max => Err(FormatError::new(code, at)),
        _ => Ok(()),
    }
}

/// A role's code and a subject's id, two items in a row.
fn read_subject(r: &mut Reader<'_>) -> Result<Subject, FormatError> {
    let at = r.position();
    let role = Role::from_code(r.uint()?).ok_or(FormatError::new(FormatCode::RoleUnknown, at))?;
    Ok(Subject { role, id: SubjectId(r.fixed()?) })
}

/// The head of an array of exactly `count` items.
fn read_tuple(r: &mut Reader<'_>, count: usize) -> Result<(), FormatError> {
    let at = r.position();
    if r.array()? == count { Ok(()) } else { Err(FormatError::new(FormatCode::CborRange, at)) }
}

fn read_subjects(r: &mut Reader<'_>, primary: Subject) -> Result<Vec<Subject>, FormatError> {
    let at = r.position();
    let count = r.array()?;
    check_count(at, count, SUBJECTS_MAX, FormatCode::RecordSubjects)?;
    let mut subjects = Vec::with_capacity(count);
    for _ in 0..count {
        let at = r.position();
        read_tuple(r, 2)?;
        let subject = read_subject(r)?;
        if subject == primary || subjects.last().is_some_and(|last| *last >= subject) {
            return Err(FormatError::new(FormatCode::RecordSubjects, at));
        }
        subjects.push(subject);
    }
    Ok(subjects)
}

fn read_references(r: &mut Reader<'_>) -> Result<Vec<Reference>, FormatError> {
    let at = r.position();
    let count = r.array()?;
    check_count(at, count, REFERENCES_MAX, FormatCode::RecordReferences)?;
    let mut references = Vec::with_capacity(count);
    for _ in 0..count {
        let at = r.position();
        read_tuple(r, 4)?;
        let (relation, record) = (r.small()?, RecordId(r.fixed()?));
        let reference = Reference { relation, record, subject: read_subject(r)? };
        if references.contains(&reference) {
            return Err(FormatError::new(FormatCode::RecordReferences, at));
        }
        references.push(reference);
    }
    Ok(references)
}

fn read_fields(r: &mut Reader<'_>) -> Result<Vec<(u16, Value)>, FormatError> {
    let at = r.position();
    let mut keys = r.keys()?;
    check_count(at, keys.left(), FIELDS_MAX, FormatCode::RecordFields)?;
    let mut fields = Vec::with_capacity(keys.left());
    loop {
        let at = r.position();
        let Some(number) = keys.next(r)? else { break };
        let number =
            u16::try_from(number).map_err(|_| FormatError::new(FormatCode::CborRange, at))?;
        fields.push((number, r.value()?));
    }
    Ok(fields)
}
