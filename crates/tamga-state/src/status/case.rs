//! Statuses of enforcement: case, parties, document, complaint, and a case's money (spec §16.5).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{Height, RecordId, SubjectId, UnixMillis};
use tamga_format::subject::Role;

use super::{
    Typed, optional, optional_text, optional_time, read_code, read_id, read_text, read_time,
};
use crate::catalogue::{CANDIDATES_MAX, coded};
use crate::matrix::Stage;

/// The status of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where it stands.
    pub stage: Stage,
    /// The open stage held before it was suspended.
    pub before_suspension: Option<Stage>,
    /// The open stage held before it was refused or closed.
    pub before_closing: Option<Stage>,
    /// The debtor.
    pub debtor: SubjectId,
    /// The claimants, sorted; at least one, at most [`Case::CLAIMANTS_MAX`].
    pub claimants: Vec<SubjectId>,
    /// The tag of the executive document.
    pub document: SubjectId,
    /// The officer it is assigned to.
    pub assignee: Option<SubjectId>,
    /// The region of the debtor.
    pub region: Option<String>,
    /// Order of the claim (EL arts. 110–112).
    pub claim_order: u64,
    /// When the document was presented.
    pub received_at: UnixMillis,
    /// When proceedings were initiated.
    pub initiated_at: Option<UnixMillis>,
    /// Set of suspension grounds, a bit for each position in the list of grounds.
    pub grounds: u64,
    /// Last day of a deferral or postponement, in days since 1970-01-01.
    pub until: Option<i64>,
    /// Whether the debtor is in the register of debtors because of this case.
    pub in_debtor_register: bool,
    /// Notices sent.
    pub notices: u64,
    /// Complaints that await a decision in force.
    pub open_complaints: u64,
    /// The last correction.
    pub correction: Option<RecordId>,
    /// Commitment to the case's money ([`Money`], spec §14.4).
    pub money: [u8; 32],
    /// The draw by which the case is given to an officer.
    pub draw: Option<Draw>,
}

/// How far the draw of an officer is (spec §16.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// The record that committed to the candidates.
    pub commitment: RecordId,
    /// Its block.
    pub height: Height,
    /// Hash over the candidates with their loads and weights.
    pub root: [u8; 32],
    /// The loads at the commitment, one for each candidate who is not left out; empty once drawn,
    /// since the record that draws repeats them.
    pub loads: Vec<u32>,
    /// The record that drew.
    pub drawn: Option<RecordId>,
}

impl Case {
    /// Claimants of one case.
    pub const CLAIMANTS_MAX: usize = 16;
}

impl Typed for Case {
    const ROLE: Role = Role::Case;
    const ITEMS: usize = 19;

    fn write(&self, to: &mut Writer) {
        to.uint(self.stage.code().into());
        optional_stage(to, self.before_suspension);
        optional_stage(to, self.before_closing);
        to.bytes(self.debtor.as_bytes()).array(self.claimants.len());
        for claimant in &self.claimants {
            to.bytes(claimant.as_bytes());
        }
        to.bytes(self.document.as_bytes());
        optional(to, self.assignee.as_ref().map(SubjectId::as_bytes));
        optional_text(to, self.region.as_deref());
        to.uint(self.claim_order).int(self.received_at.get());
        optional_time(to, self.initiated_at);
        to.uint(self.grounds);
        optional_time(to, self.until.map(UnixMillis));
        to.bool(self.in_debtor_register).uint(self.notices).uint(self.open_complaints);
        optional(to, self.correction.as_ref().map(RecordId::as_bytes));
        to.bytes(&self.money);
        match &self.draw {
            Some(draw) => draw.write(to),
            None => {
                to.null();
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let stage = read_code(from, Stage::from_code)?;
        let before_suspension = from.null_or(read_stage)?;
        let before_closing = from.null_or(read_stage)?;
        let debtor = read_id(from)?;
        let at = from.position();
        let count = from.array()?;
        if count == 0 || count > Self::CLAIMANTS_MAX {
            return Err(FormatError::new(FormatCode::CborRange, at).of("claimants"));
        }
        let mut claimants = Vec::with_capacity(count);
        for _ in 0..count {
            claimants.push(read_id(from)?);
        }
        Ok(Self {
            stage,
            before_suspension,
            before_closing,
            debtor,
            claimants,
            document: read_id(from)?,
            assignee: from.null_or(read_id)?,
            region: from.null_or(read_text)?,
            claim_order: from.uint()?,
            received_at: read_time(from)?,
            initiated_at: from.null_or(read_time)?,
            grounds: from.uint()?,
            until: from.null_or(Reader::int)?,
            in_debtor_register: from.bool()?,
            notices: from.uint()?,
            open_complaints: from.uint()?,
            correction: from.null_or(Reader::fixed)?.map(RecordId),
            money: from.fixed()?,
            draw: from.null_or(Draw::read)?,
        })
    }
}

impl Draw {
    const ITEMS: usize = 5;

    fn write(&self, to: &mut Writer) {
        to.array(Self::ITEMS).bytes(self.commitment.as_bytes()).uint(self.height.get());
        to.bytes(&self.root).array(self.loads.len());
        for load in &self.loads {
            to.uint((*load).into());
        }
        optional(to, self.drawn.as_ref().map(RecordId::as_bytes));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let at = from.position();
        let wrong = FormatError::new(FormatCode::CborRange, at).of("draw");
        if from.array()? != Self::ITEMS {
            return Err(wrong);
        }
        let (commitment, height) = (RecordId(from.fixed()?), Height(from.uint()?));
        let root = from.fixed()?;
        let count = from.array()?;
        if count > CANDIDATES_MAX {
            return Err(wrong);
        }
        let loads = (0..count).map(|_| from.small()).collect::<Result<_, _>>()?;
        Ok(Self {
            commitment,
            height,
            root,
            loads,
            drawn: from.null_or(Reader::fixed)?.map(RecordId),
        })
    }
}

fn optional_stage(to: &mut Writer, stage: Option<Stage>) {
    match stage {
        Some(stage) => to.uint(stage.code().into()),
        None => to.null(),
    };
}

fn read_stage(from: &mut Reader<'_>) -> Result<Stage, FormatError> {
    read_code(from, Stage::from_code)
}

/// The money of a case, in tiyn; private state (spec §16.6).
///
/// Every part is at least 0, and what was recovered is never less than what was given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    /// To be recovered.
    pub due: i64,
    /// Recovered so far.
    pub recovered: i64,
    /// Paid to claimants.
    pub distributed: i64,
    /// The private bailiff's fee.
    pub fee: i64,
    /// Expenses of enforcement.
    pub expenses: i64,
    /// The enforcement sanction.
    pub sanction: i64,
    /// Retained on a lawful ground.
    pub retained: i64,
    /// Returned to the debtor.
    pub returned: i64,
}

impl Money {
    const PARTS: usize = 8;

    /// The bytes in the private state: a deterministic CBOR array of the eight amounts.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.array(Self::PARTS).int(self.due).int(self.recovered).int(self.distributed).int(self.fee);
        to.int(self.expenses).int(self.sanction).int(self.retained).int(self.returned);
        to.finish()
    }

    /// Reads the bytes of [`Money::encode`].
    ///
    /// # Errors
    ///
    /// [`FormatError`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut from = Reader::new(bytes);
        if from.array()? != Self::PARTS {
            return Err(FormatError::new(FormatCode::CborRange, 0).of("money"));
        }
        let money = Self {
            due: from.int()?,
            recovered: from.int()?,
            distributed: from.int()?,
            fee: from.int()?,
            expenses: from.int()?,
            sanction: from.int()?,
            retained: from.int()?,
            returned: from.int()?,
        };
        from.end()?;
        Ok(money)
    }

    /// What was given out in all; `None` on overflow.
    #[must_use]
    pub fn given_out(&self) -> Option<i64> {
        [self.fee, self.expenses, self.sanction, self.retained, self.returned]
            .into_iter()
            .try_fold(self.distributed, i64::checked_add)
    }

    /// What was recovered and not given out yet; `None` on overflow.
    #[must_use]
    pub fn undistributed(&self) -> Option<i64> {
        self.recovered.checked_sub(self.given_out()?)
    }

    /// Whether every part is at least 0 and no more was given out than recovered.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let parts = [
            self.due,
            self.recovered,
            self.distributed,
            self.fee,
            self.expenses,
            self.sanction,
            self.retained,
            self.returned,
        ];
        parts.iter().all(|part| *part >= 0) && self.undistributed().is_some_and(|rest| rest >= 0)
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident $role:ident { $($(#[$each:meta])* $field:ident,)* } $items:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$each])* pub $field: u64,)*
        }

        impl Typed for $name {
            const ROLE: Role = Role::$role;
            const ITEMS: usize = $items;

            fn write(&self, to: &mut Writer) {
                $(to.uint(self.$field);)*
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
                Ok(Self { $($field: from.uint()?,)* })
            }
        }
    )*};
}

counts! {
    /// The status of a debtor.
    DebtorStatus Debtor {
        /// Open cases.
        open_cases,
        /// Entries in the register of debtors.
        register_entries,
        /// Keys registered for the debtor.
        keys,
    } 3;
    /// The status of a claimant.
    ClaimantStatus Claimant {
        /// Open cases.
        open_cases,
        /// Keys registered for the claimant.
        keys,
    } 2;
}

/// The status of an executive document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Cases about it, ended ones included.
    pub cases: u64,
    /// The case that is open.
    pub open_case: Option<SubjectId>,
}

impl Typed for Document {
    const ROLE: Role = Role::Document;
    const ITEMS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.uint(self.cases);
        optional(to, self.open_case.as_ref().map(SubjectId::as_bytes));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { cases: from.uint()?, open_case: from.null_or(read_id)? })
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
    /// Where it stands.
    pub stage: ComplaintStage,
}

impl Typed for Complaint {
    const ROLE: Role = Role::Complaint;
    const ITEMS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.case.as_bytes()).uint(self.stage.code().into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { case: read_id(from)?, stage: read_code(from, ComplaintStage::from_code)? })
    }
}
