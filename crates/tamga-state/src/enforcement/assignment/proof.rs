//! The offline check of an assignment: everything that its proof file says is recomputed
//! (spec §13.6).

use core::fmt;

use tamga_format::assignment::{AssignmentFile, ProvenRun, RulingOf};
use tamga_format::beacon::run_beacon;
use tamga_format::cbor::Value;
use tamga_format::id::{GenesisHash, SubjectId};
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, ReceiptError};
use tamga_format::subject::Subject;
use tamga_format::validators::ValidatorSet;

use super::ballot::{Ballot, seed};
use super::candidates::{Candidates, read_loads};
use super::field;
use super::rules::{commitment_limit, step};
use crate::catalogue::{Kind, check_record, relation};
use crate::codes::{Code, Rejection};
use crate::enforcement::step::Step;
use crate::private::AtHand;

/// An assignment that was recomputed and found as its records say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenAssignment {
    /// The case.
    pub case: Subject,
    /// Whom it was given to.
    pub officer: SubjectId,
    /// The candidates with their loads and weights.
    pub ballot: Ballot,
    /// The beacon of the blocks from the commitment's on.
    pub beacon: [u8; 32],
    /// What the officer was picked by.
    pub seed: [u8; 32],
    /// Both records, and the blocks that gave the randomness.
    pub run: ProvenRun,
}

/// Why an assignment is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssignmentError {
    /// The log does not say so, or it cannot be judged.
    Log(ReceiptError),
    /// The log says so, but it is not what the draw gives: do not rely on it.
    Draw(Rejection),
}

impl From<ReceiptError> for AssignmentError {
    fn from(error: ReceiptError) -> Self {
        Self::Log(error)
    }
}

impl From<Rejection> for AssignmentError {
    fn from(rejection: Rejection) -> Self {
        Self::Draw(rejection)
    }
}

impl fmt::Display for AssignmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(error) => write!(f, "{error}"),
            Self::Draw(rejection) => {
                let Rejection { code, pointer, detail } = rejection;
                write!(f, "the assignment is false: {} at {pointer}: {detail}", code.info().slug)
            }
        }
    }
}

impl core::error::Error for AssignmentError {}

/// Checks a proof file against a policy and a genesis that the reader trusts, and draws again.
///
/// # Errors
///
/// [`AssignmentError`] says what is false, or what is needed to tell.
pub fn verify(
    file: &AssignmentFile,
    policy: &Policy,
    genesis: &GenesisHash,
    validators: &ValidatorSet,
) -> Result<ProvenAssignment, AssignmentError> {
    verify_by(file, genesis, &|_| (policy, validators))
}

/// The same of a ledger whose policies have followed each other.
///
/// # Errors
///
/// As [`verify`].
pub fn verify_by(
    file: &AssignmentFile,
    genesis: &GenesisHash,
    ruling: &RulingOf<'_>,
) -> Result<ProvenAssignment, AssignmentError> {
    let run = file.verify_by(genesis, ruling)?;
    let (commitment, draw) = (run.commitment.record.record(), run.draw.record.record());
    let (Step::Commit, Step::Draw(officer)) = (read(&run.commitment)?, read(&run.draw)?) else {
        return Err(refuse(Code::DrawNotCommitted, "phase", "not a commitment and its draw").into());
    };
    let refers = draw.references.iter().any(|reference| {
        reference.relation == relation::AUTHORITY && reference.record == run.commitment.id
    });
    if commitment.subject != draw.subject || !refers {
        let detail = "the draw is not that of this commitment";
        return Err(Rejection::new(Code::DrawNotCommitted, "/references", detail).into());
    }
    let case = commitment.subject;
    let candidates = Candidates::of(commitment);
    let loads = draw.field(field::LOADS).and_then(read_loads).unwrap_or_default();
    let limit = commitment_limit(commitment);
    let ballot = candidates.and_then(|candidates| Ballot::new(&candidates, &loads, limit));
    let Some(ballot) = ballot else {
        return Err(refuse(Code::DrawLoads, "loads", "not one load for each candidate").into());
    };
    let root = ballot.root();
    if draw.field(field::ROOT).and_then(Value::as_array_of) != Some(root) {
        let detail = "it is not the hash over these candidates and loads";
        return Err(refuse(Code::DrawCandidates, "candidate_root", detail).into());
    }
    let beacon = run_beacon(run.blocks.iter().map(|block| &block.output));
    let seed = seed(&beacon, &case.id, &root);
    if ballot.winner(&seed) != Some(officer) {
        let detail = "the draw gave the case to another officer";
        return Err(refuse(Code::DrawWinner, "bailiff_id", detail).into());
    }
    Ok(ProvenAssignment { case, officer, ballot, beacon, seed, run })
}

/// What a proof file says, unchecked: the candidates with their loads, and who was drawn.
#[must_use]
pub fn stated(file: &AssignmentFile) -> Option<(Ballot, SubjectId)> {
    let (commitment, draw) = (file.commitment.record.record(), file.draw.record.record());
    let loads = draw.field(field::LOADS).and_then(read_loads)?;
    let limit = commitment_limit(commitment);
    let ballot = Ballot::new(&Candidates::of(commitment)?, &loads, limit)?;
    Some((ballot, draw.field(field::BAILIFF)?.as_array_of().map(SubjectId)?))
}

/// The step of the matrix that a proven record is, if it is an E02 of this form.
fn read(proven: &Proven) -> Result<Step, Rejection> {
    let record = proven.record.record();
    let info = Kind::E02.info();
    if record.kind != info.kind.number() {
        let detail = format!("record {} is no {}", proven.id, info.code);
        return Err(Rejection::new(Code::DrawNotCommitted, "/kind", detail));
    }
    check_record(info, record, AtHand::All(None))?;
    step(record)
}

fn refuse(code: Code, name: &str, detail: &str) -> Rejection {
    crate::machine::at_field(code, name, detail)
}
