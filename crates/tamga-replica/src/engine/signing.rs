//! What every consensus signature covers, and the engine's doors to sign and check (spec §18.5).
//!
//! Each kind of message has its own tag and names the ledger by its genesis hash, so that no
//! signature speaks for another message or another ledger. Vote bytes are those of
//! [`tamga_format::certificate`]: what validators sign is exactly what a light client rebuilds.

use arc_malachitebft_core_types::{
    NilOrVal, Round, SignedMessage, SignedProposal, SignedVote, ValidatorProof, VoteExtensionScope,
    VoteType,
};
use arc_malachitebft_signing as engine;
use async_trait::async_trait;
use engine::{Error, VerificationResult};
use tamga_format::certificate::{VoteKind, vote_bytes};
use tamga_format::id::{GenesisHash, Height, ValidatorId, ValueId, tag};
use tamga_format::signature::{PublicKey, Signature, SigningKey};

use super::parts::{Fin, Init};
use super::{Ledger, Members, Proposal, Vote};

/// The bytes a validator signs for `vote`; `None` for a vote outside any round.
pub fn bytes_of_vote(genesis: &GenesisHash, vote: &Vote) -> Option<Vec<u8>> {
    let kind = match vote.kind {
        VoteType::Prevote => VoteKind::Prevote,
        VoteType::Precommit => VoteKind::Precommit,
    };
    let value = match &vote.value {
        NilOrVal::Nil => None,
        NilOrVal::Val(value) => Some(value),
    };
    let round = vote.round.as_u32()?;
    Some(vote_bytes(kind, genesis, vote.height.into(), round, value, &vote.validator.0))
}

/// The bytes a proposer signs for `proposal`.
///
/// tag ‖ genesis ‖ u64 height ‖ u32 round ‖ value ‖ (0 | 1 ‖ u32 round of the earlier quorum) ‖
/// proposer; `None` for a proposal outside any round.
pub fn bytes_of_proposal(genesis: &GenesisHash, proposal: &Proposal) -> Option<Vec<u8>> {
    let mut bytes = tag::PROPOSAL.to_vec();
    bytes.extend_from_slice(genesis.as_bytes());
    bytes.extend_from_slice(&proposal.height.0.to_be_bytes());
    bytes.extend_from_slice(&proposal.round.as_u32()?.to_be_bytes());
    bytes.extend_from_slice(proposal.value.0.as_bytes());
    push_round(&mut bytes, proposal.pol_round.as_u32());
    bytes.extend_from_slice(proposal.proposer.0.as_bytes());
    Some(bytes)
}

/// The bytes a sender signs to close the stream of a block's parts.
///
/// tag ‖ genesis ‖ u64 height ‖ u32 round ‖ (0 | 1 ‖ u32 earlier round) ‖ sender ‖ value ‖
/// SHA-256 of the block's bytes.
pub fn bytes_of_fin(genesis: &GenesisHash, init: &Init, fin: &Fin) -> Vec<u8> {
    let mut bytes = tag::PROPOSAL_FIN.to_vec();
    bytes.extend_from_slice(genesis.as_bytes());
    bytes.extend_from_slice(&init.height.get().to_be_bytes());
    bytes.extend_from_slice(&init.round.to_be_bytes());
    push_round(&mut bytes, init.valid_round);
    bytes.extend_from_slice(init.sender.as_bytes());
    bytes.extend_from_slice(fin.value.as_bytes());
    bytes.extend_from_slice(&fin.digest);
    bytes
}

fn push_round(bytes: &mut Vec<u8>, round: Option<u32>) {
    match round {
        None => bytes.push(0),
        Some(round) => {
            bytes.push(1);
            bytes.extend_from_slice(&round.to_be_bytes());
        }
    }
}

/// Signs consensus messages with one validator's consensus key.
#[derive(Clone, Debug)]
pub struct Signer {
    genesis: GenesisHash,
    key: SigningKey,
}

impl Signer {
    /// A signer for the ledger that `genesis` names.
    pub const fn new(genesis: GenesisHash, key: SigningKey) -> Self {
        Self { genesis, key }
    }

    /// The key others check with.
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Signs a vote; `None` for a vote outside any round.
    pub fn vote(&self, vote: Vote) -> Option<SignedVote<Ledger>> {
        let signature = self.key.sign(&bytes_of_vote(&self.genesis, &vote)?);
        Some(SignedMessage::new(vote, signature))
    }

    /// Signs a proposal; `None` for a proposal outside any round.
    pub fn proposal(&self, proposal: Proposal) -> Option<SignedProposal<Ledger>> {
        let signature = self.key.sign(&bytes_of_proposal(&self.genesis, &proposal)?);
        Some(SignedMessage::new(proposal, signature))
    }

    /// Signs the end of a stream of parts.
    pub fn fin(&self, init: &Init, value: ValueId, digest: [u8; 32]) -> Fin {
        let mut fin = Fin { value, digest, signature: Signature([0; 64]) };
        fin.signature = self.key.sign(&bytes_of_fin(&self.genesis, init, &fin));
        fin
    }

    /// Signs that this validator speaks through the libp2p peer `peer_id`.
    pub fn peer_proof(&self, peer_id: Vec<u8>) -> ValidatorProof<Ledger> {
        let public = self.public().as_bytes().to_vec();
        let bytes = ValidatorProof::<Ledger>::signing_bytes(&public, &peer_id);
        ValidatorProof::new(public, peer_id, self.key.sign(&bytes))
    }
}

/// Checks consensus messages of one ledger.
#[derive(Clone, Copy, Debug)]
pub struct Verifier {
    genesis: GenesisHash,
}

impl Verifier {
    /// A verifier for the ledger that `genesis` names.
    pub const fn new(genesis: GenesisHash) -> Self {
        Self { genesis }
    }

    /// Whether `signature` on `vote` holds.
    pub fn vote_holds(&self, vote: &Vote, signature: &Signature, key: &PublicKey) -> bool {
        bytes_of_vote(&self.genesis, vote).is_some_and(|bytes| holds(key, &bytes, signature))
    }

    /// Whether `signature` on `proposal` holds.
    pub fn proposal_holds(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> bool {
        bytes_of_proposal(&self.genesis, proposal)
            .is_some_and(|bytes| holds(key, &bytes, signature))
    }

    /// Whether the sender signed this end of its stream.
    pub fn fin_holds(&self, init: &Init, fin: &Fin, key: &PublicKey) -> bool {
        holds(key, &bytes_of_fin(&self.genesis, init, fin), &fin.signature)
    }

    /// Whether `prevotes` prove that a quorum prevoted `value` in `round`: members in strictly
    /// ascending order, each signature valid.
    pub fn polka_holds(
        &self,
        members: &Members,
        height: Height,
        round: u32,
        value: ValueId,
        prevotes: &[(ValidatorId, Signature)],
    ) -> bool {
        prevotes.len() >= members.quorum()
            && prevotes.is_sorted_by(|(a, _), (b, _)| a < b)
            && prevotes
                .iter()
                .all(|(id, by)| self.prevote_holds(members, (height, round), value, id, by))
    }

    /// Whether a member's prevote for `value` at this height and round holds.
    fn prevote_holds(
        &self,
        members: &Members,
        (height, round): (Height, u32),
        value: ValueId,
        id: &ValidatorId,
        signature: &Signature,
    ) -> bool {
        members.find(id).is_some_and(|member| {
            let vote = Vote {
                kind: VoteType::Prevote,
                height: height.into(),
                round: Round::new(round),
                value: NilOrVal::Val(value),
                validator: member.address,
            };
            self.vote_holds(&vote, signature, &member.key)
        })
    }

    /// Whether a proof binds its consensus key to its peer.
    pub fn peer_proof_holds(&self, proof: &ValidatorProof<Ledger>) -> bool {
        proof.decoded_public_key().is_ok_and(|key| holds(&key, &proof.preimage(), &proof.signature))
    }
}

fn holds(key: &PublicKey, bytes: &[u8], signature: &Signature) -> bool {
    key.verify(bytes, signature).is_ok()
}

#[async_trait]
impl engine::Signer<Ledger> for Signer {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedVote<Ledger>, Error> {
        self.vote(vote).ok_or_else(|| Error::from_source("a vote needs a round"))
    }

    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedProposal<Ledger>, Error> {
        self.proposal(proposal).ok_or_else(|| Error::from_source("a proposal needs a round"))
    }

    async fn sign_vote_extension(
        &self,
        _: VoteExtensionScope<Ledger>,
        (): (),
    ) -> Result<SignedMessage<Ledger, ()>, Error> {
        Err(Error::from_source("vote extensions are not used"))
    }

    async fn sign_validator_proof(
        &self,
        public_key: Vec<u8>,
        peer_id: Vec<u8>,
    ) -> Result<ValidatorProof<Ledger>, Error> {
        if public_key != self.public().as_bytes() {
            return Err(Error::from_source("a validator proves only its own key"));
        }
        Ok(self.peer_proof(peer_id))
    }
}

#[async_trait]
impl engine::Verifier<Ledger> for Verifier {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.vote_holds(vote, signature, key)))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.proposal_holds(proposal, signature, key)))
    }

    async fn verify_signed_vote_extension(
        &self,
        _: &VoteExtensionScope<Ledger>,
        (): &(),
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<Ledger>,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.peer_proof_holds(proof)))
    }
}
