//! What this machine can do: the ceilings that every figure is held against.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use tamga_format::id::sha256;
use tamga_format::signature::{PublicKey, Signature, SigningKey, verify_batch};
use tamga_replica::{CommitBatch, Store, Table};
use tamga_rocks::RocksStore;

use crate::report::Report;

/// Signatures of one batch.
const BATCH: usize = 256;
/// Bytes of a signed message.
const MESSAGE_BYTES: usize = 300;
/// Measured windows; the best one counts, since others may use the machine too.
const WINDOWS: u32 = 8;
/// Rows of one write to the database.
const ROWS: u64 = 1_000;

/// The limits that ceilings are computed from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Machine {
    /// Signatures per second of one core, checked in batches.
    pub(crate) batch_verify_per_second: f64,
}

/// Measures all limits; `share` divides the time spent.
pub(crate) fn measure(report: &mut Report, dir: &Path, share: u32) -> Result<Machine> {
    eprintln!("machine:");
    let window = Duration::from_millis(240) / share;
    let keys: Vec<SigningKey> =
        (0..BATCH as u64).map(|n| SigningKey::from_seed(sha256(&[&n.to_be_bytes()]))).collect();
    let message = vec![7; MESSAGE_BYTES];
    let signed: Vec<(PublicKey, &[u8], Signature)> =
        keys.iter().map(|key| (key.public(), message.as_slice(), key.sign(&message))).collect();

    let mut next = signed.iter().cycle();
    let single = rate(window, 1, || {
        next.next().is_some_and(|(key, message, signature)| key.verify(message, signature).is_ok())
    });
    let batch =
        rate(window, BATCH as u64, || verify_batch(&signed, [9; 32]).iter().all(|holds| *holds));
    let mut signer = keys.iter().cycle();
    let sign =
        rate(window, 1, || signer.next().is_some_and(|key| key.sign(&message).0[0] < u8::MAX));
    let mut block = [1; 64];
    let hash = rate(window, 1, || {
        let digest = sha256(&[&block]);
        block[..32].copy_from_slice(&digest);
        block[0] < u8::MAX
    });
    report.add("single_verify_per_second", single, "signatures/s/core", None);
    report.add("batch_256_verify_per_second", batch, "signatures/s/core", None);
    report.add("sign_per_second", sign, "signatures/s/core", None);
    report.add("sha256_64_bytes_per_second", hash, "hashes/s/core", None);

    let scratch = tempfile::tempdir_in(dir)?;
    let mut file = File::create(scratch.path().join("appended"))?;
    let page = vec![1; 4_096];
    let synced = rate(window, 1, || file.write_all(&page).and_then(|()| file.sync_data()).is_ok());
    report.add("fdatasync_4096_bytes_per_second", synced, "syncs/s", None);

    let mut store = RocksStore::open(&scratch.path().join("db"))?;
    let row = sha256(&[b"row"]).repeat(10);
    let mut number = 0_u64;
    let rows = rate(window, ROWS, || {
        let mut batch = CommitBatch::new();
        for _ in 0..ROWS {
            number += 1;
            batch.put(Table::Entries, &number.to_be_bytes(), &row[..MESSAGE_BYTES]);
        }
        store.commit(batch).is_ok()
    });
    report.add("rocksdb_synced_1000_row_batches", rows, "rows of 300 B/s", None);
    Ok(Machine { batch_verify_per_second: batch })
}

/// Operations per second in the best of several windows; each call does `operations`.
fn rate(window: Duration, operations: u64, mut call: impl FnMut() -> bool) -> f64 {
    let mut best = 0.0_f64;
    let mut failures = 0_u64;
    for _ in 0..WINDOWS {
        let started = Instant::now();
        let mut done = 0;
        while started.elapsed() < window {
            failures += u64::from(!call());
            done += operations;
        }
        best = best.max(done as f64 / started.elapsed().as_secs_f64());
    }
    // The answers must be looked at, or the compiler leaves the work out.
    if failures == u64::MAX { 0.0 } else { best }
}
