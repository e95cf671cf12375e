//! Which policy rules which height (spec §15.7).
//!
//! A policy rules from the block after the one that records it. The log says which records those
//! are, so that no row of the store does: [`Reigns::read`] finds them in the history of the
//! policy's item.

use std::sync::{Arc, PoisonError, RwLock};

use tamga_format::cbor::Value;
use tamga_format::id::{Height, LeafIndex, PolicyHash, SubjectId};
use tamga_format::policy::Policy;
use tamga_format::policy_record::PolicyPayload;
use tamga_format::record::{Record, SignedRecord};
use tamga_format::validators::ValidatorSet;
use tamga_state::Genesis;
use tamga_state::registry::{entered_policy, genesis_policy_fields};
use tamga_state::status::PolicyStatus;

use crate::builders::Builders;
use crate::layout::{self, HistoryRow, IdRow, Table};
use crate::limits::HISTORY_PAGE_MAX;
use crate::store::{Store, StoreError};

/// One policy, from the first height that it rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reign {
    /// The first height whose block its validators decide and whose checkpoint it makes final.
    pub first: Height,
    /// Number of the policy; 0 is that of the genesis.
    pub number: u64,
    /// The policy.
    pub policy: Policy,
    /// Its hash, as block leaves name it.
    pub hash: PolicyHash,
    /// Who decides.
    pub validators: ValidatorSet,
    /// Who runs them.
    pub builders: Builders,
    /// The organisations that do.
    pub organisations: Arc<[SubjectId]>,
}

impl Reign {
    /// The reign of a policy from this height on.
    pub fn new(first: Height, number: u64, policy: Policy, validators: ValidatorSet) -> Self {
        let builders = Builders::from(&validators);
        let (hash, organisations) = (policy.hash(), builders.organisations());
        Self { first, number, policy, hash, validators, builders, organisations }
    }

    /// The reign of the policy that one of these records enters, if they are those of a block; the
    /// last counts.
    pub(crate) fn entered<'r>(
        height: Height,
        records: impl DoubleEndedIterator<Item = &'r Record>,
    ) -> Option<Self> {
        let PolicyPayload { number, policy, validators, .. } =
            records.rev().find_map(entered_policy)?;
        Some(Self::new(height.next(), number, policy, validators))
    }
}

/// All reigns so far; clones see those that come.
#[derive(Clone, Debug)]
pub struct Reigns {
    reigns: Arc<RwLock<Vec<Arc<Reign>>>>,
    /// The signed fields of the policy of the genesis, with which the chain of policies begins.
    first: Arc<[(u16, Value)]>,
}

impl Reigns {
    /// The reign of the genesis, from height 0 on.
    pub fn of_genesis(genesis: &Genesis) -> Self {
        let Genesis { policy, validators, .. } = genesis;
        let first = Reign::new(Height(0), 0, policy.clone(), validators.clone());
        let reigns = Arc::new(RwLock::new(vec![Arc::new(first)]));
        Self { reigns, first: genesis_policy_fields(genesis).into() }
    }

    /// The reigns of the genesis and of every policy in the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: the process stops.
    pub(crate) fn read<S: Store>(genesis: &Genesis, store: &S) -> Result<Self, StoreError> {
        let reigns = Self::of_genesis(genesis);
        for (height, record) in recorded_policies(store)? {
            let reign = Reign::entered(height, std::iter::once(record.record()));
            reigns.begin(reign.ok_or_else(damaged)?);
        }
        Ok(reigns)
    }

    /// The reign of a height: of what is above the head, the newest known.
    pub fn at(&self, height: Height) -> Arc<Reign> {
        // Every change leaves the list whole, so a panic elsewhere spoils nothing.
        let reigns = self.reigns.read().unwrap_or_else(PoisonError::into_inner);
        let after = reigns.partition_point(|reign| reign.first <= height);
        let at = reigns.get(after.saturating_sub(1));
        Arc::clone(at.expect("the reign of the genesis begins at height 0"))
    }

    /// The reign of the next block.
    pub fn newest(&self) -> Arc<Reign> {
        self.at(Height(u64::MAX))
    }

    /// The signed fields of the policy of the genesis.
    pub(crate) fn first(&self) -> &[(u16, Value)] {
        &self.first
    }

    /// Adds the reign that follows; of two that begin at one height the later record rules.
    pub(crate) fn begin(&self, reign: Reign) {
        let mut reigns = self.reigns.write().unwrap_or_else(PoisonError::into_inner);
        if reigns.last().is_some_and(|last| last.first == reign.first) {
            reigns.pop();
        }
        reigns.push(Arc::new(reign));
    }
}

/// The records of the log that enter policies, in order, with the heights of their blocks.
pub(crate) fn recorded_policies<S: Store>(
    store: &S,
) -> Result<Vec<(Height, SignedRecord)>, StoreError> {
    let subject = PolicyStatus::subject().map_key();
    let mut records = Vec::new();
    let mut position = 0;
    loop {
        let from = layout::history_key(&subject, position);
        let rows = store.scan(Table::History, &from, subject.as_bytes(), HISTORY_PAGE_MAX)?;
        let read = rows.len();
        for (_, row) in rows {
            let HistoryRow::V1 { index, .. } = layout::decode(Table::History, &row)?;
            let entry = store.get(Table::Entries, &layout::index_key(LeafIndex(index)))?;
            let record = SignedRecord::decode(&entry.ok_or_else(damaged)?);
            let record = record.map_err(|_| damaged())?;
            if entered_policy(record.record()).is_none() {
                continue;
            }
            let row = store.get(Table::Ids, record.id().as_bytes())?.ok_or_else(damaged)?;
            let IdRow::V1 { height, .. } = layout::decode(Table::Ids, &row)?;
            records.push((Height(height), record));
        }
        if read < HISTORY_PAGE_MAX {
            return Ok(records);
        }
        position += read as u64;
    }
}

fn damaged() -> StoreError {
    StoreError::Corrupted("a record of a policy is damaged".to_owned())
}
