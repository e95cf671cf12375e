//! The consensus engine's networked shell, driving the application behind [`Host`].
//!
//! [`start`] runs Malachite for one validator: votes and proposals by broadcast between directly
//! connected validators, blocks in parts, decided blocks to whoever catches up. Several nodes may
//! run in one process; each has its own moniker, folder and addresses.
//!
//! - [`host`]: what the engine asks of the application; [`config`]: what a node is told
//! - `driver`: the loop that answers the engine, idles and paces; `blocks`: undecided blocks
//! - `allowed`: who may connect; `parts`: blocks in flight; `sight`: what the events of the engine say; `codec`: message bytes

pub mod codec;
pub mod config;
pub mod host;
pub mod metrics;

mod allowed;
mod blocks;
mod driver;
mod parts;
mod sight;

use std::fs::File;
use std::future::pending;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_app_channel::{
    ConsensusContext, EngineHandle, NetworkContext, NetworkIdentity, RequestContext, SyncContext,
    WalContext, start_engine,
};
use tamga_replica::engine::{Address, Ledger, Signer, Verifier};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::error;

pub use config::{EngineConfig, Pace, peer_id};
pub use host::{Host, HostError, Proposed, Refusal, Turn, Validators};

use allowed::Allowed;
use codec::LedgerCodec;
use driver::Driver;
use sight::Sight;

/// The engine's file beside the application's data.
const WAL_FILE: &str = "consensus.wal";
/// How long each part of the engine has to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// How often, and how long apart, a stopped engine's log is tried.
const WAL_TRIES: u32 = 500;
const WAL_PAUSE: Duration = Duration::from_millis(10);

/// How the engine of a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineState {
    /// It votes, or follows.
    Running,
    /// It found that going on could break safety, such as a failed write to its log, and halted on
    /// purpose. The process stays for inspection; restart it after the cause is gone.
    Halted(String),
    /// The application or a part of the engine failed; restart the process.
    Failed(String),
    /// It was stopped.
    Stopped,
}

/// A running engine. Dropping it leaves the engine running; [`stop`](Self::stop) ends it.
#[derive(Debug)]
pub struct EngineTask {
    state: watch::Receiver<EngineState>,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Starts the engine of one validator.
///
/// # Errors
/// When an address is malformed, or the network or the write-ahead log cannot be opened.
pub async fn start(mut config: EngineConfig, host: Arc<dyn Host>) -> Result<EngineTask> {
    let (addresses, validators) = (config.peers, host.validators());
    config.peers = allowed::allowed(config.validator, &addresses, &validators)?;
    let codec = LedgerCodec { block_bytes_max: config.block_bytes_max };
    let signer = Signer::new(config.genesis, config.consensus_key.clone());
    let verifier = Verifier::new(config.genesis);
    let address = Address(config.validator);
    let keypair = config::keypair(&config.network_seed)?;
    let proof = signer.peer_proof(keypair.public().to_peer_id().to_bytes());
    let identity = NetworkIdentity::new_validator(
        config.moniker.clone(),
        keypair,
        address.to_string(),
        codec.encode(&proof)?,
    );
    std::fs::create_dir_all(&config.dir)
        .with_context(|| format!("engine folder {}", config.dir.display()))?;
    let wal = config.dir.join(WAL_FILE);
    let (channels, engine) = start_engine(
        Ledger,
        config::NodeConfig::new(&config)?,
        WalContext::new(wal.clone(), codec),
        NetworkContext::new(identity, codec),
        ConsensusContext::new_validator(address, Box::new(verifier), Box::new(signer)),
        SyncContext::new(codec),
        RequestContext::new(16),
    )
    .await
    .map_err(|report| anyhow!("the consensus engine did not start: {report:#}"))?;

    let sight = Sight::default();
    let watched = tokio::spawn(sight::watch(sight.clone(), channels.events.subscribe()));
    let moniker = config.moniker.clone();
    let allowed = Allowed::new(config.validator, &addresses, &validators, channels.net_requests)?;
    let driver = Driver::new(host, config, sight, channels.network, allowed);
    let (stopping, stop) = watch::channel(false);
    let (tell, state) = watch::channel(EngineState::Running);
    let task = tokio::spawn(async move {
        let mut run = pin!(driver.run(channels.consensus));
        let served = tokio::select! {
            served = &mut run => served,
            () = asked_to_stop(stop) => {
                // The parts wait for answers while they stop, so the driver goes on answering.
                let answer = async { drop(run.await); pending::<()>().await };
                tokio::select! { () = shut_down(engine, &wal) => {}, () = answer => {} }
                tell.send_replace(EngineState::Stopped);
                return;
            }
        };
        let last = last_state(served, &engine, watched).await;
        match &last {
            EngineState::Halted(reason) => {
                error!(moniker, reason, "consensus halted to stay safe; this node no longer votes");
            }
            EngineState::Failed(reason) => {
                error!(moniker, reason, "consensus failed");
                shut_down(engine, &wal).await;
            }
            EngineState::Running | EngineState::Stopped => {}
        }
        tell.send_replace(last);
    });
    Ok(EngineTask { state, stopping, task })
}

impl EngineTask {
    /// How the engine is; changes once, when it ends.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<EngineState> {
        self.state.clone()
    }

    /// Resolves when the engine failed. An engine that halted stays as it is, for inspection: an
    /// automatic restart is what its halt is to prevent.
    pub fn ended(&self) -> impl Future<Output = anyhow::Error> + use<> {
        let mut state = self.state.clone();
        async move {
            let failed = state.wait_for(|state| matches!(state, EngineState::Failed(_))).await;
            match failed.map(|state| state.clone()) {
                Ok(EngineState::Failed(reason)) => anyhow!(reason),
                _ => pending().await,
            }
        }
    }

    /// Stops the engine and waits until its addresses and files are free.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        if let Err(error) = self.task.await {
            error!(%error, "the consensus engine did not stop in order");
        }
    }
}

async fn asked_to_stop(mut stop: watch::Receiver<bool>) {
    // A dropped task handle is not a wish to stop.
    if stop.wait_for(|wish| *wish).await.is_err() {
        pending().await
    }
}

/// Why the engine ended.
async fn last_state(
    served: Result<()>,
    engine: &EngineHandle,
    watched: JoinHandle<Option<String>>,
) -> EngineState {
    if let Err(failure) = served {
        return EngineState::Failed(format!("{failure:#}"));
    }
    // The engine closed its channel by itself: its supervisor ends with a failure, but stays when
    // safety is at stake.
    let reason = tokio::time::timeout(Duration::from_secs(1), watched).await;
    let reason = reason.ok().and_then(Result::ok).flatten();
    if engine.handle.is_finished() {
        EngineState::Failed(reason.unwrap_or_else(|| "a part of the engine stopped".into()))
    } else {
        let unknown = "its write-ahead log failed; see the log of this process";
        EngineState::Halted(reason.unwrap_or_else(|| unknown.into()))
    }
}

/// Stops the engine's parts one by one, the network last.
///
/// Its supervisor kills all others when one of them ends, which would skip their own endings, so
/// each is unlinked first.
async fn shut_down(engine: EngineHandle, wal: &Path) {
    let supervisor = engine.actor.get_cell();
    let mut parts = supervisor.get_children();
    parts.sort_by_key(|part| std::cmp::Reverse(part.get_id().pid()));
    for part in &parts {
        part.unlink(supervisor.clone());
    }
    for part in parts {
        if part.stop_and_wait(None, Some(STOP_TIMEOUT)).await.is_err() {
            part.kill();
        }
    }
    engine.actor.stop(None);
    if tokio::time::timeout(STOP_TIMEOUT, engine.handle).await.is_err() {
        error!("the supervisor of the consensus engine did not stop");
    }
    // The log is closed by a thread of its own.
    for _ in 0..WAL_TRIES {
        if File::open(wal).map_or(true, |file| file.try_lock().is_ok()) {
            return;
        }
        sleep(WAL_PAUSE).await;
    }
    error!(wal = %wal.display(), "the consensus engine still holds its write-ahead log");
}
