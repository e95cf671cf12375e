//! C2SP tlog-tiles: which tile holds a node, and how tiles and bundles are named (spec §8.4, §8.5).
//!
//! Addresses only: reading and writing tiles is the business of stores and servers.

use alloc::{format, string::String, vec::Vec};
use core::{fmt, ops::Range};

use crate::error::{FormatCode, FormatError};
use crate::limits::{ENTRY_BYTES_MAX, TILE_WIDTH};

/// The binary levels of the tree that one tile level spans.
pub const TILE_HEIGHT: u8 = 8;
/// The highest tile level a path may name.
pub const TILE_LEVEL_MAX: u8 = 63;

/// One hash tile: `width` hashes of tile level `level`, from hash `index`·256 on (spec §8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileCoord {
    level: u8,
    index: u64,
    width: u16,
}

impl TileCoord {
    /// The tile of this width, 1 to 256; 256 is a full tile.
    ///
    /// # Errors
    /// [`FormatCode::TileCoord`] if the level is above 63, the width not 1 to 256, or the index
    /// above 2^56−1.
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, FormatError> {
        if level > TILE_LEVEL_MAX {
            return Err(bad(0));
        }
        check_place(index, width)?;
        Ok(Self { level, index, width })
    }

    /// The tile level, 0 for leaf hashes.
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The number of the tile in its level.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The number of hashes, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// The path below the log's prefix, as `tile/1/x001/067.p/5`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, Place { index: self.index, width: self.width })
    }

    /// Reads back a path written by [`Self::path`].
    ///
    /// # Errors
    /// [`FormatCode::TileCoord`] for anything `path` does not write.
    pub fn parse(path: &str) -> Result<Self, FormatError> {
        let rest = path.strip_prefix("tile/").ok_or_else(|| bad(0))?;
        let (level, place) = rest.split_once('/').ok_or_else(|| bad(5))?;
        let Place { index, width } = Place::parse(place)?;
        let level = level.parse().map_err(|_| bad(5))?;
        let tile = Self::new(level, index, width)?;
        if tile.path() == path { Ok(tile) } else { Err(bad(5)) }
    }
}

/// One entry bundle: `width` entries from entry `index`·256 on (spec §8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BundleCoord {
    index: u64,
    width: u16,
}

impl BundleCoord {
    /// The bundle of this width, 1 to 256; 256 is a full bundle.
    ///
    /// # Errors
    /// [`FormatCode::TileCoord`] if the width is not 1 to 256 or the index above 2^56−1.
    pub fn new(index: u64, width: u16) -> Result<Self, FormatError> {
        check_place(index, width)?;
        Ok(Self { index, width })
    }

    /// The number of the bundle.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The number of entries, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// The path below the log's prefix, as `tile/entries/x001/067.p/5`.
    pub fn path(&self) -> String {
        format!("tile/entries/{}", Place { index: self.index, width: self.width })
    }

    /// Reads back a path written by [`Self::path`].
    ///
    /// # Errors
    /// [`FormatCode::TileCoord`] for anything `path` does not write.
    pub fn parse(path: &str) -> Result<Self, FormatError> {
        let place = path.strip_prefix("tile/entries/").ok_or_else(|| bad(0))?;
        let Place { index, width } = Place::parse(place)?;
        let bundle = Self::new(index, width)?;
        if bundle.path() == path { Ok(bundle) } else { Err(bad(13)) }
    }
}

/// The number of hashes of tile `index` at tile level `level` in a tree of `size` leaves.
///
/// `None` if the tree has no such tile. Entry bundles have the widths of level 0.
pub fn tile_width(level: u8, index: u64, size: u64) -> Option<u16> {
    let hashes = size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))?;
    let first = index.checked_mul(u64::from(TILE_WIDTH))?;
    let width = hashes.checked_sub(first)?.min(u64::from(TILE_WIDTH));
    u16::try_from(width).ok().filter(|&width| width > 0)
}

/// The full tile that determines a perfect subtree's root, and the slots under that node.
///
/// `level` counts binary levels, as in [`crate::merkle::NodeSource`]; the node is the RFC 9162
/// root over the hashes in the slots, which is the one hash itself if `level` is a multiple of 8.
/// A partial tile of at least `slots.end` hashes serves as well. `None` if no log can have the
/// node.
pub fn node_in_tile(level: u8, index: u64) -> Option<(TileCoord, Range<usize>)> {
    let inside = level % TILE_HEIGHT;
    let first = index.checked_mul(1 << inside)?;
    let tile =
        TileCoord::new(level / TILE_HEIGHT, first / u64::from(TILE_WIDTH), TILE_WIDTH).ok()?;
    let slot = usize::try_from(first % u64::from(TILE_WIDTH)).ok()?;
    Some((tile, slot..slot + (1 << inside)))
}

/// The bytes of a bundle: each entry as u16 big-endian length and bytes (spec §8.5).
///
/// # Errors
/// [`FormatCode::BundleSyntax`] if there are no entries or more than 256, or one is longer than
/// 65,535 bytes.
pub fn encode_bundle(entries: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, FormatError> {
    if entries.is_empty() || entries.len() > usize::from(TILE_WIDTH) {
        return Err(FormatError::new(FormatCode::BundleSyntax, 0));
    }
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len())
            .map_err(|_| FormatError::new(FormatCode::BundleSyntax, ENTRY_BYTES_MAX))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle of `width` entries.
///
/// # Errors
/// [`FormatCode::BundleSyntax`] if the bytes are not exactly that many entries.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, FormatError> {
    let mut rest = bytes;
    let mut entries = Vec::new();
    for _ in 0..width {
        let at = bytes.len() - rest.len();
        let (length, tail) =
            rest.split_first_chunk().ok_or(FormatError::new(FormatCode::BundleSyntax, at))?;
        let (entry, tail) = tail
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(FormatError::new(FormatCode::BundleSyntax, at))?;
        entries.push(entry);
        rest = tail;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(FormatError::new(FormatCode::BundleSyntax, bytes.len() - rest.len()))
    }
}

/// The `<N>[.p/<W>]` end of a path.
struct Place {
    index: u64,
    width: u16,
}

impl Place {
    fn parse(text: &str) -> Result<Self, FormatError> {
        let (groups, width) = match text.split_once(".p/") {
            Some((groups, width)) => (groups, width.parse().map_err(|_| bad(0))?),
            None => (text, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for group in groups.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let value: u64 = digits.parse().map_err(|_| bad(0))?;
            index = index
                .checked_mul(1000)
                .and_then(|index| index.checked_add(value))
                .ok_or_else(|| bad(0))?;
        }
        // The caller writes the path again and compares, which settles signs, zeros and prefixes.
        Ok(Self { index, width })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut groups = Vec::new();
        let mut rest = self.index;
        loop {
            groups.push(rest % 1000);
            rest /= 1000;
            if rest == 0 {
                break;
            }
        }
        while let Some(group) = groups.pop() {
            let (prefix, suffix) = if groups.is_empty() { ("", "") } else { ("x", "/") };
            write!(f, "{prefix}{group:03}{suffix}")?;
        }
        if self.width < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

fn check_place(index: u64, width: u16) -> Result<(), FormatError> {
    if width == 0 || width > TILE_WIDTH || index >> 56 != 0 { Err(bad(0)) } else { Ok(()) }
}

const fn bad(at: usize) -> FormatError {
    FormatError::new(FormatCode::TileCoord, at)
}

#[cfg(test)]
mod tests;
