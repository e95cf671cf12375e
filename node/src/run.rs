//! Wiring: the only file that knows all parts of a process.

use std::future::Future;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use tamga_api::genesis_file;
use tamga_format::beacon::VrfSecret;
use tamga_format::id::{GenesisHash, Height, ValidatorId};
use tamga_format::limits::NOTE_SIGNATURES_MAX;
use tamga_format::note::{Note, VKey, VKeyKind};
use tamga_format::policy_chain::{Policies, PolicyChain};
use tamga_format::policy_record::policy_digest;
use tamga_format::signature::{PublicKey, SigningKey};
use tamga_format::validators::{Validator, validator_id};
use tamga_replica::{App, Builder, Committed, Reign, Reigns};
use tamga_rocks::RocksStore;
use tamga_state::Genesis;
use tamga_state::registry::genesis_policy_fields;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tracing_subscriber::EnvFilter;

use crate::acceptor::Acceptor;
use crate::app::{self, AppHandle, EngineHost, HttpLedger, Opened};
use crate::attachments::Attachments;
use crate::clock::Clock;
use crate::config::{PeerConfig, PublisherConfig, ValidatorConfig, read_text};
use crate::cosigner::CosignerHandle;
use crate::engine::config::{EngineConfig, Pace};
use crate::gather::FinalNote;
use crate::http::{DrainRate, HttpLimits, HttpParts, HttpState, LedgerInfo, Tokens, Witnessed};
use crate::keys::{PublisherKeys, Seed, ValidatorKeys, read_keys};
use crate::lines::{Batches, Brought, Lines};
use crate::metrics::Metrics;
use crate::outside::{Outside, Seen};
use crate::swarm::{self, Addresses, PeerRole, SwarmConfig, SwarmHandle, SwarmPeer};
use crate::witness::WitnessConfig;
use crate::{cosigner, devnet, engine, http, index, outside, pool, publisher, witness};

/// Messages of the swarm waiting to be handled, of up to a MiB each.
const INBOX_MAX: usize = 64;
/// Final notes waiting to be stored.
const FINALS_MAX: usize = 1_024;
/// How long a validator that stops waits for its database to be closed.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of one part of a proposed block.
const PART_BYTES: usize = 256 << 10;
/// Folder of the attachments in a validator's data folder.
const ATTACHMENTS_FOLDER: &str = "attachments";
/// Folder of the index in a validator's data folder.
const INDEX_FOLDER: &str = "index";
/// How the names of ledgers end that accept the public demo keys.
const DEVNET_SUFFIX: &str = "-devnet";

/// Starts logging to standard error; `TAMGA_LOG` filters, as in `TAMGA_LOG=info,tamga_node=debug`.
pub fn start_logging() {
    let filter = EnvFilter::try_from_env("TAMGA_LOG").unwrap_or_else(|_| {
        // Dial errors until peers are up are the engine's loudest lines and nobody's concern.
        EnvFilter::new(
            "warn,arc_malachitebft=off,informalsystems_malachitebft=off,libp2p=off,ractor=off",
        )
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}

/// Tells an operator why the process ends.
pub fn report(error: &anyhow::Error) {
    tracing::error!("{error:#}");
}

/// Runs one validator until it is told to stop or fails.
///
/// # Errors
///
/// When the configuration, the keys, the store or a part of the node fails.
pub async fn validator(config: &Path) -> Result<u8> {
    let mut running = start(&ValidatorConfig::read(config)?).await?;
    tracing::warn!(validator = running.name, http = %running.http, "started");
    tokio::select! {
        error = running.failed() => return Err(error),
        () = told_to_stop() => {}
    }
    running.stop().await;
    Ok(0)
}

/// Runs one publisher until it is told to stop or fails.
///
/// # Errors
///
/// When the configuration, the keys or the watermark fails.
pub async fn publisher(config: &Path) -> Result<u8> {
    let config = PublisherConfig::read(config)?;
    tracing::warn!(publisher = config.publisher, "started");
    tokio::select! {
        result = publish(&config) => result?,
        () = told_to_stop() => {}
    }
    Ok(0)
}

/// Runs one witness until it is told to stop.
///
/// # Errors
///
/// When the configuration, the key, what was cosigned or the address can't be used.
pub async fn witness(config: &Path) -> Result<u8> {
    let running = witness::start(&WitnessConfig::read(config)?).await?;
    tracing::warn!(witness = %running.vkey, http = %running.http, "started");
    told_to_stop().await;
    running.stop().await;
    Ok(0)
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            tokio::signal::ctrl_c().await.ok();
        }
    }
}

/// A genesis file, read and checked.
struct Ledger {
    bytes: Vec<u8>,
    genesis: Genesis,
    hash: GenesisHash,
}

impl Ledger {
    fn read(file: &Path) -> Result<Self> {
        let bytes = read_text(file, genesis_file::GENESIS_BYTES_MAX as u64)?.into_bytes();
        let (genesis, hash) =
            genesis_file::parse(&bytes).with_context(|| format!("{}", file.display()))?;
        if !genesis.origin.ends_with(DEVNET_SUFFIX) {
            let registered =
                |key: &PublicKey| genesis.keys.iter().any(|entry| entry.public == *key);
            let demo = devnet::demo_key_names()?
                .into_iter()
                .find(|name| registered(&SigningKey::from_seed(Seed::demo(name).0).public()));
            if let Some(name) = demo {
                bail!(
                    "{} registers the public demo key {name}; only ledgers named …{DEVNET_SUFFIX} accept it",
                    file.display()
                );
            }
        }
        Ok(Self { bytes, genesis, hash })
    }

    /// Refuses the public demo keys outside devnets.
    fn refuse_demo(&self, name: &str, keys: &[(Seed, String)]) -> Result<()> {
        if self.genesis.origin.ends_with(DEVNET_SUFFIX) {
            return Ok(());
        }
        for (seed, purpose) in keys {
            if *seed == Seed::demo(purpose) {
                bail!(
                    "{name} has a public demo key ({purpose}); only ledgers named …{DEVNET_SUFFIX} accept them"
                );
            }
        }
        Ok(())
    }
}

/// A running validator.
#[derive(Debug)]
pub struct Running {
    /// Its name in the genesis file.
    pub name: String,
    /// Its replica.
    pub app: AppHandle,
    /// The attachments that it holds.
    pub attachments: Attachments,
    /// Where its HTTP interface listens.
    pub http: SocketAddr,
    /// The head when it was opened.
    pub opened_at: Height,
    failure: mpsc::Receiver<anyhow::Error>,
    stop: watch::Sender<bool>,
    engine: engine::EngineTask,
    tasks: Vec<JoinHandle<()>>,
    replica: JoinHandle<()>,
    server: JoinHandle<()>,
}

impl Running {
    /// Resolves when a part fails; the process must stop then.
    pub async fn failed(&mut self) -> anyhow::Error {
        let name = self.name.clone();
        match self.failure.recv().await {
            Some(error) => error.context(format!("validator {name}")),
            None => anyhow!("validator {name} ended"),
        }
    }

    /// Stops: no new requests, open ones finish, then the engine ends. What was committed is durable already.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the HTTP server did not end in order");
        }
        self.engine.stop().await;
        for task in self.tasks {
            task.abort();
            // Whatever it held is free from here on.
            task.await.ok();
        }
        drop(self.app);
        // The database is closed by the replica's thread; a process that ends before may crash in closing it.
        if tokio::time::timeout(CLOSE_WITHIN, self.replica).await.is_err() {
            tracing::warn!("the replica did not end within {} s", CLOSE_WITHIN.as_secs());
        }
    }
}

/// Starts every part of a validator.
///
/// # Errors
///
/// When a part can't start; the message names it and says what to do.
pub async fn start(config: &ValidatorConfig) -> Result<Running> {
    let clock = Clock;
    let ledger = Ledger::read(&config.genesis)?;
    let keys: ValidatorKeys = read_keys(&config.keys)?;
    ledger.refuse_demo(&config.validator, &demo_purposes(&config.validator, &keys))?;
    std::fs::create_dir_all(&config.data).with_context(|| format!("{}", config.data.display()))?;

    let opened = open(&ledger, &config.data)?;
    let opened_at = opened.head().height;
    let reigns = opened.reader().reigns().clone();
    let me = Me::of(&ledger, &reigns.newest(), &config.validator, &keys)?;
    let beacon = VrfSecret::from_seed(&keys.beacon.0);
    let reader = opened.reader();
    let recorded = move |id: &_| matches!(reader.place(id), Ok(Some(_)));
    let folder = config.data.join(ATTACHMENTS_FOLDER);
    let attachments = Attachments::open(folder.clone(), recorded)
        .with_context(|| format!("attachments {}", folder.display()))?;
    let builder = Builder { validator: me.id, beacon };
    let doors = app::start(opened, builder, attachments.clone(), clock)?;
    let app = doors.app.clone();

    let (pool_in, pool_inbox) = mpsc::channel(INBOX_MAX);
    let (notes_in, notes_inbox) = mpsc::channel(INBOX_MAX);
    let addresses = swarm_addresses(&config.peers);
    let publishers = publishers(&ledger, &addresses);
    let swarm = swarm::start(
        SwarmConfig {
            network: keys.network.0,
            genesis: ledger.hash,
            listen: vec![config.swarm_listen.clone()],
            peers: peers_under(&reigns.newest(), Some(me.id), &addresses, &publishers),
        },
        Some(pool_in),
        notes_in,
    )?;
    let consensus = SigningKey::from_seed(keys.consensus.0);
    let own = (me.id, consensus);
    let lines = Lines::new(app.clone(), attachments.clone(), swarm.clone(), ledger.hash, own);
    let metrics = Arc::new(Metrics::default());
    let (finals, final_notes) = mpsc::channel(FINALS_MAX);
    let (cosigner, cosigning) = cosigner::start(
        cosigner::CosignerConfig {
            key: SigningKey::from_seed(keys.cosigner.0),
            vkey: me.cosigner.clone(),
            genesis: ledger.hash,
            quorum: reigns.newest().validators.quorum(),
            policy: reigns.newest().policy.clone(),
            watermark: config.data.join("cosigner.watermark"),
            clock,
        },
        opened_at,
        Arc::new(app.clone()),
        swarm.clone(),
        notes_inbox,
        finals,
    )?;
    let engine = start_engine(config, &ledger, &me, &keys, &app).await?;

    let (stop, stopping) = watch::channel(false);
    let moniker = config.validator.clone();
    metrics.append(move || engine::metrics::text(&moniker));
    let index = if config.index {
        Some(index::open(&config.data.join(INDEX_FOLDER), app.reader())?)
    } else {
        None
    };
    let (follower, index) = index.unzip();
    let batches = Arc::new(Batches::new(app.reader().clone(), attachments.clone()));
    let http_ledger = HttpLedger::new(app.clone(), engine.state(), index, Some(batches));
    let drain = Arc::new(DrainRate::new(app.pending()));
    let network = SigningKey::from_seed(keys.network.0);
    let acceptor = Acceptor::new(ledger.hash, &me.name, network, clock)
        .with_context(|| format!("the name {} can't sign", me.name))?;
    let outside = outside_witnesses(config, &ledger)?;
    let (witnessed, asking) = outside.map(begin_asking).unzip();
    let parts = http_parts(config, &ledger, http_ledger, &drain, acceptor, &metrics, stopping);
    let state = HttpState::new(HttpParts { witnessed, ..parts });
    let (server, listening) = serve(config.http.listen, state.clone()).await?;
    let (failures, failure) = mpsc::channel(4);
    let (bring, brought) = mpsc::unbounded_channel();
    for unfinished in attachments.unfinished()? {
        bring.send(unfinished).ok();
    }
    let replica = tokio::spawn(watch_replica(doors.ended, failures.clone()));
    let mut tasks = vec![
        tokio::spawn(pool::receive(app.clone(), lines.clone(), pool_inbox)),
        tokio::spawn(pool::send(swarm.clone(), doors.accepted)),
        tokio::spawn(lines.run(doors.bringing, brought)),
        tokio::spawn(after_commits(
            app.clone(),
            doors.commits,
            cosigner,
            bring,
            drain,
            Arc::clone(&metrics),
            PeerList { swarm, addresses, publishers, validator: me.id },
        )),
        tokio::spawn(store_notes(app.clone(), final_notes)),
        tokio::spawn(watch_task("cosigner", cosigning, failures.clone())),
        tokio::spawn(watch_engine(engine.ended(), failures)),
    ];
    tasks.extend(follower.map(|follower| tokio::spawn(follower.run(app.clone()))));
    tasks.extend(asking.map(|(outside, seen)| {
        tokio::spawn(outside.ask(outside_doors(&app, state, metrics), seen))
    }));
    Ok(Running {
        name: config.validator.clone(),
        app,
        attachments,
        http: listening,
        opened_at,
        failure,
        stop,
        engine,
        tasks,
        replica,
        server,
    })
}

/// Opens the database of a data folder and recovers the replica from it.
fn open(ledger: &Ledger, data: &Path) -> Result<Opened> {
    let path = data.join("db");
    let store = RocksStore::open(&path).with_context(|| format!("database {}", path.display()))?;
    let app = App::open(store, &ledger.genesis, ledger.hash).with_context(|| {
        format!(
            "database {} can't be used; restore it from a backup, or move it away and let this validator catch up from its peers",
            path.display()
        )
    })?;
    Ok(Opened::new(app))
}

fn demo_purposes(name: &str, keys: &ValidatorKeys) -> [(Seed, String); 4] {
    let demo = |seed: &Seed, purpose: &str| (*seed, format!("{name}/{purpose}"));
    [
        demo(&keys.consensus, "consensus"),
        demo(&keys.cosigner, "cosigner"),
        demo(&keys.beacon, "beacon"),
        demo(&keys.network, "network"),
    ]
}

/// Who a validator is by its keys, whether or not a policy names it already.
struct Me {
    name: String,
    id: ValidatorId,
    cosigner: VKey,
}

impl Me {
    /// The owner of these keys. A policy that names the validator must name all of its keys, or
    /// none: then it follows the ledger without a vote until a policy names them.
    fn of(ledger: &Ledger, reign: &Reign, name: &str, keys: &ValidatorKeys) -> Result<Self> {
        let consensus = SigningKey::from_seed(keys.consensus.0).public();
        let cosigner = SigningKey::from_seed(keys.cosigner.0).public();
        let beacon = VrfSecret::from_seed(&keys.beacon.0).public();
        let peer_id = swarm::peer_id(&keys.network.0).to_string();
        let id = validator_id(&consensus);
        let held = |it: &Validator| {
            [
                ("consensus", it.consensus == consensus),
                ("cosigner", *it.cosigner.key() == cosigner),
                ("beacon", it.beacon == beacon),
                ("network", it.peer_id == peer_id),
            ]
        };
        for member in reign.validators.members() {
            let held = held(member);
            let strange = held.iter().find(|(_, same)| !same);
            match (member.name == name, strange) {
                (true, None) => {
                    let (name, cosigner) = (member.name.clone(), member.cosigner.clone());
                    return Ok(Self { name, id, cosigner });
                }
                (true, Some((purpose, _))) if held.iter().any(|(_, same)| *same) => bail!(
                    "the {purpose} key is not the one that policy {} names for {name}, other keys are",
                    reign.number
                ),
                (false, _) if held.iter().any(|(_, same)| *same) => bail!(
                    "a key of {name} is one that policy {} names for {}",
                    reign.number,
                    member.name
                ),
                _ => {}
            }
        }
        tracing::warn!(
            validator = name,
            policy = reign.number,
            "the policy in force does not name these keys: this node follows without a vote until one does"
        );
        // As founders name cosigner keys: under the first part of the origin.
        let host = ledger.genesis.origin.split('/').next().unwrap_or_default();
        let cosigner = VKey::new(&format!("{host}/{name}"), VKeyKind::Cosigner, cosigner)
            .with_context(|| format!("{name} is no name"))?;
        Ok(Self { name: name.to_owned(), id, cosigner })
    }
}

/// Where processes are, as the configuration says; who may connect, a policy says.
fn swarm_addresses(peers: &[PeerConfig]) -> Addresses {
    peers.iter().map(|peer| (peer.peer_id.clone(), peer.swarm.clone())).collect()
}

fn publishers(ledger: &Ledger, addresses: &Addresses) -> Vec<SwarmPeer> {
    let publisher = |peer_id: &String| SwarmPeer {
        peer_id: peer_id.clone(),
        role: PeerRole::Publisher,
        addresses: addresses.of(peer_id),
    };
    ledger.genesis.publishers.iter().map(publisher).collect()
}

/// Everybody who may connect under a policy. A node that is no validator only follows: it takes from
/// everybody whose address it knows, since the policy that it has got to may be long gone.
fn peers_under(
    reign: &Reign,
    me: Option<ValidatorId>,
    addresses: &Addresses,
    publishers: &[SwarmPeer],
) -> Vec<SwarmPeer> {
    let follows = me.is_some_and(|me| reign.validators.get(&me).is_none());
    let validators =
        if follows { addresses.everybody() } else { addresses.validators(&reign.validators) };
    // Of a process that is named twice the later role counts.
    validators.into_iter().chain(publishers.iter().cloned()).collect()
}

/// The policy with which a chain begins, as the genesis file says it.
fn policies_of(genesis: &Genesis) -> Result<Policies> {
    let first = genesis_policy_fields(genesis);
    let root = policy_digest(&first);
    let chain = PolicyChain { first, steps: Vec::new() };
    chain.verify(&root).context("the policy of the genesis file")
}

/// Keeps the list of peers of the swarm as the policy in force says.
struct PeerList {
    swarm: SwarmHandle,
    addresses: Addresses,
    publishers: Vec<SwarmPeer>,
    validator: ValidatorId,
}

impl PeerList {
    async fn follow(&self, reign: &Reign) {
        let named = reign.validators.get(&self.validator).is_some();
        tracing::warn!(
            policy = reign.number,
            from = reign.first.get(),
            validators = reign.validators.count(),
            votes = named,
            "a policy begins to rule"
        );
        let me = Some(self.validator);
        let peers = peers_under(reign, me, &self.addresses, &self.publishers);
        if let Err(error) = self.swarm.allow(&peers).await {
            tracing::error!(%error, "the swarm does not follow the policy");
        }
    }
}

async fn start_engine(
    config: &ValidatorConfig,
    ledger: &Ledger,
    me: &Me,
    keys: &ValidatorKeys,
    app: &AppHandle,
) -> Result<engine::EngineTask> {
    // The engine picks those that a policy calls.
    let peers = config.peers.iter().filter_map(|peer| {
        let address = peer.consensus.as_ref()?;
        Some(format!("{address}/p2p/{}", peer.peer_id))
    });
    let pace = Pace {
        heartbeat: Duration::from_secs(u64::from(ledger.genesis.heartbeat_s)),
        block_interval: Duration::from_millis(config.pace.block_interval_ms),
        propose_timeout: Duration::from_millis(config.pace.propose_timeout_ms),
        vote_timeout: Duration::from_millis(config.pace.vote_timeout_ms),
        ..Pace::default()
    };
    let engine = EngineConfig {
        moniker: config.validator.clone(),
        genesis: ledger.hash,
        validator: me.id,
        consensus_key: SigningKey::from_seed(keys.consensus.0),
        network_seed: keys.network.0,
        listen: config.consensus_listen.clone(),
        peers: peers.collect(),
        dir: config.data.join("engine"),
        pace,
        block_bytes_max: tamga_replica::limits::BLOCK_BYTES_MAX,
        part_bytes: PART_BYTES,
    };
    engine::start(engine, Arc::new(EngineHost::new(app.clone()))).await
}

/// The outside witnesses of a configuration, if it names any.
fn outside_witnesses(config: &ValidatorConfig, ledger: &Ledger) -> Result<Option<Outside>> {
    if config.witnesses.is_empty() {
        return Ok(None);
    }
    let lines = 1 + ledger.genesis.validators.quorum() + config.witnesses_needed;
    if lines > NOTE_SIGNATURES_MAX {
        bail!(
            "witnesses_needed: a note has room for {NOTE_SIGNATURES_MAX} lines, the log, a quorum and {} witnesses need {lines}",
            config.witnesses_needed
        );
    }
    let ValidatorConfig { witnesses, witnesses_needed, witness_every_s, data, .. } = config;
    let own = &ledger.genesis.policy;
    Outside::new(witnesses, *witnesses_needed, *witness_every_s, own, data).map(Some)
}

fn begin_asking(outside: Outside) -> (Witnessed, (Outside, watch::Sender<Seen>)) {
    let (sender, seen) = outside.begin();
    (Witnessed { policy: outside.policy().encode(), seen }, (outside, sender))
}

fn outside_doors(app: &AppHandle, state: HttpState, metrics: Arc<Metrics>) -> outside::Doors {
    let reader = app.reader().clone();
    outside::Doors {
        newest: Box::new(move || state.public_note()),
        path: Arc::new(move |from, to| reader.consistency(from, to).ok().flatten()),
        metrics,
    }
}

fn http_parts(
    config: &ValidatorConfig,
    ledger: &Ledger,
    http_ledger: HttpLedger,
    drain: &Arc<DrainRate>,
    acceptor: Acceptor,
    metrics: &Arc<Metrics>,
    stop: watch::Receiver<bool>,
) -> HttpParts {
    HttpParts {
        ledger: Arc::new(http_ledger),
        info: LedgerInfo {
            origin: ledger.genesis.origin.clone(),
            policy: ledger.genesis.policy.encode(),
            genesis: ledger.bytes.clone(),
            validators: http::validators_view(
                &ledger.genesis.origin,
                ledger.hash.to_string(),
                &ledger.genesis.validators,
            ),
        },
        witnessed: None,
        tokens: Tokens::new(config.http.token.as_deref()),
        limits: HttpLimits {
            connections_max: config.http.connections_max,
            ..HttpLimits::default()
        },
        clients: config.http.limits.clone(),
        drain: Arc::clone(drain),
        acceptor,
        metrics: Arc::clone(metrics),
        stop,
    }
}

async fn serve(address: SocketAddr, state: HttpState) -> Result<(JoinHandle<()>, SocketAddr)> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("HTTP address {address}"))?;
    let listening = listener.local_addr()?;
    Ok((tokio::spawn(http::serve(listener, state)), listening))
}

/// Tells the cosigner, the drain rate and the metrics what was committed, until the replica ends.
async fn after_commits(
    app: AppHandle,
    mut commits: mpsc::UnboundedReceiver<Committed>,
    cosigner: CosignerHandle,
    bring: mpsc::UnboundedSender<Brought>,
    drain: Arc<DrainRate>,
    metrics: Arc<Metrics>,
    peers: PeerList,
) {
    let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    while let Some(committed) = commits.recv().await {
        cosigner.committed(committed.head.height);
        if let Some(reign) = &committed.reign {
            peers.follow(reign).await;
        }
        for (record, attachment) in committed.brought {
            bring.send((attachment, record)).ok();
        }
        drain.decided(committed.records.len() as u64, Instant::now());
        metrics.height.set(gauge(committed.head.height.get()));
        metrics.log_size.set(gauge(committed.head.size.get()));
        metrics.pool_records.set(gauge(*app.pending().borrow()));
        metrics.committed_records.inc_by(committed.records.len() as u64);
        if let Some(newest) = app.finals().borrow().as_ref() {
            metrics.final_size.set(gauge(newest.size.get()));
        }
    }
}

/// Stores final notes; from then on receipts of their blocks exist.
async fn store_notes(app: AppHandle, mut notes: mpsc::Receiver<FinalNote>) {
    while let Some(FinalNote { height, size, note }) = notes.recv().await {
        let note = match Note::parse(&note) {
            Ok(note) => note,
            Err(error) => {
                tracing::error!(%error, "a gathered note does not parse");
                continue;
            }
        };
        match app.attach_note(height, size, note).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(height = height.get(), %error, "a gathered note is refused")
            }
            Err(_) => return,
        }
    }
}

async fn watch_replica(
    ended: oneshot::Receiver<Result<(), String>>,
    failures: mpsc::Sender<anyhow::Error>,
) {
    let error = match ended.await {
        Ok(Ok(())) => return,
        Ok(Err(reason)) => anyhow!(reason),
        Err(_) => anyhow!("the replica's thread panicked; see the log above"),
    };
    failures.send(error).await.ok();
}

async fn watch_task(
    name: &'static str,
    task: JoinHandle<Result<()>>,
    failures: mpsc::Sender<anyhow::Error>,
) {
    let error = match task.await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.context(name),
        Err(error) if error.is_cancelled() => return,
        Err(error) => anyhow!(error).context(name),
    };
    failures.send(error).await.ok();
}

async fn watch_engine(
    ended: impl Future<Output = anyhow::Error>,
    failures: mpsc::Sender<anyhow::Error>,
) {
    let error = pin!(ended).await;
    failures.send(error.context("engine")).await.ok();
}

/// Runs one publisher: it signs with the log key what a quorum of validators has cosigned.
///
/// # Errors
///
/// When the keys are not those of the genesis file, or the watermark fails.
pub async fn publish(config: &PublisherConfig) -> Result<()> {
    let ledger = Ledger::read(&config.genesis)?;
    let keys: PublisherKeys = read_keys(&config.keys)?;
    ledger.refuse_demo(&config.publisher, &[(keys.log, "log".to_owned())])?;
    let peer_id = swarm::peer_id(&keys.network.0).to_string();
    let addresses = swarm_addresses(&config.peers);
    let first = Reigns::of_genesis(&ledger.genesis).newest();
    if !ledger.genesis.publishers.contains(&peer_id) {
        bail!("the genesis file names no publisher with the network key of {}", config.publisher);
    }
    std::fs::create_dir_all(&config.data).with_context(|| format!("{}", config.data.display()))?;
    publisher::run(publisher::PublisherConfig {
        key: SigningKey::from_seed(keys.log.0),
        policies: policies_of(&ledger.genesis)?,
        watermark: config.data.join("publisher.watermark"),
        swarm: SwarmConfig {
            network: keys.network.0,
            genesis: ledger.hash,
            listen: vec![config.swarm_listen.clone()],
            peers: peers_under(&first, None, &addresses, &publishers(&ledger, &addresses)),
        },
        addresses,
        clock: Clock,
    })
    .await
}
