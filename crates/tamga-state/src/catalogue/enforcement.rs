//! Fields, subjects and authors of the enforcement kinds (spec §16.1).

use tamga_format::subject::Role;

use crate::status::ComplaintStage;

use super::kinds::Form;
use super::{FieldType, Part, WriterRole as W, pseudonym, public, restricted};

/// Executive documents (EL art. 9).
const DOCUMENT_TYPES: &[&str] = &[
    "WRIT_JUDICIAL",
    "COURT_ORDER",
    "WRIT_AIFC",
    "WRIT_ARBITRAL_FOREIGN",
    "ADMIN_COURT_RULING",
    "ADMIN_BODY_RULING",
    "AIFC_SECURING_ORDER",
    "FINE_INSTRUCTION",
    "NOTARIAL_INSCRIPTION",
    "STATE_BAILIFF_SANCTION",
    "BAILIFF_EXPENSES",
    "PRIVATE_BAILIFF_FEE",
    "CRIMINAL_SEIZURE_ORDER",
    "CRIMINAL_FINE_WRIT",
    "PROSECUTOR_ACT",
    "LABOUR_INSPECTION",
    "ALIMONY_AGREEMENT",
    "OTHER",
];

const CLAIM_CATEGORIES: &[&str] = &[
    "ALIMONY",
    "HARM",
    "WAGES",
    "AUTHOR_REMUNERATION",
    "TAX",
    "FINE",
    "DEBT",
    "NON_MONETARY",
    "OTHER",
];

const REFUSAL_GROUNDS: &[&str] = &[
    "NOT_EXECUTIVE_DOCUMENT",
    "NOT_IN_FORCE",
    "PRESENTATION_EXPIRED",
    "WRONG_TERRITORY",
    "REQUISITES_MISSING",
    "DEFERRED_BY_COURT",
    "ALREADY_EXECUTED",
    "DUPLICATE",
];

/// Grounds of suspension: the mandatory ones first, then the optional ones from
/// `DEBTOR_HOSPITAL` on. Positions are the numbers in statuses.
pub(crate) const SUSPENSION_GROUNDS: &[&str] = &[
    "DEBTOR_DEATH_SUCCESSION",
    "REORGANISATION",
    "INCAPACITY",
    "MILITARY_OPERATIONS",
    "BANKRUPTCY_OR_REHABILITATION",
    "SOLVENCY_RESTORATION",
    "CLAIM_TO_RELEASE_FROM_ARREST",
    "COURT_SUSPENDED_ACT",
    "SEARCH_WITHOUT_PROPERTY",
    "DEBTOR_HOSPITAL",
    "DEBTOR_LONG_ABSENCE",
    "EXPERT_EXAMINATION",
    "CHALLENGED_ACTIONS",
    "CLARIFICATION_REQUESTED",
];

pub(crate) const TERMINATION_GROUNDS: &[&str] = &[
    "CLAIMANT_WAIVER",
    "SETTLEMENT_APPROVED",
    "ACT_CANCELLED",
    "DEATH_NO_SUCCESSION",
    "LIQUIDATION",
    "LIMITATION_OF_EXECUTION",
    "CLAIMANT_REFUSED_ITEM",
];

pub(crate) const RETURN_GROUNDS: &[&str] = &[
    "CLAIMANT_REQUEST",
    "NO_PROPERTY",
    "DEBTOR_NOT_FOUND",
    "CLAIMANT_OBSTRUCTS",
    "PROPERTY_NOT_SOLD_AND_REFUSED",
];

const RECIPIENTS: &[&str] = &["DEBTOR", "CLAIMANT", "THIRD_PARTY"];
const CHANNELS: &[&str] = &["EGOV", "SMS", "POST", "COURIER", "IN_PERSON", "PUBLICATION", "OTHER"];
const CONTENTS: &[&str] = &["INITIATION", "TRAVEL_BAN_WARNING", "MEASURE", "CLOSING", "OTHER"];
const DELIVERY: &[&str] = &["SENT", "DELIVERED", "REFUSED", "UNDELIVERED"];
const CURRENCIES: &[&str] = &["KZT", "USD", "EUR", "RUB"];
const SOURCES: &[&str] = &["VOLUNTARY", "ACCOUNT", "WAGES", "SALE", "THIRD_PARTY", "OTHER"];
const DEBTOR_KINDS: &[&str] = &["PERSON", "ENTREPRENEUR", "ORGANISATION", "STATE"];

pub(super) const EXEC_DOC_PRESENTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Document],
    fields: &[
        public(1, "exec_doc_type", FieldType::Code(DOCUMENT_TYPES), true),
        pseudonym(2, "issuer_id", FieldType::Bytes32, false),
        public(3, "issue_date", FieldType::Date, false),
        public(4, "in_force_date", FieldType::Date, true),
        public(5, "claim_category", FieldType::Code(CLAIM_CATEGORIES), true),
        public(6, "claim_order", FieldType::Uint(9), true),
        public(7, "debtor_kind", FieldType::Code(DEBTOR_KINDS), true),
        public(8, "region_code", FieldType::Text(8), false),
        public(9, "currency", FieldType::Code(CURRENCIES), false),
        public(10, "term_restored_by", FieldType::Bytes32, false),
    ],
    body: &[
        restricted("amount_due", FieldType::Amount, true),
        restricted("case_number", FieldType::Text(40), false),
        restricted("exec_doc_number", FieldType::Text(60), false),
    ],
    authors: &[W::Claimant, W::IssuingBody, W::Operator],
};

pub(super) const CASE_DISTRIBUTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Chosen],
    fields: &[
        // Which of these a record has depends on its phase; the rules say more.
        public(1, "bailiff_id", FieldType::Bytes32, false),
        public(2, "algorithm_version", FieldType::Uint(65_535), true),
        public(3, "phase", FieldType::Code(&["DIRECT", "COMMIT", "DRAW"]), false),
        public(4, "candidate_root", FieldType::Bytes32, false),
        public(5, "candidates", FieldType::Candidates, false),
        public(6, "max_load", FieldType::Uint(u32::MAX as u64), false),
        public(7, "loads", FieldType::Loads, false),
    ],
    body: &[],
    // A draw may be recorded by whoever runs a validator, the rest by chambers only.
    authors: &[
        W::RegionalChamber,
        W::RepublicanChamber,
        W::AuthorisedBody,
        W::Court,
        W::IssuingBody,
        W::Operator,
    ],
};

pub(super) const INITIATION_DECIDED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::DocumentIfClosing],
    fields: &[
        public(1, "decision", FieldType::Code(&["INITIATED", "REFUSED"]), true),
        public(2, "ground_code", FieldType::Code(REFUSAL_GROUNDS), false),
        public(3, "act_date", FieldType::Date, true),
        public(4, "execution_class", FieldType::Code(&["A", "B"]), false),
    ],
    body: &[restricted("act_number", FieldType::Text(40), false)],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

pub(super) const NOTIFICATION: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee],
    fields: &[
        public(1, "recipient", FieldType::Code(RECIPIENTS), true),
        public(2, "channel", FieldType::Code(CHANNELS), true),
        public(3, "content", FieldType::Code(CONTENTS), true),
        public(4, "sent_at", FieldType::Time, true),
        public(5, "delivery_status", FieldType::Code(DELIVERY), true),
        public(6, "delivered_at", FieldType::Time, false),
    ],
    body: &[restricted("amount", FieldType::Amount, false)],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Operator, W::SystemRobot],
};

pub(super) const ENFORCEMENT_STARTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee],
    fields: &[
        public(
            1,
            "reason",
            FieldType::Code(&["VOLUNTARY_TERM_ELAPSED", "NO_VOLUNTARY_TERM", "URGENCY"]),
            true,
        ),
        public(2, "term_start", FieldType::Date, false),
        public(3, "term_end", FieldType::Date, false),
    ],
    body: &[],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

pub(super) const FUNDS_RECOVERED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee],
    fields: &[
        public(1, "source_kind", FieldType::Code(SOURCES), true),
        public(2, "value_date", FieldType::Date, true),
        public(3, "currency", FieldType::Code(CURRENCIES), false),
    ],
    body: &[
        restricted("amount", FieldType::Amount, true),
        restricted("payment_ref", FieldType::Text(60), false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::BankGateway, W::SystemRobot],
};

pub(super) const FUNDS_DISTRIBUTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee],
    fields: &[public(1, "payout_date", FieldType::Date, false)],
    body: &[
        restricted("expenses", FieldType::Amount, false),
        restricted("fee", FieldType::Amount, false),
        restricted("lines", FieldType::Lines, false),
        restricted("retained", FieldType::Amount, false),
        restricted("returned", FieldType::Amount, false),
        restricted("sanction", FieldType::Amount, false),
        restricted("total", FieldType::Amount, true),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

pub(super) const LIFECYCLE_CHANGED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee],
    fields: &[
        public(
            1,
            "transition",
            FieldType::Code(&["SUSPEND", "RESUME", "DEFER", "POSTPONE", "END_DEFERRAL"]),
            true,
        ),
        public(2, "ground_code", FieldType::Code(SUSPENSION_GROUNDS), false),
        public(3, "until", FieldType::Date, false),
        public(4, "act_date", FieldType::Date, false),
    ],
    body: &[restricted("act_number", FieldType::Text(40), false)],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Court, W::Operator],
};

pub(super) const CASE_CLOSED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::Document],
    fields: &[
        public(
            1,
            "outcome",
            FieldType::Code(&[
                "EXECUTED",
                "TERMINATED",
                "RETURNED_CLAIMANT",
                "RETURNED_ISSUER",
                "REOPENED",
            ]),
            true,
        ),
        // One list for both families; which ones fit the outcome is checked by the rules.
        public(2, "ground_code", FieldType::Text(40), false),
        public(3, "act_date", FieldType::Date, true),
    ],
    body: &[
        restricted("act_number", FieldType::Text(40), false),
        restricted("distributed", FieldType::Amount, false),
        restricted("recovered", FieldType::Amount, false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot, W::Court],
};

pub(super) const DEBTOR_REGISTER_CHANGED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee],
    fields: &[public(
        1,
        "reason",
        FieldType::Code(&["ENTERED", "REMOVED_EXECUTED", "REMOVED_EXPIRED", "REMOVED_ERROR"]),
        true,
    )],
    body: &[],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Operator],
};

pub(super) const COMPLAINT_EVENT: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::Complaint],
    fields: &[
        public(
            1,
            "complaint_kind",
            FieldType::Code(&["ACTIONS", "INACTION", "THIRD_PARTY_CLAIM", "ALGORITHMIC_REVIEW"]),
            true,
        ),
        public(2, "forum", FieldType::Code(&["CIVIL", "ADMIN"]), true),
        public(3, "stage", FieldType::Code(ComplaintStage::NAMES), true),
    ],
    body: &[restricted("reference_number", FieldType::Text(40), false)],
    authors: &[W::Claimant, W::Debtor, W::ThirdParty, W::Court],
};

pub(super) const CORRECTION: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::Document, Part::Affected],
    fields: &[
        public(
            1,
            "correction_kind",
            FieldType::Code(&["AMEND", "ANNUL", "REINSTATE", "REDACT_BODY"]),
            true,
        ),
        public(
            2,
            "reason",
            FieldType::Code(&[
                "CLERICAL",
                "AMOUNT_CHANGED",
                "SUPERIOR_ORDER",
                "COURT_ACT",
                "OTHER",
            ]),
            true,
        ),
        public(3, "authority_hash", FieldType::Bytes32, false),
    ],
    body: &[
        restricted("amount_delta", FieldType::Difference, false),
        restricted("distributed_delta", FieldType::Difference, false),
        restricted("expenses_delta", FieldType::Difference, false),
        restricted("fee_delta", FieldType::Difference, false),
        restricted("retained_delta", FieldType::Difference, false),
        restricted("returned_delta", FieldType::Difference, false),
        restricted("sanction_delta", FieldType::Difference, false),
    ],
    // The author of any target may correct it, so no role is excluded beforehand.
    authors: W::ALL,
};
