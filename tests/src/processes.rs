//! A ledger of real processes on this machine: one per validator and publisher, killed and restarted at will.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64ct::{Base64, Encoding as _};
use tamga_api::time::instant;
use tamga_format::body::Submission;
use tamga_format::id::{RecordId, UnixMillis, sha256};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, Receipt};
use tamga_format::signature::SigningKey;
use tamga_node::clock::Clock;
use tamga_node::config::{PaceConfig, WITNESS_EVERY_S};
use tamga_node::devnet::casework::{Case, Office, Others, Stamp, Step, Writer};
use tamga_node::founding::{Founding, KeySource, Layout, Ports, Registry, Template, found};
use tamga_node::keys::Seed;
use tamga_node::outside::OutsideConfig;

/// Name of the ledgers founded here; the ending admits demo keys.
pub const ORIGIN: &str = "tamga.example/processes-devnet";
/// The registry of the demo story: an operator, a chamber, a court, three bailiffs.
const REGISTRY: &str = include_str!("../../genesis/demo-registry.toml");
/// Bearer token for entries and bodies.
pub const TOKEN: &str = "processes-token";
/// Bytes of an answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// The folder of the programs that the same build made.
#[must_use]
pub fn programs() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap_or_default();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    folder
}

/// How a ledger is founded.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Who founds it.
    pub template: Template,
    /// Who else is in its registry from the start.
    pub registry: Registry,
    /// Pace of blocks.
    pub pace: PaceConfig,
    /// The outside witnesses that every validator asks.
    pub witnesses: Vec<OutsideConfig>,
    /// Seconds from one checkpoint shown to them to the next.
    pub witness_every_s: u32,
    /// Whether the founders govern, each with the key of [`governance`].
    pub governed: bool,
}

impl Setup {
    /// That of the demo story, from a template's text.
    ///
    /// # Errors
    ///
    /// When the text is no template.
    pub fn of(template: &str) -> Result<Self> {
        let template: Template = toml::from_str(template)?;
        Ok(Self {
            template: Template { origin: ORIGIN.to_owned(), ..template },
            registry: toml::from_str(REGISTRY)?,
            pace: PaceConfig::default(),
            witnesses: Vec::new(),
            witness_every_s: WITNESS_EVERY_S,
            governed: false,
        })
    }
}

/// The key by which a founder governs.
#[must_use]
pub fn governance(founder: &str) -> Seed {
    Seed::demo(&format!("{founder}/governance"))
}

/// The genesis file of founders who govern.
fn with_governance(genesis: &str, template: &Template) -> Result<String> {
    let mut file = tamga_api::genesis_file::read(genesis)?;
    for founder in &template.organisations {
        let key = SigningKey::from_seed(governance(&founder.code).0).public();
        let parts = file.organisations.iter_mut().filter(|part| part.number == founder.bin);
        parts.for_each(|part| part.governance = Some(Base64::encode_string(key.as_bytes())));
    }
    Ok(file.to_toml())
}

/// The verifier key of the log of every ledger founded here.
///
/// # Errors
///
/// Never: the name is one.
pub fn log_vkey() -> Result<VKey> {
    let key = SigningKey::from_seed(Seed::demo("log").0).public();
    Ok(VKey::new(ORIGIN, VKeyKind::Log, key)?)
}

/// A ledger of real processes; all are killed when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    dir: tempfile::TempDir,
    founding: Founding,
    ports: Vec<Ports>,
    policy: Policy,
    validators: Vec<Option<Child>>,
    publishers: Vec<Option<Child>>,
}

impl Cluster {
    /// Founds a ledger from a template's text and starts every process.
    ///
    /// # Errors
    ///
    /// When a file or a process fails.
    pub fn start(template: &str) -> Result<Self> {
        Self::found(Setup::of(template)?)
    }

    /// The same with a registry and a pace of one's own.
    ///
    /// # Errors
    ///
    /// When a file or a process fails.
    pub fn start_with(template: &str, registry: &Registry, pace: PaceConfig) -> Result<Self> {
        Self::found(Setup { registry: registry.clone(), pace, ..Setup::of(template)? })
    }

    /// Founds a ledger and starts every process.
    ///
    /// # Errors
    ///
    /// When a file or a process fails.
    pub fn found(setup: Setup) -> Result<Self> {
        let Setup { template, registry, pace, witnesses, witness_every_s, governed } = setup;
        let time = instant(Clock.now());
        let url = "https://tamga.example";
        let mut founding = found(&template, &registry, KeySource::Demo, &time, url)?;
        if governed {
            founding.genesis = with_governance(&founding.genesis, &template)?;
        }
        let count = founding.validators.len() + founding.publishers.len();
        let ports = free_ports(count)?;
        let dir = tempfile::tempdir()?;
        let host = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Layout {
            founding: &founding,
            host,
            ports: &ports,
            token: Some(TOKEN.into()),
            pace,
            witnesses: &witnesses,
            witness_every_s,
        }
        .write(dir.path())?;
        let (genesis, _) = tamga_api::genesis_file::parse(founding.genesis.as_bytes())?;
        let mut cluster = Self {
            dir,
            ports,
            policy: genesis.policy,
            validators: founding.validators.iter().map(|_| None).collect(),
            publishers: founding.publishers.iter().map(|_| None).collect(),
            founding,
        };
        for number in 0..cluster.validators.len() {
            cluster.start_validator(number)?;
        }
        for number in 0..cluster.publishers.len() {
            cluster.start_publisher(number)?;
        }
        Ok(cluster)
    }

    /// Number of validators.
    #[must_use]
    pub fn validators(&self) -> usize {
        self.validators.len()
    }

    /// The folder of the ledger.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The trust policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The URL of a validator.
    #[must_use]
    pub fn url(&self, validator: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[validator].http)
    }

    /// The name of a validator, and of its folder in the folder of the ledger.
    #[must_use]
    pub fn name(&self, validator: usize) -> &str {
        &self.founding.validators[validator].0
    }

    /// The process of a validator, while it runs.
    #[must_use]
    pub fn pid(&self, validator: usize) -> Option<u32> {
        self.validators[validator].as_ref().map(Child::id)
    }

    /// Starts a validator's process.
    ///
    /// # Errors
    ///
    /// When it can't be started.
    pub fn start_validator(&mut self, number: usize) -> Result<()> {
        let name = self.founding.validators[number].0.clone();
        self.validators[number] = Some(self.spawn("start", &name)?);
        Ok(())
    }

    /// Starts a publisher's process.
    ///
    /// # Errors
    ///
    /// When it can't be started.
    pub fn start_publisher(&mut self, number: usize) -> Result<()> {
        let name = self.founding.publishers[number].0.clone();
        self.publishers[number] = Some(self.spawn("publisher", &name)?);
        Ok(())
    }

    fn spawn(&self, command: &str, name: &str) -> Result<Child> {
        let program = programs().join("tamga-node");
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join(name).join("log.txt"))?;
        Command::new(&program)
            .arg(command)
            .arg("--config")
            .arg(self.dir.path().join(name).join("config.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{}; run: cargo build --release --bins", program.display()))
    }

    /// Kills a validator without warning (SIGKILL).
    ///
    /// # Errors
    ///
    /// When it doesn't run.
    pub fn kill(&mut self, number: usize) -> Result<()> {
        let mut child = self.validators[number].take().context("the validator runs")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// The writers of the demo registry, with the bailiff of that number.
    #[must_use]
    pub fn office(bailiff: u32) -> Office {
        let writer = |key: &str, issuer: &str| Writer {
            issuer: issuer.to_owned(),
            key: SigningKey::from_seed(Seed::demo(key).0),
        };
        Office {
            operator: writer("operator:demo", "organisation#591240000218"),
            chamber: writer("chamber:demo", "organisation#591240000228"),
            officer: writer(&format!("officer:{bailiff}"), &format!("officer#{bailiff}")),
            others: Others::default(),
        }
    }

    /// A signed submission of one step of a case; equal arguments make equal bytes.
    ///
    /// # Errors
    ///
    /// When the step does not fit the catalogue.
    pub fn write(case: &str, number: u32, step: &Step, now: UnixMillis) -> Result<Submission> {
        let seed = sha256(&[b"processes\0", case.as_bytes(), &number.to_be_bytes()]);
        let stamp = Stamp { origin: ORIGIN, seed, event: UnixMillis(now.get() - 60_000), now };
        Self::office(1234)
            .write(&Case::named(case), step, &stamp)
            .map_err(|refused| anyhow::anyhow!("{}: {}", refused.pointer, refused.detail))
    }

    /// Submits to a validator and waits; the HTTP status and the answer's text.
    ///
    /// # Errors
    ///
    /// When the validator can't be reached.
    pub fn submit(
        &self,
        validator: usize,
        submission: &Submission,
        wait: &str,
    ) -> Result<(u16, String)> {
        submit(&self.url(validator), submission, wait)
    }

    /// Fetches a path of a validator; the HTTP status and the answer's text.
    ///
    /// # Errors
    ///
    /// When the validator can't be reached.
    pub fn get(&self, validator: usize, path: &str) -> Result<(u16, String)> {
        let mut answer = agent()
            .get(format!("{}{path}", self.url(validator)))
            .header("Authorization", format!("Bearer {TOKEN}"))
            .header("Accept", "text/plain, application/json")
            .call()?;
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        Ok((answer.status().as_u16(), text))
    }

    /// The receipt of a record, fetched from a validator and verified as anybody would.
    ///
    /// # Errors
    ///
    /// When there is none, or it does not hold.
    pub fn proven(&self, validator: usize, id: &RecordId) -> Result<Proven> {
        let (status, text) = self.get(validator, &format!("/v1/records/{id}/receipt"))?;
        if status != 200 {
            bail!("no receipt of {id}: {status} {text}");
        }
        Ok(Receipt::parse(&text)?.verify(&self.policy)?)
    }

    /// The height a validator has committed; `None` when it does not answer.
    #[must_use]
    pub fn height(&self, validator: usize) -> Option<u64> {
        let (status, text) = self.get(validator, "/v1/blocks?limit=1").ok()?;
        let page: serde_json::Value = serde_json::from_str(&text).ok()?;
        if status == 200 { page["data"][0]["height"].as_u64() } else { None }
    }

    /// What a process wrote to its log.
    #[must_use]
    pub fn log(&self, validator: usize) -> String {
        let name = &self.founding.validators[validator].0;
        std::fs::read_to_string(self.dir.path().join(name).join("log.txt")).unwrap_or_default()
    }

    /// Waits until every running validator has a final checkpoint.
    ///
    /// # Errors
    ///
    /// When that takes longer than `within`.
    pub fn ready(&self, within: Duration) -> Result<()> {
        until(within, "every validator serves a final checkpoint", || {
            (0..self.validators()).filter(|number| self.validators[*number].is_some()).all(
                |number| self.get(number, "/log/checkpoint").is_ok_and(|(status, _)| status == 200),
            )
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let children = self.validators.iter_mut().chain(&mut self.publishers);
        for mut child in children.filter_map(Option::take) {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Submits to the node at `url` and waits; the HTTP status and the answer's text.
///
/// # Errors
///
/// When the node can't be reached.
pub fn submit(url: &str, submission: &Submission, wait: &str) -> Result<(u16, String)> {
    let mut answer = agent()
        .post(format!("{url}/v1/records?wait={wait}&timeout=10"))
        .header("Content-Type", "application/tamga-submission+cbor")
        .header("Accept", "text/plain")
        .send(submission.encode().as_slice())?;
    let text = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
    Ok((answer.status().as_u16(), text))
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build();
    ureq::Agent::new_with_config(config)
}

/// Polls until `holds`, at most `within`.
///
/// # Errors
///
/// When the time is over; the message says what was waited for.
pub fn until(within: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Result<()> {
    let started = Instant::now();
    while started.elapsed() < within {
        if holds() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("not within {} s: {what}", within.as_secs())
}

/// Three free ports for each of so many processes.
///
/// # Errors
///
/// When there are none.
pub fn free_ports(count: usize) -> Result<Vec<Ports>> {
    let listeners = (0..count * 3)
        .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .collect::<std::io::Result<Vec<_>>>()?;
    let numbers = listeners
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()))
        .collect::<Result<Vec<_>>>()?;
    Ok(numbers.chunks(3).map(|p| Ports { http: p[0], consensus: p[1], swarm: p[2] }).collect())
}
