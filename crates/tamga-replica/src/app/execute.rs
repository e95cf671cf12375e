//! Execution before the vote: building a block and judging one (spec §18.2).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tamga_format::beacon::{self, Ext};
use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::Body;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::held::HeldStatement;
use tamga_format::id::{
    AttachmentId, Height, KeyId, LeafHash, LeafIndex, MapKey, MapValue, RecordId, TreeSize,
    UnixMillis, ValueId, sha256,
};
use tamga_format::merkle;
use tamga_format::record::SignedRecord;
use tamga_format::signature::{PublicKey, verify_batch};
use tamga_format::subject::Subject;
use tamga_state::enforcement::assignment::is_commitment;
use tamga_state::royalty::lines::attachment_of;
use tamga_state::{
    BlockContext, Built, Changes, Code, Overlay, Private, Rejection, StatusRow, Told, View,
    ViewError, execute_record, key_of,
};

use super::admit::check_body;
use super::{App, BlockError, Builder, Fresh, Head, after};
use crate::block::{Block, Item};
use crate::held::is_held;
use crate::layout::{self, HeadRow, HistoryRow, IdRow, PrivateRow, Table};
use crate::limits::{
    BLOCK_ATTACHMENTS_MAX, BLOCK_BYTES_MAX, BLOCK_COST_MAX, BLOCK_OVERHEAD_BYTES,
    BLOCK_RECORDS_MAX, TIME_AHEAD_MAX_MS, TIME_BEHIND_MAX_MS,
};
use crate::log::Log;
use crate::map::Map;
use crate::mempool::{Mempool, Pending};
use crate::reigns::Reign;
use crate::store::{CommitBatch, Store, StoreError};
use crate::subjects::SubjectState;
use crate::view::StoreView;

/// An executed block: everything that commit will write and become.
pub(super) struct Executed {
    pub(super) block: Block,
    pub(super) head: Head,
    pub(super) first: TreeSize,
    pub(super) log: Log,
    pub(super) map: Map,
    pub(super) subjects: Vec<(Subject, MapKey, Arc<SubjectState>)>,
    pub(super) privates: BTreeMap<Subject, Option<Private>>,
    pub(super) records: Vec<(RecordId, LeafIndex, Vec<Subject>)>,
    /// Whether one of the records commits to the candidates of a draw.
    pub(super) commits_to_draw: bool,
    /// The records that bring an attachment.
    pub(super) bringing: Vec<(RecordId, AttachmentId)>,
    /// The reign of the policy that one of the records enters.
    pub(super) reign: Option<Reign>,
    pub(super) batch: CommitBatch,
}

impl<S: Store> App<S> {
    /// Builds the next block from the pool and keeps its execution; asked again for the same
    /// height and round, returns the same block. Records that fail now leave the pool.
    ///
    /// The block holds at most `cost_max` cost units, and at least one record if there is one: how
    /// much the others can execute in time is the builder's own judgement, below the limit of all.
    ///
    /// # Errors
    ///
    /// [`BlockError::Height`] unless `height` follows the head; [`BlockError::Builder`] if the
    /// builder isn't a validator; [`BlockError::Store`].
    pub fn propose(
        &mut self,
        height: Height,
        round: u32,
        builder: &Builder,
        now: UnixMillis,
        cost_max: u64,
    ) -> Result<Block, BlockError> {
        self.intact()?;
        self.check_height(height)?;
        if let Some(value) = self.undecided.proposals.get(&(height, round)) {
            let executed = self.undecided.get(value);
            // A second block for one round would be equivocation.
            let forgotten = BlockError::Builder("this round's block is no longer in memory");
            return executed.map(|executed| executed.block.clone()).ok_or(forgotten);
        }
        let alpha = beacon::alpha(&self.ledger.origin, height);
        let proof = builder.beacon.prove(&alpha);
        let ext = Ext { builder: builder.validator, round, proof };
        let output = self.check_builder(&ext, height)?;

        self.clock = now;
        let time = now.max(after(self.head.time));
        let context = self.context(height, time);
        let store = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        let view = BlockView { base: &store, pool: &self.pool };
        let mut run = Run::new(&view);
        let mut taken: Vec<Arc<Pending>> = Vec::new();
        let mut failed = Vec::new();
        let mut room = Room::new();
        let mut held = Vec::new();
        // What comes after a record that can't be proposed yet, about one of its subjects, waits with it.
        let mut waiting: BTreeSet<Subject> = BTreeSet::new();
        for pending in self.pool.iter() {
            let enough = room.records > 0 && room.cost.saturating_add(pending.cost()) > cost_max;
            if enough || room.exceeded_by(pending).is_some() {
                break;
            }
            let id = pending.record().id();
            let statements = if pending.brings() { self.quorum(&id) } else { Some(Vec::new()) };
            let subjects = || pending.record().record().all_subjects();
            let (Some(statements), false) =
                (statements, !waiting.is_empty() && subjects().any(|it| waiting.contains(&it)))
            else {
                waiting.extend(subjects());
                continue;
            };
            match run.execute(&context, pending) {
                Ok(()) => {
                    room.take(pending);
                    taken.push(Arc::clone(pending));
                    held.extend(statements);
                }
                Err(rejection) if rejection.is_fault() => {
                    return Err(store.fault_or_corrupted().into());
                }
                Err(rejection) => failed.push((pending.record().id(), rejection)),
            }
        }
        let items = taken.iter().map(|pending| pending.item()).collect();
        let outcome = run.finish();
        let mut executed = self.seal(&store, &context, &taken, items, outcome, ext, &output)?;
        executed.block.held = held.into();
        let block = executed.block.clone();
        self.pool.drop_records(failed);
        self.undecided.proposals.insert((height, round), block.value);
        self.undecided.keep(executed);
        Ok(block)
    }

    /// Executes a block on the head without any durable effect and keeps the result under its
    /// value: what every validator does before it votes.
    ///
    /// # Errors
    ///
    /// [`BlockError`] says what is wrong with the block; [`BlockError::Store`] stops the process.
    pub fn validate(&mut self, block: Block, fresh: Option<Fresh>) -> Result<ValueId, BlockError> {
        self.intact()?;
        let (height, time) = (block.height(), block.time());
        self.check_height(height)?;
        let ext = block.leaf.ext.clone().ok_or(BlockError::Builder("the block has no builder"))?;
        if let Some(fresh) = fresh {
            self.clock = fresh.now;
            check_fresh(&fresh, time, &ext)?;
        }
        if let Some(executed) = self.undecided.get(&block.value) {
            if fresh.is_some() {
                self.check_held(&executed.bringing, &block.held)?;
            }
            // A value commits to all of its block, so other content only claims to have it.
            let known = &executed.block;
            let same = known.leaf == block.leaf && known.items == block.items;
            return if same { Ok(block.value) } else { Err(BlockError::Mismatch("value")) };
        }
        if time <= self.head.time {
            return Err(BlockError::Time(time));
        }
        if block.leaf.prev != self.head.value {
            return Err(BlockError::Mismatch("previous value"));
        }
        let output = self.check_builder(&ext, height)?;
        let records = self.prepare(&block)?;
        if fresh.is_some() {
            let bringing = bringing(records.iter().map(|(pending, _)| pending));
            self.check_held(&bringing, &block.held)?;
        }

        let context = self.context(height, time);
        let store = StoreView::cached(&self.store, &self.reigns, &self.map, &self.cache);
        let view = BlockView { base: &store, pool: &self.pool };
        let mut run = Run::new(&view);
        let mut signatures = Signatures::default();
        for (position, (pending, trusted)) in records.iter().enumerate() {
            let id = pending.record().id();
            let judged = signatures
                .require(run.view(), pending.record(), *trusted, position)
                .and_then(|()| run.execute(&context, pending));
            match judged {
                Ok(()) => {}
                Err(rejection) if rejection.is_fault() => {
                    return Err(store.fault_or_corrupted().into());
                }
                Err(rejection) => return Err(BlockError::Rejected { position, id, rejection }),
            }
        }
        let outcome = run.finish();
        let verified = signatures.check(&block.value)?;
        let records: Vec<Arc<Pending>> = records.into_iter().map(|(pending, _)| pending).collect();
        let items = Arc::clone(&block.items);
        let mut executed = self.seal(&store, &context, &records, items, outcome, ext, &output)?;
        executed.block.held = Arc::clone(&block.held);
        if executed.block.leaf != block.leaf {
            return Err(BlockError::Mismatch("block leaf"));
        }
        if executed.block.value != block.value {
            return Err(BlockError::Mismatch("value"));
        }
        for leaf in verified {
            self.verified.insert(leaf);
        }
        self.undecided.keep(executed);
        Ok(block.value)
    }

    /// Checks that a quorum holds and checked each attachment; the certificate of a decided block says so too.
    fn check_held(
        &self,
        bringing: &[(RecordId, AttachmentId)],
        statements: &[HeldStatement],
    ) -> Result<(), BlockError> {
        let (genesis, validators) = (&self.ledger.genesis, &self.reign.validators);
        match bringing.iter().find(|(id, _)| !is_held(genesis, validators, id, statements)) {
            None => Ok(()),
            Some((id, _)) => Err(BlockError::NotHeld(*id)),
        }
    }

    fn check_height(&self, found: Height) -> Result<(), BlockError> {
        let expected = self.head.height.next();
        if found == expected { Ok(()) } else { Err(BlockError::Height { expected, found }) }
    }

    /// Checks that the builder is a validator and its proof holds; returns the beacon's output.
    fn check_builder(&self, ext: &Ext, height: Height) -> Result<[u8; 64], BlockError> {
        let validator = self.reign.validators.get(&ext.builder);
        let validator = validator.ok_or(BlockError::Builder("the builder is not a validator"))?;
        let alpha = beacon::alpha(&self.ledger.origin, height);
        validator
            .beacon
            .verify(&alpha, &ext.proof)
            .map_err(|_| BlockError::Builder("the beacon proof does not hold"))
    }

    /// Decodes the block's records within the limits of blocks. Those of the pool need no second
    /// decoding and no second check of their signature, which the flag says.
    fn prepare(&self, block: &Block) -> Result<Vec<(Arc<Pending>, bool)>, BlockError> {
        let mut room = Room::new();
        let mut records = Vec::with_capacity(block.items.len().min(BLOCK_RECORDS_MAX));
        for (position, item) in block.items.iter().enumerate() {
            let leaf = LeafHash(merkle::leaf_hash(&item.entry));
            let pooled = self.pool.by_leaf(&leaf);
            let pooled = pooled.filter(|known| known.body_bytes() == item.body.as_deref());
            let (pending, trusted) = match pooled {
                Some(pending) => (Arc::clone(pending), true),
                None => {
                    let pending =
                        decode(item).map_err(|error| BlockError::Record { position, error })?;
                    (Arc::new(pending), self.verified.contains(&leaf))
                }
            };
            if let Some(error) = room.exceeded_by(&pending) {
                return Err(error);
            }
            room.take(&pending);
            records.push((pending, trusted));
        }
        Ok(records)
    }

    /// Computes everything that a run of records leads to: log, subjects, map, leaf and value.
    #[expect(clippy::too_many_arguments, reason = "each is another part of one block")]
    fn seal(
        &self,
        view: &StoreView<'_, S>,
        context: &BlockContext,
        records: &[Arc<Pending>],
        items: Arc<[Item]>,
        outcome: Outcome,
        ext: Ext,
        output: &[u8; 64],
    ) -> Result<Executed, StoreError> {
        let Outcome { mut changes, trace } = outcome;
        let commits_to_draw = records.iter().any(|it| is_commitment(it.record().record()));
        let first = self.head.size;
        let mut log = self.log.clone();
        // Room for a dozen rows and as many small statuses per record spares most of the copying.
        let bytes: usize = records.iter().map(|pending| 1_500 + pending.bytes()).sum();
        let mut batch = CommitBatch::with_capacity(12 * records.len(), bytes);
        for (index, pending) in (first.get()..).zip(records) {
            let record = pending.record();
            let key = layout::index_key(LeafIndex(index));
            batch.put(Table::Entries, &key, record.entry());
            if let Some(body) = pending.body_bytes() {
                batch.put(Table::Bodies, &key, body);
            }
            let row = IdRow::V1 { index, height: context.height.get() };
            batch.put(Table::Ids, record.id().as_bytes(), &layout::encode(&row));
            log.push(record.leaf_hash().as_bytes());
        }

        let touched = std::mem::take(&mut changes.touched);
        let subjects = self.write_subjects(view, first, &touched, &mut changes, &mut batch)?;
        for (record, subject, told) in trace {
            let key = layout::trace_key(&record, &subject.map_key());
            batch.put(Table::PrivateTrace, &key, &told.encode());
        }
        let values: Vec<(MapKey, MapValue)> =
            subjects.iter().map(|(_, key, state)| (*key, state.map_value())).collect();
        let map = self.map.updated(&values);

        let index = log.size();
        let leaf = BlockLeaf {
            height: context.height,
            size: index.next(),
            time: context.time,
            prev: self.head.value,
            map_root: map.root(),
            policy: self.reign.hash,
            rules: self.ledger.rules,
            ext: Some(ext),
        };
        let leaf_bytes = leaf.encode();
        batch.put(Table::Entries, &layout::index_key(LeafIndex(index.get())), &leaf_bytes);
        log.push(&merkle::leaf_hash(&leaf_bytes));
        log.write(&mut batch);

        let (size, root) = (log.size(), log.root());
        let value = Checkpoint { origin: self.ledger.origin.clone(), size, root }.value_id();
        let head = Head {
            height: context.height,
            size,
            root,
            value,
            time: context.time,
            map_root: leaf.map_root,
            beacon: beacon::next_beacon(&self.head.beacon, output),
        };
        let row = HeadRow::V1 {
            height: head.height.get(),
            size: size.get(),
            root: root.0,
            frontier: log.frontier().to_vec(),
        };
        batch.put(Table::Meta, layout::meta::HEAD, &layout::encode(&row));
        let pendings = records;
        let records = (first.get()..)
            .zip(touched)
            .map(|(index, (id, _, subjects))| (id, LeafIndex(index), subjects))
            .collect();
        let block = Block { value, leaf, items, held: Arc::new([]) };
        let privates = changes.privates;
        let bringing = bringing(pendings.iter());
        let entered = pendings.iter().map(|pending| pending.record().record());
        let reign = Reign::entered(context.height, entered);
        Ok(Executed {
            block,
            head,
            first,
            log,
            map,
            subjects,
            privates,
            records,
            commits_to_draw,
            bringing,
            reign,
            batch,
        })
    }

    /// Appends the records to their subjects' trees, sets the new statuses and writes the rows;
    /// returns the subjects that changed, in the order of the map.
    fn write_subjects(
        &self,
        view: &StoreView<'_, S>,
        first: TreeSize,
        touched: &[(RecordId, LeafHash, Vec<Subject>)],
        changes: &mut Changes,
        batch: &mut CommitBatch,
    ) -> Result<Vec<(Subject, MapKey, Arc<SubjectState>)>, StoreError> {
        let mut states: BTreeMap<Subject, (MapKey, SubjectState)> = BTreeMap::new();
        let open = |subject: Subject, status: Option<StatusRow>| {
            let (key, old) = view.subject(&subject)?;
            let old = old.unwrap_or_default();
            let status = status.or_else(|| old.status.clone());
            Ok::<_, StoreError>((key, old.with_status(status)))
        };
        for (index, (_, leaf, subjects)) in (first.get()..).zip(touched) {
            for subject in subjects {
                let (key, state) = match states.entry(*subject) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(slot) => {
                        let status = changes.statuses.remove(subject);
                        slot.insert(open(*subject, status)?)
                    }
                };
                let row = HistoryRow::V1 { index, leaf: leaf.0 };
                let line = layout::history_key(key, state.records());
                batch.put(Table::History, &line, &layout::encode(&row));
                state.push(LeafIndex(index), *leaf);
            }
        }
        for (subject, status) in std::mem::take(&mut changes.statuses) {
            states.insert(subject, open(subject, Some(status))?);
        }
        for (subject, private) in &changes.privates {
            let key = subject.map_key();
            match private {
                Some(Private { salt, bytes }) => {
                    let row = PrivateRow::V1 { salt: *salt, bytes: bytes.clone() };
                    batch.put(Table::Private, key.as_bytes(), &layout::encode(&row));
                }
                None => batch.delete(Table::Private, key.as_bytes()),
            }
        }
        let mut rows: Vec<(Subject, MapKey, Arc<SubjectState>)> = states
            .into_iter()
            .map(|(subject, (key, state))| (subject, key, Arc::new(state)))
            .collect();
        rows.sort_unstable_by_key(|(_, key, _)| *key);
        for (_, key, state) in &rows {
            batch.put(Table::Subjects, key.as_bytes(), &state.encode());
        }
        Ok(rows)
    }
}

fn check_fresh(fresh: &Fresh, time: UnixMillis, ext: &Ext) -> Result<(), BlockError> {
    if ext.builder != fresh.proposer {
        return Err(BlockError::Builder("the builder is not the round's proposer"));
    }
    if ext.round != fresh.round {
        return Err(BlockError::Builder("the block was built for another round"));
    }
    let ahead = time.get().saturating_sub(fresh.now.get());
    if !(-TIME_BEHIND_MAX_MS..=TIME_AHEAD_MAX_MS).contains(&ahead) {
        return Err(BlockError::Time(time));
    }
    Ok(())
}

/// The records that bring an attachment.
fn bringing<'p>(records: impl Iterator<Item = &'p Arc<Pending>>) -> Vec<(RecordId, AttachmentId)> {
    let brought =
        |it: &Arc<Pending>| Some((it.record().id(), attachment_of(it.record().record())?));
    records.filter_map(brought).collect()
}

fn decode(item: &Item) -> Result<Pending, FormatError> {
    let record = SignedRecord::decode(&item.entry)?;
    let body = item.body.as_deref().map(Body::decode).transpose()?;
    check_body(record.record().body, body.as_ref())?;
    Ok(Pending::unverified(record, body))
}

/// What is left of a block's limits.
struct Room {
    records: usize,
    bytes: usize,
    cost: u64,
    attachments: usize,
}

impl Room {
    fn new() -> Self {
        Self { records: 0, bytes: BLOCK_OVERHEAD_BYTES, cost: 0, attachments: 0 }
    }

    fn take(&mut self, pending: &Pending) {
        self.records += 1;
        self.bytes += pending.encoded_bytes();
        self.cost = self.cost.saturating_add(pending.cost());
        self.attachments += usize::from(pending.brings());
    }

    /// The limit that one more record would break.
    fn exceeded_by(&self, pending: &Pending) -> Option<BlockError> {
        let limits = [
            ("records", self.records as u64 + 1, BLOCK_RECORDS_MAX as u64),
            ("bytes", (self.bytes + pending.encoded_bytes()) as u64, BLOCK_BYTES_MAX as u64),
            ("cost units", self.cost.saturating_add(pending.cost()), BLOCK_COST_MAX),
            (
                "attachments",
                (self.attachments + usize::from(pending.brings())) as u64,
                BLOCK_ATTACHMENTS_MAX as u64,
            ),
        ];
        let broken = limits.into_iter().find(|(_, found, limit)| found > limit);
        broken.map(|(what, found, limit)| BlockError::Limit { what, found, limit })
    }
}

/// The head as a block sees it: a record of the pool is known not to be in the log.
struct BlockView<'a, V: View> {
    base: &'a V,
    pool: &'a Mempool,
}

impl<V: View> View for BlockView<'_, V> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        self.base.status(subject)
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        self.base.private(subject)
    }

    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        self.base.entries(subject, max)
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        Ok(!self.pool.contains(id) && self.base.seen(id)?)
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.base.entry(id)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        self.base.block(height)
    }
}

/// A run of records on a view.
struct Run<'v, V: View> {
    overlay: Overlay<'v, V>,
    trace: Trace,
}

/// What each record decided in private.
type Trace = Vec<(RecordId, Subject, Told)>;

/// What a run changes.
struct Outcome {
    changes: Changes,
    trace: Trace,
}

impl<'v, V: View> Run<'v, V> {
    fn new(view: &'v V) -> Self {
        Self { overlay: Overlay::new(view), trace: Vec::new() }
    }

    fn view(&self) -> &Overlay<'v, V> {
        &self.overlay
    }

    fn execute(&mut self, context: &BlockContext, pending: &Pending) -> Result<(), Rejection> {
        let record = pending.record();
        let told = execute_record(&mut self.overlay, context, record, pending.body())?;
        let told = told.into_iter().map(|(subject, told)| (record.id(), subject, told));
        self.trace.extend(told);
        Ok(())
    }

    fn finish(self) -> Outcome {
        Outcome { changes: self.overlay.into_changes(), trace: self.trace }
    }
}

/// The signatures of a block that are still to be checked, all together at its end.
#[derive(Default)]
struct Signatures {
    keys: BTreeMap<KeyId, PublicKey>,
    items: Vec<(usize, LeafHash, PublicKey, Vec<u8>, tamga_format::signature::Signature)>,
}

impl Signatures {
    /// Notes a record's signature for the check, unless it is known to hold; its key must be
    /// registered before the record, in an earlier block or earlier in this one.
    fn require<V: View>(
        &mut self,
        view: &V,
        record: &SignedRecord,
        trusted: bool,
        position: usize,
    ) -> Result<(), Rejection> {
        if trusted {
            return Ok(());
        }
        let id = record.record().key_id;
        let key = match self.keys.get(&id) {
            Some(key) => *key,
            None => {
                let key = key_of(view, &id)?.map(|status| status.public);
                let key = key.filter(|key| key.key_id() == id).ok_or_else(|| {
                    Rejection::new(Code::UnknownKey, "/kid", format!("no key {id} is registered"))
                })?;
                self.keys.insert(id, key);
                key
            }
        };
        let signed = record.signed_bytes();
        self.items.push((position, record.leaf_hash(), key, signed, *record.signature()));
        Ok(())
    }

    /// Checks all of them and returns the leaf hashes of their entries.
    ///
    /// The batch's randomness is a hash of everything in it, signatures included, so a forger
    /// would have to choose a batch that its own hash makes pass.
    fn check(self, value: &ValueId) -> Result<Vec<LeafHash>, BlockError> {
        let mut parts: Vec<&[u8]> = vec![value.as_bytes()];
        parts.extend(self.items.iter().map(|(_, leaf, ..)| leaf.as_bytes().as_slice()));
        let random = sha256(&parts);
        let items: Vec<_> = self
            .items
            .iter()
            .map(|(_, _, key, signed, sig)| (*key, signed.as_slice(), *sig))
            .collect();
        let holds = verify_batch(&items, random);
        match holds.iter().position(|holds| !holds) {
            Some(at) => Err(BlockError::Record {
                position: self.items[at].0,
                error: FormatError::new(FormatCode::SignatureInvalid, 0),
            }),
            None => Ok(self.items.iter().map(|(_, leaf, ..)| *leaf).collect()),
        }
    }
}
