//! The registry of a walk.

use tamga_format::id::{SubjectId, UnixMillis, sha256};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::Genesis;
use tamga_state::catalogue::{OrganisationKind, WriterRole};
use tamga_state::genesis::{GenesisKey, GenesisOfficer, GenesisOrganisation};

use crate::sim::ledger;

pub(super) const BIN: &str = "591240000218";
/// Officers, by number: role and region.
pub(super) const OFFICERS: [(&str, WriterRole, Option<&str>); 14] = [
    ("authority", WriterRole::AuthorisedBody, None),
    ("operator", WriterRole::Operator, None),
    ("chamber", WriterRole::RegionalChamber, Some("75")),
    ("far-chamber", WriterRole::RegionalChamber, Some("10")),
    ("court", WriterRole::Court, None),
    ("issuer", WriterRole::IssuingBody, None),
    ("bank", WriterRole::BankGateway, None),
    ("bailiff-1", WriterRole::PrivateBailiff, Some("75")),
    ("bailiff-2", WriterRole::PrivateBailiff, Some("75")),
    ("far-bailiff", WriterRole::PrivateBailiff, Some("10")),
    ("state-bailiff", WriterRole::StateBailiff, None),
    ("robot", WriterRole::SystemRobot, None),
    ("third-party", WriterRole::ThirdParty, None),
    ("uetp", WriterRole::Uetp, None),
];
/// Groups of parties that know each other.
pub(super) const PARTIES: usize = 200;
pub(super) const DAY_MS: i64 = 24 * 3_600_000;

/// The registry of a walk.
#[must_use]
pub fn genesis() -> Genesis {
    let mut genesis = ledger::found(4).genesis;
    genesis.organisations.push(GenesisOrganisation {
        bin: "591240000238".to_owned(),
        kind: OrganisationKind::Court,
        region: None,
        governance: None,
    });
    for (number, role, region) in OFFICERS {
        genesis.officers.push(GenesisOfficer {
            number: number.to_owned(),
            role,
            organisation: BIN.to_owned(),
            licence: None,
            region: region.map(str::to_owned),
            valid_from: UnixMillis(946_684_800_000),
            valid_to: None,
        });
    }
    let holders = OFFICERS.iter().map(|(number, ..)| officer(number));
    let parties = (0..6 * PARTIES).flat_map(|n| [party(Role::Debtor, n), party(Role::Claimant, n)]);
    for holder in holders.chain(parties) {
        let valid_from = UnixMillis(946_684_800_000);
        let public = key(&holder).public();
        genesis.keys.push(GenesisKey { public, holder, valid_from, valid_to: None });
    }
    genesis.parameters = tamga_state::law::parameters::initial_lines();
    genesis
}

pub(super) fn officer(number: &str) -> Subject {
    Subject::registered(Role::Officer, number)
}

pub(super) fn party(role: Role, number: usize) -> Subject {
    let number = u64::try_from(number).expect("few parties").to_be_bytes();
    Subject::new(role, SubjectId(sha256(&[b"walk party", role.name().as_bytes(), &number])))
}

pub(super) fn key(holder: &Subject) -> SigningKey {
    SigningKey::from_seed(sha256(&[b"walk key", holder.to_text().as_bytes()]))
}
