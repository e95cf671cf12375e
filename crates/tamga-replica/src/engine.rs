//! Our types in the terms of the consensus engine (spec §18.5).
//!
//! [`Ledger`] is the engine's context: what a height, a vote, a proposal and a validator are here,
//! and who proposes. [`signing`] owns what each message's signature covers, [`wire`] the strict
//! bytes of every message, [`parts`] how a block travels beside its proposal. Nothing here does
//! I/O, so the simulator hosts the engine's pure core with exactly this context.
//!
//! Vote extensions are not used: their type is `()`, and no message carries one.

pub mod parts;
pub mod signing;
pub mod wire;

use std::fmt;
use std::sync::Arc;

use arc_malachitebft_core_types as engine;
use engine::{
    CommitCertificate, CommitSignature, Context, ExtendedCommitCertificate,
    ExtendedCommitSignature, LinearTimeouts, NilOrVal, Round, SignedExtension, VoteType,
    VotingPower,
};
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::{PublicKey, Signature, SigningKey};
use tamga_format::validators::ValidatorSet;

pub use parts::ProposalPart;
pub use signing::{Signer, Verifier};

/// The engine's context: Tamga's choice of every type the engine is generic over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger;

impl Context for Ledger {
    type Address = Address;
    type Height = BlockHeight;
    type ProposalPart = ProposalPart;
    type Proposal = Proposal;
    type Validator = Member;
    type ValidatorSet = Members;
    type Timeouts = LinearTimeouts;
    type Value = Candidate;
    type Vote = Vote;
    type Extension = ();
    type SigningScheme = Ed25519;

    /// Round-robin: the member at (height + round) modulo the number of members.
    fn select_proposer<'a>(
        &self,
        members: &'a Members,
        height: BlockHeight,
        round: Round,
    ) -> &'a Member {
        let turn = u128::from(height.0) + u128::from(round.as_u32().unwrap_or_default());
        let count = members.0.len() as u128;
        let index = turn.checked_rem(count).and_then(|index| usize::try_from(index).ok());
        index
            .and_then(|index| members.0.get(index))
            .expect("the engine starts no height without validators")
    }

    fn new_proposal(
        &self,
        height: BlockHeight,
        round: Round,
        value: Candidate,
        pol_round: Round,
        proposer: Address,
    ) -> Proposal {
        Proposal { height, round, value, pol_round, proposer }
    }

    fn new_prevote(
        &self,
        height: BlockHeight,
        round: Round,
        value: NilOrVal<ValueId>,
        validator: Address,
    ) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, validator }
    }

    fn new_precommit(
        &self,
        height: BlockHeight,
        round: Round,
        value: NilOrVal<ValueId>,
        validator: Address,
    ) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, validator }
    }
}

/// A block's height; the first block after genesis is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockHeight(pub u64);

impl engine::Height for BlockHeight {
    const ZERO: Self = Self(0);
    const INITIAL: Self = Self(1);

    fn increment_by(&self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for BlockHeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Height> for BlockHeight {
    fn from(height: Height) -> Self {
        Self(height.get())
    }
}

impl From<BlockHeight> for Height {
    fn from(height: BlockHeight) -> Self {
        Self(height.0)
    }
}

/// A validator, named by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub ValidatorId);

impl engine::Address for Address {}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is voted on: the id of a block; the block itself travels in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Candidate(pub ValueId);

impl engine::Value for Candidate {
    type Id = ValueId;

    fn id(&self) -> ValueId {
        self.0
    }
}

/// One validator as the engine sees it. Every validator has one vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub address: Address,
    /// Its consensus key.
    pub key: PublicKey,
}

impl engine::Validator<Ledger> for Member {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn voting_power(&self) -> VotingPower {
        1
    }
}

/// The validators of a height, in the order of their ids; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Members(Arc<[Member]>);

impl Members {
    /// The set of these validators; of two with one id the first stays.
    pub fn new(members: impl IntoIterator<Item = (ValidatorId, PublicKey)>) -> Self {
        let mut members: Vec<Member> =
            members.into_iter().map(|(id, key)| Member { address: Address(id), key }).collect();
        members.sort_by_key(|member| member.address);
        members.dedup_by_key(|member| member.address);
        Self(members.into())
    }

    /// The member with this id.
    pub fn find(&self, id: &ValidatorId) -> Option<&Member> {
        let at = self.0.binary_search_by_key(id, |member| member.address.0).ok()?;
        self.0.get(at)
    }

    /// How many of the members must sign: ⌊2n/3⌋ + 1.
    pub fn quorum(&self) -> usize {
        self.0.len() * 2 / 3 + 1
    }
}

impl From<&ValidatorSet> for Members {
    fn from(set: &ValidatorSet) -> Self {
        Self::new(set.members().iter().map(|validator| (validator.id, validator.consensus)))
    }
}

impl engine::ValidatorSet<Ledger> for Members {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn total_voting_power(&self) -> VotingPower {
        self.0.len() as VotingPower
    }

    fn get_by_address(&self, address: &Address) -> Option<&Member> {
        self.find(&address.0)
    }

    fn get_by_index(&self, index: usize) -> Option<&Member> {
        self.0.get(index)
    }
}

/// A vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Prevote or precommit.
    pub kind: VoteType,
    /// The height voted at.
    pub height: BlockHeight,
    /// The round voted in.
    pub round: Round,
    /// The block voted for, or nil.
    pub value: NilOrVal<ValueId>,
    /// Who votes.
    pub validator: Address,
}

impl engine::Vote<Ledger> for Vote {
    fn height(&self) -> BlockHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &NilOrVal<ValueId> {
        &self.value
    }

    fn take_value(self) -> NilOrVal<ValueId> {
        self.value
    }

    fn vote_type(&self) -> VoteType {
        self.kind
    }

    fn validator_address(&self) -> &Address {
        &self.validator
    }

    fn extension(&self) -> Option<&SignedExtension<Ledger>> {
        None
    }

    fn take_extension(&mut self) -> Option<SignedExtension<Ledger>> {
        None
    }

    fn extend(self, _: SignedExtension<Ledger>) -> Self {
        self
    }
}

/// A proposal of a block id; the block itself travels in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The height proposed at.
    pub height: BlockHeight,
    /// The round proposed in.
    pub round: Round,
    /// The block.
    pub value: Candidate,
    /// The round in which a quorum prevoted it before, for a re-proposal.
    pub pol_round: Round,
    /// Who proposes.
    pub proposer: Address,
}

impl engine::Proposal<Ledger> for Proposal {
    fn height(&self) -> BlockHeight {
        self.height
    }

    fn round(&self) -> Round {
        self.round
    }

    fn value(&self) -> &Candidate {
        &self.value
    }

    fn take_value(self) -> Candidate {
        self.value
    }

    fn pol_round(&self) -> Round {
        self.pol_round
    }

    fn validator_address(&self) -> &Address {
        &self.proposer
    }
}

/// Ed25519 with the one validity rule of the ledger (spec §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ed25519;

impl engine::SigningScheme for Ed25519 {
    type DecodingError = String;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = SigningKey;

    fn decode_signature(bytes: &[u8]) -> Result<Signature, String> {
        bytes
            .try_into()
            .map(Signature)
            .map_err(|_| format!("a signature is 64 bytes, not {}", bytes.len()))
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.as_bytes().to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, String> {
        let bytes = bytes
            .try_into()
            .map_err(|_| format!("a public key is 32 bytes, not {}", bytes.len()))?;
        PublicKey::admit(bytes).map_err(|error| error.to_string())
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

/// The engine's commit certificate as the ledger keeps it: signatures in the order of ids.
///
/// `None` when the certificate has no round, which no decision has.
pub fn certificate(decided: &CommitCertificate<Ledger>) -> Option<Certificate> {
    let mut signatures: Vec<(ValidatorId, Signature)> =
        decided.commit_signatures.iter().map(|by| (by.address.0, by.signature)).collect();
    signatures.sort_by_key(|(id, _)| *id);
    Some(Certificate {
        height: decided.height.into(),
        round: decided.round.as_u32()?,
        value: decided.value_id,
        signatures,
    })
}

/// A kept certificate in the engine's form.
pub fn commit_certificate(kept: &Certificate) -> CommitCertificate<Ledger> {
    CommitCertificate {
        height: kept.height.into(),
        round: Round::new(kept.round),
        value_id: kept.value,
        commit_signatures: kept
            .signatures
            .iter()
            .map(|(id, signature)| CommitSignature::new(Address(*id), *signature))
            .collect(),
    }
}

/// A kept certificate in the form in which the engine sends it to a peer that catches up.
pub fn extended_certificate(kept: &Certificate) -> ExtendedCommitCertificate<Ledger> {
    ExtendedCommitCertificate {
        height: kept.height.into(),
        round: Round::new(kept.round),
        value_id: kept.value,
        commit_signatures: kept
            .signatures
            .iter()
            .map(|(id, signature)| ExtendedCommitSignature::new(Address(*id), *signature, None))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
