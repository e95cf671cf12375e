//! Range proofs of batches that are held here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tamga_format::id::{AttachmentId, SubjectId};
use tamga_format::lines::{AllocationLine, BatchIndex, Line as _, lines_of_chunk};
use tamga_format::subject::{Role, Subject};
use tamga_replica::Reader;
use tamga_rocks::RocksStore;
use tamga_state::royalty::lines::Remainders;
use tamga_state::status::{Batch, decode};
use tamga_state::{Code, Rejection};

use super::HeldHere;
use crate::attachments::Attachments;

/// Batches whose index is remembered; another one is made again, which reads all of it.
const KNOWN_MAX: usize = 32;

/// What is asked for of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// The lines themselves.
    Lines,
    /// What an allocation owed each rightsholder at first.
    First,
    /// What an allocation owes each rightsholder now.
    Remainders,
}

/// A batch that can be proved from.
#[derive(Debug)]
struct Known {
    index: BatchIndex,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Attachment(AttachmentId),
    Chunks(Vec<Vec<u8>>),
}

/// The batches that a node holds, as its interface serves them.
#[derive(Clone, Debug)]
pub struct Batches {
    /// Their attachments.
    pub attachments: Attachments,
    /// Proofs from them.
    pub ranges: Ranges,
}

impl Batches {
    /// The batches of a ledger.
    #[must_use]
    pub fn new(reader: Reader<RocksStore>, attachments: Attachments) -> Self {
        Self { ranges: Ranges::new(reader, attachments.clone()), attachments }
    }
}

/// What is remembered: by batch, what is asked for, and the root of it.
type ByRoot = BTreeMap<(SubjectId, Asked, [u8; 32]), Arc<Known>>;

/// The prover of ranges; clones share what they remember.
#[derive(Clone, Debug)]
pub struct Ranges {
    reader: Reader<RocksStore>,
    attachments: Attachments,
    known: Arc<Mutex<ByRoot>>,
}

impl Ranges {
    /// A prover over a ledger and its attachments.
    #[must_use]
    pub fn new(reader: Reader<RocksStore>, attachments: Attachments) -> Self {
        Self { reader, attachments, known: Arc::default() }
    }

    /// The range of a tag in a batch; `None` if there is no such batch, or it has no remainders. It reads some chunks,
    /// and the whole batch when it is asked for the first time.
    ///
    /// # Errors
    /// [`Code::AttachmentMissing`] if the batch is not held here; [`Code::StateUnreadable`] if it can't be read.
    pub fn range(
        &self,
        id: SubjectId,
        asked: Asked,
        tag: &[u8; 32],
    ) -> Result<Option<Vec<u8>>, Rejection> {
        let Some(batch) = self.batch(id)? else { return Ok(None) };
        let root = match (asked, batch.allocation()) {
            (Asked::Lines, _) => batch.lines,
            (Asked::First, Some(allocation)) => allocation.first,
            (Asked::Remainders, Some(allocation)) => allocation.remainders,
            (Asked::First | Asked::Remainders, None) => return Ok(None),
        };
        let key = (id, asked, root.root.0);
        let remembered = self.lock().get(&key).cloned();
        let known = match remembered {
            Some(known) => known,
            None => {
                let made = Arc::new(self.make(id, &batch, asked)?);
                let mut known = self.lock();
                if known.len() >= KNOWN_MAX {
                    known.pop_first();
                }
                known.insert(key, Arc::clone(&made));
                made
            }
        };
        let range = known.index.range(tag, |number| self.chunk(&known.source, number))?;
        Ok(Some(range.encode()))
    }

    /// A chunk of a batch's lines, as it was uploaded; `None` if there is no such batch or chunk.
    ///
    /// # Errors
    /// As [`Ranges::range`].
    pub fn lines(&self, id: SubjectId, number: usize) -> Result<Option<Vec<u8>>, Rejection> {
        let Some(batch) = self.batch(id)? else { return Ok(None) };
        let manifest = self.attachments.manifest(&batch.attachment).ok().flatten();
        if number >= manifest.ok_or_else(absent)?.chunks().len() {
            return Ok(None);
        }
        self.chunk(&Source::Attachment(batch.attachment), number).map(Some)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ByRoot> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn batch(&self, id: SubjectId) -> Result<Option<Batch>, Rejection> {
        let failed = |what: String| Rejection::new(Code::StateUnreadable, "", what);
        let subject = Subject::new(Role::Batch, id);
        let state = self.reader.subject(&subject).map_err(|error| failed(error.to_string()))?;
        let Some(row) = state.and_then(|state| state.status) else { return Ok(None) };
        let (_, batch) = decode(&row.bytes).map_err(|error| failed(error.to_string()))?;
        Ok(Some(batch))
    }

    fn make(&self, id: SubjectId, batch: &Batch, asked: Asked) -> Result<Known, Rejection> {
        let (head, _) = self
            .reader
            .tip()
            .map_err(|error| Rejection::new(Code::StateUnreadable, "", error.to_string()))?;
        let remainders = match asked {
            Asked::Lines => {
                let mut index = BatchIndex::new(id);
                self.each_chunk(batch, |chunk| Ok(index.push(chunk)?))?;
                return Ok(Known { index, source: Source::Attachment(batch.attachment) });
            }
            Asked::First => {
                let mut first = Remainders::default();
                self.each_chunk(batch, |chunk| {
                    let mut lines = lines_of_chunk(chunk)?.into_iter();
                    lines.try_for_each(|line| first.allocate(&AllocationLine::decode(line)?))
                })?;
                first
            }
            Asked::Remainders => {
                let held = HeldHere::new(&self.reader, &self.attachments, head);
                Remainders::of(&held, &id, batch, None)?
            }
        };
        let chunks = remainders.packed(&id)?.chunks;
        Ok(Known { index: BatchIndex::of(id, &chunks)?, source: Source::Chunks(chunks) })
    }

    fn each_chunk(
        &self,
        batch: &Batch,
        mut each: impl FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let source = Source::Attachment(batch.attachment);
        let manifest = self.attachments.manifest(&batch.attachment).ok().flatten();
        let chunks = manifest.ok_or_else(absent)?.chunks().len();
        (0..chunks).try_for_each(|number| each(&self.chunk(&source, number)?))
    }

    fn chunk(&self, source: &Source, number: usize) -> Result<Vec<u8>, Rejection> {
        match source {
            Source::Chunks(chunks) => chunks.get(number).cloned().ok_or_else(absent),
            Source::Attachment(id) => {
                self.attachments.chunk(id, number).ok().flatten().ok_or_else(absent)
            }
        }
    }
}

fn absent() -> Rejection {
    let detail = "this validator does not hold the batch yet; ask another one";
    Rejection::new(Code::AttachmentMissing, "", detail)
}
