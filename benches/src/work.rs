//! The workloads: who may write, the records they sign, and the file that carries them to the generator.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use tamga_format::body::Submission;
use tamga_format::cbor::Value;
use tamga_format::id::{UnixMillis, sha256};
use tamga_format::record::Record;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_node::clock::Clock;
use tamga_node::demo::rng::Rng;
use tamga_node::devnet::casework::{Case, Office, Others, Stamp, Step, Writer, life};
use tamga_node::founding::{Registry, RegistryOfficer, RegistryOrganisation};
use tamga_node::keys::Seed;
use tamga_state::catalogue::{Kind, valid_bin};
use tamga_tests::processes::ORIGIN;

/// Keys that sign records of either workload.
const OFFICERS: u32 = 2_000;
/// Regional chambers and platforms; each has a hundred officers.
const OFFICES: u32 = 20;
/// Lifecycles under way at the same time; a finished one makes room for a new one.
const WINDOW: usize = 4_096;
/// Records of other cases between two of one case, at least.
const GAP: usize = 1_024;
/// Milliseconds a record may take to enter the log: a day.
const VALID_FOR_MS: i64 = 24 * 3_600 * 1_000;
/// Region of every office and case.
const REGION: &str = "75";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Workload {
    /// Registrations of organisations, each a subject of its own.
    W0,
    /// Lifecycles of enforcement cases, ten records each, among many cases that were presented before.
    W1,
}

impl Workload {
    /// Its name in figures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::W0 => "w0",
            Self::W1 => "w1",
        }
    }

    /// Records per second that we aim at.
    pub(crate) const fn goal(self) -> f64 {
        match self {
            Self::W0 => 5_000.0,
            Self::W1 => 2_500.0,
        }
    }

    /// The registry of its ledger.
    pub(crate) fn registry(self) -> Registry {
        let mut bins = bins();
        let mut organisation =
            |code: String, kind: &str, region: Option<&str>, key: bool| RegistryOrganisation {
                key: key.then(|| code.clone()),
                code,
                kind: kind.to_owned(),
                bin: bins.next().unwrap_or_default(),
                region: region.map(str::to_owned),
            };
        let mut registry = Registry::default();
        for office in 0..OFFICES {
            registry.organisations.push(organisation(platform(office), "PLATFORM", None, true));
        }
        for office in 0..OFFICES {
            registry.organisations.push(organisation(
                chamber(office),
                "CHAMBER",
                Some(REGION),
                true,
            ));
        }
        for number in 0..OFFICERS {
            let (role, organisation, region) = match self {
                Self::W0 => ("OPERATOR", platform(number % OFFICES), None),
                Self::W1 => ("PRIVATE_BAILIFF", chamber(number % OFFICES), Some(REGION.to_owned())),
            };
            registry.officers.push(RegistryOfficer {
                number: format!("B{number}"),
                role: role.to_owned(),
                organisation,
                region,
                key: officer(number),
            });
        }
        registry
    }
}

fn platform(office: u32) -> String {
    format!("platform-{office}")
}

fn chamber(office: u32) -> String {
    format!("chamber-{office}")
}

fn officer(number: u32) -> String {
    format!("officer-{number}")
}

/// Impossible БИН: registered in December 1959, with valid check digits. More than a million.
fn bins() -> impl Iterator<Item = String> {
    // Those of type 4 and attribute 0 belong to the founders.
    let prefixes = (4..=6).flat_map(|kind| (0..=3).map(move |attribute| (kind, attribute))).skip(1);
    let stems = prefixes.flat_map(|(kind, attribute)| {
        (0..100_000).map(move |serial| format!("5912{kind}{attribute}{serial:05}"))
    });
    stems
        .filter_map(|stem| (0..10).map(|check| format!("{stem}{check}")).find(|bin| valid_bin(bin)))
}

/// Keys of the registry's writers, derived once.
pub(crate) struct Keys {
    officers: Vec<SigningKey>,
    platforms: Vec<Writer>,
    chambers: Vec<Writer>,
}

impl Keys {
    /// The demo keys of a workload's registry.
    pub(crate) fn new(registry: &Registry) -> Self {
        let key = |name: &str| SigningKey::from_seed(Seed::demo(name).0);
        let writers = |kind: &str| {
            let chosen =
                registry.organisations.iter().filter(|organisation| organisation.kind == kind);
            let writer = |organisation: &RegistryOrganisation| Writer {
                issuer: format!("organisation#{}", organisation.bin),
                key: key(&organisation.code),
            };
            chosen.map(writer).collect()
        };
        Self {
            officers: (0..OFFICERS).map(|number| key(&officer(number))).collect(),
            platforms: writers("PLATFORM"),
            chambers: writers("CHAMBER"),
        }
    }

    /// Every key that may sign.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SigningKey> {
        let offices = self.platforms.iter().chain(&self.chambers).map(|writer| &writer.key);
        self.officers.iter().chain(offices)
    }
}

/// One record of the file.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Records of equal order keep their sequence: the case, or for W0 the record itself.
    pub(crate) order: u32,
    /// The submission's bytes.
    pub(crate) submission: Vec<u8>,
}

/// What was signed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signed {
    pub(crate) records: usize,
    pub(crate) entry_bytes_mean: f64,
    body_bytes_mean: f64,
    cases: usize,
    keys: usize,
}

impl std::fmt::Display for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} records of {:.0} B on average, bodies {:.0} B, about {} subjects or cases, signed by {} keys",
            self.records, self.entry_bytes_mean, self.body_bytes_mean, self.cases, self.keys
        )
    }
}

/// Signs records on all cores and writes them to `file`, in the order they are to be sent.
pub(crate) fn write(workload: Workload, records: usize, cases: u32, file: &Path) -> Result<Signed> {
    let items = sign(workload, records, cases)?;
    let mut out = BufWriter::new(File::create(file)?);
    let mut signed = Signed { records: items.len(), ..Signed::default() };
    let (mut keys, mut cases) =
        (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let (mut entries, mut bodies) = (0, 0);
    for item in &items {
        let submission = Submission::decode(&item.submission)?;
        keys.insert(submission.record().record().key_id);
        cases.insert(item.order);
        entries += submission.record().entry().len();
        bodies += submission.body().map_or(0, |body| body.encode().len());
        out.write_all(&item.order.to_be_bytes())?;
        out.write_all(&u32::try_from(item.submission.len())?.to_be_bytes())?;
        out.write_all(&item.submission)?;
    }
    out.flush()?;
    let mean = |sum: usize| sum as f64 / items.len().max(1) as f64;
    (signed.entry_bytes_mean, signed.body_bytes_mean) = (mean(entries), mean(bodies));
    (signed.keys, signed.cases) = (keys.len(), cases.len());
    Ok(signed)
}

/// Reads what [`write`] wrote.
pub(crate) fn read(file: &Path) -> Result<Vec<Item>> {
    let mut input =
        BufReader::new(File::open(file).with_context(|| format!("{}", file.display()))?);
    let mut items = Vec::new();
    let mut head = [0; 8];
    while input.read_exact(&mut head).is_ok() {
        let [a, b, c, d, length @ ..] = head;
        let mut submission = vec![0; usize::try_from(u32::from_be_bytes(length))?];
        input.read_exact(&mut submission)?;
        items.push(Item { order: u32::from_be_bytes([a, b, c, d]), submission });
    }
    Ok(items)
}

/// What is to be signed: for W1 the case and the number of its step.
#[derive(Clone, Copy)]
struct Planned {
    order: u32,
    step: usize,
}

/// Signs on all cores.
pub(crate) fn sign(workload: Workload, records: usize, cases: u32) -> Result<Vec<Item>> {
    let plan = match workload {
        Workload::W0 => {
            (0..u32::try_from(records)?).map(|order| Planned { order, step: 0 }).collect()
        }
        Workload::W1 => lifecycles(records, cases),
    };
    let bins: Vec<String> = match workload {
        Workload::W0 => bins().skip(2 * OFFICES as usize).take(records).collect(),
        Workload::W1 => Vec::new(),
    };
    let keys = Keys::new(&workload.registry());
    let now = Clock.now();
    let one = |planned: &Planned| match workload {
        Workload::W0 => {
            let bin =
                bins.get(planned.order as usize).context("a million organisations at most")?;
            registration(&keys, planned.order, bin, now)
        }
        Workload::W1 => step(&keys, *planned, now),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = plan.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let one = &one;
        let parts: Vec<_> = plan
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(one).collect::<Result<Vec<Item>>>()))
            .collect();
        let mut items = Vec::with_capacity(plan.len());
        for part in parts {
            items.extend(part.join().map_err(|_| anyhow!("a signing thread failed"))??);
        }
        Ok(items)
    })
}

/// G01: one organisation registered by one of 2,000 operators' officers.
fn registration(keys: &Keys, order: u32, bin: &str, now: UnixMillis) -> Result<Item> {
    let kind = Kind::from_name("G01").context("the catalogue has G01")?;
    let number = order.wrapping_mul(7_919) % OFFICERS;
    let key = &keys.officers[number as usize];
    let mut nonce = [0; 16];
    nonce.copy_from_slice(&sha256(&[b"bench/w0\0", &order.to_be_bytes()])[..16]);
    let record = Record {
        key_id: key.public().key_id(),
        issuer: Subject::registered(Role::Officer, &format!("B{number}")),
        subject: Subject::registered(Role::Organisation, bin),
        audience: ORIGIN.to_owned(),
        kind: kind.number(),
        version: 1,
        nonce,
        event_time: UnixMillis(now.get() - 60_000),
        valid_until: UnixMillis(now.get() + VALID_FOR_MS),
        subjects: Vec::new(),
        after: None,
        on_behalf_of: None,
        references: Vec::new(),
        fields: vec![(1, Value::Text(bin.to_owned())), (2, Value::Text("USER".to_owned()))],
        body: None,
    };
    let submission = Submission::new(record.sign(key)?, None)?;
    Ok(Item { order, submission: submission.encode() })
}

/// Which step of which case comes when: all cases are presented, then a window of them is under way, and one of
/// the window at random goes on.
fn lifecycles(records: usize, cases: u32) -> Vec<Planned> {
    let length = life(2).len();
    let mut plan: Vec<Planned> = (0..cases).map(|order| Planned { order, step: 0 }).collect();
    let records = records + plan.len();
    let mut random = Rng::new(1);
    let mut order: Vec<u32> = (0..cases).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, random.index(at + 1));
    }
    let mut fresh = order.into_iter().map(|order| Planned { order, step: 1 });
    let mut slots: Vec<(Planned, Option<usize>)> =
        fresh.by_ref().take(WINDOW).map(|planned| (planned, None)).collect();
    while plan.len() < records && !slots.is_empty() {
        let gap = GAP.min(slots.len() / 4);
        let slot = random.index(slots.len());
        let (planned, last) = &mut slots[slot];
        if last.is_some_and(|last| plan.len() - last < gap) {
            continue;
        }
        *last = Some(plan.len());
        plan.push(*planned);
        planned.step += 1;
        if planned.step == length {
            match fresh.next() {
                Some(next) => slots[slot] = (next, None),
                None => drop(slots.swap_remove(slot)),
            }
        }
    }
    plan
}

/// One step of a case, by the bailiff whose case it is, the platform or the chamber.
fn step(keys: &Keys, planned: Planned, now: UnixMillis) -> Result<Item> {
    let Planned { order, step } = planned;
    let number = order.wrapping_mul(7_919) % OFFICERS;
    let office = Office {
        operator: keys.platforms[(order % OFFICES) as usize].clone(),
        chamber: keys.chambers[(number % OFFICES) as usize].clone(),
        officer: Writer {
            issuer: format!("officer#B{number}"),
            key: keys.officers[number as usize].clone(),
        },
        others: Others::default(),
    };
    let steps: Vec<Step> = life(10_000_000 + i64::from(order));
    let step_number = u32::try_from(step)?;
    let seed = sha256(&[b"bench/w1\0", &order.to_be_bytes(), &step_number.to_be_bytes()]);
    let stamp = Stamp { origin: ORIGIN, seed, event: UnixMillis(now.get() - 60_000), now };
    let step = steps.get(step).context("a life has ten steps")?;
    let submission = office
        .write(&Case::named(&format!("bench-{order}")), step, &stamp)
        .map_err(|refused| anyhow!("{}: {}", refused.pointer, refused.detail))?;
    Ok(Item { order, submission: submission.encode() })
}
