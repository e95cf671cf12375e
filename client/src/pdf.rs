//! Pages for people: a record's receipt and the account of a case as PDF/A-3, in Kazakh, Russian and English
//! (spec §13.12).
//!
//! A page is a function of what it shows: no clock and no chance go into it. So whoever holds the receipt in it makes
//! the page again, byte by byte, and sees whether its words are the receipt's.

pub mod account;
pub mod embedded;
mod font;
pub(crate) mod lines;
pub mod receipt;
mod sheet;
