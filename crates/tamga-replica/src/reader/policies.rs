//! The chain of policies (spec §13.16).

use tamga_format::id::TreeSize;
use tamga_format::policy_chain::{PolicyChain, PolicyStep};
use tamga_format::receipt::Receipt;

use super::Reader;
use crate::reigns::recorded_policies;
use crate::store::{Store, StoreError};

impl<S: Store> Reader<S> {
    /// The receipt of the record that entered the policy of a number; `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn policy_receipt(&self, number: u64) -> Result<Option<Receipt>, StoreError> {
        if number == 0 || number > self.reigns.newest().number {
            return Ok(None);
        }
        let records = recorded_policies(&self.store)?;
        let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
        let Some((_, record)) = records.get(at) else { return Ok(None) };
        self.receipt(&record.id())
    }

    /// Every policy that ruled when a checkpoint became final, or that came before one that did: each
    /// under the first final checkpoint after the block of its record.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub fn policy_chain(&self) -> Result<PolicyChain, StoreError> {
        let mut chain = PolicyChain { first: self.reigns.first().to_vec(), steps: Vec::new() };
        let mut before: Option<TreeSize> = None;
        for (height, record) in recorded_policies(&self.store)? {
            let Some((index, _)) = self.place(&record.id())? else { break };
            let Some((final_in, note)) = self.note_from(height.next())? else { break };
            let share = self.share_in(height, final_in, note)?;
            let consistency = match before {
                Some(before) => self.consistency(before, share.size)?.unwrap_or_default(),
                None => Vec::new(),
            };
            before = Some(share.size);
            let receipt = self.receipt_of(index, &share)?;
            chain.steps.push(PolicyStep { consistency, receipt });
        }
        Ok(chain)
    }
}
