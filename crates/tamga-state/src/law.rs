//! The law's figures and arithmetic, as data and pure functions of it (spec §15.4, §16.9–§16.13).
//!
//! | Module | Holds |
//! |---|---|
//! | [`parameters`] | every parameter: name, form, unit, initial values, basis, mark; reading them |
//! | [`calendar`] | working days, one registry item per calendar year |
//! | [`terms`] | terms in working days, calendar days and months; clocks that stop |
//! | [`presentation`] | until when an executive document may be presented |
//! | [`split`] | sums divided without loss |
//! | [`priority`] | recovered sums by order of claims |
//! | [`fee`] | the private bailiff's fee and the enforcement sanction |
//!
//! Nothing here knows records; dates are days since 1970-01-01, money is tiyn.

pub mod calendar;
pub mod fee;
pub mod parameters;
pub mod presentation;
pub mod priority;
pub mod split;
pub mod terms;

pub use calendar::Calendar;
pub use parameters::{Law, Mark, Name};
pub use terms::{Intervals, Term};
