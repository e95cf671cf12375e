//! G07: an organisation lets another, or an officer, write in its name (spec §15.6).

use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::Kind;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Delegation, Officer, Organisation};
use crate::view::View;

/// G07: grants or revokes a delegation.
pub(crate) fn delegation<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let unknown = |subject: &Subject| {
        Rejection::new(Code::SubjectUnknown, "/subjects", format!("{subject} is not registered"))
    };
    let Some(from) = case.writer.organisation else {
        let detail = "only an organisation delegates";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    };
    let from_subject = Subject::new(Role::Organisation, from);
    let delegator: Organisation = case.status(from)?.ok_or_else(|| unknown(&from_subject))?;
    if case.writer.role != delegator.kind.writer_role() {
        let detail = "whoever delegates acts in the organisation's own role";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    }
    let others = case.record.subjects.iter().filter(|subject| {
        matches!(subject.role, Role::Organisation | Role::Officer) && **subject != from_subject
    });
    let [to] = others.copied().collect::<Vec<_>>()[..] else {
        let detail = "G07 must name the organisation and exactly one delegate";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    case.expect_subjects(vec![from_subject, to])?;
    if case.record.subject != Delegation::subject(&from, &to) {
        let detail = "it is not the item of this organisation and delegate";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    let known: Option<Delegation> = case.primary()?;
    let status = match case.record.field(1).and_then(Value::as_text) {
        Some("REVOKED") => revoked(case, known)?,
        _ => granted(case, known, from, to, &delegator)?,
    };
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    case.write(&mut effects, from, &delegator)?;
    if to.role == Role::Officer {
        let officer: Officer = case.status(to.id)?.ok_or_else(|| unknown(&to))?;
        case.write(&mut effects, to.id, &officer)?;
    } else {
        let organisation: Organisation = case.status(to.id)?.ok_or_else(|| unknown(&to))?;
        case.write(&mut effects, to.id, &organisation)?;
    }
    Ok(effects)
}

fn revoked<V: View>(
    case: &Judgement<'_, V>,
    known: Option<Delegation>,
) -> Result<Delegation, Rejection> {
    match known {
        Some(known) if known.revoked_at.is_none() => {
            Ok(Delegation { revoked_at: Some(case.block.time), ..known })
        }
        Some(_) | None => {
            let detail = "there is no delegation in force to revoke";
            Err(at_field(Code::StageNotAllowed, "action", detail))
        }
    }
}

fn granted<V: View>(
    case: &Judgement<'_, V>,
    known: Option<Delegation>,
    from: tamga_format::id::SubjectId,
    to: Subject,
    delegator: &Organisation,
) -> Result<Delegation, Rejection> {
    let time = |number, name| {
        let value = case.record.field(number).and_then(Value::as_i64).map(UnixMillis);
        value.ok_or_else(|| at_field(Code::Validation, name, "a delegation has a term"))
    };
    let (valid_from, valid_to) = (time(3, "valid_from")?, time(4, "valid_to")?);
    if valid_to <= valid_from {
        return Err(at_field(Code::DateOrder, "valid_to", "the term ends before it begins"));
    }
    if known.is_some_and(|it| it.revoked_at.is_none() && valid_from < it.valid_to) {
        let detail = "a delegation to the same delegate is in force; revoke it first";
        return Err(at_field(Code::Overlap, "valid_from", detail));
    }
    Ok(Delegation {
        from,
        to,
        kinds: scope(case, delegator)?,
        valid_from,
        valid_to,
        revoked_at: None,
    })
}

/// The kinds delegated: each is one the organisation may write itself.
fn scope<V: View>(
    case: &Judgement<'_, V>,
    delegator: &Organisation,
) -> Result<Vec<u16>, Rejection> {
    let rows = case.record.field(2).and_then(Value::as_list).unwrap_or_default();
    let role = delegator.kind.writer_role();
    let mut kinds = Vec::with_capacity(rows.len());
    for row in rows {
        let number = match row.as_list() {
            Some([number]) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
            _ => None,
        };
        let kind = number.and_then(Kind::from_number).filter(|kind| {
            // Nobody passes on what makes keys, policies and delegations.
            !matches!(kind, Kind::G03 | Kind::G04 | Kind::G07 | Kind::G08 | Kind::G09)
                && kind.info().authors.contains(&role)
        });
        let Some(kind) = kind else {
            let number = number.unwrap_or_default();
            let detail = format!("{} may not delegate kind {number}", role.name());
            return Err(at_field(Code::DelegationScope, "scope", detail));
        };
        kinds.push(kind.number());
    }
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return Err(at_field(Code::DelegationScope, "scope", "a delegation names kinds"));
    }
    Ok(kinds)
}
