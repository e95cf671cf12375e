//! Tallies: sets of records that are counted.

use tamga_format::id::{LeafIndex, SubjectId};

use super::month::Month;
use crate::delay::Rule;

/// What became of a term that fell due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// What was to be done was done in time.
    Kept,
    /// It was done, too late.
    Late,
    /// It is not done; whether that is a breach depends on the day.
    Open,
}

macro_rules! tallies {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal;)*) => {
        /// What is counted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Tally {
            $($(#[$doc])* $name,)*
            /// Terms of a rule, by what became of them: by the month in which they fell due.
            Term(Rule, Outcome),
        }

        impl Tally {
            /// Every tally but those of terms.
            pub const PLAIN: &'static [Self] = &[$(Self::$name,)*];

            /// The stable number.
            #[must_use]
            pub fn number(self) -> u16 {
                match self {
                    $(Self::$name => $number,)*
                    Self::Term(rule, outcome) => {
                        let outcome = match outcome {
                            Outcome::Kept => 1,
                            Outcome::Late => 2,
                            Outcome::Open => 3,
                        };
                        TERMS.saturating_add(u16::from(rule.number()).saturating_mul(4)).saturating_add(outcome)
                    }
                }
            }

            /// The tally with a number.
            #[must_use]
            pub fn from_number(number: u16) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => {
                        let term = number.checked_sub(TERMS)?;
                        let outcome = match term % 4 {
                            1 => Outcome::Kept,
                            2 => Outcome::Late,
                            3 => Outcome::Open,
                            _ => return None,
                        };
                        let rule = Rule::from_number(u8::try_from(term / 4).ok()?)?;
                        Some(Self::Term(rule, outcome))
                    }
                }
            }

            /// The stable name.
            #[must_use]
            pub fn name(self) -> String {
                match self {
                    $(Self::$name => $text.to_owned(),)*
                    Self::Term(rule, outcome) => {
                        let outcome = match outcome {
                            Outcome::Kept => "kept",
                            Outcome::Late => "late",
                            Outcome::Open => "open",
                        };
                        format!("{}-{outcome}", rule.code())
                    }
                }
            }

            /// The tally with a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => {
                        let (rule, outcome) = name.split_once('-')?;
                        let outcome = match outcome {
                            "kept" => Outcome::Kept,
                            "late" => Outcome::Late,
                            "open" => Outcome::Open,
                            _ => return None,
                        };
                        Some(Self::Term(Rule::from_code(rule)?, outcome))
                    }
                }
            }
        }
    };
}

/// Numbers of the tallies of terms begin here.
const TERMS: u16 = 1_000;

tallies! {
    /// Documents presented.
    Presented = 1 "presented";
    /// Refusals to initiate.
    Refused = 2 "refused";
    /// Proceedings initiated.
    Initiated = 3 "initiated";
    /// Proceedings closed as executed.
    Executed = 4 "executed";
    /// Proceedings terminated.
    Terminated = 5 "terminated";
    /// Documents returned to claimants.
    ReturnedToClaimant = 6 "returned-to-claimant";
    /// Documents returned to their issuers.
    ReturnedToIssuer = 7 "returned-to-issuer";
    /// Proceedings reopened.
    Reopened = 8 "reopened";
    /// Proceedings that an office or a region got from another.
    TransferredIn = 9 "transferred-in";
    /// Proceedings that an office or a region gave to another.
    TransferredOut = 10 "transferred-out";
    /// Initiations; the value is the days since the presentation.
    DaysToInitiation = 11 "days-to-initiation";
    /// First notices of the initiation to a debtor; the value is the days since the initiation.
    DaysToNotice = 12 "days-to-notice";
    /// Closings; the value is the days since the initiation.
    DaysToClosing = 13 "days-to-closing";
    /// Records of cases.
    Recorded = 14 "recorded";
    /// Corrections.
    Corrected = 15 "corrected";
    /// Complaints filed.
    Complained = 16 "complained";
    /// Notices sent to debtors.
    DebtorNoticed = 17 "debtor-noticed";
    /// Notices delivered to debtors.
    DebtorReached = 18 "debtor-reached";
    /// Sums to be recovered; the value is tiyn.
    Claimed = 19 "claimed";
    /// Sums recovered; the value is tiyn.
    Recovered = 20 "recovered";
    /// Sums paid to claimants; the value is tiyn.
    PaidOut = 21 "paid-out";
}

impl Tally {
    /// Whether values are counted one by one, so that a median can be found and days compared.
    #[must_use]
    pub const fn is_spread(self) -> bool {
        matches!(
            self,
            Self::DaysToInitiation
                | Self::DaysToNotice
                | Self::DaysToClosing
                | Self::Term(_, Outcome::Open)
        )
    }

    /// Whether values are sums of money, which are confidential (class P2) until they are summed.
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::Claimed | Self::Recovered | Self::PaidOut)
    }
}

/// Whose figures: of a region and, within it, of an office.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Area {
    /// The region of the case; `None` where nobody has told it.
    pub region: Option<String>,
    /// The office: the officer who has the case; `None` before one has it.
    pub officer: Option<SubjectId>,
}

/// One record in one tally.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contribution {
    /// The tally.
    pub tally: Tally,
    /// In which month.
    pub month: Month,
    /// Of which region and office.
    pub area: Area,
    /// Position of the record in the log.
    pub record: LeafIndex,
    /// Tells apart what one record contributes to one tally more than once.
    pub ordinal: u16,
    /// Days, tiyn or the day on which a term falls due, as the tally says; otherwise 0.
    pub value: i64,
}
