use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;

use super::*;

/// The root by its recursive definition.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// The inclusion proof by its recursive definition.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, sibling) = if index < left.len() {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index - left.len(), right), naive_root(left))
    };
    path.push(sibling);
    path
}

struct Nodes(BTreeMap<(u8, u64), Hash>);

impl NodeSource for Nodes {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.0.get(&(level, index)).copied()
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn grow(leaves: &[Hash]) -> (Nodes, Vec<Frontier>) {
    let (mut nodes, mut frontier) = (BTreeMap::new(), Frontier::new());
    let mut frontiers = alloc::vec![frontier.clone()];
    for leaf in leaves {
        frontier.push_nodes(leaf, |level, index, hash| {
            nodes.insert((level, index), *hash);
        });
        frontiers.push(frontier.clone());
    }
    (Nodes(nodes), frontiers)
}

#[test]
fn two_paths_meet_at_the_root_of_the_subtree_with_the_right_leaf() {
    for size in 2..=40 {
        let all = leaves(size);
        for (left, right) in (1..size).flat_map(|right| (0..right).map(move |left| (left, right))) {
            let at = |index: u64| usize::try_from(index).unwrap();
            let Meeting { place, leaves } = Meeting::of(left, right, size).unwrap();
            let within = &all[at(leaves.start)..at(leaves.end)];
            let path = naive_path(at(left), &all);
            assert_eq!(path[place], naive_root(within), "{left} and {right} of {size}");
            let short =
                Meeting { place, leaves: leaves.clone() }.below(right, naive_path(at(right), &all));
            assert_eq!(short, naive_path(at(right - leaves.start), within));
            let hash = leaf_hash(&right.to_be_bytes());
            verify_subtree_inclusion(&hash, right, leaves.start, leaves.end, &short, &path[place])
                .unwrap();
        }
    }
    for (left, right, size) in [(1, 1, 2), (1, 0, 2), (0, 2, 2), (0, 1, 0)] {
        assert_eq!(Meeting::of(left, right, size), None);
    }
}

#[test]
fn roots_and_inclusion_proofs_equal_the_definition() {
    let leaves = leaves(70);
    let (nodes, frontiers) = grow(&leaves);
    for (size, frontier) in (0_usize..).zip(&frontiers) {
        let (all, count) = (&leaves[..size], size as u64);
        let root = TreeRoot(naive_root(all));
        assert_eq!(frontier.root(), root);
        assert_eq!(root_of(all), root);
        assert_eq!(root_at(&nodes, count), Some(root));
        let parts = Frontier::from_parts(frontier.size(), frontier.hashes().to_vec());
        assert_eq!(parts.as_ref(), Some(frontier));
        for (index, leaf) in all.iter().enumerate() {
            let path = inclusion_path(&nodes, index as u64, count).unwrap();
            assert_eq!(path, naive_path(index, all));
            assert_eq!(verify_inclusion(leaf, index as u64, count, &path, &root), Ok(()));
        }
        assert_eq!(inclusion_path(&nodes, count, count), None);
    }
}

#[test]
fn every_tree_extends_every_smaller_one() {
    let leaves = leaves(40);
    let (nodes, frontiers) = grow(&leaves);
    for (size2, new) in (1..).zip(&frontiers[1..]) {
        for (size1, old) in (1..=size2).zip(&frontiers[1..]) {
            let path = consistency_path(&nodes, size1, size2).unwrap();
            let check =
                |path: &[Hash]| verify_consistency(size1, size2, path, &old.root(), &new.root());
            assert_eq!(check(&path), Ok(()), "{size1} {size2}");
            assert!(check(&[&path[..], &[[0; 32]]].concat()).is_err());
            assert!(path.is_empty() || check(&path[1..]).is_err());
        }
    }
    assert_eq!(consistency_path(&nodes, 0, 3), None);
    assert_eq!(consistency_path(&nodes, 4, 3), None);
}

#[test]
fn consistency_from_the_empty_tree_is_refused() {
    let empty = Frontier::new().root();
    for size in [0, 1, 5] {
        let error = verify_consistency(0, size, &[], &empty, &empty).unwrap_err();
        assert_eq!(error.code, FormatCode::ProofShape);
    }
}

#[test]
fn frontier_of_wrong_length_is_refused() {
    assert_eq!(Frontier::from_parts(3, alloc::vec![[0; 32]]), None);
    assert_eq!(Frontier::from_parts(0, Vec::new()), Some(Frontier::new()));
}

#[test]
fn proofs_at_the_largest_sizes_do_not_overflow() {
    let root = TreeRoot([0; 32]);
    let path = [[0; 32]; 64];
    for size in [u64::MAX, 1 << 63, (1 << 63) + 1] {
        for index in [0, 1, size / 2, size - 1] {
            assert!(verify_inclusion(&[1; 32], index, size, &path, &root).is_err());
        }
        assert!(verify_consistency(size - 1, size, &path, &root, &root).is_err());
        assert!(verify_consistency(1, size, &path, &root, &root).is_err());
    }
}

proptest! {
    #[test]
    fn another_library_agrees(size in 1_usize..200, index in 0_usize..200, old in 1_usize..200) {
        prop_assume!(index < size && old <= size);
        let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
        let data: Vec<Vec<u8>> = (0..size as u64).map(|n| n.to_be_bytes().to_vec()).collect();
        data.iter().for_each(|leaf| theirs.push(leaf.clone()));
        let (nodes, frontiers) = grow(&data.iter().map(|leaf| leaf_hash(leaf)).collect::<Vec<_>>());
        let (root, expected) = (frontiers[size].root(), theirs.root());
        prop_assert_eq!(expected.as_bytes().as_slice(), root.0.as_slice());
        let path = inclusion_path(&nodes, index as u64, size as u64).unwrap();
        let proof = theirs.prove_inclusion(index);
        prop_assert_eq!(proof.as_bytes(), path.concat());
        let path = consistency_path(&nodes, old as u64, size as u64).unwrap();
        let proof = theirs.prove_consistency(size - old);
        prop_assert_eq!(proof.as_bytes(), path.concat());
    }

    #[test]
    fn a_changed_inclusion_proof_is_refused(
        size in 1_u64..500, index in 0_u64..500, other in 0_u64..500, at in 0_usize..16, bit in 0_u8..8,
    ) {
        prop_assume!(index < size);
        let leaves = leaves(size);
        let (nodes, frontiers) = grow(&leaves);
        let root = frontiers.last().unwrap().root();
        let leaf = leaves[usize::try_from(index).unwrap()];
        let path = inclusion_path(&nodes, index, size).unwrap();
        prop_assert!(verify_inclusion(&leaf, index, size, &path, &root).is_ok());
        if other != index {
            prop_assert!(verify_inclusion(&leaf, other, size, &path, &root).is_err());
        }
        if at < path.len() {
            let mut changed = path;
            changed[at][at] ^= 1 << bit;
            prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
        }
    }
}
