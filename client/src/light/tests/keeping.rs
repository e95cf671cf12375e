//! What is kept: one form, whole or not at all, and by one process at a time.

use std::path::Path;

use super::*;
use crate::testing::ORIGIN;

fn full() -> Memory {
    let (old, new) = (log(5), log(9));
    let mut memory = empty();
    look(&mut memory, &[node("http://a", &new), node("http://b", &old)], 0);
    memory.fork = Some(Fork { at: NOW, evidence: [7; 32] });
    memory
}

fn open(folder: &Path) -> Result<(Store, Memory), CliError> {
    Store::open(folder, ORIGIN, || false)
}

#[test]
fn a_memory_has_one_form_and_no_change_of_it_is_read() {
    for memory in [empty(), full()] {
        let text = memory.encode();
        assert_eq!(Memory::parse(&text).as_ref(), Ok(&memory));
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert!(Memory::parse(&text[..at]).is_err(), "cut at {at}");
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8_lossy(&bytes);
            assert!(Memory::parse(&changed).is_err(), "byte {at}");
        }
        assert!(Memory::parse(&format!("{text}\n")).is_err());
    }
}

#[test]
fn a_sum_that_holds_makes_no_other_form_right() {
    let text = full().encode();
    let (body, _) = text.rsplit_once("sum ").unwrap();
    let sealed = |body: String| {
        let sum = crate::text::hex(&tamga_format::id::sha256(&[body.as_bytes()]));
        format!("{body}sum {sum}\n")
    };
    assert_eq!(sealed(body.to_owned()), text);
    let node = body.lines().find(|line| line.starts_with("node ")).unwrap();
    for wrong in [
        body.replacen("node 10", "node 010", 1),
        body.replacen(node, &format!("{node}\n{node}"), 1),
        body.replacen("head ", "head  ", 1),
        body.replacen("fork ", "spoon ", 1),
        body.replacen("tamga-light/v1", "tamga-light/v2", 1),
        body.split("\n\n").next().unwrap().to_owned() + "\n",
        body.replacen("origin ", "origin", 1),
    ] {
        assert!(Memory::parse(&sealed(wrong.clone())).is_err(), "{wrong}");
    }
}

#[test]
fn what_was_seen_is_there_after_a_restart_and_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("below");
    let (store, memory) = open(&folder).unwrap();
    assert_eq!(memory, empty());
    store.keep(&full()).unwrap();
    drop(store);
    // Killed between writing and renaming, a process leaves a part beside the file.
    let path = Store::path(&folder, ORIGIN);
    let beside = folder.join(format!("{}.part", path.file_name().unwrap().to_string_lossy()));
    std::fs::write(&beside, &full().encode().as_bytes()[..100]).unwrap();
    let (store, memory) = open(&folder).unwrap();
    assert_eq!(memory, full());
    store.keep(&empty()).unwrap();
    drop(store);
    assert_eq!(open(&folder).unwrap().1, empty());
    assert!(!beside.exists());
}

#[test]
fn a_torn_or_foreign_file_is_an_error_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = Store::path(dir.path(), ORIGIN);
    let whole = full().encode();
    let other = Memory::new("tamga.example/other").encode();
    for bytes in [&whole.as_bytes()[..whole.len() / 2], b"", b"\xff\xfe", other.as_bytes()] {
        std::fs::write(&path, bytes).unwrap();
        let error = open(dir.path()).err().unwrap();
        assert_eq!((error.exit, error.id), (Exit::CannotCheck, "error-memory"));
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    let aside = set_aside(dir.path(), ORIGIN, NOW).unwrap().unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), other.as_bytes());
    assert_eq!(open(dir.path()).unwrap().1, empty());
    assert_eq!(set_aside(dir.path(), "tamga.example/none", NOW).unwrap(), None);
}

#[test]
fn two_processes_never_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path()).unwrap();
    let busy = open(dir.path()).err().unwrap();
    assert_eq!((busy.exit, busy.id), (Exit::Network, "error-memory-busy"));
    assert!(Store::open(dir.path(), "tamga.example/other", || false).is_ok(), "another log");
    let mut held = Some(store);
    let waited = Store::open(dir.path(), ORIGIN, || held.take().is_some());
    assert!(waited.is_ok(), "whoever waits gets it when it is free");
}

#[test]
fn evidence_is_kept_before_the_fork_is() {
    let dir = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) = (log(5), log(5));
    grow(&mut ours, 3, 1);
    grow(&mut theirs, 3, 2);
    let (store, mut memory) = open(dir.path()).unwrap();
    let round = look(&mut memory, &[node("a", &ours), node("b", &theirs)], 0);
    let path = store.keep_fork(&mut memory, &round.evidence.clone().unwrap(), NOW).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(Evidence::parse(&text).ok(), round.evidence);
    drop(store);
    let (store, memory) = open(dir.path()).unwrap();
    assert_eq!(store.evidence(&memory.fork.unwrap()), path);
}

#[test]
fn the_nodes_not_asked_for_longest_are_forgotten() {
    let mut memory = empty();
    for number in 0..100 {
        let root = tamga_format::id::TreeRoot([1; 32]);
        memory.see(&format!("http://{number}"), TreeSize(9), root, UnixMillis(number));
    }
    assert_eq!(memory.nodes.len(), NODES_MAX);
    assert!(memory.nodes.contains_key("http://99") && !memory.nodes.contains_key("http://35"));
    assert!(Memory::parse(&memory.encode()).is_ok());
}
