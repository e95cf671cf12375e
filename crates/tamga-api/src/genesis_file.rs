//! The genesis file: everything the founders agree on, as TOML (spec §21).
//!
//! [`GenesisFile`] is the text form, field by field; [`GenesisFile::to_toml`] writes it and [`parse`] reads it strictly.
//! The identity of a ledger is the SHA-256 of the file's bytes, so nothing is normalised: whoever changes a blank
//! founds another ledger.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use tamga_format::beacon::VrfPublic;
use tamga_format::error::FormatError;
use tamga_format::id::{GenesisHash, UnixMillis, sha256};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Policy, Witness};
use tamga_format::signature::PublicKey;
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_state::catalogue::{OrganisationKind, WriterRole};
use tamga_state::codes::{Code, Rejection};
use tamga_state::genesis::{Genesis, GenesisKey, GenesisOfficer, GenesisOrganisation};

use crate::draft::parse_subject;
use crate::time::{parse_day, parse_instant};

mod law;
pub use law::{CalendarPart, LawFile, ParameterPart, ParameterValue};

/// The country's clock: UTC+5, in milliseconds.
const LOCAL_MS: i64 = 5 * 60 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Bytes a genesis file may have.
pub const GENESIS_BYTES_MAX: usize = 1 << 20;

/// The file, in the order in which it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisFile {
    /// Version of this form: 1.
    pub version: u32,
    /// Name of the ledger and origin line of its checkpoints.
    pub origin: String,
    /// Time of the genesis, RFC 3339 in UTC; block 1 is later.
    pub time: String,
    /// Longest silence between blocks, in seconds, 1 to 3600.
    pub heartbeat_s: u32,
    /// The log's key and the quorum.
    pub log: LogPart,
    /// Organisations of the registry.
    #[serde(rename = "organisation", default)]
    pub organisations: Vec<OrganisationPart>,
    /// Officers of the registry.
    #[serde(rename = "officer", default)]
    pub officers: Vec<OfficerPart>,
    /// Keys of the registry.
    #[serde(rename = "key", default)]
    pub keys: Vec<KeyPart>,
    /// Parameters of the rules.
    #[serde(rename = "parameter", default)]
    pub parameters: Vec<ParameterPart>,
    /// Calendar years.
    #[serde(rename = "calendar", default)]
    pub calendars: Vec<CalendarPart>,
    /// Validators.
    #[serde(rename = "validator")]
    pub validators: Vec<ValidatorPart>,
    /// Publishers: the processes that hold the log key.
    #[serde(rename = "publisher", default)]
    pub publishers: Vec<PublisherPart>,
}

/// `[log]`: who speaks for the log, and how many validators make a checkpoint final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPart {
    /// Verifier key of the log, a C2SP vkey of type 0x01 whose name is the origin.
    pub vkey: String,
    /// Where the log is served.
    pub url: String,
    /// Cosignatures that make a checkpoint final: ⌊2n/3⌋ + 1, written out so that people see it.
    pub quorum: u32,
}

/// `[[organisation]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationPart {
    /// БИН: twelve digits.
    pub number: String,
    /// Kind, such as `AUTHORISED_BODY`; it says in which role the organisation itself writes.
    pub kind: String,
    /// Code of the region, two digits; absent for the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
    /// Name in English.
    pub name_en: String,
}

/// `[[officer]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerPart {
    /// Registry number.
    pub number: String,
    /// Role, such as `PRIVATE_BAILIFF`.
    pub role: String,
    /// БИН of the organisation the officer belongs to.
    pub organisation: String,
    /// Licence number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Code of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// First day in office, local time (UTC+5).
    pub from: String,
    /// Last day in office; absent when open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `[[key]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPart {
    /// Whose key: `officer#number`, `organisation#number`, or a party's tag, `debtor:base64url`.
    pub owner: String,
    /// Ed25519 public key, 32 bytes in base64.
    pub key: String,
    /// In force from this time on, RFC 3339 in UTC.
    pub from: String,
    /// In force before this time; absent when open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `[[validator]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorPart {
    /// Short name, unique: `v0`.
    pub name: String,
    /// БИН of its organisation.
    pub organisation: String,
    /// Consensus key, 32 bytes in base64.
    pub consensus: String,
    /// Cosigner key, a vkey of type 0x04.
    pub cosigner: String,
    /// Beacon (ECVRF) key, 32 bytes in base64.
    pub beacon: String,
    /// PeerId on both networks, the engine's and the swarm's.
    pub peer: String,
    /// Where its cosignatures and log are served.
    pub url: String,
}

/// `[[publisher]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherPart {
    /// БИН of its organisation.
    pub organisation: String,
    /// PeerId on the swarm.
    pub peer: String,
}

/// Reads the bytes of a genesis file, checks everything that can be checked without a ledger, and names it by their hash.
///
/// # Errors
///
/// `genesis-invalid` with a pointer to the line, such as `/validator/2/beacon`.
pub fn parse(bytes: &[u8]) -> Result<(Genesis, GenesisHash), Rejection> {
    if bytes.len() > GENESIS_BYTES_MAX {
        let detail = format!("the file is {} bytes, limit is {GENESIS_BYTES_MAX}", bytes.len());
        return Err(invalid("", detail));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("", "the file is not UTF-8"))?;
    Ok((read(text)?.genesis()?, GenesisHash(sha256(&[bytes]))))
}

/// Reads the text form alone.
///
/// # Errors
///
/// `genesis-invalid` if it isn't TOML, lacks a field or has an unknown one.
pub fn read(text: &str) -> Result<GenesisFile, Rejection> {
    let file: GenesisFile = from_toml(text)?;
    if file.version != 1 {
        return Err(invalid("/version", format!("version is 1, not {}", file.version)));
    }
    Ok(file)
}

/// Reads TOML strictly; an error names the line.
fn from_toml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Rejection> {
    toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .map_or(0, |span| text.get(..span.start).unwrap_or("").lines().count().max(1));
        invalid("", format!("line {line}: {}", error.message()))
    })
}

impl GenesisFile {
    /// The text of the file.
    ///
    /// # Panics
    ///
    /// Never: the shape has nothing that TOML can't hold.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let body = toml::to_string(self).expect("strings, numbers and lists have a form in TOML");
        format!(
            "# Genesis of {}. A file that differs by one byte founds another ledger.\n\n{body}",
            self.origin
        )
    }

    /// What the file means.
    ///
    /// # Errors
    ///
    /// As for [`parse`].
    pub fn genesis(&self) -> Result<Genesis, Rejection> {
        let known: BTreeSet<&str> =
            self.organisations.iter().map(|part| part.number.as_str()).collect();
        let validators = self.validator_set(&known)?;
        let mut parameters = each("parameter", &self.parameters, ParameterPart::read)?;
        parameters.extend(each("calendar", &self.calendars, CalendarPart::read)?);
        let genesis = Genesis {
            origin: self.origin.clone(),
            time: instant_at("/time", &self.time)?,
            heartbeat_s: match self.heartbeat_s {
                seconds @ 1..=3600 => seconds,
                _ => return Err(invalid("/heartbeat_s", "a heartbeat is 1 to 3600 seconds")),
            },
            organisations: each("organisation", &self.organisations, OrganisationPart::read)?,
            officers: each("officer", &self.officers, OfficerPart::read)?,
            keys: each("key", &self.keys, KeyPart::read)?,
            parameters,
            policy: self.policy(&validators)?,
            publishers: self.publisher_ids(&known)?,
            validators,
        };
        // The registry is checked by the rules that will live with it.
        genesis.initial_statuses().map_err(|error| invalid("", error.to_string()))?;
        Ok(genesis)
    }

    fn validator_set(&self, known: &BTreeSet<&str>) -> Result<ValidatorSet, Rejection> {
        let members = each("validator", &self.validators, |part, at| part.read(at, known))?;
        ValidatorSet::new(members).map_err(|error| invalid("/validator", error.to_string()))
    }

    fn policy(&self, validators: &ValidatorSet) -> Result<Policy, Rejection> {
        let log = VKey::parse(&self.log.vkey).map_err(|error| format_error("/log/vkey", error))?;
        if log.kind() != VKeyKind::Log || log.name() != self.origin {
            return Err(invalid(
                "/log/vkey",
                "the log's key is of type 0x01 and its name is the origin",
            ));
        }
        let quorum = validators.quorum();
        if usize::try_from(self.log.quorum) != Ok(quorum) {
            let count = validators.count();
            return Err(invalid(
                "/log/quorum",
                format!("the quorum of {count} validators is {quorum}"),
            ));
        }
        let witness = |part: &ValidatorPart, at: &str| {
            let key = VKey::parse(&part.cosigner).map_err(|error| format_error(at, error))?;
            Ok(Witness { name: part.name.clone(), key, url: part.url.clone() })
        };
        let witnesses = each("validator", &self.validators, witness)?;
        Policy::for_validators(log, self.log.url.clone(), witnesses, quorum)
            .map_err(|error| format_error("/log", error))
    }

    fn publisher_ids(&self, known: &BTreeSet<&str>) -> Result<Vec<String>, Rejection> {
        let mut peers: BTreeSet<&str> =
            self.validators.iter().map(|part| part.peer.as_str()).collect();
        let mut publisher = |part: &PublisherPart, at: &str| {
            registered(&format!("{at}/organisation"), &part.organisation, known)?;
            peer_id(&format!("{at}/peer"), &part.peer)?;
            Ok(part.peer.clone())
        };
        let publishers = each("publisher", &self.publishers, &mut publisher)?;
        for part in &self.publishers {
            if !peers.insert(&part.peer) {
                return Err(invalid(
                    "/publisher",
                    format!("two processes have the PeerId {}", part.peer),
                ));
            }
        }
        Ok(publishers)
    }
}

impl OrganisationPart {
    fn read(&self, at: &str) -> Result<GenesisOrganisation, Rejection> {
        let kind = OrganisationKind::from_name(&self.kind).ok_or_else(|| {
            let known = OrganisationKind::NAMES.join(", ");
            invalid(
                &format!("{at}/kind"),
                format!("{} is no kind of organisation: {known}", self.kind),
            )
        })?;
        Ok(GenesisOrganisation { bin: self.number.clone(), kind, region: self.region.clone() })
    }
}

impl OfficerPart {
    fn read(&self, at: &str) -> Result<GenesisOfficer, Rejection> {
        let role = WriterRole::from_name(&self.role).ok_or_else(|| {
            let known = WriterRole::NAMES.join(", ");
            invalid(&format!("{at}/role"), format!("{} is no role: {known}", self.role))
        })?;
        let last = self.to.as_deref().map(|to| day_at(&format!("{at}/to"), to)).transpose()?;
        Ok(GenesisOfficer {
            number: self.number.clone(),
            role,
            organisation: self.organisation.clone(),
            licence: self.licence.clone(),
            region: self.region.clone(),
            valid_from: local_midnight(day_at(&format!("{at}/from"), &self.from)?),
            valid_to: last.map(|last| local_midnight(last.saturating_add(1))),
        })
    }
}

impl KeyPart {
    fn read(&self, at: &str) -> Result<GenesisKey, Rejection> {
        let to = self.to.as_deref().map(|to| instant_at(&format!("{at}/to"), to)).transpose()?;
        Ok(GenesisKey {
            public: public_key(&format!("{at}/key"), &self.key)?,
            holder: parse_subject(&self.owner)
                .map_err(|detail| invalid(&format!("{at}/owner"), detail))?,
            valid_from: instant_at(&format!("{at}/from"), &self.from)?,
            valid_to: to,
        })
    }
}

impl ValidatorPart {
    fn read(&self, at: &str, known: &BTreeSet<&str>) -> Result<Validator, Rejection> {
        registered(&format!("{at}/organisation"), &self.organisation, known)?;
        peer_id(&format!("{at}/peer"), &self.peer)?;
        let consensus = public_key(&format!("{at}/consensus"), &self.consensus)?;
        let cosigner = format!("{at}/cosigner");
        let beacon = format!("{at}/beacon");
        Ok(Validator {
            id: validator_id(&consensus),
            organisation: self.organisation.clone(),
            name: self.name.clone(),
            consensus,
            cosigner: VKey::parse(&self.cosigner)
                .map_err(|error| format_error(&cosigner, error))?,
            beacon: VrfPublic::admit(&bytes32(&beacon, &self.beacon)?)
                .map_err(|error| format_error(&beacon, error))?,
            peer_id: self.peer.clone(),
        })
    }
}

/// Reads every line of a list; the pointer of line n is `/name/n`.
fn each<P, T>(
    name: &str,
    parts: &[P],
    mut read: impl FnMut(&P, &str) -> Result<T, Rejection>,
) -> Result<Vec<T>, Rejection> {
    parts
        .iter()
        .enumerate()
        .map(|(number, part)| read(part, &format!("/{name}/{number}")))
        .collect()
}

fn registered(at: &str, number: &str, known: &BTreeSet<&str>) -> Result<(), Rejection> {
    if known.contains(number) {
        return Ok(());
    }
    Err(invalid(at, format!("no organisation of this file has the number {number}")))
}

/// A PeerId in its text form; whether it is one of a key, the network finds out.
fn peer_id(at: &str, text: &str) -> Result<(), Rejection> {
    if (40..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(invalid(at, "a PeerId is written in base58: 12D3KooW…"))
}

fn public_key(at: &str, text: &str) -> Result<PublicKey, Rejection> {
    PublicKey::admit(&bytes32(at, text)?).map_err(|error| format_error(at, error))
}

fn bytes32(at: &str, text: &str) -> Result<[u8; 32], Rejection> {
    let bytes = Base64::decode_vec(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| invalid(at, "32 bytes in base64 are expected here"))
}

fn instant_at(at: &str, text: &str) -> Result<UnixMillis, Rejection> {
    parse_instant(text)
        .ok_or_else(|| invalid(at, "a time is RFC 3339 in UTC: 2026-01-01T00:00:00Z"))
}

fn day_at(at: &str, text: &str) -> Result<i64, Rejection> {
    parse_day(text).ok_or_else(|| invalid(at, "a day is written 2026-01-31"))
}

fn local_midnight(day: i64) -> UnixMillis {
    UnixMillis(day.saturating_mul(DAY_MS).saturating_sub(LOCAL_MS))
}

fn format_error(at: &str, error: FormatError) -> Rejection {
    invalid(at, error.to_string())
}

fn invalid(at: &str, detail: impl Into<String>) -> Rejection {
    Rejection::new(Code::GenesisInvalid, at, detail)
}

#[cfg(test)]
mod tests;
