//! E02: a case is given to an officer by a draw in two phases (spec §16.18).
//!
//! COMMIT fixes the candidates and their loads before anybody can know the randomness; DRAW names
//! whom the randomness chose, and is refused if it names another.
//!
//! | Module | Holds |
//! |---|---|
//! | `candidates` | the list: officers, and why some are left out |
//! | `ballot` | loads, weights, the hash over them; the unbiased pick |
//! | `rules` | what a record of each phase must fulfil |
//! | `proof` | the offline check of an assignment's proof file |

mod ballot;
mod candidates;
mod proof;
mod rules;

pub use ballot::{ALGORITHM_VERSION, Ballot, Share, seed};
pub use candidates::{Candidate, Candidates, Exclusion, read_loads};
pub use proof::{AssignmentError, ProvenAssignment, stated, verify, verify_by};
pub use rules::{PendingDraw, RUN_BLOCKS_MAX, is_commitment, pending};

pub(super) use rules::{apply, may_draw, step};

/// Public fields of E02, by number.
pub mod field {
    /// The officer who gets the case.
    pub const BAILIFF: u16 = 1;
    /// 0 for a direct distribution, [`super::ALGORITHM_VERSION`] for a draw.
    pub const ALGORITHM: u16 = 2;
    /// DIRECT, COMMIT or DRAW.
    pub const PHASE: u16 = 3;
    /// [`super::Ballot::root`].
    pub const ROOT: u16 = 4;
    /// [`super::Candidates`].
    pub const CANDIDATES: u16 = 5;
    /// The load above which nobody is drawn; 0 or absent for no limit.
    pub const MAX_LOAD: u16 = 6;
    /// The loads at the commitment.
    pub const LOADS: u16 = 7;
}

#[cfg(test)]
mod tests;
