//! Who runs the validators that build blocks, as the rules know them (spec §10.3, §16.18).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::id::{SubjectId, ValidatorId};
use tamga_format::validators::ValidatorSet;

/// The organisation of each validator; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Builders(Arc<BTreeMap<ValidatorId, SubjectId>>);

impl Builders {
    /// The organisation that runs a validator.
    pub fn organisation(&self, validator: &ValidatorId) -> Option<SubjectId> {
        self.0.get(validator).copied()
    }

    /// The organisation whose validator built the block of a leaf.
    pub fn of(&self, leaf: &BlockLeaf) -> Option<SubjectId> {
        self.organisation(&leaf.ext.as_ref()?.builder)
    }

    /// All organisations, in order.
    pub fn organisations(&self) -> Arc<[SubjectId]> {
        self.0.values().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Number of validators.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl From<&ValidatorSet> for Builders {
    fn from(set: &ValidatorSet) -> Self {
        let members = set.members().iter();
        Self(Arc::new(members.map(|it| (it.id, it.organisation_id())).collect()))
    }
}
