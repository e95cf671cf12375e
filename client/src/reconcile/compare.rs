//! The records of a list against the entries of a log.

use std::collections::{HashMap, HashSet};

use tamga_format::body::{Body, BodyField};
use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, LeafIndex, RecordId, TreeRoot, UnixMillis};
use tamga_format::limits::RECONCILIATION_ITEMS_MAX;
use tamga_format::merkle::{Hash, leaf_hash, root_of};
use tamga_format::reconciliation::Item;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::{Kind, relation};

use super::list::{List, Planned};
use crate::error::CliError;
use crate::log;

/// A record of the ledger that concerns the list.
struct Held {
    index: LeafIndex,
    id: RecordId,
    record: Record,
}

/// What makes two records one event, whoever made which bytes of it.
type Event = (Subject, u16, Subject, UnixMillis);

/// A comparison under way: it sees every entry once, in order.
pub struct Comparison<'l> {
    list: &'l List,
    period: (UnixMillis, UnixMillis),
    by_key: HashMap<(KeyId, [u8; 16]), usize>,
    cases: HashSet<Subject>,
    keys: HashSet<KeyId>,
    /// Documents of the list, each with its case and the row that presents it.
    documents: HashMap<Subject, (Subject, u64)>,
    /// For each record of the list the one that carries its key and nonce.
    found: Vec<Option<Held>>,
    strays: Vec<Held>,
    items: Vec<Item>,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Records that both hold.
    pub matched: u64,
    /// Root over their ids in log order.
    pub matched_root: TreeRoot,
    /// Everything else.
    pub items: Vec<Item>,
}

/// The fields of a record's body as the ledger holds them; `None` if they are not to be had.
pub type Bodies<'b> = dyn Fn(&RecordId) -> Result<Option<Vec<BodyField>>, CliError> + 'b;

impl<'l> Comparison<'l> {
    /// Begins, for records of the ledger with event times in a period.
    #[must_use]
    pub fn new(list: &'l List, period: (UnixMillis, UnixMillis)) -> Self {
        let mut by_key = HashMap::new();
        let mut documents = HashMap::new();
        for (at, planned) in list.records.iter().enumerate() {
            let record = &planned.record;
            by_key.entry((record.key_id, record.nonce)).or_insert(at);
            for document in documents_of(record) {
                documents.entry(document).or_insert((record.subject, planned.row));
            }
        }
        let records = || list.records.iter().map(|planned| &planned.record);
        let cases = records().map(|record| record.subject).filter(|it| it.role == Role::Case);
        Self {
            list,
            period,
            by_key,
            cases: cases.collect(),
            keys: records().map(|record| record.key_id).collect(),
            documents,
            found: list.records.iter().map(|_| None).collect(),
            strays: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Sees the entry at a position.
    ///
    /// # Errors
    /// When the entry is of a form that this program does not know, or too much does not agree.
    pub fn see(&mut self, index: LeafIndex, entry: &[u8]) -> Result<(), CliError> {
        let Some(signed) = log::record(index, entry)? else { return Ok(()) };
        let record = signed.record();
        let named = self.by_key.get(&(record.key_id, record.nonce)).copied();
        let in_period = (self.period.0..=self.period.1).contains(&record.event_time);
        let concerns = self.cases.contains(&record.subject) || self.keys.contains(&record.key_id);
        let held = || Held { index, id: signed.id(), record: record.clone() };
        match named.and_then(|at| self.found.get_mut(at)) {
            Some(place @ None) => *place = Some(held()),
            Some(Some(first)) => {
                let (id, first) = (signed.id(), first.index);
                self.items.push(Item::RepeatedInLedger { index, id, first });
            }
            None if in_period && concerns => self.strays.push(held()),
            None => {}
        }
        for document in documents_of(record) {
            // The document may come back, and is presented again then: lawful, and the record says so.
            let again = record.references.iter().any(|it| it.relation == relation::PREVIOUS_CASE);
            let presented = self.documents.get(&document).filter(|_| !again);
            if let Some((_, row)) = presented.filter(|(case, _)| *case != record.subject) {
                self.items.push(Item::SameDocument { index, id: signed.id(), row: *row });
            }
        }
        if self.items.len().saturating_add(self.strays.len()) > RECONCILIATION_ITEMS_MAX {
            return Err(CliError::too_many_items(RECONCILIATION_ITEMS_MAX));
        }
        Ok(())
    }

    /// What it came to, once every entry was seen.
    ///
    /// # Errors
    /// Those of `bodies`; when too much does not agree.
    pub fn end(mut self, bodies: &Bodies<'_>) -> Result<Compared, CliError> {
        let list = self.list;
        let mut strays: HashMap<Event, Vec<Held>> = HashMap::new();
        for stray in std::mem::take(&mut self.strays) {
            strays.entry(event(&stray.record)).or_default().push(stray);
        }
        let renamed = self.adopt(&mut strays);
        let (mut matched, mut items) = (Vec::new(), std::mem::take(&mut self.items));
        for unreadable in &list.unreadable {
            items.push(Item::Unreadable { row: unreadable.0, code: unreadable.1.clone() });
        }
        for (planned, held) in list.records.iter().zip(&self.found) {
            let (row, label) = (planned.row, planned.label.clone());
            if let Some(first) = planned.repeats.and_then(|at| list.records.get(at)) {
                items.push(Item::RepeatedInList { row, label, first: first.row });
                // What was recorded of a repeated row repeats what was recorded of the first.
                let first = planned.repeats.and_then(|at| self.found.get(at)?.as_ref());
                if let (Some(held), Some(first)) = (held, first) {
                    let (index, id, first) = (held.index, held.id, first.index);
                    items.push(Item::RepeatedInLedger { index, id, first });
                }
                continue;
            }
            let Some(held) = held else {
                items.push(Item::MissingInLedger { row, label });
                continue;
            };
            let fields = differences(planned, held, &renamed, bodies)?;
            if fields.is_empty() {
                matched.push((held.index, held.id));
            } else {
                let (index, id) = (held.index, held.id);
                items.push(Item::Differing { row, label, index, id, fields });
            }
        }
        self.left(strays, &renamed, bodies, &mut items)?;
        if items.len() > RECONCILIATION_ITEMS_MAX {
            return Err(CliError::too_many_items(RECONCILIATION_ITEMS_MAX));
        }
        matched.sort_unstable();
        let leaves: Vec<Hash> = matched.iter().map(|(_, id)| leaf_hash(id.as_bytes())).collect();
        let count = u64::try_from(matched.len()).unwrap_or(u64::MAX);
        Ok(Compared { matched: count, matched_root: root_of(&leaves), items })
    }

    /// Gives records of the list that were not found by key and nonce the strays that tell of the same event; the
    /// ids by which the ledger knows the list's records.
    fn adopt(&mut self, strays: &mut HashMap<Event, Vec<Held>>) -> HashMap<RecordId, RecordId> {
        for (at, planned) in self.list.records.iter().enumerate() {
            // Of a repeated row the ledger may hold the later form only.
            if let Some(first) =
                planned.repeats.filter(|first| self.found.get(*first).is_some_and(Option::is_none))
            {
                let held = self.found.get_mut(at).and_then(Option::take);
                if let Some(place) = self.found.get_mut(first) {
                    *place = held;
                }
            }
        }
        let mut renamed = HashMap::new();
        for (planned, place) in self.list.records.iter().zip(&mut self.found) {
            if place.is_none() && planned.repeats.is_none() {
                let candidates = strays.get_mut(&event(&planned.record));
                *place = candidates.and_then(|held| {
                    let count = |held: &Held| stated(&planned.record, &held.record, &renamed).len();
                    let best =
                        (0..held.len()).min_by_key(|at| held.get(*at).map_or(usize::MAX, count))?;
                    Some(held.remove(best))
                });
            }
            if let Some(held) = place {
                renamed.insert(planned.id, held.id);
            }
        }
        renamed
    }

    /// The strays that nothing in the list stands for.
    fn left(
        &self,
        strays: HashMap<Event, Vec<Held>>,
        renamed: &HashMap<RecordId, RecordId>,
        bodies: &Bodies<'_>,
        items: &mut Vec<Item>,
    ) -> Result<(), CliError> {
        let mut events: HashMap<Event, Vec<usize>> = HashMap::new();
        for (at, planned) in self.list.records.iter().enumerate() {
            events.entry(event(&planned.record)).or_default().push(at);
        }
        for (event, strays) in strays {
            for stray in strays {
                let (index, id) = (stray.index, stray.id);
                let mut repeated = None;
                for at in events.get(&event).into_iter().flatten() {
                    let planned = self.list.records.get(*at);
                    let found = self.found.get(*at).and_then(Option::as_ref);
                    let Some((planned, found)) = planned.zip(found) else { continue };
                    if differences(planned, &stray, renamed, bodies)?.is_empty() {
                        repeated = Some(found.index);
                        break;
                    }
                }
                items.push(match repeated {
                    // Whichever came first, the later one is the repetition.
                    Some(first) if first < index => Item::RepeatedInLedger { index, id, first },
                    _ => Item::MissingInList { index, id },
                });
            }
        }
        Ok(())
    }
}

/// The documents that a record presents.
fn documents_of(record: &Record) -> impl Iterator<Item = Subject> + '_ {
    let presents = record.kind == Kind::E01.number();
    record.subjects.iter().copied().filter(move |it| presents && it.role == Role::Document)
}

fn event(record: &Record) -> Event {
    (record.subject, record.kind, record.issuer, record.event_time)
}

/// What differs between a record of the list and one of the ledger, by name, sorted.
fn differences(
    planned: &Planned,
    held: &Held,
    renamed: &HashMap<RecordId, RecordId>,
    bodies: &Bodies<'_>,
) -> Result<Vec<String>, CliError> {
    if planned.id == held.id {
        return Ok(Vec::new());
    }
    let mut names = stated(&planned.record, &held.record, renamed);
    if planned.record.body != held.record.body {
        // Other salts give another commitment to the same fields.
        let opened = match (&planned.body, held.record.body) {
            (Some(body), Some(_)) => bodies(&held.id)?.map(|fields| unlike(body, &fields)),
            _ => None,
        };
        names.extend(opened.unwrap_or_else(|| vec!["body".to_owned()]));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// The names of the body's fields that one side lacks or that differ.
fn unlike(body: &Body, held: &[BodyField]) -> Vec<String> {
    let mine = body.fields();
    let names = mine.iter().chain(held).map(|field| field.name.as_str());
    let value = |fields: &[BodyField], name: &str| {
        fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
    };
    names
        .filter(|name| value(mine, name) != value(held, name))
        .map(|name| format!("body.{name}"))
        .collect()
}

/// What differs in the entries themselves.
fn stated(planned: &Record, held: &Record, renamed: &HashMap<RecordId, RecordId>) -> Vec<String> {
    let current = |id: &RecordId| renamed.get(id).copied().unwrap_or(*id);
    let mut references = planned.references.clone();
    for reference in &mut references {
        reference.record = current(&reference.record);
    }
    let parts = [
        ("kind", planned.kind == held.kind),
        ("version", planned.version == held.version),
        ("issuer", planned.issuer == held.issuer),
        ("subject", planned.subject == held.subject),
        ("subjects", planned.subjects == held.subjects),
        ("event_time", planned.event_time == held.event_time),
        ("after", planned.after.as_ref().map(current) == held.after),
        ("on_behalf_of", planned.on_behalf_of == held.on_behalf_of),
        ("references", references == held.references),
    ];
    let mut names: Vec<String> =
        parts.iter().filter(|(_, same)| !same).map(|(name, _)| (*name).to_owned()).collect();
    let info = Kind::from_number(held.kind).map(Kind::info);
    let numbers = planned.fields.iter().chain(&held.fields).map(|(number, _)| *number);
    for number in numbers {
        let mine = planned.field(number).map(|value| renewed(value, renamed));
        if mine.as_ref() != held.field(number) {
            let known = info.and_then(|info| info.field(number));
            names.push(known.map_or_else(|| format!("#{number}"), |field| field.name.to_owned()));
        }
    }
    names
}

/// A value in which ids of the list's records are those that the ledger knows them by.
fn renewed(value: &Value, renamed: &HashMap<RecordId, RecordId>) -> Value {
    let id = value.as_array_of().map(RecordId);
    let known = id.and_then(|id| renamed.get(&id));
    known.map_or_else(|| value.clone(), |id| Value::Bytes(id.as_bytes().to_vec()))
}
