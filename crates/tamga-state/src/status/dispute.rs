//! Statuses of disputes and of what is said of payouts (spec §23.16, §23.17).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::FormatError;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::{Typed, optional, optional_day, read_code, read_id, read_list, read_subject};
use crate::catalogue::coded;

coded! {
    /// What a dispute is about.
    DisputeAbout {
        /// Who holds which share of a work.
        Shares = 1 "SHARES";
        /// What was allocated.
        Allocation = 2 "ALLOCATION";
        /// What was paid.
        Payout = 3 "PAYOUT";
        /// Uses that no report has.
        Uses = 4 "USES";
        /// A statement.
        Statement = 5 "STATEMENT";
    }
}

coded! {
    /// Where a dispute stands.
    DisputeState {
        /// It waits for the organisation's answer.
        Filed = 1 "FILED";
        /// The organisation answered and did not grant all of it.
        Answered = 2 "ANSWERED";
        /// Whoever filed it withdrew it.
        Withdrawn = 3 "WITHDRAWN";
        /// It was granted, or decided.
        Resolved = 4 "RESOLVED";
    }
}

impl DisputeState {
    /// Whether nothing is decided yet.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Filed | Self::Answered)
    }
}

coded! {
    /// How a dispute was answered or decided.
    Decision {
        /// Granted.
        Granted = 1 "GRANTED";
        /// Granted in part.
        PartlyGranted = 2 "PARTLY_GRANTED";
        /// Refused.
        Refused = 3 "REFUSED";
    }
}

/// The status of a dispute (R12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The organisation that must answer, as a `cmo`.
    pub cmo: SubjectId,
    /// What it is about.
    pub about: DisputeAbout,
    /// Where it stands.
    pub state: DisputeState,
    /// Who filed it.
    pub filed_by: Subject,
    /// The rightsholders whom it is about, ascending.
    pub parties: Vec<SubjectId>,
    /// The work whose shares are disputed.
    pub work: Option<SubjectId>,
    /// The batch that it is about.
    pub batch: Option<SubjectId>,
    /// The line of that batch, by its hash.
    pub line: Option<[u8; 32]>,
    /// The day on which it was filed.
    pub filed_on: i64,
    /// The day on which the organisation answered.
    pub answered_on: Option<i64>,
    /// The day on which it was withdrawn or resolved.
    pub ended_on: Option<i64>,
    /// The last answer or decision.
    pub decision: Option<Decision>,
}

impl Dispute {
    /// Rightsholders whom one dispute is about.
    pub const PARTIES_MAX: usize = 16;
    /// Open disputes about the shares of one work in one category.
    pub const OF_WORK_MAX: u64 = 16;
}

impl Typed for Dispute {
    const ROLE: Role = Role::Dispute;
    const ITEMS: usize = 13;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.cmo.as_bytes()).uint(self.about.code().into());
        to.uint(self.state.code().into());
        to.uint(self.filed_by.role.code().into()).bytes(self.filed_by.id.as_bytes());
        to.array(self.parties.len());
        for party in &self.parties {
            to.bytes(party.as_bytes());
        }
        optional(to, self.work.as_ref().map(SubjectId::as_bytes));
        optional(to, self.batch.as_ref().map(SubjectId::as_bytes));
        optional(to, self.line.as_ref());
        to.int(self.filed_on);
        optional_day(to, self.answered_on);
        optional_day(to, self.ended_on);
        to.uint(self.decision.map_or(0, |it| it.code().into()));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            cmo: read_id(from)?,
            about: read_code(from, DisputeAbout::from_code)?,
            state: read_code(from, DisputeState::from_code)?,
            filed_by: read_subject(from)?,
            parties: read_list(from, Self::PARTIES_MAX, read_id)?,
            work: from.null_or(Reader::fixed)?.map(SubjectId),
            batch: from.null_or(Reader::fixed)?.map(SubjectId),
            line: from.null_or(Reader::fixed)?,
            filed_on: from.int()?,
            answered_on: from.null_or(Reader::int)?,
            ended_on: from.null_or(Reader::int)?,
            decision: read_code(from, |code| match code {
                0 => Some(None),
                code => Decision::from_code(code).map(Some),
            })?,
        })
    }
}

coded! {
    /// What somebody else than the organisation says of a payout.
    Confirmation {
        /// The bank carried out all of it.
        Executed = 1 "EXECUTED";
        /// The bank carried out a part of it.
        PartlyExecuted = 2 "PARTLY_EXECUTED";
        /// The bank carried out nothing of it.
        Rejected = 3 "REJECTED";
        /// The rightsholder has the money.
        Received = 4 "RECEIVED";
        /// The rightsholder does not have the money.
        NotReceived = 5 "NOT_RECEIVED";
    }
}

impl Confirmation {
    /// Whether a bank says it, and not a rightsholder.
    #[must_use]
    pub const fn is_of_bank(self) -> bool {
        matches!(self, Self::Executed | Self::PartlyExecuted | Self::Rejected)
    }
}

/// The status of what a bank, or a rightsholder, says of a payout (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The organisation that paid, as a `cmo`.
    pub cmo: SubjectId,
    /// The payout.
    pub payout: SubjectId,
    /// Who says it, if it is a rightsholder.
    pub rightsholder: Option<SubjectId>,
    /// What was said last.
    pub confirmation: Confirmation,
    /// The day on which the money moved, or should have.
    pub paid_on: Option<i64>,
    /// What the bank carried out, in tiyn; 0 if a rightsholder speaks.
    pub executed: i64,
}

impl Payment {
    /// What the bank says of a payout, or what one of the rightsholders says of it.
    #[must_use]
    pub fn subject(payout: &SubjectId, rightsholder: Option<&SubjectId>) -> Subject {
        let name = match rightsholder {
            Some(rightsholder) => format!("{payout}.{rightsholder}"),
            None => payout.to_string(),
        };
        Subject::registered(Role::Payment, &name)
    }
}

impl Typed for Payment {
    const ROLE: Role = Role::Payment;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.cmo.as_bytes()).bytes(self.payout.as_bytes());
        optional(to, self.rightsholder.as_ref().map(SubjectId::as_bytes));
        to.uint(self.confirmation.code().into());
        optional_day(to, self.paid_on);
        to.int(self.executed);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            cmo: read_id(from)?,
            payout: read_id(from)?,
            rightsholder: from.null_or(Reader::fixed)?.map(SubjectId),
            confirmation: read_code(from, Confirmation::from_code)?,
            paid_on: from.null_or(Reader::int)?,
            executed: from.int()?,
        })
    }
}
