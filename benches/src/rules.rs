//! Microseconds that the rules take per record, kind by kind: no signatures, no map, no store, one core.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use tamga_format::body::{Body, Submission};
use tamga_format::id::Height;
use tamga_format::record::SignedRecord;
use tamga_node::clock::Clock;
use tamga_state::catalogue::Kind;
use tamga_state::{BlockContext, Genesis, MemoryView, Overlay, execute_record};
use tamga_tests::processes::ORIGIN;

use crate::micro::Ledger;
use crate::work::{self, Workload};

/// Records of the lifecycles, beside those that present their cases.
const RECORDS: usize = 200_000;
/// Cases that are there from the beginning.
const CASES: u32 = 20_000;

/// What one kind took.
#[derive(Clone, Copy, Default)]
struct Spent {
    records: u32,
    time: Duration,
}

impl Spent {
    fn add(&mut self, time: Duration) {
        self.records += 1;
        self.time += time;
    }

    fn microseconds(self) -> f64 {
        self.time.as_secs_f64() * 1e6 / f64::from(self.records.max(1))
    }
}

/// Executes the lifecycles of W1 and prints what each kind took.
pub(crate) fn run() -> Result<()> {
    let ledger = Ledger::found(Workload::W1)?;
    let items = work::sign(Workload::W1, RECORDS, CASES)?;
    let records = items
        .iter()
        .map(|item| Ok(Submission::decode(&item.submission)?.into_parts()))
        .collect::<Result<Vec<_>>>()?;
    let spent = execute(ledger.genesis(), &records)?;
    let mut all = Spent::default();
    println!("{} records of {CASES} and more cases, microseconds per record", records.len());
    for (kind, kind_spent) in &spent {
        let name = Kind::from_number(*kind).map_or("?", |kind| kind.info().code);
        println!("  {name:<4} {:>9} {:>8.2}", kind_spent.records, kind_spent.microseconds());
        all.records += kind_spent.records;
        all.time += kind_spent.time;
    }
    println!("  all  {:>9} {:>8.2}", all.records, all.microseconds());
    println!("{:.0} records per second on one core", 1e6 / all.microseconds());
    Ok(())
}

/// The time of each kind; every record must be lawful.
fn execute(
    genesis: &Genesis,
    records: &[(SignedRecord, Option<Body>)],
) -> Result<BTreeMap<u16, Spent>> {
    let statuses = genesis.initial_statuses().map_err(|error| anyhow!("{error:?}"))?;
    let mut view = MemoryView { statuses, ..MemoryView::default() };
    let block = BlockContext {
        origin: ORIGIN.to_owned(),
        height: Height(1),
        time: Clock.now(),
        organisations: [].into(),
    };
    let mut spent: BTreeMap<u16, Spent> = BTreeMap::new();
    for (record, body) in records {
        let mut overlay = Overlay::new(&view);
        let started = Instant::now();
        let verdict = execute_record(&mut overlay, &block, record, body.as_ref());
        let took = started.elapsed();
        verdict.map_err(|refused| anyhow!("{}: {}", refused.code, refused.detail))?;
        spent.entry(record.record().kind).or_default().add(took);
        let changes = overlay.into_changes();
        view.commit(record, changes);
    }
    Ok(spent)
}
