//! Bringing the index to the log's head: each step goes on where the last one ended and writes once.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::{Height, SubjectId, TreeSize};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::dossier::Event;

use super::Terms;
use super::layout::{self, IndexTable, Link, POSITION, Position, PositionRow, Scope};
use super::outline::{Outline, OutlineRow, Rows};
use super::read::IndexReader;
use crate::layout::encode;
use crate::limits::{
    CASE_ENTRIES_MAX, INDEX_BLOCKS_MAX, INDEX_CASES_MAX, INDEX_EVENTS_MAX, INDEX_TOUCHED_MAX,
};
use crate::reader::Reader;
use crate::store::{CommitBatch, Store, StoreError};

/// The index of one log, and how far it has come.
#[derive(Debug)]
pub struct Index<S> {
    store: S,
    position: Position,
    ahead: Option<Ahead>,
    recent: Recent,
}

/// Blocks that are read, and what of them isn't in the index yet. It is not on disk: what was written of them before a
/// restart is what is written again.
#[derive(Debug)]
struct Ahead {
    /// Where the index will have come to.
    position: Position,
    /// Cases still to be computed, each once however many of the blocks name it, with what those say.
    cases: BTreeMap<SubjectId, New>,
    /// Whether one of the blocks enters a parameter or a calendar.
    law: bool,
}

/// What records say of a case that the index has not come to.
#[derive(Debug, Default)]
struct New {
    records: usize,
    events: Vec<Event>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// More blocks are in the index now.
    Advanced {
        /// Up to this one.
        height: Height,
        /// Whether one of them enters a parameter or a calendar: the law is to be read again.
        law: bool,
    },
    /// Some cases were computed, of the blocks ahead or again under another law.
    Computed,
    /// There is nothing to do before the next block or another law.
    Done,
}

impl<S: Store<IndexTable>> Index<S> {
    /// Opens an index of a log; an empty one begins before the first block.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupted`] if it is the index of another log, or damaged: delete it and begin with an empty one.
    pub fn open<L: Store>(store: S, log: &Reader<L>) -> Result<Self, StoreError> {
        let reader = IndexReader::new(store.clone());
        let position = match reader.position()? {
            Some(position) => position,
            None => Position {
                height: Height(0),
                size: TreeSize(1),
                value: value_at(log, Height(0))?,
                law: [0; 32],
                sweep: None,
            },
        };
        let known = log.block(position.height)?.map(|block| block.value);
        if known != Some(position.value) {
            let other = format!("the index is of another log than block {}", position.height);
            return Err(StoreError::Corrupted(other));
        }
        Ok(Self { store, position, ahead: None, recent: Recent::default() })
    }

    /// How far it has come.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The read side.
    #[must_use]
    pub fn reader(&self) -> IndexReader<S> {
        IndexReader::new(self.store.clone())
    }

    /// Goes one step further: some cases of the blocks ahead, or, at the head, some cases under a law that has
    /// changed.
    ///
    /// A step that is repeated after a crash writes the same rows again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the log or of the index; what was ahead is read again.
    pub fn step<L: Store, T: Terms + ?Sized>(
        &mut self,
        log: &Reader<L>,
        terms: &T,
    ) -> Result<Step, StoreError> {
        let law = terms.version();
        if law != self.position.law {
            let sweep = Some(SubjectId([0; 32]));
            let changed = Position { law, sweep, ..self.position };
            self.write(Changes::default(), changed)?;
        }
        let ahead = match self.ahead.take() {
            Some(ahead) => Some(ahead),
            None => self.look_ahead(log)?,
        };
        match (ahead, self.position.sweep) {
            (Some(ahead), _) => self.advance(log, terms, ahead),
            (None, Some(from)) => self.sweep(log, terms, from),
            (None, None) => Ok(Step::Done),
        }
    }

    /// The blocks that come next, and the cases that they name.
    fn look_ahead<L: Store>(&self, log: &Reader<L>) -> Result<Option<Ahead>, StoreError> {
        let (tip, _) = log.tip()?;
        if self.position.height >= tip {
            return Ok(None);
        }
        let mut cases: BTreeMap<SubjectId, New> = BTreeMap::new();
        let mut position = self.position;
        let mut law = false;
        for _ in 0..INDEX_BLOCKS_MAX {
            if position.height == tip || cases.len() >= INDEX_TOUCHED_MAX {
                break;
            }
            let height = position.height.next();
            let block = log.block(height)?.ok_or_else(|| absent(height))?;
            for (index, record) in log.records_of(height)? {
                law |= record.record().kind == Kind::G06.number();
                for case in record.record().all_subjects().filter(|it| it.role == Role::Case) {
                    let event = log.event(&case, index, &record, block.time)?;
                    let new = cases.entry(case.id).or_default();
                    new.records += 1;
                    new.events.extend(event);
                }
            }
            position = Position { height, size: block.size, value: block.value, ..position };
        }
        Ok(Some(Ahead { position, cases, law }))
    }

    /// Computes some of the cases ahead; with the last of them the index has come to their blocks.
    fn advance<L: Store, T: Terms + ?Sized>(
        &mut self,
        log: &Reader<L>,
        terms: &T,
        mut ahead: Ahead,
    ) -> Result<Step, StoreError> {
        let mut part = Vec::new();
        while part.len() < INDEX_CASES_MAX
            && let Some((case, new)) = ahead.cases.pop_first()
        {
            part.push((case, self.known(log, &case, new, ahead.position.size)?));
        }
        let changes = self.changes(terms, part)?;
        if !ahead.cases.is_empty() {
            self.write(changes, self.position)?;
            self.ahead = Some(ahead);
            return Ok(Step::Computed);
        }
        // The law may have changed since the blocks were read.
        let Position { law, sweep, .. } = self.position;
        self.write(changes, Position { law, sweep, ..ahead.position })?;
        Ok(Step::Advanced { height: self.position.height, law: ahead.law })
    }

    fn sweep<L: Store, T: Terms + ?Sized>(
        &mut self,
        log: &Reader<L>,
        terms: &T,
        from: SubjectId,
    ) -> Result<Step, StoreError> {
        let cases = self.reader().case_ids(from, INDEX_CASES_MAX + 1)?;
        let (part, rest) = cases.split_at(cases.len().min(INDEX_CASES_MAX));
        let mut known = Vec::with_capacity(part.len());
        for case in part {
            known.push((*case, self.known(log, case, New::default(), self.position.size)?));
        }
        let changes = self.changes(terms, known)?;
        let position = Position { sweep: rest.first().copied(), ..self.position };
        self.write(changes, position)?;
        Ok(Step::Computed)
    }

    /// What all records of a case before `size` say, with the `new` ones among them.
    fn known<L: Store>(
        &mut self,
        log: &Reader<L>,
        case: &SubjectId,
        new: New,
        size: TreeSize,
    ) -> Result<Known, StoreError> {
        // A correction may have erased what earlier records say.
        let corrected = new.events.iter().any(|event| event.kind == Kind::E18);
        let recent = self.recent.take(case).filter(|recent| recent.size <= self.position.size);
        let fits = |recent: &Known| recent.records + new.records <= CASE_ENTRIES_MAX;
        let recent = recent.filter(|recent| !corrected && fits(recent));
        let subject = Subject::new(Role::Case, *case);
        let mut known = match recent {
            Some(recent) => recent,
            None => {
                let records = log.records_naming(&subject)?;
                if records > new.records || records > CASE_ENTRIES_MAX {
                    return Ok(Known { size, records, events: log.events(&subject, size)? });
                }
                Known::default()
            }
        };
        known.size = size;
        known.records += new.records;
        known.events.extend(new.events);
        Ok(known)
    }

    fn changes<T: Terms + ?Sized>(
        &mut self,
        terms: &T,
        cases: Vec<(SubjectId, Known)>,
    ) -> Result<Changes, StoreError> {
        let reader = self.reader();
        let mut changes = Changes::default();
        for (case, known) in cases {
            let before = reader.case(&case)?;
            let after = Outline::of(&known.events, terms);
            changes.replace(&case, before.as_ref(), after.as_ref());
            self.recent.keep(case, known);
        }
        Ok(changes)
    }

    fn write(&mut self, changes: Changes, position: Position) -> Result<(), StoreError> {
        // Whatever is lost with the machine's power is computed again.
        let mut batch = CommitBatch::buffered();
        self.put_shared(&changes, &mut batch)?;
        self.put_cells(&changes, &mut batch)?;
        for ((table, key), value) in &changes.rows {
            match value {
                Some(value) => batch.put(*table, key, value),
                None => batch.delete(*table, key),
            }
        }
        batch.put(IndexTable::Meta, POSITION, &encode(&PositionRow::from(&position)));
        self.store.commit(batch)?;
        self.position = position;
        Ok(())
    }

    fn put_cells(
        &self,
        changes: &Changes,
        batch: &mut CommitBatch<IndexTable>,
    ) -> Result<(), StoreError> {
        for (key, (more, sum)) in changes.cells.iter().filter(|(_, change)| **change != (0, 0)) {
            let row = self.store.get(IndexTable::Cells, key)?;
            let (count, known) = row.map_or(Ok((0, 0)), |row| layout::cell_of(&row))?;
            let damaged = || layout::damaged(IndexTable::Cells);
            let count = count.checked_add_signed(*more).ok_or_else(damaged)?;
            match count {
                0 => batch.delete(IndexTable::Cells, key),
                _ => {
                    let row = layout::cell_row(count, known.saturating_add(*sum));
                    batch.put(IndexTable::Cells, key, &row);
                }
            }
        }
        Ok(())
    }

    /// A thing is shared if at least two cases have it, those of this batch included.
    fn put_shared(
        &self,
        changes: &Changes,
        batch: &mut CommitBatch<IndexTable>,
    ) -> Result<(), StoreError> {
        for (link, id) in &changes.suspects {
            let prefix = layout::link_prefix(*link, id);
            let here = changes.rows.range((IndexTable::Links, prefix.clone())..);
            let here: BTreeMap<&[u8], bool> = here
                .take_while(|((table, key), _)| {
                    *table == IndexTable::Links && key.starts_with(&prefix)
                })
                .map(|((_, key), value)| (key.as_slice(), value.is_some()))
                .collect();
            let stored = self.store.scan(IndexTable::Links, &[], &prefix, here.len() + 2)?;
            let others = stored.iter().filter(|(key, _)| !here.contains_key(key.as_slice()));
            let cases = others.count() + here.values().filter(|is_there| **is_there).count();
            let key = layout::shared_key(*link, id);
            match cases {
                0 | 1 => batch.delete(IndexTable::Shared, &key),
                _ => batch.put(IndexTable::Shared, &key, &[]),
            }
        }
        Ok(())
    }
}

fn value_at<L: Store>(
    log: &Reader<L>,
    height: Height,
) -> Result<tamga_format::id::ValueId, StoreError> {
    log.block(height)?.map(|block| block.value).ok_or_else(|| absent(height))
}

fn absent(height: Height) -> StoreError {
    StoreError::Corrupted(format!("the row of block {height} is absent"))
}

/// What the records of a case say, up to a size of the log.
#[derive(Debug, Default)]
struct Known {
    size: TreeSize,
    /// Records that name it, or more: later ones may have been counted as well.
    records: usize,
    events: Vec<Event>,
}

/// Cases computed a while ago: those that go on are mostly among them, and needn't be read from the log again.
#[derive(Debug, Default)]
struct Recent {
    young: BTreeMap<SubjectId, Known>,
    /// Events of the young ones together.
    events: usize,
    old: BTreeMap<SubjectId, Known>,
}

impl Recent {
    fn take(&mut self, case: &SubjectId) -> Option<Known> {
        let young = self.young.remove(case);
        young.or_else(|| self.old.remove(case))
    }

    fn keep(&mut self, case: SubjectId, known: Known) {
        if self.events >= INDEX_EVENTS_MAX {
            self.old = std::mem::take(&mut self.young);
            self.events = 0;
        }
        self.events += known.events.len();
        self.young.insert(case, known);
    }
}

/// What one write changes: rows, counts, and things in common that may have become shared or no longer are.
#[derive(Debug, Default)]
struct Changes {
    rows: BTreeMap<(IndexTable, Vec<u8>), Option<Vec<u8>>>,
    cells: BTreeMap<Vec<u8>, (i64, i64)>,
    suspects: BTreeSet<(Link, SubjectId)>,
}

impl Changes {
    fn replace(&mut self, case: &SubjectId, before: Option<&Outline>, after: Option<&Outline>) {
        if before == after {
            return;
        }
        let rows = |outline: Option<&Outline>| outline.map_or_else(Rows::new, |it| it.rows(case));
        let (old, new) = (rows(before), rows(after));
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            self.rows.insert(key.clone(), None);
        }
        for (key, value) in new {
            if old.get(&key) != Some(&value) {
                self.rows.insert(key, Some(value));
            }
        }
        for (outline, sign) in [(before, -1), (after, 1)] {
            let Some(outline) = outline else { continue };
            let suspects = outline.links().into_iter().filter(|(link, _)| link.is_suspect());
            self.suspects.extend(suspects);
            for each in outline.contributions() {
                let value = each.tally.is_spread().then_some(each.value);
                let sum = if each.tally.is_money() { each.value } else { 0 };
                for scope in Scope::of(&each.area) {
                    let key = layout::cell_key(each.tally, &scope, each.month, value);
                    let (count, total) = self.cells.entry(key).or_default();
                    *count += sign;
                    *total = total.saturating_add(sum.saturating_mul(sign));
                }
            }
        }
    }
}

impl TryFrom<OutlineRow> for Outline {
    type Error = StoreError;

    fn try_from(OutlineRow::V1(outline): OutlineRow) -> Result<Self, StoreError> {
        Ok(outline)
    }
}
