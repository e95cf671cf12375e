//! Fields, subjects and authors of the enforcement kinds but measures and lots (spec §16.1).

use tamga_format::subject::Role;

use crate::status::{ComplaintKind, ComplaintStage, ExecutionClass, Forum, Money, PartyKind};

use super::kinds::Form;
use super::words::{
    ACT_TYPES, CHANNELS, CLAIM_CATEGORIES, CONTENTS, CORRECTION_REASONS, CURRENCIES, DEFERRAL_ENDS,
    DEFERRAL_KINDS, DELIVERY, DOCUMENT_TYPES, RECIPIENTS, REGISTER_REASONS, SOURCES,
};
use super::{
    Column, FieldType, PAYOUT_LINES, Part, Rows, TransferReason, WriterRole as W, pseudonym,
    public, restricted,
};

pub(super) const EXEC_DOC_PRESENTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Document, Part::ClaimIfSolidary],
    fields: &[
        public(1, "exec_doc_type", FieldType::Code(DOCUMENT_TYPES), true),
        pseudonym(2, "issuer_id", FieldType::Bytes32, false),
        public(3, "issue_date", FieldType::Date, false),
        public(4, "in_force_date", FieldType::Date, true),
        public(5, "claim_category", FieldType::Code(CLAIM_CATEGORIES), true),
        public(6, "claim_order", FieldType::Uint(9), true),
        public(7, "debtor_kind", FieldType::Code(PartyKind::NAMES), true),
        public(8, "region_code", FieldType::Text(8), false),
        public(9, "currency", FieldType::Code(CURRENCIES), false),
        public(10, "term_restored_by", FieldType::Bytes32, false),
        public(11, "presentation_deadline", FieldType::Date, false),
        public(12, "amount_band", FieldType::Uint(99), false),
        public(13, "claimant_kind", FieldType::Code(PartyKind::NAMES), false),
        public(14, "periodic", FieldType::Bool, false),
        public(15, "term_interrupted_on", FieldType::Date, false),
    ],
    body: &[
        restricted("amount_due", FieldType::Amount, true),
        restricted("case_number", FieldType::Text(40), false),
        restricted("exec_doc_commitment", FieldType::Bytes32, false),
        restricted("exec_doc_number", FieldType::Text(60), false),
    ],
    authors: &[W::Claimant, W::IssuingBody, W::Operator],
};

pub(super) const CASE_DISTRIBUTED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Chosen],
    fields: &[
        // Which of these a record has depends on its phase; the rules say more.
        public(1, "bailiff_id", FieldType::Id(Role::Officer), false),
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
        public(2, "ground_code", FieldType::Text(40), false),
        public(3, "act_date", FieldType::Date, true),
        public(4, "execution_class", FieldType::Code(ExecutionClass::NAMES), false),
        public(5, "act_type", FieldType::Code(ACT_TYPES), false),
        public(6, "return_channel", FieldType::Code(CHANNELS), false),
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
        pseudonym(7, "recipient_tag", FieldType::Bytes32, false),
        public(8, "content_hash", FieldType::Bytes32, false),
        public(9, "receipt_hash", FieldType::Bytes32, false),
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
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::ClaimIfSolidary],
    fields: &[
        public(1, "source_kind", FieldType::Code(SOURCES), true),
        public(2, "value_date", FieldType::Date, true),
        public(3, "currency", FieldType::Code(CURRENCIES), false),
        pseudonym(4, "payout_batch", FieldType::Id(Role::Batch), false),
    ],
    body: &[
        restricted("amount", FieldType::Amount, true),
        restricted("payment_ref", FieldType::Text(60), false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::BankGateway, W::SystemRobot],
};

pub(super) const FUNDS_DISTRIBUTED: Form = Form {
    primary: Role::Case,
    parts: &[
        Part::Debtor,
        Part::Claimants,
        Part::Assignee,
        Part::ClaimIfSolidary,
        Part::OtherClaims,
    ],
    fields: &[
        public(1, "payout_date", FieldType::Date, false),
        public(2, "fee_rule", FieldType::Text(32), false),
    ],
    body: &[
        restricted("expenses", FieldType::Amount, false),
        restricted("fee", FieldType::Amount, false),
        restricted("lines", FieldType::Rows(&PAYOUT_LINES), false),
        restricted("other_lines", FieldType::Rows(&OTHER_LINES), false),
        restricted("retained", FieldType::Amount, false),
        restricted("returned", FieldType::Amount, false),
        restricted("sanction", FieldType::Amount, false),
        restricted("total", FieldType::Amount, true),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot],
};

/// Payments to claimants of the debtor's other cases, by the order of their claims.
const OTHER_LINES: Rows = Rows {
    most: 126,
    columns: &[
        Column { name: "case", ty: FieldType::Id(Role::Case) },
        Column { name: "claimant", ty: FieldType::Id(Role::Claimant) },
        Column { name: "amount", ty: FieldType::Amount },
    ],
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
        public(2, "ground_code", FieldType::Text(40), false),
        public(3, "until", FieldType::Date, false),
        public(4, "act_date", FieldType::Date, false),
        public(5, "deferral_kind", FieldType::Code(DEFERRAL_KINDS), false),
        public(6, "reason", FieldType::Code(DEFERRAL_ENDS), false),
        public(7, "until_event", FieldType::Text(40), false),
    ],
    body: &[
        restricted("act_number", FieldType::Text(40), false),
        restricted("schedule", FieldType::Rows(&SCHEDULE), false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Court, W::Operator],
};

/// Instalments that a court has ordered.
const SCHEDULE: Rows = Rows {
    most: 240,
    columns: &[
        Column { name: "date", ty: FieldType::Date },
        Column { name: "amount", ty: FieldType::Amount },
    ],
};

pub(super) const CASE_TRANSFERRED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::Chosen],
    fields: &[
        public(1, "from_bailiff", FieldType::Id(Role::Officer), true),
        public(2, "to_bailiff", FieldType::Id(Role::Officer), true),
        public(3, "reason", FieldType::Code(TransferReason::NAMES), true),
        public(4, "decision_hash", FieldType::Bytes32, false),
        public(5, "decision_date", FieldType::Date, false),
        public(6, "inventory_root", FieldType::Bytes32, true),
        public(7, "paper_original_received", FieldType::Bool, false),
        public(8, "region_code", FieldType::Text(8), false),
    ],
    body: &[restricted("decision_number", FieldType::Text(40), false)],
    authors: &[W::RegionalChamber, W::AuthorisedBody],
};

pub(super) const CASE_CLOSED: Form = Form {
    primary: Role::Case,
    parts: &[
        Part::Debtor,
        Part::Claimants,
        Part::Assignee,
        Part::Document,
        Part::ClaimIfSolidary,
        Part::OpenMeasures,
        Part::RightsholderIfLevied,
    ],
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
        public(4, "act_type", FieldType::Code(ACT_TYPES), false),
        public(5, "impossibility_hash", FieldType::Bytes32, false),
    ],
    body: &[
        restricted("act_number", FieldType::Text(40), false),
        restricted("distributed", FieldType::Amount, false),
        restricted("recovered", FieldType::Amount, false),
        restricted("restated", FieldType::Rows(&RESTATED), false),
    ],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::SystemRobot, W::Court],
};

/// A case's money, stated again on reopening after its bodies were erased: the parts of spec §16.6.
const RESTATED: Rows = Rows {
    most: 16,
    columns: &[
        Column { name: "part", ty: FieldType::Code(Money::PARTS) },
        Column { name: "amount", ty: FieldType::Amount },
    ],
};

pub(super) const DEBTOR_REGISTER_CHANGED: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Assignee],
    fields: &[
        public(1, "reason", FieldType::Code(REGISTER_REASONS), true),
        public(2, "presentation_deadline", FieldType::Date, false),
        public(3, "inputs_hash", FieldType::Bytes32, false),
    ],
    body: &[],
    authors: &[W::PrivateBailiff, W::StateBailiff, W::Operator],
};

pub(super) const COMPLAINT_EVENT: Form = Form {
    primary: Role::Case,
    parts: &[Part::Debtor, Part::Claimants, Part::Assignee, Part::Complaint],
    fields: &[
        public(1, "complaint_kind", FieldType::Code(ComplaintKind::NAMES), true),
        public(2, "forum", FieldType::Code(Forum::NAMES), true),
        public(3, "stage", FieldType::Code(ComplaintStage::NAMES), true),
        public(4, "act_record", FieldType::Bytes32, false),
        public(5, "decision_hash", FieldType::Bytes32, false),
        public(6, "decision_date", FieldType::Date, false),
    ],
    body: &[restricted("reference_number", FieldType::Text(40), false)],
    authors: &[W::Claimant, W::Debtor, W::ThirdParty, W::Court],
};

pub(super) const CORRECTION: Form = Form {
    primary: Role::Case,
    parts: &[
        Part::Debtor,
        Part::Claimants,
        Part::Assignee,
        Part::Document,
        Part::ClaimIfSolidary,
        Part::Affected,
        Part::RightsholderIfLevied,
    ],
    fields: &[
        public(
            1,
            "correction_kind",
            FieldType::Code(&["AMEND", "ANNUL", "REINSTATE", "REDACT_BODY"]),
            true,
        ),
        public(2, "reason", FieldType::Code(CORRECTION_REASONS), true),
        public(3, "authority_hash", FieldType::Bytes32, false),
        public(4, "replacement_hash", FieldType::Bytes32, false),
    ],
    body: &[
        restricted("amount_delta", FieldType::Difference, false),
        restricted("distributed_delta", FieldType::Difference, false),
        restricted("expenses_delta", FieldType::Difference, false),
        restricted("fee_delta", FieldType::Difference, false),
        restricted("other_deltas", FieldType::Rows(&OTHER_DELTAS), false),
        restricted("passed_delta", FieldType::Difference, false),
        restricted("retained_delta", FieldType::Difference, false),
        restricted("returned_delta", FieldType::Difference, false),
        restricted("sanction_delta", FieldType::Difference, false),
    ],
    // The author of any target may correct it, so no role is excluded beforehand.
    authors: W::ALL,
};

/// Contrary amounts for the debtor's other cases that a payout passed money to.
const OTHER_DELTAS: Rows = Rows {
    most: 126,
    columns: &[
        Column { name: "case", ty: FieldType::Id(Role::Case) },
        Column { name: "amount", ty: FieldType::Difference },
    ],
};
