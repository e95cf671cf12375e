//! The kinds of lines (spec §24.4).
//!
//! A line is a CBOR array [tag, salt, number of the kind, …]; the tag stands first, so that a proof for one tag
//! can leave it out of every line.

use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::error::{FormatCode, FormatError};
use crate::id::{LineHash, SubjectId};
use crate::limits::LINE_BYTES_MAX;

/// Bytes of an encoded tag: the head of a byte string of 32, and the tag.
const TAG_BYTES: usize = 34;
const TAG_HEAD: [u8; 2] = [0x58, 32];

/// What all kinds of lines have in common.
pub trait Line: Sized {
    /// The number of the kind.
    const KIND: u64;
    /// Items after the kind's number.
    const ITEMS: usize;
    /// The tag whose line it is.
    fn tag(&self) -> &[u8; 32];
    /// 32 bytes that nobody can guess.
    fn salt(&self) -> &[u8; 32];
    /// Writes the items after the kind's number.
    fn write(&self, out: &mut Writer);
    /// Reads these items.
    ///
    /// # Errors
    /// A `cbor-…` code.
    fn read(tag: [u8; 32], salt: [u8; 32], from: &mut Reader<'_>) -> Result<Self, FormatError>;

    /// The bytes of the line.
    fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.array(Self::ITEMS + 3).bytes(self.tag()).bytes(self.salt()).uint(Self::KIND);
        self.write(&mut out);
        out.finish()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// A `cbor-…` code; [`FormatCode::LineSyntax`] for another kind, width or length.
    fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        if bytes.len() > LINE_BYTES_MAX {
            return Err(FormatError::new(FormatCode::LineSyntax, LINE_BYTES_MAX));
        }
        let mut from = Reader::new(bytes);
        let width = from.array()?;
        let (tag, salt) = (from.fixed()?, from.fixed()?);
        if width != Self::ITEMS + 3 || from.uint()? != Self::KIND {
            return Err(FormatError::new(FormatCode::LineSyntax, 0));
        }
        let line = Self::read(tag, salt, &mut from)?;
        from.end()?;
        Ok(line)
    }
}

/// The tag of a line of any kind.
pub(super) fn tag_of(line: &[u8]) -> Result<[u8; 32], FormatError> {
    let bad = FormatError::new(FormatCode::LineSyntax, 0);
    if line.len() > LINE_BYTES_MAX || line.get(1..3) != Some(&TAG_HEAD) {
        return Err(bad);
    }
    line.get(3..).and_then(<[u8]>::first_chunk).copied().ok_or(bad)
}

/// A line without its tag.
pub(super) fn without_tag(line: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = (line.first()?, line.get(1 + TAG_BYTES..)?);
    Some([&[*head], rest].concat())
}

/// A line whose tag was left out.
pub(super) fn with_tag(tag: &[u8; 32], line: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = line.split_first()?;
    Some([&[*head], &TAG_HEAD[..], tag, rest].concat())
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $number:literal $word:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$item_doc])* $item,)*
        }

        impl $name {
            /// All of them, by number.
            pub const ALL: &'static [Self] = &[$(Self::$item,)*];

            /// The number on the wire.
            pub const fn number(self) -> u64 {
                match self { $(Self::$item => $number,)* }
            }

            /// The word for it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$item => $word,)* }
            }

            /// What a number stands for.
            pub fn from_number(number: u64) -> Option<Self> {
                match number { $($number => Some(Self::$item),)* _ => None }
            }

            /// What a word stands for.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($word => Some(Self::$item),)* _ => None }
            }
        }
    };
}

words! {
    /// By which rule a sum falls to a line (C12).
    Basis {
        /// In proportion to a use that was reported or counted.
        Usage = 1 "USAGE";
        /// By analogy with other uses.
        Analogy = 2 "ANALOGY";
        /// By a sample.
        Sample = 3 "SAMPLE";
        /// Remuneration for private copying.
        PrivateCopy = 4 "PRIVATE_COPY";
        /// From what nobody claimed in time.
        UnclaimedRedistribution = 5 "UNCLAIMED_REDISTRIBUTION";
        /// It mends an earlier line (C16).
        Adjustment = 6 "ADJUSTMENT";
    }
}

words! {
    /// Why a sum may not be paid yet.
    Hold {
        /// The work is not identified.
        UnidentifiedWork = 1 "UNIDENTIFIED_WORK";
        /// The rightsholder is not identified.
        UnidentifiedRightsholder = 2 "UNIDENTIFIED_RIGHTSHOLDER";
        /// The share is disputed.
        DisputedShare = 3 "DISPUTED_SHARE";
        /// There is no account to pay to.
        NoBankDetails = 4 "NO_BANK_DETAILS";
        /// It is not clear which tax applies.
        TaxStatus = 5 "TAX_STATUS";
        /// It is below the smallest sum that is paid.
        BelowMinimum = 6 "BELOW_MINIMUM";
        /// A bailiff levied on it.
        EnforcementLevy = 7 "ENFORCEMENT_LEVY";
        /// The heirs are not known yet.
        HeirPending = 8 "HEIR_PENDING";
    }
}

words! {
    /// Where a payment stands.
    PayoutState {
        /// Sent to the bank.
        Sent = 1 "SENT";
        /// The bank confirmed it.
        Confirmed = 2 "CONFIRMED";
        /// It came back; its amounts are below 0.
        Returned = 3 "RETURNED";
    }
}

fn number<T>(from: &mut Reader<'_>, of: impl Fn(u64) -> Option<T>) -> Result<T, FormatError> {
    let at = from.position();
    of(from.uint()?).ok_or(FormatError::new(FormatCode::CborRange, at))
}

fn optional(out: &mut Writer, bytes: Option<&[u8; 32]>) {
    match bytes {
        Some(bytes) => out.bytes(bytes),
        None => out.null(),
    };
}

/// One use of a work, as a user, a counter or a service reported it. Its tag is the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageLine {
    /// The work in its category of rights, as subject id; 32 zero bytes if it is not identified.
    pub work: [u8; 32],
    /// Random.
    pub salt: [u8; 32],
    /// First civil day of use, counted from 1970-01-01.
    pub first_day: i64,
    /// Last civil day of use.
    pub last_day: i64,
    /// How many times it was used.
    pub uses: u64,
    /// How long it was used in all, in seconds.
    pub seconds: u64,
    /// What was earned with it, in tiyn.
    pub revenue: u64,
    /// Salted hash of what the report calls it: title, creators, recording.
    pub reported_as: [u8; 32],
}

impl Line for UsageLine {
    const KIND: u64 = 1;
    const ITEMS: usize = 6;

    fn tag(&self) -> &[u8; 32] {
        &self.work
    }

    fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    fn write(&self, out: &mut Writer) {
        out.int(self.first_day).int(self.last_day).uint(self.uses).uint(self.seconds);
        out.uint(self.revenue).bytes(&self.reported_as);
    }

    fn read(work: [u8; 32], salt: [u8; 32], from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            work,
            salt,
            first_day: from.int()?,
            last_day: from.int()?,
            uses: from.uint()?,
            seconds: from.uint()?,
            revenue: from.uint()?,
            reported_as: from.fixed()?,
        })
    }
}

/// What falls to one rightsholder for one work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationLine {
    /// The rightsholder; 32 zero bytes if it is held because nobody is identified.
    pub rightsholder: [u8; 32],
    /// Random.
    pub salt: [u8; 32],
    /// The work in its category of rights; 32 zero bytes if it is held because it is not identified.
    pub work: SubjectId,
    /// Last civil day of the use.
    pub used_on: i64,
    /// By which rule.
    pub basis: Basis,
    /// The usage line that it rests on, or the allocation line that it mends.
    pub source: Option<LineHash>,
    /// The rightsholder's share of the work in basis points.
    pub share_bp: u16,
    /// What the pool's allocated sum is divided by; 0 for an adjustment.
    pub weight: u64,
    /// Allocated, in tiyn; below 0 only for an adjustment.
    pub amount: i64,
    /// Why it may not be paid yet.
    pub hold: Option<Hold>,
}

impl Line for AllocationLine {
    const KIND: u64 = 2;
    const ITEMS: usize = 8;

    fn tag(&self) -> &[u8; 32] {
        &self.rightsholder
    }

    fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    fn write(&self, out: &mut Writer) {
        out.bytes(self.work.as_bytes()).int(self.used_on).uint(self.basis.number());
        optional(out, self.source.as_ref().map(LineHash::as_bytes));
        out.uint(self.share_bp.into()).uint(self.weight).int(self.amount);
        out.uint(self.hold.map_or(0, Hold::number));
    }

    fn read(tag: [u8; 32], salt: [u8; 32], from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            rightsholder: tag,
            salt,
            work: SubjectId(from.fixed()?),
            used_on: from.int()?,
            basis: number(from, Basis::from_number)?,
            source: from.null_or(Reader::fixed)?.map(LineHash),
            share_bp: from.small()?,
            weight: from.uint()?,
            amount: from.int()?,
            hold: number(
                from,
                |n| if n == 0 { Some(None) } else { Hold::from_number(n).map(Some) },
            )?,
        })
    }
}

/// What is paid to one rightsholder out of one allocation batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutLine {
    /// The rightsholder.
    pub rightsholder: [u8; 32],
    /// Random.
    pub salt: [u8; 32],
    /// Where the payment stands.
    pub state: PayoutState,
    /// Paid to the rightsholder, in tiyn.
    pub net: i64,
    /// Withheld as tax, in tiyn.
    pub tax: i64,
    /// Paid to a bailiff, in tiyn.
    pub levied: i64,
    /// Salted hash of the payment's document.
    pub payment: [u8; 32],
}

impl PayoutLine {
    /// What leaves the allocation: net, tax and levied together; `None` beyond 64 bits.
    pub fn gross(&self) -> Option<i64> {
        self.net.checked_add(self.tax)?.checked_add(self.levied)
    }
}

impl Line for PayoutLine {
    const KIND: u64 = 3;
    const ITEMS: usize = 5;

    fn tag(&self) -> &[u8; 32] {
        &self.rightsholder
    }

    fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    fn write(&self, out: &mut Writer) {
        out.uint(self.state.number()).int(self.net).int(self.tax).int(self.levied);
        out.bytes(&self.payment);
    }

    fn read(tag: [u8; 32], salt: [u8; 32], from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            rightsholder: tag,
            salt,
            state: number(from, PayoutState::from_number)?,
            net: from.int()?,
            tax: from.int()?,
            levied: from.int()?,
            payment: from.fixed()?,
        })
    }
}

/// What an allocation batch still owes one rightsholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The rightsholder.
    pub rightsholder: [u8; 32],
    /// Chained from the salts of the lines that it is left of.
    pub salt: [u8; 32],
    /// What may be paid, in tiyn; below 0 if more was paid than is allocated now (C16).
    pub open: i64,
    /// What is held, in tiyn.
    pub held: i64,
}

impl Line for Remainder {
    const KIND: u64 = 4;
    const ITEMS: usize = 2;

    fn tag(&self) -> &[u8; 32] {
        &self.rightsholder
    }

    fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    fn write(&self, out: &mut Writer) {
        out.int(self.open).int(self.held);
    }

    fn read(tag: [u8; 32], salt: [u8; 32], from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { rightsholder: tag, salt, open: from.int()?, held: from.int()? })
    }
}
