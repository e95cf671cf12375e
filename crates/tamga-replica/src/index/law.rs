//! The terms of cases under the law of a ledger.

use tamga_state::delay;
use tamga_state::dossier::Event;
use tamga_state::indicators::Due;
use tamga_state::law::Law;

use super::Terms;
use crate::reader::Reader;
use crate::store::{Store, StoreError};

/// The law of a ledger as known at its head.
#[derive(Clone, Debug)]
pub struct LawTerms {
    law: Law,
    version: [u8; 32],
}

impl LawTerms {
    /// Reads the law at the head of a log.
    ///
    /// # Errors
    ///
    /// [`StoreError`] of the log.
    pub fn read<L: Store>(log: &Reader<L>) -> Result<Self, StoreError> {
        let (law, version) = log.law()?;
        Ok(Self { law, version })
    }
}

impl Terms for LawTerms {
    fn version(&self) -> [u8; 32] {
        self.version
    }

    fn of(&self, events: &[Event]) -> Vec<Due> {
        delay::deadlines(events, &self.law).deadlines.iter().filter_map(Due::of).collect()
    }
}
