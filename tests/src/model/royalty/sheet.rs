//! A royalty record before it is sealed.

use std::collections::BTreeMap;

use tamga_format::attachment::Manifest;
use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, SubjectId, UnixMillis, sha256};
use tamga_format::lines::{Line, PackedBatch};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_state::BlockContext;
use tamga_state::catalogue::Kind;

use super::super::compare::Written;
use super::super::walk::unsigned;

/// What a record says, and the chunks that it brings.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) kind: &'static str,
    pub(super) issuer: Subject,
    pub(super) subject: Subject,
    pub(super) subjects: Vec<Subject>,
    pub(super) fields: BTreeMap<&'static str, Value>,
    pub(super) body: BTreeMap<&'static str, Value>,
    pub(super) chunks: Option<Vec<Vec<u8>>>,
}

impl Sheet {
    /// What an organisation writes of itself.
    pub(super) fn of(kind: &'static str, bin: &str, subject: Subject) -> Self {
        let issuer = Subject::registered(Role::Organisation, bin);
        let subjects = vec![Subject::registered(Role::Cmo, bin)];
        let (fields, body) = (BTreeMap::new(), BTreeMap::new());
        let sheet = Self { kind, issuer, subject, subjects, fields, body, chunks: None };
        sheet.bytes("okup_id", issuer.id.0)
    }

    pub(super) fn number(self, name: &'static str, number: i64) -> Self {
        self.value(name, Value::int(number))
    }

    pub(super) fn text(self, name: &'static str, text: &str) -> Self {
        self.value(name, Value::text(text))
    }

    pub(super) fn bytes(self, name: &'static str, bytes: [u8; 32]) -> Self {
        self.value(name, Value::bytes(&bytes))
    }

    pub(super) fn value(mut self, name: &'static str, value: Value) -> Self {
        self.fields.insert(name, value);
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.fields.remove(name);
        self
    }

    pub(super) fn words(self, name: &'static str, words: &[&str]) -> Self {
        let rows = words.iter().map(|word| Value::Array(vec![Value::text(word)])).collect();
        self.value(name, Value::Array(rows))
    }

    pub(super) fn ids(self, name: &'static str, ids: &[SubjectId]) -> Self {
        let rows = ids.iter().map(|id| Value::Array(vec![Value::bytes(&id.0)])).collect();
        self.value(name, Value::Array(rows))
    }

    pub(super) fn private(mut self, name: &'static str, value: Value) -> Self {
        self.body.insert(name, value);
        self
    }

    pub(super) fn naming(mut self, subjects: &[Subject]) -> Self {
        self.subjects.extend(subjects);
        self
    }

    /// A number of a field, or of the body, moved.
    pub(super) fn off(mut self, name: &'static str, by: i64) -> Self {
        let slot = self.fields.get_mut(name).or_else(|| self.body.get_mut(name));
        let slot = slot.expect("a number that it has");
        *slot = Value::int(slot.as_i64().expect("a number") + by);
        self
    }

    /// Brings lines, with their root and count.
    pub(super) fn lines<L: Line>(
        self,
        (root, count): (&'static str, &'static str),
        lines: &[L],
    ) -> Self {
        let lines = lines.iter().map(L::encode).collect();
        let packed = PackedBatch::new(&self.subject.id, lines).expect("lines of a batch");
        let count_is = i64::try_from(packed.lines.count).expect("few lines");
        self.bytes(root, packed.lines.root.0).number(count, count_is).chunks(packed.chunks)
    }

    /// Brings chunks, whatever its record says of them.
    pub(super) fn chunks(mut self, chunks: Vec<Vec<u8>>) -> Self {
        let manifest = Manifest::of(chunks.iter().map(Vec::as_slice)).expect("chunks");
        self.chunks = Some(chunks);
        self.bytes("attachment", manifest.id().0)
    }

    pub(super) fn seal(&self, block: &BlockContext, serial: u64, key_id: KeyId) -> Written {
        let kind = Kind::ALL.iter().find(|kind| kind.info().code == self.kind);
        let info = kind.expect("a kind of the catalogue").info();
        let seed = sha256(&[b"royalty walk", &serial.to_be_bytes()]);
        let body = (!self.body.is_empty()).then(|| {
            let field = |(name, value): (&&str, &Value)| BodyField {
                salt: sha256(&[&seed, name.as_bytes()]),
                name: (*name).to_owned(),
                value: value.clone(),
            };
            Body::new(self.body.iter().map(field).collect()).expect("a small body")
        });
        let mut subjects = self.subjects.clone();
        subjects.sort_unstable();
        subjects.dedup();
        subjects.retain(|subject| *subject != self.subject);
        let number = |name: &str| info.field_named(name).expect("a field of the kind").number;
        let mut fields: Vec<(u16, Value)> =
            self.fields.iter().map(|(name, value)| (number(name), value.clone())).collect();
        fields.sort_by_key(|(number, _)| *number);
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&seed[..16]);
        let record = Record {
            key_id,
            issuer: self.issuer,
            subject: self.subject,
            audience: block.origin.clone(),
            kind: info.kind.number(),
            version: 1,
            nonce,
            event_time: block.time,
            valid_until: UnixMillis(block.time.get() + 86_400_000),
            subjects,
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields,
            body: body.as_ref().map(Body::commitment),
        };
        unsigned(&record, body)
    }
}
