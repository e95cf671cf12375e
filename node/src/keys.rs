//! Key files of validators and publishers: seeds in hexadecimal, readable by their owner only.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::config::read_toml;

/// A 32-byte seed; its text form is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// A fresh seed from the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).context("the operating system gives no randomness")?;
        Ok(Self(seed))
    }

    /// The public demo seed of `name`; refused outside ledgers whose name ends in `-devnet`.
    #[must_use]
    pub fn demo(name: &str) -> Self {
        Self(tamga_format::id::sha256(&[b"tamga/devnet-key/v1\0", name.as_bytes()]))
    }
}

impl Serialize for Seed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.as_bytes();
        let mut seed = [0; 32];
        if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(serde::de::Error::custom("a seed is 64 hexadecimal digits"));
        }
        for (byte, pair) in seed.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(serde::de::Error::custom)?;
            *byte = u8::from_str_radix(pair, 16).map_err(serde::de::Error::custom)?;
        }
        Ok(Self(seed))
    }
}

/// The four keys of a validator; each has one purpose.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorKeys {
    /// Signs votes.
    pub consensus: Seed,
    /// Signs checkpoints after commit.
    pub cosigner: Seed,
    /// Proves the beacon of the blocks it builds.
    pub beacon: Seed,
    /// Identifies the process to its peers.
    pub network: Seed,
}

impl ValidatorKeys {
    /// Fresh keys.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self> {
        Ok(Self {
            consensus: Seed::random()?,
            cosigner: Seed::random()?,
            beacon: Seed::random()?,
            network: Seed::random()?,
        })
    }

    /// The public demo keys of the validator called `name`.
    #[must_use]
    pub fn demo(name: &str) -> Self {
        let seed = |purpose: &str| Seed::demo(&format!("{name}/{purpose}"));
        Self {
            consensus: seed("consensus"),
            cosigner: seed("cosigner"),
            beacon: seed("beacon"),
            network: seed("network"),
        }
    }
}

/// The two keys of a publisher.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherKeys {
    /// Signs checkpoints for the log.
    pub log: Seed,
    /// Identifies the process to its peers.
    pub network: Seed,
}

/// Reads a key file.
///
/// # Errors
/// When it is absent, readable by others than its owner, or not a key file.
pub fn read_keys<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<T> {
    let mode = std::fs::metadata(file)
        .with_context(|| format!("key file {}", file.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!("key file {} is readable by others; run: chmod 600 {0}", file.display());
    }
    read_toml(file)
}

/// Writes a key file that only its owner can read; an existing file is never replaced.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn write_keys<T: Serialize>(file: &Path, keys: &T) -> Result<()> {
    let text = toml::to_string(keys).context("keys have a text form")?;
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("key file {}", file.display()))?;
    out.write_all(text.as_bytes())?;
    out.sync_all().with_context(|| format!("key file {}", file.display()))
}
