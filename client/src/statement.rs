//! An author's statement in one file, and the check of it with what is trusted alone: a policy, or a chain of them
//! (spec §24.8).
//!
//! The file holds receipts of the statements (R10) with their bodies, of every batch that they cover (R08, R09), of the
//! pools' distributions (R07), and the author's lines of every batch with the proof that there are no others. What is
//! checked: each receipt; that the statements follow one another and cover the organisation's book from its first batch
//! on; that the lines are all lines, come to what is stated and are paid at one rate; that the pools' sums agree. If the
//! file carries them, [`uses`] checks the uses that the lines rest on, [`balance`] that the author's status holds the
//! last balance, and [`whole`] that this is the status, and these all batches, as of a block of the ledger. What became
//! of a line's money, [`rows`] computes.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use tamga_format::cbor::Value;
use tamga_format::error::FormatError;
use tamga_format::id::{LineHash, SubjectId, TreeRoot};
use tamga_format::lines::{
    AllocationLine, Line, LineRange, LinesRoot, PayoutLine, PayoutState, RangeOf, Remainder,
    line_hash,
};
use tamga_format::receipt::{Proven, Receipt, ReceiptError};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::status::{Confirmation, Payment, Weighting};

pub mod balance;
mod fetch;
mod rate;
pub mod rows;
pub mod uses;
pub mod whole;

use balance::{Balance, BalancePart};
pub use fetch::{Also, fetch};
use rate::Rate;
use uses::{Use, UsePart};
use whole::{Batches, Later, ProofPart, Whole};

use crate::light::{self, Policies};

/// The version of a file without proofs about subjects. Files of the one before, which have neither `uses` nor
/// `balance`, are read too.
pub const VERSION: u32 = 2;
/// The version of a file with them.
pub const PROVEN_VERSION: u32 = 3;
const FIRST_VERSION: u32 = 1;
/// Bytes of a file that are read.
pub const FILE_BYTES_MAX: u64 = 256 << 20;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementFile {
    /// Version of the form.
    #[serde(rename = "tamga-statement")]
    pub version: u32,
    /// Receipts of the statements, oldest first, with every field of their bodies opened.
    pub statements: Vec<String>,
    /// The batches that they cover, in the order of the organisation's book; with proofs, those that follow too.
    pub batches: Vec<BatchPart>,
    /// Receipts of the distributions of the batches' pools.
    pub pools: Vec<String>,
    /// The reports of use that the allocations divide, with the uses of the author's works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Vec<UsePart>>,
    /// The author's status, and what opens its balances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<BalancePart>,
    /// In place of `balance`, the proofs that the batches are all and that the status is the ledger's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofPart>,
    /// Receipts of what the bank and the author said last of the payouts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmations: Vec<String>,
}

/// A batch in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPart {
    /// Receipt of the record that brought it.
    pub receipt: String,
    /// The author's lines with their proof, deterministic CBOR in base64.
    pub lines: String,
}

/// What a genuine file shows. Amounts are tiyn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whose statement it is.
    pub rightsholder: SubjectId,
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// Each statement.
    pub statements: Vec<Stated>,
    /// Every allocation of the book that is covered.
    pub allocations: Vec<Allocated>,
    /// Every line allocated.
    pub lines: Vec<Allotted>,
    /// Every line paid.
    pub payouts: Vec<Paid>,
    /// The pools of these lines.
    pub pools: Vec<PoolSums>,
    /// Batches of the organisation's book in the file.
    pub batches: u64,
    /// What the reports of use show, if the file carries them.
    pub reports: Option<uses::Reports>,
    /// The balance that the author's status commits to, if the file carries it.
    pub balance: Option<Balance>,
    /// What is proven as of a block, if the file carries the proofs.
    pub whole: Option<Whole>,
    book: Batches,
}

/// An allocation batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// The batch.
    pub id: SubjectId,
    /// Number in [`Shown::statements`] of the statement that covers it; their number if none does yet.
    pub statement: usize,
    /// Number of its pool in [`Shown::pools`].
    pub pool: usize,
    /// The reports that it divides.
    pub usage: Vec<SubjectId>,
}

/// A line allocated to the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allotted {
    /// The line.
    pub line: AllocationLine,
    /// Its hash.
    pub hash: LineHash,
    /// Number of its batch in [`Shown::allocations`].
    pub allocation: usize,
    /// The use that it rests on, by itself or by the line that it mends; `None` if it rests on a rule, or the file does
    /// not carry the uses.
    pub usage: Option<Use>,
}

/// A line paid to the author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// The payout batch.
    pub batch: SubjectId,
    /// The line.
    pub line: PayoutLine,
    /// Number in [`Shown::allocations`] of what it is paid of.
    pub allocation: usize,
    /// Who says so.
    pub checks: Checks,
}

/// Who says that a payment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// The organisation declares it.
    pub declared: PayoutState,
    /// The bank confirmed it, or did not (R13), if the file carries that.
    pub bank: Option<Confirmation>,
    /// The author did.
    pub author: Option<Confirmation>,
}

/// The sums of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The record.
    pub record: String,
    /// Its period.
    pub period: String,
    /// Owed before.
    pub opening: i64,
    /// Fell to the author.
    pub allocated: i64,
    /// Paid.
    pub net: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// Paid to a bailiff.
    pub levied: i64,
    /// Owed after.
    pub closing: i64,
}

/// What a pool's distribution says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSums {
    /// The pool.
    pub pool: SubjectId,
    /// Collected.
    pub collected: i64,
    /// Deducted.
    pub deducted: i64,
    /// Fell to rightsholders.
    pub allocated: i64,
    /// Not distributed.
    pub undistributed: i64,
    /// By what it is divided among uses.
    pub weighting: Option<Weighting>,
}

/// Why a file is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementError {
    /// A receipt in it, named by what it is of.
    Receipt(&'static str, usize, ReceiptError),
    /// A proof about a subject in it, named by what it is of.
    Proof(&'static str, ReceiptError),
    /// Something in it is false, or left out: do not rely on it.
    Mismatch(String),
    /// It is no such file.
    Unreadable(String),
}

impl std::fmt::Display for StatementError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Receipt(what, number, error) => write!(f, "{what} {number}: {error}"),
            Self::Proof(what, error) => write!(f, "the proof of the {what}: {}", error.fault()),
            Self::Mismatch(what) | Self::Unreadable(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for StatementError {}

fn mismatch<T>(what: impl Into<String>) -> Result<T, StatementError> {
    Err(StatementError::Mismatch(what.into()))
}

impl StatementFile {
    /// Reads a file; nothing is checked yet.
    ///
    /// # Errors
    /// [`StatementError::Unreadable`].
    pub fn parse(text: &str) -> Result<Self, StatementError> {
        let file: Self = serde_json::from_str(text)
            .map_err(|error| StatementError::Unreadable(format!("no statement: {error}")))?;
        let (uses, balance) = (file.uses.is_some(), file.balance.is_some());
        let detail = match (file.version, file.proof.is_some()) {
            (PROVEN_VERSION, true) if !balance => return Ok(file),
            (PROVEN_VERSION, _) => {
                "version 3 of a statement has proofs, and no balance beside them"
            }
            (VERSION, false) => return Ok(file),
            (FIRST_VERSION, false) if !uses && !balance => return Ok(file),
            (FIRST_VERSION, false) => "version 1 of a statement has neither uses nor balance",
            (VERSION | FIRST_VERSION, true) => "only version 3 of a statement has proofs",
            (other, _) => {
                let detail =
                    format!("statement version {other}, this program knows {PROVEN_VERSION}");
                return Err(StatementError::Unreadable(detail));
            }
        };
        Err(StatementError::Unreadable(detail.to_owned()))
    }

    /// Checks everything in the file; each receipt and proof by the policy that ruled its checkpoint.
    ///
    /// # Errors
    /// [`StatementError`] names the first thing that is wrong.
    pub fn verify(&self, policies: &dyn Policies) -> Result<Shown, StatementError> {
        let statements = self
            .statements
            .iter()
            .enumerate()
            .map(|(number, text)| proven("statement", number, text, policies))
            .collect::<Result<Vec<_>, _>>()?;
        let Some(first) = statements.first() else { return mismatch("there is no statement") };
        let subject = record(first).subject;
        if subject.role != Role::Rightsholder {
            return mismatch("the first record is no statement to a rightsholder");
        }
        let cmo = named(record(first), Role::Cmo)?;
        let mut shown = Shown {
            rightsholder: subject.id,
            cmo,
            statements: Vec::new(),
            allocations: Vec::new(),
            lines: Vec::new(),
            payouts: Vec::new(),
            pools: self.pools(policies)?,
            batches: 0,
            reports: None,
            balance: None,
            whole: None,
            book: Batches::default(),
        };
        let mut parts = self.batches.iter();
        for (number, statement) in statements.iter().enumerate() {
            shown.statement(number, statement, &mut parts, policies)?;
        }
        let mut later = Later::default();
        for part in parts {
            if self.proof.is_none() {
                return mismatch("a batch stands in the file that no statement covers");
            }
            later.add(shown.batch(None, part, policies)?)?;
            shown.batches += 1;
        }
        for (number, text) in self.confirmations.iter().enumerate() {
            shown.confirmation(number, text, policies)?;
        }
        if let Some(parts) = &self.uses {
            shown.uses(parts, policies)?;
        }
        if let Some(part) = &self.balance {
            shown.balance = Some(part.verify(&shown, &statements, policies)?);
        }
        if let Some(part) = &self.proof {
            let (balance, whole) = part.verify(&shown, &statements, later, policies)?;
            (shown.balance, shown.whole) = (Some(balance), Some(whole));
        }
        Ok(shown)
    }

    /// C01: every tiyn collected is deducted, allocated or not distributed.
    fn pools(&self, policies: &dyn Policies) -> Result<Vec<PoolSums>, StatementError> {
        let mut pools = Vec::new();
        for (number, text) in self.pools.iter().enumerate() {
            let proven = proven("distribution", number, text, policies)?;
            let record = record(&proven);
            expect(record, Kind::R07)?;
            if text_of(record, "action") != Some("POOL_FIXED") {
                return mismatch(format!("distribution {number} does not fix a pool"));
            }
            let rows = field(record, "deductions").and_then(Value::as_list).unwrap_or_default();
            let amount = |row: &Value| row.as_list()?.get(1)?.as_i64();
            let deducted = sum(rows.iter().map(|row| amount(row).unwrap_or_default()))?;
            let number_of = |name| field(record, name).and_then(Value::as_i64).unwrap_or_default();
            let sums = PoolSums {
                pool: record.subject.id,
                collected: number_of("collected"),
                deducted,
                allocated: number_of("allocated"),
                undistributed: number_of("undistributed"),
                weighting: text_of(record, "weighting").and_then(Weighting::from_name),
            };
            if sum([sums.deducted, sums.allocated, sums.undistributed])? != sums.collected {
                return mismatch(format!("the sums of pool {} do not agree", sums.pool));
            }
            pools.push(sums);
        }
        Ok(pools)
    }
}

impl Shown {
    /// What the bank or the author said of a payout that the file has, each at most once.
    fn confirmation(
        &mut self,
        number: usize,
        text: &str,
        policies: &dyn Policies,
    ) -> Result<(), StatementError> {
        let proven = proven("confirmation", number, text, policies)?;
        let record = record(&proven);
        expect(record, Kind::R13)?;
        let payout = field(record, "payout").and_then(Value::as_array_of).map(SubjectId);
        let said = text_of(record, "confirmation").and_then(Confirmation::from_name);
        let (Some(payout), Some(said)) = (payout, said) else {
            return mismatch(format!("confirmation {number} says nothing"));
        };
        let author = (!said.is_of_bank()).then_some(&self.rightsholder);
        if record.subject != Payment::subject(&payout, author) {
            return mismatch(format!("confirmation {number} is another rightsholder's"));
        }
        let mut of_payout = self.payouts.iter_mut().filter(|paid| paid.batch == payout).peekable();
        if of_payout.peek().is_none() {
            return mismatch(format!("confirmation {number} is of a payout that does not pay"));
        }
        for paid in of_payout {
            let checks = &mut paid.checks;
            let slot = if author.is_some() { &mut checks.author } else { &mut checks.bank };
            if slot.replace(said).is_some() {
                return mismatch(format!("confirmation {number} says again what another said"));
            }
        }
        Ok(())
    }

    /// One statement: it follows the one before, and its sums are those of the lines of its batches.
    fn statement<'f>(
        &mut self,
        number: usize,
        proven: &Proven,
        parts: &mut impl Iterator<Item = &'f BatchPart>,
        policies: &dyn Policies,
    ) -> Result<(), StatementError> {
        let statement = record(proven);
        expect(statement, Kind::R10)?;
        if statement.subject.id != self.rightsholder || named(statement, Role::Cmo)? != self.cmo {
            return mismatch(format!(
                "statement {number} is of another rightsholder or organisation"
            ));
        }
        if field(statement, "after_batch").and_then(Value::as_u64) != Some(self.batches) {
            let detail = format!(
                "statement {number} does not go on after batch {} of the book: one is left out",
                self.batches
            );
            return mismatch(detail);
        }
        let opened: BTreeMap<&str, &Value> =
            proven.opened.iter().map(|field| (field.name.as_str(), &field.value)).collect();
        let amount = |name: &str| match opened.get(name).and_then(|value| value.as_i64()) {
            Some(amount) => Ok(amount),
            None => mismatch(format!("statement {number} does not open {name}")),
        };
        let stated = Stated {
            record: proven.id.to_string(),
            period: text_of(statement, "period").unwrap_or_default().to_owned(),
            opening: amount("opening")?,
            allocated: amount("allocated")?,
            net: amount("net")?,
            tax: amount("tax")?,
            levied: amount("levied")?,
            closing: amount("closing")?,
        };
        let before = self.statements.last().map_or(0, |earlier| earlier.closing);
        if stated.opening != before {
            return mismatch(format!("statement {number} opens at another balance than {before}"));
        }
        let ids = field(statement, "batches").and_then(Value::as_list).unwrap_or_default();
        let ranges = opened.get("ranges").and_then(|value| value.as_list()).unwrap_or_default();
        let mut sums = [0_i64; 4];
        for (id, range) in ids.iter().zip(ranges) {
            let id = id.as_list().and_then(|row| row.first()?.as_array_of()).map(SubjectId);
            let range = range.as_list().and_then(|row| row.first()?.as_bytes());
            let (Some(id), Some(range)) = (id, range) else {
                return mismatch(format!("statement {number} names no batches"));
            };
            let Some(part) = parts.next() else {
                return mismatch(format!("batch {} of the book is left out", self.batches + 1));
            };
            let found = self.batch(Some((id, range)), part, policies)?;
            for (sum, amount) in sums.iter_mut().zip(found) {
                *sum = add(*sum, amount)?;
            }
            self.batches += 1;
        }
        let [allocated, net, tax, levied] = sums;
        let is = [
            ("allocated", allocated, stated.allocated),
            ("net", net, stated.net),
            ("tax", tax, stated.tax),
            ("levied", levied, stated.levied),
        ];
        if let Some((name, is, stated)) = is.into_iter().find(|(_, is, stated)| is != stated) {
            let detail =
                format!("statement {number} states {name} {stated}, the lines come to {is}");
            return mismatch(detail);
        }
        let closing = sum([stated.opening, allocated, -net, -tax, -levied])?;
        if closing != stated.closing {
            return mismatch(format!(
                "statement {number} closes at another balance than {closing}"
            ));
        }
        self.statements.push(stated);
        Ok(())
    }

    /// The author's lines of a batch, the one that a statement names with a range if one covers it: all of them, and
    /// what they come to.
    fn batch(
        &mut self,
        stated: Option<(SubjectId, &[u8])>,
        part: &BatchPart,
        policies: &dyn Policies,
    ) -> Result<[i64; 4], StatementError> {
        let number = usize::try_from(self.batches).unwrap_or(usize::MAX);
        let proven = proven("batch", number, &part.receipt, policies)?;
        let record = record(&proven);
        let Subject { role, id } = record.subject;
        if role != Role::Batch || stated.is_some_and(|(stated, _)| stated != id) {
            return mismatch(format!("the receipt of batch {number} is of another one"));
        }
        let range = stated.map(|(_, range)| range);
        if named(record, Role::Cmo)? != self.cmo {
            return mismatch(format!("batch {number} is another organisation's"));
        }
        self.book.add(&proven)?;
        let lines = Base64::decode_vec(&part.lines)
            .map_err(|_| StatementError::Unreadable(format!("lines of batch {number}")))?;
        let of = Ranged { id, rightsholder: self.rightsholder, number };
        if record.kind == Kind::R08.number() {
            self.allocation(record, range, &lines, &of)
        } else if record.kind == Kind::R09.number() {
            let shown = of.lines(&lines, root(record, "payout_root", "line_count")?)?;
            if let Some(range) = range {
                of.lines(range, root(record, "payout_root", "line_count")?)?;
            }
            let paid_of = named(record, Role::Batch)?;
            let known = self.allocations.iter().position(|it| it.id == paid_of);
            let Some(allocation) = known else {
                return mismatch(format!("batch {number} pays an allocation that comes later"));
            };
            let mut sums = [0_i64; 4];
            for line in shown {
                let line = of.decode::<PayoutLine>(&line)?;
                sums[1] = add(sums[1], line.net)?;
                sums[2] = add(sums[2], line.tax)?;
                sums[3] = add(sums[3], line.levied)?;
                let checks = Checks { declared: line.state, bank: None, author: None };
                self.payouts.push(Paid { batch: id, line, allocation, checks });
            }
            Ok(sums)
        } else {
            mismatch(format!("batch {number} is neither allocation nor payout"))
        }
    }

    fn allocation(
        &mut self,
        record: &Record,
        range: Option<&[u8]>,
        lines: &[u8],
        of: &Ranged,
    ) -> Result<[i64; 4], StatementError> {
        let number = of.number;
        let owed = range.map(|range| of.owed(range, record)).transpose()?;
        let pool = named(record, Role::Pool)?;
        let Some(pool) = self.pools.iter().position(|sums| sums.pool == pool) else {
            return mismatch(format!("the distribution of the pool of batch {number} is left out"));
        };
        let mut allocated = 0;
        let mut rate = Rate::default();
        for bytes in of.lines(lines, root(record, "allocation_root", "line_count")?)? {
            let line = of.decode::<AllocationLine>(&bytes)?;
            allocated = add(allocated, line.amount)?;
            if !rate.fits(&line) {
                return mismatch(format!("the lines of batch {number} are not paid at one rate"));
            }
            let hash = line_hash(&bytes);
            let allocation = self.allocations.len();
            self.lines.push(Allotted { line, hash, allocation, usage: None });
        }
        if let Some(owed) = owed.filter(|owed| *owed != allocated) {
            return mismatch(format!(
                "the lines of batch {number} come to {allocated}, not {owed}"
            ));
        }
        let total = field(record, "total").and_then(Value::as_i64).unwrap_or_default();
        if self.pools.get(pool).is_none_or(|sums| total > sums.collected) {
            return mismatch(format!("batch {number} holds more than its pool collected"));
        }
        let statement = self.statements.len();
        let usage = batches_of(record, "usage");
        self.allocations.push(Allocated { id: of.id, statement, pool, usage });
        Ok([allocated, 0, 0, 0])
    }
}

/// Whose lines of which batch.
struct Ranged {
    id: SubjectId,
    rightsholder: SubjectId,
    number: usize,
}

impl Ranged {
    /// The lines of a range, once it is proved that they are all.
    fn lines(&self, bytes: &[u8], lines: LinesRoot) -> Result<Vec<Vec<u8>>, StatementError> {
        let of = RangeOf { batch: &self.id, tag: self.rightsholder.as_bytes(), lines };
        let shown = LineRange::decode(bytes).and_then(|range| range.verify(&of));
        shown.map_err(|fault| self.fault(&fault))
    }

    /// What the first remainders of an allocation come to.
    fn owed(&self, range: &[u8], record: &Record) -> Result<i64, StatementError> {
        let mut owed = 0;
        for rest in self.lines(range, root(record, "remainders_root", "remainders_count")?)? {
            let rest = self.decode::<Remainder>(&rest)?;
            owed = sum([owed, rest.open, rest.held])?;
        }
        Ok(owed)
    }

    fn decode<L: Line>(&self, line: &[u8]) -> Result<L, StatementError> {
        L::decode(line).map_err(|fault| self.fault(&fault))
    }

    fn fault(&self, fault: &FormatError) -> StatementError {
        StatementError::Mismatch(format!("the lines of batch {}: {fault}", self.number))
    }
}

fn proven(
    what: &'static str,
    number: usize,
    text: &str,
    policies: &dyn Policies,
) -> Result<Proven, StatementError> {
    let judged = Receipt::parse(text).map_err(ReceiptError::from);
    let judged = judged.and_then(|receipt| light::verify_receipt(&receipt, policies));
    judged.map_err(|error| StatementError::Receipt(what, number, error))
}

fn record(proven: &Proven) -> &Record {
    proven.record.as_signed().record()
}

fn expect(record: &Record, kind: Kind) -> Result<(), StatementError> {
    if record.kind == kind.number() {
        return Ok(());
    }
    mismatch(format!("a record of kind {} stands where {} is", record.kind, kind.info().code))
}

fn field<'r>(record: &'r Record, name: &str) -> Option<&'r Value> {
    record.field(Kind::from_number(record.kind)?.info().field_named(name)?.number)
}

fn text_of<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    field(record, name).and_then(Value::as_text)
}

fn root(record: &Record, root: &str, count: &str) -> Result<LinesRoot, StatementError> {
    let found = field(record, root).and_then(Value::as_array_of);
    let count = field(record, count).and_then(Value::as_u64);
    match found.zip(count) {
        Some((root, count)) => Ok(LinesRoot { root: TreeRoot(root), count }),
        None => mismatch(format!("a batch without {root}")),
    }
}

/// The batches in the rows of a field.
fn batches_of(record: &Record, name: &str) -> Vec<SubjectId> {
    let rows = field(record, name).and_then(Value::as_list).unwrap_or_default();
    let id = |row: &Value| row.as_list()?.first()?.as_array_of().map(SubjectId);
    rows.iter().filter_map(id).collect()
}

/// The one subject of a role that a record names.
fn named(record: &Record, role: Role) -> Result<SubjectId, StatementError> {
    let mut found = record.subjects.iter().filter(|subject| subject.role == role);
    match (found.next(), found.next()) {
        (Some(subject), None) => Ok(subject.id),
        (_, _) => mismatch(format!("a record names no {}, or several", role.name())),
    }
}

fn add(a: i64, b: i64) -> Result<i64, StatementError> {
    a.checked_add(b).map_or_else(|| mismatch("a sum leaves 64 bits"), Ok)
}

fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, StatementError> {
    amounts.into_iter().try_fold(0, add)
}

#[cfg(test)]
mod tests;
