//! How many proofs a node serves: a validator in a process of its own, alone, so that it reads and does not decide.

use std::net::{IpAddr, Ipv4Addr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tamga_format::subject::{Role, Subject};
use tamga_node::config::{PaceConfig, ValidatorConfig};
use tamga_node::founding::Layout;
use tamga_tests::processes::{TOKEN, free_ports, programs, until};

use super::ProofsArguments;
use super::growth::{Column, Limit};
use super::ledger::{Generated, claimant};
use super::measure::Asking;
use crate::http::Connection;
use crate::procs;

/// Proofs that a node is to serve in a second.
const PER_SECOND: f64 = 2_000.0;
/// Bytes of memory of a node of 10^7 records.
const MEMORY: f64 = 3.0 * (1_u64 << 30) as f64;
/// How long a node may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(300);

/// Starts a node on a ledger and asks it for each kind of proof.
pub(super) async fn run(
    column: &mut Column<'_>,
    generated: &Generated,
    asking: &Asking,
    arguments: &ProofsArguments,
) -> Result<()> {
    let started = Instant::now();
    let node = Node::start(generated)?;
    until(READY_WITHIN, "the node answers", || node.answers())?;
    column.add("node_start_seconds", started.elapsed().as_secs_f64(), "s", Limit::None);
    let receipts = asking.records.iter().map(|id| format!("/v1/records/{id}/receipt"));
    let proof = |subject: &Subject| format!("/v1/subjects/{subject}/proof");
    let nobody = (0..1_000).map(|it| Subject::registered(Role::Debtor, &format!("nobody {it}")));
    let loads: [(&str, Vec<String>); 4] = [
        ("receipts", receipts.collect()),
        ("statuses", asking.subjects.iter().map(|it| proof(it) + "?limit=0").collect()),
        ("absences", nobody.map(|it| proof(&it)).collect()),
        ("lists_of_200", vec![proof(&claimant())]),
    ];
    for (name, paths) in loads {
        let limit = if name == "lists_of_200" { Limit::None } else { Limit::AtLeast(PER_SECOND) };
        node.load(column, name, Arc::new(paths), limit, arguments).await?;
    }
    let resident = procs::resident_bytes(node.child.id());
    column.add("node_memory_bytes", resident as f64, "bytes", Limit::AtMost(MEMORY));
    Ok(())
}

/// A node's process; it ends with the value.
struct Node {
    child: Child,
    host: String,
}

impl Node {
    fn start(generated: &Generated) -> Result<Self> {
        let founding = &generated.founding;
        let ports = free_ports(founding.validators.len() + founding.publishers.len())?;
        let (host, token) = (IpAddr::V4(Ipv4Addr::LOCALHOST), Some(TOKEN.to_owned()));
        let pace = PaceConfig::default();
        Layout { founding, host, ports: &ports, token, pace, witnesses: &[], witness_every_s: 60 }
            .write(&generated.dir)?;
        let folder = generated.dir.join(generated.first()?);
        let file = folder.join("config.toml");
        // An index of its own would be made first, on the cores that serve.
        let config =
            ValidatorConfig { index: false, ..toml::from_str(&std::fs::read_to_string(&file)?)? };
        std::fs::write(&file, toml::to_string(&config)?)?;
        let log = std::fs::File::create(folder.join("log.txt"))?;
        let program = programs().join("tamga-node");
        let child = Command::new(&program)
            .arg("start")
            .arg("--config")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{}; run: cargo build --release --bins", program.display()))?;
        let port = ports.first().context("ports")?.http;
        Ok(Self { child, host: format!("127.0.0.1:{port}") })
    }

    fn answers(&self) -> bool {
        std::net::TcpStream::connect(&self.host).is_ok()
    }

    /// Asks for paths in turn over several connections at once.
    async fn load(
        &self,
        column: &mut Column<'_>,
        name: &str,
        paths: Arc<Vec<String>>,
        limit: Limit,
        arguments: &ProofsArguments,
    ) -> Result<()> {
        ensure!(!paths.is_empty(), "{name}: nothing to ask for");
        let window = Duration::from_secs(arguments.seconds);
        let cpu = procs::cpu_seconds(self.child.id());
        let started = Instant::now();
        let tasks: Vec<_> = (0..arguments.connections)
            .map(|first| {
                let (host, paths) = (self.host.clone(), Arc::clone(&paths));
                tokio::spawn(async move {
                    let mut connection = Connection::open_for_text(&host, TOKEN).await?;
                    let (mut times, mut bytes) = (Vec::new(), 0);
                    while started.elapsed() < window {
                        let path = &paths[(first * 131 + times.len()) % paths.len()];
                        let asked = Instant::now();
                        let answer = connection.get(path).await?;
                        if answer.status != 200 {
                            bail!("{path}: {} {}", answer.status, answer.text());
                        }
                        bytes += answer.body.len();
                        times.push(asked.elapsed());
                    }
                    Ok((times, bytes))
                })
            })
            .collect();
        let (mut times, mut bytes) = (Vec::new(), 0);
        for task in tasks {
            let (some, read) = task.await??;
            times.extend(some);
            bytes += read;
        }
        let seconds = started.elapsed().as_secs_f64();
        let cpu = procs::cpu_seconds(self.child.id()) - cpu;
        let count = times.len() as f64;
        times.sort_unstable();
        let slow = times.get(times.len() * 99 / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        column.add(format!("served_{name}_per_second"), count / seconds, "per second", limit);
        let cost = cpu * 1e6 / count.max(1.0);
        column.add(format!("served_{name}_cpu_us"), cost, "us of the node", Limit::None);
        column.add(format!("served_{name}_p99_ms"), slow, "ms", Limit::None);
        let mib = bytes as f64 / seconds / f64::from(1 << 20);
        column.add(format!("served_{name}_mib"), mib, "MiB per second", Limit::None);
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
