//! Who writes a record: the key, its holder, the role and the office (spec §15.2).

use tamga_format::id::SubjectId;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{KindInfo, WriterRole};
use crate::codes::{Code, Rejection};
use crate::machine::{BlockContext, status_of};
use crate::registry::{key_of, key_subject};
use crate::status::{KeyStatus, Officer, Organisation, Standing};
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
    let (writer, organisation) = holder(view, block, record)?;
    if !info.authors.contains(&writer.role) {
        let detail = format!("{} may not write {}", writer.role.name(), info.code);
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    }
    match (record.on_behalf_of, organisation) {
        (None, _) if !writer.role.is_machine() => Ok(writer),
        (Some(named), Some(own)) if named == own => Ok(writer),
        (None | Some(_), _) => {
            let detail = "a robot or gateway names its own organisation, nobody names another";
            Err(Rejection::new(Code::OnBehalfOf, "/on_behalf_of", detail))
        }
    }
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

/// The holder as a writer, and the organisation it belongs to.
fn holder<V: View>(
    view: &V,
    block: &BlockContext,
    record: &Record,
) -> Result<(Writer, Option<SubjectId>), Rejection> {
    let subject = record.issuer;
    let unknown = || {
        let detail = format!("{subject} is not registered");
        Rejection::new(Code::SubjectUnknown, "/issuer", detail)
    };
    match subject.role {
        Role::Officer => {
            let officer: Officer = status_of(view, &subject)?.ok_or_else(unknown)?;
            officer_in_force(block, record, &officer, "/issuer")?;
            let writer = Writer { subject, role: officer.role, region: officer.region };
            Ok((writer, Some(officer.organisation)))
        }
        Role::Organisation => {
            let organisation: Organisation = status_of(view, &subject)?.ok_or_else(unknown)?;
            standing(organisation.standing, "/issuer")?;
            let role = organisation.kind.writer_role();
            Ok((Writer { subject, role, region: organisation.region }, Some(subject.id)))
        }
        Role::Debtor => Ok((Writer { subject, role: WriterRole::Debtor, region: None }, None)),
        Role::Claimant => Ok((Writer { subject, role: WriterRole::Claimant, region: None }, None)),
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
