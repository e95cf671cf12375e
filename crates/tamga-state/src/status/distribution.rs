//! Statuses of pools, batches of lines, books, and the organisations that keep them (spec §23).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{AttachmentId, RecordId, SubjectId, TreeRoot, UnixMillis};
use tamga_format::lines::LinesRoot;
use tamga_format::subject::{Role, Subject};

use super::registry::Sphere;
use super::royalty::RightCategory;
use super::{
    Typed, optional, optional_day, read_code, read_id, read_list, read_text, read_time, read_width,
};
use crate::catalogue::coded;

/// Amounts that are written one after the other.
macro_rules! sums {
    ($($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $field:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$each])* pub $field: i64,)*
        }

        impl $name {
            fn write(&self, to: &mut Writer) {
                to$(.int(self.$field))*;
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
                Ok(Self { $($field: from.int()?,)* })
            }
        }
    )*};
}

sums! {
    /// What moved in an account since it was opened, in tiyn; nothing is ever taken off again.
    Flows {
        /// Came in.
        collected,
        /// Was kept for costs and funds.
        deducted,
        /// Fell to rightsholders.
        allocated,
        /// Was paid to them.
        paid,
        /// Was withheld as tax.
        tax,
        /// Was paid to bailiffs.
        levied,
        /// Left for other pools, unclaimed.
        redistributed_out,
        /// Came from other pools, unclaimed there.
        redistributed_in,
    }
}

impl Flows {
    /// What is left of an opening balance after these flows (C07); `None` beyond 64 bits.
    #[must_use]
    pub fn closing(&self, opening: i64) -> Option<i64> {
        let out = [self.deducted, self.paid, self.tax, self.levied, self.redistributed_out];
        let come = opening.checked_add(self.collected)?.checked_add(self.redistributed_in)?;
        out.into_iter().try_fold(come, i64::checked_sub)
    }

    /// What moved after an earlier state.
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Self {
        Self {
            collected: self.collected.saturating_sub(earlier.collected),
            deducted: self.deducted.saturating_sub(earlier.deducted),
            allocated: self.allocated.saturating_sub(earlier.allocated),
            paid: self.paid.saturating_sub(earlier.paid),
            tax: self.tax.saturating_sub(earlier.tax),
            levied: self.levied.saturating_sub(earlier.levied),
            redistributed_out: self.redistributed_out.saturating_sub(earlier.redistributed_out),
            redistributed_in: self.redistributed_in.saturating_sub(earlier.redistributed_in),
        }
    }
}

/// What an organisation holds in one sphere and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The sphere.
    pub sphere: Sphere,
    /// The currency.
    pub currency: String,
    /// All that moved.
    pub flows: Flows,
    /// All that had moved at the last period report.
    pub reported: Flows,
    /// The balance at the end of that report.
    pub closing: i64,
}

/// What an organisation collected and deducted in the distributions of one month (C02).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    /// Months since January 1970.
    pub number: i64,
    /// Collected, in tiyn.
    pub collected: i64,
    /// Deducted, in tiyn.
    pub deducted: i64,
}

/// The status of a collective management organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CmoStatus {
    /// Spheres with an accreditation in force.
    pub accreditations: u64,
    /// Mandates that have not ended.
    pub mandates: u64,
    /// What it holds, in the order of the first collection.
    pub accounts: Vec<Account>,
    /// Distributions of the last twelve months that had any, ascending.
    pub months: Vec<Month>,
    /// Open disputes with it (R12).
    pub disputes: u64,
    /// Payouts that rightsholders say they have, and that they say they don't have (R13).
    pub confirmed: [u64; 2],
}

impl CmoStatus {
    /// Spheres and currencies of one organisation.
    pub const ACCOUNTS_MAX: usize = 16;
    /// Months over which the ratio of deductions is taken.
    pub const MONTHS: usize = 12;

    /// The account of a sphere and currency.
    #[must_use]
    pub fn account(&self, sphere: Sphere, currency: &str) -> Option<&Account> {
        self.accounts.iter().find(|it| it.sphere == sphere && it.currency == currency)
    }
}

impl Typed for CmoStatus {
    const ROLE: Role = Role::Cmo;
    const ITEMS: usize = 7;

    fn write(&self, to: &mut Writer) {
        to.uint(self.accreditations).uint(self.mandates).array(self.accounts.len());
        for account in &self.accounts {
            to.array(19).uint(account.sphere.code().into()).text(&account.currency);
            account.flows.write(to);
            account.reported.write(to);
            to.int(account.closing);
        }
        to.array(self.months.len());
        for month in &self.months {
            to.array(3).int(month.number).int(month.collected).int(month.deducted);
        }
        to.uint(self.disputes).uint(self.confirmed[0]).uint(self.confirmed[1]);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let (accreditations, mandates) = (from.uint()?, from.uint()?);
        let accounts = read_list(from, Self::ACCOUNTS_MAX, |from| {
            read_width(from, 19)?;
            Ok(Account {
                sphere: read_code(from, Sphere::from_code)?,
                currency: read_text(from)?,
                flows: Flows::read(from)?,
                reported: Flows::read(from)?,
                closing: from.int()?,
            })
        })?;
        let months = read_list(from, Self::MONTHS, |from| {
            read_width(from, 3)?;
            Ok(Month { number: from.int()?, collected: from.int()?, deducted: from.int()? })
        })?;
        let disputes = from.uint()?;
        let confirmed = [from.uint()?, from.uint()?];
        Ok(Self { accreditations, mandates, accounts, months, disputes, confirmed })
    }
}

coded! {
    /// Where a distribution stands.
    PoolState {
        /// It collects.
        Open = 1 "OPEN";
        /// Nothing comes in any more, and what is allocated is fixed.
        PoolFixed = 2 "POOL_FIXED";
        /// All that is allocated stands in lines.
        Approved = 3 "APPROVED";
        /// It may be paid.
        Published = 4 "PUBLISHED";
        /// Nothing moves any more.
        Closed = 5 "CLOSED";
    }
}

coded! {
    /// By what a pool is divided among uses.
    Weighting {
        /// How often.
        Uses = 1 "USES";
        /// How long.
        Seconds = 2 "SECONDS";
        /// What was earned.
        Revenue = 3 "REVENUE";
    }
}

/// The status of a pool: what one organisation collects in one sphere, period and currency (R06, R07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// The sphere.
    pub sphere: Sphere,
    /// The period, as it is written.
    pub period: String,
    /// The currency.
    pub currency: String,
    /// Where the distribution stands.
    pub state: PoolState,
    /// Collections.
    pub collections: u64,
    /// What was collected, in tiyn; what came from other pools included.
    pub collected: i64,
    /// What of it was paid for use without a licence, in tiyn.
    pub unlicensed: i64,
    /// What is kept, by kind, in the order of the catalogue.
    pub deductions: [i64; 4],
    /// Whether some other deduction is kept without the hash of a document (C03).
    pub undocumented: bool,
    /// What falls to rightsholders.
    pub allocated: i64,
    /// What is not distributed yet.
    pub undistributed: i64,
    /// What stands in lines.
    pub in_lines: i64,
    /// What was paid, withheld as tax, and levied.
    pub paid: [i64; 3],
    /// What left for other pools.
    pub redistributed_out: i64,
    /// By what it is divided.
    pub weighting: Option<Weighting>,
    /// The day on which it was fixed.
    pub fixed_on: Option<i64>,
    /// Allocation batches.
    pub batches: u64,
}

impl Pool {
    /// The pool of an organisation; period and currency as they are written.
    #[must_use]
    pub fn subject(bin: &str, sphere: Sphere, period: &str, currency: &str) -> Subject {
        let name = format!("{bin}.{}.{period}.{currency}", sphere.name().to_ascii_lowercase());
        Subject::registered(Role::Pool, &name)
    }

    /// What is kept in all.
    #[must_use]
    pub fn deducted(&self) -> i64 {
        self.deductions.iter().fold(0, |sum, amount| sum.saturating_add(*amount))
    }

    /// Whether every tiyn collected is deducted, allocated, not distributed yet, or gone to another pool (C01).
    #[must_use]
    pub fn is_conserved(&self) -> bool {
        let parts = [self.allocated, self.undistributed, self.redistributed_out];
        let sum =
            self.deductions.iter().chain(&parts).try_fold(0_i64, |sum, it| sum.checked_add(*it));
        self.state == PoolState::Open || sum == Some(self.collected)
    }
}

impl Typed for Pool {
    const ROLE: Role = Role::Pool;
    const ITEMS: usize = 18;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.cmo.as_bytes()).uint(self.sphere.code().into());
        to.text(&self.period).text(&self.currency).uint(self.state.code().into());
        to.uint(self.collections).int(self.collected).int(self.unlicensed);
        write_amounts(to, &self.deductions);
        to.bool(self.undocumented).int(self.allocated).int(self.undistributed).int(self.in_lines);
        write_amounts(to, &self.paid);
        to.int(self.redistributed_out);
        to.uint(self.weighting.map_or(0, |it| it.code().into()));
        optional_day(to, self.fixed_on);
        to.uint(self.batches);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            cmo: read_id(from)?,
            sphere: read_code(from, Sphere::from_code)?,
            period: read_text(from)?,
            currency: read_text(from)?,
            state: read_code(from, PoolState::from_code)?,
            collections: from.uint()?,
            collected: from.int()?,
            unlicensed: from.int()?,
            deductions: read_amounts(from)?,
            undocumented: from.bool()?,
            allocated: from.int()?,
            undistributed: from.int()?,
            in_lines: from.int()?,
            paid: read_amounts(from)?,
            redistributed_out: from.int()?,
            weighting: read_code(from, |code| match code {
                0 => Some(None),
                code => Weighting::from_code(code).map(Some),
            })?,
            fixed_on: from.null_or(Reader::int)?,
            batches: from.uint()?,
        })
    }
}

fn write_amounts(to: &mut Writer, amounts: &[i64]) {
    to.array(amounts.len());
    for amount in amounts {
        to.int(*amount);
    }
}

fn read_amounts<const N: usize>(from: &mut Reader<'_>) -> Result<[i64; N], FormatError> {
    read_width(from, N)?;
    let mut amounts = [0; N];
    for amount in &mut amounts {
        *amount = from.int()?;
    }
    Ok(amounts)
}

fn write_root(to: &mut Writer, lines: &LinesRoot) {
    to.bytes(lines.root.as_bytes()).uint(lines.count);
}

fn read_root(from: &mut Reader<'_>) -> Result<LinesRoot, FormatError> {
    Ok(LinesRoot { root: TreeRoot(from.fixed()?), count: from.uint()? })
}

/// The status of an organisation's book: how many allocations and payouts it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Batches, numbered from 1.
    pub batches: u64,
}

impl Book {
    /// The book of an organisation.
    #[must_use]
    pub fn subject(bin: &str) -> Subject {
        Subject::registered(Role::Book, bin)
    }
}

impl Typed for Book {
    const ROLE: Role = Role::Book;
    const ITEMS: usize = 1;

    fn write(&self, to: &mut Writer) {
        to.uint(self.batches);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { batches: from.uint()? })
    }
}

coded! {
    /// Who counted the uses of a batch.
    UsageSource {
        /// The user reports.
        Report = 1 "REPORT";
        /// The platform's counter.
        Counter = 2 "COUNTER";
        /// A digital sales report.
        Dsr = 3 "DSR";
    }
}

/// Uses of works (R05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBatch {
    /// The organisation that it is for, as a `cmo`.
    pub cmo: SubjectId,
    /// Who used the works.
    pub licensee: SubjectId,
    /// Who counted.
    pub source: UsageSource,
    /// First and last day.
    pub days: (i64, i64),
    /// Uses in all.
    pub uses: u64,
    /// Whether a licence covers the days.
    pub licensed: bool,
    /// The pools that divide themselves by it, each in a category of rights (C13).
    pub consumed: Vec<(RightCategory, SubjectId)>,
}

impl UsageBatch {
    /// The pool that divides itself by it in a category.
    #[must_use]
    pub fn consumer(&self, category: RightCategory) -> Option<&SubjectId> {
        self.consumed.iter().find(|(known, _)| *known == category).map(|(_, pool)| pool)
    }
}

/// What falls to rightsholders (R08).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationState {
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// The pool.
    pub pool: SubjectId,
    /// The number in the organisation's book.
    pub number: u64,
    /// Sum of the lines, in tiyn.
    pub total: i64,
    /// What of it is held.
    pub held: i64,
    /// What was overpaid earlier and is to be recovered (C16).
    pub recoverable: i64,
    /// What each rightsholder was owed at first.
    pub first: LinesRoot,
    /// What each is owed now.
    pub remainders: LinesRoot,
    /// Paid, withheld as tax, levied.
    pub paid: [i64; 3],
    /// The last payout.
    pub last_payout: Option<SubjectId>,
}

/// What is paid to rightsholders (R09).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutBatch {
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// The number in the organisation's book.
    pub number: u64,
    /// The allocation that it is paid of.
    pub allocation: SubjectId,
    /// The payout of that allocation before this one.
    pub previous: Option<SubjectId>,
    /// Paid, withheld as tax, levied.
    pub paid: [i64; 3],
}

/// What the lines of a batch are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchContent {
    /// Uses.
    Usage(UsageBatch),
    /// Allocations.
    Allocation(AllocationState),
    /// Payouts.
    Payout(PayoutBatch),
}

/// The status of a batch of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The record that brought it.
    pub record: RecordId,
    /// When that was written.
    pub at: UnixMillis,
    /// Where its lines are.
    pub attachment: AttachmentId,
    /// Root and count of its lines.
    pub lines: LinesRoot,
    /// What they are.
    pub content: BatchContent,
}

impl Batch {
    /// Batches that one record names.
    pub const NAMED_MAX: usize = 60;

    /// The allocation, if it is one.
    #[must_use]
    pub const fn allocation(&self) -> Option<&AllocationState> {
        if let BatchContent::Allocation(it) = &self.content { Some(it) } else { None }
    }

    /// The usage, if it is one.
    #[must_use]
    pub const fn usage(&self) -> Option<&UsageBatch> {
        if let BatchContent::Usage(it) = &self.content { Some(it) } else { None }
    }

    /// The payout, if it is one.
    #[must_use]
    pub const fn payout(&self) -> Option<&PayoutBatch> {
        if let BatchContent::Payout(it) = &self.content { Some(it) } else { None }
    }

    /// The organisation in whose book it stands, and its number there.
    #[must_use]
    pub const fn in_book(&self) -> Option<(&SubjectId, u64)> {
        match &self.content {
            BatchContent::Usage(_) => None,
            BatchContent::Allocation(it) => Some((&it.cmo, it.number)),
            BatchContent::Payout(it) => Some((&it.cmo, it.number)),
        }
    }
}

impl Typed for Batch {
    const ROLE: Role = Role::Batch;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.record.as_bytes()).int(self.at.get()).bytes(self.attachment.as_bytes());
        write_root(to, &self.lines);
        match &self.content {
            BatchContent::Usage(it) => {
                to.array(9).uint(1).bytes(it.cmo.as_bytes()).bytes(it.licensee.as_bytes());
                to.uint(it.source.code().into()).int(it.days.0).int(it.days.1).uint(it.uses);
                to.bool(it.licensed).array(it.consumed.len());
                for (category, pool) in &it.consumed {
                    to.array(2).uint(category.code().into()).bytes(pool.as_bytes());
                }
            }
            BatchContent::Allocation(it) => {
                to.array(13).uint(2).bytes(it.cmo.as_bytes()).bytes(it.pool.as_bytes());
                to.uint(it.number).int(it.total).int(it.held).int(it.recoverable);
                write_root(to, &it.first);
                write_root(to, &it.remainders);
                write_amounts(to, &it.paid);
                optional(to, it.last_payout.as_ref().map(SubjectId::as_bytes));
            }
            BatchContent::Payout(it) => {
                to.array(6).uint(3).bytes(it.cmo.as_bytes()).uint(it.number);
                to.bytes(it.allocation.as_bytes());
                optional(to, it.previous.as_ref().map(SubjectId::as_bytes));
                write_amounts(to, &it.paid);
            }
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            record: RecordId(from.fixed()?),
            at: read_time(from)?,
            attachment: AttachmentId(from.fixed()?),
            lines: read_root(from)?,
            content: read_content(from)?,
        })
    }
}

fn read_content(from: &mut Reader<'_>) -> Result<BatchContent, FormatError> {
    let at = from.position();
    match (from.array()?, from.uint()?) {
        (9, 1) => Ok(BatchContent::Usage(UsageBatch {
            cmo: read_id(from)?,
            licensee: read_id(from)?,
            source: read_code(from, UsageSource::from_code)?,
            days: (from.int()?, from.int()?),
            uses: from.uint()?,
            licensed: from.bool()?,
            consumed: read_list(from, RightCategory::ALL.len(), |from| {
                read_width(from, 2)?;
                Ok((read_code(from, RightCategory::from_code)?, read_id(from)?))
            })?,
        })),
        (13, 2) => Ok(BatchContent::Allocation(AllocationState {
            cmo: read_id(from)?,
            pool: read_id(from)?,
            number: from.uint()?,
            total: from.int()?,
            held: from.int()?,
            recoverable: from.int()?,
            first: read_root(from)?,
            remainders: read_root(from)?,
            paid: read_amounts(from)?,
            last_payout: from.null_or(Reader::fixed)?.map(SubjectId),
        })),
        (6, 3) => Ok(BatchContent::Payout(PayoutBatch {
            cmo: read_id(from)?,
            number: from.uint()?,
            allocation: read_id(from)?,
            previous: from.null_or(Reader::fixed)?.map(SubjectId),
            paid: read_amounts(from)?,
        })),
        _ => Err(FormatError::new(FormatCode::CborRange, at).of("batch")),
    }
}
