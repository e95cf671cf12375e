//! The read side of a store: records, receipts, proofs, tiles, histories (spec §19.4).
//!
//! A reader is cheap to clone, blocks while it reads, and never sees half of a block. What it
//! answers about the log is as of the head row it reads first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::body::Body;
use tamga_format::certificate::Certificate;
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{
    Height, LeafHash, LeafIndex, RecordId, TreeRoot, TreeSize, UnixMillis, ValueId, sha256,
};
use tamga_format::limits::SUBJECTS_MAX;
use tamga_format::merkle;
use tamga_format::note::Note;
use tamga_format::receipt::{Previous, Receipt};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_format::tile::{BundleCoord, TileCoord, encode_bundle};
use tamga_format::tlog_proof::TlogProof;
use tamga_state::dossier::Event;
use tamga_state::law::parameters::Name;
use tamga_state::law::{Law, calendar};
use tamga_state::royalty::delay::RoyaltyEvent;
use tamga_state::status::{Accreditation, Parameter, Sphere};
use tamga_state::told::push_row;
use tamga_state::{StatusRow, key_of};

use crate::block::{Block, Item};
use crate::layout::{self, BlockRow, HeadRow, HistoryRow, IdRow, Table, meta};
use crate::limits::{
    BLOCK_CACHE_MAX, BLOCK_RECORDS_MAX, CASE_ENTRIES_MAX, HISTORY_PAGE_MAX,
    ORGANISATION_ENTRIES_MAX,
};
use crate::log::{TileCache, TileSource};
use crate::reigns::Reigns;
use crate::store::{Store, StoreError};
use crate::view::StoreView;

mod as_of;
mod assignment;
mod policies;
mod subject;

pub use as_of::AsOf;
pub use subject::{Asked, Mapped, Placed, Unplaced};

/// The read side of one store; clones share what they remember.
#[derive(Clone, Debug)]
pub struct Reader<S: Store> {
    store: S,
    origin: Arc<str>,
    genesis_time: UnixMillis,
    reigns: Reigns,
    tiles: Arc<TileCache>,
    shares: Arc<Mutex<BTreeMap<Height, Arc<Share>>>>,
}

/// What the receipts of one block have in common, once its own checkpoint is final: it never
/// changes from then on.
#[derive(Debug)]
struct Share {
    leaf: BlockLeaf,
    previous: Previous,
    block_path: Vec<[u8; 32]>,
    size: TreeSize,
    checkpoint: Note,
}

/// A record in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub id: RecordId,
    /// Its index in the log.
    pub index: LeafIndex,
    /// Height of its block.
    pub height: Height,
    /// Time of its block.
    pub time: UnixMillis,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// The body's bytes, where it has one and it is kept.
    pub body: Option<Vec<u8>>,
}

/// A committed block without its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Its height.
    pub height: Height,
    /// Its time; the genesis time at height 0.
    pub time: UnixMillis,
    /// Leaves in the log before it.
    pub first: TreeSize,
    /// Leaves in the log after it.
    pub size: TreeSize,
    /// SHA-256 of its checkpoint body.
    pub value: ValueId,
    /// Its checkpoint.
    pub checkpoint: Checkpoint,
    /// The leaf that closes it; the genesis has none.
    pub leaf: Option<BlockLeaf>,
    /// Beacon after it.
    pub beacon: [u8; 32],
    /// Round in which consensus decided.
    pub round: u32,
}

/// One line of a subject's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// Position within the subject, from 0.
    pub position: u64,
    /// Index in the log.
    pub index: LeafIndex,
    /// Leaf hash of the entry.
    pub leaf: LeafHash,
}

/// A subject as of the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectState {
    /// Records about it.
    pub records: u64,
    /// Its status, where it has one.
    pub status: Option<StatusRow>,
}

impl<S: Store> Reader<S> {
    pub(crate) fn new(store: S, origin: &str, genesis_time: UnixMillis, reigns: Reigns) -> Self {
        let (tiles, shares) = (Arc::default(), Arc::default());
        Self { store, origin: origin.into(), genesis_time, reigns, tiles, shares }
    }

    fn view(&self) -> StoreView<'_, S> {
        StoreView::plain(&self.store, &self.reigns)
    }

    /// Name of the ledger.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Which policy rules which height.
    pub fn reigns(&self) -> &Reigns {
        &self.reigns
    }

    /// Height of the last block, and leaves in the log.
    ///
    /// # Errors
    ///
    /// [`StoreError`], here and below: the process stops.
    pub fn tip(&self) -> Result<(Height, TreeSize), StoreError> {
        let row = self.must_get(Table::Meta, meta::HEAD)?;
        let HeadRow::V1 { height, size, .. } = layout::decode(Table::Meta, &row)?;
        Ok((Height(height), TreeSize(size)))
    }

    /// Where a record stands: its index and the height of its block.
    pub fn place(&self, id: &RecordId) -> Result<Option<(LeafIndex, Height)>, StoreError> {
        let row = self.view().place(id)?;
        Ok(row.map(|IdRow::V1 { index, height }| (LeafIndex(index), Height(height))))
    }

    /// A record of the log.
    pub fn record(&self, id: &RecordId) -> Result<Option<Recorded>, StoreError> {
        let Some((index, height)) = self.place(id)? else { return Ok(None) };
        let key = layout::index_key(index);
        let block = self.must_have_block(height)?;
        Ok(Some(Recorded {
            id: *id,
            index,
            height,
            time: block.time,
            entry: self.must_get(Table::Entries, &key)?,
            body: self.store.get(Table::Bodies, &key)?,
        }))
    }

    /// The data of a leaf: an entry, a block leaf, or the genesis leaf.
    pub fn leaf(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(Table::Entries, &layout::index_key(index))
    }

    /// The receipt of a record, with no field of its body opened: inclusion in the checkpoint of
    /// its own block or, where that never became final here, the next one that did. `None` if the
    /// record isn't in the log or no such checkpoint is final yet.
    pub fn receipt(&self, id: &RecordId) -> Result<Option<Receipt>, StoreError> {
        let Some((index, height)) = self.place(id)? else { return Ok(None) };
        let Some(share) = self.share(height)? else { return Ok(None) };
        self.receipt_of(index, &share).map(Some)
    }

    /// The receipt of the record at an index, with the share of its block.
    fn receipt_of(&self, index: LeafIndex, share: &Share) -> Result<Receipt, StoreError> {
        let entry = self.must_get(Table::Entries, &layout::index_key(index))?;
        let damaged = || StoreError::Corrupted(format!("entry {index} is damaged"));
        let record = SignedRecord::decode(&entry).map_err(|_| damaged())?;
        let view = self.view();
        let key = key_of(&view, &record.record().key_id).map_err(|_| view.fault_or_corrupted())?;
        let key = key.ok_or_else(damaged)?.public;
        let path = self.path(index.get(), share.size)?;
        let whole = share.block_path.clone();
        let block_path = Receipt::block_path(index, &share.leaf, share.size, whole);
        Ok(Receipt {
            record,
            key,
            body: Vec::new(),
            block: share.leaf.clone(),
            previous: share.previous,
            block_path,
            proof: TlogProof { index, path, checkpoint: share.checkpoint.clone() },
        })
    }

    /// What the receipts of a block share; `None` while no checkpoint that covers it is final.
    fn share(&self, height: Height) -> Result<Option<Arc<Share>>, StoreError> {
        // Every change of the map leaves it whole, so a panic elsewhere spoils nothing.
        let shares = || self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares().get(&height) {
            return Ok(Some(Arc::clone(share)));
        }
        let Some((final_in, checkpoint)) = self.note_from(height)? else { return Ok(None) };
        let share = Arc::new(self.share_in(height, final_in, checkpoint)?);
        // A block may still get a checkpoint of its own after a later one covered it.
        if final_in == height {
            let mut shares = shares();
            shares.insert(height, Arc::clone(&share));
            if shares.len() > BLOCK_CACHE_MAX {
                shares.pop_first();
            }
        }
        Ok(Some(share))
    }

    /// The same in the checkpoint of a later block.
    fn share_in(
        &self,
        height: Height,
        final_in: Height,
        checkpoint: Note,
    ) -> Result<Share, StoreError> {
        let damaged = || StoreError::Corrupted(format!("the row of block {height} is damaged"));
        let own = self.must_have_block(height)?;
        let size = self.must_have_block(final_in)?.size;
        let before = Height(height.get().checked_sub(1).ok_or_else(damaged)?);
        let before = self.must_have_block(before)?.checkpoint;
        let last = own.size.get().checked_sub(1).ok_or_else(damaged)?;
        Ok(Share {
            leaf: own.leaf.ok_or_else(damaged)?,
            previous: Previous { size: before.size, root: before.root },
            block_path: self.path(last, size)?,
            size,
            checkpoint,
        })
    }

    /// The proof of a leaf in the checkpoint of its own block or the next final one; `None`
    /// beyond the log or until there is one.
    pub fn tlog_proof(&self, index: LeafIndex) -> Result<Option<TlogProof>, StoreError> {
        let Some(block) = self.block_of(index)? else { return Ok(None) };
        let Some((final_in, checkpoint)) = self.note_from(block.height)? else { return Ok(None) };
        let size = self.must_have_block(final_in)?.size;
        let path = self.path(index.get(), size)?;
        Ok(Some(TlogProof { index, path, checkpoint }))
    }

    /// The proof that a leaf is in the log of `size` leaves; `None` if it isn't, or beyond the
    /// log.
    pub fn inclusion(
        &self,
        index: LeafIndex,
        size: TreeSize,
    ) -> Result<Option<Vec<[u8; 32]>>, StoreError> {
        if index.get() >= size.get() || size > self.tip()?.1 {
            return Ok(None);
        }
        self.path(index.get(), size).map(Some)
    }

    /// The proof that the log of `to` leaves extends that of `from`; `None` unless
    /// 0 < `from` ≤ `to` and `to` leaves exist.
    pub fn consistency(
        &self,
        from: TreeSize,
        to: TreeSize,
    ) -> Result<Option<Vec<[u8; 32]>>, StoreError> {
        if from.get() == 0 || from > to || to > self.tip()?.1 {
            return Ok(None);
        }
        let source = TileSource::cached(&self.store, &self.tiles);
        let path = merkle::consistency_path(&source, from.get(), to.get());
        source.fault()?;
        path.map(Some).ok_or_else(|| StoreError::Corrupted("a tile is absent".to_owned()))
    }

    /// The hashes of a tile, of any width up to the current; `None` beyond.
    pub fn tile(&self, at: TileCoord) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.store.get(Table::Tiles, &layout::tile_key(at.level(), at.index()))?;
        Ok(row.and_then(|mut row| {
            let bytes = usize::from(at.width()) * 32;
            row.truncate(bytes);
            (row.len() == bytes).then_some(row)
        }))
    }

    /// The bytes of an entry bundle, of any width up to the current; `None` beyond.
    pub fn bundle(&self, at: BundleCoord) -> Result<Option<Vec<u8>>, StoreError> {
        let width = usize::from(at.width());
        let first = LeafIndex(at.index() * 256);
        let rows = self.store.scan(Table::Entries, &layout::index_key(first), &[], width)?;
        if rows.len() < width {
            return Ok(None);
        }
        let entries: Vec<Vec<u8>> = rows.into_iter().map(|(_, entry)| entry).collect();
        let bytes = encode_bundle(&entries);
        bytes.map(Some).map_err(|_| StoreError::Corrupted("an entry is too long".to_owned()))
    }

    /// At most `limit` lines of a subject's history from a position on, oldest first.
    pub fn history(
        &self,
        subject: &Subject,
        from: u64,
        limit: usize,
    ) -> Result<Vec<HistoryLine>, StoreError> {
        let key = subject.map_key();
        let first = layout::history_key(&key, from);
        let limit = limit.min(HISTORY_PAGE_MAX);
        let rows = self.store.scan(Table::History, &first, key.as_bytes(), limit)?;
        (from..)
            .zip(rows)
            .map(|(position, (_, row))| {
                let HistoryRow::V1 { index, leaf } = layout::decode(Table::History, &row)?;
                Ok(HistoryLine { position, index: LeafIndex(index), leaf: LeafHash(leaf) })
            })
            .collect()
    }

    /// The records of a block with their positions, in order; none beyond the head.
    pub fn records_of(&self, height: Height) -> Result<Vec<(LeafIndex, SignedRecord)>, StoreError> {
        let Some(block) = self.block(height)? else { return Ok(Vec::new()) };
        let Some(last) = block.size.get().checked_sub(1) else { return Ok(Vec::new()) };
        let records = usize::try_from(last.saturating_sub(block.first.get())).unwrap_or(usize::MAX);
        let first = layout::index_key(LeafIndex(block.first.get()));
        let rows = self.store.scan(Table::Entries, &first, &[], records.min(BLOCK_RECORDS_MAX))?;
        rows.iter()
            .map(|(key, entry)| {
                let index = layout::index_of_key(Table::Entries, key)?;
                let record = SignedRecord::decode(entry).map_err(|_| damaged_entry(index))?;
                Ok((index, record))
            })
            .collect()
    }

    /// What each record of a block decided in private (spec §18.8), as rows whose values are the stored bytes, whatever
    /// they are; none beyond the head.
    pub fn told_rows(&self, height: Height) -> Result<Vec<u8>, StoreError> {
        let mut rows = Vec::new();
        for ((_, signed), number) in self.records_of(height)?.iter().zip(0..) {
            let id = signed.id();
            let stored =
                self.store.scan(Table::PrivateTrace, &[], id.as_bytes(), SUBJECTS_MAX + 1)?;
            if stored.is_empty() {
                continue;
            }
            for (subject, at) in signed.record().all_subjects().zip(0..) {
                let key = layout::trace_key(&id, &subject.map_key());
                if let Some((_, told)) = stored.iter().find(|(known, _)| *known == key) {
                    push_row(&mut rows, number, at, told);
                }
            }
        }
        Ok(rows)
    }

    /// What a record of the log, recorded at `time`, says of a case that it names; nothing if it is not about cases.
    pub fn event(
        &self,
        case: &Subject,
        index: LeafIndex,
        record: &SignedRecord,
        time: UnixMillis,
    ) -> Result<Option<Event>, StoreError> {
        let body = match record.record().body {
            Some(_) => self.store.get(Table::Bodies, &layout::index_key(index))?,
            None => None,
        };
        let body = body.map(|bytes| Body::decode(&bytes)).transpose();
        let body = body.map_err(|_| damaged_entry(index))?;
        Ok(Event::read(*case, record, body.as_ref(), index, time))
    }

    /// How many records name a subject.
    pub fn records_naming(&self, subject: &Subject) -> Result<usize, StoreError> {
        let records = self.subject(subject)?.map_or(0, |state| state.records);
        Ok(usize::try_from(records).unwrap_or(usize::MAX))
    }

    /// What the records of a case say that stand before `size`, in log order; of a longer history the first
    /// [`CASE_ENTRIES_MAX`].
    pub fn events(&self, case: &Subject, size: TreeSize) -> Result<Vec<Event>, StoreError> {
        let key = case.map_key();
        let lines = self.store.scan(Table::History, &[], key.as_bytes(), CASE_ENTRIES_MAX)?;
        let mut events = Vec::with_capacity(lines.len());
        // Neighbouring records often stand in one block.
        let mut last: Option<(Height, UnixMillis)> = None;
        for (_, line) in lines {
            let HistoryRow::V1 { index, .. } = layout::decode(Table::History, &line)?;
            if index >= size.get() {
                break;
            }
            let index = LeafIndex(index);
            let entry = self.must_get(Table::Entries, &layout::index_key(index))?;
            let record = SignedRecord::decode(&entry).map_err(|_| damaged_entry(index))?;
            let (_, height) = self.place(&record.id())?.ok_or_else(|| damaged_entry(index))?;
            let time = match last {
                Some((known, time)) if known == height => time,
                _ => self.must_have_block(height)?.time,
            };
            last = Some((height, time));
            events.extend(self.event(case, index, &record, time)?);
        }
        Ok(events)
    }

    /// What the records of a collective management organisation say that stand before `size`, in log order: all its
    /// accreditations, and of the rest the newest [`ORGANISATION_ENTRIES_MAX`]; and whether that is all of them.
    pub fn royalty_events(
        &self,
        bin: &str,
        size: TreeSize,
    ) -> Result<(Vec<RoyaltyEvent>, bool), StoreError> {
        let cmo = Subject::registered(Role::Cmo, bin);
        let first = self.records_naming(&cmo)?.saturating_sub(ORGANISATION_ENTRIES_MAX);
        let mut events = BTreeMap::new();
        self.read_royalty_events(&cmo, u64::try_from(first).unwrap_or(u64::MAX), &mut events)?;
        for sphere in Sphere::ALL {
            // Neither a sphere's history nor what it costs grows with the organisation.
            self.read_royalty_events(&Accreditation::subject(bin, *sphere), 0, &mut events)?;
        }
        events.retain(|index, _| index.get() < size.get());
        Ok((events.into_values().collect(), first == 0))
    }

    fn read_royalty_events(
        &self,
        subject: &Subject,
        mut from: u64,
        events: &mut BTreeMap<LeafIndex, RoyaltyEvent>,
    ) -> Result<(), StoreError> {
        loop {
            let page = self.history(subject, from, HISTORY_PAGE_MAX)?;
            let Some(last) = page.last().map(|line| line.position) else { return Ok(()) };
            for HistoryLine { index, .. } in page {
                let entry = self.must_get(Table::Entries, &layout::index_key(index))?;
                let record = SignedRecord::decode(&entry).map_err(|_| damaged_entry(index))?;
                events.extend(RoyaltyEvent::read(&record, index).map(|event| (index, event)));
            }
            from = last.saturating_add(1);
        }
    }

    /// The law as known at the head, and a hash that tells it from any other.
    pub fn law(&self) -> Result<(Law, [u8; 32]), StoreError> {
        let view = self.view();
        let law = Law::read(&view, calendar::YEARS).map_err(|_| view.fault_or_corrupted())?;
        let parameters = Name::ALL.iter().map(|name| name.name().to_owned());
        let mut items = Vec::new();
        for name in parameters.chain(calendar::YEARS.map(calendar::name)) {
            if let Some(state) = self.subject(&Parameter::subject(&name))? {
                items.extend(state.status.map(|row| sha256(&[&row.bytes])));
            }
        }
        Ok((law, sha256(&[&items.concat()])))
    }

    /// A subject as of the head; `None` if nothing names it.
    pub fn subject(&self, subject: &Subject) -> Result<Option<SubjectState>, StoreError> {
        let (_, state) = self.view().subject(subject)?;
        Ok(state
            .map(|state| SubjectState { records: state.records(), status: state.status.clone() }))
    }

    /// A committed block without its records.
    pub fn block(&self, height: Height) -> Result<Option<BlockInfo>, StoreError> {
        let Some(row) = self.store.get(Table::Blocks, &layout::height_key(height))? else {
            return Ok(None);
        };
        let BlockRow::V1 { leaf, first, size, root, value, beacon, round } =
            layout::decode(Table::Blocks, &row)?;
        let leaf = match leaf.as_slice() {
            [] => None,
            bytes => Some(BlockLeaf::decode(bytes).map_err(|_| {
                StoreError::Corrupted(format!("the leaf of block {height} is damaged"))
            })?),
        };
        let size = TreeSize(size);
        Ok(Some(BlockInfo {
            height,
            time: leaf.as_ref().map_or(self.genesis_time, |leaf| leaf.time),
            first: TreeSize(first),
            size,
            value: ValueId(value),
            checkpoint: Checkpoint { origin: self.origin.to_string(), size, root: TreeRoot(root) },
            leaf,
            beacon,
            round,
        }))
    }

    /// The block that holds a leaf; `None` beyond the log.
    pub fn block_of(&self, index: LeafIndex) -> Result<Option<BlockInfo>, StoreError> {
        let (tip, size) = self.tip()?;
        if index.get() >= size.get() {
            return Ok(None);
        }
        // Blocks are runs of leaves in order of height, so the height is found by halving.
        let (mut low, mut high) = (0, tip.get());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.must_have_block(Height(middle))?.size.get() <= index.get() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.block(Height(low))
    }

    /// The final note of a height, with exactly the signatures the policy needs.
    pub fn note(&self, height: Height) -> Result<Option<Note>, StoreError> {
        let found = self.note_from(height)?;
        Ok(found.filter(|(at, _)| *at == height).map(|(_, note)| note))
    }

    /// The first final note of this height or a later one: a checkpoint that covers the height's
    /// block.
    pub fn note_from(&self, height: Height) -> Result<Option<(Height, Note)>, StoreError> {
        let rows = self.store.scan(Table::Notes, &layout::height_key(height), &[], 1)?;
        let Some((key, row)) = rows.into_iter().next() else { return Ok(None) };
        let at = Height(layout::index_of_key(Table::Notes, &key)?.get());
        let note = String::from_utf8(row).ok().and_then(|text| Note::parse(&text).ok());
        note.map(|note| Some((at, note)))
            .ok_or_else(|| StoreError::Corrupted(format!("the note of block {at} is damaged")))
    }

    /// The highest block whose note is attached, and the note.
    pub fn newest_note(&self) -> Result<Option<(Height, Note)>, StoreError> {
        let Some(row) = self.store.get(Table::Meta, meta::NOTED)? else { return Ok(None) };
        let height = Height(layout::index_of_key(Table::Meta, &row)?.get());
        Ok(self.note(height)?.map(|note| (height, note)))
    }

    /// A decided block and its certificate; `None` for the genesis and beyond the head.
    pub fn decided(&self, height: Height) -> Result<Option<(Block, Certificate)>, StoreError> {
        let Some(info) = self.block(height)? else { return Ok(None) };
        let Some(leaf) = info.leaf else { return Ok(None) };
        let damaged = || StoreError::Corrupted(format!("block {height} is damaged"));
        let certificate = self.must_get(Table::Certificates, &layout::height_key(height))?;
        let certificate = Certificate::decode(&certificate).map_err(|_| damaged())?;
        let first = layout::index_key(LeafIndex(info.first.get()));
        let last = info.size.get() - 1;
        let records = usize::try_from(last - info.first.get()).map_err(|_| damaged())?;
        if records > BLOCK_RECORDS_MAX {
            return Err(damaged());
        }
        let entries = self.store.scan(Table::Entries, &first, &[], records)?;
        let mut bodies =
            self.store.scan(Table::Bodies, &first, &[], records)?.into_iter().peekable();
        let items: Arc<[Item]> = entries
            .into_iter()
            .map(|(key, entry)| {
                let body = bodies.next_if(|(at, _)| *at == key).map(|(_, body)| body);
                Item { entry, body }
            })
            .collect();
        if items.len() != records {
            return Err(damaged());
        }
        Ok(Some((Block { value: info.value, leaf, items, held: Arc::new([]) }, certificate)))
    }

    /// The certificate of a decided block; `None` for the genesis and beyond the head.
    pub fn certificate(&self, height: Height) -> Result<Option<Certificate>, StoreError> {
        let row = self.store.get(Table::Certificates, &layout::height_key(height))?;
        let decode = |row: Vec<u8>| {
            Certificate::decode(&row).map_err(|_| {
                StoreError::Corrupted(format!("the certificate of block {height} is damaged"))
            })
        };
        row.map(decode).transpose()
    }

    /// The bytes stored as the certificate of a block, whatever they are; `None` if there are none.
    pub fn certificate_bytes(&self, height: Height) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(Table::Certificates, &layout::height_key(height))
    }

    /// The evidence of equivocation stored with a height.
    pub fn evidence(&self, height: Height) -> Result<Vec<Vec<u8>>, StoreError> {
        let prefix = layout::height_key(height);
        let rows = self.store.scan(Table::Evidence, &[], &prefix, usize::MAX)?;
        Ok(rows.into_iter().map(|(_, piece)| piece).collect())
    }

    /// The proof that a leaf is in the log of `size` leaves, which has it and exists.
    fn path(&self, index: u64, size: TreeSize) -> Result<Vec<[u8; 32]>, StoreError> {
        let source = TileSource::cached(&self.store, &self.tiles);
        let path = merkle::inclusion_path(&source, index, size.get());
        source.fault()?;
        path.ok_or_else(|| StoreError::Corrupted("a tile is absent".to_owned()))
    }

    fn must_get(&self, table: Table, key: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.store.get(table, key)?.ok_or_else(|| {
            StoreError::Corrupted(format!("a row of table {} is absent", table.name()))
        })
    }

    fn must_have_block(&self, height: Height) -> Result<BlockInfo, StoreError> {
        self.block(height)?
            .ok_or_else(|| StoreError::Corrupted(format!("the row of block {height} is absent")))
    }
}

fn damaged_entry(index: LeafIndex) -> StoreError {
    StoreError::Corrupted(format!("entry {index} is damaged"))
}
