//! Four validators and their publishers in processes of their own, under load.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tamga_format::id::RecordId;
use tamga_node::config::PaceConfig;
use tamga_tests::processes::{Cluster, until};

use crate::http::Connection;
use crate::load::{Order, Outcome};
use crate::report::Report;
use crate::work::{Signed, Workload};
use crate::{Options, procs};

/// Four organisations with one validator and one publisher each.
const TEMPLATE: &str = include_str!("../../genesis/four-organisations.toml");
/// How long the validators may take to start.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Receipts fetched and verified afterwards.
const RECEIPTS: usize = 200;
/// Median latency at half load that we aim at, in milliseconds.
const LATENCY_AIM_MS: f64 = 250.0;

/// Runs one workload on a fresh ledger.
pub(crate) async fn run(
    report: &mut Report,
    options: &Options,
    workload: Workload,
    file: &Path,
    signed: &Signed,
    ceiling: f64,
) -> Result<()> {
    let name = workload.name();
    let mut pace = PaceConfig::default();
    if let Some(interval) = options.block_interval_ms {
        pace.block_interval_ms = interval;
    }
    let cluster = Cluster::start_with(TEMPLATE, &workload.registry(), pace)?;
    cluster.ready(READY_WITHIN)?;
    let mut load = Load::start(&cluster, file)?;

    if workload == Workload::W1 {
        let (cases, backlog, batch) = (options.cases, options.backlog, options.batch);
        let presented = load.order(&Order::Present { cases, backlog, batch })?;
        complain(name, &presented);
        eprintln!("  {} cases presented", presented.accepted);
    }
    let closed = closed(&cluster, &mut load, options).await?;
    let rate = closed.rate();
    let outcome = &closed.outcome;
    complain(name, outcome);
    report.add(format!("final_records_per_second_{name}"), rate, "records/s", Some(ceiling));
    for (what, value, unit) in closed.costs() {
        report.add(format!("{what}_{name}"), value, unit, None);
    }

    let goal = open(
        report,
        options,
        workload,
        "half_goal",
        workload.goal() / 2.0,
        &closed.pids,
        &mut load,
    )?;
    let half = open(report, options, workload, "half_load", rate / 2.0, &closed.pids, &mut load)?;
    let lone = load.order(&Order::Lone { count: if options.quick { 5 } else { 40 } })?;
    complain(name, &lone);
    report.add(format!("latency_ms_p50_idle_{name}"), lone.percentile(0.5), "ms", None);
    report.add(format!("latency_ms_p95_idle_{name}"), lone.percentile(0.95), "ms", None);

    let sample = load.order(&Order::Sample { count: if options.quick { 20 } else { RECEIPTS } })?;
    let verified = receipts(&cluster, &sample)?;
    report.add(format!("receipts_verified_{name}"), verified as f64, "receipts", None);
    report.note(format!(
        "{name}: {signed}; {} accepted in the closed loop, {} full pools met; open loops at {:.0}/s and {:.0}/s, {} without a receipt in 10 s",
        outcome.accepted, outcome.full, workload.goal() / 2.0, rate / 2.0, goal.late + half.late
    ));
    Ok(())
}

/// Single records at a fixed rate, each from its intended sending to its receipt.
fn open(
    report: &mut Report,
    options: &Options,
    workload: Workload,
    load_name: &str,
    per_second: f64,
    pids: &[u32],
    load: &mut Load,
) -> Result<Outcome> {
    let name = workload.name();
    let (per_second, seconds) = (per_second.max(10.0), if options.quick { 2 } else { 15 });
    let cpu_from = Cpu::now(pids, load.pid());
    load.send(&Order::Open { per_second, seconds })?;
    let profile = profile(options, load_name, pids)?;
    let outcome = load.receive()?;
    let cpu_to = Cpu::now(pids, load.pid());
    wait(profile)?;
    complain(name, &outcome);
    let cpu: f64 = cpu_to.validators.iter().sum::<f64>() - cpu_from.validators.iter().sum::<f64>();
    report.add(
        format!("validator_cpu_us_per_single_record_{load_name}_{name}"),
        cpu / pids.len().max(1) as f64 / outcome.latencies_ms.len().max(1) as f64 * 1e6,
        "us/record/validator",
        None,
    );
    for (percentile, share) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        let aim = Some(LATENCY_AIM_MS).filter(|_| percentile == "p50");
        let figure = format!("latency_ms_{percentile}_{load_name}_{name}");
        report.add(figure, outcome.percentile(share), "ms", aim);
    }
    Ok(outcome)
}

fn complain(name: &str, outcome: &Outcome) {
    if outcome.refused > 0 {
        eprintln!("{name}: {} records refused, such as: {:?}", outcome.refused, outcome.refusal);
    }
    if outcome.late > 0 {
        eprintln!("{name}: {} records late", outcome.late);
    }
    if outcome.exhausted {
        eprintln!("{name}: the file of records is exhausted; sign more with --records");
    }
}

/// What a closed loop showed in its window.
struct Closed {
    outcome: Outcome,
    pids: Vec<u32>,
    records: u64,
    blocks: u64,
    seconds: f64,
    /// CPU seconds of each validator, of the generator and of everything else.
    validators: Vec<f64>,
    generator: f64,
    others: f64,
    resident: u64,
    disk_bytes_per_record: f64,
}

impl Closed {
    fn rate(&self) -> f64 {
        self.records as f64 / self.seconds
    }

    fn costs(&self) -> Vec<(&'static str, f64, &'static str)> {
        let all: f64 = self.validators.iter().sum();
        let records = self.records.max(1) as f64;
        let count = self.validators.len().max(1) as f64;
        vec![
            ("records_per_block", records / self.blocks.max(1) as f64, "records"),
            ("blocks_per_second", self.blocks as f64 / self.seconds, "blocks/s"),
            ("validator_cpu_us_per_record", all / count / records * 1e6, "us/record/validator"),
            ("validator_cpu_cores", all / count / self.seconds, "cores/validator"),
            ("generator_cpu_cores", self.generator / self.seconds, "cores"),
            ("publishers_and_bench_cpu_cores", self.others / self.seconds, "cores"),
            ("validator_resident_mib", self.resident as f64 / f64::from(1 << 20), "MiB"),
            ("disk_bytes_per_record", self.disk_bytes_per_record, "B/validator"),
        ]
    }
}

/// CPU seconds at an instant.
struct Cpu {
    validators: Vec<f64>,
    generator: f64,
    others: f64,
}

impl Cpu {
    fn now(validators: &[u32], generator: u32) -> Self {
        let others: f64 = procs::children()
            .into_iter()
            .filter(|pid| *pid != generator && !validators.contains(pid))
            .chain([std::process::id()])
            .map(procs::cpu_seconds)
            .sum();
        Self {
            validators: validators.iter().map(|pid| procs::cpu_seconds(*pid)).collect(),
            generator: procs::cpu_seconds(generator),
            others,
        }
    }
}

async fn closed(cluster: &Cluster, load: &mut Load, options: &Options) -> Result<Closed> {
    let pids: Vec<u32> =
        (0..cluster.validators()).filter_map(|number| cluster.pid(number)).collect();
    let samples: Samples = Arc::default();
    let host = host(cluster, 0);
    let sampling = tokio::spawn(sample_sizes(host.clone(), Arc::clone(&samples)));
    let seconds = (options.warm_up() + options.window()).as_secs();
    load.send(&Order::Closed { seconds, backlog: options.backlog, batch: options.batch })?;
    tokio::time::sleep(options.warm_up()).await;
    let (from, cpu_from) = (Instant::now(), Cpu::now(&pids, load.pid()));
    let profile = profile(options, "closed", &pids)?;
    tokio::time::sleep(options.window().saturating_sub(Duration::from_millis(300))).await;
    let (to, cpu_to) = (Instant::now(), Cpu::now(&pids, load.pid()));
    let resident = pids.iter().map(|pid| procs::resident_bytes(*pid)).max().unwrap_or_default();
    wait(profile)?;
    let outcome = load.receive()?;
    sampling.abort();

    let samples = samples.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let inside: Vec<&(Instant, u64)> =
        samples.iter().filter(|(at, _)| *at >= from && *at <= to).collect();
    let (Some((first_at, first)), Some((last_at, last))) = (inside.first(), inside.last()) else {
        bail!("no final checkpoint in the window");
    };
    let blocks = blocks_between(&host, *first, *last).await?;
    let size = head(&host).await?;
    let difference =
        |to: &[f64], from: &[f64]| to.iter().zip(from).map(|(to, from)| to - from).collect();
    Ok(Closed {
        outcome,
        records: last.saturating_sub(*first).saturating_sub(blocks),
        blocks,
        seconds: last_at.duration_since(*first_at).as_secs_f64(),
        validators: difference(&cpu_to.validators, &cpu_from.validators),
        generator: cpu_to.generator - cpu_from.generator,
        others: cpu_to.others - cpu_from.others,
        resident,
        disk_bytes_per_record: disk(cluster) as f64 / pids.len().max(1) as f64 / size.max(1) as f64,
        pids,
    })
}

/// Starts the command that the operator wants to run beside a loop.
fn profile(options: &Options, phase: &str, pids: &[u32]) -> Result<Option<Child>> {
    let Some(command) = &options.during else { return Ok(None) };
    let pid = pids.first().context("a validator runs")?.to_string();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).env("BENCH_PID", pid).env("BENCH_PHASE", phase);
    Ok(Some(shell.spawn()?))
}

fn wait(profile: Option<Child>) -> Result<()> {
    if let Some(mut profile) = profile {
        profile.wait()?;
    }
    Ok(())
}

fn host(cluster: &Cluster, validator: usize) -> String {
    cluster.url(validator).trim_start_matches("http://").to_owned()
}

fn disk(cluster: &Cluster) -> u64 {
    procs::disk_bytes(cluster.dir())
}

type Samples = Arc<Mutex<Vec<(Instant, u64)>>>;

/// Notes how the final checkpoint grows, as the first validator tells with every answer.
async fn sample_sizes(host: String, samples: Samples) -> Result<()> {
    let mut connection = Connection::open(&host).await?;
    loop {
        let answer = connection.get("/.well-known/tamga/trust-policy").await?;
        if let Some(size) = answer.final_size {
            samples.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), size));
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Leaves of the log.
async fn head(host: &str) -> Result<u64> {
    let answer = Connection::open(host).await?.get("/v1/blocks?limit=1").await?;
    let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
    page["data"][0]["size"].as_u64().context("a block has a size")
}

/// Blocks that end after one size and not after another.
async fn blocks_between(host: &str, after: u64, to: u64) -> Result<u64> {
    let mut connection = Connection::open(host).await?;
    let mut path = "/v1/blocks?limit=200".to_owned();
    let mut count = 0;
    loop {
        let answer = connection.get(&path).await?;
        let page: serde_json::Value = serde_json::from_slice(&answer.body)?;
        for block in page["data"].as_array().context("a page of blocks")? {
            let size = block["size"].as_u64().unwrap_or_default();
            if size <= after {
                return Ok(count);
            }
            count += u64::from(size <= to);
        }
        let Some(next) = page["page"]["next"].as_str() else { return Ok(count) };
        path = format!("/v1/blocks?limit=200&after={next}");
    }
}

/// Fetches receipts and verifies each with the policy, as anybody would.
fn receipts(cluster: &Cluster, sample: &Outcome) -> Result<usize> {
    let mut verified = 0;
    for (id, validator) in &sample.sample {
        let id = RecordId::from_hex(id)?;
        let proven = cluster.proven(*validator, &id);
        // The newest records may be a moment away from their final checkpoint.
        let proven = match proven {
            Ok(proven) => proven,
            Err(_) => {
                until(Duration::from_secs(5), "a receipt", || {
                    cluster.proven(*validator, &id).is_ok()
                })?;
                cluster.proven(*validator, &id)?
            }
        };
        if proven.id != id {
            bail!("the receipt of {id} proves {}", proven.id);
        }
        verified += 1;
    }
    Ok(verified)
}

/// The generator's process.
struct Load {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Load {
    fn start(cluster: &Cluster, file: &Path) -> Result<Self> {
        let hosts: Vec<String> =
            (0..cluster.validators()).map(|number| host(cluster, number)).collect();
        let mut child = Command::new(std::env::current_exe()?)
            .arg("load")
            .arg("--file")
            .arg(file)
            .arg("--hosts")
            .arg(hosts.join(","))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().context("piped")?;
        let answers = BufReader::new(child.stdout.take().context("piped")?);
        let mut load = Self { child, orders, answers };
        load.line()?;
        Ok(load)
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    fn send(&mut self, order: &Order) -> Result<()> {
        Ok(writeln!(self.orders, "{}", serde_json::to_string(order)?)?)
    }

    fn receive(&mut self) -> Result<Outcome> {
        let line = self.line()?;
        Ok(serde_json::from_str(&line)?)
    }

    fn order(&mut self, order: &Order) -> Result<Outcome> {
        self.send(order)?;
        self.receive()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("the load generator ended; see above");
        }
        Ok(line)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
