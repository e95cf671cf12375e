//! Keys to sign with: demo keys by name, or key files opened with a passphrase.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tamga_format::signature::SigningKey;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::error::CliError;
use crate::keyfile;
use crate::keyring::{FILE_NAME, Keyring};

/// How a passphrase is obtained.
pub struct Passphrase<'a> {
    /// File whose first line it is.
    pub file: Option<&'a Path>,
    /// From `TAMGA_PASSPHRASE`.
    pub given: Option<&'a str>,
    /// Whether there is a terminal to ask on.
    pub terminal: bool,
    /// The question.
    pub prompt: String,
    /// The question for a second time, for a passphrase that is new.
    pub again: Option<String>,
}

impl Passphrase<'_> {
    /// The passphrase, from the file, the environment or the terminal.
    ///
    /// # Errors
    /// When the file cannot be read, or nothing is given and there is no terminal.
    pub fn obtain(&self) -> Result<Zeroizing<String>, CliError> {
        if let Some(path) = self.file {
            let text =
                std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
            return Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()));
        }
        if let Some(given) = self.given {
            return Ok(Zeroizing::new(given.to_owned()));
        }
        if !self.terminal {
            return Err(CliError::passphrase_needed());
        }
        let ask = |prompt: &str| {
            rpassword::prompt_password(format!("{prompt}: "))
                .map(Zeroizing::new)
                .map_err(|_| CliError::passphrase_needed())
        };
        let passphrase = ask(&self.prompt)?;
        match &self.again {
            Some(again) if ask(again)? != passphrase => Err(CliError::passphrases_differ()),
            _ => Ok(passphrase),
        }
    }
}

/// Keys by name, for one ledger.
#[derive(Default)]
pub struct Keys {
    origin: String,
    keyring: Option<Keyring>,
    seeds: BTreeMap<String, Zeroizing<[u8; 32]>>,
}

impl Keys {
    /// The keys of a ledger: the devnet's demo keys when its directory is set.
    ///
    /// # Errors
    /// When the devnet's keyring is malformed, or belongs to a ledger that is not a demonstration.
    pub fn load(config: &Config, origin: &str) -> Result<Self, CliError> {
        let file = config.devnet().map(|dir| dir.join(FILE_NAME)).filter(|path| path.is_file());
        let keyring = file.map(|path| Keyring::load(&path)).transpose()?;
        Ok(Self { origin: origin.to_owned(), keyring, seeds: BTreeMap::new() })
    }

    /// Keys handed in, for tests and library use.
    #[must_use]
    pub fn from_seeds(origin: &str, seeds: BTreeMap<String, [u8; 32]>) -> Self {
        let seeds = seeds.into_iter().map(|(name, seed)| (name, Zeroizing::new(seed))).collect();
        Self { origin: origin.to_owned(), keyring: None, seeds }
    }

    /// Opens a key file under a name.
    ///
    /// # Errors
    /// When the file cannot be read or opened.
    pub fn open_file(
        &mut self,
        name: &str,
        path: &Path,
        passphrase: &Passphrase<'_>,
    ) -> Result<(), CliError> {
        let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
        keyfile::public_part(&text)?;
        let seed = keyfile::open(&text, &path.display().to_string(), &passphrase.obtain()?)?;
        self.seeds.insert(name.to_owned(), seed);
        Ok(())
    }

    /// The seed of a key.
    ///
    /// # Errors
    /// When no key has that name, or it is a demo key and the ledger is not its devnet.
    pub fn seed(&self, name: &str) -> Result<Zeroizing<[u8; 32]>, CliError> {
        if let Some(seed) = self.seeds.get(name) {
            return Ok(seed.clone());
        }
        let keyring = self.keyring.as_ref().ok_or_else(|| CliError::no_such_key(name))?;
        keyring.seed(name, &self.origin).map(Zeroizing::new)
    }

    /// The key of a name.
    ///
    /// # Errors
    /// As [`Keys::seed`].
    pub fn key(&self, name: &str) -> Result<SigningKey, CliError> {
        self.seed(name).map(|seed| SigningKey::from_seed(*seed))
    }

    /// The key of a `--key` value: a key file, one in the keys' directory, or a demo key.
    ///
    /// # Errors
    /// When there is no such key, or it does not open.
    pub fn resolve(
        &mut self,
        value: &str,
        config: &Config,
        passphrase: &Passphrase<'_>,
    ) -> Result<Zeroizing<[u8; 32]>, CliError> {
        let places = [
            PathBuf::from(value),
            config.keys_dir.value.join(value),
            config.keys_dir.value.join(format!("{value}.key")),
        ];
        if let Some(path) = places.iter().find(|path| path.is_file()) {
            self.open_file(value, path, passphrase)?;
        }
        self.seed(value)
    }
}
