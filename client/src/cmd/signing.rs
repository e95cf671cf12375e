//! With which key a command signs.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::Session;
use crate::error::CliError;
use crate::signer::Keys;

/// A key to sign with.
#[derive(Args)]
pub(super) struct Signing {
    /// Key file, or the name of a devnet's demo key [env: TAMGA_KEY].
    #[arg(short, long)]
    key: Option<String>,
    /// File whose first line is the passphrase [env: TAMGA_PASSPHRASE].
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

impl Signing {
    /// The seed of the key.
    pub(super) fn seed(
        &self,
        session: &Session<'_>,
        origin: &str,
    ) -> Result<Zeroizing<[u8; 32]>, CliError> {
        let name = name(self.key.as_deref(), session)?;
        seed(&name, self.passphrase_file.as_deref(), session, origin)
    }
}

/// The key that is named, or set.
pub(super) fn name(given: Option<&str>, session: &Session<'_>) -> Result<String, CliError> {
    let set = || session.config.key.as_ref().map(|key| key.value.clone());
    given.map(str::to_owned).or_else(set).ok_or_else(|| CliError::missing("--key, TAMGA_KEY"))
}

/// The seed of a key of a ledger.
pub(super) fn seed(
    name: &str,
    passphrase_file: Option<&Path>,
    session: &Session<'_>,
    origin: &str,
) -> Result<Zeroizing<[u8; 32]>, CliError> {
    let passphrase = session.passphrase(passphrase_file, session.text("prompt-passphrase"));
    Keys::load(&session.config, origin)?.resolve(name, &session.config, &passphrase)
}
