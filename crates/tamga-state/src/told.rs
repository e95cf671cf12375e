//! What a record decided in private that public statuses say: enough for whoever has not its body to write the same
//! statuses (spec §18.8).
//!
//! A validator keeps it with each record; an audit hands it in where a body or an opening is not at hand. It opens no
//! amount: a commitment hides what it commits to, and the marks stand in statuses anyway.

use std::collections::BTreeMap;

use tamga_format::error::{FormatCode, FormatError};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use crate::status::Money;

/// What one record decided in private of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The commitment to the subject's private state after the record.
    State([u8; 32]),
    /// That to the money of a case, and what the case's status says of it.
    Money([u8; 32], Marks),
    /// The basis points of a set of shares that leaves some open (R02).
    Shares(u16),
}

/// What the status of a case says of its money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Whether money was recovered and not given out yet.
    pub undistributed: bool,
    /// Whether all that is due, costs included, was recovered.
    pub recovered: bool,
}

/// What one record decided in private, by subject.
pub type Trace = BTreeMap<Subject, Told>;

impl Marks {
    const UNDISTRIBUTED: u8 = 1;
    const RECOVERED: u8 = 2;

    /// What there is to say of these amounts.
    #[must_use]
    pub fn of(money: &Money) -> Self {
        let costs = [money.fee, money.expenses, money.sanction].into_iter();
        let owed = costs.fold(money.due, i64::saturating_add);
        Self {
            undistributed: money.undistributed().is_some_and(|rest| rest > 0),
            recovered: money.due > 0 && money.recovered >= owed,
        }
    }

    fn byte(self) -> u8 {
        let bit = |holds: bool, bit| if holds { bit } else { 0 };
        bit(self.undistributed, Self::UNDISTRIBUTED) | bit(self.recovered, Self::RECOVERED)
    }

    const fn of_byte(byte: u8) -> Option<Self> {
        if byte & !(Self::UNDISTRIBUTED | Self::RECOVERED) != 0 {
            return None;
        }
        let (undistributed, recovered) =
            (byte & Self::UNDISTRIBUTED != 0, byte & Self::RECOVERED != 0);
        Some(Self { undistributed, recovered })
    }
}

impl Told {
    /// The commitment to a private state; `None` where there is none.
    #[must_use]
    pub const fn commitment(&self) -> Option<[u8; 32]> {
        match self {
            Self::State(commitment) | Self::Money(commitment, _) => Some(*commitment),
            Self::Shares(_) => None,
        }
    }

    /// The bytes: a commitment, of a case followed by one byte of marks; of a work two bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::State(commitment) => commitment.to_vec(),
            Self::Money(commitment, marks) => [commitment.as_slice(), &[marks.byte()]].concat(),
            Self::Shares(bp) => bp.to_be_bytes().to_vec(),
        }
    }

    /// Reads the bytes of [`Told::encode`] about a subject of a role.
    ///
    /// # Errors
    ///
    /// [`FormatError`] for anything else, and for roles without anything private.
    pub fn decode(role: Role, bytes: &[u8]) -> Result<Self, FormatError> {
        let found = match role {
            Role::Case => bytes.split_first_chunk().and_then(|(commitment, rest)| match rest {
                [marks] => Some(Self::Money(*commitment, Marks::of_byte(*marks)?)),
                _ => None,
            }),
            Role::Work => bytes.try_into().ok().map(u16::from_be_bytes).map(Self::Shares),
            Role::Debtor | Role::Claim | Role::Lot | Role::Rightsholder => {
                bytes.try_into().ok().map(Self::State)
            }
            _ => None,
        };
        found.ok_or_else(damaged)
    }
}

fn damaged() -> FormatError {
    FormatError::new(FormatCode::CborRange, 0).of("told")
}

/// Appends a row: which record of its block, from 0, which of the record's subjects, the primary one first, and what is
/// stored of it, of which no more than 255 bytes are told.
pub fn push_row(rows: &mut Vec<u8>, record: u16, subject: u8, told: &[u8]) {
    let length = u8::try_from(told.len()).unwrap_or(u8::MAX);
    rows.extend(record.to_be_bytes());
    rows.extend([subject, length]);
    rows.extend(told.iter().take(usize::from(length)));
}

/// Reads the rows of a block: what each of its records decided, in their order.
///
/// # Errors
///
/// [`FormatError`] if the rows are no rows, name what the block has not, name anything twice, or tell what is of no form.
pub fn read_rows(records: &[&Record], rows: &[u8]) -> Result<Vec<Trace>, FormatError> {
    let mut traces = vec![Trace::new(); records.len()];
    let mut rest = rows;
    while let Some((&[high, low, subject, length], after)) = rest.split_first_chunk() {
        let (told, after) = after.split_at_checked(usize::from(length)).ok_or_else(damaged)?;
        rest = after;
        let at = usize::from(u16::from_be_bytes([high, low]));
        let (record, trace) = records.get(at).zip(traces.get_mut(at)).ok_or_else(damaged)?;
        let subject = record.all_subjects().nth(usize::from(subject)).ok_or_else(damaged)?;
        let told = Told::decode(subject.role, told)?;
        if trace.insert(subject, told).is_some() {
            return Err(damaged());
        }
    }
    if rest.is_empty() { Ok(traces) } else { Err(damaged()) }
}

#[cfg(test)]
mod tests;
