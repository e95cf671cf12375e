//! What a log asks of an outside witness, as C2SP tlog-witness writes it (spec §11.8).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::id::{TreeRoot, TreeSize, sha256};
use crate::limits::{NOTE_SIGNATURES_MAX, PATH_HASHES_MAX, WITNESS_REQUEST_BYTES_MAX};
use crate::merkle::Hash;
use crate::note::{Note, NoteSignature, b64_decode_array, b64_encode, check_name, decimal};

/// The body of `add-checkpoint`: a checkpoint, and the path to it from what the witness saw last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last, as far as the log knows; 0 if it knows nothing.
    pub old: TreeSize,
    /// The consistency path from there; none from 0.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub note: Note,
}

impl AddCheckpoint {
    /// The body.
    pub fn encode(&self) -> String {
        let mut text = format!("old {}\n", self.old.get());
        for hash in &self.path {
            text.push_str(&b64_encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.note.encode());
        text
    }

    /// Reads a body in its one form; signatures and path are checked by whoever uses it.
    ///
    /// # Errors
    /// [`FormatCode::WitnessSyntax`], or those of [`Note::parse`], at the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::WitnessSyntax, line);
        if text.len() > WITNESS_REQUEST_BYTES_MAX {
            return Err(syntax(0).of("length"));
        }
        let (head, note) = text.split_once("\n\n").ok_or(syntax(0))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal);
        let old = TreeSize(old.ok_or(syntax(0))?);
        let mut path = Vec::new();
        for (number, line) in (1..).zip(lines) {
            if path.len() == PATH_HASHES_MAX {
                return Err(syntax(number));
            }
            path.push(b64_decode_array(line).map_err(|_| syntax(number))?);
        }
        let before = path.len() + 2;
        let note =
            Note::parse(note).map_err(|error| FormatError { at: before + error.at, ..error })?;
        Ok(Self { old, path, note })
    }
}

/// A checkpoint of any log: its lines after the third, which ours has not (spec §11.3), are covered
/// by its signatures and otherwise ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyCheckpoint<'a> {
    /// Name of the log.
    pub origin: &'a str,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
}

impl<'a> AnyCheckpoint<'a> {
    /// Reads the body of a checkpoint. Only origins that are names (spec §11.1) are read.
    ///
    /// # Errors
    /// [`FormatCode::CheckpointSyntax`] at the line that is wrong, [`FormatCode::NameInvalid`] for
    /// the origin.
    pub fn parse(body: &'a str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::CheckpointSyntax, line);
        let mut lines = body.strip_suffix('\n').ok_or(syntax(0))?.split('\n');
        let origin = lines.next().ok_or(syntax(0))?;
        check_name(origin).map_err(|error| error.of("origin"))?;
        let size = lines.next().and_then(decimal).map(TreeSize).ok_or(syntax(1))?;
        let root = lines.next().and_then(|line| b64_decode_array(line).ok()).ok_or(syntax(2))?;
        match (3..).zip(lines).find(|(_, line)| line.is_empty()) {
            Some((number, _)) => Err(syntax(number)),
            None => Ok(Self { origin, size, root: TreeRoot(root) }),
        }
    }
}

/// The name of a log below the address at which a witness shows what it cosigned.
pub fn origin_hash(origin: &str) -> String {
    format!("{}", TreeRoot(sha256(&[origin.as_bytes()])))
}

/// Reads the cosignature lines that a witness answers with; lines of another form are left out, and
/// no more are read than fit a note.
pub fn cosignature_lines(answer: &str) -> Vec<NoteSignature> {
    let lines = answer.lines().take(NOTE_SIGNATURES_MAX);
    lines.filter_map(|line| NoteSignature::parse(line).ok()).collect()
}

#[cfg(test)]
mod tests;
