//! Generated ledgers: lawful, of every kind of record, the same from the same plan whatever interrupts it.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use tamga_format::id::Height;
use tamga_state::catalogue::Kind;

use super::fault::Fault;
use super::fill::Filler;
use super::plan::{Order, Plan};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// 6 January 2025.
const FROM: i64 = 1_736_136_000_000;
const PLAN: Plan =
    Plan { seed: 7, records: 4_000, faults: 50, from: FROM, until: FROM + 500 * DAY_MS };

fn filled(dir: &Path, plan: Plan) -> Filler {
    let mut filler = Filler::open(dir, plan).unwrap();
    filler.fill(&mut |_| ControlFlow::Continue(())).unwrap();
    filler
}

#[test]
fn a_ledger_holds_every_kind_of_record_and_every_fault_was_refused_by_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let filler = filled(dir.path(), PLAN);
    let log = filler.app().reader();
    let head = filler.app().head();
    let mut kinds = BTreeSet::new();
    let mut records = 0;
    for height in 1..=head.height.get() {
        for (_, record) in log.records_of(Height(height)).unwrap() {
            kinds.insert(record.record().kind);
            records += 1;
        }
    }
    assert_eq!(records, PLAN.records);
    let enforcement = Kind::ALL.iter().filter(|kind| kind.info().code.starts_with('E'));
    let missing: Vec<_> = enforcement.filter(|kind| !kinds.contains(&kind.number())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let done = filler.finish().unwrap();
    let faults = [
        Fault::Stranger,
        Fault::Foretold,
        Fault::Overpaid,
        Fault::TooSoon,
        Fault::WrongKey,
        Fault::Misstated,
    ];
    assert_eq!(done.refused.keys().copied().collect::<Vec<_>>(), faults, "{done}");
    // Another plan is not mixed with it.
    let other = Filler::open(dir.path(), Plan { seed: 8, ..PLAN }).unwrap_err();
    assert!(other.to_string().contains("another plan"), "{other:#}");
}

#[test]
fn an_interrupted_ledger_that_is_gone_on_with_is_the_one_made_at_once() {
    let plan = Plan { records: 1_500, faults: 0, ..PLAN };
    let [whole, parts, other] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let at_once = filled(whole.path(), plan).app().head();
    for records in [1, 700, 701] {
        let mut filler = Filler::open(parts.path(), plan).unwrap();
        let mut stop = |done: &super::fill::Done| {
            if done.records >= records { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        filler.fill(&mut stop).unwrap();
    }
    assert_eq!(filled(parts.path(), plan).app().head(), at_once);
    let faulty = filled(other.path(), Plan { faults: 100, ..plan }).app().head();
    assert_eq!(faulty.map_root, at_once.map_root, "what is refused leaves no trace");
}

#[test]
fn a_finished_ledger_is_finished_again_without_touching_what_a_validator_holds() {
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { records: 50, faults: 0, ..PLAN };
    filled(dir.path(), plan).finish().unwrap();
    let databases: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path().join("data").join("db"))
        .filter(|database| database.exists())
        .collect();
    assert_eq!(databases.len(), 4);
    for database in &databases {
        std::fs::write(database.join("later"), b"a block committed since").unwrap();
    }
    filled(dir.path(), plan).finish().unwrap();
    for database in &databases {
        assert!(database.join("later").exists(), "{}", database.display());
    }
}

#[test]
fn a_plan_is_in_the_order_of_time_and_ends_before_its_day() {
    for (seed, records) in [(1, 2_000), (2, 20_000), (3, 100_000)] {
        let plan = Plan { seed, records, ..PLAN };
        let mut order = Order::new(plan);
        let mut last = 0;
        for _ in 0..records {
            let (next, _) = order.take();
            assert!(last <= next.time && next.time <= plan.until, "{next:?} of {plan:?}");
            last = next.time;
        }
    }
    let short = Plan { records: 4_000, until: FROM + 9 * DAY_MS, ..PLAN };
    let dir = tempfile::tempdir().unwrap();
    let mut filler = Filler::open(dir.path(), short).unwrap();
    let over = filler.fill(&mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(over.to_string().contains("the plan's time is over"), "{over:#}");
}
