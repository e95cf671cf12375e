//! A witness: it cosigns checkpoints of logs that others run, if they extend all it has seen of them (spec §11.8).
//!
//! - [`book`]: what it saw of each log, and whether it cosigns
//! - `http`: the protocol, C2SP tlog-witness
//!
//! A witness needs no ledger and no store: a key, and for each log the last checkpoint it cosigned.

pub mod book;
mod http;
#[cfg(test)]
pub(crate) mod testing;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tamga_format::note::{VKey, VKeyKind, check_name};
use tamga_format::signature::SigningKey;
use tamga_format::witness::origin_hash;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::config::{read_toml, resolve};
use crate::devnet::say;
use crate::keys::{Seed, read_keys, write_keys};
use book::{Book, Shown};

/// Logs that one witness serves.
const LOGS_MAX: usize = 256;
/// What `init` calls the configuration.
const CONFIG_FILE: &str = "config.toml";

/// What `tamga-node witness start --config FILE` reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Name of the witness, as its lines carry it: like a URL without a scheme.
    pub name: String,
    /// Address to listen on; put a proxy with TLS in front of anything but loopback.
    pub listen: SocketAddr,
    /// Folder of what was cosigned. Never restored from a backup.
    pub data: PathBuf,
    /// The file of the key.
    pub keys: PathBuf,
    /// The logs that it cosigns.
    #[serde(rename = "log", default)]
    pub logs: Vec<LogConfig>,
}

/// `[[log]]`: a log that is cosigned. Its name and key are never changed once it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// Its verifier key, of type 01; the key's name is the origin.
    pub vkey: String,
    /// Checkpoints that are cosigned in a minute.
    #[serde(default = "requests_per_minute")]
    pub requests_per_minute: u32,
}

/// Four validators that ask once a minute, each with up to three requests.
pub(crate) const fn requests_per_minute() -> u32 {
    12
}

/// The key of a witness.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessKeys {
    /// Cosigns checkpoints.
    pub witness: Seed,
}

impl WitnessConfig {
    /// Reads a configuration; relative paths are taken from the file's folder.
    ///
    /// # Errors
    /// When the file cannot be read or is not a configuration; the message names it.
    pub fn read(file: &Path) -> Result<Self> {
        let mut config: Self = read_toml(file)?;
        for path in [&mut config.data, &mut config.keys] {
            resolve(file, path);
        }
        Ok(config)
    }

    fn logs(&self) -> Result<Vec<(VKey, u32)>> {
        ensure!(self.logs.len() <= LOGS_MAX, "{} logs, limit is {LOGS_MAX}", self.logs.len());
        let log = |log: &LogConfig| {
            let vkey = VKey::parse(&log.vkey).with_context(|| format!("log {}", log.vkey))?;
            ensure!(vkey.kind() == VKeyKind::Log, "{vkey} is no log's key, its type is not 01");
            Ok((vkey, log.requests_per_minute))
        };
        self.logs.iter().map(log).collect()
    }

    fn key(&self) -> Result<(SigningKey, VKey)> {
        let keys: WitnessKeys = read_keys(&self.keys)?;
        let key = SigningKey::from_seed(keys.witness.0);
        let vkey = VKey::new(&self.name, VKeyKind::Cosigner, key.public())
            .with_context(|| format!("the name {:?}", self.name))?;
        Ok((key, vkey))
    }
}

/// A running witness.
#[derive(Debug)]
pub struct Running {
    /// Its key, as policies name it.
    pub vkey: VKey,
    /// Where it listens.
    pub http: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Running {
    /// Takes no more requests; those that run finish.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the witness did not end in order");
        }
    }
}

/// Starts a witness.
///
/// # Errors
///
/// When the configuration, the key, what was cosigned or the address can't be used; the message names it.
pub async fn start(config: &WitnessConfig) -> Result<Running> {
    let (key, vkey) = config.key()?;
    std::fs::create_dir_all(&config.data).with_context(|| format!("{}", config.data.display()))?;
    let book = Book::open(&config.data, key, vkey.clone(), config.logs()?)?;
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("HTTP address {}", config.listen))?;
    let http = listener.local_addr()?;
    let (stop, stopping) = watch::channel(false);
    let server = tokio::spawn(http::serve(listener, Arc::new(book), Clock, stopping));
    Ok(Running { vkey, http, stop, server })
}

/// Makes a key and a configuration in a new folder, and says what logs need to know.
///
/// # Errors
///
/// When the name or a log's key is not of its form, the folder has a configuration, or a file can't be written.
pub fn init(dir: &Path, name: &str, listen: SocketAddr, logs: &[String]) -> Result<()> {
    check_name(name).with_context(|| format!("the name {name:?}"))?;
    let logs = logs
        .iter()
        .map(|vkey| LogConfig { vkey: vkey.clone(), requests_per_minute: requests_per_minute() });
    let config = WitnessConfig {
        name: name.to_owned(),
        listen,
        data: "data".into(),
        keys: "keys.toml".into(),
        logs: logs.collect(),
    };
    config.logs()?;
    let file = dir.join(CONFIG_FILE);
    if file.exists() {
        bail!("{} exists; a witness keeps its key and name", file.display());
    }
    std::fs::create_dir_all(dir).with_context(|| format!("{}", dir.display()))?;
    write_keys(&dir.join(&config.keys), &WitnessKeys { witness: Seed::random()? })?;
    std::fs::write(&file, toml::to_string(&config)?)
        .with_context(|| format!("{}", file.display()))?;
    let (_, vkey) = WitnessConfig::read(&file)?.key()?;
    say(&format!("✔ witness {vkey}"));
    say(&format!("  Start it       tamga-node witness start --config {}", file.display()));
    Ok(())
}

/// Says what a witness cosigned last of each log; it may be running.
///
/// # Errors
///
/// When the configuration or the key can't be read.
pub async fn status(config: &WitnessConfig) -> Result<()> {
    let (_, vkey) = config.key()?;
    let listening = tokio::net::TcpStream::connect(config.listen).await.is_ok();
    let state = if listening { "listens" } else { "does not listen" };
    say(&format!("{vkey}\n{state} on {}", config.listen));
    for (log, _) in config.logs()? {
        let file = config.data.join(format!("{}.note", origin_hash(log.name())));
        match Shown::read(&file, &log, &vkey) {
            Some(shown) => say(&format!(
                "{}  size {}  root {}  cosigned {}",
                log.name(),
                shown.size,
                shown.root,
                shown.instant()
            )),
            None => say(&format!("{}  nothing cosigned yet", log.name())),
        }
    }
    Ok(())
}
