use alloc::vec;

use super::*;
use crate::merkle::{Frontier, NodeSource, root_of};

#[test]
fn paths_are_those_of_c2sp() {
    let cases = [
        (0, 0, 256, "tile/0/000"),
        (0, 7, 5, "tile/0/007.p/5"),
        (1, 1_234_067, 256, "tile/1/x001/x234/067"),
        (63, 999, 255, "tile/63/999.p/255"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
        (0, (1 << 56) - 1, 256, "tile/0/x072/x057/x594/x037/x927/935"),
    ];
    for (level, index, width, path) in cases {
        let tile = TileCoord::new(level, index, width).unwrap();
        assert_eq!(tile.path(), path);
        assert_eq!(TileCoord::parse(path), Ok(tile));
    }
    let bundle = BundleCoord::new(1_234_067, 3).unwrap();
    assert_eq!(bundle.path(), "tile/entries/x001/x234/067.p/3");
    assert_eq!(BundleCoord::parse(&bundle.path()), Ok(bundle));
}

#[test]
fn other_spellings_of_a_path_are_refused() {
    let refused = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/+1",
        "tile/0/+00",
        "tile/+0/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/8/0/000",
        "tile/entries/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ];
    for path in refused {
        assert!(TileCoord::parse(path).is_err(), "{path}");
    }
    for path in ["tile/0/000", "tile/entries/", "tile/entries/000.p/256", "tile/entries/x000"] {
        assert!(BundleCoord::parse(path).is_err(), "{path}");
    }
}

#[test]
fn widths_are_those_of_c2sp() {
    // The example of the text: 70,000 leaves.
    let widths = |level, size| (0..).map_while(move |index| tile_width(level, index, size));
    assert_eq!(widths(0, 70_000).collect::<Vec<_>>(), [vec![256; 273], vec![112]].concat());
    assert_eq!(widths(1, 70_000).collect::<Vec<_>>(), [256, 17]);
    assert_eq!(widths(2, 70_000).collect::<Vec<_>>(), [1]);
    assert_eq!(widths(3, 70_000).count(), 0);
    assert_eq!(tile_width(1, 0, 256), Some(1));
    assert_eq!(tile_width(0, 0, 0), None);
    assert_eq!(tile_width(8, 0, u64::MAX), None);
    assert_eq!(tile_width(7, 0, u64::MAX), Some(255));
    assert_eq!(tile_width(0, u64::MAX, u64::MAX), None);
}

struct Tiles(Vec<[u8; 32]>);

impl Tiles {
    /// Hash `index` of tile level `level`, straight from the leaves.
    fn hash(&self, level: u8, index: usize) -> [u8; 32] {
        let count = 256_usize.pow(u32::from(level));
        root_of(&self.0[index * count..(index + 1) * count]).0
    }
}

impl NodeSource for Tiles {
    fn node(&self, level: u8, index: u64) -> Option<[u8; 32]> {
        let (tile, slots) = node_in_tile(level, index)?;
        let first = usize::try_from(tile.index()).ok()? * 256;
        let hashes: Vec<_> = slots.map(|slot| self.hash(tile.level(), first + slot)).collect();
        Some(root_of(&hashes).0)
    }
}

#[test]
fn nodes_found_through_tiles_are_the_tree_s() {
    let leaves: Vec<[u8; 32]> =
        (0..600_u32).map(|n| crate::id::sha256(&[&n.to_be_bytes()])).collect();
    let tiles = Tiles(leaves.clone());
    let mut frontier = Frontier::new();
    for leaf in &leaves {
        frontier.push_nodes(leaf, |level, index, hash| {
            assert_eq!(tiles.node(level, index), Some(*hash), "{level} {index}");
        });
    }
    assert_eq!(
        node_in_tile(0, u64::MAX),
        Some((TileCoord::new(0, (1 << 56) - 1, 256).unwrap(), 255..256))
    );
    assert_eq!(node_in_tile(1, u64::MAX), None);
}

#[test]
fn bundles_round_trip_and_nothing_else_is_read() {
    let entries = [vec![], vec![1, 2, 3], vec![9; 65_535]];
    let bytes = encode_bundle(&entries).unwrap();
    assert_eq!(decode_bundle(&bytes, 3).unwrap(), entries);
    assert!(decode_bundle(&bytes, 2).is_err());
    assert!(decode_bundle(&bytes, 4).is_err());
    for length in 0..8 {
        assert!(decode_bundle(&bytes[..length], 3).is_err());
    }
    assert!(encode_bundle(&[vec![0; 65_536]]).is_err());
    assert!(encode_bundle(&Vec::<Vec<u8>>::new()).is_err());
    assert!(encode_bundle(&vec![[0]; 257]).is_err());
}
