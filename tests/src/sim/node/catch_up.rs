//! Decided blocks for a validator that is behind: asked of a peer, checked by the engine, judged.

use arc_malachitebft_core_consensus::{Input, PeerId};
use arc_malachitebft_core_types::{ValueOrigin, ValueResponse};
use tamga_format::certificate::Certificate;
use tamga_format::id::{Height, ValidatorId};
use tamga_replica::engine::{Ledger as Types, extended_certificate};

use super::{Node, number, stop, valid};
use crate::sim::packet::Packet;
use crate::sim::{Out, Stop};

/// How long an answer to a question for blocks may take.
const BLOCKS_WITHIN_MS: u64 = 1_000;
/// Blocks in one answer.
const BLOCKS_ANSWERED: u64 = 5;
/// Decided blocks ahead that are kept.
const SYNCED_MAX: u64 = 16;

impl Node {
    /// Asks a peer that is ahead for blocks, unless an answer is still awaited.
    pub(super) fn ask_blocks(&mut self, peer: Option<usize>) {
        let head = self.app.head().height;
        let ahead: Vec<usize> =
            self.heights.iter().filter(|(_, it)| **it > head).map(|(peer, _)| *peer).collect();
        let waiting = self.asked_ms.is_some_and(|at| self.now_ms - at < BLOCKS_WITHIN_MS);
        if waiting || ahead.is_empty() {
            return;
        }
        self.turn = self.turn.wrapping_add(1) % self.processes;
        let peer = peer.unwrap_or(ahead[self.turn % ahead.len()]);
        self.asked_ms = Some(self.now_ms);
        self.out.push(Out::Send(peer, Packet::Blocks(head.next())));
    }

    pub(super) fn answer_blocks(&mut self, peer: usize, first: Height) -> Result<(), Stop> {
        let last = self.app.head().height.get().min(first.get() + BLOCKS_ANSWERED - 1);
        for height in (first.get().max(1)..=last).map(Height) {
            if let Some((block, kept)) = self.app.decided(height).map_err(Stop::Disk)? {
                let packet = Packet::Block(block.encode(), kept.encode());
                self.out.push(Out::Send(peer, packet));
            }
        }
        Ok(())
    }

    /// A decided block of a peer; the engine checks the certificate when its height has begun.
    pub(super) fn synced(&mut self, block: Vec<u8>, kept: &[u8]) -> Result<(), Stop> {
        let Ok(kept) = Certificate::decode(kept) else { return Ok(()) };
        let (height, head) = (kept.height, self.app.head().height);
        if height <= head || height.get() > head.get() + SYNCED_MAX {
            return Ok(());
        }
        self.synced.insert(height, (block, kept));
        self.use_synced()
    }

    pub(super) fn use_synced(&mut self) -> Result<(), Stop> {
        let height = self.engine.height();
        if self.held.is_some() || height != self.app.head().height.next() {
            return Ok(());
        }
        let Some((block, kept)) = self.synced.remove(&height) else { return Ok(()) };
        let peer = PeerId::from_bytes(&[0, 1, 0]).expect("an identity hash");
        let response = ValueResponse::new(peer, block.into(), extended_certificate(&kept));
        self.engine.input(Input::SyncValueResponse(response)).map_err(stop)
    }

    pub(super) fn judge_synced(
        &mut self,
        response: &ValueResponse<Types>,
        proposer: ValidatorId,
    ) -> Result<(), Stop> {
        let height = Height::from(response.certificate.height);
        let value = response.certificate.value_id;
        let round = number(response.certificate.round);
        if height != self.app.head().height.next() {
            return Ok(());
        }
        let bytes = response.value_bytes.clone();
        match self.validate(&bytes, None)? {
            Ok((found, block)) if found == value => {
                self.app.keep_undecided(round, &block).map_err(Stop::Disk)?;
            }
            Ok(_) => return Ok(()),
            Err(error) => {
                let what = format!("decided block {height} is refused here: {error}");
                return Err(Stop::Fault("agreement", what));
            }
        }
        self.blocks.insert(height, value, valid(round, proposer, bytes));
        self.deliver(height, value, ValueOrigin::Sync)
    }
}
