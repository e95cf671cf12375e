//! Measures: E06 imposes, E07 answers a request for sanction, E08 suspends and lifts (spec §16.14).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use crate::catalogue::{Kind, MeasureRule, WriterRole, relation};
use crate::civil::{add_months, day_of};
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_body, at_field};
use crate::matrix::Stage;
use crate::status::{Case, Measure, MeasureCode, MeasureState, Money, PartyKind};
use crate::view::View;

use super::checks::mrp_tiyn;
use super::proceeding::{Act, Proceeding, named};
use super::step::{date, word};

/// The state that a record of E06, E07 or E08 brings its measure to.
pub(super) fn target(kind: Kind, record: &Record) -> Result<MeasureState, Rejection> {
    let (number, name) = match kind {
        Kind::E06 => (2, "measure_state"),
        Kind::E07 => (1, "decision"),
        _ => (1, "measure_state"),
    };
    MeasureState::from_name(word(record, number))
        .ok_or_else(|| at_field(Code::Validation, name, "unknown"))
}

/// Brings the measure that the record names to its next state.
pub(super) fn advance(
    proceeding: &mut Proceeding,
    act: Act<'_>,
    kind: Kind,
    to: MeasureState,
) -> Result<(), Rejection> {
    let Some(id) = named(act.record, Role::Measure) else {
        let detail = format!("{} must name its measure", kind.info().code);
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    let before = proceeding.measures.get(&id);
    if before.is_some_and(|known| known.case != act.record.subject.id) {
        let detail = "the measure belongs to another case";
        return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
    }
    let state = before.map(|known| known.state);
    if !follows(kind, state, to) {
        return Err(refused(kind, state, to));
    }
    let mut measure = match before {
        Some(known) => known.clone(),
        None => imposed(act)?,
    };
    if kind == Kind::E06 {
        same_measure(&measure, act.record)?;
    }
    measure.state = to;
    measure.since = act.record.event_time;
    match to {
        MeasureState::SanctionRequested => measure.requested_by = Some(act.id),
        MeasureState::Sanctioned | MeasureState::SanctionDenied => {
            measure.answered_by = Some(act.id);
        }
        MeasureState::Active if kind == Kind::E06 => measure.imposed_by = Some(act.id),
        _ => {}
    }
    proceeding.put_measure(id, measure);
    Ok(())
}

/// Whether a kind may bring a measure from one state to another.
const fn follows(kind: Kind, from: Option<MeasureState>, to: MeasureState) -> bool {
    use MeasureState::{
        Active, Lifted, Proposed, SanctionDenied, SanctionRequested, Sanctioned, Suspended,
    };
    match kind {
        Kind::E06 => matches!(
            (from, to),
            (None, Proposed | SanctionRequested | Active)
                | (Some(Proposed), SanctionRequested | Active)
                | (Some(Sanctioned), Active)
        ),
        Kind::E07 => matches!((from, to), (Some(SanctionRequested), Sanctioned | SanctionDenied)),
        _ => matches!(
            (from, to),
            (Some(Active), Suspended | Lifted) | (Some(Suspended), Active | Lifted)
        ),
    }
}

fn refused(kind: Kind, from: Option<MeasureState>, to: MeasureState) -> Rejection {
    let from_name = from.map_or("NONE", MeasureState::name);
    let (code, field) = match (kind, from) {
        (Kind::E07, Some(state)) if state != MeasureState::SanctionRequested => {
            (Code::SanctionNotAwaited, "decision")
        }
        (Kind::E07, _) => (Code::SanctionNotAwaited, "decision"),
        (Kind::E06, Some(MeasureState::SanctionRequested | MeasureState::SanctionDenied))
            if to == MeasureState::Active =>
        {
            (Code::SanctionMissing, "measure_state")
        }
        _ => (Code::MeasureState, "measure_state"),
    };
    at_field(code, field, format!("{} does not follow {from_name}", to.name()))
}

/// A measure as its first record describes it.
fn imposed(act: Act<'_>) -> Result<Measure, Rejection> {
    let unknown = || at_field(Code::Validation, "measure_code", "unknown");
    Ok(Measure {
        case: act.record.subject.id,
        code: MeasureCode::from_name(word(act.record, 1)).ok_or_else(unknown)?,
        state: MeasureState::Proposed,
        since: act.record.event_time,
        object: act.record.field(3).and_then(Value::as_array_of).map(SubjectId),
        requested_by: None,
        answered_by: None,
        imposed_by: None,
    })
}

/// A later E06 is about the same measure.
fn same_measure(measure: &Measure, record: &Record) -> Result<(), Rejection> {
    let object = record.field(3).and_then(Value::as_array_of).map(SubjectId);
    if word(record, 1) != measure.code.name() {
        return Err(at_field(Code::MeasureState, "measure_code", "the measure is another one"));
    }
    if object != measure.object {
        let detail = "the measure is about another object";
        return Err(at_field(Code::MeasureState, "measure_object_tag", detail));
    }
    Ok(())
}

/// Checks what the kind demands beyond the order of states; `before` is as before the record.
pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    before: &Proceeding,
    after: &Proceeding,
    money: impl FnOnce() -> Result<Option<Money>, Rejection>,
) -> Result<(), Rejection> {
    let Some(measure) =
        named(judged.record, Role::Measure).and_then(|id| after.measures.get_key_value(&id))
    else {
        return Ok(());
    };
    match judged.info.kind {
        Kind::E06 => imposing(judged, &before.case, measure, money),
        Kind::E08 => changing(judged, measure),
        _ => Ok(()),
    }
}

fn imposing<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    (id, measure): (&SubjectId, &Measure),
    money: impl FnOnce() -> Result<Option<Money>, Rejection>,
) -> Result<(), Rejection> {
    let rule = MeasureRule::of(measure.code);
    let day = day_of(judged.record.event_time);
    if measure.state == MeasureState::Active {
        sanctioned(judged, rule, *id, measure, day)?;
    }
    if measure.state == MeasureState::Proposed {
        return Ok(());
    }
    if rule.levies && case.stage == Stage::Suspended {
        let detail =
            "nothing is levied while the case is suspended; measures that preserve may be imposed";
        return Err(at_field(Code::StageNotAllowed, "measure_code", detail));
    }
    if measure.code == MeasureCode::TravelBan {
        return travel_ban(judged, case, day, money);
    }
    if !rule.limited {
        return Ok(());
    }
    if judged.lacks("limit_amount") {
        let detail = format!("{} needs the amount it is limited to", measure.code.name());
        return Err(at_body(Code::Validation, "limit_amount", detail));
    }
    let limit = money()?.map(|money| rule.limit(money.unpaid()));
    if limit.is_some_and(|limit| judged.amount("limit_amount") > limit) {
        let detail = "it exceeds what is due, and what the law lets be added to it";
        return Err(at_body(Code::LimitExceeded, "limit_amount", detail));
    }
    Ok(())
}

/// A measure that needs a court's sanction is imposed with a reference to it.
fn sanctioned<V: View>(
    judged: &Judgement<'_, V>,
    rule: &MeasureRule,
    id: SubjectId,
    measure: &Measure,
    day: i64,
) -> Result<(), Rejection> {
    let name = format!("sanction_required.{}", rule.code.name().to_ascii_lowercase());
    let known = match Name::from_name(&name) {
        Some(name) => parameters::flag(judged.view, name, day)?,
        None => None,
    };
    let required = known.unwrap_or(rule.sanction);
    let subject = Subject::new(Role::Measure, id);
    let refers = refers_to(judged, relation::AUTHORITY, |reference| {
        reference.subject == subject && Some(reference.record) == measure.answered_by
    });
    match (required, measure.answered_by) {
        (true, None) => {
            let detail = format!("{} needs a court's sanction first", rule.code.name());
            Err(at_field(Code::SanctionMissing, "measure_state", detail))
        }
        (_, Some(_)) if !refers => {
            let detail = "refer (relation 3) to the record of the court's sanction";
            Err(Rejection::new(Code::SanctionMissing, "/references", detail))
        }
        (true | false, _) => Ok(()),
    }
}

/// CPC art. 252: who owes enough, for long enough, and was warned.
fn travel_ban<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    day: i64,
    money: impl FnOnce() -> Result<Option<Money>, Rejection>,
) -> Result<(), Rejection> {
    let head = judged.record.field(6).and_then(Value::as_bool).unwrap_or_default();
    if !matches!(case.debtor_kind, PartyKind::Person | PartyKind::Entrepreneur) && !head {
        let detail = "it restricts a person, or the head of an organisation that owes";
        return Err(at_field(Code::MeasureNotAllowed, "debtor_is_head", detail));
    }
    let since = parameters::number(judged.view, Name::TravelBanNoticeRequiredFrom, day)?;
    let since = since.unwrap_or(MeasureRule::TRAVEL_BAN_WARNING_FROM);
    if day >= since && case.warned_at.is_none_or(|warned| warned > judged.record.event_time) {
        let detail = "the debtor has not got the warning (E04, TRAVEL_BAN_WARNING) before";
        return Err(at_field(Code::WarningMissing, "measure_code", detail));
    }
    let months = parameters::number(judged.view, Name::TravelBanPeriodicM, day)?;
    if let (true, Some(arrears)) = (case.periodic, date(judged.record, 5)) {
        return match months {
            Some(months) if day <= add_months(arrears, months) => {
                let detail = format!("payments are unpaid for no more than {months} months");
                Err(at_field(Code::MeasureNotAllowed, "arrears_since", detail))
            }
            Some(_) | None => Ok(()),
        };
    }
    let Some(threshold) = mrp_tiyn(judged, Name::TravelBanMrp, day)? else { return Ok(()) };
    match money()? {
        Some(money) if money.unpaid() <= threshold => {
            let detail = "the debt does not exceed travel_ban_mrp";
            Err(at_field(Code::MeasureNotAllowed, "measure_code", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// E08 refers to the record that imposed the measure; a travel ban is suspended by a court.
fn changing<V: View>(
    judged: &Judgement<'_, V>,
    (id, measure): (&SubjectId, &Measure),
) -> Result<(), Rejection> {
    let subject = Subject::new(Role::Measure, *id);
    let refers = refers_to(judged, relation::IMPOSED, |reference| {
        reference.subject == subject && Some(reference.record) == measure.imposed_by
    });
    if !refers {
        let detail = "refer (relation 4) to the record that imposed the measure";
        return Err(Rejection::new(Code::ReferenceNotAllowed, "/references", detail));
    }
    if measure.code != MeasureCode::TravelBan
        || measure.state != MeasureState::Suspended
        || judged.writer.role == WriterRole::Court
    {
        return Ok(());
    }
    let authority = judged.record.references.iter().find(|it| it.relation == relation::AUTHORITY);
    let suspended: Option<Measure> = match authority {
        Some(it) if it.subject.role == Role::Measure => judged.status(it.subject.id)?,
        Some(_) | None => None,
    };
    let holds = suspended.is_some_and(|it| {
        it.case == measure.case
            && it.code == MeasureCode::TravelBanSuspend
            && it.state == MeasureState::Active
            && it.imposed_by == authority.map(|it| it.record)
    });
    if holds {
        return Ok(());
    }
    let detail = "refer (relation 3) to the record that imposed a TRAVEL_BAN_SUSPEND of this case";
    Err(Rejection::new(Code::SanctionMissing, "/references", detail))
}

fn refers_to<V: View>(
    judged: &Judgement<'_, V>,
    relation: u8,
    holds: impl Fn(&tamga_format::record::Reference) -> bool,
) -> bool {
    judged.record.references.iter().any(|it| it.relation == relation && holds(it))
}
