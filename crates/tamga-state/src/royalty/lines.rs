//! What the lines of a batch must be, judged by a validator that holds them (spec §24.6).
//!
//! A record that brings a batch says what its lines come to; here that is computed again from the lines, by the statuses
//! as of the record's base. It is a function like all rules: what a validator holds is handed in.

use std::collections::BTreeMap;

use tamga_format::body::Body;
use tamga_format::cbor::Value;
use tamga_format::id::{AttachmentId, Height, LineHash, RecordId, SubjectId};
use tamga_format::lines::{BatchReader, LinesRoot, PackedBatch};
use tamga_format::record::Record;

use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::status::Batch;
use crate::view::{View, ViewError};

mod allocation;
mod payout;
mod remainder;
mod usage;

pub use remainder::Remainders;

/// What a validator holds beside the state.
pub trait Holder {
    /// The state as of the record's base: a status that changed since is [`ViewError::ChangedSince`].
    type View: View;

    /// The state.
    fn view(&self) -> &Self::View;

    /// The body of a record; `None` if it was erased.
    ///
    /// # Errors
    ///
    /// [`ViewError`] if it can't be read.
    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError>;

    /// Hands out the chunks of an attachment in order; `by` is the record of the ledger that brought it, if it is not
    /// the one that is judged.
    ///
    /// # Errors
    ///
    /// [`Code::AttachmentMissing`] if it is not here; whatever `each` returns.
    fn chunks(
        &self,
        attachment: &AttachmentId,
        by: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection>;
}

/// Whether records of a kind bring lines.
#[must_use]
pub const fn brings_lines(kind: Kind) -> bool {
    matches!(kind, Kind::R05 | Kind::R08 | Kind::R09)
}

/// The attachment that a record brings.
#[must_use]
pub fn attachment_of(record: &Record) -> Option<AttachmentId> {
    let kind = Kind::from_number(record.kind).filter(|kind| brings_lines(*kind))?;
    let field = kind.info().field_named("attachment")?;
    record.field(field.number)?.as_array_of().map(AttachmentId)
}

/// The block as of whose end a record's lines are judged; the genesis' for a record that names none.
#[must_use]
pub fn base_of(record: &Record) -> Height {
    let kind = Kind::from_number(record.kind);
    let field = kind.and_then(|kind| kind.info().field_named("base"));
    let value = field.and_then(|field| record.field(field.number));
    Height(value.and_then(Value::as_u64).unwrap_or_default())
}

/// Checks the lines of a record that brings a batch.
///
/// # Errors
///
/// The [`Rejection`] names the line (`/lines/17`, from 0) or the field that disagrees.
pub fn check<H: Holder>(holder: &H, record: &Record) -> Result<(), Rejection> {
    match Kind::from_number(record.kind) {
        Some(Kind::R05) => usage::check(holder, record),
        Some(Kind::R08) => allocation::check(holder, record),
        Some(Kind::R09) => payout::check(holder, record),
        _ => Ok(()),
    }
}

/// A rejection at a line.
fn at_line(code: Code, number: u64, detail: impl Into<String>) -> Rejection {
    Rejection::new(code, format!("/lines/{number}"), detail)
}

/// Reads the lines of the record's own batch, and gives their root and count.
fn read<H: Holder>(
    holder: &H,
    record: &Record,
    mut each: impl FnMut(u64, LineHash, &[u8]) -> Result<(), Rejection>,
) -> Result<LinesRoot, Rejection> {
    let attachment = attachment_of(record).unwrap_or(AttachmentId([0; 32]));
    let mut reader = BatchReader::new(record.subject.id);
    holder.chunks(&attachment, None, &mut |chunk| {
        let first = reader.count();
        let lines = reader.chunk(chunk).map_err(|fault| {
            at_line(Code::LinesMismatch, first, format!("in the chunk from here: {fault}"))
        })?;
        for (number, (place, line)) in (first..).zip(lines) {
            each(number, place.hash, line)?;
        }
        Ok(())
    })?;
    reader.finish().map_err(|fault| at_line(Code::LinesMismatch, 0, fault.to_string()))
}

/// Reads the lines of a batch that is in the ledger.
fn read_known<H: Holder>(
    holder: &H,
    id: &SubjectId,
    batch: &Batch,
    mut each: impl FnMut(LineHash, &[u8]) -> Result<(), Rejection>,
) -> Result<(), Rejection> {
    let mut reader = BatchReader::new(*id);
    holder.chunks(&batch.attachment, Some(&batch.record), &mut |chunk| {
        reader.chunk(chunk)?.into_iter().try_for_each(|(place, line)| each(place.hash, line))
    })
}

/// A line in its form.
fn decode<L: tamga_format::lines::Line>(number: u64, line: &[u8]) -> Result<L, Rejection> {
    L::decode(line).map_err(|fault| at_line(Code::LinesMismatch, number, fault.to_string()))
}

/// Refuses unless a field of the record is what the lines come to.
fn stated(record: &Record, name: &str, is: i128) -> Result<(), Rejection> {
    let info = Kind::from_number(record.kind).map(Kind::info);
    let field = info.and_then(|info| info.field_named(name));
    let value = field.and_then(|field| record.field(field.number));
    let found = value.and_then(|value| {
        value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
    });
    if found == Some(is) {
        return Ok(());
    }
    let by = found.map_or_else(String::new, |found| format!(", {} off", found.saturating_sub(is)));
    let detail = format!("the lines come to {is}{by}");
    Err(crate::machine::at_field(Code::LinesMismatch, name, detail))
}

/// Refuses unless two fields of the record are the root and the count of lines.
fn stated_root(
    record: &Record,
    (root, count): (&str, &str),
    is: &LinesRoot,
) -> Result<(), Rejection> {
    let info = Kind::from_number(record.kind).map(Kind::info);
    let field = info.and_then(|info| info.field_named(root));
    let found = field.and_then(|field| record.field(field.number)?.as_array_of::<32>());
    if !count.is_empty() {
        stated(record, count, is.count.into())?;
    }
    if found == Some(is.root.0) {
        return Ok(());
    }
    let detail = format!("the root of the lines is {}", is.root);
    Err(crate::machine::at_field(Code::LinesMismatch, root, detail))
}

/// The root of lines that nobody sends, such as remainders.
fn packed(batch: &SubjectId, lines: Vec<Vec<u8>>) -> Result<PackedBatch, Rejection> {
    Ok(PackedBatch::new(batch, lines)?)
}

/// A cache of what is read per id.
type Known<T> = BTreeMap<SubjectId, T>;

#[cfg(test)]
mod tests;
