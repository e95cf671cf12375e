//! The ledger that a simulated cluster runs: its genesis file and everybody's keys.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use tamga_api::genesis_file::{
    self, GenesisFile, KeyPart, LogPart, OfficerPart, OrganisationPart, ValidatorPart,
};
use tamga_format::beacon::VrfSecret;
use tamga_format::id::{GenesisHash, SubjectId, UnixMillis, ValidatorId, sha256};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::validator_id;
use tamga_node::devnet::casework::{Office, Others, Writer};
use tamga_replica::Reign;
use tamga_state::Genesis;

/// Name of the ledger.
pub const ORIGIN: &str = "tamga.example/sim";
/// Wall-clock time at virtual time 0: 2026-03-02T04:00:00Z.
pub const START: UnixMillis = UnixMillis(1_772_424_000_000);

/// Impossible БИН (registered in December 1959) of the founders; validators are theirs in turn.
const FOUNDERS: [(&str, &str); 4] = [
    ("591240000109", "AUTHORISED_BODY"),
    ("591240000119", "REPUBLICAN_CHAMBER"),
    ("591240000129", "PLATFORM"),
    ("591240000139", "COURT"),
];
/// Impossible БИН of those who write.
const OPERATOR: &str = "591240000218";
const CHAMBER: &str = "591240000228";
/// Impossible БИН of those who take part in royalties: who accredits, who collects, who pays.
pub const AUTHORITY: &str = "591240000208";
const OKUP: &str = tamga_node::devnet::royalties::OKUP;
const RADIO: &str = tamga_node::devnet::royalties::RADIO;
/// Registry numbers of the officers.
const OFFICERS: [&str; 3] = ["1234", "1235", "1236"];

/// The keys of one validator.
pub struct Keys {
    /// Its id.
    pub id: ValidatorId,
    /// Signs votes.
    pub consensus: SigningKey,
    /// Signs checkpoints.
    pub cosigner: SigningKey,
    /// The cosigner key as the policy names it.
    pub vkey: VKey,
    /// Seed of the beacon key.
    pub beacon: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.id)
    }
}

/// A founded ledger.
pub struct Ledger {
    /// The genesis.
    pub genesis: Genesis,
    /// Its hash.
    pub hash: GenesisHash,
    /// Keys of the validators, by the number of their node.
    pub validators: Vec<Keys>,
    /// The keys that follow these in a succession; there are none otherwise.
    pub second: Vec<Keys>,
    /// Governance keys of the founders, by organisation; those of a succession only.
    pub governance: BTreeMap<SubjectId, SigningKey>,
    /// The log key.
    pub log: SigningKey,
    /// An office for each officer.
    pub offices: Vec<Office>,
    /// Who accredits organisations that collect royalties.
    pub authority: SigningKey,
    /// The organisation that collects them.
    pub okup: SigningKey,
    /// Somebody whom the registry doesn't know.
    pub stranger: SigningKey,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ledger({}, {} validators)", self.hash, self.validators.len())
    }
}

/// Founds a ledger with so many validators.
#[must_use]
pub fn found(validators: usize) -> Ledger {
    founded(validators, validators, false)
}

/// Founds a ledger of four validators whose organisations may call others: six processes have keys,
/// and all of them others for later.
#[must_use]
pub fn found_for_succession() -> Ledger {
    founded(4, 6, true)
}

fn founded(validators: usize, processes: usize, governed: bool) -> Ledger {
    let log = key("log");
    let keys: Vec<Keys> = (0..processes).map(|number| validator(number, 0)).collect();
    let vkey = VKey::new(ORIGIN, VKeyKind::Log, log.public()).expect("the origin is a name");
    let offices = OFFICERS.iter().map(|number| office(number)).collect::<Vec<_>>();
    let governs = |number: &str| governed && FOUNDERS.iter().any(|(founder, _)| *founder == number);
    let organisation = |number: &str, kind: &str, region: Option<&str>| OrganisationPart {
        number: number.to_owned(),
        kind: kind.to_owned(),
        region: region.map(str::to_owned),
        governance: governs(number).then(|| base64(governor(number, 0).public().as_bytes())),
        name_kk: number.to_owned(),
        name_ru: number.to_owned(),
        name_en: number.to_owned(),
    };
    let founders = FOUNDERS.iter().map(|(bin, kind)| organisation(bin, kind, None));
    let writers = [
        organisation(OPERATOR, "PLATFORM", None),
        organisation(CHAMBER, "CHAMBER", Some("75")),
        organisation(AUTHORITY, "AUTHORISED_BODY", None),
        organisation(OKUP, "CMO", None),
        organisation(RADIO, "USER", None),
    ];
    let [authority, okup] = [AUTHORITY, OKUP].map(|bin| writer(format!("organisation#{bin}")));
    let mut registered: Vec<&Writer> = offices.iter().map(|office| &office.officer).collect();
    registered.extend([&offices[0].operator, &offices[0].chamber, &authority, &okup]);
    let file = GenesisFile {
        version: 1,
        origin: ORIGIN.to_owned(),
        time: "2026-03-02T03:59:00Z".to_owned(),
        heartbeat_s: 60,
        log: LogPart {
            vkey: vkey.to_string(),
            url: "https://log.example/".to_owned(),
            quorum: u32::try_from(validators * 2 / 3 + 1).expect("few validators"),
        },
        organisations: founders.chain(writers).collect(),
        officers: OFFICERS
            .iter()
            .map(|number| OfficerPart {
                number: (*number).to_owned(),
                role: "PRIVATE_BAILIFF".to_owned(),
                organisation: CHAMBER.to_owned(),
                licence: None,
                region: Some("75".to_owned()),
                from: "2000-01-01".to_owned(),
                to: None,
            })
            .collect(),
        keys: registered
            .into_iter()
            .map(|writer| KeyPart {
                owner: writer.issuer.clone(),
                key: base64(writer.key.public().as_bytes()),
                from: "2000-01-01T00:00:00Z".to_owned(),
                to: None,
            })
            .collect(),
        parameters: Vec::new(),
        calendars: Vec::new(),
        validators: keys
            .iter()
            .take(validators)
            .enumerate()
            .map(|(number, keys)| part(number, keys))
            .collect(),
        publishers: Vec::new(),
    };
    let (genesis, hash) = genesis_file::parse(file.to_toml().as_bytes())
        .expect("the simulated ledger's genesis is valid");
    Ledger {
        genesis,
        hash,
        validators: keys,
        second: (0..processes).filter(|_| governed).map(|number| validator(number, 1)).collect(),
        governance: if governed { governance(0) } else { BTreeMap::new() },
        log,
        offices,
        authority: authority.key,
        okup: okup.key,
        stranger: key("stranger"),
    }
}

impl Ledger {
    /// The keys of a process under a policy: those that it names, otherwise the first.
    #[must_use]
    pub fn keys_under(&self, process: usize, reign: &Reign) -> &Keys {
        let mut rings = self.rings(process);
        let named = rings.find(|keys| reign.validators.get(&keys.id).is_some());
        named.unwrap_or(&self.validators[process])
    }

    /// All keys of a process.
    pub fn rings(&self, process: usize) -> impl Iterator<Item = &Keys> {
        self.validators.get(process).into_iter().chain(self.second.get(process))
    }
}

/// The governance keys of the founders in a generation.
#[must_use]
pub fn governance(generation: u8) -> BTreeMap<SubjectId, SigningKey> {
    let id = |bin: &str| Subject::registered(Role::Organisation, bin).id;
    FOUNDERS.iter().map(|(bin, _)| (id(bin), governor(bin, generation))).collect()
}

fn governor(bin: &str, generation: u8) -> SigningKey {
    key(&format!("governance {generation} of {bin}"))
}

/// The organisation that runs the validator of a process.
#[must_use]
pub fn runs(process: usize) -> SubjectId {
    Subject::registered(Role::Organisation, FOUNDERS[process % FOUNDERS.len()].0).id
}

fn validator(number: usize, generation: u8) -> Keys {
    let later = if generation == 0 { String::new() } else { format!("/{generation}") };
    let consensus = key(&format!("consensus {number}{later}"));
    let cosigner = key(&format!("cosigner {number}{later}"));
    let name = format!("tamga.example/v{number}");
    let vkey = VKey::new(&name, VKeyKind::Cosigner, cosigner.public()).expect("a fixed name");
    let id = validator_id(&consensus.public());
    Keys { id, consensus, cosigner, vkey, beacon: seed(&format!("beacon {number}{later}")) }
}

fn part(number: usize, keys: &Keys) -> ValidatorPart {
    ValidatorPart {
        name: keys.vkey.name().to_owned(),
        organisation: FOUNDERS[number % FOUNDERS.len()].0.to_owned(),
        consensus: base64(keys.consensus.public().as_bytes()),
        cosigner: keys.vkey.to_string(),
        beacon: base64(VrfSecret::from_seed(&keys.beacon).public().as_bytes()),
        peer: format!("12D3KooW{}{number}", "a".repeat(43)),
        url: format!("https://v{number}.example/"),
    }
}

fn office(number: &str) -> Office {
    Office {
        operator: writer(format!("organisation#{OPERATOR}")),
        chamber: writer(format!("organisation#{CHAMBER}")),
        officer: writer(format!("officer#{number}")),
        others: Others::default(),
    }
}

fn writer(issuer: String) -> Writer {
    Writer { key: key(&issuer), issuer }
}

fn seed(name: &str) -> [u8; 32] {
    sha256(&[b"tamga/sim-key/v1\0", name.as_bytes()])
}

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(seed(name))
}

fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}
