//! Statuses of parties, executive documents, solidary claims and complaints (spec §16.5).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::Role;

use super::{Typed, Unpaid, optional, optional_day, read_code, read_id};
use crate::catalogue::coded;

/// The status of a claimant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClaimantStatus {
    /// Open cases.
    pub open_cases: u64,
    /// Keys registered for the claimant.
    pub keys: u64,
}

impl Typed for ClaimantStatus {
    const ROLE: Role = Role::Claimant;
    const ITEMS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.uint(self.open_cases).uint(self.keys);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { open_cases: from.uint()?, keys: from.uint()? })
    }
}

/// The status of a debtor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DebtorStatus {
    /// Open cases.
    pub open_cases: u64,
    /// Entries in the register of debtors.
    pub register_entries: u64,
    /// Keys registered for the debtor.
    pub keys: u64,
    /// Cases under enforcement, by order of the claim.
    pub claims: [u64; Unpaid::ORDERS],
    /// Commitment to what is unpaid in them ([`Unpaid`]); `None` before the first.
    pub unpaid: Option<[u8; 32]>,
}

impl Typed for DebtorStatus {
    const ROLE: Role = Role::Debtor;
    const ITEMS: usize = 5;

    fn write(&self, to: &mut Writer) {
        to.uint(self.open_cases).uint(self.register_entries).uint(self.keys);
        to.array(self.claims.len());
        for count in self.claims {
            to.uint(count);
        }
        optional(to, self.unpaid.as_ref());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let (open_cases, register_entries, keys) = (from.uint()?, from.uint()?, from.uint()?);
        let at = from.position();
        if from.array()? != Unpaid::ORDERS {
            return Err(FormatError::new(FormatCode::CborRange, at).of("claims"));
        }
        let mut claims = [0; Unpaid::ORDERS];
        for count in &mut claims {
            *count = from.uint()?;
        }
        let unpaid = from.null_or(Reader::fixed)?;
        Ok(Self { open_cases, register_entries, keys, claims, unpaid })
    }
}

/// The status of a claim that several debtors owe together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Cases about it, ended ones included.
    pub cases: u64,
    /// Open cases about it.
    pub open_cases: u64,
    /// Commitment to its money ([`super::ClaimMoney`]).
    pub money: [u8; 32],
}

impl Typed for Claim {
    const ROLE: Role = Role::Claim;
    const ITEMS: usize = 3;

    fn write(&self, to: &mut Writer) {
        to.uint(self.cases).uint(self.open_cases).bytes(&self.money);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { cases: from.uint()?, open_cases: from.uint()?, money: from.fixed()? })
    }
}

/// The status of an executive document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Cases about it, ended ones included.
    pub cases: u64,
    /// The case that is open.
    pub open_case: Option<SubjectId>,
    /// The case it was presented for last.
    pub last_case: Option<SubjectId>,
    /// Days from presentation to end of its ended cases, in which its presentation period did not run.
    pub stopped_days: i64,
    /// The day its last case ended; `None` while one is open.
    pub ended_on: Option<i64>,
    /// Whether a court restored its presentation period.
    pub restored: bool,
}

impl Typed for Document {
    const ROLE: Role = Role::Document;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.uint(self.cases);
        optional(to, self.open_case.as_ref().map(SubjectId::as_bytes));
        optional(to, self.last_case.as_ref().map(SubjectId::as_bytes));
        to.int(self.stopped_days);
        optional_day(to, self.ended_on);
        to.bool(self.restored);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            cases: from.uint()?,
            open_case: from.null_or(read_id)?,
            last_case: from.null_or(read_id)?,
            stopped_days: from.int()?,
            ended_on: from.null_or(Reader::int)?,
            restored: from.bool()?,
        })
    }
}

coded! {
    /// What a complaint is about.
    ComplaintKind {
        /// Actions of an officer (EL art. 127, CPC art. 250).
        Actions = 1 "ACTIONS";
        /// Inaction of an officer.
        Inaction = 2 "INACTION";
        /// A third person's claim (CPC art. 251).
        ThirdPartyClaim = 3 "THIRD_PARTY_CLAIM";
        /// A decision of an algorithm: the draw, or an act of the robot.
        AlgorithmicReview = 4 "ALGORITHMIC_REVIEW";
    }
}

coded! {
    /// Which court hears a complaint; recorded, never inferred.
    Forum {
        /// A court in civil proceedings.
        Civil = 1 "CIVIL";
        /// A court in administrative proceedings.
        Admin = 2 "ADMIN";
    }
}

coded! {
    /// Where a complaint stands.
    ComplaintStage {
        /// Filed.
        Filed = 1 "FILED";
        /// Accepted for consideration.
        Accepted = 2 "ACCEPTED";
        /// Returned without consideration.
        Returned = 3 "RETURNED";
        /// Satisfied.
        Satisfied = 4 "SATISFIED";
        /// Satisfied in part.
        Partially = 5 "PARTIALLY";
        /// Dismissed.
        Dismissed = 6 "DISMISSED";
        /// The decision is in force.
        InForce = 7 "IN_FORCE";
        /// The decision is appealed.
        Appealed = 8 "APPEALED";
    }
}

impl ComplaintStage {
    /// Whether `next` may follow.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Filed => matches!(next, Self::Accepted | Self::Returned),
            Self::Accepted | Self::Appealed => {
                matches!(next, Self::Satisfied | Self::Partially | Self::Dismissed)
            }
            Self::Satisfied | Self::Partially | Self::Dismissed => {
                matches!(next, Self::InForce | Self::Appealed)
            }
            Self::Returned | Self::InForce => false,
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Returned | Self::InForce)
    }
}

/// The status of a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The case it is about.
    pub case: SubjectId,
    /// What it is about.
    pub kind: ComplaintKind,
    /// Which court hears it.
    pub forum: Forum,
    /// Where it stands.
    pub stage: ComplaintStage,
    /// The record of the act complained of, if it is one.
    pub act: Option<RecordId>,
}

impl Typed for Complaint {
    const ROLE: Role = Role::Complaint;
    const ITEMS: usize = 5;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.case.as_bytes()).uint(self.kind.code().into());
        to.uint(self.forum.code().into()).uint(self.stage.code().into());
        optional(to, self.act.as_ref().map(RecordId::as_bytes));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            case: read_id(from)?,
            kind: read_code(from, ComplaintKind::from_code)?,
            forum: read_code(from, Forum::from_code)?,
            stage: read_code(from, ComplaintStage::from_code)?,
            act: from.null_or(Reader::fixed)?.map(RecordId),
        })
    }
}
