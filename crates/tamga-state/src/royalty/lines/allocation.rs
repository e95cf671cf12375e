//! Lines of allocations (R08; C04, C08, C09, C12–C16).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use tamga_format::cbor::Value;
use tamga_format::id::{LineHash, SubjectId};
use tamga_format::lines::{AllocationLine, Basis, Hold, Line, UsageLine};
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};

use super::remainder::{Remainders, add};
use super::usage::UNKNOWN;
use super::{Holder, Known, at_line, decode, read, read_known, stated, stated_root};
use crate::catalogue::Kind;
use crate::civil::day_of;
use crate::codes::{Code, Rejection};
use crate::law::split;
use crate::machine::{at_field, status_of};
use crate::royalty::desk::measure;
use crate::royalty::run::over;
use crate::royalty::shares::rows;
use crate::status::{
    Batch, Mandate, Pool, RightCategory, RightsholderStatus, Sphere, Weighting, Work,
};

/// One use that is divided.
struct Use {
    work: [u8; 32],
    last_day: i64,
    measure: u64,
    /// The categories in which the pool consumes it.
    batch: usize,
    /// Shares that lines gave out of it so far.
    given_bp: u64,
}

/// A line that is mended.
struct Earlier {
    rightsholder: [u8; 32],
    work: SubjectId,
}

/// A work, with the holders of its shares by the record that set them.
struct Shared {
    work: Work,
    holders: BTreeMap<[u8; 32], BTreeMap<[u8; 32], u64>>,
}

struct Check<'h, H: Holder> {
    holder: &'h H,
    today: i64,
    pool: Pool,
    cmo: SubjectId,
    uses: BTreeMap<LineHash, Use>,
    categories: Vec<Vec<RightCategory>>,
    earlier: BTreeMap<LineHash, Earlier>,
    works: Known<Shared>,
    mandates: Known<Option<Mandate>>,
    /// The rightsholder of the line before: lines of one are neighbours.
    rightsholder: Option<([u8; 32], RightsholderStatus)>,
}

pub(super) fn check<H: Holder>(holder: &H, record: &Record) -> Result<(), Rejection> {
    let mut check = Check::new(holder, record)?;
    let mut remainders = Remainders::default();
    let mut parts = Vec::new();
    let mut total = 0_i64;
    let root = read(holder, record, |number, _, line| {
        let line: AllocationLine = decode(number, line)?;
        check.line(number, &line)?;
        remainders.allocate(&line)?;
        total = add(total, line.amount)?;
        if check.divided(&line) {
            let weight = i64::try_from(line.weight);
            let weight = weight.map_err(|_| at_line(Code::LimitExceeded, number, "its weight"))?;
            parts.push(Part { salt: line.salt, weight, amount: line.amount, number });
        }
        Ok(())
    })?;
    check.whole()?;
    divided(parts)?;
    stated(record, "total", total.into())?;
    let (held, recoverable) = remainders.held_and_recoverable()?;
    stated(record, "held", held.into())?;
    if record.field(8).and_then(Value::as_i64) != Some(recoverable) {
        let detail = format!("{recoverable} tiyn were overpaid and are to be recovered");
        return Err(at_field(Code::RecoverableMismatch, "recoverable", detail));
    }
    stated_root(record, ("allocation_root", "line_count"), &root)?;
    let remainders = remainders.packed(&record.subject.id)?.lines;
    stated_root(record, ("remainders_root", "remainders_count"), &remainders)
}

/// A line that takes part in the division, and what it claims to get.
struct Part {
    salt: [u8; 32],
    weight: i64,
    amount: i64,
    number: u64,
}

/// C04, C14: the sum of the lines is divided by their weights, with the largest remainder, ties to the smaller salt.
///
/// The order of the batch would not do for ties: it follows from the amounts.
fn divided(mut parts: Vec<Part>) -> Result<(), Rejection> {
    parts.sort_unstable_by_key(|part| part.salt);
    let total = parts.iter().try_fold(0, |sum, part| add(sum, part.amount))?;
    let weights: Vec<i64> = parts.iter().map(|part| part.weight).collect();
    let Some(amounts) = split::parts(total, &weights) else {
        let detail = "the weights of its lines are all 0";
        return Err(at_line(Code::LinesMismatch, 0, detail));
    };
    for (amount, part) in amounts.into_iter().zip(&parts) {
        if amount != part.amount {
            let off = part.amount.saturating_sub(amount);
            let detail = format!("by its weight {amount} tiyn fall to it, it is {off} off");
            return Err(at_line(Code::LinesMismatch, part.number, detail));
        }
    }
    Ok(())
}

impl<'h, H: Holder> Check<'h, H> {
    fn new(holder: &'h H, record: &Record) -> Result<Self, Rejection> {
        let named = record.subjects.iter().find(|it| it.role == Role::Pool);
        let known: Option<Pool> = match named {
            Some(subject) => status_of(holder.view(), subject)?,
            None => None,
        };
        let (Some(subject), Some(pool)) = (named, known) else {
            let detail = "it names no pool of the ledger";
            return Err(Rejection::new(Code::SubjectUnknown, "/subjects", detail));
        };
        let mut check = Self {
            holder,
            today: day_of(record.event_time),
            cmo: pool.cmo,
            pool,
            uses: BTreeMap::new(),
            categories: Vec::new(),
            earlier: BTreeMap::new(),
            works: Known::new(),
            mandates: Known::new(),
            rightsholder: None,
        };
        let field = |name: &str| record.field(Kind::R08.info().field_named(name)?.number);
        for row in field("usage").and_then(Value::as_list).unwrap_or_default() {
            let id = row.as_list().and_then(|row| row.first()?.as_array_of()).map(SubjectId);
            check.add_usage(id.unwrap_or(SubjectId(UNKNOWN)), subject.id)?;
        }
        if let Some(id) = field("corrects").and_then(Value::as_array_of).map(SubjectId) {
            check.add_earlier(id)?;
        }
        Ok(check)
    }

    fn batch(&self, id: SubjectId) -> Result<Batch, Rejection> {
        let known = status_of(self.holder.view(), &Subject::new(Role::Batch, id))?;
        known.ok_or_else(|| {
            Rejection::new(Code::SubjectUnknown, "/fields", format!("there is no batch {id}"))
        })
    }

    fn add_usage(&mut self, id: SubjectId, pool: SubjectId) -> Result<(), Rejection> {
        let batch = self.batch(id)?;
        let consumed = batch.usage().map(|usage| usage.consumed.as_slice()).unwrap_or_default();
        let by_pool = consumed.iter().filter(|(_, by)| *by == pool);
        let number = self.categories.len();
        self.categories.push(by_pool.map(|(category, _)| *category).collect());
        let (weighting, uses) = (self.pool.weighting, &mut self.uses);
        read_known(self.holder, &id, &batch, |hash, line| {
            let line = UsageLine::decode(line)?;
            let measure = measure(weighting.unwrap_or(Weighting::Uses), &line);
            let (work, last_day) = (line.work, line.last_day);
            uses.insert(hash, Use { work, last_day, measure, batch: number, given_bp: 0 });
            Ok(())
        })
    }

    fn add_earlier(&mut self, id: SubjectId) -> Result<(), Rejection> {
        let batch = self.batch(id)?;
        let earlier = &mut self.earlier;
        read_known(self.holder, &id, &batch, |hash, line| {
            let line = AllocationLine::decode(line)?;
            earlier.insert(hash, Earlier { rightsholder: line.rightsholder, work: line.work });
            Ok(())
        })
    }

    /// Whether a line takes part in the division of the pool.
    const fn divided(&self, line: &AllocationLine) -> bool {
        match line.basis {
            Basis::Adjustment => false,
            Basis::UnclaimedRedistribution => line.source.is_none(),
            Basis::Usage | Basis::Analogy | Basis::Sample | Basis::PrivateCopy => true,
        }
    }

    fn line(&mut self, number: u64, line: &AllocationLine) -> Result<(), Rejection> {
        self.levied(number, line)?;
        if !self.divided(line) {
            return self.mended(number, line);
        }
        let refuse = |code, detail: &str| Err(at_line(code, number, detail));
        if line.amount < 0 {
            return refuse(Code::AmountOutOfRange, "only an adjustment is below 0");
        }
        let nobody = line.rightsholder == UNKNOWN;
        let unknown = line.work.0 == UNKNOWN;
        let identified = !matches!(
            line.hold,
            Some(Hold::UnidentifiedWork | Hold::UnidentifiedRightsholder | Hold::DisputedShare)
        );
        if nobody && identified || unknown && line.hold != Some(Hold::UnidentifiedWork) {
            let detail = "a line without rightsholder or work is held for that reason";
            return refuse(Code::LinesMismatch, detail);
        }
        let category = self.based(number, line)?;
        if unknown {
            return Ok(());
        }
        if self.pool.sphere != Sphere::PrivateCopying && line.basis == Basis::PrivateCopy {
            return refuse(Code::BasisMissing, "the pool is not one of private copying");
        }
        self.undisputed(number, line)?;
        self.shared(number, line)?;
        if identified { self.mandated(number, line, category) } else { Ok(()) }
    }

    /// What falls to a work whose shares are disputed is held until the dispute is over.
    fn undisputed(&mut self, number: u64, line: &AllocationLine) -> Result<(), Rejection> {
        let held = matches!(line.hold, Some(Hold::DisputedShare | Hold::UnidentifiedRightsholder));
        if held || self.work(number, line.work)?.work.disputes == 0 {
            return Ok(());
        }
        Err(at_line(Code::SharesDisputed, number, "a dispute about them is open"))
    }

    /// C12: the line rests on a use that the pool consumes, or on a rule; C14: its weight follows.
    fn based(
        &mut self,
        number: u64,
        line: &AllocationLine,
    ) -> Result<Option<RightCategory>, Rejection> {
        let refuse = |code, detail: String| Err(at_line(code, number, detail));
        let category = match line.work.0 {
            UNKNOWN => None,
            _ => Some(self.work(number, line.work)?.work.category),
        };
        let source = match (line.basis, line.source) {
            (Basis::Usage, Some(source)) => source,
            (Basis::Usage, None) => {
                return refuse(Code::BasisMissing, "it names no usage line".to_owned());
            }
            (_, None) => return Ok(category),
            (_, Some(_)) => {
                let detail = "it rests on a rule and names a usage line".to_owned();
                return refuse(Code::BasisMissing, detail);
            }
        };
        let categories = &self.categories;
        let Some(usage) = self.uses.get_mut(&source) else {
            let detail = "no usage that the record names has such a line".to_owned();
            return refuse(Code::BasisMissing, detail);
        };
        if usage.work != line.work.0 || usage.last_day != line.used_on {
            let detail = "work or day differ from those of the usage line".to_owned();
            return refuse(Code::BasisMissing, detail);
        }
        let consumed = categories.get(usage.batch).map(Vec::as_slice).unwrap_or_default();
        if category.is_some_and(|category| !consumed.contains(&category)) {
            let detail = "the pool does not consume the usage in this category".to_owned();
            return refuse(Code::UsageConsumed, detail);
        }
        let weight = usage.measure.checked_mul(line.share_bp.into());
        if weight != Some(line.weight) {
            let detail = format!("its weight is {} times its share", usage.measure);
            return refuse(Code::LinesMismatch, detail);
        }
        usage.given_bp = usage.given_bp.saturating_add(line.share_bp.into());
        Ok(category)
    }

    /// C08: every use is given out whole, what is not known held.
    fn whole(&self) -> Result<(), Rejection> {
        let part =
            self.uses.iter().find(|(_, it)| it.given_bp != 0 && it.given_bp != Work::WHOLE_BP);
        match part {
            None => Ok(()),
            Some((hash, usage)) => {
                let detail = format!("{} bp of usage line {hash} are given out", usage.given_bp);
                Err(Rejection::new(Code::SharesNotWhole, "/lines", detail))
            }
        }
    }

    fn work(&mut self, number: u64, id: SubjectId) -> Result<&mut Shared, Rejection> {
        match self.works.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(slot) => {
                let known = status_of(self.holder.view(), &Subject::new(Role::Work, id))?;
                let missing =
                    || at_line(Code::SubjectUnknown, number, "no such work is registered");
                let work = known.ok_or_else(missing)?;
                Ok(slot.insert(Shared { work, holders: BTreeMap::new() }))
            }
        }
    }

    /// C08: the share is the one recorded for the rightsholder on the day of use.
    fn shared(&mut self, number: u64, line: &AllocationLine) -> Result<(), Rejection> {
        let holder = self.holder;
        let shared = self.work(number, line.work)?;
        let set = shared.work.shares_of_use(line.used_on).cloned();
        let disputed = matches!(
            line.hold,
            Some(Hold::DisputedShare | Hold::UnidentifiedRightsholder | Hold::HeirPending)
        );
        let Some(set) = set else {
            if disputed {
                return Ok(());
            }
            let detail = "no shares of the work are in force on the day of use";
            return Err(at_line(Code::SharesNotWhole, number, detail));
        };
        if disputed {
            return Ok(());
        }
        let holders = match shared.holders.entry(set.record.0) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(slot) => {
                let body = holder.body(&set.record)?;
                let mut holders: BTreeMap<[u8; 32], u64> = BTreeMap::new();
                for (party, bp) in body.as_ref().map(rows).unwrap_or_default() {
                    let sum = holders.entry(party.0).or_default();
                    *sum = sum.saturating_add(bp.into());
                }
                slot.insert(holders)
            }
        };
        let share = holders.get(&line.rightsholder).copied().unwrap_or_default();
        if share != u64::from(line.share_bp) {
            let detail =
                format!("the share recorded is {share} bp, the line has {}", line.share_bp);
            return Err(at_line(Code::SharesNotWhole, number, detail));
        }
        Ok(())
    }

    /// C09: the organisation managed the right on the day of use.
    fn mandated(
        &mut self,
        number: u64,
        line: &AllocationLine,
        category: Option<RightCategory>,
    ) -> Result<(), Rejection> {
        let Some(category) = category else { return Ok(()) };
        let (cmo, day) = (self.cmo, line.used_on);
        let term = self
            .rights_of(line.rightsholder)?
            .and_then(|status| status.mandate_on(&cmo, category, day).map(|term| term.mandate));
        let Some(mandate) = term else {
            let detail = format!("no mandate covers {} on the day of use", category.name());
            return Err(at_line(Code::MandateNotInForce, number, detail));
        };
        let known = match self.mandates.get(&mandate) {
            Some(known) => known.as_ref(),
            None => {
                let known = status_of(self.holder.view(), &Subject::new(Role::Mandate, mandate))?;
                self.mandates.entry(mandate).or_insert(known).as_ref()
            }
        };
        if known.is_some_and(|known| known.excluded.contains(&line.work)) {
            let detail = "the mandate leaves the work out";
            return Err(at_line(Code::MandateNotInForce, number, detail));
        }
        Ok(())
    }

    fn rights_of(&mut self, tag: [u8; 32]) -> Result<Option<&RightsholderStatus>, Rejection> {
        if self.rightsholder.as_ref().is_none_or(|(known, _)| *known != tag) {
            let subject = Subject::new(Role::Rightsholder, SubjectId(tag));
            let status = status_of(self.holder.view(), &subject)?.unwrap_or_default();
            self.rightsholder = Some((tag, status));
        }
        Ok(self.rightsholder.as_ref().map(|(_, status)| status))
    }

    /// Money is held for a bailiff while a levy on the rightsholder's royalties is in force; what it releases it may
    /// release at any time, since it is paid out from what is not held.
    fn levied(&mut self, number: u64, line: &AllocationLine) -> Result<(), Rejection> {
        if line.hold != Some(Hold::EnforcementLevy) || line.amount < 0 {
            return Ok(());
        }
        if self.rights_of(line.rightsholder)?.is_some_and(|status| status.levies > 0) {
            return Ok(());
        }
        let detail = "no levy on the royalties of the rightsholder is in force at the base";
        Err(at_line(Code::LevyNotInForce, number, detail))
    }

    /// C15, C16: an adjustment mends a line of the batch that the record corrects.
    fn mended(&mut self, number: u64, line: &AllocationLine) -> Result<(), Rejection> {
        let earlier = line.source.and_then(|source| self.earlier.get(&source));
        let Some(earlier) = earlier else {
            let detail = "the batch that the record corrects has no such line";
            return Err(at_line(Code::BasisMissing, number, detail));
        };
        if earlier.work != line.work || line.weight != 0 {
            let detail = "an adjustment is about the same work, without weight";
            return Err(at_line(Code::LinesMismatch, number, detail));
        }
        // What is taken off is taken off whoever had it; what is added may go to somebody else.
        if line.amount < 0 && earlier.rightsholder != line.rightsholder {
            let detail = "it takes from another than the line that it mends";
            return Err(at_line(Code::LinesMismatch, number, detail));
        }
        if line.basis == Basis::UnclaimedRedistribution {
            if line.amount > 0 {
                let detail = "unclaimed money leaves the line";
                return Err(at_line(Code::LinesMismatch, number, detail));
            }
            if !over(self.holder.view(), &self.pool, self.today)? {
                let detail = "the years in which it may be claimed are not over";
                return Err(at_line(Code::UnclaimedTooEarly, number, detail));
            }
        }
        if line.amount > 0 && line.hold.is_none() {
            self.undisputed(number, line)?;
            let category = self.work(number, line.work)?.work.category;
            self.mandated(number, line, Some(category))?;
        }
        Ok(())
    }
}
