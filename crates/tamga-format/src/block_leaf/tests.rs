use super::*;

fn leaf() -> BlockLeaf {
    BlockLeaf {
        height: Height(1),
        size: TreeSize(2),
        time: UnixMillis(3),
        prev: ValueId([4; 32]),
        map_root: MapRoot([5; 32]),
        policy: PolicyHash([6; 32]),
        rules: RulesHash([7; 32]),
        ext: None,
    }
}

#[test]
fn a_leaf_without_extension_is_156_bytes() {
    let bytes = leaf().encode();
    assert_eq!(bytes.len(), BLOCK_LEAF_BYTES);
    assert_eq!(
        bytes[..26],
        [1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3]
    );
    assert_eq!(BlockLeaf::decode(&bytes), Ok(leaf()));
    for length in 0..bytes.len() {
        assert!(BlockLeaf::decode(&bytes[..length]).is_err());
    }
    assert!(BlockLeaf::decode(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn the_genesis_leaf_is_no_block_leaf() {
    let bytes = genesis_leaf(&GenesisHash([9; 32]));
    assert_eq!(bytes[..3], [2, 1, 9]);
    assert_eq!(BlockLeaf::decode(&bytes).unwrap_err().code, FormatCode::LeafVersion);
}
