//! Settings and where they come from: flags, `TAMGA_*`, `./tamga.toml`, the user's configuration.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::CliError;
use crate::lang::Language;

/// Name of the configuration file in the folder where a command runs.
pub const NEAR_FILE: &str = "tamga.toml";

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the call.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A configuration file, and the profile in it if it stands there.
    File(PathBuf, Option<String>),
    /// The devnet's directory.
    Devnet,
    /// Nothing else says so.
    BuiltIn,
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its source: the first of all that name it.
    pub origin: Origin,
}

/// The settings of one call.
#[derive(Clone, Debug)]
pub struct Config {
    /// Name of the profile in the configuration files.
    pub profile: Option<Setting<String>>,
    /// Base address of a node, such as `http://127.0.0.1:18080`.
    pub url: Option<Setting<String>>,
    /// Base addresses of the nodes whose logs are compared; a devnet's when its directory is set.
    pub nodes: Option<Setting<Vec<String>>>,
    /// Directory of a devnet, with its policy, genesis file and demo keys.
    pub devnet: Option<Setting<PathBuf>>,
    /// Trust policy file; the devnet's when its directory is set.
    pub policy: Option<Setting<PathBuf>>,
    /// Key file, or the name of a demo key.
    pub key: Option<Setting<String>>,
    /// Bearer token of the auditors' role; a devnet's own token when its directory is set.
    pub token: Option<Setting<String>>,
    /// Base address of the portal that codes on paper lead to.
    pub portal: Option<Setting<String>>,
    /// Language of messages.
    pub language: Setting<Language>,
    /// Where key files live by default.
    pub keys_dir: Setting<PathBuf>,
    /// Where what was seen of logs is kept: in a devnet's directory when it is set; not set where the user has no home.
    pub state_dir: Option<Setting<PathBuf>>,
    /// Passphrase of key files.
    pub passphrase: Option<Setting<String>>,
}

/// The settings of a configuration file outside its profiles, or of one profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    url: Option<String>,
    nodes: Option<Vec<String>>,
    devnet: Option<PathBuf>,
    policy: Option<PathBuf>,
    key: Option<String>,
    token_file: Option<PathBuf>,
    portal: Option<String>,
    lang: Option<String>,
}

/// Settings given as flags.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--url`
    pub url: Option<String>,
    /// `--devnet`
    pub devnet: Option<PathBuf>,
    /// `--lang`
    pub language: Option<Language>,
}

/// What a setting may come from, in the order of precedence.
struct Sources<'a> {
    env: &'a BTreeMap<String, String>,
    sections: Vec<(Section, Origin)>,
}

impl Sources<'_> {
    fn variable(&self, name: &'static str) -> Option<Setting<String>> {
        let value = self.env.get(name).filter(|value| !value.is_empty())?;
        Some(Setting { value: value.clone(), origin: Origin::Variable(name) })
    }

    fn file<T>(&self, get: impl Fn(&Section) -> Option<T>) -> Option<Setting<T>> {
        let found = |(section, origin): &(Section, Origin)| {
            get(section).map(|value| Setting { value, origin: origin.clone() })
        };
        self.sections.iter().find_map(found)
    }
}

impl<T> Setting<T> {
    fn flag(value: Option<T>, name: &'static str) -> Option<Self> {
        value.map(|value| Self { value, origin: Origin::Flag(name) })
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), origin: self.origin }
    }
}

impl Config {
    /// Joins flags, environment and configuration files; `folder` is where the command runs.
    ///
    /// # Errors
    /// When a configuration file is malformed or holds an unknown setting, a profile is in none of them, or a
    /// setting has no such value.
    pub fn load(
        flags: Flags,
        env: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<Self, CliError> {
        let mut sources = Sources { env, sections: Vec::new() };
        let user_dir = sources
            .variable("XDG_CONFIG_HOME")
            .map(|dir| PathBuf::from(dir.value))
            .or_else(|| sources.variable("HOME").map(|home| Path::new(&home.value).join(".config")))
            .map(|dir| dir.join("tamga"));
        let profile =
            Setting::flag(flags.profile, "--profile").or_else(|| sources.variable("TAMGA_PROFILE"));
        let files =
            [Some(folder.join(NEAR_FILE)), user_dir.as_ref().map(|dir| dir.join("config.toml"))];
        let mut has_profile = false;
        for path in files.into_iter().flatten() {
            let (all, mut profiles) = read(&path)?;
            if let Some(name) = profile.as_ref().map(|profile| &profile.value)
                && let Some(section) = profiles.remove(name)
            {
                has_profile = true;
                sources.sections.push((section, Origin::File(path.clone(), Some(name.clone()))));
            }
            sources.sections.push((all, Origin::File(path, None)));
        }
        if let Some(profile) = profile.as_ref().filter(|_| !has_profile) {
            return Err(CliError::no_profile(&profile.value));
        }
        let devnet = Setting::flag(flags.devnet, "--devnet")
            .or_else(|| sources.variable("TAMGA_DEVNET").map(|dir| dir.map(PathBuf::from)))
            .or_else(|| sources.file(|section| section.devnet.clone()));
        if let Some(Setting { value, origin: Origin::Flag(_) }) = &devnet
            && !value.is_dir()
        {
            return Err(CliError::file(value, &std::io::ErrorKind::NotFound.into()));
        }
        let of_devnet = |name: &str| {
            let path = devnet.as_ref().map(|dir| dir.value.join(name))?;
            Some(Setting { value: path, origin: Origin::Devnet })
        };
        let nodes_of_devnet = match of_devnet("nodes.txt").filter(|path| path.value.is_file()) {
            Some(file) => {
                let nodes = words(&read_token(&file.value)?);
                Some(Setting { value: nodes, origin: file.origin })
            }
            None => None,
        };
        let token_file = sources
            .file(|section| section.token_file.clone())
            .or_else(|| of_devnet("token.txt").filter(|path| path.value.is_file()));
        let token = match (sources.variable("TAMGA_TOKEN"), token_file) {
            (Some(token), _) => Some(token),
            (None, Some(file)) => {
                Some(Setting { value: read_token(&file.value)?, origin: file.origin })
            }
            (None, None) => None,
        };
        Ok(Self {
            url: Setting::flag(flags.url, "--url")
                .or_else(|| sources.variable("TAMGA_URL"))
                .or_else(|| sources.file(|section| section.url.clone())),
            nodes: sources
                .variable("TAMGA_NODES")
                .map(|nodes| nodes.map(|nodes| words(&nodes)))
                .or_else(|| sources.file(|section| section.nodes.clone()))
                .or(nodes_of_devnet),
            policy: sources
                .variable("TAMGA_POLICY")
                .map(|path| path.map(PathBuf::from))
                .or_else(|| sources.file(|section| section.policy.clone()))
                .or_else(|| of_devnet("policy.txt")),
            key: sources
                .variable("TAMGA_KEY")
                .or_else(|| sources.file(|section| section.key.clone())),
            token,
            portal: sources
                .variable("TAMGA_PORTAL")
                .or_else(|| sources.file(|section| section.portal.clone())),
            language: language(flags.language, &sources)?,
            keys_dir: Setting {
                value: user_dir.unwrap_or_default().join("keys"),
                origin: Origin::BuiltIn,
            },
            // A devnet that is founded anew has the same name and keys: what was seen of it goes with it.
            state_dir: of_devnet("seen").or_else(|| state_dir(&sources)),
            passphrase: sources.variable("TAMGA_PASSPHRASE"),
            profile,
            devnet,
        })
    }

    /// Base address of the node.
    ///
    /// # Errors
    /// When none is set.
    pub fn url(&self) -> Result<&str, CliError> {
        let url = self.url.as_ref().ok_or_else(|| CliError::missing("TAMGA_URL, --url"))?;
        Ok(&url.value)
    }

    /// The devnet's directory, when there is one.
    #[must_use]
    pub fn devnet(&self) -> Option<&Path> {
        self.devnet.as_ref().map(|devnet| devnet.value.as_path())
    }

    /// The trust policy's file: the one named, the one set, or the devnet's.
    ///
    /// # Errors
    /// When none is set.
    pub fn policy_path(&self, flag: Option<&Path>) -> Result<PathBuf, CliError> {
        flag.map(Path::to_owned)
            .or_else(|| self.policy.as_ref().map(|policy| policy.value.clone()))
            .ok_or_else(|| CliError::missing("-p, --policy, TAMGA_POLICY"))
    }

    /// The genesis file: the one named, or the devnet's.
    ///
    /// # Errors
    /// When none is set.
    pub fn genesis_path(&self, flag: Option<&Path>) -> Result<PathBuf, CliError> {
        flag.map(Path::to_owned)
            .or_else(|| self.devnet().map(|dir| dir.join("genesis.toml")))
            .ok_or_else(|| CliError::missing("--genesis, TAMGA_DEVNET"))
    }
}

/// The folder of this program among those where the user's programs keep what they have seen.
fn state_dir(sources: &Sources<'_>) -> Option<Setting<PathBuf>> {
    let named = sources.variable("XDG_STATE_HOME").map(|dir| dir.map(PathBuf::from));
    let home = || {
        let home = sources.variable("HOME")?;
        let value = Path::new(&home.value).join(".local/state");
        Some(Setting { value, origin: Origin::BuiltIn })
    };
    named.or_else(home).map(|dir| dir.map(|dir| dir.join("tamga")))
}

/// Addresses with blanks between them.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A language that is asked for must be one of ours; that of the system may be any.
fn language(flag: Option<Language>, sources: &Sources<'_>) -> Result<Setting<Language>, CliError> {
    if let Some(flag) = Setting::flag(flag, "--lang") {
        return Ok(flag);
    }
    let asked =
        sources.variable("TAMGA_LANG").or_else(|| sources.file(|section| section.lang.clone()));
    if let Some(asked) = asked {
        let language = Language::from_tag(&asked.value)
            .ok_or_else(|| CliError::bad_setting("lang", &asked.value))?;
        return Ok(asked.map(|_| language));
    }
    // The first that is set decides (POSIX, environment variables of locales).
    let system =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| sources.variable(name));
    let known = system.and_then(|system| {
        let language = Language::from_tag(&system.value)?;
        Some(system.map(|_| language))
    });
    Ok(known.unwrap_or(Setting { value: Language::En, origin: Origin::BuiltIn }))
}

/// The settings of a file outside its profiles, and the profiles; paths in it are relative to the file.
fn read(path: &Path) -> Result<(Section, BTreeMap<String, Section>), CliError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(CliError::file(path, &error)),
    };
    let bad =
        |error: toml::de::Error| CliError::unreadable(path.display().to_string(), error.message());
    let mut table: toml::Table = text.parse().map_err(bad)?;
    let profiles = match table.remove("profile") {
        Some(profiles) => BTreeMap::<String, Section>::deserialize(profiles).map_err(bad)?,
        None => BTreeMap::new(),
    };
    let all = Section::deserialize(table).map_err(bad)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let here = |section: Section| section.relative_to(folder);
    Ok((here(all), profiles.into_iter().map(|(name, section)| (name, here(section))).collect()))
}

impl Section {
    fn relative_to(mut self, folder: &Path) -> Self {
        for path in [&mut self.devnet, &mut self.policy, &mut self.token_file].into_iter().flatten()
        {
            *path = folder.join(&*path);
        }
        self
    }
}

fn read_token(path: &Path) -> Result<String, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::file(path, &error))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests;
