//! The genesis file: everything the founders agree on, as TOML (spec §21).
//!
//! [`GenesisFile`] is the text form, field by field; [`GenesisFile::to_toml`] writes it and [`parse`] reads it strictly.
//! The identity of a ledger is the SHA-256 of the file's bytes, so nothing is normalised: whoever changes a blank
//! founds another ledger.

use serde::{Deserialize, Serialize};

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
    /// Kind, such as `authorised-body`.
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
    /// Role, such as `private-bailiff`.
    pub role: String,
    /// БИН of the organisation the officer belongs to.
    pub organisation: String,
    /// Licence number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Code of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// First day in office.
    pub from: String,
    /// Last day in office; absent when open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `[[key]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPart {
    /// Whose key, `officer#number` or `organisation#number`.
    pub owner: String,
    /// Ed25519 public key, 32 bytes in base64.
    pub key: String,
    /// In force from this time on, RFC 3339 in UTC.
    pub from: String,
    /// In force before this time; absent when open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `[[parameter]]`: one value in force from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterPart {
    /// Name in the table of parameters.
    pub name: String,
    /// Value: an integer.
    pub value: i64,
    /// First day in force.
    pub from: String,
    /// Act and article the value follows.
    pub basis: String,
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
    /// PeerId of the consensus network.
    pub peer: String,
    /// PeerId of the records network.
    pub swarm_peer: String,
    /// Where its cosignatures and log are served.
    pub url: String,
}

/// `[[publisher]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublisherPart {
    /// БИН of its organisation.
    pub organisation: String,
    /// PeerId on the records network.
    pub peer: String,
}
