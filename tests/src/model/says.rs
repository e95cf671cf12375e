//! A record as the model reads it: fields by name.

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::record::{Record, Reference};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{Kind, KindInfo};

use super::law::{Day, day_of};

/// What a record says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Says<'a> {
    pub(super) info: &'static KindInfo,
    pub(super) record: &'a Record,
    pub(super) body: Option<&'a Body>,
}

impl<'a> Says<'a> {
    pub(super) fn new(record: &'a Record, body: Option<&'a Body>) -> Option<Self> {
        let info = Kind::from_number(record.kind)?.info();
        Some(Self { info, record, body })
    }

    pub(super) fn kind(&self) -> &'static str {
        self.info.code
    }

    fn field(&self, name: &str) -> Option<&'a Value> {
        let number = self.info.field_named(name).expect("the model knows the catalogue").number;
        self.record.field(number)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.field(name).is_some()
    }

    pub(super) fn word(&self, name: &str) -> &'a str {
        self.field(name).and_then(Value::as_text).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.field(name).and_then(Value::as_i64)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.field(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.field(name)
    }

    pub(super) fn bytes(&self, name: &str) -> Option<[u8; 32]> {
        self.field(name).and_then(Value::as_array_of)
    }

    pub(super) fn id(&self, name: &str) -> Option<SubjectId> {
        self.bytes(name).map(SubjectId)
    }

    /// The civil day of the event.
    pub(super) fn day(&self) -> Day {
        day_of(self.record.event_time.get())
    }

    /// Whether the body has a field.
    pub(super) fn states(&self, name: &str) -> bool {
        self.body.is_some_and(|body| body.get(name).is_some())
    }

    /// An amount of the body, 0 if it is not stated.
    pub(super) fn amount(&self, name: &str) -> i128 {
        let amount = self.body.and_then(|body| body.get(name)).and_then(Value::as_i64);
        amount.unwrap_or_default().into()
    }

    /// Rows of the body.
    pub(super) fn rows(&self, name: &str) -> Vec<&'a [Value]> {
        let rows = self.body.and_then(|body| body.get(name)).and_then(Value::as_list);
        rows.unwrap_or_default().iter().map(|row| row.as_list().unwrap_or_default()).collect()
    }

    /// The subjects of a role that it names beside its primary one.
    pub(super) fn named(&self, role: Role) -> Vec<SubjectId> {
        let of_role = self.record.subjects.iter().filter(|it| it.role == role);
        of_role.map(|it| it.id).collect()
    }

    /// The first such subject.
    pub(super) fn first(&self, role: Role) -> Option<SubjectId> {
        self.named(role).first().copied()
    }

    pub(super) fn reference(&self, relation: u8) -> Option<&'a Reference> {
        self.record.references.iter().find(|it| it.relation == relation)
    }

    /// Whether it refers to a record and a subject of it.
    pub(super) fn refers(&self, relation: u8, record: Option<RecordId>, subject: Subject) -> bool {
        let reference = self.reference(relation);
        record
            .is_some_and(|id| reference.is_some_and(|it| it.record == id && it.subject == subject))
    }
}

/// A tiyn amount in a row.
pub(super) fn tiyn(value: &Value) -> i128 {
    value.as_i64().unwrap_or_default().into()
}

/// An id in a row.
pub(super) fn id_of(value: &Value) -> SubjectId {
    SubjectId(value.as_array_of().unwrap_or_default())
}
