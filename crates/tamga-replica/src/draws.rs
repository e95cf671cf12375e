//! Draws that wait for blocks: the reason for the next block that no record gives (spec §18.7).
//!
//! Only the newest commitment is remembered: whatever settles it has settled all before it.

use std::collections::BTreeSet;

use tamga_format::id::{Height, SubjectId};

use crate::builders::Builders;

/// Turns of every validator for which a commitment is a reason for blocks. What is not settled
/// then, because the validators of all organisations but one are silent, waits for heartbeats.
const TURNS: u64 = 2;

/// The newest commitment without blocks of two organisations after it, if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draws {
    open: Option<Open>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    commitment: Height,
    built: BTreeSet<SubjectId>,
}

impl Draws {
    /// Takes in the next block: who built it, and whether it holds a commitment.
    pub(crate) fn observe(
        &mut self,
        height: Height,
        builder: Option<SubjectId>,
        commits: bool,
        builders: &Builders,
    ) {
        if let Some(open) = &mut self.open {
            open.built.extend(builder);
            let blocks = height.get().saturating_sub(open.commitment.get());
            if open.built.len() >= 2 || blocks >= window(builders) {
                self.open = None;
            }
        }
        if commits && builders.organisations().len() >= 2 {
            self.open = Some(Open { commitment: height, built: BTreeSet::new() });
        }
    }

    /// Whether a draw waits for the next block.
    pub(crate) fn wait(&self) -> bool {
        self.open.is_some()
    }
}

/// Blocks after a commitment for which it is a reason for the next.
pub(crate) fn window(builders: &Builders) -> u64 {
    TURNS.saturating_mul(builders.count() as u64)
}

#[cfg(test)]
mod tests;
