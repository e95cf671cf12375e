//! Validators and their set (spec §12.2).

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use crate::beacon::VrfPublic;
use crate::error::{FormatCode, FormatError};
use crate::id::{SubjectId, ValidatorId, parse_hex, sha256, tag};
use crate::limits::VALIDATORS_MAX;
use crate::note::{VKey, VKeyKind};
use crate::peer::network_key;
use crate::signature::PublicKey;
use crate::subject::{Role, Subject};

/// The id of the validator with this consensus key (spec §12.2).
pub fn validator_id(consensus: &PublicKey) -> ValidatorId {
    ValidatorId(sha256(&[tag::VALIDATOR, consensus.as_bytes()]))
}

/// One validator: who runs it and with which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validator {
    /// Made of the consensus key by [`validator_id`].
    pub id: ValidatorId,
    /// The organisation that runs it: its БИН in a genesis file, the hexadecimal of its id in a
    /// policy record; [`Self::organisation_id`] is the same for both.
    pub organisation: String,
    /// Its name in the policy.
    pub name: String,
    /// The key that signs votes.
    pub consensus: PublicKey,
    /// The key that cosigns checkpoints.
    pub cosigner: VKey,
    /// The key that proves beacon outputs.
    pub beacon: VrfPublic,
    /// The libp2p peer id of its node.
    pub peer_id: String,
}

impl Validator {
    /// The subject id of the organisation that runs it.
    pub fn organisation_id(&self) -> SubjectId {
        // A БИН has twelve digits, so that no id is taken for one.
        let id = parse_hex(&self.organisation).map(SubjectId);
        id.unwrap_or_else(|_| Subject::registered(Role::Organisation, &self.organisation).id)
    }

    /// The key of this validator's acceptances (spec §13.7): its network key under its name.
    ///
    /// # Errors
    /// Those of [`network_key`] and [`VKey::new`].
    pub fn acceptance_key(&self) -> Result<VKey, FormatError> {
        VKey::new(&self.name, VKeyKind::Log, network_key(&self.peer_id)?)
    }
}

/// The validators of a policy, sorted by id; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatorSet(Vec<Validator>);

impl ValidatorSet {
    /// Sorts and checks the members.
    ///
    /// # Errors
    /// [`FormatCode::ValidatorSet`] if there are none or more than 64, an id is not made of its
    /// key, a cosigner key has the wrong type, or two members share a name, a peer id or a key,
    /// whatever the key is for.
    pub fn new(mut members: Vec<Validator>) -> Result<Self, FormatError> {
        let wrong = |at, what| FormatError::new(FormatCode::ValidatorSet, at).of(what);
        if members.is_empty() || members.len() > VALIDATORS_MAX {
            return Err(wrong(members.len(), "members"));
        }
        let (mut keys, mut names, mut peers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (at, member) in members.iter().enumerate() {
            if member.id != validator_id(&member.consensus) {
                return Err(wrong(at, "id"));
            }
            if member.cosigner.kind() != VKeyKind::Cosigner {
                return Err(wrong(at, "cosigner"));
            }
            let own = [
                member.consensus.as_bytes(),
                member.cosigner.key().as_bytes(),
                member.beacon.as_bytes(),
            ];
            if !own.into_iter().all(|key| keys.insert(*key)) {
                return Err(wrong(at, "key"));
            }
            if !names.insert(&member.name) {
                return Err(wrong(at, "name"));
            }
            if !peers.insert(&member.peer_id) {
                return Err(wrong(at, "peer_id"));
            }
        }
        members.sort_by_key(|member| member.id);
        Ok(Self(members))
    }

    /// The members, by id.
    pub fn members(&self) -> &[Validator] {
        &self.0
    }

    /// The member with this id.
    pub fn get(&self, id: &ValidatorId) -> Option<&Validator> {
        self.0.binary_search_by_key(id, |member| member.id).ok().and_then(|at| self.0.get(at))
    }

    /// The number of members n.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// The votes that decide: ⌊2n/3⌋+1 (spec §12.2).
    pub const fn quorum(&self) -> usize {
        self.0.len() * 2 / 3 + 1
    }
}

#[cfg(test)]
mod tests;
