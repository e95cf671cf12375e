//! Drafts: a record and its body as JSON with named fields, and the way to and from bytes (spec §20.6).
//!
//! A draft is what people and importers write. [`Draft::write`] turns it into the [`Record`] to sign and its
//! [`Body`], [`Draft::read`] shows a record the same way. Names and types come from
//! `tamga_state::catalogue` alone; whether the record is lawful is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, RecordId, SubjectId, UnixMillis};
use tamga_format::record::{Record, Reference};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{COMMON, Field, Kind, KindInfo};
use tamga_state::codes::{Code, Rejection};
use utoipa::ToSchema;

use crate::time::{instant, parse_instant};

pub mod value;

/// A record as JSON with named fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Code (`E03`) or name (`INITIATION_DECIDED`) of the kind.
    pub kind: String,
    /// Schema version of the kind; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u16>,
    /// Writer, `role:id`, such as `officer:<base64url>`; or `role#number` for a registry number.
    pub issuer: String,
    /// Primary subject, in the same form.
    pub subject: String,
    /// Every other subject, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<String>,
    /// When it happened, RFC 3339 in UTC, to the millisecond.
    pub event_time: String,
    /// Record id (hex) of the primary subject's previous record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Organisation on whose behalf a robot or gateway writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    /// Other records this one points to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<DraftReference>,
    /// Public fields by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Json>,
    /// Restricted fields by name; they travel in the body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, Json>,
}

/// A pointer to another record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftReference {
    /// Number of the relation.
    pub relation: u8,
    /// Record id, hex.
    pub record: String,
    /// The subject in whose status the reference is resolved, `role:id`.
    pub subject: String,
}

/// What a draft does not say and its writer hands in.
pub struct Seal<'a> {
    /// Origin of the ledger the record is for.
    pub origin: &'a str,
    /// The key that will sign.
    pub key_id: KeyId,
    /// Fresh for each record, or derived by an importer.
    pub nonce: [u8; 16],
    /// Last block time at which the record may enter the log.
    pub valid_until: UnixMillis,
    /// The salt of a body field, by its name.
    pub salt: &'a dyn Fn(&str) -> [u8; 32],
}

impl fmt::Debug for Seal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither nonce nor salts: both are secrets until the record is sent.
        f.debug_struct("Seal")
            .field("origin", &self.origin)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// The record to sign and the body that goes with it.
    ///
    /// Subjects are sorted, repeated ones left out, fields put in order. The result has the catalogue's types; whether it
    /// is lawful, admission says.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] names the place by a JSON pointer into the draft; the writer corrects it.
    pub fn write(&self, seal: &Seal<'_>) -> Result<(Record, Option<Body>), Rejection> {
        let kind = Kind::from_name(&self.kind).ok_or_else(|| {
            let detail = format!("no kind has the code or name {}", self.kind);
            Rejection::new(Code::UnknownKind, "/kind", detail)
        })?;
        let info = kind.info();
        let subject = parse_subject(&self.subject).map_err(|detail| invalid("/subject", detail))?;
        let issuer = parse_subject(&self.issuer).map_err(|detail| invalid("/issuer", detail))?;
        let mut subjects = BTreeSet::new();
        for (at, text) in self.subjects.iter().enumerate() {
            let other = parse_subject(text)
                .map_err(|detail| invalid(&format!("/subjects/{at}"), detail))?;
            subjects.insert(other);
        }
        subjects.remove(&subject);
        let body = self.write_body(info, seal)?;
        let record = Record {
            key_id: seal.key_id,
            issuer,
            subject,
            audience: seal.origin.to_owned(),
            kind: kind.number(),
            version: self.version.unwrap_or(1),
            nonce: seal.nonce,
            event_time: parse_instant(&self.event_time)
                .ok_or_else(|| invalid("/event_time", NOT_A_TIME))?,
            valid_until: seal.valid_until,
            subjects: subjects.into_iter().collect(),
            after: self.after.as_deref().map(|text| record_id("/after", text)).transpose()?,
            on_behalf_of: self.write_organisation()?,
            references: self.write_references()?,
            fields: self.write_fields(info)?,
            body: body.as_ref().map(Body::commitment),
        };
        Ok((record, body))
    }

    fn write_organisation(&self) -> Result<Option<SubjectId>, Rejection> {
        let Some(text) = &self.on_behalf_of else { return Ok(None) };
        match parse_subject(text) {
            Ok(subject) if subject.role == Role::Organisation => Ok(Some(subject.id)),
            Ok(_) => Err(invalid("/on_behalf_of", "only an organisation can be answered for")),
            Err(detail) => Err(invalid("/on_behalf_of", detail)),
        }
    }

    fn write_references(&self) -> Result<Vec<Reference>, Rejection> {
        let write = |(at, reference): (usize, &DraftReference)| {
            let subject = parse_subject(&reference.subject)
                .map_err(|detail| invalid(&format!("/references/{at}/subject"), detail))?;
            let record = record_id(&format!("/references/{at}/record"), &reference.record)?;
            Ok(Reference { relation: reference.relation, record, subject })
        };
        self.references.iter().enumerate().map(write).collect()
    }

    fn write_fields(&self, info: &KindInfo) -> Result<Vec<(u16, Value)>, Rejection> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for (name, json) in &self.fields {
            let pointer = format!("/fields/{name}");
            let field = info
                .field_named(name)
                .ok_or_else(|| unknown(&pointer, name, info, info.fields.iter().chain(COMMON)))?;
            let value = value::write(field.ty, json).map_err(|detail| invalid(&pointer, detail))?;
            fields.push((field.number, value));
        }
        for field in info.fields.iter().filter(|field| field.required) {
            if !self.fields.contains_key(field.name) {
                let detail = format!("{} needs the field {}", info.code, field.name);
                return Err(invalid(&format!("/fields/{}", field.name), detail));
            }
        }
        fields.sort_by_key(|(number, _)| *number);
        Ok(fields)
    }

    fn write_body(&self, info: &KindInfo, seal: &Seal<'_>) -> Result<Option<Body>, Rejection> {
        let mut fields = Vec::with_capacity(self.body.len());
        for (name, json) in &self.body {
            let pointer = format!("/body/{name}");
            let field = info
                .body_named(name)
                .ok_or_else(|| unknown(&pointer, name, info, info.body.iter()))?;
            let value = value::write(field.ty, json).map_err(|detail| invalid(&pointer, detail))?;
            fields.push(BodyField { salt: (seal.salt)(name), name: name.clone(), value });
        }
        for field in info.body.iter().filter(|field| field.required) {
            if !self.body.contains_key(field.name) {
                let detail = format!("{} needs the restricted field {}", info.code, field.name);
                return Err(invalid(&format!("/body/{}", field.name), detail));
            }
        }
        if fields.is_empty() { Ok(None) } else { Ok(Some(Body::new(fields)?)) }
    }

    /// The draft that would give this record; body fields that are not at hand are left out.
    ///
    /// What the catalogue of this program doesn't know is still shown: a kind by its number, a field by `#` and its number.
    #[must_use]
    pub fn read(record: &Record, body: Option<&Body>) -> Self {
        let info = Kind::from_number(record.kind).map(Kind::info);
        let named = |(number, value): &(u16, Value)| match info.and_then(|info| info.field(*number))
        {
            Some(field) => (field.name.to_owned(), value::read(Some(field.ty), value)),
            None => (format!("#{number}"), value::read(None, value)),
        };
        let restricted = |field: &BodyField| {
            let ty = info.and_then(|info| info.body_named(&field.name)).map(|known| known.ty);
            (field.name.clone(), value::read(ty, &field.value))
        };
        let organisation = |id| Subject::new(Role::Organisation, id).to_text();
        Self {
            kind: info.map_or_else(|| record.kind.to_string(), |info| info.code.to_owned()),
            version: Some(record.version).filter(|version| *version != 1),
            issuer: record.issuer.to_text(),
            subject: record.subject.to_text(),
            subjects: record.subjects.iter().map(Subject::to_text).collect(),
            event_time: instant(record.event_time),
            after: record.after.map(|id| id.to_string()),
            on_behalf_of: record.on_behalf_of.map(organisation),
            references: record.references.iter().map(DraftReference::read).collect(),
            fields: record.fields.iter().map(named).collect(),
            body: body
                .map(|body| body.fields().iter().map(restricted).collect())
                .unwrap_or_default(),
        }
    }
}

impl DraftReference {
    fn read(reference: &Reference) -> Self {
        Self {
            relation: reference.relation,
            record: reference.record.to_string(),
            subject: reference.subject.to_text(),
        }
    }
}

/// A subject written `role:base64url`, or `role#number` for what a public registry numbers (spec §20.6).
///
/// # Errors
///
/// What is wrong with the text, and what would be right.
pub fn parse_subject(text: &str) -> Result<Subject, String> {
    let Some((role, number)) = text.split_once('#') else {
        return text.parse().map_err(|error| format!("{error}"));
    };
    match Role::from_name(role) {
        _ if number.is_empty() => Err("a registry number follows the #".to_owned()),
        Some(role) => Ok(Subject::registered(role, number)),
        None => Err(format!("{role} is no role of a subject")),
    }
}

const NOT_A_TIME: &str = "a time is RFC 3339 in UTC, such as 2026-03-12T08:58:00Z";

fn record_id(pointer: &str, text: &str) -> Result<RecordId, Rejection> {
    RecordId::from_hex(text)
        .map_err(|_| invalid(pointer, "a record id is 64 lower-case hex digits"))
}

fn invalid(pointer: &str, detail: impl Into<String>) -> Rejection {
    Rejection::new(Code::Validation, pointer, detail)
}

fn unknown<'a>(
    pointer: &str,
    name: &str,
    info: &KindInfo,
    known: impl Iterator<Item = &'a Field>,
) -> Rejection {
    let known: Vec<&str> = known.map(|field| field.name).collect();
    let known = if known.is_empty() { "no fields here".to_owned() } else { known.join(", ") };
    let detail = format!("{name} is no field of {} here, which has {known}", info.code);
    Rejection::new(Code::UnknownField, pointer, detail)
}

#[cfg(test)]
mod tests;
