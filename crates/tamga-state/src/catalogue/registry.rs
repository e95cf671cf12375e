//! Fields, subjects and authors of the registry kinds (spec §15.1).

use tamga_format::subject::Role;

use crate::status::{Mark, Standing};

use super::kinds::Form;
use super::{FieldType, OrganisationKind, Part, WriterRole, public, restricted};

const REGISTRARS: &[WriterRole] = &[
    WriterRole::RegionalChamber,
    WriterRole::RepublicanChamber,
    WriterRole::AuthorisedBody,
    WriterRole::Operator,
];

pub(super) const ORGANISATION: Form = Form {
    primary: Role::Organisation,
    parts: &[],
    fields: &[
        public(1, "bin", FieldType::Bin, true),
        public(2, "organisation_kind", FieldType::Code(OrganisationKind::NAMES), true),
        public(3, "region_code", FieldType::Text(8), false),
        public(4, "state", FieldType::Code(Standing::NAMES), false),
    ],
    body: &[
        restricted("name_en", FieldType::Text(200), false),
        restricted("name_kk", FieldType::Text(200), false),
        restricted("name_ru", FieldType::Text(200), false),
    ],
    authors: &[WriterRole::AuthorisedBody, WriterRole::Operator],
};

pub(super) const OFFICER: Form = Form {
    primary: Role::Officer,
    parts: &[Part::Organisation],
    fields: &[
        public(1, "number", FieldType::Text(32), true),
        public(2, "officer_role", FieldType::Code(WriterRole::NAMES), true),
        public(3, "licence", FieldType::Text(32), false),
        public(4, "region_code", FieldType::Text(8), false),
        public(5, "valid_from", FieldType::Time, true),
        public(6, "valid_to", FieldType::Time, false),
        public(7, "state", FieldType::Code(Standing::NAMES), false),
    ],
    body: &[],
    authors: REGISTRARS,
};

pub(super) const KEY_REGISTERED: Form = Form {
    primary: Role::Key,
    parts: &[Part::Holder, Part::HolderOrganisation],
    fields: &[
        public(1, "key", FieldType::Bytes32, true),
        public(2, "possession", FieldType::Bytes64, true),
        public(3, "purpose", FieldType::Code(&["RECORDS"]), true),
        public(4, "valid_from", FieldType::Time, true),
        public(5, "valid_to", FieldType::Time, false),
        public(6, "certificate_hash", FieldType::Bytes32, false),
    ],
    body: &[],
    authors: REGISTRARS,
};

pub(super) const KEY_CHANGED: Form = Form {
    primary: Role::Key,
    parts: &[Part::Holder, Part::HolderOrganisation, Part::NewKey],
    fields: &[
        public(1, "action", FieldType::Code(&["ROTATED", "REVOKED"]), true),
        public(
            2,
            "reason",
            FieldType::Code(&["PLANNED", "LOST", "COMPROMISED", "LEFT_OFFICE", "OTHER"]),
            true,
        ),
        public(3, "compromise_since", FieldType::Time, false),
        public(4, "new_key", FieldType::Bytes32, false),
        public(5, "possession", FieldType::Bytes64, false),
    ],
    body: &[],
    // Registrars may change any key, holders of every role their own.
    authors: WriterRole::ALL,
};

pub(super) const PARAMETER: Form = Form {
    primary: Role::Item,
    parts: &[],
    fields: &[
        public(1, "name", FieldType::Text(64), true),
        public(2, "value", FieldType::Scalar, true),
        public(3, "valid_from", FieldType::Date, true),
        public(4, "legal_basis", FieldType::Text(160), true),
        public(5, "mark", FieldType::Code(Mark::NAMES), false),
        public(6, "valid_to", FieldType::Date, false),
    ],
    body: &[],
    authors: &[WriterRole::AuthorisedBody],
};
