//! Fields, subjects and authors of the registry kinds (spec §15.1).

use tamga_format::limits::{POLICY_BYTES_MAX, VALIDATORS_MAX};
use tamga_format::subject::Role;

use crate::status::{AccreditationState, Mark, Sphere, Standing};

use super::kinds::Form;
use super::{Column, FieldType, OrganisationKind, Part, Rows, WriterRole, public, restricted};

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
        public(7, "algorithm", FieldType::Code(&["ED25519"]), false),
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

pub(super) const ACCREDITATION: Form = Form {
    primary: Role::Item,
    parts: &[Part::Organisation, Part::Cmo],
    fields: &[
        public(1, "sphere", FieldType::Code(Sphere::NAMES), true),
        public(2, "state", FieldType::Code(AccreditationState::NAMES), true),
        public(3, "state_date", FieldType::Date, true),
        public(4, "valid_from", FieldType::Date, false),
        public(5, "valid_to", FieldType::Date, false),
        public(6, "act_hash", FieldType::Bytes32, true),
    ],
    body: &[restricted("act_number", FieldType::Text(40), false)],
    authors: &[WriterRole::AuthorisedBody],
};

pub(super) const ROLE_DELEGATION: Form = Form {
    primary: Role::Item,
    parts: &[Part::Organisation, Part::Delegate],
    fields: &[
        public(1, "action", FieldType::Code(&["GRANTED", "REVOKED"]), true),
        public(2, "scope", FieldType::Rows(&SCOPE), true),
        public(3, "valid_from", FieldType::Time, true),
        public(4, "valid_to", FieldType::Time, true),
    ],
    body: &[],
    // The organisation that delegates; the rules find out whether it is one.
    authors: WriterRole::ALL,
};

/// Kinds that the delegate may write.
const SCOPE: Rows =
    Rows { most: 32, columns: &[Column { name: "kind", ty: FieldType::Uint(u16::MAX as u64) }] };

pub(super) const POLICY: Form = Form {
    primary: Role::Item,
    parts: &[],
    fields: &[
        public(1, "number", FieldType::Uint(u32::MAX as u64), true),
        public(2, "predecessor", FieldType::Bytes32, true),
        public(3, "policy", FieldType::Multiline(POLICY_BYTES_MAX), true),
        public(4, "governance", FieldType::Rows(&GOVERNANCE), true),
        public(5, "validators", FieldType::Rows(&VALIDATORS), true),
        public(6, "signatures", FieldType::Rows(&SIGNATURES), true),
    ],
    body: &[],
    // Whoever brings the signatures in the payload.
    authors: WriterRole::ALL,
};

/// The governance key of each organisation.
const GOVERNANCE: Rows = Rows {
    most: 32,
    columns: &[
        Column { name: "organisation", ty: FieldType::Id(Role::Organisation) },
        Column { name: "key", ty: FieldType::Bytes32 },
    ],
};

/// The validators; the cosigner key of each is its witness's in the policy text.
const VALIDATORS: Rows = Rows {
    most: VALIDATORS_MAX,
    columns: &[
        Column { name: "name", ty: FieldType::Text(64) },
        Column { name: "organisation", ty: FieldType::Id(Role::Organisation) },
        Column { name: "peer", ty: FieldType::Text(64) },
        Column { name: "consensus", ty: FieldType::Bytes32 },
        Column { name: "beacon", ty: FieldType::Bytes32 },
    ],
};

/// Signatures over the payload; a beacon key gives a VRF proof instead.
const SIGNATURES: Rows = Rows {
    most: 256,
    columns: &[
        Column {
            name: "purpose",
            ty: FieldType::Code(&["GOVERNANCE", "LOG", "CONSENSUS", "COSIGNER", "BEACON"]),
        },
        Column { name: "key", ty: FieldType::Bytes32 },
        Column { name: "signature", ty: FieldType::Bytes(80) },
    ],
};

pub(super) const APPROVAL: Form = Form {
    primary: Role::Item,
    parts: &[Part::Organisation],
    fields: &[
        public(1, "target", FieldType::Bytes32, true),
        public(2, "decision", FieldType::Code(&["APPROVED", "WITHDRAWN"]), true),
    ],
    body: &[],
    authors: &[
        WriterRole::RegionalChamber,
        WriterRole::RepublicanChamber,
        WriterRole::AuthorisedBody,
        WriterRole::Court,
        WriterRole::Operator,
        WriterRole::Cmo,
    ],
};
