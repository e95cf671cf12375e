//! A policy on its way from organisation to organisation, with the signatures it has so far (spec §13.18).
//!
//! The policy in force stands in it whole, and the next one names its digest. Who is shown another policy as the one in
//! force therefore signs what no ledger takes: what a signature changes is known without a network.

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::beacon::{VrfProof, VrfPublic, VrfSecret};
use tamga_format::cbor::{self, Limits, Value};
use tamga_format::id::SubjectId;
use tamga_format::policy_record::{
    PolicyFault, PolicyPayload, Purpose, governors_needed, policy_message, policy_payload,
    signature_row,
};
use tamga_format::signature::{PublicKey, Signature, SigningKey};
use tamga_format::validators::Validator;

use crate::lang::Said;
use crate::text;

pub mod changes;

/// First line of the file.
pub const HEADER: &str = "tamga-policy-draft/v1";
/// Bytes of a file: two payloads and every signature.
pub const BYTES_MAX: usize = 262_144;
/// Number of the field of the signatures in the record.
const SIGNATURES: u16 = 6;

/// A draft: what is in force, what is to follow, and who has signed that. Every signature in it holds and is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDraft {
    from: PolicyPayload,
    to: PolicyPayload,
    /// The signed fields of the next policy.
    fields: Vec<(u16, Value)>,
    signatures: BTreeMap<(Purpose, [u8; 32]), Vec<u8>>,
}

/// What is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftFault {
    /// It is not in the form of a draft.
    Form,
    /// A policy in it is not whole, or can't follow the other.
    Policy(PolicyFault),
    /// Nobody governs, so that no policy can follow.
    NobodyGoverns,
    /// A signature does not hold.
    Signature(Purpose),
    /// There is a signature that it does not ask for.
    Unasked,
}

impl From<PolicyFault> for DraftFault {
    fn from(fault: PolicyFault) -> Self {
        Self::Policy(fault)
    }
}

impl DraftFault {
    /// Told to a person.
    #[must_use]
    pub fn said(&self) -> Said {
        match self {
            Self::Form => Said::message("detail-draft-form", vec![("header", HEADER.into())]),
            Self::Policy(fault) => {
                let args =
                    vec![("field", fault.field.into()), ("detail", fault.detail.clone().into())];
                Said::message("detail-draft-policy", args)
            }
            Self::NobodyGoverns => Said::plain("detail-draft-nobody"),
            Self::Signature(purpose) => {
                let args = vec![("purpose", Said::plain(purpose_name(*purpose)))];
                Said::message("detail-draft-signature", args)
            }
            Self::Unasked => Said::plain("detail-draft-unasked"),
        }
    }
}

/// The message that names what a key is for.
#[must_use]
pub const fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Governance => "purpose-governance",
        Purpose::Log => "purpose-log",
        Purpose::Consensus => "purpose-consensus",
        Purpose::Cosigner => "purpose-cosigner",
        Purpose::Beacon => "purpose-beacon",
    }
}

/// Whose a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An organisation's, which governs.
    Organisation(SubjectId),
    /// A validator's, by name.
    Validator(String),
    /// The log's.
    Log,
}

/// A signature that a draft asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// What the key is for.
    pub purpose: Purpose,
    /// The public key.
    pub key: [u8; 32],
    /// Whose it is.
    pub owner: Owner,
    /// A new key must sign; of those that govern now, a quorum.
    pub new: bool,
    /// Whether it has signed.
    pub signed: bool,
}

/// What becomes different, as people say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A validator joins.
    Joins(String),
    /// A validator leaves.
    Leaves(String),
    /// A validator gets other keys.
    Keys(String, Vec<Purpose>),
    /// A validator has another organisation, process or address.
    Place(String),
    /// An organisation governs from then on.
    Governs(SubjectId),
    /// It governs no longer.
    GovernsNot(SubjectId),
    /// It governs with another key.
    GovernsBy(SubjectId),
    /// The log has another key.
    Log,
    /// So many of so many validators make final, before and after.
    Quorum([(usize, usize); 2]),
}

impl PolicyDraft {
    /// A draft nobody has signed.
    ///
    /// # Errors
    /// [`DraftFault`] if the second policy can't follow the first.
    pub fn new(from: &[(u16, Value)], to: Vec<(u16, Value)>) -> Result<Self, DraftFault> {
        let (from, payload) = (PolicyPayload::read(from)?, PolicyPayload::read(&to)?);
        let refuse = |field, detail: &str| PolicyFault { field, detail: detail.to_owned() };
        if from.governance.is_empty() {
            return Err(DraftFault::NobodyGoverns);
        }
        if Some(payload.number) != from.number.checked_add(1) {
            return Err(refuse("number", "it does not follow that of the policy in force").into());
        }
        if payload.predecessor != from.digest() {
            return Err(refuse("predecessor", "it is not the policy in force").into());
        }
        if payload.policy.origin() != from.policy.origin() {
            return Err(refuse("policy", "it is for another ledger").into());
        }
        let members = payload.validators.members();
        let names = members.iter().map(|it| it.name.as_str()).collect();
        if !payload.policy.demands_validators(&names, payload.validators.quorum()) {
            let detail = "its quorum does not demand two thirds of the validators and one more";
            return Err(refuse("policy", detail).into());
        }
        Ok(Self { from, to: payload, fields: to, signatures: BTreeMap::new() })
    }

    /// Reads a file in its one form, and checks every signature.
    ///
    /// # Errors
    /// [`DraftFault`].
    pub fn parse(file: &str) -> Result<Self, DraftFault> {
        let mut lines = file.split('\n');
        if file.len() > BYTES_MAX || lines.next() != Some(HEADER) {
            return Err(DraftFault::Form);
        }
        let mut payload = |name: &str| {
            let bytes = text::parse_base64(lines.next()?.strip_prefix(name)?)?;
            let value = cbor::decode(&bytes, Limits::STANDARD).ok()?;
            let fields: Vec<(u16, Value)> = (1..).zip(value.as_list()?.iter().cloned()).collect();
            Some(fields)
        };
        let (from, to) = payload("from ").zip(payload("to ")).ok_or(DraftFault::Form)?;
        let mut draft = Self::new(&from, to)?;
        let (asked, message) = (draft.asked(), draft.message());
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, key, signature) = signature_line(line).ok_or(DraftFault::Form)?;
            let ask = asked.iter().find(|it| it.purpose.name() == name && it.key == key);
            let purpose = ask.ok_or(DraftFault::Unasked)?.purpose;
            if !holds(purpose, &key, &signature, &message) {
                return Err(DraftFault::Signature(purpose));
            }
            draft.signatures.insert((purpose, key), signature);
        }
        // One form: order, repetition and whatever base64 may forgive are refused here.
        if draft.encode() == file { Ok(draft) } else { Err(DraftFault::Form) }
    }

    /// The text of the file.
    #[must_use]
    pub fn encode(&self) -> String {
        let payload = |fields: &[(u16, Value)]| text::base64(&policy_payload(fields));
        let mut file = format!(
            "{HEADER}\nfrom {}\nto {}\n",
            payload(&fields_of(&self.from)),
            payload(&self.fields)
        );
        for ((purpose, key), signature) in &self.signatures {
            let (key, signature) = (text::base64(key), text::base64(signature));
            file.push_str(&format!("signature {} {key} {signature}\n", purpose.name()));
        }
        file
    }

    /// The policy in force.
    #[must_use]
    pub const fn in_force(&self) -> &PolicyPayload {
        &self.from
    }

    /// The policy that is to follow.
    #[must_use]
    pub const fn successor(&self) -> &PolicyPayload {
        &self.to
    }

    /// Every signature that is asked for: of all who govern now, and of every new key.
    #[must_use]
    pub fn asked(&self) -> Vec<Ask> {
        let known: BTreeSet<[u8; 32]> = self.from.keys().into_iter().map(|(_, key)| key).collect();
        let ask = |purpose, key: [u8; 32], owner, new| {
            let signed = self.signatures.contains_key(&(purpose, key));
            Ask { purpose, key, owner, new, signed }
        };
        let governors = |payload: &PolicyPayload, new| {
            let ask = |(id, key): (&SubjectId, &PublicKey)| {
                ask(Purpose::Governance, *key.as_bytes(), Owner::Organisation(*id), new)
            };
            payload.governance.iter().map(ask).collect::<Vec<_>>()
        };
        let mut asked = governors(&self.from, false);
        let mut new = governors(&self.to, true);
        let log = *self.to.policy.log().key().as_bytes();
        new.push(ask(Purpose::Log, log, Owner::Log, true));
        for validator in self.to.validators.members() {
            let owner = || Owner::Validator(validator.name.clone());
            new.extend(keys(validator).map(|(purpose, key)| ask(purpose, key, owner(), true)));
        }
        asked.extend(new.into_iter().filter(|it| !known.contains(&it.key)));
        asked
    }

    /// Of those who govern now, how many have signed and how many must.
    #[must_use]
    pub fn governors(&self) -> (usize, usize) {
        let signed = self.asked().iter().filter(|it| !it.new && it.signed).count();
        (signed, governors_needed(self.from.governance.len()))
    }

    /// Signs with a key for a purpose; whether that was asked for.
    pub fn sign(&mut self, purpose: Purpose, seed: &[u8; 32]) -> bool {
        let message = self.message();
        let (key, signature) = if purpose == Purpose::Beacon {
            let secret = VrfSecret::from_seed(seed);
            (*secret.public().as_bytes(), secret.prove(&message).0.to_vec())
        } else {
            let secret = SigningKey::from_seed(*seed);
            (*secret.public().as_bytes(), secret.sign(&message).as_bytes().to_vec())
        };
        let asked = self.asked().iter().any(|it| (it.purpose, it.key) == (purpose, key));
        if asked {
            self.signatures.insert((purpose, key), signature);
        }
        asked
    }

    /// Takes over the signatures of another file; false if that is about another policy.
    pub fn take(&mut self, other: Self) -> bool {
        let same = (&self.from, &self.to) == (&other.from, &other.to);
        if same {
            self.signatures.extend(other.signatures);
        }
        same
    }

    /// The fields of the record, once everybody has signed who must.
    ///
    /// # Errors
    /// [`PolicyFault`] says who has not.
    pub fn record_fields(&self) -> Result<Vec<(u16, Value)>, PolicyFault> {
        let rows = self
            .signatures
            .iter()
            .map(|((purpose, key), signature)| signature_row(*purpose, key, signature));
        let mut fields = self.fields.clone();
        fields.push((SIGNATURES, Value::Array(rows.collect())));
        let old: BTreeSet<[u8; 32]> = self.from.keys().into_iter().map(|(_, key)| key).collect();
        self.to
            .check_signatures(&fields, self.from.governance.values(), |key| old.contains(key))?;
        Ok(fields)
    }

    /// What becomes different.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let by_name = |payload: &PolicyPayload| -> BTreeMap<String, Validator> {
            let members = payload.validators.members().iter();
            members.map(|it| (it.name.clone(), it.clone())).collect()
        };
        let url = |payload: &PolicyPayload, name: &str| {
            payload.policy.witnesses().find(|it| it.name == name).map(|it| it.url.clone())
        };
        let (before, after) = (by_name(&self.from), by_name(&self.to));
        let mut changes = Vec::new();
        for (name, new) in &after {
            let Some(old) = before.get(name) else {
                changes.push(Change::Joins(name.clone()));
                continue;
            };
            let other: Vec<Purpose> = keys(old)
                .into_iter()
                .zip(keys(new))
                .filter(|(old, new)| old != new)
                .map(|(_, (purpose, _))| purpose)
                .collect();
            if !other.is_empty() {
                changes.push(Change::Keys(name.clone(), other));
            }
            let place = |it: &Validator| (it.organisation_id(), it.peer_id.clone());
            if place(old) != place(new) || url(&self.from, name) != url(&self.to, name) {
                changes.push(Change::Place(name.clone()));
            }
        }
        let left = before.keys().filter(|name| !after.contains_key(*name));
        changes.extend(left.map(|name| Change::Leaves(name.clone())));
        for (id, key) in &self.to.governance {
            match self.from.governance.get(id) {
                None => changes.push(Change::Governs(*id)),
                Some(old) if old != key => changes.push(Change::GovernsBy(*id)),
                Some(_) => {}
            }
        }
        let left = self.from.governance.keys().filter(|id| !self.to.governance.contains_key(id));
        changes.extend(left.map(|id| Change::GovernsNot(*id)));
        if self.from.policy.log() != self.to.policy.log() {
            changes.push(Change::Log);
        }
        let counts = |it: &PolicyPayload| (it.validators.quorum(), it.validators.members().len());
        let quorums = [counts(&self.from), counts(&self.to)];
        if quorums[0] != quorums[1] {
            changes.push(Change::Quorum(quorums));
        }
        changes
    }

    /// The lines of the policy in force that the next one lacks, and those that it has beyond them: all that differs.
    #[must_use]
    pub fn lines(&self) -> [Vec<String>; 2] {
        let (before, after) = (lines(&self.from), lines(&self.to));
        let without = |lines: &[String], others: &[String]| {
            lines.iter().filter(|line| !others.contains(line)).cloned().collect()
        };
        [without(&before, &after), without(&after, &before)]
    }

    fn message(&self) -> Vec<u8> {
        policy_message(self.to.policy.origin(), &self.to.digest())
    }
}

/// The signed fields of a payload.
#[must_use]
pub fn fields_of(payload: &PolicyPayload) -> Vec<(u16, Value)> {
    let PolicyPayload { number, predecessor, policy, governance, validators, .. } = payload;
    PolicyPayload::fields(*number, *predecessor, policy, governance, validators)
}

/// The keys of a validator that a policy names.
fn keys(validator: &Validator) -> [(Purpose, [u8; 32]); 3] {
    [
        (Purpose::Consensus, *validator.consensus.as_bytes()),
        (Purpose::Cosigner, *validator.cosigner.key().as_bytes()),
        (Purpose::Beacon, *validator.beacon.as_bytes()),
    ]
}

fn lines(payload: &PolicyPayload) -> Vec<String> {
    let mut lines: Vec<String> = payload.policy.encode().lines().map(str::to_owned).collect();
    for (id, key) in &payload.governance {
        lines.push(format!("governance {id} {}", text::base64(key.as_bytes())));
    }
    for it in payload.validators.members() {
        let organisation = it.organisation_id();
        let (consensus, beacon) =
            (text::base64(it.consensus.as_bytes()), text::base64(it.beacon.as_bytes()));
        let (name, peer) = (&it.name, &it.peer_id);
        lines.push(format!(
            "validator {name} organisation {organisation} peer {peer} consensus {consensus} beacon {beacon}"
        ));
    }
    lines
}

/// Purpose, key and signature of a line.
fn signature_line(line: &str) -> Option<(&str, [u8; 32], Vec<u8>)> {
    let mut words = line.strip_prefix("signature ")?.split(' ');
    let (purpose, key, signature) = (words.next()?, words.next()?, words.next()?);
    let key = text::parse_base64(key)?.try_into().ok()?;
    let signature = text::parse_base64(signature)?;
    words.next().is_none().then_some((purpose, key, signature))
}

fn holds(purpose: Purpose, key: &[u8; 32], signature: &[u8], message: &[u8]) -> bool {
    if purpose == Purpose::Beacon {
        let proof = <[u8; 80]>::try_from(signature).ok().map(VrfProof);
        let key = VrfPublic::admit(key).ok();
        key.zip(proof).is_some_and(|(key, proof)| key.verify(message, &proof).is_ok())
    } else {
        let signature = <[u8; 64]>::try_from(signature).ok().map(Signature::from_bytes);
        let key = PublicKey::admit(key).ok();
        key.zip(signature).is_some_and(|(key, it)| key.verify(message, &it).is_ok())
    }
}
