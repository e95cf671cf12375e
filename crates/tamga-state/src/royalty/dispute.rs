//! R12: a dispute about shares, allocations, payouts, uses or statements (spec §23.16).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::period::Period;
use super::{Cmo, document, event_day, text, without};
use crate::catalogue::WriterRole;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{
    Batch, BatchContent, Decision, Dispute, DisputeAbout, DisputeState, RightsholderStatus, Work,
};
use crate::view::View;

const ABOUT: (u16, &str) = (3, "about");
const REASON: (u16, &str) = (4, "reason");
const BATCH: (u16, &str) = (5, "batch");
const LINE: (u16, &str) = (6, "line");
const PERIOD: (u16, &str) = (7, "period");
const DECISION: (u16, &str) = (8, "decision");

/// R12: a step of a dispute.
pub(crate) fn dispute<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let mut cmo = Cmo::required(case)?;
    let known: Option<Dispute> = case.primary()?;
    let was_open = known.as_ref().is_some_and(|known| known.state.is_open());
    let status = match (text(case, 2), known) {
        (Some("FILED"), None) => filed(case, &cmo)?,
        (Some("FILED"), Some(_)) => {
            return Err(Rejection::new(Code::Duplicate, "/subject", "the dispute is filed"));
        }
        (_, None) => {
            return Err(at_field(Code::StageNotAllowed, "action", "the dispute is not filed"));
        }
        (action, Some(known)) => {
            if known.cmo != cmo.subject.id {
                let detail = "the dispute is with another organisation";
                return Err(at_field(Code::SubjectUnexpected, "okup_id", detail));
            }
            further(case, action.unwrap_or_default(), known)?
        }
    };
    let work = status.work.map(|id| Subject::new(Role::Work, id));
    let parties = status.parties.iter().map(|id| Subject::new(Role::Rightsholder, *id));
    let named = [cmo.subject].into_iter().chain(parties).chain(work);
    case.expect_subjects(named.collect())?;

    let count = |open: u64| match (was_open, status.state.is_open()) {
        (false, true) => open.saturating_add(1),
        (true, false) => open.saturating_sub(1),
        _ => open,
    };
    let mut effects = Effects::default();
    if let Some(id) = status.work {
        let unknown = || Rejection::new(Code::SubjectUnknown, "/subjects", "no such work");
        let mut work: Work = case.status(id)?.ok_or_else(unknown)?;
        work.disputes = count(work.disputes);
        if work.disputes > Dispute::OF_WORK_MAX {
            let detail = format!("{} disputes about its shares are open", Dispute::OF_WORK_MAX);
            return Err(Rejection::new(Code::StatusFull, "/subjects", detail));
        }
        case.write(&mut effects, id, &work)?;
    }
    for id in &status.parties {
        let party: RightsholderStatus = case.status(*id)?.unwrap_or_default();
        case.write(&mut effects, *id, &party)?;
    }
    cmo.status.disputes = count(cmo.status.disputes);
    case.write(&mut effects, case.record.subject.id, &status)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

/// A new dispute, by a rightsholder whom it is about, or by somebody who writes it down for one.
fn filed<V: View>(case: &Judgement<'_, V>, cmo: &Cmo) -> Result<Dispute, Rejection> {
    without(case, &[DECISION])?;
    let parties = case.named(Role::Rightsholder);
    match case.writer.role {
        WriterRole::Rightsholder if parties.contains(&case.writer.subject.id) => {}
        WriterRole::Rightsholder => {
            let detail = "a rightsholder files a dispute of its own";
            return Err(Rejection::new(Code::NotParty, "/issuer", detail));
        }
        WriterRole::Cmo | WriterRole::Operator => {}
        _ => {
            let detail = "a dispute is filed by a rightsholder, or written down for one";
            return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
        }
    }
    if parties.is_empty() || parties.len() > Dispute::PARTIES_MAX {
        let detail = format!("R12 names 1 to {} rightsholders", Dispute::PARTIES_MAX);
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    }
    let about = text(case, ABOUT.0).and_then(DisputeAbout::from_name);
    let about = about.ok_or_else(|| at_field(Code::Validation, ABOUT.1, "a dispute has it"))?;
    if text(case, REASON.0).is_none() {
        return Err(at_field(Code::Validation, REASON.1, "a dispute has it"));
    }
    let works = case.named(Role::Work);
    let work = match (about, works.as_slice()) {
        (DisputeAbout::Shares, [work]) => Some(*work),
        (DisputeAbout::Shares, _) => {
            let detail = "a dispute about shares names exactly one work";
            return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
        }
        (_, _) => None,
    };
    if text(case, PERIOD.0).is_some_and(|period| Period::parse(period).is_none()) {
        let detail = "a period is written 2026, 2026-Q3 or 2026-07";
        return Err(at_field(Code::Validation, PERIOD.1, detail));
    }
    let line = case.record.field(LINE.0).and_then(Value::as_array_of);
    let batch = batch(case, cmo, about)?;
    if line.is_some() && batch.is_none() {
        return Err(at_field(Code::Validation, LINE.1, "a line stands in a batch, which is named"));
    }
    Ok(Dispute {
        cmo: cmo.subject.id,
        about,
        state: DisputeState::Filed,
        filed_by: case.record.issuer,
        parties,
        work,
        batch,
        line,
        filed_on: event_day(case),
        answered_on: None,
        ended_on: None,
        decision: None,
    })
}

/// The batch that the dispute is about: an allocation or a payout of the organisation, as the dispute needs it.
fn batch<V: View>(
    case: &Judgement<'_, V>,
    cmo: &Cmo,
    about: DisputeAbout,
) -> Result<Option<SubjectId>, Rejection> {
    let needed = matches!(about, DisputeAbout::Allocation | DisputeAbout::Payout);
    let Some(id) = case.record.field(BATCH.0).and_then(Value::as_array_of).map(SubjectId) else {
        if needed {
            let detail = "a dispute about an allocation or a payout names it";
            return Err(at_field(Code::Validation, BATCH.1, detail));
        }
        return Ok(None);
    };
    let known: Option<Batch> = case.status(id)?;
    let fits = known.is_some_and(|known| match (about, known.content) {
        (DisputeAbout::Payout, BatchContent::Payout(it)) => it.cmo == cmo.subject.id,
        (DisputeAbout::Payout, _) => false,
        (_, BatchContent::Allocation(it)) => it.cmo == cmo.subject.id,
        (_, _) => false,
    });
    if fits {
        return Ok(Some(id));
    }
    let detail = "the organisation has no such allocation, or payout if it is about one";
    Err(at_field(Code::SubjectUnknown, BATCH.1, detail))
}

/// What follows on the filing.
fn further<V: View>(
    case: &Judgement<'_, V>,
    action: &str,
    known: Dispute,
) -> Result<Dispute, Rejection> {
    without(case, &[ABOUT, REASON, BATCH, LINE, PERIOD])?;
    let (today, decision) = (event_day(case), text(case, DECISION.0).and_then(Decision::from_name));
    let refuse = |detail: String| Err(at_field(Code::StageNotAllowed, "action", detail));
    if !known.state.is_open() {
        return refuse(format!("the dispute is {}", known.state.name()));
    }
    let role = case.writer.role;
    let forbidden = |detail: &str| Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    if action == "WITHDRAWN" {
        without(case, &[DECISION])?;
        if case.record.issuer != known.filed_by {
            return forbidden("only who filed a dispute withdraws it");
        }
        let (state, ended_on) = (DisputeState::Withdrawn, Some(today));
        return Ok(Dispute { state, ended_on, ..known });
    }
    let missing = || at_field(Code::Validation, DECISION.1, "an answer has it");
    let decision = Some(decision.ok_or_else(missing)?);
    document(case)?;
    if action == "RESOLVED" {
        if !matches!(role, WriterRole::Court | WriterRole::AuthorisedBody) {
            return forbidden("a court or the authorised body decides a dispute");
        }
        let (state, ended_on) = (DisputeState::Resolved, Some(today));
        return Ok(Dispute { state, ended_on, decision, ..known });
    }
    if role != WriterRole::Cmo {
        return forbidden("the organisation answers");
    }
    if known.state != DisputeState::Filed {
        return refuse(
            "the organisation has answered; a court or the authorised body decides".into(),
        );
    }
    let granted = decision == Some(Decision::Granted);
    Ok(Dispute {
        state: if granted { DisputeState::Resolved } else { DisputeState::Answered },
        answered_on: Some(today),
        ended_on: granted.then_some(today),
        decision,
        ..known
    })
}
