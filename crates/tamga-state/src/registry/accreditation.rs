//! G05: the accreditation of a collective management organisation in a sphere (spec §15.5).

use tamga_format::cbor::Value;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::OrganisationKind;
use crate::civil::{DAY_DOUBT, day_of};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{Accreditation, AccreditationState, CmoStatus, Organisation, Sphere, Standing};
use crate::view::View;

/// G05: brings an accreditation to a state.
pub(crate) fn accreditation<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let [id] = case.named(Role::Organisation)[..] else {
        let detail = "G05 must name exactly one organisation";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    let Some(organisation) = case.status::<Organisation>(id)? else {
        let detail = "the organisation is not registered";
        return Err(Rejection::new(Code::SubjectUnknown, "/subjects", detail));
    };
    let fits = organisation.kind == OrganisationKind::Cmo;
    if !fits || organisation.standing != Standing::Active {
        let detail = "it is no collective management organisation in function";
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    let cmo = Subject::registered(Role::Cmo, &organisation.bin);
    case.expect_subjects(vec![Subject::new(Role::Organisation, id), cmo])?;
    let word = |number: u16| case.record.field(number).and_then(Value::as_text).unwrap_or_default();
    let unknown = |name| at_field(Code::Validation, name, "unknown");
    let sphere = Sphere::from_name(word(1)).ok_or_else(|| unknown("sphere"))?;
    let state = AccreditationState::from_name(word(2)).ok_or_else(|| unknown("state"))?;
    if case.record.subject != Accreditation::subject(&organisation.bin, sphere) {
        let detail = "it is not the item of this organisation and sphere";
        return Err(Rejection::new(Code::PrimarySubject, "/subject", detail));
    }
    let known: Option<Accreditation> = case.primary()?;
    let before = known.as_ref().map(|known| known.state);
    let mut status = known.unwrap_or(Accreditation {
        organisation: id,
        sphere,
        state,
        since: 0,
        terms: Vec::new(),
        suspensions: Vec::new(),
    });
    advance(case, before, state, &mut status)?;
    let mut cmo_status: CmoStatus = case.status(cmo.id)?.unwrap_or_default();
    let granted = |state: AccreditationState| state == AccreditationState::Granted;
    match (before.is_some_and(granted), granted(state)) {
        (false, true) => cmo_status.accreditations = cmo_status.accreditations.saturating_add(1),
        (true, false) => cmo_status.accreditations = cmo_status.accreditations.saturating_sub(1),
        (true, true) | (false, false) => {}
    }
    let mut effects = Effects::default();
    case.write(&mut effects, case.record.subject.id, &status)?;
    case.write(&mut effects, id, &organisation)?;
    case.write(&mut effects, cmo.id, &cmo_status)?;
    Ok(effects)
}

/// APPLIED → GRANTED → {SUSPENDED ↔ GRANTED} → {EXPIRED | REVOKED}; terms don't overlap.
fn advance<V: View>(
    case: &Judgement<'_, V>,
    before: Option<AccreditationState>,
    state: AccreditationState,
    status: &mut Accreditation,
) -> Result<(), Rejection> {
    use AccreditationState::{Applied, Expired, Granted, Revoked, Suspended};
    let follows = matches!(
        (before, state),
        (None | Some(Expired | Revoked), Applied | Granted)
            | (Some(Applied | Suspended), Granted)
            | (Some(Granted), Granted | Suspended)
            | (Some(Granted | Suspended), Expired | Revoked)
    );
    if !follows {
        let from = before.map_or("NONE", AccreditationState::name);
        let detail = format!("{} does not follow {from}", state.name());
        return Err(at_field(Code::StageNotAllowed, "state", detail));
    }
    let date = |number| case.record.field(number).and_then(Value::as_i64);
    let day = date(3).unwrap_or_default();
    if day > day_of(case.record.event_time).saturating_add(DAY_DOUBT) || day < status.since {
        let detail = "it lies after the event, or before the last change";
        return Err(at_field(Code::DateOrder, "state_date", detail));
    }
    let resumes = before == Some(Suspended) && state == Granted;
    match (date(4), date(5)) {
        (None, None) if state != Granted || resumes => {}
        (Some(first), Some(end)) if state == Granted && !resumes => {
            term(status, first, end)?;
        }
        (_, _) => {
            let detail = "a grant has valid_from and valid_to, and no other change has";
            return Err(at_field(Code::Validation, "valid_from", detail));
        }
    }
    match state {
        Expired if status.terms.last().is_some_and(|(_, end)| day < *end) => {
            let detail = "the term is not over; what ends earlier is revoked";
            return Err(at_field(Code::DateOrder, "state_date", detail));
        }
        Revoked => {
            status.terms.retain(|(first, _)| *first < day);
            if let Some((_, end)) = status.terms.last_mut() {
                *end = day.min(*end);
            }
        }
        Suspended if status.suspensions.len() >= Accreditation::TERMS_MAX => {
            let most = Accreditation::TERMS_MAX;
            let detail = format!("there are {most} suspensions, which is the limit");
            return Err(at_field(Code::StatusFull, "state", detail));
        }
        Suspended => status.suspensions.push((day, None)),
        Applied | Granted | Expired => {}
    }
    if state != Suspended
        && let Some((_, resumed)) = status.suspensions.last_mut()
    {
        resumed.get_or_insert(day);
    }
    status.state = state;
    status.since = day;
    Ok(())
}

/// A term begins when the one before it has ended.
fn term(status: &mut Accreditation, first: i64, end: i64) -> Result<(), Rejection> {
    if end <= first {
        return Err(at_field(Code::DateOrder, "valid_to", "the term ends before it begins"));
    }
    if status.terms.last().is_some_and(|(_, last)| first < *last) {
        let detail = "the term overlaps the one before it";
        return Err(at_field(Code::Overlap, "valid_from", detail));
    }
    if status.terms.len() >= Accreditation::TERMS_MAX {
        let detail = format!("there are {} terms, which is the limit", Accreditation::TERMS_MAX);
        return Err(at_field(Code::StatusFull, "valid_from", detail));
    }
    status.terms.push((first, end));
    Ok(())
}
