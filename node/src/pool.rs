//! The pool and the swarm: records come in from peers and go out to them.

use tamga_format::body::Submission;
use tamga_format::id::LeafHash;
use tamga_replica::Source;
use tokio::sync::mpsc;

use crate::app::AppHandle;
use crate::lines::Lines;
use crate::swarm::limits::PULL_HASHES_MAX;
use crate::swarm::{PoolInbound, SwarmHandle};

/// Submissions pushed to peers in one go.
const PUSH_RECORDS_MAX: usize = 512;

/// Answers peers from the pool and puts their records into it, until the swarm ends.
pub async fn receive(app: AppHandle, lines: Lines, mut inbox: mpsc::Receiver<PoolInbound>) {
    while let Some(message) = inbox.recv().await {
        match message {
            PoolInbound::Records { from, records, done } => {
                let mut submissions = Vec::with_capacity(records.len());
                for bytes in &records {
                    match Submission::decode(bytes) {
                        Ok(submission) => submissions.push(submission),
                        Err(error) => {
                            tracing::warn!(peer = %from, %error, "junk in place of a record")
                        }
                    }
                }
                let app = app.clone();
                // Verdicts go to nobody: what a peer took and we refuse is judged again in a block.
                tokio::spawn(async move {
                    app.admit(submissions, Source::Peer).await;
                    drop(done);
                });
            }
            PoolInbound::Hashes { reply } => {
                let leaves = app.pool_leaves(PULL_HASHES_MAX).await.unwrap_or_default();
                reply.send(leaves.into_iter().map(|leaf| *leaf.as_bytes()).collect()).ok();
            }
            PoolInbound::Missing { have, bytes, reply } => {
                let have = have.into_iter().map(LeafHash::from_bytes).collect();
                reply.send(app.pool_missing(have, bytes).await.unwrap_or_default()).ok();
            }
            PoolInbound::Held(statements) => lines.hear(statements).await,
            PoolInbound::Manifest { id, reply } => {
                let lines = lines.clone();
                tokio::task::spawn_blocking(move || reply.send(lines.manifest(&id)).ok());
            }
            PoolInbound::Chunk { id, number, reply } => {
                let lines = lines.clone();
                tokio::task::spawn_blocking(move || reply.send(lines.chunk(&id, number)).ok());
            }
        }
    }
}

/// Pushes what clients gave to this node to the other validators, until the replica ends.
pub async fn send(swarm: SwarmHandle, mut accepted: mpsc::UnboundedReceiver<Vec<u8>>) {
    let mut batch = Vec::new();
    while accepted.recv_many(&mut batch, PUSH_RECORDS_MAX).await > 0 {
        swarm.broadcast_records(std::mem::take(&mut batch));
    }
}
