//! The table of parameters (spec §15.4; domain model, parameters).
//!
//! A value whose first day no source names begins with the law it belongs to; choices of the project itself begin in
//! 2000, so that imported history is judged by them too.

use tamga_format::subject::Subject;

use super::Form::{Day, DayOfYear, Flag, Number, Numbers, Word, Words};
use super::Group::{Enforcement, Privacy, Royalty};
use super::Info;
use super::Initial as I;
use super::Mark::{Confirmed, Design, Unverified};
use super::Unit::{BasisPoints, CalendarDays, Count, Months, Mrp, None, Tenge, WorkingDays, Years};
use crate::civil::days;
use crate::law::fee::FeeMode;
use crate::law::priority::{ChargesPosition, EDITIONS};
use crate::status::Parameter;

const fn day(year: i64, month: i64, dom: i64) -> i64 {
    days(year, month).saturating_add(dom.saturating_sub(1))
}

/// Choices of the project.
const START: i64 = day(2000, 1, 1);
/// The Law on enforcement proceedings, EL.
const EL: i64 = day(2010, 4, 2);
/// The Law on copyright, CL.
const CL: i64 = day(1996, 6, 10);
/// Orders 415 and 416 on the fees of private bailiffs.
const FEES: i64 = day(2023, 6, 27);
/// Rules 652 on the distribution of documents, as in force from this day.
const RULES_652: i64 = day(2026, 3, 2);

/// Longest term in days, months or years.
const TERM_MAX: i64 = 3_660;
const BP_MAX: i64 = 10_000;
const MRP_MAX: i64 = 1_000_000;
const TENGE_MAX: i64 = 1_000_000_000_000_000;
const COUNT_MAX: i64 = 1_000_000;

const PERIODS: &[&str] = &["month", "quarter", "half_year", "year"];

macro_rules! parameters {
    ($($name:ident = $text:literal $group:ident $form:expr, $unit:ident, $mark:ident [$(($from:expr, $value:expr)),*] $basis:literal;)*) => {
        /// A parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Name {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Name {
            /// Every parameter, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in records.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The parameter with a name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => Option::None }
            }

            /// What is known of the parameter beforehand.
            #[must_use]
            pub const fn info(self) -> &'static Info {
                match self {
                    $(Self::$name => {
                        const INFO: Info = Info {
                            name: Name::$name,
                            group: $group,
                            form: $form,
                            unit: $unit,
                            initial: &[$(($from, $value)),*],
                            mark: $mark,
                            basis: $basis,
                        };
                        &INFO
                    })*
                }
            }
        }
    };
}

impl Name {
    /// The registry item that holds the values.
    #[must_use]
    pub fn subject(self) -> Subject {
        Parameter::subject(self.name())
    }
}

parameters! {
    // Receipt and initiation.
    DistributionWd = "distribution_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(1))] "Rules 652 of 29.10.2015";
    InitiationWd = "initiation_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 37, 38";
    NoticeWd = "notice_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 26-28";
    VoluntaryTermWd = "voluntary_term_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(5))] "EL, practice; 0 is allowed";
    EnforcementStartWd = "enforcement_start_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(5))] "Tamga domain model, D05";
    DrawRequiredFrom = "draw_required_from" Enforcement Day, None, Unverified [] "Rules 652; from this day on a direct distribution is refused";
    MaxLoad = "max_load" Enforcement Number(COUNT_MAX), Count, Unverified [(EL, I::Number(0))] "Rules 652 of 29.10.2015; 0 is no limit";
    RobotThresholdMrp = "robot_threshold_mrp" Enforcement Number(MRP_MAX), Mrp, Confirmed [(EL, I::Number(20))] "Ministry of Justice, practice of 2025";
    StateRecoveryLimit = "state_recovery_limit" Enforcement Number(TENGE_MAX), Tenge, Confirmed [(RULES_652, I::Number(4_300_000))] "Rules 652 as in force from 02.03.2026";
    ExecutionMonthsClassA = "execution_months_class_a" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(2))] "EL art. 39";
    ExecutionMonthsClassB = "execution_months_class_b" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(4))] "EL art. 39";
    DeferralStopsClock = "deferral_stops_clock" Enforcement Flag, None, Unverified [(EL, I::Flag(true))] "EL ch. 2";
    LateAnchorWd = "late_anchor_wd" Enforcement Number(TERM_MAX), WorkingDays, Design [(START, I::Number(1))] "Tamga domain model, D22";
    SilenceCd = "silence_cd" Enforcement Number(TERM_MAX), CalendarDays, Design [(START, I::Number(30))] "Tamga domain model, D19";

    // Presentation periods, EL art. 11.
    PresentationWritJudicial = "presentation_months.writ_judicial" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationCourtOrder = "presentation_months.court_order" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationWritAifc = "presentation_months.writ_aifc" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationWritArbitralForeign = "presentation_months.writ_arbitral_foreign" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationAdminCourtRuling = "presentation_months.admin_court_ruling" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(12))] "EL art. 11; unless another law says otherwise";
    PresentationAdminBodyRuling = "presentation_months.admin_body_ruling" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(12))] "EL art. 11";
    PresentationAifcSecuringOrder = "presentation_months.aifc_securing_order" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(12))] "EL art. 11; from the day of issue";
    PresentationFineInstruction = "presentation_months.fine_instruction" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(12))] "EL art. 11";
    PresentationNotarialInscription = "presentation_months.notarial_inscription" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationStateBailiffSanction = "presentation_months.state_bailiff_sanction" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationBailiffExpenses = "presentation_months.bailiff_expenses" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationPrivateBailiffFee = "presentation_months.private_bailiff_fee" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(36))] "EL art. 11";
    PresentationCriminalSeizureOrder = "presentation_months.criminal_seizure_order" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(12))] "EL art. 11";
    PresentationCriminalFineWrit = "presentation_months.criminal_fine_writ" Enforcement Number(TERM_MAX), Months, Unverified [] "a rule of its own, not confirmed";
    PresentationProsecutorAct = "presentation_months.prosecutor_act" Enforcement Number(TERM_MAX), Months, Unverified [] "not confirmed";
    PresentationLabourInspection = "presentation_months.labour_inspection" Enforcement Number(TERM_MAX), Months, Unverified [] "not confirmed";
    PresentationAlimonyAgreement = "presentation_months.alimony_agreement" Enforcement Number(TERM_MAX), Months, Unverified [] "not confirmed";
    PresentationOther = "presentation_months.other" Enforcement Number(TERM_MAX), Months, Unverified [] "not confirmed";
    PresentationTailM = "presentation_tail_m" Enforcement Number(TERM_MAX), Months, Unverified [] "tail after the period of periodic payments, not confirmed";
    ElapsedBeforeInterruptionCounts = "elapsed_before_interruption_counts" Enforcement Flag, None, Unverified [(EL, I::Flag(true))] "EL ch. 2; two renderings, contrary to usual practice";

    // Measures, levy and lots.
    SanctionAccountArrest = "sanction_required.account_arrest" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "CPC art. 252; not confirmed";
    SanctionFundsCollection = "sanction_required.funds_collection" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "not confirmed";
    SanctionPropertyArrest = "sanction_required.property_arrest" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "EL ch. 7";
    SanctionRealtyBan = "sanction_required.realty_ban" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "not confirmed";
    SanctionVehicleBan = "sanction_required.vehicle_ban" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "not confirmed";
    SanctionTravelBan = "sanction_required.travel_ban" Enforcement Flag, None, Confirmed [(EL, I::Flag(true))] "EL art. 33, CPC art. 252";
    SanctionTravelBanSuspend = "sanction_required.travel_ban_suspend" Enforcement Flag, None, Confirmed [(EL, I::Flag(true))] "standard forms of bailiffs' acts";
    SanctionCompulsoryBringing = "sanction_required.compulsory_bringing" Enforcement Flag, None, Confirmed [(EL, I::Flag(true))] "standard forms of bailiffs' acts";
    SanctionLicenceSuspension = "sanction_required.licence_suspension" Enforcement Flag, None, Unverified [(EL, I::Flag(true))] "not confirmed";
    SanctionWageWithholding = "sanction_required.wage_withholding" Enforcement Flag, None, Unverified [(EL, I::Flag(false))] "EL art. 102";
    SanctionSearchDebtor = "sanction_required.search_debtor" Enforcement Flag, None, Confirmed [(EL, I::Flag(true))] "EL art. 45";
    SanctionDecisionWd = "sanction_decision_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [] "the court's term, not confirmed";
    TravelBanMrp = "travel_ban_mrp" Enforcement Number(MRP_MAX), Mrp, Confirmed [(EL, I::Number(40))] "EL art. 33";
    TravelBanPeriodicM = "travel_ban_periodic_m" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(3))] "EL art. 33";
    TravelBanNoticeRequiredFrom = "travel_ban_notice_required_from" Enforcement Day, None, Confirmed [(EL, I::Number(day(2025, 12, 25)))] "EL art. 33 as in force from 25.12.2025";
    WageWithholdingMaxBp = "wage_withholding_max_bp" Enforcement Number(BP_MAX), BasisPoints, Unverified [(EL, I::Number(5_000))] "EL ch. 9";
    EmployerCheckPerQuarter = "employer_check_per_quarter" Enforcement Number(COUNT_MAX), Count, Confirmed [(EL, I::Number(1))] "EL art. 102";
    ProtectedMinimum = "protected_minimum" Enforcement Word(&["subsistence_minimum"]), None, Unverified [(EL, I::Word("subsistence_minimum"))] "EL, rule not confirmed";
    SubsistenceMinimum = "subsistence_minimum" Enforcement Number(TENGE_MAX), Tenge, Unverified [(day(2026, 1, 1), I::Number(50_851))] "Law on the republican budget for 2026";
    AppraiserWd = "appraiser_wd" Enforcement Number(TERM_MAX), WorkingDays, Confirmed [(EL, I::Number(10))] "EL ch. 7";
    ListingWd = "listing_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(10))] "EL ch. 7";
    SecondAuctionWd = "second_auction_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(20))] "Tamga domain model, D10";
    MaxAuctions = "max_auctions" Enforcement Number(COUNT_MAX), Count, Confirmed [(EL, I::Number(2))] "EL ch. 7";
    AuctionReductionBp = "auction_reduction_bp" Enforcement Number(BP_MAX), BasisPoints, Unverified [] "not confirmed";
    ValuationValidityM = "valuation_validity_m" Enforcement Number(TERM_MAX), Months, Unverified [(EL, I::Number(6))] "EL ch. 7";
    GuaranteeRefundWd = "guarantee_refund_wd" Enforcement Number(TERM_MAX), WorkingDays, Confirmed [(EL, I::Number(1))] "Order 100 of 20.02.2015";
    GuaranteeReuseM = "guarantee_reuse_m" Enforcement Number(TERM_MAX), Months, Confirmed [(EL, I::Number(1))] "Order 100 of 20.02.2015";

    // Money.
    Mrp = "mrp" Enforcement Number(TENGE_MAX), Tenge, Confirmed [(day(2025, 1, 1), I::Number(3_932)), (day(2026, 1, 1), I::Number(4_325))] "Law on the republican budget of the year";
    PayoutWd = "payout_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 110-112";
    ClaimPriorities = "claim_priorities" Enforcement Word(EDITIONS), None, Unverified [(EL, I::Word("EL-110-112"))] "EL arts. 110-112; orders 1 and 2 confirmed";
    FeePosition = "fee_position" Enforcement Word(ChargesPosition::NAMES), None, Unverified [(EL, I::Word("after_claims"))] "EL arts. 110-112";
    FeeMode = "fee_mode" Enforcement Word(FeeMode::NAMES), None, Unverified [(FEES, I::Word("flat"))] "Order 416 of 27.06.2023";
    FeeBracketsMrp = "fee_brackets_mrp" Enforcement Numbers(MRP_MAX), Mrp, Confirmed [(FEES, I::Numbers(&[60, 300, 1_000, 5_000, 10_000, 20_000]))] "Order 416 of 27.06.2023";
    FeeRatesBp = "fee_rates_bp" Enforcement Numbers(BP_MAX), BasisPoints, Confirmed [(FEES, I::Numbers(&[2_500, 2_000, 1_500, 1_000, 800, 500, 300]))] "Order 416 of 27.06.2023, EL art. 118";
    FeeBoundaryInclusive = "fee_boundary_inclusive" Enforcement Flag, None, Unverified [(FEES, I::Flag(true))] "Order 416 of 27.06.2023";
    FeeMrpDate = "fee_mrp_date" Enforcement Word(&["recovery", "payout", "initiation"]), None, Unverified [(FEES, I::Word("recovery"))] "Order 416 of 27.06.2023";
    FeeActMrp = "fee_act_mrp" Enforcement Numbers(MRP_MAX), Mrp, Confirmed [(FEES, I::Numbers(&[50, 100]))] "Order 416 of 27.06.2023; persons, organisations";
    FeeSecuringMrp = "fee_securing_mrp" Enforcement Numbers(MRP_MAX), Mrp, Confirmed [(FEES, I::Numbers(&[10, 20]))] "Order 416 of 27.06.2023; persons, organisations";
    FeeChildContactMrp = "fee_child_contact_mrp" Enforcement Number(MRP_MAX), Mrp, Confirmed [(FEES, I::Number(20))] "Order 416 of 27.06.2023; monthly";
    FeeAlimonyRatesBp = "fee_alimony_rates_bp" Enforcement Numbers(BP_MAX), BasisPoints, Unverified [] "Order 415 of 27.06.2023, rates not confirmed";
    SanctionBp = "sanction_bp" Enforcement Number(BP_MAX), BasisPoints, Unverified [(EL, I::Number(1_000))] "EL, enforcement sanction";

    // Suspension, closing, register, complaints, transfer.
    SuspensionActWd = "suspension_act_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 42-44";
    ResumptionWd = "resumption_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 44, 45";
    UntilWd = "until_wd" Enforcement Number(TERM_MAX), WorkingDays, Design [(START, I::Number(1))] "Tamga domain model, D18";
    PostponeMaxCd = "postpone_max_cd" Enforcement Number(TERM_MAX), CalendarDays, Unverified [(EL, I::Number(10))] "EL art. 41";
    LiftWd = "lift_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL, term not confirmed";
    CloseWd = "close_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL arts. 47-50";
    ErdEnterRule = "erd_enter_rule" Enforcement Word(&["on_initiation", "on_enforcement", "by_record"]), None, Unverified [(EL, I::Word("on_initiation"))] "EL art. 36";
    ErdRemoveWd = "erd_remove_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "EL art. 36";
    ComplaintWd = "complaint_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(10))] "EL art. 127, CPC art. 250";
    ComplaintFollowupWd = "complaint_followup_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(5))] "EL art. 127, CPC art. 250";
    TransferWd = "transfer_wd" Enforcement Number(TERM_MAX), WorkingDays, Unverified [(EL, I::Number(3))] "Rules 652, clause 12";
    TransfereeWd = "transferee_wd" Enforcement Number(TERM_MAX), WorkingDays, Design [(START, I::Number(5))] "Tamga domain model, D20";

    // Targets of the ministry.
    TargetExecutedBp = "target_executed_bp" Enforcement Number(BP_MAX), BasisPoints, Confirmed [(day(2025, 1, 1), I::Number(6_930)), (day(2026, 1, 1), I::Number(6_940)), (day(2027, 1, 1), I::Number(6_950))] "Digital Transformation Map of the justice sector 2025-2027";
    TargetClosedBp = "target_closed_bp" Enforcement Number(BP_MAX), BasisPoints, Confirmed [(day(2027, 1, 1), I::Number(4_640))] "Digital Transformation Map of the justice sector 2025-2027";

    // Royalties.
    DeductionMaxBp = "deduction_max_bp" Royalty Number(BP_MAX), BasisPoints, Unverified [(CL, I::Number(3_000))] "CL art. 46; at least 70 % to authors";
    DistributionPeriod = "distribution_period" Royalty Word(PERIODS), None, Unverified [(CL, I::Word("quarter"))] "CL art. 46; observed practice";
    UnclaimedYears = "unclaimed_years" Royalty Number(TERM_MAX), Years, Unverified [(CL, I::Number(3))] "CL art. 46";
    AccreditationYears = "accreditation_years" Royalty Number(TERM_MAX), Years, Unverified [(CL, I::Number(5))] "CL art. 46-2";
    StatementLagWd = "statement_lag_wd" Royalty Number(TERM_MAX), WorkingDays, Unverified [(CL, I::Number(0))] "CL art. 46";
    AnnualReportDue = "annual_report_due" Royalty DayOfYear, None, Unverified [(CL, I::Word("04-15"))] "CL art. 46";
    UsageReportPeriod = "usage_report_period" Royalty Word(PERIODS), None, Unverified [(CL, I::Word("month"))] "licence contracts";
    UsageToleranceBp = "usage_tolerance_bp" Royalty Number(BP_MAX), BasisPoints, Design [(START, I::Number(500))] "Tamga domain model, C19";
    MandateScopeExclusive = "mandate_scope_exclusive" Royalty Word(&["whole", "per_category"]), None, Unverified [(CL, I::Word("whole"))] "CL art. 45-1; ambiguous";
    Spheres = "spheres" Royalty Words(&["copyright", "related_rights", "private_copying", "combined"]), None, Unverified [(CL, I::Words(&["copyright", "related_rights", "private_copying", "combined"]))] "Joint order 218 and 31 of 2019";
    NOkup = "n_okup" Royalty Number(COUNT_MAX), Count, Unverified [(CL, I::Number(15))] "informational; 13 or 15";
    PrivateCopySplitBp = "private_copy_split_bp" Royalty Numbers(BP_MAX), BasisPoints, Unverified [] "CL art. 26, split not known";
    ExclusionNoticeM = "exclusion_notice_m" Royalty Number(TERM_MAX), Months, Unverified [(CL, I::Number(3))] "CL art. 46";
    AuditPeriod = "audit_period" Royalty Word(PERIODS), None, Unverified [(CL, I::Word("year"))] "CL art. 46";
    DistributionCd = "distribution_cd" Royalty Number(TERM_MAX), CalendarDays, Unverified [(CL, I::Number(60))] "CL art. 46; term not confirmed";
    PayoutCd = "payout_cd" Royalty Number(TERM_MAX), CalendarDays, Unverified [(CL, I::Number(30))] "CL art. 46; term not confirmed";
    CollectionRunM = "collection_run_m" Royalty Number(TERM_MAX), Months, Design [(START, I::Number(12))] "Tamga domain model, D33";
    DisputeAnswerWd = "dispute_answer_wd" Royalty Number(TERM_MAX), WorkingDays, Unverified [(CL, I::Number(15))] "term not confirmed";
    UsageReportCd = "usage_report_cd" Royalty Number(TERM_MAX), CalendarDays, Unverified [(CL, I::Number(10))] "licence contracts; days not confirmed";
    TaxRules = "tax_rules" Royalty Numbers(BP_MAX), BasisPoints, Unverified [] "Tax Code, rates of 2026 not confirmed";

    // Personal data.
    KMin = "k_min" Privacy Number(COUNT_MAX), Count, Design [(START, I::Number(10))] "Tamga domain model, access matrix";
}
