use proptest::prelude::*;

use super::*;

/// A proof of presence or absence, taken from a plain list of sorted pairs.
fn prove(pairs: &[(MapKey, MapValue)], key: &MapKey) -> Vec<u8> {
    fn descend(pairs: &[(MapKey, MapValue)], key: &MapKey, steps: &mut Vec<(u8, Hash)>) -> usize {
        let Some(bit) = first_difference(&pairs[0].0, &pairs[pairs.len() - 1].0) else { return 0 };
        let middle = pairs.partition_point(|(key, _)| !key_bit(key, bit));
        let (left, right) = pairs.split_at(middle);
        let (index, sibling) = if key_bit(key, bit) {
            (middle + descend(right, key, steps), left)
        } else {
            (descend(left, key, steps), right)
        };
        steps.push((bit, subtree_root(sibling).unwrap()));
        index
    }
    if pairs.is_empty() {
        return ProofWriter::presence().finish();
    }
    let mut steps = Vec::new();
    let (found, value) = &pairs[descend(pairs, key, &mut steps)];
    let mut proof =
        if found == key { ProofWriter::presence() } else { ProofWriter::absence(found, value) };
    for (bit, sibling) in steps {
        proof.step(bit, &sibling);
    }
    proof.finish()
}

fn pairs(count: u32) -> Vec<(MapKey, MapValue)> {
    let mut pairs: Vec<_> = (0..count)
        .map(|n| (MapKey(sha256(&[&n.to_be_bytes()])), MapValue(sha256(&[b"v", &n.to_be_bytes()]))))
        .collect();
    pairs.sort();
    pairs
}

#[test]
fn every_present_and_absent_key_is_proven() {
    for count in [0, 1, 2, 3, 40] {
        let all = pairs(count);
        let root = root_of(&all).unwrap();
        for (key, value) in &all {
            let proof = prove(&all, key);
            assert_eq!(verify_presence(&root, key, value, &proof), Ok(()));
            assert!(verify_absence(&root, key, &proof).is_err());
            let another = MapValue([7; 32]);
            assert!(verify_presence(&root, key, &another, &proof).is_err());
        }
        for absent in pairs(80) {
            let proof = prove(&all, &absent.0);
            assert_eq!(verify_absence(&root, &absent.0, &proof).is_ok(), !all.contains(&absent));
        }
    }
}

#[test]
fn a_proof_has_one_form() {
    let all = pairs(20);
    let root = root_of(&all).unwrap();
    let (key, value) = &all[3];
    let proof = prove(&all, key);
    let check = |proof: &[u8]| verify_presence(&root, key, value, proof);
    assert_eq!(check(&proof), Ok(()));
    for length in 0..proof.len() {
        assert!(check(&proof[..length]).is_err());
    }
    assert!(check(&[&proof[..], &[0]].concat()).is_err());
    for at in 0..proof.len() {
        let mut changed = proof.clone();
        changed[at] ^= 1;
        assert!(check(&changed).is_err(), "byte {at}");
    }
    // The first step's position in two bytes instead of one.
    let longer = [&[proof[0] | 0x80, 0x00], &proof[1..]].concat();
    assert_eq!(check(&longer).unwrap_err().code, FormatCode::MapProofSyntax);
    assert!(check(&alloc::vec![0; MAP_PROOF_BYTES_MAX + 1]).is_err());
}

#[test]
fn positions_fall_on_the_way_up_and_no_sibling_stands_beside_the_path() {
    let all = pairs(20);
    let root = root_of(&all).unwrap();
    let (key, value) = &all[3];
    let proof = prove(&all, key);
    let (steps, rest) = proof.as_chunks::<33>();
    assert!(steps.len() > 2 && rest.is_empty(), "positions of few keys take one byte");
    let refused = |change: &dyn Fn(&mut Vec<[u8; 33]>)| {
        let mut steps = steps.to_vec();
        change(&mut steps);
        verify_presence(&root, key, value, &steps.concat()).unwrap_err().code
    };
    assert_eq!(refused(&|steps| steps.swap(0, 1)), FormatCode::MapProofSyntax);
    assert_eq!(refused(&|steps| steps.insert(1, steps[1])), FormatCode::MapProofSyntax);
    assert_eq!(refused(&|steps| steps.push(steps[0])), FormatCode::MapProofSyntax);
    // A sibling below all others, at a position that no step has.
    let extra = |steps: &mut Vec<[u8; 33]>| {
        let mut step = steps[0];
        step[0] += 1;
        steps.insert(0, step);
    };
    assert_eq!(refused(&extra), FormatCode::MapProofRoot);
    let one_less = |steps: &mut Vec<[u8; 33]>| {
        steps.remove(1);
    };
    assert_eq!(refused(&one_less), FormatCode::MapProofRoot);
}

#[test]
fn unsorted_pairs_have_no_root() {
    let mut all = pairs(3);
    all.swap(0, 1);
    assert_eq!(root_of(&all).unwrap_err().code, FormatCode::MapOrder);
}

#[test]
fn bits_are_counted_from_the_most_significant() {
    let (mut low, mut high) = ([0; 32], [0; 32]);
    low[31] = 1;
    high[0] = 0x80;
    let zero = MapKey([0; 32]);
    assert_eq!(first_difference(&zero, &MapKey(low)), Some(255));
    assert_eq!(first_difference(&zero, &MapKey(high)), Some(0));
    assert_eq!(first_difference(&zero, &zero), None);
    assert!(key_bit(&MapKey(low), 255) && key_bit(&MapKey(high), 0) && !key_bit(&zero, 7));
}

proptest! {
    #[test]
    fn no_bytes_panic_the_verifiers(proof in proptest::collection::vec(any::<u8>(), 0..200)) {
        let key = MapKey([1; 32]);
        let root = MapRoot([2; 32]);
        prop_assert!(verify_presence(&root, &key, &MapValue([3; 32]), &proof).is_err());
        prop_assert!(verify_absence(&root, &key, &proof).is_err());
        prop_assert!(verify(&root.0, b"k", Some(b"v"), &proof).is_err());
        prop_assert!(verify(&root.0, b"k", None, &proof).is_err());
    }
}
