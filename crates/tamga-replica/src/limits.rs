//! Every bound of a validator, and how the bounds relate (spec §18.3).

use tamga_format::block_leaf::BLOCK_LEAF_BYTES;
use tamga_format::held::HELD_BYTES;
pub use tamga_format::limits::{BODY_BYTES_MAX, ENTRY_BYTES_MAX};
use tamga_format::limits::{LEAF_EXT_BYTES_MAX, VALIDATORS_MAX};

/// Records in one block.
pub const BLOCK_RECORDS_MAX: usize = 4_000;
/// Bytes of one encoded block.
pub const BLOCK_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Cost units of one block; see [`crate::block::cost_units`].
pub const BLOCK_COST_MAX: u64 = 64_000;
/// Bytes that an item takes in an encoded block beside its entry and body.
pub const ITEM_OVERHEAD_BYTES: usize = 9;
/// Bytes that an encoded block takes beside its items.
pub const BLOCK_OVERHEAD_BYTES: usize =
    1 + 32 + 4 + BLOCK_LEAF_BYTES_MAX + 4 + 4 + BLOCK_HELD_MAX * HELD_BYTES;
/// Records of one block that bring an attachment.
pub const BLOCK_ATTACHMENTS_MAX: usize = 8;
/// Statements of one block that such attachments are held and checked.
pub const BLOCK_HELD_MAX: usize = BLOCK_ATTACHMENTS_MAX * VALIDATORS_MAX;
/// Records about which statements are kept before they stand in a block.
pub const HELD_RECORDS_MAX: usize = 1_024;
/// Bytes of a block leaf with its extension.
pub const BLOCK_LEAF_BYTES_MAX: usize = BLOCK_LEAF_BYTES + LEAF_EXT_BYTES_MAX;

/// A block's time is at most this far ahead of a validator's clock on a fresh proposal.
pub const TIME_AHEAD_MAX_MS: i64 = 2_000;
/// A block's time is at most this far behind a validator's clock on a fresh proposal.
pub const TIME_BEHIND_MAX_MS: i64 = 30_000;

/// Executed but undecided blocks that are remembered.
pub const UNDECIDED_BLOCKS_MAX: usize = 16;
/// Pieces of equivocation evidence kept with one block.
pub const EVIDENCE_MAX: usize = 16;
/// Bytes of one piece of evidence.
pub const EVIDENCE_BYTES_MAX: usize = 64 * 1024;

/// Records waiting for a block.
pub const POOL_RECORDS_MAX: usize = 20_000;
/// Bytes of all records and bodies waiting for a block.
pub const POOL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// After how many milliseconds a sender that met a full pool may try again.
pub const POOL_RETRY_AFTER_MS: u32 = 1_000;
/// Records waiting for a predecessor.
pub const PARKED_RECORDS_MAX: usize = 4_096;
/// Records of one key waiting for a predecessor.
pub const PARKED_PER_KEY_MAX: usize = 256;
/// Bytes of all records waiting for a predecessor.
pub const PARKED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of one key's records waiting for a predecessor.
pub const PARKED_BYTES_PER_KEY_MAX: usize = 512 * 1024;
/// Waiting records that are executed again after a block; more are executed when it is needed.
pub const REEXECUTE_AT_COMMIT_MAX: usize = 1_024;
/// Verdicts on dropped records that are kept until they are fetched.
pub const DROPPED_MAX: usize = 20_000;

/// Leaf hashes of entries whose signature is known to hold.
pub const VERIFIED_CACHE_MAX: usize = 65_536;
/// Subjects kept decoded in memory.
pub const SUBJECT_CACHE_MAX: usize = 131_072;
/// Private states of subjects kept in memory.
pub const PRIVATE_CACHE_MAX: usize = 65_536;
/// Tiles that readers keep, each of at most 16 KiB with its inner nodes.
pub const TILE_CACHE_MAX: usize = 256;
/// Blocks whose part of a receipt readers keep.
pub const BLOCK_CACHE_MAX: usize = 64;

/// Records of a subject that proofs show; of one with more only the count and the status are shown.
pub const SUBJECT_PARTS_MAX: u64 = 1 << 20;
/// Lines in one page of a subject's history.
pub const HISTORY_PAGE_MAX: usize = 1_000;
/// Rows in one page of blocks.
pub const BLOCKS_PAGE_MAX: usize = 1_000;
/// Entries of one case read for what is computed from them.
pub const CASE_ENTRIES_MAX: usize = 10_000;
/// Entries of one collective management organisation read for what is computed from them: the newest.
pub const ORGANISATION_ENTRIES_MAX: usize = 50_000;

/// Blocks that the index reads at a time.
pub const INDEX_BLOCKS_MAX: usize = 64;
/// Cases that these blocks name beyond which it reads no further one.
pub const INDEX_TOUCHED_MAX: usize = 8_192;
/// Cases that one step of the index computes.
pub const INDEX_CASES_MAX: usize = 256;
/// Events of cases computed a while ago that the index keeps; as many again are forgotten together.
pub const INDEX_EVENTS_MAX: usize = 32_768;
/// Items in one page of the index.
pub const INDEX_PAGE_MAX: usize = 1_000;
/// Rows of the index that are read at once.
pub const INDEX_SCAN_MAX: usize = 10_000;

// The largest record fits into an empty block and an empty pool.
const _: () = assert!(
    ENTRY_BYTES_MAX + BODY_BYTES_MAX + ITEM_OVERHEAD_BYTES + BLOCK_OVERHEAD_BYTES < BLOCK_BYTES_MAX
);
const _: () = assert!(BLOCK_BYTES_MAX < POOL_BYTES_MAX);
const _: () = assert!(BLOCK_RECORDS_MAX < POOL_RECORDS_MAX);
const _: () = assert!(ENTRY_BYTES_MAX + BODY_BYTES_MAX < PARKED_BYTES_PER_KEY_MAX);
// No key takes more than a sixteenth of the room for records that wait for a predecessor.
const _: () = assert!(16 * PARKED_PER_KEY_MAX <= PARKED_RECORDS_MAX);
const _: () = assert!(16 * PARKED_BYTES_PER_KEY_MAX <= PARKED_BYTES_MAX);
// A block's records all fit into the cache of verified signatures.
const _: () = assert!(BLOCK_RECORDS_MAX < VERIFIED_CACHE_MAX);
