//! Every indicator as data: the ministry's transformation map and the domain model name them (domain model, KPIs).

use super::tally::Tally::{self, *};
use crate::codes::Text;
use crate::delay::{Nature, Rule};

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Records.
    Records,
    /// Hundredths of a per cent.
    BasisPoints,
    /// Calendar days.
    Days,
}

impl Unit {
    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Records => "records",
            Self::BasisPoints => "basis-points",
            Self::Days => "days",
        }
    }
}

/// How a figure is made of tallies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Records of these tallies in the period.
    Count(&'static [Tally]),
    /// Records of the first tallies among those of the second.
    Share(&'static [Tally], &'static [Tally]),
    /// Sums of the first tally among those of the second.
    SumShare(Tally, Tally),
    /// Records of these tallies among the proceedings that were open in the period.
    ShareOfStock(&'static [Tally]),
    /// Proceedings open after the period.
    Stock,
    /// The median of a tally's values.
    Median(Tally),
    /// Terms that were missed among those that fell due, of all rules of one nature.
    Missed(Nature),
    /// Terms that fell due in the period and are still not met, of all rules of one nature.
    Overdue(Nature),
    /// Terms of one rule that were missed among those that fell due.
    MissedOf(Rule),
    /// Terms of one rule that fell due in the period and are still not met.
    OverdueOf(Rule),
    /// Terms of one rule that were missed among the records of a tally, for rules of which only what is missed counts.
    MissedAmong(Rule, Tally),
}

/// One indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// The stable name.
    pub code: &'static str,
    /// Its title for people.
    pub title: Text,
    /// How it is computed.
    pub formula: Formula,
    /// The ministry's targets: year and basis points.
    pub targets: &'static [(u16, i64)],
}

/// Ways to close proceedings.
const CLOSED: &[Tally] = &[Executed, Terminated, ReturnedToClaimant, ReturnedToIssuer];

const fn indicator(code: &'static str, formula: Formula, title: [&'static str; 3]) -> Indicator {
    let [kk, ru, en] = title;
    Indicator { code, title: Text { kk, ru, en }, formula, targets: &[] }
}

/// Every indicator.
pub const INDICATORS: &[Indicator] = &[
    indicator(
        "presented",
        Formula::Count(&[Presented]),
        [
            "Түскен атқарушылық құжаттар",
            "Поступило исполнительных документов",
            "executive documents presented",
        ],
    ),
    indicator(
        "refused",
        Formula::Count(&[Refused]),
        ["Қозғаудан бас тартылды", "Отказано в возбуждении", "initiations refused"],
    ),
    indicator(
        "opened",
        Formula::Count(&[Initiated]),
        ["Қозғалған іс жүргізулер", "Возбуждено производств", "proceedings initiated"],
    ),
    indicator(
        "closed",
        Formula::Count(CLOSED),
        ["Аяқталған іс жүргізулер", "Окончено производств", "proceedings closed"],
    ),
    Indicator {
        targets: &[(2027, 4_640)],
        ..indicator(
            "share-closed",
            Formula::ShareOfStock(CLOSED),
            ["Аяқталғандар үлесі", "Доля оконченных", "share of proceedings closed"],
        )
    },
    Indicator {
        targets: &[(2025, 6_930), (2026, 6_940), (2027, 6_950)],
        ..indicator(
            "share-executed",
            Formula::Share(&[Executed], CLOSED),
            [
                "Аяқталғандардың ішінде толық орындалғандар үлесі",
                "Доля исполненных полностью среди оконченных",
                "share executed in full among those closed",
            ],
        )
    },
    indicator(
        "carried-over",
        Formula::Stock,
        ["Кезең соңындағы қалдық", "Остаток на конец периода", "proceedings carried over"],
    ),
    indicator(
        "days-to-initiation",
        Formula::Median(DaysToInitiation),
        [
            "Құжат түскеннен қозғауға дейінгі күндер, медиана",
            "Дней от поступления до возбуждения, медиана",
            "days from presentation to initiation, median",
        ],
    ),
    indicator(
        "days-to-notice",
        Formula::Median(DaysToNotice),
        [
            "Қозғаудан борышкерге алғашқы хабарламаға дейінгі күндер, медиана",
            "Дней от возбуждения до первого уведомления должника, медиана",
            "days from initiation to the first notice to the debtor, median",
        ],
    ),
    indicator(
        "days-to-closing",
        Formula::Median(DaysToClosing),
        [
            "Қозғаудан аяқтауға дейінгі күндер, медиана",
            "Дней от возбуждения до окончания, медиана",
            "days from initiation to closing, median",
        ],
    ),
    indicator(
        "statutory-breaches",
        Formula::Missed(Nature::Statutory),
        [
            "Заңды мерзімдерді бұзу үлесі",
            "Доля нарушенных законных сроков",
            "share of statutory terms missed",
        ],
    ),
    indicator(
        "statutory-overdue",
        Formula::Overdue(Nature::Statutory),
        [
            "Орындалмаған заңды мерзімдер",
            "Просрочено и не исполнено: законные сроки",
            "statutory terms overdue and not met",
        ],
    ),
    indicator(
        "signals",
        Formula::Missed(Nature::Signal),
        [
            "Тәуекел белгілерінің үлесі (бұзушылық емес)",
            "Доля сигналов риска (не нарушения)",
            "share of heuristic signals (no breaches)",
        ],
    ),
    indicator(
        "signals-open",
        Formula::Overdue(Nature::Signal),
        [
            "Ашық тәуекел белгілері (бұзушылық емес)",
            "Открытые сигналы риска (не нарушения)",
            "heuristic signals open (no breaches)",
        ],
    ),
    indicator(
        "notices-missed",
        Formula::MissedOf(Rule::D03),
        [
            "Борышкерге хабарлау мерзімі бұзылған",
            "Доля неуведомлённых в срок должников",
            "share of debtors not notified in time",
        ],
    ),
    indicator(
        "notices-delivered",
        Formula::Share(&[DebtorReached], &[DebtorNoticed]),
        [
            "Борышкерге жеткізілген хабарламалар үлесі",
            "Доля вручённых уведомлений должнику",
            "share of notices delivered to the debtor",
        ],
    ),
    indicator(
        "payouts-missed",
        Formula::MissedOf(Rule::D11),
        [
            "Өндіріп алушыларға мерзімінде аударылмаған",
            "Доля сумм, не распределённых в срок",
            "share of recoveries not distributed in time",
        ],
    ),
    indicator(
        "measures-outstanding",
        Formula::OverdueOf(Rule::D12),
        [
            "Толық төленгеннен кейін алынбаған шаралар",
            "Не сняты меры после полной оплаты",
            "measures outstanding after full payment",
        ],
    ),
    indicator(
        "travel-bans-unwarned",
        Formula::MissedOf(Rule::D16),
        [
            "Ескертусіз шығуды шектеу",
            "Ограничения выезда без предупреждения",
            "travel bans without a prior warning",
        ],
    ),
    indicator(
        "register-not-removed",
        Formula::OverdueOf(Rule::D14),
        [
            "Борышкерлер тізілімінен шығарылмаған",
            "Не исключены из реестра должников",
            "entries not removed from the register of debtors",
        ],
    ),
    indicator(
        "recorded-late",
        Formula::MissedAmong(Rule::D22, Recorded),
        [
            "Журналға кеш енгізілген жазбалар үлесі",
            "Доля записей, внесённых с опозданием",
            "share of records made late",
        ],
    ),
    indicator(
        "corrections",
        Formula::Share(&[Corrected], &[Recorded]),
        [
            "Жазбалардағы түзетулер үлесі",
            "Доля исправлений среди записей",
            "share of corrections among records",
        ],
    ),
    indicator(
        "complaints",
        Formula::ShareOfStock(&[Complained]),
        [
            "Іс жүргізулерге шағымдар үлесі",
            "Жалобы относительно числа производств",
            "complaints per proceedings open in the period",
        ],
    ),
    indicator(
        "recovered-share",
        Formula::SumShare(Recovered, Claimed),
        ["Өндірілгені талап етілгеннен", "Взыскано от заявленного", "recovered of what is claimed"],
    ),
    indicator(
        "paid-share",
        Formula::SumShare(PaidOut, Recovered),
        [
            "Өндіріп алушыларға берілгені өндірілгеннен",
            "Выплачено взыскателям от взысканного",
            "paid to claimants of what was recovered",
        ],
    ),
];

impl Indicator {
    /// The indicator with a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<&'static Self> {
        INDICATORS.iter().find(|known| known.code == code)
    }

    /// What its figures are counted in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self.formula {
            Formula::Count(_) | Formula::Stock | Formula::Overdue(_) | Formula::OverdueOf(_) => {
                Unit::Records
            }
            Formula::Median(_) => Unit::Days,
            Formula::Share(..)
            | Formula::SumShare(..)
            | Formula::ShareOfStock(_)
            | Formula::Missed(_)
            | Formula::MissedOf(_)
            | Formula::MissedAmong(..) => Unit::BasisPoints,
        }
    }

    /// Whether it says nothing about sums of money, so that it may be public once it is anonymous.
    #[must_use]
    pub const fn may_be_public(&self) -> bool {
        !matches!(self.formula, Formula::SumShare(..))
    }

    /// The formula in the names of tallies.
    #[must_use]
    pub fn formula_text(&self) -> String {
        let sum = |tallies: &[Tally]| {
            tallies.iter().map(|tally| tally.name()).collect::<Vec<_>>().join(" + ")
        };
        let missed = |rules: &str| {
            format!(
                "({rules}-late + {rules}-open and past) / ({rules}-kept + {rules}-late + {rules}-open and past)"
            )
        };
        let of = |nature: Nature| match nature {
            Nature::Statutory => "statutory",
            Nature::Signal => "signal",
        };
        match self.formula {
            Formula::Count(tallies) => sum(tallies),
            Formula::Share(part, whole) => format!("({}) / ({})", sum(part), sum(whole)),
            Formula::SumShare(part, whole) => format!("Σ {} / Σ {}", part.name(), whole.name()),
            Formula::ShareOfStock(part) => format!(
                "({}) / (open before + initiated + reopened + transferred-in − transferred-out)",
                sum(part)
            ),
            Formula::Stock => format!(
                "initiated + reopened + transferred-in − transferred-out − ({}), since the beginning",
                sum(CLOSED)
            ),
            Formula::Median(tally) => format!("median of {}", tally.name()),
            Formula::Missed(nature) => missed(of(nature)),
            Formula::Overdue(nature) => format!("{}-open and past", of(nature)),
            Formula::MissedOf(rule) => missed(rule.code()),
            Formula::OverdueOf(rule) => format!("{}-open and past", rule.code()),
            Formula::MissedAmong(rule, tally) => {
                format!("({0}-late + {0}-open and past) / {1}", rule.code(), tally.name())
            }
        }
    }
}

/// Tallies that add to the proceedings that are open, and those that take from them.
pub(super) const STOCK: (&[Tally], &[Tally]) = (
    &[Initiated, Reopened, TransferredIn],
    &[TransferredOut, Executed, Terminated, ReturnedToClaimant, ReturnedToIssuer],
);

/// Tallies that add to and take from the proceedings that were open in a period at all.
pub(super) const INFLOW: (&[Tally], &[Tally]) =
    (&[Initiated, Reopened, TransferredIn], &[TransferredOut]);
