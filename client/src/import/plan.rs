//! From a row to its signed records.

use std::collections::BTreeMap;

use serde_json::Value;
use tamga_api::draft::{Draft, DraftReference, Seal};
use tamga_format::body::Submission;
use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::signature::SigningKey;
use tamga_state::codes::{Code, Rejection};

use super::derive;
use super::manifest::Manifest;
use super::mapping::{Expression, Mapping, RecordRule};
use super::table::Row;
use super::value::{Context, Memory, ValueError, event_time};
use crate::error::CliError;
use crate::lang::Messages;
use crate::signer::Keys;
use crate::text;

/// A record ready to be sent.
#[derive(Debug)]
pub struct Prepared {
    /// Number of its row.
    pub row: u64,
    /// Kind and place in its row, such as `E02.1`; with the row's key it names the record for ever.
    pub label: String,
    /// Kind, such as `E02`.
    pub kind: String,
    /// Whether it follows from the row rather than standing in it.
    pub derived: bool,
    /// Its id.
    pub id: RecordId,
    /// Entry and body.
    pub submission: Submission,
}

/// Why a row gives no records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Stable code.
    pub code: String,
    /// What is wrong, with the column.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

/// What becomes of a row.
#[derive(Debug)]
pub enum Plan {
    /// Its records, and what the case remembers afterwards.
    Records(Vec<Prepared>, Memory),
    /// It is left out, for this reason.
    Skip(String),
    /// It cannot be read.
    Error(RowError),
}

/// From rows to records.
pub trait Recipe {
    /// The user's language, in which rows are told what is wrong with them.
    fn messages(&self) -> &Messages;

    /// What a row shares with others whose records follow from each other; empty if it stands alone.
    fn case<'r>(&self, row: &'r Row) -> &'r str;

    /// The records of a row, given what its case remembers.
    ///
    /// # Errors
    /// When a key is missing: the import cannot go on. A row that cannot be read is a [`Plan::Error`].
    fn plan(&self, row: &Row, memory: &Memory) -> Result<Plan, CliError>;

    /// The case of a row, as other commands take it, if there is one.
    fn case_of(&self, row: &Row) -> Option<String>;
}

impl Recipe for Planner<'_> {
    fn messages(&self) -> &Messages {
        self.messages
    }

    fn case<'r>(&self, row: &'r Row) -> &'r str {
        row.get(&self.mapping.case)
    }

    fn plan(&self, row: &Row, memory: &Memory) -> Result<Plan, CliError> {
        Planner::plan(self, row, memory)
    }

    fn case_of(&self, row: &Row) -> Option<String> {
        Planner::case_of(self, row)
    }
}

/// What every row of an import shares.
pub struct Planner<'a> {
    /// The user's language, in which rows are told what is wrong with them.
    pub messages: &'a Messages,
    /// The mapping.
    pub mapping: &'a Mapping,
    /// The authors' keys.
    pub keys: &'a Keys,
    /// The import's secret.
    pub secret: [u8; 32],
    /// The ledger.
    pub origin: &'a str,
    /// Last block time at which a record may enter the log.
    pub valid_until: UnixMillis,
}

impl<'a> Planner<'a> {
    /// A planner of what `manifest` dates; the secret is derived from the key that the mapping names for it.
    ///
    /// # Errors
    /// When that key is missing, or the manifest's dates are none.
    pub fn new(
        messages: &'a Messages,
        mapping: &'a Mapping,
        keys: &'a Keys,
        origin: &'a str,
        manifest: &Manifest,
    ) -> Result<Self, CliError> {
        let secret = derive::hmac(&*keys.seed(&mapping.secret)?, &[b"tamga/import-secret/v1\0"]);
        Ok(Self { messages, mapping, keys, secret, origin, valid_until: manifest.valid_until()? })
    }
}

impl Planner<'_> {
    /// The records of a row, given what its case remembers.
    ///
    /// # Errors
    /// When a key is missing: the import cannot go on. A row that cannot be read is a [`Plan::Error`].
    pub fn plan(&self, row: &Row, memory: &Memory) -> Result<Plan, CliError> {
        let left_out = self.mapping.skip.iter().find(|skip| row.get(&skip.column) == skip.equals);
        if let Some(skip) = left_out {
            return Ok(Plan::Skip(skip.reason.clone()));
        }
        let selected = row.get(&self.mapping.select);
        let Some(rule) = self.mapping.rule(selected) else {
            let args = [("value", selected.to_owned())];
            return Ok(Plan::Skip(self.messages.text("import-no-rule", &args)));
        };
        let event = match event_time(&self.mapping.time, row) {
            Ok(event) => event,
            Err(error) => return Ok(Plan::Error(self.row_error(row, &error))),
        };
        let before = memory;
        // The records of a row see what the row itself tells the case, unless they ask for a difference.
        let context =
            Context { mapping: self.mapping, row, memory: before, secret: &self.secret, event };
        let mut told = Memory::new();
        for (name, expression) in &rule.remember {
            match context.value(expression) {
                Ok(value) => told.insert(name.clone(), plain(&value)),
                Err(error) => return Ok(Plan::Error(self.row_error(row, &error))),
            };
        }
        let mut memory = before.clone();
        memory.extend(told);
        let mut records = Vec::new();
        for (index, record) in rule.record.iter().enumerate() {
            let zero = record.unless_zero.as_ref().map_or(Ok(false), |at| context.is_zero(at));
            match zero {
                Ok(false) => {}
                Ok(true) => continue,
                Err(error) => return Ok(Plan::Error(self.row_error(row, &error))),
            }
            let known = Known { before, now: &memory };
            match self.record(record, index, row, known, event)? {
                Ok(prepared) => {
                    memory.insert(format!("record.{}", prepared.kind), prepared.id.to_string());
                    memory.insert("record.last".to_owned(), prepared.id.to_string());
                    records.push(prepared);
                }
                Err(error) => return Ok(Plan::Error(error)),
            }
        }
        Ok(Plan::Records(records, memory))
    }

    /// The case of a row, as other commands take it, when the mapping calls a subject `case`.
    #[must_use]
    pub fn case_of(&self, row: &Row) -> Option<String> {
        let event = event_time(&self.mapping.time, row).ok()?;
        let memory = Memory::new();
        let context =
            Context { mapping: self.mapping, row, memory: &memory, secret: &self.secret, event };
        context.subject("case").ok().map(|subject| subject.to_string())
    }

    fn record(
        &self,
        rule: &RecordRule,
        index: usize,
        row: &Row,
        known: Known<'_>,
        event: super::value::EventTime,
    ) -> Result<Result<Prepared, RowError>, CliError> {
        let context =
            Context { mapping: self.mapping, row, memory: known.now, secret: &self.secret, event };
        let author = self
            .mapping
            .authors
            .get(&rule.author)
            .ok_or_else(|| CliError::bug("a checked mapping names its authors"))?;
        let key_name = match context.text(&author.key) {
            Ok(name) => name,
            Err(error) => return Ok(Err(self.row_error(row, &error))),
        };
        let seed = self.keys.seed(&key_name)?;
        let key = SigningKey::from_seed(*seed);
        let draft = match draft(rule, &author.issuer, &context, known.before) {
            Ok(draft) => draft,
            Err(error) => return Ok(Err(self.row_error(row, &error))),
        };
        let label = format!("{}.{index}", rule.kind);
        let source = self.mapping.source.as_str();
        let salt =
            |field: &str| derive::value(&seed, source, &row.key, &format!("salt {label} {field}"));
        let seal = Seal {
            origin: self.origin,
            key_id: key.public().key_id(),
            nonce: derive::nonce(&seed, source, &row.key, &format!("nonce {label}")),
            valid_until: self.valid_until,
            salt: &salt,
        };
        let (record, body) = match draft.write(&seal) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(RowError::refused(&rule.kind, &error, self.messages))),
        };
        let record = record.sign(&key).map_err(|error| CliError::bug(&error.to_string()))?;
        let id = record.id();
        let submission =
            Submission::new(record, body).map_err(|error| CliError::bug(&error.to_string()))?;
        Ok(Ok(Prepared {
            row: row.number,
            label,
            kind: rule.kind.clone(),
            derived: rule.derived,
            id,
            submission,
        }))
    }
}

impl Planner<'_> {
    fn row_error(&self, row: &Row, error: &ValueError) -> RowError {
        let at = row.shown(&error.at).to_owned();
        RowError::of(&ValueError { at, detail: error.detail.clone() }, self.messages)
    }
}

impl RowError {
    /// A draft that does not fit the catalogue, told in the user's language.
    #[must_use]
    pub fn refused(kind: &str, error: &Rejection, messages: &Messages) -> Self {
        let info = error.code.info();
        let language = messages.language().tag();
        let title = info.title.in_language(language);
        Self {
            code: error.code.to_string(),
            detail: format!("{kind} {title}: {} {}", error.pointer, error.detail),
            hint: info.remedy.in_language(language).to_owned(),
        }
    }

    /// A value that can't be read, told in the user's language.
    #[must_use]
    pub fn of(error: &ValueError, messages: &Messages) -> Self {
        Self {
            code: Code::ImportRow.to_string(),
            detail: format!("{}: {}", error.at, messages.said(&error.detail)),
            hint: messages.text("import-hint", &[("column", error.at.clone())]),
        }
    }
}

/// What a case knows before a row and with it.
#[derive(Clone, Copy)]
struct Known<'a> {
    before: &'a Memory,
    now: &'a Memory,
}

fn draft(
    rule: &RecordRule,
    issuer: &str,
    context: &Context<'_>,
    before: &Memory,
) -> Result<Draft, ValueError> {
    // A difference is taken to the value before the row.
    let earlier = Context { memory: before, ..*context };
    let values = |expressions: &BTreeMap<String, Expression>| {
        let value = |expression: &Expression| {
            let differs = matches!(expression, Expression::Delta(_));
            if differs { earlier.value(expression) } else { context.value(expression) }
        };
        let given = |(name, expression): &(&String, &Expression)| {
            !(rule.optional.contains(name) && context.is_empty(expression))
        };
        expressions
            .iter()
            .filter(given)
            .map(|(name, expression)| Ok((name.clone(), value(expression)?)))
            .collect::<Result<BTreeMap<String, Value>, ValueError>>()
    };
    let subject = |name: &String| context.subject(name).map(|subject| subject.to_string());
    let reference = |rule: &super::mapping::ReferenceRule| {
        Ok(DraftReference {
            relation: rule.relation,
            record: context.record(&rule.record)?,
            subject: subject(&rule.subject)?,
        })
    };
    Ok(Draft {
        kind: rule.kind.clone(),
        version: None,
        issuer: context.text(issuer)?,
        subject: subject(&rule.subject)?,
        subjects: rule
            .subjects
            .iter()
            .filter(|name| !(rule.optional.contains(name) && context.is_nobody(name)))
            .map(subject)
            .collect::<Result<_, _>>()?,
        event_time: text::rfc3339(context.event.time),
        after: if rule.after { Some(context.record("last")?) } else { None },
        on_behalf_of: None,
        references: rule.references.iter().map(reference).collect::<Result<_, _>>()?,
        fields: values(&rule.fields)?,
        body: values(&rule.body)?,
    })
}

/// A value as the case remembers it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
