//! Records that must be refused: what is wrong with each, and the code that says so.

use tamga_state::Code;

use super::rng::Rng;
use crate::devnet::casework::{Further, Office, Step, Writer};

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A bailiff of another region writes for the assignee.
    Stranger,
    /// The event lies a day ahead.
    Foretold,
    /// One tiyn more is paid out than came in.
    Overpaid,
    /// Enforcement begins before anything was initiated.
    TooSoon,
    /// Somebody else's key signs.
    WrongKey,
    /// The case is closed with one tiyn less than was recovered.
    Misstated,
}

impl Fault {
    /// A fault that a step can have.
    #[must_use]
    pub fn of(step: &Step, rng: &mut Rng) -> Self {
        let by_officer = matches!(
            step,
            Step::Initiated
                | Step::Notified
                | Step::Started
                | Step::Recovered(_)
                | Step::Further(Further::Lifted(_))
        );
        let own = if matches!(step, Step::PaidOut(_)) {
            Self::Overpaid
        } else if matches!(step, Step::Closed(_)) {
            Self::Misstated
        } else if *step == Step::Initiated && rng.chance(500) {
            Self::TooSoon
        } else if by_officer {
            Self::Stranger
        } else {
            Self::WrongKey
        };
        if rng.chance(250) { Self::Foretold } else { own }
    }

    /// The code that refuses it.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Stranger => Code::NotAssignee,
            Self::Foretold => Code::EventInFuture,
            Self::Overpaid | Self::Misstated => Code::TotalsMismatch,
            Self::TooSoon => Code::StageNotAllowed,
            Self::WrongKey => Code::IssuerMismatch,
        }
    }

    /// The faulty step, and its office.
    #[must_use]
    pub fn spoil(self, step: &Step, office: &Office, other: &Writer) -> (Step, Office) {
        let mut office = office.clone();
        let step = match (self, step) {
            (Self::Stranger, step) => {
                office.officer = other.clone();
                step.clone()
            }
            (Self::TooSoon, _) => Step::Started,
            (Self::Overpaid, Step::PaidOut(amount)) => Step::PaidOut(amount + 1),
            (Self::Misstated, Step::Closed(amount)) => Step::Closed(amount - 1),
            (_, step) => step.clone(),
        };
        if self == Self::WrongKey {
            office.operator.key = other.key.clone();
            office.chamber.key = other.key.clone();
            office.officer.key = other.key.clone();
            let others = &mut office.others;
            for writer in [&mut others.court, &mut others.petitioner].into_iter().flatten() {
                writer.key = other.key.clone();
            }
            if let Some((bank, _)) = &mut others.bank {
                bank.key = other.key.clone();
            }
        }
        (step, office)
    }
}
