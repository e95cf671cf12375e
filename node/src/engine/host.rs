//! What the engine needs of the application: blocks as bytes, verdicts, durability.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use arc_malachitebft_app_channel::app::types::PeerId;
use async_trait::async_trait;
use bytes::Bytes;
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_format::signature::PublicKey;
use tamga_format::validators::{Validator, ValidatorSet};
use tamga_replica::engine::Members;
use tokio::sync::watch;

/// The application behind the engine. Blocks cross this border as their one encoding.
///
/// The engine calls one method at a time, except the two that answer from memory.
#[async_trait]
pub trait Host: Send + Sync + 'static {
    /// Builds the block for a height and round in which this node proposes, and keeps it as
    /// [`validate`](Self::validate) would. Asked again, also after a restart, it may build another:
    /// the engine asks [`undecided`](Self::undecided) first.
    ///
    /// # Errors
    /// [`HostError`]: the engine stops.
    async fn propose(&self, height: Height, round: u32) -> Result<Proposed, HostError>;

    /// Executes the block that would follow the head, without durable effect, and keeps the result
    /// under the value returned. A `fresh` block is held against the clock and its proposer; one
    /// that a quorum has accepted before is not.
    ///
    /// # Errors
    /// [`Refusal`].
    async fn validate(&self, block: Bytes, fresh: Option<Turn>) -> Result<ValueId, Refusal>;

    /// Makes a decided block durable together with its certificate and the evidence of
    /// equivocation seen at its height. Returns after the write is synced.
    ///
    /// # Errors
    /// [`HostError::Unknown`] when no validated block has this value: the engine validates the
    /// bytes it kept and tries again. Anything else stops the engine.
    async fn commit(
        &self,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<(), HostError>;

    /// A decided block and its certificate, for a peer that catches up.
    ///
    /// # Errors
    /// [`HostError`]: the engine stops.
    async fn decided(&self, height: Height) -> Result<Option<(Bytes, Certificate)>, HostError>;

    /// Keeps a valid block on disk until its height is decided. The engine votes only afterwards,
    /// so the block must survive what the vote survives.
    ///
    /// # Errors
    /// [`HostError`]: the engine stops.
    async fn keep_undecided(&self, round: u32, block: Bytes) -> Result<(), HostError>;

    /// The blocks kept for a height, with the rounds they were proposed in.
    ///
    /// # Errors
    /// [`HostError`]: the engine stops.
    async fn undecided(&self, height: Height) -> Result<Vec<(u32, Bytes)>, HostError>;

    /// The validators of the height after the head.
    fn validators(&self) -> Arc<Validators>;

    /// The height of the last committed block.
    fn head(&self) -> Height;

    /// Reasons for the next block: records that wait for one, draws that wait for any. Above zero, the
    /// engine goes on without waiting for a heartbeat.
    fn reasons(&self) -> watch::Receiver<u64>;
}

/// A block this node proposes.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// What is voted on.
    pub value: ValueId,
    /// The block's one encoding.
    pub block: Bytes,
}

/// Whose turn it is to propose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The round.
    pub round: u32,
    /// Its proposer.
    pub proposer: ValidatorId,
}

/// Why a block was not validated.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Refusal {
    /// The block breaks a rule: this node votes against it.
    #[error("invalid block: {0}")]
    Invalid(String),
    /// Something here failed; the block may be valid.
    #[error("block not judged: {0}")]
    Unavailable(String),
}

/// Why the application could not serve the engine.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HostError {
    /// No validated block has this value.
    #[error("no validated block has the value {0}")]
    Unknown(ValueId),
    /// The application failed or stopped.
    #[error("application: {0}")]
    Failed(String),
}

/// The validators of a height and the libp2p peers they speak through.
#[derive(Clone, Debug)]
pub struct Validators {
    members: Members,
    by_peer: BTreeMap<PeerId, ValidatorId>,
}

impl Validators {
    /// Validators by id, consensus key and libp2p peer id.
    ///
    /// # Errors
    /// When a peer id is not one.
    pub fn new<'a>(
        validators: impl IntoIterator<Item = (ValidatorId, PublicKey, &'a str)>,
    ) -> Result<Self> {
        let mut keys = Vec::new();
        let mut by_peer = BTreeMap::new();
        for (id, key, peer) in validators {
            let peer = peer.parse().ok().with_context(|| format!("{peer} is not a peer id"))?;
            keys.push((id, key));
            by_peer.insert(peer, id);
        }
        Ok(Self { members: Members::new(keys), by_peer })
    }

    /// The set as the engine sees it.
    #[must_use]
    pub const fn members(&self) -> &Members {
        &self.members
    }

    /// The validator that speaks through `peer`.
    #[must_use]
    pub fn speaker(&self, peer: &PeerId) -> Option<&ValidatorId> {
        self.by_peer.get(peer)
    }
}

impl From<&ValidatorSet> for Validators {
    /// A validator whose PeerId can't be read counts, and speaks through nobody.
    fn from(set: &ValidatorSet) -> Self {
        let keys = set.members().iter().map(|it| (it.id, it.consensus));
        let speaks = |it: &Validator| Some((it.peer_id.parse().ok()?, it.id));
        let by_peer = set.members().iter().filter_map(speaks).collect();
        Self { members: Members::new(keys), by_peer }
    }
}
