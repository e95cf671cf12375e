//! Lines of payouts (R09; C05).

use tamga_format::lines::{PayoutLine, PayoutState};
use tamga_format::record::Record;
use tamga_format::subject::Role;

use super::remainder::{Remainders, add};
use super::{Holder, at_line, decode, read, stated, stated_root};
use crate::codes::{Code, Rejection};
use crate::machine::status_of;
use crate::status::{Batch, RightsholderStatus};
use tamga_format::id::SubjectId;
use tamga_format::subject::Subject;

pub(super) fn check<H: Holder>(holder: &H, record: &Record) -> Result<(), Rejection> {
    let named = record.subjects.iter().find(|it| it.role == Role::Batch);
    let known: Option<Batch> = match named {
        Some(subject) => status_of(holder.view(), subject)?,
        None => None,
    };
    let (Some(subject), Some(allocation)) = (named, known) else {
        let detail = "it names no allocation of the ledger";
        return Err(Rejection::new(Code::SubjectUnknown, "/subjects", detail));
    };
    let mut remainders = Remainders::of(holder, &subject.id, &allocation, None)?;
    let before = remainders.packed(&subject.id)?.lines;
    stated_root(record, ("remainders_before", ""), &before)?;
    let mut sums = [0_i64; 3];
    let root = read(holder, record, |number, _, line| {
        let line: PayoutLine = decode(number, line)?;
        let fault = |rejection: Rejection| at_line(rejection.code, number, rejection.detail);
        remainders.pay(&line).map_err(fault)?;
        for (sum, amount) in sums.iter_mut().zip([line.net, line.tax, line.levied]) {
            *sum = add(*sum, amount).map_err(fault)?;
        }
        if line.state != PayoutState::Returned && line.net > 0 && line.levied == 0 {
            levied(holder, number, &line)?;
        }
        Ok(())
    })?;
    for (name, sum) in ["net", "tax", "levied"].into_iter().zip(sums) {
        stated(record, name, sum.into())?;
    }
    stated_root(record, ("payout_root", "line_count"), &root)?;
    stated_root(record, ("remainders_root", ""), &remainders.packed(&subject.id)?.lines)
}

/// Where a bailiff levied on the royalties, nothing is paid past him.
fn levied<H: Holder>(holder: &H, number: u64, line: &PayoutLine) -> Result<(), Rejection> {
    let subject = Subject::new(Role::Rightsholder, SubjectId(line.rightsholder));
    let known: Option<RightsholderStatus> = status_of(holder.view(), &subject)?;
    if known.is_some_and(|status| status.levies > 0) {
        let detail = "royalties of the rightsholder are levied on, and nothing goes to the bailiff";
        return Err(at_line(Code::LevyUnpaid, number, detail));
    }
    Ok(())
}
