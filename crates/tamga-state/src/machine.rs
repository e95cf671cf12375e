//! Judging one record: the rules as a table of contents (spec §14.5).

use tamga_format::body::Body;
use tamga_format::id::{Height, UnixMillis};
use tamga_format::record::SignedRecord;

use crate::codes::Rejection;
use crate::overlay::Overlay;
use crate::view::View;

/// The block in which a record is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// Origin of the ledger.
    pub origin: String,
    /// Height of the block.
    pub height: Height,
    /// Time of the block.
    pub time: UnixMillis,
}

/// Judges a record and, if it is lawful, writes its effects to the overlay, all or none.
///
/// The signature is checked before; the body's agreement with its commitment too.
///
/// # Errors
///
/// The [`Rejection`] says which rule is broken, where and what to do. If
/// [`Rejection::is_fault`], the view failed and nothing is said about the record.
pub fn execute_record<V: View>(
    state: &mut Overlay<'_, V>,
    block: &BlockContext,
    record: &SignedRecord,
    body: Option<&Body>,
) -> Result<(), Rejection> {
    let _ = (state, block, record, body);
    todo!()
}
