//! What the engine sees of the replica.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValueId};
use tamga_replica::{Block, BlockError, CommitError};
use tokio::sync::watch;

use super::{AppHandle, Stopped};
use crate::engine::host::{Host, HostError, Proposed, Refusal, Turn, Validators};

/// The replica as the engine's application.
#[derive(Clone, Debug)]
pub struct EngineHost {
    app: AppHandle,
}

impl EngineHost {
    /// The replica behind `app`.
    #[must_use]
    pub const fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl From<Stopped> for HostError {
    fn from(stopped: Stopped) -> Self {
        Self::Failed(stopped.to_string())
    }
}

#[async_trait]
impl Host for EngineHost {
    async fn propose(&self, height: Height, round: u32) -> Result<Proposed, HostError> {
        let block = self
            .app
            .propose(height, round)
            .await?
            .map_err(|error| HostError::Failed(format!("no block to propose: {error}")))?;
        Ok(Proposed { value: block.value, block: block.encode().into() })
    }

    async fn validate(&self, block: Bytes, fresh: Option<Turn>) -> Result<ValueId, Refusal> {
        let block = Block::decode(&block).map_err(|error| Refusal::Invalid(error.to_string()))?;
        let fresh = fresh.map(|turn| (turn.round, turn.proposer));
        match self.app.validate(block, fresh).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error @ (BlockError::Height { .. } | BlockError::Store(_)))) => {
                Err(Refusal::Unavailable(error.to_string()))
            }
            Ok(Err(error)) => Err(Refusal::Invalid(error.to_string())),
            Err(stopped) => Err(Refusal::Unavailable(stopped.to_string())),
        }
    }

    async fn commit(
        &self,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<(), HostError> {
        let value = certificate.value;
        match self.app.commit(value, certificate, evidence).await? {
            Ok(_) => Ok(()),
            Err(CommitError::Unknown(value)) => Err(HostError::Unknown(value)),
            Err(error) => Err(HostError::Failed(error.to_string())),
        }
    }

    async fn decided(&self, height: Height) -> Result<Option<(Bytes, Certificate)>, HostError> {
        let decided = self.app.decided(height).await?;
        Ok(decided.map(|(block, certificate)| (block.encode().into(), certificate)))
    }

    async fn keep_undecided(&self, round: u32, block: Bytes) -> Result<(), HostError> {
        let block = Block::decode(&block)
            .map_err(|error| HostError::Failed(format!("own block: {error}")))?;
        Ok(self.app.keep_undecided(round, block).await?)
    }

    async fn undecided(&self, height: Height) -> Result<Vec<(u32, Bytes)>, HostError> {
        let blocks = self.app.undecided(height).await?;
        Ok(blocks.into_iter().map(|(round, block)| (round, block.encode().into())).collect())
    }

    fn validators(&self) -> Arc<Validators> {
        let next = self.head().next();
        Arc::new(Validators::from(&self.app.reader().reigns().at(next).validators))
    }

    fn head(&self) -> Height {
        self.app.head().borrow().height
    }

    fn reasons(&self) -> watch::Receiver<u64> {
        self.app.reasons()
    }
}
