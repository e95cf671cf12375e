//! The leaves that the ledger itself writes: genesis and one per block (spec §10.1, §10.2).

use alloc::vec::Vec;

use crate::beacon::Ext;
use crate::error::{FormatCode, FormatError};
use crate::id::{
    GenesisHash, Height, MapRoot, PolicyHash, RulesHash, TreeSize, UnixMillis, ValueId,
};
use crate::limits::LEAF_EXT_BYTES_MAX;

/// Bytes of a block leaf without extension.
pub const BLOCK_LEAF_BYTES: usize = 156;
/// First byte of a block leaf; a record starts with 0xD2, the genesis leaf with 0x02.
const KIND_BLOCK: u8 = 0x01;
const KIND_GENESIS: u8 = 0x02;
const VERSION: u8 = 0x01;

/// The leaf data at index 0: 0x02 ‖ 0x01 ‖ SHA-256 of the genesis file (spec §10.1).
pub fn genesis_leaf(genesis: &GenesisHash) -> [u8; 34] {
    let mut leaf = [0; 34];
    leaf[0] = KIND_GENESIS;
    leaf[1] = VERSION;
    leaf[2..].copy_from_slice(&genesis.0);
    leaf
}

/// The last leaf of a block, which commits everything the block decided (spec §10.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLeaf {
    /// Number of the block; the first has 1.
    pub height: Height,
    /// Leaves of the log, this one included.
    pub size: TreeSize,
    /// Block time in UTC milliseconds.
    pub time: UnixMillis,
    /// The value voted on for the block before.
    pub prev: ValueId,
    /// Root of the map of subjects after this block.
    pub map_root: MapRoot,
    /// The policy by which this block's checkpoint is final.
    pub policy: PolicyHash,
    /// The rules that judged this block.
    pub rules: RulesHash,
    /// The builder's share of the beacon; a leaf without one carries no extension.
    pub ext: Option<Ext>,
}

impl BlockLeaf {
    /// The leaf data: 156 bytes and the extension.
    ///
    /// # Panics
    /// If the time lies before 1970, which no block has.
    pub fn encode(&self) -> Vec<u8> {
        let time = u64::try_from(self.time.get()).expect("block time is not before 1970");
        let ext = self.ext.as_ref().map(Ext::encode).unwrap_or_default();
        let length = u16::try_from(ext.len()).expect("an extension is at most 1024 bytes");
        let mut bytes = Vec::with_capacity(BLOCK_LEAF_BYTES + ext.len());
        bytes.extend_from_slice(&[KIND_BLOCK, VERSION]);
        for number in [self.height.get(), self.size.get(), time] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        for hash in [&self.prev.0, &self.map_root.0, &self.policy.0, &self.rules.0] {
            bytes.extend_from_slice(hash);
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&ext);
        bytes
    }

    /// Reads leaf data.
    ///
    /// # Errors
    /// [`FormatCode::LeafVersion`] for another kind or version, [`FormatCode::LeafSyntax`] for a
    /// wrong length or time, and those of [`Ext::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut rest = bytes;
        let [kind, version] = take(bytes, &mut rest)?;
        if [kind, version] != [KIND_BLOCK, VERSION] {
            return Err(FormatError::new(FormatCode::LeafVersion, 0));
        }
        let height = Height(u64::from_be_bytes(take(bytes, &mut rest)?));
        let size = TreeSize(u64::from_be_bytes(take(bytes, &mut rest)?));
        let time = i64::from_be_bytes(take(bytes, &mut rest)?);
        if !(0..=UnixMillis::MAX.get()).contains(&time) {
            return Err(FormatError::new(FormatCode::LeafSyntax, 18).of("time"));
        }
        let prev = ValueId(take(bytes, &mut rest)?);
        let map_root = MapRoot(take(bytes, &mut rest)?);
        let policy = PolicyHash(take(bytes, &mut rest)?);
        let rules = RulesHash(take(bytes, &mut rest)?);
        let length = usize::from(u16::from_be_bytes(take(bytes, &mut rest)?));
        if length > LEAF_EXT_BYTES_MAX || length != rest.len() {
            return Err(FormatError::new(FormatCode::LeafSyntax, BLOCK_LEAF_BYTES).of("extension"));
        }
        let ext = if rest.is_empty() { None } else { Some(Ext::decode(rest)?) };
        Ok(Self { height, size, time: UnixMillis(time), prev, map_root, policy, rules, ext })
    }
}

fn take<const N: usize>(whole: &[u8], rest: &mut &[u8]) -> Result<[u8; N], FormatError> {
    let at = whole.len() - rest.len();
    let (head, tail) =
        rest.split_first_chunk().ok_or(FormatError::new(FormatCode::LeafSyntax, at))?;
    *rest = tail;
    Ok(*head)
}

#[cfg(test)]
mod tests;
