//! A replay taken apart into rows and made again of them: how a program keeps one beyond its own end.
//!
//! The rows come from the program's own disk. Whether they are whole and unchanged is for the program to know; here
//! they are taken together, the map is built again, and its root compared.

use std::collections::BTreeMap;
use std::fmt;

use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapKey, MapRoot, MapValue, RecordId, UnixMillis,
};
use tamga_format::merkle::Frontier;
use tamga_format::record::SignedRecord;
use tamga_format::subject::Subject;

use super::past::Block;
use super::state::State;
use super::{Replay, policy_of};
use crate::genesis::{Genesis, GenesisError};
use crate::map::Map;
use crate::packed;
use crate::view::{Built, Private, StatusRow};

/// A piece of a replay. Those of one kind come in any order, but for [`Row::Before`], which belongs to the
/// [`Row::Undo`] before it.
#[derive(Clone, Debug)]
pub enum Row {
    /// Where it stands; the one row that there has to be.
    Head {
        /// The log up to the last block.
        log: Frontier,
        /// Height of the last block.
        height: Height,
        /// Its time.
        time: UnixMillis,
        /// The first block whose map root could not be compared.
        astray: Option<Height>,
        /// Root of the map.
        map: MapRoot,
    },
    /// The entry of the record that entered the policy in force; none while that of the genesis is.
    Policy {
        /// Its bytes.
        entry: Vec<u8>,
    },
    /// Who built a block.
    Block {
        /// Its height.
        height: Height,
        /// Who.
        built: Built,
    },
    /// A status.
    Status {
        /// Of this subject.
        subject: Subject,
        /// The row.
        row: StatusRow,
    },
    /// The opening of private state.
    Private {
        /// Of this subject.
        subject: Subject,
        /// The opening.
        private: Private,
    },
    /// The tree of a subject's records.
    Tree {
        /// The subject.
        subject: Subject,
        /// Its tree.
        tree: Frontier,
    },
    /// Where a record stands.
    Record {
        /// Its id.
        id: RecordId,
        /// Its place.
        index: LeafIndex,
    },
    /// Where the entries of a case stand.
    Case {
        /// The case.
        subject: Subject,
        /// Their places.
        entries: Vec<LeafIndex>,
    },
    /// A block of the last hour.
    Undo {
        /// Its height.
        height: Height,
        /// Its time.
        time: UnixMillis,
    },
    /// What a status was before that block.
    Before {
        /// Of this subject.
        subject: Subject,
        /// The row, if there was one.
        row: Option<StatusRow>,
    },
    /// What the map commits of a subject, where that is not what its tree and its status come to: in a ledger that
    /// withholds records or whose maps are false.
    Mapped {
        /// The subject.
        subject: Subject,
        /// The value, if the map has one.
        value: Option<MapValue>,
    },
    /// A subject whose private state may not be the last one that is known here.
    Closed {
        /// The subject.
        subject: Subject,
    },
}

packed!(enum Row {
    0 Head { log, height, time, astray, map },
    1 Policy { entry },
    2 Block { height, built },
    3 Status { subject, row },
    4 Private { subject, private },
    5 Tree { subject, tree },
    6 Record { id, index },
    7 Case { subject, entries },
    8 Undo { height, time },
    9 Before { subject, row },
    10 Mapped { subject, value },
    11 Closed { subject },
});

impl Replay {
    /// Everything that this replay is, beside the genesis.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let State { statuses, privates, records, cases, blocks } = &self.state;
        let head = Row::Head {
            log: self.log.clone(),
            height: self.height,
            time: self.time,
            astray: self.astray,
            map: self.map.root(),
        };
        let policy = self.entered.iter().map(|entry| Row::Policy { entry: entry.clone() });
        let undo = self.undo.0.iter().flat_map(|block| {
            let Block { height, time, before } = block;
            let rows = before
                .iter()
                .map(|(subject, row)| Row::Before { subject: *subject, row: row.clone() });
            [Row::Undo { height: *height, time: *time }].into_iter().chain(rows)
        });
        let mapped = self.subjects().filter_map(|subject| {
            let value = self.of_subject(&subject);
            (value != Some(self.value(&subject, None))).then_some(Row::Mapped { subject, value })
        });
        [head]
            .into_iter()
            .chain(policy)
            .chain(blocks.iter().map(|(height, built)| Row::Block { height, built }))
            .chain(statuses.iter().map(|(it, row)| Row::Status { subject: *it, row: row.clone() }))
            .chain(privates.iter().map(|(subject, private)| Row::Private {
                subject: *subject,
                private: private.clone(),
            }))
            .chain(
                self.trees.iter().map(|(it, tree)| Row::Tree { subject: *it, tree: tree.clone() }),
            )
            .chain(records.iter().map(|(id, index)| Row::Record { id: *id, index: *index }))
            .chain(
                cases
                    .iter()
                    .map(|(it, entries)| Row::Case { subject: *it, entries: entries.clone() }),
            )
            .chain(undo)
            .chain(mapped)
            .chain(self.closed.iter().map(|subject| Row::Closed { subject: *subject }))
    }
}

/// Why rows make no replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Torn {
    /// The row that says where it stands is missing.
    Head,
    /// What a status was, without the block before which it was so.
    Undo,
    /// The record of the policy in force is none.
    Policy,
    /// The map is another one.
    Map,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "its head is missing",
            Self::Undo => "a status of the last hour is of no block",
            Self::Policy => "the policy in force is none",
            Self::Map => "its map of subjects has another root",
        })
    }
}

impl core::error::Error for Torn {}

/// A replay that is being made of rows.
#[derive(Debug)]
pub struct Rebuilding {
    replay: Replay,
    map: Option<MapRoot>,
    mapped: BTreeMap<MapKey, Option<MapValue>>,
}

impl Rebuilding {
    /// Without any rows.
    ///
    /// # Errors
    ///
    /// [`GenesisError`] if the genesis can't found a ledger.
    pub fn new(genesis: &Genesis, hash: &GenesisHash) -> Result<Self, GenesisError> {
        let mut replay = Replay::new(genesis, hash)?;
        (replay.state, replay.map) = (State::default(), Map::new());
        Ok(Self { replay, map: None, mapped: BTreeMap::new() })
    }

    /// Takes up one more.
    ///
    /// # Errors
    ///
    /// [`Torn`] if it does not belong here.
    pub fn take(&mut self, row: Row) -> Result<(), Torn> {
        let Self { replay, map, mapped } = self;
        match row {
            Row::Head { log, height, time, astray, map: root } => {
                (replay.log, replay.height, replay.time) = (log, height, time);
                (replay.astray, *map) = (astray, Some(root));
            }
            Row::Policy { entry } => {
                let record = SignedRecord::decode(&entry).map_err(|_| Torn::Policy)?;
                let entered = policy_of(&record).ok_or(Torn::Policy)?;
                replay.enter(&record, entered);
            }
            Row::Block { height, built } => replay.state.blocks.insert(height, &built),
            Row::Status { subject, row } => {
                replay.state.statuses.insert(subject, row);
            }
            Row::Private { subject, private } => {
                replay.state.privates.insert(subject, private);
            }
            Row::Tree { subject, tree } => {
                replay.trees.insert(subject, tree);
            }
            Row::Record { id, index } => {
                replay.state.records.insert(id, index);
            }
            Row::Closed { subject } => {
                replay.closed.insert(subject);
            }
            Row::Case { subject, entries } => {
                replay.state.cases.insert(subject, entries);
            }
            Row::Undo { height, time } => {
                replay.undo.0.push_back(Block { height, time, before: BTreeMap::new() });
            }
            Row::Before { subject, row } => {
                let block = replay.undo.0.back_mut().ok_or(Torn::Undo)?;
                block.before.insert(subject, row);
            }
            Row::Mapped { subject, value } => {
                mapped.insert(subject.map_key(), value);
            }
        }
        Ok(())
    }

    /// The replay that the rows were.
    ///
    /// # Errors
    ///
    /// [`Torn`] if they are not all there, or not those of one replay.
    pub fn finish(self) -> Result<Replay, Torn> {
        let Self { mut replay, map, mapped } = self;
        let root = map.ok_or(Torn::Head)?;
        let own = replay.subjects().map(|it| (it.map_key(), replay.value(&it, None)));
        let mut values: BTreeMap<MapKey, MapValue> = own.collect();
        for (key, value) in mapped {
            match value {
                Some(value) => values.insert(key, value),
                None => values.remove(&key),
            };
        }
        let values: Vec<(MapKey, MapValue)> = values.into_iter().collect();
        replay.map = Map::new().updated(&values);
        if replay.map.root() == root { Ok(replay) } else { Err(Torn::Map) }
    }
}
