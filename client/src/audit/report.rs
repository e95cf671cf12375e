//! What an audit found, as a signed file.
//!
//! The file is a JSON object with three members: `report`, `key` (base64) and `signature` (base64). The signature is
//! of `"tamga/audit-report/v1\0"` ‖ the report as compact JSON with its members sorted by name.

use base64ct::{Base64, Encoding as _};
use serde_json::{Value, json};
use tamga_format::signature::{PublicKey, Signature, SigningKey};

use crate::text;

const TAG: &[u8] = b"tamga/audit-report/v1\0";

/// A report and who signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What it says.
    pub report: Value,
    /// The key that signed it.
    pub key: PublicKey,
}

fn signed(report: &Value) -> Vec<u8> {
    [TAG, sorted(report).as_bytes()].concat()
}

/// Compact JSON with sorted members, whatever order they have in memory.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let parts = members.iter().map(|(name, it)| format!("{}:{}", json!(name), sorted(it)));
            format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(","))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// The file of a report, signed if there is a key.
#[must_use]
pub fn file(report: &Value, key: Option<&SigningKey>) -> String {
    let mut file = json!({ "report": report });
    if let (Some(key), Some(members)) = (key, file.as_object_mut()) {
        let signature = key.sign(&signed(report));
        members.insert("key".to_owned(), json!(text::base64(key.public().as_bytes())));
        members.insert("signature".to_owned(), json!(text::base64(signature.as_bytes())));
    }
    format!("{file:#}\n")
}

impl Report {
    /// The report of a signed file; `None` unless its signature holds.
    #[must_use]
    pub fn read(file: &str) -> Option<Self> {
        let mut file: Value = serde_json::from_str(file).ok()?;
        let members = file.as_object_mut()?;
        let bytes = |name: &str| Base64::decode_vec(members.get(name)?.as_str()?).ok();
        let key = PublicKey::admit(&bytes("key")?.try_into().ok()?).ok()?;
        let signature = Signature::from_bytes(bytes("signature")?.try_into().ok()?);
        let report = members.remove("report")?;
        key.verify(&signed(&report), &signature).ok()?;
        Some(Self { report, key })
    }
}
