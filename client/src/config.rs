//! Settings and where they come from: flags, `TAMGA_*`, `./tamga.toml`, the user's configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::CliError;
use crate::lang::Language;

/// The settings of one call, each from the first source that names it.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Base address of a node, such as `http://127.0.0.1:18080`.
    pub url: Option<String>,
    /// Directory of a devnet, with its policy, genesis file and demo keys.
    pub devnet: Option<PathBuf>,
    /// Trust policy file.
    pub policy: Option<PathBuf>,
    /// Key file, or the name of a demo key.
    pub key: Option<String>,
    /// Bearer token of the auditors' role; a devnet's own token when its directory is set.
    pub token: Option<String>,
    /// Language of messages.
    pub language: Option<Language>,
    /// Where key files live by default.
    pub keys_dir: PathBuf,
    /// Passphrase of key files.
    pub passphrase: Option<String>,
}

/// One configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    url: Option<String>,
    devnet: Option<PathBuf>,
    policy: Option<PathBuf>,
    key: Option<String>,
    token_file: Option<PathBuf>,
    lang: Option<String>,
}

/// Settings given as flags.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--url`
    pub url: Option<String>,
    /// `--devnet`
    pub devnet: Option<PathBuf>,
    /// `--lang`
    pub language: Option<Language>,
}

impl Config {
    /// Joins flags, environment and configuration files.
    ///
    /// # Errors
    /// When a configuration file is malformed or holds an unknown setting.
    pub fn load(flags: Flags, env: &BTreeMap<String, String>) -> Result<Self, CliError> {
        let var = |name: &str| env.get(name).filter(|value| !value.is_empty()).cloned();
        let home = var("HOME").map(PathBuf::from);
        let user_dir = var("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| home.map(|home| home.join(".config")))
            .map(|dir| dir.join("tamga"));
        let near = read(Path::new("tamga.toml"))?;
        let far = match &user_dir {
            Some(dir) => read(&dir.join("config.toml"))?,
            None => ConfigFile::default(),
        };
        let language = var("TAMGA_LANG").or(near.lang).or(far.lang).or_else(|| var("LANG"));
        let devnet = flags
            .devnet
            .or_else(|| var("TAMGA_DEVNET").map(PathBuf::from))
            .or(near.devnet)
            .or(far.devnet);
        let devnet_token =
            devnet.as_ref().map(|dir| dir.join("token.txt")).filter(|path| path.is_file());
        let token = match var("TAMGA_TOKEN") {
            Some(token) => Some(token),
            None => near
                .token_file
                .or(far.token_file)
                .or(devnet_token)
                .map(|path| read_token(&path))
                .transpose()?,
        };
        Ok(Self {
            url: flags.url.or_else(|| var("TAMGA_URL")).or(near.url).or(far.url),
            devnet,
            policy: var("TAMGA_POLICY").map(PathBuf::from).or(near.policy).or(far.policy),
            key: var("TAMGA_KEY").or(near.key).or(far.key),
            token,
            language: flags.language.or_else(|| language.as_deref().and_then(Language::from_tag)),
            keys_dir: user_dir.unwrap_or_default().join("keys"),
            passphrase: var("TAMGA_PASSPHRASE"),
        })
    }

    /// Base address of the node.
    ///
    /// # Errors
    /// When none is set.
    pub fn url(&self) -> Result<&str, CliError> {
        self.url.as_deref().ok_or_else(|| CliError::missing("TAMGA_URL, --url"))
    }

    /// The trust policy's file: the one named, or the devnet's.
    ///
    /// # Errors
    /// When none is set.
    pub fn policy_path(&self, flag: Option<&Path>) -> Result<PathBuf, CliError> {
        flag.map(Path::to_owned)
            .or_else(|| self.policy.clone())
            .or_else(|| self.devnet.as_ref().map(|dir| dir.join("policy.txt")))
            .ok_or_else(|| CliError::missing("-p, --policy, TAMGA_POLICY"))
    }

    /// The genesis file: the one named, or the devnet's.
    ///
    /// # Errors
    /// When none is set.
    pub fn genesis_path(&self, flag: Option<&Path>) -> Result<PathBuf, CliError> {
        flag.map(Path::to_owned)
            .or_else(|| self.devnet.as_ref().map(|dir| dir.join("genesis.toml")))
            .ok_or_else(|| CliError::missing("--genesis, TAMGA_DEVNET"))
    }
}

fn read(path: &Path) -> Result<ConfigFile, CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text)
            .map_err(|error| CliError::unreadable(&path.display().to_string(), error.message())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(ConfigFile::default()),
        Err(error) => Err(CliError::file(path, &error)),
    }
}

fn read_token(path: &Path) -> Result<String, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    Ok(text.trim().to_owned())
}
