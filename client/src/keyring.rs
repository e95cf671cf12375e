//! Demo keys of a devnet: names and seeds in one readable file, for demonstration ledgers only.
//!
//! The file is `keys.toml` in the devnet's directory:
//!
//! ```toml
//! origin = "tamga.example/demo-devnet"
//!
//! [keys]
//! "operator:police" = "<64 hex digits: the Ed25519 seed>"
//! ```
//!
//! A keyring is refused unless its origin, and the ledger's, ends in `-devnet`: its seeds are public.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tamga_format::signature::SigningKey;

use crate::error::CliError;
use crate::lang::Said;

/// The name of the keyring file inside a devnet's directory.
pub const FILE_NAME: &str = "keys.toml";

/// How the origin of a demonstration ledger ends.
pub const DEVNET_SUFFIX: &str = "-devnet";

/// Demo keys by name, all of one ledger.
#[derive(Debug)]
pub struct Keyring {
    origin: String,
    seeds: BTreeMap<String, [u8; 32]>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KeyringFile {
    origin: String,
    keys: BTreeMap<String, String>,
}

impl Keyring {
    /// Reads a keyring from its text.
    ///
    /// # Errors
    /// When the text is not a keyring, or its origin is not that of a demonstration ledger.
    pub fn parse(text: &str) -> Result<Self, CliError> {
        let file: KeyringFile = toml::from_str(text)
            .map_err(|error| CliError::unreadable(Said::plain("what-keyring"), error.message()))?;
        if !file.origin.ends_with(DEVNET_SUFFIX) {
            return Err(CliError::demo_key_refused(&file.origin));
        }
        let mut seeds = BTreeMap::new();
        for (name, hex) in file.keys {
            let seed = crate::text::parse_hex32(&hex).ok_or_else(|| {
                let detail = Said::message("detail-seed", vec![("name", name.as_str().into())]);
                CliError::unreadable(Said::plain("what-keyring"), detail)
            })?;
            seeds.insert(name, seed);
        }
        Ok(Self { origin: file.origin, seeds })
    }

    /// Reads the keyring file at `path`, or `keys.toml` inside it when it is a directory.
    ///
    /// # Errors
    /// When the file cannot be read, and as [`Keyring::parse`].
    pub fn load(path: &Path) -> Result<Self, CliError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        let text = std::fs::read_to_string(&path).map_err(|error| CliError::file(&path, &error))?;
        Self::parse(&text)
    }

    /// The text of a keyring file.
    #[must_use]
    pub fn render(origin: &str, seeds: &BTreeMap<String, [u8; 32]>) -> String {
        let mut text = format!(
            "# Public demo keys: anybody can sign with them.\norigin = {origin:?}\n\n[keys]\n"
        );
        for (name, seed) in seeds {
            text.push_str(&format!("{name:?} = \"{}\"\n", crate::text::hex(seed)));
        }
        text
    }

    /// The ledger these keys belong to.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The names of the keys, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.seeds.keys().map(String::as_str)
    }

    /// The key of that name, for signing on the ledger `origin`.
    ///
    /// # Errors
    /// When the ledger is not the keyring's own, or no key has that name.
    pub fn key(&self, name: &str, origin: &str) -> Result<SigningKey, CliError> {
        self.seed(name, origin).map(SigningKey::from_seed)
    }

    /// The seed of that name, from which an author's secrets are derived.
    ///
    /// # Errors
    /// As [`Keyring::key`].
    pub fn seed(&self, name: &str, origin: &str) -> Result<[u8; 32], CliError> {
        if origin != self.origin || !origin.ends_with(DEVNET_SUFFIX) {
            return Err(CliError::demo_key_refused(origin));
        }
        self.seeds.get(name).copied().ok_or_else(|| CliError::no_such_key(name))
    }
}

#[cfg(test)]
mod tests;
