//! The ledger's own network: records and signatures among the processes that genesis names.
//!
//! It is a libp2p swarm apart from the engine's. Only listed peers stay connected, whoever dialled.
//! Every message is a bounded request with an answer ([`wire`]); nothing here believes a record or a
//! signature: [`PoolInbound`] and [`NoteInbound`] hand them on to those who check.

mod codec;
pub mod limits;
mod queue;
mod task;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId};
use tamga_format::held::HeldStatement;
use tamga_format::id::{AttachmentId, GenesisHash, Height, TreeSize};
use tamga_format::validators::{Validator, ValidatorSet};
use tokio::sync::{mpsc, oneshot, watch};

use self::limits::{CHECKPOINTS_MAX, COMMANDS_MAX, HELD_MAX};
use self::wire::{Request, Response, SignedCheckpoint};

/// What a process is to the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerRole {
    /// Holds the log: gets records, answers questions about it.
    Validator,
    /// Holds the log key and no store: gets and sends signatures only.
    Publisher,
}

/// A process that may connect.
#[derive(Clone, Debug)]
pub struct SwarmPeer {
    /// Its PeerId, as genesis names it.
    pub peer_id: String,
    /// What it is.
    pub role: PeerRole,
    /// Where it listens, such as `/ip4/10.0.0.7/tcp/7102`; empty when only it dials.
    pub addresses: Vec<String>,
}

/// Where processes listen, by PeerId. Who may connect, a policy says.
#[derive(Clone, Debug, Default)]
pub struct Addresses(BTreeMap<String, Vec<String>>);

impl Addresses {
    /// The addresses of one process; none when only it dials.
    #[must_use]
    pub fn of(&self, peer_id: &str) -> Vec<String> {
        self.0.get(peer_id).cloned().unwrap_or_default()
    }

    /// Every process whose address is known, as a validator.
    #[must_use]
    pub fn everybody(&self) -> Vec<SwarmPeer> {
        let readable = self.0.iter().filter(|(peer_id, _)| peer_id.parse::<PeerId>().is_ok());
        let peer = |(peer_id, addresses): (&String, &Vec<String>)| SwarmPeer {
            peer_id: peer_id.clone(),
            role: PeerRole::Validator,
            addresses: addresses.clone(),
        };
        readable.map(peer).collect()
    }

    /// The validators of a policy as peers. One whose PeerId can't be read can't connect.
    #[must_use]
    pub fn validators(&self, set: &ValidatorSet) -> Vec<SwarmPeer> {
        let readable = set.members().iter().filter(|it| it.peer_id.parse::<PeerId>().is_ok());
        let peer = |it: &Validator| SwarmPeer {
            peer_id: it.peer_id.clone(),
            role: PeerRole::Validator,
            addresses: self.of(&it.peer_id),
        };
        readable.map(peer).collect()
    }
}

impl FromIterator<(String, String)> for Addresses {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(known: I) -> Self {
        let mut addresses: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (peer_id, address) in known {
            addresses.entry(peer_id).or_default().push(address);
        }
        Self(addresses)
    }
}

/// What a swarm needs to start.
#[derive(Clone)]
pub struct SwarmConfig {
    /// Seed of the network key; its PeerId is the one in genesis.
    pub network: [u8; 32],
    /// Hash of the genesis file: processes of another ledger do not understand each other.
    pub genesis: GenesisHash,
    /// Where to listen; port 0 takes a free one.
    pub listen: Vec<String>,
    /// Everyone who may connect.
    pub peers: Vec<SwarmPeer>,
}

impl std::fmt::Debug for SwarmConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { network: _, genesis, listen, peers } = self;
        f.debug_struct("SwarmConfig")
            .field("genesis", genesis)
            .field("listen", listen)
            .field("peers", peers)
            .finish_non_exhaustive()
    }
}

/// What peers send to, and ask of, the pool.
#[derive(Debug)]
pub enum PoolInbound {
    /// Submissions, not yet decoded. Dropping `done` lets the sender go on: hold it while busy.
    Records {
        /// Who sent them.
        from: PeerId,
        /// The bytes of each submission.
        records: Vec<Vec<u8>>,
        /// The sender's next batch waits for this.
        done: oneshot::Sender<()>,
    },
    /// Which leaves wait in the pool, oldest first?
    Hashes {
        /// At most [`limits::PULL_HASHES_MAX`] are used.
        reply: oneshot::Sender<Vec<[u8; 32]>>,
    },
    /// Which submissions wait in the pool that the asker lacks?
    Missing {
        /// Leaf hashes the asker has.
        have: Vec<[u8; 32]>,
        /// Stop once the submissions have this many bytes.
        bytes: usize,
        /// The submissions, and whether more are waiting.
        reply: oneshot::Sender<(Vec<Vec<u8>>, bool)>,
    },
    /// Statements that attachments are held and checked, not yet verified.
    Held(Vec<HeldStatement>),
    /// The manifest of an attachment; `None` when not held.
    Manifest {
        /// The attachment.
        id: AttachmentId,
        /// Its bytes.
        reply: oneshot::Sender<Option<Vec<u8>>>,
    },
    /// A chunk of an attachment; `None` when not held.
    Chunk {
        /// The attachment.
        id: AttachmentId,
        /// The chunk's number.
        number: usize,
        /// Its bytes.
        reply: oneshot::Sender<Option<Vec<u8>>>,
    },
}

/// What peers send to, and ask of, the keeper of checkpoints.
#[derive(Debug)]
pub enum NoteInbound {
    /// A peer has connected.
    Connected {
        /// Who.
        peer: PeerId,
        /// What it is.
        role: PeerRole,
    },
    /// Signatures on checkpoints, not yet checked.
    Signed {
        /// Who sent them.
        from: PeerId,
        /// The checkpoints.
        checkpoints: Vec<SignedCheckpoint>,
    },
    /// The consistency path between two sizes; `None` when not held.
    Consistency {
        /// The smaller size.
        from: TreeSize,
        /// The larger size.
        to: TreeSize,
        /// The path.
        reply: oneshot::Sender<Option<Vec<[u8; 32]>>>,
    },
    /// The signatures known for blocks from a height on.
    Notes {
        /// The first height.
        from: Height,
        /// How many heights at most.
        count: usize,
        /// One checkpoint per height with at least one signature.
        reply: oneshot::Sender<Vec<SignedCheckpoint>>,
    },
    /// The newest checkpoint known under a key, and the newest final note.
    Newest {
        /// The note key id.
        key_id: [u8; 4],
        /// None, one or both.
        reply: oneshot::Sender<Vec<SignedCheckpoint>>,
    },
    /// The receipt of the record that entered a policy.
    Policy {
        /// Number of the policy.
        number: u64,
        /// Its text; `None` when there is no such policy.
        reply: oneshot::Sender<Option<String>>,
    },
}

/// Why a peer gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwarmError {
    /// The swarm's task has ended.
    #[error("the swarm has stopped")]
    Stopped,
    /// The peer is not connected, or went away.
    #[error("the peer is not connected")]
    NotConnected,
    /// The peer was too slow, or answered with something else.
    #[error("the peer gave no sensible answer")]
    NoAnswer,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the swarm counts since its start.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: AtomicU64,)*
        }

        impl Counters {
            /// Names and values, for metrics.
            #[must_use]
            pub fn values(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.load(Ordering::Relaxed)),)*]
            }
        }
    };
}

counters! {
    /// Records handed over by peers.
    records_received,
    /// Records sent to peers, counted once per peer.
    records_sent,
    /// Records that gave way in a full queue or were not acknowledged, counted once per peer.
    records_dropped,
    /// Signed checkpoints not sent because a peer or the task was too far behind.
    notices_dropped,
    /// Senseless messages of peers.
    junk,
    /// Requests turned away because a peer had too many open.
    requests_refused,
    /// Connections of strangers, or of too many, refused.
    connections_refused,
}

impl Counters {
    fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }
}

enum Command {
    Records(Vec<Vec<u8>>),
    Signed(SignedCheckpoint),
    Allow(BTreeMap<PeerId, (PeerRole, Vec<Multiaddr>)>),
    Ask { peer: PeerId, request: Request, reply: oneshot::Sender<Result<Response, SwarmError>> },
}

/// The door to a running swarm; the swarm stops when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct SwarmHandle {
    commands: mpsc::Sender<Command>,
    local: PeerId,
    listening: watch::Receiver<Vec<Multiaddr>>,
    connected: watch::Receiver<BTreeMap<PeerId, PeerRole>>,
    counters: Arc<Counters>,
}

/// The PeerId of a network key.
///
/// # Panics
/// Never: every 32-byte seed is a key.
#[must_use]
pub fn peer_id(network: &[u8; 32]) -> PeerId {
    keypair(network).public().to_peer_id()
}

fn keypair(network: &[u8; 32]) -> Keypair {
    let mut seed = *network;
    Keypair::ed25519_from_bytes(&mut seed).expect("every 32-byte seed is an Ed25519 key")
}

/// Starts a swarm on the current tokio runtime.
///
/// `pool` is absent in a publisher, which has no pool. Peers are dialled until they are connected.
///
/// # Errors
/// When a PeerId or address cannot be read, or an address cannot be listened on.
pub fn start(
    config: SwarmConfig,
    pool: Option<mpsc::Sender<PoolInbound>>,
    notes: mpsc::Sender<NoteInbound>,
) -> Result<SwarmHandle> {
    let keypair = keypair(&config.network);
    let local = keypair.public().to_peer_id();
    let peers = parse_peers(&config.peers, local)?;
    let listen = parse_addresses(&config.listen)?;
    let (commands, command_inbox) = mpsc::channel(COMMANDS_MAX);
    let (listening_out, listening) = watch::channel(Vec::new());
    let (connected_out, connected) = watch::channel(BTreeMap::new());
    let counters = Arc::new(Counters::default());
    let doors = task::Doors {
        commands: command_inbox,
        pool,
        notes,
        listening: listening_out,
        connected: connected_out,
        counters: counters.clone(),
    };
    tokio::spawn(task::Task::new(keypair, &config.genesis, &listen, peers, doors)?.run());
    Ok(SwarmHandle { commands, local, listening, connected, counters })
}

fn parse_peers(
    peers: &[SwarmPeer],
    local: PeerId,
) -> Result<BTreeMap<PeerId, (PeerRole, Vec<Multiaddr>)>> {
    let mut parsed = BTreeMap::new();
    for peer in peers {
        let id: PeerId =
            peer.peer_id.parse().with_context(|| format!("`{}` is not a PeerId", peer.peer_id))?;
        let addresses = parse_addresses(&peer.addresses)?;
        if id != local {
            parsed.insert(id, (peer.role, addresses));
        }
    }
    Ok(parsed)
}

fn parse_addresses(addresses: &[String]) -> Result<Vec<Multiaddr>> {
    let parse = |text: &String| {
        text.parse()
            .with_context(|| format!("`{text}` is not an address like /ip4/10.0.0.7/tcp/7102"))
    };
    addresses.iter().map(parse).collect()
}

impl SwarmHandle {
    /// Our own PeerId.
    #[must_use]
    pub fn local(&self) -> PeerId {
        self.local
    }

    /// The addresses on which the swarm listens, with the ports it was given.
    #[must_use]
    pub fn listening(&self) -> watch::Receiver<Vec<Multiaddr>> {
        self.listening.clone()
    }

    /// The peers that are connected now.
    #[must_use]
    pub fn connected(&self) -> watch::Receiver<BTreeMap<PeerId, PeerRole>> {
        self.connected.clone()
    }

    /// What the swarm has counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Pushes submissions to all connected validators; returns at once.
    ///
    /// A validator that is away pulls the pool when it comes back. Records that find no room are
    /// counted, not kept: they stay in our own pool and reach the others in a block.
    pub fn broadcast_records(&self, records: Vec<Vec<u8>>) {
        let count = records.len();
        if !records.is_empty() && self.commands.try_send(Command::Records(records)).is_err() {
            Counters::add(&self.counters.records_dropped, u64::try_from(count).unwrap_or(u64::MAX));
        }
    }

    /// Pushes signatures on a checkpoint to all connected peers; returns at once.
    pub fn broadcast_signed(&self, checkpoint: SignedCheckpoint) {
        if self.commands.try_send(Command::Signed(checkpoint)).is_err() {
            Counters::add(&self.counters.notices_dropped, 1);
        }
    }

    /// Replaces the list of those who may connect; who is on it no more is cut off.
    ///
    /// # Errors
    /// When a PeerId or address cannot be read, or the swarm has stopped.
    pub async fn allow(&self, peers: &[SwarmPeer]) -> Result<()> {
        let peers = parse_peers(peers, self.local)?;
        Ok(self.commands.send(Command::Allow(peers)).await.map_err(|_| SwarmError::Stopped)?)
    }

    /// Asks one peer for the receipt of the record that entered a policy. The caller verifies it.
    ///
    /// # Errors
    /// When the peer is away, or knows no such policy.
    pub async fn policy(&self, peer: PeerId, number: u64) -> Result<Vec<u8>, SwarmError> {
        self.ask_bytes(peer, Request::Policy { number }).await
    }

    /// Asks one peer for a consistency path. The caller verifies it.
    ///
    /// # Errors
    /// When the peer is away, or has not got that far.
    pub async fn consistency(
        &self,
        peer: PeerId,
        from: TreeSize,
        to: TreeSize,
    ) -> Result<Vec<[u8; 32]>, SwarmError> {
        let request = Request::Consistency { from: from.get(), to: to.get() };
        match self.ask(peer, request).await? {
            Response::Path(path) => Ok(path),
            Response::Absent
            | Response::Done
            | Response::Pool { .. }
            | Response::Signed(_)
            | Response::Bytes(_) => Err(SwarmError::NoAnswer),
        }
    }

    /// Sends signatures on checkpoints to one peer; what is lost is asked for again by others.
    pub async fn push_signed(&self, peer: PeerId, checkpoints: Vec<SignedCheckpoint>) {
        for batch in checkpoints.chunks(CHECKPOINTS_MAX) {
            self.ask(peer, Request::Signed(batch.to_vec())).await.ok();
        }
    }

    /// Asks one peer for the signatures it knows for up to `count` blocks from height `from` on.
    ///
    /// # Errors
    /// When the peer is away or does not answer.
    pub async fn notes(
        &self,
        peer: PeerId,
        from: Height,
        count: usize,
    ) -> Result<Vec<SignedCheckpoint>, SwarmError> {
        let count = u16::try_from(count.clamp(1, CHECKPOINTS_MAX)).unwrap_or(u16::MAX);
        self.ask_signed(peer, Request::Notes { from: from.get(), count }).await
    }

    /// Asks one peer for the newest checkpoint it knows under a key, and its newest final note.
    ///
    /// # Errors
    /// When the peer is away or does not answer.
    pub async fn newest(
        &self,
        peer: PeerId,
        key_id: [u8; 4],
    ) -> Result<Vec<SignedCheckpoint>, SwarmError> {
        self.ask_signed(peer, Request::Newest { key_id }).await
    }

    /// Sends statements that attachments are held to all connected validators; who misses them is told again.
    pub async fn broadcast_held(&self, statements: Vec<HeldStatement>) {
        for some in statements.chunks(HELD_MAX) {
            let bytes: Vec<Vec<u8>> = some.iter().map(|it| it.encode().to_vec()).collect();
            let told = self.validators().into_iter().map(|peer| {
                let request = Request::Held(bytes.clone());
                self.ask(peer, request)
            });
            futures::future::join_all(told).await;
        }
    }

    /// Asks one peer for the manifest of an attachment. The caller checks it.
    ///
    /// # Errors
    /// When the peer is away, or has not got it.
    pub async fn manifest(&self, peer: PeerId, id: AttachmentId) -> Result<Vec<u8>, SwarmError> {
        self.ask_bytes(peer, Request::Manifest { id: id.0 }).await
    }

    /// Asks one peer for a chunk of an attachment. The caller checks it.
    ///
    /// # Errors
    /// When the peer is away, or has not got it.
    pub async fn chunk(
        &self,
        peer: PeerId,
        id: AttachmentId,
        number: usize,
    ) -> Result<Vec<u8>, SwarmError> {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.ask_bytes(peer, Request::Chunk { id: id.0, number }).await
    }

    async fn ask_bytes(&self, peer: PeerId, request: Request) -> Result<Vec<u8>, SwarmError> {
        match self.ask(peer, request).await? {
            Response::Bytes(bytes) => Ok(bytes),
            Response::Absent
            | Response::Done
            | Response::Pool { .. }
            | Response::Signed(_)
            | Response::Path(_) => Err(SwarmError::NoAnswer),
        }
    }

    /// The validators that are connected now.
    #[must_use]
    pub fn validators(&self) -> Vec<PeerId> {
        let connected = self.connected.borrow();
        connected.iter().filter(|(_, r)| **r == PeerRole::Validator).map(|(p, _)| *p).collect()
    }

    async fn ask_signed(
        &self,
        peer: PeerId,
        request: Request,
    ) -> Result<Vec<SignedCheckpoint>, SwarmError> {
        match self.ask(peer, request).await? {
            Response::Signed(checkpoints) => Ok(checkpoints),
            Response::Absent => Ok(Vec::new()),
            Response::Done | Response::Pool { .. } | Response::Path(_) | Response::Bytes(_) => {
                Err(SwarmError::NoAnswer)
            }
        }
    }

    async fn ask(&self, peer: PeerId, request: Request) -> Result<Response, SwarmError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Ask { peer, request, reply };
        self.commands.send(command).await.map_err(|_| SwarmError::Stopped)?;
        answer.await.map_err(|_| SwarmError::Stopped)?
    }
}
