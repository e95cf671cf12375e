//! Whole ledgers of lawful random proceedings, from a seed and at any scale: for trials, tests and benches.
//!
//! | Module | Holds |
//! |---|---|
//! | [`rng`] | the one source of chance |
//! | [`life`] | what happens in a proceeding, and when |
//! | [`plan`] | the records of all proceedings in the order of their time |
//! | [`people`] | who writes them: chambers, bailiffs, courts and banks of every region |
//! | [`fault`] | records that must be refused, and with which code |
//! | [`quorum`] | all validators in one hand: blocks, votes, cosignatures |
//! | `scribe` | writes and signs them |
//! | [`fill`] | a validator's store filled block by block, and gone on with |

pub mod fault;
pub mod fill;
pub mod life;
pub mod people;
pub mod plan;
pub mod quorum;
pub mod rng;
mod scribe;

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;

pub use plan::Plan;

use crate::devnet::say;

#[cfg(test)]
mod tests;

/// What the command line says.
#[derive(Debug)]
pub struct Options {
    /// Folder of the ledger; one that is filled in part is gone on with.
    pub dir: PathBuf,
    /// What is generated.
    pub plan: Plan,
}

/// Fills a ledger and says what was done.
///
/// # Errors
///
/// When the folder holds another ledger or plan, a file fails, or a verdict is not the expected one.
pub fn run(options: &Options) -> Result<()> {
    let mut filler = fill::Filler::open(&options.dir, options.plan)?;
    let mut said = 0;
    filler.fill(&mut |done: &fill::Done| {
        if done.records - said >= 100_000 {
            said = done.records;
            say(&done.to_string());
        }
        ControlFlow::Continue(())
    })?;
    let done = filler.finish()?;
    say(&format!("✔ {done}"));
    say(&format!("  Run it         tamga-node devnet --no-story --dir {}", options.dir.display()));
    Ok(())
}
