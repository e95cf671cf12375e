//! Statuses of registry items other than parameters: accreditations, delegations, the policy and
//! approvals (spec §15.5–§15.8).

use tamga_format::cbor::{Reader, Writer};
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{PolicyHash, RecordId, SubjectId, UnixMillis};
use tamga_format::limits::GOVERNORS_MAX;
use tamga_format::policy_record::governors_needed;
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};

use super::registry::{AccreditationState, Sphere};
use super::{
    Typed, optional_day, optional_time, read_code, read_id, read_list, read_subject, read_time,
    read_width,
};

/// What an item begins with, to tell items of one role apart; a parameter begins with its name.
fn read_word(from: &mut Reader<'_>, word: &str) -> Result<(), FormatError> {
    let at = from.position();
    if from.text()? == word {
        Ok(())
    } else {
        Err(FormatError::new(FormatCode::CborRange, at).of("item"))
    }
}

/// The accreditation of an organisation in a sphere (G05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accreditation {
    /// The collective management organisation.
    pub organisation: SubjectId,
    /// What it covers.
    pub sphere: Sphere,
    /// Where it stands.
    pub state: AccreditationState,
    /// Since which day.
    pub since: i64,
    /// First day in force, and first day no longer in force; ascending, without overlap.
    pub terms: Vec<(i64, i64)>,
    /// First day of a suspension, and the day on which it was resumed; ascending.
    pub suspensions: Vec<(i64, Option<i64>)>,
}

impl Accreditation {
    /// Terms, and suspensions, of one accreditation; a further one is refused.
    pub const TERMS_MAX: usize = 64;

    /// Whether it is in force on a day.
    #[must_use]
    pub fn holds_on(&self, day: i64) -> bool {
        let suspended = |(first, resumed): &(i64, Option<i64>)| {
            *first <= day && resumed.is_none_or(|resumed| day < resumed)
        };
        self.terms.iter().any(|(first, end)| (*first..*end).contains(&day))
            && !self.suspensions.iter().any(suspended)
    }

    /// The item of an organisation and a sphere.
    #[must_use]
    pub fn subject(bin: &str, sphere: Sphere) -> Subject {
        let sphere = sphere.name().to_ascii_lowercase();
        Subject::registered(Role::Item, &format!("accreditation.{bin}.{sphere}"))
    }
}

impl Typed for Accreditation {
    const ROLE: Role = Role::Item;
    const ITEMS: usize = 7;

    fn write(&self, to: &mut Writer) {
        to.text("accreditation").bytes(self.organisation.as_bytes());
        to.uint(self.sphere.code().into()).uint(self.state.code().into()).int(self.since);
        to.array(self.terms.len());
        for (first, end) in &self.terms {
            to.array(2).int(*first).int(*end);
        }
        to.array(self.suspensions.len());
        for (first, resumed) in &self.suspensions {
            to.array(2).int(*first);
            optional_day(to, *resumed);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        read_word(from, "accreditation")?;
        let organisation = read_id(from)?;
        let sphere = read_code(from, Sphere::from_code)?;
        let state = read_code(from, AccreditationState::from_code)?;
        let since = from.int()?;
        let terms = read_list(from, Self::TERMS_MAX, |from| {
            read_width(from, 2)?;
            Ok((from.int()?, from.int()?))
        })?;
        let suspensions = read_list(from, Self::TERMS_MAX, |from| {
            read_width(from, 2)?;
            Ok((from.int()?, from.null_or(Reader::int)?))
        })?;
        Ok(Self { organisation, sphere, state, since, terms, suspensions })
    }
}

/// A delegation of an organisation to another or to an officer (G07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The organisation that answers for what is written.
    pub from: SubjectId,
    /// The organisation or officer that may write.
    pub to: Subject,
    /// Numbers of the kinds that may be written, ascending.
    pub kinds: Vec<u16>,
    /// In force from this time.
    pub valid_from: UnixMillis,
    /// In force before this time.
    pub valid_to: UnixMillis,
    /// Revoked at this time.
    pub revoked_at: Option<UnixMillis>,
}

impl Delegation {
    /// Kinds of one delegation.
    pub const KINDS_MAX: usize = 32;

    /// The item of a delegation.
    #[must_use]
    pub fn subject(from: &SubjectId, to: &Subject) -> Subject {
        let name = format!("delegation.{from}.{}.{}", to.role.name(), to.id);
        Subject::registered(Role::Item, &name)
    }

    /// Whether it is in force at a time.
    #[must_use]
    pub fn holds_at(&self, time: UnixMillis) -> bool {
        self.revoked_at.is_none() && self.valid_from <= time && time < self.valid_to
    }
}

impl Typed for Delegation {
    const ROLE: Role = Role::Item;
    const ITEMS: usize = 8;

    fn write(&self, to: &mut Writer) {
        to.text("delegation").bytes(self.from.as_bytes());
        to.uint(self.to.role.code().into()).bytes(self.to.id.as_bytes());
        to.array(self.kinds.len());
        for kind in &self.kinds {
            to.uint((*kind).into());
        }
        to.int(self.valid_from.get()).int(self.valid_to.get());
        optional_time(to, self.revoked_at);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        read_word(from, "delegation")?;
        let (delegator, to) = (read_id(from)?, read_subject(from)?);
        let kinds = read_list(from, Self::KINDS_MAX, |from| from.small())?;
        Ok(Self {
            from: delegator,
            to,
            kinds,
            valid_from: read_time(from)?,
            valid_to: read_time(from)?,
            revoked_at: from.null_or(read_time)?,
        })
    }
}

/// The newest policy (G08): what the next one must follow and be signed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyStatus {
    /// Its number; 0 for that of the genesis.
    pub number: u64,
    /// Digest of its payload, which the next policy names as its predecessor.
    pub digest: [u8; 32],
    /// Hash of its policy text, as block leaves name it.
    pub policy: PolicyHash,
    /// The governance key of each organisation, by organisation.
    pub governance: Vec<(SubjectId, PublicKey)>,
    /// A tag of each of its keys, ascending, so that new ones are told from known ones.
    pub keys: Vec<[u8; 16]>,
}

impl PolicyStatus {
    /// Organisations with a governance key.
    pub const ORGANISATIONS_MAX: usize = GOVERNORS_MAX;
    /// Keys: governance, log, and three of each of 32 validators.
    pub const KEYS_MAX: usize = Self::ORGANISATIONS_MAX + 1 + 3 * 32;

    /// The item of the policy.
    #[must_use]
    pub fn subject() -> Subject {
        Subject::registered(Role::Item, "policy")
    }

    /// The signatures of organisations that the next policy needs: ⌊2n/3⌋+1.
    #[must_use]
    pub const fn quorum(&self) -> usize {
        governors_needed(self.governance.len())
    }
}

impl Typed for PolicyStatus {
    const ROLE: Role = Role::Item;
    const ITEMS: usize = 6;

    fn write(&self, to: &mut Writer) {
        to.text("policy").uint(self.number).bytes(&self.digest).bytes(self.policy.as_bytes());
        to.array(self.governance.len());
        for (organisation, key) in &self.governance {
            to.array(2).bytes(organisation.as_bytes()).bytes(key.as_bytes());
        }
        to.array(self.keys.len());
        for key in &self.keys {
            to.bytes(key);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        read_word(from, "policy")?;
        let (number, digest, policy) = (from.uint()?, from.fixed()?, PolicyHash(from.fixed()?));
        let governance = read_list(from, Self::ORGANISATIONS_MAX, |from| {
            read_width(from, 2)?;
            // The key was admitted when the policy was.
            Ok((read_id(from)?, PublicKey::from_admitted(from.fixed()?)))
        })?;
        let keys = read_list(from, Self::KEYS_MAX, |from| from.fixed())?;
        Ok(Self { number, digest, policy, governance, keys })
    }
}

/// Who approves a record (G09).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The record.
    pub target: RecordId,
    /// The organisations that approve it, ascending.
    pub organisations: Vec<SubjectId>,
}

impl Approval {
    /// Organisations that approve one record.
    pub const ORGANISATIONS_MAX: usize = 64;

    /// The item of a record's approvals.
    #[must_use]
    pub fn subject(target: &RecordId) -> Subject {
        Subject::registered(Role::Item, &format!("approval.{target}"))
    }
}

impl Typed for Approval {
    const ROLE: Role = Role::Item;
    const ITEMS: usize = 3;

    fn write(&self, to: &mut Writer) {
        to.text("approval").bytes(self.target.as_bytes()).array(self.organisations.len());
        for organisation in &self.organisations {
            to.bytes(organisation.as_bytes());
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, FormatError> {
        read_word(from, "approval")?;
        let target = RecordId(from.fixed()?);
        let organisations = read_list(from, Self::ORGANISATIONS_MAX, read_id)?;
        Ok(Self { target, organisations })
    }
}
