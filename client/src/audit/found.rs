//! What was found: all of it counted, and the first of each class listed.

use std::collections::BTreeMap;

use tamga_state::pack::Pack;

use super::{Class, Finding};

/// Findings of a class that are listed; whoever falsifies a ledger does not decide how much memory an audit takes.
pub const LISTED_MAX: u64 = 10_000;

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub struct Found {
    listed: Vec<Finding>,
    counts: BTreeMap<Class, u64>,
}

impl Found {
    /// Takes up one more.
    pub fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.class).or_default();
        *count = count.saturating_add(1);
        if *count <= LISTED_MAX {
            self.listed.push(finding);
        }
    }

    /// Takes up all of another's.
    pub fn join(&mut self, other: &Self) {
        for finding in &other.listed {
            self.push(finding.clone());
        }
        for (class, count) in &other.counts {
            let own = self.counts.entry(*class).or_default();
            *own = own.saturating_add(count.saturating_sub(LISTED_MAX));
        }
    }

    /// Those that are listed, in the order of the log as far as they have one.
    #[must_use]
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// How many there are of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> u64 {
        self.counts.get(&class).copied().unwrap_or_default()
    }

    /// Whether nothing was found that proves a falsehood.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.counts.keys().any(|class| class.proves())
    }

    /// Puts another finding in the place of the first of a class; whether there is one.
    pub(super) fn replace(&mut self, class: Class, finding: &Finding) -> bool {
        let Some(at) = self.listed.iter().position(|it| it.class == class) else { return false };
        let old = self.counts.remove(&class).unwrap_or_default();
        if let Some(left) = old.checked_sub(1).filter(|left| *left > 0) {
            self.counts.insert(class, left);
        }
        let count = self.counts.entry(finding.class).or_default();
        *count = count.saturating_add(1);
        self.listed[at] = finding.clone();
        true
    }
}

impl Extend<Finding> for Found {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

/// Findings that are not listed are counted only.
impl Pack for Found {
    fn pack(&self, into: &mut Vec<u8>) {
        self.listed.pack(into);
        let counts = self.counts.iter().map(|(class, count)| (*class, *count));
        counts.collect::<Vec<_>>().pack(into);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let (listed, counts) = (Vec::unpack(from)?, Vec::<(Class, u64)>::unpack(from)?);
        Some(Self { listed, counts: counts.into_iter().collect() })
    }
}
