//! The options of RocksDB, stated rather than defaulted.
//!
//! Sized so that four validators fit into one small machine: at most some 400 MiB each for the
//! ledger and 100 MiB for its index, whatever the size of the ledger.

use rocksdb::{
    BlockBasedOptions, Cache, DBCompressionType, DBRecoveryMode, LogLevel, Options, ReadOptions,
    WriteOptions,
};
use tamga_replica::store::Durability;

use crate::tables::RocksTables;

const MIB: usize = 1024 * 1024;

/// Open files; beyond it the least used are closed.
const OPEN_FILES: i32 = 1_024;
/// Bits per key of the filters, for one wrong answer in a hundred.
const FILTER_BITS: f64 = 10.0;

/// How much memory and log a set of tables may take.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Decoded blocks, indexes and filters of all tables together, in bytes.
    pub cache: usize,
    /// Unflushed rows of all tables together, in bytes.
    pub write_buffers: usize,
    /// Unflushed rows of one table, in bytes.
    pub write_buffer: usize,
    /// Log of unflushed rows, in bytes; beyond it the oldest rows are flushed.
    pub log: u64,
}

impl Memory {
    /// That of a ledger.
    pub const LEDGER: Self = Self {
        cache: 128 * MIB,
        write_buffers: 128 * MIB,
        write_buffer: 32 * MIB,
        log: 256 * MIB as u64,
    };
    /// That of an index: it is asked rarely and written behind the ledger's back.
    pub const INDEX: Self = Self {
        cache: 32 * MIB,
        write_buffers: 48 * MIB,
        write_buffer: 16 * MIB,
        log: 64 * MIB as u64,
    };
}

/// Options of the whole database.
pub(crate) fn database(memory: &Memory) -> Options {
    let mut options = Options::default();
    options.set_paranoid_checks(true);
    // A write torn by a loss of power is the last of the log and was never acknowledged. Damage
    // anywhere else refuses to open, rather than losing blocks in silence.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_db_write_buffer_size(memory.write_buffers);
    options.set_max_total_wal_size(memory.log);
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
pub(crate) fn table<T: RocksTables>(table: T, cache: &Cache) -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(cache);
    blocks.set_block_size(16 * 1024);
    blocks.set_format_version(5);
    blocks.set_cache_index_and_filter_blocks(true);
    blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
    if table.is_looked_up_in_vain() {
        blocks.set_bloom_filter(FILTER_BITS, false);
        blocks.set_whole_key_filtering(true);
    }
    let mut options = database(&T::MEMORY);
    options.set_block_based_table_factory(&blocks);
    options.set_write_buffer_size(T::MEMORY.write_buffer);
    options.set_max_write_buffer_number(3);
    options.set_target_file_size_base(64 * MIB as u64);
    options.set_level_compaction_dynamic_level_bytes(true);
    options.set_compression_type(if table.compresses() {
        DBCompressionType::Lz4
    } else {
        DBCompressionType::None
    });
    options
}

/// The cache that all tables of a set share.
pub(crate) fn cache(memory: &Memory) -> Cache {
    Cache::new_lru_cache(memory.cache)
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
