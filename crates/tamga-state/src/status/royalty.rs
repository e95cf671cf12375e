//! Statuses of works, mandates, licensees and rightsholders (spec §23).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::FormatError;
use tamga_format::id::{RecordId, SubjectId};
use tamga_format::subject::{Role, Subject};

use super::registry::Sphere;
use super::{
    Typed, optional, optional_day, optional_text, read_code, read_id, read_list, read_text,
    read_width,
};
use crate::catalogue::coded;

coded! {
    /// A category of rights that is managed apart from the others.
    RightCategory {
        /// Public performance and broadcasting.
        Performing = 1 "PR";
        /// Mechanical reproduction.
        Mechanical = 2 "MR";
        /// Synchronisation.
        Synchronisation = 3 "SR";
        /// Remuneration for private copying.
        PrivateCopying = 4 "PC";
        /// Resale of works of art.
        Resale = 5 "RR";
    }
}

/// Some categories of rights; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightCategories(u8);

impl RightCategories {
    /// The set of these categories; `None` if there are none, or one stands twice.
    #[must_use]
    pub fn new(categories: &[RightCategory]) -> Option<Self> {
        let mut bits = 0_u8;
        for category in categories {
            let bit = Self::bit(*category);
            if bits & bit != 0 {
                return None;
            }
            bits |= bit;
        }
        (bits != 0).then_some(Self(bits))
    }

    const fn bit(category: RightCategory) -> u8 {
        1 << category.code()
    }

    /// Whether a category is among them.
    #[must_use]
    pub const fn has(self, category: RightCategory) -> bool {
        self.0 & Self::bit(category) != 0
    }

    /// Whether a category is among both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The categories, by code.
    pub fn iter(self) -> impl Iterator<Item = RightCategory> {
        RightCategory::ALL.iter().copied().filter(move |category| self.has(*category))
    }

    fn from_bits(bits: u64) -> Option<Self> {
        let known = RightCategory::ALL.iter().fold(0_u8, |bits, it| bits | Self::bit(*it));
        u8::try_from(bits).ok().filter(|bits| *bits != 0 && bits & !known == 0).map(Self)
    }
}

/// The status of a work in one category of rights (R01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Who registered it; only that organisation, and the expert organisation, may revise it.
    pub registrant: SubjectId,
    /// Its ISWC.
    pub iswc: Option<String>,
    /// Hash of its title.
    pub title: [u8; 32],
    /// The category of rights.
    pub category: RightCategory,
    /// Who holds which share of it, from when to when, in the order in which it was recorded (R02).
    pub shares: Vec<ShareSet>,
    /// Open disputes about these shares (R12).
    pub disputes: u64,
}

/// Shares in force in a territory; who holds them, only the body of their record tells (R02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareSet {
    /// The record that set them.
    pub record: RecordId,
    /// Where.
    pub territory: String,
    /// First day.
    pub from: i64,
    /// First day no longer, if the end is known.
    pub to: Option<i64>,
    /// Their sum in basis points: 10,000, or less if some are not known yet (C08).
    pub total_bp: u64,
}

impl ShareSet {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn covers(&self, day: i64) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

impl Work {
    /// Sets of shares of one work in one category; a further one is refused.
    pub const SHARES_MAX: usize = 32;
    /// All shares of a work, in basis points.
    pub const WHOLE_BP: u64 = 10_000;
    /// Where shares are looked for: the country by both of its codes, then the world.
    const TERRITORIES: [&str; 3] = ["KZ", "398", "2136"];

    /// The shares in force in a territory on a day.
    #[must_use]
    pub fn shares_on(&self, territory: &str, day: i64) -> Option<&ShareSet> {
        self.shares.iter().find(|set| set.territory == territory && set.covers(day))
    }

    /// The shares by which a use on a day is divided (spec §23.10).
    #[must_use]
    pub fn shares_of_use(&self, day: i64) -> Option<&ShareSet> {
        Self::TERRITORIES.iter().find_map(|territory| self.shares_on(territory, day))
    }

    /// The subject of a work in a category.
    #[must_use]
    pub fn subject(work: &str, category: RightCategory) -> Subject {
        Subject::registered(Role::Work, &format!("{work}.{}", category.name()))
    }
}

impl Typed for Work {
    const ROLE: Role = Role::Work;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.registrant.as_bytes());
        optional_text(to, self.iswc.as_deref());
        to.bytes(&self.title).uint(self.category.code().into()).array(self.shares.len());
        for set in &self.shares {
            to.array(5).bytes(set.record.as_bytes()).text(&set.territory).int(set.from);
            optional_day(to, set.to);
            to.uint(set.total_bp);
        }
        to.uint(self.disputes);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            registrant: read_id(from)?,
            iswc: from.null_or(Reader::text)?.map(str::to_owned),
            title: from.fixed()?,
            category: read_code(from, RightCategory::from_code)?,
            shares: read_list(from, Self::SHARES_MAX, |from| {
                read_width(from, 5)?;
                Ok(ShareSet {
                    record: RecordId(from.fixed()?),
                    territory: read_text(from)?,
                    from: from.int()?,
                    to: from.null_or(Reader::int)?,
                    total_bp: from.uint()?,
                })
            })?,
            disputes: from.uint()?,
        })
    }
}

coded! {
    /// Where a mandate stands.
    MandateState {
        /// In force, or about to be.
        InForce = 1 "IN_FORCE";
        /// One side has given notice.
        TerminationNoticed = 2 "TERMINATION_NOTICED";
        /// Over.
        Ended = 3 "ENDED";
    }
}

/// The status of a mandate (R03).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Who gave it.
    pub rightsholder: SubjectId,
    /// The organisation that manages the rights, as a `cmo`.
    pub cmo: SubjectId,
    /// Where it stands.
    pub state: MandateState,
    /// The sphere in which the organisation acts.
    pub sphere: Sphere,
    /// Where the rights are managed.
    pub territory: String,
    /// Works that it leaves out, ascending.
    pub excluded: Vec<SubjectId>,
}

impl Mandate {
    /// Works that one mandate leaves out.
    pub const EXCLUDED_MAX: usize = 64;
}

impl Typed for Mandate {
    const ROLE: Role = Role::Mandate;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.rightsholder.as_bytes()).bytes(self.cmo.as_bytes());
        to.uint(self.state.code().into()).uint(self.sphere.code().into()).text(&self.territory);
        to.array(self.excluded.len());
        for work in &self.excluded {
            to.bytes(work.as_bytes());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            rightsholder: read_id(from)?,
            cmo: read_id(from)?,
            state: read_code(from, MandateState::from_code)?,
            sphere: read_code(from, Sphere::from_code)?,
            territory: read_text(from)?,
            excluded: read_list(from, Self::EXCLUDED_MAX, read_id)?,
        })
    }
}

/// What a mandate covers from one day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MandateTerm {
    /// The mandate.
    pub mandate: SubjectId,
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// The categories of rights.
    pub categories: RightCategories,
    /// First day.
    pub from: i64,
    /// First day no longer, if the end is known.
    pub to: Option<i64>,
}

impl MandateTerm {
    /// Whether it covers a day.
    #[must_use]
    pub fn covers(&self, day: i64) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether a day is covered by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |a: &Self, b: &Self| a.to.is_some_and(|to| to <= b.from.max(a.from));
        // An empty term covers no day.
        !before(self, other) && !before(other, self)
    }
}

/// The status of a rightsholder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightsholderStatus {
    /// Keys ever registered.
    pub keys: u64,
    /// The last record that changed mandates or levies.
    pub rights_set: Option<RecordId>,
    /// Levies on royalties (E09).
    pub levies: u64,
    /// Mandates, ended ones included, in the order in which they were recorded.
    pub mandates: Vec<MandateTerm>,
    /// Statements received, one for each organisation that gave any, in the order of the first (R10).
    pub statements: Vec<StatementState>,
    /// Commitment to the balances with these organisations, in the same order.
    pub balances: Option<[u8; 32]>,
}

/// What the statements of one organisation cover so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementState {
    /// The organisation, as a `cmo`.
    pub cmo: SubjectId,
    /// The number in its book of the last batch that is covered.
    pub covered: u64,
    /// The last statement.
    pub record: RecordId,
}

impl RightsholderStatus {
    /// Terms of mandates of one rightsholder; a further one is refused.
    pub const TERMS_MAX: usize = 30;
    /// Organisations that give one rightsholder statements.
    pub const STATEMENTS_MAX: usize = super::money::Balances::MOST;

    /// The mandate by which an organisation manages a category of rights on a day (C09).
    #[must_use]
    pub fn mandate_on(
        &self,
        cmo: &SubjectId,
        category: RightCategory,
        day: i64,
    ) -> Option<&MandateTerm> {
        let fits = |term: &&MandateTerm| {
            term.cmo == *cmo && term.categories.has(category) && term.covers(day)
        };
        self.mandates.iter().find(fits)
    }
}

impl Typed for RightsholderStatus {
    const ROLE: Role = Role::Rightsholder;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.uint(self.keys);
        optional(to, self.rights_set.as_ref().map(RecordId::as_bytes));
        to.uint(self.levies).array(self.mandates.len());
        for term in &self.mandates {
            to.array(5).bytes(term.mandate.as_bytes()).bytes(term.cmo.as_bytes());
            to.uint(term.categories.0.into()).int(term.from);
            optional_day(to, term.to);
        }
        to.array(self.statements.len());
        for state in &self.statements {
            to.array(3).bytes(state.cmo.as_bytes()).uint(state.covered);
            to.bytes(state.record.as_bytes());
        }
        optional(to, self.balances.as_ref());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let keys = from.uint()?;
        let rights_set = from.null_or(Reader::fixed)?.map(RecordId);
        let levies = from.uint()?;
        let mandates = read_list(from, Self::TERMS_MAX, |from| {
            read_width(from, 5)?;
            Ok(MandateTerm {
                mandate: read_id(from)?,
                cmo: read_id(from)?,
                categories: read_code(from, RightCategories::from_bits)?,
                from: from.int()?,
                to: from.null_or(Reader::int)?,
            })
        })?;
        let statements = read_list(from, Self::STATEMENTS_MAX, |from| {
            read_width(from, 3)?;
            Ok(StatementState {
                cmo: read_id(from)?,
                covered: from.uint()?,
                record: RecordId(from.fixed()?),
            })
        })?;
        let balances = from.null_or(Reader::fixed)?;
        Ok(Self { keys, rights_set, levies, mandates, statements, balances })
    }
}

/// A licence to use works (R04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// The record that granted it.
    pub record: RecordId,
    /// The organisation that granted it, as a `cmo`.
    pub cmo: SubjectId,
    /// The sphere in which it did.
    pub sphere: Sphere,
    /// First day.
    pub from: i64,
    /// First day no longer.
    pub to: i64,
}

impl Licence {
    /// Whether it covers a whole period, from its first day to its last.
    #[must_use]
    pub const fn covers(&self, first: i64, last: i64) -> bool {
        self.from <= first && last < self.to
    }
}

/// The status of somebody who uses works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Licensee {
    /// Licences, ended ones included, in the order in which they were recorded.
    pub licences: Vec<Licence>,
}

impl Licensee {
    /// Licences of one user; a further one is refused.
    pub const LICENCES_MAX: usize = 40;

    /// A licence, by the record that granted it.
    #[must_use]
    pub fn licence(&self, record: &RecordId) -> Option<&Licence> {
        self.licences.iter().find(|licence| licence.record == *record)
    }
}

impl Typed for Licensee {
    const ROLE: Role = Role::Licensee;
    const ITEMS: usize = 1;

    fn write(&self, to: &mut Writer) {
        to.array(self.licences.len());
        for licence in &self.licences {
            to.array(5).bytes(licence.record.as_bytes()).bytes(licence.cmo.as_bytes());
            to.uint(licence.sphere.code().into()).int(licence.from).int(licence.to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let licences = read_list(from, Self::LICENCES_MAX, |from| {
            read_width(from, 5)?;
            Ok(Licence {
                record: RecordId(from.fixed()?),
                cmo: read_id(from)?,
                sphere: read_code(from, Sphere::from_code)?,
                from: from.int()?,
                to: from.int()?,
            })
        })?;
        Ok(Self { licences })
    }
}
