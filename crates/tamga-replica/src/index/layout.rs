//! The one owner of the index's layout on disk (spec §22.4).

use borsh::{BorshDeserialize, BorshSerialize};
use tamga_format::id::{Height, LeafIndex, SubjectId, TreeSize, ValueId};
use tamga_state::indicators::{Area, Month, Tally};

use crate::store::{StoreError, Tables};

/// A table of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexTable {
    /// One row: how far the index has come.
    Meta,
    /// Case → [`super::Outline`].
    Cases,
    /// What a case has in common with others ‖ case.
    Links,
    /// Officer ‖ last day ‖ rule ‖ case ‖ record: open terms.
    Desk,
    /// Whether the case goes on ‖ region ‖ debtor ‖ case: entries in the register of debtors.
    Register,
    /// What two cases or more have in common.
    Shared,
    /// Tally ‖ area ‖ month ‖ record: what is counted.
    Records,
    /// Tally ‖ area ‖ month ‖ value: how many, and the sum of their values.
    Cells,
}

impl IndexTable {
    /// The version of this layout. An index of another version is made anew.
    pub const VERSION: u32 = 1;
}

impl Tables for IndexTable {
    const ALL: &'static [Self] = &[
        Self::Meta,
        Self::Cases,
        Self::Links,
        Self::Desk,
        Self::Register,
        Self::Shared,
        Self::Records,
        Self::Cells,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Cases => "cases",
            Self::Links => "links",
            Self::Desk => "desk",
            Self::Register => "register",
            Self::Shared => "shared",
            Self::Records => "records",
            Self::Cells => "cells",
        }
    }
}

/// Key of the row in [`IndexTable::Meta`].
pub const POSITION: &[u8] = b"position";

/// How far the index has come; written with whatever it has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The last block whose records are in it.
    pub height: Height,
    /// Leaves of the log up to and with that block.
    pub size: TreeSize,
    /// The block's value: what tells one log from another.
    pub value: ValueId,
    /// The law under which cases are computed from now on.
    pub law: [u8; 32],
    /// Cases from this one on are yet to be computed under that law.
    pub sweep: Option<SubjectId>,
}

/// [`Position`] on disk.
#[derive(Clone, Debug, BorshSerialize, BorshDeserialize)]
pub(crate) enum PositionRow {
    V1 { height: u64, size: u64, value: [u8; 32], law: [u8; 32], sweep: Option<[u8; 32]> },
}

impl From<&Position> for PositionRow {
    fn from(at: &Position) -> Self {
        Self::V1 {
            height: at.height.get(),
            size: at.size.get(),
            value: at.value.0,
            law: at.law,
            sweep: at.sweep.map(|case| case.0),
        }
    }
}

impl From<PositionRow> for Position {
    fn from(PositionRow::V1 { height, size, value, law, sweep }: PositionRow) -> Self {
        Self {
            height: Height(height),
            size: TreeSize(size),
            value: ValueId(value),
            law,
            sweep: sweep.map(SubjectId),
        }
    }
}

/// What cases may have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// The officer who has them.
    Officer,
    /// The debtor.
    Debtor,
    /// A claimant.
    Claimant,
    /// The executive document.
    Document,
    /// The solidary claim.
    Claim,
    /// Parties, issuer, court's case and sum: documents that look alike.
    Similar,
    /// Issuer and court's case.
    CourtCase,
}

impl Link {
    /// Every kind of link.
    pub const ALL: [Self; 7] = [
        Self::Officer,
        Self::Debtor,
        Self::Claimant,
        Self::Document,
        Self::Claim,
        Self::Similar,
        Self::CourtCase,
    ];

    /// Whether two cases that have this in common may be duplicates, or one debt twice.
    #[must_use]
    pub const fn is_suspect(self) -> bool {
        matches!(self, Self::Document | Self::Claim | Self::Similar | Self::CourtCase)
    }

    const fn code(self) -> u8 {
        match self {
            Self::Officer => 1,
            Self::Debtor => 2,
            Self::Claimant => 3,
            Self::Document => 4,
            Self::Claim => 5,
            Self::Similar => 6,
            Self::CourtCase => 7,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|link| link.code() == code)
    }
}

/// Whose figures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody's.
    Country,
    /// Those of a region; the empty one is that of cases whose region nobody has told.
    Region(String),
    /// Those of an officer.
    Office(SubjectId),
}

/// Scopes of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Regions.
    Regions,
    /// Offices.
    Offices,
}

const COUNTRY: u8 = 0;
const REGION: u8 = 1;
const OFFICE: u8 = 2;

impl Scope {
    /// The scopes that a record of an area counts in.
    #[must_use]
    pub fn of(area: &Area) -> Vec<Self> {
        let mut scopes = vec![Self::Country, Self::Region(area.region.clone().unwrap_or_default())];
        scopes.extend(area.officer.map(Self::Office));
        scopes
    }

    fn write(&self, key: &mut Vec<u8>) {
        match self {
            Self::Country => key.push(COUNTRY),
            Self::Region(region) => {
                key.push(REGION);
                text(key, region);
            }
            Self::Office(officer) => {
                key.push(OFFICE);
                key.extend_from_slice(officer.as_bytes());
            }
        }
    }
}

/// The longest text in a key; catalogued texts that stand in keys are shorter.
const KEY_TEXT_MAX: usize = 255;

/// A text, so that no other text's bytes begin with it.
fn text(key: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let bytes = bytes.get(..KEY_TEXT_MAX).unwrap_or(bytes);
    key.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
    key.extend_from_slice(bytes);
}

/// A number in an order that bytes keep.
fn number(key: &mut Vec<u8>, number: i64) {
    key.extend_from_slice(&(number.cast_unsigned() ^ (1 << 63)).to_be_bytes());
}

/// Prefix of all cases linked by one thing.
pub(crate) fn link_prefix(link: Link, id: &SubjectId) -> Vec<u8> {
    let mut key = Vec::with_capacity(65);
    key.push(link.code());
    key.extend_from_slice(id.as_bytes());
    key
}

/// Key of one link of a case.
pub(crate) fn link_key(link: Link, id: &SubjectId, case: &SubjectId) -> Vec<u8> {
    let mut key = link_prefix(link, id);
    key.extend_from_slice(case.as_bytes());
    key
}

/// Key of a thing in common.
pub(crate) fn shared_key(link: Link, id: &SubjectId) -> Vec<u8> {
    link_prefix(link, id)
}

/// The thing in common that a key names.
pub(crate) fn shared_of(key: &[u8]) -> Result<(Link, SubjectId), StoreError> {
    let found = key
        .split_first()
        .and_then(|(code, id)| Some((Link::from_code(*code)?, SubjectId(id.try_into().ok()?))));
    found.ok_or_else(|| damaged(IndexTable::Shared))
}

/// An open term on an officer's desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeskKey {
    /// The officer.
    pub officer: SubjectId,
    /// Last day of the term.
    pub on: i64,
    /// Number of the rule.
    pub rule: u8,
    /// The case.
    pub case: SubjectId,
    /// The record from which it runs.
    pub from: LeafIndex,
    /// Tells equal ones apart.
    pub ordinal: u16,
}

impl DeskKey {
    /// The key's bytes, which order as its fields do.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut key = desk_from(&self.officer, self.on);
        key.push(self.rule);
        key.extend_from_slice(self.case.as_bytes());
        key.extend_from_slice(&self.from.get().to_be_bytes());
        key.extend_from_slice(&self.ordinal.to_be_bytes());
        key
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupted`] for anything else.
    pub fn decode(key: &[u8]) -> Result<Self, StoreError> {
        let mut from = Key(key);
        let found = (|| {
            Some(Self {
                officer: SubjectId(from.take()?),
                on: from.number()?,
                rule: u8::from_be_bytes(from.take()?),
                case: SubjectId(from.take()?),
                from: LeafIndex(u64::from_be_bytes(from.take()?)),
                ordinal: u16::from_be_bytes(from.take()?),
            })
        })();
        found.ok_or_else(|| damaged(IndexTable::Desk))
    }
}

/// Where the terms of an officer that end on a day or later begin.
pub(crate) fn desk_from(officer: &SubjectId, on: i64) -> Vec<u8> {
    let mut key = Vec::with_capacity(84);
    key.extend_from_slice(officer.as_bytes());
    number(&mut key, on);
    key
}

/// Prefix of register entries: of cases that go on, or of ended ones; of a region or of all.
pub(crate) fn register_prefix(open: bool, region: Option<&str>) -> Vec<u8> {
    let mut key = vec![u8::from(!open)];
    if let Some(region) = region {
        text(&mut key, region);
    }
    key
}

/// Key of a register entry.
pub(crate) fn register_key(
    open: bool,
    region: &str,
    debtor: &SubjectId,
    case: &SubjectId,
) -> Vec<u8> {
    let mut key = register_prefix(open, Some(region));
    key.extend_from_slice(debtor.as_bytes());
    key.extend_from_slice(case.as_bytes());
    key
}

/// Debtor and case of a register entry's key.
pub(crate) fn register_of(key: &[u8]) -> Result<(SubjectId, SubjectId), StoreError> {
    let mut from = Key(key);
    let found = (|| {
        let [_open] = from.take()?;
        from.text()?;
        Some((SubjectId(from.take()?), SubjectId(from.take()?)))
    })();
    found.ok_or_else(|| damaged(IndexTable::Register))
}

/// Prefix of a tally in a scope.
pub(crate) fn tally_prefix(tally: Tally, scope: &Scope) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    key.extend_from_slice(&tally.number().to_be_bytes());
    scope.write(&mut key);
    key
}

/// Prefix of a tally in all regions, or in all offices.
pub(crate) fn tally_level(tally: Tally, level: Level) -> Vec<u8> {
    let mut key = tally.number().to_be_bytes().to_vec();
    key.push(match level {
        Level::Regions => REGION,
        Level::Offices => OFFICE,
    });
    key
}

/// Key of a cell.
pub(crate) fn cell_key(tally: Tally, scope: &Scope, month: Month, value: Option<i64>) -> Vec<u8> {
    let mut key = month_key(tally, scope, month);
    if let Some(value) = value {
        number(&mut key, value);
    }
    key
}

/// Where a month of a tally in a scope begins, in cells and in records.
pub(crate) fn month_key(tally: Tally, scope: &Scope, month: Month) -> Vec<u8> {
    let mut key = tally_prefix(tally, scope);
    key.extend_from_slice(&month.number().to_be_bytes());
    key
}

/// Key of one record that is counted.
pub(crate) fn record_key(
    tally: Tally,
    scope: &Scope,
    month: Month,
    record: LeafIndex,
    ordinal: u16,
) -> Vec<u8> {
    let mut key = month_key(tally, scope, month);
    key.extend_from_slice(&record.get().to_be_bytes());
    key.extend_from_slice(&ordinal.to_be_bytes());
    key
}

/// Scope, month and the rest of the key of a cell or of a counted record.
pub(crate) fn counted_of(
    table: IndexTable,
    key: &[u8],
) -> Result<(Scope, Month, Vec<u8>), StoreError> {
    let mut from = Key(key);
    let found = (|| {
        let [_, _]: [u8; 2] = from.take()?;
        let scope = match from.take()? {
            [COUNTRY] => Scope::Country,
            [REGION] => Scope::Region(from.text()?),
            [OFFICE] => Scope::Office(SubjectId(from.take()?)),
            _ => return None,
        };
        let month = Month::from_number(u32::from_be_bytes(from.take()?))?;
        Some((scope, month, from.0.to_vec()))
    })();
    found.ok_or_else(|| damaged(table))
}

/// The value that ends the key of a spread tally's cell.
pub(crate) fn value_of(rest: &[u8]) -> Option<i64> {
    Key(rest).number()
}

/// A cell's content: how many records, and the sum of their values.
pub(crate) fn cell_row(count: u64, sum: i64) -> [u8; 16] {
    let mut row = [0; 16];
    let (left, right) = row.split_at_mut(8);
    left.copy_from_slice(&count.to_be_bytes());
    right.copy_from_slice(&sum.to_be_bytes());
    row
}

/// The content of a cell.
pub(crate) fn cell_of(row: &[u8]) -> Result<(u64, i64), StoreError> {
    let mut from = Key(row);
    let found = (|| {
        let count = u64::from_be_bytes(from.take()?);
        Some((count, i64::from_be_bytes(from.take()?)))
    })();
    found.ok_or_else(|| damaged(IndexTable::Cells))
}

/// A row that has not its form.
pub(crate) fn damaged(table: IndexTable) -> StoreError {
    StoreError::Corrupted(format!("a row of the index's table {}", table.name()))
}

/// A key being read.
struct Key<'k>(&'k [u8]);

impl Key<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (part, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*part)
    }

    fn number(&mut self) -> Option<i64> {
        self.take().map(|bytes| (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed())
    }

    fn text(&mut self) -> Option<String> {
        let [length] = self.take()?;
        let (part, rest) = self.0.split_at_checked(length.into())?;
        self.0 = rest;
        String::from_utf8(part.to_vec()).ok()
    }
}
