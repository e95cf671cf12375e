//! The tests; `make e2e` runs them one after another, and `make unit` leaves all of them out by this module's name.

mod desk;
mod forks;
mod objections;
mod proving;
mod royalty;
mod shell;
mod succession;
mod tampering;
mod validators;
mod witness;
