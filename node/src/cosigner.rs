//! The cosigner: states, after commit, that a checkpoint extends everything this validator has seen
//! (spec §11.4).
//!
//! It works from what is committed and durable, never inside the vote path. For each block it checks
//! the commit certificate against the checkpoint, the consistency with what it signed before, moves
//! the [`Watermark`], and only then signs. It also gathers everybody's signatures and hands on the
//! final notes they make.

mod task;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tamga_format::certificate::Certificate;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature;
use tamga_format::error::FormatError;
use tamga_format::id::{GenesisHash, Height, TreeRoot, TreeSize, UnixMillis};
use tamga_format::note::VKey;
use tamga_format::policy::Policy;
use tamga_format::signature::SigningKey;
use tamga_replica::Reign;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::gather::{FinalNote, height_hint, verify_line};
use crate::swarm::wire::{SignatureLine, SignedCheckpoint};
use crate::swarm::{NoteInbound, SwarmHandle};
use crate::watermark::{Mark, Watermark, WatermarkError};

/// A committed block, as the cosigner sees it.
#[derive(Clone, Debug)]
pub struct CommittedBlock {
    /// Its height.
    pub height: Height,
    /// Its time.
    pub time: UnixMillis,
    /// The checkpoint that it closes.
    pub checkpoint: Checkpoint,
    /// The decision.
    pub certificate: Certificate,
    /// Who was to decide it, and whose signatures make it final.
    pub reign: Arc<Reign>,
}

/// What the cosigner reads: the committed log. Reads are short and may block.
pub trait CommittedLog: Send + Sync + 'static {
    /// The block at a height, from 1 on; `None` above the head.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn block(&self, height: Height) -> Result<Option<CommittedBlock>>;

    /// The consistency path between two sizes of the committed log, computed from its own tiles;
    /// `None` when a size is beyond the head.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn consistency(&self, from: TreeSize, to: TreeSize) -> Result<Option<Vec<[u8; 32]>>>;

    /// The stored final note of a block.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn final_note(&self, height: Height) -> Result<Option<String>>;

    /// The receipt of the record that entered the policy of a number, once there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn policy_receipt(&self, number: u64) -> Result<Option<String>>;
}

/// What a cosigner needs to start.
#[derive(Debug)]
pub struct CosignerConfig {
    /// The cosigner key; no other purpose may use it.
    pub key: SigningKey,
    /// The key as the policy names it.
    pub vkey: VKey,
    /// The ledger, as commit certificates name it.
    pub genesis: GenesisHash,
    /// How many validators are a quorum at the start: so many have to confirm what this one signed.
    pub quorum: usize,
    /// Which signatures make a checkpoint final, until a block says otherwise.
    pub policy: Policy,
    /// File of the watermark, in a folder that no backup of the database restores.
    pub watermark: PathBuf,
    /// The time to sign under.
    pub clock: Clock,
}

/// The door to a running cosigner.
#[derive(Clone, Debug)]
pub struct CosignerHandle {
    tip: watch::Sender<Height>,
}

impl CosignerHandle {
    /// Says that the block at `height`, and all below, are committed and durable; returns at once.
    pub fn committed(&self, height: Height) {
        self.tip.send_if_modified(|tip| {
            let higher = height > *tip;
            *tip = height.max(*tip);
            higher
        });
    }
}

/// Starts the cosigner on the current tokio runtime, with `tip` committed so far (0: genesis only).
///
/// `inbox` is the swarm's [`NoteInbound`]; final notes of blocks that have none stored go to
/// `finals`, possibly more than once after a restart. The task ends with an error when it must not
/// go on: the process should stop then.
///
/// # Errors
/// When the key is not the one named, or the watermark cannot be opened.
pub fn start(
    config: CosignerConfig,
    tip: Height,
    log: Arc<dyn CommittedLog>,
    swarm: SwarmHandle,
    inbox: mpsc::Receiver<NoteInbound>,
    finals: mpsc::Sender<FinalNote>,
) -> Result<(CosignerHandle, JoinHandle<Result<()>>)> {
    let (tip, tips) = watch::channel(tip);
    let policy = config.policy.clone();
    let quorum = config.quorum;
    let clock = config.clock;
    let signer = Signer::open(config)?;
    let doors = task::Doors { tips, log, swarm, inbox, finals, clock };
    let task = tokio::spawn(task::Task::new(signer, policy, quorum, doors).run());
    Ok((CosignerHandle { tip }, task))
}

/// Why a checkpoint is not signed.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    /// The certificate does not hold, or is for another value.
    #[error("block {height} is not signed: its commit certificate does not hold ({error})")]
    Certificate {
        /// The block.
        height: Height,
        /// What is wrong.
        error: FormatError,
    },
    /// The certificate is for another height or value.
    #[error("block {0} is not signed: its commit certificate is for another block")]
    OtherBlock(Height),
    /// The policy that rules the block has another key for this validator, or none.
    #[error("block {0} is not signed: its policy does not name this cosigner's key")]
    NotNamed(Height),
    /// The watermark refuses.
    #[error(transparent)]
    Watermark(#[from] WatermarkError),
    /// The committed log cannot be read.
    #[error("the committed log cannot be read: {0:#}")]
    Log(anyhow::Error),
    /// The key cannot make a signature line.
    #[error("the cosigner key cannot sign: {0}")]
    Key(FormatError),
}

impl CosignError {
    /// Whether signing goes on with the next block: nothing was contradicted, nothing is broken.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::NotNamed(_) | Self::Watermark(WatermarkError::Behind { .. }))
    }
}

/// Makes cosignatures; pure but for the watermark.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    vkey: VKey,
    genesis: GenesisHash,
    watermark: Watermark,
}

impl Signer {
    /// Opens the watermark of the configured key.
    ///
    /// # Errors
    /// When the key is not the one named, or the watermark cannot be opened.
    pub fn open(config: CosignerConfig) -> Result<Self> {
        let CosignerConfig { key, vkey, genesis, quorum: _, policy: _, watermark, clock: _ } =
            config;
        anyhow::ensure!(
            key.public() == *vkey.key(),
            "the cosigner key in the key file is not the one named {}",
            vkey.name()
        );
        let watermark = Watermark::open(&watermark, &vkey.to_string()).context("cosigner")?;
        Ok(Self { key, vkey, genesis, watermark })
    }

    /// The newest checkpoint known to be signed by this key.
    #[must_use]
    pub const fn last(&self) -> Option<&Mark> {
        self.watermark.current()
    }

    /// This key's note key id.
    #[must_use]
    pub fn key_id(&self) -> [u8; 4] {
        self.vkey.key_id()
    }

    /// Signs the checkpoint of a committed block.
    ///
    /// # Errors
    /// When the block is not proven decided, or contradicts what this key signed before; nothing is
    /// signed then.
    pub fn sign(
        &mut self,
        block: &CommittedBlock,
        log: &dyn CommittedLog,
        now: UnixMillis,
    ) -> Result<SignedCheckpoint, CosignError> {
        let height = block.height;
        if !block.reign.policy.witnesses().any(|witness| witness.key == self.vkey) {
            return Err(CosignError::NotNamed(height));
        }
        let certificate = block
            .certificate
            .clone()
            .verify(&self.genesis, &block.reign.validators)
            .map_err(|error| CosignError::Certificate { height, error })?;
        if certificate.height() != height || certificate.value() != block.checkpoint.value_id() {
            return Err(CosignError::OtherBlock(height));
        }
        let (size, root) = (block.checkpoint.size, block.checkpoint.root);
        let path = match self.last() {
            Some(last) if last.size < size => {
                log.consistency(last.size, size).map_err(CosignError::Log)?.unwrap_or_default()
            }
            _ => Vec::new(),
        };
        let time_s = seconds(now).max(seconds_up(block.time));
        let signable = self.watermark.advance(Mark { height, size, root, time_s }, &path)?;
        // From here on the mark is durable: a crash loses a signature, never the memory of it.
        let body = block.checkpoint.body();
        let time_s = signable.mark().time_s;
        let line = cosignature::cosign(&self.key, self.vkey.name(), &body, time_s)
            .map_err(CosignError::Key)?;
        let signatures = vec![SignatureLine { key_id: line.key_id, blob: line.blob }];
        Ok(SignedCheckpoint { height: height.get(), size: size.get(), root: root.0, signatures })
    }

    /// Takes note of a signature by this very key that a peer holds; others are ignored.
    ///
    /// # Errors
    /// When it contradicts the watermark, or the watermark cannot be written.
    pub fn learn(&mut self, origin: &str, seen: &SignedCheckpoint) -> Result<(), WatermarkError> {
        let (size, root) = (TreeSize(seen.size), TreeRoot(seen.root));
        let body = Checkpoint { origin: origin.to_owned(), size, root }.body();
        for line in seen.signatures.iter().filter(|line| line.key_id == self.vkey.key_id()) {
            if let Ok(time_s) = verify_line(&self.vkey, &body, line) {
                self.watermark.raise(Mark { height: height_hint(seen), size, root, time_s })?;
            }
        }
        Ok(())
    }
}

fn seconds(time: UnixMillis) -> u64 {
    u64::try_from(time.get() / 1_000).unwrap_or(0)
}

/// Rounded up, so that a cosignature is never older than its block.
fn seconds_up(time: UnixMillis) -> u64 {
    u64::try_from(time.get().saturating_add(999) / 1_000).unwrap_or(0)
}
