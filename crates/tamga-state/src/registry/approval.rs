//! G09: organisations approve a record by its id, also before it is in the log (spec §15.8).

use tamga_format::cbor::Value;
use tamga_format::id::RecordId;
use tamga_format::subject::{Role, Subject};

use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Approval, Organisation};
use crate::view::View;

/// G09: adds the writer's organisation to those that approve a record, or takes it away.
pub(crate) fn approval<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let Some(id) = case.writer.organisation else {
        let detail = "only an organisation approves";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    };
    let subject = Subject::new(Role::Organisation, id);
    case.expect_subjects(vec![subject])?;
    let target = case.record.field(1).and_then(Value::as_array_of).map(RecordId);
    let target = target.ok_or_else(|| at_field(Code::Validation, "target", "it is missing"))?;
    if case.record.subject != Approval::subject(&target) {
        let detail = "it is not the item of this record's approvals";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    let known: Option<Approval> = case.primary()?;
    let mut status = known.unwrap_or(Approval { target, organisations: Vec::new() });
    let place = status.organisations.binary_search(&id);
    let approves = case.record.field(2).and_then(Value::as_text) == Some("APPROVED");
    match (approves, place) {
        (true, Err(at)) if status.organisations.len() < Approval::ORGANISATIONS_MAX => {
            status.organisations.insert(at, id);
        }
        (true, Err(_)) => {
            let detail = format!("{} organisations approve", Approval::ORGANISATIONS_MAX);
            return Err(at_field(Code::StatusFull, "decision", detail));
        }
        (true, Ok(_)) => {
            let detail = "the organisation approves already";
            return Err(at_field(Code::Duplicate, "decision", detail));
        }
        (false, Ok(at)) => {
            status.organisations.remove(at);
        }
        (false, Err(_)) => {
            let detail = "the organisation does not approve";
            return Err(at_field(Code::StageNotAllowed, "decision", detail));
        }
    }
    let organisation: Organisation = case.status(id)?.ok_or_else(|| {
        Rejection::new(Code::SubjectUnknown, "/subjects", format!("{subject} is not registered"))
    })?;
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    case.write(&mut effects, id, &organisation)?;
    Ok(effects)
}
