//! The records that the rows of a list stand for.

use std::collections::{BTreeMap, HashMap};

use tamga_format::body::{Body, BodyField};
use tamga_format::id::{KeyId, RecordId, UnixMillis, sha256};
use tamga_format::record::Record;

use crate::error::CliError;
use crate::import::manifest::Journal;
use crate::import::plan::{Plan, Planner};
use crate::import::table::Table;
use crate::import::value::Memory;

/// A record that a row stands for.
#[derive(Debug)]
pub struct Planned {
    /// The row, from 1.
    pub row: u64,
    /// Kind and place within the row.
    pub label: String,
    /// Its id, if an import with the list's manifest records it.
    pub id: RecordId,
    /// What it says.
    pub record: Record,
    /// Its body.
    pub body: Option<Body>,
    /// The earlier record of the list that it repeats, by position.
    pub repeats: Option<usize>,
}

/// A list, read through a mapping.
#[derive(Debug, Default)]
pub struct List {
    /// Rows.
    pub rows: u64,
    /// Rows that the mapping leaves out.
    pub left_out: u64,
    /// Rows of which no records can be made, with the code of the reason.
    pub unreadable: Vec<(u64, String)>,
    /// The records that the others stand for, in order.
    pub records: Vec<Planned>,
}

impl List {
    /// Makes the records of all rows; what earlier imports knew of a row is in `journal`.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn read(planner: &Planner<'_>, table: &Table, journal: &Journal) -> Result<Self, CliError> {
        let mut list = Self::default();
        let mut cases: BTreeMap<String, Memory> = BTreeMap::new();
        let mut keys: HashMap<(KeyId, [u8; 16]), usize> = HashMap::new();
        let mut contents: HashMap<[u8; 32], usize> = HashMap::new();
        for row in &table.rows {
            list.rows = list.rows.saturating_add(1);
            let case = row.get(&planner.mapping.case).to_owned();
            let mut context =
                journal.row(&row.key).map(|line| line.context.clone()).unwrap_or_default();
            context.extend(cases.get(&case).cloned().unwrap_or_default());
            match planner.plan(row, &context)? {
                Plan::Skip(_) => list.left_out = list.left_out.saturating_add(1),
                Plan::Error(error) => list.unreadable.push((row.number, error.code)),
                Plan::Records(prepared, memory) => {
                    cases.insert(case, memory);
                    for prepared in prepared {
                        let (id, label) = (prepared.id, prepared.label);
                        let (signed, body) = prepared.submission.into_parts();
                        let record = signed.record().clone();
                        let at = list.records.len();
                        let content = content(&record, body.as_ref());
                        let named = *keys.entry((record.key_id, record.nonce)).or_insert(at);
                        let said = *contents.entry(content).or_insert(at);
                        let repeats = Some(named.min(said)).filter(|first| *first < at);
                        let row = row.number;
                        list.records.push(Planned { row, label, id, record, body, repeats });
                    }
                }
            }
        }
        Ok(list)
    }

    /// First and last event time of the records; the same day for a list without any.
    #[must_use]
    pub fn period(&self, now: UnixMillis) -> (UnixMillis, UnixMillis) {
        let times = || self.records.iter().map(|planned| planned.record.event_time);
        times().min().zip(times().max()).unwrap_or((now, now))
    }
}

/// What a record says, whatever its nonce, dates of validity and salts are.
fn content(record: &Record, body: Option<&Body>) -> [u8; 32] {
    let bare = Record { nonce: [0; 16], valid_until: UnixMillis(0), body: None, ..record.clone() };
    let fields = body.map(Body::fields).unwrap_or_default().iter();
    let bare_fields = fields.map(|field| BodyField { salt: [0; 32], ..field.clone() }).collect();
    let bare_body = Body::new(bare_fields).map(|body| body.encode()).unwrap_or_default();
    sha256(&[&bare.signature_input(), &bare_body])
}
