//! What the model knows of the registry, and who writes (spec §15.1 to §15.6).
//!
//! Registry records are facts here: the model takes from those that are in the log what the rules of enforcement need,
//! and judges none of them.

use std::collections::BTreeMap;

use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, SubjectId, UnixMillis};
use tamga_format::signature::PublicKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::{BlockContext, Genesis};

use super::law::Law;
use super::matrix::rows_of;
use super::says::Says;
use super::{Answer, unless};

/// An organisation.
#[derive(Clone, Debug)]
struct Organisation {
    kind: String,
    region: Option<String>,
    standing: String,
}

/// An officer.
#[derive(Clone, Debug)]
pub(super) struct Officer {
    pub(super) role: String,
    organisation: SubjectId,
    pub(super) region: Option<String>,
    standing: String,
    from: i64,
    to: Option<i64>,
}

#[derive(Clone, Debug)]
struct Key {
    holder: Subject,
    from: i64,
    to: Option<i64>,
    revoked: bool,
}

#[derive(Clone, Debug)]
struct Delegation {
    kinds: Vec<i64>,
    from: i64,
    to: i64,
    revoked_at: Option<i64>,
}

/// The registry as far as enforcement needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    organisations: BTreeMap<SubjectId, Organisation>,
    pub(super) officers: BTreeMap<SubjectId, Officer>,
    keys: BTreeMap<KeyId, Key>,
    delegations: BTreeMap<(SubjectId, Subject), Delegation>,
    pub(super) law: Law,
}

/// Who writes.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    pub(super) subject: Subject,
    pub(super) role: String,
    pub(super) region: Option<String>,
    organisation: Option<SubjectId>,
}

/// The role in which an organisation writes with a key of its own.
fn role_of_kind(kind: &str) -> &str {
    match kind {
        "CHAMBER" => "REGIONAL_CHAMBER",
        "DEPARTMENT" => "ISSUING_BODY",
        "BANK" => "BANK_GATEWAY",
        "PLATFORM" => "OPERATOR",
        same => same,
    }
}

pub(super) fn is_bailiff(role: &str) -> bool {
    matches!(role, "PRIVATE_BAILIFF" | "STATE_BAILIFF")
}

/// Who has cases assigned.
pub(super) fn takes_cases(role: &str) -> bool {
    is_bailiff(role) || role == "SYSTEM_ROBOT"
}

fn is_machine(role: &str) -> bool {
    matches!(role, "SYSTEM_ROBOT" | "BANK_GATEWAY")
}

fn in_good_standing(standing: &str) -> Answer {
    match standing {
        "ACTIVE" => Ok(()),
        "SUSPENDED" => Err("officer-suspended"),
        _ => Err("officer-not-in-force"),
    }
}

impl Officer {
    /// Active, and in office when it happens and when it is recorded.
    pub(super) fn in_force(&self, event: i64, block: i64) -> Answer {
        in_good_standing(&self.standing)?;
        let at = |time: i64| self.from <= time && self.to.is_none_or(|to| time < to);
        unless(at(event) && at(block), "officer-not-in-force")
    }
}

impl Facts {
    /// What the genesis says.
    pub(super) fn of(genesis: &Genesis) -> Self {
        let mut facts = Self::default();
        for it in &genesis.organisations {
            let kind = it.kind.name().to_owned();
            let organisation =
                Organisation { kind, region: it.region.clone(), standing: "ACTIVE".to_owned() };
            facts.organisations.insert(it.subject().id, organisation);
        }
        for it in &genesis.officers {
            let officer = Officer {
                role: it.role.name().to_owned(),
                organisation: Subject::registered(Role::Organisation, &it.organisation).id,
                region: it.region.clone(),
                standing: "ACTIVE".to_owned(),
                from: it.valid_from.get(),
                to: it.valid_to.map(UnixMillis::get),
            };
            facts.officers.insert(it.subject().id, officer);
        }
        for it in &genesis.keys {
            let (from, to) = (it.valid_from.get(), it.valid_to.map(UnixMillis::get));
            let key = Key { holder: it.holder, from, to, revoked: false };
            facts.keys.insert(it.public.key_id(), key);
        }
        for it in &genesis.parameters {
            facts.law.enter(&it.name, it.from, None, it.value.clone());
        }
        facts
    }

    /// A registry record is in the log.
    pub(super) fn learn(&mut self, says: &Says<'_>, block: &BlockContext) {
        let text = |name: &str| says.has(name).then(|| says.word(name).to_owned());
        let subject = says.record.subject;
        match says.kind() {
            "G01" => {
                let standing = text("state").unwrap_or_else(|| "ACTIVE".to_owned());
                let kind = says.word("organisation_kind").to_owned();
                let organisation = Organisation { kind, region: text("region_code"), standing };
                self.organisations.insert(subject.id, organisation);
            }
            "G02" => {
                let officer = Officer {
                    role: says.word("officer_role").to_owned(),
                    organisation: says.first(Role::Organisation).expect("it names one"),
                    region: text("region_code"),
                    standing: text("state").unwrap_or_else(|| "ACTIVE".to_owned()),
                    from: says.number("valid_from").expect("it has one"),
                    to: says.number("valid_to"),
                };
                self.officers.insert(subject.id, officer);
            }
            "G03" => {
                let roles = [Role::Officer, Role::Debtor, Role::Claimant, Role::Organisation];
                let holder = roles.into_iter().find_map(|role| {
                    says.record.subjects.iter().find(|it| it.role == role).copied()
                });
                let key = Key {
                    holder: holder.expect("a key has a holder"),
                    from: says.number("valid_from").expect("it has one"),
                    to: says.number("valid_to"),
                    revoked: false,
                };
                self.keys.insert(KeyId::from_bytes(subject.id.0), key);
            }
            "G04" => {
                let old = self.keys.get_mut(&KeyId::from_bytes(subject.id.0)).expect("it is known");
                old.revoked = true;
                let (holder, to) = (old.holder, old.to);
                if let Some(bytes) = says.bytes("new_key") {
                    let id = PublicKey::admit(&bytes).expect("it was admitted").key_id();
                    let from = says.record.event_time.get();
                    self.keys.insert(id, Key { holder, from, to, revoked: false });
                }
            }
            "G06" => {
                let from = says.number("valid_from").expect("it has one");
                let value = says.value("value").cloned().unwrap_or(Value::Null);
                self.law.enter(says.word("name"), from, says.number("valid_to"), value);
            }
            "G07" => self.delegate(says, block),
            _ => {}
        }
    }

    fn delegate(&mut self, says: &Says<'_>, block: &BlockContext) {
        // The item's id says which of the subjects delegates to which.
        let subjects = &says.record.subjects;
        let item = |from: &Subject, to: &Subject| {
            let (role, id) = (to.role.name(), to.id);
            Subject::registered(Role::Item, &format!("delegation.{}.{role}.{id}", from.id))
        };
        for from in subjects.iter().filter(|it| it.role == Role::Organisation) {
            for to in subjects.iter().filter(|to| item(from, to) == says.record.subject) {
                let pair = (from.id, *to);
                if says.word("action") == "REVOKED" {
                    if let Some(known) = self.delegations.get_mut(&pair) {
                        known.revoked_at = Some(block.time.get());
                    }
                    continue;
                }
                let scope = says.value("scope").and_then(Value::as_list).unwrap_or_default();
                let kind = |row: &Value| row.as_list().and_then(|row| row.first()?.as_i64());
                let kinds = scope.iter().filter_map(kind).collect();
                let number = |name: &str| says.number(name).expect("a grant has a term");
                let (from, to) = (number("valid_from"), number("valid_to"));
                self.delegations.insert(pair, Delegation { kinds, from, to, revoked_at: None });
            }
        }
    }

    /// The writer, whose key and office are in force and whose role writes this kind.
    pub(super) fn writer(&self, says: &Says<'_>, block: &BlockContext) -> Answer<Writer> {
        let record = says.record;
        let (event, now) = (record.event_time.get(), block.time.get());
        let key = self.keys.get(&record.key_id).ok_or("unknown-key")?;
        unless(key.holder == record.issuer, "issuer-mismatch")?;
        unless(!key.revoked, "key-revoked")?;
        for time in [event, now] {
            unless(time >= key.from, "key-not-yet-valid")?;
            unless(key.to.is_none_or(|to| time < to), "key-expired")?;
        }
        let writer = self.acting(says, self.holder(record.issuer, event, now)?, [event, now])?;
        unless(writes(&writer.role, says.kind()), "role-forbidden")?;
        Ok(writer)
    }

    fn holder(&self, subject: Subject, event: i64, now: i64) -> Answer<Writer> {
        let party = |role: &str| {
            Ok(Writer { subject, role: role.to_owned(), region: None, organisation: None })
        };
        match subject.role {
            Role::Officer => {
                let officer = self.officers.get(&subject.id).ok_or("subject-unknown")?;
                officer.in_force(event, now)?;
                let (role, region) = (officer.role.clone(), officer.region.clone());
                Ok(Writer { subject, role, region, organisation: Some(officer.organisation) })
            }
            Role::Organisation => {
                let it = self.organisations.get(&subject.id).ok_or("subject-unknown")?;
                in_good_standing(&it.standing)?;
                let role = role_of_kind(&it.kind).to_owned();
                let region = it.region.clone();
                Ok(Writer { subject, role, region, organisation: Some(subject.id) })
            }
            Role::Debtor => party("DEBTOR"),
            Role::Claimant => party("CLAIMANT"),
            _ => Err("subject-unknown"),
        }
    }

    /// The writer in whose name it is: its own organisation's, or that of one that has delegated.
    fn acting(&self, says: &Says<'_>, writer: Writer, times: [i64; 2]) -> Answer<Writer> {
        let Some(named) = says.record.on_behalf_of else {
            unless(!is_machine(&writer.role), "on-behalf-of")?;
            return Ok(writer);
        };
        if writer.organisation == Some(named) {
            return Ok(writer);
        }
        let own = writer.organisation.map(|id| Subject::new(Role::Organisation, id));
        let delegates = [Some(writer.subject), own].into_iter().flatten();
        let known: Vec<&Delegation> =
            delegates.filter_map(|to| self.delegations.get(&(named, to))).collect();
        let Some(delegator) = self.organisations.get(&named).filter(|_| !known.is_empty()) else {
            return Err("on-behalf-of");
        };
        let holds = |it: &&Delegation| {
            let at =
                |time| it.from <= time && time < it.to && it.revoked_at.is_none_or(|at| time < at);
            times.into_iter().all(at) && it.kinds.contains(&says.record.kind.into())
        };
        unless(known.iter().any(holds), "delegation-scope")?;
        in_good_standing(&delegator.standing)?;
        let role = match is_machine(&writer.role) {
            true => writer.role,
            false => role_of_kind(&delegator.kind).to_owned(),
        };
        let region = delegator.region.clone();
        Ok(Writer { role, region, organisation: Some(named), ..writer })
    }
}

/// Whether a role writes a kind at all: the authors of its rows, where several kinds share a row those that domain model
/// §3.3 gives to each.
fn writes(role: &str, kind: &str) -> bool {
    if kind == "E18" {
        return true;
    }
    // Who runs a validator may record a draw.
    let validators = ["AUTHORISED_BODY", "REPUBLICAN_CHAMBER", "COURT", "ISSUING_BODY", "OPERATOR"];
    if kind == "E02" && validators.contains(&role) {
        return true;
    }
    let in_row = rows_of(kind).flat_map(|row| &row.authors).any(|author| match *author {
        "BAILIFF" | "BAILIFF(with E18)" => is_bailiff(role),
        other => other == role,
    });
    let alone = match kind {
        "E06" => role != "COURT",
        "E07" => role == "COURT",
        _ => true,
    };
    in_row && alone
}
