//! All validators of a ledger in one hand: who builds, what they all vote for and cosign.

use anyhow::Result;
use tamga_format::beacon::VrfSecret;
use tamga_format::certificate::{Certificate, VerifiedCertificate, VoteKind, vote_bytes};
use tamga_format::cosignature::cosign;
use tamga_format::id::{GenesisHash, UnixMillis, ValidatorId};
use tamga_format::note::{Note, sign_note};
use tamga_format::signature::SigningKey;
use tamga_format::validators::{ValidatorSet, validator_id};
use tamga_replica::{Block, Builder, Head};

use crate::keys::{Seed, ValidatorKeys};

/// The keys of every validator and of the log.
#[derive(Debug)]
pub struct Quorum {
    genesis: GenesisHash,
    origin: String,
    log: SigningKey,
    members: Vec<Member>,
    set: ValidatorSet,
}

#[derive(Debug)]
struct Member {
    id: ValidatorId,
    consensus: SigningKey,
    cosigner: SigningKey,
    cosigner_name: String,
    beacon: Seed,
}

impl Quorum {
    /// The quorum of a ledger's validators, given the keys of each of them.
    #[must_use]
    pub fn new(
        (origin, genesis): (&str, GenesisHash),
        set: &ValidatorSet,
        log: &Seed,
        keys: &[ValidatorKeys],
    ) -> Self {
        let member = |keys: &ValidatorKeys| {
            let consensus = SigningKey::from_seed(keys.consensus.0);
            let id = validator_id(&consensus.public());
            let named = set.members().iter().find(|member| member.id == id)?;
            let cosigner_name = named.cosigner.name().to_owned();
            let cosigner = SigningKey::from_seed(keys.cosigner.0);
            Some(Member { id, consensus, cosigner, cosigner_name, beacon: keys.beacon })
        };
        let mut members: Vec<Member> = keys.iter().filter_map(member).collect();
        members.sort_by_key(|member| member.id);
        let log = SigningKey::from_seed(log.0);
        Self { genesis, origin: origin.to_owned(), log, members, set: set.clone() }
    }

    /// Who builds the block of a height: everybody in turn.
    #[must_use]
    pub fn builder(&self, height: u64) -> Builder {
        let turn = usize::try_from(height).unwrap_or_default() % self.members.len().max(1);
        let member = &self.members[turn];
        Builder { validator: member.id, beacon: VrfSecret::from_seed(&member.beacon.0) }
    }

    /// The votes of all for a block.
    ///
    /// # Errors
    ///
    /// When the keys are not those of the validators.
    pub fn certificate(&self, block: &Block) -> Result<VerifiedCertificate> {
        let (height, value) = (block.height(), block.value);
        let vote = |member: &Member| {
            let kind = VoteKind::Precommit;
            let bytes = vote_bytes(kind, &self.genesis, height, 0, Some(&value), &member.id);
            (member.id, member.consensus.sign(&bytes))
        };
        let signatures = self.members.iter().map(vote).collect();
        let certificate = Certificate { height, round: 0, value, signatures };
        Ok(certificate.verify(&self.genesis, &self.set)?)
    }

    /// The checkpoint of a head, signed by the log and cosigned by all at a time.
    ///
    /// # Errors
    ///
    /// When a name is no name of a key.
    pub fn note(&self, head: &Head, time: UnixMillis) -> Result<Note> {
        let text = head.checkpoint(&self.origin).body();
        let seconds = u64::try_from(time.get() / 1_000).unwrap_or_default();
        let mut signatures = vec![sign_note(&text, &self.origin, &self.log)?];
        for member in &self.members {
            signatures.push(cosign(&member.cosigner, &member.cosigner_name, &text, seconds)?);
        }
        Ok(Note { text, signatures })
    }
}
