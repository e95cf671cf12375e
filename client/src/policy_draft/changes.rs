//! What an operator writes down of the next policy: only what becomes different (docs/operations.md).
//!
//! ```toml
//! [validator.seat-1]            # other keys of one that is there; one of a new name joins and names everything
//! cosigner = "tamga.example/seat-1+…"
//!
//! [validator.chamber-1]
//! leaves = true
//!
//! [governance.591240000139]     # by БИН
//! key = "…"
//! ```

use std::collections::BTreeMap;

use serde::Deserialize;
use tamga_format::beacon::VrfPublic;
use tamga_format::cbor::Value;
use tamga_format::id::{SubjectId, parse_hex};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::{Definition, Group, Policy, Threshold, Witness};
use tamga_format::policy_record::PolicyPayload;
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::{Validator, ValidatorSet, validator_id};
use tamga_state::catalogue::valid_bin;

use crate::lang::Said;
use crate::text;
use crate::verify::fault;

/// The group of a policy whose members are the validators (spec §11.5).
const VALIDATORS: &str = "validators";

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Validators, by name.
    #[serde(default)]
    pub validator: BTreeMap<String, ValidatorChange>,
    /// Who governs, by БИН.
    #[serde(default)]
    pub governance: BTreeMap<String, GovernorChange>,
}

/// What is different of a validator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorChange {
    /// It leaves.
    #[serde(default)]
    pub leaves: bool,
    /// БИН of the organisation that runs it.
    pub organisation: Option<String>,
    /// The key that signs votes, in base64.
    pub consensus: Option<String>,
    /// The verifier key that cosigns checkpoints.
    pub cosigner: Option<String>,
    /// The key of the beacon, in base64.
    pub beacon: Option<String>,
    /// The PeerId of its process.
    pub peer: Option<String>,
    /// Its address in the policy's text.
    pub url: Option<String>,
}

/// What is different of an organisation that governs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovernorChange {
    /// It governs no longer.
    #[serde(default)]
    pub leaves: bool,
    /// Its key, in base64.
    pub key: Option<String>,
}

fn missing(name: &str, field: &'static str) -> Said {
    Said::message("detail-change-missing", vec![("name", name.into()), ("field", field.into())])
}

fn wrong(name: &str, field: &'static str) -> Said {
    Said::message("detail-change-value", vec![("name", name.into()), ("field", field.into())])
}

fn nobody(name: &str) -> Said {
    Said::message("detail-change-nobody", vec![("name", name.into())])
}

/// A value that is given, or known, and must be one of both.
fn either<T>(
    (name, field): (&str, &'static str),
    given: Option<&String>,
    known: Option<T>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Said> {
    match given {
        Some(given) => parse(given).ok_or_else(|| wrong(name, field)),
        None => known.ok_or_else(|| missing(name, field)),
    }
}

fn bytes32(text: &str) -> Option<[u8; 32]> {
    text::parse_base64(text)?.try_into().ok()
}

fn key(text: &str) -> Option<PublicKey> {
    PublicKey::admit(&bytes32(text)?).ok()
}

/// The id of an organisation by its БИН, or in hex.
fn organisation(text: &str) -> Option<SubjectId> {
    let bin = || valid_bin(text).then(|| Subject::registered(Role::Organisation, text).id);
    parse_hex(text).map(SubjectId).ok().or_else(bin)
}

impl Changes {
    /// The signed fields of the policy that these changes make of one; its text, if one is given, says all that such a text
    /// says.
    ///
    /// # Errors
    /// What is missing or not of its form.
    pub fn apply(
        &self,
        from: &PolicyPayload,
        text: Option<Policy>,
    ) -> Result<Vec<(u16, Value)>, Said> {
        let base = text.as_ref().unwrap_or(&from.policy);
        let mut witnesses: BTreeMap<String, Witness> =
            base.witnesses().map(|it| (it.name.clone(), it.clone())).collect();
        let mut members: BTreeMap<String, Validator> =
            from.validators.members().iter().map(|it| (it.name.clone(), it.clone())).collect();
        for (name, change) in &self.validator {
            let known = members.remove(name);
            if change.leaves {
                known.ok_or_else(|| nobody(name))?;
                witnesses.remove(name);
                continue;
            }
            let (validator, witness) = change.apply(name, known, witnesses.remove(name))?;
            members.insert(name.clone(), validator);
            witnesses.insert(name.clone(), witness);
        }
        for (name, validator) in &mut members {
            // A text that is given may name another cosigner.
            let witness = witnesses.get(name).ok_or_else(|| missing(name, "cosigner"))?;
            validator.cosigner = witness.key.clone();
        }
        let validators = ValidatorSet::new(members.into_values().collect());
        let validators = validators.map_err(|error| fault(&error))?;
        let policy = match text {
            Some(text) => text,
            None => rewritten(from, &validators, &witnesses)?,
        };
        let governance = self.governance(from)?;
        let number = from.number.saturating_add(1);
        Ok(PolicyPayload::fields(number, from.digest(), &policy, &governance, &validators))
    }

    fn governance(&self, from: &PolicyPayload) -> Result<BTreeMap<SubjectId, PublicKey>, Said> {
        let mut governance = from.governance.clone();
        for (name, change) in &self.governance {
            let id = organisation(name).ok_or_else(|| wrong(name, "governance"))?;
            let known = governance.remove(&id);
            if change.leaves {
                known.ok_or_else(|| nobody(name))?;
            } else {
                governance.insert(id, either((name, "key"), change.key.as_ref(), None, key)?);
            }
        }
        Ok(governance)
    }
}

impl ValidatorChange {
    fn apply(
        &self,
        name: &str,
        known: Option<Validator>,
        witness: Option<Witness>,
    ) -> Result<(Validator, Witness), Said> {
        let old = known.as_ref();
        let cosigner =
            |text: &str| VKey::parse(text).ok().filter(|vkey| vkey.kind() == VKeyKind::Cosigner);
        let consensus =
            either((name, "consensus"), self.consensus.as_ref(), old.map(|it| it.consensus), key)?;
        let witness = Witness {
            name: name.to_owned(),
            key: either(
                (name, "cosigner"),
                self.cosigner.as_ref(),
                witness.as_ref().map(|it| it.key.clone()),
                cosigner,
            )?,
            url: either(
                (name, "url"),
                self.url.as_ref(),
                witness.as_ref().map(|it| it.url.clone()),
                |url| Some(url.to_owned()),
            )?,
        };
        let validator = Validator {
            id: validator_id(&consensus),
            organisation: either(
                (name, "organisation"),
                self.organisation.as_ref(),
                old.map(|it| it.organisation.clone()),
                |text| organisation(text).map(|id| id.to_string()),
            )?,
            name: name.to_owned(),
            consensus,
            cosigner: witness.key.clone(),
            beacon: either(
                (name, "beacon"),
                self.beacon.as_ref(),
                old.map(|it| it.beacon),
                |it| VrfPublic::admit(&bytes32(it)?).ok(),
            )?,
            peer_id: either(
                (name, "peer"),
                self.peer.as_ref(),
                old.map(|it| it.peer_id.clone()),
                |peer| Some(peer.to_owned()),
            )?,
        };
        Ok((validator, witness))
    }
}

/// The text of the policy with other validators; all else in it stays.
fn rewritten(
    from: &PolicyPayload,
    validators: &ValidatorSet,
    witnesses: &BTreeMap<String, Witness>,
) -> Result<Policy, Said> {
    let was = |name: &str| from.validators.members().iter().any(|it| it.name == name);
    let mut left: Vec<&str> = validators.members().iter().map(|it| it.name.as_str()).collect();
    left.sort_unstable();
    let mut members: Vec<String> = Vec::new();
    let mut definitions: Vec<Definition> = Vec::new();
    let mut define = |name: &str, into: &mut Vec<Definition>| {
        let place = left.iter().position(|it| *it == name);
        if let (Some(place), Some(witness)) = (place, witnesses.get(name)) {
            left.remove(place);
            members.push(name.to_owned());
            into.push(Definition::Witness(witness.clone()));
        }
    };
    let policy = &from.policy;
    for definition in policy.definitions() {
        match definition {
            Definition::Witness(witness) if was(&witness.name) => {
                define(&witness.name, &mut definitions);
            }
            Definition::Group(group) if group.name == VALIDATORS => {
                let names: Vec<String> =
                    validators.members().iter().map(|it| it.name.clone()).collect();
                for name in &names {
                    define(name, &mut definitions);
                }
                definitions.push(Definition::Group(Group {
                    name: VALIDATORS.to_owned(),
                    threshold: Threshold::Count(validators.quorum()),
                    members: Vec::new(),
                }));
            }
            Definition::Witness(_) | Definition::Group(_) => definitions.push(definition.clone()),
        }
    }
    for definition in &mut definitions {
        if let Definition::Group(group) = definition
            && group.name == VALIDATORS
        {
            group.members.clone_from(&members);
        }
    }
    let quorum = policy.quorum().map(str::to_owned);
    Policy::new(policy.log().clone(), policy.url().to_owned(), definitions, quorum)
        .map_err(|error| fault(&error))
}
