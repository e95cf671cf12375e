//! Lines of uses (R05).

use tamga_format::id::SubjectId;
use tamga_format::lines::UsageLine;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use super::{Holder, at_line, decode, read, stated, stated_root};
use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::view::View;

/// What a work is called that is not identified.
pub(super) const UNKNOWN: [u8; 32] = [0; 32];

pub(super) fn check<H: Holder>(holder: &H, record: &Record) -> Result<(), Rejection> {
    let day = |name: &str| {
        let field = Kind::R05.info().field_named(name)?;
        record.field(field.number)?.as_i64()
    };
    let (first, last) = (day("first_day").unwrap_or(0), day("last_day").unwrap_or(0));
    let mut uses = 0_i128;
    let mut work = UNKNOWN;
    let root = read(holder, record, |number, _, line| {
        let line: UsageLine = decode(number, line)?;
        if line.first_day < first || line.last_day > last || line.last_day < line.first_day {
            return Err(at_line(Code::DateOrder, number, "its days are not those of the batch"));
        }
        // Lines of a work are neighbours.
        if line.work != work {
            let subject = Subject::new(Role::Work, SubjectId(line.work));
            if line.work != UNKNOWN && holder.view().status(&subject)?.is_none() {
                let detail = "no such work is registered; leave it unidentified";
                return Err(at_line(Code::SubjectUnknown, number, detail));
            }
            work = line.work;
        }
        uses = uses.saturating_add(line.uses.into());
        Ok(())
    })?;
    stated(record, "uses", uses)?;
    stated_root(record, ("usage_root", "usage_count"), &root)
}
