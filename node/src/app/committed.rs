//! What the cosigner sees of the replica: committed blocks only.

use anyhow::{Context, Result};
use tamga_format::id::{Height, TreeSize};

use super::AppHandle;
use crate::cosigner::{CommittedBlock, CommittedLog};

impl CommittedLog for AppHandle {
    fn block(&self, height: Height) -> Result<Option<CommittedBlock>> {
        let reader = self.reader();
        let Some(block) = reader.block(height)? else { return Ok(None) };
        let certificate = reader
            .certificate(height)?
            .with_context(|| format!("block {} has no certificate", height.get()))?;
        Ok(Some(CommittedBlock {
            height,
            time: block.time,
            checkpoint: block.checkpoint,
            certificate,
            reign: reader.reigns().at(height),
        }))
    }

    fn consistency(&self, from: TreeSize, to: TreeSize) -> Result<Option<Vec<[u8; 32]>>> {
        Ok(self.reader().consistency(from, to)?)
    }

    fn final_note(&self, height: Height) -> Result<Option<String>> {
        Ok(self.reader().note(height)?.map(|note| note.encode()))
    }

    fn policy_receipt(&self, number: u64) -> Result<Option<String>> {
        Ok(self.reader().policy_receipt(number)?.map(|receipt| receipt.encode()))
    }
}
