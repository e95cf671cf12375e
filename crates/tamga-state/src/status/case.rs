//! The status of a case (spec §14.2).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{Height, RecordId, SubjectId, UnixMillis};
use tamga_format::subject::Role;

use super::{
    Typed, optional, optional_day, optional_text, optional_time, read_code, read_id, read_text,
    read_time, read_width,
};
use crate::catalogue::{CANDIDATES_MAX, coded};
use crate::matrix::Stage;

coded! {
    /// What a debtor or a claimant is.
    PartyKind {
        /// A natural person.
        Person = 1 "PERSON";
        /// An individual entrepreneur.
        Entrepreneur = 2 "ENTREPRENEUR";
        /// A legal entity.
        Organisation = 3 "ORGANISATION";
        /// The state.
        State = 4 "STATE";
    }
}

coded! {
    /// How long execution may take (EL art. 39).
    ExecutionClass {
        /// Two months.
        A = 1 "A";
        /// Four months: demolition, valuation, sale, search and the like.
        B = 2 "B";
    }
}

/// The status of a case: where it stands, who is in it, and what its next deadlines run from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub stage_since: UnixMillis,
    /// The open stage held before it was suspended.
    pub before_suspension: Option<Stage>,
    /// The open stage held before it was refused or closed.
    pub before_closing: Option<Stage>,
    /// The debtor.
    pub debtor: SubjectId,
    /// What the debtor is.
    pub debtor_kind: PartyKind,
    /// The claimants, sorted; at least one, at most [`Case::CLAIMANTS_MAX`].
    pub claimants: Vec<SubjectId>,
    /// Whether the state is the claimant.
    pub for_the_state: bool,
    /// The tag of the executive document.
    pub document: SubjectId,
    /// The solidary claim, if several debtors owe together.
    pub claim: Option<SubjectId>,
    /// Order of the claim (EL arts. 110–112), 0 to 9.
    pub claim_order: u64,
    /// Whether payments fall due periodically.
    pub periodic: bool,
    /// The officer it is assigned to.
    pub assignee: Option<SubjectId>,
    /// When it was assigned to that officer.
    pub assigned_at: Option<UnixMillis>,
    /// The record that assigned it.
    pub assigned_by: Option<RecordId>,
    /// The region of the debtor.
    pub region: Option<String>,
    /// When the document was presented.
    pub received_at: UnixMillis,
    /// When proceedings were initiated.
    pub initiated_at: Option<UnixMillis>,
    /// How long execution may take.
    pub class: Option<ExecutionClass>,
    /// Event time of the last record of the case.
    pub last_event_at: UnixMillis,
    /// Set of suspension grounds, a bit for each position in the list of grounds.
    pub grounds: u64,
    /// Last day of a deferral or postponement, in days since 1970-01-01.
    pub until: Option<i64>,
    /// Whether the debtor is in the register of debtors because of this case.
    pub in_debtor_register: bool,
    /// Notices sent.
    pub notices: u64,
    /// When the debtor got the notice of initiation.
    pub debtor_notified_at: Option<UnixMillis>,
    /// When a claimant got the notice of initiation.
    pub claimant_notified_at: Option<UnixMillis>,
    /// When the debtor got the warning of a travel ban.
    pub warned_at: Option<UnixMillis>,
    /// Complaints that await a decision in force.
    pub open_complaints: u64,
    /// Measures that await a court's answer.
    pub pending_sanctions: u64,
    /// Measures in force or suspended.
    pub open_measures: u64,
    /// Lots whose last stage is to come.
    pub open_lots: u64,
    /// Levies applied.
    pub levies: u64,
    /// The last correction.
    pub correction: Option<RecordId>,
    /// Since when money lies undistributed.
    pub undistributed_since: Option<UnixMillis>,
    /// Since when all that is due is recovered.
    pub recovered_since: Option<UnixMillis>,
    /// Whether a body was erased, and with it the opening of the money.
    pub erased: bool,
    /// Commitment to the case's money ([`super::Money`], spec §14.4).
    pub money: [u8; 32],
    /// The draw by which the case is given to an officer.
    pub draw: Option<Draw>,
    /// What it levies on royalties; it stays while the case is closed, for a reopening.
    pub royalties: Option<RoyaltyLevies>,
}

/// The levies of a case on royalties that were applied and not lifted (spec §16.16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoyaltyLevies {
    /// The debtor as a rightsholder; one debtor is one rightsholder.
    pub rightsholder: SubjectId,
    /// How many there are; at least one.
    pub count: u64,
}

/// How far the draw of an officer is (spec §16.18).
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

    /// Whether its claim takes part in the distribution of what the debtor pays.
    #[must_use]
    pub const fn is_enforced(&self) -> bool {
        self.stage.is_enforced()
    }

    /// How many levies on a rightsholder's royalties are in force because of it: none once it ended.
    #[must_use]
    pub fn levies_on(&self, rightsholder: SubjectId) -> u64 {
        let levies = self.royalties.filter(|levies| levies.rightsholder == rightsholder);
        levies.filter(|_| self.stage.is_open()).map_or(0, |levies| levies.count)
    }

    fn write_parties(&self, to: &mut Writer) {
        to.bytes(self.debtor.as_bytes()).uint(self.debtor_kind.code().into());
        to.array(self.claimants.len());
        for claimant in &self.claimants {
            to.bytes(claimant.as_bytes());
        }
        to.bool(self.for_the_state).bytes(self.document.as_bytes());
        optional(to, self.claim.as_ref().map(SubjectId::as_bytes));
        to.uint(self.claim_order).bool(self.periodic);
    }
}

impl Typed for Case {
    const ROLE: Role = Role::Case;
    const ITEMS: usize = 39;

    fn write(&self, to: &mut Writer) {
        to.uint(self.stage.code().into()).int(self.stage_since.get());
        optional_code(to, self.before_suspension.map(Stage::code));
        optional_code(to, self.before_closing.map(Stage::code));
        self.write_parties(to);
        optional(to, self.assignee.as_ref().map(SubjectId::as_bytes));
        optional_time(to, self.assigned_at);
        optional(to, self.assigned_by.as_ref().map(RecordId::as_bytes));
        optional_text(to, self.region.as_deref());
        to.int(self.received_at.get());
        optional_time(to, self.initiated_at);
        optional_code(to, self.class.map(ExecutionClass::code));
        to.int(self.last_event_at.get()).uint(self.grounds);
        optional_day(to, self.until);
        to.bool(self.in_debtor_register).uint(self.notices);
        optional_time(to, self.debtor_notified_at);
        optional_time(to, self.claimant_notified_at);
        optional_time(to, self.warned_at);
        to.uint(self.open_complaints).uint(self.pending_sanctions);
        to.uint(self.open_measures).uint(self.open_lots).uint(self.levies);
        optional(to, self.correction.as_ref().map(RecordId::as_bytes));
        optional_time(to, self.undistributed_since);
        optional_time(to, self.recovered_since);
        to.bool(self.erased).bytes(&self.money);
        match &self.draw {
            Some(draw) => draw.write(to),
            None => {
                to.null();
            }
        }
        match &self.royalties {
            Some(levies) => to.array(2).bytes(levies.rightsholder.as_bytes()).uint(levies.count),
            None => to.null(),
        };
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            stage: read_code(from, Stage::from_code)?,
            stage_since: read_time(from)?,
            before_suspension: from.null_or(|from| read_code(from, Stage::from_code))?,
            before_closing: from.null_or(|from| read_code(from, Stage::from_code))?,
            debtor: read_id(from)?,
            debtor_kind: read_code(from, PartyKind::from_code)?,
            claimants: read_claimants(from)?,
            for_the_state: from.bool()?,
            document: read_id(from)?,
            claim: from.null_or(read_id)?,
            claim_order: from.uint()?,
            periodic: from.bool()?,
            assignee: from.null_or(read_id)?,
            assigned_at: from.null_or(read_time)?,
            assigned_by: from.null_or(Reader::fixed)?.map(RecordId),
            region: from.null_or(read_text)?,
            received_at: read_time(from)?,
            initiated_at: from.null_or(read_time)?,
            class: from.null_or(|from| read_code(from, ExecutionClass::from_code))?,
            last_event_at: read_time(from)?,
            grounds: from.uint()?,
            until: from.null_or(Reader::int)?,
            in_debtor_register: from.bool()?,
            notices: from.uint()?,
            debtor_notified_at: from.null_or(read_time)?,
            claimant_notified_at: from.null_or(read_time)?,
            warned_at: from.null_or(read_time)?,
            open_complaints: from.uint()?,
            pending_sanctions: from.uint()?,
            open_measures: from.uint()?,
            open_lots: from.uint()?,
            levies: from.uint()?,
            correction: from.null_or(Reader::fixed)?.map(RecordId),
            undistributed_since: from.null_or(read_time)?,
            recovered_since: from.null_or(read_time)?,
            erased: from.bool()?,
            money: from.fixed()?,
            draw: from.null_or(Draw::read)?,
            royalties: from.null_or(|from| {
                read_width(from, 2)?;
                Ok(RoyaltyLevies { rightsholder: read_id(from)?, count: from.uint()? })
            })?,
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
        let drawn = from.null_or(Reader::fixed)?.map(RecordId);
        Ok(Self { commitment, height, root, loads, drawn })
    }
}

fn read_claimants(from: &mut Reader<'_>) -> Result<Vec<SubjectId>, FormatError> {
    let at = from.position();
    let count = from.array()?;
    if count == 0 || count > Case::CLAIMANTS_MAX {
        return Err(FormatError::new(FormatCode::CborRange, at).of("claimants"));
    }
    let mut claimants = Vec::with_capacity(count);
    for _ in 0..count {
        claimants.push(read_id(from)?);
    }
    Ok(claimants)
}

fn optional_code(to: &mut Writer, code: Option<u8>) {
    match code {
        Some(code) => to.uint(code.into()),
        None => to.null(),
    };
}
