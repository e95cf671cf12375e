//! Microseconds per record of each step of a validator, in one process and without a network.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use tamga_api::genesis_file;
use tamga_api::time::instant;
use tamga_format::body::{Body, Submission};
use tamga_format::id::{GenesisHash, UnixMillis, sha256};
use tamga_format::record::{SignedRecord, VerifiedRecord};
use tamga_format::signature::PublicKey;
use tamga_node::clock::Clock;
use tamga_node::demo::quorum::Quorum;
use tamga_node::founding::{KeySource, Template, found};
use tamga_replica::index::{Index, LawTerms, Step};
use tamga_replica::limits::BLOCK_COST_MAX;
use tamga_replica::{App, Block, Fresh, MemStore, Source, Store, StoreError};
use tamga_rocks::{RocksIndex, RocksStore};
use tamga_state::Genesis;
use tamga_tests::processes::ORIGIN;

use crate::work::{self, Keys, Workload};

const TEMPLATE: &str = include_str!("../../genesis/four-organisations.toml");
/// Records in all.
const RECORDS: usize = 24_000;
/// Cases that the lifecycles are about.
const CASES: u32 = 4_096;
/// Records of one block, and of one batch of signatures.
const BLOCK: usize = 800;

/// Runs both workloads on both stores.
pub(crate) fn run() -> Result<()> {
    for workload in [Workload::W0, Workload::W1] {
        let ledger = Ledger::found(workload)?;
        let items = work::sign(workload, RECORDS, CASES)?;
        measure(&format!("{} memory", workload.name()), &ledger, &items, || Ok(MemStore::new()))?;
        let dir = tempfile::tempdir()?;
        let mut number = 0;
        measure(&format!("{} RocksDB", workload.name()), &ledger, &items, || {
            number += 1;
            Ok(RocksStore::open(&dir.path().join(number.to_string()))?)
        })?;
    }
    Ok(())
}

struct Ledger {
    genesis: Genesis,
    hash: GenesisHash,
    quorum: Quorum,
    keys: Keys,
}

impl Ledger {
    fn found(workload: Workload) -> Result<Self> {
        let registry = workload.registry();
        let mut template: Template = toml::from_str(TEMPLATE)?;
        template.origin = ORIGIN.to_owned();
        let time = instant(UnixMillis(Clock.now().get() - 1_000));
        let founding =
            found(&template, &registry, KeySource::Demo, &time, "https://tamga.example")?;
        let (genesis, hash) = genesis_file::parse(founding.genesis.as_bytes())?;
        let log = founding.publishers.first().map(|(_, keys)| keys.log).context("a publisher")?;
        let validators: Vec<_> = founding.validators.into_iter().map(|(_, keys)| keys).collect();
        let quorum = Quorum::new((ORIGIN, hash), &genesis.validators, &log, &validators);
        Ok(Self { genesis, hash, quorum, keys: Keys::new(&registry) })
    }
}

/// Time spent per step.
#[derive(Default)]
struct Clocks(Vec<(&'static str, Duration)>);

impl Clocks {
    fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += took,
            None => self.0.push((name, took)),
        }
        result
    }
}

type Records = Vec<(VerifiedRecord, Option<Body>)>;

fn measure<S: Store>(
    title: &str,
    ledger: &Ledger,
    items: &[work::Item],
    mut store: impl FnMut() -> Result<S>,
) -> Result<()> {
    let keys: std::collections::BTreeMap<_, PublicKey> =
        ledger.keys.all().map(|key| (key.public().key_id(), key.public())).collect();
    // One proposes, one follows with the records in its pool, one has them from the block alone.
    let mut apps = Vec::new();
    for _ in 0..3 {
        apps.push(App::open(store()?, &ledger.genesis, ledger.hash)?);
    }
    let builder = ledger.quorum.builder(0);
    let mut clocks = Clocks::default();
    let mut blocks = 0_u32;
    for part in items.chunks(BLOCK) {
        let submissions = clocks.time("decode submissions", || {
            part.iter()
                .map(|item| Submission::decode(&item.submission))
                .collect::<Result<Vec<_>, _>>()
        })?;
        let mut bodies = Vec::new();
        let mut records: Vec<(SignedRecord, PublicKey)> = Vec::new();
        for submission in submissions {
            let (record, body) = submission.into_parts();
            let key = keys.get(&record.record().key_id).ok_or_else(|| anyhow!("an unknown key"))?;
            records.push((record, *key));
            bodies.push(body);
        }
        let random = sha256(&[b"micro", &blocks.to_be_bytes()]);
        let verified =
            clocks.time("verify signatures", || VerifiedRecord::from_batch(records, random));
        let verified: Records = verified
            .into_iter()
            .zip(bodies)
            .map(|(record, body)| Ok((record?, body)))
            .collect::<Result<_>>()?;
        let now = Clock.now();
        for (number, name) in [(0, "admit (local)"), (1, "admit (peer)")] {
            let source = if number == 0 { Source::Local } else { Source::Peer };
            let copy = verified.clone();
            let verdicts = clocks.time(name, || apps[number].admit(copy, source, now));
            if let Some(refused) = verdicts.into_iter().find_map(Result::err) {
                return Err(anyhow!("refused: {refused:?}"));
            }
        }
        while apps[0].pending() > 0 {
            let height = apps[0].head().height.next();
            let now = Clock.now();
            let block = clocks
                .time("propose", || apps[0].propose(height, 0, &builder, now, BLOCK_COST_MAX))?;
            let bytes = clocks.time("encode block", || block.encode());
            for (number, name) in [(1, "validate (pooled)"), (2, "validate (unknown)")] {
                let decoded = clocks.time("decode block (x2)", || Block::decode(&bytes));
                let decoded = decoded.map_err(|error| anyhow!("{error}"))?;
                let fresh = Fresh { now, round: 0, proposer: builder.validator };
                clocks
                    .time(name, || apps[number].validate(decoded, Some(fresh)))
                    .map_err(|error| anyhow!("{error}"))?;
            }
            let certificate = ledger.quorum.certificate(&block)?;
            for (app, name) in
                apps.iter_mut().zip(["commit (proposer)", "commit (pooled)", "commit (unknown)"])
            {
                let certificate = certificate.clone();
                clocks.time(name, || app.commit(block.value, certificate, Vec::new()))?;
            }
            blocks += 1;
        }
    }
    let folder = tempfile::tempdir()?;
    let log = apps[0].reader();
    let law = LawTerms::read(&log)?;
    let mut index = Index::open(RocksIndex::open(folder.path())?, &log)?;
    clocks.time("index (all at once)", || {
        while index.step(&log, &law)? != Step::Done {}
        Ok::<_, StoreError>(())
    })?;
    println!("{title}: {} records in {blocks} blocks, microseconds per record", items.len());
    for (name, took) in clocks.0 {
        println!("  {name:<22} {:>8.2}", took.as_secs_f64() * 1e6 / items.len() as f64);
    }
    Ok(())
}
