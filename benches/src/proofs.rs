//! Proofs of a ledger of 10^5, 10^6 and 10^7 records: how long they are, how long they take, how many a node serves,
//! and how that grows.
//!
//! | Module | Holds |
//! |---|---|
//! | [`ledger`] | the ledgers, generated once below `target/bench` and used again |
//! | [`measure`] | each kind of proof, made and checked in this process |
//! | [`served`] | the same over HTTP, by a node in a process of its own |
//! | [`growth`] | the table with the growth |

mod growth;
mod ledger;
mod measure;
mod served;

use std::path::Path;

use anyhow::Result;
use clap::Args;

use growth::Growth;
pub(crate) use ledger::Generated;

/// Which ledgers, and how long each load lasts.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProofsArguments {
    /// Records of each ledger, ascending.
    #[arg(long, value_delimiter = ',', default_value = "100000,1000000")]
    sizes: Vec<u64>,
    /// Proofs of each kind that are made and checked.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// Seconds of each load over HTTP; 0 leaves them out.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Connections of a load.
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

/// Measures every ledger and prints the growth.
pub(crate) async fn run(arguments: &ProofsArguments, folder: &Path) -> Result<()> {
    let mut growth = Growth::default();
    for size in &arguments.sizes {
        let generated = Generated::obtain(folder, *size)?;
        let mut column = growth.column(*size);
        let asked = measure::run(&mut column, &generated, arguments.samples)?;
        if arguments.seconds > 0 {
            served::run(&mut column, &generated, &asked, arguments).await?;
        }
    }
    growth.finish(&folder.join("proofs.json"))
}
