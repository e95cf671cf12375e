//! Statuses of the registry: organisations, officers, keys, parameters (spec §15).

use tamga_format::cbor::{Reader, Value, Writer};
use tamga_format::error::FormatError;
use tamga_format::id::{KeyId, SubjectId, UnixMillis};
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};

use super::{
    Typed, optional, optional_text, optional_time, read_code, read_id, read_subject, read_text,
    read_time, read_width,
};
use crate::catalogue::{OrganisationKind, WriterRole, coded};

coded! {
    /// Whether an organisation or an officer is in function.
    Standing {
        /// In function.
        Active = 1 "ACTIVE";
        /// Suspended for a time.
        Suspended = 2 "SUSPENDED";
        /// No longer in function.
        Terminated = 3 "TERMINATED";
    }
}

coded! {
    /// What an accreditation covers (parameter `spheres`; control checklists of 2019).
    Sphere {
        /// Copyright.
        Copyright = 1 "COPYRIGHT";
        /// Related rights.
        RelatedRights = 2 "RELATED_RIGHTS";
        /// Remuneration for private copying.
        PrivateCopying = 3 "PRIVATE_COPYING";
        /// All of them together.
        Combined = 4 "COMBINED";
    }
}

coded! {
    /// Where an accreditation stands.
    AccreditationState {
        /// Applied for.
        Applied = 1 "APPLIED";
        /// Granted.
        Granted = 2 "GRANTED";
        /// Suspended.
        Suspended = 3 "SUSPENDED";
        /// Expired.
        Expired = 4 "EXPIRED";
        /// Revoked.
        Revoked = 5 "REVOKED";
    }
}

coded! {
    /// How sure it is that a value is the law's.
    Mark {
        /// Confirmed by its legal basis.
        Confirmed = 1 "CONFIRMED";
        /// To be checked against the official text before it is relied upon.
        Unverified = 2 "UNVERIFIED";
        /// A choice of the project, not of the law.
        Design = 3 "DESIGN";
    }
}

/// The status of an organisation (G01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Its БИН.
    pub bin: String,
    /// Its region; `None` for the whole country.
    pub region: Option<String>,
    /// Whether it is in function.
    pub standing: Standing,
}

impl Typed for Organisation {
    const ROLE: Role = Role::Organisation;
    const ITEMS: usize = 4;

    fn write(&self, to: &mut Writer) {
        to.uint(self.kind.code().into()).text(&self.bin);
        optional_text(to, self.region.as_deref());
        to.uint(self.standing.code().into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            kind: read_code(from, OrganisationKind::from_code)?,
            bin: read_text(from)?,
            region: from.null_or(read_text)?,
            standing: read_code(from, Standing::from_code)?,
        })
    }
}

/// The status of an officer (G02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// Registry number.
    pub number: String,
    /// The role in which the officer writes.
    pub role: WriterRole,
    /// The organisation the officer belongs to.
    pub organisation: SubjectId,
    /// Licence number.
    pub licence: Option<String>,
    /// Region of office; `None` for the whole country.
    pub region: Option<String>,
    /// Whether the officer is in function.
    pub standing: Standing,
    /// In office from this time.
    pub valid_from: UnixMillis,
    /// In office before this time; `None` when open.
    pub valid_to: Option<UnixMillis>,
    /// Open cases assigned.
    pub load: u64,
    /// Keys registered and not revoked.
    pub keys: u64,
}

impl Officer {
    /// Whether the term of office includes a time.
    #[must_use]
    pub fn in_office_at(&self, time: UnixMillis) -> bool {
        self.valid_from <= time && self.valid_to.is_none_or(|to| time < to)
    }
}

impl Typed for Officer {
    const ROLE: Role = Role::Officer;
    const ITEMS: usize = 10;

    fn write(&self, to: &mut Writer) {
        to.text(&self.number).uint(self.role.code().into()).bytes(self.organisation.as_bytes());
        optional_text(to, self.licence.as_deref());
        optional_text(to, self.region.as_deref());
        to.uint(self.standing.code().into()).int(self.valid_from.get());
        optional_time(to, self.valid_to);
        to.uint(self.load).uint(self.keys);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            number: read_text(from)?,
            role: read_code(from, WriterRole::from_code)?,
            organisation: read_id(from)?,
            licence: from.null_or(read_text)?,
            region: from.null_or(read_text)?,
            standing: read_code(from, Standing::from_code)?,
            valid_from: read_time(from)?,
            valid_to: from.null_or(read_time)?,
            load: from.uint()?,
            keys: from.uint()?,
        })
    }
}

/// The status of a key (G03, G04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// The public key.
    pub public: PublicKey,
    /// Who signs with it: an officer, an organisation, a debtor or a claimant.
    pub holder: Subject,
    /// In force from this time.
    pub valid_from: UnixMillis,
    /// In force before this time; `None` when open.
    pub valid_to: Option<UnixMillis>,
    /// Revoked or replaced at this time.
    pub revoked_at: Option<UnixMillis>,
    /// If it was compromised: since when its signatures prove nothing.
    pub compromise_since: Option<UnixMillis>,
    /// The key that replaced it.
    pub replaced_by: Option<KeyId>,
}

impl Typed for KeyStatus {
    const ROLE: Role = Role::Key;
    const ITEMS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.bytes(self.public.as_bytes());
        to.uint(self.holder.role.code().into()).bytes(self.holder.id.as_bytes());
        to.int(self.valid_from.get());
        optional_time(to, self.valid_to);
        optional_time(to, self.revoked_at);
        optional_time(to, self.compromise_since);
        optional(to, self.replaced_by.as_ref().map(KeyId::as_bytes));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self {
            // The key was admitted when it was registered; admission costs a scalar multiplication.
            public: PublicKey::from_admitted(from.fixed()?),
            holder: read_subject(from)?,
            valid_from: read_time(from)?,
            valid_to: from.null_or(read_time)?,
            revoked_at: from.null_or(read_time)?,
            compromise_since: from.null_or(read_time)?,
            replaced_by: from.null_or(Reader::fixed)?.map(KeyId),
        })
    }
}

/// One value of a parameter and the day from which it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemVersion {
    /// First day in force, in days since 1970-01-01.
    pub from: i64,
    /// The value; null if nothing is in force from that day.
    pub value: Value,
    /// How sure it is.
    pub mark: Mark,
}

/// The status of a parameter or a calendar year (G06): all its values, by the day from which they are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its values; days ascend. Legal bases stand in the records.
    pub versions: Vec<ItemVersion>,
}

impl Parameter {
    /// Values of one parameter; a further one is refused.
    pub const VERSIONS_MAX: usize = 64;

    /// The subject that holds a parameter.
    #[must_use]
    pub fn subject(name: &str) -> Subject {
        Subject::registered(Role::Item, name)
    }

    /// The value in force on a day.
    #[must_use]
    pub fn on(&self, day: i64) -> Option<&Value> {
        self.version_on(day).map(|version| &version.value)
    }

    /// The value in force on a day, with its first day and its mark.
    #[must_use]
    pub fn version_on(&self, day: i64) -> Option<&ItemVersion> {
        let latest = self.versions.iter().rev().find(|version| version.from <= day);
        latest.filter(|version| version.value != Value::Null)
    }

    /// Puts a value in its place; one of the same first day replaces the earlier.
    pub(crate) fn put(&mut self, version: ItemVersion) {
        match self.versions.binary_search_by_key(&version.from, |known| known.from) {
            Ok(at) => {
                if let Some(known) = self.versions.get_mut(at) {
                    *known = version;
                }
            }
            Err(at) => self.versions.insert(at, version),
        }
    }
}

impl Typed for Parameter {
    const ROLE: Role = Role::Item;
    const ITEMS: usize = 2;

    fn write(&self, to: &mut Writer) {
        to.text(&self.name).array(self.versions.len());
        for version in &self.versions {
            to.array(3).int(version.from).value(&version.value).uint(version.mark.code().into());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        let name = read_text(from)?;
        let count = from.array()?;
        let mut versions = Vec::new();
        for _ in 0..count {
            read_width(from, 3)?;
            versions.push(ItemVersion {
                from: from.int()?,
                value: from.value()?,
                mark: read_code(from, Mark::from_code)?,
            });
        }
        Ok(Self { name, versions })
    }
}
