//! What does not agree, a line each.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::RECONCILIATION_FIELDS_MAX;
use crate::id::{LeafIndex, RecordId};
use crate::limits::BODY_NAME_BYTES_MAX;
use crate::note::decimal;

/// Labels and codes are this short.
const WORD_BYTES_MAX: usize = 16;

macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident = $name:literal;)*) => {
        /// In what way list and ledger do not agree.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Class {
            $($(#[$doc])* $class,)*
        }

        impl Class {
            /// All classes, in the order of a report.
            pub const ALL: &'static [Self] = &[$(Self::$class,)*];

            /// The word in a report.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$class => $name,)* }
            }
        }
    };
}

classes! {
    /// A row of which no records can be made.
    Unreadable = "unreadable";
    /// A record of the list that the ledger does not hold.
    MissingInLedger = "missing-in-ledger";
    /// A record of the list that the ledger holds otherwise.
    Differing = "differing";
    /// A record of the list that an earlier row stands for already.
    RepeatedInList = "repeated-in-list";
    /// A record of the ledger that the list should hold and does not.
    MissingInList = "missing-in-list";
    /// A record of the ledger that says again what an earlier one says.
    RepeatedInLedger = "repeated-in-ledger";
    /// A record of the ledger that presents a document of the list in another case.
    SameDocument = "same-document";
}

/// One thing that does not agree. Rows count from 1; a label is the kind and place of a record
/// within its row, such as `E02.1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// See [`Class::Unreadable`].
    Unreadable {
        /// The row.
        row: u64,
        /// Stable code of the reason.
        code: String,
    },
    /// See [`Class::MissingInLedger`].
    MissingInLedger {
        /// The row.
        row: u64,
        /// The record within the row.
        label: String,
    },
    /// See [`Class::Differing`].
    Differing {
        /// The row.
        row: u64,
        /// The record within the row.
        label: String,
        /// Where the ledger holds it.
        index: LeafIndex,
        /// Its id there.
        id: RecordId,
        /// What differs, by name; fields of the body as `body.amount`, or `body` if it was not seen.
        fields: Vec<String>,
    },
    /// See [`Class::RepeatedInList`].
    RepeatedInList {
        /// The row.
        row: u64,
        /// The record within the row.
        label: String,
        /// The earlier row.
        first: u64,
    },
    /// See [`Class::MissingInList`].
    MissingInList {
        /// Where the ledger holds it.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
    },
    /// See [`Class::RepeatedInLedger`].
    RepeatedInLedger {
        /// Where the ledger holds it.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// Where the ledger holds the one that it repeats.
        first: LeafIndex,
    },
    /// See [`Class::SameDocument`].
    SameDocument {
        /// Where the ledger holds it.
        index: LeafIndex,
        /// Its id.
        id: RecordId,
        /// A row of the list that presents the document.
        row: u64,
    },
}

impl Item {
    /// In what way list and ledger do not agree.
    pub const fn class(&self) -> Class {
        match self {
            Self::Unreadable { .. } => Class::Unreadable,
            Self::MissingInLedger { .. } => Class::MissingInLedger,
            Self::Differing { .. } => Class::Differing,
            Self::RepeatedInList { .. } => Class::RepeatedInList,
            Self::MissingInList { .. } => Class::MissingInList,
            Self::RepeatedInLedger { .. } => Class::RepeatedInLedger,
            Self::SameDocument { .. } => Class::SameDocument,
        }
    }

    /// The row it is about.
    pub const fn row(&self) -> Option<u64> {
        match self {
            Self::Unreadable { row, .. }
            | Self::MissingInLedger { row, .. }
            | Self::Differing { row, .. }
            | Self::RepeatedInList { row, .. }
            | Self::SameDocument { row, .. } => Some(*row),
            Self::MissingInList { .. } | Self::RepeatedInLedger { .. } => None,
        }
    }

    /// The places in the log that it names.
    pub fn indexes(&self) -> impl Iterator<Item = LeafIndex> {
        let (one, other) = match self {
            Self::Differing { index, .. }
            | Self::MissingInList { index, .. }
            | Self::SameDocument { index, .. } => (Some(*index), None),
            Self::RepeatedInLedger { index, first, .. } => (Some(*index), Some(*first)),
            Self::Unreadable { .. }
            | Self::MissingInLedger { .. }
            | Self::RepeatedInList { .. } => (None, None),
        };
        one.into_iter().chain(other)
    }

    /// Reads a line; `None` for what no report holds.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (class, rest) = line.split_once(' ')?;
        let words: Vec<&str> = rest.split(' ').collect();
        let index = |text: &str| decimal(text).map(LeafIndex);
        let id = |text: &str| RecordId::from_hex(text).ok();
        let item = match (class, words.as_slice()) {
            ("unreadable", [row, code]) => {
                Self::Unreadable { row: decimal(row)?, code: word(code)? }
            }
            ("missing-in-ledger", [row, label]) => {
                Self::MissingInLedger { row: decimal(row)?, label: word(label)? }
            }
            ("differing", [row, label, at, record, names]) => Self::Differing {
                row: decimal(row)?,
                label: word(label)?,
                index: index(at)?,
                id: id(record)?,
                fields: fields(names)?,
            },
            ("repeated-in-list", [row, label, first]) => Self::RepeatedInList {
                row: decimal(row)?,
                label: word(label)?,
                first: decimal(first)?,
            },
            ("missing-in-list", [at, record]) => {
                Self::MissingInList { index: index(at)?, id: id(record)? }
            }
            ("repeated-in-ledger", [at, record, first]) => {
                Self::RepeatedInLedger { index: index(at)?, id: id(record)?, first: index(first)? }
            }
            ("same-document", [at, record, row]) => {
                Self::SameDocument { index: index(at)?, id: id(record)?, row: decimal(row)? }
            }
            _ => return None,
        };
        Some(item)
    }
}

impl fmt::Display for Item {
    /// The line without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class().name())?;
        match self {
            Self::Unreadable { row, code } => write!(f, " {row} {code}"),
            Self::MissingInLedger { row, label } => write!(f, " {row} {label}"),
            Self::Differing { row, label, index, id, fields } => {
                write!(f, " {row} {label} {} {id} {}", index.get(), fields.join(","))
            }
            Self::RepeatedInList { row, label, first } => write!(f, " {row} {label} {first}"),
            Self::MissingInList { index, id } => write!(f, " {} {id}", index.get()),
            Self::RepeatedInLedger { index, id, first } => {
                write!(f, " {} {id} {}", index.get(), first.get())
            }
            Self::SameDocument { index, id, row } => write!(f, " {} {id} {row}", index.get()),
        }
    }
}

/// A label or code: short, printable, without space.
fn word(text: &str) -> Option<String> {
    let fits = (1..=WORD_BYTES_MAX).contains(&text.len());
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (fits && text.bytes().all(known)).then(|| text.to_string())
}

/// Names of fields, sorted, each once.
fn fields(text: &str) -> Option<Vec<String>> {
    let names: Vec<&str> = text.split(',').collect();
    let known =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-#".contains(&byte);
    let longest = BODY_NAME_BYTES_MAX + "body.".len();
    let fits = |name: &&str| (1..=longest).contains(&name.len()) && name.bytes().all(known);
    let is_list = names.len() <= RECONCILIATION_FIELDS_MAX
        && names.iter().all(fits)
        && names.is_sorted_by(|one, other| one < other);
    is_list.then(|| names.into_iter().map(str::to_string).collect())
}
