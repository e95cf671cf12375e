//! Typed statuses of subjects and their bytes (spec §14.2).
//!
//! A status is a deterministic CBOR array that begins with the version of its form and the id of the
//! subject's last record (null when only the genesis wrote it). It holds counts, never lists that
//! grow, and is at most 4 KiB. [`Typed`] says what follows for each role.

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::limits::STATUS_BYTES_MAX;
use tamga_format::subject::{Role, Subject};

mod case;
mod dispute;
mod distribution;
mod item;
mod measure;
mod money;
mod parties;
mod registry;
mod royalty;

pub use case::{Case, Draw, ExecutionClass, PartyKind, RoyaltyLevies};
pub use dispute::{Confirmation, Decision, Dispute, DisputeAbout, DisputeState, Payment};
pub use distribution::{
    Account, AllocationState, Batch, BatchContent, Book, CmoStatus, Flows, Month, PayoutBatch,
    Pool, PoolState, UsageBatch, UsageSource, Weighting,
};
pub use item::{Accreditation, Approval, Delegation, PolicyStatus};
pub use measure::{Lot, LotStage, Measure, MeasureCode, MeasureState};
pub use money::{Amounts, Balances, ClaimMoney, Money, Prices, Unpaid};
pub use parties::{
    Claim, ClaimantStatus, Complaint, ComplaintKind, ComplaintStage, DebtorStatus, Document, Forum,
};
pub use registry::{
    AccreditationState, ItemVersion, KeyStatus, Mark, Officer, Organisation, Parameter, Sphere,
    Standing,
};
pub use royalty::{
    Licence, Licensee, Mandate, MandateState, MandateTerm, RightCategories, RightCategory,
    RightsholderStatus, ShareSet, StatementState, Work,
};

/// Version of the form of all statuses.
pub const STATUS_VERSION: u64 = 1;

/// A status of one role.
pub trait Typed: Sized {
    /// The role of the subjects that have it.
    const ROLE: Role;
    /// Items after the version and the last record.
    const ITEMS: usize;
    /// Writes the items.
    fn write(&self, to: &mut Writer);
    /// Reads the items.
    ///
    /// # Errors
    ///
    /// [`FormatError`] if they don't have their form.
    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError>;
}

/// The bytes of a status.
#[must_use]
pub fn encode<T: Typed>(status: &T, last: Option<RecordId>) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.array(T::ITEMS.saturating_add(2)).uint(STATUS_VERSION);
    optional(&mut writer, last.as_ref().map(RecordId::as_bytes));
    status.write(&mut writer);
    writer.finish()
}

/// Reads a status and the id of the last record.
///
/// # Errors
///
/// [`FormatError`] if the bytes don't have the one form.
pub fn decode<T: Typed>(bytes: &[u8]) -> Result<(Option<RecordId>, T), FormatError> {
    if bytes.len() > STATUS_BYTES_MAX {
        return Err(FormatError::new(FormatCode::CborLength, bytes.len()));
    }
    let mut reader = Reader::new(bytes);
    let items = reader.array()?;
    if items != T::ITEMS.saturating_add(2) || reader.uint()? != STATUS_VERSION {
        return Err(FormatError::new(FormatCode::CborRange, 0).of("status"));
    }
    let last = reader.null_or(Reader::fixed)?.map(RecordId);
    let status = T::read(&mut reader)?;
    reader.end()?;
    Ok((last, status))
}

/// The id of the last record of any status, without reading the rest.
///
/// # Errors
///
/// [`FormatError`] if the bytes don't begin as a status does.
pub fn last_record(bytes: &[u8]) -> Result<Option<RecordId>, FormatError> {
    let mut reader = Reader::new(bytes);
    reader.array()?;
    reader.uint()?;
    Ok(reader.null_or(Reader::fixed)?.map(RecordId))
}

/// The record since which those who judge lines find a status unchanged: the last one, but of a rightsholder the last
/// that changed mandates or levies, so that statements and confirmations don't make a distribution's base outdated.
///
/// # Errors
///
/// [`FormatError`] if the bytes are not a status of the role.
pub fn judged_since(role: Role, bytes: &[u8]) -> Result<Option<RecordId>, FormatError> {
    match role {
        Role::Rightsholder => decode(bytes).map(|(_, it): (_, RightsholderStatus)| it.rights_set),
        _ => last_record(bytes),
    }
}

/// A status of any role, for those who show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Of an organisation.
    Organisation(Organisation),
    /// Of an officer.
    Officer(Officer),
    /// Of a key.
    Key(KeyStatus),
    /// Of a registry item: a parameter or a calendar year.
    Parameter(Parameter),
    /// Of a registry item: an accreditation.
    Accreditation(Accreditation),
    /// Of a registry item: a delegation.
    Delegation(Delegation),
    /// Of a registry item: the policy.
    Policy(Box<PolicyStatus>),
    /// Of a registry item: a record's approvals.
    Approval(Approval),
    /// Of a case.
    Case(Box<Case>),
    /// Of a debtor.
    Debtor(DebtorStatus),
    /// Of a claimant.
    Claimant(ClaimantStatus),
    /// Of an executive document.
    Document(Document),
    /// Of a complaint.
    Complaint(Complaint),
    /// Of a solidary claim.
    Claim(Claim),
    /// Of a measure.
    Measure(Measure),
    /// Of a lot.
    Lot(Lot),
    /// Of a rightsholder.
    Rightsholder(RightsholderStatus),
    /// Of a collective management organisation.
    Cmo(CmoStatus),
    /// Of a work in a category of rights.
    Work(Work),
    /// Of a mandate.
    Mandate(Mandate),
    /// Of somebody who uses works.
    Licensee(Licensee),
    /// Of a pool.
    Pool(Box<Pool>),
    /// Of a batch of lines.
    Batch(Box<Batch>),
    /// Of an organisation's book.
    Book(Book),
    /// Of a dispute.
    Dispute(Box<Dispute>),
    /// Of what is said of a payout.
    Payment(Payment),
}

impl Status {
    /// Reads the status of a subject of `role`, and the id of its last record.
    ///
    /// # Errors
    ///
    /// [`FormatError`] if the bytes don't have the form, or the role has no status yet.
    pub fn decode(role: Role, bytes: &[u8]) -> Result<(Option<RecordId>, Self), FormatError> {
        fn of<T: Typed>(
            bytes: &[u8],
            wrap: fn(T) -> Status,
        ) -> Result<(Option<RecordId>, Status), FormatError> {
            decode(bytes).map(|(last, status)| (last, wrap(status)))
        }
        match role {
            Role::Organisation => of(bytes, Self::Organisation),
            Role::Officer => of(bytes, Self::Officer),
            Role::Key => of(bytes, Self::Key),
            Role::Item => match item_word(bytes)? {
                ("accreditation", Accreditation::ITEMS) => of(bytes, Self::Accreditation),
                ("delegation", Delegation::ITEMS) => of(bytes, Self::Delegation),
                ("policy", PolicyStatus::ITEMS) => {
                    of(bytes, |policy| Self::Policy(Box::new(policy)))
                }
                ("approval", Approval::ITEMS) => of(bytes, Self::Approval),
                _ => of(bytes, Self::Parameter),
            },
            Role::Case => of(bytes, |case| Self::Case(Box::new(case))),
            Role::Debtor => of(bytes, Self::Debtor),
            Role::Claimant => of(bytes, Self::Claimant),
            Role::Document => of(bytes, Self::Document),
            Role::Complaint => of(bytes, Self::Complaint),
            Role::Claim => of(bytes, Self::Claim),
            Role::Measure => of(bytes, Self::Measure),
            Role::Lot => of(bytes, Self::Lot),
            Role::Rightsholder => of(bytes, Self::Rightsholder),
            Role::Cmo => of(bytes, Self::Cmo),
            Role::Work => of(bytes, Self::Work),
            Role::Mandate => of(bytes, Self::Mandate),
            Role::Licensee => of(bytes, Self::Licensee),
            Role::Pool => of(bytes, |pool| Self::Pool(Box::new(pool))),
            Role::Batch => of(bytes, |batch| Self::Batch(Box::new(batch))),
            Role::Book => of(bytes, Self::Book),
            Role::Dispute => of(bytes, |dispute| Self::Dispute(Box::new(dispute))),
            Role::Payment => of(bytes, Self::Payment),
        }
    }
}

/// The word that an item's status begins with, and how many items it has.
fn item_word(bytes: &[u8]) -> Result<(&str, usize), FormatError> {
    let mut reader = Reader::new(bytes);
    let items = reader.array()?.saturating_sub(2);
    reader.uint()?;
    reader.null_or(Reader::fixed::<32>)?;
    Ok((reader.text()?, items))
}

fn optional(to: &mut Writer, bytes: Option<&[u8; 32]>) {
    match bytes {
        Some(bytes) => to.bytes(bytes),
        None => to.null(),
    };
}

fn optional_time(to: &mut Writer, time: Option<UnixMillis>) {
    match time {
        Some(time) => to.int(time.get()),
        None => to.null(),
    };
}

fn optional_day(to: &mut Writer, day: Option<i64>) {
    match day {
        Some(day) => to.int(day),
        None => to.null(),
    };
}

fn optional_text(to: &mut Writer, text: Option<&str>) {
    match text {
        Some(text) => to.text(text),
        None => to.null(),
    };
}

fn read_time(from: &mut Reader<'_>) -> Result<UnixMillis, FormatError> {
    from.int().map(UnixMillis)
}

fn read_text(from: &mut Reader<'_>) -> Result<String, FormatError> {
    from.text().map(str::to_owned)
}

fn read_id(from: &mut Reader<'_>) -> Result<SubjectId, FormatError> {
    from.fixed().map(SubjectId)
}

fn read_subject(from: &mut Reader<'_>) -> Result<Subject, FormatError> {
    let role = read_code(from, Role::from_code)?;
    Ok(Subject::new(role, read_id(from)?))
}

/// A list of so many items at most.
fn read_list<T>(
    from: &mut Reader<'_>,
    most: usize,
    item: impl Fn(&mut Reader<'_>) -> Result<T, FormatError>,
) -> Result<Vec<T>, FormatError> {
    let at = from.position();
    let count = from.array()?;
    if count > most {
        return Err(FormatError::new(FormatCode::CborRange, at).of("list"));
    }
    (0..count).map(|_| item(from)).collect()
}

/// The head of an array of exactly so many items.
fn read_width(from: &mut Reader<'_>, width: usize) -> Result<(), FormatError> {
    let at = from.position();
    if from.array()? == width { Ok(()) } else { Err(FormatError::new(FormatCode::CborRange, at)) }
}

/// A small number that stands for a word.
fn read_code<T>(from: &mut Reader<'_>, of: impl Fn(u64) -> Option<T>) -> Result<T, FormatError> {
    let at = from.position();
    of(from.uint()?).ok_or(FormatError::new(FormatCode::CborRange, at))
}

#[cfg(test)]
mod tests;
