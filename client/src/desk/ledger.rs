//! The ledger as the rules read it, over its HTTP interface (spec §14.1): what was read once is remembered for the run.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tamga_format::body::{Body, Submission};
use tamga_format::id::{AttachmentId, Height, RecordId, SubjectId, UnixMillis};
use tamga_format::lines::{BatchReader, lines_of_chunk};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::lines::{Holder, attachment_of, check};
use tamga_state::status::{Batch, Typed, decode};
use tamga_state::{
    BlockContext, Built, Code, Overlay, Private, Rejection, StatusRow, View, ViewError,
    execute_record, key_of,
};

use crate::client::Client;
use crate::error::CliError;
use crate::text;

/// Bytes that are remembered; beyond, all is forgotten and asked for again.
const REMEMBERED_BYTES_MAX: usize = 1 << 30;
/// Questions under way at once.
const QUESTIONS_MAX: usize = 8;

/// The chunks of one attachment.
pub type Chunks = Rc<Vec<Vec<u8>>>;

/// What was read so far.
#[derive(Default)]
struct Known {
    statuses: BTreeMap<Subject, Option<StatusRow>>,
    bodies: BTreeMap<RecordId, Option<Body>>,
    lines: BTreeMap<AttachmentId, Chunks>,
    /// Which batch an attachment holds; learned with the batch's status.
    batches: BTreeMap<AttachmentId, (SubjectId, Batch)>,
    bytes: usize,
}

impl Known {
    fn make_room(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > REMEMBERED_BYTES_MAX {
            self.statuses.clear();
            self.bodies.clear();
            self.lines.clear();
            self.bytes = bytes;
        }
    }
}

/// A node's newest state.
pub struct LedgerView<'c> {
    client: &'c Client,
    height: Height,
    time: UnixMillis,
    known: RefCell<Known>,
    /// Why the last read failed: the rules only hear that it did.
    fault: RefCell<Option<CliError>>,
}

impl<'c> LedgerView<'c> {
    /// The ledger of a node, as of its newest block.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn new(client: &'c Client) -> Result<Self, CliError> {
        let head = client.head()?;
        let time = text::parse_rfc3339(&head.time);
        Ok(Self {
            client,
            height: Height(head.height),
            time: time.ok_or_else(|| CliError::answer(client.url(), head.time))?,
            known: RefCell::default(),
            fault: RefCell::default(),
        })
    }

    /// The node.
    #[must_use]
    pub const fn client(&self) -> &'c Client {
        self.client
    }

    /// The newest block when the ledger was asked first: what a batch that is composed now is judged by (spec §24.6).
    #[must_use]
    pub const fn base(&self) -> Height {
        self.height
    }

    /// The status of a subject.
    ///
    /// # Errors
    /// When the node is not reachable, wants another token, or answers in another form.
    pub fn typed<T: Typed>(&self, subject: &Subject) -> Result<Option<T>, CliError> {
        let Some(row) = self.row(subject)? else { return Ok(None) };
        let (_, status) =
            decode(&row.bytes).map_err(|fault| self.bad(&format!("{subject}: {fault}")))?;
        Ok(Some(status))
    }

    fn bad(&self, detail: &str) -> CliError {
        CliError::answer(self.client.url(), detail)
    }

    fn row(&self, subject: &Subject) -> Result<Option<StatusRow>, CliError> {
        if let Some(known) = self.known.borrow().statuses.get(subject) {
            return Ok(known.clone());
        }
        let row = ask(self.client, subject)?;
        self.remember(*subject, row.clone());
        Ok(row)
    }

    fn remember(&self, subject: Subject, row: Option<StatusRow>) {
        let mut known = self.known.borrow_mut();
        if subject.role == Role::Batch
            && let Some((_, batch)) = row.as_ref().and_then(|row| decode::<Batch>(&row.bytes).ok())
        {
            known.batches.insert(batch.attachment, (subject.id, batch));
        }
        known.make_room(row.as_ref().map_or(0, |row| row.bytes.len()).saturating_add(128));
        known.statuses.insert(subject, row);
    }

    /// Reads the statuses of many subjects, some at a time.
    ///
    /// # Errors
    /// As [`LedgerView::typed`].
    pub fn prefetch(&self, subjects: impl IntoIterator<Item = Subject>) -> Result<(), CliError> {
        let wanted: BTreeSet<Subject> = {
            let known = self.known.borrow();
            subjects.into_iter().filter(|it| !known.statuses.contains_key(it)).collect()
        };
        let wanted: Vec<Subject> = wanted.into_iter().collect();
        let client = self.client;
        for (subject, row) in together(&wanted, |subject| ask(client, subject))? {
            self.remember(subject, row);
        }
        Ok(())
    }

    /// Reads the bodies of many records, some at a time.
    ///
    /// # Errors
    /// As [`LedgerView::typed`].
    pub fn prefetch_bodies(
        &self,
        records: impl IntoIterator<Item = RecordId>,
    ) -> Result<(), CliError> {
        let wanted: BTreeSet<RecordId> = {
            let known = self.known.borrow();
            records.into_iter().filter(|it| !known.bodies.contains_key(it)).collect()
        };
        let wanted: Vec<RecordId> = wanted.into_iter().collect();
        let client = self.client;
        for (record, body) in together(&wanted, |record| client.body(record))? {
            let mut known = self.known.borrow_mut();
            known.make_room(512);
            known.bodies.insert(record, body);
        }
        Ok(())
    }

    /// The body of a record; `None` if it was erased.
    ///
    /// # Errors
    /// As [`LedgerView::typed`].
    pub fn body_of(&self, record: &RecordId) -> Result<Option<Body>, CliError> {
        if let Some(known) = self.known.borrow().bodies.get(record) {
            return Ok(known.clone());
        }
        let body = self.client.body(record)?;
        let mut known = self.known.borrow_mut();
        known.make_room(512);
        known.bodies.insert(*record, body.clone());
        Ok(body)
    }

    /// The chunks of a batch of the ledger, checked against its root.
    ///
    /// # Errors
    /// As [`LedgerView::typed`]; also when the node does not hold the batch, or other lines.
    pub fn chunks_of(&self, id: &SubjectId, batch: &Batch) -> Result<Chunks, CliError> {
        if let Some(known) = self.known.borrow().lines.get(&batch.attachment) {
            return Ok(Rc::clone(known));
        }
        let name = Subject::new(Role::Batch, *id).to_text();
        let count = self.client.attachment(&batch.attachment)?.chunks;
        let mut reader = BatchReader::new(*id);
        let mut chunks = Vec::new();
        for number in 0..count {
            let chunk = self.client.batch_chunk(&name, number)?;
            reader.chunk(&chunk).map_err(|fault| self.bad(&format!("{name}: {fault}")))?;
            chunks.push(chunk);
        }
        let lines = reader.finish().map_err(|fault| self.bad(&format!("{name}: {fault}")))?;
        if lines != batch.lines {
            return Err(self.bad(&format!("{name}: other lines than the ledger commits to")));
        }
        let chunks = Rc::new(chunks);
        let mut known = self.known.borrow_mut();
        known.make_room(chunks.iter().map(Vec::len).sum());
        known.lines.insert(batch.attachment, Rc::clone(&chunks));
        Ok(chunks)
    }

    /// Each line of a batch of the ledger.
    ///
    /// # Errors
    /// As [`LedgerView::chunks_of`], or whatever `each` returns.
    pub fn each_line(
        &self,
        id: &SubjectId,
        batch: &Batch,
        mut each: impl FnMut(&[u8]) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        for chunk in self.chunks_of(id, batch)?.iter() {
            let lines = lines_of_chunk(chunk).map_err(|fault| self.bad(&fault.to_string()))?;
            lines.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// What a refusal is: the network's if a read failed, otherwise the rules'.
    #[must_use]
    pub fn refusal(&self, rejection: &Rejection) -> CliError {
        if let Some(fault) = self.fault.borrow_mut().take() {
            return fault;
        }
        let code = rejection.code.to_string();
        CliError::rejected(&code, &rejection.pointer, &rejection.detail)
    }

    /// Whether a read failed since the last time this was asked.
    #[must_use]
    pub fn take_fault(&self) -> Option<CliError> {
        self.fault.borrow_mut().take()
    }

    fn failed<T>(&self, answer: Result<T, CliError>) -> Result<T, ViewError> {
        answer.map_err(|error| {
            *self.fault.borrow_mut() = Some(error);
            ViewError::Store("the node did not answer as it should")
        })
    }
}

fn ask(client: &Client, subject: &Subject) -> Result<Option<StatusRow>, CliError> {
    let Some(view) = client.known_subject(&subject.to_text())? else { return Ok(None) };
    let Some(status) = view.status else { return Ok(None) };
    let bytes = text::parse_base64(&status)
        .ok_or_else(|| CliError::answer(client.url(), format!("the status of {subject}")))?;
    // No rule reads the nonce: it only salts the status's hash.
    Ok(Some(StatusRow { nonce: [0; 16], bytes: bytes.into() }))
}

/// Asks about many things, some at a time; the first failure ends it.
fn together<K: Copy + Send + Sync, V: Send>(
    wanted: &[K],
    ask: impl Fn(&K) -> Result<V, CliError> + Sync,
) -> Result<Vec<(K, V)>, CliError> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(wanted.len()));
    let failed = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..QUESTIONS_MAX.min(wanted.len()) {
            scope.spawn(|| {
                while let Some(key) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match ask(key) {
                        Ok(value) => {
                            found
                                .lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .push((*key, value));
                        }
                        Err(error) => {
                            next.store(wanted.len(), Ordering::Relaxed);
                            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

impl View for LedgerView<'_> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        self.failed(self.row(subject))
    }

    fn private(&self, _: &Subject) -> Result<Option<Private>, ViewError> {
        Ok(None)
    }

    fn entries(&self, _: &Subject, _: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        Ok(Vec::new())
    }

    fn seen(&self, _: &RecordId) -> Result<bool, ViewError> {
        Ok(false)
    }

    fn entry(&self, _: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        Ok(None)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        if height == self.height {
            return Ok(Some(built(self.time)));
        }
        let found = self.failed(self.client.block(height.get()))?;
        Ok(found.and_then(|block| text::parse_rfc3339(&block.time)).map(built))
    }
}

/// A block of which only the time is asked: nothing is drawn here.
const fn built(time: UnixMillis) -> Built {
    Built { organisation: SubjectId([0; 32]), output: [0; 64], time }
}

/// A block that is tried over the ledger: the rules and the validators' check of lines, without effect.
pub struct Trial<'l, 'c> {
    ledger: &'l LedgerView<'c>,
    overlay: Overlay<'l, LedgerView<'c>>,
    brought: BTreeMap<AttachmentId, Chunks>,
    block: BlockContext,
}

impl<'l, 'c> Trial<'l, 'c> {
    /// A trial of records written now.
    #[must_use]
    pub fn new(ledger: &'l LedgerView<'c>, origin: &str, now: UnixMillis) -> Self {
        let block = BlockContext {
            origin: origin.to_owned(),
            height: Height(ledger.height.get().saturating_add(1)),
            time: ledger.time.max(now),
            organisations: [].into(),
        };
        let overlay = Overlay::new(ledger);
        Self { ledger, overlay, brought: BTreeMap::new(), block }
    }

    /// Judges a record, with the lines that it brings; if it is lawful, what follows is judged after it.
    ///
    /// # Errors
    /// The first rule that is broken; what failed of the node, [`LedgerView::refusal`] tells.
    pub fn judge(
        &mut self,
        submission: &Submission,
        chunks: Option<Chunks>,
    ) -> Result<(), Rejection> {
        let signed: &SignedRecord = submission.record();
        if let (Some(id), Some(chunks)) = (attachment_of(signed.record()), chunks) {
            self.brought.insert(id, chunks);
        }
        if key_of(&self.overlay, &signed.record().key_id)?.is_none() {
            let key = signed.record().key_id.to_string();
            return Err(Rejection::new(Code::UnknownKey, "/protected/kid", key));
        }
        check(self, signed.record())?;
        execute_record(&mut self.overlay, &self.block, signed, submission.body()).map(drop)
    }

    /// The status of a subject after what was judged.
    ///
    /// # Errors
    /// As [`LedgerView::typed`].
    pub fn typed<T: Typed>(&self, subject: &Subject) -> Result<Option<T>, CliError> {
        match self.overlay.changes().statuses.get(subject) {
            Some(row) => decode(&row.bytes)
                .map(|(_, status)| Some(status))
                .map_err(|fault| CliError::bug(&fault.to_string())),
            None => self.ledger.typed(subject),
        }
    }
}

impl<'l, 'c> Holder for Trial<'l, 'c> {
    type View = Overlay<'l, LedgerView<'c>>;

    fn view(&self) -> &Self::View {
        &self.overlay
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        self.ledger.failed(self.ledger.body_of(record))
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        _: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let brought = self.brought.get(attachment).map(Rc::clone);
        let chunks = match brought {
            Some(chunks) => chunks,
            None => {
                let known = self.ledger.known.borrow().batches.get(attachment).cloned();
                let (id, batch) = known.ok_or_else(|| {
                    let detail = format!("attachment {attachment} is no batch that was asked for");
                    Rejection::new(Code::AttachmentMissing, "/fields/attachment", detail)
                })?;
                self.ledger.failed(self.ledger.chunks_of(&id, &batch))?
            }
        };
        chunks.iter().try_for_each(|chunk| each(chunk))
    }
}
