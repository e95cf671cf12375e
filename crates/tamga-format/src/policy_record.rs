//! A policy as its record says it: who makes checkpoints final, who decides blocks, and whose
//! signatures may replace both (spec §15.7).
//!
//! The payload is read and its signatures are checked here, for the rules and for whoever walks
//! the chain of policies without them. Whether a record may enter the log is decided elsewhere.

use alloc::borrow::ToOwned as _;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::beacon::{VrfProof, VrfPublic};
use crate::cbor::{self, Value};
use crate::id::{SubjectId, sha256, tag};
use crate::limits::GOVERNORS_MAX;
use crate::policy::Policy;
use crate::signature::{PublicKey, Signature};
use crate::validators::{Validator, ValidatorSet, validator_id};

/// Number of the kind of record that enters a policy (G08).
pub const POLICY_KIND: u16 = 108;

/// Fields of the payload that are signed: number, predecessor, policy, governance, validators.
const SIGNED: [u16; 5] = [1, 2, 3, 4, 5];
/// The field of the signatures.
const SIGNATURES: u16 = 6;

/// What a key of a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Signs policies, offline, for an organisation.
    Governance,
    /// Signs checkpoints for the log.
    Log,
    /// Signs votes.
    Consensus,
    /// Cosigns checkpoints.
    Cosigner,
    /// Proves beacon outputs.
    Beacon,
}

impl Purpose {
    /// Its name in the row of a signature.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Log => "LOG",
            Self::Consensus => "CONSENSUS",
            Self::Cosigner => "COSIGNER",
            Self::Beacon => "BEACON",
        }
    }
}

/// What is wrong with a policy, and in which field of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFault {
    /// Name of the field.
    pub field: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.detail)
    }
}

impl core::error::Error for PolicyFault {}

/// What every signature of a policy is over: the origin and the digest of the payload.
pub fn policy_message(origin: &str, digest: &[u8; 32]) -> Vec<u8> {
    let mut message = tag::POLICY.to_vec();
    message.extend_from_slice(origin.as_bytes());
    // An origin holds no control characters, so the zero ends it.
    message.push(0);
    message.extend_from_slice(digest);
    message
}

/// The five signed fields as one CBOR array; its SHA-256 is the policy's digest.
pub fn policy_payload(fields: &[(u16, Value)]) -> Vec<u8> {
    let value = |number: &u16| field(fields, *number).cloned().unwrap_or(Value::Null);
    cbor::encode(&Value::Array(SIGNED.iter().map(value).collect()))
}

/// The digest of a policy's payload.
pub fn policy_digest(fields: &[(u16, Value)]) -> [u8; 32] {
    sha256(&[&policy_payload(fields)])
}

/// The signatures needed of so many governance keys: ⌊2n/3⌋+1.
pub const fn governors_needed(governors: usize) -> usize {
    governors * 2 / 3 + 1
}

/// The row of one signature.
pub fn signature_row(purpose: Purpose, key: &[u8; 32], signature: &[u8]) -> Value {
    let (purpose, key) = (Value::text(purpose.name()), Value::bytes(key));
    Value::Array(vec![purpose, key, Value::bytes(signature)])
}

/// A policy whose parts fit each other: each validator's cosigner is the witness of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyPayload {
    /// Its number; 0 is that of the genesis.
    pub number: u64,
    /// Digest of the policy before; zeros for that of the genesis.
    pub predecessor: [u8; 32],
    /// Whose signatures make a checkpoint final.
    pub policy: Policy,
    /// The governance key of each organisation.
    pub governance: BTreeMap<SubjectId, PublicKey>,
    /// Who decides.
    pub validators: ValidatorSet,
    digest: [u8; 32],
}

impl PolicyPayload {
    /// Reads the fields of a record.
    ///
    /// # Errors
    /// [`PolicyFault`] with the field that is not whole, or does not fit the others.
    pub fn read(fields: &[(u16, Value)]) -> Result<Self, PolicyFault> {
        let text = field(fields, 3).and_then(Value::as_text).unwrap_or_default();
        let invalid = |detail: String| PolicyFault { field: "policy", detail };
        let policy = Policy::parse(text).map_err(|error| invalid(error.to_string()))?;
        if policy.encode() != text {
            return Err(invalid("it is not in its one form".to_owned()));
        }
        Ok(Self {
            number: field(fields, 1).and_then(Value::as_u64).unwrap_or_default(),
            predecessor: field(fields, 2).and_then(Value::as_array_of).unwrap_or_default(),
            governance: read_governance(rows(fields, 4))?,
            validators: read_validators(rows(fields, 5), &policy)?,
            policy,
            digest: policy_digest(fields),
        })
    }

    /// The signed fields of a policy of these parts.
    pub fn fields(
        number: u64,
        predecessor: [u8; 32],
        policy: &Policy,
        governance: &BTreeMap<SubjectId, PublicKey>,
        validators: &ValidatorSet,
    ) -> Vec<(u16, Value)> {
        let governors = governance.iter().map(|(id, key)| {
            Value::Array(vec![Value::bytes(id.as_bytes()), Value::bytes(key.as_bytes())])
        });
        let validators = validators.members().iter().map(|it| {
            Value::Array(vec![
                Value::text(&it.name),
                Value::bytes(it.organisation_id().as_bytes()),
                Value::text(&it.peer_id),
                Value::bytes(it.consensus.as_bytes()),
                Value::bytes(it.beacon.as_bytes()),
            ])
        });
        vec![
            (1, Value::Uint(number)),
            (2, Value::bytes(&predecessor)),
            (3, Value::text(&policy.encode())),
            (4, Value::Array(governors.collect())),
            (5, Value::Array(validators.collect())),
        ]
    }

    /// SHA-256 of the payload, which the next policy names as its predecessor.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// Every organisation that governs or runs a validator.
    pub fn organisations(&self) -> BTreeSet<SubjectId> {
        let run = self.validators.members().iter().map(Validator::organisation_id);
        self.governance.keys().copied().chain(run).collect()
    }

    /// Every key, and what it is for.
    pub fn keys(&self) -> Vec<(Purpose, [u8; 32])> {
        let mut keys = vec![(Purpose::Log, *self.policy.log().key().as_bytes())];
        keys.extend(self.governance.values().map(|key| (Purpose::Governance, *key.as_bytes())));
        for validator in self.validators.members() {
            keys.push((Purpose::Consensus, *validator.consensus.as_bytes()));
            keys.push((Purpose::Cosigner, *validator.cosigner.key().as_bytes()));
            keys.push((Purpose::Beacon, *validator.beacon.as_bytes()));
        }
        keys
    }

    /// Checks the signatures that came with the fields: every one holds, a quorum of these old
    /// governance keys has signed, and every key of this policy that is not `known` from the old.
    ///
    /// # Errors
    /// [`PolicyFault`] of the field `signatures`.
    pub fn check_signatures<'k>(
        &self,
        fields: &[(u16, Value)],
        governors: impl IntoIterator<Item = &'k PublicKey>,
        known: impl Fn(&[u8; 32]) -> bool,
    ) -> Result<(), PolicyFault> {
        let refuse = |detail: String| PolicyFault { field: "signatures", detail };
        let message = policy_message(self.policy.origin(), &self.digest);
        let mut signed: BTreeSet<(&str, [u8; 32])> = BTreeSet::new();
        for (at, row) in rows(fields, SIGNATURES).iter().enumerate() {
            let Some([purpose, key, signature]) = row.as_list() else {
                return Err(refuse("a row is [purpose, key, signature]".to_owned()));
            };
            let purpose = purpose.as_text().unwrap_or_default();
            let key: [u8; 32] = key.as_array_of().unwrap_or_default();
            if !holds(purpose, &key, signature, &message) {
                return Err(refuse(format!("signature {at} does not hold")));
            }
            signed.insert((purpose, key));
        }
        let (mut count, mut signers) = (0, 0);
        for key in governors {
            count += 1;
            signers += usize::from(signed.contains(&(Purpose::Governance.name(), *key.as_bytes())));
        }
        let needed = governors_needed(count);
        if signers < needed {
            return Err(refuse(format!(
                "{signers} organisations have signed, {needed} are needed"
            )));
        }
        let missing = self
            .keys()
            .into_iter()
            .find(|(purpose, key)| !known(key) && !signed.contains(&(purpose.name(), *key)));
        match missing {
            Some((purpose, _)) => {
                Err(refuse(format!("a new {} key has not signed", purpose.name())))
            }
            None => Ok(()),
        }
    }
}

fn holds(purpose: &str, key: &[u8; 32], signature: &Value, message: &[u8]) -> bool {
    if purpose == Purpose::Beacon.name() {
        let proof = signature.as_array_of().map(VrfProof);
        let public = VrfPublic::admit(key).ok();
        public.zip(proof).is_some_and(|(key, proof)| key.verify(message, &proof).is_ok())
    } else {
        let signature = signature.as_array_of().map(Signature::from_bytes);
        let public = PublicKey::admit(key).ok();
        public.zip(signature).is_some_and(|(key, it)| key.verify(message, &it).is_ok())
    }
}

fn field(fields: &[(u16, Value)], number: u16) -> Option<&Value> {
    fields.iter().find(|(known, _)| *known == number).map(|(_, value)| value)
}

fn rows(fields: &[(u16, Value)], number: u16) -> &[Value] {
    field(fields, number).and_then(Value::as_list).unwrap_or_default()
}

fn read_governance(rows: &[Value]) -> Result<BTreeMap<SubjectId, PublicKey>, PolicyFault> {
    let invalid = |detail: String| PolicyFault { field: "governance", detail };
    if rows.len() > GOVERNORS_MAX {
        return Err(invalid(format!("more than {GOVERNORS_MAX} organisations govern")));
    }
    let mut governance = BTreeMap::new();
    for row in rows {
        let Some([id, key]) = row.as_list() else {
            return Err(invalid("a row is [organisation, key]".to_owned()));
        };
        let id = SubjectId(id.as_array_of().unwrap_or_default());
        let key = PublicKey::admit(&key.as_array_of().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        if governance.values().any(|known| *known == key) || governance.insert(id, key).is_some() {
            return Err(invalid("an organisation or a key stands twice".to_owned()));
        }
    }
    Ok(governance)
}

fn read_validators(rows: &[Value], policy: &Policy) -> Result<ValidatorSet, PolicyFault> {
    let invalid = |detail: String| PolicyFault { field: "validators", detail };
    let mut members = Vec::new();
    for row in rows {
        let Some([name, organisation, peer, consensus, beacon]) = row.as_list() else {
            let form = "a row is [name, organisation, peer, consensus, beacon]";
            return Err(invalid(form.to_owned()));
        };
        let name = name.as_text().unwrap_or_default();
        let witness = policy.witnesses().find(|witness| witness.name == name);
        let witness =
            witness.ok_or_else(|| invalid(format!("{name} is no witness of the policy")))?;
        let consensus = PublicKey::admit(&consensus.as_array_of().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        let beacon = VrfPublic::admit(&beacon.as_array_of().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        members.push(Validator {
            id: validator_id(&consensus),
            organisation: SubjectId(organisation.as_array_of().unwrap_or_default()).to_string(),
            name: name.to_owned(),
            consensus,
            cosigner: witness.key.clone(),
            beacon,
            peer_id: peer.as_text().unwrap_or_default().to_owned(),
        });
    }
    ValidatorSet::new(members).map_err(|error| invalid(error.to_string()))
}
