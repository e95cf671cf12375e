//! R09: what is paid out of an allocation, as a batch of lines (spec §23.11; C05, C06).
//!
//! What the lines themselves must be, [`lines`](super::lines) judges.

use tamga_format::id::TreeRoot;
use tamga_format::id::{AttachmentId, SubjectId};
use tamga_format::lines::LinesRoot;
use tamga_format::subject::{Role, Subject};

use super::{ATTACHMENT, Cmo, base, day, hash, lines_root, named_pool, new_batch, sum, text};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Batch, BatchContent, Book, PayoutBatch, PoolState};
use crate::view::View;

/// What is paid, withheld as tax, and levied.
const PAID: [(u16, &str); 3] = [(6, "net"), (7, "tax"), (8, "levied")];
const BEFORE: (u16, &str) = (9, "remainders_before");
const TAX_RULE: (u16, &str) = (11, "tax_rule_id");

/// R09: a batch of payouts of an allocation.
pub(crate) fn payout<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let mut cmo = Cmo::required(case)?;
    let (subject, mut pool) = named_pool(case, &cmo)?;
    let book = Book::subject(&cmo.bin);
    let [id] = case.named(Role::Batch)[..] else {
        let detail = "R09 names exactly one allocation";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    case.expect_subjects(vec![cmo.subject, subject, book, Subject::new(Role::Batch, id)])?;
    new_batch(case)?;
    base(case)?;
    if pool.state != PoolState::Published {
        let detail = format!("the pool is {}, it is paid when PUBLISHED", pool.state.name());
        return Err(Rejection::new(Code::PoolState, "/subjects", detail));
    }
    let known: Option<Batch> = case.status(id)?;
    let Some(mut paid) = known.filter(|it| it.allocation().is_some_and(|it| it.pool == subject.id))
    else {
        let detail = "it is no allocation of the pool";
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    };
    let BatchContent::Allocation(allocation) = &mut paid.content else {
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", "no allocation"));
    };
    if allocation.remainders.root.0 != hash(case, BEFORE.0) {
        let detail = "another payout came first";
        return Err(at_field(Code::BatchChanged, BEFORE.1, detail));
    }
    let amounts = PAID.map(|(number, _)| day(case, number).unwrap_or_default());
    if amounts[1] != 0 && text(case, TAX_RULE.0).is_none() {
        let detail = "tax is withheld by a rule, which is named";
        return Err(at_field(Code::Validation, TAX_RULE.1, detail));
    }
    add(&mut allocation.paid, &amounts)?;
    within(&allocation.paid, allocation.total)?;
    add(&mut pool.paid, &amounts)?;
    within(&pool.paid, pool.allocated)?;
    let flows = &mut cmo.account(pool.sphere, &pool.currency)?.flows;
    let mut of_account = [flows.paid, flows.tax, flows.levied];
    add(&mut of_account, &amounts)?;
    // C06: nothing is paid that was not allocated.
    within(&of_account, flows.allocated)?;
    [flows.paid, flows.tax, flows.levied] = of_account;

    let mut known: Book = case.status(book.id)?.unwrap_or_default();
    known.batches = known.batches.saturating_add(1);
    let own = case.record.subject.id;
    let previous: Option<SubjectId> = allocation.last_payout.replace(own);
    let count = allocation.remainders.count;
    allocation.remainders = LinesRoot { root: TreeRoot(hash(case, 10)), count };
    let batch = Batch {
        record: case.id,
        at: case.record.event_time,
        attachment: AttachmentId(hash(case, ATTACHMENT.0)),
        lines: lines_root(case, 4, 5),
        content: BatchContent::Payout(PayoutBatch {
            cmo: cmo.subject.id,
            number: known.batches,
            allocation: id,
            previous,
            paid: amounts,
        }),
    };
    let mut effects = Effects::default();
    case.write(&mut effects, own, &batch)?;
    case.write(&mut effects, id, &paid)?;
    case.write(&mut effects, subject.id, &pool)?;
    case.write(&mut effects, book.id, &known)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

fn add(to: &mut [i64; 3], amounts: &[i64; 3]) -> Result<(), Rejection> {
    for ((slot, amount), (_, name)) in to.iter_mut().zip(amounts).zip(PAID) {
        *slot = sum(&[*slot, *amount], name)?;
        if *slot < 0 {
            let detail = "more would come back than was paid";
            return Err(at_field(Code::RemainderExceeded, name, detail));
        }
    }
    Ok(())
}

fn within(paid: &[i64; 3], allocated: i64) -> Result<(), Rejection> {
    if sum(paid, PAID[0].1)? <= allocated {
        return Ok(());
    }
    let detail = format!("only {allocated} tiyn are allocated");
    Err(at_field(Code::RemainderExceeded, PAID[0].1, detail))
}
