use std::cell::Cell;

use tamga_format::evidence::Evidence;
use tamga_format::id::{TreeSize, UnixMillis};
use tamga_format::policy::Policy;
use tamga_format::tile::TileCoord;

use super::*;
use crate::error::{CliError, Exit};
use crate::testing::{NOW, ServedLog, genesis};

mod keeping;
mod looking;

/// The time of the tests in seconds.
const NOW_S: u64 = NOW.0.unsigned_abs() / 1_000;
const ALL: [&str; 4] = ["v0", "v1", "v2", "v3"];

fn policy() -> Policy {
    genesis().0.policy
}

/// A log of the genesis and this many blocks.
fn log(blocks: i64) -> ServedLog {
    let mut log = ServedLog::new();
    grow(&mut log, blocks, 0);
    log
}

/// Appends blocks; logs of other seeds are other logs.
fn grow(log: &mut ServedLog, blocks: i64, seed: i64) {
    for number in 0..blocks {
        log.commit(&[], UnixMillis(NOW.0 + 1_000 * number + seed));
    }
}

/// The checkpoint of a log, cosigned by these so many seconds ago.
fn note(log: &ServedLog, by: &[&str], age_s: u64) -> String {
    let signers: Vec<(&str, u64)> = by.iter().map(|name| (*name, NOW_S - age_s)).collect();
    log.note_by(&signers).encode()
}

fn view(log: &ServedLog) -> View {
    View::judge(&note(log, &ALL, 5), &policy()).unwrap()
}

fn missing(tile: &TileCoord) -> CliError {
    CliError::problem(404, "TMG-4040", &tile.path(), "")
}

/// A node: its address, its log, and the checkpoint that it shows.
struct Node<'n> {
    url: &'n str,
    log: &'n ServedLog,
    shows: Result<String, CliError>,
}

fn node<'n>(url: &'n str, log: &'n ServedLog) -> Node<'n> {
    Node { url, log, shows: Ok(note(log, &ALL, 5)) }
}

/// One round at so many seconds after the time of the tests.
fn look(memory: &mut Memory, nodes: &[Node<'_>], later_s: i64) -> Round {
    let policy = policy();
    let kept = memory.head.clone().map(|head| View::of_note(head.note, &policy).unwrap());
    let answers = nodes
        .iter()
        .map(|node| Answer { url: node.url.to_owned(), checkpoint: node.shows.clone() })
        .collect();
    let fetch = |at: usize, tile: &TileCoord| nodes[at].log.tile(tile).ok_or_else(|| missing(tile));
    let now = UnixMillis(NOW.0 + 1_000 * later_s);
    let limits = Limits { now, max_age_s: 300 };
    round(memory, kept.as_ref(), answers, &policy, &fetch, limits)
}

fn empty() -> Memory {
    Memory::new(policy().origin())
}

fn standings(round: &Round) -> Vec<&Standing> {
    round.nodes.iter().map(|node| &node.standing).collect()
}

#[test]
fn every_log_is_told_from_every_fork_of_it() {
    let sizes: Vec<i64> = (0..18).chain([254, 255, 256, 257, 511, 600]).collect();
    let logs: Vec<ServedLog> = sizes.iter().map(|size| log(*size)).collect();
    let views: Vec<View> = logs.iter().map(view).collect();
    let mut fork = log(16);
    grow(&mut fork, 700, 7);
    let forked = view(&fork);
    for (at, smaller) in views.iter().enumerate() {
        for (larger, log) in views.iter().zip(&logs).skip(at) {
            let fetch = |tile: &TileCoord| log.tile(tile).ok_or_else(|| missing(tile));
            let related = relate(smaller, larger, &policy(), &fetch);
            assert_eq!(related, Ok(Relation::Extends), "{:?} {:?}", smaller.size, larger.size);
        }
        let fetch = |tile: &TileCoord| fork.tile(tile).ok_or_else(|| missing(tile));
        let related = relate(smaller, &forked, &policy(), &fetch).unwrap();
        // The genesis leaf and 16 blocks are in common.
        match related {
            Relation::Extends => assert!(smaller.size.get() <= 17, "{:?}", smaller.size),
            Relation::Fork(evidence) => {
                assert!(smaller.size.get() > 17, "{:?}", smaller.size);
                let again = Evidence::parse(&evidence.encode()).unwrap();
                let judged = again.judge([&policy(), &policy()]).unwrap();
                assert_eq!((judged.cosigners.len(), judged.exceeds()), (4, true));
            }
        }
    }
}

#[test]
fn a_partial_tile_that_is_gone_is_read_from_the_full_one() {
    let (old, new, later) = (log(99), log(299), log(1_099));
    let asked = Cell::new(0);
    let fetch = |tile: &TileCoord| {
        asked.set(asked.get() + 1);
        let full = tile.width() == 256 || tile.level() > 0 || tile.index() > 0;
        if full { later.tile(tile).ok_or_else(|| missing(tile)) } else { Err(missing(tile)) }
    };
    assert_eq!(relate(&view(&old), &view(&new), &policy(), &fetch), Ok(Relation::Extends));
    assert!(asked.get() < 8, "{}", asked.get());
    let small = log(199);
    assert_eq!(relate(&view(&old), &view(&small), &policy(), &fetch), Ok(Relation::Extends));
}

#[test]
fn tiles_prove_nothing_but_their_own_log() {
    let (old, new) = (log(9), log(40));
    let mut other = log(9);
    grow(&mut other, 31, 3);
    let of = |log: &ServedLog, tile: &TileCoord| log.tile(tile).ok_or_else(|| missing(tile));
    let related = relate(&view(&old), &view(&new), &policy(), &|tile| of(&other, tile));
    assert!(matches!(related, Err(Unproven::False(_))), "{related:?}");
    let short = |tile: &TileCoord| of(&new, tile).map(|bytes| bytes[..40].to_vec());
    let related = relate(&view(&old), &view(&new), &policy(), &short);
    assert!(matches!(related, Err(Unproven::Missing(error)) if error.exit == Exit::CannotCheck));
    let none = |tile: &TileCoord| Err(missing(tile));
    let related = relate(&view(&old), &view(&new), &policy(), &none);
    assert!(matches!(related, Err(Unproven::Missing(error)) if error.exit == Exit::NotFound));
}

#[test]
fn those_who_may_fail_can_not_make_an_old_view_look_new() {
    let log = log(3);
    let at = |times: [u64; 4]| {
        let signers: Vec<(&str, u64)> = ALL.into_iter().zip(times).collect();
        View::judge(&log.note_by(&signers).encode(), &policy()).unwrap().attested
    };
    assert_eq!(at([9_999, 20, 30, 10]), Some(30), "one of four may lie");
    assert_eq!(at([5, 5, 5, 5]), Some(5));
    assert_eq!(log.size(), TreeSize(4).get());
}
