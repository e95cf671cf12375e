//! The draw of an officer (spec §16.18), computed from the text.

use tamga_format::beacon::run_beacon;
use tamga_format::cbor::Value;
use tamga_format::id::{SubjectId, sha256};
use tamga_format::merkle::{leaf_hash, root_of};

/// Why an officer may be left out, in the order of their numbers.
const REASONS: [&str; 7] = [
    "WRONG_REGION",
    "OFFICE_NOT_IN_FORCE",
    "KEY_NOT_IN_FORCE",
    "OWN_TAG",
    "DECLARED_RELATION",
    "PREVIOUS_RECUSAL",
    "ANNULLED_ACT",
];

/// An officer on the list, and why it is left out.
pub(super) type Candidate = (SubjectId, Option<String>);

/// The list of candidates, ascending and each once.
pub(super) fn candidates(value: &Value) -> Option<Vec<Candidate>> {
    let items = value.as_list().filter(|items| (1..=500).contains(&items.len()))?;
    let mut list: Vec<Candidate> = Vec::new();
    for item in items {
        let candidate = match item.as_list() {
            None => (SubjectId(item.as_array_of()?), None),
            Some([id, reason]) => {
                let reason = reason.as_text().filter(|it| REASONS.contains(it))?;
                (SubjectId(id.as_array_of()?), Some(reason.to_owned()))
            }
            Some(_) => return None,
        };
        if list.last().is_some_and(|(before, _)| *before >= candidate.0) {
            return None;
        }
        list.push(candidate);
    }
    Some(list)
}

/// Loads: numbers below 2^32.
pub(super) fn loads(value: &Value) -> Option<Vec<u64>> {
    let items = value.as_list().filter(|items| (1..=500).contains(&items.len()))?;
    items.iter().map(|it| it.as_u64().filter(|load| *load < 1 << 32)).collect()
}

/// The weights of the candidates who are not left out: L − load + 1, and 0 above the limit.
pub(super) fn weights(loads: &[u64], max_load: u64) -> Vec<u64> {
    let within = |load: &u64| max_load == 0 || *load <= max_load;
    let most = loads.iter().copied().filter(within).max().unwrap_or_default();
    loads.iter().map(|load| if within(load) { most - load + 1 } else { 0 }).collect()
}

/// The hash over candidates, loads and weights; nothing if there is not one load for each.
pub(super) fn root(list: &[Candidate], loads: &[u64], max_load: u64) -> Option<[u8; 32]> {
    let weights = weights(loads, max_load);
    let mut drawn = loads.iter().zip(&weights);
    let mut leaves = Vec::new();
    for (officer, reason) in list {
        let mut leaf = officer.as_bytes().to_vec();
        if let Some(reason) = reason {
            let number = REASONS.iter().position(|it| it == reason)? + 1;
            leaf.extend([2, u8::try_from(number).ok()?]);
        } else {
            let (load, weight) = drawn.next()?;
            leaf.push(1);
            leaf.extend(u32::try_from(*load).ok()?.to_be_bytes());
            leaf.extend(weight.to_be_bytes());
        }
        leaves.push(leaf_hash(&leaf));
    }
    if drawn.next().is_some() {
        return None;
    }
    let count = u16::try_from(list.len()).ok()?.to_be_bytes();
    Some(sha256(&[b"tamga/candidates/v1\0", &count, root_of(&leaves).as_bytes()]))
}

/// A block: who built it, and its output.
pub(super) type Built = (SubjectId, [u8; 64]);

/// The beacon of the run that begins with the commitment's block; nothing while it is not complete.
pub(super) fn beacon(blocks: &[Option<Built>], commitment: usize) -> Option<[u8; 32]> {
    let mut outputs = vec![blocks.get(commitment).copied().flatten()?.1];
    let mut first = None;
    for height in commitment + 1..=commitment + 1_024 {
        let (organisation, output) = blocks.get(height).copied().flatten()?;
        outputs.push(output);
        if *first.get_or_insert(organisation) != organisation {
            return Some(run_beacon(&outputs));
        }
    }
    None
}

/// Whom the draw chooses.
pub(super) fn winner(
    list: &[Candidate],
    loads: &[u64],
    max_load: u64,
    (beacon, case, root): (&[u8; 32], SubjectId, &[u8; 32]),
) -> Option<SubjectId> {
    let weights = weights(loads, max_load);
    let total: u64 = weights.iter().sum();
    let seed = sha256(&[b"tamga/draw-seed/v1\0", beacon, case.as_bytes(), root]);
    let limit = (1_u128 << 64) / u128::from(total) * u128::from(total);
    let number = (0..=255_u8).find_map(|i| {
        let hash = sha256(&[b"tamga/draw-pick/v1\0", &seed, &[i]]);
        let x = u64::from_be_bytes(hash[..8].try_into().expect("eight bytes"));
        (u128::from(x) < limit).then_some(x % total)
    })?;
    let officers = list.iter().filter(|(_, reason)| reason.is_none());
    let mut sum = 0;
    for ((officer, _), weight) in officers.zip(weights) {
        sum += weight;
        if sum > number {
            return Some(*officer);
        }
    }
    None
}
