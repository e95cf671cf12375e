//! The undecided blocks this node knows, in memory.

use std::collections::BTreeMap;

use arc_malachitebft_app_channel::app::types::ProposedValue;
use arc_malachitebft_core_types::{Round, Validity};
use bytes::Bytes;
use tamga_format::id::{Height, ValueId};
use tamga_replica::engine::{Address, Candidate, Ledger};

use super::host::Turn;

/// Blocks kept at a time. Valid ones are on disk as well, so that dropping one loses nothing.
const BLOCKS_MAX: usize = 24;
/// Blocks of one round that are judged before a quorum has prevoted one; an honest proposer has one.
const PER_ROUND_MAX: usize = 2;

/// An undecided block.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The round it was last proposed in, and its proposer.
    pub turn: Turn,
    /// For a re-proposal: the round in which a quorum prevoted it, proven or only claimed.
    pub valid_round: Option<u32>,
    /// Whether that quorum was proven.
    pub prevoted: bool,
    /// Its bytes.
    pub block: Bytes,
    /// What executing it said; nothing while its predecessor is undecided.
    pub verdict: Option<Validity>,
    /// Whether the engine knows it.
    pub delivered: bool,
}

impl Known {
    /// A block first proposed in `turn` and found valid.
    pub(super) const fn valid(turn: Turn, block: Bytes) -> Self {
        let verdict = Some(Validity::Valid);
        Self { turn, valid_round: None, prevoted: false, block, verdict, delivered: false }
    }
}

/// Undecided blocks by height and value.
#[derive(Default)]
pub(super) struct Blocks(BTreeMap<(Height, ValueId), Known>);

impl Blocks {
    pub(super) fn get(&self, height: Height, value: &ValueId) -> Option<&Known> {
        self.0.get(&(height, *value))
    }

    /// Adds or replaces a block; when there are too many, the one furthest in the future goes,
    /// or else the oldest round's.
    pub(super) fn insert(&mut self, height: Height, value: ValueId, known: Known) {
        self.0.insert((height, value), known);
        if self.0.len() <= BLOCKS_MAX {
            return;
        }
        let lowest = self.0.keys().next().map(|(height, _)| *height);
        let furthest = self.0.keys().next_back().copied().filter(|key| Some(key.0) != lowest);
        let oldest = || {
            let others = self.0.iter().filter(|(key, _)| key.1 != value);
            others.min_by_key(|(_, known)| known.turn.round).map(|(key, _)| *key)
        };
        if let Some(key) = furthest.or_else(oldest) {
            self.0.remove(&key);
        }
    }

    /// Whether a block is one too many of its round: then its proposer only costs the others time.
    pub(super) fn is_crowded(&self, height: Height, round: u32, value: ValueId) -> bool {
        let others = self.values(height).into_iter().filter(|other| *other != value);
        let of_round = others
            .filter_map(|other| self.get(height, &other))
            .filter(|known| known.turn.round == round && !known.prevoted);
        of_round.count() >= PER_ROUND_MAX
    }

    /// The values of a height, in the order of ids.
    pub(super) fn values(&self, height: Height) -> Vec<ValueId> {
        let (first, last) = (ValueId([0; 32]), ValueId([0xff; 32]));
        self.0.range((height, first)..=(height, last)).map(|((_, value), _)| *value).collect()
    }

    /// The valid block first proposed at this very height and turn.
    pub(super) fn proposed(&self, height: Height, turn: Turn) -> Option<(ValueId, Bytes)> {
        self.values(height).into_iter().find_map(|value| {
            let known = self.get(height, &value)?;
            let found = known.turn == turn
                && known.valid_round.is_none()
                && known.verdict == Some(Validity::Valid);
            found.then(|| (value, known.block.clone()))
        })
    }

    /// What the engine is told of a judged block; marks it as told.
    pub(super) fn deliver(
        &mut self,
        height: Height,
        value: ValueId,
    ) -> Option<ProposedValue<Ledger>> {
        let known = self.0.get_mut(&(height, value))?;
        let validity = known.verdict?;
        known.delivered = true;
        Some(ProposedValue {
            height: height.into(),
            round: Round::new(known.turn.round),
            valid_round: Round::from(known.valid_round),
            proposer: Address(known.turn.proposer),
            value: Candidate(value),
            validity,
        })
    }

    /// Forgets decided heights.
    pub(super) fn forget_until(&mut self, head: Height) {
        self.0.retain(|(height, _), _| *height > head);
    }
}
