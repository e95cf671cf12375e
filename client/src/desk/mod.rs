//! The desk of an organisation: distributions are composed, tried against the rules, recorded, paid and stated
//! (spec §23.9–§23.13, §24).
//!
//! Whatever a validator will judge is judged here first by the same functions, over the ledger as a node tells it; what
//! was sent is kept in a run file, so that a run that broke off goes on and repeats nothing.

pub mod check;
pub mod complete;
pub mod compose;
pub mod ledger;
pub mod lines;
pub mod payout;
pub mod plan;
pub mod records;
pub mod report;
pub mod run;
pub mod settle;
pub mod statements;

use tamga_format::subject::{Role, Subject};
use tamga_state::status::{Book, Pool, Sphere};

/// The pool that a command is about, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolName {
    /// БИН of the organisation.
    pub okup: String,
    /// The sphere.
    pub sphere: Sphere,
    /// The period.
    pub period: String,
    /// The currency.
    pub currency: String,
}

impl PoolName {
    /// The pool.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Pool::subject(&self.okup, self.sphere, &self.period, &self.currency)
    }

    /// The organisation, as a `cmo`.
    #[must_use]
    pub fn cmo(&self) -> Subject {
        Subject::registered(Role::Cmo, &self.okup)
    }

    /// The organisation's book.
    #[must_use]
    pub fn book(&self) -> Subject {
        Book::subject(&self.okup)
    }
}
