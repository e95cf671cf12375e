//! Steps: what a record does to the status of its case (spec §16.4).
//!
//! Live execution and the replay of corrections go through the same three functions.

use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::record::Record;
use tamga_format::subject::Role;

use crate::catalogue::{Ground, Kind};
use crate::codes::{Code, Rejection};
use crate::machine::at_field;
use crate::matrix::{Stage, To, Transition, next_steps, transition};
use crate::status::{
    Case, Complaint, ComplaintKind, ComplaintStage, ExecutionClass, Forum, LotStage, MeasureState,
    PartyKind,
};

use super::proceeding::{Act, Proceeding, named};
use super::{assignment, levies, lots, measures};

/// How a correction corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Correct {
    Amend,
    Annul,
    Reinstate,
    /// Erase the target's body.
    Erase,
}

/// An enforcement record, read as a step of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Present,
    /// Without a draw.
    Distribute(SubjectId),
    /// To the candidates of a draw.
    Commit,
    Draw(SubjectId),
    Initiate,
    Refuse,
    Notify,
    Start,
    /// E06, E07 or E08 brings a measure to a state.
    Measure(Kind, MeasureState),
    Levy,
    /// A levy on royalties is lifted.
    LiftLevy,
    Lot(LotStage),
    Recover,
    PayOut,
    /// With the number of the ground.
    Suspend(u32),
    /// With the number of the ground that ceased.
    Resume(u32),
    Defer(Option<i64>),
    Postpone(Option<i64>),
    EndDeferral,
    /// To this officer, and perhaps into another region.
    Transfer(SubjectId),
    Close(Stage),
    Reopen,
    /// Into the register of debtors, or out of it.
    Register(bool),
    Complain(ComplaintStage),
    Correct(Correct),
}

/// The text of a public field, or nothing.
pub(super) fn word(record: &Record, number: u16) -> &str {
    record.field(number).and_then(Value::as_text).unwrap_or_default()
}

/// The date in a public field.
pub(super) fn date(record: &Record, number: u16) -> Option<i64> {
    record.field(number).and_then(Value::as_i64)
}

impl Step {
    /// Reads the public fields that decide which step a record is.
    pub(super) fn read(kind: Kind, record: &Record) -> Result<Self, Rejection> {
        let until = || date(record, 3);
        Ok(match kind {
            Kind::E01 => Self::Present,
            Kind::E02 => assignment::step(record)?,
            Kind::E03 if word(record, 1) == "REFUSED" => Self::Refuse,
            Kind::E03 => Self::Initiate,
            Kind::E04 => Self::Notify,
            Kind::E05 => Self::Start,
            Kind::E06 | Kind::E07 | Kind::E08 => {
                Self::Measure(kind, measures::target(kind, record)?)
            }
            Kind::E09 if word(record, levies::STEP) == levies::LIFTED => Self::LiftLevy,
            Kind::E09 => Self::Levy,
            Kind::E10 => Self::Lot(lots::target(record)?),
            Kind::E11 => Self::Recover,
            Kind::E12 => Self::PayOut,
            Kind::E13 => match word(record, 1) {
                "SUSPEND" => Self::Suspend(ground(record)?),
                "RESUME" => Self::Resume(ground(record)?),
                "DEFER" => Self::Defer(until()),
                "POSTPONE" => Self::Postpone(until()),
                _ => Self::EndDeferral,
            },
            Kind::E14 => Self::Transfer(officer(record, 2, "to_bailiff")?),
            Kind::E15 => match word(record, 1) {
                "EXECUTED" => Self::Close(Stage::ClosedExecuted),
                "TERMINATED" => Self::Close(Stage::ClosedTerminated),
                "RETURNED_CLAIMANT" => Self::Close(Stage::ClosedReturnedClaimant),
                "RETURNED_ISSUER" => Self::Close(Stage::ClosedReturnedIssuer),
                _ => Self::Reopen,
            },
            Kind::E16 => Self::Register(word(record, 1) == "ENTERED"),
            Kind::E17 => {
                let stage = ComplaintStage::from_name(word(record, 3));
                Self::Complain(stage.ok_or_else(|| at_field(Code::Validation, "stage", "unknown"))?)
            }
            Kind::E18 => match word(record, 1) {
                "AMEND" => Self::Correct(Correct::Amend),
                "ANNUL" => Self::Correct(Correct::Annul),
                "REINSTATE" => Self::Correct(Correct::Reinstate),
                _ => Self::Correct(Correct::Erase),
            },
            other => {
                let detail = format!("{} is not in force", other.info().code);
                return Err(Rejection::new(Code::KindNotInForce, "/kind", detail));
            }
        })
    }

    /// The row of the matrix; `stage` is the case's.
    pub(super) fn row(&self, stage: Option<Stage>) -> &'static Transition {
        transition(match self {
            Self::Present => "T01",
            Self::Commit => "T02a",
            Self::Distribute(_) | Self::Draw(_) => "T02",
            Self::Refuse => "T03",
            Self::Initiate => "T04",
            Self::Notify => "T05",
            Self::Start => "T06",
            Self::Measure(Kind::E08, MeasureState::Lifted)
                if stage.is_some_and(Stage::is_closed) =>
            {
                "T07L"
            }
            Self::Measure(..) => "T07",
            Self::Levy => "T08",
            Self::LiftLevy => "T08L",
            Self::Lot(_) => "T09",
            Self::Recover => "T10",
            Self::PayOut => "T11",
            Self::Suspend(_) if stage == Some(Stage::Suspended) => "T12b",
            Self::Suspend(_) => "T12",
            Self::Resume(_) => "T13",
            Self::Defer(_) => "T14",
            Self::Postpone(_) => "T15",
            Self::EndDeferral => "T16",
            Self::Transfer(_) => "T17",
            Self::Close(Stage::ClosedExecuted) => "T18a",
            Self::Close(Stage::ClosedTerminated) => "T18b",
            Self::Close(Stage::ClosedReturnedClaimant) => "T18c",
            Self::Close(_) => "T18d",
            Self::Reopen => "T19",
            Self::Register(_) => "TER",
            Self::Complain(_) => "T21",
            Self::Correct(_) => "T22",
        })
    }

    /// Changes a proceeding as the step's row says.
    pub(super) fn apply(
        &self,
        row: &Transition,
        proceeding: &mut Proceeding,
        act: Act<'_>,
    ) -> Result<(), Rejection> {
        let case = &mut proceeding.case;
        let (before, now) = (case.stage, act.record.event_time);
        if let To::Stage(stage) = row.to {
            case.stage = stage;
        }
        case.last_event_at = now;
        match *self {
            Self::Distribute(bailiff) | Self::Draw(bailiff) => assign(case, bailiff, act),
            Self::Initiate => {
                case.initiated_at = Some(now);
                case.class = ExecutionClass::from_name(word(act.record, 4));
            }
            Self::Refuse | Self::Close(_) => case.before_closing = Some(before),
            Self::Reopen => case.stage = case.before_closing.take().unwrap_or(before),
            Self::Suspend(ground) => suspend(case, ground, before)?,
            Self::Resume(ground) => resume(case, ground, before)?,
            Self::Defer(until) | Self::Postpone(until) => case.until = until,
            Self::EndDeferral => case.until = None,
            Self::Notify => notify(case, act.record),
            Self::Register(enter) => {
                if case.in_debtor_register == enter {
                    let detail = if enter { "the entry exists" } else { "there is no entry" };
                    return Err(at_field(Code::StageNotAllowed, "reason", detail));
                }
                case.in_debtor_register = enter;
            }
            Self::Transfer(bailiff) => transfer(case, bailiff, act)?,
            Self::Levy => levies::apply(case, act.record)?,
            Self::LiftLevy => levies::lift(case)?,
            Self::Measure(kind, to) => measures::advance(proceeding, act, kind, to)?,
            Self::Lot(stage) => lots::advance(proceeding, act, stage)?,
            Self::Complain(stage) => complain(proceeding, act, stage)?,
            Self::Present
            | Self::Commit
            | Self::Start
            | Self::Recover
            | Self::PayOut
            | Self::Correct(_) => {}
        }
        if proceeding.case.stage != before {
            proceeding.case.stage_since = now;
        }
        Ok(())
    }
}

/// The id of an officer in a public field.
fn officer(record: &Record, number: u16, name: &str) -> Result<SubjectId, Rejection> {
    let id = record.field(number).and_then(Value::as_array_of).map(SubjectId);
    id.ok_or_else(|| at_field(Code::Validation, name, "the officer's id is missing"))
}

fn assign(case: &mut Case, bailiff: SubjectId, act: Act<'_>) {
    case.assignee = Some(bailiff);
    case.assigned_at = Some(act.record.event_time);
    case.assigned_by = Some(act.id);
}

fn transfer(case: &mut Case, bailiff: SubjectId, act: Act<'_>) -> Result<(), Rejection> {
    let from = officer(act.record, 1, "from_bailiff")?;
    if case.assignee != Some(from) {
        let detail = "the case is not assigned to this officer";
        return Err(at_field(Code::NotAssignee, "from_bailiff", detail));
    }
    if from == bailiff {
        let detail = "the case is assigned to this officer already";
        return Err(at_field(Code::TransferNotAllowed, "to_bailiff", detail));
    }
    if let Some(region) = act.record.field(8).and_then(Value::as_text) {
        case.region = Some(region.to_owned());
    }
    assign(case, bailiff, act);
    Ok(())
}

fn suspend(case: &mut Case, ground: u32, before: Stage) -> Result<(), Rejection> {
    let bit = bit(ground);
    if case.grounds & bit != 0 {
        return Err(at_field(Code::GroundUnknown, "ground_code", "it stands already"));
    }
    case.grounds |= bit;
    if before != Stage::Suspended {
        case.before_suspension = Some(before);
    }
    Ok(())
}

fn resume(case: &mut Case, ground: u32, before: Stage) -> Result<(), Rejection> {
    let bit = bit(ground);
    if case.grounds & bit == 0 {
        let detail = "the case is not suspended on this ground";
        return Err(at_field(Code::GroundUnknown, "ground_code", detail));
    }
    case.grounds &= !bit;
    if case.grounds == 0 {
        case.stage = case.before_suspension.take().unwrap_or(before);
    }
    Ok(())
}

/// Counts a notice, and notes when the ones that terms run from were delivered.
fn notify(case: &mut Case, record: &Record) {
    case.notices = case.notices.saturating_add(1);
    let delivered = date(record, 6).map(UnixMillis);
    let slot = match (word(record, 1), word(record, 3)) {
        ("DEBTOR", "INITIATION") => &mut case.debtor_notified_at,
        ("CLAIMANT", "INITIATION") => &mut case.claimant_notified_at,
        ("DEBTOR", "TRAVEL_BAN_WARNING") => &mut case.warned_at,
        _ => return,
    };
    if slot.is_none() {
        *slot = delivered;
    }
}

/// A complaint's stages follow each other.
fn complain(
    proceeding: &mut Proceeding,
    act: Act<'_>,
    stage: ComplaintStage,
) -> Result<(), Rejection> {
    let Some(id) = named(act.record, Role::Complaint) else {
        let detail = "E17 must name its complaint";
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    };
    let next = match proceeding.complaints.get(&id) {
        None if stage == ComplaintStage::Filed => filed(act.record)?,
        None => {
            let detail = "a complaint begins with FILED";
            return Err(at_field(Code::StageNotAllowed, "stage", detail));
        }
        Some(known) if known.case != act.record.subject.id => {
            let detail = "the complaint is about another case";
            return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
        }
        Some(known) if !known.stage.may_become(stage) => {
            let detail = format!("{} does not follow {}", stage.name(), known.stage.name());
            return Err(at_field(Code::StageNotAllowed, "stage", detail));
        }
        Some(known) => {
            if word(act.record, 1) != known.kind.name() {
                let detail = "the kind is that with which the complaint was filed";
                return Err(at_field(Code::Validation, "complaint_kind", detail));
            }
            // An appeal may go to another court.
            if word(act.record, 2) != known.forum.name() && stage != ComplaintStage::Appealed {
                let detail =
                    "the forum is the one that has the complaint; an appeal may name another";
                return Err(at_field(Code::Validation, "forum", detail));
            }
            let forum = Forum::from_name(word(act.record, 2)).unwrap_or(known.forum);
            Complaint { stage, forum, ..*known }
        }
    };
    proceeding.put_complaint(id, next);
    Ok(())
}

/// A complaint as it is filed.
fn filed(record: &Record) -> Result<Complaint, Rejection> {
    let unknown = |name| at_field(Code::Validation, name, "unknown");
    Ok(Complaint {
        case: record.subject.id,
        kind: ComplaintKind::from_name(word(record, 1)).ok_or_else(|| unknown("complaint_kind"))?,
        forum: Forum::from_name(word(record, 2)).ok_or_else(|| unknown("forum"))?,
        stage: ComplaintStage::Filed,
        act: record.field(4).and_then(Value::as_array_of).map(RecordId),
    })
}

fn bit(ground: u32) -> u64 {
    1_u64.checked_shl(ground).unwrap_or_default()
}

/// The number of the suspension ground in a record.
fn ground(record: &Record) -> Result<u32, Rejection> {
    Ground::suspension_number(word(record, 2)).ok_or_else(|| {
        at_field(Code::GroundUnknown, "ground_code", "suspending and resuming need a ground")
    })
}

/// Refuses unless the row starts in the stage of the case.
pub(super) fn permitted(
    row: &Transition,
    kind: Kind,
    stage: Option<Stage>,
) -> Result<(), Rejection> {
    if row.starts_in(stage) {
        return Ok(());
    }
    let stage_name = stage.map_or("NONE", Stage::name);
    let detail = format!(
        "{} ({}) is not permitted in {stage_name}; permitted now: {}",
        kind.info().code,
        row.id,
        next_steps(stage).join(", ")
    );
    Err(Rejection::new(Code::StageNotAllowed, "/kind", detail))
}

/// The case that an E01 opens, with its parties as the record names them.
pub(super) fn present(act: Act<'_>) -> Result<Case, Rejection> {
    let record = act.record;
    let ids = |role| record.subjects.iter().filter(move |s| s.role == role).map(|s| s.id);
    let one = |role: Role| {
        let mut ids = ids(role);
        match (ids.next(), ids.next()) {
            (Some(id), None) => Ok(id),
            (None, _) | (_, Some(_)) => {
                let detail = format!("E01 must name exactly one {}", role.name());
                Err(Rejection::new(Code::SubjectMissing, "/subjects", detail))
            }
        }
    };
    // The record's subjects are sorted, so the claimants are too.
    let claimants: Vec<SubjectId> = ids(Role::Claimant).collect();
    if claimants.is_empty() || claimants.len() > Case::CLAIMANTS_MAX {
        let detail = format!("E01 must name 1 to {} claimants", Case::CLAIMANTS_MAX);
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    }
    let unknown = || at_field(Code::Validation, "debtor_kind", "unknown");
    Ok(Case {
        stage: Stage::Received,
        stage_since: record.event_time,
        before_suspension: None,
        before_closing: None,
        debtor: one(Role::Debtor)?,
        debtor_kind: PartyKind::from_name(word(record, 7)).ok_or_else(unknown)?,
        claimants,
        for_the_state: word(record, 13) == PartyKind::State.name(),
        document: one(Role::Document)?,
        claim: named(record, Role::Claim),
        claim_order: record.field(6).and_then(Value::as_u64).unwrap_or_default(),
        periodic: record.field(14).and_then(Value::as_bool).unwrap_or_default(),
        assignee: None,
        assigned_at: None,
        assigned_by: None,
        region: record.field(8).and_then(Value::as_text).map(str::to_owned),
        received_at: record.event_time,
        initiated_at: None,
        class: None,
        last_event_at: record.event_time,
        grounds: 0,
        until: None,
        in_debtor_register: false,
        notices: 0,
        debtor_notified_at: None,
        claimant_notified_at: None,
        warned_at: None,
        open_complaints: 0,
        pending_sanctions: 0,
        open_measures: 0,
        open_lots: 0,
        levies: 0,
        correction: None,
        undistributed_since: None,
        recovered_since: None,
        erased: false,
        money: [0; 32],
        draw: None,
        royalties: None,
    })
}
