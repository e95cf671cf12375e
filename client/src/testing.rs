//! A genesis, its keys, and a ledger that answers over HTTP as it is told, for the tests of this package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tamga_api::genesis_file::{
    CalendarPart, GenesisFile, KeyPart, LogPart, OfficerPart, OrganisationPart, ParameterPart,
    ValidatorPart,
};
use tamga_format::beacon::VrfSecret;
use tamga_format::id::UnixMillis;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::{PublicKey, SigningKey};
use tamga_state::genesis::Genesis;

use crate::import::sink::RulesSink;
use crate::keyring::Keyring;
use crate::lang::Language;
use crate::signer::Keys;

mod ledger;
pub(crate) use ledger::{FakeLedger, Fault};
mod log;
mod map;
pub(crate) mod quarter;
pub(crate) use log::ServedLog;
pub(crate) use map::SubjectMap;
mod quarters;
pub(crate) use quarter::Quarter;
pub(crate) use quarters::{Quarters, author, edit_range, named, song};

/// A devnet's folder below another: its demo keys and its policy.
pub(crate) fn devnet(below: &Path) -> PathBuf {
    let folder = below.join("devnet");
    std::fs::create_dir(&folder).unwrap();
    let (_, seeds) = genesis_file();
    std::fs::write(folder.join("keys.toml"), Keyring::render(ORIGIN, &seeds)).unwrap();
    std::fs::write(folder.join("policy.txt"), genesis().0.policy.encode()).unwrap();
    folder
}

pub(crate) const ORIGIN: &str = "tamga.example/import-devnet";
pub(crate) const TABLE: &[u8] = include_bytes!("../tests/data/fines.csv");
pub(crate) const MAPPING: &str = include_str!("../tests/data/fines.toml");
/// 1 November 2026.
pub(crate) const NOW: UnixMillis = UnixMillis(1_793_491_200_000);

/// The body that accredits, an organisation that collects and a user of works; no such organisations can exist.
pub(crate) const AUTHORITY: &str = "591240000208";
pub(crate) const OKUP: &str = "591240000248";
pub(crate) const RADIO: &str = "591240000258";

const REGISTRY: &str = include_str!("../../genesis/import/roadtraffic-registry.toml");

const INITIAL_LAW: &str = include_str!("../../genesis/parameters.toml");

/// The law every ledger begins with.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct InitialLaw {
    parameter: Vec<ParameterPart>,
    calendar: Vec<CalendarPart>,
}

/// The registry file, as a devnet reads it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    in_force_from: String,
    organisation: Vec<RegistryOrganisation>,
    officer: Vec<RegistryOfficer>,
    parameter: Vec<ParameterPart>,
    calendar: Vec<CalendarPart>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryOrganisation {
    code: String,
    kind: String,
    bin: String,
    region: String,
    key: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryOfficer {
    number: String,
    role: String,
    organisation: String,
    region: String,
    key: String,
}

pub(crate) fn seed(name: &str) -> [u8; 32] {
    tamga_format::id::sha256(&[b"test key ", name.as_bytes()])
}

fn public(name: &str) -> PublicKey {
    SigningKey::from_seed(seed(name)).public()
}

fn base64(key: &PublicKey) -> String {
    crate::text::base64(key.as_bytes())
}

fn validator(name: &str) -> ValidatorPart {
    let cosigner =
        VKey::new(name, VKeyKind::Cosigner, public(&format!("cosigner {name}"))).unwrap();
    ValidatorPart {
        name: name.to_owned(),
        organisation: "591240009003".to_owned(),
        consensus: base64(&public(&format!("consensus {name}"))),
        cosigner: cosigner.to_string(),
        beacon: crate::text::base64(VrfSecret::from_seed(&seed(name)).public().as_bytes()),
        peer: format!("12D3KooW{}{name}", "a".repeat(42)),
        url: format!("http://{name}.example/"),
    }
}

/// A genesis with the registry that the real mapping needs, and every demo key.
pub(crate) fn genesis() -> (Genesis, Keys) {
    let (file, seeds) = genesis_file();
    (file.genesis().unwrap(), Keys::from_seeds(ORIGIN, seeds))
}

/// The rules over that genesis.
pub(crate) fn rules() -> RulesSink {
    RulesSink::new(genesis().0.initial_statuses().unwrap(), ORIGIN, NOW, Language::En)
}

/// The genesis file, and the seeds of its demo keys by name.
pub(crate) fn genesis_file() -> (GenesisFile, BTreeMap<String, [u8; 32]>) {
    let registry: Registry = toml::from_str(REGISTRY).unwrap();
    let law: InitialLaw = toml::from_str(INITIAL_LAW).unwrap();
    let mut seeds = BTreeMap::new();
    let mut keys = Vec::new();
    let mut key = |name: &str, owner: String| {
        seeds.insert(name.to_owned(), seed(name));
        let from = registry.in_force_from.clone();
        keys.push(KeyPart { owner, key: base64(&public(name)), from, to: None });
    };
    let bin = |code: &str| {
        registry.organisation.iter().find(|known| known.code == code).unwrap().bin.clone()
    };
    let name = || "test".to_owned();
    let organisations = registry
        .organisation
        .iter()
        .map(|part| {
            key(&part.key, format!("organisation#{}", part.bin));
            OrganisationPart {
                number: part.bin.clone(),
                kind: part.kind.clone(),
                region: Some(part.region.clone()),
                governance: None,
                name_kk: name(),
                name_ru: name(),
                name_en: name(),
            }
        })
        .collect();
    let officers = registry
        .officer
        .iter()
        .map(|part| {
            key(&part.key, format!("officer#{}", part.number));
            OfficerPart {
                number: part.number.clone(),
                role: part.role.clone(),
                organisation: bin(&part.organisation),
                licence: None,
                region: Some(part.region.clone()),
                from: registry.in_force_from[..10].to_owned(),
                to: None,
            }
        })
        .collect();
    // Whom records of royalties need: who accredits, who collects, who uses.
    let mut organisations: Vec<OrganisationPart> = organisations;
    for (name_of_key, kind, bin) in [
        ("authority", "AUTHORISED_BODY", AUTHORITY),
        ("okup", "CMO", OKUP),
        ("radio", "USER", RADIO),
    ] {
        key(name_of_key, format!("organisation#{bin}"));
        organisations.push(OrganisationPart {
            number: bin.to_owned(),
            kind: kind.to_owned(),
            region: None,
            governance: None,
            name_kk: name(),
            name_ru: name(),
            name_en: name(),
        });
    }
    let log = VKey::new(ORIGIN, VKeyKind::Log, public("log")).unwrap();
    let file = GenesisFile {
        version: 1,
        origin: ORIGIN.to_owned(),
        time: "2026-01-01T00:00:00Z".to_owned(),
        heartbeat_s: 60,
        log: LogPart { vkey: log.to_string(), url: "http://log.example/".to_owned(), quorum: 3 },
        organisations,
        officers,
        keys,
        parameters: [law.parameter, registry.parameter].concat(),
        calendars: [law.calendar, registry.calendar].concat(),
        validators: ["v0", "v1", "v2", "v3"].map(validator).to_vec(),
        publishers: Vec::new(),
    };
    (file, seeds)
}
