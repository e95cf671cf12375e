//! R08: what falls to rightsholders, as a batch of lines (spec §23.10; C04, C11, C16).
//!
//! What the lines themselves must be, [`lines`](super::lines) judges.

use tamga_format::cbor::Value;
use tamga_format::id::{AttachmentId, SubjectId};

use super::{
    ATTACHMENT, Cmo, base, day, event_day, hash, ids, lines_root, named_pool, new_batch, sum,
};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{AllocationState, Batch, BatchContent, Book, Pool, PoolState};
use crate::view::View;

const TOTAL: (u16, &str) = (6, "total");
const USAGE: (u16, &str) = (11, "usage");
pub(super) const CORRECTS: (u16, &str) = (12, "corrects");

/// R08: a batch of allocations of a pool.
pub(crate) fn allocation<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    let (subject, mut pool) = named_pool(case, &cmo)?;
    let book = Book::subject(&cmo.bin);
    case.expect_subjects(vec![cmo.subject, subject, book])?;
    new_batch(case)?;
    base(case)?;
    if !matches!(pool.state, PoolState::PoolFixed | PoolState::Approved | PoolState::Published) {
        let detail = format!("the pool is {}", pool.state.name());
        return Err(Rejection::new(Code::PoolState, "/subjects", detail));
    }
    cmo.accredited(case, pool.sphere, event_day(case), "okup_id")?;
    let amount = |number| day(case, number).unwrap_or_default();
    let total = amount(TOTAL.0);
    pool.in_lines = sum(&[pool.in_lines, total], TOTAL.1)?;
    if !(0..=pool.allocated).contains(&pool.in_lines) {
        let detail = format!("lines would hold {} of {} tiyn", pool.in_lines, pool.allocated);
        return Err(at_field(Code::LinesMismatch, TOTAL.1, detail));
    }
    pool.batches = pool.batches.saturating_add(1);
    usage(case, subject.id)?;
    corrected(case, subject.id)?;

    let mut known: Book = case.status(book.id)?.unwrap_or_default();
    known.batches = known.batches.saturating_add(1);
    let remainders = lines_root(case, 9, 10);
    let batch = Batch {
        record: case.id,
        at: case.record.event_time,
        attachment: AttachmentId(hash(case, ATTACHMENT.0)),
        lines: lines_root(case, 4, 5),
        content: BatchContent::Allocation(AllocationState {
            cmo: cmo.subject.id,
            pool: subject.id,
            number: known.batches,
            total,
            held: amount(7),
            recoverable: amount(8),
            first: remainders,
            remainders,
            paid: [0; 3],
            last_payout: None,
        }),
    };
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &batch)?;
    case.write::<Pool>(&mut effects, subject.id, &pool)?;
    case.write(&mut effects, book.id, &known)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// Every batch of uses that the lines may rest on is consumed by the pool, and stands once.
fn usage<V: View>(case: &Judgement<'_, V>, pool: SubjectId) -> Result<(), Rejection> {
    let batches = ids(case, USAGE.0);
    for (at, id) in batches.iter().enumerate() {
        let known: Option<Batch> = case.status(*id)?;
        let usage = known.as_ref().and_then(Batch::usage);
        let consumed = usage.is_some_and(|usage| usage.consumed.iter().any(|(_, by)| *by == pool));
        if !consumed || batches.iter().take(at).any(|earlier| earlier == id) {
            let detail = format!("row {at} is no usage that the pool consumes, or stands twice");
            return Err(at_field(Code::BasisMissing, USAGE.1, detail));
        }
    }
    Ok(())
}

/// The allocation that lines correct is of the same pool.
fn corrected<V: View>(case: &Judgement<'_, V>, pool: SubjectId) -> Result<(), Rejection> {
    let Some(id) = case.record.field(CORRECTS.0).and_then(Value::as_array_of) else {
        return Ok(());
    };
    let known: Option<Batch> = case.status(SubjectId(id))?;
    if known.as_ref().and_then(Batch::allocation).is_some_and(|it| it.pool == pool) {
        return Ok(());
    }
    let detail = "it is no allocation of the pool";
    Err(at_field(Code::TargetUnknown, CORRECTS.1, detail))
}
