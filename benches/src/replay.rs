//! A whole ledger executed again as an audit does it: records per second, and the memory it takes.
//!
//! One thread reads entries and bodies from a store, one judges them in order, and one checks signatures. What an audit
//! over HTTP adds is fetching. At the end the replay is taken apart into rows and made again of them, as an audit that is
//! gone on with does it.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use tamga_api::genesis_file;
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::id::{GenesisHash, Height};
use tamga_replica::Reader;
use tamga_rocks::RocksStore;
use tamga_state::pack::Pack as _;
use tamga_state::replay::{Decided, Logged, Rebuilding, Row, Signed, forged};
use tamga_state::{Genesis, Replay};

use crate::procs;
use crate::proofs::Generated;
use crate::report::Report;

/// Records per second that an audit is to reach on two cores.
const TARGET: f64 = 15_000.0;
/// Signatures of one batch.
const SIGNATURES: usize = 2_048;
/// Blocks, and batches of signatures, that may wait.
const WAITING: usize = 8;

/// Which ledger.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReplayArguments {
    /// Records of the ledger, which is generated once.
    #[arg(long, default_value_t = 100_000)]
    records: u64,
}

/// A block with its bodies, and its certificate.
struct Read {
    records: Vec<Logged>,
    leaf: BlockLeaf,
    certificate: Vec<u8>,
}

/// What is checked apart from the rules.
struct Unchecked {
    signed: Vec<Signed>,
    decided: Vec<(Decided, Vec<u8>)>,
}

/// Executes the ledger again and prints the figures.
pub(crate) fn run(arguments: &ReplayArguments, folder: &Path) -> Result<()> {
    let generated = Generated::obtain(folder, arguments.records)?;
    let (genesis, hash) = genesis_file::parse(generated.founding.genesis.as_bytes())?;
    let reader = generated.open()?.reader();
    let me = std::process::id();
    let resident = procs::resident_bytes(me);
    let started = Instant::now();
    let mut replay = Replay::new(&genesis, &hash).map_err(|error| anyhow!("{error:?}"))?;
    let (records, signatures) = execute(&mut replay, &reader, &hash)?;
    let seconds = started.elapsed().as_secs_f64();
    let mut report = Report::default();
    report.add("replayed_records_per_second", records as f64 / seconds, "1/s", Some(TARGET));
    report.add("replayed_records", records as f64, "records", None);
    report.add("replayed_signatures", signatures as f64, "signatures", None);
    let cpu = procs::cpu_seconds(me) * 1e6 / records as f64;
    report.add("replay_cpu_per_record", cpu, "µs", None);
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    report.add("replay_memory_before", mib(resident), "MiB", None);
    report.add("replay_memory_peak", mib(procs::peak_bytes(me)), "MiB", None);
    report.add("replay_memory_after", mib(procs::resident_bytes(me)), "MiB", None);
    report.add("replay_subjects", replay.map().len() as f64, "subjects", None);
    report.add("replay_blocks", replay.height().get() as f64, "blocks", None);
    take_up(&replay, &genesis, &hash, &mut report)?;
    report.finish(&folder.join("replay.json"))
}

/// Takes the replay apart and makes it again; the bytes between are counted, not kept. What grows with records comes
/// first, so that the memory of it is told apart from that of subjects.
fn take_up(
    replay: &Replay,
    genesis: &Genesis,
    hash: &GenesisHash,
    report: &mut Report,
) -> Result<()> {
    let started = Instant::now();
    let mut rebuilding = Rebuilding::new(genesis, hash).map_err(|error| anyhow!("{error:?}"))?;
    let of_records =
        |row: &Row| matches!(row, Row::Record { .. } | Row::Case { .. } | Row::Block { .. });
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let (me, mut bytes) = (std::process::id(), 0_u64);
    for records in [true, false] {
        let before = procs::resident_bytes(me);
        for row in replay.rows().filter(|row| of_records(row) == records) {
            let packed = row.packed();
            bytes += packed.len() as u64;
            rebuilding.take(Row::unpack_whole(&packed).context("a row")?)?;
        }
        let grown = procs::resident_bytes(me).saturating_sub(before);
        let name = if records { "replay_memory_of_records" } else { "replay_memory_of_subjects" };
        report.add(name, mib(grown), "MiB", None);
    }
    let before = procs::resident_bytes(me);
    let again = rebuilding.finish()?;
    ensure!(again.log() == replay.log(), "it is another log");
    report.add(
        "replay_memory_of_map",
        mib(procs::resident_bytes(me).saturating_sub(before)),
        "MiB",
        None,
    );
    report.add("replay_rows", mib(bytes), "MiB", None);
    report.add("replay_taken_up_seconds", started.elapsed().as_secs_f64(), "s", None);
    Ok(())
}

/// Records and signatures that were checked.
fn execute(
    replay: &mut Replay,
    reader: &Reader<RocksStore>,
    hash: &GenesisHash,
) -> Result<(usize, usize)> {
    thread::scope(|scope| {
        let (blocks, read) = sync_channel(WAITING);
        let (unchecked, check) = sync_channel(WAITING);
        let reading = scope.spawn(move || read_all(reader, &blocks));
        let checking = scope.spawn(move || check_all(hash, &check));
        let judged = judge_all(replay, reader, &read, &unchecked);
        // A thread that failed says more than the channel that it left.
        drop((read, unchecked));
        let ended = |_| anyhow!("a thread ended by itself");
        reading.join().map_err(ended)??;
        let signatures = checking.join().map_err(ended)??;
        Ok((judged?, signatures))
    })
}

fn read_all(reader: &Reader<RocksStore>, blocks: &SyncSender<Read>) -> Result<()> {
    let (tip, _) = reader.tip()?;
    for height in (1..=tip.get()).map(Height) {
        let leaf = reader.block(height)?.and_then(|block| block.leaf).context("a block's leaf")?;
        let certificate = reader.certificate_bytes(height)?.context("a certificate")?;
        let mut records = Vec::new();
        for (_, record) in reader.records_of(height)? {
            let body = match record.record().body {
                Some(_) => reader.body(&record.id()).map_err(|error| anyhow!("{error}"))?,
                None => None,
            };
            records.push(Logged::new(record, body));
        }
        if blocks.send(Read { records, leaf, certificate }).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn judge_all(
    replay: &mut Replay,
    reader: &Reader<RocksStore>,
    blocks: &Receiver<Read>,
    unchecked: &SyncSender<Unchecked>,
) -> Result<usize> {
    let mut records = 0;
    let (mut signed, mut decided) = (Vec::new(), Vec::new());
    for block in blocks {
        let replayed = replay.block(reader, &block.records, &block.leaf)?;
        ensure!(replayed.faults.is_empty(), "{:?}", replayed.faults);
        records += block.records.len();
        signed.extend(replayed.signed);
        decided.push((replayed.decided, block.certificate));
        if signed.len() >= SIGNATURES {
            let (signed, decided) = (std::mem::take(&mut signed), std::mem::take(&mut decided));
            unchecked.send(Unchecked { signed, decided }).context("the checks have ended")?;
        }
    }
    unchecked.send(Unchecked { signed, decided }).context("the checks have ended")?;
    Ok(records)
}

fn check_all(genesis: &GenesisHash, unchecked: &Receiver<Unchecked>) -> Result<usize> {
    let mut signatures = 0;
    for Unchecked { signed, decided } in unchecked {
        ensure!(forged(&signed).is_empty(), "a signature does not hold");
        signatures += signed.len();
        for (decided, certificate) in decided {
            let checked = decided.check(genesis, &certificate);
            checked.map_err(|error| anyhow!("block {}: {error}", decided.height))?;
        }
    }
    Ok(signatures)
}
