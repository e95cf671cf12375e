//! R04: an organisation licenses somebody to use works (spec §23.4).

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::{Role, Subject};

use super::{Cmo, document, event_day, past_day, required_day, sphere, text, without};
use crate::catalogue::OrganisationKind;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Licence, Licensee, Organisation, Standing};
use crate::view::View;

const USER: (u16, &str) = (3, "user_id");
const USE_TYPES: (u16, &str) = (4, "use_types");
const TARIFF: (u16, &str) = (5, "tariff_rule_id");
const TERRITORY: (u16, &str) = (6, "territory");
const VALID_FROM: (u16, &str) = (7, "valid_from");
const VALID_TO: (u16, &str) = (8, "valid_to");
const SPHERE: (u16, &str) = (9, "sphere");
const LICENCE: (u16, &str) = (10, "licence");
const END_DATE: (u16, &str) = (11, "end_date");

/// R04: grants a licence, or ends one before its term.
pub(crate) fn licence<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    case.expect_subjects(vec![cmo.subject])?;
    let mut status: Licensee = case.primary()?.unwrap_or_default();
    match text(case, 2) {
        Some("ENDED") => ended(case, &cmo, &mut status)?,
        _ => signed(case, &cmo, &mut status)?,
    }
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

fn signed<V: View>(
    case: &Judgement<'_, V>,
    cmo: &Cmo,
    status: &mut Licensee,
) -> Result<(), Rejection> {
    without(case, &[LICENCE, END_DATE])?;
    document(case)?;
    for (number, name) in [USE_TYPES, TARIFF, TERRITORY] {
        if case.record.field(number).is_none() {
            return Err(at_field(Code::Validation, name, "a licence has it"));
        }
    }
    user(case)?;
    let sphere = sphere(case, SPHERE)?;
    let (from, to) = (required_day(case, VALID_FROM)?, required_day(case, VALID_TO)?);
    if to <= from {
        return Err(at_field(Code::DateOrder, VALID_TO.1, "the term ends before it begins"));
    }
    cmo.accredited(case, sphere, event_day(case), SPHERE.1)?;
    if status.licences.len() >= Licensee::LICENCES_MAX {
        let detail = format!("the user has {} licences, the limit", Licensee::LICENCES_MAX);
        return Err(Rejection::new(Code::StatusFull, "/subject", detail));
    }
    status.licences.push(Licence { record: case.id, cmo: cmo.subject.id, sphere, from, to });
    Ok(())
}

/// A user that is a registered organisation is the subject of its БИН; others are known by a tag.
fn user<V: View>(case: &Judgement<'_, V>) -> Result<(), Rejection> {
    let Some(id) = case.record.field(USER.0).and_then(Value::as_array_of).map(SubjectId) else {
        return Ok(());
    };
    let known: Option<Organisation> = case.status(id)?;
    let user =
        known.filter(|it| it.kind == OrganisationKind::User && it.standing == Standing::Active);
    let Some(user) = user else {
        let detail = "no user of works in function is registered under it";
        return Err(at_field(Code::SubjectUnknown, USER.1, detail));
    };
    if case.record.subject != Subject::registered(Role::Licensee, &user.bin) {
        let detail = "it is not the licensee of this user's БИН";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    Ok(())
}

fn ended<V: View>(
    case: &Judgement<'_, V>,
    cmo: &Cmo,
    status: &mut Licensee,
) -> Result<(), Rejection> {
    without(case, &[USER, USE_TYPES, TARIFF, TERRITORY, VALID_FROM, VALID_TO, SPHERE])?;
    let record = case.record.field(LICENCE.0).and_then(Value::as_array_of).map(RecordId);
    let end = past_day(case, END_DATE)?;
    let licence = status
        .licences
        .iter_mut()
        .find(|licence| Some(licence.record) == record && licence.cmo == cmo.subject.id);
    let Some(licence) = licence else {
        let detail = "the organisation gave the user no such licence";
        return Err(at_field(Code::TargetUnknown, LICENCE.1, detail));
    };
    if !(licence.from..=licence.to).contains(&end) {
        let detail = "it does not lie in the licence's term";
        return Err(at_field(Code::DateOrder, END_DATE.1, detail));
    }
    licence.to = end;
    Ok(())
}
