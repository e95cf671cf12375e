//! The options of RocksDB, stated rather than defaulted.
//!
//! Sized so that four validators fit into one small machine: at most some 400 MiB each, whatever
//! the size of the ledger.

use rocksdb::{
    BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, LogLevel, Options, ReadOptions,
    WriteOptions,
};
use tamga_replica::Table;
use tamga_replica::store::Durability;

const MIB: usize = 1024 * 1024;

/// Decoded blocks, indexes and filters of all tables together.
const BLOCK_CACHE_BYTES: usize = 128 * MIB;
/// Unflushed rows of all tables together.
const WRITE_BUFFERS_BYTES: usize = 128 * MIB;
/// Unflushed rows of one table.
const WRITE_BUFFER_BYTES: usize = 32 * MIB;
/// Log of unflushed rows; beyond it the oldest rows are flushed.
const WAL_BYTES: u64 = 256 * MIB as u64;
/// Open files; beyond it the least used are closed.
const OPEN_FILES: i32 = 1_024;
/// Bits per key of the filters, for one wrong answer in a hundred.
const FILTER_BITS: f64 = 10.0;

/// Options of the whole database.
pub(crate) fn database() -> Options {
    let mut options = Options::default();
    options.set_paranoid_checks(true);
    // A write torn by a loss of power is the last of the log and was never acknowledged. Damage
    // anywhere else refuses to open, rather than losing blocks in silence.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_db_write_buffer_size(WRITE_BUFFERS_BYTES);
    options.set_max_total_wal_size(WAL_BYTES);
    options.set_max_open_files(OPEN_FILES);
    options.set_max_background_jobs(2);
    // Background writes reach the disk in small steps, so that a commit's sync doesn't wait for
    // them.
    options.set_bytes_per_sync(MIB as u64);
    options.set_log_level(LogLevel::Warn);
    options.set_max_log_file_size(MIB);
    options.set_keep_log_file_num(2);
    options.set_stats_dump_period_sec(0);
    options
}

/// Options of one table.
pub(crate) fn table(table: Table, cache: &Cache) -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(cache);
    blocks.set_block_size(16 * 1024);
    blocks.set_format_version(5);
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    if looked_up_in_vain(table) {
        blocks.set_bloom_filter(FILTER_BITS, false);
        blocks.set_whole_key_filtering(true);
    }
    let mut options = database();
    options.set_block_based_table_factory(&blocks);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options.set_max_write_buffer_number(3);
    options.set_target_file_size_base(64 * MIB as u64);
    options.set_level_compaction_dynamic_level_bytes(true);
    options.set_compression_type(compression(table));
    options
}

/// The cache that all tables share.
pub(crate) fn cache() -> Cache {
    Cache::new_lru_cache(BLOCK_CACHE_BYTES)
}

/// Options of a write: the log of writes is synced unless the batch says that it may be lost with
/// the machine's power.
pub(crate) fn write(durability: Durability) -> WriteOptions {
    let mut options = WriteOptions::default();
    options.set_sync(durability == Durability::Synced);
    options
}

/// Options of reads: checksums are verified.
pub(crate) fn read() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.set_verify_checksums(true);
    options.set_total_order_seek(true);
    options
}

/// Whether most look-ups by key find nothing, so that a filter spares the disk.
const fn looked_up_in_vain(table: Table) -> bool {
    matches!(table, Table::Ids | Table::Private | Table::Notes)
}

/// Rows that are mostly hashes do not get smaller.
const fn compression(table: Table) -> DBCompressionType {
    match table {
        Table::Ids | Table::Tiles | Table::History | Table::PrivateTrace => DBCompressionType::None,
        Table::Meta
        | Table::Entries
        | Table::Bodies
        | Table::Subjects
        | Table::Private
        | Table::Blocks
        | Table::Certificates
        | Table::Evidence
        | Table::Notes
        | Table::Undecided => DBCompressionType::Lz4,
    }
}
