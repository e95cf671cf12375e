//! Opening a ledger: creation, recovery and checking are one path (spec §19.5).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tamga_format::block_leaf::{BlockLeaf, genesis_leaf};
use tamga_format::checkpoint::Checkpoint;
use tamga_format::id::{
    GenesisHash, Height, LeafIndex, MapKey, MapRoot, MapValue, TreeRoot, TreeSize, ValueId,
};
use tamga_format::merkle;
use tamga_format::record::SignedRecord;
use tamga_state::enforcement::assignment::is_commitment;
use tamga_state::{Genesis, rules_hash};

use super::{App, Head, Ledger, OpenError, Undecided, VerifiedCache};
use crate::draws::{Draws, window};
use crate::held::Held;
use crate::layout::{self, BlockRow, HeadRow, Table, meta};
use crate::limits::BLOCK_RECORDS_MAX;
use crate::log::Log;
use crate::map::Map;
use crate::mempool::Mempool;
use crate::reigns::Reigns;
use crate::store::{CommitBatch, Store, StoreError};
use crate::subjects::SubjectState;
use crate::view::Cache;

/// Subject rows read at once while the map is built.
const SCAN_ROWS: usize = 16_384;

impl<S: Store> App<S> {
    /// Opens the ledger in `store`: writes height 0 into an empty one, then recovers it like any
    /// other. The log's frontier, tiles and root, and the map built from the subject rows, must
    /// agree with the last block.
    ///
    /// # Errors
    ///
    /// [`OpenError`]: the process doesn't start; the message says what to do.
    pub fn open(mut store: S, genesis: &Genesis, hash: GenesisHash) -> Result<Self, OpenError> {
        let ledger = Ledger {
            origin: genesis.origin.clone(),
            genesis: hash,
            time: genesis.time,
            rules: rules_hash(),
        };
        if genesis.policy.origin() != ledger.origin {
            return Err(OpenError::Genesis("the policy is of another origin".to_owned()));
        }
        match store.get(Table::Meta, meta::GENESIS)? {
            None => create(&mut store, genesis, &ledger)?,
            Some(found) if found == hash.as_bytes() => {}
            Some(found) => {
                let found = found.try_into().map_err(|_| corrupted("the genesis row is cut"))?;
                return Err(OpenError::Foreign { found: GenesisHash(found) });
            }
        }
        let map = build_map(&store)?;
        let reigns = Reigns::read(genesis, &store)?;
        let (head, log) = recover(&store, genesis, &ledger, &reigns, &map)?;
        let reign = reigns.at(head.height.next());
        let draws = recover_draws(&store, head.height, &reigns)?;
        let kept = store.scan(Table::Undecided, &[], &[], usize::MAX)?;
        let kept = kept.into_iter().filter_map(|(key, _)| key.try_into().ok()).collect();
        Ok(Self {
            store,
            ledger,
            reigns,
            reign,
            head,
            log,
            map,
            cache: RefCell::new(Cache::new()),
            pool: Mempool::default(),
            draws,
            held: Held::default(),
            undecided: Undecided::default(),
            kept,
            verified: VerifiedCache::default(),
            clock: head.time,
            broken: false,
        })
    }
}

/// Writes height 0: the genesis leaf, the initial statuses and the head, in one batch.
fn create<S: Store>(store: &mut S, genesis: &Genesis, ledger: &Ledger) -> Result<(), OpenError> {
    if store.get(Table::Meta, meta::HEAD)?.is_some() {
        return Err(corrupted("it has a head but no genesis").into());
    }
    let mut batch = CommitBatch::new();
    let leaf = genesis_leaf(&ledger.genesis);
    batch.put(Table::Entries, &layout::index_key(LeafIndex(0)), &leaf);
    let mut log = Log::new();
    log.push(&merkle::leaf_hash(&leaf));
    log.write(&mut batch);
    for (key, state) in initial_subjects(genesis)? {
        batch.put(Table::Subjects, key.as_bytes(), &state.encode());
    }
    let (size, root) = (log.size(), log.root());
    let block = BlockRow::V1 {
        leaf: Vec::new(),
        first: 0,
        size: size.get(),
        root: root.0,
        value: Checkpoint { origin: ledger.origin.clone(), size, root }.value_id().0,
        beacon: ledger.genesis.0,
        round: 0,
    };
    batch.put(Table::Blocks, &layout::height_key(Height(0)), &layout::encode(&block));
    let head = HeadRow::V1 {
        height: 0,
        size: size.get(),
        root: root.0,
        frontier: log.frontier().to_vec(),
    };
    batch.put(Table::Meta, meta::HEAD, &layout::encode(&head));
    batch.put(Table::Meta, meta::GENESIS, ledger.genesis.as_bytes());
    Ok(store.commit(batch)?)
}

/// The subjects of the genesis, in the order of the map.
fn initial_subjects(genesis: &Genesis) -> Result<BTreeMap<MapKey, SubjectState>, OpenError> {
    let rows = genesis.initial_statuses().map_err(|error| OpenError::Genesis(error.to_string()))?;
    let subjects = rows.into_iter();
    Ok(subjects.map(|(key, row)| (key.map_key(), SubjectState::of_genesis(row))).collect())
}

/// The map of all subject rows, read in pages so that memory holds one page beside the map.
fn build_map<S: Store>(store: &S) -> Result<Map, StoreError> {
    let mut map = Map::new();
    let mut from = Vec::new();
    loop {
        let rows = store.scan(Table::Subjects, &from, &[], SCAN_ROWS)?;
        let values: Vec<(MapKey, MapValue)> = rows
            .iter()
            .map(|(key, row)| {
                let key =
                    key.as_slice().try_into().map_err(|_| corrupted("a subject's key is cut"))?;
                Ok((MapKey(key), SubjectState::decode(row)?.map_value()))
            })
            .collect::<Result<_, StoreError>>()?;
        map = map.updated(&values);
        match rows.last() {
            Some((last, _)) if rows.len() == SCAN_ROWS => {
                from.clone_from(last);
                from.push(0);
            }
            _ => return Ok(map),
        }
    }
}

/// Reads the head and holds everything against it.
fn recover<S: Store>(
    store: &S,
    genesis: &Genesis,
    ledger: &Ledger,
    reigns: &Reigns,
    map: &Map,
) -> Result<(Head, Log), OpenError> {
    let row = store.get(Table::Meta, meta::HEAD)?.ok_or_else(|| corrupted("the head is absent"))?;
    let HeadRow::V1 { height, size, root, frontier } = layout::decode(Table::Meta, &row)?;
    let (height, size, root) = (Height(height), TreeSize(size), TreeRoot(root));
    let log = Log::recover(store, size, frontier, &root)?;

    let row = store.get(Table::Blocks, &layout::height_key(height))?;
    let row = row.ok_or_else(|| corrupted("the last block's row is absent"))?;
    let BlockRow::V1 { leaf, value, beacon, .. } = layout::decode(Table::Blocks, &row)?;
    let checkpoint = Checkpoint { origin: ledger.origin.clone(), size, root };
    if checkpoint.value_id() != ValueId(value) {
        return Err(corrupted("the head is not the last block's").into());
    }
    let (time, map_root) = if height == Height(0) {
        (ledger.time, genesis_map_root(genesis)?)
    } else {
        let leaf =
            BlockLeaf::decode(&leaf).map_err(|_| corrupted("the last block leaf is damaged"))?;
        if leaf.policy != reigns.at(height).hash {
            return Err(corrupted("the last block leaf names another policy than the log").into());
        }
        (leaf.time, leaf.map_root)
    };
    if map.root() != map_root {
        return Err(corrupted("the subjects do not lead to the last block's map root").into());
    }
    let head = Head { height, size, root, value: ValueId(value), time, map_root, beacon };
    Ok((head, log))
}

/// The draws that wait for blocks, as the last blocks leave them.
///
/// Only blocks matter after which fewer than two organisations have built.
fn recover_draws<S: Store>(store: &S, head: Height, reigns: &Reigns) -> Result<Draws, StoreError> {
    let first = head.get().saturating_sub(window(&reigns.at(head).builders)).max(1);
    let mut since = BTreeSet::new();
    let mut blocks = Vec::new();
    for height in (first..=head.get()).rev().map(Height) {
        let row = store.get(Table::Blocks, &layout::height_key(height))?;
        let row = row.ok_or_else(|| corrupted("the row of a block is absent"))?;
        let BlockRow::V1 { leaf, first, size, .. } = layout::decode(Table::Blocks, &row)?;
        let leaf = BlockLeaf::decode(&leaf).map_err(|_| corrupted("a block leaf is damaged"))?;
        let builder = reigns.at(height).builders.of(&leaf);
        blocks.push((height, builder, commits_to_draw(store, first, size)?));
        since.extend(builder);
        if since.len() >= 2 {
            break;
        }
    }
    let mut draws = Draws::default();
    for (height, builder, commits) in blocks.into_iter().rev() {
        draws.observe(height, builder, commits, &reigns.at(height).builders);
    }
    Ok(draws)
}

/// Whether one of a block's records commits to the candidates of a draw.
fn commits_to_draw<S: Store>(store: &S, first: u64, size: u64) -> Result<bool, StoreError> {
    let records = usize::try_from(size.saturating_sub(first).saturating_sub(1));
    let records = records.ok().filter(|records| *records <= BLOCK_RECORDS_MAX);
    let records = records.ok_or_else(|| corrupted("a block has too many records"))?;
    let entries = store.scan(Table::Entries, &layout::index_key(LeafIndex(first)), &[], records)?;
    for (_, entry) in entries {
        let signed = SignedRecord::decode(&entry).map_err(|_| corrupted("an entry is damaged"))?;
        if is_commitment(signed.record()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn genesis_map_root(genesis: &Genesis) -> Result<MapRoot, OpenError> {
    let subjects = initial_subjects(genesis)?;
    let values: Vec<(MapKey, MapValue)> =
        subjects.iter().map(|(key, state)| (*key, state.map_value())).collect();
    Ok(Map::new().updated(&values).root())
}

fn corrupted(what: &str) -> StoreError {
    StoreError::Corrupted(what.to_owned())
}
