//! Every kind of record as data: number, fields, authors, subjects (spec §16.1, §15.1).
//!
//! Kinds that exist in the catalogue but are not in force yet are listed, so that their numbers are
//! fixed, and refused with `kind-not-in-force`.

use tamga_format::subject::Role;

use crate::codes::Text;

mod check;
mod enforcement;
mod grounds;
mod identifiers;
mod kinds;
mod measures;
mod registry;
mod role;
mod royalty;
mod transfer;
mod words;

pub(crate) use check::check_record;
pub use check::{looks_personal, valid_bin, valid_iin};
pub use grounds::{Family, GROUNDS, Ground};
pub use identifiers::Identifier;
pub use kinds::Kind;
pub use measures::MeasureRule;
pub(crate) use role::coded;
pub use role::{OrganisationKind, WriterRole};
pub use royalty::DEDUCTION_KINDS;
pub use transfer::TransferReason;

/// Highest value of a date: 9999-12-31 in days since 1970-01-01.
pub const DATE_MAX: i64 = 2_932_896;

/// Largest amount of money: 10^15 tenge in tiyn.
pub const AMOUNT_MAX: i64 = 100_000_000_000_000_000;

/// Officers on one list of candidates.
pub const CANDIDATES_MAX: usize = 500;

/// How freely a field may be shown (spec §16.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Public: codes, dates, roles, organisations.
    P0,
    /// Pseudonymous: tags and ids.
    P1,
    /// Confidential: lives in the body only.
    P2,
}

/// The type of a field's value (spec §16.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A number from 0 to the limit.
    Uint(u64),
    /// True or false.
    Bool,
    /// Money in tiyn, from 0 to [`AMOUNT_MAX`].
    Amount,
    /// A difference of money in tiyn, within ±[`AMOUNT_MAX`].
    Difference,
    /// A text of at most so many bytes.
    Text(usize),
    /// One of these words.
    Code(&'static [&'static str]),
    /// The 32 bytes of an id, a key or a hash.
    Bytes32,
    /// The 64 bytes of a signature.
    Bytes64,
    /// A civil date as days since 1970-01-01.
    Date,
    /// An instant as milliseconds since 1970-01-01 UTC.
    Time,
    /// A business identification number (БИН): twelve digits with a valid check digit.
    Bin,
    /// An identifier of a register outside the ledger.
    Identifier(Identifier),
    /// A parameter's value: a number, a truth value, a short text, or a list of at most 64 numbers or short texts.
    Scalar,
    /// The id of a subject of this role.
    Id(Role),
    /// 1 to so many bytes.
    Bytes(usize),
    /// A text of several lines, of at most so many bytes; the rules read it themselves.
    Multiline(usize),
    /// A list of rows with named columns.
    Rows(&'static Rows),
    /// The officers among whom a case is drawn, by ascending id, at most [`CANDIDATES_MAX`]: an
    /// id, or an array of (id, reason for which the officer is left out).
    Candidates,
    /// A load for each candidate who is not left out.
    Loads,
}

/// The form of a list of rows: each is an array with one value per column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// How many rows there may be; there is at least one.
    pub most: usize,
    /// What each row holds, in this order.
    pub columns: &'static [Column],
}

/// One column of [`Rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in drafts.
    pub name: &'static str,
    /// The type of its values; no rows again.
    pub ty: FieldType,
}

/// Payout lines: the order of the claim, who is paid, and how much.
pub const PAYOUT_LINES: Rows = Rows {
    most: 64,
    columns: &[
        Column { name: "order", ty: FieldType::Uint(9) },
        Column { name: "claimant", ty: FieldType::Id(Role::Claimant) },
        Column { name: "amount", ty: FieldType::Amount },
    ],
};

/// A public field or a field of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The number under which a public field stands in the record; 0 in bodies.
    pub number: u16,
    /// The name, in snake case.
    pub name: &'static str,
    /// The type of the value.
    pub ty: FieldType,
    /// Who may see it.
    pub class: Class,
    /// Whether every record of the kind has it; some kinds require more, depending on the step.
    pub required: bool,
}

/// A public field (class P0).
const fn public(number: u16, name: &'static str, ty: FieldType, required: bool) -> Field {
    Field { number, name, ty, class: Class::P0, required }
}

/// A public field that holds a pseudonym (class P1).
const fn pseudonym(number: u16, name: &'static str, ty: FieldType, required: bool) -> Field {
    Field { number, name, ty, class: Class::P1, required }
}

/// A field of the body (class P2).
const fn restricted(name: &'static str, ty: FieldType, required: bool) -> Field {
    Field { number: 0, name, ty, class: Class::P2, required }
}

/// A subject, beside the primary one, that a record of some kind names (spec §16.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The case's debtor.
    Debtor,
    /// All claimants of the case.
    Claimants,
    /// The officer the case is assigned to, if any.
    Assignee,
    /// The officer whom this record assigns.
    Chosen,
    /// The tag of the executive document.
    Document,
    /// The tag of the executive document, if the record closes or reopens the case.
    DocumentIfClosing,
    /// The complaint.
    Complaint,
    /// The officer to whom a correction gives or from whom it takes the case.
    Affected,
    /// The solidary claim that the case is about, if it is about one.
    ClaimIfSolidary,
    /// The debtor's other cases whose claims are of an order that is paid, with their claimants.
    OtherClaims,
    /// The measure.
    Measure,
    /// Every open measure of the case, if the record closes it.
    OpenMeasures,
    /// The lot.
    Lot,
    /// The debtor as a rightsholder, if the record is about a levy on royalties.
    RightsholderIfRoyalties,
    /// The rightsholder on whose royalties the case levies, if it does, before the record or after it.
    RightsholderIfLevied,
    /// One registered organisation.
    Organisation,
    /// The organisation as a collective management organisation.
    Cmo,
    /// The organisation or officer to whom a role is delegated.
    Delegate,
    /// The holder of rights.
    Rightsholder,
    /// The holders of rights in a work, if any are named.
    Creators,
    /// The same work in the other categories of rights that the record names.
    OtherCategories,
    /// The user of works, if it was one who paid.
    LicenseeIfPaying,
    /// The user of works.
    Licensee,
    /// The holders of the shares.
    ShareHolders,
    /// The usage that the run consumes, if it adds any.
    Usage,
    /// The pool that what nobody claimed goes to, if it is redistributed.
    OtherPool,
    /// The pool.
    Pool,
    /// The allocation that is paid.
    Allocation,
    /// The organisation's book of allocations and payouts.
    Book,
    /// The rightsholders whom a dispute is about, if it is about any.
    Parties,
    /// The work whose shares are disputed, if they are.
    WorkIfShares,
    /// The rightsholder, if it is one who confirms.
    RightsholderIfConfirming,
    /// The holder of the key.
    Holder,
    /// The organisation of the holder, if it is an officer.
    HolderOrganisation,
    /// The key that replaces this one.
    NewKey,
}

/// What the catalogue says of one kind.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    /// The kind.
    pub kind: Kind,
    /// Its code, such as `E03`.
    pub code: &'static str,
    /// Its name, such as `INITIATION_DECIDED`.
    pub name: &'static str,
    /// Its title for people.
    pub title: Text,
    /// Whether records of it are accepted.
    pub in_force: bool,
    /// The role of its primary subject.
    pub primary: Role,
    /// The other subjects, exactly.
    pub parts: &'static [Part],
    /// Its own public fields.
    pub fields: &'static [Field],
    /// The fields of its body.
    pub body: &'static [Field],
    /// The roles that may write it; for enforcement kinds the matrix says more.
    pub authors: &'static [WriterRole],
}

impl KindInfo {
    /// The public field with a number, common ones included.
    #[must_use]
    pub fn field(&self, number: u16) -> Option<&'static Field> {
        self.fields.iter().chain(COMMON).find(|field| field.number == number)
    }

    /// The public field with a name, common ones included.
    #[must_use]
    pub fn field_named(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().chain(COMMON).find(|field| field.name == name)
    }

    /// The body field with a name.
    #[must_use]
    pub fn body_named(&self, name: &str) -> Option<&'static Field> {
        self.body.iter().find(|field| field.name == name)
    }
}

/// Fields that every kind may have (spec §16.2).
pub const COMMON: &[Field] = &[
    public(60, "provenance", FieldType::Code(&["DERIVED", "IMPORTED"]), false),
    public(61, "document_hash", FieldType::Bytes32, false),
];

/// Relations of references (spec §16.3).
pub mod relation {
    /// The record that a correction corrects.
    pub const TARGET: u8 = 1;
    /// The last record of the earlier case about the same document.
    pub const PREVIOUS_CASE: u8 = 2;
    /// The record that permits this one.
    pub const AUTHORITY: u8 = 3;
    /// The record that imposed a measure.
    pub const IMPOSED: u8 = 4;
}

#[cfg(test)]
mod tests;
