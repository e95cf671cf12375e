//! What an audit keeps: the checkpoint that it ended at, which every later log must extend.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::note::Note;

use crate::error::CliError;
use crate::file;

/// The state file of an audit, JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Version of the file, 1.
    pub version: u32,
    /// The newest checkpoint that was audited, with its signatures: kept, since with another of the same log it is
    /// evidence.
    pub checkpoint: String,
    /// When, RFC 3339.
    pub audited_at: String,
}

impl Seen {
    /// What a file says; `None` if there is none.
    ///
    /// # Errors
    /// When it can't be read, or is no state of an audit.
    pub fn load(path: &Path) -> Result<Option<Self>, CliError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CliError::file(path, &error)),
        };
        let bad = |error: String| CliError::unreadable(path.display().to_string(), error);
        let seen: Self = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
        if seen.version != 1 || seen.log().is_none() {
            return Err(bad("version or checkpoint".to_owned()));
        }
        Ok(Some(seen))
    }

    /// Size and root of the log that was audited, and its origin.
    #[must_use]
    pub fn log(&self) -> Option<(String, TreeSize, TreeRoot)> {
        let note = Note::parse(&self.checkpoint).ok()?;
        let checkpoint = Checkpoint::parse(&note.text).ok()?;
        Some((checkpoint.origin, checkpoint.size, checkpoint.root))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn keep(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(self);
        let text = text.map_err(|error| CliError::bug(&error.to_string()))?;
        file::replace(path, format!("{text}\n").as_bytes())
    }
}
