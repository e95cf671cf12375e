//! Why a case goes to another officer, and since when each reason holds (spec §16.3).

use super::coded;

coded! {
    /// Why a case is transferred (E14).
    TransferReason {
        /// A decision that is final found a breach.
        BreachConfirmed = 1 "BREACH_CONFIRMED";
        /// The officer is recused.
        Recusal = 2 "RECUSAL";
        /// The licence is suspended.
        LicenceSuspended = 3 "LICENCE_SUSPENDED";
        /// The officer left office.
        LeftOffice = 4 "LEFT_OFFICE";
        /// The debtor is registered in another region now.
        RegionChanged = 5 "REGION_CHANGED";
        /// A court ordered it.
        CourtAct = 6 "COURT_ACT";
        /// The claimant asked for it.
        ClaimantRequest = 7 "CLAIMANT_REQUEST";
        /// Loads are evened out.
        Workload = 8 "WORKLOAD";
    }
}

/// First day of the Rules № 652 in the edition of 02.03.2026: 2026-03-02.
const RULES_652_OF_2026: i64 = 20_514;

impl TransferReason {
    /// Whether it is a reason on a day.
    ///
    /// Clause 12 of the Rules № 652 of 02.03.2026 leaves no transfer at the claimant's wish or for
    /// the sake of loads.
    #[must_use]
    pub const fn holds_on(self, day: i64) -> bool {
        match self {
            Self::ClaimantRequest | Self::Workload => day < RULES_652_OF_2026,
            Self::BreachConfirmed
            | Self::Recusal
            | Self::LicenceSuspended
            | Self::LeftOffice
            | Self::RegionChanged
            | Self::CourtAct => true,
        }
    }

    /// Whether the record must name the decision behind it.
    #[must_use]
    pub const fn needs_decision(self) -> bool {
        matches!(self, Self::BreachConfirmed | Self::Recusal | Self::CourtAct)
    }
}
