//! The node's signed word that it holds a record (spec §13.7).

use tamga_format::acceptance::Acceptance;
use tamga_format::error::FormatError;
use tamga_format::id::{GenesisHash, RecordId, UnixMillis};
use tamga_format::note::check_name;
use tamga_format::signature::SigningKey;

use crate::clock::Clock;

/// Signs acceptances with a validator's network key.
#[derive(Debug)]
pub struct Acceptor {
    genesis: GenesisHash,
    name: String,
    key: SigningKey,
    clock: Clock,
}

impl Acceptor {
    /// An acceptor for the validator with this name and network key.
    ///
    /// # Errors
    /// When a note can't carry the name.
    pub fn new(
        genesis: GenesisHash,
        name: &str,
        key: SigningKey,
        clock: Clock,
    ) -> Result<Self, FormatError> {
        check_name(name)?;
        Ok(Self { genesis, name: name.to_owned(), key, clock })
    }

    /// The acceptance of a record that the pool holds.
    pub(crate) fn accept(&self, record: RecordId, verdict_by: UnixMillis) -> Option<String> {
        let held_at = self.clock.now();
        let acceptance = Acceptance { genesis: self.genesis, record, held_at, verdict_by };
        acceptance.sign(&self.name, &self.key).map(|note| note.encode()).ok()
    }
}
