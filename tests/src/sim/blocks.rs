//! The undecided blocks that a simulated validator knows.

use std::collections::BTreeMap;

use arc_malachitebft_core_consensus::ProposedValue;
use arc_malachitebft_core_types::{Round, Validity};
use bytes::Bytes;
use tamga_format::id::{Height, ValidatorId, ValueId};
use tamga_replica::engine::{Address, Candidate, Ledger as Types};

/// Blocks kept at a time.
pub(super) const BLOCKS_MAX: usize = 24;
/// Blocks of one round that are judged before a quorum has prevoted one.
const PER_ROUND_MAX: usize = 2;

/// An undecided block.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The round it was last proposed in.
    pub(super) round: u32,
    /// That round's proposer.
    pub(super) proposer: ValidatorId,
    /// For a re-proposal: the earlier round in which a quorum prevoted it.
    pub(super) valid_round: Option<u32>,
    /// Whether that quorum was proven.
    pub(super) prevoted: bool,
    /// Its bytes.
    pub(super) bytes: Bytes,
    /// What executing it said.
    pub(super) verdict: Option<Validity>,
    /// Whether the engine knows it.
    pub(super) delivered: bool,
}

/// Undecided blocks by height and value.
#[derive(Debug, Default)]
pub(super) struct Blocks(BTreeMap<(Height, ValueId), Known>);

impl Blocks {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, height: Height, value: ValueId) -> Option<&Known> {
        self.0.get(&(height, value))
    }

    /// Adds or replaces a block; when there are too many, the one furthest ahead goes, or else
    /// the oldest round's.
    pub(super) fn insert(&mut self, height: Height, value: ValueId, known: Known) {
        self.0.insert((height, value), known);
        if self.0.len() <= BLOCKS_MAX {
            return;
        }
        let furthest = self.0.keys().next_back().copied().filter(|key| key.0 > height);
        let oldest = self.0.iter().filter(|(key, _)| key.1 != value);
        let oldest = oldest.min_by_key(|(_, known)| known.round).map(|(key, _)| *key);
        if let Some(key) = furthest.or(oldest) {
            self.0.remove(&key);
        }
    }

    /// Whether a block is one too many of its round.
    pub(super) fn is_crowded(&self, height: Height, round: u32, value: ValueId) -> bool {
        let others = self.values(height).into_iter().filter(|other| *other != value);
        let of_round = others
            .filter_map(|other| self.get(height, other))
            .filter(|known| known.round == round && !known.prevoted);
        of_round.count() >= PER_ROUND_MAX
    }

    /// The values of a height, in the order of ids.
    pub(super) fn values(&self, height: Height) -> Vec<ValueId> {
        let (first, last) = (ValueId([0; 32]), ValueId([0xff; 32]));
        self.0.range((height, first)..=(height, last)).map(|((_, value), _)| *value).collect()
    }

    /// The valid block that this proposer first proposed in this round.
    pub(super) fn proposed(
        &self,
        height: Height,
        round: u32,
        proposer: ValidatorId,
    ) -> Option<(ValueId, Bytes)> {
        self.values(height).into_iter().find_map(|value| {
            let known = self.get(height, value)?;
            let found = (known.round, known.proposer) == (round, proposer)
                && known.valid_round.is_none()
                && known.verdict == Some(Validity::Valid);
            found.then(|| (value, known.bytes.clone()))
        })
    }

    /// What the engine is told of a judged block; marks it as told.
    pub(super) fn deliver(
        &mut self,
        height: Height,
        value: ValueId,
    ) -> Option<ProposedValue<Types>> {
        let known = self.0.get_mut(&(height, value))?;
        let validity = known.verdict?;
        known.delivered = true;
        Some(ProposedValue {
            height: height.into(),
            round: Round::new(known.round),
            valid_round: Round::from(known.valid_round),
            proposer: Address(known.proposer),
            value: Candidate(value),
            validity,
        })
    }

    /// Forgets decided heights.
    pub(super) fn forget_until(&mut self, head: Height) {
        self.0.retain(|(height, _), _| *height > head);
    }
}
