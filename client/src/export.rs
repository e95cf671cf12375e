//! Records as they leave the ledger for other programs: a JSON object per line, with or without its proof, or a
//! table.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tamga_api::draft::Draft;
use tamga_format::body::Body;
use tamga_format::id::{Height, LeafIndex, UnixMillis};
use tamga_format::limits::{PROOF_FILE_BYTES_MAX, SUBMISSION_BYTES_MAX};
use tamga_format::policy::Policy;
use tamga_format::record::SignedRecord;
use tamga_state::catalogue::{COMMON, Kind};

use crate::lang::Said;
use crate::text;
use crate::verify::{self, Facts, Fault, Report, Verdict};

/// Most bytes of a line: a receipt and a record, each grown by being written as JSON.
pub const LINE_BYTES_MAX: usize = 2 * PROOF_FILE_BYTES_MAX + 6 * SUBMISSION_BYTES_MAX;

/// A record, where and when it was recorded, and the receipt that proves both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exported {
    /// Record id, hex.
    pub record_id: String,
    /// Position in the log.
    pub index: u64,
    /// Its block.
    pub height: u64,
    /// Time of the block, RFC 3339 in UTC.
    pub recorded_at: String,
    /// Id of the key that signed it, hex.
    pub key_id: String,
    /// The record with named fields, and what is opened of its body.
    pub record: Draft,
    /// The receipt; absent unless proofs were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

impl Exported {
    /// The record at a position of the log, in a block of this height and time, with what is known of its body.
    #[must_use]
    pub fn new(
        signed: &SignedRecord,
        index: LeafIndex,
        (height, time): (Height, UnixMillis),
        body: Option<&Body>,
    ) -> Self {
        Self {
            record_id: signed.id().to_string(),
            index: index.get(),
            height: height.get(),
            recorded_at: text::rfc3339(time),
            key_id: signed.record().key_id.to_string(),
            record: Draft::read(signed.record(), body),
            receipt: None,
        }
    }

    /// What a genuine receipt proves; nothing if it is a bare proof, which says neither block nor time.
    fn proven(facts: &Facts) -> Option<Self> {
        Some(Self {
            record_id: facts.record_id.clone(),
            index: facts.index,
            height: facts.height?,
            recorded_at: text::rfc3339(facts.recorded_at?),
            key_id: facts.record.key_id.to_string(),
            record: facts.draft.clone(),
            receipt: None,
        })
    }

    /// The line, with its end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// The record of a line.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// The text of the receipt, if the line has one.
    #[must_use]
    pub fn receipt_text(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    /// Whether the receipt is genuine and proves all that the line says.
    #[must_use]
    pub fn verify(mut self, policy: &Policy) -> Report {
        let Some(receipt) = self.receipt.take() else {
            return verify::cannot_check(Said::plain("fault-no-receipt"));
        };
        let report = verify::receipt(&receipt, policy);
        let Some(facts) = &report.facts else { return report };
        if Self::proven(facts).is_some_and(|proven| proven == self) {
            return report;
        }
        let fault = Some(Fault { said: Said::plain("fault-line"), code: None });
        Report { verdict: Verdict::Mismatch, facts: None, fault, pending: None }
    }
}

/// Columns of a table of records, before those of the kinds' own fields.
const FIXED: [&str; 14] = [
    "index",
    "record_id",
    "height",
    "recorded_at",
    "key_id",
    "kind",
    "version",
    "issuer",
    "subject",
    "subjects",
    "event_time",
    "after",
    "on_behalf_of",
    "references",
];
/// What no other column holds.
const OTHER: &str = "other";

/// A table of records: what all of them have, then a column for each field of the kinds.
pub struct Table<W: Write> {
    writer: csv::Writer<W>,
    fields: BTreeSet<&'static str>,
    body: BTreeSet<&'static str>,
}

impl<W: Write> Table<W> {
    /// A table for records of these kinds, with its header; with the fields of bodies if they are wanted.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(out: W, kinds: &[Kind], bodies: bool) -> Result<Self, csv::Error> {
        let infos = || kinds.iter().map(|kind| kind.info());
        let fields = infos().flat_map(|info| info.fields.iter().chain(COMMON));
        let body = infos().filter(|_| bodies).flat_map(|info| info.body.iter());
        let mut table = Self {
            writer: csv::Writer::from_writer(out),
            fields: fields.map(|field| field.name).collect(),
            body: body.map(|field| field.name).collect(),
        };
        let fixed = FIXED.iter().map(|name| (*name).to_owned());
        let fields = table.fields.iter().map(|name| format!("fields.{name}"));
        let body = table.body.iter().map(|name| format!("body.{name}"));
        let header: Vec<String> =
            fixed.chain(fields).chain(body).chain([OTHER.to_owned()]).collect();
        table.writer.write_record(header)?;
        Ok(table)
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Those of the file.
    pub fn write(&mut self, exported: &Exported) -> Result<(), csv::Error> {
        let record = &exported.record;
        let references: Vec<String> = record
            .references
            .iter()
            .map(|it| format!("{} {} {}", it.relation, it.record, it.subject))
            .collect();
        let mut row = vec![
            exported.index.to_string(),
            exported.record_id.clone(),
            exported.height.to_string(),
            exported.recorded_at.clone(),
            exported.key_id.clone(),
            record.kind.clone(),
            record.version.unwrap_or(1).to_string(),
            record.issuer.clone(),
            record.subject.clone(),
            record.subjects.join(" "),
            record.event_time.clone(),
            record.after.clone().unwrap_or_default(),
            record.on_behalf_of.clone().unwrap_or_default(),
            references.join("; "),
        ];
        let mut other = Map::new();
        for (columns, values, of) in
            [(&self.fields, &record.fields, "fields"), (&self.body, &record.body, "body")]
        {
            row.extend(columns.iter().map(|name| values.get(*name).map(cell).unwrap_or_default()));
            let unknown = values.iter().filter(|(name, _)| !columns.contains(name.as_str()));
            other.extend(unknown.map(|(name, value)| (format!("{of}.{name}"), value.clone())));
        }
        row.push(if other.is_empty() { String::new() } else { Value::Object(other).to_string() });
        self.writer.write_record(row)
    }

    /// Ends the table and gives back where it was written.
    ///
    /// # Errors
    /// Those of the file.
    pub fn end(self) -> io::Result<W> {
        self.writer.into_inner().map_err(|error| error.into_error())
    }
}

/// A value as it stands in a cell. A text that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{text}")
        }
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
