//! The bare application: what consensus, signatures and one synced write per block cost alone.
//!
//! Four processes run the node's own engine over the same signed records, with the same limits of
//! blocks and the same pace. Whoever proposes takes the next records from the common file, so no
//! record travels but in a block; every node decodes every record and checks its signature once, in
//! batches, and writes the block to RocksDB, synced. No HTTP, no pool, no rules, no map, no
//! checkpoints, no receipts.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use async_trait::async_trait;
use bytes::Bytes;
use clap::Args;
use tamga_format::body::Submission;
use tamga_format::certificate::Certificate;
use tamga_format::id::{GenesisHash, Height, KeyId, ValueId, sha256};
use tamga_format::record::SignedRecord;
use tamga_format::signature::{PublicKey, Signature, SigningKey, verify_batch};
use tamga_format::validators::validator_id;
use tamga_node::config::PaceConfig;
use tamga_node::engine::{
    EngineConfig, Host, HostError, Pace, Proposed, Refusal, Turn, Validators, peer_id, start,
};
use tamga_replica::limits::{BLOCK_BYTES_MAX, BLOCK_RECORDS_MAX};
use tamga_replica::{CommitBatch, Store, Table};
use tamga_rocks::RocksStore;
use tokio::sync::watch;

use crate::report::Report;
use crate::work::{self, Keys, Workload};
use crate::{Options, procs};

const NODES: u8 = 4;
const GENESIS: GenesisHash = GenesisHash([7; 32]);
/// Signatures checked together.
const BATCH: usize = 1_024;
/// Bytes before the records of a block: height, previous value, round, number of the first record.
const HEAD_BYTES: usize = 8 + 32 + 4 + 8;
/// Milliseconds of load before the measured window.
const WARM_UP_MS: u64 = 1_500;
/// How long the processes may take to find each other.
const START: Duration = Duration::from_secs(4);

/// One node.
#[derive(Debug, Args)]
pub(crate) struct BareArguments {
    #[arg(long)]
    node: u8,
    /// Engine ports of all nodes.
    #[arg(long, value_delimiter = ',')]
    ports: Vec<u16>,
    #[arg(long)]
    dir: PathBuf,
    #[arg(long)]
    file: PathBuf,
    /// The measured window, in milliseconds since 1970.
    #[arg(long)]
    from_ms: u64,
    #[arg(long)]
    to_ms: u64,
    #[arg(long)]
    block_interval_ms: u64,
}

/// Runs four nodes and reports what the first one committed.
pub(crate) fn run(report: &mut Report, options: &Options, file: &Path, ceiling: f64) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let listeners = (0..NODES)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<std::io::Result<Vec<_>>>()?;
    let ports = listeners
        .iter()
        .map(|it| Ok(it.local_addr()?.port().to_string()))
        .collect::<Result<Vec<_>>>()?;
    drop(listeners);
    let from = now_ms() + u64::try_from(START.as_millis())? + WARM_UP_MS;
    // The file holds a few seconds of this.
    let window = options.window().min(Duration::from_secs(10));
    let to = from + u64::try_from(window.as_millis())?;
    let interval = options.block_interval_ms.unwrap_or(PaceConfig::default().block_interval_ms);
    let mut nodes = Vec::new();
    for node in 0..NODES {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", "--node", &node.to_string(), "--ports", &ports.join(",")]);
        command.args(["--from-ms", &from.to_string(), "--to-ms", &to.to_string()]);
        command.args(["--block-interval-ms", &interval.to_string()]);
        command.arg("--dir").arg(dir.path().join(node.to_string())).arg("--file").arg(file);
        nodes.push(command.stdout(Stdio::piped()).spawn()?);
    }
    let mut results = Vec::new();
    for node in nodes {
        let output = node.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        results.push(serde_json::from_str::<Measured>(&text).context("a bare node ended early")?);
    }
    let first = results.first().context("four nodes")?;
    let rate = first.records as f64 / first.seconds;
    report.add("bare_final_records_per_second", rate, "records/s", Some(ceiling));
    report.add("bare_blocks_per_second", first.blocks as f64 / first.seconds, "blocks/s", None);
    report.add(
        "bare_cpu_us_per_record",
        first.cpu_seconds / first.records.max(1) as f64 * 1e6,
        "us/record/node",
        None,
    );
    report.note(
        "bare: the same engine, limits of blocks, pace and signed records (w0), read from a file by whoever proposes; \
         no HTTP, gossip, rules, map or receipts",
    );
    Ok(())
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// What one node saw in the window.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Measured {
    records: u64,
    blocks: u64,
    seconds: f64,
    cpu_seconds: f64,
}

fn key(node: u8) -> SigningKey {
    SigningKey::from_seed([node + 1; 32])
}

fn network_seed(node: u8) -> [u8; 32] {
    [node + 101; 32]
}

/// Runs one node until the window is over.
pub(crate) async fn node(arguments: &BareArguments) -> Result<()> {
    let node = arguments.node;
    std::fs::create_dir_all(&arguments.dir)?;
    let bare = Arc::new(Bare::open(arguments)?);
    let peers = (0..NODES).filter(|other| *other != node).map(|other| {
        let port = arguments.ports.get(usize::from(other)).context("four ports")?;
        Ok(format!("/ip4/127.0.0.1/tcp/{port}/p2p/{}", peer_id(&network_seed(other))?))
    });
    let pace = PaceConfig::default();
    let config = EngineConfig {
        moniker: format!("bare-{node}"),
        genesis: GENESIS,
        validator: validator_id(&key(node).public()),
        consensus_key: key(node),
        network_seed: network_seed(node),
        listen: format!("/ip4/127.0.0.1/tcp/{}", arguments.ports[usize::from(node)]),
        peers: peers.collect::<Result<_>>()?,
        dir: arguments.dir.join("engine"),
        pace: Pace {
            block_interval: Duration::from_millis(arguments.block_interval_ms),
            propose_timeout: Duration::from_millis(pace.propose_timeout_ms),
            vote_timeout: Duration::from_millis(pace.vote_timeout_ms),
            ..Pace::default()
        },
        block_bytes_max: BLOCK_BYTES_MAX,
        part_bytes: 256 << 10,
    };
    let task = start(config, Arc::clone(&bare) as Arc<dyn Host>).await?;
    wait_until(arguments.from_ms.saturating_sub(WARM_UP_MS), &bare).await;
    bare.pending.send_replace(bare.submissions.len() as u64);
    let begin = wait_until(arguments.from_ms, &bare).await;
    let end = wait_until(arguments.to_ms, &bare).await;
    let measured = Measured {
        records: end.1 - begin.1,
        blocks: end.0 - begin.0,
        seconds: (end.3 - begin.3) as f64 / 1_000.0,
        cpu_seconds: end.2 - begin.2,
    };
    println!("{}", serde_json::to_string(&measured)?);
    // The others need this node's votes until their windows are over too.
    tokio::time::sleep(Duration::from_millis(500)).await;
    task.stop().await;
    Ok(())
}

/// Height, records, CPU seconds and time once the clock shows `at_ms`, or when the records are used up.
async fn wait_until(at_ms: u64, bare: &Bare) -> (u64, u64, f64, u64) {
    loop {
        let (height, next, left) = {
            let chain = bare.chain();
            (chain.height, chain.next, bare.submissions.len() as u64 - chain.next)
        };
        if now_ms() >= at_ms || left == 0 {
            return (height, next, procs::cpu_seconds(std::process::id()), now_ms());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

struct Bare {
    submissions: Vec<Vec<u8>>,
    keys: BTreeMap<KeyId, PublicKey>,
    validators: Arc<Validators>,
    chain: Mutex<Chain>,
    pending: watch::Sender<u64>,
}

struct Chain {
    store: RocksStore,
    height: u64,
    value: ValueId,
    /// Number of the first record that is not in the chain.
    next: u64,
    valid: BTreeMap<ValueId, (Bytes, u64)>,
    undecided: Vec<(u32, Bytes)>,
}

impl Bare {
    fn open(arguments: &BareArguments) -> Result<Self> {
        let items = work::read(&arguments.file)?;
        let keys = Keys::new(&Workload::W0.registry());
        let peers =
            (0..NODES).map(|node| peer_id(&network_seed(node))).collect::<Result<Vec<_>>>()?;
        let validators = (0..NODES).zip(&peers).map(|(node, peer)| {
            (validator_id(&key(node).public()), key(node).public(), peer.as_str())
        });
        Ok(Self {
            pending: watch::channel(0).0,
            submissions: items.into_iter().map(|item| item.submission).collect(),
            keys: keys.all().map(|key| (key.public().key_id(), key.public())).collect(),
            validators: Arc::new(Validators::new(validators)?),
            chain: Mutex::new(Chain {
                store: RocksStore::open(&arguments.dir.join("db"))?,
                height: 0,
                value: ValueId::from_bytes([0; 32]),
                next: 0,
                valid: BTreeMap::new(),
                undecided: Vec::new(),
            }),
        })
    }

    fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes every record of a block and checks its signature; their number.
    fn check(&self, mut records: &[u8]) -> Result<u64> {
        let mut signed: Vec<(SignedRecord, PublicKey)> = Vec::new();
        while let Some((length, rest)) = records.split_first_chunk() {
            let (entry, rest) = rest
                .split_at_checked(usize::try_from(u32::from_be_bytes(*length))?)
                .context("a cut record")?;
            let record = SignedRecord::decode(entry)?;
            let key = self.keys.get(&record.record().key_id).context("an unknown key")?;
            signed.push((record, *key));
            records = rest;
        }
        for batch in signed.chunks(BATCH) {
            let messages: Vec<Vec<u8>> =
                batch.iter().map(|(record, _)| record.signed_bytes()).collect();
            let items: Vec<(PublicKey, &[u8], Signature)> = batch
                .iter()
                .zip(&messages)
                .map(|((record, key), message)| (*key, message.as_slice(), *record.signature()))
                .collect();
            let random = sha256(&messages.iter().map(Vec::as_slice).take(4).collect::<Vec<_>>());
            anyhow::ensure!(
                verify_batch(&items, random).iter().all(|holds| *holds),
                "a wrong signature"
            );
        }
        Ok(signed.len() as u64)
    }
}

impl Chain {
    fn head(&self, round: u32) -> Vec<u8> {
        let mut block = Vec::with_capacity(BLOCK_BYTES_MAX);
        block.extend_from_slice(&(self.height + 1).to_be_bytes());
        block.extend_from_slice(self.value.as_bytes());
        block.extend_from_slice(&round.to_be_bytes());
        block.extend_from_slice(&self.next.to_be_bytes());
        block
    }
}

fn failed(error: impl std::fmt::Display) -> HostError {
    HostError::Failed(error.to_string())
}

#[async_trait]
impl Host for Bare {
    async fn propose(&self, _: Height, round: u32) -> Result<Proposed, HostError> {
        let (mut block, next) = {
            let chain = self.chain();
            (chain.head(round), usize::try_from(chain.next).map_err(failed)?)
        };
        for bytes in self.submissions.iter().skip(next).take(BLOCK_RECORDS_MAX) {
            let submission = Submission::decode(bytes).map_err(failed)?;
            let entry = submission.record().entry();
            if block.len() + entry.len() + 4 > BLOCK_BYTES_MAX {
                break;
            }
            block.extend_from_slice(&u32::try_from(entry.len()).map_err(failed)?.to_be_bytes());
            block.extend_from_slice(entry);
        }
        let count = self.check(&block[HEAD_BYTES..]).map_err(failed)?;
        let block = Bytes::from(block);
        let value = ValueId(sha256(&[&block]));
        self.chain().valid.insert(value, (block.clone(), count));
        Ok(Proposed { value, block })
    }

    async fn validate(&self, block: Bytes, fresh: Option<Turn>) -> Result<ValueId, Refusal> {
        let value = ValueId(sha256(&[&block]));
        if self.chain().valid.contains_key(&value) {
            return Ok(value);
        }
        let expected = self.chain().head(fresh.map_or(0, |turn| turn.round));
        // A block that was decided before carries the round it was proposed in.
        if !block.starts_with(&expected[..40])
            || block.len() < HEAD_BYTES
            || block[44..HEAD_BYTES] != expected[44..]
        {
            return Err(Refusal::Unavailable("another place in the chain".into()));
        }
        let count = self
            .check(&block[HEAD_BYTES..])
            .map_err(|error| Refusal::Invalid(error.to_string()))?;
        self.chain().valid.insert(value, (block, count));
        Ok(value)
    }

    async fn commit(&self, certificate: Certificate, _: Vec<Vec<u8>>) -> Result<(), HostError> {
        let mut chain = self.chain();
        let value = certificate.value;
        let (block, count) = chain.valid.get(&value).cloned().ok_or(HostError::Unknown(value))?;
        let key = certificate.height.get().to_be_bytes();
        let mut batch = CommitBatch::new();
        batch.put(Table::Blocks, &key, &block);
        batch.put(Table::Certificates, &key, &certificate.encode());
        for (round, _) in chain.undecided.drain(..) {
            batch.delete(Table::Undecided, &round.to_be_bytes());
        }
        chain.store.commit(batch).map_err(failed)?;
        chain.height = certificate.height.get();
        chain.value = value;
        chain.next += count;
        chain.valid.clear();
        self.pending.send_replace(self.submissions.len() as u64 - chain.next);
        Ok(())
    }

    async fn decided(&self, height: Height) -> Result<Option<(Bytes, Certificate)>, HostError> {
        let chain = self.chain();
        let key = height.get().to_be_bytes();
        let block = chain.store.get(Table::Blocks, &key).map_err(failed)?;
        let certificate = chain.store.get(Table::Certificates, &key).map_err(failed)?;
        let (Some(block), Some(certificate)) = (block, certificate) else { return Ok(None) };
        Ok(Some((block.into(), Certificate::decode(&certificate).map_err(failed)?)))
    }

    async fn keep_undecided(&self, round: u32, block: Bytes) -> Result<(), HostError> {
        let mut chain = self.chain();
        let mut batch = CommitBatch::buffered();
        batch.put(Table::Undecided, &round.to_be_bytes(), &block);
        chain.store.commit(batch).map_err(failed)?;
        chain.undecided.push((round, block));
        Ok(())
    }

    async fn undecided(&self, height: Height) -> Result<Vec<(u32, Bytes)>, HostError> {
        let chain = self.chain();
        Ok(if height.get() == chain.height + 1 { chain.undecided.clone() } else { Vec::new() })
    }

    fn validators(&self) -> Arc<Validators> {
        Arc::clone(&self.validators)
    }

    fn head(&self) -> Height {
        Height(self.chain().height)
    }

    fn reasons(&self) -> watch::Receiver<u64> {
        self.pending.subscribe()
    }
}
