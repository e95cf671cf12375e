//! What a record of each phase must fulfil, and what it does to the case (spec §16.18).

use std::collections::BTreeSet;

use tamga_format::beacon::run_beacon;
use tamga_format::cbor::Value;
use tamga_format::id::{Height, RecordId, SubjectId};
use tamga_format::limits::ASSIGNMENT_BLOCKS_MAX;
use tamga_format::record::{Record, SignedRecord};
use tamga_format::subject::{Role, Subject};

use super::ballot::{ALGORITHM_VERSION, Ballot, seed};
use super::candidates::{Candidates, Exclusion, read_loads};
use super::field;
use crate::catalogue::{Kind, relation};
use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::enforcement::authority::same_region;
use crate::enforcement::checks::takes_cases;
use crate::enforcement::step::{Step, word};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_field};
use crate::status::{Case, Draw, Officer};
use crate::view::{View, ViewError};
use crate::writer::officer_in_force;

/// Blocks after a commitment in which a second organisation must have built, or no draw comes of it.
pub const RUN_BLOCKS_MAX: usize = ASSIGNMENT_BLOCKS_MAX;

/// Number of the field that says that a record is made from another source.
const PROVENANCE: u16 = 60;

/// Fields beside phase and version that each phase has; the flag says whether it must.
const DIRECT: &[(u16, bool)] = &[(field::BAILIFF, true)];
const COMMIT: &[(u16, bool)] = &[(field::CANDIDATES, true), (field::MAX_LOAD, false)];
const DRAW: &[(u16, bool)] = &[(field::BAILIFF, true), (field::ROOT, true), (field::LOADS, true)];

/// Reads which phase a record is, and whether it has that phase's fields.
pub(crate) fn step(record: &Record) -> Result<Step, Rejection> {
    let phase = word(record, field::PHASE);
    let (fields, version, referring) = match phase {
        "COMMIT" => (COMMIT, ALGORITHM_VERSION, false),
        "DRAW" => (DRAW, ALGORITHM_VERSION, true),
        _ => (DIRECT, 0, false),
    };
    if record.field(field::ALGORITHM).and_then(Value::as_u64) != Some(version) {
        let detail = format!("this phase has algorithm version {version}");
        return Err(at_field(Code::TransitionNotInForce, "algorithm_version", detail));
    }
    for known in Kind::E02.info().fields {
        if [field::ALGORITHM, field::PHASE].contains(&known.number) {
            continue;
        }
        let present = record.field(known.number).is_some();
        let allowed = fields.iter().find(|(number, _)| *number == known.number);
        let detail = match (allowed, present) {
            (None, true) => "this phase does not have it",
            (Some((_, true)), false) => "this phase needs it",
            (None, false) | (Some(_), _) => continue,
        };
        return Err(at_field(Code::Validation, known.name, detail));
    }
    if referring == record.references.is_empty() {
        let detail = "a draw, and nothing else, refers (relation 3) to its commitment";
        return Err(Rejection::new(Code::ReferenceNotAllowed, "/references", detail));
    }
    // The loop above has found the field where the phase has it.
    let bailiff = record.field(field::BAILIFF).and_then(Value::as_array_of).map(SubjectId);
    Ok(match (phase, bailiff) {
        ("DRAW", Some(bailiff)) => Step::Draw(bailiff),
        (_, Some(bailiff)) => Step::Distribute(bailiff),
        (_, None) => Step::Commit,
    })
}

/// Whether a record commits to the candidates of a draw.
#[must_use]
pub fn is_commitment(record: &Record) -> bool {
    record.kind == Kind::E02.number() && word(record, field::PHASE) == "COMMIT"
}

/// Whether the writer may record a draw that is not its own: it runs a validator.
pub(crate) fn may_draw<V: View>(judged: &Judgement<'_, V>, step: &Step) -> bool {
    let writer = judged.writer.subject;
    matches!(step, Step::Draw(_))
        && writer.role == Role::Organisation
        && judged.block.organisations.contains(&writer.id)
}

/// Checks a distribution of any phase and enters what it fixes; `case` is as after the step.
pub(crate) fn apply<V: View>(
    judged: &Judgement<'_, V>,
    step: &Step,
    case: &mut Case,
) -> Result<(), Rejection> {
    match step {
        Step::Distribute(_) => direct(judged, case),
        Step::Commit => commit(judged, case),
        Step::Draw(officer) => return draw(judged, case, *officer),
        _ => return Ok(()),
    }?;
    // Which rules hold follows from the day of the event, so that it can't be put back at will.
    if day_of(judged.record.event_time) < day_of(case.received_at) {
        let detail = "it lies before the receipt of the document";
        return Err(Rejection::new(Code::DateOrder, "/event_time", detail));
    }
    Ok(())
}

/// Without a draw only what is made from other sources, and only before draws were required.
fn direct<V: View>(judged: &Judgement<'_, V>, case: &Case) -> Result<(), Rejection> {
    if case.draw.is_some() {
        let detail = "a draw is committed to; it must be drawn";
        return Err(at_field(Code::DrawCommitted, "phase", detail));
    }
    if judged.record.field(PROVENANCE).is_none() {
        let detail = "only a record with a provenance may distribute directly";
        return Err(at_field(Code::DrawRequired, "provenance", detail));
    }
    let day = day_of(judged.record.event_time);
    match parameters::number(judged.view, Name::DrawRequiredFrom, day)? {
        Some(from) if day >= from => {
            let name = Name::DrawRequiredFrom.name();
            let detail = format!("{name} is {from}, counted in days since 1970-01-01");
            Err(at_field(Code::DrawRequired, "phase", detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// COMMIT: everybody on the list is an officer who takes cases, fits as the list says, and has a
/// load that is fixed now.
fn commit<V: View>(judged: &Judgement<'_, V>, case: &mut Case) -> Result<(), Rejection> {
    if case.draw.is_some() {
        let detail = "the candidates of a case are fixed once";
        return Err(at_field(Code::DrawCommitted, "phase", detail));
    }
    let wrong = || at_field(Code::Validation, "candidates", "it is no list of candidates");
    let candidates = Candidates::of(judged.record).ok_or_else(wrong)?;
    let max_load = commitment_limit(judged.record);
    let day = day_of(judged.record.event_time);
    let required = parameters::number(judged.view, Name::MaxLoad, day)?.unwrap_or_default();
    if i64::from(max_load) != required {
        let detail = format!("{} is {required} on the day of the event", Name::MaxLoad.name());
        return Err(at_field(Code::Validation, "max_load", detail));
    }
    let mut loads = Vec::with_capacity(candidates.as_slice().len());
    for (at, candidate) in candidates.as_slice().iter().enumerate() {
        let pointer = format!("/fields/candidates/{at}");
        let officer: Officer = takes_cases(judged, candidate.officer, &pointer)?;
        fits(judged, case, &officer, candidate.exclusion, &pointer)?;
        if candidate.exclusion.is_none() {
            // Nobody carries four billion cases.
            loads.push(u32::try_from(officer.load).unwrap_or(u32::MAX));
        }
    }
    let ballot = Ballot::new(&candidates, &loads, max_load).ok_or_else(wrong)?;
    if ballot.total() == 0 {
        let detail = "all are left out, or carry more cases than max_load";
        return Err(at_field(Code::NoCandidate, "candidates", detail));
    }
    case.draw = Some(Draw {
        commitment: judged.id,
        height: judged.block.height,
        root: ballot.root(),
        loads,
        drawn: None,
    });
    Ok(())
}

/// Whether the registry agrees with the list about an officer, as far as it can tell.
fn fits<V: View>(
    judged: &Judgement<'_, V>,
    case: &Case,
    officer: &Officer,
    exclusion: Option<Exclusion>,
    pointer: &str,
) -> Result<(), Rejection> {
    let in_force = || officer_in_force(judged.block, judged.record, officer, pointer);
    let in_region = same_region(&officer.region, &case.region);
    let unfounded = |detail: &str| {
        let detail = format!("officer {} {detail}", officer.number);
        Err(Rejection::new(Code::ExclusionUnfounded, pointer, detail))
    };
    match exclusion {
        None => {
            in_force()?;
            if in_region {
                return Ok(());
            }
            let detail = format!("officer {} holds office in another region", officer.number);
            Err(Rejection::new(Code::WrongRegion, pointer, detail))
        }
        Some(Exclusion::WrongRegion) if in_region => unfounded("holds office in this region"),
        Some(Exclusion::NotInForce) if in_force().is_ok() => unfounded("is in office"),
        Some(_) => Ok(()),
    }
}

/// DRAW: names whom the randomness after the commitment chose, whenever it comes.
fn draw<V: View>(
    judged: &Judgement<'_, V>,
    case: &mut Case,
    officer: SubjectId,
) -> Result<(), Rejection> {
    let Some(known) = case.draw.as_mut().filter(|draw| draw.drawn.is_none()) else {
        let detail = "the case has no draw that is still to be drawn";
        return Err(at_field(Code::DrawNotCommitted, "phase", detail));
    };
    let refers = judged.record.references.iter().any(|reference| {
        reference.relation == relation::AUTHORITY
            && reference.record == known.commitment
            && reference.subject == judged.record.subject
    });
    if !refers {
        let detail = format!("refer to the commitment, record {}", known.commitment);
        return Err(Rejection::new(Code::DrawNotCommitted, "/references", detail));
    }
    if judged.record.field(field::ROOT).and_then(Value::as_array_of) != Some(known.root) {
        let detail = "it is not the hash over the candidates fixed by the commitment";
        return Err(at_field(Code::DrawCandidates, "candidate_root", detail));
    }
    let loads = judged.record.field(field::LOADS).and_then(read_loads).unwrap_or_default();
    let ballot = ballot(judged.view, &judged.record.subject, known, &loads)?;
    let Some(ballot) = ballot.filter(|ballot| ballot.root() == known.root) else {
        let detail = "they are not the loads fixed by the commitment";
        return Err(at_field(Code::DrawLoads, "loads", detail));
    };
    let Some(beacon) = beacon(judged.view, known.height)? else {
        let detail = format!(
            "two organisations must have built blocks after block {}, where the commitment is",
            known.height
        );
        return Err(at_field(Code::DrawNotDue, "phase", detail));
    };
    let winner = ballot.winner(&seed(&beacon, &judged.record.subject.id, &known.root));
    if winner != Some(officer) {
        let chosen = winner.map(|id| Subject::new(Role::Officer, id).to_string());
        let detail = format!("the draw gave the case to {}", chosen.unwrap_or_default());
        return Err(at_field(Code::DrawWinner, "bailiff_id", detail));
    }
    known.loads = Vec::new();
    known.drawn = Some(judged.id);
    Ok(())
}

/// The commitment's candidates, weighed by these loads; `None` if there are more or fewer loads.
fn ballot<V: View>(
    view: &V,
    case: &Subject,
    draw: &Draw,
    loads: &[u32],
) -> Result<Option<Ballot>, ViewError> {
    let corrupt = || ViewError::Corrupt(*case);
    // Nobody draws in the block of the commitment, so that its entry is in a committed block.
    let Some(entry) = view.entry(&draw.commitment)? else { return Ok(None) };
    let signed = SignedRecord::decode(&entry).map_err(|_| corrupt())?;
    let candidates = Candidates::of(signed.record()).ok_or_else(corrupt)?;
    Ok(Ballot::new(&candidates, loads, commitment_limit(signed.record())))
}

/// The limit of load that a commitment names.
pub(super) fn commitment_limit(record: &Record) -> u32 {
    let stated = record.field(field::MAX_LOAD).and_then(Value::as_u64).unwrap_or_default();
    // The catalogue admits no larger number.
    u32::try_from(stated).unwrap_or(u32::MAX)
}

/// The beacon of the run of blocks from the commitment's to the first by which two organisations
/// have built after it; `None` until there is one.
fn beacon<V: View>(view: &V, commitment: Height) -> Result<Option<[u8; 32]>, ViewError> {
    let Some(first) = view.block(commitment)? else { return Ok(None) };
    let mut outputs = vec![first.output];
    let mut organisations = BTreeSet::new();
    let mut height = commitment;
    while outputs.len() <= RUN_BLOCKS_MAX {
        height = height.next();
        let Some(block) = view.block(height)? else { return Ok(None) };
        outputs.push(block.output);
        organisations.insert(block.organisation);
        if organisations.len() == 2 {
            return Ok(Some(run_beacon(&outputs)));
        }
    }
    Ok(None)
}

/// A draw that is committed to and not drawn yet: what the record that draws will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingDraw {
    /// The commitment.
    pub commitment: RecordId,
    /// Its block.
    pub height: Height,
    /// The candidates with their loads at the commitment.
    pub ballot: Ballot,
    /// The loads, as the record that draws repeats them.
    pub loads: Vec<u32>,
    /// Whom the case goes to, once that is settled.
    pub winner: Option<SubjectId>,
}

/// The draw that a case waits for; `None` if it waits for none.
///
/// # Errors
///
/// [`ViewError`] if the view fails.
pub fn pending<V: View>(view: &V, case: &Subject) -> Result<Option<PendingDraw>, ViewError> {
    let corrupt = || ViewError::Corrupt(*case);
    let Some(row) = view.status(case)? else { return Ok(None) };
    let (_, status) = crate::status::decode::<Case>(&row.bytes).map_err(|_| corrupt())?;
    let Some(draw) = status.draw.filter(|draw| draw.drawn.is_none() && !draw.loads.is_empty())
    else {
        return Ok(None);
    };
    let Some(ballot) = ballot(view, case, &draw, &draw.loads)? else { return Ok(None) };
    let beacon = beacon(view, draw.height)?;
    let winner = beacon.and_then(|beacon| ballot.winner(&seed(&beacon, &case.id, &draw.root)));
    let Draw { commitment, height, loads, .. } = draw;
    Ok(Some(PendingDraw { commitment, height, ballot, loads, winner }))
}
