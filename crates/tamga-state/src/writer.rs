//! Who writes a record: the key, its holder, the role and the office (spec §15.2).

use tamga_format::id::SubjectId;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{KindInfo, WriterRole};
use crate::codes::{Code, Rejection};
use crate::machine::{BlockContext, status_of};
use crate::registry::{key_of, key_subject};
use crate::status::{Delegation, KeyStatus, Officer, Organisation, Standing};
use crate::view::View;

/// The writer of a record, found to be in force.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    /// The subject that writes.
    pub(crate) subject: Subject,
    /// The role in which it writes.
    pub(crate) role: WriterRole,
    /// The region of its office; `None` for the whole country.
    pub(crate) region: Option<String>,
    /// The organisation that answers for it; parties have none.
    pub(crate) organisation: Option<SubjectId>,
}

/// Finds the writer and checks that key and office are in force at event time and block time, and
/// that the role may write the kind.
pub(crate) fn writer_of<V: View>(
    view: &V,
    block: &BlockContext,
    record: &Record,
    info: &KindInfo,
) -> Result<Writer, Rejection> {
    let Some(key) = key_of(view, &record.key_id)? else {
        let detail = format!("there is no {}", key_subject(&record.key_id));
        return Err(Rejection::new(Code::UnknownKey, "/key_id", detail));
    };
    if key.holder != record.issuer {
        let detail = format!("the key is held by {}", key.holder);
        return Err(Rejection::new(Code::IssuerMismatch, "/issuer", detail));
    }
    key_in_force(block, record, &key)?;
    let writer = on_behalf(view, block, record, holder(view, block, record)?)?;
    if !info.authors.contains(&writer.role) {
        let detail = format!("{} may not write {}", writer.role.name(), info.code);
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    }
    Ok(writer)
}

/// The writer as the one in whose name the record is: its own organisation, or another that has
/// delegated this kind to it and answers for the record then.
fn on_behalf<V: View>(
    view: &V,
    block: &BlockContext,
    record: &Record,
    writer: Writer,
) -> Result<Writer, Rejection> {
    let refuse = |code, detail: &str| Err(Rejection::new(code, "/on_behalf_of", detail));
    let Some(named) = record.on_behalf_of else {
        if writer.role.is_machine() {
            return refuse(
                Code::OnBehalfOf,
                "a robot or gateway names the organisation it acts for",
            );
        }
        return Ok(writer);
    };
    if writer.organisation == Some(named) {
        return Ok(writer);
    }
    let own = writer.organisation.map(|id| Subject::new(Role::Organisation, id));
    let mut known = false;
    for to in [Some(writer.subject), own].into_iter().flatten() {
        let item: Option<Delegation> = status_of(view, &Delegation::subject(&named, &to))?;
        let Some(delegation) = item else { continue };
        known = true;
        let times = [record.event_time, block.time];
        if !times.into_iter().all(|time| delegation.holds_at(time))
            || !delegation.kinds.contains(&record.kind)
        {
            continue;
        }
        let subject = Subject::new(Role::Organisation, named);
        let delegator: Option<Organisation> = status_of(view, &subject)?;
        let Some(delegator) = delegator else { continue };
        standing(delegator.standing, "/on_behalf_of")?;
        let role =
            if writer.role.is_machine() { writer.role } else { delegator.kind.writer_role() };
        let region = delegator.region;
        return Ok(Writer { role, region, organisation: Some(named), ..writer });
    }
    if known {
        return refuse(
            Code::DelegationScope,
            "the delegation is not in force, or not for this kind",
        );
    }
    refuse(Code::OnBehalfOf, "it is neither the writer's organisation nor one that delegated to it")
}

fn key_in_force(block: &BlockContext, record: &Record, key: &KeyStatus) -> Result<(), Rejection> {
    if key.revoked_at.is_some() {
        // A key never comes back, and whatever enters the log now is later than its revocation.
        return Err(Rejection::new(Code::KeyRevoked, "/key_id", "the key is revoked"));
    }
    for (time, pointer) in [(record.event_time, "/event_time"), (block.time, "/key_id")] {
        if time < key.valid_from {
            let detail = format!("the key is in force from {} ms", key.valid_from);
            return Err(Rejection::new(Code::KeyNotYetValid, pointer, detail));
        }
        if let Some(to) = key.valid_to.filter(|to| time >= *to) {
            let detail = format!("the key was in force until {to} ms");
            return Err(Rejection::new(Code::KeyExpired, pointer, detail));
        }
    }
    Ok(())
}

/// The holder of the key as a writer.
fn holder<V: View>(view: &V, block: &BlockContext, record: &Record) -> Result<Writer, Rejection> {
    let subject = record.issuer;
    let unknown = || {
        let detail = format!("{subject} is not registered");
        Rejection::new(Code::SubjectUnknown, "/issuer", detail)
    };
    let party = |role| Writer { subject, role, region: None, organisation: None };
    match subject.role {
        Role::Officer => {
            let officer: Officer = status_of(view, &subject)?.ok_or_else(unknown)?;
            officer_in_force(block, record, &officer, "/issuer")?;
            let organisation = Some(officer.organisation);
            Ok(Writer { subject, role: officer.role, region: officer.region, organisation })
        }
        Role::Organisation => {
            let organisation: Organisation = status_of(view, &subject)?.ok_or_else(unknown)?;
            standing(organisation.standing, "/issuer")?;
            let role = organisation.kind.writer_role();
            let region = organisation.region;
            Ok(Writer { subject, role, region, organisation: Some(subject.id) })
        }
        Role::Debtor => Ok(party(WriterRole::Debtor)),
        Role::Claimant => Ok(party(WriterRole::Claimant)),
        Role::Rightsholder => Ok(party(WriterRole::Rightsholder)),
        _ => Err(unknown()),
    }
}

/// Refuses unless the officer is in office at event time and at block time.
pub(crate) fn officer_in_force(
    block: &BlockContext,
    record: &Record,
    officer: &Officer,
    pointer: &str,
) -> Result<(), Rejection> {
    standing(officer.standing, pointer)?;
    if officer.in_office_at(record.event_time) && officer.in_office_at(block.time) {
        Ok(())
    } else {
        let detail = format!("officer {} is not in office then", officer.number);
        Err(Rejection::new(Code::OfficerNotInForce, pointer, detail))
    }
}

fn standing(standing: Standing, pointer: &str) -> Result<(), Rejection> {
    match standing {
        Standing::Active => Ok(()),
        Standing::Suspended => Err(Rejection::new(Code::OfficerSuspended, pointer, "suspended")),
        Standing::Terminated => Err(Rejection::new(Code::OfficerNotInForce, pointer, "terminated")),
    }
}
