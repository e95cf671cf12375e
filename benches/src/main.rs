//! `bench`: how many signed records per second four validators make final, and what the machine would allow.
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | the machine's own limits |
//! | [`work`] | the workloads: registries, signed records, their file |
//! | [`load`], [`http`] | the generator, a process of its own |
//! | [`tamga`] | four validators and their publishers under that load |
//! | [`bare`] | four processes with consensus and signatures only, for comparison |
//! | [`micro`] | microseconds per record of each step, in one process |
//! | [`royalty`] | one distribution of a million lines |
//! | [`proofs`] | sizes and times of proofs, and how they grow with the ledger |
//! | [`replay`] | records per second of an audit |
//! | [`rules`] | microseconds that the rules take, kind by kind |
//! | [`procs`], [`report`] | what processes use; table and summary |
#![expect(
    clippy::float_arithmetic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints figures"
)]

mod bare;
mod http;
mod load;
mod machine;
mod micro;
mod procs;
mod proofs;
mod replay;
mod report;
mod royalty;
mod rules;
mod tamga;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use report::Report;
use work::Workload;

/// That of a node, so that what is measured in this process is what a node does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures Tamga on this machine; without a command, everything.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How long and how hard.
#[derive(Clone, Debug, Args)]
struct Options {
    /// Some twenty seconds in all: shows that everything runs, not what it reaches.
    #[arg(long)]
    quick: bool,
    /// Only these parts: machine, bare, w0, w1.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Seconds of load before the measured window.
    #[arg(long, default_value_t = 8)]
    warm_up: u64,
    /// Seconds of the measured window.
    #[arg(long, default_value_t = 25)]
    seconds: u64,
    /// Records of a workload, signed before the clock starts.
    #[arg(long, default_value_t = 400_000)]
    records: usize,
    /// Cases presented before the lifecycles of W1 are measured.
    #[arg(long, default_value_t = 100_000)]
    cases: u32,
    /// Accepted records that may wait for their block.
    #[arg(long, default_value_t = 2_000)]
    backlog: u64,
    /// Records of one request.
    #[arg(long, default_value_t = 100)]
    batch: usize,
    /// Least milliseconds between two blocks; the node's default when absent.
    #[arg(long)]
    block_interval_ms: Option<u64>,
    /// Runs this shell command beside each loop; BENCH_PID names the first validator, BENCH_PHASE the loop.
    #[arg(long)]
    during: Option<String>,
}

impl Options {
    fn shortened(mut self) -> Self {
        if self.quick {
            (self.warm_up, self.seconds, self.records, self.cases) = (1, 3, 40_000, 8_000);
        }
        self
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up)
    }

    fn window(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Microseconds per record of each step of a validator, in this process.
    Micro,
    /// Microseconds that the rules take per record, kind by kind.
    Rules,
    /// A distribution of royalties: a million lines from upload to final.
    Royalty(royalty::RoyaltyArguments),
    /// Proofs of ledgers of growing size: bytes, microseconds, how many a node serves.
    Proofs(proofs::ProofsArguments),
    /// A ledger executed again, as an audit does it: records per second, memory.
    Replay(replay::ReplayArguments),
    /// The load generator; reads orders from standard input.
    #[command(hide = true)]
    Load(load::LoadArguments),
    /// One node of the bare application.
    #[command(hide = true)]
    Bare(bare::BareArguments),
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.command {
        None => everything(&arguments.options.shortened()).await,
        Some(Command::Micro) => micro::run(),
        Some(Command::Rules) => rules::run(),
        Some(Command::Royalty(royalty)) => {
            let mut report = Report::default();
            royalty::run(&mut report, &royalty)?;
            report.finish(&output_folder().join("royalty.json"))
        }
        Some(Command::Proofs(arguments)) => {
            let folder = output_folder();
            std::fs::create_dir_all(&folder)?;
            proofs::run(&arguments, &folder).await
        }
        Some(Command::Replay(arguments)) => {
            let folder = output_folder();
            std::fs::create_dir_all(&folder)?;
            replay::run(&arguments, &folder)
        }
        Some(Command::Load(load)) => load::run(&load).await,
        Some(Command::Bare(bare)) => bare::node(&bare).await,
    }
}

async fn everything(options: &Options) -> Result<()> {
    let dir = output_folder();
    std::fs::create_dir_all(&dir)?;
    let mut report = Report::default();
    let share = if options.quick { 10 } else { 1 };
    let machine = machine::measure(&mut report, &dir, share)?;
    // Every validator checks every signature once, on cores that all of them share.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let ceiling = machine.batch_verify_per_second * cores as f64 / 4.0;
    for workload in [Workload::W0, Workload::W1] {
        let name = workload.name();
        let bare = workload == Workload::W0 && options.wants("bare");
        if !bare && !options.wants(name) {
            continue;
        }
        let file = dir.join(format!("{name}.records"));
        let signed = work::write(workload, options.records, options.cases, &file)?;
        eprintln!("{name}: {signed}");
        if options.wants(name) {
            tamga::run(&mut report, options, workload, &file, &signed, ceiling).await?;
        }
        if bare {
            bare::run(&mut report, options, &file, ceiling)?;
        }
        std::fs::remove_file(&file)?;
    }
    report.finish(&dir.join("summary.json"))
}

/// `target/bench` of this workspace, beside the programs it measures.
fn output_folder() -> PathBuf {
    let programs = tamga_tests::processes::programs();
    let target = programs.parent().map_or_else(|| PathBuf::from("target"), Path::to_path_buf);
    // A shared target folder elsewhere holds programs; results stay in the workspace.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|root| root.join("target"));
    root.unwrap_or(target).join("bench")
}
