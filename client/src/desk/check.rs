//! A whole distribution tried against the ledger: every check that applies, with what was compared (C01–C19).

use std::collections::BTreeMap;

use serde_json::Value as Json;
use tamga_api::shapes::SubjectRecord;
use tamga_format::body::Submission;
use tamga_format::id::SubjectId;
use tamga_format::lines::PackedBatch;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::civil::{civil, day_of};
use tamga_state::law::parameters::{Name, number};
use tamga_state::royalty::audit::counts_differ;
use tamga_state::royalty::desk::Payout;
use tamga_state::status::{
    Accreditation, Batch, CmoStatus, Flows, Pool, PoolState, Sphere, UsageBatch,
};
use tamga_state::{Code, Rejection};

use super::complete::Brought;
use super::compose::{Cause, Composed, Sum, batch_of, compose, not_consumed, salts};
use super::ledger::{Chunks, LedgerView, Trial};
use super::payout::{Payments, Terms};
use super::plan::Plan;
use super::run::Scribe;
use super::{PoolName, records};
use crate::error::CliError;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It refuses nothing, and somebody should look.
    Look,
    /// It fails: a record would be refused.
    Fails,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Look => "look",
            Self::Fails => "fails",
        }
    }

    /// The sign for it.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Holds => "✔",
            Self::Look => "!",
            Self::Fails => "✖",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the domain model, or `RULES` for all others together.
    pub check: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was compared, as values of the check's message; amounts in tiyn.
    pub compared: Vec<(&'static str, i64)>,
    /// The difference, in tiyn.
    pub difference: i64,
    /// What the rules say, if they refuse.
    pub refused: Option<Rejection>,
}

/// What a trial came to.
pub struct Report {
    /// Where the pool stood before it.
    pub state: PoolState,
    /// The checks.
    pub rows: Vec<Row>,
    /// What is held, by cause.
    pub held: BTreeMap<Cause, Sum>,
    /// The same by what has to be mended.
    pub findings: BTreeMap<(Cause, Subject), Sum>,
    /// Owed to rightsholders with a levy in force and no amount for the bailiff.
    pub unlevied: BTreeMap<SubjectId, i64>,
    /// Lines that fall to rightsholders.
    pub lines: Sum,
    /// Rightsholders who get something.
    pub rightsholders: u64,
}

impl Report {
    /// The worst outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.rows.iter().map(|row| row.outcome).max().unwrap_or(Outcome::Holds)
    }
}

/// The check of the domain model behind a refusal.
fn check_of(code: Code) -> Option<&'static str> {
    const CHECKS: [(Code, &str); 12] = [
        (Code::PoolNotConserved, "C01"),
        (Code::TotalsMismatch, "C01"),
        (Code::DeductionAboveLimit, "C02"),
        (Code::LinesMismatch, "C04"),
        (Code::RemainderExceeded, "C05"),
        (Code::SharesNotWhole, "C08"),
        (Code::MandateNotInForce, "C09"),
        (Code::AccreditationNotInForce, "C11"),
        (Code::BasisMissing, "C12"),
        (Code::UsageConsumed, "C13"),
        (Code::UnclaimedTooEarly, "C15"),
        (Code::RecoverableMismatch, "C16"),
    ];
    CHECKS.into_iter().find(|(known, _)| *known == code).map(|(_, check)| check)
}

/// The records of a run, until one is refused.
struct Tried<'l, 'c> {
    ledger: &'l LedgerView<'c>,
    trial: Trial<'l, 'c>,
    judged: i64,
    refused: Option<Rejection>,
}

impl Tried<'_, '_> {
    fn judge(
        &mut self,
        submission: Result<Submission, CliError>,
        chunks: Option<Chunks>,
    ) -> Result<(), CliError> {
        if self.refused.is_some() {
            return Ok(());
        }
        if let Err(rejection) = self.trial.judge(&submission?, chunks) {
            if let Some(fault) = self.ledger.take_fault() {
                return Err(fault);
            }
            self.refused = Some(rejection);
        }
        self.judged += 1;
        Ok(())
    }
}

/// Tries a whole distribution: the pool fixed, its lines, their approval and publication, and payouts if the plan names
/// a tax. Nothing is recorded.
///
/// # Errors
/// When the node can't be asked, the organisation has no such pool, or nothing can be composed.
pub fn check(
    ledger: &LedgerView<'_>,
    scribe: &Scribe,
    name: &PoolName,
    plan: &Plan,
    levied: &BTreeMap<SubjectId, i64>,
) -> Result<Report, CliError> {
    let subject = name.subject();
    let before: Option<Pool> = ledger.typed(&subject)?;
    let before = before.ok_or_else(|| CliError::no_pool(&subject.to_text()))?;
    let is_open = before.state == PoolState::Open;
    let trial = Trial::new(ledger, scribe.origin(), scribe.time());
    let mut tried = Tried { ledger, trial, judged: 0, refused: None };
    if is_open {
        tried.judge(records::fixed(scribe, "check fixed", name, plan, before.collected), None)?;
    } else {
        let left = not_consumed(ledger, name, plan)?;
        if !left.is_empty() {
            tried.judge(records::added(scribe, "check added", name, plan, &left), None)?;
        }
    }
    let allocated = match is_open {
        true => before.collected - plan.deducted() - plan.undistributed,
        false => before.allocated,
    };
    let rest = allocated.saturating_sub(before.in_lines).max(0);
    let batch = batch_of(scribe, &before);
    let mut composed =
        compose(ledger, &name.cmo().id, plan, (rest, &batch), salts(scribe, &before))?;
    let mut paid = None;
    let made = composed.made.take();
    let (mut recoverable, mut remainders) = (0, 0);
    if let Some(mut made) = made {
        let chunks = std::mem::take(&mut made.packed.chunks);
        let brought = Brought::new(PackedBatch { chunks, lines: made.packed.lines })?;
        let at = (batch, ledger.base().get());
        let record =
            records::allocation(scribe, "check allocation", name, plan, at, (&made, &brought));
        tried.judge(record, Some(brought.chunks))?;
        (recoverable, remainders) = (
            made.recoverable,
            made.remainders.iter().fold(0_i64, |sum, it| sum.saturating_add(it.open + it.held)),
        );
        for action in steps_after(before.state) {
            tried.judge(records::step(scribe, &format!("check {action}"), name, action), None)?;
        }
        if let Some(tax) = &plan.tax {
            let terms = Terms { tax, levied, only: None };
            let due = Payments::due(ledger, &made.remainders, &terms, (scribe, "check payout"))?;
            let open = made.remainders.iter().fold(0, |sum, it| sum + it.open.max(0));
            let mut rest = made.remainders.clone();
            let payout = SubjectId(scribe.derive("check payout", 0));
            let mut sums = [0; 3];
            if !due.lines.is_empty() {
                let mut made = Payout::new(&payout, &batch, &mut rest, &due.lines)
                    .map_err(|rejection| ledger.refusal(&rejection))?;
                sums = made.paid;
                let chunks = std::mem::take(&mut made.packed.chunks);
                let brought = Brought::new(PackedBatch { chunks, lines: made.packed.lines })?;
                let ids = (batch, payout, ledger.base().get());
                let rule = Some(tax.rule.as_str());
                let record =
                    records::payout(scribe, "check payout", name, rule, ids, (&made, &brought));
                tried.judge(record, Some(brought.chunks))?;
            }
            paid = Some((open, sums, due.skipped));
        }
    } else {
        for action in steps_after(before.state) {
            tried.judge(records::step(scribe, &format!("check {action}"), name, action), None)?;
        }
    }
    let facts = Facts { before, allocated, rest, recoverable, remainders, paid };
    let mut rows = facts.rows(ledger, name, plan, &composed, scribe)?;
    settle_rows(&mut rows, &tried);
    let Facts { before, paid, .. } = facts;
    Ok(Report {
        state: before.state,
        rows,
        held: composed.held,
        findings: composed.findings,
        unlevied: paid.map(|(_, _, skipped)| skipped).unwrap_or_default(),
        lines: composed.whole,
        rightsholders: composed.rightsholders,
    })
}

/// The steps that follow the lines.
const fn steps_after(state: PoolState) -> &'static [&'static str] {
    match state {
        PoolState::Open | PoolState::PoolFixed => &["APPROVED", "PUBLISHED"],
        PoolState::Approved => &["PUBLISHED"],
        PoolState::Published | PoolState::Closed => &[],
    }
}

/// The verdict of the rules, as a row of its own and at the check that it is about.
fn settle_rows(rows: &mut Vec<Row>, tried: &Tried<'_, '_>) {
    let outcome = if tried.refused.is_some() { Outcome::Fails } else { Outcome::Holds };
    let about = tried.refused.as_ref().and_then(|rejection| check_of(rejection.code));
    for row in rows.iter_mut().filter(|row| Some(row.check) == about) {
        row.outcome = Outcome::Fails;
        row.refused.clone_from(&tried.refused);
    }
    rows.push(Row {
        check: "RULES",
        outcome,
        compared: vec![("records", tried.judged)],
        difference: 0,
        refused: tried.refused.clone(),
    });
}

/// What the checks compare.
struct Facts {
    before: Pool,
    allocated: i64,
    /// What is to fall to lines now.
    rest: i64,
    recoverable: i64,
    /// Sum of all remainders.
    remainders: i64,
    /// What is owed and not held, what of it is paid, and what is left out for want of a bailiff's amount.
    paid: Option<(i64, [i64; 3], BTreeMap<SubjectId, i64>)>,
}

impl Facts {
    fn rows(
        &self,
        ledger: &LedgerView<'_>,
        name: &PoolName,
        plan: &Plan,
        composed: &Composed,
        scribe: &Scribe,
    ) -> Result<Vec<Row>, CliError> {
        let today = day_of(scribe.time());
        let pool = &self.before;
        let cmo: CmoStatus = ledger.typed(&name.cmo())?.unwrap_or_default();
        let is_open = pool.state == PoolState::Open;
        let (deducted, undistributed, other) = match is_open {
            true => (plan.deducted(), plan.undistributed, plan.deductions[3]),
            false => (pool.deducted(), pool.undistributed, pool.deductions[3]),
        };
        let left = pool.collected - deducted - self.allocated - undistributed;
        let left = left - pool.redistributed_out;
        // Of a pool that is fixed, other deductions than planned; of one that is not, what is deducted beyond it.
        let difference = match is_open {
            true => left + self.allocated.min(0),
            false if left != 0 => left,
            false => deducted - plan.deducted(),
        };
        let mut rows = vec![row(
            "C01",
            difference == 0,
            vec![
                ("collected", pool.collected),
                ("deducted", deducted),
                ("allocated", self.allocated),
                ("undistributed", undistributed),
            ],
            difference,
        )];
        rows.push(self.deductions(ledger, &cmo, plan, (today, deducted))?);
        let undocumented = match is_open {
            true => other > 0 && plan.document_hash.is_none(),
            false => pool.undocumented,
        };
        rows.push(look(
            "C03",
            undocumented,
            vec![("other", other)],
            if undocumented { other } else { 0 },
        ));
        let in_lines = pool.in_lines + composed.whole.amount;
        rows.push(row(
            "C04",
            in_lines == self.allocated,
            vec![("lines", in_lines), ("allocated", self.allocated)],
            in_lines - self.allocated,
        ));
        self.payouts(&cmo, name, &mut rows);
        let sum = |causes: &[Cause]| {
            let known = causes.iter().filter_map(|cause| composed.held.get(cause));
            known.fold(Sum::default(), |sum, it| Sum {
                lines: sum.lines + it.lines,
                amount: sum.amount + it.amount,
            })
        };
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let unshared = sum(&[Cause::NoShares, Cause::IncompleteShares]);
        rows.push(look(
            "C08",
            unshared.lines > 0,
            vec![
                ("works", count(composed.works)),
                ("lines", count(unshared.lines)),
                ("amount", unshared.amount),
            ],
            unshared.amount,
        ));
        let unmandated = sum(&[Cause::NoMandate]);
        rows.push(look(
            "C09",
            unmandated.lines > 0,
            vec![("lines", count(unmandated.lines)), ("amount", unmandated.amount)],
            unmandated.amount,
        ));
        rows.push(look(
            "C10",
            pool.unlicensed > 0,
            vec![("unlicensed", pool.unlicensed)],
            pool.unlicensed,
        ));
        rows.push(row("C11", accredited(ledger, name, today)?, vec![("day", today)], 0));
        let unidentified = sum(&[Cause::UnidentifiedWork]);
        rows.push(look(
            "C12",
            unidentified.lines > 0,
            vec![
                ("lines", count(composed.whole.lines)),
                ("uses", count(composed.uses)),
                ("unidentified", count(unidentified.lines)),
                ("amount", unidentified.amount),
            ],
            unidentified.amount,
        ));
        let usage = usage(ledger, plan)?;
        let consumed = usage.iter().filter(|it| {
            let others = it.consumed.iter().filter(|(_, by)| *by != name.subject().id);
            others.into_iter().any(|(category, _)| plan.categories.has(*category))
        });
        let consumed = count(consumed.count() as u64);
        rows.push(row(
            "C13",
            consumed == 0 && usage.len() == plan.usage.len(),
            vec![("batches", count(usage.len() as u64)), ("consumed", consumed)],
            0,
        ));
        rows.push(row(
            "C14",
            composed.whole.amount == self.rest,
            vec![
                ("weight", i64::try_from(composed.weight).unwrap_or(i64::MAX)),
                ("allocated", self.rest),
                ("lines", composed.whole.amount),
            ],
            composed.whole.amount - self.rest,
        ));
        rows.push(row("C15", true, vec![("lines", 0)], 0));
        rows.push(row(
            "C16",
            self.recoverable == 0,
            vec![("recoverable", self.recoverable)],
            self.recoverable,
        ));
        rows.push(conversions(ledger, name)?);
        rows.push(row(
            "C18",
            self.remainders == composed.whole.amount,
            vec![("owed", self.remainders), ("lines", composed.whole.amount)],
            self.remainders - composed.whole.amount,
        ));
        let tolerance = number(ledger, Name::UsageToleranceBp, today);
        let tolerance = tolerance.map_err(|error| fault(ledger, &error.into()))?.unwrap_or(0);
        let tolerance = u64::try_from(tolerance).unwrap_or_default();
        let pairs = usage.iter().enumerate().flat_map(|(at, one)| {
            usage.iter().skip(at + 1).filter(|other| counts_differ(one, other, tolerance))
        });
        let pairs = count(pairs.count() as u64);
        rows.push(look("C19", pairs > 0, vec![("pairs", pairs)], 0));
        Ok(rows)
    }

    /// C02: in the pool, and over the twelve months that end with this one.
    fn deductions(
        &self,
        ledger: &LedgerView<'_>,
        cmo: &CmoStatus,
        plan: &Plan,
        (today, deducted): (i64, i64),
    ) -> Result<Row, CliError> {
        let most = number(ledger, Name::DeductionMaxBp, today);
        let known = most.map_err(|error| fault(ledger, &error.into()))?;
        let most = known.unwrap_or(10_000);
        let share = |collected: i64| {
            let limit = i128::from(collected) * i128::from(most) / 10_000;
            i64::try_from(limit).unwrap_or(i64::MAX)
        };
        let (year, month, _) = civil(today);
        let number = (year - 1970) * 12 + month - 1;
        let span = i64::try_from(CmoStatus::MONTHS).unwrap_or_default();
        let months =
            cmo.months.iter().filter(|it| it.number > number - span && it.number <= number);
        let (mut collected, mut kept) = months.fold((0_i64, 0_i64), |(collected, kept), it| {
            (collected.saturating_add(it.collected), kept.saturating_add(it.deducted))
        });
        if self.before.state == PoolState::Open {
            collected = collected.saturating_add(self.before.collected);
            kept = kept.saturating_add(plan.deducted());
        }
        let over = [deducted - share(self.before.collected), kept - share(collected)];
        let mut row = row(
            "C02",
            over.iter().all(|over| *over <= 0),
            vec![
                ("deducted", deducted),
                ("limit", share(self.before.collected)),
                ("rate", most),
                ("year_deducted", kept),
                ("year_limit", share(collected)),
            ],
            over[0].max(over[1]).max(0),
        );
        // Where no limit is in force the rules refuse nothing, and somebody should look.
        if known.is_none() && row.outcome == Outcome::Holds {
            row.outcome = Outcome::Look;
        }
        Ok(row)
    }

    /// C05 and C06, if payouts are tried.
    fn payouts(&self, cmo: &CmoStatus, name: &PoolName, rows: &mut Vec<Row>) {
        let Some((open, [net, tax, levied], skipped)) = &self.paid else { return };
        let paid = net + tax + levied;
        let unpaid: i64 = skipped.values().sum();
        rows.push(look(
            "C05",
            unpaid > 0,
            vec![
                ("owed", *open),
                ("net", *net),
                ("tax", *tax),
                ("levied", *levied),
                ("unpaid", unpaid),
            ],
            open - paid,
        ));
        if open - paid != unpaid
            && let Some(last) = rows.last_mut()
        {
            last.outcome = Outcome::Fails;
        }
        let flows = cmo.account(name.sphere, &name.currency);
        let flows = flows.map_or_else(Flows::default, |account| account.flows);
        let fixed_now = self.before.state == PoolState::Open;
        let allocated = flows.allocated + if fixed_now { self.allocated } else { 0 };
        let all = flows.paid + flows.tax + flows.levied + paid;
        rows.push(row(
            "C06",
            all <= allocated,
            vec![("paid", all), ("allocated", allocated)],
            (all - allocated).max(0),
        ));
    }
}

fn fault(ledger: &LedgerView<'_>, rejection: &Rejection) -> CliError {
    ledger.refusal(rejection)
}

fn row(
    check: &'static str,
    holds: bool,
    compared: Vec<(&'static str, i64)>,
    difference: i64,
) -> Row {
    let outcome = if holds { Outcome::Holds } else { Outcome::Fails };
    Row { check, outcome, compared, difference, refused: None }
}

/// A check that refuses nothing.
fn look(
    check: &'static str,
    found: bool,
    compared: Vec<(&'static str, i64)>,
    difference: i64,
) -> Row {
    let outcome = if found { Outcome::Look } else { Outcome::Holds };
    Row { check, outcome, compared, difference, refused: None }
}

fn accredited(ledger: &LedgerView<'_>, name: &PoolName, today: i64) -> Result<bool, CliError> {
    for sphere in [name.sphere, Sphere::Combined] {
        let item = Accreditation::subject(&name.okup, sphere);
        let known: Option<Accreditation> = ledger.typed(&item)?;
        if known.is_some_and(|known| known.holds_on(today)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The usage of a plan that the ledger has.
fn usage(ledger: &LedgerView<'_>, plan: &Plan) -> Result<Vec<UsageBatch>, CliError> {
    let mut usage = Vec::new();
    for id in &plan.usage {
        let batch: Option<Batch> = ledger.typed(&Subject::new(Role::Batch, *id))?;
        usage.extend(batch.as_ref().and_then(Batch::usage).cloned());
    }
    Ok(usage)
}

/// C17: what was collected in another currency, at its rate; and what all collections come to.
fn conversions(ledger: &LedgerView<'_>, name: &PoolName) -> Result<Row, CliError> {
    let client = ledger.client();
    let records: Vec<SubjectRecord> = client.subject_records(&name.subject().to_text())?;
    let (mut collections, mut foreign, mut worst) = (0_i64, 0_i64, 0_i64);
    for entry in records.iter().filter(|entry| entry.kind == Kind::R06.info().code) {
        let Some(record) = client.record(&entry.record_id)?.record else { continue };
        let amount = |field: &str| record.fields.get(field).and_then(Json::as_i64);
        collections += 1;
        let sums = (amount("amount"), amount("foreign_amount"), amount("rate_millionths"));
        if let (Some(tiyn), Some(hundredths), Some(rate)) = sums {
            foreign += 1;
            let off = i128::from(hundredths) * i128::from(rate) - i128::from(tiyn) * 1_000_000;
            let off = i64::try_from(off / 1_000_000).unwrap_or(i64::MAX);
            if off.saturating_abs() > worst.saturating_abs() {
                worst = off;
            }
        }
    }
    let compared = vec![("collections", collections), ("foreign", foreign)];
    Ok(row("C17", worst.saturating_abs() <= 1, compared, worst))
}
