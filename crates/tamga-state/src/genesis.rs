//! What a ledger begins with: the founders' registry, written straight into statuses (spec §14.7).
//!
//! No signed record stands behind these statuses; the hash of the genesis file in leaf 0 does. The
//! text form of the file is another crate's business.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::id::UnixMillis;
use tamga_format::limits::STATUS_BYTES_MAX;
use tamga_format::policy::Policy;
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::ValidatorSet;

use crate::catalogue::{OrganisationKind, WriterRole, valid_bin};
use crate::law::parameters::Entry;
use crate::status::{
    ClaimantStatus, DebtorStatus, KeyStatus, Mark, Officer, Organisation, Parameter, PolicyStatus,
    RightsholderStatus, Standing, Typed, encode,
};
use crate::view::StatusRow;

/// Everything the founders fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Origin of the ledger.
    pub origin: String,
    /// Time of the genesis; every block is later.
    pub time: UnixMillis,
    /// Longest time between blocks, in seconds.
    pub heartbeat_s: u32,
    /// Organisations of the registry.
    pub organisations: Vec<GenesisOrganisation>,
    /// Officers of the registry.
    pub officers: Vec<GenesisOfficer>,
    /// Keys of the registry.
    pub keys: Vec<GenesisKey>,
    /// Parameters of the rules.
    pub parameters: Vec<GenesisParameter>,
    /// The validators of the first policy.
    pub validators: ValidatorSet,
    /// The first policy.
    pub policy: Policy,
    /// PeerIds of the processes that hold the log key.
    pub publishers: Vec<String>,
}

/// An organisation of the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisOrganisation {
    /// Its БИН.
    pub bin: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Its region; `None` for the whole country.
    pub region: Option<String>,
    /// The offline key with which it signs policies, if it governs.
    pub governance: Option<PublicKey>,
}

impl GenesisOrganisation {
    /// Its subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::registered(Role::Organisation, &self.bin)
    }
}

/// An officer of the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisOfficer {
    /// Registry number.
    pub number: String,
    /// The role in which the officer writes.
    pub role: WriterRole,
    /// БИН of the organisation.
    pub organisation: String,
    /// Licence number.
    pub licence: Option<String>,
    /// Region of office; `None` for the whole country.
    pub region: Option<String>,
    /// In office from this time.
    pub valid_from: UnixMillis,
    /// In office before this time.
    pub valid_to: Option<UnixMillis>,
}

impl GenesisOfficer {
    /// The officer's subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::registered(Role::Officer, &self.number)
    }
}

/// A key of the genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisKey {
    /// The public key.
    pub public: PublicKey,
    /// An officer or an organisation of this genesis, or a debtor's or claimant's tag.
    pub holder: Subject,
    /// In force from this time.
    pub valid_from: UnixMillis,
    /// In force before this time.
    pub valid_to: Option<UnixMillis>,
}

/// A parameter value of the genesis, or the calendar of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisParameter {
    /// Its name.
    pub name: String,
    /// The value.
    pub value: Value,
    /// First day in force, in days since 1970-01-01.
    pub from: i64,
    /// Act and article.
    pub basis: String,
    /// How sure it is.
    pub mark: Mark,
}

/// Why a genesis can't found a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisError {
    /// The line of the registry, such as `officer 1234`.
    pub what: String,
    /// What is wrong with it.
    pub problem: Cow<'static, str>,
}

impl core::fmt::Display for GenesisError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.what, self.problem)
    }
}

impl core::error::Error for GenesisError {}

impl Genesis {
    /// The statuses before the first record; nonces are zero and no record is named.
    ///
    /// # Errors
    ///
    /// [`GenesisError`] for an invalid БИН, a line given twice, a holder or an organisation that is
    /// not there, or a status that would exceed 4 KiB; correct the genesis file.
    pub fn initial_statuses(&self) -> Result<BTreeMap<Subject, StatusRow>, GenesisError> {
        let mut rows = Rows::default();
        for line in &self.organisations {
            let what = || format!("organisation {}", line.bin);
            if !valid_bin(&line.bin) {
                return Err(GenesisError {
                    what: what(),
                    problem: "the БИН's check digit is wrong".into(),
                });
            }
            let status = Organisation {
                kind: line.kind,
                bin: line.bin.clone(),
                region: line.region.clone(),
                standing: Standing::Active,
            };
            rows.enter(line.subject(), &status, what)?;
        }
        for line in &self.officers {
            let what = || format!("officer {}", line.number);
            let organisation = Subject::registered(Role::Organisation, &line.organisation);
            if !rows.0.contains_key(&organisation) {
                return Err(GenesisError {
                    what: what(),
                    problem: "the organisation is not registered".into(),
                });
            }
            let status = Officer {
                number: line.number.clone(),
                role: line.role,
                organisation: organisation.id,
                licence: line.licence.clone(),
                region: line.region.clone(),
                standing: Standing::Active,
                valid_from: line.valid_from,
                valid_to: line.valid_to,
                load: 0,
                keys: self.keys_of(&line.subject()),
            };
            rows.enter(line.subject(), &status, what)?;
        }
        for line in &self.keys {
            self.enter_key(line, &mut rows)?;
        }
        self.enter_parameters(&mut rows)?;
        let policy = crate::registry::policy_of_genesis(self).map_err(|fault| GenesisError {
            what: "policy 0".to_owned(),
            problem: fault.to_string().into(),
        })?;
        if let Some(policy) = policy {
            rows.enter(PolicyStatus::subject(), &policy, || "policy 0".to_owned())?;
        }
        Ok(rows.0)
    }

    fn keys_of(&self, holder: &Subject) -> u64 {
        let held = self.keys.iter().filter(|line| line.holder == *holder).count();
        u64::try_from(held).unwrap_or(u64::MAX)
    }

    fn enter_key(&self, line: &GenesisKey, rows: &mut Rows) -> Result<(), GenesisError> {
        let id = line.public.key_id();
        let what = || format!("key {id}");
        match line.holder.role {
            Role::Officer | Role::Organisation if rows.0.contains_key(&line.holder) => {}
            // The statuses of parties begin with the first key or the first case.
            Role::Debtor => {
                let status = DebtorStatus { keys: 1, ..DebtorStatus::default() };
                rows.enter(line.holder, &status, what)?;
            }
            Role::Claimant => {
                let status = ClaimantStatus { keys: 1, ..ClaimantStatus::default() };
                rows.enter(line.holder, &status, what)?;
            }
            Role::Rightsholder => {
                let status = RightsholderStatus { keys: 1, ..RightsholderStatus::default() };
                rows.enter(line.holder, &status, what)?;
            }
            _ => {
                return Err(GenesisError {
                    what: what(),
                    problem: "the holder is not registered".into(),
                });
            }
        }
        let status = KeyStatus {
            public: line.public,
            holder: line.holder,
            valid_from: line.valid_from,
            valid_to: line.valid_to,
            revoked_at: None,
            compromise_since: None,
            replaced_by: None,
        };
        rows.enter(crate::registry::key_subject(&id), &status, what)
    }

    fn enter_parameters(&self, rows: &mut Rows) -> Result<(), GenesisError> {
        let mut parameters: BTreeMap<&str, Parameter> = BTreeMap::new();
        for line in &self.parameters {
            let error =
                |problem| GenesisError { what: format!("parameter {}", line.name), problem };
            let known = parameters.remove(line.name.as_str());
            let begins = |known: &Parameter| known.versions.iter().any(|v| v.from == line.from);
            if known.as_ref().is_some_and(begins) {
                return Err(error("two values begin on one day".into()));
            }
            let entry = Entry {
                name: &line.name,
                value: &line.value,
                from: line.from,
                to: None,
                mark: line.mark,
                basis: &line.basis,
            };
            let entered = entry.enter(known).map_err(|flaw| error(flaw.detail.into()))?;
            parameters.insert(&line.name, entered);
        }
        for (name, parameter) in &parameters {
            rows.enter(Parameter::subject(name), parameter, || format!("parameter {name}"))?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Rows(BTreeMap<Subject, StatusRow>);

impl Rows {
    fn enter<T: Typed>(
        &mut self,
        subject: Subject,
        status: &T,
        what: impl Fn() -> String,
    ) -> Result<(), GenesisError> {
        let bytes = encode(status, None);
        if bytes.len() > STATUS_BYTES_MAX {
            return Err(GenesisError { what: what(), problem: "its status exceeds 4 KiB".into() });
        }
        match self.0.insert(subject, StatusRow { nonce: [0; 16], bytes: bytes.into() }) {
            None => Ok(()),
            Some(_) => Err(GenesisError { what: what(), problem: "it is given twice".into() }),
        }
    }
}

#[cfg(test)]
mod tests;
