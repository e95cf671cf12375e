//! The subjects a record must name, fixed by rule, and what it does to their statuses (spec §16.5).

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::Part;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{
    Case, ClaimantStatus, Complaint, ComplaintKind, ComplaintStage, DebtorStatus, Document, Forum,
    Officer,
};
use crate::view::{View, ViewError};

use super::step::{Step, word};

/// Checks the subjects and writes their statuses, the case's excepted.
pub(super) fn write<V: View>(
    judged: &Judgement<'_, V>,
    before: Option<&Case>,
    after: &Case,
    step: &Step,
    effects: &mut Effects,
) -> Result<(), Rejection> {
    let change = Change::between(before, after);
    let named = expected(judged, before, after, change);
    judged.expect_subjects(named)?;
    for subject in &judged.record.subjects {
        let id = subject.id;
        match subject.role {
            Role::Debtor => {
                let mut debtor: DebtorStatus = judged.status(id)?.unwrap_or_default();
                debtor.open_cases = change.opened.count(debtor.open_cases);
                debtor.register_entries = change.registered.count(debtor.register_entries);
                judged.write(effects, id, &debtor)?;
            }
            Role::Claimant => {
                let mut claimant: ClaimantStatus = judged.status(id)?.unwrap_or_default();
                claimant.open_cases = change.opened.count(claimant.open_cases);
                judged.write(effects, id, &claimant)?;
            }
            Role::Officer => {
                let mut officer: Officer =
                    judged.status(id)?.ok_or(ViewError::Corrupt(*subject))?;
                officer.load = load_change(before, after, id).count(officer.load);
                judged.write(effects, id, &officer)?;
            }
            Role::Document => {
                let status = document(judged, before, change, id)?;
                judged.write(effects, id, &status)?;
            }
            Role::Complaint => {
                let status = complaint(judged, step, id)?;
                judged.write(effects, id, &status)?;
            }
            // No other role is expected of an enforcement record.
            _ => return Err(ViewError::Corrupt(*subject).into()),
        }
    }
    Ok(())
}

/// Whether a count grows, shrinks or stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Up,
    Down,
    Stay,
}

impl Move {
    const fn of(before: bool, after: bool) -> Self {
        match (before, after) {
            (false, true) => Self::Up,
            (true, false) => Self::Down,
            (true, true) | (false, false) => Self::Stay,
        }
    }

    const fn count(self, count: u64) -> u64 {
        match self {
            Self::Up => count.saturating_add(1),
            Self::Down => count.saturating_sub(1),
            Self::Stay => count,
        }
    }
}

/// What a record changes for others than its case.
#[derive(Clone, Copy, Debug)]
struct Change {
    opened: Move,
    registered: Move,
}

impl Change {
    fn between(before: Option<&Case>, after: &Case) -> Self {
        Self {
            opened: Move::of(is_open(before), after.stage.is_open()),
            registered: Move::of(
                before.is_some_and(|case| case.in_debtor_register),
                after.in_debtor_register,
            ),
        }
    }
}

fn is_open(case: Option<&Case>) -> bool {
    case.is_some_and(|case| case.stage.is_open())
}

/// How the load of an officer changes: open cases assigned to them are counted.
fn load_change(before: Option<&Case>, after: &Case, officer: SubjectId) -> Move {
    let carries = |case: &Case| case.stage.is_open() && case.assignee == Some(officer);
    Move::of(before.is_some_and(carries), carries(after))
}

/// The subjects that the kind and the statuses demand.
fn expected<V: View>(
    judged: &Judgement<'_, V>,
    before: Option<&Case>,
    after: &Case,
    change: Change,
) -> Vec<Subject> {
    let mut named = Vec::with_capacity(8);
    for part in judged.info.parts {
        match part {
            Part::Debtor => named.push(Subject::new(Role::Debtor, after.debtor)),
            Part::Claimants => {
                named.extend(after.claimants.iter().map(|id| Subject::new(Role::Claimant, *id)));
            }
            Part::Assignee => {
                let assignee = before.and_then(|case| case.assignee);
                named.extend(assignee.map(|id| Subject::new(Role::Officer, id)));
            }
            Part::Chosen | Part::Affected => {
                named.extend(after.assignee.map(|id| Subject::new(Role::Officer, id)));
            }
            Part::DocumentIfClosing if change.opened == Move::Stay => {}
            Part::Document | Part::DocumentIfClosing => {
                named.push(Subject::new(Role::Document, after.document));
            }
            Part::Complaint => {
                // The first one, if any: a complaint's id is its writer's to choose.
                let complaint = judged.named(Role::Complaint).into_iter().next();
                let missing = SubjectId([0; 32]);
                named.push(Subject::new(Role::Complaint, complaint.unwrap_or(missing)));
            }
            _ => {}
        }
    }
    named
}

/// The document's status: at most one open case is about it.
fn document<V: View>(
    judged: &Judgement<'_, V>,
    before: Option<&Case>,
    change: Change,
    id: SubjectId,
) -> Result<Document, Rejection> {
    let mut status: Document = judged.status(id)?.unwrap_or_default();
    let case = judged.record.subject.id;
    if before.is_none() {
        status.cases = status.cases.saturating_add(1);
    }
    match change.opened {
        Move::Up => {
            if let Some(other) = status.open_case.filter(|open| *open != case) {
                let detail =
                    format!("{} is open about this document", Subject::new(Role::Case, other));
                return Err(Rejection::new(Code::Duplicate, "/subjects", detail));
            }
            status.open_case = Some(case);
        }
        Move::Down => status.open_case = None,
        Move::Stay => {}
    }
    Ok(status)
}

/// A complaint as it is filed.
fn filed<V: View>(judged: &Judgement<'_, V>) -> Result<Complaint, Rejection> {
    let unknown = |name| at_field(Code::Validation, name, "unknown");
    let (kind, forum) = (word(judged.record, 1), word(judged.record, 2));
    Ok(Complaint {
        case: judged.record.subject.id,
        kind: ComplaintKind::from_name(kind).ok_or_else(|| unknown("complaint_kind"))?,
        forum: Forum::from_name(forum).ok_or_else(|| unknown("forum"))?,
        stage: ComplaintStage::Filed,
        act: judged.record.field(4).and_then(Value::as_array_of).map(RecordId),
    })
}

/// The complaint's status: its stages follow each other.
fn complaint<V: View>(
    judged: &Judgement<'_, V>,
    step: &Step,
    id: SubjectId,
) -> Result<Complaint, Rejection> {
    let known: Option<Complaint> = judged.status(id)?;
    let Step::Complain(stage) = *step else {
        return Err(ViewError::Corrupt(Subject::new(Role::Complaint, id)).into());
    };
    let case = judged.record.subject.id;
    match known {
        None if stage == ComplaintStage::Filed => filed(judged),
        None => Err(at_field(Code::StageNotAllowed, "stage", "a complaint begins with FILED")),
        Some(known) if known.case != case => {
            let detail = "the complaint is about another case";
            Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail))
        }
        Some(known) if known.stage.may_become(stage) => Ok(Complaint { stage, ..known }),
        Some(known) => {
            let detail = format!("{} does not follow {}", stage.name(), known.stage.name());
            Err(at_field(Code::StageNotAllowed, "stage", detail))
        }
    }
}
