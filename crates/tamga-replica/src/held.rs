//! Who states that the attachment of a record is held and checked (spec §24.6).

use std::collections::{BTreeMap, VecDeque};

use tamga_format::held::HeldStatement;
use tamga_format::id::{GenesisHash, RecordId, ValidatorId};
use tamga_format::validators::ValidatorSet;

use crate::limits::HELD_RECORDS_MAX;

/// Statements of validators that were verified, by record; when there are too many records, the oldest gives way,
/// and its statements come again.
#[derive(Debug, Default)]
pub(crate) struct Held {
    records: BTreeMap<RecordId, BTreeMap<ValidatorId, HeldStatement>>,
    order: VecDeque<RecordId>,
}

impl Held {
    /// Keeps a statement of a validator whose signature holds; whether it is new.
    pub(crate) fn add(
        &mut self,
        genesis: &GenesisHash,
        validators: &ValidatorSet,
        statement: HeldStatement,
    ) -> bool {
        let known = self.records.get(&statement.record);
        if known.is_some_and(|by| by.contains_key(&statement.validator))
            || !holds(genesis, validators, &statement)
        {
            return false;
        }
        let new = known.is_none();
        self.records.entry(statement.record).or_default().insert(statement.validator, statement);
        if new {
            self.order.push_back(statement.record);
        }
        while self.order.len() > HELD_RECORDS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.records.remove(&oldest);
            }
        }
        true
    }

    /// As many statements on a record as make a quorum; `None` if there are fewer.
    pub(crate) fn quorum(
        &self,
        validators: &ValidatorSet,
        record: &RecordId,
    ) -> Option<Vec<HeldStatement>> {
        let known = self.records.get(record)?;
        let enough = validators.quorum();
        // Whoever stated it under an earlier policy may not count any more.
        let counting = known.values().filter(|it| validators.get(&it.validator).is_some());
        let statements: Vec<_> = counting.take(enough).copied().collect();
        (statements.len() == enough).then_some(statements)
    }

    /// Forgets a record that stands in a block.
    pub(crate) fn forget(&mut self, record: &RecordId) {
        if self.records.remove(record).is_some() {
            self.order.retain(|known| known != record);
        }
    }
}

/// Whether a quorum of distinct validators states it of a record.
pub(crate) fn is_held(
    genesis: &GenesisHash,
    validators: &ValidatorSet,
    record: &RecordId,
    statements: &[HeldStatement],
) -> bool {
    let mut by: Vec<ValidatorId> = statements
        .iter()
        .filter(|it| it.record == *record && holds(genesis, validators, it))
        .map(|it| it.validator)
        .collect();
    by.sort_unstable();
    by.dedup();
    by.len() >= validators.quorum()
}

fn holds(genesis: &GenesisHash, validators: &ValidatorSet, statement: &HeldStatement) -> bool {
    let by = validators.get(&statement.validator);
    by.is_some_and(|by| statement.verify(genesis, &by.consensus).is_ok())
}
