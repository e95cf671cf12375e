//! What RocksDB has to know of a set of tables.

use rocksdb::DB;
use tamga_replica::store::Tables;
use tamga_replica::{IndexTable, StoreError, Table};

use crate::options::Memory;

/// A step from one version to the next. It may run again after a crash in its middle.
pub type Step = fn(&DB) -> Result<(), StoreError>;

/// A set of tables as column families of one database.
pub trait RocksTables: Tables {
    /// The version this program writes.
    const VERSION: u32;
    /// `STEPS[i]` leads from version `VERSION - STEPS.len() + i` to the next; older ones are refused.
    const STEPS: &'static [Step];
    /// How much memory the database may take.
    const MEMORY: Memory;

    /// Whether most look-ups by key find nothing, so that a filter spares the disk.
    fn is_looked_up_in_vain(self) -> bool;

    /// Whether its rows get smaller; rows that are mostly hashes don't.
    fn compresses(self) -> bool;
}

/// Version 2 tells the marks of cases in `private-trace`. No step leads there from version 1: what a case's money came to
/// after each of its records is kept nowhere else, so that such a store is filled again from the other validators.
impl RocksTables for Table {
    const VERSION: u32 = 2;
    const STEPS: &'static [Step] = &[];
    const MEMORY: Memory = Memory::LEDGER;

    fn is_looked_up_in_vain(self) -> bool {
        matches!(self, Self::Ids | Self::Private | Self::Notes)
    }

    fn compresses(self) -> bool {
        match self {
            Self::Ids | Self::Tiles | Self::History | Self::PrivateTrace => false,
            Self::Meta
            | Self::Entries
            | Self::Bodies
            | Self::Subjects
            | Self::Private
            | Self::Blocks
            | Self::Certificates
            | Self::Evidence
            | Self::Notes
            | Self::Undecided => true,
        }
    }
}

/// An index of another version is not brought up to date: it is made again from the log.
impl RocksTables for IndexTable {
    const VERSION: u32 = Self::VERSION;
    const STEPS: &'static [Step] = &[];
    const MEMORY: Memory = Memory::INDEX;

    fn is_looked_up_in_vain(self) -> bool {
        matches!(self, Self::Cases)
    }

    fn compresses(self) -> bool {
        true
    }
}
