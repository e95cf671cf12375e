//! The checkpoint: the three lines that name a state of the log (spec §11.3).

use alloc::format;
use alloc::string::{String, ToString};

use crate::error::{FormatCode, FormatError};
use crate::id::{TreeRoot, TreeSize, ValueId, sha256};
use crate::note::{b64_decode_array, b64_encode, check_name, decimal};

/// One state of one log: its origin, size and root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The permanent name of the ledger, which is also its log key's name.
    pub origin: String,
    /// Leaves of the log.
    pub size: TreeSize,
    /// Root of the log.
    pub root: TreeRoot,
}

impl Checkpoint {
    /// The body: origin, size and base64 root, each with a line feed.
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size.get(), b64_encode(&self.root.0))
    }

    /// Reads a body of exactly three lines.
    ///
    /// # Errors
    /// [`FormatCode::CheckpointSyntax`] at the line that is wrong, [`FormatCode::NameInvalid`] for
    /// the origin.
    pub fn parse(body: &str) -> Result<Self, FormatError> {
        let syntax = |line| FormatError::new(FormatCode::CheckpointSyntax, line);
        let lines = body.strip_suffix('\n').ok_or(syntax(3))?;
        let mut lines = lines.split('\n');
        let origin = lines.next().ok_or(syntax(0))?;
        check_name(origin).map_err(|error| error.of("origin"))?;
        let size = lines.next().and_then(decimal).ok_or(syntax(1))?;
        let root = b64_decode_array(lines.next().ok_or(syntax(2))?).map_err(|_| syntax(2))?;
        if lines.next().is_some() {
            return Err(syntax(3));
        }
        Ok(Self { origin: origin.to_string(), size: TreeSize(size), root: TreeRoot(root) })
    }

    /// SHA-256 of the body: what consensus votes on (spec §12.1).
    pub fn value_id(&self) -> ValueId {
        ValueId(sha256(&[self.body().as_bytes()]))
    }
}

#[cfg(test)]
mod tests;
