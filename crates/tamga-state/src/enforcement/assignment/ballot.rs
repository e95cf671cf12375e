//! The candidates of a draw with their loads and weights, and the pick (spec §16.18).

use tamga_format::id::{SubjectId, sha256, tag};
use tamga_format::merkle::{leaf_hash, root_of};

use super::candidates::{Candidates, Exclusion};

/// Version of the way in which weights are made and an officer is picked.
pub const ALGORITHM_VERSION: u64 = 1;

/// What a candidate brings into a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// May be drawn, with this chance out of [`Ballot::total`].
    Weighs {
        /// Open cases when the candidates were fixed.
        load: u32,
        /// One more than the busiest candidate has cases above this load; 0 above the limit.
        weight: u64,
    },
    /// Is left out.
    Excluded(Exclusion),
}

/// Everybody on a list, by ascending id, with what they bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    lines: Vec<(SubjectId, Share)>,
    total: u64,
}

impl Ballot {
    /// Weighs the candidates. `loads` has one number for each who is not left out, in order;
    /// nobody with a load above `max_load` is drawn, unless it is 0.
    ///
    /// `None` if the loads are more or fewer.
    #[must_use]
    pub fn new(candidates: &Candidates, loads: &[u32], max_load: u32) -> Option<Self> {
        let within = |load: u32| max_load == 0 || load <= max_load;
        let busiest = loads.iter().copied().filter(|load| within(*load)).max().unwrap_or_default();
        let mut loads = loads.iter().copied();
        let mut total = 0_u64;
        let mut lines = Vec::with_capacity(candidates.as_slice().len());
        for candidate in candidates.as_slice() {
            let share = match candidate.exclusion {
                Some(reason) => Share::Excluded(reason),
                None => {
                    let load = loads.next()?;
                    let room = u64::from(busiest.saturating_sub(load)).saturating_add(1);
                    let weight = if within(load) { room } else { 0 };
                    // At most 500 weights of at most 2^32: far below 2^64.
                    total = total.saturating_add(weight);
                    Share::Weighs { load, weight }
                }
            };
            lines.push((candidate.officer, share));
        }
        loads.next().is_none().then_some(Self { lines, total })
    }

    /// Everybody in order.
    #[must_use]
    pub fn lines(&self) -> &[(SubjectId, Share)] {
        &self.lines
    }

    /// The sum of all weights; 0 if nobody can be drawn.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The hash over officers, loads, weights and reasons.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let leaf = |(officer, share): &(SubjectId, Share)| {
            let mut leaf = officer.as_bytes().to_vec();
            match share {
                Share::Weighs { load, weight } => {
                    leaf.push(1);
                    leaf.extend_from_slice(&load.to_be_bytes());
                    leaf.extend_from_slice(&weight.to_be_bytes());
                }
                Share::Excluded(reason) => leaf.extend_from_slice(&[2, reason.code()]),
            }
            leaf_hash(&leaf)
        };
        let leaves: Vec<_> = self.lines.iter().map(leaf).collect();
        // A list has at most 500 lines.
        let count = u16::try_from(leaves.len()).unwrap_or(u16::MAX);
        sha256(&[tag::CANDIDATES, &count.to_be_bytes(), root_of(&leaves).as_bytes()])
    }

    /// Whom a seed draws; `None` if nobody can be drawn.
    #[must_use]
    pub fn winner(&self, seed: &[u8; 32]) -> Option<SubjectId> {
        let mut rest = number_below(self.total, seed)?;
        self.lines.iter().find_map(|(officer, share)| {
            let Share::Weighs { weight, .. } = share else { return None };
            match rest.checked_sub(*weight) {
                Some(left) => {
                    rest = left;
                    None
                }
                None => Some(*officer),
            }
        })
    }
}

/// The seed of a draw: the beacon of its blocks, the case, and all that is known of the candidates.
#[must_use]
pub fn seed(beacon: &[u8; 32], case: &SubjectId, root: &[u8; 32]) -> [u8; 32] {
    sha256(&[tag::DRAW_SEED, beacon, case.as_bytes(), root])
}

/// A number from 0 to `end` − 1, each as likely as the others; `None` if `end` is 0.
///
/// Numbers of 64 bits are taken one after the other until one lies below the greatest multiple of
/// `end`. That more than 256 are needed has a chance below 2^-5000 for any `end` of a ballot.
fn number_below(end: u64, seed: &[u8; 32]) -> Option<u64> {
    let beyond = u128::from(u64::MAX).saturating_add(1);
    let surplus = beyond.checked_rem(end.into())?;
    let fair = beyond.saturating_sub(surplus);
    (0..=u8::MAX).find_map(|attempt| {
        let hash = sha256(&[tag::DRAW_PICK, seed, &[attempt]]);
        let number = u64::from_be_bytes(*hash.first_chunk()?);
        if u128::from(number) < fair { number.checked_rem(end) } else { None }
    })
}

#[cfg(test)]
mod tests;
