//! The whole ledger checked by somebody who trusts none of its nodes (spec §18.8).
//!
//! | Module | Holds |
//! |---|---|
//! | [`hashes`] | the log's hash tiles against its checkpoint, and against what was seen before |
//! | [`run`] | entries, bodies, signatures, rules, maps |
//! | [`standing`] | how far an audit is, and the file in which the next one finds that |
//! | `back` | entries of earlier blocks, read again where a rule asks for them |
//! | `lines` | attachments, and the lines of batches |
//! | `commitments` | what a node tells of records whose bodies are not at hand |
//! | [`certificates`] | that a quorum decided each block |
//! | [`block_rows`] | what is told of blocks |
//! | [`subjects`] | what is served of subjects against the map that the log leads to |
//! | `observed` | delays, and cases that look alike |
//! | [`found`] | what was found, counted, and listed as far as that is of use |
//! | [`seen`] | what an audit keeps for the next one |
//! | [`report`] | what was found, signed |
//! | [`metrics`] | figures of an audit that goes on, for a monitor |

mod back;
pub mod block_rows;
pub mod certificates;
mod commitments;
pub mod found;
pub mod hashes;
mod lines;
pub mod metrics;
mod observed;
pub mod report;
pub mod run;
pub mod seen;
pub mod standing;
pub mod subjects;

use serde_json::{Value, json};
use tamga_format::id::{Height, LeafIndex, RecordId};
use tamga_format::subject::Subject;
use tamga_state::pack::Pack;
use tamga_state::packed;

pub use found::Found;
pub use report::Report;
pub use run::{Audit, Checks, Ended, Outcome, Watch};
pub use seen::Seen;
pub use standing::Standing;

/// What is wrong with a ledger, or worth knowing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The log is not the one that an earlier audit saw.
    Rewritten,
    /// The checkpoint is of none of the logs that the node shows.
    Log,
    /// A stored hash tile is another one.
    Tile,
    /// A stored entry is not the one that the log commits to.
    Entry,
    /// A stored body is not the one that its entry commits to.
    Body,
    /// A stored attachment is not the one that its record commits to.
    Attachment,
    /// The lines of a batch are not what its record says, or break a rule.
    Lines,
    /// The signature of a record does not hold.
    Signature,
    /// The rules refuse a record that the log holds.
    Unlawful,
    /// A part of a block's leaf is not what the blocks before lead to.
    Block,
    /// A record was left out of a subject's tree.
    Withheld,
    /// The map of subjects is not what the block leads to.
    Map,
    /// What is stored as commitments of private states is not what records came to.
    Commitment,
    /// What is stored as a block's certificate is not that of a quorum for this block.
    Certificate,
    /// What is stored of a block beside the log is not what the log leads to.
    BlockRow,
    /// What is stored of a subject is not what the log leads to.
    Subject,
    /// A body or an opening is not to be had: erased, or not for this token; amounts were not judged.
    Closed,
    /// An attachment is not to be had.
    Unheld,
    /// A record was written long after its event.
    Late,
    /// What was to follow an event of a case did not follow in time.
    Delay,
    /// Cases look like one that stands in the ledger twice.
    Duplicate,
}

impl Class {
    /// All of them, the gravest first.
    pub const ALL: &'static [Self] = &[
        Self::Rewritten,
        Self::Log,
        Self::Tile,
        Self::Entry,
        Self::Body,
        Self::Attachment,
        Self::Lines,
        Self::Signature,
        Self::Unlawful,
        Self::Block,
        Self::Withheld,
        Self::Map,
        Self::Commitment,
        Self::Certificate,
        Self::BlockRow,
        Self::Subject,
        Self::Closed,
        Self::Unheld,
        Self::Late,
        Self::Delay,
        Self::Duplicate,
    ];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rewritten => "rewritten",
            Self::Log => "log",
            Self::Tile => "tile",
            Self::Entry => "entry",
            Self::Body => "body",
            Self::Attachment => "attachment",
            Self::Lines => "lines",
            Self::Signature => "signature",
            Self::Unlawful => "unlawful",
            Self::Block => "block",
            Self::Withheld => "withheld",
            Self::Map => "map",
            Self::Commitment => "commitment",
            Self::Certificate => "certificate",
            Self::BlockRow => "block-row",
            Self::Subject => "subject",
            Self::Closed => "closed",
            Self::Unheld => "unheld",
            Self::Late => "late",
            Self::Delay => "delay",
            Self::Duplicate => "duplicate",
        }
    }

    /// The class of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.name() == name)
    }

    /// Whether it proves that something is false, rather than telling what could not be seen or came late.
    #[must_use]
    pub const fn proves(self) -> bool {
        !matches!(self, Self::Closed | Self::Unheld | Self::Late | Self::Delay | Self::Duplicate)
    }
}

/// A class is kept by its name.
impl Pack for Class {
    fn pack(&self, into: &mut Vec<u8>) {
        self.name().to_owned().pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Self::from_name(&String::unpack(from)?)
    }
}

/// One thing that was found, with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub class: Class,
    /// Its place in the log.
    pub index: Option<LeafIndex>,
    /// The record.
    pub record: Option<RecordId>,
    /// The block.
    pub height: Option<Height>,
    /// The subject.
    pub subject: Option<Subject>,
    /// What else tells it: the path of a tile, the part of a block, the rule's code and words.
    pub detail: String,
}

packed!(struct Finding { class, index, record, height, subject, detail });

impl Finding {
    /// A finding that is nowhere in particular.
    #[must_use]
    pub fn new(class: Class, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { class, index: None, record: None, height: None, subject: None, detail }
    }

    /// About an entry of the log.
    #[must_use]
    pub fn at(self, index: LeafIndex) -> Self {
        Self { index: Some(index), ..self }
    }

    /// About a record.
    #[must_use]
    pub fn of(self, record: RecordId) -> Self {
        Self { record: Some(record), ..self }
    }

    /// In a block.
    #[must_use]
    pub fn in_block(self, height: Height) -> Self {
        Self { height: Some(height), ..self }
    }

    /// About a subject.
    #[must_use]
    pub fn about(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Its JSON object.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut data = json!({ "class": self.class.name() });
        let parts = [
            ("index", self.index.map(|it| json!(it.get()))),
            ("record_id", self.record.map(|it| json!(it.to_string()))),
            ("height", self.height.map(|it| json!(it.get()))),
            ("subject", self.subject.map(|it| json!(it.to_text()))),
            ("detail", (!self.detail.is_empty()).then(|| json!(self.detail))),
        ];
        if let Some(object) = data.as_object_mut() {
            object.extend(parts.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?))));
        }
        data
    }

    /// Its columns, after the class: index, record, height, subject, detail; `-` where there is none.
    #[must_use]
    pub fn columns(&self) -> [String; 5] {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        [
            or_none(self.index.map(|it| it.to_string())),
            or_none(self.record.map(|it| it.to_string())),
            or_none(self.height.map(|it| it.to_string())),
            or_none(self.subject.map(|it| it.to_text())),
            or_none((!self.detail.is_empty()).then(|| self.detail.clone())),
        ]
    }
}
