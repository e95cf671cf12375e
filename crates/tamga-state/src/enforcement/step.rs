//! Steps: what a record does to the status of its case (spec §16.4).
//!
//! Live execution and the replay of corrections go through the same three functions.

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::record::Record;
use tamga_format::subject::Role;

use crate::catalogue::{Ground, Kind};
use crate::codes::{Code, Rejection};
use crate::machine::at_field;
use crate::matrix::{Stage, To, Transition, next_steps, transition};
use crate::status::{Case, ComplaintStage};

/// How a correction corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correct {
    Amend,
    Annul,
    Reinstate,
}

/// An enforcement record, read as a step of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Present,
    Distribute(SubjectId),
    Initiate,
    Refuse,
    Notify,
    Start,
    Recover,
    PayOut,
    /// With the number of the ground.
    Suspend(u32),
    /// With the number of the ground that ceased.
    Resume(u32),
    Defer(Option<i64>),
    Postpone(Option<i64>),
    EndDeferral,
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
            Kind::E02 => Self::distribution(record)?,
            Kind::E03 if word(record, 1) == "REFUSED" => Self::Refuse,
            Kind::E03 => Self::Initiate,
            Kind::E04 => Self::Notify,
            Kind::E05 => Self::Start,
            Kind::E11 => Self::Recover,
            Kind::E12 => Self::PayOut,
            Kind::E13 => match word(record, 1) {
                "SUSPEND" => Self::Suspend(ground(record)?),
                "RESUME" => Self::Resume(ground(record)?),
                "DEFER" => Self::Defer(until()),
                "POSTPONE" => Self::Postpone(until()),
                _ => Self::EndDeferral,
            },
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
                other => {
                    let detail = format!("{other} is not in force");
                    return Err(at_field(Code::TransitionNotInForce, "correction_kind", detail));
                }
            },
            other => {
                let detail = format!("{} is not in force", other.info().code);
                return Err(Rejection::new(Code::KindNotInForce, "/kind", detail));
            }
        })
    }

    /// A direct distribution; the draw in two phases (T02a, then T02 with its proof) belongs here.
    fn distribution(record: &Record) -> Result<Self, Rejection> {
        if !matches!(word(record, 3), "" | "DIRECT") {
            let detail = "the draw is not in force; distribute directly";
            return Err(at_field(Code::TransitionNotInForce, "phase", detail));
        }
        if record.field(2).and_then(Value::as_u64) != Some(0) {
            let detail = "a direct distribution has algorithm version 0";
            return Err(at_field(Code::TransitionNotInForce, "algorithm_version", detail));
        }
        let bailiff = record.field(1).and_then(Value::as_array_of).map(SubjectId);
        let missing = || at_field(Code::Validation, "bailiff_id", "the officer's id is missing");
        bailiff.map(Self::Distribute).ok_or_else(missing)
    }

    /// The row of the matrix; `stage` is the case's.
    pub(super) fn row(&self, stage: Option<Stage>) -> &'static Transition {
        transition(match self {
            Self::Present => "T01",
            Self::Distribute(_) => "T02",
            Self::Refuse => "T03",
            Self::Initiate => "T04",
            Self::Notify => "T05",
            Self::Start => "T06",
            Self::Recover => "T10",
            Self::PayOut => "T11",
            Self::Suspend(_) if stage == Some(Stage::Suspended) => "T12b",
            Self::Suspend(_) => "T12",
            Self::Resume(_) => "T13",
            Self::Defer(_) => "T14",
            Self::Postpone(_) => "T15",
            Self::EndDeferral => "T16",
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

    /// Changes the status of a case as the step's row says.
    pub(super) fn apply(
        &self,
        row: &Transition,
        case: &mut Case,
        record: &Record,
    ) -> Result<(), Rejection> {
        let before = case.stage;
        if let To::Stage(stage) = row.to {
            case.stage = stage;
        }
        match *self {
            Self::Distribute(bailiff) => case.assignee = Some(bailiff),
            Self::Initiate => case.initiated_at = Some(record.event_time),
            Self::Refuse | Self::Close(_) => case.before_closing = Some(before),
            Self::Reopen => case.stage = case.before_closing.take().unwrap_or(before),
            Self::Suspend(ground) => {
                let bit = bit(ground);
                if case.grounds & bit != 0 {
                    return Err(at_field(Code::GroundUnknown, "ground_code", "it stands already"));
                }
                case.grounds |= bit;
                if before != Stage::Suspended {
                    case.before_suspension = Some(before);
                }
            }
            Self::Resume(ground) => {
                let bit = bit(ground);
                if case.grounds & bit == 0 {
                    let detail = "the case is not suspended on this ground";
                    return Err(at_field(Code::GroundUnknown, "ground_code", detail));
                }
                case.grounds &= !bit;
                if case.grounds == 0 {
                    case.stage = case.before_suspension.take().unwrap_or(before);
                }
            }
            Self::Defer(until) | Self::Postpone(until) => case.until = until,
            Self::EndDeferral => case.until = None,
            Self::Notify => case.notices = case.notices.saturating_add(1),
            Self::Register(enter) => {
                if case.in_debtor_register == enter {
                    let detail = if enter { "the entry exists" } else { "there is no entry" };
                    return Err(at_field(Code::StageNotAllowed, "reason", detail));
                }
                case.in_debtor_register = enter;
            }
            Self::Complain(ComplaintStage::Filed) => {
                case.open_complaints = case.open_complaints.saturating_add(1);
            }
            Self::Complain(stage) if stage.is_final() => {
                case.open_complaints = case.open_complaints.saturating_sub(1);
            }
            Self::Complain(_)
            | Self::Present
            | Self::Start
            | Self::Recover
            | Self::PayOut
            | Self::Correct(_) => {}
        }
        Ok(())
    }
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
pub(super) fn present(record: &Record) -> Result<Case, Rejection> {
    let named = |role| record.subjects.iter().filter(move |s| s.role == role).map(|s| s.id);
    let one = |role: Role| {
        let mut ids = named(role);
        match (ids.next(), ids.next()) {
            (Some(id), None) => Ok(id),
            (None, _) | (_, Some(_)) => {
                let detail = format!("E01 must name exactly one {}", role.name());
                Err(Rejection::new(Code::SubjectMissing, "/subjects", detail))
            }
        }
    };
    // The record's subjects are sorted, so the claimants are too.
    let claimants: Vec<SubjectId> = named(Role::Claimant).collect();
    if claimants.is_empty() || claimants.len() > Case::CLAIMANTS_MAX {
        let detail = format!("E01 must name 1 to {} claimants", Case::CLAIMANTS_MAX);
        return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
    }
    Ok(Case {
        stage: Stage::Received,
        before_suspension: None,
        before_closing: None,
        debtor: one(Role::Debtor)?,
        claimants,
        document: one(Role::Document)?,
        assignee: None,
        region: record.field(8).and_then(Value::as_text).map(str::to_owned),
        claim_order: record.field(6).and_then(Value::as_u64).unwrap_or_default(),
        received_at: record.event_time,
        initiated_at: None,
        grounds: 0,
        until: None,
        in_debtor_register: false,
        notices: 0,
        open_complaints: 0,
        correction: None,
        money: [0; 32],
    })
}
