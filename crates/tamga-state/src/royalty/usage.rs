//! R05: a batch of uses (spec §23.8).

use tamga_format::cbor::Value;
use tamga_format::id::{AttachmentId, RecordId};
use tamga_format::subject::{Role, Subject};

use super::{
    ATTACHMENT, Cmo, base, count, hash, lines_root, new_batch, past_day, required_day, text,
};
use crate::catalogue::WriterRole;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Batch, BatchContent, Licensee, UsageBatch, UsageSource};
use crate::view::View;

const LICENCE: (u16, &str) = (10, "licence");

/// R05: uses of works by one user in some days.
pub(crate) fn usage<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    let [licensee] = case.named(Role::Licensee)[..] else {
        let detail = "R05 names exactly one licensee";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    case.expect_subjects(vec![cmo.subject, Subject::new(Role::Licensee, licensee)])?;
    new_batch(case)?;
    base(case)?;
    let days = (required_day(case, (7, "first_day"))?, past_day(case, (8, "last_day"))?);
    if days.1 < days.0 {
        return Err(at_field(Code::DateOrder, "last_day", "the use ends before it begins"));
    }
    let source = text(case, 9).and_then(UsageSource::from_name).unwrap_or(UsageSource::Report);
    if source == UsageSource::Counter && case.writer.role == WriterRole::User {
        let detail = "a user reports; the platform counts";
        return Err(at_field(Code::RoleForbidden, "source", detail));
    }
    let user: Licensee = case.status(licensee)?.unwrap_or_default();
    let licensed = match case.record.field(LICENCE.0).and_then(Value::as_array_of).map(RecordId) {
        None => false,
        Some(record) => {
            let known = user.licence(&record).filter(|it| it.cmo == cmo.subject.id);
            let Some(licence) = known else {
                let detail = "the organisation gave the user no such licence";
                return Err(at_field(Code::TargetUnknown, LICENCE.1, detail));
            };
            if !licence.covers(days.0, days.1) {
                let detail = "it does not cover the days of use";
                return Err(at_field(Code::LicenceNotInForce, LICENCE.1, detail));
            }
            true
        }
    };
    let content = BatchContent::Usage(UsageBatch {
        cmo: cmo.subject.id,
        licensee,
        source,
        days,
        uses: count(case, 6),
        licensed,
        consumed: Vec::new(),
    });
    let mut effects = Effects::default();
    let batch = Batch {
        record: case.id,
        at: case.record.event_time,
        attachment: AttachmentId(hash(case, ATTACHMENT.0)),
        lines: lines_root(case, 4, 5),
        content,
    };
    case.write(&mut effects, case.record.subject.id, &batch)?;
    case.write(&mut effects, licensee, &user)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}
