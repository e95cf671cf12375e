//! Blocks that this validator sends out: its own, and those that a quorum has prevoted before.

use arc_malachitebft_core_consensus::{Input, LocallyProposedValue};
use arc_malachitebft_core_types::{Round, Validity};
use bytes::Bytes;
use tamga_format::id::{Height, ValueId};
use tamga_replica::BlockError;
use tamga_replica::engine::parts::{Init, PART_BYTES, split};
use tamga_replica::engine::{Candidate, wire};
use tamga_replica::limits::BLOCK_COST_MAX;

use super::{Node, stop, valid};
use crate::sim::blocks::Known;
use crate::sim::packet::Packet;
use crate::sim::{Out, Stop};

impl Node {
    pub(super) fn propose(&mut self, height: Height, round: u32) -> Result<(), Stop> {
        if height != self.app.head().height.next() {
            return Ok(());
        }
        let me = self.builder.validator;
        let (value, bytes) = match self.blocks.proposed(height, round, me) {
            Some(made) => made,
            None => {
                let now = self.clock();
                let block =
                    match self.app.propose(height, round, &self.builder, now, BLOCK_COST_MAX) {
                        Ok(block) => block,
                        Err(BlockError::Store(error)) => return Err(Stop::Disk(error)),
                        Err(error) => return Err(Stop::Fault("proposal", error.to_string())),
                    };
                self.app.keep_undecided(round, &block).map_err(Stop::Disk)?;
                let bytes = Bytes::from(block.encode());
                let known = Known { delivered: true, ..valid(round, me, bytes.clone()) };
                self.blocks.insert(height, block.value, known);
                (block.value, bytes)
            }
        };
        let init = Init { height, round, valid_round: None, sender: me, polka: Vec::new() };
        self.publish(init, value, &bytes);
        let local = LocallyProposedValue::new(height.into(), Round::new(round), Candidate(value));
        self.engine.input(Input::Propose(local)).map_err(stop)
    }

    pub(super) fn propose_again(
        &mut self,
        height: Height,
        round: u32,
        valid_round: u32,
        value: ValueId,
    ) -> Result<(), Stop> {
        let Some(bytes) = self.find(height, value)? else { return Ok(()) };
        let polka = self.engine.polka(valid_round, value);
        let sender = self.builder.validator;
        let init = Init { height, round, valid_round: Some(valid_round), sender, polka };
        self.publish(init, value, &bytes);
        Ok(())
    }

    fn publish(&mut self, init: Init, value: ValueId, bytes: &Bytes) {
        let parts = split(&self.signer, init, value, bytes, *PART_BYTES.start());
        let parts = parts.iter().map(wire::encode).collect();
        self.out.push(Out::Broadcast(Packet::Parts(parts)));
    }

    /// The bytes of an undecided block, from memory or disk.
    pub(super) fn find(&mut self, height: Height, value: ValueId) -> Result<Option<Bytes>, Stop> {
        let known = self.blocks.get(height, value);
        if let Some(known) = known.filter(|known| known.verdict != Some(Validity::Invalid)) {
            return Ok(Some(known.bytes.clone()));
        }
        for (_, block) in self.app.undecided(height).map_err(Stop::Disk)? {
            let bytes = Bytes::from(block.encode());
            if self.validate(&bytes, None)?.is_ok_and(|(found, _)| found == value) {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}
