//! `tamga genesis verify`: anybody may check what a ledger was founded on.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Session;
use crate::error::{CliError, Exit};
use crate::output::Shown;

/// The genesis file.
#[derive(Subcommand)]
pub(super) enum Genesis {
    /// Check a genesis file, and its hash when one is given.
    Verify {
        /// The file; the devnet's by default.
        file: Option<PathBuf>,
        /// SHA-256 of the file as published, in hex.
        #[arg(long)]
        hash: Option<String>,
    },
}

pub(super) fn run(command: &Genesis, session: &mut Session<'_>) -> Result<Exit, CliError> {
    let Genesis::Verify { file, hash } = command;
    let path = session.config.genesis_path(file.as_deref())?;
    let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
    let (genesis, found) = crate::import::genesis(&path, &text)?;
    let found = found.to_string();
    let validators = genesis.validators.members().len();
    let quorum = genesis.validators.quorum();
    let matches = hash.as_ref().map(|hash| hash.eq_ignore_ascii_case(&found));
    let data = json!({
        "origin": genesis.origin,
        "hash": found,
        "matches": matches,
        "validators": validators,
        "quorum": quorum,
    });
    let args = [
        ("origin", genesis.origin.clone()),
        ("hash", found.clone()),
        ("validators", validators.to_string()),
        ("quorum", quorum.to_string()),
    ];
    let human = session.out.messages.text("genesis-summary", &args);
    let plain = vec![
        genesis.origin,
        found.clone(),
        validators.to_string(),
        quorum.to_string(),
        matches.map(|matches| matches.to_string()).unwrap_or_default(),
    ];
    session.out.result("genesis.verify", &Shown { data, human, plain, id: found });
    if matches == Some(false) {
        session.out.tell_message("genesis-other", &[]);
        return Ok(Exit::Mismatch);
    }
    Ok(Exit::Success)
}
