//! Assignments: the draw that a case waits for, and the proof file of one that is over (spec §13.5).

use std::collections::BTreeSet;

use tamga_format::assignment::AssignmentFile;
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::Height;
use tamga_format::limits::ASSIGNMENT_BLOCKS_MAX;
use tamga_format::subject::Subject;
use tamga_state::enforcement::assignment::{self, PendingDraw};
use tamga_state::status::{self, Case, Draw};

use super::Reader;
use crate::store::{Store, StoreError};

impl<S: Store> Reader<S> {
    /// The draw that a case waits for, as of the head; `None` if it waits for none.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn pending_draw(&self, case: &Subject) -> Result<Option<PendingDraw>, StoreError> {
        let view = self.view();
        assignment::pending(&view, case).map_err(|_| view.fault_or_corrupted())
    }

    /// The proof file of the draw by which a case was given away; `None` if it was not, or if that
    /// is not final yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn assignment(&self, case: &Subject) -> Result<Option<AssignmentFile>, StoreError> {
        let Some(Draw { commitment, height, drawn: Some(drawn), .. }) = self.draw(case)? else {
            return Ok(None);
        };
        let Some(commitment) = self.receipt(&commitment)? else { return Ok(None) };
        let Some(draw) = self.receipt(&drawn)? else { return Ok(None) };
        let damaged = || StoreError::Corrupted(format!("the assignment of {case} is damaged"));
        let checkpoint = Checkpoint::parse(&draw.proof.checkpoint.text).map_err(|_| damaged())?;
        let leaves = self.run_after(height)?.ok_or_else(damaged)?;
        let genesis_path = self.path(0, checkpoint.size)?;
        let with_path = |leaf: BlockLeaf| {
            let index = leaf.size.get().checked_sub(1).ok_or_else(damaged)?;
            let path = self.path(index, checkpoint.size)?;
            Ok((leaf, path))
        };
        let blocks = leaves.into_iter().map(with_path).collect::<Result<_, StoreError>>()?;
        Ok(Some(AssignmentFile { genesis_path, blocks, commitment, draw }))
    }

    fn draw(&self, case: &Subject) -> Result<Option<Draw>, StoreError> {
        let row = self.subject(case)?.and_then(|state| state.status);
        let status = row.map(|row| status::decode::<Case>(&row.bytes)).transpose();
        let damaged = |_| StoreError::Corrupted(format!("the status of {case} is damaged"));
        Ok(status.map_err(damaged)?.and_then(|(_, case)| case.draw))
    }

    /// The leaves of the blocks after a height, up to the first by which two organisations have
    /// built.
    fn run_after(&self, height: Height) -> Result<Option<Vec<BlockLeaf>>, StoreError> {
        let (mut leaves, mut organisations) = (Vec::new(), BTreeSet::new());
        let mut height = height;
        while leaves.len() < ASSIGNMENT_BLOCKS_MAX {
            height = height.next();
            let Some(leaf) = self.block(height)?.and_then(|block| block.leaf) else { break };
            organisations.extend(self.reigns.at(height).builders.of(&leaf));
            leaves.push(leaf);
            if organisations.len() == 2 {
                return Ok(Some(leaves));
            }
        }
        Ok(None)
    }
}
