//! The registry: organisations, officers, keys and parameters (spec §15).

mod keys;
mod parameters;
mod people;

pub(crate) use keys::{key_changed, key_registered};
pub use keys::{key_of, key_subject, possession_message};
pub(crate) use parameters::parameter;
pub(crate) use people::{officer, organisation};

#[cfg(test)]
mod tests;
