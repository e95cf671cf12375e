//! The log, read from a node and checked as a whole: an entry that is withheld or changed gives another root.

use std::sync::atomic::{AtomicBool, Ordering};

use tamga_format::block_leaf::BlockLeaf;
use tamga_format::error::FormatError;
use tamga_format::id::{Height, LeafIndex, RecordId, TreeRoot, TreeSize, UnixMillis};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::merkle::{Frontier, Hash, inclusion_path, leaf_hash, root_of, verify_inclusion};
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, Receipt, ReceiptError};
use tamga_format::record::SignedRecord;
use tamga_format::tile::{BundleCoord, TileCoord, decode_bundle, node_in_tile, tile_width};

use crate::client::Client;
use crate::error::{CliError, Exit};
use crate::lang::Said;
use crate::light::Tree;
use crate::verify::fault;

/// The head of a log that is final by the policy.
#[derive(Clone, Debug)]
pub struct Head {
    /// The note, with no more than the policy needs.
    pub note: Note,
    /// Leaves.
    pub size: TreeSize,
    /// Root.
    pub root: TreeRoot,
}

/// First byte of an entry that is a record (spec §5.1).
const RECORD: u8 = 0xd2;

/// The record that an entry is; `None` for the leaf of a block or of genesis.
///
/// # Errors
/// When it is a record of a form that this program does not know.
pub fn record(index: LeafIndex, entry: &[u8]) -> Result<Option<SignedRecord>, CliError> {
    if entry.first() != Some(&RECORD) {
        return Ok(None);
    }
    let unknown = |error| CliError::unknown_entry(index.get(), fault(&error));
    SignedRecord::decode(entry).map(Some).map_err(unknown)
}

/// The receipt of a record, with its whole body opened if that is wanted, verified; `None` if it is wanted and not to
/// be had: it was erased, or is not for the holder of this token. Nothing is opened where there never was a body.
///
/// # Errors
/// When the node is not reachable, or its receipt is false or another record's.
pub fn receipt(
    client: &Client,
    policy: &Policy,
    id: &RecordId,
    open: bool,
) -> Result<Option<(String, Proven)>, CliError> {
    let text = match client.receipt(&id.to_string(), open.then_some("*")) {
        Err(error) if open && matches!(error.exit, Exit::NotFound | Exit::Permission) => {
            return Ok(None);
        }
        answer => answer?,
    };
    let judged = Receipt::parse(&text).map_err(ReceiptError::from).and_then(|it| it.verify(policy));
    match judged {
        Ok(proven) if proven.id == *id => Ok(Some((text, proven))),
        Ok(_) => Err(CliError::false_log(client.url(), Said::plain("detail-other-record"))),
        Err(error) => Err(CliError::false_log(client.url(), fault(&error.fault()))),
    }
}

/// What is done with each entry.
pub type Show<'s> = dyn FnMut(LeafIndex, &[u8]) -> Result<(), CliError> + 's;

/// A node's log.
pub struct Log<'a> {
    client: &'a Client,
    policy: &'a Policy,
    interrupted: &'a AtomicBool,
}

impl<'a> Log<'a> {
    /// The log of `client`'s node, judged by `policy`; reading ends when `interrupted` is set.
    #[must_use]
    pub fn new(client: &'a Client, policy: &'a Policy, interrupted: &'a AtomicBool) -> Self {
        Self { client, policy, interrupted }
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// When the node is not reachable, or its checkpoint is not final by the policy.
    pub fn head(&self) -> Result<Head, CliError> {
        let text = self.client.log_checkpoint()?;
        let false_log = |error: FormatError| CliError::false_log(self.client.url(), fault(&error));
        let note = Note::parse(&text).map_err(|error| self.malformed(&error))?;
        let note = self.policy.minimal(&note).map_err(false_log)?;
        let verified = self.policy.verify_canonical(&note).map_err(false_log)?;
        let checkpoint = verified.checkpoint();
        Ok(Head { size: checkpoint.size, root: checkpoint.root, note })
    }

    /// An entry before which no block is as late as `time`: the first of a bundle, or the log's first.
    ///
    /// Nothing is trusted here: [`Self::read`] tells whether it is so.
    ///
    /// # Errors
    /// When the node is not reachable or answers in another form.
    pub fn start(&self, head: &Head, time: UnixMillis) -> Result<LeafIndex, CliError> {
        let (mut early, mut late) = (0, head.size.get().div_ceil(u64::from(TILE_WIDTH)));
        // Bundles from `late` on do not begin early enough; bundle `early` does, or is the first.
        while late.saturating_sub(early) > 1 {
            let middle = early.midpoint(late);
            match self.first_block(head, middle)? {
                Some(block) if block.time < time => early = middle,
                _ => late = middle,
            }
        }
        Ok(LeafIndex(early.saturating_mul(u64::from(TILE_WIDTH))))
    }

    /// The first block that ends in a bundle or after it.
    fn first_block(&self, head: &Head, from: u64) -> Result<Option<BlockLeaf>, CliError> {
        for number in from.. {
            let Some(width) = tile_width(0, number, head.size.get()) else { break };
            let bundle = self.bundle(number, width)?;
            let entries = decode_bundle(&bundle, width).map_err(|error| self.malformed(&error))?;
            let block = entries.into_iter().find_map(|entry| BlockLeaf::decode(entry).ok());
            if block.is_some() {
                return Ok(block);
            }
        }
        Ok(None)
    }

    /// Shows every entry from `first` on, then checks that they and all before them make the head's root, and
    /// that no block before `first` was as late as `time`. What was shown counts only if this gives true; it gives
    /// false when interrupted.
    ///
    /// # Errors
    /// When the node is not reachable, or its entries are not those of the checkpoint.
    pub fn read(
        &self,
        head: &Head,
        first: LeafIndex,
        time: UnixMillis,
        show: &mut Show<'_>,
    ) -> Result<bool, CliError> {
        let mut frontier = self.frontier(head, first.get())?;
        let mut first_block = None;
        let mut number = first.get() / u64::from(TILE_WIDTH);
        while let Some(width) = tile_width(0, number, head.size.get()) {
            if self.interrupted.load(Ordering::Relaxed) {
                return Ok(false);
            }
            let bundle = self.bundle(number, width)?;
            for entry in decode_bundle(&bundle, width).map_err(|error| self.malformed(&error))? {
                if first_block.is_none() {
                    first_block = BlockLeaf::decode(entry).ok();
                }
                show(LeafIndex(frontier.size()), entry)?;
                frontier.push(&leaf_hash(entry));
            }
            number = number.saturating_add(1);
        }
        let early = first.get() == 0 || first_block.is_some_and(|block| block.time < time);
        if frontier.size() != head.size.get() || frontier.root() != head.root || !early {
            let detail = Said::plain("detail-other-root");
            return Err(CliError::false_log(self.client.url(), detail));
        }
        Ok(true)
    }

    /// The leaf of a block that is not newer than the head, proven to be in its log.
    ///
    /// # Errors
    /// When the node is not reachable, has no such block, wants another token, or answers with something else.
    pub fn block(&self, head: &Head, height: Height) -> Result<BlockLeaf, CliError> {
        let url = self.client.url();
        let other = || CliError::false_log(url, Said::plain("detail-other-block"));
        let missing = || CliError::bad_value("--at", &height.to_string());
        let named = self.client.block(height.get())?.ok_or_else(missing)?;
        let (last, size) = (named.size.checked_sub(1).ok_or_else(other)?, head.size.get());
        let number = last / u64::from(TILE_WIDTH);
        let width = tile_width(0, number, size).ok_or_else(other)?;
        let bundle = self.bundle(number, width)?;
        let entries = decode_bundle(&bundle, width).map_err(|error| self.malformed(&error))?;
        let place = usize::try_from(last % u64::from(TILE_WIDTH)).ok();
        let entry = place.and_then(|place| entries.get(place)).ok_or_else(other)?;
        let block = BlockLeaf::decode(entry).map_err(|_| other())?;
        let fetch = |tile: &TileCoord| self.client.log_file(&tile.path());
        let tree = Tree::new(size, &fetch);
        let path = inclusion_path(&tree, last, size);
        let path = path.ok_or_else(|| tree.reason())?;
        // A block leaf closes its block, so the size it names is its place.
        verify_inclusion(&leaf_hash(entry), last, size, &path, &head.root).map_err(|_| other())?;
        let right = block.height == height && block.size.get() == named.size;
        if right { Ok(block) } else { Err(other()) }
    }

    /// What is left of the tree of `size` leaves, the first of a bundle; from hash tiles, not trusted.
    fn frontier(&self, head: &Head, size: u64) -> Result<Frontier, CliError> {
        let mut hashes: Vec<Hash> = Vec::new();
        let mut begin = 0_u64;
        for level in (0..63_u8).rev().filter(|level| size >> level & 1 == 1) {
            let node = node_in_tile(level, begin >> level);
            let (tile, slots) = node.ok_or_else(|| CliError::bug("the log has such a node"))?;
            let width =
                tile_width(tile.level(), tile.index(), head.size.get()).unwrap_or(TILE_WIDTH);
            let coordinates = TileCoord::new(tile.level(), tile.index(), width)
                .map_err(|error| CliError::bug(&error.to_string()))?;
            let bytes = self.client.log_file(&coordinates.path())?;
            let nodes: Vec<Hash> =
                bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok()).collect();
            let inside = nodes.get(slots).ok_or_else(|| {
                CliError::answer(self.client.url(), Said::plain("detail-short-tile"))
            })?;
            hashes.push(root_of(inside).0);
            begin = begin.saturating_add(1 << level);
        }
        Frontier::from_parts(size, hashes).ok_or_else(|| CliError::bug("one hash for each bit"))
    }

    fn bundle(&self, number: u64, width: u16) -> Result<Vec<u8>, CliError> {
        let bundle =
            BundleCoord::new(number, width).map_err(|error| CliError::bug(&error.to_string()))?;
        self.client.log_file(&bundle.path())
    }

    fn malformed(&self, error: &FormatError) -> CliError {
        CliError::answer(self.client.url(), fault(error))
    }
}
