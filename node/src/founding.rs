//! Founding a ledger: from a template of organisations to a genesis file, keys and configurations.
//!
//! Used by `tamga-node genesis make` for rehearsals and by devnet. A real founding makes keys where they will live
//! and brings only their public halves together (docs/operations.md).

use std::path::Path;

use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};
use serde::Deserialize;
use tamga_api::genesis_file::{
    CalendarPart, GenesisFile, KeyPart, LawFile, LogPart, OfficerPart, OrganisationPart,
    ParameterPart, PublisherPart, ValidatorPart,
};
use tamga_format::beacon::VrfSecret;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;

use crate::config::{HttpConfig, PaceConfig, PeerConfig, PublisherConfig, ValidatorConfig};
use crate::http::{ClientLimits, HttpLimits};
use crate::keys::{PublisherKeys, Seed, ValidatorKeys, write_keys};
use crate::outside::OutsideConfig;

/// First day of what a demo registry puts in force.
const DEMO_FROM_DAY: &str = "2000-01-01";
/// First instant of the same.
const DEMO_FROM: &str = "2000-01-01T00:00:00Z";

/// A template: who founds the ledger, and with how many validators each.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Name of the ledger.
    pub origin: String,
    /// The founding organisations.
    #[serde(rename = "organisation")]
    pub organisations: Vec<Founder>,
}

/// One founding organisation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founder {
    /// Short name, part of the names of its validators.
    pub code: String,
    /// БИН.
    pub bin: String,
    /// Kind of organisation.
    pub kind: String,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
    /// Name in English.
    pub name_en: String,
    /// Validators it runs.
    pub validators: u16,
    /// Whether it runs a publisher.
    pub publisher: bool,
}

/// A registry beside the founders: organisations and officers in force from the start.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// Since when; informative, the parts below are entered with it.
    #[serde(default)]
    pub in_force_from: String,
    /// Organisations; one with a key writes in the role of its kind.
    #[serde(rename = "organisation", default)]
    pub organisations: Vec<RegistryOrganisation>,
    /// Officers.
    #[serde(rename = "officer", default)]
    pub officers: Vec<RegistryOfficer>,
    /// Parameters of the rules.
    #[serde(rename = "parameter", default)]
    pub parameters: Vec<ParameterPart>,
    /// Calendar years.
    #[serde(rename = "calendar", default)]
    pub calendars: Vec<CalendarPart>,
}

/// The law a ledger begins with: `genesis/parameters.toml` as this program was built.
const INITIAL_LAW: &str = include_str!("../../genesis/parameters.toml");

impl Registry {
    /// A registry of nothing but the initial law.
    ///
    /// # Errors
    ///
    /// When the file built into this program is damaged.
    pub fn initial() -> Result<Self> {
        let LawFile { parameters, calendars } =
            LawFile::read(INITIAL_LAW).context("the initial law")?;
        Ok(Self { parameters, calendars, ..Self::default() })
    }

    /// Adds what another registry holds.
    pub fn extend(&mut self, other: Self) {
        self.organisations.extend(other.organisations);
        self.officers.extend(other.officers);
        self.parameters.extend(other.parameters);
        self.calendars.extend(other.calendars);
    }
}

/// `[[organisation]]` of a registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryOrganisation {
    /// Short name, referred to by officers.
    pub code: String,
    /// Kind of organisation.
    pub kind: String,
    /// БИН.
    pub bin: String,
    /// Region.
    #[serde(default)]
    pub region: Option<String>,
    /// Name of the demo key it writes with.
    #[serde(default)]
    pub key: Option<String>,
}

/// `[[officer]]` of a registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryOfficer {
    /// Registry number.
    pub number: String,
    /// Role.
    pub role: String,
    /// Code of the organisation.
    pub organisation: String,
    /// Region.
    #[serde(default)]
    pub region: Option<String>,
    /// Name of the demo key.
    pub key: String,
}

/// Where keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The operating system.
    Random,
    /// Public demo seeds; only for ledgers whose name ends in `-devnet`.
    Demo,
}

/// Addresses of one process.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// HTTP; unused by publishers.
    pub http: u16,
    /// Engine; unused by publishers.
    pub consensus: u16,
    /// Swarm.
    pub swarm: u16,
}

/// A founded ledger, before it is written to a folder.
#[derive(Debug)]
pub struct Founding {
    /// The genesis file's text.
    pub genesis: String,
    /// Validators with their keys.
    pub validators: Vec<(String, ValidatorKeys)>,
    /// Publishers with their keys.
    pub publishers: Vec<(String, PublisherKeys)>,
    /// Demo keys of the registry, by name.
    pub registry_keys: Vec<(String, Seed)>,
}

/// The PeerId of a network seed.
///
/// # Errors
///
/// Never for 32 bytes; libp2p's type says otherwise.
pub fn peer_id(seed: &Seed) -> Result<String> {
    let keypair = libp2p::identity::Keypair::ed25519_from_bytes(seed.0)
        .context("32 bytes are an Ed25519 seed")?;
    Ok(keypair.public().to_peer_id().to_string())
}

/// Founds a ledger.
///
/// # Errors
///
/// When the operating system gives no randomness, or the template names no validator.
pub fn found(
    template: &Template,
    registry: &Registry,
    source: KeySource,
    time: &str,
    url: &str,
) -> Result<Founding> {
    let log = match source {
        KeySource::Random => Seed::random()?,
        KeySource::Demo => Seed::demo("log"),
    };
    let log_key = SigningKey::from_seed(log.0);
    let log_vkey = VKey::new(&template.origin, VKeyKind::Log, log_key.public())?;
    let mut validators = Vec::new();
    let mut publishers = Vec::new();
    let mut validator_parts = Vec::new();
    let mut publisher_parts = Vec::new();
    for founder in &template.organisations {
        for number in 1..=founder.validators {
            let name = format!("{}-{number}", founder.code);
            let keys = match source {
                KeySource::Random => ValidatorKeys::random()?,
                KeySource::Demo => ValidatorKeys::demo(&name),
            };
            validator_parts.push(validator_part(&template.origin, founder, &name, &keys, url)?);
            validators.push((name, keys));
        }
        if founder.publisher {
            let name = format!("{}-publisher", founder.code);
            let network = match source {
                KeySource::Random => Seed::random()?,
                KeySource::Demo => Seed::demo(&format!("{name}/network")),
            };
            publisher_parts.push(PublisherPart {
                organisation: founder.bin.clone(),
                peer: peer_id(&network)?,
            });
            publishers.push((name, PublisherKeys { log, network }));
        }
    }
    let mut file = GenesisFile {
        version: 1,
        origin: template.origin.clone(),
        time: time.to_owned(),
        heartbeat_s: 60,
        log: LogPart {
            vkey: log_vkey.to_string(),
            url: format!("{url}/log/"),
            quorum: u32::try_from(validators.len() * 2 / 3 + 1).context("too many validators")?,
        },
        organisations: template.organisations.iter().map(founder_part).collect(),
        officers: Vec::new(),
        keys: Vec::new(),
        parameters: registry.parameters.clone(),
        calendars: registry.calendars.clone(),
        validators: validator_parts,
        publishers: publisher_parts,
    };
    let registry_keys = enter(&mut file, registry)?;
    Ok(Founding { genesis: file.to_toml(), validators, publishers, registry_keys })
}

fn founder_part(founder: &Founder) -> OrganisationPart {
    OrganisationPart {
        number: founder.bin.clone(),
        kind: founder.kind.clone(),
        region: None,
        governance: None,
        name_kk: founder.name_kk.clone(),
        name_ru: founder.name_ru.clone(),
        name_en: founder.name_en.clone(),
    }
}

fn validator_part(
    origin: &str,
    founder: &Founder,
    name: &str,
    keys: &ValidatorKeys,
    url: &str,
) -> Result<ValidatorPart> {
    let consensus = SigningKey::from_seed(keys.consensus.0).public();
    let cosigner = SigningKey::from_seed(keys.cosigner.0).public();
    let beacon = VrfSecret::from_seed(&keys.beacon.0).public();
    let peer = peer_id(&keys.network)?;
    let ledger = origin.split('/').next().unwrap_or(origin);
    Ok(ValidatorPart {
        name: name.to_owned(),
        organisation: founder.bin.clone(),
        consensus: Base64::encode_string(consensus.as_bytes()),
        cosigner: VKey::new(&format!("{ledger}/{name}"), VKeyKind::Cosigner, cosigner)?.to_string(),
        beacon: Base64::encode_string(beacon.as_bytes()),
        peer,
        url: format!("{url}/{name}/"),
    })
}

/// Enters a registry into a genesis file with demo keys; the keys are returned by name.
fn enter(file: &mut GenesisFile, registry: &Registry) -> Result<Vec<(String, Seed)>> {
    let mut keys = Vec::new();
    for organisation in &registry.organisations {
        file.organisations.push(OrganisationPart {
            number: organisation.bin.clone(),
            kind: organisation.kind.clone(),
            region: organisation.region.clone(),
            governance: None,
            name_kk: organisation.code.clone(),
            name_ru: organisation.code.clone(),
            name_en: organisation.code.clone(),
        });
        if let Some(name) = &organisation.key {
            let owner = format!("organisation#{}", organisation.bin);
            keys.push(enter_key(&mut file.keys, owner, name));
        }
    }
    for officer in &registry.officers {
        let bin = registry
            .organisations
            .iter()
            .find(|organisation| organisation.code == officer.organisation)
            .map(|organisation| organisation.bin.clone())
            .with_context(|| {
                let RegistryOfficer { number, organisation, .. } = officer;
                format!("officer {number} names the unknown organisation {organisation}")
            })?;
        file.officers.push(OfficerPart {
            number: officer.number.clone(),
            role: officer.role.clone(),
            organisation: bin,
            licence: None,
            region: officer.region.clone(),
            from: DEMO_FROM_DAY.to_owned(),
            to: None,
        });
        let owner = format!("officer#{}", officer.number);
        keys.push(enter_key(&mut file.keys, owner, &officer.key));
    }
    Ok(keys)
}

fn enter_key(keys: &mut Vec<KeyPart>, owner: String, name: &str) -> (String, Seed) {
    let seed = Seed::demo(name);
    keys.push(KeyPart {
        owner,
        key: Base64::encode_string(SigningKey::from_seed(seed.0).public().as_bytes()),
        from: DEMO_FROM.to_owned(),
        to: None,
    });
    (name.to_owned(), seed)
}

/// The configuration of every process, given its ports on `host`.
#[derive(Debug)]
pub struct Layout<'a> {
    /// The ledger.
    pub founding: &'a Founding,
    /// Host all processes listen on.
    pub host: std::net::IpAddr,
    /// Ports of the validators, then of the publishers.
    pub ports: &'a [Ports],
    /// Token for entries and bodies.
    pub token: Option<String>,
    /// Pace of blocks.
    pub pace: PaceConfig,
    /// The outside witnesses that every validator asks.
    pub witnesses: &'a [OutsideConfig],
    /// Seconds from one checkpoint shown to them to the next.
    pub witness_every_s: u32,
}

impl Layout<'_> {
    fn address(&self, port: u16) -> String {
        let family = if self.host.is_ipv4() { "ip4" } else { "ip6" };
        format!("/{family}/{}/tcp/{port}", self.host)
    }

    fn peers(&self, except: &str) -> Result<Vec<PeerConfig>> {
        let validators =
            self.founding.validators.iter().map(|(name, keys)| (name, &keys.network, true));
        let publishers =
            self.founding.publishers.iter().map(|(name, keys)| (name, &keys.network, false));
        let mut peers = Vec::new();
        for ((name, network, validator), ports) in validators.chain(publishers).zip(self.ports) {
            if name != except {
                peers.push(PeerConfig {
                    name: name.clone(),
                    peer_id: peer_id(network)?,
                    consensus: validator.then(|| self.address(ports.consensus)),
                    swarm: self.address(ports.swarm),
                });
            }
        }
        Ok(peers)
    }

    /// Writes genesis, keys and configurations below `dir`; key files that exist are kept.
    ///
    /// # Errors
    ///
    /// When a file cannot be written.
    pub fn write(&self, dir: &Path) -> Result<()> {
        std::fs::create_dir_all(dir).with_context(|| format!("{}", dir.display()))?;
        let genesis = dir.join("genesis.toml");
        if !genesis.exists() {
            std::fs::write(&genesis, &self.founding.genesis)?;
        }
        for ((name, keys), ports) in self.founding.validators.iter().zip(self.ports) {
            let folder = dir.join(name);
            std::fs::create_dir_all(&folder)?;
            if !folder.join("keys.toml").exists() {
                write_keys(&folder.join("keys.toml"), keys)?;
            }
            let config = ValidatorConfig {
                validator: name.clone(),
                genesis: "../genesis.toml".into(),
                data: "data".into(),
                keys: "keys.toml".into(),
                index: true,
                witness_every_s: self.witness_every_s,
                witnesses_needed: 1,
                http: HttpConfig {
                    listen: (self.host, ports.http).into(),
                    token: self.token.clone(),
                    connections_max: HttpLimits::default().connections_max,
                    limits: ClientLimits::default(),
                },
                consensus_listen: self.address(ports.consensus),
                swarm_listen: self.address(ports.swarm),
                peers: self.peers(name)?,
                witnesses: self.witnesses.to_vec(),
                pace: self.pace,
            };
            std::fs::write(folder.join("config.toml"), toml::to_string(&config)?)?;
        }
        let publisher_ports = self.ports.iter().skip(self.founding.validators.len());
        for ((name, keys), ports) in self.founding.publishers.iter().zip(publisher_ports) {
            let folder = dir.join(name);
            std::fs::create_dir_all(&folder)?;
            if !folder.join("keys.toml").exists() {
                write_keys(&folder.join("keys.toml"), keys)?;
            }
            let config = PublisherConfig {
                publisher: name.clone(),
                genesis: "../genesis.toml".into(),
                data: "data".into(),
                keys: "keys.toml".into(),
                swarm_listen: self.address(ports.swarm),
                peers: self.peers(name)?,
            };
            std::fs::write(folder.join("config.toml"), toml::to_string(&config)?)?;
        }
        Ok(())
    }
}
