use std::sync::Arc;

use tamga_format::beacon::{Ext, VrfProof};
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::id::{
    Height, MapRoot, PolicyHash, RulesHash, TreeSize, UnixMillis, ValidatorId, ValueId,
};

use super::{Block, BlockDecodeError, Item};
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES, BLOCK_RECORDS_MAX, ENTRY_BYTES_MAX};

fn block(items: Vec<Item>) -> Block {
    let ext = Ext { builder: ValidatorId([5; 32]), round: 3, proof: VrfProof([6; 80]) };
    let leaf = BlockLeaf {
        height: Height(7),
        size: TreeSize(99),
        time: UnixMillis(1_700_000_000_000),
        prev: ValueId([1; 32]),
        map_root: MapRoot([2; 32]),
        policy: PolicyHash([3; 32]),
        rules: RulesHash([4; 32]),
        ext: Some(ext),
    };
    Block { value: ValueId([9; 32]), leaf, items: items.into(), held: Arc::new([]) }
}

fn item(entry: &[u8], body: Option<&[u8]>) -> Item {
    Item { entry: entry.to_vec(), body: body.map(<[u8]>::to_vec) }
}

fn sample() -> Block {
    block(vec![item(b"one", None), item(b"two", Some(b"body")), item(b"", Some(b""))])
}

#[test]
fn encoding_round_trips() {
    for block in [sample(), block(Vec::new())] {
        let bytes = block.encode();
        assert_eq!(Block::decode(&bytes), Ok(block.clone()));
        let items: usize = block.items.iter().map(Item::encoded_bytes).sum();
        assert!(bytes.len() <= BLOCK_OVERHEAD_BYTES + items, "the overheads are upper bounds");
    }
}

#[test]
fn every_truncation_and_a_trailing_byte_are_refused() {
    let mut bytes = sample().encode();
    for end in 0..bytes.len() {
        assert!(Block::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    bytes.push(0);
    let at = bytes.len() - 1;
    assert_eq!(Block::decode(&bytes), Err(BlockDecodeError::Form { what: "trailing bytes", at }));
}

#[test]
fn no_two_byte_strings_are_one_block() {
    let bytes = sample().encode();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            if let Ok(block) = Block::decode(&changed) {
                assert_ne!(block, sample(), "bit {bit} of byte {at} means nothing");
                assert_eq!(block.encode(), changed);
            }
        }
    }
}

#[test]
fn limits_are_kept_before_anything_is_allocated() {
    let count_at =
        sample().encode().len() - sample().items.iter().map(Item::encoded_bytes).sum::<usize>();
    let with_count = |count: u32| {
        let mut bytes = block(Vec::new()).encode();
        // The count of statements, none here, follows the items.
        let end = bytes.len() - 4;
        bytes[end - 4..end].copy_from_slice(&count.to_le_bytes());
        bytes
    };
    let too_many = BLOCK_RECORDS_MAX as u32 + 1;
    assert!(count_at > 0);
    assert_eq!(
        Block::decode(&with_count(too_many)),
        Err(BlockDecodeError::TooMany(too_many as usize))
    );
    assert!(Block::decode(&with_count(u32::MAX)).is_err());
    let long = block(vec![item(&vec![0; ENTRY_BYTES_MAX + 1], None)]).encode();
    assert!(matches!(Block::decode(&long), Err(BlockDecodeError::Form { what: "entry", .. })));
    assert_eq!(
        Block::decode(&vec![1; BLOCK_BYTES_MAX + 1]),
        Err(BlockDecodeError::TooLong(BLOCK_BYTES_MAX + 1))
    );
    let mut unknown = sample().encode();
    unknown[0] = 3;
    assert_eq!(Block::decode(&unknown), Err(BlockDecodeError::Version(3)));
}
