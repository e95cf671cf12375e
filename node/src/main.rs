//! `tamga-node`: arguments, then one of the programs of the library.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Parser, Subcommand};
use tamga_api::time::parse_instant;
use tamga_format::id::UnixMillis;
use tamga_node::config::WITNESS_EVERY_S;
use tamga_node::{demo, devnet, genesis_tool, keys_tool, run, witness};

/// Execution allocates and frees many small things: about a fifth of its time in a profile with glibc's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A validator of Tamga, and what founding a ledger needs.
#[derive(Debug, Parser)]
#[command(name = "tamga-node", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a whole network of demo validators in this process.
    Devnet(DevnetArguments),
    /// Fill a ledger with lawful random proceedings, without a network; devnet runs it afterwards.
    Demo(DemoArguments),
    /// Run one validator.
    Start(ConfigArguments),
    /// Run one publisher: it signs what a quorum of validators has cosigned.
    Publisher(ConfigArguments),
    /// Run a witness, which cosigns checkpoints of logs that others run.
    #[command(subcommand)]
    Witness(WitnessCommand),
    /// Make or check a genesis file.
    #[command(subcommand)]
    Genesis(GenesisCommand),
    /// Make the keys of a validator, or show their public halves for a change of policy.
    #[command(subcommand)]
    Keys(KeysCommand),
}

#[derive(Debug, Args)]
struct ConfigArguments {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(Debug, Args)]
struct DevnetArguments {
    /// Folder of the network; an existing one is continued. Absent: a fresh temporary folder.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Number of validators, each of an organisation of its own.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=9))]
    validators: u16,
    /// Number of outside witnesses.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=9))]
    witnesses: u16,
    /// One more witness to ask, which runs elsewhere: its name, verifier key and address; several are allowed.
    #[arg(long = "witness", value_name = "NAME VKEY URL")]
    asked: Vec<String>,
    /// Seconds from one checkpoint shown to the witnesses to the next.
    #[arg(long, value_name = "S", default_value_t = WITNESS_EVERY_S, value_parser = clap::value_parser!(u32).range(1..))]
    witness_every: u32,
    /// First port; ports follow each other. Absent: free ports are chosen.
    #[arg(long, value_name = "PORT")]
    port_base: Option<u16>,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    listen: IpAddr,
    /// Run CMD by the shell against the ready network, then stop with its exit code.
    #[arg(long, value_name = "CMD")]
    exec: Option<String>,
    /// Do not write the demo story.
    #[arg(long)]
    no_story: bool,
}

#[derive(Debug, Args)]
struct DemoArguments {
    /// Folder of the ledger; one that the same values have filled in part is gone on with.
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Records to write.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    records: u64,
    /// Where chance begins: equal values make equal ledgers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Before so many records of a thousand, try one that must be refused.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    faults: u16,
    /// Day of the first record.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2025-01-06")]
    from: String,
    /// Day after the last record, in the past.
    #[arg(long, value_name = "YYYY-MM-DD", default_value = "2026-07-01")]
    until: String,
}

#[derive(Debug, Subcommand)]
enum WitnessCommand {
    /// Make a key and a configuration.
    Init {
        /// New folder for them.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
        /// Name of the witness, like a URL without a scheme: witness.example/w1.
        #[arg(long)]
        name: String,
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:7380")]
        listen: SocketAddr,
        /// Verifier key of a log to cosign, as in the log line of its policy; several are allowed.
        #[arg(long = "log", value_name = "VKEY")]
        logs: Vec<String>,
    },
    /// Run the witness.
    Start(ConfigArguments),
    /// Say what was cosigned last of each log.
    Status(ConfigArguments),
}

#[derive(Debug, Subcommand)]
enum GenesisCommand {
    /// Make keys and a genesis file from a template, for a rehearsal of the founding.
    Make {
        /// Template: organisations and their validators.
        #[arg(long, value_name = "FILE")]
        template: PathBuf,
        /// New folder for the genesis file, keys and configurations.
        #[arg(long, value_name = "DIR")]
        dir: PathBuf,
    },
    /// Check a genesis file and say what its topology survives.
    Check {
        /// The genesis file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make new keys in a new file.
    Make {
        /// The file; one that exists is never replaced.
        file: PathBuf,
    },
    /// Print the public halves as the file of changes of a policy names them.
    Show {
        /// The file.
        file: PathBuf,
        /// Name of the validator in the policy.
        #[arg(long)]
        name: String,
        /// Name of the ledger, as its log and genesis file have it: tamga.example/main.
        #[arg(long)]
        origin: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    run::start_logging();
    let result = match Arguments::parse().command {
        Command::Devnet(arguments) => {
            devnet::run(devnet::Options {
                dir: arguments.dir,
                validators: arguments.validators,
                witnesses: arguments.witnesses,
                asked: arguments.asked,
                witness_every_s: arguments.witness_every,
                port_base: arguments.port_base,
                listen: arguments.listen,
                exec: arguments.exec,
                story: !arguments.no_story,
            })
            .await
        }
        Command::Demo(arguments) => generate(&arguments).map(|()| 0),
        Command::Start(arguments) => run::validator(&arguments.config).await,
        Command::Publisher(arguments) => run::publisher(&arguments.config).await,
        Command::Witness(WitnessCommand::Start(arguments)) => run::witness(&arguments.config).await,
        Command::Witness(WitnessCommand::Status(arguments)) => status(&arguments.config).await,
        Command::Witness(WitnessCommand::Init { dir, name, listen, logs }) => {
            witness::init(&dir, &name, listen, &logs).map(|()| 0)
        }
        Command::Genesis(GenesisCommand::Make { template, dir }) => {
            genesis_tool::make(&template, &dir).map(|()| 0)
        }
        Command::Genesis(GenesisCommand::Check { file }) => genesis_tool::check(&file).map(|()| 0),
        Command::Keys(KeysCommand::Make { file }) => keys_tool::make(&file).map(|()| 0),
        Command::Keys(KeysCommand::Show { file, name, origin }) => {
            keys_tool::show(&file, &name, &origin).map(|()| 0)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            run::report(&error);
            ExitCode::FAILURE
        }
    }
}

async fn status(config: &Path) -> anyhow::Result<u8> {
    witness::status(&witness::WitnessConfig::read(config)?).await.map(|()| 0)
}

fn generate(arguments: &DemoArguments) -> anyhow::Result<()> {
    let day = |text: &str| {
        let time = parse_instant(&format!("{text}T04:00:00Z"));
        time.map(UnixMillis::get).with_context(|| format!("{text} is no day (YYYY-MM-DD)"))
    };
    let DemoArguments { records, seed, faults, .. } = *arguments;
    let (from, until) = (day(&arguments.from)?, day(&arguments.until)?);
    ensure!(from < until, "--from must lie before --until");
    let plan = demo::Plan { seed, records, faults, from, until };
    demo::run(&demo::Options { dir: arguments.dir.clone(), plan })
}
