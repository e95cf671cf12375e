//! Records reach every listed validator, by push or by pull, and nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tamga_format::id::{Height, sha256};
use tamga_node::swarm::limits::JUNK_MAX;
use tamga_node::swarm::{
    self, NoteInbound, PeerRole, PoolInbound, SwarmHandle, SwarmPeer, peer_id,
};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::ledger::{FakeLog, PUBLISHER, cosigned, seed, swarm_config};

const PATIENCE: Duration = Duration::from_secs(20);

type Pool = Arc<Mutex<Vec<Vec<u8>>>>;

/// A process with a pool that keeps everything.
struct Process {
    swarm: SwarmHandle,
    pool: Pool,
    changed: mpsc::UnboundedReceiver<()>,
    notes: mpsc::Receiver<NoteInbound>,
}

impl Process {
    fn start(number: u8, listening: &BTreeMap<u8, String>, records: Vec<Vec<u8>>) -> Self {
        let pool: Pool = Arc::new(Mutex::new(records));
        let (pool_in, inbox) = mpsc::channel(16);
        let (notes_in, notes) = mpsc::channel(16);
        let (changes, changed) = mpsc::unbounded_channel();
        let swarm = swarm::start(swarm_config(number, listening), Some(pool_in), notes_in).unwrap();
        tokio::spawn(keep(pool.clone(), inbox, changes));
        Self { swarm, pool, changed, notes }
    }

    async fn address(&self) -> String {
        let mut listening = self.swarm.listening();
        let addresses = timeout(PATIENCE, listening.wait_for(|a| !a.is_empty())).await;
        addresses.unwrap().unwrap()[0].to_string()
    }

    async fn connected(&self, count: usize) {
        let mut connected = self.swarm.connected();
        timeout(PATIENCE, connected.wait_for(|peers| peers.len() == count)).await.unwrap().unwrap();
    }

    async fn holds(&mut self, expected: &BTreeSet<Vec<u8>>) {
        while !self
            .pool
            .lock()
            .unwrap()
            .iter()
            .cloned()
            .collect::<BTreeSet<_>>()
            .is_superset(expected)
        {
            timeout(PATIENCE, self.changed.recv()).await.unwrap().unwrap();
        }
    }
}

async fn keep(
    pool: Pool,
    mut inbox: mpsc::Receiver<PoolInbound>,
    changes: mpsc::UnboundedSender<()>,
) {
    while let Some(message) = inbox.recv().await {
        let mut held = pool.lock().unwrap();
        match message {
            PoolInbound::Records { records, done, .. } => {
                for record in records {
                    if !held.contains(&record) {
                        held.push(record);
                    }
                }
                drop(done);
                changes.send(()).ok();
            }
            PoolInbound::Hashes { reply } => {
                drop(reply.send(held.iter().map(|record| sha256(&[record])).collect()));
            }
            PoolInbound::Missing { have, bytes, reply } => {
                let have: BTreeSet<_> = have.into_iter().collect();
                let mut missing = held.iter().filter(|record| !have.contains(&sha256(&[record])));
                let (mut batch, mut length) = (Vec::new(), 0);
                while length < bytes
                    && let Some(record) = missing.next()
                {
                    length += record.len();
                    batch.push(record.clone());
                }
                let more = missing.next().is_some();
                drop(reply.send((batch, more)));
            }
            PoolInbound::Held(_) => changes.send(()).unwrap(),
            PoolInbound::Manifest { reply, .. } | PoolInbound::Chunk { reply, .. } => {
                drop(reply.send(None));
            }
        }
    }
}

fn records(range: std::ops::Range<u32>) -> Vec<Vec<u8>> {
    range.map(|i| i.to_be_bytes().repeat(500)).collect()
}

#[tokio::test]
async fn three_processes_exchange_records_by_push_and_late_ones_by_pull() {
    let old = records(0..900);
    let mut first = Process::start(0, &BTreeMap::new(), old.clone());
    let mut listening = BTreeMap::from([(0, first.address().await)]);
    let mut second = Process::start(1, &listening, records(900..901));
    listening.insert(1, second.address().await);
    // More than one answer is needed for the old records, and each side pulls.
    second.holds(&old.iter().cloned().collect()).await;
    first.holds(&records(900..901).into_iter().collect()).await;

    let mut third = Process::start(2, &listening, Vec::new());
    for process in [&first, &second, &third] {
        process.connected(2).await;
    }
    first.swarm.broadcast_records(records(1_000..1_400));
    let all: BTreeSet<_> =
        old.into_iter().chain(records(900..901)).chain(records(1_000..1_400)).collect();
    second.holds(&all).await;
    third.holds(&all).await;
    let pushed: Vec<_> =
        second.pool.lock().unwrap().iter().rev().take(400).rev().cloned().collect();
    assert_eq!(pushed, records(1_000..1_400), "pushed records keep their order");

    // A process that goes away and comes back with an empty pool gets everything again.
    drop(third);
    first.connected(1).await;
    let mut third = Process::start(2, &listening, Vec::new());
    third.holds(&all).await;
}

#[tokio::test]
async fn strangers_and_processes_of_other_ledgers_are_not_heard() {
    let mut first = Process::start(0, &BTreeMap::new(), Vec::new());
    let listening = BTreeMap::from([(0, first.address().await)]);
    let log = FakeLog::new(0);
    let victim = first.swarm.local();

    let stranger = Process::start(50, &listening, Vec::new());
    let mut refused = tokio::time::interval(Duration::from_millis(20));
    while !first.swarm.counters().values().contains(&("connections_refused", 1)) {
        timeout(PATIENCE, refused.tick()).await.unwrap();
        stranger.swarm.push_signed(victim, vec![cosigned(&log, 1, 0)]).await;
        if first
            .swarm
            .counters()
            .values()
            .iter()
            .any(|(n, v)| *n == "connections_refused" && *v > 0)
        {
            break;
        }
    }
    assert!(first.swarm.connected().borrow().is_empty());

    let mut config = swarm_config(1, &listening);
    config.genesis.0[0] ^= 1;
    let (notes, _inbox) = mpsc::channel(16);
    let foreign = swarm::start(config, None, notes).unwrap();
    let mut connected = foreign.connected();
    timeout(PATIENCE, connected.wait_for(|peers| !peers.is_empty())).await.unwrap().unwrap();
    foreign.push_signed(victim, vec![cosigned(&log, 1, 0)]).await;
    assert!(foreign.notes(victim, Height(1), 5).await.is_err());
    while let Ok(message) = first.notes.try_recv() {
        assert!(matches!(message, NoteInbound::Connected { .. }), "{message:?}");
    }
}

#[tokio::test]
async fn a_peer_that_sends_what_it_may_not_is_counted_and_cut_off() {
    let first = Process::start(0, &BTreeMap::new(), Vec::new());
    let listening = BTreeMap::from([(0, first.address().await)]);
    // A publisher has no records to send.
    let publisher = Process::start(PUBLISHER, &listening, Vec::new());
    publisher.connected(1).await;
    let mut connected = publisher.swarm.connected();
    let mut pause = tokio::time::interval(Duration::from_millis(10));
    while !connected.borrow_and_update().is_empty() {
        publisher.swarm.broadcast_records(records(0..1));
        timeout(PATIENCE, pause.tick()).await.unwrap();
    }
    assert!(first.pool.lock().unwrap().is_empty());
    assert_eq!(first.swarm.counters().junk.load(Ordering::Relaxed), u64::from(JUNK_MAX));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joins_the_list_is_connected_and_who_leaves_it_is_cut_off() {
    let list = |number| SwarmPeer {
        peer_id: peer_id(&seed("network", number)).to_string(),
        role: PeerRole::Validator,
        addresses: Vec::new(),
    };
    let first = Process::start(0, &BTreeMap::new(), Vec::new());
    let listening = BTreeMap::from([(0, first.address().await)]);
    let mut newcomer = Process::start(50, &listening, Vec::new());
    first.swarm.allow(&[list(50)]).await.unwrap();
    first.connected(1).await;
    newcomer.connected(1).await;
    let sent = vec![vec![7; 40]];
    first.swarm.broadcast_records(sent.clone());
    newcomer.holds(&sent.into_iter().collect()).await;
    first.swarm.allow(&[list(1)]).await.unwrap();
    newcomer.connected(0).await;
    first.connected(0).await;
}
