//! Four engines in one process over loopback, each with a host in memory.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::err_expect,
    unreachable_pub,
    reason = "helpers of tests fail like tests"
)]

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tamga_format::certificate::{Certificate, VoteKind, vote_bytes};
use tamga_format::id::{GenesisHash, Height, ValidatorId, ValueId, sha256};
use tamga_format::signature::SigningKey;
use tamga_node::engine::{
    EngineConfig, EngineState, EngineTask, Host, HostError, Pace, Proposed, Refusal, Turn,
    Validators, peer_id, start,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

const GENESIS: GenesisHash = GenesisHash([42; 32]);
const NODES: u8 = 4;
const BLOCK_BYTES_MAX: usize = 2 << 20;

fn key(node: u8) -> SigningKey {
    SigningKey::from_seed([node; 32])
}

fn network_seed(node: u8) -> [u8; 32] {
    [100 + node; 32]
}

fn id(node: u8) -> ValidatorId {
    tamga_format::validators::validator_id(&key(node).public())
}

/// A chain of blocks: u64 height ‖ previous value ‖ u32 round ‖ records.
struct MemHost {
    node: u8,
    validators: Arc<Validators>,
    chain: Mutex<Chain>,
    pending: watch::Sender<u64>,
}

#[derive(Default)]
struct Chain {
    decided: Vec<(Bytes, Certificate)>,
    valid: BTreeMap<ValueId, Bytes>,
    undecided: BTreeMap<Height, Vec<(u32, Bytes)>>,
    records: Vec<u8>,
    evidence: usize,
    times_synced: u32,
}

impl Chain {
    fn head(&self) -> (Height, ValueId) {
        let last = self.decided.last().map(|(_, certificate)| certificate);
        last.map_or((Height(0), ValueId([0; 32])), |last| (last.height, last.value))
    }

    fn next(&self, round: u32) -> Vec<u8> {
        let (height, prev) = self.head();
        let mut block = height.next().get().to_be_bytes().to_vec();
        block.extend_from_slice(prev.as_bytes());
        block.extend_from_slice(&round.to_be_bytes());
        block
    }
}

impl MemHost {
    fn new(node: u8) -> Arc<Self> {
        let peers: Vec<String> =
            (0..NODES).map(|n| peer_id(&network_seed(n)).expect("32 bytes")).collect();
        let validators =
            (0..NODES).zip(&peers).map(|(n, peer)| (id(n), key(n).public(), peer.as_str()));
        Arc::new(Self {
            node,
            validators: Arc::new(Validators::new(validators).expect("peer ids")),
            chain: Mutex::default(),
            pending: watch::channel(0).0,
        })
    }

    fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().expect("no test panics inside")
    }

    fn submit(&self, records: &[u8]) {
        self.chain().records.extend_from_slice(records);
        self.pending.send_replace(1);
    }

    fn values(&self) -> Vec<ValueId> {
        self.chain().decided.iter().map(|(_, certificate)| certificate.value).collect()
    }
}

#[async_trait]
impl Host for MemHost {
    async fn propose(&self, height: Height, round: u32) -> Result<Proposed, HostError> {
        let mut chain = self.chain();
        assert_eq!(height, chain.head().0.next());
        let mut block = chain.next(round);
        block.extend_from_slice(&chain.records);
        let block = Bytes::from(block);
        let value = ValueId(sha256(&[&block]));
        chain.valid.insert(value, block.clone());
        Ok(Proposed { value, block })
    }

    async fn validate(&self, block: Bytes, fresh: Option<Turn>) -> Result<ValueId, Refusal> {
        let mut chain = self.chain();
        let round = fresh.map(|turn| turn.round).unwrap_or_default();
        let expected = chain.next(round);
        let head = if fresh.is_some() { &expected[..] } else { &expected[..40] };
        if !block.starts_with(head) {
            return Err(Refusal::Invalid("another place in the chain".into()));
        }
        chain.times_synced += u32::from(fresh.is_none());
        let value = ValueId(sha256(&[&block]));
        chain.valid.insert(value, block);
        Ok(value)
    }

    async fn commit(
        &self,
        certificate: Certificate,
        evidence: Vec<Vec<u8>>,
    ) -> Result<(), HostError> {
        let mut chain = self.chain();
        chain.evidence += evidence.len();
        assert_eq!(certificate.height, chain.head().0.next());
        assert!(certificate.signatures.len() >= 3);
        for (validator, signature) in &certificate.signatures {
            let Certificate { height, round, value, .. } = &certificate;
            let vote =
                vote_bytes(VoteKind::Precommit, &GENESIS, *height, *round, Some(value), validator);
            let signer = (0..NODES).find(|n| id(*n) == *validator).expect("a validator");
            key(signer).public().verify(&vote, signature).expect("a valid precommit");
        }
        let value = certificate.value;
        let block = chain.valid.get(&value).cloned().ok_or(HostError::Unknown(value))?;
        // Every node is told of every record, so what a block holds is the front of each pool.
        let included = block.len() - 44;
        let known = included.min(chain.records.len());
        chain.records.drain(..known);
        if chain.records.is_empty() {
            self.pending.send_replace(0);
        }
        chain.valid.clear();
        chain.undecided.clear();
        chain.decided.push((block, certificate));
        Ok(())
    }

    async fn decided(&self, height: Height) -> Result<Option<(Bytes, Certificate)>, HostError> {
        Ok(self.chain().decided.get(usize::try_from(height.get()).unwrap() - 1).cloned())
    }

    async fn keep_undecided(&self, round: u32, block: Bytes) -> Result<(), HostError> {
        let mut chain = self.chain();
        let height = chain.head().0.next();
        chain.undecided.entry(height).or_default().push((round, block));
        Ok(())
    }

    async fn undecided(&self, height: Height) -> Result<Vec<(u32, Bytes)>, HostError> {
        Ok(self.chain().undecided.get(&height).cloned().unwrap_or_default())
    }

    fn validators(&self) -> Arc<Validators> {
        Arc::clone(&self.validators)
    }

    fn head(&self) -> Height {
        self.chain().head().0
    }

    fn reasons(&self) -> watch::Receiver<u64> {
        self.pending.subscribe()
    }
}

struct Cluster {
    hosts: Vec<Arc<MemHost>>,
    engines: Vec<Option<EngineTask>>,
    ports: Vec<u16>,
    dir: tempfile::TempDir,
}

impl Cluster {
    async fn start() -> Self {
        // All listeners are open at once, so that the ports differ.
        let listeners: Vec<TcpListener> =
            (0..NODES).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
        let ports = listeners.iter().map(|it| it.local_addr().expect("bound").port()).collect();
        drop(listeners);
        let mut cluster = Self {
            hosts: (0..NODES).map(MemHost::new).collect(),
            engines: (0..NODES).map(|_| None).collect(),
            ports,
            dir: tempfile::tempdir().expect("a temporary folder"),
        };
        for node in 0..NODES {
            cluster.start_node(node).await;
        }
        cluster
    }

    fn folder(&self, node: u8) -> std::path::PathBuf {
        self.dir.path().join(node.to_string())
    }

    async fn start_node(&mut self, node: u8) {
        self.start_as(node, node).await;
    }

    /// Starts a node in the place of `node` that votes with the key of validator `voter`.
    async fn start_as(&mut self, node: u8, voter: u8) {
        let peers = (0..NODES).filter(|other| *other != node).map(|other| {
            let peer = peer_id(&network_seed(other)).expect("32 bytes");
            format!("/ip4/127.0.0.1/tcp/{}/p2p/{peer}", self.ports[usize::from(other)])
        });
        let config = EngineConfig {
            moniker: format!("node-{node}"),
            genesis: GENESIS,
            validator: id(voter),
            consensus_key: key(voter),
            network_seed: network_seed(node),
            listen: format!("/ip4/127.0.0.1/tcp/{}", self.ports[usize::from(node)]),
            peers: peers.collect(),
            dir: self.folder(node),
            pace: Pace {
                block_interval: Duration::from_millis(5),
                propose_timeout: Duration::from_millis(400),
                status_interval: Duration::from_millis(500),
                ..Pace::default()
            },
            block_bytes_max: BLOCK_BYTES_MAX,
            part_bytes: 128 << 10,
        };
        let host = Arc::clone(&self.hosts[usize::from(node)]);
        assert_eq!(host.node, node);
        self.engines[usize::from(node)] = Some(start(config, host).await.expect("engine starts"));
    }

    async fn stop_node(&mut self, node: u8) {
        let engine = self.engines[usize::from(node)].take().expect("running");
        let state = engine.state();
        timeout(Duration::from_secs(5), engine.stop()).await.expect("stops in time");
        assert_eq!(*state.borrow(), EngineState::Stopped);
    }

    fn submit(&self, records: &[u8]) {
        for host in &self.hosts {
            host.submit(records);
        }
    }

    fn heads(&self) -> Vec<u64> {
        self.hosts.iter().map(|host| host.head().get()).collect()
    }

    /// Waits until these nodes committed every record they were told of: as long as a machine that also does other work may take.
    async fn settled(&self, nodes: &[u8], what: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let hosts = || nodes.iter().map(|node| &self.hosts[usize::from(*node)]);
            let empty = hosts().all(|host| host.chain().records.is_empty());
            let heads: Vec<Height> = hosts().map(|host| host.head()).collect();
            if empty && heads.windows(2).all(|pair| pair[0] == pair[1]) {
                return;
            }
            assert!(Instant::now() < until, "{what}: heads {:?}", self.heads());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

const ALL: [u8; 4] = [0, 1, 2, 3];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_engines_decide_idle_wake_up_restart_and_catch_up() {
    let mut cluster = Cluster::start().await;

    cluster.submit(b"first");
    cluster.settled(&ALL, "the first record").await;
    let begun = Instant::now();
    sleep(Duration::from_millis(1_200)).await;
    let idle = cluster.heads();
    sleep(Duration::from_millis(1_200)).await;
    assert_eq!(cluster.heads(), idle, "no records, no blocks, {:?} after start", begun.elapsed());

    let woken = Instant::now();
    cluster.submit(b"second");
    cluster.settled(&ALL, "a record after a pause").await;
    assert!(woken.elapsed() < Duration::from_millis(1_500), "woke up in {:?}", woken.elapsed());

    for _ in 0..30 {
        cluster.submit(&[7; 1_000]);
        sleep(Duration::from_millis(10)).await;
    }
    cluster.submit(&vec![8; 1_500_000]);
    cluster.settled(&ALL, "blocks of several parts").await;

    cluster.stop_node(3).await;
    for round in 0..4 {
        cluster.submit(&[round; 10]);
        cluster.settled(&[0, 1, 2], "three of four").await;
    }
    assert!(cluster.hosts[3].head() < cluster.hosts[0].head());
    cluster.start_node(3).await;
    cluster.hosts[3].chain().records.clear();
    cluster.settled(&ALL, "the restarted node catches up").await;

    cluster.stop_node(2).await;
    std::fs::remove_dir_all(cluster.folder(2)).expect("removed");
    cluster.hosts[2] = MemHost::new(2);
    cluster.start_node(2).await;
    cluster.settled(&ALL, "the emptied node catches up").await;
    assert!(cluster.hosts[2].chain().times_synced > 5, "it was handed decided blocks");

    let before = cluster.heads()[2];
    cluster.submit(b"last");
    cluster.settled(&ALL, "all four again").await;
    let values = cluster.hosts[0].values();
    for host in &cluster.hosts {
        assert_eq!(host.values(), values, "one chain");
    }
    let voted = |node: u8| {
        let chain = cluster.hosts[0].chain();
        let later = chain.decided.iter().filter(|(_, it)| it.height.get() >= before);
        later.flat_map(|(_, it)| &it.signatures).any(|(by, _)| *by == id(node))
    };
    sleep(Duration::from_millis(50)).await;
    assert!(ALL.into_iter().filter(|node| voted(*node)).count() >= 3);

    let text = tamga_node::engine::metrics::text("node-1");
    assert!(text.contains("{moniker=\"node-1\"") && !text.contains("{moniker=\"node-2\""));
    for node in ALL {
        cluster.stop_node(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_height_without_a_quorum_goes_on_after_restarts() {
    let mut cluster = Cluster::start().await;
    cluster.submit(b"first");
    cluster.settled(&ALL, "the first record").await;
    cluster.stop_node(2).await;
    cluster.stop_node(3).await;
    let stuck = cluster.heads()[0];
    let keeps = |cluster: &Cluster, node: u8| {
        cluster.hosts[usize::from(node)].chain().undecided.values().flatten().count() > 0
    };
    // A record may still join the block that is under way, which the votes already sent may decide; records go on
    // arriving until that is over, long enough for several rounds. What came last waits for a quorum.
    for round in 0..20 {
        cluster.submit(&[round; 10]);
        sleep(Duration::from_millis(100)).await;
    }
    for _ in 0..300 {
        if keeps(&cluster, 0) && keeps(&cluster, 1) {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    assert!(cluster.heads()[0] <= stuck + 1, "two of four decide at most what was under way");
    for node in [0, 1] {
        cluster.stop_node(node).await;
        assert!(keeps(&cluster, node), "a block was kept before it was voted on");
        cluster.start_node(node).await;
    }
    cluster.start_node(2).await;
    cluster.settled(&[0, 1, 2], "three of four after the restarts").await;
    let values = cluster.hosts[0].values();
    for host in &cluster.hosts[1..3] {
        assert_eq!(host.values(), values, "one chain");
    }
    assert!(cluster.hosts.iter().all(|host| host.chain().evidence == 0), "nobody voted twice");
    for node in [0, 1, 2] {
        cluster.stop_node(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_on_two_machines_leaves_evidence_and_one_chain() {
    let mut cluster = Cluster::start().await;
    cluster.submit(b"first");
    cluster.settled(&ALL, "the first record").await;
    cluster.stop_node(3).await;
    // More than the others' blocks use up: the twin has a block of its own for each of its turns.
    cluster.hosts[3].submit(&[9; 10_000]);
    cluster.start_as(3, 0).await;
    for round in 0..40 {
        for host in &cluster.hosts[..3] {
            host.submit(&[round; 10]);
        }
        sleep(Duration::from_millis(100)).await;
    }
    cluster.stop_node(3).await;
    cluster.settled(&[0, 1, 2], "three honest nodes").await;
    let values = cluster.hosts[0].values();
    for host in &cluster.hosts[1..3] {
        assert_eq!(host.values(), values, "one chain");
    }
    let pieces: usize = cluster.hosts[..3].iter().map(|host| host.chain().evidence).sum();
    assert!(pieces > 0, "contradicting votes are evidence, heads {:?}", cluster.heads());
    for node in [0, 1, 2] {
        cluster.stop_node(node).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_cannot_open_its_log_does_not_start() {
    let host = MemHost::new(0);
    let config = EngineConfig {
        moniker: "lonely".into(),
        genesis: GENESIS,
        validator: id(0),
        consensus_key: key(0),
        network_seed: network_seed(0),
        listen: "/ip4/127.0.0.1/tcp/0".into(),
        peers: Vec::new(),
        dir: Path::new("/dev/null/engine").into(),
        pace: Pace::default(),
        block_bytes_max: BLOCK_BYTES_MAX,
        part_bytes: 128 << 10,
    };
    let refused = start(config.clone(), Arc::clone(&host) as Arc<dyn Host>).await.err();
    assert!(refused.expect("no folder").to_string().contains("/dev/null/engine"));
    let config = EngineConfig { listen: "nowhere".into(), dir: std::env::temp_dir(), ..config };
    let refused = start(config, host).await.err().expect("no address").to_string();
    assert!(refused.contains("nowhere is not a multiaddress"), "{refused}");
}
