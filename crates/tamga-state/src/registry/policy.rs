//! G08: a new policy, signed in its payload by the organisations of the old one and by every new
//! key (spec §15.7).
//!
//! The record, its checks and its effect in the registry are here. Consensus still follows the
//! policy of the genesis: block leaves name that one until validators change theirs together.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::beacon::{VrfProof, VrfPublic};
use tamga_format::cbor::{self, Value};
use tamga_format::id::{SubjectId, sha256, tag};
use tamga_format::policy::Policy;
use tamga_format::signature::{PublicKey, Signature};
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::{Validator, ValidatorSet, validator_id};

use crate::codes::{Code, Rejection};
use crate::genesis::Genesis;
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Organisation, PolicyStatus, Standing};
use crate::view::View;

/// Fields of the payload that are signed: number, predecessor, policy, governance, validators.
const SIGNED: [u16; 5] = [1, 2, 3, 4, 5];

/// What every signature of a policy is over: the origin and the digest of the payload.
#[must_use]
pub fn policy_message(origin: &str, digest: &[u8; 32]) -> Vec<u8> {
    let mut message = tag::POLICY.to_vec();
    message.extend_from_slice(origin.as_bytes());
    // An origin holds no control characters, so the zero ends it.
    message.push(0);
    message.extend_from_slice(digest);
    message
}

/// The digest of a policy's payload: SHA-256 of its five signed fields as one CBOR array.
#[must_use]
pub fn policy_digest(fields: &[(u16, Value)]) -> [u8; 32] {
    let value = |number: &u16| {
        let field = fields.iter().find(|(known, _)| known == number);
        field.map_or(Value::Null, |(_, value)| value.clone())
    };
    sha256(&[&cbor::encode(&Value::Array(SIGNED.iter().map(value).collect()))])
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Governance,
    Log,
    Consensus,
    Cosigner,
    Beacon,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Log => "LOG",
            Self::Consensus => "CONSENSUS",
            Self::Cosigner => "COSIGNER",
            Self::Beacon => "BEACON",
        }
    }
}

/// A policy as its payload says it, checked to be whole.
struct Payload {
    policy: Policy,
    governance: BTreeMap<SubjectId, PublicKey>,
    validators: ValidatorSet,
    organisations: BTreeSet<SubjectId>,
}

impl Payload {
    /// Every key, and what it is for.
    fn keys(&self) -> Vec<(Purpose, [u8; 32])> {
        let mut keys = vec![(Purpose::Log, *self.policy.log().key().as_bytes())];
        keys.extend(self.governance.values().map(|key| (Purpose::Governance, *key.as_bytes())));
        for validator in self.validators.members() {
            keys.push((Purpose::Consensus, *validator.consensus.as_bytes()));
            keys.push((Purpose::Cosigner, *validator.cosigner.key().as_bytes()));
            keys.push((Purpose::Beacon, *validator.beacon.as_bytes()));
        }
        keys
    }

    fn status(&self, number: u64, digest: [u8; 32]) -> PolicyStatus {
        let mut keys: Vec<_> = self.keys().iter().map(|(_, key)| key_tag(key)).collect();
        keys.sort_unstable();
        let governance = self.governance.iter().map(|(id, key)| (*id, *key)).collect();
        PolicyStatus { number, digest, policy: self.policy.hash(), governance, keys }
    }
}

/// Enough of a key's hash to tell it from any other.
fn key_tag(key: &[u8; 32]) -> [u8; 16] {
    let mut tag = [0; 16];
    tag.iter_mut().zip(sha256(&[key])).for_each(|(slot, byte)| *slot = byte);
    tag
}

/// The policy of a genesis whose organisations have governance keys; `None` if none has.
pub(crate) fn of_genesis(genesis: &Genesis) -> Option<PolicyStatus> {
    let id = |bin: &str| Subject::registered(Role::Organisation, bin).id;
    let governance: BTreeMap<SubjectId, PublicKey> = genesis
        .organisations
        .iter()
        .filter_map(|line| Some((line.subject().id, line.governance?)))
        .collect();
    if governance.is_empty() {
        return None;
    }
    let bytes = |bytes: &[u8]| Value::bytes(bytes);
    let rows = |rows: Vec<Vec<Value>>| Value::Array(rows.into_iter().map(Value::Array).collect());
    let governors = governance
        .iter()
        .map(|(id, key)| vec![bytes(id.as_bytes()), bytes(key.as_bytes())])
        .collect();
    let validators = genesis
        .validators
        .members()
        .iter()
        .map(|it| {
            vec![
                Value::text(&it.name),
                bytes(id(&it.organisation).as_bytes()),
                Value::text(&it.peer_id),
                bytes(it.consensus.as_bytes()),
                bytes(it.beacon.as_bytes()),
            ]
        })
        .collect();
    let fields = [
        (1, Value::Uint(0)),
        (2, bytes(&[0; 32])),
        (3, Value::text(&genesis.policy.encode())),
        (4, rows(governors)),
        (5, rows(validators)),
    ];
    let payload = Payload {
        policy: genesis.policy.clone(),
        governance,
        validators: genesis.validators.clone(),
        organisations: BTreeSet::new(),
    };
    Some(payload.status(0, policy_digest(&fields)))
}

/// G08: enters the next policy.
pub(crate) fn policy<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    case.expect_subjects(Vec::new())?;
    if case.record.subject != PolicyStatus::subject() {
        return Err(Rejection::new(
            Code::PrimarySubject,
            "/subject",
            "it is not the policy's item",
        ));
    }
    let Some(old) = case.primary::<PolicyStatus>()? else {
        let detail = "the genesis names no governance keys, so no policy can follow its own";
        return Err(Rejection::new(Code::PolicySequence, "/subject", detail));
    };
    let number = case.record.field(1).and_then(Value::as_u64).unwrap_or_default();
    if number != old.number.saturating_add(1) {
        let detail = format!("the policy in force has number {}", old.number);
        return Err(at_field(Code::PolicySequence, "number", detail));
    }
    if case.record.field(2).and_then(Value::as_array_of) != Some(old.digest) {
        let detail = "it is not the digest of the policy in force";
        return Err(at_field(Code::PolicySequence, "predecessor", detail));
    }
    let payload = payload(case)?;
    for id in &payload.organisations {
        let organisation: Option<Organisation> = case.status(*id)?;
        if organisation.is_none_or(|known| known.standing != Standing::Active) {
            let subject = Subject::new(Role::Organisation, *id);
            let detail = format!("{subject} is not registered or not in function");
            return Err(at_field(Code::PolicyInvalid, "validators", detail));
        }
    }
    let digest = policy_digest(&case.record.fields);
    signatures(case, &old, &payload, &digest)?;
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &payload.status(number, digest))?;
    Ok(effects)
}

fn rows<'a, V: View>(case: &Judgement<'a, V>, number: u16) -> &'a [Value] {
    case.record.field(number).and_then(Value::as_list).unwrap_or_default()
}

/// Reads the payload: a policy text in its one form, for this ledger, whose witnesses include every
/// validator.
fn payload<V: View>(case: &Judgement<'_, V>) -> Result<Payload, Rejection> {
    let invalid = |field: &str, detail: String| at_field(Code::PolicyInvalid, field, detail);
    let text = case.record.field(3).and_then(Value::as_text).unwrap_or_default();
    let policy = Policy::parse(text).map_err(|error| invalid("policy", error.to_string()))?;
    if policy.encode() != text {
        return Err(invalid("policy", "it is not in its one form".to_owned()));
    }
    if policy.origin() != case.block.origin || policy.quorum().is_none() {
        let detail = "it is for another ledger, or needs no cosigner";
        return Err(invalid("policy", detail.to_owned()));
    }
    let governance = governance(case)?;
    let validators = validators(case, &policy)?;
    let mut organisations: BTreeSet<SubjectId> = governance.keys().copied().collect();
    for row in rows(case, 5) {
        let id = row.as_list().and_then(|row| row.get(1)).and_then(Value::as_array_of);
        organisations.extend(id.map(SubjectId));
    }
    Ok(Payload { policy, governance, validators, organisations })
}

fn governance<V: View>(
    case: &Judgement<'_, V>,
) -> Result<BTreeMap<SubjectId, PublicKey>, Rejection> {
    let invalid = |detail: String| at_field(Code::PolicyInvalid, "governance", detail);
    let mut governance = BTreeMap::new();
    for row in rows(case, 4) {
        let Some([id, key]) = row.as_list() else {
            return Err(invalid("a row is [organisation, key]".to_owned()));
        };
        let id = id.as_array_of().map(SubjectId).unwrap_or(SubjectId([0; 32]));
        let key = PublicKey::admit(&key.as_array_of().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        if governance.values().any(|known| *known == key) || governance.insert(id, key).is_some() {
            return Err(invalid("an organisation or a key stands twice".to_owned()));
        }
    }
    if governance.len() > PolicyStatus::ORGANISATIONS_MAX {
        let most = PolicyStatus::ORGANISATIONS_MAX;
        return Err(invalid(format!("more than {most} organisations govern")));
    }
    Ok(governance)
}

fn validators<V: View>(
    case: &Judgement<'_, V>,
    policy: &Policy,
) -> Result<ValidatorSet, Rejection> {
    let invalid = |detail: String| at_field(Code::PolicyInvalid, "validators", detail);
    let mut members = Vec::new();
    for row in rows(case, 5) {
        let Some([name, organisation, peer, consensus, beacon]) = row.as_list() else {
            return Err(invalid(
                "a row is [name, organisation, peer, consensus, beacon]".to_owned(),
            ));
        };
        let name = name.as_text().unwrap_or_default();
        let witness = policy.witnesses().find(|witness| witness.name == name);
        let witness =
            witness.ok_or_else(|| invalid(format!("{name} is no witness of the policy")))?;
        let admit = |value: &Value| {
            PublicKey::admit(&value.as_array_of().unwrap_or_default())
                .map_err(|error| invalid(error.to_string()))
        };
        let consensus = admit(consensus)?;
        let beacon = VrfPublic::admit(&beacon.as_array_of().unwrap_or_default())
            .map_err(|error| invalid(error.to_string()))?;
        let organisation = organisation.as_array_of().map(SubjectId).unwrap_or(SubjectId([0; 32]));
        members.push(Validator {
            id: validator_id(&consensus),
            organisation: organisation.to_string(),
            name: name.to_owned(),
            consensus,
            cosigner: witness.key.clone(),
            beacon,
            peer_id: peer.as_text().unwrap_or_default().to_owned(),
        });
    }
    ValidatorSet::new(members).map_err(|error| invalid(error.to_string()))
}

/// Every signature holds; a quorum of the old organisations has signed, and every new key.
fn signatures<V: View>(
    case: &Judgement<'_, V>,
    old: &PolicyStatus,
    payload: &Payload,
    digest: &[u8; 32],
) -> Result<(), Rejection> {
    let refuse = |detail: String| at_field(Code::PolicySignatures, "signatures", detail);
    let message = policy_message(&case.block.origin, digest);
    let mut signed: BTreeSet<(&str, [u8; 32])> = BTreeSet::new();
    for (at, row) in rows(case, 6).iter().enumerate() {
        let Some([purpose, key, signature]) = row.as_list() else {
            return Err(refuse("a row is [purpose, key, signature]".to_owned()));
        };
        let purpose = purpose.as_text().unwrap_or_default();
        let key: [u8; 32] = key.as_array_of().unwrap_or_default();
        let holds = if purpose == Purpose::Beacon.name() {
            let proof = signature.as_array_of().map(VrfProof);
            let public = VrfPublic::admit(&key).ok();
            public.zip(proof).is_some_and(|(key, proof)| key.verify(&message, &proof).is_ok())
        } else {
            let signature = signature.as_array_of().map(Signature::from_bytes);
            let public = PublicKey::admit(&key).ok();
            public.zip(signature).is_some_and(|(key, it)| key.verify(&message, &it).is_ok())
        };
        if !holds {
            return Err(refuse(format!("signature {at} does not hold")));
        }
        signed.insert((purpose, key));
    }
    let governors = old
        .governance
        .iter()
        .filter(|(_, key)| signed.contains(&(Purpose::Governance.name(), *key.as_bytes())));
    let governors = governors.count();
    if governors < old.quorum() {
        let detail = format!("{governors} organisations have signed, {} are needed", old.quorum());
        return Err(refuse(detail));
    }
    let missing = payload.keys().into_iter().find(|(purpose, key)| {
        old.keys.binary_search(&key_tag(key)).is_err() && !signed.contains(&(purpose.name(), *key))
    });
    match missing {
        Some((purpose, _)) => Err(refuse(format!("a new {} key has not signed", purpose.name()))),
        None => Ok(()),
    }
}
