//! Fields, subjects and authors of the royalty kinds (spec §23).

use tamga_format::subject::Role;

use tamga_format::limits::LINES_MAX;

use crate::status::{
    Confirmation, Decision, DisputeAbout, RightCategory, Sphere, UsageSource, Weighting,
};

use super::kinds::Form;
use super::words::{CURRENCIES, DELIVERY};
use super::{
    Column, FieldType, Identifier, Part, Rows, WriterRole as W, pseudonym, public, restricted,
};

/// Categories of rights, each once.
const CATEGORIES: Rows = Rows {
    most: 5,
    columns: &[Column { name: "category", ty: FieldType::Code(RightCategory::NAMES) }],
};

const RECORDINGS: Rows = Rows {
    most: 64,
    columns: &[Column { name: "isrc", ty: FieldType::Identifier(Identifier::Isrc) }],
};

const WORKS: Rows = Rows {
    most: crate::status::Mandate::EXCLUDED_MAX,
    columns: &[Column { name: "work", ty: FieldType::Id(Role::Work) }],
};

const USE_TYPES: Rows = Rows {
    most: 16,
    columns: &[Column {
        name: "use",
        ty: FieldType::Code(&[
            "BROADCAST",
            "CABLE",
            "PUBLIC_PERFORMANCE",
            "ONLINE",
            "REPRODUCTION",
            "SYNCHRONISATION",
            "RENTAL",
            "OTHER",
        ]),
    }],
};

pub(super) const WORK_REGISTERED: Form = Form {
    primary: Role::Work,
    parts: &[Part::OtherCategories, Part::Cmo, Part::Creators],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), false),
        public(2, "work_id", FieldType::Text(40), true),
        public(3, "right_categories", FieldType::Rows(&CATEGORIES), true),
        public(4, "iswc", FieldType::Identifier(Identifier::Iswc), false),
        pseudonym(5, "title_hash", FieldType::Bytes32, true),
        public(
            6,
            "work_kind",
            FieldType::Code(&[
                "MUSIC",
                "LITERARY",
                "DRAMATIC",
                "AUDIOVISUAL",
                "VISUAL",
                "PERFORMANCE",
                "PHONOGRAM",
                "OTHER",
            ]),
            true,
        ),
        public(7, "duration_s", FieldType::Uint(1_000_000), false),
        public(8, "recordings", FieldType::Rows(&RECORDINGS), false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator],
};

pub(super) const MANDATE_CONTRACT: Form = Form {
    primary: Role::Mandate,
    parts: &[Part::Cmo, Part::Rightsholder],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(
            2,
            "action",
            FieldType::Code(&["SIGNED", "AMENDED", "TERMINATION_NOTICED", "ENDED"]),
            true,
        ),
        public(3, "right_categories", FieldType::Rows(&CATEGORIES), false),
        public(4, "territory", FieldType::Identifier(Identifier::Territory), false),
        public(5, "valid_from", FieldType::Date, false),
        public(6, "valid_to", FieldType::Date, false),
        public(7, "end_date", FieldType::Date, false),
        public(8, "excluded_works", FieldType::Rows(&WORKS), false),
        public(9, "sphere", FieldType::Code(Sphere::NAMES), false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator],
};

pub(super) const USER_LICENCE: Form = Form {
    primary: Role::Licensee,
    parts: &[Part::Cmo],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "action", FieldType::Code(&["SIGNED", "ENDED"]), true),
        public(3, "user_id", FieldType::Id(Role::Organisation), false),
        public(4, "use_types", FieldType::Rows(&USE_TYPES), false),
        public(5, "tariff_rule_id", FieldType::Text(40), false),
        public(6, "territory", FieldType::Identifier(Identifier::Territory), false),
        public(7, "valid_from", FieldType::Date, false),
        public(8, "valid_to", FieldType::Date, false),
        public(9, "sphere", FieldType::Code(Sphere::NAMES), false),
        public(10, "licence", FieldType::Bytes32, false),
        public(11, "end_date", FieldType::Date, false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator],
};

pub(super) const COLLECTION: Form = Form {
    primary: Role::Pool,
    parts: &[Part::Cmo, Part::LicenseeIfPaying],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "sphere", FieldType::Code(Sphere::NAMES), true),
        public(3, "period", FieldType::Text(7), true),
        public(4, "currency", FieldType::Code(CURRENCIES), true),
        public(5, "amount", FieldType::Amount, true),
        public(6, "collected_on", FieldType::Date, true),
        public(
            7,
            "source",
            FieldType::Code(&[
                "LICENCE",
                "UNLICENSED_USE_SETTLEMENT",
                "PRIVATE_COPY",
                "FOREIGN_SOCIETY",
            ]),
            true,
        ),
        public(8, "licence", FieldType::Bytes32, false),
        public(9, "usage_from", FieldType::Date, false),
        public(10, "usage_to", FieldType::Date, false),
        public(11, "society", FieldType::Identifier(Identifier::Society), false),
        public(12, "foreign_currency", FieldType::Text(3), false),
        public(13, "foreign_amount", FieldType::Amount, false),
        public(14, "rate_millionths", FieldType::Uint(1_000_000_000_000), false),
        public(15, "rate_date", FieldType::Date, false),
        public(16, "rate_source", FieldType::Code(&["NATIONAL_BANK", "CONTRACT", "BANK"]), false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator, W::BankGateway],
};

/// Who holds which share of a work.
const SHARES: Rows = Rows {
    most: 120,
    columns: &[
        Column { name: "party", ty: FieldType::Id(Role::Rightsholder) },
        Column {
            name: "role",
            ty: FieldType::Code(&[
                "AUTHOR",
                "COMPOSER",
                "LYRICIST",
                "ARRANGER",
                "TRANSLATOR",
                "PUBLISHER",
                "PERFORMER",
                "PHONOGRAM_PRODUCER",
                "HEIR",
                "OTHER",
            ]),
        },
        Column { name: "share_bp", ty: FieldType::Uint(10_000) },
    ],
};

/// What is kept of a pool, by kind (C03).
const DEDUCTIONS: Rows = Rows {
    most: DEDUCTION_KINDS.len(),
    columns: &[
        Column { name: "kind", ty: FieldType::Code(DEDUCTION_KINDS) },
        Column { name: "amount", ty: FieldType::Amount },
    ],
};

/// Kinds of deductions, in the order in which a pool's status holds them.
pub const DEDUCTION_KINDS: &[&str] =
    &["COLLECTION_COST", "DISTRIBUTION_COST", "SPECIAL_FUND", "OTHER"];

const BATCHES: Rows = Rows {
    most: crate::status::Batch::NAMED_MAX,
    columns: &[Column { name: "batch", ty: FieldType::Id(Role::Batch) }],
};

/// A range proof for each batch that a statement covers.
const RANGES: Rows = Rows {
    most: crate::status::Batch::NAMED_MAX,
    columns: &[Column { name: "range", ty: FieldType::Bytes(16_384) }],
};

/// Sums of uses or weights.
const COUNT_MAX: u64 = i64::MAX as u64;

pub(super) const SHARES_SET: Form = Form {
    primary: Role::Work,
    parts: &[Part::Cmo, Part::ShareHolders],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), false),
        public(2, "territory", FieldType::Identifier(Identifier::Territory), true),
        public(3, "valid_from", FieldType::Date, true),
        public(4, "valid_to", FieldType::Date, false),
        public(5, "completeness", FieldType::Code(&["COMPLETE", "INCOMPLETE"]), true),
    ],
    body: &[restricted("shares", FieldType::Rows(&SHARES), true)],
    authors: &[W::Cmo, W::Operator],
};

pub(super) const USAGE_REPORT_BATCH: Form = Form {
    primary: Role::Batch,
    parts: &[Part::Cmo, Part::Licensee],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "attachment", FieldType::Bytes32, true),
        public(3, "base", FieldType::Uint(COUNT_MAX), true),
        public(4, "usage_root", FieldType::Bytes32, true),
        public(5, "usage_count", FieldType::Uint(LINES_MAX), true),
        public(6, "uses", FieldType::Uint(COUNT_MAX), true),
        public(7, "first_day", FieldType::Date, true),
        public(8, "last_day", FieldType::Date, true),
        public(9, "source", FieldType::Code(UsageSource::NAMES), true),
        public(10, "licence", FieldType::Bytes32, false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator, W::User],
};

pub(super) const DISTRIBUTION_RUN: Form = Form {
    primary: Role::Pool,
    parts: &[Part::Cmo, Part::Usage, Part::OtherPool],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(
            2,
            "action",
            FieldType::Code(&[
                "POOL_FIXED",
                "USAGE_ADDED",
                "UNDISTRIBUTED_RELEASED",
                "REDISTRIBUTED",
                "APPROVED",
                "PUBLISHED",
                "CLOSED",
            ]),
            true,
        ),
        public(3, "deductions", FieldType::Rows(&DEDUCTIONS), false),
        public(4, "collected", FieldType::Amount, false),
        public(5, "allocated", FieldType::Amount, false),
        public(6, "undistributed", FieldType::Amount, false),
        public(7, "weighting", FieldType::Code(Weighting::NAMES), false),
        public(8, "right_categories", FieldType::Rows(&CATEGORIES), false),
        public(9, "amount", FieldType::Amount, false),
    ],
    body: &[],
    authors: &[W::Cmo, W::Operator],
};

pub(super) const ALLOCATION_BATCH: Form = Form {
    primary: Role::Batch,
    parts: &[Part::Cmo, Part::Pool, Part::Book],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "attachment", FieldType::Bytes32, true),
        public(3, "base", FieldType::Uint(COUNT_MAX), true),
        public(4, "allocation_root", FieldType::Bytes32, true),
        public(5, "line_count", FieldType::Uint(LINES_MAX), true),
        public(6, "total", FieldType::Difference, true),
        public(7, "held", FieldType::Difference, true),
        public(8, "recoverable", FieldType::Amount, true),
        public(9, "remainders_root", FieldType::Bytes32, true),
        public(10, "remainders_count", FieldType::Uint(LINES_MAX), true),
        public(11, "usage", FieldType::Rows(&BATCHES), false),
        public(12, "corrects", FieldType::Id(Role::Batch), false),
    ],
    body: &[],
    authors: &[W::Cmo],
};

pub(super) const PAYOUT_BATCH: Form = Form {
    primary: Role::Batch,
    parts: &[Part::Cmo, Part::Pool, Part::Allocation, Part::Book],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "attachment", FieldType::Bytes32, true),
        public(3, "base", FieldType::Uint(COUNT_MAX), true),
        public(4, "payout_root", FieldType::Bytes32, true),
        public(5, "line_count", FieldType::Uint(LINES_MAX), true),
        public(6, "net", FieldType::Difference, true),
        public(7, "tax", FieldType::Difference, true),
        public(8, "levied", FieldType::Difference, true),
        public(9, "remainders_before", FieldType::Bytes32, true),
        public(10, "remainders_root", FieldType::Bytes32, true),
        public(11, "tax_rule_id", FieldType::Text(40), false),
    ],
    body: &[restricted("payment_ref_hash", FieldType::Bytes32, false)],
    authors: &[W::Cmo, W::BankGateway],
};

pub(super) const RIGHTSHOLDER_STATEMENT: Form = Form {
    primary: Role::Rightsholder,
    parts: &[Part::Cmo],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "period", FieldType::Text(7), true),
        public(3, "after_batch", FieldType::Uint(COUNT_MAX), true),
        public(4, "batches", FieldType::Rows(&BATCHES), true),
        public(5, "statement_root", FieldType::Bytes32, true),
        public(6, "delivery_status", FieldType::Code(DELIVERY), false),
    ],
    body: &[
        restricted("allocated", FieldType::Difference, true),
        restricted("closing", FieldType::Difference, true),
        restricted("levied", FieldType::Difference, true),
        restricted("net", FieldType::Difference, true),
        restricted("opening", FieldType::Difference, true),
        restricted("ranges", FieldType::Rows(&RANGES), true),
        restricted("tax", FieldType::Difference, true),
    ],
    authors: &[W::Cmo],
};

pub(super) const PERIOD_REPORT: Form = Form {
    primary: Role::Cmo,
    parts: &[],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "sphere", FieldType::Code(Sphere::NAMES), true),
        public(3, "currency", FieldType::Code(CURRENCIES), true),
        public(4, "report_period", FieldType::Text(7), true),
        public(5, "opening", FieldType::Amount, true),
        public(6, "collected", FieldType::Amount, true),
        public(7, "deducted", FieldType::Amount, true),
        public(8, "allocated", FieldType::Difference, true),
        public(9, "paid", FieldType::Difference, true),
        public(10, "tax", FieldType::Difference, true),
        public(11, "levied", FieldType::Difference, true),
        public(12, "redistributed_out", FieldType::Amount, true),
        public(13, "redistributed_in", FieldType::Amount, true),
        public(14, "unclaimed", FieldType::Amount, true),
        public(15, "closing", FieldType::Amount, true),
    ],
    body: &[],
    authors: &[W::Cmo],
};

pub(super) const DISPUTE: Form = Form {
    primary: Role::Dispute,
    parts: &[Part::Cmo, Part::Parties, Part::WorkIfShares],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "action", FieldType::Code(&["FILED", "ANSWERED", "WITHDRAWN", "RESOLVED"]), true),
        public(3, "about", FieldType::Code(DisputeAbout::NAMES), false),
        public(
            4,
            "reason",
            FieldType::Code(&[
                "WRONG_SHARE",
                "NOT_THE_HOLDER",
                "WORK_MISSING",
                "USE_MISSING",
                "WRONG_AMOUNT",
                "WRONG_DEDUCTION",
                "WRONG_TAX",
                "NOT_RECEIVED",
                "NOT_STATED",
                "OTHER",
            ]),
            false,
        ),
        public(5, "batch", FieldType::Id(Role::Batch), false),
        pseudonym(6, "line", FieldType::Bytes32, false),
        public(7, "period", FieldType::Text(7), false),
        public(8, "decision", FieldType::Code(Decision::NAMES), false),
    ],
    body: &[
        restricted("claimed_amount", FieldType::Difference, false),
        restricted("claimed_bp", FieldType::Uint(10_000), false),
    ],
    authors: &[W::Rightsholder, W::Cmo, W::Operator, W::Court, W::AuthorisedBody],
};

pub(super) const PAYMENT_CONFIRMED: Form = Form {
    primary: Role::Payment,
    parts: &[Part::Cmo, Part::RightsholderIfConfirming],
    fields: &[
        public(1, "okup_id", FieldType::Id(Role::Organisation), true),
        public(2, "payout", FieldType::Id(Role::Batch), true),
        public(3, "confirmation", FieldType::Code(Confirmation::NAMES), true),
        public(4, "paid_on", FieldType::Date, false),
        public(5, "executed", FieldType::Amount, false),
    ],
    body: &[restricted("range", FieldType::Bytes(16_384), false)],
    authors: &[W::BankGateway, W::Rightsholder],
};
