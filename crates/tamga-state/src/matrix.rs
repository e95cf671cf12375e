//! Which stage permits which step, and who may take it: the transition table as data (spec §16.4).
//!
//! The table is the one of the domain model, version [`MATRIX_VERSION`]. Rows of kinds that are not
//! in force stand here too, so that a later release adds rules, not rows.

use core::fmt;

use crate::catalogue::{Kind, WriterRole};

mod table;
pub use table::{MATRIX, MATRIX_VERSION};

crate::catalogue::coded! {
    /// Where a case stands.
    Stage {
        /// The document came in.
        Received = 1 "RECEIVED";
        /// An officer has the case.
        Assigned = 2 "ASSIGNED";
        /// Initiation was refused.
        Refused = 3 "REFUSED";
        /// Proceedings were initiated.
        Initiated = 4 "INITIATED";
        /// Compulsory enforcement runs.
        Enforcing = 5 "ENFORCING";
        /// Deferred, spread over instalments or postponed.
        Deferred = 6 "DEFERRED";
        /// Suspended.
        Suspended = 7 "SUSPENDED";
        /// Closed: executed.
        ClosedExecuted = 8 "CLOSED_EXECUTED";
        /// Closed: terminated.
        ClosedTerminated = 9 "CLOSED_TERMINATED";
        /// Closed: returned to the claimant.
        ClosedReturnedClaimant = 10 "CLOSED_RETURNED_CLAIMANT";
        /// Closed: returned to the issuer.
        ClosedReturnedIssuer = 11 "CLOSED_RETURNED_ISSUER";
    }
}

impl Stage {
    /// Whether the case goes on.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.is_closed() && !matches!(self, Self::Refused)
    }

    /// Whether proceedings run: initiated, and not ended.
    #[must_use]
    pub const fn is_enforced(self) -> bool {
        matches!(self, Self::Initiated | Self::Enforcing | Self::Deferred | Self::Suspended)
    }

    /// Whether the case ended by closing.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::ClosedExecuted
                | Self::ClosedTerminated
                | Self::ClosedReturnedClaimant
                | Self::ClosedReturnedIssuer
        )
    }
}

/// Where a step may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// There is no case yet.
    Nothing,
    /// In this stage.
    In(Stage),
    /// In any closed stage.
    Closed,
    /// In every stage.
    Any,
}

impl From {
    /// Whether a case in `stage` may take the step.
    #[must_use]
    pub fn holds(self, stage: Option<Stage>) -> bool {
        match (self, stage) {
            (Self::Nothing, None) | (Self::Any, Some(_)) => true,
            (Self::In(wanted), Some(stage)) => wanted == stage,
            (Self::Closed, Some(stage)) => stage.is_closed(),
            (Self::Nothing, Some(_)) | (Self::In(_) | Self::Closed | Self::Any, None) => false,
        }
    }
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// To this stage.
    Stage(Stage),
    /// Nowhere: the stage stays.
    Same,
    /// To the open stage held before.
    Previous,
    /// To whatever a replay of the records in effect arrives at.
    Replayed,
}

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// A writer of this role.
    Role(WriterRole),
    /// The bailiff to whom the case is assigned.
    Bailiff,
    /// The bailiff to whom the case is assigned, referring to a correction.
    BailiffWithCorrection,
    /// Whoever wrote the record to be corrected.
    AuthorOfTarget,
    /// The authorised body, as superior of state bailiffs.
    Superior,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Its id, such as `T04`.
    pub id: &'static str,
    /// The kinds that take it.
    pub kinds: &'static [Kind],
    /// Where it may start.
    pub from: &'static [From],
    /// Where it leads.
    pub to: To,
    /// A remark on the target.
    pub remark: &'static str,
    /// Who may take it.
    pub authors: &'static [Author],
}

impl Transition {
    /// Whether a case in `stage` may take the step.
    #[must_use]
    pub fn starts_in(&self, stage: Option<Stage>) -> bool {
        self.from.iter().any(|from| from.holds(stage))
    }
}

/// The row with an id.
///
/// # Panics
///
/// If there is none: ids are written in this crate only, and a test asks for each.
#[must_use]
pub fn transition(id: &str) -> &'static Transition {
    MATRIX.iter().find(|row| row.id == id).expect("the matrix has a row for every id the rules use")
}

/// The ids of the rows that a case in `stage` may take next, for explanations.
#[must_use]
pub fn next_steps(stage: Option<Stage>) -> Vec<&'static str> {
    let in_force = |row: &&Transition| row.kinds.iter().any(|kind| kind.info().in_force);
    MATRIX.iter().filter(in_force).filter(|row| row.starts_in(stage)).map(|row| row.id).collect()
}

/// The row as a line of the domain model's table.
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |parts: Vec<String>| parts.join("|");
        let kinds = join(self.kinds.iter().map(|kind| kind.info().code.to_owned()).collect());
        let from = join(self.from.iter().map(ToString::to_string).collect());
        let authors = join(self.authors.iter().map(ToString::to_string).collect());
        write!(f, "{},{kinds},{from},{}", self.id, self.to)?;
        if !self.remark.is_empty() {
            write!(f, " ({})", self.remark)?;
        }
        write!(f, ",{authors}")
    }
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "NONE",
            Self::In(stage) => stage.name(),
            Self::Closed => "CLOSED_*",
            Self::Any => "any",
        })
    }
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stage(stage) => stage.name(),
            Self::Same => "self",
            Self::Previous => "previous",
            Self::Replayed => "replayed",
        })
    }
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role(role) => role.name(),
            Self::Bailiff => "BAILIFF",
            Self::BailiffWithCorrection => "BAILIFF(with E18)",
            Self::AuthorOfTarget => "AUTHOR_OF_TARGET",
            Self::Superior => "SUPERIOR",
        })
    }
}

#[cfg(test)]
mod tests;
