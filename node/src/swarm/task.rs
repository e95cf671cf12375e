//! The swarm's one task: it owns the libp2p swarm, the peers' queues and the requests under way.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use libp2p::identity::Keypair;
use libp2p::request_response::{
    self, Event, Message, OutboundFailure, OutboundRequestId, ProtocolSupport, ResponseChannel,
};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, noise, tcp, yamux};
use libp2p::{allow_block_list, connection_limits};
use tamga_format::held::HeldStatement;
use tamga_format::id::{AttachmentId, GenesisHash, Height, TreeSize};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{debug, info, warn};

use super::codec::Frames;
use super::limits::{
    ANSWER_WAIT, ANSWERING_MAX, CONNECTIONS_PENDING_MAX, CONNECTIONS_PER_PEER_MAX, JUNK_MAX,
    JUNK_PAUSE, NOTICES_MAX, PULL_BYTES, PULL_HASHES_MAX, PULL_ROUNDS_MAX, REDIAL_FIRST,
    REDIAL_LAST, STREAMS_MAX,
};
use super::queue::RecordQueue;
use super::wire::{Request, Response, SignedCheckpoint};
use super::{Command, Counters, NoteInbound, PeerRole, PoolInbound, SwarmError};

/// How often absent peers are considered for dialling.
const DIAL_TICK: Duration = Duration::from_millis(50);

#[derive(NetworkBehaviour)]
struct Behaviour {
    allowed: allow_block_list::Behaviour<allow_block_list::AllowedPeers>,
    limits: connection_limits::Behaviour,
    messages: request_response::Behaviour<Frames>,
}

/// The ends of the handle's channels that belong to the task.
pub(super) struct Doors {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) pool: Option<mpsc::Sender<PoolInbound>>,
    pub(super) notes: mpsc::Sender<NoteInbound>,
    pub(super) listening: watch::Sender<Vec<Multiaddr>>,
    pub(super) connected: watch::Sender<BTreeMap<PeerId, PeerRole>>,
    pub(super) counters: Arc<Counters>,
}

struct Peer {
    role: PeerRole,
    addresses: Vec<Multiaddr>,
    connections: u32,
    dial_after: Instant,
    pause: Duration,
    queue: RecordQueue,
    /// One batch at a time keeps the records in order and lets a slow peer slow us down.
    pushing: bool,
    notices: u32,
    answering: u32,
    junk: u32,
    /// Set while a peer that sent junk may not connect.
    banned_until: Option<Instant>,
}

/// What an outbound request was for.
enum Sent {
    Records { count: u64 },
    Notice,
    Pull { rounds: u32 },
    Ask(oneshot::Sender<Result<Response, SwarmError>>),
}

/// What a finished piece of background work leaves to do.
enum Work {
    Answer { peer: PeerId, channel: ResponseChannel<Vec<u8>>, response: Option<Response> },
    Pull { peer: PeerId, rounds: u32, have: Vec<[u8; 32]> },
    Nothing,
}

/// The running swarm.
pub(super) struct Task {
    swarm: Swarm<Behaviour>,
    peers: BTreeMap<PeerId, Peer>,
    sent: HashMap<OutboundRequestId, (PeerId, Sent)>,
    work: FuturesUnordered<BoxFuture<'static, Work>>,
    doors: Doors,
}

impl Task {
    pub(super) fn new(
        keypair: Keypair,
        genesis: &GenesisHash,
        listen: &[Multiaddr],
        peers: BTreeMap<PeerId, (PeerRole, Vec<Multiaddr>)>,
        doors: Doors,
    ) -> Result<Self> {
        let protocol = StreamProtocol::try_from_owned(format!("/tamga/{genesis}/swarm/1"))
            .context("a genesis hash makes a protocol name")?;
        let config = request_response::Config::default()
            .with_request_timeout(ANSWER_WAIT)
            .with_max_concurrent_streams(STREAMS_MAX);
        let mut allowed = allow_block_list::Behaviour::<allow_block_list::AllowedPeers>::default();
        for peer in peers.keys() {
            allowed.allow_peer(*peer);
        }
        let limits = connection_limits::ConnectionLimits::default()
            .with_max_pending_incoming(Some(CONNECTIONS_PENDING_MAX))
            .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER_MAX));
        let behaviour = Behaviour {
            allowed,
            limits: connection_limits::Behaviour::new(limits),
            messages: request_response::Behaviour::new([(protocol, ProtocolSupport::Full)], config),
        };
        let mut swarm = SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .context("the transport cannot be built")?
            .with_behaviour(|_| behaviour)
            .context("the behaviour cannot be built")?
            // Peers stay connected while the ledger is idle.
            .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::MAX))
            .build();
        for address in listen {
            swarm
                .listen_on(address.clone())
                .with_context(|| format!("the swarm cannot listen on {address}"))?;
        }
        let now = Instant::now();
        let peers =
            peers.into_iter().map(|(id, (role, addresses))| (id, Peer::new(role, addresses, now)));
        let (peers, sent, work) = (peers.collect(), HashMap::new(), FuturesUnordered::new());
        Ok(Self { swarm, peers, sent, work, doors })
    }

    pub(super) async fn run(mut self) {
        let mut dial_tick = tokio::time::interval(DIAL_TICK);
        dial_tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let due = self.next_push();
            let push = async {
                match due {
                    Some(at) => tokio::time::sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.doors.commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => return,
                },
                Some(work) = self.work.next() => self.on_work(work),
                () = push => self.push_records(),
                _ = dial_tick.tick() => self.dial_absent(),
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "libp2p has more events than this swarm has answers"
    )]
    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Messages(event)) => self.on_message(event),
            SwarmEvent::ConnectionEstablished { peer_id, num_established, .. } => {
                self.on_connected(peer_id, num_established.get());
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established, .. } => {
                self.on_disconnected(peer_id, num_established);
            }
            SwarmEvent::IncomingConnectionError { peer_id, error, .. } => {
                Counters::add(&self.doors.counters.connections_refused, 1);
                debug!(peer = ?peer_id, %error, "inbound connection refused");
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(id), error, .. } => {
                debug!(peer = %id, %error, "peer not reached");
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                info!(%address, "swarm listens");
                self.doors.listening.send_modify(|addresses| addresses.push(address));
            }
            SwarmEvent::ListenerClosed { reason: Err(error), .. }
            | SwarmEvent::ListenerError { error, .. } => warn!(%error, "swarm listener"),
            _ => {}
        }
    }

    fn on_connected(&mut self, id: PeerId, connections: u32) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.connections = connections;
        peer.pause = REDIAL_FIRST;
        if connections > 1 {
            return;
        }
        let role = peer.role;
        info!(peer = %id, "peer connected");
        self.doors.connected.send_modify(|peers| {
            peers.insert(id, role);
        });
        let notes = self.doors.notes.clone();
        self.spawn(async move {
            notes.send(NoteInbound::Connected { peer: id, role }).await.ok();
            Work::Nothing
        });
        if role == PeerRole::Validator {
            self.pull_pool(id, 0);
        }
    }

    fn on_disconnected(&mut self, id: PeerId, connections: u32) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.connections = connections;
        if connections == 0 {
            // The peer pulls the pool when it comes back.
            peer.queue.clear();
            info!(peer = %id, "peer disconnected");
            self.doors.connected.send_modify(|peers| {
                peers.remove(&id);
            });
        }
    }

    fn on_message(&mut self, event: Event<Vec<u8>, Vec<u8>>) {
        match event {
            Event::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                self.on_request(peer, &request, channel);
            }
            Event::Message {
                peer, message: Message::Response { request_id, response }, ..
            } => {
                let Some((_, sent)) = self.sent.remove(&request_id) else { return };
                let response = Response::decode(&response).map_err(|_| {
                    self.on_junk(peer);
                    SwarmError::NoAnswer
                });
                self.on_answer(peer, sent, response);
            }
            Event::OutboundFailure { peer, connection_id, request_id, error } => {
                debug!(%peer, %error, "request failed");
                self.close_if_dead(connection_id, &error);
                let failure = match error {
                    OutboundFailure::DialFailure | OutboundFailure::ConnectionClosed => {
                        SwarmError::NotConnected
                    }
                    OutboundFailure::Timeout
                    | OutboundFailure::UnsupportedProtocols
                    | OutboundFailure::Io(_) => SwarmError::NoAnswer,
                };
                if let Some((_, sent)) = self.sent.remove(&request_id) {
                    self.on_answer(peer, sent, Err(failure));
                }
            }
            Event::InboundFailure { peer, error, .. } => debug!(%peer, %error, "answer failed"),
            Event::ResponseSent { .. } => {}
        }
    }

    /// A peer whose machine vanished leaves a connection that never fails by itself.
    fn close_if_dead(&mut self, connection: ConnectionId, error: &OutboundFailure) {
        if matches!(error, OutboundFailure::Timeout) {
            self.swarm.close_connection(connection);
        }
    }

    fn on_request(&mut self, id: PeerId, bytes: &[u8], channel: ResponseChannel<Vec<u8>>) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if peer.answering >= ANSWERING_MAX {
            Counters::add(&self.doors.counters.requests_refused, 1);
            return;
        }
        let role = peer.role;
        let request = match Request::decode(bytes) {
            Ok(
                Request::Records(_)
                | Request::Pull { .. }
                | Request::Held(_)
                | Request::Manifest { .. }
                | Request::Chunk { .. },
            ) if role == PeerRole::Publisher => return self.on_junk(id),
            Ok(request) => request,
            Err(_) => return self.on_junk(id),
        };
        peer.answering += 1;
        if let Request::Records(records) = &request {
            Counters::add(&self.doors.counters.records_received, count(records.len()));
        }
        let answer = answer(id, request, self.doors.pool.clone(), self.doors.notes.clone());
        self.spawn(async move {
            let response = tokio::time::timeout(ANSWER_WAIT, answer).await.ok();
            Work::Answer { peer: id, channel, response }
        });
    }

    fn on_junk(&mut self, id: PeerId) {
        Counters::add(&self.doors.counters.junk, 1);
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.junk += 1;
        debug!(peer = %id, junk = peer.junk, "senseless message");
        if peer.junk == JUNK_MAX {
            warn!(peer = %id, "peer disconnected after {JUNK_MAX} senseless messages");
            peer.banned_until = Some(Instant::now() + JUNK_PAUSE);
            self.swarm.behaviour_mut().allowed.disallow_peer(id);
        }
    }

    fn on_answer(&mut self, id: PeerId, sent: Sent, answer: Result<Response, SwarmError>) {
        match sent {
            Sent::Records { count } => {
                if answer.is_err() {
                    Counters::add(&self.doors.counters.records_dropped, count);
                }
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.pushing = false;
                }
            }
            Sent::Notice => {
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.notices = peer.notices.saturating_sub(1);
                }
            }
            Sent::Ask(reply) => drop(reply.send(answer)),
            Sent::Pull { rounds } => {
                let Ok(Response::Pool { records, more }) = answer else { return };
                self.on_pulled(id, rounds, records, more);
            }
        }
    }

    fn on_pulled(&mut self, id: PeerId, rounds: u32, records: Vec<Vec<u8>>, more: bool) {
        let Some(pool) = self.doors.pool.clone() else { return };
        if records.is_empty() {
            return;
        }
        Counters::add(&self.doors.counters.records_received, count(records.len()));
        let again = more && rounds < PULL_ROUNDS_MAX;
        self.spawn(async move {
            let (done, taken) = oneshot::channel();
            if pool.send(PoolInbound::Records { from: id, records, done }).await.is_err() {
                return Work::Nothing;
            }
            taken.await.ok();
            if again { pool_hashes(pool, id, rounds + 1).await } else { Work::Nothing }
        });
    }

    fn pull_pool(&self, id: PeerId, rounds: u32) {
        if let Some(pool) = self.doors.pool.clone() {
            self.spawn(pool_hashes(pool, id, rounds));
        }
    }

    fn on_work(&mut self, work: Work) {
        match work {
            Work::Answer { peer, channel, response } => {
                if let Some(peer) = self.peers.get_mut(&peer) {
                    peer.answering = peer.answering.saturating_sub(1);
                }
                if let Some(response) = response {
                    let messages = &mut self.swarm.behaviour_mut().messages;
                    messages.send_response(channel, response.encode()).ok();
                }
            }
            Work::Pull { peer, rounds, have } => {
                let request = Request::Pull { have };
                self.send(peer, &request, Sent::Pull { rounds });
            }
            Work::Nothing => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Records(records) => {
                let now = Instant::now();
                for record in records.into_iter().map(Arc::new) {
                    for peer in self.peers.values_mut().filter(|peer| peer.takes_records()) {
                        let dropped = peer.queue.push(record.clone(), now);
                        Counters::add(&self.doors.counters.records_dropped, dropped);
                    }
                }
            }
            Command::Signed(checkpoint) => self.push_signed(checkpoint),
            Command::Allow(peers) => self.allow(peers),
            Command::Ask { peer, request, reply } => {
                if self.peers.get(&peer).is_some_and(|peer| peer.connections > 0) {
                    self.send(peer, &request, Sent::Ask(reply));
                } else {
                    drop(reply.send(Err(SwarmError::NotConnected)));
                }
            }
        }
    }

    /// Replaces the list of those who may connect; who is on it no more is cut off.
    fn allow(&mut self, mut allowed: BTreeMap<PeerId, (PeerRole, Vec<Multiaddr>)>) {
        let gone: Vec<PeerId> =
            self.peers.keys().filter(|id| !allowed.contains_key(id)).copied().collect();
        for id in gone {
            self.peers.remove(&id);
            self.swarm.behaviour_mut().allowed.disallow_peer(id);
            self.doors.connected.send_modify(|peers| {
                peers.remove(&id);
            });
            info!(peer = %id, "peer is on the list no more");
        }
        for (id, peer) in &mut self.peers {
            if let Some((role, addresses)) = allowed.remove(id) {
                (peer.role, peer.addresses) = (role, addresses);
            }
        }
        for (id, (role, addresses)) in allowed {
            self.swarm.behaviour_mut().allowed.allow_peer(id);
            self.peers.insert(id, Peer::new(role, addresses, Instant::now()));
            info!(peer = %id, "peer is on the list now");
        }
    }

    fn push_signed(&mut self, checkpoint: SignedCheckpoint) {
        let request = Request::Signed(vec![checkpoint]);
        let connected: Vec<PeerId> =
            self.peers.iter().filter(|(_, peer)| peer.connections > 0).map(|(id, _)| *id).collect();
        for id in connected {
            let Some(peer) = self.peers.get_mut(&id) else { continue };
            if peer.notices < NOTICES_MAX {
                peer.notices += 1;
                self.send(id, &request, Sent::Notice);
            } else {
                Counters::add(&self.doors.counters.notices_dropped, 1);
            }
        }
    }

    fn next_push(&self) -> Option<Instant> {
        self.peers.values().filter(|peer| !peer.pushing).filter_map(|peer| peer.queue.due()).min()
    }

    fn push_records(&mut self) {
        let now = Instant::now();
        let mut batches = Vec::new();
        for (id, peer) in &mut self.peers {
            if !peer.pushing && peer.queue.due().is_some_and(|due| due <= now) {
                peer.pushing = true;
                batches.push((*id, peer.queue.take(now)));
            }
        }
        for (id, batch) in batches {
            let count = count(batch.len());
            Counters::add(&self.doors.counters.records_sent, count);
            self.send(id, &Request::Records(batch), Sent::Records { count });
        }
    }

    fn dial_absent(&mut self) {
        let now = Instant::now();
        for (id, peer) in &mut self.peers {
            if let Some(until) = peer.banned_until {
                if now < until {
                    continue;
                }
                peer.banned_until = None;
                peer.junk = 0;
                self.swarm.behaviour_mut().allowed.allow_peer(*id);
            }
            if peer.connections > 0 || peer.addresses.is_empty() || now < peer.dial_after {
                continue;
            }
            peer.dial_after = now + peer.pause;
            peer.pause = (peer.pause * 2).min(REDIAL_LAST);
            let options = DialOpts::peer_id(*id)
                .condition(PeerCondition::DisconnectedAndNotDialing)
                .addresses(peer.addresses.clone())
                .build();
            if let Err(error) = self.swarm.dial(options) {
                debug!(peer = %id, %error, "peer not dialled");
            }
        }
    }

    fn send(&mut self, peer: PeerId, request: &Request, sent: Sent) {
        let id = self.swarm.behaviour_mut().messages.send_request(&peer, request.encode());
        self.sent.insert(id, (peer, sent));
    }

    fn spawn(&self, work: impl Future<Output = Work> + Send + 'static) {
        self.work.push(Box::pin(work));
    }
}

impl Peer {
    fn new(role: PeerRole, addresses: Vec<Multiaddr>, now: Instant) -> Self {
        Self {
            role,
            addresses,
            connections: 0,
            dial_after: now,
            pause: REDIAL_FIRST,
            queue: RecordQueue::default(),
            pushing: false,
            notices: 0,
            answering: 0,
            junk: 0,
            banned_until: None,
        }
    }

    fn takes_records(&self) -> bool {
        self.connections > 0 && self.role == PeerRole::Validator
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Learns what our own pool has, in order to ask a peer for the rest of its pool.
async fn pool_hashes(pool: mpsc::Sender<PoolInbound>, peer: PeerId, rounds: u32) -> Work {
    let (reply, hashes) = oneshot::channel();
    if pool.send(PoolInbound::Hashes { reply }).await.is_err() {
        return Work::Nothing;
    }
    match hashes.await {
        Ok(mut have) => {
            have.truncate(PULL_HASHES_MAX);
            Work::Pull { peer, rounds, have }
        }
        Err(_) => Work::Nothing,
    }
}

/// Hands a request to those who can answer it. Waiting for them is what slows a busy peer down.
async fn answer(
    from: PeerId,
    request: Request,
    pool: Option<mpsc::Sender<PoolInbound>>,
    notes: mpsc::Sender<NoteInbound>,
) -> Response {
    match request {
        Request::Records(records) => {
            let Some(pool) = pool else { return Response::Absent };
            // A busy pool slows its peers down, but not so long that they take us for dead.
            let taken = ask(&pool, |done| PoolInbound::Records { from, records, done });
            tokio::time::timeout(ANSWER_WAIT / 2, taken).await.ok();
            Response::Done
        }
        Request::Pull { have } => {
            let Some(pool) = pool else { return Response::Absent };
            let ask = ask(&pool, |reply| PoolInbound::Missing { have, bytes: PULL_BYTES, reply });
            match ask.await {
                Some((records, more)) => Response::Pool { records, more },
                None => Response::Absent,
            }
        }
        Request::Signed(checkpoints) => {
            notes.send(NoteInbound::Signed { from, checkpoints }).await.ok();
            Response::Done
        }
        Request::Consistency { from, to } => {
            let (from, to) = (TreeSize(from), TreeSize(to));
            let path = ask(&notes, |reply| NoteInbound::Consistency { from, to, reply }).await;
            path.flatten().map_or(Response::Absent, Response::Path)
        }
        Request::Notes { from, count } => {
            let (from, count) = (Height(from), usize::from(count));
            let notes = ask(&notes, |reply| NoteInbound::Notes { from, count, reply }).await;
            notes.map_or(Response::Absent, Response::Signed)
        }
        Request::Held(statements) => {
            let Some(pool) = pool else { return Response::Absent };
            let statements = statements.iter().filter_map(|it| it.first_chunk());
            let statements = statements.map(HeldStatement::decode).collect();
            pool.send(PoolInbound::Held(statements)).await.ok();
            Response::Done
        }
        Request::Manifest { id } => {
            let Some(pool) = pool else { return Response::Absent };
            let id = AttachmentId(id);
            let found = ask(&pool, |reply| PoolInbound::Manifest { id, reply }).await;
            found.flatten().map_or(Response::Absent, Response::Bytes)
        }
        Request::Chunk { id, number } => {
            let Some(pool) = pool else { return Response::Absent };
            let (id, number) = (AttachmentId(id), number as usize);
            let found = ask(&pool, |reply| PoolInbound::Chunk { id, number, reply }).await;
            found.flatten().map_or(Response::Absent, Response::Bytes)
        }
        Request::Policy { number } => {
            let receipt = ask(&notes, |reply| NoteInbound::Policy { number, reply }).await;
            let receipt = receipt.flatten().map(String::into_bytes);
            receipt.map_or(Response::Absent, Response::Bytes)
        }
        Request::Newest { key_id } => {
            let notes = ask(&notes, |reply| NoteInbound::Newest { key_id, reply }).await;
            notes.map_or(Response::Absent, Response::Signed)
        }
    }
}

async fn ask<T, A>(
    door: &mpsc::Sender<T>,
    message: impl FnOnce(oneshot::Sender<A>) -> T,
) -> Option<A> {
    let (reply, answer) = oneshot::channel();
    door.send(message(reply)).await.ok()?;
    answer.await.ok()
}
