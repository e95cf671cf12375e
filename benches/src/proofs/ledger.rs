//! A ledger of so many records: lawful random proceedings, and one claimant with a known number of records.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tamga_api::genesis_file;
use tamga_api::time::{instant, parse_instant};
use tamga_format::id::UnixMillis;
use tamga_format::subject::Subject;
use tamga_node::demo::Plan;
use tamga_node::demo::fill::{Filler, database};
use tamga_node::devnet;
use tamga_node::devnet::casework::Case;
use tamga_node::founding::Founding;
use tamga_replica::App;
use tamga_rocks::RocksStore;

/// Records of the claimant whose completeness is proven.
pub(super) const RECORDS: usize = 200;
/// First and last moment of the proceedings.
const SPAN: [&str; 2] = ["2025-01-06T04:00:00Z", "2026-07-01T04:00:00Z"];
const VALIDATORS: u16 = 4;

/// A ledger on disk.
pub(crate) struct Generated {
    pub(super) dir: PathBuf,
    pub(crate) founding: Founding,
    pub(super) records: u64,
}

impl Generated {
    /// The ledger of a size below a folder, generated if it isn't there; one that was begun is gone on with.
    pub(crate) fn obtain(folder: &Path, records: u64) -> Result<Self> {
        let dir = folder.join(format!("ledger-{records}"));
        let time = |text| parse_instant(text).map(UnixMillis::get).context("a time");
        let plan =
            Plan { seed: 1, records, faults: 0, from: time(SPAN[0])?, until: time(SPAN[1])? };
        if Plan::of(&dir)? != Some(plan) || !finished(&dir)? {
            eprintln!("generating {} (once)", dir.display());
            let mut filler = Filler::open(&dir, plan)?;
            let mut said = 0;
            filler.fill(&mut |done| {
                if done.records - said >= 100_000 {
                    said = done.records;
                    eprintln!("  {done}");
                }
                ControlFlow::Continue(())
            })?;
            filler.present(&cases())?;
            eprintln!("  {}", filler.finish()?);
        }
        let founding = devnet::establish(&dir, VALIDATORS, &instant(UnixMillis(0)))?;
        Ok(Self { dir, founding, records })
    }

    /// The first validator's replica.
    pub(crate) fn open(&self) -> Result<App<RocksStore>> {
        let (genesis, hash) = genesis_file::parse(self.founding.genesis.as_bytes())?;
        let store = RocksStore::open(&database(&self.dir, self.first()?))?;
        Ok(App::open(store, &genesis, hash)?)
    }

    /// Name of the first validator.
    pub(super) fn first(&self) -> Result<&str> {
        let (name, _) = self.founding.validators.first().context("a validator")?;
        Ok(name)
    }
}

/// Whether every validator has its copy, which is what is done last.
fn finished(dir: &Path) -> Result<bool> {
    if !dir.join("genesis.toml").exists() {
        return Ok(false);
    }
    let founding = devnet::establish(dir, VALIDATORS, &instant(UnixMillis(0)))?;
    Ok(founding.validators.iter().all(|(name, _)| database(dir, name).exists()))
}

fn named(number: usize) -> Case {
    Case::named(&format!("bench/proofs/{number}"))
}

/// Cases of one claimant.
fn cases() -> Vec<Case> {
    let claimant = claimant();
    (0..RECORDS).map(|number| Case { claimant, ..named(number) }).collect()
}

/// The claimant of them.
pub(super) fn claimant() -> Subject {
    named(0).claimant
}
