//! What is wrong without being unlawful: warnings, signals and audits of royalties (spec §23.14).
//!
//! Rules refuse; what stands here is found by whoever looks, from statuses and lines, and refuses nothing.

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;
use tamga_format::subject::Subject;

use super::period::Period;
use crate::catalogue::DEDUCTION_KINDS;
use crate::codes::Text;
use crate::status::{CmoStatus, Pool, PoolState, Sphere, UsageBatch, UsageSource};

/// A check of the domain model that gives a finding instead of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// A deduction of another kind has no document.
    C03,
    /// Something was collected for use without a licence.
    C10,
    /// The platform counted otherwise than the user reported.
    C19,
    /// One work is registered under two ids.
    C20,
    /// The organisation holds less than it owes.
    C21,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The organisation should mend it.
    Warning,
    /// Somebody should look.
    Signal,
    /// An auditor must look.
    Audit,
}

impl Check {
    /// Its name in the domain model.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::C03 => "C03",
            Self::C10 => "C10",
            Self::C19 => "C19",
            Self::C20 => "C20",
            Self::C21 => "C21",
        }
    }

    /// How much it weighs.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::C03 | Self::C10 => Severity::Warning,
            Self::C19 | Self::C20 => Severity::Signal,
            Self::C21 => Severity::Audit,
        }
    }

    /// What it says to people.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::C03 => Text {
                kk: "Басқа ұстап қалудың құжаты көрсетілмеген",
                ru: "У прочего удержания не указан документ",
                en: "a deduction of another kind has no document",
            },
            Self::C10 => Text {
                kk: "Шартсыз пайдалану үшін төлем алынған",
                ru: "Есть платежи за использование без договора",
                en: "some was paid for use without a licence",
            },
            Self::C19 => Text {
                kk: "Платформа есебі пайдаланушы есебінен өзгеше",
                ru: "Счётчик платформы расходится с отчётом пользователя",
                en: "the platform's counter differs from the user's report",
            },
            Self::C20 => Text {
                kk: "Бір туынды екі нөмірмен тіркелген болуы мүмкін",
                ru: "Возможно, одно произведение зарегистрировано дважды",
                en: "one work may be registered twice",
            },
            Self::C21 => Text {
                kk: "Ұйымдағы ақша берешектен аз",
                ru: "Денег у организации меньше, чем она должна",
                en: "the organisation holds less money than it owes",
            },
        }
    }
}

/// C03 and C10: what a pool's status shows.
#[must_use]
pub fn of_pool(pool: &Pool) -> Vec<Check> {
    let found = [(Check::C03, pool.undocumented), (Check::C10, pool.unlicensed > 0)];
    found.into_iter().filter(|(_, holds)| *holds).map(|(check, _)| check).collect()
}

/// C19: two counts of the same user's uses in the same days, one by the platform, that differ by more than the
/// tolerance in basis points of the larger.
#[must_use]
pub fn counts_differ(a: &UsageBatch, b: &UsageBatch, tolerance_bp: u64) -> bool {
    let same = a.licensee == b.licensee && a.cmo == b.cmo && a.days == b.days;
    let kinds = (a.source == UsageSource::Counter) != (b.source == UsageSource::Counter);
    let difference = u128::from(a.uses.abs_diff(b.uses)).saturating_mul(10_000);
    let most = u128::from(a.uses.max(b.uses)).saturating_mul(tolerance_bp.into());
    same && kinds && difference > most
}

/// What tells works apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkFacts {
    /// The ISWC.
    pub iswc: Option<String>,
    /// Hash of the normalised title.
    pub title: [u8; 32],
    /// The creators, ascending.
    pub creators: Vec<SubjectId>,
    /// ISRCs of its recordings.
    pub recordings: Vec<String>,
}

/// C20: pairs of ids under which one work may be registered: the same ISWC, the same title and creators, or a
/// recording of both; the smaller id first, ascending, each pair once.
#[must_use]
pub fn registered_twice(works: &BTreeMap<String, WorkFacts>) -> Vec<(&str, &str)> {
    let mut first: BTreeMap<(u8, Vec<u8>), &str> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (id, facts) in works {
        let mut marks: Vec<(u8, Vec<u8>)> = Vec::new();
        marks.extend(facts.iswc.iter().map(|iswc| (0, iswc.clone().into_bytes())));
        marks.extend(facts.recordings.iter().map(|isrc| (1, isrc.clone().into_bytes())));
        if !facts.creators.is_empty() {
            let creators = facts.creators.iter().flat_map(|creator| creator.0);
            marks.push((2, facts.title.into_iter().chain(creators).collect()));
        }
        for mark in marks {
            let known = *first.entry(mark).or_insert(id);
            if known != id {
                pairs.push((known, id.as_str()));
            }
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// C21: what is missing of the money that must be there at the end of a period, in tiyn; 0 if nothing is.
#[must_use]
pub fn missing_reserve(pools: &[Pool], cash: i64) -> i64 {
    let owed = |pool: &Pool| {
        let paid = pool.paid.iter().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
        match pool.state {
            PoolState::Open => pool.collected,
            _ => pool.allocated.saturating_add(pool.undistributed).saturating_sub(paid),
        }
    };
    let all = pools.iter().fold(0_i64, |sum, pool| sum.saturating_add(owed(pool)));
    all.saturating_sub(cash).max(0)
}

/// What a pool's money became, for everybody to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transparency {
    /// Collected, in tiyn.
    pub collected: i64,
    /// Deducted, by kind.
    pub deducted: Vec<(&'static str, i64)>,
    /// Fell to rightsholders.
    pub allocated: i64,
    /// Reached them, with the tax withheld for them and what went to bailiffs.
    pub paid: i64,
    /// Of that to themselves, as tax, and to bailiffs.
    pub paid_parts: [i64; 3],
    /// Not distributed yet.
    pub undistributed: i64,
    /// Went to other pools because nobody claimed it.
    pub unclaimed: i64,
    /// What reached them of what was collected, in basis points.
    pub paid_bp: Option<i64>,
    /// What was deducted of what was collected, in basis points.
    pub deducted_bp: Option<i64>,
}

impl Transparency {
    /// What became of the money of some pools.
    #[must_use]
    pub fn of(pools: &[Pool]) -> Self {
        let sum = |of: fn(&Pool) -> i64| {
            pools.iter().fold(0_i64, |sum, pool| sum.saturating_add(of(pool)))
        };
        let collected = sum(|pool| pool.collected);
        let ratio = |part: i64| {
            let product = i128::from(part).saturating_mul(10_000);
            product.checked_div(collected.into()).and_then(|bp| i64::try_from(bp).ok())
        };
        let kinds = DEDUCTION_KINDS.iter().enumerate().map(|(at, kind)| {
            let of = |pool: &Pool| pool.deductions.get(at).copied().unwrap_or_default();
            (*kind, pools.iter().fold(0_i64, |sum, pool| sum.saturating_add(of(pool))))
        });
        let paid_parts =
            [|pool: &Pool| pool.paid[0], |pool: &Pool| pool.paid[1], |pool: &Pool| pool.paid[2]]
                .map(sum);
        let paid = paid_parts.iter().fold(0_i64, |sum, it| sum.saturating_add(*it));
        Self {
            collected,
            deducted: kinds.collect(),
            allocated: sum(|pool| pool.allocated),
            paid,
            paid_parts,
            undistributed: sum(|pool| pool.undistributed),
            unclaimed: sum(|pool| pool.redistributed_out),
            paid_bp: ratio(paid),
            deducted_bp: ratio(sum(Pool::deducted)),
        }
    }

    /// Whether as much of what was collected reached rightsholders as deductions up to their limit would leave; `None`
    /// if nothing was collected.
    #[must_use]
    pub fn reaches(&self, threshold_bp: i64) -> Option<bool> {
        self.paid_bp.map(|paid| paid >= threshold_bp)
    }
}

/// What must reach rightsholders of what is collected, in basis points, where deductions have such a limit.
#[must_use]
pub const fn threshold_bp(deduction_max_bp: i64) -> i64 {
    10_000_i64.saturating_sub(deduction_max_bp)
}

/// A pool that an organisation may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossiblePool {
    /// The sphere.
    pub sphere: Sphere,
    /// The currency.
    pub currency: String,
    /// The period.
    pub period: Period,
    /// Its id.
    pub subject: Subject,
}

/// Every pool that an organisation may have in a period: what it collects stands in an account, and a pool's id follows
/// from what it is (spec §23.6). At most 17 periods for each of 16 accounts; by sphere, currency and period.
#[must_use]
pub fn possible_pools(bin: &str, cmo: &CmoStatus, period: &Period) -> Vec<PossiblePool> {
    let mut accounts: Vec<(Sphere, &str)> =
        cmo.accounts.iter().map(|account| (account.sphere, account.currency.as_str())).collect();
    accounts.sort_unstable_by_key(|(sphere, currency)| (sphere.code(), *currency));
    let periods = period.within();
    let of = |(sphere, currency): (Sphere, &str)| {
        let possible = |period: &Period| PossiblePool {
            sphere,
            currency: currency.to_owned(),
            period: *period,
            subject: Pool::subject(bin, sphere, &period.to_string(), currency),
        };
        periods.iter().map(possible).collect::<Vec<_>>()
    };
    accounts.into_iter().flat_map(of).collect()
}
