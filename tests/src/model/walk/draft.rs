//! What one record of a walk is made of.

use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::id::RecordId;
use tamga_format::record::Reference;
use tamga_format::subject::Subject;

/// What one record is made of.
pub(super) struct Draft {
    pub(super) kind: &'static str,
    pub(super) writer: Subject,
    pub(super) case: Subject,
    pub(super) subjects: Vec<Subject>,
    pub(super) references: Vec<Reference>,
    pub(super) fields: Vec<(&'static str, Value)>,
    pub(super) body: BTreeMap<&'static str, Value>,
}

impl Draft {
    pub(super) fn field(mut self, name: &'static str, value: impl Into<Word>) -> Self {
        self.fields.push((name, value.into().0));
        self
    }

    pub(super) fn body(mut self, name: &'static str, amount: i128) -> Self {
        let amount = Value::int(i64::try_from(amount).unwrap_or(i64::MAX));
        self.body.insert(name, amount);
        self
    }

    pub(super) fn rows(mut self, name: &'static str, rows: Vec<Value>) -> Self {
        if !rows.is_empty() {
            self.body.insert(name, Value::Array(rows));
        }
        self
    }

    pub(super) fn naming(mut self, subjects: impl IntoIterator<Item = Subject>) -> Self {
        self.subjects.extend(subjects);
        self
    }

    pub(super) fn referring(mut self, relation: u8, record: RecordId, subject: Subject) -> Self {
        self.references.push(Reference { relation, record, subject });
        self
    }
}

pub(super) struct Word(Value);

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(Value::text(text))
    }
}

impl From<i64> for Word {
    fn from(number: i64) -> Self {
        Self(Value::int(number))
    }
}

impl From<[u8; 32]> for Word {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Value::bytes(&bytes))
    }
}

impl From<Value> for Word {
    fn from(value: Value) -> Self {
        Self(value)
    }
}
