//! Who is there: two organisations, a user, and the authorised body.

use super::super::super::walk;
use super::*;

/// No such organisations can exist.
pub(super) const OKUP: &str = "591240000021";
pub(super) const RIVAL: &str = "591241000025";
pub(super) const USER: &str = "591242000010";

pub(super) fn authority() -> Subject {
    Subject::registered(Role::Officer, "authority")
}

pub(super) fn key(holder: &Subject) -> tamga_format::signature::SigningKey {
    let seed = sha256(&[b"walk key", holder.to_text().as_bytes()]);
    tamga_format::signature::SigningKey::from_seed(seed)
}

pub(super) fn genesis() -> Genesis {
    let mut genesis = walk::genesis();
    let kinds = [
        (OKUP, OrganisationKind::Cmo),
        (RIVAL, OrganisationKind::Cmo),
        (USER, OrganisationKind::User),
    ];
    for (bin, kind) in kinds {
        genesis.organisations.push(GenesisOrganisation {
            bin: bin.to_owned(),
            kind,
            region: None,
            governance: None,
        });
        let holder = Subject::registered(Role::Organisation, bin);
        genesis.keys.push(GenesisKey {
            public: key(&holder).public(),
            holder,
            valid_from: UnixMillis(946_684_800_000),
            valid_to: None,
        });
    }
    // Only what these seasons need: a genesis of parties would be read anew for each of them.
    let kept = [authority()];
    genesis.keys.retain(|it| match it.holder.role {
        Role::Debtor | Role::Claimant => false,
        Role::Officer => kept.contains(&it.holder),
        _ => true,
    });
    genesis
}
