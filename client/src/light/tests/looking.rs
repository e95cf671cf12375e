//! Rounds: nodes that agree, fall behind, go back, fork, stand still, lie, or are not there.

use super::*;

#[test]
fn nodes_that_agree_are_followed_as_the_log_grows() {
    let (old, new) = (log(5), log(9));
    let mut memory = empty();
    let first = look(&mut memory, &[node("a", &old), node("b", &old)], 0);
    assert_eq!((first.exit(), first.notices.len()), (Exit::Success, 0));
    let second = look(&mut memory, &[node("a", &new), node("b", &old)], 60);
    assert_eq!(second.exit(), Exit::Success);
    assert_eq!(standings(&second), [&Standing::Current, &Standing::Behind(4)]);
    let since: Vec<i64> = second.nodes.iter().map(|node| node.since.unwrap().0).collect();
    assert_eq!(since, [NOW.0 + 60_000, NOW.0], "b shows the same since the first round");
    assert_eq!(memory.head.as_ref().unwrap().since.0, NOW.0 + 60_000);
    assert_eq!(second.head.unwrap().size.get(), 10);
}

#[test]
fn a_fork_by_more_keys_than_the_policy_withstands_is_the_end() {
    let (mut ours, mut theirs) = (log(5), log(5));
    grow(&mut ours, 3, 1);
    grow(&mut theirs, 6, 2);
    let of = |url, log, by: &[&str]| Node { url, log, shows: Ok(note(log, by, 5)) };
    for (one, other, both) in [
        (&["v0", "v1", "v2"][..], &["v1", "v2", "v3"][..], &["v1", "v2"][..]),
        (&["v0", "v1", "v2"], &["v0", "v1", "v2"], &["v0", "v1", "v2"]),
        (&ALL, &ALL, &ALL),
    ] {
        // Two nodes at the same time, and one node that shows one log after the other.
        let mut memory = empty();
        let round = look(&mut memory, &[of("a", &ours, one), of("b", &theirs, other)], 0);
        let mut memory_of_one = empty();
        look(&mut memory_of_one, &[of("a", &ours, one)], 0);
        let before = memory_of_one.clone();
        let later = look(&mut memory_of_one, &[of("a", &theirs, other)], 60);
        assert_eq!(memory_of_one, before, "neither log is taken up");
        assert_eq!(memory.head, None);
        for round in [round, later] {
            assert_eq!(round.exit(), Exit::SplitView);
            assert_eq!(round.notices, [Notice::Fork]);
            assert!(standings(&round).contains(&&Standing::Forked));
            let evidence = round.evidence.unwrap();
            let sizes = evidence.checkpoints().each_ref().map(|checkpoint| checkpoint.size.get());
            assert_eq!(sizes, [9, 12]);
            let judged = evidence.judge([&policy(), &policy()]).unwrap();
            assert_eq!(judged.cosigners, both);
            assert!(judged.exceeds() && judged.log);
        }
    }
}

#[test]
fn a_fork_that_hides_behind_a_smaller_size_is_seen_with_an_honest_nodes_tiles() {
    let (mut ours, mut theirs) = (log(5), log(5));
    grow(&mut ours, 9, 1);
    grow(&mut theirs, 2, 2);
    let mut memory = empty();
    look(&mut memory, &[node("a", &ours)], 0);
    let round = look(&mut memory, &[node("a", &ours), node("b", &theirs)], 60);
    assert_eq!(round.exit(), Exit::SplitView);
    assert_eq!(standings(&round), [&Standing::Current, &Standing::Forked]);
    // Alone it can't show that its log is the start of the one that was seen, and is not believed.
    let mut memory = empty();
    look(&mut memory, &[node("a", &ours)], 0);
    let round = look(&mut memory, &[node("b", &theirs)], 60);
    assert!(matches!(standings(&round)[..], [Standing::Unproven(_) | Standing::False(_)]));
    assert!(matches!(round.exit(), Exit::CannotCheck | Exit::Mismatch));
    assert_eq!(memory.head.unwrap().note.text, ours.note().text);
}

#[test]
fn a_node_that_goes_back_is_told_until_it_is_where_it_was() {
    let (old, mid, new) = (log(5), log(7), log(9));
    let mut memory = empty();
    look(&mut memory, &[node("a", &new), node("b", &new)], 0);
    for later in [60, 120] {
        let round = look(&mut memory, &[node("a", &old), node("b", &new)], later);
        assert_eq!(round.exit(), Exit::Mismatch, "{later}");
        let back = Standing::WentBack(TreeSize(10));
        assert_eq!(standings(&round), [&back, &Standing::Current]);
    }
    let grown = look(&mut memory, &[node("a", &mid), node("b", &new)], 180);
    assert_eq!(grown.exit(), Exit::Mismatch, "growing from the wrong place is not coming back");
    let round = look(&mut memory, &[node("a", &new), node("b", &new)], 200);
    assert_eq!(round.exit(), Exit::Success);
}

#[test]
fn what_nobody_shows_any_more_has_vanished_after_a_while() {
    let (old, new) = (log(5), log(9));
    let fresh = |later: u64| {
        let signers: Vec<(&str, u64)> = ALL.iter().map(|name| (*name, NOW_S + later - 5)).collect();
        old.note_by(&signers).encode()
    };
    let mut memory = empty();
    look(&mut memory, &[node("a", &new)], 0);
    for (later, exit) in [(200, Exit::Success), (301, Exit::Mismatch)] {
        // Another node, whose times are fresh and which has the tiles, is behind at first.
        let other = Node { url: "b", log: &new, shows: Ok(fresh(later)) };
        let round = look(&mut memory, &[other], i64::try_from(later).unwrap());
        assert_eq!(standings(&round), [&Standing::Behind(4)]);
        assert_eq!(round.exit(), exit, "{later}");
        let vanished = Notice::Vanished(TreeSize(10), NOW);
        assert_eq!(round.notices.contains(&vanished), exit == Exit::Mismatch);
    }
}

#[test]
fn old_frozen_and_undated_views_and_slow_clocks_are_told() {
    let log = log(5);
    let shown = |age: u64| Node { url: "a", log: &log, shows: Ok(note(&log, &ALL, age)) };
    let mut memory = empty();
    let told = |memory: &mut Memory, node, later| look(memory, &[node], later).notices;
    assert_eq!(told(&mut memory, shown(299), 0), []);
    assert_eq!(told(&mut memory, shown(301), 0), [Notice::Stale(301)]);
    // The same entries, with times as fresh as before: somebody signs the old log again and again.
    let again = |later: u64| {
        let signers: Vec<(&str, u64)> = ALL.iter().map(|name| (*name, NOW_S + later - 5)).collect();
        Node { url: "a", log: &log, shows: Ok(log.note_by(&signers).encode()) }
    };
    assert_eq!(told(&mut memory, again(300), 300), []);
    let round = look(&mut memory, &[again(302)], 302);
    assert_eq!((round.exit(), &round.notices[..]), (Exit::CannotCheck, &[Notice::Frozen(NOW)][..]));
    let mut memory = empty();
    assert_eq!(told(&mut memory, again(200), 0), [Notice::ClockBehind(195)]);
    // A policy of the log's key alone says nothing of time.
    let text = policy().encode().replace("quorum validators", "quorum none");
    let lonely = Policy::parse(&text).unwrap();
    let undated = View::judge(&log.note_by(&[]).encode(), &lonely).unwrap();
    assert_eq!((undated.attested, lonely.withstands()), (None, 0));
}

#[test]
fn what_is_not_final_or_not_of_this_log_is_not_believed() {
    let log = log(5);
    let shows = |text: String| Node { url: "a", log: &log, shows: Ok(text) };
    let few = note(&log, &["v0", "v1"], 5);
    let good = note(&log, &ALL, 5);
    for (text, exit) in [
        (few, Exit::Mismatch),
        (good.replacen("tamga.example/", "tamga.other/", 1), Exit::CannotCheck),
        ("<html>".to_owned(), Exit::CannotCheck),
        (good.replacen("\n6\n", "\n7\n", 1), Exit::Mismatch),
    ] {
        let mut memory = empty();
        let round = look(&mut memory, &[shows(text.clone())], 0);
        assert_eq!((round.exit(), memory), (exit, empty()), "{text}");
    }
}

#[test]
fn who_does_not_answer_is_told_and_others_are_enough() {
    let log = log(5);
    let silent = || Node { url: "a", log: &log, shows: Err(CliError::network("a", "refused")) };
    let mut memory = empty();
    let round = look(&mut memory, &[silent(), silent()], 0);
    assert_eq!((round.exit(), &memory), (Exit::Network, &empty()));
    let round = look(&mut memory, &[silent(), node("b", &log)], 0);
    assert_eq!(round.exit(), Exit::Success);
    assert!(matches!(standings(&round)[0], Standing::Unreachable(_)));
}

#[test]
fn a_node_with_false_tiles_is_told_and_an_honest_one_proves_for_both() {
    let (old, new, liar) = (log(5), log(40), {
        let mut liar = log(5);
        grow(&mut liar, 60, 9);
        liar
    });
    let text = note(&new, &ALL, 5);
    let lying = |url| Node { url, log: &liar, shows: Ok(text.clone()) };
    let mut memory = empty();
    look(&mut memory, &[node("a", &old)], 0);
    let before = memory.clone();
    let alone = look(&mut memory, &[lying("b")], 60);
    assert!(matches!(standings(&alone)[..], [Standing::False(_)]), "{:?}", standings(&alone));
    assert_eq!((alone.exit(), &memory), (Exit::Mismatch, &before));
    let round = look(&mut memory, &[lying("b"), node("c", &new)], 60);
    assert_eq!(standings(&round), [&Standing::Current, &Standing::Current]);
    assert_eq!(round.exit(), Exit::Success);
}
