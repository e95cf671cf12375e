//! Who may take a step: the authors of its row, and nobody but the assignee (spec §16.4).

use tamga_format::subject::{Role, Subject};

use crate::catalogue::{WriterRole, relation};
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, status_of};
use crate::matrix::{Author, Transition};
use crate::status::{Case, Officer};
use crate::view::View;

use super::correction::History;

/// Refuses unless one of the row's authors is the writer.
///
/// Among several failures the one nearest to success is reported: a bailiff who is not the assignee
/// hears that, not that bailiffs may not write the kind.
pub(super) fn check<V: View>(
    judged: &Judgement<'_, V>,
    row: &Transition,
    case: &Case,
    history: Option<&History>,
) -> Result<(), Rejection> {
    let mut nearest = Code::RoleForbidden;
    for author in row.authors {
        match holds(judged, *author, case, history)? {
            None => return Ok(()),
            Some(Code::RoleForbidden) => {}
            Some(code) => nearest = code,
        }
    }
    let role = judged.writer.role.name();
    let detail = match nearest {
        Code::NotAssignee => "the writer is not the officer the case is assigned to".to_owned(),
        Code::NotParty => format!("the writer is no {} of this case", role.to_ascii_lowercase()),
        Code::WrongRegion => "the writer's region is not the case's".to_owned(),
        Code::AuthorityRequired => "refer to the last correction of the case".to_owned(),
        _ => format!("{role} may not take step {} here", row.id),
    };
    let pointer = if nearest == Code::AuthorityRequired { "/references" } else { "/issuer" };
    Err(Rejection::new(nearest, pointer, detail))
}

/// Nothing if the writer is such an author; otherwise why not.
fn holds<V: View>(
    judged: &Judgement<'_, V>,
    author: Author,
    case: &Case,
    history: Option<&History>,
) -> Result<Option<Code>, Rejection> {
    let role = judged.writer.role;
    let refuse_unless = |holds: bool, code: Code| if holds { None } else { Some(code) };
    let bailiff = matches!(role, WriterRole::PrivateBailiff | WriterRole::StateBailiff);
    Ok(match author {
        Author::Role(wanted) if wanted != role => Some(Code::RoleForbidden),
        Author::Role(_) => own_role(judged, case),
        Author::Bailiff | Author::BailiffWithCorrection if !bailiff => Some(Code::RoleForbidden),
        Author::Bailiff => refuse_unless(is_assignee(judged, case), Code::NotAssignee),
        Author::BailiffWithCorrection if !is_assignee(judged, case) => Some(Code::NotAssignee),
        Author::BailiffWithCorrection => {
            let refers = judged.record.references.iter().any(|reference| {
                reference.relation == relation::AUTHORITY
                    && reference.subject == judged.record.subject
                    && Some(reference.record) == case.correction
            });
            refuse_unless(refers, Code::AuthorityRequired)
        }
        Author::AuthorOfTarget => match history {
            Some(history) if history.target().issuer == judged.record.issuer => {
                let acts = !role.is_enforcer() || is_assignee(judged, case);
                refuse_unless(acts, Code::NotAssignee)
            }
            Some(_) | None => Some(Code::RoleForbidden),
        },
        Author::Superior => {
            let corrects = match history {
                Some(history) => corrects_state_bailiff(judged, history.target().issuer)?,
                None => false,
            };
            refuse_unless(role == WriterRole::AuthorisedBody && corrects, Code::RoleForbidden)
        }
    })
}

/// What a role must fulfil beside being in the row.
fn own_role<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Option<Code> {
    let writer = &judged.writer;
    let (holds, code) = match writer.role {
        // The robot is an officer like another: it acts in the cases assigned to it.
        WriterRole::SystemRobot => (is_assignee(judged, case), Code::NotAssignee),
        WriterRole::Debtor => {
            (writer.subject == Subject::new(Role::Debtor, case.debtor), Code::NotParty)
        }
        WriterRole::Claimant => {
            let party = writer.subject.role == Role::Claimant
                && case.claimants.contains(&writer.subject.id);
            (party, Code::NotParty)
        }
        WriterRole::RegionalChamber => {
            (same_region(&writer.region, &case.region), Code::WrongRegion)
        }
        _ => (true, Code::RoleForbidden),
    };
    if holds { None } else { Some(code) }
}

fn is_assignee<V: View>(judged: &Judgement<'_, V>, case: &Case) -> bool {
    case.assignee.is_some_and(|id| judged.writer.subject == Subject::new(Role::Officer, id))
}

/// Whether an office and a case fit by region; without a region an office covers the country.
pub(super) fn same_region(office: &Option<String>, case: &Option<String>) -> bool {
    office.is_none() || case.is_none() || office == case
}

/// Whether the author of a target is a state bailiff, whose superior the authorised body is.
fn corrects_state_bailiff<V: View>(
    judged: &Judgement<'_, V>,
    author: Subject,
) -> Result<bool, Rejection> {
    if author.role != Role::Officer {
        return Ok(false);
    }
    let officer: Option<Officer> = status_of(judged.view, &author)?;
    Ok(officer.is_some_and(|officer| officer.role == WriterRole::StateBailiff))
}
