//! Fields, subjects and authors of the royalty kinds (spec §23).

use tamga_format::subject::Role;

use crate::status::{RightCategory, Sphere};

use super::kinds::Form;
use super::words::CURRENCIES;
use super::{Column, FieldType, Identifier, Part, Rows, WriterRole as W, pseudonym, public};

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
