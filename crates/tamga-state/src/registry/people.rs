//! G01 organisation, G02 officer (spec §15.1).

use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{OrganisationKind, WriterRole};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Officer, Organisation, Standing};
use crate::view::View;

/// G01: registers an organisation, or with `state` changes a registered one.
pub(crate) fn organisation<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    case.expect_subjects(Vec::new())?;
    let known: Option<Organisation> = case.primary()?;
    let bin = text(case, 1).unwrap_or_default();
    registered(case, Role::Organisation, bin, "bin")?;
    let status = Organisation {
        kind: word(case, 2, OrganisationKind::from_name)?,
        bin: bin.to_owned(),
        region: text(case, 3).map(str::to_owned),
        standing: new_or_known(case, 4, known.is_some())?,
    };
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    Ok(effects)
}

/// G02: registers an officer of an organisation, or with `state` changes a registered one.
pub(crate) fn officer<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let known: Option<Officer> = case.primary()?;
    let number = text(case, 1).unwrap_or_default();
    registered(case, Role::Officer, number, "number")?;
    let [organisation] = case.named(Role::Organisation)[..] else {
        let detail = "G02 must name exactly one organisation";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    case.expect_subjects(vec![Subject::new(Role::Organisation, organisation)])?;
    let Some(employer) = case.status::<Organisation>(organisation)? else {
        let detail = "the organisation is not registered";
        return Err(Rejection::new(Code::SubjectUnknown, "/subjects/0", detail));
    };
    let role = word(case, 2, WriterRole::from_name)?;
    may_appoint(case.writer.role, role)?;
    let standing = new_or_known(case, 7, known.is_some())?;
    let valid_from = time(case, 5).unwrap_or_default();
    let valid_to = time(case, 6);
    if valid_to.is_some_and(|to| to <= valid_from) {
        return Err(at_field(
            Code::DateOrder,
            "valid_to",
            "the term of office ends before it begins",
        ));
    }
    let load = known.as_ref().map_or(0, |known| known.load);
    if load > 0 && (!role.is_enforcer() || standing == Standing::Terminated) {
        let detail = format!("{load} open cases are assigned to the officer");
        return Err(at_field(Code::StageNotAllowed, "state", detail));
    }
    let status = Officer {
        number: number.to_owned(),
        role,
        organisation,
        licence: text(case, 3).map(str::to_owned),
        region: text(case, 4).map(str::to_owned),
        standing,
        valid_from,
        valid_to,
        load,
    };
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    // The organisation's history shows its officers, so its status names this record.
    case.write(&mut effects, organisation, &employer)?;
    Ok(effects)
}

/// Chambers appoint private bailiffs and themselves; the state's registrars anybody.
fn may_appoint(by: WriterRole, role: WriterRole) -> Result<(), Rejection> {
    let allowed = match by {
        WriterRole::AuthorisedBody | WriterRole::Operator => true,
        WriterRole::RegionalChamber => {
            matches!(role, WriterRole::PrivateBailiff | WriterRole::RegionalChamber)
        }
        WriterRole::RepublicanChamber => matches!(
            role,
            WriterRole::PrivateBailiff
                | WriterRole::RegionalChamber
                | WriterRole::RepublicanChamber
        ),
        _ => false,
    };
    if allowed {
        Ok(())
    } else {
        let detail = format!("{} may not register a {}", by.name(), role.name());
        Err(at_field(Code::RoleForbidden, "officer_role", detail))
    }
}

/// Refuses unless the primary subject is the one with this registry number.
pub(super) fn registered<V: View>(
    case: &Judgement<'_, V>,
    role: Role,
    number: &str,
    field: &str,
) -> Result<(), Rejection> {
    if case.record.subject == Subject::registered(role, number) {
        Ok(())
    } else {
        let detail = format!("it is not the {} with this {field}", role.name());
        Err(Rejection::new(Code::PrimarySubject, "/subject", detail))
    }
}

/// The standing after the record: `state` is for registered subjects only, and they need it.
fn new_or_known<V: View>(
    case: &Judgement<'_, V>,
    field: u16,
    known: bool,
) -> Result<Standing, Rejection> {
    let standing = text(case, field).and_then(Standing::from_name);
    match (known, standing) {
        (false, None) => Ok(Standing::Active),
        (true, Some(standing)) => Ok(standing),
        (true, None) => {
            let detail = format!("{} is registered; give state to change it", case.record.subject);
            Err(Rejection::new(Code::Duplicate, "/subject", detail))
        }
        (false, Some(_)) => {
            let detail = format!("{} is not registered; leave state out", case.record.subject);
            Err(at_field(Code::SubjectUnknown, "state", detail))
        }
    }
}

fn text<'a, V: View>(case: &Judgement<'a, V>, number: u16) -> Option<&'a str> {
    case.record.field(number).and_then(Value::as_text)
}

fn time<V: View>(case: &Judgement<'_, V>, number: u16) -> Option<UnixMillis> {
    case.record.field(number).and_then(Value::as_i64).map(UnixMillis)
}

fn word<V: View, T>(
    case: &Judgement<'_, V>,
    number: u16,
    of: fn(&str) -> Option<T>,
) -> Result<T, Rejection> {
    let word = text(case, number).unwrap_or_default();
    of(word).ok_or_else(|| {
        Rejection::new(Code::Validation, format!("/fields/{number}"), format!("{word} is unknown"))
    })
}
