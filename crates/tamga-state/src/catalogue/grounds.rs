//! Grounds of refusal, suspension, termination and return, with the days they are in force
//! (spec §16.3; domain model, grounds).

/// What a ground is a ground of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Of refusing to initiate.
    Refusal,
    /// Of suspending, where the officer has no choice.
    MandatorySuspension,
    /// Of suspending, where the officer may.
    OptionalSuspension,
    /// Of terminating.
    Termination,
    /// Of returning the document to the claimant.
    Return,
}

impl Family {
    /// Whether a case can be suspended on it.
    #[must_use]
    pub const fn suspends(self) -> bool {
        matches!(self, Self::MandatorySuspension | Self::OptionalSuspension)
    }
}

/// One ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The word in records.
    pub code: &'static str,
    /// What it is a ground of.
    pub family: Family,
    /// Where it stands.
    pub basis: &'static str,
    /// First day in force, in days since 1970-01-01; 0 if it is older than any record.
    pub from: i64,
    /// First day no longer in force.
    pub to: Option<i64>,
}

/// First day of Law № 178-VII of 30.12.2022 on solvency: 2023-03-03.
const SOLVENCY_LAW: i64 = 19_419;

const fn ground(code: &'static str, family: Family, basis: &'static str) -> Ground {
    Ground { code, family, basis, from: 0, to: None }
}

const REFUSAL: &str = "EL art. 38";
const MANDATORY: &str = "EL art. 42";
const OPTIONAL: &str = "EL art. 43";
const TERMINATION: &str = "EL art. 47";
const RETURN: &str = "EL art. 48";

/// Every ground. Positions among the grounds of suspension are the numbers in statuses, so rows are
/// only ever appended.
pub const GROUNDS: &[Ground] = &[
    ground("NOT_EXECUTIVE_DOCUMENT", Family::Refusal, REFUSAL),
    ground("NOT_IN_FORCE", Family::Refusal, REFUSAL),
    ground("PRESENTATION_EXPIRED", Family::Refusal, REFUSAL),
    ground("WRONG_TERRITORY", Family::Refusal, REFUSAL),
    ground("REQUISITES_MISSING", Family::Refusal, REFUSAL),
    ground("DEFERRED_BY_COURT", Family::Refusal, REFUSAL),
    ground("ALREADY_EXECUTED", Family::Refusal, REFUSAL),
    ground("DUPLICATE", Family::Refusal, REFUSAL),
    ground("DEBTOR_DEATH_SUCCESSION", Family::MandatorySuspension, MANDATORY),
    ground("REORGANISATION", Family::MandatorySuspension, MANDATORY),
    ground("INCAPACITY", Family::MandatorySuspension, MANDATORY),
    ground("MILITARY_OPERATIONS", Family::MandatorySuspension, MANDATORY),
    ground("BANKRUPTCY_OR_REHABILITATION", Family::MandatorySuspension, MANDATORY),
    Ground {
        from: SOLVENCY_LAW,
        ..ground("SOLVENCY_RESTORATION", Family::MandatorySuspension, "Law № 178-VII of 30.12.2022")
    },
    ground("CLAIM_TO_RELEASE_FROM_ARREST", Family::MandatorySuspension, MANDATORY),
    ground("COURT_SUSPENDED_ACT", Family::MandatorySuspension, MANDATORY),
    ground("SEARCH_WITHOUT_PROPERTY", Family::MandatorySuspension, "EL art. 45"),
    ground("DEBTOR_HOSPITAL", Family::OptionalSuspension, OPTIONAL),
    ground("DEBTOR_LONG_ABSENCE", Family::OptionalSuspension, OPTIONAL),
    ground("EXPERT_EXAMINATION", Family::OptionalSuspension, OPTIONAL),
    ground("CHALLENGED_ACTIONS", Family::OptionalSuspension, OPTIONAL),
    ground("CLARIFICATION_REQUESTED", Family::OptionalSuspension, OPTIONAL),
    ground("CLAIMANT_WAIVER", Family::Termination, TERMINATION),
    ground("SETTLEMENT_APPROVED", Family::Termination, TERMINATION),
    ground("ACT_CANCELLED", Family::Termination, TERMINATION),
    ground("DEATH_NO_SUCCESSION", Family::Termination, TERMINATION),
    ground("LIQUIDATION", Family::Termination, TERMINATION),
    ground("LIMITATION_OF_EXECUTION", Family::Termination, TERMINATION),
    ground("CLAIMANT_REFUSED_ITEM", Family::Termination, TERMINATION),
    ground("CLAIMANT_REQUEST", Family::Return, RETURN),
    ground("NO_PROPERTY", Family::Return, RETURN),
    ground("DEBTOR_NOT_FOUND", Family::Return, RETURN),
    ground("CLAIMANT_OBSTRUCTS", Family::Return, RETURN),
    ground("PROPERTY_NOT_SOLD_AND_REFUSED", Family::Return, RETURN),
];

impl Ground {
    /// The ground with this word that is in force on a day.
    #[must_use]
    pub fn on(code: &str, day: i64) -> Option<&'static Self> {
        let in_force = |known: &&Self| known.from <= day && known.to.is_none_or(|to| day < to);
        GROUNDS.iter().filter(|known| known.code == code).find(in_force)
    }

    /// The number of a ground of suspension in statuses.
    #[must_use]
    pub fn suspension_number(code: &str) -> Option<u32> {
        let mut suspending = GROUNDS.iter().filter(|known| known.family.suspends());
        suspending.position(|known| known.code == code).and_then(|at| u32::try_from(at).ok())
    }
}
