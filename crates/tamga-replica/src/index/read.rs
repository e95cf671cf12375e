//! The read side of the index: lists and counts, page by page.
//!
//! A reader is cheap to clone and blocks while it reads. Pages are bounded by [`INDEX_PAGE_MAX`]; a page goes on after the last
//! item of the one before.

use borsh::BorshDeserialize;
use tamga_format::id::{LeafIndex, SubjectId};
use tamga_state::indicators::{Cells, Month, Period, Tally, figure::Cell};

use super::layout::{
    self, DeskKey, IndexTable, Level, Link, POSITION, Position, PositionRow, Scope,
};
use super::outline::{Outline, OutlineRow};
use crate::limits::{INDEX_PAGE_MAX, INDEX_SCAN_MAX};
use crate::store::{Store, StoreError};

/// Key and value.
type Row = (Vec<u8>, Vec<u8>);

/// The read side of one index.
#[derive(Clone, Debug)]
pub struct IndexReader<S> {
    store: S,
}

/// A term on an officer's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskLine {
    /// Where it stands, for the page after.
    pub key: DeskKey,
    /// Whether missing it breaches a statutory term; otherwise it is a heuristic signal.
    pub statutory: bool,
}

/// An entry in the register of debtors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterLine {
    /// The debtor.
    pub debtor: SubjectId,
    /// The case.
    pub case: SubjectId,
    /// The case in short.
    pub outline: Outline,
}

/// A record that is counted in a tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedLine {
    /// In which scope.
    pub scope: Scope,
    /// In which month.
    pub month: Month,
    /// The record.
    pub record: LeafIndex,
    /// Tells apart what one record counts more than once.
    pub ordinal: u16,
    /// Days, tiyn or a day, as the tally says.
    pub value: i64,
}

/// Items, and where the page after begins, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// Key after which the list goes on.
    pub next: Option<Vec<u8>>,
}

impl<S: Store<IndexTable>> IndexReader<S> {
    pub(crate) fn new(store: S) -> Self {
        Self { store }
    }

    /// How far the index has come; `None` before its first step.
    ///
    /// # Errors
    ///
    /// [`StoreError`], here and below: the index can't be read; delete it and let it be made anew.
    pub fn position(&self) -> Result<Option<Position>, StoreError> {
        let row = self.store.get(IndexTable::Meta, POSITION)?;
        let row = row.map(|row| decode::<PositionRow>(IndexTable::Meta, &row)).transpose()?;
        Ok(row.map(Position::from))
    }

    /// A case in short.
    pub fn case(&self, case: &SubjectId) -> Result<Option<Outline>, StoreError> {
        let row = self.store.get(IndexTable::Cases, case.as_bytes())?;
        row.map(|row| decode::<OutlineRow>(IndexTable::Cases, &row)?.try_into()).transpose()
    }

    /// Ids of cases, in their order, from one on.
    pub(crate) fn case_ids(
        &self,
        from: SubjectId,
        limit: usize,
    ) -> Result<Vec<SubjectId>, StoreError> {
        let rows = self.store.scan(IndexTable::Cases, from.as_bytes(), &[], limit)?;
        rows.iter().map(|(key, _)| subject(IndexTable::Cases, key)).collect()
    }

    /// Cases that have something in common, by their ids.
    pub fn cases_of(
        &self,
        link: Link,
        id: &SubjectId,
        after: Option<SubjectId>,
        limit: usize,
    ) -> Result<Listed<SubjectId>, StoreError> {
        let prefix = layout::link_prefix(link, id);
        let after = after.map(|case| layout::link_key(link, id, &case));
        let page = self.page(IndexTable::Links, &prefix, after, limit)?;
        page.map(|(key, _)| {
            let case = key.get(prefix.len()..).unwrap_or_default();
            subject(IndexTable::Links, case)
        })
    }

    /// Whether a case other than `but` goes on that has this in common.
    pub fn has_open_case(
        &self,
        link: Link,
        id: &SubjectId,
        but: Option<&SubjectId>,
    ) -> Result<bool, StoreError> {
        let prefix = layout::link_prefix(link, id);
        let rows = self.store.scan(IndexTable::Links, &[], &prefix, INDEX_SCAN_MAX)?;
        Ok(rows.iter().any(|(key, open)| {
            let case = key.get(prefix.len()..).unwrap_or_default();
            open.as_slice() == [1] && but.is_none_or(|but| case != but.as_bytes())
        }))
    }

    /// Open terms of an officer that end on `from` or later, at most on `to`, by their last day.
    pub fn desk(
        &self,
        officer: &SubjectId,
        days: core::ops::RangeInclusive<i64>,
        after: Option<&DeskKey>,
        limit: usize,
    ) -> Result<Listed<DeskLine>, StoreError> {
        let start = match after {
            Some(after) => beyond(after.encode()),
            None => layout::desk_from(officer, *days.start()),
        };
        let start = start.max(layout::desk_from(officer, *days.start()));
        let limit = limit.min(INDEX_PAGE_MAX);
        let rows = self.store.scan(
            IndexTable::Desk,
            &start,
            officer.as_bytes(),
            limit.saturating_add(1),
        )?;
        let mut lines = Vec::with_capacity(rows.len());
        for (key, value) in rows {
            let key = DeskKey::decode(&key)?;
            if key.on <= *days.end() {
                lines.push(DeskLine { key, statutory: value.as_slice() == [1] });
            }
        }
        let next = (lines.len() > limit).then(|| {
            lines.truncate(limit);
            lines.last().map(|line| line.key.encode())
        });
        Ok(Listed { items: lines, next: next.flatten() })
    }

    /// Entries in the register of debtors, of cases that go on or of ended ones, in a region or everywhere.
    pub fn register(
        &self,
        open: bool,
        region: Option<&str>,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Listed<RegisterLine>, StoreError> {
        let prefix = layout::register_prefix(open, region);
        let page = self.page(IndexTable::Register, &prefix, after, limit)?;
        page.map(|(key, _)| {
            let (debtor, case) = layout::register_of(&key)?;
            let outline = self.case(&case)?.ok_or_else(|| layout::damaged(IndexTable::Register))?;
            Ok(RegisterLine { debtor, case, outline })
        })
    }

    /// Things that two cases or more have in common, of one kind.
    pub fn shared(
        &self,
        link: Link,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Listed<SubjectId>, StoreError> {
        let mut prefix = layout::shared_key(link, &SubjectId([0; 32]));
        prefix.truncate(1);
        let page = self.page(IndexTable::Shared, &prefix, after, limit)?;
        page.map(|(key, _)| layout::shared_of(&key).map(|(_, id)| id))
    }

    /// The sizes of tallies in a scope.
    #[must_use]
    pub fn cells(&self, scope: Scope) -> ScopeCells<S> {
        ScopeCells { store: self.store.clone(), scope }
    }

    /// The regions or the offices in which a tally holds anything, in their order, after one of them.
    pub fn scopes(
        &self,
        tally: Tally,
        level: Level,
        after: Option<&Scope>,
        limit: usize,
    ) -> Result<Vec<Scope>, StoreError> {
        let level = layout::tally_level(tally, level);
        let skipped = after.map(|scope| past(layout::tally_prefix(tally, scope)));
        let mut from = skipped.unwrap_or_default();
        let mut scopes = Vec::new();
        while scopes.len() < limit.min(INDEX_PAGE_MAX) {
            let row = self.store.scan(IndexTable::Cells, &from, &level, 1)?.pop();
            let Some((key, _)) = row else { break };
            let (scope, ..) = layout::counted_of(IndexTable::Cells, &key)?;
            from = past(layout::tally_prefix(tally, &scope));
            scopes.push(scope);
        }
        Ok(scopes)
    }

    /// The records that a tally holds in a scope and period, oldest month first; of the country, region by region.
    pub fn records(
        &self,
        tally: Tally,
        scope: &Scope,
        period: Period,
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Listed<CountedLine>, StoreError> {
        let (prefix, first) = match scope {
            Scope::Country => {
                (layout::tally_level(tally, Level::Regions), Scope::Region(String::new()))
            }
            one @ (Scope::Region(_) | Scope::Office(_)) => {
                (layout::tally_prefix(tally, one), one.clone())
            }
        };
        let limit = limit.min(INDEX_PAGE_MAX);
        let mut lines = Vec::new();
        let mut last = Vec::new();
        let mut from =
            after.map_or_else(|| layout::month_key(tally, &first, period.first()), beyond);
        loop {
            let wanted = limit.saturating_add(1).saturating_sub(lines.len());
            let rows = self.store.scan(IndexTable::Records, &from, &prefix, wanted)?;
            let exhausted = rows.len() < wanted;
            let mut skip = None;
            for (key, value) in rows {
                let (scope, month, rest) = layout::counted_of(IndexTable::Records, &key)?;
                if month < period.first() {
                    skip = Some(layout::month_key(tally, &scope, period.first()));
                } else if month > period.last() {
                    skip = Some(past(layout::tally_prefix(tally, &scope)));
                }
                if skip.is_some() {
                    break;
                }
                if lines.len() == limit {
                    return Ok(Listed { items: lines, next: Some(last) });
                }
                let (record, ordinal) = counted(&rest)?;
                lines.push(CountedLine { scope, month, record, ordinal, value: value_in(&value)? });
                last = key;
            }
            match skip {
                Some(to) => from = to,
                None if exhausted => return Ok(Listed { items: lines, next: None }),
                None => from = beyond(last.clone()),
            }
        }
    }

    fn page(
        &self,
        table: IndexTable,
        prefix: &[u8],
        after: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<Listed<Row>, StoreError> {
        let start = after.map_or_else(Vec::new, beyond);
        let limit = limit.min(INDEX_PAGE_MAX);
        let mut items = self.store.scan(table, &start, prefix, limit.saturating_add(1))?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|(key, _)| key.clone());
        Ok(Listed { items, next })
    }
}

impl<T> Listed<T> {
    fn map<U>(self, each: impl FnMut(T) -> Result<U, StoreError>) -> Result<Listed<U>, StoreError> {
        let items: Result<Vec<U>, StoreError> = self.items.into_iter().map(each).collect();
        Ok(Listed { items: items?, next: self.next })
    }
}

/// The sizes of tallies in one scope.
#[derive(Clone, Debug)]
pub struct ScopeCells<S> {
    store: S,
    scope: Scope,
}

impl<S: Store<IndexTable>> Cells for ScopeCells<S> {
    type Error = StoreError;

    fn read(&self, tally: Tally, period: Period) -> Result<Vec<Cell>, StoreError> {
        let prefix = layout::tally_prefix(tally, &self.scope);
        let mut from = layout::month_key(tally, &self.scope, period.first());
        let mut cells = Vec::new();
        loop {
            let rows = self.store.scan(IndexTable::Cells, &from, &prefix, INDEX_SCAN_MAX)?;
            let exhausted = rows.len() < INDEX_SCAN_MAX;
            for (key, row) in rows {
                let (_, month, rest) = layout::counted_of(IndexTable::Cells, &key)?;
                if month > period.last() {
                    return Ok(cells);
                }
                let (count, sum) = layout::cell_of(&row)?;
                cells.push(Cell { month, value: layout::value_of(&rest), count, sum });
                from = beyond(key);
            }
            if exhausted {
                return Ok(cells);
            }
        }
    }
}

/// The first key after this one.
fn beyond(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

/// The first key that begins with none of these bytes and lies after those that do.
fn past(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(last) = prefix.pop() {
        if let Some(next) = last.checked_add(1) {
            prefix.push(next);
            return prefix;
        }
    }
    vec![u8::MAX; 64]
}

fn decode<T: BorshDeserialize>(table: IndexTable, row: &[u8]) -> Result<T, StoreError> {
    borsh::from_slice(row).map_err(|_| layout::damaged(table))
}

fn subject(table: IndexTable, id: &[u8]) -> Result<SubjectId, StoreError> {
    id.try_into().map(SubjectId).map_err(|_| layout::damaged(table))
}

fn counted(rest: &[u8]) -> Result<(LeafIndex, u16), StoreError> {
    let found = rest.split_first_chunk().and_then(|(record, ordinal)| {
        let ordinal = u16::from_be_bytes(ordinal.try_into().ok()?);
        Some((LeafIndex(u64::from_be_bytes(*record)), ordinal))
    });
    found.ok_or_else(|| layout::damaged(IndexTable::Records))
}

fn value_in(row: &[u8]) -> Result<i64, StoreError> {
    row.try_into().map(i64::from_be_bytes).map_err(|_| layout::damaged(IndexTable::Records))
}
