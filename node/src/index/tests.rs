use tamga_replica::testing::TestLedger;

use super::*;

fn ledger(folder: &Path) -> TestLedger<RocksStore> {
    TestLedger::new(RocksStore::open(&folder.join("db")).unwrap())
}

#[test]
fn an_index_that_is_damaged_or_of_another_log_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    let mut one = ledger(&folder.path().join("one"));
    one.block();
    let log = one.app.reader();
    let (mut follower, handle) = open(&path, &log).unwrap();
    while follower.step(&log).unwrap() != Step::Done {}
    assert_eq!(handle.lookup().unwrap().rows.position().unwrap().unwrap().height.get(), 1);
    drop((follower, handle));

    // Of another log: two blocks with other contents.
    let mut other = ledger(&folder.path().join("other"));
    other.record(&tamga_state::testing::World::present(
        tamga_state::testing::tag(Role::Case, "a case"),
        100,
    ));
    other.block();
    other.block();
    let log = other.app.reader();
    let (mut follower, handle) = open(&path, &log).unwrap();
    assert_eq!(handle.lookup().unwrap().rows.position().unwrap(), None);
    while follower.step(&log).unwrap() != Step::Done {}
    drop((follower, handle));
    let (_, handle) = open(&path, &log).unwrap();
    assert_eq!(handle.lookup().unwrap().rows.position().unwrap().unwrap().height.get(), 2);
    drop(handle);

    std::fs::write(path.join("CURRENT"), "nonsense\n").unwrap();
    let (mut follower, handle) = open(&path, &log).unwrap();
    assert_eq!(handle.lookup().unwrap().rows.position().unwrap(), None);
    while follower.step(&log).unwrap() != Step::Done {}
}
