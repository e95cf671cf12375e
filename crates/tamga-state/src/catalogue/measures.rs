//! Fields, subjects and authors of measures, levies and lots (E06–E10; spec §16.1), and which
//! measures need a court's sanction.

use tamga_format::subject::Role;

use crate::status::{LotStage, MeasureCode, MeasureState};

use super::kinds::Form;
use super::words::{
    ASSET_KINDS, LEVY_KINDS, LEVY_STEPS, MEASURE_REASONS, PAYER_KINDS, SANCTION_REASONS,
};
use super::{FieldType, Part, WriterRole as W, pseudonym, public, restricted};

pub(super) const MEASURE_IMPOSED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee, Part::Measure],
    fields: &[
        public(1, "measure_code", FieldType::Code(MeasureCode::NAMES), true),
        public(2, "measure_state", FieldType::Code(MeasureState::IMPOSING), true),
        pseudonym(3, "measure_object_tag", FieldType::Bytes32, false),
        public(4, "act_date", FieldType::Date, true),
        public(5, "arrears_since", FieldType::Date, false),
        public(6, "debtor_is_head", FieldType::Bool, false),
    ],
    body: &[
        restricted("act_number", FieldType::Text(40), false),
        restricted("limit_amount", FieldType::Amount, false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

pub(super) const COURT_SANCTION: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee, Part::Measure],
    fields: &[
        public(1, "decision", FieldType::Code(MeasureState::ANSWERS), true),
        public(2, "reason", FieldType::Code(SANCTION_REASONS), true),
        public(3, "act_date", FieldType::Date, true),
    ],
    body: &[restricted("act_number", FieldType::Text(40), false)],
    authors: &[W::Court],
};

pub(super) const MEASURE_CHANGED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee, Part::Measure],
    fields: &[
        public(1, "measure_state", FieldType::Code(MeasureState::CHANGES), true),
        public(2, "reason", FieldType::Code(MEASURE_REASONS), true),
        public(3, "act_date", FieldType::Date, true),
    ],
    body: &[restricted("act_number", FieldType::Text(40), false)],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Court, W::SystemRobot],
};

pub(super) const LEVY_APPLIED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::RightsholderIfRoyalties],
    fields: &[
        public(1, "levy_kind", FieldType::Code(LEVY_KINDS), true),
        public(2, "payer_kind", FieldType::Code(PAYER_KINDS), true),
        public(3, "act_date", FieldType::Date, true),
        public(4, "rate_bp", FieldType::Uint(10_000), false),
        public(5, "payer_id", FieldType::Id(Role::Organisation), false),
        public(6, "step", FieldType::Code(LEVY_STEPS), false),
    ],
    body: &[
        restricted("act_number", FieldType::Text(40), false),
        restricted("limit_amount", FieldType::Amount, false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

pub(super) const LOT_EVENT: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee, Part::Lot],
    fields: &[
        public(1, "lot_stage", FieldType::Code(LotStage::EVENTS), true),
        public(2, "stage_date", FieldType::Date, true),
        public(3, "asset_kind", FieldType::Code(ASSET_KINDS), false),
        public(4, "auction_round", FieldType::Uint(99), false),
        public(5, "participants", FieldType::Uint(100_000), false),
        public(6, "valuation_date", FieldType::Date, false),
        pseudonym(7, "appraiser_id", FieldType::Bytes32, false),
        public(8, "ownership_identified_on", FieldType::Date, false),
    ],
    body: &[
        restricted("minimum_price", FieldType::Amount, false),
        restricted("sale_price", FieldType::Amount, false),
        restricted("start_price", FieldType::Amount, false),
        restricted("valuation", FieldType::Amount, false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Uetp],
};

/// What the law says of one measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasureRule {
    /// The measure.
    pub code: MeasureCode,
    /// Whether it needs a court's sanction; the parameter `sanction_required.<code>` overrules it.
    pub sanction: bool,
    /// Whether it takes money, which is not done while a case is suspended.
    pub levies: bool,
    /// Whether it is limited to an amount.
    pub limited: bool,
    /// What may be added to the unpaid sum for the fee and expenses, in basis points.
    pub added_bp: i64,
    /// Where it stands.
    pub basis: &'static str,
}

const fn measure(code: MeasureCode, sanction: bool, basis: &'static str) -> MeasureRule {
    MeasureRule { code, sanction, levies: false, limited: false, added_bp: 0, basis }
}

impl MeasureRule {
    /// Every measure, by code.
    pub const ALL: &'static [Self] = &[
        Self {
            limited: true,
            // The highest rate of the fee of private bailiffs.
            added_bp: 2_500,
            ..measure(MeasureCode::AccountArrest, false, "CPC art. 252, unverified")
        },
        Self {
            levies: true,
            limited: true,
            ..measure(MeasureCode::FundsCollection, false, "unverified")
        },
        measure(MeasureCode::PropertyArrest, false, "EL art. 62"),
        measure(MeasureCode::RealtyBan, false, "unverified"),
        measure(MeasureCode::VehicleBan, false, "unverified"),
        measure(MeasureCode::TravelBan, true, "CPC art. 252, EL art. 33"),
        measure(MeasureCode::TravelBanSuspend, true, "CPC art. 252"),
        measure(MeasureCode::CompulsoryBringing, true, "CPC art. 252"),
        measure(MeasureCode::LicenceSuspension, true, "unverified"),
        Self { levies: true, ..measure(MeasureCode::WageWithholding, false, "EL ch. 9") },
        measure(MeasureCode::SearchDebtor, true, "EL art. 45"),
    ];

    /// First day on which a travel ban needs a warning: 2025-12-25.
    pub const TRAVEL_BAN_WARNING_FROM: i64 = 20_447;

    /// The rule of a measure.
    ///
    /// # Panics
    ///
    /// Never: the list is by code, which a test holds it to.
    #[must_use]
    pub fn of(code: MeasureCode) -> &'static Self {
        Self::ALL.iter().find(|rule| rule.code == code).expect("every code has a rule")
    }

    /// The highest amount for an unpaid sum, in tiyn.
    #[must_use]
    pub fn limit(&self, unpaid: i64) -> i64 {
        let added = i128::from(unpaid).saturating_mul(self.added_bp.into()).div_euclid(10_000);
        unpaid.saturating_add(i64::try_from(added).unwrap_or(i64::MAX))
    }
}
