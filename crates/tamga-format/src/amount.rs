//! Money: whole tiyn, never a float (spec §2.2).

use core::fmt;

use crate::error::{FormatCode, FormatError};

/// An amount of money in tiyn, 1/100 of a tenge; negative in contrary entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The number of tiyn.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    ///
    /// [`FormatCode::AmountOverflow`] when it leaves 64 bits.
    pub fn plus(self, other: Self) -> Result<Self, FormatError> {
        self.0.checked_add(other.0).map(Self).ok_or(OVERFLOW)
    }

    /// The difference of two amounts.
    ///
    /// # Errors
    ///
    /// [`FormatCode::AmountOverflow`] when it leaves 64 bits.
    pub fn minus(self, other: Self) -> Result<Self, FormatError> {
        self.0.checked_sub(other.0).map(Self).ok_or(OVERFLOW)
    }

    /// The sum of many amounts.
    ///
    /// # Errors
    ///
    /// [`FormatCode::AmountOverflow`] when a partial sum leaves 64 bits.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, FormatError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

const OVERFLOW: FormatError = FormatError::new(FormatCode::AmountOverflow, 0);

/// Major units with two decimals: `-12.05`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let tiyn = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", tiyn / 100, tiyn % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn amounts_print_as_major_units() {
        let cases = [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (123_456, "1234.56"),
            (i64::MIN, "-92233720368547758.08"),
        ];
        for (tiyn, text) in cases {
            assert_eq!(Amount(tiyn).to_string(), text);
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let max = Amount(i64::MAX);
        assert_eq!(Amount::sum([max, Amount(-1), Amount(1)]), Ok(max));
        assert_eq!(Amount::sum([max, Amount(1)]), Err(OVERFLOW));
        assert_eq!(Amount(i64::MIN).minus(Amount(1)), Err(OVERFLOW));
    }
}
