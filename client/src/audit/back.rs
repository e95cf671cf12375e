//! Entries of earlier blocks that a rule asks for, read from the node again.
//!
//! Most of them stand a few bundles before the record that asks, so that the last bundles are kept for a while.

use std::cell::RefCell;
use std::collections::VecDeque;

use tamga_format::id::{LeafIndex, TreeSize};
use tamga_format::limits::TILE_WIDTH;
use tamga_format::tile::{BundleCoord, decode_bundle, tile_width};
use tamga_state::ViewError;
use tamga_state::replay::Entries;

use crate::client::Client;
use crate::error::CliError;
use crate::lang::Said;

/// Bytes of bundles that are kept.
const KEPT_MAX: usize = 32 << 20;

/// A node's entries below the head of an audit.
pub(super) struct Back<'a> {
    client: &'a Client,
    size: TreeSize,
    kept: RefCell<Kept>,
    /// Why the node did not give an entry.
    failed: RefCell<Option<CliError>>,
}

/// The last bundles that were read, the newest at the end.
#[derive(Default)]
struct Kept {
    bundles: VecDeque<(u64, Vec<u8>)>,
    bytes: usize,
}

impl Kept {
    fn push(&mut self, number: u64, bundle: Vec<u8>) {
        self.bytes = self.bytes.saturating_add(bundle.len());
        self.bundles.push_back((number, bundle));
        while self.bytes > KEPT_MAX {
            let Some((_, bundle)) = self.bundles.pop_front() else { break };
            self.bytes = self.bytes.saturating_sub(bundle.len());
        }
    }
}

impl<'a> Back<'a> {
    pub(super) fn new(client: &'a Client, size: TreeSize) -> Self {
        Self { client, size, kept: RefCell::default(), failed: RefCell::default() }
    }

    /// Keeps a bundle that was read.
    pub(super) fn keep(&self, number: u64, bundle: Vec<u8>) {
        self.kept.borrow_mut().push(number, bundle);
    }

    /// Why an entry could not be read back: the node did not give it, or gave another one than before.
    pub(super) fn failure(&self) -> CliError {
        let own = self.failed.borrow_mut().take();
        own.unwrap_or_else(|| {
            CliError::false_log(self.client.url(), Said::plain("detail-other-entry"))
        })
    }

    fn fetch(&self, index: LeafIndex) -> Result<Option<Vec<u8>>, CliError> {
        let number = index.get() / u64::from(TILE_WIDTH);
        let Some(width) = tile_width(0, number, self.size.get()) else { return Ok(None) };
        let at = usize::try_from(index.get() % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let entry = |bundle: &[u8]| {
            let entries = decode_bundle(bundle, width).ok()?;
            entries.get(at).map(|entry| entry.to_vec())
        };
        let mut kept = self.kept.borrow_mut();
        let known = kept.bundles.iter().rev().find(|(of, _)| *of == number);
        if let Some((_, bundle)) = known {
            return Ok(entry(bundle));
        }
        let path = BundleCoord::new(number, width);
        let path = path.map_err(|error| CliError::bug(&error.to_string()))?.path();
        let bundle = self.client.log_file(&path)?;
        let found = entry(&bundle);
        kept.push(number, bundle);
        Ok(found)
    }
}

impl Entries for Back<'_> {
    fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, ViewError> {
        let entry = self.fetch(index).map_err(|error| {
            self.failed.borrow_mut().get_or_insert(error);
            ViewError::Store("the node does not give an entry of an earlier block")
        })?;
        entry.ok_or(ViewError::Store("a bundle of an earlier block is of another form"))
    }
}
