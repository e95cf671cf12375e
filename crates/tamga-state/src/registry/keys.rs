//! G03 key registered, G04 key rotated or revoked (spec §15.3).

use tamga_format::cbor::Value;
use tamga_format::id::{KeyId, SubjectId, UnixMillis, tag};
use tamga_format::signature::{PublicKey, Signature};
use tamga_format::subject::{Role, Subject};

use crate::catalogue::WriterRole;
use crate::codes::{Code, Rejection};
use crate::machine::{Judgement, at_field};
use crate::overlay::Effects;
use crate::status::{
    ClaimantStatus, DebtorStatus, KeyStatus, Officer, Organisation, RightsholderStatus, decode,
};
use crate::view::{View, ViewError};

/// The subject of a key.
#[must_use]
pub fn key_subject(id: &KeyId) -> Subject {
    Subject::new(Role::Key, SubjectId(*id.as_bytes()))
}

/// The status of the key with an id, for checking signatures.
///
/// # Errors
///
/// [`ViewError`] if the view can't answer.
pub fn key_of<V: View>(view: &V, id: &KeyId) -> Result<Option<KeyStatus>, ViewError> {
    let subject = key_subject(id);
    let Some(row) = view.status(&subject)? else { return Ok(None) };
    let (_, key) = decode(&row.bytes).map_err(|_| ViewError::Corrupt(subject))?;
    Ok(Some(key))
}

/// What a new key signs to prove that its holder has it (spec §15.3).
#[must_use]
pub fn possession_message(origin: &str, holder: &Subject, key: &PublicKey) -> Vec<u8> {
    let mut message = tag::KEY_POSSESSION.to_vec();
    message.extend_from_slice(origin.as_bytes());
    // An origin holds no control characters, so the zero ends it.
    message.push(0);
    message.push(holder.role.code());
    message.extend_from_slice(holder.id.as_bytes());
    message.extend_from_slice(key.as_bytes());
    message
}

/// G03: registers a key of an officer, an organisation, a debtor, a claimant or a rightsholder.
pub(crate) fn key_registered<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let holder = named_holder(case)?;
    let public = new_key(case, 1, "key", 2, &holder)?;
    if case.record.subject != key_subject(&public.key_id()) {
        return Err(Rejection::new(Code::PrimarySubject, "/subject", "it is not the key's id"));
    }
    if case.primary.is_some() {
        return Err(Rejection::new(Code::Duplicate, "/subject", "the key is registered already"));
    }
    let valid_from = time(case, 4).unwrap_or_default();
    let valid_to = time(case, 5);
    if valid_to.is_some_and(|to| to <= valid_from) {
        return Err(at_field(Code::DateOrder, "valid_to", "the key's term ends before it begins"));
    }
    let mut effects = Effects::default();
    let mut named = vec![holder];
    let change = KeyChange::Registered(valid_from, valid_to);
    touch_holder(case, &mut effects, &holder, &mut named, change)?;
    case.expect_subjects(named)?;
    let status = KeyStatus {
        public,
        holder,
        valid_from,
        valid_to,
        revoked_at: None,
        compromise_since: None,
        replaced_by: None,
    };
    case.write(&mut effects, case.record.subject.id, &status)?;
    Ok(effects)
}

/// G04: revokes a key, or replaces it with another.
pub(crate) fn key_changed<V: View>(case: &Judgement<'_, V>) -> Result<Effects, Rejection> {
    let Some(mut old) = case.primary::<KeyStatus>()? else {
        return Err(Rejection::new(Code::SubjectUnknown, "/subject", "the key is not registered"));
    };
    if old.revoked_at.is_some() {
        return Err(Rejection::new(Code::KeyRevoked, "/subject", "the key is revoked already"));
    }
    let holder = old.holder;
    if !case.writer.role.is_registrar() && case.record.issuer != holder {
        let detail = "only the holder or a registrar may change a key";
        return Err(Rejection::new(Code::RoleForbidden, "/issuer", detail));
    }
    let compromised = time(case, 3);
    if compromised.is_some_and(|since| since < old.valid_from || since > case.record.event_time) {
        let detail = "it lies outside the time from the key's first day to this event";
        return Err(at_field(Code::DateOrder, "compromise_since", detail));
    }
    let rotated = case.record.field(1).and_then(Value::as_text) == Some("ROTATED");
    if rotated != case.record.field(4).is_some() || rotated != case.record.field(5).is_some() {
        let detail = "ROTATED needs new_key and possession, REVOKED has neither";
        return Err(at_field(Code::Validation, "new_key", detail));
    }
    let mut effects = Effects::default();
    let mut named = vec![holder];
    let change = if rotated { KeyChange::Rotated } else { KeyChange::Revoked };
    touch_holder(case, &mut effects, &holder, &mut named, change)?;
    if rotated {
        let public = new_key(case, 4, "new_key", 5, &holder)?;
        let subject = key_subject(&public.key_id());
        if case.status::<KeyStatus>(subject.id)?.is_some() {
            return Err(at_field(Code::Duplicate, "new_key", "the key is registered already"));
        }
        named.push(subject);
        old.replaced_by = Some(public.key_id());
        let new = KeyStatus {
            public,
            holder,
            valid_from: case.record.event_time,
            valid_to: old.valid_to,
            revoked_at: None,
            compromise_since: None,
            replaced_by: None,
        };
        case.write(&mut effects, subject.id, &new)?;
    }
    case.expect_subjects(named)?;
    old.revoked_at = Some(case.block.time);
    old.compromise_since = compromised;
    case.write(&mut effects, case.record.subject.id, &old)?;
    Ok(effects)
}

/// The one subject of the record that can hold keys; an officer before its organisation.
fn named_holder<V: View>(case: &Judgement<'_, V>) -> Result<Subject, Rejection> {
    let of = |role| case.record.subjects.iter().find(|subject| subject.role == role);
    [Role::Officer, Role::Debtor, Role::Claimant, Role::Rightsholder, Role::Organisation]
        .into_iter()
        .find_map(of)
        .copied()
        .ok_or_else(|| {
            Rejection::new(Code::SubjectMissing, "/subjects", "the key's holder is not named")
        })
}

/// Reads a new key and checks that its holder has it.
fn new_key<V: View>(
    case: &Judgement<'_, V>,
    field: u16,
    name: &str,
    proof: u16,
    holder: &Subject,
) -> Result<PublicKey, Rejection> {
    let bytes = case.record.field(field).and_then(Value::as_array_of::<32>).unwrap_or_default();
    let public = PublicKey::admit(&bytes)
        .map_err(|error| at_field(Code::KeyNotAdmissible, name, error.to_string()))?;
    let proof = case.record.field(proof).and_then(Value::as_array_of::<64>).unwrap_or([0; 64]);
    let message = possession_message(&case.block.origin, holder, &public);
    public.verify(&message, &Signature::from_bytes(proof)).map_err(|_| {
        let detail = "the signature over (origin, holder, key) does not hold";
        at_field(Code::PossessionNotProven, "possession", detail)
    })?;
    Ok(public)
}

/// What happens to a key of a holder.
#[derive(Clone, Copy, Debug)]
enum KeyChange {
    /// A new one, with its term.
    Registered(UnixMillis, Option<UnixMillis>),
    /// One takes another's place.
    Rotated,
    Revoked,
}

/// Writes the holder's status and that of its organisation, and adds the latter to the subjects.
fn touch_holder<V: View>(
    case: &Judgement<'_, V>,
    effects: &mut Effects,
    holder: &Subject,
    named: &mut Vec<Subject>,
    change: KeyChange,
) -> Result<(), Rejection> {
    let registers = matches!(change, KeyChange::Registered(..));
    let unknown =
        || Rejection::new(Code::SubjectUnknown, "/subjects", format!("{holder} is not registered"));
    match holder.role {
        Role::Officer => {
            let mut officer: Officer = case.status(holder.id)?.ok_or_else(unknown)?;
            match change {
                KeyChange::Registered(from, to) => {
                    within_office(&officer, from, to)?;
                    officer.keys = officer.keys.saturating_add(1);
                }
                KeyChange::Revoked => officer.keys = officer.keys.saturating_sub(1),
                KeyChange::Rotated => {}
            }
            let organisation: Organisation =
                case.status(officer.organisation)?.ok_or_else(unknown)?;
            named.push(Subject::new(Role::Organisation, officer.organisation));
            case.write(effects, officer.organisation, &organisation)?;
            case.write(effects, holder.id, &officer)
        }
        Role::Organisation => {
            let organisation: Organisation = case.status(holder.id)?.ok_or_else(unknown)?;
            let chamber = matches!(
                case.writer.role,
                WriterRole::RegionalChamber | WriterRole::RepublicanChamber
            );
            if registers && chamber && case.record.issuer != *holder {
                let detail = "a chamber registers keys of officers and parties only";
                return Err(Rejection::new(Code::RoleForbidden, "/subjects", detail));
            }
            case.write(effects, holder.id, &organisation)
        }
        Role::Debtor => {
            let mut debtor: DebtorStatus = case.status(holder.id)?.unwrap_or_default();
            debtor.keys = debtor.keys.saturating_add(u64::from(registers));
            case.write(effects, holder.id, &debtor)
        }
        Role::Claimant => {
            let mut claimant: ClaimantStatus = case.status(holder.id)?.unwrap_or_default();
            claimant.keys = claimant.keys.saturating_add(u64::from(registers));
            case.write(effects, holder.id, &claimant)
        }
        Role::Rightsholder => {
            let mut rightsholder: RightsholderStatus = case.status(holder.id)?.unwrap_or_default();
            rightsholder.keys = rightsholder.keys.saturating_add(u64::from(registers));
            case.write(effects, holder.id, &rightsholder)
        }
        _ => Err(unknown()),
    }
}

/// Refuses a key whose term is not within its officer's term of office.
fn within_office(
    officer: &Officer,
    from: UnixMillis,
    to: Option<UnixMillis>,
) -> Result<(), Rejection> {
    let ends_within = match (to, officer.valid_to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(to), Some(end)) => to <= end,
    };
    if from >= officer.valid_from && ends_within {
        Ok(())
    } else {
        let detail = "the key's term must lie within the officer's term of office";
        Err(at_field(Code::DateOrder, "valid_to", detail))
    }
}

fn time<V: View>(case: &Judgement<'_, V>, number: u16) -> Option<UnixMillis> {
    case.record.field(number).and_then(Value::as_i64).map(UnixMillis)
}
