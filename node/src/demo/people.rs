//! Who writes: in every region a chamber, a court, a bank, and bailiffs; all with public demo keys.

use std::collections::BTreeMap;

use tamga_format::id::SubjectId;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::valid_bin;

use super::life::{Life, REGIONS};
use crate::devnet::casework::{Office, Others, Writer};
use crate::founding::{Registry, RegistryOfficer, RegistryOrganisation};
use crate::keys::Seed;

/// Bailiffs of each region.
pub const BAILIFFS: usize = 20;
/// Bailiffs among whom a case is drawn.
const CANDIDATES: usize = 5;

/// Impossible БИН: registered in December 1959, with valid check digits; those of the founders and of other demo
/// registries are of another kind.
fn bins() -> impl Iterator<Item = String> {
    let stems = (0..100_000).map(|serial| format!("591251{serial:05}"));
    stems.filter_map(|stem| (0..10).map(|it| format!("{stem}{it}")).find(|bin| valid_bin(bin)))
}

fn number(region: &str, bailiff: usize) -> String {
    format!("{region}-{bailiff:02}")
}

/// The registry of everybody.
#[must_use]
pub fn registry() -> Registry {
    let mut bins = bins();
    let mut registry = Registry::default();
    let mut organisation = |code: String, kind: &str, region: Option<&str>, key: bool| {
        registry.organisations.push(RegistryOrganisation {
            key: key.then(|| code.clone()),
            code,
            kind: kind.to_owned(),
            bin: bins.next().unwrap_or_default(),
            region: region.map(str::to_owned),
        });
    };
    organisation("demo/operator".to_owned(), "PLATFORM", None, true);
    organisation("demo/society".to_owned(), "PLATFORM", None, false);
    for (region, _) in REGIONS {
        organisation(format!("demo/chamber-{region}"), "CHAMBER", Some(region), true);
        organisation(format!("demo/court-{region}"), "COURT", Some(region), true);
        organisation(format!("demo/bank-{region}"), "BANK", None, true);
    }
    for (region, _) in REGIONS {
        let mut officer = |number: String, role: &str, organisation: String| {
            registry.officers.push(RegistryOfficer {
                key: format!("demo/officer-{number}"),
                number,
                role: role.to_owned(),
                organisation,
                region: Some(region.to_owned()),
            });
        };
        for bailiff in 0..BAILIFFS {
            let chamber = format!("demo/chamber-{region}");
            officer(number(region, bailiff), "PRIVATE_BAILIFF", chamber);
        }
        officer(format!("{region}-third"), "THIRD_PARTY", "demo/society".to_owned());
    }
    registry
}

/// Everybody, ready to write.
#[derive(Debug)]
pub struct People {
    operator: Writer,
    regions: Vec<Region>,
    bailiffs: BTreeMap<SubjectId, (usize, usize)>,
}

#[derive(Debug)]
struct Region {
    chamber: Writer,
    court: Writer,
    bank: Writer,
    petitioner: Writer,
    bailiffs: Vec<Writer>,
}

impl People {
    /// Derives every key.
    #[must_use]
    pub fn new() -> Self {
        let registry = registry();
        let bins: BTreeMap<&str, &str> =
            registry.organisations.iter().map(|it| (it.code.as_str(), it.bin.as_str())).collect();
        let organisation = |code: &str| Writer {
            issuer: format!("organisation#{}", bins.get(code).copied().unwrap_or_default()),
            key: SigningKey::from_seed(Seed::demo(code).0),
        };
        let officer = |number: &str| Writer {
            issuer: format!("officer#{number}"),
            key: SigningKey::from_seed(Seed::demo(&format!("demo/officer-{number}")).0),
        };
        let regions = REGIONS.iter().map(|(region, _)| Region {
            chamber: organisation(&format!("demo/chamber-{region}")),
            court: organisation(&format!("demo/court-{region}")),
            bank: organisation(&format!("demo/bank-{region}")),
            petitioner: officer(&format!("{region}-third")),
            bailiffs: (0..BAILIFFS).map(|bailiff| officer(&number(region, bailiff))).collect(),
        });
        let places = (0..REGIONS.len()).flat_map(|it| (0..BAILIFFS).map(move |at| (it, at)));
        let id = |(region, bailiff): (usize, usize)| {
            let (region, _) = REGIONS[region];
            Subject::registered(Role::Officer, &number(region, bailiff)).id
        };
        Self {
            operator: organisation("demo/operator"),
            regions: regions.collect(),
            bailiffs: places.map(|place| (id(place), place)).collect(),
        }
    }

    /// The bailiffs among whom a life's case is drawn, each `officer#number`.
    #[must_use]
    pub fn candidates(&self, life: &Life) -> Vec<String> {
        let first = usize::try_from(life.people % BAILIFFS as u64).unwrap_or_default();
        let bailiffs = &self.regions[life.region].bailiffs;
        (0..CANDIDATES).map(|at| bailiffs[(first + at) % BAILIFFS].issuer.clone()).collect()
    }

    /// The office that a life's records are written in; without an assignee the case is for the first candidate.
    #[must_use]
    pub fn office(&self, life: &Life, assignee: Option<SubjectId>) -> Office {
        let region = &self.regions[life.region];
        let first = usize::try_from(life.people % BAILIFFS as u64).unwrap_or_default();
        let known = assignee.and_then(|id| self.bailiffs.get(&id)).map(|(_, at)| *at);
        let at = known.unwrap_or(first);
        Office {
            operator: self.operator.clone(),
            chamber: region.chamber.clone(),
            officer: region.bailiffs[at].clone(),
            others: Others {
                court: Some(region.court.clone()),
                petitioner: Some(region.petitioner.clone()),
                bank: Some((region.bank.clone(), region.bank.issuer.clone())),
                colleague: Some(region.bailiffs[(at + 1) % BAILIFFS].clone()),
            },
        }
    }

    /// A bailiff of another region than the life's.
    #[must_use]
    pub fn stranger(&self, life: &Life) -> Writer {
        self.regions[(life.region + 1) % REGIONS.len()].bailiffs[0].clone()
    }
}

impl Default for People {
    fn default() -> Self {
        Self::new()
    }
}
