//! The status of a case (spec §14.2).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::subject::Role;

use super::{
    Typed, optional, optional_text, optional_time, read_code, read_id, read_text, read_time,
};
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
}

impl Case {
    /// Claimants of one case.
    pub const CLAIMANTS_MAX: usize = 16;
}

impl Typed for Case {
    const ROLE: Role = Role::Case;
    const ITEMS: usize = 18;

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
