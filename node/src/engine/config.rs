//! How one node runs the engine, and what that means in the engine's own configuration.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use arc_malachitebft_app_channel::app::config as engine;
use arc_malachitebft_app_channel::app::types::Keypair;
use arc_malachitebft_core_types::LinearTimeouts;
use tamga_format::id::{GenesisHash, ValidatorId};
use tamga_format::signature::SigningKey;

/// Bytes of one pub-sub message: a part and its envelope. The transport loses messages over 4 MiB
/// without a word, so this is its ceiling.
const PUBSUB_BYTES_MAX: u64 = 4 << 20;
/// Blocks asked for at once by a node that catches up.
const SYNC_BATCH: usize = 5;
/// Bytes of one answer to a node that catches up, at least.
const SYNC_BYTES_MIN: u64 = 10 << 20;
/// Votes and proposals kept per future height while this node is behind.
const QUEUE_PER_HEIGHT: usize = 500;

/// Everything the engine of one node is told.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Name of the node in logs and metrics.
    pub moniker: String,
    /// Which ledger; part of everything signed.
    pub genesis: GenesisHash,
    /// This validator's id.
    pub validator: ValidatorId,
    /// This validator's consensus key.
    pub consensus_key: SigningKey,
    /// Seed of the libp2p key whose peer id the genesis file names.
    pub network_seed: [u8; 32],
    /// Where to listen: `/ip4/…/tcp/…`.
    pub listen: String,
    /// Where processes listen: multiaddresses ending in `/p2p/<PeerId>`. Those of validators connect, nobody else.
    pub peers: Vec<String>,
    /// Folder of the engine's write-ahead log.
    pub dir: PathBuf,
    /// Pace of blocks and votes.
    pub pace: Pace,
    /// Bytes of one encoded block.
    pub block_bytes_max: usize,
    /// Bytes of a block in one part; brought into 128 to 512 KiB.
    pub part_bytes: usize,
}

/// When blocks are made and how long the others are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Time without records after which an empty block shows that the ledger is alive.
    pub heartbeat: Duration,
    /// Least time between two blocks, so that blocks fill under load.
    pub block_interval: Duration,
    /// Time a proposer has before the others go on without it.
    pub propose_timeout: Duration,
    /// Time for each round of votes.
    pub vote_timeout: Duration,
    /// How often a node tells the others its height.
    pub status_interval: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(60),
            block_interval: Duration::from_millis(80),
            propose_timeout: Duration::from_millis(700),
            vote_timeout: Duration::from_millis(300),
            status_interval: Duration::from_secs(1),
        }
    }
}

impl Pace {
    /// The engine's timeouts: each round waits half a first round longer than the one before.
    #[must_use]
    pub fn timeouts(&self) -> LinearTimeouts {
        let (propose, vote) = (self.propose_timeout, self.vote_timeout);
        LinearTimeouts {
            propose,
            propose_delta: propose / 2,
            prevote: vote,
            prevote_delta: vote / 2,
            precommit: vote,
            precommit_delta: vote / 2,
            rebroadcast: propose + vote + vote,
            max_timeout: Duration::from_secs(20),
        }
    }
}

/// The peer id of the libp2p key with this seed, as genesis files and addresses name it.
///
/// # Errors
/// Never for 32 bytes.
pub fn peer_id(seed: &[u8; 32]) -> Result<String> {
    Ok(keypair(seed)?.public().to_peer_id().to_base58())
}

/// The libp2p key of a seed.
pub(super) fn keypair(seed: &[u8; 32]) -> Result<Keypair> {
    Keypair::ed25519_from_bytes(*seed).context("a network seed is 32 bytes")
}

/// The engine's own configuration.
pub(super) struct NodeConfig {
    moniker: String,
    consensus: engine::ConsensusConfig,
    sync: engine::ValueSyncConfig,
}

impl NodeConfig {
    /// Broadcast between directly connected validators and nobody else.
    pub(super) fn new(config: &EngineConfig) -> Result<Self> {
        let peers = config.peers.iter().map(|peer| {
            peer.parse().with_context(|| format!("engine peer {peer} is not a multiaddress"))
        });
        let block_bytes = config.block_bytes_max as u64;
        let answer_bytes = (2 * block_bytes).max(SYNC_BYTES_MIN);
        let p2p = engine::P2pConfig {
            listen_addr: config.listen.parse().with_context(|| {
                format!("engine address {} is not a multiaddress", config.listen)
            })?,
            persistent_peers: peers.collect::<Result<_>>()?,
            persistent_peers_only: true,
            discovery: engine::DiscoveryConfig {
                enabled: false,
                max_connections_per_ip: 64,
                ip_throttle_duration: Duration::ZERO,
                ..Default::default()
            },
            protocol: engine::PubSubProtocol::Broadcast,
            pubsub_max_size: byte_size(PUBSUB_BYTES_MAX)?,
            rpc_max_size: byte_size(answer_bytes)?,
            ..Default::default()
        };
        Ok(Self {
            moniker: config.moniker.clone(),
            consensus: engine::ConsensusConfig {
                enabled: true,
                p2p,
                value_payload: engine::ValuePayload::ProposalAndParts,
                queue_per_height_capacity: QUEUE_PER_HEIGHT,
                ..Default::default()
            },
            sync: engine::ValueSyncConfig {
                enabled: true,
                status_update_interval: config.pace.status_interval,
                max_response_size: byte_size(answer_bytes)?,
                batch_size: SYNC_BATCH,
                ..Default::default()
            },
        })
    }
}

/// The engine's type for sizes is not exported; it reads the text form.
fn byte_size<T: std::str::FromStr>(bytes: u64) -> Result<T> {
    format!("{bytes} B").parse().ok().with_context(|| format!("{bytes} bytes have a text form"))
}

impl engine::NodeConfig for NodeConfig {
    fn moniker(&self) -> &str {
        &self.moniker
    }

    fn consensus(&self) -> &engine::ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut engine::ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &engine::ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut engine::ValueSyncConfig {
        &mut self.sync
    }
}
