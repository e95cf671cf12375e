//! Sums divided without loss: largest remainder, ties to the smaller id (spec §16.11).

use std::collections::BTreeMap;

/// Divides a total in proportion to weights; the parts add up to the total exactly.
///
/// Each part is rounded down; the tiyn that remain go one each to the parts with the largest remainders, of equal ones
/// to the earlier. So the weights stand in the order of the ids they belong to. `None` if the total or a weight is
/// below 0, or if all weights are 0 and the total is not.
#[must_use]
pub fn parts(total: i64, weights: &[i64]) -> Option<Vec<i64>> {
    if total < 0 || weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    // A sum of 2^63 weights below 2^63 each, and a product of two such numbers, stay below 2^127.
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return (total == 0).then(|| vec![0; weights.len()]);
    }
    let product = |weight: i64| i128::from(total).checked_mul(i128::from(weight));
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut rest = total;
    for (at, weight) in weights.iter().enumerate() {
        let product = product(*weight)?;
        let part = i64::try_from(product.checked_div(sum)?).ok()?;
        rest = rest.checked_sub(part)?;
        parts.push(part);
        remainders.push((core::cmp::Reverse(product.checked_rem(sum)?), at));
    }
    remainders.sort_unstable();
    // Fewer tiyn remain than there are parts with a remainder.
    for (_, at) in remainders.into_iter().take(usize::try_from(rest).ok()?) {
        let part = parts.get_mut(at)?;
        *part = part.checked_add(1)?;
    }
    Some(parts)
}

/// [`parts`] by id.
#[must_use]
pub fn parts_by_id<Id: Ord + Clone>(
    total: i64,
    weights: &BTreeMap<Id, i64>,
) -> Option<BTreeMap<Id, i64>> {
    let values: Vec<i64> = weights.values().copied().collect();
    Some(weights.keys().cloned().zip(parts(total, &values)?).collect())
}

#[cfg(test)]
mod tests;
