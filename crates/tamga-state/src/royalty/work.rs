//! R01: a work, in each category of rights (spec §23.2).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::{Cmo, categories, text};
use crate::catalogue::WriterRole;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{RightsholderStatus, Work};
use crate::view::View;

/// Rightsholders that one record names as creators.
const CREATORS_MAX: usize = 64;

/// R01: registers a work, or revises what is known of it.
pub(crate) fn work<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::of(case)?;
    let name = text(case, 2).unwrap_or_default();
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let detail = "it has Latin letters, digits and hyphens only";
        return Err(at_field(Code::IdentifierInvalid, "work_id", detail));
    }
    let missing = || at_field(Code::Validation, "right_categories", "none is given");
    let categories = categories(case, 3)?.ok_or_else(missing)?;
    let subjects: Vec<Subject> =
        categories.iter().map(|category| Work::subject(name, category)).collect();
    if subjects.first() != Some(&case.record.subject) {
        let detail = "it is not the work in the first of its categories";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    recordings(case)?;
    let creators = case.named(Role::Rightsholder);
    if creators.len() > CREATORS_MAX {
        let detail = format!("more than {CREATORS_MAX} creators");
        return Err(Rejection::new(Code::LimitExceeded, "/subjects", detail));
    }
    let named = creators.iter().map(|id| Subject::new(Role::Rightsholder, *id));
    let expected = subjects.iter().copied().chain(cmo.as_ref().map(|cmo| cmo.subject));
    case.expect_subjects(expected.chain(named).collect())?;

    let Some(writer) = case.writer.organisation else {
        let detail = "only an organisation registers works";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    };
    let title: [u8; 32] = case.record.field(5).and_then(Value::as_array_of).unwrap_or_default();
    let mut effects = Effects::default();
    for (subject, category) in subjects.iter().zip(categories.iter()) {
        let known: Option<Work> = case.status(subject.id)?;
        let registrant = registrant(case, known.as_ref(), writer)?;
        let iswc = text(case, 4).map(str::to_owned);
        let (shares, disputes) =
            known.map(|known| (known.shares, known.disputes)).unwrap_or_default();
        let work = Work { registrant, iswc, title, category, shares, disputes };
        case.write(&mut effects, subject.id, &work)?;
    }
    for creator in creators {
        let status: RightsholderStatus = case.status(creator)?.unwrap_or_default();
        case.write(&mut effects, creator, &status)?;
    }
    if let Some(cmo) = cmo {
        cmo.write(case, &mut effects)?;
    }
    Ok(effects)
}

/// Who registered the work: the writer, unless it is known. Only who registered it and the expert organisation
/// revise it.
pub(super) fn registrant<V: View>(
    case: &Judgement<'_, V>,
    known: Option<&Work>,
    writer: SubjectId,
) -> Result<SubjectId, Rejection> {
    match known {
        None => Ok(writer),
        Some(known) if known.registrant == writer || case.writer.role == WriterRole::Operator => {
            Ok(known.registrant)
        }
        Some(_) => {
            let detail = "another organisation registered the work";
            Err(Rejection::new(Code::Duplicate, "/subject", detail))
        }
    }
}

/// No recording stands twice.
fn recordings<V: View>(case: &Judgement<'_, V>) -> Result<(), Rejection> {
    let rows = case.record.field(8).and_then(Value::as_list).unwrap_or_default();
    let twice = rows.iter().enumerate().any(|(at, row)| rows.iter().take(at).any(|it| it == row));
    if twice {
        return Err(at_field(Code::Validation, "recordings", "a recording stands twice"));
    }
    Ok(())
}
