//! Drafts: a record and its body as JSON with named fields, and the way to and from bytes (spec §20.6).
//!
//! A draft is what people and importers write. [`Draft::write`] turns it into the [`Record`] to sign and its
//! [`Body`], [`Draft::read`] shows a record the same way. Names and types come from
//! `tamga_state::catalogue` alone; whether the record is lawful is decided elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tamga_format::body::Body;
use tamga_format::id::{KeyId, UnixMillis};
use tamga_format::record::Record;
use tamga_state::codes::Rejection;
use utoipa::ToSchema;

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

impl Draft {
    /// The record to sign and the body that goes with it.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] names the place by a JSON pointer into the draft; the writer corrects it.
    pub fn write(&self, seal: &Seal<'_>) -> Result<(Record, Option<Body>), Rejection> {
        todo!()
    }

    /// The draft that would give this record; body fields that are not at hand are left out.
    pub fn read(record: &Record, body: Option<&Body>) -> Self {
        todo!()
    }
}
