//! The configuration of one process: a file, read strictly, resolved against its own folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::http::{ClientLimits, HttpLimits};
use crate::outside::OutsideConfig;

/// Bytes a configuration file may have.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// What `tamga-node start --config FILE` reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorConfig {
    /// Name of this validator in the genesis file.
    pub validator: String,
    /// The genesis file.
    pub genesis: PathBuf,
    /// Folder of the database, the engine's write-ahead log and the watermark.
    pub data: PathBuf,
    /// The file of this validator's four keys.
    pub keys: PathBuf,
    /// The HTTP interface.
    pub http: HttpConfig,
    /// Where the engine listens: `/ip4/…/tcp/…`.
    pub consensus_listen: String,
    /// Where the swarm listens: `/ip4/…/tcp/…`.
    pub swarm_listen: String,
    /// Whether cases, desks and indicators can be looked up here: an index beside the database.
    #[serde(default = "yes")]
    pub index: bool,
    /// Seconds from one checkpoint shown to the outside witnesses to the next: the pace declared to them.
    #[serde(default = "witness_every_s")]
    pub witness_every_s: u32,
    /// How many outside witnesses make a checkpoint witnessed.
    #[serde(default = "one")]
    pub witnesses_needed: usize,
    /// The other validators, and the publishers.
    #[serde(rename = "peer", default)]
    pub peers: Vec<PeerConfig>,
    /// The outside witnesses.
    #[serde(rename = "witness", default)]
    pub witnesses: Vec<OutsideConfig>,
    /// Pace of blocks.
    #[serde(default)]
    pub pace: PaceConfig,
}

/// The pace that a ledger declares to outside witnesses, unless it says otherwise.
pub const WITNESS_EVERY_S: u32 = 60;

const fn witness_every_s() -> u32 {
    WITNESS_EVERY_S
}

const fn one() -> usize {
    1
}

const fn yes() -> bool {
    true
}

/// `[http]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// Address to listen on; put a proxy with TLS in front of anything but loopback.
    pub listen: SocketAddr,
    /// Bearer token for entry bundles and bodies; absent: they are not served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Connections of all clients at a time.
    #[serde(default = "connections_max")]
    pub connections_max: usize,
    /// What one client may ask for.
    #[serde(default)]
    pub limits: ClientLimits,
}

fn connections_max() -> usize {
    HttpLimits::default().connections_max
}

/// `[[peer]]`: where another process of the ledger is reached.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// Name in the genesis file, for people.
    pub name: String,
    /// The peer's PeerId, as in the genesis file.
    pub peer_id: String,
    /// Engine address; publishers have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consensus: Option<String>,
    /// Swarm address.
    pub swarm: String,
}

/// `[pace]`: how often blocks are made.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaceConfig {
    /// Least time between two blocks under load, so that blocks fill.
    pub block_interval_ms: u64,
    /// Time a proposer has before the others go on without it.
    pub propose_timeout_ms: u64,
    /// Time for each round of votes.
    pub vote_timeout_ms: u64,
}

impl Default for PaceConfig {
    fn default() -> Self {
        Self { block_interval_ms: 80, propose_timeout_ms: 700, vote_timeout_ms: 400 }
    }
}

/// What `tamga-node publisher --config FILE` reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherConfig {
    /// Name of this publisher in the genesis file.
    pub publisher: String,
    /// The genesis file.
    pub genesis: PathBuf,
    /// Folder of the watermark.
    pub data: PathBuf,
    /// The file of the log key and the network key.
    pub keys: PathBuf,
    /// Where the swarm listens: `/ip4/…/tcp/…`.
    pub swarm_listen: String,
    /// The validators.
    #[serde(rename = "peer", default)]
    pub peers: Vec<PeerConfig>,
}

impl ValidatorConfig {
    /// Reads a configuration; relative paths are taken from the file's folder.
    ///
    /// # Errors
    /// When the file cannot be read or is not a configuration; the message names it.
    pub fn read(file: &Path) -> Result<Self> {
        let mut config: Self = read_toml(file)?;
        for path in [&mut config.genesis, &mut config.data, &mut config.keys] {
            resolve(file, path);
        }
        Ok(config)
    }
}

impl PublisherConfig {
    /// Reads a configuration; relative paths are taken from the file's folder.
    ///
    /// # Errors
    /// When the file cannot be read or is not a configuration; the message names it.
    pub fn read(file: &Path) -> Result<Self> {
        let mut config: Self = read_toml(file)?;
        for path in [&mut config.genesis, &mut config.data, &mut config.keys] {
            resolve(file, path);
        }
        Ok(config)
    }
}

pub(crate) fn resolve(file: &Path, path: &mut PathBuf) {
    if let Some(folder) = file.parent().filter(|_| path.is_relative()) {
        *path = folder.join(&*path);
    }
}

/// Reads a bounded TOML file into `T`, refusing unknown fields.
///
/// # Errors
/// When the file is absent, too long or not of this form.
pub fn read_toml<T: for<'de> Deserialize<'de>>(file: &Path) -> Result<T> {
    toml::from_str(&read_text(file, CONFIG_BYTES_MAX)?)
        .with_context(|| format!("{} is not a valid configuration", file.display()))
}

/// Reads a text file of at most `bytes_max` bytes.
///
/// # Errors
/// When the file is absent, too long or not UTF-8.
pub fn read_text(file: &Path, bytes_max: u64) -> Result<String> {
    let size = std::fs::metadata(file).with_context(|| format!("{}", file.display()))?.len();
    if size > bytes_max {
        bail!("{} is {size} bytes, limit is {bytes_max}", file.display());
    }
    std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))
}
