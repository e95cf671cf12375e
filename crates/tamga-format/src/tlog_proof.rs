//! Proof files for any log entry: C2SP tlog-proof (spec §13.1).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{FormatCode, FormatError};
use crate::id::LeafIndex;
use crate::limits::{PATH_HASHES_MAX, PROOF_FILE_BYTES_MAX};
use crate::merkle::{Hash, leaf_hash, verify_inclusion};
use crate::note::{Note, b64_decode_array, b64_encode, decimal};
use crate::policy::{Policy, VerifiedCheckpoint};

/// First line of a proof file.
pub const TLOG_PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Where an entry stands in the log, and the checkpoint that says so; nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Position of the entry.
    pub index: LeafIndex,
    /// The inclusion proof, sibling of the leaf first.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub checkpoint: Note,
}

impl TlogProof {
    /// Reads a proof file in its one form; an `extra` line is refused, since nothing vouches for
    /// it.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`],
    /// [`FormatCode::ProofFileSyntax`], or those of [`Note::parse`]; the position is the line.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::ProofFileSyntax, line);
        if text.len() > PROOF_FILE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::ProofFileTooLong, PROOF_FILE_BYTES_MAX));
        }
        let (head, note) = text.split_once("\n\n").ok_or(syntax(0))?;
        let mut lines = head.split('\n').enumerate();
        if lines.next().is_none_or(|(_, line)| line != TLOG_PROOF_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let index = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix("index "))
            .and_then(decimal)
            .ok_or(syntax(1))?;
        let mut path = Vec::new();
        for (number, line) in lines {
            if path.len() == PATH_HASHES_MAX {
                return Err(syntax(number));
            }
            path.push(b64_decode_array(line).map_err(|_| syntax(number))?);
        }
        let first = path.len() + 3;
        let checkpoint = Note::parse(note)
            .map_err(|error| FormatError { at: first.saturating_add(error.at), ..error })?;
        Ok(Self { index: LeafIndex(index), path, checkpoint })
    }

    /// The proof file.
    pub fn encode(&self) -> String {
        let mut text = format!("{TLOG_PROOF_HEADER}\nindex {}\n", self.index.get());
        for hash in &self.path {
            text.push_str(&b64_encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint.encode());
        text
    }

    /// Checks that this entry is in the log of a checkpoint that the policy accepts.
    ///
    /// # Errors
    /// Those of [`Policy::verify`] and of [`verify_inclusion`].
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<VerifiedCheckpoint, FormatError> {
        let verified = policy.verify(&self.checkpoint)?;
        self.verify_at(entry, &verified)?;
        Ok(verified)
    }

    /// Checks that this entry is in the log of a checkpoint accepted before.
    ///
    /// # Errors
    /// Those of [`verify_inclusion`].
    pub(crate) fn verify_at(
        &self,
        entry: &[u8],
        verified: &VerifiedCheckpoint,
    ) -> Result<(), FormatError> {
        let checkpoint = verified.checkpoint();
        verify_inclusion(
            &leaf_hash(entry),
            self.index.get(),
            checkpoint.size.get(),
            &self.path,
            &checkpoint.root,
        )
    }
}
