//! The publisher: holds the log key and signs what a quorum has cosigned (spec §11.6).
//!
//! A publisher is a peer without a store. It gathers cosignatures, asks a validator for the
//! consistency path from its own watermark, moves that, and signs the checkpoint body with the log
//! key. Several publishers may hold the one log key: their signatures are equal bytes. A stolen log
//! key finalises nothing, for the policy demands the validators' quorum as well.

mod task;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{TreeRoot, TreeSize};
use tamga_format::merkle::Hash;
use tamga_format::note::sign_note;
use tamga_format::policy::Policy;
use tamga_format::policy_chain::Policies;
use tamga_format::signature::SigningKey;
use tokio::sync::mpsc;

use crate::clock::Clock;
use crate::gather::verify_line;
use crate::swarm::wire::{SignatureLine, SignedCheckpoint};
use crate::swarm::{self, Addresses, PeerRole, SwarmConfig};
use crate::watermark::{Mark, Watermark, WatermarkError};

/// Messages of peers that wait for the publisher.
const INBOX_MAX: usize = 1_024;

/// What a publisher needs to run; `swarm` lists every validator.
#[derive(Debug)]
pub struct PublisherConfig {
    /// The log key.
    pub key: SigningKey,
    /// The policy of the genesis, which names the log key; later ones are followed.
    pub policies: Policies,
    /// How to reach the validators of the genesis.
    pub swarm: SwarmConfig,
    /// Where other processes are, by PeerId: a later policy may call them.
    pub addresses: Addresses,
    /// File of the watermark.
    pub watermark: PathBuf,
    /// The time that goes with a mark.
    pub clock: Clock,
}

/// Runs a publisher until it must not go on; dropping the future stops it.
///
/// # Errors
/// When it cannot start, or the watermark cannot be kept. A refused checkpoint is logged, not an
/// error.
pub async fn run(config: PublisherConfig) -> Result<()> {
    let PublisherConfig { key, policies, swarm, addresses, watermark, clock } = config;
    let policy = policies.newest().policy().clone();
    ensure!(
        key.public() == *policy.log().key(),
        "the log key in the key file is not the one genesis names for {}",
        policy.origin()
    );
    let watermark = Watermark::open(&watermark, &policy.log().to_string()).context("publisher")?;
    let signer = LogSigner { key, policy: policy.clone(), watermark };
    let publishers = swarm.peers.iter().filter(|peer| peer.role == PeerRole::Publisher).cloned();
    let follower = task::Follower { policies, publishers: publishers.collect(), addresses };
    let (notes, inbox) = mpsc::channel(INBOX_MAX);
    let swarm = swarm::start(swarm, None, notes)?;
    task::Task::new(signer, follower, swarm, inbox, clock).run().await
}

/// Signs checkpoints for the log; pure but for the watermark.
struct LogSigner {
    key: SigningKey,
    policy: Policy,
    watermark: Watermark,
}

impl LogSigner {
    fn last(&self) -> Option<&Mark> {
        self.watermark.current()
    }

    /// Signs a checkpoint that has its quorum. `path` leads from the watermark's size to its own.
    fn sign(&mut self, mark: Mark, path: &[Hash]) -> Result<SignedCheckpoint, WatermarkError> {
        let signable = self.watermark.advance(mark, path)?;
        // From here on the mark is durable: a crash loses a signature, never the memory of it.
        let Mark { height, size, root, .. } = *signable.mark();
        let line = sign_note(&self.body(size, root), self.policy.origin(), &self.key)
            .expect("a policy's origin is a name");
        let signatures = vec![SignatureLine { key_id: line.key_id, blob: line.blob }];
        Ok(SignedCheckpoint { height: height.get(), size: size.get(), root: root.0, signatures })
    }

    /// Takes note of a signature by the log key that a peer holds; others are ignored.
    fn learn(&mut self, seen: &SignedCheckpoint, now_s: u64) -> Result<(), WatermarkError> {
        let (size, root) = (TreeSize(seen.size), TreeRoot(seen.root));
        let (body, log) = (self.body(size, root), self.policy.log());
        let signed = seen
            .signatures
            .iter()
            .any(|line| line.key_id == log.key_id() && verify_line(log, &body, line).is_ok());
        let higher = self.last().is_none_or(|last| last.size <= size);
        if signed && higher {
            let height = tamga_format::id::Height(seen.height);
            self.watermark.raise(Mark { height, size, root, time_s: now_s })?;
        }
        Ok(())
    }

    fn body(&self, size: TreeSize, root: TreeRoot) -> String {
        Checkpoint { origin: self.policy.origin().to_owned(), size, root }.body()
    }
}
