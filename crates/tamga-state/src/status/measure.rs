//! Statuses of measures and lots, and the states they go through (spec §16.14, §16.15).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::FormatError;
use tamga_format::id::{RecordId, SubjectId, UnixMillis};
use tamga_format::subject::Role;

use super::{Typed, optional, optional_day, read_code, read_id, read_time};
use crate::catalogue::coded;

coded! {
    /// What a measure restricts or secures.
    MeasureCode {
        /// Arrest of money on accounts.
        AccountArrest = 1 "ACCOUNT_ARREST";
        /// Collection order to a bank.
        FundsCollection = 2 "FUNDS_COLLECTION";
        /// Arrest of property.
        PropertyArrest = 3 "PROPERTY_ARREST";
        /// Ban on disposing of realty.
        RealtyBan = 4 "REALTY_BAN";
        /// Ban on registering a vehicle, or its impounding.
        VehicleBan = 5 "VEHICLE_BAN";
        /// Temporary restriction on leaving the country.
        TravelBan = 6 "TRAVEL_BAN";
        /// Suspension of a restriction on leaving the country.
        TravelBanSuspend = 7 "TRAVEL_BAN_SUSPEND";
        /// Compulsory bringing.
        CompulsoryBringing = 8 "COMPULSORY_BRINGING";
        /// Suspension of a licence or a special right.
        LicenceSuspension = 9 "LICENCE_SUSPENSION";
        /// Withholding from wages.
        WageWithholding = 10 "WAGE_WITHHOLDING";
        /// Search of the debtor.
        SearchDebtor = 11 "SEARCH_DEBTOR";
    }
}

coded! {
    /// Where a measure stands.
    MeasureState {
        /// The officer proposes it.
        Proposed = 1 "PROPOSED";
        /// A court is asked for its sanction.
        SanctionRequested = 2 "SANCTION_REQUESTED";
        /// The court has sanctioned it.
        Sanctioned = 3 "SANCTIONED";
        /// The court has refused.
        SanctionDenied = 4 "SANCTION_DENIED";
        /// It is in force.
        Active = 5 "ACTIVE";
        /// It is suspended.
        Suspended = 6 "SUSPENDED";
        /// It is lifted.
        Lifted = 7 "LIFTED";
        /// Every record of it is annulled.
        Annulled = 8 "ANNULLED";
    }
}

impl MeasureState {
    /// The states that an officer brings a measure to by imposing it (E06).
    pub const IMPOSING: &'static [&'static str] = &["PROPOSED", "SANCTION_REQUESTED", "ACTIVE"];
    /// The states that a court's answer brings it to (E07).
    pub const ANSWERS: &'static [&'static str] = &["SANCTIONED", "SANCTION_DENIED"];
    /// The states that a change brings it to (E08).
    pub const CHANGES: &'static [&'static str] = &["SUSPENDED", "ACTIVE", "LIFTED"];

    /// Whether it restricts somebody: such a measure is counted in the case and listed on closing.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Suspended)
    }
}

/// The status of a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// The case it belongs to.
    pub case: SubjectId,
    /// What it is.
    pub code: MeasureCode,
    /// Where it stands.
    pub state: MeasureState,
    /// Since when.
    pub since: UnixMillis,
    /// The account, vehicle or property, as a tag.
    pub object: Option<SubjectId>,
    /// The record that asked for the court's sanction.
    pub requested_by: Option<RecordId>,
    /// The court's answer.
    pub answered_by: Option<RecordId>,
    /// The record that imposed it.
    pub imposed_by: Option<RecordId>,
}

impl Typed for Measure {
    const ROLE: Role = Role::Measure;
    const ITEMS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.case.as_bytes()).uint(self.code.code().into());
        to.uint(self.state.code().into()).int(self.since.get());
        optional(to, self.object.as_ref().map(SubjectId::as_bytes));
        for record in [self.requested_by, self.answered_by, self.imposed_by] {
            optional(to, record.as_ref().map(RecordId::as_bytes));
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            case: read_id(from)?,
            code: read_code(from, MeasureCode::from_code)?,
            state: read_code(from, MeasureState::from_code)?,
            since: read_time(from)?,
            object: from.null_or(read_id)?,
            requested_by: from.null_or(Reader::fixed)?.map(RecordId),
            answered_by: from.null_or(Reader::fixed)?.map(RecordId),
            imposed_by: from.null_or(Reader::fixed)?.map(RecordId),
        })
    }
}

coded! {
    /// Where a lot stands.
    LotStage {
        /// The property is found.
        Identified = 1 "IDENTIFIED";
        /// It is arrested.
        Arrested = 2 "ARRESTED";
        /// An appraiser is appointed.
        AppraiserAppointed = 3 "APPRAISER_APPOINTED";
        /// It is valued.
        Valued = 4 "VALUED";
        /// It is offered for sale.
        Listed = 5 "LISTED";
        /// An auction was held.
        AuctionHeld = 6 "AUCTION_HELD";
        /// It is sold.
        Sold = 7 "SOLD";
        /// The auction failed.
        Failed = 8 "FAILED";
        /// It went to the claimant.
        TransferredToClaimant = 9 "TRANSFERRED_TO_CLAIMANT";
        /// It was returned to the debtor.
        ReturnedToDebtor = 10 "RETURNED_TO_DEBTOR";
        /// It was released from arrest.
        Released = 11 "RELEASED";
        /// Every record of it is annulled.
        Annulled = 12 "ANNULLED";
    }
}

impl LotStage {
    /// The stages that a record brings a lot to (E10).
    pub const EVENTS: &'static [&'static str] = match Self::NAMES.split_last() {
        Some((_annulled, stages)) => stages,
        None => &[],
    };

    /// Whether `next` may follow; nothing follows the last stages, and only the first one nothing.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Identified => matches!(next, Self::Arrested | Self::Released),
            Self::Arrested => matches!(next, Self::AppraiserAppointed | Self::Released),
            Self::AppraiserAppointed => matches!(next, Self::Valued | Self::Released),
            // A valuation that grew old is made again.
            Self::Valued => {
                matches!(next, Self::Listed | Self::AppraiserAppointed | Self::Released)
            }
            Self::Listed => matches!(next, Self::AuctionHeld | Self::Released),
            Self::AuctionHeld => matches!(next, Self::Sold | Self::Failed),
            Self::Failed => matches!(
                next,
                Self::Listed
                    | Self::AppraiserAppointed
                    | Self::TransferredToClaimant
                    | Self::ReturnedToDebtor
                    | Self::Released
            ),
            Self::Sold
            | Self::TransferredToClaimant
            | Self::ReturnedToDebtor
            | Self::Released
            | Self::Annulled => false,
        }
    }

    /// Whether nothing follows.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Sold
                | Self::TransferredToClaimant
                | Self::ReturnedToDebtor
                | Self::Released
                | Self::Annulled
        )
    }
}

/// The status of a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The case it belongs to.
    pub case: SubjectId,
    /// Where it stands.
    pub stage: LotStage,
    /// Since when.
    pub since: UnixMillis,
    /// Auctions it was listed for.
    pub round: u64,
    /// The day ownership was identified.
    pub identified_on: Option<i64>,
    /// The day of the arrest.
    pub arrested_on: Option<i64>,
    /// The day of the valuation in force.
    pub valued_on: Option<i64>,
    /// Commitment to its prices ([`super::Prices`]); `None` before there are any.
    pub prices: Option<[u8; 32]>,
}

impl Typed for Lot {
    const ROLE: Role = Role::Lot;
    const ITEMS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.case.as_bytes()).uint(self.stage.code().into());
        to.int(self.since.get()).uint(self.round);
        for day in [self.identified_on, self.arrested_on, self.valued_on] {
            optional_day(to, day);
        }
        optional(to, self.prices.as_ref());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            case: read_id(from)?,
            stage: read_code(from, LotStage::from_code)?,
            since: read_time(from)?,
            round: from.uint()?,
            identified_on: from.null_or(Reader::int)?,
            arrested_on: from.null_or(Reader::int)?,
            valued_on: from.null_or(Reader::int)?,
            prices: from.null_or(Reader::fixed)?,
        })
    }
}
