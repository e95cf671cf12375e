//! The words that fields of the enforcement kinds may hold (spec §16.2).

/// Executive documents (EL art. 9).
pub(super) const DOCUMENT_TYPES: &[&str] = &[
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

pub(super) const CLAIM_CATEGORIES: &[&str] = &[
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

/// Acts on the standard forms (Order of the Minister of Justice, forms of bailiffs' acts).
pub(super) const ACT_TYPES: &[&str] = &[
    "INITIATION",
    "REFUSAL",
    "AMENDMENT",
    "CANCELLATION",
    "TRANSLATOR",
    "SPECIALIST",
    "RECUSAL",
    "RECUSAL_REFUSED",
    "POLICE_INVOLVED",
    "COMPULSORY_BRINGING",
    "TRAVEL_BAN",
    "TRAVEL_BAN_SUSPENDED",
    "SUSPENSION",
    "RESUMPTION",
    "TERMINATION",
    "RETURN",
    "IMPOSSIBILITY",
    "COURT_RULING",
    "OTHER",
];

pub(super) const RECIPIENTS: &[&str] = &["DEBTOR", "CLAIMANT", "THIRD_PARTY"];
pub(super) const CHANNELS: &[&str] =
    &["EGOV", "SMS", "POST", "COURIER", "IN_PERSON", "PUBLICATION", "ETU", "OTHER"];
pub(super) const CONTENTS: &[&str] = &[
    "INITIATION",
    "REFUSAL",
    "TRAVEL_BAN_WARNING",
    "MEASURE",
    "SUSPENSION",
    "TRANSFER",
    "CLOSING",
    "OTHER",
];
pub(super) const DELIVERY: &[&str] = &["SENT", "DELIVERED", "REFUSED", "UNDELIVERED"];
pub(super) const CURRENCIES: &[&str] = &["KZT", "USD", "EUR", "RUB"];
pub(super) const SOURCES: &[&str] =
    &["VOLUNTARY", "ACCOUNT", "WAGES", "SALE", "THIRD_PARTY", "ROYALTIES", "OTHER"];

pub(super) const SANCTION_REASONS: &[&str] =
    &["GROUNDS_HOLD", "PREMATURE", "NOT_PROVEN", "DISPROPORTIONATE", "FORM", "OTHER"];
pub(super) const MEASURE_REASONS: &[&str] = &[
    "PAID",
    "CLOSED",
    "COURT_ACT",
    "REPLACED",
    "GROUND_EXPIRED",
    "CLAIMANT_REQUEST",
    "SUSPENSION_ENDED",
    "OTHER",
];

/// What execution is levied on (EL art. 55 ff., ch. 9).
pub(super) const LEVY_KINDS: &[&str] =
    &["FUNDS", "WAGES", "PROPERTY", "RECEIVABLES", "ROYALTIES", "NON_MONETARY"];
/// A levy is applied, also if nothing is said; one on royalties is lifted too.
pub(super) const LEVY_STEPS: &[&str] = &["APPLIED", "LIFTED"];
pub(super) const PAYER_KINDS: &[&str] =
    &["BANK", "EMPLOYER", "BUYER", "THIRD_PARTY", "CMO", "DEBTOR"];
pub(super) const ASSET_KINDS: &[&str] =
    &["REALTY", "VEHICLE", "MOVABLE", "SECURITIES", "RIGHTS", "OTHER"];

pub(super) const DEFERRAL_KINDS: &[&str] = &["DEFERRAL", "INSTALMENTS", "METHOD_CHANGED"];
pub(super) const DEFERRAL_ENDS: &[&str] = &["TERM_OVER", "SCHEDULE_BREACHED", "CANCELLED"];
pub(super) const REGISTER_REASONS: &[&str] =
    &["ENTERED", "REMOVED_EXECUTED", "REMOVED_TERMINATED", "REMOVED_EXPIRED", "REMOVED_ERROR"];
pub(super) const CORRECTION_REASONS: &[&str] =
    &["CLERICAL", "AMOUNT_CHANGED", "SUPERIOR_ORDER", "COURT_ACT", "ERASURE_REQUEST", "OTHER"];
