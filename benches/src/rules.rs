//! Microseconds that the rules take per record, kind by kind: no signatures, no map, no store, one core.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use tamga_api::genesis_file;
use tamga_format::body::Body;
use tamga_format::id::{Height, SubjectId};
use tamga_format::record::SignedRecord;
use tamga_format::subject::{Role, Subject};
use tamga_node::demo::Plan;
use tamga_node::demo::fill::Filler;
use tamga_replica::Block;
use tamga_state::catalogue::Kind;
use tamga_state::{BlockContext, Built, Genesis, MemoryView, Overlay, execute_record};

/// Generated proceedings of every kind of record: 2025 and the first half of 2026.
const PLAN: Plan = Plan {
    seed: 1,
    records: 100_000,
    faults: 0,
    from: 1_736_136_000_000,
    until: 1_782_878_400_000,
};

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

/// Executes the records of a generated ledger again and prints what each kind took.
pub(crate) fn run() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let mut filler = Filler::open(dir.path(), PLAN)?;
    filler.fill(&mut |_| ControlFlow::Continue(()))?;
    let log = filler.app().reader();
    let text = std::fs::read(dir.path().join("genesis.toml"))?;
    let (genesis, _) = genesis_file::parse(&text)?;
    let blocks = (1..=filler.app().head().height.get())
        .map(|height| Ok(log.decided(Height(height))?.context("a block of every height")?.0))
        .collect::<Result<Vec<Block>>>()?;
    let spent = execute(&genesis, &blocks)?;
    let mut all = Spent::default();
    println!("{} records of generated proceedings, microseconds per record", PLAN.records);
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
fn execute(genesis: &Genesis, blocks: &[Block]) -> Result<BTreeMap<u16, Spent>> {
    let statuses = genesis.initial_statuses().map_err(|error| anyhow!("{error:?}"))?;
    let mut view = MemoryView { statuses, ..MemoryView::default() };
    let members = genesis.validators.members();
    let id = |bin: &str| Subject::registered(Role::Organisation, bin).id;
    let mut organisations: Vec<SubjectId> =
        members.iter().map(|member| id(&member.organisation)).collect();
    organisations.sort_unstable();
    let mut spent: BTreeMap<u16, Spent> = BTreeMap::new();
    for block in blocks {
        let context = BlockContext {
            origin: genesis.origin.clone(),
            height: block.height(),
            time: block.time(),
            organisations: organisations.as_slice().into(),
        };
        for item in block.items.iter() {
            let record = SignedRecord::decode(&item.entry)?;
            let body = item.body.as_deref().map(Body::decode).transpose()?;
            let mut overlay = Overlay::new(&view);
            let started = Instant::now();
            let verdict = execute_record(&mut overlay, &context, &record, body.as_ref());
            let took = started.elapsed();
            verdict.map_err(|refused| anyhow!("{}: {}", refused.code, refused.detail))?;
            spent.entry(record.record().kind).or_default().add(took);
            let changes = overlay.into_changes();
            view.commit(&record, changes);
        }
        let ext = block.leaf.ext.as_ref().context("a block says who built it")?;
        let builder = members.iter().find(|member| member.id == ext.builder);
        let organisation = id(&builder.context("a validator built it")?.organisation);
        view.blocks.insert(
            block.height(),
            Built { organisation, output: ext.proof.output()?, time: block.time() },
        );
    }
    Ok(spent)
}
