//! G08: a new policy, signed in its payload by the organisations of the old one and by every new
//! key (spec §15.7).
//!
//! The payload and its signatures are read in `tamga-format`; what the registry adds is here. From
//! the next block on the ledger follows the policy.

use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::id::{SubjectId, sha256};
use tamga_format::policy_record::{PolicyFault, PolicyPayload};
use tamga_format::record::Record;
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::genesis::Genesis;
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Organisation, PolicyStatus, Standing};
use crate::view::View;

/// The policy that a record of the log enters; `None` if it enters none.
#[must_use]
pub fn entered_policy(record: &Record) -> Option<PolicyPayload> {
    if record.kind != Kind::G08.number() {
        return None;
    }
    PolicyPayload::read(&record.fields).ok()
}

fn status(payload: &PolicyPayload) -> PolicyStatus {
    let mut keys: Vec<_> = payload.keys().iter().map(|(_, key)| key_tag(key)).collect();
    keys.sort_unstable();
    PolicyStatus {
        number: payload.number,
        digest: payload.digest(),
        policy: payload.policy.hash(),
        governance: payload.governance.iter().map(|(id, key)| (*id, *key)).collect(),
        keys,
    }
}

/// Enough of a key's hash to tell it from any other.
fn key_tag(key: &[u8; 32]) -> [u8; 16] {
    let mut tag = [0; 16];
    tag.iter_mut().zip(sha256(&[key])).for_each(|(slot, byte)| *slot = byte);
    tag
}

/// The fields of the policy of a genesis, number 0, as a record would have them.
#[must_use]
pub fn genesis_policy_fields(genesis: &Genesis) -> Vec<(u16, Value)> {
    let governance: BTreeMap<SubjectId, PublicKey> = genesis
        .organisations
        .iter()
        .filter_map(|line| Some((line.subject().id, line.governance?)))
        .collect();
    PolicyPayload::fields(0, [0; 32], &genesis.policy, &governance, &genesis.validators)
}

/// The policy of a genesis whose organisations have governance keys; `None` if none has.
pub(crate) fn of_genesis(genesis: &Genesis) -> Result<Option<PolicyStatus>, PolicyFault> {
    if genesis.organisations.iter().all(|line| line.governance.is_none()) {
        return Ok(None);
    }
    PolicyPayload::read(&genesis_policy_fields(genesis)).map(|payload| Some(status(&payload)))
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
    let fields = &case.record.fields;
    let invalid = |fault: PolicyFault| at_field(Code::PolicyInvalid, fault.field, fault.detail);
    let payload = PolicyPayload::read(fields).map_err(invalid)?;
    if payload.policy.origin() != case.block.origin {
        return Err(at_field(Code::PolicyInvalid, "policy", "it is for another ledger"));
    }
    let validators = &payload.validators;
    let names = validators.members().iter().map(|it| it.name.as_str()).collect();
    if !payload.policy.demands_validators(&names, validators.quorum()) {
        let quorum = validators.quorum();
        let detail = format!("its quorum does not demand {quorum} of the group validators");
        return Err(at_field(Code::PolicyInvalid, "policy", detail));
    }
    for id in payload.organisations() {
        let organisation: Option<Organisation> = case.status(id)?;
        if organisation.is_none_or(|known| known.standing != Standing::Active) {
            let subject = Subject::new(Role::Organisation, id);
            let detail = format!("{subject} is not registered or not in function");
            return Err(at_field(Code::PolicyInvalid, "validators", detail));
        }
    }
    payload
        .check_signatures(fields, old.governance.iter().map(|(_, key)| key), |key| {
            old.keys.binary_search(&key_tag(key)).is_ok()
        })
        .map_err(|fault| at_field(Code::PolicySignatures, fault.field, fault.detail))?;
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status(&payload))?;
    Ok(effects)
}
