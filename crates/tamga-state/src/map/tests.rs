use std::collections::BTreeMap;

use tamga_format::id::{MapKey, MapValue, sha256};
use tamga_format::mpt;

use super::{Map, MapProof};

fn key(n: u64) -> MapKey {
    MapKey(sha256(&[b"key", &n.to_be_bytes()]))
}

fn value(n: u64) -> MapValue {
    MapValue(sha256(&[b"value", &n.to_be_bytes()]))
}

fn pairs(model: &BTreeMap<MapKey, MapValue>) -> Vec<(MapKey, MapValue)> {
    model.iter().map(|(key, value)| (*key, *value)).collect()
}

/// Applies batches to map and model, comparing roots after each.
fn check(batches: &[Vec<(MapKey, MapValue)>]) -> Map {
    let (mut map, mut model) = (Map::new(), BTreeMap::new());
    for batch in batches {
        let batch: BTreeMap<_, _> = batch.iter().copied().collect();
        map = map.updated(&pairs(&batch));
        model.extend(batch);
        assert_eq!(map.root(), mpt::root_of(&pairs(&model)).unwrap());
        assert_eq!(map.len(), model.len());
    }
    for (key, value) in &model {
        assert_eq!(map.get(key), Some(*value));
    }
    map
}

#[test]
fn root_equals_the_naive_root_for_random_batches() {
    let mut seed = 1_u64;
    let mut random = move |below: u64| {
        seed = u64::from_be_bytes(*sha256(&[&seed.to_be_bytes()]).first_chunk().unwrap());
        seed % below
    };
    for _ in 0..40 {
        let space = 1 + random(300);
        let batches: Vec<Vec<_>> = (0..1 + random(12))
            .map(|_| {
                (0..random(60)).map(|_| (key(random(space)), value(random(1 << 40)))).collect()
            })
            .collect();
        check(&batches);
    }
}

#[test]
fn root_equals_the_naive_root_for_keys_that_share_long_prefixes() {
    let near = |bit: usize| {
        let mut key = [0x5A; 32];
        key[bit / 8] ^= 0x80 >> (bit % 8);
        MapKey(key)
    };
    let all: Vec<_> = (0..256).map(|bit| (near(bit), value(bit as u64))).collect();
    check(std::slice::from_ref(&all));
    check(&all.iter().map(|pair| vec![*pair]).collect::<Vec<_>>());
    check(&all.iter().rev().map(|pair| vec![*pair]).collect::<Vec<_>>());
    check(&all.chunks(7).rev().map(<[_]>::to_vec).collect::<Vec<_>>());
}

#[test]
fn versions_do_not_disturb_each_other() {
    let base = check(&[(0..100).map(|n| (key(n), value(n))).collect()]);
    let root = base.root();
    let mut changes: Vec<_> = (50..150).map(|n| (key(n), value(n + 1000))).collect();
    changes.sort();
    let (one, two) = (base.updated(&changes), base.updated(&changes[..3]));
    assert_eq!(base.root(), root);
    assert_ne!(one.root(), two.root());
    assert_eq!(base.get(&key(60)), Some(value(60)));
    assert_eq!(one.get(&key(60)), Some(value(1060)));
    assert_eq!(two.updated(&changes).root(), one.root());
}

#[test]
fn proofs_verify_for_present_and_absent_keys() {
    for keys in [0, 1, 2, 3, 10, 500] {
        let mut all: Vec<_> = (0..keys).map(|n| (key(n), value(n))).collect();
        all.sort();
        let map = Map::new().updated(&all);
        let root = map.root();
        for n in 0..keys + 20 {
            match map.prove(&key(n)) {
                MapProof::Present(found, proof) => {
                    assert!(n < keys && found == value(n));
                    mpt::verify_presence(&root, &key(n), &found, &proof).unwrap();
                    assert!(mpt::verify_absence(&root, &key(n), &proof).is_err());
                }
                MapProof::Absent(proof) => {
                    assert!(n >= keys);
                    mpt::verify_absence(&root, &key(n), &proof).unwrap();
                }
            }
        }
    }
}

/// The published vectors whose keys and values are 32 bytes, as Tamga's are.
#[test]
fn published_tree_hashes_are_reproduced() {
    let text = include_str!("../../../../tests/vectors/mpt/treehash.txt");
    let (mut set, mut fits, mut checked) = (BTreeMap::new(), true, 0);
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["kv", key, value] => match (MapKey::from_hex(key), MapValue::from_hex(value)) {
                (Ok(key), Ok(value)) => drop(set.insert(key, value)),
                _ => fits = false,
            },
            ["kv", ..] => fits = false,
            ["hash", hash] => {
                if fits {
                    assert_eq!(Map::new().updated(&pairs(&set)).root().to_string(), *hash);
                    checked += 1;
                }
                set.clear();
                fits = true;
            }
            _ => {}
        }
    }
    assert!(checked >= 3, "{checked} sets have keys and values of 32 bytes");
}
