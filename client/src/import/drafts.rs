//! Ready drafts in the place of rows: a JSON draft per line, or the errors file of an earlier import of some.
//!
//! Nonces and salts follow from the signing key, the row's key and the draft: the same draft gives the same bytes on every
//! run, and another one never takes its nonce.

use std::collections::BTreeMap;
use std::sync::Arc;

use tamga_api::draft::{Draft, Seal};
use tamga_format::body::Submission;
use tamga_format::id::{UnixMillis, sha256};
use tamga_format::signature::SigningKey;
use tamga_state::catalogue::Kind;
use zeroize::Zeroizing;

use super::derive;
use super::manifest::Manifest;
use super::plan::{Plan, Prepared, Recipe, RowError};
use super::source::{Format, ROWS_MAX, ReadAs, Reading, Source};
use super::table::{KEY_COLUMN, Row, Table};
use super::value::{Memory, ValueError};
use crate::error::CliError;
use crate::lang::{Messages, Said};
use crate::signer::Keys;
use crate::text;

/// What the manifest of such an import calls its source.
pub const SOURCE: &str = "drafts";
/// The column of an errors file that holds the draft.
const COLUMN: &str = "draft";

/// The drafts of a file as a table of one column.
///
/// # Errors
/// When it is neither of the forms, or has more rows than an import takes; a draft that does not read is an error of its row.
pub fn table(bytes: &[u8]) -> Result<Table, CliError> {
    let bad = |detail: Said| CliError::unreadable(Said::plain("what-drafts"), detail);
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let (drafts, read_as) = if first == Some(&b'{') {
        let text = str::from_utf8(body).map_err(|_| bad(Said::plain("io-not-text")))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let drafts: Vec<(String, String)> =
            lines.map(|line| (String::new(), line.to_owned())).collect();
        let encoding = Some("UTF-8");
        (drafts, ReadAs { format: Format::Ndjson, encoding, ..ReadAs::default() })
    } else {
        let reading = Reading { format: Some(Format::Csv), ..Reading::default() };
        let source = Source::parse(bytes, &reading, &[COLUMN.to_owned()])?;
        let place = |name: &str| source.header.iter().position(|column| column == name);
        let Some(draft) = place(COLUMN) else {
            let args = vec![("column", COLUMN.into()), ("header", source.header.join(", ").into())];
            return Err(bad(Said::message("detail-column", args)));
        };
        let key = place(KEY_COLUMN);
        let cell = |row: &[String], at: Option<usize>| {
            at.and_then(|at| row.get(at)).cloned().unwrap_or_default()
        };
        let drafts = source.rows.iter().map(|row| (cell(row, key), cell(row, Some(draft))));
        (drafts.collect(), source.read_as)
    };
    if drafts.len() > ROWS_MAX {
        return Err(bad(Said::message(
            "detail-rows",
            vec![("limit", ROWS_MAX.to_string().into())],
        )));
    }
    let header = vec![COLUMN.to_owned()];
    Ok(Table { shown: header.clone(), header, rows: rows(drafts), read_as })
}

/// Rows of drafts, each with the key that it has or comes to: its kind, its subject, and which of these it is.
fn rows(drafts: Vec<(String, String)>) -> Vec<Row> {
    let mut repeats: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows = Vec::with_capacity(drafts.len());
    let shown = Arc::default();
    for (number, (key, text)) in (1_u64..).zip(drafts) {
        let draft = serde_json::from_str::<Draft>(&text).ok();
        let name = draft
            .as_ref()
            .map_or_else(|| "?".to_owned(), |draft| format!("{}/{}", draft.kind, draft.subject));
        let count = repeats.entry(name.clone()).or_insert(0);
        *count = count.saturating_add(1);
        let key = if key.is_empty() { format!("{name}/{count}") } else { key };
        // Spaces and the order of fields say nothing.
        let plain = draft.and_then(|draft| serde_json::to_vec(&draft).ok());
        let content = sha256(&[plain.as_deref().unwrap_or(text.as_bytes())]);
        let values = BTreeMap::from([(COLUMN.to_owned(), text)]);
        rows.push(Row { number, key, values, content, shown: Arc::clone(&shown) });
    }
    rows
}

/// From a draft to its record, signed by one key.
pub struct Signing<'a> {
    messages: &'a Messages,
    seed: Zeroizing<[u8; 32]>,
    origin: &'a str,
    valid_until: UnixMillis,
}

impl<'a> Signing<'a> {
    /// Records of what `manifest` dates, signed by the key called `name`.
    ///
    /// # Errors
    /// When there is no such key, or the manifest's dates are none.
    pub fn new(
        messages: &'a Messages,
        keys: &Keys,
        name: &str,
        origin: &'a str,
        manifest: &Manifest,
    ) -> Result<Self, CliError> {
        let (seed, valid_until) = (keys.seed(name)?, manifest.valid_until()?);
        Ok(Self { messages, seed, origin, valid_until })
    }

    fn record(&self, row: &Row, draft: &Draft) -> Result<Result<Prepared, RowError>, CliError> {
        let kind = Kind::from_name(&draft.kind);
        let kind = kind.map_or(draft.kind.as_str(), |kind| kind.info().code).to_owned();
        let label = format!("{kind}.0");
        let content = text::hex(&row.content);
        let purpose = |what: &str| format!("{what} {label} {content}");
        let salt = |field: &str| derive::value(&self.seed, SOURCE, &row.key, &purpose(field));
        let key = SigningKey::from_seed(*self.seed);
        let seal = Seal {
            origin: self.origin,
            key_id: key.public().key_id(),
            nonce: derive::nonce(&self.seed, SOURCE, &row.key, &purpose("nonce of")),
            valid_until: self.valid_until,
            salt: &salt,
        };
        let (record, body) = match draft.write(&seal) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(RowError::refused(&kind, &error, self.messages))),
        };
        let bug = |error: &dyn std::fmt::Display| CliError::bug(&error.to_string());
        let record = record.sign(&key).map_err(|error| bug(&error))?;
        let id = record.id();
        let submission = Submission::new(record, body).map_err(|error| bug(&error))?;
        Ok(Ok(Prepared { row: row.number, label, kind, derived: false, id, submission }))
    }
}

impl Recipe for Signing<'_> {
    fn messages(&self) -> &Messages {
        self.messages
    }

    fn case<'r>(&self, _: &'r Row) -> &'r str {
        ""
    }

    fn plan(&self, row: &Row, _: &Memory) -> Result<Plan, CliError> {
        let draft: Draft = match serde_json::from_str(row.get(COLUMN)) {
            Ok(draft) => draft,
            Err(error) => {
                let (at, detail) = (COLUMN.to_owned(), error.to_string().into());
                let error = RowError::of(&ValueError { at, detail }, self.messages);
                return Ok(Plan::Error(error));
            }
        };
        Ok(match self.record(row, &draft)? {
            Ok(prepared) => Plan::Records(vec![prepared], Memory::new()),
            Err(error) => Plan::Error(error),
        })
    }

    fn case_of(&self, _: &Row) -> Option<String> {
        None
    }
}
