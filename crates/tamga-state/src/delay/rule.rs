//! The rules of deadlines, a row each (domain model §4.3; spec §22.2).

use crate::codes::Text;
use crate::law::parameters::Name;
use crate::status::LotStage;

use super::sign::{CLAIMANT, DEBTOR, Sign};

/// What missing a deadline means; the two are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// A term of the law is broken.
    Statutory,
    /// Somebody should look; nothing is broken.
    Signal,
}

impl Nature {
    /// The word in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statutory => "STATUTORY",
            Self::Signal => "SIGNAL",
        }
    }
}

/// Whether a deadline moves while the case is suspended, deferred or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It does not.
    Runs,
    /// It does.
    Stands,
}

/// How events of a case become deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The first event with the sign begins one.
    First,
    /// Every event with the sign begins one, met by an event about the same measure, lot or complaint.
    Each,
    /// Every recovery begins one, met once as much was given out as had been recovered.
    Payout,
    /// The payment in full begins one, met when no measure is open any more.
    PaidMeasures,
    /// The payment in full begins one, met by the closing.
    PaidClosing,
    /// Initiation begins one, met by the closing that stands.
    Execution,
    /// A closing begins one if the debtor is in the register.
    Register,
    /// The event itself must come after another.
    Warning,
    /// A ground of suspension that ceased begins one, met by the resumption.
    Ground,
    /// The last day of a suspension or deferral begins one, met by any event after it.
    Until,
    /// Every event of an open case begins one, met by the next.
    Silence,
    /// A transfer begins one, met by the new officer's first record.
    Transfer,
    /// Every event begins one, met by its own recording.
    Anchoring,
    /// It is asked of a collective management organisation, not in a case.
    Organisation,
}

/// What is known of a rule.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// The rule.
    pub rule: Rule,
    /// Its code: `D06`.
    pub code: &'static str,
    /// What missing it means.
    pub nature: Nature,
    /// How it is applied.
    pub scheme: Scheme,
    /// The events that begin it.
    pub after: &'static [Sign],
    /// The events that meet it.
    pub until: &'static [Sign],
    /// The events after which it is not asked for any more.
    pub ends: &'static [Sign],
    /// The parameters whose sum is the term.
    pub terms: &'static [Name],
    /// Whether the clock stands with the case.
    pub clock: Clock,
    /// Act and article.
    pub basis: &'static str,
    /// What is the matter when it is missed.
    pub title: Text,
}

macro_rules! rules {
    ($($rule:ident = $number:literal $code:literal $nature:ident $scheme:ident [$($after:expr),*] until [$($until:expr),*] ends [$($ends:expr),*]
        in [$($term:ident),*] $clock:ident $basis:literal [$kk:literal, $ru:literal, $en:literal];)*) => {
        /// A rule of deadlines.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $en] $rule,)*
        }

        impl Rule {
            /// The number by which indexes know it.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$rule => $number,)* }
            }

            /// The rule with a number.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$rule),)* _ => None }
            }
        }

        impl Rule {
            /// Every rule, by code.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)*];

            /// The code: `D06`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$rule => $code,)* }
            }

            /// The rule with a code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$rule),)* _ => None }
            }

            /// What is known of the rule.
            #[must_use]
            pub const fn info(self) -> &'static RuleInfo {
                match self {
                    $(Self::$rule => {
                        const INFO: RuleInfo = RuleInfo {
                            rule: Rule::$rule,
                            code: $code,
                            nature: Nature::$nature,
                            scheme: Scheme::$scheme,
                            after: &[$($after),*],
                            until: &[$($until),*],
                            ends: &[$($ends),*],
                            terms: &[$(Name::$term),*],
                            clock: Clock::$clock,
                            basis: $basis,
                            title: Text { kk: $kk, ru: $ru, en: $en },
                        };
                        &INFO
                    })*
                }
            }
        }
    };
}

impl Rule {
    /// The rules of cases, by code.
    pub fn of_cases() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|rule| rule.info().scheme != Scheme::Organisation)
    }
}

const FINAL_LOT: Sign = Sign::LotEnded;

rules! {
    D01 = 1 "D01" Statutory First [Sign::Presented] until [Sign::Assigned] ends []
        in [DistributionWd] Runs "Rules 652"
        ["Құжат орындаушыға бөлінбеген", "Документ не распределён исполнителю", "the document is not distributed to an officer"];
    D02 = 2 "D02" Statutory Each [Sign::Assigned] until [Sign::Decided] ends [Sign::Closed]
        in [InitiationWd] Runs "EL arts. 37, 38"
        ["Қозғау туралы шешім қабылданбаған", "Не решено, возбуждать ли производство", "it is not decided whether proceedings are initiated"];
    D03 = 3 "D03" Statutory First [Sign::Initiated] until [Sign::Noticed(DEBTOR)] ends [Sign::Closed]
        in [NoticeWd] Runs "EL arts. 26-28"
        ["Борышкер қозғау туралы хабардар етілмеген", "Должник не уведомлён о возбуждении", "the debtor is not notified of the initiation"];
    D04 = 4 "D04" Statutory First [Sign::Initiated] until [Sign::Noticed(CLAIMANT)] ends [Sign::Closed]
        in [NoticeWd] Runs "EL arts. 26-28"
        ["Өндіріп алушы қозғау туралы хабардар етілмеген", "Взыскатель не уведомлён о возбуждении", "the claimant is not notified of the initiation"];
    D05 = 5 "D05" Signal First [Sign::DeliveredToDebtor] until [Sign::Started, Sign::Recovered, Sign::Closed] ends []
        in [VoluntaryTermWd, EnforcementStartWd] Stands "Tamga domain model, D05"
        ["Хабарлама табысталғаннан кейін орындау басталмаған", "После вручения уведомления исполнение не началось", "nothing followed the delivery of the notice"];
    D06 = 6 "D06" Statutory Execution [Sign::InitiatedInClass("A")] until [Sign::Closed] ends []
        in [ExecutionMonthsClassA] Stands "EL art. 39"
        ["А сыныбының орындау мерзімі өткен", "Истёк срок исполнения класса А", "the execution term of class A is over"];
    D07 = 7 "D07" Statutory Execution [Sign::InitiatedInClass("B")] until [Sign::Closed] ends []
        in [ExecutionMonthsClassB] Stands "EL art. 39"
        ["Б сыныбының орындау мерзімі өткен", "Истёк срок исполнения класса Б", "the execution term of class B is over"];
    D08 = 8 "D08" Statutory Each [Sign::Lot(LotStage::Arrested)] until [Sign::Lot(LotStage::AppraiserAppointed)] ends [FINAL_LOT, Sign::Closed]
        in [AppraiserWd] Stands "EL ch. 7"
        ["Тыйым салынған мүлікке бағалаушы тағайындалмаған", "Оценщик арестованного имущества не назначен", "no appraiser is appointed for arrested property"];
    D09 = 9 "D09" Signal Each [Sign::Lot(LotStage::Valued)] until [Sign::Lot(LotStage::Listed)] ends [Sign::Lot(LotStage::AppraiserAppointed), FINAL_LOT, Sign::Closed]
        in [ListingWd] Stands "EL ch. 7"
        ["Бағаланған мүлік сатуға қойылмаған", "Оценённое имущество не выставлено на торги", "valued property is not listed for sale"];
    D09V = 24 "D09V" Statutory Each [Sign::Lot(LotStage::Valued)] until [Sign::Lot(LotStage::Listed)] ends [Sign::Lot(LotStage::AppraiserAppointed), FINAL_LOT, Sign::Closed]
        in [ValuationValidityM] Runs "EL ch. 7"
        ["Бағалаудың жарамдылық мерзімі өткен", "Срок действия оценки истёк до выставления", "the valuation grew old before the property was listed"];
    D10 = 10 "D10" Signal Each [Sign::FirstAuctionFailed] until [Sign::Lot(LotStage::Listed), FINAL_LOT] ends [Sign::Closed]
        in [SecondAuctionWd] Stands "Tamga domain model, D10"
        ["Өтпеген сауда-саттықтан кейін ештеңе болмаған", "После несостоявшихся торгов ничего не сделано", "nothing followed a failed first auction"];
    D11 = 11 "D11" Statutory Payout [Sign::Recovered] until [Sign::Distributed] ends []
        in [PayoutWd] Runs "EL arts. 110-112"
        ["Өндірілген ақша бөлінбеген", "Взысканные суммы не распределены", "recovered money is not distributed"];
    D12 = 12 "D12" Statutory PaidMeasures [] until [Sign::MeasureLifted] ends []
        in [LiftWd] Runs "EL, lifting of measures"
        ["Толық төлегеннен кейін шаралар алынбаған", "После полной оплаты меры не сняты", "measures are not lifted after payment in full"];
    D13 = 13 "D13" Statutory PaidClosing [] until [Sign::Closed] ends []
        in [CloseWd] Runs "EL arts. 47, 50"
        ["Толық төлегеннен кейін іс аяқталмаған", "После полной оплаты производство не окончено", "the case is not closed after payment in full"];
    D14 = 14 "D14" Statutory Register [Sign::Closed] until [Sign::Deregistered] ends [Sign::Reopened]
        in [ErdRemoveWd] Runs "EL art. 36"
        ["Аяқталған іс бойынша борышкер тізілімнен шығарылмаған", "По оконченному делу должник не исключён из реестра", "the debtor stays in the register though the case is closed"];
    D15 = 15 "D15" Statutory Each [Sign::TravelBanRequested] until [Sign::SanctionAnswered] ends [Sign::MeasureLifted, Sign::Closed]
        in [SanctionDecisionWd] Runs "CPC art. 252"
        ["Сот шығуды шектеуге санкция туралы шешпеген", "Суд не решил о санкции на ограничение выезда", "the court has not answered about a travel ban"];
    D16 = 16 "D16" Statutory Warning [Sign::TravelBan] until [Sign::TravelBanWarned] ends []
        in [] Runs "EL art. 33 as in force from 25.12.2025"
        ["Шығуды шектеу алдын ала ескертусіз қолданылған", "Ограничение выезда без предварительного извещения", "a travel ban without an earlier warning"];
    D17 = 17 "D17" Statutory Ground [Sign::Suspended] until [Sign::Resumed] ends [Sign::Closed]
        in [ResumptionWd] Runs "EL arts. 44, 45"
        ["Тоқтата тұру негізі жойылған, бірақ іс қайта басталмаған", "Основание приостановления отпало, производство не возобновлено", "the ground of suspension ceased and the case is not resumed"];
    D18 = 18 "D18" Signal Until [Sign::Suspended, Sign::Deferred] until [Sign::Anything] ends [Sign::Closed]
        in [UntilWd] Runs "Tamga domain model, D18"
        ["Мерзімнің соңғы күнінен кейін ештеңе болмаған", "После назначенной даты ничего не произошло", "nothing followed the last day of a suspension or deferral"];
    D19 = 19 "D19" Signal Silence [Sign::Anything] until [Sign::Anything] ends []
        in [SilenceCd] Stands "Tamga domain model, D19"
        ["Ашық іс бойынша ұзақ уақыт жазба жоқ", "По открытому делу долго нет записей", "an open case without a record for long"];
    D20 = 20 "D20" Signal Transfer [Sign::Transferred] until [Sign::Anything] ends [Sign::Transferred, Sign::Closed]
        in [TransfereeWd] Stands "Tamga domain model, D20"
        ["Жаңа орындаушы әрекет етпеген", "Новый исполнитель ничего не сделал", "the new officer has not acted"];
    D21 = 21 "D21" Statutory Each [Sign::ComplaintGranted] until [Sign::FollowUp] ends [Sign::ComplaintAppealed]
        in [ComplaintFollowupWd] Runs "EL art. 127, CPC art. 250"
        ["Қанағаттандырылған шағым орындалмаған", "По удовлетворённой жалобе ничего не сделано", "nothing followed a complaint that was granted"];
    D22 = 22 "D22" Signal Anchoring [Sign::Anything] until [Sign::Anything] ends []
        in [LateAnchorWd] Runs "Tamga domain model, D22"
        ["Оқиға тізілімге кеш енгізілген", "Событие записано с опозданием", "the event was recorded late"];
    D30 = 30 "D30" Signal Organisation [] until [] ends []
        in [DistributionCd] Runs "CL art. 46"
        ["Кезең аяқталды, бөлу жарияланбаған", "Период завершён, распределение не опубликовано", "the period is over and its distribution is not published"];
    D31 = 31 "D31" Signal Organisation [] until [] ends []
        in [PayoutCd] Runs "CL art. 46"
        ["Бөлу жарияланды, сыйақы төленбеген", "Распределение опубликовано, выплаты не было", "the distribution is published and nothing is paid out"];
    D32 = 32 "D32" Statutory Organisation [] until [] ends []
        in [StatementLagWd] Runs "CL art. 46"
        ["Төлемнен кейін құқық иеленушілерге есеп берілмеген", "После выплаты правообладатели не получили отчёта", "no statement followed the payout"];
    D33 = 33 "D33" Signal Organisation [] until [] ends []
        in [CollectionRunM] Runs "Tamga domain model, D33"
        ["Жиналған сыйақы ұзақ уақыт бөлінбеген", "Собранное вознаграждение долго не распределяется", "what was collected is not distributed for long"];
    D34 = 34 "D34" Signal Organisation [] until [] ends []
        in [UsageReportCd] Runs "licence contracts"
        ["Пайдаланушы пайдалану туралы есеп бермеген", "Пользователь не представил отчёт об использовании", "a user has not reported the use"];
    D35 = 35 "D35" Statutory Organisation [] until [] ends []
        in [UnclaimedYears] Runs "CL art. 46"
        ["Талап етілмеген сыйақы төленбеген және қайта бөлінбеген", "Невостребованное вознаграждение не выплачено и не перераспределено", "what nobody claimed is neither paid nor redistributed"];
    D36 = 36 "D36" Statutory Organisation [] until [] ends []
        in [AnnualReportDue] Runs "CL art. 46"
        ["Жылдық есеп берілмеген", "Годовой отчёт не представлен", "the annual report is missing"];
    D37 = 37 "D37" Statutory Organisation [] until [] ends []
        in [] Runs "CL art. 46-2"
        ["Аккредиттеу мерзімі өткен, жаңасы жоқ", "Срок аккредитации истёк, новой нет", "the accreditation expired without a new one"];
    D38 = 38 "D38" Signal Organisation [] until [] ends []
        in [DisputeAnswerWd] Runs "Tamga domain model, R12"
        ["Ұйым қарсылыққа жауап бермеген", "Организация не ответила на возражение", "the organisation has not answered an objection"];
}
