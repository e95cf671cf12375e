//! The state as of an earlier block, for those who judge lines by it (spec §24.6).

use tamga_format::body::Body;
use tamga_format::id::{Height, LeafIndex, RecordId};
use tamga_format::subject::Subject;
use tamga_state::replay::Entries;
use tamga_state::status::judged_since;
use tamga_state::{Built, Private, StatusRow, View, ViewError};

use super::Reader;
use crate::store::Store;
use crate::view::StoreView;

/// The statuses as of the end of a block, as long as no later block changed them: one that did is
/// [`ViewError::ChangedSince`], so that no validator judges by anything later.
///
/// It needs no copy of the state: the record that changed a status last stands in it, and says when that was. Of a
/// rightsholder it is the last that changed mandates or levies ([`judged_since`]).
pub struct AsOf<'r, S: Store> {
    store: StoreView<'r, S>,
    base: Height,
}

impl<S: Store> std::fmt::Debug for AsOf<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AsOf({})", self.base)
    }
}

impl<S: Store> Reader<S> {
    /// The state as of the end of a block.
    pub fn as_of(&self, base: Height) -> AsOf<'_, S> {
        AsOf { store: StoreView::plain(&self.store, &self.reigns), base }
    }

    /// The body of a record; `None` if it has none or it was erased.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if it can't be read.
    pub fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        let found =
            self.record(record).map_err(|_| ViewError::Store("see the node's own message"))?;
        let body = found.and_then(|found| found.body);
        body.map(|bytes| {
            Body::decode(&bytes).map_err(|_| ViewError::Store("a stored body is damaged"))
        })
        .transpose()
    }
}

impl<S: Store> View for AsOf<'_, S> {
    fn status(&self, subject: &Subject) -> Result<Option<StatusRow>, ViewError> {
        let Some(row) = self.store.status(subject)? else { return Ok(None) };
        let last =
            judged_since(subject.role, &row.bytes).map_err(|_| ViewError::Corrupt(*subject))?;
        let Some(last) = last else { return Ok(Some(row)) };
        let place = self.store.place(&last);
        let place = place.map_err(|_| ViewError::Store("see the node's own message"))?;
        match place {
            Some(crate::layout::IdRow::V1 { height, .. }) if height <= self.base.get() => {
                Ok(Some(row))
            }
            _ => Err(ViewError::ChangedSince(*subject)),
        }
    }

    fn private(&self, subject: &Subject) -> Result<Option<Private>, ViewError> {
        // A private state changes with its status only.
        self.status(subject)?;
        self.store.private(subject)
    }

    fn entries(&self, subject: &Subject, max: usize) -> Result<Vec<Vec<u8>>, ViewError> {
        self.status(subject)?;
        self.store.entries(subject, max)
    }

    fn seen(&self, id: &RecordId) -> Result<bool, ViewError> {
        self.store.seen(id)
    }

    fn entry(&self, id: &RecordId) -> Result<Option<Vec<u8>>, ViewError> {
        self.store.entry(id)
    }

    fn block(&self, height: Height) -> Result<Option<Built>, ViewError> {
        if height > self.base { Ok(None) } else { self.store.block(height) }
    }
}

/// Whoever executes the ledger of this store again reads entries of earlier blocks from it.
impl<S: Store> Entries for Reader<S> {
    fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, ViewError> {
        let leaf = self.leaf(index).map_err(|_| ViewError::Store("see the node's own message"))?;
        leaf.ok_or(ViewError::Store("the log ends before"))
    }
}
