//! A whole network in one process: validators of different organisations with their own databases and real libp2p
//! over loopback, publishers, and a demo story.

pub mod casework;
pub mod royalties;
mod season;
mod story;
mod witness;

use std::io::Write;
use std::net::{IpAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tamga_api::genesis_file;
use tamga_api::time::instant;

use crate::app::FinalHead;
use crate::clock::Clock;
use crate::config::{PaceConfig, PublisherConfig, ValidatorConfig};
use crate::demo::{Plan, people};
use crate::founding::{Founding, KeySource, Layout, Ports, Registry, Template, found};
use crate::keys::Seed;
use crate::outside::OutsideConfig;
use crate::run::{self, Running};

/// Name of every devnet's ledger.
const ORIGIN: &str = "tamga.example/demo-devnet";
/// The organisations of a devnet.
const TEMPLATE: &str = include_str!("../../../genesis/four-organisations.toml");
/// The registry of the demo story.
const DEMO_REGISTRY: &str = include_str!("../../../genesis/demo-registry.toml");
/// The registry behind the import of the road-traffic log.
const IMPORT_REGISTRY: &str = include_str!("../../../genesis/import/roadtraffic-registry.toml");
/// How long a network may take until it makes its first checkpoint final.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Impossible БИН (registered in December 1959) of organisations beyond the template's.
const FURTHER_BIN: [&str; 5] =
    ["591240000149", "591240000159", "591240000169", "591240000179", "591240000189"];

/// What the command line says.
#[derive(Debug)]
pub struct Options {
    /// Folder of the network; absent: a temporary one that goes at the end.
    pub dir: Option<PathBuf>,
    /// Number of validators.
    pub validators: u16,
    /// Number of outside witnesses.
    pub witnesses: u16,
    /// Further ones that run elsewhere, each `NAME VKEY URL`.
    pub asked: Vec<String>,
    /// Seconds from one checkpoint shown to them to the next.
    pub witness_every_s: u32,
    /// First port; absent: free ports.
    pub port_base: Option<u16>,
    /// Host to listen on.
    pub listen: IpAddr,
    /// A command to run against the ready network.
    pub exec: Option<String>,
    /// Whether to write the demo story.
    pub story: bool,
}

/// Runs a devnet until Ctrl-C, or until the command ends; the code to exit with.
///
/// # Errors
///
/// When the folder, a port or a validator fails; the message names it.
pub async fn run(options: Options) -> Result<u8> {
    let started = Instant::now();
    let (dir, temporary) = folder(options.dir.as_deref())?;
    let founding = establish(&dir, options.validators, &instant(Clock.now()))?;
    let count = founding.validators.len() + founding.publishers.len();
    let ports = ports(options.listen, options.port_base, count + usize::from(options.witnesses))?;
    let own = witness::write(&dir, &founding, options.listen, &ports[count..])?;
    let witnesses = [own.clone(), witness::parse(&options.asked)?].concat();
    let token = "devnet-operator-token".to_owned();
    let layout = Layout {
        founding: &founding,
        host: options.listen,
        ports: &ports,
        token: Some(token.clone()),
        pace: PaceConfig::default(),
        witnesses: &witnesses,
        witness_every_s: options.witness_every_s,
    };
    layout.write(&dir)?;
    write_client_files(&dir, &founding, &token, (options.listen, ports[0].http))?;
    let node = |ports: &Ports| format!("http://{}:{}\n", host_text(options.listen), ports.http);
    let nodes: String = founding.validators.iter().zip(&ports).map(|(_, at)| node(at)).collect();
    std::fs::write(dir.join("nodes.txt"), nodes)?;
    let mut network = Network::start(&dir, &founding, &own).await?;
    network.ready().await?;
    let url = format!("http://{}:{}", host_text(options.listen), ports[0].http);
    say(&format!(
        "✔ {} validators{} up in {:.1} s    (data: {}, stop with Ctrl-C)",
        count_word(founding.validators.len()),
        match own.len() {
            0 => String::new(),
            1 => " and a witness".to_owned(),
            more => format!(" and {more} witnesses"),
        },
        started.elapsed().as_secs_f32(),
        dir.display()
    ));
    for ((name, _), ports) in founding.validators.iter().zip(&ports) {
        say(&format!("  {name:<14} http://{}:{}", host_text(options.listen), ports.http));
    }
    for OutsideConfig { name, url, .. } in &witnesses {
        say(&format!("  {name:<14} {url}"));
    }
    say(&format!("  Portal         {url}/"));
    say(&format!("  OpenAPI        {url}/v1/openapi.json"));
    say(&format!("  Operator token {token}"));
    if options.story {
        let story = story::tell(network.first(), &founding.registry_keys).await?;
        say(&format!("✔ {story}"));
        let season = season::tell(network.first(), &founding.registry_keys).await?;
        say(&format!("✔ {season}"));
    }
    say(&format!("  Try            export TAMGA_URL={url} TAMGA_DEVNET={}", dir.display()));
    let generated = Plan::of(&dir)?.map(|plan| plan.life(0).case.case.to_text());
    if let Some(case) = options.story.then(story::late_case).or(generated) {
        say(&format!("                 tamga case history {case}"));
    }
    let code = match &options.exec {
        Some(command) => network.until_command(command, &url, &dir).await?,
        None => network.until_interrupted().await?,
    };
    network.stop().await;
    if temporary {
        std::fs::remove_dir_all(&dir).with_context(|| format!("{}", dir.display()))?;
    }
    Ok(code)
}

/// Prints a line for people. Nobody may be reading any more, as under `| head`; the work goes on.
pub(crate) fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}

fn host_text(host: IpAddr) -> String {
    match host {
        IpAddr::V4(host) => host.to_string(),
        IpAddr::V6(host) => format!("[{host}]"),
    }
}

fn count_word(count: usize) -> String {
    match count {
        3 => "three".into(),
        4 => "four".into(),
        other => other.to_string(),
    }
}

fn folder(dir: Option<&Path>) -> Result<(PathBuf, bool)> {
    let (dir, temporary) = match dir {
        Some(dir) => (dir.to_path_buf(), false),
        None => {
            let name = format!("tamga-devnet-{}", std::process::id());
            (std::env::temp_dir().join(name), true)
        }
    };
    std::fs::create_dir_all(&dir).with_context(|| format!("{}", dir.display()))?;
    let dir = dir.canonicalize().with_context(|| format!("{}", dir.display()))?;
    Ok((dir, temporary))
}

/// The demo founding of a folder: a new one at a time, or the one the folder's genesis file already has.
///
/// # Errors
///
/// When the folder holds the genesis of another ledger or version.
pub fn establish(dir: &Path, validators: u16, time: &str) -> Result<Founding> {
    let file = dir.join("genesis.toml");
    let (validators, time) = if file.exists() {
        let text = std::fs::read_to_string(&file)?;
        let file = genesis_file::read(&text).context("the folder's genesis.toml")?;
        if file.origin != ORIGIN {
            bail!("{} is of the ledger {}, not of a devnet", dir.display(), file.origin);
        }
        (file.validators.len(), file.time)
    } else {
        (usize::from(validators), time.to_owned())
    };
    let mut template: Template = toml::from_str(TEMPLATE).context("the devnet's template")?;
    template.origin = ORIGIN.to_owned();
    for (number, bin) in (5..).zip(FURTHER_BIN) {
        let mut founder = template.organisations[0].clone();
        founder.code = format!("seat{number}");
        founder.bin = bin.to_owned();
        template.organisations.push(founder);
    }
    template.organisations.truncate(validators);
    let mut registry = registry()?;
    if Plan::of(dir)?.is_some() {
        registry.extend(people::registry());
    }
    let founding = found(&template, &registry, KeySource::Demo, &time, "https://tamga.example")?;
    if file.exists() && std::fs::read_to_string(&file)? != founding.genesis {
        bail!(
            "{} was made by another version: its genesis differs; use another --dir or remove it",
            dir.display()
        );
    }
    Ok(founding)
}

/// The registry of every devnet: the initial law, the demo story's entries and the import's.
fn registry() -> Result<Registry> {
    let mut registry = Registry::initial()?;
    registry.extend(toml::from_str(DEMO_REGISTRY).context("the demo registry")?);
    registry.extend(toml::from_str(IMPORT_REGISTRY).context("the import's registry")?);
    Ok(registry)
}

/// Names of the registry's public demo keys, which no other ledger may register.
///
/// # Errors
///
/// When a registry built into this program is damaged.
pub fn demo_key_names() -> Result<Vec<String>> {
    let mut registry = registry()?;
    registry.extend(people::registry());
    let organisations = registry.organisations.into_iter().filter_map(|entry| entry.key);
    Ok(organisations.chain(registry.officers.into_iter().map(|entry| entry.key)).collect())
}

/// What the command line client finds in the folder named by `TAMGA_DEVNET`.
fn write_client_files(
    dir: &Path,
    founding: &Founding,
    token: &str,
    http: (IpAddr, u16),
) -> Result<()> {
    let (genesis, _) =
        genesis_file::parse(founding.genesis.as_bytes()).context("the genesis just made")?;
    std::fs::write(dir.join("policy.txt"), genesis.policy.encode())?;
    std::fs::write(dir.join("token.txt"), format!("{token}\n"))?;
    std::fs::write(dir.join("url.txt"), format!("http://{}:{}\n", host_text(http.0), http.1))?;
    let mut keyring = format!("# Public demo keys.\norigin = \"{ORIGIN}\"\n\n[keys]\n");
    let author = (season::AUTHOR_KEY.to_owned(), Seed::demo(season::AUTHOR_KEY));
    for (name, seed) in founding.registry_keys.iter().chain([&author]) {
        let hex: String = seed.0.iter().map(|byte| format!("{byte:02x}")).collect();
        keyring.push_str(&format!("{name:?} = \"{hex}\"\n"));
    }
    std::fs::write(dir.join("keys.toml"), keyring)?;
    Ok(())
}

/// Three ports for each process: consecutive ones, or free ones chosen by the operating system.
fn ports(host: IpAddr, base: Option<u16>, count: usize) -> Result<Vec<Ports>> {
    let mut numbers = Vec::with_capacity(count * 3);
    if let Some(base) = base {
        let last = usize::from(base) + count * 3;
        if last > usize::from(u16::MAX) {
            bail!("--port-base {base} leaves no room for {} ports", count * 3);
        }
        numbers.extend((base..).take(count * 3));
    } else {
        // All are held until all are chosen, so that none is chosen twice.
        let listeners = (0..count * 3)
            .map(|_| TcpListener::bind((host, 0)))
            .collect::<std::io::Result<Vec<_>>>()
            .with_context(|| format!("no free port on {host}"))?;
        for listener in &listeners {
            numbers.push(listener.local_addr()?.port());
        }
    }
    // HTTP ports first: the first validator's is the base itself.
    Ok((0..count)
        .map(|i| Ports {
            http: numbers[i],
            consensus: numbers[count + i],
            swarm: numbers[2 * count + i],
        })
        .collect())
}

/// The running processes.
struct Network {
    validators: Vec<Running>,
    publishers: Vec<tokio::task::JoinHandle<Result<()>>>,
    witnesses: Vec<crate::witness::Running>,
}

impl Network {
    async fn start(dir: &Path, founding: &Founding, witnesses: &[OutsideConfig]) -> Result<Self> {
        let witnesses = witness::start(dir, witnesses).await?;
        let mut validators = Vec::new();
        for (name, _) in &founding.validators {
            let config = ValidatorConfig::read(&dir.join(name).join("config.toml"))?;
            validators.push(run::start(&config).await.with_context(|| name.clone())?);
        }
        let mut publishers = Vec::new();
        for (name, _) in &founding.publishers {
            let config = PublisherConfig::read(&dir.join(name).join("config.toml"))?;
            publishers.push(tokio::spawn(async move { run::publish(&config).await }));
        }
        Ok(Self { validators, publishers, witnesses })
    }

    fn first(&self) -> &Running {
        &self.validators[0]
    }

    /// Waits until every validator has made its current head final: all parts work together.
    async fn ready(&mut self) -> Result<()> {
        let heads: Vec<_> = self
            .validators
            .iter()
            .map(|validator| (validator.app.finals(), validator.opened_at))
            .collect();
        let all = async move {
            for (mut finals, start) in heads {
                let beyond = |newest: &Option<FinalHead>| {
                    newest.as_ref().is_some_and(|newest| newest.height > start)
                };
                if finals.wait_for(beyond).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = all => Ok(()),
            failed = any_failure(&mut self.validators) => Err(failed),
            () = tokio::time::sleep(READY_WITHIN) => bail!(
                "no final checkpoint within {} s; see the log above (TAMGA_LOG=info says more)",
                READY_WITHIN.as_secs()
            ),
        }
    }

    async fn until_interrupted(&mut self) -> Result<u8> {
        tokio::select! {
            signal = tokio::signal::ctrl_c() => signal.map(|()| 0).context("Ctrl-C"),
            failed = any_failure(&mut self.validators) => Err(failed),
        }
    }

    async fn until_command(&mut self, command: &str, url: &str, dir: &Path) -> Result<u8> {
        let mut child = tokio::process::Command::new("sh")
            .arg("-c")
            .arg(command)
            .env("TAMGA_URL", url)
            .env("TAMGA_DEVNET", dir)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("--exec")?;
        tokio::select! {
            status = child.wait() => {
                let code = status.context("--exec")?.code().unwrap_or(1);
                Ok(u8::try_from(code).unwrap_or(1))
            }
            signal = tokio::signal::ctrl_c() => signal.map(|()| 130).context("Ctrl-C"),
            failed = any_failure(&mut self.validators) => Err(failed),
        }
    }

    async fn stop(self) {
        for publisher in self.publishers {
            publisher.abort();
        }
        futures::future::join_all(self.validators.into_iter().map(Running::stop)).await;
        for witness in self.witnesses {
            witness.stop().await;
        }
    }
}

/// Resolves when a validator fails.
async fn any_failure(validators: &mut [Running]) -> anyhow::Error {
    let failures = validators.iter_mut().map(|validator| Box::pin(validator.failed()));
    futures::future::select_all(failures).await.0
}
