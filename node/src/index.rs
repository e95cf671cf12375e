//! The index beside the ledger: a task of its own that follows the log (spec §22.4).
//!
//! It reads committed blocks only, gives way while blocks come, and whatever goes wrong with it leaves the ledger as
//! it is: then look-ups are refused, and the next start makes the index anew.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use tamga_format::id::{Height, SubjectId, TreeSize};
use tamga_format::subject::{Role, Subject};
use tamga_replica::index::{Index, IndexReader, LawTerms, Step};
use tamga_replica::limits::INDEX_BLOCKS_MAX;
use tamga_replica::{Head, Reader, StoreError};
use tamga_rocks::{RocksIndex, RocksStore};
use tamga_state::dossier::{Event, Summary};
use tamga_state::law::Law;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::AppHandle;

/// While blocks come, the index works one part of its time in so many: after a burst it catches up when they pause.
const SHARE: u32 = 64;
/// Time without a new block after which none is expected soon.
const QUIET: Duration = Duration::from_millis(250);
/// Time that the index waits for more blocks at most: taken up together they cost less, since a case is computed once.
const GATHER_MAX: Duration = Duration::from_secs(5);

/// What the index is asked through.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The log behind it.
    pub log: Reader<RocksStore>,
    /// Its rows.
    pub rows: IndexReader<RocksIndex>,
}

/// The index of this node, as long as it can be asked.
#[derive(Clone, Debug)]
pub struct IndexHandle(watch::Receiver<Option<Arc<Lookup>>>);

impl Lookup {
    /// The law as known at the head of the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`], here and below, of the log.
    pub fn law(&self) -> Result<Law, StoreError> {
        self.log.law().map(|(law, _)| law)
    }

    /// What all records of a case say, up to the block the index has come to; nothing of a case that isn't known.
    pub fn events(&self, case: &SubjectId) -> Result<Vec<Event>, StoreError> {
        let position = self.rows.position()?;
        let size = position.map_or(TreeSize(0), |at| at.size);
        self.log.events(&Subject::new(Role::Case, *case), size)
    }

    /// A case beside others.
    pub fn summary(&self, case: &SubjectId) -> Result<Option<Summary>, StoreError> {
        Ok(Summary::of(*case, &self.events(case)?))
    }
}

impl IndexHandle {
    /// The read side; `None` once the index has failed.
    #[must_use]
    pub fn lookup(&self) -> Option<Arc<Lookup>> {
        self.0.borrow().clone()
    }
}

/// An index that is about to follow its log.
#[derive(Debug)]
pub struct Follower {
    index: Index<RocksIndex>,
    law: LawTerms,
    handle: watch::Sender<Option<Arc<Lookup>>>,
}

/// Opens the index in a folder. One that is damaged, of another version or of another log is deleted and made anew: it
/// holds nothing that the log doesn't.
///
/// # Errors
///
/// When the folder can't be used at all; the message says why.
pub fn open(folder: &Path, log: &Reader<RocksStore>) -> Result<(Follower, IndexHandle)> {
    let index = match try_open(folder, log) {
        Err(StoreError::Corrupted(why)) => anew(folder, log, &why)?,
        Err(StoreError::Version { found, supported }) => {
            anew(folder, log, &format!("it has version {found}, this program writes {supported}"))?
        }
        Err(error) => return Err(anyhow!(error)).with_context(|| folder.display().to_string()),
        Ok(index) => index,
    };
    let law = LawTerms::read(log)?;
    let lookup = Lookup { log: log.clone(), rows: index.reader() };
    let (handle, asked) = watch::channel(Some(Arc::new(lookup)));
    Ok((Follower { index, law, handle }, IndexHandle(asked)))
}

fn try_open(folder: &Path, log: &Reader<RocksStore>) -> Result<Index<RocksIndex>, StoreError> {
    Index::open(RocksIndex::open(folder)?, log)
}

fn anew(folder: &Path, log: &Reader<RocksStore>, why: &str) -> Result<Index<RocksIndex>> {
    tracing::warn!(why, folder = %folder.display(), "the index is made anew");
    std::fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    try_open(folder, log).with_context(|| folder.display().to_string())
}

impl Follower {
    /// Brings the index along with the log until the replica ends. A failure ends only the index.
    pub async fn run(mut self, app: AppHandle) {
        let mut head = app.head();
        let mut busy = Busy::default();
        loop {
            let started = Instant::now();
            let log = app.reader().clone();
            let stepped = tokio::task::spawn_blocking(move || {
                let step = self.step(&log);
                (self, step)
            });
            let step;
            // A panic in it is a fault of ours; the process goes on without an index.
            (self, step) = match stepped.await {
                Ok(stepped) => stepped,
                Err(error) => {
                    tracing::error!(%error, "the index ended");
                    return;
                }
            };
            busy.give_way(&app, started.elapsed()).await;
            match step {
                Ok(Step::Computed) => {}
                Ok(Step::Advanced { .. }) => self.gather(&mut head).await,
                Ok(Step::Done) => {
                    let height = self.index.position().height;
                    if head.wait_for(|head| head.height > height).await.is_err() {
                        return;
                    }
                    self.gather(&mut head).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the index failed; it is made anew when its folder is deleted and the node started");
                    self.handle.send_replace(None);
                    return;
                }
            }
        }
    }

    /// Waits until no more blocks come, or there are enough of them.
    async fn gather(&self, head: &mut watch::Receiver<Head>) {
        let latest = Instant::now() + GATHER_MAX;
        loop {
            let height = self.index.position().height.get();
            let new = head.borrow_and_update().height.get().saturating_sub(height);
            if !(1..INDEX_BLOCKS_MAX as u64).contains(&new) || Instant::now() >= latest {
                return;
            }
            let quiet = latest.min(Instant::now() + QUIET);
            if !matches!(tokio::time::timeout_at(quiet, head.changed()).await, Ok(Ok(()))) {
                return;
            }
        }
    }

    fn step(&mut self, log: &Reader<RocksStore>) -> Result<Step, StoreError> {
        let step = self.index.step(log, &self.law)?;
        if let Step::Advanced { law: true, .. } = step {
            self.law = LawTerms::read(log)?;
        }
        Ok(step)
    }
}

/// Whether the ledger is at work: records wait, or a block came a moment ago.
#[derive(Default)]
struct Busy {
    head: Option<Height>,
    since: Option<Instant>,
}

impl Busy {
    /// Leaves the machine to the ledger for a while, if it is at work.
    async fn give_way(&mut self, app: &AppHandle, worked: Duration) {
        let height = app.head().borrow().height;
        let (now, before) = (Instant::now(), self.head.replace(height));
        if *app.pending().borrow() > 0 || before.is_some_and(|before| before != height) {
            self.since = Some(now);
        }
        if self.since.is_some_and(|since| now.duration_since(since) < QUIET) {
            tokio::time::sleep(worked * (SHARE - 1)).await;
        }
    }
}

#[cfg(test)]
mod tests;
