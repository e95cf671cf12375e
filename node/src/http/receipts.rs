//! Receipts, read by one thread in a row.
//!
//! Everybody who waits for a record of one block wants a receipt at the same moment. One thread that reads them
//! one after the other wakes once for all of them, and finds the block's part of each in memory.

use std::sync::Arc;

use tamga_format::id::RecordId;
use tokio::sync::{mpsc, oneshot};

use super::ledger::{Ledger, ReadError};

/// Receipts asked for and not yet read; beyond them askers wait to ask.
const WANTED_MAX: usize = 1_024;

type Answer = Result<Option<String>, ReadError>;

/// The door to the thread, which ends with the last of its doors.
#[derive(Clone, Debug)]
pub(super) struct Receipts(mpsc::Sender<(RecordId, oneshot::Sender<Answer>)>);

impl Receipts {
    /// Takes a thread of the runtime for blocking work.
    pub(super) fn start(ledger: Arc<dyn Ledger>) -> Self {
        let (sender, mut wanted) = mpsc::channel::<(RecordId, oneshot::Sender<Answer>)>(WANTED_MAX);
        tokio::task::spawn_blocking(move || {
            while let Some((id, reply)) = wanted.blocking_recv() {
                // Whoever no longer waits spares the reading.
                if !reply.is_closed() {
                    let receipt = ledger.receipt(&id);
                    reply.send(receipt.map(|found| found.map(|it| it.encode()))).ok();
                }
            }
        });
        Self(sender)
    }

    /// The receipt of a record as text; `None` while the record is not final.
    ///
    /// # Errors
    ///
    /// When the store can't answer.
    pub(super) async fn read(&self, id: RecordId) -> Answer {
        let stopped = || ReadError("the receipts' thread has ended".to_owned());
        let (reply, answer) = oneshot::channel();
        self.0.send((id, reply)).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}
