//! R07: a distribution, from what was collected to what may be paid (spec §23.9; C01–C04, C13, C15).

use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::subject::{Role, Subject};

use super::{Cmo, categories, day, event_day, sum, text, without};
use crate::catalogue::DEDUCTION_KINDS;
use crate::civil::{add_months, civil};
use crate::codes::{Code, Rejection};
use crate::law::parameters::{self, Name};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{
    Batch, BatchContent, CmoStatus, Month, Pool, PoolState, RightCategories, Weighting,
};
use crate::view::View;

const DEDUCTIONS: (u16, &str) = (3, "deductions");
const COLLECTED: (u16, &str) = (4, "collected");
const ALLOCATED: (u16, &str) = (5, "allocated");
const UNDISTRIBUTED: (u16, &str) = (6, "undistributed");
const WEIGHTING: (u16, &str) = (7, "weighting");
const CATEGORIES: (u16, &str) = (8, "right_categories");
const AMOUNT: (u16, &str) = (9, "amount");
const DOCUMENT_HASH: u16 = 61;

/// R07: a step of a distribution.
pub(crate) fn run<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let cmo = Cmo::required(case)?;
    let known = case.primary::<Pool>()?.filter(|pool| pool.cmo == cmo.subject.id);
    let Some(pool) = known else {
        let detail = "the organisation has no such pool";
        return Err(Rejection::new(Code::SubjectUnknown, "/subject", detail));
    };
    let mut step = Step { case, cmo, pool, effects: Effects::default() };
    let action = text(case, 2).unwrap_or_default();
    match action {
        "POOL_FIXED" => step.fix()?,
        "USAGE_ADDED" => step.add_usage()?,
        "UNDISTRIBUTED_RELEASED" => step.release()?,
        "REDISTRIBUTED" => step.redistribute()?,
        "APPROVED" => step.approve()?,
        "PUBLISHED" => step.publish()?,
        _ => step.close()?,
    }
    let Step { cmo, pool, mut effects, .. } = step;
    case.write(&mut effects, case.record.subject.id, &pool)?;
    cmo.write(case, &mut effects)?;
    Ok(effects)
}

struct Step<'c, 'a, V: View> {
    case: &'c Judgement<'a, V>,
    cmo: Cmo,
    pool: Pool,
    effects: Effects,
}

impl<V: View> Step<'_, '_, V> {
    /// Nothing comes in any more; every tiyn is deducted, allocated or not distributed yet.
    fn fix(&mut self) -> Result<(), Rejection> {
        let case = self.case;
        without(case, &[AMOUNT])?;
        self.expect(&[PoolState::Open])?;
        self.cmo.accredited(case, self.pool.sphere, event_day(case), "okup_id")?;
        let [collected, allocated, undistributed] =
            [self.amount(COLLECTED)?, self.amount(ALLOCATED)?, self.amount(UNDISTRIBUTED)?];
        if collected != self.pool.collected {
            let detail = format!("the pool's collections are {} tiyn", self.pool.collected);
            return Err(at_field(Code::TotalsMismatch, COLLECTED.1, detail));
        }
        let pool = &mut self.pool;
        pool.deductions = deductions(case)?;
        pool.undocumented = pool.deductions.last().is_some_and(|other| *other > 0)
            && case.record.field(DOCUMENT_HASH).is_none();
        (pool.allocated, pool.undistributed) = (allocated, undistributed);
        pool.state = PoolState::PoolFixed;
        pool.fixed_on = Some(event_day(case));
        pool.weighting = text(case, WEIGHTING.0).and_then(Weighting::from_name);
        if !pool.is_conserved() {
            let detail = "deductions, allocated and undistributed do not add up to it";
            return Err(at_field(Code::PoolNotConserved, COLLECTED.1, detail));
        }
        self.limit()?;
        let (sphere, currency) = (self.pool.sphere, self.pool.currency.clone());
        let deducted = self.pool.deducted();
        let flows = &mut self.cmo.account(sphere, &currency)?.flows;
        flows.deducted = sum(&[flows.deducted, deducted], DEDUCTIONS.1)?;
        flows.allocated = sum(&[flows.allocated, allocated], ALLOCATED.1)?;
        self.consume()
    }

    /// C02: what is deducted stays within the limit, in the pool and over twelve months.
    fn limit(&mut self) -> Result<(), Rejection> {
        let today = event_day(self.case);
        let most = parameters::number(self.case.view, Name::DeductionMaxBp, today)?;
        let (year, month, _) = civil(today);
        let number =
            year.saturating_sub(1970).saturating_mul(12).saturating_add(month).saturating_sub(1);
        let months = &mut self.cmo.status.months;
        let span = i64::try_from(CmoStatus::MONTHS).unwrap_or_default();
        months.retain(|it| it.number > number.saturating_sub(span) && it.number <= number);
        if months.last().is_none_or(|last| last.number != number) {
            months.push(Month { number, collected: 0, deducted: 0 });
        }
        if let Some(last) = months.last_mut() {
            last.collected = sum(&[last.collected, self.pool.collected], COLLECTED.1)?;
            last.deducted = sum(&[last.deducted, self.pool.deducted()], DEDUCTIONS.1)?;
        }
        let Some(most) = most else { return Ok(()) };
        let above = |collected: i64, deducted: i64| {
            // Below 10^17 · 10^4 each.
            let limit = i128::from(collected).saturating_mul(most.into());
            i128::from(deducted).saturating_mul(10_000) > limit
        };
        let refuse = |of: &str| {
            let detail = format!("it is more than {most} bp of what was collected {of}");
            Err(at_field(Code::DeductionAboveLimit, DEDUCTIONS.1, detail))
        };
        if above(self.pool.collected, self.pool.deducted()) {
            return refuse("in the pool");
        }
        let year = |of: fn(&Month) -> i64| {
            months.iter().fold(0_i64, |sum, month| sum.saturating_add(of(month)))
        };
        if above(year(|it| it.collected), year(|it| it.deducted)) {
            return refuse("in twelve months");
        }
        Ok(())
    }

    /// C13: each batch is consumed by one run at most in each category of rights.
    fn consume(&mut self) -> Result<(), Rejection> {
        let case = self.case;
        let batches = case.named(Role::Batch);
        if batches.is_empty() {
            without(case, &[CATEGORIES])?;
            return case.expect_subjects(vec![self.cmo.subject]);
        }
        if batches.len() > Batch::NAMED_MAX {
            let detail = format!("more than {} batches; add the others later", Batch::NAMED_MAX);
            return Err(Rejection::new(Code::LimitExceeded, "/subjects", detail));
        }
        let named = batches.iter().map(|id| Subject::new(Role::Batch, *id));
        case.expect_subjects(named.chain([self.cmo.subject]).collect())?;
        if self.pool.weighting.is_none() {
            let detail = "usage is divided by uses, seconds or revenue";
            return Err(at_field(Code::Validation, WEIGHTING.1, detail));
        }
        let missing = || at_field(Code::Validation, CATEGORIES.1, "usage has categories of rights");
        let categories: RightCategories = categories(case, CATEGORIES.0)?.ok_or_else(missing)?;
        for id in batches {
            let (at, mut batch) = self.usage(id)?;
            let BatchContent::Usage(usage) = &mut batch.content else { continue };
            for category in categories.iter() {
                if usage.consumer(category).is_some() {
                    let detail = format!("a run has consumed it in {}", category.name());
                    return Err(Rejection::new(Code::UsageConsumed, at, detail));
                }
                usage.consumed.push((category, case.record.subject.id));
            }
            case.write(&mut self.effects, id, &batch)?;
        }
        Ok(())
    }

    /// A batch of uses reported to this organisation, and where the record names it.
    fn usage(&self, id: SubjectId) -> Result<(String, Batch), Rejection> {
        let subjects = &self.case.record.subjects;
        let at = subjects.iter().position(|it| it.role == Role::Batch && it.id == id);
        let at = format!("/subjects/{}", at.unwrap_or_default());
        let known: Option<Batch> = self.case.status(id)?;
        let fits = |it: &Batch| it.usage().is_some_and(|usage| usage.cmo == self.cmo.subject.id);
        match known.filter(fits) {
            Some(batch) => Ok((at, batch)),
            None => {
                let detail = "it is no usage reported to the organisation";
                Err(Rejection::new(Code::SubjectUnknown, at, detail))
            }
        }
    }

    fn add_usage(&mut self) -> Result<(), Rejection> {
        without(self.case, &[DEDUCTIONS, COLLECTED, ALLOCATED, UNDISTRIBUTED, WEIGHTING, AMOUNT])?;
        self.expect(&[PoolState::PoolFixed])?;
        if self.case.named(Role::Batch).is_empty() {
            let detail = "it names the usage that it adds";
            return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
        }
        self.consume()
    }

    /// Something that was not distributed falls to rightsholders after all.
    fn release(&mut self) -> Result<(), Rejection> {
        self.only(&[AMOUNT])?;
        self.expect(&[PoolState::PoolFixed, PoolState::Approved, PoolState::Published])?;
        self.case.expect_subjects(vec![self.cmo.subject])?;
        let amount = self.amount(AMOUNT)?;
        let pool = &mut self.pool;
        if amount == 0 || amount > pool.undistributed {
            let detail = format!("{} tiyn are not distributed yet", pool.undistributed);
            return Err(at_field(Code::PoolNotConserved, AMOUNT.1, detail));
        }
        pool.undistributed = pool.undistributed.saturating_sub(amount);
        pool.allocated = pool.allocated.saturating_add(amount);
        let (sphere, currency) = (pool.sphere, pool.currency.clone());
        let flows = &mut self.cmo.account(sphere, &currency)?.flows;
        flows.allocated = sum(&[flows.allocated, amount], AMOUNT.1)?;
        Ok(())
    }

    /// C15: what nobody claimed in years goes to a later pool of the same sphere.
    fn redistribute(&mut self) -> Result<(), Rejection> {
        self.only(&[AMOUNT])?;
        self.expect(&[PoolState::Published])?;
        let case = self.case;
        let [other] = case.named(Role::Pool)[..] else {
            let detail = "it names the pool that the sum goes to";
            return Err(Rejection::new(Code::SubjectMissing, "/subjects", detail));
        };
        case.expect_subjects(vec![self.cmo.subject, Subject::new(Role::Pool, other)])?;
        let pool = &self.pool;
        let fits = |to: &Pool| {
            to.cmo == pool.cmo
                && to.sphere == pool.sphere
                && to.currency == pool.currency
                && to.state == PoolState::Open
        };
        let Some(mut to) = case.status::<Pool>(other)?.filter(fits) else {
            let detail = "it is no open pool of the organisation in the same sphere and currency";
            return Err(Rejection::new(Code::SubjectUnexpected, "/subjects", detail));
        };
        claimable_no_more(case, pool, AMOUNT.1)?;
        let amount = self.amount(AMOUNT)?;
        let free = pool.allocated.saturating_sub(pool.in_lines);
        if amount == 0 || amount > free {
            let detail = format!("{free} tiyn left the lines; take it off them first");
            return Err(at_field(Code::PoolNotConserved, AMOUNT.1, detail));
        }
        self.pool.allocated = self.pool.allocated.saturating_sub(amount);
        self.pool.redistributed_out = sum(&[self.pool.redistributed_out, amount], AMOUNT.1)?;
        to.collected = sum(&[to.collected, amount], AMOUNT.1)?;
        case.write(&mut self.effects, other, &to)?;
        let (sphere, currency) = (self.pool.sphere, self.pool.currency.clone());
        let flows = &mut self.cmo.account(sphere, &currency)?.flows;
        flows.allocated = flows.allocated.saturating_sub(amount);
        flows.redistributed_out = sum(&[flows.redistributed_out, amount], AMOUNT.1)?;
        flows.redistributed_in = sum(&[flows.redistributed_in, amount], AMOUNT.1)?;
        Ok(())
    }

    /// C04: all that is allocated stands in lines.
    fn approve(&mut self) -> Result<(), Rejection> {
        self.only(&[])?;
        self.expect(&[PoolState::PoolFixed])?;
        self.case.expect_subjects(vec![self.cmo.subject])?;
        self.whole()?;
        self.pool.state = PoolState::Approved;
        Ok(())
    }

    fn publish(&mut self) -> Result<(), Rejection> {
        self.only(&[])?;
        self.expect(&[PoolState::Approved])?;
        self.case.expect_subjects(vec![self.cmo.subject])?;
        self.pool.state = PoolState::Published;
        Ok(())
    }

    /// C05: a pool is closed when every line is paid whole.
    fn close(&mut self) -> Result<(), Rejection> {
        self.only(&[])?;
        self.expect(&[PoolState::Published])?;
        self.case.expect_subjects(vec![self.cmo.subject])?;
        self.whole()?;
        let paid = sum(&self.pool.paid, "action")?;
        if paid != self.pool.allocated || self.pool.undistributed != 0 {
            let open = self.pool.allocated.saturating_sub(paid);
            let detail =
                format!("{open} tiyn are not paid and {} not distributed", self.pool.undistributed);
            return Err(at_field(Code::PoolNotConserved, "action", detail));
        }
        self.pool.state = PoolState::Closed;
        Ok(())
    }

    fn whole(&self) -> Result<(), Rejection> {
        if self.pool.in_lines == self.pool.allocated {
            return Ok(());
        }
        let detail =
            format!("lines hold {} of {} tiyn allocated", self.pool.in_lines, self.pool.allocated);
        Err(at_field(Code::LinesMismatch, "action", detail))
    }

    fn expect(&self, states: &[PoolState]) -> Result<(), Rejection> {
        if states.contains(&self.pool.state) {
            return Ok(());
        }
        let detail = format!("the pool is {}", self.pool.state.name());
        Err(at_field(Code::PoolState, "action", detail))
    }

    /// Refuses all fields of steps but these.
    fn only(&self, fields: &[(u16, &str)]) -> Result<(), Rejection> {
        let all = [DEDUCTIONS, COLLECTED, ALLOCATED, UNDISTRIBUTED, WEIGHTING, CATEGORIES, AMOUNT];
        let others: Vec<(u16, &str)> =
            all.into_iter().filter(|field| !fields.contains(field)).collect();
        without(self.case, &others)
    }

    fn amount(&self, (number, name): (u16, &str)) -> Result<i64, Rejection> {
        day(self.case, number).ok_or_else(|| at_field(Code::Validation, name, "this step has it"))
    }
}

/// C15: the years in which a rightsholder may claim are over since the pool was fixed.
pub(super) fn claimable_no_more<V: View>(
    case: &Judgement<'_, V>,
    pool: &Pool,
    field: &str,
) -> Result<(), Rejection> {
    if over(case.view, pool, event_day(case))? {
        return Ok(());
    }
    let detail = "the years in which it may be claimed are not over";
    Err(at_field(Code::UnclaimedTooEarly, field, detail))
}

/// Whether what the pool allocated may be claimed no more on a day.
pub(super) fn over<V: View>(view: &V, pool: &Pool, day: i64) -> Result<bool, Rejection> {
    let years = parameters::number(view, Name::UnclaimedYears, day)?;
    let (Some(years), Some(fixed)) = (years, pool.fixed_on) else { return Ok(false) };
    Ok(day >= add_months(fixed, years.saturating_mul(12)))
}

/// The deductions, each kind once, in the order of the catalogue.
fn deductions<V: View>(case: &Judgement<'_, V>) -> Result<[i64; 4], Rejection> {
    let mut found = [None; 4];
    let rows = case.record.field(DEDUCTIONS.0).and_then(Value::as_list).unwrap_or_default();
    for row in rows {
        let Some([kind, amount]) = row.as_list() else { continue };
        let at = DEDUCTION_KINDS.iter().position(|known| Some(*known) == kind.as_text());
        let slot = at.and_then(|at| found.get_mut(at));
        match slot {
            Some(slot) if slot.is_none() => *slot = amount.as_i64(),
            _ => {
                return Err(at_field(Code::Validation, DEDUCTIONS.1, "each kind stands once"));
            }
        }
    }
    Ok(found.map(Option::unwrap_or_default))
}
