//! Private states: the money of a case, of a debtor and of a solidary claim, the prices of a lot
//! (spec §14.4, §16.6).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};

use crate::told::{Marks, Told};

/// A private state: amounts in tiyn whose commitment stands in a subject's status.
pub trait Amounts: Sized {
    /// The bytes: a deterministic CBOR array of amounts.
    fn encode(&self) -> Vec<u8>;

    /// Reads the bytes of [`Amounts::encode`].
    ///
    /// # Errors
    ///
    /// [`FormatError`] for anything else.
    fn decode(bytes: &[u8]) -> Result<Self, FormatError>;

    /// What is told of them to whoever has not the body: their commitment, and what the status says of them beside it.
    fn told(&self, commitment: [u8; 32]) -> Told {
        Told::State(commitment)
    }
}

fn write_all(amounts: &[i64]) -> Vec<u8> {
    let mut to = Writer::new();
    to.array(amounts.len());
    for amount in amounts {
        to.int(*amount);
    }
    to.finish()
}

fn read_all<const N: usize>(bytes: &[u8]) -> Result<[i64; N], FormatError> {
    let mut from = Reader::new(bytes);
    if from.array()? != N {
        return Err(FormatError::new(FormatCode::CborRange, 0).of("amounts"));
    }
    let mut amounts = [0; N];
    for amount in &mut amounts {
        *amount = from.int()?;
    }
    from.end()?;
    Ok(amounts)
}

macro_rules! amounts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $field:ident,)* } $([told as $told:ident])?)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$each])* pub $field: i64,)*
        }

        impl $name {
            /// The names of its parts, in their order.
            pub const PARTS: &'static [&'static str] = &[$(stringify!($field),)*];

            /// Its parts, in their order.
            #[must_use]
            pub const fn parts(&self) -> [i64; Self::PARTS.len()] {
                [$(self.$field,)*]
            }

            /// The part with a name.
            pub fn part_mut(&mut self, name: &str) -> Option<&mut i64> {
                match name {
                    $(stringify!($field) => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }

        impl Amounts for $name {
            fn encode(&self) -> Vec<u8> {
                write_all(&self.parts())
            }

            fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
                let [$($field,)*] = read_all(bytes)?;
                Ok(Self { $($field,)* })
            }

            $(fn told(&self, commitment: [u8; 32]) -> Told {
                Told::$told(commitment, Marks::of(self))
            })?
        }
    )*};
}

amounts! {
    /// The money of a case.
    ///
    /// Every part is at least 0, and what was recovered is never less than what was given out.
    Money {
        /// To be recovered.
        due,
        /// Recovered so far.
        recovered,
        /// Paid to claimants of the case.
        distributed,
        /// The private bailiff's fee.
        fee,
        /// Expenses of enforcement.
        expenses,
        /// The enforcement sanction.
        sanction,
        /// Retained on a lawful ground.
        retained,
        /// Returned to the debtor.
        returned,
        /// Passed on to claimants of the debtor's other cases.
        passed,
    } [told as Money]

    /// The money of a claim that several debtors owe together.
    ClaimMoney {
        /// Owed by all of them together.
        due,
        /// Recovered in all their cases.
        recovered,
        /// Paid to the claimants in all their cases.
        distributed,
    }

    /// The prices of a lot.
    Prices {
        /// Its valuation.
        valuation,
        /// The lowest price of the auction it is listed for.
        minimum,
    }
}

impl Money {
    /// What was given out in all; `None` on overflow.
    #[must_use]
    pub fn given_out(&self) -> Option<i64> {
        [self.fee, self.expenses, self.sanction, self.retained, self.returned, self.passed]
            .into_iter()
            .try_fold(self.distributed, i64::checked_add)
    }

    /// What was recovered and not given out yet; `None` on overflow.
    #[must_use]
    pub fn undistributed(&self) -> Option<i64> {
        self.recovered.checked_sub(self.given_out()?)
    }

    /// What is due to the claimants and not paid to them yet.
    #[must_use]
    pub fn unpaid(&self) -> i64 {
        self.due.saturating_sub(self.distributed).max(0)
    }

    /// Whether every part is at least 0 and no more was given out than recovered.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.parts().iter().all(|part| *part >= 0)
            && self.undistributed().is_some_and(|rest| rest >= 0)
    }
}

/// What a debtor owes in cases under enforcement, by order of the claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unpaid(pub [i64; Self::ORDERS]);

impl Unpaid {
    /// Orders of claims, from 0.
    pub const ORDERS: usize = 10;
}

/// What organisations owe one rightsholder as of their last statements; below 0 what is to be recovered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances(pub [i64; Self::MOST]);

impl Balances {
    /// Organisations.
    pub const MOST: usize = 16;
}

impl Amounts for Balances {
    fn encode(&self) -> Vec<u8> {
        write_all(&self.0)
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        read_all(bytes).map(Self)
    }
}

impl Amounts for Unpaid {
    fn encode(&self) -> Vec<u8> {
        write_all(&self.0)
    }

    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        read_all(bytes).map(Self)
    }
}
