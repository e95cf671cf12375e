//! Lines of an allocation, from the ledger's usage, works, shares and mandates (spec §23.10).

use std::collections::{BTreeMap, BTreeSet};

use tamga_format::id::{RecordId, SubjectId};
use tamga_format::lines::{AllocationLine, Hold, Line as _, UsageLine};
use tamga_format::subject::{Role, Subject};
use tamga_state::royalty::desk::{Allocation, allocate};
use tamga_state::royalty::share_rows;
use tamga_state::status::{Batch, Mandate, Pool, RightsholderStatus, Work};
use tamga_state::{Code, Rejection};

use super::PoolName;
use super::complete::refused;
use super::ledger::LedgerView;
use super::plan::{LevyRule, Plan};
use super::run::Scribe;
use crate::error::CliError;

/// What a work, or a rightsholder, is called that nobody knows.
const UNKNOWN: [u8; 32] = [0; 32];

/// Why a sum is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The report's work is none that is registered.
    UnidentifiedWork,
    /// The work has no shares on the day of use.
    NoShares,
    /// Some of the work's shares are nobody's yet.
    IncompleteShares,
    /// No mandate with the organisation covers the category, the day or the work.
    NoMandate,
    /// A bailiff levied on the royalties, and the plan holds them.
    Levy,
    /// The plan says so.
    Plan,
    /// The sum is below what is paid.
    BelowMinimum,
}

impl Cause {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::UnidentifiedWork,
        Self::NoShares,
        Self::IncompleteShares,
        Self::NoMandate,
        Self::Levy,
        Self::Plan,
        Self::BelowMinimum,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnidentifiedWork => "UNIDENTIFIED_WORK",
            Self::NoShares => "NO_SHARES",
            Self::IncompleteShares => "INCOMPLETE_SHARES",
            Self::NoMandate => "NO_MANDATE",
            Self::Levy => "LEVY",
            Self::Plan => "PLAN",
            Self::BelowMinimum => "BELOW_MINIMUM",
        }
    }

    /// The message that says it to people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::UnidentifiedWork => "desk-cause-unidentified-work",
            Self::NoShares => "desk-cause-no-shares",
            Self::IncompleteShares => "desk-cause-incomplete-shares",
            Self::NoMandate => "desk-cause-no-mandate",
            Self::Levy => "desk-cause-levy",
            Self::Plan => "desk-cause-plan",
            Self::BelowMinimum => "desk-cause-below-minimum",
        }
    }
}

/// Lines and their sum, in tiyn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub lines: u64,
    /// What they come to.
    pub amount: i64,
}

impl Sum {
    fn add(&mut self, amount: i64) {
        self.lines = self.lines.saturating_add(1);
        self.amount = self.amount.saturating_add(amount);
    }
}

/// A batch of allocations, and what of it can't be paid.
pub struct Composed {
    /// The batch; none if nothing is allocated.
    pub made: Option<Allocation>,
    /// All lines.
    pub whole: Sum,
    /// Sum of all weights.
    pub weight: u128,
    /// Uses that lines rest on, and works among them.
    pub uses: u64,
    /// Works of the ledger among them.
    pub works: u64,
    /// Rightsholders who get something.
    pub rightsholders: u64,
    /// What is held, by cause.
    pub held: BTreeMap<Cause, Sum>,
    /// The same by what has to be mended: a work, a rightsholder.
    pub findings: BTreeMap<(Cause, Subject), Sum>,
}

/// The batch that a run allocates into a pool.
#[must_use]
pub fn batch_of(scribe: &Scribe, pool: &Pool) -> SubjectId {
    SubjectId(scribe.derive("allocation batch", pool.batches))
}

/// The salts of that batch.
pub fn salts<'s>(scribe: &'s Scribe, pool: &Pool) -> impl FnMut(u64) -> [u8; 32] + 's {
    let purpose = format!("allocation {} line", pool.batches);
    move |number| scribe.derive(&purpose, number)
}

/// The usage of a plan that a pool does not consume yet.
///
/// # Errors
/// When the node can't be asked.
pub fn not_consumed(
    ledger: &LedgerView<'_>,
    name: &PoolName,
    plan: &Plan,
) -> Result<Vec<SubjectId>, CliError> {
    let mut left = Vec::new();
    for id in &plan.usage {
        let batch: Option<Batch> = ledger.typed(&Subject::new(Role::Batch, *id))?;
        let usage = batch.as_ref().and_then(Batch::usage);
        let own = name.subject().id;
        let whole = usage.is_some_and(|usage| {
            plan.categories.iter().all(|category| usage.consumer(category) == Some(&own))
        });
        if !whole {
            left.push(*id);
        }
    }
    Ok(left)
}

/// Composes what falls to rightsholders when `total` is divided by a plan; `salt` gives 32 random bytes for each line.
///
/// # Errors
/// When the node can't be asked, usage is none of the ledger, or nothing has a weight.
pub fn compose(
    ledger: &LedgerView<'_>,
    cmo: &SubjectId,
    plan: &Plan,
    (total, batch): (i64, &SubjectId),
    mut salt: impl FnMut(u64) -> [u8; 32],
) -> Result<Composed, CliError> {
    let uses = usage(ledger, plan)?;
    let works = works(ledger, &uses)?;
    let wanted = |line: &UsageLine| {
        let work = works.get(&SubjectId(line.work));
        line.work == UNKNOWN || work.is_some_and(|work| plan.categories.has(work.category))
    };
    let uses: Vec<UsageLine> = uses.into_iter().filter(wanted).collect();
    let holders = holders(ledger, &works, &uses)?;
    let mut composed = Composed {
        made: None,
        whole: Sum::default(),
        weight: 0,
        uses: uses.len() as u64,
        works: uses.iter().map(|it| it.work).collect::<BTreeSet<_>>().len() as u64,
        rightsholders: 0,
        held: BTreeMap::new(),
        findings: BTreeMap::new(),
    };
    if total == 0 {
        return Ok(composed);
    }
    let set_of = |work: &SubjectId, day: i64| works.get(work)?.shares_of_use(day);
    let shares = |work: &SubjectId, day: i64| {
        let set = set_of(work, day).and_then(|set| holders.get(&set.record));
        set.cloned().unwrap_or_default()
    };
    let mut number = 0;
    let next = || {
        number += 1;
        salt(number)
    };
    let mut lines = allocate(total, plan.weighting, &uses, shares, next)
        .map_err(|rejection| ledger.refusal(&rejection))?;
    drop(uses);
    let causes = hold(ledger, cmo, plan, &works, &mut lines)?;
    for (line, cause) in lines.iter().zip(&causes) {
        composed.whole.add(line.amount);
        composed.weight += u128::from(line.weight);
        let Some(cause) = cause else { continue };
        composed.held.entry(*cause).or_default().add(line.amount);
        let about = match cause {
            Cause::UnidentifiedWork | Cause::NoShares | Cause::IncompleteShares => {
                Subject::new(Role::Work, line.work)
            }
            Cause::NoMandate | Cause::Levy | Cause::Plan | Cause::BelowMinimum => {
                Subject::new(Role::Rightsholder, SubjectId(line.rightsholder))
            }
        };
        composed.findings.entry((*cause, about)).or_default().add(line.amount);
    }
    let made = Allocation::new(batch, &lines).map_err(|rejection| ledger.refusal(&rejection))?;
    composed.rightsholders =
        made.remainders.iter().filter(|it| it.rightsholder != UNKNOWN).count() as u64;
    composed.made = Some(made);
    Ok(composed)
}

/// The lines of the plan's usage.
fn usage(ledger: &LedgerView<'_>, plan: &Plan) -> Result<Vec<UsageLine>, CliError> {
    let mut uses = Vec::new();
    for id in &plan.usage {
        let subject = Subject::new(Role::Batch, *id);
        let batch: Option<Batch> = ledger.typed(&subject)?;
        let Some(batch) = batch.filter(|batch| batch.usage().is_some()) else {
            let code = Code::SubjectUnknown.to_string();
            let detail = format!("{subject} is no usage of the ledger");
            return Err(CliError::rejected(&code, "/usage", &detail));
        };
        ledger.each_line(id, &batch, |line| {
            uses.push(UsageLine::decode(line).map_err(|fault| refused(&fault))?);
            Ok(())
        })?;
    }
    Ok(uses)
}

fn works(
    ledger: &LedgerView<'_>,
    uses: &[UsageLine],
) -> Result<BTreeMap<SubjectId, Work>, CliError> {
    let ids: BTreeSet<[u8; 32]> = uses.iter().map(|it| it.work).collect();
    let ids = ids.into_iter().filter(|id| *id != UNKNOWN);
    let subjects: Vec<Subject> = ids.map(|id| Subject::new(Role::Work, SubjectId(id))).collect();
    ledger.prefetch(subjects.iter().copied())?;
    let mut works = BTreeMap::new();
    for subject in subjects {
        if let Some(work) = ledger.typed(&subject)? {
            works.insert(subject.id, work);
        }
    }
    Ok(works)
}

/// Who holds which share, by the record that set it.
fn holders(
    ledger: &LedgerView<'_>,
    works: &BTreeMap<SubjectId, Work>,
    uses: &[UsageLine],
) -> Result<BTreeMap<RecordId, Vec<(SubjectId, u16)>>, CliError> {
    let set = |line: &UsageLine| {
        let work = works.get(&SubjectId(line.work))?;
        work.shares_of_use(line.last_day).map(|set| set.record)
    };
    let records: BTreeSet<RecordId> = uses.iter().filter_map(set).collect();
    ledger.prefetch_bodies(records.iter().copied())?;
    let mut holders = BTreeMap::new();
    for record in records {
        let body = ledger.body_of(&record)?;
        let mut shares: BTreeMap<SubjectId, u16> = BTreeMap::new();
        for (party, bp) in body.as_ref().map(share_rows).unwrap_or_default() {
            let sum = shares.entry(party).or_default();
            *sum = sum.saturating_add(bp);
        }
        holders.insert(record, shares.into_iter().filter(|(_, bp)| *bp > 0).collect());
    }
    Ok(holders)
}

/// Holds what can't be paid; the cause of each line that is held.
fn hold(
    ledger: &LedgerView<'_>,
    cmo: &SubjectId,
    plan: &Plan,
    works: &BTreeMap<SubjectId, Work>,
    lines: &mut [AllocationLine],
) -> Result<Vec<Option<Cause>>, CliError> {
    let known: BTreeSet<[u8; 32]> = lines.iter().map(|line| line.rightsholder).collect();
    let known = known.into_iter().filter(|tag| *tag != UNKNOWN);
    let subjects: Vec<Subject> =
        known.map(|tag| Subject::new(Role::Rightsholder, SubjectId(tag))).collect();
    ledger.prefetch(subjects.iter().copied())?;
    let mut statuses: BTreeMap<SubjectId, RightsholderStatus> = BTreeMap::new();
    for subject in subjects {
        statuses.insert(subject.id, ledger.typed(&subject)?.unwrap_or_default());
    }
    let own = |status: &RightsholderStatus| {
        let terms = status.mandates.iter().filter(|term| term.cmo == *cmo);
        terms.map(|term| Subject::new(Role::Mandate, term.mandate)).collect::<Vec<_>>()
    };
    ledger.prefetch(statuses.values().flat_map(own))?;

    let mut causes = Vec::with_capacity(lines.len());
    let mut open: BTreeMap<[u8; 32], i64> = BTreeMap::new();
    for line in lines.iter_mut() {
        let held = match line.hold {
            Some(Hold::UnidentifiedWork) => Some((Hold::UnidentifiedWork, Cause::UnidentifiedWork)),
            Some(hold) => {
                let work = works.get(&line.work);
                let shares = work.and_then(|work| work.shares_of_use(line.used_on));
                let none = shares.is_none();
                Some((hold, if none { Cause::NoShares } else { Cause::IncompleteShares }))
            }
            None => held(ledger, cmo, plan, works, &statuses, line)?,
        };
        line.hold = held.map(|(hold, _)| hold);
        causes.push(held.map(|(_, cause)| cause));
        if line.hold.is_none() {
            let sum = open.entry(line.rightsholder).or_default();
            *sum = sum.saturating_add(line.amount);
        }
    }
    for (line, cause) in lines.iter_mut().zip(&mut causes) {
        let sum = open.get(&line.rightsholder).copied().unwrap_or_default();
        if line.hold.is_none() && sum < plan.minimum {
            line.hold = Some(Hold::BelowMinimum);
            *cause = Some(Cause::BelowMinimum);
        }
    }
    Ok(causes)
}

/// Why a line of a known rightsholder can't be paid.
fn held(
    ledger: &LedgerView<'_>,
    cmo: &SubjectId,
    plan: &Plan,
    works: &BTreeMap<SubjectId, Work>,
    statuses: &BTreeMap<SubjectId, RightsholderStatus>,
    line: &AllocationLine,
) -> Result<Option<(Hold, Cause)>, CliError> {
    let holder = SubjectId(line.rightsholder);
    let missing = || Rejection::new(Code::SubjectUnknown, "/lines", line.work.to_string());
    let work = works.get(&line.work).ok_or_else(|| ledger.refusal(&missing()))?;
    let status = statuses.get(&holder);
    let term = status.and_then(|it| it.mandate_on(cmo, work.category, line.used_on));
    let covered = match term {
        None => false,
        Some(term) => {
            let known: Option<Mandate> =
                ledger.typed(&Subject::new(Role::Mandate, term.mandate))?;
            known.is_none_or(|mandate| !mandate.excluded.contains(&line.work))
        }
    };
    if !covered {
        return Ok(Some((Hold::UnidentifiedRightsholder, Cause::NoMandate)));
    }
    let planned = plan.held_rightsholders.get(&holder).or_else(|| plan.held_works.get(&line.work));
    if let Some(reason) = planned {
        return Ok(Some((*reason, Cause::Plan)));
    }
    if plan.levies == LevyRule::Hold && status.is_some_and(|it| it.levies > 0) {
        return Ok(Some((Hold::EnforcementLevy, Cause::Levy)));
    }
    Ok(None)
}
