use super::*;
use crate::memory::MemoryView;
use crate::registry::key_of;
use crate::status::decode;
use crate::testing::{BIN, genesis, key, writer};

#[test]
fn the_registry_is_written_into_statuses() {
    let statuses = genesis().initial_statuses().expect("lawful");
    assert!(statuses.values().all(|row| row.nonce == [0; 16]));
    let row = &statuses[&writer("bailiff")];
    let (last, officer) = decode::<Officer>(&row.bytes).expect("a status");
    assert_eq!((last, officer.role), (None, WriterRole::PrivateBailiff));
    let view = MemoryView { statuses, ..MemoryView::default() };
    let known = key_of(&view, &key("court").public().key_id()).expect("in memory");
    assert_eq!(known.expect("registered").holder, writer("court"));
}

/// A change that breaks a genesis, and what is then wrong with it.
type Flaw = (fn(&mut Genesis), &'static str);

#[test]
fn a_genesis_that_contradicts_itself_is_refused() {
    let cases: [Flaw; 5] = [
        (|g| g.organisations[0].bin = "591240000110".to_owned(), "the БИН's check digit is wrong"),
        (
            |g| g.officers[0].organisation = "591240000021".to_owned(),
            "the organisation is not registered",
        ),
        (|g| g.officers[1].number = g.officers[0].number.clone(), "it is given twice"),
        (|g| g.keys[0].holder = writer("nobody"), "the holder is not registered"),
        (|g| g.keys[1] = g.keys[0].clone(), "it is given twice"),
    ];
    for (change, problem) in cases {
        let mut genesis = genesis();
        change(&mut genesis);
        assert_eq!(genesis.initial_statuses().expect_err("it must be refused").problem, problem);
    }
    assert!(valid_bin(BIN));
}
