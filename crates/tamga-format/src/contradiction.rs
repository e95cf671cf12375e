//! Contradictions: two checkpoints of one size with different roots, signed with one key
//! (spec §11.7).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::cosignature;
use crate::error::{FormatCode, FormatError};
use crate::id::TreeSize;
use crate::note::{Note, VKey};

const VERSION: &str = "tamga-contradiction/v1";
/// Lines of a checkpoint's note with one signature.
const NOTE_LINES: usize = 5;
/// Lines at which the notes begin in a file.
const FIRST: usize = 3;
const SECOND: usize = FIRST + NOTE_LINES + 1;

/// What shows, to anybody and offline, that a key was used against its promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    key: VKey,
    size: TreeSize,
    notes: [Note; 2],
}

impl Contradiction {
    /// Checks that these are two checkpoints of one log and one size with different roots, each
    /// with one signature, and that both signatures are this key's.
    ///
    /// # Errors
    /// [`FormatCode::ContradictionNone`] if nothing is contradicted; those of [`Checkpoint::parse`]
    /// and [`cosignature::verify_line`], at the line of the file.
    pub fn new(key: VKey, mut notes: [Note; 2]) -> Result<Self, FormatError> {
        let none = FormatError::new(FormatCode::ContradictionNone, 0);
        notes.sort_by(|a, b| a.text.cmp(&b.text));
        let read = |note: &Note, at: usize| {
            let in_file = |error: FormatError| FormatError { at: at + error.at, ..error };
            let checkpoint = Checkpoint::parse(&note.text).map_err(in_file)?;
            let [line] = note.signatures.as_slice() else { return Err(none) };
            let held = cosignature::verify_line(&key, &note.text, line);
            held.map_err(|error| FormatError { at: at + NOTE_LINES - 1, ..error })?;
            Ok(checkpoint)
        };
        let (first, second) = (read(&notes[0], FIRST)?, read(&notes[1], SECOND)?);
        if first.origin != second.origin || first.size != second.size || first.root == second.root {
            return Err(none);
        }
        Ok(Self { key, size: first.size, notes })
    }

    /// The key; whose it is, a policy says.
    pub const fn key(&self) -> &VKey {
        &self.key
    }

    /// The size with two roots.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The notes, by their text.
    pub const fn notes(&self) -> &[Note; 2] {
        &self.notes
    }

    /// The file: version, key, both notes.
    pub fn encode(&self) -> String {
        let Self { key, notes: [first, second], .. } = self;
        format!("{VERSION}\nkey {key}\n\n{}\n{}", first.encode(), second.encode())
    }

    /// Reads a file in its one form, and checks it as [`Self::new`] does.
    ///
    /// # Errors
    /// [`FormatCode::ContradictionVersion`]; [`FormatCode::ContradictionSyntax`] at the line that
    /// is wrong; those of [`VKey::parse`] and [`Self::new`].
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ContradictionSyntax, line);
        let body = text.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix("\nkey "));
        let body = body.ok_or(FormatError::new(FormatCode::ContradictionVersion, 0))?;
        let (key, notes) = body.split_once("\n\n").ok_or(syntax(1))?;
        let key = VKey::parse(key).map_err(|error| FormatError { at: 1, ..error })?;
        let lines: Vec<&str> = notes.split_inclusive('\n').collect();
        let (first, rest) = lines.split_at_checked(NOTE_LINES).ok_or(syntax(FIRST))?;
        let Some((&"\n", second)) = rest.split_first() else { return Err(syntax(SECOND - 1)) };
        let note = |at: usize, lines: &[&str]| {
            Note::parse(&lines.concat()).map_err(|error| FormatError { at: at + error.at, ..error })
        };
        let notes = [note(FIRST, first)?, note(SECOND, second)?];
        if notes[0].text > notes[1].text {
            return Err(syntax(FIRST));
        }
        let this = Self::new(key, notes)?;
        if this.encode() == text { Ok(this) } else { Err(syntax(FIRST)) }
    }
}

#[cfg(test)]
mod tests;
