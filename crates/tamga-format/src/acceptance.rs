//! Acceptances: a validator's signed word that it holds a record (spec §13.7).

use alloc::format;
use alloc::string::String;
use alloc::vec;

use crate::error::{FormatCode, FormatError};
use crate::id::{GenesisHash, RecordId, UnixMillis};
use crate::note::{Note, VKey, decimal, sign_note};
use crate::signature::SigningKey;

const VERSION: &str = "tamga-acceptance/v1";

/// A validator held a record at a time, and owes its verdict by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The ledger.
    pub genesis: GenesisHash,
    /// The record.
    pub record: RecordId,
    /// When the validator held it, by its clock.
    pub held_at: UnixMillis,
    /// The record's `valid_until`: no block later than this can hold it.
    pub verdict_by: UnixMillis,
}

impl Acceptance {
    /// The text that is signed: five lines, each with a line feed.
    pub fn text(&self) -> String {
        let Self { genesis, record, held_at, verdict_by } = self;
        let (held_at, verdict_by) = (held_at.get(), verdict_by.get());
        format!(
            "{VERSION}\ngenesis {genesis}\nrecord {record}\nheld-at {held_at}\nverdict-by {verdict_by}\n"
        )
    }

    /// Reads the text in its one form.
    ///
    /// # Errors
    /// [`FormatCode::AcceptanceVersion`], or [`FormatCode::AcceptanceSyntax`] at the line that is
    /// wrong.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::AcceptanceSyntax, line);
        let mut lines = text.split('\n');
        if lines.next() != Some(VERSION) {
            return Err(FormatError::new(FormatCode::AcceptanceVersion, 0));
        }
        let mut field = |line, name: &str| {
            let value = lines.next().and_then(|line| line.strip_prefix(name));
            value.and_then(|value| value.strip_prefix(' ')).ok_or(syntax(line))
        };
        let genesis = GenesisHash::from_hex(field(1, "genesis")?).map_err(|_| syntax(1))?;
        let record = RecordId::from_hex(field(2, "record")?).map_err(|_| syntax(2))?;
        let held_at = time(field(3, "held-at")?).ok_or(syntax(3))?;
        let verdict_by = time(field(4, "verdict-by")?).ok_or(syntax(4))?;
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(syntax(5));
        }
        Ok(Self { genesis, record, held_at, verdict_by })
    }

    /// The note of the validator with this name and network key.
    ///
    /// # Errors
    /// [`FormatCode::NameInvalid`].
    pub fn sign(&self, name: &str, key: &SigningKey) -> Result<Note, FormatError> {
        let text = self.text();
        let signatures = vec![sign_note(&text, name, key)?];
        Ok(Note { text, signatures })
    }

    /// Checks that a note is this validator's acceptance and nothing else; see
    /// [`Validator::acceptance_key`](crate::validators::Validator::acceptance_key).
    ///
    /// # Errors
    /// Those of [`Self::parse`]; [`FormatCode::AcceptanceSyntax`] for another number of signatures;
    /// [`FormatCode::SignatureInvalid`].
    pub fn verify(note: &Note, key: &VKey) -> Result<Self, FormatError> {
        let acceptance = Self::parse(&note.text)?;
        let [line] = note.signatures.as_slice() else {
            return Err(FormatError::new(FormatCode::AcceptanceSyntax, 6));
        };
        key.verify_text(&note.text, line).map_err(|error| FormatError { at: 6, ..error })?;
        Ok(acceptance)
    }
}

fn time(text: &str) -> Option<UnixMillis> {
    let time = decimal(text).and_then(|time| i64::try_from(time).ok());
    time.map(UnixMillis).filter(|time| *time <= UnixMillis::MAX)
}

#[cfg(test)]
mod tests;
